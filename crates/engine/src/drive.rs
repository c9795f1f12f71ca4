//! What every host does around its engine, done once: ask at a hot header, record, enter, restore.

use crate::engine::Engine;
use crate::tree::{Entry, Exit};
use std::ffi::c_void;
use std::rc::Rc;
use uplift_record::{Action, Finished, HeaderKind, Host, Location, LoopCell, Recorder, Start};
use uplift_uop::{FrameState, Resume};

/// The rest of what the engine needs from a VM in order to drive it.
pub trait Embed: Host {
    /// The VM's engine.
    fn engine(&self) -> &Rc<Engine>;
    /// First slot of the innermost frame.
    fn slots(&mut self) -> *mut u64;
    /// Name of the loop or function at the current location, for dumps and messages.
    fn loop_name(&self) -> String {
        let Location { code, pc } = self.location();
        format!("loop at {code:#x}:{pc}")
    }
    /// Makes frame number `root` and those above it what `frames` says (slots are written already). `Raise` means that
    /// the pending error is to be raised at the innermost frame's pc.
    fn restore(&mut self, root: usize, frames: &[FrameState], resume: Resume);
    /// Executes one instruction under recording, control flow included.
    fn record_instruction(recorder: &mut Recorder<'_, Self>);
    /// Makes the slots of a tree that is about to run (relative to the innermost frame) belong to it, so that frames pushed
    /// by host functions stand above them. The previous end is given back to `release`. `None`: there are not that many
    /// slots, or no room for that many frames, and the tree is not entered.
    fn reserve(&mut self, _entry: &Entry) -> Option<usize> {
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
    /// To be called by the interpreter when [`uplift_record::Machine::loop_header`] or `function_entry` said so, standing at
    /// a header of that kind.
    ///
    /// # Safety
    /// `cell` must point at the header's cell and stay valid; the slots of the current frame and of all frames that the
    /// recorded handlers will push must be accessible.
    pub unsafe fn drive<H: Embed>(host: &mut H, kind: HeaderKind, cell: *mut LoopCell) -> Driven {
        let (engine, at, root) = (Rc::clone(host.engine()), host.location(), host.depth() - 1);
        if engine.stops() {
            return Driven::Stopped;
        }
        // SAFETY: the caller's promise; the reference ends with the statement.
        match engine.at_header(unsafe { &mut *cell }, at, kind) {
            Action::Interpret => Driven::Interpret,
            Action::Record => {
                let start = engine.start_root(at, kind, || host.loop_name(), root);
                // SAFETY: the caller's promise.
                let finished = unsafe { record(host, start) };
                // SAFETY: as above.
                engine.finish_root(at, kind, unsafe { &mut *cell }, finished);
                Driven::Recorded
            }
            Action::Enter(tree) => {
                let Some(entry) = engine.entry(tree, at) else { return Driven::Interpret };
                // SAFETY: the frame stands at the tree's header; the rest is the caller's promise.
                match unsafe { engine.run_tree(host, entry) } {
                    // SAFETY: as above.
                    Some(exit) => unsafe { engine.leave(host, &exit, root) },
                    None => Driven::Interpret,
                }
            }
        }
    }

    /// Runs a tree in the innermost frame, and those that follow it. `None`: the host has no room, and nothing happened.
    ///
    /// # Safety
    /// The frame must stand at the tree's header; the slots of all frames that the tree may push must be accessible.
    pub unsafe fn run_tree<H: Embed>(&self, host: &mut H, mut entry: Entry) -> Option<Exit> {
        let previous = host.reserve(&entry)?;
        let (context, slots) = (std::ptr::from_mut(host).cast::<c_void>(), host.slots());
        let exit = loop {
            // SAFETY: the caller's promise; a tree that follows has its header where its predecessor left the frame.
            let exit = unsafe { self.enter(entry, context, slots) };
            let Some(next) = self.next(&exit) else { break exit };
            if host.reserve(&next).is_none() {
                break exit;
            }
            entry = next;
        };
        host.release(previous);
        Some(exit)
    }

    /// Gives control back to the interpreter where a tree was left whose root frame is number `root`; records from there
    /// first if that is worth it.
    ///
    /// # Safety
    /// As for [`Engine::run_tree`], which made the exit just before.
    pub unsafe fn leave<H: Embed>(&self, host: &mut H, exit: &Exit, root: usize) -> Driven {
        host.restore(root, exit.frames(), exit.resume());
        if exit.is_hot()
            && let Some(start) = self.start_side(exit, root)
        {
            // SAFETY: the caller's promise.
            let finished = unsafe { record(host, start) };
            self.finish_side(exit, finished);
            return Driven::Recorded;
        }
        Driven::Ran(exit.resume())
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
