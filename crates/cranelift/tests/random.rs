//! Random optimised trees do in machine code what they do in the uop interpreter.

mod common;
use common::*;
use std::ffi::c_void;
use std::sync::atomic::AtomicU64;
use uplift_cranelift::{CodeMemory, Compiler, Limits, OptLevel, Options};
use uplift_interp::Program;
use uplift_uop::*;

/// xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % n
    }
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// Slots of the frame, from slot 0.
const SLOTS: usize = 8;
/// Slot that nothing but the loop counter is written to.
const COUNTER: i32 = SLOTS as i32 - 1;

struct Generator {
    random: Random,
    b: Build,
    /// Values in scope, by type: integers, floats, booleans, words.
    scope: [Vec<Val>; 4],
    guards: u32,
    /// Guards that may get a side trace, with the values in scope there.
    open: Vec<(u32, [Vec<Val>; 4])>,
    /// Types of the loop header's values, the counter first.
    header: Vec<Ty>,
}

fn index(ty: Ty) -> usize {
    match ty {
        Ty::Int => 0,
        Ty::Float => 1,
        Ty::Bool => 2,
        _ => 3,
    }
}

impl Generator {
    fn value(&mut self, ty: Ty) -> Val {
        let pool = self.scope[index(ty)].clone();
        if !pool.is_empty() && self.random.below(5) > 0 {
            let recent = pool.len().saturating_sub(6);
            let from = if self.random.below(3) > 0 { recent } else { 0 };
            return pool[from + self.random.below(pool.len() - from)];
        }
        let scalar = match ty {
            Ty::Int => Scalar::Int(self.random.pick(&[0, 1, -1, 2, 3, 10, -7, 64, 1 << 40, i64::MAX])),
            Ty::Float => Scalar::Float(self.random.pick(&[0.0, 1.0, -2.5, 1e10, 0.1])),
            Ty::Bool => Scalar::Bool(self.random.below(2) == 0),
            _ => Scalar::Word(self.random.pick(&[4, 5, boxed(3), boxed(-3), 0x3FF2 << 48])),
        };
        self.b.tree.constant(scalar)
    }

    fn snap(&mut self) -> (u32, SnapId) {
        let number = self.guards;
        self.guards += 1;
        let mut slots = Vec::new();
        for slot in 0..COUNTER {
            if self.random.below(2) == 0 {
                let ty = self.random.pick(&[Ty::Int, Ty::Int, Ty::Float, Ty::Bool, Ty::Word]);
                let value = self.value(ty);
                slots.push((slot, value));
            }
        }
        (number, self.b.snap(number, &slots))
    }

    fn step(&mut self) {
        let op = self.random.pick(Op::ALL);
        let info = op.info();
        let addresses = info.params.iter().chain([&info.ret]).any(|&ty| ty == Ty::Ref);
        // NaN bits may differ between machines.
        let bits = matches!(op, Op::FloatToBits | Op::WordToInt | Op::UnboxInt);
        if addresses || bits {
            return;
        }
        let imm = match info.imm {
            ImmKind::Kind => self.random.below(KINDS.len()) as u64,
            ImmKind::Bits => self.random.below(66) as u64,
            _ => 0,
        };
        match info.section {
            Section::Pure => {
                let args: Vec<Val> = info.params.iter().map(|&ty| self.value(ty)).collect();
                let result = self.b.imm(op, &args, imm);
                self.scope[index(info.ret)].push(result);
            }
            Section::Guard if self.random.below(3) == 0 => {
                let args: Vec<Val> = info.params.iter().map(|&ty| self.value(ty)).collect();
                if op == Op::GuardEqInt || op == Op::GuardEqWord {
                    return;
                }
                let (number, snap) = self.snap();
                self.open.push((number, self.scope.clone()));
                let result = self.b.guard(op, &args, imm, snap);
                if info.ret != Ty::Unit {
                    self.scope[0].push(result);
                }
            }
            _ if op == Op::SlotLoad => {
                let slot = self.random.below(SLOTS) as i32;
                let result = self.b.load(slot);
                self.scope[3].push(result);
            }
            _ if op == Op::SlotStore => {
                let word = self.value(Ty::Word);
                let slot = self.random.below(COUNTER as usize) as i32;
                self.b.store(slot, word);
            }
            _ if op == Op::Call => {
                let args: Vec<Val> = (0..6).map(|_| self.value(Ty::Int)).collect();
                let result = self.b.call(&SIX, &args);
                self.scope[0].push(result);
            }
            _ => {}
        }
    }

    fn steps(&mut self, most: usize) {
        for _ in 0..self.random.below(most) {
            self.step();
        }
    }

    /// Ends a trace in the next iteration, or an exit.
    fn finish(&mut self, counter: Val, exit: bool) {
        if exit {
            let (_, snap) = self.snap();
            self.b.exit(snap);
            return;
        }
        let (zero, one) = (self.b.int(0), self.b.int(1));
        let more = self.b.op(Op::IntGt, &[counter, zero]);
        let (_, snap) = self.snap();
        self.b.guard(Op::GuardTrue, &[more], 0, snap);
        let next = self.b.op(Op::IntSub, &[counter, one]);
        let types = self.header.clone();
        let mut args = vec![next];
        args.extend(types[1..].iter().map(|&ty| self.value(ty)));
        self.b.jump(&args);
    }

    fn tree(mut self) -> Tree {
        let w = self.b.load(COUNTER);
        let start = self.b.op(Op::UnboxInt, &[w]);
        for slot in 0..3 {
            let w = self.b.load(slot);
            let i = self.b.op(Op::UnboxInt, &[w]);
            self.scope[0].push(i);
            self.scope[3].push(w);
        }
        self.steps(40);
        for _ in 0..self.random.below(6) {
            let ty = self.random.pick(&[Ty::Int, Ty::Float, Ty::Bool, Ty::Word]);
            self.header.push(ty);
        }
        let types = self.header.clone();
        let mut args = vec![start];
        args.extend(types[1..].iter().map(|&ty| self.value(ty)));
        let params = self.b.header(&args);
        for (&ty, &param) in types.iter().zip(&params).skip(1) {
            self.scope[index(ty)].push(param);
        }
        self.steps(120);
        self.finish(params[0], false);
        for _ in 0..self.random.below(6) {
            if self.open.is_empty() {
                break;
            }
            let which = self.random.below(self.open.len());
            let (number, scope) = self.open.swap_remove(which);
            self.scope = scope;
            self.b.side(number);
            self.steps(40);
            // A guard of the preamble knows no loop counter.
            let exit = !self.in_body(number) || self.random.below(3) == 0;
            self.finish(params[0], exit);
        }
        self.b.tree
    }

    /// Whether the guard comes after the loop header in the root, or hangs on such a guard.
    fn in_body(&self, number: u32) -> bool {
        let mut number = number;
        loop {
            let find = |trace: &Trace| {
                trace
                    .insts
                    .iter()
                    .position(|inst| self.b.tree.snapshot(inst).is_some_and(|s| s.guard.number == number))
            };
            let traces = &self.b.tree.traces;
            let Some((trace, at)) = traces.iter().find_map(|t| Some((t, find(t)?))) else {
                return false;
            };
            match trace.parent {
                Some(parent) => number = parent.number,
                None => {
                    let header = trace.insts.iter().position(|i| i.op == Op::LoopHeader);
                    return header.is_some_and(|header| header < at);
                }
            }
        }
    }
}

fn generate(seed: u64) -> Tree {
    let random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let b = Build::new();
    let scope = Default::default();
    Generator { random, b, scope, guards: 0, open: vec![], header: vec![Ty::Int] }.tree()
}

/// NaNs count as one value.
fn same(a: u64, b: u64) -> bool {
    let nan = |w| FLOAT.accepts(w) && ReprSpec::NAN_BOX.unbox_float(w).is_nan();
    a == b || nan(a) && nan(b)
}

#[test]
fn machine_code_does_what_the_interpreter_does() {
    let spec = spec();
    let mut compilers = [OptLevel::None, OptLevel::Speed]
        .map(|opt_level| Compiler::new(&Options { opt_level, ..Options::default() }).unwrap());
    let attention = AtomicU64::new(0);
    let (mut exits, mut sides) = (std::collections::HashSet::new(), 0);
    for seed in 0..600 {
        let tree = generate(seed);
        let initial: [u64; SLOTS] = [boxed(5), boxed(-70), 0x4002 << 48, 4, 5, 0, 77, boxed(seed as i64 % 9)];
        let mut expected = initial;
        let program = Program::new(&tree, &spec);
        // SAFETY: the frame has all slots; the tree touches nothing else.
        let exit =
            unsafe { program.run(std::ptr::null_mut(), expected.as_mut_ptr(), &attention, Some(100_000)) }
                .unwrap();
        exits.insert((seed, exit.snap));
        sides += usize::from(exit.trace.0 > 0);
        for compiler in &mut compilers {
            let compiled = compiler
                .compile(&tree, &spec, attention.as_ptr(), &Limits::default())
                .unwrap_or_else(|e| panic!("seed {seed}: {e}"));
            let blob = CodeMemory::new(1 << 16).unwrap().publish(&compiled).unwrap();
            let mut frame = initial;
            // SAFETY: as above.
            let number = unsafe { blob.entry()(std::ptr::null_mut::<c_void>(), frame.as_mut_ptr()) };
            let text = || uplift_uop::print::print(&tree, &spec);
            assert_eq!(number, u64::from(exit.snap.0), "seed {seed}\n{}", text());
            assert!(
                frame.iter().zip(&expected).all(|(&a, &b)| same(a, b)),
                "seed {seed}: {frame:x?} instead of {expected:x?}\n{}",
                text()
            );
        }
    }
    assert!(exits.len() == 600 && sides > 50, "{sides} runs ended in side traces");
}
