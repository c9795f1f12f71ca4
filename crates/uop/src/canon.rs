//! Canonical numbering: the one representative of all trees that differ in numbering alone.
//!
//! Values are numbered in order of definition, then virtual objects, then whatever is mentioned without a definition
//! (malformed trees print too) and so has no type; snapshots in order of use, unused ones dropped; constants in order of
//! mention.

use crate::table::Ty;
use crate::trace::{Inst, Scalar, SnapId, Snapshot, Trace, Tree, Val, VirtualObject};
use std::collections::HashMap;

/// The tree with canonical numbering. Idempotent.
pub fn canonical(tree: &Tree) -> Tree {
    map_constants(tree, |scalar| scalar)
}

/// The tree with canonical numbering and each constant replaced by what `change` makes of it.
pub fn map_constants(tree: &Tree, change: impl Fn(Scalar) -> Scalar) -> Tree {
    let out = Tree {
        name: tree.name.clone(),
        assumptions: tree.assumptions.clone(),
        guards: tree.guards,
        slots: tree.slots,
        ..Tree::default()
    };
    let mut renumber = Renumber {
        tree,
        out,
        change: &change,
        values: HashMap::new(),
        snap_map: HashMap::new(),
        snaps: Vec::new(),
        rewriting: false,
    };
    for inst in tree.traces.iter().flat_map(|t| &t.insts) {
        for &result in inst.results.iter() {
            renumber.operand(result);
        }
        if let Some(id) = inst.snap {
            renumber.snap(id);
        }
    }
    for id in renumber.snaps.clone() {
        if let Some(snapshot) = tree.snaps.get(id.0 as usize) {
            for object in &snapshot.virtuals {
                renumber.operand(object.name);
            }
        }
    }
    renumber.rewrite();
    renumber.out
}

struct Renumber<'a> {
    tree: &'a Tree,
    out: Tree,
    change: &'a dyn Fn(Scalar) -> Scalar,
    values: HashMap<Val, Val>,
    snap_map: HashMap<SnapId, SnapId>,
    /// Old ids in new order.
    snaps: Vec<SnapId>,
    /// All definitions have their numbers.
    rewriting: bool,
}

impl Renumber<'_> {
    fn operand(&mut self, val: Val) -> Val {
        if val.is_const() {
            let scalar = self.tree.as_const(val).unwrap_or(Scalar::Unit);
            return self.out.constant((self.change)(scalar));
        }
        match self.values.get(&val) {
            Some(&new) => new,
            None => {
                // What is first met here has no definition left, and text gives it no type.
                let ty = if self.rewriting { Ty::Unit } else { self.tree.ty(val) };
                let new = self.out.new_value(ty);
                self.values.insert(val, new);
                new
            }
        }
    }

    fn snap(&mut self, id: SnapId) -> SnapId {
        if (id.0 as usize) >= self.tree.snaps.len() {
            return SnapId(u32::MAX);
        }
        let snaps = &mut self.snaps;
        *self.snap_map.entry(id).or_insert_with(|| {
            snaps.push(id);
            SnapId((snaps.len() - 1) as u32)
        })
    }

    fn rewrite(&mut self) {
        self.rewriting = true;
        let tree = self.tree;
        for trace in &tree.traces {
            let insts = trace.insts.iter().map(|inst| self.inst(inst)).collect();
            self.out.traces.push(Trace { parent: trace.parent, insts });
        }
        for id in std::mem::take(&mut self.snaps) {
            let snapshot = self.snapshot(&tree.snaps[id.0 as usize]);
            self.out.snaps.push(snapshot);
        }
    }

    fn inst(&mut self, inst: &Inst) -> Inst {
        Inst {
            op: inst.op,
            args: inst.args.iter().map(|&v| self.operand(v)).collect(),
            imm: inst.imm,
            results: inst.results.iter().map(|&v| self.operand(v)).collect(),
            snap: inst.snap.map(|id| self.snap(id)),
        }
    }

    fn snapshot(&mut self, snapshot: &Snapshot) -> Snapshot {
        let slots = snapshot.slots.iter().map(|&(slot, v)| (slot, self.operand(v))).collect();
        let virtuals = snapshot.virtuals.iter().map(|object| self.object(object)).collect();
        Snapshot { slots, virtuals, ..snapshot.clone() }
    }

    fn object(&mut self, object: &VirtualObject) -> VirtualObject {
        let name = self.operand(object.name);
        let args = object.alloc.1.iter().map(|&v| self.operand(v)).collect();
        let stores = object.stores.iter();
        let stores = stores
            .map(|(op, imm, vals)| (*op, *imm, vals.iter().map(|&v| self.operand(v)).collect()))
            .collect();
        VirtualObject { name, alloc: (object.alloc.0, args), stores }
    }
}
