//! What each kind of filetest does.

use super::{FileTest, Test};
use crate::host::HOST;
use crate::oracle::{self, Executor, Input, Stages};
use std::collections::HashSet;
use uplift_interp::Fault;
use uplift_uop::canon::canonical;
use uplift_uop::parse::{File, parse_file};
use uplift_uop::print::{print, print_file};
use uplift_uop::verify::verify;
use uplift_uop::{HostSpec, Op, Trace, Tree, Val};

/// Instructions that a run may take.
const FUEL: u64 = 1_000_000;

pub(super) fn output(test: &FileTest<'_>) -> Result<String, String> {
    if test.directives.test == Test::ParseError {
        return parse_error(test);
    }
    let File { host, trees } = test.parse().map_err(|error| error.to_string())?;
    round_trips(&trees, host)?;
    match test.directives.test {
        Test::VerifyError => verify_errors(test, &trees, host),
        Test::RoundTrip => round_trip(test, &trees, host),
        Test::Opt => opt(test, &trees, host),
        _ if !std::ptr::eq(host, &HOST) => Err("only `host test` runs".into()),
        Test::Compile => each(&trees, |tree| {
            compare(test, tree)?;
            run(test, tree)
        }),
        _ => each(&trees, |tree| run(test, tree)),
    }
}

/// Output for each tree, under its name if there are several.
fn each(trees: &[Tree], mut output: impl FnMut(&Tree) -> Result<String, String>) -> Result<String, String> {
    let mut all = String::new();
    for tree in trees {
        let text = output(tree).map_err(|error| format!("tree \"{}\": {error}", tree.name))?;
        if trees.len() > 1 {
            all += &format!("tree \"{}\"\n", tree.name);
        }
        all += &text;
    }
    Ok(all)
}

fn parse_error(test: &FileTest<'_>) -> Result<String, String> {
    let error = match test.parse() {
        Ok(_) => return Err("the file parses".into()),
        Err(error) => error.to_string(),
    };
    match test.directives.errors.as_slice() {
        [wanted] if error == *wanted => Ok(test.expected.unwrap_or_default().to_owned()),
        wanted => Err(format!("the error is\n  {error}\nnot\n  {}", wanted.join("\n  "))),
    }
}

/// Each `error:` line is a rule's number, and optionally part of the message; there is one for each violation.
fn verify_errors(test: &FileTest<'_>, trees: &[Tree], host: &HostSpec) -> Result<String, String> {
    let mut found = Vec::new();
    for tree in trees {
        found.extend(verify(tree, host).err().unwrap_or_default());
    }
    let wanted = &test.directives.errors;
    let matches = |wanted: &String, rule: &str, message: &str| {
        let (number, part) = wanted.split_once(' ').unwrap_or((wanted, ""));
        number == rule && message.contains(part)
    };
    let all = wanted.len() == found.len()
        && wanted.iter().zip(&found).all(|(w, v)| matches(w, v.rule.number(), &v.message));
    if all && !wanted.is_empty() {
        return Ok(test.expected.unwrap_or_default().to_owned());
    }
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    Err(format!("violations are\n  {}\nnot\n  {}", found.join("\n  "), wanted.join("\n  ")))
}

/// Whether printing and parsing gives each tree back.
fn round_trips(trees: &[Tree], host: &HostSpec) -> Result<(), String> {
    for tree in trees {
        let text = print(tree, host);
        let again = uplift_uop::parse::parse(&text, host);
        let again = again.map_err(|error| format!("printed text does not parse: {error}\n{text}"))?;
        if again != canonical(tree) || print(&again, host) != text {
            return Err(format!("printed text means another tree\n{text}"));
        }
    }
    Ok(())
}

/// The canonical text. A file without expected output must be it, but for comments and blank lines.
fn round_trip(test: &FileTest<'_>, trees: &[Tree], host: &HostSpec) -> Result<String, String> {
    let printed = print_file(trees, host);
    if test.expected.is_some() {
        return Ok(printed);
    }
    let meaning = |text: &str| {
        let lines = text.lines().map(|line| line.split(';').next().unwrap_or("").trim_end().to_owned());
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    let (written, printed) = (meaning(test.input), meaning(&printed));
    if written == printed { Ok(String::new()) } else { Err(super::difference(&written, &printed)) }
}

fn verified(tree: &Tree, host: &HostSpec) -> Result<(), String> {
    verify(tree, host).map_err(|found| {
        let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
        lines.join("\n  ")
    })
}

fn run(test: &FileTest<'_>, tree: &Tree) -> Result<String, String> {
    verified(tree, &HOST)?;
    let (mut vm, input) = test.directives.input()?;
    let tree = vm.relocate(tree);
    let outcome = oracle::run(&mut vm, &tree, &input, tree.slots, &Executor::Interp(FUEL));
    match outcome {
        Ok(outcome) => {
            let before = oracle::before(&mut vm, &input, tree.slots);
            Ok(outcome.text(&before))
        }
        Err(Fault::OutOfFuel) => Ok("out of fuel\n".into()),
        Err(fault) => Err(fault.to_string()),
    }
}

/// Machine code of the tree, and of the optimised tree if it is a recorded one.
fn compare(test: &FileTest<'_>, tree: &Tree) -> Result<(), String> {
    verified(tree, &HOST)?;
    let (mut vm, input): (_, Input) = test.directives.input()?;
    let stages = Stages { optimized: is_recorded(tree), native: true, forced: test.directives.forced };
    match oracle::compare(&mut vm, tree, &input, FUEL, stages) {
        Ok(_) => Ok(()),
        Err(mismatch) => Err(mismatch.to_string()),
    }
}

/// Whether a tree is in recorded form, which is what the optimizer takes: no loop header, nothing to write at exits,
/// and each trace stands alone.
pub fn is_recorded(tree: &Tree) -> bool {
    let alone = |trace: &Trace| {
        let defined: HashSet<Val> = trace.insts.iter().flat_map(|i| i.results.clone()).collect();
        let mut args = trace.insts.iter().flat_map(|i| &i.args);
        args.all(|arg| arg.is_const() || defined.contains(arg))
            && !trace.insts.iter().any(|i| matches!(i.op, Op::LoopHeader | Op::Jump))
    };
    tree.traces.iter().all(alone) && tree.snaps.iter().all(|s| s.slots.is_empty() && s.virtuals.is_empty())
}

fn opt(test: &FileTest<'_>, trees: &[Tree], host: &HostSpec) -> Result<String, String> {
    let config = opt_config(&test.directives.without)?;
    let mut optimized = Vec::new();
    for tree in trees {
        verified(tree, host)?;
        let result = uplift_opt::optimize(tree, host, &config);
        optimized.push(result.map_err(|error| format!("tree \"{}\": {error}", tree.name))?);
    }
    let text = print_file(&optimized, host);
    let again = parse_file(&text, super::HOSTS).map_err(|error| error.to_string())?;
    round_trips(&again.trees, host)?;
    Ok(text)
}

fn opt_config(without: &[String]) -> Result<uplift_opt::OptConfig, String> {
    let mut config = uplift_opt::OptConfig { verify: true, ..Default::default() };
    for switch in without {
        let field = match switch.as_str() {
            "forward" => &mut config.forward,
            "peel" => &mut config.peel,
            "rules" => &mut config.rules,
            "share" => &mut config.share,
            "heap" => &mut config.heap,
            "ranges" => &mut config.ranges,
            "virtuals" => &mut config.virtuals,
            "dead_code" => &mut config.dead_code,
            _ => return Err(format!("the optimizer has no switch `{switch}`")),
        };
        *field = false;
    }
    Ok(config)
}
