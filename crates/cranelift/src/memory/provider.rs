//! One `cranelift-jit` module per tree, with memory from the shared pool.
//!
//! The module writes through the addresses that `allocate` returns, the writable mapping; it knows
//! nothing of the executable one. That is fine because the code has no relocations.

use super::Shared;
use super::pool::Block;
use crate::compile::CompiledTree;
use crate::error::MemoryError;
use cranelift_codegen::ir::Signature;
use cranelift_jit::{BranchProtection, JITBuilder, JITMemoryKind, JITMemoryProvider, JITModule};
use cranelift_module::{Module, ModuleError, ModuleResult};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// Memory of one module: one block at most.
struct Provider {
    shared: Arc<Shared>,
    block: Arc<Mutex<Option<Block>>>,
}

/// Places `tree`; returns its module and the executable address.
pub(super) fn place(shared: &Arc<Shared>, tree: &CompiledTree) -> Result<(JITModule, usize), MemoryError> {
    let block = Arc::new(Mutex::new(None));
    let provider = Provider { shared: shared.clone(), block: block.clone() };
    // No libcalls: the code has no relocations.
    let mut builder = JITBuilder::with_isa(tree.isa.clone(), Box::new(|_| String::new()));
    builder.memory_provider(Box::new(provider));
    let mut module = JITModule::new(builder);
    let result = define(&mut module, tree);
    let address = block.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|b| b.exec);
    match (result, address) {
        (Ok(()), Some(address)) => Ok((module, address)),
        (result, _) => {
            // SAFETY: the code was never entered.
            unsafe { module.free_memory() };
            Err(result.err().unwrap_or_else(|| MemoryError::Module("no memory".into())))
        }
    }
}

fn define(module: &mut JITModule, tree: &CompiledTree) -> Result<(), MemoryError> {
    let signature = Signature::new(tree.isa.default_call_conv());
    let id = module.declare_anonymous_function(&signature)?;
    module.define_function_bytes(id, tree.align, &tree.code, &[])?;
    Ok(module.finalize_definitions()?)
}

impl From<ModuleError> for MemoryError {
    fn from(error: ModuleError) -> MemoryError {
        match error {
            ModuleError::Allocation { err } => match err.downcast::<MemoryError>() {
                Ok(error) => error,
                Err(error) => MemoryError::System(error),
            },
            error => MemoryError::Module(error.to_string()),
        }
    }
}

impl Provider {
    fn block(&self) -> std::sync::MutexGuard<'_, Option<Block>> {
        self.block.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl JITMemoryProvider for Provider {
    fn allocate(&mut self, size: usize, align: u64, kind: JITMemoryKind) -> io::Result<*mut u8> {
        let mut slot = self.block();
        if slot.is_some() || !matches!(kind, JITMemoryKind::Executable) {
            return Err(io::Error::other("a tree is one function without data"));
        }
        let block = self.shared.pool().allocate(size, align as usize).map_err(io::Error::other)?;
        let write = block.write as *mut u8;
        *slot = Some(block);
        Ok(write)
    }

    unsafe fn free_memory(&mut self) {
        if let Some(block) = self.block().take() {
            self.shared.pool().free(block);
        }
    }

    fn finalize(&mut self, _: BranchProtection) -> ModuleResult<()> {
        match &*self.block() {
            Some(block) => (self.shared.pool().publish(block)).map_err(|err| ModuleError::Allocation { err }),
            None => Ok(()),
        }
    }
}
