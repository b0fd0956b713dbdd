//! A detector that is switched off finds nothing.

use crate::event_filters;
use trailproof_core::monitoring::Limits;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "log-metric-filter-detection-service-tampering",
    title: "Somebody is told of every end of a detector",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: 1,
    rationale: "A detector that is switched off finds nothing.",
    remediation: event_filters::REMEDIATION,
    japanese: Japanese {
        title: "検知サービスのあらゆる停止が担当者に通知される",
        rationale: "停止された検知サービスは何も検知しない。",
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
    event_filters::judge(account, "detection-service-tampering", limits)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::event_filters::tests::holds;
    use trailproof_core::monitoring::EventSet;

    #[test]
    fn somebody_is_told_or_a_link_is_broken() {
        let names = EventSet::named("detection-service-tampering").unwrap().names();
        let tests: Vec<String> =
            names.iter().map(|name| format!("($.eventName = {name})")).collect();
        let rule = serde_json::json!({ "detail": { "eventName": names } });
        holds(&CHECK, &format!("{{ {} }}", tests.join(" || ")), &rule.to_string());
    }
}
