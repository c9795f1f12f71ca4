//! Canonical text of trees. [`crate::parse`] documents the grammar and reads the text back exactly.

use crate::canon::canonical;
use crate::spec::HostSpec;
use crate::table::{ImmKind, Op};
use crate::trace::{FrameState, GuardId, Inst, Phase, Resume, Scalar, Snapshot, Tree, Val};
use std::fmt::{self, Display, Formatter, Write};

/// The text of one tree, canonically numbered. Total: malformed trees print too.
pub fn print(tree: &Tree, spec: &HostSpec) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = Printer { tree: &canonical(tree), spec, out: &mut out }.tree();
    out
}

/// The text of a file: the `host` line, then trees.
pub fn print_file<'a>(trees: impl IntoIterator<Item = &'a Tree>, spec: &HostSpec) -> String {
    let mut out = format!("host {}\n", spec.name);
    for tree in trees {
        out.push('\n');
        out.push_str(&print(tree, spec));
    }
    out
}

/// The text of one instruction as it stands, numbered as in `tree`.
pub fn print_inst(tree: &Tree, inst: &Inst, spec: &HostSpec) -> String {
    let mut out = String::new();
    let _ = Printer { tree, spec, out: &mut out }.inst(inst);
    out
}

/// Whether a host's name can stand in text as it is (otherwise its index does).
pub(crate) fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
}

/// The host's name for immediate `imm`, if it has one that text can show.
pub(crate) fn imm_name(kind: ImmKind, imm: u64, spec: &HostSpec) -> Option<&'static str> {
    let index = usize::try_from(imm).ok()?;
    let name = match kind {
        ImmKind::Kind => spec.kinds.get(index)?.name,
        ImmKind::Field => spec.fields.get(index)?.name,
        ImmKind::Elem => spec.elems.get(index)?.name,
        ImmKind::Fn => spec.fns.get(index)?.name,
        ImmKind::None | ImmKind::Bits | ImmKind::Slot => return None,
    };
    is_name(name).then_some(name)
}

impl Display for GuardId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            Phase::Preamble => "",
            Phase::Body => ".body",
        };
        write!(f, "g{}{phase}", self.number)
    }
}

impl Display for Scalar {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Scalar::Int(i) => write!(f, "{i}"),
            Scalar::Float(x) if x.is_nan() => write!(f, "nan:{:#x}", x.to_bits()),
            Scalar::Float(x) => write!(f, "{x:?}"),
            Scalar::Bool(b) => write!(f, "{b}"),
            Scalar::Ref(r) => write!(f, "@{r:#x}"),
            Scalar::Word(w) => write!(f, "#{w:#x}"),
            Scalar::Unit => write!(f, "()"),
        }
    }
}

struct Printer<'a> {
    tree: &'a Tree,
    spec: &'a HostSpec,
    out: &'a mut String,
}

impl Printer<'_> {
    fn tree(&mut self) -> fmt::Result {
        let tree = self.tree;
        writeln!(self.out, "tree {} {{", quoted(&tree.name))?;
        if !tree.assumptions.is_empty() {
            write!(self.out, "  assumptions ")?;
            self.list(&tree.assumptions, |p, id| write!(p.out, "{id:#x}"))?;
            self.out.push('\n');
        }
        if tree.guards != guards_mentioned(tree) {
            writeln!(self.out, "  guards {}", tree.guards)?;
        }
        if tree.slots != slots_mentioned(tree) {
            writeln!(self.out, "  slots {}..{}", tree.slots.0, tree.slots.1)?;
        }
        for (number, trace) in tree.traces.iter().enumerate() {
            match trace.parent {
                Some(guard) => writeln!(self.out, "trace {number} at {guard}:")?,
                None => writeln!(self.out, "trace {number}:")?,
            }
            for inst in &trace.insts {
                self.out.push_str("  ");
                self.inst(inst)?;
                self.out.push('\n');
            }
        }
        if !tree.snaps.is_empty() {
            writeln!(self.out, "snapshots:")?;
        }
        for (number, snapshot) in tree.snaps.iter().enumerate() {
            self.snapshot(number, snapshot)?;
        }
        writeln!(self.out, "}}")
    }

    fn inst(&mut self, inst: &Inst) -> fmt::Result {
        if !inst.results.is_empty() {
            self.list(&inst.results, |p, &result| {
                p.value(result)?;
                write!(p.out, ": {}", p.tree.ty(result).name())
            })?;
            write!(self.out, " = ")?;
        }
        self.operation(inst.op, inst.imm, &inst.args)?;
        match inst.snap {
            Some(id) if (id.0 as usize) < self.tree.snaps.len() => write!(self.out, " -> s{}", id.0),
            Some(_) => write!(self.out, " -> s?"),
            None => Ok(()),
        }
    }

    /// A uop with operands and immediate. Only a call looks different: like a call.
    fn operation(&mut self, op: Op, imm: u64, args: &[Val]) -> fmt::Result {
        let info = op.info();
        if info.imm == ImmKind::Fn {
            write!(self.out, "{} ", info.name)?;
            self.call(imm, args)?;
            return Ok(());
        }
        write!(self.out, "{}", info.name)?;
        if !args.is_empty() {
            self.out.push(' ');
            self.list(args, |p, &arg| p.value(arg))?;
        }
        if info.imm != ImmKind::None {
            self.out.push_str(if args.is_empty() { " " } else { ", " });
            self.imm(info.imm, imm)?;
        }
        Ok(())
    }

    fn call(&mut self, function: u64, args: &[Val]) -> fmt::Result {
        self.imm(ImmKind::Fn, function)?;
        self.out.push('(');
        self.list(args, |p, &arg| p.value(arg))?;
        self.out.push(')');
        Ok(())
    }

    fn imm(&mut self, kind: ImmKind, imm: u64) -> fmt::Result {
        match (kind, imm_name(kind, imm, self.spec)) {
            (_, Some(name)) => write!(self.out, "{name}"),
            (ImmKind::Slot, _) => write!(self.out, "{}", imm as i64),
            (ImmKind::None | ImmKind::Bits, _) => write!(self.out, "{imm}"),
            (ImmKind::Kind | ImmKind::Field | ImmKind::Elem | ImmKind::Fn, None) => {
                write!(self.out, "?{imm}")
            }
        }
    }

    fn value(&mut self, val: Val) -> fmt::Result {
        if val.is_const() {
            write!(self.out, "{}", self.tree.as_const(val).unwrap_or(Scalar::Unit))
        } else {
            write!(self.out, "v{}", val.index())
        }
    }

    fn snapshot(&mut self, number: usize, snapshot: &Snapshot) -> fmt::Result {
        write!(self.out, "  s{number}: {}", snapshot.guard)?;
        match snapshot.resume {
            Resume::Execute => {}
            Resume::Raise => write!(self.out, " raise")?,
            Resume::Branch => write!(self.out, " branch")?,
        }
        for frame in &snapshot.frames {
            self.out.push(' ');
            self.frame(frame)?;
        }
        if let Some(live) = &snapshot.live {
            write!(self.out, " live {{")?;
            self.list(live, |p, slot| write!(p.out, "{slot}"))?;
            self.out.push('}');
        }
        if !snapshot.slots.is_empty() {
            write!(self.out, " slots {{")?;
            self.list(&snapshot.slots, |p, &(slot, val)| {
                write!(p.out, "{slot} = ")?;
                p.value(val)
            })?;
            self.out.push('}');
        }
        self.out.push('\n');
        for object in &snapshot.virtuals {
            write!(self.out, "    virtual ")?;
            self.value(object.name)?;
            write!(self.out, ": {} = ", self.tree.ty(object.name).name())?;
            self.call(u64::from(object.alloc.0), &object.alloc.1)?;
            self.out.push('\n');
            for (op, imm, operands) in &object.stores {
                let args: Vec<Val> = std::iter::once(object.name).chain(operands.iter().copied()).collect();
                write!(self.out, "      ")?;
                self.operation(*op, *imm, &args)?;
                self.out.push('\n');
            }
        }
        Ok(())
    }

    fn frame(&mut self, frame: &FrameState) -> fmt::Result {
        write!(self.out, "[{:#x} pc {}", frame.code, frame.pc)?;
        if frame.base != 0 {
            write!(self.out, " base {}", frame.base)?;
        }
        if frame.extra != 0 {
            write!(self.out, " extra {:#x}", frame.extra)?;
        }
        write!(self.out, "]")
    }

    fn list<T>(&mut self, items: &[T], each: impl Fn(&mut Self, &T) -> fmt::Result) -> fmt::Result {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            each(self, item)?;
        }
        Ok(())
    }
}

fn quoted(name: &str) -> String {
    let mut out = String::from("\"");
    for c in name.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// One more than the highest guard number that the snapshots mention: the default of `guards` in text.
pub(crate) fn guards_mentioned(tree: &Tree) -> u32 {
    tree.snaps.iter().map(|s| s.guard.number.saturating_add(1)).max().unwrap_or(0)
}

/// The range of slots that instructions and snapshots mention: the default of `slots` in text.
pub(crate) fn slots_mentioned(tree: &Tree) -> (i32, i32) {
    let insts = tree.traces.iter().flat_map(|t| &t.insts);
    let touched = insts.filter(|i| i.op.info().imm == ImmKind::Slot).map(Inst::slot);
    let restored = tree.snaps.iter().flat_map(|s| s.slots.iter().map(|&(slot, _)| slot));
    let range = touched.chain(restored).fold(None, |range: Option<(i32, i32)>, slot| {
        let (low, high) = range.unwrap_or((slot, slot));
        Some((low.min(slot), high.max(slot.saturating_add(1))))
    });
    range.unwrap_or((0, 0))
}
