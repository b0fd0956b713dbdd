//! `would-record`: if this call happened there, would anything keep it, where, for how long, and who could have deleted
//! it since?

use std::fmt::Write;

use trailproof_core::aws::Region;
use trailproof_core::events::{Event, event, names};
use trailproof_core::fact::Fact;
use trailproof_core::organization::Organization;
use trailproof_core::selector::Category;
use trailproof_core::would_record::{Answer, Keeper, Outcome, Question, Refuser, answer};
use trailproof_reports::one_line as line;

use crate::cli::{AnswerFormat, WouldRecordArgs};
use crate::config::terms;
use crate::exit::Stop;
use crate::output::print;
use crate::question::{account, evidence, graph, hint, known};

/// What the answer rests on.
const FACTS: [Fact; 15] = [
    Fact::Organization,
    Fact::Accounts,
    Fact::Regions,
    Fact::Trails,
    Fact::TrailStatus,
    Fact::EventSelectors,
    Fact::BucketList,
    Fact::BucketHead,
    Fact::BucketVersioning,
    Fact::BucketObjectLock,
    Fact::BucketLifecycle,
    Fact::BucketPolicy,
    Fact::Key,
    Fact::EventDataStores,
    Fact::EventDataStore,
];

/// The exit code of each answer.
const YES: u8 = 0;
const NO: u8 = 1;
const CANNOT_TELL: u8 = 3;

/// Answers from a snapshot, or from AWS where none is given.
///
/// # Errors
/// A question that cannot be put; a snapshot that cannot be read; a run that cannot start.
pub fn would_record(args: &WouldRecordArgs) -> Result<u8, Stop> {
    let (account, event) = (account(&args.account)?, asked(args)?);
    let region = args.answer.connect.region.as_deref().unwrap_or_default();
    let region: Region =
        region.parse().map_err(|error| Stop::usage(format!("--region: {error}")))?;
    let question = Question { account, region, event, days_ago: args.days_ago };
    let organization = graph(&evidence(args.snapshot.as_deref(), &args.answer, &FACTS)?)?;
    known_place(&organization, &question)?;
    let policies = terms().policies.resolve(&organization);
    let found = answer(&organization, policies.of(account).0, &question);
    let text = match args.answer.format {
        AnswerFormat::Text => told(&question, &found),
        AnswerFormat::Json => json(&question, &found)?,
    };
    print(text.as_bytes())?;
    Ok(match found.recorded {
        Outcome::Yes => YES,
        Outcome::No => NO,
        Outcome::CannotTell => CANNOT_TELL,
    })
}

/// The event that was named, with what the user knows of it.
fn asked(args: &WouldRecordArgs) -> Result<Event, Stop> {
    let name = &args.event;
    let Some(mut event) = event(name) else {
        let all = names();
        let hint = hint(name, all.iter().map(String::as_str));
        return Err(Stop::usage(format!(
            "--event: {name:?} is not SERVICE:NAME, such as s3:GetObject{hint}"
        )));
    };
    let described = &mut event.described;
    described.read_only = args.read_only.or(described.read_only);
    described.user_identity_arn = args.user_identity.clone();
    described.resource_arn = args.resource.clone();
    if let Some(kind) = &args.resource_type {
        described.category = Some(Category::Data);
        described.resource_type = Some(kind.clone());
        event.guessed = false;
    }
    Ok(event)
}

/// A question about an account or region that the snapshot does not hold is a slip of the pen, not an answer.
fn known_place(organization: &Organization, question: &Question) -> Result<(), Stop> {
    known(organization, question.account)?;
    let known = organization.partition().known_regions();
    let listed = organization.members.values().flat_map(|member| member.regions.iter());
    let mut listed = listed.map(|entry| &entry.region_name);
    let region = &question.region;
    if known.contains(region) || listed.any(|other| other == region) {
        return Ok(());
    }
    let hint = hint(region.as_str(), known.iter().map(Region::as_str));
    Err(Stop::usage(format!("--region: there is no region {region} in this partition{hint}")))
}

fn json(question: &Question, found: &Answer) -> Result<String, Stop> {
    let document = serde_json::json!({
        "schema": "trailproof.would-record/1",
        "question": {
            "account_id": question.account,
            "region": question.region,
            "event": question.event,
            "days_ago": question.days_ago,
        },
        "answer": found,
    });
    serde_json::to_string_pretty(&document)
        .map(|text| text + "\n")
        .map_err(|error| Stop::internal(error.to_string()))
}

/// The answer for people. What comes from AWS is text of strangers.
fn told(question: &Question, found: &Answer) -> String {
    let word = match found.recorded {
        Outcome::Yes => "YES",
        Outcome::No => "NO",
        Outcome::CannotTell => "CANNOT TELL",
    };
    let mut text = format!("{word}: {}\n", line(&found.summary));
    let event = &question.event.described;
    let half = match event.read_only {
        Some(true) => "reads",
        Some(false) => "writes",
        None => "may read or write",
    };
    let _ = writeln!(
        text,
        "\n  asked     {} {} in {} {}{}",
        line(event.event_source.as_deref().unwrap_or_default()),
        line(event.event_name.as_deref().unwrap_or_default()),
        question.account,
        question.region,
        event.resource_arn.as_deref().map(|arn| format!(" on {}", line(arn))).unwrap_or_default(),
    );
    let guess = if question.event.guessed { "; guessed from the name" } else { "" };
    let kind = match event.category {
        Some(Category::Data) => "data event",
        Some(Category::NetworkActivity) => "network activity event",
        _ => "management event",
    };
    let _ = writeln!(text, "  kind      {kind}, {half}{guess}");
    let regions: Vec<&str> = found.regions.iter().map(Region::as_str).collect();
    let _ = writeln!(text, "  recorded  in {}", regions.join(" or "));
    found.keepers.iter().for_each(|keeper| told_of_keeper(&mut text, keeper));
    found.refusers.iter().for_each(|refuser| told_of_refuser(&mut text, refuser));
    for open in &found.open {
        let who = open.recorder.as_deref().map(|arn| format!("{}: ", line(arn)));
        let who = who.unwrap_or_default();
        let _ = writeln!(text, "\nnot known ({}): {who}{}", open.cause, line(&open.message));
    }
    for note in &found.notes {
        let _ = writeln!(text, "\nnote: {}", line(&note.message));
    }
    if !found.change.is_empty() {
        text.push_str("\nto have it kept:\n");
        for change in &found.change {
            let _ = writeln!(text, "  - {}", line(change));
        }
    }
    text
}

fn told_of_keeper(text: &mut String, keeper: &Keeper) {
    let custody = &keeper.custody;
    let _ = writeln!(text, "\nkept by {} ({})", line(&keeper.recorder), keeper.region);
    let _ = writeln!(text, "  selector  {}", line(&keeper.selector));
    let owner = custody.owner.map(|owner| format!(" of account {owner}"));
    let owner = owner.unwrap_or_else(|| ", of whom is not known".into());
    let _ = writeln!(text, "  lies in   {}{owner}", line(&custody.place));
    let kept = &custody.kept;
    let span = match kept.at_least == kept.at_most {
        true => kept.at_least.clone(),
        false => format!("at least {}, at most {}", kept.at_least, kept.at_most),
    };
    let by = kept.ended_by.as_deref().map(|rule| format!(", ended by {}", line(rule)));
    let _ = writeln!(text, "  kept      {span}{}", by.unwrap_or_default());
    let key = custody.key.as_deref().map_or_else(|| "a key of AWS's".into(), line);
    let _ = writeln!(text, "  key       {key}");
    for (at, who) in custody.deletable_by.iter().enumerate() {
        let label = if at == 0 { "deletable" } else { "" };
        let _ = writeln!(text, "  {label:<9} by {}", line(who));
    }
    for what in &custody.unread {
        let _ = writeln!(text, "  not read  {}", line(what));
    }
}

fn told_of_refuser(text: &mut String, refuser: &Refuser) {
    let _ = writeln!(text, "\nnot kept by {} ({})", line(&refuser.recorder), refuser.region);
    for obstacle in &refuser.because {
        let _ = writeln!(text, "  - {}", line(&obstacle.message));
    }
}
