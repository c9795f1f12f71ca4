//! Scopes and their symbols: the data that scope analysis builds and code generation reads.

use std::sync::Arc;

use ruff_text_size::TextRange;
use rustc_hash::{FxHashMap, FxHashSet};

/// The index of a scope in [`Scopes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ScopeId(pub u32);

/// What introduces a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    Class,
    Function,
    Lambda,
    /// A list, set or dict comprehension.
    Comprehension,
    /// A generator expression.
    Generator,
}

impl ScopeKind {
    /// Whether variables of the scope live in registers or cells.
    pub fn is_function_like(self) -> bool {
        !matches!(self, ScopeKind::Module | ScopeKind::Class)
    }

    /// Whether it is a comprehension of any sort.
    pub fn is_comprehension(self) -> bool {
        matches!(self, ScopeKind::Comprehension | ScopeKind::Generator)
    }
}

/// Where a name of a scope lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A register (function-like scopes), the namespace (classes), or a global (modules).
    Local,
    /// A cell made by this scope.
    Cell,
    /// A cell of an enclosing scope.
    Free,
    /// A global of the module.
    Global,
}

/// A name in a scope.
#[derive(Debug)]
pub(super) struct Symbol {
    pub name: Arc<str>,
    pub bound: bool,
    pub used: bool,
    pub param: bool,
    pub annotated: bool,
    pub global: bool,
    pub nonlocal: Option<TextRange>,
    /// Bound by `:=`, so its register may change in the middle of an expression.
    pub walrus: bool,
    /// Deleted or the target of an `except`, so that assignment does not last.
    pub deleted: bool,
    pub place: Place,
}

/// A scope.
#[derive(Debug)]
pub(super) struct Scope {
    pub kind: ScopeKind,
    pub parent: Option<ScopeId>,
    pub symbols: Vec<Symbol>,
    pub index: FxHashMap<Arc<str>, usize>,
    pub children: Vec<ScopeId>,
    /// The innermost class around, for the mangling of private names.
    pub private: Option<Arc<str>>,
    /// The cells that the scope takes from its surroundings, in closure order.
    pub frees: Vec<Arc<str>>,
    /// Contains `yield`.
    pub generator: bool,
    /// A comprehension that is compiled into the enclosing code.
    pub inlined: bool,
    /// A comprehension that may use one of its variables before it is assigned.
    pub early_use: bool,
    /// A class whose methods refer to `__class__`.
    pub class_cell: bool,
    /// Refers to `locals`, `eval` and the like.
    pub reads_locals: bool,
    /// The attributes that methods of a class assign on their first parameter.
    pub self_attrs: FxHashSet<Arc<str>>,
    /// The first parameter of a function.
    pub first_param: Option<Arc<str>>,
}

impl Scope {
    pub fn new(kind: ScopeKind, parent: Option<ScopeId>, private: Option<Arc<str>>) -> Scope {
        Scope {
            kind,
            parent,
            symbols: Vec::new(),
            index: FxHashMap::default(),
            children: Vec::new(),
            private,
            frees: Vec::new(),
            generator: false,
            inlined: false,
            early_use: false,
            class_cell: false,
            reads_locals: false,
            self_attrs: FxHashSet::default(),
            first_param: None,
        }
    }

    /// The symbol of a (mangled) name, made if absent.
    pub fn symbol(&mut self, name: &Arc<str>) -> &mut Symbol {
        let next = self.symbols.len();
        let at = *self.index.entry(name.clone()).or_insert(next);
        if at == next {
            self.symbols.push(Symbol {
                name: name.clone(),
                bound: false,
                used: false,
                param: false,
                annotated: false,
                global: false,
                nonlocal: None,
                walrus: false,
                deleted: false,
                place: Place::Global,
            });
        }
        &mut self.symbols[at]
    }

    /// The symbol of a name.
    pub fn get(&self, name: &str) -> Option<&Symbol> {
        self.index.get(name).map(|&at| &self.symbols[at])
    }

    /// The position of a name in the closure, which it takes if it had none.
    pub fn add_free(&mut self, name: &Arc<str>) {
        if !self.frees.contains(name) {
            self.frees.push(name.clone());
        }
    }
}

/// All scopes of a source; parents come before children.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    pub list: Vec<Scope>,
    /// From the address of the syntax node that introduces a scope.
    pub of_node: FxHashMap<usize, ScopeId>,
}

impl Scopes {
    /// The scope that a node introduces.
    pub fn of<T>(&self, node: &T) -> ScopeId {
        self.of_node.get(&(std::ptr::from_ref(node) as usize)).copied().unwrap_or(ScopeId(0))
    }
}

impl std::ops::Index<ScopeId> for Scopes {
    type Output = Scope;
    fn index(&self, id: ScopeId) -> &Scope {
        &self.list[id.0 as usize]
    }
}

impl std::ops::IndexMut<ScopeId> for Scopes {
    fn index_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.list[id.0 as usize]
    }
}

/// The name as a class body's code sees it: `__x` in class `C` is `_C__x`.
pub(super) fn mangle(private: Option<&Arc<str>>, name: &str) -> Arc<str> {
    let Some(class) = private else { return name.into() };
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return name.into();
    }
    match class.trim_start_matches('_') {
        "" => name.into(),
        class => format!("_{class}{name}").into(),
    }
}
