//! Lowering: a whole tree to one CLIF function.
//!
//! ```text
//! entry(ctx, frame):  jump start
//! start:              preamble of the root (jump_entry comes back here)
//! pairs(p0, ...):     the same for two iterations at once, if it is a loop over floats in memory
//! header(p0, ...):    body of the root, after its loop_header (jump comes back here)
//!   guard:            brif condition -> next block, else -> failing block
//! side traces:        entered straight from their guard's failing edge; they use values of the
//!                     traces they hang on directly, because the guard's block dominates them
//! exits (cold):       build virtual objects, write slots, return the snapshot's number
//! ```
//!
//! Addresses of host functions and of the attention word are constants, so the code has no
//! relocations. One alias region stands for each alias class, one for the frame's slots.

mod countdown;
mod exit;
mod int;
mod memory;
mod pairs;
mod pure;
mod values;
mod words;

use crate::compile::{Origin, source_loc};
use crate::error::CompileError;
use crate::exits::ExitTable;
use cranelift_codegen::entity::packed_option::PackedOption;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, AliasRegion, Block, BlockArg, Function, InstBuilder, SigRef, Signature, StackSlot, Type, Value,
    types,
};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::Arc;
use uplift_uop::sides::Sides;
use uplift_uop::{HostFn, HostSpec, Inst, Op, Section, SnapId, TraceId, Tree, Ty, Val};

pub(crate) type Result<T> = std::result::Result<T, CompileError>;

/// What lowering tells beside the function it built.
pub(crate) struct Lowered {
    /// Flat number of each trace's first uop.
    starts: Vec<u32>,
    /// Number of uops in the tree: the flat number of snapshot 0's exit.
    total: u32,
    pub counts: Counts,
    /// What the code's exits leave to Rust; the code holds its address.
    pub table: Option<Arc<ExitTable>>,
}

/// Sizes, for statistics.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub uops: usize,
    pub blocks: usize,
    pub exits: usize,
}

/// What the stack keeps for exits, at multiples of eight bytes.
#[derive(Clone, Copy)]
enum Saved {
    Frame,
    Context,
}

impl Lowered {
    /// What the source location with these bits stands for.
    pub fn origin(&self, bits: u32) -> Origin {
        if bits == u32::MAX {
            Origin::Frame
        } else if bits >= self.total {
            Origin::Exit(SnapId(bits - self.total))
        } else {
            let trace = self.starts.partition_point(|&start| start <= bits) - 1;
            Origin::Uop(TraceId(trace as u32), bits - self.starts[trace])
        }
    }
}

/// Addresses of words in memory that the code looks at.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    /// Polled at `guard_attention`.
    pub attention: u64,
    /// Counted down wherever execution may leave ([`crate::Options::countdown`]).
    pub countdown: Option<u64>,
    /// Counted down where the attention word is polled ([`crate::Options::fuel`]).
    pub fuel: Option<u64>,
}

/// Builds the function of `tree` in `func`.
pub(crate) fn lower(
    tree: &Tree,
    spec: &HostSpec,
    words: Words,
    isa: &dyn TargetIsa,
    func: &mut Function,
    frontend: &mut FunctionBuilderContext,
) -> Result<Lowered> {
    let conv = isa.default_call_conv();
    func.signature = signature(conv, 2);
    let mut b = FunctionBuilder::new(func, frontend);
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let (ctx, frame) = (b.block_params(entry)[0], b.block_params(entry)[1]);
    let start = b.create_block();

    let mut starts = Vec::with_capacity(tree.traces.len());
    let mut total = 0u32;
    for trace in &tree.traces {
        starts.push(total);
        total += trace.insts.len() as u32;
    }
    let mut this = Lower {
        tree,
        spec,
        b,
        conv,
        ctx,
        frame,
        words,
        polls: 0,
        values: vec![PackedOption::default(); tree.values.len()],
        floats: FxHashMap::default(),
        distances: FxHashMap::default(),
        virtuals: Vec::new(),
        sides: Sides::new(tree),
        entries: vec![PackedOption::default(); tree.traces.len()],
        leaving: vec![PackedOption::default(); tree.snaps.len()],
        exits: Vec::new(),
        start,
        header: None,
        reentry: None,
        regions: [None; REGIONS],
        signatures: [None; HostFn::MAX_PARAMS + 1],
        saved: None,
        table: None,
        counts: Counts::default(),
    };
    this.save();
    this.float_constants();
    this.b.ins().jump(start, &[]);
    this.traces(&starts)?;
    this.exit_blocks(total)?;
    this.counts.blocks = this.b.func.dfg.num_blocks();
    this.b.seal_all_blocks();
    this.b.finalize(isa.frontend_config());
    Ok(Lowered { starts, total, counts: this.counts, table: this.table })
}

/// Alias classes 0 to 63, the frame's slots, the attention word, our stack, what counts down.
const REGIONS: usize = 68;
const SLOTS: usize = 64;
const ATTENTION: usize = 65;
const STACK: usize = 66;
const COUNTDOWN: usize = 67;

/// `fn(i64 * params) -> i64`.
fn signature(conv: CallConv, params: usize) -> Signature {
    let mut signature = Signature::new(conv);
    signature.params.extend((0..params).map(|_| AbiParam::new(types::I64)));
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

/// The CLIF type of a value.
fn clif_type(ty: Ty) -> Result<Type> {
    match ty {
        Ty::Int | Ty::Ref | Ty::Word => Ok(types::I64),
        Ty::Float => Ok(types::F64),
        Ty::Bool => Ok(types::I8),
        Ty::Unit => malformed("a value of type unit"),
    }
}

fn malformed<T>(what: impl Into<String>) -> Result<T> {
    Err(CompileError::Internal(format!("malformed tree: {}", what.into())))
}

/// State of lowering one tree.
struct Lower<'a, 'f> {
    tree: &'a Tree,
    spec: &'a HostSpec,
    b: FunctionBuilder<'f>,
    conv: CallConv,
    ctx: Value,
    frame: Value,
    words: Words,
    /// Polls of the attention word so far.
    polls: i32,
    /// CLIF value of each SSA value defined so far.
    values: Vec<PackedOption<Value>>,
    /// Float constants made at the entry, by bits.
    floats: FxHashMap<u64, Value>,
    /// Words less the host's float offset, computed by kind tests of the trace in work.
    distances: FxHashMap<Value, Value>,
    /// Virtual objects built by the exit in work; they hide `values`.
    virtuals: Vec<(Val, Value)>,
    sides: Sides,
    /// Entry block of each side trace whose guard was lowered.
    entries: Vec<PackedOption<Block>>,
    /// The cold exit block of each snapshot that is left through.
    leaving: Vec<PackedOption<Block>>,
    /// Cold exit blocks to be filled.
    exits: Vec<(SnapId, Block)>,
    start: Block,
    header: Option<Block>,
    /// Where side traces enter the loop, if not at its header: where it runs in pairs.
    reentry: Option<Block>,
    regions: [Option<AliasRegion>; REGIONS],
    /// Signatures of host functions by number of parameters.
    signatures: [Option<SigRef>; HostFn::MAX_PARAMS + 1],
    /// Where exits find the context and the frame, if there are exits that need them.
    saved: Option<StackSlot>,
    counts: Counts,
    /// What exits leave to Rust, once all of them are lowered.
    table: Option<Arc<ExitTable>>,
}

impl Lower<'_, '_> {
    /// Lowers all traces that can be reached.
    fn traces(&mut self, starts: &[u32]) -> Result<()> {
        for (t, trace) in self.tree.traces.iter().enumerate() {
            let entry = if t == 0 { Some(self.start) } else { self.entries[t].expand() };
            // A side trace whose guard was optimised away is never entered.
            let Some(entry) = entry else { continue };
            self.b.switch_to_block(entry);
            self.distances.clear();
            self.counts.uops += trace.insts.len();
            let Some((last, rest)) = trace.insts.split_last() else {
                return malformed(format!("trace {t} is empty"));
            };
            for (i, inst) in rest.iter().enumerate() {
                self.b.set_srcloc(source_loc(starts[t] as usize + i));
                self.inst(inst, t == 0).map_err(|e| locate(e, t, i, inst))?;
            }
            let i = rest.len();
            self.b.set_srcloc(source_loc(starts[t] as usize + i));
            self.terminator(last, t == 0).map_err(|e| locate(e, t, i, last))?;
        }
        if self.counts.uops == 0 {
            return malformed("no trace");
        }
        Ok(())
    }

    /// Lowers one instruction within a trace.
    fn inst(&mut self, inst: &Inst, in_root: bool) -> Result<()> {
        let value = match inst.op.info().section {
            Section::Pure => Some(self.pure(inst)?),
            Section::Guard => self.guard_row(inst)?,
            Section::Memory => self.memory(inst)?,
            Section::Control => return self.control(inst, in_root),
        };
        self.define(inst, value)
    }

    fn control(&mut self, inst: &Inst, in_root: bool) -> Result<()> {
        match inst.op {
            Op::Call => {
                let value = self.call(inst)?;
                self.define(inst, value)
            }
            Op::GuardNotRaised => {
                let word = self.operand(inst, 0)?;
                let raised = self.spec.raised_word;
                let ok = if raised == 0 { word } else { self.compare_ne(word, raised) };
                self.guard(inst, ok, true)
            }
            Op::GuardFieldEq => {
                let expected = self.operand(inst, 1)?;
                let actual = self.load_field(inst, Ty::Ref)?;
                let ok = self.icmp(IntCC::Equal, actual, expected);
                self.guard(inst, ok, true)
            }
            Op::GuardAttention => {
                self.burn_fuel(inst)?;
                let word = self.poll();
                self.guard(inst, word, false)
            }
            Op::LoopHeader if in_root => self.loop_header(inst),
            op => malformed(format!("{} in the middle of a trace", op.info().name)),
        }
    }

    fn loop_header(&mut self, inst: &Inst) -> Result<()> {
        if self.header.is_some() || inst.args.len() != inst.results.len() {
            return malformed("loop header");
        }
        let header = self.b.create_block();
        self.header = Some(header);
        // Fuel counts iterations one by one.
        let counts = self.words.fuel.is_some();
        match pairs::Pairs::find(self.tree, self.spec).filter(|_| !counts) {
            Some(found) => self.pairs(&found, header)?,
            None => {
                let args = self.block_args(&inst.args, &inst.results)?;
                self.b.ins().jump(header, &args);
            }
        }
        self.b.switch_to_block(header);
        for &result in &inst.results {
            let value = self.b.append_block_param(header, clif_type(self.tree.ty(result))?);
            self.set(result, value)?;
        }
        Ok(())
    }

    fn terminator(&mut self, inst: &Inst, in_root: bool) -> Result<()> {
        match inst.op {
            Op::Jump => {
                let reentry = self.reentry.filter(|_| !in_root);
                let Some(header) = reentry.or(self.header) else { return malformed("no loop header") };
                let root = &self.tree.traces[0].insts;
                let Some(target) = root.iter().find(|i| i.op == Op::LoopHeader) else {
                    return malformed("no loop header");
                };
                if inst.args.len() != target.results.len() {
                    return malformed("operands of jump");
                }
                let args = self.block_args(&inst.args, &target.results)?;
                self.b.ins().jump(header, &args);
            }
            Op::JumpEntry => {
                self.b.ins().jump(self.start, &[]);
            }
            Op::Exit => {
                let id = self.snapshot(inst)?;
                if self.sides.of_snap(id).is_some() {
                    let block = self.failing_block(id);
                    self.b.ins().jump(block, &[]);
                } else {
                    // The end of a hot trace: no need for a cold block.
                    self.exit(id)?;
                }
            }
            op => return malformed(format!("{} ends a trace", op.info().name)),
        }
        Ok(())
    }

    /// Operands of a jump to the loop header, checked against its values.
    fn block_args(&mut self, args: &[Val], params: &[Val]) -> Result<SmallVec<[BlockArg; 8]>> {
        (args.iter().zip(params))
            .map(|(&arg, &param)| Ok(self.typed(arg, self.tree.ty(param))?.into()))
            .collect()
    }

    /// Ends the current block: goes on if `condition` is `pass`, else takes the exit of `inst`.
    fn guard(&mut self, inst: &Inst, condition: Value, pass: bool) -> Result<()> {
        let id = self.snapshot(inst)?;
        self.may_leave(inst);
        let fail = self.failing_block(id);
        let next = self.b.create_block();
        let (then, or_else) = if pass { (next, fail) } else { (fail, next) };
        self.b.ins().brif(condition, then, &[], or_else, &[]);
        self.b.switch_to_block(next);
        Ok(())
    }

    fn snapshot(&self, inst: &Inst) -> Result<SnapId> {
        match (inst.snap, self.tree.snapshot(inst)) {
            (Some(id), Some(_)) => Ok(id),
            _ => malformed("no snapshot"),
        }
    }

    /// Where a guard with this snapshot goes when it fails: its side trace, or a cold exit.
    fn failing_block(&mut self, id: SnapId) -> Block {
        let Some(TraceId(side)) = self.sides.of_snap(id) else { return self.leaving_block(id) };
        let side = side as usize;
        let entry = self.entries[side].expand().unwrap_or_else(|| self.b.create_block());
        self.entries[side] = entry.into();
        entry
    }

    /// The cold exit of this snapshot.
    fn leaving_block(&mut self, id: SnapId) -> Block {
        let index = id.0 as usize;
        if let Some(block) = self.leaving[index].expand() {
            return block;
        }
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        self.exits.push((id, block));
        self.leaving[index] = block.into();
        block
    }
}

fn locate(error: CompileError, trace: usize, index: usize, inst: &Inst) -> CompileError {
    let name = inst.op.info().name;
    let at = |what: String| format!("{what} (trace {trace}, uop {index}: {name})");
    match error {
        CompileError::Unsupported(what) => CompileError::Unsupported(at(what)),
        CompileError::LimitExceeded(what) => CompileError::LimitExceeded(at(what)),
        CompileError::Internal(what) => CompileError::Internal(at(what)),
    }
}
