//! The format-spec mini-language: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.

use dashu_int::IBig;
use dashu_int::ops::{Abs, UnsignedAbs};

use super::float::{self, Style};
use super::{FormatError, Result, int};

/// A parsed format spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    fill: char,
    align: Option<char>,
    sign: Option<char>,
    no_negative_zero: bool,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
    zero_padded: bool,
}

const LIMIT: usize = i32::MAX as usize;

impl Spec {
    /// Parses `text` for an object of type `type_name`. Numbers pass `numeric`, so that `0` means sign-aware padding.
    pub fn parse(text: &str, type_name: &str, numeric: bool) -> Result<Spec> {
        let mut spec = Spec {
            fill: ' ',
            align: None,
            sign: None,
            no_negative_zero: false,
            alternate: false,
            width: 0,
            grouping: None,
            precision: None,
            kind: None,
            zero_padded: false,
        };
        let rest = spec.parse_alignment(text);
        let rest = spec.parse_flags(rest, numeric);
        let rest = spec.parse_sizes(rest)?;
        let mut rest = rest.chars();
        spec.kind = rest.next();
        if rest.next().is_some() {
            return Err(FormatError::value(format!(
                "Invalid format specifier '{text}' for object of type '{type_name}'"
            )));
        }
        spec.check_grouping()?;
        Ok(spec)
    }

    fn parse_alignment<'a>(&mut self, text: &'a str) -> &'a str {
        let is_align = |c: char| matches!(c, '<' | '>' | '=' | '^');
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(fill), Some(align)) if is_align(align) => {
                self.fill = fill;
                self.align = Some(align);
                self.zero_padded = fill == '0';
                chars.as_str()
            }
            (Some(align), _) if is_align(align) => {
                self.align = Some(align);
                &text[1..]
            }
            _ => text,
        }
    }

    fn parse_flags<'a>(&mut self, mut rest: &'a str, numeric: bool) -> &'a str {
        let fill_given = rest.is_empty() || self.fill != ' ';
        if let Some(sign) = rest.chars().next().filter(|c| matches!(c, '+' | '-' | ' ')) {
            self.sign = Some(sign);
            rest = &rest[1..];
        }
        if let Some(after) = rest.strip_prefix('z') {
            self.no_negative_zero = true;
            rest = after;
        }
        if let Some(after) = rest.strip_prefix('#') {
            self.alternate = true;
            rest = after;
        }
        if !fill_given && rest.starts_with('0') {
            self.fill = '0';
            if self.align.is_none() && numeric {
                self.align = Some('=');
            }
            self.zero_padded = true;
            rest = &rest[1..];
        }
        rest
    }

    fn parse_sizes<'a>(&mut self, rest: &'a str) -> Result<&'a str> {
        let (width, mut rest) = leading_number(rest)?;
        self.width = width.unwrap_or(0);
        while let Some(separator) = rest.chars().next().filter(|c| matches!(c, ',' | '_')) {
            match self.grouping {
                None => self.grouping = Some(separator),
                Some(previous) if previous == separator => return Err(cannot_group(separator, separator)),
                Some(_) => return Err(FormatError::value("Cannot specify both ',' and '_'.")),
            }
            rest = &rest[1..];
        }
        if let Some(after) = rest.strip_prefix('.') {
            let (precision, after) = leading_number(after)?;
            if precision.is_none() {
                return Err(FormatError::value("Format specifier missing precision"));
            }
            self.precision = precision;
            rest = after;
        }
        Ok(rest)
    }

    fn check_grouping(&self) -> Result<()> {
        match (self.grouping, self.kind) {
            (None, _) | (_, None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F')) => Ok(()),
            (Some('_'), Some('b' | 'o' | 'x' | 'X')) => Ok(()),
            // Strings refuse an unknown type before they refuse grouping.
            (Some(separator), Some(kind)) => Err(cannot_group(separator, kind)),
        }
    }

    fn unknown_code(&self, type_name: &str) -> FormatError {
        let code = self.kind.unwrap_or(' ');
        let shown =
            if matches!(code, '!'..='\x7f') { code.to_string() } else { format!("\\x{:x}", code as u32) };
        FormatError::value(format!("Unknown format code '{shown}' for object of type '{type_name}'"))
    }

    /// Whether nothing was specified.
    pub fn is_default(&self) -> bool {
        self.width == 0
            && self.precision.is_none()
            && self.kind.is_none()
            && self.sign.is_none()
            && self.grouping.is_none()
    }
}

fn cannot_group(separator: char, kind: char) -> FormatError {
    FormatError::value(format!("Cannot specify '{separator}' with '{kind}'."))
}

fn leading_number(text: &str) -> Result<(Option<usize>, &str)> {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    if end == 0 {
        return Ok((None, text));
    }
    match text[..end].parse::<usize>() {
        Ok(number) if number <= isize::MAX as usize => Ok((Some(number), &text[end..])),
        _ => Err(FormatError::value("Too many decimal digits in format string")),
    }
}

/// Appends `format(text, spec)` for a string.
pub fn format_str(out: &mut String, text: &str, spec: &Spec) -> Result<()> {
    if spec.kind.is_some_and(|k| k != 's') {
        return Err(spec.unknown_code("str"));
    }
    if let Some(separator) = spec.grouping {
        return Err(cannot_group(separator, 's'));
    }
    match spec.sign {
        Some(' ') => return Err(FormatError::value("Space not allowed in string format specifier")),
        Some(_) => return Err(FormatError::value("Sign not allowed in string format specifier")),
        None => {}
    }
    if spec.no_negative_zero {
        return Err(FormatError::value("Negative zero coercion (z) not allowed in string format specifier"));
    }
    if spec.alternate {
        return Err(FormatError::value("Alternate form (#) not allowed in string format specifier"));
    }
    if spec.align == Some('=') {
        return Err(FormatError::value("'=' alignment not allowed in string format specifier"));
    }
    let text = match spec.precision {
        Some(limit) => text.char_indices().nth(limit).map_or(text, |(end, _)| &text[..end]),
        None => text,
    };
    push_padded(out, text, text.chars().count(), spec, '<')
}

fn push_padded(out: &mut String, text: &str, length: usize, spec: &Spec, default_align: char) -> Result<()> {
    let total = spec.width.saturating_sub(length);
    check_size(total)?;
    let left = match spec.align.unwrap_or(default_align) {
        '>' | '=' => total,
        '^' => total / 2,
        _ => 0,
    };
    out.extend(std::iter::repeat_n(spec.fill, left));
    out.push_str(text);
    out.extend(std::iter::repeat_n(spec.fill, total - left));
    Ok(())
}

fn check_size(count: usize) -> Result<()> {
    if count > LIMIT {
        Err(FormatError { kind: super::ErrorKind::Overflow, message: "format width is too large".into() })
    } else {
        Ok(())
    }
}

/// A number about to be laid out: sign and prefix, digits that may be grouped, and what follows them.
struct Parts<'a> {
    negative: bool,
    prefix: &'a str,
    digits: &'a str,
    rest: &'a str,
    group: usize,
}

fn push_number(out: &mut String, parts: &Parts, spec: &Spec) -> Result<()> {
    let sign = match (parts.negative, spec.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    };
    let align = spec.align.unwrap_or('>');
    check_size(spec.width)?;
    let fixed = sign.len() + parts.prefix.len() + parts.rest.chars().count();
    // Zeros between sign and digits are grouped like the digits themselves.
    let zeros_to = if spec.fill == '0' && align == '=' { spec.width.saturating_sub(fixed) } else { 0 };
    let grouped;
    let digits = if spec.grouping.is_none() && zeros_to <= parts.digits.len() {
        parts.digits
    } else {
        grouped = group_digits(parts.digits, spec.grouping, parts.group, zeros_to);
        &grouped
    };
    let padding = spec.width.saturating_sub(fixed + digits.len());
    let (left, inner, right) = match align {
        '>' => (padding, 0, 0),
        '^' => (padding / 2, 0, padding - padding / 2),
        '=' => (0, padding, 0),
        _ => (0, 0, padding),
    };
    out.extend(std::iter::repeat_n(spec.fill, left));
    out.push_str(sign);
    out.push_str(parts.prefix);
    out.extend(std::iter::repeat_n(spec.fill, inner));
    out.push_str(digits);
    out.push_str(parts.rest);
    out.extend(std::iter::repeat_n(spec.fill, right));
    Ok(())
}

/// `digits` with separators, padded with zeros to at least `min_width` characters.
fn group_digits(digits: &str, separator: Option<char>, group: usize, min_width: usize) -> String {
    let mut out = String::with_capacity(min_width.max(digits.len() * 2));
    // Non-finite values have no digits: their padding is not grouped.
    let Some(separator) = separator.filter(|_| !digits.is_empty()) else {
        out.extend(std::iter::repeat_n('0', min_width.saturating_sub(digits.len())));
        out.push_str(digits);
        return out;
    };
    let grouped = |count: usize| count + count.saturating_sub(1) / group;
    let mut count = digits.len();
    if grouped(count) < min_width {
        count = min_width - min_width / (group + 1);
        if grouped(count) < min_width {
            count += 1;
        }
    }
    let zeros = count - digits.len();
    for (i, c) in std::iter::repeat_n('0', zeros).chain(digits.chars()).enumerate() {
        if i > 0 && (count - i).is_multiple_of(group) {
            out.push(separator);
        }
        out.push(c);
    }
    out
}

/// Appends `format(value, spec)` for a machine integer.
pub fn format_int(out: &mut String, value: i64, spec: &Spec, type_name: &str) -> Result<()> {
    match spec.kind {
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => format_float(out, value as f64, spec, type_name),
        Some('c') => format_char(out, u32::try_from(value).ok(), spec),
        kind => {
            let base = int_base(kind).ok_or_else(|| spec.unknown_code(type_name))?;
            if base == 10 {
                return format_digits(out, value < 0, int::Decimal::new(value).digits(), base, spec);
            }
            format_digits(out, value < 0, &int::small_digits(value, base), base, spec)
        }
    }
}

/// Appends `format(value, spec)` for a big integer.
pub fn format_big_int(out: &mut String, value: &IBig, spec: &Spec, type_name: &str) -> Result<()> {
    match spec.kind {
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
            let float = value.to_f64().value();
            if float.is_infinite() {
                return Err(FormatError::overflow("int too large to convert to float"));
            }
            format_float(out, float, spec, type_name)
        }
        Some('c') => {
            format_char(out, Some(0), spec)?;
            Err(FormatError::overflow("Python int too large to convert to C long"))
        }
        kind => {
            let base = int_base(kind).ok_or_else(|| spec.unknown_code(type_name))?;
            let digits = int::magnitude_digits(&value.unsigned_abs(), base);
            format_digits(out, *value != value.clone().abs(), &digits, base, spec)
        }
    }
}

/// Whether `spec` asks for decimal digits of an integer (whose number is limited).
pub fn wants_decimal_digits(spec: &Spec) -> bool {
    matches!(spec.kind, None | Some('d' | 'n'))
}

fn int_base(kind: Option<char>) -> Option<u8> {
    match kind {
        None | Some('d' | 'n') => Some(10),
        Some('b') => Some(2),
        Some('o') => Some(8),
        Some('x' | 'X') => Some(16),
        _ => None,
    }
}

fn format_digits(out: &mut String, negative: bool, digits: &str, base: u8, spec: &Spec) -> Result<()> {
    check_int_flags(spec)?;
    let upper = spec.kind == Some('X');
    let prefix = match (spec.alternate, base, upper) {
        (true, 2, _) => "0b",
        (true, 8, _) => "0o",
        (true, 16, false) => "0x",
        (true, 16, true) => "0X",
        _ => "",
    };
    let upper_digits;
    let digits = if upper {
        upper_digits = digits.to_ascii_uppercase();
        &upper_digits
    } else {
        digits
    };
    let group = if base == 10 { 3 } else { 4 };
    push_number(out, &Parts { negative, prefix, digits, rest: "", group }, spec)
}

fn check_int_flags(spec: &Spec) -> Result<()> {
    if spec.precision.is_some() {
        return Err(FormatError::value("Precision not allowed in integer format specifier"));
    }
    if spec.no_negative_zero {
        return Err(FormatError::value("Negative zero coercion (z) not allowed in integer format specifier"));
    }
    Ok(())
}

fn format_char(out: &mut String, code: Option<u32>, spec: &Spec) -> Result<()> {
    check_int_flags(spec)?;
    if spec.sign.is_some() {
        return Err(FormatError::value("Sign not allowed with integer format specifier 'c'"));
    }
    if spec.alternate {
        return Err(FormatError::value("Alternate form (#) not allowed with integer format specifier 'c'"));
    }
    let c = code
        .and_then(char::from_u32)
        .ok_or_else(|| FormatError::overflow("%c arg not in range(0x110000)"))?;
    let mut buffer = [0; 4];
    push_padded(out, c.encode_utf8(&mut buffer), 1, spec, '>')
}

/// Appends `format(value, spec)` for a float.
pub fn format_float(out: &mut String, value: f64, spec: &Spec, type_name: &str) -> Result<()> {
    let body = float_body(value, spec, Style::Repr, type_name)?;
    push_float_body(out, &body, spec)
}

fn push_float_body(out: &mut String, body: &str, spec: &Spec) -> Result<()> {
    let (negative, body) = match body.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, body),
    };
    let end = body.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(body.len());
    let (digits, rest) = body.split_at(end);
    push_number(out, &Parts { negative, prefix: "", digits, rest, group: 3 }, spec)
}

/// The text of a float before sign and padding are applied. `bare` is the style used without type and precision.
fn float_body(value: f64, spec: &Spec, bare: Style, type_name: &str) -> Result<String> {
    if spec.precision.is_some_and(|p| p > LIMIT) {
        return Err(FormatError::value("precision too big"));
    }
    let mut value = value;
    let precision = spec.precision.unwrap_or(6);
    let (style, upper, percent) = match spec.kind {
        None => match spec.precision {
            Some(_) if bare == Style::Repr => (Style::GeneralDotZero, false, false),
            Some(_) => (Style::General, false, false),
            None => (bare, false, false),
        },
        Some('e') => (Style::Exponent, false, false),
        Some('E') => (Style::Exponent, true, false),
        Some('f') => (Style::Fixed, false, false),
        Some('F') => (Style::Fixed, true, false),
        Some('g' | 'n') => (Style::General, false, false),
        Some('G') => (Style::General, true, false),
        Some('%') => {
            value *= 100.0;
            (Style::Fixed, false, true)
        }
        Some(_) => return Err(spec.unknown_code(type_name)),
    };
    let mut body = String::new();
    float::push_styled(&mut body, value, style, precision, spec.alternate, upper);
    if percent {
        body.push('%');
    }
    if spec.no_negative_zero
        && body.starts_with('-')
        && body.bytes().skip(1).all(|b| !matches!(b, b'1'..=b'9'))
        && value.is_finite()
    {
        body.remove(0);
    }
    Ok(body)
}

/// Appends `format(complex(real, imag), spec)`.
pub fn format_complex(out: &mut String, real: f64, imag: f64, spec: &Spec) -> Result<()> {
    if !matches!(spec.kind, None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n')) {
        return Err(spec.unknown_code("complex"));
    }
    if spec.zero_padded {
        return Err(FormatError::value("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == Some('=') {
        return Err(FormatError::value("'=' alignment flag is not allowed in complex format specifier"));
    }
    let bare = spec.kind.is_none();
    let skip_real = bare && real == 0.0 && !real.is_sign_negative();
    let flat = Spec { width: 0, align: None, fill: ' ', ..spec.clone() };
    let mut text = String::new();
    if bare && !skip_real {
        text.push('(');
    }
    if !skip_real {
        push_float_body(&mut text, &float_body(real, spec, Style::ReprBare, "complex")?, &flat)?;
    }
    let imag_spec = if skip_real { flat } else { Spec { sign: Some('+'), ..flat } };
    push_float_body(&mut text, &float_body(imag, spec, Style::ReprBare, "complex")?, &imag_spec)?;
    text.push('j');
    if bare && !skip_real {
        text.push(')');
    }
    let length = text.chars().count();
    push_padded(out, &text, length, spec, '>')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(value: f64, spec: &str) -> String {
        let mut out = String::new();
        match Spec::parse(spec, "float", true).and_then(|s| format_float(&mut out, value, &s, "float")) {
            Ok(()) => out,
            Err(e) => e.message,
        }
    }

    fn int(value: i64, spec: &str) -> String {
        let mut out = String::new();
        match Spec::parse(spec, "int", true).and_then(|s| format_int(&mut out, value, &s, "int")) {
            Ok(()) => out,
            Err(e) => e.message,
        }
    }

    #[test]
    fn integers_follow_the_mini_language() {
        assert_eq!(int(1234567, ","), "1,234,567");
        assert_eq!(int(-255, "#06x"), "-0x0ff");
        assert_eq!(int(1234, "010,"), "00,001,234");
        assert_eq!(int(10, "_b"), "1010");
        assert_eq!(int(65, "^5c"), "  A  ");
        assert_eq!(int(3, ".2f"), "3.00");
        assert_eq!(int(1, ".2"), "Precision not allowed in integer format specifier");
        assert_eq!(int(1, "qq"), "Invalid format specifier 'qq' for object of type 'int'");
        assert_eq!(int(1, "s"), "Unknown format code 's' for object of type 'int'");
        assert_eq!(int(1, ",_"), "Cannot specify both ',' and '_'.");
    }

    #[test]
    fn floats_follow_the_mini_language() {
        assert_eq!(float(12345678.9, "_.3f"), "12_345_678.900");
        assert_eq!(float(-0.0, "z.1f"), "0.0");
        assert_eq!(float(0.25, "%"), "25.000000%");
        assert_eq!(float(1.5, "+010.2f"), "+000001.50");
        assert_eq!(float(f64::INFINITY, "08,"), "00000inf");
        assert_eq!(float(1e20, "#"), "1.e+20");
        assert_eq!(float(12.0, ".2"), "1.2e+01");
    }

    #[test]
    fn strings_and_complex_follow_the_mini_language() {
        let text = |value: &str, spec: &str| {
            let mut out = String::new();
            Spec::parse(spec, "str", false).and_then(|s| format_str(&mut out, value, &s)).map(|()| out)
        };
        assert_eq!(text("héllo", "*^9.4").unwrap(), "**héll***");
        assert_eq!(text("a", "05").unwrap(), "a0000");
        assert!(text("a", "=5").is_err());
        let mut out = String::new();
        format_complex(&mut out, 1.0, 2.0, &Spec::parse(">12", "complex", true).unwrap()).unwrap();
        assert_eq!(out, "      (1+2j)");
    }
}
