//! Exits: build virtual objects, write slots, return the snapshot's number.
//!
//! The exit of a guard is a cold block that stores values as they are and jumps to a shared tail,
//! which has [`finish_exit`] box them and write constants. Neighbouring exits with equal slots
//! share a block, too. An `exit` that ends a trace boxes in machine code: it is not cold.
//! Exits find the context and the frame on the stack, so that neither takes a register in a loop
//! that does not need it.

use super::{Lower, Result, SLOTS, Saved, malformed};
use crate::compile::source_loc;
use crate::exits::{ExitTable, Fix, finish_exit};
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use smallvec::SmallVec;
use std::sync::Arc;
use uplift_uop::{ReprSpec, SnapId, Tree, Ty, Val, VirtualObject};

/// Exits in a row that share blocks. Not all of a tree's: the register allocator's dominator tree takes
/// quadratic time if a long chain of guards meets again in one block.
const CHUNK: usize = 16;

impl<'a> Lower<'a, '_> {
    /// Fills the cold blocks of all exits. `total` is the flat number of snapshot 0's exit.
    pub(super) fn exit_blocks(&mut self, total: u32) -> Result<()> {
        self.distances.clear();
        let mut table = ExitTable::new(self.spec.repr, self.tree.snaps.len());
        let exits = std::mem::take(&mut self.exits);
        let mut tails = Vec::new();
        for chunk in exits.chunks(CHUNK) {
            let mut tail = None;
            for members in equal_exits(self.tree, chunk) {
                let first = members[0].0;
                let fixes = self.fixes(first)?;
                for &(id, _) in &members {
                    table.set(id, &fixes);
                }
                let number = self.meet(&members, total);
                self.b.set_srcloc(source_loc((total + first.0) as usize));
                self.write_slots(first, &fixes)?;
                if fixes.is_empty() {
                    self.b.ins().return_(&[number]);
                } else {
                    let tail = *tail.get_or_insert_with(|| self.cold_block_with_number());
                    self.b.ins().jump(tail, &[number.into()]);
                }
            }
            tails.extend(tail);
        }
        let table = Arc::new(table);
        for tail in tails {
            self.tail(tail, &table);
        }
        self.counts.exits = exits.len();
        self.table = Some(table);
        Ok(())
    }

    /// Goes to where exits with equal contents go on together; the value is the number to return.
    fn meet(&mut self, members: &[(SnapId, Block)], total: u32) -> Value {
        if let &[(id, block)] = members {
            self.b.switch_to_block(block);
            return self.word(u64::from(id.0));
        }
        let meet = self.cold_block_with_number();
        for &(id, block) in members {
            self.b.switch_to_block(block);
            self.b.set_srcloc(source_loc((total + id.0) as usize));
            let number = self.word(u64::from(id.0));
            self.b.ins().jump(meet, &[number.into()]);
        }
        self.b.switch_to_block(meet);
        self.b.block_params(meet)[0]
    }

    fn cold_block_with_number(&mut self) -> Block {
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        self.b.append_block_param(block, types::I64);
        block
    }

    /// Builds virtual objects and stores what machine code stores: all values, as they are.
    fn write_slots(&mut self, id: SnapId, fixes: &[Fix]) -> Result<()> {
        let snapshot = &self.tree.snaps[id.0 as usize];
        self.virtual_objects(id)?;
        if snapshot.slots.iter().any(|(_, val)| !val.is_const()) {
            let frame = self.reload(Saved::Frame);
            for &(slot, val) in snapshot.slots.iter().filter(|(_, val)| !val.is_const()) {
                let raw = self.value(val)?;
                self.store_slot(frame, slot, raw)?;
            }
        }
        debug_assert!(fixes.len() <= snapshot.slots.len());
        self.virtuals.clear();
        Ok(())
    }

    /// The end of a few exits: finish the slots in Rust, return the number.
    fn tail(&mut self, tail: Block, table: &Arc<ExitTable>) {
        self.b.switch_to_block(tail);
        let number = self.b.block_params(tail)[0];
        let signature = self.signature(2);
        let address = self.word(Arc::as_ptr(table) as u64);
        let function = self.word(finish_exit as *const () as u64);
        let frame = self.reload(Saved::Frame);
        let call = self.b.ins().call_indirect(signature, function, &[address, frame, number]);
        let number = self.b.inst_results(call)[0];
        self.b.ins().return_(&[number]);
    }

    /// What the exit leaves to the tail.
    fn fixes(&self, id: SnapId) -> Result<Vec<Fix>> {
        let mut fixes = Vec::new();
        for &(slot, val) in &self.tree.snaps[id.0 as usize].slots {
            if let Some(scalar) = self.tree.as_const(val) {
                fixes.push(Fix::Word(slot, self.box_const(scalar)?));
                continue;
            }
            let ReprSpec { int, float_offset, ref_tag, bools, .. } = self.spec.repr;
            match self.tree.ty(val) {
                Ty::Word => {}
                Ty::Int if int.is_none() => return super::words::not_boxed("integers"),
                Ty::Int if int.is_some_and(|r| r.bits == 64 && r.tag == 0) => {}
                Ty::Int => fixes.push(Fix::Int(slot)),
                Ty::Float if float_offset.is_none() => return super::words::not_boxed("floats"),
                Ty::Float if float_offset == Some(0) => {}
                Ty::Float => fixes.push(Fix::Float(slot)),
                Ty::Ref if ref_tag.is_none() => return super::words::not_boxed("references"),
                Ty::Ref if ref_tag == Some(0) => {}
                Ty::Ref => fixes.push(Fix::Ref(slot)),
                Ty::Bool if bools.is_none() => return super::words::not_boxed("booleans"),
                Ty::Bool => fixes.push(Fix::Bool(slot)),
                Ty::Unit => return malformed("a slot of type unit"),
            }
        }
        Ok(fixes)
    }

    /// Leaves through a snapshot, here, all in machine code.
    pub(super) fn exit(&mut self, id: SnapId) -> Result<()> {
        self.virtual_objects(id)?;
        let slots = &self.tree.snaps[id.0 as usize].slots;
        if !slots.is_empty() {
            let frame = self.reload(Saved::Frame);
            for &(slot, val) in slots {
                let word = self.boxed(val)?;
                self.store_slot(frame, slot, word)?;
            }
        }
        self.virtuals.clear();
        let number = self.word(u64::from(id.0));
        self.b.ins().return_(&[number]);
        Ok(())
    }

    /// Builds the virtual objects of a snapshot and remembers them.
    fn virtual_objects(&mut self, id: SnapId) -> Result<()> {
        let tree = self.tree;
        let objects = &tree.snaps[id.0 as usize].virtuals;
        if objects.is_empty() {
            return Ok(());
        }
        let ctx = self.reload(Saved::Context);
        for object in objects {
            let built = self.allocate(ctx, object)?;
            self.virtuals.push((object.name, built));
        }
        // Stores come after all allocations, so that objects may mention each other.
        for object in objects {
            let base = self.value(object.name)?;
            for (op, imm, operands) in &object.stores {
                self.store_virtual(*op, *imm, base, operands)?;
            }
        }
        Ok(())
    }

    fn allocate(&mut self, ctx: Value, object: &VirtualObject) -> Result<Value> {
        let (function, args) = &object.alloc;
        let built = self.call_host(ctx, *function, args)?;
        let ret = self.spec.fns.get(usize::from(*function)).map(|f| f.ret);
        match built {
            Some(value) if ret == Some(self.tree.ty(object.name)) => Ok(value),
            _ => malformed("type of a virtual object"),
        }
    }

    /// The word of `val`, of any type.
    pub(super) fn boxed(&mut self, val: Val) -> Result<Value> {
        if let Some(scalar) = self.tree.as_const(val) {
            let word = self.box_const(scalar)?;
            return Ok(self.word(word));
        }
        let value = self.value(val)?;
        match self.tree.ty(val) {
            Ty::Word => Ok(value),
            Ty::Int => self.box_int(value),
            Ty::Float => self.box_float(value),
            Ty::Bool => self.box_bool(value),
            Ty::Ref => self.box_ref(value),
            Ty::Unit => malformed("a slot of type unit"),
        }
    }

    pub(super) fn store_slot(&mut self, frame: Value, slot: i32, word: Value) -> Result<()> {
        let Some(offset) = slot.checked_mul(8) else { return malformed("slot number") };
        let flags = self.flags(SLOTS);
        self.b.ins().store(flags, word, frame, offset);
        Ok(())
    }
}

/// Cuts exits into groups with equal contents, in order.
fn equal_exits(tree: &Tree, exits: &[(SnapId, Block)]) -> Vec<SmallVec<[(SnapId, Block); 2]>> {
    let mut groups: Vec<SmallVec<[(SnapId, Block); 2]>> = Vec::new();
    let contents = |id: SnapId| {
        let snapshot = &tree.snaps[id.0 as usize];
        (&snapshot.slots, &snapshot.virtuals)
    };
    for &exit in exits {
        match groups.iter_mut().find(|group| contents(group[0].0) == contents(exit.0)) {
            // Without slots there is nothing to share.
            Some(group) if !contents(exit.0).0.is_empty() => group.push(exit),
            _ => groups.push(SmallVec::from_slice(&[exit])),
        }
    }
    groups
}
