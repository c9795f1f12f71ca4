//! Compiled code: what the compiler hands to the VM. A [`Code`] is immutable; a VM that caches inline
//! copies the instructions.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use dashu_int::IBig;
use uplift_uop::bytecodes::{
    Access, CodeError, Limits, instructions, jump_target, register_effects, verify_code,
};

use crate::bytecode::Op;

/// A constant of the source program.
#[derive(Clone, Debug)]
pub enum Const {
    /// `None`.
    None,
    /// `...`.
    Ellipsis,
    /// `True` or `False`.
    Bool(bool),
    /// An integer that fits in 64 bits.
    Int(i64),
    /// An integer that does not.
    BigInt(IBig),
    /// A float.
    Float(f64),
    /// A complex number: real and imaginary part.
    Complex(f64, f64),
    /// A string.
    Str(Arc<str>),
    /// A bytes object.
    Bytes(Arc<[u8]>),
    /// A tuple of constants.
    Tuple(Arc<[Const]>),
    /// A frozen set of constants (no two equal).
    FrozenSet(Arc<[Const]>),
    /// The code of a function or class body.
    Code(Arc<Code>),
}

impl PartialEq for Const {
    /// Same type and same bits: `0.0` differs from `-0.0`, `1` from `True` and `1.0`.
    fn eq(&self, other: &Const) -> bool {
        use Const::*;
        match (self, other) {
            (None, None) | (Ellipsis, Ellipsis) => true,
            (Bool(a), Bool(b)) => a == b,
            (Int(a), Int(b)) => a == b,
            (BigInt(a), BigInt(b)) => a == b,
            (Float(a), Float(b)) => a.to_bits() == b.to_bits(),
            (Complex(a, b), Complex(c, d)) => (a.to_bits(), b.to_bits()) == (c.to_bits(), d.to_bits()),
            (Str(a), Str(b)) => a == b,
            (Bytes(a), Bytes(b)) => a == b,
            (Tuple(a), Tuple(b)) | (FrozenSet(a), FrozenSet(b)) => a == b,
            (Code(a), Code(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl Eq for Const {}

impl Hash for Const {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Const::None | Const::Ellipsis => {}
            Const::Bool(b) => b.hash(state),
            Const::Int(i) => i.hash(state),
            Const::BigInt(i) => i.hash(state),
            Const::Float(x) => x.to_bits().hash(state),
            Const::Complex(re, im) => (re.to_bits(), im.to_bits()).hash(state),
            Const::Str(s) => s.hash(state),
            Const::Bytes(b) => b.hash(state),
            Const::Tuple(items) | Const::FrozenSet(items) => items.hash(state),
            Const::Code(code) => Arc::as_ptr(code).hash(state),
        }
    }
}

/// The signature of a function, in numbers. Registers: positional-only, positional, keyword-only
/// parameters, then `*args`, then `**kwargs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// Positional-only parameters.
    pub posonly: u32,
    /// All positional parameters, positional-only ones included.
    pub positional: u32,
    /// Keyword-only parameters.
    pub kwonly: u32,
    /// Whether there is `*args`.
    pub varargs: bool,
    /// Whether there is `**kwargs`.
    pub varkw: bool,
}

impl Params {
    /// The number of registers that parameters take.
    pub fn count(&self) -> u32 {
        self.positional + self.kwonly + u32::from(self.varargs) + u32::from(self.varkw)
    }

    /// The register of `*args`.
    pub fn varargs_register(&self) -> Option<u32> {
        self.varargs.then_some(self.positional + self.kwonly)
    }

    /// The register of `**kwargs`.
    pub fn varkw_register(&self) -> Option<u32> {
        self.varkw.then_some(self.positional + self.kwonly + u32::from(self.varargs))
    }
}

/// What kind of block the code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// A module, or the source of `exec`, `eval` or an interactive statement.
    Module,
    /// The body of a class: r0 is the namespace; returns the `__class__` cell or None.
    ClassBody,
    /// A function, lambda or comprehension.
    Function,
}

/// Properties of a code block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeFlags {
    /// The kind of block.
    pub kind: CodeKind,
    /// Calling it makes a generator.
    pub generator: bool,
    /// It contains a [`Op::LoopHeader`].
    pub has_loop: bool,
    /// r0 is a namespace mapping for [`Op::LoadName`] and its kin: a class body, or module code compiled for
    /// separate locals.
    pub has_namespace: bool,
    /// It may look at its frame's variables by name (`locals()`, `eval` ...), so that none is ever dead.
    pub reads_locals: bool,
}

/// One row of the exception table: a raise at an instruction in `start..end` goes to `target` with the
/// exception in `register`. Of several rows that match, the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// First word covered.
    pub start: u32,
    /// End of the words covered.
    pub end: u32,
    /// Where the handler begins.
    pub target: u32,
    /// Where the exception goes.
    pub register: u32,
}

/// A range of source text. Lines count from 1, columns are byte offsets in the line and count from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// First line.
    pub line: u32,
    /// Column in the first line.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// End column (exclusive) in the last line.
    pub end_column: u32,
}

/// The source positions of instructions: one row where the position changes.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    rows: Vec<(u32, Position)>,
}

impl Positions {
    /// Notes that the instructions from `pc` on (until the next call) are at `position`.
    pub fn push(&mut self, pc: u32, position: Position) {
        if self.rows.last().is_none_or(|row| row.1 != position) {
            self.rows.push((pc, position));
        }
    }

    /// The position of the instruction at `pc`.
    pub fn get(&self, pc: u32) -> Position {
        match self.rows.partition_point(|row| row.0 <= pc) {
            0 => Position::default(),
            n => self.rows[n - 1].1,
        }
    }
}

/// What a register that belongs to a variable holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalVar {
    /// The variable's name (mangled).
    pub name: Arc<str>,
    /// The register holds a cell with the value.
    pub is_cell: bool,
}

/// The code of a module, function or class body.
#[derive(Debug)]
pub struct Code {
    /// Instructions and their cache cells.
    pub instrs: Vec<u64>,
    /// Constants.
    pub consts: Vec<Const>,
    /// Names of globals and attributes.
    pub names: Vec<Arc<str>>,
    /// Registers of a frame, call windows included.
    pub nregs: u32,
    /// The signature.
    pub params: Params,
    /// The variables in registers 0, 1, ... in order; later registers are temporaries.
    pub locals: Vec<LocalVar>,
    /// Names of the captured variables: the order of the closure.
    pub free_names: Vec<Arc<str>>,
    /// The function's name.
    pub name: Arc<str>,
    /// The qualified name.
    pub qualname: Arc<str>,
    /// The file's name.
    pub filename: Arc<str>,
    /// The line of `def`, `class` or the first decorator.
    pub first_line: u32,
    /// The documentation string of a function.
    pub doc: Option<Arc<str>>,
    /// The exception table.
    pub handlers: Vec<Handler>,
    /// Source positions.
    pub positions: Positions,
    /// Properties.
    pub flags: CodeFlags,
    /// For a class body: the number of distinct attribute names that the class' methods assign on their
    /// first parameter.
    pub self_attr_count: u32,
    /// Cache of [`Code::live_registers`].
    pub(crate) liveness: OnceLock<Liveness>,
}

impl Code {
    /// The handler of a raise at `pc`.
    pub fn handler_at(&self, pc: u32) -> Option<Handler> {
        self.handlers.iter().find(|h| h.start <= pc && pc < h.end).copied()
    }

    /// The variable that register `register` holds.
    pub fn local(&self, register: u32) -> Option<&LocalVar> {
        self.locals.get(register as usize)
    }

    /// Checks the structure of the code and of the code in its constants.
    pub fn verify(&self) -> Result<(), CodeError> {
        let limits = Limits {
            registers: self.nregs as usize,
            constants: self.consts.len(),
            names: self.names.len(),
            upvalues: self.free_names.len(),
        };
        verify_code::<Op>(&self.instrs, &limits)?;
        let starts = uplift_uop::bytecodes::instruction_starts::<Op>(&self.instrs)?;
        for handler in &self.handlers {
            use uplift_uop::bytecodes::CodeErrorKind;
            let fail = |kind| Err(CodeError { pc: handler.start as usize, kind });
            if starts.get(handler.target as usize) != Some(&true) || handler.start > handler.end {
                return fail(CodeErrorKind::JumpTarget(i64::from(handler.target)));
            }
            if handler.register >= self.nregs {
                return fail(CodeErrorKind::Register(handler.register));
            }
        }
        for constant in &self.consts {
            if let Const::Code(code) = constant {
                code.verify()?;
            }
        }
        Ok(())
    }

    /// The registers whose value some path from the instruction at `pc` may still read; `r(-1)` and `r(-2)`
    /// are always live. Computed for the whole code on first use.
    pub fn live_registers(&self, pc: u32) -> RegisterSet<'_> {
        let liveness = self.liveness.get_or_init(|| Liveness::compute(self));
        liveness.row(pc)
    }
}

/// A set of registers.
#[derive(Clone, Copy, Debug)]
pub struct RegisterSet<'a> {
    words: &'a [u64],
}

impl<'a> RegisterSet<'a> {
    /// Whether the register is in the set.
    #[inline]
    pub fn contains(self, register: u32) -> bool {
        self.words.get(register as usize / 64).is_some_and(|w| w >> (register % 64) & 1 != 0)
    }

    /// The registers, ascending.
    pub fn iter(self) -> impl Iterator<Item = u32> + 'a {
        let words = self.words;
        words.iter().enumerate().flat_map(|(i, &word)| {
            (0..64).filter(move |bit| word >> bit & 1 != 0).map(move |bit| i as u32 * 64 + bit)
        })
    }
}

/// Liveness tables larger than this (in words of 64 registers) are not computed.
const MAX_LIVENESS_WORDS: usize = 1 << 22;

/// Live registers before each instruction, by backward dataflow. A raise may happen before an instruction
/// has written anything, so an instruction that a handler covers keeps everything alive that the handler
/// reads.
#[derive(Debug)]
pub(crate) struct Liveness {
    /// 64-bit words per row.
    width: usize,
    /// Row of each code word (cells share the row of their instruction: `u32::MAX`).
    row_of: Vec<u32>,
    bits: Vec<u64>,
}

impl Liveness {
    fn row(&self, pc: u32) -> RegisterSet<'_> {
        match self.row_of.get(pc as usize) {
            Some(&row) if row != u32::MAX => {
                let start = row as usize * self.width;
                RegisterSet { words: &self.bits[start..start + self.width] }
            }
            _ => RegisterSet { words: &[] },
        }
    }

    fn compute(code: &Code) -> Liveness {
        let width = (code.nregs as usize).div_ceil(64).max(1);
        let list: Vec<(usize, Op, u64)> = instructions::<Op>(&code.instrs).collect();
        let mut row_of = vec![u32::MAX; code.instrs.len()];
        for (row, &(pc, _, _)) in list.iter().enumerate() {
            row_of[pc] = row as u32;
        }
        let mut always = vec![0; width];
        if code.flags.reads_locals {
            (0..code.locals.len()).for_each(|r| always[r / 64] |= 1 << (r % 64));
        }
        if width * list.len() > MAX_LIVENESS_WORDS {
            // Too large to be worth it: everything counts as live, which is always safe.
            return Liveness { width, row_of: vec![0; code.instrs.len()], bits: vec![u64::MAX; width] };
        }
        // The innermost handler comes first in the table, so paint it last.
        let mut covering: Vec<Option<Handler>> = vec![None; list.len()];
        for handler in code.handlers.iter().rev() {
            let first = list.partition_point(|row| row.0 < handler.start as usize);
            let end = list.partition_point(|row| row.0 < handler.end as usize);
            covering[first..end].fill(Some(*handler));
        }
        let mut liveness = Liveness { width, row_of, bits: vec![0; width * list.len()] };
        let mut changed = true;
        let mut live = vec![0; width];
        while changed {
            changed = false;
            for (row, &(pc, op, word)) in list.iter().enumerate().rev() {
                liveness.flow(&mut live, &always, (pc, op, word), covering[row]);
                let old = &mut liveness.bits[row * width..(row + 1) * width];
                if *old != live[..] {
                    old.copy_from_slice(&live);
                    changed = true;
                }
            }
        }
        liveness
    }

    /// `live` = the registers live before one instruction, from the current rows of its successors.
    fn flow(&self, live: &mut [u64], always: &[u64], at: (usize, Op, u64), covering: Option<Handler>) {
        let (pc, op, word) = at;
        live.copy_from_slice(always);
        if !op.info().ends {
            self.add(live, pc + op.words(), None);
        }
        if let Some(target) = jump_target(op, word, pc) {
            self.add(live, target, None);
        }
        // The write happens only on the way on, so it kills nothing that a handler needs: handlers come after.
        let conditional_write = matches!(op, Op::ForIter);
        register_effects(op, word, |access, register| {
            let (index, bit) = (register as usize / 64, 1 << (register % 64));
            if access != Access::Read
                && !(conditional_write && access == Access::Write)
                && always[index] & bit == 0
            {
                live[index] &= !bit;
            }
        });
        register_effects(op, word, |access, register| {
            if access == Access::Read {
                live[register as usize / 64] |= 1 << (register % 64);
            }
        });
        if let Some(handler) = covering {
            self.add(live, handler.target as usize, Some(handler.register));
        }
    }

    fn add(&self, live: &mut [u64], pc: usize, except: Option<u32>) {
        let words = self.row(pc as u32).words;
        for (i, &word) in words.iter().enumerate() {
            let mask = match except {
                Some(r) if r as usize / 64 == i => !(1 << (r % 64)),
                _ => u64::MAX,
            };
            live[i] |= word & mask;
        }
    }
}
