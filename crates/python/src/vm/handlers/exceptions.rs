//! Raising, handling, and `with`.

use super::*;
use crate::bytecode::insn;
use crate::jit::functions::*;
use crate::jit::spec::TUPLE_ITEM;
use crate::objects::{Exception, Function, Native, Tuple};
use crate::vm::{Exc, PyResult, Raised};
use crate::word::{NONE, TRUE, UNDEF};

#[inline(always)]
pub fn raise<M: PyMachine>(m: &mut M, _at: At, i: insn::Raise) -> Flow {
    let (e, cause) = (m.slot(r(i.exception)), word(m, UNDEF));
    effect(m, RAISE, args![Word e, Word cause])
}

#[inline(always)]
pub fn raise_from<M: PyMachine>(m: &mut M, _at: At, i: insn::RaiseFrom) -> Flow {
    let (e, cause) = (m.slot(r(i.exception)), m.slot(r(i.cause)));
    effect(m, RAISE, args![Word e, Word cause])
}

#[inline(always)]
pub fn raise_handled<M: PyMachine>(m: &mut M, _at: At, _i: insn::RaiseHandled) -> Flow {
    effect(m, RAISE_HANDLED, &[])
}

#[inline(always)]
pub fn reraise<M: PyMachine>(m: &mut M, _at: At, i: insn::Reraise) -> Flow {
    let e = m.slot(r(i.exception));
    effect(m, RERAISE, args![Word e])
}

#[inline(always)]
pub fn push_handled<M: PyMachine>(m: &mut M, _at: At, i: insn::PushHandled) -> Flow {
    let e = m.slot(r(i.exception));
    result(m, i.save, PUSH_HANDLED, args![Word e])
}

#[inline(always)]
pub fn pop_handled<M: PyMachine>(m: &mut M, _at: At, i: insn::PopHandled) -> Flow {
    let e = m.slot(r(i.save));
    effect(m, PUSH_HANDLED, args![Word e])
}

#[inline(always)]
pub fn jump_if_not_match<M: PyMachine>(m: &mut M, at: At, i: insn::JumpIfNotMatch) -> Flow {
    let (e, types) = (m.slot(r(i.exception)), m.slot(r(i.types)));
    let w = m.call_word(MATCHES, args![Word e, Word types]);
    if m.raised(w) {
        return Flow::Raise;
    }
    let yes = word(m, TRUE);
    let b = m.word_eq(w, yes);
    if m.branch(b, at.index(1), at.index(i.to.into())) { Flow::Next } else { Flow::Jump(i.to.into()) }
}

#[inline(always)]
pub fn load_exc_info<M: PyMachine>(m: &mut M, _at: At, i: insn::LoadExcInfo) -> Flow {
    let (e, b) = (m.slot(r(i.exception)), r(i.base));
    let class = m.call_word(TYPE_OF, args![Word e]);
    let traceback = m.call_word(TRACEBACK, args![Word e]);
    if m.raised(traceback) {
        return Flow::Raise;
    }
    m.set_slot(b, class);
    m.set_slot(b + 1, e);
    m.set_slot(b + 2, traceback);
    Flow::Next
}

#[inline(always)]
pub fn load_special<M: PyMachine>(m: &mut M, _at: At, i: insn::LoadSpecial) -> Flow {
    let (object, b) = (m.slot(r(i.object)), r(i.base));
    if is_ref(m, object) {
        let o = m.unbox_ref(object);
        let shape = shape_of(m, o);
        let names = m.host().names;
        let name = if i.which == 0 { names.enter } else { names.exit };
        if let Some(f) = m.host().lookup_class(class_of(shape), name)
            && f.is::<Function>()
        {
            assume_class(m, class_of(shape));
            let f = word(m, f);
            m.set_slot(b, f);
            m.set_slot(b + 2, object);
            return Flow::Next;
        }
    }
    let which = m.const_int(i.which.into());
    let pair = m.call_word(SPECIAL, args![Word object, Int which]);
    if m.raised(pair) {
        return Flow::Raise;
    }
    let (pair, zero, one) = (m.unbox_ref(pair), m.const_int(0), m.const_int(1));
    let (f, this) = (m.load_elem_word(pair, zero, TUPLE_ITEM), m.load_elem_word(pair, one, TUPLE_ITEM));
    m.set_slot(b, f);
    m.set_slot(b + 2, this);
    Flow::Next
}

#[inline(always)]
pub fn load_assertion_error<M: PyMachine>(m: &mut M, _at: At, i: insn::LoadAssertionError) -> Flow {
    let class = m.host().exc(Exc::AssertionError);
    let w = word(m, class.word());
    m.set_slot(r(i.dst), w);
    Flow::Next
}

impl Vm {
    /// The exception of a `raise` statement's operand: itself, or an instance of the class.
    fn exception_of(&mut self, w: Word) -> PyResult {
        if w.is::<Exception>() {
            return Ok(w);
        }
        if let Some(c) = w.cast::<Class>()
            && c.is_subclass(self.exc(Exc::BaseException))
        {
            let e = self.call(w, &[])?;
            if e.is::<Exception>() {
                return Ok(e);
            }
            let name = c.name_str();
            let got = self.type_name(e);
            return Err(self.type_error(format!(
                "calling <class '{name}'> should have returned an instance of BaseException, not <class '{got}'>"
            )));
        }
        Err(self.type_error("exceptions must derive from BaseException"))
    }

    /// `raise e from cause` (UNDEF: no `from`).
    #[cold]
    pub fn raise_from(&mut self, e: Word, cause: Word) -> Raised {
        let e = match self.exception_of(e) {
            Ok(e) => e,
            Err(raised) => return raised,
        };
        if cause != UNDEF {
            let cause = if cause.is_none() {
                NONE
            } else if cause.is::<Exception>() || cause.is::<Class>() {
                match self.exception_of(cause) {
                    Ok(c) => c,
                    Err(raised) => return raised,
                }
            } else {
                return self.type_error("exception causes must derive from BaseException");
            };
            if let Some(mut x) = e.cast::<Exception>() {
                x.cause = cause;
                x.suppress_context = true;
            }
        }
        self.raise_object(e)
    }

    /// Bare `raise`.
    #[cold]
    pub fn raise_handled(&mut self) -> Raised {
        match self.handled.last() {
            Some(&e) if !e.is_none() => {
                self.pending = e;
                self.run.reraised = true;
                Raised
            }
            _ => self.runtime_error("No active exception to reraise"),
        }
    }

    /// The exception being handled becomes `e` (None: none); the previous one.
    pub fn swap_handled(&mut self, e: Word) -> Word {
        let old = self.handled.pop().unwrap_or(NONE);
        if !e.is_none() && e != UNDEF {
            self.handled.push(e);
        }
        old
    }

    /// Whether `except types` catches `e`.
    pub fn exception_matches(&mut self, e: Word, types: Word) -> PyResult<bool> {
        let base = self.exc(Exc::BaseException);
        if let Some(c) = types.cast::<Class>()
            && c.is_subclass(base)
        {
            return Ok(self.is_instance(e, c));
        }
        if let Some(t) = types.cast::<Tuple>() {
            for &c in t.items() {
                if self.exception_matches(e, c)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        Err(self.type_error("catching classes that do not inherit from BaseException is not allowed"))
    }

    /// `__enter__` (0) or `__exit__` (1) of a value's class: callable and self, as a tuple.
    pub fn context_method(&mut self, x: Word, which: i64) -> PyResult {
        let name = if which == 0 { self.names.enter } else { self.names.exit };
        let class = self.type_of(x);
        let Some(f) = self.lookup_class(class, name) else {
            let (t, extra) = (class.name_str(), if which == 0 { "" } else { " (missed __exit__ method)" });
            return Err(
                self.type_error(format!("'{t}' object does not support the context manager protocol{extra}"))
            );
        };
        if f.is::<Function>() || f.is::<Native>() {
            return Ok(self.new_tuple(&[f, x]));
        }
        let f = self.descr_get(f, x, class)?;
        Ok(self.new_tuple(&[f, UNDEF]))
    }
}
