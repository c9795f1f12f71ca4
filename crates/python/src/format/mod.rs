//! Text formatting and parsing that needs no VM: numbers, the format-spec mini-language, `%` templates,
//! `str.format` fields, and the quoting done by `repr`.

pub mod complex;
pub mod fields;
pub mod float;
pub mod int;
pub mod percent;
pub mod quote;
pub mod spec;
pub mod unicode;

/// Which exception a formatting failure becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    Value,
    Type,
    Overflow,
    Key,
    Index,
}

/// A formatting failure: the exception's class and its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    pub kind: ErrorKind,
    pub message: String,
}

impl FormatError {
    /// A `ValueError`.
    pub fn value(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Value, message: message.into() }
    }

    /// A `TypeError`.
    pub fn type_(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Type, message: message.into() }
    }

    /// An `OverflowError`.
    pub fn overflow(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Overflow, message: message.into() }
    }
}

/// Result of a formatting operation.
pub type Result<T> = std::result::Result<T, FormatError>;
