//! Boxing, unboxing and kind tests, as the host declares them.

use super::{Lower, Result, malformed};
use crate::error::CompileError;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use uplift_uop::{IntRepr, KindTest, Scalar};

pub(super) fn not_boxed<T>(what: &str) -> Result<T> {
    Err(CompileError::Unsupported(format!("the host boxes no {what}")))
}

impl Lower<'_, '_> {
    fn int_repr(&self) -> Result<IntRepr> {
        self.spec.repr.int.map_or_else(|| not_boxed("integers"), Ok)
    }

    /// `((i << shift) & mask) | tag`, without the steps that do nothing.
    pub(super) fn box_int(&mut self, i: Value) -> Result<Value> {
        let repr = self.int_repr()?;
        let mut word = i;
        if repr.shift != 0 {
            word = self.b.ins().ishl_imm_u(word, i64::from(repr.shift));
        }
        if repr.bits + repr.shift < 64 {
            let mask = ((1u64 << repr.bits) - 1) << repr.shift;
            let mask = self.word(mask);
            word = self.b.ins().band(word, mask);
        }
        if repr.tag != 0 {
            let tag = self.word(repr.tag);
            word = self.b.ins().bor(word, tag);
        }
        Ok(word)
    }

    pub(super) fn unbox_int(&mut self, word: Value) -> Result<Value> {
        let repr = self.int_repr()?;
        let left = 64 - repr.bits - repr.shift;
        let mut i = word;
        if left != 0 {
            i = self.b.ins().ishl_imm_u(i, i64::from(left));
        }
        if repr.bits != 64 {
            i = self.b.ins().sshr_imm_u(i, i64::from(64 - repr.bits));
        }
        Ok(i)
    }

    pub(super) fn box_float(&mut self, f: Value) -> Result<Value> {
        let Some(offset) = self.spec.repr.float_offset else { return not_boxed("floats") };
        let bits = self.float_bits(f);
        Ok(self.offset_by(bits, offset))
    }

    pub(super) fn unbox_float(&mut self, word: Value) -> Result<Value> {
        let Some(offset) = self.spec.repr.float_offset else { return not_boxed("floats") };
        let bits = match self.distances.get(&word) {
            Some(&distance) => distance,
            None => self.offset_by(word, offset.wrapping_neg()),
        };
        Ok(self.bits_float(bits))
    }

    pub(super) fn box_ref(&mut self, address: Value) -> Result<Value> {
        let Some(tag) = self.spec.repr.ref_tag else { return not_boxed("references") };
        Ok(self.offset_by(address, tag))
    }

    pub(super) fn unbox_ref(&mut self, word: Value) -> Result<Value> {
        let Some(tag) = self.spec.repr.ref_tag else { return not_boxed("references") };
        Ok(self.offset_by(word, tag.wrapping_neg()))
    }

    pub(super) fn box_bool(&mut self, b: Value) -> Result<Value> {
        let Some((no, yes)) = self.spec.repr.bools else { return not_boxed("booleans") };
        if yes.wrapping_sub(no) == 1 {
            let bit = self.b.ins().uextend(types::I64, b);
            return Ok(self.offset_by(bit, no));
        }
        let (no, yes) = (self.word(no), self.word(yes));
        Ok(self.b.ins().select(b, yes, no))
    }

    pub(super) fn unbox_bool(&mut self, word: Value) -> Result<Value> {
        let Some((_, yes)) = self.spec.repr.bools else { return not_boxed("booleans") };
        let yes = self.word(yes);
        Ok(self.icmp(IntCC::Equal, word, yes))
    }

    /// The word of a constant.
    pub(super) fn box_const(&self, scalar: Scalar) -> Result<u64> {
        let repr = &self.spec.repr;
        match scalar {
            Scalar::Word(word) => Ok(word),
            Scalar::Int(_) if repr.int.is_none() => not_boxed("integers"),
            Scalar::Int(i) => Ok(repr.box_int(i)),
            Scalar::Float(_) if repr.float_offset.is_none() => not_boxed("floats"),
            Scalar::Float(f) => Ok(repr.box_float(f)),
            Scalar::Bool(_) if repr.bools.is_none() => not_boxed("booleans"),
            Scalar::Bool(b) => Ok(repr.box_bool(b)),
            Scalar::Ref(_) if repr.ref_tag.is_none() => not_boxed("references"),
            Scalar::Ref(r) => Ok(repr.box_ref(r)),
            Scalar::Unit => malformed("a slot of type unit"),
        }
    }

    pub(super) fn float_bits(&mut self, f: Value) -> Value {
        self.b.ins().bitcast(types::I64, MemFlagsData::new(), f)
    }

    pub(super) fn bits_float(&mut self, bits: Value) -> Value {
        self.b.ins().bitcast(types::F64, MemFlagsData::new(), bits)
    }

    /// `value + offset`, wrapping.
    fn offset_by(&mut self, value: Value, offset: u64) -> Value {
        if offset == 0 {
            return value;
        }
        let offset = self.word(offset);
        self.b.ins().iadd(value, offset)
    }

    /// The kind test with this index.
    pub(super) fn kind(&self, imm: u64) -> Result<&'static KindTest> {
        match self.spec.kinds.get(imm as usize) {
            Some(kind) => Ok(kind),
            None => malformed("kind"),
        }
    }

    /// `((word & mask) - lo) < len`, unsigned, in its cheapest form.
    pub(super) fn is_kind(&mut self, word: Value, kind: &KindTest) -> Value {
        let KindTest { mask, lo, len, .. } = *kind;
        if Some(lo) == self.spec.repr.float_offset && lo != 0 && mask == u64::MAX {
            // The distance to the first boxed float is the float's bits, which unboxing will want.
            let distance = self.offset_by(word, lo.wrapping_neg());
            self.distances.insert(word, distance);
            let len = self.word(len);
            return self.icmp(IntCC::UnsignedLessThan, distance, len);
        }
        // Bits below `shift` do not matter to a range that does not wrap and whose ends are clear
        // there. Without them, the two constants of a subtraction and a comparison are small.
        let shift = (lo | len).trailing_zeros().min(63);
        let top = lo.wrapping_add(len) == 0;
        let one_constant = lo == 0 || len == 1 || top;
        if shift >= 32 && !one_constant && lo.checked_add(len).is_some() {
            let high = self.b.ins().ushr_imm_u(word, i64::from(shift));
            return self.in_range(high, mask >> shift, u64::MAX >> shift, lo >> shift, len >> shift);
        }
        self.in_range(word, mask, u64::MAX, lo, len)
    }

    /// `((x & mask) - lo) < len` where `x` has the bits of `all` at most.
    fn in_range(&mut self, x: Value, mask: u64, all: u64, lo: u64, len: u64) -> Value {
        let mut x = x;
        if mask != all {
            let mask = self.word(mask);
            x = self.b.ins().band(x, mask);
        }
        if len == 0 {
            return self.b.ins().iconst(types::I8, 0);
        }
        if len == 1 {
            let lo = self.word(lo);
            return self.icmp(IntCC::Equal, x, lo);
        }
        // From `lo` to the top.
        if lo != 0 && lo.wrapping_add(len) == all.wrapping_add(1) {
            let lo = self.word(lo);
            return self.icmp(IntCC::UnsignedGreaterThanOrEqual, x, lo);
        }
        let distance = self.offset_by(x, lo.wrapping_neg());
        let len = self.word(len);
        self.icmp(IntCC::UnsignedLessThan, distance, len)
    }
}
