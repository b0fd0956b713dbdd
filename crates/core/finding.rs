//! One judgement and its proof: verdicts as checks give them, findings as reports print them.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::aws::{AccountId, Partition};
use crate::check::{Group, Severity};
use crate::evidence::{Evidence, Gap};
use crate::reason::Reason;

/// The five statuses, and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Read and satisfied.
    Pass,
    /// Read and violated.
    Fail,
    /// Would be `Fail`, and a valid waiver covers it.
    Waived,
    /// Could not be decided; the reason is a code of [`crate::evidence::Cause`].
    Unknown,
    /// The check has no object here, or cannot apply by design.
    NotApplicable,
}

impl Status {
    /// The word that reports print.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Waived => "waived",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// What a check says of one subject that it could decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// `Pass`, `Fail` or `NotApplicable`.
    pub status: Status,
    /// A snake-case code of the catalogue's entry; empty where the status says it all.
    pub(crate) reason: String,
    /// A lower-case fragment for people that names the observed value and is true on its own.
    pub message: String,
    /// What was observed.
    pub observed: String,
    /// What was expected.
    pub expected: String,
    /// The fields it rests on.
    pub evidence: Vec<Evidence>,
}

impl Verdict {
    fn new(status: Status, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            reason: String::new(),
            observed: message.clone(),
            message,
            expected: String::new(),
            evidence: Vec::new(),
        }
    }

    /// Says why, by a declared reason; without one the status says it all.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<Option<Reason>>) -> Self {
        self.reason = reason.into().map(Reason::code).unwrap_or_default().to_owned();
        self
    }

    /// Says why, by a declared reason, and of what: the code, a colon, and what was seen.
    #[must_use]
    pub fn reason_about(mut self, reason: Reason, what: &str) -> Self {
        self.reason = format!("{}:{what}", reason.code());
        self
    }

    /// Adds to the message what a reader should know beside it.
    #[must_use]
    pub fn note(mut self, text: &str) -> Self {
        self.message = format!("{}; {text}", self.message);
        self
    }

    /// Says what was seen, where that is more exact than the message.
    #[must_use]
    pub fn observed(mut self, text: impl Into<String>) -> Self {
        self.observed = text.into();
        self
    }

    /// Says what the check asks for.
    #[must_use]
    pub fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = text.into();
        self
    }

    /// Adds one field of an answer as proof.
    #[must_use]
    pub fn cite(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

/// The rule is satisfied; the fragment says by what.
#[must_use]
pub fn pass(message: impl Into<String>) -> Verdict {
    Verdict::new(Status::Pass, message)
}

/// The rule is violated; the fragment names the observed value.
#[must_use]
pub fn fail(message: impl Into<String>) -> Verdict {
    Verdict::new(Status::Fail, message)
}

/// The rule has no object here, or cannot apply by design; the fragment says why.
#[must_use]
pub fn not_applicable(message: impl Into<String>) -> Verdict {
    Verdict::new(Status::NotApplicable, message)
}

/// Where a finding's weight goes: objects that several accounts share are scored once, in the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScoredIn {
    /// The pseudo-account of what the organization shares.
    Organization,
    /// One account.
    Account(AccountId),
}

impl Serialize for ScoredIn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Organization => serializer.serialize_str("organization"),
            Self::Account(id) => id.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ScoredIn {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "organization" {
            return Ok(Self::Organization);
        }
        text.parse().map(Self::Account).map_err(serde::de::Error::custom)
    }
}

/// The name of the place where results without a region stand.
pub const GLOBAL: &str = "global";

/// The waiver that covers a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedWaiver {
    /// Its name.
    pub id: String,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The last day on which it holds.
    pub expires: Date,
}

impl std::fmt::Display for AppliedWaiver {
    /// One line for people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "waived until {} by {}: {}", self.expires, self.owner, self.reason)?;
        self.ticket.iter().try_for_each(|ticket| write!(f, " ({ticket})"))
    }
}

/// One result: a check, a subject, a status, and the proof. Sorted by account, check, region and resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The check's id.
    pub check: String,
    /// The statement that the check proves.
    pub title: String,
    /// The check's group.
    pub group: Group,
    /// The check's severity; never the finding's own.
    pub severity: Severity,
    /// The check's weight in the score; 0 where another finding weighs the same gap.
    pub weight: u32,
    /// One of the five.
    pub status: Status,
    /// A snake-case code: of the catalogue's entry, or for `unknown` of the closed list. May be empty unless unknown.
    pub reason: String,
    /// A lower-case fragment for people.
    pub message: String,
    /// The partition.
    pub partition: Partition,
    /// The account that owns the subject.
    pub account_id: AccountId,
    /// The subject's region, or `global`.
    pub region: String,
    /// The subject's ARN, or `type/name` where it has none.
    pub resource: String,
    /// What was observed.
    pub observed: String,
    /// What was expected.
    pub expected: String,
    /// The fields of API answers that it rests on.
    pub evidence: Vec<Evidence>,
    /// Stable identity, see [`fingerprint`].
    pub fingerprint: String,
    /// Where its weight goes.
    pub scored_in: ScoredIn,
    /// The fingerprint of the judgement at the owner, where this account only inherits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherits: Option<String>,
    /// The waiver that covers it, where the status is `waived`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<AppliedWaiver>,
    /// What was missing, where the status is `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// When the first of the runs ended that has a result of this identity; absent where no earlier run was named, or
    /// this one is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
}

impl Finding {
    /// The order of every report: account, check, region, resource.
    #[must_use]
    pub fn sort_key(&self) -> (AccountId, &str, &str, &str) {
        (self.account_id, &self.check, &self.region, &self.resource)
    }
}

/// The identity of a finding over time: lowercase hex SHA-256 of `v1`, check, partition, account, region and
/// resource, separated by NUL. Wording, order, language and time change nothing in it.
#[must_use]
pub fn fingerprint(
    check: &str,
    partition: &Partition,
    place: (AccountId, &str),
    resource: &str,
) -> String {
    let (account, region) = place;
    let mut hash = Sha256::new_with_prefix("v1");
    for part in [check, partition.as_str(), account.as_str(), region, resource] {
        hash.update([0]);
        hash.update(part);
    }
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    hash.finalize().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_what_the_convention_says() {
        let account = "111122223333".parse().unwrap();
        let found = fingerprint(
            "cloudtrail-enabled",
            &Partition::new("aws"),
            (account, GLOBAL),
            "account/111122223333",
        );
        // printf 'v1\0cloudtrail-enabled\0aws\000111122223333\0global\0account/111122223333' | sha256sum
        assert_eq!(found, "0cf6e2e82c00dc070eaed6179a1c619378c7cf8e31fa1b38b6e6f313678fba74");
    }
}
