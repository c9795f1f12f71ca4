//! Shows what the generator makes of a seed: the recorded tree, the optimised one, and what a run does.
//!
//! `cargo run -p uplift-testing --example generated 42`

use uplift_testing::generate::{self, FUEL};
use uplift_testing::host::HOST;
use uplift_testing::oracle::{Executor, before, run};
use uplift_testing::source::Source;
use uplift_uop::print::print;

fn main() {
    let seed = std::env::args().nth(1).and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let mut case = generate::case(&mut Source::Seed(seed));
    println!("{}", print(&case.vm.textual(&case.tree), &HOST));
    match uplift_opt::optimize(&case.tree, &HOST, &uplift_opt::OptConfig::default()) {
        Ok(tree) => println!("{}", print(&case.vm.textual(&tree), &HOST)),
        Err(error) => println!("{error}"),
    }
    let slots = case.tree.slots;
    match run(&mut case.vm, &case.tree, &case.input, slots, &Executor::Interp(FUEL)) {
        Ok(outcome) => println!("{}", outcome.text(&before(&mut case.vm, &case.input, slots))),
        Err(fault) => println!("{fault:?}"),
    }
}
