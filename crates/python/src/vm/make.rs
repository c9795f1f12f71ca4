//! Making objects.
//!
//! SAFETY of the module: every cell is fully initialised before its address leaves the function.

use crate::heap::Heap;
use crate::objects::class::{INSTANCE_SLOTS, overflow_capacity};
use crate::objects::iter::*;
use crate::objects::string::StrBuf;
use crate::objects::*;
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};
use dashu_int::IBig;

/// Strings from this length on get spare room when they grow by concatenation.
const BUFFER_MIN: usize = 128;

/// Number of characters of UTF-8 text.
#[inline]
pub fn count_chars(text: &str) -> usize {
    text.as_bytes().iter().filter(|&&b| b & 0xC0 != 0x80).count()
}

impl Vm {
    /// A header for an object of `class` in its fresh shape.
    #[inline(always)]
    pub fn header(&self, tag: TypeTag, class: Gc<Class>) -> Header {
        Header { tag: tag as u32, flags: 0, shape: class.root_shape }
    }

    /// A string.
    #[inline]
    pub fn new_str(&mut self, text: &str) -> Word {
        match text.len() {
            0 => return self.empty_str.word(),
            1 => return self.chars[text.as_bytes()[0] as usize],
            _ => {}
        }
        let chars = if text.is_ascii() { text.len() } else { count_chars(text) };
        self.new_str_counted(text, chars).word()
    }

    /// A string from an owned text.
    pub fn new_string(&mut self, text: String) -> Word {
        self.new_str(&text)
    }

    /// A one-character string.
    #[inline]
    pub fn new_char(&mut self, c: char) -> Word {
        if (c as u32) < 256 {
            return self.chars[c as usize];
        }
        let mut buf = [0; 4];
        self.new_str_counted(c.encode_utf8(&mut buf), 1).word()
    }

    /// A string whose character count is known.
    pub fn new_str_counted(&mut self, text: &str, chars: usize) -> Gc<Str> {
        let s = self.alloc_str(text.len(), chars);
        // SAFETY: `alloc_str` gave room for the bytes.
        unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), (*s).ptr as *mut u8, text.len()) };
        // SAFETY: a complete string.
        unsafe { Gc::from_ptr(s) }
    }

    /// A string and its bytes, which the caller fills with UTF-8 at once; `None` without memory.
    pub(crate) fn try_alloc_str(&mut self, nbytes: usize, chars: usize) -> Option<(Word, &'static mut [u8])> {
        let p = self.alloc_str_or_null(nbytes, chars);
        if p.is_null() {
            return None;
        }
        // SAFETY: `nbytes` bytes follow the object; zeroing makes them initialised UTF-8.
        unsafe {
            let data = (*p).ptr as *mut u8;
            std::ptr::write_bytes(data, 0, nbytes);
            Some((Word(p as u64), std::slice::from_raw_parts_mut(data, nbytes)))
        }
    }

    /// A string object with room for `nbytes` bytes that the caller fills at once.
    pub(crate) fn alloc_str(&mut self, nbytes: usize, chars: usize) -> *mut Str {
        let p = self.alloc_str_or_null(nbytes, chars);
        assert!(!p.is_null(), "out of memory");
        p
    }

    fn alloc_str_or_null(&mut self, nbytes: usize, chars: usize) -> *mut Str {
        let size = size_of::<Str>() + nbytes;
        let p = self.heap.alloc(size) as *mut Str;
        if p.is_null() {
            return p;
        }
        let mut hdr = self.header(TypeTag::Str, self.types.str);
        hdr.flags = Heap::flags_for(size) | if nbytes == chars { F_ASCII } else { 0 };
        // SAFETY: the bytes lie right after the object.
        unsafe {
            let data = p.add(1) as *const u8;
            p.write(Str { hdr, hash: 0, len: chars as i64, nbytes: nbytes as u64, ptr: data });
        }
        p
    }

    /// `a + b` of strings.
    pub fn concat_str(&mut self, a: Gc<Str>, b: Gc<Str>) -> PyResult {
        if a.nbytes == 0 {
            return Ok(b.word());
        }
        if b.nbytes == 0 {
            return Ok(a.word());
        }
        let (nbytes, chars) = (a.nbytes as usize + b.nbytes as usize, (a.len + b.len) as usize);
        if nbytes >= BUFFER_MIN {
            // A buffer has as much to spare.
            self.room_for(nbytes, 2)?;
        }
        if nbytes >= BUFFER_MIN && a.hdr.flags & F_CONCAT != 0 {
            return Ok(self.append_shared(a, b, nbytes, chars));
        }
        let s = self.alloc_str(nbytes, chars);
        // SAFETY: room for both parts; the bytes are copied before the string is seen.
        unsafe {
            let to = (*s).ptr as *mut u8;
            std::ptr::copy_nonoverlapping(a.ptr, to, a.nbytes as usize);
            std::ptr::copy_nonoverlapping(b.ptr, to.add(a.nbytes as usize), b.nbytes as usize);
            (*s).hdr.flags |= F_CONCAT;
        }
        Ok(Word(s as u64))
    }

    /// Appends `b` in the spare room of `a`'s buffer, or in a new buffer of twice the size.
    fn append_shared(&mut self, a: Gc<Str>, b: Gc<Str>, nbytes: usize, chars: usize) -> Word {
        // SAFETY: buffers are live objects with `used <= cap`; bytes in use are never rewritten.
        unsafe {
            let mut buf = a.buffer().unwrap_or(std::ptr::null_mut());
            let add = b.nbytes as usize;
            let fits = !buf.is_null()
                && std::ptr::eq(a.ptr.add(a.nbytes as usize), (*buf).data.add((*buf).used))
                && (*buf).cap - (*buf).used >= add;
            let data = if fits {
                std::ptr::copy_nonoverlapping(b.ptr, (*buf).data.add((*buf).used), add);
                (*buf).used += add;
                a.ptr
            } else {
                buf = self.new_buffer(nbytes * 2);
                std::ptr::copy_nonoverlapping(a.ptr, (*buf).data, a.nbytes as usize);
                std::ptr::copy_nonoverlapping(b.ptr, (*buf).data.add(a.nbytes as usize), add);
                (*buf).used = nbytes;
                (*buf).data as *const u8
            };
            let p = self.heap.alloc(size_of::<Str>() + 8) as *mut Str;
            let mut hdr = self.header(TypeTag::Str, self.types.str);
            hdr.flags = F_CONCAT | F_SHARED | if nbytes == chars { F_ASCII } else { 0 };
            p.write(Str { hdr, hash: 0, len: chars as i64, nbytes: nbytes as u64, ptr: data });
            *(p.add(1) as *mut *mut StrBuf) = buf;
            Word(p as u64)
        }
    }

    fn new_buffer(&mut self, cap: usize) -> *mut StrBuf {
        self.heap.external(cap);
        // SAFETY: a non-zero size; the object is complete.
        unsafe {
            let layout = std::alloc::Layout::from_size_align_unchecked(cap, 1);
            let data = std::alloc::alloc(layout);
            if data.is_null() {
                std::alloc::handle_alloc_error(layout);
            }
            let hdr = Header { tag: TypeTag::StrBuf as u32, flags: 0, shape: std::ptr::null_mut() };
            self.heap.place(StrBuf { hdr, cap, used: 0, data }).as_ptr()
        }
    }

    /// The interned string of `text`: equal texts give one object.
    pub fn intern(&mut self, text: &str) -> Name {
        let hash = crate::vm::hash::hash_bytes(text.as_bytes());
        if let Some(&s) = self.interned.find(hash, |s| s.text() == text) {
            return s;
        }
        let chars = count_chars(text);
        let mut s = self.new_str_counted(text, chars);
        s.hash = hash;
        s.hdr.flags |= F_INTERNED;
        self.interned.insert_unique(hash, s, |s| s.hash);
        s
    }

    /// The interned form of a string object.
    #[inline]
    pub fn intern_str(&mut self, s: Gc<Str>) -> Name {
        if s.is_interned() { s } else { self.intern(s.text()) }
    }

    /// The interned string of `text`, if there is one.
    pub fn find_interned(&self, text: &str) -> Option<Name> {
        let hash = crate::vm::hash::hash_bytes(text.as_bytes());
        self.interned.find(hash, |s| s.text() == text).copied()
    }

    /// A list of `items`.
    #[inline]
    pub fn new_list(&mut self, items: Vec<Word>) -> Word {
        let hdr = self.header(TypeTag::List, self.types.list);
        let mut v = std::mem::ManuallyDrop::new(items);
        self.heap.external(v.capacity() * 8);
        let list = List { hdr, ptr: v.as_mut_ptr(), len: v.len() as i64, cap: v.capacity() as i64 };
        self.heap.place(list).word()
    }

    /// A tuple with room for `n` items, all UNDEF; `None` when too large.
    pub fn alloc_tuple(&mut self, n: usize) -> Option<Gc<Tuple>> {
        if n > sequence::MAX_ITEMS {
            return None;
        }
        let size = size_of::<Tuple>() + n * 8;
        let p = self.heap.alloc(size) as *mut Tuple;
        if p.is_null() {
            return None;
        }
        let mut hdr = self.header(TypeTag::Tuple, self.types.tuple);
        hdr.flags = Heap::flags_for(size);
        // SAFETY: the header, length and items are all written.
        unsafe {
            std::ptr::addr_of_mut!((*p).hdr).write(hdr);
            (*p).len = n as i64;
            let items = (p as *mut u8).add(sequence::TUPLE_ITEMS);
            // Small ones without a call.
            match n {
                1 => items.write_bytes(0, 8),
                2 => items.write_bytes(0, 16),
                3 => items.write_bytes(0, 24),
                4 => items.write_bytes(0, 32),
                n => items.write_bytes(0, n * 8),
            }
            Some(Gc::from_ptr(p))
        }
    }

    /// A tuple of `items`.
    #[inline]
    pub fn new_tuple(&mut self, items: &[Word]) -> Word {
        if items.is_empty() {
            return self.empty_tuple;
        }
        let mut t = self.alloc_tuple(items.len()).expect("slices are smaller than the limit");
        t.items_mut().copy_from_slice(items);
        t.word()
    }

    /// An empty dict.
    #[inline]
    pub fn new_dict(&mut self) -> Gc<Dict> {
        let hdr = self.header(TypeTag::Dict, self.types.dict);
        self.heap.place(Dict::empty(hdr))
    }

    /// An empty set or frozenset.
    pub fn new_set(&mut self, frozen: bool) -> Gc<Set> {
        let class = if frozen { self.types.frozenset } else { self.types.set };
        let mut hdr = self.header(TypeTag::Set, class);
        hdr.flags = if frozen { F_FROZEN } else { 0 };
        self.heap.external(128);
        self.heap.place(Set::empty(hdr))
    }

    /// A bytes object.
    pub fn new_bytes(&mut self, data: &[u8]) -> Word {
        let hdr = self.header(TypeTag::Bytes, self.types.bytes);
        self.heap.external(data.len());
        self.heap.place(Bytes { hdr, data: data.into() }).word()
    }

    /// A bytearray.
    pub fn new_bytearray(&mut self, data: Vec<u8>) -> Word {
        let hdr = self.header(TypeTag::ByteArray, self.types.bytearray);
        self.heap.external(data.capacity());
        self.heap.place(ByteArray { hdr, data }).word()
    }

    /// An int.
    #[inline(always)]
    pub fn new_int(&mut self, i: i64) -> Word {
        if Word::int_fits(i) { Word::int(i) } else { self.place_wide(i) }
    }

    /// An int of 128 bits.
    pub fn new_int_i128(&mut self, i: i128) -> Word {
        match i64::try_from(i) {
            Ok(small) => self.new_int(small),
            Err(_) => self.place_big(IBig::from(i)),
        }
    }

    /// An int: inline if it fits.
    pub fn new_bigint(&mut self, i: IBig) -> Word {
        match i64::try_from(&i) {
            Ok(small) => self.new_int(small),
            Err(_) => self.place_big(i),
        }
    }

    /// An object for an int of 64 bits that does not fit inline.
    #[inline]
    pub fn place_wide(&mut self, value: i64) -> Word {
        let hdr = self.header(TypeTag::WideInt, self.types.int);
        self.heap.place(WideInt { hdr, value }).word()
    }

    #[cold]
    #[inline(never)]
    fn place_big(&mut self, value: IBig) -> Word {
        let hdr = self.header(TypeTag::BigInt, self.types.int);
        self.heap.external(crate::objects::number::digit_bytes(&value));
        self.heap.place(BigInt { hdr, value }).word()
    }

    /// A complex number.
    pub fn new_complex(&mut self, re: f64, im: f64) -> Word {
        let hdr = self.header(TypeTag::Complex, self.types.complex);
        self.heap.place(Complex { hdr, re, im }).word()
    }

    /// A slice.
    pub fn new_slice(&mut self, start: Word, stop: Word, step: Word) -> Word {
        let hdr = self.header(TypeTag::Slice, self.types.slice);
        self.heap.place(SliceObj { hdr, start, stop, step }).word()
    }

    /// A method bound to `this`.
    #[inline]
    pub fn new_bound(&mut self, func: Word, this: Word) -> Word {
        let hdr = self.header(TypeTag::BoundMethod, self.types.method);
        self.heap.place(BoundMethod { hdr, func, this }).word()
    }

    /// A closure cell.
    #[inline]
    pub fn new_cell(&mut self, value: Word) -> Word {
        let hdr = self.header(TypeTag::Cell, self.types.cell);
        self.heap.place(Cell { hdr, value }).word()
    }

    /// A native function object.
    pub fn new_native(
        &mut self,
        def: &'static MethodDef,
        kind: function::NativeKind,
        owner: Option<Gc<Class>>,
        module: Word,
    ) -> Gc<Native> {
        let class = match kind {
            function::NativeKind::Function => self.types.builtin,
            function::NativeKind::Method if def.name.starts_with("__") => self.types.wrapper_descr,
            function::NativeKind::Method => self.types.method_descr,
        };
        let hdr = self.header(TypeTag::Native, class);
        let name = self.intern(def.name).word();
        self.heap.place(Native { hdr, func: def.func, def, name, owner, module, kind, known: 0 })
    }

    /// A native function of a module.
    pub fn new_function_native(&mut self, def: &'static MethodDef, module: &str) -> Word {
        let module = self.intern(module).word();
        self.new_native(def, function::NativeKind::Function, None, module).word()
    }

    /// A function of loaded code; defaults, closure and annotations are to be filled in.
    pub fn new_function(&mut self, code: *mut LoadedCode, globals: Gc<Namespace>) -> Gc<Function> {
        let code = self.code_for(code, globals);
        let code = self.code_for(code, globals);
        let hdr = self.header(TypeTag::Function, self.types.function);
        // SAFETY: loaded code is immortal.
        let (name, qualname) = unsafe { ((*code).name.word(), (*code).qualname.word()) };
        let module = globals.get(self.names.name).unwrap_or(UNDEF);
        self.heap.place(Function {
            hdr,
            code,
            globals,
            defaults: UNDEF,
            kwdefaults: UNDEF,
            closure: UNDEF,
            name,
            qualname,
            doc: UNDEF,
            module,
            annotations: UNDEF,
            dict: UNDEF,
        })
    }

    /// A property of a getter.
    pub fn new_property(&mut self, get: Word, set: Word, del: Word, doc: Word) -> Word {
        let hdr = self.header(TypeTag::Property, self.types.property);
        self.heap.place(Property { hdr, get, set, del, doc, dict: UNDEF }).word()
    }

    /// A staticmethod.
    pub fn new_staticmethod(&mut self, func: Word) -> Word {
        let hdr = self.header(TypeTag::StaticMethod, self.types.staticmethod);
        self.heap.place(StaticMethod { hdr, func }).word()
    }

    /// A classmethod.
    pub fn new_classmethod(&mut self, func: Word) -> Word {
        let hdr = self.header(TypeTag::ClassMethod, self.types.classmethod);
        self.heap.place(ClassMethod { hdr, func }).word()
    }

    /// An iterator written in Rust.
    pub fn new_native_iter(&mut self, iter: Box<dyn NativeIter>) -> Word {
        let class = self.types.native_iter;
        self.new_native_iter_of(class, iter)
    }

    /// An iterator written in Rust, of a class of its own.
    pub fn new_native_iter_of(&mut self, class: Gc<Class>, iter: Box<dyn NativeIter>) -> Word {
        let hdr = self.header(TypeTag::NativeIter, class);
        self.heap.place(NativeIterator { hdr, iter: Some(iter) }).word()
    }

    /// An object of a native type.
    pub fn new_native_object(&mut self, class: Gc<Class>, payload: Box<dyn NativePayload>) -> Word {
        let hdr = self.header(TypeTag::NativeObject, class);
        self.heap.external(payload.external_bytes() + 32);
        self.heap.place(NativeObject { hdr, payload, dict: UNDEF }).word()
    }

    /// A range iterator over `count` inline ints from `start` by `step`.
    #[inline]
    pub fn new_range_iter(&mut self, start: i64, count: i64, step: i64) -> Word {
        let hdr = self.header(TypeTag::RangeIter, self.types.range_iter);
        self.heap.place(RangeIter { hdr, next: start, left: count, step }).word()
    }

    /// An instance of a plain Python class, without attributes.
    #[inline]
    pub fn alloc_instance(&mut self, class: Gc<Class>) -> Word {
        let slots = class.inline_slots as usize;
        let p = self.heap.alloc(INSTANCE_SLOTS + slots * 8) as *mut Instance;
        // SAFETY: the header and overflow pointer are written, the shape has no slots yet.
        unsafe {
            std::ptr::addr_of_mut!((*p).hdr).write(Header {
                tag: TypeTag::Instance as u32,
                flags: 0,
                shape: class.root_shape,
            });
            (*p).overflow = std::ptr::null_mut();
        }
        Word(p as u64)
    }

    /// Makes room for slot `slot` of an instance about to take a shape with `slot + 1` slots.
    pub fn grow_overflow(&mut self, mut object: Gc<Instance>, inline_slots: u32, slot: u32) {
        if slot < inline_slots {
            return;
        }
        let n = slot - inline_slots;
        let (old, new) = (overflow_capacity(n), overflow_capacity(n + 1));
        if old == new {
            return;
        }
        let layout = |words: u32| std::alloc::Layout::array::<Word>(words as usize).expect("small");
        self.heap.external((new - old) as usize * 8);
        // SAFETY: the old capacity follows from the old number of slots.
        unsafe {
            object.overflow = if old == 0 {
                std::alloc::alloc(layout(new)) as *mut Word
            } else {
                std::alloc::realloc(object.overflow as *mut u8, layout(old), layout(new).size()) as *mut Word
            };
        }
        assert!(!object.overflow.is_null(), "out of memory");
    }

    /// Makes an object one of `class` (a subclass with the same layout).
    pub fn set_class(&mut self, w: Word, class: Gc<Class>) {
        if let Some(mut h) = w.header() {
            // SAFETY: shapes are immortal.
            let dict_mode = unsafe { (*h.shape).dict_mode };
            h.shape = if dict_mode { class.dict_shape } else { class.root_shape };
        }
    }

    /// An exception object of `class` with `args`; `__init__` is not run.
    pub fn new_exception(&mut self, class: Gc<Class>, args: &[Word]) -> Word {
        let args = self.new_tuple(args);
        let hdr = self.header(TypeTag::Exception, class);
        let e = Exception {
            hdr,
            args,
            cause: UNDEF,
            context: UNDEF,
            suppress_context: false,
            traceback: Vec::new(),
            dict: UNDEF,
            notes: UNDEF,
        };
        self.heap.place(e).word()
    }
}
