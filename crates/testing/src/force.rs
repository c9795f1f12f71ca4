//! Makes trees leave where nothing failed, by guards of their own: so machine code can be made to leave too.

use uplift_uop::{GuardId, Inst, Op, Scalar, Snapshot, Tree, Ty, Val};

/// The slot that counts iterations of generated trees: live at every exit, written by nothing else.
pub const COUNTER: i32 = -1;
/// The slot that [`at_visit`] counts down. No outcome shows it.
pub const COUNTDOWN: i32 = COUNTER - 1;

/// `tree`, optimised or not, with a guard before the one called `guard` that leaves as that would, at the visit whose
/// number slot [`COUNTDOWN`] has when the tree is entered. `None` if nothing can leave like it: who raises must have
/// called. The new guard's number is the tree's count of guards.
pub fn at_visit(tree: &Tree, guard: GuardId) -> Option<Tree> {
    before(tree, guard, |edit| {
        let slot = COUNTDOWN as i64 as u64;
        edit.tree.slots.0 = edit.tree.slots.0.min(COUNTDOWN);
        let word = edit.emit(Op::SlotLoad, &[], slot, Ty::Word);
        let visits = edit.emit(Op::WordToInt, &[word], 0, Ty::Int);
        let one = edit.tree.constant(Scalar::Int(1));
        let left = edit.emit(Op::IntSub, &[visits, one], 0, Ty::Int);
        let word = edit.emit(Op::IntToWord, &[left], 0, Ty::Word);
        edit.insts.push(Inst::new(Op::SlotStore, &[word], slot));
        let zero = edit.tree.constant(Scalar::Int(0));
        edit.emit(Op::IntNe, &[left, zero], 0, Ty::Bool)
    })
}

/// A recorded tree with a guard before the one called `guard` that leaves as that would, in iteration `count`. It is a
/// recorded tree again: all that is made of it leaves there too.
pub fn in_iteration(tree: &Tree, guard: GuardId, count: i64) -> Option<Tree> {
    before(tree, guard, |edit| {
        let word = edit.emit(Op::SlotLoad, &[], COUNTER as i64 as u64, Ty::Word);
        let counted = edit.emit(Op::UnboxInt, &[word], 0, Ty::Int);
        let count = edit.tree.constant(Scalar::Int(count));
        edit.emit(Op::IntNe, &[counted, count], 0, Ty::Bool)
    })
}

/// Instructions to insert in a tree.
struct Edit {
    tree: Tree,
    insts: Vec<Inst>,
}

impl Edit {
    fn emit(&mut self, op: Op, args: &[Val], imm: u64, ty: Ty) -> Val {
        let mut inst = Inst::new(op, args, imm);
        let result = self.tree.new_value(ty);
        inst.results.push(result);
        self.insts.push(inst);
        result
    }
}

/// Inserts, before the instruction that exits as `guard`, what `stays` makes, and a guard on its result.
fn before(tree: &Tree, guard: GuardId, stays: impl FnOnce(&mut Edit) -> Val) -> Option<Tree> {
    let is_it = |inst: &Inst| tree.snapshot(inst).is_some_and(|s| s.guard == guard);
    let positions = tree.traces.iter().map(|t| t.insts.iter().position(is_it));
    let (trace, at) = positions.enumerate().find_map(|(trace, at)| Some((trace, at?)))?;
    let inst = &tree.traces[trace].insts[at];
    if inst.op == Op::GuardNotRaised {
        return None;
    }
    let snapshot = tree.snapshot(inst)?.clone();
    let mut edit = Edit { tree: tree.clone(), insts: Vec::new() };
    let condition = stays(&mut edit);
    let Edit { tree: mut out, mut insts } = edit;
    let number = out.guards;
    out.guards += 1;
    let snap = out.add_snapshot(Snapshot { guard: GuardId { number, ..guard }, ..snapshot });
    insts.push(Inst { snap: Some(snap), ..Inst::new(Op::GuardTrue, &[condition], 0) });
    out.traces[trace].insts.splice(at..at, insts);
    Some(out)
}
