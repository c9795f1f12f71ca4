//! The assembler: instructions with symbolic jump targets, to code words, exception table and positions.

use ruff_text_size::TextRange;
use uplift_uop::bytecodes::Role;

use super::error::{Fault, Res};
use crate::bytecode::{Op, insn};
use crate::code::{Handler, Position, Positions};

/// A place in the code, known when it is placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(pub u32);

/// A register, or any other operand value.
pub(super) type Reg = i64;

/// More instructions than this in one block are refused.
const MAX_INSTRUCTIONS: usize = 1 << 22;
/// How far a jump to a jump is followed.
const MAX_THREADING: usize = 8;

struct Inst {
    op: Op,
    word: u64,
    target: Option<Label>,
    range: TextRange,
}

/// The instructions of one code block.
#[derive(Default)]
pub(super) struct Assembler {
    insts: Vec<Inst>,
    /// For each label, the index of the instruction it stands before.
    labels: Vec<Option<u32>>,
    /// (start, end, handler, register), innermost first, in instruction indices.
    regions: Vec<(u32, u32, Label, Reg)>,
    overflow: Option<TextRange>,
}

/// What assembling gives.
pub(super) struct Assembled {
    pub words: Vec<u64>,
    pub handlers: Vec<Handler>,
    pub positions: Positions,
}

impl Assembler {
    pub fn new_label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() as u32 - 1)
    }

    /// Places the label before the next instruction.
    pub fn place(&mut self, label: Label) {
        self.labels[label.0 as usize] = Some(self.here());
    }

    /// The index of the next instruction.
    pub fn here(&self) -> u32 {
        self.insts.len() as u32
    }

    /// Covers the instructions from `start` to here by a handler; inner regions must be added first.
    pub fn cover(&mut self, start: u32, handler: Label, register: Reg) {
        let end = self.here();
        if start < end {
            self.regions.push((start, end, handler, register));
        }
    }

    /// Appends an instruction; a jump's distance is not among its operands.
    pub fn emit(&mut self, op: Op, operands: &[i64], target: Option<Label>, range: TextRange) {
        let mut word = op as u16 as u64;
        for (operand, &value) in op.info().operands.iter().zip(operands) {
            let fits = match operand.role {
                Role::Const32 => u32::try_from(value).is_ok(),
                Role::Imm => i16::try_from(value).is_ok(),
                _ => u16::try_from(value).is_ok(),
            };
            if !fits || self.insts.len() >= MAX_INSTRUCTIONS {
                self.overflow.get_or_insert(range);
            }
            let bits = if operand.role.is_wide() { u64::from(value as u32) } else { u64::from(value as u16) };
            word |= bits << operand.shift;
        }
        if self.insts.len() < MAX_INSTRUCTIONS {
            self.insts.push(Inst { op, word, target, range });
        }
    }

    /// Whether the block has become too large: code generation may stop.
    pub fn check(&self) -> Res {
        match self.overflow {
            Some(range) => Err(Fault::unsupported(
                "a block of code with so many variables, constants or names is",
                range,
            )),
            None => Ok(()),
        }
    }

    /// The instruction that a jump to `label` ends up at.
    fn destination(&self, label: Label) -> u32 {
        let mut at = self.labels[label.0 as usize].unwrap_or(0);
        for _ in 0..MAX_THREADING {
            match self.insts.get(at as usize) {
                Some(Inst { op: Op::Jump, target: Some(next), .. }) => {
                    at = self.labels[next.0 as usize].unwrap_or(0);
                }
                _ => break,
            }
        }
        at
    }

    /// Lays the code out. `position` turns source ranges into lines and columns.
    pub fn finish(self, position: impl Fn(TextRange) -> Position) -> Res<Assembled> {
        self.check()?;
        let targets: Vec<Option<u32>> =
            self.insts.iter().map(|inst| inst.target.map(|label| self.destination(label))).collect();
        let (offsets, long) = self.layout(&targets);
        let mut out = Assembled {
            words: Vec::with_capacity(offsets[self.insts.len()] as usize),
            handlers: Vec::new(),
            positions: Positions::default(),
        };
        let mut last: Option<(TextRange, Position)> = None;
        for (i, inst) in self.insts.iter().enumerate() {
            let known = last.filter(|l| l.0 == inst.range).map(|l| l.1);
            let at = known.unwrap_or_else(|| position(inst.range));
            last = Some((inst.range, at));
            out.positions.push(offsets[i], at);
            let distance = targets[i].map_or(0, |t| i64::from(offsets[t as usize]) - i64::from(offsets[i]));
            if long[i] {
                out.words.push(with_distance(inst.op, inst.word, 2));
                out.words.push(insn::Jump { to: 2 }.encode());
                out.words.push(insn::Jump { to: distance as i32 - 2 }.encode());
            } else {
                out.words.push(with_distance(inst.op, inst.word, distance));
            }
            out.words.resize(out.words.len() + inst.op.info().cache_cells, 0);
        }
        out.handlers = self
            .regions
            .iter()
            .map(|&(start, end, label, register)| Handler {
                start: offsets[start as usize],
                end: offsets[end as usize],
                target: offsets[self.labels[label.0 as usize].unwrap_or(0) as usize],
                register: register as u32,
            })
            .collect();
        Ok(out)
    }

    /// The offset of each instruction (and of the end), and which short jumps need the long form: a jump
    /// over a jump.
    fn layout(&self, targets: &[Option<u32>]) -> (Vec<u32>, Vec<bool>) {
        let mut long = vec![false; self.insts.len()];
        loop {
            let mut offsets = Vec::with_capacity(self.insts.len() + 1);
            let mut at = 0_u32;
            for (inst, &is_long) in self.insts.iter().zip(&long) {
                offsets.push(at);
                at += inst.op.words() as u32 + if is_long { 2 } else { 0 };
            }
            offsets.push(at);
            let mut changed = false;
            for (i, inst) in self.insts.iter().enumerate() {
                let Some(target) = targets[i] else { continue };
                let distance = i64::from(offsets[target as usize]) - i64::from(offsets[i]);
                if !long[i] && is_short(inst.op) && i16::try_from(distance).is_err() {
                    long[i] = true;
                    changed = true;
                }
            }
            if !changed {
                return (offsets, long);
            }
        }
    }
}

fn is_short(op: Op) -> bool {
    op.info().operands.iter().any(|o| o.role == Role::JumpShort)
}

fn with_distance(op: Op, word: u64, distance: i64) -> u64 {
    match op.info().operands.iter().find(|o| matches!(o.role, Role::Jump | Role::JumpShort)) {
        Some(o) if o.role == Role::Jump => word | u64::from(distance as i32 as u32) << o.shift,
        Some(o) => word | u64::from(distance as i16 as u16) << o.shift,
        None => word,
    }
}
