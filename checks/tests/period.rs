//! A quarter that somebody asks about: what event history tells of it, what it does not, and what would.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::json;
use trailproof_checks::CATALOGUE;
use trailproof_core::assess::assess_watched;
use trailproof_core::assessment::Assessment;
use trailproof_core::fact::Fact;
use trailproof_core::fixture::*;
use trailproof_core::history::timeline::Stretch;
use trailproof_core::plan::Demand;
use trailproof_core::terms::Terms;

const DAY: i64 = 1440;
const GAP: &str = "trail-logging-gap-90d";
const TAMPER: &str = "trail-tamper-events-90d";

/// The member's only trail was stopped for 47 minutes on 22 September.
fn interrupted() -> World {
    let at = |minutes, name| call(minutes, name, json!({"name": "audit"}));
    let (stop, start) = (60 * DAY, 60 * DAY - 47);
    organization()
        .with(trail("audit").but(|t| {
            t.status.stop_logging_time = Some(World::moment(stop));
            t.status.start_logging_time = Some(World::moment(start));
        }))
        .called((MEMBER, "us-east-1"), at(stop, "StopLogging"))
        .called((MEMBER, "us-east-1"), at(start, "StartLogging"))
}

fn assessed(period: Option<&str>) -> Assessment {
    let terms = Terms { period: period.map(|text| text.parse().unwrap()), ..Terms::default() };
    let snapshot = interrupted().snapshot(&Demand::facts(Fact::ALL));
    let assessment = assess_watched(&snapshot, CATALOGUE, &terms, &mut |_| {});
    assessment.and_then(Assessment::held).unwrap()
}

fn verdict(assessment: &Assessment, check: &str) -> String {
    let of_member =
        |f: &&trailproof_core::finding::Finding| f.check == check && f.account_id == id(MEMBER);
    let finding = assessment.results.iter().find(of_member).unwrap();
    format!("{} {}", finding.status.code(), finding.reason).trim_end().to_owned()
}

#[test]
fn a_gap_counts_in_its_own_quarter_alone() {
    for (period, gap, tamper) in [
        (None, "fail gap", "fail tampered"),
        (Some("2026-Q3"), "fail gap", "fail tampered"),
        (Some("2026-09"), "fail gap", "fail tampered"),
        (Some("2026-Q4"), "pass stopped_before", "pass"),
        (Some("2026-10-01..2026-10-31"), "pass stopped_before", "pass"),
        (Some("2026-Q1"), "unknown not_attempted", "unknown not_attempted"),
    ] {
        let assessment = assessed(period);
        assert_eq!(verdict(&assessment, GAP), gap, "{period:?}");
        assert_eq!(verdict(&assessment, TAMPER), tamper, "{period:?}");
    }
}

#[test]
fn the_report_says_which_days_are_not_told_and_what_would_tell() {
    assert_eq!(assessed(None).scope.period, None);
    let assessment = assessed(Some("2026-Q3"));
    let period = assessment.scope.period.unwrap();
    let provable = period.provable.unwrap();
    assert_eq!(provable.from.to_string(), "2026-08-23T22:42:57Z");
    assert_eq!(provable.to.to_string(), "2026-10-01T00:00:00Z");
    assert_eq!(period.missing.len(), 1);
    assert_eq!(period.missing[0].from.to_string(), "2026-07-01T00:00:00Z");
    assert!(period.missing[0].proof.contains("validate-logs"));
    let told = period.told();
    assert_eq!(
        told,
        "of 2026-07-01 to 2026-09-30 only 2026-08-23T22:42:57Z to 2026-10-01T00:00:00Z is told"
    );
    let notes = assessment.scope.notes.join("\n");
    assert!(notes.contains("is not told") && notes.contains("a snapshot of that time"), "{notes}");
}

#[test]
fn the_timeline_shows_the_gap_and_who_made_it() {
    let assessment = assessed(None);
    let account = assessment.scope.accounts.iter().find(|a| a.id == id(MEMBER)).unwrap();
    let timeline = account.timeline.as_ref().unwrap();
    assert_eq!(timeline.rows.len(), 1, "every region has the same spans");
    assert_eq!(timeline.rows[0].regions.len(), 17);
    let states: Vec<_> = timeline.rows[0].spans.iter().map(|span| span.state).collect();
    assert_eq!(states, [Stretch::Recorded, Stretch::Gap, Stretch::Recorded]);
    let gap = &timeline.rows[0].spans[1];
    assert_eq!(gap.duration().as_mins(), 47);
    assert_eq!(gap.began_by.as_ref().unwrap()["eventName"], "StopLogging");
    let written = serde_json::to_string(&assessment.scope).unwrap();
    assert_eq!(
        serde_json::from_str::<trailproof_core::assessment::ScopeReport>(&written).unwrap(),
        assessment.scope
    );
}
