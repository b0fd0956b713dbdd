//! A policy opens a bucket to the world, a lifecycle rule empties it.

use crate::event_filters;
use trailproof_core::monitoring::Limits;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "log-metric-filter-s3-bucket-policy-changes",
    title: "Somebody is told of every change of a bucket policy",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: 1,
    rationale: "A policy opens a bucket to the world, a lifecycle rule empties it.",
    remediation: event_filters::REMEDIATION,
    japanese: Japanese {
        title: "バケットポリシーのあらゆる変更が担当者に通知される",
        rationale: "ポリシーはバケットを全世界に公開でき、ライフサイクルルールはバケットを空にできる。",
        remediation: event_filters::JAPANESE_REMEDIATION,
    },
    controls: &[
        Cis1_4.prowler("4.8"),
        Cis3_0.prowler("4.8"),
        Cis5_0.prowler("4.8"),
        Cis6_0.prowler("5.8"),
        Cis7_0.prowler("5.8"),
        Fsbp.seen("CloudWatch.8"),
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
    event_filters::judge(account, "s3-bucket-policy-changes", limits)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::event_filters::tests::holds;
    use trailproof_core::monitoring::EventSet;

    #[test]
    fn somebody_is_told_or_a_link_is_broken() {
        let names = EventSet::named("s3-bucket-policy-changes").unwrap().names();
        let tests: Vec<String> =
            names.iter().map(|name| format!("($.eventName = {name})")).collect();
        let rule = serde_json::json!({ "detail": { "eventName": names } });
        holds(&CHECK, &format!("{{ {} }}", tests.join(" || ")), &rule.to_string());
    }
}
