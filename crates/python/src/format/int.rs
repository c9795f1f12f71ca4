//! Integers as text: parsing with bases and underscores, and digits in a base.

use dashu_int::{IBig, UBig};

/// An integer read from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    Small(i64),
    Big(IBig),
}

/// Parses text as `int(text, base)` does. `base` is 0 or 2..=36; `None` means that the text is not an integer.
pub fn parse(text: &str, base: u32) -> Option<Parsed> {
    let text = text.trim_matches(super::unicode::is_space);
    if !text.is_ascii() {
        return parse(&super::unicode::ascii_digits(text)?, base);
    }
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (digits, base) = split_prefix(body, base)?;
    parse_digits(digits, base, negative)
}

/// Removes `0x`, `0o`, `0b` where `base` allows it, and says which base the digits are in.
fn split_prefix(body: &str, base: u32) -> Option<(&str, u32)> {
    let bytes = body.as_bytes();
    let named = match (bytes.first(), bytes.get(1).map(u8::to_ascii_lowercase)) {
        (Some(b'0'), Some(b'x')) => 16,
        (Some(b'0'), Some(b'o')) => 8,
        (Some(b'0'), Some(b'b')) => 2,
        _ => 0,
    };
    if named != 0 && (base == 0 || base == named) {
        let digits = &body[2..];
        return Some((digits.strip_prefix('_').unwrap_or(digits), named));
    }
    if base != 0 {
        return Some((body, base));
    }
    // Without a base, `010` is an error but `000` is zero.
    if bytes.first() == Some(&b'0') && bytes.iter().any(|b| !matches!(b, b'0' | b'_')) {
        return None;
    }
    Some((body, 10))
}

fn parse_digits(digits: &str, base: u32, negative: bool) -> Option<Parsed> {
    let bytes = digits.as_bytes();
    if bytes.is_empty() || bytes[0] == b'_' || bytes[bytes.len() - 1] == b'_' || digits.contains("__") {
        return None;
    }
    let mut value = 0i64;
    let mut fits = true;
    for &byte in bytes {
        if byte == b'_' {
            continue;
        }
        let digit = (byte as char).to_digit(base)?;
        if fits {
            match value.checked_mul(i64::from(base)).and_then(|v| v.checked_add(i64::from(digit))) {
                Some(next) => value = next,
                None => fits = false,
            }
        }
    }
    if fits {
        return Some(Parsed::Small(if negative { -value } else { value }));
    }
    let clean;
    let text = if bytes.contains(&b'_') {
        clean = digits.replace('_', "");
        &clean
    } else {
        digits
    };
    let magnitude = UBig::from_str_radix(text, base).ok()?;
    Some(Parsed::Big(if negative { -IBig::from(magnitude) } else { IBig::from(magnitude) }))
}

/// The number of digits in decimal text, for the limit on conversions.
pub fn digit_count(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// The decimal digits of a machine integer's magnitude, in a buffer on the stack.
pub struct Decimal {
    buffer: [u8; 20],
    start: usize,
}

impl Decimal {
    /// Converts, two digits at a time.
    pub fn new(value: i64) -> Decimal {
        const PAIRS: &[u8; 200] =
            b"00010203040506070809101112131415161718192021222324252627282930313233343536373839\
            40414243444546474849505152535455565758596061626364656667686970717273747576777879\
            8081828384858687888990919293949596979899";
        let (mut buffer, mut start) = ([0; 20], 20);
        let mut rest = value.unsigned_abs();
        while rest >= 100 {
            let pair = (rest % 100) as usize * 2;
            rest /= 100;
            start -= 2;
            buffer[start..start + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
        }
        if rest >= 10 {
            let pair = rest as usize * 2;
            start -= 2;
            buffer[start..start + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
        } else {
            start -= 1;
            buffer[start] = b'0' + rest as u8;
        }
        Decimal { buffer, start }
    }

    /// The digits.
    pub fn digits(&self) -> &str {
        std::str::from_utf8(&self.buffer[self.start..]).unwrap_or("0")
    }
}

/// Appends a machine integer in decimal.
pub fn push_decimal(out: &mut String, value: i64) {
    if value < 0 {
        out.push('-');
    }
    out.push_str(Decimal::new(value).digits());
}

/// Digits of `magnitude` in `base` (2, 8, 10 or 16), lower case.
pub fn magnitude_digits(magnitude: &UBig, base: u8) -> String {
    magnitude.in_radix(base).to_string()
}

/// Digits of a machine integer's magnitude in `base` (2, 8, 10 or 16), lower case.
pub fn small_digits(value: i64, base: u8) -> String {
    let magnitude = value.unsigned_abs();
    match base {
        2 => format!("{magnitude:b}"),
        8 => format!("{magnitude:o}"),
        16 => format!("{magnitude:x}"),
        _ => magnitude.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_those_of_the_standard_library() {
        for value in [0, 9, 10, 99, 100, 12345, -7, i64::MAX, i64::MIN, 1 << 47] {
            let mut out = String::new();
            push_decimal(&mut out, value);
            assert_eq!(out, value.to_string());
        }
    }

    #[test]
    fn parse_follows_python() {
        assert_eq!(parse(" 12 ", 10), Some(Parsed::Small(12)));
        assert_eq!(parse("-0x_ff", 0), Some(Parsed::Small(-255)));
        assert_eq!(parse("0xff", 10), None);
        assert_eq!(parse("0b1", 16), Some(Parsed::Small(0xb1)));
        assert_eq!(parse("010", 0), None);
        assert_eq!(parse("00_0", 0), Some(Parsed::Small(0)));
        assert_eq!(parse("010", 10), Some(Parsed::Small(10)));
        assert_eq!(parse("1__0", 10), None);
        assert_eq!(parse("1_0", 10), Some(Parsed::Small(10)));
        assert_eq!(parse("zz", 36), Some(Parsed::Small(35 * 37)));
        assert_eq!(parse("", 10), None);
        assert_eq!(parse("-", 10), None);
        assert_eq!(parse("- 1", 10), None);
        let big = "-123456789012345678901234567890";
        assert_eq!(parse(big, 10), Some(Parsed::Big(big.parse().unwrap())));
        assert_eq!(parse("٣", 10), Some(Parsed::Small(3)));
    }
}
