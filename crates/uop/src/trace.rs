//! Traces and trace trees: linear SSA with typed values, constants and snapshots.
//!
//! A [`Tree`] is the unit of optimisation, compilation and freeing: trace 0 is the root, every other trace is a side
//! trace that starts at a guard's exit of an earlier trace. A tree exists in two forms of one language:
//!
//! - *recorded*: each trace stands alone; it reads and writes frame slots through `slot_load` and `slot_store`,
//!   guards' snapshots list no slots (memory is up to date), and it ends in `jump_entry` or `exit`;
//! - *optimised*: slots live in SSA values, snapshots list what an exit must write back, a `loop_header` splits the
//!   root into preamble and body, and side traces refer to values of the traces they hang on.

use crate::table::{Op, Ty};
use smallvec::SmallVec;
use std::collections::HashMap;

/// An operand: an SSA value of the tree, or a constant of its pool.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Val(u32);

const CONST_BIT: u32 = 1 << 31;

impl Val {
    /// SSA value number `index`.
    pub const fn value(index: u32) -> Val {
        Val(index)
    }
    /// Constant number `index` of the pool.
    pub const fn constant(index: u32) -> Val {
        Val(index | CONST_BIT)
    }
    /// Whether this is a constant.
    pub const fn is_const(self) -> bool {
        self.0 & CONST_BIT != 0
    }
    /// Index among the values, or in the constant pool.
    pub const fn index(self) -> usize {
        (self.0 & !CONST_BIT) as usize
    }
}

impl std::fmt::Debug for Val {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", if self.is_const() { 'c' } else { 'v' }, self.index())
    }
}

/// A typed machine value: a constant, or what an evaluation computes.
#[derive(Clone, Copy, Debug)]
pub enum Scalar {
    /// Integer.
    Int(i64),
    /// Float.
    Float(f64),
    /// Truth value.
    Bool(bool),
    /// Address.
    Ref(u64),
    /// Boxed word.
    Word(u64),
    /// Nothing.
    Unit,
}

impl Scalar {
    /// Its type.
    pub const fn ty(self) -> Ty {
        match self {
            Scalar::Int(_) => Ty::Int,
            Scalar::Float(_) => Ty::Float,
            Scalar::Bool(_) => Ty::Bool,
            Scalar::Ref(_) => Ty::Ref,
            Scalar::Word(_) => Ty::Word,
            Scalar::Unit => Ty::Unit,
        }
    }
    /// Its bits, as host functions take them.
    pub const fn bits(self) -> u64 {
        match self {
            Scalar::Int(i) => i as u64,
            Scalar::Float(f) => f.to_bits(),
            Scalar::Bool(b) => b as u64,
            Scalar::Ref(r) | Scalar::Word(r) => r,
            Scalar::Unit => 0,
        }
    }
    /// The value of type `ty` with these bits.
    pub const fn from_bits(ty: Ty, bits: u64) -> Scalar {
        match ty {
            Ty::Int => Scalar::Int(bits as i64),
            Ty::Float => Scalar::Float(f64::from_bits(bits)),
            Ty::Bool => Scalar::Bool(bits & 1 != 0),
            Ty::Ref => Scalar::Ref(bits),
            Ty::Word => Scalar::Word(bits),
            Ty::Unit => Scalar::Unit,
        }
    }
}

/// Bitwise identity: NaN equals itself, 0.0 differs from -0.0.
impl PartialEq for Scalar {
    fn eq(&self, other: &Scalar) -> bool {
        self.ty() == other.ty() && self.bits() == other.bits()
    }
}
impl Eq for Scalar {}
impl std::hash::Hash for Scalar {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.ty().hash(state);
        self.bits().hash(state);
    }
}

/// Index of a trace in its tree; 0 is the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId(pub u32);

/// Index of a snapshot in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SnapId(pub u32);

/// Which copy of a recorded guard: peeling makes two of each guard of the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// The first iteration, before the loop header; also every guard of an unpeeled trace.
    Preamble,
    /// The loop body.
    Body,
}

/// A guard that can be named across re-emissions: number of the recorded guard in its tree, and its copy. A guard
/// of a side trace inherits the phase of the exit that the side trace hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GuardId {
    /// Recorded number, unique in the tree.
    pub number: u32,
    /// Which copy.
    pub phase: Phase,
}

/// Operands of an instruction.
pub type Args = SmallVec<[Val; 3]>;

/// One uop in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inst {
    /// Which uop.
    pub op: Op,
    /// Operands.
    pub args: Args,
    /// Immediate, as [`crate::table::ImmKind`] says (slots sign-extended).
    pub imm: u64,
    /// Results: none or one, any number for `loop_header`.
    pub results: SmallVec<[Val; 1]>,
    /// Snapshot, for uops that exit and for jumps (the loop header's resume point).
    pub snap: Option<SnapId>,
}

impl Inst {
    /// An instruction without results or snapshot.
    pub fn new(op: Op, args: &[Val], imm: u64) -> Inst {
        Inst { op, args: Args::from_slice(args), imm, results: SmallVec::new(), snap: None }
    }
    /// Its only result, if it has exactly one.
    pub fn result(&self) -> Option<Val> {
        if self.results.len() == 1 { Some(self.results[0]) } else { None }
    }
    /// The immediate as a frame slot.
    pub fn slot(&self) -> i32 {
        self.imm as i64 as i32
    }
}

/// A linear trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The guard whose exit this side trace continues; `None` for the root.
    pub parent: Option<GuardId>,
    /// Instructions; the last one is a terminator.
    pub insts: Vec<Inst>,
}

/// How to resume one frame of the interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameState {
    /// The host's name for what runs in the frame (a code object's address).
    pub code: u64,
    /// Where to resume, in the host's units.
    pub pc: u32,
    /// First slot of the frame, relative to the root frame's first slot.
    pub base: i32,
    /// More host bits: result register, kind of frame.
    pub extra: u64,
}

/// How an exit goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resume {
    /// Execute the instruction at the innermost frame's pc.
    Execute,
    /// Raise the pending error at that pc.
    Raise,
    /// Execute the instruction at that pc, to which a branch goes whose condition is not as recorded: nobody may leave
    /// so while the guard holds.
    Branch,
}

/// A virtual object of a snapshot: built when the exit is taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VirtualObject {
    /// The value that stands for the object in this snapshot.
    pub name: Val,
    /// Allocating function and its operands.
    pub alloc: (u16, Vec<Val>),
    /// Stores after the allocation: (store uop, immediate, operands after the base).
    pub stores: Vec<(Op, u64, SmallVec<[Val; 2]>)>,
}

/// What an exit restores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The guard's name.
    pub guard: GuardId,
    /// How to go on.
    pub resume: Resume,
    /// Frames from the root outwards to the innermost.
    pub frames: Vec<FrameState>,
    /// Slots live at the resume point (relative to the root frame), if the host said: others need not be restored.
    pub live: Option<Vec<i32>>,
    /// Slots to write, ascending: optimised trees only. Values may have any type; they are boxed on the way.
    pub slots: Vec<(i32, Val)>,
    /// Virtual objects that slots or one another mention, innermost first.
    pub virtuals: Vec<VirtualObject>,
}

/// Interned constants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consts {
    list: Vec<Scalar>,
    index: HashMap<Scalar, u32>,
}

impl Consts {
    /// The operand for a constant.
    pub fn intern(&mut self, scalar: Scalar) -> Val {
        let list = &mut self.list;
        let index = *self.index.entry(scalar).or_insert_with(|| {
            list.push(scalar);
            (list.len() - 1) as u32
        });
        Val::constant(index)
    }
    /// All constants.
    pub fn iter(&self) -> impl Iterator<Item = Scalar> + '_ {
        self.list.iter().copied()
    }
    /// Constant number `index`.
    pub fn get(&self, index: usize) -> Option<Scalar> {
        self.list.get(index).copied()
    }
    /// How many constants.
    pub fn len(&self) -> usize {
        self.list.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// A trace tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Name, for dumps: usually file, function and line of the loop.
    pub name: String,
    /// Root first; a side trace comes after the trace it hangs on.
    pub traces: Vec<Trace>,
    /// Type of each SSA value.
    pub values: Vec<Ty>,
    /// Constants.
    pub consts: Consts,
    /// Snapshots.
    pub snaps: Vec<Snapshot>,
    /// Assumptions that the tree depends on, host ids, sorted and unique.
    pub assumptions: Vec<u64>,
    /// Number of recorded guards so far (the next guard's number).
    pub guards: u32,
    /// First slot and one past the last slot that the tree touches, relative to the root frame.
    pub slots: (i32, i32),
}

impl Tree {
    /// A new SSA value.
    pub fn new_value(&mut self, ty: Ty) -> Val {
        self.values.push(ty);
        Val::value((self.values.len() - 1) as u32)
    }
    /// The operand for a constant.
    pub fn constant(&mut self, scalar: Scalar) -> Val {
        self.consts.intern(scalar)
    }
    /// The constant behind an operand.
    pub fn as_const(&self, val: Val) -> Option<Scalar> {
        if val.is_const() { self.consts.get(val.index()) } else { None }
    }
    /// Type of an operand (`Unit` for one that does not exist; the verifier reports those).
    pub fn ty(&self, val: Val) -> Ty {
        let ty = if val.is_const() {
            self.consts.get(val.index()).map(Scalar::ty)
        } else {
            self.values.get(val.index()).copied()
        };
        ty.unwrap_or(Ty::Unit)
    }
    /// The snapshot that `inst` may be left through though nothing failed: it executes an instruction of the host's from
    /// its start. Not so where a call raised or a branch goes the other way, nor at the end of a trace: what jumps pass
    /// on, slots lack.
    pub fn may_leave(&self, inst: &Inst) -> Option<SnapId> {
        let resumes = self.snapshot(inst)?.resume == Resume::Execute;
        inst.snap.filter(|_| resumes && inst.op.exits() && inst.op != Op::Exit)
    }
    /// The snapshot of an instruction.
    pub fn snapshot(&self, inst: &Inst) -> Option<&Snapshot> {
        inst.snap.and_then(|id| self.snaps.get(id.0 as usize))
    }
    /// Adds a snapshot.
    pub fn add_snapshot(&mut self, snapshot: Snapshot) -> SnapId {
        self.snaps.push(snapshot);
        SnapId((self.snaps.len() - 1) as u32)
    }
    /// Number of instructions in all traces.
    pub fn len(&self) -> usize {
        self.traces.iter().map(|t| t.insts.len()).sum()
    }
    /// Whether there are no instructions.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The side trace that hangs on a guard, if any.
    pub fn side_at(&self, guard: GuardId) -> Option<TraceId> {
        let found = self.traces.iter().position(|t| t.parent == Some(guard));
        found.map(|i| TraceId(i as u32))
    }
}
