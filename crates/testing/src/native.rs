//! Machine code for tests: one compiler and code memory a thread.

use crate::host::HOST;
use std::cell::RefCell;
use std::ffi::c_void;
use std::sync::atomic::AtomicU64;
use uplift_cranelift::{CodeBlob, CodeMemory, Compiler, Limits, Options};
use uplift_uop::{HostSpec, SnapId, Tree};

/// Bytes of code memory a thread.
const CODE_CAP: usize = 64 << 20;

/// A compiled tree.
pub struct Native {
    blob: CodeBlob,
}

struct Backend {
    compiler: Compiler,
    memory: CodeMemory,
}

impl Backend {
    fn new() -> Result<Backend, String> {
        let compiler = Compiler::new(&Options::default()).map_err(|error| error.to_string())?;
        let memory = CodeMemory::new(CODE_CAP).map_err(|error| error.to_string())?;
        Ok(Backend { compiler, memory })
    }

    fn compile(&mut self, tree: &Tree, spec: &HostSpec, attention: &AtomicU64) -> Result<Native, String> {
        let compiled = self.compiler.compile(tree, spec, attention.as_ptr(), &Limits::default());
        let compiled = compiled.map_err(|error| error.to_string())?;
        let blob = self.memory.publish(&compiled).map_err(|error| error.to_string())?;
        Ok(Native { blob })
    }
}

impl Native {
    /// Compiles a tree for the test host. The attention word must live as long as the code.
    pub fn new(tree: &Tree, attention: &AtomicU64) -> Result<Native, String> {
        Native::for_host(tree, &HOST, attention)
    }

    /// Compiles a tree for any host. The attention word must live as long as the code.
    pub fn for_host(tree: &Tree, spec: &HostSpec, attention: &AtomicU64) -> Result<Native, String> {
        thread_local!(static BACKEND: RefCell<Option<Backend>> = const { RefCell::new(None) });
        BACKEND.with_borrow_mut(|backend| match backend {
            Some(backend) => backend.compile(tree, spec, attention),
            None => backend.insert(Backend::new()?).compile(tree, spec, attention),
        })
    }

    /// Runs the code until it leaves.
    ///
    /// # Safety
    /// As for [`uplift_interp::Program::run`]. The tree must come to an exit: there is no fuel.
    pub unsafe fn run(&self, context: *mut c_void, frame: *mut u64) -> SnapId {
        // SAFETY: the caller's promise, and the blob is alive.
        let number = unsafe { self.blob.entry()(context, frame) };
        SnapId(u32::try_from(number).unwrap_or(u32::MAX))
    }
}
