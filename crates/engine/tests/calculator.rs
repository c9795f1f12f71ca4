//! The calculator of the examples against direct evaluation.

#[allow(dead_code, reason = "the tests use a part of the example")]
#[path = "../examples/calculator.rs"]
mod calculator;

use calculator::{Calculator, Expr};
use proptest::prelude::*;
use uplift::{Backend, Config};

fn expressions() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        Just(Expr::X),
        prop::sample::select(vec![0.0, 0.5, 1.0, 2.0, 3.25, 1e-300, 1e300]).prop_map(Expr::Number),
    ];
    leaf.prop_recursive(5, 24, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| Expr::Neg(Box::new(a))),
            inner.clone().prop_map(|a| Expr::Sqrt(Box::new(a))),
            (prop::sample::select(vec!['+', '-', '*', '/', '^']), inner.clone(), inner)
                .prop_map(|(op, a, b)| Expr::Binary(op, Box::new(a), Box::new(b))),
        ]
    })
}

/// Equal bits, or both NaN: which NaN an operation gives is the machine's choice.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn compiled_expressions_equal_direct_evaluation(expr in expressions(), native: bool, optimize: bool) {
        let backend = if native { Backend::Native } else { Backend::Interp };
        let config = Config::default().threshold(2).side_threshold(2).backend(backend).optimize(optimize);
        let mut calculator = Calculator::new(expr.clone(), config);
        let mut input = vec![0.0, -0.0, 1.0, -1.0, 2.5, -3.5, 1e300, -1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.1];
        input.extend(input.clone());
        input.extend(input.clone());
        let mut output = vec![0.0; input.len()];
        calculator.map(&input, &mut output);
        for (&x, &y) in input.iter().zip(&output) {
            prop_assert!(same(y, expr.eval(x)), "at {x}: {y}, expected {}", expr.eval(x));
        }
    }
}

#[test]
fn a_long_map_runs_compiled() {
    let mut calculator = Calculator::new(Expr::parse("2*x^0.5").unwrap(), Config::default().threshold(10));
    let input: Vec<f64> = (0..1000).map(f64::from).collect();
    let mut output = vec![0.0; 1000];
    calculator.map(&input, &mut output);
    assert!(output.iter().zip(&input).all(|(&y, &x)| y == 2.0 * x.sqrt()));
    let stats = calculator.engine().stats();
    assert!(stats.traces == 1 && stats.entries < 20, "{stats}");
}

#[test]
fn errors_say_where() {
    for (text, at) in [("", 0), ("1+", 2), ("(1", 2), ("2*y", 2), ("1 1", 2), ("sqrt 2", 5)] {
        assert_eq!(Expr::parse(text).unwrap_err().at, at, "{text}");
    }
    let deep = "(".repeat(100_000);
    assert!(Expr::parse(&deep).is_err());
    let (power, minus) = (Expr::parse("2^3^2").unwrap(), Expr::parse("-2^2").unwrap());
    assert_eq!((power.eval(0.0), minus.eval(0.0)), (512.0, -4.0));
}
