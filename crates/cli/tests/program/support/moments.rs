//! When to interrupt something, for tests that try many moments.

/// Numbers from 0 to 1, the same in each run (xorshift64).
pub(crate) struct Moments(u64);

impl Moments {
    /// The numbers that follow this one, which is not 0.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / f64::from(u32::MAX)
    }
}
