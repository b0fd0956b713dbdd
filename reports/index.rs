//! What reports look up in an assessment again and again, by what they look it up with.

use std::collections::BTreeMap;

use trailproof_core::assessment::{Assessment, CheckInfo, ScopeAccount, ScoreRow};
use trailproof_core::aws::AccountId;
use trailproof_core::check::Group;
use trailproof_core::finding::Finding;
use trailproof_core::language::{JapaneseInfo, Language};

use crate::words::Words;

/// Accounts, scores and checks by their keys.
pub struct Index<'a> {
    /// As the scope lists them.
    pub accounts: BTreeMap<AccountId, &'a ScopeAccount>,
    /// Those that have one.
    pub scores: BTreeMap<AccountId, &'a ScoreRow>,
    /// By id.
    pub checks: BTreeMap<&'a str, &'a CheckInfo>,
    /// What is said in the report's language.
    pub words: &'static Words,
    /// How much of the period that the audit is about is told, where it is about one.
    period: Option<String>,
}

impl<'a> Index<'a> {
    /// For what is English in every language.
    pub fn new<R>(assessment: &'a Assessment<R>) -> Self {
        Self::told(assessment, Language::English)
    }

    /// For readers of that language.
    pub fn told<R>(assessment: &'a Assessment<R>, language: Language) -> Self {
        let words = Words::of(language);
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
            words,
            period: assessment.scope.period.as_ref().map(|period| words.period(period)),
        }
    }

    /// The Japanese texts of a check, where they are asked for and the assessment has them.
    pub fn japanese(&self, check: &str) -> Option<&'a JapaneseInfo> {
        let check = self.checks.get(check).filter(|_| self.words.is_japanese())?;
        check.japanese.as_ref()
    }

    /// What the finding's check states.
    pub fn title<'t>(&'t self, finding: &'t Finding) -> &'t str {
        self.japanese(&finding.check).map_or(&finding.title, |japanese| &japanese.title)
    }

    /// How to mend what the check finds.
    pub fn remediation(&self, check: &'a CheckInfo) -> &'a str {
        self.japanese(&check.id).map_or(&check.remediation, |japanese| &japanese.remediation)
    }

    /// What was expected; the check's title where the finding says no more.
    pub fn expected(&self, finding: &Finding) -> String {
        if finding.expected == finding.title {
            return self.title(finding).to_owned();
        }
        self.words.sentence(&finding.expected)
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
    waiver_in(finding, Words::of(Language::English))
}

/// The same in the words of a language.
pub fn waiver_in(finding: &Finding, words: &Words) -> String {
    let Some(applied) = &finding.waiver else { return format!("waived: {}", finding.message) };
    let day = applied.expires.to_string();
    (words.table.waiver)(&day, &applied.owner, &applied.reason, applied.ticket.as_deref())
}
