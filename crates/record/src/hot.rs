//! Hotness: deterministic counters, one per bytecode location, which live in the host's instruction stream.

/// The counter of a loop header or function entry, 64 bits of the host's memory, zero at first. It counts up to the
/// threshold; from then on it holds the number of a compiled tree, or counts again after a penalty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct LoopCell(i64);

const TREE: i64 = 1 << 62;

/// What the engine says about a header that reached the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Go on interpreting.
    Interpret,
    /// Record a trace from here.
    Record,
    /// Enter tree number so-and-so.
    Enter(u32),
}

impl LoopCell {
    /// The cell that a word of the host's memory is.
    pub fn in_word(word: &mut u64) -> &mut LoopCell {
        // SAFETY: a cell is transparent over a 64-bit integer, of which all bits are valid.
        unsafe { &mut *std::ptr::from_mut(word).cast::<LoopCell>() }
    }
    /// Counts one visit. True when the engine must be asked.
    #[inline(always)]
    pub fn visit(&mut self, threshold: i64) -> bool {
        if self.0 >= threshold {
            return true;
        }
        self.0 += 1;
        false
    }
    /// Marks the location as the header of a compiled tree.
    pub fn set_tree(&mut self, tree: u32) {
        self.0 = TREE + i64::from(tree);
    }
    /// The compiled tree that starts here.
    pub fn tree(self) -> Option<u32> {
        u32::try_from(self.0.checked_sub(TREE)?).ok()
    }
    /// `visits` more visits until the threshold is reached again.
    pub fn postpone(&mut self, threshold: i64, visits: i64) {
        self.0 = threshold.saturating_sub(visits);
    }
    /// Makes the next visit ask the engine (unless a tree starts here).
    pub fn heat(&mut self, threshold: i64) {
        if self.tree().is_none() {
            self.0 = threshold;
        }
    }
    /// Starts over.
    pub fn reset(&mut self) {
        self.0 = 0;
    }
}

/// What a root trace starts at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderKind {
    /// A loop's header: the trace goes around the loop.
    Loop,
    /// A function's first instruction: the trace ends where the function returns, or at a loop of its own.
    Function,
    /// The same, of a function that compiled code calls, for which even a short tree is worth it.
    Callee,
}

/// Limits of one recording.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Uops in a trace.
    pub max_uops: usize,
    /// Snapshots in a trace.
    pub max_snapshots: usize,
    /// Frames inlined below the root frame.
    pub max_inline_depth: usize,
    /// Frames of the same code in the inlined chain, the first included.
    pub max_recursion: usize,
    /// Least number of instructions in the root trace of a function that the interpreter enters: entering a tree costs as
    /// much as interpreting some.
    pub min_function: usize,
    /// Visits of one foreign loop header in a recording: short inner loops are unrolled up to here.
    pub max_inner_visits: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            max_uops: 4000,
            max_snapshots: 500,
            max_inline_depth: 12,
            max_recursion: 2,
            min_function: 24,
            max_inner_visits: 5,
        }
    }
}
