//! The compiler: Python source to register code.
//!
//! `parse` makes the tree (and keeps hostile input out), `scope` and `resolve` find where each name
//! lives, and the rest walks the tree once and emits code: `names` (variables), `expr`, `operators`,
//! `branch` (conditions), `call`, `display` and `strings`, `comprehension`, `assign`, `stmt`, `loops`,
//! `exceptions`, `define` (functions and classes), `pattern` (`match`). [`assemble`] lays the result out.
//!
//! Registers: a value is computed straight into the register that wants it. `into(e, dst)` leaves the
//! value of `e` in `dst` and writes `dst` last, so that a raise in the middle leaves the old value for a
//! handler; `any(e)` gives the register where the value is already (a variable) or puts it into a new
//! temporary; `push(e)` always makes it the next temporary, which is how windows are built.

mod assemble;
mod assign;
mod branch;
mod call;
mod comprehension;
mod constant;
mod define;
mod depth;
mod display;
mod error;
mod exceptions;
mod explain;
mod expr;
mod loops;
mod names;
mod operators;
mod parse;
mod pattern;
mod resolve;
mod scope;
mod stmt;
mod strings;
mod symbols;
#[cfg(test)]
mod tests;
mod unit;

use std::sync::Arc;

use ruff_python_ast as ast;
use ruff_source_file::LineIndex;
use ruff_text_size::TextRange;

pub use error::{CompileError, ErrorKind};

use crate::bytecode::Op;
use crate::code::{Code, CodeFlags, CodeKind, Position};
use assemble::{Label, Reg};
use error::{Fault, Res};
use symbols::{ScopeId, Scopes};
use unit::Unit;

/// What a source is compiled as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Statements: a module, or `exec`.
    Exec,
    /// One expression, whose value the code returns.
    Eval,
    /// One interactive statement: the values of expression statements are printed.
    Single,
}

/// Where the names of the outermost code live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// In the module's globals.
    #[default]
    Global,
    /// In a mapping given in r0, apart from the globals (`exec(code, globals, locals)`).
    Namespace,
}

/// Compiles a source whose names are globals.
pub fn compile_source(source: &[u8], filename: &str, mode: Mode) -> Result<Arc<Code>, CompileError> {
    compile_source_with(source, filename, mode, Names::Global)
}

/// Compiles a source.
pub fn compile_source_with(
    source: &[u8],
    filename: &str,
    mode: Mode,
    names: Names,
) -> Result<Arc<Code>, CompileError> {
    let file: Arc<str> = filename.into();
    // `eval` allows blanks before its expression.
    let blanks =
        if mode == Mode::Eval { source.iter().take_while(|b| b" \t".contains(b)).count() } else { 0 };
    let source = &source[blanks..];
    let text = parse::decode(source).map_err(|failed| {
        let (fault, text) = *failed;
        fault.resolve(&file, &text, &LineIndex::from_source_text(&text))
    })?;
    let lines = LineIndex::from_source_text(&text);
    let code = parse::parse(&text, mode).and_then(|(tree, depth)| {
        depth::with_stack(depth, move || Compiler::run(&tree, &text, &lines, &file, mode, names))
    });
    code.map_err(|fault| {
        let text = parse::decode(source).unwrap_or_default();
        fault.resolve(&filename.into(), &text, &LineIndex::from_source_text(&text))
    })
}

struct Compiler<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    file: &'a Arc<str>,
    scopes: &'a Scopes,
    unit: Unit<'a>,
    /// Source of the instructions that are being emitted.
    range: TextRange,
    /// Annotations are kept as text (`from __future__ import annotations`).
    lazy_annotations: bool,
    mode: Mode,
    /// Instructions emitted in all blocks: `finally` bodies nested in each other multiply.
    emitted: usize,
}

/// More instructions than this in one source are refused.
const MAX_EMITTED: usize = 1 << 24;

impl<'a> Compiler<'a> {
    fn run(
        tree: &'a ast::Mod,
        text: &'a str,
        lines: &'a LineIndex,
        file: &'a Arc<str>,
        mode: Mode,
        names: Names,
    ) -> Res<Arc<Code>> {
        let scopes = scope::analyse(tree)?;
        let root = ScopeId(0);
        let unit =
            Unit::new(root, &scopes[root], CodeKind::Module, names == Names::Namespace, "<module>".into());
        let range = TextRange::default();
        // The tree and the scopes outlive the compiler, which borrows both.
        Compiler {
            text,
            lines,
            file,
            scopes: &scopes,
            unit,
            range,
            lazy_annotations: false,
            mode,
            emitted: 0,
        }
        .module(tree)
    }

    fn module(mut self, tree: &'a ast::Mod) -> Res<Arc<Code>> {
        match tree {
            ast::Mod::Module(module) => {
                if self.mode == Mode::Exec {
                    self.future_imports(&module.body)?;
                    self.module_doc(&module.body)?;
                }
                self.annotations_dict(&module.body)?;
                self.statements(&module.body)?;
            }
            ast::Mod::Expression(expression) => {
                let value = self.any(&expression.body)?;
                self.emit(Op::Return, &[value]);
                self.unit.state = None;
            }
        }
        self.finish_unit()
    }

    /// Ends the current block of code.
    fn finish_unit(&mut self) -> Res<Arc<Code>> {
        if self.unit.reachable() {
            self.emit(Op::ReturnNone, &[]);
        }
        let scope = &self.scopes[self.unit.scope];
        let unit = &mut self.unit;
        let (text, lines) = (self.text, self.lines);
        let assembled = std::mem::take(&mut unit.asm).finish(|range| position(text, lines, range))?;
        if unit.nregs > Reg::from(u16::MAX) {
            return Err(Fault::unsupported("a block of code with so many variables is", self.range));
        }
        let has_namespace = unit.locals.first().is_some_and(|l| &*l.name == ".namespace");
        let code = Code {
            instrs: assembled.words,
            consts: std::mem::take(&mut unit.consts),
            names: std::mem::take(&mut unit.names),
            nregs: unit.nregs.max(1) as u32,
            params: unit.params,
            locals: std::mem::take(&mut unit.locals),
            free_names: scope.frees.clone(),
            name: unit.name.clone(),
            qualname: unit.qualname.clone(),
            filename: self.file.clone(),
            first_line: unit.first_line,
            doc: unit.doc.take(),
            handlers: assembled.handlers,
            positions: assembled.positions,
            flags: CodeFlags {
                kind: unit.kind,
                generator: scope.generator,
                has_loop: unit.has_loop,
                has_namespace,
                reads_locals: scope.reads_locals && unit.kind == CodeKind::Function,
            },
            self_attr_count: scope.self_attrs.len() as u32,
            liveness: Default::default(),
        };
        Ok(Arc::new(code))
    }

    /// Emits an instruction that does not jump.
    fn emit(&mut self, op: Op, operands: &[i64]) {
        if self.unit.reachable() {
            self.emitted += 1;
            self.unit.asm.emit(op, operands, None, self.range);
            if op.info().ends {
                self.unit.state = None;
            }
        }
    }

    /// Emits an instruction that may jump to `label`; its operands come without the distance.
    fn jump(&mut self, op: Op, operands: &[i64], label: Label) {
        let Some(state) = &self.unit.state else { return };
        self.unit.asm.emit(op, operands, Some(label), self.range);
        match self.unit.label_states.get_mut(&label.0) {
            Some(known) => known.intersect(state),
            None => {
                let state = state.clone();
                self.unit.label_states.insert(label.0, state);
            }
        }
        if op.info().ends {
            self.unit.state = None;
        }
    }

    fn label(&mut self) -> Label {
        self.unit.asm.new_label()
    }

    /// Places a label that only earlier code jumps to.
    fn place(&mut self, label: Label) {
        self.unit.asm.place(label);
        let jumped = self.unit.label_states.remove(&label.0);
        self.unit.state = match (self.unit.state.take(), jumped) {
            (Some(mut here), Some(jumped)) => {
                here.intersect(&jumped);
                Some(here)
            }
            (here, jumped) => here.or(jumped),
        };
    }

    /// Runs `inside` with instructions attributed to `range`.
    fn at<T>(&mut self, range: TextRange, inside: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        let outer = std::mem::replace(&mut self.range, range);
        let result = inside(self);
        self.range = outer;
        result
    }

    /// The line of an offset.
    fn line(&self, at: ruff_text_size::TextSize) -> u32 {
        self.lines.line_index(at).get() as u32
    }

    fn scope(&self) -> &'a symbols::Scope {
        &self.scopes[self.unit.scope]
    }
}

fn position(text: &str, lines: &LineIndex, range: TextRange) -> Position {
    let place = |offset| {
        let line = lines.line_index(offset);
        (line.get() as u32, (offset - lines.line_start(line, text)).to_u32())
    };
    let ((line, column), (end_line, end_column)) = (place(range.start()), place(range.end()));
    Position { line, column, end_line, end_column }
}
