//! The `bytecodes!` table: a host declares its instruction set once, as rows of named operands with
//! roles, and gets the opcode enum, a typed encoder and decoder per instruction, the register
//! effects, a disassembler and a structural verifier.
//!
//! # Format
//!
//! Code is a sequence of 64-bit words. An instruction is one word, followed by the row's number of
//! *cache cells* (words that the interpreter may use as inline caches; zero in fresh code). The word
//! holds, little end first, `op: u16, a: u16, b: u16, c: u16`. Operands take `a`, `b`, `c` in the
//! order in which they are declared; an operand of 32 bits ([`Role::Jump`], [`Role::Entry`], [`Role::Const32`])
//! always takes `b` and `c` together, so at most one 16-bit operand can stand before it.
//! Jumps are signed distances in words from the word of the jumping instruction. A row's flags stand in
//! brackets after it, separated by commas: `cache 2` (cache cells), `ends` (control never goes on to the next
//! instruction), and for machines with an operand stack `pops 2` and `pushes 1`, from which [`stack_heights`]
//! computes how high the stack is at each instruction.
//!
//! # Example
//!
//! ```
//! # mod toy {
//! uplift_uop::bytecodes! {
//!     /// A toy machine.
//!     pub enum Op, mod insn {
//!         /// r[dst] = r[x] + r[y].
//!         Add { dst: Write, x: Read, y: Read }
//!         /// Goes to `to` if r[x] is not zero.
//!         JumpIf { x: Read, to: Jump }
//!         /// Returns r[x].
//!         Return { x: Read } [ends]
//!     }
//! }
//! # }
//! # use toy::{Op, insn};
//! let code = [insn::Add { dst: 0, x: 0, y: 1 }.encode(), insn::Return { x: 0 }.encode()];
//! use uplift_uop::bytecodes::{Limits, verify_code};
//! verify_code::<Op>(&code, &Limits { registers: 2, ..Limits::default() }).unwrap();
//! assert_eq!(insn::Add::decode(code[0]).y, 1);
//! // One enum of all instructions, to match on.
//! assert_eq!(insn::Decoded::of_word(code[1]), Some(insn::Decoded::Return { x: 0 }));
//! ```

use std::fmt::{self, Write as _};

/// How an instruction touches a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The value is read.
    Read,
    /// The register is overwritten if the instruction completes (never if it raises).
    Write,
    /// The register's value is destroyed, whether the instruction completes or not.
    Clobber,
}

/// A run of registers next to each other, relative to a base register: `base+from .. base+to+scale*n`,
/// where `n` is the value of the operand that follows the base (its role must be [`Role::Count`] or
/// [`Role::CountPair`] unless `scale` is 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How the run is accessed.
    pub access: Access,
    /// First register, relative to the base.
    pub from: u16,
    /// End of the run (exclusive), relative to the base, for a count of 0.
    pub to: u16,
    /// Registers that each unit of the count adds.
    pub scale: u16,
}

/// Reads `base+from .. base+to+n`.
pub const fn reads(from: u16, to: u16, scale: u16) -> Span {
    Span { access: Access::Read, from, to, scale }
}

/// Writes `base+from .. base+to+n`.
pub const fn writes(from: u16, to: u16, scale: u16) -> Span {
    Span { access: Access::Write, from, to, scale }
}

/// Destroys `base+from .. base+to+n`.
pub const fn clobbers(from: u16, to: u16, scale: u16) -> Span {
    Span { access: Access::Clobber, from, to, scale }
}

/// What an operand means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A register that is read.
    Read,
    /// A register that is written.
    Write,
    /// A register that is read, then written.
    Update,
    /// The base of one or more runs of registers.
    Window(&'static [Span]),
    /// An index into the constants, 16 bits.
    Const,
    /// An index into the constants, 32 bits.
    Const32,
    /// An index into the names.
    Name,
    /// An index into the variables captured by the running function.
    Upvalue,
    /// A signed number, 16 bits.
    Imm,
    /// An unsigned number, 16 bits; after a window, its length.
    Count,
    /// Two counts of 8 bits (low byte, high byte); after a window, their sum is its length.
    CountPair,
    /// How many values the instruction pops from the operand stack, beside those of its row; 16 bits.
    Pops,
    /// A jump distance, 32 bits.
    Jump,
    /// The distance to a function's first instruction, 32 bits. The function starts with an empty operand stack.
    Entry,
    /// A jump distance, 16 bits.
    JumpShort,
}

impl Role {
    /// Whether the operand takes two of the three 16-bit fields.
    pub const fn is_wide(self) -> bool {
        matches!(self, Role::Const32 | Role::Jump | Role::Entry)
    }
}

/// One operand of a row.
#[derive(Clone, Copy, Debug)]
pub struct Operand {
    /// Its name in the table.
    pub name: &'static str,
    /// What it means.
    pub role: Role,
    /// The bit at which it starts in the instruction word.
    pub shift: u32,
}

impl Operand {
    /// The operand's value in an instruction word, sign-extended where its role is signed.
    #[inline]
    pub const fn get(&self, word: u64) -> i64 {
        match self.role {
            Role::Jump | Role::Entry => (word >> self.shift) as u32 as i32 as i64,
            Role::Const32 => (word >> self.shift) as u32 as i64,
            Role::JumpShort | Role::Imm => (word >> self.shift) as u16 as i16 as i64,
            _ => (word >> self.shift) as u16 as i64,
        }
    }
}

/// One row of an instruction table.
#[derive(Clone, Copy, Debug)]
pub struct OpInfo {
    /// The instruction's name.
    pub name: &'static str,
    /// Its documentation.
    pub doc: &'static str,
    /// Its operands in order.
    pub operands: &'static [Operand],
    /// The number of cache cells after the instruction word.
    pub cache_cells: usize,
    /// Whether control never goes on to the next instruction.
    pub ends: bool,
    /// Values popped from the operand stack, beside those that an operand with [`Role::Pops`] counts.
    pub pops: u16,
    /// Values then pushed.
    pub pushes: u16,
}

/// The shift of operand `index` among operands with these roles; used by `bytecodes!`.
///
/// Fails (at compile time, in a table) if the operands do not fit in one word.
pub const fn operand_shift(roles: &[Role], index: usize) -> u32 {
    let (mut i, mut next, mut shift) = (0, 16, 0);
    while i <= index {
        if roles[i].is_wide() {
            assert!(next <= 32, "a wide operand takes fields b and c");
            shift = 32;
            next = 64;
        } else {
            assert!(next <= 48, "an instruction has three 16-bit fields");
            shift = next;
            next += 16;
        }
        i += 1;
    }
    shift
}

/// An instruction set made by `bytecodes!`.
#[expect(clippy::len_without_is_empty, reason = "an instruction has at least its own word")]
pub trait InstructionSet: Copy + fmt::Debug + 'static {
    /// The instruction with this number.
    fn from_u16(number: u16) -> Option<Self>;
    /// The instruction's row.
    fn info(self) -> &'static OpInfo;
    /// The instruction of an instruction word.
    fn of_word(word: u64) -> Option<Self> {
        Self::from_u16(word as u16)
    }
    /// Words from this instruction to the next one.
    fn len(self) -> usize {
        1 + self.info().cache_cells
    }
}

/// Calls `f` for every register that an instruction accesses: reads first, then clobbers, then writes.
pub fn register_effects<O: InstructionSet>(op: O, word: u64, mut f: impl FnMut(Access, u32)) {
    let operands = op.info().operands;
    for wanted in [Access::Read, Access::Clobber, Access::Write] {
        for (i, operand) in operands.iter().enumerate() {
            let register = operand.get(word) as u32;
            match operand.role {
                Role::Read if wanted == Access::Read => f(wanted, register),
                Role::Write if wanted == Access::Write => f(wanted, register),
                Role::Update if wanted != Access::Clobber => f(wanted, register),
                Role::Window(spans) => {
                    let n = window_length(operands, i, word);
                    for span in spans.iter().filter(|s| s.access == wanted) {
                        let end = u32::from(span.to) + u32::from(span.scale) * n;
                        (u32::from(span.from)..end).for_each(|k| f(wanted, register + k));
                    }
                }
                _ => {}
            }
        }
    }
}

fn window_length(operands: &[Operand], base: usize, word: u64) -> u32 {
    let Some(count) = operands.get(base + 1) else { return 0 };
    let value = count.get(word) as u32;
    match count.role {
        Role::Count => value,
        Role::CountPair => (value & 0xff) + (value >> 8),
        _ => 0,
    }
}

/// The target (a word index) of the instruction's jump, if it has one and the target is not negative.
pub fn jump_target<O: InstructionSet>(op: O, word: u64, pc: usize) -> Option<usize> {
    let operand = op.info().operands.iter().find(|o| matches!(o.role, Role::Jump | Role::JumpShort))?;
    usize::try_from(pc as i64 + operand.get(word)).ok()
}

/// The instructions of a code block as (word index, instruction, instruction word); stops before a
/// word that is no instruction.
pub fn instructions<O: InstructionSet>(code: &[u64]) -> impl Iterator<Item = (usize, O, u64)> + '_ {
    let mut pc = 0;
    std::iter::from_fn(move || {
        let word = *code.get(pc)?;
        let op = O::of_word(word)?;
        let at = pc;
        pc += op.len();
        Some((at, op, word))
    })
}

/// How many registers, constants, names and captured variables a code block may refer to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Number of registers.
    pub registers: usize,
    /// Number of constants.
    pub constants: usize,
    /// Number of names.
    pub names: usize,
    /// Number of captured variables.
    pub upvalues: usize,
}

/// Why a code block is malformed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeError {
    /// The word at fault.
    pub pc: usize,
    /// What is wrong with it.
    pub kind: CodeErrorKind,
}

/// The kinds of [`CodeError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeErrorKind {
    /// There is no instruction.
    Empty,
    /// The word is no instruction of the set.
    UnknownOp(u16),
    /// The cache cells of the last instruction are missing.
    Truncated,
    /// A register is out of range.
    Register(u32),
    /// A constant is out of range.
    Constant(u32),
    /// A name is out of range.
    Name(u32),
    /// A captured variable is out of range.
    Upvalue(u32),
    /// A jump goes to a place that is not the start of an instruction.
    JumpTarget(i64),
    /// Control runs past the last instruction.
    FallsOff,
    /// The operand stack has fewer values than the instruction pops.
    StackUnderflow,
    /// The operand stack gets higher than allowed.
    StackOverflow,
    /// Control comes here with operand stacks of different heights.
    StackMismatch,
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pc = self.pc;
        match self.kind {
            CodeErrorKind::Empty => write!(f, "the code is empty"),
            CodeErrorKind::UnknownOp(n) => write!(f, "word {pc}: no instruction has number {n}"),
            CodeErrorKind::Truncated => write!(f, "word {pc}: cache cells are missing"),
            CodeErrorKind::Register(r) => write!(f, "word {pc}: register r{r} is out of range"),
            CodeErrorKind::Constant(k) => write!(f, "word {pc}: constant {k} is out of range"),
            CodeErrorKind::Name(n) => write!(f, "word {pc}: name {n} is out of range"),
            CodeErrorKind::Upvalue(n) => write!(f, "word {pc}: captured variable {n} is out of range"),
            CodeErrorKind::JumpTarget(t) => write!(f, "word {pc}: jump to {t}, which is not an instruction"),
            CodeErrorKind::FallsOff => write!(f, "word {pc}: control runs past the end"),
            CodeErrorKind::StackUnderflow => write!(f, "word {pc}: too few operands on the stack"),
            CodeErrorKind::StackOverflow => write!(f, "word {pc}: too many operands on the stack"),
            CodeErrorKind::StackMismatch => write!(f, "word {pc}: reached with stacks of different heights"),
        }
    }
}

impl std::error::Error for CodeError {}

/// Checks the structure of a code block: every word decodes, registers and indices are in range, jumps
/// go to instructions, and the last instruction does not run past the end. Extra entry points
/// (exception handlers, resume points) are checked with [`instruction_starts`].
pub fn verify_code<O: InstructionSet>(code: &[u64], limits: &Limits) -> Result<(), CodeError> {
    let starts = instruction_starts::<O>(code)?;
    let (mut last, mut last_ends) = (0, false);
    for (pc, op, word) in instructions::<O>(code) {
        let fail = |kind| Err(CodeError { pc, kind });
        for operand in op.info().operands {
            let value = operand.get(word);
            match operand.role {
                Role::Const | Role::Const32 if value as usize >= limits.constants => {
                    return fail(CodeErrorKind::Constant(value as u32));
                }
                Role::Name if value as usize >= limits.names => {
                    return fail(CodeErrorKind::Name(value as u32));
                }
                Role::Upvalue if value as usize >= limits.upvalues => {
                    return fail(CodeErrorKind::Upvalue(value as u32));
                }
                Role::Jump | Role::JumpShort | Role::Entry => {
                    let target = pc as i64 + value;
                    if !usize::try_from(target).is_ok_and(|t| starts.get(t) == Some(&true)) {
                        return fail(CodeErrorKind::JumpTarget(target));
                    }
                }
                _ => {}
            }
        }
        let mut highest = None;
        register_effects(op, word, |_, register| highest = highest.max(Some(register)));
        if let Some(register) = highest.filter(|&r| r as usize >= limits.registers) {
            return fail(CodeErrorKind::Register(register));
        }
        (last, last_ends) = (pc, op.info().ends);
    }
    if last_ends { Ok(()) } else { Err(CodeError { pc: last, kind: CodeErrorKind::FallsOff }) }
}

/// For each word, whether an instruction starts there.
pub fn instruction_starts<O: InstructionSet>(code: &[u64]) -> Result<Vec<bool>, CodeError> {
    if code.is_empty() {
        return Err(CodeError { pc: 0, kind: CodeErrorKind::Empty });
    }
    let mut starts = vec![false; code.len()];
    let mut pc = 0;
    while pc < code.len() {
        let number = code[pc] as u16;
        let Some(op) = O::from_u16(number) else {
            return Err(CodeError { pc, kind: CodeErrorKind::UnknownOp(number) });
        };
        starts[pc] = true;
        if pc + op.len() > code.len() {
            return Err(CodeError { pc, kind: CodeErrorKind::Truncated });
        }
        pc += op.len();
    }
    Ok(starts)
}

/// For each word, the height of the operand stack before the instruction that starts there (0 where control never
/// comes). Functions start at word 0 and at [`Role::Entry`] targets, with an empty stack. Fails if an instruction pops
/// more than there is, a stack gets higher than `limit`, control comes to one place with different heights, or
/// [`verify_code`] would refuse a jump. So a machine that has checked this need not check its stack while it runs.
pub fn stack_heights<O: InstructionSet>(code: &[u64], limit: u16) -> Result<Vec<u16>, CodeError> {
    let starts = instruction_starts::<O>(code)?;
    let mut heights = vec![None; code.len()];
    let mut pending = vec![(0, 0, 0i64)];
    while let Some((from, height, to)) = pending.pop() {
        let Some(pc) = usize::try_from(to).ok().filter(|&to| starts.get(to) == Some(&true)) else {
            return Err(CodeError { pc: from, kind: CodeErrorKind::JumpTarget(to) });
        };
        let fail = |kind| Err(CodeError { pc, kind });
        match heights[pc] {
            Some(known) if known == height => continue,
            Some(_) => return fail(CodeErrorKind::StackMismatch),
            None => heights[pc] = Some(height),
        }
        let word = code[pc];
        let Some(op) = O::of_word(word) else { return fail(CodeErrorKind::UnknownOp(word as u16)) };
        let info = op.info();
        let counted = info.operands.iter().filter(|operand| operand.role == Role::Pops);
        let pops = u64::from(info.pops) + counted.map(|operand| operand.get(word) as u64).sum::<u64>();
        let Some(rest) = u64::from(height).checked_sub(pops) else {
            return fail(CodeErrorKind::StackUnderflow);
        };
        let after = rest + u64::from(info.pushes);
        let Some(after) = u16::try_from(after).ok().filter(|&after| after <= limit) else {
            return fail(CodeErrorKind::StackOverflow);
        };
        for operand in info.operands {
            match operand.role {
                Role::Jump | Role::JumpShort => pending.push((pc, after, pc as i64 + operand.get(word))),
                Role::Entry => pending.push((pc, 0, pc as i64 + operand.get(word))),
                _ => {}
            }
        }
        if !info.ends {
            if pc + op.len() == code.len() {
                return fail(CodeErrorKind::FallsOff);
            }
            pending.push((pc, after, (pc + op.len()) as i64));
        }
    }
    Ok(heights.into_iter().map(Option::unwrap_or_default).collect())
}

/// The text of one instruction: its name, then its operands (`r3`, `r4..r7`, `k0`, `n2`, `^1`, `#5`, `->12`).
/// `comment` may explain an operand (a constant's value, a name); what it writes follows `;`.
pub fn instruction_text<O: InstructionSet>(
    op: O,
    word: u64,
    pc: usize,
    mut comment: impl FnMut(Role, i64) -> Option<String>,
) -> String {
    let info = op.info();
    let mut text = format!("{:<18}", info.name);
    let mut comments = Vec::new();
    for (i, operand) in info.operands.iter().enumerate() {
        text.push_str(if i == 0 { " " } else { ", " });
        let value = operand.get(word);
        let _ = match operand.role {
            Role::Read | Role::Write | Role::Update | Role::Window(_) => write!(text, "r{value}"),
            Role::Const | Role::Const32 => write!(text, "k{value}"),
            Role::Name => write!(text, "n{value}"),
            Role::Upvalue => write!(text, "^{value}"),
            Role::Imm | Role::Count | Role::Pops => write!(text, "#{value}"),
            Role::CountPair => write!(text, "#{}+{}", value & 0xff, value >> 8),
            Role::Jump | Role::JumpShort | Role::Entry => write!(text, "->{}", pc as i64 + value),
        };
        comments.extend(comment(operand.role, value));
    }
    if !comments.is_empty() {
        let _ = write!(text, "  ; {}", comments.join(", "));
    }
    text.trim_end().to_owned()
}

/// Declares an instruction set; see the [module documentation](mod@crate::bytecodes).
#[macro_export]
macro_rules! bytecodes {
    (
        $(#[doc = $enum_doc:literal])*
        $vis:vis enum $Op:ident, mod $insn:ident {
            $(
                $(#[doc = $doc:literal])*
                $Row:ident { $($field:ident : $role:ident $(($spans:expr))?),* $(,)? }
                $([$($flags:tt)*])?
            )*
        }
    ) => {
        $(#[doc = $enum_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        $vis enum $Op {
            $( $(#[doc = $doc])* $Row, )*
        }

        impl $Op {
            /// Every instruction, in the order of their numbers.
            pub const ALL: &'static [$Op] = &[$($Op::$Row),*];
            /// The number of instructions.
            pub const COUNT: usize = $Op::ALL.len();
            /// The rows, in the order of their numbers.
            pub const ROWS: &'static [$crate::bytecodes::OpInfo] = &[$(
                $crate::bytecodes::OpInfo {
                    name: stringify!($Row),
                    doc: concat!($($doc, "\n",)*),
                    operands: {
                        const ROLES: &[$crate::bytecodes::Role] =
                            &[$($crate::bytecodes::Role::$role $(($spans))?),*];
                        #[allow(unused_mut, unused_assignments, unused_variables)]
                        const OPERANDS: &[$crate::bytecodes::Operand] = {
                            const NAMES: &[&str] = &[$(stringify!($field)),*];
                            const N: usize = NAMES.len();
                            const LIST: [$crate::bytecodes::Operand; N] = {
                                let mut list = [$crate::bytecodes::Operand {
                                    name: "", role: $crate::bytecodes::Role::Read, shift: 0 }; N];
                                let mut i = 0;
                                while i < N {
                                    list[i] = $crate::bytecodes::Operand {
                                        name: NAMES[i],
                                        role: ROLES[i],
                                        shift: $crate::bytecodes::operand_shift(ROLES, i),
                                    };
                                    i += 1;
                                }
                                list
                            };
                            &LIST
                        };
                        OPERANDS
                    },
                    ..$crate::bytecode_flags!($($($flags)*)?)
                },
            )*];

            /// The instruction with this number.
            #[inline]
            pub fn from_u16(number: u16) -> Option<$Op> {
                $Op::ALL.get(number as usize).copied()
            }

            /// The instruction's row.
            #[inline]
            pub const fn info(self) -> &'static $crate::bytecodes::OpInfo {
                &$Op::ROWS[self as usize]
            }

            /// Words from this instruction to the next one: 1 and its cache cells.
            #[inline]
            pub const fn words(self) -> usize {
                1 + self.info().cache_cells
            }
        }

        impl $crate::bytecodes::InstructionSet for $Op {
            fn from_u16(number: u16) -> Option<Self> {
                $Op::from_u16(number)
            }
            fn info(self) -> &'static $crate::bytecodes::OpInfo {
                $Op::info(self)
            }
        }

        /// One structure of operands per instruction, with its encoder and decoder.
        $vis mod $insn {
            #[allow(unused_imports)]
            use super::*;

            /// An instruction with its operands, to be matched on.
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            #[allow(missing_docs, dead_code)]
            pub enum Decoded {
                $( $(#[doc = $doc])* $Row { $($field: $crate::bytecode_type!($role)),* }, )*
            }

            #[allow(dead_code)]
            impl Decoded {
                /// The instruction of an instruction word.
                #[inline(always)]
                pub fn of_word(word: u64) -> Option<Decoded> {
                    match $Op::from_u16(word as u16)? {
                        $( $Op::$Row => {
                            let $Row { $($field),* } = $Row::decode(word);
                            Some(Decoded::$Row { $($field),* })
                        } )*
                    }
                }
                /// The instruction word.
                pub const fn encode(self) -> u64 {
                    match self { $( Decoded::$Row { $($field),* } => $Row { $($field),* }.encode(), )* }
                }
            }

            $(
                $(#[doc = $doc])*
                #[derive(Clone, Copy, Debug, PartialEq, Eq)]
                #[allow(missing_docs)]
                pub struct $Row { $(pub $field: $crate::bytecode_type!($role)),* }

                #[allow(unused_variables, unused_mut, unused_assignments, dead_code)]
                impl $Row {
                    /// Words from this instruction to the next one.
                    pub const WORDS: usize = $Op::$Row.words();

                    /// The operands of an instruction word of this instruction.
                    #[inline(always)]
                    pub const fn decode(word: u64) -> $Row {
                        let mut i = 0;
                        const OPERANDS: &[$crate::bytecodes::Operand] = $Op::$Row.info().operands;
                        $( let $field = (word >> OPERANDS[i].shift) as $crate::bytecode_type!($role); i += 1; )*
                        $Row { $($field),* }
                    }

                    /// The instruction word.
                    #[inline]
                    pub const fn encode(self) -> u64 {
                        let mut word = $Op::$Row as u16 as u64;
                        let mut i = 0;
                        const OPERANDS: &[$crate::bytecodes::Operand] = $Op::$Row.info().operands;
                        $(
                            word |= (self.$field as $crate::bytecode_bits!($role) as u64) << OPERANDS[i].shift;
                            i += 1;
                        )*
                        word
                    }
                }
            )*
        }
    };
}

/// The Rust type of an operand's role; part of [`bytecodes!`].
#[doc(hidden)]
#[macro_export]
macro_rules! bytecode_type {
    (Imm) => {
        i16
    };
    (JumpShort) => {
        i16
    };
    (Jump) => {
        i32
    };
    (Entry) => {
        i32
    };
    (Const32) => {
        u32
    };
    ($other:ident) => {
        u16
    };
}

/// The unsigned type of an operand's role; part of [`bytecodes!`].
#[doc(hidden)]
#[macro_export]
macro_rules! bytecode_bits {
    (Jump) => {
        u32
    };
    (Entry) => {
        u32
    };
    (Const32) => {
        u32
    };
    ($other:ident) => {
        u16
    };
}

/// The row that flags make of a blank one; part of [`bytecodes!`].
#[doc(hidden)]
#[macro_export]
macro_rules! bytecode_flags {
    () => {
        $crate::bytecodes::OpInfo {
            name: "",
            doc: "",
            operands: &[],
            cache_cells: 0,
            ends: false,
            pops: 0,
            pushes: 0,
        }
    };
    (cache $cells:literal $(, $($rest:tt)*)?) => {
        $crate::bytecodes::OpInfo { cache_cells: $cells, ..$crate::bytecode_flags!($($($rest)*)?) }
    };
    (pops $count:literal $(, $($rest:tt)*)?) => {
        $crate::bytecodes::OpInfo { pops: $count, ..$crate::bytecode_flags!($($($rest)*)?) }
    };
    (pushes $count:literal $(, $($rest:tt)*)?) => {
        $crate::bytecodes::OpInfo { pushes: $count, ..$crate::bytecode_flags!($($($rest)*)?) }
    };
    (ends $(, $($rest:tt)*)?) => {
        $crate::bytecodes::OpInfo { ends: true, ..$crate::bytecode_flags!($($($rest)*)?) }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    bytecodes! {
        /// A machine for these tests.
        pub enum Op, mod insn {
            /// r[dst] = r[x] + number.
            AddImm { dst: Write, x: Read, number: Imm } [cache 1]
            /// Goes to `to` while r[x] is not zero.
            JumpIf { x: Read, to: Jump }
            /// r[base] = r[base] applied to the n registers from base + 2; base + 1 is scratch.
            Call { base: Window(&[reads(0, 1, 0), reads(2, 2, 1), clobbers(1, 2, 0), writes(0, 1, 0)]), n: Count } [cache 2]
            /// r[dst] = constant.
            Load { dst: Write, k: Const32 }
            /// Does nothing.
            Nop {}
            /// Returns r[x].
            Return { x: Read } [ends]
        }
    }

    const LIMITS: Limits = Limits { registers: 5, constants: 1, names: 0, upvalues: 0 };

    fn program() -> Vec<u64> {
        vec![
            insn::Load { dst: 0, k: 0 }.encode(),
            insn::AddImm { dst: 0, x: 0, number: -1 }.encode(),
            0,
            insn::JumpIf { x: 0, to: -2 }.encode(),
            insn::Call { base: 1, n: 2 }.encode(),
            0,
            0,
            insn::Return { x: 0 }.encode(),
        ]
    }

    #[test]
    fn operands_survive_a_round_trip() {
        assert_eq!(insn::AddImm::decode(insn::AddImm { dst: 1, x: 65535, number: -7 }.encode()).number, -7);
        let jump = insn::JumpIf { x: 3, to: i32::MIN };
        assert_eq!(insn::JumpIf::decode(jump.encode()), jump);
        assert_eq!(insn::Load::decode(insn::Load { dst: 9, k: u32::MAX }.encode()).k, u32::MAX);
        assert_eq!(Op::of_word(insn::Nop {}.encode()), Some(Op::Nop));
        assert_eq!(Op::from_u16(Op::COUNT as u16), None);
        assert_eq!(insn::Call::WORDS, 3);
    }

    #[test]
    fn well_formed_code_is_accepted_and_printed() {
        let code = program();
        verify_code::<Op>(&code, &LIMITS).unwrap();
        let text: Vec<String> = instructions::<Op>(&code)
            .map(|(pc, op, word)| format!("{pc} {}", instruction_text(op, word, pc, |_, _| None)))
            .collect();
        assert_eq!(text[1], "1 AddImm             r0, r0, #-1");
        assert_eq!(text[2], "3 JumpIf             r0, ->1");
        assert_eq!(jump_target(Op::JumpIf, code[3], 3), Some(1));
    }

    #[test]
    fn register_effects_cover_windows() {
        let mut seen = Vec::new();
        register_effects(Op::Call, insn::Call { base: 1, n: 2 }.encode(), |access, r| seen.push((access, r)));
        use Access::*;
        assert_eq!(seen, [(Read, 1), (Read, 3), (Read, 4), (Clobber, 2), (Write, 1)]);
    }

    #[test]
    fn malformed_code_is_rejected_with_its_place() {
        let check = |change: &dyn Fn(&mut Vec<u64>)| {
            let mut code = program();
            change(&mut code);
            verify_code::<Op>(&code, &LIMITS).unwrap_err()
        };
        assert_eq!(check(&|c| c.clear()).kind, CodeErrorKind::Empty);
        assert_eq!(check(&|c| c[0] = 99).kind, CodeErrorKind::UnknownOp(99));
        assert_eq!(check(&|c| c.truncate(6)), CodeError { pc: 4, kind: CodeErrorKind::Truncated });
        assert_eq!(check(&|c| c.truncate(4)), CodeError { pc: 3, kind: CodeErrorKind::FallsOff });
        assert_eq!(check(&|c| c[0] = insn::Load { dst: 0, k: 1 }.encode()).kind, CodeErrorKind::Constant(1));
        assert_eq!(check(&|c| c[4] = insn::Call { base: 2, n: 2 }.encode()).kind, CodeErrorKind::Register(5));
        assert_eq!(
            check(&|c| c[3] = insn::JumpIf { x: 0, to: -1 }.encode()).kind,
            CodeErrorKind::JumpTarget(2)
        );
        assert_eq!(
            check(&|c| c[3] = insn::JumpIf { x: 0, to: -9 }.encode()).kind,
            CodeErrorKind::JumpTarget(-6)
        );
    }

    bytecodes! {
        /// A stack machine for these tests.
        pub enum StackOp, mod stack {
            /// Pushes.
            Push { number: Imm } [pushes 1]
            /// Replaces two by one.
            Add {} [pops 2, pushes 1]
            /// Pops; may go to `to`.
            JumpIf { to: Jump } [pops 1]
            /// Calls with some of the stack.
            Call { args: Pops, to: Entry } [pushes 1, cache 1]
            /// Returns the top.
            Return {} [ends, pops 1]
        }
    }

    #[test]
    fn decoded_instructions_encode_to_the_same_word() {
        for insn in [stack::Decoded::Push { number: -3 }, stack::Decoded::Call { args: 2, to: -9 }] {
            assert_eq!(stack::Decoded::of_word(insn.encode()), Some(insn));
        }
        assert_eq!(stack::Decoded::of_word(StackOp::COUNT as u64), None);
    }

    #[test]
    fn stack_heights_follow_control() {
        use stack::Decoded::*;
        let heights = |code: &[stack::Decoded], limit| {
            let cells = |d: &stack::Decoded| {
                let word = d.encode();
                let cells = StackOp::of_word(word).map_or(0, |op| op.words() - 1);
                std::iter::once(word).chain(std::iter::repeat_n(0, cells))
            };
            stack_heights::<StackOp>(&code.iter().flat_map(cells).collect::<Vec<u64>>(), limit)
        };
        let call =
            [Push { number: 1 }, Push { number: 2 }, Call { args: 1, to: 4 }, Add {}, Return {}, Return {}];
        // The callee pops what it never got.
        assert_eq!(heights(&call, 9), Err(CodeError { pc: 6, kind: CodeErrorKind::StackUnderflow }));
        let call = [Push { number: 1 }, Call { args: 1, to: 3 }, Return {}, Push { number: 0 }, Return {}];
        assert_eq!(heights(&call, 9), Ok(vec![0, 1, 0, 1, 0, 1]));
        let kind = |code: &[stack::Decoded], limit| heights(code, limit).unwrap_err().kind;
        let push = Push { number: 0 };
        assert_eq!(kind(&[push, push, JumpIf { to: -2 }, Return {}], 9), CodeErrorKind::StackMismatch);
        assert_eq!(kind(&[push, push, Return {}], 1), CodeErrorKind::StackOverflow);
        assert_eq!(kind(&[push, push, JumpIf { to: 7 }, Return {}], 9), CodeErrorKind::JumpTarget(9));
        assert_eq!(kind(&[push, push], 9), CodeErrorKind::FallsOff);
        assert_eq!(kind(&[Call { args: 1, to: 0 }, Return {}], 9), CodeErrorKind::StackUnderflow);
    }
}
