//! Command lines that cannot be meant: code 2, one line with the mend, and nobody asked.

use crate::organizations::{COVERED_MEMBER, MANAGEMENT, demo, small};
use crate::program::Place;
use crate::served::Served;

/// Command lines that are wrong by themselves, with what must be said.
const WRONG: [(&[&str], &[&str]); 16] = [
    (&["--check", "cloudtrail-enable"], &["cloudtrail-enable", "did you mean cloudtrail-enabled?"]),
    (&["--exclude-check", "nonsense"], &["nonsense", "trailproof checks"]),
    (&["--check", "group:nonsense"], &["presence", "protection"]),
    (&["--check", "s3-*", "--exclude-check", "s3-*"], &["no check is left"]),
    (&["--regions", "mars"], &["mars", "eu-west-1"]),
    (&["--regions", "EU-WEST-1"], &["EU-WEST-1"]),
    (&["--exclude-regions", "eu_west"], &["eu_west"]),
    (&["--accounts", "12345"], &["--accounts", "12345"]),
    (&["--accounts", "11112222333x"], &["11112222333x"]),
    (&["--exclude-accounts", "prod"], &["--exclude-accounts", "prod"]),
    (&["--accounts", "@missing.txt"], &["missing.txt"]),
    (&["--role-path", "audit"], &["--role-path", "audit"]),
    (&["--role-chain", "Auditor"], &["--role-chain", "Auditor"]),
    (&["--endpoint-url", "localhost:5000"], &["--endpoint-url", "http://"]),
    (&["--format", "yaml"], &["yaml"]),
    (&["--format", "json="], &["json="]),
];

#[test]
fn what_is_wrong_is_said_with_the_mend_before_anybody_is_asked() {
    let place = Place::new();
    for (flags, says) in WRONG {
        // Without credentials: whatever asked AWS would end with 4.
        place.program(&["scan"]).more(flags).run().stopped(2, says);
    }
    assert!(place.files().is_empty(), "{:?}", place.files());
}

#[test]
fn an_account_file_tells_the_line_that_is_wrong() {
    let place = Place::new();
    place.write("accounts.txt", format!("{MANAGEMENT} # ours\n\n12345\n"));
    place
        .run(&["scan", "--accounts", "@accounts.txt"])
        .stopped(2, &["accounts.txt, line 3", "12345"]);
}

#[test]
fn an_account_file_selects_its_accounts() {
    let (place, served) = (Place::new(), Served::new(small()));
    place.write(
        "accounts.txt",
        format!("# the management account\n{MANAGEMENT}\n{COVERED_MEMBER} # and one\n"),
    );
    let (_, report) = place.scan(&served, &["--accounts", "@accounts.txt"]);
    assert_eq!((report.accounts("assessed"), report.accounts("excluded")), (2, 6));
}

#[test]
fn what_the_organization_does_not_hold_is_told_before_any_account_is_entered() {
    let served = Served::new(small());
    let wrong: [(&[&str], &[&str]); 7] = [
        (&["--regions", "mars-north-1"], &["mars-north-1", "eu-west-1"]),
        (&["--exclude-regions", "eu-*,zz-*"], &["zz-*"]),
        (&["--accounts", "123456789012"], &["123456789012 is not in the organization"]),
        (&["--exclude-accounts", "123456789012"], &["123456789012 is not in the organization"]),
        (&["--ou", "Nowhere"], &["Nowhere", "Root/Security"]),
        (&["--exclude-ou", "Nowhere"], &["Nowhere", "Root/Security"]),
        (&["--exclude-ou", "Root"], &["no active account is left"]),
    ];
    for (flags, says) in wrong {
        let place = Place::new();
        place.program(&["scan"]).more(flags).at(&served).run().stopped(2, says);
        assert!(place.files().is_empty(), "{:?}", place.files());
    }
    assert!(!served.calls().iter().any(|call| call.operation == "AssumeRole"));
}

#[test]
fn units_are_named_by_id_by_name_or_by_path() {
    let served = Served::new(demo());
    for (flags, assessed) in [
        (["--ou", "Security"], 3),
        (["--ou", "ou-a1b2-sec00001"], 3),
        (["--ou", "Root/Workloads/Prod"], 8),
        (["--exclude-ou", "Workloads"], 10),
    ] {
        let place = Place::new();
        let flags = [&flags[..], &["--check", "iam-cloudtrail-full-access-attached"]].concat();
        assert_eq!(place.scan(&served, &flags).1.accounts("assessed"), assessed, "{flags:?}");
    }
}

#[test]
fn a_run_folder_that_exists_is_left_as_it_is() {
    let (place, served) = (Place::new(), Served::new(small()));
    place.write("mine", "kept");
    for command in [vec!["scan"], vec!["collect"]] {
        for folder in [".", "mine"] {
            let program = place.program(&command).more(&["--run-dir", folder]).at(&served);
            program.run().stopped(2, &["exists", "another"]);
        }
    }
    place.run(&["demo", "--run-dir", "mine"]).stopped(2, &["mine exists"]);
    assert_eq!((place.read("mine"), place.files().len()), (b"kept".to_vec(), 1));
    assert!(served.calls().is_empty());
}

#[test]
fn an_archive_that_exists_or_is_none_is_refused() {
    let place = Place::new();
    place.write("x.tar.zst", "mine");
    place.run(&["collect", "-o", "x.tar.zst"]).stopped(2, &["x.tar.zst exists"]);
    place.run(&["collect", "-o", "x.zip"]).stopped(2, &["x.zip", ".tar.zst"]);
    assert_eq!((place.read("x.tar.zst"), place.files().len()), (b"mine".to_vec(), 1));
}

#[test]
fn an_archive_that_cannot_be_written_is_known_before_anybody_is_asked() {
    let (place, served) = (Place::new(), Served::new(small()));
    let program = place.program(&["collect", "-o", "missing/x.tar.zst"]).at(&served);
    program.run().stopped(5, &["missing/x.tar.zst"]);
    assert!(place.files().is_empty() && served.calls().is_empty());
}

#[test]
fn claps_own_refusals_are_2_too() {
    let place = Place::new();
    let wrong: [&[&str]; 10] = [
        &["scan", "--min-score", "101"],
        &["scan", "--min-score", "abc"],
        &["demo", "--min-coverage", "-1"],
        &["demo", "--fail-on", "blocker"],
        &["scan", "--concurrency", "0"],
        &["scan", "--session-duration", "5"],
        &["scan", "--no-such-flag"],
        &["nonsense"],
        &["assess"],
        &["demo", "--color", "sometimes"],
    ];
    for command in wrong {
        let ended = place.run(command).with(2);
        assert!(ended.stdout.is_empty() && ended.stderr.starts_with("error: "), "{ended:?}");
    }
}

#[test]
fn a_check_that_is_not_there_is_told_by_every_command_that_takes_one() {
    let place = Place::new();
    place.run(&["explain", "trail-is-loging"]).stopped(2, &["did you mean trail-is-logging?"]);
    for command in ["demo", "checks", "policy", "plan", "collect"] {
        place.run(&[command, "--check", "trail-is-loging"]).stopped(2, &["trail-is-logging"]);
    }
}

#[test]
fn help_and_version_are_results() {
    let place = Place::new();
    assert!(place.run(&["--version"]).quietly(0).stdout.starts_with("trailproof "));
    for command in
        ["scan", "demo", "collect", "assess", "report", "checks", "explain", "policy", "plan"]
    {
        let help = place.run(&[command, "--help"]).quietly(0).stdout;
        assert!(help.contains("Usage: trailproof"), "{help}");
    }
    let codes = place.run(&["help", "exit-codes"]).quietly(0).stdout;
    for code in ["0", "1", "2", "3", "4", "5", "70", "130"] {
        assert!(codes.lines().any(|line| line.split_whitespace().next() == Some(code)), "{codes}");
    }
}
