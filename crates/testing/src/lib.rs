//! Generators, oracles and the filetest runner.
//!
//! - [`host`]: the test host, a declaration with something of everything and a tiny VM;
//! - [`filetest`]: runs `.uop` files;
//! - [`generate`]: random recorded trees, from a [`source`] of choices;
//! - [`oracle`]: runs a tree in the uop interpreter, optimised, and as machine code, and compares [`outcome`]s;
//! - [`force`]: makes trees leave where nothing failed;
//! - [`found`]: writes failing trees down as filetests;
//! - [`shrink`]: makes failing trees small;
//! - [`churn`]: an engine whose trees come and go;
//! - [`layouts`]: random layouts of words, and trees over them;
//! - [`toy`]: random programs and random code for the toy VM of the examples;
//! - [`fuzz`]: what fuzz targets check.

pub mod churn;
pub mod filetest;
pub mod force;
pub mod found;
pub mod fuzz;
pub mod generate;
pub mod host;
pub mod layouts;
pub mod native;
pub mod oracle;
pub mod outcome;
pub mod shrink;
pub mod smt;
pub mod toy;

pub use uplift_generate::source;
