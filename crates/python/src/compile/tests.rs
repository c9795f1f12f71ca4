//! Tests of the compiler: the code of small programs (`golden/*.py`; `BLESS=1` rewrites them), the places
//! and words of errors, and input that means harm.

use std::path::Path;
use std::sync::Arc;

use super::{ErrorKind, Mode, Names, compile_source, compile_source_with};
use crate::bytecode::Op;
use crate::code::{Code, Const};
use crate::disasm::disassemble;

fn compile_as(source: &str, mode: Mode, names: Names) -> Arc<Code> {
    match compile_source_with(source.as_bytes(), "test.py", mode, names) {
        Ok(code) => {
            code.verify().unwrap_or_else(|e| panic!("{e}\n{}", disassemble(&code)));
            code
        }
        Err(e) => panic!("{e}\nin:\n{source}"),
    }
}

fn compile(source: &str) -> Arc<Code> {
    compile_as(source, Mode::Exec, Names::Global)
}

/// The error of a source, with its place.
#[track_caller]
fn error(source: &str) -> String {
    match compile_source(source.as_bytes(), "test.py", Mode::Exec) {
        Ok(code) => panic!("this compiled:\n{source}\n{}", disassemble(&code)),
        Err(e) => format!("{}:{} {}: {}", e.line, e.column, e.class_name(), e.message),
    }
}

/// The first code inside `code`.
fn inner(code: &Code) -> Arc<Code> {
    let found =
        code.consts.iter().find_map(|c| if let Const::Code(code) = c { Some(code.clone()) } else { None });
    found.expect("code inside")
}

fn ops(code: &Code) -> Vec<Op> {
    uplift_uop::bytecodes::instructions::<Op>(&code.instrs).map(|(_, op, _)| op).collect()
}

#[test]
fn code_of_small_programs_is_as_written_down() {
    const MARK: &str = "#| ";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/compile/golden");
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let source: String =
            text.lines().filter(|l| !l.starts_with(MARK.trim_end())).map(|l| format!("{l}\n")).collect();
        let source = source.trim_end().to_owned() + "\n";
        let listing: String = disassemble(&compile(&source))
            .lines()
            .map(|l| format!("{MARK}{l}").trim_end().to_owned() + "\n")
            .collect();
        let now = format!("{source}\n{listing}");
        if now != text {
            if std::env::var_os("BLESS").is_some() {
                std::fs::write(&path, &now).unwrap();
            } else {
                wrong.push(format!("{} is now:\n{now}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "BLESS=1 accepts:\n{}", wrong.join("\n"));
}

#[test]
fn errors_have_the_places_and_words_of_cpython() {
    let table: &[(&str, &str)] = &[
        ("x = = 1", "1:5 SyntaxError: invalid syntax"),
        ("if x\n  y", "1:5 SyntaxError: expected ':'"),
        (
            "def f():\npass",
            "2:1 IndentationError: expected an indented block after function definition on line 1",
        ),
        ("  x = 1", "1:1 IndentationError: unexpected indent"),
        ("f(1", "1:2 SyntaxError: '(' was never closed"),
        ("f(1))", "1:5 SyntaxError: unmatched ')'"),
        ("[1)", "1:3 SyntaxError: closing parenthesis ')' does not match opening parenthesis '['"),
        ("x = 'abc", "1:5 SyntaxError: unterminated string literal (detected at line 1)"),
        (
            "f() = 1",
            "1:1 SyntaxError: cannot assign to function call here. Maybe you meant '==' instead of '='?",
        ),
        ("None = 1", "1:1 SyntaxError: cannot assign to None"),
        ("del f()", "1:5 SyntaxError: cannot delete function call"),
        ("f() += 1", "1:1 SyntaxError: 'function call' is an illegal expression for augmented assignment"),
        ("return 1", "1:1 SyntaxError: 'return' outside function"),
        ("class A:\n yield 1", "2:2 SyntaxError: 'yield' outside function"),
        ("break", "1:1 SyntaxError: 'break' outside loop"),
        ("def f():\n for x in y:\n  def g(): continue", "3:12 SyntaxError: 'continue' not properly in loop"),
        ("def f(a, a): pass", "1:10 SyntaxError: duplicate argument 'a' in function definition"),
        ("def f():\n x = 1\n global x", "3:9 SyntaxError: name 'x' is assigned to before global declaration"),
        ("def f():\n nonlocal x", "2:11 SyntaxError: no binding for nonlocal 'x' found"),
        ("nonlocal x", "1:10 SyntaxError: nonlocal declaration not allowed at module level"),
        ("f(a=1, a=2)", "1:8 SyntaxError: keyword argument repeated: a"),
        ("f(a=1, 2)", "1:8 SyntaxError: positional argument follows keyword argument"),
        ("*a, *b = c", "1:1 SyntaxError: multiple starred expressions in assignment"),
        (
            "[(i := 1) for i in x]",
            "1:3 SyntaxError: assignment expression cannot rebind comprehension iteration variable 'i'",
        ),
        ("try: pass\nexcept: pass\nexcept A: pass", "2:1 SyntaxError: default 'except:' must be last"),
        ("from __future__ import nothing", "1:1 SyntaxError: future feature nothing is not defined"),
        ("def f():\n from a import *", "2:16 SyntaxError: import * only allowed at module level"),
        ("async def f(): pass", "1:1 SyntaxError: 'async def' is not supported"),
        ("def f[T](x): pass", "1:6 SyntaxError: type parameters are not supported"),
        ("try: pass\nexcept* A: pass", "1:1 SyntaxError: 'except*' is not supported"),
    ];
    for (source, expected) in table {
        assert_eq!(error(source), *expected, "for {source:?}");
    }
}

#[test]
fn an_error_is_rendered_as_cpython_does() {
    let text = compile_source("if x:\n    y = f(é, 1 2)\n".as_bytes(), "dir/x.py", Mode::Exec)
        .unwrap_err()
        .to_string();
    assert_eq!(
        text,
        "  File \"dir/x.py\", line 2\n    y = f(é, 1 2)\n               ^\nSyntaxError: invalid syntax"
    );
}

#[test]
fn unsupported_is_told_from_wrong() {
    let kind = |source: &str| compile_source(source.as_bytes(), "x", Mode::Exec).unwrap_err().kind;
    assert_eq!(kind("async def f(): pass"), ErrorKind::Unsupported);
    assert_eq!(kind("x ="), ErrorKind::Syntax);
}

#[test]
fn bytes_are_decoded_as_declared() {
    let string = |source: &[u8]| match compile_source(source, "x", Mode::Exec) {
        Ok(code) => format!("{:?}", code.consts),
        Err(e) => e.message,
    };
    assert_eq!(string(b"x = '\xc3\xa9'"), "[Str(\"é\")]");
    assert_eq!(string(b"\xef\xbb\xbfx = '\xc3\xa9'"), "[Str(\"é\")]");
    assert_eq!(string(b"# -*- coding: latin-1 -*-\nx = '\xe9'"), "[Str(\"é\")]");
    assert_eq!(string(b"x = '\xe9'"), "(unicode error) 'utf-8' codec can't decode byte 0xe9 on line 1");
    assert_eq!(string(b"x = 1\0"), "source code string cannot contain null bytes");
    assert_eq!(string(b"# coding: klingon\n"), "unknown encoding: klingon");
}

#[test]
fn errors_have_a_place_though_bytes_before_it_are_no_text() {
    let error = compile_source(b"'\xff\xff'\n'\xff' \0", "x", Mode::Exec).expect_err("null bytes");
    assert_eq!((error.line, error.column), (2, 5), "{error}");
}

#[test]
fn names_are_found_where_python_finds_them() {
    let code = compile_as("x = 1\ny = x", Mode::Exec, Names::Namespace);
    assert_eq!(ops(&code)[..4], [Op::LoadInt, Op::StoreName, Op::LoadName, Op::StoreName]);
    let method = inner(&inner(&compile("class A:\n def f(self): return self.__x + __class__.x")));
    assert_eq!(&*method.names[0], "_A__x");
    assert_eq!(&*method.free_names[0], "__class__");
    assert_eq!(&*method.qualname, "A.f");
    let class = inner(&compile("def f(x):\n class A:\n  nonlocal x\n  x = 1"));
    assert!(ops(&inner(&class)).contains(&Op::StoreFree));
    assert_eq!(&*inner(&class).qualname, "f.<locals>.A");
}

#[test]
fn a_class_counts_the_attributes_of_its_instances() {
    let class = inner(&compile(
        "class A:\n def f(self):\n  self.x = self.y = 1\n  self.x += 1\n  for self.z in a: pass",
    ));
    assert_eq!(class.self_attr_count, 3);
}

#[test]
fn registers_die_after_their_last_use_and_live_into_handlers() {
    let code =
        inner(&compile("def f(a, b):\n x = g(a)\n try:\n  x = g(x)\n except E:\n  return x\n return b"));
    let call = uplift_uop::bytecodes::instructions::<Op>(&code.instrs).filter(|(_, op, _)| *op == Op::Call);
    let live: Vec<Vec<u32>> =
        call.map(|(pc, ..)| code.live_registers(pc as u32).iter().filter(|&r| r < 3).collect()).collect();
    // a is dead once it is in the window; x must survive a raise in the second call.
    assert_eq!(live, [vec![1], vec![1, 2]]);
}

#[test]
fn interactive_statements_print_and_eval_returns() {
    assert!(ops(&compile_as("1 + x", Mode::Single, Names::Global)).contains(&Op::PrintExpr));
    assert_eq!(ops(&compile_as(" x\n", Mode::Eval, Names::Global)), [Op::LoadGlobal, Op::Return]);
}

#[test]
fn literals_are_folded() {
    let code = compile("x = (-1, 2 ** 64, 'a' * 3, 1 - 2j, 0xffffffffffffffffffff, not 0, 7 // 2, -7 % 3)");
    let expected = "(-1, 18446744073709551616, \"aaa\", (1.0-2.0j), 1208925819614629174706175, True, 3, 2)";
    assert!(disassemble(&code).contains(expected), "{}", disassemble(&code));
}

#[test]
fn hostile_nesting_and_size_are_errors_not_crashes() {
    let deep = |part: &str, n: usize| format!("x = {}y", part.repeat(n));
    let sources = [
        "(".repeat(100_000),
        deep("-", 200_000),
        deep("not ", 200_000),
        deep("lambda: ", 100_000),
        deep("y if z else ", 100_000),
        deep("y + ", 100_000),
        format!("y{}", ".a".repeat(100_000)),
        format!("y{}", "()".repeat(100_000)),
        (0..150).map(|i| format!("{}if x:\n", " ".repeat(i))).collect::<String>(),
        "x = ".to_owned() + &"9".repeat(5000),
        (0..70_000).map(|i| format!("v{i} = 0\n")).collect(),
    ];
    for source in sources {
        assert!(compile_source(source.as_bytes(), "x", Mode::Exec).is_err(), "{}", &source[..40]);
    }
    let finally: String = (0..40).map(|i| format!("{0}try: a\n{0}finally:\n", " ".repeat(2 * i))).collect();
    assert!(compile_source(format!("{finally}{}b", " ".repeat(80)).as_bytes(), "x", Mode::Exec).is_err());
}

#[test]
fn far_jumps_are_possible() {
    let code =
        compile(&format!("def f(x):\n while x < 1:\n  if x < 0: break\n{}", "  f(x)\n".repeat(20_000)));
    assert!(inner(&code).instrs.len() > usize::from(u16::MAX));
}
