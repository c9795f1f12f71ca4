//! `sys`.

use super::io::{self, Backend, Stream, console};
use crate::builtins::args;
use crate::objects::{Args, Gc, MethodDef, Module, Tuple};
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{NONE, TRUE, UNDEF, Word};

static FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("exit", exit, 0, 1),
    MethodDef::new("exc_info", exc_info, 0, 0),
    MethodDef::new("exception", exception, 0, 0),
    MethodDef::new("getrecursionlimit", getrecursionlimit, 0, 0),
    MethodDef::new("setrecursionlimit", setrecursionlimit, 1, 1),
    MethodDef::new("intern", intern, 1, 1),
    MethodDef::new("getsizeof", getsizeof, 1, 2),
    MethodDef::new("getrefcount", getrefcount, 1, 1),
    MethodDef::new("get_int_max_str_digits", get_int_max_str_digits, 0, 0),
    MethodDef::kw("set_int_max_str_digits", set_int_max_str_digits, 0, 1),
    MethodDef::new("getdefaultencoding", getdefaultencoding, 0, 0),
    MethodDef::new("getfilesystemencoding", getdefaultencoding, 0, 0),
    MethodDef::new("getswitchinterval", getswitchinterval, 0, 0),
    MethodDef::new("setswitchinterval", ignore_one, 1, 1),
    MethodDef::new("gettrace", nothing, 0, 0),
    MethodDef::new("settrace", ignore_one, 1, 1),
    MethodDef::new("setprofile", ignore_one, 1, 1),
    MethodDef::new("_getframe", getframe, 0, 1),
];

/// Fills the module.
pub fn build(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    let ns = module.namespace;
    vm.add_functions(ns, "sys", FUNCTIONS);
    let modules = vm.modules.word();
    let lists: [Word; 4] = std::array::from_fn(|_| vm.new_list(Vec::new()));
    for (name, value) in [
        ("modules", modules),
        ("argv", lists[0]),
        ("path", lists[1]),
        ("meta_path", lists[2]),
        ("warnoptions", lists[3]),
        ("maxunicode", Word::int(0x10ffff)),
        ("dont_write_bytecode", TRUE),
        ("hexversion", Word::int(0x030b_07f0)),
        ("api_version", Word::int(1013)),
    ] {
        vm.set_global(ns, name, value);
    }
    let maxsize = vm.new_int(i64::MAX);
    vm.set_global(ns, "maxsize", maxsize);
    for (name, text) in [
        ("byteorder", if cfg!(target_endian = "little") { "little" } else { "big" }),
        ("platform", platform_name()),
        ("version", "3.11.7 (Uplift)"),
        ("copyright", ""),
        ("executable", ""),
        ("prefix", ""),
        ("base_prefix", ""),
        ("exec_prefix", ""),
        ("float_repr_style", "short"),
        ("pycache_prefix", ""),
    ] {
        let text = vm.new_str(text);
        vm.set_global(ns, name, text);
    }
    streams(vm, module)?;
    structures(vm, module)?;
    builtin_names(vm, module);
    Ok(())
}

fn platform_name() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    }
}

fn streams(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    let class = io::classes(vm)?.text;
    let streams = [
        ("stdin", Backend::Stdin, "<stdin>", "r"),
        ("stdout", Backend::Stdout, "<stdout>", "w"),
        ("stderr", Backend::Stderr, "<stderr>", "w"),
    ];
    for (name, backend, shown, mode) in streams {
        let stream = vm.new_native_object(class, Box::new(Stream::new(backend, true, shown, mode)));
        vm.set_global(module.namespace, name, stream);
        vm.set_global(module.namespace, &format!("__{name}__"), stream);
    }
    let mut namespace = module.namespace;
    let key = vm.intern("stdout");
    console::attach(vm, namespace.cell(key));
    Ok(())
}

/// One structure of `sys`: its name and its fields.
type Structure<'a> = (&'a str, &'a [(&'a str, Word)]);

fn structures(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    let final_ = vm.new_str("final");
    let (siphash, sys_name) = (vm.new_str("siphash13"), vm.new_str("uplift"));
    let modulus = vm.new_int((1 << 61) - 1);
    let int = Word::int;
    let structures: [Structure; 5] = [
        (
            "version_info",
            &[
                ("major", int(3)),
                ("minor", int(11)),
                ("micro", int(7)),
                ("releaselevel", final_),
                ("serial", int(0)),
            ],
        ),
        (
            "float_info",
            &[
                ("max", Word::float(f64::MAX)),
                ("max_exp", int(1024)),
                ("max_10_exp", int(308)),
                ("min", Word::float(f64::MIN_POSITIVE)),
                ("min_exp", int(-1021)),
                ("min_10_exp", int(-307)),
                ("dig", int(15)),
                ("mant_dig", int(53)),
                ("epsilon", Word::float(f64::EPSILON)),
                ("radix", int(2)),
                ("rounds", int(1)),
            ],
        ),
        (
            "int_info",
            &[
                ("bits_per_digit", int(30)),
                ("sizeof_digit", int(4)),
                ("default_max_str_digits", int(4300)),
                ("str_digits_check_threshold", int(640)),
            ],
        ),
        (
            "hash_info",
            &[
                ("width", int(64)),
                ("modulus", modulus),
                ("inf", int(314_159)),
                ("nan", int(0)),
                ("imag", int(1_000_003)),
                ("algorithm", siphash),
                ("hash_bits", int(64)),
                ("seed_bits", int(128)),
                ("cutoff", int(0)),
            ],
        ),
        ("flags", FLAGS),
    ];
    for (name, fields) in structures {
        let (names, values): (Vec<&str>, Vec<Word>) = fields.iter().copied().unzip();
        let class = super::structseq::new_class(vm, "sys", name, &names)?;
        let object = super::structseq::new_object(vm, class, &values);
        vm.set_global(module.namespace, name, object);
    }
    let names = ["name", "cache_tag", "version", "hexversion"];
    let class = super::structseq::new_class(vm, "types", "SimpleNamespace", &names)?;
    let key = vm.intern("version_info");
    let version = module.namespace.get(key).unwrap_or(NONE);
    let implementation = [sys_name, NONE, version, Word::int(0x030b_07f0)];
    let object = super::structseq::new_object(vm, class, &implementation);
    vm.set_global(module.namespace, "implementation", object);
    Ok(())
}

/// The command line flags, none of which is ever set.
const FLAGS: &[(&str, Word)] = &[
    ("debug", Word::int(0)),
    ("inspect", Word::int(0)),
    ("interactive", Word::int(0)),
    ("optimize", Word::int(0)),
    ("dont_write_bytecode", Word::int(0)),
    ("no_user_site", Word::int(0)),
    ("no_site", Word::int(0)),
    ("ignore_environment", Word::int(0)),
    ("verbose", Word::int(0)),
    ("bytes_warning", Word::int(0)),
    ("quiet", Word::int(0)),
    ("hash_randomization", Word::int(1)),
    ("isolated", Word::int(0)),
    ("dev_mode", Word::bool(false)),
    ("utf8_mode", Word::int(0)),
    ("safe_path", Word::bool(false)),
    ("int_max_str_digits", Word::int(4300)),
];

fn builtin_names(vm: &mut Vm, module: Gc<Module>) {
    let mut names: Vec<Word> = super::native_names().map(|name| vm.new_str(name)).collect();
    names.push(vm.new_str("builtins"));
    let names = vm.new_tuple(&names);
    vm.set_global(module.namespace, "builtin_module_names", names);
}

fn exit(vm: &mut Vm, a: &Args) -> PyResult {
    // As for `raise SystemExit, status`: None is no argument, a tuple is all of them.
    let status = a.pos().first().copied().filter(|w| !w.is_none());
    let items = status.and_then(|w| w.cast::<Tuple>());
    let arguments: &[Word] = match (&items, &status) {
        (Some(tuple), _) => tuple.items(),
        (None, status) => status.as_slice(),
    };
    Err(vm.raise_with(Exc::SystemExit, arguments))
}

fn handled(vm: &Vm) -> Word {
    vm.handled.last().copied().filter(|w| *w != UNDEF).unwrap_or(NONE)
}

fn exception(vm: &mut Vm, _: &Args) -> PyResult {
    Ok(handled(vm))
}

fn exc_info(vm: &mut Vm, _: &Args) -> PyResult {
    let exception = handled(vm);
    if exception.is_none() {
        return Ok(vm.new_tuple(&[NONE, NONE, NONE]));
    }
    let class = vm.type_of(exception).word();
    let traceback = vm.get_attr(exception, vm.names.traceback)?;
    Ok(vm.new_tuple(&[class, exception, traceback]))
}

fn getrecursionlimit(vm: &mut Vm, _: &Args) -> PyResult {
    Ok(Word::int(vm.recursion_limit as i64))
}

fn setrecursionlimit(vm: &mut Vm, a: &Args) -> PyResult {
    let limit = vm.index(a[0])?;
    if limit < 1 {
        return Err(vm.value_error("recursion limit must be greater or equal than 1"));
    }
    vm.recursion_limit = limit as usize;
    Ok(NONE)
}

fn intern(vm: &mut Vm, a: &Args) -> PyResult {
    let text = args::text(vm, a[0], "intern() argument must be str, not {}")?;
    Ok(vm.intern(text).word())
}

/// A rough size in bytes, close to what CPython says of the common types.
fn getsizeof(vm: &mut Vm, a: &Args) -> PyResult {
    use crate::objects::{BigInt, Bytes, Dict, List, Set, Str, Tuple, WideInt};
    let w = a[0];
    let size = if w.is_int() {
        28
    } else if let Some(wide) = w.cast::<WideInt>() {
        24 + 4 * (64 - wide.value.unsigned_abs().leading_zeros() as usize).div_ceil(30)
    } else if let Some(big) = w.cast::<BigInt>() {
        24 + 4 * dashu_base::BitTest::bit_len(&big.value).div_ceil(30)
    } else if let Some(text) = w.cast::<Str>() {
        49 + text.nbytes as usize
    } else if let Some(list) = w.cast::<List>() {
        56 + 8 * list.cap as usize
    } else if let Some(tuple) = w.cast::<Tuple>() {
        40 + 8 * tuple.count()
    } else if let Some(dict) = w.cast::<Dict>() {
        64 + 40 * dict.len()
    } else if let Some(set) = w.cast::<Set>() {
        200 + 16 * set.slots()
    } else if let Some(bytes) = w.cast::<Bytes>() {
        33 + bytes.data.len()
    } else if w.is_none() {
        16
    } else {
        let sizeof = vm.intern("__sizeof__");
        if let Some(result) = vm.call_special(w, sizeof, &[])? {
            return Ok(result);
        }
        24
    };
    Ok(Word::int(size as i64))
}

/// There are no reference counts; some programs print this one.
fn getrefcount(_: &mut Vm, _: &Args) -> PyResult {
    Ok(Word::int(2))
}

fn get_int_max_str_digits(vm: &mut Vm, _: &Args) -> PyResult {
    Ok(Word::int(vm.int_max_str_digits as i64))
}

fn set_int_max_str_digits(vm: &mut Vm, a: &Args) -> PyResult {
    let [limit] = args::bind(vm, a, "set_int_max_str_digits", ["maxdigits"], 1, 1)?;
    let limit = vm.index(limit)?;
    if limit != 0 && limit < 640 {
        return Err(vm.value_error("maxdigits must be 0 or larger than 640"));
    }
    vm.int_max_str_digits = limit as usize;
    Ok(NONE)
}

fn getdefaultencoding(vm: &mut Vm, _: &Args) -> PyResult {
    Ok(vm.new_str("utf-8"))
}

fn getswitchinterval(_: &mut Vm, _: &Args) -> PyResult {
    Ok(Word::float(0.005))
}

fn nothing(_: &mut Vm, _: &Args) -> PyResult {
    Ok(NONE)
}

fn ignore_one(_: &mut Vm, _: &Args) -> PyResult {
    Ok(NONE)
}

fn getframe(vm: &mut Vm, _: &Args) -> PyResult {
    Err(vm.raise(Exc::NotImplementedError, "frames are not supported"))
}
