//! Number theory of `math` on big integers, and logarithms of integers too large for a float.

use dashu_base::{BitTest, SquareRoot};
use dashu_int::UBig;

/// `math.isqrt`.
pub fn isqrt(n: &UBig) -> UBig {
    n.sqrt()
}

/// `math.factorial`.
pub fn factorial(n: u64) -> UBig {
    product(2, n)
}

/// The product of `low..=high`, halving the range so that the factors stay balanced.
fn product(low: u64, high: u64) -> UBig {
    if low > high {
        return UBig::ONE;
    }
    if high - low < 8 {
        return (low..=high).fold(UBig::ONE, |acc, factor| acc * factor);
    }
    let middle = low + (high - low) / 2;
    product(low, middle) * product(middle + 1, high)
}

/// `math.perm(n, k)`, `k <= n`.
pub fn perm(n: &UBig, k: u64) -> UBig {
    if k == 0 {
        return UBig::ONE;
    }
    if let Ok(n) = u64::try_from(n) {
        return product(n - k + 1, n);
    }
    // Halves multiply balanced factors.
    let half = k / 2;
    if half == 0 {
        return n.clone();
    }
    perm(n, half) * perm(&(n - UBig::from(half)), k - half)
}

/// `math.comb(n, k)`, `k <= n`.
pub fn comb(n: &UBig, k: u64) -> UBig {
    if let Ok(small) = u64::try_from(n) {
        return comb_small(small, k);
    }
    perm(n, k) / factorial(k)
}

fn comb_small(n: u64, k: u64) -> UBig {
    let k = k.min(n - k);
    let mut result = 1u64;
    for i in 0..k {
        // Each prefix is itself a binomial coefficient, so the division is exact.
        match result.checked_mul(n - i) {
            Some(scaled) => result = scaled / (i + 1),
            None => return product(n - k + 1, n) / factorial(k),
        }
    }
    UBig::from(result)
}

/// Splits a positive integer into `m × 2^e` with `0.5 <= m < 1`, rounded half to even.
pub fn frexp(n: &UBig) -> (f64, usize) {
    let bits = n.bit_len();
    if bits <= 53 {
        let value = u64::try_from(n).unwrap_or(0) as f64;
        return (value / (1u64 << bits) as f64, bits);
    }
    // 64 bits, the last of which says whether anything was dropped, round correctly.
    let (top, sticky) = if bits <= 64 {
        (u64::try_from(n).unwrap_or(0) << (64 - bits), false)
    } else {
        let shift = bits - 64;
        let top = u64::try_from(&(n >> shift)).unwrap_or(u64::MAX);
        (top, n.trailing_zeros().is_some_and(|zeros| zeros < shift))
    };
    let value = (top | u64::from(sticky)) as f64 / 18_446_744_073_709_551_616.0;
    if value == 1.0 { (0.5, bits + 1) } else { (value, bits) }
}

/// Natural logarithm of a positive integer of any size.
pub fn ln(n: &UBig) -> f64 {
    scaled(n, f64::ln, std::f64::consts::LN_2)
}

/// Logarithm to base 2 of a positive integer of any size.
pub fn log2(n: &UBig) -> f64 {
    scaled(n, f64::log2, 1.0)
}

/// Logarithm to base 10 of a positive integer of any size.
pub fn log10(n: &UBig) -> f64 {
    scaled(n, f64::log10, std::f64::consts::LOG10_2)
}

fn scaled(n: &UBig, log: fn(f64) -> f64, log_of_two: f64) -> f64 {
    let (mantissa, exponent) = frexp(n);
    if exponent <= 1023 {
        return log(mantissa * 2f64.powi(exponent as i32));
    }
    log(mantissa) + log_of_two * exponent as f64
}

/// Nearest float of a magnitude; `None` when it overflows.
pub fn to_f64(n: &UBig) -> Option<f64> {
    let (mantissa, exponent) = frexp(n);
    if exponent > 1024 {
        return None;
    }
    // Two steps, as 2^1024 is not a float.
    Some(mantissa * 2.0 * 2f64.powi(exponent as i32 - 1)).filter(|v| v.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(text: &str) -> UBig {
        text.parse().unwrap()
    }

    #[test]
    fn combinatorics() {
        assert_eq!(factorial(25).to_string(), "15511210043330985984000000");
        assert_eq!(factorial(0), UBig::ONE);
        assert_eq!(comb(&UBig::from(60u32), 30).to_string(), "118264581564861424");
        assert_eq!(comb(&UBig::from(100u32), 3).to_string(), "161700");
        assert_eq!(
            comb(&big("100000000000000000000"), 2).to_string(),
            "4999999999999999999950000000000000000000"
        );
        assert_eq!(perm(&UBig::from(10u32), 3).to_string(), "720");
        assert_eq!(
            isqrt(&big("100000000000000000000000000000000000000001")).to_string(),
            "316227766016837933199"
        );
    }

    #[test]
    fn logarithms_of_large_integers() {
        let n = UBig::from(10u32).pow(400);
        assert_eq!(ln(&n), 921.0340371976182);
        assert_eq!(log10(&n), 400.0);
        assert_eq!(log2(&n), 1328.771237954945);
        assert_eq!(to_f64(&n), None);
        assert_eq!(to_f64(&big("9007199254740993")), Some(9007199254740992.0));
        assert_eq!(to_f64(&(UBig::ONE << 1023)), Some(2f64.powi(1023)));
    }
}
