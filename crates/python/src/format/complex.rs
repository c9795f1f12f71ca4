//! Complex numbers as text: `repr` and parsing.

use super::float;

/// Appends `repr(complex(real, imag))`.
pub fn push_repr(out: &mut String, real: f64, imag: f64) {
    if real == 0.0 && !real.is_sign_negative() {
        float::push_repr_bare(out, imag);
        out.push('j');
        return;
    }
    out.push('(');
    float::push_repr_bare(out, real);
    if imag.is_nan() || !imag.is_sign_negative() {
        out.push('+');
    }
    float::push_repr_bare(out, imag);
    out.push_str("j)");
}

/// Parses text as `complex()` does: `a`, `bj`, `a+bj`, optionally in parentheses.
pub fn parse(text: &str) -> Option<(f64, f64)> {
    let mut text = text.trim_matches(super::unicode::is_space);
    if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        text = inner.trim_matches(super::unicode::is_space);
    }
    if text.is_empty() || text.contains(char::is_whitespace) {
        return None;
    }
    let Some(body) = text.strip_suffix(['j', 'J']) else {
        return Some((float::parse(text)?, 0.0));
    };
    // The imaginary part starts at the last sign that is not an exponent's.
    let bytes = body.as_bytes();
    let split = (1..bytes.len())
        .rev()
        .find(|&i| matches!(bytes[i], b'+' | b'-') && !matches!(bytes[i - 1], b'e' | b'E'));
    let (real, imag) = match split {
        Some(at) => (float::parse(&body[..at])?, &body[at..]),
        None => (0.0, body),
    };
    let imag = match imag {
        "" | "+" => 1.0,
        "-" => -1.0,
        other => float::parse(other)?,
    };
    Some((real, imag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_and_repr_agree_with_python() {
        assert_eq!(parse("1+2j"), Some((1.0, 2.0)));
        assert_eq!(parse(" ( -1e+3-2.5e-1j ) "), Some((-1000.0, -0.25)));
        assert_eq!(parse("j"), Some((0.0, 1.0)));
        assert_eq!(parse("1-j"), Some((1.0, -1.0)));
        assert_eq!(parse("1 + 2j"), None);
        assert_eq!(parse("3"), Some((3.0, 0.0)));
        let show = |re, im| {
            let mut out = String::new();
            push_repr(&mut out, re, im);
            out
        };
        assert_eq!(show(0.0, 1.0), "1j");
        assert_eq!(show(-0.0, 1.0), "(-0+1j)");
        assert_eq!(show(1.5, -0.0), "(1.5-0j)");
        assert_eq!(show(f64::NAN, f64::NAN), "(nan+nanj)");
        assert_eq!(show(1e20, 2.0), "(1e+20+2j)");
    }
}
