//! Uplift: a tracing JIT that the author of a bytecode VM embeds.
//!
//! The host keeps its interpreter, written as handlers over [`Machine`]. Hot loops are recorded as traces of uops,
//! optimised, compiled by Cranelift and entered in place of the interpreter; when a guard fails, the frame slots are
//! exact again and the interpreter goes on. [`Engine`] is what a host holds; [`Config`] what it may choose.

mod attention;
mod chaos;
mod check;
mod compile;
mod config;
mod drive;
mod dump;
mod engine;
mod events;
mod instructions;
mod stats;
mod stop;
mod tree;
mod trees;

pub use attention::Attention;
pub use chaos::Chaos;
pub use config::{Backend, CompileMode, Config, Dump, Fault, Stage};
pub use drive::{Driven, Embed};
pub use engine::{Engine, EngineError};
pub use instructions::{Ended, Instructions, Stop};
pub use stats::Stats;
pub use stop::Interrupt;
pub use tree::{Entry, Exit};
pub use uplift_record::{
    AbortReason, Action, Arg, Finished, HeaderKind, Host, Interp, Limits, Location, LoopCell, Machine,
    Recorded, Recorder, Stack, StackHost, Start,
};
pub use uplift_uop as uop;
