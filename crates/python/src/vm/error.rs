//! Raising: exception kinds, and shorthands for the common ones.

use crate::objects::{Class, Gc};
use crate::vm::{Raised, Vm};
use crate::word::{NONE, UNDEF, Word};

macro_rules! exceptions {
    ($($name:ident: $base:ident),* $(,)?) => {
        /// A builtin exception class.
        #[repr(u8)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs)]
        pub enum Exc { $($name),* }

        /// Every builtin exception: kind, name, base (itself for the root).
        pub const EXCEPTIONS: &[(Exc, &str, Exc)] = &[$((Exc::$name, stringify!($name), Exc::$base)),*];
    };
}

exceptions! {
    BaseException: BaseException,
    SystemExit: BaseException,
    KeyboardInterrupt: BaseException,
    GeneratorExit: BaseException,
    Exception: BaseException,
    StopIteration: Exception,
    StopAsyncIteration: Exception,
    ArithmeticError: Exception,
    FloatingPointError: ArithmeticError,
    OverflowError: ArithmeticError,
    ZeroDivisionError: ArithmeticError,
    AssertionError: Exception,
    AttributeError: Exception,
    BufferError: Exception,
    EOFError: Exception,
    ImportError: Exception,
    ModuleNotFoundError: ImportError,
    LookupError: Exception,
    IndexError: LookupError,
    KeyError: LookupError,
    MemoryError: Exception,
    NameError: Exception,
    UnboundLocalError: NameError,
    OSError: Exception,
    BlockingIOError: OSError,
    ChildProcessError: OSError,
    ConnectionError: OSError,
    BrokenPipeError: ConnectionError,
    ConnectionAbortedError: ConnectionError,
    ConnectionRefusedError: ConnectionError,
    ConnectionResetError: ConnectionError,
    FileExistsError: OSError,
    FileNotFoundError: OSError,
    InterruptedError: OSError,
    IsADirectoryError: OSError,
    NotADirectoryError: OSError,
    PermissionError: OSError,
    ProcessLookupError: OSError,
    TimeoutError: OSError,
    ReferenceError: Exception,
    RuntimeError: Exception,
    NotImplementedError: RuntimeError,
    RecursionError: RuntimeError,
    SyntaxError: Exception,
    IndentationError: SyntaxError,
    TabError: IndentationError,
    SystemError: Exception,
    TypeError: Exception,
    ValueError: Exception,
    UnicodeError: ValueError,
    UnicodeDecodeError: UnicodeError,
    UnicodeEncodeError: UnicodeError,
    UnicodeTranslateError: UnicodeError,
    Warning: Exception,
    DeprecationWarning: Warning,
    PendingDeprecationWarning: Warning,
    RuntimeWarning: Warning,
    SyntaxWarning: Warning,
    UserWarning: Warning,
    FutureWarning: Warning,
    ImportWarning: Warning,
    UnicodeWarning: Warning,
    BytesWarning: Warning,
    ResourceWarning: Warning,
    EncodingWarning: Warning,
}

impl Vm {
    /// The class of an exception kind.
    #[inline]
    pub fn exc(&self, kind: Exc) -> Gc<Class> {
        self.exc_classes[kind as usize]
    }

    /// Raises `kind(message)`.
    #[cold]
    pub fn raise(&mut self, kind: Exc, message: impl AsRef<str>) -> Raised {
        let text = self.new_str(message.as_ref());
        self.raise_with(kind, &[text])
    }

    /// Raises `kind(*args)`.
    #[cold]
    pub fn raise_with(&mut self, kind: Exc, args: &[Word]) -> Raised {
        let class = self.exc(kind);
        let e = self.new_exception(class, args);
        self.raise_object(e)
    }

    /// Makes `exception` the pending one; its context becomes the exception being handled.
    #[cold]
    pub fn raise_object(&mut self, exception: Word) -> Raised {
        self.set_context(exception);
        self.pending = exception;
        Raised
    }

    /// Whether the pending exception is of `kind`.
    pub fn pending_is(&self, kind: Exc) -> bool {
        self.pending != UNDEF && self.is_instance(self.pending, self.exc(kind))
    }

    /// Drops the pending exception when it is of `kind`; says whether it did.
    pub fn swallow(&mut self, kind: Exc) -> bool {
        let yes = self.pending_is(kind);
        if yes {
            self.pending = UNDEF;
        }
        yes
    }

    /// Raises TypeError.
    #[cold]
    pub fn type_error(&mut self, message: impl AsRef<str>) -> Raised {
        self.raise(Exc::TypeError, message)
    }

    /// Raises ValueError.
    #[cold]
    pub fn value_error(&mut self, message: impl AsRef<str>) -> Raised {
        self.raise(Exc::ValueError, message)
    }

    /// Raises IndexError.
    #[cold]
    pub fn index_error(&mut self, message: impl AsRef<str>) -> Raised {
        self.raise(Exc::IndexError, message)
    }

    /// Raises KeyError of the missing key.
    #[cold]
    pub fn key_error(&mut self, key: Word) -> Raised {
        self.raise_with(Exc::KeyError, &[key])
    }

    /// Raises RuntimeError.
    #[cold]
    pub fn runtime_error(&mut self, message: impl AsRef<str>) -> Raised {
        self.raise(Exc::RuntimeError, message)
    }

    /// Raises OverflowError.
    #[cold]
    pub fn overflow_error(&mut self, message: impl AsRef<str>) -> Raised {
        self.raise(Exc::OverflowError, message)
    }

    /// Raises ZeroDivisionError.
    #[cold]
    pub fn zero_division(&mut self, message: impl AsRef<str>) -> Raised {
        self.raise(Exc::ZeroDivisionError, message)
    }

    /// Raises MemoryError without arguments.
    #[cold]
    pub fn memory_error(&mut self) -> Raised {
        self.raise_with(Exc::MemoryError, &[])
    }

    /// Raises `StopIteration`, with `value` unless it is None or UNDEF.
    #[cold]
    pub fn stop_iteration(&mut self, value: Word) -> Raised {
        if value == UNDEF || value == NONE {
            self.raise_with(Exc::StopIteration, &[])
        } else {
            self.raise_with(Exc::StopIteration, &[value])
        }
    }

    /// Raises RecursionError.
    #[cold]
    pub fn recursion_error(&mut self) -> Raised {
        self.raise(Exc::RecursionError, "maximum recursion depth exceeded")
    }
}
