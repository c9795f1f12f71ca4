//! Entering the interpreter from native code.

use crate::objects::{Args, Function, Gc};
use crate::vm::{PyResult, Vm};

impl Vm {
    /// Calls a Python function and runs it to its end.
    pub fn run_function(&mut self, func: Gc<Function>, args: &Args) -> PyResult {
        let _ = (func, args);
        Err(self.runtime_error("no interpreter"))
    }

    /// Resumes a generator with `sent`; `Ok(None)` when it finished with `StopIteration` pending cleared
    /// and its return value left in `Vm::pending`'s place: see `generator_return`.
    pub fn resume_generator(&mut self, generator: Gc<crate::objects::Generator>, sent: crate::word::Word) -> PyResult<Option<crate::word::Word>> {
        let _ = (generator, sent);
        Err(self.runtime_error("no interpreter"))
    }
}
