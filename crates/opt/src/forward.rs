//! The forward walk: reads a recorded trace instruction by instruction and writes the optimised one.
//!
//! Before: `v0 = slot_load 3; guard_kind v0, int; v1 = unbox_int v0; v2 = int_add_checked v1, 1; v3 = box_int v2;
//! slot_store v3, 3; v4 = slot_load 3; guard_kind v4, int`; after: `v0 = slot_load 3; guard_kind v0, int;
//! v1 = unbox_int v0; v2 = int_add_checked v1, 1`, and every later snapshot says `3 = v2`.
//!
//! The walk carries a [`State`]; what it does for each section of the table is in `pure`, `guards`, `memory` and
//! `virtuals`. A guard that always fails ends the trace with an exit.
//!
//! Does not handle: anything that needs to look ahead; that is left to dead code elimination.

use crate::ahead::Ahead;
use crate::around::Copies;
use crate::emit::{Def, Out};
use crate::facts::{Fact, Kinds, fact_of};
use crate::header::Contract;
use crate::peel::Traces;
use crate::pipeline::OptReport;
use crate::rules::Rules;
use crate::state::State;
use crate::{OptConfig, OptError};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use uplift_uop::{GuardId, HostSpec, Inst, Op, Phase, Scalar, Section, Snapshot, Tree, Val};

/// Where a walked trace ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End<'a> {
    /// At a jump to the entry, not written yet, with its recorded snapshot if it has one.
    Entry(Option<&'a Snapshot>),
    /// With an exit, written.
    Exit,
}

/// What a step of the walk leads to.
pub(crate) enum Flow<'a> {
    Next,
    End(End<'a>),
}

/// The state of a walk over all traces of a tree.
pub(crate) struct Walk<'a> {
    pub input: &'a Tree,
    pub spec: &'a HostSpec,
    pub config: &'a OptConfig,
    pub report: &'a mut OptReport,
    pub kinds: Kinds,
    pub rules: &'static Rules,
    pub out: Out,
    pub state: State,
    /// Output of each recorded value.
    map: Vec<Option<Val>>,
    /// Copy that is being written.
    pub phase: Phase,
    /// Which side traces hang on which exits.
    pub copies: Copies,
    /// What the recorded traces say about their guards.
    pub ahead: Ahead,
    /// State at those exits, as far as they were written.
    pub saved: FxHashMap<GuardId, State>,
    /// Side traces that were not recorded.
    pub extra: Traces,
    /// What the loop header promises, once there is one.
    pub contract: Option<Contract>,
}

impl<'a> Walk<'a> {
    pub fn new(
        input: &'a Tree,
        spec: &'a HostSpec,
        config: &'a OptConfig,
        report: &'a mut OptReport,
        copies: Copies,
    ) -> Walk<'a> {
        Walk {
            input,
            spec,
            config,
            report,
            kinds: Kinds::new(spec),
            rules: Rules::table(),
            out: Out::new(input),
            state: State::default(),
            map: vec![None; input.values.len()],
            phase: Phase::Preamble,
            ahead: Ahead::scan(input, spec, &copies),
            copies,
            saved: FxHashMap::default(),
            extra: Vec::new(),
            contract: None,
        }
    }

    /// Walks one recorded trace from the current state.
    pub fn walk_trace(&mut self, index: usize) -> Result<End<'a>, OptError> {
        let input = self.input;
        let trace = input.traces.get(index).ok_or(OptError::Malformed("no root trace"))?;
        for inst in &trace.insts {
            if let Flow::End(end) = self.step(inst)? {
                return Ok(end);
            }
        }
        Err(OptError::Malformed("a trace without a terminator"))
    }

    fn step(&mut self, inst: &'a Inst) -> Result<Flow<'a>, OptError> {
        let info = inst.op.info();
        let arity = match inst.op {
            Op::Call => self.spec.fns.get(inst.imm as usize).map(|f| f.params.len()),
            _ => Some(info.params.len()),
        };
        if arity != Some(inst.args.len()) {
            return Err(OptError::Malformed("a wrong number of operands"));
        }
        let mut args = SmallVec::<[Val; 3]>::new();
        for &arg in &inst.args {
            args.push(self.operand(arg)?);
        }
        match info.section {
            Section::Pure => {
                let val = self.pure(inst.op, &args, inst.imm);
                self.bind(inst, val)?;
                Ok(Flow::Next)
            }
            Section::Guard => self.guard(inst, &args),
            Section::Memory => self.memory(inst, &args).map(|()| Flow::Next),
            Section::Control => self.control(inst, &args),
        }
    }

    fn control(&mut self, inst: &'a Inst, args: &[Val]) -> Result<Flow<'a>, OptError> {
        match inst.op {
            Op::Call => self.call(inst, args).map(|()| Flow::Next),
            Op::GuardNotRaised | Op::GuardFieldEq | Op::GuardAttention => self.guard(inst, args),
            Op::JumpEntry => Ok(Flow::End(End::Entry(self.input.snapshot(inst)))),
            Op::Exit => {
                self.leave(self.recorded(inst)?);
                Ok(Flow::End(End::Exit))
            }
            _ => Err(OptError::Malformed("an optimised tree")),
        }
    }

    /// Ends the trace with an exit.
    pub fn leave(&mut self, snapshot: &'a Snapshot) {
        let snap = self.exit_snapshot(snapshot);
        self.out.push(Op::Exit, &[], 0, Some(snap));
        self.save_state(snapshot.guard.number);
    }

    /// Keeps the state at an exit, if a side trace hangs on it.
    pub fn save_state(&mut self, number: u32) {
        if self.copies.child(number, self.phase).is_some() {
            let guard = GuardId { number, phase: self.phase };
            self.saved.insert(guard, self.state.clone());
        }
    }

    /// The recorded snapshot of an instruction.
    pub fn recorded(&self, inst: &Inst) -> Result<&'a Snapshot, OptError> {
        self.input.snapshot(inst).ok_or(OptError::Malformed("a guard without a snapshot"))
    }

    fn operand(&self, val: Val) -> Result<Val, OptError> {
        if val.is_const() {
            return Ok(val);
        }
        let mapped = self.map.get(val.index()).copied().flatten();
        Ok(self.state.resolve(mapped.ok_or(OptError::Malformed("an operand without a value"))?))
    }

    /// Says what became of an instruction's result.
    pub fn bind(&mut self, inst: &Inst, val: Val) -> Result<(), OptError> {
        let result = inst.result().filter(|r| !r.is_const());
        let place = result.and_then(|result| self.map.get_mut(result.index()));
        *place.ok_or(OptError::Malformed("an instruction without its result"))? = Some(val);
        Ok(())
    }

    pub fn constant(&mut self, scalar: Scalar) -> Val {
        self.out.tree.constant(scalar)
    }

    /// The constant that `val` is.
    pub fn as_const(&self, val: Val) -> Option<Scalar> {
        self.out.tree.as_const(val)
    }

    /// How `val` came about, unless it is a constant.
    pub fn def(&self, val: Val) -> Option<Def> {
        self.out.def(val).copied()
    }

    /// Everything known about `val`.
    pub fn fact(&self, val: Val) -> Fact {
        match self.as_const(val) {
            Some(scalar) => fact_of(self.spec, scalar),
            None => self.state.fact(val),
        }
    }
}
