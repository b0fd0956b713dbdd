//! A hole in the record is where whoever made it was at work.

use jiff::SignedDuration;
use trailproof_core::history::timeline::{Span, Stretch, Timeline};
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-logging-gap-90d",
    title: "Some trail recorded the account's management writes without a gap in the last ninety days",
    group: Group::Continuity,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "What happened while no trail was logging is in no file, and in event history for ninety days at most.",
    remediation: Remediation {
        summary: "Start the trail again, and read event history for the time of the gap while it still reaches back so far.",
        command: "aws cloudtrail start-logging --name {trail} --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html",
    },
    japanese: Japanese {
        title: "過去 90 日間、いずれかの証跡がアカウントの管理イベントの書き込みを欠落なく記録している",
        rationale: "どの証跡も記録していない間の操作はどのファイルにも残らず、イベント履歴に最長 90 日間残るだけであ\
                    る。",
        remediation: "証跡を再開し、イベント履歴が遡れるうちに欠落期間の履歴を確認する。",
    },
    controls: crate::history::CONTINUITY,
    reads: &[
        Fact::Organization,
        Fact::Accounts,
        Fact::DelegatedAdministrators,
        Fact::Regions,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventSelectors,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::Key,
        Fact::TrailHistory,
    ],
    judge: Judge::Account(judge),
};

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let timeline = account.timeline(audit.reach(audit.policy.lookback_days))?;
    let allowed = audit.policy.max_gap_minutes;
    let expected =
        format!("no more than {allowed} minutes without a trail that records, in any region");
    let window = format!("{} to {}", timeline.from, timeline.to);
    let limit = SignedDuration::from_mins(i64::from(allowed));
    if let Some((region, lost)) = timeline.longest()
        && lost > limit
    {
        let spans = gaps(&timeline);
        let most = long(lost);
        let message =
            format!("management writes were not recorded for {most} in {region}: {}", told(&spans));
        return Ok(fail(message)
            .reason(Reason::GAP)
            .observed(format!("{most} in {region}, {window}"))
            .expected(expected)
            .cite([account.cite_trails_in(region)])
            .cite(timeline.evidence));
    }
    if !timeline.is_known() {
        return Err(timeline.open.unwrap_or_else(|| {
            Gap::new(Fact::TrailHistory, Cause::Undecidable, "some of the time is not known")
        }));
    }
    account.region_scope()?;
    if timeline.regions.is_empty() {
        account.trails().into_iter().find_map(Result::err).map_or(Ok(()), Err)?;
        return Ok(
            not_applicable("every region of the account is closed").reason(Reason::NO_REGION)
        );
    }
    let regions = timeline.regions.len();
    let stopped = account.stopped_before(timeline.from);
    let note = stopped.as_ref().map_or_else(String::new, |(arn, time)| {
        format!("; {arn} was stopped last at {time}, before that time")
    });
    let verdict = pass(format!("recorded without a gap in {regions} regions from {window}{note}"))
        .observed(format!("no gap in {regions} regions, {window}"))
        .expected(expected)
        .cite(account.regions().next().map(|region| account.cite_trails_in(region)))
        .cite(timeline.evidence);
    Ok(if stopped.is_some() { verdict.reason(Reason::STOPPED_BEFORE) } else { verdict })
}

/// How long something lasted, in the largest unit of which it is more than two.
fn long(lasted: SignedDuration) -> String {
    const HOUR: i64 = 60;
    const DAY: i64 = 24 * HOUR;
    let minutes = lasted.as_mins();
    let nearest = |unit: i64| minutes.saturating_add(unit / 2) / unit;
    match minutes {
        ..=0 => "less than a minute".to_owned(),
        1 => "1 minute".to_owned(),
        2..=120 => format!("{minutes} minutes"),
        121..=2880 => format!("{} hours", nearest(HOUR)),
        _ => format!("{} days", nearest(DAY)),
    }
}

/// The gaps, each once, with the number of regions that have it.
fn gaps(timeline: &Timeline) -> Vec<(&Span, usize)> {
    let mut found: Vec<(&Span, usize)> = Vec::new();
    let spans = timeline.regions.values().flatten().filter(|span| span.state == Stretch::Gap);
    for span in spans {
        match found.iter_mut().find(|(known, _)| *known == span) {
            Some((_, regions)) => *regions += 1,
            None => found.push((span, 1)),
        }
    }
    found.sort_by_key(|(span, _)| (span.from, span.to));
    found
}

fn told(spans: &[(&Span, usize)]) -> String {
    const NAMED: usize = 3;
    let mut told: Vec<String> = spans
        .iter()
        .take(NAMED)
        .map(|(span, regions)| {
            let by = span.began_by.as_ref().map_or_else(String::new, |call| {
                let text = |name: &str| {
                    call.get(name).and_then(|text| text.as_str()).unwrap_or("somebody").to_owned()
                };
                format!(", by {} of {}", text("eventName"), text("actor"))
            });
            format!("{} to {} in {regions} regions{by}", span.from, span.to)
        })
        .collect();
    if let Some(more) = spans.len().checked_sub(NAMED).filter(|more| *more > 0) {
        told.push(format!("and {more} more"));
    }
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::json;
    use trailproof_core::answer::PastEvent;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;
    use trailproof_core::plan::Demand;
    use trailproof_core::policy::Policy;

    const DAY: i64 = 1440;

    fn at(minutes: i64, name: &str, trail: &str) -> PastEvent {
        call(minutes, name, json!({ "name": trail }))
    }

    /// A trail that was stopped so many minutes ago, and perhaps started again.
    fn stopped(name: &str, stop: i64, start: Option<i64>) -> TrailSetup {
        trail(name).but(|t| {
            t.status.stop_logging_time = Some(World::moment(stop));
            if let Some(start) = start {
                t.status.start_logging_time = Some(World::moment(start));
            }
            t.status.is_logging = Some(start.is_some());
        })
    }

    fn interrupted() -> World {
        organization()
            .with(stopped("audit", 600, Some(580)))
            .called((MEMBER, "us-east-1"), at(600, "StopLogging", "audit"))
            .called((MEMBER, "us-east-1"), at(580, "StartLogging", "audit"))
    }

    /// What is said of the member where so many minutes may be lost.
    fn verdict(world: &World, allowed: u32) -> String {
        let policy = Policy { max_gap_minutes: allowed, ..Policy::default() };
        let found = judge_all(world, &[&CHECK], &Demand::of(&[&CHECK]), &policy);
        let of_member = found.iter().find(|finding| finding.account_id == id(MEMBER)).unwrap();
        format!("{} {}", of_member.status.code(), of_member.reason).trim_end().to_owned()
    }

    #[test]
    fn a_stop_is_a_gap_until_the_start_unless_another_trail_recorded() {
        let second = || trail("second");
        for (expected, world) in [
            ("pass", organization().with(trail("audit"))),
            ("fail gap", organization()),
            ("fail gap", interrupted()),            // edge 144
            ("pass", interrupted().with(second())), // edge 145
            ("fail gap", interrupted().with(second().single_region("eu-west-1"))),
            ("fail gap", organization().with(stopped("audit", 600, None))),
        ] {
            assert_eq!(verdict(&world, 0), expected);
        }
        assert_eq!(verdict(&interrupted(), 20), "pass");
        assert_eq!(verdict(&interrupted(), 19), "fail gap");
    }

    #[test]
    fn what_lies_before_the_window_is_noted_and_no_gap() {
        let long_ago = organization().with(stopped("audit", 200 * DAY, Some(199 * DAY)));
        let young = organization()
            .member(MEMBER, |m| m.joined = World::moment(10 * DAY))
            .with(stopped("audit", 20 * DAY, Some(19 * DAY)))
            .called((MEMBER, "us-east-1"), at(20 * DAY, "StopLogging", "audit"))
            .called((MEMBER, "us-east-1"), at(19 * DAY, "StartLogging", "audit"));
        assert_eq!(verdict(&long_ago, 0), "pass stopped_before"); // edge 150
        assert_eq!(verdict(&young, 0), "pass stopped_before");
    }

    #[test]
    fn a_trail_that_is_gone_or_new_leaves_what_was_before_open() {
        let made = |minutes| {
            call(minutes, "CreateTrail", json!({"name": "audit", "isMultiRegionTrail": true}))
        };
        let started =
            || trail("audit").but(|t| t.status.start_logging_time = Some(World::moment(500)));
        let new = || {
            organization()
                .with(started())
                .called((MEMBER, "us-east-1"), made(501))
                .called((MEMBER, "us-east-1"), at(500, "StartLogging", "audit"))
        };
        let deleted = || at(400, "DeleteTrail", "old");
        let replaced = new().called((MEMBER, "us-east-1"), deleted());
        assert_eq!(verdict(&new(), 0), "fail gap");
        assert_eq!(verdict(&replaced, 0), "unknown undecidable");
        assert_eq!(
            verdict(&organization().called((MEMBER, "us-east-1"), deleted()), 0),
            "fail gap"
        );
        assert_eq!(verdict(&organization().with(started()), 0), "unknown undecidable");
    }

    #[test]
    fn an_organizations_trail_is_read_where_it_was_changed() {
        let org = || {
            organization()
                .with(stopped("org", 600, Some(580)).for_organization())
                .called((MANAGEMENT, "us-east-1"), at(600, "StopLogging", "org"))
                .called((MANAGEMENT, "us-east-1"), at(580, "StartLogging", "org"))
        };
        let calm = || organization().with(trail("org").for_organization());
        let without = |account: &'static str| calm().member(account, |m| m.in_scope = false);
        let custom = || calm().but(|w| w.trails[0].description.has_custom_event_selectors = None);
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(calm())
            .fails("gap", org())
            .passes(org().with(trail("audit")))
            // Another organization trail that was deleted since may have recorded it meanwhile.
            .is_unknown(
                Cause::AccessDenied,
                org().deny_in(Some(MANAGEMENT), Fact::TrailHistory, None, Cause::AccessDenied),
            )
            .is_unknown(
                Cause::CrossAccountUnreadable,
                without(MANAGEMENT).but(|w| w.caller = id(MEMBER)),
            )
            .is_unknown(Cause::AccessDenied, calm().deny(Fact::DelegatedAdministrators))
            .is_unknown(Cause::CrossAccountUnreadable, calm().deny(Fact::Organization))
            .is_unknown(Cause::AccessDenied, calm().deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, custom().deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, calm().deny(Fact::BucketList))
            .is_unknown(Cause::AccessDenied, calm().but(|w| w.buckets[0].owner = None))
            .is_unknown(Cause::AccessDenied, calm().deny(Fact::TrailHistory))
            .is_unknown(Cause::AccessDenied, calm().deny(Fact::Key))
            .is_unknown(Cause::AccessDenied, organization().deny(Fact::Accounts))
            .is_unknown(Cause::RegionScopeUnproven, calm().deny(Fact::Regions));
    }

    #[test]
    fn a_trail_that_nobody_saw_may_have_filled_a_gap() {
        let denied = |account: &'static str, fact: Fact, region: Option<&'static str>| {
            organization().deny_in(Some(account), fact, region, Cause::AccessDenied)
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .fails("gap", organization())
            // One that was deleted since: its own, or one of the organization.
            .is_unknown(Cause::AccessDenied, denied(MEMBER, Fact::TrailHistory, None))
            .is_unknown(Cause::AccessDenied, denied(MANAGEMENT, Fact::TrailHistory, None))
            // One of a single region by now, or of all regions of the organization.
            .is_unknown(Cause::AccessDenied, denied(MEMBER, Fact::Trails, Some("eu-west-1")))
            .is_unknown(Cause::AccessDenied, denied(MANAGEMENT, Fact::Trails, Some("eu-west-1")));
    }

    #[test]
    fn how_long_it_lasted_is_told_in_the_unit_that_people_count_it_in() {
        let told = |minutes| super::long(jiff::SignedDuration::from_mins(minutes));
        for (minutes, expected) in [
            (0, "less than a minute"),
            (1, "1 minute"),
            (47, "47 minutes"),
            (121, "2 hours"),
            (129_599, "90 days"),
        ] {
            assert_eq!(told(minutes), expected);
        }
    }

    #[test]
    fn selectors_and_regions_have_a_past_too() {
        let put = |minutes: i64, kind: &str| {
            let selectors = json!([{ "readWriteType": kind }]);
            call(
                minutes,
                "PutEventSelectors",
                json!({"trailName": "audit", "eventSelectors": selectors}),
            )
        };
        let made =
            call(95 * DAY, "CreateTrail", json!({"name": "audit", "isMultiRegionTrail": true}));
        let custom = || trail("audit").selecting(json!({"EventSelectors": [{}]}));
        let blind = organization()
            .with(custom())
            .called((MEMBER, "us-east-1"), made)
            .called((MEMBER, "us-east-1"), put(600, "ReadOnly"))
            .called((MEMBER, "us-east-1"), put(540, "All"));
        let narrowed = organization()
            .with(trail("audit"))
            .called(
                (MEMBER, "us-east-1"),
                call(600, "UpdateTrail", json!({"name": "audit", "isMultiRegionTrail": false})),
            )
            .called(
                (MEMBER, "us-east-1"),
                call(540, "UpdateTrail", json!({"name": "audit", "isMultiRegionTrail": true})),
            );
        assert_eq!(verdict(&blind, 0), "fail gap");
        assert_eq!(verdict(&narrowed, 0), "fail gap");
    }
}
