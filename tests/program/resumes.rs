//! Runs that end at any moment go on where they were, and come to what they would have come to.
#![cfg(unix)]

use std::fs;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use trailproof_sim::{Effect, Fault};

use crate::organizations::{COVERED_MEMBER, demo, small};
use crate::program::{Ended, Place};
use crate::report::{Report, text};
use crate::served::Served;

/// A report without what differs between two runs over the same organization: the run, and when it looked.
fn timeless(report: &Report) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members
                    .retain(|key, _| !["read_at", "read_started", "read_ended"].contains(&&**key));
                // Event history is asked up to the hour before the call: one more time, in the request itself.
                if members.get("operation").is_some_and(|name| name == "cloudtrail:LookupEvents") {
                    members.remove("request_id");
                }
                members.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            Value::String(text) => *text = without_times(text),
            _ => {}
        }
    }
    let mut value = report.0.clone();
    value.as_object_mut().unwrap().remove("run");
    strip(&mut value);
    value
}

/// A text without the times in it: each served organization counts its ages from a moment of its own.
fn without_times(text: &str) -> String {
    let mut words = text.split_inclusive([' ', ',', '=']).map(|word| {
        let (time, end) = word.split_at(word.trim_end_matches([' ', ',', '=']).len());
        match time.parse::<jiff::Timestamp>() {
            Ok(_) => format!("TIME{end}"),
            Err(_) => word.to_owned(),
        }
    });
    words.by_ref().collect()
}

/// Names the first difference: the whole is too long to be read.
fn same(what: &str, whole: &Report, resumed: &Report) {
    let (one, other) = (timeless(whole), timeless(resumed));
    if one == other {
        return;
    }
    panic!("{what}: {}", first_difference("", &one, &other).unwrap_or_default());
}

/// Where two documents differ first, and how.
fn first_difference(at: &str, one: &Value, other: &Value) -> Option<String> {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => one
            .iter()
            .find_map(|(key, value)| first_difference(&format!("{at}/{key}"), value, &other[key])),
        (Value::Array(ones), Value::Array(others)) if ones.len() == others.len() => {
            let mut pairs = ones.iter().zip(others).enumerate();
            pairs.find_map(|(n, (one, other))| first_difference(&format!("{at}/{n}"), one, other))
        }
        _ if one == other => None,
        _ => {
            let short = |value: &Value| value.to_string().chars().take(900).collect::<String>();
            Some(format!("{at}\n{}\n{}", short(one), short(other)))
        }
    }
}

fn report(ended: &Ended) -> Report {
    Report::read(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

fn resume(place: &Place, served: &Served) -> Ended {
    place.program(&["scan", "--resume", "run", "--format", "json"]).at(served).run()
}

/// A scan that is under way, and has put so many questions.
fn under_way(place: &Place, served: &Served, calls: usize) -> Child {
    let before = served.calls().len();
    let flags = ["scan", "--run-dir", "run", "--concurrency", "4", "--format", "json=r.json"];
    let mut child = place.program(&flags).at(served).spawn();
    let started = Instant::now();
    while served.calls().len() < before + calls && child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(60), "it asked too little");
        sleep(Duration::from_millis(1));
    }
    child
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_run_that_is_killed_at_any_moment_goes_on_to_the_same_report() {
    let served = Served::new(demo());
    let whole = Place::new().scan(&served, &[]);
    let all = served.calls().len();
    let mut resumed = 0;
    // Every moment of a smaller organization is that of `tests/lab`.
    for part in 0..5 {
        let place = Place::new();
        let mut child = under_way(&place, &served, 1 + part * all / 5);
        let _ = child.kill();
        child.wait().unwrap();
        if !place.path("run/run.json").exists() {
            // Killed before it knew who calls: nothing was read, and nothing is lost.
            continue;
        }
        let ended = resume(&place, &served);
        assert_eq!(ended.code, whole.0, "{ended:?}");
        same(&format!("killed after part {part} of 5"), &whole.1, &report(&ended));
        resumed += 1;
    }
    assert!(resumed > 3, "only {resumed} runs were under way");
}

#[test]
fn a_run_that_is_interrupted_says_how_it_goes_on_and_does() {
    let served = Served::new(demo());
    let whole = Place::new().scan(&served, &[]);
    let all = served.calls().len();
    let place = Place::new();
    let child = under_way(&place, &served, 200);
    send("-INT", &child);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("--resume run"), "{said}");
    let saved = Report::read(place.read("r.json")).unwrap();
    assert!(saved.0["run"]["complete"] == false, "an interrupted run is no complete one");
    let before = served.calls().len();
    let ended = resume(&place, &served).with(whole.0);
    same("interrupted", &whole.1, &report(&ended));
    let again = served.calls().len() - before;
    assert!(again < all - 100, "it asked {again} times, as if nothing of {all} had been read");
}

#[test]
fn what_failed_for_the_moment_is_asked_again_and_the_rest_is_not() {
    let description = small();
    let fault = Fault {
        account: Some(COVERED_MEMBER.to_owned()),
        ..Fault::on("cloudtrail:DescribeTrails", Effect::ServerError)
    };
    let failing = Served::with_faults(description.clone(), vec![fault]);
    let place = Place::new();
    let flags = ["scan", "--run-dir", "run", "--format", "json"];
    let first = place.program(&flags).at(&failing).run().with(3);
    assert!(first.stderr.contains("asks again what failed for the moment only"), "{first:?}");

    let well = Served::new(description);
    let whole = Place::new().scan(&well, &[]);
    let before = well.calls().len();
    let ended = resume(&place, &well).with(whole.0);
    // Another address: the ids of requests differ, and nothing else may.
    let resumed = report(&ended);
    assert_eq!(whole.1.verdicts(), resumed.verdicts());
    assert_eq!(whole.1.0["coverage"], resumed.0["coverage"]);
    let of_others = well.calls().len() - before;
    // Who calls, the role, 17 regions, the trail's status: nothing of what had been read.
    assert!(of_others <= 20, "{of_others} calls");
}

#[test]
fn a_folder_that_goes_away_under_a_run_costs_what_was_not_kept_and_no_more() {
    let fault = Fault { account: Some(COVERED_MEMBER.to_owned()), ..Fault::on("*", Effect::Hang) };
    let served = Served::with_faults(small(), vec![fault]);
    let slow = |place: &Place, flags: &[&str]| {
        let more = ["--attempt-timeout", "3", "--format", "json"];
        place.program(flags).more(&more).env("AWS_MAX_ATTEMPTS", "1").at(&served).run()
    };
    let whole = slow(&Place::new(), &["scan"]).with(3);
    let place = Place::new();
    let (accounts, away) = (place.path("run/accounts"), place.path("away"));
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            let kept = || fs::read_dir(&accounts).map_or(0, Iterator::count);
            let started = Instant::now();
            while kept() == 0 && started.elapsed() < Duration::from_secs(60) {
                sleep(Duration::from_millis(1));
            }
            fs::rename(&accounts, &away).unwrap();
        });
        slow(&place, &["scan", "--run-dir", "run"])
    });
    ended.told(5, &["cannot write run/accounts", "--resume run goes on"]);
    fs::rename(&away, &accounts).unwrap();
    let resumed = slow(&place, &["scan", "--resume", "run"]).with(3);
    same("after the folder was away", &report(&whole), &report(&resumed));
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_any_call() {
    let served = Served::new(small());
    let place = Place::new();
    place.write("file", "no folder");
    let scan = |folder: &str| place.program(&["scan", "--run-dir", folder]).at(&served).run();
    scan("file/run").stopped(5, &["cannot write", "file"]);
    scan("file").stopped(2, &["file exists", "--resume"]);
    assert!(served.calls().is_empty(), "{:?}", served.calls());
}

/// A disk of two MiB, where this machine lets a test have one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_before_any_call() {
    let place = Place::new();
    let disk = place.path("disk");
    fs::create_dir(&disk).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
        .arg(&disk)
        .output()
        .is_ok_and(|output| output.status.success());
    if !mounted {
        eprintln!("left out: this user may not mount a small disk");
        return;
    }
    fs::write(disk.join("full"), vec![1; 1_500_000]).unwrap();
    let served = Served::new(small());
    let ended = place.program(&["scan", "--run-dir", "disk/run"]).at(&served).run();
    let unmounted = Command::new("umount").arg(&disk).status().unwrap();
    assert!(unmounted.success());
    ended.stopped(5, &["cannot write disk", "make room there"]);
    assert!(served.calls().is_empty(), "{:?}", served.calls());
}

#[test]
fn two_runs_never_share_a_folder() {
    let served = Served::with_faults(
        small(),
        vec![Fault { account: Some(COVERED_MEMBER.to_owned()), ..Fault::on("*", Effect::Hang) }],
    );
    let place = Place::new();
    let mut first =
        place.program(&["scan", "--run-dir", "run", "--attempt-timeout", "60"]).at(&served).spawn();
    let started = Instant::now();
    while !place.path("run/lock").exists() {
        assert!(started.elapsed() < Duration::from_secs(60), "it never began");
        sleep(Duration::from_millis(1));
    }
    let second = place.program(&["scan", "--run-dir", "run"]).at(&served).run();
    second.stopped(2, &["run exists", "--resume"]);
    resume(&place, &served).stopped(2, &["another trailproof is working on run"]);
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn only_a_run_can_be_gone_on_with_and_only_as_it_began() {
    let served = Served::new(small());
    let place = Place::new();
    resume(&place, &served).stopped(2, &["run is not the folder of a run"]);
    place.program(&["scan", "--run-dir", "run"]).at(&served).run();
    let file: Value = serde_json::from_slice(&place.read("run/run.json")).unwrap();
    let mut other = file.clone();
    other["caller_account"] = COVERED_MEMBER.into();
    place.write("run/run.json", other.to_string());
    resume(&place, &served).stopped(2, &["was begun from account", COVERED_MEMBER]);
    other["schema"] = "trailproof.run/9".into();
    place.write("run/run.json", other.to_string());
    resume(&place, &served).stopped(2, &["trailproof.run/9", "trailproof.run/1"]);
    place.write("run/run.json", "{");
    resume(&place, &served).stopped(2, &["run.json"]);
    let flags = ["scan", "--resume", "run", "--accounts", COVERED_MEMBER];
    let refused = place.program(&flags).at(&served).run().with(2);
    assert!(refused.stderr.contains("cannot be used with"), "{refused:?}");
}

#[test]
fn a_torn_document_is_read_again() {
    let served = Served::new(small());
    let place = Place::new();
    let flags = ["scan", "--run-dir", "run", "--format", "json"];
    let whole = place.program(&flags).at(&served).run();
    let torn = place.path(&format!("run/accounts/{COVERED_MEMBER}.json.zst"));
    let bytes = fs::read(&torn).unwrap();
    fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
    fs::write(place.path("run/accounts/.tmpLeft"), "half").unwrap();
    let resumed = resume(&place, &served).with(whole.code);
    same("torn", &report(&whole), &report(&resumed));
    assert!(!place.path("run/accounts/.tmpLeft").exists());
}

#[test]
fn the_journal_tells_what_happened_and_no_secret_lies_in_the_folder() {
    let served = Served::new(small());
    let place = Place::new();
    let flags = ["scan", "--run-dir", "run", "--external-id", "tr0ub4dor"];
    place.program(&flags).at(&served).run();
    resume(&place, &served);
    let journal = String::from_utf8(place.read("run/journal.jsonl")).unwrap();
    let lines: Vec<Value> =
        journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<&str> = lines.iter().map(|line| text(line, "event")).collect();
    assert_eq!(events.first(), Some(&"start"));
    assert!(events.contains(&"account") && events.contains(&"end") && events.contains(&"resume"));
    let (_, secret) = served.simulator.caller_credentials();
    for file in place.files() {
        let bytes = fs::read(place.path(file.to_str().unwrap())).unwrap();
        let plain = zstd::decode_all(&bytes[..]).unwrap_or(bytes);
        let plain = String::from_utf8_lossy(&plain);
        for secret in ["tr0ub4dor", &secret, "simulated-session/"] {
            assert!(!plain.contains(secret), "{} holds {secret}", file.display());
        }
    }
}
