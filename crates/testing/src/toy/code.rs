//! Arbitrary words as code: the structural verifier of `bytecodes!`, held against walks through what it accepts.

use super::toy_vm::{Op, Vm, insn};
use crate::source::Source;
use uplift::Config;
use uplift::uop::bytecodes;
use uplift::uop::bytecodes::{
    InstructionSet, Limits, Role, instruction_starts, instruction_text, instructions, jump_target, reads,
    register_effects, stack_heights, verify_code, writes,
};

bytecodes! {
    /// An instruction of each role, for code that no VM runs.
    enum Every, mod every {
        /// Registers.
        Registers { x: Read, y: Write, z: Update }
        /// A window and its count.
        Window { base: Window(&[reads(0, 1, 1), writes(1, 2, 0)]), n: Count } [cache 1]
        /// A window and two counts.
        Pair { base: Window(&[reads(2, 3, 2)]), n: CountPair }
        /// Tables.
        Tables { k: Const, n: Name, u: Upvalue }
        /// A wide constant.
        Wide { dst: Write, k: Const32 }
        /// Jumps.
        Jumps { to: JumpShort, n: Imm } [cache 2]
        /// A far jump.
        Far { x: Read, to: Jump } [ends]
        /// A call.
        Calls { args: Pops, to: Entry } [pushes 1]
    }
}

/// Operands that the toy VM's code may have on its stack.
const OPERANDS: u16 = 24;
/// Calls in code that is run: each is executed at most twice as often as the one before.
const CALLS: usize = 8;

/// Nothing that handles code panics, whatever the words; and what is accepted has the structure that was promised. Returns
/// whether the toy VM accepted the code.
pub fn check_code(source: &mut Source<'_>) -> bool {
    let limits = Limits { registers: 8, constants: 3, names: 2, upvalues: 1 };
    let words = words(source, Every::COUNT);
    if accepted::<Every>(&words, &limits) {
        in_range(&words, &limits);
    }
    let words = self::words(source, Op::COUNT);
    let well_formed = accepted::<Op>(&words, &limits);
    let heights = stack_heights::<Op>(&words, OPERANDS);
    let vm = Vm::new(words.clone(), Config::default().threshold(1));
    assert_eq!(vm.is_ok(), well_formed && heights.is_ok(), "the VM takes what both verifiers accept");
    let (Ok(mut vm), Ok(heights)) = (vm, heights) else { return false };
    for _ in 0..4 {
        walk(source, &words, &heights);
    }
    if ends(&words) {
        // Whatever it does, it does no harm.
        let _ = vm.run(source.below(9) as i32);
    }
    true
}

/// Any words, or instructions with small operands, which are more often well-formed.
fn words(source: &mut Source<'_>, count: usize) -> Vec<u64> {
    let length = source.below(24);
    let arbitrary = source.one_in(4);
    let word = |source: &mut Source<'_>| {
        let op = source.below(count + 1) as u64;
        let [a, b] = [(); 2].map(|()| (source.below(16) as i64 - 4) as u64);
        if arbitrary { source.word() } else { op | (a & 0xffff) << 16 | (b & 0xffff_ffff) << 32 }
    };
    (0..length).map(|_| word(source)).collect()
}

/// Whether code is accepted; if so, its instructions cover it and jumps go to instructions.
fn accepted<O: InstructionSet>(words: &[u64], limits: &Limits) -> bool {
    let starts = instruction_starts::<O>(words);
    let texts = instructions::<O>(words).map(|(pc, op, word)| instruction_text(op, word, pc, |_, _| None));
    assert!(texts.count() <= words.len());
    if verify_code::<O>(words, limits).is_err() {
        return false;
    }
    let starts = starts.expect("accepted code consists of instructions");
    let mut end = 0;
    for (pc, op, word) in instructions::<O>(words) {
        assert_eq!(pc, end, "instructions follow each other");
        end = pc + op.len();
        if let Some(target) = jump_target(op, word, pc) {
            assert!(starts[target], "jump from {pc} to {target}");
        }
    }
    assert_eq!(end, words.len());
    true
}

/// Registers and indices of accepted code are within the limits.
fn in_range(words: &[u64], limits: &Limits) {
    for (_, op, word) in instructions::<Every>(words) {
        register_effects(op, word, |_, register| assert!((register as usize) < limits.registers));
        for operand in op.info().operands {
            let index = operand.get(word);
            let limit = match operand.role {
                Role::Const | Role::Const32 => limits.constants,
                Role::Name => limits.names,
                Role::Upvalue => limits.upvalues,
                _ => continue,
            };
            assert!((0..limit as i64).contains(&index), "{operand:?} is {index}");
        }
        let decoded = every::Decoded::of_word(word).expect("an instruction");
        assert_eq!(every::Decoded::of_word(decoded.encode()), Some(decoded));
    }
}

/// Goes through accepted code at random, counting operands.
fn walk(source: &mut Source<'_>, words: &[u64], heights: &[u16]) {
    use insn::Decoded::*;
    let (mut pc, mut height, mut callers) = (0usize, 0u16, Vec::new());
    for _ in 0..200 {
        assert_eq!(heights[pc], height, "height at {pc}");
        let instruction = insn::Decoded::of_word(words[pc]).expect("control stays on instructions");
        let to = |distance: i32| pc.checked_add_signed(distance as isize).expect("no jump before the start");
        let pops = |n: u16| height.checked_sub(n).expect("operands");
        let mut next = pc + Op::of_word(words[pc]).map_or(1, Op::words);
        match instruction {
            Push { .. } | Load { .. } => height += 1,
            Store { .. } | Print {} => height = pops(1),
            Add {} | Sub {} | Mul {} | Div {} => height = pops(2) + 1,
            JumpUnlessLess { to: distance } => {
                height = pops(2);
                if source.one_in(2) {
                    next = to(distance);
                }
            }
            Jump { to: distance } => next = to(distance),
            Loop {} => {}
            Call { args, to: distance } => {
                callers.push((next, pops(args) + 1));
                (next, height) = (to(distance), 0);
            }
            Return {} => {
                pops(1);
                let Some(caller) = callers.pop() else { return };
                (next, height) = caller;
            }
        }
        assert!(height <= OPERANDS);
        pc = next;
    }
}

/// Whether control can only go forward, through few calls.
fn ends(words: &[u64]) -> bool {
    let mut calls = 0;
    for (_, op, word) in instructions::<Op>(words) {
        let operands = op.info().operands.iter();
        let mut distances =
            operands.filter(|o| matches!(o.role, Role::Jump | Role::Entry)).map(|o| o.get(word));
        if distances.any(|distance| distance <= 0) {
            return false;
        }
        calls += usize::from(op == Op::Call);
    }
    calls <= CALLS
}
