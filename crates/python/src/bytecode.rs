//! The instruction set of the Python VM: a register machine.
//!
//! Notation: `r[x]` is the register that operand `x` names, in the running frame; `name` stands for the
//! interned name it indexes, `k` for the constant. Every instruction that calls Python semantics may
//! raise; it then writes none of its `Write` operands. Registers that an instruction only *clobbers* are
//! scratch space of its window. Truth (`bool(x)`) calls `__bool__` or `__len__` where needed.
//!
//! # Frames
//!
//! `r0..` are the parameters in signature order (positional-only, positional, keyword-only, `*args`,
//! `**kwargs`), then the other locals, then temporaries. `r(-1)` is the running function object,
//! `r(-2)` belongs to the call protocol. Local variables that an inner function captures hold a cell.
//!
//! # The call window
//!
//! A call with base `b` reads `r[b]` (the callable) and the arguments from `r[b+3]`; `r[b+1]` is scratch;
//! `r[b+2]` is `self` or UNDEF where the instruction says so ([`Op::CallMethod`], [`Op::CallKw`], [`Op::CallEx`]) and
//! scratch otherwise. Everything in the window is dead after the call.
//!
//! # Exceptions
//!
//! A raise looks up the pc of the raising instruction in the code's exception table; the innermost row
//! gives a handler pc and the register that receives the exception. The exception being handled
//! (`sys.exc_info()`, bare `raise`, `__context__`) is saved and restored by [`Op::PushHandled`] and
//! [`Op::PopHandled`], through a register, so that it needs no stack and suspends with generators.
//!
//! # Loops
//!
//! Every cycle in the code runs through a [`Op::LoopHeader`], which is executed once per iteration.
//! Loops are rotated: the header and the test stand at the loop's bottom, and the test jumps back to the
//! body (`Jump test; body: ...; test: LoopHeader; JumpIfLt a, b, body`), so an iteration costs the header
//! and one fused test. The backward jump is therefore the test (or [`Op::ForIter`], [`Op::Jump`]).

use uplift_uop::bytecodes;
use uplift_uop::bytecodes::{Span, clobbers, reads, writes};

/// `r[base]` callable, arguments from `base+3`.
const CALL: &[Span] = &[reads(0, 1, 0), reads(3, 3, 1), clobbers(1, 3, 0)];
/// `r[base]` callable, `r[base+2]` self or UNDEF, arguments from `base+3`.
const CALL_METHOD: &[Span] = &[reads(0, 1, 0), reads(2, 3, 1), clobbers(1, 2, 0)];
/// As [`CALL_METHOD`], and the result goes to `r[base]`.
const CALL_KW: &[Span] = &[reads(0, 1, 0), reads(2, 3, 1), clobbers(1, 2, 0), writes(0, 1, 0)];
/// `r[base]` callable, `r[base+2]` self or UNDEF, `r[base+3]` iterable, `r[base+4]` mapping or UNDEF.
const CALL_EX: &[Span] = &[reads(0, 1, 0), reads(2, 5, 0), clobbers(1, 2, 0)];
/// Writes the callable and `self` of a call window.
const METHOD: &[Span] = &[clobbers(1, 2, 0), writes(0, 1, 0), writes(2, 3, 0)];
/// `r[base]` is `super`, `r[base+3]` the class, `r[base+4]` the first argument.
const SUPER: &[Span] = &[reads(0, 1, 0), reads(3, 5, 0)];
/// As [`SUPER`], and writes the callable and `self` of a call window.
const SUPER_METHOD: &[Span] =
    &[reads(0, 1, 0), reads(3, 5, 0), clobbers(1, 2, 0), writes(0, 1, 0), writes(2, 3, 0)];
/// `n` values from `base`.
const VALUES: &[Span] = &[reads(0, 0, 1)];
/// `n` pairs from `base`.
const PAIRS: &[Span] = &[reads(0, 0, 2)];
/// Two values at `base`.
const TWO: &[Span] = &[reads(0, 2, 0)];
/// Three values at `base`.
const THREE: &[Span] = &[reads(0, 3, 0)];
/// Three results at `base`.
const WRITES_THREE: &[Span] = &[writes(0, 3, 0)];
/// `n` results from `base`.
const WRITES: &[Span] = &[writes(0, 0, 1)];
/// `n` results from `base`, one of them the starred rest.
const WRITES_STAR: &[Span] = &[writes(0, 1, 1)];

bytecodes! {
    /// An instruction of the Python VM.
    pub enum Op, mod insn {
        // --- Values and locals ---------------------------------------------------------------------

        /// Does nothing.
        Nop {}
        /// r[dst] = r[src]; UNDEF is copied too.
        Move { dst: Write, src: Read }
        /// r[dst] = constants[k].
        LoadConst { dst: Write, k: Const32 }
        /// r[dst] = None.
        LoadNone { dst: Write }
        /// r[dst] = number (an int).
        LoadInt { dst: Write, number: Imm }
        /// r[dst] = UNDEF.
        LoadUndef { dst: Write }
        /// Raises UnboundLocalError for the local variable in r[src] if it is UNDEF.
        CheckLocal { src: Read }
        /// Raises UnboundLocalError if r[local] is UNDEF, else makes it UNDEF.
        DelLocal { local: Update }

        // --- Cells and captured variables ----------------------------------------------------------

        /// r[cell] = a new cell holding r[cell] (which may be UNDEF).
        MakeCell { cell: Update }
        /// r[dst] = content of the own cell in r[cell]; UnboundLocalError if UNDEF.
        LoadCell { dst: Write, cell: Read }
        /// Content of the cell in r[cell] = r[src]; UNDEF is stored too.
        StoreCell { cell: Read, src: Read }
        /// Makes the content of the cell in r[cell] UNDEF; UnboundLocalError if it is UNDEF already.
        DelCell { cell: Read }
        /// r[dst] = content of cell number `index` of the running function's closure; NameError if UNDEF.
        LoadFree { dst: Write, index: Upvalue }
        /// Content of closure cell `index` = r[src].
        StoreFree { index: Upvalue, src: Read }
        /// Makes the content of closure cell `index` UNDEF; NameError if it is UNDEF already.
        DelFree { index: Upvalue }
        /// r[dst] = closure cell `index` itself.
        LoadFreeCell { dst: Write, index: Upvalue }

        // --- Names ----------------------------------------------------------------------------------

        /// r[dst] = the module's global `name`, else the builtin `name`; NameError if neither.
        LoadGlobal { dst: Write, name: Name } [cache 2]
        /// Module global `name` = r[src].
        StoreGlobal { name: Name, src: Read } [cache 1]
        /// Deletes the module global `name`; NameError if absent.
        DelGlobal { name: Name }
        /// r[dst] = r[ns][name] if the namespace mapping r[ns] has it, else the global, else the builtin; NameError.
        LoadName { dst: Write, ns: Read, name: Name }
        /// r[ns][name] = r[src].
        StoreName { ns: Read, name: Name, src: Read }
        /// Deletes r[ns][name]; NameError if absent.
        DelName { ns: Read, name: Name }
        /// r[cell] holds a cell on entry: r[cell] = r[ns][name] if the mapping has it, else the cell's content; NameError if UNDEF.
        LoadNameOrCell { cell: Update, ns: Read, name: Name }

        // --- Attributes -----------------------------------------------------------------------------

        /// r[dst] = r[object].name.
        LoadAttr { dst: Write, object: Read, name: Name } [cache 3]
        /// r[object].name = r[src].
        StoreAttr { object: Read, name: Name, src: Read } [cache 3]
        /// del r[object].name.
        DelAttr { object: Read, name: Name }
        /// Looks up r[object].name for a call: if it is a plain function found on the type (or another callable whose
        /// binding is just "pass self first"), r[base] = function and r[base+2] = r[object]; else r[base] = the attribute
        /// and r[base+2] = UNDEF. `base` may be `object`'s register or any register of the window.
        LoadMethod { base: Window(METHOD), object: Read, name: Name } [cache 3]
        /// r[dst] = r[base](r[base+3], r[base+4]).name, where r[base] is normally the builtin `super`, whose object need not be made.
        LoadSuperAttr { dst: Write, base: Window(SUPER), name: Name } [cache 3]
        /// As LoadSuperAttr, with r[base] and r[base+2] written as LoadMethod does.
        LoadSuperMethod { base: Window(SUPER_METHOD), name: Name } [cache 3]

        // --- Items ----------------------------------------------------------------------------------

        /// r[dst] = r[object][r[key]].
        LoadItem { dst: Write, object: Read, key: Read } [cache 1]
        /// r[dst] = r[object][number].
        LoadItemImm { dst: Write, object: Read, number: Imm } [cache 1]
        /// r[object][r[key]] = r[src].
        StoreItem { object: Read, key: Read, src: Read } [cache 1]
        /// del r[object][r[key]].
        DelItem { object: Read, key: Read }
        /// r[dst] = r[object][r[base]:r[base+1]].
        LoadSlice { dst: Write, object: Read, base: Window(TWO) }
        /// r[dst] = r[object][r[base]:r[base+1]:r[base+2]].
        LoadExtendedSlice { dst: Write, object: Read, base: Window(THREE) }
        /// r[object][r[base]:r[base+1]] = r[src].
        StoreSlice { object: Read, base: Window(TWO), src: Read }

        // --- Arithmetic -----------------------------------------------------------------------------

        /// r[dst] = r[x] + r[y].
        Add { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] - r[y].
        Sub { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] * r[y].
        Mul { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] / r[y].
        TrueDiv { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] // r[y].
        FloorDiv { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] % r[y].
        Mod { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] ** r[y].
        Pow { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] << r[y].
        LShift { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] >> r[y].
        RShift { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] & r[y].
        And { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] | r[y].
        Or { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] ^ r[y].
        Xor { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] @ r[y].
        MatMul { dst: Write, x: Read, y: Read }
        /// `x += y`: as Add, but `__iadd__` is tried first (so for each instruction below).
        InplaceAdd { dst: Write, x: Read, y: Read }
        /// `x -= y`.
        InplaceSub { dst: Write, x: Read, y: Read }
        /// `x *= y`.
        InplaceMul { dst: Write, x: Read, y: Read }
        /// `x /= y`.
        InplaceTrueDiv { dst: Write, x: Read, y: Read }
        /// `x //= y`.
        InplaceFloorDiv { dst: Write, x: Read, y: Read }
        /// `x %= y`.
        InplaceMod { dst: Write, x: Read, y: Read }
        /// `x **= y`.
        InplacePow { dst: Write, x: Read, y: Read }
        /// `x <<= y`.
        InplaceLShift { dst: Write, x: Read, y: Read }
        /// `x >>= y`.
        InplaceRShift { dst: Write, x: Read, y: Read }
        /// `x &= y`.
        InplaceAnd { dst: Write, x: Read, y: Read }
        /// `x |= y`.
        InplaceOr { dst: Write, x: Read, y: Read }
        /// `x ^= y`.
        InplaceXor { dst: Write, x: Read, y: Read }
        /// `x @= y`.
        InplaceMatMul { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] + number.
        AddImm { dst: Write, x: Read, number: Imm }
        /// r[dst] = r[x] - number.
        SubImm { dst: Write, x: Read, number: Imm }
        /// r[dst] = r[x] * number.
        MulImm { dst: Write, x: Read, number: Imm }
        /// r[dst] = r[x] // number.
        FloorDivImm { dst: Write, x: Read, number: Imm }
        /// r[dst] = r[x] % number.
        ModImm { dst: Write, x: Read, number: Imm }
        /// r[dst] = r[x] & number.
        AndImm { dst: Write, x: Read, number: Imm }
        /// r[dst] = r[x] << number.
        LShiftImm { dst: Write, x: Read, number: Imm }
        /// r[dst] = r[x] >> number.
        RShiftImm { dst: Write, x: Read, number: Imm }
        /// `x += number`.
        InplaceAddImm { dst: Write, x: Read, number: Imm }
        /// `x -= number`.
        InplaceSubImm { dst: Write, x: Read, number: Imm }
        /// r[dst] = -r[x].
        Neg { dst: Write, x: Read }
        /// r[dst] = +r[x].
        Pos { dst: Write, x: Read }
        /// r[dst] = ~r[x].
        Invert { dst: Write, x: Read }
        /// r[dst] = not r[x].
        Not { dst: Write, x: Read }

        // --- Comparisons ----------------------------------------------------------------------------

        /// r[dst] = r[x] < r[y] (any object: rich comparison).
        Lt { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] <= r[y].
        Le { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] > r[y].
        Gt { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] >= r[y].
        Ge { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] == r[y].
        Eq { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] != r[y].
        Ne { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] is r[y].
        Is { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] is not r[y].
        IsNot { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] in r[y].
        In { dst: Write, x: Read, y: Read }
        /// r[dst] = r[x] not in r[y].
        NotIn { dst: Write, x: Read, y: Read }

        // --- Jumps ----------------------------------------------------------------------------------

        /// Goes to `to`.
        Jump { to: Jump } [ends]
        /// Goes to `to` if bool(r[x]).
        JumpIfTrue { x: Read, to: Jump }
        /// Goes to `to` if not bool(r[x]).
        JumpIfFalse { x: Read, to: Jump }
        /// Goes to `to` if r[x] is None.
        JumpIfNone { x: Read, to: Jump }
        /// Goes to `to` if r[x] is not None.
        JumpIfNotNone { x: Read, to: Jump }
        /// Goes to `to` if bool(r[x] < r[y]).
        JumpIfLt { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if not bool(r[x] < r[y]).
        JumpIfNotLt { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if bool(r[x] <= r[y]).
        JumpIfLe { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if not bool(r[x] <= r[y]).
        JumpIfNotLe { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if bool(r[x] > r[y]).
        JumpIfGt { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if not bool(r[x] > r[y]).
        JumpIfNotGt { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if bool(r[x] >= r[y]).
        JumpIfGe { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if not bool(r[x] >= r[y]).
        JumpIfNotGe { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if bool(r[x] == r[y]).
        JumpIfEq { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if not bool(r[x] == r[y]).
        JumpIfNotEq { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if bool(r[x] != r[y]).
        JumpIfNe { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if not bool(r[x] != r[y]).
        JumpIfNotNe { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if bool(r[x] < number).
        JumpIfLtImm { x: Read, number: Imm, to: JumpShort }
        /// Goes to `to` if not bool(r[x] < number).
        JumpIfNotLtImm { x: Read, number: Imm, to: JumpShort }
        /// Goes to `to` if bool(r[x] <= number).
        JumpIfLeImm { x: Read, number: Imm, to: JumpShort }
        /// Goes to `to` if not bool(r[x] <= number).
        JumpIfNotLeImm { x: Read, number: Imm, to: JumpShort }
        /// Goes to `to` if bool(r[x] > number).
        JumpIfGtImm { x: Read, number: Imm, to: JumpShort }
        /// Goes to `to` if not bool(r[x] > number).
        JumpIfNotGtImm { x: Read, number: Imm, to: JumpShort }
        /// Goes to `to` if bool(r[x] >= number).
        JumpIfGeImm { x: Read, number: Imm, to: JumpShort }
        /// Goes to `to` if not bool(r[x] >= number).
        JumpIfNotGeImm { x: Read, number: Imm, to: JumpShort }
        /// Goes to `to` if bool(r[x] == number).
        JumpIfEqImm { x: Read, number: Imm, to: JumpShort }
        /// Goes to `to` if not bool(r[x] == number).
        JumpIfNotEqImm { x: Read, number: Imm, to: JumpShort }
        /// Goes to `to` if bool(r[x] != number).
        JumpIfNeImm { x: Read, number: Imm, to: JumpShort }
        /// Goes to `to` if not bool(r[x] != number).
        JumpIfNotNeImm { x: Read, number: Imm, to: JumpShort }
        /// Goes to `to` if r[x] is r[y].
        JumpIfIs { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if r[x] is not r[y].
        JumpIfIsNot { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if r[x] in r[y].
        JumpIfIn { x: Read, y: Read, to: JumpShort }
        /// Goes to `to` if r[x] not in r[y].
        JumpIfNotIn { x: Read, y: Read, to: JumpShort }
        /// Head of a loop, executed once per iteration: the safepoint; the cache cell holds the hotness counter or the trace tree.
        LoopHeader {} [cache 1]
        /// First instruction of a function; the cache cell holds the hotness counter or the trace tree.
        Enter {} [cache 1]

        // --- Iteration and unpacking ----------------------------------------------------------------

        /// r[dst] = iter(r[src]).
        GetIter { dst: Write, src: Read }
        /// Takes the next item of the iterator r[iter]: r[dst] = item and goes to `to`; falls through when it is exhausted
        /// (r[dst] is then unchanged).
        ForIter { dst: Write, iter: Read, to: JumpShort }
        /// Unpacks r[src] into exactly n registers from r[base]; writes nothing if it raises.
        UnpackSequence { src: Read, base: Window(WRITES), n: Count }
        /// Unpacks r[src]: `low` items, then a list of the rest, then `high` items, into low + 1 + high registers from r[base].
        UnpackEx { src: Read, base: Window(WRITES_STAR), counts: CountPair }

        // --- Displays -------------------------------------------------------------------------------

        /// r[dst] = [n values from r[base]].
        BuildList { dst: Write, base: Window(VALUES), n: Count }
        /// r[dst] = (n values from r[base]).
        BuildTuple { dst: Write, base: Window(VALUES), n: Count }
        /// r[dst] = {n values from r[base]}.
        BuildSet { dst: Write, base: Window(VALUES), n: Count }
        /// r[dst] = {n pairs key, value from r[base]}.
        BuildDict { dst: Write, base: Window(PAIRS), n: Count }
        /// r[dst] = slice(...) of the n (2 or 3) values from r[base].
        BuildSlice { dst: Write, base: Window(VALUES), n: Count }
        /// r[dst] = the concatenation of the n strings from r[base].
        BuildString { dst: Write, base: Window(VALUES), n: Count }
        /// Appends r[src] to the list r[list].
        ListAppend { list: Read, src: Read }
        /// Adds r[src] to the set r[set].
        SetAdd { set: Read, src: Read }
        /// Sets r[dict][r[key]] = r[src] in a plain dict.
        DictSet { dict: Read, key: Read, src: Read }
        /// Extends the list r[list] by the iterable r[src] ("Value after * must be an iterable, not X").
        ListExtend { list: Read, src: Read }
        /// Adds the items of the iterable r[src] to the set r[set].
        SetUpdate { set: Read, src: Read }
        /// Updates the dict r[dict] with the mapping r[src] ("'X' object is not a mapping").
        DictUpdate { dict: Read, src: Read }
        /// As DictUpdate for `**` in a call of r[callable]: a repeated or non-string key is a TypeError naming the callable.
        DictMerge { dict: Read, src: Read, callable: Read }
        /// r[dst] = tuple(r[list]) of a plain list.
        ListToTuple { dst: Write, list: Read }

        // --- Strings --------------------------------------------------------------------------------

        /// r[dst] = format(r[src], "").
        Format { dst: Write, src: Read }
        /// r[dst] = format(r[src], r[spec]).
        FormatSpec { dst: Write, src: Read, spec: Read }
        /// r[dst] = str, repr or ascii of r[src], for kind 1, 2, 3.
        Convert { dst: Write, src: Read, kind: Imm }

        // --- Calls ----------------------------------------------------------------------------------

        /// r[dst] = r[base](n arguments); no self: r[base+2] is scratch.
        Call { dst: Write, base: Window(CALL), n: Count } [cache 2]
        /// r[dst] = r[base](n arguments), preceded by r[base+2] unless that is UNDEF.
        CallMethod { dst: Write, base: Window(CALL_METHOD), n: Count } [cache 2]
        /// r[base] = r[base](...) of n argument values, the last of which are the keyword arguments named in the tuple of
        /// strings constants[names]; preceded by r[base+2] unless that is UNDEF.
        CallKw { base: Window(CALL_KW), n: Count, names: Const } [cache 2]
        /// r[dst] = r[base](*r[base+3], **r[base+4]), preceded by r[base+2] unless that is UNDEF. r[base+3] is any iterable
        /// ("f() argument after * must be an iterable, not X"), r[base+4] any mapping or UNDEF.
        CallEx { dst: Write, base: Window(CALL_EX) } [cache 1]
        /// Returns r[src].
        Return { src: Read } [ends]
        /// Returns None.
        ReturnNone {} [ends]

        // --- Functions and classes ------------------------------------------------------------------

        /// r[dst] = a function over the code constants[k] with the current globals and nothing else.
        MakeFunction { dst: Write, k: Const32 }
        /// Sets a part of the fresh function r[function]: 0 defaults (tuple), 1 keyword defaults (dict), 2 annotations (dict),
        /// 3 closure (tuple of cells).
        SetFunctionPart { function: Read, src: Read, part: Imm }
        /// r[dst] = the builtin `__build_class__`. Called with (function of the class body, name, *bases, **keywords): it runs
        /// the body with the prepared namespace in r0; the body returns its `__class__` cell or None.
        LoadBuildClass { dst: Write }

        // --- Generators -----------------------------------------------------------------------------

        /// Makes a generator of the running frame, to be resumed at the next instruction, and returns it to the caller.
        ReturnGenerator {}
        /// Suspends, giving out r[src]; when resumed, r[dst] = the sent value.
        Yield { dst: Write, src: Read }
        /// r[dst] = r[src] if it is a generator, else iter(r[src]).
        GetYieldFromIter { dst: Write, src: Read }
        /// Sends r[value] to r[iter] (`next` for None). If it gives out an item: suspends with it, staying at this instruction;
        /// when resumed, r[value] = the sent value and the instruction runs again. If it returns: r[dst] = the returned value.
        /// `throw` and `close` of the suspended generator are passed to r[iter].
        YieldFrom { dst: Write, iter: Read, value: Update }

        // --- Exceptions and with --------------------------------------------------------------------

        /// raise r[exception] (a class is instantiated).
        Raise { exception: Read } [ends]
        /// raise r[exception] from r[cause].
        RaiseFrom { exception: Read, cause: Read } [ends]
        /// Bare `raise`: raises the exception being handled again; RuntimeError if there is none.
        RaiseHandled {} [ends]
        /// Goes on raising r[exception], which a handler has caught: no context is set, its traceback is kept.
        Reraise { exception: Read } [ends]
        /// r[save] = the exception being handled (None if none), which becomes r[exception].
        PushHandled { save: Write, exception: Read }
        /// The exception being handled becomes r[save] again.
        PopHandled { save: Read }
        /// Goes to `to` if r[exception] does not match r[types] (a class or tuple of classes; TypeError for others).
        JumpIfNotMatch { exception: Read, types: Read, to: JumpShort }
        /// r[base..base+3] = type(r[exception]), r[exception], its traceback.
        LoadExcInfo { base: Window(WRITES_THREE), exception: Read }
        /// Looks up `__enter__` (which = 0) or `__exit__` (which = 1) on type(r[object]), writing r[base] and r[base+2] as LoadMethod
        /// does; TypeError "'X' object does not support the context manager protocol" (for 1, "... (missed __exit__ method)").
        LoadSpecial { base: Window(METHOD), object: Read, which: Imm } [cache 2]
        /// r[dst] = the class AssertionError.
        LoadAssertionError { dst: Write }

        // --- Imports --------------------------------------------------------------------------------

        /// r[dst] = __import__(name, globals, None, fromlist, level); constants[spec] is the tuple (level, fromlist or None).
        ImportName { dst: Write, name: Name, spec: Const }
        /// r[dst] = r[module].name, else the submodule; ImportError.
        ImportFrom { dst: Write, module: Read, name: Name }
        /// `from r[module] import *` into the module's globals.
        ImportStar { module: Read }
        /// `from r[module] import *` into the mapping r[ns].
        ImportStarInto { module: Read, ns: Read }

        // --- match ----------------------------------------------------------------------------------

        /// r[dst] = len(r[src]).
        GetLen { dst: Write, src: Read }
        /// r[dst] = whether r[src] matches a sequence pattern's type (not str, bytes, bytearray).
        IsSequence { dst: Write, src: Read }
        /// r[dst] = whether r[src] matches a mapping pattern's type.
        IsMapping { dst: Write, src: Read }
        /// r[dst] = the tuple of the values that the mapping r[src] has for the keys in the tuple r[keys], or None if one is missing.
        MatchKeys { dst: Write, src: Read, keys: Read }
        /// r[dst] = a dict of the items of the mapping r[src] without the keys in the tuple r[keys].
        RestOfMapping { dst: Write, src: Read, keys: Read }
        /// r[dst] = the tuple of the attributes of r[base] that a class pattern with class r[base+1] asks for, or None if it is no
        /// instance or lacks one; constants[spec] is (number of positional patterns, names of keyword patterns...).
        MatchClass { dst: Write, base: Window(TWO), spec: Const }

        // --- Interactive ----------------------------------------------------------------------------

        /// sys.displayhook(r[src]).
        PrintExpr { src: Read }
    }
}

/// Part numbers of [`Op::SetFunctionPart`].
pub mod function_part {
    /// Positional defaults: a tuple.
    pub const DEFAULTS: i16 = 0;
    /// Keyword-only defaults: a dict.
    pub const KW_DEFAULTS: i16 = 1;
    /// Annotations: a dict.
    pub const ANNOTATIONS: i16 = 2;
    /// The closure: a tuple of cells.
    pub const CLOSURE: i16 = 3;
}
