//! The verifier: what a well-formed tree is, as numbered rules.
//!
//! [`Rule`] is the specification of trees; every rule has a filetest in `tests/filetests/verifier` that breaks it and
//! nothing else. The verifier never panics, whatever the tree.

mod insts;
mod scope;
mod snapshots;

use crate::spec::HostSpec;
use crate::trace::{Inst, TraceId, Tree, Val};
use scope::Scope;

macro_rules! rules {
    ($( $(#[doc = $doc:literal])* $number:ident $name:ident; )*) => {
        /// A rule that well-formed trees obey.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $( $(#[doc = $doc])* $name, )*
        }

        impl Rule {
            /// All rules, in order.
            pub const ALL: &'static [Rule] = &[ $(Rule::$name,)* ];

            /// Its number, such as `V7`.
            pub const fn number(self) -> &'static str {
                match self { $( Rule::$name => stringify!($number), )* }
            }

            /// What it says.
            pub const fn doc(self) -> &'static str {
                match self { $( Rule::$name => concat!($($doc),*), )* }
            }
        }
    };
}

rules! {
    /// A tree has a root trace.
    V1 Root;
    /// The root has no parent. Every other trace hangs on a guard or exit of an earlier trace, named by the
    /// snapshot's guard id, and no two traces on the same one.
    V2 Parent;
    /// A terminator is the last instruction of each trace, and only the last.
    V3 Terminator;
    /// A loop header stands in the root alone, at most once; a jump needs one.
    V4 LoopHeader;
    /// A uop has as many operands and results as the table or the host function says, and an immediate only if
    /// the table says so.
    V5 Arity;
    /// An immediate names a declared kind, field, element kind or function, a width of 1 to 64 bits, or a slot.
    V6 Immediate;
    /// Operands exist: a constant of the pool, or a value that is defined in the tree.
    V7 OperandExists;
    /// Definitions dominate uses: earlier in the same trace, or in an ancestor before the guard that the trace
    /// hangs on.
    V8 Dominance;
    /// A value is defined once.
    V9 SingleDefinition;
    /// Operands have the types that the table, the function or the loop header says.
    V10 OperandType;
    /// Results have the types that the table or the function says; a loop header's are those of its operands.
    V11 ResultType;
    /// A field or element is loaded and stored as the type that its width holds.
    V12 AccessType;
    /// A guard's expected value is a constant.
    V13 ExpectedConstant;
    /// Only types that the host boxes are boxed, unboxed, or written to slots.
    V14 Boxing;
    /// A jump passes one operand for each value of the loop header.
    V15 JumpArity;
    /// An instruction has a snapshot if and only if it exits; the terminators `jump` and `jump_entry` may.
    V16 SnapshotPresence;
    /// A snapshot has at least one frame.
    V17 Frames;
    /// A snapshot's slots ascend, without repetition.
    V18 SlotOrder;
    /// Instructions and snapshots touch only slots in the tree's range.
    V19 SlotRange;
    /// Values in snapshots exist and dominate the exit, or are virtual objects of the same snapshot.
    V20 SnapshotValue;
    /// A virtual object is allocated by a fresh function from operands that fit it and come earlier, bears a name of
    /// the function's result type that no dominating value has, and is filled by stores that fit their fields.
    /// Where a word is wanted, operands of any boxed type will do.
    V21 VirtualObject;
    /// Instructions that exit have different guard ids, numbered below the tree's count of guards.
    V22 GuardId;
    /// The exits of `guard_not_raised`, and they alone, resume by raising.
    V23 Raising;
    /// Assumptions ascend, without repetition.
    V24 Assumptions;
}

/// A rule broken somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// The trace.
    pub trace: TraceId,
    /// The instruction's position in the trace, unless the whole trace or tree is at fault.
    pub inst: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} in trace {}", self.rule.number(), self.trace.0)?;
        if let Some(inst) = self.inst {
            write!(f, ", instruction {inst}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Checks all rules; the error lists every violation found, in the order of the text.
pub fn verify(tree: &Tree, spec: &HostSpec) -> Result<(), Vec<Violation>> {
    let scope = Scope::new(tree);
    let mut verifier = Verifier { tree, spec, scope, at: (0, None), found: Vec::new() };
    verifier.tree();
    for trace in 0..tree.traces.len() {
        verifier.trace(trace);
    }
    if verifier.found.is_empty() { Ok(()) } else { Err(verifier.found) }
}

struct Verifier<'a> {
    tree: &'a Tree,
    spec: &'a HostSpec,
    scope: Scope,
    /// Trace and instruction being checked.
    at: (usize, Option<usize>),
    found: Vec<Violation>,
}

impl Verifier<'_> {
    fn fail(&mut self, rule: Rule, message: impl Into<String>) {
        let (trace, inst) = self.at;
        let message = message.into();
        self.found.push(Violation { rule, trace: TraceId(trace as u32), inst, message });
    }

    fn require(&mut self, holds: bool, rule: Rule, message: impl FnOnce() -> String) {
        if !holds {
            self.fail(rule, message());
        }
    }

    fn tree(&mut self) {
        let tree = self.tree;
        self.require(!tree.traces.is_empty(), Rule::Root, || "the tree has no trace".into());
        let ascending = tree.assumptions.windows(2).all(|pair| pair[0] < pair[1]);
        self.require(ascending, Rule::Assumptions, || "assumptions do not ascend".into());
    }

    fn trace(&mut self, index: usize) {
        let tree = self.tree;
        let trace = &tree.traces[index];
        self.at = (index, None);
        self.parent(index);
        match trace.insts.last() {
            None => self.fail(Rule::Terminator, "the trace is empty"),
            Some(last) if !last.op.info().terminator => {
                let name = last.op.info().name;
                self.fail(Rule::Terminator, format!("the trace ends in {name}, not a terminator"));
            }
            Some(_) => {}
        }
        for (position, inst) in trace.insts.iter().enumerate() {
            self.at = (index, Some(position));
            let last = position + 1 == trace.insts.len();
            self.require(last || !inst.op.info().terminator, Rule::Terminator, || {
                "a terminator before the trace's end".into()
            });
            self.inst(inst);
            self.inst_snapshot(inst);
        }
    }

    fn parent(&mut self, index: usize) {
        let tree = self.tree;
        let Some(guard) = tree.traces[index].parent else {
            return self.require(index == 0, Rule::Parent, || "a side trace without a parent".into());
        };
        if index == 0 {
            return self.fail(Rule::Parent, "the root has a parent");
        }
        self.require(self.scope.parents[index].is_some(), Rule::Parent, || {
            format!("no earlier trace has a guard {guard}")
        });
        let taken = tree.traces[..index].iter().any(|t| t.parent == Some(guard));
        self.require(!taken, Rule::Parent, || format!("another trace hangs on {guard} already"));
    }

    fn inst(&mut self, inst: &Inst) {
        self.operands(inst);
        self.results(inst);
        if self.immediate(inst.op.info().imm, inst.imm) {
            self.signature(inst);
        }
        self.structure(inst);
    }

    fn name(&self, val: Val) -> String {
        if val.is_const() { format!("constant {}", val.index()) } else { format!("v{}", val.index()) }
    }
}
