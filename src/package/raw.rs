//! The answers as a package keeps them: one file for each question.

use std::collections::BTreeMap;
use std::io::Write;

use jiff::fmt::rfc2822;
use serde::{Deserialize, Serialize};
use trailproof_core::aws::AccountId;
use trailproof_core::snapshot::{Document, Observation, Outcome, Probe};

use super::names::{self, ORGANIZATION};
use super::staging::{Staging, sha256};
use crate::exit::Stop;

/// The schema of a file of answers.
pub const SCHEMA: &str = "trailproof.raw/1";

/// A question, and what came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Raw {
    /// [`SCHEMA`].
    pub schema: String,
    /// The account that was asked.
    pub account: AccountId,
    /// What was asked: kind of evidence, region, and resource.
    pub probe: Probe,
    /// The call and its answer.
    #[serde(flatten)]
    pub observation: Observation,
}

/// Where each answer lies and what its hash is, by the name that evidence gives it.
pub type Places = BTreeMap<String, (String, String)>;

/// How far the collector's clock was from AWS's, in seconds: the least and the most that an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClockCheck {
    /// How many answers carried a date.
    pub answers: u64,
    /// AWS's date minus the collector's time.
    pub least_seconds: i64,
    /// The same, the other end.
    pub most_seconds: i64,
}

/// Writes a document's answers, and the line of each call in the list of all.
///
/// # Errors
/// Where they cannot be written.
pub fn write<W: Write>(
    staging: &mut Staging,
    (owner, document): (&str, &Document),
    calls: &mut csv::Writer<W>,
    found: (&mut Places, &mut ClockCheck),
) -> Result<(), Stop> {
    let (places, clock) = found;
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for (probe, observation) in &document.observations {
        let at = numbers.entry(names::raw(owner, probe, 0)).or_default();
        let name = names::raw(owner, probe, *at);
        *at += 1;
        let raw = Raw {
            schema: SCHEMA.to_owned(),
            account: document.account,
            probe: probe.clone(),
            observation: observation.clone(),
        };
        let mut bytes = serde_json::to_vec_pretty(&raw)
            .map_err(|error| Stop::internal(format!("{name}: {error}")))?;
        bytes.push(b'\n');
        staging.put(&name, &bytes)?;
        places.insert(source(owner, probe), (name, sha256(&bytes)));
        check_clock(observation, clock);
        calls.write_record(call(document.account, probe, observation)).map_err(unlisted)?;
    }
    Ok(())
}

/// The list of calls cannot be written.
pub fn unlisted(error: csv::Error) -> Stop {
    Stop::output(format!("cannot write {}: {error}", names::COVERAGE))
}

/// How evidence names an observation.
pub fn source(owner: &str, probe: &Probe) -> String {
    let document =
        if owner == ORGANIZATION { ORGANIZATION.to_owned() } else { format!("accounts/{owner}") };
    let key = probe.to_string().replace('~', "~0").replace('/', "~1");
    format!("{document}#/observations/{key}")
}

/// The heads of the list of calls.
pub const HEADS: [&str; 11] = [
    "schema_version",
    "account_id",
    "account_ref",
    "region",
    "api",
    "resource",
    "result",
    "error_code",
    "request_id",
    "attempts",
    "called_at",
];

/// A call's line.
fn call(account: AccountId, probe: &Probe, observation: &Observation) -> [String; 11] {
    let result = match &observation.outcome {
        Outcome::Answer(_) => "ok",
        Outcome::Gap(gap) => gap.cause.code(),
    };
    let requests: Vec<&str> = observation
        .responses
        .iter()
        .filter_map(|response| response.request_id.as_deref())
        .collect();
    let attempts: u32 = observation.responses.iter().map(|response| response.attempts.max(1)).sum();
    let text = |text: &str| inert(text);
    [
        "1".to_owned(),
        account.to_string(),
        format!("acct-{account}"),
        probe.place().to_owned(),
        observation.operation.clone().into_owned(),
        text(probe.resource.as_deref().unwrap_or_default()),
        result.to_owned(),
        text(observation.error_code.as_deref().unwrap_or_default()),
        text(&requests.join("; ")),
        attempts.to_string(),
        observation.called_at.to_string(),
    ]
}

/// What a spreadsheet does not take for a formula.
pub fn inert(text: &str) -> String {
    let text = trailproof_reports::one_line(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

fn check_clock(observation: &Observation, clock: &mut ClockCheck) {
    let dates = observation.responses.iter().filter_map(|response| response.date.as_deref());
    for date in dates {
        let Ok(date) = rfc2822::parse(date) else { continue };
        let seconds = date.timestamp().as_second() - observation.called_at.as_second();
        if clock.answers == 0 {
            (clock.least_seconds, clock.most_seconds) = (seconds, seconds);
        }
        clock.answers += 1;
        clock.least_seconds = clock.least_seconds.min(seconds);
        clock.most_seconds = clock.most_seconds.max(seconds);
    }
}
