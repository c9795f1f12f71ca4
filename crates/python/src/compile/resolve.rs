//! Scope analysis, second half: which comprehensions are inlined, and where each name of each scope lives.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::error::{Fault, Res};
use super::symbols::{Place, ScopeId, ScopeKind, Scopes};

/// Resolves every name of every scope.
pub(super) fn resolve(scopes: &mut Scopes) -> Res {
    choose_inlined(scopes);
    for id in (0..scopes.list.len() as u32).map(ScopeId) {
        if !scopes[id].inlined {
            resolve_scope(scopes, id)?;
        }
    }
    // A cell is known to be one only after its users were seen.
    for scope in &mut scopes.list {
        let is_function = scope.kind.is_function_like();
        for symbol in &mut scope.symbols {
            if symbol.place == Place::Cell && !is_function {
                symbol.place = Place::Local;
            }
        }
    }
    Ok(())
}

/// A comprehension is compiled into the code around it if that code has registers for its variables
/// (functions, modules, but not classes, whose names it must not see), and if no function inside keeps
/// one of its variables (which would need fresh cells on every run).
fn choose_inlined(scopes: &mut Scopes) {
    for index in (0..scopes.list.len()).rev() {
        let scope = &scopes.list[index];
        if scope.kind != ScopeKind::Comprehension || scope.early_use {
            continue;
        }
        let mut around = scope.parent;
        while let Some(id) = around.filter(|&id| scopes[id].kind == ScopeKind::Comprehension) {
            around = scopes[id].parent;
        }
        let in_class = around.is_none_or(|id| scopes[id].kind == ScopeKind::Class);
        let bound: FxHashSet<Arc<str>> =
            scope.symbols.iter().filter(|s| s.bound).map(|s| s.name.clone()).collect();
        if !in_class && !captures(scopes, ScopeId(index as u32), &bound, false) {
            scopes.list[index].inlined = true;
        }
    }
}

/// Whether a function inside scope `id` mentions one of the names.
fn captures(scopes: &Scopes, id: ScopeId, names: &FxHashSet<Arc<str>>, count_self: bool) -> bool {
    let scope = &scopes[id];
    if count_self && scope.symbols.iter().any(|s| names.contains(&s.name)) {
        return true;
    }
    scope.children.iter().any(|&child| captures(scopes, child, names, count_self || !scopes[child].inlined))
}

fn resolve_scope(scopes: &mut Scopes, id: ScopeId) -> Res {
    for at in 0..scopes[id].symbols.len() {
        let kind = scopes[id].kind;
        let symbol = &scopes[id].symbols[at];
        let name = symbol.name.clone();
        let place = if symbol.global || kind == ScopeKind::Module {
            Place::Global
        } else if let Some(range) = symbol.nonlocal {
            if !capture(scopes, id, &name) {
                return Err(Fault::syntax(format!("no binding for nonlocal '{name}' found"), range));
            }
            Place::Free
        } else if symbol.bound {
            Place::Local
        } else if capture(scopes, id, &name) {
            Place::Free
        } else {
            Place::Global
        };
        scopes[id].symbols[at].place = place;
    }
    Ok(())
}

/// Looks for the function around `id` that binds `name`; makes its variable a cell and passes it down.
/// Parents are resolved already.
fn capture(scopes: &mut Scopes, id: ScopeId, name: &Arc<str>) -> bool {
    let mut path = vec![id];
    let mut next = scopes[id].parent;
    while let Some(scope_id) = next {
        let scope = &mut scopes[scope_id];
        next = scope.parent;
        if scope.inlined {
            continue;
        }
        let found = if scope.kind.is_function_like() {
            match scope.index.get(name) {
                Some(&at) => match scope.symbols[at].place {
                    Place::Local | Place::Cell => {
                        scope.symbols[at].place = Place::Cell;
                        true
                    }
                    Place::Free => true,
                    Place::Global if scope.symbols[at].global => return false,
                    Place::Global => false,
                },
                None => false,
            }
        } else {
            scope.kind == ScopeKind::Class && &**name == "__class__"
        };
        if found {
            if scope.kind == ScopeKind::Class {
                scope.class_cell = true;
            }
            path.iter().for_each(|&inner| scopes[inner].add_free(name));
            return true;
        }
        path.push(scope_id);
    }
    false
}
