//! Attributes: descriptors, instance storage, `__getattr__` and friends.

use crate::objects::class::*;
use crate::objects::function::NativeKind;
use crate::objects::*;
use crate::vm::{Exc, PyResult, Raised, Vm};
use crate::word::{NONE, UNDEF, Word};

pub use crate::vm::plan::{GetPlan, SetPlan};

/// What a class attribute does when read through an instance.
pub(crate) enum Descr {
    /// Nothing: it is the value.
    Plain,
    /// Binds as a method.
    Function,
    /// Native or user descriptor without `__set__`: the instance's own attribute goes first.
    NonData,
    /// Descriptor with `__set__` or `__delete__`.
    Data,
}

impl Vm {
    /// Classifies a class attribute.
    pub(crate) fn descr_kind(&mut self, w: Word) -> Descr {
        match w.tag() {
            TypeTag::Function => Descr::Function,
            TypeTag::Native => match w.cast::<Native>() {
                Some(n) if n.kind == NativeKind::Method => Descr::Function,
                _ => Descr::Plain,
            },
            TypeTag::StaticMethod | TypeTag::ClassMethod => Descr::NonData,
            TypeTag::Property | TypeTag::MemberDescr | TypeTag::GetSet => Descr::Data,
            TypeTag::Instance | TypeTag::NativeObject => {
                let n = self.names;
                let class = self.type_of(w);
                if self.lookup_class(class, n.set).is_some() || self.lookup_class(class, n.delete).is_some() {
                    Descr::Data
                } else if self.lookup_class(class, n.get).is_some() {
                    Descr::NonData
                } else {
                    Descr::Plain
                }
            }
            _ => Descr::Plain,
        }
    }

    /// Reads a class attribute through `object` (UNDEF: through the class itself).
    pub fn descr_get(&mut self, attr: Word, object: Word, class: Gc<Class>) -> PyResult {
        match attr.tag() {
            TypeTag::Function if object == UNDEF => Ok(attr),
            TypeTag::Function => Ok(self.new_bound(attr, object)),
            TypeTag::Native => match attr.cast::<Native>() {
                Some(n) if n.kind == NativeKind::Method && object != UNDEF => {
                    Ok(self.bind_native(attr, object))
                }
                _ => Ok(attr),
            },
            TypeTag::StaticMethod => Ok(attr.cast::<StaticMethod>().map_or(attr, |s| s.func)),
            TypeTag::ClassMethod => {
                let func = attr.cast::<ClassMethod>().map_or(attr, |c| c.func);
                match func.tag() {
                    TypeTag::Function => Ok(self.new_bound(func, class.word())),
                    TypeTag::Native => Ok(self.bind_native(func, class.word())),
                    TypeTag::Property | TypeTag::NativeObject | TypeTag::Instance
                        if self.is_descriptor(func) =>
                    {
                        let meta = self.type_of(class.word());
                        self.descr_get(func, class.word(), meta)
                    }
                    _ => Ok(self.new_bound(func, class.word())),
                }
            }
            TypeTag::Property if object == UNDEF => Ok(attr),
            TypeTag::Property => {
                let get = attr.cast::<Property>().map_or(UNDEF, |p| p.get);
                if get == UNDEF || get == NONE {
                    return Err(self.property_error(attr, object, class, "getter"));
                }
                self.call(get, &[object])
            }
            TypeTag::MemberDescr if object == UNDEF => Ok(attr),
            TypeTag::MemberDescr => {
                let m = attr.cast::<MemberDescr>().expect("tag was checked");
                match self.own_attr(object, m.name) {
                    Some(w) => Ok(w),
                    None => Err(self.no_attribute(object, m.name)),
                }
            }
            TypeTag::GetSet => {
                let g = attr.cast::<GetSet>().expect("tag was checked");
                if object == UNDEF {
                    return Ok(attr);
                }
                self.check_descr_self(g, object)?;
                (g.get)(self, object)
            }
            TypeTag::Instance | TypeTag::NativeObject => {
                let Some(get) = self.lookup_special(attr, self.names.get) else { return Ok(attr) };
                let object = if object == UNDEF { NONE } else { object };
                let this = self.type_of(attr);
                self.call_descr(get, attr, this, &Args::new(&[object, class.word()]))
            }
            _ => Ok(attr),
        }
    }

    /// Native getters and setters rely on the layout of their class.
    fn check_descr_self(&mut self, g: Gc<GetSet>, object: Word) -> PyResult<()> {
        if self.is_instance(object, g.owner) {
            return Ok(());
        }
        let (name, owner, t) = (g.name.as_str().unwrap_or("?"), g.owner.name_str(), self.type_name(object));
        Err(self
            .type_error(format!("descriptor '{name}' for '{owner}' objects doesn't apply to a '{t}' object")))
    }

    fn is_descriptor(&mut self, w: Word) -> bool {
        w.is::<Property>() || self.lookup_special(w, self.names.get).is_some()
    }

    /// A `__new__` or other attribute stripped of its staticmethod.
    pub(crate) fn descr_get_static(&mut self, w: Word) -> Word {
        w.cast::<StaticMethod>().map_or(w, |s| s.func)
    }

    /// A native method bound to an object.
    pub fn bind_native(&mut self, func: Word, this: Word) -> Word {
        let wrapper = func.cast::<Native>().is_some_and(|n| n.class() == self.types.wrapper_descr);
        let class = if wrapper { self.types.method_wrapper } else { self.types.builtin };
        let hdr = self.header(TypeTag::BoundMethod, class);
        self.heap.place(BoundMethod { hdr, func, this }).word()
    }

    /// `getattr(w, name)`.
    pub fn get_attr(&mut self, w: Word, name: Name) -> PyResult {
        match self.lookup_attr(w, name)? {
            Some(v) => Ok(v),
            None => Err(self.no_attribute(w, name)),
        }
    }

    /// `getattr(w, name)`.
    pub fn get_attr_str(&mut self, w: Word, name: &str) -> PyResult {
        let name = self.intern(name);
        self.get_attr(w, name)
    }

    /// The attribute, or `None` when reading it raises AttributeError.
    pub fn find_attr(&mut self, w: Word, name: Name) -> PyResult<Option<Word>> {
        match self.lookup_attr(w, name) {
            Err(_) if self.swallow(Exc::AttributeError) => Ok(None),
            r => r,
        }
    }

    /// The attribute; `None` when it is simply absent (getters may still raise AttributeError).
    pub(crate) fn lookup_attr(&mut self, w: Word, name: Name) -> PyResult<Option<Word>> {
        let class = self.type_of(w);
        if class.flags & (C_GETATTRIBUTE | C_GETATTR) == 0 {
            return self.generic_attr(w, class, name);
        }
        let found = if class.has(C_GETATTRIBUTE) {
            let f = self.lookup_class(class, self.names.getattribute).unwrap_or(UNDEF);
            self.call_descr(f, w, class, &Args::new(&[name.word()])).map(Some)
        } else {
            self.generic_attr(w, class, name)
        };
        if !class.has(C_GETATTR) {
            return found;
        }
        match found {
            Ok(None) => {}
            Err(_) if self.swallow(Exc::AttributeError) => {}
            found => return found,
        }
        let f = self.lookup_class(class, self.names.getattr).unwrap_or(UNDEF);
        self.call_descr(f, w, class, &Args::new(&[name.word()])).map(Some)
    }

    /// `object.__getattribute__` (or `type`'s, the module's, `super`'s).
    pub(crate) fn generic_attr(&mut self, w: Word, class: Gc<Class>, name: Name) -> PyResult<Option<Word>> {
        match w.tag() {
            // SAFETY: the tag says so.
            TypeTag::Class => return self.class_attr(unsafe { w.cast_unchecked() }, class, name),
            TypeTag::Super => {
                // SAFETY: the tag says so.
                if let Some(v) = self.super_attr(unsafe { w.cast_unchecked() }, name)? {
                    return Ok(Some(v));
                }
            }
            _ => {}
        }
        let Some(attr) = self.lookup_class(class, name) else {
            return match self.own_attr(w, name) {
                None if w.is::<Module>() => self.module_getattr(w, name),
                // Native classes with attribute dicts need not declare the descriptor.
                None if w.is::<BoundMethod>() => {
                    let func = w.cast::<BoundMethod>().map_or(NONE, |m| m.func);
                    self.lookup_attr(func, name)
                }
                None if name == self.names.dict => Ok(self.attr_dict(w).map(|d| d.word())),
                own => Ok(own),
            };
        };
        match self.descr_kind(attr) {
            Descr::Data => {
                if attr.is::<MemberDescr>() {
                    return Ok(self.own_attr(w, name));
                }
                self.descr_get(attr, w, class).map(Some)
            }
            Descr::Plain => Ok(self.own_attr(w, name).or(Some(attr))),
            _ => match self.own_attr(w, name) {
                Some(v) => Ok(Some(v)),
                None => self.descr_get(attr, w, class).map(Some),
            },
        }
    }

    fn module_getattr(&mut self, w: Word, name: Name) -> PyResult<Option<Word>> {
        let getattr = self.names.getattr;
        match self.own_attr(w, getattr) {
            Some(f) => self.call(f, &[name.word()]).map(Some),
            None => Ok(None),
        }
    }

    /// Attribute of a class object: metaclass data descriptors, the MRO, the metaclass.
    fn class_attr(&mut self, class: Gc<Class>, meta: Gc<Class>, name: Name) -> PyResult<Option<Word>> {
        let on_meta = self.lookup_class(meta, name);
        if let Some(m) = on_meta
            && matches!(self.descr_kind(m), Descr::Data)
        {
            return self.descr_get(m, class.word(), meta).map(Some);
        }
        if let Some(attr) = self.lookup_class(class, name) {
            return self.descr_get(attr, UNDEF, class).map(Some);
        }
        match on_meta {
            Some(m) => self.descr_get(m, class.word(), meta).map(Some),
            None => Ok(None),
        }
    }

    /// The attribute after `start` in the MRO of `of`; not bound.
    pub fn super_lookup(&self, start: Gc<Class>, of: Gc<Class>, name: Name) -> Option<Word> {
        let after = of.mro.iter().position(|&c| c == start)? + 1;
        of.mro[after..].iter().find_map(|c| c.dict.get(name))
    }

    fn super_attr(&mut self, s: Gc<Super>, name: Name) -> PyResult<Option<Word>> {
        if name == self.names.class || s.this == UNDEF {
            return Ok(None);
        }
        let Some(attr) = self.super_lookup(s.start, s.of, name) else { return Ok(None) };
        let this = if s.this == s.of.word() { UNDEF } else { s.this };
        self.descr_get(attr, this, s.of).map(Some)
    }

    /// `setattr(w, name, value)`.
    pub fn set_attr(&mut self, w: Word, name: Name, value: Word) -> PyResult<()> {
        let class = self.type_of(w);
        if class.has(C_SETATTR) {
            let f = self.lookup_class(class, self.names.setattr).unwrap_or(UNDEF);
            self.call_descr(f, w, class, &Args::new(&[name.word(), value]))?;
            return Ok(());
        }
        self.generic_set_attr(w, class, name, value)
    }

    /// `object.__setattr__`.
    pub(crate) fn generic_set_attr(
        &mut self,
        w: Word,
        class: Gc<Class>,
        name: Name,
        value: Word,
    ) -> PyResult<()> {
        if let Some(target) = w.cast::<Class>() {
            return self.set_class_object_attr(target, class, name, value);
        }
        let attr = self.lookup_class(class, name);
        if let Some(attr) = attr
            && matches!(self.descr_kind(attr), Descr::Data)
        {
            return self.descr_set(attr, w, class, name, value);
        }
        if let Some(o) = w.cast::<Instance>()
            && !class.has(C_NO_DICT)
        {
            self.set_instance_attr(o, name, value);
            return Ok(());
        }
        if let Some(m) = w.cast::<Module>() {
            self.store_global(m.namespace, name, value);
            return Ok(());
        }
        match self.attr_dict(w) {
            Some(d) => {
                self.dict_set_name(d, name, value);
                Ok(())
            }
            None if attr.is_some() => Err(self.read_only(class, name)),
            None => Err(self.no_attribute(w, name)),
        }
    }

    fn read_only(&mut self, class: Gc<Class>, name: Name) -> Raised {
        let (class, name) = (class.name_str(), name.text());
        self.raise(Exc::AttributeError, format!("'{class}' object attribute '{name}' is read-only"))
    }

    fn set_class_object_attr(
        &mut self,
        class: Gc<Class>,
        meta: Gc<Class>,
        name: Name,
        value: Word,
    ) -> PyResult<()> {
        if let Some(m) = self.lookup_class(meta, name)
            && matches!(self.descr_kind(m), Descr::Data)
        {
            return self.descr_set(m, class.word(), meta, name, value);
        }
        if class.has(C_BUILTIN) {
            let (class, name) = (class.name_str(), name.text());
            return Err(self.type_error(format!("cannot set '{name}' attribute of immutable type '{class}'")));
        }
        self.class_set(class, name, value);
        Ok(())
    }

    /// Writes through a data descriptor; `value` UNDEF deletes.
    fn descr_set(&mut self, attr: Word, w: Word, class: Gc<Class>, name: Name, value: Word) -> PyResult<()> {
        match attr.tag() {
            TypeTag::Property => {
                let p = attr.cast::<Property>().expect("tag was checked");
                let (f, what) = if value == UNDEF { (p.del, "deleter") } else { (p.set, "setter") };
                if f == UNDEF || f == NONE {
                    let (class, name) = (class.qualname.as_str().unwrap_or("?"), name.text());
                    return Err(self.raise(
                        Exc::AttributeError,
                        format!("property '{name}' of '{class}' object has no {what}"),
                    ));
                }
                if value == UNDEF {
                    self.call(f, &[w])?
                } else {
                    self.call(f, &[w, value])?
                };
                Ok(())
            }
            TypeTag::MemberDescr => {
                if value == UNDEF {
                    return if self.delete_own(w, name)? { Ok(()) } else { Err(self.no_attribute(w, name)) };
                }
                match w.cast::<Instance>() {
                    Some(o) => self.set_instance_attr(o, name, value),
                    None => self.set_side_attr(w, name, value),
                }
                Ok(())
            }
            TypeTag::GetSet => {
                let g = attr.cast::<GetSet>().expect("tag was checked");
                self.check_descr_self(g, w)?;
                match g.set {
                    Some(set) if value != UNDEF => set(self, w, value),
                    Some(_) => {
                        let name = name.text();
                        Err(self.type_error(format!("cannot delete {name} attribute")))
                    }
                    None => {
                        let (class, name) = (g.owner.name_str(), name.text());
                        Err(self.raise(
                            Exc::AttributeError,
                            format!("attribute '{name}' of '{class}' objects is not writable"),
                        ))
                    }
                }
            }
            _ => self.user_descr_set(attr, w, value),
        }
    }

    fn user_descr_set(&mut self, attr: Word, w: Word, value: Word) -> PyResult<()> {
        let kind = self.type_of(attr);
        let (name, what) =
            if value == UNDEF { (self.names.delete, "__delete__") } else { (self.names.set, "__set__") };
        let Some(f) = self.lookup_class(kind, name) else {
            return Err(self.raise(Exc::AttributeError, what));
        };
        let args = [w, value];
        let n = if value == UNDEF { 1 } else { 2 };
        self.call_descr(f, attr, kind, &Args::new(&args[..n]))?;
        Ok(())
    }

    /// Stores in the side dict of an object whose class declared slots on a builtin layout.
    fn set_side_attr(&mut self, w: Word, name: Name, value: Word) {
        let dict = match self.peek_dict(w) {
            Some(d) => d,
            None => self.make_dict(w),
        };
        self.dict_set_name(dict, name, value);
    }

    /// `delattr(w, name)`.
    pub fn del_attr(&mut self, w: Word, name: Name) -> PyResult<()> {
        let class = self.type_of(w);
        if class.has(C_SETATTR) {
            let f = self.lookup_class(class, self.names.delattr).unwrap_or(UNDEF);
            if !f.is::<Native>() {
                self.call_descr(f, w, class, &Args::new(&[name.word()]))?;
                return Ok(());
            }
        }
        self.generic_del_attr(w, class, name)
    }

    /// `object.__delattr__`.
    pub(crate) fn generic_del_attr(&mut self, w: Word, class: Gc<Class>, name: Name) -> PyResult<()> {
        if let Some(target) = w.cast::<Class>() {
            if target.has(C_BUILTIN) {
                let (class, name) = (target.name_str(), name.text());
                return Err(
                    self.type_error(format!("cannot set '{name}' attribute of immutable type '{class}'"))
                );
            }
            return if self.class_delete(target, name) { Ok(()) } else { Err(self.no_attribute(w, name)) };
        }
        if let Some(attr) = self.lookup_class(class, name)
            && matches!(self.descr_kind(attr), Descr::Data)
        {
            return self.descr_set(attr, w, class, name, UNDEF);
        }
        if self.delete_own(w, name)? { Ok(()) } else { Err(self.no_attribute(w, name)) }
    }

    fn property_error(&mut self, attr: Word, object: Word, class: Gc<Class>, what: &str) -> Raised {
        let _ = object;
        let name =
            class.mro.iter().find_map(|c| c.dict.iter().find(|(_, w)| *w == attr).map(|(n, _)| n.text()));
        let (class, name) = (class.qualname.as_str().unwrap_or("?"), name.unwrap_or("?"));
        self.raise(Exc::AttributeError, format!("property '{name}' of '{class}' object has no {what}"))
    }

    /// Raises AttributeError for a missing attribute.
    #[cold]
    pub fn no_attribute(&mut self, w: Word, name: Name) -> Raised {
        // A method's missing attribute was last looked for in its function.
        let w = w.cast::<BoundMethod>().filter(|m| m.func.is::<Function>()).map_or(w, |m| m.func);
        let text = name.text();
        let message = if let Some(c) = w.cast::<Class>() {
            format!("type object '{}' has no attribute '{text}'", c.name_str())
        } else if let Some(m) = w.cast::<Module>() {
            format!("module '{}' has no attribute '{text}'", m.name.as_str().unwrap_or("?"))
        } else {
            format!("'{}' object has no attribute '{text}'", self.type_name(w))
        };
        let message = self.new_str(&message);
        let class = self.exc(Exc::AttributeError);
        let e = self.new_exception(class, &[message]);
        if let Some(d) = self.attr_dict(e) {
            let n = self.names;
            self.dict_set_name(d, n.name_attr, name.word());
            self.dict_set_name(d, n.obj, w);
        }
        self.raise_object(e)
    }
}
