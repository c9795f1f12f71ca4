//! Formatted strings.

use ruff_python_ast::{self as ast, ConversionFlag, FStringPart, InterpolatedStringElement};

use super::Compiler;
use super::assemble::Reg;
use super::error::Res;
use crate::bytecode::Op;
use crate::code::Const;

/// Parts that are put into registers before they are joined; longer strings are joined in steps.
const CHUNK: Reg = 32;

/// The parts of a string so far: literal text not yet in a register, and the registers from `base` on.
struct Parts {
    base: Reg,
    count: Reg,
    text: String,
}

impl<'a> Compiler<'a> {
    pub(super) fn fstring(&mut self, string: &'a ast::ExprFString, dst: Reg) -> Res {
        let mut parts = Parts { base: self.unit.next, count: 0, text: String::new() };
        for part in &string.value {
            match part {
                FStringPart::Literal(literal) => parts.text.push_str(literal.as_str()),
                FStringPart::FString(fstring) => self.elements(&fstring.elements, &mut parts)?,
            }
        }
        self.join(parts, dst)
    }

    fn elements(&mut self, elements: &'a ast::InterpolatedStringElements, parts: &mut Parts) -> Res {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => parts.text.push_str(literal),
                InterpolatedStringElement::Interpolation(value) => {
                    if let Some(debug) = &value.debug_text {
                        parts.text.push_str(debug.as_str());
                    }
                    self.flush(parts)?;
                    self.at(value.range, |c| c.interpolation(value))?;
                    parts.count += 1;
                }
            }
        }
        Ok(())
    }

    /// Puts pending text into the next register, and joins the registers if they have become many.
    fn flush(&mut self, parts: &mut Parts) -> Res {
        if !parts.text.is_empty() {
            let text = std::mem::take(&mut parts.text);
            let r = self.unit.take(1);
            self.load_const(Const::Str(text.into()), r)?;
            parts.count += 1;
        }
        if parts.count >= CHUNK {
            self.emit(Op::BuildString, &[parts.base, parts.base, parts.count]);
            self.unit.next = parts.base + 1;
            parts.count = 1;
        }
        Ok(())
    }

    fn join(&mut self, mut parts: Parts, dst: Reg) -> Res {
        if parts.count == 0 {
            return self.load_const(Const::Str(parts.text.into()), dst);
        }
        self.flush(&mut parts)?;
        if parts.count == 1 {
            self.settle(parts.base, dst);
        } else {
            self.emit(Op::BuildString, &[dst, parts.base, parts.count]);
        }
        self.unit.next = parts.base;
        Ok(())
    }

    /// One `{...}` into the next temporary, which it keeps.
    fn interpolation(&mut self, value: &'a ast::InterpolatedElement) -> Res {
        let slot = self.unit.next;
        let mut src = self.any(&value.expression)?;
        let slot_taken = self.unit.next > slot;
        if !slot_taken {
            self.unit.take(1);
        }
        let conversion = match value.conversion {
            ConversionFlag::None if value.debug_text.is_some() && value.format_spec.is_none() => 2,
            ConversionFlag::None => 0,
            ConversionFlag::Str => 1,
            ConversionFlag::Repr => 2,
            ConversionFlag::Ascii => 3,
        };
        if conversion != 0 {
            self.emit(Op::Convert, &[slot, src, conversion]);
            src = slot;
        }
        match &value.format_spec {
            Some(spec) => {
                let mut parts = Parts { base: self.unit.next, count: 0, text: String::new() };
                self.elements(&spec.elements, &mut parts)?;
                let spec_register = parts.base;
                self.join(parts, spec_register)?;
                self.unit.nregs = self.unit.nregs.max(spec_register + 1);
                self.emit(Op::FormatSpec, &[slot, src, spec_register]);
            }
            None if conversion == 0 => self.emit(Op::Format, &[slot, src]),
            // A converted value is a str already.
            None => {}
        }
        self.unit.next = slot + 1;
        Ok(())
    }
}
