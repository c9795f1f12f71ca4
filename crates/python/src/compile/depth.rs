//! Bounds the depth of syntax trees, so that the recursive passes (and the tree's own destructor) stay
//! within a stack whose size is known.

use ruff_python_ast as ast;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};
use ruff_text_size::{Ranged, TextRange};

/// Trees deeper than this are refused.
pub(super) const MAX_DEPTH: usize = 3000;

/// Stack that one level of depth may take in any recursive pass (generously, for unoptimised builds).
const STACK_PER_LEVEL: usize = 12 << 10;
const RED_ZONE: usize = 256 << 10;

/// The depth of the tree, or the range of a node that is nested too deep.
pub(super) fn check(tree: &ast::Mod) -> Result<usize, TextRange> {
    let mut walker = Walker { depth: 0, deepest: 0, fault: None };
    match tree {
        ast::Mod::Module(module) => walker.visit_body(&module.body),
        ast::Mod::Expression(expression) => walker.visit_expr(&expression.body),
    }
    walker.fault.map_or(Ok(walker.deepest), Err)
}

/// Runs a recursive pass over a tree of this depth with enough stack.
pub(super) fn with_stack<T>(depth: usize, run: impl FnOnce() -> T) -> T {
    let need = (depth + 32) * STACK_PER_LEVEL;
    stacker::maybe_grow(need, need, run)
}

struct Walker {
    depth: usize,
    deepest: usize,
    fault: Option<TextRange>,
}

impl Walker {
    fn enter(&mut self, range: TextRange, walk: impl FnOnce(&mut Self)) {
        if self.fault.is_some() {
            return;
        }
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        if self.depth > MAX_DEPTH {
            self.fault = Some(range);
        } else {
            stacker::maybe_grow(RED_ZONE, 4 << 20, || walk(self));
        }
        self.depth -= 1;
    }
}

impl<'a> Visitor<'a> for Walker {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        self.enter(stmt.range(), |walker| walk_stmt(walker, stmt));
    }
    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        self.enter(expr.range(), |walker| walk_expr(walker, expr));
    }
    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        self.enter(pattern.range(), |walker| walk_pattern(walker, pattern));
    }
}
