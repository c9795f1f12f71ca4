//! `open`, and the constructors of streams in memory.

use std::fs::OpenOptions;
use std::io::Read;

use super::{Backend, Stream, classes, os_error};
use crate::builtins::args::{self, given};
use crate::builtins::bytes;
use crate::objects::{Args, Class, Gc};
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{UNDEF, Word};

/// The path that an argument of `open` and `os` functions names.
pub fn path_of(vm: &mut Vm, w: Word) -> PyResult<String> {
    if let Some(text) = w.as_str() {
        return Ok(text.to_owned());
    }
    if let Some(data) = bytes::bytes_of(w) {
        return Ok(String::from_utf8_lossy(data).into_owned());
    }
    if let Some(path) = vm.call_special(w, vm.names.fspath, &[])? {
        return path_of(vm, path);
    }
    Err(args::wrong_type(vm, w, "expected str, bytes or os.PathLike object, not {}"))
}

struct Mode {
    text: bool,
    read: bool,
    write: bool,
    append: bool,
    create_new: bool,
    truncate: bool,
}

fn parse_mode(vm: &mut Vm, text: &str) -> PyResult<Mode> {
    let has = |c: char| text.contains(c);
    let actions = ['r', 'w', 'a', 'x'].into_iter().filter(|&c| has(c)).count();
    let unknown = text.chars().any(|c| !"rwaxbt+U".contains(c));
    let repeated = text.chars().any(|c| text.matches(c).count() > 1);
    if unknown || repeated {
        return Err(vm.value_error(format!("invalid mode: '{text}'")));
    }
    if has('b') && has('t') {
        return Err(vm.value_error("can't have text and binary mode at once"));
    }
    if actions != 1 {
        return Err(vm.value_error("must have exactly one of create/read/write/append mode"));
    }
    Ok(Mode {
        text: !has('b'),
        read: has('r') || has('+'),
        write: !has('r') || has('+'),
        append: has('a'),
        create_new: has('x'),
        truncate: has('w'),
    })
}

/// The builtin `open`.
pub fn open(vm: &mut Vm, a: &Args) -> PyResult {
    let names = ["file", "mode", "buffering", "encoding", "errors", "newline", "closefd", "opener"];
    let [file, mode_word, ..] = args::bind(vm, a, "open", names, 1, 8)?;
    let mode_text = match mode_word {
        UNDEF => "r",
        w => args::text(vm, w, "open() argument 'mode' must be str, not {}")?,
    };
    let mode = parse_mode(vm, mode_text)?;
    if file.as_index().is_some() {
        return Err(vm.raise(Exc::OSError, "opening a file descriptor is not supported"));
    }
    let path = path_of(vm, file)?;
    let opened = OpenOptions::new()
        .read(mode.read)
        .write(mode.write && !mode.append)
        .append(mode.append)
        .create(mode.truncate || mode.append)
        .create_new(mode.create_new)
        .truncate(mode.truncate)
        .open(&path);
    let mut file = match opened {
        Ok(file) if file.metadata().is_ok_and(|m| m.is_dir()) => {
            let error = std::io::Error::from_raw_os_error(21);
            drop(file);
            return Err(os_error(vm, &error, Some(&path)));
        }
        Ok(file) => file,
        Err(error) => return Err(os_error(vm, &error, Some(&path))),
    };
    let mut data = Vec::new();
    let mut position = 0;
    let backend = match (mode.read, mode.write) {
        (true, true) => {
            if let Err(error) = file.read_to_end(&mut data) {
                return Err(os_error(vm, &error, Some(&path)));
            }
            if mode.append {
                position = data.len();
            }
            Backend::Update { file, changed: false }
        }
        (true, false) => Backend::Read(Some(file)),
        _ => Backend::Write(file),
    };
    let classes = classes(vm)?;
    let class = match (mode.text, mode.write) {
        (true, _) => classes.text,
        (false, false) => classes.reader,
        (false, true) => classes.writer,
    };
    let mut stream = Stream::new(backend, mode.text, &path, mode_text);
    stream.data = data;
    stream.position = position;
    Ok(vm.new_native_object(class, Box::new(stream)))
}

/// `io.StringIO(initial_value, newline)`.
pub fn construct_string(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [initial, _] = args::bind(vm, a, "StringIO", ["initial_value", "newline"], 0, 2)?;
    let mut stream = Stream::new(Backend::Memory, true, "", "");
    if let Some(initial) = given(initial) {
        let text = args::text(vm, initial, "initial_value must be str or None, not {}")?;
        stream.data = text.as_bytes().to_vec();
    }
    Ok(vm.new_native_object(class, Box::new(stream)))
}

/// `io.BytesIO(initial_bytes)`.
pub fn construct_bytes(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [initial] = args::bind(vm, a, "BytesIO", ["initial_bytes"], 0, 1)?;
    let mut stream = Stream::new(Backend::Memory, false, "", "");
    if let Some(initial) = given(initial) {
        stream.data = bytes::like(vm, initial)?.to_vec();
    }
    Ok(vm.new_native_object(class, Box::new(stream)))
}
