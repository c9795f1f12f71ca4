//! Stopping a program that runs: because somebody asks for it, from any thread or a signal handler, or because its fuel is
//! used up.
//!
//! Both show at loop headers. Interpreters ask there ([`uplift_record::Host::wants_attention`]); compiled code polls the
//! attention word there, and leaves with exact state. So a program stops within one iteration, of its innermost loop, and
//! [`crate::Driven::Stopped`] tells the host; it may go on later as if nothing had happened. What does not pass a header
//! is not stopped: a host function that computes for long, and a compilation under way.

use crate::attention::Attention;
use crate::{Config, Engine};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Asks a running program to stop. May be cloned and sent to other threads; a request is one atomic operation, which a
/// signal handler may do.
#[derive(Clone, Debug)]
pub struct Interrupt(Arc<Attention>);

impl Interrupt {
    /// Asks the program to stop at its next loop header. Requests that were not yet seen count as one.
    pub fn request(&self) {
        self.0.set(Attention::INTERRUPT);
    }
}

/// How many more loop headers a program may pass.
pub(crate) struct Fuel(Arc<AtomicU64>);

impl Fuel {
    pub(crate) fn new(passes: u64) -> Fuel {
        Fuel(Arc::new(AtomicU64::new(passes)))
    }
    /// The word that compiled code counts down.
    pub(crate) fn word(&self) -> &Arc<AtomicU64> {
        &self.0
    }
    /// Uses one unit. False: there was none.
    pub(crate) fn burn(&self) -> bool {
        let left = self.0.load(Ordering::Relaxed).checked_sub(1);
        if let Some(left) = left {
            self.0.store(left, Ordering::Relaxed);
        }
        left.is_some()
    }
}

impl Config {
    /// Gives a program fuel for so many passes through loop headers; none left, it stops. Without this, compiled code and
    /// interpreter count nothing. With it, interpreted loops ask the engine each time.
    ///
    /// What one iteration costs depends on how it is run: trees also count the return of calls that may re-enter the host,
    /// and short inner loops that were unrolled count once; what is recorded counts once an outer iteration.
    pub fn fuel(mut self, passes: u64) -> Config {
        self.fuel = Some(passes);
        self
    }
}

impl Engine {
    /// A handle to stop the program.
    pub fn interrupt(&self) -> Interrupt {
        Interrupt(Arc::clone(self.attention()))
    }
    /// The fuel left; `None` if the engine was not configured to count it.
    pub fn fuel(&self) -> Option<u64> {
        self.fuel.as_ref().map(|fuel| fuel.0.load(Ordering::Relaxed))
    }
    /// Sets the fuel that is left. Does nothing in an engine that was not configured to count it.
    pub fn set_fuel(&self, passes: u64) {
        if let Some(fuel) = &self.fuel {
            fuel.0.store(passes, Ordering::Relaxed);
        }
    }
    /// Whether the program is to stop. A request is answered by this.
    pub(crate) fn stops(&self) -> bool {
        let asked = self.attention().get() & Attention::INTERRUPT != 0;
        if asked {
            self.attention().clear(Attention::INTERRUPT);
        }
        asked || self.fuel() == Some(0)
    }
}
