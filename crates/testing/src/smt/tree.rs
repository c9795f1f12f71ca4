//! Trees in SMT-LIB, to prove that an optimised tree does what the recorded one does: translation validation.
//!
//! A tree becomes the list of its [`Exit`]s: when each is taken, and what the live slots hold then, as terms over the
//! words in the slots at the start. Loops are unrolled a few times. An optimised tree is right if it takes the same exits
//! in the same iterations with the same slots, whatever words it starts from.
//!
//! Does not handle: the heap, calls, and uops that solvers find hard ([`is_hard`]). The attention word is set from the
//! start or not at all.

use super::{Answer, all, apply, ask, constant, host, solve, sort};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uplift_uop::{HostSpec, Inst, Op, Phase, Section, Snapshot, Tree, Ty, Val};

/// Where a tree may leave.
#[derive(Clone, Debug)]
struct Exit {
    /// Number of the guard.
    guard: u32,
    /// How many iterations were completed.
    iteration: u32,
    /// When it is taken.
    taken: String,
    /// Live slots, and their words.
    slots: BTreeMap<i32, String>,
}

/// What was found out about two trees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many exits are taken in the same states, with the same slots.
    pub proved: usize,
    /// How many the solver gave up on.
    pub undecided: usize,
    /// Slots to start from and which exits then differ, in SMT-LIB, if any do.
    pub refuted: Option<String>,
}

/// Whether an optimised tree does what the recorded tree does, exit by exit, for so many iterations. An error says what
/// cannot be translated.
pub fn validate(
    recorded: &Tree,
    optimised: &Tree,
    spec: &HostSpec,
    rounds: u32,
) -> Result<Report, &'static str> {
    let mut shared = Shared { spec, text: String::new(), inputs: BTreeSet::new(), names: 0 };
    let before = Behaviour::of(recorded, &mut shared, rounds)?;
    let after = Behaviour::of(optimised, &mut shared, rounds)?;
    let differences = differences(&before, &after, recorded.guards);
    let mut prelude = LIMIT.to_owned() + &host::prelude(spec) + ATTENTION + &boxed_nan(spec);
    prelude.extend(shared.inputs.iter().map(|&slot| input(slot)));
    prelude += &format!("{}(assert {})\n", shared.text, all(&before.promises));
    // All at once, which is faster, and one by one where that is too much.
    let mut names: Vec<String> = differences.iter().map(|(name, _)| name.clone()).collect();
    for (name, difference) in &differences {
        prelude += &format!("(define-fun {name} () Bool {difference})\n");
    }
    let any = format!("(assert {})", any_of(&names));
    match solve(&prelude, std::slice::from_ref(&any)).as_slice() {
        [Answer::Unsat] => return Ok(Report { proved: names.len(), ..Report::default() }),
        [Answer::Sat] => {
            names.extend(shared.inputs.iter().map(|&slot| slot_name(slot)));
            let values = ask(&prelude, &any, &format!("(get-value ({}))", names.join(" ")));
            return Ok(Report { refuted: Some(values), ..Report::default() });
        }
        _ => {}
    }
    let queries: Vec<String> = names.iter().map(|name| format!("(assert {name})")).collect();
    let mut report = Report::default();
    for (query, answer) in queries.iter().zip(solve(&prelude, &queries)) {
        match answer {
            Answer::Unsat => report.proved += 1,
            Answer::Unknown => report.undecided += 1,
            Answer::Sat => report.refuted = Some(ask(&prelude, query, "(get-model)")),
        }
    }
    Ok(report)
}

/// Milliseconds after which the solver gives up on an exit, or on all of them at once.
const LIMIT: &str = "(set-option :timeout 1000)\n";
const ATTENTION: &str = "(declare-const attention Bool)\n";

/// Whether a word is a boxed NaN. Other kinds of words unbox as NaNs too, so the kind test has a say.
fn boxed_nan(spec: &HostSpec) -> String {
    let float = spec.kinds.iter().find(|test| test.name == "float");
    let nan = float.map_or("false".into(), |test| {
        format!("(and {} (is_nan (unbox_float a)))", host::accepts(test, "a"))
    });
    format!("(define-fun boxed_nan ((a W)) Bool {nan})\n")
}

/// A word that a slot holds at the start: anything, but of NaNs only the one that hosts box.
fn input(slot: i32) -> String {
    let name = slot_name(slot);
    format!("(declare-const {name} W)\n(assert (=> (boxed_nan {name}) (= {name} (box_float nan))))\n")
}

fn slot_name(slot: i32) -> String {
    if slot < 0 { format!("slot.minus{}", slot.unsigned_abs()) } else { format!("slot.{slot}") }
}

/// Whether solvers take long for a uop with operands that are not constant: arithmetic of floats, products, quotients.
pub fn is_hard(op: Op) -> bool {
    let name = op.info().name;
    let bits = matches!(op, Op::FloatNeg | Op::FloatAbs | Op::FloatToBits | Op::FloatFromBits);
    let float = name.starts_with("float_") && !bits || op == Op::IntToFloat;
    float || ["mul", "div", "mod", "rem"].iter().any(|hard| name.contains(hard))
}

/// For each exit, with a name, that it differs. Exits of guards that the optimizer made (numbered from `recorded` on) resume
/// at the tree's entry, which the recorded tree must then come to with the same slots.
fn differences(before: &Behaviour, after: &Behaviour, recorded: u32) -> Vec<(String, String)> {
    let (early, late): (Vec<Exit>, Vec<Exit>) =
        after.exits.iter().cloned().partition(|exit| exit.guard >= recorded);
    let mut differences = Vec::new();
    for exit in &early {
        // At a back edge: the next iteration.
        let Some(entry) = before.entries.get(exit.iteration as usize + 1) else { continue };
        let slots = merged(entry);
        let same = exit.slots.iter().filter_map(|(slot, word)| Some(same_word(word, slots.get(slot)?)));
        let arrives = all(&[any(entry), all(&same.collect::<Vec<_>>())]);
        let name = format!("g{}.iteration{}", exit.guard, exit.iteration);
        differences.push((name, format!("(and {} (not {arrives}))", exit.taken)));
    }
    let left_early = any(&early);
    let mut places: BTreeMap<(u32, u32), [Vec<Exit>; 2]> = BTreeMap::new();
    for (exits, side) in [(before.exits.clone(), 0), (late, 1)] {
        for exit in exits {
            places.entry((exit.guard, exit.iteration)).or_default()[side].push(exit);
        }
    }
    for ((guard, iteration), [one, other]) in &places {
        let (taken, also) = (any(one), any(other));
        let others = merged(other);
        let same = merged(one).into_iter().map(|(slot, word)| match others.get(&slot) {
            Some(other) => same_word(&word, other),
            None => format!("(not {also})"),
        });
        let agree = format!("(and (= {taken} {also}) (=> {taken} {}))", all(&same.collect::<Vec<_>>()));
        let name = format!("g{guard}.iteration{iteration}");
        differences.push((name, format!("(and (not {left_early}) (not {agree}))")));
    }
    differences
}

/// That one of these exits is taken.
fn any(exits: &[Exit]) -> String {
    any_of(&exits.iter().map(|exit| exit.taken.clone()).collect::<Vec<_>>())
}

fn any_of(terms: &[String]) -> String {
    if terms.is_empty() { "false".into() } else { apply("or", terms) }
}

/// The slots of whichever of these exits is taken.
fn merged(exits: &[Exit]) -> BTreeMap<i32, String> {
    let mut slots: BTreeMap<i32, String> = BTreeMap::new();
    for exit in exits {
        for (&slot, word) in &exit.slots {
            let merged = match slots.get(&slot) {
                Some(other) => format!("(ite {} {word} {other})", exit.taken),
                None => word.clone(),
            };
            slots.insert(slot, merged);
        }
    }
    slots
}

/// That two words are the same, or boxed NaNs.
fn same_word(a: &str, b: &str) -> String {
    format!("(or (= {a} {b}) (and (boxed_nan {a}) (boxed_nan {b})))")
}

/// What both trees are written into.
struct Shared<'s> {
    spec: &'s HostSpec,
    /// Definitions of values.
    text: String,
    /// Slots that are read before they are written.
    inputs: BTreeSet<i32>,
    names: usize,
}

impl Shared<'_> {
    /// A name for a term.
    fn define(&mut self, ty: Ty, term: &str) -> String {
        self.names += 1;
        let name = format!("t{}", self.names);
        self.text += &format!("(define-fun {name} () {} {term})\n", sort(ty));
        name
    }
}

/// What a tree does.
#[derive(Default)]
struct Behaviour {
    exits: Vec<Exit>,
    /// Arrivals at the tree's entry, by iteration.
    entries: Vec<Vec<Exit>>,
    /// What the tree promises where it gets there.
    promises: Vec<String>,
}

/// The state at one point of a tree.
#[derive(Clone)]
struct State {
    reached: String,
    iteration: u32,
    /// Behind the preamble, which was one iteration.
    in_body: bool,
    slots: BTreeMap<i32, String>,
    values: HashMap<Val, String>,
}

impl State {
    fn begin_body(&mut self) {
        self.iteration += u32::from(!self.in_body);
        self.in_body = true;
    }
}

struct Walk<'w, 's> {
    tree: &'w Tree,
    shared: &'w mut Shared<'s>,
    rounds: u32,
    out: Behaviour,
}

impl Behaviour {
    fn of(tree: &Tree, shared: &mut Shared<'_>, rounds: u32) -> Result<Behaviour, &'static str> {
        let state = State {
            reached: "true".into(),
            iteration: 0,
            in_body: false,
            slots: BTreeMap::new(),
            values: HashMap::new(),
        };
        let mut walk = Walk { tree, shared, rounds, out: Behaviour::default() };
        walk.enter(state)?;
        Ok(walk.out)
    }
}

impl Walk<'_, '_> {
    /// Arrives at the tree's entry.
    fn enter(&mut self, state: State) -> Result<(), &'static str> {
        if state.iteration >= self.rounds {
            return Ok(());
        }
        let iteration = state.iteration as usize;
        if self.out.entries.len() <= iteration {
            self.out.entries.resize(iteration + 1, Vec::new());
        }
        let mut slots = BTreeMap::new();
        for slot in self.tree.slots.0..self.tree.slots.1 {
            slots.insert(slot, self.slot(&state, slot));
        }
        let entry = Exit { guard: 0, iteration: state.iteration, taken: state.reached.clone(), slots };
        self.out.entries[iteration].push(entry);
        self.walk(0, 0, state)
    }

    fn walk(&mut self, trace: usize, from: usize, mut state: State) -> Result<(), &'static str> {
        let tree = self.tree;
        for (at, inst) in tree.traces[trace].insts.iter().enumerate().skip(from) {
            let operands: Option<Vec<String>> =
                inst.args.iter().map(|&arg| self.operand(&state, arg)).collect();
            let operands = operands.ok_or("an operand without a value")?;
            match inst.op {
                Op::SlotLoad => {
                    let word = self.slot(&state, inst.slot());
                    bind(&mut state, inst, word);
                }
                Op::SlotStore => drop(state.slots.insert(inst.slot(), operands[0].clone())),
                Op::LoopHeader => {
                    state.begin_body();
                    if state.iteration >= self.rounds {
                        return Ok(());
                    }
                    state.values.extend(inst.results.iter().copied().zip(operands));
                }
                Op::Jump => {
                    state.iteration += 1;
                    if state.iteration >= self.rounds {
                        return Ok(());
                    }
                    let header = tree.traces[0].insts.iter().position(|inst| inst.op == Op::LoopHeader);
                    let header = header.ok_or("a jump without a header")?;
                    state.values.extend(tree.traces[0].insts[header].results.iter().copied().zip(operands));
                    return self.walk(0, header + 1, state);
                }
                Op::JumpEntry => {
                    state.slots = self.restored(&state, tree.snapshot(inst))?;
                    (state.iteration, state.in_body) = (state.iteration + 1, false);
                    state.values.clear();
                    return self.enter(state);
                }
                Op::Exit => return self.guard(&mut state, inst, "false".into()),
                Op::GuardAttention => self.guard(&mut state, inst, "(not attention)".into())?,
                op => match op.info().section {
                    Section::Pure | Section::Guard => self.compute(&mut state, inst, &operands)?,
                    _ => return Err("memory and calls are not translated"),
                },
            }
            debug_assert!(!inst.op.info().terminator, "instruction {at} ends the trace");
        }
        Err("a trace without an end")
    }

    /// A pure uop, or a guard of the table.
    fn compute(&mut self, state: &mut State, inst: &Inst, operands: &[String]) -> Result<(), &'static str> {
        let (op, info) = (inst.op, inst.op.info());
        if is_hard(op) && !inst.args.iter().all(|arg| arg.is_const()) {
            return Err("a uop that solvers find hard");
        }
        let term = host::value(op, inst.imm, operands, self.shared.spec);
        let passes = host::passes(op, inst.imm, operands, self.shared.spec);
        if info.ret != Ty::Unit {
            let value = self.shared.define(info.ret, &term);
            bind(state, inst, value);
        }
        if op == Op::BoxInt {
            self.out.promises.push(format!("(=> {} {})", state.reached, host::defined(op, operands)));
        }
        if info.section == Section::Guard { self.guard(state, inst, passes) } else { Ok(()) }
    }

    /// Goes on where a guard passes; where it does not, leaves or goes on with its side trace.
    fn guard(&mut self, state: &mut State, inst: &Inst, passes: String) -> Result<(), &'static str> {
        let passes = self.shared.define(Ty::Bool, &passes);
        // A body that is never gone round has no header.
        if self.tree.snapshot(inst).is_some_and(|snapshot| snapshot.guard.phase == Phase::Body) {
            state.begin_body();
        }
        let mut failed = state.clone();
        failed.reached = self.shared.define(Ty::Bool, &format!("(and {} (not {passes}))", state.reached));
        state.reached = self.shared.define(Ty::Bool, &format!("(and {} {passes})", state.reached));
        self.leave(&failed, self.tree.snapshot(inst))
    }

    fn leave(&mut self, state: &State, snapshot: Option<&Snapshot>) -> Result<(), &'static str> {
        let guard = snapshot.ok_or("a guard without a snapshot")?.guard;
        if let Some(side) = self.tree.side_at(guard) {
            return self.walk(side.0 as usize, 0, state.clone());
        }
        let mut slots = self.restored(state, snapshot)?;
        if let Some(live) = snapshot.and_then(|snapshot| snapshot.live.as_ref()) {
            slots.retain(|slot, _| live.contains(slot));
        }
        let taken = state.reached.clone();
        self.out.exits.push(Exit { guard: guard.number, iteration: state.iteration, taken, slots });
        Ok(())
    }

    /// All slots after a snapshot's were written.
    fn restored(
        &mut self,
        state: &State,
        snapshot: Option<&Snapshot>,
    ) -> Result<BTreeMap<i32, String>, &'static str> {
        let mut slots = BTreeMap::new();
        for slot in self.tree.slots.0..self.tree.slots.1 {
            slots.insert(slot, self.slot(state, slot));
        }
        for &(slot, val) in snapshot.map_or(&[][..], |snapshot| &snapshot.slots) {
            let value = self.operand(state, val).ok_or("a virtual object in a snapshot")?;
            let word = match self.tree.ty(val) {
                Ty::Word => value,
                ty => format!("(box_{} {value})", ty.name()),
            };
            slots.insert(slot, word);
        }
        Ok(slots)
    }

    fn operand(&self, state: &State, val: Val) -> Option<String> {
        match self.tree.as_const(val) {
            Some(scalar) => Some(constant(scalar)),
            None => state.values.get(&val).cloned(),
        }
    }

    fn slot(&mut self, state: &State, slot: i32) -> String {
        state.slots.get(&slot).cloned().unwrap_or_else(|| {
            self.shared.inputs.insert(slot);
            slot_name(slot)
        })
    }
}

fn bind(state: &mut State, inst: &Inst, term: String) {
    if let Some(result) = inst.result() {
        state.values.insert(result, term);
    }
}
