//! What every host does around its engine, done once: ask at a hot header, record, enter, restore.

use crate::engine::Engine;
use std::ffi::c_void;
use std::rc::Rc;
use uplift_record::{Action, Finished, Host, Location, LoopCell, Recorder, Start};
use uplift_uop::{FrameState, Resume};

/// The rest of what the engine needs from a VM in order to drive it.
pub trait Embed: Host {
    /// The VM's engine.
    fn engine(&self) -> &Rc<Engine>;
    /// First slot of the innermost frame.
    fn slots(&mut self) -> *mut u64;
    /// Name of the loop at the current location, for dumps and messages.
    fn loop_name(&self) -> String {
        let Location { code, pc } = self.location();
        format!("loop at {code:#x}:{pc}")
    }
    /// Makes frame number `root` and those above it what `frames` says (slots are written already). `Raise` means that
    /// the pending error is to be raised at the innermost frame's pc.
    fn restore(&mut self, root: usize, frames: &[FrameState], resume: Resume);
    /// Executes one instruction under recording, control flow included.
    fn record_instruction(recorder: &mut Recorder<'_, Self>);
    /// Makes slots up to `end` (relative to the innermost frame) belong to the trace that is about to run, so that frames
    /// pushed by host functions stand above them. The previous end is given back to `release`. `None`: there are not that
    /// many slots, and the trace is not entered.
    fn reserve(&mut self, _end: i32) -> Option<usize> {
        Some(0)
    }
    /// Undoes [`Embed::reserve`].
    fn release(&mut self, _previous: usize) {}
}

/// What the host does after a header asked the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driven {
    /// Nothing was run: the interpreter executes on behind the header.
    Interpret,
    /// A trace was recorded: the interpreter goes on at the current location.
    Recorded,
    /// A tree ran: the frames were restored; go on at the current location, as the value says.
    Ran(Resume),
    /// Nothing was run, and nothing shall be: somebody asked the program to stop ([`crate::Interrupt`]), or its fuel is used
    /// up. The host stands at the header, and may go on from there.
    Stopped,
}

impl Engine {
    /// To be called by the interpreter when [`uplift_record::Machine::loop_header`] said so, standing at the header.
    ///
    /// # Safety
    /// `cell` must point at the header's cell and stay valid; the slots of the current frame and of all frames that the
    /// recorded handlers will push must be accessible.
    pub unsafe fn drive<H: Embed>(host: &mut H, cell: *mut LoopCell) -> Driven {
        let (engine, at, root) = (Rc::clone(host.engine()), host.location(), host.depth() - 1);
        if engine.stops() {
            return Driven::Stopped;
        }
        // SAFETY: the caller's promise; the reference ends with the statement.
        match engine.at_header(unsafe { &mut *cell }, at) {
            Action::Interpret => Driven::Interpret,
            Action::Record => {
                let start = engine.start_root(at, || host.loop_name(), root);
                // SAFETY: the caller's promise.
                let finished = unsafe { record(host, start) };
                // SAFETY: as above.
                engine.finish_root(at, unsafe { &mut *cell }, finished);
                Driven::Recorded
            }
            Action::Enter(tree) => {
                let Some(mut entry) = engine.entry(tree) else { return Driven::Interpret };
                let Some(previous) = host.reserve(entry.slots().1) else { return Driven::Interpret };
                let (context, slots) = (std::ptr::from_mut(host).cast::<c_void>(), host.slots());
                let exit = loop {
                    // SAFETY: the frame stands at the tree's header; the slots are the caller's promise.
                    let exit = unsafe { engine.enter(entry, context, slots) };
                    let Some(next) = engine.next(&exit) else { break exit };
                    if host.reserve(next.slots().1).is_none() {
                        break exit;
                    }
                    entry = next;
                };
                host.release(previous);
                host.restore(root, exit.frames(), exit.resume());
                if exit.is_hot()
                    && let Some(start) = engine.start_side(&exit, root)
                {
                    // SAFETY: as for the root.
                    let finished = unsafe { record(host, start) };
                    engine.finish_side(&exit, finished);
                    return Driven::Recorded;
                }
                Driven::Ran(exit.resume())
            }
        }
    }
}

unsafe fn record<H: Embed>(host: &mut H, start: Start) -> Finished {
    let slots = host.slots();
    // SAFETY: the caller of `drive` promises accessible slots.
    let mut recorder = unsafe { Recorder::new(host, slots, start) };
    while recorder.begin_instruction() {
        H::record_instruction(&mut recorder);
    }
    recorder.finish()
}
