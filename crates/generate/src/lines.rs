//! Makes failing texts small: drops blocks of lines, then unwraps what an indented block stands in, as long as the text
//! still fails.
//!
//! The order of attempts is that of delta debugging (Zeller and Hildebrandt, 2002), over statements with all that is
//! indented below them. Does not shorten lines.

/// The smallest text found that still `fails`, after at most `most` attempts.
pub fn shrink(text: &str, most: usize, mut fails: impl FnMut(&str) -> bool) -> String {
    let mut best: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut left = most;
    loop {
        let before = best.len();
        let mut size = best.len().next_power_of_two() / 2;
        while size > 0 {
            remove(&mut best, size, &mut left, &mut fails);
            size /= 2;
        }
        unwrap(&mut best, &mut left, &mut fails);
        if best.len() >= before || left == 0 {
            return joined(&best);
        }
    }
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn accept(
    best: &mut Vec<String>,
    smaller: Vec<String>,
    left: &mut usize,
    fails: &mut impl FnMut(&str) -> bool,
) -> bool {
    if *left == 0 {
        return false;
    }
    *left -= 1;
    let accepted = fails(&joined(&smaller));
    if accepted {
        *best = smaller;
    }
    accepted
}

/// Spaces before a line's text; `None` for a blank one.
fn indent(line: &str) -> Option<usize> {
    line.find(|c: char| !c.is_whitespace())
}

/// One past the lines that are indented deeper than line `at`.
fn block_end(lines: &[String], at: usize) -> usize {
    let Some(own) = indent(&lines[at]) else { return at + 1 };
    let inner = |line: &String| indent(line).is_none_or(|i| i > own);
    at + 1 + lines[at + 1..].iter().take_while(|line| inner(line)).count()
}

/// Drops `size` statements at a time, with their blocks, from the last to the first.
fn remove(best: &mut Vec<String>, size: usize, left: &mut usize, fails: &mut impl FnMut(&str) -> bool) {
    let mut at = best.len();
    while at > 0 {
        at = at.saturating_sub(size);
        let mut end = at;
        for _ in 0..size {
            if end < best.len() {
                end = block_end(best, end);
            }
        }
        let smaller = [&best[..at], &best[end..]].concat();
        if smaller.len() < best.len() {
            accept(best, smaller, left, fails);
        }
        at = at.min(best.len());
    }
}

/// Puts a block in the place of the line that heads it.
fn unwrap(best: &mut Vec<String>, left: &mut usize, fails: &mut impl FnMut(&str) -> bool) {
    let mut at = 0;
    while at < best.len() {
        let end = block_end(best, at);
        let deeper = best.get(at + 1).and_then(|line| indent(line));
        let unwrapped = match (indent(&best[at]), deeper) {
            (Some(outer), Some(inner)) if inner > outer => {
                let mut smaller = best[..at].to_vec();
                let cut = |line: &String| line.get(inner - outer..).unwrap_or_default().to_owned();
                smaller.extend(best[at + 1..end].iter().map(cut));
                smaller.extend_from_slice(&best[end..]);
                accept(best, smaller, left, fails)
            }
            _ => false,
        };
        at += usize::from(!unwrapped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a = 1\nif a:\n    for b in c:\n        d()\n        e()\n\n    f()\ng()\n";

    #[test]
    fn only_what_makes_it_fail_stays() {
        let small = shrink(TEXT, 1000, |text| text.contains("e()"));
        assert_eq!(small, "e()\n");
    }

    #[test]
    fn blocks_go_with_their_heads() {
        let mut seen = Vec::new();
        shrink(TEXT, 1000, |text| {
            seen.push(text.to_owned());
            false
        });
        assert!(seen.iter().all(|text| !text.starts_with("    ")), "{seen:?}");
        assert!(seen.iter().any(|text| text == "a = 1\ng()\n"), "{seen:?}");
    }

    #[test]
    fn attempts_are_counted() {
        let mut attempts = 0;
        let same = shrink(TEXT, 5, |_| {
            attempts += 1;
            false
        });
        assert_eq!((attempts, same.as_str()), (5, TEXT));
    }
}
