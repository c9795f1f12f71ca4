//! Makes failing trees small: drops traces and instructions and replaces operands by constants as long as the tree
//! still fails.
//!
//! Only changes that keep runs safe are tried: what guards a kind, a bound or a width stays while anything depends on
//! it. Does not shrink inputs.

use uplift_uop::verify::verify;
use uplift_uop::{GuardId, HostSpec, Inst, Op, Scalar, Tree, Ty, Val};

/// The smallest tree found that still `fails`.
pub fn shrink(tree: &Tree, spec: &HostSpec, mut fails: impl FnMut(&Tree) -> bool) -> Tree {
    let mut best = tree.clone();
    loop {
        let before = size(&best);
        for candidate in traces(&best).into_iter().rev() {
            let smaller = without_trace(&best, candidate);
            accept(&mut best, smaller, spec, &mut fails);
        }
        for trace in 0..best.traces.len() {
            for at in (0..best.traces[trace].insts.len()).rev() {
                if let Some(smaller) = without_inst(&best, trace, at) {
                    accept(&mut best, smaller, spec, &mut fails);
                }
                for arg in 0..best.traces[trace].insts.get(at).map_or(0, |i| i.args.len()) {
                    if let Some(simpler) = with_constant(&best, trace, at, arg) {
                        accept(&mut best, simpler, spec, &mut fails);
                    }
                }
            }
        }
        if size(&best) >= before {
            return best;
        }
    }
}

/// Instructions, and operands that are no constants.
fn size(tree: &Tree) -> usize {
    let insts = tree.traces.iter().flat_map(|t| &t.insts);
    insts.map(|i| 2 + i.args.iter().filter(|arg| !arg.is_const()).count()).sum()
}

fn accept(best: &mut Tree, smaller: Tree, spec: &HostSpec, fails: &mut impl FnMut(&Tree) -> bool) {
    if verify(&smaller, spec).is_ok() && fails(&smaller) {
        *best = smaller;
    }
}

/// Parents of side traces.
fn traces(tree: &Tree) -> Vec<GuardId> {
    tree.traces.iter().filter_map(|t| t.parent).collect()
}

/// The tree without the side trace on `guard` and all that hang on it.
fn without_trace(tree: &Tree, guard: GuardId) -> Tree {
    let mut out = tree.clone();
    let mut dropped = vec![guard];
    out.traces.retain(|trace| {
        let drop = trace.parent.is_some_and(|parent| dropped.contains(&parent));
        if drop {
            dropped.extend(trace.insts.iter().filter_map(|i| tree.snapshot(i)).map(|s| s.guard));
        }
        !drop
    });
    out
}

fn uses(tree: &Tree, val: Val) -> impl Iterator<Item = &Inst> {
    let insts = tree.traces.iter().flat_map(|t| &t.insts);
    insts.filter(move |inst| inst.args.contains(&val))
}

fn without_inst(tree: &Tree, trace: usize, at: usize) -> Option<Tree> {
    let inst = &tree.traces[trace].insts[at];
    if inst.op.info().terminator || inst.results.iter().any(|&r| uses(tree, r).next().is_some()) {
        return None;
    }
    let guarded = inst.args.first().copied();
    let needed = match inst.op {
        Op::GuardKind | Op::GuardBounds => guarded.is_some_and(|v| uses(tree, v).nth(1).is_some()),
        Op::GuardTrue => guarded.is_some_and(|v| guards_width(tree, v)),
        _ => false,
    };
    if needed {
        return None;
    }
    let mut out = tree.clone();
    out.traces[trace].insts.remove(at);
    Some(out)
}

/// Whether a condition says that an integer fits which is boxed somewhere.
fn guards_width(tree: &Tree, condition: Val) -> bool {
    let insts = tree.traces.iter().flat_map(|t| &t.insts);
    let mut tests = insts.filter(|i| i.op == Op::IntFits && i.results.contains(&condition));
    tests.any(|test| test.args.iter().any(|&v| uses(tree, v).any(|i| i.op == Op::BoxInt)))
}

fn with_constant(tree: &Tree, trace: usize, at: usize, arg: usize) -> Option<Tree> {
    let val = tree.traces[trace].insts[at].args[arg];
    let scalar = match tree.ty(val) {
        _ if val.is_const() => return None,
        Ty::Int => Scalar::Int(0),
        Ty::Float => Scalar::Float(1.0),
        Ty::Bool => Scalar::Bool(true),
        Ty::Ref => (tree.consts.iter()).find(|c| c.ty() == Ty::Ref)?,
        Ty::Word | Ty::Unit => return None,
    };
    let mut out = tree.clone();
    out.traces[trace].insts[at].args[arg] = out.constant(scalar);
    Some(out)
}
