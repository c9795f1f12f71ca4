//! Methods and attributes of streams.

use super::{Backend, Stream, none};
use crate::builtins::args::{self, DONE, given};
use crate::builtins::{bytes, codec};
use crate::objects::class::GetSetDef;
use crate::objects::misc::Payload;
use crate::objects::{Args, MethodDef};
use crate::vm::{PyResult, Vm};
use crate::word::{FALSE, NONE, UNDEF, Word};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::new("read", read, 0, 1),
    MethodDef::new("readline", readline, 0, 1),
    MethodDef::new("readlines", readlines, 0, 1),
    MethodDef::new("write", write, 1, 1),
    MethodDef::new("writelines", writelines, 1, 1),
    MethodDef::new("flush", flush, 0, 0),
    MethodDef::new("close", close, 0, 0),
    MethodDef::new("seek", seek, 1, 2),
    MethodDef::new("tell", tell, 0, 0),
    MethodDef::new("truncate", truncate, 0, 1),
    MethodDef::new("readable", readable, 0, 0),
    MethodDef::new("writable", writable, 0, 0),
    MethodDef::new("seekable", seekable, 0, 0),
    MethodDef::new("fileno", fileno, 0, 0),
    MethodDef::new("isatty", isatty, 0, 0),
    MethodDef::kw("reconfigure", reconfigure, 0, 0),
    MethodDef::new("__iter__", iter, 0, 0),
    MethodDef::new("__next__", next, 0, 0),
    MethodDef::new("__enter__", iter, 0, 0),
    MethodDef::new("__exit__", exit, 3, 3),
];

pub(super) static MEMORY_METHODS: &[MethodDef] =
    &[MethodDef::new("getvalue", getvalue, 0, 0), MethodDef::new("getbuffer", getvalue, 0, 0)];

pub(super) static GETSETS: &[GetSetDef] = &[
    ("name", name, None),
    ("mode", mode, None),
    ("closed", |vm, w| Ok(stream(vm, w)?.closed.into()), None),
    ("encoding", encoding, None),
    ("errors", |vm, _| Ok(vm.new_str("strict")), None),
    ("newlines", |_, _| none(), None),
    ("line_buffering", |_, _| Ok(FALSE), None),
    ("buffer", buffer, None),
];

fn stream(vm: &mut Vm, w: Word) -> PyResult<Payload<Stream>> {
    match w.payload::<Stream>() {
        Some(stream) => Ok(stream),
        None => Err(args::wrong_type(vm, w, "descriptor requires a stream object but received a '{}'")),
    }
}

/// The receiver, which must be open.
fn open_stream(vm: &mut Vm, a: &Args) -> PyResult<Payload<Stream>> {
    let stream = stream(vm, a[0])?;
    if stream.closed {
        // Streams in memory, which have no name, say it without a full stop.
        let end = if stream.name.is_empty() { "" } else { "." };
        return Err(vm.value_error(format!("I/O operation on closed file{end}")));
    }
    Ok(stream)
}

/// Bytes read from a stream as the object its kind gives.
fn result(vm: &mut Vm, text: bool, data: &[u8]) -> PyResult {
    if text { codec::decode(vm, data, UNDEF, UNDEF) } else { Ok(vm.new_bytes(data)) }
}

fn limit(vm: &mut Vm, a: &Args) -> PyResult<Option<usize>> {
    match given(a.or(1, UNDEF)) {
        None => Ok(None),
        Some(w) => Ok(usize::try_from(vm.index(w)?).ok()),
    }
}

fn read(vm: &mut Vm, a: &Args) -> PyResult {
    let limit = limit(vm, a)?;
    let mut stream = open_stream(vm, a)?;
    let data = stream.read(vm, limit)?;
    result(vm, stream.text, &data)
}

fn readline(vm: &mut Vm, a: &Args) -> PyResult {
    let limit = limit(vm, a)?;
    let mut stream = open_stream(vm, a)?;
    let line = stream.read_line(vm, limit)?;
    result(vm, stream.text, &line)
}

fn readlines(vm: &mut Vm, a: &Args) -> PyResult {
    let mut stream = open_stream(vm, a)?;
    let mut lines = Vec::new();
    loop {
        let line = stream.read_line(vm, None)?;
        if line.is_empty() {
            return Ok(vm.new_list(lines));
        }
        lines.push(result(vm, stream.text, &line)?);
    }
}

/// Writes one argument; returns the number of characters or bytes.
pub(super) fn write_word(vm: &mut Vm, stream: &mut Stream, w: Word) -> PyResult<usize> {
    if stream.text {
        let Some(text) = w.as_str() else {
            return Err(args::wrong_type(vm, w, "write() argument must be str, not {}"));
        };
        stream.write(vm, text.as_bytes())?;
        return Ok(text.chars().count());
    }
    let data = bytes::like(vm, w)?;
    stream.write(vm, data)?;
    Ok(data.len())
}

fn write(vm: &mut Vm, a: &Args) -> PyResult {
    let mut stream = open_stream(vm, a)?;
    Ok(Word::int(write_word(vm, &mut stream, a[1])? as i64))
}

fn writelines(vm: &mut Vm, a: &Args) -> PyResult {
    let target = a[0];
    vm.iterate(a[1], |vm, line| {
        let mut stream = open_stream(vm, &Args::new(&[target]))?;
        write_word(vm, &mut stream, line)?;
        Ok(true)
    })?;
    DONE
}

fn flush(vm: &mut Vm, a: &Args) -> PyResult {
    open_stream(vm, a)?.flush(vm)?;
    DONE
}

fn close(vm: &mut Vm, a: &Args) -> PyResult {
    stream(vm, a[0])?.close(vm)?;
    DONE
}

fn exit(vm: &mut Vm, a: &Args) -> PyResult {
    close(vm, a)
}

fn seek(vm: &mut Vm, a: &Args) -> PyResult {
    let offset = vm.index(a[1])?;
    let whence = args::index_or(vm, a.or(2, UNDEF), 0)?;
    let mut stream = open_stream(vm, a)?;
    Ok(Word::int(stream.seek(vm, offset, whence)? as i64))
}

fn tell(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(open_stream(vm, a)?.tell() as i64))
}

fn truncate(vm: &mut Vm, a: &Args) -> PyResult {
    let size = match given(a.or(1, UNDEF)) {
        Some(w) => Some(vm.index(w)?.max(0) as usize),
        None => None,
    };
    let mut stream = open_stream(vm, a)?;
    let stream = &mut *stream;
    let size = size.unwrap_or(stream.position);
    match &mut stream.backend {
        Backend::Write(file) => {
            let _ = file.set_len(size as u64);
        }
        Backend::Update { changed, .. } => *changed = true,
        _ => {}
    }
    if !matches!(stream.backend, Backend::Write(_)) {
        stream.data.truncate(size);
    }
    Ok(Word::int(size as i64))
}

fn getvalue(vm: &mut Vm, a: &Args) -> PyResult {
    let stream = open_stream(vm, a)?;
    result(vm, stream.text, &stream.data)
}

fn readable(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(open_stream(vm, a)?.readable().into())
}

fn writable(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(open_stream(vm, a)?.writable().into())
}

fn seekable(vm: &mut Vm, a: &Args) -> PyResult {
    let console = matches!(open_stream(vm, a)?.backend, Backend::Stdin | Backend::Stdout | Backend::Stderr);
    Ok((!console).into())
}

fn fileno(vm: &mut Vm, a: &Args) -> PyResult {
    match open_stream(vm, a)?.backend {
        Backend::Stdin => Ok(Word::int(0)),
        Backend::Stdout => Ok(Word::int(1)),
        Backend::Stderr => Ok(Word::int(2)),
        _ => Err(vm.raise(crate::vm::Exc::OSError, "fileno")),
    }
}

fn isatty(vm: &mut Vm, a: &Args) -> PyResult {
    use std::io::IsTerminal;
    Ok(match open_stream(vm, a)?.backend {
        Backend::Stdin => std::io::stdin().is_terminal(),
        Backend::Stdout => std::io::stdout().is_terminal(),
        Backend::Stderr => std::io::stderr().is_terminal(),
        _ => false,
    }
    .into())
}

/// Accepted and ignored: the console is UTF-8 and flushed when it must be.
fn reconfigure(_: &mut Vm, _: &Args) -> PyResult {
    DONE
}

fn iter(vm: &mut Vm, a: &Args) -> PyResult {
    open_stream(vm, a)?;
    Ok(a[0])
}

fn next(vm: &mut Vm, a: &Args) -> PyResult {
    let mut stream = open_stream(vm, a)?;
    let line = stream.read_line(vm, None)?;
    if line.is_empty() {
        return Err(vm.stop_iteration(UNDEF));
    }
    result(vm, stream.text, &line)
}

fn name(vm: &mut Vm, w: Word) -> PyResult {
    let name = stream(vm, w)?.name.clone();
    Ok(vm.new_str(&name))
}

fn mode(vm: &mut Vm, w: Word) -> PyResult {
    let mode = stream(vm, w)?.mode.clone();
    Ok(vm.new_str(&mode))
}

fn encoding(vm: &mut Vm, w: Word) -> PyResult {
    if stream(vm, w)?.text { Ok(vm.new_str("utf-8")) } else { Ok(NONE) }
}

/// The binary stream under a console stream; others are their own.
fn buffer(vm: &mut Vm, w: Word) -> PyResult {
    let classes = super::classes(vm)?;
    let (backend, class) = match stream(vm, w)?.backend {
        Backend::Stdin => (Backend::Stdin, classes.reader),
        Backend::Stdout => (Backend::Stdout, classes.writer),
        Backend::Stderr => (Backend::Stderr, classes.writer),
        _ => return Ok(w),
    };
    let name = stream(vm, w)?.name.clone();
    Ok(vm.new_native_object(class, Box::new(Stream::new(backend, false, &name, "b"))))
}
