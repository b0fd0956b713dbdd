//! GitLab's code quality report: what fails, and the accounts that were not read.

use std::io::{self, Write};

use serde_json::{Value, json};
use trailproof_core::assessment::Assessment;
use trailproof_core::check::Severity;
use trailproof_core::finding::{Finding, Status};
use trailproof_core::results::Results;

use crate::sarif::{self, COVERAGE};
use crate::{ReportError, subject, text, visible, visit};

/// Writes the list; an empty one where all is well.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    let mut list = List { out, empty: true };
    let scope = &assessment.scope;
    for account in &scope.accounts {
        if account.in_scope && !account.assessed && account.state.is_active() {
            let (id, path) = (account.id, subject::account_path(account.id.as_str()));
            let identity = sarif::identity(&scope.partition, id);
            let description = format!("Account {id} was not read: what fails in it is not known");
            list.push(&entry((COVERAGE, "major"), &description, (&identity, &path)))?;
        }
    }
    visit::each(assessment, &mut |findings| {
        let failed = findings.iter().filter(|finding| finding.status == Status::Fail);
        failed.into_iter().try_for_each(|finding| list.push(&issue(finding)))
    })?;
    list.end()?;
    Ok(())
}

fn issue(finding: &Finding) -> Value {
    let severity = match finding.severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    };
    let Finding { title, resource, message, check, .. } = finding;
    // Each by itself: what one text begins must not swallow another.
    let [title, resource, message] = [title, resource, message].map(|one| text::line(one));
    let description = format!("{title}: {resource}: {message}");
    entry(
        (&sarif::rule_id(check), severity),
        &description,
        (&finding.fingerprint, &subject::path(finding)),
    )
}

fn entry(
    (check, severity): (&str, &str),
    description: &str,
    (fingerprint, path): (&str, &str),
) -> Value {
    json!({
        "description": description,
        "check_name": check,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": 1}},
    })
}

/// A JSON array that is written while its items come.
struct List<'a> {
    out: &'a mut dyn Write,
    empty: bool,
}

impl List<'_> {
    fn push(&mut self, item: &Value) -> io::Result<()> {
        self.out.write_all(if std::mem::take(&mut self.empty) { b"[\n" } else { b",\n" })?;
        visible::compact(item, self.out)
    }

    fn end(self) -> io::Result<()> {
        self.out.write_all(if self.empty { b"[]\n" } else { b"\n]\n" })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sample;

    /// What GitLab asks of every entry.
    pub fn check_form(text: &str) -> Vec<Value> {
        let entries: Vec<Value> = serde_json::from_str(text).unwrap();
        for entry in &entries {
            let text = |key: &str| entry[key].as_str().unwrap();
            assert!(!text("description").is_empty() && !text("check_name").is_empty());
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&text("severity")));
            assert_eq!(entry["location"]["lines"]["begin"], 1);
            let path = entry["location"]["path"].as_str().unwrap();
            assert!(path.starts_with("aws/") && !path.contains(['\n', ' ', '\\']), "{path}");
            assert!(path.split('/').all(|step| step != "." && step != ".."), "{path}");
        }
        entries
    }

    fn written(assessment: &Assessment) -> String {
        let mut out = Vec::new();
        write(assessment, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_failure_and_every_unread_account_is_an_entry() {
        for assessment in [sample::assessment(), sample::gaps(), sample::healthy(30)] {
            let entries = check_form(&written(&assessment));
            let failed = assessment.results.iter().filter(|one| one.status == Status::Fail).count();
            let unread = assessment.scope.accounts.iter();
            let unread =
                unread.filter(|one| one.in_scope && !one.assessed && one.state.is_active());
            assert_eq!(entries.len(), failed + unread.count());
            let marks: BTreeSet<&str> =
                entries.iter().map(|entry| entry["fingerprint"].as_str().unwrap()).collect();
            assert_eq!(marks.len(), entries.len(), "GitLab takes two of one fingerprint for one");
        }
    }

    #[test]
    fn where_all_is_well_the_list_is_there_and_empty() {
        assert_eq!(written(&sample::lone()), "[]\n");
    }
}
