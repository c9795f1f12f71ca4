//! Rules about single instructions: operands, results, immediates, types.

use super::{Rule, Verifier};
use crate::table::{ImmKind, Op, OpInfo, Ty};
use crate::trace::{Inst, Val};

impl Verifier<'_> {
    pub(super) fn operands(&mut self, inst: &Inst) {
        for &arg in &inst.args {
            self.visible(arg, Rule::OperandExists, Rule::Dominance);
        }
    }

    /// Reports an operand that does not exist, or whose definition does not dominate this place.
    pub(super) fn visible(&mut self, val: Val, missing: Rule, undominated: Rule) -> bool {
        let exists = if val.is_const() {
            self.tree.as_const(val).is_some()
        } else {
            self.scope.definition(val).is_some()
        };
        let name = self.name(val);
        if !exists {
            self.fail(missing, format!("{name} is not defined"));
            return false;
        }
        let place = (self.at.0, self.at.1.unwrap_or(0));
        let dominates = val.is_const() || self.scope.dominates(val, place);
        self.require(dominates, undominated, || format!("{name} is not defined on every way here"));
        dominates
    }

    pub(super) fn results(&mut self, inst: &Inst) {
        for (i, &result) in inst.results.iter().enumerate() {
            let here = self.at.1.map(|position| (self.at.0, position));
            let first = self.scope.definition(result) == here && !inst.results[..i].contains(&result);
            let name = self.name(result);
            self.require(first && !result.is_const(), Rule::SingleDefinition, || {
                format!("{name} is defined before")
            });
        }
    }

    /// Whether the immediate is in range; later checks need that.
    pub(super) fn immediate(&mut self, kind: ImmKind, imm: u64) -> bool {
        let below = |len: usize| imm < len as u64;
        let (holds, what) = match kind {
            ImmKind::None => {
                self.require(imm == 0, Rule::Arity, || "the uop takes no immediate".into());
                return true;
            }
            ImmKind::Kind => (below(self.spec.kinds.len()), "kind"),
            ImmKind::Field => (below(self.spec.fields.len()), "field"),
            ImmKind::Elem => (below(self.spec.elems.len()), "element kind"),
            ImmKind::Fn => (below(self.spec.fns.len()), "function"),
            ImmKind::Bits => ((1..=64).contains(&imm), "width of 1 to 64 bits"),
            ImmKind::Slot => (i32::try_from(imm as i64).is_ok(), "slot"),
        };
        self.require(holds, Rule::Immediate, || format!("{imm} is no {what}"));
        if kind == ImmKind::Slot && holds {
            self.slot(imm as i64 as i32);
        }
        holds
    }

    pub(super) fn slot(&mut self, slot: i32) {
        let (first, end) = self.tree.slots;
        self.require((first..end).contains(&slot), Rule::SlotRange, || {
            format!("slot {slot} is outside {first}..{end}")
        });
    }

    /// Numbers and types of operands and results. The immediate is in range.
    pub(super) fn signature(&mut self, inst: &Inst) {
        let info = inst.op.info();
        let (params, ret): (&[Ty], Ty) = match inst.op {
            Op::Call => {
                let function = self.spec.fns[inst.imm as usize];
                (function.params, function.ret)
            }
            Op::LoopHeader => return self.header_signature(inst),
            Op::Jump => return self.jump_signature(inst),
            _ => (info.params, info.ret),
        };
        self.count("operands", inst.args.len(), params.len());
        self.count("results", inst.results.len(), usize::from(ret != Ty::Unit));
        for (i, (&arg, &ty)) in inst.args.iter().zip(params).enumerate() {
            self.operand_type(i, arg, ty);
        }
        if let Some(result) = inst.result()
            && ret != Ty::Unit
        {
            self.result_type(result, ret);
        }
        self.access(info, inst.imm);
        self.boxing(info);
        self.expected_constant(inst);
    }

    fn count(&mut self, what: &str, found: usize, wanted: usize) {
        self.require(found == wanted, Rule::Arity, || format!("{found} {what}, not {wanted}"));
    }

    fn operand_type(&mut self, i: usize, arg: Val, wanted: Ty) {
        let found = self.tree.ty(arg);
        // An operand that does not exist has no type; it is reported as such.
        let exists = arg.is_const() || self.scope.definition(arg).is_some();
        self.require(found == wanted || !exists, Rule::OperandType, || {
            format!("operand {i} is {}, not {}", found.name(), wanted.name())
        });
    }

    fn result_type(&mut self, result: Val, wanted: Ty) {
        let found = self.tree.ty(result);
        self.require(found == wanted, Rule::ResultType, || {
            format!("the result is {}, not {}", found.name(), wanted.name())
        });
    }

    fn header_signature(&mut self, inst: &Inst) {
        self.count("results", inst.results.len(), inst.args.len());
        for (&arg, &result) in inst.args.iter().zip(&inst.results) {
            if arg.is_const() || self.scope.definition(arg).is_some() {
                self.result_type(result, self.tree.ty(arg));
            }
        }
    }

    fn jump_signature(&mut self, inst: &Inst) {
        self.count("results", inst.results.len(), 0);
        let tree = self.tree;
        let Some(header) = self.scope.header.map(|at| &tree.traces[0].insts[at]) else { return };
        let (found, wanted) = (inst.args.len(), header.results.len());
        self.require(found == wanted, Rule::JumpArity, || {
            format!("{found} operands for {wanted} values of the loop header")
        });
        for (i, (&arg, &value)) in inst.args.iter().zip(&header.results).enumerate() {
            self.operand_type(i, arg, tree.ty(value));
        }
    }

    /// The declared width holds the type that the uop loads or stores.
    pub(super) fn access(&mut self, info: &OpInfo, imm: u64) {
        let (name, width) = match info.imm {
            ImmKind::Field => {
                let field = self.spec.fields[imm as usize];
                (field.name, field.width)
            }
            ImmKind::Elem => {
                let elem = self.spec.elems[imm as usize];
                (elem.name, elem.width)
            }
            _ => return,
        };
        let accessed = accessed_type(info);
        self.require(width.ty() == accessed, Rule::AccessType, || {
            format!("{name} holds {}, not {}", width.ty().name(), accessed.name())
        });
    }

    fn boxing(&mut self, info: &OpInfo) {
        const BOXED: [Ty; 4] = [Ty::Int, Ty::Float, Ty::Bool, Ty::Ref];
        let name = info.name.strip_prefix("un").unwrap_or(info.name).strip_prefix("box_");
        if let Some(ty) = BOXED.into_iter().find(|ty| name == Some(ty.name())) {
            self.boxed(ty, Rule::Boxing);
        }
    }

    /// Reports a type that the host never boxes.
    pub(super) fn boxed(&mut self, ty: Ty, rule: Rule) {
        let holds = self.spec.repr.boxes(ty);
        self.require(holds, rule, || format!("the host does not box {}", ty.name()));
    }

    fn expected_constant(&mut self, inst: &Inst) {
        let expects = matches!(inst.op, Op::GuardEqInt | Op::GuardEqRef | Op::GuardEqWord | Op::GuardFieldEq);
        let constant = inst.args.get(1).is_none_or(|arg| arg.is_const());
        self.require(!expects || constant, Rule::ExpectedConstant, || {
            "the expected value is not a constant".into()
        });
    }

    pub(super) fn structure(&mut self, inst: &Inst) {
        match inst.op {
            Op::LoopHeader => {
                let first = self.at.0 == 0 && self.scope.header == self.at.1;
                self.require(first, Rule::LoopHeader, || {
                    "a loop header outside the root, or a second one".into()
                });
            }
            Op::Jump => {
                let header = self.scope.header.is_some();
                self.require(header, Rule::LoopHeader, || "a jump without a loop header".into());
            }
            _ => {}
        }
    }
}

/// What a memory uop reads or writes: its result, or else its last operand.
pub(super) fn accessed_type(info: &OpInfo) -> Ty {
    if info.ret == Ty::Unit { info.params.last().copied().unwrap_or(Ty::Unit) } else { info.ret }
}
