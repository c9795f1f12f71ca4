//! The run loops: the interpreter, and what happens between instructions (raising, safepoints).
//!
//! SAFETY of the module: `At` points at an instruction of the innermost frame's code, whose registers
//! lie in the value stack.

use crate::bytecode::Op;
use crate::objects::{Args, Exception, Function, Gc, LoadedCode, Namespace, TraceEntry};
use crate::vm::boot::native_stack_pointer;
use crate::vm::frame::{Frame, FrameKind, WANT_GC, WANT_INTERRUPT};
use crate::vm::handlers::{At, dispatch};
use crate::vm::{Exc, PyResult, Raised, Vm};
use crate::word::UNDEF;
use uplift::Interp;

/// Why the interpreter's inner loop stopped.
enum Event {
    Raise,
    Fail,
    Leave,
    Hot,
    Attention,
}

/// Who runs Python code, and so where the words are that must stay alive meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A native: anywhere. There is no collection until it has finished, unless it is the program that calls.
    Native,
    /// Machine code: in the value stack and on the native stack, where the collector looks.
    Compiled,
}

impl Vm {
    /// Calls a Python function and runs it to its end.
    pub fn run_function(&mut self, func: Gc<Function>, args: &Args) -> PyResult {
        self.run_function_for(Caller::Native, func, args)
    }

    /// The same, for a caller of some kind.
    pub(crate) fn run_function_for(&mut self, caller: Caller, func: Gc<Function>, args: &Args) -> PyResult {
        self.check_native_stack()?;
        let code = func.code as *mut LoadedCode;
        let base = self.stack_top().wrapping_add(3);
        // SAFETY: loaded code is immortal.
        let start = unsafe { (*code).instrs };
        let frame = Frame { code, base, pc: start, dst: 0, kind: FrameKind::Boundary, skip: 0 };
        if !self.make_room(&frame) {
            return Err(Raised);
        }
        self.bind(func, args, base)?;
        let pc = self.run.pc;
        if let Some(caller) = self.frames.last_mut() {
            caller.pc = pc;
        }
        self.frames.push(frame);
        // SAFETY: the stack has room for the frame.
        unsafe {
            *base.offset(-1) = func.word();
            for &register in &(*code).unset {
                *base.add(register as usize) = UNDEF;
            }
        }
        self.called_by(caller, |vm| match vm.run_compiled(code) {
            Some(result) => result,
            None => vm.run_loop_for(Caller::Compiled, code, start, false),
        })
    }

    /// Does what a caller of some kind wants, with collections only if they find all words.
    fn called_by<T>(&mut self, caller: Caller, action: impl FnOnce(&mut Vm) -> T) -> T {
        let depth = self.native_depth;
        self.run.recorded = false;
        if caller == Caller::Native && self.run.loops > 0 {
            self.native_depth += 1;
        }
        let result = action(self);
        self.native_depth = depth;
        if self.should_collect() {
            self.run.attention.set(WANT_GC);
        }
        result
    }

    /// Runs from `pc` on until the innermost frame, a boundary, ends; `raising`: the pending exception is raised there.
    pub(crate) fn run_loop(&mut self, code: *mut LoadedCode, pc: *mut u64, raising: bool) -> PyResult {
        self.run_loop_for(Caller::Native, code, pc, raising)
    }

    /// The same, for a caller of some kind.
    pub(crate) fn run_loop_for(
        &mut self,
        caller: Caller,
        code: *mut LoadedCode,
        pc: *mut u64,
        raising: bool,
    ) -> PyResult {
        self.called_by(caller, |vm| {
            let saved = vm.run.pc;
            if vm.run.loops == 0 {
                vm.run.native_base = native_stack_pointer();
            }
            vm.run.loops += 1;
            let result = vm.interpret(At { pc, code }, raising);
            vm.run.loops -= 1;
            vm.run.pc = saved;
            result
        })
    }

    fn interpret(&mut self, mut at: At, raising: bool) -> PyResult {
        let slots = self.frame().base as *mut u64;
        let threshold = self.run.threshold;
        // SAFETY: module argument; the stack keeps room for every frame pushed.
        let mut m = unsafe { Interp::new(self, slots, threshold) };
        let mut event = if raising { Some(Event::Raise) } else { None };
        loop {
            match event {
                None => {}
                Some(Event::Raise) => match m_host(&mut m).unwind(at) {
                    Some(handler) => {
                        at = handler;
                        let slots = m_host(&mut m).frame().base as *mut u64;
                        // SAFETY: module argument.
                        unsafe { m.set_frame(slots) };
                    }
                    None => return Err(Raised),
                },
                Some(Event::Fail) => {
                    m_host(&mut m).frames.pop();
                    return Err(Raised);
                }
                Some(Event::Leave) => {
                    let vm = m_host(&mut m);
                    vm.frames.pop();
                    return Ok(vm.run.result);
                }
                Some(Event::Hot) => {
                    let vm = m_host(&mut m);
                    let raising = vm.drive(&mut at);
                    let slots = vm.frame().base as *mut u64;
                    // SAFETY: module argument.
                    unsafe { m.set_frame(slots) };
                    if raising {
                        event = Some(Event::Raise);
                        continue;
                    }
                }
                Some(Event::Attention) => {
                    if m_host(&mut m).attend().is_err() {
                        event = Some(Event::Raise);
                        continue;
                    }
                    // Not this instruction again: a bit may have to stay set for code further out.
                    at.pc = at.pc.wrapping_add(Op::LoopHeader.words());
                }
            }
            event = Some(run_instructions(&mut m, &mut at));
        }
    }

    /// What a safepoint does when something wants attention.
    #[cold]
    fn attend(&mut self) -> PyResult<()> {
        let bits = self.run.attention.get();
        self.run.attention.clear(WANT_GC | WANT_INTERRUPT);
        if self.should_collect() {
            self.collect_at_safepoint();
        }
        if bits & WANT_INTERRUPT != 0 {
            return Err(self.raise_with(Exc::KeyboardInterrupt, &[]));
        }
        self.check_limit()
    }

    /// Collects between two instructions of the innermost frame.
    fn collect_at_safepoint(&mut self) {
        self.forget_dead_registers();
        // What compiled code has reserved belongs to it.
        let reserved = self.top;
        self.top = self.stack_top();
        self.collect(reserved != self.stack);
        self.top = reserved;
    }

    /// Empties the innermost frame's registers that nothing reads any more, or that hold what an earlier frame left there.
    fn forget_dead_registers(&mut self) {
        let Frame { code, base, .. } = *self.frame();
        // SAFETY: loaded code is immortal; the registers are the frame's.
        unsafe {
            let live = (*code).source.live_registers(Vm::pc_index(code, self.run.pc));
            for register in (0..(*code).nregs).filter(|&register| !live.contains(register)) {
                *base.add(register as usize) = UNDEF;
            }
        }
    }

    /// Finds the handler of the pending exception, raised at `at`, and puts the exception where it wants it. `None`: a
    /// boundary frame was left; the exception is still pending.
    #[cold]
    fn unwind(&mut self, at: At) -> Option<At> {
        if self.pending == UNDEF {
            let _ = self.raise(Exc::SystemError, "error return without exception set");
        }
        let At { mut pc, mut code } = at;
        loop {
            let index = Vm::pc_index(code, pc);
            if !std::mem::take(&mut self.run.reraised)
                && let Some(mut e) = self.pending.cast::<Exception>()
                // SAFETY: loaded code is immortal.
                && !unsafe { &*code }.is_hidden
            {
                e.traceback.push(TraceEntry { code, pc: index });
            }
            let frame = *self.frame();
            // SAFETY: loaded code is immortal; the register is the frame's.
            unsafe {
                let loaded = &*code;
                if let Some(h) = loaded.source.handler_at(index) {
                    *frame.base.add(h.register as usize) = std::mem::replace(&mut self.pending, UNDEF);
                    return Some(At { pc: loaded.instrs.add(h.target as usize), code });
                }
            }
            if frame.kind.is_generator() {
                self.end_generator();
                if self.pending_is(Exc::StopIteration) {
                    self.stop_escaped();
                }
            }
            self.frames.pop();
            if frame.kind.is_boundary() {
                return None;
            }
            let caller = self.frame();
            (pc, code) = (caller.pc, caller.code);
        }
    }

    /// A StopIteration that leaves a generator becomes a RuntimeError.
    fn stop_escaped(&mut self) {
        let cause = self.take_pending();
        let _ = self.runtime_error("generator raised StopIteration");
        if let Some(mut e) = self.pending.cast::<Exception>() {
            e.cause = cause;
            e.context = cause;
            e.suppress_context = true;
        }
    }

    /// The code to run with `globals`: instructions cache the cells of one namespace, so code that runs with
    /// several is copied.
    pub fn code_for(&mut self, code: *const LoadedCode, globals: Gc<Namespace>) -> *mut LoadedCode {
        let code = code as *mut LoadedCode;
        // SAFETY: loaded code is immortal.
        let c = unsafe { &mut *code };
        let wanted = globals.as_ptr();
        if c.globals.is_null() {
            c.globals = wanted;
            self.immortalize(globals.word());
        }
        if c.globals == wanted {
            return code;
        }
        // SAFETY: as above.
        if let Some(&copy) = c.copies.iter().find(|&&copy| unsafe { (*copy).globals } == wanted) {
            return copy;
        }
        let source = c.source.clone();
        let copy = self.load_code(&source);
        // SAFETY: as above.
        unsafe { (*copy).globals = wanted };
        self.immortalize(globals.word());
        c.copies.push(copy);
        copy
    }
}

fn m_host<'a>(m: &'a mut Interp<'_, Vm>) -> &'a mut Vm {
    uplift::Machine::host(m)
}

/// The interpreter's inner loop.
fn run_instructions(m: &mut Interp<'_, Vm>, place: &mut At) -> Event {
    let At { mut pc, mut code } = *place;
    // A copy, so that the machine can stay in registers.
    let (slots, host) = (m.frame(), std::ptr::from_mut(m_host(m)));
    let threshold = m_host(m).run.threshold;
    // SAFETY: `m` is not used until the copy is done; module argument.
    let mut machine = unsafe { Interp::new(&mut *host, slots, threshold) };
    let event = loop {
        // SAFETY: module argument; verified code contains only valid instruction numbers.
        let (bits, op) = unsafe {
            let bits = *pc;
            (bits, std::mem::transmute::<u16, Op>(bits as u16))
        };
        uplift::Machine::host(&mut machine).run.pc = pc;
        macro_rules! done {
            ($words:expr, $flow:expr) => {
                match $flow {
                    Flow::Next => pc = pc.wrapping_add($words),
                    Flow::Jump(by) => pc = pc.wrapping_offset(by as isize),
                    Flow::Go(c, p) => {
                        code = c;
                        pc = p;
                    }
                    Flow::Raise => break Event::Raise,
                    Flow::RaiseAt(c, p) => {
                        code = c;
                        pc = p;
                        break Event::Raise;
                    }
                    Flow::Fail => break Event::Fail,
                    Flow::Leave => break Event::Leave,
                    Flow::Hot => break Event::Hot,
                    Flow::Attention => break Event::Attention,
                }
            };
        }
        let at = At { pc, code };
        dispatch!(&mut machine, at, op, bits, done)
    };
    *place = At { pc, code };
    let slots = machine.frame();
    // SAFETY: where the copy stopped.
    unsafe { m.set_frame(slots) };
    event
}
