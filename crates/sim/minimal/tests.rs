use super::*;
use crate::minimal::scan::{ALL, Key, scan};
use crate::testing::{A, B, M, X, small};
use crate::{Description, Quotas, Shape, demo};

const AUDIT: Key = Key { role: "TrailproofAudit", external_id: "" };
const READER: Key = Key { role: "Reader", external_id: "s3cret" };
const SECOND: Duration = Duration::from_secs(1);

fn reads(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn counts(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
    pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

/// A scan of everything makes just the calls that were foretold, in rows just as long.
fn foretells(simulator: &Simulator, key: Key) {
    let longest = scan(simulator, key);
    assert!(simulator.unknown_operations().is_empty(), "{:?}", simulator.unknown_operations());
    let made = simulator.counts().into_iter();
    let made: BTreeMap<String, u64> = made.map(|(name, count)| (name, count as u64)).collect();
    assert_eq!(simulator.minimal_calls(&reads(&ALL)), made);
    let bound = simulator.bound(&reads(&ALL), SECOND, 1);
    assert_eq!(bound.chain, Duration::from_secs(longest));
    assert_eq!(bound.throughput, Duration::from_secs(made.values().sum()));
}

#[test]
fn what_a_scan_must_ask_is_foretold_for_described_worlds() {
    foretells(&Simulator::new(demo()), AUDIT);
    foretells(&Simulator::new(small()), READER);
}

#[test]
fn what_a_scan_must_ask_is_foretold_for_generated_worlds() {
    for (seed, accounts) in [(1, 1), (2, 2), (3, 3), (4, 20), (5, 21), (6, 130)] {
        let shape = Shape {
            seed,
            accounts,
            roles_per_account: 3,
            accounts_per_unit: 4,
            units_per_unit: 25,
            opt_in_regions: 0.3,
            own_trails: 0.6,
            suspended: 0.1,
            role_denied: 0.1,
            ..Shape::default()
        };
        foretells(&Simulator::generated(shape), AUDIT);
    }
}

#[test]
fn what_a_scan_must_ask_is_foretold_where_the_management_account_is_closed() {
    let edited = |change: fn(&mut Description)| {
        let mut description = small();
        change(&mut description);
        Simulator::new(description)
    };
    // A delegated administrator calls, and stands in for the management account.
    foretells(
        &edited(|d| {
            d.caller = Some(B.to_owned());
            d.accounts[0].role_denied = true;
        }),
        READER,
    );
    foretells(&edited(|d| d.caller = Some(A.to_owned())), READER);
    foretells(&edited(|d| d.caller = Some(X.to_owned())), READER);
    foretells(&edited(|d| d.organization = None), READER);
}

#[test]
fn long_lists_cost_their_pages() {
    let mut description = small();
    let bucket =
        |name: String| crate::Bucket { name, region: "us-east-1".to_owned(), ..Default::default() };
    description.accounts[2].buckets = (0..2_001).map(|n| bucket(format!("many-{n}"))).collect();
    let role =
        |n| crate::Role { name: format!("r{n}"), path: "/".to_owned(), ..Default::default() };
    description.accounts[2].iam.roles = (0..1_000).map(role).collect();
    let simulator = Simulator::new(description);
    foretells(&simulator, READER);
    let calls =
        simulator.minimal_calls(&reads(&["s3:ListBuckets", "iam:GetAccountAuthorizationDetails"]));
    let expected = counts(&[
        ("sts:GetCallerIdentity", 1),
        ("organizations:DescribeOrganization", 1),
        ("organizations:ListAccounts", 1),
        ("sts:AssumeRole", 3),
        ("s3:ListBuckets", 5),
        ("iam:GetAccountAuthorizationDetails", 4),
    ]);
    assert_eq!(calls, expected);
}

#[test]
fn covered_members_cost_what_the_arithmetic_says() {
    let shape = Shape {
        accounts: 2_000,
        own_trails: 0.0,
        opt_in_regions: 0.0,
        suspended: 0.0,
        ..Shape::default()
    };
    let simulator = Simulator::generated(shape).with_quotas(Quotas::aws().used("cloudtrail:*", 9));
    let trails = reads(&["cloudtrail:GetTrailStatus"]);
    let expected = counts(&[
        ("sts:GetCallerIdentity", 1),
        ("organizations:DescribeOrganization", 1),
        ("organizations:ListAccounts", 101),
        ("sts:AssumeRole", 1_999),
        ("account:ListRegions", 2_000),
        ("cloudtrail:DescribeTrails", 34_000),
        ("cloudtrail:GetTrailStatus", 2_000),
    ]);
    assert_eq!(simulator.minimal_calls(&trails), expected);
    let bound = simulator.bound(&trails, Duration::from_millis(50), 1_000);
    // Who, organization, 101 pages, role, regions, trails, status.
    assert_eq!(bound.chain, Duration::from_millis(50 * (2 + 101 + 4)));
    // All accounts of the last page, after who, organization and 101 pages: a role each, then regions, trails, status.
    assert_eq!(bound.throughput, bound.chain);
    let narrow = simulator.bound(&trails, Duration::from_millis(50), 100);
    assert_eq!(narrow.throughput, Duration::from_millis(50 * 402), "40,102 calls at 100 a time");
    // Two calls in the trail's home region, of which one is let through at once and one each second.
    assert_eq!(bound.quota, SECOND);
    assert_eq!(bound.total(), bound.chain);
}

#[test]
fn only_what_is_read_is_counted() {
    let simulator = Simulator::new(small());
    let roster = [
        ("sts:GetCallerIdentity", 1),
        ("organizations:DescribeOrganization", 1),
        ("organizations:ListAccounts", 1),
    ];
    assert_eq!(simulator.minimal_calls(&BTreeSet::new()), counts(&roster));
    let tree = reads(&["organizations:ListOrganizationalUnitsForParent"]);
    let mut expected = counts(&roster);
    expected.extend(counts(&[
        ("organizations:ListRoots", 1),
        ("organizations:ListOrganizationalUnitsForParent", 3),
        ("organizations:ListAccountsForParent", 3),
    ]));
    assert_eq!(simulator.minimal_calls(&tree), expected);
    let keys = simulator.minimal_calls(&reads(&["kms:DescribeKey"]));
    assert!(
        !keys.contains_key("s3:ListBuckets") && keys["cloudtrail:DescribeTrails"] == 17 * 3 + 2
    );
    assert_eq!(M, simulator.description().unwrap().caller_account());
}

#[test]
fn a_bucket_that_answers_everyone_is_asked_whether_it_is_a_closed_accounts() {
    let mut description = small();
    // A owns the log bucket, M may look at it; A and one more let nobody in.
    description.accounts[1].role_denied = true;
    let simulator = Simulator::new(description.clone());
    foretells(&simulator, READER);
    let heads = |reads: &BTreeSet<String>| simulator.minimal_calls(reads)["s3:HeadBucket"];
    assert_eq!(heads(&reads(&["s3:HeadBucket"])), 2, "us-east-1 first, then where it lies");
    assert_eq!(heads(&reads(&["s3:HeadBucket/owner"])), 4);
    let closed = |n: usize| crate::Account {
        id: format!("7{n:011}"),
        name: format!("closed {n}"),
        role_denied: true,
        ..Default::default()
    };
    description.accounts.extend((0..40).map(closed));
    let simulator = Simulator::new(description);
    foretells(&simulator, READER);
    let owners = reads(&["s3:HeadBucket/owner"]);
    assert_eq!(simulator.minimal_calls(&owners)["s3:HeadBucket"], 2 + 25, "no more than 25");
}

#[test]
fn what_hangs_on_trails_and_buckets_costs_what_the_arithmetic_says() {
    let mut description = small();
    let arn = "arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555";
    // The bucket's default names the same key by its alias, the store by its ARN, the group one that is not there.
    description.accounts[1].trails[0].kms_key_id = Some(arn.to_owned());
    description.accounts[1].log_groups.push(crate::LogGroup {
        name: "trail/own".to_owned(),
        region: "us-east-1".to_owned(),
        kms_key_id: Some("arn:aws:kms:us-east-1:222222222222:key/gone".to_owned()),
        ..Default::default()
    });
    let simulator = Simulator::new(description);
    foretells(&simulator, READER);
    let calls = simulator.minimal_calls(&reads(&ALL));
    // M and B see 17 regions, A one more and one that is being switched on.
    assert_eq!(calls["cloudtrail:LookupEvents"], 17 + 19 + 17);
    assert_eq!(calls["cloudtrail:ListEventDataStores"], 17 + 19 + 17);
    assert_eq!(calls["cloudtrail:GetEventDataStore"], 4);
    assert_eq!(calls["cloudtrail:GetResourcePolicy"], 4);
    assert_eq!(calls["cloudtrail:GetInsightSelectors"], 4 + 1);
    assert_eq!(calls["cloudtrail:ListTags"], 3);
    // The organization's trail: 17 at M, 18 at A, 17 at B but for a region without a replica and one that is closed.
    assert_eq!(calls["cloudtrail:GetTrailStatus"], 17 + 1 + 2 * 18 + 15);
    assert_eq!(calls["sns:GetTopicAttributes"], 1);
    assert_eq!(calls["logs:DescribeLogGroups"], 1);
    assert_eq!(calls["iam:GetRole"], 1);
    assert_eq!(calls["organizations:ListAWSServiceAccessForOrganization"], 1);
    assert_eq!(calls["organizations:ListDelegatedAdministrators"], 2);
    assert_eq!(calls["s3:GetBucketTagging"], 3);
    // The log bucket, the target of its access logs and the bucket of its copies; one more copy goes nowhere.
    assert_eq!(calls["s3:GetBucketVersioning"], 3);
    assert_eq!(calls["s3:GetBucketLifecycleConfiguration"], 2);
    assert_eq!(calls["s3:GetBucketPolicy"], 1);
    assert_eq!(calls["s3:HeadBucket"], 1);
    assert_eq!(calls["kms:DescribeKey"], 3);
    assert_eq!(calls["kms:GetKeyRotationStatus"], 1);
    assert_eq!(calls["kms:GetKeyPolicy"], 1);
}

#[test]
fn a_status_is_wanted_at_home_or_everywhere_else_or_both() {
    let simulator = Simulator::new(small());
    let status =
        |names: &[&str]| simulator.minimal_calls(&reads(names))["cloudtrail:GetTrailStatus"];
    let home = status(&["cloudtrail:GetTrailStatus"]);
    let both = status(&["cloudtrail:GetTrailStatus", "cloudtrail:GetTrailStatus/region"]);
    assert_eq!(home, 5);
    assert_eq!(status(&["cloudtrail:GetTrailStatus/region"]), both, "home among them");
}
