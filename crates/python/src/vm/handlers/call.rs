//! Calls and returns.

use super::*;
use crate::bytecode::insn;
use crate::jit::functions::*;
use crate::jit::spec::*;
use crate::objects::{BoundMethod, Function};
use crate::vm::class::ClassCall;
use crate::vm::consume::Consumer;
use crate::vm::frame::{Frame, FrameKind};
use crate::word::{NONE, UNDEF};

/// A call: its window and what becomes of the result.
#[derive(Clone, Copy)]
pub struct Window {
    /// First register of the window.
    pub base: i32,
    /// Arguments after self.
    pub n: u16,
    /// Whether `base + 2` is an argument too.
    pub this: bool,
    /// Where the result goes.
    pub dst: u16,
    /// Words of the instruction.
    pub words: u8,
}

impl Window {
    /// Register of the first argument, self included.
    #[inline(always)]
    pub fn first(self) -> i32 {
        self.base + 3 - i32::from(self.this)
    }
    /// Number of arguments, self included.
    #[inline(always)]
    pub fn total(self) -> u32 {
        u32::from(self.n) + u32::from(self.this)
    }
}

#[inline(always)]
pub fn call<M: PyMachine>(m: &mut M, at: At, i: insn::Call) -> Flow {
    let callee = m.slot(r(i.base));
    let w = Window { base: r(i.base), n: i.n, this: false, dst: i.dst, words: insn::Call::WORDS as u8 };
    call_window(m, at, callee, w)
}

#[inline(always)]
pub fn call_method<M: PyMachine>(m: &mut M, at: At, i: insn::CallMethod) -> Flow {
    let (callee, this) = (m.slot(r(i.base)), m.slot(r(i.base) + 2));
    let this = !is_undef(m, this);
    let w = Window { base: r(i.base), n: i.n, this, dst: i.dst, words: insn::CallMethod::WORDS as u8 };
    call_window(m, at, callee, w)
}

#[inline(always)]
fn call_window<M: PyMachine>(m: &mut M, at: At, callee: M::Word, w: Window) -> Flow {
    if !is_ref(m, callee) {
        return residual(m, callee, w);
    }
    let f = m.unbox_ref(callee);
    let tag = tag_of(m, f);
    if tag == TypeTag::Function as u32 {
        function(m, at, callee, f, w)
    } else if tag == TypeTag::Native as u32 {
        native::call(m, at, callee, f, w)
    } else if tag == TypeTag::BoundMethod as u32 {
        bound(m, at, callee, f, w)
    } else if tag == TypeTag::Class as u32 {
        class(m, at, callee, f, w)
    } else {
        object(m, at, callee, f, tag, w)
    }
}

/// Calls by a host function.
#[inline(always)]
pub fn residual<M: PyMachine>(m: &mut M, callee: M::Word, w: Window) -> Flow {
    let v = residual_value(m, callee, w.first(), w.total());
    finish(m, w.dst, v)
}

/// How many frames the trace has inlined above its root.
#[inline(always)]
fn above<M: PyMachine>(m: &mut M) -> M::Int {
    let vm = m.host();
    let inlined = if M::RECORDS { vm.frames.len() - vm.run.recording_depth } else { 0 };
    m.const_int(inlined as i64)
}

#[inline(always)]
fn residual_value<M: PyMachine>(m: &mut M, callee: M::Word, b: i32, n: u32) -> M::Word {
    if !M::RECORDS {
        // The arguments stand in a row already.
        let f = Word(m.hint_word(callee));
        let v = m.host().call_row(f, b, n as usize);
        return m.const_word(v.0);
    }
    let above = above(m);
    match n {
        0 => m.call_word(CALL0, args![Int above, Word callee]),
        1 => {
            let x = m.slot(b);
            m.call_word(CALL1, args![Int above, Word callee, Word x])
        }
        2 => {
            let (x, y) = (m.slot(b), m.slot(b + 1));
            m.call_word(CALL2, args![Int above, Word callee, Word x, Word y])
        }
        3 => {
            let (x, y, z) = (m.slot(b), m.slot(b + 1), m.slot(b + 2));
            m.call_word(CALL3, args![Int above, Word callee, Word x, Word y, Word z])
        }
        4 => {
            let (x, y, z, u) = (m.slot(b), m.slot(b + 1), m.slot(b + 2), m.slot(b + 3));
            m.call_word(CALL4, args![Int above, Word callee, Word x, Word y, Word z, Word u])
        }
        5 => {
            let (x, y, z, u, v) = (m.slot(b), m.slot(b + 1), m.slot(b + 2), m.slot(b + 3), m.slot(b + 4));
            m.call_word(CALL5, args![Int above, Word callee, Word x, Word y, Word z, Word u, Word v])
        }
        n => {
            let t = build::tuple_of(m, b, n as u16);
            m.call_word(CALL_TUPLE, args![Int above, Word callee, Ref t])
        }
    }
}

/// Pushes a frame of `code` whose `r0` is slot `delta`, and goes there. The caller has stored the arguments.
#[inline(always)]
pub fn enter<M: PyMachine>(
    m: &mut M,
    at: At,
    code: *mut LoadedCode,
    callee: M::Word,
    delta: i32,
    linkage: (u16, FrameKind, u8),
) -> Flow {
    let vm = m.host();
    let base = vm.frame().base.wrapping_offset(delta as isize);
    let (dst, kind, skip) = linkage;
    if !vm.push_frame(at.pc, Frame { code, base, pc: std::ptr::null_mut(), dst, kind, skip }) {
        return m_raise(m);
    }
    m.enter_frame(delta);
    m.set_slot(-1, callee);
    // SAFETY: loaded code is immortal.
    let loaded = unsafe { &*code };
    for &register in &loaded.unset {
        let none = word(m, UNDEF);
        m.set_slot(register as i32, none);
    }
    Flow::Go(code, loaded.instrs)
}

/// An exception is pending already, raised by green work.
#[inline(always)]
fn m_raise<M: PyMachine>(m: &mut M) -> Flow {
    m.abort(uplift::AbortReason::Raised);
    Flow::Raise
}

#[inline(always)]
fn inlines<M: PyMachine>(m: &mut M, code: *mut LoadedCode) -> bool {
    // SAFETY: loaded code is immortal.
    let loaded = unsafe { &*code };
    // A generator function only makes a generator: for a trace, a call like that of a native.
    !(M::RECORDS && loaded.is_generator) && m.should_inline(code as u64, loaded.has_loop)
}

/// Calls a Python function.
#[inline(always)]
fn function<M: PyMachine>(m: &mut M, at: At, callee: M::Word, f: M::Ref, w: Window) -> Flow {
    let code = m.load_ref(f, FUNC_CODE);
    let code = m.promote_ref(code) as *mut LoadedCode;
    // SAFETY: loaded code is immortal.
    let simple = unsafe { (*code).simple_args };
    if !inlines(m, code) {
        return residual(m, callee, w);
    }
    let linkage = (w.dst, FrameKind::Normal, w.words);
    if simple == w.total() {
        return enter(m, at, code, callee, w.first(), linkage);
    }
    if !M::RECORDS {
        return bind_row(m, at, callee, code, w.first(), w.total(), linkage);
    }
    if simple != u32::MAX && w.total() < simple {
        let missing = simple - w.total();
        if let Some(first) = defaults(m, f, missing) {
            for k in 0..missing {
                let v = default(m, f, first + k);
                m.set_slot(w.first() + (w.total() + k) as i32, v);
            }
            return enter(m, at, code, callee, w.first(), linkage);
        }
    }
    residual(m, callee, w)
}

/// Index of the first of the `missing` last positional defaults, when there are as many.
#[inline(always)]
fn defaults<M: PyMachine>(m: &mut M, f: M::Ref, missing: u32) -> Option<u32> {
    let t = m.load_word(f, FUNC_DEFAULTS);
    if !is_ref(m, t) {
        return None;
    }
    let t = m.unbox_ref(t);
    let count = m.load_int(t, TUPLE_COUNT);
    let count = m.promote_int(count) as u32;
    count.checked_sub(missing)
}

#[inline(always)]
fn default<M: PyMachine>(m: &mut M, f: M::Ref, index: u32) -> M::Word {
    let t = m.load_word(f, FUNC_DEFAULTS);
    let (t, index) = (m.unbox_ref(t), m.const_int(index.into()));
    m.load_elem_word(t, index, TUPLE_ITEM)
}

/// The interpreter's general call: binds arguments that stand in a row to the parameters.
#[inline(always)]
fn bind_row<M: PyMachine>(
    m: &mut M,
    at: At,
    callee: M::Word,
    code: *mut LoadedCode,
    first: i32,
    n: u32,
    linkage: (u16, FrameKind, u8),
) -> Flow {
    let f = Word(m.hint_word(callee));
    if !m.host().bind_row(f, first, n as usize) {
        return Flow::Raise;
    }
    enter(m, at, code, callee, first, linkage)
}

/// Calls a bound method.
#[inline(always)]
fn bound<M: PyMachine>(m: &mut M, at: At, callee: M::Word, o: M::Ref, w: Window) -> Flow {
    if w.this {
        return residual(m, callee, w);
    }
    let (func, this) = (m.load_word(o, METHOD_FUNC), m.load_word(o, METHOD_SELF));
    if !is_ref(m, func) {
        return residual(m, callee, w);
    }
    let f = m.unbox_ref(func);
    let tag = tag_of(m, f);
    if tag == TypeTag::Function as u32 {
        return method(m, at, func, f, this, w);
    }
    if tag == TypeTag::Native as u32 && M::RECORDS {
        if let Some(flow) = native::call_bound(m, f, this, w) {
            return flow;
        }
    } else if tag == TypeTag::Native as u32 {
        m.set_slot(w.base + 2, this);
        return native::call(m, at, func, f, Window { this: true, ..w });
    }
    residual(m, callee, w)
}

/// Calls a Python function with `this` before the arguments of a window without self.
#[inline(always)]
fn method<M: PyMachine>(m: &mut M, at: At, func: M::Word, f: M::Ref, this: M::Word, w: Window) -> Flow {
    let code = m.load_ref(f, FUNC_CODE);
    let code = m.promote_ref(code) as *mut LoadedCode;
    // SAFETY: loaded code is immortal.
    let simple = unsafe { (*code).simple_args };
    let full = Window { this: true, ..w };
    let missing = simple.wrapping_sub(full.total());
    let first = if M::RECORDS && simple != u32::MAX && missing != 0 && full.total() < simple {
        defaults(m, f, missing)
    } else {
        None
    };
    let plain = simple == full.total() || first.is_some();
    if !inlines(m, code) || M::RECORDS && !plain {
        return residual_method(m, func, this, w);
    }
    m.set_slot(w.base + 2, this);
    let linkage = (w.dst, FrameKind::Normal, w.words);
    if simple == full.total() {
        return enter(m, at, code, func, w.base + 2, linkage);
    }
    let Some(first) = first else {
        return bind_row(m, at, func, code, full.first(), full.total(), linkage);
    };
    for k in 0..missing {
        let v = default(m, f, first + k);
        m.set_slot(full.first() + (full.total() + k) as i32, v);
    }
    enter(m, at, code, func, w.base + 2, linkage)
}

#[inline(always)]
fn residual_method<M: PyMachine>(m: &mut M, func: M::Word, this: M::Word, w: Window) -> Flow {
    let b = w.base + 3;
    let above = above(m);
    let v = match w.n {
        0 => m.call_word(CALL1, args![Int above, Word func, Word this]),
        1 => {
            let x = m.slot(b);
            m.call_word(CALL2, args![Int above, Word func, Word this, Word x])
        }
        2 => {
            let (x, y) = (m.slot(b), m.slot(b + 1));
            m.call_word(CALL3, args![Int above, Word func, Word this, Word x, Word y])
        }
        _ => {
            m.set_slot(w.base + 2, this);
            residual_value(m, func, w.base + 2, u32::from(w.n) + 1)
        }
    };
    finish(m, w.dst, v)
}

/// Calls a class.
#[inline(always)]
fn class<M: PyMachine>(m: &mut M, at: At, callee: M::Word, o: M::Ref, w: Window) -> Flow {
    if w.this {
        return residual(m, callee, w);
    }
    let class: Gc<Class> = class_constant(m, o);
    if class.has(crate::objects::class::C_BUILTIN)
        && let Some(consumer) = m.host().consumer_class(class)
        && let Some(flow) = generators::consume_call(m, at, consumer, callee, w)
    {
        return flow;
    }
    let plan = m.host().class_call_plan(class);
    if M::RECORDS
        && let Some(flow) = native::class(m, class, w)
    {
        return flow;
    }
    let init = match plan {
        ClassCall::Init(init) if init.is::<Function>() => init,
        ClassCall::Bare if w.n == 0 => {
            assume_class(m, class);
            let object = new_instance(m, class);
            let v = m.box_ref(object);
            m.set_slot(r(w.dst), v);
            return Flow::Next;
        }
        _ => return residual(m, callee, w),
    };
    // SAFETY: the tag was checked.
    let f: Gc<Function> = unsafe { init.cast_unchecked() };
    let code = f.code as *mut LoadedCode;
    // SAFETY: loaded code is immortal.
    let simple = unsafe { (*code).simple_args };
    let full = Window { this: true, ..w };
    if !inlines(m, code) {
        return residual(m, callee, w);
    }
    let missing = simple.wrapping_sub(full.total());
    let given = f.defaults.cast::<crate::objects::Tuple>().map_or(0, |t| t.count() as u32);
    let filled = M::RECORDS && simple != u32::MAX && full.total() < simple && missing <= given;
    if M::RECORDS && simple != full.total() && !filled {
        return residual(m, callee, w);
    }
    assume_class(m, class);
    let object = new_instance(m, class);
    let (this, init_word) = (m.box_ref(object), word(m, init));
    m.set_slot(w.base + 2, this);
    m.set_slot(w.base, this);
    let linkage = (w.dst, FrameKind::Init, w.words);
    if filled {
        let o = m.const_ref(f.addr());
        for k in 0..missing {
            let v = default(m, o, given - missing + k);
            m.set_slot(full.first() + (full.total() + k) as i32, v);
        }
    } else if simple != full.total() {
        return bind_row(m, at, init_word, code, full.first(), full.total(), linkage);
    }
    enter(m, at, code, init_word, w.base + 2, linkage)
}

#[inline(always)]
fn class_constant<M: PyMachine>(m: &mut M, o: M::Ref) -> Gc<Class> {
    let address = m.promote_ref(o);
    // SAFETY: the tag was tested.
    unsafe { Word(address).cast_unchecked() }
}

/// A fresh instance of a plain Python class.
#[inline(always)]
fn new_instance<M: PyMachine>(m: &mut M, class: Gc<Class>) -> M::Ref {
    let c = constant_ref(m, class);
    let object = m.call_ref(NEW_INSTANCE, args![Ref c]);
    if M::RECORDS {
        let (tag, shape) = (m.const_int(TypeTag::Instance as i64), m.const_ref(class.root_shape as u64));
        m.store_int(object, tag, TAG);
        m.store_ref(object, shape, SHAPE);
    }
    object
}

/// Calls an object that is neither function, native, method nor class.
#[inline(always)]
fn object<M: PyMachine>(m: &mut M, at: At, callee: M::Word, o: M::Ref, tag: u32, w: Window) -> Flow {
    if tag != TypeTag::Instance as u32 || w.this {
        return residual(m, callee, w);
    }
    let shape = shape_of(m, o);
    let name = m.host().names.call;
    match m.host().lookup_class(class_of(shape), name) {
        Some(f) if f.is::<Function>() => {
            assume_class(m, class_of(shape));
            let func = word(m, f);
            let f = m.const_ref(f.0);
            method(m, at, func, f, callee, w)
        }
        _ => residual(m, callee, w),
    }
}

/// Calls a property's getter.
#[inline(always)]
pub fn property<M: PyMachine>(m: &mut M, at: At, dst: u16, getter: u64, object: M::Word) -> Flow {
    // SAFETY: the plan says that it is a function.
    let f: Gc<Function> = unsafe { Word(getter).cast_unchecked() };
    let func = m.const_word(getter);
    call_above(m, at, dst, f, func, &[object], (FrameKind::Normal, insn::LoadAttr::WORDS as u8))
}

/// Calls a Python function with a few arguments in a frame above all registers of this one.
#[inline(always)]
fn call_above<M: PyMachine>(
    m: &mut M,
    at: At,
    dst: u16,
    f: Gc<Function>,
    func: M::Word,
    arguments: &[M::Word],
    (kind, words): (FrameKind, u8),
) -> Flow {
    let code = f.code as *mut LoadedCode;
    // SAFETY: loaded code is immortal.
    let simple = unsafe { (*code).simple_args };
    if simple as usize != arguments.len() || !inlines(m, code) {
        let above = above(m);
        let v = match *arguments {
            [x] => m.call_word(CALL1, args![Int above, Word func, Word x]),
            [x, y] => m.call_word(CALL2, args![Int above, Word func, Word x, Word y]),
            [x, y, z] => m.call_word(CALL3, args![Int above, Word func, Word x, Word y, Word z]),
            _ => m.call_word(CALL0, args![Int above, Word func]),
        };
        return finish(m, dst, v);
    }
    let delta = at.code().nregs as i32 + 3;
    for (i, &v) in arguments.iter().enumerate() {
        m.set_slot(delta + i as i32, v);
    }
    enter(m, at, code, func, delta, (dst, kind, words))
}

/// Enters a special method written in Python: `arguments` (self first) go to a frame above the caller's registers. `None`:
/// the class has no such method that takes just these arguments, or it should be called by a host function.
#[inline(always)]
pub fn special_method<M: PyMachine>(
    m: &mut M,
    at: At,
    shape: *mut Shape,
    name: Name,
    arguments: &[M::Word],
    linkage: (u16, FrameKind, u8),
) -> Option<Flow> {
    let class = class_of(shape);
    let func = m.host().lookup_class(class, name)?.cast::<Function>()?;
    let code = func.code as *mut LoadedCode;
    // SAFETY: loaded code is immortal.
    if unsafe { (*code).simple_args } != arguments.len() as u32 || !inlines(m, code) {
        return None;
    }
    assume_class(m, class);
    let callee = word(m, func.word());
    let base = at.code().nregs as i32 + 3;
    for (i, &argument) in arguments.iter().enumerate() {
        m.set_slot(base + i as i32, argument);
    }
    Some(enter(m, at, code, callee, base, linkage))
}

// --- Keywords and unpacked arguments ---

#[inline(always)]
pub fn call_kw<M: PyMachine>(m: &mut M, at: At, i: insn::CallKw) -> Flow {
    let (b, names) = (r(i.base), at.constant(i.names.into()));
    let (callee, this) = (m.slot(b), m.slot(b + 2));
    let this = !is_undef(m, this);
    let w = Window { base: b, n: i.n, this, dst: i.base, words: insn::CallKw::WORDS as u8 };
    if !M::RECORDS {
        let f = Word(m.hint_word(callee));
        return match m.host().call_kw_row(at, f, names, w) {
            RowCall::Frame { code, base, func } => {
                let func = word(m, func);
                enter(m, at, code, func, base, (w.dst, FrameKind::Normal, w.words))
            }
            RowCall::Value(v) => {
                let v = word(m, v);
                finish(m, w.dst, v)
            }
        };
    }
    let t = build::tuple_of(m, w.first(), w.total() as u16);
    let names = m.const_ref(names.0);
    let above = above(m);
    result(m, w.dst, CALL_NAMED, args![Int above, Word callee, Ref t, Ref names])
}

#[inline(always)]
pub fn call_ex<M: PyMachine>(m: &mut M, at: At, i: insn::CallEx) -> Flow {
    let b = r(i.base);
    let (callee, this, positional, keywords) = (m.slot(b), m.slot(b + 2), m.slot(b + 3), m.slot(b + 4));
    if !M::RECORDS {
        let f = Word(m.hint_word(callee));
        let row = [this, positional, keywords].map(|w| Word(m.hint_word(w)));
        return match m.host().call_ex_row(at, f, row) {
            RowCall::Frame { code, base, func } => {
                let func = word(m, func);
                enter(m, at, code, func, base, (i.dst, FrameKind::Normal, insn::CallEx::WORDS as u8))
            }
            RowCall::Value(v) => {
                let v = word(m, v);
                finish(m, i.dst, v)
            }
        };
    }
    result(m, i.dst, CALL_EX, args![Word callee, Word this, Word positional, Word keywords])
}

/// What the interpreter does with a general call.
pub enum RowCall {
    /// Enters a frame whose `r0` is slot `base`; its parameters are bound.
    Frame { code: *mut LoadedCode, base: i32, func: Word },
    /// Takes this result (UNDEF: raised).
    Value(Word),
}

// --- Returns ---

#[inline(always)]
pub fn ret<M: PyMachine>(m: &mut M, _at: At, i: insn::Return) -> Flow {
    let w = m.slot(r(i.src));
    return_value(m, w)
}

#[inline(always)]
pub fn ret_none<M: PyMachine>(m: &mut M, _at: At, _i: insn::ReturnNone) -> Flow {
    let w = word(m, NONE);
    return_value(m, w)
}

/// Leaves the innermost frame for its caller: the caller's code and instruction.
#[inline(always)]
pub fn pop_frame<M: PyMachine>(m: &mut M) -> (Frame, *mut LoadedCode, *mut u64) {
    let vm = m.host();
    let callee = *vm.frame();
    let last = vm.frames.len() - 1;
    // SAFETY: there was a frame.
    unsafe { vm.frames.set_len(last) };
    let caller = *vm.frame();
    // SAFETY: both are in the value stack.
    let delta = unsafe { callee.base.offset_from(caller.base) } as i32;
    m.leave_frame(delta);
    (callee, caller.code, caller.pc)
}

/// Returns `w` from the innermost frame.
#[inline(always)]
pub fn return_value<M: PyMachine>(m: &mut M, w: M::Word) -> Flow {
    let kind = m.host().frame().kind;
    if kind == FrameKind::Normal {
        let (frame, code, pc) = pop_frame(m);
        m.set_slot(r(frame.dst), w);
        return Flow::Go(code, pc.wrapping_add(frame.skip as usize));
    }
    match kind {
        FrameKind::Init => {
            if !is_none(m, w) {
                return effect(m, INIT_RETURNED, args![Word w]);
            }
            let object = m.slot(-2);
            let (frame, code, pc) = pop_frame(m);
            m.set_slot(r(frame.dst), object);
            Flow::Go(code, pc.wrapping_add(frame.skip as usize))
        }
        FrameKind::Discard => {
            let (frame, code, pc) = pop_frame(m);
            Flow::Go(code, pc.wrapping_add(frame.skip as usize))
        }
        FrameKind::Boundary => {
            let result = Word(m.hint_word(w));
            m.host().run.result = result;
            Flow::Leave
        }
        _ => generators::return_from(m, kind, w),
    }
}

impl Vm {
    /// What calling a builtin class does with a generator's items.
    fn consumer_class(&self, class: Gc<Class>) -> Option<Consumer> {
        let t = &self.types;
        let classes = [
            (t.list, Consumer::List),
            (t.tuple, Consumer::Tuple),
            (t.set, Consumer::Set),
            (t.frozenset, Consumer::FrozenSet),
        ];
        classes.iter().find(|row| row.0 == class).map(|row| row.1)
    }

    /// Calls anything with arguments that stand in a row of the innermost frame. UNDEF: raised.
    #[inline(never)]
    pub fn call_row(&mut self, f: Word, first: i32, n: usize) -> Word {
        // SAFETY: the window's registers; nested frames lie above them.
        let row = unsafe { std::slice::from_raw_parts(self.frame().base.offset(first as isize), n) };
        self.call(f, row).unwrap_or(UNDEF)
    }

    /// Binds a row of positional arguments in place to the parameters of a Python function.
    #[inline(never)]
    fn bind_row(&mut self, f: Word, first: i32, n: usize) -> bool {
        // SAFETY: the callee is a function; the row lies in the window, parameters in the callee's frame, for
        // which there is slack even before its frame is checked.
        unsafe {
            let f: Gc<Function> = f.cast_unchecked();
            let base = self.frame().base.offset(first as isize);
            let row: smallvec::SmallVec<[Word; 16]> = std::slice::from_raw_parts(base, n).into();
            self.bind(f, &crate::objects::Args::new(&row), base).is_ok()
        }
    }

    /// A call with keyword names for the last arguments of the window.
    #[inline(never)]
    fn call_kw_row(&mut self, at: At, f: Word, names: Word, w: Window) -> RowCall {
        let names = names.cast::<crate::objects::Tuple>().map_or(&[][..], |t| t.items());
        // SAFETY: the window's registers.
        let row = unsafe {
            std::slice::from_raw_parts(self.frame().base.offset(w.first() as isize), w.total() as usize)
        };
        let row: smallvec::SmallVec<[Word; 16]> = row.into();
        let (pos, values) = row.split_at(row.len() - names.len());
        self.call_general(at, f, &crate::objects::Args::with_kw(pos, names, values))
    }

    /// A call with unpacked arguments.
    #[inline(never)]
    fn call_ex_row(&mut self, at: At, f: Word, [this, positional, keywords]: [Word; 3]) -> RowCall {
        let Ok((pos, names, values)) = self.spread_arguments(f, this, positional, keywords) else {
            return RowCall::Value(UNDEF);
        };
        self.call_general(at, f, &crate::objects::Args::with_kw(&pos, &names, &values))
    }

    /// Any call: binds into a frame above this one's registers when Python code is called.
    fn call_general(&mut self, at: At, f: Word, args: &crate::objects::Args) -> RowCall {
        if let Some(b) = f.cast::<BoundMethod>()
            && b.func.is::<Function>()
        {
            let all = crate::vm::call::prefixed(b.this, args.pos());
            return self.call_general(
                at,
                b.func,
                &crate::objects::Args::with_kw(&all, args.kw_names(), args.kw_values()),
            );
        }
        let Some(func) = f.cast::<Function>() else {
            return RowCall::Value(self.call_args(f, args).unwrap_or(UNDEF));
        };
        let base = at.code().nregs as i32 + 3;
        let to = self.frame().base.wrapping_offset(base as isize);
        // SAFETY: loaded code is immortal.
        if to.wrapping_add(unsafe { (*func.code).nregs } as usize) > self.high_water
            && !self.grow_stack(to.wrapping_add(unsafe { (*func.code).nregs } as usize))
        {
            return RowCall::Value(UNDEF);
        }
        match self.bind(func, args, to) {
            Ok(()) => RowCall::Frame { code: func.code as *mut LoadedCode, base, func: f },
            Err(_) => RowCall::Value(UNDEF),
        }
    }

    /// TypeError of an `__init__` that returned something.
    #[cold]
    pub fn init_returned(&mut self, result: Word) -> crate::vm::Raised {
        let name = self.type_name(result);
        self.type_error(format!("__init__() should return None, not '{name}'"))
    }
}
