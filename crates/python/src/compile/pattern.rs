//! `match`. A pattern is tested against a register; names it captures are bound after the whole pattern
//! has matched.

use std::collections::BTreeMap;

use ruff_python_ast::{self as ast, Pattern, Singleton};
use ruff_text_size::Ranged;

use super::Compiler;
use super::assemble::{Label, Reg};
use super::error::{Fault, Res};
use crate::bytecode::Op;
use crate::code::Const;

/// Names that a pattern captures, and the registers of their values.
type Captures<'a> = BTreeMap<&'a str, Reg>;

impl<'a> Compiler<'a> {
    pub(super) fn match_statement(&mut self, stmt: &'a ast::StmtMatch) -> Res {
        let subject = self.push(&stmt.subject)?;
        let end = self.label();
        for (i, case) in stmt.cases.iter().enumerate() {
            if i + 1 < stmt.cases.len() && case.guard.is_none() {
                refuse_irrefutable(&case.pattern)?;
            }
            let mark = self.unit.next;
            let next = self.label();
            let mut captures = Captures::new();
            self.pattern(&case.pattern, subject, next, &mut captures)?;
            for (name, &r) in &captures {
                self.store_name(name, r);
            }
            self.unit.next = mark;
            if let Some(guard) = &case.guard {
                self.branch(guard, next, false)?;
            }
            self.statements(&case.body)?;
            self.jump(Op::Jump, &[], end);
            self.place(next);
        }
        self.place(end);
        Ok(())
    }

    /// Tests `subject`, going to `fail` if it does not match. Temporaries of captures stay taken.
    fn pattern(
        &mut self,
        pattern: &'a Pattern,
        subject: Reg,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Res {
        self.unit.asm.check()?;
        self.at(pattern.range(), |c| match pattern {
            Pattern::MatchValue(p) => {
                let mark = c.unit.next;
                let value = c.any(&p.value)?;
                c.jump(Op::JumpIfNotEq, &[subject, value], fail);
                c.unit.next = mark;
                Ok(())
            }
            Pattern::MatchSingleton(p) => c.singleton_pattern(p.value, subject, fail),
            Pattern::MatchAs(p) => {
                if let Some(inner) = &p.pattern {
                    c.pattern(inner, subject, fail, captures)?;
                }
                match &p.name {
                    Some(name) => capture(captures, name, subject),
                    None => Ok(()),
                }
            }
            Pattern::MatchOr(p) => c.or_pattern(p, subject, fail, captures),
            Pattern::MatchSequence(p) => c.sequence_pattern(p, subject, fail, captures),
            Pattern::MatchMapping(p) => c.mapping_pattern(p, subject, fail, captures),
            Pattern::MatchClass(p) => c.class_pattern(p, subject, fail, captures),
            Pattern::MatchStar(p) => Err(Fault::syntax("star pattern cannot be used here", p.range)),
        })
    }

    fn singleton_pattern(&mut self, value: Singleton, subject: Reg, fail: Label) -> Res {
        let wanted = match value {
            Singleton::None => {
                self.jump(Op::JumpIfNotNone, &[subject], fail);
                return Ok(());
            }
            Singleton::True => true,
            Singleton::False => false,
        };
        let r = self.unit.take(1);
        self.load_const(Const::Bool(wanted), r)?;
        self.jump(Op::JumpIfIsNot, &[subject, r], fail);
        self.unit.next = r;
        Ok(())
    }

    fn or_pattern(
        &mut self,
        p: &'a ast::PatternMatchOr,
        subject: Reg,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Res {
        let matched = self.label();
        let mut shared: Option<Captures<'a>> = None;
        for (i, alternative) in p.patterns.iter().enumerate() {
            let is_last = i + 1 == p.patterns.len();
            if !is_last {
                refuse_irrefutable(alternative)?;
            }
            let next = if is_last { fail } else { self.label() };
            let slots = self.unit.next;
            if shared.is_none() {
                // Room for the captured names, which are known after the first alternative.
                let mut names = Vec::new();
                captured_names(alternative, &mut names);
                let base = self.unit.take(names.len() as Reg);
                shared =
                    Some(names.into_iter().enumerate().map(|(k, name)| (name, base + k as Reg)).collect());
            }
            let mark = self.unit.next;
            let mut own = Captures::new();
            self.pattern(alternative, subject, next, &mut own)?;
            let known = shared.get_or_insert_default();
            if !own.keys().eq(known.keys()) {
                return Err(Fault::syntax("alternative patterns bind different names", p.range));
            }
            for (name, &r) in &own {
                self.settle(r, known[name]);
            }
            self.unit.next = mark.max(slots);
            if !is_last {
                self.jump(Op::Jump, &[], matched);
                self.place(next);
            }
        }
        self.place(matched);
        for (name, r) in shared.unwrap_or_default() {
            insert(captures, name, r, p.range)?;
        }
        Ok(())
    }

    fn sequence_pattern(
        &mut self,
        p: &'a ast::PatternMatchSequence,
        subject: Reg,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Res {
        let count = p.patterns.len();
        let star = p.patterns.iter().position(Pattern::is_match_star);
        let test = self.unit.take(1);
        self.emit(Op::IsSequence, &[test, subject]);
        self.jump(Op::JumpIfFalse, &[test], fail);
        self.emit(Op::GetLen, &[test, subject]);
        let base = match star {
            None => {
                self.jump(Op::JumpIfNotEqImm, &[test, count as i64], fail);
                let base = self.unit.take(count as Reg);
                self.emit(Op::UnpackSequence, &[subject, base, count as i64]);
                base
            }
            Some(at) => {
                let after = count - at - 1;
                if at > 255 || after > 255 {
                    return Err(Fault::syntax(
                        "too many expressions in star-unpacking sequence pattern",
                        p.range,
                    ));
                }
                if p.patterns[at + 1..].iter().any(Pattern::is_match_star) {
                    return Err(Fault::syntax("multiple starred expressions in sequence pattern", p.range));
                }
                self.jump(Op::JumpIfNotGeImm, &[test, count as i64 - 1], fail);
                let base = self.unit.take(count as Reg);
                self.emit(Op::UnpackEx, &[subject, base, (at | after << 8) as i64]);
                base
            }
        };
        for (i, inner) in p.patterns.iter().enumerate() {
            let r = base + i as Reg;
            match inner {
                Pattern::MatchStar(star) => {
                    if let Some(name) = &star.name {
                        capture(captures, name, r)?;
                    }
                }
                inner => self.pattern(inner, r, fail, captures)?,
            }
        }
        Ok(())
    }

    fn mapping_pattern(
        &mut self,
        p: &'a ast::PatternMatchMapping,
        subject: Reg,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Res {
        let count = p.keys.len();
        let test = self.unit.take(1);
        self.emit(Op::IsMapping, &[test, subject]);
        self.jump(Op::JumpIfFalse, &[test], fail);
        if count > 0 {
            self.emit(Op::GetLen, &[test, subject]);
            self.jump(Op::JumpIfNotGeImm, &[test, count as i64], fail);
        }
        let keys = self.unit.next;
        for key in &p.keys {
            self.push(key)?;
        }
        self.emit(Op::BuildTuple, &[keys, keys, count as i64]);
        self.unit.next = keys;
        self.unit.take(1);
        if count > 0 {
            self.emit(Op::MatchKeys, &[test, subject, keys]);
            self.jump(Op::JumpIfNone, &[test], fail);
            let base = self.unit.take(count as Reg);
            self.emit(Op::UnpackSequence, &[test, base, count as i64]);
            for (i, inner) in p.patterns.iter().enumerate() {
                self.pattern(inner, base + i as Reg, fail, captures)?;
            }
        }
        if let Some(rest) = &p.rest {
            let r = self.unit.take(1);
            self.emit(Op::RestOfMapping, &[r, subject, keys]);
            capture(captures, rest, r)?;
        }
        Ok(())
    }

    fn class_pattern(
        &mut self,
        p: &'a ast::PatternMatchClass,
        subject: Reg,
        fail: Label,
        captures: &mut Captures<'a>,
    ) -> Res {
        let positional = p.arguments.patterns.len();
        let mut spec = vec![Const::Int(positional as i64)];
        for keyword in &p.arguments.keywords {
            let name = Const::Str(keyword.attr.as_str().into());
            if spec.contains(&name) {
                let message = format!("attribute name repeated in class pattern: {}", keyword.attr);
                return Err(Fault::syntax(message, keyword.range));
            }
            spec.push(name);
        }
        let count = positional + p.arguments.keywords.len();
        let window = self.unit.take(1);
        self.emit(Op::Move, &[window, subject]);
        self.push(&p.cls)?;
        let spec = self.const_index(Const::Tuple(spec.into()));
        self.emit(Op::MatchClass, &[window, window, spec]);
        self.jump(Op::JumpIfNone, &[window], fail);
        self.unit.next = window + 1;
        if count == 0 {
            return Ok(());
        }
        let base = self.unit.take(count as Reg);
        self.emit(Op::UnpackSequence, &[window, base, count as i64]);
        let keywords = p.arguments.keywords.iter().map(|keyword| &keyword.pattern);
        for (i, inner) in p.arguments.patterns.iter().chain(keywords).enumerate() {
            self.pattern(inner, base + i as Reg, fail, captures)?;
        }
        Ok(())
    }
}

fn capture<'a>(captures: &mut Captures<'a>, name: &'a ast::Identifier, r: Reg) -> Res {
    insert(captures, name.as_str(), r, name.range())
}

fn insert<'a>(captures: &mut Captures<'a>, name: &'a str, r: Reg, range: ruff_text_size::TextRange) -> Res {
    match captures.insert(name, r) {
        None => Ok(()),
        Some(_) => Err(Fault::syntax(format!("multiple assignments to name '{name}' in pattern"), range)),
    }
}

/// The names that a pattern captures, each once.
fn captured_names<'a>(pattern: &'a Pattern, names: &mut Vec<&'a str>) {
    let mut add = |name: &'a Option<ast::Identifier>| {
        if let Some(name) = name.as_ref().map(|n| n.as_str()).filter(|n| !names.contains(n)) {
            names.push(name);
        }
    };
    let inner: Vec<&'a Pattern> = match pattern {
        Pattern::MatchAs(p) => {
            add(&p.name);
            p.pattern.as_deref().into_iter().collect()
        }
        Pattern::MatchStar(p) => {
            add(&p.name);
            Vec::new()
        }
        Pattern::MatchMapping(p) => {
            add(&p.rest);
            p.patterns.iter().collect()
        }
        Pattern::MatchSequence(p) => p.patterns.iter().collect(),
        Pattern::MatchOr(p) => p.patterns.first().into_iter().collect(),
        Pattern::MatchClass(p) => {
            p.arguments.patterns.iter().chain(p.arguments.keywords.iter().map(|k| &k.pattern)).collect()
        }
        Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => Vec::new(),
    };
    inner.into_iter().for_each(|p| captured_names(p, names));
}

/// A pattern that matches everything must come last.
fn refuse_irrefutable(pattern: &Pattern) -> Res {
    let mut inner = pattern;
    while let Pattern::MatchAs(p) = inner {
        match (&p.pattern, &p.name) {
            (Some(deeper), _) => inner = deeper,
            (None, Some(name)) => {
                let message = format!("name capture '{name}' makes remaining patterns unreachable");
                return Err(Fault::syntax(message, pattern.range()));
            }
            (None, None) => {
                return Err(Fault::syntax("wildcard makes remaining patterns unreachable", pattern.range()));
            }
        }
    }
    Ok(())
}
