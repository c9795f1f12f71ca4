//! Scope analysis, first half: one walk over the tree that makes the scopes, notes how each name is used
//! in each, and reports the errors that CPython's symbol table reports.

use std::sync::Arc;

use ruff_python_ast as ast;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::error::{Fault, Res};
use super::resolve::resolve;
use super::symbols::{Scope, ScopeId, ScopeKind, Scopes, mangle};

/// Analyses a whole source.
pub(super) fn analyse(tree: &ast::Mod) -> Res<Scopes> {
    let mut walker = Walker { scopes: Scopes::default(), current: ScopeId(0), iterables: 0, fault: None };
    walker.scopes.list.push(Scope::new(ScopeKind::Module, None, None));
    match tree {
        ast::Mod::Module(module) => walker.visit_body(&module.body),
        ast::Mod::Expression(expression) => walker.visit_expr(&expression.body),
    }
    if let Some(fault) = walker.fault {
        return Err(fault);
    }
    resolve(&mut walker.scopes)?;
    Ok(walker.scopes)
}

struct Walker {
    scopes: Scopes,
    current: ScopeId,
    /// How many iterables of comprehensions the walk is inside.
    iterables: usize,
    fault: Option<Fault>,
}

/// How a statement or expression touches a name.
#[derive(Clone, Copy, PartialEq)]
enum Touch {
    Use,
    Bind,
    Delete,
}

impl Walker {
    fn fail(&mut self, message: impl Into<String>, range: TextRange) {
        self.fault.get_or_insert(Fault::syntax(message, range));
    }

    fn scope(&mut self) -> &mut Scope {
        &mut self.scopes[self.current]
    }

    fn mangled(&self, name: &str) -> Arc<str> {
        mangle(self.scopes[self.current].private.as_ref(), name)
    }

    fn touch(&mut self, name: &str, touch: Touch, range: TextRange) {
        let name = self.mangled(name);
        if touch != Touch::Use && &*name == "__debug__" {
            let verb = if touch == Touch::Bind { "assign to" } else { "delete" };
            return self.fail(format!("cannot {verb} __debug__"), range);
        }
        let scope = self.scope();
        let in_comprehension = scope.kind.is_comprehension();
        let symbol = scope.symbol(&name);
        match touch {
            Touch::Use => symbol.used = true,
            Touch::Bind if in_comprehension && symbol.walrus => {
                let message =
                    format!("comprehension inner loop cannot rebind assignment expression target '{name}'");
                self.fail(message, range);
            }
            Touch::Bind => {
                let early = symbol.used && !symbol.bound && in_comprehension;
                symbol.bound = true;
                scope.early_use |= early;
            }
            Touch::Delete => {
                symbol.bound = true;
                symbol.deleted = true;
            }
        }
        if touch == Touch::Use && matches!(&*name, "locals" | "vars" | "eval" | "exec" | "dir") {
            let mut scope = Some(self.current);
            while let Some(id) = scope {
                self.scopes[id].reads_locals = true;
                scope = self.scopes[id].parent.filter(|_| self.scopes[id].kind.is_comprehension());
            }
        }
        if touch == Touch::Use && &*name == "super" && self.in_function() {
            self.scope().symbol(&"__class__".into()).used = true;
        }
    }

    fn in_function(&self) -> bool {
        self.scopes[self.current].kind.is_function_like()
    }

    /// Runs `inside` in a new scope.
    fn nest<T>(
        &mut self,
        node: &T,
        kind: ScopeKind,
        private: Option<Arc<str>>,
        inside: impl FnOnce(&mut Self),
    ) {
        let parent = self.current;
        let id = ScopeId(self.scopes.list.len() as u32);
        let private = private.or_else(|| self.scopes[parent].private.clone());
        self.scopes.list.push(Scope::new(kind, Some(parent), private));
        self.scopes.of_node.insert(std::ptr::from_ref(node) as usize, id);
        self.scopes[parent].children.push(id);
        self.current = id;
        inside(self);
        if kind.is_comprehension() {
            // The enclosing code may have to read these names for the comprehension (when it is inlined).
            let names: Vec<Arc<str>> = self.scopes[id]
                .symbols
                .iter()
                .filter(|s| s.used && !s.bound)
                .map(|s| s.name.clone())
                .collect();
            names.iter().for_each(|name| self.scopes[parent].symbol(name).used = true);
        }
        self.current = parent;
    }

    fn parameters(&mut self, parameters: &ast::Parameters) {
        let kwonly = parameters.kwonlyargs.iter().map(|p| &p.parameter);
        let named = parameters.posonlyargs.iter().chain(&parameters.args).map(|p| &p.parameter);
        let all = named.chain(kwonly).chain(parameters.vararg.as_deref()).chain(parameters.kwarg.as_deref());
        for (i, parameter) in all.enumerate() {
            let (name, range) = (&parameter.name, parameter.name.range());
            let mangled = self.mangled(name);
            if self.scope().get(&mangled).is_some_and(|s| s.param) {
                self.fail(format!("duplicate argument '{name}' in function definition"), range);
            }
            self.touch(name, Touch::Bind, range);
            self.scope().symbol(&mangled).param = true;
            if i == 0 && parameters.posonlyargs.len() + parameters.args.len() > 0 {
                self.scope().first_param = Some(mangled);
            }
        }
    }

    fn parameter_expressions(&mut self, parameters: &ast::Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.visit_expr(default);
            }
        }
        for parameter in parameters {
            if let Some(annotation) = parameter.annotation() {
                self.visit_expr(annotation);
            }
        }
    }

    fn function(&mut self, function: &ast::StmtFunctionDef) {
        if function.is_async {
            self.fault.get_or_insert(Fault::unsupported("'async def' is", function.range));
        }
        if let Some(params) = &function.type_params {
            self.fault.get_or_insert(Fault::unsupported("type parameters are", params.range));
        }
        function.decorator_list.iter().for_each(|d| self.visit_expr(&d.expression));
        self.parameter_expressions(&function.parameters);
        if let Some(returns) = &function.returns {
            self.visit_expr(returns);
        }
        self.touch(&function.name, Touch::Bind, function.name.range());
        self.nest(function, ScopeKind::Function, None, |walker| {
            walker.parameters(&function.parameters);
            walker.visit_body(&function.body);
        });
    }

    fn class(&mut self, class: &ast::StmtClassDef) {
        if let Some(params) = &class.type_params {
            self.fault.get_or_insert(Fault::unsupported("type parameters are", params.range));
        }
        class.decorator_list.iter().for_each(|d| self.visit_expr(&d.expression));
        if let Some(arguments) = &class.arguments {
            self.visit_arguments(arguments);
        }
        self.touch(&class.name, Touch::Bind, class.name.range());
        self.nest(class, ScopeKind::Class, Some(class.name.as_str().into()), |walker| {
            walker.visit_body(&class.body);
        });
    }

    fn declare(&mut self, names: &[ast::Identifier], is_global: bool) {
        let word = if is_global { "global" } else { "nonlocal" };
        for name in names {
            let (mangled, range) = (self.mangled(name), name.range());
            if !is_global && self.scope().kind == ScopeKind::Module {
                return self.fail("nonlocal declaration not allowed at module level", range);
            }
            let at_module = self.scope().kind == ScopeKind::Module;
            let symbol = self.scope().symbol(&mangled);
            let problem = if symbol.param {
                Some(format!("name '{name}' is parameter and {word}"))
            } else if symbol.global && !is_global || symbol.nonlocal.is_some() && is_global {
                Some(format!("name '{name}' is nonlocal and global"))
            } else if symbol.annotated {
                Some(format!("annotated name '{name}' can't be {word}"))
            } else if symbol.bound {
                Some(format!("name '{name}' is assigned to before {word} declaration"))
            } else if symbol.used {
                Some(format!("name '{name}' is used prior to {word} declaration"))
            } else {
                None
            };
            if is_global {
                symbol.global = true;
            } else {
                symbol.nonlocal = Some(range);
            }
            if is_global {
                // The module's own code, too, then uses the global (if its names live elsewhere).
                self.scopes[ScopeId(0)].symbol(&mangled).global = true;
            }
            if let Some(problem) = problem.filter(|_| !at_module || is_global) {
                self.fail(problem, range);
            }
        }
    }

    fn alias(&mut self, alias: &ast::Alias, is_from: bool) {
        let name = match &alias.asname {
            Some(name) => name.as_str(),
            None if is_from => alias.name.as_str(),
            None => alias.name.split('.').next().unwrap_or_default(),
        };
        if name == "*" {
            if self.scope().kind != ScopeKind::Module {
                self.fail("import * only allowed at module level", alias.range);
            }
        } else {
            self.touch(name, Touch::Bind, alias.range);
        }
    }

    fn named(&mut self, named: &ast::ExprNamed) {
        self.visit_expr(&named.value);
        let Expr::Name(target) = &*named.target else { return };
        if self.iterables > 0 {
            let message = "assignment expression cannot be used in a comprehension iterable expression";
            return self.fail(message, named.range);
        }
        let mut owner = self.current;
        while self.scopes[owner].kind.is_comprehension() {
            let name = self.mangled(&target.id);
            if self.scopes[owner].get(&name).is_some_and(|s| s.bound) {
                let message = format!(
                    "assignment expression cannot rebind comprehension iteration variable '{}'",
                    target.id
                );
                return self.fail(message, target.range);
            }
            let symbol = self.scopes[owner].symbol(&name);
            (symbol.used, symbol.walrus) = (true, true);
            owner = self.scopes[owner].parent.unwrap_or(ScopeId(0));
        }
        if owner != self.current && self.scopes[owner].kind == ScopeKind::Class {
            let message = "assignment expression within a comprehension cannot be used in a class body";
            return self.fail(message, named.range);
        }
        let inner = std::mem::replace(&mut self.current, owner);
        self.touch(&target.id, Touch::Bind, target.range);
        let name = self.mangled(&target.id);
        self.scope().symbol(&name).walrus = true;
        self.current = inner;
    }

    fn comprehension<T>(
        &mut self,
        node: &T,
        kind: ScopeKind,
        generators: &[ast::Comprehension],
        elements: &[&Expr],
    ) {
        let Some(first) = generators.first() else { return };
        if let Some(generator) = generators.iter().find(|g| g.is_async) {
            self.fault.get_or_insert(Fault::unsupported("asynchronous comprehensions are", generator.range));
        }
        self.iterable(&first.iter);
        self.nest(node, kind, None, |walker| {
            if kind == ScopeKind::Generator {
                walker.scope().generator = true;
            }
            for (i, generator) in generators.iter().enumerate() {
                if i > 0 {
                    walker.iterable(&generator.iter);
                }
                walker.visit_expr(&generator.target);
                generator.ifs.iter().for_each(|e| walker.visit_expr(e));
            }
            elements.iter().for_each(|e| walker.visit_expr(e));
        });
    }

    fn iterable(&mut self, iterable: &Expr) {
        self.iterables += 1;
        self.visit_expr(iterable);
        self.iterables -= 1;
    }

    fn note_yield(&mut self, range: TextRange) {
        match self.scope().kind {
            ScopeKind::Function | ScopeKind::Lambda => self.scope().generator = true,
            ScopeKind::Module | ScopeKind::Class => self.fail("'yield' outside function", range),
            ScopeKind::Comprehension => self.fail("'yield' inside list comprehension", range),
            ScopeKind::Generator => self.fail("'yield' inside generator expression", range),
        }
    }

    fn note_attribute_store(&mut self, attribute: &ast::ExprAttribute) {
        let Expr::Name(object) = &*attribute.value else { return };
        let scope = &self.scopes[self.current];
        let is_self =
            scope.kind == ScopeKind::Function && scope.first_param.as_deref() == Some(object.id.as_str());
        if let Some(class) = scope.parent.filter(|&p| is_self && self.scopes[p].kind == ScopeKind::Class) {
            let name = self.mangled(&attribute.attr);
            self.scopes[class].self_attrs.insert(name);
        }
    }
}

impl<'a> Visitor<'a> for Walker {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Global(global) => self.declare(&global.names, true),
            Stmt::Nonlocal(nonlocal) => self.declare(&nonlocal.names, false),
            Stmt::Import(import) => import.names.iter().for_each(|alias| self.alias(alias, false)),
            Stmt::ImportFrom(import) => import.names.iter().for_each(|alias| self.alias(alias, true)),
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(name), true) = (&*assign.target, assign.simple) {
                    let mangled = self.mangled(&name.id);
                    let symbol = self.scope().symbol(&mangled);
                    let declared =
                        if symbol.global { Some("global") } else { symbol.nonlocal.map(|_| "nonlocal") };
                    symbol.annotated = true;
                    if let Some(word) = declared.filter(|_| self.scope().kind != ScopeKind::Module) {
                        self.fail(format!("annotated name '{}' can't be {word}", name.id), name.range);
                    }
                }
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                }
                self.visit_expr(&assign.target);
                // Annotations of a function's variables are never evaluated.
                if !self.in_function() {
                    self.visit_expr(&assign.annotation);
                    self.touch("__annotations__", Touch::Use, assign.range);
                }
            }
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.touch(&name.id, Touch::Use, name.range);
                }
                walk_stmt(self, stmt);
            }
            Stmt::Return(ret) => {
                if self.scope().kind != ScopeKind::Function {
                    self.fail("'return' outside function", ret.range);
                }
                walk_stmt(self, stmt);
            }
            Stmt::TypeAlias(alias) => {
                self.fault.get_or_insert(Fault::unsupported("'type' statements are", alias.range));
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(except) = handler;
        if let Some(types) = &except.type_ {
            self.visit_expr(types);
        }
        if let Some(name) = &except.name {
            self.touch(name, Touch::Bind, name.range());
            let mangled = self.mangled(name);
            self.scope().symbol(&mangled).deleted = true;
        }
        self.visit_body(&except.body);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(p) => p.name.as_ref(),
            ast::Pattern::MatchStar(p) => p.name.as_ref(),
            ast::Pattern::MatchMapping(p) => p.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.touch(name, Touch::Bind, name.range());
        }
        walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                let touch = match name.ctx {
                    ast::ExprContext::Store => Touch::Bind,
                    ast::ExprContext::Del => Touch::Delete,
                    ast::ExprContext::Load | ast::ExprContext::Invalid => Touch::Use,
                };
                self.touch(&name.id, touch, name.range);
            }
            Expr::Named(named) => self.named(named),
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.parameter_expressions(parameters);
                }
                self.nest(lambda, ScopeKind::Lambda, None, |walker| {
                    if let Some(parameters) = &lambda.parameters {
                        walker.parameters(parameters);
                    }
                    walker.visit_expr(&lambda.body);
                });
            }
            Expr::ListComp(comp) => {
                self.comprehension(comp, ScopeKind::Comprehension, &comp.generators, &[&comp.elt]);
            }
            Expr::SetComp(comp) => {
                self.comprehension(comp, ScopeKind::Comprehension, &comp.generators, &[&comp.elt]);
            }
            Expr::DictComp(comp) => match &comp.key {
                Some(key) => {
                    self.comprehension(comp, ScopeKind::Comprehension, &comp.generators, &[key, &comp.value]);
                }
                None => self.fail("dict unpacking cannot be used in dict comprehension", comp.range),
            },
            Expr::Generator(comp) => {
                self.comprehension(comp, ScopeKind::Generator, &comp.generators, &[&comp.elt]);
            }
            Expr::Yield(e) => {
                walk_expr(self, expr);
                self.note_yield(e.range);
            }
            Expr::YieldFrom(e) => {
                walk_expr(self, expr);
                self.note_yield(e.range);
            }
            Expr::Await(e) => {
                self.fault.get_or_insert(Fault::unsupported("'await' is", e.range));
            }
            Expr::TString(e) => {
                self.fault.get_or_insert(Fault::unsupported("template strings are", e.range));
            }
            Expr::IpyEscapeCommand(e) => self.fail("invalid syntax", e.range()),
            Expr::Attribute(attribute) => {
                if attribute.ctx == ast::ExprContext::Store {
                    self.note_attribute_store(attribute);
                }
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }
}
