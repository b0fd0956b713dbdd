//! The values of an unknown key that policies can tell apart, one for each class.

use std::collections::BTreeSet;

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};

use super::automaton::{Pattern, regions};
use super::facts::Sample;
use super::template::Token;
use super::value::{Decimal, bytes};

/// What policies ask of one unknown key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Domain {
    /// The key as written; where spellings differ, the first in order.
    pub(crate) key: String,
    /// Whether it may be absent.
    pub(crate) optional: bool,
    /// Texts that are asked for exactly.
    pub(crate) constants: BTreeSet<String>,
    /// Texts that are asked for by a pattern, or without regard to case.
    pub(crate) patterns: BTreeSet<Pattern>,
    pub(crate) numbers: BTreeSet<Decimal>,
    pub(crate) times: BTreeSet<Timestamp>,
    pub(crate) blocks: BTreeSet<IpNet>,
    /// Bytes, as their text in base64.
    pub(crate) bytes: BTreeSet<String>,
    pub(crate) boolean: bool,
    /// Whether any text is asked for at all; what is there and what is not makes a difference always.
    pub(crate) textual: bool,
    /// How many conditions look at its values, and whether one of them takes it for a set.
    pub(crate) atoms: usize,
    pub(crate) quantified: bool,
    /// Whether what follows may not tell all classes apart.
    pub(crate) inexact: bool,
}

/// How many values of one key are tried.
const SAMPLES: usize = 1_024;

impl Domain {
    /// One value for each class, what is named first and absence last; and whether these are all classes.
    pub(crate) fn samples(&self) -> (Vec<Sample>, bool) {
        let (values, mut exact) = self.values();
        let mut samples: Vec<Sample> =
            values.iter().map(|value| Some(vec![value.clone()])).collect();
        if self.quantified {
            // A set is as good as one with a witness for each condition that looks at it.
            let largest = self.atoms.clamp(1, values.len().max(1));
            exact &= subsets(&values, largest, &mut samples);
        }
        if self.optional {
            samples.push(None);
        }
        (samples, exact)
    }

    /// One value for each class of single values.
    pub(crate) fn values(&self) -> (Vec<String>, bool) {
        let mut values = Vec::new();
        let mut exact = !self.inexact;
        let kinds = [
            !self.numbers.is_empty(),
            !self.times.is_empty(),
            !self.blocks.is_empty(),
            !self.bytes.is_empty(),
            self.textual,
        ];
        exact &= kinds.iter().filter(|kind| **kind).count() <= 1;
        if self.boolean {
            values.extend(["true".to_owned(), "false".to_owned()]);
        }
        values.extend(between_numbers(&self.numbers));
        values.extend(between_times(&self.times));
        values.extend(atoms_of_blocks(&self.blocks));
        values.extend(self.of_bytes());
        let untyped = values.is_empty();
        if self.textual || untyped {
            let (texts, all) = self.texts();
            exact &= all;
            values.extend(texts);
        }
        let mut seen = BTreeSet::new();
        values.retain(|value| seen.insert(value.clone()));
        (values, exact)
    }

    fn texts(&self) -> (Vec<String>, bool) {
        let mut texts: Vec<String> = self.constants.iter().cloned().collect();
        if self.patterns.is_empty() {
            texts.extend(stranger(&self.constants));
            return (texts, true);
        }
        let exactly = self.constants.iter().map(|constant| Pattern {
            tokens: constant.chars().map(Token::Char).collect(),
            fold: false,
        });
        let patterns: Vec<Pattern> = self.patterns.iter().cloned().chain(exactly).collect();
        let (found, exact) = regions(&patterns);
        texts.extend(found);
        (texts, exact)
    }

    fn of_bytes(&self) -> Vec<String> {
        const OTHERS: [&str; 2] = ["b3RoZXI=", "eA=="];
        if self.bytes.is_empty() {
            return Vec::new();
        }
        let named: Vec<Option<Vec<u8>>> = self.bytes.iter().map(|text| bytes(text)).collect();
        let other = OTHERS.iter().find(|other| !named.contains(&bytes(other)));
        self.bytes.iter().cloned().chain(other.map(|&other| other.to_owned())).collect()
    }
}

/// A text that is none of these.
fn stranger(constants: &BTreeSet<String>) -> Option<String> {
    let mut candidates =
        std::iter::successors(Some("other".to_owned()), |text| Some(format!("an{text}")));
    candidates.find(|text| !constants.contains(text))
}

/// Adds the sets of two values and more, up to a size; whether all could be added.
fn subsets(values: &[String], largest: usize, into: &mut Vec<Sample>) -> bool {
    let mut last: Vec<Vec<usize>> = (0..values.len()).map(|at| vec![at]).collect();
    for _ in 1..largest {
        let mut longer = Vec::new();
        for set in &last {
            let after = set.last().map_or(0, |at| at + 1);
            for at in after..values.len() {
                if into.len() >= SAMPLES {
                    return false;
                }
                let mut set = set.clone();
                set.push(at);
                into.push(Some(set.iter().filter_map(|at| values.get(*at).cloned()).collect()));
                longer.push(set);
            }
        }
        last = longer;
    }
    true
}

/// Each number, and one of each interval that they leave.
fn between_numbers(numbers: &BTreeSet<Decimal>) -> Vec<String> {
    let (Some(least), Some(greatest)) = (numbers.first(), numbers.last()) else {
        return Vec::new();
    };
    let mut values: Vec<String> = numbers.iter().map(Decimal::to_string).collect();
    let farther = |number: &Decimal| format!("1{}", digits(&number.whole));
    values.push(match (least.negative, least.is_zero()) {
        (true, _) => format!("-{}", farther(least)),
        (false, true) => "-1".to_owned(),
        (false, false) => "0".to_owned(),
    });
    values.push(if greatest.negative { "0".to_owned() } else { farther(greatest) });
    for (low, high) in numbers.iter().zip(numbers.iter().skip(1)) {
        values.push(if high.negative || high.is_zero() {
            format!("-{}", beyond(high, low))
        } else if low.negative {
            "0".to_owned()
        } else {
            beyond(low, high)
        });
    }
    values
}

fn digits(whole: &str) -> &str {
    if whole.is_empty() { "0" } else { whole }
}

/// A number a little farther from zero than the first, and nearer than the second.
fn beyond(near: &Decimal, far: &Decimal) -> String {
    let places = near.fraction.len().max(far.fraction.len());
    format!("{}.{:0<places$}1", digits(&near.whole), near.fraction)
}

impl Decimal {
    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        let point = if self.fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{}{point}{}", digits(&self.whole), self.fraction)
    }
}

/// Each time, and one of each interval that they leave.
fn between_times(times: &BTreeSet<Timestamp>) -> Vec<String> {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Vec::new() };
    let day = SignedDuration::from_hours(24);
    let mut all = times.clone();
    all.extend([first.checked_sub(day).ok(), last.checked_add(day).ok()].into_iter().flatten());
    for (low, high) in times.iter().zip(times.iter().skip(1)) {
        let half = high.duration_since(*low) / 2;
        all.extend(low.checked_add(half).ok());
    }
    all.iter().map(Timestamp::to_string).collect()
}

/// An address in each atom of the blocks' lattice, of both families: one begins where a block does, or behind one.
fn atoms_of_blocks(blocks: &BTreeSet<IpNet>) -> Vec<String> {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    if blocks.is_empty() {
        return Vec::new();
    }
    let behind = |block: &IpNet| match block.broadcast() {
        IpAddr::V4(last) => {
            last.to_bits().checked_add(1).map(|bits| Ipv4Addr::from_bits(bits).into())
        }
        IpAddr::V6(last) => {
            last.to_bits().checked_add(1).map(|bits| Ipv6Addr::from_bits(bits).into())
        }
    };
    let lowest = [IpAddr::from(Ipv4Addr::UNSPECIFIED), IpAddr::from(Ipv6Addr::UNSPECIFIED)];
    let first = blocks.iter().map(IpNet::network);
    let candidates = first.chain(blocks.iter().filter_map(behind)).chain(lowest);
    let mut seen = BTreeSet::new();
    candidates
        .filter(|address| {
            let inside: Vec<bool> = blocks.iter().map(|block| block.contains(address)).collect();
            seen.insert((address.is_ipv4(), inside))
        })
        .map(|address| address.to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::value::{network, time};

    fn numbers(texts: &[&str]) -> BTreeSet<Decimal> {
        texts.iter().map(|text| Decimal::parse(text).unwrap()).collect()
    }

    #[test]
    fn every_interval_between_numbers_has_its_own() {
        for texts in
            [&["7", "30"][..], &["-3", "-2.99", "0", "0.1", "5"], &["0"], &["-1"], &["-5", "5"]]
        {
            let named = numbers(texts);
            let tried: BTreeSet<Decimal> = between_numbers(&named)
                .iter()
                .map(|text| Decimal::parse(text).unwrap_or_else(|| panic!("{text}")))
                .collect();
            assert_eq!(tried.len(), 2 * named.len() + 1, "{texts:?}");
            let classes: BTreeSet<(usize, bool)> = tried
                .iter()
                .map(|one| (named.iter().filter(|n| *n < one).count(), named.contains(one)))
                .collect();
            assert_eq!(classes.len(), tried.len(), "{texts:?}");
        }
    }

    #[test]
    fn every_interval_between_times_has_its_own() {
        let named = ["2026-01-01", "2026-06-01"].iter().map(|text| time(text).unwrap()).collect();
        assert_eq!(between_times(&named).len(), 5);
    }

    #[test]
    fn every_atom_of_blocks_has_an_address() {
        let blocks: BTreeSet<IpNet> = ["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"]
            .iter()
            .map(|text| network(text).unwrap())
            .collect();
        // Of IPv4: outside, in the larger alone, in both; of IPv6: outside and inside.
        assert_eq!(atoms_of_blocks(&blocks).len(), 5);
    }

    #[test]
    fn sets_have_a_witness_for_each_condition() {
        let domain = Domain {
            constants: ["a".to_owned(), "b".to_owned()].into(),
            textual: true,
            quantified: true,
            optional: true,
            atoms: 2,
            ..Domain::default()
        };
        let (samples, exact) = domain.samples();
        assert!(exact);
        // Three alone, three in pairs, and none.
        assert_eq!(samples.len(), 7);
    }
}
