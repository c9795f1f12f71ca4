//! Using up iterators in frames: `list(islice(numbers(), 9))` as a loop of the interpreter, not of a native.
//!
//! A native that calls back holds words that no root knows, so nothing is collected until it is done; a program whose
//! work is all done inside such a call would never collect. So the calls that use up an iterator (`list`, `sum`, ...)
//! go another way if getting the next item may run Python code: a generator hands the items on, one by one, and runs in
//! a frame of its own as the generators of such calls do ([`crate::vm::consume::Consumer`]). Its loop header is a safepoint.
//!
//! Does not handle: `zip`, `enumerate` and iterators made by `__iter__` methods of classes, `sorted`, `dict`,
//! `str.join`, and callbacks of natives (`key=`): what runs below those still waits for a collection.

use crate::compile::{Mode, compile_source};
use crate::objects::iter::{Filter, Map};
use crate::objects::{Function, Gc, Generator, TypeTag};
use crate::vm::Vm;
use crate::word::Word;

const SOURCE: &str = "def each(items):\n    for item in items:\n        yield item\n";
/// File of the generator's code; its frames are not shown to programs.
pub(crate) const FILE: &str = "<each>";

/// The generator function, made on first use and kept for ever.
#[derive(Default)]
struct Each(Option<Word>);

impl Vm {
    /// A generator that hands on the items of `w`, if that is an iterator whose steps may run Python code.
    pub fn each(&mut self, pc: *mut u64, w: Word) -> Option<Gc<Generator>> {
        let calls_back = match w.tag() {
            TypeTag::NativeIter => true,
            TypeTag::Map => w.cast::<Map>().is_some_and(|map| map.func.is::<Function>()),
            TypeTag::Filter => w.cast::<Filter>().is_some_and(|filter| filter.func.is::<Function>()),
            _ => false,
        };
        if !calls_back {
            return None;
        }
        self.run.pc = pc;
        let generator = self.each_function().and_then(|each| self.call(each, &[w]).ok());
        if generator.is_none() {
            // No room for one more frame: the native way may do without.
            self.take_pending();
        }
        Vm::runnable_generator(generator?)
    }

    fn each_function(&mut self) -> Option<Word> {
        if let Some(function) = self.state::<Each>().0 {
            return Some(function);
        }
        let code = compile_source(SOURCE.as_bytes(), FILE, Mode::Exec).ok()?;
        let code = self.load_code(&code);
        let namespace = self.new_namespace();
        crate::modules::import::run_code(self, code, namespace).ok()?;
        let name = self.intern("each");
        let function = namespace.get(name)?;
        self.immortalize(function);
        self.state::<Each>().0 = Some(function);
        Some(function)
    }
}
