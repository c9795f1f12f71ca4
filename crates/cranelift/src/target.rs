//! What code is compiled for: targets, settings, limits.

use crate::compile::Compiler;
use crate::error::CompileError;
use cranelift_codegen::isa::{self, LookupError, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable, SetError};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use target_lexicon::{Architecture, Triple};
use uplift_uop::{HostSpec, Tree};

/// How hard Cranelift works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OptLevel {
    /// No mid-end: 40 % of the compile time and half the code, because the mid-end repeats cheap
    /// operations in every exit that needs them. Loops of optimised trees are as fast.
    #[default]
    None,
    /// Cranelift's own optimizations, too: for trees that nobody optimised.
    Speed,
}

/// Settings of a [`Compiler`].
#[derive(Clone, Debug)]
pub struct Options {
    /// How hard Cranelift works.
    pub opt_level: OptLevel,
    /// Whether Cranelift verifies the function and the register allocation. Costs as much as the compilation.
    pub verify: bool,
    /// Target triple for emission only; `None` for this machine with all its features.
    pub target: Option<String>,
    /// A word that counts down at each place where execution may leave though nothing failed, and makes it leave there
    /// when it comes to zero: for tests. It must live as long as the code.
    pub countdown: Option<Arc<AtomicU64>>,
    /// A word that counts down at each poll of the attention word; at zero the poll makes execution leave. It must live as
    /// long as the code.
    pub fuel: Option<Arc<AtomicU64>>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            opt_level: OptLevel::None,
            verify: cfg!(debug_assertions),
            target: None,
            countdown: None,
            fuel: None,
        }
    }
}

/// Size limits of one compilation.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most uops in a tree, all traces together.
    pub max_uops: usize,
    /// Most bytes of machine code.
    pub max_code_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_uops: 50_000, max_code_bytes: 4 << 20 }
    }
}

/// Compiles `tree` for another target (a triple such as `aarch64-unknown-linux-gnu`) and returns the
/// machine code, which nobody here can run. Addresses of host functions are this process's.
pub fn emit_for(triple: &str, tree: &Tree, spec: &HostSpec) -> Result<Vec<u8>, CompileError> {
    let options = Options { target: Some(triple.to_owned()), ..Options::default() };
    let compiled = Compiler::new(&options)?.compile(tree, spec, std::ptr::null(), &Limits::default())?;
    Ok(compiled.code().to_vec())
}

/// The target's instruction set with our settings.
pub(crate) fn build_isa(options: &Options) -> Result<OwnedTargetIsa, CompileError> {
    let triple = match &options.target {
        None => Triple::host(),
        Some(name) => {
            Triple::from_str(name).map_err(|e| CompileError::Unsupported(format!("target `{name}`: {e}")))?
        }
    };
    let mut builder = isa::lookup(triple.clone()).map_err(|e| match e {
        LookupError::SupportDisabled => {
            CompileError::Unsupported(format!("target {triple} is not built in (feature all-arch)"))
        }
        LookupError::Unsupported => CompileError::Unsupported(format!("target {triple}")),
    })?;
    if options.target.is_none() {
        cranelift_native::infer_native_flags(&mut builder)
            .map_err(|e| CompileError::Unsupported(e.to_owned()))?;
    } else if matches!(triple.architecture, Architecture::X86_64) {
        // Rounding without SSE4.1 would be a library call, that is a relocation.
        for feature in ["has_sse3", "has_ssse3", "has_sse41"] {
            builder.enable(feature).map_err(setting)?;
        }
    }
    let flags = shared_flags(options).map_err(setting)?;
    let isa = builder.finish(settings::Flags::new(flags)).map_err(CompileError::from)?;
    let lacks_sse41 = |v: &settings::Value| v.name == "has_sse41" && v.as_bool() == Some(false);
    if isa.isa_flags().iter().any(lacks_sse41) {
        return Err(CompileError::Unsupported("x86-64 without SSE4.1".into()));
    }
    Ok(isa)
}

fn shared_flags(options: &Options) -> Result<settings::Builder, SetError> {
    let on = |flag: bool| if flag { "true" } else { "false" };
    let mut flags = settings::builder();
    let level = match options.opt_level {
        OptLevel::None => "none",
        OptLevel::Speed => "speed",
    };
    for (name, value) in [
        ("opt_level", level),
        // Single-pass allocation compiles faster but runs loops 2.5 to 7 times slower.
        ("regalloc_algorithm", "backtracking"),
        ("enable_verifier", on(options.verify)),
        ("regalloc_checker", on(options.verify)),
        // Profilers and debuggers walk frame pointers.
        ("preserve_frame_pointers", "true"),
        // Nobody registers unwind information: host functions never unwind.
        ("unwind_info", "false"),
        ("is_pic", "false"),
        // Windows commits stack page by page.
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
        ("use_colocated_libcalls", "false"),
    ] {
        flags.set(name, value)?;
    }
    Ok(flags)
}

fn setting(error: SetError) -> CompileError {
    CompileError::Internal(format!("Cranelift's settings: {error}"))
}
