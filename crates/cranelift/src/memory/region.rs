//! What the operating system maps: the only file that talks to it.

use std::io;
use std::sync::OnceLock;

/// Contiguous memory for code.
#[derive(Debug)]
pub(super) struct Region {
    write: usize,
    exec: usize,
    len: usize,
}

impl Region {
    /// Maps `len` bytes (a multiple of the page size, 64 KiB on Windows): twice if `dual`, else once
    /// and executable. Guard pages stand around each mapping, but on Windows.
    pub fn new(len: usize, dual: bool) -> io::Result<Region> {
        let (write, exec) = if dual { sys::map_dual(len)? } else { sys::map_single(len)? };
        Ok(Region { write, exec, len })
    }
    /// Address of the writable mapping.
    pub fn write(&self) -> usize {
        self.write
    }
    /// Address of the executable mapping.
    pub fn exec(&self) -> usize {
        self.exec
    }
    /// Bytes.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Makes whole pages of a region that is mapped once executable, or writable.
    pub fn protect(&mut self, offset: usize, len: usize, executable: bool) -> io::Result<()> {
        debug_assert!(self.write == self.exec && offset + len <= self.len);
        sys::protect(self.exec + offset, len, executable)
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        sys::unmap(self.write, self.len);
        if self.exec != self.write {
            sys::unmap(self.exec, self.len);
        }
    }
}

/// Bytes of a page.
pub(super) fn page_size() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    *SIZE.get_or_init(sys::page_size)
}

#[cfg(unix)]
mod sys {
    use std::io;

    pub fn page_size() -> usize {
        // SAFETY: no preconditions.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        usize::try_from(size).unwrap_or(4096)
    }

    /// Maps `len` bytes between two guard pages, which nobody may touch.
    fn map(len: usize, protection: i32, flags: i32, file: i32) -> io::Result<usize> {
        let guard = page_size();
        let all = len.checked_add(2 * guard).ok_or(io::ErrorKind::OutOfMemory)?;
        let reserve = libc::MAP_PRIVATE | libc::MAP_ANON;
        // SAFETY: a fresh mapping at an address of the system's choice.
        let start = unsafe { libc::mmap(std::ptr::null_mut(), all, libc::PROT_NONE, reserve, -1, 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let address = start as usize + guard;
        // SAFETY: pages that were just reserved.
        let middle =
            unsafe { libc::mmap(address as *mut _, len, protection, flags | libc::MAP_FIXED, file, 0) };
        if middle == libc::MAP_FAILED {
            let error = io::Error::last_os_error();
            unmap(address, len);
            return Err(error);
        }
        Ok(address)
    }

    /// One mapping, executable, to be made writable page by page.
    pub fn map_single(len: usize) -> io::Result<(usize, usize)> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANON;
        let address = map(len, libc::PROT_READ | libc::PROT_EXEC, flags, -1)?;
        Ok((address, address))
    }

    /// An anonymous file, mapped writable and executable.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub fn map_dual(len: usize) -> io::Result<(usize, usize)> {
        use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
        let create = |flags| {
            // SAFETY: a terminated name.
            let fd = unsafe { libc::memfd_create(c"uplift-code".as_ptr(), flags) };
            // SAFETY: a new descriptor that nobody else owns.
            if fd < 0 { None } else { Some(unsafe { OwnedFd::from_raw_fd(fd) }) }
        };
        // MFD_EXEC (0x10) is needed where files are not executable by default, unknown before Linux 6.3.
        let file = create(libc::MFD_CLOEXEC | 0x10)
            .or_else(|| create(libc::MFD_CLOEXEC))
            .ok_or_else(io::Error::last_os_error)?;
        // SAFETY: our own descriptor.
        if unsafe { libc::ftruncate(file.as_raw_fd(), len as libc::off_t) } != 0 {
            return Err(io::Error::last_os_error());
        }
        let fd = file.as_raw_fd();
        let write = map(len, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED, fd)?;
        match map(len, libc::PROT_READ | libc::PROT_EXEC, libc::MAP_SHARED, fd) {
            Ok(exec) => Ok((write, exec)),
            Err(error) => {
                unmap(write, len);
                Err(error)
            }
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub fn map_dual(_: usize) -> io::Result<(usize, usize)> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn protect(address: usize, len: usize, executable: bool) -> io::Result<()> {
        let more = if executable { libc::PROT_EXEC } else { libc::PROT_WRITE };
        // SAFETY: pages of a region of ours.
        let result = unsafe { libc::mprotect(address as *mut libc::c_void, len, libc::PROT_READ | more) };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// Unmaps what [`map`] has mapped, guard pages included.
    pub fn unmap(address: usize, len: usize) {
        let guard = page_size();
        // SAFETY: a mapping of ours that is no longer used.
        unsafe { libc::munmap((address - guard) as *mut libc::c_void, len + 2 * guard) };
    }
}

#[cfg(windows)]
mod sys {
    use std::io;
    use windows_sys::Win32::Foundation::{CloseHandle, INVALID_HANDLE_VALUE};
    use windows_sys::Win32::System::Memory::{
        CreateFileMappingW, FILE_MAP_EXECUTE, FILE_MAP_READ, FILE_MAP_WRITE, MEM_COMMIT, MEM_RELEASE,
        MEM_RESERVE, MEMORY_MAPPED_VIEW_ADDRESS, MapViewOfFile, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE,
        PAGE_READWRITE, UnmapViewOfFile, VirtualAlloc, VirtualFree, VirtualProtect,
    };
    use windows_sys::Win32::System::SystemInformation::{GetSystemInfo, SYSTEM_INFO};

    pub fn page_size() -> usize {
        let mut info = SYSTEM_INFO::default();
        // SAFETY: a valid place for the answer.
        unsafe { GetSystemInfo(&mut info) };
        info.dwPageSize as usize
    }

    pub fn map_single(len: usize) -> io::Result<(usize, usize)> {
        // SAFETY: fresh memory at an address of the system's choice.
        let address =
            unsafe { VirtualAlloc(std::ptr::null(), len, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READ) };
        if address.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok((address as usize, address as usize))
    }

    /// A section of the page file, viewed writable and executable.
    pub fn map_dual(len: usize) -> io::Result<(usize, usize)> {
        let (high, low) = ((len as u64 >> 32) as u32, len as u32);
        // SAFETY: no name, no security attributes; the section's protection only bounds its views'.
        let section = unsafe {
            CreateFileMappingW(
                INVALID_HANDLE_VALUE,
                std::ptr::null(),
                PAGE_EXECUTE_READWRITE,
                high,
                low,
                std::ptr::null(),
            )
        };
        if section.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the section just made. Views keep it alive after its handle is closed.
        let views = unsafe {
            let write = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, len);
            let exec = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, len);
            (write.Value as usize, exec.Value as usize)
        };
        let error = io::Error::last_os_error();
        // SAFETY: our handle.
        unsafe { CloseHandle(section) };
        if views.0 != 0 && views.1 != 0 {
            return Ok(views);
        }
        for view in [views.0, views.1].into_iter().filter(|view| *view != 0) {
            unmap(view, len);
        }
        Err(error)
    }

    pub fn protect(address: usize, len: usize, executable: bool) -> io::Result<()> {
        let protection = if executable { PAGE_EXECUTE_READ } else { PAGE_READWRITE };
        let mut old = 0;
        // SAFETY: pages of a region of ours.
        let done = unsafe { VirtualProtect(address as *const _, len, protection, &mut old) };
        if done != 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    pub fn unmap(address: usize, _: usize) {
        // SAFETY: a view or an allocation of ours that is no longer used; the wrong call fails.
        unsafe {
            let view = MEMORY_MAPPED_VIEW_ADDRESS { Value: address as *mut _ };
            if UnmapViewOfFile(view) == 0 {
                VirtualFree(address as *mut _, 0, MEM_RELEASE);
            }
        }
    }
}
