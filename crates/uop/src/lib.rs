//! The language of uops: the table, traces and trace trees, snapshots, their text, and the verifier.
//!
//! Everything else in Uplift is written against this crate. Start with [`table`].

pub mod arith;
pub mod bytecodes;
pub mod canon;
pub mod eval;
mod lex;
pub mod packed;
pub mod parse;
pub mod print;
pub mod sides;
pub mod spec;
pub mod table;
pub mod trace;
pub mod verify;

pub use spec::{
    Effects, Elem, Field, FnAddr, HostFn, HostSpec, IntRepr, KindPlace, KindTest, ReprSpec, Width,
};
pub use table::{ImmKind, Op, OpInfo, Section, Ty};
pub use trace::*;
