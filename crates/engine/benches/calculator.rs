//! The calculator mapped over ten million floats, beside the same loop written in Rust.
//!
//! `cargo bench -p uplift --bench calculator` prints both times and their ratio, from interleaved rounds.

#[path = "../examples/calculator.rs"]
#[expect(dead_code, reason = "the example's own main uses the rest")]
mod calculator;

use calculator::{Calculator, Expr};
use std::hint::black_box;
use std::time::{Duration, Instant};
use uplift::Config;

/// Generic in the kernel, so that the Rust loop is compiled for it: inlined and vectorised.
fn compare(text: &str, kernel: impl Fn(f64) -> f64) {
    let input: Vec<f64> = (0..10_000_000).map(f64::from).collect();
    let mut output = vec![0.0; input.len()];
    let mut calculator = Calculator::new(Expr::parse(text).expect("an expression"), Config::default());
    let (mut compiled, mut rust) = (Duration::MAX, Duration::MAX);
    for _ in 0..41 {
        let start = Instant::now();
        calculator.map(&input, &mut output);
        compiled = compiled.min(start.elapsed());
        let sum: f64 = black_box(&output).iter().sum();
        let start = Instant::now();
        for (y, x) in output.iter_mut().zip(black_box(&input)) {
            *y = kernel(*x);
        }
        rust = rust.min(start.elapsed());
        assert_eq!(sum, output.iter().sum(), "{text}: both ways compute the same");
    }
    let ratio = compiled.as_secs_f64() / rust.as_secs_f64();
    println!("{text:<16} compiled {compiled:>10.3?}   rust {rust:>10.3?}   ratio {ratio:.2}");
}

fn main() {
    compare("2*sqrt(x)", |x| 2.0 * x.sqrt());
    compare("3*x*x-2*x+1", |x| 3.0 * x * x - 2.0 * x + 1.0);
    compare("(x+1)/(x*x+2)", |x| (x + 1.0) / (x * x + 2.0));
}
