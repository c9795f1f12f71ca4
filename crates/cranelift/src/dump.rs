//! Dumps for people: machine code side by side with the uops it was made from.

use crate::compile::{CodeRange, CompiledTree, Origin};
use std::fmt::Write;
use uplift_uop::print::print_inst;
use uplift_uop::{HostSpec, Tree};

/// The machine code of `tree`, each piece under the uop that it was made from. Without the feature
/// `disas`, bytes stand for instructions.
pub fn disassemble(compiled: &CompiledTree, tree: &Tree, spec: &HostSpec) -> String {
    let stats = compiled.stats();
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "; tree \"{}\": {} uops, {} exits, {} bytes of code for {}",
        compiled.name(),
        stats.uops,
        stats.exits,
        stats.code_bytes,
        compiled.isa.triple(),
    );
    for CodeRange { start, end, origin } in pieces(compiled) {
        let _ = match origin {
            Origin::Frame if start == 0 => writeln!(text, "; prologue"),
            Origin::Frame => writeln!(text, "; constants"),
            Origin::Uop(trace, index) => {
                let inst = tree.traces.get(trace.0 as usize).and_then(|t| t.insts.get(index as usize));
                let uop = inst.map_or_else(|| "?".into(), |inst| print_inst(tree, inst, spec));
                writeln!(text, "; trace {} uop {index}:  {}", trace.0, uop.trim())
            }
            Origin::Exit(snap) => writeln!(text, "; exit s{}", snap.0),
        };
        machine_code(&mut text, compiled, start, end);
    }
    text
}

/// The whole code cut where the origin changes. Moves and constants that the register allocator and
/// the egraph add belong to nobody; they go with what stands before them.
fn pieces(compiled: &CompiledTree) -> Vec<CodeRange> {
    let mut pieces: Vec<CodeRange> = Vec::new();
    let mut push = |start: u32, end: u32, origin: Origin| match pieces.last_mut() {
        _ if start >= end => {}
        Some(last) if last.origin == origin && last.end == start => last.end = end,
        _ => pieces.push(CodeRange { start, end, origin }),
    };
    let mut at = 0;
    let mut previous = Origin::Frame;
    for range in compiled.ranges().iter().filter(|range| range.origin != Origin::Frame) {
        push(at, range.start, previous);
        previous = range.origin;
        push(range.start.max(at), range.end, range.origin);
        at = at.max(range.end);
    }
    push(at, compiled.code().len() as u32, Origin::Frame);
    pieces
}

fn machine_code(text: &mut String, compiled: &CompiledTree, start: u32, end: u32) {
    let bytes = &compiled.code()[start as usize..end as usize];
    #[cfg(feature = "disas")]
    if let Ok(capstone) = compiled.isa.to_capstone()
        && let Ok(insts) = capstone.disasm_all(bytes, u64::from(start))
    {
        let mut at = start as usize;
        for inst in insts.iter() {
            let (name, operands) = (inst.mnemonic().unwrap_or("?"), inst.op_str().unwrap_or(""));
            let _ = writeln!(text, "    {:04x}  {name} {operands}", inst.address());
            at = inst.address() as usize + inst.len();
        }
        // Constants that are no instructions.
        return raw_bytes(text, at, &compiled.code()[at..end as usize]);
    }
    raw_bytes(text, start as usize, bytes);
}

fn raw_bytes(text: &mut String, start: usize, bytes: &[u8]) {
    for (i, line) in bytes.chunks(16).enumerate() {
        let _ = write!(text, "    {:04x} ", start + i * 16);
        for byte in line {
            let _ = write!(text, " {byte:02x}");
        }
        text.push('\n');
    }
}
