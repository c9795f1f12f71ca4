//! Making a VM: classes, names, caches.

use crate::heap::Heap;
use crate::objects::class::{C_BUILTIN, C_EXCEPTION, C_MUTABLE_CTOR, Constructor, GetSetDef, bare_class};
use crate::objects::*;
use crate::vm::error::EXCEPTIONS;
use crate::vm::frame::RunState;
use crate::vm::*;
use crate::word::{NONE, UNDEF, Word};
use std::alloc::{Layout, alloc_zeroed, dealloc};

/// Bytes of native stack assumed when the embedder does not say.
const DEFAULT_NATIVE_STACK: usize = 8 << 20;
/// Bytes of native stack kept free for natives that do not check.
const STACK_RESERVE: usize = 256 << 10;

fn stack_layout() -> Layout {
    Layout::array::<Word>(STACK_WORDS).expect("constant layout")
}

/// Address of the caller's native stack frame, roughly.
#[inline(always)]
pub fn native_stack_pointer() -> usize {
    let here = 0u8;
    std::hint::black_box(&here) as *const u8 as usize
}

impl Vm {
    /// A VM with the builtin classes and exceptions, but no builtin functions or methods yet.
    pub fn bare() -> Box<Vm> {
        let mut heap = Heap::default();
        let types = Types::bare(&mut heap);
        let rows = types.rows();
        for &(mut class, _, base) in &rows {
            let mro = if base == class { vec![class] } else { [vec![class], base.mro.clone()].concat() };
            if base != class {
                class.bases = vec![base];
            }
            Class::finish(class, mro);
        }
        for &(mut class, ..) in &rows {
            class.hdr.shape = types.type_.root_shape;
        }
        let empty = empty_string(&mut heap, &types);
        let builtins = heap.place(Namespace::empty(root_header(TypeTag::Namespace, types.namespace)));
        let modules = heap.place(Dict::empty(root_header(TypeTag::Dict, types.dict)));
        // SAFETY: zeroed words are UNDEF; the layout is not empty.
        let stack = unsafe { alloc_zeroed(stack_layout()) } as *mut Word;
        assert!(!stack.is_null(), "no memory for the value stack");
        let none = LookupEntry { class: 0, name: 0, epoch: 0, value: UNDEF };
        let mut vm = Box::new(Vm {
            heap,
            pending: UNDEF,
            stack,
            // SAFETY: one past the allocation.
            stack_end: unsafe { stack.add(STACK_WORDS) },
            top: stack,
            high_water: stack,
            class_epoch: 1,
            frames: Vec::with_capacity(64),
            handled: Vec::new(),
            run: RunState::default(),
            native_depth: 0,
            recursion_limit: RECURSION_LIMIT,
            inlined: 0,
            recursion: 0,
            slots_hint: 0,
            native_stack_limit: 0,
            types,
            names: Names::all(empty),
            builtins,
            modules,
            empty_str: empty,
            empty_tuple: UNDEF,
            chars: [UNDEF; 256],
            exc_classes: Vec::new(),
            percent: None,
            generic_classes: (types.object, types.object),
            frame_class: types.object,
            dict_getset: UNDEF,
            immortal: Vec::new(),
            int_max_str_digits: 4300,
            side_dicts: FxHashMap::default(),
            interned: HashTable::new(),
            classes: Vec::new(),
            lookups: vec![none; LOOKUP_CACHE].into_boxed_slice(),
            weak_hooks: Vec::new(),
            root_hooks: Vec::new(),
            state: FxHashMap::default(),
        });
        let attention = vm.run.attention.clone();
        vm.heap.on_gc_wanted = Some(Box::new(move || attention.set(crate::vm::frame::WANT_GC)));
        vm.set_native_stack(DEFAULT_NATIVE_STACK);
        vm.boot_strings();
        vm.boot_classes(&rows);
        vm.boot_exceptions();
        vm.frame_class = vm.new_class("frame", vm.types.object, TypeTag::NativeObject);
        vm.boot_natives();
        vm
    }

    /// Says that the current thread has `bytes` of native stack from here on down.
    pub fn set_native_stack(&mut self, bytes: usize) {
        let room = bytes.saturating_sub(STACK_RESERVE).max(STACK_RESERVE);
        self.native_stack_limit = native_stack_pointer().saturating_sub(room);
    }

    fn boot_strings(&mut self) {
        let hash = crate::vm::hash::hash_bytes(b"");
        let mut empty = self.empty_str;
        empty.hash = hash;
        empty.hdr.flags |= F_INTERNED;
        self.interned.insert_unique(hash, empty, |s| s.hash);
        for c in 0..=255u8 {
            let mut buf = [0; 4];
            let text: &str = (c as char).encode_utf8(&mut buf);
            self.chars[c as usize] = self.intern(text).word();
        }
        self.names = Names::new(self);
        let t = self.alloc_tuple(0).expect("a small cell");
        self.empty_tuple = t.word();
    }

    fn boot_classes(&mut self, rows: &[(Gc<Class>, &'static str, Gc<Class>)]) {
        for &(mut class, name, mut base) in rows {
            let name = self.intern(name).word();
            class.name = name;
            class.qualname = name;
            if class != base {
                base.subclasses.push(class);
            }
            self.classes.push(class);
        }
    }

    fn boot_exceptions(&mut self) {
        for &(kind, name, base) in EXCEPTIONS {
            let base = if base == kind { self.types.object } else { self.exc(base) };
            let mut class = self.new_class(name, base, TypeTag::Exception);
            class.flags |= C_EXCEPTION;
            class.flags &= !crate::objects::class::C_NO_DICT;
            self.exc_classes.push(class);
        }
    }

    /// A native class of instances with layout `layout`.
    pub fn new_class(&mut self, name: &str, mut base: Gc<Class>, layout: TypeTag) -> Gc<Class> {
        let flags = C_BUILTIN | (base.flags & !crate::objects::class::C_FINAL);
        let mut class = bare_class(&mut self.heap, layout, flags);
        let name = self.intern(name).word();
        class.name = name;
        class.qualname = name;
        class.hdr.shape = self.types.type_.root_shape;
        class.bases = vec![base];
        class.construct = base.construct;
        Class::finish(class, [vec![class], base.mro.clone()].concat());
        base.subclasses.push(class);
        self.classes.push(class);
        class
    }

    /// Adds native methods to a class; `self` is checked against it.
    pub fn add_methods(&mut self, class: Gc<Class>, table: &'static [MethodDef]) {
        for def in table {
            let f = self.new_native(def, function::NativeKind::Method, Some(class), UNDEF).word();
            self.set_class_attr(class, def.name, f);
        }
    }

    /// Adds native static methods to a class.
    pub fn add_static(&mut self, class: Gc<Class>, table: &'static [MethodDef]) {
        for def in table {
            let f = self.new_native(def, function::NativeKind::Function, None, UNDEF).word();
            let f = self.new_staticmethod(f);
            self.set_class_attr(class, def.name, f);
        }
    }

    /// Adds native class methods to a class: `a[0]` is the class.
    pub fn add_class_methods(&mut self, class: Gc<Class>, table: &'static [MethodDef]) {
        for def in table {
            let f = self.new_native(def, function::NativeKind::Method, None, UNDEF).word();
            let f = self.new_classmethod(f);
            self.set_class_attr(class, def.name, f);
        }
    }

    /// Adds native attributes (getter, optional setter) to a class.
    pub fn add_getsets(&mut self, class: Gc<Class>, table: &'static [GetSetDef]) {
        for &(name, get, set) in table {
            let hdr = self.header(TypeTag::GetSet, self.types.getset_descr);
            let text = self.intern(name).word();
            let g = self.heap.place(GetSet { hdr, name: text, get, set, owner: class }).word();
            self.set_class_attr(class, name, g);
        }
    }

    /// Sets an attribute of a (builtin) class.
    pub fn set_class_attr(&mut self, class: Gc<Class>, name: &str, value: Word) {
        let name = self.intern(name);
        self.class_set(class, name, value);
    }

    /// Sets the constructor of a builtin class. `mutable`: `__new__` ignores its arguments and a
    /// method `__init__` fills the object.
    pub fn set_constructor(&mut self, mut class: Gc<Class>, ctor: Constructor, mutable: bool) {
        class.construct = Some(ctor);
        if mutable {
            class.flags |= C_MUTABLE_CTOR;
        } else {
            class.flags &= !C_MUTABLE_CTOR;
        }
        let new = self.new_native(&crate::vm::class::NEW, function::NativeKind::Function, None, UNDEF).word();
        self.set_class_attr(class, "__new__", new);
    }

    /// Adds native functions to a namespace.
    pub fn add_functions(&mut self, ns: Gc<Namespace>, module: &str, table: &'static [MethodDef]) {
        for def in table {
            let f = self.new_function_native(def, module);
            self.set_global(ns, def.name, f);
        }
    }

    /// Sets a name of a namespace.
    pub fn set_global(&mut self, ns: Gc<Namespace>, name: &str, value: Word) {
        let name = self.intern(name);
        self.store_global(ns, name, value);
    }

    /// Sets a name of a namespace; a watched cell invalidates the traces that assumed it.
    pub fn store_global(&mut self, mut ns: Gc<Namespace>, name: Name, value: Word) {
        let cell = ns.cell(name);
        self.store_cell(cell, value);
    }

    /// Writes a global's cell; see [`Vm::store_global`].
    #[inline]
    pub fn store_cell(&mut self, cell: *mut GlobalCell, value: Word) {
        // SAFETY: cells are never freed.
        let cell = unsafe { &mut *cell };
        cell.value = value;
        cell.flags = cell.flags.wrapping_add(module::CELL_WRITE);
        if cell.flags & module::CELL_WATCHED != 0 {
            cell.flags &= !module::CELL_WATCHED;
            self.invalidate(cell as *const GlobalCell as u64);
        }
    }

    /// An empty namespace.
    pub fn new_namespace(&mut self) -> Gc<Namespace> {
        let hdr = self.header(TypeTag::Namespace, self.types.namespace);
        self.heap.place(Namespace::empty(hdr))
    }

    /// A module with `__name__` set; not yet in `sys.modules`.
    pub fn new_module(&mut self, name: &str) -> Gc<Module> {
        let namespace = self.new_namespace();
        let text = self.intern(name).word();
        for (key, value) in [
            ("__name__", text),
            ("__doc__", NONE),
            ("__package__", NONE),
            ("__loader__", NONE),
            ("__spec__", NONE),
        ] {
            self.set_global(namespace, key, value);
        }
        let hdr = self.header(TypeTag::Module, self.types.module);
        self.heap.place(Module { hdr, name: text, namespace })
    }

    /// Puts a module into `sys.modules`.
    pub fn register_module(&mut self, module: Gc<Module>) {
        let modules = self.modules;
        // A string key cannot raise.
        let _ = self.dict_set(modules, module.name, module.word());
    }
}

fn root_header(tag: TypeTag, class: Gc<Class>) -> Header {
    Header { tag: tag as u32, flags: 0, shape: class.root_shape }
}

fn empty_string(heap: &mut Heap, types: &Types) -> Gc<Str> {
    let mut hdr = root_header(TypeTag::Str, types.str);
    hdr.flags = F_ASCII;
    let s = Str { hdr, hash: 0, len: 0, nbytes: 0, ptr: std::ptr::NonNull::dangling().as_ptr() };
    heap.place(s)
}

impl Drop for Vm {
    fn drop(&mut self) {
        // SAFETY: made in `bare` with this layout.
        unsafe { dealloc(self.stack as *mut u8, stack_layout()) };
    }
}
