//! What a single finding does to the proven score: its share of its check, of that in its account, and of that in all.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Add, AddAssign, ControlFlow, Neg, Sub};

use serde::{Deserialize, Serialize};

use crate::assessment::{Assessment, Milli};
use crate::aws::AccountId;
use crate::finding::{Finding, ScoredIn, Status};
use crate::gate::counts;
use crate::results::Results;

/// Thousandths of a percent point, up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Points(pub i64);

impl Points {
    /// From one score to another.
    #[must_use]
    pub fn between(before: Milli, after: Milli) -> Self {
        Self(i64::from(after.0) - i64::from(before.0))
    }
}

impl Add for Points {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Points {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Points {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Points {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl fmt::Display for Points {
    /// With its sign and two decimals, cut towards zero; a movement too small for that is `±0.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = self.0.unsigned_abs() / 10;
        let sign = match self.0 {
            _ if hundredths == 0 => "±",
            1.. => "+",
            _ => "−",
        };
        f.pad(&format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100))
    }
}

impl Serialize for Points {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(clippy::cast_precision_loss, reason = "at most a hundred thousand either way")]
        serializer.serialize_f64(self.0 as f64 / 1000.0)
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if !(-1e9..=1e9).contains(&number) {
            return Err(serde::de::Error::custom(format!("{number} is no number of points")));
        }
        #[expect(clippy::cast_possible_truncation, reason = "within a thousand million")]
        let milli = (number * 1000.0).round() as i64;
        Ok(Self(milli))
    }
}

/// What is scored together: an account, or what the accounts share.
type Subject = Option<AccountId>;

/// What each finding of a run is worth.
#[derive(Debug, Clone, Default)]
pub struct Shares {
    organization: bool,
    accounts: i64,
    shared: bool,
    /// The weight of each subject's checks together.
    weights: BTreeMap<Subject, i64>,
    /// Weight and number of the findings that count, of each check of a subject.
    checks: BTreeMap<(Subject, String), (u32, i64)>,
}

impl Shares {
    /// Of a run, all of whose accounts are taken to weigh the same.
    pub fn of<R: Results>(assessment: &Assessment<R>) -> Result<Self, R::Error> {
        let mut shares = Self {
            organization: assessment.scope.organization_id.is_some(),
            accounts: i64::try_from(assessment.score.accounts.len()).unwrap_or(i64::MAX),
            shared: assessment.score.organization.is_some(),
            ..Self::default()
        };
        assessment.results.visit(&mut |findings| {
            for finding in findings.iter().filter(|finding| counts(finding)) {
                let key = (shares.subject(finding), finding.check.clone());
                let (weight, number) = shares.checks.entry(key).or_default();
                *weight = finding.weight.max(*weight);
                *number += 1;
            }
            ControlFlow::Continue(())
        })?;
        for ((subject, _), (weight, _)) in &shares.checks {
            *shares.weights.entry(*subject).or_default() += i64::from(*weight);
        }
        Ok(shares)
    }

    fn subject(&self, finding: &Finding) -> Subject {
        match finding.scored_in {
            ScoredIn::Organization if self.organization => None,
            ScoredIn::Organization => Some(finding.account_id),
            ScoredIn::Account(id) => Some(id),
        }
    }

    /// What the finding adds to the proven score, before caps.
    pub fn proven(&self, finding: &Finding) -> Points {
        if finding.status != Status::Pass || !counts(finding) {
            return Points(0);
        }
        let subject = self.subject(finding);
        let Some((weight, number)) = self.checks.get(&(subject, finding.check.clone())) else {
            return Points(0);
        };
        let all = self.weights.get(&subject).copied().unwrap_or_default();
        // 35 parts for what is shared and 65 for the accounts, where there are both.
        let (part, among) = match (subject, self.shared) {
            (None, _) if self.accounts == 0 => (100, 1),
            (None, _) => (35, 1),
            (Some(_), true) => (65, self.accounts.max(1)),
            (Some(_), false) => (100, self.accounts.max(1)),
        };
        let above = i128::from(Milli::FULL.0) * i128::from(*weight) * part;
        let below = 100 * i128::from(all.max(1)) * i128::from(*number) * i128::from(among);
        Points(i64::try_from(above / below.max(1)).unwrap_or_default())
    }
}
