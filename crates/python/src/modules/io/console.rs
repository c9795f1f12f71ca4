//! The console: buffered standard output, `print` and `input`.

use std::io::{BufRead, IsTerminal, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Backend, Stream};
use crate::builtins::args::{self, given};
use crate::objects::{Args, GlobalCell};
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};

/// Bytes collected before standard output is written.
const BUFFER: usize = 32 << 10;

/// What a program writes, kept instead of going to the process's streams.
#[derive(Clone, Debug, Default)]
pub struct Capture(Arc<Mutex<Captured>>);

/// Bytes that a program has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    /// To standard output.
    pub stdout: Vec<u8>,
    /// To standard error: tracebacks too.
    pub stderr: Vec<u8>,
}

impl Capture {
    /// Takes what was written so far.
    pub fn take(&self) -> Captured {
        self.with(std::mem::take)
    }
    fn with<T>(&self, act: impl FnOnce(&mut Captured) -> T) -> T {
        // Bytes are whole whoever panicked meanwhile.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Standard output's buffer, and where `sys.stdout` is kept.
pub struct Console {
    buffer: Vec<u8>,
    capture: Option<Capture>,
    /// Whether every line is shown at once.
    line_buffered: bool,
    /// The cell of `sys.stdout`: the program may replace it.
    stdout: *mut GlobalCell,
}

impl Default for Console {
    fn default() -> Self {
        Console {
            buffer: Vec::with_capacity(BUFFER + 1024),
            capture: None,
            line_buffered: std::io::stdout().is_terminal(),
            stdout: std::ptr::null_mut(),
        }
    }
}

/// Says where `sys.stdout` is kept.
pub fn attach(vm: &mut Vm, stdout: *mut GlobalCell) {
    vm.state::<Console>().stdout = stdout;
}

/// Keeps what is written from now on.
pub fn capture(vm: &mut Vm, capture: Capture) {
    let console = vm.state::<Console>();
    (console.capture, console.line_buffered) = (Some(capture), false);
}

/// What `sys.stdout` is; None if the program deleted it.
fn stdout(vm: &mut Vm) -> Word {
    let cell = vm.state::<Console>().stdout;
    if cell.is_null() {
        return NONE;
    }
    // SAFETY: cells are never freed (see `objects::module`).
    unsafe { (*cell).value }.defined().unwrap_or(NONE)
}

/// Appends to standard output.
pub fn write(vm: &mut Vm, bytes: &[u8]) -> PyResult<()> {
    let console = vm.state::<Console>();
    console.buffer.extend_from_slice(bytes);
    if console.buffer.len() >= BUFFER || console.line_buffered && bytes.contains(&b'\n') {
        return flush(vm);
    }
    Ok(())
}

/// Writes out the buffer of standard output.
pub fn flush(vm: &mut Vm) -> PyResult<()> {
    write_out(vm).map_err(|error| super::os_error(vm, &error, None))
}

fn write_out(vm: &mut Vm) -> std::io::Result<()> {
    let console = vm.state::<Console>();
    if console.buffer.is_empty() {
        return Ok(());
    }
    let result = match &console.capture {
        Some(capture) => {
            capture.with(|captured| captured.stdout.extend_from_slice(&console.buffer));
            Ok(())
        }
        None => {
            let mut out = std::io::stdout().lock();
            out.write_all(&console.buffer).and_then(|()| out.flush())
        }
    };
    // What could not be written is dropped: trying again would only fail again.
    console.buffer.clear();
    result
}

/// Writes to standard error at once.
pub fn write_error(vm: &mut Vm, bytes: &[u8]) -> std::io::Result<()> {
    match &vm.state::<Console>().capture {
        Some(capture) => {
            capture.with(|captured| captured.stderr.extend_from_slice(bytes));
            Ok(())
        }
        None => std::io::stderr().write_all(bytes),
    }
}

/// Flushes at the end of the program; false if standard output cannot be written.
pub fn finish(vm: &mut Vm) -> bool {
    write_out(vm).is_ok()
}

/// Reads more of standard input behind `position`: a line, or everything.
pub(super) fn fill_from_stdin(data: &mut Vec<u8>, position: &mut usize, all: bool) -> std::io::Result<()> {
    data.drain(..(*position).min(data.len()));
    *position = 0;
    let mut input = std::io::stdin().lock();
    if all {
        input.read_to_end(data)?;
    } else if !data.contains(&b'\n') {
        input.read_until(b'\n', data)?;
    }
    Ok(())
}

/// The builtin `print`.
pub fn print(vm: &mut Vm, a: &Args) -> PyResult {
    let [mut sep, mut end, mut file, mut flush_it] = [UNDEF; 4];
    for (name, value) in a.kw_iter() {
        match name.text() {
            "sep" => sep = value,
            "end" => end = value,
            "file" => file = value,
            "flush" => flush_it = value,
            other => {
                return Err(vm.type_error(format!("'{other}' is an invalid keyword argument for print()")));
            }
        }
    }
    let sep = separator(vm, sep, "sep", " ")?;
    let end = separator(vm, end, "end", "\n")?;
    let target = match given(file) {
        Some(file) => file,
        None => stdout(vm),
    };
    if target.is_none() {
        return Ok(NONE);
    }
    let direct = target
        .payload::<Stream>()
        .is_some_and(|s| matches!(s.backend, Backend::Stdout) && s.text && !s.closed);
    if direct {
        print_direct(vm, a, sep, end)?;
    } else {
        print_to(vm, a, target, sep, end)?;
    }
    if flush_it != UNDEF && vm.truthy(flush_it)? {
        vm.call_method(target, "flush", &[])?;
    }
    Ok(NONE)
}

fn separator(vm: &mut Vm, w: Word, name: &str, default: &'static str) -> PyResult<&'static str> {
    match given(w) {
        None => Ok(default),
        Some(w) => args::text(vm, w, &format!("{name} must be None or a string, not {{}}")),
    }
}

fn print_direct(vm: &mut Vm, a: &Args, sep: &str, end: &str) -> PyResult<()> {
    for (i, &word) in a.pos().iter().enumerate() {
        if i > 0 {
            write(vm, sep.as_bytes())?;
        }
        match word.as_str().filter(|_| vm.type_of(word) == vm.types.str) {
            Some(text) => write(vm, text.as_bytes())?,
            None => {
                let text = vm.str(word)?;
                write(vm, text.as_bytes())?;
            }
        }
    }
    write(vm, end.as_bytes())
}

fn print_to(vm: &mut Vm, a: &Args, target: Word, sep: &str, end: &str) -> PyResult<()> {
    let write = vm.get_attr_str(target, "write")?;
    for (i, &word) in a.pos().iter().enumerate() {
        if i > 0 {
            let sep = vm.new_str(sep);
            vm.call(write, &[sep])?;
        }
        let text = vm.str_word(word)?;
        vm.call(write, &[text])?;
    }
    let end = vm.new_str(end);
    vm.call(write, &[end])?;
    Ok(())
}

/// The builtin `input`.
pub fn input(vm: &mut Vm, a: &Args) -> PyResult {
    if let Some(prompt) = a.get(0) {
        let text = vm.str(prompt)?;
        write(vm, text.as_bytes())?;
    }
    flush(vm)?;
    let sys = vm.intern("sys");
    let key = vm.intern("stdin");
    let stdin = vm.modules.get_name(sys).and_then(|sys| vm.own_attr(sys, key)).unwrap_or(NONE);
    let line = vm.call_method(stdin, "readline", &[])?;
    match line.as_str() {
        Some("") => Err(vm.raise(Exc::EOFError, "EOF when reading a line")),
        Some(text) => Ok(vm.new_str(text.strip_suffix('\n').unwrap_or(text))),
        None => Err(vm.type_error("object.readline() returned non-string")),
    }
}
