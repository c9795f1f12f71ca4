//! Parser errors in CPython's words: for the messages that programs and people know CPython's by heart.

use ruff_python_ast::Expr;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_parser::{InterpolatedStringErrorType, LexicalErrorType, ParseErrorType};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::error::{ErrorKind, Fault};

/// The fault for a parser error.
pub(super) fn explain(error: &ParseErrorType, range: TextRange, text: &str, tokens: &[Token]) -> Fault {
    let fault = |message: String, range| Fault { kind: kind_of(error), message, range };
    if let Some((message, range)) = lexical(error, range, text) {
        return fault(message, range);
    }
    let in_string = matches!(
        error,
        ParseErrorType::FStringError(_) | ParseErrorType::Lexical(LexicalErrorType::FStringError(_))
    );
    if let Some((message, range)) = brackets(tokens, text).filter(|_| !in_string) {
        return Fault::syntax(message, range);
    }
    let part = text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or("");
    let message = match error {
        ParseErrorType::UnexpectedIndentation => "unexpected indent".into(),
        ParseErrorType::InvalidAssignmentTarget => {
            return Fault::syntax(assignment(part, range, text), range);
        }
        ParseErrorType::InvalidNamedAssignmentTarget => {
            format!("cannot use assignment expressions with {}", describe(part))
        }
        ParseErrorType::InvalidAugmentedAssignmentTarget => {
            format!("'{}' is an illegal expression for augmented assignment", describe(part))
        }
        ParseErrorType::InvalidAnnotatedAssignmentTarget => match describe(part) {
            what @ ("tuple" | "list") => format!("only single target (not {what}) can be annotated"),
            _ => "illegal target for annotation".into(),
        },
        ParseErrorType::InvalidDeleteTarget => format!("cannot delete {}", describe(part)),
        ParseErrorType::OtherError(message) => other(message, range, text),
        other => worded(other),
    };
    fault(message, range)
}

fn kind_of(error: &ParseErrorType) -> ErrorKind {
    match error {
        ParseErrorType::UnexpectedIndentation
        | ParseErrorType::Lexical(LexicalErrorType::IndentationError)
        | ParseErrorType::ExpectedToken { expected: TokenKind::Indent, .. } => ErrorKind::Indentation,
        ParseErrorType::OtherError(message) if message.starts_with("Expected an indented block") => {
            ErrorKind::Indentation
        }
        _ => ErrorKind::Syntax,
    }
}

fn worded(error: &ParseErrorType) -> String {
    match error {
        ParseErrorType::PositionalAfterKeywordArgument => "positional argument follows keyword argument",
        ParseErrorType::PositionalAfterKeywordUnpacking => {
            "positional argument follows keyword argument unpacking"
        }
        ParseErrorType::InvalidArgumentUnpackingOrder => {
            "iterable argument unpacking follows keyword argument unpacking"
        }
        ParseErrorType::NonDefaultParamAfterDefaultParam => "non-default argument follows default argument",
        ParseErrorType::ParamAfterVarKeywordParam => "arguments cannot follow var-keyword argument",
        ParseErrorType::VarParameterWithDefault => "var-positional argument cannot have default value",
        ParseErrorType::ExpectedKeywordParam => "named arguments must follow bare *",
        ParseErrorType::UnparenthesizedGeneratorExpression => "Generator expression must be parenthesized",
        ParseErrorType::IterableUnpackingInComprehension => {
            "iterable unpacking cannot be used in comprehension"
        }
        ParseErrorType::InvalidStarredExpressionUsage => "can't use starred expression here",
        ParseErrorType::ExpectedToken { expected: TokenKind::Colon, .. } => "expected ':'",
        ParseErrorType::ExpectedToken { expected: TokenKind::Lpar, .. } => "expected '('",
        ParseErrorType::FStringError(error)
        | ParseErrorType::Lexical(LexicalErrorType::FStringError(error)) => {
            return match error {
                InterpolatedStringErrorType::UnclosedLbrace => "f-string: expecting '}'".into(),
                InterpolatedStringErrorType::SingleRbrace => "f-string: single '}' is not allowed".into(),
                other => format!("f-string: {other}").replace('`', "'"),
            };
        }
        _ => "invalid syntax",
    }
    .into()
}

/// Errors of the tokenizer, with their ranges.
fn lexical(error: &ParseErrorType, range: TextRange, text: &str) -> Option<(String, TextRange)> {
    let line_of = |at: TextSize| text[..at.to_usize().min(text.len())].matches('\n').count() + 1;
    let ParseErrorType::Lexical(error) = error else { return None };
    let message = match error {
        LexicalErrorType::UnclosedStringError => {
            let part = text.get(range.start().to_usize()..).unwrap_or("");
            let quotes = part.trim_start_matches(|c: char| c.is_ascii_alphabetic());
            let triple = quotes.starts_with("\"\"\"") || quotes.starts_with("'''");
            let (what, at) = if triple {
                ("triple-quoted string", TextSize::of(text.trim_end()))
            } else {
                ("string", range.start())
            };
            let message = format!("unterminated {what} literal (detected at line {})", line_of(at));
            return Some((message, TextRange::empty(range.start())));
        }
        LexicalErrorType::LineContinuationError => {
            "unexpected character after line continuation character".into()
        }
        LexicalErrorType::IndentationError => "unindent does not match any outer indentation level".into(),
        LexicalErrorType::UnrecognizedToken { tok } if tok.is_ascii() => "invalid syntax".into(),
        LexicalErrorType::UnrecognizedToken { tok } => {
            let what =
                if tok.is_control() || tok.is_whitespace() { "non-printable character" } else { "character" };
            match what {
                "character" => format!("invalid character '{tok}' (U+{:04X})", u32::from(*tok)),
                _ => format!("invalid {what} U+{:04X}", u32::from(*tok)),
            }
        }
        LexicalErrorType::InvalidByteLiteral => "bytes can only contain ASCII literal characters".into(),
        LexicalErrorType::OtherError(message) => lower_first(message),
        _ => return None,
    };
    Some((message, range))
}

/// What is wrong with the brackets of the source.
fn brackets(tokens: &[Token], text: &str) -> Option<(String, TextRange)> {
    let mut open: Vec<(char, TextRange)> = Vec::new();
    for token in tokens {
        let range = token.range();
        match token.kind() {
            TokenKind::Lpar => open.push(('(', range)),
            TokenKind::Lsqb => open.push(('[', range)),
            TokenKind::Lbrace if text[range].starts_with('{') => open.push(('{', range)),
            kind @ (TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace) => {
                let (closing, wanted) = match kind {
                    TokenKind::Rpar => (')', '('),
                    TokenKind::Rsqb => (']', '['),
                    _ => ('}', '{'),
                };
                match open.pop() {
                    None => return Some((format!("unmatched '{closing}'"), range)),
                    Some((opening, at)) if opening != wanted => {
                        let line = |r: TextRange| text[..r.start().to_usize()].matches('\n').count() + 1;
                        let place = if line(at) == line(range) {
                            String::new()
                        } else {
                            format!(" on line {}", line(at))
                        };
                        let message = format!(
                            "closing parenthesis '{closing}' does not match opening parenthesis '{opening}'"
                        );
                        return Some((message + &place, range));
                    }
                    Some(_) => {}
                }
            }
            _ => {}
        }
    }
    open.first().map(|&(opening, range)| (format!("'{opening}' was never closed"), range))
}

fn other(message: &str, range: TextRange, text: &str) -> String {
    let message = message.replace('`', "'");
    if message.starts_with("Expected an indented block") {
        let before = text[..range.start().to_usize().min(text.len())].trim_end();
        let line = before.matches('\n').count() + 1;
        return format!("{} on line {line}", lower_first(&message));
    }
    match message.as_str() {
        "Expected 'except' or 'finally' after 'try' block" => "expected 'except' or 'finally' block".into(),
        "Multiple exception types must be parenthesized when using 'as'" => {
            "multiple exception types must be parenthesized".into()
        }
        "Only one '*' parameter allowed" | "Only one '*' separator allowed" => {
            "* argument may appear only once".into()
        }
        "Only one '/' separator allowed" => "/ may appear only once".into(),
        m if m.contains("arenthesized") || m.contains("Cannot have both") || m.contains("after '*'") => {
            lower_first(m)
        }
        _ => "invalid syntax".into(),
    }
}

/// The message for a target that cannot be assigned to.
fn assignment(part: &str, range: TextRange, text: &str) -> String {
    let what = describe(part);
    let line_start = text[..range.start().to_usize()].rfind('\n').map_or(0, |i| i + 1);
    let first = text[line_start..range.start().to_usize()].trim().is_empty();
    let rest = text[range.end().to_usize()..].trim_start_matches([' ', '\t']);
    let single = rest.starts_with('=') && !rest[1..].lines().next().unwrap_or("").contains('=');
    let simple = !matches!(
        what,
        "True"
            | "False"
            | "None"
            | "comparison"
            | "lambda"
            | "conditional expression"
            | "named expression"
            | "__debug__"
    ) && !part.contains(" and ")
        && !part.contains(" or ");
    let hint = if first && single && simple { " here. Maybe you meant '==' instead of '='?" } else { "" };
    format!("cannot assign to {what}{hint}")
}

/// What CPython calls an expression that is no target.
fn describe(text: &str) -> &'static str {
    let Ok(parsed) = ruff_python_parser::parse_expression(text) else { return "expression" };
    match &*parsed.syntax().body {
        Expr::Call(_) => "function call",
        Expr::BooleanLiteral(b) => {
            if b.value {
                "True"
            } else {
                "False"
            }
        }
        Expr::NoneLiteral(_) => "None",
        Expr::EllipsisLiteral(_) => "ellipsis",
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::BytesLiteral(_) => "literal",
        Expr::FString(_) => "f-string expression",
        Expr::Compare(_) => "comparison",
        Expr::Lambda(_) => "lambda",
        Expr::If(_) => "conditional expression",
        Expr::Dict(_) => "dict literal",
        Expr::Set(_) => "set display",
        Expr::Tuple(_) => "tuple",
        Expr::List(_) => "list",
        Expr::Attribute(_) => "attribute",
        Expr::Subscript(_) => "subscript",
        Expr::ListComp(_) => "list comprehension",
        Expr::SetComp(_) => "set comprehension",
        Expr::DictComp(_) => "dict comprehension",
        Expr::Generator(_) => "generator expression",
        Expr::Yield(_) | Expr::YieldFrom(_) => "yield expression",
        Expr::Await(_) => "await expression",
        Expr::Named(_) => "named expression",
        _ => "expression",
    }
}

fn lower_first(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
