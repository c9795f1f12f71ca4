//! Memory follows the trees alive, however many were ever made; numbers of dead trees lead nowhere wrong.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::rc::Rc;
use uplift::uop::parse::parse;
use uplift::uop::{Effects, FnAddr, HostFn, HostSpec, KindTest, ReprSpec, Tree, Ty};
use uplift::{Action, Backend, CompileMode, Config, Engine, Finished, HeaderKind, Location, LoopCell};

/// Counts the bytes that the test's thread holds.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
}

fn held(change: isize) -> isize {
    HELD.with(|held| {
        held.set(held.get() + change);
        held.get()
    })
}

// SAFETY: the system's allocator does it all.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        held(layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        held(-(layout.size() as isize));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

static INT: KindTest = KindTest { id: 0, name: "int", set: 1, mask: 1, lo: 1, len: 1 };
static MEANWHILE: HostFn = HostFn {
    id: 0,
    name: "meanwhile",
    addr: FnAddr(meanwhile as *const ()),
    params: &[],
    ret: Ty::Unit,
    effects: Effects { raises: false, ..Effects::ANY },
};
static SPEC: HostSpec = HostSpec {
    name: "churn",
    repr: ReprSpec::LOW_BIT,
    kinds: &[&INT],
    fields: &[],
    elems: &[],
    fns: &[&MEANWHILE],
    raised_word: 0,
};

/// What traces call: the host's action, once.
struct Host {
    action: RefCell<Option<Box<dyn FnOnce()>>>,
}

extern "C" fn meanwhile(host: *mut c_void) {
    // SAFETY: the tests enter trees with a `Host`.
    let host = unsafe { &*host.cast::<Host>() };
    if let Some(action) = host.action.take() {
        action();
    }
}

const HERE: Location = Location { code: 1, pc: 2 };
const THERE: Location = Location { code: 3, pc: 4 };

/// A loop that calls `meanwhile`, stores the word `mark` and depends on `assumption`.
fn tree(mark: u64, assumption: u64) -> Tree {
    let text = format!(
        "tree \"loop\" {{\ntrace 0:\n  guard_attention -> s0\n  slot_store #{mark:#x}, 0\n  call meanwhile()\n  \
         guard_attention -> s1\n  jump_entry -> s2\nsnapshots:\n  s0: g0 [0x1 pc 2]\n  s1: g1 [0x1 pc 3]\n  \
         s2: g2 [0x1 pc 2]\n}}\n"
    );
    let mut tree = parse(&text, &SPEC).unwrap_or_else(|error| panic!("{error}\n{text}"));
    tree.assumptions = vec![assumption];
    tree
}

fn engine(config: Config) -> Rc<Engine> {
    Engine::new(&SPEC, config).expect("the declarations are sound")
}

/// Records `tree` at `at`.
fn record(engine: &Engine, at: Location, tree: Tree) -> LoopCell {
    let mut cell = LoopCell::default();
    assert_eq!(engine.at_header(&mut cell, at, HeaderKind::Loop), Action::Record);
    engine.start_root(at, HeaderKind::Loop, || "loop".to_owned(), 0);
    engine.finish_root(at, HeaderKind::Loop, &mut cell, Finished::Trace(tree));
    cell
}

fn roots(engine: &Engine) -> Vec<u64> {
    let mut roots = Vec::new();
    engine.for_each_root(|root| roots.push(root));
    roots.sort_unstable();
    roots.dedup();
    roots
}

#[test]
fn ten_thousand_invalidations_leave_no_memory_behind() {
    let engine = engine(Config::default().backend(Backend::Interp));
    let kept = record(&engine, THERE, tree(0xAA1, 1));
    let mut after_a_tenth = 0;
    for round in 0..10_000 {
        let assumption = 100 + round;
        let mut cell = record(&engine, HERE, tree(0xF001 + 2 * round, assumption));
        assert!(matches!(engine.at_header(&mut cell, HERE, HeaderKind::Loop), Action::Enter(_)));
        assert!(engine.depends(assumption));
        engine.invalidate(assumption);
        assert!(!engine.depends(assumption));
        assert_eq!(engine.at_header(&mut cell, HERE, HeaderKind::Loop), Action::Interpret);
        assert_eq!(cell, LoopCell::default(), "the header counts afresh");
        if round == 1_000 {
            after_a_tenth = held(0);
        }
    }
    assert!(held(0) - after_a_tenth < 4 << 10, "{} bytes more", held(0) - after_a_tenth);
    assert_eq!(engine.tree_numbers(), 2, "numbers are used again");
    assert_eq!(roots(&engine), [0xAA1]);
    assert_eq!(engine.trees().len(), 1);
    let stats = engine.stats();
    assert_eq!((stats.traces, stats.invalidated), (10_001, 10_000));
    assert_eq!(stats.uops_recorded, 5 * 10_001, "dead trees count on");
    assert!(matches!(engine.at_header(&mut { kept }, THERE, HeaderKind::Loop), Action::Enter(_)));
}

#[test]
fn a_stale_number_does_not_enter_another_headers_tree() {
    let engine = engine(Config::default().backend(Backend::Interp));
    let mut stale = record(&engine, HERE, tree(0x11, 1));
    engine.invalidate(1);
    let mut fresh = record(&engine, THERE, tree(0x21, 2));
    assert_eq!(stale.tree(), fresh.tree(), "the number is used again");
    assert_eq!(engine.at_header(&mut stale, HERE, HeaderKind::Loop), Action::Interpret);
    assert_eq!(stale.tree(), None);
    assert!(matches!(engine.at_header(&mut fresh, THERE, HeaderKind::Loop), Action::Enter(_)));
    // Nor does what the dead tree depended on concern the new one.
    engine.invalidate(1);
    assert_eq!(engine.stats().invalidated, 1);
    assert!(matches!(engine.at_header(&mut fresh, THERE, HeaderKind::Loop), Action::Enter(_)));
}

#[test]
fn a_tree_that_dies_while_it_runs_keeps_its_roots_until_it_is_left() {
    for backend in [Backend::Native, Backend::Interp] {
        let engine = engine(Config::default().backend(backend));
        let mut cell = record(&engine, HERE, tree(0x11, 1));
        let Action::Enter(id) = engine.at_header(&mut cell, HERE, HeaderKind::Loop) else {
            panic!("compiled inline")
        };
        let inner = Rc::clone(&engine);
        let action = move || {
            inner.invalidate(1);
            inner.poll();
            // The attention bit is up until the dead tree is left, so headers ask in vain; a host may still offer.
            inner.start_root(THERE, HeaderKind::Loop, || "loop".to_owned(), 0);
            let mut other = LoopCell::default();
            inner.finish_root(THERE, HeaderKind::Loop, &mut other, Finished::Trace(tree(0x21, 2)));
            assert_eq!(other.tree(), Some(id), "the number is used again at once");
            assert_eq!(roots(&inner), [0x11, 0x21]);
        };
        let host = Host { action: RefCell::new(Some(Box::new(action))) };
        let mut slots = [0u64; 4];
        let context = std::ptr::from_ref(&host).cast_mut().cast();
        // SAFETY: the tree's only slot is there, and the context is a `Host`.
        let exit =
            unsafe { engine.enter(engine.entry(id, HERE).expect("it lives"), context, slots.as_mut_ptr()) };
        assert!(host.action.borrow().is_none());
        assert_eq!((slots[0], exit.frames()[0].pc), (0x11, 3), "left at the poll behind the call");
        assert!(!exit.is_hot() && engine.start_side(&exit, 0).is_none());
        engine.poll();
        assert_eq!(roots(&engine), [0x21]);
        assert_eq!(engine.at_header(&mut cell, HERE, HeaderKind::Loop), Action::Interpret);
        assert_eq!(cell.tree(), None);
    }
}

#[test]
fn a_compilation_that_comes_too_late_does_not_become_another_tree() {
    let engine = engine(Config::default().compile_mode(CompileMode::Background));
    let mut early = record(&engine, HERE, tree(0x11, 1));
    engine.invalidate(1);
    let mut late = record(&engine, THERE, tree(0x21, 2));
    let started = std::time::Instant::now();
    let id = loop {
        assert!(started.elapsed().as_secs() < 60, "the compile thread is stuck");
        if let Action::Enter(id) = engine.at_header(&mut late, THERE, HeaderKind::Loop) {
            break id;
        }
        std::thread::yield_now();
    };
    assert_eq!(engine.at_header(&mut early, HERE, HeaderKind::Loop), Action::Interpret);
    let stop = Rc::clone(&engine);
    let host = Host { action: RefCell::new(Some(Box::new(move || stop.invalidate(2)))) };
    let mut slots = [0u64; 4];
    let context = std::ptr::from_ref(&host).cast_mut().cast();
    // SAFETY: the tree's only slot is there, and the context is a `Host`.
    unsafe { engine.enter(engine.entry(id, THERE).expect("it lives"), context, slots.as_mut_ptr()) };
    assert_eq!(slots[0], 0x21, "the second tree's word");
}
