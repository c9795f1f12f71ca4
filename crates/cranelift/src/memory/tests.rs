//! Tests of code memory that need its insides.

use super::*;
use crate::{Compiler, Limits, Options};
use uplift_uop::{
    FrameState, GuardId, HostSpec, Inst, Op, Phase, ReprSpec, Resume, Scalar, SnapId, Snapshot, Trace, Tree,
};

const SPEC: HostSpec = HostSpec {
    name: "memory-tests",
    repr: ReprSpec::RAW,
    kinds: &[],
    fields: &[],
    elems: &[],
    fns: &[],
    raised_word: 0,
};

/// A tree that writes `n` to slots 0 to `slots` and leaves.
fn tree(n: i64, slots: i32) -> CompiledTree {
    let mut tree = Tree::default();
    let n = tree.constant(Scalar::Int(n));
    tree.add_snapshot(Snapshot {
        guard: GuardId { number: 0, phase: Phase::Preamble },
        resume: Resume::Execute,
        frames: vec![FrameState { code: 0, pc: 0, base: 0, extra: 0 }],
        live: None,
        slots: (0..slots).map(|slot| (slot, n)).collect(),
        virtuals: vec![],
    });
    let mut exit = Inst::new(Op::Exit, &[], 0);
    exit.snap = Some(SnapId(0));
    tree.traces.push(Trace { parent: None, insts: vec![exit] });
    let mut compiler = Compiler::new(&Options::default()).unwrap();
    compiler.compile(&tree, &SPEC, std::ptr::null(), &Limits::default()).unwrap()
}

fn enter(blob: &CodeBlob) -> u64 {
    let mut frame = vec![0; 600];
    // SAFETY: the frame is large enough for the trees here.
    assert_eq!(unsafe { blob.entry()(std::ptr::null_mut(), frame.as_mut_ptr()) }, 0);
    frame[0]
}

#[test]
fn trees_share_pages_and_freed_memory_is_used_again() {
    let memory = CodeMemory::new(1 << 20).unwrap();
    if !memory.stats().dual {
        return;
    }
    let blobs: Vec<CodeBlob> = (0..40).map(|n| memory.publish(&tree(n, 1)).unwrap()).collect();
    let distance = blobs[39].range().start - blobs[0].range().start;
    assert!(distance <= 40 * 128, "{distance} bytes for 40 trees");
    assert!(blobs.iter().enumerate().all(|(n, blob)| enter(blob) == n as u64));
    let stats = memory.stats();
    assert_eq!((stats.blobs, stats.mapped), (40, 1 << 20));

    let freed = blobs[7].range().start;
    let mut blobs = blobs;
    drop(blobs.remove(7));
    let again = memory.publish(&tree(99, 1)).unwrap();
    assert_eq!(again.range().start, freed);
    assert_eq!(enter(&again), 99);
    drop((again, blobs));
    assert_eq!(memory.stats(), MemoryStats { blobs: 0, used: 0, ..stats });
    // All neighbours were merged: the largest block fits again.
    let all = memory.publish(&tree(5, 500)).unwrap();
    assert_eq!(enter(&all), 5);
    assert_eq!(memory.stats().mapped, 1 << 20);
}

/// What a processor's instruction cache, or an emulator's, may get wrong.
#[test]
fn code_at_the_address_of_freed_code_is_what_runs() {
    let trees: Vec<CompiledTree> = (0..16).map(|n| tree(n << 40 | n, 1)).collect();
    for dual in [probe::dual_mapping_works(), false] {
        let memory = CodeMemory::with(1 << 20, dual);
        let mut address = None;
        for round in 0..400 {
            let n = round % trees.len();
            let blob = memory.publish(&trees[n]).unwrap();
            assert_eq!(*address.get_or_insert(blob.range().start), blob.range().start);
            let expected = (n << 40 | n) as u64;
            assert!((0..3).all(|_| enter(&blob) == expected), "round {round}, dual {dual}");
            // Another thread, whose processor has caches of its own.
            if round % 20 == 0 {
                assert_eq!(std::thread::scope(|s| s.spawn(|| enter(&blob)).join().unwrap()), expected);
            }
        }
    }
}

#[test]
fn freed_code_traps() {
    let memory = CodeMemory::new(1 << 20).unwrap();
    let keep = memory.publish(&tree(1, 1)).unwrap();
    let freed = memory.publish(&tree(2, 1)).unwrap().range();
    let trap = if cfg!(target_arch = "x86_64") { 0xCC } else { 0 };
    // SAFETY: the region is still mapped; code is plain data to us.
    let bytes = unsafe { std::slice::from_raw_parts(freed.start as *const u8, freed.len()) };
    assert!(bytes.iter().all(|&byte| byte == trap));
    drop(keep);
}

#[test]
fn the_cap_holds_and_freeing_makes_room() {
    for dual in [probe::dual_mapping_works(), false] {
        let memory = CodeMemory::with(16 << 10, dual);
        let code = tree(3, 1);
        let mut blobs = vec![];
        let error = loop {
            match memory.publish(&code) {
                Ok(blob) => blobs.push(blob),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, MemoryError::CapReached { cap: 16384, .. }), "{error}");
        assert!(memory.stats().used <= 16 << 10 && blobs.len() >= 4);
        assert!(memory.stats().mapped <= 64 << 10);
        blobs.pop();
        blobs.push(memory.publish(&code).unwrap());
        assert_eq!(enter(&blobs[0]), 3);
        assert!(matches!(CodeMemory::with(0, dual).publish(&code), Err(MemoryError::CapReached { .. })));
    }
}

#[test]
fn memory_grows_by_regions_and_gives_empty_ones_back() {
    let memory = CodeMemory::new(64 << 20).unwrap();
    let code = tree(4, 500);
    let blobs: Vec<CodeBlob> = (0..600).map(|_| memory.publish(&code).unwrap()).collect();
    assert!(memory.stats().mapped > 1 << 20);
    assert!(blobs.iter().step_by(50).all(|blob| enter(blob) == 4));
    drop(blobs);
    assert!(memory.stats().mapped <= 1 << 20);
    assert_eq!(memory.stats().used, 0);
}

#[test]
fn without_two_mappings_trees_get_pages_of_their_own() {
    let memory = CodeMemory::with(1 << 20, false);
    let a = memory.publish(&tree(1, 1)).unwrap();
    let b = memory.publish(&tree(2, 1)).unwrap();
    assert_eq!((enter(&a), enter(&b)), (1, 2));
    assert_eq!(b.range().start - a.range().start, region::page_size());
    drop(a);
    let c = memory.publish(&tree(3, 1)).unwrap();
    assert_eq!((enter(&b), enter(&c)), (2, 3));
}

#[test]
fn blobs_outlive_their_memory_handle() {
    let memory = CodeMemory::new(1 << 20).unwrap();
    let blob = memory.publish(&tree(8, 1)).unwrap();
    drop(memory);
    assert_eq!(enter(&blob), 8);
}

#[test]
fn threads_place_enter_and_free_at_once() {
    let memory = CodeMemory::new(1 << 20).unwrap();
    std::thread::scope(|scope| {
        for t in 0..4 {
            let memory = memory.clone();
            scope.spawn(move || {
                let trees: Vec<CompiledTree> = (0..8).map(|n| tree(t * 8 + n, n as i32 + 1)).collect();
                let mut live = std::collections::VecDeque::new();
                for round in 0..200 {
                    let n = round % 8;
                    live.push_back((t * 8 + n, memory.publish(&trees[n as usize]).unwrap()));
                    if live.len() > 5 {
                        live.pop_front();
                    }
                    assert!(live.iter().all(|(n, blob)| enter(blob) == *n as u64));
                }
            });
        }
    });
    assert_eq!(memory.stats().used, 0);
}

/// The process's mappings: addresses and protection.
#[cfg(target_os = "linux")]
fn mappings() -> Vec<(std::ops::Range<usize>, String)> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let hex = |text: &str| usize::from_str_radix(text, 16).unwrap();
    let mapping = |line: &str| {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        Some((hex(start)..hex(end), words.next()?.to_owned()))
    };
    maps.lines().filter_map(mapping).collect()
}

/// Protection of the page at an address.
#[cfg(target_os = "linux")]
fn flags_at(maps: &[(std::ops::Range<usize>, String)], address: usize) -> &str {
    maps.iter().find(|(range, _)| range.contains(&address)).map_or("", |(_, flags)| flags)
}

#[test]
#[cfg(target_os = "linux")]
fn guard_pages_stand_around_code() {
    for dual in [probe::dual_mapping_works(), false] {
        let region = region::Region::new(1 << 16, dual).unwrap();
        let maps = mappings();
        for start in [region.write(), region.exec()] {
            for outside in [start - 1, start + region.len()] {
                assert_eq!(flags_at(&maps, outside), "---p", "{outside:#x} of {start:#x}: {maps:x?}");
            }
        }
    }
}

/// Reads the process's own mappings while trees are placed and freed.
#[cfg(target_os = "linux")]
#[test]
fn no_page_is_ever_writable_and_executable() {
    let check = |range: std::ops::Range<usize>| {
        let maps = mappings();
        assert!(!maps.iter().any(|(_, flags)| flags.contains('w') && flags.contains('x')), "{maps:x?}");
        assert!(range.is_empty() || flags_at(&maps, range.start).starts_with("r-x"), "{maps:x?}");
    };
    for dual in [probe::dual_mapping_works(), false] {
        let memory = CodeMemory::with(1 << 20, dual);
        let first = memory.publish(&tree(1, 1)).unwrap();
        check(first.range());
        let second = memory.publish(&tree(2, 1)).unwrap();
        check(first.range());
        check(second.range());
        drop(first);
        check(second.range());
        let third = memory.publish(&tree(3, 1)).unwrap();
        check(third.range());
        drop((second, third));
        check(0..0);
    }
}
