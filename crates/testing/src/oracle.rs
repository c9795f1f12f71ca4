//! The differential oracle: one recorded tree, run by the uop interpreter as recorded, optimised, and as machine code.
//!
//! All runs start from the same slots and objects. They must leave through the same guard with the same frames,
//! slots, reachable heap and log of calls.

use crate::host::{HOST, Object, TestVm, UNDEF};
use crate::native;
use crate::outcome::Outcome;
use std::fmt;
use uplift_interp::{Fault, Program};
use uplift_uop::{SnapId, Tree};

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
    /// Machine code of the tree.
    Native(&'a native::Native),
}

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
        Executor::Interp(fuel) => {
            let program = Program::new(tree, &HOST);
            let (context, attention) = (vm.context(), std::ptr::from_ref(&*vm.attention));
            // SAFETY: the frame has all slots of the tree, whose references are objects of the VM. The attention
            // word is boxed, and nothing moves it.
            unsafe { program.run(context, frame.slot_zero(), &*attention, Some(*fuel)) }?.snap
        }
        // SAFETY: as above; the code was compiled from this tree for this VM's attention word.
        Executor::Native(code) => unsafe { code.run(vm.context(), frame.slot_zero()) },
    };
    observe(vm, tree, snap, slots, &frame)
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
struct Frame {
    first: i32,
    words: Vec<u64>,
}

impl Frame {
    fn new((first, end): (i32, i32), slots: &[(i32, u64)]) -> Frame {
        // Slot 0 has an address even if no tree touches it.
        let (first, end) = (first.min(0), end.max(1));
        let mut frame = Frame { first, words: vec![UNDEF; end.abs_diff(first) as usize] };
        for &(slot, word) in slots {
            let index = slot.wrapping_sub(first) as usize;
            if let Some(place) = frame.words.get_mut(index) {
                *place = word;
            }
        }
        frame
    }
    fn slot_zero(&mut self) -> *mut u64 {
        // Slot 0 is inside: `first` is not positive and the range includes it.
        self.words.as_mut_ptr().wrapping_add(self.first.unsigned_abs() as usize)
    }
    fn get(&self, slot: i32) -> u64 {
        self.words.get(slot.wrapping_sub(self.first) as usize).copied().unwrap_or(UNDEF)
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
}

/// Runs a verified recorded tree (with text addresses) at all stages and compares.
pub fn compare(
    vm: &mut TestVm,
    tree: &Tree,
    input: &Input,
    fuel: u64,
    stages: Stages,
) -> Result<Verdict, Box<Mismatch>> {
    let tree = vm.relocate(tree);
    let mut comparison = Comparison { vm, input, slots: tree.slots, expected: None };
    let expected = comparison.run(&tree, &Executor::Interp(fuel));
    let expected = match expected {
        Ok(outcome) => outcome,
        Err(Fault::OutOfFuel) => return Ok(Verdict::OutOfFuel),
        Err(fault) => return Err(comparison.mismatch("the recorded tree", &tree, &format!("{fault:?}\n"))),
    };
    comparison.expected = Some(expected);
    comparison.native("machine code of the recorded tree", &tree, stages)?;
    if stages.optimized {
        let config = uplift_opt::OptConfig { verify: true, ..Default::default() };
        let optimized = uplift_opt::optimize(&tree, &HOST, &config).map_err(|error| {
            comparison.mismatch("optimizing", &tree, &format!("{error}\n"))
        })?;
        // The optimizer executes no more than was recorded, but for headers and copies of loop values.
        comparison.check("the optimised tree", &optimized, &Executor::Interp(fuel.saturating_mul(4)))?;
        comparison.native("machine code of the optimised tree", &optimized, stages)?;
    }
    Ok(Verdict::Agree)
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
            Err(error) => Err(self.mismatch(what, tree, &format!("{error}\n"))),
        }
    }

    fn check(&mut self, what: &str, tree: &Tree, executor: &Executor<'_>) -> Result<(), Box<Mismatch>> {
        let found = match self.run(tree, executor) {
            Ok(outcome) if self.expected.as_ref() == Some(&outcome) => return Ok(()),
            Ok(outcome) => self.text(&outcome),
            Err(fault) => format!("{fault:?}\n"),
        };
        Err(self.mismatch(what, tree, &found))
    }

    /// An outcome relative to the input.
    fn text(&mut self, outcome: &Outcome) -> String {
        outcome.text(&before(self.vm, self.input, self.slots))
    }

    fn mismatch(&mut self, what: &str, tree: &Tree, found: &str) -> Box<Mismatch> {
        let expected = self.expected.clone().map(|outcome| self.text(&outcome));
        Box::new(Mismatch {
            what: what.to_owned(),
            tree: uplift_uop::print::print(tree, &HOST),
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
