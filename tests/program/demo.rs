//! `demo`: one report in every format, the same bytes each time, whatever its accounts are called.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use crate::organizations;
use crate::program::Place;
use crate::report::{Report, text};
use crate::served::Served;

const FORMATS: [&str; 3] = ["table", "json", "junit"];
/// The account whose name is an attack on whoever shows it.
const HOSTILE: &str = "700000000003";

fn run(format: &str) -> String {
    Place::new().run(&["demo", "--format", format]).quietly(0).stdout
}

/// The demo's report in that format; made once, since every run makes the same.
fn demo(format: &str) -> String {
    static REPORTS: LazyLock<[String; 3]> = LazyLock::new(|| FORMATS.map(run));
    let position = FORMATS.iter().position(|known| *known == format).unwrap();
    REPORTS[position].clone()
}

fn report() -> Report {
    Report::read(demo("json")).unwrap()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn hold(value: &Value, wanted: &str) {
    let missing: Vec<&str> =
        wanted.split(' ').filter(|key| value.get(key).is_none_or(Value::is_null)).collect();
    assert!(missing.is_empty(), "{missing:?} missing among {:?}", keys(value));
}

#[test]
fn two_runs_give_the_same_bytes_in_every_format() {
    for format in FORMATS {
        assert_eq!(run(format), demo(format), "{format}");
    }
}

#[test]
fn without_a_format_the_table_goes_to_stdout() {
    assert_eq!(Place::new().run(&["demo"]).quietly(0).stdout, demo("table"));
}

#[test]
fn nothing_is_kept_unless_it_is_asked_for() {
    let place = Place::new();
    place.run(&["demo"]).quietly(0);
    assert!(place.files().is_empty(), "{:?}", place.files());
}

#[test]
fn files_and_stdout_get_their_reports_in_one_run() {
    let place = Place::new();
    let all = ["demo", "--format", "json=r.json", "--format", "junit=r.xml", "--format", "table"];
    let ended = place.run(&all).quietly(0);
    assert_eq!(ended.stdout, demo("table"));
    assert_eq!(place.read("r.json"), demo("json").into_bytes());
    assert_eq!(place.read("r.xml"), demo("junit").into_bytes());
    assert_eq!(place.files().len(), 2, "nothing beside the reports: {:?}", place.files());
}

#[test]
fn a_dash_is_stdout_and_a_table_in_a_file_has_no_colour() {
    let place = Place::new();
    let wanted = ["demo", "--color", "always", "--format", "table=t.txt", "--format", "json=-"];
    assert_eq!(place.run(&wanted).quietly(0).stdout, demo("json"));
    assert_eq!(place.read("t.txt"), demo("table").into_bytes());
}

#[test]
fn the_json_report_holds_what_its_readers_need() {
    let report = report();
    hold(&report.0, "schema run scope coverage score results waivers");
    assert_eq!(report.0["schema"], "trailproof.report/1");
    assert!(
        report.0.get("diff").is_some(),
        "a key of its own, also where there is nothing to compare with"
    );
    hold(&report.0["run"], "id tool_version ruleset started ended caller_arn complete");
    hold(&report.0["scope"], "partition organization_id accounts");
    hold(&report.0["coverage"], "percent accounts unread");
    hold(&report.0["coverage"]["accounts"], "listed assessed unread excluded not_active");
    hold(&report.0["score"], "proven potential coverage grade caps organization accounts groups");
    for account in report.0["scope"]["accounts"].as_array().unwrap() {
        hold(account, "id name state ou_path in_scope regions");
        assert_eq!(text(account, "id").len(), 12);
    }
    for unread in report.0["coverage"]["unread"].as_array().unwrap() {
        hold(unread, "account_id region reason message");
    }
    for result in report.results() {
        hold(
            result,
            "check title severity status reason message partition account_id region resource observed expected \
             evidence fingerprint",
        );
    }
}

#[test]
fn the_json_report_is_valid_by_its_own_schema() {
    let schema = include_str!("../../reports/schema/report.schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let complaints: Vec<String> =
        validator.iter_errors(&report().0).map(|error| error.to_string()).take(5).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[test]
fn every_result_has_an_identity_a_known_status_and_says_why_it_is_unknown() {
    let report = report();
    let mut seen = BTreeSet::new();
    for result in report.results() {
        let fingerprint = text(result, "fingerprint");
        assert!(seen.insert(fingerprint), "twice: {result}");
        assert!(
            fingerprint.len() == 64
                && fingerprint.bytes().all(|b| b"0123456789abcdef".contains(&b))
        );
        let status = text(result, "status");
        assert!(["pass", "fail", "unknown", "not_applicable"].contains(&status), "{result}");
        assert!(status != "unknown" || !text(result, "reason").is_empty(), "{result}");
        assert!(
            status == "not_applicable" || !result["evidence"].as_array().unwrap().is_empty(),
            "{result}"
        );
    }
    for status in ["pass", "fail", "unknown", "not_applicable"] {
        assert!(report.having("status", status).next().is_some(), "the demo shows no {status}");
    }
}

#[test]
fn results_and_accounts_are_sorted() {
    let report = report();
    let key = |result: &Value| {
        ["account_id", "check", "region", "resource"].map(|key| text(result, key).to_owned())
    };
    assert!(report.results().is_sorted_by_key(key));
    let accounts = report.0["scope"]["accounts"].as_array().unwrap();
    assert!(accounts.is_sorted_by_key(|account| text(account, "id").to_owned()));
}

#[test]
fn the_numbers_of_accounts_add_up() {
    let report = report();
    let sum: u64 = ["assessed", "unread", "excluded", "not_active"]
        .iter()
        .map(|word| report.accounts(word))
        .sum();
    assert_eq!(report.accounts("listed"), sum);
    assert_eq!(report.0["scope"]["accounts"].as_array().unwrap().len() as u64, sum);
    assert_eq!((sum, report.accounts("unread"), report.accounts("not_active")), (25, 1, 1));
    assert_eq!(report.0["run"]["complete"], false);
}

#[test]
fn the_table_and_the_junit_report_agree_with_the_json_report() {
    let (report, table, junit) = (report(), demo("table"), demo("junit"));
    let failed = report.having("status", "fail").count();
    assert!(
        table.contains(&format!(", {failed} findings in ")),
        "{failed} failed findings: {table}"
    );
    let mut cases: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for result in report.results() {
        let case = (text(result, "account_id"), text(result, "check"));
        cases.entry(case).or_default().insert(text(result, "status"));
    }
    for (account, check) in cases.keys() {
        let case = format!("classname=\"trailproof.{account}\" name=\"{check} ");
        assert_eq!(junit.matches(&case).count(), 1, "{case}");
    }
    let failing = cases.values().filter(|statuses| statuses.contains("fail")).count();
    assert_eq!(junit.matches("<failure ").count(), failing);
}

#[test]
fn a_hostile_account_name_is_harmless_in_every_format() {
    let (report, table, junit) = (report(), demo("table"), demo("junit"));
    let accounts = report.0["scope"]["accounts"].as_array().unwrap();
    let name = text(accounts.iter().find(|account| account["id"] == HOSTILE).unwrap(), "name");
    assert!(
        name.contains("<script>") && name.contains('\u{1b}') && name.contains('監'),
        "{name:?}"
    );
    for (format, output) in
        [("json", demo("json")), ("table", table.clone()), ("junit", junit.clone())]
    {
        let control = |c: char| c.is_control() && c != '\n';
        assert!(!output.contains(control), "{format} holds a control character");
    }
    assert!(!junit.contains("<script"), "markup in JUnit");
    assert!(junit.contains("&lt;script&gt;") && junit.contains("監査用アカウント"));
    let coloured = Place::new().run(&["demo", "--color", "always"]).quietly(0).stdout;
    assert!(coloured.contains('\u{1b}') && !coloured.contains("\u{1b}[31mred"));
}

#[test]
fn colour_is_for_terminals_unless_it_is_asked_for() {
    assert!(!demo("table").contains('\u{1b}'));
    let forced = Place::new().program(&["demo"]).env("CLICOLOR_FORCE", "1").run().quietly(0);
    assert!(forced.stdout.contains('\u{1b}'));
    let both =
        Place::new().program(&["demo"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").run();
    assert_eq!(both.quietly(0).stdout, demo("table"));
}

#[test]
fn the_table_keeps_to_the_width_that_it_is_given() {
    for width in [64, 80, 132, 200] {
        let ended =
            Place::new().program(&["demo"]).env("COLUMNS", width.to_string()).run().quietly(0);
        for line in ended.stdout.lines() {
            let columns: usize = line.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum();
            assert!(columns <= width, "{columns} of {width} columns: {line}");
        }
    }
}

#[test]
fn who_stopped_a_trail_for_a_while_is_named_and_so_is_who_was_refused() {
    let report = report();
    let found = |account: &str, check: &str| {
        let mut results = report.having("check", check);
        results.find(|result| result["account_id"] == account).unwrap().clone()
    };
    let stopped = found("500000000008", "trail-tamper-events-90d");
    assert_eq!((text(&stopped, "status"), text(&stopped, "reason")), ("fail", "tampered"));
    let message = text(&stopped, "message");
    for told in ["StopLogging at 2026-10-22T21:55:57Z", "PartnerSupport/m.okafor", "203.0.113.77"] {
        assert!(message.contains(told), "{message}");
    }
    let event = stopped["evidence"].as_array().unwrap().iter().find(|e| e["field"] == "Events[]");
    assert_eq!(event.unwrap()["value"]["eventName"], "StopLogging");
    assert!(!stopped.to_string().contains("ASIADEMO"), "no key id is kept");
    // Elsewhere the organization's trail recorded meanwhile; where it is missing nobody did.
    let gap = found("500000000008", "trail-logging-gap-90d");
    assert_eq!((text(&gap, "status"), text(&gap, "reason")), ("fail", "gap"));
    for told in ["47 min", "ca-central-1", "PartnerSupport/m.okafor"] {
        assert!(text(&gap, "message").contains(told), "{gap}");
    }
    let refused = found("600000000005", "trail-tamper-attempts-denied-90d");
    assert_eq!(text(&refused, "reason"), "attempted");
    assert!(text(&refused, "message").contains("MobileBuild"), "{refused}");
}

#[test]
fn it_shows_a_chain_that_holds_and_one_for_each_way_to_break() {
    let report = report();
    // The management account's, which owns the log group; every member has them by the organization's trail.
    let told = |set: &str, account: &str| {
        let check = format!("log-metric-filter-{set}");
        let mut results = report.having("check", &check);
        results.find(|result| result["account_id"] == account).unwrap().clone()
    };
    let (management, member) = ("111122223333", "202020202020");
    for (set, verdict, words) in [
        (
            "cloudtrail-changes",
            ("pass", ""),
            "filter TrailChanges, alarm trail-changes, arn:aws:sns:",
        ),
        ("iam-policy-changes", ("fail", "alarm_muted"), "is muted by"),
        ("cmk-disable-or-delete", ("fail", "no_confirmed_subscription"), "nobody has confirmed"),
        ("security-group-changes", ("fail", "missing_events"), "no filter takes every"),
    ] {
        for account in [management, member] {
            let result = told(set, account);
            let reason =
                if account == member && verdict.0 == "pass" { "covered_by_org" } else { verdict.1 };
            assert_eq!((text(&result, "status"), text(&result, "reason")), (verdict.0, reason));
            assert!(text(&result, "message").contains(words), "{result}");
        }
    }
    let hole = told("security-group-changes", management);
    assert!(text(&hole, "observed").contains("this event goes unheard: {"), "{hole}");
    let muted = report.having("check", "cloudtrail-alarm-not-muted");
    assert_eq!(muted.filter(|result| result["status"] == "fail").count(), 1);
}

#[cfg(feature = "detection-services")]
#[test]
fn it_shows_what_watches_beside_trails_and_where_that_is_off() {
    let report = report();
    let failed = |check: &str| -> BTreeSet<(String, String, String)> {
        let failed = report.having("check", check).filter(|result| result["status"] == "fail");
        let keys = ["account_id", "region", "reason"];
        failed.map(|result| keys.map(|key| text(result, key).to_owned()).into()).collect()
    };
    let holds = |check: &str, account: &str, region: &str, reason: &str| {
        let wanted = (account.to_owned(), region.to_owned(), reason.to_owned());
        assert!(failed(check).contains(&wanted), "{check}: {:?}", failed(check));
    };
    holds("guardduty-enabled-centralized", "500000000006", "ap-southeast-1", "detector_disabled");
    holds("guardduty-enabled-centralized", "700000000004", "eu-west-1", "no_detector");
    holds("guardduty-s3-protection-enabled", "600000000003", "us-east-2", "s3_protection_off");
    holds("config-recorder-all-regions", "600000000002", "eu-west-1", "not_recording");
    holds("config-recorder-all-regions", "600000000003", "us-east-2", "no_recorder");
    holds("securityhub-enabled", "700000000004", "us-east-1", "no_hub");
    // The organization's analyzer looks at everybody where its account has the region.
    let analyzed = report.having("check", "access-analyzer-enabled");
    let covered = analyzed.filter(|result| result["reason"] == "covered_by_org_analyzer").count();
    assert!(covered > 300, "{covered}");
    let read = report.having("check", "trail-log-consumer-present");
    let passes = read.filter(|result| result["status"] == "pass").count();
    assert!(passes >= 1, "the organization's bucket tells a queue");
}

#[test]
fn of_a_quarter_that_is_named_the_report_says_which_days_it_tells_of() {
    let demo = |format: &str| {
        let asked = ["demo", "--period", "2026-Q3", "--format", format];
        Place::new().run(&asked).quietly(0).stdout
    };
    let report = Report::read(demo("json")).unwrap();
    let period = &report.0["scope"]["period"];
    assert_eq!(period["provable"]["to"], "2026-10-01T00:00:00Z");
    assert_eq!(period["missing"][0]["from"], "2026-07-01T00:00:00Z");
    // What was done in October is no matter of that quarter.
    let mut tampered = report.having("check", "trail-tamper-events-90d");
    assert!(tampered.all(|result| result["status"] != "fail"));
    for format in ["table", "junit"] {
        let flat = demo(format).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("validate-logs"), "{format}");
    }
    // And so does each check that is about the past, where something was done in it.
    let asked = ["demo", "--period", "2026-Q4", "--format", "junit"];
    let told = "period: of 2026-10-01 to 2026-12-31 only 2026-10-01T00:00:00Z to 2026-11-21T22:42:57Z is told";
    assert!(Place::new().run(&asked).quietly(0).stdout.contains(told));
    let ended = Place::new().run(&["demo", "--period", "2026-Q5"]).with(2);
    for said in ["2026-Q5", "2026-09"] {
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
    }
}

#[test]
fn the_demo_over_http_reaches_the_same_verdicts_as_in_memory() {
    let (code, scanned) = Place::new().scan(&Served::new(organizations::demo()), &[]);
    assert_eq!(code, 3, "what could not be read makes a scan incomplete");
    let shown = report();
    assert_eq!(scanned.verdicts(), shown.verdicts());
    assert_eq!(scanned.0["score"], shown.0["score"]);
    assert_eq!(scanned.0["coverage"]["accounts"], shown.0["coverage"]["accounts"]);
}

/// The captures of the page on terminals: the columns, the command, and what it shows.
fn captures() -> Vec<(String, Vec<String>, String)> {
    let page = include_str!("../../docs/terminal.md");
    let parts = page.split("\n## ").skip(1);
    parts
        .map(|part| {
            let columns = part.split_whitespace().next().unwrap().to_owned();
            let block = part.split("```console\n$ trailproof ").nth(1).unwrap();
            let (command, shown) = block.split("\n```").next().unwrap().split_once('\n').unwrap();
            (columns, command.split(' ').map(str::to_owned).collect(), shown.to_owned())
        })
        .collect()
}

#[test]
fn the_page_on_terminals_shows_what_they_show() {
    let captures = captures();
    assert_eq!(captures.len(), 3);
    let mut page = include_str!("../../docs/terminal.md").to_owned();
    for (columns, command, shown) in captures {
        let told = Place::new().program(&command).env("COLUMNS", &columns).run().quietly(0).stdout;
        let lines = shown.lines().count();
        assert!(lines > 20);
        let told: Vec<&str> = told.lines().map(str::trim_end).take(lines).collect();
        page = page.replace(&shown, &told.join("\n"));
    }
    if std::env::var_os("TRAILPROOF_BLESS").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/terminal.md");
        std::fs::write(path, &page).unwrap();
        return;
    }
    assert!(
        page == include_str!("../../docs/terminal.md"),
        "docs/terminal.md shows another demo; `TRAILPROOF_BLESS=1 cargo test --test program page_on_terminals` writes it \
         anew"
    );
}
