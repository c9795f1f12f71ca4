//! Words in memory that count down and make code leave at zero. Without them nothing of this is in the code.
//!
//! Fuel ([`crate::Options::fuel`]) counts polls of the attention word, that is, iterations. The countdown
//! ([`crate::Options::countdown`]) counts all guards, and leaves where nothing failed: for tests, which want each exit
//! taken at each moment.
//!
//! ```text
//!   n = load countdown
//!   n' = n - 1
//!   store countdown, n'
//!   n' != 0 ? -> the guard itself : -> the exit of its snapshot
//! ```
//!
//! The exit is the snapshot's even if a side trace hangs on the guard: the side trace relies on the guard having failed.

use super::{COUNTDOWN, Lower, Result};
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

    /// At a poll: leaves if there is no fuel, uses some otherwise.
    pub(super) fn burn_fuel(&mut self, inst: &Inst) -> Result<()> {
        let Some(address) = self.words.fuel else { return Ok(()) };
        let id = self.snapshot(inst)?;
        let (base, flags) = (self.word(address), self.flags(COUNTDOWN));
        let fuel = self.b.ins().load(types::I64, flags, base, 0);
        let (next, leave) = (self.b.create_block(), self.leaving_block(id));
        self.b.ins().brif(fuel, next, &[], leave, &[]);
        self.b.switch_to_block(next);
        let left = self.b.ins().iadd_imm_s(fuel, -1);
        self.b.ins().store(flags, left, base, 0);
        Ok(())
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
