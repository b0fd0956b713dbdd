//! `policy --scp`: what it prints, what it says, and that who-can answers as it promises.

use serde_json::Value;

use crate::program::Place;

const TRAIL: &str = "acme-organization-trail";

fn demo() -> Place {
    let place = Place::new();
    place.run(&["demo", "--run-dir", "run"]).quietly(0);
    place
}

#[test]
fn the_policy_protects_the_record_and_who_can_agrees() {
    let place = demo();
    place.write(
        "trailproof.toml",
        "[policy]\napproved_principals = [\"arn:aws:iam::*:role/acme-log-keeper\"]\n",
    );
    let ended = place.run(&["policy", "--scp", "--snapshot", "run"]).with(0);
    assert!(
        ended
            .stderr
            .contains("Exempts the approved principals: arn:aws:iam::*:role/acme-log-keeper.")
    );
    assert!(ended.stderr.contains("trail/acme-organization-trail"), "{}", ended.stderr);
    assert!(ended.stderr.contains("there may be more behind: sts:AssumeRole"), "{}", ended.stderr);
    let printed: Value = serde_json::from_str(&ended.stdout).unwrap();
    let documents = match printed {
        Value::Array(documents) => documents,
        one => vec![one],
    };
    assert!(documents.iter().all(|one| one["Version"] == "2012-10-17"), "{documents:?}");
    let whole = documents.iter().map(Value::to_string).collect::<String>();
    assert!(whole.contains("arn:aws:s3:::acme-org-cloudtrail-222233334444/*"), "{whole}");
    assert!(!whole.contains("trail/acme-organization-trail"), "no policy binds its account");
    // Put to the test by the question that it is written for.
    let at = documents
        .iter()
        .position(|one| one.to_string().contains("acme-org-cloudtrail-222233334444"))
        .unwrap();
    place.write("scp.json", documents[at].to_string());
    let admin = "OrganizationAccountAccessRole";
    let question = [
        "who-can",
        "s3:DeleteObject",
        "run",
        "--resource",
        "arn:aws:s3:::acme-org-cloudtrail-222233334444",
    ];
    let before = place.program(&question).run().with(1).stdout;
    assert!(before.contains(admin), "{before}");
    let after = place.program(&question).more(&["--with-scp", "scp.json"]).run();
    assert!(after.stdout.contains("loses  s3:DeleteObject"), "{}", after.stdout);
    let _ = after.with(0);
}

#[test]
fn what_cannot_be_written_is_said() {
    let place = demo();
    let missing = place.run(&["policy", "--scp"]).with(2);
    assert!(missing.stderr.contains("--snapshot <PATH>"), "{}", missing.stderr);
    place.run(&["policy", "--scp", "--snapshot", "nowhere"]).stopped(2, &["nowhere"]);
    // A trail that nobody could see may be the one to protect.
    place
        .run(&["who-can", "tamper", "run", "--snapshot", "run", "--resource", TRAIL])
        .stopped(2, &["cannot be used with"]);
}
