//! The host functions that handlers call, each with its effects. One row gives the declaration and the
//! function; both machines call it the same way.

use crate::jit::spec::class;
use crate::objects::*;
use crate::vm::consume::Consumer;
use crate::vm::ops::{BinOp, CmpOp, UnOp};
use crate::vm::{PyResult, Vm};
use crate::word::{FALSE, NONE, TRUE, UNDEF, Word};
use uplift::uop::{Effects, FnAddr, HostFn, Ty};

/// May run Python code.
const ANY: Effects = Effects::ANY;
/// Makes a fresh object from its arguments.
const FRESH: Effects = Effects::FRESH;
/// A value of its arguments, which never change.
const PURE: Effects = Effects::PURE;
/// A value of its arguments, which never change, or an error.
const CHECKED: Effects = Effects { raises: true, ..Effects::PURE };

const fn bit(class: u8) -> u64 {
    1 << class
}
/// Memory of lists.
const LISTS: u64 = bit(class::LIST_BUFFER) | bit(class::LIST_LEN) | bit(class::LIST_ITEMS);
const DICTS: u64 = bit(class::DICT);
const SETS: u64 = bit(class::SET);
/// What only natives see.
const STATE: u64 = bit(class::NATIVE);
const ITERATORS: u64 = bit(class::ITER_INDEX) | bit(class::ITER_SEQUENCE) | bit(class::NATIVE);

const fn reads(classes: u64) -> Effects {
    Effects { reads: classes, ..Effects::PURE }
}
const fn writes(reads: u64, writes: u64) -> Effects {
    Effects { reads, writes, ..Effects::PURE }
}
const fn raises(e: Effects) -> Effects {
    Effects { raises: true, ..e }
}

/// Returned by [`ITER_NEXT`] at the end: no Python value looks like it.
pub const EXHAUSTED: Word = Word(1);

/// What a host function can return, as bits. Errors are UNDEF.
trait Bits {
    fn bits(self) -> u64;
}
impl Bits for Word {
    fn bits(self) -> u64 {
        self.0
    }
}
impl Bits for i64 {
    fn bits(self) -> u64 {
        self as u64
    }
}
impl Bits for f64 {
    fn bits(self) -> u64 {
        self.to_bits()
    }
}
impl Bits for bool {
    fn bits(self) -> u64 {
        u64::from(self)
    }
}
impl Bits for () {
    fn bits(self) -> u64 {
        NONE.0
    }
}
impl<T: Bits> Bits for PyResult<T> {
    #[inline(always)]
    fn bits(self) -> u64 {
        self.map_or(UNDEF.0, Bits::bits)
    }
}

macro_rules! rust_type {
    (Word) => {
        Word
    };
    (Ref) => {
        u64
    };
    (Int) => {
        i64
    };
    (Float) => {
        f64
    };
    (Bool) => {
        bool
    };
}
macro_rules! from_bits {
    (Word, $b:expr) => {
        Word($b)
    };
    (Ref, $b:expr) => {
        $b
    };
    (Int, $b:expr) => {
        $b as i64
    };
    (Float, $b:expr) => {
        f64::from_bits($b)
    };
    (Bool, $b:expr) => {
        $b != 0
    };
}
/// What the body of a function with this result type evaluates to: words may be errors.
macro_rules! body_type {
    (Word) => {
        PyResult
    };
    (Ref) => {
        Word
    };
    (Int) => {
        i64
    };
    (Float) => {
        f64
    };
    (Bool) => {
        bool
    };
    (Unit) => {
        ()
    };
}

macro_rules! host_fns {
    ($( $(#[$doc:meta])* $NAME:ident = $name:ident ($vm:ident $(, $a:ident : $t:ident)*) -> $r:ident [$effects:expr] $body:block )*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum FnId { $($NAME),* }

        mod raw {
            use super::*;
            $(
                #[allow(clippy::unused_unit)]
                pub extern "C" fn $name(vm: *mut Vm, $($a: u64),*) -> u64 {
                    // SAFETY: machines pass the VM, which nothing else borrows during the call.
                    let $vm = unsafe { &mut *vm };
                    let _ = &$vm;
                    $(let $a: rust_type!($t) = from_bits!($t, $a);)*
                    #[allow(clippy::redundant_closure_call)]
                    let result: body_type!($r) = (move || $body)();
                    result.bits()
                }
            )*
        }

        $(
            $(#[$doc])*
            pub const $NAME: &HostFn = &HostFn {
                id: FnId::$NAME as u16,
                name: stringify!($name),
                addr: FnAddr(raw::$name as *const ()),
                params: &[$(Ty::$t),*],
                ret: Ty::$r,
                effects: $effects,
            };
        )*

        /// All host functions.
        pub const FNS: &[&HostFn] = &[$($NAME),*];
    };
}

fn gc<T: Object>(address: u64) -> Gc<T> {
    // SAFETY: handlers pass references whose layout they tested.
    unsafe { Word(address).cast_unchecked() }
}

/// A name passed as a constant reference.
fn name(address: u64) -> Name {
    gc(address)
}

/// The loaded code passed as a constant reference.
fn code(address: u64) -> *mut LoadedCode {
    address as *mut LoadedCode
}

fn truth(b: bool) -> Word {
    if b { TRUE } else { FALSE }
}

host_fns! {
    // --- Operators ---
    /// `x + y`.
    ADD = add(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::Add, x, y) }
    /// `x - y`.
    SUB = sub(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::Sub, x, y) }
    /// `x * y`.
    MUL = mul(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::Mul, x, y) }
    /// `x / y`.
    TRUE_DIV = true_div(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::TrueDiv, x, y) }
    /// `x // y`.
    FLOOR_DIV = floor_div(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::FloorDiv, x, y) }
    /// `x % y`.
    MOD = modulo(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::Mod, x, y) }
    /// `x ** y`.
    POW = pow(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::Pow, x, y) }
    /// `x << y`.
    LSHIFT = lshift(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::LShift, x, y) }
    /// `x >> y`.
    RSHIFT = rshift(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::RShift, x, y) }
    /// `x & y`.
    AND = and(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::And, x, y) }
    /// `x | y`.
    OR = or(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::Or, x, y) }
    /// `x ^ y`.
    XOR = xor(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::Xor, x, y) }
    /// `x @ y`.
    MATMUL = matmul(vm, x: Word, y: Word) -> Word [ANY] { vm.binary_op(BinOp::MatMul, x, y) }
    /// `x += y`.
    IADD = iadd(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::Add, x, y) }
    /// `x -= y`.
    ISUB = isub(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::Sub, x, y) }
    /// `x *= y`.
    IMUL = imul(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::Mul, x, y) }
    /// `x /= y`.
    ITRUE_DIV = itrue_div(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::TrueDiv, x, y) }
    /// `x //= y`.
    IFLOOR_DIV = ifloor_div(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::FloorDiv, x, y) }
    /// `x %= y`.
    IMOD = imodulo(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::Mod, x, y) }
    /// `x **= y`.
    IPOW = ipow(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::Pow, x, y) }
    /// `x <<= y`.
    ILSHIFT = ilshift(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::LShift, x, y) }
    /// `x >>= y`.
    IRSHIFT = irshift(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::RShift, x, y) }
    /// `x &= y`.
    IAND = iand(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::And, x, y) }
    /// `x |= y`.
    IOR = ior(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::Or, x, y) }
    /// `x ^= y`.
    IXOR = ixor(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::Xor, x, y) }
    /// `x @= y`.
    IMATMUL = imatmul(vm, x: Word, y: Word) -> Word [ANY] { vm.inplace_op(BinOp::MatMul, x, y) }
    /// A binary operator (a `BinOp`) on operands that run no Python code: numbers, strings, bytes, tuples of any.
    PLAIN_OP = plain_op(vm, op: Int, x: Word, y: Word) -> Word [CHECKED] { vm.binary_op(binop(op), x, y) }
    /// `-x`.
    NEG = neg(vm, x: Word) -> Word [ANY] { vm.unary_op(UnOp::Neg, x) }
    /// `+x`.
    POS = pos(vm, x: Word) -> Word [ANY] { vm.unary_op(UnOp::Pos, x) }
    /// `~x`.
    INVERT = invert(vm, x: Word) -> Word [ANY] { vm.unary_op(UnOp::Invert, x) }
    /// `x % y` of floats; y is not zero.
    FLOAT_MOD = float_mod(_vm, x: Float, y: Float) -> Float [PURE] { python_mod(x, y) }
    /// `x // y` of floats; y is not zero.
    FLOAT_FLOOR_DIV = float_floor_div(_vm, x: Float, y: Float) -> Float [PURE] { python_floor_div(x, y) }
    /// C's `pow`.
    FLOAT_POW = float_pow(_vm, x: Float, y: Float) -> Float [PURE] { x.powf(y) }
    /// Concatenation of two strings.
    CONCAT = concat(vm, x: Ref, y: Ref) -> Word [CHECKED] { vm.concat_str(gc(x), gc(y)) }

    // --- Comparisons and truth ---
    /// A comparison (a `CmpOp`).
    COMPARE = compare(vm, op: Int, x: Word, y: Word) -> Word [ANY] { vm.compare(cmpop(op), x, y) }
    /// The truth of a comparison (a `CmpOp`).
    COMPARE_TRUTH = compare_truth(vm, op: Int, x: Word, y: Word) -> Word [ANY] {
        let w = vm.compare(cmpop(op), x, y)?;
        if w.is_bool() { return Ok(w) }
        vm.truthy(w).map(truth)
    }
    /// As `COMPARE_TRUTH`, of operands that run no Python code and never change.
    PLAIN_COMPARE = plain_compare(vm, op: Int, x: Word, y: Word) -> Word [CHECKED] { vm.compare(cmpop(op), x, y) }
    /// Whether two strings are equal.
    STR_EQ = str_eq(_vm, x: Ref, y: Ref) -> Bool [PURE] {
        x == y || {
            let (x, y) = (gc::<Str>(x), gc::<Str>(y));
            x.nbytes == y.nbytes && x.bytes() == y.bytes()
        }
    }
    /// `bool(x)` as a word.
    TRUTH = truth_of(vm, x: Word) -> Word [ANY] { vm.truthy(x).map(truth) }
    /// `item in container` as a word.
    CONTAINS = contains(vm, container: Word, item: Word) -> Word [ANY] { vm.contains(container, item).map(truth) }
    /// `key in dict` for a key that runs no Python code.
    DICT_CONTAINS = dict_contains(vm, d: Ref, key: Word) -> Bool [reads(DICTS)] {
        matches!(vm.dict_get(gc(d), key), Ok(Some(_)))
    }
    /// `key in set` for a key that runs no Python code.
    SET_CONTAINS = set_contains(vm, s: Ref, key: Word) -> Bool [reads(SETS)] {
        matches!(vm.set_contains(gc(s), key), Ok(true))
    }

    // --- Attributes and names ---
    /// `object.name`.
    GET_ATTR = get_attr(vm, object: Word, n: Ref) -> Word [ANY] { vm.get_attr(object, name(n)) }
    /// `object.name = value`.
    SET_ATTR = set_attr(vm, object: Word, n: Ref, value: Word) -> Word [ANY] {
        vm.set_attr(object, name(n), value).map(|()| NONE)
    }
    /// `del object.name`.
    DEL_ATTR = del_attr(vm, object: Word, n: Ref) -> Word [ANY] { vm.del_attr(object, name(n)).map(|()| NONE) }
    /// A bound method.
    BIND = bind(vm, func: Word, this: Word) -> Ref [FRESH] {
        if func.is::<Function>() { vm.new_bound(func, this) } else { vm.bind_native(func, this) }
    }
    /// Room for a slot beyond the inline ones, before the object takes the shape that has it.
    GROW = grow(vm, object: Ref, inline: Int, slot: Int) -> Unit [writes(0, bit(class::OVERFLOW))] {
        vm.grow_overflow(gc(object), inline as u32, slot as u32)
    }
    /// The global of that name (code, name), or NameError.
    LOAD_GLOBAL = load_global(vm, c: Ref, n: Ref) -> Word [ANY] { vm.load_global_slow(code(c), name(n)) }
    /// `del` of a global.
    DEL_GLOBAL = del_global(vm, c: Ref, n: Ref) -> Word [ANY] { vm.del_global(code(c), name(n)) }
    /// A name looked up in a namespace mapping, then in the globals, then in the builtins.
    LOAD_NAME = load_name(vm, c: Ref, ns: Word, n: Ref) -> Word [ANY] { vm.load_name(code(c), ns, name(n)) }
    /// A name stored in a namespace mapping.
    STORE_NAME = store_name(vm, ns: Word, n: Ref, value: Word) -> Word [ANY] { vm.store_name(ns, name(n), value) }
    /// A name deleted from a namespace mapping.
    DEL_NAME = del_name(vm, ns: Word, n: Ref) -> Word [ANY] { vm.del_name(ns, name(n)) }
    /// A name looked up in a namespace mapping, then in a cell.
    LOAD_NAME_OR_CELL = load_name_or_cell(vm, ns: Word, n: Ref, cell: Word) -> Word [ANY] {
        vm.load_name_or_cell(ns, name(n), cell)
    }
    /// UnboundLocalError of a local variable (code, register).
    UNBOUND_LOCAL = unbound_local(vm, c: Ref, register: Int) -> Word [ANY] { Err(vm.unbound_local(code(c), register as u32)) }
    /// NameError of a captured variable (code, index).
    UNBOUND_FREE = unbound_free(vm, c: Ref, index: Int) -> Word [ANY] { Err(vm.unbound_free(code(c), index as u32)) }
    /// A new cell.
    NEW_CELL = new_cell(vm, value: Word) -> Ref [FRESH] { vm.new_cell(value) }
    /// `super(class, object).name`.
    SUPER_ATTR = super_attr(vm, callee: Word, class: Word, object: Word, n: Ref) -> Word [ANY] {
        let s = vm.call(callee, &[class, object])?;
        vm.get_attr(s, name(n))
    }

    // --- Items ---
    /// `object[key]`.
    GET_ITEM = get_item(vm, object: Word, key: Word) -> Word [ANY] { vm.get_item(object, key) }
    /// `object[key] = value`.
    SET_ITEM = set_item(vm, object: Word, key: Word, value: Word) -> Word [ANY] {
        vm.set_item(object, key, value).map(|()| NONE)
    }
    /// `del object[key]`.
    DEL_ITEM = del_item(vm, object: Word, key: Word) -> Word [ANY] { vm.del_item(object, key).map(|()| NONE) }
    /// `dict[key]` of a plain dict for a key that runs no Python code.
    DICT_GET = dict_get(vm, d: Ref, key: Word) -> Word [raises(reads(DICTS))] {
        match vm.dict_get(gc(d), key)? {
            Some(w) => Ok(w),
            None => Err(vm.key_error(key)),
        }
    }
    /// `dict.get(key, default)` of a plain dict for a key that runs no Python code.
    DICT_GET_OR = dict_get_or(vm, d: Ref, key: Word, default: Word) -> Word [raises(reads(DICTS))] {
        Ok(vm.dict_get(gc(d), key)?.unwrap_or(default))
    }
    /// `dict[key] = value` of a plain dict for a key that runs no Python code.
    DICT_SET = dict_set(vm, d: Ref, key: Word, value: Word) -> Word [raises(writes(DICTS, DICTS))] {
        vm.dict_set(gc(d), key, value).map(|()| NONE)
    }
    /// A character of a string; the index is in range.
    STR_ITEM = str_item(vm, s: Ref, index: Int) -> Word [PURE] { Ok(vm.str_item(gc(s), index as usize)) }
    /// `object[start:stop:step]`.
    GET_SLICE = get_slice(vm, object: Word, start: Word, stop: Word, step: Word) -> Word [ANY] {
        vm.get_slice(object, [start, stop, step])
    }
    /// `object[start:stop] = value`.
    SET_SLICE = set_slice(vm, object: Word, start: Word, stop: Word, value: Word) -> Word [ANY] {
        vm.set_slice(object, start, stop, value).map(|()| NONE)
    }
    /// `list[start:stop] = list` of two plain lists with int or None bounds.
    LIST_SET_SLICE = list_set_slice(vm, object: Word, start: Word, stop: Word, value: Word) -> Word [raises(writes(LISTS, LISTS))] {
        vm.set_slice(object, start, stop, value).map(|()| NONE)
    }
    /// `list[start:stop:step]` of a plain list with int or None bounds.
    LIST_SLICE = list_slice(vm, object: Word, start: Word, stop: Word, step: Word) -> Word [raises(Effects { fresh: true, ..reads(LISTS) })] {
        vm.get_slice(object, [start, stop, step])
    }
    /// `object[start:stop:step]` of a string, bytes or tuple with int or None bounds.
    PLAIN_SLICE = plain_slice(vm, object: Word, start: Word, stop: Word, step: Word) -> Word [CHECKED] {
        vm.get_slice(object, [start, stop, step])
    }

    // --- Iteration ---
    /// `iter(x)`.
    ITER = iter(vm, x: Word) -> Word [ANY] { vm.iter(x) }
    /// A range iterator; fields are stored by the handler.
    NEW_RANGE_ITER = new_range_iter(vm) -> Ref [FRESH] { vm.new_range_iter(0, 0, 1) }
    /// A list iterator; fields are stored by the handler.
    NEW_LIST_ITER = new_list_iter(vm) -> Ref [FRESH] {
        let hdr = vm.header(TypeTag::ListIter, vm.types.list_iter);
        vm.heap.place(iter::ListIter { hdr, list: UNDEF, index: 0 }).word()
    }
    /// A tuple iterator; fields are stored by the handler.
    NEW_TUPLE_ITER = new_tuple_iter(vm) -> Ref [FRESH] {
        let hdr = vm.header(TypeTag::TupleIter, vm.types.tuple_iter);
        vm.heap.place(iter::TupleIter { hdr, tuple: UNDEF, index: 0 }).word()
    }
    /// The next item, or `EXHAUSTED`.
    ITER_NEXT = iter_next(vm, it: Word) -> Word [ANY] { Ok(vm.iter_next(it)?.unwrap_or(EXHAUSTED)) }
    /// As `ITER_NEXT`, for iterators of dicts, sets and strings.
    PLAIN_NEXT = plain_next(vm, it: Word) -> Word [raises(writes(DICTS | SETS | ITERATORS, ITERATORS))] {
        Ok(vm.iter_next(it)?.unwrap_or(EXHAUSTED))
    }
    /// `callee(x)` where `x` is a generator, as a rule, that the call uses up in the manner of [`Consumer`] `kind`.
    CONSUME = consume(vm, callee: Word, kind: Int, x: Word) -> Word [ANY] {
        match (Vm::runnable_generator(x), Consumer::of(Word::int(kind))) {
            (Some(g), Some(consumer)) => vm.consume_generator(g, consumer),
            _ => vm.call(callee, &[x]),
        }
    }
    /// The items of `x` as a tuple of exactly `n`.
    UNPACK = unpack(vm, x: Word, n: Int) -> Word [ANY] { vm.unpack(x, n as usize) }
    /// `low` items of `x`, a list of the rest, and `high` items, as a tuple.
    UNPACK_EX = unpack_ex(vm, x: Word, low: Int, high: Int) -> Word [ANY] { vm.unpack_ex(x, low as usize, high as usize) }

    /// An int of 64 bits; fields are stored by the handler.
    NEW_WIDE = new_wide(vm) -> Ref [FRESH] { vm.place_wide(0) }

    // --- Displays ---
    /// A tuple of `n` items, stored by the handler.
    NEW_TUPLE = new_tuple(vm, n: Int) -> Ref [FRESH] {
        vm.alloc_tuple(n as usize).map_or(vm.empty_tuple, |t| t.word())
    }
    /// `[]`.
    NEW_LIST0 = new_list0(vm) -> Ref [FRESH] { vm.new_list(Vec::new()) }
    /// `[a]`.
    NEW_LIST1 = new_list1(vm, a: Word) -> Ref [FRESH] { vm.new_list(vec![a]) }
    /// `[a, b]`.
    NEW_LIST2 = new_list2(vm, a: Word, b: Word) -> Ref [FRESH] { vm.new_list(vec![a, b]) }
    /// `[a, b, c]`.
    NEW_LIST3 = new_list3(vm, a: Word, b: Word, c: Word) -> Ref [FRESH] { vm.new_list(vec![a, b, c]) }
    /// `[a, b, c, d]`.
    NEW_LIST4 = new_list4(vm, a: Word, b: Word, c: Word, d: Word) -> Ref [FRESH] { vm.new_list(vec![a, b, c, d]) }
    /// A list of a tuple's items.
    TUPLE_TO_LIST = tuple_to_list(vm, t: Ref) -> Ref [FRESH] {
        let items = gc::<Tuple>(t).items().to_vec();
        vm.new_list(items)
    }
    /// A tuple of a list's items.
    LIST_TO_TUPLE = list_to_tuple(vm, l: Ref) -> Word [reads(LISTS)] {
        let items = gc::<List>(l).items().to_vec();
        Ok(vm.new_tuple(&items))
    }
    /// `{}`.
    NEW_DICT = new_dict(vm) -> Ref [FRESH] { vm.new_dict().word() }
    /// `d[key] = value` in a plain dict.
    DICT_STORE = dict_store(vm, d: Ref, key: Word, value: Word) -> Word [ANY] { vm.dict_set(gc(d), key, value).map(|()| NONE) }
    /// `set()`.
    NEW_SET = new_set(vm) -> Ref [FRESH] { vm.new_set(false).word() }
    /// `s.add(x)` of a plain set.
    SET_ADD = set_add(vm, s: Ref, x: Word) -> Word [ANY] { vm.set_add(gc(s), x).map(|_| NONE) }
    /// As `SET_ADD`, for a value that runs no Python code.
    SET_ADD_PLAIN = set_add_plain(vm, s: Ref, x: Word) -> Unit [writes(SETS, SETS)] { let _ = vm.set_add(gc(s), x); }
    /// A slice object.
    NEW_SLICE = new_slice(vm, start: Word, stop: Word, step: Word) -> Ref [FRESH] { vm.new_slice(start, stop, step) }
    /// Concatenation of the strings in a tuple.
    JOIN = join(vm, t: Ref) -> Word [CHECKED] { vm.join_tuple(gc(t)) }
    /// Appends to a list without room.
    LIST_PUSH = list_push(vm, l: Ref, x: Word) -> Unit [writes(LISTS, LISTS)] { vm.list_push_slow(gc(l), x) }
    /// `list.extend(x)` of a display.
    LIST_EXTEND = list_extend(vm, l: Word, x: Word) -> Word [ANY] { vm.display_extend(l, x) }
    /// `set.update(x)` of a display.
    SET_UPDATE = set_update(vm, s: Word, x: Word) -> Word [ANY] { vm.display_set_update(s, x) }
    /// `dict.update(x)` of a display.
    DICT_UPDATE = dict_update(vm, d: Word, x: Word) -> Word [ANY] { vm.display_dict_update(d, x) }
    /// `**x` of a call.
    DICT_MERGE = dict_merge(vm, d: Word, x: Word, callee: Word) -> Word [ANY] { vm.call_dict_merge(d, x, callee) }

    // --- Strings ---
    /// `format(x, spec)`.
    FORMAT = format(vm, x: Word, spec: Word) -> Word [ANY] { vm.format_word(x, spec) }
    /// `str(x)`, `repr(x)` or `ascii(x)`.
    CONVERT = convert(vm, x: Word, kind: Int) -> Word [ANY] { vm.convert_word(x, kind) }

    // --- Calls, from a trace with `above` frames inlined above its root ---
    /// `f()`.
    CALL0 = call0(vm, above: Int, f: Word) -> Word [ANY] { vm.call_above(above, f, &Args::new(&[])) }
    /// `f(a)`.
    CALL1 = call1(vm, above: Int, f: Word, a: Word) -> Word [ANY] { vm.call_above(above, f, &Args::new(&[a])) }
    /// `f(a, b)`.
    CALL2 = call2(vm, above: Int, f: Word, a: Word, b: Word) -> Word [ANY] { vm.call_above(above, f, &Args::new(&[a, b])) }
    /// `f(a, b, c)`.
    CALL3 = call3(vm, above: Int, f: Word, a: Word, b: Word, c: Word) -> Word [ANY] { vm.call_above(above, f, &Args::new(&[a, b, c])) }
    /// `f(a, b, c, d)`.
    CALL4 = call4(vm, above: Int, f: Word, a: Word, b: Word, c: Word, d: Word) -> Word [ANY] {
        vm.call_above(above, f, &Args::new(&[a, b, c, d]))
    }
    /// `f(a, b, c, d, e)`.
    CALL5 = call5(vm, above: Int, f: Word, a: Word, b: Word, c: Word, d: Word, e: Word) -> Word [ANY] {
        vm.call_above(above, f, &Args::new(&[a, b, c, d, e]))
    }
    /// `f(*args)` of a tuple.
    CALL_TUPLE = call_tuple(vm, above: Int, f: Word, args: Ref) -> Word [ANY] {
        vm.call_above(above, f, &Args::new(gc::<Tuple>(args).items()))
    }
    /// `f(...)` of a tuple of arguments, the last of which have the names in a tuple.
    CALL_NAMED = call_named(vm, above: Int, f: Word, args: Ref, names: Ref) -> Word [ANY] {
        let (all, names) = (gc::<Tuple>(args).items(), gc::<Tuple>(names).items());
        let (pos, values) = all.split_at(all.len() - names.len());
        vm.call_above(above, f, &Args::with_kw(pos, names, values))
    }
    /// `f(self?, *args, **kwargs)`.
    CALL_EX = call_ex(vm, f: Word, this: Word, args: Word, kwargs: Word) -> Word [ANY] { vm.call_ex(f, this, args, kwargs) }
    /// An instance without attributes.
    NEW_INSTANCE = new_instance(vm, class: Ref) -> Ref [FRESH] { vm.alloc_instance(gc(class)) }
    /// TypeError: `__init__` returned something.
    INIT_RETURNED = init_returned(vm, result: Word) -> Word [ANY] { Err(vm.init_returned(result)) }
    /// RecursionError.
    RECURSION = recursion(vm) -> Word [ANY] { Err(vm.recursion_error()) }

    // --- Natives ---
    /// A native that only looks at its arguments, which never change.
    NATIVE1_PLAIN = native1_plain(vm, f: Ref, a: Word) -> Word [CHECKED] { vm.call_native(gc(f), &Args::new(&[a])) }
    /// A native that only looks at its arguments, which never change.
    NATIVE2_PLAIN = native2_plain(vm, f: Ref, a: Word, b: Word) -> Word [CHECKED] { vm.call_native(gc(f), &Args::new(&[a, b])) }
    /// A native that only looks at its arguments, which never change.
    NATIVE3_PLAIN = native3_plain(vm, f: Ref, a: Word, b: Word, c: Word) -> Word [CHECKED] { vm.call_native(gc(f), &Args::new(&[a, b, c])) }
    /// A native that only looks at its arguments, which never change.
    NATIVE4_PLAIN = native4_plain(vm, f: Ref, a: Word, b: Word, c: Word, d: Word) -> Word [CHECKED] { vm.call_native(gc(f), &Args::new(&[a, b, c, d])) }
    /// A native that reads lists.
    NATIVE1_LIST_READ = native1_list_read(vm, f: Ref, a: Word) -> Word [raises(reads(LISTS))] { vm.call_native(gc(f), &Args::new(&[a])) }
    /// A native that reads lists.
    NATIVE2_LIST_READ = native2_list_read(vm, f: Ref, a: Word, b: Word) -> Word [raises(reads(LISTS))] { vm.call_native(gc(f), &Args::new(&[a, b])) }
    /// A native that reads lists.
    NATIVE3_LIST_READ = native3_list_read(vm, f: Ref, a: Word, b: Word, c: Word) -> Word [raises(reads(LISTS))] { vm.call_native(gc(f), &Args::new(&[a, b, c])) }
    /// A native that reads lists.
    NATIVE4_LIST_READ = native4_list_read(vm, f: Ref, a: Word, b: Word, c: Word, d: Word) -> Word [raises(reads(LISTS))] { vm.call_native(gc(f), &Args::new(&[a, b, c, d])) }
    /// A native that changes lists.
    NATIVE1_LIST_WRITE = native1_list_write(vm, f: Ref, a: Word) -> Word [raises(writes(LISTS, LISTS))] { vm.call_native(gc(f), &Args::new(&[a])) }
    /// A native that changes lists.
    NATIVE2_LIST_WRITE = native2_list_write(vm, f: Ref, a: Word, b: Word) -> Word [raises(writes(LISTS, LISTS))] { vm.call_native(gc(f), &Args::new(&[a, b])) }
    /// A native that changes lists.
    NATIVE3_LIST_WRITE = native3_list_write(vm, f: Ref, a: Word, b: Word, c: Word) -> Word [raises(writes(LISTS, LISTS))] { vm.call_native(gc(f), &Args::new(&[a, b, c])) }
    /// A native that changes lists.
    NATIVE4_LIST_WRITE = native4_list_write(vm, f: Ref, a: Word, b: Word, c: Word, d: Word) -> Word [raises(writes(LISTS, LISTS))] { vm.call_native(gc(f), &Args::new(&[a, b, c, d])) }
    /// A native that reads dicts.
    NATIVE1_DICT_READ = native1_dict_read(vm, f: Ref, a: Word) -> Word [raises(reads(DICTS))] { vm.call_native(gc(f), &Args::new(&[a])) }
    /// A native that reads dicts.
    NATIVE2_DICT_READ = native2_dict_read(vm, f: Ref, a: Word, b: Word) -> Word [raises(reads(DICTS))] { vm.call_native(gc(f), &Args::new(&[a, b])) }
    /// A native that reads dicts.
    NATIVE3_DICT_READ = native3_dict_read(vm, f: Ref, a: Word, b: Word, c: Word) -> Word [raises(reads(DICTS))] { vm.call_native(gc(f), &Args::new(&[a, b, c])) }
    /// A native that reads dicts.
    NATIVE4_DICT_READ = native4_dict_read(vm, f: Ref, a: Word, b: Word, c: Word, d: Word) -> Word [raises(reads(DICTS))] { vm.call_native(gc(f), &Args::new(&[a, b, c, d])) }
    /// A native that changes dicts.
    NATIVE1_DICT_WRITE = native1_dict_write(vm, f: Ref, a: Word) -> Word [raises(writes(DICTS, DICTS))] { vm.call_native(gc(f), &Args::new(&[a])) }
    /// A native that changes dicts.
    NATIVE2_DICT_WRITE = native2_dict_write(vm, f: Ref, a: Word, b: Word) -> Word [raises(writes(DICTS, DICTS))] { vm.call_native(gc(f), &Args::new(&[a, b])) }
    /// A native that changes dicts.
    NATIVE3_DICT_WRITE = native3_dict_write(vm, f: Ref, a: Word, b: Word, c: Word) -> Word [raises(writes(DICTS, DICTS))] { vm.call_native(gc(f), &Args::new(&[a, b, c])) }
    /// A native that changes dicts.
    NATIVE4_DICT_WRITE = native4_dict_write(vm, f: Ref, a: Word, b: Word, c: Word, d: Word) -> Word [raises(writes(DICTS, DICTS))] { vm.call_native(gc(f), &Args::new(&[a, b, c, d])) }
    /// A native that changes sets.
    NATIVE1_SET_WRITE = native1_set_write(vm, f: Ref, a: Word) -> Word [raises(writes(SETS, SETS))] { vm.call_native(gc(f), &Args::new(&[a])) }
    /// A native that changes sets.
    NATIVE2_SET_WRITE = native2_set_write(vm, f: Ref, a: Word, b: Word) -> Word [raises(writes(SETS, SETS))] { vm.call_native(gc(f), &Args::new(&[a, b])) }
    /// A native that changes sets.
    NATIVE3_SET_WRITE = native3_set_write(vm, f: Ref, a: Word, b: Word, c: Word) -> Word [raises(writes(SETS, SETS))] { vm.call_native(gc(f), &Args::new(&[a, b, c])) }
    /// A native that changes sets.
    NATIVE4_SET_WRITE = native4_set_write(vm, f: Ref, a: Word, b: Word, c: Word, d: Word) -> Word [raises(writes(SETS, SETS))] { vm.call_native(gc(f), &Args::new(&[a, b, c, d])) }
    /// A native that changes what only natives see.
    NATIVE0_STATE = native0_state(vm, f: Ref) -> Word [raises(writes(STATE, STATE))] { vm.call_native(gc(f), &Args::new(&[])) }
    /// A native that changes what only natives see.
    NATIVE1_STATE = native1_state(vm, f: Ref, a: Word) -> Word [raises(writes(STATE, STATE))] { vm.call_native(gc(f), &Args::new(&[a])) }
    /// A native that changes what only natives see.
    NATIVE2_STATE = native2_state(vm, f: Ref, a: Word, b: Word) -> Word [raises(writes(STATE, STATE))] { vm.call_native(gc(f), &Args::new(&[a, b])) }
    /// A native that changes what only natives see.
    NATIVE3_STATE = native3_state(vm, f: Ref, a: Word, b: Word, c: Word) -> Word [raises(writes(STATE, STATE))] { vm.call_native(gc(f), &Args::new(&[a, b, c])) }
    /// A native that changes what only natives see.
    NATIVE4_STATE = native4_state(vm, f: Ref, a: Word, b: Word, c: Word, d: Word) -> Word [raises(writes(STATE, STATE))] { vm.call_native(gc(f), &Args::new(&[a, b, c, d])) }
    /// A function of one float (an index into `FLOAT_FUNCTIONS`).
    FLOAT_FUNCTION = float_function(_vm, f: Int, x: Float) -> Float [PURE] {
        (FLOAT_FUNCTIONS[f as usize % FLOAT_FUNCTIONS.len()].1)(x)
    }
    /// `int(x)`, `str(x)` or `bool(x)` of a plain value.
    CONSTRUCT_PLAIN = construct_plain(vm, class: Ref, x: Word) -> Word [CHECKED] {
        if class == vm.types.bool_.addr() {
            return vm.truthy(x).map(truth);
        }
        if class == vm.types.str.addr() {
            return vm.str_word(x);
        }
        vm.call_class(gc(class), &Args::new(&[x]))
    }
    /// A range object; fields are stored by the handler.
    NEW_RANGE = new_range(vm) -> Ref [FRESH] {
        let hdr = vm.header(TypeTag::Range, vm.types.range);
        let zero = Word::int(0);
        vm.heap.place(RangeObj { hdr, start: zero, stop: zero, step: Word::int(1), len: zero }).word()
    }

    // --- Functions and classes ---
    /// A function over a code constant with the globals of `c`.
    MAKE_FUNCTION = make_function(vm, c: Ref, k: Word) -> Word [ANY] { Ok(vm.make_function(code(c), k)) }
    /// Sets a part of a fresh function.
    SET_PART = set_part(vm, f: Word, value: Word, part: Int) -> Word [ANY] { vm.set_function_part(f, value, part) }
    /// The builtin `__build_class__`.
    BUILD_CLASS = build_class(vm) -> Word [ANY] { vm.builtin_named("__build_class__") }

    // --- Generators ---
    /// `x` itself if it is a generator, else `iter(x)`.
    YIELD_FROM_ITER = yield_from_iter(vm, x: Word) -> Word [ANY] { if x.is::<Generator>() { Ok(x) } else { vm.iter(x) } }
    /// `x.send(value)`, or `next(x)` for None: the item, or UNDEF with StopIteration or another error pending.
    SEND = send(vm, x: Word, value: Word) -> Word [ANY] { vm.send_to(x, value) }

    // --- Exceptions ---
    /// Raises `e` from `cause` (UNDEF: no `from`).
    RAISE = raise(vm, e: Word, cause: Word) -> Word [ANY] { Err(vm.raise_from(e, cause)) }
    /// Raises the handled exception again.
    RAISE_HANDLED = raise_handled(vm) -> Word [ANY] { Err(vm.raise_handled()) }
    /// Goes on raising `e`.
    RERAISE = reraise(vm, e: Word) -> Word [ANY] {
        vm.pending = e;
        vm.run.reraised = true;
        Err(crate::vm::Raised)
    }
    /// The exception being handled (None: none), which becomes `e`.
    PUSH_HANDLED = push_handled(vm, e: Word) -> Word [ANY] { Ok(vm.swap_handled(e)) }
    /// Whether an exception matches the types of an `except`.
    MATCHES = matches(vm, e: Word, types: Word) -> Word [ANY] { vm.exception_matches(e, types).map(truth) }
    /// The traceback of an exception.
    TRACEBACK = traceback(vm, e: Word) -> Word [ANY] { vm.get_attr(e, vm.names.traceback) }
    /// The class of a value.
    TYPE_OF = type_of(vm, x: Word) -> Word [PURE] { Ok(vm.type_of(x).word()) }
    /// `__enter__` or `__exit__` of a value's class: a tuple of callable and self.
    SPECIAL = special(vm, x: Word, which: Int) -> Word [ANY] { vm.context_method(x, which) }

    // --- Imports ---
    /// `__import__`.
    IMPORT = import(vm, c: Ref, n: Ref, spec: Word) -> Word [ANY] { vm.import_instruction(code(c), name(n), spec) }
    /// `from module import name`.
    IMPORT_FROM = import_from(vm, module: Word, n: Ref) -> Word [ANY] { vm.import_from(module, name(n)) }
    /// `from module import *` into a namespace mapping, or the globals (UNDEF).
    IMPORT_STAR = import_star(vm, c: Ref, module: Word, ns: Word) -> Word [ANY] { vm.import_star(code(c), module, ns) }

    // --- match ---
    /// `len(x)`.
    LEN = len(vm, x: Word) -> Word [ANY] { vm.len(x).map(|n| Word::int(n as i64)) }
    /// Whether `x` matches sequence patterns.
    IS_SEQUENCE = is_sequence(vm, x: Word) -> Word [ANY] { vm.is_match_sequence(x).map(truth) }
    /// Whether `x` matches mapping patterns.
    IS_MAPPING = is_mapping(vm, x: Word) -> Word [ANY] { vm.is_match_mapping(x).map(truth) }
    /// Values of the keys, or None.
    MATCH_KEYS = match_keys(vm, x: Word, keys: Word) -> Word [ANY] { vm.match_keys(x, keys) }
    /// A dict of the other items.
    REST_OF_MAPPING = rest_of_mapping(vm, x: Word, keys: Word) -> Word [ANY] { vm.rest_of_mapping(x, keys) }
    /// The attributes that a class pattern asks for, or None.
    MATCH_CLASS = match_class(vm, x: Word, class: Word, spec: Word) -> Word [ANY] { vm.match_class(x, class, spec) }
    /// `sys.displayhook(x)`.
    DISPLAY = display(vm, x: Word) -> Word [ANY] { vm.display_hook(x) }
}

/// What a native may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NativeEffect {
    /// A native that only looks at its arguments, which never change.
    Plain,
    /// A native that reads lists.
    ListRead,
    /// A native that changes lists.
    ListWrite,
    /// A native that reads dicts.
    DictRead,
    /// A native that changes dicts.
    DictWrite,
    /// A native that changes sets.
    SetWrite,
    /// A native that changes what only natives see.
    State,
}

/// The host function that calls a native with `n` arguments and these effects.
pub fn native_function(effect: NativeEffect, n: usize) -> Option<&'static HostFn> {
    Some(match (effect, n) {
        (NativeEffect::Plain, 1) => NATIVE1_PLAIN,
        (NativeEffect::Plain, 2) => NATIVE2_PLAIN,
        (NativeEffect::Plain, 3) => NATIVE3_PLAIN,
        (NativeEffect::Plain, 4) => NATIVE4_PLAIN,
        (NativeEffect::ListRead, 1) => NATIVE1_LIST_READ,
        (NativeEffect::ListRead, 2) => NATIVE2_LIST_READ,
        (NativeEffect::ListRead, 3) => NATIVE3_LIST_READ,
        (NativeEffect::ListRead, 4) => NATIVE4_LIST_READ,
        (NativeEffect::ListWrite, 1) => NATIVE1_LIST_WRITE,
        (NativeEffect::ListWrite, 2) => NATIVE2_LIST_WRITE,
        (NativeEffect::ListWrite, 3) => NATIVE3_LIST_WRITE,
        (NativeEffect::ListWrite, 4) => NATIVE4_LIST_WRITE,
        (NativeEffect::DictRead, 1) => NATIVE1_DICT_READ,
        (NativeEffect::DictRead, 2) => NATIVE2_DICT_READ,
        (NativeEffect::DictRead, 3) => NATIVE3_DICT_READ,
        (NativeEffect::DictRead, 4) => NATIVE4_DICT_READ,
        (NativeEffect::DictWrite, 1) => NATIVE1_DICT_WRITE,
        (NativeEffect::DictWrite, 2) => NATIVE2_DICT_WRITE,
        (NativeEffect::DictWrite, 3) => NATIVE3_DICT_WRITE,
        (NativeEffect::DictWrite, 4) => NATIVE4_DICT_WRITE,
        (NativeEffect::SetWrite, 1) => NATIVE1_SET_WRITE,
        (NativeEffect::SetWrite, 2) => NATIVE2_SET_WRITE,
        (NativeEffect::SetWrite, 3) => NATIVE3_SET_WRITE,
        (NativeEffect::SetWrite, 4) => NATIVE4_SET_WRITE,
        (NativeEffect::State, 0) => NATIVE0_STATE,
        (NativeEffect::State, 1) => NATIVE1_STATE,
        (NativeEffect::State, 2) => NATIVE2_STATE,
        (NativeEffect::State, 3) => NATIVE3_STATE,
        (NativeEffect::State, 4) => NATIVE4_STATE,
        _ => return None,
    })
}

/// A function of one float.
pub type FloatFunction = fn(f64) -> f64;

/// Functions of `math` that are total on floats, but for results that are not finite.
pub const FLOAT_FUNCTIONS: &[(&str, FloatFunction)] = &[
    ("sin", f64::sin),
    ("cos", f64::cos),
    ("tan", f64::tan),
    ("asin", f64::asin),
    ("acos", f64::acos),
    ("atan", f64::atan),
    ("exp", f64::exp),
    ("sinh", f64::sinh),
    ("cosh", f64::cosh),
    ("tanh", f64::tanh),
    ("degrees", |x| x * (180.0 / std::f64::consts::PI)),
    ("radians", |x| x * (std::f64::consts::PI / 180.0)),
];

/// Numbers of operators in immediates of host calls.
pub fn binop(op: i64) -> BinOp {
    const OPS: [BinOp; 14] = [
        BinOp::Add,
        BinOp::Sub,
        BinOp::Mul,
        BinOp::MatMul,
        BinOp::TrueDiv,
        BinOp::FloorDiv,
        BinOp::Mod,
        BinOp::Pow,
        BinOp::LShift,
        BinOp::RShift,
        BinOp::And,
        BinOp::Or,
        BinOp::Xor,
        BinOp::DivMod,
    ];
    OPS[op as usize % OPS.len()]
}

/// Numbers of comparisons in immediates of host calls.
pub fn cmpop(op: i64) -> CmpOp {
    const OPS: [CmpOp; 6] = [CmpOp::Lt, CmpOp::Le, CmpOp::Eq, CmpOp::Ne, CmpOp::Gt, CmpOp::Ge];
    OPS[op as usize % OPS.len()]
}

/// `x % y` with the divisor's sign.
fn python_mod(x: f64, y: f64) -> f64 {
    let r = x % y;
    if r == 0.0 {
        return 0.0f64.copysign(y);
    }
    if (r < 0.0) != (y < 0.0) { r + y } else { r }
}

/// `x // y` as CPython computes it.
fn python_floor_div(x: f64, y: f64) -> f64 {
    let r = x % y;
    let mut div = (x - r) / y;
    if r != 0.0 && (y < 0.0) != (r < 0.0) {
        div -= 1.0;
    }
    if div == 0.0 {
        return 0.0f64.copysign(x / y);
    }
    let floor = div.floor();
    if div - floor > 0.5 { floor + 1.0 } else { floor }
}
