//! Generators, oracles and the filetest runner.

pub mod filetest;
pub mod host;
pub mod native;
pub mod oracle;
pub mod outcome;
