//! Making classes: metaclass selection, C3 linearisation, layouts and slots, class hooks.

use crate::objects::class::*;
use crate::objects::*;
use crate::vm::{PyResult, Raised, Vm};
use crate::word::{NONE, UNDEF, Word};

/// A class statement between its head and its body.
pub struct ClassSetup {
    /// The metaclass (any callable).
    pub meta: Word,
    /// The bases, `__mro_entries__` resolved.
    pub bases: Vec<Word>,
    /// The bases as written, when they differ.
    pub orig_bases: Option<Word>,
    /// What the body stores names in.
    pub namespace: Word,
    /// Keywords other than `metaclass`.
    pub kw_names: Vec<Word>,
    pub kw_values: Vec<Word>,
}

impl Vm {
    /// The head of a class statement: chooses the metaclass and makes the namespace.
    pub fn class_prepare(&mut self, name: Word, args: &Args) -> PyResult<ClassSetup> {
        let (mut meta, mut kw_names, mut kw_values) = (UNDEF, Vec::new(), Vec::new());
        for (key, value) in args.kw_iter() {
            if key == self.names.metaclass {
                meta = value;
            } else {
                kw_names.push(key.word());
                kw_values.push(value);
            }
        }
        let (bases, changed) = self.resolve_bases(args.pos())?;
        let orig_bases = if changed { Some(self.new_tuple(args.pos())) } else { None };
        if meta == UNDEF {
            meta = bases.first().map_or(self.types.type_, |&b| self.type_of(b)).word();
        }
        if let Some(m) = meta.cast::<Class>() {
            meta = self.winner(m, &bases)?.word();
        }
        let prepare = self.names.prepare;
        let plain = meta == self.types.type_.word();
        let hook = if plain { None } else { self.find_attr(meta, prepare)? };
        let namespace = match hook {
            Some(f) => {
                let tuple = self.new_tuple(&bases);
                self.call_args(f, &Args::with_kw(&[name, tuple], &kw_names, &kw_values))?
            }
            None => self.new_dict().word(),
        };
        Ok(ClassSetup { meta, bases, orig_bases, namespace, kw_names, kw_values })
    }

    /// The end of a class statement: calls the metaclass. `hint`: attribute names assigned on self.
    pub fn class_finish(&mut self, setup: &ClassSetup, name: Word, hint: u32) -> PyResult {
        if let Some(orig) = setup.orig_bases {
            let key = self.new_str("__orig_bases__");
            self.set_item(setup.namespace, key, orig)?;
        }
        let bases = self.new_tuple(&setup.bases);
        let saved = std::mem::replace(&mut self.slots_hint, hint);
        let args = [name, bases, setup.namespace];
        let class = self.call_args(setup.meta, &Args::with_kw(&args, &setup.kw_names, &setup.kw_values));
        self.slots_hint = saved;
        class
    }

    /// Replaces bases that are not classes by their `__mro_entries__`.
    fn resolve_bases(&mut self, bases: &[Word]) -> PyResult<(Vec<Word>, bool)> {
        let (mut out, mut changed) = (Vec::with_capacity(bases.len()), false);
        let name = self.names.mro_entries;
        let all = self.new_tuple(bases);
        for &b in bases {
            if !b.is::<Class>()
                && let Some(f) = self.find_attr(b, name)?
            {
                let r = self.call(f, &[all])?;
                let Some(t) = r.cast::<Tuple>() else {
                    return Err(self.type_error("__mro_entries__ must return a tuple"));
                };
                out.extend_from_slice(t.items());
                changed = true;
            } else {
                out.push(b);
            }
        }
        Ok((out, changed))
    }

    /// The most derived of `meta` and the metaclasses of the bases.
    fn winner(&mut self, meta: Gc<Class>, bases: &[Word]) -> PyResult<Gc<Class>> {
        let mut best = meta;
        for &b in bases {
            let m = self.type_of(b);
            if best.is_subclass(m) {
                continue;
            }
            if !m.is_subclass(best) {
                return Err(self.type_error(
                    "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
                ));
            }
            best = m;
        }
        Ok(best)
    }

    /// `type.__new__(meta, name, bases, namespace, **kw)`.
    pub fn type_new(&mut self, meta: Gc<Class>, args: &Args) -> PyResult {
        let (name, bases, ns) = match args.pos() {
            &[name, bases, ns] if name.is::<Str>() && bases.is::<Tuple>() => (name, bases, ns),
            _ => return Err(self.type_error("type() takes 1 or 3 arguments")),
        };
        let mut base_words = bases.cast::<Tuple>().map_or(Vec::new(), |t| t.items().to_vec());
        let meta = self.winner(meta, &base_words)?;
        if base_words.is_empty() {
            base_words.push(self.types.object.word());
        }
        let bases = self.check_bases(&base_words)?;
        let class = self.make_class(meta, name, bases, ns)?;
        self.name_attributes(class)?;
        self.init_subclass(class, args)?;
        Ok(class.word())
    }

    fn check_bases(&mut self, bases: &[Word]) -> PyResult<Vec<Gc<Class>>> {
        let mut out: Vec<Gc<Class>> = Vec::with_capacity(bases.len());
        for &b in bases {
            let Some(c) = b.cast::<Class>() else {
                return Err(self.type_error("bases must be types"));
            };
            let name = c.name_str();
            if c.has(C_FINAL) {
                return Err(self.type_error(format!("type '{name}' is not an acceptable base type")));
            }
            if out.contains(&c) {
                return Err(self.type_error(format!("duplicate base class {name}")));
            }
            out.push(c);
        }
        Ok(out)
    }

    /// The base whose layout instances have.
    fn layout_base(&mut self, bases: &[Gc<Class>]) -> PyResult<Gc<Class>> {
        let solid = |c: Gc<Class>| c.mro.iter().copied().find(|b| b.has(C_BUILTIN)).unwrap_or(c);
        let mut best = bases[0];
        for &b in &bases[1..] {
            let (sb, best_solid) = (solid(b), solid(best));
            if best_solid.is_subclass(sb) {
                continue;
            }
            if sb.is_subclass(best_solid) || best.layout == TypeTag::Instance {
                best = b;
            } else if sb.layout != TypeTag::Instance && sb.layout != best.layout {
                return Err(self.type_error("multiple bases have instance lay-out conflict"));
            }
        }
        Ok(best)
    }

    fn make_class(
        &mut self,
        meta: Gc<Class>,
        name: Word,
        bases: Vec<Gc<Class>>,
        ns: Word,
    ) -> PyResult<Gc<Class>> {
        let base = self.layout_base(&bases)?;
        let inherited = C_MUTABLE_CTOR | C_EXCEPTION;
        let mut flags = base.flags & inherited;
        if meta != self.types.type_ {
            flags |= C_CUSTOM_META;
        }
        let mut class = bare_class(&mut self.heap, base.layout, flags);
        class.hdr.shape = meta.root_shape;
        class.name = name;
        class.qualname = name;
        class.construct = base.construct;
        let mut mro = vec![class];
        mro.extend(self.linearize(&bases)?);
        class.slots_hint = bases.iter().map(|b| b.slots_hint).max().unwrap_or(0) + self.slots_hint.min(64);
        let widest = bases.iter().map(|b| b.inline_slots).max().unwrap_or(MIN_INLINE_SLOTS);
        class.inline_slots = class.slots_hint.max(widest).clamp(MIN_INLINE_SLOTS, MAX_INLINE_SLOTS);
        self.fill_class_dict(class, ns)?;
        if class.layout == TypeTag::Instance
            && bases.iter().all(|b| b.has(C_NO_DICT))
            && !class.slots.is_empty()
        {
            class.inline_slots = class.inline_slots.max(class.slots.len() as u32).min(MAX_INLINE_SLOTS);
        }
        class.bases = bases;
        Class::finish(class, mro);
        self.classes.push(class);
        for i in 0..class.bases.len() {
            let mut b = class.bases[i];
            b.subclasses.push(class);
        }
        self.finish_dict_flag(class);
        let name = self.names.dict;
        if !class.has(C_NO_DICT) && class.mro.iter().all(|c| c.dict.get(name).is_none()) {
            let getset = self.dict_getset;
            class.dict.insert(name, getset);
        }
        self.update_flags(class);
        Ok(class)
    }

    fn finish_dict_flag(&mut self, mut class: Gc<Class>) {
        let slots = self.names.slots;
        let declares = class.dict.get(slots).is_some();
        let has_dict_slot = class.slots.contains(&self.names.dict);
        if declares && !has_dict_slot && class.bases.iter().all(|b| b.has(C_NO_DICT)) {
            class.flags |= C_NO_DICT;
        }
    }

    fn fill_class_dict(&mut self, mut class: Gc<Class>, ns: Word) -> PyResult<()> {
        let Some(d) = ns.cast::<Dict>() else {
            let t = self.type_name(ns);
            return Err(self.type_error(format!("type.__new__() argument 3 must be dict, not {t}")));
        };
        let n = self.names;
        let entries: Vec<(Word, Word)> = d.iter().collect();
        let (mut has_eq, mut has_hash) = (false, false);
        for (key, value) in entries {
            let Some(key) = key.cast::<Str>() else { continue };
            let key = self.intern_str(key);
            let mut value = value;
            if key == n.qualname {
                class.qualname = value;
                continue;
            }
            if key == n.classcell {
                if let Some(mut cell) = value.cast::<Cell>() {
                    cell.value = class.word();
                }
                continue;
            }
            if key == n.slots {
                self.declare_slots(class, value)?;
            }
            has_eq |= key == n.eq;
            has_hash |= key == n.hash;
            if value.is::<Function>() {
                if key == n.new {
                    value = self.new_staticmethod(value);
                } else if key == n.init_subclass || key == n.class_getitem {
                    value = self.new_classmethod(value);
                }
            }
            class.dict.insert(key, value);
        }
        if has_eq && !has_hash {
            class.dict.insert(n.hash, NONE);
        }
        if class.dict.get(n.doc).is_none() {
            class.dict.insert(n.doc, NONE);
        }
        Ok(())
    }

    fn declare_slots(&mut self, mut class: Gc<Class>, slots: Word) -> PyResult<()> {
        let names = if slots.is::<Str>() { vec![slots] } else { self.to_vec(slots)? };
        for w in names {
            let Some(s) = w.cast::<Str>() else {
                let t = self.type_name(w);
                return Err(self.type_error(format!("__slots__ items must be strings, not '{t}'")));
            };
            let mut name = self.intern_str(s);
            if name != self.names.dict && name != self.names.weakref {
                name = self.mangle(name, class);
                let hdr = self.header(TypeTag::MemberDescr, self.types.member_descr);
                let m = self.heap.place(MemberDescr { hdr, name, owner: class }).word();
                class.dict.insert(name, m);
            }
            class.slots.push(name);
        }
        Ok(())
    }

    /// `__x` inside class `C` is `_C__x`.
    fn mangle(&mut self, name: Name, class: Gc<Class>) -> Name {
        let text = name.text();
        let owner = class.name_str().trim_start_matches('_');
        if text.starts_with("__") && !text.ends_with("__") && !owner.is_empty() {
            let mangled = format!("_{owner}{text}");
            return self.intern(&mangled);
        }
        name
    }

    /// C3: merges the bases' orders.
    fn linearize(&mut self, bases: &[Gc<Class>]) -> PyResult<Vec<Gc<Class>>> {
        let mut lists: Vec<&[Gc<Class>]> = Vec::with_capacity(bases.len() + 1);
        let orders: Vec<Vec<Gc<Class>>> = bases.iter().map(|b| b.mro.clone()).collect();
        for order in &orders {
            lists.push(order);
        }
        lists.push(bases);
        let mut out = Vec::new();
        loop {
            lists.retain(|l| !l.is_empty());
            if lists.is_empty() {
                return Ok(out);
            }
            let good = lists.iter().map(|l| l[0]).find(|c| !lists.iter().any(|l| l[1..].contains(c)));
            let Some(next) = good else {
                let names: Vec<&str> = bases.iter().map(|b| b.name_str()).collect();
                let names = names.join(", ");
                return Err(self.type_error(format!(
                    "Cannot create a consistent method resolution\norder (MRO) for bases {names}"
                )));
            };
            out.push(next);
            for l in &mut lists {
                if l[0] == next {
                    *l = &l[1..];
                }
            }
        }
    }

    /// Calls `__set_name__` of the class' attributes.
    fn name_attributes(&mut self, class: Gc<Class>) -> PyResult<()> {
        let hook = self.names.set_name;
        let entries: Vec<(Name, Word)> = class.dict.iter().collect();
        for (name, value) in entries {
            if !matches!(value.tag(), TypeTag::Instance | TypeTag::NativeObject) {
                continue;
            }
            if let Err(e) = self.call_special(value, hook, &[class.word(), name.word()]) {
                return Err(self.set_name_error(e, value, name, class));
            }
        }
        Ok(())
    }

    /// CPython wraps an error of `__set_name__` in RuntimeError.
    fn set_name_error(&mut self, _: Raised, value: Word, name: Name, class: Gc<Class>) -> Raised {
        let cause = self.take_pending();
        let (t, n, c) = (self.type_name(value), name.text(), class.name_str());
        let e = self.runtime_error(format!("Error calling __set_name__ on '{t}' instance '{n}' in '{c}'"));
        if let Some(mut x) = self.pending.cast::<Exception>() {
            x.cause = cause;
            x.suppress_context = true;
        }
        e
    }

    /// Calls `__init_subclass__` of the next class in the MRO.
    fn init_subclass(&mut self, class: Gc<Class>, args: &Args) -> PyResult<()> {
        let name = self.names.init_subclass;
        let Some(f) = self.super_lookup(class, class, name) else { return Ok(()) };
        let f = self.descr_get(f, UNDEF, class)?;
        self.call_args(f, &Args::with_kw(&[], args.kw_names(), args.kw_values()))?;
        Ok(())
    }
}
