//! Against a foreign implementation: every verdict on a seeded organization, one by one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::moto_server::{Moto, python};
use crate::organizations;
use crate::program::Place;
use crate::report::{Report, text};
use crate::served::Served;

/// Without what event history tells: moto answers no `LookupEvents`. The simulator does, and `demo.rs` and `tests/lab` ask it.
const WITHOUT_HISTORY: [&str; 2] = ["--exclude-check", "group:continuity"];

fn scan(moto: &Moto) -> (i32, Report) {
    let place = Place::new();
    let program = moto.program(&place, &["scan", "--format", "json"]).more(&WITHOUT_HISTORY);
    let ended = program.run();
    (ended.code, Report::read(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}")))
}

/// A verdict's subject, as the seed and as a report name it.
fn subject<'a>(entry: &'a Value, account: &str) -> [&'a str; 4] {
    ["check", account, "region", "resource"].map(|key| text(entry, key))
}

/// Where the report and what the seed says of the verdicts differ. The seed names every result.
fn differences(seed: &Value, report: &Report) -> Vec<String> {
    let expected = seed["expected"].as_array().unwrap();
    assert!(expected.len() > 1000, "the seed expects {} verdicts only", expected.len());
    let mut found: BTreeMap<[&str; 4], Vec<&Value>> = BTreeMap::new();
    for result in report.results() {
        found.entry(subject(result, "account_id")).or_default().push(result);
    }
    let mut differences = Vec::new();
    for entry in expected {
        let results = found.remove(&subject(entry, "account")).unwrap_or_default();
        if !matches!(results.as_slice(), [one] if one["status"] == entry["status"]) {
            let told = |result: &&Value| {
                let part = |key: &str| text(result, key).to_owned();
                format!("{} {}: {}", part("status"), part("reason"), part("message"))
            };
            let results: Vec<String> = results.iter().map(told).collect();
            differences.push(format!("{entry}\n    found: {results:?}"));
        }
    }
    let more = found.into_values().flatten();
    differences.extend(more.map(|result| format!("the seed expects nothing of this: {result}")));
    differences
}

fn every_verdict_is_as_expected(name: &str, flags: &[&str]) {
    let Some(python) = python(name) else { return };
    let moto = python.seeded(flags);
    let (code, report) = scan(&moto);
    let wrong = differences(&moto.seed, &report);
    assert!(wrong.is_empty(), "{} verdicts differ\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(code, 3, "a key of another organization cannot be read");
    assert_eq!((report.accounts("assessed"), report.accounts("not_active")), (7, 1));
}

#[test]
fn the_server_fills_what_moto_lacks() {
    let Some(python) = python("the server's own test") else { return };
    python.run(&["selftest.py"]);
}

#[test]
fn every_verdict_under_an_organization_trail_is_as_expected() {
    every_verdict_is_as_expected("every verdict under an organization trail", &[]);
}

#[test]
fn every_verdict_without_an_organization_trail_is_as_expected() {
    let flags = ["--without-org-trail"];
    every_verdict_is_as_expected("every verdict without an organization trail", &flags);
}

#[test]
fn junit_reports_are_valid_and_read_back() {
    let Some(python) = python("the JUnit schema") else { return };
    let place = Place::new();
    let check = |name: &str| python.check_junit(&place.path(name));
    for flags in [["--junit-grain", "check"], ["--junit-grain", "resource"]] {
        let name = format!("demo-{}.xml", flags[1]);
        let format = format!("--format=junit={name}");
        place.program(&["demo", "--ci", &format]).more(&flags).run().quietly(1);
        check(&name);
    }
    let moto = python.seeded(&[]);
    let program = moto.program(&place, &["scan", "--quiet", "--format", "junit=moto.xml"]);
    program.more(&WITHOUT_HISTORY).run().quietly(3);
    check("moto.xml");
    for (name, description) in
        [("empty.xml", organizations::empty()), ("lone.xml", organizations::lone())]
    {
        let format = format!("--format=junit={name}");
        let program = place.program(&["scan", "--quiet", "--exit-zero", &format]);
        program.at(&Served::new(description)).run().quietly(0);
        check(name);
    }
}

/// The operation that is denied, the reason that must follow, and a check that then cannot be decided somewhere.
const DENIED: [(&str, &str, &str); 7] = [
    ("cloudtrail:DescribeTrails", "access_denied", "cloudtrail-enabled"),
    ("cloudtrail:GetTrailStatus", "access_denied", "trail-is-logging"),
    ("s3:GetBucketVersioning", "access_denied", "s3-bucket-versioning-enabled"),
    ("s3:GetBucketAcl", "access_denied", "cloudtrail-s3-bucket-public-access-prohibited"),
    ("kms:DescribeKey", "access_denied", "trail-kms-key-usable"),
    ("iam:GetAccountAuthorizationDetails", "access_denied", "iam-cloudtrail-full-access-attached"),
    ("sts:AssumeRole", "assume_role_denied", "cloudtrail-enabled"),
];

#[test]
fn what_moto_denies_is_unknown() {
    let Some(python) = python("denials by moto") else { return };
    let moto = python.seeded(&["--without-org-trail"]);
    let (_, whole) = scan(&moto);
    let passed = whole.with_status("pass");
    for (operation, reason, check) in DENIED {
        moto.deny(operation);
        let (code, less) = scan(&moto);
        moto.allow();
        assert_eq!(code, 3, "{operation}");
        let lost: Vec<&Value> =
            less.having("check", check).filter(|r| r["status"] == "unknown").collect();
        assert!(lost.iter().any(|result| result["reason"] == reason), "{operation}: {lost:?}");
        let new: Vec<&str> = less.with_status("pass").difference(&passed).copied().collect();
        assert!(new.is_empty(), "{operation}: {new:?} pass only where it is denied");
        assert!(less.coverage() < whole.coverage(), "{operation}");
    }
    assert_eq!(scan(&moto).1.verdicts(), whole.verdicts(), "denials leave nothing behind");
}

/// What is denied all at once, each with a check that then cannot be decided somewhere.
const DENIED_TOGETHER: [(&str, &str); 23] = [
    ("access-analyzer:ListAnalyzers", "access-analyzer-enabled"),
    ("cloudtrail:GetEventDataStore", "event-data-store-retention"),
    ("cloudtrail:GetInsightSelectors", "cost-insights-duplicated"),
    ("cloudtrail:GetResourcePolicy", "event-data-store-resource-policy"),
    ("cloudtrail:ListChannels", "trail-log-consumer-present"),
    ("cloudtrail:ListTags", "cloudtrail-trail-tagged"),
    ("cloudtrail:LookupEvents", "trail-delivery-matches-activity"),
    ("config:DescribeConfigurationRecorders", "config-recorder-all-regions"),
    ("guardduty:DescribeOrganizationConfiguration", "guardduty-enabled-centralized"),
    ("guardduty:GetDetector", "guardduty-s3-protection-enabled"),
    ("iam:GetRole", "org-cloudtrail-service-linked-role"),
    ("kms:GetKeyPolicy", "trail-kms-key-policy-scoped"),
    ("kms:GetKeyRotationStatus", "cmk-backing-key-rotation-enabled"),
    ("organizations:ListAWSServiceAccessForOrganization", "org-cloudtrail-trusted-access"),
    ("organizations:ListDelegatedAdministrators", "org-cloudtrail-delegated-admin"),
    ("s3:GetBucketEncryption", "s3-default-encryption-kms"),
    ("s3:GetBucketLogging", "cloudtrail-s3-bucket-access-logging"),
    ("s3:GetBucketPolicy", "s3-bucket-ssl-requests-only"),
    ("s3:GetBucketReplication", "s3-bucket-replication-enabled"),
    ("s3:GetBucketTagging", "cloudtrail-sensitive-bucket-dataevents"),
    ("s3:GetBucketNotificationConfiguration", "trail-log-consumer-present"),
    ("securityhub:DescribeHub", "securityhub-enabled"),
    ("sns:GetTopicAttributes", "trail-sns-delivery-healthy"),
];

#[test]
fn what_moto_denies_at_once_leaves_the_rest_as_it_was() {
    let Some(python) = python("many denials by moto") else { return };
    let moto = python.seeded(&[]);
    let (_, whole) = scan(&moto);
    DENIED_TOGETHER.iter().for_each(|(operation, _)| moto.deny(operation));
    let (code, less) = scan(&moto);
    assert_eq!(code, 3);
    for (operation, check) in DENIED_TOGETHER {
        let mut results = less.having("check", check);
        assert!(results.any(|result| result["reason"] == "access_denied"), "{operation}");
    }
    let status = |report: &Report| -> BTreeMap<String, String> {
        let verdicts = report.verdicts();
        verdicts.iter().map(|(subject, one)| ((*subject).to_owned(), one.0.to_owned())).collect()
    };
    let (before, after) = (status(&whole), status(&less));
    let changed = |(subject, status): &(&String, &String)| {
        *status != "unknown" && before.get(*subject) != Some(*status)
    };
    let changed: Vec<_> = after.iter().filter(changed).collect();
    assert!(changed.is_empty(), "denials only take verdicts away: {changed:?}");
}

#[test]
fn a_member_that_scans_itself_sees_itself_alone() {
    let Some(python) = python("a lone member") else { return };
    let moto = python.seeded(&[]);
    let place = Place::new();
    let program = moto.program_in("payments", &place, &["scan", "--format", "json"]);
    let ended = program.more(&WITHOUT_HISTORY).run();
    let report = Report::read(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    let payments = moto.account("payments");
    assert_eq!((report.accounts("listed"), report.accounts("assessed")), (1, 1));
    let notes = report.0["scope"]["notes"].to_string();
    assert!(notes.contains("alone was scanned"), "{notes}");
    let about: BTreeSet<&str> = report.results().iter().map(|r| text(r, "account_id")).collect();
    assert_eq!(about, BTreeSet::from([payments]));
    let logged = report.having("check", "trail-coverage-per-region").all(|r| r["status"] == "pass");
    assert!(logged, "its own trail covers it: {:?}", report.with_status("fail"));
    let ended = moto.program_in("payments", &place, &["scan", "--org"]).run();
    ended.stopped(4, &["organization", "--org"]);
}

#[test]
fn moto_is_asked_nothing_twice() {
    let Some(python) = python("moto's log of calls") else { return };
    let moto = python.seeded(&[]);
    let before = moto.calls().len();
    scan(&moto);
    let mut described: BTreeMap<String, usize> = BTreeMap::new();
    for call in &moto.calls()[before..] {
        if call["operation"] == "DescribeTrails" {
            *described.entry(format!("{} {}", call["account"], call["region"])).or_default() += 1;
        }
    }
    // 17 regions in each of seven accounts, and one that was switched on.
    assert_eq!(described.len(), 17 * 7 + 1);
    assert!(described.values().all(|count| *count == 1), "{described:?}");
}
