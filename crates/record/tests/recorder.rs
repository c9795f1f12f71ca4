//! The recorder by itself: what it appends, what it folds, and when it gives up.

use std::ffi::c_void;
use uplift_record::{
    AbortReason, Arg, Finished, HeaderKind, Host, Limits, Location, LoopCell, Machine, Recorder, Start,
};
use uplift_uop::{
    Effects, Field, FnAddr, FrameState, HostFn, HostSpec, KindTest, Op, ReprSpec, Resume, Tree, Ty, Width,
};

static INT: KindTest = KindTest { id: 0, name: "int", set: 1, mask: !0, lo: 0xFFFE << 48, len: 2 << 48 };
static COUNT: Field =
    Field { id: 0, name: "count", offset: 0, width: Width::I64, immutable: false, class: 0 };
static FAIL: HostFn = HostFn {
    id: 0,
    name: "fail",
    addr: FnAddr(fail as *const ()),
    params: &[Ty::Word],
    ret: Ty::Word,
    effects: Effects::ANY,
};
static SPEC: HostSpec = HostSpec {
    name: "mini",
    repr: ReprSpec::NAN_BOX,
    kinds: &[&INT],
    fields: &[&COUNT],
    elems: &[],
    fns: &[&FAIL],
    raised_word: 0,
};

/// Returns its argument: 0 means that it raised.
extern "C" fn fail(_: *mut c_void, word: u64) -> u64 {
    word
}

/// A host whose frames are just places.
struct Mini {
    frames: Vec<Location>,
}

impl Host for Mini {
    const REPR: ReprSpec = ReprSpec::NAN_BOX;
    const RAISED: u64 = 0;
    fn spec() -> &'static HostSpec {
        &SPEC
    }
    fn depth(&self) -> usize {
        self.frames.len()
    }
    fn location(&self) -> Location {
        self.frames[self.frames.len() - 1]
    }
    fn frame_states(&self, root: usize, out: &mut Vec<FrameState>) {
        let frames = self.frames[root..].iter().enumerate();
        out.extend(frames.map(|(i, f)| FrameState { code: f.code, pc: f.pc, base: i as i32 * 8, extra: 0 }));
    }
    fn live_slots(&self, _root: usize) -> Option<Vec<i32>> {
        None
    }
    fn set_resume(&mut self, pc: u32) {
        self.frames.last_mut().expect("a frame").pc = pc;
    }
}

const HEADER: Location = Location { code: 1, pc: 10 };

fn record(limits: Limits, act: impl FnOnce(&mut Recorder<'_, Mini>)) -> Finished {
    record_at(HeaderKind::Loop, limits, act)
}

fn record_at(kind: HeaderKind, limits: Limits, act: impl FnOnce(&mut Recorder<'_, Mini>)) -> Finished {
    let mut host = Mini { frames: vec![HEADER] };
    let mut slots = [Mini::REPR.box_int(7); 64];
    let start = Start {
        tree: Tree::default(),
        parent: None,
        header: HEADER,
        kind,
        root_depth: 0,
        base: 0,
        limits,
        residual: Default::default(),
    };
    // SAFETY: the tests touch slots 0 to 63 only.
    let mut recorder = unsafe { Recorder::new(&mut host, slots.as_mut_ptr(), start) };
    assert!(recorder.begin_instruction());
    let header = match kind {
        HeaderKind::Loop => Recorder::loop_header,
        HeaderKind::Function | HeaderKind::Callee => Recorder::function_entry,
    };
    assert!(!header(&mut recorder, &mut LoopCell::default()));
    act(&mut recorder);
    recorder.finish()
}

fn tree(act: impl FnOnce(&mut Recorder<'_, Mini>)) -> Tree {
    let finished = record(Limits::default(), |m| {
        act(m);
        m.host().frames = vec![HEADER];
        m.begin_instruction();
        m.loop_header(&mut LoopCell::default());
    });
    match finished {
        Finished::Trace(tree) => {
            uplift_uop::verify::verify(&tree, &SPEC).expect("recorded trees are well-formed");
            tree
        }
        Finished::Aborted(reason) => panic!("{reason:?}"),
    }
}

fn aborted(limits: Limits, act: impl FnOnce(&mut Recorder<'_, Mini>)) -> AbortReason {
    match record(limits, act) {
        Finished::Aborted(reason) => reason,
        Finished::Trace(_) => panic!("a trace"),
    }
}

fn ops(tree: &Tree) -> Vec<Op> {
    tree.traces[0].insts.iter().map(|i| i.op).collect()
}

/// Moves on to the next instruction, at `pc`.
fn next(m: &mut Recorder<'_, Mini>, pc: u32) -> bool {
    m.host().set_resume(pc);
    m.begin_instruction()
}

#[test]
fn slots_and_pure_values_are_recorded_once_and_constants_fold() {
    let tree = tree(|m| {
        next(m, 11);
        let (a, b) = (m.slot(3), m.slot(3));
        let (a, b) = (m.unbox_int(a), m.unbox_int(b));
        let sum = m.int_add(a, b);
        let two = m.const_int(2);
        let four = m.int_mul(two, two);
        let result = m.int_add(sum, four);
        let result = m.box_int(result);
        m.set_slot(4, result);
    });
    use Op::*;
    assert_eq!(
        ops(&tree),
        [GuardAttention, SlotLoad, UnboxInt, IntAdd, IntAdd, BoxInt, SlotStore, JumpEntry]
    );
    assert_eq!(tree.slots, (0, 5));
}

#[test]
fn a_test_guards_what_it_saw() {
    let tree = tree(|m| {
        next(m, 11);
        let w = m.slot(0);
        let int = m.is_kind(w, &INT);
        assert!(m.test(int));
        let i = m.unbox_int(w);
        let big = m.const_int(100);
        let more = m.int_gt(i, big);
        assert!(!m.test(more));
        let known = m.const_bool(true);
        assert!(m.test(known), "a constant needs no guard");
        assert_eq!(m.promote_int(i), 7);
    });
    use Op::*;
    assert_eq!(
        ops(&tree),
        [GuardAttention, SlotLoad, IsKind, GuardTrue, UnboxInt, IntGt, GuardFalse, GuardEqInt, JumpEntry]
    );
    let numbers: Vec<u32> = tree.snaps.iter().map(|s| s.guard.number).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4], "guards are numbered in order");
    assert_eq!(tree.snaps[1].frames[0].pc, 11, "an exit executes the instruction again");
}

#[test]
fn checked_arithmetic_records_the_way_it_went() {
    let tree = tree(|m| {
        next(m, 11);
        let w = m.slot(0);
        let i = m.unbox_int(w);
        let (one, max) = (m.const_int(1), m.const_int(i64::MAX));
        assert!(m.int_add_checked(i, one).is_some());
        assert!(m.int_mul_checked(i, max).is_none());
    });
    use Op::*;
    assert_eq!(
        ops(&tree),
        [GuardAttention, SlotLoad, UnboxInt, IntAddChecked, IntMulOverflows, GuardTrue, JumpEntry]
    );
}

#[test]
fn a_raising_call_resumes_by_raising_and_is_followed_by_a_poll() {
    let tree = tree(|m| {
        next(m, 11);
        let w = m.slot(0);
        let result = m.call_word(&FAIL, &[Arg::Word(w)]);
        assert!(!m.raised(result));
        m.set_slot(1, result);
        next(m, 12);
    });
    use Op::*;
    assert_eq!(
        ops(&tree),
        [GuardAttention, SlotLoad, Call, GuardNotRaised, SlotStore, GuardAttention, JumpEntry]
    );
    assert_eq!(tree.snaps[1].resume, Resume::Raise);
    assert_eq!(tree.snaps[2].frames[0].pc, 12, "the poll resumes behind the call");
}

#[test]
fn a_raise_aborts() {
    let reason = aborted(Limits::default(), |m| {
        next(m, 11);
        let nothing = m.const_word(0);
        let result = m.call_word(&FAIL, &[Arg::Word(nothing)]);
        assert!(m.raised(result));
    });
    assert_eq!(reason, AbortReason::Raised);
}

#[test]
fn a_guard_after_an_effect_aborts_unless_committed() {
    let act = |m: &mut Recorder<'_, Mini>, commit: bool| {
        next(m, 11);
        let w = m.slot(0);
        m.set_slot(1, w);
        if commit {
            m.commit(12);
        }
        let int = m.is_kind(w, &INT);
        m.test(int);
    };
    assert_eq!(aborted(Limits::default(), |m| act(m, false)), AbortReason::GuardAfterEffect);
    let tree = tree(|m| act(m, true));
    assert_eq!(tree.snaps[1].frames[0].pc, 12);
}

#[test]
fn long_traces_abort() {
    let many = |m: &mut Recorder<'_, Mini>| {
        for pc in 11.. {
            if !next(m, pc) {
                return;
            }
            let w = m.slot(pc as i32 % 32);
            let int = m.is_kind(w, &INT);
            m.test(int);
        }
    };
    let limits = Limits { max_uops: 50, ..Limits::default() };
    assert_eq!(aborted(limits, many), AbortReason::TraceTooLong);
    let limits = Limits { max_snapshots: 5, ..Limits::default() };
    assert_eq!(aborted(limits, many), AbortReason::TooManySnapshots);
}

#[test]
fn leaving_the_root_frame_aborts() {
    let reason = aborted(Limits::default(), |m| {
        next(m, 11);
        m.host().frames.clear();
        assert!(!m.begin_instruction());
    });
    assert_eq!(reason, AbortReason::LeftRootFrame);
}

/// A function of so many instructions, `Enter` included, that returns.
fn function(kind: HeaderKind, instructions: i32) -> Finished {
    let limits = Limits { min_function: 3, ..Limits::default() };
    record_at(kind, limits, |m| {
        for i in 1..instructions {
            next(m, 10 + i as u32);
        }
        assert!(m.begin_instruction());
        assert!(m.before_return());
    })
}

#[test]
fn a_functions_trace_ends_before_its_return_if_it_is_long_enough() {
    for (kind, instructions, ends) in
        [(HeaderKind::Function, 2, false), (HeaderKind::Function, 3, true), (HeaderKind::Callee, 1, true)]
    {
        match function(kind, instructions) {
            Finished::Trace(tree) => {
                assert!(ends, "{kind:?} of {instructions}");
                assert_eq!(ops(&tree).last(), Some(&Op::Exit));
            }
            Finished::Aborted(reason) => assert_eq!((ends, reason), (false, AbortReason::ShortFunction)),
        }
    }
}

#[test]
fn a_function_that_recurses_deeply_is_left_to_the_interpreter() {
    let limits = Limits { max_recursion: 2, ..Limits::default() };
    let finished = record_at(HeaderKind::Function, limits, |m| {
        next(m, 11);
        m.host().frames.push(HEADER);
        assert!(!m.should_inline(HEADER.code, false));
    });
    assert!(matches!(finished, Finished::Aborted(AbortReason::Recursion)));
}

#[test]
fn an_inner_loop_with_a_tree_aborts_and_a_short_one_is_unrolled() {
    let mut cell = LoopCell::default();
    let reason = aborted(Limits::default(), |m| {
        next(m, 11);
        cell.set_tree(3);
        assert!(m.loop_header(&mut cell));
    });
    assert_eq!(reason, AbortReason::InnerLoop);
    let tree = tree(|m| {
        for _ in 0..3 {
            next(m, 11);
            assert!(!m.loop_header(&mut LoopCell::default()));
        }
    });
    assert_eq!(ops(&tree).iter().filter(|&&op| op == Op::GuardAttention).count(), 4);
}

#[test]
fn inlining_stops_at_depth_recursion_and_long_loops() {
    let limits = Limits { max_inline_depth: 3, max_recursion: 2, max_inner_visits: 1, ..Limits::default() };
    record(limits, |m| {
        assert!(m.should_inline(2, true), "a loop may turn out short");
        assert!(m.should_inline(1, false));
        m.host().frames.push(HEADER);
        assert!(!m.should_inline(1, false), "the same code twice in the chain is enough");
        let inner = Location { code: 2, pc: 0 };
        m.host().frames.push(inner);
        for _ in 0..2 {
            m.loop_header(&mut LoopCell::default());
        }
        assert!(!m.should_inline(2, true), "its loop went on too long");
        m.host().frames.push(inner);
        assert!(!m.should_inline(5, false), "three frames deep");
    });
}

#[test]
fn an_unsupported_instruction_aborts() {
    assert_eq!(aborted(Limits::default(), |m| m.abort(AbortReason::Unsupported)), AbortReason::Unsupported);
}
