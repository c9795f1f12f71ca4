//! Loops over floats in memory run two iterations at a time, in vectors of two.
//!
//! ```text
//! header(i):                        pairs(i):
//!   guard_attention                   attention? -> header(i)
//!   guard_true i < n                  !(i < n)? -> header(i)       !(i + 1 < n)? -> header(i)
//!   x = load_elem_float a, i    =>    x, x' = load a[i], a[i + 1]
//!   y = float_mul x, 2.0              y, y' = x * 2.0, x' * 2.0
//!   store_elem_float b, i, y          store b[i] = y, b[i + 1] = y'
//!   jump i + 1                        -> pairs(i + 2)
//!                                   header(i): as ever
//! ```
//!
//! The pair has no exits. Where one of two iterations would leave, nothing has happened yet: the plain loop executes it
//! again, and leaves exactly. Vectors round as scalars do, so results are the same bits.
//!
//! Does not handle: sums and other floats carried around the loop, guards on what was loaded, calls, steps other than 1,
//! elements that are no floats, loads and stores of one alias class (they might overlap), more than one store of a class.

use super::{Lower, Result, clif_type, malformed};
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, MemFlagsData, Value, types};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use uplift_uop::{Elem, HostSpec, Inst, Op, Scalar, Section, Tree, Ty, Val, Width};

/// A root's loop that can run in pairs.
pub(super) struct Pairs<'t> {
    tree: &'t Tree,
    header: &'t Inst,
    body: &'t [Inst],
    jump: &'t Inst,
    /// Values that differ between the two iterations: computed once for each.
    scalars: FxHashSet<Val>,
    /// Floats of both iterations in one vector.
    vectors: FxHashSet<Val>,
    /// Whether boxed integers are the integers themselves.
    unboxed_ints: bool,
}

impl<'t> Pairs<'t> {
    /// The root's loop, if it can run in pairs.
    pub(super) fn find(tree: &'t Tree, spec: &HostSpec) -> Option<Pairs<'t>> {
        let root = &tree.traces.first()?.insts;
        let at = root.iter().position(|inst| inst.op == Op::LoopHeader)?;
        let (header, (jump, body)) = (&root[at], root[at + 1..].split_last()?);
        if jump.op != Op::Jump || jump.args.len() != header.results.len() {
            return None;
        }
        let unboxed_ints = spec.repr.int.is_some_and(|int| int.bits == 64 && int.tag == 0);
        let (scalars, vectors) = Default::default();
        let mut pairs = Pairs { tree, header, body, jump, scalars, vectors, unboxed_ints };
        for &result in &header.results {
            if tree.ty(result) == Ty::Float {
                return None;
            }
            pairs.scalars.insert(result);
        }
        pairs.body_fits(spec)?;
        let fits = |val: &Val| !pairs.vectors.contains(val);
        pairs.jump.args.iter().all(fits).then_some(pairs)
    }

    fn body_fits(&mut self, spec: &HostSpec) -> Option<()> {
        let (mut loaded, mut stored) = (0u64, 0u64);
        for inst in self.body {
            let info = inst.op.info();
            let accessed = loaded | stored != 0;
            let scalar = !inst.args.iter().any(|arg| self.vectors.contains(arg));
            match inst.op {
                // The second iteration's accesses come right after the first's guards, so there must be no later ones.
                Op::GuardAttention if !accessed => {}
                op if is_guard(op) && scalar && !accessed => {}
                Op::LoadElemFloat => {
                    loaded |= 1 << self.accessed(inst, spec)?.class;
                    self.vectors.extend(&inst.results);
                }
                Op::StoreElemFloat => {
                    let class = 1 << self.accessed(inst, spec)?.class;
                    if stored & class != 0 {
                        return None;
                    }
                    stored |= class;
                }
                op if is_vector(op) => self.vectors.extend(&inst.results),
                _ if info.section == Section::Pure && info.ret != Ty::Float && scalar => {
                    self.scalars.extend(&inst.results);
                }
                _ => return None,
            }
        }
        (stored != 0 && loaded & stored == 0).then_some(())
    }

    /// What a load or store accesses, if the second iteration accesses the next one of it.
    fn accessed(&self, inst: &Inst, spec: &HostSpec) -> Option<&'static Elem> {
        let (&base, &index) = (inst.args.first()?, inst.args.get(1)?);
        let elem = spec.elems.get(inst.imm as usize).filter(|e| e.width == Width::F64 && e.class < 64)?;
        let invariant = !self.scalars.contains(&base) && !self.vectors.contains(&base);
        let (phi, _) = self.distance(index)?;
        let next = self.distance(*self.jump.args.get(phi)?)?;
        (invariant && next == (phi, 1)).then_some(elem)
    }

    /// What `val` is: a value of the loop header, by position, plus a constant.
    fn distance(&self, mut val: Val) -> Option<(usize, i64)> {
        let mut distance = 0i64;
        // Each step goes to an earlier instruction, or the tree is malformed.
        for _ in 0..=self.body.len() {
            if let Some(phi) = self.header.results.iter().position(|&result| result == val) {
                return Some((phi, distance));
            }
            let inst = self.body.iter().find(|inst| inst.results.contains(&val))?;
            let constant = |index: usize| match self.tree.as_const(*inst.args.get(index)?) {
                Some(Scalar::Int(i)) => Some(i),
                _ => None,
            };
            let (from, by) = match (inst.op, constant(0), constant(1)) {
                (Op::IntAdd, None, Some(by)) => (0, by),
                (Op::IntAdd, Some(by), None) => (1, by),
                (Op::IntSub, None, Some(by)) => (0, by.wrapping_neg()),
                (Op::BoxInt | Op::UnboxInt, None, None) if self.unboxed_ints => (0, 0),
                _ => return None,
            };
            distance = distance.wrapping_add(by);
            val = *inst.args.get(from)?;
        }
        None
    }
}

/// Guards whose condition is known without effects.
fn is_guard(op: Op) -> bool {
    matches!(op, Op::GuardTrue | Op::GuardFalse | Op::GuardBounds)
}

/// Operations that vectors have, element by element.
fn is_vector(op: Op) -> bool {
    use Op::*;
    matches!(op, FloatAdd | FloatSub | FloatMul | FloatDiv | FloatNeg | FloatAbs | FloatSqrt)
}

/// Where two adjacent floats are.
#[derive(Clone, Copy)]
struct Place {
    address: Value,
    offset: i32,
    flags: MemFlagsData,
}

impl Lower<'_, '_> {
    /// Lowers the loop in pairs, which leave to `header`. Ends the current block.
    pub(super) fn pairs(&mut self, pairs: &Pairs<'_>, header: Block) -> Result<()> {
        let Pairs { body, jump, .. } = *pairs;
        let results = &pairs.header.results;
        let entry = self.block_args(&pairs.header.args, results)?;
        let mut vectors = self.invariants(pairs)?;
        let block = self.b.create_block();
        self.reentry = Some(block);
        self.b.ins().jump(block, &entry);
        self.b.switch_to_block(block);
        let mut lane: SmallVec<[Value; 8]> = SmallVec::new();
        for &result in results {
            lane.push(self.b.append_block_param(block, clif_type(self.tree.ty(result))?));
        }
        let plain: SmallVec<[BlockArg; 8]> = lane.iter().map(|&value| value.into()).collect();
        if body.iter().any(|inst| inst.op == Op::GuardAttention) {
            let word = self.poll();
            self.or_plain(word, false, header, &plain);
        }

        let mut places = Vec::new();
        for first in [true, false] {
            for (&result, &value) in results.iter().zip(&lane) {
                self.set(result, value)?;
            }
            for inst in body {
                match inst.op {
                    op if is_guard(op) => {
                        let (condition, pass) = self.condition(inst)?;
                        self.or_plain(condition, pass, header, &plain);
                    }
                    Op::LoadElemFloat | Op::StoreElemFloat if first => places.push(self.first_place(inst)?),
                    op if op.info().section == Section::Pure && !is_vector(op) => {
                        let value = self.pure(inst)?;
                        self.define(inst, Some(value))?;
                    }
                    _ => {}
                }
            }
            lane.clear();
            for (&arg, &result) in jump.args.iter().zip(results) {
                lane.push(self.typed(arg, self.tree.ty(result))?);
            }
        }

        let mut places = places.into_iter();
        for inst in body {
            self.vector(inst, &mut places, &mut vectors)?;
        }
        let next: SmallVec<[BlockArg; 8]> = lane.iter().map(|&value| value.into()).collect();
        self.b.ins().jump(block, &next);
        // The plain loop defines all of these anew, and does its own kind tests.
        self.distances.clear();
        for val in results.iter().chain(&pairs.scalars) {
            self.values[val.index()] = None.into();
        }
        Ok(())
    }

    /// Vectors of the floats that are the same in all iterations.
    fn invariants(&mut self, pairs: &Pairs<'_>) -> Result<FxHashMap<Val, Value>> {
        let mut vectors = FxHashMap::default();
        for &arg in pairs.body.iter().flat_map(|inst| &inst.args) {
            let float = self.tree.ty(arg) == Ty::Float;
            if float && !pairs.vectors.contains(&arg) && !vectors.contains_key(&arg) {
                let value = self.typed(arg, Ty::Float)?;
                vectors.insert(arg, self.b.ins().splat(types::F64X2, value));
            }
        }
        Ok(vectors)
    }

    /// Goes on if `condition` is `pass`, else to the plain loop.
    fn or_plain(&mut self, condition: Value, pass: bool, header: Block, plain: &[BlockArg]) {
        if let Some(left) = self.count_down() {
            let next = self.b.create_block();
            self.b.ins().brif(left, next, &[], header, plain);
            self.b.switch_to_block(next);
        }
        let next = self.b.create_block();
        if pass {
            self.b.ins().brif(condition, next, &[], header, plain);
        } else {
            self.b.ins().brif(condition, header, plain, next, &[]);
        }
        self.b.switch_to_block(next);
    }

    /// Where the first iteration's access goes.
    fn first_place(&mut self, inst: &Inst) -> Result<Place> {
        let base = self.operand(inst, 0)?;
        let (Some(&index), elem) = (inst.args.get(1), self.elem(inst.imm)?) else {
            return malformed("number of operands");
        };
        let (address, offset) = self.element_address(base, index, elem)?;
        Ok(Place { address, offset, flags: self.flags(usize::from(elem.class)) })
    }

    /// Lowers what is done for both iterations at once.
    fn vector(
        &mut self,
        inst: &Inst,
        places: &mut impl Iterator<Item = Place>,
        vectors: &mut FxHashMap<Val, Value>,
    ) -> Result<()> {
        let operand = |index: usize| inst.args.get(index).and_then(|arg| vectors.get(arg)).copied();
        let value = match (inst.op, operand(0), operand(1)) {
            (Op::LoadElemFloat, ..) => {
                let Some(Place { address, offset, flags }) = places.next() else {
                    return malformed("an access without a place");
                };
                self.b.ins().load(types::F64X2, flags, address, offset)
            }
            (Op::StoreElemFloat, ..) => {
                let (Some(Place { address, offset, flags }), Some(value)) = (places.next(), operand(2))
                else {
                    return malformed("an access without a place");
                };
                self.b.ins().store(flags, value, address, offset);
                return Ok(());
            }
            (Op::FloatAdd, Some(a), Some(b)) => self.b.ins().fadd(a, b),
            (Op::FloatSub, Some(a), Some(b)) => self.b.ins().fsub(a, b),
            (Op::FloatMul, Some(a), Some(b)) => self.b.ins().fmul(a, b),
            (Op::FloatDiv, Some(a), Some(b)) => self.b.ins().fdiv(a, b),
            (Op::FloatNeg, Some(a), _) => self.b.ins().fneg(a),
            (Op::FloatAbs, Some(a), _) => self.b.ins().fabs(a),
            (Op::FloatSqrt, Some(a), _) => self.b.ins().sqrt(a),
            (op, ..) if is_vector(op) => return malformed(format!("operands of {}", op.info().name)),
            _ => return Ok(()),
        };
        vectors.extend(inst.results.first().map(|&result| (result, value)));
        Ok(())
    }
}
