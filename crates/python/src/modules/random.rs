//! `random`: the class `Random`, and the functions bound to one hidden instance.

use dashu_base::UnsignedAbs;
use dashu_int::IBig;

use super::mersenne::Mersenne;
use crate::builtins::args::{self, DONE, given};
use crate::builtins::bytes::bytes_of;
use crate::builtins::numbers::{Int, float_value, int_value};
use crate::heap::Marker;
use crate::objects::misc::{NativePayload, Payload};
use crate::objects::{Args, Class, Gc, List, MethodDef, Module, Set, Tuple, TypeTag};
use crate::vm::ops::BinOp;
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};

impl NativePayload for Mersenne {
    fn trace(&self, _: &mut Marker) {}

    fn external_bytes(&self) -> usize {
        size_of::<Mersenne>()
    }
}

static METHODS: &[MethodDef] = &[
    MethodDef::new("random", random, 0, 0),
    MethodDef::kw("seed", seed, 0, 2),
    MethodDef::new("getrandbits", getrandbits, 1, 1),
    MethodDef::new("randbytes", randbytes, 1, 1),
    MethodDef::kw("randrange", randrange, 0, 3),
    MethodDef::kw("randint", randint, 0, 2),
    MethodDef::new("choice", choice, 1, 1),
    MethodDef::kw("choices", choices, 1, 2),
    MethodDef::new("shuffle", shuffle, 1, 1),
    MethodDef::kw("sample", sample, 0, 2),
    MethodDef::kw("uniform", uniform, 0, 2),
    MethodDef::kw("triangular", triangular, 0, 3),
    MethodDef::kw("gauss", gauss, 0, 2),
    MethodDef::kw("normalvariate", normalvariate, 0, 2),
    MethodDef::kw("lognormvariate", lognormvariate, 0, 2),
    MethodDef::kw("expovariate", expovariate, 0, 1),
    MethodDef::kw("gammavariate", gammavariate, 0, 2),
    MethodDef::kw("betavariate", betavariate, 0, 2),
    MethodDef::kw("paretovariate", paretovariate, 0, 1),
    MethodDef::kw("weibullvariate", weibullvariate, 0, 2),
    MethodDef::kw("vonmisesvariate", vonmisesvariate, 0, 2),
    MethodDef::new("getstate", getstate, 0, 0),
    MethodDef::new("setstate", setstate, 1, 1),
    MethodDef::new("_randbelow", randbelow_method, 1, 1),
];

/// Fills the module.
pub fn build(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    let class = super::new_type(vm, "Random", "random");
    vm.add_methods(class, METHODS);
    vm.set_constructor(class, construct, false);
    vm.set_global(module.namespace, "Random", class.word());
    vm.set_global(module.namespace, "SystemRandom", class.word());
    let hidden = vm.new_native_object(class, Box::new(Mersenne::from_environment()));
    vm.set_global(module.namespace, "_inst", hidden);
    for method in METHODS {
        let function = vm.get_attr_str(hidden, method.name)?;
        vm.set_global(module.namespace, method.name, function);
    }
    Ok(())
}

fn construct(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [x] = args::bind(vm, a, "Random", ["x"], 0, 1)?;
    let state = seeded(vm, x)?;
    Ok(vm.new_native_object(class, Box::new(state)))
}

fn state(vm: &mut Vm, a: &Args) -> PyResult<Payload<Mersenne>> {
    match a[0].payload::<Mersenne>() {
        Some(state) => Ok(state),
        None => Err(args::wrong_type(
            vm,
            a[0],
            "descriptor requires a 'random.Random' object but received a '{}'",
        )),
    }
}

/// A generator in the state that `seed(x)` gives.
fn seeded(vm: &mut Vm, x: Word) -> PyResult<Mersenne> {
    let Some(x) = given(x) else { return Ok(Mersenne::from_environment()) };
    if let Some(i) = int_value(x) {
        return Ok(Mersenne::from_int(&i.to_big().unsigned_abs()));
    }
    if let Some(text) = x.as_str() {
        return Ok(Mersenne::from_bytes(text.as_bytes()));
    }
    if let Some(bytes) = bytes_of(x) {
        return Ok(Mersenne::from_bytes(bytes));
    }
    if float_value(x).is_some() {
        let hash = vm.hash(x)? as i64;
        return Ok(Mersenne::from_int(&IBig::from(hash).unsigned_abs()));
    }
    Err(vm.type_error("The only supported seed types are: None,\nint, float, str, bytes, and bytearray."))
}

fn seed(vm: &mut Vm, a: &Args) -> PyResult {
    let [x, _] = args::bind(vm, &a.skip(1), "seed", ["a", "version"], 0, 2)?;
    let new = seeded(vm, x)?;
    *state(vm, a)? = new;
    DONE
}

fn random(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::float(state(vm, a)?.random()))
}

fn getrandbits(vm: &mut Vm, a: &Args) -> PyResult {
    let bits = vm.index(a[1])?;
    if bits < 0 {
        return Err(vm.value_error("number of bits must be non-negative"));
    }
    let mut state = state(vm, a)?;
    if bits <= 63 {
        return Ok(vm.new_int(state.bits(bits as u32) as i64));
    }
    vm.room(bits as usize / 2)?;
    Ok(vm.new_bigint(IBig::from(state.big_bits(bits as usize))))
}

fn randbytes(vm: &mut Vm, a: &Args) -> PyResult {
    let count = vm.index(a[1])?;
    if count < 0 {
        return Err(vm.value_error("number of bits must be non-negative"));
    }
    vm.room_for(count as usize, 4)?;
    let mut bytes = state(vm, a)?.big_bits(count as usize * 8).to_le_bytes().to_vec();
    bytes.resize(count as usize, 0);
    Ok(vm.new_bytes(&bytes))
}

fn randbelow_method(vm: &mut Vm, a: &Args) -> PyResult {
    let n = vm.index(a[1])?;
    let drawn = below(vm, a, n.max(1))?;
    Ok(vm.new_int(drawn))
}

/// A draw from `0..n`, `n > 0`.
fn below(vm: &mut Vm, a: &Args, n: i64) -> PyResult<i64> {
    Ok(state(vm, a)?.below(n as u64) as i64)
}

/// An integer argument of `randrange`.
fn integer(vm: &mut Vm, w: Word, what: &str) -> PyResult<Int> {
    if let Some(i) = int_value(w) {
        return Ok(i);
    }
    if let Some(f) = float_value(w) {
        if f != f.trunc() {
            return Err(vm.value_error(format!("non-integer {what} for randrange()")));
        }
        let word = vm.float_to_int(f)?;
        return Ok(int_value(word).unwrap_or(Int::Small(0)));
    }
    let word = vm.index_word(w)?;
    Ok(int_value(word).unwrap_or(Int::Small(0)))
}

fn randrange(vm: &mut Vm, a: &Args) -> PyResult {
    let [start, stop, step] = args::bind(vm, &a.skip(1), "randrange", ["start", "stop", "step"], 1, 3)?;
    let start = integer(vm, start, "arg 1")?;
    let Some(stop) = given(stop) else {
        if step != UNDEF {
            return Err(vm.type_error("Missing a non-None stop argument"));
        }
        let positive = !start.is_negative() && start.small() != Some(0);
        if !positive {
            return Err(vm.value_error("empty range for randrange()"));
        }
        return draw(vm, a, Int::Small(0), Int::Small(1), start);
    };
    let stop = integer(vm, stop, "stop")?;
    let step = if step == UNDEF { Int::Small(1) } else { integer(vm, step, "step")? };
    let (low, high, stride) = (start.to_big(), stop.to_big(), step.to_big());
    let width = &high - &low;
    let count = match step.small() {
        Some(1) => width.clone(),
        Some(0) => return Err(vm.value_error("zero step for randrange()")),
        // Both are negative, or there is nothing: truncation is flooring.
        _ if step.is_negative() => (&width + &stride + IBig::ONE) / &stride,
        _ => (&width + &stride - IBig::ONE) / &stride,
    };
    if count <= IBig::ZERO {
        return Err(vm.value_error(if step.small() == Some(1) {
            format!("empty range for randrange() ({low}, {high}, {width})")
        } else {
            "empty range for randrange()".to_owned()
        }));
    }
    let count = match i64::try_from(&count) {
        Ok(small) => Int::Small(small),
        Err(_) => Int::Big(std::borrow::Cow::Owned(count)),
    };
    draw(vm, a, start, step, count)
}

/// `start + step * draw below count`.
fn draw(vm: &mut Vm, a: &Args, start: Int, step: Int, count: Int) -> PyResult {
    if let (Some(start), Some(step), Some(count)) = (start.small(), step.small(), count.small()) {
        let drawn = i128::from(below(vm, a, count)?);
        return Ok(vm.new_int_i128(i128::from(start) + i128::from(step) * drawn));
    }
    let drawn = state(vm, a)?.big_below(&count.to_big().unsigned_abs());
    Ok(vm.new_bigint(start.to_big() + step.to_big() * IBig::from(drawn)))
}

fn randint(vm: &mut Vm, a: &Args) -> PyResult {
    let [low, high] = args::bind(vm, &a.skip(1), "randint", ["a", "b"], 2, 2)?;
    if let (Some(low), Some(high)) = (low.as_int(), high.as_int())
        && low <= high
    {
        let drawn = below(vm, a, high - low + 1)?;
        return Ok(vm.new_int(low + drawn));
    }
    let stop = vm.binary_op(BinOp::Add, high, Word::int(1))?;
    randrange(vm, &Args::new(&[a[0], low, stop]))
}

fn choice(vm: &mut Vm, a: &Args) -> PyResult {
    let length = vm.len(a[1])?;
    if length == 0 {
        return Err(vm.index_error("Cannot choose from an empty sequence"));
    }
    let at = Word::int(below(vm, a, length as i64)?);
    vm.get_item(a[1], at)
}

fn choices(vm: &mut Vm, a: &Args) -> PyResult {
    let names = ["population", "weights", "cum_weights", "k"];
    let [population, weights, cumulative, k] = args::bind(vm, &a.skip(1), "choices", names, 1, 2)?;
    let count = args::index_or(vm, k, 1)?.max(0);
    let length = vm.len(population)?;
    let (weights, cumulative) = (given(weights), given(cumulative));
    if weights.is_some() && cumulative.is_some() {
        return Err(vm.type_error("Cannot specify both weights and cumulative weights"));
    }
    vm.room_for(count as usize, size_of::<Word>())?;
    let mut chosen = Vec::with_capacity(count as usize);
    let Some(source) = weights.or(cumulative) else {
        if length == 0 && count > 0 {
            return Err(vm.index_error("list index out of range"));
        }
        for _ in 0..count {
            let at = (state(vm, a)?.random() * length as f64).floor() as i64;
            chosen.push(vm.get_item(population, Word::int(at))?);
        }
        return Ok(vm.new_list(chosen));
    };
    if let Some(k) = weights.and_then(|w| w.as_int()) {
        return Err(vm.type_error(format!("The number of choices must be a keyword argument: k={k}")));
    }
    let sums = running_sums(vm, source, weights.is_some())?;
    if sums.len() != length {
        return Err(vm.value_error("The number of weights does not match the population"));
    }
    let total = match sums.last() {
        Some(&last) => vm.as_f64(last)?,
        None => return Err(vm.index_error("list index out of range")),
    };
    if total <= 0.0 {
        return Err(vm.value_error("Total of weights must be greater than zero"));
    }
    if !total.is_finite() {
        return Err(vm.value_error("Total of weights must be finite"));
    }
    for _ in 0..count {
        let point = Word::float(state(vm, a)?.random() * total);
        let at = super::bisect::right(vm, &sums, point, length - 1)?;
        chosen.push(vm.get_item(population, Word::int(at as i64))?);
    }
    Ok(vm.new_list(chosen))
}

fn running_sums(vm: &mut Vm, source: Word, accumulate: bool) -> PyResult<Vec<Word>> {
    let mut sums = vm.to_vec(source)?;
    if accumulate {
        for i in 1..sums.len() {
            sums[i] = vm.binary_op(BinOp::Add, sums[i - 1], sums[i])?;
        }
    }
    Ok(sums)
}

fn shuffle(vm: &mut Vm, a: &Args) -> PyResult {
    if let Some(mut list) = a[1].cast::<List>().filter(|l| l.class() == vm.types.list) {
        let mut state = state(vm, a)?;
        for i in (1..list.count()).rev() {
            let j = state.below(i as u64 + 1) as usize;
            list.items_mut().swap(i, j);
        }
        return DONE;
    }
    for i in (1..vm.len(a[1])?).rev() {
        let j = Word::int(below(vm, a, i as i64 + 1)?);
        let i = Word::int(i as i64);
        let (x, y) = (vm.get_item(a[1], i)?, vm.get_item(a[1], j)?);
        vm.set_item(a[1], i, y)?;
        vm.set_item(a[1], j, x)?;
    }
    DONE
}

fn sample(vm: &mut Vm, a: &Args) -> PyResult {
    let [population, k, counts] = args::bind(vm, &a.skip(1), "sample", ["population", "k", "counts"], 2, 2)?;
    if population.is::<Set>()
        || matches!(population.tag(), TypeTag::Dict | TypeTag::Generator)
        || !population.is_ref()
    {
        return Err(vm.type_error("Population must be a sequence.  For dicts or sets, use sorted(d)."));
    }
    let k = vm.index(k)?;
    if let Some(counts) = given(counts) {
        return sample_counted(vm, a, population, k, counts);
    }
    let length = vm.len(population)?;
    let places = sample_places(vm, a, length, k)?;
    let mut chosen = Vec::with_capacity(places.len());
    for place in places {
        chosen.push(vm.get_item(population, Word::int(place as i64))?);
    }
    Ok(vm.new_list(chosen))
}

/// `k` different places below `length`, drawn as CPython draws them: from a pool if that is small, else by retrying.
fn sample_places(vm: &mut Vm, a: &Args, length: usize, k: i64) -> PyResult<Vec<usize>> {
    if k < 0 || k as usize > length {
        return Err(vm.value_error("Sample larger than population or is negative"));
    }
    let k = k as usize;
    let mut state = state(vm, a)?;
    let mut table = 21.0;
    if k > 5 {
        table += 4f64.powf((k as f64 * 3.0).log(4.0).ceil());
    }
    let mut places = Vec::with_capacity(k);
    if length as f64 <= table {
        let mut pool: Vec<usize> = (0..length).collect();
        for i in 0..k {
            let j = state.below((length - i) as u64) as usize;
            places.push(pool[j]);
            pool[j] = pool[length - i - 1];
        }
    } else {
        let mut selected = rustc_hash::FxHashSet::default();
        for _ in 0..k {
            let mut j = state.below(length as u64);
            while !selected.insert(j) {
                j = state.below(length as u64);
            }
            places.push(j as usize);
        }
    }
    Ok(places)
}

fn sample_counted(vm: &mut Vm, a: &Args, population: Word, k: i64, counts: Word) -> PyResult {
    let sums = running_sums(vm, counts, true)?;
    if sums.len() != vm.len(population)? {
        return Err(vm.value_error("The number of counts does not match the population"));
    }
    let Some(total) = sums.last().and_then(|w| w.as_int()) else {
        return Err(vm.type_error("Counts must be integers"));
    };
    if total <= 0 {
        return Err(vm.value_error("Total of counts must be greater than zero"));
    }
    let places = sample_places(vm, a, total as usize, k)?;
    let mut chosen = Vec::with_capacity(places.len());
    for place in places {
        let at = super::bisect::right(vm, &sums, Word::int(place as i64), sums.len())?;
        chosen.push(vm.get_item(population, Word::int(at as i64))?);
    }
    Ok(vm.new_list(chosen))
}

fn uniform(vm: &mut Vm, a: &Args) -> PyResult {
    let [low, high] = args::bind(vm, &a.skip(1), "uniform", ["a", "b"], 2, 2)?;
    if let (Some(low), Some(high)) = (plain_float(low), plain_float(high)) {
        return Ok(Word::float(low + (high - low) * state(vm, a)?.random()));
    }
    let width = vm.binary_op(BinOp::Sub, high, low)?;
    let drawn = Word::float(state(vm, a)?.random());
    let offset = vm.binary_op(BinOp::Mul, width, drawn)?;
    vm.binary_op(BinOp::Add, low, offset)
}

fn plain_float(w: Word) -> Option<f64> {
    w.as_float().or_else(|| w.as_int().map(|i| i as f64))
}

/// Float arguments; absent ones have defaults, or are required (`None`).
fn floats<const N: usize>(
    vm: &mut Vm,
    a: &Args,
    name: &str,
    names: [&str; N],
    defaults: [Option<f64>; N],
) -> PyResult<[f64; N]> {
    let required = defaults.iter().take_while(|d| d.is_none()).count();
    let words = args::bind(vm, &a.skip(1), name, names, required, N)?;
    let mut values = [0.0; N];
    for ((value, word), default) in values.iter_mut().zip(words).zip(defaults) {
        *value = match word {
            UNDEF => default.unwrap_or(0.0),
            word => vm.as_f64(word)?,
        };
    }
    Ok(values)
}

fn triangular(vm: &mut Vm, a: &Args) -> PyResult {
    let [low, high, mode] = args::bind(vm, &a.skip(1), "triangular", ["low", "high", "mode"], 0, 3)?;
    let low = if low == UNDEF { 0.0 } else { vm.as_f64(low)? };
    let high = if high == UNDEF { 1.0 } else { vm.as_f64(high)? };
    let mode = match given(mode) {
        Some(mode) => Some(vm.as_f64(mode)?),
        None => None,
    };
    Ok(Word::float(state(vm, a)?.triangular(low, high, mode)))
}

fn gauss(vm: &mut Vm, a: &Args) -> PyResult {
    let [mu, sigma] = floats(vm, a, "gauss", ["mu", "sigma"], [Some(0.0), Some(1.0)])?;
    Ok(Word::float(state(vm, a)?.gauss(mu, sigma)))
}

fn normalvariate(vm: &mut Vm, a: &Args) -> PyResult {
    let [mu, sigma] = floats(vm, a, "normalvariate", ["mu", "sigma"], [Some(0.0), Some(1.0)])?;
    Ok(Word::float(state(vm, a)?.normal(mu, sigma)))
}

fn lognormvariate(vm: &mut Vm, a: &Args) -> PyResult {
    let [mu, sigma] = floats(vm, a, "lognormvariate", ["mu", "sigma"], [None, None])?;
    Ok(Word::float(state(vm, a)?.normal(mu, sigma).exp()))
}

fn expovariate(vm: &mut Vm, a: &Args) -> PyResult {
    let [lambda] = floats(vm, a, "expovariate", ["lambd"], [None])?;
    let drawn = state(vm, a)?.exponential(lambda);
    if lambda == 0.0 {
        return Err(vm.zero_division("float division by zero"));
    }
    Ok(Word::float(drawn))
}

fn gammavariate(vm: &mut Vm, a: &Args) -> PyResult {
    let [alpha, beta] = floats(vm, a, "gammavariate", ["alpha", "beta"], [None, None])?;
    if alpha <= 0.0 || beta <= 0.0 {
        return Err(vm.value_error("gammavariate: alpha and beta must be > 0.0"));
    }
    Ok(Word::float(state(vm, a)?.gamma(alpha, beta)))
}

fn betavariate(vm: &mut Vm, a: &Args) -> PyResult {
    let [alpha, beta] = floats(vm, a, "betavariate", ["alpha", "beta"], [None, None])?;
    if alpha <= 0.0 || beta <= 0.0 {
        return Err(vm.value_error("gammavariate: alpha and beta must be > 0.0"));
    }
    Ok(Word::float(state(vm, a)?.beta(alpha, beta)))
}

fn paretovariate(vm: &mut Vm, a: &Args) -> PyResult {
    let [alpha] = floats(vm, a, "paretovariate", ["alpha"], [None])?;
    Ok(Word::float(state(vm, a)?.pareto(alpha)))
}

fn weibullvariate(vm: &mut Vm, a: &Args) -> PyResult {
    let [alpha, beta] = floats(vm, a, "weibullvariate", ["alpha", "beta"], [None, None])?;
    Ok(Word::float(state(vm, a)?.weibull(alpha, beta)))
}

fn vonmisesvariate(vm: &mut Vm, a: &Args) -> PyResult {
    let [mu, kappa] = floats(vm, a, "vonmisesvariate", ["mu", "kappa"], [None, None])?;
    Ok(Word::float(state(vm, a)?.von_mises(mu, kappa)))
}

/// Version of the state tuple.
const VERSION: i64 = 3;

fn getstate(vm: &mut Vm, a: &Args) -> PyResult {
    let state = state(vm, a)?;
    let (words, index) = state.words();
    let mut items: Vec<Word> = words.iter().map(|&w| Word::int(i64::from(w))).collect();
    items.push(Word::int(index as i64));
    let internal = vm.new_tuple(&items);
    let gauss = state.gauss_next.map_or(NONE, Word::float);
    Ok(vm.new_tuple(&[Word::int(VERSION), internal, gauss]))
}

fn setstate(vm: &mut Vm, a: &Args) -> PyResult {
    let restored = a[1].cast::<Tuple>().and_then(|t| {
        let [version, internal, gauss] = t.items() else { return None };
        let (index, words) = internal.cast::<Tuple>()?.items().split_last()?;
        let words: Option<Vec<u32>> = words.iter().map(|w| u32::try_from(w.as_int()?).ok()).collect();
        let mut new = Mersenne::from_words(&words?, usize::try_from(index.as_int()?).ok()?)?;
        new.gauss_next = gauss.as_float();
        (version.as_int() == Some(VERSION)).then_some(new)
    });
    match restored {
        Some(new) => {
            *state(vm, a)? = new;
            DONE
        }
        None => Err(vm.value_error("state vector is invalid")),
    }
}
