//! Importing: embedded modules, files on `sys.path`, packages; and running source text (`exec`, `eval`).

use std::path::PathBuf;

use crate::builtins::args::{self, given};
use crate::builtins::globals::namespace_of;
use crate::builtins::reflect::{caller_globals, caller_locals};
use crate::compile::{CompileError, Mode, compile_source};
use crate::objects::{
    Args, Class, CodeObject, Dict, Gc, List, LoadedCode, MethodDef, Module, Name, Namespace, Str,
};
use crate::vm::{Exc, PyResult, Raised, Vm};
use crate::word::{NONE, UNDEF, Word};

use super::{Source, embedded};

static FUNCTIONS: &[MethodDef] = &[
    MethodDef::kw("__import__", dunder_import, 0, 5),
    MethodDef::kw("compile", compile, 0, 6),
    MethodDef::new("eval", eval, 1, 3),
    MethodDef::new("exec", exec, 1, 3),
];

/// Registers the builtin functions.
pub fn install(vm: &mut Vm) {
    vm.add_functions(vm.builtins, "builtins", FUNCTIONS);
}

/// The `import` statement: the top module of the dotted `name`, or the last one when names are to be taken from it.
pub fn import_name(
    vm: &mut Vm,
    name: &str,
    globals: Option<Gc<Namespace>>,
    fromlist: Word,
    level: i64,
) -> PyResult {
    let absolute;
    let name = if level > 0 {
        absolute = resolve_relative(vm, name, globals, level)?;
        absolute.as_str()
    } else {
        name
    };
    let leaf = import_dotted(vm, name)?;
    let wants_names = !fromlist.is_none() && fromlist != UNDEF && vm.truthy(fromlist)?;
    if wants_names {
        import_submodules(vm, leaf, name, fromlist)?;
        return Ok(leaf);
    }
    if level > 0 {
        return Ok(leaf);
    }
    let top = name.split('.').next().unwrap_or(name);
    match loaded(vm, top) {
        Some(module) => Ok(module),
        None => Ok(leaf),
    }
}

/// The module that a relative import in `globals` starts from, followed by `name`.
fn resolve_relative(vm: &mut Vm, name: &str, globals: Option<Gc<Namespace>>, level: i64) -> PyResult<String> {
    let lookup =
        |vm: &Vm, key: Name| globals.and_then(|g| g.get(key)).filter(|w| !w.is_none()).map(|w| (w, vm.names));
    let package = match lookup(vm, vm.names.package).and_then(|(w, _)| w.as_str()) {
        Some(package) => package.to_owned(),
        None => {
            let own = lookup(vm, vm.names.name).and_then(|(w, _)| w.as_str()).unwrap_or("").to_owned();
            if lookup(vm, vm.names.path).is_some() {
                own
            } else {
                own.rsplit_once('.').map_or(String::new(), |(parent, _)| parent.to_owned())
            }
        }
    };
    if package.is_empty() {
        return Err(vm.raise(Exc::ImportError, "attempted relative import with no known parent package"));
    }
    let mut base = package.as_str();
    for _ in 1..level {
        match base.rsplit_once('.') {
            Some((parent, _)) => base = parent,
            None => {
                return Err(vm.raise(Exc::ImportError, "attempted relative import beyond top-level package"));
            }
        }
    }
    Ok(if name.is_empty() { base.to_owned() } else { format!("{base}.{name}") })
}

fn import_submodules(vm: &mut Vm, package: Word, name: &str, fromlist: Word) -> PyResult<()> {
    let Some(module) = package.cast::<Module>() else { return Ok(()) };
    if module.namespace.get(vm.names.path).is_none() {
        return Ok(());
    }
    for wanted in vm.to_vec(fromlist)? {
        let Some(wanted) = wanted.cast::<Str>().filter(|w| w.text() != "*") else { continue };
        let key = vm.intern_str(wanted);
        if module.namespace.get(key).is_some() {
            continue;
        }
        let full = format!("{name}.{}", wanted.text());
        if let Err(raised) = import_dotted(vm, &full) {
            // That it does not exist is reported when the name is taken.
            if !(vm.pending_is(Exc::ModuleNotFoundError) && missing_module_is(vm, &full)) {
                return Err(raised);
            }
            vm.take_pending();
        }
    }
    Ok(())
}

fn missing_module_is(vm: &mut Vm, full: &str) -> bool {
    let pending = vm.pending;
    let name = vm.names.name_attr;
    vm.own_attr(pending, name).and_then(|w| w.as_str()) == Some(full)
}

/// The module in `sys.modules`.
fn loaded(vm: &mut Vm, name: &str) -> Option<Word> {
    let key = vm.intern(name);
    vm.modules.get_name(key).filter(|w| !w.is_none())
}

/// Imports every module of a dotted name, and returns the last.
pub fn import_dotted(vm: &mut Vm, name: &str) -> PyResult {
    if let Some(module) = loaded(vm, name) {
        return Ok(module);
    }
    let Some((parent_name, child)) = name.rsplit_once('.') else {
        return load(vm, name, None);
    };
    let parent = import_dotted(vm, parent_name)?;
    // Importing the parent may have imported the child.
    if let Some(module) = loaded(vm, name) {
        return Ok(module);
    }
    let path = vm.find_attr(parent, vm.names.path)?;
    let embedded_child = embedded(name).is_some();
    if path.is_none() && !embedded_child {
        return Err(not_found(
            vm,
            name,
            &format!("No module named '{name}'; '{parent_name}' is not a package"),
        ));
    }
    let module = load(vm, name, path)?;
    let child = vm.intern(child);
    vm.set_attr(parent, child, module)?;
    Ok(module)
}

#[cold]
fn not_found(vm: &mut Vm, name: &str, message: &str) -> Raised {
    let class = vm.exc(Exc::ModuleNotFoundError);
    let message = vm.new_str(message);
    let exception = vm.new_exception(class, &[message]);
    let (attr, name) = (vm.names.name_attr, vm.new_str(name));
    let _ = vm.set_attr(exception, attr, name);
    vm.raise_object(exception)
}

/// Where a module's source was found.
struct Found {
    file: PathBuf,
    package: Option<PathBuf>,
}

fn find_file(directories: &[String], last: &str) -> Option<Found> {
    for directory in directories {
        let base = if directory.is_empty() { PathBuf::from(".") } else { PathBuf::from(directory) };
        let package = base.join(last);
        let init = package.join("__init__.py");
        if init.is_file() {
            return Some(Found { file: init, package: Some(package) });
        }
        let file = base.join(format!("{last}.py"));
        if file.is_file() {
            return Some(Found { file, package: None });
        }
        if package.is_dir() && !package.join("__init__.py").exists() && directory_has_python(&package) {
            return Some(Found { file: PathBuf::new(), package: Some(package) });
        }
    }
    None
}

/// Whether a directory without `__init__.py` may be a namespace package.
fn directory_has_python(path: &std::path::Path) -> bool {
    std::fs::read_dir(path).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|e| e.path().extension().is_some_and(|x| x == "py")))
    })
}

fn search_path(vm: &mut Vm, parent: Option<Word>) -> Vec<String> {
    let path = match parent {
        Some(path) => Some(path),
        None => {
            let key = vm.intern("path");
            loaded(vm, "sys").and_then(|sys| vm.own_attr(sys, key))
        }
    };
    let items = path.and_then(|p| p.cast::<List>()).map(|l| l.items().to_vec()).unwrap_or_default();
    items.iter().filter_map(|w| w.as_str()).map(str::to_owned).collect()
}

fn load(vm: &mut Vm, name: &str, parent_path: Option<Word>) -> PyResult {
    let source = embedded(name);
    // Modules that are part of the interpreter cannot be shadowed by files; the rest of the library can.
    let fixed = matches!(source, Some(Source::Native(_)))
        && matches!(name, "sys" | "builtins" | "time" | "itertools" | "gc");
    if !fixed && !name.starts_with('_') || source.is_none() {
        let directories = search_path(vm, parent_path);
        let last = name.rsplit('.').next().unwrap_or(name);
        if let Some(found) = find_file(&directories, last) {
            return load_file(vm, name, &found);
        }
    }
    match source {
        Some(Source::Native(build)) => {
            let module = new_module(vm, name);
            match build(vm, module) {
                Ok(()) => Ok(module.word()),
                Err(raised) => Err(forget(vm, name, raised)),
            }
        }
        Some(Source::Python(text)) => {
            let module = new_module(vm, name);
            if super::is_package(name) {
                let path = vm.new_list(Vec::new());
                vm.set_global(module.namespace, "__path__", path);
            }
            let file = format!("<builtin {name}>");
            match run_source(vm, module, text.as_bytes(), &file) {
                Ok(()) => Ok(loaded(vm, name).unwrap_or(module.word())),
                Err(raised) => Err(forget(vm, name, raised)),
            }
        }
        None => Err(not_found(vm, name, &format!("No module named '{name}'"))),
    }
}

fn forget(vm: &mut Vm, name: &str, raised: Raised) -> Raised {
    let pending = vm.take_pending();
    let key = vm.intern(name).word();
    let modules = vm.modules;
    let _ = vm.dict_del(modules, key);
    vm.pending = pending;
    raised
}

/// A fresh module in `sys.modules`.
fn new_module(vm: &mut Vm, name: &str) -> Gc<Module> {
    let module = vm.new_module(name);
    vm.register_module(module);
    let package =
        if super::is_package(name) { name } else { name.rsplit_once('.').map_or("", |(parent, _)| parent) };
    let package = vm.new_str(package);
    vm.set_global(module.namespace, "__package__", package);
    module
}

fn load_file(vm: &mut Vm, name: &str, found: &Found) -> PyResult {
    let module = new_module(vm, name);
    if let Some(package) = &found.package {
        let directory = vm.new_str(&package.to_string_lossy());
        let path = vm.new_list(vec![directory]);
        vm.set_global(module.namespace, "__path__", path);
        let own = vm.new_str(name);
        vm.set_global(module.namespace, "__package__", own);
        if found.file.as_os_str().is_empty() {
            return Ok(module.word());
        }
    }
    let file = found.file.to_string_lossy().into_owned();
    let file_word = vm.new_str(&file);
    vm.set_global(module.namespace, "__file__", file_word);
    let result = match std::fs::read(&found.file) {
        Ok(source) => run_source(vm, module, &source, &file),
        Err(error) => Err(super::io::os_error(vm, &error, Some(&file))),
    };
    match result {
        // The module may have replaced itself.
        Ok(()) => Ok(loaded(vm, name).unwrap_or(module.word())),
        Err(raised) => Err(forget(vm, name, raised)),
    }
}

/// Compiles a module's source and runs it.
fn run_source(vm: &mut Vm, module: Gc<Module>, source: &[u8], file: &str) -> PyResult<()> {
    let code = compile_or_raise(vm, source, file, Mode::Exec)?;
    run_code(vm, code, module.namespace)?;
    Ok(())
}

fn compile_or_raise(vm: &mut Vm, source: &[u8], file: &str, mode: Mode) -> PyResult<*mut LoadedCode> {
    match compile_source(source, file, mode) {
        Ok(code) => Ok(vm.load_code(&code)),
        Err(error) => Err(syntax_error(vm, &error)),
    }
}

/// Raises the SyntaxError that a compile error stands for.
#[cold]
pub fn syntax_error(vm: &mut Vm, error: &CompileError) -> Raised {
    let kind =
        if error.class_name() == "IndentationError" { Exc::IndentationError } else { Exc::SyntaxError };
    let text = match &error.text {
        Some(text) => vm.new_str(text),
        None => NONE,
    };
    let (message, file) = (vm.new_str(&error.message), vm.new_str(&error.file));
    let [line, column, end_line, end_column] =
        [error.line, error.column, error.end_line, error.end_column].map(|n| Word::int(i64::from(n)));
    let place = vm.new_tuple(&[file, line, column, text, end_line, end_column]);
    let class = vm.exc(kind);
    let exception = vm.new_exception(class, &[message, place]);
    let attributes = [
        ("msg", message),
        ("filename", file),
        ("lineno", line),
        ("offset", column),
        ("text", text),
        ("end_lineno", end_line),
        ("end_offset", end_column),
        ("print_file_and_line", NONE),
    ];
    for (name, value) in attributes {
        let name = vm.intern(name);
        let _ = vm.set_attr(exception, name, value);
    }
    vm.raise_object(exception)
}

/// Runs module-level code in `namespace`; the value is that of an expression compiled for `eval`.
pub fn run_code(vm: &mut Vm, code: *mut LoadedCode, namespace: Gc<Namespace>) -> PyResult {
    if namespace.get(vm.names.builtins).is_none() {
        let builtins = loaded(vm, "builtins").unwrap_or(NONE);
        let key = vm.names.builtins;
        vm.store_global(namespace, key, builtins);
    }
    let function = vm.new_function(code, namespace);
    vm.run_function(function, &Args::new(&[]))
}

fn dunder_import(vm: &mut Vm, a: &Args) -> PyResult {
    let names = ["name", "globals", "locals", "fromlist", "level"];
    let [name, _, _, fromlist, level] = args::bind(vm, a, "__import__", names, 1, 5)?;
    let name = args::text(vm, name, "__import__() argument 1 must be str, not {}")?;
    let level = args::index_or(vm, level, 0)?;
    let globals = caller_globals(vm);
    import_name(vm, name, globals, fromlist, level)
}

/// Source text or bytes of an argument of `compile`, `eval` and `exec`.
fn source_of(vm: &mut Vm, w: Word, function: &str) -> PyResult<Vec<u8>> {
    if let Some(text) = w.as_str() {
        return Ok(text.as_bytes().to_vec());
    }
    match crate::builtins::bytes::bytes_of(w) {
        Some(bytes) => Ok(bytes.to_vec()),
        None => Err(vm.type_error(format!("{function}() arg 1 must be a string, bytes or code object"))),
    }
}

fn compile(vm: &mut Vm, a: &Args) -> PyResult {
    let names = ["source", "filename", "mode", "flags", "dont_inherit", "optimize"];
    let [source, file, mode, ..] = args::bind(vm, a, "compile", names, 3, 6)?;
    let file = args::text(vm, file, "compile() argument 'filename' must be str, not {}")?;
    let mode = match args::text(vm, mode, "compile() argument 'mode' must be str, not {}")? {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => return Err(vm.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let source = source_of(vm, source, "compile")?;
    let code = compile_or_raise(vm, &source, file, mode)?;
    Ok(vm.new_code_object(code))
}

fn eval(vm: &mut Vm, a: &Args) -> PyResult {
    run_text(vm, a, "eval", Mode::Eval)
}

fn exec(vm: &mut Vm, a: &Args) -> PyResult {
    run_text(vm, a, "exec", Mode::Exec)?;
    Ok(NONE)
}

fn run_text(vm: &mut Vm, a: &Args, function: &str, mode: Mode) -> PyResult {
    let code = match a[0].cast::<CodeObject>() {
        Some(object) => object.code as *mut LoadedCode,
        None => {
            let mut source = source_of(vm, a[0], function)?;
            if mode == Mode::Eval {
                let blank = source.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
                source.drain(..blank);
            }
            compile_or_raise(vm, &source, "<string>", mode)?
        }
    };
    let globals = given(a.or(1, UNDEF));
    let mut locals = given(a.or(2, UNDEF)).filter(|l| Some(*l) != globals);
    if globals.is_none() && locals.is_none() {
        locals = caller_locals(vm)?;
    }
    let own = caller_globals(vm);
    let dict = match globals {
        None => None,
        Some(w) => match w.cast::<Dict>() {
            Some(dict) => Some(dict),
            None if namespace_of(w).is_some() => None,
            None => {
                return Err(
                    vm.type_error(format!("{function}() globals must be a dict, not {}", vm.type_name(w)))
                );
            }
        },
    };
    let given_namespace = globals.and_then(namespace_of);
    let namespace = match (dict, given_namespace.or(own)) {
        (None, Some(namespace)) => namespace,
        _ => {
            let namespace = vm.new_namespace();
            if let Some(dict) = dict {
                copy_in(vm, namespace, dict);
            }
            namespace
        }
    };
    let Some(locals) = locals else {
        let result = run_code(vm, code, namespace);
        if let Some(dict) = dict.filter(|_| Some(namespace) != own) {
            copy_out(vm, namespace, dict);
        }
        return result;
    };
    run_with_locals(vm, code, namespace, locals)
}

/// Runs code whose new names go to `locals`: a namespace of both, of which the differences are copied back.
fn run_with_locals(vm: &mut Vm, code: *mut LoadedCode, globals: Gc<Namespace>, locals: Word) -> PyResult {
    let namespace = vm.new_namespace();
    let before: Vec<(Name, Word)> = globals.iter().collect();
    for &(name, value) in &before {
        vm.store_global(namespace, name, value);
    }
    let dict = locals.cast::<Dict>();
    if let Some(dict) = dict {
        copy_in(vm, namespace, dict);
    }
    let result = run_code(vm, code, namespace);
    let pending = vm.take_pending();
    let after: Vec<(Name, Word)> = namespace.iter().collect();
    for (name, value) in after {
        let builtins = name == vm.names.builtins;
        if !builtins && !before.contains(&(name, value)) {
            match dict {
                Some(dict) => vm.dict_set_name(dict, name, value),
                None => vm.set_item(locals, name.word(), value)?,
            }
        }
    }
    vm.pending = pending;
    result
}

fn copy_in(vm: &mut Vm, namespace: Gc<Namespace>, dict: Gc<Dict>) {
    let entries: Vec<_> = dict.iter().collect();
    for (key, value) in entries {
        if let Some(name) = key.cast::<Str>() {
            let name = vm.intern_str(name);
            vm.store_global(namespace, name, value);
        }
    }
}

fn copy_out(vm: &mut Vm, namespace: Gc<Namespace>, dict: Gc<Dict>) {
    let entries: Vec<_> = namespace.iter().collect();
    for (name, value) in entries {
        vm.dict_set_name(dict, name, value);
    }
}

/// `types.ModuleType(name, doc)`.
pub fn construct_module(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [name, doc] = args::bind(vm, a, "module", ["name", "doc"], 1, 2)?;
    let name = args::text(vm, name, "module() argument 'name' must be str, not {}")?;
    let module = vm.new_module(name);
    vm.set_global(module.namespace, "__doc__", doc.defined().unwrap_or(NONE));
    if class != vm.types.module {
        vm.set_class(module.word(), class);
    }
    Ok(module.word())
}
