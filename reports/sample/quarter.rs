//! The sample with all that a quarter adds to it: lines of recording, earlier runs, and what changed since the last.

use jiff::Timestamp;
use serde_json::json;
use trailproof_core::assessment::{Assessment, Milli};
use trailproof_core::aws::Region;
use trailproof_core::diff::{Baseline, Diff, Side};
use trailproof_core::finding::Status;
use trailproof_core::history::timeline::{AccountTimeline, Span, Stretch, TimelineRow};

use super::assessment;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const FROM: &str = "2026-08-23T22:43:00Z";
const TO: &str = "2026-11-21T22:43:00Z";

/// A line that is recorded but for what is said.
pub fn line(regions: &[&str], others: &[(&str, &str, Stretch)]) -> TimelineRow {
    let mut spans: Vec<Span> = Vec::new();
    let mut push = |from: &str, to: &str, state: Stretch| {
        if from != to {
            let call = json!({
                "eventName": "StopLogging", "eventTime": from, "eventID": "11111111-2222-3333-4444-555555555555",
                "actor": "arn:aws:sts::333333333333:assumed-role/Admin/mallory", "sourceIPAddress": "198.51.100.7",
            });
            let began_by = (state == Stretch::Gap).then_some(call);
            spans.push(Span { from: at(from), to: at(to), state, began_by });
        }
    };
    let mut last = FROM;
    for (from, to, state) in others {
        push(last, from, Stretch::Recorded);
        push(from, to, *state);
        last = to;
    }
    push(last, TO, Stretch::Recorded);
    let regions = regions.iter().map(|name| name.parse::<Region>().unwrap()).collect();
    TimelineRow { regions, spans }
}

/// An account's lines over the quarter.
pub fn timeline(rows: Vec<TimelineRow>) -> AccountTimeline {
    AccountTimeline { from: at(FROM), to: at(TO), rows }
}

/// The sample; its diff is to a run in which one finding failed and another was not there.
pub fn quarter() -> Assessment {
    let mut now = assessment();
    let both = ["eu-west-1", "us-east-1"];
    let gap = ("2026-10-02T11:00:00Z", "2026-10-04T09:30:00Z", Stretch::Gap);
    let brief = ("2026-11-01T02:00:00Z", "2026-11-01T02:07:00Z", Stretch::Gap);
    let open = (FROM, "2026-09-10T00:00:00Z", Stretch::Unknown);
    now.scope.accounts[0].timeline = Some(timeline(vec![line(&both, &[])]));
    now.scope.accounts[1].timeline = Some(timeline(vec![line(&both, &[])]));
    now.scope.accounts[2].timeline =
        Some(timeline(vec![line(&["eu-west-1"], &[open]), line(&["us-east-1"], &[gap, brief])]));
    let mut before = now.clone();
    before.run.id = "20260821T100000Z-aa01".to_owned();
    before.run.ended = at("2026-08-21T10:10:00Z");
    before.score.total.proven = Milli(41_000);
    before.score.total.potential = Milli(66_000);
    before.results.retain(|finding| finding.check != "trail-coverage-per-region");
    for finding in &mut before.results {
        if finding.check == "org-trail-exists" {
            finding.status = Status::Fail;
            finding.message = "there is no organization trail".to_owned();
        }
    }
    let Ok(baseline) = Baseline::of(&before);
    let Ok(diff) = Diff::between(&baseline, &now);
    now.diff = Some(serde_json::to_value(diff.unwrap()).unwrap());
    let mut first = Side::of(&before);
    first.run_id = "20260521T100000Z-aa00".to_owned();
    first.ended = at("2026-05-21T10:10:00Z");
    first.proven = Milli(52_300);
    now.earlier = vec![first, Side::of(&before)];
    for finding in &mut now.results {
        let known = before.results.iter().any(|one| one.fingerprint == finding.fingerprint);
        finding.first_seen = known.then(|| at("2026-05-21T10:10:00Z"));
    }
    now
}
