//! Dead code elimination over a whole tree.
//!
//! Before: `v1 = box_int v0; v2, v3 = loop_header v0, v1; ...; jump v4, v5` with `v3` in no use; after:
//! `v2 = loop_header v0; ...; jump v4`.
//!
//! Kept are effects, guards and terminators, what they use, and what snapshots need to restore. Loop-carried values
//! are kept only if something besides their own going around uses them.
//!
//! Does not handle: stores that nothing reads again.

use smallvec::SmallVec;
use uplift_uop::{HostSpec, Inst, Op, Section, Snapshot, Tree, Ty, Val};

/// Where a value is defined.
#[derive(Clone, Copy)]
enum Place {
    Nowhere,
    Inst(u32, u32),
    /// Loop-carried value number n.
    Carried(u32),
}

/// Whether an instruction can go if nothing uses its result.
fn removable(inst: &Inst, spec: &HostSpec) -> bool {
    match inst.op {
        Op::Call => spec.fns.get(inst.imm as usize).is_some_and(|f| f.effects.is_removable()),
        Op::LoopHeader => true,
        op => match op.info().section {
            Section::Pure => true,
            Section::Memory => op.info().ret != Ty::Unit,
            Section::Guard | Section::Control => false,
        },
    }
}

struct Marker<'a> {
    tree: &'a Tree,
    places: Vec<Place>,
    live: Vec<bool>,
    work: Vec<Val>,
    header: Option<(usize, usize)>,
    jumps: Vec<(usize, usize)>,
}

impl Marker<'_> {
    fn need(&mut self, val: Val) {
        if !val.is_const()
            && let Some(live) = self.live.get_mut(val.index())
            && !*live
        {
            *live = true;
            self.work.push(val);
        }
    }

    fn need_snapshot(&mut self, snapshot: &Snapshot) {
        for &(_, val) in &snapshot.slots {
            self.need(val);
        }
        for object in &snapshot.virtuals {
            object.alloc.1.iter().for_each(|&val| self.need(val));
            for (_, _, operands) in &object.stores {
                operands.iter().for_each(|&val| self.need(val));
            }
        }
    }

    fn need_inst(&mut self, inst: &Inst) {
        inst.args.iter().for_each(|&val| self.need(val));
        if let Some(snapshot) = self.tree.snapshot(inst) {
            self.need_snapshot(snapshot);
        }
    }

    fn run(&mut self) {
        let tree = self.tree;
        while let Some(val) = self.work.pop() {
            match self.places[val.index()] {
                Place::Nowhere => {}
                Place::Inst(trace, inst) => self.need_inst(&tree.traces[trace as usize].insts[inst as usize]),
                Place::Carried(n) => {
                    let ends = self.header.into_iter().chain(self.jumps.iter().copied());
                    let ends: SmallVec<[(usize, usize); 8]> = ends.collect();
                    for (trace, inst) in ends {
                        if let Some(&arg) = tree.traces[trace].insts[inst].args.get(n as usize) {
                            self.need(arg);
                        }
                    }
                }
            }
        }
    }
}

/// Removes what nothing needs.
pub(crate) fn dead_code(tree: Tree, spec: &HostSpec) -> Tree {
    let count = tree.values.len();
    let mut marker = Marker {
        tree: &tree,
        places: vec![Place::Nowhere; count],
        live: vec![false; count],
        work: Vec::new(),
        header: None,
        jumps: Vec::new(),
    };
    for (t, trace) in tree.traces.iter().enumerate() {
        for (i, inst) in trace.insts.iter().enumerate() {
            for (n, result) in inst.results.iter().enumerate().filter(|(_, r)| r.index() < count) {
                marker.places[result.index()] = match inst.op {
                    Op::LoopHeader => Place::Carried(n as u32),
                    _ => Place::Inst(t as u32, i as u32),
                };
            }
            match inst.op {
                Op::LoopHeader => marker.header = Some((t, i)),
                Op::Jump => marker.jumps.push((t, i)),
                _ => {}
            }
        }
    }
    for inst in tree.traces.iter().flat_map(|trace| &trace.insts) {
        // A jump needs what the header needs, no more; its snapshot has no slots.
        if !removable(inst, spec) && inst.op != Op::Jump {
            marker.need_inst(inst);
        }
    }
    marker.run();
    let (live, header, loops) = (marker.live, marker.header, !marker.jumps.is_empty());
    sweep(tree, spec, &live, header, loops)
}

fn sweep(
    mut tree: Tree,
    spec: &HostSpec,
    live: &[bool],
    header: Option<(usize, usize)>,
    loops: bool,
) -> Tree {
    let is_live = |val: &Val| live.get(val.index()).copied().unwrap_or(false);
    let carried: Vec<bool> = header.map_or_else(Vec::new, |(trace, inst)| {
        tree.traces[trace].insts[inst].results.iter().map(is_live).collect()
    });
    for trace in &mut tree.traces {
        trace.insts.retain(|inst| {
            inst.op == Op::LoopHeader && loops || !removable(inst, spec) || inst.results.iter().any(is_live)
        });
        for inst in trace.insts.iter_mut().filter(|i| matches!(i.op, Op::LoopHeader | Op::Jump)) {
            let mut flags = carried.iter();
            inst.args.retain(|_| flags.next().copied().unwrap_or(true));
            inst.results.retain(|result| is_live(result));
        }
    }
    tree
}
