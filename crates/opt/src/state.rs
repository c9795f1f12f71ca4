//! What the optimizer knows at one point of a trace. A side trace starts from a copy of its guard's state.

use crate::emit::NO_VAL;
use crate::facts::Fact;
use crate::heap::Heap;
use crate::virtuals::Virtuals;
use rustc_hash::FxHashMap;
use uplift_uop::{Op, Val};

/// A frame slot: what it would hold had every recorded store been executed, and what memory holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub number: i32,
    /// The word in the slot.
    pub value: Val,
    /// The word in memory, if it was ever read: optimised traces do not write slots, so it is the word at entry.
    pub entry: Option<Val>,
}

/// Frame slots that the trace has touched, ascending.
#[derive(Clone, Debug, Default)]
pub(crate) struct Env {
    slots: Vec<Slot>,
}

impl Env {
    pub fn get(&self, number: i32) -> Option<&Slot> {
        self.slots.binary_search_by_key(&number, |s| s.number).ok().map(|i| &self.slots[i])
    }
    /// Remembers a word read from memory.
    pub fn loaded(&mut self, number: i32, value: Val) {
        match self.slots.binary_search_by_key(&number, |s| s.number) {
            Ok(i) => self.slots[i].entry = Some(value),
            Err(i) => self.slots.insert(i, Slot { number, value, entry: Some(value) }),
        }
    }
    pub fn store(&mut self, number: i32, value: Val) {
        match self.slots.binary_search_by_key(&number, |s| s.number) {
            Ok(i) => self.slots[i].value = value,
            Err(i) => self.slots.insert(i, Slot { number, value, entry: None }),
        }
    }
    pub fn iter(&self) -> impl Iterator<Item = &Slot> + '_ {
        self.slots.iter()
    }
    pub fn retain(&mut self, keep: impl FnMut(&Slot) -> bool) {
        self.slots.retain(keep);
    }
}

/// What makes two pure uops equal.
pub(crate) type Key = (Op, u64, [Val; 3]);

/// The key of a pure uop.
pub(crate) fn key(op: Op, args: &[Val], imm: u64) -> Key {
    let mut padded = [NO_VAL; 3];
    for (to, from) in padded.iter_mut().zip(args) {
        *to = *from;
    }
    (op, imm, padded)
}

/// What the optimizer knows at one point of a trace.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    facts: Vec<Fact>,
    pub env: Env,
    pub heap: Heap,
    /// Values of pure uops, for sharing.
    pub known: FxHashMap<Key, Val>,
    pub virtuals: Virtuals,
    /// The attention word was polled, and nothing has run since that may have set it.
    pub polled: bool,
}

impl State {
    /// What was learned about a value (nothing, for a constant).
    pub fn fact(&self, val: Val) -> Fact {
        if val.is_const() {
            return Fact::NONE;
        }
        self.facts.get(val.index()).copied().unwrap_or(Fact::NONE)
    }

    /// The fact of a value, to be sharpened; `None` for a constant.
    pub fn fact_mut(&mut self, val: Val) -> Option<&mut Fact> {
        if val.is_const() {
            return None;
        }
        if self.facts.len() <= val.index() {
            self.facts.resize(val.index() + 1, Fact::NONE);
        }
        self.facts.get_mut(val.index())
    }

    /// The sharpest name of a value: the constant or older value that it is known to be.
    pub fn resolve(&self, mut val: Val) -> Val {
        while let Some(eq) = self.fact(val).eq {
            val = eq;
        }
        val
    }
}
