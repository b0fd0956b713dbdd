//! Whoever takes away the bucket, the key, the log group or the alarm need not touch the trail.

use crate::event_filters;
use trailproof_core::monitoring::Limits;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "log-metric-filter-log-destination-tampering",
    title: "Somebody is told of every attack on what the logs go to",
    group: Group::Monitoring,
    severity: Severity::High,
    weight: 1,
    rationale: "Whoever takes away the bucket, the key, the log group or the alarm need not touch the trail.",
    remediation: event_filters::REMEDIATION,
    japanese: Japanese {
        title: "ログの配信先に対するあらゆる攻撃が担当者に通知される",
        rationale: "バケット、キー、ロググループ、アラームのいずれかを失わせる者は、証跡に触れる必要がない。",
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
    event_filters::judge(account, "log-destination-tampering", limits)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::event_filters::tests::holds;
    use trailproof_core::monitoring::EventSet;

    #[test]
    fn somebody_is_told_or_a_link_is_broken() {
        let names = EventSet::named("log-destination-tampering").unwrap().names();
        let tests: Vec<String> =
            names.iter().map(|name| format!("($.eventName = {name})")).collect();
        let rule = serde_json::json!({ "detail": { "eventName": names } });
        holds(&CHECK, &format!("{{ {} }}", tests.join(" || ")), &rule.to_string());
    }
}
