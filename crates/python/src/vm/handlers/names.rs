//! Globals, builtins, and names of class bodies.

use super::*;
use crate::bytecode::insn;
use crate::jit::functions::*;
use crate::jit::spec::GLOBAL_VALUE;
use crate::objects::GlobalCell;
use crate::objects::module::{CELL_WATCHED, CELL_WRITE};
use crate::vm::{Exc, PyResult};
use crate::word::UNDEF;

/// Writes from which on a global is no constant for traces.
const VARIABLE: u64 = 2 * CELL_WRITE;

/// The content of a global's cell: a constant for traces while it was written at most once.
#[inline(always)]
pub fn global_value<M: PyMachine>(m: &mut M, cell: *mut GlobalCell) -> M::Word {
    if M::RECORDS {
        // SAFETY: cells are never freed.
        let cell = unsafe { &mut *cell };
        if cell.flags & !CELL_WATCHED < VARIABLE {
            cell.flags |= CELL_WATCHED;
            m.assume(std::ptr::from_mut(cell) as u64);
            return word(m, cell.value);
        }
    }
    let cell = m.const_ref(cell as u64);
    m.load_word(cell, GLOBAL_VALUE)
}

#[inline(always)]
pub fn load_global<M: PyMachine>(m: &mut M, at: At, i: insn::LoadGlobal) -> Flow {
    if *at.cell(0) == 0 {
        m.host().link_global(at, i.name);
    }
    let cell = *at.cell(0) as *mut GlobalCell;
    let w = global_value(m, cell);
    if !is_undef(m, w) {
        m.set_slot(r(i.dst), w);
        return Flow::Next;
    }
    let cell = *at.cell(1) as *mut GlobalCell;
    let w = global_value(m, cell);
    if !is_undef(m, w) {
        m.set_slot(r(i.dst), w);
        return Flow::Next;
    }
    let (c, n) = (m.const_ref(at.code as u64), constant_ref(m, at.name(i.name)));
    result(m, i.dst, LOAD_GLOBAL, args![Ref c, Ref n])
}

#[inline(always)]
pub fn store_global<M: PyMachine>(m: &mut M, at: At, i: insn::StoreGlobal) -> Flow {
    let value = m.slot(r(i.src));
    if *at.cell(0) == 0 {
        m.host().link_global_store(at, i.name);
    }
    let cell = *at.cell(0) as *mut GlobalCell;
    // SAFETY: cells are never freed.
    let flags = unsafe { &mut (*cell).flags };
    if *flags & CELL_WATCHED != 0 || M::RECORDS {
        *flags = (*flags & !CELL_WATCHED).max(VARIABLE);
        m.host().invalidate(cell as u64);
    }
    *flags += CELL_WRITE;
    let cell = m.const_ref(cell as u64);
    m.store_word(cell, value, GLOBAL_VALUE);
    Flow::Next
}

#[inline(always)]
pub fn del_global<M: PyMachine>(m: &mut M, at: At, i: insn::DelGlobal) -> Flow {
    let (c, n) = (m.const_ref(at.code as u64), constant_ref(m, at.name(i.name)));
    effect(m, DEL_GLOBAL, args![Ref c, Ref n])
}

#[inline(always)]
pub fn load_name<M: PyMachine>(m: &mut M, at: At, i: insn::LoadName) -> Flow {
    let (c, n, ns) = (m.const_ref(at.code as u64), constant_ref(m, at.name(i.name)), m.slot(r(i.ns)));
    result(m, i.dst, LOAD_NAME, args![Ref c, Word ns, Ref n])
}

#[inline(always)]
pub fn store_name<M: PyMachine>(m: &mut M, at: At, i: insn::StoreName) -> Flow {
    let (n, ns, value) = (constant_ref(m, at.name(i.name)), m.slot(r(i.ns)), m.slot(r(i.src)));
    effect(m, STORE_NAME, args![Word ns, Ref n, Word value])
}

#[inline(always)]
pub fn del_name<M: PyMachine>(m: &mut M, at: At, i: insn::DelName) -> Flow {
    let (n, ns) = (constant_ref(m, at.name(i.name)), m.slot(r(i.ns)));
    effect(m, DEL_NAME, args![Word ns, Ref n])
}

#[inline(always)]
pub fn load_name_or_cell<M: PyMachine>(m: &mut M, at: At, i: insn::LoadNameOrCell) -> Flow {
    let (n, ns, cell) = (constant_ref(m, at.name(i.name)), m.slot(r(i.ns)), m.slot(r(i.cell)));
    result(m, i.cell, LOAD_NAME_OR_CELL, args![Word ns, Ref n, Word cell])
}

impl Vm {
    /// Fills the cells of a `LoadGlobal`: the module's cell and the builtins' cell of the name.
    #[cold]
    #[inline(never)]
    fn link_global(&mut self, at: At, n: u16) {
        let name = at.name(n);
        // SAFETY: running code has its globals.
        let module = unsafe { (*(*at.code).globals).cell(name) };
        let mut builtins = self.builtins;
        *at.cell(0) = module as u64;
        *at.cell(1) = builtins.cell(name) as u64;
    }

    /// Fills the cell of a `StoreGlobal`.
    #[cold]
    #[inline(never)]
    fn link_global_store(&mut self, at: At, n: u16) {
        // SAFETY: running code has its globals.
        *at.cell(0) = unsafe { (*(*at.code).globals).cell(at.name(n)) as u64 };
    }

    /// A global or builtin, or NameError.
    #[cold]
    pub fn load_global_slow(&mut self, code: *mut LoadedCode, name: Name) -> PyResult {
        // SAFETY: running code has its globals.
        let module = unsafe { &*(*code).globals };
        match module.get(name).or_else(|| self.builtins.get(name)) {
            Some(w) => Ok(w),
            None => Err(self.undefined_name(name)),
        }
    }

    /// NameError of a name.
    #[cold]
    pub fn undefined_name(&mut self, name: Name) -> crate::vm::Raised {
        let message = self.new_str(&format!("name '{}' is not defined", name.text()));
        let class = self.exc(Exc::NameError);
        let e = self.new_exception(class, &[message]);
        if let Some(d) = self.attr_dict(e) {
            let key = self.names.name_attr;
            let _ = self.dict_set(d, key.word(), name.word());
        }
        self.raise_object(e)
    }

    /// Deletes a global.
    pub fn del_global(&mut self, code: *mut LoadedCode, name: Name) -> PyResult {
        // SAFETY: running code has its globals.
        let cell = unsafe { (*(*code).globals).cell(name) };
        // SAFETY: cells are never freed.
        if unsafe { (*cell).value } == UNDEF {
            return Err(self.undefined_name(name));
        }
        self.store_cell(cell, UNDEF);
        Ok(crate::word::NONE)
    }

    fn namespace_get(&mut self, ns: Word, name: Name) -> PyResult<Option<Word>> {
        if let Some(n) = ns.cast::<crate::objects::Namespace>() {
            return Ok(n.get(name));
        }
        match ns.cast::<crate::objects::Dict>() {
            Some(d) if d.class() == self.types.dict => self.dict_get(d, name.word()),
            _ => match self.get_item(ns, name.word()) {
                Ok(w) => Ok(Some(w)),
                Err(_) if self.swallow(Exc::KeyError) => Ok(None),
                Err(e) => Err(e),
            },
        }
    }

    /// A name of a class body.
    pub fn load_name(&mut self, code: *mut LoadedCode, ns: Word, name: Name) -> PyResult {
        match self.namespace_get(ns, name)? {
            Some(w) => Ok(w),
            None => self.load_global_slow(code, name),
        }
    }

    /// A name of a class body that may be a captured variable.
    pub fn load_name_or_cell(&mut self, ns: Word, name: Name, cell: Word) -> PyResult {
        if let Some(w) = self.namespace_get(ns, name)? {
            return Ok(w);
        }
        match cell.cast::<crate::objects::Cell>().and_then(|c| c.value.defined()) {
            Some(w) => Ok(w),
            None => Err(self.unbound_free_name(name.text())),
        }
    }

    /// Sets a name of a class body.
    pub fn store_name(&mut self, ns: Word, name: Name, value: Word) -> PyResult {
        if let Some(n) = ns.cast::<crate::objects::Namespace>() {
            self.store_global(n, name, value);
        } else {
            self.set_item(ns, name.word(), value)?;
        }
        Ok(crate::word::NONE)
    }

    /// Deletes a name of a class body.
    pub fn del_name(&mut self, ns: Word, name: Name) -> PyResult {
        if let Some(n) = ns.cast::<crate::objects::Namespace>() {
            if n.get(name).is_none() {
                return Err(self.undefined_name(name));
            }
            self.store_global(n, name, UNDEF);
        } else if let Err(e) = self.del_item(ns, name.word()) {
            if self.swallow(Exc::KeyError) {
                return Err(self.undefined_name(name));
            }
            return Err(e);
        }
        Ok(crate::word::NONE)
    }

    /// UnboundLocalError of the variable in a register.
    #[cold]
    pub fn unbound_local(&mut self, code: *mut LoadedCode, register: u32) -> crate::vm::Raised {
        // SAFETY: loaded code is immortal.
        let source = unsafe { &(*code).source };
        let name = source.local(register).map_or("?", |l| &*l.name);
        self.raise(
            Exc::UnboundLocalError,
            format!("cannot access local variable '{name}' where it is not associated with a value"),
        )
    }

    /// NameError of captured variable `index`.
    #[cold]
    pub fn unbound_free(&mut self, code: *mut LoadedCode, index: u32) -> crate::vm::Raised {
        // SAFETY: loaded code is immortal.
        let source = unsafe { &(*code).source };
        let name = source.free_names.get(index as usize).cloned().unwrap_or_else(|| "?".into());
        self.unbound_free_name(&name)
    }

    #[cold]
    fn unbound_free_name(&mut self, name: &str) -> crate::vm::Raised {
        self.raise(
            Exc::NameError,
            format!("cannot access free variable '{name}' where it is not associated with a value in enclosing scope"),
        )
    }
}
