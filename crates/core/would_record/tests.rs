//! The classic failures, and what missing evidence does to each answer.

use super::*;
use crate::GraphBuilder;
use crate::events::event;
use crate::fixture::*;
use crate::plan::Demand;

fn graph(world: &World) -> Organization {
    let bundle = world.snapshot(&Demand::facts(Fact::ALL));
    let mut builder = GraphBuilder::new(&bundle.manifest, &bundle.organization);
    for document in &bundle.accounts {
        builder.add(document);
    }
    builder.into_graph()
}

fn question(name: &str, region: &str) -> Question {
    Question {
        account: id(MEMBER),
        region: region.parse().unwrap(),
        event: event(name).unwrap(),
        days_ago: None,
    }
}

fn ask(world: &World, question: &Question) -> Answer {
    answer(&graph(world), &Policy::default(), question)
}

fn codes(answer: &Answer) -> Vec<&str> {
    answer.notes.iter().map(|note| note.code).collect()
}

fn s3() -> serde_json::Value {
    serde_json::json!({"AdvancedEventSelectors": [{"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]}]})
}

#[test]
fn older_than_ninety_days_only_a_trail_remembers() {
    let mut old = question("ec2:RunInstances", "eu-west-1");
    old.days_ago = Some(200);
    let nothing = ask(&organization(), &old);
    assert_eq!(nothing.recorded, Outcome::No);
    assert!(codes(&nothing).contains(&"event_history_expired"));
    assert_eq!(nothing.change.len(), 1);
    let world = organization().with(trail("audit"));
    let kept = ask(&world, &old);
    assert_eq!(kept.recorded, Outcome::Yes, "{kept:?}");
    let custody = &kept.keepers[0].custody;
    assert_eq!((custody.place.as_str(), custody.owner), ("logs", Some(id(ARCHIVE))));
    assert_eq!(custody.key.as_deref(), Some(KEY));
    assert!(custody.deletable_by.iter().any(|who| who.contains("COMPLIANCE")));
    old.days_ago = Some(301);
    assert_eq!(ask(&world, &old).recorded, Outcome::CannotTell, "logging for 300 days only");
}

#[test]
fn what_became_of_objects_cannot_be_told_without_data_events() {
    let mut theft = question("s3:GetObject", "us-east-1");
    theft.event.described.resource_arn = Some("arn:aws:s3:::data/secret".into());
    let blind = ask(&organization().with(trail("audit")), &theft);
    assert_eq!(blind.recorded, Outcome::No);
    assert!(codes(&blind).contains(&"undeterminable"));
    assert!(blind.change[0].contains("data events of AWS::S3::Object"));
    let seen = ask(&organization().with(trail("audit").selecting(s3())), &theft);
    assert_eq!(seen.recorded, Outcome::Yes);
    assert!(seen.change.is_empty());
}

#[test]
fn a_call_through_another_regions_endpoint_escapes_a_trail_of_one_region() {
    let tokyo = organization().with(trail("tokyo").single_region("ap-northeast-1"));
    let delete = question("s3:DeleteBucket", "us-west-2");
    let gone = ask(&tokyo, &delete);
    assert_eq!(gone.recorded, Outcome::No);
    assert!(codes(&gone).contains(&"recorded_elsewhere"));
    assert_eq!(ask(&tokyo, &question("s3:DeleteBucket", "ap-northeast-1")).recorded, Outcome::Yes);
}

#[test]
fn global_services_report_to_their_region() {
    let role = question("iam:CreateRole", "eu-west-1");
    let in_region = |home| organization().with(trail("one").single_region(home));
    assert_eq!(ask(&in_region("us-east-1"), &role).recorded, Outcome::Yes);
    assert_eq!(ask(&in_region("eu-west-1"), &role).recorded, Outcome::No);
    let assume = question("sts:AssumeRole", "eu-west-1");
    assert_eq!(ask(&in_region("eu-west-1"), &assume).recorded, Outcome::CannotTell);
    assert_eq!(ask(&organization().with(trail("all")), &assume).recorded, Outcome::Yes);
}

#[test]
fn stopped_undeliverable_and_lake() {
    let run = question("ec2:RunInstances", "us-east-1");
    let stopped = ask(&organization().with(trail("audit").stopped()), &run);
    assert_eq!(stopped.refusers[0].because.first().unwrap().code, "not_logging");
    let gone = organization().with(trail("audit")).but(|world| world.buckets.clear());
    assert_eq!(ask(&gone, &run).recorded, Outcome::No);
    let lake = ask(&organization().with_store(store("lake")), &run);
    assert_eq!(lake.recorded, Outcome::Yes);
    assert_eq!(lake.keepers[0].custody.kept.at_least, "2557 days");
}

#[test]
fn missing_evidence_only_opens_the_answer_and_nothing_changes_the_bytes() {
    let worlds = [
        organization(),
        organization().with(trail("audit")),
        organization().with(trail("org").for_organization().selecting(s3())),
        organization().with(trail("audit").stopped()).with_store(store("lake")),
    ];
    for world in worlds {
        for name in ["s3:GetObject", "iam:CreateRole", "sts:AssumeRole", "kms:Decrypt"] {
            let question = question(name, "eu-west-1");
            let whole = ask(&world, &question);
            for fact in Fact::ALL {
                let less = ask(&world.clone().deny(fact), &question).recorded;
                assert!(
                    less == whole.recorded || less == Outcome::CannotTell,
                    "{name} without {fact:?}: {less:?}, was {:?}",
                    whole.recorded
                );
            }
            let mut turned = world.clone();
            turned.members.reverse();
            turned.trails.reverse();
            let json = |answer: &Answer| serde_json::to_string(answer).unwrap();
            assert_eq!(json(&whole), json(&ask(&turned, &question)));
        }
    }
}
