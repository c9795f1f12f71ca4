//! What a stream object holds: bytes in memory, and where they come from or go to.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use crate::heap::Marker;
use crate::objects::misc::NativePayload;
use crate::vm::{Exc, PyResult, Vm};

use super::console;

/// Bytes collected before they are written to a file.
const BUFFER: usize = 64 << 10;

/// What is behind a stream.
pub enum Backend {
    /// `StringIO`, `BytesIO`.
    Memory,
    /// A file open for reading, loaded when first read.
    Read(Option<File>),
    /// A file open for writing: `data` holds what is not yet written.
    Write(File),
    /// A file open for both: `data` is the contents, written back when flushed.
    Update {
        file: File,
        changed: bool,
    },
    Stdin,
    Stdout,
    Stderr,
}

/// A stream. Text is kept as UTF-8 bytes.
pub struct Stream {
    pub backend: Backend,
    pub data: Vec<u8>,
    pub position: usize,
    pub text: bool,
    pub closed: bool,
    pub name: String,
    pub mode: String,
}

impl NativePayload for Stream {
    fn trace(&self, _: &mut Marker) {}

    fn external_bytes(&self) -> usize {
        self.data.capacity()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // An abandoned file keeps what was written to it.
        let _ = self.write_back();
    }
}

impl Stream {
    /// A stream on `backend`.
    pub fn new(backend: Backend, text: bool, name: &str, mode: &str) -> Stream {
        Stream {
            backend,
            data: Vec::new(),
            position: 0,
            text,
            closed: false,
            name: name.into(),
            mode: mode.into(),
        }
    }

    /// Whether it may be read.
    pub fn readable(&self) -> bool {
        !matches!(self.backend, Backend::Write(_) | Backend::Stdout | Backend::Stderr)
    }

    /// Whether it may be written.
    pub fn writable(&self) -> bool {
        !matches!(self.backend, Backend::Read(_) | Backend::Stdin)
    }

    /// Reads the file's contents if that was not done yet.
    fn load(&mut self) -> std::io::Result<()> {
        let Backend::Read(source) = &mut self.backend else { return Ok(()) };
        let Some(mut file) = source.take() else { return Ok(()) };
        file.read_to_end(&mut self.data)?;
        if self.text && self.data.contains(&b'\r') {
            // Universal newlines.
            let text = std::mem::take(&mut self.data);
            let mut previous = 0;
            for byte in text {
                match byte {
                    b'\r' => self.data.push(b'\n'),
                    b'\n' if previous == b'\r' => {}
                    _ => self.data.push(byte),
                }
                previous = byte;
            }
        }
        Ok(())
    }

    /// Writes collected bytes to the file.
    pub fn write_back(&mut self) -> std::io::Result<()> {
        match &mut self.backend {
            Backend::Write(file) => {
                let result = file.write_all(&self.data);
                self.data.clear();
                result
            }
            Backend::Update { file, changed } if *changed => {
                *changed = false;
                file.seek(SeekFrom::Start(0))?;
                file.write_all(&self.data)?;
                file.set_len(self.data.len() as u64)
            }
            _ => Ok(()),
        }
    }

    fn not_supported(&self, vm: &mut Vm, what: &str) -> crate::vm::Raised {
        vm.raise(Exc::OSError, format!("not {what}"))
    }

    /// Makes sure that unread bytes are in `data`: at least a line, or everything (`all`).
    fn prepare_read(&mut self, vm: &mut Vm, all: bool) -> PyResult<()> {
        if !self.readable() {
            return Err(self.not_supported(vm, "readable"));
        }
        let result = match self.backend {
            Backend::Read(_) => self.load(),
            Backend::Stdin => console::fill_from_stdin(&mut self.data, &mut self.position, all),
            _ => Ok(()),
        };
        result.map_err(|error| super::os_error(vm, &error, Some(&self.name)))
    }

    /// Takes up to `limit` characters (text) or bytes; everything when `None`.
    pub fn read(&mut self, vm: &mut Vm, limit: Option<usize>) -> PyResult<Vec<u8>> {
        self.prepare_read(vm, true)?;
        let start = self.position.min(self.data.len());
        let rest = &self.data[start..];
        let length = match limit {
            None => rest.len(),
            Some(limit) if self.text => end_of_chars(rest, limit),
            Some(limit) => limit.min(rest.len()),
        };
        let taken = rest[..length].to_vec();
        self.position = start + length;
        Ok(taken)
    }

    /// Takes a line with its end, at most `limit` characters or bytes.
    pub fn read_line(&mut self, vm: &mut Vm, limit: Option<usize>) -> PyResult<Vec<u8>> {
        self.prepare_read(vm, false)?;
        let start = self.position.min(self.data.len());
        let rest = &self.data[start..];
        let mut length = rest.iter().position(|&b| b == b'\n').map_or(rest.len(), |i| i + 1);
        if let Some(limit) = limit {
            length = length.min(if self.text { end_of_chars(rest, limit) } else { limit });
        }
        let line = rest[..length].to_vec();
        self.position = start + length;
        Ok(line)
    }

    /// Writes bytes (text as UTF-8).
    pub fn write(&mut self, vm: &mut Vm, bytes: &[u8]) -> PyResult<()> {
        let result = match &mut self.backend {
            Backend::Stdout => return console::write(vm, bytes),
            Backend::Stderr => console::write_error(vm, bytes),
            Backend::Read(_) | Backend::Stdin => return Err(self.not_supported(vm, "writable")),
            Backend::Write(_) => {
                self.data.extend_from_slice(bytes);
                if self.data.len() >= BUFFER { self.write_back() } else { Ok(()) }
            }
            Backend::Update { changed, .. } => {
                *changed = true;
                self.overwrite(bytes);
                Ok(())
            }
            Backend::Memory => {
                self.overwrite(bytes);
                Ok(())
            }
        };
        result.map_err(|error| super::os_error(vm, &error, None))
    }

    /// Puts bytes at the position, over what is there.
    fn overwrite(&mut self, bytes: &[u8]) {
        let (start, end) = (self.position, self.position + bytes.len());
        if start > self.data.len() {
            self.data.resize(start, 0);
        }
        let replaced = if self.text && end < self.data.len() {
            // Whole characters are replaced, as many as are written.
            let count = bytes.iter().filter(|&&b| b & 0xc0 != 0x80).count();
            start + end_of_chars(&self.data[start..], count)
        } else {
            end.min(self.data.len())
        };
        self.data.splice(start..replaced, bytes.iter().copied());
        self.position = end;
    }

    /// Flushes what was written.
    pub fn flush(&mut self, vm: &mut Vm) -> PyResult<()> {
        match self.backend {
            Backend::Stdout => console::flush(vm),
            _ => self.write_back().map_err(|error| super::os_error(vm, &error, None)),
        }
    }

    /// Flushes and closes.
    pub fn close(&mut self, vm: &mut Vm) -> PyResult<()> {
        if self.closed {
            return Ok(());
        }
        self.closed = true;
        let result = self.flush(vm);
        if matches!(self.backend, Backend::Write(_) | Backend::Update { .. } | Backend::Read(_)) {
            self.backend = Backend::Memory;
        }
        self.data = Vec::new();
        result
    }

    /// Moves the position.
    pub fn seek(&mut self, vm: &mut Vm, offset: i64, whence: i64) -> PyResult<usize> {
        if let Backend::Write(file) = &mut self.backend {
            let _ = file.write_all(&self.data);
            self.data.clear();
            let target = match whence {
                0 => SeekFrom::Start(offset.max(0) as u64),
                1 => SeekFrom::Current(offset),
                _ => SeekFrom::End(offset),
            };
            return match file.seek(target) {
                Ok(at) => Ok(at as usize),
                Err(error) => Err(super::os_error(vm, &error, None)),
            };
        }
        self.load().map_err(|error| super::os_error(vm, &error, None))?;
        let base = match whence {
            0 => 0,
            1 => self.position as i64,
            _ => self.data.len() as i64,
        };
        let target = base + offset;
        if target < 0 {
            return Err(vm.value_error(format!("negative seek value {offset}")));
        }
        self.position = target as usize;
        Ok(self.position)
    }

    /// The position.
    pub fn tell(&mut self) -> usize {
        match &mut self.backend {
            Backend::Write(file) => file.stream_position().unwrap_or(0) as usize + self.data.len(),
            _ => self.position,
        }
    }
}

/// Byte length of the first `count` characters of UTF-8 `bytes`.
fn end_of_chars(bytes: &[u8], count: usize) -> usize {
    let mut starts = bytes.iter().enumerate().filter(|(_, b)| **b & 0xc0 != 0x80).map(|(i, _)| i);
    starts.nth(count).unwrap_or(bytes.len())
}
