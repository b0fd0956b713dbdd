//! A lifecycle rule is retention that somebody decided, and cost that somebody meant.

use trailproof_core::answer::{BucketVersioning, Lifecycle};
use trailproof_core::prelude::*;
use trailproof_core::retention::{Keys, reaches};

/// The check.
pub const CHECK: Check = Check {
    id: "s3-lifecycle-policy-check",
    title: "The log bucket has a lifecycle rule for its logs",
    group: Group::Protection,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Without a rule nobody has decided how long evidence is kept, and the cost of keeping it ends in \
                somebody deleting by hand.",
    remediation: Remediation {
        summary: "Add an enabled lifecycle rule that reaches the logs and keeps them as long as you must.",
        command: "aws s3api put-bucket-lifecycle-configuration --bucket {bucket} --lifecycle-configuration \
                  file://lifecycle.json",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-set-lifecycle-configuration-intro.html",
    },
    japanese: Japanese {
        title: "ログバケットに、ログを対象とするライフサイクルルールがある",
        rationale: "ルールがなければ監査証拠の保持期間は決まっておらず、保管費用を理由に、いずれ誰かが手作業で削除す\
                    る。",
        remediation: "ログを対象とし、必要な期間保持する有効なライフサイクルルールを追加する。",
    },
    controls: &[
        Fsbp.seen("S3.13"),
        Pci4_0_1.prowler("10.5.1"),
        Nist800_53R5.seen("CP-10"),
        Nist800_53R5.seen("CP-6(2)"),
        Nist800_53R5.seen("CP-9"),
        Nist800_53R5.seen("SC-5(2)"),
        Nist800_53R5.seen("SI-13(5)"),
        Soc2.stave("A1.2"),
        Iso27001_2022.prowler("A.8.10"),
    ],
    reads: &[
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketVersioning,
        Fact::BucketLifecycle,
    ],
    judge: Judge::Bucket(judge),
};

pub const AS_CODE: AsCode = crate::code::LIFECYCLE;

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let mfa_delete = bucket
        .read::<BucketVersioning>(Fact::BucketVersioning)
        .map(|(versioning, source)| (versioning.mfa_delete.as_deref() == Some("Enabled"), source));
    if let Ok((true, source)) = &mfa_delete {
        return Ok(not_applicable("MFA delete is on, which excludes lifecycle rules")
            .reason(Reason::MFA_DELETE)
            .observed("MFADelete=Enabled")
            .cite([source.cite("MFADelete", "Enabled")]));
    }
    let (lifecycle, source) = bucket.read::<Lifecycle>(Fact::BucketLifecycle)?;
    let ids: Vec<String> = lifecycle
        .rules
        .iter()
        .filter(|rule| bucket.key_spaces.iter().any(|space| reaches(rule, Keys::Under(space))))
        .map(|rule| rule.id.clone().unwrap_or_else(|| "(unnamed)".into()))
        .collect();
    let total = lifecycle.rules.len();
    let spaces: Vec<&str> = bucket.key_spaces.iter().map(String::as_str).collect();
    let expected = format!("an enabled rule that reaches {}", spaces.join(", "));
    if ids.is_empty() {
        // Had MFA delete been on, nothing would apply here.
        mfa_delete?;
        if lifecycle.rules.iter().any(|rule| reaches(rule, Keys::Any)) {
            // A trail that nobody saw may deliver under a prefix that a rule reaches.
            audit.organization.all_trails_complete()?;
        }
        let code = if total == 0 { Reason::NO_RULES } else { Reason::NO_RULE_REACHES_LOGS };
        return Ok(fail(format!("none of {total} lifecycle rules reaches the logs"))
            .reason(code)
            .expected(expected)
            .cite([source.cite("Rules", total)]));
    }
    Ok(pass(format!("reached by {}", ids.join(", ")))
        .observed(format!("enabled rules: {}", ids.join(", ")))
        .expected(expected)
        .cite([source.cite("Rules[].ID", ids)]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::LifecycleRule;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn rules(change: fn(&mut Vec<LifecycleRule>)) -> World {
        organization()
            .with(trail("audit"))
            .with_bucket(bucket("logs").owner(ARCHIVE).but(|b| change(&mut b.lifecycle.rules)))
    }

    fn prefix(rules: &mut [LifecycleRule], prefix: &str) {
        rules[0].prefix = Some(prefix.into());
    }

    #[test]
    fn a_rule_must_be_enabled_and_reach_the_logs() {
        let _ = expect(&CHECK)
            .passes(rules(|_| {}))
            .passes(rules(|rules| prefix(rules, "AWS")))
            .passes(rules(|rules| prefix(rules, "AWSLogs/111122223333/")))
            .fails(
                "no_rule_reaches_logs",
                rules(|rules| prefix(rules, "AWSLogs/111122223333/Config/")),
            )
            .fails("no_rules", rules(Vec::clear))
            .fails("no_rule_reaches_logs", rules(|rules| prefix(rules, "tmp/")))
            .fails("no_rule_reaches_logs", rules(|rules| rules[0].status = "Disabled".into()))
            .fails("no_rule_reaches_logs", rules(|rules| rules[0].has_tag_filter = true))
            .is_unknown(Cause::AccessDenied, rules(|_| {}).deny(Fact::BucketLifecycle))
            .passes(rules(|_| {}).deny(Fact::BucketVersioning))
            .is_unknown(Cause::AccessDenied, rules(Vec::clear).deny(Fact::BucketVersioning))
            .does_not_apply(
                "mfa_delete",
                organization().with(trail("audit")).with_bucket(
                    // edge 91
                    bucket("logs").owner(ARCHIVE).but(|b| {
                        b.versioning.mfa_delete = Some("Enabled".into());
                        b.lifecycle.rules.clear();
                    }),
                ),
            );
    }
}
