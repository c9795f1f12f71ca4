//! The front of the compiler: bytes to text, text to syntax tree. The only file that knows the parser's
//! entry points; it keeps hostile input (nesting, encodings, null bytes) away from the rest.

use ruff_python_ast as ast;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Parsed, lexer};
use ruff_text_size::{TextRange, TextSize};

use super::Mode;
use super::error::{ErrorKind, Fault, Res};
use super::explain::explain;

/// Brackets nested deeper than this are refused, as CPython does.
const MAX_BRACKETS: usize = 200;
/// Indentation deeper than this is refused, as CPython does.
const MAX_INDENTS: usize = 100;
/// Operators that nest to their right (`not not x`, `a ** b ** c`, `lambda: lambda: x`) in one statement.
const MAX_PREFIXES: usize = 3000;

/// A decoded source: its text, or an error and the text as far as it can be shown.
pub(super) fn decode(source: &[u8]) -> Result<std::borrow::Cow<'_, str>, Box<(Fault, String)>> {
    let source = source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(source);
    let fail = |message: String, at: usize| {
        // What is no UTF-8 before the place is longer in the text.
        let at = String::from_utf8_lossy(&source[..at]).len();
        let text = String::from_utf8_lossy(source).into_owned();
        let at = TextSize::try_from(at.min(text.len())).unwrap_or_default();
        Err(Box::new((Fault::syntax(message, TextRange::empty(at)), text)))
    };
    if source.len() > 1 << 30 {
        return Err(Box::new((Fault::syntax("source is too large", TextRange::default()), String::new())));
    }
    if let Some(at) = source.iter().position(|&b| b == 0) {
        return fail("source code string cannot contain null bytes".into(), at);
    }
    match declared_encoding(source).as_deref() {
        None | Some("utf-8" | "utf8" | "utf-8-sig" | "ascii" | "us-ascii") => {}
        Some("latin-1" | "iso-8859-1" | "latin1" | "iso-latin-1" | "l1" | "iso8859-1") => {
            return Ok(source.iter().map(|&b| char::from(b)).collect::<String>().into());
        }
        Some(other) => return fail(format!("unknown encoding: {other}"), 0),
    }
    match std::str::from_utf8(source) {
        Ok(text) => Ok(text.into()),
        Err(error) => {
            let at = error.valid_up_to();
            let line = source[..at].iter().filter(|&&b| b == b'\n').count() + 1;
            fail(
                format!(
                    "(unicode error) 'utf-8' codec can't decode byte 0x{:02x} on line {line}",
                    source[at]
                ),
                at,
            )
        }
    }
}

/// The encoding that a `coding:` comment in the first two lines declares.
fn declared_encoding(source: &[u8]) -> Option<String> {
    for line in source.split(|&b| b == b'\n').take(2) {
        let line = line.trim_ascii_start();
        if line.first() != Some(&b'#') {
            if line.is_empty() {
                continue;
            }
            return None;
        }
        let text = String::from_utf8_lossy(line);
        if let Some(at) = text.find("coding") {
            let rest = &text[at + 6..];
            if let Some(rest) = rest.strip_prefix([':', '=']) {
                let name: String = rest
                    .trim_start()
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || "-_.".contains(*c))
                    .collect();
                return Some(name.to_lowercase().replace('_', "-"));
            }
        }
    }
    None
}

/// Parses the text: the tree and its depth, which [`super::depth`] bounds.
pub(super) fn parse(text: &str, mode: Mode) -> Res<(ast::Mod, usize)> {
    check_nesting(text)?;
    let parser_mode = match mode {
        Mode::Eval => ruff_python_parser::Mode::Expression,
        Mode::Exec | Mode::Single => ruff_python_parser::Mode::Module,
    };
    let text = if mode == Mode::Eval { text.trim_end_matches([' ', '\t', '\n', '\r']) } else { text };
    let parsed =
        ruff_python_parser::parse_unchecked(text, ruff_python_parser::ParseOptions::from(parser_mode));
    finish(parsed, text)
}

fn finish(parsed: Parsed<ast::Mod>, text: &str) -> Res<(ast::Mod, usize)> {
    let fault =
        parsed.errors().first().map(|error| explain(&error.error, error.location, text, parsed.tokens()));
    let tree = parsed.into_syntax();
    match (super::depth::check(&tree), fault) {
        (Ok(depth), None) => Ok((tree, depth)),
        (Ok(depth), Some(fault)) => {
            super::depth::with_stack(depth, || drop(tree));
            Err(fault)
        }
        (Err(range), fault) => {
            // Dropping the tree recurses as deep as the tree is; only hostile input gets here, so leak it.
            std::mem::forget(tree);
            Err(fault.unwrap_or_else(|| Fault::syntax("too many nested expressions or statements", range)))
        }
    }
}

/// Refuses input that would make the parser recurse without bound.
fn check_nesting(text: &str) -> Res {
    let mut lexer = lexer::lex(text, ruff_python_parser::Mode::Module);
    let (mut brackets, mut indents, mut prefixes) = (0_usize, 0_usize, 0_usize);
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::EndOfFile => return Ok(()),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                brackets += 1;
                if brackets > MAX_BRACKETS {
                    return Err(Fault::syntax("too many nested parentheses", TextRange::default()));
                }
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => brackets = brackets.saturating_sub(1),
            TokenKind::Indent => {
                indents += 1;
                if indents > MAX_INDENTS {
                    let message = "too many levels of indentation".into();
                    return Err(Fault { kind: ErrorKind::Indentation, message, range: TextRange::default() });
                }
            }
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Newline => prefixes = 0,
            TokenKind::Not
            | TokenKind::Minus
            | TokenKind::Plus
            | TokenKind::Tilde
            | TokenKind::DoubleStar
            | TokenKind::Lambda
            | TokenKind::Else
            | TokenKind::Await => {
                prefixes += 1;
                if prefixes > MAX_PREFIXES {
                    return Err(Fault::syntax("too many nested expressions", TextRange::default()));
                }
            }
            _ => {}
        }
    }
}
