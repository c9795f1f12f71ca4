//! Random ways to box values in words, and random trees over them: the table's evaluation, the optimizer and machine
//! code must agree on what boxing, unboxing and kind tests do.

mod program;

use crate::source::Source;
use std::sync::LazyLock;
use uplift_uop::eval::{Outcome, evaluate};
use uplift_uop::{HostSpec, IntRepr, KindPlace, KindTest, Op, ReprSpec, Scalar};

/// How many layouts there are.
const COUNT: u64 = 1024;
/// The layouts, made once: kinds of a host live for ever.
static LAYOUTS: LazyLock<Vec<HostSpec>> = LazyLock::new(|| (0..COUNT).map(layout).collect());

/// Checks one of the layouts, chosen by `source`, with random values and a random tree; and that no declaration, however
/// wrong, makes the validation of declarations panic.
pub fn check(source: &mut Source<'_>) {
    validate_anything(source);
    let spec = &LAYOUTS[source.below(COUNT as usize)];
    if let Err(error) = spec.validate() {
        panic!("{error}\n{:?}", spec.repr);
    }
    for _ in 0..4 {
        boxes(spec, value(source, spec));
    }
    program::check(source, spec);
}

fn validate_anything(source: &mut Source<'_>) {
    let mut small = || source.below(130) as u32;
    let (bits, shift) = (small(), small());
    let tag = source.word() >> source.below(64);
    let repr = ReprSpec { int: Some(IntRepr { bits, shift, tag }), ..ReprSpec::RAW };
    if HostSpec::new("anything", repr).validate().is_ok() {
        let (least, greatest) = range(bits);
        for int in [least, -1, 0, greatest] {
            assert_eq!(repr.unbox_int(repr.box_int(int)), int, "{repr:?} does not bring {int} back");
        }
    }
}

/// Least and greatest integer of a width.
fn range(bits: u32) -> (i64, i64) {
    (i64::MIN >> (64 - bits), i64::MAX >> (64 - bits))
}

/// A value that the host boxes.
fn value(source: &mut Source<'_>, spec: &HostSpec) -> Scalar {
    let repr = &spec.repr;
    let (least, greatest) = range(repr.int.map_or(64, |int| int.bits));
    match source.below(4) {
        0 if repr.float_offset.is_some() => {
            Scalar::Float(source.pick(&[0.0, -0.0, 1.5, -1e300, 5e-324, f64::INFINITY, f64::NEG_INFINITY]))
        }
        1 if repr.bools.is_some() => Scalar::Bool(source.one_in(2)),
        2 => Scalar::Ref(0x1000 + 16 * (source.word() >> 21 >> source.below(40))),
        _ => Scalar::Int(source.pick(&[0, 1, -1, least, greatest, 7]).clamp(least, greatest)),
    }
}

/// The name of the kind that a value's words have.
fn kind_name(value: Scalar) -> &'static str {
    match value {
        Scalar::Int(_) => "int",
        Scalar::Float(_) => "float",
        Scalar::Bool(_) => "bool",
        _ => "ref",
    }
}

fn boxing(value: Scalar) -> [Op; 2] {
    match value {
        Scalar::Int(_) => [Op::BoxInt, Op::UnboxInt],
        Scalar::Float(_) => [Op::BoxFloat, Op::UnboxFloat],
        Scalar::Bool(_) => [Op::BoxBool, Op::UnboxBool],
        _ => [Op::BoxRef, Op::UnboxRef],
    }
}

/// A value comes back from its word, which has its kind and no other.
fn boxes(spec: &HostSpec, value: Scalar) {
    let [to_word, from_word] = boxing(value);
    let Outcome::Value(word) = evaluate(to_word, 0, &[value], spec) else {
        panic!("{value:?} is not boxed");
    };
    let back = evaluate(from_word, 0, &[word], spec);
    assert_eq!(back, Outcome::Value(value), "{word:?} in {:?}", spec.repr);
    if spec.repr.kinds == KindPlace::Tag {
        return;
    }
    let own = spec.kinds.iter().find(|kind| kind.name == kind_name(value)).map_or(0, |kind| kind.set);
    for kind in spec.kinds {
        let is = evaluate(Op::IsKind, u64::from(kind.id), &[word], spec);
        let expected = Scalar::Bool(kind.set & own != 0);
        assert_eq!(is, Outcome::Value(expected), "{value:?} as {word:?}: {}", kind.name);
    }
}

/// Kind tests under construction: name, set, mask, first value, count of values.
type Rows = Vec<(&'static str, u64, u64, u64, u64)>;

const INT: u64 = 1;
const FLOAT: u64 = 2;
const REF: u64 = 4;
const BOOL: u64 = 8;
const NONE: u64 = 16;

/// The host with layout number `seed`.
fn layout(seed: u64) -> HostSpec {
    let source = &mut Source::Seed(seed);
    let (repr, rows) = match source.below(5) {
        0 => pointers_first(source),
        1 => floats_first(source),
        2 => low_bits(source),
        3 => tagged(source),
        _ => (ReprSpec::RAW, Rows::new()),
    };
    let tests = rows.into_iter().enumerate();
    let kinds: Vec<&'static KindTest> = tests
        .map(|(id, (name, set, mask, lo, len))| {
            &*Box::leak(Box::new(KindTest { id: id as u16, name, set, mask, lo, len }))
        })
        .collect();
    HostSpec { kinds: kinds.leak(), raised_word: u64::MAX, ..HostSpec::new("layout", repr) }
}

/// Integers with fewer bits than there is room for, and odd tag bits beside them.
fn narrow_int(source: &mut Source<'_>, room: u32, tag: u64) -> (IntRepr, u64) {
    let bits = source.pick(&[room, room - 1, room - 13, 16, 9]);
    let shift = source.below((room - bits) as usize + 1) as u32;
    let payload = ((1u64 << bits) - 1) << shift;
    let inside = if source.one_in(2) { source.word() & ((1 << room) - 1) & !payload } else { 0 };
    (IntRepr { bits, shift, tag: tag | inside }, payload)
}

/// NaN boxes in which addresses are themselves: floats are moved up.
fn pointers_first(source: &mut Source<'_>) -> (ReprSpec, Rows) {
    let offset = 1 + source.below(6) as u64;
    let top = source.pick(&[0xFFF9 + offset, 0xFFFE, 0xFFFF]);
    let (int, payload) = narrow_int(source, 48, top << 48);
    let repr = ReprSpec {
        int: Some(int),
        float_offset: Some(offset << 48),
        ref_tag: Some(0),
        bools: source.pick(&[Some((4, 5)), Some((7, 3)), Some((0x108, 0x100)), None]),
        kinds: KindPlace::Word,
    };
    let (floats, all) = ((top - offset) << 48, !0);
    let exact = ("int", INT, !payload, int.tag, 1);
    let mut rows = vec![
        ("float", FLOAT, all, offset << 48, floats),
        source.pick(&[exact, ("int", INT, all, top << 48, 1 << 48)]),
        ("ref", REF, all, 0x1000, (1 << 48) - 0x1000),
        ("none", NONE, all, 2, 1),
    ];
    if source.one_in(2) {
        rows.push(("number", INT | FLOAT, all, offset << 48, floats + (1 << 48)));
    }
    rows.extend(bool_row(&repr));
    (repr, rows)
}

/// NaN boxes in which floats are themselves.
fn floats_first(source: &mut Source<'_>) -> (ReprSpec, Rows) {
    let first = source.below(7) as u64;
    let nth = |n: u64| (0xFFF9 + (first + n) % 7) << 48;
    let (int, payload) = narrow_int(source, 48, nth(0));
    let repr = ReprSpec {
        int: Some(int),
        float_offset: Some(0),
        ref_tag: Some(nth(1)),
        bools: source.pick(&[Some((nth(2), nth(2) | 1)), Some((nth(2) | 8, nth(2) | 16)), None]),
        kinds: KindPlace::Word,
    };
    let all = !0;
    let mut rows = vec![
        ("ref", REF, 0xFFFF << 48, nth(1), 1),
        ("int", INT, source.pick(&[!payload, all << 48]), int.tag, 1),
        ("float", FLOAT, all, 0, 0xFFF9 << 48),
        ("none", NONE, all, nth(3), 1),
    ];
    if rows[1].2 == all << 48 {
        rows[1].3 = nth(0);
    }
    rows.extend(bool_row(&repr));
    (repr, rows)
}

/// A kind test for two words that differ in one bit.
fn bool_row(repr: &ReprSpec) -> Option<(&'static str, u64, u64, u64, u64)> {
    let (no, yes) = repr.bools?;
    let bit = no ^ yes;
    bit.is_power_of_two().then_some(("bool", BOOL, !bit, no & !bit, 1))
}

/// Tags in the low bits: references are aligned, floats live on the heap.
fn low_bits(source: &mut Source<'_>) -> (ReprSpec, Rows) {
    let width = 1 + source.below(4) as u32;
    let tags = 1u64 << width;
    let int_tag = source.below(tags as usize) as u64;
    let tag = |n: u64| (int_tag + n) % tags;
    let bits = source.pick(&[64 - width, 63 - width, 31, 16]);
    let bools = (width > 1).then(|| (tag(2), tag(2) | 1 << width));
    let repr = ReprSpec {
        int: Some(IntRepr { bits, shift: width, tag: int_tag }),
        float_offset: None,
        ref_tag: Some(tag(1)),
        bools,
        kinds: KindPlace::Word,
    };
    let mut rows = vec![("int", INT, tags - 1, int_tag, 1), ("ref", REF, tags - 1, tag(1), 1)];
    if width > 1 {
        rows.push(("bool", BOOL, tags - 1, tag(2), 1));
        rows.push(("none", NONE, tags - 1, tag(3), 1));
    }
    (repr, rows)
}

/// Two words a value.
fn tagged(source: &mut Source<'_>) -> (ReprSpec, Rows) {
    let mask = source.pick(&[0xFF, 0xFFFF, !0, 0xF0]);
    let start = source.below(11) as u64;
    let number = |n: u64| if mask == 0xF0 { (start + n) << 4 } else { start + n };
    let names = [("int", INT), ("float", FLOAT), ("ref", REF), ("bool", BOOL), ("none", NONE)];
    let first = source.below(names.len());
    let rows = (0..names.len()).map(|n| {
        let (name, set) = names[(first + n) % names.len()];
        (name, set, mask, number(n as u64), 1)
    });
    (ReprSpec::TAGGED, rows.collect())
}
