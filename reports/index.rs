//! What reports look up in an assessment again and again, by what they look it up with.

use std::collections::BTreeMap;

use serde_json::Value;
use trailproof_core::assessment::{Assessment, CheckInfo, ScopeAccount, ScoreRow};
use trailproof_core::aws::AccountId;
use trailproof_core::finding::Finding;

/// Accounts, scores, checks and waivers by their keys.
pub struct Index<'a> {
    /// As the scope lists them.
    pub accounts: BTreeMap<AccountId, &'a ScopeAccount>,
    /// Those that have one.
    pub scores: BTreeMap<AccountId, &'a ScoreRow>,
    /// By id.
    pub checks: BTreeMap<&'a str, &'a CheckInfo>,
    /// By the fingerprints that they cover.
    waivers: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Index<'a> {
    pub fn new<R>(assessment: &'a Assessment<R>) -> Self {
        let waivers = assessment.waivers.iter().flat_map(|waiver| {
            let covered = waiver.get("findings").and_then(Value::as_array).into_iter().flatten();
            covered.filter_map(Value::as_str).map(move |fingerprint| (fingerprint, waiver))
        });
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
            waivers: waivers.collect(),
        }
    }

    /// The account's name; empty where it is not known.
    pub fn name(&self, id: AccountId) -> &'a str {
        self.accounts.get(&id).map_or("", |account| &account.name)
    }

    /// The waiver that covers the finding, in words; the finding's own message where the assessment does not carry it.
    pub fn waiver(&self, finding: &Finding) -> String {
        let Some(waiver) = self.waivers.get(finding.fingerprint.as_str()) else {
            return format!("waived: {}", finding.message);
        };
        let field = |key: &str| waiver.get(key).and_then(Value::as_str).unwrap_or_default();
        let text =
            format!("waived until {} by {}: {}", field("expires"), field("owner"), field("reason"));
        if field("ticket").is_empty() { text } else { format!("{text} ({})", field("ticket")) }
    }
}
