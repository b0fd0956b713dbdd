//! The frameworks' profiles while findings are added up: which checks are in each, and what each check found.

use std::collections::BTreeMap;

use crate::assessment::{ControlScore, FrameworkScore, ScoreRow, StatusCounts};
use crate::check::Check;
use crate::control::{ControlId, Framework};
use crate::finding::Finding;

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
    controls: BTreeMap<Framework, BTreeMap<ControlId, Vec<String>>>,
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
                framework.entry(ControlId::from(control.id)).or_default().push(check.id.to_owned());
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

    pub(super) fn count(&mut self, finding: &Finding) {
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
        let control = |(id, checks): (ControlId, Vec<String>)| {
            let counts = checks
                .iter()
                .filter_map(|check| members.get(check))
                .fold(StatusCounts::default(), |sum, member| sum.and(member.counts));
            ControlScore { id: id.into_text(), status: counts.status(), counts, checks }
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

#[cfg(test)]
mod tests {
    use super::*;

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
