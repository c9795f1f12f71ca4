//! Text encodings: UTF-8, ASCII, Latin-1, UTF-16 and UTF-32.

use super::args;
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{UNDEF, Word};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf8Sig,
    Ascii,
    Latin1,
    /// Native order with a byte order mark.
    Utf16,
    Utf16Le,
    Utf16Be,
    Utf32,
    Utf32Le,
    Utf32Be,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Errors {
    Strict,
    Ignore,
    Replace,
    Backslash,
    Xml,
}

fn encoding_named(vm: &mut Vm, name: Word) -> PyResult<Encoding> {
    if name == UNDEF {
        return Ok(Encoding::Utf8);
    }
    let text = args::text(vm, name, "argument 'encoding' must be str, not {}")?;
    let normal: String = text.to_ascii_lowercase().replace(['-', ' '], "_");
    Ok(match normal.as_str() {
        "utf_8" | "utf8" | "u8" | "utf" | "cp65001" => Encoding::Utf8,
        "utf_8_sig" | "utf8_sig" => Encoding::Utf8Sig,
        "ascii" | "us_ascii" | "646" => Encoding::Ascii,
        "latin_1" | "latin1" | "iso_8859_1" | "iso8859_1" | "8859" | "l1" | "latin" => Encoding::Latin1,
        "utf_16" | "utf16" | "u16" => Encoding::Utf16,
        "utf_16_le" | "utf_16le" => Encoding::Utf16Le,
        "utf_16_be" | "utf_16be" => Encoding::Utf16Be,
        "utf_32" | "utf32" | "u32" => Encoding::Utf32,
        "utf_32_le" | "utf_32le" => Encoding::Utf32Le,
        "utf_32_be" | "utf_32be" => Encoding::Utf32Be,
        _ => return Err(vm.raise(Exc::LookupError, format!("unknown encoding: {text}"))),
    })
}

fn errors_named(vm: &mut Vm, name: Word) -> PyResult<Errors> {
    if name == UNDEF {
        return Ok(Errors::Strict);
    }
    let text = args::text(vm, name, "argument 'errors' must be str, not {}")?;
    Ok(match text {
        "strict" | "surrogateescape" | "surrogatepass" => Errors::Strict,
        "ignore" => Errors::Ignore,
        "replace" => Errors::Replace,
        "backslashreplace" | "namereplace" => Errors::Backslash,
        "xmlcharrefreplace" => Errors::Xml,
        _ => return Err(vm.raise(Exc::LookupError, format!("unknown error handler name '{text}'"))),
    })
}

/// `text.encode(encoding, errors)`.
pub fn encode(vm: &mut Vm, text: &str, encoding: Word, errors: Word) -> PyResult<Vec<u8>> {
    let encoding = encoding_named(vm, encoding)?;
    let limit = match encoding {
        Encoding::Utf8 => return Ok(text.as_bytes().to_vec()),
        Encoding::Utf8Sig => return Ok([b"\xef\xbb\xbf", text.as_bytes()].concat()),
        Encoding::Ascii => 128,
        Encoding::Latin1 => 256,
        _ => return Ok(encode_wide(text, encoding)),
    };
    let errors = errors_named(vm, errors)?;
    let mut out = Vec::with_capacity(text.len());
    for (position, c) in text.chars().enumerate() {
        let code = u32::from(c);
        if code < limit {
            out.push(code as u8);
            continue;
        }
        match errors {
            Errors::Strict => return Err(encode_error(vm, text, position, limit)),
            Errors::Ignore => {}
            Errors::Replace => out.push(b'?'),
            Errors::Backslash => {
                let mut escape = String::new();
                crate::format::quote::push_escape(&mut escape, code);
                out.extend_from_slice(escape.as_bytes());
            }
            Errors::Xml => out.extend_from_slice(format!("&#{code};").as_bytes()),
        }
    }
    Ok(out)
}

fn encode_error(vm: &mut Vm, text: &str, start: usize, limit: u32) -> crate::vm::Raised {
    let name = if limit == 128 { "ascii" } else { "latin-1" };
    let run = text.chars().skip(start).take_while(|&c| u32::from(c) >= limit).count();
    let reason = format!("ordinal not in range({limit})");
    let words = [
        vm.new_str(name),
        vm.new_str(text),
        Word::int(start as i64),
        Word::int((start + run) as i64),
        vm.new_str(&reason),
    ];
    vm.raise_with(Exc::UnicodeEncodeError, &words)
}

fn encode_wide(text: &str, encoding: Encoding) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() * 2 + 4);
    match encoding {
        Encoding::Utf16 | Encoding::Utf16Le | Encoding::Utf16Be => {
            let mark = (encoding == Encoding::Utf16).then_some(0xfeff);
            for unit in mark.into_iter().chain(text.encode_utf16()) {
                let bytes =
                    if encoding == Encoding::Utf16Be { unit.to_be_bytes() } else { unit.to_le_bytes() };
                out.extend_from_slice(&bytes);
            }
        }
        _ => {
            let mark = (encoding == Encoding::Utf32).then_some(0xfeff);
            for code in mark.into_iter().chain(text.chars().map(u32::from)) {
                let bytes =
                    if encoding == Encoding::Utf32Be { code.to_be_bytes() } else { code.to_le_bytes() };
                out.extend_from_slice(&bytes);
            }
        }
    }
    out
}

/// `bytes.decode(encoding, errors)`.
pub fn decode(vm: &mut Vm, bytes: &[u8], encoding: Word, errors: Word) -> PyResult {
    let encoding = encoding_named(vm, encoding)?;
    let errors = errors_named(vm, errors)?;
    match encoding {
        Encoding::Utf8 => decode_utf8(vm, bytes, errors),
        Encoding::Utf8Sig => decode_utf8(vm, bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes), errors),
        Encoding::Latin1 => {
            let text: String = bytes.iter().map(|&b| b as char).collect();
            Ok(vm.new_string(text))
        }
        Encoding::Ascii => decode_ascii(vm, bytes, errors),
        _ => decode_wide(vm, bytes, encoding),
    }
}

fn decode_error(
    vm: &mut Vm,
    name: &str,
    bytes: &[u8],
    start: usize,
    end: usize,
    reason: &str,
) -> crate::vm::Raised {
    let words = [
        vm.new_str(name),
        vm.new_bytes(bytes),
        Word::int(start as i64),
        Word::int(end as i64),
        vm.new_str(reason),
    ];
    vm.raise_with(Exc::UnicodeDecodeError, &words)
}

fn push_bad(out: &mut String, bad: &[u8], errors: Errors) {
    match errors {
        Errors::Backslash => bad.iter().for_each(|&b| crate::format::quote::push_escape(out, u32::from(b))),
        Errors::Ignore => {}
        _ => out.push('\u{fffd}'),
    }
}

fn decode_ascii(vm: &mut Vm, bytes: &[u8], errors: Errors) -> PyResult {
    let mut out = String::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        if byte < 128 {
            out.push(byte as char);
        } else if errors == Errors::Strict {
            return Err(decode_error(vm, "ascii", bytes, at, at + 1, "ordinal not in range(128)"));
        } else {
            push_bad(&mut out, &bytes[at..=at], errors);
        }
    }
    Ok(vm.new_string(out))
}

fn decode_utf8(vm: &mut Vm, bytes: &[u8], errors: Errors) -> PyResult {
    let mut out = String::new();
    let mut at = 0;
    loop {
        let rest = &bytes[at..];
        let error = match std::str::from_utf8(rest) {
            Ok(text) if at == 0 => return Ok(vm.new_str(text)),
            Ok(text) => {
                out.push_str(text);
                return Ok(vm.new_string(out));
            }
            Err(error) => error,
        };
        let valid = error.valid_up_to();
        out.push_str(std::str::from_utf8(&rest[..valid]).unwrap_or(""));
        let start = at + valid;
        let length = error.error_len().unwrap_or(bytes.len() - start);
        if errors == Errors::Strict {
            let reason = match (error.error_len(), bytes[start]) {
                (None, _) => "unexpected end of data",
                (_, 0x80..=0xc1 | 0xf5..=0xff) => "invalid start byte",
                _ => "invalid continuation byte",
            };
            return Err(decode_error(vm, "utf-8", bytes, start, start + length, reason));
        }
        push_bad(&mut out, &bytes[start..start + length], errors);
        at = start + length;
    }
}

fn decode_wide(vm: &mut Vm, bytes: &[u8], encoding: Encoding) -> PyResult {
    let sixteen = matches!(encoding, Encoding::Utf16 | Encoding::Utf16Le | Encoding::Utf16Be);
    let (name, unit) = if sixteen { ("utf-16", 2) } else { ("utf-32", 4) };
    let mut big = matches!(encoding, Encoding::Utf16Be | Encoding::Utf32Be);
    let mut body = bytes;
    if matches!(encoding, Encoding::Utf16 | Encoding::Utf32) {
        // The mark decides the order; without one it is the machine's.
        let mark: u32 = 0xfeff;
        let little = if sixteen { mark.to_le_bytes()[..2].to_vec() } else { mark.to_le_bytes().to_vec() };
        let reversed: Vec<u8> = little.iter().rev().copied().collect();
        if body.starts_with(&little) {
            body = &body[unit..];
        } else if body.starts_with(&reversed) {
            big = true;
            body = &body[unit..];
        }
    }
    if !body.len().is_multiple_of(unit) {
        return Err(decode_error(vm, name, bytes, bytes.len() - 1, bytes.len(), "truncated data"));
    }
    let units = body.chunks_exact(unit).map(|chunk| {
        let value = |acc: u32, &byte: &u8| acc << 8 | u32::from(byte);
        if big { chunk.iter().fold(0, value) } else { chunk.iter().rev().fold(0, value) }
    });
    let text: Option<String> = if sixteen {
        char::decode_utf16(units.map(|u| u as u16)).map(|r| r.ok()).collect()
    } else {
        units.map(char::from_u32).collect()
    };
    match text {
        Some(text) => Ok(vm.new_string(text)),
        None => Err(decode_error(vm, name, bytes, 0, bytes.len(), "illegal encoding")),
    }
}
