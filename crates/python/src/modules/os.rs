//! `_os`: what `os` and `os.path` need from the system.

use super::io::{os_error, path_of};
use crate::builtins::args::{self, DONE, given};
use crate::objects::{Args, Gc, MethodDef, Module};
use crate::vm::{PyResult, Vm};
use crate::word::{FALSE, NONE, UNDEF, Word};

static FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("getcwd", getcwd, 0, 0),
    MethodDef::new("getpid", getpid, 0, 0),
    MethodDef::new("cpu_count", cpu_count, 0, 0),
    MethodDef::new("environment", environment, 0, 0),
    MethodDef::new("fspath", fspath, 1, 1),
    MethodDef::new("listdir", listdir, 0, 1),
    MethodDef::new("mkdir", mkdir, 1, 2),
    MethodDef::new("remove", remove, 1, 1),
    MethodDef::new("rmdir", rmdir, 1, 1),
    MethodDef::new("rename", rename, 2, 2),
    MethodDef::new("exists", exists, 1, 1),
    MethodDef::new("isdir", isdir, 1, 1),
    MethodDef::new("isfile", isfile, 1, 1),
    MethodDef::new("getsize", getsize, 1, 1),
    MethodDef::new("getmtime", getmtime, 1, 1),
    MethodDef::new("realpath", realpath, 1, 1),
    MethodDef::new("urandom", urandom, 1, 1),
    MethodDef::new("_exit", exit_now, 1, 1),
    MethodDef::new("strerror", strerror, 1, 1),
];

/// Fills the module.
pub fn build(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    vm.add_functions(module.namespace, "posix", FUNCTIONS);
    let name = vm.new_str(if cfg!(windows) { "nt" } else { "posix" });
    vm.set_global(module.namespace, "name", name);
    Ok(())
}

fn done(vm: &mut Vm, result: std::io::Result<()>, path: &str) -> PyResult {
    match result {
        Ok(()) => DONE,
        Err(error) => Err(os_error(vm, &error, Some(path))),
    }
}

fn getcwd(vm: &mut Vm, _: &Args) -> PyResult {
    match std::env::current_dir() {
        Ok(path) => Ok(vm.new_str(&path.to_string_lossy())),
        Err(error) => Err(os_error(vm, &error, None)),
    }
}

fn getpid(_: &mut Vm, _: &Args) -> PyResult {
    Ok(Word::int(i64::from(std::process::id())))
}

fn cpu_count(_: &mut Vm, _: &Args) -> PyResult {
    Ok(std::thread::available_parallelism().map_or(NONE, |n| Word::int(n.get() as i64)))
}

fn environment(vm: &mut Vm, _: &Args) -> PyResult {
    let dict = vm.new_dict();
    for (key, value) in std::env::vars_os() {
        let value = vm.new_str(&value.to_string_lossy());
        vm.dict_set_str(dict, &key.to_string_lossy(), value);
    }
    Ok(dict.word())
}

fn fspath(vm: &mut Vm, a: &Args) -> PyResult {
    if a[0].as_str().is_some() || crate::builtins::bytes::bytes_of(a[0]).is_some() {
        return Ok(a[0]);
    }
    match vm.call_special(a[0], vm.names.fspath, &[])? {
        Some(path) => Ok(path),
        None => Err(args::wrong_type(vm, a[0], "expected str, bytes or os.PathLike object, not {}")),
    }
}

fn listdir(vm: &mut Vm, a: &Args) -> PyResult {
    let path = match given(a.or(0, UNDEF)) {
        Some(w) => path_of(vm, w)?,
        None => ".".to_owned(),
    };
    let entries = match std::fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) => return Err(os_error(vm, &error, Some(&path))),
    };
    let mut names = Vec::new();
    for entry in entries.flatten() {
        names.push(vm.new_str(&entry.file_name().to_string_lossy()));
    }
    Ok(vm.new_list(names))
}

fn mkdir(vm: &mut Vm, a: &Args) -> PyResult {
    let path = path_of(vm, a[0])?;
    done(vm, std::fs::create_dir(&path), &path)
}

fn remove(vm: &mut Vm, a: &Args) -> PyResult {
    let path = path_of(vm, a[0])?;
    done(vm, std::fs::remove_file(&path), &path)
}

fn rmdir(vm: &mut Vm, a: &Args) -> PyResult {
    let path = path_of(vm, a[0])?;
    done(vm, std::fs::remove_dir(&path), &path)
}

fn rename(vm: &mut Vm, a: &Args) -> PyResult {
    let (from, to) = (path_of(vm, a[0])?, path_of(vm, a[1])?);
    done(vm, std::fs::rename(&from, &to), &from)
}

fn metadata(vm: &mut Vm, w: Word) -> PyResult<Option<std::fs::Metadata>> {
    let path = path_of(vm, w)?;
    Ok(std::fs::metadata(path).ok())
}

fn exists(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(metadata(vm, a[0])?.is_some().into())
}

fn isdir(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(metadata(vm, a[0])?.map_or(FALSE, |m| m.is_dir().into()))
}

fn isfile(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(metadata(vm, a[0])?.map_or(FALSE, |m| m.is_file().into()))
}

fn required_metadata(vm: &mut Vm, w: Word) -> PyResult<std::fs::Metadata> {
    let path = path_of(vm, w)?;
    std::fs::metadata(&path).map_err(|error| os_error(vm, &error, Some(&path)))
}

fn getsize(vm: &mut Vm, a: &Args) -> PyResult {
    let size = required_metadata(vm, a[0])?.len();
    Ok(vm.new_int(size as i64))
}

fn getmtime(vm: &mut Vm, a: &Args) -> PyResult {
    let metadata = required_metadata(vm, a[0])?;
    let since = metadata.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
    Ok(Word::float(since.map_or(0.0, |d| d.as_secs_f64())))
}

fn realpath(vm: &mut Vm, a: &Args) -> PyResult {
    let path = path_of(vm, a[0])?;
    let resolved = std::fs::canonicalize(&path).map_or(path, |p| p.to_string_lossy().into_owned());
    Ok(vm.new_str(&resolved))
}

fn urandom(vm: &mut Vm, a: &Args) -> PyResult {
    let count = vm.index(a[0])?;
    if count < 0 {
        return Err(vm.value_error("negative argument not allowed"));
    }
    vm.room_for(count as usize, 2)?;
    let mut generator = super::mersenne::Mersenne::from_environment();
    let bytes: Vec<u8> = (0..count).map(|_| generator.bits(8) as u8).collect();
    Ok(vm.new_bytes(&bytes))
}

/// Ends the process at once, as `os._exit` does: nothing is flushed, no handler runs.
fn exit_now(vm: &mut Vm, a: &Args) -> PyResult {
    let code = vm.index(a[0])?;
    std::process::exit(code as i32)
}

fn strerror(vm: &mut Vm, a: &Args) -> PyResult {
    let code = vm.index(a[0])?;
    let text = std::io::Error::from_raw_os_error(code as i32).to_string();
    Ok(vm.new_str(text.split(" (os error").next().unwrap_or(&text)))
}
