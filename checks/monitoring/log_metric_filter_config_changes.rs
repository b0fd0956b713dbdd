//! Without the recorder nobody can tell what was changed while it was off.

use crate::event_filters;
use trailproof_core::monitoring::Limits;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "log-metric-filter-config-changes",
    title: "Somebody is told of every change of AWS Config",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: 1,
    rationale: "Without the recorder nobody can tell what was changed while it was off.",
    remediation: event_filters::REMEDIATION,
    japanese: Japanese {
        title: "AWS Config のあらゆる変更が担当者に通知される",
        rationale: "レコーダーが停止していた間の変更は、誰にも分からない。",
        remediation: event_filters::JAPANESE_REMEDIATION,
    },
    controls: &[
        Cis1_4.prowler("4.9"),
        Cis3_0.prowler("4.9"),
        Cis5_0.prowler("4.9"),
        Cis6_0.prowler("5.9"),
        Cis7_0.prowler("5.9"),
        Fsbp.seen("CloudWatch.9"),
        Pci4_0_1.related("10.4.1"),
        Pci4_0_1.related("10.7"),
        Nist800_53R5.stave("SI-4"),
        Nist800_53R5.stave("AU-6"),
        Soc2.stave("CC7.2"),
        Soc2.stave("CC7.3"),
        Iso27001_2022.prowler("A.8.15"),
        Iso27001_2022.prowler("A.8.16"),
    ],
    reads: event_filters::READS,
    judge: Judge::Account(judge),
};

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let limits = Limits {
        accept_eventbridge: audit.policy.accept_eventbridge,
        alarm_max_period_s: audit.policy.alarm_max_period_s,
        cwl_stale_hours: audit.policy.cwl_stale_hours,
    };
    event_filters::judge(account, "config-changes", limits)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::event_filters::tests::holds;
    use trailproof_core::monitoring::EventSet;

    #[test]
    fn somebody_is_told_or_a_link_is_broken() {
        let names = EventSet::named("config-changes").unwrap().names();
        let tests: Vec<String> =
            names.iter().map(|name| format!("($.eventName = {name})")).collect();
        let rule = serde_json::json!({ "detail": { "eventName": names } });
        holds(&CHECK, &format!("{{ {} }}", tests.join(" || ")), &rule.to_string());
    }
}
