//! The text of tracebacks, as CPython 3.11 prints them.

use crate::objects::*;
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};
use ruff_python_ast::Expr;
use ruff_text_size::Ranged;
use rustc_hash::FxHashMap;

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
/// Equal frames printed before they are counted.
const REPEATS: usize = 3;

/// Source lines by file name, for tracebacks.
#[derive(Default)]
pub struct SourceLines {
    files: FxHashMap<String, Option<Vec<String>>>,
}

impl SourceLines {
    /// Makes the lines of a source that is not a readable file known.
    pub fn insert(&mut self, file: &str, source: &str) {
        self.files.insert(file.to_string(), Some(split_lines(source)));
    }

    /// Line `line` (from 1) of a file.
    pub fn line(&mut self, file: &str, line: u32) -> Option<&str> {
        let lines = self.files.entry(file.to_string()).or_insert_with(|| {
            let bytes = std::fs::read(file).ok()?;
            Some(split_lines(&String::from_utf8_lossy(&bytes)))
        });
        lines.as_ref()?.get(line.checked_sub(1)? as usize).map(String::as_str)
    }
}

fn split_lines(source: &str) -> Vec<String> {
    source.lines().map(str::to_string).collect()
}

impl Vm {
    /// The whole traceback text of an exception, with its chain, ending in a newline.
    pub fn format_exception(&mut self, e: Word) -> String {
        let mut chain = vec![(e, "")];
        let mut at = e;
        while let Some(x) = at.cast::<Exception>() {
            let new = |w: Word| w.is::<Exception>() && !chain.iter().any(|c| c.0 == w);
            let (next, joint) = if new(x.cause) {
                (x.cause, CAUSE)
            } else if !x.suppress_context && new(x.context) {
                (x.context, CONTEXT)
            } else {
                break;
            };
            chain.push((next, joint));
            at = next;
        }
        let mut out = String::new();
        for i in (0..chain.len()).rev() {
            self.push_exception(&mut out, chain[i].0);
            out.push_str(chain[i].1);
        }
        out
    }

    /// One exception of a chain: its traceback and last line.
    fn push_exception(&mut self, out: &mut String, e: Word) {
        let Some(x) = e.cast::<Exception>() else { return };
        if !x.traceback.is_empty() {
            out.push_str("Traceback (most recent call last):\n");
            let entries: Vec<TraceEntry> = x.traceback.iter().rev().copied().collect();
            self.push_entries(out, &entries);
        }
        self.push_exception_only(out, e);
    }

    /// The lines of traceback entries, outermost first.
    pub fn push_entries(&mut self, out: &mut String, entries: &[TraceEntry]) {
        let key = |e: &TraceEntry| {
            // SAFETY: loaded code is immortal.
            let code = unsafe { &*e.code };
            (e.code, code.source.positions.get(e.pc).line)
        };
        let mut i = 0;
        while i < entries.len() {
            let run = entries[i..].iter().take_while(|e| key(e) == key(&entries[i])).count();
            for e in &entries[i..i + run.min(REPEATS)] {
                self.push_entry(out, e);
            }
            if run > REPEATS {
                let more = run - REPEATS;
                let s = if more == 1 { "" } else { "s" };
                out.push_str(&format!("  [Previous line repeated {more} more time{s}]\n"));
            }
            i += run;
        }
    }

    fn push_entry(&mut self, out: &mut String, e: &TraceEntry) {
        // SAFETY: loaded code is immortal.
        let code = unsafe { &*e.code };
        let at = code.source.positions.get(e.pc);
        let file = &code.source.filename;
        out.push_str(&format!("  File \"{file}\", line {}, in {}\n", at.line, code.source.name));
        let Some(line) = self.state::<SourceLines>().line(file, at.line) else { return };
        let trimmed = line.trim();
        if trimmed.is_empty() {
            return;
        }
        out.push_str(&format!("    {trimmed}\n"));
        if let Some(carets) = carets(line, at) {
            out.push_str(&carets);
            out.push('\n');
        }
    }

    /// The last lines: `Type: message` and notes.
    pub fn push_exception_only(&mut self, out: &mut String, e: Word) {
        let class = self.type_of(e);
        let mut name = class.qualname.as_str().unwrap_or("?").to_string();
        let module = self.names.module;
        match class.dict.get(module).and_then(|w| w.as_str()) {
            None | Some("builtins" | "__main__") => {}
            Some(m) => name = format!("{m}.{name}"),
        }
        let syntax = self.is_instance(e, self.exc(Exc::SyntaxError)) && self.push_syntax_place(out, e);
        let text = if syntax { self.syntax_message(e) } else { self.safe_str(e) };
        out.push_str(&name);
        if !text.is_empty() {
            out.push_str(": ");
            out.push_str(&text);
        }
        if let Some(hint) = self.suggestion(e) {
            out.push_str(&format!(". Did you mean: '{hint}'?"));
        }
        out.push('\n');
        let notes = self.names.notes;
        if let Some(l) = self.own_attr(e, notes).and_then(|l| l.cast::<List>()) {
            for &note in l.items().to_vec().iter() {
                let text = self.safe_str(note);
                out.push_str(&text);
                out.push('\n');
            }
        }
    }

    fn safe_str(&mut self, w: Word) -> String {
        match self.str(w) {
            Ok(s) => s,
            Err(_) => {
                self.take_pending();
                "<exception str() failed>".to_string()
            }
        }
    }

    fn syntax_message(&mut self, e: Word) -> String {
        let first = e
            .cast::<Exception>()
            .and_then(|x| x.args.cast::<Tuple>())
            .and_then(|t| t.items().first().copied());
        match first {
            Some(m) => self.safe_str(m),
            None => "<no detail available>".to_string(),
        }
    }

    /// File, line and caret of a SyntaxError.
    fn push_syntax_place(&mut self, out: &mut String, e: Word) -> bool {
        let args = e.cast::<Exception>().and_then(|x| x.args.cast::<Tuple>()).map_or(&[][..], |t| t.items());
        let Some(place) = args.get(1).and_then(|p| p.cast::<Tuple>()).map(|t| t.items()) else {
            return false;
        };
        let (file, line) = (place.first().and_then(|f| f.as_str()), place.get(1).and_then(|l| l.as_int()));
        let Some(line) = line else { return false };
        out.push_str(&format!("  File \"{}\", line {line}\n", file.unwrap_or("<string>")));
        let Some(text) = place.get(3).and_then(|t| t.as_str()) else { return true };
        let text = text.trim_end();
        let trimmed = text.trim_start();
        out.push_str(&format!("    {trimmed}\n"));
        let offset = place.get(2).and_then(|o| o.as_int()).unwrap_or(0);
        if offset >= 1 {
            let indent = (text.chars().count() - trimmed.chars().count()) as i64;
            let start = (offset - 1 - indent).max(0) as usize;
            let same_line = place.get(4).and_then(|l| l.as_int()).is_none_or(|l| l == line);
            let end = place.get(5).and_then(|o| o.as_int()).filter(|_| same_line).unwrap_or(0);
            let end = if end > offset { (end - 1 - indent).max(0) as usize } else { start + 1 };
            let end = if same_line { end } else { trimmed.chars().count() };
            out.push_str(&format!(
                "    {}{}\n",
                " ".repeat(start),
                "^".repeat(end.saturating_sub(start).max(1))
            ));
        }
        true
    }

    /// A name near the missing one of a NameError or AttributeError.
    fn suggestion(&mut self, e: Word) -> Option<String> {
        let d = self.peek_dict(e)?;
        let n = self.names;
        let wanted = d.get_name(n.name_attr)?.as_str()?;
        let mut names: Vec<String> = Vec::new();
        if self.is_instance(e, self.exc(Exc::AttributeError)) {
            let object = d.get_name(n.obj)?;
            names = self.attribute_candidates(object);
        } else if self.is_instance(e, self.exc(Exc::NameError)) {
            let x = e.cast::<Exception>()?;
            if let Some(entry) = x.traceback.first() {
                // SAFETY: loaded code is immortal.
                let code = unsafe { &*entry.code };
                names.extend(code.source.locals.iter().map(|l| l.name.to_string()));
            }
            if let Some(m) = self.modules.get_str(self, "__main__").and_then(|m| m.cast::<Module>()) {
                names.extend(m.namespace.iter().map(|(n, _)| n.text().to_string()));
            }
            names.extend(self.builtins.iter().map(|(n, _)| n.text().to_string()));
        } else {
            return None;
        }
        closest(wanted, &names)
    }

    fn attribute_candidates(&mut self, object: Word) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let class = object.cast::<Class>().unwrap_or_else(|| self.type_of(object));
        if let Some(o) = object.cast::<Instance>() {
            // SAFETY: shapes are immortal.
            names.extend(unsafe { &*o.shape() }.names().iter().map(|n| n.text().to_string()));
        }
        if let Some(m) = object.cast::<Module>() {
            names.extend(m.namespace.iter().map(|(n, _)| n.text().to_string()));
        }
        for c in &class.mro {
            names.extend(c.dict.iter().map(|(n, _)| n.text().to_string()));
        }
        names.sort();
        names.dedup();
        names
    }

    /// Raises NameError for a global that is nowhere.
    #[cold]
    pub fn name_error(&mut self, name: Name) -> crate::vm::Raised {
        let text = name.text();
        let e = self.named_exception(Exc::NameError, &format!("name '{text}' is not defined"), name);
        self.raise_object(e)
    }

    fn named_exception(&mut self, kind: Exc, message: &str, name: Name) -> Word {
        let text = self.new_str(message);
        let class = self.exc(kind);
        let e = self.new_exception(class, &[text]);
        if let Some(d) = self.attr_dict(e) {
            let key = self.names.name_attr;
            self.dict_set_name(d, key, name.word());
        }
        e
    }

    /// `str(e)` never failing, for messages of the embedder.
    pub fn describe_exception(&mut self, e: Word) -> PyResult<String> {
        let mut out = String::new();
        if e != NONE && e != UNDEF {
            self.push_exception_only(&mut out, e);
        }
        Ok(out)
    }
}

/// The line of carets under a source line, unless they would mark all of it.
fn carets(line: &str, at: crate::code::Position) -> Option<String> {
    if at.end_line == 0 {
        return None;
    }
    let trimmed_end = line.trim_end();
    let indent = line.len() - line.trim_start().len();
    let (start, mut end) = (at.column as usize, at.end_column as usize);
    if at.end_line != at.line {
        end = trimmed_end.len();
    }
    if start > end || !line.is_char_boundary(start.min(line.len())) || end > line.len() {
        return None;
    }
    let anchors = if at.end_line == at.line { anchors(line.get(start..end)?) } else { None };
    if anchors.is_none() && line.get(start..end)?.chars().count() == line.trim().chars().count() {
        return None;
    }
    let chars = |to: usize| line.get(..to).map_or(0, |s| s.chars().count());
    let mut out = "    ".to_string();
    let first = chars(indent);
    for i in first..chars(end) {
        let c = if i < chars(start) {
            ' '
        } else {
            match anchors {
                Some((left, right)) if (chars(start + left)..chars(start + right)).contains(&i) => '^',
                Some(_) => '~',
                None => '^',
            }
        };
        out.push(c);
    }
    Some(out)
}

/// Byte range of the operator or subscript in an expression's text.
fn anchors(segment: &str) -> Option<(usize, usize)> {
    let parsed = ruff_python_parser::parse_expression(segment).ok()?;
    match parsed.expr() {
        Expr::BinOp(op) => {
            let (from, to) = (op.left.end().to_usize(), op.right.start().to_usize());
            let gap = segment.get(from..to)?;
            let at = gap.find(|c: char| !c.is_ascii_whitespace())?;
            let two = gap.as_bytes().get(at + 1).is_some_and(|b| !b.is_ascii_whitespace());
            Some((from + at, from + at + if two { 2 } else { 1 }))
        }
        Expr::Subscript(s) => Some((s.value.end().to_usize(), s.slice.end().to_usize() + 1)),
        _ => None,
    }
}

/// The candidate nearest to `wanted`, by CPython's edit distance and limits.
fn closest(wanted: &str, names: &[String]) -> Option<String> {
    if wanted.len() > 40 || names.len() > 750 {
        return None;
    }
    let mut best: Option<(usize, &String)> = None;
    for name in names.iter().filter(|n| *n != wanted) {
        let limit = (wanted.len() + name.len() + 3) * MOVE / 6;
        let d = distance(wanted.as_bytes(), name.as_bytes());
        if d <= limit && best.is_none_or(|(b, _)| d < b) {
            best = Some((d, name));
        }
    }
    best.map(|(_, n)| n.clone())
}

const MOVE: usize = 2;
const CASE: usize = 1;

fn distance(a: &[u8], b: &[u8]) -> usize {
    let cost = |x: u8, y: u8| {
        if x == y {
            0
        } else if x.eq_ignore_ascii_case(&y) {
            CASE
        } else {
            MOVE
        }
    };
    let mut row: Vec<usize> = (0..=b.len()).map(|i| i * MOVE).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (i + 1) * MOVE;
        for (j, &y) in b.iter().enumerate() {
            let replaced = diagonal + cost(x, y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + MOVE).min(diagonal + MOVE);
        }
    }
    row[b.len()]
}
