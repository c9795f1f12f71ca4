//! Every pure uop and every guard of the table computes what its row says, for operands in
//! registers and as constants, with and without Cranelift's optimizations.

mod common;
use common::*;
use std::ffi::c_void;
use uplift_cranelift::{CodeMemory, Compiler, Limits, OptLevel, Options};
use uplift_uop::eval::{Outcome, evaluate};
use uplift_uop::*;

const INTS: &[i64] = &[
    0,
    1,
    -1,
    2,
    -2,
    3,
    -3,
    7,
    -8,
    10,
    63,
    64,
    65,
    -64,
    127,
    128,
    -129,
    1 << 31,
    -(1 << 31) - 1,
    (1 << 47) - 1,
    1 << 47,
    -(1 << 47),
    -(1 << 47) - 1,
    3_037_000_500,
    i64::MAX,
    i64::MAX - 1,
    i64::MIN,
    i64::MIN + 1,
    0x0002_0000_0000_0000,
    0x7FF8_0000_0000_0001,
];
const FLOATS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.5,
    -0.5,
    1e300,
    -1e19,
    9.3e18,
    4503599627370497.5,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    5e-324,
];
const WORDS: &[u64] = &[
    0,
    2,
    3,
    4,
    5,
    6,
    7,
    0x1000,
    0xFFF,
    (1 << 48) - 8,
    1 << 48,
    (1 << 49) - 1,
    1 << 49,
    0x3FF0_0000_0000_0000,
    (0xFFFE << 48) - 1,
    0xFFFE << 48,
    (0xFFFE << 48) | 5,
    0xFFFF_7FFF_FFFF_FFFF,
    u64::MAX,
    0xFFF0 << 48,
    (0xFFF0 << 48) - 1,
    (0x10 << 48) - 1,
    0x10 << 48,
    (9 << 48) | 77,
    10 << 48,
];

fn samples(ty: Ty) -> Vec<Scalar> {
    match ty {
        Ty::Int => INTS.iter().map(|&i| Scalar::Int(i)).collect(),
        Ty::Float => FLOATS.iter().map(|&f| Scalar::Float(f)).collect(),
        Ty::Bool => vec![Scalar::Bool(false), Scalar::Bool(true)],
        Ty::Ref => WORDS.iter().map(|&w| Scalar::Ref(w)).collect(),
        Ty::Word => WORDS.iter().map(|&w| Scalar::Word(w)).collect(),
        Ty::Unit => vec![],
    }
}

/// Operands come from elements 0 to 2 of a buffer, the result goes to element 3.
fn tree(op: Op, imm: u64, constants: &[Option<Scalar>], buffer: &[u64; 4]) -> Tree {
    let mut b = Build::new();
    let base = b.address(buffer.as_ptr());
    let args: Vec<Val> = (op.info().params.iter().enumerate())
        .map(|(i, ty)| {
            if let Some(Some(scalar)) = constants.get(i) {
                return b.tree.constant(*scalar);
            }
            let index = b.int(i as i64);
            match ty {
                Ty::Float => b.imm(Op::LoadElemFloat, &[base, index], u64::from(E_FLOAT.id)),
                Ty::Ref => b.imm(Op::LoadElemRef, &[base, index], u64::from(E_REF.id)),
                Ty::Word => b.imm(Op::LoadElemWord, &[base, index], u64::from(E_WORD.id)),
                _ => {
                    // Element 0 of `e_int` is at byte 8.
                    let index = b.int(i as i64 - 1);
                    let int = b.imm(Op::LoadElemInt, &[base, index], u64::from(E_INT.id));
                    if *ty == Ty::Int {
                        return int;
                    }
                    let zero = b.int(0);
                    b.op(Op::IntNe, &[int, zero])
                }
            }
        })
        .collect();
    let exit = b.snap(0, &[]);
    let value = if op.exits() { b.guard(op, &args, imm, exit) } else { b.imm(op, &args, imm) };
    let three = b.int(3);
    let (store, elem, value) = match op.info().ret {
        Ty::Float => (Op::StoreElemFloat, &E_FLOAT, value),
        Ty::Ref => (Op::StoreElemRef, &E_REF, value),
        Ty::Word => (Op::StoreElemWord, &E_WORD, value),
        ret => {
            let value = match ret {
                Ty::Bool => b.op(Op::BoolToInt, &[value]),
                Ty::Unit => three,
                _ => value,
            };
            let two = b.int(2);
            b.imm(Op::StoreElemInt, &[base, two, value], u64::from(E_INT.id));
            let exit = b.snap(1, &[]);
            b.exit(exit);
            return b.tree;
        }
    };
    b.imm(store, &[base, three, value], u64::from(elem.id));
    let exit = b.snap(1, &[]);
    b.exit(exit);
    b.tree
}

struct Bench {
    compilers: Vec<Compiler>,
    spec: HostSpec,
    runs: usize,
}

impl Bench {
    fn check(&mut self, op: Op, imm: u64, constants: &[Option<Scalar>], inputs: &[Vec<Scalar>]) {
        let mut buffer = Box::new([0u64; 4]);
        let tree = tree(op, imm, constants, &buffer);
        for compiler in &mut self.compilers {
            let compiled = compiler
                .compile(&tree, &self.spec, std::ptr::null(), &Limits::default())
                .unwrap_or_else(|e| panic!("{op:?} {constants:?}: {e}"));
            let memory = CodeMemory::new(1 << 16).unwrap();
            let blob = memory.publish(&compiled).unwrap();
            for input in inputs {
                *buffer = [0, 0, 0, 0xDEAD];
                for (place, scalar) in buffer.iter_mut().zip(input) {
                    *place = scalar.bits();
                }
                // SAFETY: the tree touches the buffer alone.
                let exit = unsafe {
                    std::hint::black_box(&mut buffer);
                    blob.entry()(std::ptr::null_mut::<c_void>(), std::ptr::null_mut())
                };
                std::hint::black_box(&mut buffer);
                let what = || format!("{op:?} imm {imm} {input:?}, constants {constants:?}");
                let expected = evaluate(op, imm, input, &self.spec);
                match expected {
                    Outcome::Exit => assert_eq!(exit, 0, "{}", what()),
                    Outcome::Value(value) => {
                        assert_eq!(exit, 1, "{}", what());
                        let bits = if value == Scalar::Unit { 3 } else { value.bits() };
                        assert!(
                            same(op.info().ret, buffer[3], bits),
                            "{}: {:#x} instead of {bits:#x}",
                            what(),
                            buffer[3]
                        );
                    }
                    Outcome::NotEvaluable => panic!("{}", what()),
                }
                self.runs += 1;
            }
        }
    }
}

/// NaNs are one value: their bits depend on the machine.
fn same(ty: Ty, a: u64, b: u64) -> bool {
    let nan = |bits| f64::from_bits(bits).is_nan();
    a == b || ty == Ty::Float && nan(a) && nan(b)
}

fn product(lists: &[Vec<Scalar>]) -> Vec<Vec<Scalar>> {
    let mut all = vec![vec![]];
    for list in lists {
        all = all.iter().flat_map(|head| list.iter().map(|&x| [&head[..], &[x]].concat())).collect();
    }
    all
}

fn immediates(op: Op) -> Vec<u64> {
    match op.info().imm {
        ImmKind::Kind => (0..KINDS.len() as u64).collect(),
        ImmKind::Bits => vec![0, 1, 8, 16, 31, 32, 47, 48, 62, 63, 64, 65],
        _ => vec![0],
    }
}

#[test]
fn every_uop_computes_what_its_row_says() {
    let compilers = [OptLevel::None, OptLevel::Speed]
        .map(|opt_level| Compiler::new(&Options { opt_level, ..Options::default() }).unwrap())
        .into();
    let mut bench = Bench { compilers, spec: spec(), runs: 0 };
    for &op in Op::ALL {
        let info = op.info();
        if !matches!(info.section, Section::Pure | Section::Guard) {
            continue;
        }
        let lists: Vec<Vec<Scalar>> = info.params.iter().map(|&ty| samples(ty)).collect();
        for imm in immediates(op) {
            bench.check(op, imm, &[], &product(&lists));
            for i in 0..lists.len() {
                for &constant in &lists[i] {
                    let mut lists = lists.clone();
                    lists[i] = vec![constant];
                    let mut constants = vec![None; lists.len()];
                    constants[i] = Some(constant);
                    bench.check(op, imm, &constants, &product(&lists));
                }
            }
        }
    }
    assert!(bench.runs > 100_000, "{}", bench.runs);
}
