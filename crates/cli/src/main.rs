//! The `uplift` command.
fn main() {}
