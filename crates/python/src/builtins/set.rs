//! Methods of `set` and `frozenset`.

use super::args::{self, DONE, this};
use crate::objects::function::ANY;
use crate::objects::{Args, Class, Gc, MethodDef, Set};
use crate::vm::{PyResult, Vm};
use crate::word::Word;

static METHODS: &[MethodDef] = &[
    MethodDef::new("copy", copy, 0, 0),
    MethodDef::new("union", union, 0, ANY),
    MethodDef::new("intersection", intersection, 0, ANY),
    MethodDef::new("difference", difference, 0, ANY),
    MethodDef::new("symmetric_difference", symmetric_difference, 1, 1),
    MethodDef::new("issubset", issubset, 1, 1),
    MethodDef::new("issuperset", issuperset, 1, 1),
    MethodDef::new("isdisjoint", isdisjoint, 1, 1),
];

static SET_METHODS: &[MethodDef] = &[
    MethodDef::kw("__init__", init, 0, 1),
    MethodDef::new("add", add, 1, 1),
    MethodDef::new("remove", remove, 1, 1),
    MethodDef::new("discard", discard, 1, 1),
    MethodDef::new("pop", pop, 0, 0),
    MethodDef::new("clear", clear, 0, 0),
    MethodDef::new("update", update, 0, ANY),
    MethodDef::new("intersection_update", intersection_update, 0, ANY),
    MethodDef::new("difference_update", difference_update, 0, ANY),
    MethodDef::new("symmetric_difference_update", symmetric_difference_update, 1, 1),
];

/// Registers methods and constructors.
pub fn install(vm: &mut Vm) {
    vm.add_methods(vm.types.set, METHODS);
    vm.add_methods(vm.types.frozenset, METHODS);
    vm.add_methods(vm.types.set, SET_METHODS);
    vm.set_constructor(vm.types.set, construct, true);
    vm.set_constructor(vm.types.frozenset, construct_frozen, false);
}

fn construct(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let set = vm.new_set(false);
    if class != vm.types.set {
        vm.set_class(set.word(), class);
        return Ok(set.word());
    }
    args::no_keywords(vm, a, "set")?;
    if let Some(source) = source(vm, a, "set")? {
        add_all(vm, set, source)?;
    }
    Ok(set.word())
}

fn source(vm: &mut Vm, a: &Args, name: &str) -> PyResult<Option<Word>> {
    if a.len() > 1 {
        return Err(vm.type_error(format!("{name} expected at most 1 argument, got {}", a.len())));
    }
    Ok(a.get(0))
}

fn construct_frozen(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "frozenset")?;
    let own = vm.types.frozenset;
    let source = source(vm, a, "frozenset")?;
    if let Some(source) = source
        && class == own
        && source.cast::<Set>().is_some_and(|s| s.class() == own)
    {
        return Ok(source);
    }
    let set = vm.new_set(true);
    if let Some(source) = source {
        add_all(vm, set, source)?;
    }
    if class != own {
        vm.set_class(set.word(), class);
    }
    Ok(set.word())
}

fn init(vm: &mut Vm, a: &Args) -> PyResult {
    let mut set = this::<Set>(vm, a)?;
    args::no_keywords(vm, a, "set")?;
    set.clear();
    if let Some(source) = a.get(1) {
        add_all(vm, set, source)?;
    }
    DONE
}

/// Adds every item of an iterable.
pub fn add_all(vm: &mut Vm, set: Gc<Set>, source: Word) -> PyResult<()> {
    if let Some(other) = source.cast::<Set>() {
        return vm.set_merge(set, other);
    }
    vm.iterate(source, |vm, item| {
        vm.set_add(set, item)?;
        Ok(true)
    })
}

/// A new set with the receiver's kind (set or frozenset, never a subclass).
fn like(vm: &mut Vm, receiver: Gc<Set>) -> Gc<Set> {
    vm.new_set(receiver.is_frozen())
}

/// The argument as a set: itself, or a temporary one of its items.
fn as_set(vm: &mut Vm, w: Word) -> PyResult<Gc<Set>> {
    if let Some(set) = w.cast::<Set>() {
        return Ok(set);
    }
    let set = vm.new_set(false);
    add_all(vm, set, w)?;
    Ok(set)
}

fn copy(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    if set.is_frozen() && set.class() == vm.types.frozenset {
        return Ok(set.word());
    }
    let new = like(vm, set);
    vm.set_merge(new, set)?;
    Ok(new.word())
}

fn union(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    let new = like(vm, set);
    vm.set_merge(new, set)?;
    for &other in &a[1..] {
        add_all(vm, new, other)?;
    }
    Ok(new.word())
}

fn update(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    for &other in &a[1..] {
        add_all(vm, set, other)?;
    }
    DONE
}

/// The common items, in the order in which CPython finds them: of a set the smaller is walked, of an iterable the items.
fn common(vm: &mut Vm, set: Gc<Set>, other: Word) -> PyResult<Gc<Set>> {
    let new = like(vm, set);
    if let Some(other) = other.cast::<Set>() {
        let (walked, asked) = if other.len() > set.len() { (set, other) } else { (other, set) };
        let entries: Vec<_> = walked.entries().collect();
        for entry in entries {
            if vm.set_contains_hashed(asked, entry.key, entry.hash)? {
                vm.set_add_hashed(new, entry.key, entry.hash)?;
            }
        }
        return Ok(new);
    }
    vm.iterate(other, |vm, item| {
        let hash = vm.hash(item)?;
        if vm.set_contains_hashed(set, item, hash)? {
            vm.set_add_hashed(new, item, hash)?;
        }
        Ok(true)
    })?;
    Ok(new)
}

fn intersect_all(vm: &mut Vm, a: &Args) -> PyResult<Gc<Set>> {
    let mut set = this::<Set>(vm, a)?;
    if a.len() == 1 {
        let new = like(vm, set);
        vm.set_merge(new, set)?;
        return Ok(new);
    }
    for &other in &a[1..] {
        set = common(vm, set, other)?;
    }
    Ok(set)
}

fn intersection(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(intersect_all(vm, a)?.word())
}

/// Makes `set` hold exactly the items of `new`.
fn replace(mut set: Gc<Set>, mut new: Gc<Set>) {
    if set != new {
        set.swap(&mut new);
    }
}

fn intersection_update(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    let new = intersect_all(vm, a)?;
    replace(set, new);
    DONE
}

fn remove_all(vm: &mut Vm, mut set: Gc<Set>, other: Word) -> PyResult<()> {
    match other.cast::<Set>() {
        Some(other) if other == set => {
            set.clear();
            Ok(())
        }
        Some(other) => {
            let entries: Vec<_> = other.entries().collect();
            for entry in entries {
                vm.set_discard_hashed(set, entry.key, entry.hash)?;
            }
            Ok(())
        }
        None => vm.iterate(other, |vm, item| {
            vm.set_discard(set, item)?;
            Ok(true)
        }),
    }
}

fn difference(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    // Against one other set the kept items are added one by one, which decides the order of the result.
    if let [_, other] = a.pos()
        && let Some(other) = other.cast::<Set>()
        && set.len() >> 2 <= other.len()
    {
        let new = like(vm, set);
        let entries: Vec<_> = set.entries().collect();
        for entry in entries {
            if !vm.set_contains_hashed(other, entry.key, entry.hash)? {
                vm.set_add_hashed(new, entry.key, entry.hash)?;
            }
        }
        return Ok(new.word());
    }
    let new = like(vm, set);
    vm.set_merge(new, set)?;
    for &other in &a[1..] {
        remove_all(vm, new, other)?;
    }
    Ok(new.word())
}

fn difference_update(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    for &other in &a[1..] {
        remove_all(vm, set, other)?;
    }
    DONE
}

/// Toggles every item of `other` (each once) in `set`.
fn toggle_all(vm: &mut Vm, set: Gc<Set>, other: Gc<Set>) -> PyResult<()> {
    let entries: Vec<_> = other.entries().collect();
    for entry in entries {
        if !vm.set_discard_hashed(set, entry.key, entry.hash)? {
            vm.set_add_hashed(set, entry.key, entry.hash)?;
        }
    }
    Ok(())
}

fn symmetric_difference(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    let new = like(vm, set);
    add_all(vm, new, a[1])?;
    toggle_all(vm, new, set)?;
    Ok(new.word())
}

fn symmetric_difference_update(vm: &mut Vm, a: &Args) -> PyResult {
    let mut set = this::<Set>(vm, a)?;
    if a[1] == set.word() {
        set.clear();
        return DONE;
    }
    let other = as_set(vm, a[1])?;
    toggle_all(vm, set, other)?;
    DONE
}

fn contains_all(vm: &mut Vm, set: Gc<Set>, items: Gc<Set>) -> PyResult {
    if items.len() > set.len() {
        return Ok(false.into());
    }
    let entries: Vec<_> = items.entries().collect();
    for entry in entries {
        if !vm.set_contains_hashed(set, entry.key, entry.hash)? {
            return Ok(false.into());
        }
    }
    Ok(true.into())
}

fn issubset(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    let other = as_set(vm, a[1])?;
    contains_all(vm, other, set)
}

fn issuperset(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    if let Some(other) = a[1].cast::<Set>() {
        return contains_all(vm, set, other);
    }
    let mut all = true;
    vm.iterate(a[1], |vm, item| {
        all = vm.set_contains(set, item)?;
        Ok(all)
    })?;
    Ok(all.into())
}

fn isdisjoint(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    let mut disjoint = true;
    vm.iterate(a[1], |vm, item| {
        disjoint = !vm.set_contains(set, item)?;
        Ok(disjoint)
    })?;
    Ok(disjoint.into())
}

fn add(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    vm.set_add(set, a[1])?;
    DONE
}

/// A set as the key to look for: an unhashable set stands for the equal frozenset.
fn key_of(vm: &mut Vm, w: Word) -> PyResult {
    match w.cast::<Set>().filter(|s| !s.is_frozen()) {
        Some(set) => {
            let frozen = vm.new_set(true);
            vm.set_merge(frozen, set)?;
            Ok(frozen.word())
        }
        None => Ok(w),
    }
}

fn remove(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    let key = key_of(vm, a[1])?;
    if vm.set_discard(set, key)? { DONE } else { Err(vm.key_error(a[1])) }
}

fn discard(vm: &mut Vm, a: &Args) -> PyResult {
    let set = this::<Set>(vm, a)?;
    let key = key_of(vm, a[1])?;
    vm.set_discard(set, key)?;
    DONE
}

fn pop(vm: &mut Vm, a: &Args) -> PyResult {
    match this::<Set>(vm, a)?.pop() {
        Some(key) => Ok(key),
        None => {
            let message = vm.new_str("pop from an empty set");
            Err(vm.key_error(message))
        }
    }
}

fn clear(vm: &mut Vm, a: &Args) -> PyResult {
    this::<Set>(vm, a)?.clear();
    DONE
}
