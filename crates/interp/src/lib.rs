//! The uop interpreter: slow, obvious, and the oracle for everything else.
//!
//! It executes recorded and optimised trees alike, one instruction at a time. Pure uops and guards run the table's own
//! evaluations ([`uplift_uop::eval::evaluate`]); memory uops act on raw addresses; calls go through the declared
//! function's address. A failing guard goes on in the side trace that hangs on it, or else takes its exit: virtual
//! objects are built, slots are boxed and written, and the snapshot's id is returned.

mod memory;

pub use memory::{Overwritten, call, load, place, store};

use std::borrow::Cow;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering};
use uplift_uop::eval::{Outcome, evaluate};
use uplift_uop::sides::Sides;
use uplift_uop::{HostFn, HostSpec, Inst, Op, Scalar, Section, SnapId, Snapshot, TraceId, Tree, Val};

/// How a run of a tree ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The snapshot that was restored.
    pub snap: SnapId,
    /// The trace that was left.
    pub trace: TraceId,
    /// Instructions executed.
    pub executed: u64,
}

/// Why a run did not end at an exit. Frame and heap are then in the middle of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The fuel ran out.
    OutOfFuel,
    /// The tree is malformed; the verifier says how.
    Malformed(&'static str),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::OutOfFuel => write!(f, "out of fuel"),
            Fault::Malformed(what) => write!(f, "malformed tree: {what}"),
        }
    }
}
impl std::error::Error for Fault {}

/// Runs `tree` once from its entry; [`Program::new`] and [`Program::run`] in one.
///
/// # Safety
/// As for [`Program::run`].
pub unsafe fn run(
    tree: &Tree,
    spec: &HostSpec,
    ctx: *mut c_void,
    frame: *mut u64,
    attention: &AtomicU64,
    fuel: Option<u64>,
) -> Result<Exit, Fault> {
    // SAFETY: the caller's promise is the same.
    unsafe { Program::new(tree, spec).run(ctx, frame, attention, fuel) }
}

/// The word that stands for a machine value, boxed as the host declares. Integers must fit.
pub fn box_scalar(spec: &HostSpec, scalar: Scalar) -> u64 {
    match scalar {
        Scalar::Int(i) => spec.repr.box_int(i),
        Scalar::Float(f) => spec.repr.box_float(f),
        Scalar::Bool(b) => spec.repr.box_bool(b),
        Scalar::Ref(r) => spec.repr.box_ref(r),
        Scalar::Word(w) => w,
        Scalar::Unit => 0,
    }
}

/// What running a tree needs to know of it beforehand: constants behind the values, and where side traces hang.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Values (unset), then constants.
    initial: Vec<Scalar>,
    sides: Sides,
    /// Position of the loop header in the root.
    header: Option<usize>,
}

impl Layout {
    /// The layout of `tree`.
    pub fn new(tree: &Tree) -> Layout {
        let mut initial = vec![Scalar::Unit; tree.values.len()];
        initial.extend(tree.consts.iter());
        let root = tree.traces.first();
        let header = root.and_then(|t| t.insts.iter().position(|i| i.op == Op::LoopHeader));
        Layout { initial, sides: Sides::new(tree), header }
    }
}

/// A tree made ready to run.
pub struct Program<'a> {
    tree: &'a Tree,
    spec: &'a HostSpec,
    layout: Cow<'a, Layout>,
}

impl<'a> Program<'a> {
    /// Makes `tree` ready.
    pub fn new(tree: &'a Tree, spec: &'a HostSpec) -> Program<'a> {
        Program { tree, spec, layout: Cow::Owned(Layout::new(tree)) }
    }

    /// As [`Program::new`] with the tree's layout, made before: for trees that are entered often.
    pub fn with_layout(tree: &'a Tree, spec: &'a HostSpec, layout: &'a Layout) -> Program<'a> {
        Program { tree, spec, layout: Cow::Borrowed(layout) }
    }

    /// Runs from the tree's entry until an exit, or until `fuel` instructions were executed.
    ///
    /// # Safety
    /// `frame` must point at slot 0 of a frame that has all slots the tree touches; every address that the tree
    /// computes from the slots must be what its field, element and function declarations say; `ctx` must be the
    /// context that the host's functions expect.
    pub unsafe fn run(
        &self,
        ctx: *mut c_void,
        frame: *mut u64,
        attention: &AtomicU64,
        fuel: Option<u64>,
    ) -> Result<Exit, Fault> {
        // SAFETY: the caller's promise is the same.
        unsafe { self.run_leaving(ctx, frame, attention, fuel, |_, _| false) }
    }

    /// As [`Program::run`], but each instruction that has a snapshot first asks `leave`, with the frame, whether to
    /// take the exit though nothing failed. Any tree must bear that at instructions that exit.
    ///
    /// # Safety
    /// As for [`Program::run`]; `leave` must not write to the frame.
    pub unsafe fn run_leaving(
        &self,
        ctx: *mut c_void,
        frame: *mut u64,
        attention: &AtomicU64,
        fuel: Option<u64>,
        leave: impl FnMut(&Inst, *const u64) -> bool,
    ) -> Result<Exit, Fault> {
        let mut machine = self.machine(ctx, frame, attention);
        // SAFETY: the caller's promise.
        unsafe { self.execute(&mut machine, fuel, leave) }
    }

    /// As [`Program::run`], and notes what each store to a field or element overwrites, though the run ends in a fault. What
    /// host functions write is not noted.
    ///
    /// # Safety
    /// As for [`Program::run`].
    pub unsafe fn run_noting(
        &self,
        ctx: *mut c_void,
        frame: *mut u64,
        attention: &AtomicU64,
        fuel: Option<u64>,
        overwritten: &mut Vec<Overwritten>,
    ) -> Result<Exit, Fault> {
        let mut machine = Machine { overwritten: Some(overwritten), ..self.machine(ctx, frame, attention) };
        // SAFETY: the caller's promise.
        unsafe { self.execute(&mut machine, fuel, |_, _| false) }
    }

    fn machine<'m>(&'m self, ctx: *mut c_void, frame: *mut u64, attention: &'m AtomicU64) -> Machine<'m> {
        let values = self.layout.initial.clone();
        Machine { program: self, values, ctx, frame, attention, overwritten: None }
    }

    /// # Safety
    /// As for [`Program::run_leaving`].
    unsafe fn execute(
        &self,
        machine: &mut Machine<'_>,
        fuel: Option<u64>,
        mut leave: impl FnMut(&Inst, *const u64) -> bool,
    ) -> Result<Exit, Fault> {
        let (fuel, frame) = (fuel.unwrap_or(u64::MAX), machine.frame);
        let (mut trace, mut at, mut executed) = (0, 0, 0);
        loop {
            let inst = self.tree.traces.get(trace).and_then(|t| t.insts.get(at));
            let inst = inst.ok_or(Fault::Malformed("a trace has no terminator"))?;
            if executed == fuel {
                return Err(Fault::OutOfFuel);
            }
            executed += 1;
            if let Some(snap) = inst.snap
                && leave(inst, frame)
            {
                // SAFETY: the caller's promise.
                unsafe { machine.restore(snap) }?;
                return Ok(Exit { snap, trace: TraceId(trace as u32), executed });
            }
            // SAFETY: the caller's promise.
            match unsafe { machine.step(inst) }? {
                Next::Following => at += 1,
                Next::Entry => (trace, at) = (0, 0),
                Next::Header => {
                    let header = self.layout.header.ok_or(Fault::Malformed("jump without a header"))?;
                    (trace, at) = (0, header + 1);
                }
                Next::Exit => {
                    let snap = inst.snap.ok_or(Fault::Malformed("an exit without a snapshot"))?;
                    if let Some(side) = self.layout.sides.of_snap(snap) {
                        (trace, at) = (side.0 as usize, 0);
                        continue;
                    }
                    // SAFETY: the caller's promise.
                    unsafe { machine.restore(snap) }?;
                    return Ok(Exit { snap, trace: TraceId(trace as u32), executed });
                }
            }
        }
    }
}

/// Where execution goes after an instruction.
enum Next {
    Following,
    Entry,
    Header,
    Exit,
}

struct Machine<'a> {
    program: &'a Program<'a>,
    values: Vec<Scalar>,
    ctx: *mut c_void,
    frame: *mut u64,
    attention: &'a AtomicU64,
    /// What stores have overwritten, if somebody wants to know.
    overwritten: Option<&'a mut Vec<Overwritten>>,
}

const MISSING: Fault = Fault::Malformed("an operand or result does not exist");
const MISTYPED: Fault = Fault::Malformed("operands do not fit the uop");

impl Machine<'_> {
    fn get(&self, val: Val) -> Result<Scalar, Fault> {
        let tree = self.program.tree;
        let index = if val.is_const() { tree.values.len() + val.index() } else { val.index() };
        self.values.get(index).copied().ok_or(MISSING)
    }

    fn set(&mut self, inst: &Inst, scalar: Scalar) -> Result<(), Fault> {
        match inst.results.first() {
            Some(result) => *self.values.get_mut(result.index()).ok_or(MISSING)? = scalar,
            None if scalar == Scalar::Unit || inst.op == Op::Call => {}
            None => return Err(MISSING),
        }
        Ok(())
    }

    fn int(&self, val: Val) -> Result<i64, Fault> {
        if let Scalar::Int(i) = self.get(val)? { Ok(i) } else { Err(MISTYPED) }
    }

    fn reference(&self, val: Val) -> Result<u64, Fault> {
        if let Scalar::Ref(r) = self.get(val)? { Ok(r) } else { Err(MISTYPED) }
    }

    fn word(&self, val: Val) -> Result<u64, Fault> {
        if let Scalar::Word(w) = self.get(val)? { Ok(w) } else { Err(MISTYPED) }
    }

    /// Copies operands to results at once: the loop header's values.
    fn assign(&mut self, results: &[Val], args: &[Val]) -> Result<(), Fault> {
        if results.len() != args.len() {
            return Err(Fault::Malformed("a jump's operands do not match the loop header"));
        }
        let scalars = args.iter().map(|&v| self.get(v)).collect::<Result<Vec<_>, _>>()?;
        for (result, scalar) in results.iter().zip(scalars) {
            *self.values.get_mut(result.index()).ok_or(MISSING)? = scalar;
        }
        Ok(())
    }

    /// # Safety
    /// As for [`Program::run`].
    unsafe fn step(&mut self, inst: &Inst) -> Result<Next, Fault> {
        match inst.op.info().section {
            Section::Pure | Section::Guard => {
                let mut args = [Scalar::Unit; 3];
                for (slot, &arg) in args.iter_mut().zip(&inst.args) {
                    *slot = self.get(arg)?;
                }
                match evaluate(inst.op, inst.imm, &args, self.program.spec) {
                    Outcome::Value(scalar) => self.set(inst, scalar)?,
                    Outcome::Exit => return Ok(Next::Exit),
                    Outcome::NotEvaluable => return Err(MISTYPED),
                }
                Ok(Next::Following)
            }
            Section::Memory => {
                // SAFETY: the caller's promise about slots and addresses.
                unsafe { self.memory(inst) }?;
                Ok(Next::Following)
            }
            // SAFETY: the caller's promise about functions and addresses.
            Section::Control => unsafe { self.control(inst) },
        }
    }

    /// # Safety
    /// As for [`Program::run`].
    unsafe fn memory(&mut self, inst: &Inst) -> Result<(), Fault> {
        let args = &inst.args;
        match inst.op {
            Op::SlotLoad => {
                // SAFETY: the caller's frame has this slot.
                let word = unsafe { *self.frame.offset(inst.slot() as isize) };
                self.set(inst, Scalar::Word(word))
            }
            Op::SlotStore => {
                let word = self.word(*args.first().ok_or(MISSING)?)?;
                // SAFETY: the caller's frame has this slot.
                unsafe { *self.frame.offset(inst.slot() as isize) = word };
                Ok(())
            }
            _ => {
                let base = self.reference(*args.first().ok_or(MISSING)?)?;
                let indexed = inst.op.info().imm == uplift_uop::ImmKind::Elem;
                let index = if indexed { self.int(*args.get(1).ok_or(MISSING)?)? } else { 0 };
                let place = memory::place(self.program.spec, inst.op, inst.imm, base, index);
                let (address, width) = place.ok_or(MISTYPED)?;
                if inst.op.info().ret == uplift_uop::Ty::Unit {
                    let value = self.get(*args.last().ok_or(MISSING)?)?;
                    if value.ty() != width.ty() {
                        return Err(MISTYPED);
                    }
                    if let Some(overwritten) = &mut self.overwritten {
                        // SAFETY: the caller's promise about addresses.
                        overwritten.push(unsafe { Overwritten::at(address, width) });
                    }
                    // SAFETY: the caller's promise about addresses.
                    unsafe { store(address, width, value.bits()) };
                    Ok(())
                } else {
                    // SAFETY: the caller's promise about addresses.
                    let bits = unsafe { load(address, width) };
                    self.set(inst, Scalar::from_bits(width.ty(), bits))
                }
            }
        }
    }

    /// # Safety
    /// As for [`Program::run`].
    unsafe fn control(&mut self, inst: &Inst) -> Result<Next, Fault> {
        let first = || inst.args.first().copied().ok_or(MISSING);
        let passed = match inst.op {
            Op::Call => {
                let args = inst.args.iter().map(|&v| self.get(v)).collect::<Result<Vec<_>, _>>()?;
                // SAFETY: the caller's promise about functions.
                let result = unsafe { self.call(inst.imm, &args) }?;
                self.set(inst, result)?;
                true
            }
            Op::GuardNotRaised => self.word(first()?)? != self.program.spec.raised_word,
            Op::GuardFieldEq => {
                let base = self.reference(first()?)?;
                let expected = self.reference(*inst.args.get(1).ok_or(MISSING)?)?;
                let place = memory::place(self.program.spec, inst.op, inst.imm, base, 0);
                let (address, width) = place.ok_or(MISTYPED)?;
                // SAFETY: the caller's promise about addresses.
                unsafe { load(address, width) == expected }
            }
            Op::GuardAttention => self.attention.load(Ordering::Relaxed) == 0,
            Op::LoopHeader => {
                self.assign(&inst.results, &inst.args)?;
                true
            }
            Op::Jump => {
                let root = self.program.tree.traces.first();
                let header = root.zip(self.program.layout.header).and_then(|(t, at)| t.insts.get(at));
                let header = header.ok_or(Fault::Malformed("jump without a header"))?;
                self.assign(&header.results, &inst.args)?;
                return Ok(Next::Header);
            }
            Op::JumpEntry => return Ok(Next::Entry),
            Op::Exit => false,
            _ => return Err(Fault::Malformed("not a control uop")),
        };
        Ok(if passed { Next::Following } else { Next::Exit })
    }

    /// # Safety
    /// As for [`Program::run`].
    unsafe fn call(&self, function: u64, args: &[Scalar]) -> Result<Scalar, Fault> {
        let function = usize::try_from(function).ok().and_then(|i| self.program.spec.fns.get(i));
        let function = function.ok_or(Fault::Malformed("no such host function"))?;
        let fits = args.len() == function.params.len() && args.len() <= HostFn::MAX_PARAMS;
        if !fits || args.iter().zip(function.params).any(|(a, &ty)| a.ty() != ty) {
            return Err(MISTYPED);
        }
        let mut bits = [0; HostFn::MAX_PARAMS];
        for (slot, arg) in bits.iter_mut().zip(args) {
            *slot = arg.bits();
        }
        // SAFETY: as many arguments as the host declared, of the declared types.
        let result = unsafe { call(function.addr, self.ctx, &bits[..args.len()]) };
        Ok(Scalar::from_bits(function.ret, result))
    }

    /// Takes an exit: builds virtual objects in order, then writes the slots.
    ///
    /// # Safety
    /// As for [`Program::run`].
    unsafe fn restore(&mut self, snap: SnapId) -> Result<(), Fault> {
        let tree = self.program.tree;
        let snapshot: &Snapshot = tree.snaps.get(snap.0 as usize).ok_or(MISSING)?;
        for object in &snapshot.virtuals {
            // SAFETY: the caller's promise about functions and addresses.
            unsafe { self.materialise(object) }?;
        }
        for &(slot, val) in &snapshot.slots {
            let word = box_scalar(self.program.spec, self.get(val)?);
            // SAFETY: the caller's frame has this slot.
            unsafe { *self.frame.offset(slot as isize) = word };
        }
        Ok(())
    }

    /// Builds a virtual object. Operands where a word is wanted may have any type: they are boxed, as in slots.
    ///
    /// # Safety
    /// As for [`Program::run`].
    unsafe fn materialise(&mut self, object: &uplift_uop::VirtualObject) -> Result<(), Fault> {
        let spec = self.program.spec;
        let (function, args) = (object.alloc.0, &object.alloc.1);
        let declared = spec.fns.get(usize::from(function)).ok_or(MISSING)?;
        let mut scalars = Vec::with_capacity(args.len());
        for (&arg, &ty) in args.iter().zip(declared.params) {
            scalars.push(converted(spec, self.get(arg)?, ty));
        }
        // SAFETY: the caller's promise about functions.
        let made = unsafe { self.call(u64::from(function), &scalars) }?;
        *self.values.get_mut(object.name.index()).ok_or(MISSING)? = made;
        let base = match made {
            Scalar::Ref(r) => r,
            Scalar::Word(w) => spec.repr.unbox_ref(w),
            _ => return Err(MISTYPED),
        };
        for (op, imm, operands) in &object.stores {
            let index = if operands.len() == 2 { self.int(operands[0])? } else { 0 };
            let value = self.get(*operands.last().ok_or(MISSING)?)?;
            let (address, width) = memory::place(spec, *op, *imm, base, index).ok_or(MISTYPED)?;
            let value = converted(spec, value, width.ty());
            if value.ty() != width.ty() {
                return Err(MISTYPED);
            }
            // SAFETY: the caller's promise about addresses.
            unsafe { store(address, width, value.bits()) };
        }
        Ok(())
    }
}

/// `scalar` boxed, if a word is wanted and it is none.
fn converted(spec: &HostSpec, scalar: Scalar, wanted: uplift_uop::Ty) -> Scalar {
    match wanted {
        uplift_uop::Ty::Word => Scalar::Word(box_scalar(spec, scalar)),
        _ => scalar,
    }
}
