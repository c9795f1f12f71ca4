//! The Mersenne Twister (MT19937) with CPython's seeding and derived distributions, so that a seeded program draws
//! CPython's sequence. Algorithm: Matsumoto and Nishimura, 1998.

use dashu_int::UBig;
use sha2::{Digest, Sha512};

const N: usize = 624;
const M: usize = 397;

/// A generator: 19937 bits of state, and the spare value of `gauss`.
pub struct Mersenne {
    state: [u32; N],
    index: usize,
    /// The second of the two values that `gauss` makes at a time.
    pub gauss_next: Option<f64>,
}

impl Mersenne {
    /// Seeds with the magnitude of an integer.
    pub fn from_int(magnitude: &UBig) -> Self {
        let bytes = magnitude.to_le_bytes();
        let mut key: Vec<u32> = bytes
            .chunks(4)
            .map(|chunk| chunk.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte)))
            .collect();
        if key.is_empty() {
            key.push(0);
        }
        Self::from_key(&key)
    }

    /// Seeds with text or bytes: they are followed by their SHA-512 and read as a big-endian integer.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut all = bytes.to_vec();
        all.extend_from_slice(&Sha512::digest(bytes));
        Self::from_int(&UBig::from_be_bytes(&all))
    }

    /// Seeds from the clock and the address of a local, for programs that ask for no particular sequence.
    pub fn from_environment() -> Self {
        let now =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
        let local = 0u8;
        let address = &raw const local as usize as u64;
        Self::from_key(&[
            now as u32,
            (now >> 32) as u32,
            address as u32,
            (address >> 32) as u32,
            std::process::id(),
        ])
    }

    fn from_key(key: &[u32]) -> Self {
        let mut state = [0u32; N];
        state[0] = 19_650_218;
        for i in 1..N {
            state[i] =
                1_812_433_253u32.wrapping_mul(state[i - 1] ^ state[i - 1] >> 30).wrapping_add(i as u32);
        }
        let (mut i, mut j) = (1, 0);
        for _ in 0..N.max(key.len()) {
            let mixed = (state[i - 1] ^ state[i - 1] >> 30).wrapping_mul(1_664_525);
            state[i] = (state[i] ^ mixed).wrapping_add(key[j]).wrapping_add(j as u32);
            i += 1;
            j = (j + 1) % key.len();
            if i == N {
                state[0] = state[N - 1];
                i = 1;
            }
        }
        for _ in 0..N - 1 {
            let mixed = (state[i - 1] ^ state[i - 1] >> 30).wrapping_mul(1_566_083_941);
            state[i] = (state[i] ^ mixed).wrapping_sub(i as u32);
            i += 1;
            if i == N {
                state[0] = state[N - 1];
                i = 1;
            }
        }
        state[0] = 0x8000_0000;
        Self { state, index: N, gauss_next: None }
    }

    /// The state as `getstate` shows it: 624 words and the position.
    pub fn words(&self) -> (&[u32], usize) {
        (&self.state, self.index)
    }

    /// Restores a state made by [`Self::words`]; `None` if it does not fit.
    pub fn from_words(words: &[u32], index: usize) -> Option<Self> {
        let state = words.try_into().ok()?;
        (index <= N).then_some(Self { state, index, gauss_next: None })
    }

    #[cold]
    fn refill(&mut self) {
        for i in 0..N {
            let bits = self.state[i] & 0x8000_0000 | self.state[(i + 1) % N] & 0x7fff_ffff;
            let twist = if bits & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + M) % N] ^ bits >> 1 ^ twist;
        }
        self.index = 0;
    }

    /// The next 32 random bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.index >= N {
            self.refill();
        }
        let mut y = self.state[self.index];
        self.index += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c_5680;
        y ^= y << 15 & 0xefc6_0000;
        y ^ y >> 18
    }

    /// `random()`: uniform in [0, 1) with 53 bits.
    #[inline]
    pub fn random(&mut self) -> f64 {
        let a = f64::from(self.next_u32() >> 5);
        let b = f64::from(self.next_u32() >> 6);
        (a * 67_108_864.0 + b) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// `getrandbits(bits)` for at most 64 bits.
    #[inline]
    pub fn bits(&mut self, bits: u32) -> u64 {
        match bits {
            0 => 0,
            1..=32 => u64::from(self.next_u32() >> (32 - bits)),
            _ => {
                let low = u64::from(self.next_u32());
                low | u64::from(self.next_u32() >> (64 - bits)) << 32
            }
        }
    }

    /// `getrandbits(bits)`.
    pub fn big_bits(&mut self, bits: usize) -> UBig {
        let mut bytes = Vec::with_capacity(bits / 8 + 4);
        let mut left = bits;
        while left > 0 {
            let take = left.min(32);
            bytes.extend_from_slice(&(self.next_u32() >> (32 - take)).to_le_bytes());
            left -= take;
        }
        UBig::from_le_bytes(&bytes)
    }

    /// A uniform integer in `0..n`, `n > 0`.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        let bits = 64 - n.leading_zeros();
        loop {
            let value = self.bits(bits);
            if value < n {
                return value;
            }
        }
    }

    /// A uniform integer in `0..n`, `n > 0`.
    pub fn big_below(&mut self, n: &UBig) -> UBig {
        let bits = dashu_base::BitTest::bit_len(n);
        loop {
            let value = self.big_bits(bits);
            if value < *n {
                return value;
            }
        }
    }

    /// `gauss(mu, sigma)`: Box and Muller, two values at a time.
    pub fn gauss(&mut self, mu: f64, sigma: f64) -> f64 {
        let z = match self.gauss_next.take() {
            Some(z) => z,
            None => {
                let angle = self.random() * std::f64::consts::TAU;
                let radius = (-2.0 * (1.0 - self.random()).ln()).sqrt();
                self.gauss_next = Some(angle.sin() * radius);
                angle.cos() * radius
            }
        };
        mu + z * sigma
    }

    /// `normalvariate(mu, sigma)`: Kinderman and Monahan's ratio of uniforms.
    pub fn normal(&mut self, mu: f64, sigma: f64) -> f64 {
        let magic = 4.0 * (-0.5f64).exp() / 2.0f64.sqrt();
        loop {
            let u1 = self.random();
            let u2 = 1.0 - self.random();
            let z = magic * (u1 - 0.5) / u2;
            if z * z / 4.0 <= -u2.ln() {
                return mu + z * sigma;
            }
        }
    }

    /// `expovariate(lambda)`.
    pub fn exponential(&mut self, lambda: f64) -> f64 {
        -(1.0 - self.random()).ln() / lambda
    }

    /// `triangular(low, high, mode)`.
    pub fn triangular(&mut self, low: f64, high: f64, mode: Option<f64>) -> f64 {
        let mut u = self.random();
        let mut c = match mode {
            None => 0.5,
            Some(_) if high == low => return low,
            Some(mode) => (mode - low) / (high - low),
        };
        let (mut low, mut high) = (low, high);
        if u > c {
            u = 1.0 - u;
            c = 1.0 - c;
            std::mem::swap(&mut low, &mut high);
        }
        low + (high - low) * (u * c).sqrt()
    }

    /// `gammavariate(alpha, beta)`, `alpha > 0`.
    pub fn gamma(&mut self, alpha: f64, beta: f64) -> f64 {
        if alpha > 1.0 {
            return self.gamma_cheng(alpha) * beta;
        }
        if alpha == 1.0 {
            return -(1.0 - self.random()).ln() * beta;
        }
        // Ahrens and Dieter's GS for alpha < 1.
        let x = loop {
            let u = self.random();
            let b = (std::f64::consts::E + alpha) / std::f64::consts::E;
            let p = b * u;
            let x = if p <= 1.0 { p.powf(1.0 / alpha) } else { -((b - p) / alpha).ln() };
            let u1 = self.random();
            if p > 1.0 {
                if u1 <= x.powf(alpha - 1.0) {
                    break x;
                }
            } else if u1 <= (-x).exp() {
                break x;
            }
        };
        x * beta
    }

    fn gamma_cheng(&mut self, alpha: f64) -> f64 {
        let ainv = (2.0 * alpha - 1.0).sqrt();
        let bbb = alpha - 4.0f64.ln();
        let ccc = alpha + ainv;
        let magic = 1.0 + 4.5f64.ln();
        loop {
            let u1 = self.random();
            if !(1e-7 < u1 && u1 < 0.999_999_9) {
                continue;
            }
            let u2 = 1.0 - self.random();
            let v = (u1 / (1.0 - u1)).ln() / ainv;
            let x = alpha * v.exp();
            let z = u1 * u1 * u2;
            let r = bbb + ccc * v - x;
            if r + magic - 4.5 * z >= 0.0 || r >= z.ln() {
                return x;
            }
        }
    }

    /// `betavariate(alpha, beta)`.
    pub fn beta(&mut self, alpha: f64, beta: f64) -> f64 {
        let y = self.gamma(alpha, 1.0);
        if y == 0.0 { 0.0 } else { y / (y + self.gamma(beta, 1.0)) }
    }

    /// `vonmisesvariate(mu, kappa)`.
    pub fn von_mises(&mut self, mu: f64, kappa: f64) -> f64 {
        let tau = std::f64::consts::TAU;
        if kappa <= 1e-6 {
            return tau * self.random();
        }
        let s = 0.5 / kappa;
        let r = s + (1.0 + s * s).sqrt();
        let z = loop {
            let u1 = self.random();
            let z = (std::f64::consts::PI * u1).cos();
            let d = z / (r + z);
            let u2 = self.random();
            if u2 < 1.0 - d * d || u2 <= (1.0 - d) * d.exp() {
                break z;
            }
        };
        let q = 1.0 / r;
        let f = (q + z) / (1.0 + q * z);
        let u3 = self.random();
        let theta = if u3 > 0.5 { mu + f.acos() } else { mu - f.acos() };
        theta.rem_euclid(tau)
    }

    /// `paretovariate(alpha)`.
    pub fn pareto(&mut self, alpha: f64) -> f64 {
        (1.0 - self.random()).powf(-1.0 / alpha)
    }

    /// `weibullvariate(alpha, beta)`.
    pub fn weibull(&mut self, alpha: f64, beta: f64) -> f64 {
        alpha * (-(1.0 - self.random()).ln()).powf(1.0 / beta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_those_of_cpython() {
        let mut r = Mersenne::from_int(&UBig::from(1234u32));
        assert_eq!(r.random(), 0.9664535356921388);
        assert_eq!(r.random(), 0.4407325991753527);
        assert_eq!(r.bits(10), 7);
        assert_eq!(r.big_bits(100).to_string(), "1263097734879819045699660835653");
        assert_eq!(r.below(1000), 826);
        assert_eq!(r.gauss(0.0, 1.0), -1.2974829160907675);
        assert_eq!(r.gauss(0.0, 1.0), -0.737130582050503);
        assert_eq!(r.normal(1.0, 2.0), 2.5151835327779226);
        assert_eq!(Mersenne::from_bytes(b"hello").random(), 0.3537754404730722);
        let big: UBig = "123456789012345678901234567890".parse().unwrap();
        assert_eq!(Mersenne::from_int(&big).random(), 0.7275084571578186);
    }
}
