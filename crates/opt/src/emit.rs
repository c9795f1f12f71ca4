//! The tree under construction, with the definition of each of its values.

use uplift_uop::{Args, GuardId, Inst, Op, Phase, SnapId, Snapshot, Tree, Ty, Val};

/// How a value came about: its uop, immediate and first operands (as they were then).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Def {
    pub op: Op,
    pub imm: u64,
    pub args: [Val; 3],
}

/// Filler for unused operands of a [`Def`].
pub(crate) const NO_VAL: Val = Val::constant(0x7fff_ffff);

impl Def {
    pub fn new(op: Op, args: &[Val], imm: u64) -> Def {
        let mut padded = [NO_VAL; 3];
        for (to, from) in padded.iter_mut().zip(args) {
            *to = *from;
        }
        Def { op, imm, args: padded }
    }
}

/// A point to which the tree under construction can be cut back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    values: usize,
    snaps: usize,
    guards: u32,
}

/// The tree under construction.
#[derive(Debug)]
pub(crate) struct Out {
    pub tree: Tree,
    defs: Vec<Def>,
    /// Instructions of the trace that is being written.
    pub insts: Vec<Inst>,
}

impl Out {
    pub fn new(input: &Tree) -> Out {
        let tree = Tree {
            name: input.name.clone(),
            traces: Vec::new(),
            values: Vec::new(),
            consts: input.consts.clone(),
            snaps: Vec::new(),
            assumptions: input.assumptions.clone(),
            guards: input.guards,
            slots: input.slots,
        };
        Out { tree, defs: Vec::new(), insts: Vec::new() }
    }

    /// A new value, defined by an instruction that the caller writes, or by none (a virtual object).
    pub fn value(&mut self, ty: Ty, op: Op, args: &[Val], imm: u64) -> Val {
        self.defs.push(Def::new(op, args, imm));
        self.tree.new_value(ty)
    }

    /// How `val` came about; `None` for constants.
    pub fn def(&self, val: Val) -> Option<&Def> {
        if val.is_const() { None } else { self.defs.get(val.index()) }
    }

    /// Writes an instruction with one result.
    pub fn push_value(&mut self, ty: Ty, op: Op, args: &[Val], imm: u64, snap: Option<SnapId>) -> Val {
        let val = self.value(ty, op, args, imm);
        let mut inst = Inst::new(op, args, imm);
        inst.results.push(val);
        inst.snap = snap;
        self.insts.push(inst);
        val
    }

    /// Writes an instruction without a result.
    pub fn push(&mut self, op: Op, args: &[Val], imm: u64, snap: Option<SnapId>) {
        let mut inst = Inst::new(op, args, imm);
        inst.snap = snap;
        self.insts.push(inst);
    }

    /// Writes an instruction with any results.
    pub fn push_many(&mut self, op: Op, args: Args, results: &[Val], snap: Option<SnapId>) {
        let results = results.iter().copied().collect();
        self.insts.push(Inst { op, args, imm: 0, results, snap });
    }

    /// Adds a snapshot.
    pub fn snapshot(&mut self, snapshot: Snapshot) -> SnapId {
        self.tree.add_snapshot(snapshot)
    }

    /// A name for a guard that was not recorded.
    pub fn invent_guard(&mut self, phase: Phase) -> GuardId {
        let number = self.tree.guards;
        self.tree.guards += 1;
        GuardId { number, phase }
    }

    pub fn mark(&self) -> Mark {
        Mark { values: self.tree.values.len(), snaps: self.tree.snaps.len(), guards: self.tree.guards }
    }

    /// Forgets values and snapshots made since the mark.
    pub fn cut(&mut self, mark: Mark) {
        self.tree.values.truncate(mark.values);
        self.defs.truncate(mark.values);
        self.tree.snaps.truncate(mark.snaps);
        self.tree.guards = mark.guards;
    }
}
