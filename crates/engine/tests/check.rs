//! Entries that are checked against the uop interpreter.

use std::cell::Cell;
use std::ffi::c_void;
use std::rc::Rc;
use uplift::uop::parse::parse;
use uplift::uop::{Effects, Field, FnAddr, HostFn, HostSpec, ReprSpec, Ty, Width};
use uplift::{Action, Backend, Config, Engine, Finished, HeaderKind, Location, LoopCell};

static COUNT: Field =
    Field { id: 0, name: "cell.count", offset: 0, width: Width::I64, immutable: false, class: 0 };
/// Declared pure, but every call gives another number.
static NEXT: HostFn = HostFn {
    id: 0,
    name: "next",
    addr: FnAddr(next as *const ()),
    params: &[],
    ret: Ty::Int,
    effects: Effects::PURE,
};
static SPEC: HostSpec =
    HostSpec { fields: &[&COUNT], fns: &[&NEXT], ..HostSpec::new("checked", ReprSpec::LOW_BIT) };

extern "C" fn next(context: *mut c_void) -> u64 {
    // SAFETY: the tests enter trees with a cell as context.
    let cell = unsafe { &*context.cast::<Cell<u64>>() };
    cell.replace(cell.get() + 1)
}

const HERE: Location = Location { code: 1, pc: 2 };

/// Enters a tree that counts slot 0 down to nothing, adds `addend` to an object's field meanwhile, and keeps the last
/// one in slot 2; slots and the field afterwards.
fn entered(addend: &str, backend: Backend) -> ([u64; 3], i64) {
    let config = Config::default().threshold(1).backend(backend).verify(true).check_exits(true);
    let engine: Rc<Engine> = Engine::new(&SPEC, config).expect("the declarations are sound");
    let text = format!(
        "tree \"loop\" {{\ntrace 0:\n  v0: word = slot_load 0\n  v1: int = unbox_int v0\n  v2: bool = int_gt v1, 0\n  \
         guard_true v2 -> s0\n  v3: int = int_sub v1, 1\n  v4: word = box_int v3\n  v5: word = slot_load 1\n  \
         v6: ref = unbox_ref v5\n  v7: int = load_int v6, cell.count\n  v8: int = {addend}\n  \
         v9: int = int_add v7, v8\n  v10: word = box_int v8\n  slot_store v4, 0\n  slot_store v10, 2\n  \
         store_int v6, v9, cell.count\n  jump_entry -> s1\nsnapshots:\n  s0: g0 [0x1 pc 7]\n  s1: g1 [0x1 pc 2]\n}}\n"
    );
    let tree = parse(&text, &SPEC).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut cell = LoopCell::default();
    assert_eq!(engine.at_header(&mut cell, HERE, HeaderKind::Loop), Action::Record);
    engine.start_root(HERE, HeaderKind::Loop, || "loop".to_owned(), 0);
    engine.finish_root(HERE, HeaderKind::Loop, &mut cell, Finished::Trace(tree));
    let Action::Enter(id) = engine.at_header(&mut cell, HERE, HeaderKind::Loop) else {
        panic!("compiled inline")
    };
    let (context, mut count) = (Cell::new(5u64), 100i64);
    let object = std::ptr::from_mut(&mut count).expose_provenance() as u64;
    let mut slots = [SPEC.repr.box_int(3), object, 0];
    let entry = engine.entry(id, HERE).expect("it lives");
    // SAFETY: the tree's slots are there, slot 1 is a reference to a count, and the context is a cell.
    let exit =
        unsafe { engine.enter(entry, std::ptr::from_ref(&context).cast_mut().cast(), slots.as_mut_ptr()) };
    assert_eq!(exit.frames()[0].pc, 7);
    slots[1] = 0;
    (slots, count)
}

#[test]
fn what_was_undone_happens_once() {
    for backend in [Backend::Native, Backend::Interp] {
        let int = |i| SPEC.repr.box_int(i);
        assert_eq!(entered("int_mul v1, 2", backend), ([int(0), 0, int(2)], 100 + 6 + 4 + 2));
    }
}

#[test]
#[should_panic = "loop left through g0"]
fn a_function_that_is_not_what_it_declares_is_found_out() {
    entered("call next()", Backend::Native);
}
