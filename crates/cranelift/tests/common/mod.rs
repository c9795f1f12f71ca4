//! A host for tests, and a small builder of trees.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::cell::Cell;
use std::ffi::c_void;
use uplift_cranelift::{CodeMemory, Compiler, Limits, OptLevel, Options};
use uplift_uop::*;

pub static INT: KindTest =
    KindTest { id: 0, name: "int", set: 2, mask: u64::MAX, lo: 0xFFFE << 48, len: 2 << 48 };
pub static FLOAT: KindTest =
    KindTest { id: 1, name: "float", set: 4, mask: u64::MAX, lo: 1 << 49, len: 0xFFFC << 48 };
pub static REF: KindTest =
    KindTest { id: 2, name: "ref", set: 8, mask: u64::MAX, lo: 0x1000, len: (1 << 48) - 0x1000 };
pub static BOOL: KindTest = KindTest { id: 3, name: "bool", set: 16, mask: !1, lo: 4, len: 1 };
pub static NUMBER: KindTest =
    KindTest { id: 4, name: "number", set: 6, mask: u64::MAX, lo: 1 << 49, len: 0xFFFE << 48 };
pub static ODD: KindTest = KindTest { id: 5, name: "odd", set: 32, mask: 7, lo: 3, len: 2 };
pub static WRAPS: KindTest =
    KindTest { id: 6, name: "wraps", set: 64, mask: u64::MAX, lo: 0xFFF0 << 48, len: 0x20 << 48 };
pub static TAGGED: KindTest =
    KindTest { id: 7, name: "tagged", set: 128, mask: 0xFFFF << 48, lo: 2 << 48, len: 8 << 48 };

pub static KINDS: &[&KindTest] = &[&INT, &FLOAT, &REF, &BOOL, &NUMBER, &ODD, &WRAPS, &TAGGED];

macro_rules! field {
    ($name:ident, $id:expr, $text:expr, $offset:expr, $width:ident) => {
        pub static $name: Field = Field {
            id: $id,
            name: $text,
            offset: $offset,
            width: Width::$width,
            immutable: false,
            class: $id as u8,
        };
    };
}
field!(F_INT, 0, "f_int", 0, I64);
field!(F_WORD, 1, "f_word", 8, Word);
field!(F_FLOAT, 2, "f_float", 16, F64);
field!(F_REF, 3, "f_ref", 24, Ref);
field!(F_I32, 4, "f_i32", 32, I32);
field!(F_U32, 5, "f_u32", 36, U32);
field!(F_U16, 6, "f_u16", 40, U16);
field!(F_U8, 7, "f_u8", 42, U8);

macro_rules! elem {
    ($name:ident, $id:expr, $text:expr, $offset:expr, $width:ident) => {
        pub static $name: Elem = Elem {
            id: $id,
            name: $text,
            offset: $offset,
            width: Width::$width,
            immutable: false,
            class: 10 + $id as u8,
        };
    };
}
elem!(E_WORD, 0, "e_word", 0, Word);
elem!(E_INT, 1, "e_int", 8, I64);
elem!(E_FLOAT, 2, "e_float", 0, F64);
elem!(E_U8, 3, "e_u8", 16, U8);
elem!(E_U16, 4, "e_u16", 0, U16);
elem!(E_I32, 5, "e_i32", 0, I32);
elem!(E_REF, 6, "e_ref", 0, Ref);
elem!(E_OUT, 7, "e_out", 0, F64);

/// What the host functions touch.
#[derive(Default)]
pub struct Ctx {
    pub calls: Vec<Vec<u64>>,
    /// Boxed: machine code has their addresses.
    #[allow(clippy::vec_box, reason = "objects must not move")]
    pub objects: Vec<Box<[u64; 8]>>,
    pub attention: u64,
}

unsafe extern "C" fn log2(ctx: *mut c_void, a: u64, b: u64) -> u64 {
    let ctx = unsafe { &mut *ctx.cast::<Ctx>() };
    ctx.calls.push(vec![a, b]);
    a.wrapping_add(b)
}
unsafe extern "C" fn six(_: *mut c_void, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64) -> u64 {
    [a, b, c, d, e, f].iter().fold(0, |h: u64, x| h.wrapping_mul(31).wrapping_add(*x))
}
unsafe extern "C" fn half(_: *mut c_void, x: u64) -> u64 {
    (f64::from_bits(x) / 2.0).to_bits()
}
unsafe extern "C" fn is_even(_: *mut c_void, x: u64) -> u64 {
    // Garbage above the lowest bit must not matter.
    0xFFFF_FF00 | (x + 1) & 1
}
unsafe extern "C" fn alloc(ctx: *mut c_void, tag: u64) -> u64 {
    let ctx = unsafe { &mut *ctx.cast::<Ctx>() };
    let mut object = Box::new([0; 8]);
    object[7] = tag;
    let address = object.as_mut_ptr() as u64;
    ctx.objects.push(object);
    address
}
unsafe extern "C" fn raise_if(_: *mut c_void, x: u64) -> u64 {
    if x == 1 { 0 } else { 7 }
}
unsafe extern "C" fn ring(ctx: *mut c_void) -> u64 {
    unsafe { (*ctx.cast::<Ctx>()).attention = 1 };
    0
}

macro_rules! host_fn {
    ($name:ident, $id:expr, $f:expr, $params:expr, $ret:ident, $effects:expr) => {
        pub static $name: HostFn = HostFn {
            id: $id,
            name: stringify!($name),
            addr: FnAddr($f as *const ()),
            params: $params,
            ret: Ty::$ret,
            effects: $effects,
        };
    };
}
use Ty::*;
host_fn!(LOG2, 0, log2, &[Int, Word], Int, Effects::ANY);
host_fn!(SIX, 1, six, &[Int, Int, Int, Int, Int, Int], Int, Effects::PURE);
host_fn!(HALF, 2, half, &[Float], Float, Effects::PURE);
host_fn!(IS_EVEN, 3, is_even, &[Int], Bool, Effects::PURE);
host_fn!(ALLOC, 4, alloc, &[Int], Ref, Effects::FRESH);
host_fn!(RAISE_IF, 5, raise_if, &[Bool], Word, Effects::ANY);
host_fn!(RING, 6, ring, &[], Unit, Effects::ANY);

static FIELDS: &[&Field] = &[&F_INT, &F_WORD, &F_FLOAT, &F_REF, &F_I32, &F_U32, &F_U16, &F_U8];
static ELEMS: &[&Elem] = &[&E_WORD, &E_INT, &E_FLOAT, &E_U8, &E_U16, &E_I32, &E_REF, &E_OUT];
static FNS: &[&HostFn] = &[&LOG2, &SIX, &HALF, &IS_EVEN, &ALLOC, &RAISE_IF, &RING];

pub fn spec() -> HostSpec {
    let spec = HostSpec {
        name: "cranelift-tests",
        repr: ReprSpec::NAN_BOX,
        kinds: KINDS,
        fields: FIELDS,
        elems: ELEMS,
        fns: FNS,
        raised_word: 0,
    };
    spec.validate().unwrap();
    spec
}

/// Builds a tree, trace by trace.
#[derive(Default)]
pub struct Build {
    pub tree: Tree,
    pub trace: Trace,
}

impl Build {
    pub fn new() -> Build {
        Build::default()
    }
    pub fn int(&mut self, i: i64) -> Val {
        self.tree.constant(Scalar::Int(i))
    }
    pub fn float(&mut self, f: f64) -> Val {
        self.tree.constant(Scalar::Float(f))
    }
    pub fn word(&mut self, w: u64) -> Val {
        self.tree.constant(Scalar::Word(w))
    }
    pub fn address<T>(&mut self, p: *const T) -> Val {
        self.tree.constant(Scalar::Ref(p as u64))
    }
    fn push(&mut self, op: Op, args: &[Val], imm: u64, ret: Ty, snap: Option<SnapId>) -> Val {
        let mut inst = Inst::new(op, args, imm);
        inst.snap = snap;
        let mut result = Val::value(u32::MAX >> 1);
        if ret != Ty::Unit {
            result = self.tree.new_value(ret);
            inst.results.push(result);
        }
        self.trace.insts.push(inst);
        result
    }
    pub fn op(&mut self, op: Op, args: &[Val]) -> Val {
        self.imm(op, args, 0)
    }
    pub fn imm(&mut self, op: Op, args: &[Val], imm: u64) -> Val {
        self.push(op, args, imm, op.info().ret, None)
    }
    pub fn guard(&mut self, op: Op, args: &[Val], imm: u64, snap: SnapId) -> Val {
        self.push(op, args, imm, op.info().ret, Some(snap))
    }
    pub fn call(&mut self, function: &HostFn, args: &[Val]) -> Val {
        self.push(Op::Call, args, u64::from(function.id), function.ret, None)
    }
    pub fn load(&mut self, slot: i32) -> Val {
        self.imm(Op::SlotLoad, &[], slot as i64 as u64)
    }
    pub fn store(&mut self, slot: i32, word: Val) {
        self.imm(Op::SlotStore, &[word], slot as i64 as u64);
    }
    pub fn header(&mut self, args: &[Val]) -> Vec<Val> {
        let mut inst = Inst::new(Op::LoopHeader, args, 0);
        let results: Vec<Val> = args.iter().map(|&a| self.tree.new_value(self.tree.ty(a))).collect();
        inst.results.extend(results.iter().copied());
        self.trace.insts.push(inst);
        results
    }
    /// A snapshot named by guard `number`, which writes `slots`.
    pub fn snap(&mut self, number: u32, slots: &[(i32, Val)]) -> SnapId {
        self.tree.guards = self.tree.guards.max(number + 1);
        self.tree.add_snapshot(Snapshot {
            guard: guard_id(number),
            resume: Resume::Execute,
            frames: vec![FrameState { code: 1, pc: number, base: 0, extra: 0 }],
            live: None,
            slots: slots.to_vec(),
            virtuals: Vec::new(),
        })
    }
    pub fn jump(&mut self, args: &[Val]) -> &mut Build {
        let snap = self.snap(1000, &[]);
        self.push(Op::Jump, args, 0, Ty::Unit, Some(snap));
        self.end()
    }
    pub fn jump_entry(&mut self) -> &mut Build {
        let snap = self.snap(1000, &[]);
        self.push(Op::JumpEntry, &[], 0, Ty::Unit, Some(snap));
        self.end()
    }
    pub fn exit(&mut self, snap: SnapId) -> &mut Build {
        self.push(Op::Exit, &[], 0, Ty::Unit, Some(snap));
        self.end()
    }
    fn end(&mut self) -> &mut Build {
        self.tree.traces.push(std::mem::take(&mut self.trace));
        self
    }
    /// Starts a side trace on a guard.
    pub fn side(&mut self, number: u32) {
        self.trace.parent = Some(guard_id(number));
    }
}

pub fn guard_id(number: u32) -> GuardId {
    GuardId { number, phase: Phase::Preamble }
}

thread_local!(static LEVEL: Cell<OptLevel> = const { Cell::new(OptLevel::None) });

/// Runs a test with each of Cranelift's levels.
pub fn at_each_level(test: impl Fn()) {
    for level in [OptLevel::None, OptLevel::Speed] {
        LEVEL.set(level);
        test();
    }
}

/// Compiles and runs a tree on `frame` (slot 0 at index 4); returns the snapshot's number.
pub fn run(tree: &Tree, ctx: &mut Ctx, frame: &mut [u64]) -> u64 {
    run_on(tree, &spec(), ctx, frame)
}

/// The same on a host of the test's own.
pub fn run_on(tree: &Tree, spec: &HostSpec, ctx: &mut Ctx, frame: &mut [u64]) -> u64 {
    let options = Options { opt_level: LEVEL.get(), ..Options::default() };
    let mut compiler = Compiler::new(&options).unwrap();
    let compiled = compiler.compile(tree, spec, &raw const ctx.attention, &Limits::default()).unwrap();
    let memory = CodeMemory::new(1 << 20).unwrap();
    let blob = memory.publish(&compiled).unwrap();
    let ctx = std::ptr::from_mut(ctx).cast::<c_void>();
    // SAFETY: the blob lives, the frame has the slots that the test uses.
    unsafe { blob.entry()(ctx, frame.as_mut_ptr().add(4)) }
}

pub fn boxed(i: i64) -> u64 {
    ReprSpec::NAN_BOX.box_int(i)
}
pub fn unboxed(w: u64) -> i64 {
    ReprSpec::NAN_BOX.unbox_int(w)
}
