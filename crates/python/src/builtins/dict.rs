//! Methods of `dict` and of its views.

use super::args::{self, DONE, this};
use crate::objects::dict::ViewKind;
use crate::objects::{Args, Class, Dict, DictView, Gc, MethodDef, Set, TypeTag};
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};

static METHODS: &[MethodDef] = &[
    MethodDef::kw("__init__", init, 0, 1),
    MethodDef::new("get", get, 1, 2),
    MethodDef::new("setdefault", setdefault, 1, 2),
    MethodDef::new("pop", pop, 1, 2),
    MethodDef::new("popitem", popitem, 0, 0),
    MethodDef::kw("update", update, 0, 1),
    MethodDef::new("keys", keys, 0, 0),
    MethodDef::new("values", values, 0, 0),
    MethodDef::new("items", items, 0, 0),
    MethodDef::new("copy", copy, 0, 0),
    MethodDef::new("clear", clear, 0, 0),
];

static REVERSED: &[MethodDef] = &[MethodDef::new("__reversed__", reversed, 0, 0)];

static CLASS_METHODS: &[MethodDef] = &[MethodDef::new("fromkeys", fromkeys, 1, 2)];

static VIEW_METHODS: &[MethodDef] = &[MethodDef::new("isdisjoint", isdisjoint, 1, 1)];

/// Registers methods and the constructor.
pub fn install(vm: &mut Vm) {
    vm.add_methods(vm.types.dict, METHODS);
    vm.add_class_methods(vm.types.dict, CLASS_METHODS);
    vm.add_methods(vm.types.dict_keys, VIEW_METHODS);
    vm.add_methods(vm.types.dict_items, VIEW_METHODS);
    vm.add_methods(vm.types.dict, REVERSED);
    for class in [vm.types.dict_keys, vm.types.dict_values, vm.types.dict_items] {
        vm.add_methods(class, REVERSED);
        vm.add_getsets(class, &[("mapping", view_mapping, None)]);
    }
    vm.set_constructor(vm.types.dict, construct, true);
}

fn construct(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let dict = vm.new_dict();
    if class == vm.types.dict {
        fill(vm, dict, a, "dict")?;
    } else {
        vm.set_class(dict.word(), class);
    }
    Ok(dict.word())
}

fn init(vm: &mut Vm, a: &Args) -> PyResult {
    let dict = this::<Dict>(vm, a)?;
    fill(vm, dict, &a.skip(1), "dict")?;
    DONE
}

fn update(vm: &mut Vm, a: &Args) -> PyResult {
    let dict = this::<Dict>(vm, a)?;
    fill(vm, dict, &a.skip(1), "update")?;
    DONE
}

/// Adds what the arguments of `dict()` or `update` describe.
pub fn fill(vm: &mut Vm, dict: Gc<Dict>, a: &Args, name: &str) -> PyResult<()> {
    if a.len() > 1 {
        return Err(vm.type_error(format!("{name} expected at most 1 argument, got {}", a.len())));
    }
    if let Some(source) = a.get(0) {
        merge(vm, dict, source)?;
    }
    for (key, value) in a.kw_iter() {
        vm.dict_set_name(dict, key, value);
    }
    Ok(())
}

/// Adds the entries of a mapping or of an iterable of pairs.
pub fn merge(vm: &mut Vm, dict: Gc<Dict>, source: Word) -> PyResult<()> {
    if let Some(other) = source.cast::<Dict>() {
        // A subclass may show other items than it holds, but only if it says so with its own methods.
        if other.class() == vm.types.dict || !overrides_items(vm, source) {
            return vm.dict_update(dict, other);
        }
    }
    if let Some(keys) = vm.find_attr(source, vm.names.keys)? {
        let keys = vm.call(keys, &[])?;
        return vm.iterate(keys, |vm, key| {
            let value = vm.get_item(source, key)?;
            vm.dict_set(dict, key, value)?;
            Ok(true)
        });
    }
    let mut number = 0;
    vm.iterate(source, |vm, pair| {
        let items = match vm.to_vec(pair) {
            Ok(items) => items,
            Err(raised) => {
                if !vm.swallow(Exc::TypeError) {
                    return Err(raised);
                }
                return Err(vm.type_error(format!(
                    "cannot convert dictionary update sequence element #{number} to a sequence"
                )));
            }
        };
        let [key, value] = items[..] else {
            let length = items.len();
            return Err(vm.value_error(format!(
                "dictionary update sequence element #{number} has length {length}; 2 is required"
            )));
        };
        number += 1;
        vm.dict_set(dict, key, value)?;
        Ok(true)
    })
}

fn overrides_items(vm: &mut Vm, w: Word) -> bool {
    let class = vm.type_of(w);
    let iter = vm.lookup_class(class, vm.names.iter);
    iter.is_none_or(|method| !method.is::<crate::objects::Native>())
}

fn get(vm: &mut Vm, a: &Args) -> PyResult {
    let dict = this::<Dict>(vm, a)?;
    Ok(vm.dict_get(dict, a[1])?.unwrap_or(a.or(2, NONE)))
}

fn setdefault(vm: &mut Vm, a: &Args) -> PyResult {
    let dict = this::<Dict>(vm, a)?;
    let hash = vm.hash(a[1])?;
    if let Some(at) = vm.dict_find(dict, a[1], hash)? {
        return Ok(dict.entry(at).map_or(NONE, |e| e.value));
    }
    let value = a.or(2, NONE);
    vm.dict_set_hashed(dict, a[1], hash, value)?;
    Ok(value)
}

fn pop(vm: &mut Vm, a: &Args) -> PyResult {
    let dict = this::<Dict>(vm, a)?;
    match vm.dict_del(dict, a[1])? {
        Some(value) => Ok(value),
        None => match a.get(2) {
            Some(default) => Ok(default),
            None => Err(vm.key_error(a[1])),
        },
    }
}

fn popitem(vm: &mut Vm, a: &Args) -> PyResult {
    let mut dict = this::<Dict>(vm, a)?;
    let Some(at) = dict.last() else {
        let message = vm.new_str("popitem(): dictionary is empty");
        return Err(vm.key_error(message));
    };
    let key = dict.entry(at).map_or(UNDEF, |e| e.key);
    let value = dict.remove_entry(at);
    Ok(vm.new_tuple(&[key, value]))
}

fn view(vm: &mut Vm, a: &Args, kind: ViewKind) -> PyResult {
    let dict = this::<Dict>(vm, a)?.word();
    let class = match kind {
        ViewKind::Keys => vm.types.dict_keys,
        ViewKind::Values => vm.types.dict_values,
        ViewKind::Items => vm.types.dict_items,
    };
    let hdr = vm.header(TypeTag::DictView, class);
    Ok(vm.heap.place(DictView { hdr, dict, kind }).word())
}

fn keys(vm: &mut Vm, a: &Args) -> PyResult {
    view(vm, a, ViewKind::Keys)
}

fn values(vm: &mut Vm, a: &Args) -> PyResult {
    view(vm, a, ViewKind::Values)
}

fn items(vm: &mut Vm, a: &Args) -> PyResult {
    view(vm, a, ViewKind::Items)
}

/// `__reversed__` of a dict and of its views.
fn reversed(vm: &mut Vm, a: &Args) -> PyResult {
    let (dict, kind) = match a[0].cast::<DictView>() {
        Some(view) => (view.dict, view.kind),
        None => (this::<Dict>(vm, a)?.word(), ViewKind::Keys),
    };
    Ok(vm.new_dict_iter(dict, kind, true))
}

fn copy(vm: &mut Vm, a: &Args) -> PyResult {
    let dict = this::<Dict>(vm, a)?;
    let mut new = vm.new_dict();
    vm.heap.external(dict.len() * 32);
    new.copy_from(&dict);
    Ok(new.word())
}

fn clear(vm: &mut Vm, a: &Args) -> PyResult {
    this::<Dict>(vm, a)?.clear();
    DONE
}

fn fromkeys(vm: &mut Vm, a: &Args) -> PyResult {
    let value = a.or(2, NONE);
    let result = vm.call(a[0], &[])?;
    let plain = result.cast::<Dict>().filter(|d| d.class() == vm.types.dict);
    vm.iterate(a[1], |vm, key| {
        match plain {
            Some(dict) => vm.dict_set(dict, key, value)?,
            None => vm.set_item(result, key, value)?,
        }
        Ok(true)
    })?;
    Ok(result)
}

fn view_mapping(vm: &mut Vm, view: Word) -> PyResult {
    match view.cast::<DictView>() {
        Some(view) => Ok(view.dict),
        None => Err(args::wrong_type(vm, view, "'{}' object is not a view")),
    }
}

fn isdisjoint(vm: &mut Vm, a: &Args) -> PyResult {
    let view = a[0];
    let mut disjoint = true;
    vm.iterate(a[1], |vm, item| {
        disjoint = !vm.contains(view, item)?;
        Ok(disjoint)
    })?;
    Ok(disjoint.into())
}

/// The keys of a set-like view as a set.
pub fn view_set(vm: &mut Vm, view: Word) -> PyResult<Gc<Set>> {
    let set = vm.new_set(false);
    vm.iterate(view, |vm, item| {
        vm.set_add(set, item)?;
        Ok(true)
    })?;
    Ok(set)
}
