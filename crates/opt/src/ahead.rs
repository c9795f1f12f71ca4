//! Looking ahead in recorded traces: which guard on a word's kind is soon followed by a stronger one.
//!
//! Before: `guard_false (is_kind v0, undef) -> s0; guard_false (is_kind v0, float) -> s1; guard_kind v0, ref -> s2`;
//! after: `guard_kind v0, ref -> s0`. Leaving earlier is always right: the interpreter does the rest.
//!
//! A stronger guard that a side trace hangs on stays where it is. So does one behind an effect, or behind a guard on
//! anything but kinds: it may be there that the cases part.
//!
//! Does not handle: guards on machine values, words loaded twice from memory.

use crate::around::Copies;
use rustc_hash::FxHashMap;
use uplift_uop::{HostSpec, Inst, Op, Phase, Section, Trace, Tree, Ty, Val};

/// For the number of a guard, the kind test that it may do in place of its own.
pub(crate) type Hints = FxHashMap<u32, u64>;

/// Finds hints in all traces.
pub(crate) fn hints(tree: &Tree, spec: &HostSpec, copies: &Copies) -> Hints {
    let mut hints = Hints::default();
    for trace in &tree.traces {
        Scan::new(tree, spec, copies, &mut hints).trace(trace);
    }
    hints
}

struct Scan<'a> {
    tree: &'a Tree,
    spec: &'a HostSpec,
    copies: &'a Copies,
    hints: &'a mut Hints,
    /// Words in slots, as far as the trace knows.
    slots: FxHashMap<i32, Val>,
    /// Words loaded from slots that already had a name.
    names: FxHashMap<Val, Val>,
    /// Results of kind tests: word and test.
    tests: FxHashMap<Val, (Val, u64)>,
    /// Since the last effect or other guard, for each word, the first guard on its kind, and the kinds that pass it.
    first: FxHashMap<Val, (u32, u64)>,
}

impl<'a> Scan<'a> {
    fn new(tree: &'a Tree, spec: &'a HostSpec, copies: &'a Copies, hints: &'a mut Hints) -> Scan<'a> {
        Scan {
            tree,
            spec,
            copies,
            hints,
            slots: FxHashMap::default(),
            names: FxHashMap::default(),
            tests: FxHashMap::default(),
            first: FxHashMap::default(),
        }
    }

    fn trace(&mut self, trace: &Trace) {
        for inst in &trace.insts {
            self.inst(inst);
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
        let Some(number) = self.tree.snapshot(inst).map(|s| s.guard.number) else { return };
        let passes = if positive { set } else { !set };
        let &mut (first, weaker) = self.first.entry(word).or_insert((number, passes));
        let taken = [Phase::Preamble, Phase::Body].map(|phase| self.copies.child(number, phase).is_some());
        if positive && first != number && set & !weaker == 0 && taken == [false, false] {
            self.hints.insert(first, imm);
        }
    }
}
