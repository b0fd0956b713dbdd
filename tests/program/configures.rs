//! What the user lays down: files, the environment, flags, and waivers.

use trailproof_sim::{Effect, Fault};

use crate::organizations::small;
use crate::program::{Ended, Place};
use crate::report::{Report, text};
use crate::served::Served;

fn told(ended: &Ended) -> String {
    ended.stdout.clone()
}

#[test]
fn what_cannot_be_meant_is_told_with_file_line_and_mend() {
    let place = Place::new();
    for (text, says) in [
        (
            "[policy]\nretention_day = 1\n",
            &["trailproof.toml, line 2", "did you mean retention_days?"][..],
        ),
        (
            "[policy]\nretention_days = \"x\"\n",
            &["trailproof.toml, line 2", "a whole number is expected"],
        ),
        ("[scan]\nrole_nam = \"x\"\n", &["trailproof.toml, line 2", "did you mean role_name?"]),
        ("\n[scan]\nmax_rps = 0\n", &["trailproof.toml, line 3", "scan.max_rps", "1..=100"]),
        ("[policy]\nexcluded_regions = [\"mars\"]\n", &["excluded_regions", "mars"]),
        ("[waivers]\nfile = \"missing.toml\"\n", &["missing.toml"]),
        ("[scan\n", &["trailproof.toml, line 1"]),
    ] {
        place.write("trailproof.toml", text);
        place.run(&["demo"]).stopped(2, says);
    }
    place.write("trailproof.toml", [0xff, 0xfe, 0x00]);
    place.run(&["demo"]).stopped(2, &["trailproof.toml"]);
    // What has nothing to do with it still answers.
    place.run(&["checks"]).quietly(0);
    place.run(&["demo", "--config", "no.toml"]).stopped(2, &["no.toml"]);
}

#[test]
fn a_flag_outweighs_the_environment_and_that_the_file() {
    let place = Place::new();
    place.write(
        "trailproof.toml",
        "[policy]\nretention_days = 400\n[scan]\nrole_name = \"Filed\"\n",
    );
    let dump = |flags: &[&str], variables: &[(&str, &str)]| {
        let mut program = place.program(&["scan", "--dump-config"]).more(flags);
        for (name, value) in variables {
            program = program.env(name, value);
        }
        told(&program.run().quietly(0))
    };
    let filed = dump(&[], &[]);
    assert!(filed.contains("retention_days = 400 # trailproof.toml:2"), "{filed}");
    assert!(filed.contains("role_name = \"Filed\" # trailproof.toml:4"), "{filed}");
    assert!(filed.contains("immediate_days = 90 # default"), "{filed}");
    let variables = [("TRAILPROOF_POLICY_RETENTION_DAYS", "30"), ("TRAILPROOF_ROLE_NAME", "Given")];
    let given = dump(&[], &variables);
    assert!(
        given.contains("retention_days = 30 # env TRAILPROOF_POLICY_RETENTION_DAYS"),
        "{given}"
    );
    assert!(given.contains("role_name = \"Given\" # env TRAILPROOF_ROLE_NAME"), "{given}");
    let flag = dump(&["--role-name", "Flagged"], &variables);
    assert!(flag.contains("role_name = \"Flagged\" # flag"), "{flag}");
    // What was printed can be taken for a file.
    place.write("again.toml", &given);
    let again = told(&place.run(&["--dump-config", "--config", "again.toml"]).quietly(0));
    assert!(again.contains("retention_days = 30 # again.toml:"), "{again}");
    place
        .program(&["demo"])
        .env("TRAILPROOF_POLICY_RETENTION_DAY", "30")
        .run()
        .stopped(2, &["TRAILPROOF_POLICY_RETENTION_DAY", "did you mean retention_days?"]);
}

#[test]
fn the_users_own_folder_is_looked_into_where_there_is_no_file_here() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("home/trailproof")).unwrap();
    place.write("home/trailproof/config.toml", "[policy]\nretention_days = 77\n");
    let home = place.path("home");
    let run = || {
        let program = place.program(&["--dump-config"]);
        told(&program.env("XDG_CONFIG_HOME", home.to_str().unwrap()).run().quietly(0))
    };
    assert!(run().contains("retention_days = 77 # "));
    place.write("trailproof.toml", "[policy]\nretention_days = 78\n");
    assert!(run().contains("retention_days = 78 # trailproof.toml:2"));
}

#[test]
fn the_report_says_what_was_laid_down_and_findings_stay_as_they_are_without() {
    let place = Place::new();
    let demo = || Report::read(place.run(&["demo", "--format", "json"]).quietly(0).stdout).unwrap();
    let plain = demo();
    assert!(plain.0["run"].get("policy").is_none());
    place.write("trailproof.toml", "[policy]\nretention_days = 366\n[[override]]\nou = \"Nowhere\"\npolicy.retention_days = 1\n");
    let ours = demo();
    assert_eq!(ours.0["run"]["policy"]["parameters"]["retention_days"], 366);
    assert_eq!(ours.0["run"]["policy"]["overrides"][0]["selects"], "ou \"Nowhere\"");
    let notes = ours.0["scope"]["notes"].to_string();
    assert!(notes.contains("is for no account"), "{notes}");
}

/// A member with a trail of its own.
const TRAIL_OWNER: &str = "500000000002";

#[test]
fn a_policy_for_a_tag_holds_in_the_accounts_that_bear_it() {
    let place = Place::new();
    let tagged = |value: &str| {
        let mut description = small();
        let member = description.accounts.iter_mut().find(|one| one.id == TRAIL_OWNER).unwrap();
        member.tags.insert("data".to_owned(), value.to_owned());
        member.trails[0].tags.insert("team".to_owned(), "payments".to_owned());
        description
    };
    let flags = ["--check", "cloudtrail-trail-tagged"];
    let judged = |served: &Served| {
        let (_, report) = place.scan(served, &flags);
        // The organization's trail, which it sees too, is its owner's to tag.
        let of_member = |one: &&serde_json::Value| {
            text(one, "account_id") == TRAIL_OWNER && text(one, "status") != "not_applicable"
        };
        let of_tags = report.having("check", "cloudtrail-trail-tagged");
        let found: Vec<_> = of_tags
            .filter(of_member)
            .map(|one| (text(one, "status").to_owned(), text(one, "reason").to_owned()))
            .collect();
        let asked = served.calls().into_iter().filter(|c| c.operation == "ListTagsForResource");
        (found, asked.count())
    };
    let (usual, asked) = judged(&Served::new(tagged("logs")));
    assert!(usual.iter().all(|(status, _)| status == "pass") && !usual.is_empty(), "{usual:?}");
    assert_eq!(asked, 0, "no policy asks for tags");

    let rule =
        "[[override]]\ntag = \"data=log*\"\npolicy.required_tag_keys = [\"nobody-sets-this\"]\n";
    place.write("trailproof.toml", rule);
    let (strict, asked) = judged(&Served::new(tagged("logs")));
    assert!(strict.iter().all(|(status, _)| status == "fail"), "{strict:?}");
    assert_eq!(asked, small().accounts.len());
    let (other, _) = judged(&Served::new(tagged("cats")));
    assert_eq!(other, usual);
    // Where the tags are not told, each policy would say something else, and nothing is claimed.
    let denied = Fault::on("organizations:ListTagsForResource", Effect::AccessDenied);
    let (unread, _) = judged(&Served::with_faults(tagged("logs"), vec![denied]));
    assert!(unread.iter().all(|(status, _)| status == "unknown"), "{unread:?}");
}

fn waiver(id: &str, check: &str, expires: &str) -> String {
    format!(
        "[[waiver]]\nid = \"{id}\"\ncheck = \"{check}\"\nowner = \"sec@example.com\"\nreason = \"known\"\n\
         created = 2026-01-01\nexpires = {expires}\nscope = {{ account = \"*\", region = \"*-*\" }}\n\n"
    )
}

#[test]
fn waivers_mark_findings_and_an_expired_one_fails_its_gate() {
    let place = Place::new();
    let check = "trail-kms-key-usable";
    let run = |flags: &[&str]| {
        place.program(&["demo", "--format", "json", "--waivers", "w.toml"]).more(flags).run()
    };
    place.write("w.toml", waiver("w1", check, "2026-12-31"));
    let report = Report::read(run(&[]).quietly(0).stdout).unwrap();
    assert_eq!(report.0["waivers"][0]["state"], "active", "{}", report.0["waivers"]);
    let results = report.0["results"].as_array().unwrap();
    let waived: Vec<_> = results.iter().filter(|one| one["status"] == "waived").collect();
    assert!(!waived.is_empty() && waived.iter().all(|one| one["waiver"]["id"] == "w1"));
    place.write("w.toml", waiver("w1", check, "2026-01-02"));
    let report = Report::read(run(&["--fail-on-expired-waiver"]).quietly(1).stdout).unwrap();
    assert_eq!(report.0["waivers"][0]["state"], "expired");
    let results = report.0["results"].as_array().unwrap();
    assert!(results.iter().all(|one| one["status"] != "waived"));
}

#[test]
fn a_lint_tells_every_problem_and_its_line() {
    let place = Place::new();
    place.write("w.toml", waiver("w1", "trail-kms-key-usable", "2026-12-31"));
    assert_eq!(
        told(&place.run(&["waivers", "lint", "w.toml"]).quietly(0)),
        "no problem was found\n"
    );
    let twice =
        waiver("w1", "no-such-check", "2026-12-31") + &waiver("w1", "trail-*", "2029-12-31");
    place.write("w.toml", twice);
    let told = told(&place.run(&["waivers", "lint", "w.toml"]).quietly(2));
    for says in [
        "error: w.toml, line 1: \"no-such-check\" is no check",
        "line 10: the id \"w1\"",
        "at most 366",
    ] {
        assert!(told.contains(says), "{told}");
    }
    place.run(&["demo", "--waivers", "w.toml"]).stopped(2, &["w.toml, line 1", "waivers lint"]);
    place.write("w.yaml", "waiver:\n  - id: w1\n    ownr: x\n");
    place
        .run(&["waivers", "lint", "w.yaml"])
        .stopped(2, &["w.yaml, line 3", "did you mean owner?"]);
    place.run(&["waivers", "lint", "w.txt"]).stopped(2, &["w.txt"]);
}
