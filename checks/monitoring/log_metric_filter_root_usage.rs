//! Nothing binds the root user, and nothing that is in order needs it day by day.

use crate::event_filters;
use trailproof_core::monitoring::Limits;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "log-metric-filter-root-usage",
    title: "Somebody is told of every use of the root user",
    group: Group::Monitoring,
    severity: Severity::High,
    weight: 1,
    rationale: "Nothing binds the root user, and nothing that is in order needs it day by day.",
    remediation: event_filters::REMEDIATION,
    japanese: Japanese {
        title: "ルートユーザーのあらゆる使用が担当者に通知される",
        rationale: "ルートユーザーを制限するものはなく、正常な日常業務で使用する必要もない。",
        remediation: event_filters::JAPANESE_REMEDIATION,
    },
    controls: &[
        Cis1_4.prowler("4.3"),
        Cis3_0.prowler("4.3"),
        Cis5_0.prowler("4.3"),
        Cis6_0.prowler("5.3"),
        Cis7_0.prowler("5.3"),
        Fsbp.seen("CloudWatch.1"),
        Pci4_0_1.related("10.4.1"),
        Pci4_0_1.related("10.7"),
        Nist800_53R5.stave("SI-4"),
        Nist800_53R5.stave("AU-6"),
        Soc2.stave("CC7.2"),
        Soc2.stave("CC7.3"),
        Iso27001_2022.prowler("A.8.15"),
        Iso27001_2022.prowler("A.8.16"),
        Hipaa164.prowler("164.308(a)(6)(i)"),
        Hipaa164.prowler("164.308(a)(6)(ii)"),
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
    event_filters::judge(account, "root-usage", limits)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::event_filters::tests::holds;

    #[test]
    fn somebody_is_told_or_a_link_is_broken() {
        holds(
            &CHECK,
            r#"{ $.userIdentity.type = Root && $.userIdentity.invokedBy NOT EXISTS && $.eventType != AwsServiceEvent }"#,
            r#"{"detail": {"userIdentity": {"type": ["Root"]}}}"#,
        );
    }
}
