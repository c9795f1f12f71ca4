//! `repr` and `str`.

use crate::format::{float, quote};
use crate::objects::*;
use crate::vm::class::is_native;
use crate::vm::dunders;
use crate::vm::ops::bytes_of;
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{ELLIPSIS, FALSE, NONE, NOTIMPL, TRUE, UNDEF, Word};
use dashu_base::BitTest;
use dashu_int::IBig;

impl Vm {
    /// `repr(w)`.
    pub fn repr(&mut self, w: Word) -> PyResult<String> {
        let mut out = String::new();
        self.push_repr(&mut out, w)?;
        Ok(out)
    }

    /// `repr(w)` as a string object.
    pub fn repr_word(&mut self, w: Word) -> PyResult {
        let text = self.repr(w)?;
        Ok(self.new_str(&text))
    }

    /// Appends `repr(w)`.
    pub fn push_repr(&mut self, out: &mut String, w: Word) -> PyResult<()> {
        if !w.is_ref() || w.tag().is_int() {
            return self.push_builtin_repr(out, w);
        }
        let class = self.type_of(w);
        match self.lookup_class(class, self.names.repr) {
            Some(f) if !is_native(f, &dunders::REPR) => {
                let r = self.call_descr(f, w, class, &Args::new(&[]))?;
                match r.as_str() {
                    Some(s) => out.push_str(s),
                    None => {
                        let t = self.type_name(r);
                        return Err(self.type_error(format!("__repr__ returned non-string (type {t})")));
                    }
                }
                Ok(())
            }
            _ => self.push_builtin_repr(out, w),
        }
    }

    /// `str(w)`.
    pub fn str(&mut self, w: Word) -> PyResult<String> {
        let s = self.str_word(w)?;
        Ok(s.as_str().unwrap_or_default().to_string())
    }

    /// `str(w)` as a string object.
    pub fn str_word(&mut self, w: Word) -> PyResult {
        if let Some(s) = w.cast::<Str>()
            && s.header().is_exact_builtin()
        {
            return Ok(w);
        }
        if let Some(i) = w.as_int() {
            return Ok(self.int_str(i));
        }
        if !w.is_ref() {
            return self.repr_word(w);
        }
        let class = self.type_of(w);
        match self.lookup_class(class, self.names.str) {
            Some(f) if !is_native(f, &dunders::STR) => {
                let r = self.call_descr(f, w, class, &Args::new(&[]))?;
                if r.is::<Str>() {
                    return Ok(r);
                }
                let t = self.type_name(r);
                Err(self.type_error(format!("__str__ returned non-string (type {t})")))
            }
            _ => self.builtin_str(w),
        }
    }

    /// The decimal digits of a small int.
    pub fn int_str(&mut self, i: i64) -> Word {
        let (mut buf, mut at) = ([0u8; 20], 20);
        let mut rest = i.unsigned_abs();
        loop {
            at -= 1;
            buf[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if i < 0 {
            at -= 1;
            buf[at] = b'-';
        }
        // Digits are ASCII.
        self.new_str(std::str::from_utf8(&buf[at..]).unwrap_or_default())
    }

    /// `str` of a builtin layout: strings and exceptions have one, the others their repr.
    pub(crate) fn builtin_str(&mut self, w: Word) -> PyResult {
        match w.tag() {
            TypeTag::Str => match w.as_str() {
                Some(s) => Ok(self.new_str(s)),
                None => Ok(w),
            },
            TypeTag::Exception => {
                let text = self.exception_str(w)?;
                Ok(self.new_str(&text))
            }
            _ => self.repr_word(w),
        }
    }

    /// `template % operand` of strings and bytes.
    pub(crate) fn format_percent(&mut self, template: Word, operand: Word) -> PyResult {
        match self.percent {
            Some(f) => f(self, template, operand),
            None => Ok(NOTIMPL),
        }
    }

    /// `ascii(w)`.
    pub fn ascii(&mut self, w: Word) -> PyResult<String> {
        let text = self.repr(w)?;
        Ok(quote::escape_non_ascii(&text))
    }

    /// The decimal digits of a big int, within the conversion limit.
    pub fn int_text(&mut self, i: &IBig) -> PyResult<String> {
        let limit = self.int_max_str_digits;
        if limit > 0 && i.bit_len() > limit * 10 / 3 {
            let text = if i.bit_len() > limit * 4 { None } else { Some(i.to_string()) };
            match text {
                Some(t) if t.trim_start_matches('-').len() <= limit => return Ok(t),
                _ => {
                    return Err(self.value_error(format!(
                        "Exceeds the limit ({limit} digits) for integer string conversion; \
                         use sys.set_int_max_str_digits() to increase the limit"
                    )));
                }
            }
        }
        Ok(i.to_string())
    }

    /// Appends the repr of a value by its layout, ignoring user overrides.
    pub(crate) fn push_builtin_repr(&mut self, out: &mut String, w: Word) -> PyResult<()> {
        match w.tag() {
            TypeTag::Free => push_immediate(out, w),
            TypeTag::Str => quote::push_str_repr(out, w.as_str().unwrap_or_default()),
            TypeTag::WideInt => {
                let i = w.cast::<WideInt>().map_or(0, |i| i.value);
                out.push_str(&i.to_string());
            }
            TypeTag::BigInt => {
                let b: Gc<BigInt> = w.cast().expect("tag was checked");
                out.push_str(&self.int_text(&b.value)?);
            }
            TypeTag::Boxed => {
                let value = self.unboxed(w);
                return self.push_builtin_repr(out, value);
            }
            TypeTag::Complex => {
                let c: Gc<Complex> = w.cast().expect("tag was checked");
                crate::format::complex::push_repr(out, c.re, c.im);
            }
            TypeTag::Bytes => quote::push_bytes_repr(out, bytes_of(w)),
            TypeTag::ByteArray => {
                out.push_str(self.type_name(w));
                out.push('(');
                quote::push_bytes_repr(out, bytes_of(w));
                out.push(')');
            }
            TypeTag::List | TypeTag::Tuple | TypeTag::Dict | TypeTag::Set | TypeTag::DictView => {
                return self.push_container(out, w);
            }
            TypeTag::Range => return self.push_range(out, w),
            TypeTag::Slice => {
                let s: Gc<SliceObj> = w.cast().expect("tag was checked");
                return self.push_items(out, "slice(", &[s.start, s.stop, s.step], ")");
            }
            TypeTag::Exception => return self.push_exception_repr(out, w),
            _ => return self.push_object_repr(out, w),
        }
        Ok(())
    }

    fn push_range(&mut self, out: &mut String, w: Word) -> PyResult<()> {
        let r: Gc<RangeObj> = w.cast().expect("tag was checked");
        let items = [r.start, r.stop, r.step];
        let n = if r.step == Word::int(1) { 2 } else { 3 };
        self.push_items(out, "range(", &items[..n], ")")
    }

    fn push_items(&mut self, out: &mut String, open: &str, items: &[Word], close: &str) -> PyResult<()> {
        out.push_str(open);
        for (i, &w) in items.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            self.push_repr(out, w)?;
        }
        out.push_str(close);
        Ok(())
    }

    /// A container's repr; inside itself it is an ellipsis.
    fn push_container(&mut self, out: &mut String, w: Word) -> PyResult<()> {
        let mut h = w.header().expect("a container is an object");
        if h.flags & F_IN_REPR != 0 {
            out.push_str(match w.tag() {
                TypeTag::List => "[...]",
                TypeTag::Tuple => "(...)",
                TypeTag::Dict => "{...}",
                TypeTag::Set => return self.push_set_dots(out, w),
                _ => "...",
            });
            return Ok(());
        }
        if crate::vm::boot::native_stack_pointer() < self.native_stack_limit
            || self.recursion >= self.recursion_limit
        {
            return Err(self.raise(
                Exc::RecursionError,
                "maximum recursion depth exceeded while getting the repr of an object",
            ));
        }
        self.recursion += 1;
        h.flags |= F_IN_REPR;
        let r = self.push_container_items(out, w);
        h.flags &= !F_IN_REPR;
        self.recursion -= 1;
        r
    }

    /// Marks an object as being printed; false: it already is (print an ellipsis).
    pub fn enter_repr(&mut self, w: Word) -> bool {
        match w.header() {
            Some(mut h) if h.flags & F_IN_REPR == 0 => {
                h.flags |= F_IN_REPR;
                true
            }
            _ => false,
        }
    }

    /// Ends what [`Vm::enter_repr`] began.
    pub fn leave_repr(&mut self, w: Word) {
        if let Some(mut h) = w.header() {
            h.flags &= !F_IN_REPR;
        }
    }

    /// The text `{k: v, ...}` of a dict, whatever its class prints.
    pub fn dict_repr(&mut self, d: Gc<Dict>) -> PyResult<String> {
        let mut out = String::new();
        self.push_container(&mut out, d.word())?;
        Ok(out)
    }

    fn push_set_dots(&mut self, out: &mut String, w: Word) -> PyResult<()> {
        out.push_str(self.type_name(w));
        out.push_str("(...)");
        Ok(())
    }

    fn push_container_items(&mut self, out: &mut String, w: Word) -> PyResult<()> {
        match w.tag() {
            TypeTag::List => {
                let l: Gc<List> = w.cast().expect("tag was checked");
                out.push('[');
                let mut i = 0;
                while let Some(&item) = l.items().get(i) {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    self.push_repr(out, item)?;
                    i += 1;
                }
                out.push(']');
                Ok(())
            }
            TypeTag::Tuple => {
                let items = w.cast::<Tuple>().map_or(&[][..], |t| t.items());
                self.push_items(out, "(", items, if items.len() == 1 { ",)" } else { ")" })
            }
            TypeTag::Dict => self.push_dict(out, w.cast().expect("tag was checked")),
            TypeTag::Set => self.push_set(out, w),
            _ => {
                let v: Gc<DictView> = w.cast().expect("tag was checked");
                out.push_str(self.type_name(w));
                let it = self.new_dict_iter(v.dict, v.kind, false);
                let items = self.to_vec(it)?;
                self.push_items(out, "([", &items, "])")
            }
        }
    }

    fn push_dict(&mut self, out: &mut String, d: Gc<Dict>) -> PyResult<()> {
        out.push('{');
        let (mut i, mut first) = (0, true);
        while i < d.slots() {
            if let Some(&e) = d.entry(i) {
                if !first {
                    out.push_str(", ");
                }
                first = false;
                self.push_repr(out, e.key)?;
                out.push_str(": ");
                self.push_repr(out, e.value)?;
            }
            i += 1;
        }
        out.push('}');
        Ok(())
    }

    fn push_set(&mut self, out: &mut String, w: Word) -> PyResult<()> {
        let s: Gc<Set> = w.cast().expect("tag was checked");
        let class = self.type_of(w);
        if s.is_empty() {
            out.push_str(class.name_str());
            out.push_str("()");
            return Ok(());
        }
        let items: Vec<Word> = s.iter().collect();
        if class == self.types.set {
            return self.push_items(out, "{", &items, "}");
        }
        out.push_str(class.name_str());
        self.push_items(out, "({", &items, "})")
    }

    /// `module.qualname` of a class, without the module when it is builtins.
    pub fn class_full_name(&mut self, class: Gc<Class>) -> String {
        let qualname = class.qualname.as_str().unwrap_or("?");
        let name = self.names.module;
        match class.dict.get(name).and_then(|w| w.as_str()) {
            Some("builtins") | None => qualname.to_string(),
            Some(module) => format!("{module}.{qualname}"),
        }
    }

    fn push_object_repr(&mut self, out: &mut String, w: Word) -> PyResult<()> {
        use std::fmt::Write;
        let address = w.0;
        let name = |w: Word| w.as_str().unwrap_or("?");
        let class = self.type_of(w);
        let _ = match w.tag() {
            TypeTag::Class => {
                let c: Gc<Class> = w.cast().expect("tag was checked");
                let full = self.class_full_name(c);
                write!(out, "<class '{full}'>")
            }
            TypeTag::Function => {
                let f: Gc<Function> = w.cast().expect("tag was checked");
                write!(out, "<function {} at {address:#x}>", name(f.qualname))
            }
            TypeTag::Native => {
                let n: Gc<Native> = w.cast().expect("tag was checked");
                match n.owner {
                    Some(o) if class == self.types.wrapper_descr => {
                        write!(out, "<slot wrapper '{}' of '{}' objects>", n.def.name, o.name_str())
                    }
                    Some(o) => write!(out, "<method '{}' of '{}' objects>", n.def.name, o.name_str()),
                    None => write!(out, "<built-in function {}>", n.def.name),
                }
            }
            TypeTag::BoundMethod => return self.push_bound_repr(out, w.cast().expect("tag was checked")),
            TypeTag::Module => return self.push_module_repr(out, w.cast().expect("tag was checked")),
            TypeTag::Generator => {
                let g: Gc<Generator> = w.cast().expect("tag was checked");
                write!(out, "<{} object {} at {address:#x}>", class.name_str(), name(g.qualname))
            }
            TypeTag::Code => {
                let c: Gc<CodeObject> = w.cast().expect("tag was checked");
                // SAFETY: loaded code is immortal.
                let source = unsafe { &(*c.code).source };
                write!(
                    out,
                    "<code object {} at {address:#x}, file \"{}\", line {}>",
                    source.name, source.filename, source.first_line
                )
            }
            TypeTag::Super => {
                let s: Gc<Super> = w.cast().expect("tag was checked");
                match s.this {
                    UNDEF => write!(out, "<super: <class '{}'>, NULL>", s.start.name_str()),
                    _ => {
                        write!(out, "<super: <class '{}'>, <{} object>>", s.start.name_str(), s.of.name_str())
                    }
                }
            }
            TypeTag::Cell => {
                let c: Gc<Cell> = w.cast().expect("tag was checked");
                match c.value {
                    UNDEF => write!(out, "<cell at {address:#x}: empty>"),
                    v => write!(out, "<cell at {address:#x}: {} object at {:#x}>", self.type_name(v), v.0),
                }
            }
            TypeTag::MemberDescr => {
                let m: Gc<MemberDescr> = w.cast().expect("tag was checked");
                write!(out, "<member '{}' of '{}' objects>", m.name.text(), m.owner.name_str())
            }
            TypeTag::GetSet => {
                let g: Gc<GetSet> = w.cast().expect("tag was checked");
                write!(out, "<attribute '{}' of '{}' objects>", name(g.name), g.owner.name_str())
            }
            TypeTag::StaticMethod | TypeTag::ClassMethod => {
                let (func, what) = match w.cast::<StaticMethod>() {
                    Some(s) => (s.func, "staticmethod"),
                    None => (w.cast::<ClassMethod>().map_or(NONE, |c| c.func), "classmethod"),
                };
                let inner = self.repr(func)?;
                write!(out, "<{what}({inner})>")
            }
            _ => {
                let full = self.class_full_name(class);
                write!(out, "<{full} object at {address:#x}>")
            }
        };
        Ok(())
    }

    fn push_bound_repr(&mut self, out: &mut String, m: Gc<BoundMethod>) -> PyResult<()> {
        if let Some(n) = m.func.cast::<Native>() {
            let (name, t) = (n.def.name, self.type_name(m.this));
            out.push_str(&if m.class() == self.types.method_wrapper {
                format!("<method-wrapper '{name}' of {t} object at {:#x}>", m.this.0)
            } else {
                format!("<built-in method {name} of {t} object at {:#x}>", m.this.0)
            });
            return Ok(());
        }
        let qualname = self.names.qualname;
        let name = match self.find_attr(m.func, qualname)? {
            Some(w) => w.as_str().unwrap_or("?"),
            None => "?",
        };
        out.push_str(&format!("<bound method {name} of "));
        self.push_repr(out, m.this)?;
        out.push('>');
        Ok(())
    }

    fn push_module_repr(&mut self, out: &mut String, m: Gc<Module>) -> PyResult<()> {
        let name = m.name.as_str().unwrap_or("?");
        let file = m.namespace.get(self.names.file);
        match file.and_then(|f| f.as_str()) {
            Some(f) => out.push_str(&format!("<module '{name}' from '{f}'>")),
            None => out.push_str(&format!("<module '{name}' (built-in)>")),
        }
        Ok(())
    }

    fn push_exception_repr(&mut self, out: &mut String, w: Word) -> PyResult<()> {
        let e: Gc<Exception> = w.cast().expect("tag was checked");
        out.push_str(self.type_name(w));
        let items = e.args.cast::<Tuple>().map_or(&[][..], |t| t.items());
        self.push_items(out, "(", items, ")")
    }

    /// `str` of an exception by its builtin class.
    pub fn exception_str(&mut self, w: Word) -> PyResult<String> {
        let Some(e) = w.cast::<Exception>() else { return Ok(String::new()) };
        let items = e.args.cast::<Tuple>().map_or(&[][..], |t| t.items());
        if self.is_instance(w, self.exc(Exc::OSError))
            && let Some(text) = self.os_error_str(w)?
        {
            return Ok(text);
        }
        if self.is_instance(w, self.exc(Exc::UnicodeError)) && items.len() == 5 {
            return self.unicode_error_str(items);
        }
        match items {
            [] => Ok(String::new()),
            [one] if self.is_instance(w, self.exc(Exc::KeyError)) => self.repr(*one),
            [one] => self.str(*one),
            [msg, place] if self.is_instance(w, self.exc(Exc::SyntaxError)) && place.is::<Tuple>() => {
                let text = self.str(*msg)?;
                let place = place.cast::<Tuple>().map_or(&[][..], |t| t.items());
                match (place.first().and_then(|f| f.as_str()), place.get(1).and_then(|l| l.as_int())) {
                    (Some(file), Some(line)) => {
                        let file = file.rsplit('/').next().unwrap_or(file);
                        Ok(format!("{text} ({file}, line {line})"))
                    }
                    _ => Ok(text),
                }
            }
            _ => self.repr(e.args),
        }
    }

    fn os_error_str(&mut self, w: Word) -> PyResult<Option<String>> {
        let n = self.names;
        let Some(d) = self.peek_dict(w) else { return Ok(None) };
        let (Some(errno), Some(text)) = (d.get_name(n.errno), d.get_name(n.strerror)) else {
            return Ok(None);
        };
        if errno == NONE && text == NONE {
            return Ok(None);
        }
        let (errno, text) = (self.str(errno)?, self.str(text)?);
        Ok(Some(match d.get_name(n.filename).filter(|f| !f.is_none()) {
            Some(f) => format!("[Errno {errno}] {text}: {}", self.repr(f)?),
            None => format!("[Errno {errno}] {text}"),
        }))
    }

    fn unicode_error_str(&mut self, items: &[Word]) -> PyResult<String> {
        let (codec, reason) = (self.str(items[0])?, self.str(items[4])?);
        let (start, end) = (self.index(items[2])?, self.index(items[3])?);
        if items[1].is::<Bytes>() {
            let data = bytes_of(items[1]);
            return Ok(match data.get(start as usize) {
                Some(b) if end == start + 1 => {
                    format!("'{codec}' codec can't decode byte {b:#04x} in position {start}: {reason}")
                }
                _ => format!("'{codec}' codec can't decode bytes in position {start}-{}: {reason}", end - 1),
            });
        }
        let c = items[1].as_str().and_then(|s| s.chars().nth(start as usize));
        Ok(match c {
            Some(c) if end == start + 1 => {
                let mut shown = String::new();
                quote::push_escape(&mut shown, c as u32);
                format!("'{codec}' codec can't encode character '{shown}' in position {start}: {reason}")
            }
            _ => format!("'{codec}' codec can't encode characters in position {start}-{}: {reason}", end - 1),
        })
    }
}

fn push_immediate(out: &mut String, w: Word) {
    if let Some(i) = w.as_int() {
        use std::fmt::Write;
        let _ = write!(out, "{i}");
        return;
    }
    if let Some(f) = w.as_float() {
        return float::push_repr(out, f);
    }
    out.push_str(match w {
        TRUE => "True",
        FALSE => "False",
        NOTIMPL => "NotImplemented",
        ELLIPSIS => "Ellipsis",
        _ => "None",
    });
}
