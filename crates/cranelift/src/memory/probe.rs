//! Whether code that is replaced through one mapping is what runs through the other.
//!
//! A processor does it, once told so ([`super::cache`]). Emulators that translate code may miss what is written through
//! another mapping and run what stood there before, as qemu 7.2 does with aarch64 code.

use super::cache;
use super::region::{Region, page_size};
use std::sync::OnceLock;

/// Whether memory can be mapped twice here, to any use. Hardened systems may refuse it.
pub(super) fn dual_mapping_works() -> bool {
    static WORKS: OnceLock<bool> = OnceLock::new();
    *WORKS
        .get_or_init(|| Region::new(page_size().max(65536), true).is_ok_and(|region| replaces_code(&region)))
}

/// Writes functions to the same place of a region that is mapped twice, and calls each.
fn replaces_code(region: &Region) -> bool {
    (1..=4).all(|n| {
        let Some(code) = function_that_returns(n) else { return true };
        // SAFETY: the region is larger than the function, nobody else knows it, and both mappings are of one memory.
        unsafe {
            std::ptr::copy_nonoverlapping(code.as_ptr(), region.write() as *mut u8, code.len());
            if cache::publish(region.write(), region.exec(), code.len()).is_err() {
                return false;
            }
            // Whether it is this function or a stale one, it has this type.
            let function = std::mem::transmute::<usize, extern "C" fn() -> u32>(region.exec());
            function() == u32::from(n)
        }
    })
}

/// Machine code, where there is a backend.
fn function_that_returns(n: u8) -> Option<[u8; 8]> {
    if cfg!(target_arch = "x86_64") {
        // mov eax, n; ret; nop; nop
        Some([0xB8, n, 0, 0, 0, 0xC3, 0x90, 0x90])
    } else if cfg!(target_arch = "aarch64") {
        // movz w0, n; ret
        let [a, b, c, d] = (0x5280_0000 | u32::from(n) << 5).to_le_bytes();
        Some([a, b, c, d, 0xC0, 0x03, 0x5F, 0xD6])
    } else {
        None
    }
}
