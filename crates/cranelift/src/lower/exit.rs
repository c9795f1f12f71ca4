//! Exits: build virtual objects, box and write slots, return the snapshot's number.

use super::{Lower, Result, SLOTS, malformed};
use crate::compile::source_loc;
use cranelift_codegen::ir::{InstBuilder, Value};
use uplift_uop::{SnapId, Ty, Val, VirtualObject};

impl Lower<'_, '_> {
    /// Fills the cold blocks of all exits. `total` is the flat number of snapshot 0's exit.
    pub(super) fn exit_blocks(&mut self, total: u32) -> Result<()> {
        for i in 0..self.exits.len() {
            let (id, block) = self.exits[i];
            self.b.switch_to_block(block);
            self.b.set_srcloc(source_loc((total + id.0) as usize));
            self.exit(id)?;
        }
        Ok(())
    }

    /// Leaves through a snapshot, here.
    pub(super) fn exit(&mut self, id: SnapId) -> Result<()> {
        let tree = self.tree;
        let snapshot = &tree.snaps[id.0 as usize];
        for object in &snapshot.virtuals {
            let built = self.allocate(object)?;
            self.virtuals.push((object.name, built));
        }
        // Stores come after all allocations, so that objects may mention each other.
        for object in &snapshot.virtuals {
            let base = self.value(object.name)?;
            for (op, imm, operands) in &object.stores {
                self.store_virtual(*op, *imm, base, operands)?;
            }
        }
        for &(slot, val) in &snapshot.slots {
            let word = self.boxed(val)?;
            self.store_slot(slot, word)?;
        }
        self.virtuals.clear();
        let number = self.word(u64::from(id.0));
        self.b.ins().return_(&[number]);
        Ok(())
    }

    fn allocate(&mut self, object: &VirtualObject) -> Result<Value> {
        let (function, args) = &object.alloc;
        let built = self.call_host(*function, args)?;
        let ret = self.spec.fns.get(usize::from(*function)).map(|f| f.ret);
        match built {
            Some(value) if ret == Some(self.tree.ty(object.name)) => Ok(value),
            _ => malformed("type of a virtual object"),
        }
    }

    /// The word of `val`, of any type.
    fn boxed(&mut self, val: Val) -> Result<Value> {
        let ty = self.tree.ty(val);
        if let Some(scalar) = self.tree.as_const(val) {
            let word = self.box_const(scalar)?;
            return Ok(self.word(word));
        }
        let value = self.value(val)?;
        match ty {
            Ty::Word => Ok(value),
            Ty::Int => self.box_int(value),
            Ty::Float => self.box_float(value),
            Ty::Bool => self.box_bool(value),
            Ty::Ref => self.box_ref(value),
            Ty::Unit => malformed("a slot of type unit"),
        }
    }

    pub(super) fn store_slot(&mut self, slot: i32, word: Value) -> Result<()> {
        let Some(offset) = slot.checked_mul(8) else { return malformed("slot number") };
        let flags = self.flags(SLOTS);
        self.b.ins().store(flags, word, self.frame, offset);
        Ok(())
    }
}
