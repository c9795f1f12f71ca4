//! Running a child to its end or its time limit, with everything it printed and used.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// What a finished child left behind.
#[derive(Clone, Debug)]
pub struct Finished {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// The exit code; 128 plus the signal's number for a killed child, as shells have it.
    pub code: i32,
    pub timed_out: bool,
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of processor time, user and system, all threads.
    pub cpu: f64,
    /// Peak resident memory in bytes.
    pub peak_rss: u64,
}

/// Runs `command` without input for at most `limit`.
pub fn run(mut command: Command, limit: Duration) -> Result<Finished, String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = command
        .spawn()
        .map_err(|e| format!("cannot run {}: {e}", command.get_program().to_string_lossy()))?;
    let stdout = reader(child.stdout.take());
    let stderr = reader(child.stderr.take());
    let (status, usage, timed_out) = wait(&child, limit);
    let wall = start.elapsed().as_secs_f64();
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 / 1e6;
    Ok(Finished {
        stdout: stdout.join().unwrap_or_default(),
        stderr: stderr.join().unwrap_or_default(),
        code: if libc::WIFSIGNALED(status) {
            128 + libc::WTERMSIG(status)
        } else {
            libc::WEXITSTATUS(status)
        },
        timed_out,
        wall,
        cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime),
        peak_rss: usage.ru_maxrss as u64 * 1024,
    })
}

/// Drains a pipe on a thread of its own, so that a talkative child never blocks.
fn reader<R: Read + Send + 'static>(pipe: Option<R>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // A broken pipe leaves what came until then, which the comparison will show.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// Waits for the child, kills it at `limit`, and gives status, usage and whether it was killed for time.
fn wait(child: &Child, limit: Duration) -> (i32, libc::rusage, bool) {
    let pid = child.id();
    // Some(true) once the child has ended; the watchdog kills only while it holds the lock and the
    // child is not reaped, so a reused pid is never hit.
    let ended = Arc::new(Mutex::new((false, false)));
    let (done, expired) = mpsc::channel::<()>();
    let watchdog = thread::spawn({
        let ended = Arc::clone(&ended);
        move || {
            if expired.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
                let mut state = ended.lock().expect("no holder panics");
                if !state.0 {
                    state.1 = true;
                    // SAFETY: plain system call on a child that is not reaped yet.
                    unsafe { libc::kill(pid as i32, libc::SIGKILL) };
                }
            }
        }
    });
    let mut status = 0;
    // SAFETY: the out-pointers are live locals; zeroed siginfo and rusage are valid values.
    let usage = unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        while libc::waitid(libc::P_PID, pid, &mut info, libc::WEXITED | libc::WNOWAIT) != 0 {}
        ended.lock().expect("no holder panics").0 = true;
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::wait4(pid as i32, &mut status, 0, &mut usage);
        usage
    };
    drop(done);
    let _ = watchdog.join();
    let timed_out = ended.lock().expect("no holder panics").1;
    (status, usage, timed_out)
}
