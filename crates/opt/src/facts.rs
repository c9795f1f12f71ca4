//! What is known about one value, and what a host's declarations imply about kinds.
//!
//! A [`Fact`] describes an SSA value, so it stays true for as long as the value exists; it can only become
//! sharper along a trace (a guard passed, a branch was taken).

use uplift_uop::{HostSpec, KindPlace, KindTest, Scalar, Ty, Val, Width};

/// Every kind.
pub(crate) const ALL_KINDS: u64 = u64::MAX;

/// What is known about a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    /// Kinds that a word may have, one bit each.
    pub kinds: u64,
    /// Least value of an integer.
    pub lo: i64,
    /// Greatest value of an integer.
    pub hi: i64,
    /// The value is this other, older or constant value.
    pub eq: Option<Val>,
    /// An address that is not null.
    pub nonnull: bool,
}

impl Fact {
    /// Nothing is known.
    pub const NONE: Fact = Fact { kinds: ALL_KINDS, lo: i64::MIN, hi: i64::MAX, eq: None, nonnull: false };

    /// An integer from `lo` to `hi`.
    pub const fn range(lo: i64, hi: i64) -> Fact {
        Fact { lo, hi, ..Fact::NONE }
    }
    /// A word of these kinds.
    pub const fn of_kinds(kinds: u64) -> Fact {
        Fact { kinds, ..Fact::NONE }
    }
}

/// Least and greatest integer of `bits` bits, signed.
pub(crate) const fn signed_range(bits: u32) -> (i64, i64) {
    if bits == 0 {
        (0, 0)
    } else if bits >= 64 {
        (i64::MIN, i64::MAX)
    } else {
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    }
}

/// Least and greatest integer that a memory cell of this width loads as.
pub(crate) const fn width_range(width: Width) -> (i64, i64) {
    match width {
        Width::I32 => (i32::MIN as i64, i32::MAX as i64),
        Width::U32 => (0, u32::MAX as i64),
        Width::U16 => (0, u16::MAX as i64),
        Width::U8 => (0, u8::MAX as i64),
        _ => (i64::MIN, i64::MAX),
    }
}

/// What a host's boxing and kind tests imply, computed once an optimisation.
#[derive(Clone, Debug)]
pub(crate) struct Kinds {
    /// Kinds of boxed integers.
    pub int: u64,
    /// Kinds of boxed floats.
    pub float: u64,
    /// Kinds of boxed references that are not null: the test called `ref`, which must accept all of them.
    pub reference: u64,
    /// Kinds of boxed booleans.
    pub boolean: u64,
    /// Kinds of the word that says "raised", if it is the only word of its kind.
    pub raised: u64,
    /// Least and greatest integer that can be boxed.
    pub int_range: (i64, i64),
}

impl Kinds {
    pub fn new(spec: &HostSpec) -> Kinds {
        let repr = &spec.repr;
        let int = repr.int.map_or(ALL_KINDS, |r| {
            let payload = repr.box_int(-1) ^ repr.box_int(0);
            kinds_of(spec, |test| {
                let low = r.tag & test.mask;
                interval(test, low, low | (payload & test.mask))
            })
        });
        let float = repr.float_offset.map_or(ALL_KINDS, |_| {
            // The largest float in bits that arithmetic makes is the negative default NaN.
            let (low, high) = (repr.box_float(0.0), repr.box_float(f64::from_bits(0xFFF8 << 48)));
            kinds_of(spec, |test| {
                let high_mask =
                    (!test.mask).wrapping_add(1) & !test.mask == 0 && test.mask.leading_zeros() == 0;
                (high_mask && low <= high)
                    .then(|| interval(test, low & test.mask, high & test.mask))
                    .flatten()
            })
        });
        let boolean = repr.bools.map_or(ALL_KINDS, |(no, yes)| {
            kinds_of(spec, |test| match (test.accepts(no), test.accepts(yes)) {
                (true, true) => Some(true),
                (false, false) => Some(false),
                _ => None,
            })
        });
        let reference = spec.kinds.iter().find(|k| k.name == "ref").map_or(ALL_KINDS, |k| k.set);
        let raised = spec.kinds.iter().find(|k| {
            k.mask == u64::MAX && k.len == 1 && k.lo == spec.raised_word && k.set.count_ones() == 1
        });
        let int_range = signed_range(repr.int.map_or(64, |r| r.bits));
        let [int, float, boolean, reference] = match repr.kinds {
            KindPlace::Tag => [ALL_KINDS; 4],
            KindPlace::Word => [int, float, boolean, reference],
        };
        Kinds { int, float, reference, boolean, raised: raised.map_or(0, |k| k.set), int_range }
    }

    /// Kinds of the boxed form of a machine type.
    pub fn of_boxed(&self, ty: Ty) -> u64 {
        match ty {
            Ty::Int => self.int,
            Ty::Float => self.float,
            Ty::Bool => self.boolean,
            Ty::Ref => self.reference,
            _ => ALL_KINDS,
        }
    }

    /// The machine type that every word of these kinds is the boxed form of.
    pub fn machine_type(&self, kinds: u64) -> Option<Ty> {
        [Ty::Int, Ty::Float, Ty::Bool, Ty::Ref].into_iter().find(|&ty| {
            let boxed = self.of_boxed(ty);
            boxed != ALL_KINDS && kinds & !boxed == 0 && boxed.count_ones() == 1
        })
    }
}

/// Kinds that a set of words may have, given what each test says of all of them.
fn kinds_of(spec: &HostSpec, says: impl Fn(&KindTest) -> Option<bool>) -> u64 {
    spec.kinds.iter().fold(ALL_KINDS, |kinds, test| match says(test) {
        Some(true) => kinds & test.set,
        Some(false) => kinds & !test.set,
        None => kinds,
    })
}

/// What a test says of all masked words from `low` to `high`, if it says the same of all.
fn interval(test: &KindTest, low: u64, high: u64) -> Option<bool> {
    let (first, last) = (low.wrapping_sub(test.lo), high.wrapping_sub(test.lo));
    if first > last {
        None
    } else if last < test.len {
        Some(true)
    } else if first >= test.len {
        Some(false)
    } else {
        None
    }
}

/// Kinds of one word.
pub(crate) fn kinds_of_word(spec: &HostSpec, word: u64) -> u64 {
    kinds_of(spec, |test| Some(test.accepts(word)))
}

/// Everything that is known about a constant.
pub(crate) fn fact_of(spec: &HostSpec, scalar: Scalar) -> Fact {
    match scalar {
        Scalar::Int(i) => Fact::range(i, i),
        Scalar::Word(w) => Fact::of_kinds(kinds_of_word(spec, w)),
        Scalar::Ref(r) => Fact { nonnull: r != 0, ..Fact::NONE },
        _ => Fact::NONE,
    }
}
