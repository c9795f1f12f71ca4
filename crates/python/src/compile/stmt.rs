//! Statements.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::assemble::Reg;
use super::error::{Fault, Res};
use super::unit::Block;
use super::{Compiler, Mode};
use crate::bytecode::Op;
use crate::code::{CodeKind, Const};

impl<'a> Compiler<'a> {
    pub(super) fn statements(&mut self, body: &'a [Stmt]) -> Res {
        body.iter().try_for_each(|stmt| self.statement(stmt))
    }

    fn statement(&mut self, stmt: &'a Stmt) -> Res {
        // Code that control never reaches is still checked, for misplaced `break` and the like.
        self.unit.asm.check()?;
        if self.emitted > super::MAX_EMITTED {
            return Err(Fault::unsupported("a program of this size is", stmt.range()));
        }
        let mark = self.unit.next;
        self.at(stmt.range(), |c| c.dispatch(stmt))?;
        self.unit.next = mark;
        Ok(())
    }

    fn dispatch(&mut self, stmt: &'a Stmt) -> Res {
        match stmt {
            Stmt::Expr(stmt) => self.expression_statement(&stmt.value),
            Stmt::Assign(stmt) => self.assignment(stmt),
            Stmt::AugAssign(stmt) => self.augmented(stmt),
            Stmt::AnnAssign(stmt) => self.annotated(stmt),
            Stmt::Return(stmt) => self.return_value(stmt.value.as_deref()),
            Stmt::If(stmt) => self.if_statement(stmt),
            Stmt::For(stmt) if stmt.is_async => Err(Fault::unsupported("'async for' is", stmt.range)),
            Stmt::For(stmt) => self.for_loop(stmt),
            Stmt::While(stmt) => self.while_loop(stmt),
            Stmt::Break(stmt) => self.leave_loop(stmt.range, true),
            Stmt::Continue(stmt) => self.leave_loop(stmt.range, false),
            Stmt::FunctionDef(stmt) => self.function_def(stmt),
            Stmt::ClassDef(stmt) => self.class_def(stmt),
            Stmt::Import(stmt) if stmt.is_lazy => Err(Fault::unsupported("'lazy import' is", stmt.range)),
            Stmt::Import(stmt) => stmt.names.iter().try_for_each(|alias| self.import(alias)),
            Stmt::ImportFrom(stmt) if stmt.is_lazy => Err(Fault::unsupported("'lazy import' is", stmt.range)),
            Stmt::ImportFrom(stmt) => self.import_from(stmt),
            Stmt::Raise(stmt) => self.raise(stmt),
            Stmt::Try(stmt) => self.try_statement(stmt),
            Stmt::With(stmt) if stmt.is_async => Err(Fault::unsupported("'async with' is", stmt.range)),
            Stmt::With(stmt) => self.with_statement(&stmt.items, &stmt.body),
            Stmt::Assert(stmt) => self.assert(stmt),
            Stmt::Delete(stmt) => stmt.targets.iter().try_for_each(|target| self.delete(target)),
            Stmt::Match(stmt) => self.match_statement(stmt),
            Stmt::Pass(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => Ok(()),
            Stmt::TypeAlias(stmt) => Err(Fault::unsupported("'type' statements are", stmt.range)),
            Stmt::IpyEscapeCommand(stmt) => Err(Fault::syntax("invalid syntax", stmt.range)),
        }
    }

    fn expression_statement(&mut self, value: &'a Expr) -> Res {
        if self.mode == Mode::Single && self.unit.kind == CodeKind::Module {
            let src = self.any(value)?;
            self.emit(Op::PrintExpr, &[src]);
            return Ok(());
        }
        self.effect(value)
    }

    fn if_statement(&mut self, stmt: &'a ast::StmtIf) -> Res {
        let end = self.label();
        let mut next = self.label();
        self.branch(&stmt.test, next, false)?;
        self.statements(&stmt.body)?;
        for clause in &stmt.elif_else_clauses {
            self.jump(Op::Jump, &[], end);
            self.place(next);
            next = self.label();
            if let Some(test) = &clause.test {
                self.branch(test, next, false)?;
            }
            self.statements(&clause.body)?;
        }
        self.place(next);
        self.place(end);
        Ok(())
    }

    fn return_value(&mut self, value: Option<&'a Expr>) -> Res {
        let cleanup = |block: &Block| matches!(block, Block::Finally { .. } | Block::NamedHandler { .. });
        let keep_copy = self.unit.blocks.iter().any(|(block, _)| cleanup(block));
        let src = match value {
            None | Some(Expr::NoneLiteral(_)) => None,
            Some(value) if keep_copy => Some(self.push(value)?),
            Some(value) => Some(self.any(value)?),
        };
        self.leave_blocks(0)?;
        match src {
            Some(src) => self.emit(Op::Return, &[src]),
            None => self.emit(Op::ReturnNone, &[]),
        }
        Ok(())
    }

    fn leave_loop(&mut self, range: TextRange, is_break: bool) -> Res {
        let is_loop = |block: &(Block, usize)| matches!(block.0, Block::Loop { .. });
        let found = self.unit.blocks.iter().rposition(is_loop);
        let Some((at, Block::Loop { on_break, on_continue })) = found.map(|at| (at, self.unit.blocks[at].0))
        else {
            let message = if is_break { "'break' outside loop" } else { "'continue' not properly in loop" };
            return Err(Fault::syntax(message, range));
        };
        self.leave_blocks(at + 1)?;
        self.jump(Op::Jump, &[], if is_break { on_break } else { on_continue });
        Ok(())
    }

    fn import(&mut self, alias: &'a ast::Alias) -> Res {
        let spec = self.const_index(Const::Tuple([Const::Int(0), Const::None].into()));
        let name = self.name_index(&alias.name.as_str().into());
        let module = self.unit.take(1);
        self.emit(Op::ImportName, &[module, name, spec]);
        match &alias.asname {
            None => {
                let first = alias.name.split('.').next().unwrap_or_default();
                self.store_name(first, module);
            }
            Some(target) => {
                // `import a.b as x` binds the submodule; `import a.b` gives the package.
                for part in alias.name.split('.').skip(1) {
                    let part = self.name_index(&part.into());
                    self.emit(Op::ImportFrom, &[module, module, part]);
                }
                self.store_name(target, module);
            }
        }
        self.unit.next = module;
        Ok(())
    }

    fn import_from(&mut self, stmt: &'a ast::StmtImportFrom) -> Res {
        let module_name = stmt.module.as_ref().map_or("", |name| name.as_str());
        if module_name == "__future__" && stmt.level == 0 {
            self.check_future(stmt)?;
        }
        let wanted: Vec<Const> =
            stmt.names.iter().map(|alias| Const::Str(alias.name.as_str().into())).collect();
        let spec = Const::Tuple([Const::Int(i64::from(stmt.level)), Const::Tuple(wanted.into())].into());
        let spec = self.const_index(spec);
        let name = self.name_index(&module_name.into());
        let module = self.unit.take(1);
        self.emit(Op::ImportName, &[module, name, spec]);
        for alias in &stmt.names {
            if &alias.name == "*" {
                if self.unit.kind != CodeKind::Module {
                    return Err(Fault::syntax("import * only allowed at module level", alias.range));
                }
                match self.unit.locals.is_empty() {
                    true => self.emit(Op::ImportStar, &[module]),
                    false => self.emit(Op::ImportStarInto, &[module, 0]),
                }
                continue;
            }
            let value = self.unit.take(1);
            let name = self.name_index(&alias.name.as_str().into());
            self.emit(Op::ImportFrom, &[value, module, name]);
            self.store_name(alias.asname.as_ref().unwrap_or(&alias.name), value);
            self.unit.next = value;
        }
        Ok(())
    }

    /// Notes the future imports at the head of a module.
    pub(super) fn future_imports(&mut self, body: &'a [Stmt]) -> Res {
        for stmt in body {
            match stmt {
                Stmt::Expr(e) if e.value.is_string_literal_expr() => {}
                Stmt::ImportFrom(import) if import.module.as_ref().is_some_and(|m| m == "__future__") => {
                    self.lazy_annotations |= import.names.iter().any(|alias| &alias.name == "annotations");
                }
                _ => break,
            }
        }
        Ok(())
    }

    fn check_future(&mut self, stmt: &'a ast::StmtImportFrom) -> Res {
        const FEATURES: [&str; 10] = [
            "nested_scopes",
            "generators",
            "division",
            "absolute_import",
            "with_statement",
            "print_function",
            "unicode_literals",
            "barry_as_FLUFL",
            "generator_stop",
            "annotations",
        ];
        for alias in &stmt.names {
            if !FEATURES.contains(&alias.name.as_str()) {
                return Err(Fault::syntax(
                    format!("future feature {} is not defined", alias.name),
                    stmt.range,
                ));
            }
        }
        Ok(())
    }

    fn raise(&mut self, stmt: &'a ast::StmtRaise) -> Res {
        let Some(exception) = &stmt.exc else {
            self.emit(Op::RaiseHandled, &[]);
            return Ok(());
        };
        let exception = self.any(exception)?;
        match &stmt.cause {
            Some(cause) => {
                let cause = self.any(cause)?;
                self.emit(Op::RaiseFrom, &[exception, cause]);
            }
            None => self.emit(Op::Raise, &[exception]),
        }
        Ok(())
    }

    fn assert(&mut self, stmt: &'a ast::StmtAssert) -> Res {
        let end = self.label();
        self.branch(&stmt.test, end, true)?;
        let base: Reg = self.unit.take(1);
        self.emit(Op::LoadAssertionError, &[base]);
        if let Some(message) = &stmt.msg {
            self.unit.take(2);
            self.push(message)?;
            self.emit(Op::Call, &[base, base, 1]);
        }
        self.emit(Op::Raise, &[base]);
        self.place(end);
        Ok(())
    }
}
