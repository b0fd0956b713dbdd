//! A narrower selector, or an event data store that no longer takes events in, blinds the record without stopping it.

use crate::event_filters;
use trailproof_core::monitoring::Limits;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "log-metric-filter-trail-tampering-extended",
    title: "Somebody is told of every change of what is recorded",
    group: Group::Monitoring,
    severity: Severity::High,
    weight: 1,
    rationale: "A narrower selector, or an event data store that no longer takes events in, blinds the record without stopping it.",
    remediation: event_filters::REMEDIATION,
    japanese: Japanese {
        title: "記録対象のあらゆる変更が担当者に通知される",
        rationale: "縮小されたセレクターや取り込みを停止したイベントデータストアは、記録を停止することなく死角を生む。",
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
    event_filters::judge(account, "trail-tampering-extended", limits)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::event_filters::tests::holds;
    use trailproof_core::monitoring::EventSet;

    #[test]
    fn somebody_is_told_or_a_link_is_broken() {
        let names = EventSet::named("trail-tampering-extended").unwrap().names();
        let tests: Vec<String> =
            names.iter().map(|name| format!("($.eventName = {name})")).collect();
        let rule = serde_json::json!({ "detail": { "eventName": names } });
        holds(&CHECK, &format!("{{ {} }}", tests.join(" || ")), &rule.to_string());
    }
}
