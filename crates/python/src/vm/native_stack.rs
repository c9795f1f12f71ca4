//! The native stack as a place of roots.
//!
//! Compiled code keeps words in registers and in its frames on the native stack. When it calls a Python function that
//! collects, the collector takes each word there that looks like the address of an object for one (objects do not move,
//! so a number that merely looks like it keeps garbage alive at worst). What compiled code needs after the call is alive in
//! the snapshot behind the call: it stands in a slot of the value stack, in a callee-saved register or in a native frame.
//!
//! SAFETY of the module: between the collector's frame and the outermost run loop's, the stack is mapped and readable. Only
//! machine code, run loops and what leads from one to the other stand there (`native_depth` is 0), so no native keeps words
//! elsewhere.

use crate::heap::Marker;
use crate::vm::Vm;
use crate::word::Word;

/// Callee-saved registers that may hold words, on any system.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn saved_registers() -> [u64; 8] {
    let mut registers = [0; 8];
    // SAFETY: writes to the array alone.
    unsafe {
        std::arch::asm!(
            "mov [rax], rbx", "mov [rax + 8], rbp", "mov [rax + 16], rsi", "mov [rax + 24], rdi",
            "mov [rax + 32], r12", "mov [rax + 40], r13", "mov [rax + 48], r14", "mov [rax + 56], r15",
            in("rax") &mut registers,
            options(nostack, preserves_flags),
        );
    }
    registers
}

/// Callee-saved registers that may hold words, on any system.
#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn saved_registers() -> [u64; 12] {
    let mut registers = [0; 12];
    // SAFETY: writes to the array alone.
    unsafe {
        std::arch::asm!(
            "stp x19, x20, [x0]", "stp x21, x22, [x0, 16]", "stp x23, x24, [x0, 32]",
            "stp x25, x26, [x0, 48]", "stp x27, x28, [x0, 64]", "str x29, [x0, 80]",
            in("x0") &mut registers,
            options(nostack, preserves_flags),
        );
    }
    registers
}

/// No machine code, no registers.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn saved_registers() -> [u64; 0] {
    []
}

impl Vm {
    /// Marks what the native stack refers to, from here to the outermost run loop.
    #[inline(never)]
    pub(super) fn mark_native_stack(&self, m: &mut Marker) {
        let index = self.heap.index();
        let registers = saved_registers();
        let here = std::hint::black_box(&registers).as_ptr() as usize;
        for address in (here..self.run.native_base).step_by(size_of::<u64>()) {
            // SAFETY: module argument.
            let bits = unsafe { (address as *const u64).read_volatile() };
            if let Some(object) = index.object_at(bits) {
                m.word(Word(object));
            }
        }
    }
}
