//! Tuples with named items: `sys.version_info`, `time.struct_time` and their like.

use super::collections::field_descriptor;
use crate::objects::{Args, Class, Gc, MethodDef, Tuple, TypeTag};
use crate::vm::{PyResult, Vm};
use crate::word::Word;

static METHODS: &[MethodDef] = &[MethodDef::new("__repr__", repr, 0, 0)];

/// A class of tuples whose items are also attributes.
pub fn new_class(vm: &mut Vm, module: &str, name: &str, fields: &[&str]) -> PyResult<Gc<Class>> {
    let class = vm.new_class(name, vm.types.tuple, TypeTag::Tuple);
    super::set_module(vm, class, module);
    vm.add_methods(class, METHODS);
    let mut names = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        let descriptor = field_descriptor(vm, index)?;
        vm.set_class_attr(class, field, descriptor);
        names.push(vm.intern(field).word());
    }
    let names = vm.new_tuple(&names);
    vm.set_class_attr(class, "_fields", names);
    vm.set_class_attr(class, "n_fields", Word::int(fields.len() as i64));
    Ok(class)
}

/// An object of such a class.
pub fn new_object(vm: &mut Vm, class: Gc<Class>, items: &[Word]) -> Word {
    let tuple = vm.new_tuple(items);
    // Only the empty tuple is shared, and no such class is empty.
    vm.set_class(tuple, class);
    tuple
}

fn repr(vm: &mut Vm, a: &Args) -> PyResult {
    let class = vm.type_of(a[0]);
    let fields = vm.get_attr_str(class.word(), "_fields")?;
    let names = fields.cast::<Tuple>().map_or(&[][..], |t| t.items());
    let items = a[0].cast::<Tuple>().map_or(&[][..], |t| t.items());
    let mut out = vm.class_full_name(class);
    out.push('(');
    for (i, (name, &item)) in names.iter().zip(items).enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        out.push_str(name.as_str().unwrap_or("?"));
        out.push('=');
        vm.push_repr(&mut out, item)?;
    }
    out.push(')');
    Ok(vm.new_string(out))
}
