//! Comprehensions and generator expressions: in place where scope analysis allowed it, else as a function
//! that takes the first iterator.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;
use rustc_hash::FxHashMap;

use super::Compiler;
use super::assemble::Reg;
use super::error::Res;
use super::symbols::{Place, ScopeId};
use crate::bytecode::Op;

/// What a comprehension makes of each element.
#[derive(Clone, Copy)]
enum Element<'a> {
    List(&'a Expr),
    Set(&'a Expr),
    Dict(&'a Expr, &'a Expr),
    Yield(&'a Expr),
}

impl<'a> Compiler<'a> {
    pub(super) fn comprehension(&mut self, expr: &'a Expr, dst: Reg) -> Res {
        let (scope, generators, element, name) = match expr {
            Expr::ListComp(c) => (self.scopes.of(c), &c.generators, Element::List(&c.elt), "<listcomp>"),
            Expr::SetComp(c) => (self.scopes.of(c), &c.generators, Element::Set(&c.elt), "<setcomp>"),
            Expr::DictComp(c) => match &c.key {
                Some(key) => (self.scopes.of(c), &c.generators, Element::Dict(key, &c.value), "<dictcomp>"),
                None => return Ok(()),
            },
            Expr::Generator(c) => (self.scopes.of(c), &c.generators, Element::Yield(&c.elt), "<genexpr>"),
            _ => return Ok(()),
        };
        let Some(first) = generators.first() else { return Ok(()) };
        if self.scopes[scope].inlined {
            return self.inline(scope, generators, element, dst);
        }
        let base = self.unit.next;
        self.unit.take(3);
        let code = self.nested(scope, name.into(), expr.range(), |c| {
            c.prologue();
            let result = c.unit.take(1);
            c.start(element, result);
            c.generator(generators, 0, element, result, Some(0))?;
            match element {
                Element::Yield(_) => c.emit(Op::ReturnNone, &[]),
                _ => c.emit(Op::Return, &[result]),
            }
            Ok(())
        })?;
        self.make_function(code, base);
        let iterable = self.any(&first.iter)?;
        let argument = base + 3;
        self.unit.nregs = self.unit.nregs.max(argument + 1);
        self.at(first.iter.range(), |c| {
            c.emit(Op::GetIter, &[argument, iterable]);
            Ok(())
        })?;
        self.emit(Op::Call, &[dst, base, 1]);
        Ok(())
    }

    /// Compiles the comprehension into the current code, with its variables in temporaries.
    fn inline(
        &mut self,
        scope: ScopeId,
        generators: &'a [ast::Comprehension],
        element: Element<'a>,
        dst: Reg,
    ) -> Res {
        let result = self.accumulator(dst);
        // The first iterable does not see the comprehension's variables.
        let iter = self.unit.next;
        let iterable = self.any(&generators[0].iter)?;
        self.unit.next = iter;
        self.unit.take(1);
        self.at(generators[0].iter.range(), |c| {
            c.emit(Op::GetIter, &[iter, iterable]);
            Ok(())
        })?;
        let mut overlay = FxHashMap::default();
        for symbol in &self.scopes[scope].symbols {
            if symbol.bound && symbol.place != Place::Free {
                overlay.insert(symbol.name.clone(), self.unit.take(1));
            }
        }
        self.start(element, result);
        self.unit.overlays.push(overlay);
        self.generator(generators, 0, element, result, Some(iter))?;
        self.unit.overlays.pop();
        self.settle(result, dst);
        Ok(())
    }

    fn start(&mut self, element: Element<'a>, result: Reg) {
        match element {
            Element::List(_) => self.emit(Op::BuildList, &[result, result, 0]),
            Element::Set(_) => self.emit(Op::BuildSet, &[result, result, 0]),
            Element::Dict(..) => self.emit(Op::BuildDict, &[result, result, 0]),
            Element::Yield(_) => {}
        }
    }

    /// The loop of generator `depth` and of those inside it; `iter` is its iterator if that exists already.
    fn generator(
        &mut self,
        generators: &'a [ast::Comprehension],
        depth: usize,
        element: Element<'a>,
        result: Reg,
        iter: Option<Reg>,
    ) -> Res {
        let Some(generator) = generators.get(depth) else { return self.element(element, result) };
        let mark = self.unit.next;
        let iter = match iter {
            Some(iter) => iter,
            None => self.iterator(&generator.iter)?,
        };
        let next = self.label();
        let frame = self.begin_for(iter, &generator.target, next)?;
        for test in &generator.ifs {
            self.branch(test, next, false)?;
        }
        self.generator(generators, depth + 1, element, result, None)?;
        self.end_for(frame, &generator.iter)?;
        self.unit.next = mark;
        Ok(())
    }

    fn element(&mut self, element: Element<'a>, result: Reg) -> Res {
        let mark = self.unit.next;
        match element {
            Element::List(value) | Element::Set(value) => {
                let value = self.any(value)?;
                let op = if matches!(element, Element::List(_)) { Op::ListAppend } else { Op::SetAdd };
                self.emit(op, &[result, value]);
            }
            Element::Dict(key, value) => {
                let key = self.any(key)?;
                let value = self.any(value)?;
                self.emit(Op::DictSet, &[result, key, value]);
            }
            Element::Yield(value) => {
                let src = self.any(value)?;
                let unused = self.unit.take(1);
                self.emit(Op::Yield, &[unused, src]);
            }
        }
        self.unit.next = mark;
        Ok(())
    }
}
