//! Handlers written once: the [`Machine`] they are generic over, its two instances and what decides when to record.
//!
//! - [`Interp`]: machine values are plain values; monomorphised, a handler over it is the host's interpreter.
//! - [`Recorder`]: machine values are pairs of a concrete value and an SSA name; the same handler runs for real and
//!   leaves a trace of uops behind.

pub mod abort;
pub mod hot;
mod interp;
mod machine;
mod memory;
mod recorder;
mod stack;

pub use abort::{AbortCounts, AbortReason};
pub use hot::{Action, HeaderKind, Limits, LoopCell};
pub use interp::Interp;
pub use machine::{Arg, Host, Location, Machine};
pub use recorder::{Finished, Recorded, Recorder, Start};
pub use stack::{Stack, StackHost};
