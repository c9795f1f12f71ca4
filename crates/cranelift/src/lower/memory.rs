//! Frame slots, fields, elements, and calls of host functions.

use super::{Lower, Result, SLOTS, clif_type, malformed, signature};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use uplift_uop::{Elem, Field, ImmKind, Inst, Op, Ty, Val, Width};

/// An address that loads and stores take as it is.
#[derive(Clone, Copy)]
struct Place {
    base: Value,
    offset: i32,
    width: Width,
    flags: MemFlagsData,
}

impl Lower<'_, '_> {
    /// Lowers a uop of the memory section; its value, if it has one.
    pub(super) fn memory(&mut self, inst: &Inst) -> Result<Option<Value>> {
        let params = inst.op.info().params;
        if inst.args.len() != params.len() {
            return malformed("number of operands");
        }
        match inst.op {
            Op::SlotLoad => {
                let Some(offset) = inst.slot().checked_mul(8) else {
                    return malformed("slot number");
                };
                let flags = self.flags(SLOTS);
                return Ok(Some(self.b.ins().load(types::I64, flags, self.frame, offset)));
            }
            Op::SlotStore => {
                let word = self.operand(inst, 0)?;
                self.store_slot(self.frame, inst.slot(), word)?;
                return Ok(None);
            }
            _ => {}
        }
        let base = self.operand(inst, 0)?;
        let (place, operands) = self.place(inst.op, inst.imm, base, &inst.args[1..])?;
        match operands {
            [] if inst.op.info().ret == place.width.ty() => Ok(Some(self.load(place))),
            &[val] if self.tree.ty(val) == place.width.ty() => {
                let value = self.value(val)?;
                self.store(place, value);
                Ok(None)
            }
            _ => malformed("type of a field or element"),
        }
    }

    /// A store of a virtual object.
    pub(super) fn store_virtual(&mut self, op: Op, imm: u64, base: Value, operands: &[Val]) -> Result<()> {
        if !matches!(op.info().imm, ImmKind::Field | ImmKind::Elem) || op.info().ret != Ty::Unit {
            return malformed("store of a virtual object");
        }
        let (place, operands) = self.place(op, imm, base, operands)?;
        let &[val] = operands else { return malformed("store of a virtual object") };
        let value = self.converted(val, place.width.ty())?;
        self.store(place, value);
        Ok(())
    }

    /// Loads the field of `inst`, whose first operand is the base, as a `ty`.
    pub(super) fn load_field(&mut self, inst: &Inst, ty: Ty) -> Result<Value> {
        let base = self.operand(inst, 0)?;
        let field = self.field(inst.imm)?;
        if field.width.ty() != ty {
            return malformed("type of a field");
        }
        let flags = self.flags(usize::from(field.class));
        Ok(self.load(Place { base, offset: field.offset, width: field.width, flags }))
    }

    /// Where an access goes, and its operands after the address.
    fn place<'v>(
        &mut self,
        op: Op,
        imm: u64,
        base: Value,
        operands: &'v [Val],
    ) -> Result<(Place, &'v [Val])> {
        if op.info().imm == ImmKind::Field {
            let field = self.field(imm)?;
            let flags = self.flags(usize::from(field.class));
            return Ok((Place { base, offset: field.offset, width: field.width, flags }, operands));
        }
        let Some((&index, rest)) = operands.split_first() else {
            return malformed("number of operands");
        };
        let elem = self.elem(imm)?;
        let (base, offset) = self.element_address(base, index, elem)?;
        let flags = self.flags(usize::from(elem.class));
        Ok((Place { base, offset, width: elem.width, flags }, rest))
    }

    pub(super) fn element_address(&mut self, base: Value, index: Val, elem: &Elem) -> Result<(Value, i32)> {
        let bytes = i64::from(elem.width.bytes());
        if let Some(uplift_uop::Scalar::Int(i)) = self.tree.as_const(index) {
            let offset = i.checked_mul(bytes).and_then(|o| o.checked_add(i64::from(elem.offset)));
            if let Some(offset) = offset.and_then(|o| i32::try_from(o).ok()) {
                return Ok((base, offset));
            }
        }
        let index = self.typed(index, Ty::Int)?;
        let distance = match bytes {
            1 => index,
            _ => self.b.ins().ishl_imm_u(index, i64::from(bytes.trailing_zeros())),
        };
        Ok((self.b.ins().iadd(base, distance), elem.offset))
    }

    fn load(&mut self, place: Place) -> Value {
        let Place { base, offset, width, flags } = place;
        let ins = self.b.ins();
        match width {
            Width::I64 | Width::Ref | Width::Word => ins.load(types::I64, flags, base, offset),
            Width::F64 => ins.load(types::F64, flags, base, offset),
            Width::I32 => ins.sload32(flags, base, offset),
            Width::U32 => ins.uload32(flags, base, offset),
            Width::U16 => ins.uload16(types::I64, flags, base, offset),
            Width::U8 => ins.uload8(types::I64, flags, base, offset),
        }
    }

    fn store(&mut self, place: Place, value: Value) {
        let Place { base, offset, width, flags } = place;
        let ins = self.b.ins();
        match width {
            Width::I64 | Width::Ref | Width::Word | Width::F64 => ins.store(flags, value, base, offset),
            Width::I32 | Width::U32 => ins.istore32(flags, value, base, offset),
            Width::U16 => ins.istore16(flags, value, base, offset),
            Width::U8 => ins.istore8(flags, value, base, offset),
        };
    }

    /// The value of `val` as a `ty`: where exits want words, they box.
    fn converted(&mut self, val: Val, ty: Ty) -> Result<Value> {
        if ty == Ty::Word { self.boxed(val) } else { self.typed(val, ty) }
    }

    fn field(&self, imm: u64) -> Result<&'static Field> {
        match self.spec.fields.get(imm as usize) {
            Some(field) if usize::from(field.class) < SLOTS => Ok(field),
            _ => malformed("field"),
        }
    }

    pub(super) fn elem(&self, imm: u64) -> Result<&'static Elem> {
        match self.spec.elems.get(imm as usize) {
            Some(elem) if usize::from(elem.class) < SLOTS => Ok(elem),
            _ => malformed("element kind"),
        }
    }

    pub(super) fn call(&mut self, inst: &Inst) -> Result<Option<Value>> {
        let id = inst.imm as u16;
        let params = self.spec.fns.get(usize::from(id)).map_or(&[][..], |f| f.params);
        if inst.args.iter().zip(params).any(|(&arg, &ty)| self.tree.ty(arg) != ty) {
            return malformed("types of operands");
        }
        let value = self.call_host(self.ctx, id, &inst.args)?;
        Ok(if inst.results.is_empty() { None } else { value })
    }

    /// Calls a host function through its constant address.
    pub(super) fn call_host(&mut self, ctx: Value, id: u16, args: &[Val]) -> Result<Option<Value>> {
        let Some(&function) = self.spec.fns.get(usize::from(id)) else {
            return malformed("host function");
        };
        if args.len() != function.params.len() || args.len() >= self.signatures.len() {
            return malformed(format!("number of operands of {}", function.name));
        }
        let mut values = vec![ctx];
        for (&arg, &ty) in args.iter().zip(function.params) {
            let value = self.converted(arg, ty)?;
            values.push(match ty {
                Ty::Float => self.float_bits(value),
                Ty::Bool => self.b.ins().uextend(types::I64, value),
                _ => value,
            });
        }
        let signature = self.signature(args.len());
        let address = self.word(function.addr.0 as u64);
        let call = self.b.ins().call_indirect(signature, address, &values);
        let raw = self.b.inst_results(call)[0];
        Ok(match function.ret {
            Ty::Unit => None,
            Ty::Float => Some(self.bits_float(raw)),
            Ty::Bool => {
                let bit = self.b.ins().band_imm_u(raw, 1);
                Some(self.b.ins().ireduce(clif_type(Ty::Bool)?, bit))
            }
            Ty::Int | Ty::Ref | Ty::Word => Some(raw),
        })
    }

    /// The signature of a host function with this many parameters after the context.
    pub(super) fn signature(&mut self, params: usize) -> cranelift_codegen::ir::SigRef {
        if let Some(known) = self.signatures[params] {
            return known;
        }
        let new = self.b.import_signature(signature(self.conv, params + 1));
        self.signatures[params] = Some(new);
        new
    }
}
