//! `__new__` of named tuples.

use crate::objects::{Args, Class, Dict, Gc, Tuple};
use crate::vm::{PyResult, Raised, Vm};
use crate::word::{UNDEF, Word};

/// `__new__(cls, *args, **kwargs)`: the fields and their defaults are attributes of the class.
pub(super) fn new(vm: &mut Vm, a: &Args) -> PyResult {
    let Some(class) = a.get(0).and_then(|w| w.cast::<Class>()).filter(|c| c.is_subclass(vm.types.tuple))
    else {
        return Err(vm.type_error("named tuples are made by a tuple class"));
    };
    let key = vm.intern("_fields");
    let Some(fields) = vm.lookup_class(class, key).and_then(|w| w.cast::<Tuple>()) else {
        return Err(vm.type_error("the class has no fields"));
    };
    let fields = fields.items();
    if a.len() == fields.len() + 1 && !a.has_kw() {
        return of_class(vm, class, &a[1..]);
    }
    let values = bind(vm, class, fields, a)?;
    of_class(vm, class, &values)
}

fn of_class(vm: &mut Vm, class: Gc<Class>, items: &[Word]) -> PyResult {
    let Some(mut tuple) = vm.alloc_tuple(items.len()) else { return Err(vm.memory_error()) };
    tuple.items_mut().copy_from_slice(items);
    vm.set_class(tuple.word(), class);
    Ok(tuple.word())
}

/// Puts arguments in the order of the fields and adds defaults.
fn bind(vm: &mut Vm, class: Gc<Class>, fields: &[Word], a: &Args) -> PyResult<Vec<Word>> {
    let name = owner_name(vm, class);
    let key = vm.intern("_field_defaults");
    let defaults = vm.lookup_class(class, key).and_then(|w| w.cast::<Dict>());
    if a.len() > fields.len() + 1 {
        let (count, given) = (fields.len() + 1, a.len());
        let optional = defaults.map_or(0, |d| d.len());
        let takes =
            if optional > 0 { format!("from {} to {count}", count - optional) } else { count.to_string() };
        return Err(vm.type_error(format!(
            "{name}.__new__() takes {takes} positional arguments but {given} were given"
        )));
    }
    let mut values = vec![UNDEF; fields.len()];
    values[..a.len() - 1].copy_from_slice(&a[1..]);
    for (keyword, value) in a.kw_iter() {
        let keyword = keyword.text();
        let Some(at) = fields.iter().position(|f| f.as_str() == Some(keyword)) else {
            return Err(
                vm.type_error(format!("{name}.__new__() got an unexpected keyword argument '{keyword}'"))
            );
        };
        if values[at] != UNDEF {
            return Err(
                vm.type_error(format!("{name}.__new__() got multiple values for argument '{keyword}'"))
            );
        }
        values[at] = value;
    }
    for (value, &field) in values.iter_mut().zip(fields) {
        if *value == UNDEF
            && let Some(defaults) = defaults
        {
            *value = vm.dict_get(defaults, field)?.unwrap_or(UNDEF);
        }
    }
    let missing: Vec<&str> =
        values.iter().zip(fields).filter(|(v, _)| **v == UNDEF).filter_map(|(_, f)| f.as_str()).collect();
    if missing.is_empty() { Ok(values) } else { Err(missing_error(vm, &name, &missing)) }
}

#[cold]
fn missing_error(vm: &mut Vm, name: &str, missing: &[&str]) -> Raised {
    let quoted: Vec<String> = missing.iter().map(|m| format!("'{m}'")).collect();
    let list = match &quoted[..] {
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [rest @ .., last] => format!("{}, and {last}", rest.join(", ")),
        [] => String::new(),
    };
    let (count, s) = (missing.len(), if missing.len() == 1 { "" } else { "s" });
    vm.type_error(format!("{name}.__new__() missing {count} required positional argument{s}: {list}"))
}

/// Name of the class that `namedtuple` made: the one with fields of its own.
fn owner_name(vm: &mut Vm, class: Gc<Class>) -> String {
    let key = vm.intern("_fields");
    let owner = class.mro.iter().find(|c| c.dict.get(key).is_some()).copied().unwrap_or(class);
    owner.name_str().to_owned()
}
