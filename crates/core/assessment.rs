//! An assessment at rest: what every report is written from, and what the JSON report holds.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{AccountId, Partition, Region};
use crate::check::{Check, Group, Severity};
use crate::control::Framework;
use crate::diff::Side;
use crate::evidence::Cause;
use crate::finding::Finding;
use crate::history::timeline::AccountTimeline;
use crate::language::JapaneseInfo;
use crate::organization::Standing;
use crate::period::PeriodReport;
use crate::results::Results;
use crate::roster::{AccountState, OptInStatus};
use crate::terms::PolicyReport;
use crate::waiver::WaiverReport;

mod profile;
mod route;

pub use profile::{ControlScore, FrameworkScore, StatusCounts};
pub(crate) use route::routes;
pub use route::{Route, Stop};

/// The schema that this version writes and reads.
pub const SCHEMA: &str = "trailproof.report/1";

/// Thousandths of a percent point, 0 to 100 000: scores and coverages are integers until they are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Milli(pub u32);

impl Milli {
    /// 100 %.
    pub const FULL: Self = Self(100_000);
}

impl fmt::Display for Milli {
    /// One decimal, cut and never rounded up: 99.96 is not shown as 100.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.0 / 1000, self.0 % 1000 / 100))
    }
}

impl Serialize for Milli {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 1000.0)
    }
}

impl<'de> Deserialize<'de> for Milli {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if !(0.0..=100.0).contains(&number) {
            return Err(serde::de::Error::custom(format!("{number} is not between 0 and 100")));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100 000")]
        let milli = (number * 1000.0).round() as u32;
        Ok(Self(milli))
    }
}

/// Who ran, when, with what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// `<UTC start>-<suffix>`.
    pub id: String,
    /// The version of trailproof that collected.
    pub tool_version: String,
    /// The checks that were judged: their ids, and the hash of their metadata.
    pub ruleset: String,
    /// When collecting began.
    pub started: Timestamp,
    /// When collecting ended.
    pub ended: Timestamp,
    /// Who called.
    pub caller_arn: String,
    /// Whether everything that was in scope was read.
    pub complete: bool,
    /// What of the policy is not the catalogue's default; absent where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyReport>,
}

/// A region of an account as the scope lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeRegion {
    /// The code name.
    pub name: Region,
    /// Its opt-in state; `UNKNOWN` where the account's list was not read.
    pub opt_in_status: OptInStatus,
    /// Whether the run looked there.
    pub in_scope: bool,
}

/// An account as the scope lists it; every account that the organization lists is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeAccount {
    /// The account.
    pub id: AccountId,
    /// Its name; empty where the organization was not read.
    pub name: String,
    /// Its state.
    pub state: AccountState,
    /// The names of the units above it, from the root, such as `Root/Workloads`; empty where not read.
    pub ou_path: String,
    /// Whether it is the management account.
    pub management: bool,
    /// Whether the run was asked to assess it.
    pub in_scope: bool,
    /// Whether its evidence could be read.
    pub assessed: bool,
    /// When its first call was made; the run's start where none was.
    pub read_started: Timestamp,
    /// When its last call was made.
    pub read_ended: Timestamp,
    /// Its regions.
    pub regions: Vec<ScopeRegion>,
    /// When its management writes were recorded, where event history was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeline: Option<AccountTimeline>,
}

/// What the run looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeReport {
    /// The partition.
    pub partition: Partition,
    /// The organization's id; absent for a lone account.
    pub organization_id: Option<String>,
    /// The management account, where known.
    pub management_account_id: Option<AccountId>,
    /// Sentences about the scope that a reader must know, such as why a lone account was scanned.
    pub notes: Vec<String>,
    /// How much of the period that the audit is about can be told; absent where the user named none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<PeriodReport>,
    /// All accounts, by id.
    pub accounts: Vec<ScopeAccount>,
}

/// How many accounts; `listed` is the sum of the other four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AccountCounts {
    /// In the organization.
    pub listed: usize,
    /// Read and judged.
    pub assessed: usize,
    /// In scope, and could not be read.
    pub unread: usize,
    /// Left out by the user.
    pub excluded: usize,
    /// Suspended, closing or closed.
    pub not_active: usize,
}

impl AccountCounts {
    /// Counts one account more, but not as listed: that both come to the same is to be seen, and not made so.
    pub(crate) fn add(&mut self, standing: Standing) {
        *match standing {
            Standing::Assessed => &mut self.assessed,
            Standing::Unread => &mut self.unread,
            Standing::Excluded => &mut self.excluded,
            Standing::NotActive => &mut self.not_active,
        } += 1;
    }
}

/// A scope that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unread {
    /// The account.
    pub account_id: AccountId,
    /// The region, or `global`.
    pub region: String,
    /// Why.
    pub reason: Cause,
    /// What was asked and what came back.
    pub message: String,
}

/// How much of the evidence was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// The organization's evidence coverage, 0 to 100.
    pub percent: Milli,
    /// Accounts by what became of them.
    pub accounts: AccountCounts,
    /// What could not be read, sorted, one row for each account, region and cause.
    pub unread: Vec<Unread>,
}

/// A score's letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// 90 and above.
    A,
    /// 80 and above.
    B,
    /// 70 and above.
    C,
    /// 60 and above.
    D,
    /// Below 60.
    F,
    /// Less than half of the evidence was read: no letter.
    #[serde(rename = "insufficient evidence")]
    Insufficient,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::F => "F",
            Self::Insufficient => "insufficient evidence",
        })
    }
}

/// A limit on a score, and the finding that sets it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cap {
    /// The score cannot be above it.
    pub limit: Milli,
    /// Why, a lower-case fragment for people.
    pub reason: String,
    /// Whether it binds the potential score too.
    pub binds_potential: bool,
    /// The finding that causes it (of several the first).
    pub fingerprint: String,
}

/// A score with what it must never be shown without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreRow {
    /// What the evidence proves: unknown counts as not proven.
    pub proven: Milli,
    /// What it could be if every unknown turned out well.
    pub potential: Milli,
    /// The share of the evidence, by weight, that was read.
    pub coverage: Milli,
    /// The letter of the proven score.
    pub grade: Grade,
    /// The caps that apply, lowest first.
    pub caps: Vec<Cap>,
}

/// The score of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountScore {
    /// The account.
    pub account_id: AccountId,
    /// Its score.
    #[serde(flatten)]
    pub row: ScoreRow,
}

/// The organization's score and its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreReport {
    /// Of the whole run.
    #[serde(flatten)]
    pub total: ScoreRow,
    /// Of the objects that accounts share; absent for a lone account or where nothing is shared.
    pub organization: Option<ScoreRow>,
    /// Of each account that has a score, by id.
    pub accounts: Vec<AccountScore>,
    /// Of each group that has findings, without caps.
    pub groups: BTreeMap<Group, ScoreRow>,
    /// Of each framework that some judged check surely speaks for, without caps.
    #[serde(default)]
    pub frameworks: BTreeMap<Framework, FrameworkScore>,
}

/// How one gate went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateOutcome {
    /// `fail-on`, `fail-on-new`, `min-score`, `min-coverage` or `fail-on-expired-waiver`.
    pub gate: String,
    /// What was asked, such as `high` or `80`.
    pub threshold: String,
    /// What became of it.
    pub status: GateStatus,
    /// One line for people.
    pub message: String,
    /// The findings behind it, one line each; empty where it passed.
    pub details: Vec<String>,
}

/// Whether a gate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateStatus {
    /// It holds.
    Passed,
    /// It is proved not to hold.
    Failed,
    /// It cannot be told: evidence is missing.
    Incomplete,
}

/// A check as the assessment carries it, so that an old one can be rendered without the catalogue of its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInfo {
    /// The catalogue's id.
    pub id: String,
    /// The statement that it proves.
    pub title: String,
    /// Its group.
    pub group: Group,
    /// Its severity.
    pub severity: Severity,
    /// Its weight.
    pub weight: u32,
    /// What it is good for.
    pub rationale: String,
    /// How to mend what it finds.
    pub remediation: String,
    /// A command that does it.
    pub command: String,
    /// AWS's page on it.
    pub link: String,
    /// Its texts for Japanese readers; absent in assessments from before there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub japanese: Option<JapaneseInfo>,
}

impl From<&Check> for CheckInfo {
    fn from(check: &Check) -> Self {
        Self {
            id: check.id.to_owned(),
            title: check.title.to_owned(),
            group: check.group,
            severity: check.severity,
            weight: check.weight,
            rationale: check.rationale.to_owned(),
            remediation: check.remediation.summary.to_owned(),
            command: check.remediation.command.to_owned(),
            link: check.remediation.link.to_owned(),
            japanese: Some(check.japanese.into()),
        }
    }
}

/// The whole result: self-contained, versioned, and all that a report writer is given. Its results are held, or come
/// from elsewhere account by account: see [`Results`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment<R = Vec<Finding>> {
    /// [`SCHEMA`].
    pub schema: String,
    /// Who ran, when, with what.
    pub run: Run,
    /// What the run looked at.
    pub scope: ScopeReport,
    /// Where each trail's evidence goes, by the trail's ARN.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// How much of the evidence was there.
    pub coverage: CoverageReport,
    /// The scores.
    pub score: ScoreReport,
    /// The gates that were asked for.
    pub gates: Vec<GateOutcome>,
    /// The checks that were judged, by id.
    pub checks: Vec<CheckInfo>,
    /// Every result, sorted by account, check, region and resource.
    pub results: R,
    /// The waivers that were applied.
    pub waivers: Vec<WaiverReport>,
    /// The difference to an earlier assessment, where one was given.
    pub diff: Option<serde_json::Value>,
    /// Earlier runs of the same organization that the user named, the oldest first: a trend is drawn from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Side>,
}

impl<R> Assessment<R> {
    /// The same with other results: such as the same ones as they come from elsewhere.
    pub fn map<S>(self, other: impl FnOnce(R) -> S) -> Assessment<S> {
        let Self {
            schema,
            run,
            scope,
            routes,
            coverage,
            score,
            gates,
            checks,
            results,
            waivers,
            diff,
            earlier,
        } = self;
        Assessment {
            schema,
            run,
            scope,
            routes,
            coverage,
            score,
            gates,
            checks,
            results: other(results),
            waivers,
            diff,
            earlier,
        }
    }
}

impl<R: Results> Assessment<R> {
    /// The same with all of its results in memory, for organizations that are known to be small.
    ///
    /// # Errors
    /// Where the results cannot be had.
    pub fn held(self) -> Result<Assessment, R::Error> {
        let mut held = Vec::new();
        self.results.visit(&mut |findings| {
            held.extend_from_slice(findings);
            ControlFlow::Continue(())
        })?;
        Ok(self.map(|_| held))
    }
}
