//! Calling from native code, and the calling of natives.

use crate::objects::function::NativeKind;
use crate::objects::*;
use crate::vm::boot::native_stack_pointer;
use crate::vm::run::Caller;
use crate::vm::{PyResult, Raised, Vm};
use crate::word::Word;
use smallvec::SmallVec;

/// Arguments with one more in front.
pub(crate) type Prefixed = SmallVec<[Word; 10]>;

/// `first`, then `rest`.
#[inline]
pub(crate) fn prefixed(first: Word, rest: &[Word]) -> Prefixed {
    let mut v = Prefixed::with_capacity(rest.len() + 1);
    v.push(first);
    v.extend_from_slice(rest);
    v
}

impl Vm {
    /// Calls `f` with positional arguments.
    #[inline]
    pub fn call(&mut self, f: Word, args: &[Word]) -> PyResult {
        self.call_args(f, &Args::new(args))
    }

    /// Calls `f` from a trace that has inlined so many frames above its root.
    pub fn call_above(&mut self, inlined: i64, f: Word, args: &Args) -> PyResult {
        let inlined = if std::mem::take(&mut self.run.recorded) { 0 } else { inlined as usize };
        self.inlined += inlined;
        let result = if f.tag() == TypeTag::Function && self.run.machine_code {
            // SAFETY: the tag says the layout.
            self.run_function_for(Caller::Compiled, unsafe { f.cast_unchecked() }, args)
        } else {
            self.call_args(f, args)
        };
        self.inlined -= inlined;
        result
    }

    /// Calls `f`.
    pub fn call_args(&mut self, f: Word, args: &Args) -> PyResult {
        if native_stack_pointer() < self.native_stack_limit {
            return Err(self.recursion_error());
        }
        match f.tag() {
            // SAFETY: each tag says the layout.
            TypeTag::Function => self.run_function(unsafe { f.cast_unchecked() }, args),
            // SAFETY: as above.
            TypeTag::Native => self.call_native(unsafe { f.cast_unchecked() }, args),
            TypeTag::BoundMethod => {
                // SAFETY: as above.
                let m: Gc<BoundMethod> = unsafe { f.cast_unchecked() };
                self.call_bound(m.func, m.this, args)
            }
            // SAFETY: as above.
            TypeTag::Class => self.call_class(unsafe { f.cast_unchecked() }, args),
            TypeTag::StaticMethod => {
                // SAFETY: as above.
                let s: Gc<StaticMethod> = unsafe { f.cast_unchecked() };
                self.call_args(s.func, args)
            }
            _ => self.call_object(f, args),
        }
    }

    fn call_object(&mut self, f: Word, args: &Args) -> PyResult {
        let class = self.type_of(f);
        match self.lookup_class(class, self.names.call) {
            Some(call) => self.call_descr(call, f, class, args),
            None => {
                let name = class.name_str();
                Err(self.type_error(format!("'{name}' object is not callable")))
            }
        }
    }

    /// Calls `f(this, *args)`.
    pub fn call_bound(&mut self, f: Word, this: Word, args: &Args) -> PyResult {
        let all = prefixed(this, args.pos());
        self.call_args(f, &Args::with_kw(&all, args.kw_names(), args.kw_values()))
    }

    /// Calls the class attribute `attr` as a method of `this`, an instance of `class`.
    pub fn call_descr(&mut self, attr: Word, this: Word, class: Gc<Class>, args: &Args) -> PyResult {
        match attr.tag() {
            TypeTag::Function => self.call_bound(attr, this, args),
            TypeTag::Native if attr.cast::<Native>().is_some_and(|n| n.kind == NativeKind::Method) => {
                self.call_bound(attr, this, args)
            }
            _ => {
                let f = self.descr_get(attr, this, class)?;
                self.call_args(f, args)
            }
        }
    }

    /// Calls a method by name.
    pub fn call_method(&mut self, w: Word, name: &str, args: &[Word]) -> PyResult {
        let name = self.intern(name);
        self.call_method_name(w, name, &Args::new(args))
    }

    /// Calls a method by interned name, without making a bound method where possible.
    pub fn call_method_name(&mut self, w: Word, name: Name, args: &Args) -> PyResult {
        match self.plan_get(w, name) {
            crate::vm::attr::GetPlan::Method(f) => self.call_bound(f, w, args),
            _ => {
                let f = self.get_attr(w, name)?;
                self.call_args(f, args)
            }
        }
    }

    /// Calls the special method `name` of the value's class; `None` when it has none (or None).
    pub fn call_special(&mut self, w: Word, name: Name, args: &[Word]) -> PyResult<Option<Word>> {
        let class = self.type_of(w);
        match self.lookup_class(class, name) {
            Some(f) if !f.is_none() => self.call_descr(f, w, class, &Args::new(args)).map(Some),
            _ => Ok(None),
        }
    }

    /// Calls a native after checking arity, keywords and self.
    #[inline]
    pub fn call_native(&mut self, n: Gc<Native>, args: &Args) -> PyResult {
        let def = n.def;
        let given = match n.kind {
            NativeKind::Function => args.len(),
            NativeKind::Method => args.len().wrapping_sub(1),
        };
        let ok = given >= def.min as usize
            && (given <= def.max as usize || def.max == function::ANY && given != usize::MAX)
            && (def.kw || !args.has_kw());
        if !ok {
            return Err(self.arity_error(n, given, args.has_kw()));
        }
        if let Some(owner) = n.owner
            && n.kind == NativeKind::Method
        {
            let class = self.type_of(args[0]);
            if class != owner && !class.is_subclass(owner) {
                return Err(self.self_error(n, owner, class));
            }
        }
        (n.func)(self, args)
    }

    #[cold]
    fn self_error(&mut self, n: Gc<Native>, owner: Gc<Class>, class: Gc<Class>) -> Raised {
        let (name, owner, class) = (n.def.name, owner.name_str(), class.name_str());
        if name.starts_with("__") {
            return self.type_error(format!(
                "descriptor '{name}' requires a '{owner}' object but received a '{class}'"
            ));
        }
        self.type_error(format!(
            "descriptor '{name}' for '{owner}' objects doesn't apply to a '{class}' object"
        ))
    }

    #[cold]
    fn arity_error(&mut self, n: Gc<Native>, given: usize, has_kw: bool) -> Raised {
        let (name, min, max) = (n.def.name, n.def.min as usize, n.def.max as usize);
        let full = match n.owner {
            Some(c) => format!("{}.{name}", c.name_str()),
            None => name.to_string(),
        };
        let plural = |k: usize| if k == 1 { "" } else { "s" };
        let message = if given == usize::MAX {
            let class = n.owner.map_or("type", |c| c.name_str());
            if name.starts_with("__") {
                format!("descriptor '{name}' of '{class}' object needs an argument")
            } else {
                format!("unbound method {class}.{name}() needs an argument")
            }
        } else if has_kw && !n.def.kw {
            format!("{full}() takes no keyword arguments")
        } else if n.def.name.starts_with("__") && n.kind == NativeKind::Method && min == max {
            format!("expected {min} argument{}, got {given}", plural(min))
        } else if max == 0 {
            format!("{full}() takes no arguments ({given} given)")
        } else if min == 1 && max == 1 {
            format!("{full}() takes exactly one argument ({given} given)")
        } else if min == max {
            format!("{name} expected {min} argument{}, got {given}", plural(min))
        } else if given < min {
            format!("{name} expected at least {min} argument{}, got {given}", plural(min))
        } else {
            format!("{name} expected at most {max} argument{}, got {given}", plural(max))
        };
        self.type_error(message)
    }

    /// `isinstance(w, class)`; `class` may be a tuple or have `__instancecheck__`.
    pub fn isinstance(&mut self, w: Word, class: Word) -> PyResult<bool> {
        if let Some(c) = class.cast::<Class>()
            && (self.type_of(w) == c || !c.has(crate::objects::class::C_CUSTOM_META))
        {
            return Ok(self.is_instance(w, c));
        }
        if let Some(t) = class.cast::<Tuple>() {
            for &c in t.items() {
                if self.isinstance(w, c)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let check = self.names.instancecheck;
        if let Some(r) = self.call_special(class, check, &[w])? {
            return self.truthy(r);
        }
        match class.cast::<Class>() {
            Some(c) => Ok(self.is_instance(w, c)),
            None => Err(self.type_error("isinstance() arg 2 must be a type, a tuple of types, or a union")),
        }
    }

    /// `issubclass(class, of)`; `of` may be a tuple or have `__subclasscheck__`.
    pub fn issubclass(&mut self, class: Word, of: Word) -> PyResult<bool> {
        if let Some(t) = of.cast::<Tuple>() {
            for &c in t.items() {
                if self.issubclass(class, c)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let Some(c) = class.cast::<Class>() else {
            return Err(self.type_error("issubclass() arg 1 must be a class"));
        };
        if let Some(o) = of.cast::<Class>()
            && !o.has(crate::objects::class::C_CUSTOM_META)
        {
            return Ok(c.is_subclass(o));
        }
        let check = self.names.subclasscheck;
        if let Some(r) = self.call_special(of, check, &[class])? {
            return self.truthy(r);
        }
        match of.cast::<Class>() {
            Some(o) => Ok(c.is_subclass(o)),
            None => {
                Err(self.type_error("issubclass() arg 2 must be a class, a tuple of classes, or a union"))
            }
        }
    }
}
