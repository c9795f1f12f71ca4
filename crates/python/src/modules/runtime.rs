//! Small modules about the running program: `gc`, `atexit`, `_weakref`, `errno`.

use crate::builtins::args::{self, DONE, given};
use crate::heap::Marker;
use crate::objects::function::ANY;
use crate::objects::misc::{NativePayload, Payload};
use crate::objects::{Args, Class, F_WEAK, Gc, MethodDef, Module};
use crate::vm::{PyResult, Vm};
use crate::word::{FALSE, NONE, TRUE, UNDEF, Word};

static GC: &[MethodDef] = &[
    MethodDef::kw("collect", gc_collect, 0, 1),
    MethodDef::new("disable", gc_nothing, 0, 0),
    MethodDef::new("enable", gc_nothing, 0, 0),
    MethodDef::new("freeze", gc_nothing, 0, 0),
    MethodDef::new("unfreeze", gc_nothing, 0, 0),
    MethodDef::new("isenabled", |_, _| Ok(TRUE), 0, 0),
    MethodDef::new("get_count", gc_count, 0, 0),
    MethodDef::new("get_threshold", gc_threshold, 0, 0),
    MethodDef::new("set_threshold", |_, _| DONE, 0, 3),
    MethodDef::new("get_objects", |vm, _| Ok(vm.new_list(Vec::new())), 0, 0),
    MethodDef::new("is_tracked", |_, a| Ok(a[0].is_ref().into()), 1, 1),
];

/// Fills `gc`. A collection happens at the next safepoint; nothing else of it can be steered.
pub fn build_gc(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    vm.add_functions(module.namespace, "gc", GC);
    Ok(())
}

fn gc_collect(vm: &mut Vm, _: &Args) -> PyResult {
    // Native code must not collect: the next safepoint will.
    vm.heap.request_collection();
    Ok(Word::int(0))
}

fn gc_nothing(_: &mut Vm, _: &Args) -> PyResult {
    DONE
}

fn gc_count(vm: &mut Vm, _: &Args) -> PyResult {
    Ok(vm.new_tuple(&[Word::int(0); 3]))
}

fn gc_threshold(vm: &mut Vm, _: &Args) -> PyResult {
    Ok(vm.new_tuple(&[Word::int(700), Word::int(10), Word::int(10)]))
}

/// Functions to call at the end of the program, last registered first.
#[derive(Default)]
struct ExitHandlers(Vec<Handler>);

#[derive(Clone)]
struct Handler {
    function: Word,
    arguments: Vec<Word>,
    names: Vec<Word>,
    values: Vec<Word>,
}

static ATEXIT: &[MethodDef] = &[
    MethodDef::kw("register", atexit_register, 1, ANY),
    MethodDef::new("unregister", atexit_unregister, 1, 1),
    MethodDef::new("_clear", atexit_clear, 0, 0),
];

/// Fills `atexit`.
pub fn build_atexit(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    vm.add_functions(module.namespace, "atexit", ATEXIT);
    vm.add_roots(|vm, marker| {
        for handler in vm.peek_state::<ExitHandlers>().iter().flat_map(|h| &h.0) {
            marker.word(handler.function);
            marker.words(&handler.arguments);
            marker.words(&handler.names);
            marker.words(&handler.values);
        }
    });
    Ok(())
}

fn atexit_register(vm: &mut Vm, a: &Args) -> PyResult {
    let handler = Handler {
        function: a[0],
        arguments: a[1..].to_vec(),
        names: a.kw_names().to_vec(),
        values: a.kw_values().to_vec(),
    };
    vm.state::<ExitHandlers>().0.push(handler);
    Ok(a[0])
}

fn atexit_unregister(vm: &mut Vm, a: &Args) -> PyResult {
    let mut kept = Vec::new();
    for handler in vm.state::<ExitHandlers>().0.clone() {
        if !vm.eq(handler.function, a[0])? {
            kept.push(handler);
        }
    }
    vm.state::<ExitHandlers>().0 = kept;
    DONE
}

fn atexit_clear(vm: &mut Vm, _: &Args) -> PyResult {
    vm.state::<ExitHandlers>().0.clear();
    DONE
}

/// Calls the registered functions. An exception of one does not keep the others from running; `report` gets it.
pub fn run_exit_handlers(vm: &mut Vm, mut report: impl FnMut(&mut Vm, Word)) {
    while let Some(handler) = vm.state::<ExitHandlers>().0.pop() {
        let arguments = Args::with_kw(&handler.arguments, &handler.names, &handler.values);
        if vm.call_args(handler.function, &arguments).is_err() {
            let exception = vm.take_pending();
            report(vm, exception);
        }
    }
}

/// A weak reference: the collector clears it.
struct Weak {
    target: Word,
    callback: Word,
    hash: Option<u64>,
}

impl NativePayload for Weak {
    fn trace(&self, marker: &mut Marker) {
        marker.word(self.callback);
    }
}

/// Every weak reference alive, and those whose callback is due.
#[derive(Default)]
struct Weaks {
    all: Vec<Word>,
    class: Option<Gc<Class>>,
}

static WEAK_METHODS: &[MethodDef] = &[
    MethodDef::new("__call__", weak_call, 0, 0),
    MethodDef::new("__hash__", weak_hash, 0, 0),
    MethodDef::new("__eq__", weak_eq, 1, 1),
    MethodDef::new("__repr__", weak_repr, 0, 0),
];

static WEAKREF: &[MethodDef] =
    &[MethodDef::new("getweakrefcount", weak_count, 1, 1), MethodDef::new("getweakrefs", weak_list, 1, 1)];

/// Fills `_weakref`.
pub fn build_weakref(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    let class = super::new_type(vm, "ReferenceType", "weakref");
    vm.add_methods(class, WEAK_METHODS);
    vm.set_constructor(class, construct_weak, false);
    vm.state::<Weaks>().class = Some(class);
    vm.add_functions(module.namespace, "_weakref", WEAKREF);
    vm.set_global(module.namespace, "ref", class.word());
    vm.set_global(module.namespace, "ReferenceType", class.word());
    vm.add_weak_hook(clear_dead);
    Ok(())
}

/// Drops dead references and clears references to dead objects. Callbacks do not run: nothing here may run Python.
fn clear_dead(vm: &mut Vm) {
    let mut all = std::mem::take(&mut vm.state::<Weaks>().all);
    all.retain(|&reference| {
        if !vm.is_marked(reference) {
            return false;
        }
        match reference.payload::<Weak>() {
            Some(weak) if vm.is_marked(weak.target) => true,
            Some(mut weak) => {
                weak.target = NONE;
                false
            }
            None => false,
        }
    });
    vm.state::<Weaks>().all = all;
}

fn construct_weak(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [target, callback] = args::bind(vm, a, "ref", ["/object", "/callback"], 1, 2)?;
    let refused = matches!(
        target.tag(),
        crate::objects::TypeTag::Free
            | crate::objects::TypeTag::Str
            | crate::objects::TypeTag::WideInt
            | crate::objects::TypeTag::BigInt
            | crate::objects::TypeTag::Bytes
    ) || (vm.type_of(target).has(crate::objects::class::C_BUILTIN)
        && matches!(
            target.tag(),
            crate::objects::TypeTag::List | crate::objects::TypeTag::Dict | crate::objects::TypeTag::Tuple
        ));
    if refused {
        return Err(args::wrong_type(vm, target, "cannot create weak reference to '{}' object"));
    }
    if let Some(mut header) = target.header() {
        header.flags |= F_WEAK;
    }
    let callback = given(callback).unwrap_or(UNDEF);
    let reference = vm.new_native_object(class, Box::new(Weak { target, callback, hash: None }));
    vm.state::<Weaks>().all.push(reference);
    Ok(reference)
}

fn weak(vm: &mut Vm, w: Word) -> PyResult<Payload<Weak>> {
    match w.payload::<Weak>() {
        Some(weak) => Ok(weak),
        None => Err(args::wrong_type(vm, w, "descriptor requires a weak reference but received a '{}'")),
    }
}

fn weak_call(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(weak(vm, a[0])?.target)
}

fn weak_hash(vm: &mut Vm, a: &Args) -> PyResult {
    let mut weak = weak(vm, a[0])?;
    let hash = match weak.hash {
        Some(hash) => hash,
        None if weak.target.is_none() => return Err(vm.type_error("weak object has gone away")),
        None => vm.hash(weak.target)?,
    };
    weak.hash = Some(hash);
    Ok(vm.new_int(hash as i64))
}

fn weak_eq(vm: &mut Vm, a: &Args) -> PyResult {
    let this = weak(vm, a[0])?.target;
    let Some(other) = a[1].payload::<Weak>() else { return Ok(FALSE) };
    if this.is_none() || other.target.is_none() {
        return Ok((a[0] == a[1]).into());
    }
    Ok(vm.eq(this, other.target)?.into())
}

fn weak_repr(vm: &mut Vm, a: &Args) -> PyResult {
    let target = weak(vm, a[0])?.target;
    let address = a[0].0;
    if target.is_none() {
        return Ok(vm.new_string(format!("<weakref at {address:#x}; dead>")));
    }
    let (kind, at) = (vm.type_name(target), target.0);
    Ok(vm.new_string(format!("<weakref at {address:#x}; to '{kind}' at {at:#x}>")))
}

fn references(vm: &mut Vm, target: Word) -> Vec<Word> {
    let all = vm.state::<Weaks>().all.iter();
    all.copied().filter(|w| w.payload::<Weak>().is_some_and(|weak| weak.target == target)).collect()
}

fn weak_count(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(references(vm, a[0]).len() as i64))
}

fn weak_list(vm: &mut Vm, a: &Args) -> PyResult {
    let list = references(vm, a[0]);
    Ok(vm.new_list(list))
}

static TRACEBACK: &[MethodDef] = &[MethodDef::new("format_exception", format_exception, 1, 1)];

/// Fills `_traceback`.
pub fn build_traceback(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    vm.add_functions(module.namespace, "_traceback", TRACEBACK);
    Ok(())
}

fn format_exception(vm: &mut Vm, a: &Args) -> PyResult {
    let text = vm.format_exception(a[0]);
    Ok(vm.new_string(text))
}

/// Fills `errno`.
pub fn build_errno(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    let codes = vm.new_dict();
    for (name, code) in [
        ("EPERM", 1),
        ("ENOENT", 2),
        ("EINTR", 4),
        ("EIO", 5),
        ("EBADF", 9),
        ("EAGAIN", 11),
        ("ENOMEM", 12),
        ("EACCES", 13),
        ("EEXIST", 17),
        ("ENOTDIR", 20),
        ("EISDIR", 21),
        ("EINVAL", 22),
        ("ENOSPC", 28),
        ("EPIPE", 32),
        ("EDOM", 33),
        ("ERANGE", 34),
    ] {
        vm.set_global(module.namespace, name, Word::int(code));
        let name = vm.new_str(name);
        vm.dict_set(codes, Word::int(code), name)?;
    }
    vm.set_global(module.namespace, "errorcode", codes.word());
    Ok(())
}
