//! The disassembler: code as text, inner code after the code that makes it.

use std::fmt::Write as _;

use uplift_uop::bytecodes::{Role, instruction_text, instructions};

use crate::bytecode::Op;
use crate::code::{Code, Const};

/// The code and all code inside it, as text.
pub fn disassemble(code: &Code) -> String {
    let mut out = String::new();
    block(code, &mut out);
    out
}

fn block(code: &Code, out: &mut String) {
    let _ = writeln!(out, "code {} ({}:{})", code.qualname, code.filename, code.first_line);
    let p = &code.params;
    if p.count() > 0 {
        let _ = write!(out, "  params: {} positional ({} only)", p.positional, p.posonly);
        let _ = write!(out, ", {} keyword-only", p.kwonly);
        let _ = write!(
            out,
            "{}{}",
            if p.varargs { ", *args" } else { "" },
            if p.varkw { ", **kwargs" } else { "" }
        );
        out.push('\n');
    }
    if !code.locals.is_empty() {
        let names: Vec<String> = code
            .locals
            .iter()
            .enumerate()
            .map(|(r, local)| format!("r{r}={}{}", local.name, if local.is_cell { " (cell)" } else { "" }))
            .collect();
        let _ = writeln!(out, "  variables: {}", names.join(" "));
    }
    if !code.free_names.is_empty() {
        let _ = writeln!(out, "  closure: {}", code.free_names.join(" "));
    }
    let mut line = 0;
    for (pc, op, word) in instructions::<Op>(&code.instrs) {
        let at = code.positions.get(pc as u32).line;
        let shown = if at == line { String::new() } else { at.to_string() };
        line = at;
        let text = instruction_text(op, word, pc, |role, value| comment(code, role, value));
        let _ = writeln!(out, "{shown:>5} {pc:>4} {text}");
    }
    for h in &code.handlers {
        let _ =
            writeln!(out, "  {}..{} raises to {}, exception in r{}", h.start, h.end, h.target, h.register);
    }
    for constant in &code.consts {
        if let Const::Code(inner) = constant {
            out.push('\n');
            block(inner, out);
        }
    }
}

fn comment(code: &Code, role: Role, value: i64) -> Option<String> {
    let index = usize::try_from(value).ok()?;
    match role {
        Role::Const | Role::Const32 => code.consts.get(index).map(constant),
        Role::Name => code.names.get(index).map(|name| name.to_string()),
        Role::Upvalue => code.free_names.get(index).map(|name| name.to_string()),
        _ => None,
    }
}

/// A constant as text.
fn constant(value: &Const) -> String {
    let list = |items: &[Const]| items.iter().map(constant).collect::<Vec<_>>().join(", ");
    match value {
        Const::None => "None".into(),
        Const::Ellipsis => "...".into(),
        Const::Bool(true) => "True".into(),
        Const::Bool(false) => "False".into(),
        Const::Int(i) => i.to_string(),
        Const::BigInt(i) => i.to_string(),
        Const::Float(x) => format!("{x:?}"),
        Const::Complex(re, im) => format!("({re:?}{im:+?}j)"),
        Const::Str(s) => format!("{s:?}"),
        Const::Bytes(b) => format!("b\"{}\"", b.escape_ascii()),
        Const::Tuple(items) => format!("({})", list(items)),
        Const::FrozenSet(items) => format!("frozenset({{{}}})", list(items)),
        Const::Code(code) => format!("code {}", code.qualname),
    }
}
