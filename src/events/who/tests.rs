//! Sessions and their principals: by what proves itself, by the event that began them, and not at all.

use serde_json::{Value, json};

use super::super::sessions::{Gathering, Sessions};
use super::*;

fn sessions(events: &[Value]) -> Sessions {
    let mut gathering = Gathering::begin().unwrap();
    for event in events {
        let text = event.to_string();
        let record: Record<'_> = serde_json::from_str(&text).unwrap();
        if let Some((key, begun)) = beginning(&record) {
            gathering.add(&key, &begun).unwrap();
        }
    }
    gathering.end().unwrap()
}

fn asked(identity: Value, events: &[Value]) -> Who {
    let text = identity.to_string();
    match caller(&serde_json::from_str(&text).unwrap()).unwrap() {
        Caller::Known(who) => who,
        Caller::Session { key, name } => who((key, name), &sessions(events)),
    }
}

fn session(role: &str, name: &str, key: &str) -> Value {
    let short = role.rsplit('/').next().unwrap();
    json!({
        "type": "AssumedRole", "accessKeyId": key, "accountId": "222233334444",
        "arn": format!("arn:aws:sts::222233334444:assumed-role/{short}/{name}"),
        "sessionContext": { "sessionIssuer": { "type": "Role", "arn": format!("arn:aws:iam::222233334444:role/{role}") } },
    })
}

fn assume(id: &str, identity: Value, key: &str) -> Value {
    json!({
        "eventID": id, "eventTime": "2026-07-01T10:00:00Z", "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole", "recipientAccountId": "222233334444", "userIdentity": identity,
        "responseElements": { "credentials": { "accessKeyId": key, "expiration": "x" } },
    })
}

fn alice() -> Value {
    json!({ "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice", "userName": "alice",
        "accessKeyId": "AKIAALICE" })
}

const ALICE: &str = "arn:aws:iam::111122223333:user/alice";

#[test]
fn every_call_that_begins_a_session_holds_one_of_the_words() {
    assert!(BEGINNINGS.iter().all(|name| WORDS.iter().any(|word| name.contains(word))));
}

#[test]
fn the_event_that_began_it_names_the_principal_through_any_number_of_roles() {
    let events = [
        assume("e1", alice(), "ASIAONE"),
        assume("e2", session("admin", "whatever", "ASIAONE"), "ASIATWO"),
    ];
    let one = asked(session("admin", "bob", "ASIAONE"), &events);
    assert_eq!((one.who.as_str(), one.by), (ALICE, By::AssumeRoleEvent), "{one:?}");
    assert_eq!(one.how, "AssumeRole e1 at 2026-07-01T10:00:00Z in 222233334444");
    let two = asked(session("deploy", "x", "ASIATWO"), &events);
    assert_eq!((two.who.as_str(), two.by), (ALICE, By::AssumeRoleEvent), "{two:?}");
    assert!(two.how.contains("e2") && two.how.contains(", after AssumeRole e1"), "{two:?}");
}

#[test]
fn the_copies_of_two_accounts_are_joined() {
    let mut there = assume(
        "e1",
        json!({ "type": "AWSAccount", "principalId": "AIDAX", "accountId": "111122223333" }),
        "ASIAONE",
    );
    there["sharedEventID"] = "s1".into();
    let mut here = assume("e2", alice(), "ASIAONE");
    (here["sharedEventID"], here["recipientAccountId"]) = ("s1".into(), "111122223333".into());
    let of = |events: &[Value]| asked(session("audit", "x", "ASIAONE"), events);
    for events in [[there.clone(), here.clone()], [here.clone(), there.clone()]] {
        let joined = of(&events);
        assert_eq!((joined.who.as_str(), joined.by), (ALICE, By::AssumeRoleEvent), "{joined:?}");
    }
    // The caller's copy may lack the response: what they share tells.
    here["responseElements"]["credentials"]["accessKeyId"] = "ASIAOTHER".into();
    let joined = of(&[there.clone(), here]);
    assert_eq!(joined.who, ALICE);
    assert!(joined.how.contains("in 222233334444 and 111122223333"), "{joined:?}");
    let alone = of(&[there]);
    assert_eq!(alone.who, "AIDAX of account 111122223333");
    assert!(alone.how.ends_with("the caller's own account was not read"), "{alone:?}");
}

#[test]
fn a_name_that_anybody_may_choose_proves_nothing() {
    let one = asked(session("admin", "alice", "ASIANONE"), &[assume("e1", alice(), "ASIAONE")]);
    assert_eq!(one.by, By::Unresolved);
    assert_eq!(one.who, "arn:aws:sts::222233334444:assumed-role/admin/alice");
    assert!(one.how.contains("ASIANONE"), "{one:?}");
    let failed = json!({ "errorCode": "AccessDenied" });
    let mut refused = assume("e1", alice(), "ASIAONE");
    refused["errorCode"] = failed["errorCode"].clone();
    assert_eq!(asked(session("admin", "x", "ASIAONE"), &[refused]).by, By::Unresolved);
    // Sessions that stand behind one another in a ring come to an end.
    let ring = [
        assume("e1", session("a", "x", "ASIATWO"), "ASIAONE"),
        assume("e2", session("b", "x", "ASIAONE"), "ASIATWO"),
    ];
    assert!(asked(session("a", "x", "ASIAONE"), &ring).how.contains("how that session began"));
}

#[test]
fn what_nobody_else_can_choose_proves_it() {
    let with = |role: &str, name: &str, member: &str, value: Value| {
        let mut one = session(role, name, "ASIAX");
        match member {
            "sourceIdentity" | "ec2RoleDelivery" => one["sessionContext"][member] = value,
            "" => {}
            member => one[member] = value,
        }
        asked(one, &[])
    };
    let sso = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef";
    let linked = "aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";
    let lambda = "arn:aws:lambda:eu-west-1:222233334444:function:f";
    for (found, expected) in [
        (with("admin", "x", "sourceIdentity", "alice".into()), "alice"),
        (with(sso, "alice@example.com", "", Value::Null), "alice@example.com"),
        (with(linked, "x", "", Value::Null), "config.amazonaws.com"),
        (with("app", "i-0123", "ec2RoleDelivery", "2.0".into()), "i-0123"),
        (with("f", "f", "inScopeOf", json!({ "credentialsIssuedTo": lambda })), lambda),
        (with("x", "y", "onBehalfOf", json!({ "userId": "u-1" })), "u-1"),
    ] {
        assert_eq!((found.who.as_str(), found.by), (expected, By::SessionName), "{found:?}");
    }
    // An instance's id as a name, without EC2's delivery, is somebody's choice.
    assert_eq!(with("app", "i-0123", "", Value::Null).by, By::Unresolved);
}

#[test]
fn the_root_user_s_temporary_keys_are_explained() {
    let root = |key: &str| {
        json!({ "type": "Root", "arn": "arn:aws:iam::111122223333:root", "accessKeyId": key,
            "sessionContext": { "attributes": { "mfaAuthenticated": "false" } } })
    };
    let console = asked(root("ASIAROOT"), &[]);
    assert_eq!(console.by, By::RootConsoleSession);
    assert!(
        console.how.contains("without MFA") && console.how.contains("at sign-in"),
        "{console:?}"
    );
    assert_eq!(asked(root("AKIAROOT"), &[]).by, By::Identity);
    let mut taken = root("ASIATAKEN");
    taken["sessionContext"]["assumedRoot"] = "true".into();
    let mut event = assume("e1", alice(), "ASIATAKEN");
    event["eventName"] = "AssumeRoot".into();
    let taken = asked(taken, &[event]);
    assert_eq!((taken.who.as_str(), taken.by), (ALICE, By::AssumeRoleEvent));
}

#[test]
fn others_name_themselves() {
    for (identity, expected) in [
        (alice(), ALICE),
        (json!({ "type": "AWSService", "invokedBy": "ec2.amazonaws.com" }), "ec2.amazonaws.com"),
        (
            json!({ "type": "FederatedUser", "arn": "arn:aws:sts::1:federated-user/x",
                "sessionContext": { "sessionIssuer": { "arn": ALICE } } }),
            ALICE,
        ),
        (json!({ "type": "SAMLUser", "userName": "alice", "identityProvider": "idp" }), "alice"),
    ] {
        let found = asked(identity, &[]);
        assert_eq!((found.who.as_str(), found.by), (expected, By::Identity), "{found:?}");
    }
    assert_eq!(caller(&serde_json::from_str("{}").unwrap()), None);
}
