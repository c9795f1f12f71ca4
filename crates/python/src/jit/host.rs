//! What the engine asks of the VM: where its frames stand, and which slots still matter.

use crate::bytecode::{Op, insn};
use crate::code::Code;
use crate::heap::Marker;
use crate::jit::spec;
use crate::objects::LoadedCode;
use crate::vm::PyResult;
use crate::vm::Vm;
use crate::vm::frame::{Frame, FrameKind, WANT_GC, WANT_INTERRUPT};
use crate::vm::handlers::{At, Flow, dispatch};
use crate::vm::run::Caller;
use crate::word::{NONE, Word};
use std::rc::Rc;
use uplift::uop::{FrameState, HostSpec, ReprSpec, Resume};
use uplift::{
    AbortReason, Attention, Driven, Embed, Engine, Entry, Exit, HeaderKind, Host, Location, LoopCell,
    Machine, Recorder,
};

impl Host for Vm {
    const REPR: ReprSpec = spec::REPR;
    const RAISED: u64 = 0;

    fn spec() -> &'static HostSpec {
        &spec::SPEC
    }

    fn depth(&self) -> usize {
        self.frames.len()
    }

    fn location(&self) -> Location {
        let code = self.frame().code;
        Location { code: code as u64, pc: Vm::pc_index(code, self.run.pc) }
    }

    fn frame_states(&self, root: usize, out: &mut Vec<FrameState>) {
        let base = self.frames[root].base;
        let last = self.frames.len() - 1;
        for (i, f) in self.frames.iter().enumerate().skip(root) {
            let pc = if i == last { self.run.pc } else { f.pc };
            out.push(FrameState {
                code: f.code as u64,
                pc: Vm::pc_index(f.code, pc),
                // SAFETY: both are in the value stack.
                base: unsafe { f.base.offset_from(base) } as i32,
                extra: f.linkage(),
            });
        }
    }

    fn live_slots(&self, root: usize) -> Option<Vec<i32>> {
        let mut states = Vec::new();
        self.frame_states(root, &mut states);
        let mut slots = Vec::new();
        for (i, state) in states.iter().enumerate() {
            // SAFETY: loaded code is immortal.
            let source = unsafe { &(*(state.code as *const LoadedCode)).source };
            let kind = Frame::kind_of(state.extra);
            // Below its registers a frame keeps its function and its object. The trace has put them there unless
            // the frame stood before.
            if i > 0 {
                slots.extend([state.base - 2, state.base - 1]);
                // The frames of special methods keep an operand in a third word.
                if kind.answers() {
                    slots.push(state.base - 3);
                }
            }
            // A generator's frame keeps its consumer, and what that has so far.
            if kind.is_generator() {
                slots.extend([state.base - 4, state.base - 3]);
            }
            let register = |r: u32| state.base + r as i32;
            match states.get(i + 1) {
                None => slots.extend(source.live_registers(state.pc).iter().map(register)),
                Some(callee) => {
                    // The caller goes on behind its instruction or at its target, as a rule. A call has written `dst`
                    // then; a `ForIter` has only if it jumps, a comparison not at all.
                    let (dst, skip) = (callee.extra as u16, (callee.extra >> 16) as u8);
                    let kind = Frame::kind_of(callee.extra);
                    let jumps = matches!(kind, FrameKind::ForIter | FrameKind::Test);
                    let keep = |r: u32| jumps || r != u32::from(dst);
                    let next = source.live_registers(state.pc + u32::from(skip));
                    slots.extend(next.iter().filter(|&r| keep(r)).map(register));
                    if jumps {
                        slots.extend(source.live_registers(target(source, state.pc)).iter().map(register));
                    }
                    // If the callee raises, the caller goes on at its handler.
                    if source.handler_at(state.pc).is_some() {
                        slots.extend(source.live_registers(state.pc).iter().map(register));
                    }
                }
            }
        }
        slots.sort_unstable();
        slots.dedup();
        Some(slots)
    }

    fn set_resume(&mut self, pc: u32) {
        // SAFETY: an instruction of the running code.
        self.run.pc = unsafe { (*self.frame().code).instrs.add(pc as usize) };
    }
}

impl Embed for Vm {
    fn engine(&self) -> &Rc<Engine> {
        self.run.engine.as_ref().expect("only a VM with an engine drives one")
    }

    fn slots(&mut self) -> *mut u64 {
        self.frame().base as *mut u64
    }

    fn loop_name(&self) -> String {
        let at = self.location();
        // SAFETY: loaded code is immortal.
        let code = unsafe { &*(at.code as *const LoadedCode) };
        let file = code.source.filename.rsplit('/').next().unwrap_or("?");
        format!("{file}:{} {}", code.line(at.pc), code.qualname.text())
    }

    fn restore(&mut self, root: usize, states: &[FrameState], _resume: Resume) {
        let base = self.frames[root].base;
        let first = self.frames[root];
        self.frames.truncate(root);
        for (i, s) in states.iter().enumerate() {
            let slots = base.wrapping_offset(s.base as isize);
            let mut frame = Frame::from_linkage(s.code as *mut LoadedCode, slots, s.pc, s.extra);
            if i == 0 {
                frame = Frame { pc: frame.pc, ..first };
            }
            self.high_water = self.high_water.max(frame.end());
            self.run.pc = frame.pc;
            self.frames.push(frame);
        }
    }

    fn record_instruction(recorder: &mut Recorder<'_, Vm>) {
        let vm = recorder.host();
        let at = At { pc: vm.run.pc, code: vm.frame().code };
        // SAFETY: a verified instruction.
        let bits = unsafe { *at.pc };
        let op = Op::from_u16(bits as u16).unwrap_or(Op::Nop);
        let leaves = match op {
            Op::Return | Op::ReturnNone | Op::YieldFrom | Op::ReturnGenerator => true,
            Op::Yield => vm.yield_leaves(insn::Yield::decode(bits)),
            _ => false,
        };
        if leaves && recorder.before_return() {
            return;
        }
        recorder.host().run.recorded = true;
        let (words, flow) = record_step(recorder, at, op, bits);
        let vm = recorder.host();
        vm.run.recorded = false;
        match flow {
            Flow::Next => vm.run.pc = at.pc.wrapping_add(words),
            Flow::Jump(by) => vm.run.pc = at.pc.wrapping_offset(by as isize),
            Flow::Go(_, pc) => vm.run.pc = pc,
            Flow::Raise | Flow::Leave | Flow::Fail => {
                vm.run.raising = true;
                recorder.abort(AbortReason::Raised);
            }
            Flow::RaiseAt(_, pc) => {
                vm.run.pc = pc;
                vm.run.raising = true;
                recorder.abort(AbortReason::Raised);
            }
            Flow::Hot | Flow::Attention => {}
        }
    }

    fn reserve(&mut self, entry: &Entry) -> Option<usize> {
        // Compiled code does not look at the recursion limit: near it, the interpreter must run.
        if self.depth_left() < entry.frames() {
            return None;
        }
        let end = entry.slots().1;
        let end = self.frame().base.wrapping_offset(end as isize).max(self.frame().end());
        let previous = self.top as usize;
        self.top = self.top.max(end);
        self.high_water = self.high_water.max(end);
        Some(previous)
    }

    fn release(&mut self, previous: usize) {
        self.top = previous as *mut Word;
    }
}

/// Where the jump at `pc` goes.
fn target(code: &Code, pc: u32) -> u32 {
    let bits = code.instrs[pc as usize];
    let op = Op::from_u16(bits as u16).unwrap_or(Op::Nop);
    uplift::uop::bytecodes::jump_target(op, bits, pc as usize).map_or(pc, |t| t as u32)
}

/// One instruction under recording: its length and where control goes.
fn record_step(recorder: &mut Recorder<'_, Vm>, at: At, op: Op, bits: u64) -> (usize, Flow) {
    macro_rules! done {
        ($words:expr, $flow:expr) => {
            ($words, $flow)
        };
    }
    dispatch!(recorder, at, op, bits, done)
}

/// Slots that a trace may need above its root frame.
const TRACE_ROOM: usize = 1 << 16;

impl Vm {
    /// Turns the JIT on.
    pub fn set_engine(&mut self, engine: Rc<Engine>) {
        self.run.threshold = engine.threshold();
        self.run.machine_code = engine.runs_machine_code();
        self.run.attention = engine.attention().clone();
        let attention = self.run.attention.clone();
        self.heap.on_gc_wanted = Some(Box::new(move || attention.set(WANT_GC)));
        if engine.wants_many_collections() {
            self.heap.collect_often();
        }
        self.run.engine = Some(engine);
        self.add_roots(mark_trace_constants);
    }

    /// At a header that asked the engine: where execution goes on; true when the pending exception is raised there.
    #[cold]
    #[inline(never)]
    pub(crate) fn drive(&mut self, at: &mut At) -> bool {
        let next = at.pc.wrapping_add(Op::LoopHeader.words());
        let Some(engine) = &self.run.engine else {
            at.pc = next;
            return false;
        };
        if self.run.attention.get() & (Attention::HOST - 1) != 0 {
            engine.poll();
        }
        if engine.wants_collection() {
            self.heap.request_collection();
        }
        if !self.has_trace_room() {
            at.pc = next;
            return false;
        }
        self.run.pc = at.pc;
        // SAFETY: a verified instruction.
        let op = Op::from_u16(unsafe { *at.pc } as u16);
        let kind = if op == Some(Op::Enter) { HeaderKind::Function } else { HeaderKind::Loop };
        // SAFETY: the cell belongs to the instruction; the stack has room for the frames of a trace.
        let driven = self.traced(|vm| unsafe { Engine::drive(vm, kind, at.pc.add(1) as *mut LoopCell) });
        if driven == Driven::Interpret {
            at.pc = next;
            return false;
        }
        self.resume(at, driven)
    }

    /// Whether the stack has room for the frames of any trace.
    fn has_trace_room(&self) -> bool {
        (self.stack_end as usize - self.frame().base as usize) / 8 >= TRACE_ROOM
    }

    /// Does what may record: a nested recording must not disturb the outer one.
    fn traced<T>(&mut self, action: impl FnOnce(&mut Vm) -> T) -> T {
        // What a recording calls may come here too.
        let recording = (self.run.recording_depth, std::mem::take(&mut self.run.passes));
        self.run.recording_depth = self.frames.len();
        let result = action(self);
        (self.run.recording_depth, self.run.passes) = recording;
        result
    }

    /// Where the interpreter goes on after a tree; true when the pending exception is raised there.
    fn resume(&mut self, at: &mut At, driven: Driven) -> bool {
        *at = At { pc: self.run.pc, code: self.frame().code };
        if driven == Driven::Stopped {
            // The header is executed again, and sees this.
            self.run.attention.set(WANT_INTERRUPT);
        }
        let raising = std::mem::take(&mut self.run.raising) || driven == Driven::Ran(Resume::Raise);
        if self.should_collect() {
            self.run.attention.set(WANT_GC);
        }
        raising
    }

    /// Runs the function whose boundary frame was just pushed as compiled code, if there is any.
    #[inline]
    pub(crate) fn run_compiled(&mut self, code: *mut LoadedCode) -> Option<PyResult> {
        // SAFETY: loaded code is immortal.
        let (start, called, generator) =
            unsafe { ((*code).instrs, &raw mut (*code).called, (*code).is_generator) };
        // A generator function only makes a generator.
        if generator {
            return None;
        }
        // SAFETY: as above; the reference ends with the statement.
        let asks = unsafe { (*called).visit(self.run.threshold) };
        if !asks || self.run.attention.get() != 0 || !self.has_trace_room() {
            return None;
        }
        let engine = Rc::clone(self.run.engine.as_ref()?);
        let root = self.frames.len() - 1;
        let saved = std::mem::replace(&mut self.run.pc, start);
        // SAFETY: as above.
        let entry = unsafe { (*called).tree() };
        let entry = entry.and_then(|tree| engine.entry(tree, Location { code: code as u64, pc: 0 }));
        let driven = match entry {
            Some(entry) => {
                // SAFETY: the frame stands at the function's first instruction, and the stack has room for any trace.
                let exit = self.traced(|vm| unsafe { engine.run_tree(vm, entry) });
                if let Some(exit) = &exit
                    && let Some(result) = self.returned(exit)
                {
                    if exit.is_hot() {
                        engine.settle(exit);
                    }
                    self.frames.pop();
                    self.run.pc = saved;
                    return Some(Ok(result));
                }
                // SAFETY: as above.
                exit.map(|exit| self.traced(|vm| unsafe { engine.leave(vm, &exit, root) }))
            }
            None => {
                // SAFETY: as above; the cell is the code's.
                let driven = self.traced(|vm| unsafe { Engine::drive(vm, HeaderKind::Callee, called) });
                Some(driven).filter(|&driven| driven != Driven::Interpret)
            }
        };
        let mut at = At { pc: start, code };
        let raising = driven.is_some_and(|driven| self.resume(&mut at, driven));
        self.run.pc = saved;
        driven.map(|_| self.run_loop_for(Caller::Compiled, at.code, at.pc, raising))
    }

    /// What the root frame returns, if it is left at a return and nowhere else.
    fn returned(&self, exit: &Exit) -> Option<Word> {
        let &[FrameState { pc, .. }] = exit.frames() else { return None };
        let frame = self.frame();
        // SAFETY: a verified instruction of the frame's code, and a register of the frame.
        unsafe {
            let bits = *(*frame.code).instrs.add(pc as usize);
            match Op::from_u16(bits as u16) {
                Some(Op::Return) if exit.resume() != Resume::Raise => {
                    Some(*frame.base.add(insn::Return::decode(bits).src as usize))
                }
                Some(Op::ReturnNone) if exit.resume() != Resume::Raise => Some(NONE),
                _ => None,
            }
        }
    }
}

/// Marks the objects that traces hold as constants.
fn mark_trace_constants(vm: &Vm, m: &mut Marker) {
    let Some(engine) = &vm.run.engine else { return };
    let index = vm.heap.index();
    engine.for_each_root(|bits| {
        // References also name shapes, code and cells of globals, which are not on the heap.
        if index.contains(bits) {
            m.word(Word(bits));
        }
    });
}
