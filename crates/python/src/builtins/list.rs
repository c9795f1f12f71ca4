//! Methods of `list`.

use super::args::{self, DONE, this};
use super::sort;
use crate::objects::function::ANY;
use crate::objects::iter::Reversed;
use crate::objects::{Args, Gc, List, MethodDef, TypeTag};
use crate::vm::iter::size_hint;
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

static METHODS: &[MethodDef] = &[
    MethodDef::new("append", append, 1, 1),
    MethodDef::new("extend", extend, 1, 1),
    MethodDef::new("insert", insert, 2, 2),
    MethodDef::new("pop", pop, 0, 1),
    MethodDef::new("remove", remove, 1, 1),
    MethodDef::new("index", index, 1, 3),
    MethodDef::new("count", count, 1, 1),
    MethodDef::kw("sort", sort_method, 0, ANY),
    MethodDef::new("reverse", reverse, 0, 0),
    MethodDef::new("copy", copy, 0, 0),
    MethodDef::new("clear", clear, 0, 0),
    MethodDef::kw("__init__", init, 0, 1),
    MethodDef::new("__reversed__", reversed, 0, 0),
];

/// Registers the methods.
pub fn install(vm: &mut Vm) {
    let list = vm.types.list;
    vm.add_methods(list, METHODS);
    vm.set_constructor(list, construct, true);
}

fn construct(vm: &mut Vm, class: Gc<crate::objects::Class>, a: &Args) -> PyResult {
    let items = match a.first() {
        Some(&source) if class == vm.types.list => {
            args::no_keywords(vm, a, "list")?;
            vm.to_vec(source)?
        }
        _ => Vec::new(),
    };
    let list = vm.new_list(items);
    if class != vm.types.list {
        vm.set_class(list, class);
    }
    Ok(list)
}

fn init(vm: &mut Vm, a: &Args) -> PyResult {
    let mut list = this::<List>(vm, a)?;
    args::no_keywords(vm, a, "list")?;
    let items = match a.get(1) {
        Some(source) => vm.to_vec(source)?,
        None => Vec::new(),
    };
    list.set(items);
    DONE
}

fn append(vm: &mut Vm, a: &Args) -> PyResult {
    let mut list = this::<List>(vm, a)?;
    let room = list.cap;
    list.push(a[1]);
    if list.cap != room {
        vm.heap.external((list.cap - room) as usize * 8);
    }
    DONE
}

fn extend(vm: &mut Vm, a: &Args) -> PyResult {
    let list = this::<List>(vm, a)?;
    extend_list(vm, list, a[1])?;
    DONE
}

/// `list.extend(source)`; `+=` uses it too.
pub fn extend_list(vm: &mut Vm, mut list: Gc<List>, source: Word) -> PyResult<()> {
    match source.tag() {
        TypeTag::List if source.cast::<List>().is_some_and(|l| l == list || l.class() == vm.types.list) => {
            let other = source.cast::<List>().unwrap_or(list);
            vm.heap.external(other.count() * 8);
            list.extend(other.items());
            Ok(())
        }
        TypeTag::Tuple => {
            let items = vm.to_vec(source)?;
            vm.heap.external(items.len() * 8);
            list.extend(&items);
            Ok(())
        }
        // Items become visible one by one: the source may look at the list.
        _ => {
            let it = vm.iter(source)?;
            vm.room_for(size_hint(it), size_of::<Word>())?;
            vm.iterate(it, |vm, item| {
                let room = list.cap;
                list.push(item);
                vm.heap.external((list.cap - room) as usize * 8);
                Ok(true)
            })
        }
    }
}

fn insert(vm: &mut Vm, a: &Args) -> PyResult {
    let mut list = this::<List>(vm, a)?;
    let index = vm.index(a[1])?;
    let len = list.len;
    let at = if index < 0 { (index + len).max(0) } else { index.min(len) };
    list.insert(at as usize, a[2]);
    DONE
}

fn pop(vm: &mut Vm, a: &Args) -> PyResult {
    let mut list = this::<List>(vm, a)?;
    let index = match a.get(1) {
        None => -1,
        Some(w) => match w.as_int() {
            Some(i) => i,
            None => vm.index(w)?,
        },
    };
    if index == -1 {
        return match list.pop() {
            Some(item) => Ok(item),
            None => Err(vm.index_error("pop from empty list")),
        };
    }
    if list.len == 0 {
        return Err(vm.index_error("pop from empty list"));
    }
    let at = if index < 0 { index + list.len } else { index };
    if at < 0 || at >= list.len {
        return Err(vm.index_error("pop index out of range"));
    }
    Ok(list.remove(at as usize))
}

/// Position of `item` in `list[from..to]`, safe against changes by `__eq__`.
fn find(vm: &mut Vm, list: Gc<List>, item: Word, from: usize, to: usize) -> PyResult<Option<usize>> {
    let mut at = from;
    while at < to.min(list.count()) {
        let candidate = list.items()[at];
        if candidate == item || vm.eq(candidate, item)? {
            return Ok(Some(at));
        }
        at += 1;
    }
    Ok(None)
}

fn remove(vm: &mut Vm, a: &Args) -> PyResult {
    let mut list = this::<List>(vm, a)?;
    match find(vm, list, a[1], 0, usize::MAX)? {
        Some(at) => {
            // The comparison may have shortened the list.
            if at < list.count() {
                list.remove(at);
            }
            DONE
        }
        None => Err(vm.value_error("list.remove(x): x not in list")),
    }
}

fn index(vm: &mut Vm, a: &Args) -> PyResult {
    let list = this::<List>(vm, a)?;
    let from = bound_index(vm, a.or(2, UNDEF), list.count(), 0)?;
    let to = bound_index(vm, a.or(3, UNDEF), list.count(), usize::MAX)?;
    match find(vm, list, a[1], from, to)? {
        Some(at) => Ok(Word::int(at as i64)),
        None => {
            let shown = vm.repr(a[1])?;
            Err(vm.value_error(format!("{shown} is not in list")))
        }
    }
}

/// A bound of `index`: an int (None is not allowed), negatives count from the end.
pub fn bound_index(vm: &mut Vm, w: Word, len: usize, default: usize) -> PyResult<usize> {
    if w == UNDEF {
        return Ok(default);
    }
    if vm.lookup_special(w, vm.names.index).is_none() && w.as_index().is_none() {
        return Err(vm.type_error("slice indices must be integers or have an __index__ method"));
    }
    let index = args::clamped_index(vm, w)?;
    Ok(if index < 0 { (index + len as i64).max(0) as usize } else { index as usize })
}

fn count(vm: &mut Vm, a: &Args) -> PyResult {
    let list = this::<List>(vm, a)?;
    let (mut total, mut at) = (0, 0);
    while at < list.count() {
        let candidate = list.items()[at];
        if candidate == a[1] || vm.eq(candidate, a[1])? {
            total += 1;
        }
        at += 1;
    }
    Ok(Word::int(total))
}

fn sort_method(vm: &mut Vm, a: &Args) -> PyResult {
    let mut list = this::<List>(vm, a)?;
    let [key, reverse] = args::bind(vm, &a.skip(1), "sort", ["key", "reverse"], 0, 0)?;
    let reverse = reverse != UNDEF && vm.truthy(reverse)?;
    // The list looks empty while keys and comparisons run, so that nothing can disturb the sort.
    let mut items = list.take();
    let result = sort::sort(vm, &mut items, args::given(key), reverse);
    let disturbed = list.cap != 0 || list.len != 0;
    list.set(items);
    result?;
    if disturbed {
        return Err(vm.value_error("list modified during sort"));
    }
    DONE
}

fn reverse(vm: &mut Vm, a: &Args) -> PyResult {
    this::<List>(vm, a)?.items_mut().reverse();
    DONE
}

fn copy(vm: &mut Vm, a: &Args) -> PyResult {
    let list = this::<List>(vm, a)?;
    Ok(vm.new_list(list.items().to_vec()))
}

fn clear(vm: &mut Vm, a: &Args) -> PyResult {
    this::<List>(vm, a)?.clear();
    DONE
}

fn reversed(vm: &mut Vm, a: &Args) -> PyResult {
    let list = this::<List>(vm, a)?;
    let hdr = vm.header(TypeTag::Reversed, vm.types.list_reviter);
    Ok(vm.heap.place(Reversed { hdr, seq: a[0], index: list.len - 1 }).word())
}
