//! The frameworks' profiles while findings are added up: which checks are in each, and what each check found.

use std::collections::BTreeMap;

use crate::assessment::{ControlScore, FrameworkScore, ScoreRow, StatusCounts};
use crate::check::Check;
use crate::control::Framework;

/// A set of frameworks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Set(u16);

impl Set {
    fn of(framework: Framework) -> Self {
        Self(1 << framework as u8)
    }

    pub(super) fn holds(self, framework: Framework) -> bool {
        self.0 & Self::of(framework).0 != 0
    }
}

/// What is kept of one check that is in a profile.
#[derive(Debug, Clone, Copy, Default)]
struct Member {
    frameworks: Set,
    /// Over the whole run, so that no memory is needed for an account or a finding.
    counts: StatusCounts,
}

/// The profiles of the checks that are judged.
#[derive(Debug, Clone, Default)]
pub(super) struct Profiles {
    members: BTreeMap<String, Member>,
    /// Each framework's requirements, in the order of their ids, with the checks that speak for them.
    controls: BTreeMap<Framework, BTreeMap<Id, Vec<String>>>,
}

impl Profiles {
    pub(super) fn of(checks: &[&Check]) -> Self {
        let mut profiles = Self::default();
        for check in checks {
            for control in check.controls.iter().filter(|control| control.sureness.is_sure()) {
                let Self { members, controls } = &mut profiles;
                let member = members.entry(check.id.to_owned()).or_default();
                member.frameworks.0 |= Set::of(control.framework).0;
                let framework = controls.entry(control.framework).or_default();
                framework.entry(Id::from(control.id)).or_default().push(check.id.to_owned());
            }
        }
        for checks in profiles.controls.values_mut().flat_map(BTreeMap::values_mut) {
            checks.sort();
            checks.dedup();
        }
        profiles
    }

    /// The profiles that hold the check.
    pub(super) fn with(&self, check: &str) -> Set {
        self.members.get(check).map_or_else(Set::default, |member| member.frameworks)
    }

    pub(super) fn count(&mut self, finding: &crate::finding::Finding) {
        if let Some(member) = self.members.get_mut(&finding.check) {
            member.counts.add(finding.status);
        }
    }

    pub(super) fn frameworks(&self) -> impl Iterator<Item = Framework> {
        self.controls.keys().copied()
    }

    /// What the assessment says of each framework, given its score.
    pub(super) fn report(
        self,
        row: impl Fn(Framework) -> Option<ScoreRow>,
    ) -> BTreeMap<Framework, FrameworkScore> {
        let Self { members, controls } = self;
        let control = |(id, checks): (Id, Vec<String>)| {
            let counts = checks
                .iter()
                .filter_map(|check| members.get(check))
                .fold(StatusCounts::default(), |sum, member| sum.and(member.counts));
            ControlScore { id: id.text, status: counts.status(), counts, checks }
        };
        controls
            .into_iter()
            .map(|(framework, controls)| {
                let controls = controls.into_iter().map(control).collect();
                let (name, row) = (framework.title().to_owned(), row(framework));
                (framework, FrameworkScore { name, row, controls })
            })
            .collect()
    }
}

/// A requirement's id in the order of people: 3.9 before 3.10.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Id {
    pieces: Vec<(String, u64)>,
    text: String,
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        let mut pieces: Vec<(String, u64)> = vec![(String::new(), 0)];
        let mut in_number = false;
        for letter in text.chars() {
            match (letter.to_digit(10), pieces.last_mut()) {
                (Some(digit), Some((_, number))) => {
                    *number = number.saturating_mul(10).saturating_add(digit.into());
                    in_number = true;
                }
                (None, Some((word, _))) if !in_number => word.push(letter),
                (_, _) => {
                    pieces.push((letter.to_string(), 0));
                    in_number = false;
                }
            }
        }
        Self { pieces, text: text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_stand_in_the_order_of_people() {
        let mut ids =
            ["3.10", "AU-9(2)", "3.9", "A1.2", "AU-10", "AU-9", "10.2.1.7", "10.2.1"].map(Id::from);
        ids.sort();
        let texts: Vec<&str> = ids.iter().map(|id| id.text.as_str()).collect();
        assert_eq!(
            texts,
            ["3.9", "3.10", "10.2.1", "10.2.1.7", "A1.2", "AU-9", "AU-9(2)", "AU-10"]
        );
    }

    #[test]
    fn every_framework_has_a_place_of_its_own() {
        for framework in Framework::ALL {
            let held: Vec<Framework> = Framework::ALL
                .into_iter()
                .filter(|other| Set::of(framework).holds(*other))
                .collect();
            assert_eq!(held, [framework]);
        }
    }
}
