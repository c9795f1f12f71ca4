//! [`Recorder`]: the machine that runs handlers for real and leaves a trace behind.
//!
//! The recorded trace stands alone: slots are read once with `slot_load` and written through with `slot_store`, so frame
//! memory is up to date at every guard, and snapshots need only say how to resume. What keeps traces short is done
//! here already: operations on constants fold, and what was computed, loaded for good, or tested is not recorded twice.

use crate::abort::AbortReason;
use crate::hot::{HeaderKind, Limits, LoopCell};
use crate::interp::element;
use crate::machine::{Arg, Host, Location, Machine, imm_type};
use crate::memory;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::ffi::c_void;
use std::rc::Rc;
use uplift_uop::{
    Args, Elem, Field, FrameState, GuardId, HostFn, Inst, KindTest, Op, Phase, Resume, Scalar, SnapId,
    Snapshot, Trace, TraceId, Tree, Ty, Val, for_each_uop,
};

/// A machine value under recording: what it is now, and what it is called in the trace.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<T> {
    now: T,
    name: Val,
}

/// Where a recording starts.
pub struct Start {
    /// The tree to extend: empty for a root trace.
    pub tree: Tree,
    /// The exit that a side trace continues; `None` for a root.
    pub parent: Option<GuardId>,
    /// The tree's header.
    pub header: Location,
    /// What the header is.
    pub kind: HeaderKind,
    /// Number of the frame in which the tree's root frame stands.
    pub root_depth: usize,
    /// Slots from the root frame's base to the current frame's base.
    pub base: i32,
    /// What to stay within.
    pub limits: Limits,
    /// Code that must not be inlined because a loop in it turned out long; shared by all recordings of an engine.
    pub residual: Rc<RefCell<FxHashSet<u64>>>,
}

/// How a recording ended.
#[expect(clippy::large_enum_variant, reason = "made once for a recording and taken apart at once")]
pub enum Finished {
    /// A complete trace was appended to the tree.
    Trace(Tree),
    /// Given up.
    Aborted(AbortReason),
}

enum State {
    Recording,
    Closed,
    Aborted(AbortReason),
}

/// Executes handlers and appends uops as it goes.
pub struct Recorder<'h, H: Host> {
    host: &'h mut H,
    slots: *mut u64,
    base: i32,
    tree: Tree,
    trace: TraceId,
    known_slots: FxHashMap<i32, Val>,
    /// Values of pure uops and immutable loads.
    computed: FxHashMap<(Op, u64, Args), Val>,
    /// Conditions and promoted values that a guard has settled.
    tested: FxHashSet<Val>,
    header: Location,
    kind: HeaderKind,
    root_depth: usize,
    limits: Limits,
    /// Snapshots of the current instruction's start, made when first needed.
    frames: Option<(Vec<FrameState>, Option<Vec<i32>>)>,
    snapshots: usize,
    effect: bool,
    poll: bool,
    instructions: usize,
    inner_visits: FxHashMap<Location, u32>,
    residual: Rc<RefCell<FxHashSet<u64>>>,
    state: State,
}

impl<'h, H: Host> Recorder<'h, H> {
    /// Starts recording at the instruction that is about to execute, in the frame whose first slot is at `slots`.
    ///
    /// # Safety
    /// As for [`crate::Interp::new`].
    pub unsafe fn new(host: &'h mut H, slots: *mut u64, start: Start) -> Recorder<'h, H> {
        let mut tree = start.tree;
        let trace = TraceId(tree.traces.len() as u32);
        tree.traces.push(Trace { parent: start.parent, insts: Vec::new() });
        Recorder {
            host,
            slots,
            base: start.base,
            tree,
            trace,
            known_slots: FxHashMap::default(),
            computed: FxHashMap::default(),
            tested: FxHashSet::default(),
            header: start.header,
            kind: start.kind,
            root_depth: start.root_depth,
            limits: start.limits,
            frames: None,
            snapshots: 0,
            effect: false,
            poll: false,
            instructions: 0,
            inner_visits: FxHashMap::default(),
            residual: start.residual,
            state: State::Recording,
        }
    }

    /// To be called before each instruction. False: recording is over; call [`Recorder::finish`] and interpret on from
    /// exactly here.
    pub fn begin_instruction(&mut self) -> bool {
        self.frames = None;
        self.effect = false;
        if !matches!(self.state, State::Recording) {
            return false;
        }
        if self.host.depth() <= self.root_depth {
            return self.leave_root();
        }
        if self.poll {
            self.poll = false;
            self.guard(Op::GuardAttention, &[], 0);
        }
        let full = self.insts().len() >= self.limits.max_uops;
        if full || self.snapshots >= self.limits.max_snapshots {
            // What got somewhere is kept: it ends here and the interpreter goes on.
            let reason = if full { AbortReason::TraceTooLong } else { AbortReason::TooManySnapshots };
            self.end(self.instructions, reason);
            return false;
        }
        self.instructions += 1;
        true
    }

    /// Ends a trace in front of the current instruction, after so many instructions; not a loop's root trace, and none that
    /// is too short.
    fn end(&mut self, instructions: usize, reason: AbortReason) {
        let short = self.kind == HeaderKind::Function && instructions < self.limits.min_function;
        match self.kind {
            _ if self.trace.0 > 0 && instructions > 0 => self.close(Op::Exit),
            HeaderKind::Loop => self.abort(reason),
            _ if short || instructions == 0 => self.abort(AbortReason::ShortFunction),
            _ => self.close(Op::Exit),
        }
    }

    fn leave_root(&mut self) -> bool {
        self.abort(AbortReason::LeftRootFrame);
        false
    }

    /// Before an instruction that returns from the root frame: the trace ends in front of it, unless it is a loop's root.
    pub fn before_return(&mut self) -> bool {
        let leaves = self.host.depth() == self.root_depth + 1;
        if leaves && matches!(self.state, State::Recording) {
            self.end(self.instructions - 1, AbortReason::LeftRootFrame);
        }
        leaves
    }

    /// Whether recording is over.
    pub fn is_over(&self) -> bool {
        !matches!(self.state, State::Recording)
    }

    /// First slot of the current frame.
    pub fn frame(&self) -> *mut u64 {
        self.slots
    }

    /// The outcome, and the host back.
    pub fn finish(mut self) -> Finished {
        match self.state {
            State::Closed => {
                self.tree.assumptions.sort_unstable();
                self.tree.assumptions.dedup();
                Finished::Trace(self.tree)
            }
            State::Recording => Finished::Aborted(AbortReason::Unsupported),
            State::Aborted(reason) => Finished::Aborted(reason),
        }
    }

    fn insts(&mut self) -> &mut Vec<Inst> {
        &mut self.tree.traces[self.trace.0 as usize].insts
    }

    fn emit(&mut self, op: Op, args: &[Val], imm: u64, ret: Ty) -> Val {
        let mut inst = Inst::new(op, args, imm);
        let mut result = Val::value(0);
        if ret != Ty::Unit {
            result = self.tree.new_value(ret);
            inst.results.push(result);
        }
        self.insts().push(inst);
        result
    }

    fn snapshot(&mut self, resume: Resume) -> SnapId {
        let (host, root) = (&*self.host, self.root_depth);
        let (frames, live) = self.frames.get_or_insert_with(|| {
            let mut frames = Vec::new();
            host.frame_states(root, &mut frames);
            (frames, host.live_slots(root))
        });
        let guard = GuardId { number: self.tree.guards, phase: Phase::Preamble };
        self.tree.guards += 1;
        self.snapshots += 1;
        let snapshot = Snapshot {
            guard,
            resume,
            frames: frames.clone(),
            live: live.clone(),
            slots: Vec::new(),
            virtuals: Vec::new(),
        };
        self.tree.add_snapshot(snapshot)
    }

    fn guard(&mut self, op: Op, args: &[Val], imm: u64) {
        self.guard_resuming(op, args, imm, Resume::Execute);
    }

    fn guard_resuming(&mut self, op: Op, args: &[Val], imm: u64, resume: Resume) {
        if self.effect {
            self.abort(AbortReason::GuardAfterEffect);
        }
        let snap = self.snapshot(resume);
        let mut inst = Inst::new(op, args, imm);
        inst.snap = Some(snap);
        self.insts().push(inst);
    }

    fn close(&mut self, op: Op) {
        let snap = self.snapshot(Resume::Execute);
        let mut inst = Inst::new(op, &[], 0);
        inst.snap = Some(snap);
        self.insts().push(inst);
        self.state = State::Closed;
    }

    fn touch_slot(&mut self, slot: i32) {
        let (low, high) = &mut self.tree.slots;
        *low = (*low).min(slot);
        *high = (*high).max(slot + 1);
    }

    fn pure<T>(&mut self, op: Op, imm: u64, args: &[Val], now: T, scalar: Scalar) -> Recorded<T> {
        let name = if args.iter().all(|a| a.is_const()) {
            self.tree.constant(scalar)
        } else {
            self.shared(op, args, imm, op.info().ret)
        };
        Recorded { now, name }
    }

    /// Records that `b` is what it is now, unless that is known. If it is not, execution goes on as `resume` says.
    fn settle(&mut self, b: Recorded<bool>, resume: Resume) {
        if !b.name.is_const() && self.tested.insert(b.name) {
            let op = if b.now { Op::GuardTrue } else { Op::GuardFalse };
            self.guard_resuming(op, &[b.name], 0, resume);
        }
    }

    /// The value of a uop that gives the same for the same operands: recorded once.
    fn shared(&mut self, op: Op, args: &[Val], imm: u64, ret: Ty) -> Val {
        let key = (op, imm, Args::from_slice(args));
        if let Some(&name) = self.computed.get(&key) {
            return name;
        }
        let name = self.emit(op, args, imm, ret);
        self.computed.insert(key, name);
        name
    }

    fn call(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> (u64, Val) {
        let operands: Vec<(u64, Val)> = args
            .iter()
            .map(|arg| match *arg {
                Arg::Int(v) => (v.now as u64, v.name),
                Arg::Float(v) => (v.now.to_bits(), v.name),
                Arg::Bool(v) => (u64::from(v.now), v.name),
                Arg::Ref(v) => (v.now, v.name),
                Arg::Word(v) => (v.now, v.name),
            })
            .collect();
        let (bits, names): (Vec<u64>, Vec<Val>) = operands.into_iter().unzip();
        let context = std::ptr::from_mut(self.host).cast::<c_void>();
        // SAFETY: the host declared the function; the context is the host.
        let now = unsafe { memory::call(f, context, &bits) };
        if f.effects.writes != 0 || f.effects.reenters {
            self.effect = true;
        }
        self.poll |= f.effects.reenters;
        let name = self.emit(Op::Call, &names, u64::from(f.id), f.ret);
        (now, name)
    }

    fn promote(&mut self, op: Op, name: Val, now: Scalar) {
        if !name.is_const() && self.tested.insert(name) {
            let constant = self.tree.constant(now);
            self.guard(op, &[name, constant], 0);
        }
    }

    fn checked(
        &mut self,
        ops: (Op, Op),
        a: Recorded<i64>,
        b: Recorded<i64>,
        now: Option<i64>,
    ) -> Option<Recorded<i64>> {
        if a.name.is_const() && b.name.is_const() {
            return now.map(|now| Recorded { now, name: self.tree.constant(Scalar::Int(now)) });
        }
        let Some(now) = now else {
            let overflows = self.emit(ops.1, &[a.name, b.name], 0, Ty::Bool);
            self.guard(Op::GuardTrue, &[overflows], 0);
            return None;
        };
        self.guard(ops.0, &[a.name, b.name], 0);
        let name = self.tree.new_value(Ty::Int);
        if let Some(inst) = self.insts().last_mut() {
            inst.results.push(name);
        }
        Some(Recorded { now, name })
    }

    /// A loop header that is not this tree's. Short loops that are not hot themselves are unrolled. A loop that goes on too
    /// long, or has a tree of its own, ends the recording; if it stands in an inlined frame, its code is called from now on.
    fn header_elsewhere(&mut self, cell: &mut LoopCell, here: Location) {
        let visits = self.inner_visits.entry(here).or_insert(0);
        *visits += 1;
        if *visits <= self.limits.max_inner_visits && cell.tree().is_none() {
            return;
        }
        let inlined = self.host.depth() > self.root_depth + 1;
        if inlined {
            self.residual.borrow_mut().insert(here.code);
        }
        if inlined {
            self.abort(AbortReason::InnerLoop);
        } else {
            // A good place to end: the interpreter enters the other tree at once.
            self.end(self.instructions - 1, AbortReason::InnerLoop);
        }
    }
}

macro_rules! recorded_scalar {
    ($t:ident, $v:expr) => {
        Scalar::$t($v)
    };
}

macro_rules! imm_bits {
    ($k:ident : Kind) => {
        u64::from($k.id)
    };
    ($k:ident : Bits) => {
        u64::from($k)
    };
    () => {
        0
    };
}

macro_rules! recorder_pure {
    (
        pure { $( #[doc = $pd:literal] $pn:ident $pv:ident ( $($pa:ident : $pt:ident),* $(; $pi:ident : $pk:ident)? ) -> $pr:ident [$($pc:ident)?] |$prp:ident| $pe:expr ; )* }
        guard $guard:tt memory $memory:tt control $control:tt
    ) => {
        $(
            fn $pn(&mut self, $($pa: Self::$pt),* $(, $pi: imm_type!($pk))?) -> Self::$pr {
                let names = [$($pa.name),*];
                let $prp = &const { H::REPR };
                let now = { $( let $pa = $pa.now; )* $pe };
                let imm = imm_bits!($($pi : $pk)?);
                self.pure(Op::$pv, imm, &names, now, recorded_scalar!($pr, now))
            }
        )*
    };
}

/// Loads and stores of one machine type.
macro_rules! recorder_memory {
    ($($t:ident, $to:expr, $from:expr,
       $load:ident $load_op:ident, $store:ident $store_op:ident,
       $load_elem:ident $load_elem_op:ident, $store_elem:ident $store_elem_op:ident;)*) => { $(
        fn $load(&mut self, base: Self::Ref, field: &'static Field) -> Self::$t {
            let address = base.now.wrapping_add_signed(i64::from(field.offset));
            // SAFETY: the handler's promise, see `memory`.
            let now = $from(unsafe { memory::load(address, field.width) });
            let name = if field.immutable && base.name.is_const() {
                // What the constant refers to stays alive with the tree, and the field stays as it is.
                self.tree.constant(Scalar::$t(now))
            } else if field.immutable {
                self.shared(Op::$load_op, &[base.name], u64::from(field.id), Ty::$t)
            } else {
                self.emit(Op::$load_op, &[base.name], u64::from(field.id), Ty::$t)
            };
            Recorded { now, name }
        }
        fn $store(&mut self, base: Self::Ref, v: Self::$t, field: &'static Field) {
            let address = base.now.wrapping_add_signed(i64::from(field.offset));
            // SAFETY: as above.
            unsafe { memory::store(address, field.width, $to(v.now)) };
            self.effect = true;
            self.emit(Op::$store_op, &[base.name, v.name], u64::from(field.id), Ty::Unit);
        }
        fn $load_elem(&mut self, base: Self::Ref, i: Self::Int, elem: &'static Elem) -> Self::$t {
            // SAFETY: as above.
            let now = $from(unsafe { memory::load(element(base.now, i.now, elem), elem.width) });
            let name = if elem.immutable && base.name.is_const() && i.name.is_const() {
                self.tree.constant(Scalar::$t(now))
            } else if elem.immutable {
                self.shared(Op::$load_elem_op, &[base.name, i.name], u64::from(elem.id), Ty::$t)
            } else {
                self.emit(Op::$load_elem_op, &[base.name, i.name], u64::from(elem.id), Ty::$t)
            };
            Recorded { now, name }
        }
        fn $store_elem(&mut self, base: Self::Ref, i: Self::Int, v: Self::$t, elem: &'static Elem) {
            // SAFETY: as above.
            unsafe { memory::store(element(base.now, i.now, elem), elem.width, $to(v.now)) };
            self.effect = true;
            self.emit(Op::$store_elem_op, &[base.name, i.name, v.name], u64::from(elem.id), Ty::Unit);
        }
    )* };
}

impl<H: Host> Machine for Recorder<'_, H> {
    type Host = H;
    type Int = Recorded<i64>;
    type Float = Recorded<f64>;
    type Bool = Recorded<bool>;
    type Ref = Recorded<u64>;
    type Word = Recorded<u64>;
    const RECORDS: bool = true;

    fn host(&mut self) -> &mut H {
        self.host
    }
    fn const_int(&mut self, now: i64) -> Self::Int {
        Recorded { now, name: self.tree.constant(Scalar::Int(now)) }
    }
    fn const_float(&mut self, now: f64) -> Self::Float {
        Recorded { now, name: self.tree.constant(Scalar::Float(now)) }
    }
    fn const_bool(&mut self, now: bool) -> Self::Bool {
        Recorded { now, name: self.tree.constant(Scalar::Bool(now)) }
    }
    fn const_ref(&mut self, now: u64) -> Self::Ref {
        Recorded { now, name: self.tree.constant(Scalar::Ref(now)) }
    }
    fn const_word(&mut self, now: u64) -> Self::Word {
        Recorded { now, name: self.tree.constant(Scalar::Word(now)) }
    }

    for_each_uop!(recorder_pure);

    fn int_add_checked(&mut self, a: Self::Int, b: Self::Int) -> Option<Self::Int> {
        self.checked((Op::IntAddChecked, Op::IntAddOverflows), a, b, a.now.checked_add(b.now))
    }
    fn int_sub_checked(&mut self, a: Self::Int, b: Self::Int) -> Option<Self::Int> {
        self.checked((Op::IntSubChecked, Op::IntSubOverflows), a, b, a.now.checked_sub(b.now))
    }
    fn int_mul_checked(&mut self, a: Self::Int, b: Self::Int) -> Option<Self::Int> {
        self.checked((Op::IntMulChecked, Op::IntMulOverflows), a, b, a.now.checked_mul(b.now))
    }

    fn test(&mut self, b: Self::Bool) -> bool {
        self.settle(b, Resume::Execute);
        b.now
    }
    fn promote_int(&mut self, v: Self::Int) -> i64 {
        self.promote(Op::GuardEqInt, v.name, Scalar::Int(v.now));
        v.now
    }
    fn promote_ref(&mut self, v: Self::Ref) -> u64 {
        self.promote(Op::GuardEqRef, v.name, Scalar::Ref(v.now));
        v.now
    }
    fn promote_word(&mut self, v: Self::Word) -> u64 {
        self.promote(Op::GuardEqWord, v.name, Scalar::Word(v.now));
        v.now
    }

    fn hint_word(&mut self, v: Self::Word) -> u64 {
        v.now
    }
    fn hint_ref(&mut self, v: Self::Ref) -> u64 {
        v.now
    }
    fn branch(&mut self, b: Self::Bool, if_true: u32, if_false: u32) -> bool {
        let (taken, other) = if b.now { (if_true, if_false) } else { (if_false, if_true) };
        let poll = std::mem::take(&mut self.poll);
        self.host.set_resume(other);
        self.frames = None;
        self.effect = false;
        self.settle(b, Resume::Branch);
        self.host.set_resume(taken);
        self.frames = None;
        if poll {
            self.guard(Op::GuardAttention, &[], 0);
        }
        b.now
    }

    fn slot(&mut self, i: i32) -> Self::Word {
        // SAFETY: promised at construction.
        let now = unsafe { *self.slots.offset(i as isize) };
        let slot = self.base + i;
        if let Some(&name) = self.known_slots.get(&slot) {
            return Recorded { now, name };
        }
        self.touch_slot(slot);
        let name = self.emit(Op::SlotLoad, &[], slot as i64 as u64, Ty::Word);
        self.known_slots.insert(slot, name);
        Recorded { now, name }
    }
    fn set_slot(&mut self, i: i32, w: Self::Word) {
        // SAFETY: promised at construction.
        unsafe { *self.slots.offset(i as isize) = w.now };
        let slot = self.base + i;
        self.effect = true;
        if self.known_slots.insert(slot, w.name) == Some(w.name) {
            return;
        }
        self.touch_slot(slot);
        self.emit(Op::SlotStore, &[w.name], slot as i64 as u64, Ty::Unit);
    }
    fn enter_frame(&mut self, delta: i32) {
        self.slots = self.slots.wrapping_offset(delta as isize);
        self.base += delta;
        self.effect = true;
    }
    fn claim_slots(&mut self, end: i32) {
        self.touch_slot(self.base + end - 1);
    }
    fn before_return(&mut self) -> bool {
        Recorder::before_return(self)
    }
    fn leave_frame(&mut self, delta: i32) {
        self.enter_frame(-delta);
    }

    recorder_memory! {
        Int, |v| v as u64, |b| b as i64, load_int LoadInt, store_int StoreInt, load_elem_int LoadElemInt, store_elem_int StoreElemInt;
        Float, f64::to_bits, f64::from_bits, load_float LoadFloat, store_float StoreFloat, load_elem_float LoadElemFloat, store_elem_float StoreElemFloat;
        Ref, |v| v, |b| b, load_ref LoadRef, store_ref StoreRef, load_elem_ref LoadElemRef, store_elem_ref StoreElemRef;
        Word, |v| v, |b| b, load_word LoadWord, store_word StoreWord, load_elem_word LoadElemWord, store_elem_word StoreElemWord;
    }

    fn call_int(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> Self::Int {
        let (bits, name) = self.call(f, args);
        Recorded { now: bits as i64, name }
    }
    fn call_float(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> Self::Float {
        let (bits, name) = self.call(f, args);
        Recorded { now: f64::from_bits(bits), name }
    }
    fn call_bool(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> Self::Bool {
        let (bits, name) = self.call(f, args);
        Recorded { now: bits & 1 != 0, name }
    }
    fn call_ref(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> Self::Ref {
        let (now, name) = self.call(f, args);
        Recorded { now, name }
    }
    fn call_word(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> Self::Word {
        let (now, name) = self.call(f, args);
        Recorded { now, name }
    }
    fn call_unit(&mut self, f: &'static HostFn, args: &[Arg<Self>]) {
        self.call(f, args);
    }
    fn raised(&mut self, w: Self::Word) -> bool {
        if w.now == H::RAISED {
            self.abort(AbortReason::Raised);
            return true;
        }
        let snap = self.snapshot(Resume::Raise);
        let mut inst = Inst::new(Op::GuardNotRaised, &[w.name], 0);
        inst.snap = Some(snap);
        self.insts().push(inst);
        false
    }

    fn commit(&mut self, pc: u32) {
        self.host.set_resume(pc);
        self.frames = None;
        self.effect = false;
        if std::mem::take(&mut self.poll) {
            self.guard(Op::GuardAttention, &[], 0);
        }
    }
    fn assume(&mut self, id: u64) {
        self.tree.assumptions.push(id);
    }
    fn should_inline(&mut self, code: u64, has_loop: bool) -> bool {
        let inlined = self.host.depth().saturating_sub(self.root_depth + 1);
        if inlined >= self.limits.max_inline_depth || has_loop && self.residual.borrow().contains(&code) {
            return false;
        }
        let mut frames = Vec::new();
        self.host.frame_states(self.root_depth, &mut frames);
        let follow = frames.iter().filter(|f| f.code == code).count() < self.limits.max_recursion;
        if !follow && self.kind != HeaderKind::Loop {
            self.abort(AbortReason::Recursion);
        }
        follow
    }
    fn loop_header(&mut self, cell: &mut LoopCell) -> bool {
        let here = self.host.location();
        let at_root = here == self.header && self.host.depth() == self.root_depth + 1;
        // A side trace may start at the header too, where header and body are one instruction.
        let starts = self.instructions == 1;
        if at_root && !starts {
            self.close(Op::JumpEntry);
            return true;
        }
        if !at_root {
            self.header_elsewhere(cell, here);
        }
        if self.is_over() {
            return true;
        }
        self.guard(Op::GuardAttention, &[], 0);
        false
    }
    fn function_entry(&mut self, _cell: &mut LoopCell) -> bool {
        if self.instructions == 1 {
            self.guard(Op::GuardAttention, &[], 0);
        }
        false
    }
    fn abort(&mut self, reason: AbortReason) {
        if matches!(self.state, State::Recording) {
            self.state = State::Aborted(reason);
        }
    }
}
