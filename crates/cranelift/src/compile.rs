//! [`Compiler`]: a tree to machine code, with reused contexts.

use crate::error::CompileError;
use crate::exits::ExitTable;
use crate::lower;
use crate::target::{Limits, Options, build_isa};
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::SourceLoc;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_frontend::FunctionBuilderContext;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;
use uplift_uop::{HostSpec, SnapId, TraceId, Tree};

/// Compiles trees, one after the other. May move between threads.
pub struct Compiler {
    isa: OwnedTargetIsa,
    context: Context,
    frontend: FunctionBuilderContext,
    countdown: Option<Arc<AtomicU64>>,
    fuel: Option<Arc<AtomicU64>>,
}

/// What a piece of machine code was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Prologue, constants, and what Cranelift cannot tell.
    Frame,
    /// A uop, by its trace and its index there.
    Uop(TraceId, u32),
    /// The cold code that leaves through a snapshot.
    Exit(SnapId),
}

/// A range of bytes of the code and its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeRange {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// What the bytes were made from.
    pub origin: Origin,
}

/// What a compilation took.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompileStats {
    /// Microseconds to build the CLIF.
    pub clif_us: u64,
    /// Microseconds that Cranelift took.
    pub codegen_us: u64,
    /// Bytes of machine code.
    pub code_bytes: usize,
    /// Uops compiled (side traces whose guard is gone are left out).
    pub uops: usize,
    /// Blocks in the CLIF.
    pub blocks: usize,
    /// Exits with code of their own.
    pub exits: usize,
}

/// Machine code of one tree: position-independent, without relocations, not yet in executable memory.
pub struct CompiledTree {
    pub(crate) isa: OwnedTargetIsa,
    pub(crate) name: String,
    pub(crate) code: Vec<u8>,
    pub(crate) align: u64,
    pub(crate) native: bool,
    /// The code holds the table's address.
    pub(crate) table: Option<Arc<ExitTable>>,
    ranges: Vec<CodeRange>,
    stats: CompileStats,
}

impl CompiledTree {
    /// The machine code; its first byte is the entry.
    pub fn code(&self) -> &[u8] {
        &self.code
    }
    /// Which bytes belong to which uop or exit, ascending. Bytes in no range belong to [`Origin::Frame`].
    pub fn ranges(&self) -> &[CodeRange] {
        &self.ranges
    }
    /// What the compilation took.
    pub fn stats(&self) -> CompileStats {
        self.stats
    }
    /// Name of the tree.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Compiler {
    /// A compiler for the target in `options`.
    pub fn new(options: &Options) -> Result<Compiler, CompileError> {
        Ok(Compiler {
            isa: build_isa(options)?,
            context: Context::new(),
            frontend: FunctionBuilderContext::new(),
            countdown: options.countdown.clone(),
            fuel: options.fuel.clone(),
        })
    }

    /// Compiles `tree`, recorded or optimised. `attention` is the word that `guard_attention` polls:
    /// the code leaves when it is not zero; it must live as long as the code.
    pub fn compile(
        &mut self,
        tree: &Tree,
        spec: &HostSpec,
        attention: *const u64,
        limits: &Limits,
    ) -> Result<CompiledTree, CompileError> {
        let uops = tree.len();
        if uops > limits.max_uops {
            return Err(CompileError::LimitExceeded(format!("{uops} uops, at most {}", limits.max_uops)));
        }
        let result = self.guarded(|this| this.compile_inner(tree, spec, attention))?;
        if result.code.len() > limits.max_code_bytes {
            let (bytes, most) = (result.code.len(), limits.max_code_bytes);
            return Err(CompileError::LimitExceeded(format!("{bytes} bytes of code, at most {most}")));
        }
        Ok(result)
    }

    /// The CLIF of `tree` before and after Cranelift's own optimizations.
    pub fn clif_text(&mut self, tree: &Tree, spec: &HostSpec) -> Result<[String; 2], CompileError> {
        self.guarded(|this| {
            this.lower(tree, spec, std::ptr::null())?;
            let before = this.context.func.display().to_string();
            this.context.optimize(&*this.isa, &mut ControlPlane::default())?;
            Ok([before, this.context.func.display().to_string()])
        })
    }

    /// Runs `work`; an error or a panic (of Cranelift's assertions) leaves fresh contexts behind.
    fn guarded<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, CompileError>,
    ) -> Result<T, CompileError> {
        let result = catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or_else(|panic| {
            let text = (panic.downcast_ref::<String>().map(String::as_str))
                .or_else(|| panic.downcast_ref::<&str>().copied());
            Err(CompileError::Internal(format!("panic: {}", text.unwrap_or("?"))))
        });
        if result.is_err() {
            self.context = Context::new();
            self.frontend = FunctionBuilderContext::new();
        }
        result
    }

    fn lower(
        &mut self,
        tree: &Tree,
        spec: &HostSpec,
        attention: *const u64,
    ) -> Result<lower::Lowered, CompileError> {
        self.context.clear();
        let (func, frontend) = (&mut self.context.func, &mut self.frontend);
        let address = |word: &Option<Arc<AtomicU64>>| word.as_ref().map(|word| word.as_ptr() as u64);
        let words = lower::Words {
            attention: attention as u64,
            countdown: address(&self.countdown),
            fuel: address(&self.fuel),
        };
        lower::lower(tree, spec, words, &*self.isa, func, frontend)
    }

    fn compile_inner(
        &mut self,
        tree: &Tree,
        spec: &HostSpec,
        attention: *const u64,
    ) -> Result<CompiledTree, CompileError> {
        let start = Instant::now();
        let lowered = self.lower(tree, spec, attention)?;
        let clif_us = start.elapsed().as_micros() as u64;
        let start = Instant::now();
        let compiled = (self.context.compile(&*self.isa, &mut ControlPlane::default()))
            .map_err(|e| CompileError::from(e.inner))?;
        let codegen_us = start.elapsed().as_micros() as u64;

        let buffer = &compiled.buffer;
        if let Some(reloc) = buffer.relocs().first() {
            let kind = reloc.kind;
            return Err(CompileError::Unsupported(format!("code needs a relocation ({kind})")));
        }
        let ranges = (buffer.get_srclocs_sorted().iter())
            .map(|r| CodeRange { start: r.start, end: r.end, origin: lowered.origin(r.loc.bits()) })
            .collect();
        let code = buffer.data().to_vec();
        let native = *self.isa.triple() == target_lexicon::Triple::host();
        Ok(CompiledTree {
            isa: self.isa.clone(),
            name: tree.name.clone(),
            align: u64::from(buffer.alignment),
            native,
            table: lowered.table,
            ranges,
            stats: CompileStats {
                clif_us,
                codegen_us,
                code_bytes: code.len(),
                uops: lowered.counts.uops,
                blocks: lowered.counts.blocks,
                exits: lowered.counts.exits,
            },
            code,
        })
    }
}

/// The source location of flat number `n`; Cranelift carries it through to the machine code.
pub(crate) fn source_loc(n: usize) -> SourceLoc {
    SourceLoc::new(n as u32)
}
