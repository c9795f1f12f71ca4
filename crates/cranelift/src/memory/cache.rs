//! Instruction caches: what a processor must be told before it executes what was just written.
//!
//! x86-64 needs nothing. On aarch64 the written lines are cleaned from the data cache, through the
//! address that was written, and then dropped from the instruction cache, through the address that is
//! executed; then all threads of the process discard what they have prefetched.
//! (The helper of `cranelift-jit` leaves the data cache to `mprotect`, which two mappings never call.)

use std::io;

/// Makes `len` bytes, written at `write`, ready to be executed at `exec`.
///
/// # Safety
/// Both ranges must be mapped, to the same memory.
pub(super) unsafe fn publish(write: usize, exec: usize, len: usize) -> io::Result<()> {
    // SAFETY: by the caller.
    unsafe { synchronize(write, exec, len)? };
    icache::pipeline_flush_mt().map_err(io::Error::other)
}

#[cfg(all(target_arch = "aarch64", not(windows)))]
unsafe fn synchronize(write: usize, exec: usize, len: usize) -> io::Result<()> {
    use std::arch::asm;
    let ctr: usize;
    // SAFETY: a register that user code may read.
    unsafe { asm!("mrs {}, ctr_el0", out(reg) ctr) };
    let lines = |start: usize, line: usize| (start & !(line - 1)..start + len).step_by(line);
    for address in lines(write, 4 << (ctr >> 16 & 15)) {
        // SAFETY: cleaning a line of mapped memory changes nothing that programs see.
        unsafe { asm!("dc cvau, {}", in(reg) address) };
    }
    // SAFETY: a barrier.
    unsafe { asm!("dsb ish") };
    for address in lines(exec, 4 << (ctr & 15)) {
        // SAFETY: as above.
        unsafe { asm!("ic ivau, {}", in(reg) address) };
    }
    // SAFETY: barriers.
    unsafe { asm!("dsb ish", "isb") };
    Ok(())
}

#[cfg(windows)]
unsafe fn synchronize(_: usize, exec: usize, len: usize) -> io::Result<()> {
    use windows_sys::Win32::System::Diagnostics::Debug::FlushInstructionCache;
    use windows_sys::Win32::System::Threading::GetCurrentProcess;
    // SAFETY: our own process and memory.
    let done = unsafe { FlushInstructionCache(GetCurrentProcess(), exec as *const _, len) };
    if done != 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(not(any(target_arch = "aarch64", windows)))]
unsafe fn synchronize(_: usize, _: usize, _: usize) -> io::Result<()> {
    Ok(())
}
