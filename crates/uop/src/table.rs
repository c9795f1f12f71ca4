//! The one table of uops. Everything about a uop that is not machine code stands in its row.
//!
//! [`for_each_uop!`](crate::for_each_uop) hands four sections of rows to a macro: `pure` and `guard` rows carry their *evaluation*,
//! which the interpreter, the uop interpreter and constant folding share; `memory` and `control` rows act on a
//! heap, a frame or the trace itself, which the executing machine supplies.
//!
//! A row reads: documentation, method name, variant, typed operands, an optional immediate, the result type,
//! `[commutative]` where it holds, and the evaluation with the host's [`ReprSpec`](crate::spec::ReprSpec) as `r`.
//! Evaluations of guards return `None` when the guard fails.

/// Hands the table to the macro `$m`, after the tokens `$x`.
#[macro_export]
macro_rules! for_each_uop { ($m:path $(, $($x:tt)*)?) => { $m! { $($($x)*)?
pure {
    /// Wrapping addition.
    int_add IntAdd (a: Int, b: Int) -> Int [commutative] |_r| a.wrapping_add(b);
    /// Wrapping subtraction.
    int_sub IntSub (a: Int, b: Int) -> Int [] |_r| a.wrapping_sub(b);
    /// Wrapping multiplication.
    int_mul IntMul (a: Int, b: Int) -> Int [commutative] |_r| a.wrapping_mul(b);
    /// Wrapping negation.
    int_neg IntNeg (a: Int) -> Int [] |_r| a.wrapping_neg();
    /// Whether the exact sum does not fit 64 bits.
    int_add_overflows IntAddOverflows (a: Int, b: Int) -> Bool [commutative] |_r| a.checked_add(b).is_none();
    /// Whether the exact difference does not fit 64 bits.
    int_sub_overflows IntSubOverflows (a: Int, b: Int) -> Bool [] |_r| a.checked_sub(b).is_none();
    /// Whether the exact product does not fit 64 bits.
    int_mul_overflows IntMulOverflows (a: Int, b: Int) -> Bool [commutative] |_r| a.checked_mul(b).is_none();
    /// Quotient rounded towards minus infinity; 0 for a zero divisor, wrapping for MIN / -1.
    int_div_floor IntDivFloor (a: Int, b: Int) -> Int [] |_r| $crate::arith::div_floor(a, b);
    /// Remainder with the divisor's sign; `a` for a zero divisor.
    int_mod_floor IntModFloor (a: Int, b: Int) -> Int [] |_r| $crate::arith::mod_floor(a, b);
    /// Quotient rounded towards zero; 0 for a zero divisor, wrapping for MIN / -1.
    int_div_trunc IntDivTrunc (a: Int, b: Int) -> Int [] |_r| if b == 0 { 0 } else { a.wrapping_div(b) };
    /// Remainder with the dividend's sign; `a` for a zero divisor.
    int_rem_trunc IntRemTrunc (a: Int, b: Int) -> Int [] |_r| if b == 0 { a } else { a.wrapping_rem(b) };
    /// Bitwise and.
    int_and IntAnd (a: Int, b: Int) -> Int [commutative] |_r| a & b;
    /// Bitwise or.
    int_or IntOr (a: Int, b: Int) -> Int [commutative] |_r| a | b;
    /// Bitwise exclusive or.
    int_xor IntXor (a: Int, b: Int) -> Int [commutative] |_r| a ^ b;
    /// Bitwise complement.
    int_not IntNot (a: Int) -> Int [] |_r| !a;
    /// Left shift; 0 for counts outside 0 to 63.
    int_shl IntShl (a: Int, b: Int) -> Int [] |_r| if (b as u64) < 64 { a << b } else { 0 };
    /// Arithmetic right shift; the sign for counts outside 0 to 63.
    int_shr IntShr (a: Int, b: Int) -> Int [] |_r| a >> (if (b as u64) < 64 { b } else { 63 });
    /// Logical right shift; 0 for counts outside 0 to 63.
    int_ushr IntUshr (a: Int, b: Int) -> Int [] |_r| if (b as u64) < 64 { ((a as u64) >> b) as i64 } else { 0 };
    /// Equality.
    int_eq IntEq (a: Int, b: Int) -> Bool [commutative] |_r| a == b;
    /// Inequality.
    int_ne IntNe (a: Int, b: Int) -> Bool [commutative] |_r| a != b;
    /// Signed less-than.
    int_lt IntLt (a: Int, b: Int) -> Bool [] |_r| a < b;
    /// Signed less-or-equal.
    int_le IntLe (a: Int, b: Int) -> Bool [] |_r| a <= b;
    /// Signed greater-than.
    int_gt IntGt (a: Int, b: Int) -> Bool [] |_r| a > b;
    /// Signed greater-or-equal.
    int_ge IntGe (a: Int, b: Int) -> Bool [] |_r| a >= b;
    /// Unsigned less-than: the bounds test, which rejects negative indices too.
    int_ult IntUlt (a: Int, b: Int) -> Bool [] |_r| (a as u64) < (b as u64);
    /// Whether `a` fits a signed integer of `bits` bits.
    int_fits IntFits (a: Int; bits: Bits) -> Bool [] |_r| $crate::arith::fits(a, bits);

    /// Addition.
    float_add FloatAdd (a: Float, b: Float) -> Float [commutative] |_r| a + b;
    /// Subtraction.
    float_sub FloatSub (a: Float, b: Float) -> Float [] |_r| a - b;
    /// Multiplication.
    float_mul FloatMul (a: Float, b: Float) -> Float [commutative] |_r| a * b;
    /// Division, by IEEE rules.
    float_div FloatDiv (a: Float, b: Float) -> Float [] |_r| a / b;
    /// Negation.
    float_neg FloatNeg (a: Float) -> Float [] |_r| -a;
    /// Absolute value.
    float_abs FloatAbs (a: Float) -> Float [] |_r| a.abs();
    /// Square root; NaN below zero.
    float_sqrt FloatSqrt (a: Float) -> Float [] |_r| a.sqrt();
    /// Rounds towards minus infinity.
    float_floor FloatFloor (a: Float) -> Float [] |_r| a.floor();
    /// Rounds towards plus infinity.
    float_ceil FloatCeil (a: Float) -> Float [] |_r| a.ceil();
    /// Rounds towards zero.
    float_trunc FloatTrunc (a: Float) -> Float [] |_r| a.trunc();
    /// Equality, false for NaN.
    float_eq FloatEq (a: Float, b: Float) -> Bool [commutative] |_r| a == b;
    /// Inequality, true for NaN.
    float_ne FloatNe (a: Float, b: Float) -> Bool [commutative] |_r| a != b;
    /// Less-than, false for NaN.
    float_lt FloatLt (a: Float, b: Float) -> Bool [] |_r| a < b;
    /// Less-or-equal, false for NaN.
    float_le FloatLe (a: Float, b: Float) -> Bool [] |_r| a <= b;
    /// Greater-than, false for NaN.
    float_gt FloatGt (a: Float, b: Float) -> Bool [] |_r| a > b;
    /// Greater-or-equal, false for NaN.
    float_ge FloatGe (a: Float, b: Float) -> Bool [] |_r| a >= b;
    /// Nearest float to an integer.
    int_to_float IntToFloat (a: Int) -> Float [] |_r| a as f64;
    /// Integer part, saturating; 0 for NaN.
    float_to_int FloatToInt (a: Float) -> Int [] |_r| a as i64;
    /// IEEE bits of a float.
    float_to_bits FloatToBits (a: Float) -> Int [] |_r| a.to_bits() as i64;
    /// The float with these IEEE bits.
    float_from_bits FloatFromBits (a: Int) -> Float [] |_r| f64::from_bits(a as u64);

    /// Negation.
    bool_not BoolNot (a: Bool) -> Bool [] |_r| !a;
    /// Conjunction.
    bool_and BoolAnd (a: Bool, b: Bool) -> Bool [commutative] |_r| a & b;
    /// Disjunction.
    bool_or BoolOr (a: Bool, b: Bool) -> Bool [commutative] |_r| a | b;
    /// Exclusive or.
    bool_xor BoolXor (a: Bool, b: Bool) -> Bool [commutative] |_r| a ^ b;
    /// 1 for true, 0 for false.
    bool_to_int BoolToInt (a: Bool) -> Int [] |_r| i64::from(a);
    /// `a` if `c`, else `b`.
    select_int SelectInt (c: Bool, a: Int, b: Int) -> Int [] |_r| if c { a } else { b };
    /// `a` if `c`, else `b`.
    select_float SelectFloat (c: Bool, a: Float, b: Float) -> Float [] |_r| if c { a } else { b };
    /// `a` if `c`, else `b`.
    select_word SelectWord (c: Bool, a: Word, b: Word) -> Word [] |_r| if c { a } else { b };

    /// Same address.
    ref_eq RefEq (a: Ref, b: Ref) -> Bool [commutative] |_r| a == b;
    /// The address as an integer.
    ref_to_int RefToInt (a: Ref) -> Int [] |_r| a as i64;
    /// The integer as an address.
    int_to_ref IntToRef (a: Int) -> Ref [] |_r| a as u64;
    /// Same word, bit for bit.
    word_eq WordEq (a: Word, b: Word) -> Bool [commutative] |_r| a == b;
    /// The word's bits as an integer.
    word_to_int WordToInt (a: Word) -> Int [] |_r| a as i64;
    /// The integer's bits as a word.
    int_to_word IntToWord (a: Int) -> Word [] |_r| a as u64;
    /// Whether the word passes a kind test.
    is_kind IsKind (a: Word; kind: Kind) -> Bool [] |_r| kind.accepts(a);
    /// Boxes an integer that fits.
    box_int BoxInt (a: Int) -> Word [] |r| r.box_int(a);
    /// Unboxes an integer word.
    unbox_int UnboxInt (a: Word) -> Int [] |r| r.unbox_int(a);
    /// Boxes a float.
    box_float BoxFloat (a: Float) -> Word [] |r| r.box_float(a);
    /// Unboxes a float word.
    unbox_float UnboxFloat (a: Word) -> Float [] |r| r.unbox_float(a);
    /// Boxes a reference.
    box_ref BoxRef (a: Ref) -> Word [] |r| r.box_ref(a);
    /// Unboxes a reference word.
    unbox_ref UnboxRef (a: Word) -> Ref [] |r| r.unbox_ref(a);
    /// Boxes a boolean.
    box_bool BoxBool (a: Bool) -> Word [] |r| r.box_bool(a);
    /// Unboxes a boolean word.
    unbox_bool UnboxBool (a: Word) -> Bool [] |r| r.unbox_bool(a);
}
guard {
    /// Leaves unless the condition holds.
    guard_true GuardTrue (a: Bool) -> Unit |_r| a.then_some(());
    /// Leaves unless the condition fails.
    guard_false GuardFalse (a: Bool) -> Unit |_r| (!a).then_some(());
    /// Leaves unless the word passes a kind test.
    guard_kind GuardKind (a: Word; kind: Kind) -> Unit |_r| kind.accepts(a).then_some(());
    /// Leaves unless the integer is the constant `b`.
    guard_eq_int GuardEqInt (a: Int, b: Int) -> Unit |_r| (a == b).then_some(());
    /// Leaves unless the reference is the constant `b`.
    guard_eq_ref GuardEqRef (a: Ref, b: Ref) -> Unit |_r| (a == b).then_some(());
    /// Leaves unless the word is the constant `b`.
    guard_eq_word GuardEqWord (a: Word, b: Word) -> Unit |_r| (a == b).then_some(());
    /// Leaves unless index `a` is within length `b`: 0 <= a < b.
    guard_bounds GuardBounds (a: Int, b: Int) -> Unit |_r| ((a as u64) < (b as u64)).then_some(());
    /// Addition; leaves when the sum does not fit 64 bits.
    int_add_checked IntAddChecked (a: Int, b: Int) -> Int |_r| a.checked_add(b);
    /// Subtraction; leaves when the difference does not fit 64 bits.
    int_sub_checked IntSubChecked (a: Int, b: Int) -> Int |_r| a.checked_sub(b);
    /// Multiplication; leaves when the product does not fit 64 bits.
    int_mul_checked IntMulChecked (a: Int, b: Int) -> Int |_r| a.checked_mul(b);
}
memory {
    /// Reads a frame slot.
    slot_load SlotLoad (; slot: Slot) -> Word;
    /// Writes a frame slot.
    slot_store SlotStore (a: Word; slot: Slot) -> Unit;
    /// Loads an integer field.
    load_int LoadInt (base: Ref; field: Field) -> Int;
    /// Loads a float field.
    load_float LoadFloat (base: Ref; field: Field) -> Float;
    /// Loads a reference field.
    load_ref LoadRef (base: Ref; field: Field) -> Ref;
    /// Loads a boxed field.
    load_word LoadWord (base: Ref; field: Field) -> Word;
    /// Stores an integer field, truncated to its width.
    store_int StoreInt (base: Ref, v: Int; field: Field) -> Unit;
    /// Stores a float field.
    store_float StoreFloat (base: Ref, v: Float; field: Field) -> Unit;
    /// Stores a reference field.
    store_ref StoreRef (base: Ref, v: Ref; field: Field) -> Unit;
    /// Stores a boxed field.
    store_word StoreWord (base: Ref, v: Word; field: Field) -> Unit;
    /// Loads an integer element; the index was bounds-guarded before.
    load_elem_int LoadElemInt (base: Ref, i: Int; elem: Elem) -> Int;
    /// Loads a float element.
    load_elem_float LoadElemFloat (base: Ref, i: Int; elem: Elem) -> Float;
    /// Loads a reference element.
    load_elem_ref LoadElemRef (base: Ref, i: Int; elem: Elem) -> Ref;
    /// Loads a boxed element.
    load_elem_word LoadElemWord (base: Ref, i: Int; elem: Elem) -> Word;
    /// Stores an integer element, truncated to its width.
    store_elem_int StoreElemInt (base: Ref, i: Int, v: Int; elem: Elem) -> Unit;
    /// Stores a float element.
    store_elem_float StoreElemFloat (base: Ref, i: Int, v: Float; elem: Elem) -> Unit;
    /// Stores a reference element.
    store_elem_ref StoreElemRef (base: Ref, i: Int, v: Ref; elem: Elem) -> Unit;
    /// Stores a boxed element.
    store_elem_word StoreElemWord (base: Ref, i: Int, v: Word; elem: Elem) -> Unit;
}
control {
    /// Calls a host function; operands and result as it declares.
    call Call;
    /// Leaves unless a raising call's result says that it did not raise; resumes by raising.
    guard_not_raised GuardNotRaised;
    /// Leaves unless the reference field holds the constant reference.
    guard_field_eq GuardFieldEq;
    /// Leaves if the attention word is set.
    guard_attention GuardAttention;
    /// Loop header: defines one value for each initial operand; at most one a tree, in its root.
    loop_header LoopHeader;
    /// Ends a trace: back to the loop header, one operand for each of its values.
    jump Jump;
    /// Ends a trace: back to the tree's entry; frame slots carry all state.
    jump_entry JumpEntry;
    /// Ends a trace: leaves to the interpreter.
    exit Exit;
}
}}}

/// Types of SSA values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ty {
    /// 64-bit integer.
    Int,
    /// Double-precision float.
    Float,
    /// Truth value.
    Bool,
    /// Address of a host object or buffer.
    Ref,
    /// Boxed host word.
    Word,
    /// No value.
    Unit,
}

impl Ty {
    /// Name used in text.
    pub const fn name(self) -> &'static str {
        match self {
            Ty::Int => "int",
            Ty::Float => "float",
            Ty::Bool => "bool",
            Ty::Ref => "ref",
            Ty::Word => "word",
            Ty::Unit => "unit",
        }
    }
}

/// What the immediate of a uop means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImmKind {
    /// No immediate.
    None,
    /// Index of a kind test.
    Kind,
    /// A width in bits.
    Bits,
    /// Index of a frame slot, signed.
    Slot,
    /// Index of a field.
    Field,
    /// Index of an element kind.
    Elem,
    /// Index of a host function.
    Fn,
}

/// The section of the table a uop stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Value of its operands alone.
    Pure,
    /// May leave the trace; has a snapshot.
    Guard,
    /// Touches frame slots or the heap.
    Memory,
    /// Calls, loop structure, and guards that read memory.
    Control,
}

/// Everything the table says about one uop but its evaluation.
#[derive(Clone, Copy, Debug)]
pub struct OpInfo {
    /// Name in text and as a method.
    pub name: &'static str,
    /// Documentation, one line.
    pub doc: &'static str,
    /// Section of the table.
    pub section: Section,
    /// Operand types; for `call`, `loop_header` and `jump` the instruction itself says.
    pub params: &'static [Ty],
    /// Result type; for `call` the function says.
    pub ret: Ty,
    /// Meaning of the immediate.
    pub imm: ImmKind,
    /// Operands may be swapped.
    pub commutative: bool,
    /// Carries a snapshot and may leave the trace.
    pub exits: bool,
    /// Ends a trace.
    pub terminator: bool,
    /// Number of operands varies.
    pub variadic: bool,
}

macro_rules! imm_kind {
    () => {
        ImmKind::None
    };
    (Kind) => {
        ImmKind::Kind
    };
    (Bits) => {
        ImmKind::Bits
    };
    (Slot) => {
        ImmKind::Slot
    };
    (Field) => {
        ImmKind::Field
    };
    (Elem) => {
        ImmKind::Elem
    };
}

macro_rules! define_ops {
    (
        pure { $( #[doc = $pd:literal] $pn:ident $pv:ident ( $($pa:ident : $pt:ident),* $(; $pi:ident : $pk:ident)? ) -> $pr:ident [$($pc:ident)?] |$_pr:ident| $pe:expr ; )* }
        guard { $( #[doc = $gd:literal] $gn:ident $gv:ident ( $($ga:ident : $gt:ident),* $(; $gi:ident : $gk:ident)? ) -> $gr:ident |$_gr:ident| $ge:expr ; )* }
        memory { $( #[doc = $md:literal] $mn:ident $mv:ident ( $($ma:ident : $mt:ident),* ; $mi:ident : $mk:ident ) -> $mr:ident ; )* }
        control { $( #[doc = $cd:literal] $cn:ident $cv:ident ; )* }
    ) => {
        /// A uop.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Op {
            $( #[doc = $pd] $pv, )*
            $( #[doc = $gd] $gv, )*
            $( #[doc = $md] $mv, )*
            $( #[doc = $cd] $cv, )*
        }

        impl Op {
            /// All uops, in table order.
            pub const ALL: &'static [Op] = &[ $(Op::$pv,)* $(Op::$gv,)* $(Op::$mv,)* $(Op::$cv,)* ];

            /// What the table says about this uop.
            pub const fn info(self) -> &'static OpInfo { &INFO[self as usize] }
        }

        static INFO: &[OpInfo] = &[
            $( OpInfo { name: stringify!($pn), doc: $pd, section: Section::Pure, params: &[$(Ty::$pt),*], ret: Ty::$pr,
                imm: imm_kind!($($pk)?), commutative: !matches!(stringify!($($pc)?).as_bytes(), b""), exits: false, terminator: false, variadic: false }, )*
            $( OpInfo { name: stringify!($gn), doc: $gd, section: Section::Guard, params: &[$(Ty::$gt),*], ret: Ty::$gr,
                imm: imm_kind!($($gk)?), commutative: false, exits: true, terminator: false, variadic: false }, )*
            $( OpInfo { name: stringify!($mn), doc: $md, section: Section::Memory, params: &[$(Ty::$mt),*], ret: Ty::$mr,
                imm: imm_kind!($mk), commutative: false, exits: false, terminator: false, variadic: false }, )*
            $( control_info(Op::$cv, stringify!($cn), $cd), )*
        ];
    };
}
for_each_uop!(define_ops);

const fn control_info(op: Op, name: &'static str, doc: &'static str) -> OpInfo {
    let (params, imm): (&'static [Ty], ImmKind) = match op {
        Op::GuardNotRaised => (&[Ty::Word], ImmKind::None),
        Op::GuardFieldEq => (&[Ty::Ref, Ty::Ref], ImmKind::Field),
        Op::Call => (&[], ImmKind::Fn),
        _ => (&[], ImmKind::None),
    };
    OpInfo {
        name,
        doc,
        section: Section::Control,
        params,
        ret: Ty::Unit,
        imm,
        commutative: false,
        exits: matches!(op, Op::GuardNotRaised | Op::GuardFieldEq | Op::GuardAttention | Op::Exit),
        terminator: matches!(op, Op::Jump | Op::JumpEntry | Op::Exit),
        variadic: matches!(op, Op::Call | Op::LoopHeader | Op::Jump),
    }
}

impl Op {
    /// The uop called `name` in text.
    pub fn from_name(name: &str) -> Option<Op> {
        Op::ALL.iter().copied().find(|op| op.info().name == name)
    }
    /// Result is a function of its operands and immediate alone.
    pub fn is_pure(self) -> bool {
        self.info().section == Section::Pure
    }
    /// Carries a snapshot.
    pub fn exits(self) -> bool {
        self.info().exits
    }
}
