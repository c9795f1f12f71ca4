//! Signatures to come.
use crate::objects::*;
use crate::vm::*;
use crate::word::*;
use dashu_int::IBig;
pub use super::ops::{BinOp, CmpOp, UnOp};
macro_rules! stubs { ($(fn $n:ident($($a:ident : $t:ty),*) -> $r:ty;)*) => { impl Vm { $( pub fn $n(&mut self, $($a: $t),*) -> $r { $(let _ = &$a;)* Err(Raised) } )* } } }
stubs! {
    fn call(f: Word, args: &[Word]) -> PyResult;
    fn call_args(f: Word, args: &Args) -> PyResult;
    fn call_method(obj: Word, name: &str, args: &[Word]) -> PyResult;
    fn call_special(w: Word, name: Name, args: &[Word]) -> PyResult<Option<Word>>;
    fn get_attr(w: Word, name: Name) -> PyResult;
    fn get_attr_str(w: Word, name: &str) -> PyResult;
    fn find_attr(w: Word, name: Name) -> PyResult<Option<Word>>;
    fn set_attr(w: Word, name: Name, value: Word) -> PyResult<()>;
    fn del_attr(w: Word, name: Name) -> PyResult<()>;
    fn isinstance(w: Word, class: Word) -> PyResult<bool>;
    fn issubclass(class: Word, of: Word) -> PyResult<bool>;
    fn repr(w: Word) -> PyResult<String>;
    fn str(w: Word) -> PyResult<String>;
    fn ascii(w: Word) -> PyResult<String>;
    fn repr_word(w: Word) -> PyResult;
    fn str_word(w: Word) -> PyResult;
    fn hash(w: Word) -> PyResult<u64>;
    fn eq(a: Word, b: Word) -> PyResult<bool>;
    fn lt(a: Word, b: Word) -> PyResult<bool>;
    fn truthy(w: Word) -> PyResult<bool>;
    fn len(w: Word) -> PyResult<usize>;
    fn compare(op: CmpOp, a: Word, b: Word) -> PyResult;
    fn contains(container: Word, item: Word) -> PyResult<bool>;
    fn get_item(o: Word, k: Word) -> PyResult;
    fn set_item(o: Word, k: Word, v: Word) -> PyResult<()>;
    fn del_item(o: Word, k: Word) -> PyResult<()>;
    fn binary_op(op: BinOp, a: Word, b: Word) -> PyResult;
    fn inplace_op(op: BinOp, a: Word, b: Word) -> PyResult;
    fn unary_op(op: UnOp, a: Word) -> PyResult;
    fn iter(w: Word) -> PyResult;
    fn iter_next(it: Word) -> PyResult<Option<Word>>;
    fn to_vec(w: Word) -> PyResult<Vec<Word>>;
    fn index(w: Word) -> PyResult<i64>;
    fn index_word(w: Word) -> PyResult;
    fn index_big(w: Word) -> PyResult<IBig>;
    fn as_f64(w: Word) -> PyResult<f64>;
    fn slice_indices(s: Gc<SliceObj>, len: usize) -> PyResult<(i64, i64, i64, usize)>;
    fn new_range(start: Word, stop: Word, step: Word) -> PyResult;
    fn dict_get(d: Gc<Dict>, k: Word) -> PyResult<Option<Word>>;
    fn dict_set(d: Gc<Dict>, k: Word, v: Word) -> PyResult<()>;
    fn dict_del(d: Gc<Dict>, k: Word) -> PyResult<Option<Word>>;
    fn set_add(s: Gc<Set>, k: Word) -> PyResult<bool>;
    fn set_contains(s: Gc<Set>, k: Word) -> PyResult<bool>;
    fn set_discard(s: Gc<Set>, k: Word) -> PyResult<bool>;
}
impl Vm {
    /// A stub.
    pub fn iterate(&mut self, w: Word, f: impl FnMut(&mut Vm, Word) -> PyResult<bool>) -> PyResult<()> { let _ = (w, f); Err(Raised) }
    pub fn type_of(&self, w: Word) -> Gc<Class> { let _ = w; self.types.object }
    pub fn type_name(&self, w: Word) -> &'static str { self.type_of(w).name_str() }
    pub fn is_instance(&self, w: Word, class: Gc<Class>) -> bool { self.type_of(w).is_subclass(class) }
    pub fn lookup_special(&mut self, w: Word, name: Name) -> Option<Word> { let _ = (w, name); None }
    pub fn lookup_class(&mut self, c: Gc<Class>, name: Name) -> Option<Word> { let _ = (c, name); None }
    pub fn add_methods(&mut self, class: Gc<Class>, table: &'static [MethodDef]) { let _ = (class, table); }
    pub fn add_static(&mut self, class: Gc<Class>, table: &'static [MethodDef]) { let _ = (class, table); }
    pub fn add_class_methods(&mut self, class: Gc<Class>, table: &'static [MethodDef]) { let _ = (class, table); }
    pub fn add_getsets(&mut self, class: Gc<Class>, table: &'static [crate::objects::class::GetSetDef]) { let _ = (class, table); }
    pub fn set_class_attr(&mut self, class: Gc<Class>, name: &str, value: Word) { let _ = (class, name, value); }
    pub fn add_functions(&mut self, ns: Gc<Namespace>, module: &str, table: &'static [MethodDef]) { let _ = (ns, module, table); }
    pub fn set_constructor(&mut self, class: Gc<Class>, ctor: crate::objects::class::Constructor, mutable: bool) { let _ = (class, ctor, mutable); }
    pub fn new_class(&mut self, name: &str, base: Gc<Class>, layout: TypeTag) -> Gc<Class> { let _ = (name, base, layout); self.types.object }
    pub fn new_module(&mut self, name: &str) -> Gc<Module> { let _ = name; unreachable!() }
    pub fn register_module(&mut self, m: Gc<Module>) { let _ = m; }
    pub fn set_global(&mut self, ns: Gc<Namespace>, name: &str, value: Word) { let _ = (ns, name, value); }
    pub fn set_context(&mut self, e: Word) { let _ = e; }
}
