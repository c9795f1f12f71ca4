//! What generators are made of, and those that know no crate of ours: the chores of xtask use them too.
//!
//! - [`source`]: streams of choices, from a seed or from a fuzzer's bytes;
//! - [`python`]: random Python programs;
//! - [`lines`]: makes a failing text small.

pub mod lines;
pub mod python;
pub mod source;
