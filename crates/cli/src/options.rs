//! The command line: every option, its environment variable and its help.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use uplift_python::{Chaos, CompileMode, Dump, DumpKind, Interrupt, JitMode, RunConfig};

const EXAMPLES: &str = "\
Examples:
  uplift run program.py                     run a program
  uplift run program.py data.txt --verbose  what follows the file belongs to the program
  uplift run -c 'print(2 ** 100)'           run a piece of code
  uplift run --stats program.py             then tell what was compiled, and why not
  uplift run --dump asm=out program.py      write the machine code of each trace to out/
  uplift disasm program.py                  print a program's bytecode";

const RUN_EXAMPLES: &str = "\
Examples:
  uplift run program.py one two
  echo 'print(6 * 7)' | uplift run -
  uplift run -c 'import sys; print(sys.argv)' one two
  uplift run --jit off program.py           interpret only, for comparison
  uplift run --stats --log info program.py  watch traces being recorded and compiled
  UPLIFT_JIT=off uplift run program.py      options have environment variables

Exit codes: 0 success; 1 uncaught exception; 2 wrong usage, unreadable file, syntax error or
unsupported construct; 130 Ctrl-C; otherwise what the program passed to sys.exit.";

/// Run Python programs with their hot loops compiled to machine code.
#[derive(Parser)]
#[command(name = "uplift", version, after_help = EXAMPLES, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run a Python program
    #[command(
        after_help = RUN_EXAMPLES,
        arg_required_else_help = true,
        override_usage = "uplift run [OPTIONS] <FILE | - | -c CODE> [ARGS]..."
    )]
    Run(RunArgs),
    /// Print the bytecode that a Python program compiles to
    #[command(arg_required_else_help = true, override_usage = "uplift disasm <FILE | - | -c CODE>")]
    Disasm(DisasmArgs),
}

#[derive(Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub engine: EngineArgs,

    /// Print the engine's events to stderr: a level (info, debug, trace) or a filter such as uplift=debug
    #[arg(long, value_name = "FILTER", env = "UPLIFT_LOG", help_heading = "Looking inside")]
    pub log: Option<String>,

    /// How events are printed
    #[arg(long, value_enum, default_value_t, env = "UPLIFT_LOG_FORMAT", help_heading = "Looking inside")]
    pub log_format: LogFormat,

    /// Run this code instead of a file (put `--` before arguments that begin with a dash)
    #[arg(short = 'c', value_name = "CODE", allow_hyphen_values = true)]
    pub code: Option<String>,

    /// The program, or `-` for standard input, and its arguments: all that follows the file is the program's
    #[arg(value_name = "FILE [ARGS]", required_unless_present = "code", trailing_var_arg = true)]
    pub words: Vec<OsString>,
}

#[derive(Args)]
pub struct DisasmArgs {
    /// Show this code instead of a file's
    #[arg(short = 'c', value_name = "CODE", allow_hyphen_values = true)]
    pub code: Option<String>,

    /// The program, or `-` for standard input
    #[arg(value_name = "FILE", required_unless_present = "code", conflicts_with = "code")]
    pub file: Option<PathBuf>,
}

/// Where a program comes from.
pub enum Source {
    Code(String),
    Stdin,
    File(PathBuf),
}

impl RunArgs {
    /// The program's source, and its arguments.
    pub fn source(&self) -> (Source, &[OsString]) {
        match (&self.code, self.words.split_first()) {
            (Some(code), _) => (Source::Code(code.clone()), &self.words),
            (None, Some((file, args))) => (Source::of(file.into()), args),
            (None, None) => (Source::Stdin, &[]),
        }
    }
}

impl DisasmArgs {
    pub fn source(&self) -> Source {
        match (&self.code, &self.file) {
            (Some(code), _) => Source::Code(code.clone()),
            (None, Some(file)) => Source::of(file.clone()),
            (None, None) => Source::Stdin,
        }
    }
}

impl Source {
    fn of(file: PathBuf) -> Self {
        if file.as_os_str() == "-" { Self::Stdin } else { Self::File(file) }
    }
}

/// How hot loops are compiled.
#[derive(Args)]
pub struct EngineArgs {
    /// What happens to hot loops: compiled (on), interpreted (off), or traced, optimised and run on the
    /// slow uop interpreter, the JIT's oracle (interp)
    #[arg(long, value_enum, default_value_t = Jit::On, env = "UPLIFT_JIT", help_heading = "Compilation")]
    pub jit: Jit,

    /// Whether traces are optimised
    #[arg(long, value_enum, default_value_t = Switch::On, env = "UPLIFT_OPTIMIZE", help_heading = "Compilation")]
    pub optimize: Switch,

    /// How often a loop runs before it is traced [default: the engine's]
    #[arg(
        long,
        value_name = "N",
        env = "UPLIFT_THRESHOLD",
        value_parser = clap::value_parser!(u32).range(1..),
        help_heading = "Compilation"
    )]
    pub threshold: Option<u32>,

    /// How much memory the program's objects may take; beyond, it gets a MemoryError
    #[arg(
        long,
        value_name = "MIB",
        env = "UPLIFT_MEMORY_LIMIT",
        value_parser = clap::value_parser!(u32).range(1..),
        help_heading = "Limits"
    )]
    pub memory_limit: Option<u32>,

    /// Whether the program waits for the compiler, or goes on being interpreted meanwhile
    #[arg(
        long,
        value_enum,
        default_value_t = Compile::Inline,
        env = "UPLIFT_COMPILE",
        help_heading = "Compilation"
    )]
    pub compile: Compile,

    /// For tests: have everything go wrong that may (guards fail, compilations fail or come late, trees are evicted, garbage
    /// is collected), at random, the same each time for a seed; of its numbered decisions only FROM to TO
    #[arg(
        long,
        value_name = "SEED[:FROM..TO]",
        env = "UPLIFT_CHAOS",
        value_parser = chaos,
        help_heading = "Looking inside"
    )]
    pub chaos: Option<Chaos>,

    /// Print a summary to stderr at the end: traces, aborts by reason, exits, compile time, code bytes
    #[arg(long, help_heading = "Looking inside")]
    pub stats: bool,

    /// Check each trace after every stage of its compilation, and tell on stderr what is wrong with it
    #[arg(long, help_heading = "Looking inside")]
    pub verify: bool,

    /// Run traces that can be undone on the uop interpreter first, and panic where compiled code then does something else
    #[arg(long, help_heading = "Looking inside")]
    pub check_exits: bool,

    /// Show each compiled trace as trace, opt, clif or asm: on stderr, or in files under DIR
    #[arg(
        long,
        value_name = "KIND[=DIR]",
        env = "UPLIFT_DUMP",
        value_delimiter = ',',
        value_parser = dump,
        help_heading = "Looking inside"
    )]
    pub dump: Vec<Dump>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Jit {
    On,
    Off,
    Interp,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Compile {
    Inline,
    Background,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub enum LogFormat {
    /// Lines for people
    #[default]
    Human,
    /// One JSON object a line
    Json,
}

impl EngineArgs {
    /// What the VM is told, but for the stack, which is known once its thread runs.
    pub fn config(&self, interrupt: Interrupt) -> RunConfig {
        RunConfig {
            jit: match self.jit {
                Jit::On => JitMode::On,
                Jit::Off => JitMode::Off,
                Jit::Interp => JitMode::Interp,
            },
            optimize: matches!(self.optimize, Switch::On),
            verify: self.verify || cfg!(debug_assertions),
            check_exits: self.check_exits,
            threshold: self.threshold,
            compile: match self.compile {
                Compile::Inline => CompileMode::Inline,
                Compile::Background => CompileMode::Background,
            },
            memory_limit: self.memory_limit.map(|mib| (mib as usize) << 20),
            chaos: self.chaos.clone(),
            dumps: self.dump.clone(),
            interrupt,
            ..RunConfig::default()
        }
    }
}

/// Parses `17` or `17:100..200`.
fn chaos(text: &str) -> Result<Chaos, String> {
    let number = |text: &str| text.parse::<u64>().map_err(|e| format!("`{text}`: {e}"));
    let Some((seed, decisions)) = text.split_once(':') else { return Ok(Chaos::new(number(text)?)) };
    let (from, to) = decisions.split_once("..").ok_or("decisions are a range, as in 17:100..200")?;
    Ok(Chaos::new(number(seed)?).only(number(from)?..number(to)?))
}

/// Parses `asm` or `asm=DIR`.
fn dump(text: &str) -> Result<Dump, String> {
    let (kind, dir) = match text.split_once('=') {
        Some((_, "")) => return Err("the folder's name is empty".into()),
        Some((kind, dir)) => (kind, Some(PathBuf::from(dir))),
        None => (text, None),
    };
    let kind = match kind {
        "trace" => DumpKind::Trace,
        "opt" => DumpKind::Opt,
        "clif" => DumpKind::Clif,
        "asm" => DumpKind::Asm,
        _ => return Err("possible kinds: trace, opt, clif, asm".into()),
    };
    Ok(Dump { stage: kind, directory: dir })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn run_args(line: &[&str]) -> RunArgs {
        match Cli::try_parse_from([&["uplift", "run"], line].concat()).map(|cli| cli.command) {
            Ok(Command::Run(args)) => args,
            Ok(Command::Disasm(_)) => panic!("parsed as disasm"),
            Err(e) => panic!("{e}"),
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_after_the_file_belong_to_the_program() {
        let args = run_args(&["--jit", "off", "p.py", "--jit", "on", "-x", "--"]);
        assert!(matches!(args.engine.jit, Jit::Off));
        assert_eq!(args.words, ["p.py", "--jit", "on", "-x", "--"]);
        assert!(matches!(args.source(), (Source::File(_), [_, _, _, _])));
        assert!(matches!(run_args(&["-"]).source(), (Source::Stdin, [])));
        assert!(matches!(
            run_args(&["-c", "pass", "--stats", "x", "-y"]).source(),
            (Source::Code(_), [_, _])
        ));
    }

    #[test]
    fn a_dump_names_its_kind_and_perhaps_a_folder() {
        let args = run_args(&["--dump", "trace,asm=out/x", "p.py"]);
        assert_eq!(args.engine.dump.len(), 2);
        assert_eq!(args.engine.dump[0].directory, None);
        assert_eq!(args.engine.dump[1].directory, Some("out/x".into()));
        assert!(dump("assembler").is_err() && dump("asm=").is_err());
    }

    #[test]
    fn chaos_has_a_seed_and_perhaps_a_range_of_decisions() {
        assert_eq!(chaos("17"), Ok(Chaos::new(17)));
        assert_eq!(chaos("17:3..9"), Ok(Chaos::new(17).only(3..9)));
        assert!(chaos("x").is_err() && chaos("17:3").is_err() && chaos("17:3..").is_err());
    }

    #[test]
    fn an_unknown_option_before_the_file_is_an_error() {
        assert!(Cli::try_parse_from(["uplift", "run", "--jitt", "off", "p.py"]).is_err());
        assert!(Cli::try_parse_from(["uplift", "run", "--threshold", "0", "p.py"]).is_err());
    }
}
