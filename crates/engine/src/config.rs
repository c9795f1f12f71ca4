//! [`Config`]: everything an embedder may choose, as a builder with working defaults.

use crate::attention::Attention;
use crate::chaos::Chaos;
use std::path::PathBuf;
use std::sync::Arc;
use uplift_record::Limits;

/// What runs traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Machine code by Cranelift. Without the `cranelift` feature this is the same as `Interp`.
    Native,
    /// The uop interpreter: slow; for testing, and where machine code is not allowed.
    Interp,
}

/// Where trees are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompileMode {
    /// At once, on the thread that recorded: deterministic.
    Inline,
    /// On a thread of the engine's; the host interprets on meanwhile.
    Background,
}

/// A stage of compilation that can be dumped as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The tree as recorded.
    Trace,
    /// The tree as optimised.
    Opt,
    /// Cranelift's input.
    Clif,
    /// Machine code, each uop above its instructions.
    Asm,
}

/// A dump: which stage, and the directory of its files (`None`: standard error).
#[derive(Clone, Debug)]
pub struct Dump {
    /// The stage.
    pub stage: Stage,
    /// Directory, made if missing.
    pub directory: Option<PathBuf>,
}

/// Something that may go wrong in an engine and is made to, in tests of how a host fares then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The system maps no memory for code.
    MapMemory,
    /// The backend compiles no tree.
    Compile,
    /// There is no native backend.
    Backend,
    /// The compile thread does not start.
    Thread,
}

/// An engine's settings.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) threshold: i64,
    pub(crate) side_threshold: u32,
    pub(crate) max_side_traces: usize,
    pub(crate) max_attempts: u32,
    pub(crate) limits: Limits,
    pub(crate) backend: Backend,
    pub(crate) mode: CompileMode,
    pub(crate) optimize: bool,
    pub(crate) verify: bool,
    pub(crate) check_exits: bool,
    pub(crate) code_cap: usize,
    pub(crate) dumps: Vec<Dump>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) chaos: Option<Chaos>,
    pub(crate) attention: Arc<Attention>,
    pub(crate) fuel: Option<u64>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            threshold: 400,
            side_threshold: 40,
            max_side_traces: 100,
            max_attempts: 8,
            limits: Limits::default(),
            backend: Backend::Native,
            mode: CompileMode::Inline,
            optimize: true,
            verify: cfg!(debug_assertions),
            check_exits: false,
            code_cap: 64 << 20,
            dumps: Vec::new(),
            faults: Vec::new(),
            chaos: None,
            attention: Arc::default(),
            fuel: None,
        }
    }
}

impl Config {
    /// Visits of a loop header before it is recorded; at least 1.
    pub fn threshold(mut self, visits: u32) -> Config {
        self.threshold = i64::from(visits.max(1));
        self
    }
    /// Exits through one guard before a side trace is recorded; at least 1.
    pub fn side_threshold(mut self, exits: u32) -> Config {
        self.side_threshold = exits.max(1);
        self
    }
    /// Side traces a tree may have.
    pub fn max_side_traces(mut self, traces: usize) -> Config {
        self.max_side_traces = traces;
        self
    }
    /// Limits of one recording.
    pub fn limits(mut self, limits: Limits) -> Config {
        self.limits = limits;
        self
    }
    /// What runs traces.
    pub fn backend(mut self, backend: Backend) -> Config {
        self.backend = backend;
        self
    }
    /// Where trees are compiled.
    pub fn compile_mode(mut self, mode: CompileMode) -> Config {
        self.mode = mode;
        self
    }
    /// Whether trees are optimised; off, traces run as recorded.
    pub fn optimize(mut self, on: bool) -> Config {
        self.optimize = on;
        self
    }
    /// Whether trees are verified after recording and after each pass, and machine code by the backend; what fails is
    /// told on standard error. On by default in debug builds.
    pub fn verify(mut self, on: bool) -> Config {
        self.verify = on;
        self
    }
    /// Whether entries are checked against the uop interpreter on the recorded tree, where that can be undone: a panic says
    /// what differs. Slow; for testing. Guards are not strengthened then, which leave earlier than recorded ones.
    pub fn check_exits(mut self, on: bool) -> Config {
        self.check_exits = on;
        self
    }
    /// Bytes of machine code that may live at once; beyond, the least recently entered trees are evicted.
    pub fn code_cap(mut self, bytes: usize) -> Config {
        self.code_cap = bytes;
        self
    }
    /// The attention word to poll, where the host has one already.
    pub fn attention(mut self, word: Arc<Attention>) -> Config {
        self.attention = word;
        self
    }
    /// Makes something go wrong, always.
    pub fn fault(mut self, fault: Fault) -> Config {
        self.faults.push(fault);
        self
    }
    pub(crate) fn has_fault(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }
    /// Dumps a stage of every compilation.
    pub fn dump(mut self, dump: Dump) -> Config {
        self.dumps.push(dump);
        self
    }
}
