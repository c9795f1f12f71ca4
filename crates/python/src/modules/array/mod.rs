//! `array`: typed arrays.
//!
//! The payload of an `array` object starts with the address of the items, their number and their kind, at fixed
//! offsets, so that compiled code can load and store items of kind `d`, `q` and the like directly.

mod methods;

use crate::builtins::args;
use crate::builtins::numbers::int_value;
use crate::heap::Marker;
use crate::objects::misc::{NativePayload, Payload};
use crate::objects::{Args, Class, Gc, Module, NativeObject};
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

/// What the items are, by type code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind {
    pub code: u8,
    /// Bytes of an item.
    pub size: usize,
    pub signed: bool,
    pub float: bool,
}

const KINDS: &[Kind] = &[
    Kind { code: b'b', size: 1, signed: true, float: false },
    Kind { code: b'B', size: 1, signed: false, float: false },
    Kind { code: b'u', size: 4, signed: false, float: false },
    Kind { code: b'h', size: 2, signed: true, float: false },
    Kind { code: b'H', size: 2, signed: false, float: false },
    Kind { code: b'i', size: 4, signed: true, float: false },
    Kind { code: b'I', size: 4, signed: false, float: false },
    Kind { code: b'l', size: 8, signed: true, float: false },
    Kind { code: b'L', size: 8, signed: false, float: false },
    Kind { code: b'q', size: 8, signed: true, float: false },
    Kind { code: b'Q', size: 8, signed: false, float: false },
    Kind { code: b'f', size: 4, signed: true, float: true },
    Kind { code: b'd', size: 8, signed: true, float: true },
];

/// The payload of an `array` object.
#[repr(C)]
pub struct Array {
    /// The items; valid as long as the array is not changed in length.
    data: *mut u8,
    /// Number of items.
    len: i64,
    /// The type code.
    code: i64,
    kind: Kind,
    /// The memory behind `data`, in words so that items are aligned.
    storage: Vec<u64>,
}

/// Byte offset of the address of an array's items in its payload.
pub const ARRAY_DATA: usize = core::mem::offset_of!(Array, data);
/// Byte offset of the number of items in an array's payload.
pub const ARRAY_LEN: usize = core::mem::offset_of!(Array, len);
/// Byte offset of the type code in an array's payload.
pub const ARRAY_CODE: usize = core::mem::offset_of!(Array, code);
/// Byte offset of the payload's address in an array object.
pub const ARRAY_PAYLOAD: usize = core::mem::offset_of!(NativeObject, payload);

impl NativePayload for Array {
    fn trace(&self, _: &mut Marker) {}

    fn external_bytes(&self) -> usize {
        self.storage.capacity() * 8
    }
}

impl Array {
    fn new(kind: Kind) -> Array {
        let mut array = Array {
            data: std::ptr::null_mut(),
            len: 0,
            code: i64::from(kind.code),
            kind,
            storage: Vec::new(),
        };
        array.data = array.storage.as_mut_ptr().cast();
        array
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What the items are.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The items' bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the storage holds at least `len` items.
        unsafe { std::slice::from_raw_parts(self.data, self.len() * self.kind.size) }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.data, self.len() * self.kind.size) }
    }

    /// Sets the number of items; new ones are zero (or left from before).
    fn resize(&mut self, len: usize) {
        let words = (len * self.kind.size).div_ceil(8);
        if words > self.storage.len() {
            self.storage.reserve(words - self.storage.len());
            self.storage.resize(words, 0);
        }
        self.data = self.storage.as_mut_ptr().cast();
        self.len = len as i64;
    }

    /// Replaces items `from..to` by the items in `with`.
    fn splice(&mut self, from: usize, to: usize, with: &[u8]) {
        let size = self.kind.size;
        let (old, tail) = (self.len(), self.bytes()[to * size..].to_vec());
        let new = old - (to - from) + with.len() / size;
        self.resize(new);
        let bytes = self.bytes_mut();
        bytes[from * size..from * size + with.len()].copy_from_slice(with);
        bytes[from * size + with.len()..].copy_from_slice(&tail);
        self.canonicalise(from * size, with.len());
    }

    /// Gives NaNs that came as bytes the bits that words can hold, so that compiled code may box any item as it is.
    fn canonicalise(&mut self, start: usize, bytes: usize) {
        if self.kind.code == b'd' {
            for item in self.bytes_mut()[start..start + bytes].chunks_exact_mut(8) {
                let value = f64::from_le_bytes(item.try_into().unwrap_or_default());
                if value.is_nan() {
                    item.copy_from_slice(&f64::NAN.to_le_bytes());
                }
            }
        }
    }

    /// Item `at < len` as a word.
    #[inline]
    pub fn get(&self, vm: &mut Vm, at: usize) -> Word {
        let size = self.kind.size;
        let bytes = &self.bytes()[at * size..(at + 1) * size];
        self.decode(vm, bytes)
    }

    fn decode(&self, vm: &mut Vm, bytes: &[u8]) -> Word {
        let mut raw = [0; 8];
        raw[..bytes.len()].copy_from_slice(bytes);
        let unsigned = u64::from_le_bytes(raw);
        match self.kind.code {
            b'd' => Word::float(f64::from_bits(unsigned)),
            b'f' => Word::float(f64::from(f32::from_bits(unsigned as u32))),
            b'u' => vm.new_char(char::from_u32(unsigned as u32).unwrap_or('\u{fffd}')),
            b'L' | b'Q' => vm.new_int_i128(i128::from(unsigned)),
            _ if self.kind.signed => {
                let shift = 64 - 8 * self.kind.size as u32;
                vm.new_int((unsigned << shift) as i64 >> shift)
            }
            _ => vm.new_int(unsigned as i64),
        }
    }

    /// Sets item `at` to what [`encode`] made; false if the array is too short.
    #[inline]
    fn set(&mut self, at: usize, raw: [u8; 8]) -> bool {
        let size = self.kind.size;
        match self.bytes_mut().get_mut(at * size..(at + 1) * size) {
            Some(place) => place.copy_from_slice(&raw[..size]),
            None => return false,
        }
        true
    }

    /// Appends what [`encode`] made.
    fn push(&mut self, vm: &mut Vm, raw: [u8; 8]) {
        let at = self.len();
        let before = self.storage.capacity();
        self.resize(at + 1);
        vm.heap.external((self.storage.capacity() - before) * 8);
        let size = self.kind.size;
        self.bytes_mut()[at * size..].copy_from_slice(&raw[..size]);
    }
}

/// A value as the bytes of an item.
#[inline]
fn encode(vm: &mut Vm, kind: Kind, value: Word) -> PyResult<[u8; 8]> {
    if kind.float {
        let value = match value.as_float() {
            Some(value) => value,
            None => float_item(vm, value)?,
        };
        return Ok(if kind.size == 8 {
            value.to_le_bytes()
        } else {
            u64::from((value as f32).to_bits()).to_le_bytes()
        });
    }
    if kind.code == b'u' {
        return match value.as_str().map(|s| (s.chars().next(), s.chars().count())) {
            Some((Some(c), 1)) => Ok(u64::from(c as u32).to_le_bytes()),
            _ => Err(vm.type_error("array item must be a unicode character")),
        };
    }
    let value = match value.as_int() {
        Some(value) => i128::from(value),
        None => integer_item(vm, value)?,
    };
    let bits = 8 * kind.size as u32;
    let (low, high) = if kind.signed {
        (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
    } else {
        (0, (1i128 << bits) - 1)
    };
    if value < low || value > high {
        return Err(out_of_range(vm, kind, value < low));
    }
    Ok((value as u64).to_le_bytes())
}

fn float_item(vm: &mut Vm, value: Word) -> PyResult<f64> {
    if value.as_str().is_some() || !value.is_ref() && value.as_index().is_none() {
        return Err(args::wrong_type(vm, value, "must be real number, not {}"));
    }
    vm.as_f64(value)
}

fn integer_item(vm: &mut Vm, value: Word) -> PyResult<i128> {
    let word = vm.index_word(value)?;
    Ok(match int_value(word) {
        Some(i) => match i.small() {
            Some(small) => i128::from(small),
            None => {
                i128::try_from(&i.to_big()).unwrap_or(if i.is_negative() { i128::MIN } else { i128::MAX })
            }
        },
        None => 0,
    })
}

#[cold]
fn out_of_range(vm: &mut Vm, kind: Kind, below: bool) -> crate::vm::Raised {
    let name = match kind.code {
        b'b' => "signed char",
        b'B' => "unsigned byte integer",
        b'h' => "signed short integer",
        b'H' => "unsigned short",
        b'i' => "signed integer",
        b'I' => "unsigned int",
        b'l' | b'q' => return vm.overflow_error("Python int too large to convert to C long"),
        _ if below => return vm.overflow_error("can't convert negative int to unsigned"),
        _ => return vm.overflow_error("Python int too large to convert to C unsigned long"),
    };
    let side = if below { ("less", "minimum") } else { ("greater", "maximum") };
    vm.overflow_error(format!("{name} is {} than {}", side.0, side.1))
}

/// The bytes of an array object, for bytes-like arguments.
pub fn bytes_of(w: Word) -> Option<&'static [u8]> {
    // SAFETY: as in `Array::bytes`; callers do not keep the slice across a change of the array.
    w.payload::<Array>().map(|array| unsafe { std::slice::from_raw_parts(array.data, array.bytes().len()) })
}

/// The array in an object of the class `array`.
#[inline]
pub fn array_of(w: Word) -> Option<Payload<Array>> {
    w.payload::<Array>()
}

/// The class `array`, once the module was imported.
#[derive(Default)]
struct ArrayClass(Option<Gc<Class>>);

/// The class `array.array`, once the module was imported.
pub fn class(vm: &Vm) -> Option<Gc<Class>> {
    vm.peek_state::<ArrayClass>()?.0
}

/// Fills the module.
pub fn build(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    let class = super::new_type(vm, "array", "array");
    methods::install(vm, class);
    vm.set_constructor(class, construct, false);
    vm.state::<ArrayClass>().0 = Some(class);
    vm.run.array_shape = class.root_shape;
    vm.set_global(module.namespace, "array", class.word());
    vm.set_global(module.namespace, "ArrayType", class.word());
    let codes: String = KINDS.iter().map(|kind| kind.code as char).collect();
    let codes = vm.new_str(&codes);
    vm.set_global(module.namespace, "typecodes", codes);
    Ok(())
}

fn object(vm: &mut Vm, class: Gc<Class>, array: Array) -> Word {
    vm.new_native_object(class, Box::new(array))
}

fn construct(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "array.array")?;
    if a.is_empty() || a.len() > 2 {
        let bounds = if a.is_empty() { "at least 1 argument" } else { "at most 2 arguments" };
        return Err(vm.type_error(format!("array() takes {bounds} ({} given)", a.len())));
    }
    let code = match a[0].as_str().map(str::as_bytes) {
        Some([code]) => *code,
        _ => {
            return Err(args::wrong_type(vm, a[0], "array() argument 1 must be a unicode character, not {}"));
        }
    };
    let Some(&kind) = KINDS.iter().find(|kind| kind.code == code) else {
        return Err(vm.value_error("bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)"));
    };
    let mut array = Array::new(kind);
    let source = a.or(1, UNDEF);
    if source != UNDEF {
        fill(vm, &mut array, source)?;
    }
    Ok(object(vm, class, array))
}

fn fill(vm: &mut Vm, array: &mut Array, source: Word) -> PyResult<()> {
    if let Some(other) = source.payload::<Array>().filter(|other| other.kind == array.kind) {
        array.splice(0, 0, other.bytes());
        return Ok(());
    }
    if source.is::<crate::objects::Bytes>() || source.is::<crate::objects::ByteArray>() {
        let bytes = crate::builtins::bytes::bytes_of(source).unwrap_or(&[]);
        if !bytes.len().is_multiple_of(array.kind.size) {
            return Err(vm.value_error("bytes length not a multiple of item size"));
        }
        array.splice(0, 0, bytes);
        return Ok(());
    }
    if source.as_str().is_some() && array.kind.code != b'u' {
        let code = array.kind.code as char;
        return Err(vm.type_error(format!("cannot use a str to initialize an array with typecode '{code}'")));
    }
    vm.iterate(source, |vm, item| {
        let raw = encode(vm, array.kind, item)?;
        array.push(vm, raw);
        Ok(true)
    })
}
