//! The declarations of kinds, fields and elements.
//!
//! They are constants, not statics, so that the interpreter's copy of the handlers sees through them.

use crate::jit::functions::FNS;
use crate::modules::array;
use crate::objects::class::{INSTANCE_OVERFLOW, INSTANCE_SLOTS};
use crate::objects::dict::DICT_USED;
use crate::objects::function::{
    BOUND_FUNC, BOUND_THIS, CELL_VALUE, FUNCTION_CLOSURE, FUNCTION_CODE, FUNCTION_DEFAULTS,
};
use crate::objects::iter::{
    Enumerate, LIST_ITER_INDEX, LIST_ITER_LIST, RANGE_ITER_LEFT, RANGE_ITER_NEXT, RANGE_ITER_STEP,
    TUPLE_ITER_INDEX, TUPLE_ITER_TUPLE, Zip,
};
use crate::objects::module::GLOBAL_CELL_VALUE;
use crate::objects::sequence::{LIST_CAP, LIST_LEN, LIST_PTR, TUPLE_ITEMS, TUPLE_LEN};
use crate::objects::string::STR_LEN;
use crate::objects::{Generator, HEADER_SHAPE, HEADER_TAG, RangeObj, WideInt};
use crate::word::*;
use std::mem::offset_of;
use uplift::uop::{Elem, Field, HostSpec, KindTest, ReprSpec, Width};

/// How words are boxed.
pub const REPR: ReprSpec = ReprSpec::NAN_BOX;

macro_rules! kinds {
    ($($NAME:ident = $text:literal, $set:expr, $lo:expr, $len:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum KindId { $($NAME),* }
        $(
            #[doc = concat!("The kind test `", $text, "`.")]
            pub const $NAME: &KindTest = &KindTest {
                id: KindId::$NAME as u16, name: $text, set: $set as u64, mask: u64::MAX, lo: $lo, len: $len,
            };
        )*
        /// All kind tests.
        pub const KINDS: &[&KindTest] = &[$($NAME),*];
    };
}

kinds! {
    UNDEFINED = "undef", K_UNDEF, 0, 1;
    NONE_KIND = "none", K_NONE, 2, 1;
    BOOL = "bool", K_BOOL, 4, 2;
    SPECIAL = "special", K_SPECIAL, 6, 2;
    INT = "int", K_INT, INT_TAG, 2 << 48;
    FLOAT = "float", K_FLOAT, FLOAT_OFFSET, INT_TAG - FLOAT_OFFSET;
    REF = "ref", K_REF, 0x1000, (1 << 48) - 0x1000;
    NUMBER = "number", K_INT | K_FLOAT, FLOAT_OFFSET, 0u64.wrapping_sub(FLOAT_OFFSET);
}

/// Alias classes: memory of different classes never overlaps.
pub mod class {
    /// Shapes of instances.
    pub const SHAPE: u8 = 0;
    /// Tags and shapes of builtin objects, and everything else that never changes.
    pub const FIXED: u8 = 1;
    /// Buffers and capacities of lists.
    pub const LIST_BUFFER: u8 = 2;
    /// Lengths of lists.
    pub const LIST_LEN: u8 = 3;
    /// Items of lists.
    pub const LIST_ITEMS: u8 = 4;
    /// Closure cells.
    pub const CELL: u8 = 5;
    /// Cells of globals.
    pub const GLOBAL: u8 = 6;
    /// `next` of range iterators.
    pub const RANGE_NEXT: u8 = 7;
    /// `left` of range iterators.
    pub const RANGE_LEFT: u8 = 8;
    /// The sequences of list and tuple iterators.
    pub const ITER_SEQUENCE: u8 = 9;
    /// The positions of list and tuple iterators.
    pub const ITER_INDEX: u8 = 10;
    /// Changeable parts of functions.
    pub const FUNCTION: u8 = 11;
    /// Dicts and their iterators.
    pub const DICT: u8 = 12;
    /// Sets and their iterators.
    pub const SET: u8 = 13;
    /// Overflow buffers of instances, and their contents.
    pub const OVERFLOW: u8 = 14;
    /// Contents of overflow buffers.
    pub const OVERFLOW_SLOTS: u8 = 15;
    /// State of generators.
    pub const GENERATOR: u8 = 16;
    /// Saved registers of generators.
    pub const GENERATOR_REGS: u8 = 17;
    /// Bytes of bytearrays and arrays.
    pub const BYTES: u8 = 18;
    /// Everything that only natives touch.
    pub const NATIVE: u8 = 19;
    /// Buffers and lengths of arrays.
    pub const ARRAY: u8 = 20;
    /// Counts of `enumerate`.
    pub const ENUMERATE: u8 = 21;
    /// First of the classes of instance slots.
    pub const SLOTS: u8 = 32;
    /// Number of slots that have a class of their own; later slots share the last.
    pub const SLOT_COUNT: usize = 31;
}

macro_rules! fields {
    ($($NAME:ident = $text:literal, $offset:expr, $width:ident, $class:expr, $immutable:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum FieldId { $($NAME,)* Slots }
        $(
            #[doc = concat!("The field `", $text, "`.")]
            pub const $NAME: &Field = &Field {
                id: FieldId::$NAME as u16, name: $text, offset: $offset as i32, width: Width::$width,
                immutable: $immutable, class: $class,
            };
        )*
        const PLAIN: &[&Field] = &[$($NAME),*];
    };
}

fields! {
    TAG = "object.tag", HEADER_TAG, U32, class::FIXED, true;
    BUILTIN_SHAPE = "object.builtin_shape", HEADER_SHAPE, Ref, class::FIXED, true;
    SHAPE = "object.shape", HEADER_SHAPE, Ref, class::SHAPE, false;
    OVERFLOW = "object.overflow", INSTANCE_OVERFLOW, Ref, class::OVERFLOW, false;
    LIST_BUF = "list.buffer", LIST_PTR, Ref, class::LIST_BUFFER, false;
    LIST_COUNT = "list.len", LIST_LEN, I64, class::LIST_LEN, false;
    LIST_ROOM = "list.capacity", LIST_CAP, I64, class::LIST_BUFFER, false;
    TUPLE_COUNT = "tuple.len", TUPLE_LEN, I64, class::FIXED, true;
    STR_COUNT = "str.len", STR_LEN, I64, class::FIXED, true;
    DICT_COUNT = "dict.used", DICT_USED, I64, class::DICT, false;
    CELL_CONTENT = "cell.value", CELL_VALUE, Word, class::CELL, false;
    GLOBAL_VALUE = "global.value", GLOBAL_CELL_VALUE, Word, class::GLOBAL, false;
    RANGE_NEXT = "range_iter.next", RANGE_ITER_NEXT, I64, class::RANGE_NEXT, false;
    RANGE_LEFT = "range_iter.left", RANGE_ITER_LEFT, I64, class::RANGE_LEFT, false;
    RANGE_START = "range.start", offset_of!(RangeObj, start), Word, class::FIXED, true;
    RANGE_STOP = "range.stop", offset_of!(RangeObj, stop), Word, class::FIXED, true;
    RANGE_STRIDE = "range.step", offset_of!(RangeObj, step), Word, class::FIXED, true;
    RANGE_COUNT = "range.len", offset_of!(RangeObj, len), Word, class::FIXED, true;
    RANGE_STEP = "range_iter.step", RANGE_ITER_STEP, I64, class::FIXED, true;
    LIST_ITER_SEQ = "list_iter.list", LIST_ITER_LIST, Word, class::ITER_SEQUENCE, false;
    LIST_ITER_POS = "list_iter.index", LIST_ITER_INDEX, I64, class::ITER_INDEX, false;
    TUPLE_ITER_SEQ = "tuple_iter.tuple", TUPLE_ITER_TUPLE, Word, class::ITER_SEQUENCE, false;
    TUPLE_ITER_POS = "tuple_iter.index", TUPLE_ITER_INDEX, I64, class::ITER_INDEX, false;
    INT_WIDE = "int.wide", offset_of!(WideInt, value), I64, class::FIXED, true;
    ENUMERATE_ITER = "enumerate.iter", offset_of!(Enumerate, iter), Word, class::FIXED, true;
    ENUMERATE_COUNT = "enumerate.count", offset_of!(Enumerate, count), Word, class::ENUMERATE, false;
    ZIP_ITERS = "zip.iters", offset_of!(Zip, iters), Word, class::FIXED, true;
    ZIP_STRICT = "zip.strict", offset_of!(Zip, strict), U8, class::FIXED, true;
    FUNC_CODE = "function.code", FUNCTION_CODE, Ref, class::FIXED, true;
    FUNC_CLOSURE = "function.closure", FUNCTION_CLOSURE, Ref, class::FIXED, true;
    FUNC_DEFAULTS = "function.defaults", FUNCTION_DEFAULTS, Word, class::FUNCTION, false;
    METHOD_FUNC = "method.function", BOUND_FUNC, Word, class::FIXED, true;
    METHOD_SELF = "method.self", BOUND_THIS, Word, class::FIXED, true;
    NATIVE_PAYLOAD = "native.payload", array::ARRAY_PAYLOAD, Ref, class::FIXED, true;
    ARRAY_CODE = "array.code", array::ARRAY_CODE, I64, class::FIXED, true;
    ARRAY_COUNT = "array.len", array::ARRAY_LEN, I64, class::ARRAY, false;
    ARRAY_ITEMS = "array.items", array::ARRAY_DATA, Ref, class::ARRAY, false;
    GEN_FUNC = "generator.function", offset_of!(Generator, func), Word, class::FIXED, true;
    GEN_PC = "generator.pc", offset_of!(Generator, pc), U32, class::GENERATOR, false;
    GEN_STATE = "generator.state", offset_of!(Generator, state), U32, class::GENERATOR, false;
    GEN_REGS = "generator.registers", offset_of!(Generator, regs), Ref, class::FIXED, true;
    GEN_CODE = "generator.code", offset_of!(Generator, code), Ref, class::FIXED, true;
}

macro_rules! slot_fields {
    ($($i:literal)*) => {
        /// The first inline slots of instances.
        pub const SLOTS: &[&Field] = &[$(&Field {
            id: FieldId::Slots as u16 + $i, name: concat!("object.slot", $i),
            offset: INSTANCE_SLOTS as i32 + 8 * $i, width: Width::Word, immutable: false, class: class::SLOTS + $i,
        }),*];
    };
}
slot_fields!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30);

const FIELD_COUNT: usize = PLAIN.len() + SLOTS.len();
static FIELDS: [&Field; FIELD_COUNT] = {
    let mut all = [PLAIN[0]; FIELD_COUNT];
    let mut i = 0;
    while i < FIELD_COUNT {
        all[i] = if i < PLAIN.len() { PLAIN[i] } else { SLOTS[i - PLAIN.len()] };
        i += 1;
    }
    all
};

macro_rules! elems {
    ($($NAME:ident = $text:literal, $offset:expr, $width:ident, $class:expr, $immutable:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum ElemId { $($NAME),* }
        $(
            #[doc = concat!("The elements `", $text, "`.")]
            pub const $NAME: &Elem = &Elem {
                id: ElemId::$NAME as u16, name: $text, offset: $offset as i32, width: Width::$width,
                immutable: $immutable, class: $class,
            };
        )*
        const ELEMS: &[&Elem] = &[$($NAME),*];
    };
}

elems! {
    LIST_ITEM = "list.items", 0, Word, class::LIST_ITEMS, false;
    TUPLE_ITEM = "tuple.items", TUPLE_ITEMS, Word, class::FIXED, true;
    OVERFLOW_SLOT = "object.overflow_slots", 0, Word, class::OVERFLOW_SLOTS, false;
    // Slots without a field of their own; the interpreter reads all slots through it.
    INSTANCE_SLOT = "object.slots", INSTANCE_SLOTS, Word, class::SLOTS + class::SLOT_COUNT as u8, false;
    ARRAY_F64 = "array.f64", 0, F64, class::BYTES, false;
    ARRAY_I64 = "array.i64", 0, I64, class::BYTES, false;
    ARRAY_I32 = "array.i32", 0, I32, class::BYTES, false;
    ARRAY_U32 = "array.u32", 0, U32, class::BYTES, false;
    ARRAY_U16 = "array.u16", 0, U16, class::BYTES, false;
    ARRAY_U8 = "array.u8", 0, U8, class::BYTES, false;
    GEN_REG = "generator.saved", 0, Word, class::GENERATOR_REGS, false;
}

/// The whole declaration.
pub static SPEC: HostSpec = HostSpec {
    name: "python",
    repr: REPR,
    kinds: KINDS,
    fields: &FIELDS,
    elems: ELEMS,
    fns: FNS,
    raised_word: 0,
};

#[cfg(test)]
mod tests {
    #[test]
    fn the_declarations_are_sound() {
        super::SPEC.validate().unwrap();
    }
}
