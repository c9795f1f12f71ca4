//! `try` and `with`: handler regions, and the code that runs on every way out.
//!
//! The body of a `finally` is compiled once for each way into it: falling off the end, an exception, and
//! each jump out. While such a copy is compiled for a jump out, the regions of the blocks left are
//! suspended, so that an exception in it goes to the handlers further out.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::Compiler;
use super::assemble::{Label, Reg};
use super::error::{Fault, Res};
use super::unit::{Block, RegSet, Region};
use crate::bytecode::Op;

impl<'a> Compiler<'a> {
    /// Compiles something inside a block.
    pub(super) fn in_block(&mut self, block: Block<'a>, inside: impl FnOnce(&mut Self) -> Res) -> Res {
        let depth = self.unit.regions.len();
        self.unit.blocks.push((block, depth));
        let result = inside(self);
        self.unit.blocks.pop();
        result
    }

    /// Compiles something whose exceptions go to `handler`. Gives what is surely assigned in the handler.
    fn covered(
        &mut self,
        handler: Label,
        register: Reg,
        inside: impl FnOnce(&mut Self) -> Res,
    ) -> Res<Option<RegSet>> {
        let mut state = self.unit.state.clone();
        if let Some(state) = &mut state {
            state.subtract(&self.unit.deletable);
        }
        let depth = self.unit.regions.len();
        self.unit.regions.push(Region { start: self.unit.asm.here(), handler, register });
        let result = inside(self);
        self.close_regions(depth);
        result.map(|()| state)
    }

    fn close_regions(&mut self, depth: usize) {
        while self.unit.regions.len() > depth {
            if let Some(region) = self.unit.regions.pop() {
                self.unit.asm.cover(region.start, region.handler, region.register);
            }
        }
    }

    /// Places a handler: control gets there by exceptions only.
    fn place_handler(&mut self, label: Label, state: Option<RegSet>) {
        self.unit.asm.place(label);
        self.unit.state = state;
    }

    /// Emits what must run when a jump leaves the blocks from number `keep` on.
    pub(super) fn leave_blocks(&mut self, keep: usize) -> Res {
        let blocks = self.unit.blocks.clone();
        let regions = self.unit.regions.clone();
        let mut lowest = regions.len();
        for (i, &(block, depth)) in blocks.iter().enumerate().skip(keep).rev() {
            self.unit.blocks.truncate(i);
            if !matches!(block, Block::Loop { .. }) {
                self.close_regions(depth);
                lowest = depth;
            }
            self.leave_block(block)?;
        }
        let here = self.unit.asm.here();
        self.unit.blocks = blocks;
        self.unit.regions = regions;
        // What follows the jump is covered again from after the jump itself, which cannot raise.
        self.unit.regions[lowest..].iter_mut().for_each(|region| region.start = here);
        Ok(())
    }

    fn leave_block(&mut self, block: Block<'a>) -> Res {
        let mark = self.unit.next;
        match block {
            Block::Loop { .. } | Block::Try => {}
            Block::Finally { body } => self.statements(body)?,
            Block::With { exit } => {
                let window = self.unit.take(3);
                self.emit(Op::Move, &[window, exit]);
                self.emit(Op::Move, &[window + 2, exit + 2]);
                self.call_exit(window)?;
            }
            Block::Handling { save } => self.emit(Op::PopHandled, &[save]),
            Block::NamedHandler { name } => self.unbind_handler_name(name),
        }
        self.unit.next = mark;
        Ok(())
    }

    /// Calls the `__exit__` in a window with three Nones.
    fn call_exit(&mut self, window: Reg) -> Res {
        let first = self.unit.take(3);
        (first..first + 3).for_each(|r| self.emit(Op::LoadNone, &[r]));
        self.emit(Op::CallMethod, &[window, window, 3]);
        Ok(())
    }

    pub(super) fn try_statement(&mut self, stmt: &'a ast::StmtTry) -> Res {
        if stmt.is_star {
            return Err(Fault::unsupported("'except*' is", stmt.range));
        }
        if stmt.finalbody.is_empty() {
            return self.try_except(stmt);
        }
        let exception = self.unit.take(2);
        let save = exception + 1;
        let (handler, failed, end) = (self.label(), self.label(), self.label());
        let mut state = None;
        self.in_block(Block::Finally { body: &stmt.finalbody }, |c| {
            state = c.covered(handler, exception, |c| match stmt.handlers.is_empty() {
                true => c.statements(&stmt.body),
                false => c.try_except(stmt),
            })?;
            Ok(())
        })?;
        self.statements(&stmt.finalbody)?;
        self.jump(Op::Jump, &[], end);
        self.place_handler(handler, state);
        self.handling(failed, exception, save, |c| c.statements(&stmt.finalbody))?;
        self.emit(Op::PopHandled, &[save]);
        self.emit(Op::Reraise, &[exception]);
        self.handler_failed(failed, exception, save);
        self.place(end);
        Ok(())
    }

    /// Compiles code that runs while `exception` is handled; if it raises, `failed` gets that exception.
    fn handling(
        &mut self,
        failed: Label,
        exception: Reg,
        save: Reg,
        inside: impl FnOnce(&mut Self) -> Res,
    ) -> Res {
        self.emit(Op::PushHandled, &[save, exception]);
        self.in_block(Block::Handling { save }, |c| c.covered(failed, exception, inside).map(drop))
    }

    /// The end of a handler that raised: restores the exception handled before, and passes the new one on.
    fn handler_failed(&mut self, failed: Label, exception: Reg, save: Reg) {
        self.place_handler(failed, Some(RegSet::default()));
        self.emit(Op::PopHandled, &[save]);
        self.emit(Op::Reraise, &[exception]);
    }

    fn try_except(&mut self, stmt: &'a ast::StmtTry) -> Res {
        let exception = self.unit.take(2);
        let save = exception + 1;
        let (handler, failed, end) = (self.label(), self.label(), self.label());
        let mut state = None;
        self.in_block(Block::Try, |c| {
            state = c.covered(handler, exception, |c| c.statements(&stmt.body))?;
            Ok(())
        })?;
        self.statements(&stmt.orelse)?;
        self.jump(Op::Jump, &[], end);
        self.place_handler(handler, state);
        self.handling(failed, exception, save, |c| c.handlers(stmt, exception, save, end))?;
        // No handler matched.
        self.emit(Op::PopHandled, &[save]);
        self.emit(Op::Reraise, &[exception]);
        self.handler_failed(failed, exception, save);
        self.place(end);
        Ok(())
    }

    /// The `except` clauses in order; control falls out of the last one if none matches.
    fn handlers(&mut self, stmt: &'a ast::StmtTry, exception: Reg, save: Reg, end: Label) -> Res {
        for (i, handler) in stmt.handlers.iter().enumerate() {
            let ast::ExceptHandler::ExceptHandler(clause) = handler;
            let next = self.label();
            if let Some(types) = &clause.type_ {
                let mark = self.unit.next;
                let types_register = self.any(types)?;
                self.at(types.range(), |c| {
                    c.jump(Op::JumpIfNotMatch, &[exception, types_register], next);
                    Ok(())
                })?;
                self.unit.next = mark;
            } else if i + 1 < stmt.handlers.len() {
                return Err(Fault::syntax("default 'except:' must be last", clause.range));
            }
            match &clause.name {
                Some(name) => self.named_handler(name, &clause.body, exception)?,
                None => self.statements(&clause.body)?,
            }
            self.emit(Op::PopHandled, &[save]);
            self.jump(Op::Jump, &[], end);
            self.place(next);
        }
        Ok(())
    }

    fn named_handler(&mut self, name: &'a ast::Identifier, body: &'a [Stmt], exception: Reg) -> Res {
        self.store_name(name, exception);
        let failed = self.label();
        let mut state = None;
        self.in_block(Block::NamedHandler { name }, |c| {
            state = c.covered(failed, exception, |c| c.statements(body))?;
            Ok(())
        })?;
        self.unbind_handler_name(name);
        let after = self.unit.state.take();
        let end = self.label();
        if after.is_some() {
            self.unit.state = after;
            self.jump(Op::Jump, &[], end);
        }
        self.place_handler(failed, state);
        self.unbind_handler_name(name);
        self.emit(Op::Reraise, &[exception]);
        self.place(end);
        Ok(())
    }

    pub(super) fn with_statement(&mut self, items: &'a [ast::WithItem], body: &'a [Stmt]) -> Res {
        let Some((item, rest)) = items.split_first() else { return self.statements(body) };
        let mark = self.unit.next;
        let exception = self.unit.take(2);
        let save = exception + 1;
        let exit = self.unit.take(3);
        let value = self.enter(&item.context_expr, exit)?;
        let (handler, failed, suppressed, end) = (self.label(), self.label(), self.label(), self.label());
        let mut state = None;
        self.in_block(Block::With { exit }, |c| {
            state = c.covered(handler, exception, |c| {
                if let Some(target) = &item.optional_vars {
                    c.assign(target, value)?;
                }
                c.unit.next = exit + 3;
                c.with_statement(rest, body)
            })?;
            Ok(())
        })?;
        self.range = item.context_expr.range();
        self.unit.next = exit + 3;
        self.call_exit(exit)?;
        self.jump(Op::Jump, &[], end);
        self.place_handler(handler, state);
        self.unit.next = exit + 3;
        self.handling(failed, exception, save, |c| {
            let info = c.unit.take(3);
            c.emit(Op::LoadExcInfo, &[info, exception]);
            c.emit(Op::CallMethod, &[exit, exit, 3]);
            c.jump(Op::JumpIfTrue, &[exit], suppressed);
            Ok(())
        })?;
        self.emit(Op::PopHandled, &[save]);
        self.emit(Op::Reraise, &[exception]);
        self.place(suppressed);
        self.emit(Op::PopHandled, &[save]);
        self.jump(Op::Jump, &[], end);
        self.handler_failed(failed, exception, save);
        self.place(end);
        self.unit.next = mark;
        Ok(())
    }

    /// Enters a context manager: its `__exit__` stays in the window `exit`; gives the register of the value.
    fn enter(&mut self, manager: &'a Expr, exit: Reg) -> Res<Reg> {
        self.at(manager.range(), |c| {
            let mark = c.unit.next;
            let object = c.push(manager)?;
            let window = c.unit.take(3);
            c.emit(Op::LoadSpecial, &[window, object, 0]);
            c.emit(Op::LoadSpecial, &[exit, object, 1]);
            c.emit(Op::CallMethod, &[object, window, 0]);
            c.unit.next = mark + 1;
            Ok(object)
        })
    }
}
