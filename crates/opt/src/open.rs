//! Opening the loop: the contract at the end of the preamble, and the header that starts the body.
//!
//! Before: a preamble that ends with `slot_store v9, 3`; after: `v10: int = loop_header v8`, where `v9` is `box_int v8`,
//! and slot 3 is `box_int v10` in the body.
//!
//! Does not handle: places of objects at unknown indices.

use crate::around::Around;
use crate::facts::ALL_KINDS;
use crate::forward::Walk;
use crate::header::{Contract, Entry, Home, Owner, Shape};
use crate::heap::Place;
use crate::ranges::FULL;
use crate::virtuals::Object;
use rustc_hash::{FxHashMap, FxHashSet};
use uplift_uop::{Args, Op, Scalar, Snapshot, Ty, Val};

impl<'a> Walk<'a> {
    /// Decides what goes around the loop, at the end of the preamble.
    pub fn open_contract(&mut self, at: Option<&'a Snapshot>, around: &Around) -> Contract {
        let mut entries = Vec::new();
        let mut objects = FxHashMap::default();
        for &number in around.stores.iter().filter(|&&number| around.matters(number, at)) {
            let init = self.slot_load(number);
            let entry = Entry::new(Home::Slot(number), init, true, self.shape_of(init));
            self.add_entry(entry, &mut entries, &mut objects);
        }
        let dropped = |number| around.stores.contains(&number) && !around.matters(number, at);
        self.state.env.retain(|slot| !dropped(slot.number));
        // Contents of virtual objects, which may be virtual objects again.
        let mut next = 0;
        while let Some(entry) = entries.get(next) {
            if let Some(template) = entry.template.clone() {
                self.add_contents(next, &template, around, &mut entries, &mut objects);
            }
            next += 1;
        }
        if self.config.heap {
            self.add_places(&mut entries, around);
        }
        Contract::new(entries)
    }

    /// Adds an entry; `objects` are the virtual objects that entries have so far.
    fn add_entry(&mut self, mut entry: Entry, entries: &mut Vec<Entry>, objects: &mut FxHashMap<Val, usize>) {
        if let Some(object) = self.state.virtuals.find(entry.init) {
            match objects.get(&object.name) {
                Some(&first) => entry.shape = Shape::Same(first),
                None => {
                    objects.insert(object.name, entries.len());
                    entry.shape = Shape::Object;
                    entry.template = Some(object.clone());
                }
            }
        }
        entries.push(entry);
    }

    fn add_contents(
        &mut self,
        owner: usize,
        template: &Object,
        around: &Around,
        entries: &mut Vec<Entry>,
        objects: &mut FxHashMap<Val, usize>,
    ) {
        for stored in &template.stores {
            let Some((op, imm, index)) = self.load_of(stored.place) else { continue };
            let init = self.state.resolve(stored.value);
            let owner = Owner::Entry(owner);
            let home = Home::Place { owner, place: stored.place, op, imm, index };
            let mut entry = Entry::new(home, init, op.info().ret == Ty::Word, self.shape_of(init));
            entry.loaded = around.is_loaded(stored.place);
            if init.is_const() {
                entry.shape = Shape::Invariant;
            }
            self.add_entry(entry, entries, objects);
        }
    }

    /// The shape in which a value starts to go around.
    fn shape_of(&self, val: Val) -> Shape {
        let kinds = self.fact(val).kinds;
        let ty = match self.out.tree.ty(val) {
            Ty::Word => self.kinds.machine_type(kinds).unwrap_or(Ty::Word),
            ty => ty,
        };
        let least = if ty == Ty::Int && self.least(val) >= 0 { 0 } else { i64::MIN };
        Shape::Carried { ty, kinds, least }
    }

    /// Least integer that a value may be, boxed or not.
    fn least(&self, val: Val) -> i64 {
        match (self.as_const(val), self.def(val)) {
            (Some(Scalar::Word(word)), _) => self.spec.repr.unbox_int(word),
            (_, Some(def)) if def.op == Op::BoxInt => self.range(self.state.resolve(def.args[0])).0,
            _ => self.range(val).0,
        }
    }

    /// Adds known places that would be forgotten at the header: written in the loop, or of objects in its slots.
    fn add_places(&mut self, entries: &mut Vec<Entry>, around: &Around) {
        let mut owners: FxHashMap<Val, usize> = FxHashMap::default();
        for (index, entry) in entries.iter().enumerate() {
            if matches!(entry.shape, Shape::Carried { ty: Ty::Ref, .. }) {
                let object = self.form(entry.init, false);
                owners.entry(object).or_insert(index);
            }
        }
        let mut seen = FxHashSet::default();
        let known: Vec<_> = self.state.heap.iter().collect();
        for (base, place, value) in known {
            let (base, init) = (self.state.resolve(base), self.state.resolve(value));
            let Some(info) = place.info(self.spec) else { continue };
            let Some((op, imm, index)) = self.load_of(place) else { continue };
            let owner = owners.get(&base).map_or(Owner::Value(base), |&index| Owner::Entry(index));
            let written = !info.immutable && around.writes >> (info.class & 63) & 1 != 0;
            let lost = written || owner != Owner::Value(base);
            let virtual_object = self.state.virtuals.is_virtual(base) || self.state.virtuals.is_virtual(init);
            if !lost || virtual_object || !around.is_loaded(place) || !seen.insert((base, place)) {
                continue;
            }
            let home = Home::Place { owner, place, op, imm, index };
            let mut entry = Entry::new(home, init, op.info().ret == Ty::Word, self.shape_of(init));
            if init.is_const() {
                entry.shape = Shape::Invariant;
            }
            entries.push(entry);
        }
    }

    /// The uop that loads a place: uop, immediate, index operand.
    fn load_of(&mut self, place: Place) -> Option<(Op, u64, Option<Val>)> {
        let (id, index) = match place {
            Place::Field(id) => (id, None),
            Place::Item(id, index) => (id, Some(self.constant(Scalar::Int(index)))),
            Place::Indexed(..) => return None,
        };
        let (field, elem) = match self.width(place)?.ty() {
            Ty::Int => (Op::LoadInt, Op::LoadElemInt),
            Ty::Float => (Op::LoadFloat, Op::LoadElemFloat),
            Ty::Ref => (Op::LoadRef, Op::LoadElemRef),
            _ => (Op::LoadWord, Op::LoadElemWord),
        };
        Some((if index.is_some() { elem } else { field }, u64::from(id), index))
    }

    /// Writes the loop header and gives the entries their contents in the body.
    pub fn open_header(&mut self, contract: &mut Contract) {
        self.make_real_inits(contract);
        let mut inits = Args::new();
        let mut params: Vec<(usize, Ty)> = Vec::new();
        for (index, entry) in contract.entries.iter().enumerate() {
            if let Shape::Carried { ty, .. } = entry.shape {
                let init = self.state.resolve(entry.init);
                inits.push(if entry.word { self.unbox(ty, init) } else { init });
                params.push((index, ty));
            }
        }
        let mut results: Vec<Val> = Vec::new();
        for &(_, ty) in &params {
            results.push(self.out.value(ty, Op::LoopHeader, &[], 0));
        }
        self.out.push_many(Op::LoopHeader, inits, &results, None);
        let mut params = params.into_iter().zip(results).peekable();
        for index in 0..contract.entries.len() {
            let entry = &contract.entries[index];
            let content = match entry.shape {
                Shape::Forgotten => continue,
                Shape::Invariant => self.state.resolve(entry.init),
                Shape::Carried { ty, kinds, least } => {
                    let Some((_, param)) = params.next_if(|((at, _), _)| *at == index) else { continue };
                    self.carried_content(entry.word, ty, kinds, least, param)
                }
                Shape::Object => {
                    let Some(template) = &entry.template else { continue };
                    let name = self.virtual_like(template);
                    self.form(name, entry.word)
                }
                Shape::Same(first) => {
                    let content = contract.entries[first].content;
                    self.form(content, entry.word)
                }
            };
            contract.entries[index].content = content;
            self.set_content(contract, index);
        }
        for entry in contract.entries.iter().filter(|entry| entry.shape == Shape::Object) {
            self.state.virtuals.forget(entry.init);
        }
    }

    /// Makes the objects that go around as real ones. One that holds a virtual object makes that real too.
    fn make_real_inits(&mut self, contract: &mut Contract) {
        loop {
            for entry in &contract.entries {
                if matches!(entry.shape, Shape::Carried { .. } | Shape::Invariant) {
                    self.force(entry.init);
                }
            }
            let made = |entry: &Entry| {
                entry.shape == Shape::Object
                    && !self.state.virtuals.is_virtual(self.state.resolve(entry.init))
            };
            match contract.entries.iter().position(made) {
                Some(index) => contract.make_real(index),
                None => return,
            }
        }
    }

    /// The word, or the reference, of an object.
    fn form(&mut self, object: Val, word: bool) -> Val {
        match (self.out.tree.ty(object), word) {
            (Ty::Ref, true) => self.pure(Op::BoxRef, &[object], 0),
            (Ty::Word, false) => self.pure(Op::UnboxRef, &[object], 0),
            _ => object,
        }
    }

    /// Puts an entry's content into its home at the header.
    fn set_content(&mut self, contract: &Contract, index: usize) {
        let entry = &contract.entries[index];
        match entry.home {
            Home::Slot(number) => self.state.env.store(number, entry.content),
            Home::Place { owner: Owner::Value(base), place, .. } => {
                let base = self.state.resolve(base);
                self.learn_place(base, place, entry.content);
            }
            Home::Place { owner: Owner::Entry(owner), place, .. } => {
                let object = contract.entries[owner].content;
                if !self.set_virtual_place(object, place, entry.content) {
                    let base = self.form(object, false);
                    self.learn_place(base, place, entry.content);
                }
            }
        }
    }

    pub fn learn_place(&mut self, base: Val, place: Place, content: Val) {
        if let Some(info) = place.info(self.spec) {
            self.state.heap.learn(base, place, &info, content);
        }
    }

    /// The machine value in a word of its kinds.
    pub fn unbox(&mut self, ty: Ty, word: Val) -> Val {
        let op = match ty {
            Ty::Int => Op::UnboxInt,
            Ty::Float => Op::UnboxFloat,
            Ty::Bool => Op::UnboxBool,
            Ty::Ref => Op::UnboxRef,
            _ => return self.force(word),
        };
        let val = self.pure(op, &[word], 0);
        self.force(val)
    }

    /// The content that a loop value stands for, with what the contract says about it.
    fn carried_content(&mut self, word: bool, ty: Ty, kinds: u64, least: i64, param: Val) -> Val {
        if let Some(fact) = self.state.fact_mut(param) {
            match ty {
                Ty::Int => {
                    let range = if word { self.kinds.int_range } else { FULL };
                    (fact.lo, fact.hi) = (range.0.max(least), range.1);
                }
                Ty::Ref => fact.nonnull = word,
                _ => {}
            }
        }
        let op = match ty {
            _ if !word => return param,
            Ty::Int => Op::BoxInt,
            Ty::Float => Op::BoxFloat,
            Ty::Bool => Op::BoxBool,
            Ty::Ref => Op::BoxRef,
            _ => {
                self.state_kinds(param, kinds);
                return param;
            }
        };
        let word = self.pure(op, &[param], 0);
        self.state_kinds(word, kinds);
        word
    }

    fn state_kinds(&mut self, word: Val, kinds: u64) {
        if kinds != ALL_KINDS {
            self.learn_kinds(word, kinds);
        }
    }
}
