//! The code block under construction: registers, variables, which of them are surely assigned, blocks
//! that jumps leave, and the regions that exception handlers cover.

use std::sync::Arc;

use ruff_python_ast as ast;
use rustc_hash::{FxHashMap, FxHashSet};

use super::assemble::{Assembler, Label, Reg};
use super::symbols::{Place, Scope, ScopeId, ScopeKind};
use crate::code::{CodeKind, Const, LocalVar, Params};

/// Where code finds a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Var {
    /// In a register.
    Register(Reg),
    /// In the cell that a register holds.
    Cell(Reg),
    /// In a cell of the closure.
    Free(Reg),
    /// In the module's globals.
    Global,
    /// In the namespace r0, else global.
    Namespace,
    /// In the namespace r0, else in a cell of the closure.
    NamespaceOrFree(Reg),
}

/// A set of registers of variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RegSet(Vec<u64>);

impl RegSet {
    pub fn contains(&self, r: Reg) -> bool {
        self.0.get(r as usize / 64).is_some_and(|w| w >> (r % 64) & 1 != 0)
    }
    pub fn insert(&mut self, r: Reg) {
        let index = r as usize / 64;
        if self.0.len() <= index {
            self.0.resize(index + 1, 0);
        }
        self.0[index] |= 1 << (r % 64);
    }
    pub fn remove(&mut self, r: Reg) {
        if let Some(word) = self.0.get_mut(r as usize / 64) {
            *word &= !(1 << (r % 64));
        }
    }
    pub fn intersect(&mut self, other: &RegSet) {
        self.0.truncate(other.0.len());
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
    }
    pub fn subtract(&mut self, other: &RegSet) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= !b);
    }
}

/// Code that `break`, `continue` and `return` run on their way out, and where they go.
#[derive(Clone, Copy)]
pub(super) enum Block<'a> {
    /// A loop.
    Loop { on_break: Label, on_continue: Label },
    /// The body of a `try` with `finally`.
    Finally { body: &'a [ast::Stmt] },
    /// The body of a `with`: the window of its `__exit__`.
    With { exit: Reg },
    /// The body of a `try` with `except`: nothing to do, but it has a region.
    Try,
    /// Code that runs while an exception is handled: restore the one before.
    Handling { save: Reg },
    /// An `except ... as name` body: the name is unbound.
    NamedHandler { name: &'a str },
}

/// A run of code covered by a handler, still open.
#[derive(Clone, Copy)]
pub(super) struct Region {
    pub start: u32,
    pub handler: Label,
    pub register: Reg,
}

/// A code block under construction.
pub(super) struct Unit<'a> {
    pub scope: ScopeId,
    pub kind: CodeKind,
    pub asm: Assembler,
    pub consts: Vec<Const>,
    pub const_index: FxHashMap<Const, i64>,
    pub names: Vec<Arc<str>>,
    pub name_index: FxHashMap<Arc<str>, i64>,
    pub vars: FxHashMap<Arc<str>, Var>,
    /// Variables of comprehensions that are being compiled in place, innermost last.
    pub overlays: Vec<FxHashMap<Arc<str>, Reg>>,
    pub locals: Vec<LocalVar>,
    pub params: Params,
    /// The next free temporary.
    pub next: Reg,
    /// Registers used so far.
    pub nregs: Reg,
    pub blocks: Vec<(Block<'a>, usize)>,
    pub regions: Vec<Region>,
    /// Variables surely assigned here; `None` where no control gets.
    pub state: Option<RegSet>,
    /// The same at labels that are jumped to before they are placed.
    pub label_states: FxHashMap<u32, RegSet>,
    /// Variables that may become unassigned.
    pub deletable: RegSet,
    /// Registers that may change in the middle of an expression.
    pub volatile: FxHashSet<Reg>,
    pub has_loop: bool,
    pub name: Arc<str>,
    pub qualname: Arc<str>,
    pub first_line: u32,
    pub doc: Option<Arc<str>>,
}

impl<'a> Unit<'a> {
    pub fn new(
        scope_id: ScopeId,
        scope: &Scope,
        kind: CodeKind,
        namespace: bool,
        name: Arc<str>,
    ) -> Unit<'a> {
        let mut unit = Unit {
            scope: scope_id,
            kind,
            asm: Assembler::default(),
            consts: Vec::new(),
            const_index: FxHashMap::default(),
            names: Vec::new(),
            name_index: FxHashMap::default(),
            vars: FxHashMap::default(),
            overlays: Vec::new(),
            locals: Vec::new(),
            params: Params::default(),
            next: 0,
            nregs: 0,
            blocks: Vec::new(),
            regions: Vec::new(),
            state: Some(RegSet::default()),
            label_states: FxHashMap::default(),
            deletable: RegSet::default(),
            volatile: FxHashSet::default(),
            has_loop: false,
            qualname: name.clone(),
            name,
            first_line: 1,
            doc: None,
        };
        if namespace {
            unit.add_local(".namespace".into(), false);
        }
        unit.place_variables(scope, namespace);
        unit
    }

    fn add_local(&mut self, name: Arc<str>, is_cell: bool) -> Reg {
        self.locals.push(LocalVar { name, is_cell });
        self.next = self.locals.len() as Reg;
        self.nregs = self.next;
        self.next - 1
    }

    /// Gives every variable of the scope its place: parameters first, then the others as they first appear.
    fn place_variables(&mut self, scope: &Scope, namespace: bool) {
        if scope.kind == ScopeKind::Generator || scope.kind == ScopeKind::Comprehension {
            self.add_local(".0".into(), false);
        }
        for (i, name) in scope.frees.iter().enumerate() {
            let symbol = scope.get(name);
            let declared = symbol.is_some_and(|s| s.nonlocal.is_some());
            let var = match symbol.map(|s| s.place) {
                Some(Place::Free) if namespace && !declared => Var::NamespaceOrFree(i as Reg),
                Some(Place::Free) => Var::Free(i as Reg),
                // Only passed on to inner functions.
                _ => continue,
            };
            self.vars.insert(name.clone(), var);
        }
        for symbol in &scope.symbols {
            let var = match symbol.place {
                Place::Free => continue,
                Place::Global if symbol.global => Var::Global,
                Place::Global | Place::Local if namespace => Var::Namespace,
                Place::Global => Var::Global,
                _ if !symbol.bound => continue,
                _ if !scope.kind.is_function_like() => Var::Global,
                place => {
                    let is_cell = place == Place::Cell;
                    let r = self.add_local(symbol.name.clone(), is_cell);
                    if symbol.walrus {
                        self.volatile.insert(r);
                    }
                    if symbol.deleted {
                        self.deletable.insert(r);
                    }
                    if is_cell { Var::Cell(r) } else { Var::Register(r) }
                }
            };
            self.vars.insert(symbol.name.clone(), var);
        }
        if scope.class_cell {
            let r = self.add_local("__class__".into(), true);
            // Code of the class body itself does not see the cell: it looks `__class__` up as any name.
            self.vars.insert(".__class__".into(), Var::Cell(r));
        }
    }

    /// Takes `n` temporaries next to each other.
    pub fn take(&mut self, n: Reg) -> Reg {
        let first = self.next;
        self.next += n;
        self.nregs = self.nregs.max(self.next);
        first
    }

    /// Whether the register holds a variable, which handlers may look at.
    pub fn is_variable(&self, r: Reg) -> bool {
        (r as usize) < self.locals.len()
    }

    /// Whether control gets here.
    pub fn reachable(&self) -> bool {
        self.state.is_some()
    }
}
