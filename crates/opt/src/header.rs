//! The header contract: what the loop body may rely on, which every back edge must establish.
//!
//! Slots that some path around the loop writes are *carried*, in the machine type or kinds that they have when the
//! loop is entered; all others keep their value. The contract starts optimistic and is corrected after each walk of
//! the loop until every back edge keeps it: a carried slot that never changes becomes *invariant*, one that comes
//! back with another kind is carried boxed.
//!
//! Does not handle: virtual objects around the loop, facts about heap places that the loop writes.

use crate::facts::ALL_KINDS;
use uplift_uop::{Ty, Val};

/// Walks of the loop before the contract becomes the weakest one.
const MAX_ROUNDS: u32 = 6;

/// How a slot goes around the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// In a value of this type; a boxed word has one of `kinds`, an integer is at least `least`.
    Carried { ty: Ty, kinds: u64, least: i64 },
    /// The initial value.
    Invariant,
}

/// The weakest shape: any word.
const ANY_WORD: Shape = Shape::Carried { ty: Ty::Word, kinds: ALL_KINDS, least: i64::MIN };

/// One slot of the contract.
#[derive(Clone, Debug)]
pub(crate) struct HeaderSlot {
    pub number: i32,
    pub shape: Shape,
    /// The word when the loop is entered.
    pub init: Val,
    /// The word at the start of the body.
    pub word: Val,
    /// Shape while carried.
    carried: Shape,
    /// It was invariant once, and that was wrong.
    varies: bool,
    /// Some back edge passed another word than `word`, in this walk.
    changed: bool,
    /// Some back edge passed a word that does not fit the shape, in this walk: what would fit.
    needed: Option<Shape>,
}

impl HeaderSlot {
    pub fn new(number: i32, init: Val, shape: Shape) -> HeaderSlot {
        HeaderSlot {
            number,
            shape,
            init,
            word: init,
            carried: shape,
            varies: false,
            changed: false,
            needed: None,
        }
    }

    /// A back edge passes a word that differs from the one at the header.
    pub fn changes(&mut self) {
        self.changed = true;
    }

    /// A back edge passes a word that needs at least this shape.
    pub fn widen(&mut self, kinds: u64, least: i64) {
        let (old_kinds, old_least) = match (self.needed.unwrap_or(self.carried), self.carried) {
            (Shape::Carried { kinds, least, .. }, _) => (kinds, least),
            (Shape::Invariant, _) => (ALL_KINDS, i64::MIN),
        };
        let (kinds, least) = (old_kinds | kinds, old_least.min(least));
        self.needed = Some(Shape::Carried { ty: Ty::Word, kinds, least });
    }
}

/// What the loop header promises to the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contract {
    /// Slots that the loop writes, ascending.
    pub slots: Vec<HeaderSlot>,
    round: u32,
}

impl Contract {
    pub fn new(slots: Vec<HeaderSlot>) -> Contract {
        Contract { slots, round: 0 }
    }

    /// Starts a walk of the loop.
    pub fn start_round(&mut self) {
        self.round += 1;
        for slot in &mut self.slots {
            (slot.changed, slot.needed) = (false, None);
        }
    }

    /// Whether every back edge of this walk keeps the contract; if not, corrects it for the next walk.
    /// `typed` gives the machine type that words of some kinds are boxed from.
    pub fn settle(&mut self, typed: impl Fn(u64) -> Option<Ty>) -> bool {
        let mut kept = true;
        for slot in &mut self.slots {
            kept &= slot.settle(self.round, &typed);
        }
        kept
    }

    /// Walks so far.
    pub fn rounds(&self) -> u32 {
        self.round
    }
}

impl HeaderSlot {
    fn settle(&mut self, round: u32, typed: &impl Fn(u64) -> Option<Ty>) -> bool {
        match self.shape {
            Shape::Invariant if self.changed => {
                self.varies = true;
                self.shape = self.carried;
            }
            Shape::Carried { .. } if !self.changed && !self.varies && round < MAX_ROUNDS => {
                self.shape = Shape::Invariant;
            }
            Shape::Carried { .. } => {
                let Some(Shape::Carried { kinds, least, .. }) = self.needed else { return true };
                let next = Shape::Carried { ty: typed(kinds).unwrap_or(Ty::Word), kinds, least };
                self.carried = if next == self.carried { ANY_WORD } else { next };
                self.shape = self.carried;
            }
            Shape::Invariant => return true,
        }
        if round >= MAX_ROUNDS {
            self.varies = true;
            self.carried = ANY_WORD;
            self.shape = ANY_WORD;
        }
        false
    }
}
