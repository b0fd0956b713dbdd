//! The report for CI servers: JUnit XML as their parsers really read it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::Timestamp;
use trailproof_core::assessment::{Assessment, GateStatus, ScopeAccount, Unread};
use trailproof_core::aws::AccountId;
use trailproof_core::evidence::Evidence;
use trailproof_core::finding::{Finding, GLOBAL, Status};
use trailproof_core::results::Results;

use crate::ReportError;
use crate::index::{Index, waiver};
use crate::{text, visit};

mod files;
pub(crate) mod xml;

use files::Files;
use xml::{Case, Counts, Outcome, Suite, Tag};

/// What one test case stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grain {
    /// A check in an account: names that stay the same for years, so that a CI server's trends work.
    #[default]
    Check,
    /// A check of one resource.
    Resource,
}

/// The longest message that CI servers show well, in characters.
const MESSAGE: usize = 250;

/// The longest value of a cited field; the whole one is in the JSON report.
const VALUE: usize = 200;

/// Writes the report.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    grain: Grain,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    write_split(assessment, grain, usize::MAX, &mut |_, bytes| out.write_all(bytes))
}

/// Writes the report as several files that together hold it, each with the suites of so many accounts at most: CI
/// servers refuse files above some size. The suites of coverage and gates stand in the first. The output is given each
/// piece with the number of its file, from 0 and ascending.
///
/// # Errors
/// As [`write()`].
pub fn write_split<R: Results>(
    assessment: &Assessment<R>,
    grain: Grain,
    accounts: usize,
    out: &mut dyn FnMut(usize, &[u8]) -> io::Result<()>,
) -> Result<(), ReportError<R::Error>> {
    let accounts = accounts.max(1);
    let index = Index::new(assessment);
    let mut first = vec![coverage(assessment)];
    if !assessment.gates.is_empty() {
        first.push(gate(assessment));
    }
    let counts = count(assessment, grain, accounts, &first)?;
    let millis = millis(assessment.run.started, assessment.run.ended);
    let mut files = Files { counts: counts.into_iter().enumerate(), millis };
    let out = RefCell::new(out);
    let mut document = None;
    if let Some(mut begun) = files.next(&out)? {
        first.iter().try_for_each(|suite| begun.suite(suite))?;
        document = Some(begun);
    }
    drop(first);
    let mut written = 0;
    visit::accounts(assessment, &mut |id, findings| {
        if written == accounts {
            if let Some(full) = document.take() {
                full.end()?;
            }
            document = files.next(&out)?;
            written = 0;
        }
        written += 1;
        let suite = account(assessment, &index, id, cases(&index, id, findings, grain));
        document.as_mut().map_or(Ok(()), |document| document.suite(&suite))
    })?;
    if let Some(last) = document {
        last.end()?;
    }
    Ok(())
}

/// What each file's root counts.
fn count<R: Results>(
    assessment: &Assessment<R>,
    grain: Grain,
    accounts: usize,
    first: &[Suite],
) -> Result<Vec<Counts>, ReportError<R::Error>> {
    let mut full = Vec::new();
    let mut counts = Counts::default();
    first.iter().for_each(|suite| suite.count(&mut counts));
    let mut counted = 0;
    visit::accounts(assessment, &mut |_, findings| {
        if counted == accounts {
            full.push(std::mem::take(&mut counts));
            counted = 0;
        }
        counted += 1;
        match grain {
            Grain::Check => by_check(findings).for_each(|findings| counts.add(tag(findings))),
            Grain::Resource => {
                findings.chunks(1).for_each(|finding| counts.add(tag(finding)));
            }
        }
        Ok(())
    })?;
    full.push(counts);
    Ok(full)
}

/// Every account of the organization, so that a missing one cannot be taken for a healthy one.
fn coverage<R>(assessment: &Assessment<R>) -> Suite {
    let mut unread: BTreeMap<AccountId, &Unread> = BTreeMap::new();
    for one in &assessment.coverage.unread {
        unread.entry(one.account_id).or_insert(one);
    }
    let mut names = Names::default();
    let cases: Vec<Case> = assessment
        .scope
        .accounts
        .iter()
        .map(|account| Case {
            class: "trailproof.coverage".to_owned(),
            name: names.unique(format!("account {}", account.id)),
            millis: millis(account.read_started, account.read_ended),
            outcome: account_outcome(account, unread.get(&account.id).copied()),
        })
        .collect();
    Suite {
        name: "coverage".to_owned(),
        // Damaged times may add up to more than there is.
        millis: cases.iter().fold(0, |sum: i64, case| sum.saturating_add(case.millis)),
        timestamp: assessment.run.started,
        properties: Vec::new(),
        cases,
        streams: false,
    }
}

fn account_outcome(account: &ScopeAccount, unread: Option<&Unread>) -> Outcome {
    if !account.in_scope {
        return skipped("excluded from the scope".to_owned());
    }
    if !account.state.is_active() {
        return skipped(format!("not active: {}", account.state.code()));
    }
    if account.assessed {
        return Outcome::Passed;
    }
    let (cause, why) = unread
        .map_or(("not_attempted", "no call was made"), |one| (one.reason.code(), &one.message));
    let text = format!(
        "account: {}\nname: {}\nreason: {cause}\n{}",
        account.id,
        text::line(&account.name),
        text::line(why)
    );
    child(Tag::Error, &format!("not assessed: {why}"), format!("trailproof.unknown.{cause}"), text)
}

fn gate<R>(assessment: &Assessment<R>) -> Suite {
    let mut names = Names::default();
    let cases = assessment.gates.iter().map(|gate| {
        let tag = match gate.status {
            GateStatus::Passed => None,
            GateStatus::Failed => Some(Tag::Failure),
            GateStatus::Incomplete => Some(Tag::Error),
        };
        let outcome = tag.map_or(Outcome::Passed, |tag| {
            let lines: Vec<String> = gate.details.iter().map(|line| text::line(line)).collect();
            child(tag, &gate.message, format!("trailproof.gate.{}", gate.gate), lines.join("\n"))
        });
        let name = names.unique(format!("{} {}", gate.gate, gate.threshold));
        Case { class: "trailproof.gate".to_owned(), name, millis: 0, outcome }
    });
    Suite {
        name: "gate".to_owned(),
        millis: 0,
        timestamp: assessment.run.ended,
        properties: Vec::new(),
        cases: cases.collect(),
        streams: false,
    }
}

fn account<R>(
    assessment: &Assessment<R>,
    index: &Index<'_>,
    id: AccountId,
    cases: Vec<Case>,
) -> Suite {
    let known = index.accounts.get(&id);
    let run = &assessment.run;
    let mut properties = vec![
        ("trailproof.run_id", run.id.clone()),
        ("trailproof.tool_version", run.tool_version.clone()),
        ("trailproof.ruleset", run.ruleset.clone()),
    ];
    if let Some(period) = &assessment.scope.period {
        properties.push(("trailproof.period", period.lines().join("; ")));
    }
    if let Some(row) = index.scores.get(&id) {
        properties.push(("trailproof.score", row.proven.to_string()));
        properties.push(("trailproof.score_potential", row.potential.to_string()));
        properties.push(("trailproof.coverage", row.coverage.to_string()));
    }
    if let Some(account) = known.filter(|account| !account.ou_path.is_empty()) {
        properties.push(("trailproof.ou_path", account.ou_path.clone()));
    }
    Suite {
        name: format!("{id} {}", index.name(id)).trim_end().to_owned(),
        millis: known.map_or(0, |account| millis(account.read_started, account.read_ended)),
        timestamp: known.map_or(run.started, |account| account.read_started),
        properties,
        cases,
        streams: true,
    }
}

/// The names of a suite's cases: GitLab drops the second of two equal ones without a word.
#[derive(Default)]
struct Names(BTreeMap<String, usize>);

impl Names {
    /// The name, with a number where it was given before.
    fn unique(&mut self, name: String) -> String {
        let name = text::line(&name);
        let mut unique = name.clone();
        let mut copy = self.0.get(&name).copied().unwrap_or_default();
        while self.0.contains_key(&unique) {
            copy += 1;
            unique = format!("{name} ({copy})");
        }
        // The next of that name goes on from here: there may be thousands.
        self.0.insert(name, copy.max(1));
        self.0.entry(unique.clone()).or_insert(1);
        unique
    }
}

/// The findings of each check, which lie together.
fn by_check(findings: &[Finding]) -> impl Iterator<Item = &[Finding]> {
    findings.chunk_by(|one, other| one.check == other.check)
}

fn cases(index: &Index<'_>, id: AccountId, findings: &[Finding], grain: Grain) -> Vec<Case> {
    let mut names = Names::default();
    let mut cases = Vec::new();
    let mut push = |name: String, findings: &[Finding]| {
        let class = format!("trailproof.{id}");
        let name = names.unique(name);
        cases.push(Case { class, name, millis: 0, outcome: outcome(index, findings) });
    };
    for findings in by_check(findings) {
        let Some(first) = findings.first() else { continue };
        let name = format!("{} {}", first.check, first.title);
        match grain {
            Grain::Check => push(name, findings),
            Grain::Resource => {
                for finding in findings {
                    let (_, resource) = text::resource(&finding.resource);
                    let short: String = finding.fingerprint.chars().take(8).collect();
                    let name = format!("{name} [{}] {resource} {short}", finding.region);
                    push(name, std::slice::from_ref(finding));
                }
            }
        }
    }
    cases
}

/// What a case comes to, without the words: a failure outweighs what is unknown, and that what passed.
fn tag(findings: &[Finding]) -> Option<Tag> {
    let any = |status: Status| findings.iter().any(|finding| finding.status == status);
    if any(Status::Fail) {
        Some(Tag::Failure)
    } else if any(Status::Unknown) {
        Some(Tag::Error)
    } else if any(Status::Pass) || findings.is_empty() {
        None
    } else {
        Some(Tag::Skipped)
    }
}

/// One outcome for the findings of a case, with the words; a failure says that something beside it is unknown.
fn outcome(index: &Index<'_>, findings: &[Finding]) -> Outcome {
    let with = |status: Status| -> Vec<&Finding> {
        findings.iter().filter(|finding| finding.status == status).collect()
    };
    let (failed, unknown, waived) =
        (with(Status::Fail), with(Status::Unknown), with(Status::Waived));
    let counted = failed.len() + unknown.len() + with(Status::Pass).len();
    if let Some(first) = failed.first() {
        let mut text =
            failed.iter().map(|finding| describe(finding)).collect::<Vec<_>>().join("\n");
        if !unknown.is_empty() {
            let _ = write!(text, "\nnot decided, beside the failure: {}\n", unknown.len());
            text += &unknown.iter().map(|finding| describe(finding)).collect::<Vec<_>>().join("\n");
        }
        text += &told_of(index, first);
        if let Some(check) = index.checks.get(first.check.as_str()) {
            let _ = write!(
                text,
                "\nfix: {}\nsee: {}",
                text::line(&check.remediation),
                text::line(&check.link)
            );
        }
        let message = summary(&failed, counted, unknown.len());
        return child(Tag::Failure, &message, format!("trailproof.fail.{}", first.severity), text);
    }
    if let Some(first) = unknown.first() {
        let mut text =
            unknown.iter().map(|finding| describe(finding)).collect::<Vec<_>>().join("\n");
        text += &told_of(index, first);
        let reason = if first.reason.is_empty() { "undecidable" } else { &first.reason };
        let message = format!("not decided: {}", summary(&unknown, counted, 0));
        return child(Tag::Error, &message, format!("trailproof.unknown.{reason}"), text);
    }
    match (waived.first(), findings.first()) {
        _ if counted > 0 => Outcome::Passed,
        (Some(first), _) => skipped(waiver(first)),
        (None, Some(first)) => skipped(format!("not applicable: {}", first.message)),
        (None, None) => Outcome::Passed,
    }
}

/// How much of the period a finding can tell of, as a line; empty where that is no matter.
fn told_of(index: &Index<'_>, finding: &Finding) -> String {
    let told = index.told_of(finding.group);
    told.map_or_else(String::new, |told| format!("\nperiod: {}", text::line(told)))
}

/// `1 of 2 trails: log file validation is off`.
fn summary(findings: &[&Finding], counted: usize, undecided: usize) -> String {
    let Some(first) = findings.first() else { return String::new() };
    if counted == 1 {
        return first.message.clone();
    }
    let (kind, _) = text::resource(&first.resource);
    let same = findings.iter().all(|finding| text::resource(&finding.resource).0 == kind);
    let things = text::count(counted, if same { kind } else { "resource" });
    let beside = if undecided == 0 { String::new() } else { format!(" ({undecided} not decided)") };
    format!("{} of {things}{beside}: {}", findings.len(), first.message)
}

/// A finding as `key: value` lines. Each value is one line, so that no resource's name can add a line of its own.
fn describe(finding: &Finding) -> String {
    let (kind, name) = text::resource(&finding.resource);
    // Of what has an ARN the whole ARN is the name to search for, but for buckets, which are known by their names.
    let arn = finding.resource.starts_with("arn:") && kind != "bucket";
    let resource = if arn { finding.resource.as_str() } else { name };
    let region =
        if finding.region == GLOBAL || kind == "region" { "" } else { finding.region.as_str() };
    let why = if finding.observed == finding.message { "" } else { finding.message.as_str() };
    let mut lines = String::new();
    for (key, value) in [
        (kind, resource),
        ("region", region),
        ("observed", &finding.observed),
        ("expected", &finding.expected),
        ("why", why),
        ("reason", &finding.reason),
    ] {
        let value = text::line(value);
        if !value.is_empty() {
            let _ = writeln!(lines, "{key}: {value}");
        }
    }
    for evidence in &finding.evidence {
        let _ = writeln!(lines, "evidence: {}", cite(evidence));
    }
    lines
}

fn cite(evidence: &Evidence) -> String {
    let Evidence { operation, account_id, region, field, value, read_at, .. } = evidence;
    let value = text::line(&value.to_string());
    let value = text::cut_chars(&value, VALUE);
    text::line(&format!("{operation} {account_id} {region} {field}={value} at {read_at}"))
}

fn skipped(reason: String) -> Outcome {
    child(Tag::Skipped, &reason, String::new(), text::line(&reason))
}

/// GitLab and dorny show only the text, Azure only the message: neither may be empty.
fn child(tag: Tag, message: &str, kind: String, text: String) -> Outcome {
    let message = text::line(message);
    let message = if message.is_empty() { "no detail was recorded".to_owned() } else { message };
    let text = if text.trim().is_empty() { message.clone() } else { text.trim_end().to_owned() };
    Outcome::Child { tag, message: text::cut_chars(&message, MESSAGE).into_owned(), kind, text }
}

fn millis(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_millisecond() - from.as_millisecond()).max(0)
}

#[cfg(test)]
pub(crate) mod tests;
