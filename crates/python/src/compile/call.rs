//! Calls: building the call window, keywords, unpacked arguments, and zero-argument `super`.

use std::sync::Arc;

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashSet;

use super::Compiler;
use super::assemble::Reg;
use super::error::{Fault, Res};
use super::unit::Var;
use crate::bytecode::Op;
use crate::code::{CodeKind, Const};

/// More arguments than this are passed as a tuple.
const MAX_WINDOW: usize = 200;

impl<'a> Compiler<'a> {
    pub(super) fn call(&mut self, call: &'a ast::ExprCall, dst: Reg) -> Res {
        let base = self.unit.next;
        let range = self.range;
        if self.zero_argument_super(call) {
            self.super_arguments()?;
            self.emit(Op::Call, &[dst, base, 2]);
            return Ok(());
        }
        let mut is_method = false;
        match &*call.func {
            Expr::Attribute(attribute) => {
                self.method(attribute, base)?;
                is_method = true;
                self.range = self.method_call_range(attribute, range);
            }
            func => {
                self.into(func, base)?;
                self.unit.take(3);
            }
        }
        self.arguments((&call.arguments.args, &call.arguments.keywords), base, 0, is_method, dst)?;
        self.range = range;
        Ok(())
    }

    /// A method call over several lines is attributed to the line of the method's name.
    fn method_call_range(&self, attribute: &ast::ExprAttribute, whole: TextRange) -> TextRange {
        let name = attribute.attr.range();
        if self.line(name.start()) == self.line(whole.start()) {
            whole
        } else {
            TextRange::new(name.start(), whole.end())
        }
    }

    /// Loads the method and self into the window at `base` and takes its first three registers.
    fn method(&mut self, attribute: &'a ast::ExprAttribute, base: Reg) -> Res {
        let range = TextRange::new(attribute.range.start(), attribute.range.end());
        if self.super_window(&attribute.value)?.is_some() {
            let name = self.attribute_index(&attribute.attr);
            self.emit(Op::LoadSuperMethod, &[base, name]);
            self.unit.next = base + 3;
            return Ok(());
        }
        let object = self.any(&attribute.value)?;
        let name = self.attribute_index(&attribute.attr);
        self.unit.next = base;
        self.unit.take(3);
        let range = self.method_call_range(attribute, range);
        self.at(range, |c| {
            c.emit(Op::LoadMethod, &[base, object, name]);
            Ok(())
        })
    }

    /// The arguments and the call itself, with callable, self and the first `given` arguments in place.
    pub(super) fn arguments(
        &mut self,
        (arguments, keywords): (&'a [Expr], &'a [ast::Keyword]),
        base: Reg,
        given: Reg,
        is_method: bool,
        dst: Reg,
    ) -> Res {
        check_keywords(keywords)?;
        let unpacks = arguments.iter().any(Expr::is_starred_expr)
            || keywords.iter().any(|k| k.arg.is_none())
            || arguments.len() + keywords.len() > MAX_WINDOW;
        if !is_method && (unpacks || !keywords.is_empty()) {
            self.emit(Op::LoadUndef, &[base + 2]);
        }
        if unpacks {
            self.unpacked_positional(arguments, base + 3, given)?;
            self.unpacked_keywords(keywords, base)?;
            self.emit(Op::CallEx, &[dst, base]);
            return Ok(());
        }
        for argument in arguments {
            self.push(argument)?;
        }
        let positional = given + arguments.len() as Reg;
        if keywords.is_empty() {
            let op = if is_method { Op::CallMethod } else { Op::Call };
            self.emit(op, &[dst, base, positional]);
            return Ok(());
        }
        let mut names = Vec::new();
        for keyword in keywords {
            self.push(&keyword.value)?;
            names.push(Const::Str(keyword.arg.as_ref().map_or("", |name| name.as_str()).into()));
        }
        let names = self.const_index(Const::Tuple(names.into()));
        self.emit(Op::CallKw, &[base, positional + keywords.len() as Reg, names]);
        self.settle(base, dst);
        Ok(())
    }

    /// Puts the iterable of all positional arguments into `positional`, where the given ones begin.
    fn unpacked_positional(&mut self, arguments: &'a [Expr], positional: Reg, given: Reg) -> Res {
        match arguments {
            _ if given > 0 => {
                self.emit(Op::BuildList, &[positional, positional, given]);
                self.unit.next = positional + 1;
                self.extend(arguments, Op::ListAppend, Op::ListExtend, positional)?;
            }
            [Expr::Starred(only)] => self.into(&only.value, positional)?,
            [] => self.load_const(Const::Tuple(Arc::new([])), positional)?,
            many => {
                self.unit.take(1);
                self.grow(many, Op::BuildList, positional)?;
            }
        }
        self.unit.next = positional;
        self.unit.take(1);
        Ok(())
    }

    /// Puts the mapping of all keyword arguments, or UNDEF, into the next register.
    fn unpacked_keywords(&mut self, keywords: &'a [ast::Keyword], callable: Reg) -> Res {
        let mapping = self.unit.take(1);
        match keywords {
            [] => self.emit(Op::LoadUndef, &[mapping]),
            [only] if only.arg.is_none() => self.into(&only.value, mapping)?,
            many => self.merge_keywords(many, callable, mapping)?,
        }
        Ok(())
    }

    fn merge_keywords(&mut self, keywords: &'a [ast::Keyword], callable: Reg, dict: Reg) -> Res {
        let plain = keywords.iter().take_while(|k| k.arg.is_some()).count().min(MAX_WINDOW / 2);
        let mark = self.unit.next;
        for keyword in &keywords[..plain] {
            self.push_keyword(keyword)?;
        }
        self.emit(Op::BuildDict, &[dict, mark, plain as Reg]);
        self.unit.next = mark;
        for keyword in &keywords[plain..] {
            if keyword.arg.is_some() {
                // A dict of its own, so that a name that `**` gave already is noticed.
                self.push_keyword(keyword)?;
                self.emit(Op::BuildDict, &[mark, mark, 1]);
                self.emit(Op::DictMerge, &[dict, mark, callable]);
            } else {
                let value = self.any(&keyword.value)?;
                self.emit(Op::DictMerge, &[dict, value, callable]);
            }
            self.unit.next = mark;
        }
        Ok(())
    }

    fn push_keyword(&mut self, keyword: &'a ast::Keyword) -> Res {
        let name = self.unit.take(1);
        let text = keyword.arg.as_ref().map_or("", |name| name.as_str());
        self.load_const(Const::Str(text.into()), name)?;
        self.push(&keyword.value)?;
        Ok(())
    }

    /// Whether the call is `super()` where that means `super(__class__, self)`.
    fn zero_argument_super(&self, call: &ast::ExprCall) -> bool {
        let is_super = matches!(&*call.func, Expr::Name(name) if name.id == "super");
        is_super
            && call.arguments.args.is_empty()
            && call.arguments.keywords.is_empty()
            && self.unit.kind == CodeKind::Function
            && self.lookup("super") == Var::Global
            && matches!(self.lookup("__class__"), Var::Free(_))
            && self.scope().first_param.is_some()
    }

    /// Takes a window with `super`, the class, and the first argument.
    fn super_arguments(&mut self) -> Res<Reg> {
        let base = self.unit.take(5);
        self.load_name("super", base)?;
        self.load_name("__class__", base + 3)?;
        if let Some(name) = self.scope().first_param.clone() {
            match self.unit.vars.get(&name).copied() {
                Some(Var::Register(0)) => {
                    self.check_local(0);
                    self.emit(Op::Move, &[base + 4, 0]);
                }
                _ => self.emit(Op::LoadCell, &[base + 4, 0]),
            }
        }
        Ok(base)
    }

    /// For the object `super()` of an attribute: the window of its call, which is not called.
    pub(super) fn super_window(&mut self, object: &'a Expr) -> Res<Option<Reg>> {
        match object {
            Expr::Call(call) if self.zero_argument_super(call) => self.super_arguments().map(Some),
            _ => Ok(None),
        }
    }
}

fn check_keywords(keywords: &[ast::Keyword]) -> Res {
    let mut seen = FxHashSet::default();
    for keyword in keywords {
        if let Some(name) = &keyword.arg
            && !seen.insert(name.as_str())
        {
            return Err(Fault::syntax(format!("keyword argument repeated: {name}"), keyword.range));
        }
    }
    Ok(())
}
