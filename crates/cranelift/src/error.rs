//! Errors, by who must act.

use cranelift_codegen::CodegenError;
use std::fmt;

/// Why a tree was not compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompileError {
    /// The target, or the host's declarations, lack something that the tree needs. Trying again is
    /// useless; another target or host may do it.
    Unsupported(String),
    /// The tree or its code is larger than allowed. A smaller tree may do.
    LimitExceeded(String),
    /// The tree is malformed, or this crate or Cranelift has a bug.
    Internal(String),
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileError::Unsupported(what) => write!(f, "unsupported: {what}"),
            CompileError::LimitExceeded(what) => write!(f, "limit exceeded: {what}"),
            CompileError::Internal(what) => write!(f, "internal error: {what}"),
        }
    }
}

impl std::error::Error for CompileError {}

impl From<CodegenError> for CompileError {
    fn from(error: CodegenError) -> CompileError {
        match error {
            CodegenError::Unsupported(what) => CompileError::Unsupported(what),
            CodegenError::ImplLimitExceeded | CodegenError::CodeTooLarge => {
                CompileError::LimitExceeded(error.to_string())
            }
            CodegenError::Verifier(errors) => {
                CompileError::Internal(format!("Cranelift's verifier says: {errors}"))
            }
            CodegenError::RegisterMappingError(_) | CodegenError::Regalloc(_) => {
                CompileError::Internal(error.to_string())
            }
        }
    }
}

/// Why code was not placed in memory.
#[derive(Debug)]
pub enum MemoryError {
    /// The byte cap would be exceeded: free trees first.
    CapReached {
        /// Bytes that the code needs.
        needed: usize,
        /// Bytes in use.
        used: usize,
        /// The cap.
        cap: usize,
    },
    /// The code was compiled for another target than this process runs on.
    ForeignTarget,
    /// The operating system refused.
    System(std::io::Error),
    /// The module layer refused.
    Module(String),
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MemoryError::CapReached { needed, used, cap } => {
                write!(f, "code memory is full: {needed} bytes needed, {used} of {cap} in use")
            }
            MemoryError::ForeignTarget => write!(f, "the code is for another target"),
            MemoryError::System(error) => write!(f, "no executable memory: {error}"),
            MemoryError::Module(what) => write!(f, "placing code failed: {what}"),
        }
    }
}

impl std::error::Error for MemoryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            MemoryError::System(error) => Some(error),
            _ => None,
        }
    }
}
