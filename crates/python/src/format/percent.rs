//! `%` templates: splitting them into literals and conversions, and laying out converted values.

use super::float::{self, Style};
use super::{FormatError, Result};

/// A width or precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Given(usize),
    /// `*`: taken from the arguments.
    Argument,
}

/// The flags of a conversion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    pub left: bool,
    pub sign: bool,
    pub space: bool,
    pub alternate: bool,
    pub zero: bool,
}

/// `%(key)flags width.precision code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion<'a> {
    pub key: Option<&'a str>,
    pub flags: Flags,
    pub width: Option<Size>,
    pub precision: Option<Size>,
    pub code: char,
    /// Position of `code` in the template, in characters.
    pub index: usize,
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Literal(&'a str),
    Conversion(Conversion<'a>),
}

/// Iterates over a template's pieces, stopping at the first error.
pub struct Pieces<'a> {
    template: &'a str,
    at: usize,
}

impl<'a> Pieces<'a> {
    /// Starts at the beginning of `template`.
    pub fn new(template: &'a str) -> Self {
        Self { template, at: 0 }
    }

    fn peek(&self) -> Result<u8> {
        self.template.as_bytes().get(self.at).copied().ok_or_else(incomplete)
    }

    fn conversion(&mut self) -> Result<Conversion<'a>> {
        let key = if self.peek()? == b'(' { Some(self.key()?) } else { None };
        let flags = self.flags()?;
        let width = self.size("width too big")?;
        let precision = if self.peek()? == b'.' {
            self.at += 1;
            Some(self.size("precision too big")?.unwrap_or(Size::Given(0)))
        } else {
            None
        };
        if matches!(self.peek()?, b'h' | b'l' | b'L') {
            self.at += 1;
        }
        let index = self.template[..self.at].chars().count();
        let code = self.template[self.at..].chars().next().ok_or_else(incomplete)?;
        self.at += code.len_utf8();
        Ok(Conversion { key, flags, width, precision, code, index })
    }

    fn key(&mut self) -> Result<&'a str> {
        let start = self.at + 1;
        let mut depth = 0;
        for (i, byte) in self.template.bytes().enumerate().skip(self.at) {
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at = i + 1;
                return Ok(&self.template[start..i]);
            }
        }
        Err(FormatError::value("incomplete format key"))
    }

    fn flags(&mut self) -> Result<Flags> {
        let mut flags = Flags::default();
        loop {
            match self.peek()? {
                b'-' => flags.left = true,
                b'+' => flags.sign = true,
                b' ' => flags.space = true,
                b'#' => flags.alternate = true,
                b'0' => flags.zero = true,
                _ => return Ok(flags),
            }
            self.at += 1;
        }
    }

    fn size(&mut self, too_big: &str) -> Result<Option<Size>> {
        if self.peek()? == b'*' {
            self.at += 1;
            return Ok(Some(Size::Argument));
        }
        let start = self.at;
        while self.peek()?.is_ascii_digit() {
            self.at += 1;
        }
        if start == self.at {
            return Ok(None);
        }
        match self.template[start..self.at].parse::<usize>() {
            Ok(size) if size <= i32::MAX as usize => Ok(Some(Size::Given(size))),
            _ => Err(FormatError::value(too_big)),
        }
    }
}

fn incomplete() -> FormatError {
    FormatError::value("incomplete format")
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Result<Piece<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.template[self.at..];
        if rest.is_empty() {
            return None;
        }
        let end = rest.bytes().position(|b| b == b'%').unwrap_or(rest.len());
        if end > 0 {
            self.at += end;
            return Some(Ok(Piece::Literal(&rest[..end])));
        }
        if rest.starts_with("%%") {
            self.at += 2;
            return Some(Ok(Piece::Literal(&rest[..1])));
        }
        self.at += 1;
        let piece = self.conversion().map(Piece::Conversion);
        if piece.is_err() {
            self.at = self.template.len();
        }
        Some(piece)
    }
}

/// The error for a conversion letter that does not exist.
pub fn unsupported(conversion: &Conversion) -> FormatError {
    let code = conversion.code;
    let shown = if matches!(code, ' '..='~') { code } else { '?' };
    FormatError::value(format!(
        "unsupported format character '{shown}' ({:#x}) at index {}",
        code as u32, conversion.index
    ))
}

/// Layout of a converted value: flags with the sizes resolved. A negative `*` width means left adjustment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout {
    pub flags: Flags,
    pub width: usize,
    pub precision: Option<usize>,
}

/// Appends text (`%s`, `%r`, `%a`, `%c`).
pub fn push_text(out: &mut String, text: &str, layout: &Layout) {
    let text = match layout.precision {
        Some(limit) => text.char_indices().nth(limit).map_or(text, |(end, _)| &text[..end]),
        None => text,
    };
    let padding = if layout.width == 0 { 0 } else { layout.width.saturating_sub(text.chars().count()) };
    if !layout.flags.left {
        out.extend(std::iter::repeat_n(' ', padding));
    }
    out.push_str(text);
    if layout.flags.left {
        out.extend(std::iter::repeat_n(' ', padding));
    }
}

/// Appends an integer given by its lower-case digits in the base of `code` (`d`, `i`, `u`, `o`, `x`, `X`).
pub fn push_int(out: &mut String, negative: bool, digits: &str, code: char, layout: &Layout) {
    let prefix = match (layout.flags.alternate, code) {
        (true, 'x') => "0x",
        (true, 'X') => "0X",
        (true, 'o') => "0o",
        _ => "",
    };
    if layout.precision.is_none_or(|minimum| minimum <= digits.len()) && code != 'X' {
        return push_signed(out, negative, prefix, digits, layout);
    }
    let mut body = String::new();
    if let Some(minimum) = layout.precision {
        body.extend(std::iter::repeat_n('0', minimum.saturating_sub(digits.len())));
    }
    body.push_str(digits);
    if code == 'X' {
        body.make_ascii_uppercase();
    }
    push_signed(out, negative, prefix, &body, layout);
}

/// Appends a float (`e`, `E`, `f`, `F`, `g`, `G`).
pub fn push_float(out: &mut String, value: f64, code: char, layout: &Layout) {
    let style = match code.to_ascii_lowercase() {
        'e' => Style::Exponent,
        'f' => Style::Fixed,
        _ => Style::General,
    };
    let mut body = String::new();
    float::push_styled(
        &mut body,
        value,
        style,
        layout.precision.unwrap_or(6),
        layout.flags.alternate,
        code.is_ascii_uppercase(),
    );
    match body.strip_prefix('-') {
        Some(magnitude) => push_signed(out, true, "", magnitude, layout),
        None => push_signed(out, false, "", &body, layout),
    }
}

fn push_signed(out: &mut String, negative: bool, prefix: &str, body: &str, layout: &Layout) {
    let sign = match (negative, layout.flags) {
        (true, _) => "-",
        (false, Flags { sign: true, .. }) => "+",
        (false, Flags { space: true, .. }) => " ",
        _ => "",
    };
    let padding = layout.width.saturating_sub(sign.len() + prefix.len() + body.len());
    let (before, zeros, after) = match layout.flags {
        Flags { left: true, .. } => (0, 0, padding),
        Flags { zero: true, .. } => (0, padding, 0),
        _ => (padding, 0, 0),
    };
    out.extend(std::iter::repeat_n(' ', before));
    out.push_str(sign);
    out.push_str(prefix);
    out.extend(std::iter::repeat_n('0', zeros));
    out.push_str(body);
    out.extend(std::iter::repeat_n(' ', after));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_split_into_pieces() {
        let pieces: Vec<_> = Pieces::new("a%-5.2fb%%%(k(x))s").collect::<Result<_>>().unwrap();
        assert_eq!(pieces.len(), 5);
        assert_eq!(pieces[0], Piece::Literal("a"));
        let Piece::Conversion(c) = pieces[1] else { panic!() };
        assert_eq!(
            (c.code, c.width, c.precision, c.flags.left),
            ('f', Some(Size::Given(5)), Some(Size::Given(2)), true)
        );
        let Piece::Conversion(c) = pieces[4] else { panic!() };
        assert_eq!((c.code, c.key), ('s', Some("k(x)")));
        let error = |t: &str| Pieces::new(t).collect::<Result<Vec<_>>>().unwrap_err().message;
        assert_eq!(error("%"), "incomplete format");
        assert_eq!(error("%(a"), "incomplete format key");
    }

    #[test]
    fn numbers_are_laid_out_like_c() {
        let show = |value: i64, code, width, precision, flags: Flags| {
            let mut out = String::new();
            let base = match code {
                'x' | 'X' => 16,
                'o' => 8,
                _ => 10,
            };
            let digits = crate::format::int::small_digits(value, base);
            push_int(&mut out, value < 0, &digits, code, &Layout { flags, width, precision });
            out
        };
        let none = Flags::default();
        assert_eq!(show(-5, 'd', 6, Some(3), none), "  -005");
        assert_eq!(show(-5, 'd', 6, None, Flags { zero: true, ..none }), "-00005");
        assert_eq!(show(255, 'X', 8, None, Flags { alternate: true, zero: true, ..none }), "0X0000FF");
        assert_eq!(show(3, 'd', 5, None, Flags { left: true, zero: true, ..none }), "3    ");
        assert_eq!(show(3, 'd', 0, None, Flags { space: true, ..none }), " 3");
    }
}
