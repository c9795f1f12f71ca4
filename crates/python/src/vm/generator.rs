//! Generators: frames that leave the stack and come back.
//!
//! A suspended generator holds its registers and the address of the `Yield`, `YieldFrom` or
//! `ReturnGenerator` at which it stands. While it runs, its object is in `r(-2)` of its frame. A trace that resumes one
//! (`vm::handlers::generators`) loads and saves only the registers that are live there, and leaves `handled` alone: it
//! resumes no code with exception handlers.
//!
//! Generators that are used up in one go need no suspension; see `vm::consume`.
//!
//! SAFETY of the module: a running generator's frame is on the value stack, and `regs` has room for the
//! registers of its code.

use crate::bytecode::{Op, insn};
use crate::objects::misc::{GEN_CREATED, GEN_DONE, GEN_RUNNING, GEN_SUSPENDED};
use crate::objects::{Args, Exception, Gc, Generator, LoadedCode, MethodDef, TypeTag};
use crate::vm::consume::Consumer;
use crate::vm::frame::{Frame, FrameKind};
use crate::vm::handlers::generators::Entered;
use crate::vm::handlers::{At, Flow};
use crate::vm::{Exc, PyResult, Raised, Vm};
use crate::word::{NONE, UNDEF, Word};

/// Words between the top of the stack and a generator's `r0`.
pub const GENERATOR_GAP: usize = 5;

fn op_at(pc: *mut u64) -> Op {
    // SAFETY: an instruction of loaded code.
    Op::from_u16(unsafe { *pc } as u16).unwrap_or(Op::Nop)
}

fn at(code: *const LoadedCode, index: u32) -> *mut u64 {
    // SAFETY: an instruction of loaded code.
    unsafe { (*code).instrs.add(index as usize) }
}

impl Vm {
    /// Makes a generator of the innermost frame, which stands at a `ReturnGenerator`.
    pub fn make_generator(&mut self, pc: *mut u64) -> Word {
        let frame = *self.frame();
        // SAFETY: loaded code is immortal; `r(-1)` is the function.
        let (code, func) = unsafe { (&*frame.code, *frame.base.offset(-1)) };
        let regs = unsafe { std::slice::from_raw_parts(frame.base, code.nregs as usize) };
        let hdr = self.header(TypeTag::Generator, self.types.generator);
        let f = func.cast::<crate::objects::Function>();
        let (name, qualname) = f.map_or((NONE, NONE), |f| (f.name, f.qualname));
        self.heap.external(regs.len() * 8);
        let generator = Generator {
            hdr,
            func,
            code,
            pc: Vm::pc_index(frame.code, pc),
            state: GEN_CREATED,
            regs: regs.into(),
            swapped: false,
            is_coroutine: false,
            name,
            qualname,
            handled: Vec::new(),
        };
        self.heap.place(generator).word()
    }

    /// Puts a generator on the stack above the innermost frame. The caller goes on at the frame's code and pc.
    pub fn enter_generator(
        &mut self,
        pc: *mut u64,
        g: Gc<Generator>,
        sent: Word,
        kind: FrameKind,
        dst: u16,
        skip: u8,
    ) -> Entered {
        match g.state {
            GEN_DONE => return Entered::Done,
            GEN_RUNNING => {
                let _ = self.value_error("generator already executing");
                return Entered::Failed;
            }
            GEN_CREATED if sent != NONE && sent != UNDEF => {
                let _ = self.type_error("can't send non-None value to a just-started generator");
                return Entered::Failed;
            }
            _ => {}
        }
        match self.push_generator(pc, g, kind, dst, skip) {
            Some(base) => {
                let stopped = at(g.code, g.pc);
                let resume = self.deliver(base, stopped, sent);
                Entered::Running(Flow::Go(g.code as *mut LoadedCode, resume))
            }
            None => Entered::Failed,
        }
    }

    /// Pushes the generator's frame and restores its registers.
    fn push_generator(
        &mut self,
        pc: *mut u64,
        mut g: Gc<Generator>,
        kind: FrameKind,
        dst: u16,
        skip: u8,
    ) -> Option<*mut Word> {
        let base = self.stack_top().wrapping_add(GENERATOR_GAP);
        let code = g.code as *mut LoadedCode;
        let frame = Frame { code, base, pc: at(code, g.pc), dst, kind, skip };
        if self.frames.is_empty() {
            if frame.end() > self.high_water && !self.grow_stack(frame.end()) {
                return None;
            }
            self.frames.push(frame);
        } else if !self.push_frame(pc, frame) {
            return None;
        }
        // SAFETY: the stack has room for the frame.
        unsafe {
            std::ptr::copy_nonoverlapping(g.regs.as_ptr(), base, g.regs.len());
            *base.offset(-1) = g.func;
            *base.offset(-2) = g.word();
            *base.offset(-3) = UNDEF;
            *base.offset(-4) = UNDEF;
        }
        g.state = GEN_RUNNING;
        let own = std::mem::take(&mut g.handled);
        g.handled = self.handled.clone();
        g.swapped = true;
        if !own.is_empty() {
            self.handled = own;
        }
        Some(base)
    }

    /// Gives the sent value to the instruction at which the generator stands; where it goes on.
    pub(super) fn deliver(&mut self, base: *mut Word, stopped: *mut u64, sent: Word) -> *mut u64 {
        // SAFETY: module argument.
        unsafe {
            let word = *stopped;
            match op_at(stopped) {
                Op::Yield => {
                    *base.add(insn::Yield::decode(word).dst as usize) = sent;
                    stopped.add(insn::Yield::WORDS)
                }
                Op::YieldFrom => {
                    *base.add(insn::YieldFrom::decode(word).value as usize) = sent;
                    stopped
                }
                op => stopped.add(op.words()),
            }
        }
    }

    /// The generator that runs in a frame.
    fn generator_of(frame: &Frame) -> Gc<Generator> {
        // SAFETY: module argument.
        unsafe { (*frame.base.offset(-2)).cast_unchecked() }
    }

    /// Takes the innermost frame, a generator's, off the stack; it stands at `pc`.
    pub(super) fn save(&mut self, pc: *mut u64) {
        let frame = *self.frame();
        let mut g = Vm::generator_of(&frame);
        // SAFETY: module argument.
        unsafe { std::ptr::copy_nonoverlapping(frame.base, g.regs.as_mut_ptr(), g.regs.len()) };
        g.pc = Vm::pc_index(frame.code, pc);
        g.state = GEN_SUSPENDED;
        if g.swapped {
            g.swapped = false;
            let outer = std::mem::take(&mut g.handled);
            let own = std::mem::replace(&mut self.handled, outer);
            if own != self.handled {
                g.handled = own;
            }
        }
    }

    /// Marks the generator of the innermost frame finished.
    pub fn end_generator(&mut self) {
        let frame = *self.frame();
        let mut g = Vm::generator_of(&frame);
        g.state = GEN_DONE;
        g.regs = Box::default();
        if g.swapped {
            g.swapped = false;
            self.handled = std::mem::take(&mut g.handled);
        }
    }

    pub(super) fn pop(&mut self) -> Frame {
        let frame = *self.frame();
        self.frames.pop();
        frame
    }

    /// Suspends the generator in the innermost frame, which stands at `pc` and gives out `w`. Generators
    /// that wait for it in a `yield from` are suspended too.
    pub fn suspend(&mut self, pc: *mut u64, w: Word) -> Flow {
        let mut pc = pc;
        loop {
            let frame = *self.frame();
            // SAFETY: module argument.
            if let Some(consumer) = Consumer::of(unsafe { *frame.base.offset(-4) }) {
                return self.give(consumer, &frame, pc, w);
            }
            self.save(pc);
            let kind = frame.kind;
            if kind == FrameKind::GeneratorBoundary {
                self.run.result = w;
                self.run.yielded = true;
                return Flow::Leave;
            }
            let frame = self.pop();
            let caller = *self.frame();
            // SAFETY: registers of the caller; its pc is at the instruction that resumed.
            unsafe {
                match kind {
                    FrameKind::ForIter => {
                        *caller.base.add(frame.dst as usize) = w;
                        let to = insn::ForIter::decode(*caller.pc).to;
                        return Flow::Go(caller.code, caller.pc.offset(to as isize));
                    }
                    FrameKind::Delegate => pc = caller.pc,
                    _ => {
                        *caller.base.add(frame.dst as usize) = w;
                        return Flow::Go(caller.code, caller.pc.add(frame.skip as usize));
                    }
                }
            }
        }
    }

    /// The generator in the innermost frame returns `w`.
    pub fn finish_generator(&mut self, w: Word) -> Flow {
        self.end_generator();
        let kind = self.frame().kind;
        // SAFETY: module argument.
        let (consumer, so_far) = unsafe { (*self.frame().base.offset(-4), *self.frame().base.offset(-3)) };
        if let Some(consumer) = Consumer::of(consumer) {
            return self.end_consumer(consumer, so_far);
        }
        if kind == FrameKind::GeneratorBoundary {
            self.run.result = w;
            self.run.yielded = false;
            return Flow::Leave;
        }
        let frame = self.pop();
        let caller = *self.frame();
        match kind {
            FrameKind::ForIter => {}
            FrameKind::Delegate => {
                // SAFETY: a register of the caller.
                unsafe { *caller.base.add(frame.dst as usize) = w };
            }
            _ => {
                let _ = self.stop_iteration(w);
                return Flow::RaiseAt(caller.code, caller.pc);
            }
        }
        Flow::Go(caller.code, caller.pc.wrapping_add(frame.skip as usize))
    }

    /// Whether a value is a generator that can run.
    pub fn runnable_generator(w: Word) -> Option<Gc<Generator>> {
        w.cast::<Generator>().filter(|g| matches!(g.state, GEN_CREATED | GEN_SUSPENDED))
    }

    /// The `YieldFrom` instruction.
    pub fn yield_from(&mut self, at: At, i: insn::YieldFrom, it: Word, value: Word) -> Flow {
        if let Some(g) = it.cast::<Generator>() {
            return match self.enter_generator(at.pc, g, value, FrameKind::Delegate, i.dst, 1) {
                Entered::Running(flow) => flow,
                Entered::Done => self.delegated(i.dst, NONE),
                Entered::Failed => Flow::Raise,
            };
        }
        match self.send_to(it, value) {
            Ok(w) => self.suspend(at.pc, w),
            Err(_) => match self.take_stop_value() {
                Some(w) => self.delegated(i.dst, w),
                None => Flow::Raise,
            },
        }
    }

    fn delegated(&mut self, dst: u16, w: Word) -> Flow {
        // SAFETY: a register of the innermost frame.
        unsafe { *self.frame().base.add(dst as usize) = w };
        Flow::Next
    }

    /// Resumes a generator from native code: the item, or `None` with [`Vm::generator_return`] set.
    pub fn resume_generator(&mut self, g: Gc<Generator>, sent: Word) -> PyResult<Option<Word>> {
        self.check_native_stack()?;
        let pc = self.run.pc;
        match self.enter_generator(pc, g, sent, FrameKind::GeneratorBoundary, 0, 0) {
            Entered::Running(Flow::Go(code, pc)) => self.run_generator(code, pc, false),
            Entered::Failed => Err(Raised),
            _ => {
                self.run.result = NONE;
                Ok(None)
            }
        }
    }

    fn run_generator(
        &mut self,
        code: *mut LoadedCode,
        pc: *mut u64,
        raising: bool,
    ) -> PyResult<Option<Word>> {
        let w = self.run_loop(code, pc, raising)?;
        if std::mem::take(&mut self.run.yielded) { Ok(Some(w)) } else { Ok(None) }
    }

    /// What the generator that [`Vm::resume_generator`] found at its end returned.
    pub fn generator_return(&self) -> Word {
        self.run.result
    }

    /// `g.send(value)`.
    pub fn generator_send(&mut self, g: Gc<Generator>, value: Word) -> PyResult {
        let done = g.state == GEN_DONE;
        match self.resume_generator(g, value)? {
            Some(w) => Ok(w),
            None => {
                let w = if done { NONE } else { self.generator_return() };
                Err(self.stop_iteration(w))
            }
        }
    }

    /// Raises `exception` where the generator stands: the next item, or an error.
    pub fn generator_throw(&mut self, mut g: Gc<Generator>, exception: Word) -> PyResult {
        self.check_native_stack()?;
        match g.state {
            GEN_RUNNING => return Err(self.value_error("generator already executing")),
            GEN_CREATED | GEN_DONE => {
                g.state = GEN_DONE;
                return Err(self.raise_object(exception));
            }
            _ => {}
        }
        let stopped = at(g.code, g.pc);
        if op_at(stopped) == Op::YieldFrom {
            // SAFETY: module argument.
            let i = insn::YieldFrom::decode(unsafe { *stopped });
            return self.throw_delegated(g, i, exception);
        }
        self.throw_here(g, stopped, exception)
    }

    fn throw_here(&mut self, g: Gc<Generator>, stopped: *mut u64, exception: Word) -> PyResult {
        let pc = self.run.pc;
        if self.push_generator(pc, g, FrameKind::GeneratorBoundary, 0, 0).is_none() {
            return Err(Raised);
        }
        let _ = self.raise_object(exception);
        match self.run_generator(g.code as *mut LoadedCode, stopped, true)? {
            Some(w) => Ok(w),
            None => {
                let w = self.generator_return();
                Err(self.stop_iteration(w))
            }
        }
    }

    /// Passes a thrown exception to the iterator of a `yield from` in progress.
    fn throw_delegated(&mut self, mut g: Gc<Generator>, i: insn::YieldFrom, exception: Word) -> PyResult {
        let it = g.regs[i.iter as usize];
        let stopped = at(g.code, g.pc);
        g.state = GEN_RUNNING;
        let result = self.throw_into(it, exception);
        g.state = GEN_SUSPENDED;
        match result {
            Ok(Some(w)) => Ok(w),
            Ok(None) => self.throw_here(g, stopped, exception),
            Err(_) => match self.take_stop_value() {
                Some(w) => {
                    g.regs[i.dst as usize] = w;
                    self.resume_after(g, stopped)
                }
                None => {
                    let e = self.take_pending();
                    self.throw_here(g, stopped, e)
                }
            },
        }
    }

    /// `Ok(None)`: the iterator takes no exceptions.
    fn throw_into(&mut self, it: Word, exception: Word) -> PyResult<Option<Word>> {
        let closing = self.is_instance(exception, self.exc(Exc::GeneratorExit));
        if let Some(inner) = it.cast::<Generator>() {
            if closing {
                self.generator_close(inner)?;
                return Ok(None);
            }
            return self.generator_throw(inner, exception).map(Some);
        }
        let name = if closing { self.names.close } else { self.names.throw };
        let Some(method) = self.find_attr(it, name)? else { return Ok(None) };
        if closing {
            self.call(method, &[])?;
            return Ok(None);
        }
        self.call(method, &[exception]).map(Some)
    }

    /// Goes on behind the `YieldFrom` at which the generator stands, whose result is stored.
    fn resume_after(&mut self, g: Gc<Generator>, stopped: *mut u64) -> PyResult {
        let pc = self.run.pc;
        if self.push_generator(pc, g, FrameKind::GeneratorBoundary, 0, 0).is_none() {
            return Err(Raised);
        }
        let next = stopped.wrapping_add(insn::YieldFrom::WORDS);
        match self.run_generator(g.code as *mut LoadedCode, next, false)? {
            Some(w) => Ok(w),
            None => {
                let w = self.generator_return();
                Err(self.stop_iteration(w))
            }
        }
    }

    /// `g.close()`.
    pub fn generator_close(&mut self, mut g: Gc<Generator>) -> PyResult<()> {
        if g.state == GEN_CREATED || g.state == GEN_DONE {
            g.state = GEN_DONE;
            return Ok(());
        }
        let class = self.exc(Exc::GeneratorExit);
        let exit = self.new_exception(class, &[]);
        match self.generator_throw(g, exit) {
            Ok(_) => Err(self.runtime_error("generator ignored GeneratorExit")),
            Err(_) if self.swallow(Exc::StopIteration) || self.swallow(Exc::GeneratorExit) => Ok(()),
            Err(raised) => Err(raised),
        }
    }

    /// What `g.throw(...)`'s arguments ask to raise.
    pub fn thrown_exception(&mut self, a: &Args) -> PyResult {
        let (kind, value) = (a[0], a.or(1, NONE));
        if kind.is::<Exception>() {
            return Ok(kind);
        }
        if value.is::<Exception>() {
            return Ok(value);
        }
        let args: &[Word] = if value.is_none() { &[] } else { &[value] };
        let is_class =
            kind.cast::<crate::objects::Class>().is_some_and(|c| c.is_subclass(self.exc(Exc::BaseException)));
        if !is_class {
            let name = self.type_name(kind);
            return Err(self.type_error(format!(
                "exceptions must be classes or instances deriving from BaseException, not {name}"
            )));
        }
        self.call(kind, args)
    }
}

fn this(a: &Args) -> Gc<Generator> {
    // SAFETY: natives of the class check their self.
    unsafe { a[0].cast_unchecked() }
}

static METHODS: &[MethodDef] = &[
    MethodDef::new("send", |vm, a| vm.generator_send(this(a), a[1]), 1, 1),
    MethodDef::new(
        "throw",
        |vm, a| {
            let e = vm.thrown_exception(&a.skip(1))?;
            vm.generator_throw(this(a), e)
        },
        1,
        3,
    ),
    MethodDef::new("close", |vm, a| vm.generator_close(this(a)).map(|()| NONE), 0, 0),
    MethodDef::new("__next__", |vm, a| vm.generator_send(this(a), NONE), 0, 0),
    MethodDef::new("__iter__", |_, a| Ok(a[0]), 0, 0),
];

static ATTRIBUTES: &[crate::objects::class::GetSetDef] = &[
    (
        "gi_running",
        |_, w| Ok(Word::bool(w.cast::<Generator>().is_some_and(|g| g.state == GEN_RUNNING))),
        None,
    ),
    ("__name__", |_, w| Ok(w.cast::<Generator>().map_or(NONE, |g| g.name)), None),
    ("__qualname__", |_, w| Ok(w.cast::<Generator>().map_or(NONE, |g| g.qualname)), None),
    (
        "gi_frame",
        // Only whether there is one can be told.
        |_, w| {
            Ok(if w.cast::<Generator>().is_some_and(|g| g.state == GEN_DONE) {
                NONE
            } else {
                Word::bool(true)
            })
        },
        None,
    ),
];

impl Vm {
    /// Registers the methods of generators.
    pub(crate) fn install_generators(&mut self) {
        let class = self.types.generator;
        self.add_methods(class, METHODS);
        self.add_getsets(class, ATTRIBUTES);
    }
}
