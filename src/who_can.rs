//! `who-can`: which principals can do this to the evidence, by which statement, and what would change that?

mod told;

use std::ops::ControlFlow;
use std::path::Path;

use trailproof_core::fact::Fact;
use trailproof_core::likeness::nearest;
use trailproof_core::privilege::StatementName;
use trailproof_core::snapshot::Snapshot;
use trailproof_core::tamper::Table;
use trailproof_core::who_can::{Answer, Asking, Outcome, Question, Wanted, resolve};
use trailproof_iam::{NamedPolicy, PolicyDocument};

use crate::cli::{AnswerFormat, WhoCanArgs};
use crate::config::terms;
use crate::exit::Stop;
use crate::output::print;
use crate::question::{account, evidence, graph, hint, known};

/// What the answer rests on.
const FACTS: [Fact; 19] = [
    Fact::Organization,
    Fact::Accounts,
    Fact::Regions,
    Fact::Trails,
    Fact::EventDataStores,
    Fact::EventDataStore,
    Fact::DelegatedAdministrators,
    Fact::TrustedServices,
    Fact::BucketList,
    Fact::BucketHead,
    Fact::BucketObjectLock,
    Fact::BucketPolicy,
    Fact::Key,
    Fact::KeyPolicy,
    Fact::Topic,
    Fact::AuthorizationDetails,
    Fact::OrganizationPolicies,
    Fact::OrganizationPolicy,
    Fact::PolicyTargets,
];

/// The exit code of each answer: it is the good news that nobody can.
const NOBODY: u8 = 0;
const SOMEBODY: u8 = 1;
const CANNOT_TELL: u8 = 3;

/// Answers from a snapshot, or from AWS where none is given.
///
/// # Errors
/// A question that cannot be put; a snapshot that cannot be read; a run that cannot start.
pub fn who_can(args: &WhoCanArgs) -> Result<u8, Stop> {
    let wanted = wanted(&args.action)?;
    let account = args.account.as_deref().map(account).transpose()?;
    let without = args.without.as_deref().map(statement).transpose()?;
    let with_scp = args.with_scp.as_deref().map(scp).transpose()?;
    let reader = evidence(args.snapshot.as_deref().or(args.from.as_deref()), &args.answer, &FACTS)?;
    let organization = graph(&reader)?;
    if let Some(account) = account {
        known(&organization, account)?;
    }
    let objects = resolve(&organization, &args.resource)
        .map_err(|why| Stop::usage(format!("--resource: {why}")))?;
    let (why, by_escalation) = (args.why.clone(), !args.direct);
    let question = Question { wanted, objects, account, why, without, with_scp, by_escalation };
    let policies = terms().policies.resolve(&organization);
    let mut asking = Asking::new(&organization, &question, &policies);
    if asking.actions().is_empty() {
        return Err(unfit(args));
    }
    let asked = told::Asked::of(&asking.actions());
    let passes = [Asking::survey, Asking::link, Asking::ask];
    for pass in passes.into_iter().skip(if by_escalation { 0 } else { 2 }) {
        reader.visit(&mut |document| {
            pass(&mut asking, document);
            ControlFlow::Continue(())
        })?;
    }
    let mut answer = asking.answer().map_err(Stop::usage)?;
    answer.notes.extend(doubtful(&question.wanted));
    let text = match args.answer.format {
        AnswerFormat::Text => told::told(args, &asked, &answer),
        AnswerFormat::Json => json(args, &asked, &answer)?,
    };
    print(text.as_bytes())?;
    Ok(match answer.can {
        Outcome::No => NOBODY,
        Outcome::Yes => SOMEBODY,
        Outcome::CannotTell => CANNOT_TELL,
    })
}

fn wanted(text: &str) -> Result<Wanted, Stop> {
    Wanted::read(text).ok_or_else(|| {
        let names = Table::shared().actions().map(|action| action.name.as_str());
        let hint = hint(text, names.chain(["tamper"]));
        let expected = "tamper, or one action as SERVICE:NAME, such as s3:DeleteObject";
        Stop::usage(format!("{text:?} is not {expected}{hint}"))
    })
}

fn statement(text: &str) -> Result<(StatementName, String), Stop> {
    let name = StatementName::read(text).ok_or_else(|| {
        let expected = "POLICY#SID or POLICY#INDEX, such as p-1a2b3c4d#DenyStop or inline:build#0";
        Stop::usage(format!("--without: {text:?} is not {expected}"))
    })?;
    Ok((name, text.to_owned()))
}

/// A service control policy from a file.
fn scp(path: &Path) -> Result<NamedPolicy, Stop> {
    let place = path.display();
    let wrong = |why: String| Stop::usage(format!("--with-scp: {place}: {why}"));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let document = PolicyDocument::parse(&text).map_err(|error| match error.path() {
        Some(pointer) => wrong(format!("line {}: {error}", line_of(&text, pointer))),
        None => wrong(error.to_string()),
    })?;
    let named = document.statements.iter().find(|statement| statement.principal.is_some());
    if let Some(statement) = named {
        let line = ["/Statement", &format!("/Statement/{}", statement.index)]
            .map(|pointer| line_of(&text, pointer))
            .into_iter()
            .max();
        let line = line.unwrap_or(1);
        let why = "a service control policy names no principal; it binds all of an account";
        return Err(wrong(format!("line {line}: {}: {why}", statement.label())));
    }
    Ok(NamedPolicy::new(path.display().to_string(), document))
}

/// The line of a text of JSON on which the value at a pointer begins, counted from 1; the nearest that is there.
fn line_of(text: &str, pointer: &str) -> usize {
    let mut rest = text;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let Some(inner) = within(rest, &step) else { break };
        rest = inner;
    }
    let before = rest.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    1 + text.get(..before).unwrap_or_default().matches('\n').count()
}

/// The text of a member or an entry.
fn within<'t>(text: &'t str, step: &str) -> Option<&'t str> {
    use serde_json::value::RawValue;
    use std::collections::BTreeMap;
    if let Ok(members) = serde_json::from_str::<BTreeMap<String, &'t RawValue>>(text) {
        return members.get(step).map(|value| value.get());
    }
    let entries: Vec<&'t RawValue> = serde_json::from_str(text).ok()?;
    entries.get(step.parse::<usize>().ok()?).map(|value| value.get())
}

fn unfit(args: &WhoCanArgs) -> Stop {
    let (action, resource) = (&args.action, &args.resource);
    Stop::usage(if action.eq_ignore_ascii_case("tamper") {
        format!("no tampering action on {resource:?} is known; name one action")
    } else {
        format!(
            "{action} is of another service than {resource:?}; name the resource that it acts on"
        )
    })
}

/// An action that only its spelling vouches for.
fn doubtful(wanted: &Wanted) -> Option<String> {
    let Wanted::Action(name) = wanted else { return None };
    if Table::shared().action(name).is_some() {
        return None;
    }
    let near = nearest(name, Table::shared().actions().map(|action| action.name.as_str()));
    let hint = near.map(|near| format!("; one that it knows is {near}")).unwrap_or_default();
    Some(format!(
        "{name} is not among the actions that trailproof knows to harm evidence; it is taken as it is written{hint}"
    ))
}

fn json(args: &WhoCanArgs, asked: &told::Asked, answer: &Answer) -> Result<String, Stop> {
    let document = serde_json::json!({
        "schema": "trailproof.who-can/1",
        "question": {
            "action": args.action,
            "resource": args.resource,
            "account_id": args.account,
            "why": args.why,
            "direct": args.direct,
            "without": args.without,
            "with_scp": args.with_scp.as_ref().map(|path| path.display().to_string()),
            "asked": asked.0,
        },
        "answer": answer,
    });
    serde_json::to_string_pretty(&document)
        .map(|text| text + "\n")
        .map_err(|error| Stop::internal(error.to_string()))
}
