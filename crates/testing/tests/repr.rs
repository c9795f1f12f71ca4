//! Boxing round-trips with every preset, and values of two words do the same at every stage.

use std::sync::atomic::AtomicU64;
use uplift_interp::Program;
use uplift_opt::OptConfig;
use uplift_testing::filetest::{FileTest, folder};
use uplift_testing::host::TAGGED_HOST;
use uplift_testing::native::Native;
use uplift_testing::source::Source;
use uplift_uop::{FrameState, HostSpec, IntRepr, KindPlace, ReprSpec, Tree};

const PRESETS: [(&str, ReprSpec); 4] = [
    ("RAW", ReprSpec::RAW),
    ("NAN_BOX", ReprSpec::NAN_BOX),
    ("LOW_BIT", ReprSpec::LOW_BIT),
    ("TAGGED", ReprSpec::TAGGED),
];

#[test]
fn whatever_a_preset_boxes_comes_back() {
    let mut source = Source::Seed(16);
    for (name, repr) in PRESETS {
        for _ in 0..20_000 {
            let bits = source.word() >> source.below(64);
            let int = repr.int.expect("every preset boxes integers");
            // What fits: sign-extended from the width.
            let value = (bits as i64) << (64 - int.bits) >> (64 - int.bits);
            assert_eq!(repr.unbox_int(repr.box_int(value)), value, "{name}");
            if repr.float_offset.is_some() {
                let float = f64::from_bits(bits);
                let back = repr.unbox_float(repr.box_float(float));
                assert_eq!(back.to_bits(), bits, "{name}");
            }
            let address = bits & 0xFFFF_FFFF_FFF8;
            assert_eq!(repr.unbox_ref(repr.box_ref(address)), address, "{name}");
        }
        for truth in [false, true] {
            assert_eq!(repr.unbox_bool(repr.box_bool(truth)), truth, "{name}");
        }
    }
}

#[test]
fn integers_of_any_width_are_accepted_and_those_that_do_not_fit_a_word_refused() {
    let refused = |bits, shift, tag| {
        let repr = ReprSpec { int: Some(IntRepr { bits, shift, tag }), ..ReprSpec::RAW };
        HostSpec::new("any", repr).validate().err().map(|error| error.message)
    };
    assert_eq!(refused(9, 3, 0b101), None, "narrow integers");
    assert_eq!(refused(64, 0, 0), None);
    for (bits, shift) in [(0, 1), (63, 2), (65, 0), (1, 64), (u32::MAX, 2)] {
        assert_eq!(refused(bits, shift, 0), Some("bits and shift do not fit a word"), "{bits}, {shift}");
    }
    assert_eq!(refused(48, 0, 1 << 47), Some("tag and payload overlap"));
}

#[test]
fn words_of_different_kinds_differ_where_the_kind_stands_in_the_word() {
    let mut source = Source::Seed(17);
    for (name, repr) in [PRESETS[1], PRESETS[2]] {
        assert_eq!(repr.kinds, KindPlace::Word);
        for _ in 0..20_000 {
            let int = repr.box_int(source.word() as i64 >> source.below(64));
            let address = repr.box_ref((source.word() >> 16 & !7).max(0x1000));
            let mut words = vec![int, address, repr.box_bool(false), repr.box_bool(true)];
            if repr.float_offset.is_some() {
                // NaNs with payloads are the host's to normalise before boxing.
                let float = f64::from_bits(source.word());
                words.push(repr.box_float(if float.is_nan() { f64::NAN } else { float }));
            }
            let count = words.len();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), count, "{name}: {words:x?}");
        }
    }
}

/// Slots before, and after: with the frame that resumes.
type Run = (Vec<FrameState>, [u64; 4]);

/// Runs as `tree` is, in the uop interpreter and in machine code.
fn runs(tree: &Tree, slots: [u64; 4]) -> [Run; 2] {
    let attention = AtomicU64::new(0);
    let frames = |snap: uplift_uop::SnapId| tree.snaps[snap.0 as usize].frames.clone();
    let (mut interpreted, mut native) = (slots, slots);
    // SAFETY: the trees touch slots 0 to 3 and call nothing.
    let exit = unsafe {
        Program::new(tree, &TAGGED_HOST).run(std::ptr::null_mut(), interpreted.as_mut_ptr(), &attention, None)
    };
    let code = Native::for_host(tree, &TAGGED_HOST, &attention).expect("the tree compiles");
    // SAFETY: as above.
    let left = unsafe { code.run(std::ptr::null_mut(), native.as_mut_ptr()) };
    [(frames(exit.expect("the tree runs").snap), interpreted), (frames(left), native)]
}

#[test]
fn values_of_two_words_do_the_same_at_every_stage() {
    let text = std::fs::read_to_string(folder().join("opt/tagged.uop")).unwrap();
    let trees = FileTest::new(&text).unwrap().parse().unwrap().trees;
    let (int, float, padding) = (2, 3, 0xAB00);
    let starts = [
        [int, 5, float, 1.5f64.to_bits()],
        // Whatever stands beside the tag byte does not matter, and payloads may look like tags or be null.
        [int | padding, 3, float | padding, 2],
        [int, 0, float, 0],
        [int, 2, int, 7],
        [float, 4, float, 0],
        [int, u64::MAX, float, f64::NAN.to_bits()],
        [int, 1, float, u64::MAX],
        [int, 4, int, 4],
    ];
    let mut ends = Vec::new();
    for tree in &trees {
        let optimized = uplift_opt::optimize(tree, &TAGGED_HOST, &OptConfig::default()).unwrap();
        for start in starts {
            let [expected, native] = runs(tree, start);
            assert_eq!(native, expected, "{} from {start:x?}, recorded", tree.name);
            for run in runs(&optimized, start) {
                assert_eq!(run, expected, "{} from {start:x?}, optimised", tree.name);
            }
            ends.push(expected);
        }
    }
    // 1.5 + 5 + 4 + 3 + 2 + 1, and the counter at zero.
    assert_eq!(ends[0].1, [int, 0, float, 16.5f64.to_bits()]);
    assert_eq!(ends[0].0[0].pc, 1);
}
