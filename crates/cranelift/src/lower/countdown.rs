//! The countdown: a word in memory that makes code leave where nothing failed. Only for tests, which want each exit
//! taken at each moment; without [`crate::Options::countdown`] nothing of this is in the code.
//!
//! ```text
//!   n = load countdown
//!   n' = n - 1
//!   store countdown, n'
//!   n' != 0 ? -> the guard itself : -> the exit of its snapshot
//! ```
//!
//! The exit is the snapshot's even if a side trace hangs on the guard: the side trace relies on the guard having failed.

use super::{COUNTDOWN, Lower};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use uplift_uop::Inst;

impl Lower<'_, '_> {
    /// Counts down at `inst`, if execution may leave there.
    pub(super) fn may_leave(&mut self, inst: &Inst) {
        let Some(id) = self.tree.may_leave(inst) else { return };
        let Some(left) = self.count_down() else { return };
        let leave = self.leaving_block(id);
        let next = self.b.create_block();
        self.b.ins().brif(left, next, &[], leave, &[]);
        self.b.switch_to_block(next);
    }

    /// What is left of the countdown, if there is one.
    pub(super) fn count_down(&mut self) -> Option<Value> {
        let address = self.words.countdown?;
        let (base, flags) = (self.word(address), self.flags(COUNTDOWN));
        let before = self.b.ins().load(types::I64, flags, base, 0);
        let left = self.b.ins().iadd_imm_s(before, -1);
        self.b.ins().store(flags, left, base, 0);
        Some(left)
    }
}
