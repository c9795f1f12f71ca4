//! Programs that people wrote, changed in a few places: other numbers, other operators, lines dropped and doubled.
//!
//! Numbers stay small, so that no mutant takes much more memory than its program; it may run for ever.

use crate::source::Source;
use std::ops::Range;

/// `text` with up to four changes.
pub fn mutant(text: &str, source: &mut Source<'_>) -> String {
    let mut text = text.to_owned();
    for _ in 0..=source.below(4) {
        let change = if source.one_in(4) { line(&text, source) } else { token(&text, source) };
        if let Some((range, replacement)) = change {
            text.replace_range(range, &replacement);
        }
    }
    text
}

/// Operators that may stand for each other.
const GROUPS: &[&[&str]] = &[
    &["+", "-", "*", "//", "%", "&", "|", "^", ">>", "/"],
    &["<", ">", "<=", ">=", "==", "!="],
    &["+=", "-=", "//=", "%=", "^=", "|="],
    &["True", "False", "None"],
    &["and", "or"],
    &["continue", "break", "pass"],
    &["is", "=="],
    &["ValueError", "TypeError", "KeyError", "StopIteration"],
];

/// A place, and what comes there instead.
type Change = (Range<usize>, String);

fn token(text: &str, source: &mut Source<'_>) -> Option<Change> {
    let tokens: Vec<Range<usize>> = tokens(text).filter(|t| is_mutable(&text[t.clone()])).collect();
    let range = tokens.get(source.below(tokens.len()))?.clone();
    let old = &text[range.clone()];
    let new = match (GROUPS.iter().find(|group| group.contains(&old)), old.parse::<i64>()) {
        (Some(group), _) => source.pick(group).to_owned(),
        (None, Ok(number)) => {
            let near = [number + 1, number - 1, number * 2, 0, 1, -number].map(|n| n.to_string());
            match source.below(near.len() + 3) {
                0 => format!("{number}.0"),
                1 => format!("{number}.5"),
                2 => "True".to_owned(),
                n => near[n - 3].clone(),
            }
        }
        (None, Err(_)) => return None,
    };
    Some((range, new))
}

fn is_mutable(token: &str) -> bool {
    let small = token.parse::<i64>().is_ok_and(|number| number < 1 << 31);
    small || GROUPS.iter().any(|group| group.contains(&token))
}

/// Drops a line, or doubles it, unless a block hangs on it.
fn line(text: &str, source: &mut Source<'_>) -> Option<Change> {
    let mut at = 0;
    let lines: Vec<Range<usize>> = text
        .split_inclusive('\n')
        .map(|line| {
            at += line.len();
            at - line.len()..at
        })
        .filter(|range| !text[range.clone()].trim_end().ends_with([':', ',', '(', '[', '{', '\\']))
        .collect();
    let range = lines.get(source.below(lines.len()))?.clone();
    let line = &text[range.clone()];
    let indent = &line[..line.len() - line.trim_start().len()];
    let new = if source.one_in(2) { line.repeat(2) } else { format!("{}pass\n", indent.trim_matches('\n')) };
    Some((range, new))
}

/// Words, numbers and operators; nothing of comments and strings.
fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = &text[at..];
            let first = rest.chars().next()?;
            let start = at;
            let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
            match first {
                '#' => at += rest.find('\n').unwrap_or(rest.len()),
                '"' | '\'' => at += string(rest),
                _ if word(first) => at += rest.find(|c| !word(c)).unwrap_or(rest.len()),
                _ if "+-*/%&|^<>=!".contains(first) => {
                    at += rest.find(|c| !"+-*/%&|^<>=!".contains(c)).unwrap_or(rest.len());
                }
                _ => {
                    at += first.len_utf8();
                    continue;
                }
            }
            if !matches!(first, '#' | '"' | '\'') {
                return Some(start..at);
            }
        }
    })
}

/// Length of the string literal that `text` begins with.
fn string(text: &str) -> usize {
    let quote = &text[..1];
    let end = if text.starts_with(&quote.repeat(3)) { quote.repeat(3) } else { quote.to_owned() };
    let mut at = end.len();
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(&end) {
            return at + end.len();
        }
        let escaped = usize::from(rest.starts_with('\\'));
        at += rest.chars().take(1 + escaped).map(char::len_utf8).sum::<usize>();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "x = 'a + 1' # b + 2\nif x >= 3:\n    y = \"\"\"4\n'5\"\"\"\n    z += 6\n";

    #[test]
    fn strings_and_comments_are_no_tokens() {
        let found: Vec<&str> = tokens(TEXT).map(|range| &TEXT[range]).collect();
        assert_eq!(found, ["x", "=", "if", "x", ">=", "3", "y", "=", "z", "+=", "6"]);
        assert_eq!(tokens("'open").count() + tokens("'\\'é\"").count(), 0);
    }

    #[test]
    fn mutants_differ_and_an_empty_text_stays_empty() {
        let mutants: std::collections::HashSet<String> =
            (0..100).map(|seed| mutant(TEXT, &mut Source::Seed(seed))).collect();
        assert!(mutants.len() > 30, "only {mutants:?}");
        assert_eq!(mutant("", &mut Source::Seed(1)), "");
    }
}
