//! A compiled tree and the exits it leaves through.

use crate::check::{Checked, Host};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use uplift_record::{HeaderKind, Location};
use uplift_uop::packed::{PackedSnapshots, PackedTree};
use uplift_uop::{FrameState, GuardId, Inst, Op, Resume, Scalar, SnapId, Snapshot, Tree};

/// What runs a tree.
#[allow(clippy::large_enum_variant, reason = "one for a tree, which is larger still")]
pub(crate) enum Code {
    /// Machine code.
    #[cfg(feature = "cranelift")]
    Native(uplift_cranelift::CodeBlob),
    /// The uop interpreter, and the tree that it runs.
    Interp(Tree, uplift_interp::Layout),
}

/// An exit that was taken: how often, what it gives the host, unpacked, and what follows.
pub(crate) struct ExitTarget {
    /// How often it was taken.
    pub(crate) taken: Cell<u32>,
    /// The count at which to ask again whether a side trace shall be recorded.
    pub(crate) ask: Cell<u32>,
    /// The tree whose header it ends at.
    pub(crate) next: Cell<Option<u32>>,
    /// The header that it may end at: it resumes there, in the root frame.
    pub(crate) header: Option<Location>,
    pub(crate) guard: GuardId,
    pub(crate) resume: Resume,
    pub(crate) frames: Box<[FrameState]>,
}

impl ExitTarget {
    fn new(snapshot: &Snapshot) -> Box<ExitTarget> {
        let header = match snapshot.frames.as_slice() {
            &[FrameState { code, pc, .. }] if snapshot.resume != Resume::Raise => Some(Location { code, pc }),
            _ => None,
        };
        Box::new(ExitTarget {
            header,
            taken: Cell::new(0),
            ask: Cell::new(0),
            next: Cell::new(None),
            guard: snapshot.guard,
            resume: snapshot.resume,
            frames: snapshot.frames.as_slice().into(),
        })
    }
}

/// One emission of a tree: code, and of the optimised tree as much as exits, roots and statistics need.
pub(crate) struct Emitted {
    pub(crate) name: String,
    pub(crate) uops: usize,
    pub(crate) slots: (i32, i32),
    /// Most frames that an exit leaves, the root frame included.
    pub(crate) frames: usize,
    pub(crate) code: Code,
    pub(crate) code_bytes: usize,
    snaps: PackedSnapshots,
    /// One for each snapshot, made when it is first left through: that happens to a few in a hundred.
    exits: Box<[OnceCell<Box<ExitTarget>>]>,
    /// References and words among the constants.
    roots: Box<[u64]>,
    recorded_guards: u32,
    /// What entries are checked against.
    pub(crate) checked: Option<Box<Checked>>,
}

impl Emitted {
    /// An emission, as `code`, of an optimised tree whose recorded tree has `recorded_guards` guards.
    pub(crate) fn new(
        output: Optimized,
        code: Code,
        code_bytes: usize,
        recorded_guards: u32,
        checked: Option<Box<Checked>>,
    ) -> Emitted {
        let Optimized { name, uops, slots, frames, snaps, roots } = output;
        let exits = (0..snaps.len()).map(|_| OnceCell::new()).collect();
        Emitted { name, uops, slots, frames, code, code_bytes, snaps, exits, roots, recorded_guards, checked }
    }
    /// Runs the code from the tree's header; the exit it leaves through.
    ///
    /// # Safety
    /// As for [`crate::Engine::enter`].
    #[inline]
    pub(crate) unsafe fn run(&self, host: &Host<'_>) -> SnapId {
        match &self.code {
            #[cfg(feature = "cranelift")]
            // SAFETY: the caller's promise.
            Code::Native(blob) => SnapId(unsafe { (blob.entry())(host.context, host.frame) } as u32),
            Code::Interp(tree, layout) => {
                let program = uplift_interp::Program::with_layout(tree, host.spec, layout);
                let leave = |inst: &Inst, _: *const u64| {
                    let fuel = host.fuel.filter(|_| inst.op == Op::GuardAttention);
                    host.chaos.is_some_and(|chaos| tree.may_leave(inst).is_some() && chaos.tick())
                        || fuel.is_some_and(|fuel| !fuel.burn())
                };
                let attention = host.attention.word();
                // SAFETY: the caller's promise.
                match unsafe { program.run_leaving(host.context, host.frame, attention, None, leave) } {
                    Ok(exit) => exit.snap,
                    // The optimizer's output was malformed, which its verifier excludes; the frame may be half-way.
                    Err(fault) => unreachable!("uop interpreter: {fault:?}"),
                }
            }
        }
    }
    /// Whether a guard was recorded, not invented by the optimizer: only then it can take a side trace.
    pub(crate) fn is_recorded(&self, guard: GuardId) -> bool {
        guard.number < self.recorded_guards
    }
    /// Where an exit that was taken leads.
    #[inline]
    pub(crate) fn target(&self, snap: SnapId) -> &ExitTarget {
        self.exits[snap.0 as usize].get_or_init(|| self.unpack(snap))
    }
    #[cold]
    fn unpack(&self, snap: SnapId) -> Box<ExitTarget> {
        ExitTarget::new(&self.snaps.get(snap).expect("each exit has a snapshot"))
    }
    /// All exits that were taken.
    pub(crate) fn taken(&self) -> impl Iterator<Item = &ExitTarget> {
        self.exits.iter().filter_map(|exit| exit.get().map(|target| &**target))
    }
    /// Exit counts follow their guards from the previous emission.
    pub(crate) fn carry_counts(&self, previous: &Emitted) {
        let mut counts = rustc_hash::FxHashMap::<GuardId, u32>::default();
        let kept = |exit: &&ExitTarget| previous.is_recorded(exit.guard) && self.is_recorded(exit.guard);
        for exit in previous.taken().filter(kept) {
            let known = counts.entry(exit.guard).or_default();
            *known = exit.taken.get().max(*known);
        }
        if counts.is_empty() {
            return;
        }
        self.snaps.for_each(|id, snapshot| {
            if let Some(&count) = counts.get(&snapshot.guard) {
                let target = self.exits[id.0 as usize].get_or_init(|| ExitTarget::new(snapshot));
                target.taken.set(count);
            }
        });
    }
    /// References and words that the code holds.
    pub(crate) fn roots(&self) -> &[u64] {
        &self.roots
    }
    /// The packed snapshots.
    pub(crate) fn snapshots(&self) -> &PackedSnapshots {
        &self.snaps
    }
    /// Bytes of memory that unpacked exits take.
    pub(crate) fn exit_bytes(&self) -> usize {
        let target = |exit: &ExitTarget| size_of_val(exit) + size_of_val::<[FrameState]>(&exit.frames);
        size_of_val::<[_]>(&self.exits) + self.taken().map(target).sum::<usize>()
    }
}

/// What is kept of an optimised tree once it is lowered.
pub(crate) struct Optimized {
    name: String,
    uops: usize,
    slots: (i32, i32),
    frames: usize,
    snaps: PackedSnapshots,
    roots: Box<[u64]>,
}

impl Optimized {
    /// What to keep of `tree`.
    pub(crate) fn new(tree: &Tree) -> Optimized {
        Optimized {
            name: tree.name.clone(),
            uops: tree.len(),
            slots: tree.slots,
            frames: tree.snaps.iter().map(|snapshot| snapshot.frames.len()).max().unwrap_or(1),
            snaps: PackedSnapshots::new(&tree.snaps),
            roots: roots(tree).collect(),
        }
    }
    /// Number of uops.
    pub(crate) fn uops(&self) -> usize {
        self.uops
    }
}

/// References and words among a tree's constants.
pub(crate) fn roots(tree: &Tree) -> impl Iterator<Item = u64> + '_ {
    tree.consts.iter().filter_map(|constant| match constant {
        Scalar::Ref(bits) | Scalar::Word(bits) => Some(bits),
        _ => None,
    })
}

/// A tree of the cache, through all its emissions.
pub(crate) struct TreeState {
    /// Its number while it is alive; another tree's afterwards.
    pub(crate) id: u32,
    /// Its number for good.
    pub(crate) serial: u64,
    pub(crate) header: Location,
    pub(crate) kind: HeaderKind,
    /// What was recorded so far; the next emission is made from it.
    pub(crate) recorded: RefCell<PackedTree>,
    /// What is entered now.
    pub(crate) emitted: RefCell<Option<Rc<Emitted>>>,
    /// No longer entered: invalidated or evicted.
    pub(crate) dead: Cell<bool>,
    pub(crate) compiling: Cell<bool>,
    pub(crate) last_entry: Cell<u64>,
    pub(crate) entries: Cell<u64>,
    /// Uops recorded since the last emission.
    pub(crate) pending_uops: Cell<usize>,
    /// Exits since then that a side trace waits at.
    pub(crate) waited: Cell<u64>,
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
        self.emitted.slots
    }
    /// Most frames that stand when the tree runs or exits, its root frame included.
    pub fn frames(&self) -> usize {
        self.emitted.frames
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
    #[inline]
    pub(crate) fn target(&self) -> &ExitTarget {
        self.emitted.target(self.snap)
    }
    /// Frames to restore, the root frame first. Their slots are written already.
    #[inline]
    pub fn frames(&self) -> &[FrameState] {
        &self.target().frames
    }
    /// Whether to execute the innermost frame's instruction, or to raise the pending error there.
    #[inline]
    pub fn resume(&self) -> Resume {
        self.target().resume
    }
    /// Whether a side trace should be recorded from here.
    #[inline]
    pub fn is_hot(&self) -> bool {
        self.hot
    }
    /// The guard that failed.
    #[inline]
    pub fn guard(&self) -> GuardId {
        self.target().guard
    }
}
