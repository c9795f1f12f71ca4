//! The command from outside: exit codes, messages, where programs come from, what bad input does.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// What a run left.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn uplift() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uplift"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("UPLIFT_") {
            command.env_remove(name);
        }
    }
    command.env_remove("PYTHONPATH");
    command
}

fn ran(output: Output) -> Ran {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

fn run(args: &[&str]) -> Ran {
    ran(uplift().args(args).stdin(Stdio::null()).output().expect("uplift starts"))
}

fn run_with_input(args: &[&str], input: &[u8]) -> Ran {
    let mut child = uplift()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("uplift starts");
    // A program that ends early closes the pipe; what it did then is what the test looks at.
    let _ = child.stdin.take().expect("stdin is piped").write_all(input);
    ran(child.wait_with_output().expect("uplift ends"))
}

/// A file in a folder of this test's own.
fn file(test: &str, name: &str, bytes: &[u8]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("the file can be written");
    path
}

fn run_file(path: &std::path::Path, args: &[&str]) -> Ran {
    let path = path.to_str().expect("a path in UTF-8");
    run(&[&["run", path], args].concat())
}

#[test]
fn code_of_the_command_line_runs() {
    let ran = run(&["run", "-c", "import sys; print(6 * 7, sys.argv)", "one", "two"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "42 ['-c', 'one', 'two']\n"), "{}", ran.err);
}

#[test]
fn a_program_from_standard_input_runs() {
    let ran =
        run_with_input(&["run", "-", "arg"], b"import sys\nfor i in range(3):\n    print(i, sys.argv)\n");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("0 ['-', 'arg']\n1 "), "{}", ran.out);
}

#[test]
fn a_file_runs_and_sees_its_arguments() {
    let path = file("arguments", "p.py", b"import sys\nprint(sys.argv[1:], __name__)\n");
    let ran = run_file(&path, &["a", "--jit", "-c", "--"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "['a', '--jit', '-c', '--'] __main__\n"), "{}", ran.err);
}

#[test]
fn modules_are_found_beside_the_script_and_on_pythonpath() {
    let path = file("modules", "p.py", b"import beside, far\nprint(beside.x + far.y)\n");
    file("modules", "beside.py", b"x = 1\n");
    let far = file("modules_far", "far.py", b"y = 2\n");
    let mut command = uplift();
    command.arg("run").arg(&path).env("PYTHONPATH", far.parent().expect("a file has a folder"));
    let ran = ran(command.output().expect("uplift starts"));
    assert_eq!((ran.code, ran.out.as_str()), (0, "3\n"), "{}", ran.err);
}

#[test]
fn an_uncaught_exception_prints_a_traceback_and_exits_with_1() {
    let path = file("uncaught", "p.py", b"print('before')\ndef f():\n    return 1 / 0\nf()\n");
    let ran = run_file(&path, &[]);
    assert_eq!((ran.code, ran.out.as_str()), (1, "before\n"));
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(lines[0], "Traceback (most recent call last):");
    // Windows puts a drive before it, if there is none.
    let shown = format!("{}\", line 4, in <module>", path.display());
    assert!(lines[1].starts_with("  File \"") && lines[1].ends_with(&shown), "{}", lines[1]);
    assert_eq!(lines.last(), Some(&"ZeroDivisionError: division by zero"));
}

#[test]
fn sys_exit_chooses_the_exit_code() {
    assert_eq!(run(&["run", "-c", "import sys; sys.exit(7)"]).code, 7);
    assert_eq!(run(&["run", "-c", "raise SystemExit"]).code, 0);
    assert_eq!(run(&["run", "-c", "import sys; sys.exit(256 + 3)"]).code, 3);
    let ran = run(&["run", "-c", "import sys; sys.exit('the reason')"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, "the reason\n"));
}

#[test]
fn a_syntax_error_names_file_line_and_column_with_a_caret_and_exits_with_2() {
    let path = file("syntax", "p.py", b"x = 1\ny = (2 +\nz = 3\n");
    let ran = run_file(&path, &[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(ran.err.contains("p.py") && ran.err.contains('^'), "{}", ran.err);
    let ran = run(&["run", "-c", "return 5"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("<string>"), "{}", ran.err);
}

#[test]
fn an_unsupported_construct_is_told_before_anything_runs() {
    let ran = run(&["run", "-c", "print('ran')\nasync def f():\n    await g()\n"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(ran.err.contains('^'), "{}", ran.err);
}

#[test]
fn unreadable_files_are_told_and_exit_with_2() {
    let ran = run(&["run", "there-is-no-such-file.py"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    // What systems say is theirs.
    let told =
        |err: &str, unix: &str| if cfg!(unix) { err.contains(unix) } else { err.contains("cannot read") };
    assert!(ran.err.starts_with("uplift: cannot read there-is-no-such-file.py: "), "{}", ran.err);
    assert!(told(&ran.err, ": no such file or directory\n"), "{}", ran.err);
    let folder = file("a_folder", "x.py", b"").parent().expect("a file has a folder").to_owned();
    let ran = run_file(&folder, &[]);
    assert_eq!(ran.code, 2);
    assert!(told(&ran.err, "is a directory"), "{}", ran.err);
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_is_possible() {
    let ran = run(&["run", "--jit", "maybe", "p.py"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("on, off, interp"), "{}", ran.err);
    assert_eq!(run(&["run", "--threshold", "none", "p.py"]).code, 2);
    assert_eq!(run(&["run", "--dump", "everything", "p.py"]).code, 2);
    assert_eq!(run(&["fly"]).code, 2);
    assert_eq!(run(&["run"]).code, 2);
    let ran = run(&["run", "--log", "!!", "-c", "pass"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.starts_with("uplift: --log"), "{}", ran.err);
}

#[test]
fn help_shows_examples() {
    let ran = run(&["--help"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("uplift run program.py"), "{}", ran.out);
    let ran = run(&["run", "--help"]);
    assert!(ran.out.contains("Exit codes:") && ran.out.contains("UPLIFT_JIT"), "{}", ran.out);
    assert!(run(&["--version"]).out.starts_with("uplift "));
}

const HOT: &str = "t = 0\nfor i in range(5000):\n    t += i * 2\nprint(t)\n";

#[test]
fn every_mode_prints_the_same() {
    for jit in ["on", "off", "interp"] {
        for optimize in ["on", "off"] {
            for more in [&[] as &[&str], &["--threshold", "1"], &["--compile", "background"]] {
                let options = [&["run", "--jit", jit, "--optimize", optimize], more, &["-c", HOT]].concat();
                let ran = run(&options);
                assert_eq!((ran.code, ran.out.as_str()), (0, "24995000\n"), "{options:?}: {}", ran.err);
            }
        }
    }
}

#[test]
fn options_come_from_the_environment_too() {
    let mut command = uplift();
    command.args(["run", "-c", HOT]).env("UPLIFT_JIT", "maybe");
    assert_eq!(ran(command.output().expect("uplift starts")).code, 2);
    let mut command = uplift();
    command.args(["run", "-c", HOT]).env("UPLIFT_JIT", "off").env("UPLIFT_OPTIMIZE", "off");
    assert_eq!(ran(command.output().expect("uplift starts")).out, "24995000\n");
}

#[test]
fn statistics_go_to_stderr_and_leave_stdout_alone() {
    let ran = run(&["run", "--stats", "-c", HOT]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "24995000\n"));
    assert!(ran.err.to_lowercase().contains("traces"), "{}", ran.err);
}

#[test]
fn dumps_go_to_stderr_or_to_a_folder() {
    let ran = run(&["run", "--dump", "trace,opt,clif,asm", "-c", HOT]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "24995000\n"));
    assert!(ran.err.contains("loop_header"), "{}", ran.err);
    let folder = file("dumps", "x", b"").parent().expect("a file has a folder").join("out");
    let _ = std::fs::remove_dir_all(&folder);
    let dump = format!("opt={}", folder.display());
    let ran = run(&["run", "--dump", &dump, "-c", HOT]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(std::fs::read_dir(&folder).is_ok_and(|mut files| files.next().is_some()));
}

#[test]
fn events_are_lines_for_people_or_json() {
    let ran = run(&["run", "--log", "trace", "-c", HOT]);
    assert_eq!(ran.out, "24995000\n");
    assert!(!ran.err.is_empty());
    let ran = run(&["run", "--log", "trace", "--log-format", "json", "-c", HOT]);
    assert!(ran.err.lines().all(|line| line.starts_with('{') && line.ends_with('}')), "{}", ran.err);
}

#[test]
fn disasm_prints_bytecode_and_runs_nothing() {
    let path = file("disasm", "p.py", b"print('never')\ndef f(x):\n    return x + 1\n");
    let path = path.to_str().expect("a path in UTF-8");
    let ran = run(&["disasm", path]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains('f') && !ran.out.starts_with("never"), "{}", ran.out);
    assert_eq!(run(&["disasm", "-c", "x ="]).code, 2);
    assert_eq!(run(&["disasm", "there-is-no-such-file.py"]).code, 2);
}

#[test]
fn hostile_sources_get_a_message_and_never_a_crash() {
    let deep = format!("x = {}1{}\n", "(".repeat(100_000), ")".repeat(100_000));
    let unary = format!("x = {}1\n", "-".repeat(100_000));
    let lists = format!("x = {}\n", "[".repeat(50_000));
    let blocks: String = (0..5_000).map(|i| format!("{}if x:\n", " ".repeat(i))).collect();
    let literal = format!("x = {}\nprint(x % 7)\n", "9".repeat(2_000_000));
    let sources: [(&str, &[u8]); 9] = [
        ("nested parentheses", deep.as_bytes()),
        ("nested operators", unary.as_bytes()),
        ("unclosed brackets", lists.as_bytes()),
        ("nested blocks", blocks.as_bytes()),
        ("a literal of two million digits", literal.as_bytes()),
        ("invalid UTF-8", b"x = '\xff\xfe'\n"),
        ("a zero byte", b"x = 1\x00\n"),
        ("an unclosed text", b"x = '''abc"),
        ("wrong indentation", b"if 1:\nx = 1\n"),
    ];
    for (what, source) in sources {
        let ran = run_with_input(&["run", "-"], source);
        assert!([0, 1, 2].contains(&ran.code), "{what}: exit code {}\n{}", ran.code, ran.err);
        assert!(!ran.err.contains("panicked"), "{what}: {}", ran.err);
        assert!(ran.code == 0 || !ran.err.is_empty(), "{what}: no message");
    }
}

/// Fills a list in a hot loop, lets go of it when memory ends, and does so again.
const GREEDY: &str = "
def fill():
    kept = []
    try:
        while True:
            kept.append('x' * 100 + str(len(kept)))
    except MemoryError:
        return len(kept)
a, b = fill(), fill()
print(a > 100000, b > a // 2)
";

#[test]
fn a_memory_limit_raises_memory_error_which_a_program_survives() {
    for options in [&[] as &[&str], &["--jit", "off"], &["--jit", "interp"], &["--threshold", "1"]] {
        let ran = run(&[&["run", "--memory-limit", "64"], options, &["-c", GREEDY]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (0, "True True\n"), "{options:?}: {}", ran.err);
    }
}

#[test]
fn a_memory_limit_holds_for_natives_too_and_garbage_does_not_count() {
    let large = "x = 'x' * (100 << 20)\n";
    assert_eq!(run(&["run", "-c", large]).code, 0);
    for code in [
        large,
        "list(range(10 ** 8))",
        "sorted(i for i in range(10 ** 8))",
        "{i: str(i) for i in range(10 ** 8)}",
        "set(range(10 ** 8))",
        "list(map(str, range(10 ** 8)))",
        "','.join(str(i) for i in range(10 ** 8))",
        "bytearray(10 ** 8)",
    ] {
        let ran = run(&["run", "--memory-limit", "64", "-c", code]);
        assert_eq!(ran.code, 1, "{code}: {}", ran.err);
        assert_eq!(ran.err.lines().last(), Some("MemoryError"), "{code}: {}", ran.err);
    }
    let garbage = "for i in range(3000):\n    x = 'x' * (1 << 20) + str(i)\nprint(len(x))\n";
    let ran = run(&["run", "--memory-limit", "64", "-c", garbage]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "1048580\n"), "{}", ran.err);
}

#[test]
fn an_empty_program_does_nothing() {
    let ran = run_with_input(&["run", "-"], b"");
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    assert_eq!(run(&["run", "-c", ""]).code, 0);
    assert_eq!(run_with_input(&["run", "-"], "\u{feff}print('mark')".as_bytes()).out, "mark\n");
    assert_eq!(run_with_input(&["run", "-"], b"print(1)\r\nprint(2)\r\n").out, "1\n2\n");
}

#[test]
fn endless_recursion_is_an_exception() {
    let ran = run(&["run", "-c", "def f(n):\n    return f(n + 1)\nf(0)\n"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.lines().last().is_some_and(|l| l.starts_with("RecursionError:")), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_closed_stdout_ends_the_program_without_a_crash() {
    let mut child = uplift()
        .args(["run", "-c", "for i in range(10 ** 7):\n    print(i)\n"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("uplift starts");
    drop(child.stdout.take());
    let ran = ran(child.wait_with_output().expect("uplift ends"));
    assert!([1, 120].contains(&ran.code), "exit code {}: {}", ran.code, ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}

#[cfg(unix)]
mod interrupts {
    use super::*;
    use std::io::{BufRead, BufReader, Read};
    use std::process::Child;

    fn start(code: &str) -> (Child, BufReader<std::process::ChildStdout>) {
        let mut child = uplift()
            .args(["run", "-c", code])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("uplift starts");
        let mut out = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a first line");
        // Long enough to be inside compiled code.
        std::thread::sleep(std::time::Duration::from_millis(300));
        let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(status.is_ok_and(|s| s.success()));
        (child, out)
    }

    #[test]
    fn ctrl_c_raises_keyboard_interrupt_inside_a_compiled_loop() {
        let (child, mut out) = start(
            "print('go', flush=True)\ni = 0\ntry:\n    while True:\n        i += 1\nexcept KeyboardInterrupt:\n    print('caught')\n",
        );
        let mut rest = String::new();
        out.read_to_string(&mut rest).expect("the rest is text");
        let ran = ran(child.wait_with_output().expect("uplift ends"));
        assert_eq!((ran.code, rest.as_str()), (0, "caught\n"), "{}", ran.err);
    }

    #[test]
    fn an_uncaught_ctrl_c_prints_a_traceback_and_exits_with_130() {
        let (child, _out) = start("print('go', flush=True)\nwhile True:\n    pass\n");
        let ran = ran(child.wait_with_output().expect("uplift ends"));
        assert_eq!(ran.code, 130, "{}", ran.err);
        assert!(ran.err.trim_end().ends_with("KeyboardInterrupt"), "{}", ran.err);
    }
}

/// Garbage dies while calls go on that compiled loops have made: the collector reads the native stack.
#[test]
fn garbage_below_compiled_code_is_collected() {
    let program = r#"
import gc, weakref

class Thing:
    pass

made = []
most = 0

def search(depth):
    global most
    for i in range(12):
        thing = Thing()
        thing.path = [depth, i]
        made.append(weakref.ref(thing))
        if depth:
            search(depth - 1)
        assert thing.path == [depth, i]
    if depth == 1:
        gc.collect()
        for _ in range(3):
            alive = sum(ref() is not None for ref in made[-400:])
        most = max(most, alive)

search(4)
print(most < 200)
"#;
    for threshold in ["1", "400"] {
        let ran = run(&["run", "--threshold", threshold, "-c", program]);
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("True\n", ""), "threshold {threshold}");
    }
}
