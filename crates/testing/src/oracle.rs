//! The differential oracle: one recorded tree, run by the uop interpreter as recorded, optimised, and as machine code.
//!
//! All runs start from the same slots and objects. They must leave through the same guard with the same frames,
//! slots, reachable heap and log of calls.

use crate::force::{self, COUNTDOWN, COUNTER};
use crate::host::{HOST, Object, TestVm, UNDEF};
use crate::native;
use crate::outcome::{Outcome, Sym};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use uplift_interp::{Fault, Program};
use uplift_uop::{GuardId, Inst, SnapId, Tree};

/// Where a run starts.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Words of slots; others are unbound.
    pub slots: Vec<(i32, u64)>,
    /// Contents of the initial objects.
    pub objects: Vec<Object>,
    /// Which re-entering call sets the attention word; 0 for none.
    pub attention_after: u32,
}

/// Something that runs trees.
pub enum Executor<'a> {
    /// The uop interpreter, with fuel.
    Interp(u64),
    /// The uop interpreter, with fuel; leaves where it is told to, though nothing failed.
    Leaving(u64, &'a RefCell<Leave<'a>>),
    /// Machine code of the tree.
    Native(&'a native::Native),
}

/// Whether to leave at an instruction that has a snapshot, given the word that the counter slot has then.
pub type Leave<'a> = dyn FnMut(&Inst, u64) -> bool + 'a;

/// Runs a tree whose addresses are real ones. `slots` is the range that the frame has.
pub fn run(
    vm: &mut TestVm,
    tree: &Tree,
    input: &Input,
    slots: (i32, i32),
    executor: &Executor<'_>,
) -> Result<Outcome, Fault> {
    vm.restore(&input.objects);
    vm.attention_after = input.attention_after;
    let mut frame = Frame::new(slots, &input.slots);
    let snap = match executor {
        Executor::Interp(fuel) => interpret(vm, tree, &mut frame, *fuel, |_, _| false)?,
        Executor::Leaving(fuel, leave) => interpret(vm, tree, &mut frame, *fuel, |inst, frame| {
            // SAFETY: frames have the counter slot.
            (leave.borrow_mut())(inst, unsafe { *frame.offset(COUNTER as isize) })
        })?,
        // SAFETY: as above; the code was compiled from this tree for this VM's attention word.
        Executor::Native(code) => unsafe { code.run(vm.context(), frame.slot_zero()) },
    };
    observe(vm, tree, snap, slots, &frame)
}

fn interpret(
    vm: &mut TestVm,
    tree: &Tree,
    frame: &mut Frame,
    fuel: u64,
    leave: impl FnMut(&Inst, *const u64) -> bool,
) -> Result<SnapId, Fault> {
    let program = Program::new(tree, &HOST);
    let (context, attention) = (vm.context(), std::ptr::from_ref(&*vm.attention));
    // SAFETY: the frame has all slots of the tree, whose references are objects of the VM. The attention word is
    // boxed, and nothing moves it.
    let exit = unsafe { program.run_leaving(context, frame.slot_zero(), &*attention, Some(fuel), leave) };
    exit.map(|exit| exit.snap)
}

fn observe(
    vm: &TestVm,
    tree: &Tree,
    snap: SnapId,
    slots: (i32, i32),
    frame: &Frame,
) -> Result<Outcome, Fault> {
    let snapshot = tree.snaps.get(snap.0 as usize);
    let snapshot = snapshot.ok_or(Fault::Malformed("the exit's snapshot does not exist"))?;
    Ok(Outcome::observe(vm, snapshot, slots, |slot| frame.get(slot)))
}

/// Frame slots from `first` on.
pub(crate) struct Frame {
    first: i32,
    words: Vec<u64>,
}

impl Frame {
    pub(crate) fn new((first, end): (i32, i32), slots: &[(i32, u64)]) -> Frame {
        // Slot 0 has an address even if no tree touches it, and so have those that count.
        let (first, end) = (first.min(COUNTDOWN), end.max(1));
        let mut frame = Frame { first, words: vec![UNDEF; end.abs_diff(first) as usize] };
        for &(slot, word) in slots {
            frame.set(slot, word);
        }
        frame
    }
    pub(crate) fn slot_zero(&mut self) -> *mut u64 {
        // Slot 0 is inside: `first` is not positive and the range includes it.
        self.words.as_mut_ptr().wrapping_add(self.first.unsigned_abs() as usize)
    }
    pub(crate) fn get(&self, slot: i32) -> u64 {
        self.words.get(slot.wrapping_sub(self.first) as usize).copied().unwrap_or(UNDEF)
    }
    pub(crate) fn set(&mut self, slot: i32, word: u64) {
        if let Some(place) = self.words.get_mut(slot.wrapping_sub(self.first) as usize) {
            *place = word;
        }
    }
}

/// What comparing came to, if all was well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All runs agree.
    Agree,
    /// The recorded tree ran out of fuel: nothing to compare.
    OutOfFuel,
}

/// A difference between two runs, or a failure to get to one.
#[derive(Debug)]
pub struct Mismatch {
    /// What went wrong, at which stage.
    pub what: String,
    /// The tree of that stage, as text.
    pub tree: String,
    /// What the recorded tree did.
    pub expected: String,
    /// What this stage did.
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n--- tree\n{}", self.what, self.tree)?;
        writeln!(f, "--- expected\n{}--- found\n{}", self.expected, self.found)
    }
}

/// Which stages to compare with the recorded tree in the uop interpreter.
#[derive(Clone, Copy, Debug)]
pub struct Stages {
    /// The optimised tree in the uop interpreter.
    pub optimized: bool,
    /// Machine code: of the recorded tree, and of the optimised one if that is made.
    pub native: bool,
    /// How many exits of the optimised tree to take though nothing failed, in all that runs it. The tree must count
    /// iterations in [`COUNTER`], so that the same place of the recorded run can be found.
    pub forced: u64,
}

/// Runs a verified recorded tree (with text or real addresses) at all stages and compares.
pub fn compare(
    vm: &mut TestVm,
    tree: &Tree,
    input: &Input,
    fuel: u64,
    stages: Stages,
) -> Result<Verdict, Box<Mismatch>> {
    // Strengthened guards leave earlier, at other guards than the recorded tree.
    let config = uplift_opt::OptConfig { verify: true, strengthen: false, ..Default::default() };
    let optimize =
        |tree: &Tree| uplift_opt::optimize(tree, &HOST, &config).map_err(|error| error.to_string());
    compare_with(vm, tree, input, fuel, stages, optimize)
}

/// As [`compare`], with another optimizer.
pub fn compare_with(
    vm: &mut TestVm,
    tree: &Tree,
    input: &Input,
    fuel: u64,
    stages: Stages,
    optimize: impl FnOnce(&Tree) -> Result<Tree, String>,
) -> Result<Verdict, Box<Mismatch>> {
    let tree = vm.relocate(tree);
    let mut comparison = Comparison { vm, input, slots: tree.slots, expected: None };
    match comparison.run(&tree, &Executor::Interp(fuel)) {
        Ok(outcome) => comparison.expected = Some(outcome),
        Err(Fault::OutOfFuel) => return Ok(Verdict::OutOfFuel),
        Err(fault) => return Err(comparison.failure("the recorded tree", &tree, &fault)),
    }
    comparison.native("machine code of the recorded tree", &tree, stages)?;
    if stages.optimized {
        let optimized = optimize(&tree);
        let optimized = optimized.map_err(|e| comparison.failure("optimizing", &tree, &e))?;
        // The optimizer executes no more than was recorded, but for headers and copies of loop values.
        let fuel = fuel.saturating_mul(4);
        comparison.check("the optimised tree", &optimized, &Executor::Interp(fuel))?;
        comparison.native("machine code of the optimised tree", &optimized, stages)?;
        comparison.forced(&tree, &optimized, fuel, stages)?;
    }
    Ok(Verdict::Agree)
}

/// At which visit of which guard to leave, and in what.
#[derive(Clone, Copy)]
struct Leaving {
    guard: GuardId,
    visit: u64,
    fuel: u64,
    native: bool,
}

struct Comparison<'a> {
    vm: &'a mut TestVm,
    input: &'a Input,
    slots: (i32, i32),
    expected: Option<Outcome>,
}

impl Comparison<'_> {
    fn run(&mut self, tree: &Tree, executor: &Executor<'_>) -> Result<Outcome, Fault> {
        run(self.vm, tree, self.input, self.slots, executor)
    }

    fn native(&mut self, what: &str, tree: &Tree, stages: Stages) -> Result<(), Box<Mismatch>> {
        if !stages.native {
            return Ok(());
        }
        match native::Native::new(tree, &self.vm.attention) {
            Ok(code) => self.check(what, tree, &Executor::Native(&code)),
            Err(error) => Err(self.failure(what, tree, &error)),
        }
    }

    fn check(&mut self, what: &str, tree: &Tree, executor: &Executor<'_>) -> Result<(), Box<Mismatch>> {
        let found = match self.run(tree, executor) {
            Ok(outcome) if self.expected.as_ref() == Some(&outcome) => return Ok(()),
            Ok(outcome) => self.text(&outcome),
            Err(fault) => format!("{fault}\n"),
        };
        Err(self.mismatch(what, tree, &found))
    }

    /// Leaves the optimised tree in the middle of equal parts of the run, and the recorded one at the same
    /// guard in the same iteration.
    fn forced(
        &mut self,
        tree: &Tree,
        optimized: &Tree,
        fuel: u64,
        stages: Stages,
    ) -> Result<(), Box<Mismatch>> {
        let mut visits: Vec<GuardId> = Vec::new();
        let visited = RefCell::new(|inst: &Inst, _| {
            let exits = Some(inst).filter(|inst| inst.op.exits()).and_then(|inst| optimized.snapshot(inst));
            visits.extend(exits.map(|snapshot| snapshot.guard));
            false
        });
        if stages.forced == 0 || self.run(optimized, &Executor::Leaving(fuel, &visited)).is_err() {
            return Ok(());
        }
        let chosen = stages.forced.min(visits.len() as u64);
        for i in 0..chosen {
            let nth = (visits.len() as u64 * (2 * i + 1) / (2 * chosen)) as usize;
            let guard = visits[nth];
            let visit = 1 + visits[..nth].iter().filter(|&&g| g == guard).count() as u64;
            let leaving = Leaving { guard, visit, fuel, native: stages.native };
            self.leave(tree, optimized, leaving)?;
        }
        Ok(())
    }

    /// Leaves the optimised tree as told, in the uop interpreter and in machine code, and the recorded one at the same
    /// guard in the same iteration.
    fn leave(&mut self, tree: &Tree, optimized: &Tree, leaving: Leaving) -> Result<(), Box<Mismatch>> {
        let Leaving { guard, visit, fuel, native } = leaving;
        let what = format!("leaving the optimised tree at visit {visit} of guard {guard}");
        let mut visits = HashMap::new();
        let here = RefCell::new(|inst: &Inst, _| {
            let Some(snapshot) = optimized.snapshot(inst).filter(|_| inst.op.exits()) else { return false };
            let count = visits.entry(snapshot.guard).or_insert(0);
            *count += 1;
            snapshot.guard == guard && *count == visit
        });
        let left = self.run(optimized, &Executor::Leaving(fuel, &here));
        let mut left = left.map_err(|fault| self.failure(&what, optimized, &fault))?;
        if left.guard >= tree.guards {
            // A guard of the optimizer's own, which re-establishes what the loop header promises: it resumes at the
            // tree's entry, like the first guard there.
            let first = tree.traces[0].insts.iter().find_map(|inst| tree.snapshot(inst));
            left.guard = first.map_or(0, |snapshot| snapshot.guard.number);
        }
        let counted = left.slots.iter().find(|(slot, _)| *slot == COUNTER);
        let Some(&(_, Sym::Int(count))) = counted else { return Ok(()) };
        let (count, number) = (HOST.repr.box_int(count), left.guard);
        let there = RefCell::new(|inst: &Inst, counted| {
            counted == count && tree.snapshot(inst).is_some_and(|s| s.guard.number == number)
        });
        let expected = self.run(tree, &Executor::Leaving(fuel, &there));
        let expected = expected.map_err(|fault| self.failure(&what, tree, &fault))?;
        if expected != left {
            let found = self.text(&left);
            self.expected = Some(expected);
            return Err(self.mismatch(&what, optimized, &found));
        }
        if native { self.leave_natively(optimized, expected, leaving) } else { Ok(()) }
    }

    /// Leaves machine code where the uop interpreter left with `expected`.
    fn leave_natively(
        &mut self,
        optimized: &Tree,
        expected: Outcome,
        leaving: Leaving,
    ) -> Result<(), Box<Mismatch>> {
        let Leaving { guard, visit, .. } = leaving;
        let Some(counting) = force::at_visit(optimized, guard) else { return Ok(()) };
        let what = format!("leaving machine code at visit {visit} of guard {guard}");
        let code = native::Native::new(&counting, &self.vm.attention);
        let code = code.map_err(|error| self.failure(&what, &counting, &error))?;
        let mut input = self.input.clone();
        input.slots.push((COUNTDOWN, visit));
        let found = run(self.vm, &counting, &input, self.slots, &Executor::Native(&code));
        let mut found = found.map_err(|fault| self.failure(&what, &counting, &fault))?;
        if found.guard == optimized.guards {
            found.guard = expected.guard;
        }
        if found == expected {
            return Ok(());
        }
        let found = self.text(&found);
        self.expected = Some(expected);
        Err(self.mismatch(&what, &counting, &found))
    }

    /// An outcome relative to the input.
    fn text(&mut self, outcome: &Outcome) -> String {
        outcome.text(&before(self.vm, self.input, self.slots))
    }

    fn failure(&mut self, what: &str, tree: &Tree, error: &impl fmt::Display) -> Box<Mismatch> {
        self.mismatch(what, tree, &format!("{error}\n"))
    }

    fn mismatch(&mut self, what: &str, tree: &Tree, found: &str) -> Box<Mismatch> {
        let expected = self.expected.clone().map(|outcome| self.text(&outcome));
        Box::new(Mismatch {
            what: what.to_owned(),
            tree: uplift_uop::print::print(&self.vm.textual(tree), &HOST),
            expected: expected.unwrap_or_default(),
            found: found.to_owned(),
        })
    }
}

/// The state before a run, as an outcome of nothing.
pub fn before(vm: &mut TestVm, input: &Input, slots: (i32, i32)) -> Outcome {
    vm.restore(&input.objects);
    let nothing = uplift_uop::Snapshot {
        guard: uplift_uop::GuardId { number: 0, phase: uplift_uop::Phase::Preamble },
        resume: uplift_uop::Resume::Execute,
        frames: Vec::new(),
        live: None,
        slots: Vec::new(),
        virtuals: Vec::new(),
    };
    let frame = Frame::new(slots, &input.slots);
    Outcome::observe(vm, &nothing, slots, |slot| frame.get(slot))
}
