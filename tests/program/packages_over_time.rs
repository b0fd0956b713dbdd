//! Packages as zip archives, signed, and held against the package before.

use std::fs;

use serde_json::Value;

use crate::packages::{CHECKS, files, json, packaged, seal, sha256, verify};
use crate::program::Place;

#[test]
fn a_zip_opens_by_itself_and_no_byte_of_it_changes_unseen() {
    let place = packaged(&[]);
    place.run(&["package", "run", "-o", "whole.zip"]).quietly(0);
    let whole = place.read("whole.zip");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&whole)).unwrap();
    let mut names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    names.sort();
    let folder = files(&place);
    assert_eq!(names.len(), folder.len());
    assert!(names.iter().all(|name| name.starts_with("trailproof-evidence_o-")));
    for (at, listed) in names.iter().enumerate() {
        assert_eq!(archive.name_for_index(at), Some(listed.as_str()), "sorted");
        let mut entry = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        let name = entry.name().to_owned();
        assert!(folder[name.split_once('/').unwrap().1] == bytes, "{name}");
        assert_eq!(entry.unix_mode().unwrap() & 0o777, 0o600);
    }
    let last = whole.len() - 1;
    // The first header, a file's bytes, the list of files, and the comment that seals all of it.
    let list = last - 100;
    for position in [0, 8, 11, 30, 200, last / 3, last / 2, last - 2_000, list, last - 64, last] {
        let mut damaged = whole.clone();
        damaged[position] ^= 0x10;
        place.write("damaged.zip", &damaged);
        let told = place.run(&["verify", "damaged.zip"]);
        assert!(told.code == 5, "{position}: {} {}", told.stdout, told.stderr);
    }
    for damaged in [&whole[..last], &whole[..last / 2], &[&whole[..], b"x"].concat()] {
        place.write("damaged.zip", damaged);
        place.run(&["verify", "damaged.zip"]).quietly(5);
    }
    // What was damaged is named, and nothing else is missed for it.
    let at = archive.by_name(names.iter().find(|name| name.ends_with("/scope.json")).unwrap());
    let at = usize::try_from(at.unwrap().data_start().unwrap()).unwrap();
    let mut damaged = whole.clone();
    damaged[at + 20] ^= 0xff;
    place.write("damaged.zip", &damaged);
    let told = place.run(&["verify", "damaged.zip"]).quietly(5).stdout;
    assert!(told.contains("scope.json is damaged in the archive"), "{told}");
    assert!(!told.contains("findings.jsonl"), "{told}");
}

/// A package of the demo of a quarter before, of fewer checks.
fn before(place: &Place, flags: &[&str]) {
    let mut demo = vec!["demo", "--run-dir", "last"];
    CHECKS.iter().skip(1).for_each(|check| demo.extend(["--check", check]));
    place.run(&demo).with(0);
    place.run(&[&["package", "last", "-o", "before.zip"], flags].concat()).quietly(0);
}

#[test]
fn the_package_before_is_named_and_what_changed_is_told_and_worked_out_again() {
    let place = packaged(&[]);
    before(&place, &[]);
    fs::remove_dir_all(place.path("package")).unwrap();
    place.run(&["package", "run", "-o", "package", "--previous", "before.zip"]).quietly(0);
    verify(&place).quietly(0);
    let again = || place.run(&["verify", "package", "--previous", "before.zip"]);
    again().quietly(0);
    let bytes = place.read("before.zip");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let name =
        archive.file_names().find(|name| name.ends_with("/manifest.json")).unwrap().to_owned();
    let mut manifest = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name(&name).unwrap(), &mut manifest).unwrap();
    assert_eq!(json(&place, "manifest.json")["previous"]["manifest_sha256"], sha256(&manifest));
    assert!(
        String::from_utf8(place.read("package/README.en.md")).unwrap().contains(&sha256(&manifest))
    );
    let diff = json(&place, "diff.json");
    assert!(diff["counts"]["newly_assessed"].as_u64().unwrap() > 0, "{}", diff["counts"]);
    assert_eq!(diff["counts"]["new"], 0);
    assert!(place.read("package/diff.md").starts_with(b"# What changed"));
    let japanese = String::from_utf8(place.read("package/diff.ja.md")).unwrap();
    assert!(japanese.starts_with("# ") && japanese.contains("新たに評価"), "{japanese}");
    let report: Value = json(&place, "report.json");
    assert_eq!(report["diff"]["counts"], diff["counts"]);
    assert!(
        String::from_utf8(place.read("package/report.en.html")).unwrap().contains("id=\"changes\"")
    );

    // A difference that is none is found by whoever has both.
    let told = String::from_utf8(place.read("package/diff.json")).unwrap();
    place.write("package/diff.json", told.replace("newly_assessed\": ", "newly_assessed\": 1"));
    seal(&place);
    verify(&place).quietly(0);
    let found = again().quietly(5).stdout;
    assert!(found.contains("diff.json is not what changed"), "{found}");
    place.run(&["verify", "package", "--previous", "package"]).quietly(5);

    place.run(&["package", "run", "-o", "x", "--previous", "run"]).stopped(2, &["--previous run"]);
    let redacted = ["package", "run", "-o", "x", "--previous", "before.zip", "--redact", "emails"];
    place.run(&redacted).stopped(2, &["--redact emails", "left out"]);
}

#[test]
fn a_package_of_the_quarter_before_serves_wherever_an_earlier_run_is_asked_for() {
    let place = packaged(&[]);
    before(&place, &[]);
    let run = ["diff", "before.zip", "package", "--format", "json"];
    let diff: Value = serde_json::from_str(&place.run(&run).quietly(0).stdout).unwrap();
    assert!(diff["counts"]["newly_assessed"].as_u64().unwrap() > 0);
    fs::create_dir(place.path("all")).unwrap();
    fs::rename(place.path("before.zip"), place.path("all/q1.zip")).unwrap();
    let told = place.run(&["history", "all"]).quietly(0).stdout;
    assert!(told.contains("1 run"), "{told}");
}

#[test]
#[cfg(unix)]
fn the_users_own_command_signs_the_list_of_hashes() {
    let place = packaged(&["--sign-with", "printf signed:; sha256sum | cut -c1-64"]);
    verify(&place).quietly(0);
    let signature = String::from_utf8(place.read("package/SHA256SUMS.sig")).unwrap();
    assert_eq!(signature, format!("signed:{}\n", sha256(&place.read("package/SHA256SUMS"))));
    for command in ["exit 3", "true"] {
        let ended = place.run(&["package", "run", "-o", "x", "--sign-with", command]);
        ended.stopped(5, &["--sign-with", command]);
        assert!(!place.path("x").exists());
    }
}
