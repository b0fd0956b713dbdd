use serde_json::{Value, json};

use super::*;
use crate::GraphBuilder;
use crate::evidence::Cause;
use crate::fact::Fact;
use crate::fixture::*;
use crate::plan::Demand;
use crate::policies::Policies;

/// Who of a world can stop the archive's own trail.
fn ask(world: &World) -> Answer {
    let bundle = world.snapshot(&Demand::facts(Fact::ALL));
    let mut builder = GraphBuilder::new(&bundle.manifest, &bundle.organization);
    bundle.accounts.iter().for_each(|document| builder.add(document));
    let organization = builder.into_graph();
    let question = Question {
        wanted: Wanted::read("cloudtrail:StopLogging").unwrap(),
        objects: resolve(&organization, "audit").unwrap(),
        account: None,
        why: None,
        without: None,
        with_scp: None,
        by_escalation: true,
    };
    let policies = Policies::default().resolve(&organization);
    let mut asking = Asking::new(&organization, &question, &policies);
    for pass in [Asking::survey, Asking::link, Asking::ask] {
        bundle.accounts.iter().for_each(|document| pass(&mut asking, document));
    }
    asking.answer().unwrap()
}

fn policy(statement: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

fn allow(action: &str) -> Value {
    policy(json!({ "Effect": "Allow", "Action": action, "Resource": "*" }))
}

/// The archive owns a trail, and a role there that may stop it lets the member in under this condition.
fn let_in(condition: &Value) -> World {
    let trust = policy(json!({ "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "AWS": format!("arn:aws:iam::{MEMBER}:root") }, "Condition": condition }));
    organization()
        .with(trail("audit").but(|trail| trail.owner = id(ARCHIVE)))
        .principal(
            ARCHIVE,
            role("Door").inline("stop", allow("cloudtrail:StopLogging")).trust(trust),
        )
        .principal(MEMBER, user("ann").inline("enter", allow("sts:AssumeRole")))
}

fn ann(answer: &Answer) -> Option<&Power> {
    let holder = answer.holders.iter().find(|holder| holder.principal.ends_with(":user/ann"));
    holder.and_then(|holder| holder.powers.first())
}

#[test]
fn a_way_through_another_account_is_told() {
    let answer = ask(&let_in(&json!({})));
    let power = ann(&answer).unwrap();
    assert_eq!(power.decision, Decision::Yes);
    assert_eq!(power.path.len(), 1);
    assert_eq!(power.path[0].way, "assume-role");
    assert!(power.holder.ends_with(":role/Door"), "{}", power.holder);
    assert!(answer.open.is_empty(), "{:?}", answer.open);
}

/// Nobody knows who is in an account that was not read; one that can enter where the trail is may be all that it takes.
#[test]
fn an_account_that_can_enter_and_was_not_read_is_left_open() {
    let open = |answer: &Answer| -> Vec<Option<AccountId>> {
        answer.open.iter().map(|open| open.account_id).collect()
    };
    for fact in [Fact::AuthorizationDetails, Fact::Session] {
        let denied = let_in(&json!({})).deny_in(Some(MEMBER), fact, None, Cause::AccessDenied);
        assert_eq!(open(&ask(&denied)), [Some(id(MEMBER))], "{fact:?}");
        // An account that nothing lets in decides nothing.
        let other = organization()
            .with(trail("audit").but(|trail| trail.owner = id(ARCHIVE)))
            .deny_in(Some(MEMBER), fact, None, Cause::AccessDenied);
        assert_eq!(open(&ask(&other)), Vec::<Option<AccountId>>::new(), "{fact:?}");
    }
}

/// What a condition hangs on was not read: the answer is not that it depends, but that nobody knows.
#[test]
fn a_way_under_a_condition_on_what_was_not_read_is_not_told_for_conditional() {
    let by_path = json!({ "StringLike": { "aws:PrincipalOrgPaths": ["o-abc123/r-*/ou-*/*"] } });
    let read = ask(&let_in(&by_path));
    assert_ne!(ann(&read).map(|power| power.decision), Some(Decision::CannotTell), "{read:?}");
    let unread = ask(&let_in(&by_path).deny(Fact::OrganizationalUnits));
    assert_eq!(ann(&unread).map(|power| power.decision), Some(Decision::CannotTell), "{unread:?}");
}
