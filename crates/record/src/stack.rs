//! [`Stack`]: slots and frames for a host that has none of its own, and [`StackHost`], of which [`Host`] follows.

use crate::machine::{Host, Location};
use uplift_uop::{FrameState, HostSpec, ReprSpec};

/// A host that keeps its frames in a [`Stack`]. [`Host`] follows from this.
pub trait StackHost: Sized {
    /// The host's declarations.
    const SPEC: &'static HostSpec;
    /// The frames.
    fn stack(&self) -> &Stack;
    /// The frames, to be changed.
    fn stack_mut(&mut self) -> &mut Stack;
    /// How many slots of the innermost frame, from the first on, hold anything before the current instruction.
    fn used_slots(&self) -> u16;
    /// As [`Host::wants_attention`].
    #[inline(always)]
    fn wants_attention(&self) -> bool {
        false
    }
}

impl<T: StackHost> Host for T {
    const REPR: ReprSpec = T::SPEC.repr;
    const RAISED: u64 = T::SPEC.raised_word;

    fn spec() -> &'static HostSpec {
        T::SPEC
    }
    fn depth(&self) -> usize {
        self.stack().frames.len()
    }
    fn location(&self) -> Location {
        let frame = self.stack().frame();
        Location { code: frame.code, pc: frame.pc }
    }
    fn frame_states(&self, root: usize, out: &mut Vec<FrameState>) {
        let frames = &self.stack().frames[root..];
        out.extend(frames.iter().map(|frame| FrameState { base: frame.base - frames[0].base, ..*frame }));
    }
    fn live_slots(&self, root: usize) -> Option<Vec<i32>> {
        // Callers' slots lie below; what their instruction has not read yet may still matter.
        let stack = self.stack();
        let above_root = stack.frame().base - stack.frames[root].base;
        Some((0..above_root + i32::from(self.used_slots())).collect())
    }
    fn wants_attention(&self) -> bool {
        StackHost::wants_attention(self)
    }
    fn set_resume(&mut self, pc: u32) {
        self.stack_mut().frame_mut().pc = pc;
    }
}

/// Slots of 64 bits in one block, and the frames that stand in them, of equal size. Frames may overlap, so that a caller's
/// operands are its callee's first slots.
#[derive(Clone, Debug)]
pub struct Stack {
    slots: Box<[u64]>,
    /// Bases count from the first slot of all.
    frames: Vec<FrameState>,
    frame_slots: i32,
}

impl Stack {
    /// Room for `slots` slots, filled with `word`; each frame has `frame_slots` (at least 1) of them. With one frame, which
    /// stands at the first slot, at pc 0 of code 0. There are as many slots as that frame needs, whatever `slots` says.
    pub fn new(slots: usize, frame_slots: u16, word: u64) -> Stack {
        let frame_slots = frame_slots.max(1);
        let slots = vec![word; slots.clamp(usize::from(frame_slots), i32::MAX as usize)].into_boxed_slice();
        let first = FrameState { code: 0, pc: 0, base: 0, extra: 0 };
        Stack { slots, frames: vec![first], frame_slots: i32::from(frame_slots) }
    }
    /// Fills all slots with `word`, and leaves one frame, as [`Stack::new`] does.
    pub fn reset(&mut self, word: u64) {
        self.slots.fill(word);
        self.frames.truncate(1);
        self.frames[0] = FrameState { code: 0, pc: 0, base: 0, extra: 0 };
    }

    /// The innermost frame; its `base` counts from the first slot of all.
    #[inline(always)]
    pub fn frame(&self) -> &FrameState {
        &self.frames[self.frames.len() - 1]
    }
    /// The innermost frame, to be changed.
    #[inline(always)]
    pub fn frame_mut(&mut self) -> &mut FrameState {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }
    /// Where the innermost frame's slots are, for [`crate::Interp::new`]. They stay there as long as the stack lives.
    #[inline(always)]
    pub fn base(&mut self) -> *mut u64 {
        // Frames are pushed only where they fit.
        self.slots.as_mut_ptr().wrapping_add(self.frame().base as usize)
    }
    /// Slot `i` of the innermost frame. Panics if the frame has no such slot.
    pub fn slot(&self, i: u16) -> u64 {
        self.slots[self.index(i)]
    }
    /// Writes slot `i` of the innermost frame. Panics if the frame has no such slot.
    pub fn set_slot(&mut self, i: u16, word: u64) {
        let index = self.index(i);
        self.slots[index] = word;
    }
    fn index(&self, i: u16) -> usize {
        assert!(i32::from(i) < self.frame_slots, "slot {i} of {}", self.frame_slots);
        self.frame().base as usize + usize::from(i)
    }

    /// Pushes a frame that starts `delta` slots above the innermost one. False: the stack is full, and nothing happened.
    /// A handler then says [`crate::Machine::enter_frame`], and [`crate::Machine::claim_slots`] of a frame's size.
    #[must_use]
    pub fn push(&mut self, delta: u16, code: u64, pc: u32) -> bool {
        let base = i64::from(self.frame().base) + i64::from(delta);
        if base + i64::from(self.frame_slots) > self.slots.len() as i64 {
            return false;
        }
        self.frames.push(FrameState { code, pc, base: base as i32, extra: 0 });
        true
    }
    /// Pops the innermost frame; how many slots above its caller it stood, for [`crate::Machine::leave_frame`]. `None`: it is
    /// the outermost, and stays.
    pub fn pop(&mut self) -> Option<i32> {
        let [.., caller, callee] = &self.frames[..] else { return None };
        let delta = callee.base - caller.base;
        self.frames.pop();
        Some(delta)
    }

    /// Makes frame number `root` and those above it what an exit says, whose bases are relative to that frame.
    pub fn restore(&mut self, root: usize, frames: &[FrameState]) {
        let base = self.frames[root].base;
        self.frames.truncate(root);
        self.frames.extend(frames.iter().map(|frame| FrameState { base: base + frame.base, ..*frame }));
    }
    /// Whether slots up to `end`, relative to the innermost frame, exist.
    pub fn has_slots(&self, end: i32) -> bool {
        self.frame().base as usize + end.max(0) as usize <= self.slots.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Vm(Stack);
    impl StackHost for Vm {
        const SPEC: &'static HostSpec = &HostSpec::new("test", ReprSpec::RAW);
        fn stack(&self) -> &Stack {
            &self.0
        }
        fn stack_mut(&mut self) -> &mut Stack {
            &mut self.0
        }
        fn used_slots(&self) -> u16 {
            2
        }
    }

    #[test]
    fn frames_are_pushed_only_where_they_fit() {
        let mut stack = Stack::new(20, 8, 7);
        assert!(stack.push(6, 1, 10) && stack.push(6, 1, 11));
        assert!(!stack.push(1, 1, 12), "the last slot is taken");
        stack.set_slot(6, 5);
        assert_eq!((stack.frame().base, stack.slot(6), stack.slot(7)), (12, 5, 7));
        assert!(stack.has_slots(8) && !stack.has_slots(9));
        assert_eq!((stack.pop(), stack.pop(), stack.pop()), (Some(6), Some(6), None));
    }

    #[test]
    fn restored_frames_are_those_that_were_told() {
        let mut vm = Vm(Stack::new(64, 8, 0));
        assert!(vm.0.push(3, 1, 10) && vm.0.push(5, 2, 20));
        let mut told = Vec::new();
        vm.frame_states(1, &mut told);
        assert_eq!(told.iter().map(|f| (f.code, f.pc, f.base)).collect::<Vec<_>>(), [(1, 10, 0), (2, 20, 5)]);
        assert_eq!(vm.live_slots(1), Some(vec![0, 1, 2, 3, 4, 5, 6]));
        vm.0.pop();
        vm.0.restore(1, &told);
        assert_eq!((vm.depth(), vm.0.frame().base, vm.location().pc), (3, 8, 20));
    }
}
