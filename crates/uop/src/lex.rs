//! Tokens of uop text, each with its place. Comments run from `;` to the end of the line.

use crate::parse::ParseError;

/// A token's content. Identifiers borrow from the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Lexeme<'t> {
    /// `[A-Za-z_][A-Za-z0-9_.]*`
    Ident(&'t str),
    /// A decimal integer, or a hexadecimal one without sign.
    Int(i128),
    /// A float: with a point, an exponent, `-inf`, or `nan:0x…`.
    Float(f64),
    /// A string, unescaped.
    Str(String),
    /// Punctuation.
    Punct(&'static str),
    /// The end of the text.
    End,
}

impl std::fmt::Display for Lexeme<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Lexeme::Ident(name) => write!(f, "`{name}`"),
            Lexeme::Int(i) => write!(f, "`{i}`"),
            Lexeme::Float(x) => write!(f, "`{x:?}`"),
            Lexeme::Str(_) => write!(f, "a string"),
            Lexeme::Punct(p) => write!(f, "`{p}`"),
            Lexeme::End => write!(f, "the end of the text"),
        }
    }
}

/// A token and where it stands; lines and columns (in characters) count from 1.
#[derive(Clone, Debug)]
pub(crate) struct Token<'t> {
    pub what: Lexeme<'t>,
    pub line: u32,
    pub column: u32,
}

impl Token<'_> {
    pub fn error(&self, message: impl Into<String>) -> ParseError {
        ParseError { line: self.line, column: self.column, message: message.into() }
    }
}

const PUNCTUATION: &[&str] = &["->", "..", "{", "}", "(", ")", "[", "]", ":", ",", "=", "@", "#", "?"];

/// All tokens of `text`, the last one `End`.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token<'_>>, ParseError> {
    let mut lexer = Lexer { rest: text, line: 1, column: 1 };
    let mut out = Vec::new();
    loop {
        lexer.skip_blank();
        let (line, column) = (lexer.line, lexer.column);
        let what = lexer.lexeme().map_err(|message| ParseError { line, column, message })?;
        let done = what == Lexeme::End;
        out.push(Token { what, line, column });
        if done {
            return Ok(out);
        }
    }
}

struct Lexer<'t> {
    rest: &'t str,
    line: u32,
    column: u32,
}

impl<'t> Lexer<'t> {
    /// Takes the first `bytes` bytes, which end at a character boundary.
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(bytes);
        for c in taken.chars() {
            (self.line, self.column) =
                if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !accept(c)).unwrap_or(self.rest.len());
        self.take(end)
    }

    fn skip_blank(&mut self) {
        loop {
            self.take_while(char::is_whitespace);
            if !self.rest.starts_with(';') {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    fn lexeme(&mut self) -> Result<Lexeme<'t>, String> {
        let mut chars = self.rest.chars();
        let Some(first) = chars.next() else { return Ok(Lexeme::End) };
        let second = chars.next().unwrap_or(' ');
        if first.is_ascii_digit() || first == '-' && second.is_ascii_digit() {
            return self.number();
        }
        if self.rest.starts_with("-inf") {
            self.take(4);
            return Ok(Lexeme::Float(f64::NEG_INFINITY));
        }
        if self.rest.starts_with("nan:0x") {
            self.take(6);
            let bits = self.hex()?;
            let float = u64::try_from(bits).map(f64::from_bits).ok().filter(|f| f.is_nan());
            return float.map(Lexeme::Float).ok_or_else(|| "expected the bits of a NaN".into());
        }
        if first.is_ascii_alphabetic() || first == '_' {
            let accept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
            return Ok(Lexeme::Ident(self.take_while(accept)));
        }
        if first == '"' {
            self.take(1);
            return self.string();
        }
        match PUNCTUATION.iter().find(|p| self.rest.starts_with(**p)) {
            Some(p) => {
                self.take(p.len());
                Ok(Lexeme::Punct(p))
            }
            None => Err(format!("unexpected character {first:?}")),
        }
    }

    fn number(&mut self) -> Result<Lexeme<'t>, String> {
        if self.rest.starts_with("0x") {
            self.take(2);
            return Ok(Lexeme::Int(self.hex()?));
        }
        let bytes = self.rest.as_bytes();
        let digits = |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut end = digits(usize::from(bytes[0] == b'-'));
        let mut float = false;
        if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
            (end, float) = (digits(end + 1), true);
        }
        if bytes.get(end) == Some(&b'e') {
            let from = end + 1 + usize::from(bytes.get(end + 1) == Some(&b'-'));
            if bytes.get(from).is_some_and(u8::is_ascii_digit) {
                (end, float) = (digits(from), true);
            }
        }
        let text = self.take(end);
        let value =
            if float { text.parse().map(Lexeme::Float).ok() } else { text.parse().map(Lexeme::Int).ok() };
        value.ok_or_else(|| "number out of range".into())
    }

    fn hex(&mut self) -> Result<i128, String> {
        let digits = self.take_while(|c| c.is_ascii_hexdigit());
        match u64::from_str_radix(digits, 16) {
            Ok(value) => Ok(i128::from(value)),
            Err(_) => Err("expected 1 to 16 hexadecimal digits after `0x`".into()),
        }
    }

    /// The rest of a string after its opening quote.
    fn string(&mut self) -> Result<Lexeme<'t>, String> {
        let mut out = String::new();
        loop {
            let plain = self.take_while(|c| !matches!(c, '"' | '\\' | '\n'));
            out.push_str(plain);
            match self.rest.as_bytes() {
                [b'"', ..] => {
                    self.take(1);
                    return Ok(Lexeme::Str(out));
                }
                [b'\\', escaped @ (b'"' | b'\\'), ..] => {
                    out.push(char::from(*escaped));
                    self.take(2);
                }
                [b'\\', b'u', b'{', ..] => {
                    self.take(3);
                    let code = u32::from_str_radix(self.take_while(|c| c.is_ascii_hexdigit()), 16);
                    let c = code.ok().and_then(char::from_u32).filter(|_| self.rest.starts_with('}'));
                    out.push(c.ok_or("expected `\\u{hexadecimal code}` in a string")?);
                    self.take(1);
                }
                [b'\\', ..] => return Err("expected `\\\"`, `\\\\` or `\\u{…}` in a string".into()),
                _ => return Err("this string does not end on its line".into()),
            }
        }
    }
}
