//! `io`: streams over files, the console and memory, the builtins `open`, `print` and `input`, and `OSError`s.

pub mod console;
mod methods;
mod open;
mod stream;

use crate::objects::{Args, Class, Gc, MethodDef, Module};
use crate::vm::{Exc, PyResult, Raised, Vm};
use crate::word::{NONE, Word};

pub use open::path_of;
pub use stream::{Backend, Stream};

static BUILTINS: &[MethodDef] = &[
    MethodDef::new("input", console::input, 0, 1),
    MethodDef::kw("open", open::open, 0, 8),
    MethodDef::kw("print", console::print, 0, crate::objects::function::ANY),
];

/// The classes of streams.
#[derive(Clone, Copy)]
pub struct Classes {
    pub text: Gc<Class>,
    pub reader: Gc<Class>,
    pub writer: Gc<Class>,
    pub string: Gc<Class>,
    pub bytes: Gc<Class>,
}

/// Makes the classes and registers the builtin functions.
pub fn install(vm: &mut Vm) {
    vm.add_functions(vm.builtins, "builtins", BUILTINS);
    let make = |vm: &mut Vm, name| {
        let class = super::new_type(vm, name, "_io");
        vm.add_methods(class, methods::METHODS);
        vm.add_getsets(class, methods::GETSETS);
        class
    };
    let classes = Classes {
        text: make(vm, "TextIOWrapper"),
        reader: make(vm, "BufferedReader"),
        writer: make(vm, "BufferedWriter"),
        string: make(vm, "StringIO"),
        bytes: make(vm, "BytesIO"),
    };
    vm.set_constructor(classes.string, open::construct_string, false);
    vm.set_constructor(classes.bytes, open::construct_bytes, false);
    for class in [classes.string, classes.bytes] {
        vm.add_methods(class, methods::MEMORY_METHODS);
    }
    vm.state::<ClassState>().0 = Some(classes);
}

#[derive(Default)]
struct ClassState(Option<Classes>);

/// The classes of streams, made by [`install`].
pub fn classes(vm: &mut Vm) -> PyResult<Classes> {
    match vm.state::<ClassState>().0 {
        Some(classes) => Ok(classes),
        None => Err(vm.runtime_error("streams are not set up")),
    }
}

/// Fills the module `io`.
pub fn build(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    let classes = classes(vm)?;
    let base = vm.types.object.word();
    for (name, class) in [
        ("TextIOWrapper", classes.text.word()),
        ("BufferedReader", classes.reader.word()),
        ("BufferedWriter", classes.writer.word()),
        ("StringIO", classes.string.word()),
        ("BytesIO", classes.bytes.word()),
        ("IOBase", base),
        ("TextIOBase", base),
        ("RawIOBase", base),
        ("BufferedIOBase", base),
        ("UnsupportedOperation", vm.exc(Exc::OSError).word()),
    ] {
        vm.set_global(module.namespace, name, class);
    }
    vm.set_global(module.namespace, "DEFAULT_BUFFER_SIZE", Word::int(8192));
    for (name, value) in [("SEEK_SET", 0), ("SEEK_CUR", 1), ("SEEK_END", 2)] {
        vm.set_global(module.namespace, name, Word::int(value));
    }
    let name = vm.intern("open");
    if let Some(open) = vm.builtins.get(name) {
        vm.set_global(module.namespace, "open", open);
    }
    Ok(())
}

/// Raises the OSError that an operating system error stands for.
#[cold]
pub fn os_error(vm: &mut Vm, error: &std::io::Error, file: Option<&str>) -> Raised {
    use std::io::ErrorKind;
    let kind = match error.kind() {
        ErrorKind::NotFound => Exc::FileNotFoundError,
        ErrorKind::PermissionDenied => Exc::PermissionError,
        ErrorKind::AlreadyExists => Exc::FileExistsError,
        ErrorKind::BrokenPipe => Exc::BrokenPipeError,
        ErrorKind::IsADirectory => Exc::IsADirectoryError,
        ErrorKind::NotADirectory => Exc::NotADirectoryError,
        ErrorKind::Interrupted => Exc::InterruptedError,
        _ => Exc::OSError,
    };
    let text = error.to_string();
    // The standard library adds the number to the system's text.
    let text = text.split(" (os error").next().unwrap_or(&text);
    let strerror = vm.new_str(text);
    let Some(errno) = error.raw_os_error() else {
        return vm.raise_with(kind, &[strerror]);
    };
    let errno = Word::int(i64::from(errno));
    let class = vm.exc(kind);
    let mut words = vec![errno, strerror];
    if let Some(file) = file {
        words.push(vm.new_str(file));
    }
    match vm.call_args(class.word(), &Args::new(&words)) {
        Ok(exception) => vm.raise_object(exception),
        Err(raised) => raised,
    }
}

/// `None` for attributes that streams lack.
pub(crate) fn none() -> PyResult {
    Ok(NONE)
}
