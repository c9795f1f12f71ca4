//! Character classes and case mappings with Python's meaning, where it differs from the standard library's.

use unicode_general_category::{GeneralCategory as Category, get_general_category};

/// `str.isspace` for one character.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}

/// Whether `splitlines` ends a line at this character.
pub fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\x0b' | '\x0c' | '\r' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// `str.isprintable` for one character.
pub fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    !matches!(
        get_general_category(c),
        Category::Control
            | Category::Format
            | Category::Surrogate
            | Category::PrivateUse
            | Category::Unassigned
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::SpaceSeparator
    )
}

/// `str.isalpha` for one character: a letter (narrower than the Alphabetic property).
pub fn is_alpha(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    matches!(
        get_general_category(c),
        Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::ModifierLetter
            | Category::OtherLetter
    )
}

/// `str.isdecimal` for one character.
pub fn is_decimal(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && get_general_category(c) == Category::DecimalNumber)
}

/// `str.isdigit` for one character.
pub fn is_digit(c: char) -> bool {
    is_decimal(c)
        || matches!(c,
            '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{1369}'..='\u{1371}' | '\u{19da}' | '\u{2070}' | '\u{2074}'..='\u{2079}'
            | '\u{2080}'..='\u{2089}' | '\u{2460}'..='\u{2468}' | '\u{2474}'..='\u{247c}' | '\u{2488}'..='\u{2490}'
            | '\u{24ea}' | '\u{24f5}'..='\u{24fd}' | '\u{24ff}' | '\u{2776}'..='\u{277e}' | '\u{2780}'..='\u{2788}'
            | '\u{278a}'..='\u{2792}' | '\u{10a40}'..='\u{10a43}' | '\u{10e60}'..='\u{10e68}'
            | '\u{11052}'..='\u{1105a}' | '\u{1f100}'..='\u{1f10a}')
}

/// `str.isnumeric` for one character.
pub fn is_numeric(c: char) -> bool {
    // The CJK numerals are letters with a numeric value.
    c.is_numeric()
        || is_digit(c)
        || "一二三四五六七八九十百千万億兆〇零壹壱貳贰弐叁叄参參肆伍陆陸柒漆捌玖拾佰仟萬亿兩两廿卅卌"
            .contains(c)
}

/// The value of a decimal digit in any script.
pub fn decimal_value(c: char) -> Option<u32> {
    if c.is_ascii() {
        return c.to_digit(10);
    }
    if !is_decimal(c) {
        return None;
    }
    // Digits come in runs of ten; the mathematical digits are five adjacent runs.
    let mut start = c as u32;
    while char::from_u32(start - 1).is_some_and(is_decimal) {
        start -= 1;
    }
    Some((c as u32 - start) % 10)
}

/// Replaces digits of any script by ASCII ones; `None` if other characters outside ASCII remain.
pub fn ascii_digits(text: &str) -> Option<String> {
    text.chars()
        .map(|c| if c.is_ascii() { Some(c) } else { char::from_digit(decimal_value(c)?, 10) })
        .collect()
}

/// Whether `c` may start an identifier.
pub fn is_identifier_start(c: char) -> bool {
    c == '_' || unicode_ident::is_xid_start(c)
}

/// Whether `c` may continue an identifier.
pub fn is_identifier_continue(c: char) -> bool {
    unicode_ident::is_xid_continue(c)
}

/// Whether `c` has upper, lower or title case.
pub fn is_cased(c: char) -> bool {
    c.is_lowercase() || c.is_uppercase() || is_title(c)
}

/// Whether `c` is a title-case letter, such as `ǅ`.
pub fn is_title(c: char) -> bool {
    !c.is_ascii() && get_general_category(c) == Category::TitlecaseLetter
}

/// Appends the title-case form of `c`.
pub fn push_title(out: &mut String, c: char) {
    match c {
        'ŉ' => out.push_str("ʼN"),
        '\u{1c4}'..='\u{1c6}' => out.push('\u{1c5}'),
        '\u{1c7}'..='\u{1c9}' => out.push('\u{1c8}'),
        '\u{1ca}'..='\u{1cc}' => out.push('\u{1cb}'),
        '\u{1f1}'..='\u{1f3}' => out.push('\u{1f2}'),
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => out.push(c),
        // Greek with iota subscript keeps it as one letter.
        '\u{1f80}'..='\u{1faf}' => out.extend(char::from_u32(c as u32 | 8)),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => out.extend(char::from_u32(c as u32 + 9)),
        '\u{1fbc}' | '\u{1fcc}' | '\u{1ffc}' => out.push(c),
        '\u{1fb2}' => out.push_str("\u{1fba}\u{345}"),
        '\u{1fb4}' => out.push_str("\u{386}\u{345}"),
        '\u{1fb7}' => out.push_str("\u{391}\u{342}\u{345}"),
        '\u{1fc2}' => out.push_str("\u{1fca}\u{345}"),
        '\u{1fc4}' => out.push_str("\u{389}\u{345}"),
        '\u{1fc7}' => out.push_str("\u{397}\u{342}\u{345}"),
        '\u{1ff2}' => out.push_str("\u{1ffa}\u{345}"),
        '\u{1ff4}' => out.push_str("\u{38f}\u{345}"),
        '\u{1ff7}' => out.push_str("\u{3a9}\u{342}\u{345}"),
        _ => {
            let mut upper = c.to_uppercase();
            out.extend(upper.next());
            for rest in upper {
                out.extend(rest.to_lowercase());
            }
        }
    }
}

/// Appends the case-folded form of `c`.
pub fn push_folded(out: &mut String, c: char) {
    match c {
        'ı' => out.push(c),
        'ẞ' => out.push_str("ss"),
        '\u{13a0}'..='\u{13f5}' => out.push(c),
        '\u{13f8}'..='\u{13fd}' | '\u{ab70}'..='\u{abbf}' => out.extend(c.to_uppercase()),
        _ => {
            for upper in c.to_uppercase() {
                out.extend(upper.to_lowercase());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_and_titles() {
        let fold = |s: &str| {
            let mut out = String::new();
            s.chars().for_each(|c| push_folded(&mut out, c));
            out
        };
        assert_eq!(fold("Straße"), "strasse");
        assert_eq!(fold("ΑΣς"), "ασσ");
        let title = |c| {
            let mut out = String::new();
            push_title(&mut out, c);
            out
        };
        assert_eq!(title('ß'), "Ss");
        assert_eq!(title('ǆ'), "ǅ");
        assert_eq!(title('ﬁ'), "Fi");
        assert_eq!(title('ᾳ'), "ᾼ");
    }

    #[test]
    fn digits_of_other_scripts_have_values() {
        assert_eq!(decimal_value('٣'), Some(3));
        assert_eq!(decimal_value('𝟙'), Some(1));
        assert_eq!(ascii_digits("１２").as_deref(), Some("12"));
        assert!(is_digit('²') && !is_decimal('²') && is_numeric('½'));
    }
}
