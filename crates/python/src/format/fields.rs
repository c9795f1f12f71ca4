//! `str.format` templates: literal text, replacement fields, and the paths inside field names.

use super::{FormatError, Result};

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text copied as it is.
    Literal(&'a str),
    /// `{name!conversion:spec}`.
    Field(Field<'a>),
}

/// A replacement field. `spec` may hold fields of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    pub name: &'a str,
    pub conversion: Option<char>,
    pub spec: &'a str,
}

/// Iterates over a template's pieces, stopping at the first error.
pub struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Pieces<'a> {
    /// Starts at the beginning of `template`.
    pub fn new(template: &'a str) -> Self {
        Self { rest: template }
    }

    fn literal(&mut self) -> Result<Piece<'a>> {
        let text = self.rest;
        let end = text.find(['{', '}']).unwrap_or(text.len());
        if end > 0 {
            self.rest = &text[end..];
            return Ok(Piece::Literal(&text[..end]));
        }
        // A doubled brace stands for itself.
        let brace = text.as_bytes()[0];
        if text.as_bytes().get(1) == Some(&brace) {
            self.rest = &text[2..];
            return Ok(Piece::Literal(&text[..1]));
        }
        if brace == b'}' {
            return Err(FormatError::value("Single '}' encountered in format string"));
        }
        self.rest = &text[1..];
        if self.rest.is_empty() {
            return Err(FormatError::value("Single '{' encountered in format string"));
        }
        self.field().map(Piece::Field)
    }

    fn field(&mut self) -> Result<Field<'a>> {
        let text = self.rest;
        let end = name_end(text)?;
        let name = &text[..end];
        let mut after = text[end..].chars();
        let mut conversion = None;
        match after.next() {
            Some('}') => {
                self.rest = after.as_str();
                return Ok(Field { name, conversion, spec: "" });
            }
            Some('!') => {
                conversion = after.next();
                if conversion.is_none() {
                    return Err(FormatError::value("end of string while looking for conversion specifier"));
                }
                match after.next() {
                    Some('}') => {
                        self.rest = after.as_str();
                        return Ok(Field { name, conversion, spec: "" });
                    }
                    Some(':') => {}
                    Some(_) => return Err(FormatError::value("expected ':' after conversion specifier")),
                    None => return Err(FormatError::value("unmatched '{' in format spec")),
                }
            }
            Some(_) => {}
            None => return Err(FormatError::value("expected '}' before end of string")),
        }
        let spec = after.as_str();
        let end = spec_end(spec)?;
        self.rest = &spec[end + 1..];
        Ok(Field { name, conversion, spec: &spec[..end] })
    }
}

fn name_end(text: &str) -> Result<usize> {
    let mut bracket = false;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b']' => bracket = false,
            _ if bracket => {}
            b'[' => bracket = true,
            b'{' => return Err(FormatError::value("unexpected '{' in field name")),
            b'}' | b':' | b'!' => return Ok(i),
            _ => {}
        }
    }
    Err(FormatError::value("expected '}' before end of string"))
}

fn spec_end(text: &str) -> Result<usize> {
    let mut depth = 1;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Ok(i);
        }
    }
    Err(FormatError::value("unmatched '{' in format spec"))
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Result<Piece<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let piece = self.literal();
        if piece.is_err() {
            self.rest = "";
        }
        Some(piece)
    }
}

/// How a field names its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// `{}`: the next positional argument.
    Auto,
    /// `{2}`.
    Index(usize),
    /// `{name}`.
    Name(&'a str),
}

/// One step of a field name after its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// `.name`.
    Attribute(&'a str),
    /// `[3]`.
    Index(usize),
    /// `[text]`.
    Item(&'a str),
}

/// Splits a field name into its key and the text of its steps (for [`next_step`]).
pub fn split_name(name: &str) -> Result<(Key<'_>, &str)> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, steps) = name.split_at(end);
    let key = if first.is_empty() {
        Key::Auto
    } else {
        match to_index(first)? {
            Some(index) => Key::Index(index),
            None => Key::Name(first),
        }
    };
    Ok((key, steps))
}

fn to_index(text: &str) -> Result<Option<usize>> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    match text.parse::<usize>() {
        Ok(index) if index <= isize::MAX as usize => Ok(Some(index)),
        _ => Err(FormatError::value("Too many decimal digits in format string")),
    }
}

/// Takes the first step off `steps`; `None` at the end.
pub fn next_step<'a>(steps: &mut &'a str) -> Result<Option<Step<'a>>> {
    let text = *steps;
    match text.as_bytes().first() {
        None => Ok(None),
        Some(b'.') => {
            let body = &text[1..];
            let end = body.find(['.', '[']).unwrap_or(body.len());
            if end == 0 {
                return Err(FormatError::value("Empty attribute in format string"));
            }
            *steps = &body[end..];
            Ok(Some(Step::Attribute(&body[..end])))
        }
        Some(b'[') => {
            let body = &text[1..];
            let Some(end) = body.find(']') else {
                return Err(FormatError::value("Missing ']' in format string"));
            };
            if end == 0 {
                return Err(FormatError::value("Empty attribute in format string"));
            }
            *steps = &body[end + 1..];
            Ok(Some(match to_index(&body[..end])? {
                Some(index) => Step::Index(index),
                None => Step::Item(&body[..end]),
            }))
        }
        Some(_) => Err(FormatError::value("Only '.' or '[' may follow ']' in format field specifier")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(template: &str) -> Result<Vec<Piece<'_>>> {
        Pieces::new(template).collect()
    }

    #[test]
    fn templates_split_into_pieces() {
        let field = |name, conversion, spec| Piece::Field(Field { name, conversion, spec });
        assert_eq!(
            all("a{{b{}c{x.y[0]!r:>{w}}"),
            Ok(vec![
                Piece::Literal("a"),
                Piece::Literal("{"),
                Piece::Literal("b"),
                field("", None, ""),
                Piece::Literal("c"),
                field("x.y[0]", Some('r'), ">{w}"),
            ])
        );
        let error = |t: &str| all(t).unwrap_err().message;
        assert_eq!(error("}"), "Single '}' encountered in format string");
        assert_eq!(error("{"), "Single '{' encountered in format string");
        assert_eq!(error("{a"), "expected '}' before end of string");
        assert_eq!(error("{a!rx}"), "expected ':' after conversion specifier");
        assert_eq!(error("{a:{"), "unmatched '{' in format spec");
    }

    #[test]
    fn names_split_into_steps() {
        let (key, mut steps) = split_name("x.y[0][k]").unwrap();
        assert_eq!(key, Key::Name("x"));
        assert_eq!(next_step(&mut steps), Ok(Some(Step::Attribute("y"))));
        assert_eq!(next_step(&mut steps), Ok(Some(Step::Index(0))));
        assert_eq!(next_step(&mut steps), Ok(Some(Step::Item("k"))));
        assert_eq!(next_step(&mut steps), Ok(None));
        assert_eq!(split_name("12").unwrap().0, Key::Index(12));
    }
}
