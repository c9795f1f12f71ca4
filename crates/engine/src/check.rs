//! Entries checked against the uop interpreter: what a tree leaves behind must be what its recorded tree does.
//!
//! The recorded tree runs first, on a copy of the slots; what it stores in the heap is noted and undone. Then the emission
//! runs for real, and the two are compared: frames, slots that are live, places stored to. Not checked are trees that call
//! functions with effects or allocate, since that cannot be undone, exits with attention wanted, and exits that the recorded
//! tree does not have: through guards of the optimizer's own, and those whose other copy has a side trace.

use crate::attention::Attention;
use crate::chaos::Disorder;
use crate::stop::Fuel;
use crate::tree::Emitted;
use std::ffi::c_void;
use uplift_interp::{Layout, Overwritten, Program, load};
use uplift_uop::print::print;
use uplift_uop::{HostSpec, Inst, Op, SnapId, Tree, Width};

/// Uops that the recorded tree may take; beyond, an entry is not checked.
const FUEL: u64 = 200_000;
/// Entries of a tree that are all checked, and how many of those after them.
const FIRST: u64 = 256;
const ONE_IN: u64 = 64;

/// What a tree runs in: the host's declarations, attention word and context, and slot 0 of the frame.
pub(crate) struct Host<'h> {
    pub(crate) spec: &'static HostSpec,
    pub(crate) attention: &'h Attention,
    pub(crate) chaos: Option<&'h Disorder>,
    pub(crate) fuel: Option<&'h Fuel>,
    pub(crate) context: *mut c_void,
    pub(crate) frame: *mut u64,
}

/// Runs an emission for the `entry`-th time in its tree, checked if the host wants that.
///
/// # Panics
/// If the recorded tree does something else.
///
/// # Safety
/// As for [`crate::Engine::enter`].
#[inline]
pub(crate) unsafe fn run(emitted: &Emitted, entry: u64, host: &Host<'_>) -> SnapId {
    // Under chaos a tree leaves where it need not.
    let Some(checked) = emitted.checked.as_ref().filter(|_| host.chaos.is_none()) else {
        // SAFETY: the caller's promise.
        return unsafe { emitted.run(host) };
    };
    // SAFETY: the caller's promise.
    unsafe {
        let expected = checked.expect(entry, host);
        let snap = emitted.run(host);
        if let Some(expected) = expected {
            expected.compare(emitted, snap, host);
        }
        snap
    }
}

/// A recorded tree that can be run and undone.
pub(crate) struct Checked {
    tree: Tree,
    layout: Layout,
}

/// What the recorded tree has done: its exit, slots from its first one on, and what places in the heap hold then.
struct Expected<'c> {
    checked: &'c Checked,
    snap: SnapId,
    slots: Vec<u64>,
    stored: Vec<(Overwritten, u64)>,
}

impl Checked {
    /// `None` if what the tree does cannot be undone.
    pub(crate) fn new(recorded: &Tree, spec: &HostSpec) -> Option<Checked> {
        let undoable = |inst: &Inst| {
            let function = spec.fns.get(inst.imm as usize).map(|function| function.effects);
            inst.op != Op::Call || function.is_some_and(|effects| effects.is_removable() && !effects.fresh)
        };
        if !recorded.traces.iter().flat_map(|trace| &trace.insts).all(undoable) {
            return None;
        }
        // Side traces hang on one of the copies that peeling makes of a guard; there is but one here.
        let mut tree = recorded.clone();
        for index in 1..tree.traces.len() {
            let number = tree.traces[index].parent?.number;
            let guard =
                tree.snaps.iter().map(|snapshot| snapshot.guard).find(|guard| guard.number == number)?;
            if tree.traces[..index].iter().any(|trace| trace.parent == Some(guard)) {
                return None;
            }
            tree.traces[index].parent = Some(guard);
        }
        let layout = Layout::new(&tree);
        Some(Checked { tree, layout })
    }

    /// What must come out of entry number `entry`, if that is to be checked.
    ///
    /// # Safety
    /// As for entering the tree.
    unsafe fn expect(&self, entry: u64, host: &Host<'_>) -> Option<Expected<'_>> {
        let &Host { spec, attention, context, frame, .. } = host;
        if entry > FIRST && !entry.is_multiple_of(ONE_IN) || attention.get() != 0 {
            return None;
        }
        let (first, end) = self.tree.slots;
        // SAFETY: the caller's promise: the frame has the tree's slots.
        let mut slots: Vec<u64> = (first..end).map(|slot| unsafe { *frame.offset(slot as isize) }).collect();
        let zero = slots.as_mut_ptr().wrapping_offset(-(first as isize));
        let mut log = Vec::new();
        let program = Program::with_layout(&self.tree, spec, &self.layout);
        // SAFETY: the caller's promise, and the copy has the tree's slots.
        let exit = unsafe { program.run_noting(context, zero, attention.word(), Some(FUEL), &mut log) };
        // SAFETY: places that the tree has stored to, undone last first.
        let stored = unsafe {
            let now = log.iter().map(|place| (*place, load(place.address, place.width))).collect();
            log.iter().rev().for_each(|place| place.undo());
            now
        };
        Some(Expected { checked: self, snap: exit.ok()?.snap, slots, stored })
    }
}

impl Expected<'_> {
    /// Compares with what an emission has done.
    ///
    /// # Panics
    /// If it has done something else.
    ///
    /// # Safety
    /// As for entering the tree.
    unsafe fn compare(&self, emitted: &Emitted, snap: SnapId, host: &Host<'_>) {
        let &Host { spec, attention, frame, .. } = host;
        let (tree, exit) = (&self.checked.tree, emitted.target(snap));
        // The other copy of the guard has a side trace, this one has not.
        let goes_on = tree.traces.iter().any(|t| t.parent.is_some_and(|p| p.number == exit.guard.number));
        if attention.get() != 0 || !emitted.is_recorded(exit.guard) || goes_on {
            return;
        }
        let expected = &tree.snaps[self.snap.0 as usize];
        let mut wrong = Vec::new();
        if (expected.frames.as_slice(), expected.resume) != (&*exit.frames, exit.resume) {
            wrong.push(format!("left at {:?}, expected {:?}", exit.frames, expected.frames));
        }
        let (first, end) = tree.slots;
        let is_live = |slot: &i32| expected.live.as_ref().is_none_or(|live| live.contains(slot));
        for (slot, &word) in (first..end).zip(&self.slots).filter(|(slot, _)| is_live(slot)) {
            // SAFETY: the caller's promise: the frame has the tree's slots.
            let found = unsafe { *frame.offset(slot as isize) };
            if !same(spec, word, found) {
                wrong.push(format!("slot {slot} is {found:#x}, expected {word:#x}"));
            }
        }
        for &(place, bits) in &self.stored {
            // SAFETY: the recorded tree has stored there.
            let found = unsafe { load(place.address, place.width) };
            let is_same = match place.width {
                Width::Word => same(spec, bits, found),
                Width::F64 => {
                    bits == found || f64::from_bits(bits).is_nan() && f64::from_bits(found).is_nan()
                }
                _ => bits == found,
            };
            if !is_same {
                wrong.push(format!("{:#x} holds {found:#x}, expected {bits:#x}", place.address));
            }
        }
        let guards = format!("{} left through {}, expected {}", emitted.name, exit.guard, expected.guard);
        assert!(wrong.is_empty(), "{guards}\n{}\n{}", wrong.join("\n"), print(tree, spec));
    }
}

/// Whether two words mean the same: they are equal, or boxed NaNs, of which machines make different ones.
fn same(spec: &HostSpec, expected: u64, found: u64) -> bool {
    let nan = spec.repr.box_float(f64::NAN);
    let is_nan = |word| spec.repr.unbox_float(word).is_nan();
    let floats = |word| spec.kinds.iter().any(|kind| kind.accepts(nan) && kind.accepts(word));
    expected == found || [expected, found].into_iter().all(|word| floats(word) && is_nan(word))
}
