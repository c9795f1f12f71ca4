//! Fields, elements, and what Cranelift may assume about memory.

mod common;
use common::*;
use std::sync::atomic::{AtomicU64, Ordering};
use uplift_cranelift::{CodeMemory, Compiler, Limits, OptLevel, Options};
use uplift_uop::*;

#[test]
fn fields_of_every_width_are_loaded_and_stored() {
    at_each_level(|| {
        let mut object = [0u64; 8];
        let mut b = Build::new();
        let base = b.address(object.as_mut_ptr());
        for (field, load, store) in [
            (&F_INT, Op::LoadInt, Op::StoreInt),
            (&F_I32, Op::LoadInt, Op::StoreInt),
            (&F_U32, Op::LoadInt, Op::StoreInt),
            (&F_U16, Op::LoadInt, Op::StoreInt),
            (&F_U8, Op::LoadInt, Op::StoreInt),
            (&F_WORD, Op::LoadWord, Op::StoreWord),
            (&F_REF, Op::LoadRef, Op::StoreRef),
            (&F_FLOAT, Op::LoadFloat, Op::StoreFloat),
        ] {
            let value = b.imm(load, &[base], u64::from(field.id));
            let value = match field.width.ty() {
                Ty::Int => b.op(Op::IntNot, &[value]),
                Ty::Float => b.op(Op::FloatNeg, &[value]),
                _ => value,
            };
            b.imm(store, &[base, value], u64::from(field.id));
            if matches!(field.width, Width::U16 | Width::I32) {
                // What was stored, truncated, is what comes back.
                let again = b.imm(load, &[base], u64::from(field.id));
                b.imm(Op::StoreInt, &[base, again], u64::from(F_INT.id));
            }
        }
        let s = b.snap(0, &[]);
        b.exit(s);
        let bytes = object.as_mut_ptr().cast::<u8>();
        object = [5, 6, 1.5f64.to_bits(), 8, 0, 0, 0xFF << 56, 0];
        // SAFETY: within the object.
        unsafe {
            bytes.add(32).cast::<i32>().write(-7);
            bytes.add(36).cast::<u32>().write(0xFFFF_FFF0);
            bytes.add(40).cast::<u16>().write(0xFF00);
            bytes.add(42).write(0x0F);
        }
        run(&b.tree, &mut Ctx::default(), &mut [0; 8]);
        let object = std::hint::black_box(&mut object);
        assert_eq!(object[..4], [0xFF, 6, (-1.5f64).to_bits(), 8]);
        assert_eq!(object[4], 6 | 0xF << 32);
        assert_eq!(object[5], 0x00F0_00FF);
        assert_eq!(object[6..], [0xFF << 56, 0]);
    });
}

#[test]
fn elements_are_addressed_by_constants_and_values() {
    at_each_level(|| {
        let mut buffer: [u64; 8] = std::array::from_fn(|i| 100 + i as u64);
        let mut b = Build::new();
        let base = b.address(buffer.as_mut_ptr());
        let w = b.load(0);
        let i = b.op(Op::UnboxInt, &[w]);
        let (one, three) = (b.int(1), b.int(3));
        // e_int is at 8 + 8i.
        let x = b.imm(Op::LoadElemInt, &[base, i], u64::from(E_INT.id));
        let y = b.imm(Op::LoadElemInt, &[base, one], u64::from(E_INT.id));
        let sum = b.op(Op::IntAdd, &[x, y]);
        b.imm(Op::StoreElemInt, &[base, three, sum], u64::from(E_INT.id));
        // e_u8 is at 16 + i, e_u16 at 2i, e_i32 at 4i.
        let byte = b.imm(Op::LoadElemInt, &[base, i], u64::from(E_U8.id));
        b.imm(Op::StoreElemInt, &[base, i, byte], u64::from(E_U16.id));
        let four = b.op(Op::IntAdd, &[i, i]);
        let minus = b.int(-2);
        b.imm(Op::StoreElemInt, &[base, four, minus], u64::from(E_I32.id));
        let back = b.imm(Op::LoadElemInt, &[base, four], u64::from(E_I32.id));
        let s = b.snap(0, &[(1, back), (2, byte)]);
        b.exit(s);
        let mut frame = [0u64; 8];
        frame[4] = boxed(2);
        run(&b.tree, &mut Ctx::default(), &mut frame);
        let buffer = std::hint::black_box(&mut buffer);
        assert_eq!(buffer[4], 103 + 102);
        assert_eq!(buffer[0], 100);
        assert_eq!(buffer[2], 0xFFFF_FFFE);
        assert_eq!(frame[5..7], [boxed(-2), boxed(0)]);
    });
}

/// A poll before the loop, one in it, and nothing that writes: no load may be forwarded.
#[test]
fn a_loop_without_stores_still_sees_the_attention_word() {
    at_each_level(|| {
        let mut b = Build::new();
        let s: Vec<SnapId> = (0..3).map(|i| b.snap(i, &[])).collect();
        b.guard(Op::GuardAttention, &[], 0, s[0]);
        let zero = b.int(0);
        let p = b.header(&[zero]);
        b.guard(Op::GuardAttention, &[], 0, s[1]);
        b.guard(Op::GuardAttention, &[], 0, s[2]);
        b.jump(&[p[0]]);
        let attention: &'static AtomicU64 = Box::leak(Box::default());
        let options = Options { opt_level: OptLevel::Speed, ..Options::default() };
        let mut compiler = Compiler::new(&options).unwrap();
        let compiled = compiler.compile(&b.tree, &spec(), attention.as_ptr(), &Limits::default()).unwrap();
        let blob = CodeMemory::new(1 << 16).unwrap().publish(&compiled).unwrap();
        let thread = std::thread::spawn(move || {
            // SAFETY: the tree touches neither context nor frame.
            unsafe { blob.entry()(std::ptr::null_mut(), std::ptr::null_mut()) }
        });
        std::thread::sleep(std::time::Duration::from_millis(50));
        attention.store(1, Ordering::SeqCst);
        let exit = thread.join().unwrap();
        assert!(exit == 1 || exit == 2, "{exit}");
    });
}

#[test]
fn guard_field_eq_compares_the_field_with_a_constant() {
    at_each_level(|| {
        let object = [0u64, 0, 0, 0x5000];
        for (expected, exit) in [(0x5000u64, 1), (0x5008, 0)] {
            let mut b = Build::new();
            let base = b.address(object.as_ptr());
            let value = b.tree.constant(Scalar::Ref(expected));
            let s0 = b.snap(0, &[]);
            b.guard(Op::GuardFieldEq, &[base, value], u64::from(F_REF.id), s0);
            let s1 = b.snap(1, &[]);
            b.exit(s1);
            assert_eq!(run(&b.tree, &mut Ctx::default(), &mut [0; 8]), exit);
        }
    });
}

#[test]
fn a_call_may_change_what_was_loaded_before() {
    at_each_level(|| {
        unsafe extern "C" fn poke(_: *mut std::ffi::c_void, object: u64) -> u64 {
            // SAFETY: the object of this test.
            unsafe { *(object as *mut i64) += 10 };
            0
        }
        static POKE: HostFn = HostFn {
            id: 0,
            name: "poke",
            addr: FnAddr(poke as *const ()),
            params: &[Ty::Ref],
            ret: Ty::Unit,
            effects: Effects::ANY,
        };
        static FNS: &[&HostFn] = &[&POKE];
        let mut object = [1u64; 4];
        let mut b = Build::new();
        let base = b.address(object.as_mut_ptr());
        let before = b.imm(Op::LoadInt, &[base], u64::from(F_INT.id));
        b.call(&POKE, &[base]);
        let after = b.imm(Op::LoadInt, &[base], u64::from(F_INT.id));
        let s = b.snap(0, &[(0, before), (1, after)]);
        b.exit(s);
        let spec = HostSpec { fns: FNS, ..spec() };
        let options = Options { opt_level: OptLevel::Speed, ..Options::default() };
        let mut compiler = Compiler::new(&options).unwrap();
        let compiled = compiler.compile(&b.tree, &spec, std::ptr::null(), &Limits::default()).unwrap();
        let blob = CodeMemory::new(1 << 16).unwrap().publish(&compiled).unwrap();
        let mut frame = [0u64; 8];
        // SAFETY: the frame has the slots.
        unsafe { blob.entry()(std::ptr::null_mut(), frame.as_mut_ptr()) };
        assert_eq!(frame[..2], [boxed(1), boxed(11)]);
    });
}
