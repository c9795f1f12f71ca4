//! Items of `array.array`, loaded and stored in place.

use super::*;
use crate::jit::spec::{
    ARRAY_CODE, ARRAY_COUNT, ARRAY_F64, ARRAY_I32, ARRAY_I64, ARRAY_ITEMS, ARRAY_U8, ARRAY_U16, ARRAY_U32,
    NATIVE_PAYLOAD,
};
use uplift_uop::Elem;

/// Whether objects of this shape are plain arrays.
#[inline(always)]
pub fn is_array<M: PyMachine>(m: &mut M, shape: *mut Shape) -> bool {
    m.host().run.array_shape == shape
}

/// How items of a type code are stored; `None` for those that need the slow path.
#[inline(always)]
fn integers(code: i64) -> Option<&'static Elem> {
    Some(match u8::try_from(code).ok()? {
        b'l' | b'q' => ARRAY_I64,
        b'i' => ARRAY_I32,
        b'I' => ARRAY_U32,
        b'H' => ARRAY_U16,
        b'B' => ARRAY_U8,
        _ => return None,
    })
}

/// The place of an item: type code, buffer, index in range.
#[inline(always)]
fn place<M: PyMachine>(m: &mut M, array: M::Ref, key: M::Word) -> Option<(i64, M::Ref, M::Int)> {
    if !is_int(m, key) {
        return None;
    }
    let payload = m.load_ref(array, NATIVE_PAYLOAD);
    let code = m.load_int(payload, ARRAY_CODE);
    let code = m.promote_int(code);
    let len = m.load_int(payload, ARRAY_COUNT);
    let i = items::index(m, key, len)?;
    let items = m.load_ref(payload, ARRAY_ITEMS);
    Some((code, items, i))
}

/// An item as a word; `None`: take the slow path.
#[inline(always)]
pub fn load<M: PyMachine>(m: &mut M, array: M::Ref, key: M::Word) -> Option<M::Word> {
    let (code, items, i) = place(m, array, key)?;
    if code == i64::from(b'd') {
        // Arrays hold no NaN but those that arithmetic makes (see `modules::array`), so it can be boxed as it is.
        let x = m.load_elem_float(items, i, ARRAY_F64);
        return Some(m.box_float(x));
    }
    let elem = integers(code)?;
    let n = m.load_elem_int(items, i, elem);
    let fits = m.int_fits(n, 48);
    m.test(fits).then(|| m.box_int(n))
}

/// Stores an item. False: take the slow path.
#[inline(always)]
pub fn store<M: PyMachine>(m: &mut M, array: M::Ref, key: M::Word, value: M::Word) -> bool {
    let Some((code, items, i)) = place(m, array, key) else { return false };
    if code == i64::from(b'd') {
        let x = if is_float(m, value) {
            m.unbox_float(value)
        } else if is_int(m, value) {
            let n = m.unbox_int(value);
            m.int_to_float(n)
        } else {
            return false;
        };
        m.store_elem_float(items, i, x, ARRAY_F64);
        return true;
    }
    let Some(elem) = integers(code) else { return false };
    if !is_int(m, value) {
        return false;
    }
    let n = m.unbox_int(value);
    let fits = match elem.width.bytes() {
        8 => m.const_bool(true),
        4 if std::ptr::eq(elem, ARRAY_I32) => m.int_fits(n, 32),
        bytes => {
            let end = m.const_int(1 << (8 * bytes));
            m.int_ult(n, end)
        }
    };
    if !m.test(fits) {
        return false;
    }
    m.store_elem_int(items, i, n, elem);
    true
}
