//! The worst of many, for readers that take only so many: in memory is never more than fits.

use std::collections::BTreeMap;

use trailproof_core::check::Severity;

/// Keeps at most so many by severity, in the order in which they came.
pub struct Worst<T> {
    most: usize,
    kept: BTreeMap<std::cmp::Reverse<Severity>, Vec<T>>,
    seen: BTreeMap<Severity, usize>,
}

impl<T> Worst<T> {
    /// With room for so many.
    pub fn new(most: usize) -> Self {
        Self { most, kept: BTreeMap::new(), seen: BTreeMap::new() }
    }

    /// Takes one, made only if there is room for it.
    pub fn add(&mut self, severity: Severity, make: impl FnOnce() -> T) {
        *self.seen.entry(severity).or_default() += 1;
        let before: usize = self.seen.range(severity..).map(|(_, seen)| seen).sum();
        if before > self.most {
            return;
        }
        self.kept.entry(std::cmp::Reverse(severity)).or_default().push(make());
    }

    /// How many there were.
    pub fn seen(&self) -> usize {
        self.seen.values().sum()
    }

    /// How many there were of each severity, worst first.
    pub fn counts(&self) -> impl Iterator<Item = (Severity, usize)> {
        self.seen.iter().rev().map(|(severity, seen)| (*severity, *seen))
    }

    /// The worst, worst first.
    pub fn into_kept(self) -> impl Iterator<Item = T> {
        self.kept.into_values().flatten().take(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_are_kept_whenever_they_come() {
        let order =
            [Severity::Low, Severity::High, Severity::Low, Severity::Critical, Severity::High];
        let mut worst = Worst::new(3);
        let mut made = 0;
        for (at, severity) in order.into_iter().enumerate() {
            worst.add(severity, || {
                made += 1;
                at
            });
        }
        assert_eq!((worst.seen(), made), (5, 5));
        let counts: Vec<_> = worst.counts().collect();
        assert_eq!(counts, [(Severity::Critical, 1), (Severity::High, 2), (Severity::Low, 2)]);
        assert_eq!(worst.into_kept().collect::<Vec<_>>(), [3, 1, 4]);

        let mut none = Worst::new(0);
        none.add(Severity::Info, || 1);
        assert_eq!((none.seen(), none.into_kept().count()), (1, 0));

        let mut full = Worst::new(2);
        for at in 0..1000 {
            full.add(Severity::Info, || at);
        }
        assert_eq!(full.kept.values().map(Vec::len).sum::<usize>(), 2);
    }
}
