//! Consumers: generators that are used up in one go.
//!
//! A generator whose only purpose is to fill a collection (`list(...)`, `sum(...)` and so on of a generator
//! expression) runs without being suspended: `r(-4)` names the [`Consumer`], `r(-3)` is what it has so far.
//! `r(-4)` is UNDEF in all other generators' frames.
//!
//! What traces do with an item is written over machines (`handlers::generators::consume`); [`Vm::yield_leaves`] says
//! beforehand where they must not try.
//!
//! SAFETY of the module: that of `vm::generator`.

use crate::bytecode::insn;
use crate::objects::{Gc, Generator, List, Set};
use crate::vm::frame::{Frame, FrameKind};
use crate::vm::handlers::Flow;
use crate::vm::handlers::generators::Entered;
use crate::vm::ops::BinOp;
use crate::vm::{PyResult, Raised, Vm};
use crate::word::{NONE, UNDEF, Word};

/// What becomes of a generator's items that nobody asks for one by one.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Consumer {
    /// A list of them.
    List = 1,
    /// A tuple of them.
    Tuple,
    /// A set of them.
    Set,
    /// A frozenset of them.
    FrozenSet,
    /// Their sum.
    Sum,
    /// Whether one is true.
    Any,
    /// Whether all are true.
    All,
}

impl Consumer {
    const LIST: [Consumer; 7] = [
        Consumer::List,
        Consumer::Tuple,
        Consumer::Set,
        Consumer::FrozenSet,
        Consumer::Sum,
        Consumer::Any,
        Consumer::All,
    ];

    /// The word that stands for it in `r(-4)`.
    pub fn word(self) -> Word {
        Word::int(self as i64)
    }

    /// What `r(-4)` says.
    #[inline(always)]
    pub fn of(w: Word) -> Option<Consumer> {
        if w == UNDEF { None } else { Consumer::LIST.get((w.unbox_int() - 1) as usize).copied() }
    }
}

/// What a consumer says to an item.
enum Consumed {
    More,
    /// Enough: this is the result.
    Enough(Word),
    Failed,
}

impl Vm {
    /// Gives `w` to the consumer in the innermost frame, whose generator stands at the yield at `pc`.
    pub(super) fn give(&mut self, consumer: Consumer, frame: &Frame, pc: *mut u64, w: Word) -> Flow {
        match self.consume(consumer, frame, w) {
            Consumed::More => Flow::Go(frame.code, self.deliver(frame.base, pc, NONE)),
            Consumed::Enough(result) => {
                self.save(pc);
                self.consumed(result)
            }
            Consumed::Failed => {
                self.save(pc);
                self.consumer_failed()
            }
        }
    }

    /// The generator in the innermost frame has ended: its consumer has all items.
    pub(super) fn end_consumer(&mut self, consumer: Consumer, so_far: Word) -> Flow {
        let result = match consumer {
            Consumer::Any => Word::bool(false),
            Consumer::All => Word::bool(true),
            Consumer::Tuple => {
                let items = so_far.cast::<List>().map_or(Vec::new(), |l| l.items().to_vec());
                self.new_tuple(&items)
            }
            _ => so_far,
        };
        self.consumed(result)
    }

    /// The consumer in the innermost frame has its result.
    fn consumed(&mut self, result: Word) -> Flow {
        if self.frame().kind == FrameKind::GeneratorBoundary {
            self.run.result = result;
            self.run.yielded = false;
            return Flow::Leave;
        }
        let frame = self.pop();
        let caller = *self.frame();
        // SAFETY: a register of the caller.
        unsafe { *caller.base.add(frame.dst as usize) = result };
        Flow::Go(caller.code, caller.pc.wrapping_add(frame.skip as usize))
    }

    /// The consumer in the innermost frame raised: not the generator's affair.
    fn consumer_failed(&mut self) -> Flow {
        let kind = self.frame().kind;
        if kind == FrameKind::GeneratorBoundary {
            return Flow::Fail;
        }
        self.pop();
        let caller = *self.frame();
        Flow::RaiseAt(caller.code, caller.pc)
    }

    /// Gives an item to the consumer in the innermost frame.
    fn consume(&mut self, consumer: Consumer, frame: &Frame, w: Word) -> Consumed {
        // SAFETY: module argument.
        let so_far = unsafe { &mut *frame.base.offset(-3) };
        let more = match consumer {
            Consumer::List | Consumer::Tuple => {
                if let Some(l) = so_far.cast::<List>() {
                    self.list_push_slow(l, w);
                }
                Ok(true)
            }
            Consumer::Set | Consumer::FrozenSet => match so_far.cast::<Set>() {
                Some(s) => self.set_add(s, w).map(|_| true),
                None => Ok(true),
            },
            Consumer::Sum => self.binary_op(BinOp::Add, *so_far, w).map(|sum| {
                *so_far = sum;
                true
            }),
            Consumer::Any => self.truthy(w).map(|b| !b),
            Consumer::All => self.truthy(w),
        };
        match more {
            Ok(true) => Consumed::More,
            Ok(false) => Consumed::Enough(Word::bool(consumer == Consumer::Any)),
            Err(_) => Consumed::Failed,
        }
    }

    /// Whether the `Yield` at which the innermost frame stands may leave it, as far as that can be told without running
    /// Python code.
    pub fn yield_leaves(&self, i: insn::Yield) -> bool {
        let base = self.frame().base;
        // SAFETY: module argument; a register of the frame.
        let (consumer, so_far, w) =
            unsafe { (*base.offset(-4), *base.offset(-3), *base.add(i.src as usize)) };
        let number = |w: Word| w.is_int() || w.is_float() || w.is_bool();
        match Consumer::of(consumer) {
            None => true,
            Some(Consumer::List | Consumer::Tuple) => false,
            Some(Consumer::Set | Consumer::FrozenSet) => {
                let t = &self.types;
                !(number(w) || w.is_none() || [t.int, t.str, t.bytes].contains(&self.type_of(w)))
            }
            Some(Consumer::Sum) => !(number(so_far) && number(w)),
            Some(consumer @ (Consumer::Any | Consumer::All)) => {
                let sense = match w {
                    w if w.is_bool() => w == Word::bool(true),
                    w if w.is_int() => w.unbox_int() != 0,
                    w if w.is_none() => false,
                    _ => return true,
                };
                sense == (consumer == Consumer::Any)
            }
        }
    }

    fn set_consumer(&mut self, consumer: Consumer) {
        let empty = match consumer {
            Consumer::List | Consumer::Tuple => self.new_list(Vec::new()),
            Consumer::Set => self.new_set(false).word(),
            Consumer::FrozenSet => self.new_set(true).word(),
            _ => Word::int(0),
        };
        let base = self.frame().base;
        // SAFETY: module argument.
        unsafe {
            *base.offset(-3) = empty;
            *base.offset(-4) = consumer.word();
        }
    }

    /// Runs a generator to its end in a frame above the innermost one, for a call instruction at `pc`.
    pub fn enter_consumed(
        &mut self,
        pc: *mut u64,
        g: Gc<Generator>,
        consumer: Consumer,
        dst: u16,
        skip: u8,
    ) -> Flow {
        match self.enter_generator(pc, g, NONE, FrameKind::Consume, dst, skip) {
            Entered::Running(flow) => {
                self.set_consumer(consumer);
                flow
            }
            _ => Flow::Raise,
        }
    }

    /// Runs a generator to its end from native code: its items as the consumer wants them.
    pub fn consume_generator(&mut self, g: Gc<Generator>, consumer: Consumer) -> PyResult {
        self.check_native_stack()?;
        let pc = self.run.pc;
        match self.enter_generator(pc, g, NONE, FrameKind::GeneratorBoundary, 0, 0) {
            Entered::Running(Flow::Go(code, pc)) => {
                self.set_consumer(consumer);
                self.run_loop(code, pc, false)
            }
            _ => Err(Raised),
        }
    }
}
