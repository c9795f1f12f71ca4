//! Classes: lookup along the MRO, creation, attribute changes and what they invalidate.

use crate::objects::class::*;
use crate::objects::*;
use crate::vm::{LOOKUP_CACHE, LookupEntry, PyResult, Vm};
use crate::word::{ELLIPSIS, FALSE, NONE, NOTIMPL, TRUE, UNDEF, Word};

/// `__new__` of every builtin class: its constructor.
pub static NEW: MethodDef = MethodDef::kw("__new__", native_new, 1, function::ANY);
/// `object.__init__`.
pub static OBJECT_INIT: MethodDef = MethodDef::kw("__init__", object_init, 0, function::ANY);

/// What calling a class does, when it is simple enough to be cached.
#[derive(Clone, Copy, Debug)]
pub enum ClassCall {
    /// A fresh instance; then this `__init__` runs with it (a Python function or any callable).
    Init(Word),
    /// A fresh instance; arguments are an error.
    Bare,
    /// Everything else: [`Vm::call_class`].
    Generic,
}

fn native_new(vm: &mut Vm, a: &Args) -> PyResult {
    let Some(class) = a[0].cast::<Class>() else {
        let name = vm.type_name(a[0]);
        return Err(vm.type_error(format!("object.__new__(X): X is not a type object ({name})")));
    };
    vm.construct(class, &a.skip(1))
}

fn object_init(vm: &mut Vm, a: &Args) -> PyResult {
    if (a.len() > 1 || a.has_kw()) && a[0].is::<Instance>() {
        let class = vm.type_of(a[0]);
        let new = vm.lookup_class(class, vm.names.new);
        let init = vm.lookup_class(class, vm.names.init);
        if new.is_none_or(|n| is_native(n, &NEW)) || !init.is_some_and(|n| is_native(n, &OBJECT_INIT)) {
            let name = class.name_str();
            return Err(vm.type_error(format!(
                "{name}.__init__() takes exactly one argument (the instance to initialize)"
            )));
        }
    }
    Ok(NONE)
}

/// Whether `w` is the native of table row `def`.
pub fn is_native(w: Word, def: &'static MethodDef) -> bool {
    w.cast::<Native>().is_some_and(|n| std::ptr::eq(n.def, def))
}

impl Vm {
    /// The class of a value.
    #[inline]
    pub fn type_of(&self, w: Word) -> Gc<Class> {
        if let Some(h) = w.header() {
            // SAFETY: objects that words refer to have shapes, shapes are immortal.
            return unsafe { (*h.shape).class };
        }
        self.type_of_immediate(w)
    }

    fn type_of_immediate(&self, w: Word) -> Gc<Class> {
        let t = &self.types;
        if w.is_int() {
            return t.int;
        }
        if w.is_float() {
            return t.float;
        }
        match w {
            TRUE | FALSE => t.bool_,
            ELLIPSIS => t.ellipsis,
            NOTIMPL => t.notimpl,
            _ => t.none,
        }
    }

    /// The name of a value's class.
    pub fn type_name(&self, w: Word) -> &'static str {
        self.type_of(w).name_str()
    }

    /// Whether a value is an instance of `class` or a subclass (no `__instancecheck__`).
    #[inline]
    pub fn is_instance(&self, w: Word, class: Gc<Class>) -> bool {
        let c = self.type_of(w);
        c == class || c.is_subclass(class)
    }

    /// Looks `name` up along the MRO of `class`; not bound.
    #[inline]
    pub fn lookup_class(&mut self, class: Gc<Class>, name: Name) -> Option<Word> {
        let at = lookup_index(class, name);
        let e = &self.lookups[at];
        if e.class == class.addr() && e.name == name.addr() && e.epoch == self.class_epoch {
            return e.value.defined();
        }
        let value = class.mro.iter().find_map(|c| c.dict.get(name)).unwrap_or(UNDEF);
        self.lookups[at] =
            LookupEntry { class: class.addr(), name: name.addr(), epoch: self.class_epoch, value };
        value.defined()
    }

    /// Looks a special method up on the value's class; not bound.
    #[inline]
    pub fn lookup_special(&mut self, w: Word, name: Name) -> Option<Word> {
        let class = self.type_of(w);
        self.lookup_class(class, name)
    }

    /// Sets a class attribute and invalidates what depended on the old one. Callers check that the
    /// class is mutable.
    pub fn class_set(&mut self, mut class: Gc<Class>, name: Name, value: Word) {
        let old = class.dict.insert(name, value);
        let plain = old.is_some_and(|o| self.is_plain(o)) && self.is_plain(value);
        if plain && class.volatile.contains(&name) {
            self.forget_lookup(class, name);
            return;
        }
        if plain {
            class.volatile.push(name);
        }
        self.class_changed(class, name);
    }

    /// Removes a class attribute; says whether it was there.
    pub fn class_delete(&mut self, mut class: Gc<Class>, name: Name) -> bool {
        let there = class.dict.remove(name).is_some();
        if there {
            self.class_changed(class, name);
        }
        there
    }

    /// Notes that a lookup on the class (or a subclass) may answer differently.
    pub fn class_changed(&mut self, mut class: Gc<Class>, name: Name) {
        self.class_epoch += 1;
        if name.text().starts_with("__") {
            self.update_flags(class);
        }
        class.version += 1;
        if class.watched {
            class.watched = false;
            self.invalidate(class.addr());
        }
        for i in 0..class.subclasses.len() {
            let sub = class.subclasses[i];
            self.class_changed(sub, name);
        }
    }

    /// Whether a class attribute is plain data: not a function and not a descriptor.
    fn is_plain(&mut self, w: Word) -> bool {
        matches!(self.descr_kind(w), crate::vm::attr::Descr::Plain) && !w.is::<Native>()
    }

    fn forget_lookup(&mut self, class: Gc<Class>, name: Name) {
        self.lookups[lookup_index(class, name)].epoch = 0;
        for i in 0..class.subclasses.len() {
            self.forget_lookup(class.subclasses[i], name);
        }
    }

    /// Recomputes the flags that say which special methods the class has.
    pub(crate) fn update_flags(&mut self, mut class: Gc<Class>) {
        // Whether the nearest definition is a user class'.
        let mro = class.mro.clone();
        let user =
            |name: Name| mro.iter().find(|c| c.dict.get(name).is_some()).is_some_and(|c| !c.has(C_BUILTIN));
        let n = self.names;
        let mut flags = class.flags & !(C_GETATTRIBUTE | C_GETATTR | C_SETATTR | C_IDENTITY_EQ);
        if user(n.getattribute) {
            flags |= C_GETATTRIBUTE;
        }
        if user(n.getattr) {
            flags |= C_GETATTR;
        }
        if user(n.setattr) || user(n.delattr) {
            flags |= C_SETATTR;
        }
        if class.layout == TypeTag::Instance && !user(n.eq) {
            flags |= C_IDENTITY_EQ;
        }
        class.flags = flags;
    }

    /// How to call a class; constant until the class (or a base) changes.
    pub fn class_call_plan(&mut self, mut class: Gc<Class>) -> ClassCall {
        if class.has(C_CUSTOM_META) || class.construct.is_some() {
            return ClassCall::Generic;
        }
        if class.plan_epoch != self.class_epoch {
            class.call_new = self.lookup_class(class, self.names.new).unwrap_or(UNDEF);
            class.call_init = self.lookup_class(class, self.names.init).unwrap_or(UNDEF);
            class.plan_epoch = self.class_epoch;
        }
        if !is_native(class.call_new, &NEW) || self.is_abstract(class) {
            return ClassCall::Generic;
        }
        if is_native(class.call_init, &OBJECT_INIT) {
            ClassCall::Bare
        } else {
            ClassCall::Init(class.call_init)
        }
    }

    fn is_abstract(&mut self, class: Gc<Class>) -> bool {
        match self.lookup_class(class, self.names.abstractmethods) {
            Some(w) => w.cast::<Set>().is_some_and(|s| !s.is_empty()),
            None => false,
        }
    }

    /// Makes an object of `class` as `class.__new__(class, *args)` of its builtin base does.
    pub fn construct(&mut self, class: Gc<Class>, args: &Args) -> PyResult {
        if self.is_abstract(class) {
            return Err(self.abstract_error(class));
        }
        match class.construct {
            Some(ctor) if class.has(C_MUTABLE_CTOR) => ctor(self, class, &Args::new(&[])),
            Some(ctor) => ctor(self, class, args),
            None if class.layout == TypeTag::Instance => {
                self.check_object_new(class, args)?;
                Ok(self.alloc_instance(class))
            }
            None => {
                let name = class.name_str();
                Err(self.type_error(format!("cannot create '{name}' instances")))
            }
        }
    }

    /// `object.__new__` takes arguments only when `__init__` is overridden and `__new__` is not.
    fn check_object_new(&mut self, class: Gc<Class>, args: &Args) -> PyResult<()> {
        if args.is_empty() && !args.has_kw() {
            return Ok(());
        }
        let new = self.lookup_class(class, self.names.new);
        if new.is_some_and(|n| !is_native(n, &NEW)) {
            return Err(
                self.type_error("object.__new__() takes exactly one argument (the type to instantiate)")
            );
        }
        let init = self.lookup_class(class, self.names.init);
        if init.is_none_or(|i| is_native(i, &OBJECT_INIT)) {
            let name = class.name_str();
            return Err(self.type_error(format!("{name}() takes no arguments")));
        }
        Ok(())
    }

    fn abstract_error(&mut self, class: Gc<Class>) -> crate::vm::Raised {
        let set = self.lookup_class(class, self.names.abstractmethods).and_then(|w| w.cast::<Set>());
        let mut names: Vec<&str> =
            set.map(|s| s.iter().filter_map(|w| w.as_str()).collect()).unwrap_or_default();
        names.sort_unstable();
        let s = if names.len() == 1 { "" } else { "s" };
        let (class, list) = (class.name_str(), names.join(", "));
        self.type_error(format!("Can't instantiate abstract class {class} with abstract method{s} {list}"))
    }

    /// Calls a class: metaclass `__call__`, or `__new__` then `__init__`.
    pub fn call_class(&mut self, class: Gc<Class>, args: &Args) -> PyResult {
        if class.has(C_CUSTOM_META) {
            let call = self.lookup_special(class.word(), self.names.call);
            if let Some(call) = call.filter(|w| !w.is::<Native>()) {
                return self.call_bound(call, class.word(), args);
            }
        }
        self.type_call(class, args)
    }

    /// `type.__call__`: `__new__`, then `__init__` when it made an instance of the class.
    pub fn type_call(&mut self, class: Gc<Class>, args: &Args) -> PyResult {
        if class == self.types.type_ && args.len() == 1 && !args.has_kw() {
            return Ok(self.type_of(args[0]).word());
        }
        let new = self.lookup_class(class, self.names.new).unwrap_or(UNDEF);
        let object = if is_native(new, &NEW) || new == UNDEF {
            self.construct(class, args)?
        } else {
            let new = self.descr_get_static(new);
            self.call_bound(new, class.word(), args)?
        };
        let made = self.type_of(object);
        if made != class && !made.is_subclass(class) {
            return Ok(object);
        }
        let init = self.lookup_class(made, self.names.init).unwrap_or(UNDEF);
        if init == UNDEF || is_native(init, &OBJECT_INIT) {
            return Ok(object);
        }
        let result = self.call_descr(init, object, made, args)?;
        if result != NONE {
            let name = self.type_name(result);
            return Err(self.type_error(format!("__init__() should return None, not '{name}'")));
        }
        Ok(object)
    }
}

#[inline(always)]
fn lookup_index(class: Gc<Class>, name: Name) -> usize {
    ((class.addr() >> 4).wrapping_mul(31) ^ (name.addr() >> 4)) as usize & (LOOKUP_CACHE - 1)
}
