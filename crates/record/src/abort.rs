//! Why recordings end without a trace: one table of reasons, each with its message and its counter.

macro_rules! abort_reasons {
    ($( $(#[doc = $doc:literal])+ $name:ident = $text:literal ; )*) => {
        /// Why a recording was given up.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum AbortReason { $( $(#[doc = $doc])+ $name, )* }

        impl AbortReason {
            /// All reasons, in table order.
            pub const ALL: &'static [AbortReason] = &[ $( AbortReason::$name, )* ];
            /// Short text for statistics and events.
            pub const fn text(self) -> &'static str {
                match self { $( AbortReason::$name => $text, )* }
            }
        }
    };
}

abort_reasons! {
    /// More uops than `Limits::max_uops`.
    TraceTooLong = "trace too long";
    /// More snapshots than `Limits::max_snapshots`.
    TooManySnapshots = "too many snapshots";
    /// Another loop that is compiled already, or came by too often, lies inside this one; its side traces will cover both.
    InnerLoop = "inner loop";
    /// The frame in which recording started returned.
    LeftRootFrame = "left the root frame";
    /// A function is so short that entering a tree costs more than interpreting it.
    ShortFunction = "function too short";
    /// A function calls itself more deeply than traces inline: native recursion is slower than the interpreter's.
    Recursion = "recursion";
    /// A host function raised an error.
    Raised = "an error was raised";
    /// The handler says that this instruction cannot be recorded.
    Unsupported = "unsupported instruction";
    /// A handler tested a value after an effect, without committing: a bug in the host's handler.
    GuardAfterEffect = "guard after effect";
    /// The optimizer refused the tree.
    OptimizerFailed = "optimizer failed";
    /// The backend refused the tree.
    CompileFailed = "compilation failed";
    /// No code memory.
    NoCodeMemory = "no code memory";
    /// The compile thread did not start: trees are compiled on the host's. Counted once an engine.
    NoThread = "no compile thread";
    /// This machine has no native backend: trees run on the uop interpreter. Counted once an engine.
    NoBackend = "no native backend";
    /// The tree has its full number of side traces.
    TooManySideTraces = "too many side traces";
    /// An assumption was invalidated while recording or compiling.
    Invalidated = "assumption invalidated";
    /// The verifier refused the recorded trace: a bug in the host's handlers or in the recorder.
    Malformed = "malformed trace";
}

/// How often each reason struck.
#[derive(Clone, Debug, Default)]
pub struct AbortCounts([u64; AbortReason::ALL.len()]);

impl AbortCounts {
    /// Counts one.
    pub fn add(&mut self, reason: AbortReason) {
        self.0[reason as usize] += 1;
    }
    /// How often `reason` struck.
    pub fn get(&self, reason: AbortReason) -> u64 {
        self.0[reason as usize]
    }
    /// All reasons that struck, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (AbortReason, u64)> + '_ {
        AbortReason::ALL.iter().map(|&r| (r, self.get(r))).filter(|&(_, n)| n > 0)
    }
}
