//! What exits leave to be done in Rust: boxing and constants.
//!
//! Exits are many, large (one box and one store for each slot) and rarely taken, and they dominate
//! compile time. So the machine code of a guard's exit only stores each value raw in its slot and
//! jumps to a tail that the whole tree shares; the tail calls [`finish_exit`], which boxes in place.

use uplift_uop::{ReprSpec, SnapId};

/// One slot that an exit has not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fix {
    /// Holds a raw integer.
    Int(i32),
    /// Holds the bits of a float.
    Float(i32),
    /// Its low byte holds a boolean.
    Bool(i32),
    /// Holds an address.
    Ref(i32),
    /// Is to hold this word.
    Word(i32, u64),
}

/// What all exits of a tree have left. The tree's code holds its address.
#[derive(Debug)]
pub(crate) struct ExitTable {
    repr: ReprSpec,
    /// Per snapshot the range of its fixes.
    ranges: Vec<(u32, u32)>,
    fixes: Vec<Fix>,
}

impl ExitTable {
    pub fn new(repr: ReprSpec, snapshots: usize) -> ExitTable {
        ExitTable { repr, ranges: vec![(0, 0); snapshots], fixes: Vec::new() }
    }

    /// Sets what a snapshot's exit leaves.
    pub fn set(&mut self, id: SnapId, fixes: &[Fix]) {
        let start = self.fixes.len() as u32;
        self.fixes.extend_from_slice(fixes);
        if let Some(range) = self.ranges.get_mut(id.0 as usize) {
            *range = (start, self.fixes.len() as u32);
        }
    }

    fn of(&self, number: u64) -> &[Fix] {
        let range = usize::try_from(number).ok().and_then(|n| self.ranges.get(n));
        let (start, end) = range.map_or((0, 0), |&(start, end)| (start as usize, end as usize));
        self.fixes.get(start..end).unwrap_or(&[])
    }
}

/// Finishes the slots of an exit. Returns its number, so that no register must keep it over the call.
///
/// # Safety
/// Called by the code that the table belongs to, with the frame that it was entered with.
pub(crate) unsafe extern "C" fn finish_exit(table: *const ExitTable, frame: *mut u64, number: u64) -> u64 {
    // SAFETY: the table lives as long as the code; nobody changes it any more.
    let table = unsafe { &*table };
    for fix in table.of(number) {
        let (Fix::Int(slot) | Fix::Float(slot) | Fix::Bool(slot) | Fix::Ref(slot) | Fix::Word(slot, _)) =
            *fix;
        // SAFETY: the frame has the slots that the tree's snapshots mention.
        unsafe {
            let place = frame.offset(slot as isize);
            let word = match *fix {
                Fix::Int(_) => table.repr.box_int(*place as i64),
                Fix::Float(_) => table.repr.box_float(f64::from_bits(*place)),
                Fix::Bool(_) => table.repr.box_bool(*place as u8 != 0),
                Fix::Ref(_) => table.repr.box_ref(*place),
                Fix::Word(_, word) => word,
            };
            *place = word;
        }
    }
    number
}
