//! Peeling: the root is walked twice, as the preamble and as the loop body, with the header contract between.
//!
//! Before: `v0 = slot_load 3; guard_kind v0, int; ...; slot_store v9, 3; jump_entry`; after: the same as the preamble,
//! `v10: int = loop_header v8`, a body without the guard, `jump v20`. Side traces start from the state of their
//! guard and end in a jump to the header too, where they have what it wants.
//!
//! A side trace on a guard of the preamble cannot jump to the header, because values that the body uses may not
//! exist yet at its guard; it stores its slots and enters the tree anew.
//!
//! Does not handle: roots above the size limit (they go around through memory).

use crate::around::{Around, Copies};
use crate::forward::{End, Walk};
use crate::pipeline::OptReport;
use crate::{OptConfig, OptError};
use uplift_uop::{GuardId, HostSpec, Op, Phase, Snapshot, Trace, TraceId, Tree};

/// Output traces, with the recorded traces that they come from.
pub(crate) type Traces = Vec<(Option<TraceId>, Trace)>;

/// The pass: recorded tree in, optimised tree out.
pub(crate) fn forward(
    tree: &Tree,
    spec: &HostSpec,
    config: &OptConfig,
    report: &mut OptReport,
) -> Result<Tree, OptError> {
    let root = tree.traces.first().ok_or(OptError::Malformed("no root trace"))?;
    let loops = root.insts.last().is_some_and(|inst| inst.op == Op::JumpEntry);
    let peeled = loops && config.peel && root.insts.len() <= config.max_peel;
    let copies = Copies::new(tree, peeled);
    let around = Around::scan(tree, spec, &copies)?;
    let mut walk = Walk::new(tree, spec, config, report, copies);
    let mut traces = walk.root(&around, peeled)?;
    walk.side_traces(Phase::Preamble, &around, &mut traces)?;
    traces.append(&mut walk.extra);
    walk.report.origins = traces.iter().map(|&(origin, _)| origin).collect();
    let mut out = walk.out.tree;
    out.traces = traces.into_iter().map(|(_, trace)| trace).collect();
    Ok(out)
}

impl<'a> Walk<'a> {
    fn root(&mut self, around: &Around, peeled: bool) -> Result<Traces, OptError> {
        match self.walk_trace(0)? {
            End::Entry(at) if peeled => return self.peel(at, around),
            End::Entry(at) => self.enter_anew(at, around)?,
            End::Exit => {}
        }
        Ok(vec![self.written(0, None)])
    }

    /// The trace that was just written.
    fn written(&mut self, index: usize, parent: Option<GuardId>) -> (Option<TraceId>, Trace) {
        let insts = std::mem::take(&mut self.out.insts);
        (Some(TraceId(index as u32)), Trace { parent, insts })
    }

    /// Walks the loop until the header contract holds.
    fn peel(&mut self, at: Option<&'a Snapshot>, around: &Around) -> Result<Traces, OptError> {
        let mut contract = self.open_contract(at, around);
        self.state.heap.clobber(around.writes);
        self.state.polled = false;
        let preamble = std::mem::take(&mut self.out.insts);
        let (header_state, mark) = (self.state.clone(), self.out.mark());
        let kinds = self.kinds.clone();
        loop {
            contract.start_round();
            self.state = header_state.clone();
            self.phase = Phase::Preamble;
            self.open_header(&mut contract);
            self.contract = Some(std::mem::take(&mut contract));
            self.phase = Phase::Body;
            if let End::Entry(at) = self.walk_trace(0)? {
                self.close_loop(at, around, true)?;
            }
            let mut traces = vec![self.written(0, None)];
            self.side_traces(Phase::Body, around, &mut traces)?;
            contract = self.contract.take().ok_or(OptError::Internal("the contract got lost"))?;
            if contract.settle(|set| kinds.machine_type(set)) {
                traces[0].1.insts.splice(0..0, preamble);
                self.report.rounds = contract.rounds();
                return Ok(traces);
            }
            self.out.cut(mark);
            self.extra.clear();
            self.saved.retain(|guard, _| guard.phase == Phase::Preamble);
        }
    }

    /// Walks the side traces that hang on guards of one copy, parents first.
    fn side_traces(&mut self, phase: Phase, around: &Around, traces: &mut Traces) -> Result<(), OptError> {
        if phase == Phase::Preamble {
            self.contract = None;
        }
        for (index, trace) in self.input.traces.iter().enumerate() {
            let Some(number) = trace.parent.map(|parent| parent.number) else { continue };
            let parent = GuardId { number, phase };
            if self.copies.child(number, phase) != Some(index) {
                continue;
            }
            let Some(state) = self.saved.remove(&parent) else { continue };
            self.state = state;
            self.phase = phase;
            self.out.insts.clear();
            if let End::Entry(at) = self.walk_trace(index)? {
                self.close_loop(at, around, false)?;
            }
            traces.push(self.written(index, Some(parent)));
        }
        Ok(())
    }
}
