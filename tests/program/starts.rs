//! Runs that cannot start: nobody to ask, or nobody who may be asked.

use std::time::Instant;

use trailproof_sim::{Effect, Fault};

use crate::organizations::{COVERED_MEMBER, MANAGEMENT, REFUSING_MEMBER, demo, lone, small};
use crate::program::Place;
use crate::report::{Report, text};
use crate::served::Served;

/// A reserved port, on which nobody listens; a free one might be taken by another test at any time.
const DEAD_PORT: &str = "http://127.0.0.1:1";

const ASKING: [&str; 3] = ["scan", "collect", "plan"];

#[test]
fn without_credentials_nothing_starts() {
    for command in ASKING {
        let place = Place::new();
        let started = Instant::now();
        place
            .run(&[command])
            .stopped(4, &["no credentials were found", "AWS_PROFILE", "AWS_ACCESS_KEY_ID"]);
        assert!(
            started.elapsed().as_secs() < 10,
            "{command} waited for credentials that nobody has"
        );
        assert!(place.files().is_empty(), "{:?}", place.files());
    }
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    let place = Place::new();
    std::fs::create_dir(place.path(".aws")).unwrap();
    place.write(".aws/config", "[profile theirs]\nregion = us-east-1\n");
    place.run(&["scan", "--profile", "nobodys"]).stopped(4, &["no profile nobodys", "--profile"]);
    place.program(&["scan"]).env("AWS_PROFILE", "ours").run().stopped(4, &["no profile ours"]);
}

#[test]
fn a_setting_in_the_environment_that_cannot_be_meant_is_named() {
    let place = Place::new();
    for (name, value) in [
        ("AWS_MAX_ATTEMPTS", "many"),
        ("AWS_MAX_ATTEMPTS", "0"),
        ("AWS_MAX_ATTEMPTS", ""),
        ("AWS_RETRY_MODE", "never"),
        ("AWS_ENDPOINT_URL", ""),
        ("AWS_ENDPOINT_URL_S3", "localhost:9000"),
        ("AWS_ENDPOINT_URL", "localhost"),
        ("AWS_CA_BUNDLE", "missing.pem"),
    ] {
        let program = place.program(&["scan"]).keys("AKIAEXAMPLE", "none").env(name, value);
        program.run().stopped(2, &[name, value]);
    }
}

#[test]
fn an_endpoint_that_nobody_serves_is_told_with_what_to_check() {
    for command in ASKING {
        let place = Place::new();
        let program = place.program(&[command]).asking(DEAD_PORT, "AKIAEXAMPLE", "none");
        program.run().stopped(4, &["refused", "--endpoint-url"]);
        assert!(place.files().is_empty(), "{:?}", place.files());
    }
}

#[test]
fn an_endpoint_from_the_environment_is_asked_as_one_from_the_flag_is() {
    let served = Served::new(small());
    let place = Place::new();
    let (code, flag) = place.scan(&served, &[]);
    let (id, secret) = served.simulator.caller_credentials();
    let program = place.program(&["scan", "--format", "json"]).keys(&id, &secret);
    let ended = program.env("AWS_ENDPOINT_URL", &served.url).run().with(code);
    assert_eq!(Report::read(ended.stdout).unwrap().verdicts(), flag.verdicts());
}

#[test]
fn keys_that_mean_nothing_are_told() {
    let served = Served::new(small());
    let place = Place::new();
    let program = place.program(&["scan"]).asking(&served.url, "AKIAEXAMPLE", "none");
    program.run().stopped(4, &["InvalidClientTokenId", "does not accept these credentials"]);
}

#[test]
fn a_caller_who_may_not_be_known_is_told() {
    for effect in [Effect::AccessDenied, Effect::ScpDenied, Effect::ExpiredToken, Effect::Html] {
        let fault = Fault::on("sts:GetCallerIdentity", effect);
        let served = Served::with_faults(small(), vec![fault]);
        let place = Place::new();
        place.program(&["scan"]).at(&served).run().stopped(4, &["cannot ask AWS who is calling"]);
        assert!(place.files().is_empty(), "{:?}", place.files());
    }
}

#[test]
fn a_lone_account_is_scanned_by_itself_and_the_report_says_so() {
    let served = Served::new(lone());
    let place = Place::new();
    let (code, report) = place.scan(&served, &[]);
    let unknown: Vec<_> = report.having("status", "unknown").collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert_eq!((code, report.accounts("listed")), (0, 1));
    assert_eq!(report.0["scope"]["organization_id"], serde_json::Value::Null);
    let notes = report.0["scope"]["notes"].to_string();
    assert!(notes.contains("in no organization"), "{notes}");
    let missing = report.having("check", "cloudtrail-enabled").next().unwrap();
    assert_eq!((text(missing, "status"), text(missing, "account_id")), ("fail", MANAGEMENT));
}

#[test]
fn an_organization_that_is_asked_for_must_be_readable() {
    let served = Served::new(lone());
    let denied = Fault::on("organizations:ListAccounts", Effect::AccessDenied);
    let refusing = Served::with_faults(small(), vec![denied]);
    for flags in [["--org"].as_slice(), &["--ou", "Security"]] {
        for served in [&served, &refusing] {
            let place = Place::new();
            let program = place.program(&["scan"]).more(flags).at(served);
            program.run().stopped(4, &["organization", "management account"]);
            assert!(place.files().is_empty(), "{:?}", place.files());
        }
    }
}

#[test]
fn a_caller_who_may_not_list_the_organization_is_told_in_the_report() {
    let denied = Fault::on("organizations:ListAccounts", Effect::AccessDenied);
    let served = Served::with_faults(small(), vec![denied]);
    let (_, report) = Place::new().scan(&served, &[]);
    assert_eq!(report.accounts("listed"), 1);
    let notes = report.0["scope"]["notes"].to_string();
    assert!(notes.contains("ListAccounts") && notes.contains("alone"), "{notes}");
}

#[test]
fn where_no_account_lets_anybody_in_there_is_nothing_to_report() {
    let served = Served::new(demo());
    let place = Place::new();
    let flags = ["scan", "--quiet", "--accounts", REFUSING_MEMBER, "--format", "json=r.json"];
    let program = place.program(&flags).at(&served);
    program.run().stopped(4, &[REFUSING_MEMBER, "AccessDenied", "--role-name"]);
    assert!(!place.path("r.json").exists());
}

#[test]
fn a_role_of_another_name_is_refused_and_the_name_is_said() {
    let mut description = small();
    for account in &mut description.accounts {
        account.reader_roles = vec!["Auditor".to_owned()];
    }
    let served = Served::new(description);
    let (code, report) = Place::new().scan(&served, &[]);
    assert_eq!((code, report.accounts("assessed")), (3, 1));
    let unread = report.0["coverage"]["unread"].to_string();
    assert!(unread.contains("role/TrailproofAudit"), "{unread}");
    let (code, report) = Place::new().scan(&served, &["--role-name", "Auditor"]);
    assert_eq!((code, report.accounts("unread")), (0, 0));
}

#[test]
fn an_external_id_opens_the_role_that_asks_for_it() {
    let mut description = small();
    let member =
        description.accounts.iter_mut().find(|account| account.id == COVERED_MEMBER).unwrap();
    member.external_id = Some("agreed".to_owned());
    let served = Served::new(description);
    assert_eq!(Place::new().scan(&served, &[]).1.accounts("unread"), 1);
    assert_eq!(Place::new().scan(&served, &["--external-id", "agreed"]).1.accounts("unread"), 0);
}
