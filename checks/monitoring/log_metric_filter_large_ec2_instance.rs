//! Large instances that nobody ordered cost most.

use crate::event_filters;
use trailproof_core::monitoring::Limits;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "log-metric-filter-large-ec2-instance",
    title: "Somebody is told of every start of a large instance",
    group: Group::Monitoring,
    severity: Severity::Info,
    weight: 0,
    rationale: "Large instances that nobody ordered cost most.",
    remediation: event_filters::REMEDIATION,
    japanese: Japanese {
        title: "大型インスタンスのあらゆる起動が担当者に通知される",
        rationale: "誰も依頼していない大型インスタンスは、最も大きな費用を生む。",
        remediation: event_filters::JAPANESE_REMEDIATION,
    },
    controls: &[],
    reads: event_filters::READS,
    judge: Judge::Account(judge),
};

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let limits = Limits {
        accept_eventbridge: audit.policy.accept_eventbridge,
        alarm_max_period_s: audit.policy.alarm_max_period_s,
        cwl_stale_hours: audit.policy.cwl_stale_hours,
    };
    event_filters::judge(account, "large-ec2-instance", limits)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::event_filters::tests::holds;

    #[test]
    fn somebody_is_told_or_a_link_is_broken() {
        holds(
            &CHECK,
            r#"{ $.eventName = RunInstances }"#,
            r#"{"detail": {"eventName": ["RunInstances"]}}"#,
        );
    }
}
