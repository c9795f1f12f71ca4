//! The handlers of all instructions, each written once over [`Machine`]: with `Interp` they are the
//! interpreter, with `Recorder` they record traces.
//!
//! Every handler is inlined into its run loop, so that the interpreter's machine stays in registers;
//! whatever is long or rare is a host function. SAFETY of the module: `At` points at a verified
//! instruction of loaded code, whose operands are in range; a reference is used as a layout only after its tag
//! or shape was tested.

pub mod arith;
pub mod arrays;
pub mod attr;
pub mod build;
pub mod call;
pub mod compare;
pub mod exceptions;
pub mod generators;
pub mod items;
pub mod iterate;
pub mod misc;
pub mod names;
pub mod native;
pub mod special;
pub mod values;
pub mod wide;

use crate::jit::spec::{BOOL, BUILTIN_SHAPE, FLOAT, INT, NONE_KIND, REF, SHAPE, TAG, UNDEFINED};
use crate::objects::{Class, Gc, LoadedCode, Name, Shape, TypeTag};
use crate::vm::Vm;
use crate::word::Word;
use uplift::uop::HostFn;
use uplift::{Arg, Machine};

/// A machine over this VM.
pub trait PyMachine: Machine<Host = Vm> {}
impl<M: Machine<Host = Vm>> PyMachine for M {}

/// The instruction being executed.
#[derive(Clone, Copy)]
pub struct At {
    /// Its instruction word.
    pub pc: *mut u64,
    /// The code it belongs to.
    pub code: *mut LoadedCode,
}

impl At {
    /// The loaded code.
    #[inline(always)]
    pub fn code(self) -> &'static LoadedCode {
        // SAFETY: loaded code is immortal.
        unsafe { &*self.code }
    }
    /// A constant.
    #[inline(always)]
    pub fn constant(self, k: u32) -> Word {
        // SAFETY: module argument.
        unsafe { *self.code().consts.get_unchecked(k as usize) }
    }
    /// A name.
    #[inline(always)]
    pub fn name(self, n: u16) -> Name {
        // SAFETY: module argument.
        unsafe { *self.code().names.get_unchecked(n as usize) }
    }
    /// Cache cell `i`.
    #[inline(always)]
    pub fn cell(self, i: usize) -> &'static mut u64 {
        // SAFETY: module argument; there is one interpreter thread, and no handler holds two references to a cell.
        unsafe { &mut *self.pc.add(1 + i) }
    }
    /// The index of an instruction `words` after this one.
    #[inline(always)]
    pub fn index(self, words: i32) -> u32 {
        (Vm::pc_index(self.code, self.pc) as i32 + words) as u32
    }
}

/// Where control goes after an instruction.
#[derive(Clone, Copy, Debug)]
pub enum Flow {
    /// To the next instruction.
    Next,
    /// To the instruction so many words away.
    Jump(i32),
    /// On in another frame, which is the innermost one already.
    Go(*mut LoadedCode, *mut u64),
    /// The pending exception is raised here.
    Raise,
    /// The pending exception is raised in the innermost frame, at this instruction.
    RaiseAt(*mut LoadedCode, *mut u64),
    /// A boundary frame ends with the pending exception.
    Fail,
    /// A boundary frame has ended; its result is in the run state.
    Leave,
    /// The loop header wants the engine.
    Hot,
    /// Something wants attention; then this instruction runs again.
    Attention,
}

/// A register operand as a slot.
#[inline(always)]
pub fn r(register: u16) -> i32 {
    i32::from(register)
}

macro_rules! args {
    ($($kind:ident $value:expr),* $(,)?) => { &[$(uplift::Arg::$kind($value)),*] };
}
pub(crate) use args;

/// The result of a raising call goes to `dst`.
#[inline(always)]
pub fn finish<M: PyMachine>(m: &mut M, dst: u16, w: M::Word) -> Flow {
    if m.raised(w) {
        return Flow::Raise;
    }
    m.set_slot(r(dst), w);
    Flow::Next
}

/// A raising call whose result does not matter.
#[inline(always)]
pub fn effect<M: PyMachine>(m: &mut M, f: &'static HostFn, args: &[Arg<M>]) -> Flow {
    let w = m.call_word(f, args);
    if m.raised(w) { Flow::Raise } else { Flow::Next }
}

/// A raising call whose result goes to `dst`.
#[inline(always)]
pub fn result<M: PyMachine>(m: &mut M, dst: u16, f: &'static HostFn, args: &[Arg<M>]) -> Flow {
    let w = m.call_word(f, args);
    finish(m, dst, w)
}

macro_rules! kind_tests {
    ($($(#[$doc:meta])* $name:ident $kind:ident;)*) => { $(
        $(#[$doc])*
        #[inline(always)]
        pub fn $name<M: PyMachine>(m: &mut M, w: M::Word) -> bool {
            let b = m.is_kind(w, $kind);
            m.test(b)
        }
    )* };
}

kind_tests! {
    /// Tests for UNDEF.
    is_undef UNDEFINED;
    /// Tests for None.
    is_none NONE_KIND;
    /// Tests for a bool.
    is_bool BOOL;
    /// Tests for an inline int.
    is_int INT;
    /// Tests for a float.
    is_float FLOAT;
    /// Tests for an object.
    is_ref REF;
}

/// The tag of an object, promoted.
#[inline(always)]
pub fn tag_of<M: PyMachine>(m: &mut M, object: M::Ref) -> u32 {
    let tag = m.load_int(object, TAG);
    m.promote_int(tag) as u32
}

/// The shape of an object, promoted. Shapes of other layouts than instances never change.
#[inline(always)]
pub fn shape_of<M: PyMachine>(m: &mut M, object: M::Ref) -> *mut Shape {
    let mut field = SHAPE;
    if M::RECORDS {
        let now = m.hint_ref(object);
        // SAFETY: a live object.
        if unsafe { (*(now as *const crate::objects::Header)).tag } != TypeTag::Instance as u32 {
            field = BUILTIN_SHAPE;
        }
    }
    let shape = m.load_ref(object, field);
    let shape = m.promote_ref(shape) as *mut Shape;
    if M::RECORDS && std::ptr::eq(field, BUILTIN_SHAPE) {
        debug_assert!(class_of(shape).layout != TypeTag::Instance);
    }
    shape
}

/// The class of a shape.
#[inline(always)]
pub fn class_of(shape: *mut Shape) -> Gc<Class> {
    // SAFETY: shapes are immortal.
    unsafe { (*shape).class }
}

/// Whether the shape is that of plain objects of a builtin class.
#[inline(always)]
pub fn is_exactly(shape: *mut Shape, class: Gc<Class>) -> bool {
    shape == class.root_shape
}

/// A reference constant.
#[inline(always)]
pub fn constant_ref<M: PyMachine, T>(m: &mut M, g: Gc<T>) -> M::Ref {
    m.const_ref(g.addr())
}

/// A word constant.
#[inline(always)]
pub fn word<M: PyMachine>(m: &mut M, w: Word) -> M::Word {
    m.const_word(w.0)
}

/// Makes the trace depend on a class as it is.
#[inline(always)]
pub fn assume_class<M: PyMachine>(m: &mut M, mut class: Gc<Class>) {
    if M::RECORDS {
        class.watched = true;
        m.assume(class.addr());
    }
}

/// Executes one instruction: hands its handler's flow to the macro `$done` with the instruction's length.
macro_rules! dispatch {
    ($m:expr, $at:expr, $op:expr, $word:expr, $done:ident) => {{
        use $crate::bytecode::{Op, insn};
        use $crate::vm::handlers::*;
        $crate::vm::handlers::dispatch!(@rows $m, $at, $op, $word, $done;
            Nop values::nop; Move values::copy; LoadConst values::load_const; LoadNone values::load_none;
            LoadInt values::load_int; LoadUndef values::load_undef; CheckLocal values::check_local;
            DelLocal values::del_local; MakeCell values::make_cell; LoadCell values::load_cell;
            StoreCell values::store_cell; DelCell values::del_cell; LoadFree values::load_free;
            StoreFree values::store_free; DelFree values::del_free; LoadFreeCell values::load_free_cell;
            LoadGlobal names::load_global; StoreGlobal names::store_global; DelGlobal names::del_global;
            LoadName names::load_name; StoreName names::store_name; DelName names::del_name;
            LoadNameOrCell names::load_name_or_cell;
            LoadAttr attr::load_attr; StoreAttr attr::store_attr; DelAttr attr::del_attr;
            LoadMethod attr::load_method; LoadSuperAttr attr::load_super_attr;
            LoadSuperMethod attr::load_super_method;
            LoadItem items::load_item; LoadItemImm items::load_item_imm; StoreItem items::store_item;
            DelItem items::del_item; LoadSlice items::load_slice; LoadExtendedSlice items::load_extended_slice; StoreSlice items::store_slice;
            Add arith::add; Sub arith::sub; Mul arith::mul; TrueDiv arith::true_div; FloorDiv arith::floor_div;
            Mod arith::modulo; Pow arith::pow; LShift arith::lshift; RShift arith::rshift; And arith::and;
            Or arith::or; Xor arith::xor; MatMul arith::matmul;
            InplaceAdd arith::iadd; InplaceSub arith::isub; InplaceMul arith::imul;
            InplaceTrueDiv arith::itrue_div; InplaceFloorDiv arith::ifloor_div; InplaceMod arith::imodulo;
            InplacePow arith::ipow; InplaceLShift arith::ilshift; InplaceRShift arith::irshift;
            InplaceAnd arith::iand; InplaceOr arith::ior; InplaceXor arith::ixor; InplaceMatMul arith::imatmul;
            AddImm arith::add_imm; SubImm arith::sub_imm; MulImm arith::mul_imm;
            FloorDivImm arith::floor_div_imm; ModImm arith::mod_imm; AndImm arith::and_imm;
            LShiftImm arith::lshift_imm; RShiftImm arith::rshift_imm; InplaceAddImm arith::iadd_imm;
            InplaceSubImm arith::isub_imm; Neg arith::neg; Pos arith::pos; Invert arith::invert;
            Not compare::not;
            Lt compare::lt; Le compare::le; Gt compare::gt; Ge compare::ge; Eq compare::eq; Ne compare::ne;
            Is compare::is; IsNot compare::is_not; In compare::contains; NotIn compare::not_contains;
            Jump compare::jump; JumpIfTrue compare::jump_if_true; JumpIfFalse compare::jump_if_false;
            JumpIfNone compare::jump_if_none; JumpIfNotNone compare::jump_if_not_none;
            JumpIfLt compare::jump_if_lt; JumpIfNotLt compare::jump_if_not_lt;
            JumpIfLe compare::jump_if_le; JumpIfNotLe compare::jump_if_not_le;
            JumpIfGt compare::jump_if_gt; JumpIfNotGt compare::jump_if_not_gt;
            JumpIfGe compare::jump_if_ge; JumpIfNotGe compare::jump_if_not_ge;
            JumpIfEq compare::jump_if_eq; JumpIfNotEq compare::jump_if_not_eq;
            JumpIfNe compare::jump_if_ne; JumpIfNotNe compare::jump_if_not_ne;
            JumpIfLtImm compare::jump_if_lt_imm; JumpIfNotLtImm compare::jump_if_not_lt_imm;
            JumpIfLeImm compare::jump_if_le_imm; JumpIfNotLeImm compare::jump_if_not_le_imm;
            JumpIfGtImm compare::jump_if_gt_imm; JumpIfNotGtImm compare::jump_if_not_gt_imm;
            JumpIfGeImm compare::jump_if_ge_imm; JumpIfNotGeImm compare::jump_if_not_ge_imm;
            JumpIfEqImm compare::jump_if_eq_imm; JumpIfNotEqImm compare::jump_if_not_eq_imm;
            JumpIfNeImm compare::jump_if_ne_imm; JumpIfNotNeImm compare::jump_if_not_ne_imm;
            JumpIfIs compare::jump_if_is; JumpIfIsNot compare::jump_if_is_not;
            JumpIfIn compare::jump_if_in; JumpIfNotIn compare::jump_if_not_in;
            LoopHeader misc::loop_header; Enter misc::enter;
            GetIter iterate::get_iter; ForIter iterate::for_iter; UnpackSequence iterate::unpack_sequence;
            UnpackEx iterate::unpack_ex;
            BuildList build::list; BuildTuple build::tuple; BuildSet build::set; BuildDict build::dict;
            BuildSlice build::slice; BuildString build::string; ListAppend build::list_append;
            SetAdd build::set_add; DictSet build::dict_set; ListExtend build::list_extend;
            SetUpdate build::set_update; DictUpdate build::dict_update; DictMerge build::dict_merge;
            ListToTuple build::list_to_tuple; Format build::format; FormatSpec build::format_spec;
            Convert build::convert;
            Call call::call; CallMethod call::call_method; CallKw call::call_kw; CallEx call::call_ex;
            Return call::ret; ReturnNone call::ret_none;
            MakeFunction misc::make_function; SetFunctionPart misc::set_function_part;
            LoadBuildClass misc::load_build_class;
            ReturnGenerator generators::return_generator; Yield generators::yield_value;
            GetYieldFromIter generators::get_yield_from_iter; YieldFrom generators::yield_from;
            Raise exceptions::raise; RaiseFrom exceptions::raise_from; RaiseHandled exceptions::raise_handled;
            Reraise exceptions::reraise; PushHandled exceptions::push_handled; PopHandled exceptions::pop_handled;
            JumpIfNotMatch exceptions::jump_if_not_match; LoadExcInfo exceptions::load_exc_info;
            LoadSpecial exceptions::load_special; LoadAssertionError exceptions::load_assertion_error;
            ImportName misc::import_name; ImportFrom misc::import_from; ImportStar misc::import_star;
            ImportStarInto misc::import_star_into; GetLen misc::get_len; IsSequence misc::is_sequence;
            IsMapping misc::is_mapping; MatchKeys misc::match_keys; RestOfMapping misc::rest_of_mapping;
            MatchClass misc::match_class; PrintExpr misc::print_expr;
        )
    }};
    (@rows $m:expr, $at:expr, $op:expr, $word:expr, $done:ident; $($name:ident $group:ident :: $handler:ident;)*) => {
        match $op {
            $(Op::$name => $done!(insn::$name::WORDS, $group::$handler($m, $at, insn::$name::decode($word))),)*
        }
    };
}
pub(crate) use dispatch;
