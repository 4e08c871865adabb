//! Choices that look random, from a seed that is printed.

/// The variable with the seed that replays a run.
const VARIABLE: &str = "RELATABLE_TEST_SEED";
/// The seed unless the variable says otherwise.
const SEED_DEFAULT: u64 = 20_261_101;

/// The seed of this run.
pub(crate) fn seed() -> u64 {
    let seed = std::env::var(VARIABLE).ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED_DEFAULT);
    println!("seed {seed} ({VARIABLE})");
    seed
}

/// Small numbers, from a seed (SplitMix64).
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (word ^ (word >> 31)) % bound
    }
}
