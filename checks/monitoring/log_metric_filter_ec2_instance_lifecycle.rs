//! Instances that nobody ordered are paid for by their owner.

use crate::event_filters;
use trailproof_core::monitoring::Limits;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "log-metric-filter-ec2-instance-lifecycle",
    title: "Somebody is told of every instance that is started or terminated",
    group: Group::Monitoring,
    severity: Severity::Info,
    weight: 0,
    rationale: "Instances that nobody ordered are paid for by their owner.",
    remediation: event_filters::REMEDIATION,
    japanese: Japanese {
        title: "インスタンスのあらゆる起動および終了が担当者に通知される",
        rationale: "誰も依頼していないインスタンスの費用も、アカウントの所有者が負担する。",
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
    event_filters::judge(account, "ec2-instance-lifecycle", limits)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::event_filters::tests::holds;
    use trailproof_core::monitoring::EventSet;

    #[test]
    fn somebody_is_told_or_a_link_is_broken() {
        let names = EventSet::named("ec2-instance-lifecycle").unwrap().names();
        let tests: Vec<String> =
            names.iter().map(|name| format!("($.eventName = {name})")).collect();
        let rule = serde_json::json!({ "detail": { "eventName": names } });
        holds(&CHECK, &format!("{{ {} }}", tests.join(" || ")), &rule.to_string());
    }
}
