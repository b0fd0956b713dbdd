//! A trail that is stopped and started again and again is stopped by somebody who knows when.

use trailproof_core::history::inquiry::undecided;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-flapping-90d",
    title: "No trail was stopped and started twice or more in the last ninety days",
    group: Group::Continuity,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Each cycle leaves a hole; a habit of holes is evasion, or automation that is broken.",
    remediation: Remediation {
        summary: "Find out what stops the trail, and keep it from doing so.",
        command: "aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey=EventName,AttributeValue=StopLogging",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html",
    },
    japanese: Japanese {
        title: "過去 90 日間に、2 回以上停止と開始を繰り返した証跡がない",
        rationale: "停止のたびに記録の欠落が生じる。繰り返される欠落は、監視の回避か、自動化の不具合を示す。",
        remediation: "証跡を停止させている原因を特定し、再発を防止する。",
    },
    controls: crate::history::CONTINUITY,
    reads: &[Fact::Organization, Fact::DelegatedAdministrators, Fact::Trails, Fact::TrailHistory],
    judge: Judge::GuardedTrail(judge),
};

fn judge(trail: &Trail, account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let look = account.calls_on(trail, audit.reach(audit.policy.lookback_days));
    let partition = audit.organization.partition();
    let (mut cycles, mut stopped, mut proof, mut open) = (0_usize, false, Vec::new(), None);
    for past in look.past.iter().filter(|past| look.covers(past)) {
        if past.event.unreadable {
            open = open.or_else(|| Some(undecided(past, "its record cannot be read")));
        } else if past.succeeded() && past.names(trail.arn(), partition) {
            match past.event.event_name.as_str() {
                "StopLogging" => stopped = true,
                "StartLogging" if stopped => {
                    stopped = false;
                    cycles += 1;
                }
                _ => continue,
            }
            proof.push(past.cite());
        }
    }
    let expected = "one cycle of stopping and starting at most";
    let observed = format!("{cycles} cycles from {}", look.describe());
    if cycles >= 2 {
        return Ok(fail(format!("it was stopped and started {cycles} times"))
            .reason(Reason::FLAPPING)
            .observed(observed)
            .expected(expected)
            .cite(proof)
            .cite(look.cite()));
    }
    let gaps = look.gaps.iter().cloned().chain(open);
    find(gaps.map(Err::<(), _>), |()| Ok(false))?;
    Ok(pass(format!("it was stopped and started {cycles} times"))
        .observed(observed)
        .expected(expected)
        .cite(proof)
        .cite(look.cite()))
}

#[cfg(test)]
#[test]
fn two_cycles_are_a_habit() {
    use serde_json::json;
    use trailproof_core::fixture::*;
    let cycles = |world: World, count: i64| {
        (1..=count).fold(world, |world, day| {
            let at = |minutes, name| call(day * 1440 - minutes, name, json!({"name": "audit"}));
            world
                .called((MEMBER, "us-east-1"), at(0, "StopLogging"))
                .called((MEMBER, "us-east-1"), at(20, "StartLogging"))
        })
    };
    let own = || organization().with(trail("audit"));
    let _ = expect(&CHECK)
        .in_account(MEMBER)
        .passes(cycles(own(), 1))
        .fails("flapping", cycles(own(), 2))
        .is_unknown(Cause::AccessDenied, own().deny(Fact::TrailHistory))
        .in_account(MANAGEMENT)
        .is_unknown(
            Cause::AccessDenied,
            organization()
                .with(trail("org").for_organization())
                .deny(Fact::DelegatedAdministrators),
        )
        .is_unknown(
            Cause::CrossAccountUnreadable,
            organization().with(trail("org").for_organization()).deny(Fact::Organization),
        );
}
