use std::sync::OnceLock;

use serde_json::{Value, json};
use trailproof_iam::Decision;

use super::*;
use crate::GraphBuilder;
use crate::account::AccountView;
use crate::fact::Fact;
use crate::fixture::*;
use crate::organization::Organization;
use crate::plan::Demand;
use crate::snapshot::Document;

fn policy(effect: &str, action: &str, resource: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "S", "Effect": effect, "Action": action, "Resource": resource }] })
}

/// Looks at one account of a world with the facts that the engine reads.
fn look<T>(world: &World, account: &str, with: impl FnOnce(&AccountView<'_>) -> T) -> T {
    let bundle = world.snapshot(&Demand::facts(Fact::ALL));
    let mut builder = GraphBuilder::new(&bundle.manifest, &bundle.organization);
    bundle.accounts.iter().for_each(|document| builder.add(document));
    let organization: Organization = builder.into_graph();
    let of = |document: &&Document| document.account == id(account);
    let document = bundle.accounts.iter().find(of).unwrap();
    let member = &organization.members[&id(account)];
    let roll = OnceLock::new();
    with(&AccountView { member, organization: &organization, document, roll: &roll })
}

/// Who can stop the trail, by name and answer.
fn who(world: &World) -> Vec<(String, Can)> {
    look(world, MEMBER, |view| {
        let roll = view.roll().unwrap();
        let trail = "arn:aws:cloudtrail:us-east-1:111122223333:trail/audit";
        let targets = [Target::recorder(trail, &["cloudtrail:StopLogging"])];
        let holders = roll.who_can(&targets);
        let named = holders.into_iter().map(|holder| {
            let name = roll.principals()[holder.principal].short().to_owned();
            (name, holder.powers[0].can.clone())
        });
        named.collect()
    })
}

fn admin() -> PrincipalSetup {
    role("Admin").managed("AdministratorAccess")
}

fn own() -> World {
    organization().with(trail("audit"))
}

#[test]
fn tags_are_known_unless_sessions_bring_their_own() {
    let tagged = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Action": "cloudtrail:*", "Resource": "*",
        "Condition": { "StringEquals": { "aws:PrincipalTag/Team": "audit" } } }] });
    let held =
        |setup: PrincipalSetup| who(&own().principal(MEMBER, setup.inline("own", tagged.clone())));
    assert_eq!(held(user("ann")), [], "a tag that is not there");
    assert_eq!(held(user("ann").tag("team", "audit")), [("user/ann".into(), Can::Yes)]);
    assert_eq!(held(role("ops").tag("Team", "audit")), [("role/ops".into(), Can::Yes)]);
    assert_eq!(held(role("ops").tag("Team", "other")), []);
    // Whoever comes by Identity Center may bring tags of its own.
    let [(_, can)] = held(permission_set("Ops")).try_into().unwrap();
    assert_eq!(can, Can::If);
}

#[test]
fn the_organization_is_known_by_id_and_path() {
    let under = |key: &str, value: &str| {
        let deny = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny",
            "Action": "cloudtrail:*", "Resource": "*",
            "Condition": { "ForAnyValue:StringLike": { key: value } } }] });
        who(&own()
            .member(MEMBER, |member| member.unit = Some("Work/Prod".into()))
            .principal(MEMBER, admin().inline("deny", deny)))
    };
    assert_eq!(under("aws:PrincipalOrgID", ORGANIZATION), []);
    assert_eq!(under("aws:PrincipalOrgPaths", "o-abc123/r-1/ou-work/*"), []);
    assert_eq!(under("aws:PrincipalOrgPaths", "o-abc123/r-1/ou-else/*").len(), 1);
}

#[test]
fn what_was_not_read_leaves_open_only_what_hangs_on_it() {
    let broken =
        || own().controlled(crate::control_policies::PolicyKind::ServiceControl, MEMBER, "{");
    let [(_, can)] = who(&broken().principal(MEMBER, admin())).try_into().unwrap();
    assert!(matches!(can, Can::Unknown(gap) if gap.fact == Fact::OrganizationPolicy));
    assert_eq!(who(&broken().principal(MEMBER, user("ann"))), [], "nothing is granted anyway");
    // A denial elsewhere on the path holds whatever the broken one says.
    let denied = broken().principal(MEMBER, admin()).scp("root", policy("Deny", "*", "*"));
    assert_eq!(who(&denied), []);
    // Resource control policies do not bear on trails.
    let rcps = own().principal(MEMBER, admin()).controlled(
        crate::control_policies::PolicyKind::ResourceControl,
        MEMBER,
        "{",
    );
    assert_eq!(who(&rcps), [("role/Admin".into(), Can::Yes)]);
    // What an old snapshot holds of a principal is no more than what is attached to it.
    let old = own().member(MEMBER, |member| {
        member.principals.push(crate::answer::PrincipalEntry {
            kind: crate::answer::PrincipalKind::User,
            arn: "arn:aws:iam::111122223333:user/old".into(),
            attached_managed_policies: Vec::new(),
            details: None,
        });
    });
    let [(name, can)] = who(&old).try_into().unwrap();
    assert_eq!(name, "user/old");
    assert!(matches!(can, Can::Unknown(_)));
}

#[test]
fn a_reason_names_policy_statement_pattern_and_keys() {
    let mfa = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Read", "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
        { "Sid": "Stop", "Effect": "Allow", "Action": ["iam:*", "cloudtrail:Stop*"], "Resource": "*",
            "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } } }] });
    let world = own()
        .principal(MEMBER, user("ann").in_group("ops"))
        .principal(MEMBER, group("ops").inline("stops", mfa));
    look(&world, MEMBER, |view| {
        let roll = view.roll().unwrap();
        let trail = "arn:aws:cloudtrail:us-east-1:111122223333:trail/audit";
        let target = Target::recorder(trail, &["cloudtrail:StopLogging"]);
        let at = roll.principals().iter().position(|one| one.short() == "user/ann").unwrap();
        let reason = roll.why(at, (&target, 0)).unwrap();
        assert_eq!(reason.answer.decision, Decision::Conditional);
        assert_eq!(reason.answer.depends_on, ["aws:MultiFactorAuthPresent"]);
        assert_eq!(reason.pattern, "cloudtrail:Stop*");
        let through = "stops, inline in arn:aws:iam::111122223333:group/ops: Stop";
        assert_eq!(reason.through(), through);
        assert!(roll.why(at, (&target, 1)).is_none());
        assert!(roll.why(99, (&target, 0)).is_none());
    });
}

#[test]
fn only_what_the_roll_was_read_for_can_be_asked() {
    let world = own().principal(MEMBER, admin());
    look(&world, MEMBER, |view| {
        let trail = "arn:aws:cloudtrail:us-east-1:111122223333:trail/audit";
        let target = [Target::recorder(trail, &["cloudtrail:GetTrail"])];
        assert_eq!(view.roll().unwrap().who_can(&target), []);
        let other = Roll::read(view, ["cloudtrail:GetTrail"]).unwrap();
        assert_eq!(other.who_can(&target).len(), 1);
    });
}

#[test]
fn the_parts_of_a_bucket_that_policies_set_apart_are_all_asked_about() {
    let narrow = "arn:aws:s3:::logs/AWSLogs/*/CloudTrail/*/2020/*";
    let world = own()
        .principal(ARCHIVE, role("ops").inline("own", policy("Allow", "s3:*", narrow)))
        .principal(
            ARCHIVE,
            role("own")
                .inline("own", policy("Allow", "s3:*", "arn:aws:s3:::logs/${aws:username}/*")),
        );
    look(&world, ARCHIVE, |view| {
        let bucket = view.organization.bucket("logs").unwrap();
        let with = (view.roll().unwrap(), view.organization);
        let target = Target::bucket(bucket, &["s3:DeleteObject"], with);
        let asked: Vec<&str> = target.asks.iter().map(|ask| ask.on.as_str()).collect();
        assert!(asked.contains(&"arn:aws:s3:::logs/AWSLogs//CloudTrail//2020/"), "{asked:?}");
        let digest = "arn:aws:s3:::logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/";
        assert!(asked.iter().any(|object| object.starts_with(digest)), "{asked:?}");
        assert!(target.incomplete.is_some(), "a name that depends on who asks cannot be tried");
        assert_eq!(with.0.who_can(&[target]).len(), 1);
    });
}

#[test]
fn the_actions_are_those_of_the_catalogue() {
    let [trail, store] = &*CLOUDTRAIL;
    assert_eq!(
        trail,
        &[
            "cloudtrail:DeleteTrail",
            "cloudtrail:PutEventSelectors",
            "cloudtrail:StopLogging",
            "cloudtrail:UpdateTrail"
        ]
    );
    assert_eq!(
        store,
        &[
            "cloudtrail:DeleteEventDataStore",
            "cloudtrail:StopEventDataStoreIngestion",
            "cloudtrail:UpdateEventDataStore"
        ]
    );
    assert!(on_log_bucket().contains(&"s3:PutLifecycleConfiguration"));
    assert!(!on_log_bucket().contains(&"s3:PutBucketNotification"));
    assert!(on_key(&key_metadata(KEY)).contains(&"kms:ScheduleKeyDeletion"));
    let [groups, topics, alarms] = watched();
    assert!(groups.contains(&"logs:DeleteMetricFilter") && topics.contains(&"sns:DeleteTopic"));
    assert!(alarms.contains(&"cloudwatch:DisableAlarmActions"));
}

#[test]
fn full_access_is_recognised_however_it_is_written() {
    let gives = |text: Value| {
        let document = trailproof_iam::PolicyDocument::parse(&text.to_string()).unwrap();
        gives_everything(&document).is_some()
    };
    assert!(gives(policy("Allow", "*", "*")) && gives(policy("Allow", "*:*", "*")));
    assert!(!gives(policy("Deny", "*", "*")) && !gives(policy("Allow", "s3:*", "*")));
    assert!(!gives(policy("Allow", "*", "arn:aws:s3:::a")));
    let but = |entry: &str| json!({ "Statement": { "Effect": "Allow", "NotAction": entry, "Resource": "*" } });
    assert!(gives(but("organizations:*")));
    assert!(!gives(but("iam:*")) && !gives(but("IAM:Create*")) && !gives(but("i*:*")));
}
