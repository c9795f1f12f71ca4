//! Every uop of the table stands in generated filetests: for the text, and for what it computes.
//!
//! The files are made from the table alone; `BLESS=1` rewrites their inputs when the table has changed, and a second
//! run their expected outputs.

use std::fmt::Write;
use uplift_testing::filetest::folder;
use uplift_testing::host::HOST;
use uplift_uop::{ImmKind, Op, OpInfo, Section, Ty};

/// Compares a generated input with the file's, or writes it.
fn check(path: &str, input: &str) {
    let path = folder().join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let (found, expected) = text.split_once("\n---\n").unwrap_or((&text, ""));
    if found.trim_end() == input.trim_end() {
        return;
    }
    assert!(
        std::env::var_os("BLESS").is_some(),
        "{} does not follow the table any more; BLESS=1 rewrites it",
        path.display()
    );
    let expected = if expected.is_empty() { String::new() } else { format!("---\n{expected}") };
    std::fs::write(path, format!("{input}{expected}")).unwrap();
}

#[test]
fn a_round_trip_file_for_each_section_shows_every_uop() {
    for (section, name) in [
        (Section::Pure, "pure"),
        (Section::Guard, "guard"),
        (Section::Memory, "memory"),
        (Section::Control, "control"),
    ] {
        let ops = Op::ALL.iter().filter(|op| op.info().section == section);
        let mut text = format!(
            "; Every uop of the section `{name}`, with operands and immediates of all shapes. Made from the table.\n\
             ; test: roundtrip\n\nhost test\ntree \"{name}\" {{\ntrace 0:\n"
        );
        let mut next = 0;
        for op in ops {
            let info = op.info();
            let line = line(info, &mut next);
            writeln!(text, "  {line}").unwrap();
        }
        text += "}\n";
        check(&format!("roundtrip/{name}.uop"), &text);
    }
}

/// An instruction with constants as operands.
fn line(info: &OpInfo, next: &mut usize) -> String {
    let mut operands: Vec<&str> = info.params.iter().map(|&ty| constant(ty)).collect();
    if info.variadic {
        operands.extend([Ty::Int, Ty::Float, Ty::Word].map(constant));
    }
    let results: &[Ty] = match info.name {
        "loop_header" => &[Ty::Int, Ty::Float, Ty::Word],
        "call" => &[Ty::Int],
        _ => std::slice::from_ref(&info.ret),
    };
    let mut line = String::new();
    for &ty in results.iter().filter(|&&ty| ty != Ty::Unit) {
        let comma = if line.is_empty() { "" } else { ", " };
        write!(line, "{comma}v{next}: {}", ty.name()).unwrap();
        *next += 1;
    }
    if !line.is_empty() {
        line += " = ";
    }
    line += info.name;
    let imm = imm(info.imm);
    if info.imm == ImmKind::Fn {
        return format!("{line} {imm}({})", operands.join(", "));
    }
    operands.extend((!imm.is_empty()).then_some(imm));
    if operands.is_empty() { line } else { format!("{line} {}", operands.join(", ")) }
}

fn constant(ty: Ty) -> &'static str {
    match ty {
        Ty::Int => "-5",
        Ty::Float => "1e100",
        Ty::Bool => "true",
        Ty::Ref => "@0x10000",
        Ty::Word => "#0xfffe000000000001",
        Ty::Unit => "()",
    }
}

fn imm(kind: ImmKind) -> &'static str {
    match kind {
        ImmKind::None => "",
        ImmKind::Kind => HOST.kinds[3].name,
        ImmKind::Bits => "48",
        ImmKind::Slot => "-2",
        ImmKind::Field => HOST.fields[1].name,
        ImmKind::Elem => HOST.elems[0].name,
        ImmKind::Fn => HOST.fns[15].name,
    }
}

/// Operands of evaluations: elements of obj1, obj2 and obj3.
const INTS: [[&str; 8]; 3] = [
    ["0", "7", "-7", "9223372036854775807", "-9223372036854775808", "5", "-1", "140737488355327"],
    ["0", "2", "2", "1", "-1", "64", "-9223372036854775808", "-3"],
    ["1", "2", "3", "4", "5", "6", "7", "8"],
];
const FLOATS: [[&str; 8]; 3] = [
    ["0.0", "2.5", "-2.5", "1e308", "inf", "NaN", "-0.0", "1e-310"],
    ["-0.0", "0.5", "2.5", "1e308", "-inf", "1.0", "0.0", "3.0"],
    ["1.0", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0", "8.0"],
];
const BOOLS: [[&str; 8]; 3] = [
    ["0", "0", "1", "1", "0", "0", "1", "1"],
    ["0", "1", "0", "1", "0", "1", "0", "1"],
    ["0", "0", "0", "0", "1", "1", "1", "1"],
];
const REFS: [[&str; 8]; 3] = [
    ["obj0", "obj0", "obj1", "obj1", "obj2", "obj2", "obj3", "obj3"],
    ["obj0", "obj1", "obj1", "obj2", "obj2", "obj3", "obj3", "obj0"],
    ["obj0", "obj0", "obj0", "obj0", "obj0", "obj0", "obj0", "obj0"],
];
const WORDS: [[&str; 8]; 3] = [
    ["none", "undef", "true", "false", "5", "-1", "1.5", "obj1"],
    ["none", "none", "true", "true", "5", "1", "1.5", "obj2"],
    ["none", "undef", "none", "undef", "none", "undef", "none", "undef"],
];

#[test]
fn every_pure_uop_is_evaluated_on_edges_of_its_operands() {
    for (file, ops) in [
        ("int", Vec::from_iter(pure_ops(|op| op.info().name.starts_with("int_")))),
        ("float", Vec::from_iter(pure_ops(|op| op.info().name.starts_with("float_")))),
        (
            "other",
            Vec::from_iter(pure_ops(|op| {
                !op.info().name.starts_with("int_") && !op.info().name.starts_with("float_")
            })),
        ),
    ] {
        let mut text = String::from(
            "; Pure uops on edges of their operands, elements of obj1, obj2 and obj3, into elements of obj0.\n\
             ; Made from the table.\n; test: compile\n; slot 0 = 0\n",
        );
        let used: Vec<Ty> = ops.iter().flat_map(|op| op.info().params.iter().copied()).collect();
        for (ty, elem, values) in [
            (Ty::Int, "ints", INTS),
            (Ty::Int, "i32s", small()),
            (Ty::Float, "floats", FLOATS),
            (Ty::Bool, "bytes", BOOLS),
            (Ty::Ref, "refs", REFS),
            (Ty::Word, "words", WORDS),
        ] {
            let needed = used.contains(&ty) || elem == "i32s" && file == "other";
            if !needed {
                continue;
            }
            for (object, row) in values.iter().enumerate() {
                for (i, value) in row.iter().enumerate() {
                    writeln!(text, "; obj{}: {elem}[{i}] = {value}", object + 1).unwrap();
                }
            }
        }
        text += "\nhost test\n";
        for op in ops {
            text += &evaluation(op);
        }
        check(&format!("run/{file}.uop"), &text);
    }
}

/// Integers that fit every width that hosts box.
fn small() -> [[&'static str; 8]; 3] {
    [["0", "7", "-7", "2147483647", "-2147483648", "5", "-1", "100"]; 3]
}

fn pure_ops(wanted: impl Fn(Op) -> bool) -> impl Iterator<Item = Op> {
    Op::ALL.iter().copied().filter(move |&op| op.is_pure() && wanted(op))
}

/// Trees that evaluate `op` on eight rows of operands in a loop, one tree for each immediate.
fn evaluation(op: Op) -> String {
    let info = op.info();
    match info.imm {
        ImmKind::Kind => HOST.kinds.iter().map(|kind| evaluation_with(info, kind.name)).collect(),
        ImmKind::Bits => ["1", "8", "48", "64"].map(|bits| evaluation_with(info, bits)).concat(),
        _ => evaluation_with(info, ""),
    }
}

fn evaluation_with(info: &OpInfo, imm: &str) -> String {
    let mut text = format!(
        "tree \"{}\" {{\ntrace 0:\n  v0: word = slot_load 0\n  guard_kind v0, int -> s0\n  \
         v1: int = unbox_int v0\n  guard_bounds v1, 8 -> s1\n",
        format!("{} {imm}", info.name).trim_end()
    );
    let mut values = 2;
    let mut define = |ty: Ty, operation: String| {
        writeln!(text, "  v{values}: {} = {operation}", ty.name()).unwrap();
        values += 1;
        format!("v{}", values - 1)
    };
    let mut operands = Vec::new();
    for (k, &ty) in info.params.iter().enumerate() {
        let object = format!("@{:#x}", uplift_testing::host::text_address(k + 1));
        operands.push(operand(&mut define, info, ty, &object));
    }
    operands.extend((!imm.is_empty()).then(|| imm.to_owned()));
    let result = define(info.ret, format!("{} {}", info.name, operands.join(", ")));
    let (stored, ty) = match info.ret {
        Ty::Bool => (define(Ty::Int, format!("bool_to_int {result}")), Ty::Int),
        ty => (result, ty),
    };
    let next = define(Ty::Int, "int_add v1, 1".into());
    let boxed = define(Ty::Word, format!("box_int {next}"));
    let store = format!("store_elem_{} @0x10000, v1, {stored}, {}", ty.name(), elements(info.ret));
    writeln!(text, "  {store}\n  slot_store {boxed}, 0\n  jump_entry -> s2\nsnapshots:").unwrap();
    for i in 0..3 {
        writeln!(text, "  s{i}: g{i} [0x1 pc 0] live {{0}}").unwrap();
    }
    text + "}\n"
}

fn elements(ty: Ty) -> &'static str {
    match ty {
        Ty::Int => "ints",
        Ty::Float => "floats",
        Ty::Bool => "bytes",
        Ty::Ref => "refs",
        Ty::Word | Ty::Unit => "words",
    }
}

/// An operand of type `ty` from element `v1` of an object. Only boxed values are unboxed, only small integers boxed,
/// and no address is shown.
fn operand(define: &mut impl FnMut(Ty, String) -> String, info: &OpInfo, ty: Ty, object: &str) -> String {
    let unboxed = [Ty::Int, Ty::Float, Ty::Bool, Ty::Ref]
        .into_iter()
        .find(|ty| info.name == format!("unbox_{}", ty.name()));
    if let Some(inner) = unboxed {
        let value = load(define, inner, object, inner == Ty::Int);
        return define(Ty::Word, format!("box_{} {value}", inner.name()));
    }
    match info.name {
        "ref_to_int" => {
            let value = load(define, Ty::Int, object, false);
            define(Ty::Ref, format!("int_to_ref {value}"))
        }
        "word_to_int" => {
            let value = load(define, Ty::Int, object, true);
            define(Ty::Word, format!("box_int {value}"))
        }
        name => load(define, ty, object, name == "box_int"),
    }
}

fn load(define: &mut impl FnMut(Ty, String) -> String, ty: Ty, object: &str, small: bool) -> String {
    let elem = if small { "i32s" } else { elements(ty) };
    match ty {
        Ty::Bool => {
            let byte = define(Ty::Int, format!("load_elem_int {object}, v1, {elem}"));
            define(Ty::Bool, format!("int_ne {byte}, 0"))
        }
        _ => define(ty, format!("load_elem_{} {object}, v1, {elem}", ty.name())),
    }
}

#[test]
fn every_uop_runs_in_a_filetest() {
    let mut seen = String::new();
    for path in uplift_testing::filetest::files(&folder()) {
        let text = std::fs::read_to_string(path).unwrap();
        if text.contains("; test: run") || text.contains("; test: compile") {
            seen += &text;
        }
    }
    for op in Op::ALL {
        let name = op.info().name;
        let used = seen.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name);
        assert!(used, "no filetest runs {name}");
    }
}
