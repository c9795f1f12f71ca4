//! Running a program from its source: what the command calls, and the way to embed the whole VM.

use crate::compile::{CompileError, Mode, compile_source};
use crate::modules::io::console;
use crate::modules::{import, runtime};
use crate::objects::{Gc, List, Module};
use crate::vm::frame::{WANT_GC, WANT_INTERRUPT};
use crate::vm::{Exc, Vm};
use crate::word::{NONE, Word};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use uplift::{Attention, Backend, Config, Engine, Stats};

/// A program to run.
pub struct Program {
    /// Its bytes, not yet decoded.
    pub source: Vec<u8>,
    /// Its file name, as tracebacks show it.
    pub name: String,
    /// `sys.argv`.
    pub argv: Vec<String>,
    /// `sys.path`: where imports look, first match wins.
    pub search_path: Vec<PathBuf>,
}

/// What becomes of hot loops.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JitMode {
    /// They are recorded, optimised and compiled to machine code.
    On,
    /// They are interpreted.
    Off,
    /// They are recorded and optimised, and run on the uop interpreter.
    Interp,
}

pub use crate::modules::io::console::{Capture, Captured};
pub use uplift::{Chaos, CompileMode, Dump, Stage as DumpKind};

/// Settings of a run.
#[derive(Clone)]
pub struct RunConfig {
    /// What becomes of hot loops.
    pub jit: JitMode,
    /// Whether traces are optimised.
    pub optimize: bool,
    /// Whether each trace is verified after each stage.
    pub verify: bool,
    /// Whether entries into traces are checked against the uop interpreter where that can be undone: a panic says what
    /// differs.
    pub check_exits: bool,
    /// Visits of a loop before it is recorded; `None`: the engine's default.
    pub threshold: Option<u32>,
    /// Where trees are compiled.
    pub compile: CompileMode,
    /// Disorder to run under, for tests.
    pub chaos: Option<Chaos>,
    /// Stages to dump.
    pub dumps: Vec<Dump>,
    /// Bytes of native stack of the calling thread, which bound the recursion of native code.
    pub stack_bytes: usize,
    /// Bytes that the program's objects may take; beyond, it gets a MemoryError. `None`: what the system gives.
    pub memory_limit: Option<usize>,
    /// How to interrupt the run.
    pub interrupt: Interrupt,
    /// Where output goes instead of the process's streams.
    pub capture: Option<Capture>,
}

impl Default for RunConfig {
    fn default() -> RunConfig {
        RunConfig {
            jit: JitMode::On,
            optimize: true,
            verify: cfg!(debug_assertions),
            check_exits: false,
            threshold: None,
            compile: CompileMode::Inline,
            chaos: None,
            dumps: Vec::new(),
            stack_bytes: 8 << 20,
            memory_limit: None,
            interrupt: Interrupt::default(),
            capture: None,
        }
    }
}

/// Raises KeyboardInterrupt in a running program, from any thread.
#[derive(Clone, Default)]
pub struct Interrupt(pub(crate) Arc<Attention>);

impl Interrupt {
    /// Asks the program to stop at its next safepoint.
    pub fn request(&self) {
        self.0.set(WANT_INTERRUPT);
    }
}

/// How a run ended.
pub struct Outcome {
    /// 0, or 1 after an uncaught exception, 2 for a program that does not compile, 130 after an uncaught
    /// KeyboardInterrupt, or what `sys.exit` said.
    pub exit_code: i32,
    /// What the engine counted.
    pub stats: Stats,
}

/// Runs a program to its end. Prints an uncaught exception's traceback to standard error and flushes standard output.
pub fn run(program: &Program, config: &RunConfig) -> Outcome {
    let mut vm = Vm::bare();
    if let Some(capture) = &config.capture {
        console::capture(&mut vm, capture.clone());
    }
    let code = match compile_source(&program.source, &program.name, Mode::Exec) {
        Ok(code) => code,
        Err(error) => {
            tell(&mut vm, &format!("{error}\n"));
            return Outcome { exit_code: 2, stats: Stats::default() };
        }
    };
    start(&mut vm, program, config);
    let code = vm.load_code(&code);
    let main = main_module(&mut vm, program);
    let mut exit_code = match import::run_code(&mut vm, code, main.namespace) {
        Ok(_) => 0,
        Err(_) => report(&mut vm),
    };
    runtime::run_exit_handlers(&mut vm, |vm, exception| {
        vm.pending = exception;
        report(vm);
    });
    // CPython's exit code for output that could not be written.
    if !console::finish(&mut vm) && exit_code == 0 {
        exit_code = 120;
    }
    let stats = vm.run.engine.as_ref().map(|engine| engine.stats()).unwrap_or_default();
    Outcome { exit_code, stats }
}

/// Installs everything in a bare VM.
fn start(vm: &mut Vm, program: &Program, config: &RunConfig) {
    vm.set_native_stack(config.stack_bytes);
    if let Some(bytes) = config.memory_limit {
        vm.heap.set_limit(bytes);
    }
    vm.install_interpreter();
    crate::builtins::install(vm);
    crate::modules::install(vm);
    let attention = Arc::clone(&config.interrupt.0);
    vm.run.attention = Arc::clone(&attention);
    vm.heap.on_gc_wanted = Some(Box::new(move || attention.set(WANT_GC)));
    if let Some(engine) = config.engine() {
        // The declarations are constants of this crate, and tests check them.
        if let Ok(engine) = Engine::new(<Vm as uplift::Host>::spec(), engine) {
            vm.set_engine(engine);
        }
    }
    let argv: Vec<Word> = program.argv.iter().map(|a| vm.new_str(a)).collect();
    let path: Vec<Word> = program.search_path.iter().map(|p| vm.new_str(&p.to_string_lossy())).collect();
    for (name, items) in [("argv", argv), ("path", path)] {
        let list = import::import_dotted(vm, "sys").and_then(|sys| {
            let name = vm.intern(name);
            vm.get_attr(sys, name)
        });
        if let Some(mut list) = list.ok().and_then(|w| w.cast::<List>()) {
            items.into_iter().for_each(|item| list.push(item));
        }
    }
}

fn main_module(vm: &mut Vm, program: &Program) -> Gc<Module> {
    let module = vm.new_module("__main__");
    vm.register_module(module);
    let file = vm.new_str(&program.name);
    vm.set_global(module.namespace, "__file__", file);
    for name in ["__doc__", "__package__", "__spec__", "__loader__"] {
        vm.set_global(module.namespace, name, NONE);
    }
    module
}

/// Reports the pending exception as CPython does; the exit code it means.
fn report(vm: &mut Vm) -> i32 {
    let exit = vm.pending_is(Exc::SystemExit);
    let interrupted = vm.pending_is(Exc::KeyboardInterrupt);
    let exception = vm.take_pending();
    if exit {
        return exit_status(vm, exception);
    }
    // Output before the error comes first, as in CPython.
    console::finish(vm);
    let text = vm.format_exception(exception);
    tell(vm, &text);
    if interrupted { 130 } else { 1 }
}

/// Writes to standard error, or to nobody if that is closed.
fn tell(vm: &mut Vm, text: &str) {
    let _ = console::write_error(vm, text.as_bytes());
}

/// The exit code of a SystemExit: none, an integer, or a message to print.
fn exit_status(vm: &mut Vm, exception: Word) -> i32 {
    let name = vm.intern("code");
    let code = vm.get_attr(exception, name).unwrap_or(NONE);
    if code.is_none() {
        return 0;
    }
    if let Some(status) = code.as_int() {
        return status as i32 & 0xff;
    }
    console::finish(vm);
    match vm.str(code) {
        Ok(text) => tell(vm, &format!("{text}\n")),
        Err(_) => drop(vm.take_pending()),
    }
    1
}

/// The bytecode of a program, as text.
pub fn disassemble(program: &Program) -> Result<String, CompileError> {
    compile_source(&program.source, &program.name, Mode::Exec).map(|code| crate::disasm::disassemble(&code))
}

impl RunConfig {
    /// The engine's part of the settings; `None` when nothing is to be recorded.
    pub(crate) fn engine(&self) -> Option<Config> {
        let backend = match self.jit {
            JitMode::Off => return None,
            JitMode::On => Backend::Native,
            JitMode::Interp => Backend::Interp,
        };
        let mut config = Config::default()
            .backend(backend)
            .optimize(self.optimize)
            .verify(self.verify)
            .check_exits(self.check_exits)
            .compile_mode(self.compile)
            .attention(Arc::clone(&self.interrupt.0));
        if let Some(threshold) = self.threshold {
            // Side traces keep their share of the threshold, so that 1 means "at once" for both.
            config = config.threshold(threshold).side_threshold(threshold.div_ceil(10));
        }
        if let Some(plan) = &self.chaos {
            config = config.chaos(plan.clone());
        }
        Some(self.dumps.iter().cloned().fold(config, Config::dump))
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interrupt")
    }
}
