//! The fault matrix: every effect on every operation of a scan, for all attempts and for the first one alone.
//!
//! Each cell is a scan of a small organization. Whatever strikes, nothing is decided that is not decided without it;
//! what else must come of it is said by rules ([`expected`]), so that a change of any of them shows.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use trailproof::exit::{START, Stop};
use trailproof_core::evidence::Cause;
use trailproof_core::gate::{INCOMPLETE, PASSED};
use trailproof_sim::{Description, Effect, Fault, Simulator};

use crate::judged::{Judged, judged, line};
use crate::run::Lab;
use crate::world::{small, without_management};

/// No fault of one operation keeps a scan longer, on the clock that jumps.
pub const LONGEST: Duration = Duration::from_secs(600);
/// How many scans run at once: the machines that run these tests have few cores.
const AT_ONCE: usize = 2;

/// What comes of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// What a scan without it says.
    Nothing,
    /// Nobody knows who calls: exit code 4.
    CannotStart,
    /// The accounts are not listed: a note says why, and the caller's own is read.
    Alone,
    /// A row of the coverage with that cause names the operation.
    Unknown(Cause),
}

/// The rules for a fault of all attempts.
fn expected(operation: &str, effect: Effect) -> Expected {
    let strikes = match effect {
        Effect::RoleNotAssumable => operation == "sts:AssumeRole",
        Effect::SlowBody { .. } => false,
        // An answer to HEAD has no body that could break off.
        Effect::Truncated => operation != "s3:HeadBucket",
        _ => true,
    };
    if !strikes {
        return Expected::Nothing;
    }
    match operation {
        "sts:GetCallerIdentity" => Expected::CannotStart,
        "organizations:ListAccounts" => Expected::Alone,
        // What a region holds is then known, and not whether there are more of them.
        "account:ListRegions" => Expected::Unknown(Cause::RegionScopeUnproven),
        "s3:HeadBucket" => Expected::Unknown(of_head(effect)),
        "sts:AssumeRole" => Expected::Unknown(of_role(effect)),
        // Whoever else reads the logs is proof enough that somebody does.
        "logs:DescribeSubscriptionFilters" => Expected::Nothing,
        _ => Expected::Unknown(of_call(operation, effect)),
    }
}

/// The cause by which a call's loss is told.
pub fn of_call(operation: &str, effect: Effect) -> Cause {
    let s3 = operation.starts_with("s3");
    match effect {
        Effect::AccessDenied | Effect::RoleNotAssumable => Cause::AccessDenied,
        Effect::ScpDenied => Cause::ScpDenied,
        Effect::Throttling => Cause::Throttled,
        // The wrong clock is no policy's doing, and half an answer is no sign of a region out of reach.
        Effect::ServerError
        | Effect::Html
        | Effect::Malformed
        | Effect::Garbage
        | Effect::EmptyBody
        | Effect::Truncated
        | Effect::SlowBody { .. }
        | Effect::ClockSkew => Cause::ServiceError,
        Effect::ConnectionReset | Effect::NotThere => Cause::RegionUnreachable,
        Effect::Hang => Cause::Timeout,
        Effect::ExpiredToken => Cause::CredentialsExpired,
        // S3 alone has a word for it. The others do not know the token, and that the account still lists its regions
        // contradicts it: `changes` closes whole accounts.
        Effect::AccountClosed if s3 => Cause::AccountNotActive,
        Effect::AccountClosed | Effect::RegionDisabled => Cause::TokenNotValidInRegion,
    }
}

/// A role that does not let anybody in means one thing, whatever AWS calls it.
fn of_role(effect: Effect) -> Cause {
    match of_call("sts:AssumeRole", effect) {
        Cause::AccessDenied | Cause::ScpDenied | Cause::TokenNotValidInRegion => {
            Cause::AssumeRoleDenied
        }
        other => other,
    }
}

/// An answer to HEAD is its status alone: all refusals are 403, and of 400 and 503 nobody knows why.
fn of_head(effect: Effect) -> Cause {
    match effect {
        Effect::ScpDenied | Effect::ClockSkew | Effect::AccountClosed => Cause::AccessDenied,
        Effect::Throttling | Effect::ExpiredToken | Effect::RegionDisabled => Cause::ServiceError,
        other => of_call("s3:HeadBucket", other),
    }
}

/// Whether a second attempt mends it. AWS means its refusals, and the SDK makes no further attempt after an answer
/// with HTTP 200 that it cannot read. A clock is corrected where the answer's date says by how much, which this fault's
/// does not: `credentials` does that.
pub fn is_mended(effect: Effect) -> bool {
    match effect {
        Effect::Throttling
        | Effect::ServerError
        | Effect::ConnectionReset
        | Effect::Hang
        | Effect::SlowBody { .. }
        | Effect::Truncated
        | Effect::NotThere => true,
        Effect::AccessDenied
        | Effect::ScpDenied
        | Effect::Html
        | Effect::Malformed
        | Effect::ExpiredToken
        | Effect::RegionDisabled
        | Effect::RoleNotAssumable
        | Effect::AccountClosed
        | Effect::ClockSkew
        | Effect::Garbage
        | Effect::EmptyBody => false,
    }
}

type World = fn() -> Description;

fn simulator(world: World, fault: Option<Fault>) -> Simulator {
    fault.into_iter().fold(Simulator::new(world()), Simulator::with_fault)
}

fn scan(simulator: &Simulator) -> (Result<Judged, Stop>, Duration) {
    let scanned = Lab::new(simulator.clone()).scan();
    (scanned.reader.and_then(|reader| judged(&reader)), scanned.took)
}

/// A scan without faults, with the operations that it calls.
fn healthy(world: World) -> (Judged, BTreeSet<String>) {
    let simulator = simulator(world, None);
    let whole = scan(&simulator).0.unwrap_or_else(|stop| panic!("{stop}"));
    assert_eq!(simulator.unknown_operations(), BTreeSet::new());
    (whole, simulator.counts().into_keys().collect())
}

/// Says what is wrong with a cell.
fn wrong(
    whole: &Judged,
    world: World,
    (operation, effect, first): (&str, Effect, bool),
) -> Vec<String> {
    let once = first.then_some(1);
    let fault = Fault { first_attempts: once, ..Fault::on(operation, effect) };
    let (ended, took) = scan(&simulator(world, Some(fault)));
    let mut wrong = Vec::new();
    if took >= LONGEST {
        wrong.push(format!("it takes {took:?}"));
    }
    let expected = match expected(operation, effect) {
        _ if first && is_mended(effect) => Expected::Nothing,
        expected => expected,
    };
    match (ended, expected) {
        (Err(stop), Expected::CannotStart) if stop.code == START => {}
        (Err(stop), _) => wrong.push(format!("it stops with {}: {stop}", stop.code)),
        (Ok(_), Expected::CannotStart) => wrong.push("it starts".to_owned()),
        (Ok(less), expected) => wrong.extend(lost(whole, &less, (operation, expected))),
    }
    let times = if first { "at first" } else { "always" };
    wrong.into_iter().map(|what| format!("{operation} {} {times}: {what}", effect.name())).collect()
}

/// Says what is wrong with a report.
fn lost(whole: &Judged, less: &Judged, (operation, expected): (&str, Expected)) -> Vec<String> {
    let mut wrong: Vec<String> =
        less.new_to(whole).into_iter().map(|finding| format!("new: {}", line(finding))).collect();
    let name = operation.split_once(':').unwrap().1;
    let named = less.told().iter().any(|told| told.contains(name));
    let mut must = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!(
                "{what}: code {}, causes {:?}, told {:#?}",
                less.code,
                less.causes(),
                less.told()
            ));
        }
    };
    match expected {
        Expected::Nothing => must(less.json() == whole.json(), "the report differs"),
        Expected::CannotStart => {}
        Expected::Alone => must(less.code == INCOMPLETE && named, "a note is expected"),
        Expected::Unknown(cause) => {
            let told = |row: &&trailproof_core::assessment::Unread| {
                row.reason == cause && row.message.contains(name)
            };
            let found = less.assessment.coverage.unread.iter().any(|row| told(&row));
            must(found, &format!("{cause} is expected to be told"));
            must(less.code == INCOMPLETE, "exit code 3 is expected");
            must(less.unknown() > whole.unknown(), "something is expected to be lost");
        }
    }
    wrong
}

/// The cells of an operation: every effect, always and at first. What no second attempt follows is the same either way,
/// which one operation of each service shows for all of it.
fn cells(operation: &str, shows: bool) -> impl Iterator<Item = (&str, Effect, bool)> {
    let both = move |effect| [false, true].map(|first| (operation, effect, first));
    Effect::ALL
        .into_iter()
        .flat_map(both)
        .filter(move |(_, effect, first)| !*first || shows || is_mended(*effect))
}

/// Fills the cells, a few at a time.
fn fill(world: World, operations: &BTreeSet<String>) {
    let whole = healthy(world).0;
    let mut services = BTreeSet::new();
    let cells: Vec<_> = operations
        .iter()
        .flat_map(|operation| {
            let service = operation.split_once(':').unwrap().0;
            cells(operation, services.insert(service))
        })
        .collect();
    let (cells, found) = (Mutex::new(cells), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((operation, effect, first)) = next(&cells) {
                    let wrong = wrong(&whole, world, (operation, effect, first));
                    found.lock().unwrap().extend(wrong);
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort();
    assert!(found.is_empty(), "{} times:\n{}", found.len(), found.join("\n"));
}

fn next<T>(cells: &Mutex<Vec<T>>) -> Option<T> {
    cells.lock().unwrap().pop()
}

#[test]
fn whatever_strikes_an_operation_is_told_and_decides_nothing() {
    let (whole, operations) = healthy(small);
    assert_eq!((whole.code, operations.len()), (PASSED, 63));
    fill(small, &operations);
}

#[test]
fn whatever_strikes_the_question_for_delegated_administrators_is_told_and_decides_nothing() {
    // Where the management account cannot be read, what its trail records rests on the answer.
    let (whole, operations) = healthy(without_management);
    let question = BTreeSet::from(["organizations:ListDelegatedAdministrators".to_owned()]);
    assert!(operations.is_superset(&question));
    assert_eq!(whole.code, INCOMPLETE);
    fill(without_management, &question);
}
