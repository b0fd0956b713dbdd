use serde_json::json;

use super::*;
use crate::account::AccountView;
use crate::assess::assess_watched;
use crate::assessment::Assessment;
use crate::check::{Audit, Check, Group, Judge, Remediation, Severity};
use crate::evidence::{Cause, Observed};
use crate::fact::Fact;
use crate::finding::{Finding, Status, Verdict, fail, pass};
use crate::fixture::{
    ARCHIVE, JAPANESE, MANAGEMENT, MEMBER, World, account, id, organization, trail,
};
use crate::plan::Demand;
use crate::terms::Terms;

/// Fails where the policy asks for more than a year.
const CHECK: Check = Check {
    id: "asks-for-a-year",
    title: "The policy asks for a year",
    group: Group::Protection,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "",
    remediation: Remediation { summary: "", command: "", link: "" },
    japanese: JAPANESE,
    controls: &[],
    reads: &[Fact::Trails],
    judge: Judge::Account(judge),
};

fn judge(_: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let days = audit.policy.retention_days;
    Ok(if days > 365 { fail(format!("{days} days")) } else { pass(format!("{days} days")) })
}

fn longer(selector: Selector, days: u32) -> Override {
    let changes = json!({ "retention_days": days }).as_object().unwrap().clone();
    Override::new(selector, changes).unwrap()
}

fn policies(overrides: Vec<Override>) -> Policies {
    Policies { base: Policy::default(), overrides }
}

fn assessed(world: &World, policies: Policies) -> Assessment {
    let checks: &[&Check] = &[&CHECK];
    let bundle = world.snapshot(&Demand::under(checks, &policies));
    let terms = Terms { policies, ..Terms::default() };
    assess_watched(&bundle, checks, &terms, &mut |_| {}).unwrap().held().unwrap()
}

fn of<'a>(assessment: &'a Assessment, account: &str) -> &'a Finding {
    assessment.results.iter().find(|finding| finding.account_id == id(account)).unwrap()
}

fn unit(name: &str) -> Selector {
    Selector::Unit(name.to_owned())
}

fn world() -> World {
    organization().with(trail("audit")).member(MEMBER, |member| {
        member.unit = Some("Workloads".into());
        member.tags = [("env", "prod"), ("criticality", "4")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
    })
}

#[test]
fn an_override_is_for_the_accounts_of_its_unit_id_or_tag_alone() {
    let tag = |value: &str| Selector::Tag { key: "env".into(), value: value.into() };
    for selector in [
        unit("Root/Workloads"),
        unit("Root/W*"),
        unit("ou-workloads"),
        Selector::Account(MEMBER.into()),
        Selector::Account("1111*".into()),
        tag("prod"),
        tag("p*"),
    ] {
        let told = selector.to_string();
        let found = assessed(&world(), policies(vec![longer(selector, 400)]));
        assert_eq!(of(&found, MEMBER).status, Status::Fail, "{told}");
        assert_eq!(of(&found, MEMBER).message, "400 days", "{told}");
        assert_eq!(of(&found, ARCHIVE).status, Status::Pass, "{told}");
        assert!(found.scope.notes.is_empty(), "{told}");
    }
    // What is above a unit is for all below it.
    let found = assessed(&world(), policies(vec![longer(unit("Root"), 400)]));
    assert!(found.results.iter().all(|finding| finding.status == Status::Fail));
}

#[test]
fn the_later_override_wins_and_the_report_names_what_is_not_the_default() {
    let all = Selector::Account("*".into());
    let both = policies(vec![longer(all, 400), longer(unit("Root/Workloads"), 365)]);
    let found = assessed(&world(), both.clone());
    assert_eq!(of(&found, MEMBER).status, Status::Pass);
    assert_eq!(of(&found, MANAGEMENT).status, Status::Fail);
    let report = found.run.policy.unwrap();
    assert_eq!(report.overrides[1].selects, "ou \"Root/Workloads\"");
    assert!(report.parameters.is_empty());
    let other = policies(vec![longer(unit("Root/Workloads"), 365)]);
    assert_ne!(other.report().unwrap().sha256, report.sha256);
    assert_eq!(Policies::default().report(), None);
}

#[test]
fn an_override_that_is_for_nobody_is_told() {
    let found = assessed(&world(), policies(vec![longer(unit("Root/Sandbox"), 400)]));
    assert_eq!(
        found.scope.notes,
        ["the policy's override for ou \"Root/Sandbox\" is for no account"]
    );
}

#[test]
fn where_it_is_not_known_which_policy_applies_only_what_all_come_to_stands() {
    let by_unit = || policies(vec![longer(unit("Root/Workloads"), 400)]);
    let blind = world().deny(Fact::OrganizationalUnits);
    let found = assessed(&blind, by_unit());
    assert!(found.results.iter().all(|finding| finding.status == Status::Unknown));
    assert_eq!(of(&found, MEMBER).reason, Cause::AccessDenied.code());
    // A second way to the same verdict needs no tree.
    let anyway = policies(vec![longer(Selector::Account("*".into()), 500), longer(unit("X"), 400)]);
    let found = assessed(&blind, anyway);
    assert!(found.results.iter().all(|finding| finding.status == Status::Fail));

    let tag = Selector::Tag { key: "env".into(), value: "prod".into() };
    let found = assessed(&world().deny(Fact::AccountTags), policies(vec![longer(tag, 400)]));
    assert_eq!(of(&found, MEMBER).status, Status::Unknown);
    // Many that are open are not judged one by one.
    let many = (0..20).map(|days| longer(unit("X"), 366 + days)).collect();
    let found = assessed(&blind, policies(many));
    assert!(found.results.iter().all(|finding| finding.status == Status::Unknown));
}

#[test]
fn an_account_of_no_organization_lies_in_no_unit() {
    let found = assessed(&account().with(trail("audit")), policies(vec![longer(unit("*"), 400)]));
    assert!(found.results.iter().all(|finding| finding.status == Status::Pass));
}

#[test]
fn tags_are_asked_for_only_where_an_override_selects_by_one_and_then_weigh_the_account() {
    let tag = Selector::Tag { key: "env".into(), value: "prod".into() };
    let by_tag = policies(vec![longer(tag, 400)]);
    assert!(Demand::under(&[&CHECK], &by_tag).wants(Fact::AccountTags));
    assert!(
        !Demand::under(&[&CHECK], &policies(vec![longer(unit("X"), 400)])).wants(Fact::AccountTags)
    );
    // The member fails with weight 4, the other two pass with 1 each.
    let weighed = assessed(&world(), by_tag).score.total;
    let alike = assessed(&world(), policies(vec![longer(unit("Root/Workloads"), 400)])).score.total;
    assert!(weighed.proven < alike.proven, "{} {}", weighed.proven, alike.proven);
}

#[test]
fn regions_that_the_policy_leaves_out_are_told() {
    let base = Policy { excluded_regions: ["eu-*".to_owned()].into(), ..Policy::default() };
    let found = assessed(&world(), base.into());
    let regions = &found.scope.accounts[0].regions;
    for region in regions {
        assert_eq!(region.in_scope, !region.name.as_str().starts_with("eu-"), "{}", region.name);
    }
    assert_eq!(found.scope.notes, ["the policy leaves out the regions eu-*"]);
}

#[test]
fn what_no_policy_has_or_one_run_cannot_have_is_refused() {
    let new = |changes: Value| {
        Override::new(unit("X"), changes.as_object().unwrap().clone()).unwrap_err().to_string()
    };
    assert!(new(json!({ "retention_day": 1 })).contains("retention_day"));
    assert!(new(json!({ "retention_days": "long" })).contains("invalid type"));
    assert!(new(json!({ "excluded_regions": ["eu-*"] })).contains("whole run"));
}
