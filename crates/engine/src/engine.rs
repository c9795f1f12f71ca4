//! [`Engine`]: counts, records, compiles, enters, invalidates, evicts. One per host, used from the host's thread.
//!
//! Nothing here can fail the host: whatever goes wrong is counted, an event tells about it, and the interpreter goes on.

use crate::attention::Attention;
use crate::compile::{Compilation, Done, Failure, Job, Output, Pipeline};
use crate::config::{CompileMode, Config, Fault};
use crate::events;
use crate::stats::Stats;
use crate::tree::{Code, Emitted, Exit, TreeState};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{Cell, Ref, RefCell};
use std::ffi::c_void;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use uplift_record::{AbortReason, Action, Finished, Location, LoopCell, Start};
use uplift_uop::spec::SpecError;
use uplift_uop::{HostSpec, Phase, Resume, Scalar, SnapId, Tree};

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
    trees: RefCell<Vec<Rc<TreeState>>>,
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
}

impl Engine {
    /// An engine for the host that `spec` describes.
    pub fn new(spec: &'static HostSpec, config: Config) -> Result<Rc<Engine>, EngineError> {
        spec.validate().map_err(EngineError::Spec)?;
        let attention = Arc::clone(&config.attention);
        let mut stats = Stats::default();
        let mut pipeline = || {
            let pipeline = Pipeline::new(spec, &config, Arc::clone(&attention));
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
            history: RefCell::default(),
            dependants: RefCell::default(),
            broken: RefCell::default(),
            recording: Cell::new(false),
            residual: Rc::default(),
            active: RefCell::default(),
            clock: Cell::new(0),
            stats: RefCell::new(stats),
            config,
        }))
    }

    /// The attention word. Clones of the `Arc` may go to other threads.
    pub fn attention(&self) -> &Arc<Attention> {
        &self.attention
    }
    /// Visits of a header until the engine wants to be asked.
    pub fn threshold(&self) -> i64 {
        self.config.threshold
    }
    /// Whether a recording may start now: one at a time.
    pub fn may_record(&self) -> bool {
        !self.recording.get()
    }

    // --- Headers ---------------------------------------------------------------------------------------------------

    /// What to do at a header whose cell asked.
    pub fn at_header(&self, cell: &mut LoopCell, at: Location) -> Action {
        self.collect_done();
        if self.attention.get() != 0 {
            // Compiled code would leave at once. The host sees to its safepoint, behind the header.
            return Action::Interpret;
        }
        if let Some(id) = cell.tree() {
            let trees = self.trees.borrow();
            let Some(tree) = trees.get(id as usize) else { return Action::Interpret };
            if tree.dead.get() {
                cell.reset();
                return Action::Interpret;
            }
            return if tree.emitted.borrow().is_some() { Action::Enter(id) } else { Action::Interpret };
        }
        if self.recording.get() {
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
    pub fn start_root(&self, at: Location, name: impl FnOnce() -> String, root_depth: usize) -> Start {
        self.recording.set(true);
        let tree = Tree { name: name(), ..Tree::default() };
        events::record_start(at, &tree.name);
        let residual = Rc::clone(&self.residual);
        Start { tree, parent: None, header: at, root_depth, base: 0, limits: self.config.limits, residual }
    }

    /// Takes the outcome of a root recording; compiles it and makes `cell` lead to it.
    pub fn finish_root(&self, at: Location, cell: &mut LoopCell, finished: Finished) {
        self.recording.set(false);
        let tree = match self.accept(finished) {
            Ok(tree) => tree,
            Err(reason) => return self.refuse(at, cell, reason),
        };
        let mut trees = self.trees.borrow_mut();
        let id = trees.len() as u32;
        let state = Rc::new(TreeState {
            id,
            header: at,
            recorded: RefCell::new(tree),
            emitted: RefCell::default(),
            dead: Cell::new(false),
            compiling: Cell::new(false),
            last_entry: Cell::new(self.clock.get()),
            entries: Cell::new(0),
            pending_uops: Cell::new(0),
            refused: RefCell::default(),
        });
        trees.push(Rc::clone(&state));
        drop(trees);
        self.depend(&state);
        self.stats.borrow_mut().traces += 1;
        match self.emit(&state) {
            Ok(()) => cell.set_tree(id),
            Err(reason) => {
                state.dead.set(true);
                self.refuse(at, cell, reason);
            }
        }
    }

    fn refuse(&self, at: Location, cell: &mut LoopCell, reason: AbortReason) {
        let mut history = self.history.borrow_mut();
        let entry = history.entry(at).or_default();
        entry.attempts += 1;
        entry.last = Some(reason);
        let penalty = self.config.threshold.max(16).saturating_mul(1 << entry.attempts.min(20));
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
        for &assumption in &state.recorded.borrow().assumptions {
            let trees = dependants.entry(assumption).or_default();
            if !trees.contains(&state.id) {
                trees.push(state.id);
            }
        }
    }

    // --- Side traces -----------------------------------------------------------------------------------------------

    /// Starts a side trace from `exit`, after the host restored its frames; the tree's root frame is number `root_depth`.
    /// `None`: not now.
    pub fn start_side(&self, exit: &Exit, root_depth: usize) -> Option<Start> {
        let tree = &exit.tree;
        let recorded = tree.recorded.borrow();
        let taken = recorded.traces.iter().any(|t| t.parent == Some(exit.guard()));
        if self.recording.get() || tree.dead.get() || taken || self.attention.get() != 0 {
            return None;
        }
        if recorded.traces.len() > self.config.max_side_traces {
            self.stats.borrow_mut().aborts.add(AbortReason::TooManySideTraces);
            self.refuse_side(exit);
            return None;
        }
        self.recording.set(true);
        let base = exit.frames().last().map_or(0, |f| f.base);
        Some(Start {
            tree: recorded.clone(),
            parent: Some(exit.guard()),
            header: tree.header,
            root_depth,
            base,
            limits: self.config.limits,
            residual: Rc::clone(&self.residual),
        })
    }

    /// Takes the outcome of a side recording.
    pub fn finish_side(&self, exit: &Exit, finished: Finished) {
        self.recording.set(false);
        let Ok(recorded) = self.accept(finished) else { return self.refuse_side(exit) };
        let tree = &exit.tree;
        if tree.dead.get() {
            return;
        }
        let new = recorded.traces.last().map_or(0, |t| t.insts.len());
        events::side_trace(&recorded.name, exit.guard());
        let previous = tree.recorded.replace(recorded);
        self.depend(tree);
        tree.pending_uops.set(tree.pending_uops.get() + new);
        self.stats.borrow_mut().side_traces += 1;
        // Re-emission is worth it once a good part of the tree is new; until then the trace waits in line.
        if tree.pending_uops.get() * 8 >= tree.recorded.borrow().len() && self.emit(tree).is_err() {
            *tree.recorded.borrow_mut() = previous;
            self.refuse_side(exit);
        }
    }

    fn refuse_side(&self, exit: &Exit) {
        let count = exit.emitted.exits[exit.snap.0 as usize].get();
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
        let recorded = state.recorded.borrow().clone();
        state.pending_uops.set(0);
        let started = Instant::now();
        let mut compilation = self.compilation.borrow_mut();
        match &mut *compilation {
            Compilation::Inline(pipeline) => {
                let mut result = pipeline.run(&recorded);
                while matches!(&result, Err(f) if f.reason == AbortReason::NoCodeMemory)
                    && self.evict_one(state.id)
                {
                    result = pipeline.run(&recorded);
                }
                drop(compilation);
                let outcome = self.install(state, result);
                let mut stats = self.stats.borrow_mut();
                stats.longest_pause = stats.longest_pause.max(started.elapsed());
                outcome
            }
            Compilation::Background { jobs, .. } => {
                if jobs.try_send(Job { tree: state.id, recorded }).is_err() {
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
                Compilation::Background { done, .. } => done.try_recv(),
                Compilation::Inline(_) => Err(mpsc::TryRecvError::Empty),
            };
            let Ok(Done { tree, result }) = done else { return };
            let Some(state) = self.trees.borrow().get(tree as usize).cloned() else { continue };
            state.compiling.set(false);
            let full = matches!(&result, Err(f) if f.reason == AbortReason::NoCodeMemory);
            let failed = self.install(&state, result).is_err();
            if full && self.evict_one(state.id) {
                let _ = self.emit(&state);
            } else if failed && state.emitted.borrow().is_none() {
                state.dead.set(true);
            } else if state.pending_uops.get() > 0 {
                // Side traces arrived meanwhile.
                let _ = self.emit(&state);
            }
        }
    }

    fn install(&self, state: &Rc<TreeState>, result: Result<Output, Failure>) -> Result<(), AbortReason> {
        let mut stats = self.stats.borrow_mut();
        let output = result.map_err(|failure| {
            events::failure(&state.recorded.borrow().name, &failure.message);
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
        events::compile(&state.recorded.borrow().name, output.uops(), output.code_bytes, micros);
        let emitted = Rc::new(output.into_emitted());
        let previous = state.emitted.replace(Some(Rc::clone(&emitted)));
        if let Some(previous) = previous {
            carry_counts(&previous, &emitted);
        }
        Ok(())
    }

    fn evict_one(&self, but: u32) -> bool {
        let trees = self.trees.borrow();
        let alive = trees.iter().filter(|t| t.id != but && !t.dead.get() && t.emitted.borrow().is_some());
        let Some(oldest) = alive.min_by_key(|t| t.last_entry.get()) else { return false };
        let bytes = oldest.emitted.take().map_or(0, |e| e.code_bytes);
        oldest.dead.set(true);
        events::evict(&oldest.recorded.borrow().name, bytes);
        self.stats.borrow_mut().evicted += 1;
        true
    }

    // --- Entering --------------------------------------------------------------------------------------------------

    /// First slot, and one past the last slot, that a tree may touch, relative to its root frame.
    pub fn slots(&self, tree: u32) -> (i32, i32) {
        self.trees.borrow().get(tree as usize).map_or((0, 0), |t| t.recorded.borrow().slots)
    }

    /// Runs a tree in place of the interpreter, from its header in the frame whose first slot is at `frame`. `None`: the
    /// tree is gone, and nothing was run.
    ///
    /// # Safety
    /// The frame must stand at the tree's header with all slots of [`Engine::slots`] accessible, and `context` must be the
    /// host that the declared functions expect.
    pub unsafe fn enter(&self, tree: u32, context: *mut c_void, frame: *mut u64) -> Option<Exit> {
        let state = self.trees.borrow().get(tree as usize).cloned()?;
        let emitted = state.emitted.borrow().clone()?;
        if state.dead.get() {
            return None;
        }
        let now = self.clock.get() + 1;
        self.clock.set(now);
        state.last_entry.set(now);
        state.entries.set(state.entries.get() + 1);
        events::enter(&state);
        self.active.borrow_mut().push(Rc::clone(&state));
        // SAFETY: the caller's promise; `emitted` keeps the code alive.
        let snap = unsafe { self.run(&emitted, context, frame) };
        self.active.borrow_mut().pop();
        let snap = snap?;
        let hot = self.count_exit(&state, &emitted, snap);
        Some(Exit { emitted, tree: state, snap, hot })
    }

    unsafe fn run(&self, emitted: &Emitted, context: *mut c_void, frame: *mut u64) -> Option<SnapId> {
        match &emitted.code {
            #[cfg(feature = "cranelift")]
            // SAFETY: the caller's promise.
            Code::Native(blob) => Some(SnapId(unsafe { (blob.entry())(context, frame) } as u32)),
            Code::Interp(layout) => {
                let program = uplift_interp::Program::with_layout(&emitted.tree, self.spec, layout);
                // SAFETY: the caller's promise.
                let exit = unsafe { program.run(context, frame, self.attention.word(), None) };
                match exit {
                    Ok(exit) => Some(exit.snap),
                    // The optimizer's output was malformed, which its verifier excludes; the frame may be half-way.
                    Err(fault) => unreachable!("uop interpreter: {fault:?}"),
                }
            }
        }
    }

    fn count_exit(&self, state: &Rc<TreeState>, emitted: &Emitted, snap: SnapId) -> bool {
        let counter = &emitted.exits[snap.0 as usize];
        let count = counter.get().saturating_add(1);
        counter.set(count);
        let snapshot = &emitted.tree.snaps[snap.0 as usize];
        events::exit(state, snapshot.guard, count);
        if count < self.config.side_threshold
            || snapshot.resume == Resume::Raise
            || !emitted.is_recorded(snapshot.guard)
            || self.attention.get() != 0
        {
            return false;
        }
        if state.refused.borrow().get(&snapshot.guard).is_some_and(|&limit| count < limit) {
            return false;
        }
        let waiting = state.recorded.borrow().traces.iter().any(|t| t.parent == Some(snapshot.guard));
        if waiting {
            // Its side trace is recorded but not yet emitted, and the exit is still hot: time to re-emit.
            if !state.compiling.get()
                && state.pending_uops.get() > 0
                && count.is_multiple_of(self.config.side_threshold)
            {
                let _ = self.emit(state);
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
            let Some(tree) = self.trees.borrow().get(id as usize).cloned() else { continue };
            if !tree.dead.replace(true) {
                events::invalidate(&tree.recorded.borrow().name, assumption);
                self.stats.borrow_mut().invalidated += 1;
                tree.emitted.take();
            }
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
        let mut visit_tree = |tree: &Tree| {
            for constant in tree.consts.iter() {
                if let Scalar::Ref(bits) | Scalar::Word(bits) = constant {
                    visit(bits);
                }
            }
        };
        for tree in self.trees.borrow().iter() {
            // Dead trees may still stand on the native stack, and then finish their current iteration.
            visit_tree(&tree.recorded.borrow());
            if let Some(emitted) = &*tree.emitted.borrow() {
                visit_tree(&emitted.tree);
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
            stats.uops_recorded += tree.recorded.borrow().len() as u64;
            let Some(emitted) = &*tree.emitted.borrow() else { continue };
            stats.code_bytes += emitted.code_bytes;
            for (snapshot, count) in emitted.tree.snaps.iter().zip(&emitted.exits) {
                if count.get() > 0 {
                    let phase = if snapshot.guard.phase == Phase::Body { "body" } else { "preamble" };
                    let guard = format!("g{}.{phase}", snapshot.guard.number);
                    exits.push((emitted.tree.name.clone(), guard, u64::from(count.get())));
                }
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
        let trees: Ref<'_, Vec<_>> = self.trees.borrow();
        let live = trees.iter().filter(|t| !t.dead.get());
        live.map(|t| {
            let recorded = t.recorded.borrow();
            let emitted = t.emitted.borrow();
            let (uops, bytes) = emitted.as_ref().map_or((0, 0), |e| (e.tree.len(), e.code_bytes));
            (recorded.name.clone(), recorded.len(), uops, bytes)
        })
        .collect()
    }

    /// The longest time that the host has waited for a compilation.
    pub fn longest_pause(&self) -> Duration {
        self.stats.borrow().longest_pause
    }
}

/// Exit counts follow their guards into the new emission.
fn carry_counts(previous: &Emitted, next: &Emitted) {
    let exits = previous.tree.snaps.iter().zip(&previous.exits);
    let counts: FxHashMap<_, _> = exits
        .filter(|(s, _)| previous.is_recorded(s.guard))
        .map(|(s, count)| (s.guard, count.get()))
        .collect();
    for (snapshot, counter) in next.tree.snaps.iter().zip(&next.exits) {
        if let Some(&count) = counts.get(&snapshot.guard).filter(|_| next.is_recorded(snapshot.guard)) {
            counter.set(count);
        }
    }
}
