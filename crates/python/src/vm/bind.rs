//! Binding arguments to the parameters of Python functions.

use crate::objects::{Args, Dict, Function, Gc, LoadedCode, Name, Tuple};
use crate::vm::{PyResult, Raised, Vm};
use crate::word::{UNDEF, Word};

/// Positionals, keyword names and keyword values.
pub type Spread = (Vec<Word>, Vec<Word>, Vec<Word>);

impl Vm {
    /// Binds `args` to the parameters of `f` in the registers from `to`, which must not overlap `args`.
    pub fn bind(&mut self, f: Gc<Function>, args: &Args, to: *mut Word) -> PyResult<()> {
        // SAFETY: loaded code is immortal.
        let code = unsafe { &*f.code };
        let p = code.params;
        let (positional, count) = (p.positional as usize, p.count() as usize);
        // SAFETY: the frame has registers for all parameters.
        let regs = unsafe { std::slice::from_raw_parts_mut(to, count) };
        let given = args.len();
        if given > positional && !p.varargs {
            return Err(self.too_many(f, args));
        }
        let direct = given.min(positional);
        regs[..direct].copy_from_slice(&args[..direct]);
        regs[direct..].fill(UNDEF);
        if let Some(at) = p.varargs_register() {
            regs[at as usize] = self.new_tuple(&args[direct..]);
        }
        if let Some(at) = p.varkw_register() {
            regs[at as usize] = self.new_dict().word();
        }
        if args.has_kw() {
            self.bind_keywords(f, args, regs)?;
        }
        self.bind_defaults(f, regs)
    }

    fn bind_keywords(&mut self, f: Gc<Function>, args: &Args, regs: &mut [Word]) -> PyResult<()> {
        // SAFETY: loaded code is immortal.
        let code = unsafe { &*f.code };
        let p = code.params;
        let named = (p.positional + p.kwonly) as usize;
        for (&name, &value) in args.kw_names().iter().zip(args.kw_values()) {
            let found = parameter(code, name, p.posonly as usize, named);
            match (found, p.varkw_register()) {
                (Some(i), _) if regs[i] != UNDEF => {
                    let (f, name) = (self.function_text(f), name.as_str().unwrap_or("?"));
                    return Err(self.type_error(format!("{f} got multiple values for argument '{name}'")));
                }
                (Some(i), _) => regs[i] = value,
                (None, Some(at)) => {
                    if let Some(d) = regs[at as usize].cast::<Dict>() {
                        self.dict_set(d, name, value)?;
                    }
                }
                (None, None) => return Err(self.unexpected_keyword(f, args, name)),
            }
        }
        Ok(())
    }

    fn bind_defaults(&mut self, f: Gc<Function>, regs: &mut [Word]) -> PyResult<()> {
        // SAFETY: loaded code is immortal.
        let code = unsafe { &*f.code };
        let (positional, kwonly) = (code.params.positional as usize, code.params.kwonly as usize);
        let defaults = f.defaults.cast::<Tuple>().map_or(&[][..], |t| t.items());
        let first = positional.saturating_sub(defaults.len());
        for i in 0..positional {
            if regs[i] == UNDEF {
                if i < first {
                    return Err(self.missing(f, regs, 0..first, "positional"));
                }
                regs[i] = defaults[defaults.len() - (positional - i)];
            }
        }
        for i in positional..positional + kwonly {
            if regs[i] == UNDEF {
                let name = code.param_names[i].word();
                let default = match f.kwdefaults.cast::<Dict>() {
                    Some(d) => self.dict_get(d, name)?,
                    None => None,
                };
                match default {
                    Some(w) => regs[i] = w,
                    None => {
                        return Err(self.missing(f, regs, positional..positional + kwonly, "keyword-only"));
                    }
                }
            }
        }
        Ok(())
    }

    /// How messages name the function.
    fn function_text(&self, f: Gc<Function>) -> String {
        format!("{}()", f.qualname.as_str().unwrap_or("?"))
    }

    #[cold]
    fn missing(
        &mut self,
        f: Gc<Function>,
        regs: &[Word],
        among: std::ops::Range<usize>,
        what: &str,
    ) -> Raised {
        // SAFETY: loaded code is immortal.
        let code = unsafe { &*f.code };
        let kwdefaults = f.kwdefaults.cast::<Dict>();
        let mut names = Vec::new();
        for i in among {
            let name = code.param_names[i];
            let has_default = match kwdefaults {
                Some(d) if what == "keyword-only" => matches!(self.dict_get(d, name.word()), Ok(Some(_))),
                _ => false,
            };
            if regs[i] == UNDEF && !has_default {
                names.push(format!("'{}'", name.text()));
            }
        }
        let list = match names.as_slice() {
            [one] => one.clone(),
            [a, b] => format!("{a} and {b}"),
            [init @ .., last] => format!("{}, and {last}", init.join(", ")),
            [] => String::new(),
        };
        let (text, n) = (self.function_text(f), names.len());
        let s = if n == 1 { "" } else { "s" };
        self.type_error(format!("{text} missing {n} required {what} argument{s}: {list}"))
    }

    #[cold]
    fn too_many(&mut self, f: Gc<Function>, args: &Args) -> Raised {
        // SAFETY: loaded code is immortal.
        let code = unsafe { &*f.code };
        let p = code.params;
        let (positional, given) = (p.positional as usize, args.len());
        let defaults = f.defaults.cast::<Tuple>().map_or(0, |t| t.count());
        let kwonly = args
            .kw_names()
            .iter()
            .filter(|&&n| parameter(code, n, positional, positional + p.kwonly as usize).is_some())
            .count();
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        let takes = if defaults > 0 {
            format!("from {} to {positional} positional arguments", positional - defaults)
        } else {
            format!("{positional} positional argument{}", plural(positional))
        };
        let extra = if kwonly > 0 {
            format!(
                " positional argument{} (and {kwonly} keyword-only argument{})",
                plural(given),
                plural(kwonly)
            )
        } else {
            String::new()
        };
        let were = if given == 1 && kwonly == 0 { "was" } else { "were" };
        let text = self.function_text(f);
        self.type_error(format!("{text} takes {takes} but {given}{extra} {were} given"))
    }

    #[cold]
    fn unexpected_keyword(&mut self, f: Gc<Function>, args: &Args, name: Word) -> Raised {
        // SAFETY: loaded code is immortal.
        let code = unsafe { &*f.code };
        let posonly = code.params.posonly as usize;
        let text = self.function_text(f);
        let clash: Vec<&str> = args
            .kw_names()
            .iter()
            .filter(|&&n| parameter(code, n, 0, posonly).is_some())
            .filter_map(|n| n.as_str())
            .collect();
        if !clash.is_empty() {
            let list = clash.join(", ");
            return self.type_error(format!(
                "{text} got some positional-only arguments passed as keyword arguments: '{list}'"
            ));
        }
        let name = name.as_str().unwrap_or("?");
        self.type_error(format!("{text} got an unexpected keyword argument '{name}'"))
    }

    /// The arguments of `f(this?, *positional, **keywords)`.
    pub fn spread_arguments(
        &mut self,
        f: Word,
        this: Word,
        positional: Word,
        keywords: Word,
    ) -> PyResult<Spread> {
        let mut pos: Vec<Word> = this.defined().into_iter().collect();
        match positional.cast::<Tuple>() {
            Some(t) if t.class() == self.types.tuple => pos.extend_from_slice(t.items()),
            _ => {
                if self.lookup_special(positional, self.names.iter).is_none()
                    && self.lookup_special(positional, self.names.getitem).is_none()
                {
                    let (f, name) = (self.callable_name(f), self.type_name(positional));
                    return Err(
                        self.type_error(format!("{f} argument after * must be an iterable, not {name}"))
                    );
                }
                pos.extend(self.to_vec(positional)?);
            }
        }
        let (mut names, mut values) = (Vec::new(), Vec::new());
        if keywords != UNDEF {
            let Some(items) = self.mapping_items(keywords)? else {
                let (f, name) = (self.callable_name(f), self.type_name(keywords));
                return Err(self.type_error(format!("{f} argument after ** must be a mapping, not {name}")));
            };
            for (key, value) in items {
                let Some(key) = key.cast() else { return Err(self.type_error("keywords must be strings")) };
                names.push(self.intern_str(key).word());
                values.push(value);
            }
        }
        Ok((pos, names, values))
    }

    /// `f(this?, *positional, **keywords)`.
    pub fn call_ex(&mut self, f: Word, this: Word, positional: Word, keywords: Word) -> PyResult {
        let (pos, names, values) = self.spread_arguments(f, this, positional, keywords)?;
        self.call_args(f, &Args::with_kw(&pos, &names, &values))
    }
}

/// The register of the parameter named `name` among `from..to`.
fn parameter(code: &LoadedCode, name: Word, from: usize, to: usize) -> Option<usize> {
    let same = |p: &Name| p.word() == name || name.as_str() == Some(p.text());
    code.param_names[from..to].iter().position(same).map(|i| i + from)
}
