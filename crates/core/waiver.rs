//! Exceptions that somebody answers for: a waiver marks a failed finding, never removes it, and always expires.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aws::AccountId;
use crate::finding::{AppliedWaiver, Finding, Status};
use crate::organization::{Member, Organization};
use crate::pattern;

mod date;
mod lint;

pub use lint::{Known, Level, Problem};

/// How far ahead of its making a waiver may expire, in days.
pub const LONGEST_DAYS: i64 = 366;

/// Where a waiver holds: whole-match globs, all of which must match; one that is absent matches all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WaiverScope {
    /// A glob of the account's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// A unit above the account: its id, or a glob of its path from the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ou: Option<String>,
    /// A glob of the region, `global` included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// A glob of the resource's ARN, or of `type/name` where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

impl WaiverScope {
    fn covers(&self, finding: &Finding, member: Option<&Member>) -> bool {
        let matches = |glob: &Option<String>, text: &str| {
            glob.as_ref().is_none_or(|glob| pattern::matches(glob, text))
        };
        // Where the units were not read nothing shows that the finding lies in one of them.
        let in_unit = |unit: &String| {
            let units = member.and_then(|member| member.units.as_ref().ok());
            units.is_some_and(|units| units.iter().any(|above| above.is(unit)))
        };
        matches(&self.account, finding.account_id.as_str())
            && matches(&self.region, &finding.region)
            && matches(&self.resource, &finding.resource)
            && self.ou.as_ref().is_none_or(in_unit)
    }

    /// Whether it leaves something out.
    fn is_narrow(&self) -> bool {
        let globs = [&self.account, &self.ou, &self.region, &self.resource];
        globs.into_iter().flatten().any(|glob| glob.bytes().any(|byte| byte != b'*'))
    }
}

/// One exception, as its file tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Its name in reports; no other has it.
    pub id: String,
    /// A check's id, or a glob of ids.
    pub check: String,
    /// Where it holds.
    #[serde(default)]
    pub scope: WaiverScope,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// The day on which it was made.
    #[serde(with = "date")]
    pub created: Date,
    /// The last day on which it holds, in UTC.
    #[serde(with = "date")]
    pub expires: Date,
}

/// A file of waivers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WaiverFile {
    /// The waivers, in the order in which they are tried.
    pub waiver: Vec<Waiver>,
}

/// What became of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaiverState {
    /// It covers a finding.
    Active,
    /// Its last day was before the evidence was collected: it covers nothing any more.
    Expired,
    /// It covers nothing.
    Unused,
}

impl WaiverState {
    /// The word that reports print.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Unused => "unused",
        }
    }
}

/// A waiver as the assessment carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverReport {
    /// Its name.
    pub id: String,
    /// A check's id, or a glob of ids.
    pub check: String,
    /// Where it holds.
    pub scope: WaiverScope,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// The day on which it was made.
    #[serde(with = "date")]
    pub created: Date,
    /// The last day on which it holds.
    #[serde(with = "date")]
    pub expires: Date,
    /// What became of it.
    pub state: WaiverState,
    /// How many findings it covers; of an expired one, how many it would.
    pub findings: usize,
}

/// The waivers of a run: without a fault, and with what each covers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waivers(Vec<Waiver>);

impl Waivers {
    /// Takes waivers that have no error; warnings are the reader's to judge.
    ///
    /// # Errors
    /// All problems, where one of them is an error.
    pub fn new(file: WaiverFile, known: &Known<'_>) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let problems = lint::problems(&file.waiver, known);
        if problems.iter().any(|problem| problem.level == Level::Error) {
            return Err(problems);
        }
        Ok((Self(file.waiver), problems))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Waiver> {
        self.0.iter()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Marks the failed findings that a waiver covers: the first one that holds on the day of the evidence. One that no
    /// longer holds is counted and changes nothing.
    pub(crate) fn apply(&self, findings: &mut [Finding], organization: &Organization) -> Uses {
        let mut uses = Uses::default();
        if self.0.is_empty() {
            return uses;
        }
        let today = day(organization.manifest.ended);
        for finding in findings.iter_mut().filter(|finding| finding.status == Status::Fail) {
            let member = organization.members.get(&finding.account_id);
            let covers = |waiver: &&Waiver| {
                pattern::matches(&waiver.check, &finding.check)
                    && waiver.scope.covers(finding, member)
            };
            let covering: Vec<&Waiver> = self.0.iter().filter(covers).collect();
            for waiver in covering.iter().filter(|waiver| waiver.expires < today) {
                *uses.0.entry(waiver.id.clone()).or_default() += 1;
            }
            if let Some(waiver) = covering.iter().find(|waiver| waiver.expires >= today) {
                *uses.0.entry(waiver.id.clone()).or_default() += 1;
                finding.status = Status::Waived;
                finding.waiver = Some(AppliedWaiver {
                    id: waiver.id.clone(),
                    owner: waiver.owner.clone(),
                    reason: waiver.reason.clone(),
                    ticket: waiver.ticket.clone(),
                    expires: waiver.expires,
                });
            }
        }
        uses
    }

    /// What became of each.
    pub(crate) fn report(&self, uses: &Uses, collected: Timestamp) -> Vec<WaiverReport> {
        let today = day(collected);
        let mut rows: Vec<WaiverReport> = self
            .0
            .iter()
            .map(|waiver| {
                let findings = uses.0.get(&waiver.id).copied().unwrap_or_default();
                let state = match findings {
                    _ if waiver.expires < today => WaiverState::Expired,
                    0 => WaiverState::Unused,
                    _ => WaiverState::Active,
                };
                let Waiver {
                    id,
                    check,
                    scope,
                    owner,
                    reason,
                    ticket,
                    approved_by,
                    created,
                    expires,
                } = waiver.clone();
                WaiverReport {
                    id,
                    check,
                    scope,
                    owner,
                    reason,
                    ticket,
                    approved_by,
                    created,
                    expires,
                    state,
                    findings,
                }
            })
            .collect();
        rows.sort_by(|one, other| one.id.cmp(&other.id));
        rows
    }
}

/// How many findings each waiver covers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Uses(BTreeMap<String, usize>);

impl Uses {
    pub(crate) fn add(&mut self, other: Self) {
        for (id, number) in other.0 {
            *self.0.entry(id).or_default() += number;
        }
    }
}

/// The day in UTC.
fn day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

/// How many days lie between two.
fn days(from: Date, to: Date) -> i64 {
    let span: SignedDuration = to.duration_since(from);
    span.as_hours() / 24
}

/// A text that names one account and no pattern of them.
fn one_account(glob: &str) -> Option<AccountId> {
    glob.parse().ok()
}

#[cfg(test)]
mod tests;
