//! An engine under churn: loops are recorded, entered, grown, invalidated, evicted and forgotten in random order, while
//! trees run too; with code memory for a few trees only. What an entry leaves behind must be what the uop
//! interpreter leaves behind on the recorded tree at the same guard in the same iteration.

use crate::force::COUNTER;
use crate::generate::{FUEL, Growing};
use crate::host::{HOST, TestVm};
use crate::oracle::{Executor, Frame, Input, run};
use crate::outcome::{Outcome, Sym};
use crate::source::Source;
use std::cell::RefCell;
use std::rc::Rc;
use uplift::{
    AbortReason, Action, Attention, Backend, Config, Engine, Exit, Finished, HeaderKind, Location, LoopCell,
};
use uplift_uop::print::print;
use uplift_uop::{GuardId, Inst, Phase, Snapshot, Tree};

/// Loops of the host, each with a VM of its own.
const LOOPS: usize = 3;
/// Assumptions that trees depend on.
const ASSUMPTIONS: usize = 4;
/// What happens, in all.
const STEPS: usize = 40;

/// A loop of the host: what its recordings give, one after the other.
struct Loop {
    vm: TestVm,
    input: Input,
    /// The root alone, and with ever more side traces; each with the guard that its last side trace hangs on.
    stages: Vec<(Tree, Option<u32>)>,
    /// The stage that the engine's tree is in.
    stage: usize,
    at: Location,
    cell: LoopCell,
}

/// What happens while something else is under way.
#[derive(Clone, Copy)]
enum Meanwhile {
    Nothing,
    Invalidate(u64),
    Visit(usize),
    InvalidateAndVisit(u64, usize),
    Interrupt,
}

struct Churn {
    engine: Rc<Engine>,
    loops: Vec<RefCell<Loop>>,
    /// Exits that the host keeps, with the code behind them.
    kept: RefCell<Vec<Exit>>,
}

/// What an engine has lived through.
#[derive(Clone, Copy, Debug, Default)]
pub struct Life {
    /// Entries into trees.
    pub entries: u64,
    /// Side traces attached.
    pub side_traces: u64,
    /// Trees dropped because an assumption broke.
    pub invalidated: u64,
    /// Recordings that came to nothing: no code memory, or an assumption broke meanwhile.
    pub aborted: u64,
}

/// Lets an engine live through a random sequence of events.
pub fn check(source: &mut Source<'_>) -> Life {
    let config = Config::default()
        .verify(true)
        .threshold(1)
        .side_threshold(1)
        .optimize(!source.one_in(4))
        .backend(source.pick(&[Backend::Native, Backend::Native, Backend::Interp]))
        .code_cap(source.pick(&[16 << 10, 32 << 10, 1 << 20]));
    let engine = Engine::new(&HOST, config).expect("the test host's declarations are sound");
    let loops = (0..LOOPS).map(|number| RefCell::new(Loop::new(source, number))).collect();
    let churn = Rc::new(Churn { engine, loops, kept: RefCell::default() });
    for _ in 0..STEPS {
        churn.step(source);
    }
    churn.end()
}

impl Loop {
    fn new(source: &mut Source<'_>, number: usize) -> Loop {
        let mut growing = Growing::new(source);
        let mut stages = Vec::new();
        let mut assumptions = std::collections::BTreeSet::new();
        loop {
            let (mut tree, mut input) = growing.now();
            assumptions.insert((number + stages.len()) as u64 % ASSUMPTIONS as u64);
            tree.assumptions = assumptions.iter().copied().collect();
            stages.push((tree, growing.last_parent()));
            if stages.len() == 4 || !growing.side() {
                let at = Location { code: 0x1000, pc: number as u32 };
                input.attention_after = 0;
                let vm = growing.into_vm();
                return Loop { vm, input, stages, stage: 0, at, cell: LoopCell::default() };
            }
        }
    }

    fn tree(&self) -> &Tree {
        &self.stages[self.stage].0
    }
}

impl Meanwhile {
    fn new(source: &mut Source<'_>) -> Meanwhile {
        let (assumption, number) = (source.below(ASSUMPTIONS) as u64, source.below(LOOPS));
        match source.below(6) {
            0 | 1 => Meanwhile::Nothing,
            2 => Meanwhile::Invalidate(assumption),
            3 => Meanwhile::Visit(number),
            4 => Meanwhile::InvalidateAndVisit(assumption, number),
            _ => Meanwhile::Interrupt,
        }
    }

    /// Whether a tree that it happens to must be left at the next poll, which comes before any other call.
    fn stops(self, tree: &Tree) -> bool {
        match self {
            Meanwhile::Invalidate(broken) | Meanwhile::InvalidateAndVisit(broken, _) => {
                tree.assumptions.contains(&broken)
            }
            Meanwhile::Interrupt => true,
            Meanwhile::Nothing | Meanwhile::Visit(_) => false,
        }
    }
}

impl Churn {
    fn step(self: &Rc<Self>, source: &mut Source<'_>) {
        match source.below(12) {
            0 => self.engine.invalidate(source.below(ASSUMPTIONS) as u64),
            1 => drop(self.kept.take()),
            2 => {
                // The host forgets a loop's code and loads it again.
                let mut state = self.loops[source.below(LOOPS)].borrow_mut();
                state.cell = LoopCell::default();
                state.at.pc += LOOPS as u32;
            }
            _ => {
                let (number, call) = (source.below(LOOPS), 1 + source.below(5) as u32);
                let meanwhile = Meanwhile::new(source);
                self.visit(number, call, meanwhile);
            }
        }
        assert!(self.engine.stats().code_bytes <= 1 << 20, "more code than the cap allows");
        // The host's safepoint.
        self.engine.attention().clear(Attention::HOST);
        self.engine.poll();
        assert_eq!(self.engine.attention().get(), 0, "nothing runs, so nothing needs attention");
    }

    fn act(self: &Rc<Self>, meanwhile: Meanwhile) {
        match meanwhile {
            Meanwhile::Nothing => {}
            Meanwhile::Invalidate(assumption) => self.engine.invalidate(assumption),
            Meanwhile::Visit(number) => self.visit(number, 1, Meanwhile::Nothing),
            Meanwhile::InvalidateAndVisit(assumption, number) => {
                self.engine.invalidate(assumption);
                self.engine.poll();
                self.visit(number, 1, Meanwhile::Nothing);
            }
            Meanwhile::Interrupt => self.engine.attention().set(Attention::HOST),
        }
    }

    /// The interpreter comes to the header of a loop, unless that runs already. Something happens at the `call`-th call
    /// that re-enters the host, or while a trace is recorded.
    fn visit(self: &Rc<Self>, number: usize, call: u32, meanwhile: Meanwhile) {
        let Ok(mut state) = self.loops[number].try_borrow_mut() else { return };
        let state = &mut *state;
        match self.engine.at_header(&mut state.cell, state.at, HeaderKind::Loop) {
            Action::Interpret => {}
            Action::Record => {
                state.stage = 0;
                self.engine.start_root(state.at, HeaderKind::Loop, || "churn".to_owned(), 0);
                self.act(meanwhile);
                let finished = Finished::Trace(state.tree().clone());
                self.engine.finish_root(state.at, HeaderKind::Loop, &mut state.cell, finished);
            }
            Action::Enter(tree) => self.enter(state, tree, call, meanwhile),
        }
    }

    fn enter(self: &Rc<Self>, state: &mut Loop, tree: u32, call: u32, meanwhile: Meanwhile) {
        let entry = self.engine.entry(tree, state.at).expect("headers lead to trees that are alive");
        let slots = state.tree().slots;
        let (first, end) = entry.slots();
        assert!(slots.0 <= first && end <= slots.1, "an emission touches more slots than were recorded");
        let mut frame = Frame::new(slots, &state.input.slots);
        state.vm.restore(&state.input.objects);
        let inner = Rc::clone(self);
        state.vm.on_reentry = Some((call, Box::new(move || inner.act(meanwhile))));
        // SAFETY: the frame has the tree's slots, and the context is the VM whose addresses the tree mentions.
        let exit = unsafe { self.engine.enter(entry, state.vm.context(), frame.slot_zero()) };
        state.vm.on_reentry = None;
        if let Some(calls) = state.vm.reentered.filter(|_| meanwhile.stops(&state.stages[0].0)) {
            assert_eq!(state.vm.log.len(), calls, "a tree that is to be left called on");
        }
        let found = observe(state, &exit, &frame);
        compare(state, &found);
        self.grow(state, &exit, meanwhile);
        self.kept.borrow_mut().push(exit);
    }

    /// Offers the next side trace, if it hangs where the tree was left.
    fn grow(self: &Rc<Self>, state: &mut Loop, exit: &Exit, meanwhile: Meanwhile) {
        let next = state.stages.get(state.stage + 1);
        let Some((tree, _)) = next.filter(|(_, parent)| *parent == Some(exit.guard().number)) else { return };
        if self.engine.start_side(exit, 0).is_none() {
            return;
        }
        if matches!(meanwhile, Meanwhile::Invalidate(_)) {
            self.act(meanwhile);
        }
        let before = self.engine.stats().side_traces;
        self.engine.finish_side(exit, Finished::Trace(tree.clone()));
        if self.engine.stats().side_traces > before {
            state.stage += 1;
        }
    }

    /// Nothing that says that a part of the engine contradicts another has come up, and the last tree takes all with it.
    fn end(&self) -> Life {
        let stats = self.engine.stats();
        for reason in [AbortReason::Malformed, AbortReason::OptimizerFailed, AbortReason::CompileFailed] {
            assert_eq!(stats.aborts.get(reason), 0, "{}", reason.text());
        }
        (0..ASSUMPTIONS).for_each(|assumption| self.engine.invalidate(assumption as u64));
        assert!(self.engine.trees().is_empty(), "each tree depends on something");
        assert_eq!(self.engine.stats().code_bytes, 0, "no code without trees");
        self.engine.for_each_root(|root| panic!("{root:#x} is the root of no tree"));
        let aborted = stats.aborts.iter().map(|(_, count)| count).sum();
        let (side_traces, invalidated) = (stats.side_traces, stats.invalidated);
        Life { entries: stats.entries, side_traces, invalidated, aborted }
    }
}

/// Compares with the recorded tree, made to leave at the same place: optimised trees may leave before the guard that
/// fails, and an emission may lack the newest side trace.
fn compare(state: &mut Loop, found: &Outcome) {
    let tree = state.tree().clone();
    let count = found.slots.iter().find_map(|&(slot, value)| match value {
        Sym::Int(count) if slot == COUNTER => Some(HOST.repr.box_int(count)),
        _ => None,
    });
    let number = found.guard;
    let there = RefCell::new(|inst: &Inst, counted| {
        Some(counted) == count && tree.snapshot(inst).is_some_and(|s| s.guard.number == number)
    });
    let expected = run(&mut state.vm, &tree, &state.input, tree.slots, &Executor::Leaving(FUEL, &there));
    let expected = expected.unwrap_or_else(|fault| panic!("{fault}\n{}", print(&tree, &HOST)));
    assert!(
        expected == *found,
        "an entry left otherwise\n--- recorded\n{}\n--- expected\n{expected}--- found\n{found}",
        print(&state.vm.textual(&tree), &HOST)
    );
}

/// What an exit left behind. Guards of the optimizer's own resume at the tree's entry, like the first guard there.
fn observe(state: &Loop, exit: &Exit, frame: &Frame) -> Outcome {
    let tree = state.tree();
    let number = exit.guard().number;
    let number = if number < tree.guards { number } else { 0 };
    let recorded = tree.snaps.iter().find(|snapshot| snapshot.guard.number == number);
    let snapshot = Snapshot {
        guard: GuardId { number, phase: Phase::Preamble },
        resume: exit.resume(),
        frames: exit.frames().to_vec(),
        live: recorded.and_then(|snapshot| snapshot.live.clone()),
        slots: Vec::new(),
        virtuals: Vec::new(),
    };
    Outcome::observe(&state.vm, &snapshot, tree.slots, |slot| frame.get(slot))
}
