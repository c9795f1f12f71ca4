//! Tests of the object model without an interpreter.

use crate::objects::*;
use crate::vm::ops::{BinOp, CmpOp};
use crate::vm::{Exc, Vm};
use crate::word::{NONE, TRUE, Word};

fn text(vm: &mut Vm, w: Word) -> String {
    vm.repr(w).expect("repr")
}

fn raised(vm: &mut Vm) -> String {
    let e = vm.take_pending();
    vm.describe_exception(e).expect("text").trim_end().to_string()
}

#[test]
fn a_vm_boots_and_prints_values() {
    let vm = &mut *Vm::bare();
    let items = vec![Word::int(1), Word::float(2.5), NONE, TRUE, vm.new_str("a'b")];
    let l = vm.new_list(items);
    assert_eq!(text(vm, l), "[1, 2.5, None, True, \"a'b\"]");
    if let Some(mut list) = l.cast::<List>() {
        list.push(l);
    }
    assert_eq!(text(vm, l), "[1, 2.5, None, True, \"a'b\", [...]]");
    let c = vm.types.int.word();
    assert_eq!(text(vm, c), "<class 'int'>");
    let big = vm.binary_op(BinOp::Mul, Word::int(1 << 46), Word::int(1 << 46)).expect("mul");
    assert_eq!(text(vm, big), "4951760157141521099596496896");
    let back = vm.binary_op(BinOp::FloorDiv, big, Word::int(1 << 46)).expect("div");
    assert_eq!(back, Word::int(1 << 46));
}

#[test]
fn sets_of_ints_iterate_in_the_order_of_cpython() {
    let vm = &mut *Vm::bare();
    let s = vm.new_set(false);
    for i in [5i64, 100, 33, 7, 1000, 64, 32, 9, -1, -7, 12345678, 3] {
        vm.set_add(s, Word::int(i)).expect("add");
    }
    assert_eq!(text(vm, s.word()), "{64, 33, 32, 3, 100, 5, 7, 1000, 9, 12345678, -7, -1}");
}

#[test]
fn dicts_keep_order_through_deletion_and_growth() {
    let vm = &mut *Vm::bare();
    let d = vm.new_dict();
    for i in 0..1000 {
        vm.dict_set(d, Word::int(i), Word::int(i * i)).expect("set");
    }
    for i in 0..990 {
        assert_eq!(vm.dict_del(d, Word::int(i)).expect("del"), Some(Word::int(i * i)));
    }
    vm.dict_set(d, Word::float(995.0), NONE).expect("set");
    let name = vm.new_str("x");
    vm.dict_set(d, name, TRUE).expect("set");
    assert_eq!(
        text(vm, d.word()),
        "{990: 980100, 991: 982081, 992: 984064, 993: 986049, 994: 988036, 995: None, 996: 992016, 997: 994009, \
         998: 996004, 999: 998001, 'x': True}"
    );
    // A queue: popping at the front and pushing at the back stays cheap and correct.
    for i in 0..100_000 {
        let first = d.first().expect("not empty");
        let key = d.entry(first).expect("live").key;
        vm.dict_del(d, key).expect("del");
        vm.dict_set(d, Word::int(10_000 + i), NONE).expect("set");
    }
    assert_eq!(d.len(), 11);
    for i in 0..100_000 {
        vm.dict_set(d, Word::int(-5), Word::int(i)).expect("set");
        vm.dict_del(d, Word::int(-5)).expect("del");
    }
    assert_eq!(d.len(), 11);
}

#[test]
fn numeric_hashes_are_those_of_cpython() {
    let vm = &mut *Vm::bare();
    let big = vm.new_bigint(dashu_int::IBig::from(10).pow(30));
    let t = vm.new_tuple(&[Word::int(1), Word::int(2), Word::float(0.5)]);
    let cases = [
        (Word::int(-1), -2),
        (Word::float(0.1), 230_584_300_921_369_408),
        (Word::float(-2.5), -1_152_921_504_606_846_978),
        (Word::float(1e300), 1_224_995_262_755_759_164),
        (big, 465_258_685_558_744_706),
        (t, 5_150_841_835_733_016_935),
    ];
    for (w, want) in &cases {
        assert_eq!(vm.hash(*w).expect("hash") as i64, *want);
    }
    assert_eq!(vm.hash(Word::float(3.0)).expect("hash"), vm.hash(Word::int(3)).expect("hash"));
}

#[test]
fn garbage_is_freed_and_what_is_reachable_stays() {
    let vm = &mut *Vm::bare();
    let keep = vm.new_list(Vec::new());
    vm.immortalize(keep);
    for round in 0..40 {
        for i in 0..20_000 {
            let s = vm.new_str(&format!("string number {i}"));
            let t = vm.new_tuple(&[s, Word::int(i)]);
            let d = vm.new_dict();
            vm.dict_set(d, s, t).expect("set");
            if i % 1000 == 0 {
                keep.cast::<List>().expect("list").push(d.word());
            }
        }
        if round % 10 == 9 {
            vm.collect(false);
        }
    }
    vm.collect(false);
    assert!(vm.heap.live < 4 << 20, "{} bytes are live", vm.heap.live);
    let l: Gc<List> = keep.cast().expect("list");
    assert_eq!(l.count(), 800);
    let last = *l.items().last().expect("item");
    assert_eq!(text(vm, last), "{'string number 19000': ('string number 19000', 19000)}");
}

#[test]
fn concatenation_in_a_loop_is_linear_and_never_disturbs_older_strings() {
    let vm = &mut *Vm::bare();
    let part = vm.new_str("abc").cast::<Str>().expect("str");
    let mut s = vm.new_str("é").cast::<Str>().expect("str");
    let mut old = Vec::new();
    for i in 0..200_000 {
        s = vm.concat_str(s, part).expect("concat").cast().expect("str");
        if i % 50_000 == 0 {
            old.push((i, s));
            let other = vm.new_str("X").cast().expect("str");
            vm.concat_str(s, other).expect("concat");
        }
    }
    assert_eq!(s.char_len(), 600_001);
    for (i, o) in old {
        assert_eq!(o.text(), format!("é{}", "abc".repeat(i + 1)));
    }
}

#[test]
fn errors_read_as_in_cpython() {
    let vm = &mut *Vm::bare();
    let s = vm.new_str("a");
    assert!(vm.binary_op(BinOp::Add, Word::int(1), s).is_err());
    assert_eq!(raised(vm), "TypeError: unsupported operand type(s) for +: 'int' and 'str'");
    assert!(vm.binary_op(BinOp::Add, s, Word::int(1)).is_err());
    assert_eq!(raised(vm), "TypeError: can only concatenate str (not \"int\") to str");
    assert!(vm.compare(CmpOp::Lt, Word::int(1), s).is_err());
    assert_eq!(raised(vm), "TypeError: '<' not supported between instances of 'int' and 'str'");
    let l = vm.new_list(vec![NONE]);
    assert!(vm.get_item(l, Word::int(3)).is_err());
    assert_eq!(raised(vm), "IndexError: list index out of range");
    assert!(vm.binary_op(BinOp::Mul, l, Word::int(1 << 46)).is_err());
    assert!(vm.pending_is(Exc::MemoryError));
    vm.take_pending();
    assert!(vm.hash(l).is_err());
    assert_eq!(raised(vm), "TypeError: unhashable type: 'list'");
    let name = vm.intern("upper");
    assert!(vm.get_attr(Word::int(1), name).is_err());
    assert_eq!(raised(vm), "AttributeError: 'int' object has no attribute 'upper'");
}

#[test]
fn classes_linearize_bind_and_hold_slots() {
    let vm = &mut *Vm::bare();
    let class = |vm: &mut Vm, name: &str, bases: &[Word], slots: &[&str]| {
        let ns = vm.new_dict();
        if !slots.is_empty() {
            let items: Vec<Word> = slots.iter().map(|s| vm.new_str(s)).collect();
            let t = vm.new_tuple(&items);
            vm.dict_set_str(ns, "__slots__", t);
        }
        let (name, bases) = (vm.new_str(name), vm.new_tuple(bases));
        let meta = vm.types.type_;
        vm.call(meta.word(), &[name, bases, ns.word()])
    };
    let a = class(vm, "A", &[], &[]).expect("A");
    let b = class(vm, "B", &[a], &[]).expect("B");
    let c = class(vm, "C", &[a], &[]).expect("C");
    let d = class(vm, "D", &[b, c], &[]).expect("D");
    let names: Vec<&str> = d.cast::<Class>().expect("class").mro.iter().map(|c| c.name_str()).collect();
    assert_eq!(names, ["D", "B", "C", "A", "object"]);
    assert!(class(vm, "E", &[a, b], &[]).is_err());
    assert_eq!(
        raised(vm),
        "TypeError: Cannot create a consistent method resolution\norder (MRO) for bases A, B"
    );
    let o = vm.call(d, &[]).expect("instance");
    for i in 0..300 {
        let name = vm.intern(&format!("x{i}"));
        vm.set_attr(o, name, Word::int(i)).expect("set");
        assert_eq!(vm.get_attr(o, name).expect("get"), Word::int(i));
    }
    let (x7, x8) = (vm.intern("x7"), vm.intern("x8"));
    vm.del_attr(o, x7).expect("del");
    assert!(vm.find_attr(o, x7).expect("find").is_none());
    assert_eq!(vm.get_attr(o, x8).expect("get"), Word::int(8));
    let p = class(vm, "P", &[], &["x", "y"]).expect("P");
    let q = vm.call(p, &[]).expect("instance");
    let (x, z) = (vm.intern("x"), vm.intern("z"));
    vm.set_attr(q, x, TRUE).expect("set");
    assert_eq!(vm.get_attr(q, x).expect("get"), TRUE);
    assert!(vm.set_attr(q, z, TRUE).is_err());
    assert_eq!(raised(vm), "AttributeError: 'P' object has no attribute 'z'");
    vm.set_attr(d, z, TRUE).expect("class attribute");
    assert_eq!(vm.get_attr(o, z).expect("get"), TRUE);
    vm.collect(false);
}
