//! What administrators can still do under policies of many shapes, and which regions those close.

use serde_json::{Value, json};

use super::*;
use crate::GraphBuilder;
use crate::aws::Region;
use crate::evidence::Cause;
use crate::fact::Fact;
use crate::fixture::*;
use crate::plan::Demand;

const EXECUTION: &str = "arn:*:iam::*:role/AWSControlTowerExecution";

fn demand() -> Demand {
    Demand::facts([Fact::OrganizationPolicy, Fact::PolicyTargets])
}

fn graph(world: &World) -> Organization {
    let bundle = world.snapshot(&demand());
    GraphBuilder::new(&bundle.manifest, &bundle.organization).into_graph()
}

fn guardrail(world: &World, account: &str, approved: &[&str]) -> Box<Guardrail> {
    let approved: Vec<String> = approved.iter().map(|name| (*name).to_owned()).collect();
    match graph(world).guardrail(id(account), &approved) {
        Ok(Standing::Bound(guardrail)) => guardrail,
        other => panic!("{other:?}"),
    }
}

fn policy(statement: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

/// A region deny as Control Tower writes it, in short.
fn region_deny(condition: Value) -> Value {
    policy(json!({ "Sid": "GRREGIONDENY", "Effect": "Deny", "Resource": "*",
        "NotAction": ["access-analyzer:*", "acm:*", "budgets:*", "cloudfront:*", "config:*",
            "cloudtrail:LookupEvents", "ec2:DescribeRegions", "health:*", "iam:*", "kms:*",
            "organizations:*", "route53:*", "s3:GetAccountPublic*", "s3:ListAllMyBuckets",
            "s3:PutAccountPublic*", "shield:*", "sts:*", "support:*", "waf:*"],
        "Condition": condition }))
}

fn europe(operator: &str) -> Value {
    json!({ operator: { "aws:RequestedRegion": ["us-east-1", "eu-west-1"] },
        "ArnNotLike": { "aws:PrincipalARN": [EXECUTION] } })
}

fn closed(world: &World, region: &str) -> Observed<Option<Closure>> {
    guardrail(world, MEMBER, &[]).closure(&region.parse().unwrap())
}

fn is_closed(world: &World, region: &str) -> bool {
    closed(world, region).unwrap().is_some()
}

#[test]
fn control_towers_region_deny_closes_the_regions_that_it_does_not_name() {
    let world = organization().scp("root", region_deny(europe("StringNotEquals")));
    let closure = closed(&world, "sa-east-1").unwrap().unwrap();
    assert_eq!(closure.exempt, BTreeSet::from([EXECUTION.to_owned()]));
    let told = closure.describe();
    assert!(told.contains("GRREGIONDENY of \"policy 0\" (p-00000000) at Root"), "{told}");
    assert!(told.ends_with(EXECUTION), "{told}");
    assert_eq!(closure.evidence.len(), 1);
    let cited = &closure.evidence[0];
    assert_eq!(
        (cited.operation.as_str(), cited.resource.as_str()),
        ("organizations:DescribePolicy", "p-00000000")
    );
    assert_eq!(cited.field, "Policy.Content.Statement[0]");
    assert_eq!(cited.value["Sid"], "GRREGIONDENY");
    assert!(!is_closed(&world, "eu-west-1"));
    let any = organization().scp("root", region_deny(europe("ForAnyValue:StringNotEquals")));
    assert!(is_closed(&any, "sa-east-1") && !is_closed(&any, "us-east-1"));
    // By a list of the closed ones, with a pattern, and in two statements.
    let named = |operator: &str, regions: Value| {
        policy(json!({ "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": { operator: { "aws:RequestedRegion": regions } } }))
    };
    let listed = organization().scp(MEMBER, named("StringLike", json!(["sa-*", "ap-*"])));
    assert!(is_closed(&listed, "sa-east-1") && !is_closed(&listed, "us-west-1"));
    let halves = organization()
        .scp("root", policy(json!({ "Effect": "Deny", "NotAction": ["s3:*"], "Resource": "*" })))
        .scp(MEMBER, policy(json!({ "Effect": "Deny", "Action": ["s3:*"], "Resource": "*" })));
    assert_eq!(closed(&halves, "eu-west-1").unwrap().unwrap().by.len(), 2);
}

#[test]
fn what_leaves_a_service_or_a_way_open_closes_nothing() {
    let deny = |rest: Value| {
        let mut statement = json!({ "Effect": "Deny", "Resource": "*", "Action": "*" });
        statement.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        organization().scp("root", policy(statement))
    };
    let there = json!({ "StringEquals": { "aws:RequestedRegion": "sa-east-1" } });
    let and = |operator: &str, key: &str, value: &str| {
        let mut condition = there.clone();
        condition[operator][key] = json!(value);
        json!({ "Condition": condition })
    };
    assert!(is_closed(&deny(json!({ "Condition": there })), "sa-east-1"));
    for (world, why) in [
        (organization(), "nothing is denied"),
        (deny(json!({ "Action": ["ec2:*", "s3:*"], "Condition": there })), "some services alone"),
        (deny(json!({ "Resource": "arn:aws:*:sa-east-1:*:*", "Condition": there })), "buckets"),
        (deny(and("StringNotEquals", "aws:PrincipalTag/x", "y")), "a tag opens it"),
        (deny(and("Bool", "aws:MultiFactorAuthPresent", "false")), "a second factor opens it"),
        (deny(and("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*")), "users"),
        (deny(and("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*")), "all roles"),
        (deny(and("StringNotEquals", "aws:PrincipalAccount", MEMBER)), "this account"),
    ] {
        assert!(!is_closed(&world, "sa-east-1"), "{why}");
    }
    // An exemption for another account's principals opens nothing, and one by a certain name is told.
    let elsewhere = deny(and("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::999988887777:role/*"));
    assert!(is_closed(&elsewhere, "sa-east-1"));
}

#[test]
fn a_list_of_what_is_allowed_closes_the_rest() {
    let allowing = policy(json!({ "Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": { "StringEquals": { "aws:RequestedRegion": ["eu-west-1"] } } }));
    let world = organization().without_full_access("root").scp("root", allowing);
    let closure = closed(&world, "sa-east-1").unwrap().unwrap();
    assert!(closure.describe().contains("no policy at Root allows it"), "{}", closure.describe());
    assert!(!closure.evidence.is_empty());
    assert!(!is_closed(&world, "eu-west-1"));
}

#[test]
fn what_was_not_read_leaves_open_whether_more_is_closed_and_takes_no_denial_back() {
    let world = organization().scp("root", region_deny(europe("StringNotEquals"))).controlled(
        PolicyKind::ServiceControl,
        MEMBER,
        "{",
    );
    assert!(is_closed(&world, "sa-east-1"));
    assert_eq!(closed(&world, "eu-west-1").unwrap_err().cause, Cause::Undecidable);
    let unread = |fact| graph(&world.clone().deny(fact)).guardrail(id(MEMBER), &[]).unwrap_err();
    assert_eq!(unread(Fact::OrganizationPolicies).cause, Cause::AccessDenied);
    assert_eq!(unread(Fact::OrganizationalUnits).cause, Cause::AccessDenied);
    for fact in [Fact::OrganizationPolicy, Fact::PolicyTargets] {
        let denied = closed(&world.clone().deny(fact), "sa-east-1").unwrap_err();
        assert_eq!(denied.fact, fact);
    }
}

#[test]
fn closures_are_shared_where_policies_tell_no_accounts_apart() {
    let region: Region = "sa-east-1".parse().unwrap();
    let shared = |world: &World| {
        let graph = graph(world);
        let closure = |account| graph.ground().closure(id(account), &region);
        let (one, other) = (closure(MEMBER).unwrap(), closure(ARCHIVE));
        other.is_some_and(|other| Arc::ptr_eq(&one, &other))
    };
    let of_all = organization().scp("root", region_deny(europe("StringNotEquals")));
    assert!(shared(&of_all));
    let here = json!({ "StringEquals": { "aws:PrincipalAccount": MEMBER } });
    assert!(!shared(&organization().scp("root", region_deny(here))));
    assert!(!shared(&organization().scp(MEMBER, region_deny(europe("StringNotEquals")))));
}

#[test]
fn who_is_exempted_is_found_by_name_and_told() {
    let deny = policy(json!({ "Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*",
        "Condition": { "ArnNotLike": { "aws:PrincipalArn": [EXECUTION] } } }));
    let world = organization().scp("root", deny);
    let question = Question::new(
        "cloudtrail:StopLogging",
        "arn:aws:cloudtrail:eu-west-1:111122223333:trail/x",
    );
    let Ok(Power::Open(opening)) = guardrail(&world, MEMBER, &[]).ask(&question) else { panic!() };
    assert_eq!(opening.who, format!("arn:aws:iam::{MEMBER}:role/AWSControlTowerExecution"));
    assert_eq!((opening.keys.len(), opening.exempted_from.len()), (0, 1));
    let approving = guardrail(&world, MEMBER, &[EXECUTION]);
    let Ok(Power::Denied(guards)) = approving.ask(&question) else { panic!() };
    let names = approving.exemptions(&guards);
    assert_eq!(approving.forgeable(&names), [EXECUTION]);
}

#[test]
fn the_administrator_is_the_accounts_own_and_keys_obey_their_accounts() {
    let world = organization();
    let open = guardrail(&world, MEMBER, &[]);
    let key = "arn:aws:kms:eu-west-1:111122223333:key/k";
    for question in [
        Question::new("kms:DisableKey", key),
        Question::new("s3:DeleteObject", "arn:aws:s3:::logs/x").on_guarded_resource(),
        Question::new("organizations:LeaveOrganization", "*"),
    ] {
        let Ok(Power::Open(opening)) = open.ask(&question) else { panic!("{question:?}") };
        assert_eq!(opening.who, "a role of the account");
    }
    let names = json!({ "Effect": "Deny", "Action": "kms:*", "Resource": "*",
        "Condition": { "ArnNotLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/KeyAdmin" } } });
    let world = organization().scp("root", policy(names));
    let question = Question::new("kms:DisableKey", key);
    let approved = ["arn:aws:iam::*:role/KeyAdmin"];
    assert!(matches!(guardrail(&world, MEMBER, &approved).ask(&question), Ok(Power::Denied(_))));
    assert!(matches!(guardrail(&world, MEMBER, &[]).ask(&question), Ok(Power::Open(_))));
}
