//! What is asked: nothing that no selected check reads, nothing twice, and of a covered member next to nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;
use trailproof_sim::Call;

use crate::organizations::{COVERED_MEMBER, LOG_ARCHIVE, MANAGEMENT, readable, small};
use crate::program::Place;
use crate::served::Served;

/// What every run asks to know whom to ask.
const ROSTER: [&str; 7] = [
    "sts:GetCallerIdentity",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAccountsForParent",
    "sts:AssumeRole",
];
/// What has to be asked before anything of that service can be.
const BEFORE: [(&str, &[&str]); 8] = [
    ("cloudtrail:", &["account:ListRegions", "cloudtrail:DescribeTrails"]),
    ("s3:", &["account:ListRegions", "cloudtrail:DescribeTrails", "s3:ListBuckets"]),
    ("s3control:", &["account:ListRegions", "cloudtrail:DescribeTrails", "s3:ListBuckets"]),
    ("kms:", &["account:ListRegions", "cloudtrail:DescribeTrails"]),
    ("guardduty:", &["account:ListRegions"]),
    ("securityhub:", &["account:ListRegions"]),
    ("config:", &["account:ListRegions"]),
    ("access-analyzer:", &["account:ListRegions"]),
];
/// What one fact asks beside its own operation.
const BESIDE: [(&str, &str); 7] = [
    ("cloudwatch:ListAlarmMuteRules", "cloudwatch:GetAlarmMuteRule"),
    ("events:ListRules", "events:ListTargetsByRule"),
    ("guardduty:ListDetectors", "guardduty:GetDetector"),
    ("guardduty:DescribeOrganizationConfiguration", "guardduty:ListDetectors"),
    ("securityhub:DescribeHub", "securityhub:ListFindingAggregators"),
    ("config:DescribeConfigurationRecorders", "config:DescribeConfigurationRecorderStatus"),
    ("config:DescribeConfigurationRecorders", "config:DescribeDeliveryChannelStatus"),
];
/// The operations whose IAM action has another name, by AWS's service authorization reference.
const ACTIONS: [(&str, &str); 9] = [
    ("s3:ListBuckets", "s3:ListAllMyBuckets"),
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ("s3:GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
    ("s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("s3:GetBucketReplication", "s3:GetReplicationConfiguration"),
    ("s3:GetBucketNotificationConfiguration", "s3:GetBucketNotification"),
    ("s3control:GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"),
];
/// The facts of the cheapest checks: regions, trails and the organization.
const CHEAP: [&str; 6] =
    ["Organization", "Accounts", "OrganizationalUnits", "Regions", "Trails", "TrailStatus"];

struct Check {
    id: String,
    facts: BTreeSet<String>,
    operations: BTreeSet<String>,
}

fn checks() -> Vec<Check> {
    let listed = Place::new().run(&["checks", "--format", "json"]).quietly(0).stdout;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let texts = |value: &Value| {
        value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let rows = listed.as_array().unwrap().iter();
    rows.map(|row| Check {
        id: row["id"].as_str().unwrap().to_owned(),
        facts: texts(&row["reads"]),
        operations: texts(&row["operations"]),
    })
    .collect()
}

/// What a scan by all checks asked.
fn all_calls() -> &'static [Call] {
    static CALLS: LazyLock<Vec<Call>> = LazyLock::new(|| asked(&Served::new(readable()), &[]));
    &CALLS
}

/// What a scan by these checks asked.
fn asked(served: &Served, checks: &[&Check]) -> Vec<Call> {
    let flags: Vec<&str> = checks.iter().flat_map(|check| ["--check", check.id.as_str()]).collect();
    Place::new().scan(served, &flags);
    served.calls()
}

fn name(call: &Call) -> String {
    format!("{}:{}", call.service, call.operation)
}

fn names(calls: &[Call]) -> BTreeSet<String> {
    calls.iter().map(name).collect()
}

/// All that a scan by these checks may ask.
fn allowed(checks: &[&Check]) -> BTreeSet<String> {
    let mut allowed: BTreeSet<String> = ROSTER.iter().map(|name| (*name).to_owned()).collect();
    for operation in checks.iter().flat_map(|check| &check.operations) {
        allowed.insert(operation.clone());
        let beside = BESIDE.iter().filter(|(name, _)| name == operation);
        allowed.extend(beside.map(|(_, more)| (*more).to_owned()));
        let before = BEFORE.iter().filter(|(service, _)| operation.starts_with(service));
        allowed.extend(before.flat_map(|(_, before)| before.iter().map(|name| (*name).to_owned())));
    }
    allowed
}

/// What a member is asked of each event data store that it owns.
const OF_A_STORE: [&str; 3] = ["GetEventDataStore", "GetInsightSelectors", "GetResourcePolicy"];
/// And what event history is asked for where it has one.
const DONE_TO_A_STORE: [&str; 4] = [
    "DeleteEventDataStore",
    "PutInsightSelectors",
    "StopEventDataStoreIngestion",
    "UpdateEventDataStore",
];

/// The calls that one member costs: those by its role, and the one that enters it. Stores of its own come on top.
fn of_member(calls: &[Call], member: &str) -> BTreeMap<String, usize> {
    let role = format!("arn:aws:iam::{member}:role/TrailproofAudit");
    let mut counts = BTreeMap::new();
    let of_all = |call: &&Call| {
        !OF_A_STORE.contains(&call.operation.as_str())
            && !DONE_TO_A_STORE.contains(&call.resource.as_str())
    };
    let own = |call: &&Call| call.account == member || call.resource == role;
    for call in calls.iter().filter(own).filter(of_all) {
        *counts.entry(name(call)).or_default() += 1;
    }
    counts
}

fn counts(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[test]
fn a_member_that_only_the_organization_trail_covers_costs_twenty_calls() {
    let all = checks();
    let cheap: Vec<&Check> = all
        .iter()
        .filter(|check| check.facts.iter().all(|fact| CHEAP.contains(&fact.as_str())))
        .collect();
    assert!(cheap.len() >= 5, "{:?}", cheap.iter().map(|check| &check.id).collect::<Vec<_>>());
    let calls = asked(&Served::new(readable()), &cheap);
    let expected = counts(&[
        ("sts:AssumeRole", 1),
        ("account:ListRegions", 1),
        ("cloudtrail:DescribeTrails", 17),
        ("cloudtrail:GetTrailStatus", 1),
    ]);
    assert_eq!(of_member(&calls, COVERED_MEMBER), expected);
    assert_eq!(expected.values().sum::<usize>(), 20);
}

#[test]
fn all_checks_cost_a_covered_member_some_dozen_calls_in_each_region() {
    let calls = all_calls();
    let mut expected = counts(&[("s3:ListBuckets", 1), ("iam:GetAccountAuthorizationDetails", 1)]);
    expected.extend(counts(&[
        ("sts:AssumeRole", 1),
        ("account:ListRegions", 1),
        ("cloudtrail:DescribeTrails", 17),
        ("cloudtrail:GetTrailStatus", 17),
        ("cloudtrail:ListEventDataStores", 17),
        // The newest event and deletions of trails in each region; at the home of the organization's trail what may
        // have been tried on it.
        ("cloudtrail:LookupEvents", 17 + 17 + 3),
        ("events:ListRules", 17),
        // What watches beside trails: in each region all of it, and where findings are gathered once.
        ("guardduty:ListDetectors", 17),
        ("guardduty:GetDetector", 17),
        ("securityhub:DescribeHub", 17),
        ("securityhub:ListFindingAggregators", 1),
        ("config:DescribeConfigurationRecorders", 17),
        ("config:DescribeConfigurationRecorderStatus", 17),
        ("config:DescribeDeliveryChannelStatus", 17),
        ("access-analyzer:ListAnalyzers", 17),
    ]));
    assert_eq!(of_member(calls, COVERED_MEMBER), expected);
}

#[test]
fn the_plan_foretells_what_a_covered_member_is_asked() {
    let served = Served::new(readable());
    let plan = Place::new().program(&["plan"]).at(&served).run().quietly(0).stdout;
    assert!(!names(&served.calls()).contains("sts:AssumeRole"), "a plan enters no account");
    let line = plan.lines().find(|line| line.starts_with(COVERED_MEMBER)).unwrap();
    for (operation, count) in of_member(all_calls(), COVERED_MEMBER) {
        assert!(
            line.contains(&format!("{operation} {count}")),
            "{operation} {count} is not in {line}"
        );
    }
}

#[test]
fn no_call_is_made_that_no_check_reads() {
    let all = checks();
    let called = names(all_calls());
    let allowed = allowed(&all.iter().collect::<Vec<_>>());
    assert!(called.is_subset(&allowed), "{:?}", called.difference(&allowed));
}

#[test]
fn nothing_is_asked_twice() {
    let mut times: BTreeMap<&Call, usize> = BTreeMap::new();
    all_calls().iter().for_each(|call| *times.entry(call).or_default() += 1);
    // 25 accounts are two pages, and so is what a policy for all of them is attached to.
    // GuardDuty's administrator has to name its detector, and is asked for it with either question.
    let paged = ["ListAccounts", "ListTargetsForPolicy", "ListDetectors"];
    let twice: Vec<_> = times
        .iter()
        .filter(|(call, count)| **count > 1 && !paged.contains(&call.operation.as_str()))
        .collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn a_bucket_and_a_key_are_asked_about_once_whoever_uses_them() {
    let mut askers: BTreeMap<(String, &str), BTreeSet<&str>> = BTreeMap::new();
    for call in all_calls().iter().filter(|call| ["s3", "kms"].contains(&call.service.as_str())) {
        if !call.resource.is_empty() {
            askers.entry((name(call), &call.resource)).or_default().insert(&call.account);
        }
    }
    assert!(askers.len() > 50, "the demo's buckets and keys are asked about");
    let shared: Vec<_> = askers.iter().filter(|(_, askers)| askers.len() > 1).collect();
    assert!(shared.is_empty(), "{shared:?}");
}

#[test]
fn regions_that_are_left_out_are_not_asked() {
    let served = Served::new(readable());
    Place::new().scan(&served, &["--regions", "eu-*", "--exclude-regions", "eu-west-3"]);
    let described = served.calls();
    let regions: BTreeSet<&str> = described
        .iter()
        .filter(|call| call.operation == "DescribeTrails")
        .map(|call| call.region.as_str())
        .collect();
    assert_eq!(regions, BTreeSet::from(["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2"]));
}

#[test]
fn accounts_that_are_left_out_are_not_entered() {
    let served = Served::new(small());
    Place::new().scan(&served, &["--exclude-accounts", COVERED_MEMBER]);
    assert_eq!(of_member(&served.calls(), COVERED_MEMBER), BTreeMap::new());
}

#[test]
fn one_check_asks_only_what_it_reads_and_the_policy_for_it_allows_exactly_that() {
    for check in checks() {
        let called = names(&asked(&Served::new(small()), &[&check]));
        let allowed = allowed(&[&check]);
        assert!(called.is_subset(&allowed), "{}: {:?}", check.id, called.difference(&allowed));
        // The organization is the caller's to ask about.
        let roster =
            |name: &String| ROSTER.contains(&name.as_str()) || name.starts_with("organizations:");
        let used: BTreeSet<String> =
            called.iter().filter(|name| !roster(name)).map(action).collect();
        assert_eq!(reader_policy(&check.id), used, "{}", check.id);
    }
}

fn action(operation: &String) -> String {
    let renamed = ACTIONS.iter().find(|(name, _)| name == operation);
    renamed.map_or_else(|| operation.clone(), |(_, action)| (*action).to_owned())
}

/// The actions that `policy` grants the reader role for a check.
fn reader_policy(check: &str) -> BTreeSet<String> {
    policy(&["--check", check, "--for", "reader"])
}

/// The actions that `policy` grants.
fn policy(arguments: &[&str]) -> BTreeSet<String> {
    let printed = Place::new().run(&[&["policy"], arguments].concat()).quietly(0).stdout;
    let policy: Value = serde_json::from_str(&printed).unwrap();
    let statements = policy["Statement"].as_array().unwrap().iter();
    let allowed = statements.inspect(|statement| assert_eq!(statement["Effect"], "Allow"));
    allowed
        .flat_map(|statement| match &statement["Action"] {
            Value::Array(actions) => actions.clone(),
            action => vec![action.clone()],
        })
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

/// The actions behind these calls; nobody needs a permission to ask who they are.
fn used<'a>(calls: impl Iterator<Item = &'a Call>) -> BTreeSet<String> {
    let names = calls.map(name).filter(|name| name != "sts:GetCallerIdentity");
    names.map(|name| action(&name)).collect()
}

#[test]
fn one_scan_uses_every_action_of_the_policies_and_no_other() {
    let calls = all_calls();
    let of_members = used(calls.iter().filter(|call| call.account != MANAGEMENT));
    let of_caller = used(calls.iter().filter(|call| call.account == MANAGEMENT));
    let (reader, caller) = (policy(&["--for", "reader"]), policy(&["--for", "caller"]));
    // The caller reads the own account as the role would, and asks of the organization what no member may.
    assert!(of_members.is_subset(&reader), "{:?}", of_members.difference(&reader));
    assert!(caller.is_disjoint(&of_members) && caller.is_disjoint(&reader), "{caller:?}");
    assert!(caller.is_subset(&of_caller), "{:?}", caller.difference(&of_caller));
    assert_eq!(policy(&["--for", "both"]), of_caller.union(&of_members).cloned().collect());
    assert_eq!(policy(&["--for", "both"]), reader.union(&caller).cloned().collect());
}

#[test]
fn a_chain_of_roles_leads_to_the_members_and_never_back_to_the_caller() {
    let (plain, chained) = (Served::new(small()), Served::new(small()));
    let hub = format!("arn:aws:iam::{LOG_ARCHIVE}:role/TrailproofAudit");
    let (code, direct) = Place::new().scan(&plain, &[]);
    let (chained_code, behind) = Place::new().scan(&chained, &["--role-chain", &hub]);
    // The caller's own account is read as the caller; an account read with another's credentials would answer for it.
    assert_eq!((chained_code, behind.verdicts()), (code, direct.verdicts()));
    let own = |served: &Served| {
        let of_caller = |call: &Call| call.account == MANAGEMENT && call.service == "cloudtrail";
        served.calls().into_iter().filter(of_caller).count()
    };
    assert_eq!(own(&chained), own(&plain));
    let entered = |account: &str| {
        let calls = chained.calls();
        calls
            .iter()
            .filter(|call| call.operation == "AssumeRole" && call.account == account)
            .count()
    };
    assert!(entered(LOG_ARCHIVE) > 1, "the members are entered from the hub");
}
