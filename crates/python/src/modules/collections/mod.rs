//! `_collections`: `deque`, `defaultdict`, and helpers of `namedtuple`.

mod defaultdict;
mod deque;
mod fields;
mod named;

pub(super) use fields::descriptor as field_descriptor;

use crate::objects::function::ANY;
use crate::objects::{Args, Gc, MethodDef, Module};
use crate::vm::{PyResult, Vm};
use crate::word::NONE;

static FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("_caller_module", caller_module, 0, 0),
    MethodDef::new("_tuplegetter", fields::getter, 2, 2),
    MethodDef::kw("__new__", named::new, 1, ANY),
];

/// Fills the module.
pub fn build(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    vm.add_functions(module.namespace, "_collections", FUNCTIONS);
    let deque = deque::class(vm);
    vm.set_global(module.namespace, "deque", deque.word());
    let defaultdict = defaultdict::class(vm);
    vm.set_global(module.namespace, "defaultdict", defaultdict.word());
    Ok(())
}

/// `__name__` of the module that called the Python function which calls this.
fn caller_module(vm: &mut Vm, _: &Args) -> PyResult {
    let Some(frame) = vm.frames.len().checked_sub(2).and_then(|i| vm.frames.get(i)) else { return Ok(NONE) };
    // SAFETY: the word below a frame's registers is its function.
    let function = unsafe { *frame.base.sub(1) };
    let globals = function.cast::<crate::objects::Function>().map(|f| f.globals);
    Ok(globals.and_then(|g| g.get(vm.names.name)).unwrap_or(NONE))
}
