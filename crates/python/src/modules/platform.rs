//! What is asked of the operating system beyond the standard library.

use std::time::Duration;

/// Processor time that the process has used.
#[cfg(target_os = "linux")]
pub fn process_time() -> Option<Duration> {
    #[repr(C)]
    struct Timespec {
        seconds: i64,
        nanoseconds: i64,
    }
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
    }
    const CLOCK_PROCESS_CPUTIME_ID: i32 = 2;
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: the C library fills the structure it is given.
    let status = unsafe { clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    (status == 0).then(|| Duration::new(time.seconds as u64, time.nanoseconds as u32))
}

/// Processor time that the process has used.
#[cfg(not(target_os = "linux"))]
pub fn process_time() -> Option<Duration> {
    None
}
