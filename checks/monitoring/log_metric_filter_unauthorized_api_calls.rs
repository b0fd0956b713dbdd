//! Whoever tries out what a stolen key may do is refused often before anything works.

use crate::event_filters;
use trailproof_core::monitoring::Limits;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "log-metric-filter-unauthorized-api-calls",
    title: "Somebody is told of every refused API call",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: 1,
    rationale: "Whoever tries out what a stolen key may do is refused often before anything works.",
    remediation: event_filters::REMEDIATION,
    japanese: Japanese {
        title: "拒否されたあらゆる API コールが担当者に通知される",
        rationale: "盗んだ認証情報の権限を試す者は、成功する前に何度も拒否される。",
        remediation: event_filters::JAPANESE_REMEDIATION,
    },
    controls: &[
        Cis1_4.prowler("4.1"),
        Cis3_0.prowler("4.1"),
        Cis5_0.prowler("4.1"),
        Cis6_0.prowler("5.1"),
        Cis7_0.prowler("5.1"),
        Fsbp.seen("CloudWatch.2"),
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
    event_filters::judge(account, "unauthorized-api-calls", limits)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::event_filters::tests::holds;

    #[test]
    fn somebody_is_told_or_a_link_is_broken() {
        holds(
            &CHECK,
            r#"{ ($.errorCode = *UnauthorizedOperation) || ($.errorCode = AccessDenied*) }"#,
            r#"{"detail": {"errorCode": [{"suffix": "UnauthorizedOperation"}, {"prefix": "AccessDenied"}]}}"#,
        );
    }
}
