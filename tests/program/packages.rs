//! `package` and `verify`: what a package holds, and that nothing in it can change unseen.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::organizations;
use crate::program::{Ended, Place};
use crate::served::Served;

/// Few checks, so that little is asked and judged; among them one that reads tags and one that several accounts share.
pub const CHECKS: [&str; 4] = [
    "trail-is-logging",
    "cloudtrail-trail-tagged",
    "trail-kms-key-usable",
    "cloud-trail-log-file-validation-enabled",
];

/// A place with a run of the demo, and a package of it.
pub fn packaged(more: &[&str]) -> Place {
    let place = Place::new();
    let mut demo = vec!["demo", "--run-dir", "run"];
    CHECKS.iter().for_each(|check| demo.extend(["--check", check]));
    place.run(&demo).with(0);
    place.run(&[&["package", "run", "-o", "package"], more].concat()).quietly(0);
    place
}

pub fn verify(place: &Place) -> Ended {
    place.run(&["verify", "package"])
}

pub fn json(place: &Place, name: &str) -> Value {
    serde_json::from_slice(&place.read(&format!("package/{name}"))).unwrap()
}

/// The package's files by name.
pub fn files(place: &Place) -> BTreeMap<String, Vec<u8>> {
    let root = place.path("package");
    crate::program::files(&root)
        .into_iter()
        .map(|path| {
            let whole = if path.is_absolute() { path } else { root.join(path) };
            let name = whole.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            (name, fs::read(&whole).unwrap())
        })
        .collect()
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Makes every hash fit again, as somebody would who forges a package.
pub fn seal(place: &Place) {
    let mut manifest = json(place, "manifest.json");
    let files = files(place);
    for entry in manifest["files"].as_array_mut().unwrap() {
        let bytes = &files[entry["path"].as_str().unwrap()];
        entry["sha256"] = sha256(bytes).into();
        entry["size"] = bytes.len().into();
    }
    let mut text = serde_json::to_string_pretty(&manifest).unwrap();
    text.push('\n');
    place.write("package/manifest.json", &text);
    let sums: String = files
        .iter()
        .filter(|(name, _)| *name != "SHA256SUMS")
        .map(|(name, bytes)| {
            let hash =
                if name == "manifest.json" { sha256(text.as_bytes()) } else { sha256(bytes) };
            format!("{hash}  {name}\n")
        })
        .collect();
    place.write("package/SHA256SUMS", sums);
}

#[test]
fn a_package_holds_all_that_the_convention_names_and_verifies() {
    let place = packaged(&["--period", "2026-10-01/2026-12-31"]);
    let told = verify(&place).quietly(0).stdout;
    assert!(told.starts_with("verified: "), "{told}");
    let files = files(&place);
    for name in [
        "README.en.md",
        "README.ja.md",
        "manifest.json",
        "SHA256SUMS",
        "scope.json",
        "coverage.csv",
        "terms.json",
        "findings.jsonl",
        "waivers.csv",
        "report.en.html",
        "report.ja.html",
        "report.json",
        "report.junit.xml",
        "signoff.md",
        "journal.jsonl",
        "run.json",
        "raw/snapshot.json",
        "raw/organization/global/organizations.DescribeOrganization.json",
    ] {
        assert!(files.contains_key(name), "{name}");
    }
    let manifest = json(&place, "manifest.json");
    let numbers = &manifest["completeness"];
    let number = |name: &str| numbers[name].as_u64().unwrap();
    let sum: u64 =
        ["assessed", "unread", "excluded", "not_active"].iter().map(|name| number(name)).sum();
    assert_eq!((number("listed"), number("listed")), (sum, 25));
    assert!(
        numbers["statement"].as_str().unwrap().contains("23 were assessed, 1 could not be read")
    );
    assert_eq!(manifest["period"], "2026-10-01/2026-12-31");
    assert_eq!(manifest["command"], "trailproof package run --period 2026-10-01/2026-12-31");
    for name in [
        "tool",
        "run_id",
        "organization_id",
        "partition",
        "caller_arn",
        "started",
        "ended",
        "ruleset",
        "terms_sha256",
        "redaction",
        "clock",
        "files",
    ] {
        assert!(manifest.get(name).is_some_and(|value| !value.is_null()), "{name}");
    }
    assert_eq!(manifest["tool"]["binary_sha256"].as_str().unwrap().len(), 64);
    assert_eq!(manifest["clock"]["most_seconds"], 0);
    // Each piece of evidence is a file of the package, by its hash.
    let mut cited = 0;
    for line in String::from_utf8(files["findings.jsonl"].clone()).unwrap().lines() {
        let finding: Value = serde_json::from_str(line).unwrap();
        for evidence in finding["evidence"].as_array().unwrap() {
            let file = &files[evidence["file"].as_str().unwrap()];
            assert_eq!(evidence["sha256"], sha256(file));
            let raw: Value = serde_json::from_slice(file).unwrap();
            assert!(raw.pointer(evidence["json_pointer"].as_str().unwrap()).is_some());
            cited += 1;
        }
    }
    assert!(cited > 100, "{cited}");
    // Every call is listed, the refused one with its code.
    let calls = String::from_utf8(files["coverage.csv"].clone()).unwrap();
    let raws = files.keys().filter(|name| name.starts_with("raw/")).count() - 1;
    assert_eq!(calls.lines().count(), raws + 1);
    assert!(calls.contains("\"assume_role_denied\",\"AccessDenied\""), "{}", &calls[..400]);
}

#[test]
fn the_same_run_gives_the_same_archive() {
    let place = packaged(&[]);
    for end in ["tar.zst", "zip"] {
        let [one, two] = ["one", "two"].map(|name| format!("{name}.{end}"));
        for name in [&one, &two] {
            place.run(&["package", "run", "-o", name]).quietly(0);
            place.run(&["verify", name]).quietly(0);
        }
        assert!(place.read(&one) == place.read(&two), "{end}");
    }
    let again = place.run(&["package", "run", "-o", "one.tar.zst"]).with(2);
    assert!(again.stderr.contains("one.tar.zst exists"), "{}", again.stderr);
}

#[test]
fn whichever_file_is_damaged_is_named() {
    let place = packaged(&[]);
    // One of each kind: all raw files are alike.
    let names: Vec<String> = files(&place)
        .into_keys()
        .filter(|name| {
            !name.starts_with("raw/")
                || name.contains("snapshot")
                || name.contains("/444455556666/global/")
        })
        .collect();
    assert!(names.len() > 15);
    for (at, name) in names.iter().enumerate() {
        let file = format!("package/{name}");
        let whole = place.read(&file);
        let mut damaged = whole.clone();
        let position = (at * 7919) % damaged.len();
        damaged[position] ^= 1;
        place.write(&file, &damaged);
        let told = verify(&place).quietly(5).stdout;
        assert!(told.contains(name.as_str()), "{name} at {position}: {told}");
        place.write(&file, &whole);
    }
    fs::remove_file(place.path("package/scope.json")).unwrap();
    let told = verify(&place).quietly(5).stdout;
    assert!(told.contains("scope.json is missing"), "{told}");
    place.write("package/raw/444455556666/more.json", "{}");
    let told = verify(&place).quietly(5).stdout;
    assert!(told.contains("raw/444455556666/more.json is not part of the package"), "{told}");
}

#[test]
fn a_finding_that_the_answers_do_not_show_is_named_though_every_hash_fits() {
    let place = packaged(&[]);
    seal(&place);
    verify(&place).quietly(0);
    let text = String::from_utf8(place.read("package/findings.jsonl")).unwrap();
    let failed = text.lines().find(|line| line.contains("\"status\":\"fail\"")).unwrap();
    let finding: Value = serde_json::from_str(failed).unwrap();
    let (check, resource) =
        (finding["check"].as_str().unwrap(), finding["resource"].as_str().unwrap());

    let kinder = failed.replace("\"status\":\"fail\"", "\"status\":\"pass\"");
    place.write("package/findings.jsonl", text.replace(failed, &kinder));
    seal(&place);
    let told = verify(&place).quietly(5).stdout;
    let expected = "status is said to be \"pass\" and comes to \"fail\"";
    assert!(told.contains(check) && told.contains(resource) && told.contains(expected), "{told}");

    place.write("package/findings.jsonl", text.replace(&format!("{failed}\n"), ""));
    seal(&place);
    let told = verify(&place).quietly(5).stdout;
    assert!(told.contains("findings.jsonl lacks") && told.contains(check), "{told}");

    // The answer itself: what it comes to changes with it.
    place.write("package/findings.jsonl", &text);
    let trail = "raw/500000000005/";
    let (name, bytes) = files(&place)
        .into_iter()
        .find(|(name, bytes)| {
            name.starts_with(trail) && String::from_utf8_lossy(bytes).contains("\"Disabled\"")
        })
        .unwrap();
    place.write(
        &format!("package/{name}"),
        String::from_utf8(bytes).unwrap().replace("\"Disabled\"", "\"Enabled\""),
    );
    seal(&place);
    let told = verify(&place).quietly(5).stdout;
    assert!(told.contains("trail-kms-key-usable") && told.contains("comes to"), "{told}");
}

#[test]
fn accounts_that_do_not_add_up_are_named() {
    let place = packaged(&[]);
    let text = String::from_utf8(place.read("package/manifest.json")).unwrap();
    place.write("package/manifest.json", text.replace("\"assessed\": 23", "\"assessed\": 24"));
    seal(&place);
    let told = verify(&place).quietly(5).stdout;
    assert!(told.contains("completeness statement"), "{told}");
}

#[test]
fn no_byte_of_an_archive_changes_unseen() {
    let place = packaged(&[]);
    place.run(&["package", "run", "-o", "whole.tar.zst"]).quietly(0);
    let whole = place.read("whole.tar.zst");
    let last = whole.len() - 1;
    for position in [0, 4, 5, 6, 9, 100, last / 3, last / 2, last - 4, last] {
        let mut damaged = whole.clone();
        damaged[position] ^= 0x10;
        place.write("damaged.tar.zst", &damaged);
        let told = place.run(&["verify", "damaged.tar.zst"]);
        assert!(told.code == 5, "{position}: {} {}", told.stdout, told.stderr);
    }
    for short in [last / 2, last] {
        place.write("damaged.tar.zst", &whole[..short]);
        place.run(&["verify", "damaged.tar.zst"]).quietly(5);
    }
    place.write("damaged.tar.zst", [&whole[..], b"x"].concat());
    place.run(&["verify", "damaged.tar.zst"]).quietly(5);
}

#[test]
fn what_is_left_out_is_in_no_answer_and_changes_no_verdict() {
    let place = packaged(&["--redact", "emails,tags"]);
    verify(&place).quietly(0);
    let manifest = json(&place, "manifest.json");
    assert_eq!(manifest["redaction"].as_array().unwrap().len(), 2);
    let files = files(&place);
    let address = |text: &str| text.contains("@example.com") || text.contains("@acme");
    for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with("raw/")) {
        assert!(!address(&String::from_utf8_lossy(bytes)), "{name}");
    }
    let tags = files.iter().find(|(name, _)| name.ends_with("cloudtrail.ListTags.json")).unwrap().1;
    assert!(
        String::from_utf8_lossy(tags).contains("redacted"),
        "{}",
        String::from_utf8_lossy(tags)
    );
}

#[test]
fn what_is_no_package_is_a_mistake_of_the_user() {
    let place = Place::new();
    fs::create_dir(place.path("empty")).unwrap();
    place.write("note.txt", "x");
    for name in ["empty", "note.txt", "missing.tar.zst"] {
        let told = place.run(&["verify", name]).with(2);
        assert!(!told.stderr.is_empty() && Path::new(name).components().count() == 1);
    }
}

/// A place with a run of the demo's organization without one of its accounts.
fn without_an_account(more: &[&str]) -> Place {
    let place = Place::new();
    let mut flags =
        vec!["scan", "--quiet", "--exit-zero", "--run-dir", "run", "--format", "json=r.json"];
    flags.extend(["--exclude-accounts", organizations::COVERED_MEMBER]);
    CHECKS.iter().for_each(|check| flags.extend(["--check", check]));
    let served = Served::new(organizations::demo());
    place.program(&flags).more(more).at(&served).run().quietly(0);
    place
}

#[test]
fn an_exclusion_says_why_and_who_approved_it() {
    let reason =
        ["--exclude-reason", "closed in October", "--exclude-approved-by", "Ada <ada@example.com>"];
    let place = without_an_account(&reason);
    place.run(&["package", "run", "-o", "package"]).quietly(0);
    verify(&place).with(0);
    let scope = json(&place, "scope.json");
    let standings = scope["standings"].as_array().unwrap();
    let excluded: Vec<&Value> =
        standings.iter().filter(|one| one["standing"] == "excluded").collect();
    assert_eq!(excluded.len(), 1);
    assert_eq!(excluded[0]["account_id"], organizations::COVERED_MEMBER);
    assert_eq!(excluded[0]["reason"], "closed in October");
    assert_eq!(excluded[0]["approved_by"], "Ada <ada@example.com>");
    assert!(
        standings.iter().all(|one| one["standing"] == "excluded" || one["approved_by"].is_null())
    );
    let exclusion = &json(&place, "manifest.json")["exclusion"];
    assert_eq!(exclusion["approved_by"], "Ada <ada@example.com>");
    assert_eq!(scope["asked"]["exclude_accounts"][0], organizations::COVERED_MEMBER);
    let read = |name: &str| String::from_utf8(place.read(&format!("package/{name}"))).unwrap();
    let told = "closed in October (approved by Ada <ada@example.com>)";
    assert!(read("README.en.md").contains(told) && read("signoff.md").contains(told));
    let told = "- 除外の理由: closed in October (承認者: Ada <ada@example.com>)";
    assert!(read("README.ja.md").contains(told) && read("signoff.md").contains(told));
    // An address that is to be left out is in none of its files.
    place.run(&["package", "run", "-o", "redacted", "--redact", "emails"]).quietly(0);
    for name in ["scope.json", "manifest.json", "README.en.md", "signoff.md"] {
        let text = String::from_utf8(place.read(&format!("redacted/{name}"))).unwrap();
        assert!(!text.contains("ada@example.com"), "{name}");
    }
}

#[test]
fn an_exclusion_that_nobody_approved_is_said_to_be_one() {
    let place = without_an_account(&[]);
    place.run(&["package", "run", "-o", "package"]).quietly(0);
    let read = |name: &str| String::from_utf8(place.read(&format!("package/{name}"))).unwrap();
    assert!(read("README.en.md").contains("names no reason and nobody who approved it"));
    assert!(read("README.ja.md").contains("除外の理由と承認者: 記録なし"));
    assert!(json(&place, "manifest.json").get("exclusion").is_none());
}

#[test]
fn half_an_exclusion_is_refused_with_the_other_half() {
    let place = Place::new();
    let half = |flag: &str, text: &str| place.run(&["scan", flag, text]);
    half("--exclude-reason", "closed").stopped(2, &["--exclude-approved-by"]);
    half("--exclude-approved-by", "Ada").stopped(2, &["--exclude-reason"]);
    half("--exclude-reason", " ").stopped(2, &["--exclude-reason", "a text is expected"]);
}
