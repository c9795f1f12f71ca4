//! The parts of `match` that are more than comparisons.

use crate::objects::*;
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, Word};

impl Vm {
    /// Whether a value matches sequence patterns.
    pub fn is_match_sequence(&mut self, w: Word) -> PyResult<bool> {
        match w.tag() {
            TypeTag::List | TypeTag::Tuple | TypeTag::Range => Ok(true),
            TypeTag::Str | TypeTag::Bytes | TypeTag::ByteArray | TypeTag::Free => Ok(false),
            _ => self.is_registered(w, "Sequence"),
        }
    }

    /// Whether a value matches mapping patterns.
    pub fn is_match_mapping(&mut self, w: Word) -> PyResult<bool> {
        match w.tag() {
            TypeTag::Dict => Ok(true),
            TypeTag::Free => Ok(false),
            _ => self.is_registered(w, "Mapping"),
        }
    }

    /// Whether the value is an instance of an abstract class of `collections.abc`, when that was imported.
    fn is_registered(&mut self, w: Word, name: &str) -> PyResult<bool> {
        let key = self.intern("collections.abc");
        let Some(module) = self.modules.get_name(key) else { return Ok(false) };
        let name = self.intern(name);
        match self.find_attr(module, name)? {
            Some(class) => self.isinstance(w, class),
            None => Ok(false),
        }
    }

    /// The values that a mapping has for the keys in a tuple, or None if one is missing.
    pub fn match_keys(&mut self, w: Word, keys: Word) -> PyResult {
        let keys = keys.cast::<Tuple>().map_or(&[][..], |t| t.items());
        let mut values = Vec::with_capacity(keys.len());
        for (i, &key) in keys.iter().enumerate() {
            for &other in &keys[..i] {
                if self.eq(other, key)? {
                    let text = self.repr(key)?;
                    return Err(self.value_error(format!("mapping pattern checks duplicate key ({text})")));
                }
            }
            let found = match w.cast::<Dict>() {
                Some(d) if d.class() == self.types.dict => self.dict_get(d, key)?,
                _ => self.get_or_none(w, key)?,
            };
            match found {
                Some(v) => values.push(v),
                None => return Ok(NONE),
            }
        }
        Ok(self.new_tuple(&values))
    }

    /// `w.get(key, marker)`, which does not make a `defaultdict` grow.
    fn get_or_none(&mut self, w: Word, key: Word) -> PyResult<Option<Word>> {
        let marker = self.new_dict().word();
        let v = self.call_method(w, "get", &[key, marker])?;
        Ok(if v == marker { None } else { Some(v) })
    }

    /// A dict of the items of a mapping without the keys in a tuple.
    pub fn rest_of_mapping(&mut self, w: Word, keys: Word) -> PyResult {
        let d = self.new_dict();
        let items = self.mapping_items(w)?.unwrap_or_default();
        for (key, value) in items {
            self.dict_set(d, key, value)?;
        }
        for &key in keys.cast::<Tuple>().map_or(&[][..], |t| t.items()) {
            self.dict_del(d, key)?;
        }
        Ok(d.word())
    }

    /// The attributes that a class pattern asks for, or None.
    pub fn match_class(&mut self, w: Word, class: Word, spec: Word) -> PyResult {
        let spec = spec.cast::<Tuple>().map_or(&[][..], |t| t.items());
        let Some((&count, names)) = spec.split_first() else { return Ok(NONE) };
        let positional = count.as_int().unwrap_or(0) as usize;
        let Some(c) = class.cast::<Class>() else {
            return Err(self.type_error("called match pattern must be a class"));
        };
        if !self.isinstance(w, class)? {
            return Ok(NONE);
        }
        let mut seen: Vec<Name> = Vec::new();
        let mut values = Vec::new();
        if positional > 0 {
            let match_args = self.names.match_args;
            let args = self.find_attr(class, match_args)?;
            match args {
                None if positional == 1 && self.matches_itself(c) => values.push(w),
                None => return Err(self.too_many_patterns(c, 0, positional)),
                Some(args) => {
                    let Some(args) = args.cast::<Tuple>() else {
                        let (name, t) = (c.name_str(), self.type_name(args));
                        return Err(
                            self.type_error(format!("{name}.__match_args__ must be a tuple (got {t})"))
                        );
                    };
                    if positional > args.count() {
                        return Err(self.too_many_patterns(c, args.count(), positional));
                    }
                    for &name in &args.items()[..positional] {
                        let Some(name) = name.cast::<Str>() else {
                            let t = self.type_name(name);
                            return Err(
                                self.type_error(format!("__match_args__ elements must be strings (got {t})"))
                            );
                        };
                        if !self.match_attribute(w, c, name, &mut seen, &mut values)? {
                            return Ok(NONE);
                        }
                    }
                }
            }
        }
        for &name in names {
            let Some(name) = name.cast::<Str>() else { continue };
            if !self.match_attribute(w, c, name, &mut seen, &mut values)? {
                return Ok(NONE);
            }
        }
        Ok(self.new_tuple(&values))
    }

    fn match_attribute(
        &mut self,
        w: Word,
        class: Gc<Class>,
        name: Gc<Str>,
        seen: &mut Vec<Name>,
        values: &mut Vec<Word>,
    ) -> PyResult<bool> {
        let name = self.intern_str(name);
        if seen.contains(&name) {
            let (c, name) = (class.name_str(), name.text());
            return Err(self.type_error(format!("{c}() got multiple sub-patterns for attribute '{name}'")));
        }
        seen.push(name);
        match self.find_attr(w, name)? {
            Some(v) => {
                values.push(v);
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Builtin classes of which `case int(x)` binds the value itself.
    fn matches_itself(&self, class: Gc<Class>) -> bool {
        let t = &self.types;
        let itself = [
            t.bool_,
            t.bytearray,
            t.bytes,
            t.dict,
            t.float,
            t.frozenset,
            t.int,
            t.list,
            t.set,
            t.str,
            t.tuple,
        ];
        class.mro.iter().any(|c| itself.contains(c))
    }

    fn too_many_patterns(&mut self, class: Gc<Class>, takes: usize, given: usize) -> crate::vm::Raised {
        let (name, s) = (class.name_str(), if takes == 1 { "" } else { "s" });
        self.type_error(format!("{name}() accepts {takes} positional sub-pattern{s} ({given} given)"))
    }
}
