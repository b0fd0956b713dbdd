//! What a log group forgets, nobody searches any more.

use trailproof_core::monitoring::TrailGroup;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cw-loggroup-retention-period-check",
    title: "Every log group that a trail delivers to keeps its events long enough",
    group: Group::Monitoring,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Searches over last quarter find nothing, and who looks does not know that they cannot.",
    remediation: Remediation {
        summary: "Let the log group keep its events as long as the policy asks, or for ever.",
        command: "aws logs put-retention-policy --log-group-name GROUP --retention-in-days 365 --region {region}",
        link: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
    },
    japanese: Japanese {
        title: "証跡の配信先であるすべてのロググループが、十分な期間イベントを保持している",
        rationale: "前四半期を検索しても該当がなく、検索した者は、検索できない期間であることに気付かない。",
        remediation: "ロググループの保持期間を、評価方針の求める期間以上または無期限に設定する。",
    },
    controls: &[
        Fsbp.seen("CloudWatch.16"),
        Pci4_0_1.prowler("10.5.1"),
        Nist800_53R5.seen("AU-10"),
        Nist800_53R5.seen("AU-11"),
        Nist800_53R5.seen("AU-6(3)"),
        Nist800_53R5.seen("AU-6(4)"),
        Nist800_53R5.seen("CA-7"),
        Nist800_53R5.seen("SI-12"),
        Soc2.prowler("CC7.2"),
        Iso27001_2022.prowler("A.8.15"),
        Hipaa164.prowler("164.312(b)"),
    ],
    reads: &[Fact::Trails, Fact::LogGroup],
    judge: Judge::LogGroup(judge),
};

fn judge(group: &TrailGroup, audit: &Audit<'_>) -> Observed<Verdict> {
    let (described, source) = group.destination.described(audit.organization)?;
    let Some(described) = described else {
        return Ok(not_applicable("the log group does not exist")
            .reason(Reason::LOG_GROUP_MISSING)
            .cite([source.cite("logGroups", serde_json::Value::Null)]));
    };
    let wanted = audit.policy.log_group_retention_days;
    let days = described.retention_in_days;
    let verdict = match days {
        None => pass("kept for ever").observed("retentionInDays is absent"),
        Some(days) => {
            let seen = format!("retentionInDays={days}");
            if i64::from(days) >= i64::from(wanted) {
                pass(format!("kept for {days} days")).observed(seen)
            } else {
                fail(format!("kept for {days} days, the policy asks for {wanted}"))
                    .reason(Reason::RETENTION_TOO_SHORT)
                    .observed(seen)
            }
        }
    };
    Ok(verdict
        .expected(format!("{wanted} days or more"))
        .cite([source.cite("retentionInDays", days)]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::LogGroup;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn world() -> World {
        organization().with(trail("audit"))
    }

    fn of(change: impl FnOnce(&mut LogGroup)) -> World {
        let mut group = LogGroup {
            retention_in_days: Some(365),
            log_group_class: Some("STANDARD".into()),
            ..LogGroup::default()
        };
        change(&mut group);
        world().but(|world| {
            world.log_groups.insert(GROUP.into(), group);
        })
    }

    fn gone() -> World {
        world().but(|world| {
            world.missing_log_groups.insert(GROUP.into());
        })
    }

    #[test]
    fn events_are_kept_for_a_year() {
        let days = |days| of(|group| group.retention_in_days = days);
        let _ = expect(&CHECK)
            .passes(days(None))
            .passes(days(Some(365)))
            .fails("retention_too_short", days(Some(364)))
            .does_not_apply("log_group_missing", gone())
            .is_unknown(Cause::AccessDenied, world().deny(Fact::LogGroup))
            .policy(|policy| policy.log_group_retention_days = 30)
            .passes(days(Some(30)));
    }
}
