//! What `validate-logs` found for CI servers: a suite for each chain, a case for each day of it.

use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::Timestamp;
use trailproof_core::language::Language;
use trailproof_digest::{ChainReport, Finding, HourState, Severity, Span};

use super::LogsReport;
use crate::junit::xml::{Case, Counts, Document, Outcome, Suite, Tag};
use crate::text;
use crate::words::Words;

const DAY: i64 = 86_400;

/// The longest message that CI servers show well, in characters.
const MESSAGE: usize = 250;

/// Findings that one case tells in full; the JSON report has all.
const TOLD: usize = 50;

pub fn write(report: &LogsReport, out: &mut dyn Write) -> io::Result<()> {
    let mut counts = Counts::default();
    // A suite is made twice, so that only one is held at a time: the first line has the sums.
    for chain in &report.chains {
        suite(report, chain).count(&mut counts);
    }
    let whole = whole(report);
    whole.count(&mut counts);
    let mut document = Document::begin(out, &counts, 0)?;
    document.suite(&whole)?;
    for chain in &report.chains {
        document.suite(&suite(report, chain))?;
    }
    document.end()
}

/// What is said of no chain: that there is any, and that every place could be looked into.
fn whole(report: &LogsReport) -> Suite {
    let place = &report.source.bucket;
    let found = match report.chains.is_empty() {
        false => Outcome::Passed,
        true => Outcome::Child {
            tag: Tag::Failure,
            message: "no digest chain was found".to_owned(),
            kind: "trailproof.nothing_found".to_owned(),
            text: format!("nothing in {place} answers for the time that was asked for"),
        },
    };
    let mut cases = vec![case("trailproof.logs", "chains are found", found)];
    for unread in &report.unread {
        let outcome = Outcome::Child {
            tag: Tag::Error,
            message: text::cut_chars(&format!("not looked into: {}", unread.reason), MESSAGE)
                .into_owned(),
            kind: "trailproof.unread".to_owned(),
            text: format!("s3://{place}/{}: {}", unread.prefix, unread.reason),
        };
        cases.push(case("trailproof.logs", &format!("{} is read", unread.prefix), outcome));
    }
    let properties = vec![
        ("bucket", place.clone()),
        ("verdict", Words::of(Language::English).verdict(report.verdict).to_owned()),
    ];
    suite_of("trailproof validate-logs", report.period.from, (properties, cases))
}

fn case(class: &str, name: &str, outcome: Outcome) -> Case {
    Case { class: text::line(class), name: text::line(name), millis: 0, outcome }
}

fn suite_of(
    name: &str,
    timestamp: Timestamp,
    (properties, cases): (Vec<(&'static str, String)>, Vec<Case>),
) -> Suite {
    Suite { name: text::line(name), millis: 0, timestamp, properties, cases, streams: false }
}

fn suite(report: &LogsReport, chain: &ChainReport) -> Suite {
    let (account, region, trail) = (&chain.account_id, &chain.region, &chain.trail);
    let of_chain: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|one| {
            (&one.account_id, &one.region, &one.trail) == (account, region, trail)
                && one.bucket == chain.bucket
        })
        .collect();
    let class = format!("{account}.{region}.{trail}");
    let cases = days(chain.span)
        .map(|day| {
            let name = day.from.strftime("%Y-%m-%d").to_string();
            case(&class, &name, outcome(chain, &of_chain, day))
        })
        .collect();
    let properties = vec![
        ("folder", chain.folder.digests()),
        ("hours_total", chain.hours_total.to_string()),
        ("hours_proved", chain.hours_proved.to_string()),
    ];
    suite_of(&format!("{account} {region} {trail}"), chain.span.from, (properties, cases))
}

/// The days of UTC that the span meets, cut to it.
fn days(span: Span) -> impl Iterator<Item = Span> {
    let after = move |from: Timestamp| {
        let second = from.as_second().saturating_add(DAY - from.as_second().rem_euclid(DAY));
        Timestamp::from_second(second).unwrap_or(Timestamp::MAX).min(span.to)
    };
    let first = Span::new(span.from, after(span.from));
    std::iter::successors(first, move |day| Span::new(day.to, after(day.to)))
}

fn outcome(chain: &ChainReport, findings: &[&Finding], day: Span) -> Outcome {
    let of_day: Vec<&&Finding> = findings
        .iter()
        .filter(|one| one.from < day.to && (one.to > day.from || one.from >= day.from))
        .collect();
    let states = chain.stretches.iter().filter(|one| one.span.meets(&day)).map(|one| one.state);
    let worst = states.max().unwrap_or(HourState::Missing);
    let errors = of_day.iter().any(|one| one.severity == Severity::Error);
    let (tag, kind) = match worst {
        _ if errors => (Tag::Failure, "trailproof.broken"),
        HourState::Broken | HourState::Missing => (Tag::Failure, "trailproof.broken"),
        HourState::Gap | HourState::Unverified => (Tag::Error, "trailproof.not_proved"),
        HourState::Proved => return Outcome::Passed,
    };
    let message = match of_day.first() {
        Some(first) if of_day.len() > 1 => {
            format!("{}, and {} more", first.detail, of_day.len() - 1)
        }
        Some(first) => first.detail.clone(),
        None => "not every hour is proved".to_owned(),
    };
    let mut told = String::new();
    for finding in of_day.iter().take(TOLD) {
        let _ = writeln!(told, "{}", told_of(finding));
    }
    if of_day.len() > TOLD {
        let _ = writeln!(told, "{} more; the JSON report has all", of_day.len() - TOLD);
    }
    let message = text::cut_chars(&text::line(&message), MESSAGE).into_owned();
    Outcome::Child { tag, message, kind: kind.to_owned(), text: told }
}

fn told_of(finding: &Finding) -> String {
    let kind = super::table::name(finding.kind);
    let key = finding.key.as_deref().unwrap_or_default();
    let mut told = format!("{kind} s3://{}/{key}: {}", finding.bucket, finding.detail);
    for (what, value) in [("expected", &finding.expected), ("observed", &finding.observed)] {
        if let Some(value) = value {
            let _ = write!(told, "; {what} {value}");
        }
    }
    text::line(&told)
}
