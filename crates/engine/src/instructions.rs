//! [`Instructions`]: the shortest way to embed the engine. The host writes its instructions; frames, the loop that interprets
//! and what the engine asks for are here. A host that has these already implements [`Host`] and [`Embed`] itself.

use crate::{
    AbortReason, Driven, Embed, Engine, Entry, HeaderKind, Host, Interp, LoopCell, Machine, Recorder,
    StackHost,
};
use std::rc::Rc;
use uplift_uop::{FrameState, Resume};

/// Why an instruction does not simply go on with the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop<E> {
    /// [`Machine::loop_header`] wants the engine: the header's cell, and the pc behind it.
    Hot(*mut LoopCell, u32),
    /// The outermost frame returned. Nothing else was done: a recording ends here, and the instruction is executed again.
    Done,
    /// The program fails. The instruction has had no effect.
    Fail(E),
}

/// Why interpreting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The outermost frame returned.
    Returned,
    /// The program was stopped, and may go on.
    Stopped,
}

/// A host whose instructions are one function over machines. [`Embed`] follows from this.
pub trait Instructions: StackHost {
    /// How programs fail.
    type Error;

    /// The VM's engine.
    fn jit(&self) -> &Rc<Engine>;

    /// Executes one instruction and moves the pc.
    fn step<M: Machine<Host = Self>>(m: &mut M) -> Result<(), Stop<Self::Error>>;

    /// Interprets from the current location on, in compiled code where there is any, until the outermost frame returns or
    /// the program is stopped ([`crate::Interrupt`], [`crate::Config::fuel`]). A stopped program stands at a loop header, and
    /// goes on from there when this is called again.
    ///
    /// # Safety
    /// In each frame, instructions must touch only slots that the frame has; loop cells must stay where they are.
    unsafe fn interpret(&mut self) -> Result<Ended, Self::Error> {
        loop {
            let (slots, threshold) = (self.stack_mut().base(), self.jit().threshold());
            // SAFETY: the stack has all slots of each frame, and the caller promises that no others are touched.
            let mut interp = unsafe { Interp::new(self, slots, threshold) };
            let stop = loop {
                if let Err(stop) = Self::step(&mut interp) {
                    break stop;
                }
            };
            match stop {
                // SAFETY: as above.
                Stop::Hot(cell, behind) => match unsafe { Engine::drive(self, HeaderKind::Loop, cell) } {
                    Driven::Interpret => self.set_resume(behind),
                    Driven::Recorded | Driven::Ran(_) => {}
                    Driven::Stopped => return Ok(Ended::Stopped),
                },
                Stop::Done => return Ok(Ended::Returned),
                Stop::Fail(error) => return Err(error),
            }
        }
    }
}

impl<T: Instructions> Embed for T {
    fn engine(&self) -> &Rc<Engine> {
        self.jit()
    }
    fn slots(&mut self) -> *mut u64 {
        self.stack_mut().base()
    }
    fn restore(&mut self, root: usize, frames: &[FrameState], _resume: Resume) {
        self.stack_mut().restore(root, frames);
    }
    fn record_instruction(recorder: &mut Recorder<'_, T>) {
        match T::step(recorder) {
            // What fails has had no effect yet: the interpreter will execute it again, and fail.
            Err(Stop::Fail(_) | Stop::Done) => recorder.abort(AbortReason::Unsupported),
            Err(Stop::Hot(..)) | Ok(()) => {}
        }
    }
    fn reserve(&mut self, entry: &Entry) -> Option<usize> {
        self.stack().has_slots(entry.slots().1).then_some(0)
    }
}
