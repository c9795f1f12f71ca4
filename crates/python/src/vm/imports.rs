//! Import instructions, and the class statement.

use crate::modules::import;
use crate::objects::*;
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};

static BUILD_CLASS: &[MethodDef] = &[MethodDef::kw("__build_class__", build_class, 2, function::ANY)];

/// `__build_class__(function of the body, name, *bases, **keywords)`.
fn build_class(vm: &mut Vm, a: &Args) -> PyResult {
    let (Some(f), name) = (a[0].cast::<Function>(), a[1]) else {
        return Err(vm.type_error("__build_class__: func must be a function"));
    };
    let setup = vm.class_prepare(name, &a.skip(2))?;
    let cell = vm.run_function(f, &Args::new(&[setup.namespace]))?;
    // SAFETY: loaded code is immortal.
    let code = unsafe { &*f.code };
    let class = vm.class_finish(&setup, name, code.source.self_attr_count)?;
    if let Some(mut cell) = cell.cast::<Cell>() {
        cell.value = class;
    }
    Ok(class)
}

impl Vm {
    /// Registers the builtins that belong to the interpreter.
    pub fn install_interpreter(&mut self) {
        self.add_functions(self.builtins, "builtins", BUILD_CLASS);
        self.install_generators();
    }

    /// `import`: `spec` is the tuple (level, fromlist).
    pub fn import_instruction(&mut self, code: *mut LoadedCode, name: Name, spec: Word) -> PyResult {
        let spec = spec.cast::<Tuple>().map_or(&[][..], |t| t.items());
        let level = spec.first().and_then(|w| w.as_int()).unwrap_or(0);
        let fromlist = spec.get(1).copied().unwrap_or(NONE);
        // SAFETY: running code has its globals.
        let globals = unsafe { Gc::from_ptr((*code).globals) };
        import::import_name(self, name.text(), Some(globals), fromlist, level)
    }

    /// `from module import name`.
    pub fn import_from(&mut self, module: Word, name: Name) -> PyResult {
        if let Some(w) = self.find_attr(module, name)? {
            return Ok(w);
        }
        let n = self.names.name;
        let owner = self.find_attr(module, n)?.and_then(|w| w.as_str()).unwrap_or("<unknown module name>");
        let full = self.new_str(&format!("{owner}.{}", name.text()));
        if let Some(w) = self.dict_get(self.modules, full)? {
            return Ok(w);
        }
        let file = self.names.file;
        let place = match self.find_attr(module, file)? {
            Some(w) => w.as_str().unwrap_or("unknown location"),
            None => "unknown location",
        };
        let text = name.text();
        let message = format!("cannot import name '{text}' from '{owner}' ({place})");
        let class = self.exc(Exc::ImportError);
        let message = self.new_str(&message);
        let e = self.new_exception(class, &[message]);
        let key = self.names.name_attr;
        let owner = self.new_str(owner);
        self.set_attr(e, key, owner)?;
        Err(self.raise_object(e))
    }

    /// `from module import *` into a mapping, or the globals of `code` (UNDEF).
    pub fn import_star(&mut self, code: *mut LoadedCode, module: Word, ns: Word) -> PyResult {
        let all = self.names.all;
        let names: Vec<Name> = match self.find_attr(module, all)? {
            Some(list) => {
                let mut names = Vec::new();
                for w in self.to_vec(list)? {
                    let Some(s) = w.cast::<Str>() else {
                        return Err(self.type_error("Item in __all__ must be str"));
                    };
                    names.push(self.intern_str(s));
                }
                names
            }
            None => match module.cast::<Module>() {
                Some(m) => {
                    m.namespace.iter().map(|(n, _)| n).filter(|n| !n.text().starts_with('_')).collect()
                }
                None => Vec::new(),
            },
        };
        for name in names {
            let w = self.get_attr(module, name)?;
            if ns == UNDEF {
                // SAFETY: running code has its globals.
                let globals = unsafe { Gc::from_ptr((*code).globals) };
                self.store_global(globals, name, w);
            } else {
                self.store_name(ns, name, w)?;
            }
        }
        Ok(NONE)
    }

    /// `format(x, spec)`.
    pub fn format_word(&mut self, x: Word, spec: Word) -> PyResult {
        if let (Some(_), Some("")) = (x.cast::<Str>().filter(|s| s.class() == self.types.str), spec.as_str())
        {
            return Ok(x);
        }
        if let (Some(i), Some("")) = (x.as_int(), spec.as_str()) {
            return Ok(self.int_str(i));
        }
        let text = crate::builtins::format::format_value(self, x, spec.as_str().unwrap_or(""))?;
        Ok(self.new_string(text))
    }

    /// `str(x)`, `repr(x)` or `ascii(x)` for 1, 2, 3.
    pub fn convert_word(&mut self, x: Word, kind: i64) -> PyResult {
        match kind {
            1 => self.str_word(x),
            2 => self.repr_word(x),
            _ => {
                let text = self.ascii(x)?;
                Ok(self.new_string(text))
            }
        }
    }

    /// `sys.displayhook(x)`.
    pub fn display_hook(&mut self, x: Word) -> PyResult {
        if !x.is_none() {
            let text = self.repr(x)?;
            println!("{text}");
            let name = self.intern("_");
            self.store_global(self.builtins, name, x);
        }
        Ok(NONE)
    }
}
