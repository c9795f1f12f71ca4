//! Code ready to run: instructions with their cache cells, constants as words, interned names.

use super::{Gc, Name, Set};
use crate::code::{Code, Const, Params};
use crate::vm::Vm;
use crate::word::{ELLIPSIS, NONE, Word};
use std::sync::Arc;
use uplift::LoopCell;

/// A loaded [`Code`]. Loaded code is immortal; its constants are roots.
#[repr(C)]
pub struct LoadedCode {
    /// Instructions and cache cells; the interpreter writes the cells.
    pub instrs: *mut u64,
    pub instr_count: usize,
    /// Constants; code constants are code objects.
    pub consts: Box<[Word]>,
    pub names: Box<[Name]>,
    pub nregs: u32,
    pub params: Params,
    /// Names of the parameters in register order.
    pub param_names: Box<[Name]>,
    pub name: Name,
    pub qualname: Name,
    pub is_generator: bool,
    /// Whether its frames are the VM's own affair.
    pub is_hidden: bool,
    /// Number of arguments of a call that needs no binding: positional parameters only, all given. `u32::MAX`
    /// when every call needs binding.
    pub simple_args: u32,
    /// Whether it contains a loop.
    pub has_loop: bool,
    /// Counts calls by compiled code; then it leads to the function's tree.
    pub called: LoopCell,
    /// The namespace whose cells the instructions cache: code runs with one namespace only, see
    /// [`Vm::code_for`]. Null until it first runs.
    pub globals: *mut super::Namespace,
    /// Registers that must be UNDEF when a frame starts.
    pub unset: Box<[u32]>,
    /// Copies of this code for other namespaces.
    pub copies: Vec<*mut LoadedCode>,
    pub source: Arc<Code>,
}

impl LoadedCode {
    /// Line of the instruction at `pc`.
    pub fn line(&self, pc: u32) -> u32 {
        self.source.positions.get(pc).line
    }
}

impl Vm {
    /// Loads a code object and those in its constants; the result lives forever.
    pub fn load_code(&mut self, source: &Arc<Code>) -> *mut LoadedCode {
        let consts: Vec<Word> = source.consts.iter().map(|c| self.load_const(c)).collect();
        for &w in &consts {
            self.immortalize(w);
        }
        let names = source.names.iter().map(|n| self.intern(n)).collect();
        let nparams = source.params.count() as usize;
        let param_names = source.locals.iter().take(nparams).map(|l| self.intern(&l.name)).collect();
        let (name, qualname) = (self.intern(&source.name), self.intern(&source.qualname));
        let instrs: Box<[u64]> = source.instrs.clone().into_boxed_slice();
        let instr_count = instrs.len();
        let simple = source.params.count() == source.params.positional;
        Box::into_raw(Box::new(LoadedCode {
            instrs: Box::into_raw(instrs) as *mut u64,
            instr_count,
            consts: consts.into_boxed_slice(),
            names,
            nregs: source.nregs,
            params: source.params,
            param_names,
            name,
            qualname,
            is_generator: source.flags.generator,
            is_hidden: &*source.filename == crate::vm::each::FILE,
            simple_args: if simple { source.params.positional } else { u32::MAX },
            has_loop: source.flags.has_loop,
            called: LoopCell::default(),
            globals: std::ptr::null_mut(),
            unset: unset_registers(source),
            copies: Vec::new(),
            source: source.clone(),
        }))
    }

    /// A constant as a word.
    fn load_const(&mut self, c: &Const) -> Word {
        match c {
            Const::None => NONE,
            Const::Ellipsis => ELLIPSIS,
            Const::Bool(b) => Word::bool(*b),
            Const::Int(i) => self.new_int(*i),
            Const::BigInt(i) => self.new_bigint(i.clone()),
            Const::Float(f) => Word::float(*f),
            Const::Complex(re, im) => self.new_complex(*re, *im),
            Const::Str(s) => self.intern(s).word(),
            Const::Bytes(b) => self.new_bytes(b),
            Const::Tuple(items) => {
                let items: Vec<Word> = items.iter().map(|c| self.load_const(c)).collect();
                self.new_tuple(&items)
            }
            Const::FrozenSet(items) => {
                let items: Vec<Word> = items.iter().map(|c| self.load_const(c)).collect();
                // CPython makes the set, then again from its own order when it merges constants.
                let once = self.constant_set(items);
                let again = once.iter().collect();
                self.constant_set(again).word()
            }
            Const::Code(code) => {
                let code = self.load_code(code);
                self.new_code_object(code)
            }
        }
    }

    fn constant_set(&mut self, items: Vec<Word>) -> Gc<Set> {
        let set = self.new_set(true);
        for w in items {
            // Constants hash and compare without callbacks: this cannot raise.
            let _ = self.set_add(set, w);
        }
        set
    }

    /// A code object for loaded code.
    pub fn new_code_object(&mut self, code: *const LoadedCode) -> Word {
        let hdr = self.header(super::TypeTag::Code, self.types.code);
        self.heap.place(super::CodeObject { hdr, code }).word()
    }
}

/// Registers of variables that instructions may find unbound.
fn unset_registers(code: &Code) -> Box<[u32]> {
    use crate::bytecode::{Op, insn};
    let params = code.params.count();
    let mut registers: Vec<u32> = Vec::new();
    if code.flags.reads_locals {
        registers.extend(params..code.locals.len() as u32);
    }
    for (_, op, word) in uplift_uop::bytecodes::instructions::<Op>(&code.instrs) {
        let register = match op {
            Op::CheckLocal => insn::CheckLocal::decode(word).src,
            Op::DelLocal => insn::DelLocal::decode(word).local,
            Op::MakeCell => insn::MakeCell::decode(word).cell,
            _ => continue,
        };
        if u32::from(register) >= params {
            registers.push(register.into());
        }
    }
    registers.sort_unstable();
    registers.dedup();
    registers.into()
}
