//! Methods of `tuple`.

use super::args::this;
use super::list::bound_index;
use crate::objects::{Args, Class, Gc, MethodDef, Tuple};
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

static METHODS: &[MethodDef] = &[MethodDef::new("count", count, 1, 1), MethodDef::new("index", index, 1, 3)];

/// Registers the methods and the constructor.
pub fn install(vm: &mut Vm) {
    vm.add_methods(vm.types.tuple, METHODS);
    vm.set_constructor(vm.types.tuple, construct, false);
}

fn construct(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    super::args::no_keywords(vm, a, "tuple")?;
    if a.len() > 1 {
        return Err(vm.type_error(format!("tuple expected at most 1 argument, got {}", a.len())));
    }
    let own = vm.types.tuple;
    let Some(source) = a.get(0) else { return of_class(vm, &[], class) };
    if class == own && source.cast::<Tuple>().is_some_and(|t| t.class() == own) {
        return Ok(source);
    }
    let items = vm.to_vec(source)?;
    of_class(vm, &items, class)
}

/// A tuple of `class`, `tuple` or a subclass (which never shares the empty tuple).
fn of_class(vm: &mut Vm, items: &[Word], class: Gc<Class>) -> PyResult {
    if class == vm.types.tuple {
        return Ok(vm.new_tuple(items));
    }
    let Some(mut tuple) = vm.alloc_tuple(items.len()) else { return Err(vm.memory_error()) };
    tuple.items_mut().copy_from_slice(items);
    vm.set_class(tuple.word(), class);
    Ok(tuple.word())
}

fn count(vm: &mut Vm, a: &Args) -> PyResult {
    let tuple = this::<Tuple>(vm, a)?;
    let mut total = 0;
    for &item in tuple.items() {
        if item == a[1] || vm.eq(item, a[1])? {
            total += 1;
        }
    }
    Ok(Word::int(total))
}

fn index(vm: &mut Vm, a: &Args) -> PyResult {
    let tuple = this::<Tuple>(vm, a)?;
    let items = tuple.items();
    let from = bound_index(vm, a.or(2, UNDEF), items.len(), 0)?;
    let to = bound_index(vm, a.or(3, UNDEF), items.len(), usize::MAX)?.min(items.len());
    for (at, &item) in items.iter().enumerate().take(to).skip(from) {
        if item == a[1] || vm.eq(item, a[1])? {
            return Ok(Word::int(at as i64));
        }
    }
    Err(vm.value_error("tuple.index(x): x not in tuple"))
}
