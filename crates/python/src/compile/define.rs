//! Functions, lambdas and classes.

use std::sync::Arc;

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use super::assemble::Reg;
use super::error::Res;
use super::symbols::{ScopeId, ScopeKind};
use super::unit::{Unit, Var};
use crate::bytecode::{Op, function_part};
use crate::code::{Code, CodeKind, Const, Params};

impl<'a> Compiler<'a> {
    /// Compiles the code of an inner scope with `inside`.
    pub(super) fn nested(
        &mut self,
        id: ScopeId,
        name: Arc<str>,
        range: TextRange,
        inside: impl FnOnce(&mut Self) -> Res,
    ) -> Res<Arc<Code>> {
        let is_class = self.scopes[id].kind == ScopeKind::Class;
        let kind = if is_class { CodeKind::ClassBody } else { CodeKind::Function };
        let mut unit = Unit::new(id, &self.scopes[id], kind, is_class, name.clone());
        unit.qualname = self.qualname(&name);
        unit.first_line = self.line(range.start());
        if matches!(self.scopes[id].kind, ScopeKind::Comprehension | ScopeKind::Generator) {
            unit.params = Params { positional: 1, posonly: 1, ..Params::default() };
        }
        let outer = std::mem::replace(&mut self.unit, unit);
        let outer_range = std::mem::replace(&mut self.range, TextRange::empty(range.start()));
        let result = inside(self).and_then(|()| self.finish_unit());
        self.unit = outer;
        self.range = outer_range;
        result
    }

    fn qualname(&self, name: &Arc<str>) -> Arc<str> {
        let declared_global = self.scope().get(name).is_some_and(|s| s.global);
        match self.unit.kind {
            CodeKind::Module => name.clone(),
            _ if declared_global => name.clone(),
            CodeKind::ClassBody => format!("{}.{name}", self.unit.qualname).into(),
            CodeKind::Function => format!("{}.<locals>.{name}", self.unit.qualname).into(),
        }
    }

    /// What a function does first: the counter, cells, and the generator object.
    pub(super) fn prologue(&mut self) {
        self.emit(Op::Enter, &[]);
        let generator = self.scope().generator;
        for r in 0..self.unit.locals.len() {
            if self.unit.locals[r].is_cell {
                self.emit(Op::MakeCell, &[r as Reg]);
            }
        }
        if generator {
            self.emit(Op::ReturnGenerator, &[]);
        }
    }

    /// Sets up the parameters of the function being compiled.
    fn parameters(&mut self, parameters: &ast::Parameters) {
        let posonly = parameters.posonlyargs.len() as u32;
        self.unit.params = Params {
            posonly,
            positional: posonly + parameters.args.len() as u32,
            kwonly: parameters.kwonlyargs.len() as u32,
            varargs: parameters.vararg.is_some(),
            varkw: parameters.kwarg.is_some(),
        };
        (0..Reg::from(self.unit.params.count())).for_each(|r| self.note_assigned(r));
        // A function of one block may delete a parameter; the analysis of `state` covers that.
    }

    /// A function over `code` into `dst`, with its closure.
    pub(super) fn make_function(&mut self, code: Arc<Code>, dst: Reg) {
        let frees = code.free_names.clone();
        let index = self.const_index(Const::Code(code));
        self.unit.nregs = self.unit.nregs.max(dst + 1);
        self.emit(Op::MakeFunction, &[dst, index]);
        if frees.is_empty() {
            return;
        }
        let mark = self.unit.next;
        self.unit.next = mark.max(dst + 1);
        let base = self.unit.take(frees.len() as Reg);
        for (i, name) in frees.iter().enumerate() {
            self.load_cell_itself(name, base + i as Reg);
        }
        self.emit(Op::BuildTuple, &[base, base, frees.len() as Reg]);
        self.emit(Op::SetFunctionPart, &[dst, base, i64::from(function_part::CLOSURE)]);
        self.unit.next = mark;
    }

    /// Default values into two new temporaries (UNDEF-free: only those that exist are loaded).
    fn defaults(&mut self, parameters: &'a ast::Parameters) -> Res<(Option<Reg>, Option<Reg>)> {
        let positional: Vec<&'a Expr> = parameters
            .posonlyargs
            .iter()
            .chain(&parameters.args)
            .filter_map(|p| p.default.as_deref())
            .collect();
        let mut defaults = None;
        if !positional.is_empty() {
            let base = self.unit.next;
            for value in &positional {
                self.push(value)?;
            }
            self.emit(Op::BuildTuple, &[base, base, positional.len() as Reg]);
            self.unit.next = base;
            defaults = Some(self.unit.take(1));
        }
        let mut kw_defaults = None;
        if parameters.kwonlyargs.iter().any(|p| p.default.is_some()) {
            let base = self.unit.next;
            let mut count = 0;
            for parameter in &parameters.kwonlyargs {
                if let Some(value) = &parameter.default {
                    let name = self.unit.take(1);
                    let mangled = self.mangled(&parameter.parameter.name);
                    self.load_const(Const::Str(mangled), name)?;
                    self.push(value)?;
                    count += 1;
                }
            }
            self.emit(Op::BuildDict, &[base, base, count]);
            self.unit.next = base;
            kw_defaults = Some(self.unit.take(1));
        }
        Ok((defaults, kw_defaults))
    }

    fn annotations(
        &mut self,
        parameters: &'a ast::Parameters,
        returns: Option<&'a Expr>,
    ) -> Res<Option<Reg>> {
        let named = parameters.posonlyargs.iter().chain(&parameters.args).map(|p| &p.parameter);
        let rest = parameters.vararg.as_deref().into_iter();
        let kwonly = parameters.kwonlyargs.iter().map(|p| &p.parameter);
        let all = named.chain(rest).chain(kwonly).chain(parameters.kwarg.as_deref());
        let mut pairs: Vec<(Arc<str>, &'a Expr)> =
            all.filter_map(|p| p.annotation.as_deref().map(|a| (self.mangled(&p.name), a))).collect();
        pairs.extend(returns.map(|r| (Arc::from("return"), r)));
        if pairs.is_empty() {
            return Ok(None);
        }
        let base = self.unit.next;
        let count = pairs.len() as Reg;
        for (name, annotation) in pairs {
            let r = self.unit.take(1);
            self.load_const(Const::Str(name), r)?;
            let slot = self.unit.next;
            self.annotation(annotation, slot)?;
            self.unit.take(1);
        }
        self.emit(Op::BuildDict, &[base, base, count]);
        self.unit.next = base;
        Ok(Some(self.unit.take(1)))
    }

    /// The value of an annotation, or its text.
    pub(super) fn annotation(&mut self, annotation: &'a Expr, dst: Reg) -> Res {
        if self.lazy_annotations {
            let text = &self.text[annotation.range()];
            let words: Vec<&str> = text.split_whitespace().collect();
            self.unit.nregs = self.unit.nregs.max(dst + 1);
            return self.load_const(Const::Str(words.join(" ").into()), dst);
        }
        match annotation {
            Expr::Starred(starred) => self.into(&starred.value, dst),
            _ => self.into(annotation, dst),
        }
    }

    /// Defaults, annotations and the function itself into `dst`.
    fn function_value(
        &mut self,
        parameters: Option<&'a ast::Parameters>,
        returns: Option<&'a Expr>,
        dst: Reg,
        code: impl FnOnce(&mut Self) -> Res<Arc<Code>>,
    ) -> Res {
        let function = self.accumulator(dst);
        let (mut defaults, mut kw_defaults, mut annotations) = (None, None, None);
        if let Some(parameters) = parameters {
            (defaults, kw_defaults) = self.defaults(parameters)?;
            annotations = self.annotations(parameters, returns)?;
        }
        let code = code(self)?;
        self.make_function(code, function);
        let parts = [
            (defaults, function_part::DEFAULTS),
            (kw_defaults, function_part::KW_DEFAULTS),
            (annotations, function_part::ANNOTATIONS),
        ];
        for (part, number) in parts {
            if let Some(r) = part {
                self.emit(Op::SetFunctionPart, &[function, r, i64::from(number)]);
            }
        }
        self.settle(function, dst);
        Ok(())
    }

    pub(super) fn lambda(&mut self, lambda: &'a ast::ExprLambda, dst: Reg) -> Res {
        let id = self.scopes.of(lambda);
        let parameters = lambda.parameters.as_deref();
        self.function_value(parameters, None, dst, |c| {
            c.nested(id, "<lambda>".into(), lambda.range, |c| {
                if let Some(parameters) = parameters {
                    c.parameters(parameters);
                }
                c.prologue();
                let value = c.any(&lambda.body)?;
                c.emit(Op::Return, &[value]);
                Ok(())
            })
        })
    }

    pub(super) fn function_def(&mut self, stmt: &'a ast::StmtFunctionDef) -> Res {
        let decorators = self.decorators(&stmt.decorator_list)?;
        let dst = self.unit.next;
        let start = stmt.decorator_list.first().map_or(stmt.range.start(), |d| d.range.start());
        let header = TextRange::new(start, stmt.range.end());
        self.unit.take(1);
        self.function_value(Some(&stmt.parameters), stmt.returns.as_deref(), dst, |c| {
            c.nested(c.scopes.of(stmt), stmt.name.as_str().into(), header, |c| {
                c.parameters(&stmt.parameters);
                c.unit.doc = docstring(&stmt.body).map(Into::into);
                c.prologue();
                c.statements(&stmt.body)
            })
        })?;
        self.unit.next = dst + 1;
        self.apply_decorators(&decorators, dst)?;
        self.store_name(&stmt.name, dst);
        Ok(())
    }

    /// Evaluates decorators, each into the base of a call window.
    fn decorators(&mut self, list: &'a [ast::Decorator]) -> Res<Vec<(Reg, TextRange)>> {
        let mut windows = Vec::new();
        for decorator in list {
            let base = self.push(&decorator.expression)?;
            self.unit.take(2);
            windows.push((base, decorator.expression.range()));
        }
        Ok(windows)
    }

    /// Calls decorators, the last one first; each window's argument is where the next one's begins.
    fn apply_decorators(&mut self, windows: &[(Reg, TextRange)], dst: Reg) -> Res {
        let mut argument = dst;
        for &(base, range) in windows.iter().rev() {
            self.at(range, |c| {
                c.settle(argument, base + 3);
                c.emit(Op::Call, &[base, base, 1]);
                Ok(())
            })?;
            argument = base;
        }
        self.settle(argument, dst);
        Ok(())
    }

    pub(super) fn class_def(&mut self, stmt: &'a ast::StmtClassDef) -> Res {
        let decorators = self.decorators(&stmt.decorator_list)?;
        let start = stmt.decorator_list.first().map_or(stmt.range.start(), |d| d.range.start());
        let header = TextRange::new(start, stmt.range.end());
        let base = self.unit.take(3);
        self.emit(Op::LoadBuildClass, &[base]);
        let code =
            self.nested(self.scopes.of(stmt), stmt.name.as_str().into(), header, |c| c.class_body(stmt))?;
        let function = self.unit.take(1);
        self.make_function(code, function);
        let name = self.unit.take(1);
        self.load_const(Const::Str(stmt.name.as_str().into()), name)?;
        let (bases, keywords) =
            stmt.arguments.as_deref().map_or((&[][..], &[][..]), |a| (&*a.args, &*a.keywords));
        self.arguments((bases, keywords), base, 2, false, base)?;
        self.unit.next = base + 1;
        self.apply_decorators(&decorators, base)?;
        self.store_name(&stmt.name, base);
        Ok(())
    }

    fn class_body(&mut self, stmt: &'a ast::StmtClassDef) -> Res {
        self.unit.params = Params { positional: 1, posonly: 1, ..Params::default() };
        self.note_assigned(0);
        let cell = self.unit.vars.get(".__class__").copied();
        if let Some(Var::Cell(r)) = cell {
            self.emit(Op::MakeCell, &[r]);
        }
        let r = self.unit.take(1);
        self.load_global("__name__", r);
        self.store_name("__module__", r);
        let qualname = Const::Str(self.unit.qualname.clone());
        self.load_const(qualname, r)?;
        self.store_name("__qualname__", r);
        if let Some(doc) = docstring(&stmt.body) {
            self.load_const(Const::Str(doc.into()), r)?;
            self.store_name("__doc__", r);
        }
        self.unit.next = r;
        self.annotations_dict(&stmt.body)?;
        self.statements(&stmt.body)?;
        if let Some(Var::Cell(r)) = cell {
            self.store_name("__classcell__", r);
            self.emit(Op::Return, &[r]);
        }
        Ok(())
    }

    fn load_global(&mut self, name: &str, dst: Reg) {
        let index = self.name_index(&name.into());
        self.emit(Op::LoadGlobal, &[dst, index]);
    }

    /// Makes `__annotations__` if the module or class body annotates a variable.
    pub(super) fn annotations_dict(&mut self, body: &'a [Stmt]) -> Res {
        if body.iter().any(annotates) {
            let r = self.unit.take(1);
            self.emit(Op::BuildDict, &[r, r, 0]);
            self.store_name("__annotations__", r);
            self.unit.next = r;
        }
        Ok(())
    }

    /// `__doc__` of a module.
    pub(super) fn module_doc(&mut self, body: &'a [Stmt]) -> Res {
        if let Some(doc) = docstring(body) {
            let r = self.unit.take(1);
            self.load_const(Const::Str(doc.into()), r)?;
            self.store_name("__doc__", r);
            self.unit.next = r;
        }
        Ok(())
    }
}

/// The documentation string of a body.
fn docstring(body: &[Stmt]) -> Option<&str> {
    match body.first() {
        Some(Stmt::Expr(stmt)) => stmt.value.as_string_literal_expr().map(|s| s.value.to_str()),
        _ => None,
    }
}

/// Whether a statement of a module or class body, or one inside it, annotates a variable.
fn annotates(stmt: &Stmt) -> bool {
    let any = |body: &[Stmt]| body.iter().any(annotates);
    match stmt {
        Stmt::AnnAssign(assign) => assign.simple && assign.target.is_name_expr(),
        Stmt::If(s) => any(&s.body) || s.elif_else_clauses.iter().any(|clause| any(&clause.body)),
        Stmt::For(s) => any(&s.body) || any(&s.orelse),
        Stmt::While(s) => any(&s.body) || any(&s.orelse),
        Stmt::With(s) => any(&s.body),
        Stmt::Match(s) => s.cases.iter().any(|case| any(&case.body)),
        Stmt::Try(s) => {
            let handlers = s.handlers.iter().any(|ast::ExceptHandler::ExceptHandler(h)| any(&h.body));
            any(&s.body) || handlers || any(&s.orelse) || any(&s.finalbody)
        }
        _ => false,
    }
}
