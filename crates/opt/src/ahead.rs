//! Looking ahead in recorded traces, before the walk: what they say about their guards.
//!
//! Which guard on a word's kind is soon followed by a stronger one. Before: `guard_false (is_kind v0, undef) -> s0;
//! guard_false (is_kind v0, float) -> s1; guard_kind v0, ref -> s2`; after: `guard_kind v0, ref -> s0`. Leaving
//! earlier is always right: the interpreter does the rest. A stronger guard that a side trace hangs on stays where it
//! is. So does one behind an effect, a branch, or a guard on anything but kinds: it may be there that the cases part.
//!
//! Which guard cannot fail because it held when it was recorded: one on an immutable field of an object that is a
//! constant by then.
//!
//! Does not handle: guards on kinds of words loaded twice from memory.

use crate::around::Copies;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use uplift_uop::eval::{Outcome, evaluate};
use uplift_uop::{HostSpec, Inst, Op, Resume, Scalar, Section, Trace, Tree, Ty, Val};

/// What recorded traces say about their guards, by number.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    /// The kind test that a guard may do in place of its own.
    pub kinds: FxHashMap<u32, u64>,
    /// Guards on equality that always hold.
    pub settled: FxHashSet<u32>,
}

impl Ahead {
    /// Scans all traces.
    pub fn scan(tree: &Tree, spec: &HostSpec, copies: &Copies) -> Ahead {
        let mut ahead = Ahead::default();
        for trace in &tree.traces {
            Scan::new(tree, spec, copies, &mut ahead).trace(trace);
        }
        ahead
    }
}

struct Scan<'a> {
    tree: &'a Tree,
    spec: &'a HostSpec,
    copies: &'a Copies,
    ahead: &'a mut Ahead,
    /// Words in slots, as far as the trace knows.
    slots: FxHashMap<i32, Val>,
    /// Words loaded from slots that already had a name.
    names: FxHashMap<Val, Val>,
    /// Values that are constants from some guard on.
    constants: FxHashMap<Val, Scalar>,
    /// Values loaded from immutable fields of constant objects.
    permanent: FxHashSet<Val>,
    /// Results of kind tests: word and test.
    tests: FxHashMap<Val, (Val, u64)>,
    /// Since the last effect or other guard, for each word, the first guard on its kind, and the kinds that pass it.
    first: FxHashMap<Val, (u32, u64)>,
}

impl<'a> Scan<'a> {
    fn new(tree: &'a Tree, spec: &'a HostSpec, copies: &'a Copies, ahead: &'a mut Ahead) -> Scan<'a> {
        Scan {
            tree,
            spec,
            copies,
            ahead,
            slots: FxHashMap::default(),
            names: FxHashMap::default(),
            constants: FxHashMap::default(),
            permanent: FxHashSet::default(),
            tests: FxHashMap::default(),
            first: FxHashMap::default(),
        }
    }

    fn trace(&mut self, trace: &Trace) {
        for inst in &trace.insts {
            self.inst(inst);
            self.follow_constants(inst);
        }
    }

    fn constant(&self, val: Val) -> Option<Scalar> {
        self.tree.as_const(val).or_else(|| self.constants.get(&self.name(val)).copied())
    }

    /// Finds values that are constants, and guards that are settled by that.
    fn follow_constants(&mut self, inst: &Inst) {
        match (inst.op, inst.result()) {
            (Op::GuardEqInt | Op::GuardEqRef | Op::GuardEqWord, _) => {
                let [val, expected] = inst.args[..] else { return };
                let (val, Some(expected)) = (self.name(val), self.tree.as_const(expected)) else { return };
                self.constants.entry(val).or_insert(expected);
                if self.permanent.contains(&val)
                    && let Some(snapshot) = self.tree.snapshot(inst)
                {
                    self.ahead.settled.insert(snapshot.guard.number);
                }
            }
            (Op::LoadInt | Op::LoadRef | Op::LoadWord, Some(result)) => {
                let field = self.spec.fields.get(inst.imm as usize);
                let constant = inst.args.first().is_some_and(|&base| self.constant(base).is_some());
                if constant && field.is_some_and(|field| field.immutable) {
                    self.permanent.insert(result);
                }
            }
            (op, Some(result)) if op.is_pure() && !inst.args.is_empty() => {
                let args: Option<SmallVec<[Scalar; 3]>> =
                    inst.args.iter().map(|&arg| self.constant(arg)).collect();
                if let Some(args) = args
                    && let Outcome::Value(scalar) = evaluate(op, inst.imm, &args, self.spec)
                {
                    self.constants.insert(result, scalar);
                }
            }
            _ => {}
        }
    }

    fn name(&self, val: Val) -> Val {
        self.names.get(&val).copied().unwrap_or(val)
    }

    fn inst(&mut self, inst: &Inst) {
        let arg = inst.args.first().map(|&arg| self.name(arg));
        match (inst.op, arg, inst.result()) {
            (Op::SlotLoad, _, Some(result)) => {
                let known = *self.slots.entry(inst.slot()).or_insert(result);
                self.names.insert(result, known);
            }
            (Op::SlotStore, Some(word), _) => {
                self.slots.insert(inst.slot(), word);
            }
            (Op::IsKind, Some(word), Some(result)) => {
                self.tests.insert(result, (word, inst.imm));
            }
            (Op::GuardKind, Some(word), _) => self.guard(inst, word, inst.imm, true),
            (Op::GuardTrue | Op::GuardFalse, Some(cond), _) => match self.tests.get(&cond).copied() {
                Some((word, imm)) => self.guard(inst, word, imm, inst.op == Op::GuardTrue),
                None => self.first.clear(),
            },
            // Shapes of objects do not make cases part, as a rule.
            (Op::GuardEqRef | Op::GuardEqInt | Op::GuardFieldEq, ..) => {}
            _ if inst.op.exits() || self.has_effect(inst) => self.first.clear(),
            _ => {}
        }
    }

    fn has_effect(&self, inst: &Inst) -> bool {
        match inst.op.info().section {
            Section::Memory => inst.op.info().ret == Ty::Unit,
            Section::Control => {
                let callee = self.spec.fns.get(inst.imm as usize).filter(|_| inst.op == Op::Call);
                !callee.is_some_and(|f| f.effects.is_removable())
            }
            _ => false,
        }
    }

    fn guard(&mut self, inst: &Inst, word: Val, imm: u64, positive: bool) {
        let Some(set) = self.spec.kinds.get(imm as usize).map(|k| k.set) else { return };
        let Some(snapshot) = self.tree.snapshot(inst) else { return };
        if snapshot.resume == Resume::Branch {
            // Its exit says that the branch goes the other way. And here the cases part.
            return self.first.clear();
        }
        let number = snapshot.guard.number;
        let passes = if positive { set } else { !set };
        let &mut (first, weaker) = self.first.entry(word).or_insert((number, passes));
        if positive && first != number && set & !weaker == 0 && !self.copies.has_child(number) {
            self.ahead.kinds.insert(first, imm);
        }
    }
}
