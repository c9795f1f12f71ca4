//! Packed snapshots come back exactly, from whatever tree.

use uplift_testing::filetest::{self, FileTest};
use uplift_testing::generate;
use uplift_testing::host::HOST;
use uplift_testing::source::Source;
use uplift_uop::packed::{GROUP, PackedSnapshots, PackedTree};
use uplift_uop::{FrameState, GuardId, Op, Phase, Resume, SnapId, Snapshot, Tree, Val, VirtualObject};

/// Packs, and reads back in order, at random and as a tree.
fn round_trip(snaps: &[Snapshot], source: &mut Source<'_>) -> Result<PackedSnapshots, String> {
    let packed = PackedSnapshots::new(snaps);
    let mut found = Vec::new();
    packed.for_each(|id, snapshot| {
        assert_eq!(id.0 as usize, found.len());
        found.push(snapshot.clone());
    });
    if let Some(at) = found.iter().zip(snaps).position(|(found, snap)| found != snap) {
        return Err(format!("snapshot {at} is {:?}, not {:?}", found[at], snaps[at]));
    }
    if found.len() != snaps.len()
        || packed.len() != snaps.len()
        || packed.get(SnapId(snaps.len() as u32)).is_some()
    {
        return Err(format!("{} snapshots of {}", found.len(), snaps.len()));
    }
    for _ in 0..snaps.len().min(40) {
        let at = source.below(snaps.len());
        if packed.get(SnapId(at as u32)).as_ref() != Some(&snaps[at]) {
            return Err(format!("snapshot {at} read alone differs"));
        }
    }
    Ok(packed)
}

fn check(tree: &Tree, source: &mut Source<'_>, what: &str) -> (usize, usize) {
    let packed = round_trip(&tree.snaps, source).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(PackedTree::new(tree.clone()).unpack(), *tree, "{what}");
    (packed.bytes(), packed.len())
}

#[test]
fn snapshots_of_generated_trees_come_back_exactly() {
    let (mut bytes, mut snaps) = (0, 0);
    for seed in 0..300 {
        let mut source = Source::Seed(seed);
        let recorded = generate::case(&mut source).tree;
        check(&recorded, &mut source, &format!("seed {seed}, recorded"));
        let optimized = uplift_opt::optimize(&recorded, &HOST, &uplift_opt::OptConfig::default()).unwrap();
        let packed = check(&optimized, &mut source, &format!("seed {seed}, optimised"));
        (bytes, snaps) = (bytes + packed.0, snaps + packed.1);
    }
    // Generated trees are rougher than recorded ones: slots of every type change all the time.
    assert!(bytes < snaps * 24, "{bytes} bytes for {snaps} snapshots");
}

#[test]
fn snapshots_of_all_filetests_come_back_exactly() {
    let mut trees = 0;
    for path in filetest::files(&filetest::folder()) {
        let text = std::fs::read_to_string(&path).unwrap();
        // Files that do not parse on purpose have no trees.
        let Ok(file) = FileTest::new(&text).unwrap().parse() else { continue };
        for tree in &file.trees {
            trees += 1;
            check(tree, &mut Source::Seed(trees), &path.display().to_string());
        }
    }
    assert!(trees > 50, "only {trees} trees");
}

fn val(source: &mut Source<'_>) -> Val {
    let bits = source.word() as u32 >> 1;
    let index = if source.one_in(3) { bits } else { bits % 90 };
    if source.one_in(3) { Val::constant(index) } else { Val::value(index) }
}

fn number(source: &mut Source<'_>) -> u64 {
    let bits = source.word();
    bits >> source.below(64)
}

fn slot(source: &mut Source<'_>) -> i32 {
    if source.one_in(9) { source.word() as i32 } else { source.below(12) as i32 - 2 }
}

fn slots(source: &mut Source<'_>) -> Vec<i32> {
    let mut slots: Vec<i32> = (0..source.below(6)).map(|_| slot(source)).collect();
    if !source.one_in(4) {
        slots.sort_unstable();
        slots.dedup();
    }
    slots
}

fn frame(source: &mut Source<'_>) -> FrameState {
    FrameState { code: number(source), pc: number(source) as u32, base: slot(source), extra: number(source) }
}

fn object(source: &mut Source<'_>) -> VirtualObject {
    let stores = (0..source.below(3))
        .map(|_| (source.pick(Op::ALL), number(source), (0..source.below(3)).map(|_| val(source)).collect()))
        .collect();
    let args = (0..source.below(3)).map(|_| val(source)).collect();
    VirtualObject { name: val(source), alloc: (number(source) as u16, args), stores }
}

/// Changes some parts of a snapshot to anything at all.
fn change(snapshot: &mut Snapshot, source: &mut Source<'_>) {
    let phase = source.pick(&[Phase::Preamble, Phase::Body]);
    snapshot.guard = match source.below(3) {
        0 => GuardId { number: number(source) as u32, phase },
        _ => GuardId { number: snapshot.guard.number.wrapping_add(1), phase },
    };
    snapshot.resume = source.pick(&[Resume::Execute, Resume::Raise]);
    match source.below(6) {
        0 => snapshot.frames.push(frame(source)),
        1 => drop(snapshot.frames.pop()),
        2 => snapshot.frames = (0..source.below(4)).map(|_| frame(source)).collect(),
        3 | 4 => snapshot.frames.iter_mut().skip(source.below(3)).for_each(|f| f.pc = number(source) as u32),
        _ => {}
    }
    match source.below(4) {
        0 => snapshot.live = None,
        1 => snapshot.live = Some(slots(source)),
        2 => snapshot.live.iter_mut().for_each(|live| live.retain(|_| !source.one_in(3))),
        _ => {}
    }
    match source.below(4) {
        0 => snapshot.slots = slots(source).into_iter().map(|slot| (slot, val(source))).collect(),
        1 => snapshot.slots.retain(|_| !source.one_in(3)),
        2 => snapshot.slots.iter_mut().for_each(|slot| slot.1 = val(source)),
        _ => {}
    }
    match source.below(4) {
        0 => snapshot.virtuals.push(object(source)),
        1 => snapshot.virtuals.retain(|_| !source.one_in(2)),
        2 => snapshot.virtuals.reverse(),
        _ => {}
    }
}

#[test]
fn any_list_of_snapshots_comes_back_exactly() {
    for seed in 0..2000 {
        let mut source = Source::Seed(seed);
        let guard = GuardId { number: number(&mut source) as u32, phase: Phase::Preamble };
        let (frames, slots, virtuals) = (Vec::new(), Vec::new(), Vec::new());
        let mut snapshot = Snapshot { guard, resume: Resume::Execute, frames, live: None, slots, virtuals };
        let snaps: Vec<Snapshot> = (0..source.below(3 * GROUP))
            .map(|_| {
                change(&mut snapshot, &mut source);
                snapshot.clone()
            })
            .collect();
        round_trip(&snaps, &mut source).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

#[test]
fn an_unchanged_snapshot_takes_one_byte() {
    let snapshot = |number| Snapshot {
        guard: GuardId { number, phase: Phase::Body },
        resume: Resume::Execute,
        frames: vec![FrameState { code: 0x20000400540, pc: 17, base: 0, extra: 0x30003 }],
        live: Some(vec![1, 2, 3]),
        slots: vec![(1, Val::value(14)), (2, Val::constant(15))],
        virtuals: Vec::new(),
    };
    let packed = |count: u32| PackedSnapshots::new(&(0..count).map(snapshot).collect::<Vec<_>>()).bytes();
    assert_eq!(packed(GROUP as u32) - packed(1), GROUP - 1);
}
