//! What comes of a scan: the assessment with every finding held, and the exit code.

use std::collections::{BTreeMap, BTreeSet};

use trailproof::exit::{START, Stop};
use trailproof::store::Reader;
use trailproof_checks::CATALOGUE;
use trailproof_core::assess::assess_held;
use trailproof_core::assessment::Assessment;
use trailproof_core::evidence::Cause;
use trailproof_core::finding::{Finding, Status};
use trailproof_core::gate::{GateRequest, Gates};
use trailproof_core::policy::Policy;

/// A scan that came to a report.
pub struct Judged {
    pub assessment: Assessment,
    pub code: u8,
}

/// Judges as `scan` without gates does.
pub fn judged(reader: &Reader) -> Result<Judged, Stop> {
    let assessment = assess_held(reader, CATALOGUE, &Policy::default())?;
    let Ok(gates) = Gates::of(&assessment, GateRequest::default());
    let code = match assessment.coverage.accounts.assessed {
        // As the command says it: the reason would be told, and nothing written.
        0 => START,
        _ => gates.exit_code(&assessment, false),
    };
    Ok(Judged { assessment, code })
}

/// A verdict's identity. A bucket's and a key's ARN say all: while nobody is known to own a bucket it stands with the
/// first of its trails' owners.
pub type Identity<'a> = (&'a str, &'a str, Status);

fn identity(finding: &Finding) -> Identity<'_> {
    let unique = [":s3:::", ":kms:"].iter().any(|service| finding.resource.contains(service))
        || finding.check == "trail-bucket-policy-allows-delivery";
    let subject = if unique { &finding.resource } else { &finding.fingerprint };
    (&finding.check, subject, finding.status)
}

impl Judged {
    /// All passes and failures.
    pub fn decided(&self) -> BTreeMap<Identity<'_>, &Finding> {
        let known = |status| matches!(status, Status::Pass | Status::Fail);
        let decided = self.assessment.results.iter().filter(|finding| known(finding.status));
        decided.map(|finding| (identity(finding), finding)).collect()
    }

    /// How many results are unknown.
    pub fn unknown(&self) -> usize {
        let results = self.assessment.results.iter();
        results.filter(|finding| finding.status == Status::Unknown).count()
    }

    /// Passes and failures that the whole has not.
    pub fn new_to(&self, whole: &Self) -> Vec<&Finding> {
        let before = whole.decided();
        let fresh = self.decided().into_iter().filter(|(verdict, _)| !before.contains_key(verdict));
        fresh.map(|(_, finding)| finding).collect()
    }

    /// Every cause that the coverage names.
    pub fn causes(&self) -> BTreeSet<Cause> {
        self.assessment.coverage.unread.iter().map(|row| row.reason).collect()
    }

    /// Each line by which the report says what could not be read.
    pub fn told(&self) -> Vec<&str> {
        let unread = self.assessment.coverage.unread.iter().map(|row| row.message.as_str());
        unread.chain(self.assessment.scope.notes.iter().map(String::as_str)).collect()
    }

    /// The JSON report's bytes.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(&self.assessment).unwrap()
    }
}

/// A finding in a line.
pub fn line(finding: &Finding) -> String {
    let Finding { check, account_id, region, resource, reason, message, .. } = finding;
    format!(
        "{} {check} {account_id} {region} {resource} [{reason}] {message}",
        finding.status.code()
    )
}
