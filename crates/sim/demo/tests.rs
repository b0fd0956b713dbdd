use std::collections::BTreeSet;

use crate::testing::ask;
use crate::{AccountState, Description, Simulator, demo};

#[test]
fn the_demonstration_is_read_and_written_again() {
    let read = Description::from_json(include_str!("../demo.json")).unwrap();
    assert_eq!(read, demo());
    let again = Description::from_json(&read.to_json().unwrap()).unwrap();
    assert_eq!(again, read);
}

#[test]
fn most_of_its_accounts_are_recorded_by_the_organization_trail_alone() {
    let demo = demo();
    assert_eq!(demo.accounts.len(), 25);
    let with_own = demo.accounts.iter().filter(|account| !account.trails.is_empty()).count();
    assert_eq!(with_own, 10);
    let suspended = demo.accounts.iter().filter(|a| a.state == AccountState::Suspended).count();
    assert_eq!(suspended, 1);
}

#[test]
fn every_bucket_of_a_trail_is_there_but_the_one_that_dangles() {
    let demo = demo();
    let buckets: BTreeSet<&String> =
        demo.accounts.iter().flat_map(|a| &a.buckets).map(|bucket| &bucket.name).collect();
    let trails = demo.accounts.iter().flat_map(|account| &account.trails);
    let missing: Vec<&str> = trails
        .filter(|trail| !buckets.contains(&trail.s3_bucket_name))
        .map(|trail| trail.name.as_str())
        .collect();
    assert_eq!(missing, ["experiments"]);
}

#[test]
fn its_caller_reads_the_organization_and_the_hostile_name_arrives_whole() {
    let simulator = Simulator::new(demo());
    let (key, _) = simulator.caller_credentials();
    assert_eq!(key, "AKIADEMO111122223333");
    let management = || ask("111122223333", "us-east-1").with_static_keys();
    let body = serde_json::json!({"ParentId": "ou-a1b2-sbx00001"});
    let heard = management().json(&simulator, "organizations:ListAccountsForParent", body);
    let names = heard.json()["Accounts"].to_string();
    assert!(names.contains("<script>alert('x')</script> | \\u001b[31m"), "{names}");
    assert!(heard.body.contains('監'));
}

#[test]
fn it_shows_one_of_each_of_the_problems_beside_trails() {
    let demo = demo();
    let accounts = || demo.accounts.iter();
    let buckets = || accounts().flat_map(|account| &account.buckets);
    let trails = || accounts().flat_map(|account| &account.trails);
    let keys = || accounts().flat_map(|account| &account.keys);
    assert_eq!(keys().filter(|key| key.no_rotation).count(), 1);
    let stores = || accounts().flat_map(|account| &account.event_data_stores);
    assert_eq!(stores().filter(|store| store.kms_key_id.is_none()).count(), 1);
    assert_eq!(stores().count(), 2);
    assert_eq!(trails().filter(|trail| !trail.status_in.is_empty()).count(), 1);
    let targets = buckets().filter_map(|bucket| bucket.logging.as_ref());
    let targets: Vec<_> =
        targets.map(|l| buckets().find(|bucket| bucket.name == l.target).unwrap()).collect();
    assert_eq!(targets.len(), 6);
    assert_eq!(targets.iter().filter(|bucket| !bucket.acl.is_empty()).count(), 1);
    let delivered: BTreeSet<&String> = trails().map(|trail| &trail.s3_bucket_name).collect();
    let unscoped = buckets().filter(|bucket| delivered.contains(&bucket.name)).filter(|bucket| {
        bucket.policy.as_ref().is_some_and(|policy| !policy.to_string().contains("SourceArn"))
    });
    assert_eq!(unscoped.count(), 1);
}

#[test]
fn the_regions_that_are_closed_are_those_that_its_policies_close() {
    let demo = demo();
    let organization = demo.organization.as_ref().unwrap();
    for account in &demo.accounts {
        // Only single accounts are closed; a policy of a unit or the root would have to be looked for above them.
        let here =
            organization.policies.iter().filter(|policy| policy.targets.contains(&account.id));
        let closed: BTreeSet<String> = here
            .flat_map(|policy| {
                let regions = &policy.document["Statement"][0]["Condition"]["StringEquals"];
                regions["aws:RequestedRegion"].as_array().unwrap().clone()
            })
            .map(|region| region.as_str().unwrap().to_owned())
            .collect();
        let said: BTreeSet<String> = account.scp_denied_regions.iter().cloned().collect();
        assert_eq!(closed, said, "{}", account.id);
    }
}

#[test]
fn its_principals_have_policies_of_every_kind() {
    let demo = demo();
    let iam = || demo.accounts.iter().map(|account| &account.iam).chain([&demo.baseline_iam]);
    let roles = || iam().flat_map(|iam| &iam.roles);
    assert!(roles().any(|role| role.boundary.is_some()));
    assert!(roles().any(|role| role.instance_profile));
    assert!(roles().any(|role| role.path.starts_with("/aws-reserved/sso.amazonaws.com/")));
    assert!(roles().any(|role| role.path.starts_with("/aws-service-role/")));
    assert!(iam().flat_map(|iam| &iam.groups).any(|group| !group.inline.is_empty()));
    assert!(iam().flat_map(|iam| &iam.policies).any(|policy| !policy.other_versions.is_empty()));
    let attached = roles().flat_map(|role| &role.attached);
    for arn in attached.filter(|arn| arn.starts_with("arn:aws:iam::aws:")) {
        let name = arn.rsplit('/').next().unwrap();
        assert!(demo.aws_managed_policies.contains_key(name), "{name} has no document");
    }
}
