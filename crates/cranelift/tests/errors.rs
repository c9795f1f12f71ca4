//! Trees that cannot be compiled are refused with the right error, and the compiler goes on.

mod common;
use common::*;
use uplift_cranelift::{CodeMemory, CompileError, Compiler, Limits, MemoryError, Options};
use uplift_uop::*;

fn compile(tree: &Tree, spec: &HostSpec) -> Result<usize, CompileError> {
    let mut compiler = Compiler::new(&Options::default()).unwrap();
    let result = compiler.compile(tree, spec, std::ptr::null(), &Limits::default());
    // The compiler survives.
    let mut b = Build::new();
    let s = b.snap(0, &[]);
    b.exit(s);
    compiler.compile(&b.tree, spec, std::ptr::null(), &Limits::default()).unwrap();
    result.map(|tree| tree.code().len())
}

fn internal(tree: &Tree) -> String {
    match compile(tree, &spec()) {
        Err(CompileError::Internal(what)) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn malformed_trees_are_internal_errors_that_name_the_place() {
    assert!(internal(&Tree::default()).contains("no trace"));

    let mut b = Build::new();
    let loose = b.tree.new_value(Ty::Int);
    let one = b.int(1);
    b.op(Op::IntAdd, &[loose, one]);
    let s = b.snap(0, &[]);
    b.exit(s);
    let text = internal(&b.tree);
    assert!(text.contains("not defined") && text.contains("trace 0, uop 0: int_add"), "{text}");

    let mut b = Build::new();
    let f = b.float(1.0);
    b.op(Op::IntNeg, &[f]);
    let s = b.snap(0, &[]);
    b.exit(s);
    assert!(internal(&b.tree).contains("should be a int"));

    let mut b = Build::new();
    let yes = b.tree.constant(Scalar::Bool(true));
    b.guard(Op::GuardTrue, &[yes], 0, SnapId(7));
    b.jump(&[]);
    assert!(internal(&b.tree).contains("no snapshot"));

    let mut b = Build::new();
    b.jump(&[]);
    assert!(internal(&b.tree).contains("no loop header"));

    let mut b = Build::new();
    b.imm(Op::IsKind, &[], 0);
    let s = b.snap(0, &[]);
    b.exit(s);
    assert!(internal(&b.tree).contains("number of operands"));
}

#[test]
fn a_side_trace_whose_guard_is_gone_is_left_out() {
    let mut b = Build::new();
    let s = b.snap(0, &[]);
    b.exit(s);
    b.side(77);
    let nonsense = b.tree.new_value(Ty::Int);
    b.op(Op::IntNeg, &[nonsense]);
    b.exit(s);
    assert!(compile(&b.tree, &spec()).is_ok());
}

#[test]
fn boxing_that_the_host_lacks_is_unsupported() {
    let mut spec = spec();
    spec.repr = ReprSpec::LOW_BIT;
    let mut b = Build::new();
    let f = b.float(1.0);
    let s = b.snap(0, &[(0, f)]);
    b.exit(s);
    let error = compile(&b.tree, &spec).unwrap_err();
    assert_eq!(error, CompileError::Unsupported("the host boxes no floats (trace 0, uop 0: exit)".into()));
}

#[test]
fn limits_are_kept() {
    let mut b = Build::new();
    let w = b.load(0);
    let s = b.snap(0, &[(1, w)]);
    b.exit(s);
    let mut compiler = Compiler::new(&Options::default()).unwrap();
    for limits in
        [Limits { max_uops: 1, ..Limits::default() }, Limits { max_code_bytes: 3, ..Limits::default() }]
    {
        let error = compiler.compile(&b.tree, &spec(), std::ptr::null(), &limits).err().unwrap();
        assert!(matches!(error, CompileError::LimitExceeded(_)), "{error}");
    }
}

#[test]
fn unknown_targets_are_unsupported_and_foreign_code_is_not_placed() {
    let options = |target: &str| Options { target: Some(target.into()), ..Options::default() };
    for target in ["nonsense", "sparc-unknown-linux-gnu", "i686-unknown-linux-gnu"] {
        let error = Compiler::new(&options(target)).err().unwrap();
        assert!(matches!(error, CompileError::Unsupported(_)), "{error}");
    }
    let foreign = if cfg!(windows) { "x86_64-unknown-linux-gnu" } else { "x86_64-pc-windows-msvc" };
    if let Ok(mut compiler) = Compiler::new(&options(foreign)) {
        let mut b = Build::new();
        let s = b.snap(0, &[]);
        b.exit(s);
        let tree = compiler.compile(&b.tree, &spec(), std::ptr::null(), &Limits::default()).unwrap();
        let memory = CodeMemory::new(1 << 16).unwrap();
        assert!(matches!(memory.publish(&tree), Err(MemoryError::ForeignTarget)));
    }
}

#[test]
fn a_long_tree_compiles_on_a_small_stack() {
    let mut b = Build::new();
    let w = b.load(0);
    let mut i = b.op(Op::UnboxInt, &[w]);
    for number in 0..3000 {
        let snap = b.snap(number, &[(1, i)]);
        let zero = b.int(0);
        let positive = b.op(Op::IntGt, &[i, zero]);
        b.guard(Op::GuardTrue, &[positive], 0, snap);
        let one = b.int(1);
        i = b.op(Op::IntSub, &[i, one]);
    }
    b.jump_entry();
    for number in (0..3000).step_by(300) {
        b.side(number);
        let snap = b.snap(5000 + number, &[]);
        b.exit(snap);
    }
    let thread = std::thread::Builder::new().stack_size(256 << 10);
    let compiled = thread.spawn(move || compile(&b.tree, &spec())).unwrap().join().unwrap();
    assert!(compiled.is_ok_and(|bytes| bytes > 50_000));
}
