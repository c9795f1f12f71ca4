//! From a recorded tree to something that can be entered: optimise, lower, place. Inline or on a thread.

use crate::attention::Attention;
use crate::check::Checked;
#[cfg(feature = "cranelift")]
use crate::config::Backend;
use crate::config::{Config, Stage};
use crate::dump;
use crate::tree::{Code, Emitted, Optimized};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use uplift_record::AbortReason;
use uplift_uop::{HostSpec, Tree};

/// A tree to compile.
pub(crate) struct Job {
    /// The tree's serial number.
    pub(crate) tree: u64,
    pub(crate) recorded: Tree,
}

/// A tree compiled, or why not.
pub(crate) struct Done {
    /// The tree's serial number.
    pub(crate) tree: u64,
    pub(crate) result: Result<Output, Failure>,
}

/// What a compilation gave.
pub(crate) struct Output {
    tree: Optimized,
    recorded_guards: u32,
    checked: Option<Box<Checked>>,
    code: Code,
    pub(crate) code_bytes: usize,
    pub(crate) optimize_time: Duration,
    pub(crate) compile_time: Duration,
}

impl Output {
    pub(crate) fn into_emitted(self) -> Emitted {
        Emitted::new(self.tree, self.code, self.code_bytes, self.recorded_guards, self.checked)
    }
    pub(crate) fn uops(&self) -> usize {
        self.tree.uops()
    }
}

/// Why a tree was not compiled.
pub(crate) struct Failure {
    pub(crate) reason: AbortReason,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(reason: AbortReason, message: impl std::fmt::Display) -> Failure {
        Failure { reason, message: message.to_string() }
    }
}

/// Words that machine code counts down, to leave at zero: for chaos, and fuel.
#[cfg_attr(not(feature = "cranelift"), expect(dead_code, reason = "only machine code counts by address"))]
pub(crate) struct Counters {
    pub(crate) countdown: Option<Arc<AtomicU64>>,
    pub(crate) fuel: Option<Arc<AtomicU64>>,
}

/// Everything that compiling needs; lives on one thread.
pub(crate) struct Pipeline {
    spec: &'static HostSpec,
    config: Config,
    #[cfg(feature = "cranelift")]
    native: Option<native::Native>,
    #[cfg_attr(not(feature = "cranelift"), expect(dead_code, reason = "only machine code polls by address"))]
    attention: Arc<Attention>,
}

impl Pipeline {
    pub(crate) fn new(
        spec: &'static HostSpec,
        config: &Config,
        attention: Arc<Attention>,
        counters: Counters,
    ) -> Pipeline {
        #[cfg(not(feature = "cranelift"))]
        let _ = counters;
        Pipeline {
            spec,
            config: config.clone(),
            #[cfg(feature = "cranelift")]
            native: native::Native::new(config, counters),
            attention,
        }
    }

    /// Whether machine code was wanted and there is none.
    pub(crate) fn lacks_backend(&self) -> bool {
        #[cfg(feature = "cranelift")]
        return self.native.is_none() && self.config.backend == Backend::Native;
        #[cfg(not(feature = "cranelift"))]
        false
    }

    /// Optimises and lowers `recorded`. Who asked for verification sees a failure on standard error too.
    pub(crate) fn run(&mut self, recorded: &Tree) -> Result<Output, Failure> {
        let result = self.optimize_and_lower(recorded);
        if let Err(failure) = &result
            && self.config.verify
            && failure.reason != AbortReason::NoCodeMemory
        {
            eprintln!("uplift: {}: {}: {}", recorded.name, failure.reason.text(), failure.message);
        }
        result
    }

    fn optimize_and_lower(&mut self, recorded: &Tree) -> Result<Output, Failure> {
        dump::text(&self.config, Stage::Trace, recorded, self.spec);
        if self.config.verify {
            uplift_uop::verify::verify(recorded, self.spec)
                .map_err(|found| Failure::new(AbortReason::Malformed, dump::violations(&found)))?;
        }
        let start = Instant::now();
        let tree = if self.config.optimize {
            let (verify, strengthen) = (self.config.verify, !self.config.check_exits);
            let options = uplift_opt::OptConfig { verify, strengthen, ..Default::default() };
            uplift_opt::optimize(recorded, self.spec, &options)
                .map_err(|error| Failure::new(AbortReason::OptimizerFailed, error))?
        } else {
            recorded.clone()
        };
        let optimize_time = start.elapsed();
        dump::text(&self.config, Stage::Opt, &tree, self.spec);
        let start = Instant::now();
        let optimized = Optimized::new(&tree);
        let (code, code_bytes) = self.lower(tree)?;
        let recorded_guards = recorded.guards;
        let compile_time = start.elapsed();
        let checked = self.config.check_exits.then(|| Checked::new(recorded, self.spec)).flatten();
        let checked = checked.map(Box::new);
        Ok(Output {
            tree: optimized,
            recorded_guards,
            checked,
            code,
            code_bytes,
            optimize_time,
            compile_time,
        })
    }

    #[cfg(feature = "cranelift")]
    fn lower(&mut self, tree: Tree) -> Result<(Code, usize), Failure> {
        match &mut self.native {
            Some(native) => native.lower(&tree, self.spec, &self.attention, &self.config),
            None => Ok((interpreted(tree), 0)),
        }
    }

    #[cfg(not(feature = "cranelift"))]
    fn lower(&mut self, tree: Tree) -> Result<(Code, usize), Failure> {
        Ok((interpreted(tree), 0))
    }
}

fn interpreted(tree: Tree) -> Code {
    let layout = uplift_interp::Layout::new(&tree);
    Code::Interp(tree, layout)
}

#[cfg(feature = "cranelift")]
mod native {
    //! The Cranelift side of the pipeline.

    use super::{AbortReason, Attention, Code, Config, Counters, Failure, HostSpec, Tree, dump};
    use crate::config::{Backend, Fault, Stage};
    use uplift_cranelift::{CodeMemory, Compiler, Limits, Options};

    pub(super) struct Native {
        compiler: Compiler,
        memory: CodeMemory,
    }

    impl Native {
        /// `None` if traces shall run on the uop interpreter, by configuration or because this machine is not supported.
        pub(super) fn new(config: &Config, counters: Counters) -> Option<Native> {
            if config.backend == Backend::Interp {
                return None;
            }
            let Counters { countdown, fuel } = counters;
            let options = Options { verify: config.verify, countdown, fuel, ..Options::default() };
            let made = if config.has_fault(Fault::Backend) {
                Err("a fault by configuration".to_owned())
            } else {
                Compiler::new(&options).map_err(|e| e.to_string())
            };
            let made = made.and_then(|compiler| {
                let memory = if config.has_fault(Fault::MapMemory) {
                    CodeMemory::refused()
                } else {
                    CodeMemory::new(config.code_cap).map_err(|e| e.to_string())?
                };
                Ok(Native { compiler, memory })
            });
            made.inspect_err(|error| tracing::warn!(target: "uplift::compile", %error, "no native backend"))
                .ok()
        }

        pub(super) fn lower(
            &mut self,
            tree: &Tree,
            spec: &HostSpec,
            attention: &Attention,
            config: &Config,
        ) -> Result<(Code, usize), Failure> {
            if dump::wants(config, Stage::Clif) {
                let text = self.compiler.clif_text(tree, spec).map(|[before, _]| before);
                dump::write(config, Stage::Clif, tree, &text.unwrap_or_else(|e| e.to_string()));
            }
            let max_uops = if config.has_fault(Fault::Compile) { 0 } else { Limits::default().max_uops };
            let limits = Limits { max_uops, ..Limits::default() };
            let compiled = self
                .compiler
                .compile(tree, spec, attention.address(), &limits)
                .map_err(|error| Failure::new(AbortReason::CompileFailed, error))?;
            #[cfg(feature = "disas")]
            if dump::wants(config, Stage::Asm) {
                dump::write(
                    config,
                    Stage::Asm,
                    tree,
                    &uplift_cranelift::dump::disassemble(&compiled, tree, spec),
                );
            }
            let bytes = compiled.code().len();
            let blob = self.memory.publish(&compiled);
            let blob = blob.map_err(|error| Failure::new(AbortReason::NoCodeMemory, error))?;
            Ok((Code::Native(blob), bytes))
        }
    }
}

/// Where compilations happen.
pub(crate) enum Compilation {
    /// On the host's thread.
    Inline(Box<Pipeline>),
    /// On the engine's thread.
    Background { jobs: mpsc::SyncSender<Job>, done: mpsc::Receiver<Done> },
}

/// How many compilations may wait; when the queue is full, recordings are turned down.
const QUEUE: usize = 32;

impl Compilation {
    /// Starts the engine's thread.
    pub(crate) fn background(mut pipeline: Pipeline) -> std::io::Result<Compilation> {
        let (jobs, inbox) = mpsc::sync_channel::<Job>(QUEUE);
        let (outbox, done) = mpsc::channel();
        std::thread::Builder::new().name("uplift-compile".to_owned()).spawn(move || {
            while let Ok(job) = inbox.recv() {
                let result = pipeline.run(&job.recorded);
                if outbox.send(Done { tree: job.tree, result }).is_err() {
                    return;
                }
            }
        })?;
        Ok(Compilation::Background { jobs, done })
    }
}
