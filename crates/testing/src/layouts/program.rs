//! Random loops that move values between slots, boxed as a layout says, and test their kinds.

use super::{boxing, kind_name, range, value};
use crate::native::Native;
use crate::source::Source;
use std::sync::atomic::AtomicU64;
use uplift_interp::Program;
use uplift_uop::eval::{Outcome, evaluate};
use uplift_uop::print::print;
use uplift_uop::verify::verify;
use uplift_uop::{
    FrameState, GuardId, HostSpec, Inst, KindPlace, Op, Phase, Resume, Scalar, Snapshot, Trace, Tree, Ty, Val,
};

/// Values in slots.
const LOCALS: usize = 4;
/// The slot that counts the loop down, behind the values.
const COUNTDOWN: usize = 2 * LOCALS;
/// Uops that a run may take.
const FUEL: u64 = 20_000;

/// Makes a tree and compares what it does recorded and optimised, interpreted and as machine code.
pub(super) fn check(source: &mut Source<'_>, spec: &HostSpec) {
    let mut writer = Writer::new(source, spec);
    let start = writer.slots;
    writer.count();
    for _ in 0..=writer.source.below(12) {
        writer.step();
    }
    writer.terminate();
    let tree = writer.tree;
    let text = || format!("{:?}\n{}", spec.repr, print(&tree, spec));
    if let Err(found) = verify(&tree, spec) {
        panic!("{}\n{}", found[0], text());
    }
    let Some(expected) = interpreted(&tree, spec, start) else { return };
    // Strengthened guards leave earlier, at other guards than the recorded tree.
    let config = uplift_opt::OptConfig { verify: true, strengthen: false, ..Default::default() };
    let optimized = uplift_opt::optimize(&tree, spec, &config);
    let optimized = optimized.unwrap_or_else(|error| panic!("{error}\n{}", text()));
    for (what, found) in [
        ("machine code", Some(native(&tree, spec, start))),
        ("the optimised tree", interpreted(&optimized, spec, start)),
        ("its machine code", Some(native(&optimized, spec, start))),
    ] {
        let optimized = print(&optimized, spec);
        assert!(
            found.as_ref() == Some(&expected),
            "{what}\n{}--- optimised\n{optimized}\nexpected {expected:x?}\nfound {found:x?}",
            text()
        );
    }
}

/// Words of all slots.
type Slots = [u64; COUNTDOWN + 1];

/// The frame that resumes, and the slots then.
type End = (FrameState, Slots);

fn end(tree: &Tree, snap: uplift_uop::SnapId, slots: Slots) -> End {
    (tree.snaps[snap.0 as usize].frames[0], slots)
}

fn interpreted(tree: &Tree, spec: &HostSpec, mut slots: Slots) -> Option<End> {
    let attention = AtomicU64::new(0);
    let program = Program::new(tree, spec);
    // SAFETY: the tree touches these slots and nothing else.
    let exit = unsafe { program.run(std::ptr::null_mut(), slots.as_mut_ptr(), &attention, Some(FUEL)) };
    exit.ok().map(|exit| end(tree, exit.snap, slots))
}

fn native(tree: &Tree, spec: &HostSpec, mut slots: Slots) -> End {
    let attention = AtomicU64::new(0);
    let code = Native::for_host(tree, spec, &attention);
    let code = code.unwrap_or_else(|error| panic!("{error}\n{}", print(tree, spec)));
    // SAFETY: as above.
    let snap = unsafe { code.run(std::ptr::null_mut(), slots.as_mut_ptr()) };
    end(tree, snap, slots)
}

struct Writer<'s, 'b> {
    source: &'s mut Source<'b>,
    spec: &'s HostSpec,
    tree: Tree,
    slots: Slots,
    /// What each value of the tree is in the first iteration.
    now: Vec<Scalar>,
    /// What the values of locals are.
    locals: [Scalar; LOCALS],
    /// Values that are no words.
    values: Vec<Val>,
}

impl<'s, 'b> Writer<'s, 'b> {
    fn new(source: &'s mut Source<'b>, spec: &'s HostSpec) -> Self {
        let locals: [Scalar; LOCALS] = std::array::from_fn(|_| value(source, spec));
        let tree = Tree {
            name: "layout".into(),
            slots: (0, COUNTDOWN as i32 + 1),
            traces: vec![Trace { parent: None, insts: Vec::new() }],
            ..Tree::default()
        };
        let slots = [0; COUNTDOWN + 1];
        let mut writer = Writer { source, spec, tree, slots, now: Vec::new(), locals, values: Vec::new() };
        writer.slots[COUNTDOWN] = 1 + writer.source.below(9) as u64;
        for (local, value) in locals.into_iter().enumerate() {
            let (tag, payload) = (writer.tag_of(value), uplift_interp::box_scalar(spec, value));
            writer.slots[2 * local] = tag;
            writer.slots[2 * local + 1] = payload;
        }
        writer
    }

    /// The word beside a value's own; nothing where kinds stand in the word.
    fn tag_of(&self, value: Scalar) -> u64 {
        let kind = self.spec.kinds.iter().find(|kind| kind.name == kind_name(value));
        kind.filter(|_| self.spec.repr.kinds == KindPlace::Tag).map_or(0, |kind| kind.lo)
    }

    fn scalar(&self, val: Val) -> Scalar {
        let value = || self.now.get(val.index()).copied();
        if val.is_const() { self.tree.as_const(val) } else { value() }.unwrap_or(Scalar::Unit)
    }

    fn snapshot(&mut self) -> uplift_uop::SnapId {
        let number = self.tree.guards;
        self.tree.guards += 1;
        let guard = GuardId { number, phase: Phase::Preamble };
        let frame = FrameState { code: 1, pc: number, base: 0, extra: 0 };
        let (resume, slots, virtuals) = (Resume::Execute, Vec::new(), Vec::new());
        let snapshot = Snapshot { guard, resume, frames: vec![frame], live: None, slots, virtuals };
        self.tree.add_snapshot(snapshot)
    }

    fn push(&mut self, op: Op, args: &[Val], imm: u64) {
        let mut inst = Inst::new(op, args, imm);
        if op.exits() || op.info().terminator {
            inst.snap = Some(self.snapshot());
        }
        self.tree.traces[0].insts.push(inst);
    }

    /// A pure uop, computed at once.
    fn emit(&mut self, op: Op, args: &[Val], imm: u64) -> Option<Val> {
        let scalars: Vec<Scalar> = args.iter().map(|&arg| self.scalar(arg)).collect();
        let Outcome::Value(result) = evaluate(op, imm, &scalars, self.spec) else { return None };
        self.push(op, args, imm);
        Some(self.result(result))
    }

    fn result(&mut self, scalar: Scalar) -> Val {
        let val = self.tree.new_value(scalar.ty());
        self.now.push(scalar);
        if let Some(inst) = self.tree.traces[0].insts.last_mut() {
            inst.results.push(val);
        }
        val
    }

    fn load(&mut self, slot: usize) -> Val {
        self.push(Op::SlotLoad, &[], slot as u64);
        self.result(Scalar::Word(self.slots[slot]))
    }

    fn store(&mut self, slot: usize, word: Val) {
        self.slots[slot] = self.scalar(word).bits();
        self.push(Op::SlotStore, &[word], slot as u64);
    }

    /// One iteration less to go.
    fn count(&mut self) -> Option<()> {
        let word = self.load(COUNTDOWN);
        let count = self.emit(Op::WordToInt, &[word], 0)?;
        let zero = self.tree.constant(Scalar::Int(0));
        let goes_on = self.emit(Op::IntGt, &[count, zero], 0)?;
        self.push(Op::GuardTrue, &[goes_on], 0);
        let one = self.tree.constant(Scalar::Int(1));
        let left = self.emit(Op::IntSub, &[count, one], 0)?;
        let word = self.emit(Op::IntToWord, &[left], 0)?;
        self.store(COUNTDOWN, word);
        Some(())
    }

    fn terminate(&mut self) {
        let op = if self.source.one_in(5) { Op::Exit } else { Op::JumpEntry };
        self.push(op, &[], 0);
    }

    fn step(&mut self) {
        let _ = match self.source.below(6) {
            0 | 1 => self.unboxed(),
            2 => self.tested(),
            3 => self.computed(),
            4 => self.compared(),
            _ => self.stored(),
        };
    }

    /// The word that shows a local's kind, and the word that it is boxed in.
    fn words(&mut self, local: usize) -> [Val; 2] {
        let word = self.load(2 * local + 1);
        let tag = if self.spec.repr.kinds == KindPlace::Tag { self.load(2 * local) } else { word };
        [tag, word]
    }

    /// A local, guarded and unboxed.
    fn unboxed(&mut self) -> Option<Val> {
        let local = self.source.below(LOCALS);
        let [tag, word] = self.words(local);
        let value = self.locals[local];
        if let Some(kind) = self.spec.kinds.iter().find(|kind| kind.name == kind_name(value)) {
            self.push(Op::GuardKind, &[tag], u64::from(kind.id));
        }
        let val = self.emit(boxing(value)[1], &[word], 0)?;
        self.values.push(val);
        Some(val)
    }

    /// A kind test of a local or of a constant.
    fn tested(&mut self) -> Option<Val> {
        let kinds = self.spec.kinds;
        if kinds.is_empty() {
            return None;
        }
        let local = self.source.below(LOCALS);
        let tag = if self.source.one_in(4) {
            let value = value(self.source, self.spec);
            let word = match self.spec.repr.kinds {
                KindPlace::Tag => self.tag_of(value),
                KindPlace::Word => uplift_interp::box_scalar(self.spec, value),
            };
            self.tree.constant(Scalar::Word(word))
        } else {
            self.words(local)[0]
        };
        let kind = self.source.pick(kinds);
        let is = self.emit(Op::IsKind, &[tag], u64::from(kind.id))?;
        self.values.push(is);
        if self.source.one_in(2) {
            let op = if self.scalar(is) == Scalar::Bool(true) { Op::GuardTrue } else { Op::GuardFalse };
            self.push(op, &[is], 0);
        }
        Some(is)
    }

    fn operand(&mut self, ty: Ty) -> Val {
        let fitting: Vec<Val> = self.values.iter().copied().filter(|&val| self.tree.ty(val) == ty).collect();
        if !fitting.is_empty() && !self.source.one_in(4) {
            return self.source.pick(&fitting);
        }
        let scalar = match ty {
            Ty::Int => Scalar::Int(self.source.pick(&[1, 0, -1, 5, 255, 1 << 20])),
            Ty::Float => Scalar::Float(self.source.pick(&[0.5, -1.0, 3.0])),
            Ty::Bool => Scalar::Bool(self.source.one_in(2)),
            _ => Scalar::Ref(0x1000 + 16 * self.source.below(9) as u64),
        };
        self.tree.constant(scalar)
    }

    /// Arithmetic. None of it makes a NaN of what is none.
    fn computed(&mut self) -> Option<Val> {
        let op = self.source.pick(&[
            Op::IntAdd,
            Op::IntSub,
            Op::IntXor,
            Op::IntMul,
            Op::IntLt,
            Op::IntToFloat,
            Op::FloatNeg,
            Op::FloatAbs,
            Op::FloatLt,
            Op::BoolNot,
            Op::BoolXor,
            Op::RefEq,
        ]);
        let args: Vec<Val> = op.info().params.iter().map(|&ty| self.operand(ty)).collect();
        let val = self.emit(op, &args, 0)?;
        self.values.push(val);
        Some(val)
    }

    /// Whether two words are the same one.
    fn compared(&mut self) -> Option<Val> {
        let (first, second) = (self.source.below(LOCALS), self.source.below(LOCALS));
        let left = self.words(first)[1];
        let right = if self.source.one_in(2) {
            let value = value(self.source, self.spec);
            self.tree.constant(Scalar::Word(uplift_interp::box_scalar(self.spec, value)))
        } else {
            self.words(second)[1]
        };
        let same = self.emit(Op::WordEq, &[left, right], 0)?;
        self.values.push(same);
        Some(same)
    }

    /// A value boxed into a local.
    fn stored(&mut self) -> Option<Val> {
        let repr = &self.spec.repr;
        let types: Vec<Ty> = [
            (Ty::Int, repr.int.is_some()),
            (Ty::Float, repr.float_offset.is_some()),
            (Ty::Bool, repr.bools.is_some()),
            (Ty::Ref, repr.ref_tag.is_some()),
        ]
        .into_iter()
        .filter_map(|(ty, boxed)| boxed.then_some(ty))
        .collect();
        let ty = self.source.pick(&types);
        let val = self.operand(ty);
        let value = self.scalar(val);
        if let (Scalar::Int(int), Some(repr)) = (value, repr.int) {
            let (least, greatest) = range(repr.bits);
            if !(least..=greatest).contains(&int) {
                return None;
            }
            let fits = self.emit(Op::IntFits, &[val], u64::from(repr.bits))?;
            self.push(Op::GuardTrue, &[fits], 0);
        }
        let word = self.emit(boxing(value)[0], &[val], 0)?;
        let local = self.source.below(LOCALS);
        if self.spec.repr.kinds == KindPlace::Tag {
            let tag = self.tree.constant(Scalar::Word(self.tag_of(value)));
            self.store(2 * local, tag);
        }
        self.store(2 * local + 1, word);
        self.locals[local] = value;
        Some(word)
    }
}
