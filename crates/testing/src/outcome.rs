//! What a run did, in terms that can be compared between runs: addresses of objects become names.
//!
//! Initial objects keep their numbers; fresh ones are numbered as they are discovered from the log, the live slots and
//! the initial objects. So two runs that allocate at other addresses, in another order, or less garbage come out
//! equal. NaNs are one value: which NaN an operation makes differs between machines.

use crate::host::{HOST, LENGTH, NONE, TestVm, UNDEF};
use std::collections::{HashMap, HashSet};
use std::fmt;
use uplift_uop::{FrameState, Resume, Scalar, Snapshot, Ty, Width};

/// A value without addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sym {
    /// An integer, boxed or not.
    Int(i64),
    /// A float's bits, boxed or not.
    Float(u64),
    /// A truth value, boxed or not.
    Bool(bool),
    /// An object of the VM, by number.
    Object(usize),
    /// Any other word or address.
    Word(u64),
}

impl Sym {
    /// What people write for it in filetests.
    pub fn text(self, initial: usize) -> String {
        match self {
            Sym::Int(i) => i.to_string(),
            Sym::Float(bits) if f64::from_bits(bits).is_nan() => "nan".into(),
            Sym::Float(bits) => format!("{:?}", f64::from_bits(bits)),
            Sym::Bool(b) => b.to_string(),
            Sym::Object(i) if i < initial => format!("obj{i}"),
            Sym::Object(i) => format!("new{}", i - initial),
            Sym::Word(UNDEF) => "undef".into(),
            Sym::Word(NONE) => "none".into(),
            Sym::Word(w) => format!("#{w:#x}"),
        }
    }
}

/// What a run did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Number of the guard that exited.
    pub guard: u32,
    /// How to go on.
    pub resume: Resume,
    /// The frames to resume.
    pub frames: Vec<FrameState>,
    /// Slots that are live at the exit, or all of the tree's.
    pub slots: Vec<(i32, Sym)>,
    /// Calls with effects.
    pub log: Vec<(u16, Vec<Sym>)>,
    /// Whether an error is pending.
    pub pending: bool,
    /// Contents of all objects that can be reached: initial ones, then fresh ones.
    pub objects: Vec<Vec<(String, Sym)>>,
    /// How many of them are initial.
    pub initial: usize,
}

impl Outcome {
    /// Reads off what happened from the VM and the frame, given the snapshot that was restored. `slot` reads a slot.
    pub fn observe(
        vm: &TestVm,
        snapshot: &Snapshot,
        slots: (i32, i32),
        slot: impl Fn(i32) -> u64,
    ) -> Outcome {
        let mut names = Names::new(vm);
        let calls = vm.log.iter();
        let log =
            calls.map(|(id, args)| (*id, args.iter().map(|&arg| names.scalar(arg)).collect())).collect();
        let mut live = match &snapshot.live {
            Some(live) => live.clone(),
            None => (slots.0..slots.1).collect(),
        };
        live.sort_unstable();
        live.retain(|s| (slots.0..slots.1).contains(s));
        let slots = live.iter().map(|&s| (s, names.scalar(Scalar::Word(slot(s))))).collect();
        let mut objects = Vec::new();
        while let Some(&address) = names.order.get(objects.len()) {
            objects.push(names.contents(address));
        }
        Outcome {
            guard: snapshot.guard.number,
            resume: snapshot.resume,
            frames: snapshot.frames.clone(),
            slots,
            log,
            pending: vm.pending,
            objects,
            initial: vm.objects(),
        }
    }

    /// What allocation leaves in a place of fresh object `object`.
    fn blank(&self, object: usize, at: usize) -> Sym {
        match widths().nth(at) {
            Some(Width::Ref) => Sym::Object(object),
            Some(Width::Word) => Sym::Word(NONE),
            Some(Width::F64) => Sym::Float(0),
            _ => Sym::Int(0),
        }
    }

    /// The outcome as lines, with only those places of objects that `before` (places of initial objects) does not
    /// have, or that are not blank in fresh objects.
    pub fn text(&self, before: &Outcome) -> String {
        let mut out = format!("exit g{}", self.guard);
        if self.resume == Resume::Raise {
            out += " raise";
        }
        for frame in &self.frames {
            out += &format!(" [{:#x} pc {} base {}]", frame.code, frame.pc, frame.base);
        }
        out += "\n";
        for (slot, value) in &self.slots {
            out += &format!("slot {slot} = {}\n", value.text(self.initial));
        }
        for (id, args) in &self.log {
            let args: Vec<_> = args.iter().map(|arg| arg.text(self.initial)).collect();
            out += &format!("call {}({})\n", HOST.fns[usize::from(*id)].name, args.join(", "));
        }
        if self.pending {
            out += "pending error\n";
        }
        for (i, places) in self.objects.iter().enumerate() {
            let old = before.objects.get(i).filter(|_| i < self.initial);
            for (at, (place, value)) in places.iter().enumerate() {
                let same = match old {
                    Some(old) => old[at].1 == *value,
                    None => *value == self.blank(i, at),
                };
                if !same {
                    let (name, value) = (Sym::Object(i), value.text(self.initial));
                    out += &format!("{}: {place} = {value}\n", name.text(self.initial));
                }
            }
        }
        out
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(self))
    }
}

/// Widths of an object's places: fields, then elements.
fn widths() -> impl Iterator<Item = Width> {
    let elems = HOST.elems.iter().flat_map(|e| std::iter::repeat_n(e.width, LENGTH));
    HOST.fields.iter().map(|f| f.width).chain(elems)
}

/// Objects as they are discovered.
struct Names {
    known: HashSet<u64>,
    numbers: HashMap<u64, usize>,
    order: Vec<u64>,
}

impl Names {
    fn new(vm: &TestVm) -> Names {
        let known = vm.addresses().collect();
        let mut names = Names { known, numbers: HashMap::new(), order: Vec::new() };
        for i in 0..vm.objects() {
            names.address(vm.address(i));
        }
        names
    }

    fn address(&mut self, address: u64) -> Sym {
        if !self.known.contains(&address) {
            return Sym::Word(address);
        }
        let order = &mut self.order;
        Sym::Object(*self.numbers.entry(address).or_insert_with(|| {
            order.push(address);
            order.len() - 1
        }))
    }

    fn scalar(&mut self, scalar: Scalar) -> Sym {
        match scalar {
            Scalar::Int(i) => Sym::Int(i),
            Scalar::Float(x) => float(x),
            Scalar::Bool(b) => Sym::Bool(b),
            Scalar::Ref(address) => self.address(address),
            Scalar::Word(w) => {
                let accepts = |name: &str| HOST.kinds.iter().any(|k| k.name == name && k.accepts(w));
                match w {
                    _ if accepts("int") => Sym::Int(HOST.repr.unbox_int(w)),
                    _ if accepts("float") => float(HOST.repr.unbox_float(w)),
                    _ if accepts("bool") => Sym::Bool(HOST.repr.unbox_bool(w)),
                    _ => self.address(w),
                }
            }
            Scalar::Unit => Sym::Word(UNDEF),
        }
    }

    fn contents(&mut self, address: u64) -> Vec<(String, Sym)> {
        let mut places = Vec::new();
        let fields = HOST.fields.iter().map(|f| (f.name.to_owned(), f.offset, f.width));
        let elems = HOST.elems.iter().flat_map(|e| {
            let offset = move |i: usize| e.offset + (i as i32) * e.width.bytes() as i32;
            (0..LENGTH).map(move |i| (format!("{}[{i}]", e.name), offset(i), e.width))
        });
        for (name, offset, width) in fields.chain(elems) {
            // SAFETY: `address` is one of the VM's objects, which have all places of the declaration.
            let bits = unsafe { uplift_interp::load(address + offset as u64, width) };
            places.push((name, self.scalar(place_scalar(width, bits))));
        }
        places
    }
}

fn place_scalar(width: Width, bits: u64) -> Scalar {
    match width.ty() {
        Ty::Unit => Scalar::Unit,
        ty => Scalar::from_bits(ty, bits),
    }
}

fn float(x: f64) -> Sym {
    Sym::Float(if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() })
}
