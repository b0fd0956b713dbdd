//! The central promise, operation by operation: what cannot be read is unknown, never a verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::thread;

use trailproof_sim::{Description, Effect, Fault};

use crate::organizations::{readable, small};
use crate::program::Place;
use crate::report::{Report, text};
use crate::served::Served;

/// How many scans run at once: the machines that run these tests have few cores.
const AT_ONCE: usize = 2;
/// Enough that waiting for the SDK's retries is shared by all calls.
const MANY: [&str; 2] = ["--concurrency", "512"];

fn scan(description: fn() -> Description, faults: Vec<Fault>) -> (i32, Report) {
    Place::new().scan(&Served::with_faults(description(), faults), &MANY)
}

/// Every operation that a scan of this organization calls.
fn operations(description: &fn() -> Description) -> BTreeSet<String> {
    let served = Served::new(description());
    Place::new().scan(&served, &[]);
    served.calls().iter().map(|call| format!("{}:{}", call.service, call.operation)).collect()
}

/// Does this to each, a few at a time.
fn each<T: Send>(tasks: Vec<T>, act: impl Fn(T) + Sync) {
    let tasks = Mutex::new(tasks);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(task) = tasks.lock().unwrap().pop() else { break };
                    act(task);
                }
            });
        }
    });
}

/// Check and place of all that was decided. An object with an ARN is one wherever it is judged: a bucket whose owner is
/// not known stands in the account of its trail.
fn decided(report: &Report) -> BTreeSet<[&str; 3]> {
    let place = |result| match text(result, "resource") {
        arn if arn.starts_with("arn:") => arn,
        _ => text(result, "fingerprint"),
    };
    let of = |result| [text(result, "status"), text(result, "check"), place(result)];
    report
        .results()
        .iter()
        .map(of)
        .filter(|[status, ..]| ["pass", "fail"].contains(status))
        .collect()
}

/// Less was read: nothing was decided that was not decided before and the same, and the loss shows.
fn only_lost(what: &str, whole: &Report, (code, less): &(i32, Report)) {
    let new: Vec<_> = decided(less).difference(&decided(whole)).copied().collect();
    assert!(new.is_empty(), "{what}: {new:?}");
    assert_eq!(*code, 3, "{what}: less was read than there is");
    // What only checks without weight read is of none in the coverage either.
    let weightless = ["cloudtrail:ListTags", "cloudtrail:GetInsightSelectors"];
    let weighs = !weightless.iter().any(|operation| what.starts_with(operation));
    assert!(!weighs || less.coverage() < whole.coverage(), "{what}: coverage {}", less.coverage());
    assert!(!less.with_status("unknown").is_empty(), "{what}: nothing is unknown");
    let unread = less.0["coverage"]["unread"].as_array().unwrap();
    assert!(!unread.is_empty(), "{what}: what could not be read is not listed");
}

fn reasons(report: &Report) -> BTreeSet<&str> {
    let reasons = report.having("status", "unknown").map(|result| text(result, "reason"));
    // No scan here is given a run of validate-logs.
    reasons.filter(|reason| *reason != "not_supplied").collect()
}

/// They put names to units and tell which policies bind an account: refusing them is noted beside.
const TREE: [&str; 3] = [
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAccountsForParent",
];

/// One operation of each service: what strikes every other one is the matrix of `tests/lab`, in time that does not pass.
fn of_each_service(operations: &BTreeSet<String>) -> BTreeSet<String> {
    // Without the one nothing starts, see `starts`; without the others units have no names.
    let left_out = |one: &str| one == "sts:GetCallerIdentity" || TREE.contains(&one);
    let some = operations.iter().filter(|one| !left_out(one));
    // The first of each: a later entry takes the place of an earlier one.
    let first: BTreeMap<&str, &String> =
        some.rev().map(|one| (one.split_once(':').unwrap().0, one)).collect();
    assert!(first.len() > 9, "{first:?}");
    first.into_values().cloned().collect()
}

/// What tells of one of several readers of the logs: where another is known, nothing hangs on it.
const OUTWEIGHED: [&str; 3] = [
    "cloudtrail:ListChannels",
    "logs:DescribeSubscriptionFilters",
    "s3:GetBucketNotificationConfiguration",
];

fn refused(
    description: fn() -> Description,
    operations: BTreeSet<String>,
    (effect, reason): (Effect, &str),
) {
    let scan = |faults| scan(description, faults);
    let whole = scan(vec![]).1;
    each(operations.into_iter().collect(), |operation| {
        let less = scan(vec![Fault::on(&operation, effect)]);
        if OUTWEIGHED.contains(&operation.as_str()) {
            assert_eq!((less.0, decided(&less.1)), (0, decided(&whole)), "{operation}");
            return;
        }
        if TREE.contains(&operation.as_str()) {
            let notes = less.1.0["scope"]["notes"].to_string();
            assert!(notes.contains("the organizational units could not be read"), "{notes}");
        }
        only_lost(&operation, &whole, &less);
        let reason = match operation.as_str() {
            "sts:AssumeRole" => "assume_role_denied",
            "account:ListRegions" => "region_scope_unproven",
            // Whose the buckets are is then not known; and an answer to HEAD has no body to say who refused.
            "s3:ListBuckets" | "organizations:ListAccounts" => "cross_account_unreadable",
            "s3:HeadBucket" => "access_denied",
            _ => reason,
        };
        assert!(reasons(&less.1).contains(reason), "{operation}: {:?}", reasons(&less.1));
        let told = format!("{} {}", less.1.0["scope"]["notes"], less.1.0["coverage"]["unread"]);
        let (_, name) = operation.split_once(':').unwrap();
        assert!(told.contains(name), "the report does not name {operation}: {told}");
    });
}

/// Those whose refusal is told in a way of their own.
const PARTICULAR: [&str; 5] = [
    "sts:AssumeRole",
    "account:ListRegions",
    "s3:ListBuckets",
    "s3:HeadBucket",
    "organizations:ListAccounts",
];

#[test]
fn an_operation_that_is_refused_decides_nothing() {
    let all = operations(&(small as fn() -> Description));
    assert!(all.len() > 40, "{all:?}");
    let mut some = of_each_service(&all);
    let particular = TREE.iter().chain(&OUTWEIGHED).chain(&PARTICULAR);
    some.extend(particular.map(|operation| {
        assert!(all.contains(*operation), "{operation} is not called");
        (*operation).to_owned()
    }));
    refused(small, some, (Effect::AccessDenied, "access_denied"));
}

#[test]
fn an_operation_that_a_service_control_policy_refuses_decides_nothing() {
    let some = of_each_service(&operations(&(small as fn() -> Description)));
    refused(small, some, (Effect::ScpDenied, "scp_denied"));
}

#[test]
fn a_service_that_fails_in_any_way_decides_nothing() {
    let scan = |faults| scan(small, faults);
    let whole = scan(vec![]).1;
    // Throttling is not among them: how long a scan waits then is told in `tests/lab`, in time that does not pass.
    let effects = [
        (Effect::ServerError, "service_error"),
        (Effect::Html, "service_error"),
        (Effect::Malformed, "service_error"),
        (Effect::ConnectionReset, "region_unreachable"),
        (Effect::ExpiredToken, "credentials_expired"),
    ];
    let operations = ["cloudtrail:DescribeTrails", "s3:GetBucketAcl"];
    let tasks = operations.iter().flat_map(|operation| effects.map(|effect| (*operation, effect)));
    each(tasks.collect(), |(operation, (effect, reason))| {
        let what = format!("{operation} {effect:?}");
        let less = scan(vec![Fault::on(operation, effect)]);
        only_lost(&what, &whole, &less);
        assert_eq!(reasons(&less.1), BTreeSet::from([reason]), "{what}");
    });
}

#[test]
fn an_answer_that_is_not_understood_decides_nothing() {
    let whole = scan(small, vec![]).1;
    let some = of_each_service(&operations(&(small as fn() -> Description)));
    // Both on each is the matrix of `tests/lab`, too.
    let tasks = some.into_iter().zip([Effect::Html, Effect::Malformed].into_iter().cycle());
    each(tasks.collect(), |(operation, effect)| {
        let what = format!("{operation} {effect:?}");
        only_lost(&what, &whole, &scan(small, vec![Fault::on(&operation, effect)]));
    });
}

#[test]
fn a_first_attempt_that_is_throttled_is_made_again() {
    let scan = |faults| scan(small, faults);
    let whole = scan(vec![]);
    let once =
        |operation: &str, effect| Fault { first_attempts: Some(1), ..Fault::on(operation, effect) };
    let faults = vec![
        once("sts:AssumeRole", Effect::Throttling),
        once("cloudtrail:*", Effect::Throttling),
        once("s3:*", Effect::Throttling),
        once("kms:*", Effect::ServerError),
        once("iam:*", Effect::ConnectionReset),
        once("account:*", Effect::ServerError),
        once("organizations:ListAccounts", Effect::Throttling),
    ];
    let mended = scan(faults);
    assert_eq!((mended.0, mended.1.verdicts()), (whole.0, whole.1.verdicts()));
}

#[test]
fn a_region_that_is_closed_to_all_is_unknown_there_and_nowhere_else() {
    let scan = |faults| scan(readable, faults);
    let whole = scan(vec![]).1;
    let fault = Fault {
        region: Some("ap-south-1".to_owned()),
        ..Fault::on("cloudtrail:*", Effect::ScpDenied)
    };
    let less = scan(vec![fault]);
    only_lost("ap-south-1", &whole, &less);
    for row in less.1.0["coverage"]["unread"].as_array().unwrap() {
        assert_eq!((&row["region"], &row["reason"]), (&"ap-south-1".into(), &"scp_denied".into()));
    }
    let lost = less.1.having("check", "trail-coverage-per-region");
    for result in lost.filter(|result| result["status"] == "unknown") {
        assert_eq!(result["region"], "ap-south-1", "{result}");
    }
}
