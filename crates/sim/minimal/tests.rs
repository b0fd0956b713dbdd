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
    assert_eq!(bound.throughput, Duration::from_millis(50 * 41));
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
