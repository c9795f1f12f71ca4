//! Calls of natives: a table of those that traces know, as uops or by their effects.

use super::call::Window;
use super::*;
use crate::jit::functions::*;
use crate::jit::spec::*;
use crate::objects::{Native, Tuple};
use crate::vm::consume::Consumer;
use crate::word::{INT_MAX, NONE, UNDEF};

/// What is known of a native.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    /// Not looked up yet.
    Unresolved = 0,
    /// Nothing: it may do anything.
    Nothing,
    /// Only looks at its arguments, as long as these are plain.
    Plain,
    /// `math` function number so-and-so (see the payload), for floats.
    Float,
    Append,
    Pop,
    Len,
    IsInstance,
    Abs,
    Min,
    Max,
    Sqrt,
    Floor,
    Ceil,
    Join,
    /// Changes the list in its first argument; the others are ints or stored as they are.
    ListWrite,
    /// As `ListWrite`, and the second argument is a list or tuple.
    ListExtend,
    ListCopy,
    DictGet,
    /// Changes the dict in its first argument; the second is the key.
    DictWrite,
    /// A view of the dict in its first argument.
    DictView,
    SetWrite,
    /// Changes only what natives see; arguments are plain.
    State,
    Sum,
    Any,
    All,
}

impl Known {
    #[inline(always)]
    fn consumer(self) -> Option<Consumer> {
        match self {
            Sum => Some(Consumer::Sum),
            Any => Some(Consumer::Any),
            All => Some(Consumer::All),
            _ => None,
        }
    }
}

use Known::*;

const KNOWN: [Known; 26] = [
    Unresolved, Nothing, Plain, Float, Append, Pop, Len, IsInstance, Abs, Min, Max, Sqrt, Floor, Ceil, Join,
    ListWrite, ListExtend, ListCopy, DictGet, DictWrite, DictView, SetWrite, State, Sum, Any, All,
];

/// The natives that traces know: owner (class or module), name, what is known.
const TABLE: &[(&str, &[&str], Known)] = &[
    ("builtins", &["len"], Len),
    ("builtins", &["sum"], Sum),
    ("builtins", &["any"], Any),
    ("builtins", &["all"], All),
    ("builtins", &["isinstance"], IsInstance),
    ("builtins", &["abs"], Abs),
    ("builtins", &["min"], Min),
    ("builtins", &["max"], Max),
    (
        "builtins",
        &["ord", "chr", "divmod", "bin", "hex", "oct", "round", "repr", "hash", "format", "ascii"],
        Plain,
    ),
    ("math", &["sqrt"], Sqrt),
    ("math", &["floor"], Floor),
    ("math", &["ceil"], Ceil),
    (
        "math",
        &[
            "pow",
            "atan2",
            "hypot",
            "fmod",
            "log",
            "log2",
            "log10",
            "log1p",
            "expm1",
            "gcd",
            "isnan",
            "isinf",
            "isfinite",
            "copysign",
            "fabs",
            "trunc",
            "isqrt",
            "factorial",
            "comb",
            "modf",
            "frexp",
            "ldexp",
            "isclose",
            "erf",
            "erfc",
            "gamma",
            "lgamma",
            "cbrt",
            "exp2",
            "asinh",
            "acosh",
            "atanh",
        ],
        Plain,
    ),
    ("list", &["append"], Append),
    ("list", &["pop"], Pop),
    ("list", &["insert", "reverse", "clear"], ListWrite),
    ("list", &["extend"], ListExtend),
    ("list", &["copy"], ListCopy),
    ("dict", &["get"], DictGet),
    ("dict", &["setdefault", "pop", "clear"], DictWrite),
    ("dict", &["keys", "values", "items"], DictView),
    ("set", &["add", "discard", "remove", "clear"], SetWrite),
    ("str", &["join"], Join),
    (
        "str",
        &[
            "capitalize",
            "casefold",
            "center",
            "count",
            "encode",
            "endswith",
            "expandtabs",
            "find",
            "index",
            "isalnum",
            "isalpha",
            "isascii",
            "isdecimal",
            "isdigit",
            "isidentifier",
            "islower",
            "isnumeric",
            "isprintable",
            "isspace",
            "istitle",
            "isupper",
            "ljust",
            "lower",
            "lstrip",
            "partition",
            "removeprefix",
            "removesuffix",
            "replace",
            "rfind",
            "rindex",
            "rjust",
            "rpartition",
            "rsplit",
            "rstrip",
            "split",
            "splitlines",
            "startswith",
            "strip",
            "swapcase",
            "title",
            "upper",
            "zfill",
        ],
        Plain,
    ),
    ("bytes", &["find", "startswith", "endswith", "hex", "decode", "split", "strip"], Plain),
    ("Random", &["random", "getrandbits"], State),
    ("time", &["perf_counter", "time", "monotonic", "process_time"], State),
];

/// The arguments of a call: self, if it comes apart from the others, and a row of slots.
#[derive(Clone, Copy)]
struct Operands<W> {
    this: Option<W>,
    first: i32,
    n: usize,
}

impl<W: Copy> Operands<W> {
    #[inline(always)]
    fn get<M: PyMachine<Word = W>>(self, m: &mut M, i: usize) -> W {
        match self.this {
            Some(w) if i == 0 => w,
            Some(_) => m.slot(self.first + i as i32 - 1),
            None => m.slot(self.first + i as i32),
        }
    }
}

/// Calls a native with the arguments of a window.
#[inline(always)]
pub fn call<M: PyMachine>(m: &mut M, at: At, callee: M::Word, f: M::Ref, w: Window) -> Flow {
    let operands = Operands { this: None, first: w.first(), n: w.total() as usize };
    if !M::RECORDS {
        let native = m.hint_ref(f);
        let known = known(m, native);
        if let Some(flow) = inline(m, known, operands, w.dst) {
            return flow;
        }
        if let Some(consumer) = known.consumer()
            && let Some(flow) = generators::consume_call(m, at, consumer, callee, w)
        {
            return flow;
        }
        let v = m.host().call_native_row(native, w.first(), w.total() as usize);
        let v = word(m, v);
        return finish(m, w.dst, v);
    }
    let native = m.promote_ref(f);
    if let Some(flow) = recognised(m, native, operands, w.dst) {
        return flow;
    }
    let consumer = known(m, native).consumer();
    if let Some(flow) = consumer.and_then(|consumer| generators::consume_call(m, at, consumer, callee, w)) {
        return flow;
    }
    call::residual(m, callee, w)
}

/// Records the call of a bound native, if it is known.
#[inline(always)]
pub fn call_bound<M: PyMachine>(m: &mut M, f: M::Ref, this: M::Word, w: Window) -> Option<Flow> {
    let native = m.promote_ref(f);
    let operands = Operands { this: Some(this), first: w.base + 3, n: usize::from(w.n) + 1 };
    recognised(m, native, operands, w.dst)
}

#[inline(always)]
fn native_at(address: u64) -> Gc<Native> {
    // SAFETY: the tag was tested.
    unsafe { Word(address).cast_unchecked() }
}

#[inline(always)]
fn known<M: PyMachine>(m: &mut M, native: u64) -> Known {
    match native_at(native).known {
        0 => m.host().resolve_native(native_at(native)),
        n => KNOWN[n as usize % KNOWN.len()],
    }
}

/// An object argument with this tag.
#[inline(always)]
fn with_tag<M: PyMachine>(m: &mut M, w: M::Word, tag: TypeTag) -> Option<M::Ref> {
    if !is_ref(m, w) {
        return None;
    }
    let o = m.unbox_ref(w);
    (tag_of(m, o) == tag as u32).then_some(o)
}

/// The calls that are a few uops. `None`: the arguments are not what they are for; nothing was done.
#[inline(always)]
fn inline<M: PyMachine>(m: &mut M, known: Known, a: Operands<M::Word>, dst: u16) -> Option<Flow> {
    match (known, a.n) {
        (Append, 2) => {
            let (list, w) = (a.get(m, 0), a.get(m, 1));
            let list = with_tag(m, list, TypeTag::List)?;
            build::append(m, list, w);
            let none = word(m, NONE);
            m.set_slot(r(dst), none);
            Some(Flow::Next)
        }
        (Pop, 1) => {
            let list = a.get(m, 0);
            let list = with_tag(m, list, TypeTag::List)?;
            let (len, zero, one) = (m.load_int(list, LIST_COUNT), m.const_int(0), m.const_int(1));
            let some = m.int_gt(len, zero);
            if !m.test(some) {
                return None;
            }
            let (last, buffer) = (m.int_sub(len, one), m.load_ref(list, LIST_BUF));
            let w = m.load_elem_word(buffer, last, LIST_ITEM);
            m.store_int(list, last, LIST_COUNT);
            m.set_slot(r(dst), w);
            Some(Flow::Next)
        }
        (Len, 1) => {
            let w = a.get(m, 0);
            let n = length(m, w)?;
            let w = m.box_int(n);
            m.set_slot(r(dst), w);
            Some(Flow::Next)
        }
        _ => None,
    }
}

/// The length of an exact list, tuple, str or dict.
#[inline(always)]
fn length<M: PyMachine>(m: &mut M, w: M::Word) -> Option<M::Int> {
    if !is_ref(m, w) {
        return None;
    }
    let o = m.unbox_ref(w);
    let shape = shape_of(m, o);
    let t = &raw const m.host().types;
    // SAFETY: the VM's table of classes never changes.
    let t = unsafe { &*t };
    let field = if is_exactly(shape, t.list) {
        LIST_COUNT
    } else if is_exactly(shape, t.str) {
        STR_COUNT
    } else if is_exactly(shape, t.tuple) {
        TUPLE_COUNT
    } else if is_exactly(shape, t.dict) {
        DICT_COUNT
    } else {
        return None;
    };
    Some(m.load_int(o, field))
}

/// Records the call of a known native. `None`: it is not known, or not for these arguments.
fn recognised<M: PyMachine>(m: &mut M, native: u64, a: Operands<M::Word>, dst: u16) -> Option<Flow> {
    let known = known(m, native);
    if let Some(flow) = inline(m, known, a, dst) {
        return Some(flow);
    }
    let done = |m: &mut M, w: M::Word| {
        m.set_slot(r(dst), w);
        Some(Flow::Next)
    };
    match (known, a.n) {
        (IsInstance, 2) => {
            let b = instance_test(m, a)?;
            let w = m.const_bool(b);
            let w = m.box_bool(w);
            done(m, w)
        }
        (Abs, 1) => {
            let w = a.get(m, 0);
            let w = absolute(m, w)?;
            done(m, w)
        }
        (Min | Max, 2) => {
            let w = extreme(m, a, known == Max)?;
            done(m, w)
        }
        (Sqrt, 1) => {
            let x = float_argument(m, a)?;
            let zero = m.const_float(0.0);
            let ok = m.float_ge(x, zero);
            if !m.test(ok) {
                return None;
            }
            let y = m.float_sqrt(x);
            let w = m.box_float(y);
            done(m, w)
        }
        (Floor | Ceil, 1) => {
            let x = float_argument(m, a)?;
            let y = if known == Floor { m.float_floor(x) } else { m.float_ceil(x) };
            let w = small_int(m, y)?;
            done(m, w)
        }
        (Float, 1) => {
            let x = float_argument(m, a)?;
            let index = FLOAT_FUNCTIONS.iter().position(|f| f.0 == native_at(native).def.name)?;
            let index = m.const_int(index as i64);
            let y = m.call_float(FLOAT_FUNCTION, args![Int index, Float x]);
            let limit = m.const_float(f64::MAX);
            let size = m.float_abs(y);
            let finite = m.float_le(size, limit);
            if !m.test(finite) {
                return None;
            }
            let w = m.box_float(y);
            done(m, w)
        }
        _ => by_effect(m, known, native, a, dst),
    }
}

/// Calls by a host function that says what the native may do.
fn by_effect<M: PyMachine>(
    m: &mut M,
    known: Known,
    native: u64,
    a: Operands<M::Word>,
    dst: u16,
) -> Option<Flow> {
    use NativeEffect as E;
    let effect = match known {
        Plain => all_plain(m, a, 0).then_some(E::Plain)?,
        Float | Abs | Min | Max | Sqrt | Floor | Ceil => all_plain(m, a, 0).then_some(E::Plain)?,
        State => all_plain(m, a, 1).then_some(E::State)?,
        ListWrite | Pop => {
            let list = a.get(m, 0);
            with_tag(m, list, TypeTag::List)?;
            if a.n > 1 {
                let index = a.get(m, 1);
                is_int(m, index).then_some(())?;
            }
            E::ListWrite
        }
        ListExtend if a.n == 2 => {
            let (list, source) = (a.get(m, 0), a.get(m, 1));
            with_tag(m, list, TypeTag::List)?;
            exact_row(m, source)?;
            E::ListWrite
        }
        ListCopy => {
            let list = a.get(m, 0);
            with_tag(m, list, TypeTag::List)?;
            E::ListRead
        }
        Join if a.n == 2 => {
            let (separator, source) = (a.get(m, 0), a.get(m, 1));
            with_tag(m, separator, TypeTag::Str)?;
            exact_row(m, source)?;
            E::ListRead
        }
        DictGet | DictWrite | DictView => {
            let dict = a.get(m, 0);
            with_tag(m, dict, TypeTag::Dict)?;
            if a.n > 1 {
                let key = a.get(m, 1);
                arith::is_plain(m, key).then_some(())?;
            }
            if known == DictWrite { E::DictWrite } else { E::DictRead }
        }
        SetWrite => {
            let set = a.get(m, 0);
            with_tag(m, set, TypeTag::Set)?;
            all_plain(m, a, 1).then_some(E::SetWrite)?
        }
        _ => return None,
    };
    let function = native_function(effect, a.n)?;
    let f = m.const_ref(native);
    let w = match a.n {
        0 => m.call_word(function, args![Ref f]),
        1 => {
            let x = a.get(m, 0);
            m.call_word(function, args![Ref f, Word x])
        }
        2 => {
            let (x, y) = (a.get(m, 0), a.get(m, 1));
            m.call_word(function, args![Ref f, Word x, Word y])
        }
        3 => {
            let (x, y, z) = (a.get(m, 0), a.get(m, 1), a.get(m, 2));
            m.call_word(function, args![Ref f, Word x, Word y, Word z])
        }
        _ => {
            let (x, y, z, u) = (a.get(m, 0), a.get(m, 1), a.get(m, 2), a.get(m, 3));
            m.call_word(function, args![Ref f, Word x, Word y, Word z, Word u])
        }
    };
    Some(finish(m, dst, w))
}

/// Whether the arguments from number `from` on are plain.
fn all_plain<M: PyMachine>(m: &mut M, a: Operands<M::Word>, from: usize) -> bool {
    (from..a.n).all(|i| {
        let w = a.get(m, i);
        arith::is_plain(m, w)
    })
}

/// Tests for an exact list or tuple.
fn exact_row<M: PyMachine>(m: &mut M, w: M::Word) -> Option<()> {
    if !is_ref(m, w) {
        return None;
    }
    let o = m.unbox_ref(w);
    let shape = shape_of(m, o);
    let (list, tuple) = (m.host().types.list, m.host().types.tuple);
    (is_exactly(shape, list) || is_exactly(shape, tuple)).then_some(())
}

/// The class of a value, guarded.
fn class_now<M: PyMachine>(m: &mut M, w: M::Word) -> Option<Gc<Class>> {
    let now = Word(m.hint_word(w));
    if now.is_ref() {
        if !is_ref(m, w) {
            return None;
        }
        let o = m.unbox_ref(w);
        let shape = shape_of(m, o);
        return Some(class_of(shape));
    }
    arith::is_plain(m, w).then(|| m.host().type_of(now))
}

/// `isinstance(x, class)` for ordinary classes: a constant once the class of `x` is guarded.
fn instance_test<M: PyMachine>(m: &mut M, a: Operands<M::Word>) -> Option<bool> {
    let (x, classes) = (a.get(m, 0), a.get(m, 1));
    let classes = Word(m.promote_word(classes));
    let ordinary = |w: Word| w.cast::<Class>().filter(|c| !c.has(crate::objects::class::C_CUSTOM_META));
    let list = match classes.cast::<Tuple>() {
        Some(t) => t.items().iter().map(|&w| ordinary(w)).collect::<Option<Vec<_>>>()?,
        None => vec![ordinary(classes)?],
    };
    let class = class_now(m, x)?;
    Some(list.iter().any(|&c| class.is_subclass(c)))
}

fn absolute<M: PyMachine>(m: &mut M, w: M::Word) -> Option<M::Word> {
    let now = Word(m.hint_word(w));
    if now.is_float() && is_float(m, w) {
        let x = m.unbox_float(w);
        let x = m.float_abs(x);
        return Some(m.box_float(x));
    }
    if !now.is_int() || !is_int(m, w) {
        return None;
    }
    let (i, zero) = (m.unbox_int(w), m.const_int(0));
    let negative = m.int_lt(i, zero);
    let minus = m.int_neg(i);
    let i = m.select_int(negative, minus, i);
    let fits = m.int_fits(i, 48);
    m.test(fits).then(|| m.box_int(i))
}

/// `min(x, y)` or `max(x, y)` of two ints or two floats.
fn extreme<M: PyMachine>(m: &mut M, a: Operands<M::Word>, greatest: bool) -> Option<M::Word> {
    let (x, y) = (a.get(m, 0), a.get(m, 1));
    let (now_x, now_y) = (Word(m.hint_word(x)), Word(m.hint_word(y)));
    let second = if now_x.is_int() && now_y.is_int() {
        if !is_int(m, x) || !is_int(m, y) {
            return None;
        }
        let (i, j) = (m.unbox_int(x), m.unbox_int(y));
        if greatest { m.int_gt(j, i) } else { m.int_lt(j, i) }
    } else if now_x.is_float() && now_y.is_float() {
        if !is_float(m, x) || !is_float(m, y) {
            return None;
        }
        let (i, j) = (m.unbox_float(x), m.unbox_float(y));
        if greatest { m.float_gt(j, i) } else { m.float_lt(j, i) }
    } else {
        return None;
    };
    Some(m.select_word(second, y, x))
}

/// The only argument as a float, when it is a number.
fn float_argument<M: PyMachine>(m: &mut M, a: Operands<M::Word>) -> Option<M::Float> {
    let w = a.get(m, 0);
    let now = Word(m.hint_word(w));
    if now.is_float() && is_float(m, w) {
        return Some(m.unbox_float(w));
    }
    if now.is_int() && is_int(m, w) {
        let i = m.unbox_int(w);
        return Some(m.int_to_float(i));
    }
    None
}

/// A float without fraction as an int, when it is inline.
fn small_int<M: PyMachine>(m: &mut M, x: M::Float) -> Option<M::Word> {
    let (size, limit) = (m.float_abs(x), m.const_float(INT_MAX as f64));
    let small = m.float_le(size, limit);
    if !m.test(small) {
        return None;
    }
    let i = m.float_to_int(x);
    Some(m.box_int(i))
}

/// Records the call of a builtin class whose constructor is known.
pub fn class<M: PyMachine>(m: &mut M, class: Gc<Class>, w: Window) -> Option<Flow> {
    let t = m.host().types;
    let a = Operands { this: None, first: w.first(), n: usize::from(w.n) };
    let v = match w.n {
        0 if class == t.list => {
            let l = m.call_ref(NEW_LIST0, &[]);
            m.box_ref(l)
        }
        0 if class == t.dict => {
            let d = m.call_ref(NEW_DICT, &[]);
            m.box_ref(d)
        }
        0 if class == t.set => {
            let s = m.call_ref(NEW_SET, &[]);
            m.box_ref(s)
        }
        1 if class == t.float => {
            let x = float_argument(m, a)?;
            m.box_float(x)
        }
        1 if class == t.int => {
            let x = a.get(m, 0);
            let now = Word(m.hint_word(x));
            if now.is_int() && is_int(m, x) {
                x
            } else if now.is_float() && is_float(m, x) {
                let f = m.unbox_float(x);
                let f = m.float_trunc(f);
                small_int(m, f)?
            } else {
                return plain_construction(m, class, a, w.dst);
            }
        }
        1 if class == t.type_ => {
            let x = a.get(m, 0);
            let class = class_now(m, x)?;
            word(m, class.word())
        }
        1..=3 if class == t.range => range(m, a)?,
        1 if class == t.str || class == t.bool_ => return plain_construction(m, class, a, w.dst),
        _ => return None,
    };
    m.set_slot(r(w.dst), v);
    Some(Flow::Next)
}

/// `int`, `str` or `bool` of a plain value.
fn plain_construction<M: PyMachine>(
    m: &mut M,
    class: Gc<Class>,
    a: Operands<M::Word>,
    dst: u16,
) -> Option<Flow> {
    let x = a.get(m, 0);
    if !arith::is_plain(m, x) {
        return None;
    }
    let class = constant_ref(m, class);
    Some(result(m, dst, CONSTRUCT_PLAIN, args![Ref class, Word x]))
}

/// `range(...)` of inline ints with a constant step.
fn range<M: PyMachine>(m: &mut M, a: Operands<M::Word>) -> Option<M::Word> {
    for i in 0..a.n {
        let w = a.get(m, i);
        if !is_int(m, w) {
            return None;
        }
    }
    let (start, stop) =
        if a.n == 1 { (word(m, Word::int(0)), a.get(m, 0)) } else { (a.get(m, 0), a.get(m, 1)) };
    let step = if a.n == 3 { a.get(m, 2) } else { word(m, Word::int(1)) };
    let (i, j, k) = (m.unbox_int(start), m.unbox_int(stop), m.unbox_int(step));
    let stride = m.promote_int(k);
    if stride == 0 {
        return None;
    }
    // (stop - start) / step, rounded up, or 0.
    let span = if stride > 0 { m.int_sub(j, i) } else { m.int_sub(i, j) };
    let (size, less) = (m.const_int(stride.abs()), m.const_int(stride.abs() - 1));
    let count = if stride.abs() == 1 {
        span
    } else {
        let up = m.int_add(span, less);
        m.int_div_floor(up, size)
    };
    let zero = m.const_int(0);
    let some = m.int_gt(count, zero);
    let count = m.select_int(some, count, zero);
    let fits = m.int_fits(count, 48);
    if !m.test(fits) {
        return None;
    }
    let count = m.box_int(count);
    let range = m.call_ref(NEW_RANGE, &[]);
    let (tag, shape) = (m.const_int(TypeTag::Range as i64), m.host().types.range.root_shape);
    let shape = m.const_ref(shape as u64);
    m.store_int(range, tag, TAG);
    m.store_ref(range, shape, BUILTIN_SHAPE);
    m.store_word(range, start, RANGE_START);
    m.store_word(range, stop, RANGE_STOP);
    m.store_word(range, step, RANGE_STRIDE);
    m.store_word(range, count, RANGE_COUNT);
    Some(m.box_ref(range))
}

impl Vm {
    /// Looks a native up in the table.
    #[cold]
    #[inline(never)]
    fn resolve_native(&mut self, mut n: Gc<Native>) -> Known {
        let owner = match n.owner {
            Some(class) => class.name_str(),
            None => n.module.as_str().unwrap_or(""),
        };
        let name = n.def.name;
        let float = owner == "math" && FLOAT_FUNCTIONS.iter().any(|f| f.0 == name);
        let row = TABLE.iter().find(|row| row.0 == owner && row.1.contains(&name));
        let known = if float { Float } else { row.map_or(Nothing, |row| row.2) };
        n.known = known as u8;
        known
    }

    /// Calls a native with arguments that stand in a row of the innermost frame. UNDEF: raised.
    #[inline(never)]
    fn call_native_row(&mut self, native: u64, first: i32, n: usize) -> Word {
        // SAFETY: the window's registers lie below nested frames.
        let row = unsafe { std::slice::from_raw_parts(self.frame().base.offset(first as isize), n) };
        self.call_native(native_at(native), &crate::objects::Args::new(row)).unwrap_or(UNDEF)
    }
}
