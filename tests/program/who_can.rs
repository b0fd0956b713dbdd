//! `who-can`: from a snapshot and from a served organization, by its words, its JSON and its exit code.

use serde_json::Value;
use trailproof_sim::{Effect, Fault};

use crate::organizations::small;
use crate::program::{Ended, Place};
use crate::served::Served;

const TRAIL: &str = "acme-organization-trail";
const BUCKET: &str = "arn:aws:s3:::acme-org-cloudtrail-222233334444";
const BREAK_GLASS: &str = "arn:aws:iam::111122223333:user/break-glass";
const KEEPER: &str = "arn:aws:iam::222233334444:role/acme-log-keeper";

fn ask(place: &Place, action: &str, resource: &str, more: &[&str]) -> Ended {
    let question = ["who-can", action, "--resource", resource, "--snapshot", "run"];
    place.program(&question).more(more).run()
}

/// The answer, which follows its schema.
fn json(ended: &Ended) -> Value {
    let told = serde_json::from_str(&ended.stdout).unwrap();
    let schema = include_str!("../../reports/schema/who-can.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let errors: Vec<String> = schema.iter_errors(&told).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    told
}

/// From the management account one enters the log archive, as its administrators do.
#[test]
fn a_way_through_another_account_is_told_step_by_step() {
    let place = Place::with_demo();
    let bucket = format!("{BUCKET}/AWSLogs/x");
    let told = ask(&place, "s3:DeleteObject", &bucket, &[]).quietly(1).stdout;
    let lines: Vec<&str> = told.lines().collect();
    let at = lines.iter().position(|line| line.starts_with(BREAK_GLASS)).unwrap();
    assert!(
        lines[at].contains("by a way of one step, as arn:aws:iam::222233334444:role/Org"),
        "{told}"
    );
    let hop = lines[at + 1];
    let role = "arn:aws:iam::222233334444:role/OrganizationAccountAccessRole";
    assert!(
        hop.starts_with(&format!("    1. as {BREAK_GLASS}: sts:AssumeRole on {role}, by ")),
        "{hop}"
    );
    assert!(hop.contains("the trust policy of"), "{hop}");
    // Left out where only what each has as it is was asked for.
    let direct = ask(&place, "s3:DeleteObject", &bucket, &["--direct"]).quietly(1).stdout;
    assert!(!direct.contains(BREAK_GLASS), "{direct}");
    let told = json(&ask(&place, "s3:DeleteObject", &bucket, &["--format", "json"]));
    let holders = told["answer"]["holders"].as_array().unwrap();
    let holder = holders.iter().find(|holder| holder["principal"] == BREAK_GLASS).unwrap();
    let path = &holder["powers"][0]["path"];
    assert_eq!(path[0]["way"], "assume-role");
    assert_eq!(path[0]["steps"][0]["on"], role);
    // Under a policy that forbids it the way is closed.
    place.write(
        "scp.json",
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*"}}"#,
    );
    let closed =
        ask(&place, "s3:DeleteObject", &bucket, &["--with-scp", "scp.json"]).with(0).stdout;
    let loses = format!("{BREAK_GLASS}  loses  s3:DeleteObject on ");
    assert!(closed.lines().any(|line| line.starts_with(&loses)), "{closed}");
}

#[test]
fn principals_are_named_with_the_statement_that_lets_them() {
    let place = Place::with_demo();
    let told = ask(&place, "cloudtrail:StopLogging", TRAIL, &[]).quietly(1).stdout;
    assert!(told.starts_with("YES: 3 of 9 principals"), "{told}");
    let line = told.lines().find(|line| line.starts_with(BREAK_GLASS)).unwrap();
    assert!(line.contains("  yes  cloudtrail:StopLogging on arn:aws:cloudtrail:"), "{line}");
    assert!(line.ends_with("by arn:aws:iam::aws:policy/AdministratorAccess: statement 0"));
    assert!(told.contains("Not evaluated: session policies"), "{told}");
    // A trail stands for what it rests on.
    let all = ask(&place, "tamper", TRAIL, &[]).quietly(1).stdout;
    let lifecycle = format!("{KEEPER}  yes  s3:PutLifecycleConfiguration on {BUCKET}");
    assert!(all.lines().any(|line| line.starts_with(&lifecycle)), "{all}");
    assert!(all.contains("not known (assume_role_denied): account 700000000001"), "{all}");
    // Of one account alone.
    let one = ask(&place, "tamper", TRAIL, &["--account", "222233334444"]).quietly(1).stdout;
    assert!(!one.contains(BREAK_GLASS) && one.contains(KEEPER), "{one}");
}

#[test]
fn who_is_approved_is_marked_and_does_not_count() {
    let place = Place::with_demo();
    place.write("trailproof.toml", "[policy]\napproved_principals = [\"*\"]\n");
    let told = ask(&place, "cloudtrail:StopLogging", TRAIL, &[]).quietly(0).stdout;
    assert!(told.starts_with("NO: ") && told.contains("[approved]"), "{told}");
}

#[test]
fn the_json_answer_says_the_same() {
    let place = Place::with_demo();
    let flags = ["--format", "json"];
    let told = json(&ask(&place, "cloudtrail:stoplogging", TRAIL, &flags).quietly(1));
    assert_eq!(told["schema"], "trailproof.who-can/1");
    assert_eq!(
        (&told["answer"]["can"], &told["answer"]["counts"]["yes"]),
        (&"yes".into(), &3.into())
    );
    let holders = told["answer"]["holders"].as_array().unwrap();
    let holder = holders.iter().find(|one| one["principal"] == BREAK_GLASS).unwrap();
    let power = &holder["powers"][0];
    assert_eq!(
        (&power["action"], &power["decision"]),
        (&"cloudtrail:StopLogging".into(), &"yes".into())
    );
    assert_eq!(power["by"]["policy"], "arn:aws:iam::aws:policy/AdministratorAccess");
}

#[test]
fn why_tells_what_each_layer_says_and_which_lacks_an_allow() {
    let place = Place::with_demo();
    let can = ask(&place, "cloudtrail:StopLogging", TRAIL, &["--why", BREAK_GLASS]).quietly(1);
    let by = "identity policies: allows by arn:aws:iam::aws:policy/AdministratorAccess";
    assert!(can.stdout.contains(by), "{can:?}");
    let cannot = ask(&place, "s3:DeleteObject", BUCKET, &["--why", "role/acme-log-keeper"]);
    let cannot = cannot.quietly(0).stdout;
    assert!(cannot.starts_with("NO: role/acme-log-keeper cannot do s3:DeleteObject"), "{cannot}");
    assert!(cannot.contains("an allow is missing in: identity policies"), "{cannot}");
}

#[test]
fn what_would_change_is_told_without_a_statement_and_under_one_more_policy() {
    let place = Place::with_demo();
    let full = "arn:aws:iam::aws:policy/AdministratorAccess#0";
    let inline = "inline:keep#0";
    let told = ask(&place, "s3:DeleteObject", BUCKET, &["--without", full]).quietly(0).stdout;
    let loses = "role/OrganizationAccountAccessRole  loses  s3:DeleteObject";
    assert!(told.contains(loses), "{told}");
    let lifecycle = "s3:PutLifecycleConfiguration";
    let told = ask(&place, lifecycle, BUCKET, &["--without", inline]).quietly(1).stdout;
    assert!(told.contains(&format!("{KEEPER}  loses  {lifecycle}")), "{told}");
    let deny =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;
    place.write("deny.json", deny);
    let told = ask(&place, "s3:DeleteObject", BUCKET, &["--with-scp", "deny.json"]).quietly(0);
    assert!(told.stdout.contains(loses), "{told:?}");
    // Nothing binds the management account.
    let told = ask(&place, "cloudtrail:StopLogging", TRAIL, &["--with-scp", "deny.json"]);
    let told = told.quietly(1).stdout;
    assert!(told.contains("nothing would change"), "{told}");
    assert!(told.contains("bind nobody in 111122223333"), "{told}");
}

#[test]
fn a_slip_of_the_pen_is_told_with_what_may_be_meant() {
    let place = Place::with_demo();
    ask(&place, "s3DeleteObject", BUCKET, &[]).stopped(2, &["s3:DeleteObject"]);
    ask(&place, "tamper", "acme-organisation-trail", &[]).stopped(2, &["--resource", TRAIL]);
    ask(&place, "sns:Publish", BUCKET, &[]).stopped(2, &["another service"]);
    ask(&place, "tamper", TRAIL, &["--account", "111122223334"])
        .stopped(2, &["--account", "111122223333"]);
    ask(&place, "tamper", TRAIL, &["--why", "user/break-glas"]).stopped(2, &["--why", BREAK_GLASS]);
    ask(&place, "tamper", TRAIL, &["--without", "p-none"]).stopped(2, &["POLICY#SID"]);
    let statement = "arn:aws:iam::aws:policy/AdministratorAccess#7";
    ask(&place, "tamper", TRAIL, &["--without", statement])
        .stopped(2, &["--without", "did you mean"]);
    place.write("bad.json", "{\n \"Statement\": [\n  {\"Effect\": \"Dany\"}\n ]\n}\n");
    ask(&place, "tamper", TRAIL, &["--with-scp", "bad.json"]).stopped(2, &["bad.json: line 3"]);
}

#[test]
fn principals_that_were_not_read_make_no_answer() {
    let faults = vec![Fault::on("iam:GetAccountAuthorizationDetails", Effect::AccessDenied)];
    let (place, served) = (Place::new(), Served::with_faults(small(), faults));
    let question = ["who-can", "cloudtrail:StopLogging", "--resource", TRAIL, "--run-dir", "run"];
    let ended = place.program(&question).at(&served).run().with(3);
    assert!(ended.stdout.starts_with("CANNOT TELL: "), "{ended:?}");
    assert!(ended.stdout.contains("not known (access_denied): account 111122223333"), "{ended:?}");
    // What was read answers again.
    let again = ask(&place, "cloudtrail:StopLogging", TRAIL, &[]).quietly(3);
    assert_eq!(again.stdout, ended.stdout);
}
