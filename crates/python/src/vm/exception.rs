//! Exception objects: construction, attributes, context, tracebacks as objects.

use crate::heap::Marker;
use crate::objects::class::GetSetDef;
use crate::objects::*;
use crate::vm::{Exc, PyResult, Raised, Vm};
use crate::word::{NONE, UNDEF, Word};

static METHODS: &[MethodDef] = &[
    MethodDef::kw("__init__", init, 0, function::ANY),
    MethodDef::new("with_traceback", with_traceback, 1, 1),
    MethodDef::new("add_note", add_note, 1, 1),
    MethodDef::new(
        "__str__",
        |vm, a| {
            let s = vm.exception_str(a[0])?;
            Ok(vm.new_str(&s))
        },
        0,
        0,
    ),
    MethodDef::new(
        "__repr__",
        |vm, a| {
            let mut s = String::new();
            vm.push_builtin_repr(&mut s, a[0])?;
            Ok(vm.new_str(&s))
        },
        0,
        0,
    ),
];
static ATTRS: &[GetSetDef] = &[
    ("args", |_, w| Ok(exc(w).args), Some(set_args)),
    ("__cause__", |_, w| Ok(or_none(exc(w).cause)), Some(|vm, w, v| vm.set_cause(w, v))),
    (
        "__context__",
        |_, w| Ok(or_none(exc(w).context)),
        Some(|_, w, v| {
            exc(w).context = v;
            Ok(())
        }),
    ),
    ("__suppress_context__", |_, w| Ok(Word::bool(exc(w).suppress_context)), Some(set_suppress)),
    ("__traceback__", get_traceback, Some(set_traceback)),
];
static TRACEBACK_ATTRS: &[GetSetDef] = &[
    ("tb_lineno", |_, w| Ok(Word::int(entry(w).map_or(0, line_of) as i64)), None),
    ("tb_next", tb_next, None),
    ("tb_frame", |vm, w| Ok(vm.new_frame_object(w)), None),
    ("tb_lasti", |_, w| Ok(Word::int(entry(w).map_or(0, |e| e.pc) as i64)), None),
];
static FRAME_ATTRS: &[GetSetDef] = &[
    (
        "f_code",
        |vm, w| {
            Ok(match frame_entry(w) {
                Some(e) => vm.new_code_object(e.code),
                None => NONE,
            })
        },
        None,
    ),
    ("f_lineno", |_, w| Ok(Word::int(frame_entry(w).map_or(0, line_of) as i64)), None),
];

fn exc(w: Word) -> Gc<Exception> {
    w.cast().expect("descriptors are reached through their class only")
}

fn or_none(w: Word) -> Word {
    if w == UNDEF { NONE } else { w }
}

fn line_of(e: TraceEntry) -> u32 {
    // SAFETY: loaded code is immortal.
    unsafe { (*e.code).line(e.pc) }
}

fn init(vm: &mut Vm, a: &Args) -> PyResult {
    let class = vm.type_of(a[0]);
    if a.has_kw() && !vm.takes_keywords(class) {
        let name = class.name_str();
        return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
    }
    let args = vm.new_tuple(&a[1..]);
    exc(a[0]).args = args;
    vm.fill_exception(a[0], &a.skip(1))?;
    Ok(NONE)
}

fn set_args(vm: &mut Vm, w: Word, v: Word) -> PyResult<()> {
    let items = vm.to_vec(v)?;
    exc(w).args = vm.new_tuple(&items);
    Ok(())
}

fn set_suppress(vm: &mut Vm, w: Word, v: Word) -> PyResult<()> {
    exc(w).suppress_context = vm.truthy(v)?;
    Ok(())
}

fn with_traceback(vm: &mut Vm, a: &Args) -> PyResult {
    set_traceback(vm, a[0], a[1])?;
    Ok(a[0])
}

fn add_note(vm: &mut Vm, a: &Args) -> PyResult {
    if !a[1].is::<Str>() {
        let t = vm.type_name(a[1]);
        return Err(vm.type_error(format!("note must be a str, not '{t}'")));
    }
    let name = vm.names.notes;
    match vm.find_attr(a[0], name)?.and_then(|l| l.cast::<List>()) {
        Some(mut l) => l.push(a[1]),
        None => {
            let l = vm.new_list(vec![a[1]]);
            vm.set_attr(a[0], name, l)?;
        }
    }
    Ok(NONE)
}

/// A traceback object: the entries of an exception, outermost last, from entry `at` inwards.
struct Traceback {
    entries: Vec<TraceEntry>,
    at: usize,
}

impl NativePayload for Traceback {
    fn trace(&self, _: &mut Marker) {}
}

/// What a frame object tells.
struct FrameInfo(TraceEntry);

impl NativePayload for FrameInfo {
    fn trace(&self, _: &mut Marker) {}
}

fn entry(w: Word) -> Option<TraceEntry> {
    w.payload::<Traceback>().and_then(|t| t.entries.get(t.at).copied())
}

fn frame_entry(w: Word) -> Option<TraceEntry> {
    w.payload::<FrameInfo>().map(|f| f.0)
}

fn get_traceback(vm: &mut Vm, w: Word) -> PyResult {
    let entries = exc(w).traceback.clone();
    Ok(vm.new_traceback(entries))
}

fn set_traceback(vm: &mut Vm, w: Word, v: Word) -> PyResult<()> {
    let entries = match v.payload::<Traceback>() {
        Some(t) => t.entries[..(t.at + 1).min(t.entries.len())].to_vec(),
        None if v == NONE => Vec::new(),
        None => return Err(vm.type_error("__traceback__ must be a traceback or None")),
    };
    exc(w).traceback = entries;
    Ok(())
}

fn tb_next(vm: &mut Vm, w: Word) -> PyResult {
    match w.payload::<Traceback>() {
        Some(t) if t.at > 0 => {
            let (entries, at) = (t.entries.clone(), t.at - 1);
            let class = vm.types.traceback;
            Ok(vm.new_native_object(class, Box::new(Traceback { entries, at })))
        }
        _ => Ok(NONE),
    }
}

/// Constructor of every builtin exception class.
fn construct(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let class = if class == vm.exc(Exc::OSError) { vm.os_error_class(a) } else { class };
    let e = vm.new_exception(class, a);
    if vm.is_instance(e, vm.exc(Exc::OSError)) {
        vm.fill_exception(e, &Args::new(a.pos()))?;
    }
    Ok(e)
}

impl Vm {
    /// A traceback object, or None without entries.
    pub fn new_traceback(&mut self, entries: Vec<TraceEntry>) -> Word {
        if entries.is_empty() {
            return NONE;
        }
        let at = entries.len() - 1;
        let class = self.types.traceback;
        self.new_native_object(class, Box::new(Traceback { entries, at }))
    }

    /// The entries of a traceback object.
    pub fn traceback_entries(&self, w: Word) -> Vec<TraceEntry> {
        w.payload::<Traceback>().map_or(Vec::new(), |t| t.entries[..(t.at + 1).min(t.entries.len())].to_vec())
    }

    fn new_frame_object(&mut self, w: Word) -> Word {
        match entry(w) {
            Some(e) => {
                let class = self.frame_class;
                self.new_native_object(class, Box::new(FrameInfo(e)))
            }
            None => NONE,
        }
    }

    /// Whether a builtin exception's constructor accepts keywords.
    fn takes_keywords(&self, class: Gc<Class>) -> bool {
        [Exc::ImportError, Exc::AttributeError, Exc::NameError]
            .iter()
            .any(|&k| class.is_subclass(self.exc(k)))
    }

    /// Sets the attributes that some builtin exceptions derive from their arguments.
    pub(crate) fn fill_exception(&mut self, e: Word, a: &Args) -> PyResult<()> {
        let class = self.type_of(e);
        if class.is_subclass(self.exc(Exc::OSError)) && (2..=5).contains(&a.len()) {
            let n = self.names;
            self.set_exception_attr(e, n.errno, a[0]);
            self.set_exception_attr(e, n.strerror, a[1]);
            if let Some(file) = a.get(2) {
                self.set_exception_attr(e, n.filename, file);
                exc(e).args = self.new_tuple(&a[..2]);
            }
        }
        for (name, value) in a.kw_iter() {
            self.set_exception_attr(e, name, value);
        }
        Ok(())
    }

    fn set_exception_attr(&mut self, e: Word, name: Name, value: Word) {
        if let Some(d) = self.attr_dict(e) {
            self.dict_set_name(d, name, value);
        }
    }

    /// `OSError(errno, ...)` makes the subclass of the errno.
    fn os_error_class(&self, a: &Args) -> Gc<Class> {
        let kind = match a.get(0).and_then(|w| w.as_int()).filter(|_| a.len() >= 2) {
            Some(1 | 13) => Exc::PermissionError,
            Some(2) => Exc::FileNotFoundError,
            Some(3) => Exc::ProcessLookupError,
            Some(4) => Exc::InterruptedError,
            Some(10) => Exc::ChildProcessError,
            Some(11) => Exc::BlockingIOError,
            Some(17) => Exc::FileExistsError,
            Some(20) => Exc::NotADirectoryError,
            Some(21) => Exc::IsADirectoryError,
            Some(32) => Exc::BrokenPipeError,
            Some(103) => Exc::ConnectionAbortedError,
            Some(104) => Exc::ConnectionResetError,
            Some(110) => Exc::TimeoutError,
            Some(111) => Exc::ConnectionRefusedError,
            _ => Exc::OSError,
        };
        self.exc(kind)
    }

    /// Raises `OSError(errno, text, filename)` as its subclass.
    #[cold]
    pub fn os_error(&mut self, errno: i64, text: &str, filename: Option<&str>) -> Raised {
        let mut args = vec![Word::int(errno), self.new_str(text)];
        if let Some(f) = filename {
            args.push(self.new_str(f));
        }
        let class = self.exc(Exc::OSError);
        match construct(self, class, &Args::new(&args)) {
            Ok(e) => self.raise_object(e),
            Err(raised) => raised,
        }
    }

    /// Sets `__cause__` (and suppresses the context); `cause` is an exception or None.
    pub fn set_cause(&mut self, e: Word, cause: Word) -> PyResult<()> {
        if cause != NONE && !cause.is::<Exception>() {
            return Err(self.type_error("exception cause must be None or derive from BaseException"));
        }
        let mut x = exc(e);
        x.cause = cause;
        x.suppress_context = true;
        Ok(())
    }

    /// Sets `__context__` to the exception being handled, without making a cycle.
    pub fn set_context(&mut self, e: Word) {
        let Some(&handled) = self.handled.last() else { return };
        let Some(mut x) = e.cast::<Exception>() else { return };
        if handled == e || !handled.is::<Exception>() {
            return;
        }
        let mut o = handled;
        while let Some(mut held) = o.cast::<Exception>() {
            if held.context == e {
                held.context = UNDEF;
                break;
            }
            o = held.context;
        }
        x.context = handled;
    }

    pub(crate) fn boot_exception_natives(&mut self) {
        let base = self.exc(Exc::BaseException);
        for i in 0..self.exc_classes.len() {
            let mut c = self.exc_classes[i];
            c.construct = Some(construct);
        }
        self.set_constructor(base, construct, false);
        self.add_methods(base, METHODS);
        self.add_getsets(base, ATTRS);
        self.add_getsets(self.types.traceback, TRACEBACK_ATTRS);
        self.add_getsets(self.frame_class, FRAME_ATTRS);
        self.boot_derived_attrs();
    }

    /// Attributes that are arguments: `StopIteration.value`, `SystemExit.code`, ...
    fn boot_derived_attrs(&mut self) {
        static FIRST: &[GetSetDef] =
            &[("value", first_arg, Some(|vm, w, v| override_attr(vm, w, "value", v)))];
        static CODE: &[GetSetDef] = &[("code", exit_code, Some(|vm, w, v| override_attr(vm, w, "code", v)))];
        static NAME: &[GetSetDef] =
            &[("name", |vm, w| dict_attr(vm, w, "name"), Some(|vm, w, v| override_attr(vm, w, "name", v)))];
        static OBJ: &[GetSetDef] =
            &[("obj", |vm, w| dict_attr(vm, w, "obj"), Some(|vm, w, v| override_attr(vm, w, "obj", v)))];
        static IMPORT: &[GetSetDef] = &[
            ("path", |vm, w| dict_attr(vm, w, "path"), Some(|vm, w, v| override_attr(vm, w, "path", v))),
            ("msg", first_arg, Some(|vm, w, v| override_attr(vm, w, "msg", v))),
        ];
        static UNICODE: &[GetSetDef] = &[
            ("encoding", |_, w| Ok(arg(w, 0)), None),
            ("object", |_, w| Ok(arg(w, 1)), None),
            ("start", |_, w| Ok(arg(w, 2)), None),
            ("end", |_, w| Ok(arg(w, 3)), None),
            ("reason", |_, w| Ok(arg(w, 4)), None),
        ];
        static SYNTAX: &[GetSetDef] = &[
            ("msg", first_arg, None),
            ("filename", |_, w| Ok(place(w, 0)), None),
            ("lineno", |_, w| Ok(place(w, 1)), None),
            ("offset", |_, w| Ok(place(w, 2)), None),
            ("text", |_, w| Ok(place(w, 3)), None),
            ("end_lineno", |_, w| Ok(place(w, 4)), None),
            ("end_offset", |_, w| Ok(place(w, 5)), None),
        ];
        static ERRNO: &[GetSetDef] = &[
            ("errno", |vm, w| dict_attr(vm, w, "errno"), Some(|vm, w, v| override_attr(vm, w, "errno", v))),
            (
                "strerror",
                |vm, w| dict_attr(vm, w, "strerror"),
                Some(|vm, w, v| override_attr(vm, w, "strerror", v)),
            ),
            (
                "filename",
                |vm, w| dict_attr(vm, w, "filename"),
                Some(|vm, w, v| override_attr(vm, w, "filename", v)),
            ),
        ];
        let rows = [
            (Exc::StopIteration, FIRST),
            (Exc::SystemExit, CODE),
            (Exc::NameError, NAME),
            (Exc::AttributeError, NAME),
            (Exc::AttributeError, OBJ),
            (Exc::ImportError, NAME),
            (Exc::ImportError, IMPORT),
            (Exc::UnicodeError, UNICODE),
            (Exc::SyntaxError, SYNTAX),
            (Exc::OSError, ERRNO),
        ];
        for (kind, table) in rows {
            let class = self.exc(kind);
            self.add_getsets(class, table);
        }
    }
}

fn arg(w: Word, i: usize) -> Word {
    exc(w).args.cast::<Tuple>().and_then(|t| t.items().get(i).copied()).unwrap_or(NONE)
}

fn place(w: Word, i: usize) -> Word {
    arg(w, 1).cast::<Tuple>().and_then(|t| t.items().get(i).copied()).unwrap_or(NONE)
}

fn own(vm: &mut Vm, w: Word, name: &str) -> Option<Word> {
    let name = vm.intern(name);
    vm.peek_dict(w)?.get_name(name)
}

fn dict_attr(vm: &mut Vm, w: Word, name: &str) -> PyResult {
    Ok(own(vm, w, name).unwrap_or(NONE))
}

fn override_attr(vm: &mut Vm, w: Word, name: &str, value: Word) -> PyResult<()> {
    if let Some(d) = vm.attr_dict(w) {
        vm.dict_set_str(d, name, value);
    }
    Ok(())
}

fn first_arg(vm: &mut Vm, w: Word) -> PyResult {
    Ok(own(vm, w, "value").unwrap_or_else(|| arg(w, 0)))
}

fn exit_code(vm: &mut Vm, w: Word) -> PyResult {
    if let Some(v) = own(vm, w, "code") {
        return Ok(v);
    }
    let args = exc(w).args;
    match args.cast::<Tuple>().map(|t| t.items()) {
        Some([]) | None => Ok(NONE),
        Some([one]) => Ok(*one),
        Some(_) => Ok(args),
    }
}
