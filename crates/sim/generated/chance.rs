//! Chance that is none: numbers that are a function of the seed, the account and what they decide.

/// The source of all that differs between accounts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64, index: u64) -> Self {
        Self(mixed(mixed(seed).wrapping_add(index)))
    }

    /// A number for a purpose; another purpose has another one.
    pub(super) fn number(self, purpose: &str) -> u64 {
        let start = 0xcbf2_9ce4_8422_2325_u64 ^ self.0;
        let text = purpose.bytes();
        mixed(
            text.fold(start, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            }),
        )
    }

    /// The same source for one of several like things.
    pub(super) fn part(self, purpose: &str, place: usize) -> Self {
        Self(mixed(self.number(purpose).wrapping_add(u64::try_from(place).unwrap_or_default())))
    }

    /// A number below `end`, or 0.
    pub(super) fn below(self, purpose: &str, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.number(purpose) % end).unwrap_or_default()
    }

    /// Whether something happens that happens in such a share of cases.
    pub(super) fn happens(self, purpose: &str, share: f64) -> bool {
        // 32 bits are exact in a double, and more than any share needs.
        let top = u32::try_from(self.number(purpose) >> 32).unwrap_or_default();
        f64::from(top) < share * 4_294_967_296.0
    }

    /// One of a list.
    pub(super) fn one_of<'a>(self, purpose: &str, list: &[&'a str]) -> &'a str {
        list.get(self.below(purpose, list.len())).copied().unwrap_or_default()
    }
}

/// Spreads every bit over all others (the finalizer of SplitMix64).
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
