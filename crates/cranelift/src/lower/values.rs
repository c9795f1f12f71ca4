//! Values: operands and results, constants, what the entry prepares, flags of memory accesses.

use super::{ATTENTION, COUNTDOWN, Lower, Result, SLOTS, STACK, Saved, clif_type, malformed};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AliasRegionData, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, Value, types,
};
use uplift_uop::{Inst, Scalar, Ty, Val};

impl Lower<'_, '_> {
    /// Saves the context and the frame on the stack.
    pub(super) fn save(&mut self) {
        if self.tree.snaps.iter().all(|snapshot| snapshot.slots.is_empty()) {
            return;
        }
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, 16, 3);
        let slot = self.b.create_sized_stack_slot(data);
        self.saved = Some(slot);
        let flags = self.flags(STACK);
        let address = self.b.ins().stack_addr(types::I64, slot, 0);
        self.b.ins().store(flags, self.frame, address, Saved::Frame as i32 * 8);
        self.b.ins().store(flags, self.ctx, address, Saved::Context as i32 * 8);
    }

    /// Loads what was saved. The address expression differs from that of the store, lest Cranelift
    /// forward the stored value and keep it in a register all the time.
    pub(super) fn reload(&mut self, what: Saved) -> Value {
        let Some(slot) = self.saved else {
            return match what {
                Saved::Frame => self.frame,
                Saved::Context => self.ctx,
            };
        };
        let flags = self.flags(STACK);
        let address = self.b.ins().stack_addr(types::I64, slot, 8);
        self.b.ins().load(types::I64, flags, address, what as i32 * 8 - 8)
    }

    /// Makes the float constants of all uops once, at the entry: making one takes two instructions, and
    /// loops rarely run out of float registers. (Exits never need any.)
    pub(super) fn float_constants(&mut self) {
        for inst in self.tree.traces.iter().flat_map(|trace| &trace.insts) {
            for &arg in &inst.args {
                if let Some(Scalar::Float(f)) = self.tree.as_const(arg)
                    && f.to_bits() != 0
                {
                    let Lower { floats, b, .. } = self;
                    floats.entry(f.to_bits()).or_insert_with(|| b.ins().f64const(f));
                }
            }
        }
    }

    /// Reads the attention word.
    ///
    /// Cranelift forwards a load to a later one of the same address expression, even into a loop,
    /// if nothing stores to the region in between; a poll must never be forwarded. So each poll
    /// gets an address expression of its own.
    pub(super) fn poll(&mut self) -> Value {
        self.polls += 1;
        let offset = self.polls.wrapping_mul(8);
        let base = self.word(self.words.attention.wrapping_sub(offset as i64 as u64));
        let flags = self.flags(ATTENTION);
        self.b.ins().load(types::I64, flags, base, offset)
    }

    /// Records the result of `inst`.
    pub(super) fn define(&mut self, inst: &Inst, value: Option<Value>) -> Result<()> {
        match (value, &inst.results[..]) {
            (Some(value), &[result]) => self.set(result, value),
            (_, []) => Ok(()),
            _ => malformed("number of results"),
        }
    }

    pub(super) fn set(&mut self, result: Val, value: Value) -> Result<()> {
        if result.is_const() || self.b.func.dfg.value_type(value) != clif_type(self.tree.ty(result))? {
            return malformed(format!("type of result {result:?}"));
        }
        match self.values.get_mut(result.index()) {
            Some(slot) => {
                *slot = value.into();
                Ok(())
            }
            None => malformed(format!("result {result:?} does not exist")),
        }
    }

    /// Operand `index` of `inst`, of the type that the table says.
    pub(super) fn operand(&mut self, inst: &Inst, index: usize) -> Result<Value> {
        match (inst.args.get(index), inst.op.info().params.get(index)) {
            (Some(&val), Some(&ty)) => self.typed(val, ty),
            _ => malformed("number of operands"),
        }
    }

    /// The CLIF value of `val`, which must have type `ty`.
    pub(super) fn typed(&mut self, val: Val, ty: Ty) -> Result<Value> {
        if self.tree.ty(val) != ty {
            return malformed(format!("{val:?} should be a {}", ty.name()));
        }
        self.value(val)
    }

    /// The CLIF value of `val`. Constants are made where they are used: Cranelift shares or repeats
    /// them as suits it.
    pub(super) fn value(&mut self, val: Val) -> Result<Value> {
        if let Some(scalar) = self.tree.as_const(val) {
            return Ok(match scalar {
                Scalar::Float(f) => match self.floats.get(&f.to_bits()) {
                    Some(&made) => made,
                    None => self.b.ins().f64const(f),
                },
                Scalar::Bool(yes) => self.b.ins().iconst(types::I8, i64::from(yes)),
                scalar => self.word(scalar.bits()),
            });
        }
        if let Some(&(_, built)) = self.virtuals.iter().find(|(name, _)| *name == val) {
            return Ok(built);
        }
        match self.values.get(val.index()).and_then(|value| value.expand()) {
            Some(value) if !val.is_const() => Ok(value),
            _ => malformed(format!("{val:?} is used but not defined")),
        }
    }

    /// Operand `index` if it is an integer constant.
    pub(super) fn int_const(&self, inst: &Inst, index: usize) -> Option<i64> {
        match self.tree.as_const(*inst.args.get(index)?) {
            Some(Scalar::Int(i)) => Some(i),
            _ => None,
        }
    }

    /// A 64-bit constant.
    pub(super) fn word(&mut self, bits: u64) -> Value {
        self.b.ins().iconst(types::I64, bits as i64)
    }

    pub(super) fn icmp(&mut self, cc: IntCC, a: Value, b: Value) -> Value {
        self.b.ins().icmp(cc, a, b)
    }

    pub(super) fn compare_ne(&mut self, a: Value, bits: u64) -> Value {
        let b = self.word(bits);
        self.icmp(IntCC::NotEqual, a, b)
    }

    /// Flags of an access in a region. It is never faulting where it stands, but may be elsewhere:
    /// so neither `can_move` nor `readonly`, which would let it float above the guard it needs.
    pub(super) fn flags(&mut self, region: usize) -> MemFlagsData {
        let func = &mut self.b.func;
        let region = *self.regions[region].get_or_insert_with(|| {
            let description = match region {
                SLOTS => "slots".into(),
                ATTENTION => "attention".into(),
                STACK => "stack".into(),
                COUNTDOWN => "countdown".into(),
                class => format!("class {class}").into(),
            };
            let user_id = region as u32;
            func.dfg.alias_regions.insert(AliasRegionData { user_id, description })
        });
        MemFlagsData::new().with_notrap().with_alias_region(Some(region))
    }
}
