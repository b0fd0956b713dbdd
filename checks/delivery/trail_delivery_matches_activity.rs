//! A region in which nothing happens and a region from which nothing arrives look the same, but for event history.

use jiff::{SignedDuration, Timestamp};
use trailproof_core::answer::TrailStatus;
use trailproof_core::prelude::*;
use trailproof_core::snapshot::Source;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-delivery-matches-activity",
    title: "What happens in a region arrives in a bucket within the hour",
    group: Group::Delivery,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "A dead delivery shows no error of its own: events that event history shows and no log file holds are \
                gone after 90 days.",
    remediation: Remediation {
        summary: "Look at the trail's delivery status in that region, and at the policies of its bucket and key; saving \
                  the trail again makes CloudTrail try anew.",
        command: "aws cloudtrail get-trail-status --name {trail} --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html",
    },
    japanese: Japanese {
        title: "リージョンで発生したイベントが 1 時間以内にバケットへ届いている",
        rationale: "停止した配信は自らエラーを示さない。イベント履歴にあってログファイルにないイベントは、90 日後に失\
                    われる。",
        remediation: "当該リージョンにおける証跡の配信状況と、バケットおよびキーのポリシーを確認する。証跡を再保存す\
                      ると、CloudTrail は配信を再試行する。",
    },
    controls: &[
        Cis1_4.related("3.4"),
        Fsbp.related("CloudTrail.5"),
        Pci4_0_1.related("10.7.1"),
        Pci4_0_1.related("10.7.2"),
        Nist800_53R5.related("AU-5"),
        Nist800_53R5.related("AU-5(1)"),
        Soc2.related("CC7.2"),
        Iso27001_2022.related("A.8.15"),
        Hipaa164.related("164.312(b)"),
    ],
    reads: &[
        Fact::Organization,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::TrailDelivery,
        Fact::EventSelectors,
        Fact::RecentEvents,
    ],
    judge: Judge::Region(judge),
};

/// What happened so short a time ago need not have arrived.
const SLACK: SignedDuration = SignedDuration::from_hours(1);

fn judge(view: &RegionView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let (newest, history) = view.account.newest_event(view.region)?;
    let Some(event) = newest else {
        let cited = history.cite("Events", serde_json::json!([]));
        return Ok(not_applicable("event history shows no event")
            .reason(Reason::NO_EVENT)
            .cite([cited]));
    };
    let time = event.event_time;
    let seen = history.cite("Events[].EventTime", time.to_string());
    let region = Region { view, audit, event: time };
    let trails: Vec<&Trail> =
        view.account.trails_in(view.region)?.into_iter().map(|seen| seen.trail).collect();
    let asked = |test: &dyn Fn(&Trail) -> Observed<bool>| {
        find(trails.iter().copied().map(Ok), |trail| test(trail))
    };
    if let Some(trail) = asked(&|trail| all([region.covers(trail), region.arrived(trail)]))? {
        let (status, source) = region.delivery(trail)?;
        let last = status.latest_delivery_time.map(|time| time.to_string());
        let at = last.as_deref().unwrap_or("an unknown time");
        return Ok(pass(format!(
            "{} delivered at {at}, the newest event is of {time}",
            trail.name()
        ))
        .observed(format!("LatestDeliveryTime={at}, EventTime={time}"))
        .cite([seen, source.cite("LatestDeliveryTime", last)]));
    }
    if asked(&|trail| region.covers(trail))?.is_none() {
        return Ok(not_applicable("no logging trail records management events there")
            .reason(Reason::NOT_COVERED)
            .cite([seen, view.account.cite_trails_in(view.region)]));
    }
    if asked(&|trail| all([region.covers(trail), region.had_started(trail)]))?.is_none() {
        return Ok(not_applicable("the trails were started after the newest event")
            .reason(Reason::STARTING)
            .cite([seen]));
    }
    let undecided = |detail: String| Gap {
        account: Some(view.account.id()),
        region: Some(view.region.clone()),
        ..Gap::new(Fact::RecentEvents, Cause::Undecidable, detail)
    };
    if history.called_at.duration_since(time) <= SLACK {
        return Err(undecided(format!("the event of {time} may still be on its way")));
    }
    let owes = |trail: &Trail| {
        all([region.covers(trail), region.had_started(trail), region.records(trail)])
    };
    let Some(trail) = asked(&owes)? else {
        return Err(undecided(format!("whether a trail records the event of {time} is not known")));
    };
    let (status, source) = region.delivery(trail)?;
    let last = status.latest_delivery_time.map(|time| time.to_string());
    let at = last.as_deref().unwrap_or("never");
    Ok(fail(format!("the newest event is of {time}, the last delivery of {}: {at}", trail.name()))
        .reason(Reason::DELIVERY_BEHIND_ACTIVITY)
        .observed(format!("LatestDeliveryTime={at}, EventTime={time}"))
        .cite([seen, source.cite("LatestDeliveryTime", last)]))
}

/// One region with its newest event.
struct Region<'a> {
    view: &'a RegionView<'a>,
    audit: &'a Audit<'a>,
    event: Timestamp,
}

impl Region<'_> {
    fn delivery(&self, trail: &Trail) -> Observed<(&TrailStatus, Source)> {
        self.view.account.delivery(trail, self.view.region)
    }

    /// Whether a trail records any management event of the region.
    fn covers(&self, trail: &Trail) -> Observed<bool> {
        all([
            self.view.account.belongs(trail),
            self.view.account.is_logging(trail),
            trail.selectors().map(|selectors| selectors.records_management()),
        ])
    }

    /// Whether it delivered from there since the event, or at most an hour before.
    fn arrived(&self, trail: &Trail) -> Observed<bool> {
        let (status, _) = self.delivery(trail)?;
        let last = status.latest_delivery_time;
        Ok(last.is_some_and(|last| self.event.duration_since(last) <= SLACK))
    }

    /// Whether it was logging already when the event happened.
    fn had_started(&self, trail: &Trail) -> Observed<bool> {
        let (status, source) = self.delivery(trail)?;
        let started = status.start_logging_time.ok_or_else(|| {
            let detail = "GetTrailStatus left out StartLoggingTime";
            Gap::new(source.probe.fact, Cause::Undecidable, detail)
        })?;
        Ok(started <= self.event)
    }

    /// Whether it records every management event of the region, so that it records this one.
    fn records(&self, trail: &Trail) -> Observed<bool> {
        let global = *self.view.region == self.audit.organization.partition().global_region();
        let globally = if global { trail.includes_global_services() } else { Ok(true) };
        all([trail.records_all_management(), globally])
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use jiff::SignedDuration;
    use serde_json::json;
    use trailproof_core::answer::RecentEvent;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn ago(minutes: i64) -> jiff::Timestamp {
        organization().now - SignedDuration::from_mins(minutes)
    }

    /// The newest event in a region, so many minutes ago.
    fn event(world: World, place: &str, minutes: i64) -> World {
        world.but(|world| {
            let event = RecentEvent { event_time: ago(minutes), event_name: None };
            world.events.insert((id(MEMBER), place.parse().unwrap()), event);
        })
    }

    fn delivered(minutes: i64) -> TrailSetup {
        trail("audit").but(|t| t.status.latest_delivery_time = Some(ago(minutes)))
    }

    fn here(setup: TrailSetup, minutes: i64) -> World {
        event(organization().with(setup), "eu-west-1", minutes)
    }

    const DEAD: i64 = 3 * 24 * 60;

    #[test]
    fn a_delivery_follows_an_event_within_the_hour() {
        let all = || json!({"EventSelectors": [{}]});
        let writes = || json!({"EventSelectors": [{"ReadWriteType": "WriteOnly"}]});
        let data = json!({"EventSelectors": [{"IncludeManagementEvents": false,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]});
        let started = |setup: TrailSetup, minutes| {
            setup.but(|t| t.status.start_logging_time = Some(ago(minutes)))
        };
        let org = |setup: TrailSetup| setup.for_organization();
        let local = || {
            delivered(DEAD).but(|t| {
                t.description.include_global_service_events = Some(false);
            })
        };
        let _ = expect(&CHECK)
            .in_region("eu-west-1")
            .in_account(MEMBER)
            .passes(here(trail("audit"), 120))
            .passes(here(delivered(180), 120))
            .passes(here(delivered(5).selecting(writes()), 120))
            .passes(here(org(trail("org")), 120))
            .fails("delivery_behind_activity", here(delivered(DEAD), 120)) // edge 107
            .fails("delivery_behind_activity", here(org(delivered(DEAD)), 120))
            .fails("delivery_behind_activity", here(delivered(DEAD).selecting(all()), 120))
            .fails("delivery_behind_activity", here(local(), 120))
            .fails(
                "delivery_behind_activity",
                here(delivered(DEAD).but(|t| t.status.latest_delivery_time = None), 120),
            )
            .does_not_apply("no_event", organization().with(delivered(DEAD))) // edge 106
            .does_not_apply("not_covered", event(organization(), "eu-west-1", 120))
            .does_not_apply("not_covered", here(delivered(DEAD).stopped(), 120))
            .does_not_apply("not_covered", here(trail("audit").selecting(data), 120))
            .does_not_apply("starting", here(started(delivered(DEAD), 100), 120))
            .is_unknown(Cause::Undecidable, here(delivered(DEAD), 30))
            .is_unknown(Cause::Undecidable, here(delivered(DEAD).selecting(writes()), 120))
            .is_unknown(Cause::AccessDenied, here(trail("audit"), 120).deny(Fact::RecentEvents))
            .is_unknown(Cause::AccessDenied, here(trail("audit"), 120).deny(Fact::TrailDelivery))
            .is_unknown(Cause::AccessDenied, here(trail("audit"), 120).deny(Fact::TrailStatus))
            .is_unknown(
                Cause::CrossAccountUnreadable,
                here(org(trail("org")), 120).deny(Fact::Organization),
            )
            .is_unknown(
                Cause::AccessDenied,
                here(delivered(DEAD).selecting(all()), 120).deny(Fact::EventSelectors),
            )
            .in_region("us-east-1")
            .is_unknown(Cause::Undecidable, event(organization().with(local()), "us-east-1", 120));
    }
}
