use jiff::civil::date;

use super::*;
use crate::assess::assess_watched;
use crate::assessment::Assessment;
use crate::check::{Audit, Check, Group, Judge, Remediation, Severity};
use crate::evidence::{Cause, Observed};
use crate::fact::Fact;
use crate::finding::{Verdict, fail};
use crate::fixture::{JAPANESE, MEMBER, World, id, organization, trail};
use crate::gate::{self, GateRequest, Gates};
use crate::plan::Demand;
use crate::terms::Terms;
use crate::trail::Trail;

/// Fails on every trail.
const CHECK: Check = Check {
    id: "trail-is-perfect",
    title: "The trail is perfect",
    group: Group::Protection,
    severity: Severity::Critical,
    weight: Severity::Critical.weight(),
    rationale: "",
    remediation: Remediation { summary: "", command: "", link: "" },
    japanese: JAPANESE,
    controls: &[],
    reads: &[Fact::TrailStatus],
    judge: Judge::Trail(judge),
};

fn judge(trail: &Trail, _: &Audit<'_>) -> Observed<Verdict> {
    trail.status()?;
    Ok(fail("it is not"))
}

fn waiver(id: &str) -> Waiver {
    Waiver {
        id: id.to_owned(),
        check: "trail-is-perfect".to_owned(),
        scope: WaiverScope::default(),
        owner: "sec@example.com".to_owned(),
        reason: "nobody is".to_owned(),
        ticket: Some("RISK-1".to_owned()),
        approved_by: None,
        created: date(2026, 1, 1),
        expires: date(2026, 12, 31),
    }
}

fn scoped(change: impl FnOnce(&mut WaiverScope)) -> Waiver {
    let mut waiver = waiver("w1");
    change(&mut waiver.scope);
    waiver
}

const KNOWN: Known<'_> =
    Known { checks: &["trail-is-perfect", "trail-is-logging"], accounts: None };

fn waivers(waivers: Vec<Waiver>) -> Waivers {
    Waivers::new(WaiverFile { waiver: waivers }, &KNOWN).unwrap().0
}

fn world() -> World {
    organization()
        .with(trail("audit").but(|trail| trail.owner = id(MEMBER)))
        .member(MEMBER, |member| member.unit = Some("Workloads".into()))
}

fn assessed(world: &World, list: Vec<Waiver>) -> Assessment {
    let checks: &[&Check] = &[&CHECK];
    let bundle = world.snapshot(&Demand::of(checks));
    let terms = Terms { waivers: waivers(list), ..Terms::default() };
    assess_watched(&bundle, checks, &terms, &mut |_| {}).unwrap().held().unwrap()
}

fn on_trail(assessment: &Assessment) -> &Finding {
    assessment.results.iter().find(|one| one.resource.contains(":trail/")).unwrap()
}

#[test]
fn a_waiver_marks_a_failure_and_says_who_answers_for_it() {
    let found = assessed(&world(), vec![waiver("w1")]);
    let finding = on_trail(&found);
    assert_eq!(finding.status, Status::Waived);
    let told = finding.waiver.as_ref().unwrap().to_string();
    assert_eq!(told, "waived until 2026-12-31 by sec@example.com: nobody is (RISK-1)");
    assert_eq!((found.waivers[0].state, found.waivers[0].findings), (WaiverState::Active, 1));
    // It leaves the score, caps and gates alone.
    assert!(found.score.total.caps.is_empty());
    let request = GateRequest { fail_on: Some(Severity::Low), ..GateRequest::default() };
    assert!(Gates::of(&found, request).unwrap().exit_code(&found, false) != gate::FAILED);
}

#[test]
fn its_scope_is_whole_match_globs_that_all_have_to_match() {
    for (change, covered) in [
        ((|scope| scope.account = Some(MEMBER.into())) as fn(&mut WaiverScope), true),
        (|scope| scope.account = Some("1111".into()), false),
        (|scope| scope.account = Some("1111*".into()), true),
        (|scope| scope.ou = Some("Root/Workloads".into()), true),
        (|scope| scope.ou = Some("ou-workloads".into()), true),
        (|scope| scope.ou = Some("Root".into()), true),
        (|scope| scope.ou = Some("Workloads".into()), false),
        (|scope| scope.region = Some("us-east-*".into()), true),
        (|scope| scope.region = Some("us-east".into()), false),
        (|scope| scope.resource = Some("arn:aws:cloudtrail:*:trail/audit".into()), true),
        (|scope| scope.resource = Some("*/audi".into()), false),
        (
            |scope| {
                scope.account = Some(MEMBER.into());
                scope.region = Some("eu-*".into());
            },
            false,
        ),
    ] {
        let waiver = scoped(change);
        let scope = waiver.scope.clone();
        let found = assessed(&world(), vec![waiver]);
        let status = if covered { Status::Waived } else { Status::Fail };
        assert_eq!(on_trail(&found).status, status, "{scope:?}");
        let state = if covered { WaiverState::Active } else { WaiverState::Unused };
        assert_eq!(found.waivers[0].state, state, "{scope:?}");
    }
}

#[test]
fn expiry_is_of_the_evidences_day_and_the_last_day_counts() {
    let ended = world().snapshot(&Demand::of(&[])).manifest.ended;
    let until = |days: i64| {
        let expires = day(ended).saturating_add(jiff::ToSpan::days(days));
        Waiver { expires, created: expires, ..waiver("w1") }
    };
    let found = assessed(&world(), vec![until(0)]);
    assert_eq!(on_trail(&found).status, Status::Waived);
    let found = assessed(&world(), vec![until(-1)]);
    assert_eq!(on_trail(&found).status, Status::Fail);
    assert_eq!((found.waivers[0].state, found.waivers[0].findings), (WaiverState::Expired, 1));
    let request = GateRequest { fail_on_expired_waiver: true, ..GateRequest::default() };
    let gates = Gates::of(&found, request).unwrap();
    assert_eq!(gates.exit_code(&found, false), gate::FAILED);
    assert_eq!(gates.outcomes(&found)[0].message, "1 waiver has expired");
    let found = assessed(&world(), vec![until(1)]);
    assert_eq!(Gates::of(&found, request).unwrap().exit_code(&found, false), gate::PASSED);
    // Where one has expired another may still hold.
    let next = Waiver { id: "w2".into(), ..until(3) };
    let found = assessed(&world(), vec![until(-1), next]);
    assert_eq!(on_trail(&found).waiver.as_ref().unwrap().id, "w2");
}

#[test]
fn what_is_not_known_is_never_waived() {
    let found = assessed(&world().deny(Fact::TrailStatus), vec![waiver("w1")]);
    assert_eq!(on_trail(&found).status, Status::Unknown);
    assert_eq!(on_trail(&found).reason, Cause::AccessDenied.code());
    assert_eq!(found.waivers[0].state, WaiverState::Unused);
    // That a finding lies in a unit must be shown.
    let unit = scoped(|scope| scope.ou = Some("*".into()));
    let found = assessed(&world().deny(Fact::OrganizationalUnits), vec![unit]);
    assert_eq!(on_trail(&found).status, Status::Fail);
}

#[test]
fn what_cannot_be_meant_is_an_error() {
    let accounts = [MEMBER.parse().unwrap()].into();
    let known = Known { accounts: Some(&accounts), ..KNOWN };
    let problems = |list: Vec<Waiver>| -> Vec<(Level, String)> {
        lint::problems(&list, &known).into_iter().map(|one| (one.level, one.message)).collect()
    };
    let one = |list: Vec<Waiver>, level: Level, words: &str| {
        let found = problems(list);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, level, "{found:?}");
        assert!(found[0].1.contains(words), "{found:?}");
    };
    let error = Level::Error;
    assert!(problems(vec![waiver("w1"), waiver("w2")]).is_empty());
    one(vec![waiver("w1"), waiver("w1")], error, "the id \"w1\" is that of waiver 1 too");
    one(vec![Waiver { check: "trail-perfect".into(), ..waiver("w1") }], error, "is no check");
    one(vec![Waiver { check: "nothing-*".into(), ..waiver("w1") }], error, "matches no check");
    one(vec![Waiver { check: "*".into(), ..waiver("w1") }], error, "every check everywhere");
    let wide = scoped(|scope| scope.region = Some("**".into()));
    one(vec![Waiver { check: "trail*".into(), ..wide }], error, "every check everywhere");
    let narrow = scoped(|scope| scope.account = Some(MEMBER.into()));
    one(vec![Waiver { check: "*".into(), ..narrow }], Level::Warning, "every check in its scope");
    one(vec![Waiver { owner: " ".into(), ..waiver("w1") }], error, "owner is empty");
    let until = |expires| vec![Waiver { expires, ..waiver("w1") }];
    one(until(date(2025, 12, 31)), error, "before it was created");
    one(until(date(2027, 1, 3)), error, "367 days after 2026-01-01; at most 366");
    assert!(problems(until(date(2027, 1, 2))).is_empty());
    one(until(Date::MAX), error, "at most 366");
    let account = |glob: &str| vec![scoped(|scope| scope.account = Some(glob.into()))];
    one(account("000000000000"), Level::Warning, "is not in the organization");
    one(account("9*"), Level::Warning, "matches no account");
    assert!(problems(account("1*")).is_empty());
}
