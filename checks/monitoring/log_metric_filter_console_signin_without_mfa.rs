//! A password alone, once it is known, opens the console.

use crate::event_filters;
use trailproof_core::monitoring::Limits;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "log-metric-filter-console-signin-without-mfa",
    title: "Somebody is told of every console sign-in without MFA",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: 1,
    rationale: "A password alone, once it is known, opens the console.",
    remediation: event_filters::REMEDIATION,
    japanese: Japanese {
        title: "MFA を使用しないあらゆるコンソールサインインが担当者に通知される",
        rationale: "パスワードだけでは、知られた時点でコンソールに侵入される。",
        remediation: event_filters::JAPANESE_REMEDIATION,
    },
    controls: &[
        Cis1_4.prowler("4.2"),
        Cis3_0.prowler("4.2"),
        Cis5_0.prowler("4.2"),
        Cis6_0.prowler("5.2"),
        Cis7_0.prowler("5.2"),
        Fsbp.seen("CloudWatch.3"),
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
    event_filters::judge(account, "console-signin-without-mfa", limits)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::event_filters::tests::holds;

    #[test]
    fn somebody_is_told_or_a_link_is_broken() {
        holds(
            &CHECK,
            r#"{ $.eventName = ConsoleLogin && $.additionalEventData.MFAUsed != Yes }"#,
            r#"{"detail": {"eventName": ["ConsoleLogin"], "additionalEventData": {"MFAUsed": [{"anything-but": "Yes"}]}}}"#,
        );
    }
}
