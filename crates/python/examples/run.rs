//! Runs a Python file: `run file.py`. Environment: `JIT=0` (off), `STATS=1`, `DUMP=trace,opt,asm`, `DIS=1`, `THRESHOLD=n`.

use uplift::{Backend, Config, Dump, Engine, Stage};
use uplift_python::builtins;
use uplift_python::compile::{Mode, compile_source};
use uplift_python::jit::spec::SPEC;
use uplift_python::objects::Args;
use uplift_python::vm::Vm;

fn main() {
    let path = std::env::args().nth(1).expect("a file");
    let body = move || {
        let source = std::fs::read(&path).expect("a readable file");
        let code = match compile_source(&source, &path, Mode::Exec) {
            Ok(code) => code,
            Err(e) => {
                eprintln!("{e}");
                return 2;
            }
        };
        if std::env::var_os("DIS").is_some() {
            eprintln!("{}", uplift_python::disasm::disassemble(&code));
        }
        let mut vm = Vm::bare();
        vm.set_native_stack(512 << 20);
        vm.install_interpreter();
        builtins::install(&mut vm);
        let var = |name: &str| std::env::var(name).ok();
        if var("JIT").is_none_or(|v| v != "0") {
            let mut config = Config::default();
            if let Some(n) = var("THRESHOLD").and_then(|n| n.parse().ok()) {
                config = config.threshold(n);
            }
            for stage in var("DUMP").unwrap_or_default().split(',') {
                let stage = match stage {
                    "trace" => Stage::Trace,
                    "opt" => Stage::Opt,
                    "clif" => Stage::Clif,
                    "asm" => Stage::Asm,
                    _ => continue,
                };
                config = config.dump(Dump { stage, directory: None });
            }
            if let Some(o) = var("OPT") {
                config = config.optimize(o != "0");
            }
            if var("VERIFY").is_some() {
                config = config.verify(true);
            }
            if var("BACKEND").is_some_and(|b| b == "interp") {
                config = config.backend(Backend::Interp);
            }
            vm.set_engine(Engine::new(&SPEC, config).expect("a sound declaration"));
        }
        let module = vm.new_module("__main__");
        vm.register_module(module);
        let loaded = vm.load_code(&code);
        let f = vm.new_function(loaded, module.namespace);
        let result = vm.run_function(f, &Args::new(&[]));
        if let (Some(engine), Some(_)) = (&vm.run.engine, var("STATS")) {
            eprint!("{}", engine.stats());
            for (at, n, reason) in engine.explain() {
                // SAFETY: loaded code is immortal.
                let code = unsafe { &*(at.code as *const uplift_python::objects::LoadedCode) };
                eprintln!("{}:{} {n} {}", code.source.filename, code.line(at.pc), reason.text());
            }
        }
        let code = match result {
            Ok(_) => 0,
            Err(_) => {
                let e = vm.take_pending();
                eprint!("{}", vm.format_exception(e));
                1
            }
        };
        uplift_python::modules::io::console::finish(&mut vm);
        code
    };
    let thread = std::thread::Builder::new().stack_size(512 << 20).spawn(body).expect("a thread");
    std::process::exit(thread.join().unwrap_or(101));
}
