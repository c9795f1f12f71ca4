//! Chaos: everything that may happen to an engine does, at random, and from one seed the same each time.
//!
//! Under [`Chaos`] loops are recorded and exits continued at once, guards fail that hold, recordings are cut short,
//! compilations fail, find no memory or come late, trees are evicted and invalidated, and the host collects when it need
//! not. None of this may change what a program computes.
//!
//! Each thing that may go wrong is a *decision* with a number. What a decision says depends on the seed and its number
//! alone; [`Chaos::only`] has all others say "as usual". So a failure is narrowed down by its decisions, as
//! `cargo xtask chaos --bisect` does.

use crate::compile::{Done, Failure};
use crate::config::CompileMode;
use crate::tree::ExitTarget;
use crate::{Config, Engine, events};
use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uplift_record::{AbortReason, Limits, Location};
use uplift_uop::FrameState;

/// A plan of disorder, for [`Config::chaos`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chaos {
    seed: u64,
    decisions: Range<u64>,
}

impl Chaos {
    /// All decisions of a seed.
    pub fn new(seed: u64) -> Chaos {
        Chaos { seed, decisions: 0..u64::MAX }
    }
    /// Only decisions in a range of numbers. All before it go as usual, and from its end on.
    pub fn only(mut self, decisions: Range<u64>) -> Chaos {
        self.decisions = decisions;
        self
    }
}

/// What may happen, each with its odds: once in so many decisions.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mishap {
    LeaveEarly,
    CutRecording,
    FailCompilation,
    NoCodeMemory,
    LateResult,
    Evict,
    Invalidate,
    SmallCache,
    Collect,
    CollectEagerly,
}

impl Mishap {
    fn odds(self) -> u64 {
        match self {
            Mishap::LeaveEarly => 1,
            Mishap::CutRecording | Mishap::FailCompilation | Mishap::NoCodeMemory => 10,
            Mishap::LateResult | Mishap::SmallCache | Mishap::CollectEagerly => 4,
            Mishap::Evict | Mishap::Invalidate | Mishap::Collect => 100,
        }
    }
}

/// A plan being carried out: counts the decisions, and holds what they delay.
pub(crate) struct Disorder {
    plan: Chaos,
    next: Cell<u64>,
    /// Guards until compiled code leaves; 0 once it has. Code counts it down.
    countdown: Arc<AtomicU64>,
    /// The longest countdown of this seed.
    longest: u64,
    /// Where an exit that nothing called for ended: the interpreter's turn there, so that there is progress.
    left: Cell<Option<Location>>,
    /// Compilations that are done, and how many more questions of the host they stay away.
    late: RefCell<Vec<(u64, Done)>>,
}

/// Bytes of a cache in which few trees fit.
const SMALL_CACHE: usize = 64 << 10;
/// No countdown: more guards than anybody visits.
const NEVER: u64 = u64::MAX;

impl Disorder {
    /// What the configuration plans, if it plans any.
    pub(crate) fn new(config: &mut Config) -> Option<Box<Disorder>> {
        let plan = config.chaos.clone()?;
        let longest = [2, 8, 60, 500, 5000][(random(plan.seed, NEVER) % 5) as usize];
        let disorder = Box::new(Disorder {
            plan,
            next: Cell::new(0),
            countdown: Arc::new(AtomicU64::new(NEVER)),
            longest,
            left: Cell::default(),
            late: RefCell::default(),
        });
        if disorder.decide(Mishap::SmallCache).is_some() {
            config.code_cap = SMALL_CACHE;
        }
        Some(disorder)
    }

    /// Decides whether something happens: a number to shape it by, if so.
    pub(crate) fn decide(&self, mishap: Mishap) -> Option<u64> {
        let number = self.next.get();
        self.next.set(number + 1);
        let drawn = random(self.plan.seed, number);
        let happens = drawn.is_multiple_of(mishap.odds()) && self.plan.decisions.contains(&number);
        happens.then(|| {
            events::chaos(number, mishap);
            drawn / mishap.odds()
        })
    }

    /// The word that compiled code counts down.
    pub(crate) fn countdown(&self) -> &Arc<AtomicU64> {
        &self.countdown
    }
    /// Decides, before a tree is entered, after how many guards it is left.
    pub(crate) fn arm(&self) {
        let guards = self.decide(Mishap::LeaveEarly).map_or(NEVER, |drawn| 1 + drawn % self.longest);
        self.countdown.store(guards, Ordering::Relaxed);
    }
    /// Counts one guard down, for who runs trees without code. True: leave.
    pub(crate) fn tick(&self) -> bool {
        self.countdown.fetch_sub(1, Ordering::Relaxed) == 1
    }
    /// Whether the tree that ran, and went through `exit`, left early.
    pub(crate) fn disarm(&self, exit: &ExitTarget) -> bool {
        let early = self.countdown.swap(NEVER, Ordering::Relaxed) == 0;
        if early {
            events::chaos_exit(exit.guard);
            let at = exit.frames.last().map(|&FrameState { code, pc, .. }| Location { code, pc });
            self.left.set(at);
        }
        early
    }

    /// The limits of a recording: perhaps so narrow that it ends early.
    pub(crate) fn limits(&self, usual: Limits) -> Limits {
        // Short functions too are worth a tree here.
        let usual = Limits { min_function: 1, ..usual };
        match self.decide(Mishap::CutRecording) {
            Some(drawn) => Limits {
                max_uops: 1 + (drawn % 300) as usize,
                max_inline_depth: (drawn >> 16) as usize % 4,
                max_inner_visits: (drawn >> 24) as u32 % 3,
                ..usual
            },
            None => usual,
        }
    }

    /// Keeps a compilation's result back for a while, perhaps; gives it back otherwise.
    pub(crate) fn delay(&self, done: Done) -> Option<Done> {
        let Some(drawn) = self.decide(Mishap::LateResult) else { return Some(done) };
        self.late.borrow_mut().push((1 + drawn % 50, done));
        None
    }
    /// A result whose time has come; time passes as the host asks.
    pub(crate) fn arrived(&self) -> Option<Done> {
        let mut late = self.late.borrow_mut();
        late.iter_mut().for_each(|(wait, _)| *wait = wait.saturating_sub(1));
        let at = late.iter().position(|&(wait, _)| wait == 0)?;
        Some(late.remove(at).1)
    }
}

impl Engine {
    /// Disturbs the engine before a question at header `at` is answered. True: the answer is to interpret.
    pub(crate) fn disturb(&self, chaos: &Disorder, at: Location) -> bool {
        // In a list of their own: what happens to one takes it out of the cache.
        let trees: Vec<_> = self.trees.borrow().iter().cloned().collect();
        let evicted = chaos.decide(Mishap::Evict).and_then(|drawn| pick(&trees, drawn));
        if let Some(tree) = evicted {
            self.evict(tree);
        }
        let doubted = chaos.decide(Mishap::Invalidate).and_then(|drawn| pick(&trees, drawn));
        if let Some(tree) = doubted {
            let assumptions = tree.recorded.borrow().bare().assumptions.clone();
            assumptions.into_iter().for_each(|assumption| self.invalidate(assumption));
        }
        chaos.left.take() == Some(at)
    }

    /// Why the compilation that starts now fails, if it is to.
    pub(crate) fn mishap(&self) -> Option<Failure> {
        let chaos = self.chaos.as_ref()?;
        let failure = |mishap, reason| chaos.decide(mishap).map(|_| Failure::new(reason, "chaos"));
        failure(Mishap::FailCompilation, AbortReason::CompileFailed)
            .or_else(|| failure(Mishap::NoCodeMemory, AbortReason::NoCodeMemory))
    }

    /// Whether chaos wants the host to collect garbage at its next safepoint. To be asked where the host calls
    /// [`Engine::drive`]; false without [`Config::chaos`].
    pub fn wants_collection(&self) -> bool {
        self.chaos.as_ref().is_some_and(|chaos| chaos.decide(Mishap::Collect).is_some())
    }
    /// Whether chaos wants the host to collect as often as it can, all along. To be asked once.
    pub fn wants_many_collections(&self) -> bool {
        self.chaos.as_ref().is_some_and(|chaos| chaos.decide(Mishap::CollectEagerly).is_some())
    }
}

/// One of `all`.
fn pick<T>(all: &[T], drawn: u64) -> Option<&T> {
    all.get(drawn.checked_rem(all.len() as u64)? as usize)
}

impl Config {
    /// Has everything go wrong that may, at random: thresholds are 1, compilations happen inline (late ones are kept
    /// back), and all else is up to the plan. For tests of hosts and of the engine itself.
    pub fn chaos(mut self, plan: Chaos) -> Config {
        self.chaos = Some(plan);
        self.mode = CompileMode::Inline;
        self.threshold(1).side_threshold(1)
    }
}

/// Number `n` of a seed's random numbers (Steele, Lea and Flood's SplitMix64).
fn random(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
