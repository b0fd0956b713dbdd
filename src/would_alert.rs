//! `would-alert`: if this event happened there, would anybody be told, and where is the chain broken if not?

use std::fmt::Write;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::Value;
use trailproof_core::aws::{AccountId, Region};
use trailproof_core::events::{event, names, regions};
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::monitoring::Events;
use trailproof_core::snapshot::{Document, Snapshot};
use trailproof_core::would_alert::{Answer, Question, State, answer};
use trailproof_core::would_record::Outcome;
use trailproof_reports::one_line as line;

use crate::cli::{AnswerFormat, WouldAlertArgs};
use crate::config::terms;
use crate::exit::Stop;
use crate::output::print;
use crate::question::{account, evidence, graph, hint, known};

/// What the answer rests on.
const FACTS: [Fact; 14] = [
    Fact::Organization,
    Fact::Accounts,
    Fact::Regions,
    Fact::Trails,
    Fact::TrailStatus,
    Fact::EventSelectors,
    Fact::Topic,
    Fact::Key,
    Fact::KeyPolicy,
    Fact::LogGroup,
    Fact::MetricFilters,
    Fact::Alarms,
    Fact::MuteRules,
    Fact::EventRules,
];

/// The exit code of each answer.
const YES: u8 = 0;
const NO: u8 = 1;
const CANNOT_TELL: u8 = 3;

/// No record of CloudTrail's is larger.
const LARGEST_RECORD: u64 = 1 << 20;

/// Answers from a snapshot, or from AWS where none is given.
///
/// # Errors
/// A question that cannot be put; a snapshot that cannot be read; a run that cannot start.
pub fn would_alert(args: &WouldAlertArgs) -> Result<u8, Stop> {
    let asked = Asked::read(args)?;
    let reader = evidence(args.snapshot.as_deref(), &args.answer, &FACTS)?;
    let organization = graph(&reader)?;
    known(&organization, asked.account)?;
    let mut document = None;
    reader.visit(&mut |read| {
        if read.account != asked.account {
            return ControlFlow::Continue(());
        }
        document = Some(read.clone());
        ControlFlow::Break(())
    })?;
    let document = document.unwrap_or_else(|| Document::new(asked.account));
    let policies = terms().policies.resolve(&organization);
    let places = match &asked.event {
        Some(event) => regions(event.place, organization.partition(), &asked.region),
        None => vec![asked.region.clone()],
    };
    let policy = policies.of(asked.account).0;
    let found = places.into_iter().map(|region| {
        let question = Question { account: asked.account, region, events: asked.events.clone() };
        let answer = answer(&organization, &document, policy, &question);
        (question, answer)
    });
    // Where AWS leaves open in which region it is recorded, the worst answer counts.
    let worst = |(_, answer): &(Question, Answer)| match answer.alerted {
        Outcome::No => 0,
        Outcome::CannotTell => 1,
        Outcome::Yes => 2,
    };
    let Some((question, found)) = found.min_by_key(worst) else {
        return Err(Stop::internal("an event is recorded nowhere".to_owned()));
    };
    let text = match args.answer.format {
        AnswerFormat::Text => told(&question, &found),
        AnswerFormat::Json => json(&question, &found)?,
    };
    print(text.as_bytes())?;
    Ok(match found.alerted {
        Outcome::Yes => YES,
        Outcome::No => NO,
        Outcome::CannotTell => CANNOT_TELL,
    })
}

/// What the command line asks.
struct Asked {
    account: AccountId,
    region: Region,
    events: Events,
    /// The event of that name, where it was asked by name.
    event: Option<trailproof_core::events::Event>,
}

impl Asked {
    fn read(args: &WouldAlertArgs) -> Result<Self, Stop> {
        let named = event(&args.event).filter(|_| !Path::new(&args.event).exists());
        let record = match &named {
            Some(_) => None,
            None => Some(record(&args.event)?),
        };
        let of_record = |member: &str| {
            let value = record.as_ref().and_then(|record| record.get(member));
            value.and_then(Value::as_str).map(str::to_owned)
        };
        let missing =
            |flag: &str| Stop::usage(format!("{flag} is needed: the event does not name it"));
        let id = args.account.clone().or_else(|| of_record("recipientAccountId"));
        let region = args.answer.connect.region.clone().or_else(|| of_record("awsRegion"));
        let region = region.ok_or_else(|| missing("--region"))?;
        let events = match (&named, record) {
            (Some(event), _) => {
                let described = &event.described;
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                Events::call(
                    &text(&described.event_source),
                    &text(&described.event_name),
                    described.read_only,
                )
            }
            (None, record) => Events::record(record.unwrap_or_default()),
        };
        Ok(Self {
            account: account(&id.ok_or_else(|| missing("--account"))?)?,
            region: region.parse().map_err(|error| Stop::usage(format!("--region: {error}")))?,
            events,
            event: named,
        })
    }
}

/// The record in a file, or on the standard input.
fn record(path: &str) -> Result<Value, Stop> {
    let wrong = |error: String| Stop::usage(format!("EVENT: {error}"));
    let mut text = String::new();
    let read = if path == "-" {
        std::io::stdin().lock().take(LARGEST_RECORD).read_to_string(&mut text)
    } else {
        std::fs::File::open(path)
            .and_then(|file| file.take(LARGEST_RECORD).read_to_string(&mut text))
    };
    if let Err(error) = read {
        let all = names();
        let hint = hint(path, all.iter().map(String::as_str));
        return Err(wrong(format!(
            "{path:?} is neither SERVICE:NAME, such as cloudtrail:StopLogging{hint}, nor a file: {error}"
        )));
    }
    let value: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    // A file of CloudTrail's, or an event as EventBridge wraps it, with one record in it.
    let one = match (value.pointer("/Records/0"), value.get("detail")) {
        (Some(record), _) | (None, Some(record)) => record.clone(),
        (None, None) => value,
    };
    if one.get("eventName").and_then(Value::as_str).is_none() {
        return Err(wrong("the JSON is no record of CloudTrail's: it has no eventName".to_owned()));
    }
    Ok(one)
}

fn json(question: &Question, found: &Answer) -> Result<String, Stop> {
    let document = serde_json::json!({
        "schema": "trailproof.would-alert/1",
        "question": {
            "account_id": question.account,
            "region": question.region,
            "events": question.events.name(),
        },
        "answer": found,
    });
    serde_json::to_string_pretty(&document)
        .map(|text| text + "\n")
        .map_err(|error| Stop::internal(error.to_string()))
}

/// The answer for people. What comes from AWS is text of strangers.
fn told(question: &Question, found: &Answer) -> String {
    let word = match found.alerted {
        Outcome::Yes => "YES",
        Outcome::No => "NO",
        Outcome::CannotTell => "CANNOT TELL",
    };
    let mut text = format!("{word}: {}\n", line(&found.summary));
    let Question { account, region, events } = question;
    let _ = writeln!(text, "\n  asked         {} in {account} {region}", line(&events.name()));
    for link in &found.chain {
        let state = match link.state {
            State::Holds => "holds",
            State::Broken => "broken",
            State::NotKnown => "not known",
            State::NotReached => "not reached",
        };
        let message = if link.message.is_empty() {
            String::new()
        } else {
            format!(": {}", line(&link.message))
        };
        let name = link.link.replace('_', " ");
        let _ = writeln!(text, "  {name:<13} {state}{message}");
    }
    for way in &found.ways {
        let _ = writeln!(text, "\ntold by {}", line(way));
    }
    if found.reason.as_deref() == Some(Cause::NotAttempted.code()) {
        text.push_str("\nno run asked for that: leave the snapshot out, and AWS is asked\n");
    }
    if let Some(event) = &found.unheard {
        let _ = writeln!(text, "\nan event that goes unheard: {}", line(&event.to_string()));
    }
    text
}
