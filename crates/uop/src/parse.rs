//! The parser of uop text: what [`crate::print`] writes, exactly, and what people write by hand.
//!
//! ```text
//! file      = ["host" name] tree*
//! tree      = "tree" string "{" property* trace* ["snapshots:" snapshot*] "}"
//! property  = "assumptions" hex, …  |  "guards" count  |  "slots" first ".." past-the-last
//! trace     = "trace" number ["at" guard] ":" inst*             numbers count from 0
//! guard     = "g" number [".body" | ".preamble"]                preamble unless it says otherwise
//! inst      = [result, … "="] operation ["->" snap]
//! result    = value ":" type                                    int, float, bool, ref or word
//! operation = uop operand, … [, immediate]  |  "call" function "(" operand, … ")"
//! operand   = value | 5 | 1.5 | 1e300 | inf | nan:0x7ff8000000000000 | true | @0x1000 (ref) | #0x2 (word)
//! immediate = name of a kind, field or element | ?index | bits | slot
//! snapshot  = snap ":" guard ["raise" | "branch"] frame* ["live {" slot, … "}"] ["slots {" slot "=" operand, … "}"] virtual*
//! frame     = "[" code "pc" number ["base" slot] ["extra" hex] "]"
//! virtual   = "virtual" result "=" function "(" operand, … ")" store*
//! store     = operation whose first operand is the virtual object
//! ```
//!
//! `value` is `v` and a number, `snap` is `s` and a number; numbers are labels, and the result is numbered
//! canonically. An operation stands on one line. Missing `guards` and `slots` are what the tree mentions. Whether
//! operands suit the uop is not the parser's business but the verifier's.

use crate::canon::canonical;
use crate::lex::{Lexeme, Token, tokens};
use crate::print::{guards_mentioned, slots_mentioned};
use crate::spec::HostSpec;
use crate::table::{ImmKind, Op, Ty};
use crate::trace::*;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Why text is refused, and where; line and column (in characters) count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
    /// What was expected.
    pub message: String,
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}
impl std::error::Error for ParseError {}

/// A parsed file.
#[derive(Debug)]
pub struct File<'h> {
    /// The host that the file names, or the first of those offered.
    pub host: &'h HostSpec,
    /// Its trees, numbered canonically.
    pub trees: Vec<Tree>,
}

/// Parses a file against one of `hosts`; without a `host` line, the first.
pub fn parse_file<'h>(text: &str, hosts: &[&'h HostSpec]) -> Result<File<'h>, ParseError> {
    let tokens = tokens(text)?;
    let known = || hosts.iter().map(|h| h.name).collect::<Vec<_>>().join(", ");
    let (mut at, mut host) = (0, hosts.first().copied());
    if tokens[0].what == Lexeme::Ident("host") {
        let name = tokens.get(1).unwrap_or(&tokens[0]);
        host = hosts.iter().copied().find(|h| name.what == Lexeme::Ident(h.name));
        if host.is_none() {
            return Err(name.error(format!("expected a host ({}), found {}", known(), name.what)));
        }
        at = 2;
    }
    let host = host.ok_or_else(|| tokens[0].error("expected a host to parse for"))?;
    let mut parser = Parser::new(host, &tokens, at);
    let mut trees = Vec::new();
    while parser.peek() != &Lexeme::End {
        trees.push(parser.tree()?);
        parser = Parser::new(host, &tokens, parser.at);
    }
    Ok(File { host, trees })
}

/// Parses exactly one tree (a `host` line may precede it).
pub fn parse(text: &str, spec: &HostSpec) -> Result<Tree, ParseError> {
    let mut file = parse_file(text, &[spec])?;
    match (file.trees.pop(), file.trees.is_empty()) {
        (Some(tree), true) => Ok(tree),
        _ => Err(ParseError { line: 1, column: 1, message: "expected exactly one tree".into() }),
    }
}

type Parsed<T> = Result<T, ParseError>;

struct Parser<'t, 'h> {
    spec: &'h HostSpec,
    /// Ends with `End`, which is never passed.
    tokens: &'t [Token<'t>],
    at: usize,
    tree: Tree,
    /// Values by label. Type `Unit` while only mentioned.
    values: HashMap<u32, Val>,
    /// Snapshots by label: id, and where first mentioned.
    labels: HashMap<u32, (SnapId, usize)>,
    snaps: Vec<Option<Snapshot>>,
}

impl<'t, 'h> Parser<'t, 'h> {
    fn new(spec: &'h HostSpec, tokens: &'t [Token<'t>], at: usize) -> Self {
        let (values, labels) = (HashMap::new(), HashMap::new());
        let at = at.min(tokens.len() - 1);
        Parser { spec, tokens, at, tree: Tree::default(), values, labels, snaps: Vec::new() }
    }

    fn token(&self) -> &'t Token<'t> {
        &self.tokens[self.at]
    }
    fn peek(&self) -> &'t Lexeme<'t> {
        &self.token().what
    }
    fn next(&mut self) -> &'t Token<'t> {
        let token = self.token();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }
    fn expected<T>(&self, what: &str) -> Parsed<T> {
        Err(self.token().error(format!("expected {what}, found {}", self.peek())))
    }
    fn accept(&mut self, what: &Lexeme<'_>) -> bool {
        let found = self.peek() == what;
        if found {
            self.next();
        }
        found
    }
    fn keyword(&mut self, word: &str) -> bool {
        self.accept(&Lexeme::Ident(word))
    }
    fn punct(&mut self, p: &'static str) -> bool {
        self.accept(&Lexeme::Punct(p))
    }
    fn need(&mut self, p: &'static str) -> Parsed<()> {
        if self.punct(p) { Ok(()) } else { self.expected(&format!("`{p}`")) }
    }
    fn need_keyword(&mut self, word: &str) -> Parsed<()> {
        if self.keyword(word) { Ok(()) } else { self.expected(&format!("`{word}`")) }
    }
    /// Whether the next token stands on the same line as the last one.
    fn same_line(&self) -> bool {
        self.at > 0 && self.tokens[self.at - 1].line == self.token().line
    }

    fn integer<T: TryFrom<i128>>(&mut self, what: &str) -> Parsed<T> {
        let value = if let Lexeme::Int(i) = *self.peek() { T::try_from(i).ok() } else { None };
        match value {
            Some(value) => {
                self.next();
                Ok(value)
            }
            None => self.expected(what),
        }
    }

    /// `letter` directly followed by a number.
    fn label(&mut self, letter: char, what: &str) -> Parsed<u32> {
        match labelled(self.peek(), letter) {
            Some(number) => {
                self.next();
                Ok(number)
            }
            None => self.expected(what),
        }
    }

    /// Items between commas until `close`, which is passed.
    fn list_until(
        &mut self,
        close: &'static str,
        mut item: impl FnMut(&mut Self) -> Parsed<()>,
    ) -> Parsed<()> {
        if self.punct(close) {
            return Ok(());
        }
        loop {
            item(self)?;
            if self.punct(close) {
                return Ok(());
            }
            if !self.punct(",") {
                return self.expected(&format!("`,` or `{close}`"));
            }
        }
    }

    fn tree(&mut self) -> Parsed<Tree> {
        self.need_keyword("tree")?;
        let Lexeme::Str(name) = self.peek() else { return self.expected("the tree's name") };
        self.next();
        self.tree.name = name.clone();
        self.need("{")?;
        let (mut guards, mut slots) = (None, None);
        loop {
            if self.keyword("assumptions") {
                self.assumptions()?;
            } else if self.keyword("guards") {
                guards = Some(self.integer("a number of guards")?);
            } else if self.keyword("slots") {
                let first = self.integer("a slot")?;
                self.need("..")?;
                slots = Some((first, self.integer("a slot")?));
            } else {
                break;
            }
        }
        while self.keyword("trace") {
            self.trace()?;
        }
        if self.keyword("snapshots") {
            self.need(":")?;
            while labelled(self.peek(), 's').is_some() {
                self.snapshot()?;
            }
        }
        if !self.punct("}") {
            return self.expected("an instruction, `trace`, `snapshots:` or `}`");
        }
        for (label, &(id, at)) in &self.labels {
            match self.snaps[id.0 as usize].take() {
                Some(snapshot) => self.snaps[id.0 as usize] = Some(snapshot),
                None => {
                    return Err(self.tokens[at].error(format!("snapshot s{label} is not defined")));
                }
            }
        }
        self.tree.snaps = std::mem::take(&mut self.snaps).into_iter().flatten().collect();
        let mut tree = canonical(&self.tree);
        tree.guards = guards.unwrap_or_else(|| guards_mentioned(&tree));
        tree.slots = slots.unwrap_or_else(|| slots_mentioned(&tree));
        Ok(tree)
    }

    fn assumptions(&mut self) -> Parsed<()> {
        loop {
            let id = self.integer("an assumption's id")?;
            self.tree.assumptions.push(id);
            if !self.punct(",") {
                return Ok(());
            }
        }
    }

    fn trace(&mut self) -> Parsed<()> {
        let number = self.tree.traces.len();
        if !self.accept(&Lexeme::Int(number as i128)) {
            return self.expected(&format!("the trace's number, {number}"));
        }
        let parent = if self.keyword("at") { Some(self.guard()?) } else { None };
        self.need(":")?;
        let mut insts = Vec::new();
        while let Lexeme::Ident(word) = *self.peek()
            && !matches!(word, "trace" | "snapshots")
        {
            insts.push(self.inst()?);
        }
        self.tree.traces.push(Trace { parent, insts });
        Ok(())
    }

    fn guard(&mut self) -> Parsed<GuardId> {
        const WHAT: &str = "a guard such as `g0` or `g0.body`";
        let Lexeme::Ident(name) = *self.peek() else { return self.expected(WHAT) };
        let (label, phase) = match name.split_once('.') {
            None | Some((_, "preamble")) => (name.trim_end_matches(".preamble"), Phase::Preamble),
            Some((label, "body")) => (label, Phase::Body),
            _ => return self.expected(WHAT),
        };
        match labelled(&Lexeme::Ident(label), 'g') {
            Some(number) => {
                self.next();
                Ok(GuardId { number, phase })
            }
            None => self.expected(WHAT),
        }
    }

    fn inst(&mut self) -> Parsed<Inst> {
        let mut results = smallvec::SmallVec::new();
        if labelled(self.peek(), 'v').is_some() {
            loop {
                results.push(self.result()?);
                if !self.punct(",") {
                    break;
                }
            }
            self.need("=")?;
        }
        let (op, imm, args) = self.operation()?;
        let mut snap = None;
        if self.punct("->") {
            let at = self.at;
            let label = self.label('s', "a snapshot such as `s0`")?;
            snap = Some(self.snap_id(label, at));
        }
        Ok(Inst { op, args: Args::from_vec(args), imm, results, snap })
    }

    fn snap_id(&mut self, label: u32, at: usize) -> SnapId {
        let snaps = &mut self.snaps;
        let (id, _) = *self.labels.entry(label).or_insert_with(|| {
            snaps.push(None);
            (SnapId((snaps.len() - 1) as u32), at)
        });
        id
    }

    /// A value being defined, with its type.
    fn result(&mut self) -> Parsed<Val> {
        let label = self.label('v', "a value such as `v0`")?;
        self.need(":")?;
        const TYPES: [Ty; 5] = [Ty::Int, Ty::Float, Ty::Bool, Ty::Ref, Ty::Word];
        let named = |ty: &&Ty| self.peek() == &Lexeme::Ident(ty.name());
        let Some(&ty) = TYPES.iter().find(named) else {
            return self.expected("int, float, bool, ref or word");
        };
        let val = self.value(label);
        let known = &mut self.tree.values[val.index()];
        if *known != Ty::Unit && *known != ty {
            let message = format!("v{label} was defined as {} before", known.name());
            return Err(self.token().error(message));
        }
        *known = ty;
        self.next();
        Ok(val)
    }

    fn value(&mut self, label: u32) -> Val {
        match self.values.entry(label) {
            Entry::Occupied(found) => *found.get(),
            Entry::Vacant(new) => *new.insert(self.tree.new_value(Ty::Unit)),
        }
    }

    /// Uop, immediate, operands.
    fn operation(&mut self) -> Parsed<(Op, u64, Vec<Val>)> {
        let op = if let Lexeme::Ident(name) = *self.peek() { Op::from_name(name) } else { None };
        let Some(op) = op else { return self.expected("a uop") };
        self.next();
        let kind = op.info().imm;
        if kind == ImmKind::Fn {
            let (function, args) = self.call()?;
            return Ok((op, function, args));
        }
        let mut args = Vec::new();
        let mut imm = 0;
        let mut more = self.same_line() && !matches!(self.peek(), Lexeme::Punct("->" | "}"));
        if !more && kind != ImmKind::None {
            return self.expected("operands and an immediate");
        }
        while more {
            // The last item of a uop that has an immediate is the immediate.
            if kind != ImmKind::None && !self.comma_follows_item() {
                imm = self.imm(kind)?;
                break;
            }
            args.push(self.operand()?);
            more = self.punct(",");
        }
        Ok((op, imm, args))
    }

    /// Whether a comma comes after the operand or immediate that starts here.
    fn comma_follows_item(&self) -> bool {
        let length = match self.peek() {
            Lexeme::Punct("(" | "@" | "#" | "?") => 2,
            _ => 1,
        };
        let after = self.tokens.get(self.at + length);
        after.is_some_and(|t| t.what == Lexeme::Punct(","))
    }

    fn call(&mut self) -> Parsed<(u64, Vec<Val>)> {
        let function = self.imm(ImmKind::Fn)?;
        self.need("(")?;
        let mut args = Vec::new();
        self.list_until(")", |p| {
            args.push(p.operand()?);
            Ok(())
        })?;
        Ok((function, args))
    }

    fn imm(&mut self, kind: ImmKind) -> Parsed<u64> {
        let spec = self.spec;
        let position = |name: &str| match kind {
            ImmKind::Kind => spec.kinds.iter().position(|k| k.name == name),
            ImmKind::Field => spec.fields.iter().position(|f| f.name == name),
            ImmKind::Elem => spec.elems.iter().position(|e| e.name == name),
            ImmKind::Fn => spec.fns.iter().position(|f| f.name == name),
            ImmKind::None | ImmKind::Bits | ImmKind::Slot => None,
        };
        let what = match kind {
            ImmKind::Slot => return Ok(self.integer::<i32>("a slot")? as i64 as u64),
            ImmKind::None | ImmKind::Bits => return self.integer("a number of bits"),
            ImmKind::Kind => "a kind",
            ImmKind::Field => "a field",
            ImmKind::Elem => "an element kind",
            ImmKind::Fn => "a function",
        };
        if self.punct("?") {
            return self.integer("an index");
        }
        let found = if let Lexeme::Ident(name) = *self.peek() { position(name) } else { None };
        match found {
            Some(index) => {
                self.next();
                Ok(index as u64)
            }
            None => self.expected(&format!("{what} of host `{}`", spec.name)),
        }
    }

    fn operand(&mut self) -> Parsed<Val> {
        if let Some(label) = labelled(self.peek(), 'v') {
            self.next();
            return Ok(self.value(label));
        }
        let scalar = match *self.peek() {
            Lexeme::Int(_) => return self.int_operand(),
            Lexeme::Float(x) => Scalar::Float(x),
            Lexeme::Ident("inf") => Scalar::Float(f64::INFINITY),
            Lexeme::Ident("true") => Scalar::Bool(true),
            Lexeme::Ident("false") => Scalar::Bool(false),
            Lexeme::Punct("@") => {
                self.next();
                let address = self.integer("an address")?;
                return Ok(self.tree.constant(Scalar::Ref(address)));
            }
            Lexeme::Punct("#") => {
                self.next();
                let word = self.integer("a word's bits")?;
                return Ok(self.tree.constant(Scalar::Word(word)));
            }
            Lexeme::Punct("(") => {
                self.next();
                if self.peek() != &Lexeme::Punct(")") {
                    return self.expected("`)`");
                }
                Scalar::Unit
            }
            _ => return self.expected("an operand (a value or a constant)"),
        };
        self.next();
        Ok(self.tree.constant(scalar))
    }

    fn int_operand(&mut self) -> Parsed<Val> {
        let value = self.integer("an integer of 64 bits")?;
        Ok(self.tree.constant(Scalar::Int(value)))
    }

    fn snapshot(&mut self) -> Parsed<()> {
        let (at, label) = (self.at, self.label('s', "a snapshot such as `s0`")?);
        let id = self.snap_id(label, at);
        if self.snaps[id.0 as usize].is_some() {
            return Err(self.tokens[at].error(format!("snapshot s{label} is defined twice")));
        }
        self.need(":")?;
        let guard = self.guard()?;
        let resume = if self.keyword("raise") {
            Resume::Raise
        } else if self.keyword("branch") {
            Resume::Branch
        } else {
            Resume::Execute
        };
        let mut snapshot = Snapshot {
            guard,
            resume,
            frames: Vec::new(),
            live: None,
            slots: Vec::new(),
            virtuals: Vec::new(),
        };
        while self.punct("[") {
            let frame = self.frame()?;
            snapshot.frames.push(frame);
        }
        if self.keyword("live") {
            self.need("{")?;
            let mut live = Vec::new();
            self.list_until("}", |p| {
                live.push(p.integer("a slot")?);
                Ok(())
            })?;
            snapshot.live = Some(live);
        }
        if self.keyword("slots") {
            self.need("{")?;
            self.list_until("}", |p| {
                let slot = p.integer("a slot")?;
                p.need("=")?;
                snapshot.slots.push((slot, p.operand()?));
                Ok(())
            })?;
        }
        while self.keyword("virtual") {
            let object = self.virtual_object()?;
            snapshot.virtuals.push(object);
        }
        self.snaps[id.0 as usize] = Some(snapshot);
        Ok(())
    }

    fn frame(&mut self) -> Parsed<FrameState> {
        let code = self.integer("the frame's code")?;
        self.need_keyword("pc")?;
        let pc = self.integer("a pc")?;
        let base = if self.keyword("base") { self.integer("a slot")? } else { 0 };
        let extra = if self.keyword("extra") { self.integer("the host's bits")? } else { 0 };
        self.need("]")?;
        Ok(FrameState { code, pc, base, extra })
    }

    fn virtual_object(&mut self) -> Parsed<VirtualObject> {
        let name = self.result()?;
        self.need("=")?;
        let at = self.at;
        let (function, args) = self.call()?;
        let Ok(function) = u16::try_from(function) else {
            return Err(self.tokens[at].error("expected a function's index below 65536"));
        };
        let mut stores = Vec::new();
        while let Lexeme::Ident(word) = *self.peek()
            && word != "virtual"
            && labelled(self.peek(), 's').is_none()
        {
            let at = self.at + 1;
            let (op, imm, args) = self.operation()?;
            if args.first() != Some(&name) {
                let message = "expected the virtual object as first operand of its store";
                return Err(self.tokens[at.min(self.tokens.len() - 1)].error(message));
            }
            stores.push((op, imm, smallvec::SmallVec::from_slice(&args[1..])));
        }
        Ok(VirtualObject { name, alloc: (function, args), stores })
    }
}

/// The number behind `letter` in an identifier such as `v12`, without leading zeros.
fn labelled(lexeme: &Lexeme<'_>, letter: char) -> Option<u32> {
    let Lexeme::Ident(name) = *lexeme else { return None };
    let digits = name.strip_prefix(letter)?;
    let canonical = digits == "0" || !digits.starts_with('0');
    let all_digits = canonical && digits.bytes().all(|b| b.is_ascii_digit());
    if all_digits { digits.parse().ok() } else { None }
}
