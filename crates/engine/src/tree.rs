//! A compiled tree and the exits it leaves through.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use uplift_record::Location;
use uplift_uop::{FrameState, GuardId, Resume, SnapId, Snapshot, Tree};

/// What runs a tree.
#[allow(clippy::large_enum_variant, reason = "one for a tree, which is larger still")]
pub(crate) enum Code {
    /// Machine code.
    #[cfg(feature = "cranelift")]
    Native(uplift_cranelift::CodeBlob),
    /// The uop interpreter.
    Interp(uplift_interp::Layout),
}

/// What is counted and known of an exit.
#[derive(Default)]
pub(crate) struct ExitState {
    /// How often it was taken.
    pub(crate) taken: Cell<u32>,
    /// The count at which to ask again whether a side trace shall be recorded.
    pub(crate) ask: Cell<u32>,
    /// The tree whose header it ends at.
    pub(crate) next: Cell<Option<u32>>,
}

/// One emission of a tree.
pub(crate) struct Emitted {
    pub(crate) tree: Tree,
    pub(crate) code: Code,
    /// What is counted and known of each snapshot's exit.
    pub(crate) exits: Vec<ExitState>,
    pub(crate) code_bytes: usize,
    recorded_guards: u32,
}

impl Emitted {
    /// An emission of a recorded tree with `recorded_guards` guards.
    pub(crate) fn new(tree: Tree, code: Code, code_bytes: usize, recorded_guards: u32) -> Emitted {
        let exits = tree.snaps.iter().map(|_| ExitState::default()).collect();
        Emitted { tree, code, exits, code_bytes, recorded_guards }
    }
    /// Whether a guard was recorded, not invented by the optimizer: only then it can take a side trace.
    pub(crate) fn is_recorded(&self, guard: GuardId) -> bool {
        guard.number < self.recorded_guards
    }
}

/// A tree of the cache, through all its emissions.
pub(crate) struct TreeState {
    pub(crate) id: u32,
    pub(crate) header: Location,
    /// What was recorded so far; the next emission is made from it.
    pub(crate) recorded: RefCell<Tree>,
    /// What is entered now.
    pub(crate) emitted: RefCell<Option<Rc<Emitted>>>,
    /// No longer entered: invalidated or evicted.
    pub(crate) dead: Cell<bool>,
    pub(crate) compiling: Cell<bool>,
    pub(crate) last_entry: Cell<u64>,
    pub(crate) entries: Cell<u64>,
    /// Uops recorded since the last emission.
    pub(crate) pending_uops: Cell<usize>,
    /// Guards whose side traces could not be recorded, and when to try again.
    pub(crate) refused: RefCell<rustc_hash::FxHashMap<GuardId, u32>>,
}

/// A tree about to be entered.
pub struct Entry {
    pub(crate) tree: Rc<TreeState>,
    pub(crate) emitted: Rc<Emitted>,
}

impl Entry {
    /// First slot, and one past the last slot, that the tree may touch, relative to its root frame.
    pub fn slots(&self) -> (i32, i32) {
        self.emitted.tree.slots
    }
}

/// How a tree was left.
pub struct Exit {
    pub(crate) emitted: Rc<Emitted>,
    pub(crate) tree: Rc<TreeState>,
    pub(crate) snap: SnapId,
    pub(crate) hot: bool,
}

impl Exit {
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.emitted.tree.snaps[self.snap.0 as usize]
    }
    /// Frames to restore, the root frame first. Their slots are written already.
    pub fn frames(&self) -> &[FrameState] {
        &self.snapshot().frames
    }
    /// Whether to execute the innermost frame's instruction, or to raise the pending error there.
    pub fn resume(&self) -> Resume {
        self.snapshot().resume
    }
    /// Whether a side trace should be recorded from here.
    pub fn is_hot(&self) -> bool {
        self.hot
    }
    /// The header that the innermost frame may stand at, if it is the root frame.
    pub(crate) fn location(&self) -> Option<Location> {
        match self.frames() {
            &[FrameState { code, pc, .. }] if self.resume() == Resume::Execute => Some(Location { code, pc }),
            _ => None,
        }
    }
    /// The guard that failed.
    pub fn guard(&self) -> GuardId {
        self.snapshot().guard
    }
}
