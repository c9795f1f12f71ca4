//! What a host declares about itself: how words are boxed, its kinds, fields, elements and functions.
//!
//! All of it is plain constant data. The interpreter instance of [`Machine`] sees it through constants, so it
//! folds away; the recorder, optimizer and backend read the same data at run time.
//!
//! [`Machine`]: https://docs.rs/uplift-record

use crate::table::Ty;

/// One test of a word's kind: `((w & mask) - lo) < len`, unsigned. A test with a single bit in `set` names a kind;
/// one with several bits names a union of kinds that happens to be one range (for example "number").
#[derive(Debug, PartialEq, Eq)]
pub struct KindTest {
    /// Index of this test in [`HostSpec::kinds`].
    pub id: u16,
    /// Name used in text.
    pub name: &'static str,
    /// The kinds it accepts, one bit each.
    pub set: u64,
    /// Bits of the word that are looked at.
    pub mask: u64,
    /// First accepted value.
    pub lo: u64,
    /// Number of accepted values.
    pub len: u64,
}

impl KindTest {
    /// The integers of [`ReprSpec::NAN_BOX`], as kind number `id`.
    pub const fn nan_box_int(id: u16) -> KindTest {
        KindTest { id, name: "int", set: 1 << id, mask: !0, lo: 0xFFFE << 48, len: 2 << 48 }
    }
    /// The floats of [`ReprSpec::NAN_BOX`], as kind number `id`.
    pub const fn nan_box_float(id: u16) -> KindTest {
        let (lo, end) = (1 << 49, 0xFFFE << 48);
        KindTest { id, name: "float", set: 1 << id, mask: !0, lo, len: end - lo }
    }
    /// Whether `word` passes this test.
    #[inline(always)]
    pub const fn accepts(&self, word: u64) -> bool {
        (word & self.mask).wrapping_sub(self.lo) < self.len
    }
}

/// How integers are boxed: `((i << shift) & mask) | tag`, of which the low `bits` bits of `i` survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntRepr {
    /// Signed width that fits, 1 to 64.
    pub bits: u32,
    /// Left shift of the payload.
    pub shift: u32,
    /// Tag bits, outside the payload.
    pub tag: u64,
}

impl IntRepr {
    const fn mask(&self) -> u64 {
        if self.bits == 64 { u64::MAX } else { ((1u64 << self.bits) - 1) << self.shift }
    }
    /// Boxes `i`, whose value must fit (checked by a guard before).
    #[inline(always)]
    pub const fn boxed(&self, i: i64) -> u64 {
        (((i as u64) << self.shift) & self.mask()) | self.tag
    }
    /// The integer in `word`.
    #[inline(always)]
    pub const fn unboxed(&self, word: u64) -> i64 {
        ((word << (64 - self.bits - self.shift)) as i64) >> (64 - self.bits)
    }
}

/// Where a value's kind stands, for kind tests to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindPlace {
    /// In the word that the value is boxed in: what boxing makes passes the tests of its kind.
    Word,
    /// In a word of its own, the tag, beside the word that the value is boxed in: boxing says nothing of kinds.
    Tag,
}

/// How the host's machine values are boxed in 64-bit words. `None`: the host never boxes that type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReprSpec {
    /// Integers.
    pub int: Option<IntRepr>,
    /// Floats: the word is the IEEE bits plus this offset, wrapping.
    pub float_offset: Option<u64>,
    /// References: the word is the address plus this tag.
    pub ref_tag: Option<u64>,
    /// The words of false and true.
    pub bools: Option<(u64, u64)>,
    /// Where kinds stand.
    pub kinds: KindPlace,
}

impl ReprSpec {
    /// Untyped 64-bit registers: every value is its own bits.
    pub const RAW: ReprSpec = ReprSpec {
        int: Some(IntRepr { bits: 64, shift: 0, tag: 0 }),
        float_offset: Some(0),
        ref_tag: Some(0),
        bools: Some((0, 1)),
        kinds: KindPlace::Word,
    };
    /// Tagged enums of 16 bytes, such as `#[repr(C, u64)] enum Value { Nil, Int(i64), Float(f64), .. }`: two words a
    /// value, the tag and the payload, which is the value's own bits.
    ///
    /// A value takes two slots (tag at `2 * i`, payload at `2 * i + 1`), two fields, or two elements, and a handler
    /// moves both. Kind tests look at tag words: with `mask: 0xFF` at the tag of a Rust enum, whose other bytes
    /// are anything. Payloads are whole words: false is 0 and true is 1, no byte left over. A host function returns
    /// one of the two words, the other one through memory; one that raises returns the tag, so that
    /// [`HostSpec::raised_word`] is a tag that no value has.
    pub const TAGGED: ReprSpec = ReprSpec { kinds: KindPlace::Tag, ..ReprSpec::RAW };
    /// NaN-boxing that favours pointers: floats are offset by 2^49, integers have 48 bits under 0xFFFE.
    pub const NAN_BOX: ReprSpec = ReprSpec {
        int: Some(IntRepr { bits: 48, shift: 0, tag: 0xFFFE << 48 }),
        float_offset: Some(1 << 49),
        ref_tag: Some(0),
        bools: Some((4, 5)),
        kinds: KindPlace::Word,
    };
    /// Low-bit tags: integers are `i << 1 | 1`, references are plain addresses, floats live on the heap.
    pub const LOW_BIT: ReprSpec = ReprSpec {
        int: Some(IntRepr { bits: 63, shift: 1, tag: 1 }),
        float_offset: None,
        ref_tag: Some(0),
        bools: Some((2, 6)),
        kinds: KindPlace::Word,
    };

    /// Whether values of this type are boxed.
    pub const fn boxes(&self, ty: Ty) -> bool {
        match ty {
            Ty::Int => self.int.is_some(),
            Ty::Float => self.float_offset.is_some(),
            Ty::Bool => self.bools.is_some(),
            Ty::Ref => self.ref_tag.is_some(),
            Ty::Word => true,
            Ty::Unit => false,
        }
    }
    /// Boxes an integer (0 if the host boxes none; the verifier rejects such traces).
    #[inline(always)]
    pub const fn box_int(&self, i: i64) -> u64 {
        match self.int {
            Some(r) => r.boxed(i),
            None => 0,
        }
    }
    /// Unboxes an integer.
    #[inline(always)]
    pub const fn unbox_int(&self, w: u64) -> i64 {
        match self.int {
            Some(r) => r.unboxed(w),
            None => 0,
        }
    }
    /// Boxes a float.
    #[inline(always)]
    pub const fn box_float(&self, f: f64) -> u64 {
        match self.float_offset {
            Some(offset) => f.to_bits().wrapping_add(offset),
            None => 0,
        }
    }
    /// Unboxes a float.
    #[inline(always)]
    pub const fn unbox_float(&self, w: u64) -> f64 {
        match self.float_offset {
            Some(offset) => f64::from_bits(w.wrapping_sub(offset)),
            None => 0.0,
        }
    }
    /// Boxes a reference.
    #[inline(always)]
    pub const fn box_ref(&self, r: u64) -> u64 {
        match self.ref_tag {
            Some(tag) => r.wrapping_add(tag),
            None => 0,
        }
    }
    /// Unboxes a reference.
    #[inline(always)]
    pub const fn unbox_ref(&self, w: u64) -> u64 {
        match self.ref_tag {
            Some(tag) => w.wrapping_sub(tag),
            None => 0,
        }
    }
    /// Boxes a boolean.
    #[inline(always)]
    pub const fn box_bool(&self, b: bool) -> u64 {
        match self.bools {
            Some((no, yes)) => {
                if b {
                    yes
                } else {
                    no
                }
            }
            None => 0,
        }
    }
    /// Unboxes a boolean: whether the word is the true word.
    #[inline(always)]
    pub const fn unbox_bool(&self, w: u64) -> bool {
        match self.bools {
            Some((_, yes)) => w == yes,
            None => false,
        }
    }
}

/// How a field or element is stored in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Signed 64-bit integer.
    I64,
    /// Signed 32-bit integer, sign-extended.
    I32,
    /// Unsigned 32-bit integer, zero-extended.
    U32,
    /// Unsigned 16-bit integer, zero-extended.
    U16,
    /// Unsigned byte, zero-extended.
    U8,
    /// Double-precision float.
    F64,
    /// Address.
    Ref,
    /// Boxed host word.
    Word,
}

impl Width {
    /// Bytes in memory.
    pub const fn bytes(self) -> u32 {
        match self {
            Width::I64 | Width::F64 | Width::Ref | Width::Word => 8,
            Width::I32 | Width::U32 => 4,
            Width::U16 => 2,
            Width::U8 => 1,
        }
    }
    /// Type of the loaded machine value.
    pub const fn ty(self) -> Ty {
        match self {
            Width::I64 | Width::I32 | Width::U32 | Width::U16 | Width::U8 => Ty::Int,
            Width::F64 => Ty::Float,
            Width::Ref => Ty::Ref,
            Width::Word => Ty::Word,
        }
    }
}

/// A field of host objects: at a fixed byte offset from the reference. Also an alias class.
#[derive(Debug)]
pub struct Field {
    /// Index in [`HostSpec::fields`].
    pub id: u16,
    /// Name used in text.
    pub name: &'static str,
    /// Byte offset.
    pub offset: i32,
    /// Storage.
    pub width: Width,
    /// Never changes once the object is reachable from a trace.
    pub immutable: bool,
    /// Alias class, 0 to 63: two accesses of different classes never overlap.
    pub class: u8,
}

/// Elements of a buffer: element `i` is at `base + offset + i * width.bytes()`.
#[derive(Debug)]
pub struct Elem {
    /// Index in [`HostSpec::elems`].
    pub id: u16,
    /// Name used in text.
    pub name: &'static str,
    /// Byte offset of element 0 from the base reference.
    pub offset: i32,
    /// Storage.
    pub width: Width,
    /// Never changes once reachable from a trace.
    pub immutable: bool,
    /// Alias class, 0 to 63.
    pub class: u8,
}

/// What a host function may do, as far as a trace can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects {
    /// Alias classes it may read, one bit each.
    pub reads: u64,
    /// Alias classes it may write, one bit each.
    pub writes: u64,
    /// Its result may say "raised"; it then has a pending error.
    pub raises: bool,
    /// It may run the interpreter, invalidate assumptions, or anything else of the host's.
    pub reenters: bool,
    /// Its result is a fresh object that nothing else refers to; unused, the call can be dropped.
    pub fresh: bool,
}

impl Effects {
    /// Depends on its arguments alone and changes nothing.
    pub const PURE: Effects = Effects { reads: 0, writes: 0, raises: false, reenters: false, fresh: false };
    /// Reads any memory, changes nothing.
    pub const READS: Effects = Effects { reads: u64::MAX, ..Effects::PURE };
    /// Anything at all.
    pub const ANY: Effects =
        Effects { reads: u64::MAX, writes: u64::MAX, raises: true, reenters: true, fresh: false };
    /// Allocates a fresh object.
    pub const FRESH: Effects = Effects { fresh: true, ..Effects::PURE };

    /// Same value for same arguments, any time.
    pub const fn is_pure(&self) -> bool {
        self.reads == 0 && self.writes == 0 && !self.raises && !self.reenters && !self.fresh
    }
    /// Nothing observable happens but the result: an unused call can be dropped.
    pub const fn is_removable(&self) -> bool {
        self.writes == 0 && !self.raises && !self.reenters
    }
}

/// Address of a host function. Declared in constants, called by traces.
#[derive(Clone, Copy, Debug)]
pub struct FnAddr(pub *const ());
// SAFETY: a function's address may be shared freely; calling it is unsafe by itself.
unsafe impl Sync for FnAddr {}
// SAFETY: as above.
unsafe impl Send for FnAddr {}

/// A host function that traces may call: `extern "C" fn(ctx: *mut Ctx, u64...) -> u64`, at most six arguments
/// after the context. Integers and words are their bits, references addresses, floats IEEE bits, booleans 0 or 1.
#[derive(Debug)]
pub struct HostFn {
    /// Index in [`HostSpec::fns`].
    pub id: u16,
    /// Name used in text.
    pub name: &'static str,
    /// The function. It must not unwind.
    pub addr: FnAddr,
    /// Parameter types, without the context.
    pub params: &'static [Ty],
    /// Result type; `Ty::Unit` results are ignored.
    pub ret: Ty,
    /// What it may do.
    pub effects: Effects,
}

impl HostFn {
    /// Most parameters, without the context.
    pub const MAX_PARAMS: usize = 7;
}

/// Everything an engine must know about a host.
#[derive(Clone, Copy, Debug)]
pub struct HostSpec {
    /// Name, for text headers and messages.
    pub name: &'static str,
    /// Boxing.
    pub repr: ReprSpec,
    /// Kind tests, indexed by id.
    pub kinds: &'static [&'static KindTest],
    /// Fields, indexed by id.
    pub fields: &'static [&'static Field],
    /// Element kinds, indexed by id.
    pub elems: &'static [&'static Elem],
    /// Host functions, indexed by id.
    pub fns: &'static [&'static HostFn],
    /// The word that a raising host function returns when it raised.
    pub raised_word: u64,
}

/// Why a [`HostSpec`] is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    /// The declaration at fault, by name.
    pub item: &'static str,
    /// What is wrong with it.
    pub message: &'static str,
}

impl std::fmt::Display for SpecError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "host declaration `{}`: {}", self.item, self.message)
    }
}
impl std::error::Error for SpecError {}

impl HostSpec {
    /// A host that declares nothing but its name and how it boxes words, to be completed with `..`.
    pub const fn new(name: &'static str, repr: ReprSpec) -> HostSpec {
        HostSpec { name, repr, kinds: &[], fields: &[], elems: &[], fns: &[], raised_word: 0 }
    }
    /// Checks the declarations: ids equal positions, names differ, classes below 64, boxing that round-trips.
    pub fn validate(&self) -> Result<(), SpecError> {
        let err = |item, message| Err(SpecError { item, message });
        let mut names = std::collections::HashSet::new();
        let rows = (self.kinds.iter().map(|k| (k.id, k.name, 0, "kind")))
            .chain(self.fields.iter().map(|f| (f.id, f.name, f.class, "field")))
            .chain(self.elems.iter().map(|e| (e.id, e.name, e.class, "elem")))
            .chain(self.fns.iter().map(|f| (f.id, f.name, 0, "fn")));
        let mut position = ("", 0);
        for (id, name, class, table) in rows {
            position = if position.0 == table { (table, position.1 + 1) } else { (table, 0) };
            if usize::from(id) != position.1 {
                return err(name, "its id is not its position in the table");
            }
            if !names.insert((table, name)) {
                return err(name, "declared twice");
            }
            if class >= 64 {
                return err(name, "alias classes go from 0 to 63");
            }
        }
        if let Some(f) = self.fns.iter().find(|f| f.params.len() > HostFn::MAX_PARAMS) {
            return err(f.name, "at most seven parameters");
        }
        if let Some(int) = self.repr.int {
            if int.bits == 0 || int.bits > 64 || int.shift > 64 - int.bits {
                return err("int", "bits and shift do not fit a word");
            }
            if int.tag & int.mask() != 0 {
                return err("int", "tag and payload overlap");
            }
        }
        if self.repr.bools.is_some_and(|(no, yes)| no == yes) {
            return err("bool", "false and true are the same word");
        }
        Ok(())
    }
}
