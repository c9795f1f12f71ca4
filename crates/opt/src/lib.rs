//! The optimizer: recorded trace trees in, optimised trace trees out.
//!
//! [`optimize`] runs the table of passes in [`pipeline`]: a forward walk that turns frame slots into SSA values,
//! peels the loop and keeps facts, then dead code elimination. It never panics; whatever goes wrong is an
//! [`OptError`], and the caller can go on with the recorded tree, which means the same.

mod ahead;
mod around;
mod dead;
mod edge;
mod emit;
mod facts;
mod forward;
mod guards;
mod header;
mod heap;
mod learn;
mod memory;
mod open;
mod peel;
pub mod pipeline;
mod pure;
pub mod ranges;
pub mod rules;
mod sink;
mod snapshot;
mod state;
pub mod term;
mod virtuals;

pub use pipeline::{OptReport, PASSES, Pass, PassReport, optimize, optimize_with_report};

/// What the optimizer may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptConfig {
    /// Turn the recorded tree into the optimised form at all; without it the tree stays as it is.
    pub forward: bool,
    /// Peel the root, which gives it a loop header.
    pub peel: bool,
    /// Largest root that is peeled, in recorded uops.
    pub max_peel: usize,
    /// Apply the algebraic rules.
    pub rules: bool,
    /// Let a guard on a word's kind do what a later one would: exits may come earlier than recorded.
    pub strengthen: bool,
    /// Share equal pure uops.
    pub share: bool,
    /// Forward loads and stores, share loads and reading calls.
    pub heap: bool,
    /// Reason with integer ranges.
    pub ranges: bool,
    /// Keep objects that do not escape virtual.
    pub virtuals: bool,
    /// Remove dead code.
    pub dead_code: bool,
    /// Move pure uops into the side traces that alone use them.
    pub sink: bool,
    /// Verify the tree before and after each pass.
    pub verify: bool,
    /// Keep the text of the tree after each pass in the report.
    pub dump: bool,
}

impl Default for OptConfig {
    fn default() -> OptConfig {
        OptConfig {
            forward: true,
            peel: true,
            max_peel: 2000,
            rules: true,
            strengthen: true,
            share: true,
            heap: true,
            ranges: true,
            virtuals: true,
            dead_code: true,
            sink: true,
            verify: cfg!(debug_assertions),
            dump: false,
        }
    }
}

/// Why a tree was not optimised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptError {
    /// The input is not a well-formed recorded tree.
    Malformed(&'static str),
    /// The input is larger than the optimizer takes.
    Limit(&'static str),
    /// The optimizer contradicted itself: a bug in it.
    Internal(&'static str),
    /// The tree that a pass made, or was given, does not verify.
    Verify {
        /// The pass; `input` before the first one.
        pass: &'static str,
        /// What the verifier found, one a line.
        found: String,
    },
}

impl std::fmt::Display for OptError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OptError::Malformed(what) => write!(f, "malformed recorded tree: {what}"),
            OptError::Limit(what) => write!(f, "tree too large to optimise: {what}"),
            OptError::Internal(what) => write!(f, "optimizer error: {what}"),
            OptError::Verify { pass, found } => write!(f, "tree broken after pass `{pass}`: {found}"),
        }
    }
}
impl std::error::Error for OptError {}
