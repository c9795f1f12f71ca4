//! The test host: a host declaration that has something of everything, and a tiny VM behind it.
//!
//! Every object has one and the same layout with a place for each declared field and element, so that any access to
//! any object is safe and generated trees need no types of objects. Objects that exist before a run have fixed *text
//! addresses*, `@0x10000`, `@0x10400` and so on, with which texts name them; [`TestVm::relocate`] replaces them by the
//! real ones before a tree runs.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering};
use uplift_uop::canon::map_constants;
use uplift_uop::{
    Effects, Elem, Field, FnAddr, HostFn, HostSpec, KindTest, ReprSpec, Scalar, Tree, Ty, Width,
};

/// The unbound word, which raising functions return.
pub const UNDEF: u64 = 0;
/// The word of nothing.
pub const NONE: u64 = 2;

const fn kind(id: u16, name: &'static str, set: u64, lo: u64, len: u64) -> KindTest {
    KindTest { id, name, set, mask: u64::MAX, lo, len }
}
static KINDS: [KindTest; 7] = [
    kind(0, "undef", 1, 0, 1),
    kind(1, "none", 2, NONE, 1),
    kind(2, "bool", 4, 4, 2),
    kind(3, "int", 8, 0xFFFE << 48, 1 << 48),
    kind(4, "float", 16, 1 << 49, (0xFFFE << 48) - (1 << 49)),
    kind(5, "ref", 32, 0x1000, (1 << 48) - 0x1000),
    kind(6, "number", 8 | 16, 1 << 49, (0xFFFF << 48) - (1 << 49)),
];

/// A heap object of the test host.
#[repr(C)]
#[derive(Clone, Debug)]
pub struct Object {
    /// Unused by traces.
    pub header: u64,
    /// Field `object.shape`.
    pub shape: u64,
    /// Field `pair.first`.
    pub first: u64,
    /// Field `pair.second`.
    pub second: u64,
    /// Field `counter.count`.
    pub count: i64,
    /// Field `box.value`.
    pub value: f64,
    /// Field `node.next`.
    pub next: u64,
    /// Field `array.items`.
    pub items: u64,
    /// Field `array.length`.
    pub length: i64,
    /// Field `small.i32`.
    pub i32: i32,
    /// Field `small.u32`.
    pub u32: u32,
    /// Field `small.u16`.
    pub u16: u16,
    /// Field `small.u8`.
    pub u8: u8,
    /// Field `shape.id`, immutable.
    pub id: i64,
    /// Field `shape.parent`, immutable.
    pub parent: u64,
    /// Elements `words`.
    pub words: [u64; LENGTH],
    /// Elements `ints`.
    pub ints: [i64; LENGTH],
    /// Elements `floats`.
    pub floats: [f64; LENGTH],
    /// Elements `refs`.
    pub refs: [u64; LENGTH],
    /// Elements `i32s`.
    pub i32s: [i32; LENGTH],
    /// Elements `u16s`.
    pub u16s: [u16; LENGTH],
    /// Elements `bytes`.
    pub bytes: [u8; LENGTH],
}

/// Number of elements of each kind in an object.
pub const LENGTH: usize = 8;

macro_rules! fields {
    ($( $id:literal $name:literal $member:ident $width:ident $($immutable:ident)?; )*) => {
        static FIELDS: [Field; [$($id),*].len()] = [ $( Field {
            id: $id, name: $name, offset: std::mem::offset_of!(Object, $member) as i32, width: Width::$width,
            immutable: !matches!(stringify!($($immutable)?).as_bytes(), b""), class: $id,
        } ),* ];
    };
}
fields! {
    0 "object.shape" shape Ref;
    1 "pair.first" first Word;
    2 "pair.second" second Word;
    3 "counter.count" count I64;
    4 "box.value" value F64;
    5 "node.next" next Ref;
    6 "array.items" items Ref;
    7 "array.length" length I64;
    8 "small.i32" i32 I32;
    9 "small.u32" u32 U32;
    10 "small.u16" u16 U16;
    11 "small.u8" u8 U8;
    12 "shape.id" id I64 immutable;
    13 "shape.parent" parent Ref immutable;
}

/// Alias class of the first element kind; the others follow.
const ELEMS_CLASS: u8 = 16;

macro_rules! elems {
    ($( $id:literal $name:literal $member:ident $width:ident; )*) => {
        static ELEMS: [Elem; [$($id),*].len()] = [ $( Elem {
            id: $id, name: $name, offset: std::mem::offset_of!(Object, $member) as i32, width: Width::$width,
            immutable: false, class: ELEMS_CLASS + $id,
        } ),* ];
    };
}
elems! {
    0 "words" words Word;
    1 "ints" ints I64;
    2 "floats" floats F64;
    3 "refs" refs Ref;
    4 "i32s" i32s I32;
    5 "u16s" u16s U16;
    6 "bytes" bytes U8;
}

/// Effects outside the heap: the call log.
const WORLD: Effects = Effects { reads: 1 << 63, writes: 1 << 63, ..Effects::PURE };
const RAISES: Effects = Effects { raises: true, ..WORLD };
const COUNTS: Effects = Effects { reads: 1 << 3, writes: 1 << 3, ..Effects::PURE };
const READS_WORDS: Effects = Effects { reads: 1 << ELEMS_CLASS, ..Effects::PURE };

macro_rules! functions {
    ($( $id:literal $name:ident ($($arg:ident: $ty:ident),*) -> $ret:ident, $effects:expr; )*) => {
        static FUNCTIONS: [HostFn; [$($id),*].len()] = [ $( HostFn {
            id: $id, name: stringify!($name), addr: FnAddr(functions::$name as *const ()),
            params: &[$(Ty::$ty),*], ret: Ty::$ret, effects: $effects,
        } ),* ];
        static FUNCTION_REFS: [&HostFn; [$($id),*].len()] = [ $( &FUNCTIONS[$id] ),* ];

        /// What traces call: bits in, bits out.
        mod functions {
            use super::*;
            $( pub(super) extern "C" fn $name(vm: *mut c_void $(, $arg: u64)*) -> u64 {
                // SAFETY: runs pass the test VM as context, and it outlives them; nobody else refers to it meanwhile.
                let vm = unsafe { &mut *vm.cast::<TestVm>() };
                if !($effects).is_removable() {
                    vm.log.push(($id, [$( Scalar::from_bits(Ty::$ty, $arg) ),*].to_vec()));
                }
                vm.$name($( FromBits::from_bits($arg) ),*).into_bits()
            } )*
        }
    };
}
functions! {
    0 mix(a: Int, b: Int) -> Int, Effects::PURE;
    1 scale(a: Float, b: Int) -> Float, Effects::PURE;
    2 is_even(a: Int) -> Bool, Effects::PURE;
    3 classify(a: Word) -> Int, Effects::PURE;
    4 same(a: Ref) -> Ref, Effects::PURE;
    5 sum_words(a: Ref) -> Int, READS_WORDS;
    6 bump(a: Ref, b: Int) -> Int, COUNTS;
    7 log_word(a: Word) -> Unit, WORLD;
    8 log_float(a: Float) -> Unit, WORLD;
    9 checked(a: Word) -> Word, RAISES;
    10 new_pair(a: Word, b: Word) -> Ref, Effects::FRESH;
    11 new_float(a: Float) -> Ref, Effects::FRESH;
    12 new_array(a: Int) -> Ref, Effects::FRESH;
    13 new_boxed_pair(a: Word, b: Word) -> Word, Effects::FRESH;
    14 reenter(a: Word) -> Word, Effects::ANY;
    15 six(a: Int, b: Float, c: Bool, d: Ref, e: Word, f: Int) -> Int, WORLD;
    16 tick() -> Int, WORLD;
}

const fn refs<T, const N: usize>(items: &'static [T; N]) -> [&'static T; N] {
    let mut out = [&items[0]; N];
    let mut i = 0;
    while i < N {
        out[i] = &items[i];
        i += 1;
    }
    out
}
static KIND_REFS: [&KindTest; KINDS.len()] = refs(&KINDS);
static FIELD_REFS: [&Field; FIELDS.len()] = refs(&FIELDS);
static ELEM_REFS: [&Elem; ELEMS.len()] = refs(&ELEMS);

/// The declaration of the test host, `host test` in texts.
pub static HOST: HostSpec = HostSpec {
    name: "test",
    repr: ReprSpec::NAN_BOX,
    kinds: &KIND_REFS,
    fields: &FIELD_REFS,
    elems: &ELEM_REFS,
    fns: &FUNCTION_REFS,
    raised_word: UNDEF,
};

/// The same with low-bit tags and no boxed floats, for what only such a host shows: `host low_bit` in texts.
pub static LOW_BIT_HOST: HostSpec =
    HostSpec { name: "low_bit", repr: ReprSpec::LOW_BIT, kinds: &[], fns: &[], ..HOST };

const fn tag(id: u16, name: &'static str, set: u64, lo: u64, len: u64) -> KindTest {
    KindTest { id, name, set, mask: 0xFF, lo, len }
}
static TAGS: [KindTest; 6] = [
    tag(0, "nil", 1, 0, 1),
    tag(1, "bool", 2, 1, 1),
    tag(2, "int", 4, 2, 1),
    tag(3, "float", 8, 3, 1),
    // Called so in order to show that nothing is derived from the name: payloads are never of this kind.
    tag(4, "ref", 16, 4, 1),
    tag(5, "number", 4 | 8, 2, 2),
];
static TAG_REFS: [&KindTest; 6] = [&TAGS[0], &TAGS[1], &TAGS[2], &TAGS[3], &TAGS[4], &TAGS[5]];

/// The same with values of two words, whose tags are the low bytes 0 to 4: `host tagged` in texts.
pub static TAGGED_HOST: HostSpec =
    HostSpec { name: "tagged", repr: ReprSpec::TAGGED, kinds: &TAG_REFS, fns: &[], raised_word: 9, ..HOST };

trait FromBits {
    fn from_bits(bits: u64) -> Self;
}
trait IntoBits {
    fn into_bits(self) -> u64;
}
macro_rules! bits {
    ($($ty:ty: $from:expr, $into:expr;)*) => { $(
        impl FromBits for $ty { fn from_bits(bits: u64) -> Self { $from(bits) } }
        impl IntoBits for $ty { fn into_bits(self) -> u64 { $into(self) } }
    )* };
}
bits! {
    i64: |b| b as i64, |v| v as u64;
    u64: |b| b, |v| v;
    f64: f64::from_bits, f64::to_bits;
    bool: |b| b & 1 != 0, u64::from;
    (): |_| (), |_| 0;
}

/// Address of object 0 in texts.
const TEXT_BASE: u64 = 0x10000;
/// Distance of objects in texts.
const TEXT_STRIDE: u64 = 0x400;

/// Address of object `index` in texts.
pub const fn text_address(index: usize) -> u64 {
    TEXT_BASE + TEXT_STRIDE * index as u64
}

/// An object that stays where it is when more are allocated.
type Placed = Box<Object>;

/// The state behind the test host: objects, a log of calls with effects, a pending error, the attention word.
pub struct TestVm {
    /// Objects from before the run, at fixed addresses while the VM lives.
    initial: Vec<Placed>,
    /// Objects that the run allocated.
    fresh: Vec<Placed>,
    /// Calls with effects: function and arguments.
    pub log: Vec<(u16, Vec<Scalar>)>,
    /// Whether an error is pending.
    pub pending: bool,
    /// The attention word.
    pub attention: Box<AtomicU64>,
    /// Which re-entering call sets the attention word; 0 for none.
    pub attention_after: u32,
    /// What happens at a re-entering call, once: the call's number, and what.
    pub on_reentry: Option<(u32, Box<dyn FnOnce()>)>,
    /// Calls in the log when that had happened.
    pub reentered: Option<usize>,
    ticks: i64,
}

impl TestVm {
    /// A VM with `objects` objects, whose reference fields point to themselves or their successors.
    pub fn new(objects: usize) -> TestVm {
        let initial = (0..objects).map(|_| Box::new(blank())).collect();
        let mut vm = TestVm {
            initial,
            fresh: Vec::new(),
            log: Vec::new(),
            pending: false,
            attention: Box::default(),
            attention_after: 0,
            on_reentry: None,
            reentered: None,
            ticks: 0,
        };
        for i in 0..objects {
            let (this, next) = (vm.address(i), vm.address((i + 1) % objects));
            let object = &mut vm.initial[i];
            (object.shape, object.next, object.items) = (next, next, this);
            (object.id, object.parent, object.refs) = (i as i64, next, [this; LENGTH]);
        }
        vm
    }

    /// Number of objects from before the run.
    pub fn objects(&self) -> usize {
        self.initial.len()
    }
    /// Address of object `index`, which exists.
    pub fn address(&self, index: usize) -> u64 {
        std::ptr::from_ref::<Object>(&self.initial[index]).expose_provenance() as u64
    }
    /// Object `index`, which exists.
    pub fn object(&mut self, index: usize) -> &mut Object {
        &mut self.initial[index]
    }
    /// Addresses of all objects, initial and fresh.
    pub fn addresses(&self) -> impl Iterator<Item = u64> + '_ {
        let all = self.initial.iter().chain(&self.fresh);
        all.map(|object| std::ptr::from_ref::<Object>(object).addr() as u64)
    }

    /// The real address for a text address of an object, or the same if it is none.
    pub fn real(&self, address: u64) -> u64 {
        let offset = address.wrapping_sub(TEXT_BASE);
        let index = (offset / TEXT_STRIDE) as usize;
        let names = offset.is_multiple_of(TEXT_STRIDE) && index < self.initial.len();
        if names { self.address(index) } else { address }
    }

    /// The tree with real addresses of objects in place of text addresses, in reference and word constants.
    pub fn relocate(&self, tree: &Tree) -> Tree {
        map_constants(tree, |scalar| match scalar {
            Scalar::Ref(address) => Scalar::Ref(self.real(address)),
            Scalar::Word(word) => Scalar::Word(self.real(word)),
            other => other,
        })
    }

    /// The reverse of [`TestVm::relocate`], for messages.
    pub fn textual(&self, tree: &Tree) -> Tree {
        let text = |address| {
            let index = (0..self.initial.len()).find(|&i| self.address(i) == address);
            index.map_or(address, text_address)
        };
        map_constants(tree, |scalar| match scalar {
            Scalar::Ref(address) => Scalar::Ref(text(address)),
            Scalar::Word(word) => Scalar::Word(text(word)),
            other => other,
        })
    }

    /// The contents of all initial objects, for [`TestVm::restore`].
    pub fn save(&self) -> Vec<Object> {
        self.initial.iter().map(|object| (**object).clone()).collect()
    }
    /// Puts contents back and forgets everything that a run did.
    pub fn restore(&mut self, saved: &[Object]) {
        for (object, contents) in self.initial.iter_mut().zip(saved) {
            (**object).clone_from(contents);
        }
        self.fresh.clear();
        self.log.clear();
        (self.pending, self.ticks, self.reentered) = (false, 0, None);
        self.attention.store(0, Ordering::Relaxed);
    }

    /// The context to pass to runs.
    pub fn context(&mut self) -> *mut c_void {
        std::ptr::from_mut(self).cast()
    }

    fn at(&mut self, address: u64) -> &mut Object {
        // SAFETY: references in generated and hand-written trees are addresses of this VM's objects.
        unsafe { &mut *std::ptr::with_exposed_provenance_mut::<Object>(address as usize) }
    }

    fn alloc(&mut self) -> &mut Object {
        self.fresh.push(Box::new(blank()));
        let last = self.fresh.len() - 1;
        let object = &mut *self.fresh[last];
        let address = std::ptr::from_mut(object).expose_provenance() as u64;
        (object.shape, object.next, object.items) = (address, address, address);
        (object.parent, object.refs) = (address, [address; LENGTH]);
        object
    }

    fn mix(&mut self, a: i64, b: i64) -> i64 {
        a.wrapping_mul(31) ^ b
    }
    fn scale(&mut self, a: f64, b: i64) -> f64 {
        a * (b % 16) as f64
    }
    fn is_even(&mut self, a: i64) -> bool {
        a % 2 == 0
    }
    fn classify(&mut self, a: u64) -> i64 {
        KINDS.iter().position(|k| k.accepts(a)).map_or(-1, |i| i as i64)
    }
    fn same(&mut self, a: u64) -> u64 {
        a
    }
    fn sum_words(&mut self, a: u64) -> i64 {
        let ints = self.at(a).words.iter().filter(|w| KINDS[3].accepts(**w));
        ints.fold(0, |sum: i64, &word| sum.wrapping_add(HOST.repr.unbox_int(word)))
    }
    fn bump(&mut self, a: u64, b: i64) -> i64 {
        let count = &mut self.at(a).count;
        *count = count.wrapping_add(b);
        *count
    }
    fn log_word(&mut self, _a: u64) {}
    fn log_float(&mut self, _a: f64) {}
    fn checked(&mut self, a: u64) -> u64 {
        if a == NONE || a == UNDEF {
            self.pending = true;
            return UNDEF;
        }
        a
    }
    fn new_pair(&mut self, a: u64, b: u64) -> u64 {
        let object = self.alloc();
        (object.first, object.second) = (a, b);
        std::ptr::from_mut(object).addr() as u64
    }
    fn new_float(&mut self, a: f64) -> u64 {
        let object = self.alloc();
        object.value = a;
        std::ptr::from_mut(object).addr() as u64
    }
    fn new_array(&mut self, a: i64) -> u64 {
        let object = self.alloc();
        object.length = a & 7;
        std::ptr::from_mut(object).addr() as u64
    }
    fn new_boxed_pair(&mut self, a: u64, b: u64) -> u64 {
        self.new_pair(a, b)
    }
    fn reenter(&mut self, a: u64) -> u64 {
        if let Some(object) = self.initial.first_mut() {
            object.count = object.count.wrapping_add(1);
        }
        self.ticks += 1;
        if self.ticks == i64::from(self.attention_after) {
            self.attention.store(1 << 8, Ordering::Relaxed);
        }
        if let Some((_, act)) = self.on_reentry.take_if(|(call, _)| i64::from(*call) == self.ticks) {
            act();
            self.reentered = Some(self.log.len());
        }
        self.checked(a)
    }
    fn six(&mut self, a: i64, b: f64, c: bool, d: u64, e: u64, f: i64) -> i64 {
        let count = self.at(d).count;
        let (b, c, e) = (b as i64, i64::from(c), self.classify(e));
        [a, b, c, count, e, f].iter().fold(7, |sum: i64, &x| sum.wrapping_mul(31).wrapping_add(x))
    }
    fn tick(&mut self) -> i64 {
        self.ticks += 1;
        self.ticks
    }
}

fn blank() -> Object {
    Object {
        header: 0,
        shape: 0,
        first: NONE,
        second: NONE,
        count: 0,
        value: 0.0,
        next: 0,
        items: 0,
        length: 0,
        i32: 0,
        u32: 0,
        u16: 0,
        u8: 0,
        id: 0,
        parent: 0,
        words: [NONE; LENGTH],
        ints: [0; LENGTH],
        floats: [0.0; LENGTH],
        refs: [0; LENGTH],
        i32s: [0; LENGTH],
        u16s: [0; LENGTH],
        bytes: [0; LENGTH],
    }
}
