//! [`Engine`]: counts, records, compiles, enters, invalidates, evicts. One per host, used from the host's thread.
//!
//! Nothing here can fail the host: whatever goes wrong is counted, an event tells about it, and the interpreter goes on.

use crate::attention::Attention;
use crate::chaos::Disorder;
use crate::check;
use crate::compile::{Compilation, Counters, Done, Failure, Job, Output, Pipeline};
use crate::config::{Backend, CompileMode, Config, Fault};
use crate::events;
use crate::stats::Stats;
use crate::stop::Fuel;
use crate::tree::{Emitted, Entry, Exit, ExitTarget, TreeState, roots};
use crate::trees::Trees;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uplift_record::{AbortReason, Action, Finished, HeaderKind, Limits, Location, LoopCell, Start};
use uplift_uop::packed::PackedTree;
use uplift_uop::spec::SpecError;
use uplift_uop::{HostSpec, Phase, Resume, SnapId, Tree};

/// Why an engine was not made.
#[derive(Debug)]
pub enum EngineError {
    /// The host's declarations contradict themselves.
    Spec(SpecError),
}

impl std::fmt::Display for EngineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            EngineError::Spec(error) => write!(f, "{error}"),
        }
    }
}
impl std::error::Error for EngineError {}

/// How much hotter a function must be than a loop before it is recorded.
const FUNCTION_FACTOR: i64 = 12;
/// Visits after which a function is tried again whose run was too short to be worth a trace.
const SHORT_FUNCTION_VISITS: i64 = 13;

/// What is known of a location that was tried.
#[derive(Clone, Copy, Default)]
struct History {
    attempts: u32,
    last: Option<AbortReason>,
}

/// A tracing JIT for one host.
pub struct Engine {
    spec: &'static HostSpec,
    config: Config,
    attention: Arc<Attention>,
    compilation: RefCell<Compilation>,
    pub(crate) trees: RefCell<Trees>,
    /// The tree of each header.
    headers: RefCell<FxHashMap<Location, u32>>,
    history: RefCell<FxHashMap<Location, History>>,
    dependants: RefCell<FxHashMap<u64, Vec<u32>>>,
    /// Assumptions that broke while a recording was under way.
    broken: RefCell<Vec<u64>>,
    recording: Cell<bool>,
    /// Code that recordings call instead of inlining.
    residual: Rc<RefCell<FxHashSet<u64>>>,
    active: RefCell<Vec<Rc<TreeState>>>,
    clock: Cell<u64>,
    stats: RefCell<Stats>,
    pub(crate) chaos: Option<Box<Disorder>>,
    pub(crate) fuel: Option<Fuel>,
}

impl Engine {
    /// An engine for the host that `spec` describes.
    pub fn new(spec: &'static HostSpec, mut config: Config) -> Result<Rc<Engine>, EngineError> {
        spec.validate().map_err(EngineError::Spec)?;
        let attention = Arc::clone(&config.attention);
        let mut stats = Stats::default();
        let chaos = Disorder::new(&mut config);
        let fuel = config.fuel.map(Fuel::new);
        let mut pipeline = || {
            let counters = Counters {
                countdown: chaos.as_ref().map(|chaos| Arc::clone(chaos.countdown())),
                fuel: fuel.as_ref().map(|fuel| Arc::clone(fuel.word())),
            };
            let pipeline = Pipeline::new(spec, &config, Arc::clone(&attention), counters);
            if pipeline.lacks_backend() {
                stats.aborts.add(AbortReason::NoBackend);
            }
            pipeline
        };
        let background = config.mode == CompileMode::Background;
        let compilation = if background && config.has_fault(Fault::Thread) {
            Err(std::io::ErrorKind::OutOfMemory.into())
        } else if background {
            Compilation::background(pipeline())
        } else {
            Ok(Compilation::Inline(Box::new(pipeline())))
        };
        let compilation = match compilation {
            Ok(compilation) => compilation,
            Err(error) => {
                tracing::warn!(target: "uplift::compile", %error, "no compile thread; compiling inline");
                let inline = Compilation::Inline(Box::new(pipeline()));
                stats.aborts.add(AbortReason::NoThread);
                inline
            }
        };
        Ok(Rc::new(Engine {
            spec,
            attention,
            compilation: RefCell::new(compilation),
            trees: RefCell::default(),
            headers: RefCell::default(),
            history: RefCell::default(),
            dependants: RefCell::default(),
            broken: RefCell::default(),
            recording: Cell::new(false),
            residual: Rc::default(),
            active: RefCell::default(),
            clock: Cell::new(0),
            stats: RefCell::new(stats),
            chaos,
            fuel,
            config,
        }))
    }

    /// The attention word. Clones of the `Arc` may go to other threads.
    pub fn attention(&self) -> &Arc<Attention> {
        &self.attention
    }
    /// Visits of a header until the engine wants to be asked.
    pub fn threshold(&self) -> i64 {
        // Who counts fuel wants to be asked each time.
        if self.fuel.is_some() { i64::MIN } else { self.config.threshold }
    }
    /// Whether trees run as machine code: where it was wanted and there is a backend.
    pub fn runs_machine_code(&self) -> bool {
        let lacking = self.stats.borrow().aborts.get(AbortReason::NoBackend) > 0;
        cfg!(feature = "cranelift") && self.config.backend == Backend::Native && !lacking
    }
    /// Whether a recording may start now: one at a time.
    pub fn may_record(&self) -> bool {
        !self.recording.get()
    }

    // --- Headers ---------------------------------------------------------------------------------------------------

    /// What to do at a header whose cell asked.
    pub fn at_header(&self, cell: &mut LoopCell, at: Location, kind: HeaderKind) -> Action {
        let Some(fuel) = &self.fuel else { return self.at_hot_header(cell, at, kind) };
        let hot = cell.visit(self.config.threshold);
        let action = if hot { self.at_hot_header(cell, at, kind) } else { Action::Interpret };
        if !matches!(action, Action::Enter(_)) {
            // A tree does so itself.
            fuel.burn();
        }
        action
    }

    fn at_hot_header(&self, cell: &mut LoopCell, at: Location, kind: HeaderKind) -> Action {
        self.collect_done();
        if self.attention.get() != 0 {
            // Compiled code would leave at once. The host sees to its safepoint, behind the header.
            return Action::Interpret;
        }
        if self.chaos.as_ref().is_some_and(|chaos| self.disturb(chaos, at)) {
            return Action::Interpret;
        }
        if let Some(id) = cell.tree() {
            let trees = self.trees.borrow();
            // The tree that the cell means may be dead, and its number another's.
            let Some(tree) = trees.get(id).filter(|tree| tree.header == at) else {
                cell.reset();
                return Action::Interpret;
            };
            return if tree.emitted.borrow().is_some() { Action::Enter(id) } else { Action::Interpret };
        }
        if self.recording.get() {
            return Action::Interpret;
        }
        if let Some(&id) = self.headers.borrow().get(&at) {
            // Another cell of the location leads to it.
            let callee = self.trees.borrow().get(id).is_some_and(|tree| tree.kind == HeaderKind::Callee);
            if callee && kind == HeaderKind::Function {
                cell.postpone(self.config.threshold, self.config.threshold.saturating_mul(64));
                return Action::Interpret;
            }
            cell.set_tree(id);
            return Action::Enter(id);
        }
        if kind == HeaderKind::Function && !self.history.borrow().contains_key(&at) {
            // Loops come first: their traces inline functions.
            self.history.borrow_mut().insert(at, History::default());
            cell.postpone(self.config.threshold, self.config.threshold.saturating_mul(FUNCTION_FACTOR - 1));
            return Action::Interpret;
        }
        let attempts = self.history.borrow().get(&at).map_or(0, |h| h.attempts);
        if attempts >= self.config.max_attempts {
            // Not for ever: a long pause, then a fresh start.
            self.history.borrow_mut().remove(&at);
            cell.postpone(self.config.threshold, self.config.threshold.saturating_mul(1 << 16).min(1 << 40));
            return Action::Interpret;
        }
        events::hot(at);
        Action::Record
    }

    /// Starts a root trace at `at`, in frame number `root_depth`.
    pub fn start_root(
        &self,
        at: Location,
        kind: HeaderKind,
        name: impl FnOnce() -> String,
        root_depth: usize,
    ) -> Start {
        self.recording.set(true);
        let tree = Tree { name: name(), ..Tree::default() };
        events::record_start(at, &tree.name);
        let residual = Rc::clone(&self.residual);
        Start { tree, parent: None, header: at, kind, root_depth, base: 0, limits: self.limits(), residual }
    }

    /// Takes the outcome of a root recording; compiles it and makes `cell` lead to it.
    pub fn finish_root(&self, at: Location, kind: HeaderKind, cell: &mut LoopCell, finished: Finished) {
        self.recording.set(false);
        let tree = match self.accept(finished) {
            Ok(tree) => tree,
            Err(reason) => return self.refuse(at, cell, reason),
        };
        let state = self.trees.borrow_mut().insert(|id, serial| TreeState {
            id,
            serial,
            header: at,
            kind,
            recorded: RefCell::new(PackedTree::new(tree)),
            emitted: RefCell::default(),
            dead: Cell::new(false),
            compiling: Cell::new(false),
            last_entry: Cell::new(self.clock.get()),
            entries: Cell::new(0),
            pending_uops: Cell::new(0),
            waited: Cell::new(0),
            refused: RefCell::default(),
        });
        self.headers.borrow_mut().insert(at, state.id);
        self.depend(&state);
        self.stats.borrow_mut().traces += 1;
        match self.emit(&state) {
            Ok(()) => cell.set_tree(state.id),
            Err(reason) => {
                self.bury(&state);
                self.refuse(at, cell, reason);
            }
        }
    }

    /// Limits of the recording that starts now.
    fn limits(&self) -> Limits {
        let usual = self.config.limits;
        self.chaos.as_ref().map_or(usual, |chaos| chaos.limits(usual))
    }

    fn refuse(&self, at: Location, cell: &mut LoopCell, reason: AbortReason) {
        let mut history = self.history.borrow_mut();
        let entry = history.entry(at).or_default();
        entry.attempts =
            if reason == AbortReason::Recursion { self.config.max_attempts } else { entry.attempts + 1 };
        entry.last = Some(reason);
        // A short run of a function says little about the next (recursion ends in short runs), and costs little.
        let again_soon = reason == AbortReason::ShortFunction && entry.attempts < self.config.max_attempts;
        let penalty = if again_soon {
            SHORT_FUNCTION_VISITS
        } else {
            self.config.threshold.max(16).saturating_mul(1 << entry.attempts.min(20))
        };
        cell.postpone(self.config.threshold, penalty);
    }

    fn accept(&self, finished: Finished) -> Result<Tree, AbortReason> {
        let broken = self.broken.take();
        let outcome = match finished {
            Finished::Trace(tree) if tree.assumptions.iter().any(|a| broken.contains(a)) => {
                Err((tree.name, AbortReason::Invalidated))
            }
            Finished::Trace(tree) => Ok(tree),
            Finished::Aborted(reason) => Err((String::new(), reason)),
        };
        outcome.map_err(|(name, reason)| {
            events::abort(&name, reason);
            self.stats.borrow_mut().aborts.add(reason);
            reason
        })
    }

    fn depend(&self, state: &TreeState) {
        let mut dependants = self.dependants.borrow_mut();
        for &assumption in &state.recorded.borrow().bare().assumptions {
            let trees = dependants.entry(assumption).or_default();
            if !trees.contains(&state.id) {
                trees.push(state.id);
            }
        }
    }

    fn undepend(&self, state: &TreeState, assumptions: &[u64]) {
        let mut dependants = self.dependants.borrow_mut();
        for assumption in assumptions {
            if let Some(trees) = dependants.get_mut(assumption) {
                trees.retain(|&id| id != state.id);
                if trees.is_empty() {
                    dependants.remove(assumption);
                }
            }
        }
    }

    // --- Side traces -----------------------------------------------------------------------------------------------

    /// Starts a side trace from `exit`, after the host restored its frames; the tree's root frame is number `root_depth`.
    /// `None`: not now.
    pub fn start_side(&self, exit: &Exit, root_depth: usize) -> Option<Start> {
        let tree = &exit.tree;
        let recorded = tree.recorded.borrow();
        let traces = &recorded.bare().traces;
        let taken = traces.iter().any(|t| t.parent == Some(exit.guard()));
        if self.recording.get() || tree.dead.get() || taken || self.attention.get() != 0 {
            return None;
        }
        if traces.len() > self.config.max_side_traces {
            self.stats.borrow_mut().aborts.add(AbortReason::TooManySideTraces);
            self.refuse_side(exit);
            return None;
        }
        self.recording.set(true);
        let base = exit.frames().last().map_or(0, |f| f.base);
        Some(Start {
            tree: recorded.unpack(),
            parent: Some(exit.guard()),
            header: tree.header,
            kind: tree.kind,
            root_depth,
            base,
            limits: self.limits(),
            residual: Rc::clone(&self.residual),
        })
    }

    /// Takes the outcome of a side recording.
    pub fn finish_side(&self, exit: &Exit, finished: Finished) {
        self.recording.set(false);
        let tree = &exit.tree;
        let recorded = match self.accept(finished) {
            Ok(recorded) => recorded,
            Err(AbortReason::Recursion) => return self.give_up(tree),
            Err(_) => return self.refuse_side(exit),
        };
        if tree.dead.get() {
            return;
        }
        let new = recorded.traces.last().map_or(0, |t| t.insts.len());
        events::side_trace(&recorded.name, exit.guard());
        let previous = tree.recorded.replace(PackedTree::new(recorded));
        self.depend(tree);
        let waiting = tree.pending_uops.get();
        tree.pending_uops.set(waiting + new);
        self.stats.borrow_mut().side_traces += 1;
        // Re-emission is worth it at once if a good part of the tree is new; else the trace waits in line.
        if tree.pending_uops.get() * 2 >= tree.recorded.borrow().bare().len() && self.emit(tree).is_err() {
            let refused = tree.recorded.replace(previous);
            self.undepend(tree, &refused.bare().assumptions);
            self.depend(tree);
            // Traces that were waiting before wait on.
            tree.pending_uops.set(waiting);
            self.refuse_side(exit);
        }
    }

    /// Says that nothing is to be recorded from an exit, however often it is taken.
    pub fn settle(&self, exit: &Exit) {
        exit.target().ask.set(u32::MAX);
    }

    /// Drops a function's tree that covers only the runs which do not recurse.
    fn give_up(&self, tree: &TreeState) {
        let mut history = self.history.borrow_mut();
        let entry = history.entry(tree.header).or_default();
        (entry.attempts, entry.last) = (self.config.max_attempts, Some(AbortReason::Recursion));
        self.bury(tree);
    }

    fn refuse_side(&self, exit: &Exit) {
        let count = exit.target().taken.get();
        exit.tree
            .refused
            .borrow_mut()
            .insert(exit.guard(), count.max(self.config.side_threshold).saturating_mul(4));
    }

    // --- Compilation -----------------------------------------------------------------------------------------------

    fn emit(&self, state: &Rc<TreeState>) -> Result<(), AbortReason> {
        if state.compiling.get() {
            return Ok(());
        }
        let recorded = state.recorded.borrow().unpack();
        state.pending_uops.set(0);
        state.waited.set(0);
        let started = Instant::now();
        let mut compilation = self.compilation.borrow_mut();
        match &mut *compilation {
            Compilation::Inline(pipeline) => {
                let mut result = self.mishap().map_or_else(|| pipeline.run(&recorded), Err);
                while matches!(&result, Err(f) if f.reason == AbortReason::NoCodeMemory)
                    && self.evict_one(state.id)
                {
                    result = pipeline.run(&recorded);
                }
                drop(compilation);
                let done = Done { tree: state.serial, result };
                let done = match &self.chaos {
                    Some(chaos) => chaos.delay(done),
                    None => Some(done),
                };
                let Some(done) = done else {
                    state.compiling.set(true);
                    return Ok(());
                };
                let outcome = self.install(state, done.result);
                let mut stats = self.stats.borrow_mut();
                stats.longest_pause = stats.longest_pause.max(started.elapsed());
                outcome
            }
            Compilation::Background { jobs, .. } => {
                if jobs.try_send(Job { tree: state.serial, recorded }).is_err() {
                    return Err(AbortReason::CompileFailed);
                }
                state.compiling.set(true);
                Ok(())
            }
        }
    }

    fn collect_done(&self) {
        loop {
            let done = match &*self.compilation.borrow() {
                Compilation::Background { done, .. } => done.try_recv().ok(),
                Compilation::Inline(_) => self.chaos.as_ref().and_then(|chaos| chaos.arrived()),
            };
            let Some(Done { tree, result }) = done else { return };
            let Some(state) = self.trees.borrow().with_serial(tree).cloned() else { continue };
            state.compiling.set(false);
            let full = matches!(&result, Err(f) if f.reason == AbortReason::NoCodeMemory);
            let failed = self.install(&state, result).is_err();
            if full && self.evict_one(state.id) {
                let _ = self.emit(&state);
            } else if failed && state.emitted.borrow().is_none() {
                self.bury(&state);
            } else if state.pending_uops.get() > 0 {
                // Side traces arrived meanwhile.
                let _ = self.emit(&state);
            }
        }
    }

    fn install(&self, state: &Rc<TreeState>, result: Result<Output, Failure>) -> Result<(), AbortReason> {
        let mut stats = self.stats.borrow_mut();
        let output = result.map_err(|failure| {
            events::failure(&state.recorded.borrow().bare().name, &failure.message);
            stats.aborts.add(failure.reason);
            failure.reason
        })?;
        if state.dead.get() {
            return Err(AbortReason::Invalidated);
        }
        stats.emissions += 1;
        stats.uops_emitted += output.uops() as u64;
        stats.optimize_time += output.optimize_time;
        stats.compile_time += output.compile_time;
        let micros = (output.optimize_time + output.compile_time).as_micros();
        events::compile(&state.recorded.borrow().bare().name, output.uops(), output.code_bytes, micros);
        let emitted = Rc::new(output.into_emitted());
        let previous = state.emitted.replace(Some(Rc::clone(&emitted)));
        if let Some(previous) = previous {
            emitted.carry_counts(&previous);
        }
        Ok(())
    }

    fn evict_one(&self, but: u32) -> bool {
        let trees = self.trees.borrow();
        let others = trees.iter().filter(|t| t.id != but && t.emitted.borrow().is_some());
        let Some(oldest) = others.min_by_key(|t| t.last_entry.get()).cloned() else { return false };
        drop(trees);
        self.evict(&oldest);
        true
    }

    pub(crate) fn evict(&self, tree: &TreeState) {
        let bytes = tree.emitted.borrow().as_ref().map_or(0, |e| e.code_bytes);
        events::evict(&tree.recorded.borrow().bare().name, bytes);
        self.bury(tree);
        self.stats.borrow_mut().evicted += 1;
    }

    /// Lets go of a tree that shall not be entered any more. Who runs it or left it still holds it.
    fn bury(&self, tree: &TreeState) {
        if tree.dead.replace(true) {
            return;
        }
        self.trees.borrow_mut().remove(tree);
        self.headers.borrow_mut().remove(&tree.header);
        tree.emitted.take();
        let recorded = tree.recorded.borrow();
        self.undepend(tree, &recorded.bare().assumptions);
        let mut stats = self.stats.borrow_mut();
        stats.entries += tree.entries.get();
        stats.uops_recorded += recorded.bare().len() as u64;
    }

    // --- Entering --------------------------------------------------------------------------------------------------

    /// Tree number `tree`, to be entered at `header`. `None`: it is gone.
    #[inline]
    pub fn entry(&self, tree: u32, header: Location) -> Option<Entry> {
        let trees = self.trees.borrow();
        // The tree that had the number may be dead, and the number another's.
        let tree = trees.get(tree).filter(|tree| tree.header == header)?;
        let emitted = Rc::clone(tree.emitted.borrow().as_ref()?);
        Some(Entry { tree: Rc::clone(tree), emitted })
    }

    /// Runs a tree in place of the interpreter, from its header in the frame whose first slot is at `frame`.
    ///
    /// # Safety
    /// The frame must stand at the tree's header with all slots of [`Entry::slots`] accessible, and `context` must be the
    /// host that the declared functions expect.
    #[inline]
    pub unsafe fn enter(&self, entry: Entry, context: *mut c_void, frame: *mut u64) -> Exit {
        let Entry { tree, emitted } = entry;
        let now = self.clock.get() + 1;
        self.clock.set(now);
        tree.last_entry.set(now);
        tree.entries.set(tree.entries.get() + 1);
        events::enter(&tree);
        self.active.borrow_mut().push(Rc::clone(&tree));
        if let Some(chaos) = &self.chaos {
            chaos.arm();
        }
        let host = check::Host {
            spec: self.spec,
            attention: &self.attention,
            chaos: self.chaos.as_deref(),
            fuel: self.fuel.as_ref(),
            context,
            frame,
        };
        // SAFETY: the caller's promise; `emitted` keeps the code alive.
        let snap = unsafe { check::run(&emitted, tree.entries.get(), &host) };
        self.active.borrow_mut().pop();
        let early = self.chaos.as_ref().is_some_and(|chaos| chaos.disarm(emitted.target(snap)));
        // The guard held: its side trace begins with what it would find if it did not.
        let hot = !early && self.count_exit(&tree, &emitted, snap);
        Exit { emitted, tree, snap, hot }
    }

    /// The tree that goes on where `exit` has left, without the host in between: the root frame stands at its header,
    /// and there are no other frames.
    #[inline]
    pub fn next(&self, exit: &Exit) -> Option<Entry> {
        if exit.hot || self.attention.get() != 0 {
            return None;
        }
        if self.clock.get().is_multiple_of(64) {
            // Trees may follow each other for a long time.
            self.collect_done();
        }
        let target = exit.target();
        if let (Some(next), Some(header)) = (target.next.get(), target.header) {
            let next = self.entry(next, header);
            if next.is_none() {
                target.next.set(None);
            }
            return next;
        }
        // Rare exits need no shortcut, and the others find it soon.
        if target.taken.get().is_power_of_two() { self.find_next(exit) } else { None }
    }

    #[cold]
    fn find_next(&self, exit: &Exit) -> Option<Entry> {
        // At its own header the tree may have done nothing: the host's turn, so that there is progress.
        let header = exit.target().header.filter(|&header| header != exit.tree.header)?;
        let id = self.headers.borrow().get(&header).copied()?;
        exit.target().next.set(Some(id));
        self.entry(id, header)
    }

    /// Counts an exit. Whether a side trace shall be recorded from it.
    #[inline]
    fn count_exit(&self, tree: &Rc<TreeState>, emitted: &Emitted, snap: SnapId) -> bool {
        let exit = emitted.target(snap);
        let count = exit.taken.get().saturating_add(1);
        exit.taken.set(count);
        events::exit(tree, exit.guard, count);
        count >= exit.ask.get() && self.is_hot(tree, emitted, exit, count)
    }

    /// Whether to record from an exit that was taken `count` times; if not, says when to ask again.
    #[cold]
    fn is_hot(&self, tree: &Rc<TreeState>, emitted: &Emitted, exit: &ExitTarget, count: u32) -> bool {
        if exit.resume == Resume::Raise || !emitted.is_recorded(exit.guard) {
            exit.ask.set(u32::MAX);
            return false;
        }
        if count < self.config.side_threshold {
            exit.ask.set(self.config.side_threshold);
            return false;
        }
        if self.attention.get() != 0 {
            return false;
        }
        if let Some(&limit) = tree.refused.borrow().get(&exit.guard)
            && count < limit
        {
            exit.ask.set(limit);
            return false;
        }
        if tree.recorded.borrow().bare().traces.iter().any(|t| t.parent == Some(exit.guard)) {
            // Its side trace is recorded but not yet emitted. Exits cost as well as compilations do: time to re-emit after
            // one exit for each uop of the tree (fewer, if the side threshold is below the default).
            let waited = tree.waited.get() + 1;
            tree.waited.set(waited);
            let worth =
                tree.recorded.borrow().bare().len() as u64 * u64::from(self.config.side_threshold) / 40;
            if waited >= worth && !tree.compiling.get() && tree.pending_uops.get() > 0 {
                let _ = self.emit(tree);
            }
            return false;
        }
        true
    }

    // --- Invalidation ----------------------------------------------------------------------------------------------

    /// An assumption no longer holds: drops exactly the trees that depend on it.
    pub fn invalidate(&self, assumption: u64) {
        if self.recording.get() {
            self.broken.borrow_mut().push(assumption);
        }
        let Some(trees) = self.dependants.borrow_mut().remove(&assumption) else { return };
        for id in trees {
            let Some(tree) = self.trees.borrow().get(id).cloned() else { continue };
            events::invalidate(&tree.recorded.borrow().bare().name, assumption);
            self.stats.borrow_mut().invalidated += 1;
            self.bury(&tree);
        }
        if self.active.borrow().iter().any(|t| t.dead.get()) {
            self.attention.set(Attention::INVALIDATED);
        }
    }

    /// Whether anything depends on an assumption.
    pub fn depends(&self, assumption: u64) -> bool {
        self.dependants.borrow().contains_key(&assumption)
    }

    /// At a safepoint with engine bits in the attention word: clears them unless an invalidated tree still stands on the
    /// native stack, whose code must see them when control returns to it.
    pub fn poll(&self) {
        if !self.active.borrow().iter().any(|t| t.dead.get()) {
            self.attention.clear(Attention::INVALIDATED);
        }
    }

    // --- Inspection ------------------------------------------------------------------------------------------------

    /// All references and words that live trees hold as constants: roots for the host's collector.
    pub fn for_each_root(&self, mut visit: impl FnMut(u64)) {
        let (trees, active) = (self.trees.borrow(), self.active.borrow());
        // Dead trees may still stand on the native stack, and then finish their current iteration.
        for tree in trees.iter().chain(active.iter().filter(|tree| tree.dead.get())) {
            roots(tree.recorded.borrow().bare()).for_each(&mut visit);
            if let Some(emitted) = &*tree.emitted.borrow() {
                emitted.roots().iter().copied().for_each(&mut visit);
            }
        }
    }

    /// Counts so far.
    pub fn stats(&self) -> Stats {
        self.collect_done();
        let mut stats = self.stats.borrow().clone();
        let mut exits = Vec::new();
        for tree in self.trees.borrow().iter() {
            stats.entries += tree.entries.get();
            stats.uops_recorded += tree.recorded.borrow().bare().len() as u64;
            let Some(emitted) = &*tree.emitted.borrow() else { continue };
            stats.code_bytes += emitted.code_bytes;
            stats.snapshots += emitted.snapshots().len();
            stats.snapshot_bytes += emitted.snapshots().bytes();
            stats.exit_bytes += emitted.exit_bytes();
            for exit in emitted.taken() {
                let phase = if exit.guard.phase == Phase::Body { "body" } else { "preamble" };
                let guard = format!("g{}.{phase}", exit.guard.number);
                exits.push((emitted.name.clone(), guard, u64::from(exit.taken.get())));
            }
        }
        exits.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.cmp(b)));
        exits.truncate(10);
        stats.hottest_exits = exits;
        stats
    }

    /// Why locations have no compiled tree: each location that was tried in vain, with the last reason.
    pub fn explain(&self) -> Vec<(Location, u32, AbortReason)> {
        let history = self.history.borrow();
        let rows = history.iter().filter_map(|(&at, h)| h.last.map(|reason| (at, h.attempts, reason)));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|(at, ..)| (at.code, at.pc));
        rows
    }

    /// Names of all live trees with their sizes: uops recorded, uops emitted, bytes of code.
    pub fn trees(&self) -> Vec<(String, usize, usize, usize)> {
        let trees = self.trees.borrow();
        let rows = trees.iter().map(|t| {
            let recorded = t.recorded.borrow();
            let emitted = t.emitted.borrow();
            let (uops, bytes) = emitted.as_ref().map_or((0, 0), |e| (e.uops, e.code_bytes));
            (recorded.bare().name.clone(), recorded.bare().len(), uops, bytes)
        });
        rows.collect()
    }

    /// How many numbers trees have: the most trees that were alive at once. Those of dead trees are used again.
    pub fn tree_numbers(&self) -> usize {
        self.trees.borrow().numbers()
    }

    /// The longest time that the host has waited for a compilation.
    pub fn longest_pause(&self) -> Duration {
        self.stats.borrow().longest_pause
    }
}
