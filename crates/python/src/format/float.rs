//! Floats as text: `repr`, the `e`/`f`/`g` presentations, hexadecimal floats, and parsing.

use std::fmt::Write;

/// The digits of a finite float: `0.d1d2d3… × 10^point`, plus its sign.
struct Decimal<'a> {
    negative: bool,
    digits: &'a str,
    point: i32,
}

/// The most digits after the point that a double can have; more are zeros.
const MAX_FRACTION: usize = 1100;

/// Appends `repr(x)`.
pub fn push_repr(out: &mut String, x: f64) {
    if push_non_finite(out, x, false) {
        return;
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(x);
    // The common layout is already Python's; only exponents and very small or large numbers differ.
    let magnitude = x.abs();
    if !text.contains('e') && (magnitude == 0.0 || (1e-4..1e16).contains(&magnitude)) {
        out.push_str(text);
        return;
    }
    let mut digits = String::new();
    let decimal = split_decimal(text, &mut digits);
    push_shortest(out, &decimal, true);
}

/// `repr(x)` as a new string.
pub fn repr(x: f64) -> String {
    let mut out = String::with_capacity(24);
    push_repr(&mut out, x);
    out
}

/// Like `repr`, but without the `.0` of integral values (used inside complex numbers).
pub fn push_repr_bare(out: &mut String, x: f64) {
    let start = out.len();
    push_repr(out, x);
    if out[start..].ends_with(".0") {
        out.truncate(out.len() - 2);
    }
}

fn split_decimal<'a>(text: &str, digits: &'a mut String) -> Decimal<'a> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((m, e)) => (m, e.parse::<i32>().unwrap_or(0)),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits.push_str(whole);
    digits.push_str(fraction);
    let leading = digits.len() - digits.trim_start_matches('0').len();
    let point = whole.len() as i32 + exponent - leading as i32;
    let digits = digits.trim_start_matches('0').trim_end_matches('0');
    if digits.is_empty() {
        return Decimal { negative, digits: "0", point: 1 };
    }
    Decimal { negative, digits, point }
}

fn push_shortest(out: &mut String, d: &Decimal, add_dot_zero: bool) {
    if d.negative {
        out.push('-');
    }
    if d.point <= -4 || d.point > 16 {
        out.push_str(&d.digits[..1]);
        if d.digits.len() > 1 {
            out.push('.');
            out.push_str(&d.digits[1..]);
        }
        push_exponent(out, d.point - 1, 'e');
    } else if d.point <= 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', (-d.point) as usize));
        out.push_str(d.digits);
    } else {
        let point = d.point as usize;
        if d.digits.len() <= point {
            out.push_str(d.digits);
            out.extend(std::iter::repeat_n('0', point - d.digits.len()));
            if add_dot_zero {
                out.push_str(".0");
            }
        } else {
            out.push_str(&d.digits[..point]);
            out.push('.');
            out.push_str(&d.digits[point..]);
        }
    }
}

fn push_exponent(out: &mut String, exponent: i32, letter: char) {
    out.push(letter);
    out.push(if exponent < 0 { '-' } else { '+' });
    let _ = write!(out, "{:02}", exponent.unsigned_abs());
}

fn push_non_finite(out: &mut String, x: f64, upper: bool) -> bool {
    let text = if x.is_nan() {
        if upper { "NAN" } else { "nan" }
    } else if x == f64::INFINITY {
        if upper { "INF" } else { "inf" }
    } else if x == f64::NEG_INFINITY {
        if upper { "-INF" } else { "-inf" }
    } else {
        return false;
    };
    out.push_str(text);
    true
}

/// How a float is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `%f`: fixed point.
    Fixed,
    /// `%e`: scientific.
    Exponent,
    /// `%g`: whichever is shorter.
    General,
    /// Like `%g` with a `.0` on integral results (a precision without a type letter).
    GeneralDotZero,
    /// The shortest text that reads back equal.
    Repr,
    /// `Repr` without the `.0` of integral values.
    ReprBare,
}

/// Appends `x` in the given style. `alternate` keeps the point and trailing zeros, `upper` makes letters upper case.
pub fn push_styled(out: &mut String, x: f64, style: Style, precision: usize, alternate: bool, upper: bool) {
    if push_non_finite(out, x, upper) {
        return;
    }
    let start = out.len();
    match style {
        Style::Fixed => push_fixed(out, x, precision, alternate),
        Style::Exponent => push_scientific(out, x, precision, alternate),
        Style::General | Style::GeneralDotZero => push_general(out, x, precision.max(1), alternate, style),
        Style::Repr | Style::ReprBare => push_repr_styled(out, x, style, alternate),
    }
    if upper {
        out[start..].make_ascii_uppercase();
    }
}

fn push_repr_styled(out: &mut String, x: f64, style: Style, alternate: bool) {
    let start = out.len();
    if style == Style::ReprBare {
        push_repr_bare(out, x);
    } else {
        push_repr(out, x);
    }
    if alternate && !out[start..].contains('.') {
        let end = out[start..].find('e').map_or(out.len(), |e| start + e);
        out.insert(end, '.');
    }
}

/// Appends `x` with up to 19 decimals by exact integer arithmetic; false if the number is too large or too small for it.
fn push_fixed_exact(out: &mut String, x: f64, precision: usize) -> bool {
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1075;
    if precision > 19 || !(-127..=0).contains(&exponent) {
        return false;
    }
    // 53 and 64 bits: the product is exact in 128.
    let mantissa = u128::from((bits & ((1 << 52) - 1)) | (1 << 52));
    let scale = 10u128.pow(precision as u32);
    let product = mantissa * scale;
    let shift = -exponent as u32;
    let (quotient, rest) = (product >> shift, product & ((1 << shift) - 1));
    let half = (1u128 << shift) >> 1;
    let rounded = quotient + u128::from(rest > half || shift > 0 && rest == half && quotient & 1 == 1);
    let (whole, fraction) = (rounded / scale, rounded % scale);
    let Ok(whole) = i64::try_from(whole) else { return false };
    if x.is_sign_negative() {
        out.push('-');
    }
    out.push_str(super::int::Decimal::new(whole).digits());
    if precision > 0 {
        // Up to 19 digits do not fit an i64: nine at a time.
        let (high, low) = (fraction / 1_000_000_000, fraction % 1_000_000_000);
        let start = out.len() + 1;
        out.push('.');
        let digits = super::int::Decimal::new(low as i64);
        if high > 0 {
            let high = super::int::Decimal::new(high as i64);
            out.extend(std::iter::repeat_n('0', (precision - 9).saturating_sub(high.digits().len())));
            out.push_str(high.digits());
            out.extend(std::iter::repeat_n('0', 9 - digits.digits().len()));
        } else {
            out.extend(std::iter::repeat_n('0', precision.saturating_sub(digits.digits().len())));
        }
        out.push_str(digits.digits());
        debug_assert_eq!(out.len() - start, precision);
    }
    true
}

fn push_fixed(out: &mut String, x: f64, precision: usize, alternate: bool) {
    if !alternate && push_fixed_exact(out, x, precision) {
        return;
    }
    let exact = precision.min(MAX_FRACTION);
    let _ = write!(out, "{x:.exact$}");
    out.extend(std::iter::repeat_n('0', precision - exact));
    if precision == 0 && alternate {
        out.push('.');
    }
}

fn push_scientific(out: &mut String, x: f64, precision: usize, alternate: bool) {
    let exact = precision.min(MAX_FRACTION);
    let text = format!("{x:.exact$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    out.push_str(mantissa);
    out.extend(std::iter::repeat_n('0', precision - exact));
    if precision == 0 && alternate {
        out.push('.');
    }
    push_exponent(out, exponent.parse().unwrap_or(0), 'e');
}

fn push_general(out: &mut String, x: f64, precision: usize, alternate: bool, style: Style) {
    let exact = (precision - 1).min(MAX_FRACTION);
    let text = format!("{x:.exact$e}");
    let exponent: i64 = text.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let limit = precision as i64 - i64::from(style == Style::GeneralDotZero);
    let start = out.len();
    if exponent < -4 || exponent >= limit {
        let (mantissa, _) = text.split_once('e').unwrap_or((&text, ""));
        out.push_str(mantissa);
        if alternate {
            out.extend(std::iter::repeat_n('0', precision - 1 - exact));
            if precision == 1 {
                out.push('.');
            }
        } else {
            trim_fraction(out, start);
        }
        push_exponent(out, exponent as i32, 'e');
        return;
    }
    let decimals = (precision as i64 - 1 - exponent) as usize;
    push_fixed(out, x, decimals, alternate);
    if !alternate {
        trim_fraction(out, start);
    }
    if style == Style::GeneralDotZero && !out[start..].contains('.') {
        out.push_str(".0");
    }
}

fn trim_fraction(out: &mut String, start: usize) {
    if out[start..].contains('.') {
        let kept = out[start..].trim_end_matches('0').trim_end_matches('.').len();
        out.truncate(start + kept);
    }
}

/// `float.hex()`.
pub fn to_hex(x: f64) -> String {
    let mut out = String::new();
    if push_non_finite(&mut out, x, false) {
        return out;
    }
    let bits = x.to_bits();
    let mantissa = bits & ((1 << 52) - 1);
    let biased = ((bits >> 52) & 0x7ff) as i32;
    if x.is_sign_negative() {
        out.push('-');
    }
    if x == 0.0 {
        out.push_str("0x0.0p+0");
        return out;
    }
    let (lead, exponent) = if biased == 0 { (0, -1022) } else { (1, biased - 1023) };
    let _ = write!(out, "0x{lead}.{mantissa:013x}p{exponent:+}");
    out
}

/// Parses text as `float()` does: surrounding blanks, underscores between digits, `inf`, `nan`.
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim_matches(super::unicode::is_space);
    let bytes = text.as_bytes();
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let first = *body.as_bytes().first()?;
    if first.is_ascii_alphabetic() {
        let value = match body.to_ascii_lowercase().as_str() {
            "inf" | "infinity" => f64::INFINITY,
            "nan" => f64::NAN,
            _ => return None,
        };
        return Some(if bytes[0] == b'-' { -value } else { value });
    }
    if !text.is_ascii() {
        return parse(&super::unicode::ascii_digits(text)?);
    }
    if !bytes.contains(&b'_') {
        return text.parse().ok();
    }
    let digit = |at: Option<usize>| at.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
    for (i, &byte) in bytes.iter().enumerate() {
        if byte == b'_' && !(digit(i.checked_sub(1)) && digit(Some(i + 1))) {
            return None;
        }
    }
    text.replace('_', "").parse().ok()
}

/// Why a hexadecimal float was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexError {
    /// Not a hexadecimal float.
    Invalid,
    /// Too large for a double.
    Overflow,
}

/// Parses text as `float.fromhex()` does, rounding half to even.
pub fn from_hex(text: &str) -> Result<f64, HexError> {
    let text = text.trim_matches(super::unicode::is_space);
    let (negative, body) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = body.to_ascii_lowercase();
    let magnitude = match lower.as_str() {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => f64::NAN,
        other => hex_magnitude(other.strip_prefix("0x").unwrap_or(other))?,
    };
    Ok(if negative { -magnitude } else { magnitude })
}

fn hex_magnitude(text: &str) -> Result<f64, HexError> {
    let (digits, exponent) = match text.split_once('p') {
        Some((digits, exponent)) => (digits, parse_exponent(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() == 0 {
        return Err(HexError::Invalid);
    }
    // 60 bits of mantissa, then one sticky bit: enough to round correctly at any exponent.
    let (mut mantissa, mut dropped, mut sticky) = (0u64, 0i64, false);
    for byte in whole.bytes().chain(fraction.bytes()) {
        let digit = (byte as char).to_digit(16).ok_or(HexError::Invalid)?;
        if mantissa >> 56 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
        } else {
            dropped += 4;
            sticky |= digit != 0;
        }
    }
    if mantissa == 0 {
        return Ok(0.0);
    }
    let scale = exponent.saturating_add(dropped).saturating_sub(4 * fraction.len() as i64);
    scale_round(mantissa, scale, sticky)
}

fn parse_exponent(text: &str) -> Result<i64, HexError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(HexError::Invalid);
    }
    let magnitude = digits.parse::<i64>().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    Ok(if text.starts_with('-') { -magnitude } else { magnitude })
}

fn scale_round(mantissa: u64, scale: i64, sticky: bool) -> Result<f64, HexError> {
    let top = 63 - i64::from(mantissa.leading_zeros()) + scale;
    if top > 1024 {
        return Err(HexError::Overflow);
    }
    if top < -1080 {
        return Ok(0.0);
    }
    // The unit of the last place: 52 bits below the top, but never below the smallest subnormal.
    let unit = (top - 52).max(-1074);
    let shift = unit - scale;
    let rounded = if shift <= 0 {
        mantissa << -shift
    } else if shift > 63 {
        0
    } else {
        let kept = mantissa >> shift;
        let half = 1u64 << (shift - 1);
        let rest = mantissa & ((1u64 << shift) - 1);
        let up = rest > half || (rest == half && (sticky || kept & 1 == 1));
        kept + u64::from(up)
    };
    // Both factors are exact, and so is their product.
    let value = if unit < -1000 {
        rounded as f64 * pow2(unit + 200) * pow2(-200)
    } else {
        rounded as f64 * pow2(unit)
    };
    if value.is_infinite() { Err(HexError::Overflow) } else { Ok(value) }
}

fn pow2(exponent: i64) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styled(x: f64, style: Style, precision: usize, alternate: bool) -> String {
        let mut out = String::new();
        push_styled(&mut out, x, style, precision, alternate, false);
        out
    }

    #[test]
    fn repr_follows_the_layout_rules() {
        for (x, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (9999999999999998.0, "9999999999999998.0"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (0.00012345, "0.00012345"),
            (1.5e300, "1.5e+300"),
            (123456789.125, "123456789.125"),
            (5e-324, "5e-324"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (1e22, "1e+22"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            assert_eq!(repr(x), expected);
        }
    }

    #[test]
    fn styles_match_c() {
        assert_eq!(styled(12.0, Style::GeneralDotZero, 2, false), "1.2e+01");
        assert_eq!(styled(12.0, Style::GeneralDotZero, 3, false), "12.0");
        assert_eq!(styled(12.0, Style::General, 2, false), "12");
        assert_eq!(styled(12.0, Style::General, 4, true), "12.00");
        assert_eq!(styled(0.00001234, Style::General, 3, false), "1.23e-05");
        assert_eq!(styled(2.5, Style::Fixed, 0, false), "2");
        assert_eq!(styled(2.5, Style::Fixed, 0, true), "2.");
        assert_eq!(styled(1234.5, Style::Exponent, 2, false), "1.23e+03");
        assert_eq!(styled(1e5, Style::General, 1, true), "1.e+05");
        assert_eq!(styled(999999.5, Style::General, 6, false), "1e+06");
        assert_eq!(styled(0.0, Style::General, 6, false), "0");
    }

    #[test]
    fn fixed_point_is_exact() {
        let mut state = 88172645463325252u64;
        for i in 0..20_000u64 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let exponent = 1023 - 60 + state % 120;
            let x = f64::from_bits(state << 1 >> 12 | exponent << 52 | (i & 1) << 63);
            let precision = (i % 20) as usize;
            assert_eq!(styled(x, Style::Fixed, precision, false), format!("{x:.precision$}"));
            let short = (state % 100_000) as f64 / 8.0;
            assert_eq!(
                styled(short, Style::Fixed, (i % 4) as usize, false),
                format!("{short:.*}", (i % 4) as usize)
            );
        }
    }

    #[test]
    fn hex_round_trips() {
        for x in [1.0, -0.1, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.0, 3.75] {
            assert_eq!(from_hex(&to_hex(x)), Ok(x));
        }
        assert_eq!(to_hex(0.1), "0x1.999999999999ap-4");
        assert_eq!(to_hex(5e-324), "0x0.0000000000001p-1022");
        assert_eq!(from_hex("0x1p1024"), Err(HexError::Overflow));
        assert_eq!(from_hex("0x.8p-1074"), Ok(0.0));
        assert_eq!(from_hex("0x.81p-1074"), Ok(5e-324));
        assert_eq!(from_hex("zz"), Err(HexError::Invalid));
        assert_eq!(from_hex("0x1.fffffffffffff8p0"), Ok(2.0));
    }

    #[test]
    fn parsing_accepts_what_python_accepts() {
        assert_eq!(parse(" 1_000.5e1 "), Some(10005.0));
        assert_eq!(parse("1__0"), None);
        assert_eq!(parse("_1"), None);
        assert_eq!(parse("1_.5"), None);
        assert_eq!(parse(".5"), Some(0.5));
        assert_eq!(parse("5."), Some(5.0));
        assert_eq!(parse("-Infinity"), Some(f64::NEG_INFINITY));
        assert_eq!(parse(""), None);
        assert_eq!(parse("1e"), None);
        assert_eq!(parse("."), None);
        assert_eq!(parse("0x10"), None);
    }
}
