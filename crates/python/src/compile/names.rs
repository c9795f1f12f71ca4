//! Variables: reading, assigning and deleting names, wherever scope analysis put them.

use std::sync::Arc;

use super::Compiler;
use super::assemble::Reg;
use super::error::Res;
use super::symbols::mangle;
use super::unit::Var;
use crate::bytecode::Op;
use crate::code::CodeKind;

impl<'a> Compiler<'a> {
    /// A name as this code sees it.
    pub(super) fn mangled(&self, name: &str) -> Arc<str> {
        mangle(self.scope().private.as_ref(), name)
    }

    /// Where this code finds a (mangled) name.
    pub(super) fn lookup(&self, name: &str) -> Var {
        for overlay in self.unit.overlays.iter().rev() {
            if let Some(&r) = overlay.get(name) {
                return Var::Register(r);
            }
        }
        let outer = if self.unit.locals.first().is_some_and(|l| &*l.name == ".namespace") {
            Var::Namespace
        } else {
            Var::Global
        };
        self.unit.vars.get(name).copied().unwrap_or(outer)
    }

    /// The index of a name of the code.
    pub(super) fn name_index(&mut self, name: &Arc<str>) -> i64 {
        if let Some(&index) = self.unit.name_index.get(name) {
            return index;
        }
        let index = self.unit.names.len() as i64;
        self.unit.names.push(name.clone());
        self.unit.name_index.insert(name.clone(), index);
        index
    }

    /// The index of an attribute's name, mangled.
    pub(super) fn attribute_index(&mut self, name: &str) -> i64 {
        let name = self.mangled(name);
        self.name_index(&name)
    }

    /// Makes sure that the variable in a register is assigned.
    pub(super) fn check_local(&mut self, r: Reg) {
        if !self.unit.is_variable(r) {
            return;
        }
        let known = self.unit.state.as_ref().is_none_or(|state| state.contains(r));
        if !known {
            self.emit(Op::CheckLocal, &[r]);
            self.note_assigned(r);
        }
    }

    /// Notes that the variable in a register is assigned from here on.
    pub(super) fn note_assigned(&mut self, r: Reg) {
        if let Some(state) = &mut self.unit.state {
            state.insert(r);
        }
    }

    /// The register of a name that lives in one and can be read from it at any later point of the same
    /// expression.
    pub(super) fn stable_register(&mut self, name: &str) -> Option<Reg> {
        let name = self.mangled(name);
        match self.lookup(&name) {
            Var::Register(r) if !self.unit.volatile.contains(&r) => {
                self.check_local(r);
                Some(r)
            }
            _ => None,
        }
    }

    /// The register of a name that lives in one, for assignment.
    pub(super) fn target_register(&mut self, name: &str) -> Option<Reg> {
        let name = self.mangled(name);
        match self.lookup(&name) {
            Var::Register(r) => Some(r),
            _ => None,
        }
    }

    pub(super) fn load_name(&mut self, name: &str, dst: Reg) -> Res {
        let name = self.mangled(name);
        if &*name == "__debug__" {
            return self.load_const(crate::code::Const::Bool(true), dst);
        }
        match self.lookup(&name) {
            Var::Register(r) => {
                self.check_local(r);
                if r != dst {
                    self.emit(Op::Move, &[dst, r]);
                }
            }
            Var::Cell(r) => self.emit(Op::LoadCell, &[dst, r]),
            Var::Free(i) => self.emit(Op::LoadFree, &[dst, i]),
            Var::Global => {
                let index = self.name_index(&name);
                self.emit(Op::LoadGlobal, &[dst, index]);
            }
            Var::Namespace => {
                let index = self.name_index(&name);
                self.emit(Op::LoadName, &[dst, 0, index]);
            }
            Var::NamespaceOrFree(i) => {
                let index = self.name_index(&name);
                self.emit(Op::LoadFreeCell, &[dst, i]);
                self.emit(Op::LoadNameOrCell, &[dst, 0, index]);
            }
        }
        Ok(())
    }

    /// Assigns the value of a register to a name.
    pub(super) fn store_name(&mut self, name: &str, src: Reg) {
        let name = self.mangled(name);
        match self.lookup(&name) {
            Var::Register(r) => {
                if r != src {
                    self.emit(Op::Move, &[r, src]);
                }
                self.note_assigned(r);
            }
            Var::Cell(r) => self.emit(Op::StoreCell, &[r, src]),
            Var::Free(i) => self.emit(Op::StoreFree, &[i, src]),
            Var::Global => {
                let index = self.name_index(&name);
                self.emit(Op::StoreGlobal, &[index, src]);
            }
            Var::Namespace | Var::NamespaceOrFree(_) => {
                let index = self.name_index(&name);
                self.emit(Op::StoreName, &[0, index, src]);
            }
        }
    }

    pub(super) fn delete_name(&mut self, name: &str) {
        let name = self.mangled(name);
        match self.lookup(&name) {
            Var::Register(r) => {
                self.emit(Op::DelLocal, &[r]);
                if let Some(state) = &mut self.unit.state {
                    state.remove(r);
                }
            }
            Var::Cell(r) => self.emit(Op::DelCell, &[r]),
            Var::Free(i) => self.emit(Op::DelFree, &[i]),
            Var::Global => {
                let index = self.name_index(&name);
                self.emit(Op::DelGlobal, &[index]);
            }
            Var::Namespace | Var::NamespaceOrFree(_) => {
                let index = self.name_index(&name);
                self.emit(Op::DelName, &[0, index]);
            }
        }
    }

    /// The end of `except ... as name`: the name is None for a moment, then gone, and neither raises.
    pub(super) fn unbind_handler_name(&mut self, name: &str) {
        let mangled = self.mangled(name);
        if let Var::Register(r) = self.lookup(&mangled) {
            self.emit(Op::LoadUndef, &[r]);
            if let Some(state) = &mut self.unit.state {
                state.remove(r);
            }
            return;
        }
        let none = self.unit.take(1);
        self.emit(Op::LoadNone, &[none]);
        self.store_name(name, none);
        self.unit.next = none;
        self.delete_name(name);
    }

    /// Puts the cell of a variable that an inner function captures into `dst`.
    pub(super) fn load_cell_itself(&mut self, name: &str, dst: Reg) {
        let own_class =
            self.unit.kind == CodeKind::ClassBody && name == "__class__" && self.scope().class_cell;
        let key = if own_class { ".__class__" } else { name };
        match self.unit.vars.get(key).copied() {
            Some(Var::Cell(r)) => self.emit(Op::Move, &[dst, r]),
            Some(Var::Free(i) | Var::NamespaceOrFree(i)) => self.emit(Op::LoadFreeCell, &[dst, i]),
            _ => {
                // Passed through: no name of this scope, but part of its closure.
                let index = self.scope().frees.iter().position(|free| **free == *name).unwrap_or(0);
                self.emit(Op::LoadFreeCell, &[dst, index as Reg]);
            }
        }
    }
}
