//! Failing trees as filetests: what a fuzzer has found becomes a file that a test picks up.

use crate::filetest::{OBJECTS, SEPARATOR};
use crate::generate::FUEL;
use crate::host::{HOST, TestVm, UNDEF};
use crate::oracle::{Executor, Input, before, run};
use crate::outcome::Sym;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use uplift_uop::Tree;
use uplift_uop::print::print_file;

/// A filetest of a recorded tree: what machine code and the optimised tree must do, from `input` on.
pub fn filetest(vm: &mut TestVm, tree: &Tree, input: &Input, forced: u64) -> String {
    let mut text = "; Generated.\n;\n; test: compile\n".to_owned();
    let start = before(vm, input, tree.slots);
    for (slot, value) in start.slots.iter().filter(|(_, value)| *value != Sym::Word(UNDEF)) {
        text += &format!("; slot {slot} = {}\n", value.text(OBJECTS));
    }
    let mut blank = TestVm::new(OBJECTS);
    let untouched = Input { objects: blank.save(), ..Input::default() };
    let blank = before(&mut blank, &untouched, (0, 0));
    for (number, (places, blank)) in start.objects.iter().zip(&blank.objects).enumerate() {
        for ((place, value), _) in places.iter().zip(blank).filter(|(place, blank)| place != blank) {
            text += &format!("; obj{number}: {place} = {}\n", value.text(OBJECTS));
        }
    }
    if input.attention_after > 0 {
        text += &format!("; attention after call {}\n", input.attention_after);
    }
    if forced > 0 {
        text += &format!("; forced exits {forced}\n");
    }
    let outcome = run(vm, &vm.relocate(tree), input, tree.slots, &Executor::Interp(FUEL));
    let expected = match outcome {
        Ok(outcome) => outcome.text(&start),
        Err(fault) => format!("{fault}\n"),
    };
    let tree = uplift_uop::canon::canonical(&vm.textual(tree));
    format!("{text}\n{}{SEPARATOR}\n{expected}", print_file(&[tree], &HOST))
}

/// Writes a filetest to the folder `UPLIFT_FOUND_TREES`; where that is. `None` if the environment names none.
pub fn keep(text: &str) -> Option<String> {
    let folder = PathBuf::from(std::env::var_os("UPLIFT_FOUND_TREES")?);
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let path = folder.join(format!("found_{:016x}.uop", hasher.finish()));
    Some(match std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, text)) {
        Ok(()) => format!("written to {}\n", path.display()),
        Err(error) => format!("not written to {}: {error}\n", path.display()),
    })
}
