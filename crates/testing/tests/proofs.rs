//! The optimizer's rules and range functions hold for all operands: an SMT solver finds none for which they fail.
//!
//! What is proved is what runs. A rule is an equation between terms of uops ([`uplift_opt::term`]), and the optimizer matches
//! the data that is translated here. Range functions are Rust code that computes with any number; here it computes
//! with terms ([`uplift_testing::smt::number`]). The only second statement is what each uop computes, in SMT-LIB, and the
//! first test evaluates that and the table on the same operands.

use std::time::{Duration, Instant};
use uplift_opt::ranges;
use uplift_opt::rules::{Body, RULES};
use uplift_opt::term::{Equation, Term};
use uplift_testing::host::{HOST, LOW_BIT_HOST, TAGGED_HOST};
use uplift_testing::smt::equation::Goal;
use uplift_testing::smt::number::{AS_INTEGERS, AS_WORDS, PRODUCTS, PRODUCTS_IN_RANGES, Path, Symbol, paths};
use uplift_testing::smt::{Answer, ask, host, solve, word};
use uplift_testing::source::Source;
use uplift_uop::eval::{Outcome, evaluate};
use uplift_uop::{HostSpec, ImmKind, Op, Scalar, Section, Ty};

/// Rules that are not proved as they stand, and why.
const NOT_PROVED: [(&str, &str); 4] = [
    ("compare_ranges", "it is `ranges::decide`, which is proved by itself"),
    (
        "ref_eq_different",
        "it looks at allocations, and the semantics in SMT-LIB have no heap; fuzzing compares runs",
    ),
    ("word_eq_different", "the same for words"),
    (
        "float_div_power_of_two",
        "solvers divide floats too slowly for 4090 constants, so only some of them are tried. Both sides are one real \
         number, rounded once: a power of two and its inverse are exact",
    ),
];

/// Rules whose constants are tried one by one, because a solver does not divide by any other: the constants.
fn cases(rule: &str) -> Option<Vec<u64>> {
    match rule {
        "div_power_of_two" | "mod_power_of_two" => Some((0..63).map(|n| 1 << n).collect()),
        "float_div_power_of_two" => Some([2.0, -0.5, f64::MIN_POSITIVE].map(f64::to_bits).to_vec()),
        _ => None,
    }
}

/// Multiplication, of which the semantics of unbounded integers know but some properties.
const PRODUCT: &str = "(define-fun product ((a Int) (b Int)) Int (* a b))";

/// Hosts that box words in different ways.
const HOSTS: [&HostSpec; 3] = [&HOST, &LOW_BIT_HOST, &TAGGED_HOST];

fn is_listed(rule: &str) -> bool {
    NOT_PROVED.iter().any(|(name, _)| *name == rule)
}

/// Scalars of a type: edges, and random ones.
fn operand(ty: Ty, source: &mut Source<'_>) -> Scalar {
    const INTS: [i64; 12] = [0, 1, 2, -1, -2, 3, 63, 64, -64, 1 << 47, i64::MAX, i64::MIN];
    const FLOATS: [f64; 12] =
        [0.0, -0.0, 1.0, -1.5, 2.5, 1e300, 9.3e18, 5e-324, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -0.5];
    let bits = source.word() >> source.below(64);
    let signed = if source.one_in(2) { bits } else { bits.wrapping_neg() };
    match ty {
        Ty::Float if source.one_in(2) => Scalar::Float(source.pick(&FLOATS)),
        Ty::Float => Scalar::Float(f64::from_bits(source.word())),
        Ty::Bool => Scalar::Bool(source.one_in(2)),
        _ if source.one_in(2) => Scalar::from_bits(ty, source.pick(&INTS) as u64),
        _ => Scalar::from_bits(ty, signed),
    }
}

#[test]
fn the_semantics_for_the_solver_are_those_of_the_table() {
    const CASES: usize = 60;
    let mut source = Source::Seed(11);
    for spec in HOSTS {
        let (prelude, mut cases, mut terms) = (host::prelude(spec), Vec::new(), Vec::new());
        let computed =
            |op: &&Op| matches!(op.info().section, Section::Pure | Section::Guard) && host::has(spec, **op);
        for &op in Op::ALL.iter().filter(computed) {
            for _ in 0..CASES {
                let imm = match op.info().imm {
                    ImmKind::Kind if spec.kinds.is_empty() => break,
                    ImmKind::Kind => source.below(spec.kinds.len()) as u64,
                    ImmKind::Bits => 1 + source.below(64) as u64,
                    _ => 0,
                };
                let args: Vec<Scalar> = op.info().params.iter().map(|&ty| operand(ty, &mut source)).collect();
                let result = match evaluate(op, imm, &args, spec) {
                    Outcome::Value(scalar) => Some(scalar),
                    _ => None,
                };
                terms.push(host::agrees(op, imm, &args, result, spec));
                cases.push((op, imm, args, result));
            }
        }
        let wrong: Vec<String> = refuted(&prelude, &terms).map(|i| format!("{:?}", cases[i])).collect();
        assert!(
            wrong.is_empty(),
            "on host {}, the solver evaluates otherwise:\n{}",
            spec.name,
            wrong.join("\n")
        );
    }
}

/// Those of the terms without variables that are not true.
fn refuted(prelude: &str, terms: &[String]) -> impl Iterator<Item = usize> {
    let name = |i: usize| format!("case{i}");
    let names: Vec<String> = (0..terms.len()).map(name).collect();
    let mut prelude = prelude.to_owned();
    for (name, term) in names.iter().zip(terms) {
        prelude += &format!("(define-fun {name} () Bool {term})\n");
    }
    let query = format!("(assert (not (and {})))", names.join(" "));
    let printed = match solve(&prelude, std::slice::from_ref(&query)).as_slice() {
        [Answer::Unsat] => String::new(),
        [Answer::Sat] => ask(&prelude, &query, &format!("(get-value ({}))", names.join(" "))),
        answers => panic!("evaluating {} terms: {answers:?}", terms.len()),
    };
    (0..terms.len()).filter(move |&i| printed.contains(&format!("({} false)", name(i))))
}

#[test]
fn the_semantics_of_unbounded_integers_are_those_of_the_table_where_nothing_wraps() {
    let prelude = AS_INTEGERS.replace("(declare-fun product (Int Int) Int)", PRODUCT);
    let mut source = Source::Seed(12);
    let mut all = Vec::new();
    for op in integer_ops().filter(|&op| is_arithmetic(op)) {
        for _ in 0..60 {
            let args: Vec<i64> = op.info().params.iter().map(|_| small_or_large(&mut source)).collect();
            let scalars: Vec<Scalar> = args.iter().map(|&arg| Scalar::Int(arg)).collect();
            let operands: Vec<String> = args.iter().map(|&arg| integer(arg)).collect();
            let value = host::value(op, 0, &operands, &HOST);
            let [first, last] = [args[0], args[args.len() - 1]].map(|arg| (arg, arg));
            let agrees = match evaluate(op, 0, &scalars, &HOST) {
                Outcome::Value(Scalar::Bool(result)) => format!("(= {value} {result})"),
                Outcome::Value(Scalar::Int(_)) if wraps(op, first, last) => continue,
                Outcome::Value(Scalar::Int(result)) => format!("(= {value} {})", integer(result)),
                _ => format!("(not {})", host::passes(op, 0, &operands, &HOST)),
            };
            all.push(agrees);
        }
    }
    let wrong: Vec<&String> = refuted(&prelude, &all).map(|i| &all[i]).collect();
    assert!(wrong.is_empty() && all.len() > 500, "of {}: {wrong:?}", all.len());
}

fn small_or_large(source: &mut Source<'_>) -> i64 {
    if source.one_in(2) { source.below(9) as i64 - 4 } else { source.word() as i64 >> source.below(64) }
}

fn integer(int: i64) -> String {
    if int < 0 { format!("(- {})", int.unsigned_abs()) } else { int.to_string() }
}

/// Whether a result is other than that of unbounded integers.
fn wraps(op: Op, a: ranges::Range, b: ranges::Range) -> bool {
    let exact = match op {
        Op::IntNeg => ranges::exact(Op::IntSub, (0, 0), a),
        Op::IntAdd | Op::IntSub | Op::IntMul => ranges::exact(op, a, b),
        // The only quotient that does not fit.
        _ => return a.0 == i64::MIN && b.0 == -1,
    };
    exact.is_none()
}

/// What the solver is told of conversion where it proves `==`, `!=` and `<=` of converted integers: only what it has proved,
/// that `<` compares the integers. With the whole definition each of them takes it several seconds.
const CONVERSION: &str = "
(assert (not (or (is_nan (int_to_float x)) (is_nan (int_to_float y)))))
(assert (= (float_lt (int_to_float x) (int_to_float y)) (int_lt x y)))
(assert (= (float_lt (int_to_float y) (int_to_float x)) (int_lt y x)))";

/// The semantics to prove an equation with, and assertions.
fn semantics(equation: &Equation, spec: &HostSpec) -> (String, &'static str) {
    const CONVERTED: [Term; 2] =
        [Term::Uop(Op::IntToFloat, &[Term::Any(0)]), Term::Uop(Op::IntToFloat, &[Term::Any(1)])];
    let prelude = host::prelude(spec);
    if equation.op == Op::FloatLt || equation.left != CONVERTED {
        return (prelude, "");
    }
    (
        prelude.replace(
            "(define-fun int_to_float ((a W)) W",
            "(declare-fun int_to_float (W) W)\n(define-fun unused ((a W)) W",
        ),
        CONVERSION,
    )
}

#[test]
fn converted_integers_are_numbers() {
    let query = "(declare-const x W)\n(assert (is_nan (int_to_float x)))".to_owned();
    assert_eq!(solve(&host::prelude(&HOST), &[query]), [Answer::Unsat]);
}

/// Proves an equation on all hosts that have it, or says what is wrong. How many hosts there were.
fn prove(rule: &str, equation: &Equation) -> Result<usize, String> {
    let cases: Vec<String> = match cases(rule) {
        Some(constants) => constants.iter().map(|&c| format!("(= c {})", word(c))).collect(),
        None => vec!["true".into()],
    };
    let mut hosts = 0;
    for spec in HOSTS {
        let Some(goal) = Goal::new(equation, spec) else { continue };
        hosts += 1;
        let (prelude, known) = semantics(equation, spec);
        let queries = cases.iter().flat_map(|case| goal.queries(case));
        let queries: Vec<String> = queries.map(|query| query + known).collect();
        let answers = solve(&prelude, &queries);
        let expected = [Answer::Sat, Answer::Unsat].into_iter().cycle();
        if let Some(at) = answers.iter().zip(expected).position(|(found, wanted)| *found != wanted) {
            let (query, answer) = (&queries[at], answers[at]);
            let model = ask(&prelude, query, "(get-model)");
            return Err(format!("{rule}: {equation}, host {}: {answer:?}\n{query}\n{model}", spec.name));
        }
        if !uses_the_host(equation) {
            break;
        }
    }
    Ok(hosts)
}

/// Whether an equation means something else on another host.
fn uses_the_host(equation: &Equation) -> bool {
    let text = equation.to_string();
    ["box", "kinds"].iter().any(|word| text.contains(word))
}

/// Proves the equations of all rules of floats, or of all others: two tests, so that they run side by side.
fn prove_rules(of_floats: bool) {
    let mut wrong = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.name.starts_with("float_") == of_floats) {
        let Body::Equations(equations) = rule.body else { continue };
        for equation in equations {
            let start = Instant::now();
            match prove(rule.name, equation) {
                Ok(0) => wrong.push(format!("{}: no host has {equation}", rule.name)),
                Ok(_) => say_if_slow(start, equation),
                Err(found) => wrong.push(found),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn say_if_slow(start: Instant, what: impl std::fmt::Display) {
    if start.elapsed() > Duration::from_secs(1) {
        println!("{:?}: {what}", start.elapsed());
    }
}

#[test]
fn every_equation_of_floats_holds_for_all_operands() {
    prove_rules(true);
}

#[test]
fn every_other_equation_holds_for_all_operands() {
    prove_rules(false);
}

#[test]
fn constants_that_are_tried_one_by_one_are_all_that_the_rule_matches() {
    for rule in RULES {
        let Body::Equations(equations) = rule.body else { continue };
        let Some(constants) = cases(rule.name).filter(|_| !is_listed(rule.name)) else { continue };
        let others: Vec<String> = constants.iter().map(|&c| format!("(not (= c {}))", word(c))).collect();
        for equation in equations {
            let goal = Goal::new(equation, &HOST).expect("arithmetic is there on all hosts");
            let [matches, _] = goal.queries(&format!("(and {})", others.join(" ")));
            assert_eq!(
                solve(&host::prelude(&HOST), &[matches]),
                [Answer::Unsat],
                "{}: {equation}",
                rule.name
            );
        }
    }
}

#[test]
fn rules_without_a_proof_are_listed_with_their_reason() {
    for rule in RULES {
        let is_code = matches!(rule.body, Body::Code(_));
        assert!(!is_code || is_listed(rule.name), "{} is code: prove it, or say why not", rule.name);
    }
    for (name, _) in NOT_PROVED {
        assert!(RULES.iter().any(|rule| rule.name == name), "there is no rule {name}");
    }
}

#[test]
fn wrong_equations_are_refuted() {
    const X: Term = Term::Any(0);
    const ZERO: Term = Term::Literal(Scalar::Float(0.0));
    // Signed zeros; a divisor that may be negative; an overflow that is lost.
    let wrong = [
        Equation { op: Op::FloatAdd, left: &[X, ZERO], right: X, conditions: &[] },
        Equation {
            op: Op::IntDivFloor,
            left: &[X, Term::Any(1)],
            right: Term::Uop(Op::IntDivTrunc, &[X, Term::Any(1)]),
            conditions: &[],
        },
        Equation {
            op: Op::IntAddChecked,
            left: &[X, Term::Any(1)],
            right: Term::Uop(Op::IntAdd, &[X, Term::Any(1)]),
            conditions: &[],
        },
    ];
    for equation in wrong {
        assert!(prove("wrong", &equation).is_err(), "{equation}");
    }
}

/// What the conditions "is a boxed integer" and "of different kinds" rest on: the optimizer concludes them from kind tests.
#[test]
fn kind_tests_accept_what_boxing_makes_and_words_have_kinds() {
    let prelude = host::prelude(&HOST) + "(declare-const x W)\n(declare-const b Bool)\n";
    let accepts = |kind: &str, word: &str| {
        let test = HOST.kinds.iter().find(|test| test.name == kind).expect("the test host has this kind");
        host::accepts(test, word)
    };
    let wrong = [
        format!("(and (box_int.defined x) (not {}))", accepts("int", "(box_int x)")),
        format!("(and {} (not (= (box_int (unbox_int x)) x)))", accepts("int", "x")),
        format!("(and (=> (is_nan x) (= x nan)) (not {}))", accepts("float", "(box_float x)")),
        format!("(not {})", accepts("bool", "(box_bool b)")),
        format!("(and {} (not (= (box_bool (unbox_bool x)) x)))", accepts("bool", "x")),
        "(= (kinds x) #x0000000000000000)".to_owned(),
    ];
    for claim in wrong {
        assert_eq!(solve(&prelude, &[format!("(assert {claim})")]), [Answer::Unsat], "{claim}");
    }
}

/// Integer uops of one or two integers, or that select one: what range functions say something about.
fn integer_ops() -> impl Iterator<Item = Op> {
    Op::ALL.iter().copied().filter(|op| {
        let info = op.info();
        let ints = info.params.iter().all(|&ty| ty == Ty::Int) && !info.params.is_empty();
        let computed = matches!(info.section, Section::Pure | Section::Guard) && info.imm == ImmKind::None;
        computed && (ints && info.ret != Ty::Float || matches!(op, Op::SelectInt | Op::BoolToInt))
    })
}

/// The uop on `x` and `y`, which stand in the ranges.
fn applied(op: Op) -> [String; 2] {
    let operands: &[&str] = match (op, op.info().params.len()) {
        (Op::SelectInt, _) => &["p", "x", "y"],
        (Op::BoolToInt, _) => &["p"],
        (_, 1) => &["x"],
        _ => &["x", "y"],
    };
    let operands: Vec<String> = operands.iter().map(ToString::to_string).collect();
    [host::value(op, 0, &operands, &HOST), host::passes(op, 0, &operands, &HOST)]
}

fn is_arithmetic(op: Op) -> bool {
    ["add", "sub", "mul", "neg", "div", "mod", "rem"].iter().any(|name| op.info().name.contains(name))
}

/// Proves `claim` of each path for all `x` and `y` in their ranges.
fn prove_paths<T>(op: Op, assumption: &str, paths: &[Path<T>], claims: impl Fn(&T) -> Vec<String>) {
    let mut prelude =
        if is_arithmetic(op) { AS_INTEGERS.to_owned() } else { host::prelude(&HOST) + AS_WORDS };
    prelude += "(declare-const p Bool)\n";
    for name in ["x", "y", "a.lo", "a.hi", "b.lo", "b.hi"] {
        prelude += &format!("(declare-const {name} N)\n(assert (in_64 {name}))\n");
    }
    for (name, range) in [("x", "a"), ("y", "b")] {
        prelude += &format!("(assert (and (n.le {range}.lo {name}) (n.le {name} {range}.hi)))\n");
    }
    prelude += &format!("(assert {assumption})\n");
    if op.info().name.contains("mul") {
        prelude += &(PRODUCTS.to_owned() + PRODUCTS_IN_RANGES);
    }
    let queries = paths.iter().flat_map(|path| {
        let conditions = format!("(assert (and true {}))", path.conditions.join(" "));
        claims(&path.result).into_iter().map(move |claim| format!("{conditions}\n(assert (not {claim}))"))
    });
    let queries: Vec<String> = queries.collect();
    let start = Instant::now();
    for (query, answer) in queries.iter().zip(solve(&prelude, &queries)) {
        assert_eq!(answer, Answer::Unsat, "{op:?}: {query}");
    }
    say_if_slow(start, op.info().name);
}

fn within(value: &str, (lo, hi): &(String, String)) -> Vec<String> {
    vec![format!("(n.le {lo} {value})"), format!("(n.le {value} {hi})")]
}

fn terms((lo, hi): ranges::Range<Symbol>) -> (String, String) {
    (lo.term(), hi.term())
}

#[test]
fn results_lie_in_the_ranges_computed_for_them() {
    for op in integer_ops().filter(|op| op.info().ret == Ty::Int) {
        let [value, passes] = applied(op);
        let paths = paths(|a, b| terms(ranges::of_result(op, a, b)));
        prove_paths(op, &passes, &paths, |range| within(&value, range));
    }
}

#[test]
fn exact_ranges_hold_the_exact_results_which_all_fit() {
    for (op, exact) in [(Op::IntAdd, "n.add"), (Op::IntSub, "n.sub"), (Op::IntMul, "n.mul")] {
        let paths = paths(|a, b| ranges::exact(op, a, b).map(|range| (terms(range), terms(ranges::full()))));
        prove_paths(op, "true", &paths, |ranges| {
            let value = format!("({exact} x y)");
            ranges
                .iter()
                .flat_map(|(range, full)| [within(&value, range), within(&value, full)].concat())
                .collect()
        });
    }
}

#[test]
fn products_have_the_properties_that_proofs_use() {
    let prelude = PRODUCT.to_owned() + PRODUCTS;
    for property in ["(grows k a b)", "(commutes a b)", "(is_zero k)"] {
        let variables = "(declare-const k Int)(declare-const a Int)(declare-const b Int)";
        let query = format!("{variables}(assert (not {property}))");
        assert_eq!(solve(&prelude, &[query]), [Answer::Unsat], "{property}");
    }
}

#[test]
fn comparisons_come_out_as_ranges_decide() {
    let comparisons = integer_ops().filter(|op| op.info().ret == Ty::Bool && !is_arithmetic(*op));
    for op in comparisons {
        let [value, _] = applied(op);
        let paths = paths(|a, b| ranges::decide(op, a, b));
        prove_paths(op, "true", &paths, |decided| {
            decided.iter().map(|outcome| format!("(= {value} {outcome})")).collect()
        });
    }
}

#[test]
fn operands_of_a_true_comparison_lie_in_the_ranges_learned() {
    for op in integer_ops().filter(|&op| op.info().ret == Ty::Bool && !is_arithmetic(op)) {
        let [value, _] = applied(op);
        let paths = paths(|a, b| {
            let (a, b) = ranges::when_true(op, a, b);
            (terms(a), terms(b))
        });
        prove_paths(op, &value, &paths, |(a, b)| [within("x", a), within("y", b)].concat());
    }
}

#[test]
fn negated_comparisons_are_true_when_the_comparison_is_false() {
    let prelude = host::prelude(&HOST) + "(declare-const x W)\n(declare-const y W)\n";
    for &op in Op::ALL {
        let Some(negated) = ranges::negated(op) else { continue };
        let [value, other] = [op, negated].map(|op| format!("({} x y)", op.info().name));
        assert_eq!(solve(&prelude, &[format!("(assert (= {value} {other}))")]), [Answer::Unsat], "{op:?}");
    }
}

#[test]
fn ranges_of_code_that_does_not_run_are_answered_too() {
    // Contradictions leave ranges empty, and no operation on their bounds may panic.
    let bounds = [i64::MIN, -1, 0, 1, 63, 64, i64::MAX];
    let ranges = || bounds.iter().flat_map(|&lo| bounds.iter().map(move |&hi| (lo, hi)));
    for op in integer_ops() {
        for a in ranges() {
            for b in ranges() {
                ranges::of_result(op, a, b);
                ranges::when_true(op, a, b);
                ranges::decide(op, a, b);
            }
        }
    }
}
