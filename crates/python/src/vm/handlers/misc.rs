//! Safepoints, functions, imports, patterns.

use super::*;
use crate::bytecode::insn;
use crate::jit::functions::*;
use crate::objects::{CodeObject, Function, Native};
use crate::vm::PyResult;
use crate::vm::frame::{FrameKind, Passes};
use crate::word::{NONE, UNDEF};
use uplift::{Attention, LoopCell};

#[inline(always)]
pub fn loop_header<M: PyMachine>(m: &mut M, at: At, _i: insn::LoopHeader) -> Flow {
    if !M::RECORDS && m.host().run.attention.get() >= Attention::HOST {
        return Flow::Attention;
    }
    if M::RECORDS && m.host().passes_through() {
        return Flow::Next;
    }
    // SAFETY: the cell belongs to the instruction, and nothing else refers to it now.
    let cell = unsafe { &mut *(at.pc.add(1) as *mut LoopCell) };
    if m.loop_header(cell) { Flow::Hot } else { Flow::Next }
}

#[inline(always)]
pub fn enter<M: PyMachine>(m: &mut M, at: At, _i: insn::Enter) -> Flow {
    if !M::RECORDS && m.host().run.attention.get() >= Attention::HOST {
        return Flow::Attention;
    }
    // SAFETY: the cell belongs to the instruction, and nothing else refers to it now.
    let cell = unsafe { &mut *(at.pc.add(1) as *mut LoopCell) };
    if m.function_entry(cell) { Flow::Hot } else { Flow::Next }
}

#[inline(always)]
pub fn make_function<M: PyMachine>(m: &mut M, at: At, i: insn::MakeFunction) -> Flow {
    let (c, k) = (m.const_ref(at.code as u64), word(m, at.constant(i.k)));
    result(m, i.dst, MAKE_FUNCTION, args![Ref c, Word k])
}

#[inline(always)]
pub fn set_function_part<M: PyMachine>(m: &mut M, _at: At, i: insn::SetFunctionPart) -> Flow {
    let (f, w, part) = (m.slot(r(i.function)), m.slot(r(i.src)), m.const_int(i.part.into()));
    effect(m, SET_PART, args![Word f, Word w, Int part])
}

#[inline(always)]
pub fn load_build_class<M: PyMachine>(m: &mut M, _at: At, i: insn::LoadBuildClass) -> Flow {
    result(m, i.dst, BUILD_CLASS, &[])
}

#[inline(always)]
pub fn import_name<M: PyMachine>(m: &mut M, at: At, i: insn::ImportName) -> Flow {
    let (c, n) = (m.const_ref(at.code as u64), constant_ref(m, at.name(i.name)));
    let spec = word(m, at.constant(i.spec.into()));
    result(m, i.dst, IMPORT, args![Ref c, Ref n, Word spec])
}

#[inline(always)]
pub fn import_from<M: PyMachine>(m: &mut M, at: At, i: insn::ImportFrom) -> Flow {
    let (module, n) = (m.slot(r(i.module)), constant_ref(m, at.name(i.name)));
    result(m, i.dst, IMPORT_FROM, args![Word module, Ref n])
}

#[inline(always)]
pub fn import_star<M: PyMachine>(m: &mut M, at: At, i: insn::ImportStar) -> Flow {
    let (c, module, ns) = (m.const_ref(at.code as u64), m.slot(r(i.module)), word(m, UNDEF));
    effect(m, IMPORT_STAR, args![Ref c, Word module, Word ns])
}

#[inline(always)]
pub fn import_star_into<M: PyMachine>(m: &mut M, at: At, i: insn::ImportStarInto) -> Flow {
    let (c, module, ns) = (m.const_ref(at.code as u64), m.slot(r(i.module)), m.slot(r(i.ns)));
    effect(m, IMPORT_STAR, args![Ref c, Word module, Word ns])
}

#[inline(always)]
pub fn get_len<M: PyMachine>(m: &mut M, _at: At, i: insn::GetLen) -> Flow {
    let x = m.slot(r(i.src));
    result(m, i.dst, LEN, args![Word x])
}

#[inline(always)]
pub fn is_sequence<M: PyMachine>(m: &mut M, _at: At, i: insn::IsSequence) -> Flow {
    let x = m.slot(r(i.src));
    result(m, i.dst, IS_SEQUENCE, args![Word x])
}

#[inline(always)]
pub fn is_mapping<M: PyMachine>(m: &mut M, _at: At, i: insn::IsMapping) -> Flow {
    let x = m.slot(r(i.src));
    result(m, i.dst, IS_MAPPING, args![Word x])
}

#[inline(always)]
pub fn match_keys<M: PyMachine>(m: &mut M, _at: At, i: insn::MatchKeys) -> Flow {
    let (x, keys) = (m.slot(r(i.src)), m.slot(r(i.keys)));
    result(m, i.dst, MATCH_KEYS, args![Word x, Word keys])
}

#[inline(always)]
pub fn rest_of_mapping<M: PyMachine>(m: &mut M, _at: At, i: insn::RestOfMapping) -> Flow {
    let (x, keys) = (m.slot(r(i.src)), m.slot(r(i.keys)));
    result(m, i.dst, REST_OF_MAPPING, args![Word x, Word keys])
}

#[inline(always)]
pub fn match_class<M: PyMachine>(m: &mut M, at: At, i: insn::MatchClass) -> Flow {
    let (x, class, spec) = (m.slot(r(i.base)), m.slot(r(i.base) + 1), word(m, at.constant(i.spec.into())));
    result(m, i.dst, MATCH_CLASS, args![Word x, Word class, Word spec])
}

#[inline(always)]
pub fn print_expr<M: PyMachine>(m: &mut M, _at: At, i: insn::PrintExpr) -> Flow {
    let x = m.slot(r(i.src));
    effect(m, DISPLAY, args![Word x])
}

/// Loop headers that a generator may pass from one yield to the next before its loop counts as an inner one.
const PASSES: u32 = 3;

impl Vm {
    /// While recording: whether the loop header is one of a generator that the trace resumed, on its way to the next
    /// yield. Such a loop is no loop of the trace's.
    fn passes_through(&mut self) -> bool {
        let depth = self.frames.len();
        if self.frame().kind != FrameKind::ForIter || depth <= self.run.recording_depth {
            return false;
        }
        let passes = &mut self.run.passes;
        if (passes.header, passes.depth) != (self.run.pc, depth) {
            *passes = Passes { header: self.run.pc, depth, times: 0 };
        }
        passes.times += 1;
        passes.times <= PASSES
    }

    /// A function over a code constant with the globals of `code`.
    pub fn make_function(&mut self, code: *mut LoadedCode, k: Word) -> Word {
        let Some(object) = k.cast::<CodeObject>() else { return NONE };
        // SAFETY: running code has its globals; loaded code is immortal.
        let globals = unsafe { Gc::from_ptr((*code).globals) };
        let mut f = self.new_function(object.code as *mut LoadedCode, globals);
        let name = self.names.name;
        f.module = globals.get(name).unwrap_or(NONE);
        // SAFETY: as above.
        let code = unsafe { &*f.code };
        if let Some(doc) = &code.source.doc {
            f.doc = self.new_str(doc);
        }
        f.word()
    }

    /// Sets a part of a fresh function.
    pub fn set_function_part(&mut self, f: Word, value: Word, part: i64) -> PyResult {
        use crate::bytecode::function_part::*;
        let Some(mut f) = f.cast::<Function>() else { return Ok(NONE) };
        match part as i16 {
            DEFAULTS => f.defaults = value,
            KW_DEFAULTS => f.kwdefaults = value,
            ANNOTATIONS => f.annotations = value,
            _ => f.closure = value,
        }
        Ok(NONE)
    }

    /// A builtin.
    pub fn builtin_named(&mut self, name: &str) -> PyResult {
        let name = self.intern(name);
        match self.builtins.get(name) {
            Some(w) => Ok(w),
            None => Err(self.undefined_name(name)),
        }
    }

    /// Whether the value is a native of the VM's own (for the tests of handlers).
    pub fn is_native_word(w: Word) -> bool {
        w.is::<Native>()
    }
}
