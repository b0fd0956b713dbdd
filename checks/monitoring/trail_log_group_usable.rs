//! Metric filters work on standard log groups that are there.

use trailproof_core::monitoring::TrailGroup;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-log-group-usable",
    title: "Every log group that a trail delivers to exists and can have metric filters",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "A trail goes on naming a log group that is gone, and a log group of another class has no metric filters: no alarm ever goes off.",
    remediation: Remediation {
        summary: "Make the log group anew, of the class STANDARD, and protect it from deletion.",
        command: "aws logs create-log-group --log-group-name GROUP --log-group-class STANDARD --region {region}",
        link: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
    },
    japanese: Japanese {
        title: "証跡の配信先であるすべてのロググループが存在し、メトリクスフィルターを設定できる",
        rationale: "証跡は削除されたロググループを指し続け、クラスの異なるロググループにはメトリクスフィルターを設定\
                    できない。いずれの場合もアラームは発生しない。",
        remediation: "ロググループを STANDARD クラスで再作成し、削除保護を設定する。",
    },
    controls: &[],
    reads: &[Fact::Trails, Fact::LogGroup],
    judge: Judge::LogGroup(judge),
};

fn judge(group: &TrailGroup, audit: &Audit<'_>) -> Observed<Verdict> {
    let expected = "a log group of the class STANDARD";
    let (described, source) = group.destination.described(audit.organization)?;
    let Some(described) = described else {
        return Ok(fail(format!("the log group {} does not exist", group.destination.name()))
            .reason(Reason::LOG_GROUP_MISSING)
            .expected(expected)
            .cite([source.cite("logGroups", serde_json::Value::Null)]));
    };
    let class = described.log_group_class.as_deref().unwrap_or("STANDARD");
    let cited = source.cite("logGroupClass", described.log_group_class.as_deref());
    if class != "STANDARD" {
        return Ok(fail(format!(
            "the log group is of the class {class}, which has no metric filters"
        ))
        .reason(Reason::LOG_GROUP_CLASS)
        .observed(format!("logGroupClass={class}"))
        .expected(expected)
        .cite([cited]));
    }
    let guarded = described.deletion_protection_enabled;
    let proof = source.cite("deletionProtectionEnabled", guarded);
    let verdict = if audit.policy.require_log_group_deletion_protection {
        match guarded {
            Some(true) => pass("it is there, standard, and protected from deletion"),
            // A snapshot that was written before it was kept does not tell.
            None => {
                return Err(Gap {
                    account: Some(group.destination.owner),
                    region: Some(group.destination.region.clone()),
                    ..Gap::new(
                        Fact::LogGroup,
                        Cause::Undecidable,
                        "DescribeLogGroups left out deletionProtectionEnabled",
                    )
                });
            }
            Some(false) => {
                fail("anybody who may delete it can").reason(Reason::NO_DELETION_PROTECTION)
            }
        }
    } else {
        pass("it is there and standard")
    };
    Ok(verdict.expected(expected).cite([cited, proof]))
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
    fn a_standard_group_that_is_there() {
        let class = |class: &str| of(|group| group.log_group_class = Some(class.into()));
        let guarded = |guarded| of(|group| group.deletion_protection_enabled = guarded);
        let _ = expect(&CHECK)
            .passes(world())
            .passes(guarded(Some(false)))
            .fails("log_group_missing", gone())
            .fails("log_group_class", class("INFREQUENT_ACCESS"))
            .fails("log_group_class", class("DELIVERY"))
            .is_unknown(Cause::AccessDenied, world().deny(Fact::LogGroup))
            .policy(|policy| policy.require_log_group_deletion_protection = true)
            .passes(guarded(Some(true)))
            .fails("no_deletion_protection", guarded(Some(false)))
            .is_unknown(Cause::Undecidable, guarded(None));
    }
}
