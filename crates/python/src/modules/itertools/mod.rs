//! `itertools`.

mod combine;
mod endless;
mod select;
mod shared;
mod zip;

use crate::heap::Marker;
use crate::objects::class::Constructor;
use crate::objects::{Class, Gc, MethodDef, Module, NativeIter, TypeTag};
use crate::vm::{PyResult, Vm};
use crate::word::Word;

static FUNCTIONS: &[MethodDef] = &[MethodDef::new("tee", shared::tee, 1, 2)];

static CONSTRUCTORS: &[(&str, Constructor)] = &[
    ("accumulate", select::accumulate),
    ("chain", zip::chain),
    ("combinations", combine::combinations),
    ("combinations_with_replacement", combine::combinations_with_replacement),
    ("compress", select::compress),
    ("count", endless::count),
    ("cycle", endless::cycle),
    ("dropwhile", select::dropwhile),
    ("filterfalse", select::filterfalse),
    ("groupby", shared::groupby),
    ("islice", select::islice),
    ("pairwise", select::pairwise),
    ("permutations", combine::permutations),
    ("product", combine::product),
    ("repeat", endless::repeat),
    ("starmap", select::starmap),
    ("takewhile", select::takewhile),
    ("zip_longest", zip::zip_longest),
];

/// Fills the module.
pub fn build(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    vm.add_functions(module.namespace, "itertools", FUNCTIONS);
    for &(name, constructor) in CONSTRUCTORS {
        let class = vm.new_class(name, vm.types.native_iter, TypeTag::NativeIter);
        super::set_module(vm, class, "itertools");
        vm.set_constructor(class, constructor, false);
        if name == "chain" {
            vm.add_class_methods(class, zip::CHAIN_METHODS);
        }
        vm.set_global(module.namespace, name, class.word());
    }
    Ok(())
}

/// An iterator object of `class`.
fn object(vm: &mut Vm, class: Gc<Class>, iter: impl NativeIter + 'static) -> PyResult {
    Ok(vm.new_native_iter_of(class, Box::new(iter)))
}

/// A tuple of chosen items.
fn tuple(vm: &mut Vm, length: usize, item: impl Fn(usize) -> Word) -> Word {
    match vm.alloc_tuple(length).filter(|_| length > 0) {
        Some(mut tuple) => {
            tuple.items_mut().iter_mut().enumerate().for_each(|(i, place)| *place = item(i));
            tuple.word()
        }
        None => vm.empty_tuple,
    }
}

/// Marks every word.
fn mark(marker: &mut Marker, words: &[Word]) {
    for &word in words {
        marker.word(word);
    }
}
