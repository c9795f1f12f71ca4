//! `repr` of text and bytes: the choice of quote and the escapes.

use std::fmt::Write;

use super::unicode::is_printable;

/// Appends `repr(text)`.
pub fn push_str_repr(out: &mut String, text: &str) {
    push_quoted(out, text, is_printable);
}

/// Appends `ascii(text)`.
pub fn push_str_ascii(out: &mut String, text: &str) {
    push_quoted(out, text, |c| matches!(c, ' '..='~'));
}

fn push_quoted(out: &mut String, text: &str, plain: impl Fn(char) -> bool) {
    let quote = choose_quote(text.as_bytes()) as char;
    out.reserve(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if c == quote => {
                out.push('\\');
                out.push(quote);
            }
            _ if plain(c) => out.push(c),
            _ => push_escape(out, c as u32),
        }
    }
    out.push(quote);
}

/// Appends `\xNN`, `\uNNNN` or `\UNNNNNNNN`.
pub fn push_escape(out: &mut String, code: u32) {
    let _ = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// Replaces what is outside ASCII in an already made `repr` by escapes (what `ascii()` does).
pub fn escape_non_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            push_escape(&mut out, c as u32);
        }
    }
    out
}

/// Appends `repr(bytes)`.
pub fn push_bytes_repr(out: &mut String, bytes: &[u8]) {
    let quote = choose_quote(bytes);
    out.reserve(bytes.len() + 3);
    out.push('b');
    out.push(quote as char);
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ if byte == quote => {
                out.push('\\');
                out.push(quote as char);
            }
            b' '..=b'~' => out.push(byte as char),
            _ => push_escape(out, u32::from(byte)),
        }
    }
    out.push(quote as char);
}

/// Double quotes only when that avoids escaping single ones.
fn choose_quote(bytes: &[u8]) -> u8 {
    if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes() {
        let show = |s: &str| {
            let mut out = String::new();
            push_str_repr(&mut out, s);
            out
        };
        assert_eq!(show("it's"), "\"it's\"");
        assert_eq!(show("it's \"x\""), "'it\\'s \"x\"'");
        assert_eq!(
            show("a\\b\n\t\x7f\u{a0}é\u{200b}\u{10ffff}"),
            "'a\\\\b\\n\\t\\x7f\\xa0é\\u200b\\U0010ffff'"
        );
        let mut out = String::new();
        push_bytes_repr(&mut out, b"a'\x00\xff");
        assert_eq!(out, "b\"a'\\x00\\xff\"");
    }
}
