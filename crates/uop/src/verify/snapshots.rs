//! Rules about snapshots and virtual objects.

use super::insts::accessed_type;
use super::{Rule, Verifier};
use crate::table::{ImmKind, Op, Section, Ty};
use crate::trace::{Inst, Resume, Snapshot, Val, VirtualObject};

impl Verifier<'_> {
    pub(super) fn inst_snapshot(&mut self, inst: &Inst) {
        let tree = self.tree;
        let exits = inst.op.exits();
        let may_have = exits || matches!(inst.op, Op::Jump | Op::JumpEntry);
        let name = inst.op.info().name;
        match (inst.snap, tree.snapshot(inst)) {
            (None, _) => {
                self.require(!exits, Rule::SnapshotPresence, || format!("{name} has no snapshot"));
            }
            (Some(_), _) if !may_have => {
                self.fail(Rule::SnapshotPresence, format!("{name} has a snapshot but never exits"));
            }
            (Some(_), None) => self.fail(Rule::SnapshotPresence, "the snapshot does not exist"),
            (Some(_), Some(snapshot)) => {
                if exits {
                    self.guard_id(inst, snapshot);
                }
                self.snapshot(snapshot);
            }
        }
    }

    fn guard_id(&mut self, inst: &Inst, snapshot: &Snapshot) {
        let guard = snapshot.guard;
        let here = self.at.1.map(|position| (self.at.0, position));
        let first = self.scope.guards.get(&guard).copied() == here;
        self.require(first, Rule::GuardId, || format!("another instruction exits as {guard}"));
        let count = self.tree.guards;
        self.require(guard.number < count, Rule::GuardId, || format!("{guard} in a tree of {count} guards"));
        let raises = snapshot.resume == Resume::Raise;
        self.require(raises == (inst.op == Op::GuardNotRaised), Rule::Raising, || {
            let resumes = if raises { "resumes by raising" } else { "does not resume by raising" };
            format!("{} {resumes}", inst.op.info().name)
        });
    }

    fn snapshot(&mut self, snapshot: &Snapshot) {
        self.require(!snapshot.frames.is_empty(), Rule::Frames, || "no frame to resume".into());
        let ascending = snapshot.slots.windows(2).all(|pair| pair[0].0 < pair[1].0);
        self.require(ascending, Rule::SlotOrder, || "slots do not ascend".into());
        for (i, object) in snapshot.virtuals.iter().enumerate() {
            self.virtual_object(object, &snapshot.virtuals[..i]);
        }
        for &(slot, val) in &snapshot.slots {
            self.slot(slot);
            if snapshot.virtuals.iter().any(|object| object.name == val)
                || self.visible(val, Rule::SnapshotValue, Rule::SnapshotValue)
            {
                self.boxed(self.tree.ty(val), Rule::Boxing);
            }
        }
    }

    fn virtual_object(&mut self, object: &VirtualObject, earlier: &[VirtualObject]) {
        const RULE: Rule = Rule::VirtualObject;
        let name = self.name(object.name);
        let place = (self.at.0, self.at.1.unwrap_or(0));
        let taken = object.name.is_const()
            || self.scope.dominates(object.name, place)
            || earlier.iter().any(|other| other.name == object.name);
        self.require(!taken, RULE, || format!("{name} names something else already"));
        let (function, args) = (usize::from(object.alloc.0), &object.alloc.1);
        let Some(function) = self.spec.fns.get(function).copied() else {
            return self.fail(RULE, format!("{function} is no function"));
        };
        self.require(function.effects.fresh, RULE, || format!("{} is not fresh", function.name));
        let reference = matches!(function.ret, Ty::Ref | Ty::Word);
        self.require(reference && self.tree.ty(object.name) == function.ret, RULE, || {
            format!("{name} does not have the type of an object that {} returns", function.name)
        });
        self.require(args.len() == function.params.len(), RULE, || {
            format!("{} operands for {}", args.len(), function.name)
        });
        for (&arg, &ty) in args.iter().zip(function.params) {
            self.part(arg, ty, earlier, None);
        }
        for (op, imm, operands) in &object.stores {
            self.virtual_store(object, earlier, (*op, *imm, operands));
        }
    }

    fn virtual_store(
        &mut self,
        object: &VirtualObject,
        earlier: &[VirtualObject],
        (op, imm, operands): (Op, u64, &[Val]),
    ) {
        let info = op.info();
        let stores = info.section == Section::Memory && info.ret == Ty::Unit && op != Op::SlotStore;
        if !stores {
            return self.fail(Rule::VirtualObject, format!("{} is not a store", info.name));
        }
        let declared = match info.imm {
            ImmKind::Field => self.spec.fields.get(imm as usize).map(|f| f.width),
            ImmKind::Elem => self.spec.elems.get(imm as usize).map(|e| e.width),
            _ => None,
        };
        let fits = declared.is_some_and(|width| width.ty() == accessed_type(info));
        self.require(fits, Rule::VirtualObject, || format!("{} of no such place", info.name));
        self.require(operands.len() + 1 == info.params.len(), Rule::VirtualObject, || {
            format!("{} with {} operands", info.name, operands.len() + 1)
        });
        for (&operand, &ty) in operands.iter().zip(&info.params[1..]) {
            self.part(operand, ty, earlier, Some(object.name));
        }
    }

    /// An operand of a virtual object: visible, an earlier object or (in stores) the object itself.
    fn part(&mut self, val: Val, wanted: Ty, earlier: &[VirtualObject], itself: Option<Val>) {
        let known = itself == Some(val)
            || earlier.iter().any(|other| other.name == val)
            || self.visible(val, Rule::VirtualObject, Rule::VirtualObject);
        let found = self.tree.ty(val);
        let boxed = wanted == Ty::Word && self.spec.repr.boxes(found);
        self.require(!known || found == wanted || boxed, Rule::VirtualObject, || {
            format!("an operand is {}, not {}", found.name(), wanted.name())
        });
    }
}
