//! What reports look up in an assessment again and again, by what they look it up with.

use std::collections::BTreeMap;

use trailproof_core::assessment::{Assessment, CheckInfo, ScopeAccount, ScoreRow};
use trailproof_core::aws::AccountId;
use trailproof_core::check::Group;
use trailproof_core::finding::Finding;
use trailproof_core::period::PeriodReport;

/// Accounts, scores and checks by their keys.
pub struct Index<'a> {
    /// As the scope lists them.
    pub accounts: BTreeMap<AccountId, &'a ScopeAccount>,
    /// Those that have one.
    pub scores: BTreeMap<AccountId, &'a ScoreRow>,
    /// By id.
    pub checks: BTreeMap<&'a str, &'a CheckInfo>,
    /// How much of the period that the audit is about is told, where it is about one.
    period: Option<String>,
}

impl<'a> Index<'a> {
    pub fn new<R>(assessment: &'a Assessment<R>) -> Self {
        Self {
            accounts: assessment
                .scope
                .accounts
                .iter()
                .map(|account| (account.id, account))
                .collect(),
            scores: assessment
                .score
                .accounts
                .iter()
                .map(|score| (score.account_id, &score.row))
                .collect(),
            checks: assessment.checks.iter().map(|check| (check.id.as_str(), check)).collect(),
            period: assessment.scope.period.as_ref().map(PeriodReport::told),
        }
    }

    /// How much of the period a check can tell of, where the audit is about one and the check about the past.
    pub fn told_of(&self, group: Group) -> Option<&str> {
        self.period.as_deref().filter(|_| group == Group::Continuity)
    }

    /// The account's name; empty where it is not known.
    pub fn name(&self, id: AccountId) -> &'a str {
        self.accounts.get(&id).map_or("", |account| &account.name)
    }
}

/// The waiver that covers the finding, in words; the finding's own message where it does not carry it.
pub fn waiver(finding: &Finding) -> String {
    let applied = finding.waiver.as_ref();
    applied.map_or_else(|| format!("waived: {}", finding.message), ToString::to_string)
}
