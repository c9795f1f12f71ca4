//! Virtual objects: fresh allocations that are not made until they escape.
//!
//! Before: `v1 = call pair_new(); store_int v1, 7, pair.x; v2 = load_int v1, pair.x; guard_true v3 -> s0 {3 = v1}`;
//! after: `guard_true v3 -> s0 {3 = v1} virtual v1 = pair_new() { store_int 7, pair.x }`, and `v2` is 7.
//!
//! A virtual object escapes when it is stored into a real one, passed to a call, or used by anything
//! else that needs its address; it is then made on the spot, and its name becomes the real object.
//!
//! Around the loop an object stays virtual if every back edge has one of the same making; its contents are carried.
//!
//! Does not handle: elements at unknown indices, contents that the allocating function sets up.

use crate::OptError;
use crate::forward::Walk;
use crate::heap::{Place, PlaceInfo};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use uplift_uop::{HostFn, Inst, Op, Snapshot, Ty, Val, VirtualObject};

/// Most objects that are virtual at a time.
const MAX_OBJECTS: usize = 128;

/// A store into a virtual object.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub place: Place,
    range: Option<(i64, i64)>,
    op: Op,
    imm: u64,
    /// Operand before the value, for elements.
    index: Option<Val>,
    pub value: Val,
}

/// An object that was not made yet.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub name: Val,
    ret: Ty,
    callee: u64,
    args: SmallVec<[Val; 3]>,
    pub stores: Vec<Stored>,
    /// Boxed and unboxed forms of the name, in order of definition.
    forms: SmallVec<[(Val, Op); 2]>,
}

/// The virtual objects of a state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Virtuals {
    objects: FxHashMap<Val, Object>,
    /// Name of the object that a value is.
    names: FxHashMap<Val, Val>,
}

impl Virtuals {
    pub fn is_virtual(&self, val: Val) -> bool {
        self.names.contains_key(&val)
    }
    /// Whether two values are the same virtual object.
    pub fn same(&self, a: Val, b: Val) -> bool {
        self.names.get(&a).is_some_and(|name| self.names.get(&b) == Some(name))
    }
    /// The object's name.
    pub fn name(&self, val: Val) -> Option<Val> {
        self.names.get(&val).copied()
    }
    /// Forgets an object that nothing refers to any more.
    pub fn forget(&mut self, val: Val) {
        if let Some(name) = self.name(val) {
            self.objects.remove(&name);
            self.names.retain(|_, of| *of != name);
        }
    }
    pub fn find(&self, val: Val) -> Option<&Object> {
        self.objects.get(self.names.get(&val)?)
    }
    fn find_mut(&mut self, val: Val) -> Option<&mut Object> {
        self.objects.get_mut(self.names.get(&val)?)
    }
}

impl Walk<'_> {
    /// Makes a fresh call's object virtual, if it can be.
    pub fn virtual_call(&mut self, inst: &Inst, callee: &HostFn, args: &[Val]) -> Result<bool, OptError> {
        let effects = &callee.effects;
        let plain = effects.fresh && effects.is_removable() && effects.reads == 0;
        let object = matches!(callee.ret, Ty::Ref | Ty::Word);
        let room = self.state.virtuals.objects.len() < MAX_OBJECTS;
        if !self.config.virtuals || !plain || !object || !room {
            return Ok(false);
        }
        let args: SmallVec<[Val; 3]> = args.iter().map(|&arg| self.force(arg)).collect();
        let name = self.out.value(callee.ret, Op::Call, &args, inst.imm);
        self.set_fact(name, self.fact_of_call(callee));
        let forms = SmallVec::new();
        let object = Object { name, ret: callee.ret, callee: inst.imm, args, stores: Vec::new(), forms };
        self.state.virtuals.objects.insert(name, object);
        self.state.virtuals.names.insert(name, name);
        self.report.virtual_objects += 1;
        self.bind(inst, name)?;
        Ok(true)
    }

    /// A new virtual object that differs from `template` in nothing but its name.
    pub fn virtual_like(&mut self, template: &Object) -> Val {
        let name = self.out.value(template.ret, Op::Call, &template.args, template.callee);
        if let Some(callee) = self.spec.fns.get(template.callee as usize) {
            self.set_fact(name, self.fact_of_call(callee));
        }
        let object = Object { name, forms: SmallVec::new(), ..template.clone() };
        self.state.virtuals.objects.insert(name, object);
        self.state.virtuals.names.insert(name, name);
        name
    }

    /// Whether a value is a virtual object of the same making as `template`, with the same places.
    pub fn is_virtual_like(&self, val: Val, template: &Object) -> bool {
        let same = |(a, b): (&Val, &Val)| self.state.resolve(*a) == self.state.resolve(*b);
        let stored = |object: &Object, place| object.stores.iter().any(|s| s.place == place);
        self.state.virtuals.find(val).is_some_and(|object| {
            object.callee == template.callee
                && object.args.len() == template.args.len()
                && object.args.iter().zip(&template.args).all(same)
                && object.stores.len() == template.stores.len()
                && template.stores.iter().all(|s| stored(object, s.place))
        })
    }

    /// Changes what a place of a virtual object holds; `false` if `base` is a real one.
    pub fn set_virtual_place(&mut self, base: Val, place: Place, value: Val) -> bool {
        let Some(object) = self.state.virtuals.find_mut(base) else { return false };
        if let Some(stored) = object.stores.iter_mut().find(|s| s.place == place) {
            stored.value = value;
        }
        true
    }

    /// Boxed or unboxed form of a virtual object: a name, not an instruction.
    pub fn derive_virtual(&mut self, op: Op, args: &[Val], imm: u64) -> Option<Val> {
        let &[arg] = args else { return None };
        if !matches!(op, Op::BoxRef | Op::UnboxRef) || !self.state.virtuals.is_virtual(arg) {
            return None;
        }
        let form = self.out.value(op.info().ret, op, args, imm);
        self.set_fact(form, self.fact_of_result(op, args));
        let object = self.state.virtuals.find_mut(arg)?;
        object.forms.push((form, op));
        let name = object.name;
        self.state.virtuals.names.insert(form, name);
        self.state.known.insert(crate::state::key(op, args, imm), form);
        Some(form)
    }

    /// Remembers a store into a virtual object; `false` if `base` is a real one.
    pub fn virtual_store(
        &mut self,
        inst: &Inst,
        args: &[Val],
        place: Place,
        info: &PlaceInfo,
        value: Val,
    ) -> bool {
        let base = args[0];
        let Some(object) = self.state.virtuals.find(base) else { return false };
        let overlaps = object.stores.iter().any(|s| s.place != place && overlap(s.range, info.range));
        let value_fits = match self.state.virtuals.find(value) {
            // Snapshots box on the way, but do not unbox.
            Some(stored) => !(stored.ret == Ty::Word && inst.op.info().params.last() == Some(&Ty::Ref)),
            None => true,
        };
        let known = !matches!(place, Place::Indexed(..)) && !overlaps && self.loads_back(value, place);
        if !known || !value_fits || self.reaches(value, base) {
            return false;
        }
        let index = if args.len() == 3 { Some(args[1]) } else { None };
        let stored = Stored { place, range: info.range, op: inst.op, imm: inst.imm, index, value };
        let Some(object) = self.state.virtuals.find_mut(base) else { return false };
        match object.stores.iter_mut().find(|s| s.place == place) {
            Some(old) => *old = stored,
            None => object.stores.push(stored),
        }
        true
    }

    /// Whether virtual object `from` holds virtual object `to`, directly or not: objects in a circle are real.
    fn reaches(&self, from: Val, to: Val) -> bool {
        let Some(start) = self.state.virtuals.find(from) else { return false };
        let mut seen = vec![start.name];
        let mut next = 0;
        while let Some(object) = seen.get(next).and_then(|&name| self.state.virtuals.find(name)) {
            if self.state.virtuals.same(object.name, to) {
                return true;
            }
            for stored in &object.stores {
                let value = self.state.resolve(stored.value);
                if let Some(inner) = self.state.virtuals.find(value)
                    && !seen.contains(&inner.name)
                {
                    seen.push(inner.name);
                }
            }
            next += 1;
        }
        false
    }

    /// What a place of a virtual object holds, if known.
    pub fn virtual_load(&self, base: Val, place: Place) -> Option<Val> {
        let object = self.state.virtuals.find(base)?;
        let stored = object.stores.iter().find(|s| s.place == place)?;
        Some(self.state.resolve(stored.value))
    }

    /// `val` for a use that needs a real object: makes it, if it is virtual.
    pub fn force(&mut self, val: Val) -> Val {
        let val = self.state.resolve(val);
        if let Some(&name) = self.state.virtuals.names.get(&val) {
            self.make(name);
        }
        self.state.resolve(val)
    }

    /// Makes a virtual object.
    fn make(&mut self, name: Val) {
        let Some(object) = self.state.virtuals.objects.remove(&name) else { return };
        self.state.virtuals.names.remove(&name);
        let real = self.out.push_value(object.ret, Op::Call, &object.args, object.callee, None);
        let fact = self.state.fact(name);
        self.set_fact(real, crate::facts::Fact { eq: None, ..fact });
        if let Some(fact) = self.state.fact_mut(name) {
            fact.eq = Some(real);
        }
        for &(form, op) in &object.forms {
            self.state.virtuals.names.remove(&form);
            let Some(def) = self.def(form) else { continue };
            let real_form = self.pure(op, &[def.args[0]], 0);
            if let Some(fact) = self.state.fact_mut(form) {
                fact.eq = Some(real_form);
            }
        }
        let base = if object.ret == Ty::Word { self.pure(Op::UnboxRef, &[real], 0) } else { real };
        for stored in &object.stores {
            let value = self.force(stored.value);
            let mut args = SmallVec::<[Val; 3]>::new();
            args.push(base);
            args.extend(stored.index);
            args.push(value);
            self.out.push(stored.op, &args, stored.imm, None);
            if let Some(info) = stored.place.info(self.spec) {
                self.state.heap.learn(base, stored.place, &info, value);
            }
        }
    }

    /// Describes the virtual objects that a snapshot's slots mention, each after those that it mentions.
    pub fn add_virtual_objects(&self, snapshot: &mut Snapshot) {
        if self.state.virtuals.objects.is_empty() {
            return;
        }
        let mut done: Vec<Val> = Vec::new();
        let slots: Vec<Val> = snapshot.slots.iter().map(|&(_, val)| val).collect();
        for val in slots {
            self.add_virtual_object(val, snapshot, &mut done);
        }
        for (_, val) in &mut snapshot.slots {
            *val = self.state.virtuals.names.get(val).copied().unwrap_or(*val);
        }
    }

    fn add_virtual_object(&self, val: Val, snapshot: &mut Snapshot, done: &mut Vec<Val>) {
        let Some(object) = self.state.virtuals.find(val) else { return };
        if done.contains(&object.name) {
            return;
        }
        done.push(object.name);
        let mut stores = Vec::new();
        for stored in &object.stores {
            let mut value = self.state.resolve(stored.value);
            if stored.op.info().params.last() == Some(&Ty::Word) {
                value = self.unboxed(value);
            }
            self.add_virtual_object(value, snapshot, done);
            let value = self.state.virtuals.names.get(&value).copied().unwrap_or(value);
            let mut operands = SmallVec::<[Val; 2]>::new();
            operands.extend(stored.index);
            operands.push(value);
            stores.push((stored.op, stored.imm, operands));
        }
        let args = object.args.iter().map(|&arg| self.state.resolve(arg)).collect();
        let alloc = (object.callee as u16, args);
        snapshot.virtuals.push(VirtualObject { name: object.name, alloc, stores });
    }
}

fn overlap(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> bool {
    match (a, b) {
        (Some((a, a_size)), Some((b, b_size))) => {
            a < b.saturating_add(b_size) && b < a.saturating_add(a_size)
        }
        _ => true,
    }
}
