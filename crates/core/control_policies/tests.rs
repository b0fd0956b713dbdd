use serde_json::{Value, json};

use super::*;
use crate::GraphBuilder;
use crate::evidence::Cause;
use crate::fixture::*;
use crate::plan::Demand;
use crate::snapshot::{Bundle, Outcome};

const SCP: PolicyKind = PolicyKind::ServiceControl;
const RCP: PolicyKind = PolicyKind::ResourceControl;

fn demand() -> Demand {
    Demand::facts([Fact::OrganizationPolicy, Fact::PolicyTargets, Fact::DelegationPolicy])
}

fn graph_of(bundle: &Bundle) -> Organization {
    GraphBuilder::new(&bundle.manifest, &bundle.organization).into_graph()
}

fn graph(world: &World) -> Organization {
    graph_of(&world.snapshot(&demand()))
}

fn deny(action: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Action": action, "Resource": "*" }] })
}

fn tree() -> World {
    organization()
        .member(MEMBER, |member| member.unit = Some("Workloads/Prod".into()))
        .member(ARCHIVE, |member| member.unit = Some("Workloads".into()))
}

fn levels(graph: &Organization, account: &str, kind: PolicyKind) -> Levels {
    match graph.control_policies(id(account), kind) {
        Ok(Control::Levels(levels)) => levels,
        other => panic!("{other:?}"),
    }
}

/// Each level's target with the names of what is attached there.
fn told(levels: &[Level]) -> Vec<(&str, Vec<&str>)> {
    let names = |level: &'_ Level| -> Vec<String> {
        level.policies.iter().map(|policy| policy.name.clone()).collect()
    };
    let told = levels.iter().map(|level| (level.target.as_str(), names(level)));
    told.map(|(target, names)| {
        (target, names.into_iter().map(|name| &*Box::leak(name.into_boxed_str())).collect())
    })
    .collect()
}

#[test]
fn levels_go_from_the_root_down_with_what_is_attached_at_each() {
    let world = tree()
        .scp("root", deny("cloudtrail:StopLogging"))
        .scp("Workloads/Prod", deny("organizations:LeaveOrganization"))
        .scp(MEMBER, deny("cloudtrail:StopLogging"))
        .rcp("Workloads", deny("s3:DeleteObject"))
        .without_full_access(MEMBER);
    let graph = graph(&world);
    let full = "FullAWSAccess";
    let expected = vec![
        ("r-1", vec!["policy 0", full]),
        ("ou-workloads", vec![full]),
        ("ou-workloads-prod", vec!["policy 1", full]),
        (MEMBER, vec!["policy 0"]),
    ];
    let scps = levels(&graph, MEMBER, SCP);
    assert_eq!(told(scps.all().unwrap()), expected);
    assert_eq!(scps.known()[2].path, "Root/Workloads/Prod");
    let places: Vec<Place> = scps.known().iter().map(|level| level.place).collect();
    assert_eq!(places, [Place::Root, Place::Unit, Place::Unit, Place::Account]);
    let rcps = levels(&graph, MEMBER, RCP);
    let everything = "RCPFullAWSAccess";
    let expected = vec![
        ("r-1", vec![everything]),
        ("ou-workloads", vec!["policy 2", everything]),
        ("ou-workloads-prod", vec![everything]),
        (MEMBER, vec![everything]),
    ];
    assert_eq!(told(rcps.all().unwrap()), expected);
    let document = rcps.known()[1].policies[0].document().unwrap();
    assert_eq!(document.statements[0].actions.entries(), ["s3:DeleteObject"]);
    let cited = rcps.known()[1].policies[0].cite("Policy.Content", "x").unwrap();
    assert_eq!(cited.operation, "organizations:DescribePolicy");
    assert_eq!(cited.source, "organization#/observations/OrganizationPolicy~1global~1p-00000002");
}

#[test]
fn a_policy_is_one_wherever_it_is_attached_and_equal_levels_share_their_list() {
    let graph = graph(&tree().scp("root", deny("cloudtrail:*")));
    let (one, other) = (levels(&graph, MEMBER, SCP), levels(&graph, ARCHIVE, SCP));
    for (one, other) in one.known().iter().zip(&other.known()[..2]) {
        assert!(Arc::ptr_eq(&one.policies, &other.policies), "{}", one.target);
    }
    // Units and accounts that have FullAWSAccess alone have one list.
    assert!(Arc::ptr_eq(&one.known()[1].policies, &one.known()[3].policies));
    let document = |levels: &Levels| levels.known()[0].policies[0].document().unwrap();
    assert!(Arc::ptr_eq(&document(&one), &document(&other)));
}

#[test]
fn what_has_no_control_policies_is_told_apart() {
    assert!(matches!(
        graph(&account()).control_policies(id(MEMBER), SCP),
        Ok(Control::NoOrganization)
    ));
    let billing = tree().but(|world| world.feature_set = "CONSOLIDATED_BILLING".into());
    let of_billing = billing.snapshot(&demand());
    let lists = of_billing.organization.observations.keys();
    assert_eq!(lists.filter(|probe| probe.fact == Fact::OrganizationPolicies).count(), 0);
    let said = graph_of(&of_billing).control_policies(id(MEMBER), SCP);
    assert!(matches!(said, Ok(Control::ConsolidatedBilling)));
    let world = tree().but(|world| world.controls.enabled.retain(|kind| *kind != RCP));
    let graph = graph(&world.scp("root", deny("*")));
    let said = |account, kind| graph.control_policies(id(account), kind).unwrap();
    assert!(matches!(said(MANAGEMENT, SCP), Control::ManagementAccount));
    assert!(matches!(said(MANAGEMENT, RCP), Control::ManagementAccount));
    assert!(matches!(said(MEMBER, RCP), Control::NotEnabled));
    assert!(matches!(said(MEMBER, SCP), Control::Levels(_)));
    let stranger = graph.control_policies(id("000000000001"), SCP).unwrap_err();
    assert_eq!(stranger.cause, Cause::CrossAccountUnreadable);
}

#[test]
fn a_list_that_was_not_read_is_a_gap_and_no_empty_list() {
    let denied = |fact| graph(&tree().scp("root", deny("*")).deny(fact));
    let gap = denied(Fact::OrganizationPolicies).control_policies(id(MEMBER), SCP).unwrap_err();
    assert_eq!((gap.fact, gap.cause), (Fact::OrganizationPolicies, Cause::AccessDenied));
    let gap = denied(Fact::OrganizationalUnits).control_policies(id(MEMBER), SCP).unwrap_err();
    assert_eq!((gap.fact, gap.cause), (Fact::OrganizationalUnits, Cause::AccessDenied));
    let gap = denied(Fact::Organization).control_policies(id(MEMBER), SCP).unwrap_err();
    assert_eq!(gap.cause, Cause::AccessDenied);
    // Nobody asked.
    let bundle = tree().snapshot(&Demand::facts([Fact::Trails]));
    let gap = graph_of(&bundle).control_policies(id(MEMBER), SCP).unwrap_err();
    assert_eq!(gap.cause, Cause::NotAttempted);
}

#[test]
fn unread_targets_leave_open_what_else_is_attached() {
    let world = tree().scp("root", deny("cloudtrail:*")).scp("Workloads", deny("s3:*"));
    let mut bundle = world.snapshot(&demand());
    let targets = Probe::resource(Fact::PolicyTargets, None, "p-00000001");
    let gap = Gap::new(Fact::PolicyTargets, Cause::Throttled, "gone");
    bundle.organization.observations.get_mut(&targets).unwrap().outcome = Outcome::Gap(gap);
    let graph = graph_of(&bundle);
    let levels = levels(&graph, MEMBER, SCP);
    assert_eq!(levels.all().unwrap_err().cause, Cause::Throttled);
    assert_eq!(told(levels.known())[0], ("r-1", vec!["policy 0", "FullAWSAccess"]));
    // The other type has nothing to do with it.
    let Ok(Control::Levels(rcps)) = graph.control_policies(id(MEMBER), RCP) else { panic!() };
    assert!(rcps.all().is_ok());
}

#[test]
fn an_unread_or_broken_document_concerns_its_policy_alone() {
    let world = tree().controlled(SCP, "root", "{").scp("Workloads", deny("s3:*"));
    let of_member = levels(&graph(&world), MEMBER, SCP);
    let broken = of_member.known()[0].policies[0].document().unwrap_err();
    assert_eq!((broken.fact, broken.cause), (Fact::OrganizationPolicy, Cause::Undecidable));
    assert_eq!(of_member.known()[0].policies[0].text().unwrap(), "{", "kept as it is");
    assert!(of_member.known()[1].policies[0].document().is_ok());
    let denied = levels(&graph(&world.deny(Fact::OrganizationPolicy)), MEMBER, SCP);
    let gap = denied.all().unwrap()[1].policies[0].document().unwrap_err();
    assert_eq!(gap.cause, Cause::AccessDenied);
    assert!(denied.known()[1].policies[0].cite("x", 1).is_none());
}

#[test]
fn the_types_of_an_old_snapshots_root_are_unknown_and_not_off() {
    let mut bundle = tree().scp("root", deny("*")).snapshot(&demand());
    let probe = Probe::global(Fact::OrganizationalUnits);
    let tree = bundle.organization.observations.get_mut(&probe).unwrap();
    let text = serde_json::to_string(tree).unwrap();
    let old = text.replace(
        r#","PolicyTypes":{"RESOURCE_CONTROL_POLICY":"ENABLED","SERVICE_CONTROL_POLICY":"ENABLED"}"#,
        "",
    );
    assert!(old.len() < text.len());
    *tree = serde_json::from_str(&old).unwrap();
    let gap = graph_of(&bundle).control_policies(id(MEMBER), SCP).unwrap_err();
    assert_eq!((gap.fact, gap.cause), (Fact::OrganizationalUnits, Cause::NotAttempted));
    let mut changing = bundle.clone();
    let tree = changing.organization.observations.get_mut(&probe).unwrap();
    *tree = serde_json::from_str(&text.replace("\"ENABLED\"", "\"PENDING_DISABLE\"")).unwrap();
    let gap = graph_of(&changing).control_policies(id(MEMBER), SCP).unwrap_err();
    assert_eq!(gap.cause, Cause::Undecidable, "neither on nor off");
}

#[test]
fn targets_and_lists_in_any_order_say_the_same() {
    let world = tree().scp("root", deny("a:*")).scp(MEMBER, deny("b:*")).scp("root", deny("c:*"));
    let mut bundle = world.snapshot(&demand());
    let expected = format!("{:?}", told(levels(&graph_of(&bundle), MEMBER, SCP).known()));
    for observation in bundle.organization.observations.values_mut() {
        match &mut observation.outcome {
            Outcome::Answer(crate::answer::Answer::OrganizationPolicies(list)) => list.reverse(),
            Outcome::Answer(crate::answer::Answer::PolicyTargets(list)) => {
                list.target_ids.reverse()
            }
            _ => {}
        }
    }
    assert_eq!(format!("{:?}", told(levels(&graph_of(&bundle), MEMBER, SCP).known())), expected);
}

#[test]
fn the_organizations_own_policy_is_read_where_there_is_one() {
    let none = graph(&tree());
    assert_eq!(none.delegation_policy().unwrap().0, None);
    let world = tree().but(|world| world.controls.delegation = Some(deny("*").to_string()));
    let (document, source) = graph(&world).delegation_policy().unwrap();
    assert_eq!(document.unwrap().statements.len(), 1);
    assert_eq!(source.probe.fact, Fact::DelegationPolicy);
    let broken = tree().but(|world| world.controls.delegation = Some("[".into()));
    assert_eq!(graph(&broken).delegation_policy().unwrap_err().cause, Cause::Undecidable);
    let gap = graph(&tree().deny(Fact::DelegationPolicy)).delegation_policy().unwrap_err();
    assert_eq!(gap.cause, Cause::AccessDenied);
}

#[test]
fn what_nobody_can_detach_is_not_asked_where_it_is_attached() {
    let bundle = tree().snapshot(&demand());
    let asked = |fact| {
        let probes = bundle.organization.observations.keys().filter(move |p| p.fact == fact);
        probes.filter_map(|probe| probe.resource.as_deref()).collect::<Vec<_>>()
    };
    assert_eq!(
        asked(Fact::OrganizationPolicies),
        ["RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY"]
    );
    assert_eq!(asked(Fact::OrganizationPolicy), ["p-FullAWSAccess", "p-RCPFullAWSAccess"]);
    assert_eq!(asked(Fact::PolicyTargets), ["p-FullAWSAccess"]);
    assert_eq!(asked(Fact::DelegationPolicy).len(), 0, "it names no resource");
    // Only what is demanded: a list alone, or nothing at all.
    let only = |demand: Demand| {
        let facts = tree().snapshot(&demand).organization.observations.into_keys();
        facts
            .map(|probe| probe.fact)
            .filter(|fact| *fact > Fact::TrustedServices && *fact < Fact::Session)
            .count()
    };
    assert_eq!(only(Demand::facts([Fact::OrganizationPolicies])), 2);
    assert_eq!(only(Demand::facts([Fact::Trails])), 0);
}
