//! Calls of natives.

use super::call::Window;
use super::*;
use crate::jit::spec::TAG;
use crate::objects::Native;
use crate::word::UNDEF;

/// Calls a native with the arguments of a window.
#[inline(always)]
pub fn call<M: PyMachine>(m: &mut M, _at: At, callee: M::Word, f: M::Ref, w: Window) -> Flow {
    let _ = TAG;
    if !M::RECORDS {
        let native = m.hint_ref(f);
        let v = m.host().call_native_row(native, w.first(), w.total() as usize);
        let v = word(m, v);
        return finish(m, w.dst, v);
    }
    call::residual(m, callee, w)
}

/// Calls a builtin class whose constructor is recognised.
#[inline(always)]
pub fn class<M: PyMachine>(_m: &mut M, _class: Gc<Class>, _w: Window) -> Option<Flow> {
    None
}

impl Vm {
    /// Calls a native with arguments that stand in a row of the innermost frame. UNDEF: raised.
    #[inline(never)]
    fn call_native_row(&mut self, native: u64, first: i32, n: usize) -> Word {
        // SAFETY: the callee's tag was tested; the window's registers lie below nested frames.
        unsafe {
            let native: Gc<Native> = Word(native).cast_unchecked();
            let row = std::slice::from_raw_parts(self.frame().base.offset(first as isize), n);
            self.call_native(native, &crate::objects::Args::new(row)).unwrap_or(UNDEF)
        }
    }
}
