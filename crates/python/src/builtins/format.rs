//! `format()`, `str.format` and `%` applied to objects.

use super::args;
use super::numbers::{Int, float_value, int_value};
use crate::format::fields::{self, Key, Piece, Step};
use crate::format::percent::{self, Conversion, Layout, Size};
use crate::format::spec::{self, Spec};
use crate::format::{FormatError, quote};
use crate::objects::{Args, Complex, Dict, Tuple, TypeTag};
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

/// `format(value, spec)`.
pub fn format_value(vm: &mut Vm, value: Word, text: &str) -> PyResult<String> {
    if text.is_empty()
        && let Some(i) = value.as_int()
    {
        let mut out = String::new();
        crate::format::int::push_decimal(&mut out, i);
        return Ok(out);
    }
    if text.is_empty() && (value.is_int() || value.is_float() || is_exact_str(vm, value)) {
        return vm.str(value);
    }
    if let Some(i) = value.as_int() {
        return format_int(vm, Int::Small(i), text, "int");
    }
    if let Some(f) = value.as_float() {
        return format_float(vm, f, text);
    }
    if is_exact_str(vm, value) {
        return format_text(vm, value.as_str().unwrap_or(""), text);
    }
    let spec = vm.new_str(text);
    if let Some(result) = vm.call_special(value, vm.names.format, &[spec])? {
        return match result.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(args::wrong_type(vm, result, "__format__ must return a str, not {}")),
        };
    }
    format_default(vm, value, text)
}

fn is_exact_str(vm: &Vm, value: Word) -> bool {
    value.cast::<crate::objects::Str>().is_some_and(|s| s.class() == vm.types.str)
}

/// `object.__format__` and that of the builtin types.
pub fn format_default(vm: &mut Vm, value: Word, text: &str) -> PyResult<String> {
    if text.is_empty() {
        return vm.str(value);
    }
    if let Some(i) = int_value(value) {
        return format_int(vm, i, text, vm.type_name(value));
    }
    if let Some(f) = float_value(value) {
        return format_float(vm, f, text);
    }
    if let Some(string) = value.as_str() {
        return format_text(vm, string, text);
    }
    if let Some(c) = value.cast::<Complex>() {
        let mut out = String::new();
        return match Spec::parse(text, "complex", true)
            .and_then(|s| spec::format_complex(&mut out, c.re, c.im, &s))
        {
            Ok(()) => Ok(out),
            Err(e) => Err(vm.format_error(e)),
        };
    }
    Err(args::wrong_type(vm, value, "unsupported format string passed to {}.__format__"))
}

/// `int.__format__`.
pub fn format_int(vm: &mut Vm, value: Int, text: &str, type_name: &str) -> PyResult<String> {
    let mut out = String::new();
    let result = Spec::parse(text, type_name, true).and_then(|s| match &value {
        Int::Small(i) => spec::format_int(&mut out, *i, &s, type_name),
        Int::Big(b) => {
            if spec::wants_decimal_digits(&s) {
                check_digits(vm, b)?;
            }
            spec::format_big_int(&mut out, b, &s, type_name)
        }
    });
    match result {
        Ok(()) => Ok(out),
        Err(e) => Err(vm.format_error(e)),
    }
}

/// Refuses to make decimal text longer than the limit of `sys.set_int_max_str_digits`.
pub fn check_digits(vm: &Vm, value: &dashu_int::IBig) -> crate::format::Result<()> {
    let limit = vm.int_max_str_digits;
    let bits = dashu_base::BitTest::bit_len(value);
    // 3.33 bits per digit: most numbers are decided by their length alone.
    if limit == 0 || bits < limit * 332 / 100 {
        return Ok(());
    }
    if bits > limit * 333 / 100 || value.in_radix(10).to_string().trim_start_matches('-').len() > limit {
        return Err(FormatError::value(format!(
            "Exceeds the limit ({limit} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
        )));
    }
    Ok(())
}

fn format_float(vm: &mut Vm, value: f64, text: &str) -> PyResult<String> {
    let mut out = String::new();
    match Spec::parse(text, "float", true).and_then(|s| spec::format_float(&mut out, value, &s, "float")) {
        Ok(()) => Ok(out),
        Err(e) => Err(vm.format_error(e)),
    }
}

/// `str.__format__`.
pub fn format_text(vm: &mut Vm, value: &str, text: &str) -> PyResult<String> {
    let mut out = String::new();
    match Spec::parse(text, "str", false).and_then(|s| spec::format_str(&mut out, value, &s)) {
        Ok(()) => Ok(out),
        Err(e) => Err(vm.format_error(e)),
    }
}

/// Applies `!r`, `!s`, `!a`.
pub fn convert(vm: &mut Vm, value: Word, conversion: char) -> PyResult {
    let text = match conversion {
        's' => return vm.str_word(value),
        'r' => return vm.repr_word(value),
        'a' => quote::escape_non_ascii(&vm.repr(value)?),
        other => {
            return Err(vm.value_error(format!("Unknown conversion specifier {other}")));
        }
    };
    Ok(vm.new_string(text))
}

/// Where the fields of a template get their values.
pub enum Source<'a> {
    Arguments(Args<'a>),
    Mapping(Word),
}

/// Numbering of `{}` fields; mixing it with `{0}` is an error.
#[derive(Default)]
struct Numbering {
    next: usize,
    automatic: Option<bool>,
}

/// `template.format(...)`.
pub fn format_template(vm: &mut Vm, template: &str, source: &Source) -> PyResult<String> {
    let mut out = String::with_capacity(template.len() + 16);
    push_template(vm, &mut out, template, source, &mut Numbering::default(), 2)?;
    Ok(out)
}

fn push_template(
    vm: &mut Vm,
    out: &mut String,
    template: &str,
    source: &Source,
    numbering: &mut Numbering,
    depth: usize,
) -> PyResult<()> {
    if depth == 0 {
        return Err(vm.value_error("Max string recursion exceeded"));
    }
    for piece in fields::Pieces::new(template) {
        let field = match piece.map_err(|e| vm.format_error(e))? {
            Piece::Literal(text) => {
                out.push_str(text);
                continue;
            }
            Piece::Field(field) => field,
        };
        let mut value = field_value(vm, field.name, source, numbering)?;
        if let Some(conversion) = field.conversion {
            value = convert(vm, value, conversion)?;
        }
        if field.spec.contains('{') {
            let mut spec = String::new();
            push_template(vm, &mut spec, field.spec, source, numbering, depth - 1)?;
            out.push_str(&format_value(vm, value, &spec)?);
        } else {
            out.push_str(&format_value(vm, value, field.spec)?);
        }
    }
    Ok(())
}

fn field_value(vm: &mut Vm, name: &str, source: &Source, numbering: &mut Numbering) -> PyResult {
    let (key, mut steps) = fields::split_name(name).map_err(|e| vm.format_error(e))?;
    let mut value = match (key, source) {
        (Key::Name(name), Source::Arguments(a)) => match a.kw(name) {
            Some(value) => value,
            None => {
                let key = vm.new_str(name);
                return Err(vm.key_error(key));
            }
        },
        (Key::Name(name), Source::Mapping(mapping)) => {
            let key = vm.new_str(name);
            vm.get_item(*mapping, key)?
        }
        (Key::Auto, _) | (Key::Index(_), _) => {
            let index = numbered(vm, key, numbering)?;
            let Source::Arguments(a) = source else {
                return Err(vm.value_error("Format string contains positional fields"));
            };
            match a.get(index) {
                Some(value) => value,
                None => {
                    let message = format!("Replacement index {index} out of range for positional args tuple");
                    return Err(vm.index_error(message));
                }
            }
        }
    };
    while let Some(step) = fields::next_step(&mut steps).map_err(|e| vm.format_error(e))? {
        value = match step {
            Step::Attribute(name) => vm.get_attr_str(value, name)?,
            Step::Index(index) => vm.get_item(value, Word::int(index as i64))?,
            Step::Item(text) => {
                let key = vm.new_str(text);
                vm.get_item(value, key)?
            }
        };
    }
    Ok(value)
}

fn numbered(vm: &mut Vm, key: Key, numbering: &mut Numbering) -> PyResult<usize> {
    let automatic = key == Key::Auto;
    if numbering.automatic.is_some_and(|before| before != automatic) {
        return Err(vm.value_error(if automatic {
            "cannot switch from manual field specification to automatic field numbering"
        } else {
            "cannot switch from automatic field numbering to manual field specification"
        }));
    }
    numbering.automatic = Some(automatic);
    Ok(match key {
        Key::Index(index) => index,
        _ => {
            numbering.next += 1;
            numbering.next - 1
        }
    })
}

/// The arguments of a `%` template, taken one by one.
struct Operands {
    all: Word,
    is_tuple: bool,
    next: usize,
}

impl Operands {
    fn new(all: Word) -> Self {
        Self { all, is_tuple: all.is::<Tuple>(), next: 0 }
    }

    fn take(&mut self, vm: &mut Vm) -> PyResult {
        let item = match self.all.cast::<Tuple>() {
            Some(tuple) => tuple.items().get(self.next).copied(),
            None => (self.next == 0).then_some(self.all),
        };
        self.next += 1;
        match item {
            Some(item) => Ok(item),
            None => Err(vm.type_error("not enough arguments for format string")),
        }
    }

    fn all_used(&self) -> bool {
        match self.all.cast::<Tuple>() {
            Some(tuple) => self.next >= tuple.count(),
            None => self.next > 0,
        }
    }
}

/// `template % operand`. With `bytes`, the template is Latin-1 text standing for bytes and so is the result.
pub fn percent_format(vm: &mut Vm, template: &str, operand: Word, bytes: bool) -> PyResult<String> {
    let mut out = String::with_capacity(template.len() + 16);
    let mut operands = Operands::new(operand);
    // Anything with items may serve as a mapping, and need not be used up.
    let is_mapping = !operands.is_tuple
        && !matches!(operand.tag(), TypeTag::Str | TypeTag::Bytes | TypeTag::ByteArray)
        && (operand.is::<Dict>()
            || operand.is_ref() && vm.lookup_special(operand, vm.names.getitem).is_some());
    for piece in percent::Pieces::new(template) {
        match piece.map_err(|e| vm.format_error(e))? {
            percent::Piece::Literal(text) => out.push_str(text),
            percent::Piece::Conversion(c) => {
                if let Some(key) = c.key {
                    if !is_mapping {
                        return Err(vm.type_error("format requires a mapping"));
                    }
                    let key = if bytes { latin1_bytes(vm, key) } else { vm.new_str(key) };
                    operands = Operands { all: vm.get_item(operand, key)?, is_tuple: false, next: 0 };
                    // A tuple found under the key is one value.
                    let single = vm.new_tuple(&[operands.all]);
                    operands.all = single;
                }
                push_conversion(vm, &mut out, &c, &mut operands, bytes)?;
            }
        }
    }
    if !is_mapping && !operands.all_used() {
        let kind = if bytes { "bytes" } else { "string" };
        return Err(vm.type_error(format!("not all arguments converted during {kind} formatting")));
    }
    Ok(out)
}

/// The `%` operator of strings and bytes.
pub fn percent(vm: &mut Vm, template: Word, operand: Word) -> PyResult {
    if let Some(text) = template.as_str() {
        let out = percent_format(vm, text, operand, false)?;
        return Ok(vm.new_string(out));
    }
    let text: String = super::bytes::bytes_of(template).unwrap_or(&[]).iter().map(|&b| b as char).collect();
    let out = percent_format(vm, &text, operand, true)?;
    if template.is::<crate::objects::ByteArray>() {
        return Ok(vm.new_bytearray(out.chars().map(|c| c as u8).collect()));
    }
    Ok(latin1_bytes(vm, &out))
}

/// Latin-1 text as a bytes object.
pub fn latin1_bytes(vm: &mut Vm, text: &str) -> Word {
    let bytes: Vec<u8> = text.chars().map(|c| c as u8).collect();
    vm.new_bytes(&bytes)
}

fn resolve(vm: &mut Vm, size: Option<Size>, operands: &mut Operands) -> PyResult<Option<i64>> {
    match size {
        None => Ok(None),
        Some(Size::Given(n)) => Ok(Some(n as i64)),
        Some(Size::Argument) => {
            let w = operands.take(vm)?;
            match int_value(w).and_then(|i| i.small()) {
                Some(i) if i32::try_from(i).is_ok() => Ok(Some(i)),
                Some(_) => Err(vm.value_error("width too big")),
                None => Err(vm.type_error("* wants int")),
            }
        }
    }
}

fn push_conversion(
    vm: &mut Vm,
    out: &mut String,
    c: &Conversion,
    operands: &mut Operands,
    bytes: bool,
) -> PyResult<()> {
    let mut layout = Layout { flags: c.flags, ..Layout::default() };
    let width = resolve(vm, c.width, operands)?.unwrap_or(0);
    layout.flags.left |= width < 0;
    layout.width = width.unsigned_abs() as usize;
    layout.precision = resolve(vm, c.precision, operands)?.map(|p| p.max(0) as usize);
    let known = matches!(
        c.code,
        's' | 'r' | 'a' | 'c' | 'd' | 'i' | 'u' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G'
    );
    if !(known || c.code == 'b' && bytes) {
        operands.take(vm)?;
        return Err(vm.format_error(percent::unsupported(c)));
    }
    let value = operands.take(vm)?;
    match c.code {
        's' | 'b' if bytes => {
            let text = bytes_text(vm, value)?;
            percent::push_text(out, &text, &layout);
        }
        's' => match value.as_str() {
            Some(text) if is_exact_str(vm, value) => percent::push_text(out, text, &layout),
            _ => percent::push_text(out, &vm.str(value)?, &layout),
        },
        'r' if !bytes => percent::push_text(out, &vm.repr(value)?, &layout),
        'r' | 'a' => percent::push_text(out, &quote::escape_non_ascii(&vm.repr(value)?), &layout),
        'c' => push_char(vm, out, value, &layout, bytes)?,
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => push_integer(vm, out, value, c.code, &layout)?,
        code => {
            let f = match value.as_float() {
                Some(f) => f,
                None => float_operand(vm, value)?,
            };
            percent::push_float(out, f, code, &layout);
        }
    }
    Ok(())
}

fn float_operand(vm: &mut Vm, value: Word) -> PyResult<f64> {
    if int_value(value).is_none()
        && float_value(value).is_none()
        && vm.lookup_special(value, vm.names.float).is_none()
        && vm.lookup_special(value, vm.names.index).is_none()
    {
        return Err(args::wrong_type(vm, value, "must be real number, not {}"));
    }
    vm.as_f64(value)
}

fn bytes_text(vm: &mut Vm, value: Word) -> PyResult<String> {
    if let Some(bytes) = super::bytes::bytes_of(value) {
        return Ok(bytes.iter().map(|&b| b as char).collect());
    }
    let kind = vm.type_name(value);
    Err(vm.type_error(format!(
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{kind}'"
    )))
}

fn push_char(vm: &mut Vm, out: &mut String, value: Word, layout: &Layout, bytes: bool) -> PyResult<()> {
    let layout = Layout { precision: None, ..*layout };
    if bytes {
        let byte = match (value.as_index(), super::bytes::bytes_of(value)) {
            (Some(i), _) if (0..256).contains(&i) => i as u8,
            (Some(_), _) => return Err(vm.overflow_error("%c arg not in range(256)")),
            (None, Some([byte])) => *byte,
            _ => {
                return Err(vm.type_error("%c requires an integer in range(256) or a single byte"));
            }
        };
        percent::push_text(out, (byte as char).encode_utf8(&mut [0; 4]), &layout);
        return Ok(());
    }
    if let Some(text) = value.as_str() {
        if text.chars().count() != 1 {
            return Err(vm.type_error("%c requires int or char"));
        }
        percent::push_text(out, text, &layout);
        return Ok(());
    }
    let is_int = int_value(value).is_some() || vm.lookup_special(value, vm.names.index).is_some();
    if !is_int {
        return Err(vm.type_error("%c requires int or char"));
    }
    let code = args::clamped_index(vm, value)?;
    match u32::try_from(code).ok().and_then(char::from_u32) {
        Some(c) => percent::push_text(out, c.encode_utf8(&mut [0; 4]), &layout),
        None => return Err(vm.overflow_error("%c arg not in range(0x110000)")),
    }
    Ok(())
}

fn push_integer(vm: &mut Vm, out: &mut String, value: Word, code: char, layout: &Layout) -> PyResult<()> {
    let base = match code {
        'x' | 'X' => 16,
        'o' => 8,
        _ => 10,
    };
    let int = match int_value(value) {
        Some(int) => int,
        None => integer_operand(vm, value, code)?,
    };
    match int {
        Int::Small(i) if base == 10 => {
            percent::push_int(out, i < 0, crate::format::int::Decimal::new(i).digits(), code, layout);
        }
        Int::Small(i) => {
            percent::push_int(out, i < 0, &crate::format::int::small_digits(i, base), code, layout)
        }
        Int::Big(b) => {
            if base == 10 {
                check_digits(vm, &b).map_err(|e| vm.format_error(e))?;
            }
            let magnitude = dashu_base::UnsignedAbs::unsigned_abs(b.clone().into_owned());
            let digits = crate::format::int::magnitude_digits(&magnitude, base);
            percent::push_int(out, b.sign() == dashu_base::Sign::Negative, &digits, code, layout);
        }
    }
    Ok(())
}

/// An operand of `%d` that is not an int: floats are truncated, `%x` wants `__index__`.
fn integer_operand(vm: &mut Vm, value: Word, code: char) -> PyResult<Int> {
    let decimal = matches!(code, 'd' | 'i' | 'u');
    let converted = if decimal && let Some(f) = float_value(value) {
        Some(vm.float_to_int(f)?)
    } else if vm.lookup_special(value, vm.names.index).is_some() {
        Some(vm.index_word(value)?)
    } else if decimal {
        vm.call_special(value, vm.names.int, &[])?
    } else {
        None
    };
    match converted.and_then(int_value) {
        Some(int) => Ok(int),
        None => {
            let wanted = if decimal { "a real number is required" } else { "an integer is required" };
            let kind = vm.type_name(value);
            Err(vm.type_error(format!("%{code} format: {wanted}, not {kind}")))
        }
    }
}

/// An argument that `UNDEF` stands for is the empty spec.
pub fn spec_text(vm: &mut Vm, w: Word) -> PyResult<&'static str> {
    if w == UNDEF { Ok("") } else { args::text(vm, w, "__format__() argument must be str, not {}") }
}
