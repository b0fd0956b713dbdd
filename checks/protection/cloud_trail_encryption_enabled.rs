//! A key of one's own is a second lock: reading the logs then needs two permissions.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloud-trail-encryption-enabled",
    title: "Log files are encrypted with a KMS key",
    group: Group::Protection,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Without a KMS key whoever can read the bucket can read the logs; the bucket's own default \
                encryption is no substitute, since CloudTrail sets the header itself.",
    remediation: Remediation {
        summary: "Let the key's policy admit CloudTrail, then give the trail the key.",
        command: "aws cloudtrail update-trail --name {trail} --kms-key-id {key} --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
    },
    japanese: Japanese {
        title: "ログファイルが KMS キーで暗号化されている",
        rationale: "KMS キーがなければ、バケットを読める者はログを読める。CloudTrail は暗号化ヘッダーを自ら設定するた\
                    め、バケットの既定の暗号化は代わりにならない。",
        remediation: "キーポリシーで CloudTrail を許可した上で、証跡にキーを設定する。",
    },
    controls: &[
        Cis1_4.seen("3.7"),
        Cis3_0.seen("3.5"),
        Cis5_0.seen("3.5"),
        Cis6_0.prowler("4.5"),
        Cis7_0.prowler("4.5"),
        Fsbp.seen("CloudTrail.2"),
        Pci4_0_1.seen("10.3.2"),
        Nist800_53R5.seen("AU-9"),
        Nist800_53R5.seen("CA-9(1)"),
        Nist800_53R5.seen("CM-3(6)"),
        Nist800_53R5.seen("SC-13"),
        Nist800_53R5.seen("SC-28"),
        Nist800_53R5.seen("SC-28(1)"),
        Nist800_53R5.seen("SC-7(10)"),
        Nist800_53R5.seen("SI-7(6)"),
        Soc2.stave("CC6.7"),
        Iso27001_2022.prowler("A.8.24"),
        Hipaa164.prowler("164.312(a)(2)(iv)"),
        Hipaa164.prowler("164.312(e)(2)(ii)"),
    ],
    reads: &[Fact::Trails],
    judge: Judge::Trail(judge),
};

pub const AS_CODE: AsCode = crate::code::TRAIL_KEY;

fn judge(trail: &Trail, _: &Audit<'_>) -> Observed<Verdict> {
    let verdict = match trail.key() {
        Some(key) => pass("encrypted with a KMS key").observed(format!("KmsKeyId={key}")),
        None => fail("not encrypted with a KMS key")
            .reason(Reason::NO_KEY)
            .observed("KmsKeyId is absent"),
    };
    Ok(verdict
        .expected("KmsKeyId is set")
        .cite([trail.cite("KmsKeyId", trail.description.value.kms_key_id.as_deref())]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn the_trails_own_field_decides() {
        let with = |key: Option<&str>| {
            organization()
                .with(trail("audit").but(|t| t.description.kms_key_id = key.map(str::to_owned)))
        };
        let _ = expect(&CHECK)
            .passes(with(Some(KEY)))
            .passes(with(Some("alias/trail"))) // edge 54
            .fails("no_key", with(None)) // edge 53
            .fails("no_key", with(Some("")))
            .is_unknown(Cause::AccessDenied, with(None).deny(Fact::Trails))
            .in_account(MEMBER)
            .does_not_apply(
                "judged_at_owner",
                organization().with(trail("org").for_organization()),
            );
    }
}
