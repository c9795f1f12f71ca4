//! Frame records: one per active call, beside the value stack.
//!
//! A frame's registers are words `base..base + nregs` of the value stack; `base[-1]` is the running
//! function, `base[-2]` belongs to the frame's kind. A callee's registers start inside its caller's
//! call window, so that arguments need no copying.

use crate::objects::LoadedCode;
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;
use uplift::{Attention, Engine};

/// What becomes of a frame's result.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameKind {
    /// `r[dst] = result` in the caller.
    Normal,
    /// A constructor: the result must be None, and `r[dst]` is the instance in `r(-2)`.
    Init,
    /// The result is dropped.
    Discard,
    /// Native code waits for the result: the run loop ends.
    Boundary,
    /// A generator (in `r(-2)`) that `ForIter` resumed: an item jumps, the end falls through.
    ForIter,
    /// A generator that `YieldFrom` resumed: an item suspends the caller too, the result goes to its `dst`.
    Delegate,
    /// A generator that `next(...)` or `send` resumed: an item is the result, the end raises StopIteration.
    Next,
    /// A generator whose items go into a collection; see `vm::generator`.
    Consume,
    /// A generator that native code resumed.
    GeneratorBoundary,
    /// The truth of the result is the condition of the caller's jump.
    Test,
    /// The truth of the result, as a bool, goes to `r[dst]`.
    Bool,
    /// The negated truth of the result, as a bool, goes to `r[dst]`.
    NotBool,
    /// A binary operator's method: NotImplemented makes the caller go on with the full protocol.
    Operator,
}

impl FrameKind {
    const ALL: [FrameKind; 13] = [
        FrameKind::Normal,
        FrameKind::Init,
        FrameKind::Discard,
        FrameKind::Boundary,
        FrameKind::ForIter,
        FrameKind::Delegate,
        FrameKind::Next,
        FrameKind::Consume,
        FrameKind::GeneratorBoundary,
        FrameKind::Test,
        FrameKind::Bool,
        FrameKind::NotBool,
        FrameKind::Operator,
    ];

    /// Whether the frame runs a generator.
    #[inline(always)]
    pub fn is_generator(self) -> bool {
        matches!(
            self,
            FrameKind::ForIter
                | FrameKind::Delegate
                | FrameKind::Next
                | FrameKind::Consume
                | FrameKind::GeneratorBoundary
        )
    }

    /// Whether the frame runs a special method that answers an operator.
    #[inline(always)]
    pub fn answers(self) -> bool {
        matches!(self, FrameKind::Test | FrameKind::Bool | FrameKind::NotBool | FrameKind::Operator)
    }

    /// Whether native code waits for the frame.
    #[inline(always)]
    pub fn is_boundary(self) -> bool {
        matches!(self, FrameKind::Boundary | FrameKind::GeneratorBoundary)
    }
}

/// An active call.
#[derive(Clone, Copy)]
pub struct Frame {
    /// The code that runs.
    pub code: *mut LoadedCode,
    /// `r0`.
    pub base: *mut Word,
    /// The instruction in execution. Kept up to date while the frame is not the innermost one; of the
    /// innermost frame [`RunState::pc`] tells.
    pub pc: *mut u64,
    /// Register of the caller that takes the result.
    pub dst: u16,
    /// What becomes of the result.
    pub kind: FrameKind,
    /// Words from the caller's instruction to the one it goes on with.
    pub skip: u8,
}

impl Frame {
    /// One past the last register.
    #[inline(always)]
    pub fn end(&self) -> *mut Word {
        // SAFETY: loaded code is immortal.
        self.base.wrapping_add(unsafe { (*self.code).nregs } as usize)
    }

    /// How the frame meets its caller, packed for snapshots.
    pub fn linkage(&self) -> u64 {
        u64::from(self.dst) | u64::from(self.skip) << 16 | (self.kind as u64) << 24
    }

    /// The kind in what [`Frame::linkage`] packed.
    pub fn kind_of(linkage: u64) -> FrameKind {
        FrameKind::ALL[(linkage >> 24) as usize % FrameKind::ALL.len()]
    }

    /// A frame from its parts, as [`Frame::linkage`] packed them.
    pub fn from_linkage(code: *mut LoadedCode, base: *mut Word, pc: u32, linkage: u64) -> Frame {
        let kind = Frame::kind_of(linkage);
        // SAFETY: `pc` is an instruction of the code.
        let pc = unsafe { (*code).instrs.add(pc as usize) };
        Frame { code, base, pc, dst: linkage as u16, kind, skip: (linkage >> 16) as u8 }
    }
}

/// Attention bit: a collection is wanted.
pub const WANT_GC: u64 = Attention::HOST;
/// Attention bit: the user wants to interrupt.
pub const WANT_INTERRUPT: u64 = Attention::HOST << 1;

/// How often a recording has passed a loop header.
pub struct Passes {
    pub header: *mut u64,
    pub depth: usize,
    pub times: u32,
}

impl Default for Passes {
    fn default() -> Passes {
        Passes { header: std::ptr::null_mut(), depth: 0, times: 0 }
    }
}

/// The interpreter's own state.
pub struct RunState {
    /// The instruction that the innermost frame executes.
    pub pc: *mut u64,
    /// What a finished boundary frame returned.
    pub result: Word,
    /// Whether the boundary frame of a generator finished by yielding.
    pub yielded: bool,
    /// The pending exception was raised before: the frame that raises it again gets no second traceback entry.
    pub reraised: bool,
    /// Shape of `array.array`'s own instances; null before the module is loaded.
    pub array_shape: *mut crate::objects::Shape,
    /// Run loops on the native stack.
    pub loops: usize,
    /// Where the outermost of them stands on it.
    pub native_base: usize,
    /// Whether traces run as machine code, not on the uop interpreter.
    pub machine_code: bool,
    /// An instruction is executed for a recording: the frames that the trace inlines have records.
    pub recorded: bool,
    /// While recording: the instruction raised.
    pub raising: bool,
    /// While recording: depth of the frame in which it started.
    pub recording_depth: usize,
    /// While recording: the loop header of a resumed generator last seen.
    pub passes: Passes,
    /// The tracing JIT, if it is on.
    pub engine: Option<Rc<Engine>>,
    /// The word that safepoints poll; the engine's, if there is one.
    pub attention: Arc<Attention>,
    /// Visits after which a loop header asks the engine.
    pub threshold: i64,
    /// Of `super()` calls with a filled cache: the class they start after.
    pub super_owners: FxHashMap<u64, u64>,
}

impl Default for RunState {
    fn default() -> RunState {
        RunState {
            pc: std::ptr::null_mut(),
            result: UNDEF,
            yielded: false,
            reraised: false,
            array_shape: std::ptr::null_mut(),
            loops: 0,
            native_base: 0,
            machine_code: false,
            recorded: false,
            raising: false,
            recording_depth: 0,
            passes: Passes::default(),
            engine: None,
            attention: Arc::default(),
            threshold: i64::MAX,
            super_owners: FxHashMap::default(),
        }
    }
}

/// Slack that the value stack keeps above the checked limit: call headers and call windows.
pub const STACK_SLACK: usize = 1024;

impl Vm {
    /// The innermost frame.
    #[inline(always)]
    pub fn frame(&self) -> &Frame {
        debug_assert!(!self.frames.is_empty());
        // SAFETY: handlers run in a frame.
        unsafe { self.frames.get_unchecked(self.frames.len() - 1) }
    }

    /// The innermost frame.
    #[inline(always)]
    pub fn frame_mut(&mut self) -> &mut Frame {
        debug_assert!(!self.frames.is_empty());
        let last = self.frames.len() - 1;
        // SAFETY: handlers run in a frame.
        unsafe { self.frames.get_unchecked_mut(last) }
    }

    /// First word above the innermost frame (and above what a running trace uses).
    pub fn stack_top(&self) -> *mut Word {
        let end = self.frames.last().map_or(self.stack, Frame::end);
        end.max(self.top)
    }

    /// Pushes a frame above the one at whose instruction `pc` the call happens. False: RecursionError is pending.
    #[inline(always)]
    pub fn push_frame(&mut self, pc: *mut u64, frame: Frame) -> bool {
        if !self.make_room(&frame) {
            return false;
        }
        self.frame_mut().pc = pc;
        self.frames.push(frame);
        true
    }

    /// Makes room for one more frame. False: RecursionError is pending.
    #[inline(always)]
    pub fn make_room(&mut self, frame: &Frame) -> bool {
        let end = frame.end();
        end <= self.high_water && self.depth_left() > 0 || self.grow_stack(end)
    }

    /// Frames that may be pushed for certain.
    #[inline(always)]
    pub fn depth_left(&self) -> usize {
        self.recursion_limit.saturating_sub(self.frames.len() + self.inlined)
    }

    /// Frames that count as recursion.
    fn visible_depth(&self) -> usize {
        let depth = self.frames.len() + self.inlined;
        if depth < self.recursion_limit {
            return depth;
        }
        // SAFETY: loaded code is immortal.
        depth - self.frames.iter().filter(|f| unsafe { &*f.code }.is_hidden).count()
    }

    /// Makes the stack usable up to `end`, or raises RecursionError.
    #[cold]
    #[inline(never)]
    pub fn grow_stack(&mut self, end: *mut Word) -> bool {
        if self.visible_depth() >= self.recursion_limit || end.wrapping_add(STACK_SLACK) > self.stack_end {
            let _ = self.recursion_error();
            return false;
        }
        self.high_water = self.high_water.max(end.wrapping_add(STACK_SLACK)).min(self.stack_end);
        true
    }

    /// Index of the instruction at `pc` in `code`.
    #[inline(always)]
    pub fn pc_index(code: *mut LoadedCode, pc: *mut u64) -> u32 {
        // SAFETY: `pc` points into the code's instructions.
        unsafe { pc.offset_from((*code).instrs) as u32 }
    }

    /// Where each frame stands, outermost first: code and instruction index.
    pub fn frame_positions(&self) -> Vec<(*mut LoadedCode, u32)> {
        let last = self.frames.len().wrapping_sub(1);
        let at = |(i, f): (usize, &Frame)| {
            (f.code, Vm::pc_index(f.code, if i == last { self.run.pc } else { f.pc }))
        };
        self.frames.iter().enumerate().map(at).collect()
    }

    /// Raises RecursionError when the native stack is nearly used up.
    #[inline]
    pub fn check_native_stack(&mut self) -> PyResult<()> {
        let here = 0u8;
        if (std::ptr::from_ref(&here) as usize) < self.native_stack_limit {
            return Err(self.recursion_error());
        }
        Ok(())
    }
}
