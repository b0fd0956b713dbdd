//! Whoever was refused once knows what stands in the way, and may try another one.

use trailproof_core::history::inquiry::{Effect, Words, judge as weigh};
use trailproof_core::history::names::BEGINNINGS;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-tamper-attempts-denied-90d",
    title: "Nobody was refused a change of a trail in the last ninety days",
    group: Group::Continuity,
    severity: Severity::Info,
    weight: Severity::Info.weight(),
    rationale: "An attempt that was refused is the earliest sign that somebody wants to act unseen.",
    remediation: Remediation {
        summary: "Ask whoever tried why, and look at what else they did.",
        command: "aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey=EventName,AttributeValue=StopLogging",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html",
    },
    japanese: Japanese {
        title: "過去 90 日間に、証跡の変更を拒否された者がいない",
        rationale: "拒否された変更の試みは、記録を避けて行動しようとする者の最も早い兆候である。",
        remediation: "試みた者に理由を確認し、その者の他の操作も調査する。",
    },
    controls: crate::history::CONTINUITY,
    reads: &[Fact::Regions, Fact::Trails, Fact::EventDataStores, Fact::TrailHistory],
    judge: Judge::Account(judge),
};

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let look = account.trail_history(audit.reach(audit.policy.lookback_days));
    let words = Words {
        reason: Reason::ATTEMPTED,
        none: "refused attempt to change a trail",
        failed: true,
    };
    weigh(&look, words, |past| {
        let refused = past.event.error_code.as_deref().is_some_and(|code| {
            ["AccessDenied", "UnauthorizedOperation"].iter().any(|known| code.starts_with(known))
        });
        let harmless = BEGINNINGS.contains(&past.event.event_name.as_str());
        if refused && !harmless { Effect::Tampers("refused".into()) } else { Effect::None }
    })
}

#[cfg(test)]
#[test]
fn a_refused_call_is_told_and_a_successful_or_mistaken_one_is_not() {
    use serde_json::json;
    use trailproof_core::fixture::*;
    let stop = || call(600, "StopLogging", json!({"name": "audit"}));
    let after = |event| organization().with(trail("audit")).called((MEMBER, "us-east-1"), event);
    let mistaken = trailproof_core::answer::PastEvent {
        error_code: Some("TrailNotFoundException".into()),
        ..stop()
    };
    let other = organization().with(trail("org").for_organization());
    let _ = expect(&CHECK)
        .in_account(MEMBER)
        .passes(after(stop()))
        .passes(after(mistaken))
        .fails("attempted", after(stop().refused())) // edge 146
        .fails("attempted", other.called((MEMBER, "us-east-1"), stop().refused()))
        .is_unknown(Cause::AccessDenied, after(stop()).deny(Fact::TrailHistory));
}
