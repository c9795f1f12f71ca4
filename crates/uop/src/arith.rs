//! Integer arithmetic that the table's evaluations share, total for every input.

/// Quotient rounded towards minus infinity; 0 for a zero divisor, wrapping for MIN / -1.
#[inline(always)]
pub const fn div_floor(a: i64, b: i64) -> i64 {
    if b == 0 {
        return 0;
    }
    let quotient = a.wrapping_div(b);
    if a.wrapping_rem(b) != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

/// Remainder with the divisor's sign; `a` for a zero divisor.
#[inline(always)]
pub const fn mod_floor(a: i64, b: i64) -> i64 {
    if b == 0 {
        return a;
    }
    let remainder = a.wrapping_rem(b);
    if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder }
}

/// Whether `a` fits a signed integer of `bits` bits (always, for 64 and more).
#[inline(always)]
pub const fn fits(a: i64, bits: u32) -> bool {
    bits >= 64 || bits > 0 && (a.wrapping_add(1 << (bits - 1)) as u64) >> bits == 0
}
