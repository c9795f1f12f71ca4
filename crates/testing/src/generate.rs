//! Random recorded trees, made as recorders make them: by executing for real.
//!
//! Each instruction is executed on the test VM before it is appended, and a guard is appended only if it holds; so the
//! first iteration of a generated loop runs through, and later ones leave where values have changed. Side traces start
//! in the state in which a run of the tree so far left. What runs may not show is left out: addresses and NaN bits as
//! integers. Memory is safe because all objects of the test host have one layout.

mod steps;

use crate::filetest::OBJECTS;
use crate::force::{self, COUNTER};
use crate::host::{HOST, LENGTH, NONE, TestVm, UNDEF};
use crate::oracle::{Frame, Input};
use crate::source::Source;
use std::collections::HashSet;
use uplift_interp::Program;
use uplift_uop::eval::{Outcome, evaluate};
use uplift_uop::{
    FrameState, GuardId, ImmKind, Inst, Op, OpInfo, Phase, Resume, Scalar, Section, SnapId, Snapshot, Trace,
    TraceId, Tree, Ty, Val,
};

/// A recorded tree, where to run it, and from which state.
pub struct Case {
    /// The VM, whose addresses the tree mentions.
    pub vm: TestVm,
    /// The tree.
    pub tree: Tree,
    /// Where runs start.
    pub input: Input,
}

/// Instructions that a run of a generated tree may take.
pub const FUEL: u64 = 20_000;
/// Local slots: live at every exit, readable at any time.
const LOCALS: i32 = 5;
/// Slots in all; the others are written before they are read.
const SLOTS: i32 = 8;

/// Makes a case from a stream of choices.
pub fn case(source: &mut Source<'_>) -> Case {
    grown(Growing::new(source))
}

/// Makes a case that a solver understands: without a heap, calls, and arithmetic that it finds hard.
pub fn plain_case(source: &mut Source<'_>) -> Case {
    grown(Growing::of(source, false))
}

fn grown(mut growing: Growing<'_, '_>) -> Case {
    for _ in 0..growing.generator.source.below(4) {
        if !growing.side() {
            break;
        }
    }
    let (tree, input) = growing.now();
    Case { vm: growing.generator.vm, tree, input }
}

/// A case to which side traces are added.
pub struct Growing<'s, 'b> {
    generator: Generator<'s, 'b>,
    looping: bool,
}

impl<'s, 'b> Growing<'s, 'b> {
    /// A root trace.
    pub fn new(source: &'s mut Source<'b>) -> Growing<'s, 'b> {
        Growing::of(source, true)
    }

    /// A root trace of everything, or of what a solver understands.
    fn of(source: &'s mut Source<'b>, everything: bool) -> Growing<'s, 'b> {
        let mut vm = TestVm::new(OBJECTS);
        let input = random_input(source, &mut vm);
        let mut generator = Generator::new(source, vm, input);
        generator.everything = everything;
        let looping = generator.root();
        Growing { generator, looping }
    }

    /// The tree so far, and where runs start.
    pub fn now(&mut self) -> (Tree, Input) {
        let (mut tree, mut input) = (self.generator.tree.clone(), self.generator.input.clone());
        if self.looping {
            continue_both_copies(&mut tree);
        }
        input.attention_after = self.generator.source.below(8) as u32;
        (tree, input)
    }

    /// The VM, whose addresses the tree mentions.
    pub fn vm(&mut self) -> &mut TestVm {
        &mut self.generator.vm
    }

    /// Takes the VM.
    pub fn into_vm(self) -> TestVm {
        self.generator.vm
    }

    /// Number of the guard that the last side trace hangs on.
    pub fn last_parent(&self) -> Option<u32> {
        self.generator.tree.traces.last()?.parent.map(|guard| guard.number)
    }

    /// Records a side trace from where a run leaves; false if nothing goes on there.
    pub fn side(&mut self) -> bool {
        self.generator.side()
    }

    /// Makes the tree leave, from now on, at a random visit of a random guard, and records a side trace from there.
    /// False if nothing goes on there.
    pub fn force(&mut self) -> bool {
        let visits = self.generator.visits();
        let Some(&(guard, count)) = visits.get(self.generator.source.below(visits.len())) else {
            return false;
        };
        let generator = &mut self.generator;
        let Some(tree) = force::in_iteration(&generator.tree, guard, count) else { return false };
        if generator.uncounted_guards.contains(&guard.number) {
            generator.uncounted_guards.insert(generator.tree.guards);
        }
        generator.now.resize(tree.values.len(), Scalar::Unit);
        generator.tree = tree;
        generator.side()
    }
}

/// Peeling makes two copies of each of the root's guards, and side traces hang on one of them. Recorded, there is but
/// one; so that both forms go the same ways, each side trace gets a twin that hangs on the loop body's copy.
fn continue_both_copies(tree: &mut Tree) {
    let body = |guard: GuardId| GuardId { phase: Phase::Body, ..guard };
    for index in 1..tree.traces.len() {
        let trace = tree.traces[index].clone();
        let mut twin = Trace { parent: trace.parent.map(body), insts: Vec::new() };
        let mut renamed = std::collections::HashMap::new();
        for mut inst in trace.insts {
            for arg in &mut inst.args {
                *arg = renamed.get(arg).copied().unwrap_or(*arg);
            }
            for result in &mut inst.results {
                let new = tree.new_value(tree.ty(*result));
                renamed.insert(*result, new);
                *result = new;
            }
            if let Some(mut snapshot) = tree.snapshot(&inst).cloned() {
                snapshot.guard = body(snapshot.guard);
                inst.snap = Some(tree.add_snapshot(snapshot));
            }
            twin.insts.push(inst);
        }
        tree.traces.push(twin);
    }
}

/// Words that slots and fields may hold at the start.
fn random_word(source: &mut Source<'_>, vm: &TestVm) -> u64 {
    match source.below(8) {
        0..=2 => HOST.repr.box_int(source.below(20) as i64 - 4),
        3 => HOST.repr.box_int((source.word() as i64) >> 20),
        4 => HOST.repr.box_float(source.below(100) as f64 / 8.0 - 2.0),
        5 | 6 => HOST.repr.box_ref(vm.address(source.below(vm.objects()))),
        _ => source.pick(&[NONE, HOST.repr.box_bool(true), HOST.repr.box_bool(false), UNDEF]),
    }
}

fn random_input(source: &mut Source<'_>, vm: &mut TestVm) -> Input {
    let mut slots = vec![(COUNTER, HOST.repr.box_int(0))];
    slots.extend((0..SLOTS).map(|slot| (slot, random_word(source, vm))));
    for i in 0..vm.objects() {
        let words: [u64; 4] = std::array::from_fn(|_| random_word(source, vm));
        let next = vm.address(source.below(vm.objects()));
        let object = vm.object(i);
        [object.first, object.second, object.words[0], object.words[1]] = words;
        (object.next, object.length) = (next, source.below(LENGTH + 1) as i64);
        (object.count, object.value) = (source.below(50) as i64, source.below(50) as f64 / 4.0);
        (object.u8, object.i32) = (source.below(256) as u8, -(source.below(9) as i32));
        object.ints[source.below(LENGTH)] = source.below(1000) as i64;
    }
    Input { slots, objects: vm.save(), attention_after: 0 }
}

/// The five types that values have, for [`Generator::values`].
const TYPES: [Ty; 5] = [Ty::Int, Ty::Float, Ty::Bool, Ty::Ref, Ty::Word];

/// The type that a memory uop reads or writes.
fn accessed(info: &OpInfo) -> Option<Ty> {
    if info.ret == Ty::Unit { info.params.last().copied() } else { Some(info.ret) }
}

struct Generator<'s, 'b> {
    source: &'s mut Source<'b>,
    vm: TestVm,
    frame: Frame,
    tree: Tree,
    input: Input,
    /// What each value of the tree is now.
    now: Vec<Scalar>,
    /// Values of the current trace, by type.
    values: [Vec<Val>; TYPES.len()],
    /// Slots beyond the locals that the current trace has written.
    written: Vec<i32>,
    pc: u32,
    /// Guards from before the iteration is counted, and traces that go on from them: they must not come back.
    uncounted_guards: HashSet<u32>,
    uncounted_traces: Vec<TraceId>,
    /// Whether snapshots say which slots are live.
    says_live: bool,
    /// Whether there are loads, stores, calls, and arithmetic that solvers find hard.
    everything: bool,
}

impl<'s, 'b> Generator<'s, 'b> {
    fn new(source: &'s mut Source<'b>, mut vm: TestVm, input: Input) -> Self {
        vm.restore(&input.objects);
        let slots = (COUNTER, SLOTS);
        let frame = Frame::new(slots, &input.slots);
        let says_live = source.one_in(2);
        let tree = Tree { name: "generated".into(), slots, ..Tree::default() };
        let (now, values, written) = (Vec::new(), Default::default(), Vec::new());
        Generator {
            source,
            vm,
            frame,
            tree,
            input,
            now,
            values,
            written,
            pc: 0,
            uncounted_guards: HashSet::new(),
            uncounted_traces: Vec::new(),
            says_live,
            everything: true,
        }
    }

    /// The root; returns whether it loops.
    fn root(&mut self) -> bool {
        self.begin(None);
        self.count_iteration();
        self.uncounted_guards.extend(0..self.tree.guards);
        self.bytecodes(if self.everything { 10 } else { 4 });
        self.pc = 0;
        let looping = !self.source.one_in(8);
        self.terminate(if looping { Op::JumpEntry } else { Op::Exit });
        looping
    }

    /// Runs the tree and records on from where it left; false if it left where nothing goes on.
    fn side(&mut self) -> bool {
        let Some(exit) = self.run(|_, _| {}) else { return false };
        let snapshot = &self.tree.snaps[exit.snap.0 as usize];
        if snapshot.resume == Resume::Raise {
            return false;
        }
        self.pc = snapshot.frames.last().map_or(0, |frame| frame.pc);
        let guard = snapshot.guard;
        let uncounted =
            self.uncounted_guards.contains(&guard.number) || self.uncounted_traces.contains(&exit.trace);
        self.begin(Some(guard));
        self.bytecodes(if self.everything { 6 } else { 2 });
        self.pc = 0;
        let leaves = if uncounted {
            self.uncounted_traces.push(TraceId(self.tree.traces.len() as u32 - 1));
            true
        } else {
            self.source.one_in(3)
        };
        self.terminate(if leaves { Op::Exit } else { Op::JumpEntry });
        true
    }

    /// Runs the tree from the start, up to its natural exit, and shows each instruction that may exit to `visit`, with the
    /// word of the counter slot. Frame and VM are then as the exit leaves them.
    fn run(&mut self, mut visit: impl FnMut(&Inst, u64)) -> Option<uplift_interp::Exit> {
        self.vm.restore(&self.input.objects);
        self.vm.attention_after = 0;
        self.frame = Frame::new(self.tree.slots, &self.input.slots);
        let program = Program::new(&self.tree, &HOST);
        let (context, attention) = (self.vm.context(), std::ptr::from_ref(&*self.vm.attention));
        let leave = |inst: &Inst, frame: *const u64| {
            if inst.op.exits() {
                // SAFETY: frames have the counter slot.
                visit(inst, unsafe { *frame.offset(COUNTER as isize) });
            }
            false
        };
        let frame = self.frame.slot_zero();
        // SAFETY: generated trees access objects of the VM alone. The attention word is boxed.
        unsafe { program.run_leaving(context, frame, &*attention, Some(FUEL), leave) }.ok()
    }

    /// The guards that a run of the tree visits, each with the iteration.
    fn visits(&mut self) -> Vec<(GuardId, i64)> {
        let mut visits = Vec::new();
        self.run(|inst, count| visits.extend(inst.snap.map(|snap| (snap, count))));
        let guard = |snap: SnapId| self.tree.snaps[snap.0 as usize].guard;
        visits.into_iter().map(|(snap, count)| (guard(snap), HOST.repr.unbox_int(count))).collect()
    }

    fn begin(&mut self, parent: Option<GuardId>) {
        self.tree.traces.push(Trace { parent, insts: Vec::new() });
        self.values = Default::default();
        self.written.clear();
    }

    fn terminate(&mut self, op: Op) {
        let mut inst = Inst::new(op, &[], 0);
        if op == Op::JumpEntry {
            // Only locals are read at the entry.
            self.written.clear();
        }
        let snapshot = self.snapshot(Resume::Execute);
        inst.snap = Some(self.tree.add_snapshot(snapshot));
        self.push(inst);
    }

    fn push(&mut self, inst: Inst) {
        if let Some(trace) = self.tree.traces.last_mut() {
            trace.insts.push(inst);
        }
    }

    fn snapshot(&mut self, resume: Resume) -> Snapshot {
        let number = self.tree.guards;
        self.tree.guards += 1;
        let guard = GuardId { number, phase: Phase::Preamble };
        let mut frames = vec![FrameState { code: 0x1000, pc: self.pc, base: 0, extra: 0 }];
        for inner in 1..=self.pc % 4 % 3 {
            let (code, base) = (0x1000 * u64::from(1 + inner), 3 * inner as i32);
            frames.push(FrameState { code, pc: self.pc, base, extra: 7 * u64::from(inner) });
        }
        let live = self.says_live.then(|| {
            let known = (COUNTER..LOCALS).chain(self.written.iter().copied());
            let mut live: Vec<i32> = known.collect();
            live.sort_unstable();
            live
        });
        Snapshot { guard, resume, frames, live, slots: Vec::new(), virtuals: Vec::new() }
    }

    fn scalar(&self, val: Val) -> Scalar {
        let value = || self.now.get(val.index()).copied();
        let scalar = if val.is_const() { self.tree.as_const(val) } else { value() };
        scalar.unwrap_or(Scalar::Unit)
    }

    /// Executes and appends an instruction, unless it is a guard that fails. Returns its result (a unit constant if
    /// it has none).
    fn emit(&mut self, op: Op, args: &[Val], imm: u64) -> Option<Val> {
        self.emit_resuming(op, args, imm, Resume::Execute)
    }

    fn emit_resuming(&mut self, op: Op, args: &[Val], imm: u64, resume: Resume) -> Option<Val> {
        let scalars: Vec<Scalar> = args.iter().map(|&arg| self.scalar(arg)).collect();
        let result = self.execute(op, imm, &scalars)?;
        let mut inst = Inst::new(op, args, imm);
        if op.exits() {
            let snapshot = self.snapshot(resume);
            inst.snap = Some(self.tree.add_snapshot(snapshot));
        }
        let ty = result.ty();
        let mut val = None;
        if let Some(class) = TYPES.iter().position(|&t| t == ty) {
            let new = self.tree.new_value(ty);
            self.now.push(result);
            self.values[class].push(new);
            inst.results.push(new);
            val = Some(new);
        }
        self.push(inst);
        Some(val.unwrap_or_else(|| self.tree.constant(Scalar::Unit)))
    }

    /// What an instruction computes, with its effects; `None` if it is a guard that fails.
    fn execute(&mut self, op: Op, imm: u64, args: &[Scalar]) -> Option<Scalar> {
        match op.info().section {
            Section::Pure | Section::Guard => match evaluate(op, imm, args, &HOST) {
                Outcome::Value(scalar) => Some(scalar),
                _ => None,
            },
            Section::Memory => self.access(op, imm, args),
            Section::Control => match op {
                Op::Call => {
                    let function = HOST.fns.get(imm as usize)?;
                    let bits: Vec<u64> = args.iter().map(|arg| arg.bits()).collect();
                    let context = self.vm.context();
                    // SAFETY: arguments are of the declared types, references to objects of the VM.
                    let result = unsafe { uplift_interp::call(function.addr, context, &bits) };
                    Some(Scalar::from_bits(function.ret, result))
                }
                Op::GuardNotRaised => (args[0] != Scalar::Word(UNDEF)).then_some(Scalar::Unit),
                Op::GuardFieldEq => {
                    let current = self.access(Op::LoadRef, imm, &args[..1])?;
                    (current == args[1]).then_some(Scalar::Unit)
                }
                _ => Some(Scalar::Unit),
            },
        }
    }

    fn access(&mut self, op: Op, imm: u64, args: &[Scalar]) -> Option<Scalar> {
        let info = op.info();
        if info.imm == ImmKind::Slot {
            let slot = imm as i64 as i32;
            return Some(match args.first() {
                Some(word) => {
                    self.frame.set(slot, word.bits());
                    Scalar::Unit
                }
                None => Scalar::Word(self.frame.get(slot)),
            });
        }
        let index = if info.imm == ImmKind::Elem { args[1].bits() as i64 } else { 0 };
        let (address, width) = uplift_interp::place(&HOST, op, imm, args[0].bits(), index)?;
        // SAFETY: references are objects of the VM, indices are within bounds.
        unsafe {
            if info.ret == Ty::Unit {
                uplift_interp::store(address, width, args.last()?.bits());
                Some(Scalar::Unit)
            } else {
                Some(Scalar::from_bits(width.ty(), uplift_interp::load(address, width)))
            }
        }
    }
}
