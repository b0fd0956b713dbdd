//! The organization's policies and the principals of accounts, as a scan brings them home.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::json;
use trailproof::collect::Filter;
use trailproof::store::Reader;
use trailproof_checks::CATALOGUE;
use trailproof_core::GraphBuilder;
use trailproof_core::answer::{AuthorizationDetails, PolicyTargets};
use trailproof_core::control_policies::{Control, PolicyKind};
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::organization::Organization;
use trailproof_core::plan::Demand;
use trailproof_core::snapshot::{Document, Outcome, Probe, Snapshot};
use trailproof_sim::{
    Account, Description, Effect, Fault, Latency, Quota, Quotas, Shape, Simulator, demo,
};

use crate::judged::judged;
use crate::matrix::{LONGEST, is_mended, of_call};
use crate::run::{Lab, paused};
use crate::world::{COVERED, small};

/// All that is known of policies above accounts.
const ABOVE: [Fact; 4] = [
    Fact::OrganizationPolicies,
    Fact::OrganizationPolicy,
    Fact::PolicyTargets,
    Fact::DelegationPolicy,
];

/// A scan of all that the catalogue reads, and of the policies.
fn lab(simulator: Simulator) -> Lab {
    let facts = Demand::of(CATALOGUE).iter().chain(ABOVE).collect();
    Lab { facts, ..Lab::new(simulator) }
}

/// A scan of the policies alone: the accounts are entered and asked nothing.
fn above(simulator: Simulator) -> Lab {
    Lab { facts: Demand::facts(ABOVE).iter().collect(), ..Lab::new(simulator) }
}

fn read(lab: &Lab) -> Reader {
    lab.scan().reader.unwrap_or_else(|stop| panic!("{stop}"))
}

fn graph(reader: &Reader) -> Organization {
    GraphBuilder::new(reader.manifest(), reader.organization()).into_graph()
}

fn of_policies(document: &Document) -> BTreeMap<&Probe, &Outcome> {
    let seen = document.observations.iter().filter(|(probe, _)| ABOVE.contains(&probe.fact));
    seen.map(|(probe, seen)| (probe, &seen.outcome)).collect()
}

/// Small, with a policy of each type and one for the organization itself.
fn guarded() -> Description {
    let mut json = serde_json::to_value(small()).unwrap();
    let deny = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*" }] });
    let organization = &mut json["organization"];
    organization["policy_types"] = json!(["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]);
    organization["policies"] = json!([
        {"id": "p-scp", "name": "guard", "document": deny, "targets": ["ou-test-1"]},
        {"id": "p-rcp", "name": "walls", "type": "RESOURCE_CONTROL_POLICY", "document": deny,
         "targets": ["r-test", COVERED]},
    ]);
    organization["resource_policy"] = json!({ "Version": "2012-10-17", "Statement": [] });
    Description::from_json(&json.to_string()).unwrap()
}

#[test]
fn levels_are_those_of_the_organization() {
    let reader = read(&lab(Simulator::new(demo())));
    let graph = graph(&reader);
    let told = |account: &str, kind| {
        let control = graph.control_policies(account.parse().unwrap(), kind).unwrap();
        let Control::Levels(levels) = control else { panic!("{control:?}") };
        let level = |level: &trailproof_core::control_policies::Level| {
            let names: Vec<&str> = level.policies.iter().map(|p| p.name.as_str()).collect();
            assert!(level.policies.iter().all(|policy| policy.document().is_ok()));
            format!("{}: {}", level.path, names.join(", "))
        };
        levels.all().unwrap().iter().map(level).collect::<Vec<_>>()
    };
    let of_media = told("500000000006", PolicyKind::ServiceControl);
    assert_eq!(
        of_media,
        [
            "Root: FullAWSAccess, acme-stay-in-the-organization",
            "Root/Workloads: FullAWSAccess, acme-protect-cloudtrail",
            "Root/Workloads/Prod: FullAWSAccess, acme-protect-detection, acme-keep-exempted-names",
            "500000000006: FullAWSAccess, acme-no-osaka",
        ]
    );
    let of_archive = told("222233334444", PolicyKind::ResourceControl);
    let inside = "Root/Security: RCPFullAWSAccess, acme-keep-logs-inside";
    assert_eq!(of_archive, ["Root: RCPFullAWSAccess", inside, "222233334444: RCPFullAWSAccess"]);
    let management =
        graph.control_policies("111122223333".parse().unwrap(), PolicyKind::ServiceControl);
    assert!(matches!(management, Ok(Control::ManagementAccount)));
    let (delegation, _) = graph.delegation_policy().unwrap();
    assert_eq!(delegation.unwrap().statements[0].sid.as_deref(), Some("SecurityReads"));
}

#[test]
fn nothing_of_it_is_asked_where_nothing_reads_it() {
    let simulator = Simulator::new(guarded());
    let others = CATALOGUE.iter().copied();
    let others = others.filter(|check| check.reads.iter().all(|fact| !ABOVE.contains(fact)));
    let facts = Demand::of(&others.collect::<Vec<_>>()).iter().collect();
    let reader = read(&Lab { facts, ..Lab::new(simulator.clone()) });
    assert_eq!(of_policies(reader.organization()).len(), 0);
    let called = simulator.counts();
    let above = ABOVE.map(Fact::operation);
    assert!(called.keys().all(|operation| !above.contains(&operation.as_str())), "{called:?}");
}

#[test]
fn verdicts_do_not_hang_on_what_no_check_reads() {
    let (lean, whole) = (Lab::new(Simulator::new(guarded())), lab(Simulator::new(guarded())));
    let decided = |lab: &Lab| {
        let judged = judged(&read(lab)).unwrap();
        let decided = judged.decided().into_keys();
        decided
            .map(|(check, subject, status)| format!("{check} {subject} {status:?}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(decided(&lean), decided(&whole));
}

#[test]
fn no_call_too_many_is_made_for_it_however_long_the_lists_are() {
    let shape =
        Shape { accounts: 90, accounts_per_unit: 4, roles_per_account: 2, ..Shape::default() };
    let simulator = Simulator::generated(shape);
    read(&above(simulator.clone()));
    let above = ABOVE.map(|fact| fact.operation().to_owned());
    let minimal = simulator.minimal_calls(&above.iter().cloned().collect());
    let made = simulator.counts();
    for operation in above {
        assert_eq!(made[&operation] as u64, minimal[&operation], "{operation}");
    }
    // The root, 23 units and 90 accounts: six pages; and one for each of two policies.
    assert_eq!(made["organizations:ListTargetsForPolicy"], 6 + 2);
}

#[test]
fn a_tight_quota_makes_it_slower_and_loses_nothing() {
    let quota =
        Quota { operation: "organizations:*".to_owned(), rate: 5, burst: 8, global: true, used: 0 };
    let shape = Shape { accounts: 60, roles_per_account: 2, ..Shape::default() };
    let latency = Latency::fixed(Duration::from_millis(50));
    let free = Simulator::generated(shape.clone()).with_latency(latency);
    let latency = Latency::fixed(Duration::from_millis(50));
    let tight = Simulator::generated(shape).with_latency(latency).with_quotas(Quotas(vec![quota]));
    let (free, tight) = (read(&above(free)), read(&above(tight)));
    assert_eq!(of_policies(free.organization()), of_policies(tight.organization()));
    assert!(
        of_policies(tight.organization()).values().all(|seen| matches!(seen, Outcome::Answer(_)))
    );
}

#[test]
fn whatever_strikes_it_is_a_gap_and_decides_nothing() {
    let scan = |fault: Option<Fault>| {
        let simulator = fault.into_iter().fold(Simulator::new(guarded()), Simulator::with_fault);
        lab(simulator).scan()
    };
    let whole = scan(None).reader.unwrap();
    let before = judged(&whole).unwrap();
    let (known, mut wrong) = (of_policies(whole.organization()), Vec::new());
    for fact in ABOVE {
        for (effect, first) in Effect::ALL.into_iter().flat_map(|e| [(e, false), (e, true)]) {
            let once = first.then_some(1);
            let scanned =
                scan(Some(Fault { first_attempts: once, ..Fault::on(fact.operation(), effect) }));
            let cell = format!("{fact:?} {} first {first}", effect.name());
            let reader = scanned.reader.unwrap_or_else(|stop| panic!("{cell}: {stop}"));
            assert!(scanned.took < LONGEST, "{cell}: {:?}", scanned.took);
            let found = of_policies(reader.organization());
            let spared = matches!(effect, Effect::RoleNotAssumable | Effect::SlowBody { .. });
            if spared || (first && is_mended(effect)) {
                assert_eq!(found, known, "{cell}");
                continue;
            }
            let gaps: BTreeSet<(Fact, Cause)> = found
                .iter()
                .filter_map(|(probe, outcome)| match outcome {
                    Outcome::Gap(gap) => Some((probe.fact, gap.cause)),
                    Outcome::Answer(_) => None,
                })
                .collect();
            if gaps != BTreeSet::from([(fact, of_call(fact.operation(), effect))]) {
                wrong.push(format!("{cell}: {gaps:?}"));
            }
            let after = judged(&reader).unwrap();
            // The delegation is read by no check; on the control policies hangs what they protect.
            let lost = before.decided().len() - after.decided().len();
            assert_eq!(lost > 0, fact != Fact::DelegationPolicy, "{cell}: {lost}");
            assert!(after.new_to(&before).is_empty(), "{cell}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_caller_who_may_not_list_accounts_leaves_gaps_and_no_silence() {
    let mut description = guarded();
    description.caller = Some(COVERED.to_owned());
    let reader = read(&lab(Simulator::new(description)));
    let found = of_policies(reader.organization());
    let list = PolicyKind::ServiceControl.list();
    let Some(Outcome::Gap(gap)) = found.get(&list) else { panic!("{found:?}") };
    assert_eq!(gap.cause, Cause::AccessDenied);
}

#[test]
fn a_run_that_was_cut_short_goes_on_with_what_it_has() {
    let simulator = || {
        let shape = Shape { accounts: 50, roles_per_account: 2, ..Shape::default() };
        Simulator::generated(shape).with_latency(Latency::fixed(Duration::from_millis(50)))
    };
    let undisturbed = above(simulator()).scan();
    let whole = undisturbed.reader.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    for share in [0.2, 0.5, 0.9] {
        let lab = Lab { resume: run.join("run.json").exists(), ..above(simulator()).within(&run) };
        let _ = paused().block_on(async {
            tokio::time::timeout(undisturbed.took.mul_f64(share), lab.scan_async()).await
        });
    }
    let resumed = read(&Lab { resume: true, ..above(simulator()).within(&run) });
    assert_eq!(of_policies(resumed.organization()), of_policies(whole.organization()));
    let targets = Probe::resource(Fact::PolicyTargets, None, "p-FullAWSAccess");
    let (targets, _) = resumed.organization().read::<PolicyTargets>(&targets).unwrap();
    assert!(targets.target_ids.len() > 50);
}

fn details(reader: &Reader, account: &str) -> AuthorizationDetails {
    let mut found = None;
    let probe = Probe::global(Fact::AuthorizationDetails);
    reader
        .visit(&mut |document: &Document| {
            if document.account.as_str() == account {
                let read = document.read::<AuthorizationDetails>(&probe);
                found = Some(read.map(|(details, _)| details.clone()).unwrap());
            }
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    found.unwrap()
}

#[test]
fn principals_come_home_with_every_document_once() {
    let reader = read(&Lab::new(Simulator::new(demo())));
    let payments = details(&reader, "500000000001");
    let by = |end: &str| payments.principals.iter().find(|entry| entry.arn.ends_with(end)).unwrap();
    let api = by("role/payments-api");
    let more = api.details.as_ref().unwrap();
    assert!(more.unique_id.as_ref().unwrap().starts_with("AROA"));
    assert_eq!(more.tags["team"], "payments");
    assert_eq!(more.last_used.unwrap().to_string(), "2026-11-21T22:39:57Z");
    assert_eq!(
        more.permissions_boundary.as_deref(),
        Some("arn:aws:iam::500000000001:policy/workload-boundary")
    );
    let trust = &payments.documents[more.assume_role_policy.unwrap()];
    assert!(trust.contains("ecs-tasks.amazonaws.com"), "{trust}");
    assert_eq!(by("role/bastion").details.as_ref().unwrap().instance_profiles.len(), 1);
    // Two permission sets are trusted alike.
    let trusts = |end| by(end).details.as_ref().unwrap().assume_role_policy;
    assert_eq!(
        trusts("AWSAdministratorAccess_1a2b3c4d5e6f7a8b"),
        trusts("AWSReadOnlyAccess_9c8d7e6f5a4b3c2d")
    );
    let policies = payments.policies.as_ref().unwrap();
    let deploy = policies.iter().find(|policy| policy.arn.ends_with("policy/ci/deploy")).unwrap();
    let versions: Vec<_> =
        deploy.versions.iter().map(|v| (v.version_id.as_str(), v.is_default_version)).collect();
    assert_eq!(versions, [("v2", true), ("v1", false)]);
    let bounds = policies.iter().find(|policy| policy.arn.ends_with("workload-boundary")).unwrap();
    assert_eq!(
        (bounds.attachment_count, bounds.permissions_boundary_usage_count),
        (Some(0), Some(2))
    );
    assert!(policies.iter().any(|policy| policy.arn == "arn:aws:iam::aws:policy/IAMFullAccess"));
    let mut once = payments.documents.clone();
    once.dedup();
    assert_eq!(once, payments.documents, "sorted, and each once");
    let dev = details(&reader, "600000000002");
    let group =
        dev.principals.iter().find(|entry| entry.arn.ends_with(":group/developers")).unwrap();
    assert_eq!(group.details.as_ref().unwrap().inline_policies[0].policy_name, "build");
    let user = dev.principals.iter().find(|entry| entry.arn.ends_with(":user/leo.brandt")).unwrap();
    assert_eq!(user.details.as_ref().unwrap().groups, ["developers"]);
}

#[test]
fn more_principals_than_a_page_holds_are_all_there() {
    let mut description = small();
    let role = |n| trailproof_sim::Role {
        name: format!("r{n:04}"),
        path: "/".to_owned(),
        inline: BTreeMap::from([("p".to_owned(), json!({ "Id": format!("{}", n % 7) }))]),
        ..Default::default()
    };
    let policy = |n| trailproof_sim::ManagedPolicy {
        name: format!("p{n:04}"),
        path: "/".to_owned(),
        document: json!({ "Id": format!("{}", n % 5) }),
        ..Default::default()
    };
    let account: &mut Account =
        description.accounts.iter_mut().find(|account| account.id == COVERED).unwrap();
    account.iam.roles = (0..1_500).map(role).collect();
    account.iam.policies = (0..700).map(policy).collect();
    let simulator = Simulator::new(description);
    let filter = Filter { accounts: vec![COVERED.parse().unwrap()], ..Filter::default() };
    let reader = read(&Lab { filter, ..Lab::new(simulator) });
    let found = details(&reader, COVERED);
    assert_eq!(found.principals.len(), 1_501, "and the reader's role");
    assert_eq!(found.policies.as_ref().unwrap().len(), 701, "and the one of AWS that it has");
    assert!(found.documents.len() <= 7 + 3, "{}", found.documents.len());
}
