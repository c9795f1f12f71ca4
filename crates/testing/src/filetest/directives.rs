//! Directives: comments before the first tree that say what to test and where runs start.

use crate::host::{HOST, LENGTH, NONE, Object, TestVm, UNDEF};
use crate::oracle::Input;
use uplift_uop::{Scalar, Ty, Width};

/// What a file tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// Text to tree to text.
    RoundTrip,
    /// The parser refuses.
    ParseError,
    /// The verifier refuses.
    VerifyError,
    /// The optimised tree.
    Opt,
    /// What the uop interpreter does.
    Run,
    /// What machine code does, and the same in the uop interpreter.
    Compile,
}

/// The directives of a file.
#[derive(Debug)]
pub struct Directives {
    /// What to test.
    pub test: Test,
    /// `error:` lines.
    pub errors: Vec<String>,
    /// Switches of the optimizer that `without:` turns off.
    pub without: Vec<String>,
    /// Initial slots, fields and elements: (place, value), as text.
    places: Vec<(String, String)>,
    attention_after: u32,
    /// Exits to take though nothing failed.
    pub forced: u64,
}

/// Objects that exist before runs of filetests.
pub(crate) const OBJECTS: usize = 4;

impl Directives {
    /// Reads the comment lines before the first line that is neither comment nor blank.
    pub fn parse(text: &str) -> Result<Directives, String> {
        let lines = text.lines().map(str::trim);
        let head = lines.take_while(|line| line.is_empty() || line.starts_with(';'));
        let mut test = None;
        let mut directives = Directives {
            test: Test::RoundTrip,
            errors: Vec::new(),
            without: Vec::new(),
            places: Vec::new(),
            attention_after: 0,
            forced: 0,
        };
        for line in head {
            let line = line.trim_start_matches(';').trim();
            if let Some(name) = line.strip_prefix("test:") {
                test = Some(test_named(name.trim())?);
            } else if let Some(error) = line.strip_prefix("error:") {
                directives.errors.push(error.trim().to_owned());
            } else if let Some(switches) = line.strip_prefix("without:") {
                directives.without.extend(switches.split(',').map(|s| s.trim().to_owned()));
            } else if let Some(call) = line.strip_prefix("attention after call ") {
                let number = call.trim().parse();
                directives.attention_after = number.map_err(|_| format!("no number: {line}"))?;
            } else if let Some(exits) = line.strip_prefix("forced exits ") {
                let number = exits.trim().parse();
                directives.forced = number.map_err(|_| format!("no number: {line}"))?;
            } else if let Some((place, value)) = line.split_once(" = ")
                && (place.starts_with("slot ") || place.starts_with("obj"))
            {
                directives.places.push((place.trim().to_owned(), value.trim().to_owned()));
            }
        }
        directives.test = test.ok_or("no `; test:` directive at the head of the file")?;
        Ok(directives)
    }

    /// A VM and the state in which runs start.
    pub fn input(&self) -> Result<(TestVm, Input), String> {
        let mut vm = TestVm::new(OBJECTS);
        let mut slots = Vec::new();
        for (place, value) in &self.places {
            let scalar = scalar(&vm, value).ok_or_else(|| format!("no value: {value}"))?;
            let done = match place.strip_prefix("slot ") {
                Some(slot) => slot.parse().ok().map(|slot| slots.push((slot, boxed(scalar)))),
                None => set_place(&mut vm, place, scalar),
            };
            done.ok_or_else(|| format!("`{place}` cannot hold {value}"))?;
        }
        let objects = vm.save();
        Ok((vm, Input { slots, objects, attention_after: self.attention_after }))
    }
}

fn test_named(name: &str) -> Result<Test, String> {
    Ok(match name {
        "roundtrip" => Test::RoundTrip,
        "parse-error" => Test::ParseError,
        "verify-error" => Test::VerifyError,
        "opt" => Test::Opt,
        "run" => Test::Run,
        "compile" => Test::Compile,
        _ => return Err(format!("no test is called `{name}`")),
    })
}

fn boxed(scalar: Scalar) -> u64 {
    uplift_interp::box_scalar(&HOST, scalar)
}

/// A value as people write it: `5`, `1.5`, `true`, `none`, `undef`, `obj1`, `#0x5`.
fn scalar(vm: &TestVm, text: &str) -> Option<Scalar> {
    Some(match text {
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        "none" => Scalar::Word(NONE),
        "undef" => Scalar::Word(UNDEF),
        _ => {
            if let Some(number) = text.strip_prefix("obj") {
                let index = number.parse().ok().filter(|&i| i < vm.objects())?;
                Scalar::Ref(vm.address(index))
            } else if let Some(bits) = text.strip_prefix("#0x") {
                Scalar::Word(u64::from_str_radix(bits, 16).ok()?)
            } else if let Ok(int) = text.parse() {
                Scalar::Int(int)
            } else {
                Scalar::Float(text.parse().ok()?)
            }
        }
    })
}

/// Sets `obj1: pair.first` or `obj1: words[2]`.
fn set_place(vm: &mut TestVm, place: &str, scalar: Scalar) -> Option<()> {
    let (object, place) = place.strip_prefix("obj")?.split_once(": ")?;
    let index = object.parse().ok().filter(|&i| i < vm.objects())?;
    let (offset, width) = match place.strip_suffix(']').and_then(|p| p.split_once('[')) {
        None => HOST.fields.iter().find(|f| f.name == place).map(|f| (f.offset, f.width))?,
        Some((name, at)) => {
            let elem = HOST.elems.iter().find(|e| e.name == name)?;
            let at = at.parse().ok().filter(|&at: &usize| at < LENGTH)?;
            (elem.offset + at as i32 * elem.width.bytes() as i32, elem.width)
        }
    };
    let bits = match (width, scalar) {
        (Width::Word, _) => boxed(scalar),
        _ if width.ty() == scalar.ty() && width.ty() != Ty::Unit => scalar.bits(),
        _ => return None,
    };
    let address = std::ptr::from_mut::<Object>(vm.object(index)).expose_provenance() as u64;
    // SAFETY: a declared place of an object that exists.
    unsafe { uplift_interp::store(address + offset as u64, width, bits) };
    Some(())
}
