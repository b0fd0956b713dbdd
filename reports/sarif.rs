//! SARIF 2.1.0 for code scanning: GitHub takes the whole file or nothing.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;
use serde_json::{Value, json};
use trailproof_core::assessment::{Assessment, CheckInfo};
use trailproof_core::aws::{AccountId, Partition};
use trailproof_core::check::Severity;
use trailproof_core::finding::{Finding, GLOBAL, Status, fingerprint};
use trailproof_core::results::Results;

use crate::index::waiver;
use crate::worst::Worst;
use crate::{ReportError, subject, text, visible, visit};

/// The rule under which unread accounts stand: without it their alerts would silently count as fixed.
pub const COVERAGE: &str = "TP-COVERAGE";

/// Of the results of a run GitHub keeps so many.
const MOST: usize = 5_000;

/// What a reader may choose about the form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SarifOptions {
    /// A file of the repository on which all results are to stand, in place of paths of their own.
    pub anchor: Option<String>,
    /// Whether to show waived results, as suppressed. GitHub ignores that they are, and opens alerts for them.
    pub waived: bool,
    /// How many results at most; GitHub keeps 5,000.
    pub most: Option<usize>,
}

/// Writes the log.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    options: &SarifOptions,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    let most = options.most.unwrap_or(MOST);
    let rules: BTreeMap<&str, usize> =
        assessment.checks.iter().enumerate().map(|(at, check)| (check.id.as_str(), at)).collect();
    let unread = unread(assessment);
    // Half of the room is the findings', however many accounts were not read.
    let mut results: Vec<Value> = unread
        .iter()
        .take(most.div_ceil(2))
        .map(|(account, why)| coverage(assessment, (*account, why), options))
        .collect();
    let mut worst = Worst::new(most.saturating_sub(results.len()));
    visit::each(assessment, &mut |findings| {
        for finding in findings {
            let shown = match finding.status {
                Status::Fail => true,
                Status::Waived => options.waived,
                _ => false,
            };
            // A rule that the log does not describe would be refused.
            let Some(rule) = rules.get(finding.check.as_str()).filter(|_| shown) else { continue };
            worst.add(finding.severity, || result(finding, *rule, options));
        }
        Ok(())
    })?;
    let seen = worst.seen() + unread.len();
    results.extend(worst.into_kept());
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: tool(assessment),
            automation_details: json!({ "id": category(assessment) }),
            invocations: [invocation(assessment, seen.saturating_sub(results.len()))],
            results,
        }],
    };
    visible::compact(&log, out)?;
    out.write_all(b"\n")?;
    Ok(())
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Value,
    automation_details: Value,
    invocations: [Value; 1],
    results: Vec<Value>,
}

/// What stands before the last slash names the category: an upload replaces the one before of the same.
fn category<R>(assessment: &Assessment<R>) -> String {
    let organization = assessment.scope.organization_id.as_deref();
    let lone = assessment.scope.accounts.first().map(|account| account.id.as_str());
    let of = organization.or(lone).unwrap_or("account");
    format!("trailproof/{}/{}", text::line(of).replace('/', "_"), text::line(&assessment.run.id))
}

/// The first thing that could not be read of each account that was to be read and was not.
fn unread<R>(assessment: &Assessment<R>) -> BTreeMap<AccountId, String> {
    let accounts = assessment.scope.accounts.iter();
    let mut unread: BTreeMap<AccountId, String> = accounts
        .filter(|account| account.in_scope && !account.assessed && account.state.is_active())
        .map(|account| (account.id, String::new()))
        .collect();
    for row in &assessment.coverage.unread {
        if let Some(why) = unread.get_mut(&row.account_id).filter(|why| why.is_empty()) {
            *why = format!("{}: {}", row.reason, text::line(&row.message));
        }
    }
    unread
}

/// Every check of the ruleset, whether or not it found anything: rules must not come and go with the findings.
fn tool<R>(assessment: &Assessment<R>) -> Value {
    let mut rules: Vec<Value> = assessment.checks.iter().map(rule).collect();
    rules.push(json!({
        "id": COVERAGE,
        "name": COVERAGE,
        "shortDescription": {"text": "Every account in scope was read"},
        "fullDescription": {"text": "An account that was not read may hold any finding, and none of it is known."},
        "help": {
            "text": "Let the reader role be assumed in the account; trailproof policy prints what it may do.",
            "markdown": "Let the reader role be assumed in the account; `trailproof policy` prints what it may do.",
        },
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["security", "coverage"], "precision": "very-high"},
    }));
    json!({"driver": {
        "name": "trailproof",
        "semanticVersion": semantic(&assessment.run.tool_version),
        "informationUri": "https://github.com/trailproof/trailproof",
        "rules": rules,
    }})
}

/// The version as it is if it is one; an old report may say anything.
fn semantic(version: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-+".contains(&byte);
    if !version.is_empty() && version.bytes().all(plain) {
        version.to_owned()
    } else {
        "0.0.0".to_owned()
    }
}

/// GitHub's bands; nothing for what is only worth knowing, since 0.0 is outside of all.
fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A check's id is short and plain, but for what an old report may say.
pub fn rule_id(check: &str) -> String {
    said(check, 255, "check")
}

fn rule(check: &CheckInfo) -> Value {
    let told = |text: &str| said(text, 1_024, &check.id);
    let help = format!("{} {}", text::line(&check.remediation), text::line(&check.command));
    let markdown = format!(
        "{}\n\n{}\n\n```sh\n{}\n```\n",
        crate::markdown::escaped(&check.rationale),
        crate::markdown::escaped(&check.remediation),
        text::line(&check.command).replace('`', "'"),
    );
    let mut properties = json!({
        "tags": ["security", check.group.code()],
        "precision": "very-high",
    });
    if let (Some(severity), Some(object)) =
        (security_severity(check.severity), properties.as_object_mut())
    {
        object.insert("security-severity".to_owned(), json!(severity));
    }
    let mut rule = json!({
        "id": rule_id(&check.id),
        "name": rule_id(&check.id),
        "shortDescription": {"text": told(&check.title)},
        "fullDescription": {"text": told(&check.rationale)},
        "help": {"text": said(&help, 10_000, &check.id), "markdown": markdown},
        "defaultConfiguration": {"level": level(check.severity)},
        "properties": properties,
    });
    let link = Some(&check.link).filter(|link| is_link(link));
    if let (Some(link), Some(object)) = (link, rule.as_object_mut()) {
        object.insert("helpUri".to_owned(), json!(link));
    }
    rule
}

/// Whether an old report's text can stand where a URI is asked for.
fn is_link(text: &str) -> bool {
    text.starts_with("https://")
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
}

/// A text of at most so many characters that is never empty.
fn said(text: &str, most: usize, otherwise: &str) -> String {
    let text = text::line(text);
    let text = if text.is_empty() { text::line(otherwise) } else { text };
    let text = if text.is_empty() { "not told".to_owned() } else { text };
    text::cut_chars(&text, most).into_owned()
}

/// One place, always a path in the repository: GitHub refuses the whole file for one result without.
fn location(path: &str, (name, full): (&str, &str), options: &SarifOptions) -> Value {
    let path = options.anchor.as_deref().map_or_else(|| path.to_owned(), anchored);
    json!([{
        "physicalLocation": {
            "artifactLocation": {"uri": path},
            "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2},
        },
        "logicalLocations": [{
            "name": said(name, 1_024, full),
            "fullyQualifiedName": said(full, 4_096, "resource"),
            "kind": "resource",
        }],
    }])
}

/// The user's file, relative and encoded; the steps stay steps.
fn anchored(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    subject::encoded(path)
}

fn result(finding: &Finding, rule: usize, options: &SarifOptions) -> Value {
    let (_, name) = text::resource(&finding.resource);
    let short: String = finding.fingerprint.chars().take(32).collect();
    // The first sentence becomes the alert's title, and has to be understood alone.
    let message = format!(
        "{} does not hold for {}: {}. Expected: {}. Account {}, region {}.",
        text::line(&finding.title),
        text::line(&finding.resource),
        text::line(&finding.message),
        if finding.expected.is_empty() {
            "the statement above".into()
        } else {
            text::line(&finding.expected)
        },
        finding.account_id,
        text::line(&finding.region),
    );
    let mut result = json!({
        "ruleId": rule_id(&finding.check),
        "ruleIndex": rule,
        "kind": "fail",
        "level": level(finding.severity),
        "message": {"text": message},
        "locations": location(&subject::path(finding), (name, &finding.resource), options),
        "partialFingerprints": {
            "primaryLocationLineHash": format!("{short}:1"),
            "trailproof/v1": finding.fingerprint,
        },
    });
    if let (Status::Waived, Some(object)) = (finding.status, result.as_object_mut()) {
        object.insert(
            "suppressions".to_owned(),
            json!([{"kind": "external", "status": "accepted", "justification": text::line(&waiver(finding))}]),
        );
    }
    result
}

/// The identity of an account that was not read: like any result's, of what it is about, and not of the words.
pub fn identity(partition: &Partition, account: AccountId) -> String {
    fingerprint(COVERAGE, partition, (account, GLOBAL), &format!("account/{account}"))
}

/// An account that was not read, as a result that can be seen.
fn coverage<R>(
    assessment: &Assessment<R>,
    (account, why): (AccountId, &str),
    options: &SarifOptions,
) -> Value {
    let why = if why.is_empty() { "nothing of it was read" } else { why };
    let full = format!("account/{account}");
    let hash = identity(&assessment.scope.partition, account);
    let short: String = hash.chars().take(32).collect();
    json!({
        "ruleId": COVERAGE,
        "ruleIndex": assessment.checks.len(),
        "kind": "fail",
        "level": "warning",
        "message": {"text": format!("Account {account} was not read: {why}.")},
        "locations": location(&subject::account_path(account.as_str()), (account.as_str(), &full), options),
        "partialFingerprints": {
            "primaryLocationLineHash": format!("{short}:1"),
            "trailproof/v1": hash,
        },
    })
}

fn invocation<R>(assessment: &Assessment<R>, cut: usize) -> Value {
    let run = &assessment.run;
    let complete = run.complete && assessment.coverage.unread.is_empty();
    let mut told: Vec<Value> = assessment
        .coverage
        .unread
        .iter()
        .map(|row| {
            let [region, message] = [&row.region, &row.message].map(|one| text::line(one));
            let (account, reason) = (row.account_id, row.reason);
            let text = format!("not read: account {account}, region {region}: {reason}: {message}");
            notification("warning", &text)
        })
        .collect();
    if cut > 0 {
        let more = format!(
            "{cut} results more, the least severe, are left out: a code scanning service keeps only so many"
        );
        told.push(notification("note", &more));
    }
    json!({
        "executionSuccessful": complete,
        "startTimeUtc": run.started.to_string(),
        "endTimeUtc": run.ended.to_string(),
        "toolExecutionNotifications": told,
    })
}

fn notification(level: &str, text: &str) -> Value {
    json!({"level": level, "message": {"text": said(text, 4_096, "not told")}})
}

#[cfg(test)]
pub(crate) mod tests;
