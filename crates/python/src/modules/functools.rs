//! `_functools`: `partial`, `reduce`, `cmp_to_key`, and the wrapper of `lru_cache`.

use rustc_hash::FxHashMap;

use crate::builtins::args::{self, DONE};
use crate::heap::Marker;
use crate::objects::function::ANY;
use crate::objects::misc::{NativePayload, Payload};
use crate::objects::{Args, Class, Dict, Gc, MethodDef, Module, Tuple};
use crate::vm::ops::CmpOp;
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};

static FUNCTIONS: &[MethodDef] =
    &[MethodDef::new("reduce", reduce, 2, 3), MethodDef::kw("cmp_to_key", cmp_to_key, 0, 1)];

static PARTIAL_METHODS: &[MethodDef] =
    &[MethodDef::kw("__call__", partial_call, 0, ANY), MethodDef::new("__repr__", partial_repr, 0, 0)];

static CACHE_METHODS: &[MethodDef] = &[
    MethodDef::kw("__call__", cache_call, 0, ANY),
    MethodDef::new("__get__", cache_get, 1, 2),
    MethodDef::new("cache_info", cache_info, 0, 0),
    MethodDef::new("cache_clear", cache_clear, 0, 0),
];

static KEY_METHODS: &[MethodDef] = &[
    MethodDef::kw("__call__", key_call, 0, 1),
    MethodDef::new("__lt__", key_lt, 1, 1),
    MethodDef::new("__le__", key_le, 1, 1),
    MethodDef::new("__eq__", key_eq, 1, 1),
    MethodDef::new("__ne__", key_ne, 1, 1),
    MethodDef::new("__gt__", key_gt, 1, 1),
    MethodDef::new("__ge__", key_ge, 1, 1),
];

/// The class of `cmp_to_key`'s objects.
#[derive(Default)]
struct KeyClass(Option<Gc<Class>>);

/// Fills the module.
pub fn build(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    vm.add_functions(module.namespace, "_functools", FUNCTIONS);
    let partial = super::new_open_type(vm, "partial", "functools");
    vm.add_methods(partial, PARTIAL_METHODS);
    vm.add_getsets(
        partial,
        &[
            ("func", |vm, w| Ok(this_partial(vm, w)?.function), None),
            ("args", |vm, w| Ok(this_partial(vm, w)?.arguments), None),
            ("keywords", |vm, w| Ok(this_partial(vm, w)?.keywords), None),
        ],
    );
    vm.set_constructor(partial, construct_partial, false);
    vm.set_global(module.namespace, "partial", partial.word());
    let cache = super::new_open_type(vm, "_lru_cache_wrapper", "functools");
    vm.add_methods(cache, CACHE_METHODS);
    vm.set_constructor(cache, construct_cache, false);
    vm.set_global(module.namespace, "_lru_cache_wrapper", cache.word());
    let key = super::new_type(vm, "KeyWrapper", "functools");
    vm.add_methods(key, KEY_METHODS);
    vm.set_class_attr(key, "__hash__", NONE);
    vm.state::<KeyClass>().0 = Some(key);
    Ok(())
}

fn reduce(vm: &mut Vm, a: &Args) -> PyResult {
    let mut total = a.or(2, UNDEF);
    vm.iterate(a[1], |vm, item| {
        total = if total == UNDEF { item } else { vm.call(a[0], &[total, item])? };
        Ok(true)
    })?;
    if total == UNDEF {
        return Err(vm.type_error("reduce() of empty iterable with no initial value"));
    }
    Ok(total)
}

struct Partial {
    function: Word,
    arguments: Word,
    keywords: Word,
}

impl NativePayload for Partial {
    fn trace(&self, marker: &mut Marker) {
        marker.words(&[self.function, self.arguments, self.keywords]);
    }
}

fn this_partial(vm: &mut Vm, w: Word) -> PyResult<Payload<Partial>> {
    match w.payload::<Partial>() {
        Some(partial) => Ok(partial),
        None => Err(args::wrong_type(
            vm,
            w,
            "descriptor requires a 'functools.partial' object but received a '{}'",
        )),
    }
}

fn construct_partial(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let Some(mut function) = a.get(0) else {
        return Err(vm.type_error("type 'partial' takes at least one argument"));
    };
    if !args::is_callable(vm, function) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let keywords = vm.new_dict();
    let mut arguments = Vec::new();
    // A partial of a partial calls the inner function directly.
    if let Some(inner) = function.payload::<Partial>() {
        function = inner.function;
        arguments.extend_from_slice(inner.arguments.cast::<Tuple>().map_or(&[], |t| t.items()));
        if let Some(own) = inner.keywords.cast::<Dict>() {
            vm.dict_update(keywords, own)?;
        }
    }
    arguments.extend_from_slice(&a[1..]);
    for (name, value) in a.kw_iter() {
        vm.dict_set_name(keywords, name, value);
    }
    let arguments = vm.new_tuple(&arguments);
    let partial = Partial { function, arguments, keywords: keywords.word() };
    Ok(vm.new_native_object(class, Box::new(partial)))
}

fn partial_call(vm: &mut Vm, a: &Args) -> PyResult {
    let partial = this_partial(vm, a[0])?;
    let stored = partial.arguments.cast::<Tuple>().map_or(&[][..], |t| t.items());
    let keywords = partial.keywords.cast::<Dict>();
    let mut positional = Vec::with_capacity(stored.len() + a.len());
    positional.extend_from_slice(stored);
    positional.extend_from_slice(&a[1..]);
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for (key, value) in keywords.iter().flat_map(|d| d.iter()) {
        // Programs may put anything into `keywords`.
        let Some(key) = key.cast() else { return Err(vm.type_error("keywords must be strings")) };
        let key = vm.intern_str(key);
        let given = a.kw(key.text());
        names.push(key.word());
        values.push(given.unwrap_or(value));
    }
    for (name, value) in a.kw_iter() {
        if !names.iter().any(|n| n.as_str() == Some(name.text())) {
            names.push(name.word());
            values.push(value);
        }
    }
    vm.call_args(partial.function, &Args::with_kw(&positional, &names, &values))
}

fn partial_repr(vm: &mut Vm, a: &Args) -> PyResult {
    let partial = this_partial(vm, a[0])?;
    let mut text = format!("functools.partial({}", vm.repr(partial.function)?);
    for &argument in partial.arguments.cast::<Tuple>().map_or(&[][..], |t| t.items()) {
        text.push_str(", ");
        text.push_str(&vm.repr(argument)?);
    }
    let keywords: Vec<_> = partial.keywords.cast::<Dict>().map(|d| d.iter().collect()).unwrap_or_default();
    for (key, value) in keywords {
        let value = vm.repr(value)?;
        text.push_str(&format!(", {}={value}", key.as_str().unwrap_or("?")));
    }
    text.push(')');
    Ok(vm.new_string(text))
}

struct Key {
    compare: Word,
    object: Word,
}

impl NativePayload for Key {
    fn trace(&self, marker: &mut Marker) {
        marker.words(&[self.compare, self.object]);
    }
}

fn new_key(vm: &mut Vm, compare: Word, object: Word) -> PyResult {
    match vm.state::<KeyClass>().0 {
        Some(class) => Ok(vm.new_native_object(class, Box::new(Key { compare, object }))),
        None => Err(vm.runtime_error("functools is not set up")),
    }
}

fn cmp_to_key(vm: &mut Vm, a: &Args) -> PyResult {
    let [compare] = args::bind(vm, a, "cmp_to_key", ["mycmp"], 1, 1)?;
    new_key(vm, compare, UNDEF)
}

fn key_call(vm: &mut Vm, a: &Args) -> PyResult {
    let [object] = args::bind(vm, &a.skip(1), "K", ["obj"], 1, 1)?;
    match a[0].payload::<Key>() {
        Some(key) => new_key(vm, key.compare, object),
        None => Err(args::wrong_type(vm, a[0], "'{}' object is not a key")),
    }
}

fn compare_keys(vm: &mut Vm, a: &Args, op: CmpOp) -> PyResult {
    let (Some(x), Some(y)) = (a[0].payload::<Key>(), a[1].payload::<Key>()) else {
        return Err(vm.type_error("other argument must be K instance"));
    };
    let verdict = vm.call(x.compare, &[x.object, y.object])?;
    vm.compare(op, verdict, Word::int(0))
}

fn key_lt(vm: &mut Vm, a: &Args) -> PyResult {
    compare_keys(vm, a, CmpOp::Lt)
}

fn key_le(vm: &mut Vm, a: &Args) -> PyResult {
    compare_keys(vm, a, CmpOp::Le)
}

fn key_eq(vm: &mut Vm, a: &Args) -> PyResult {
    compare_keys(vm, a, CmpOp::Eq)
}

fn key_ne(vm: &mut Vm, a: &Args) -> PyResult {
    compare_keys(vm, a, CmpOp::Ne)
}

fn key_gt(vm: &mut Vm, a: &Args) -> PyResult {
    compare_keys(vm, a, CmpOp::Gt)
}

fn key_ge(vm: &mut Vm, a: &Args) -> PyResult {
    compare_keys(vm, a, CmpOp::Ge)
}

/// Results by key in a dict; with a bound, also when each was last used.
struct Cache {
    function: Word,
    results: Gc<Dict>,
    /// `None`: no bound.
    bound: Option<usize>,
    typed: bool,
    info: Word,
    hits: i64,
    misses: i64,
    /// Entries in order of use: doubly linked through this table, keyed by the key object's address.
    order: Order,
}

impl NativePayload for Cache {
    fn trace(&self, marker: &mut Marker) {
        marker.words(&[self.function, self.results.word(), self.info]);
        self.order.trace(marker);
    }
}

/// A recency list: the least recently used key is the one with the smallest stamp.
#[derive(Default)]
struct Order {
    /// Key word to stamp. Keys are those stored in the dict, so identity suffices.
    stamps: FxHashMap<Word, u64>,
    by_stamp: std::collections::BTreeMap<u64, Word>,
    clock: u64,
}

impl Order {
    fn touch(&mut self, key: Word) {
        self.clock += 1;
        if let Some(old) = self.stamps.insert(key, self.clock) {
            self.by_stamp.remove(&old);
        }
        self.by_stamp.insert(self.clock, key);
    }

    fn pop_oldest(&mut self) -> Option<Word> {
        let (_, key) = self.by_stamp.pop_first()?;
        self.stamps.remove(&key);
        Some(key)
    }

    fn clear(&mut self) {
        self.stamps.clear();
        self.by_stamp.clear();
    }

    fn trace(&self, marker: &mut Marker) {
        self.stamps.keys().for_each(|&key| marker.word(key));
    }
}

fn construct_cache(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [function, bound, typed, info] = args::bind(
        vm,
        a,
        "_lru_cache_wrapper",
        ["user_function", "maxsize", "typed", "cache_info_type"],
        4,
        4,
    )?;
    if !args::is_callable(vm, function) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let bound = if bound.is_none() { None } else { Some(vm.index(bound)?.max(0) as usize) };
    let typed = vm.truthy(typed)?;
    let results = vm.new_dict();
    let cache = Cache { function, results, bound, typed, info, hits: 0, misses: 0, order: Order::default() };
    Ok(vm.new_native_object(class, Box::new(cache)))
}

fn this_cache(vm: &mut Vm, w: Word) -> PyResult<Payload<Cache>> {
    match w.payload::<Cache>() {
        Some(cache) => Ok(cache),
        None => Err(args::wrong_type(vm, w, "descriptor requires a cached function but received a '{}'")),
    }
}

/// What a call is remembered under. A single int or string stands for itself.
fn cache_key(vm: &mut Vm, a: &Args, typed: bool) -> Word {
    if let ([only], false, false) = (&a[1..], a.has_kw(), typed)
        && (only.is_int() || only.cast::<crate::objects::Str>().is_some_and(|s| s.class() == vm.types.str))
    {
        return *only;
    }
    let mut parts = a[1..].to_vec();
    if a.has_kw() {
        // A mark keeps `f(1, 'x', 2)` and `f(1, x=2)` apart.
        parts.push(vm.types.object.word());
        for (name, value) in a.kw_iter() {
            parts.push(name.word());
            parts.push(value);
        }
    }
    if typed {
        let types: Vec<Word> = a[1..].iter().chain(a.kw_values()).map(|&w| vm.type_of(w).word()).collect();
        parts.extend(types);
    }
    vm.new_tuple(&parts)
}

fn cache_call(vm: &mut Vm, a: &Args) -> PyResult {
    let mut cache = this_cache(vm, a[0])?;
    let rest = a.skip(1);
    if cache.bound == Some(0) {
        cache.misses += 1;
        return vm.call_args(cache.function, &rest);
    }
    let key = cache_key(vm, a, cache.typed);
    let hash = vm.hash(key)?;
    if let Some(at) = vm.dict_find(cache.results, key, hash)? {
        let (key, value) = cache.results.entry(at).map_or((key, NONE), |e| (e.key, e.value));
        cache.hits += 1;
        if cache.bound.is_some() {
            cache.order.touch(key);
        }
        return Ok(value);
    }
    cache.misses += 1;
    let value = vm.call_args(cache.function, &rest)?;
    // The call may have filled the cache.
    if vm.dict_find(cache.results, key, hash)?.is_none() {
        if let Some(bound) = cache.bound {
            if cache.results.len() >= bound
                && let Some(oldest) = cache.order.pop_oldest()
            {
                vm.dict_del(cache.results, oldest)?;
            }
            cache.order.touch(key);
        }
        vm.dict_set_hashed(cache.results, key, hash, value)?;
    }
    Ok(value)
}

/// Binds as a function does.
fn cache_get(vm: &mut Vm, a: &Args) -> PyResult {
    if a[1].is_none() { Ok(a[0]) } else { Ok(vm.new_bound(a[0], a[1])) }
}

fn cache_info(vm: &mut Vm, a: &Args) -> PyResult {
    let cache = this_cache(vm, a[0])?;
    let bound = cache.bound.map_or(NONE, |n| Word::int(n as i64));
    let words =
        [Word::int(cache.hits), Word::int(cache.misses), bound, Word::int(cache.results.len() as i64)];
    vm.call(cache.info, &words)
}

fn cache_clear(vm: &mut Vm, a: &Args) -> PyResult {
    let mut cache = this_cache(vm, a[0])?;
    cache.results.clear();
    cache.order.clear();
    cache.hits = 0;
    cache.misses = 0;
    DONE
}
