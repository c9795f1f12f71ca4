//! The header contract: what the loop body may rely on, which every back edge must establish.
//!
//! An entry of the contract is a frame slot that some path around the loop writes, or a place in memory whose content
//! is known when the loop is entered and that the loop writes (or whose object is in such a slot). An entry is
//! *carried* in a loop value, in the machine type or kinds that it has when the loop is entered, or *invariant*; all
//! other slots keep their value. The contract starts optimistic and is corrected after each walk of the loop until
//! every back edge keeps it: what never changes becomes invariant, a slot that comes back with another kind is carried
//! boxed, a place whose content a back edge does not know is forgotten.
//!
//! Does not handle: places of objects that are virtual in one iteration and real in another.

use crate::facts::ALL_KINDS;
use crate::heap::Place;
use crate::virtuals::Object;
use uplift_uop::{Op, Ty, Val};

/// Walks of the loop before the contract becomes the weakest one.
const MAX_ROUNDS: u32 = 6;

/// What an entry is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Home {
    /// A frame slot.
    Slot(i32),
    /// A place of an object, with the uop, immediate and index that load it.
    Place { owner: Owner, place: Place, op: Op, imm: u64, index: Option<Val> },
}

/// The object that a place belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A value from before the loop.
    Value(Val),
    /// The object in the slot of this entry.
    Entry(usize),
}

/// How an entry goes around the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// In a value of this type; a word has one of `kinds`, unboxed or not, an integer is at least `least`.
    Carried { ty: Ty, kinds: u64, least: i64 },
    /// The initial value.
    Invariant,
    /// As a virtual object, whose places are entries.
    Object,
    /// As the same virtual object as another, earlier entry.
    Same(usize),
    /// Not at all: a place whose content is not known.
    Forgotten,
}

/// The weakest shape: any word.
const ANY_WORD: Shape = Shape::Carried { ty: Ty::Word, kinds: ALL_KINDS, least: i64::MIN };

/// One entry of the contract.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub home: Home,
    pub shape: Shape,
    /// The content when the loop is entered.
    pub init: Val,
    /// The content at the start of the body.
    pub content: Val,
    /// The content is a word, which may be carried unboxed.
    pub word: bool,
    /// The virtual object that it starts with.
    pub template: Option<Object>,
    /// The root loads such places.
    pub loaded: bool,
    /// Shape while carried.
    carried: Shape,
    /// It was invariant once, and that was wrong.
    varies: bool,
    /// Some back edge passed something else than `content`, in this walk.
    changed: bool,
    /// Some back edge did not know the content, in this walk.
    unknown: bool,
    /// Some back edge passed a word that does not fit the shape, in this walk: what would fit.
    needed: Option<Shape>,
}

impl Entry {
    pub fn new(home: Home, init: Val, word: bool, carried: Shape) -> Entry {
        Entry {
            home,
            shape: carried,
            template: None,
            loaded: true,
            init,
            content: init,
            word,
            carried,
            varies: false,
            changed: false,
            unknown: false,
            needed: None,
        }
    }

    /// The slot, if it is one.
    pub fn slot(&self) -> Option<i32> {
        match self.home {
            Home::Slot(number) => Some(number),
            Home::Place { .. } => None,
        }
    }

    /// A back edge passes something else than the content at the header.
    pub fn changes(&mut self) {
        self.changed = true;
    }

    /// A back edge passes a content that needs at least this shape.
    pub fn widen(&mut self, kinds: u64, least: i64) {
        let (old_kinds, old_least) = match self.needed.unwrap_or(self.carried) {
            Shape::Carried { kinds, least, .. } => (kinds, least),
            _ => (ALL_KINDS, i64::MIN),
        };
        let (kinds, least) = (old_kinds | kinds, old_least.min(least));
        self.needed = Some(Shape::Carried { ty: Ty::Word, kinds, least });
    }

    fn settle(&mut self, round: u32, typed: &impl Fn(u64) -> Option<Ty>) -> bool {
        let last = round >= MAX_ROUNDS;
        let old = self.shape;
        if old == Shape::Forgotten {
            return true;
        }
        if self.unknown {
            self.shape = Shape::Forgotten;
            return false;
        }
        match old {
            Shape::Object if self.changed => self.shape = self.carried,
            Shape::Invariant if self.changed => {
                self.varies = true;
                self.shape = self.carried;
            }
            Shape::Carried { .. } if !self.changed && !self.varies && !last => {
                self.shape = Shape::Invariant;
            }
            Shape::Carried { ty, .. } => {
                let Some(Shape::Carried { kinds, least, .. }) = self.needed else { return true };
                let ty = if self.word { typed(kinds).unwrap_or(Ty::Word) } else { ty };
                let next = Shape::Carried { ty, kinds, least };
                self.carried = if next == self.carried { ANY_WORD } else { next };
                self.shape = self.carried;
            }
            _ => return true,
        }
        if last {
            self.varies = true;
            self.carried = ANY_WORD;
            self.shape = if self.slot().is_some() { ANY_WORD } else { Shape::Forgotten };
        }
        false
    }
}

/// What the loop header promises to the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contract {
    /// Slots, ascending, and then places.
    pub entries: Vec<Entry>,
    round: u32,
}

impl Contract {
    pub fn new(entries: Vec<Entry>) -> Contract {
        Contract { entries, round: 0 }
    }

    /// Starts a walk of the loop.
    pub fn start_round(&mut self) {
        self.round += 1;
        for entry in &mut self.entries {
            (entry.changed, entry.unknown, entry.needed) = (false, false, None);
        }
    }

    /// Whether every back edge of this walk keeps the contract; if not, corrects it for the next walk.
    /// `typed` gives the machine type that words of some kinds are boxed from.
    pub fn settle(&mut self, typed: impl Fn(u64) -> Option<Ty>) -> bool {
        let mut kept = true;
        for index in 0..self.entries.len() {
            // Where one name of a virtual object fails, all become real.
            if let (Shape::Same(first), true) = (self.entries[index].shape, self.entries[index].changed) {
                self.entries[first].changed = true;
            }
        }
        for index in 0..self.entries.len() {
            kept &= self.entries[index].settle(self.round, &typed);
        }
        kept &= self.settle_all_virtual();
        // Places of objects in slots need the object.
        for index in 0..self.entries.len() {
            if let Home::Place { owner: Owner::Entry(owner), .. } = self.entries[index].home
                && !self.is_object(owner)
                && self.entries[index].shape != Shape::Forgotten
            {
                self.entries[index].shape = Shape::Forgotten;
                kept = false;
            }
        }
        kept
    }

    /// A virtual object turned out to be a real one.
    pub fn make_real(&mut self, index: usize) {
        self.entries[index].shape = self.entries[index].carried;
        self.settle_all_virtual();
    }

    fn settle_all_virtual(&mut self) -> bool {
        let mut kept = true;
        while (0..self.entries.len()).filter(|&index| !self.settle_virtual(index)).count() > 0 {
            kept = false;
        }
        kept
    }

    /// An entry whose object became real is what real objects have. Objects come before their places and other names.
    fn settle_virtual(&mut self, index: usize) -> bool {
        let real = |owner: usize| {
            self.entries[owner].template.is_some() && self.entries[owner].shape != Shape::Object
        };
        let entry = &self.entries[index];
        let shape = match (entry.shape, entry.home) {
            (Shape::Same(first), _) if real(first) => entry.carried,
            // All places of a virtual object must be known.
            (Shape::Forgotten, Home::Place { owner: Owner::Entry(owner), .. }) => {
                let virtual_owner = self.entries[owner].shape == Shape::Object;
                if virtual_owner {
                    self.entries[owner].shape = self.entries[owner].carried;
                }
                return !virtual_owner;
            }
            (Shape::Forgotten, _) => return true,
            (shape, Home::Place { owner: Owner::Entry(owner), .. }) if real(owner) => match shape {
                _ if !entry.loaded => Shape::Forgotten,
                Shape::Object | Shape::Same(_) => entry.carried,
                shape => shape,
            },
            _ => return true,
        };
        let kept = shape == entry.shape;
        self.entries[index].shape = shape;
        kept
    }

    /// A back edge does not know the content of an entry.
    pub fn loses(&mut self, index: usize) {
        let owner_changes = match self.entries[index].home {
            Home::Place { owner: Owner::Entry(owner), .. } => {
                self.entries[owner].shape == Shape::Object && self.entries[owner].changed
            }
            _ => false,
        };
        // Of an object that will be real, more will be known.
        self.entries[index].unknown |= !owner_changes;
    }

    /// Whether the entry's content is always a reference.
    fn is_object(&self, index: usize) -> bool {
        self.entries.get(index).is_some_and(|owner| match owner.shape {
            Shape::Carried { ty, .. } => ty == Ty::Ref,
            Shape::Invariant => matches!(owner.carried, Shape::Carried { ty: Ty::Ref, .. }),
            Shape::Object | Shape::Same(_) => true,
            Shape::Forgotten => false,
        })
    }

    /// Walks so far.
    pub fn rounds(&self) -> u32 {
        self.round
    }
}
