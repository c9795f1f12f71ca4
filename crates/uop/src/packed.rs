//! Snapshots packed for keeping: a few bytes each instead of a few hundred.
//!
//! [`Snapshot`] is the form that the recorder and the optimizer work on. Between a guard and the next little changes:
//! the innermost pc, a slot or two. So each packed snapshot is a *record* of what differs from the one before it:
//!
//! ```text
//! flags (1 byte): phase, resume, and which of the following parts are present
//! guard number:   only if it is not the previous one plus one
//! frames:         the innermost pc's difference, or how many outer frames stay and the rest in full
//! live slots:     the slots that come and go
//! slots:          the slots whose values change: a value's or a constant's number, or nothing
//! virtual objects: each as a copy of one before, or in full
//! ```
//!
//! Numbers are LEB128 varints, signed ones zigzag. Values are differences from the value mentioned last. Every
//! [`GROUP`] snapshots a group starts, whose first record refers to snapshot 0; so [`PackedSnapshots::get`] reads at
//! most `GROUP + 1` records, wherever in the tree. (Snapshot 0 and not nothing, so that a group start costs no host
//! addresses: all snapshots of a tree share their root frame.)
//!
//! Any list of snapshots comes back exactly, malformed ones too. Does not handle: changing a packed snapshot.

use crate::table::Op;
use crate::trace::{FrameState, GuardId, Phase, Resume, SnapId, Snapshot, Tree, Val, VirtualObject};
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// Snapshots from one whose record refers to snapshot 0 to the next such one.
pub const GROUP: usize = 16;

/// The snapshots of a tree, packed: immutable, read by [`SnapId`] in bounded time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackedSnapshots {
    records: Box<[u8]>,
    /// Where in `records` each group starts.
    groups: Box<[usize]>,
    len: usize,
}

impl PackedSnapshots {
    /// Packs `snaps`, of which number `i` becomes `SnapId(i)`.
    pub fn new(snaps: &[Snapshot]) -> PackedSnapshots {
        let (mut groups, mut writer) = (Vec::new(), Writer::default());
        let (mut origin, mut base) = (Base::default(), Base::default());
        for (index, snapshot) in snaps.iter().enumerate() {
            if index % GROUP == 0 {
                groups.push(writer.bytes.len());
                base = origin.clone();
            }
            writer.record(&mut base, snapshot);
            if index == 0 {
                origin = base.clone();
            }
        }
        PackedSnapshots { records: writer.bytes.into(), groups: groups.into(), len: snaps.len() }
    }

    /// How many snapshots.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// Bytes of memory that the packed snapshots take, index included.
    pub fn bytes(&self) -> usize {
        size_of::<PackedSnapshots>() + self.records.len() + size_of_val::<[usize]>(&self.groups)
    }

    /// Snapshot number `id`; `None` if there is none of that number.
    pub fn get(&self, id: SnapId) -> Option<Snapshot> {
        let index = id.0 as usize;
        if index >= self.len {
            return None;
        }
        let group = index / GROUP;
        let mut reader = self.reader(0);
        reader.record();
        if group > 0 {
            reader.at = self.groups[group];
            reader.record();
        }
        for _ in 0..index % GROUP {
            reader.record();
        }
        Some(reader.base.snapshot)
    }

    /// Calls `visit` with all snapshots in order: cheaper than [`PackedSnapshots::get`] for each.
    pub fn for_each(&self, mut visit: impl FnMut(SnapId, &Snapshot)) {
        let mut reader = self.reader(0);
        let mut origin = Base::default();
        for index in 0..self.len {
            if index % GROUP == 0 {
                reader.base = origin.clone();
            }
            reader.record();
            if index == 0 {
                origin = reader.base.clone();
            }
            visit(SnapId(index as u32), &reader.base.snapshot);
        }
    }

    fn reader(&self, at: usize) -> Reader<'_> {
        Reader { bytes: &self.records, at, base: Base::default() }
    }
}

/// A tree for keeping: as it is, but with packed snapshots.
#[derive(Clone, Debug, Default)]
pub struct PackedTree {
    /// Without its snapshots.
    tree: Tree,
    snaps: PackedSnapshots,
}

impl PackedTree {
    /// Packs the snapshots of `tree`.
    pub fn new(mut tree: Tree) -> PackedTree {
        let snaps = PackedSnapshots::new(&std::mem::take(&mut tree.snaps));
        PackedTree { tree, snaps }
    }
    /// Everything but the snapshots: its `snaps` is empty.
    pub fn bare(&self) -> &Tree {
        &self.tree
    }
    /// The snapshots.
    pub fn snapshots(&self) -> &PackedSnapshots {
        &self.snaps
    }
    /// The tree that was packed.
    pub fn unpack(&self) -> Tree {
        let mut tree = self.tree.clone();
        tree.snaps.reserve_exact(self.snaps.len());
        self.snaps.for_each(|_, snapshot| tree.snaps.push(snapshot.clone()));
        tree
    }
}

/// What a record refers to: the snapshot before it, and what else is remembered from there.
#[derive(Clone)]
struct Base {
    snapshot: Snapshot,
    /// The frame seen last at each depth: a function that is called again mostly looks as it did the last time.
    seen: Vec<FrameState>,
    /// Index of the value mentioned last.
    near: i64,
}

impl Default for Base {
    fn default() -> Base {
        let snapshot = Snapshot {
            guard: GuardId { number: u32::MAX, phase: Phase::Preamble },
            resume: Resume::Execute,
            frames: Vec::new(),
            live: None,
            slots: Vec::new(),
            virtuals: Vec::new(),
        };
        Base { snapshot, seen: Vec::new(), near: 0 }
    }
}

impl Base {
    /// The best guess at the frame of depth `depth` above `outer`.
    fn guess(&self, depth: usize, outer: Option<&FrameState>) -> FrameState {
        const NOTHING: FrameState = FrameState { code: 0, pc: 0, base: 0, extra: 0 };
        self.seen.get(depth).or(outer).copied().unwrap_or(NOTHING)
    }
    fn saw(&mut self, depth: usize, frame: FrameState) {
        match self.seen.get_mut(depth) {
            Some(seen) => *seen = frame,
            None => self.seen.push(frame),
        }
    }
}

// Flags of a record.
const BODY: u8 = 1;
const RESUME: u8 = 2;
const NUMBER: u8 = 4;
const PC: u8 = 8;
const FRAMES: u8 = 16;
const LIVE: u8 = 32;
const SLOTS: u8 = 64;
const VIRTUALS: u8 = 128;

/// Ways to resume by number; all but the first are written.
const RESUMES: [Resume; 3] = [Resume::Execute, Resume::Raise, Resume::Branch];

// How lists that usually ascend are written: no list, the list itself, or changes, whose number plus `CHANGES` it is.
const NONE: u64 = 0;
const WHOLE: u64 = 1;
const CHANGES: u64 = 2;

const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}
const fn unzigzag(bits: u64) -> i64 {
    (bits >> 1) as i64 ^ -((bits & 1) as i64)
}

fn ascends<T>(list: &[T], key: impl Fn(&T) -> i32) -> bool {
    list.windows(2).all(|pair| key(&pair[0]) < key(&pair[1]))
}

/// `live` if changes can be applied to it, else nothing to apply them to.
fn live_base(live: Option<&[i32]>) -> &[i32] {
    live.filter(|live| ascends(live, |&slot| slot)).unwrap_or_default()
}

fn slots_base(slots: &[(i32, Val)]) -> &[(i32, Val)] {
    if ascends(slots, |slot| slot.0) { slots } else { &[] }
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Writes what takes `base` to `next`, and makes `base` that.
    fn record(&mut self, base: &mut Base, next: &Snapshot) {
        let at = self.bytes.len();
        self.bytes.push(0);
        let last = base.snapshot.guard.number;
        let mut flags = if next.guard.phase == Phase::Body { BODY } else { 0 };
        if next.resume != Resume::Execute {
            flags |= RESUME;
            self.bytes.push(next.resume as u8);
        }
        if next.guard.number != last.wrapping_add(1) {
            flags |= NUMBER;
            self.signed(i64::from(next.guard.number) - i64::from(last));
        }
        flags |= self.frames(base, &next.frames);
        if next.live != base.snapshot.live {
            flags |= LIVE;
            self.live(base.snapshot.live.as_deref(), next.live.as_deref());
        }
        if next.slots != base.snapshot.slots {
            flags |= SLOTS;
            self.slots(base, &next.slots);
        }
        if next.virtuals != base.snapshot.virtuals {
            flags |= VIRTUALS;
            self.virtuals(base, &next.virtuals);
        }
        self.bytes[at] = flags;
        base.snapshot = next.clone();
    }

    fn unsigned(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
    fn signed(&mut self, value: i64) {
        self.unsigned(zigzag(value));
    }
    fn count(&mut self, count: usize) {
        self.unsigned(count as u64);
    }

    fn frames(&mut self, base: &mut Base, next: &[FrameState]) -> u8 {
        let old = &base.snapshot.frames;
        let same = old.iter().zip(next).take_while(|(a, b)| a == b).count();
        if same == old.len() && same == next.len() {
            return 0;
        }
        let depth = next.len().wrapping_sub(1);
        if same == depth
            && old.len() == next.len()
            && (FrameState { pc: next[depth].pc, ..old[depth] }) == next[depth]
        {
            self.signed(i64::from(next[depth].pc) - i64::from(old[depth].pc));
            base.saw(depth, next[depth]);
            return PC;
        }
        self.count(same);
        self.count(next.len() - same);
        for depth in same..next.len() {
            let guess = base.guess(depth, depth.checked_sub(1).map(|outer| &next[outer]));
            let frame = next[depth];
            self.signed(frame.code.wrapping_sub(guess.code) as i64);
            self.signed(i64::from(frame.pc) - i64::from(guess.pc));
            self.signed(i64::from(frame.base) - i64::from(guess.base));
            self.signed(frame.extra.wrapping_sub(guess.extra) as i64);
            base.saw(depth, frame);
        }
        FRAMES
    }

    fn live(&mut self, old: Option<&[i32]>, next: Option<&[i32]>) {
        let Some(next) = next else { return self.unsigned(NONE) };
        let mut at = 0;
        let mut place = |writer: &mut Writer, slot: i32| {
            writer.signed(i64::from(slot) - at);
            at = i64::from(slot);
        };
        if !ascends(next, |&slot| slot) {
            self.unsigned(WHOLE);
            self.count(next.len());
            return next.iter().for_each(|&slot| place(self, slot));
        }
        let old = live_base(old);
        let gone = old.iter().filter(|slot| next.binary_search(slot).is_err());
        let come = next.iter().filter(|slot| old.binary_search(slot).is_err());
        let mut changes: Vec<i32> = gone.chain(come).copied().collect();
        changes.sort_unstable();
        self.unsigned(CHANGES + changes.len() as u64);
        changes.into_iter().for_each(|slot| place(self, slot));
    }

    /// A value or constant; `plus` leaves room for other meanings below.
    fn val(&mut self, base: &mut Base, val: Val, plus: u64) {
        let index = val.index() as i64;
        let code = if val.is_const() { (index as u64) << 1 | 1 } else { zigzag(index - base.near) << 1 };
        if !val.is_const() {
            base.near = index;
        }
        self.unsigned(code + plus);
    }
    fn vals(&mut self, base: &mut Base, vals: &[Val]) {
        self.count(vals.len());
        vals.iter().for_each(|&val| self.val(base, val, 0));
    }

    fn slots(&mut self, base: &mut Base, next: &[(i32, Val)]) {
        let old: BTreeMap<i32, Val> = slots_base(&base.snapshot.slots).iter().copied().collect();
        let new: BTreeMap<i32, Val> = next.iter().copied().collect();
        let gone = old.keys().filter(|slot| !new.contains_key(slot)).map(|&slot| (slot, None));
        let come = new.iter().filter(|&(slot, val)| old.get(slot) != Some(val));
        let changes: BTreeMap<i32, Option<Val>> =
            gone.chain(come.map(|(&slot, &val)| (slot, Some(val)))).collect();
        let mut at = 0;
        let mut place = |writer: &mut Writer, slot: i32| {
            writer.signed(i64::from(slot) - at);
            at = i64::from(slot);
        };
        if !ascends(next, |slot| slot.0) || changes.len() > next.len() {
            self.unsigned(WHOLE);
            self.count(next.len());
            for &(slot, val) in next {
                place(self, slot);
                self.val(base, val, 0);
            }
            return;
        }
        self.unsigned(CHANGES + changes.len() as u64);
        for (slot, change) in changes {
            place(self, slot);
            match change {
                None => self.unsigned(0),
                Some(val) => self.val(base, val, 1),
            }
        }
    }

    fn virtuals(&mut self, base: &mut Base, next: &[VirtualObject]) {
        let old = std::mem::take(&mut base.snapshot.virtuals);
        self.count(next.len());
        for object in next {
            if let Some(same) = old.iter().position(|earlier| earlier == object) {
                self.count(same + 1);
                continue;
            }
            self.unsigned(0);
            self.val(base, object.name, 0);
            self.unsigned(u64::from(object.alloc.0));
            self.vals(base, &object.alloc.1);
            self.count(object.stores.len());
            for (op, imm, operands) in &object.stores {
                self.bytes.push(*op as u8);
                self.unsigned(*imm);
                self.vals(base, operands);
            }
        }
    }
}

/// Reads what a [`Writer`] wrote, and nothing else.
struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    base: Base,
}

impl Reader<'_> {
    /// Takes the base on to the next snapshot.
    fn record(&mut self) {
        let flags = self.byte();
        let resume = if flags & RESUME != 0 { self.byte() } else { Resume::Execute as u8 };
        let last = self.base.snapshot.guard.number;
        let number =
            if flags & NUMBER != 0 { (i64::from(last) + self.signed()) as u32 } else { last.wrapping_add(1) };
        let phase = if flags & BODY != 0 { Phase::Body } else { Phase::Preamble };
        self.base.snapshot.guard = GuardId { number, phase };
        self.base.snapshot.resume = RESUMES[usize::from(resume)];
        if flags & PC != 0 {
            self.pc();
        }
        if flags & FRAMES != 0 {
            self.frames();
        }
        if flags & LIVE != 0 {
            self.base.snapshot.live = self.live();
        }
        if flags & SLOTS != 0 {
            self.base.snapshot.slots = self.slots();
        }
        if flags & VIRTUALS != 0 {
            self.base.snapshot.virtuals = self.virtuals();
        }
    }

    fn byte(&mut self) -> u8 {
        self.at += 1;
        self.bytes[self.at - 1]
    }
    fn unsigned(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return value;
            }
            shift += 7;
        }
    }
    fn signed(&mut self) -> i64 {
        unzigzag(self.unsigned())
    }
    fn count(&mut self) -> usize {
        self.unsigned() as usize
    }
    /// A slot, `at` the one before it in the list.
    fn slot(&mut self, at: &mut i64) -> i32 {
        *at += self.signed();
        *at as i32
    }

    fn pc(&mut self) {
        let change = self.signed();
        let frames = &mut self.base.snapshot.frames;
        let depth = frames.len() - 1;
        frames[depth].pc = (i64::from(frames[depth].pc) + change) as u32;
        let frame = frames[depth];
        self.base.saw(depth, frame);
    }

    fn frames(&mut self) {
        let (same, new) = (self.count(), self.count());
        self.base.snapshot.frames.truncate(same);
        for depth in same..same + new {
            let guess = self.base.guess(depth, self.base.snapshot.frames.last());
            let frame = FrameState {
                code: guess.code.wrapping_add(self.signed() as u64),
                pc: (i64::from(guess.pc) + self.signed()) as u32,
                base: (i64::from(guess.base) + self.signed()) as i32,
                extra: guess.extra.wrapping_add(self.signed() as u64),
            };
            self.base.snapshot.frames.push(frame);
            self.base.saw(depth, frame);
        }
    }

    fn live(&mut self) -> Option<Vec<i32>> {
        let mut at = 0;
        match self.unsigned() {
            NONE => None,
            WHOLE => {
                let count = self.count();
                Some((0..count).map(|_| self.slot(&mut at)).collect())
            }
            changes => {
                let mut live = live_base(self.base.snapshot.live.as_deref()).to_vec();
                for _ in 0..changes - CHANGES {
                    let slot = self.slot(&mut at);
                    match live.binary_search(&slot) {
                        Ok(gone) => {
                            live.remove(gone);
                        }
                        Err(come) => live.insert(come, slot),
                    }
                }
                Some(live)
            }
        }
    }

    fn val(&mut self) -> Val {
        let code = self.unsigned();
        self.val_of(code)
    }
    fn val_of(&mut self, code: u64) -> Val {
        if code & 1 != 0 {
            return Val::constant((code >> 1) as u32);
        }
        self.base.near += unzigzag(code >> 1);
        Val::value(self.base.near as u32)
    }
    fn vals<C: FromIterator<Val>>(&mut self) -> C {
        let count = self.count();
        (0..count).map(|_| self.val()).collect()
    }

    fn slots(&mut self) -> Vec<(i32, Val)> {
        let mut at = 0;
        let form = self.unsigned();
        if form == WHOLE {
            let count = self.count();
            return (0..count).map(|_| (self.slot(&mut at), self.val())).collect();
        }
        let mut slots = slots_base(&self.base.snapshot.slots).to_vec();
        for _ in 0..form - CHANGES {
            let slot = self.slot(&mut at);
            let place = slots.binary_search_by_key(&slot, |&(slot, _)| slot);
            let code = self.unsigned();
            match (place, code.checked_sub(1)) {
                (Ok(known), Some(code)) => slots[known].1 = self.val_of(code),
                (Err(new), Some(code)) => {
                    let val = self.val_of(code);
                    slots.insert(new, (slot, val));
                }
                (Ok(gone), None) => {
                    slots.remove(gone);
                }
                (Err(_), None) => unreachable!("writers remove only slots that are there"),
            }
        }
        slots
    }

    fn virtuals(&mut self) -> Vec<VirtualObject> {
        let old = std::mem::take(&mut self.base.snapshot.virtuals);
        let count = self.count();
        (0..count)
            .map(|_| match self.count() {
                0 => self.virtual_object(),
                same => old[same - 1].clone(),
            })
            .collect()
    }

    fn virtual_object(&mut self) -> VirtualObject {
        let name = self.val();
        let alloc = (self.unsigned() as u16, self.vals());
        let stores = self.count();
        let stores = (0..stores)
            .map(|_| (Op::ALL[usize::from(self.byte())], self.unsigned(), self.vals::<SmallVec<[Val; 2]>>()))
            .collect();
        VirtualObject { name, alloc, stores }
    }
}
