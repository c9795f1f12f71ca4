//! Proofs by an SMT solver: the uops' semantics in SMT-LIB, and z3, which is run as a process.
//!
//! The semantics stand in `uops.smt2`, one function of each uop's name; those that depend on a host are
//! written from its declaration ([`host`]). They are a second statement of what the table says, so a test evaluates both.
//! Everything else is translated from the one statement that the product runs: equations of rules ([`equation`]),
//! range functions ([`number`]), trees before and after optimisation ([`tree`]).

pub mod equation;
pub mod host;
pub mod number;
pub mod tree;

use std::io::Write;
use std::process::{Command, Stdio};
use uplift_uop::{Scalar, Ty};

/// The functions of uops that are the same for every host.
pub const UOPS: &str = include_str!("uops.smt2");

/// What the solver says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// No operands make the assertions true.
    Unsat,
    /// These do.
    Sat,
    /// It gave up.
    Unknown,
}

/// Seconds after which the solver gives up. All proofs take far less; this is for a broken one.
const TIMEOUT: u32 = 120;

/// The answer to each query: assertions, with declarations of their own. Each one is put to the solver afresh,
/// because it is much better at that than at a pile of assertions that grows and shrinks.
pub fn solve(prelude: &str, queries: &[String]) -> Vec<Answer> {
    let script = |query: &String| format!("{prelude}\n{query}\n(check-sat)\n(reset)\n");
    let printed = run(&queries.iter().map(script).collect::<String>());
    let answers = printed.lines().filter_map(|line| match line {
        "unsat" => Some(Answer::Unsat),
        "sat" => Some(Answer::Sat),
        "unknown" | "timeout" => Some(Answer::Unknown),
        _ => None,
    });
    // Those after a timeout were not tried.
    answers.chain(std::iter::repeat(Answer::Unknown)).take(queries.len()).collect()
}

/// What the solver prints for `command` (`(get-model)`, say) once it has found that a query can be true.
pub fn ask(prelude: &str, query: &str, command: &str) -> String {
    run(&format!("{prelude}\n{query}\n(check-sat)\n{command}\n"))
}

/// Runs a script; what is printed.
///
/// # Panics
///
/// If there is no z3, or it does not understand the script: proofs that were not tried must not pass.
fn run(script: &str) -> String {
    let command = Command::new("z3")
        .args(["-in", &format!("-T:{TIMEOUT}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut solver = command.unwrap_or_else(|error| {
        panic!("z3 proves the rules of the optimizer, and cannot be run ({error}): `apt-get install z3`")
    });
    let mut input = solver.stdin.take().expect("standard input is piped");
    // A solver that stops early says why on its output.
    let _ = input.write_all(script.as_bytes());
    drop(input);
    let output = solver.wait_with_output().expect("z3 runs to its end");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let understood = !printed.contains("(error") || printed.contains("model is not available");
    assert!(understood, "z3 does not understand:\n{printed}\n{script}");
    printed
}

/// A word in SMT-LIB.
pub fn word(bits: u64) -> String {
    format!("#x{bits:016x}")
}

/// A constant in SMT-LIB.
pub fn constant(scalar: Scalar) -> String {
    match scalar {
        Scalar::Bool(truth) => truth.to_string(),
        other => word(other.bits()),
    }
}

/// The sort of a type's values.
pub fn sort(ty: Ty) -> &'static str {
    if ty == Ty::Bool { "Bool" } else { "W" }
}

/// An application; `name` alone without operands.
pub fn apply(name: &str, operands: &[String]) -> String {
    if operands.is_empty() { name.to_owned() } else { format!("({name} {})", operands.join(" ")) }
}

/// That all of these hold.
pub fn all(terms: &[String]) -> String {
    if terms.is_empty() { "true".to_owned() } else { apply("and", terms) }
}

/// That two values of a type are the same. All NaNs are.
pub fn same(ty: Ty, a: &str, b: &str) -> String {
    match ty {
        Ty::Float => format!("(or (= {a} {b}) (and (is_nan {a}) (is_nan {b})))"),
        _ => format!("(= {a} {b})"),
    }
}
