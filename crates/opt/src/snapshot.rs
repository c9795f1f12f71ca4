//! Snapshots of optimised exits: what the frame slots would hold, as far as memory does not hold it already.

use crate::forward::Walk;
use uplift_uop::{GuardId, Op, SnapId, Snapshot, Val};

impl Walk<'_> {
    /// The snapshot of an exit: every live slot that differs from memory, virtual objects included.
    pub fn exit_snapshot(&mut self, at: &Snapshot) -> SnapId {
        let mut snapshot = self.bare_snapshot(at);
        let sorted = at.live.as_deref().is_none_or(|live| live.is_sorted());
        let is_live = |slot: i32| match at.live.as_deref() {
            None => true,
            Some(live) if sorted => live.binary_search(&slot).is_ok(),
            Some(live) => live.contains(&slot),
        };
        for slot in self.state.env.iter() {
            let value = self.state.resolve(slot.value);
            let in_memory = slot.entry.is_some_and(|entry| self.state.resolve(entry) == value);
            if !in_memory && is_live(slot.number) {
                snapshot.slots.push((slot.number, self.unboxed(value)));
            }
        }
        self.add_virtual_objects(&mut snapshot);
        self.out.snapshot(snapshot)
    }

    /// The snapshot of a jump: where the header is, without slots.
    pub fn jump_snapshot(&mut self, at: Option<&Snapshot>) -> Option<SnapId> {
        let bare = self.bare_snapshot(at?);
        Some(self.out.snapshot(bare))
    }

    fn bare_snapshot(&self, at: &Snapshot) -> Snapshot {
        Snapshot {
            guard: GuardId { number: at.guard.number, phase: self.phase },
            resume: at.resume,
            frames: at.frames.clone(),
            live: at.live.clone(),
            slots: Vec::new(),
            virtuals: Vec::new(),
        }
    }

    /// The machine value in a word that was boxed here: exits box by type, so the word itself may be dead.
    pub fn unboxed(&self, word: Val) -> Val {
        match self.def(word) {
            Some(def) if matches!(def.op, Op::BoxInt | Op::BoxFloat | Op::BoxRef | Op::BoxBool) => {
                self.state.resolve(def.args[0])
            }
            _ => word,
        }
    }
}
