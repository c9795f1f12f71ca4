//! Damaged texts never make the parser, printer, verifier or optimizer panic.

use std::time::{Duration, Instant};
use uplift_testing::filetest::{files, folder};
use uplift_testing::fuzz;
use uplift_testing::generate;
use uplift_testing::host::HOST;
use uplift_testing::source::Source;
use uplift_uop::print::print;
use uplift_uop::verify::verify;
use uplift_uop::{GuardId, Op, Phase, SnapId, Tree, Val, VirtualObject};

#[test]
fn damaged_filetests_parse_or_are_refused() {
    let texts: Vec<Vec<u8>> = files(&folder()).iter().map(|path| std::fs::read(path).unwrap()).collect();
    let words = ["v0", "-1", "s0", "?7", "0x", "}", "virtual", "jump", "()", "9999999999", "#0x2"];
    let start = Instant::now();
    let budget = fuzz::budget(Duration::from_millis(1000));
    let mut source = Source::Seed(1);
    while start.elapsed() < budget {
        let chosen = source.below(texts.len());
        let mut text = excerpt(&texts[chosen], &mut source);
        for _ in 0..=source.below(4) {
            let at = source.below(text.len());
            let end = at + source.below((text.len() - at).min(20));
            let other: &[u8] = match source.below(3) {
                0 => &[],
                1 => source.pick(&words).as_bytes(),
                _ => &text[end..(end + 9).min(text.len())],
            };
            let other = other.to_vec();
            text.splice(at..end, other);
        }
        fuzz::text_round_trip(&text);
        fuzz::verifier(&text);
    }
}

#[test]
fn undamaged_filetests_pass_the_checks_of_the_fuzzers() {
    for path in files(&folder()) {
        let text = std::fs::read_to_string(&path).unwrap();
        // What the texts expect comes after the separator.
        let text = text.split("\n---\n").next().unwrap_or_default();
        fuzz::text_round_trip(text.as_bytes());
        fuzz::verifier(text.as_bytes());
    }
}

#[test]
fn damaged_trees_print_and_are_refused_or_not() {
    let start = Instant::now();
    let budget = fuzz::budget(Duration::from_millis(500));
    let mut source = Source::Seed(2);
    while start.elapsed() < budget {
        let mut tree = generate::case(&mut source).tree;
        for _ in 0..=source.below(3) {
            damage(&mut tree, &mut source);
        }
        // The text need not parse, but it comes.
        let _ = verify(&tree, &HOST);
        let _ = print(&tree, &HOST);
    }
}

/// Changes something of a tree to what no text can say.
fn damage(tree: &mut Tree, source: &mut Source<'_>) {
    let trace = source.below(tree.traces.len());
    let insts = &mut tree.traces[trace].insts;
    if insts.is_empty() {
        return;
    }
    let at = source.below(insts.len());
    let any = match source.below(3) {
        0 => Val::value(source.word() as u32 >> 1),
        1 => Val::constant(source.below(1000) as u32),
        _ => Val::value(source.below(50) as u32),
    };
    let snap = SnapId(source.below(60) as u32);
    match source.below(10) {
        0 => insts[at].op = source.pick(Op::ALL),
        1 => insts[at].imm = source.word(),
        2 => insts[at].args.push(any),
        3 => insts[at].results.push(any),
        4 => insts[at].snap = Some(snap),
        5 => drop(insts.remove(at)),
        6 => tree.values.truncate(source.below(20)),
        7 => tree.traces[trace].parent = Some(GuardId { number: source.below(9) as u32, phase: Phase::Body }),
        8 => tree.snaps.truncate(source.below(20)),
        _ => {
            if let Some(snapshot) = tree.snaps.get_mut(snap.0 as usize) {
                let stores = vec![(source.pick(Op::ALL), source.word(), [any, any].into())];
                snapshot.slots.push((source.word() as i32, any));
                snapshot.virtuals.push(VirtualObject {
                    name: any,
                    alloc: (source.below(20) as u16, vec![any]),
                    stores,
                });
            }
        }
    }
}

/// A text up to its separator, or one tree of it, as large files take their time.
fn excerpt(text: &[u8], source: &mut Source<'_>) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let text = text.split("\n---\n").next().unwrap_or("");
    let trees: Vec<&str> = text.split("\ntree ").collect();
    if trees.len() < 3 {
        return text.as_bytes().to_vec();
    }
    let tree = trees[1 + source.below(trees.len() - 1)];
    format!("host test\ntree {tree}").into_bytes()
}
