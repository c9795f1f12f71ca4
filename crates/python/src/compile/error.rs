//! Compile errors: a place in the source and a message, rendered as CPython renders a SyntaxError.

use std::fmt;
use std::sync::Arc;

use ruff_source_file::LineIndex;
use ruff_text_size::{TextRange, TextSize};

/// The Python exception that a [`CompileError`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The source is not Python.
    Syntax,
    /// A SyntaxError of the kind IndentationError.
    Indentation,
    /// The source is Python, but this VM does not support the construct (raised as SyntaxError too).
    Unsupported,
}

/// Why a source cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// What kind of error.
    pub kind: ErrorKind,
    /// What is wrong.
    pub message: String,
    /// The file.
    pub file: Arc<str>,
    /// The line, from 1; 0 if there is no place.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// The column after the end in characters, from 1.
    pub end_column: u32,
    /// The source text of the line.
    pub text: Option<String>,
}

impl CompileError {
    /// The name of the Python exception class.
    pub fn class_name(&self) -> &'static str {
        match self.kind {
            ErrorKind::Indentation => "IndentationError",
            ErrorKind::Syntax | ErrorKind::Unsupported => "SyntaxError",
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            writeln!(f, "  File \"{}\", line {}", self.file, self.line)?;
        }
        if let Some(text) = &self.text {
            let shown = text.trim_start_matches([' ', '\t', '\x0c']);
            let indent = (text.chars().count() - shown.chars().count()) as u32;
            let shown = shown.trim_end();
            writeln!(f, "    {shown}")?;
            let length = shown.chars().count() as u32;
            let start = self.column.saturating_sub(indent + 1).min(length);
            let end =
                if self.end_line == self.line { self.end_column.saturating_sub(indent + 1) } else { length };
            let width = end.saturating_sub(start).clamp(1, length.saturating_sub(start).max(1));
            writeln!(f, "    {}{}", " ".repeat(start as usize), "^".repeat(width as usize))?;
        }
        write!(f, "{}: {}", self.class_name(), self.message)
    }
}

impl std::error::Error for CompileError {}

/// An error before its place is resolved to a line: what the passes of the compiler return.
#[derive(Debug)]
pub(super) struct Fault {
    pub kind: ErrorKind,
    pub message: String,
    pub range: TextRange,
}

pub(super) type Res<T = ()> = Result<T, Fault>;

impl Fault {
    pub fn syntax(message: impl Into<String>, range: TextRange) -> Fault {
        Fault { kind: ErrorKind::Syntax, message: message.into(), range }
    }

    pub fn unsupported(what: impl fmt::Display, range: TextRange) -> Fault {
        Fault { kind: ErrorKind::Unsupported, message: format!("{what} not supported"), range }
    }

    pub fn resolve(self, file: &Arc<str>, source: &str, lines: &LineIndex) -> CompileError {
        let limit = TextSize::of(source);
        let (start, end) = (self.range.start().min(limit), self.range.end().min(limit));
        let (from, to) = (lines.line_column(start, source), lines.line_column(end, source));
        let text = &source[lines.line_range(from.line, source)];
        CompileError {
            kind: self.kind,
            message: self.message,
            file: file.clone(),
            line: from.line.get() as u32,
            column: from.column.get() as u32,
            end_line: to.line.get() as u32,
            end_column: to.column.get() as u32,
            text: Some(text.trim_end_matches(['\n', '\r']).to_owned()),
        }
    }
}
