//! The trees alive, by number. Numbers of dead trees are given to new ones, so that memory follows the trees alive and
//! not those ever made.
//!
//! Who holds a number must therefore check what it finds: a loop cell the header's location ([`TreeState::header`]).
//! A compilation under way holds a serial number instead, which no other tree ever gets.

use crate::tree::TreeState;
use std::rc::Rc;

/// Trees that may be entered. A dead tree that still stands on the native stack is held by who runs it.
#[derive(Default)]
pub(crate) struct Trees {
    numbered: Vec<Option<Rc<TreeState>>>,
    free: Vec<u32>,
    serial: u64,
}

impl Trees {
    /// Adds the tree that `make` makes of its number and its serial number.
    pub(crate) fn insert(&mut self, make: impl FnOnce(u32, u64) -> TreeState) -> Rc<TreeState> {
        let id = self.free.pop().unwrap_or(self.numbered.len() as u32);
        self.serial += 1;
        let tree = Rc::new(make(id, self.serial));
        match self.numbered.get_mut(id as usize) {
            Some(free) => *free = Some(Rc::clone(&tree)),
            None => self.numbered.push(Some(Rc::clone(&tree))),
        }
        tree
    }
    /// The tree that has a number now.
    #[inline]
    pub(crate) fn get(&self, id: u32) -> Option<&Rc<TreeState>> {
        self.numbered.get(id as usize)?.as_ref()
    }
    /// The tree with a serial number, if it is alive.
    pub(crate) fn with_serial(&self, serial: u64) -> Option<&Rc<TreeState>> {
        self.iter().find(|tree| tree.serial == serial)
    }
    /// Takes a tree out. Its number is free from now on.
    pub(crate) fn remove(&mut self, tree: &TreeState) {
        let Some(place) = self.numbered.get_mut(tree.id as usize) else { return };
        if place.as_ref().is_some_and(|found| found.serial == tree.serial) {
            *place = None;
            self.free.push(tree.id);
        }
    }
    /// All trees.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Rc<TreeState>> {
        self.numbered.iter().flatten()
    }
    /// How many numbers were ever given out.
    pub(crate) fn numbers(&self) -> usize {
        self.numbered.len()
    }
}
