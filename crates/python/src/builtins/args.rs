//! Reading the arguments of natives: keywords, defaults, and the errors CPython gives.

use crate::objects::{Args, Gc, Object};
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};

/// Binds positionals and keywords to `names`; absent ones are UNDEF. The first `positional` may be given by position
/// (names starting with `/` only so), the first `required` must be given.
pub fn bind<const N: usize>(
    vm: &mut Vm,
    a: &Args,
    function: &str,
    names: [&str; N],
    required: usize,
    positional: usize,
) -> PyResult<[Word; N]> {
    let mut bound = [UNDEF; N];
    if a.len() > positional && positional == 0 {
        return Err(vm.type_error(format!("{function}() takes no positional arguments")));
    }
    if a.len() + a.kw_count() > N {
        let (bounds, s) = (if required < N { "at most" } else { "exactly" }, if N == 1 { "" } else { "s" });
        let given = a.len() + a.kw_count();
        return Err(vm.type_error(format!("{function}() takes {bounds} {N} argument{s} ({given} given)")));
    }
    if a.len() > positional {
        let (count, s) = (positional, if positional == 1 { "" } else { "s" });
        let given = a.len();
        let bounds = if required < positional { "at most" } else { "exactly" };
        return Err(vm.type_error(format!(
            "{function}() takes {bounds} {count} positional argument{s} ({given} given)"
        )));
    }
    bound[..a.len()].copy_from_slice(a.pos());
    for (name, value) in a.kw_iter() {
        let text = name.text();
        let Some(at) = names.iter().position(|n| *n == text) else {
            return Err(vm.type_error(format!("'{text}' is an invalid keyword argument for {function}()")));
        };
        if bound[at] != UNDEF {
            let position = at + 1;
            return Err(vm.type_error(format!(
                "argument for {function}() given by name ('{text}') and position ({position})"
            )));
        }
        bound[at] = value;
    }
    for (at, name) in names.iter().enumerate().take(required) {
        if bound[at] == UNDEF {
            let position = at + 1;
            let name = name.trim_start_matches('/');
            return Err(
                vm.type_error(format!("{function}() missing required argument '{name}' (pos {position})"))
            );
        }
    }
    Ok(bound)
}

/// Refuses keywords for a native that reads them itself but takes none here.
pub fn no_keywords(vm: &mut Vm, a: &Args, function: &str) -> PyResult<()> {
    if a.has_kw() { Err(vm.type_error(format!("{function}() takes no keyword arguments"))) } else { Ok(()) }
}

/// `w`, or `None` when it is absent or None.
pub fn given(w: Word) -> Option<Word> {
    w.defined().filter(|w| !w.is_none())
}

/// The text of a string argument, else TypeError in the words of `message` (`{}` stands for the type's name).
pub fn text(vm: &mut Vm, w: Word, message: &str) -> PyResult<&'static str> {
    match w.as_str() {
        Some(text) => Ok(text),
        None => Err(wrong_type(vm, w, message)),
    }
}

/// TypeError with the type's name in place of `{}`.
#[cold]
pub fn wrong_type(vm: &mut Vm, w: Word, message: &str) -> crate::vm::Raised {
    let name = vm.type_name(w);
    vm.type_error(message.replacen("{}", name, 1))
}

/// `self` as its layout. Natives check their receiver's class before the call, so this fails only for objects whose
/// layout differs from their class' (which does not happen); the error is there for safety.
#[inline]
pub fn this<T: Object>(vm: &mut Vm, a: &Args) -> PyResult<Gc<T>> {
    match a.first().and_then(|w| w.cast::<T>()) {
        Some(object) => Ok(object),
        None => Err(bad_receiver(vm)),
    }
}

#[cold]
fn bad_receiver(vm: &mut Vm) -> crate::vm::Raised {
    vm.type_error("descriptor requires another type of object")
}

/// A slice-like bound: None or absent is `default`, negatives count from the end, the result is in `0..=len`.
pub fn bound(vm: &mut Vm, w: Word, len: usize, default: usize) -> PyResult<usize> {
    let Some(w) = given(w) else { return Ok(default) };
    let index = clamped_index(vm, w)?;
    Ok(if index < 0 { (index + len as i64).max(0) as usize } else { (index as usize).min(len) })
}

/// `__index__` with huge values clamped to the range of i64.
pub fn clamped_index(vm: &mut Vm, w: Word) -> PyResult<i64> {
    if let Some(i) = w.as_index() {
        return Ok(i);
    }
    let big = vm.index_big(w)?;
    Ok(i64::try_from(&big).unwrap_or(if big.sign() == dashu_base::Sign::Negative {
        i64::MIN / 2
    } else {
        i64::MAX / 2
    }))
}

/// An optional integer argument.
pub fn index_or(vm: &mut Vm, w: Word, default: i64) -> PyResult<i64> {
    if w == UNDEF { Ok(default) } else { vm.index(w) }
}

/// `Ok(None)` as a result.
pub const DONE: PyResult = Ok(NONE);

/// Whether `w` can be called.
pub fn is_callable(vm: &mut Vm, w: Word) -> bool {
    use crate::objects::TypeTag::{BoundMethod, Class, Function, Native};
    matches!(w.tag(), Function | Native | BoundMethod | Class)
        || vm.lookup_special(w, vm.names.call).is_some()
}
