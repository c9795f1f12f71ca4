//! `for` and `while`. Loops are rotated: the header and the test stand at the bottom and jump back to the
//! body, so that an iteration runs one jump.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use super::assemble::{Label, Reg};
use super::error::Res;
use super::unit::{Block, RegSet};
use crate::bytecode::Op;

/// A `for` loop whose body is being compiled.
pub(super) struct ForLoop {
    iter: Reg,
    item: Reg,
    body: Label,
    next: Label,
    /// Variables assigned when the loop ends.
    after: Option<RegSet>,
}

impl<'a> Compiler<'a> {
    /// The iterator over an expression's value in a new temporary.
    pub(super) fn iterator(&mut self, iterable: &'a Expr) -> Res<Reg> {
        let iter = self.unit.next;
        let src = self.any(iterable)?;
        self.unit.next = iter;
        self.unit.take(1);
        self.at(iterable.range(), |c| {
            c.emit(Op::GetIter, &[iter, src]);
            Ok(())
        })?;
        Ok(iter)
    }

    /// The state at a loop's head: what was assigned before and stays so in every iteration.
    fn loop_state(&self) -> Option<RegSet> {
        let mut state = self.unit.state.clone()?;
        state.subtract(&self.unit.deletable);
        Some(state)
    }

    /// Starts a loop over `iter`: what follows is the body, with the target assigned; `next` is where
    /// `continue` goes.
    pub(super) fn begin_for(&mut self, iter: Reg, target: &'a Expr, next: Label) -> Res<ForLoop> {
        let body = self.label();
        let after = self.loop_state();
        self.jump(Op::Jump, &[], next);
        self.unit.asm.place(body);
        self.unit.state = after.clone();
        let direct = match target {
            Expr::Name(name) => self.target_register(&name.id),
            _ => None,
        };
        let item = match direct {
            Some(r) => {
                self.note_assigned(r);
                r
            }
            None => {
                let item = self.unit.take(1);
                self.assign(target, item)?;
                item
            }
        };
        Ok(ForLoop { iter, item, body, next, after })
    }

    /// Ends the body of a loop: the header and the step to the next item.
    pub(super) fn end_for(&mut self, frame: ForLoop, iterable: &Expr) -> Res {
        self.place(frame.next);
        if self.unit.state.is_none() && frame.after.is_none() {
            return Ok(());
        }
        self.unit.state = frame.after;
        self.unit.has_loop = true;
        self.at(iterable.range(), |c| {
            c.emit(Op::LoopHeader, &[]);
            c.jump_back(Op::ForIter, &[frame.item, frame.iter], frame.body);
            Ok(())
        })
    }

    /// A jump to a label that is placed already and whose state was known then.
    fn jump_back(&mut self, op: Op, operands: &[i64], label: Label) {
        if self.unit.reachable() {
            self.unit.asm.emit(op, operands, Some(label), self.range);
        }
        if op.info().ends {
            self.unit.state = None;
        }
    }

    pub(super) fn for_loop(&mut self, stmt: &'a ast::StmtFor) -> Res {
        let mark = self.unit.next;
        let (on_break, next) = (self.label(), self.label());
        let iter = self.iterator(&stmt.iter)?;
        let frame = self.at(stmt.target.range(), |c| c.begin_for(iter, &stmt.target, next))?;
        self.in_block(Block::Loop { on_break, on_continue: next }, |c| c.statements(&stmt.body))?;
        self.end_for(frame, &stmt.iter)?;
        self.unit.next = mark;
        self.statements(&stmt.orelse)?;
        self.place(on_break);
        Ok(())
    }

    pub(super) fn while_loop(&mut self, stmt: &'a ast::StmtWhile) -> Res {
        let constant = self.fold(&stmt.test)?.map(|value| super::branch::truth(&value));
        if constant == Some(false) {
            return self.statements(&stmt.orelse);
        }
        let (on_break, head) = (self.label(), self.label());
        let block = Block::Loop { on_break, on_continue: head };
        let state = self.loop_state();
        if constant == Some(true) || assigns(&stmt.test) {
            // The test at the top: what it assigns is then known to be assigned in the body.
            let exit = self.label();
            self.unit.asm.place(head);
            self.unit.state = state;
            self.header(stmt.test.range());
            if constant.is_none() {
                self.branch(&stmt.test, exit, false)?;
            }
            self.in_block(block, |c| c.statements(&stmt.body))?;
            self.unit.label_states.remove(&head.0);
            self.jump_back(Op::Jump, &[], head);
            self.place(exit);
        } else {
            let body = self.label();
            self.jump(Op::Jump, &[], head);
            self.unit.asm.place(body);
            self.unit.state = state.clone();
            self.in_block(block, |c| c.statements(&stmt.body))?;
            self.place(head);
            self.unit.state = state;
            self.header(stmt.test.range());
            self.branch(&stmt.test, body, true)?;
            self.unit.label_states.remove(&body.0);
        }
        self.statements(&stmt.orelse)?;
        self.place(on_break);
        Ok(())
    }

    fn header(&mut self, range: TextRange) {
        self.unit.has_loop = true;
        let outer = std::mem::replace(&mut self.range, range);
        self.emit(Op::LoopHeader, &[]);
        self.range = outer;
    }
}

/// Whether a test assigns a variable.
fn assigns(test: &Expr) -> bool {
    ruff_python_ast::helpers::any_over_expr(test, Expr::is_named_expr)
}
