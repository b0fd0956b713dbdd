//! MFA delete asks for the root user's second factor before a version of a log goes.

use trailproof_core::answer::{BucketVersioning, Lifecycle};
use trailproof_core::prelude::*;
use trailproof_core::safeguard::Lock;

/// The check.
pub const CHECK: Check = Check {
    id: "s3-bucket-mfa-delete-enabled",
    title: "The log bucket asks for MFA before versions are deleted",
    group: Group::Protection,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Stolen credentials of the log account delete every version of every log in minutes, unless a \
                device that was not stolen must agree, or a lock or lifecycle rules decide in its stead.",
    remediation: Remediation {
        summary: "As the root user of the bucket's account, with its MFA device, enable MFA delete; a bucket with \
                  lifecycle rules cannot have it, and Object Lock is the stronger answer.",
        command: "aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration \
                  Status=Enabled,MFADelete=Enabled --mfa 'SERIAL CODE'",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html",
    },
    japanese: Japanese {
        title: "ログバケットが、バージョンの削除に MFA を要求する",
        rationale: "盗まれていないデバイスの同意を要するか、ロックまたはライフサイクルルールがこれに代わらない限り、\
                    ログアカウントの認証情報が盗まれると、すべてのログの全バージョンが数分で削除される。",
        remediation: "バケットのアカウントのルートユーザーとして、その MFA デバイスで MFA 削除を有効にする。ライフサ\
                      イクルルールのあるバケットでは使用できず、Object Lock の方が強固である。",
    },
    controls: &[
        Cis1_4.seen("2.1.3"),
        Cis3_0.seen("2.1.2"),
        Cis5_0.seen("2.1.2"),
        Cis6_0.prowler("3.1.2"),
        Cis7_0.prowler("3.1.2"),
        Fsbp.seen("S3.20"),
        Pci4_0_1.prowler("8.4.x"),
        Pci4_0_1.prowler("10.3.2"),
        Nist800_53R5.seen("CA-9(1)"),
        Nist800_53R5.seen("CM-2"),
        Nist800_53R5.seen("CM-2(2)"),
        Nist800_53R5.seen("CM-3"),
        Nist800_53R5.seen("SC-5(2)"),
        Soc2.stave("CC6.1"),
        Iso27001_2022.stave("A.8.15"),
        Hipaa164.stave("164.312(c)(1)"),
    ],
    reads: &[
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketVersioning,
        Fact::BucketObjectLock,
        Fact::BucketLifecycle,
    ],
    judge: Judge::Bucket(judge),
};

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let on = bucket.asks_for_mfa()?;
    let (versioning, source) = bucket.read::<BucketVersioning>(Fact::BucketVersioning)?;
    let mfa = versioning.mfa_delete.as_deref();
    let evidence =
        [source.cite("MFADelete", mfa), source.cite("Status", versioning.status.as_deref())];
    let observed = format!(
        "Status={}, MFADelete={}",
        versioning.status.as_deref().unwrap_or("absent"),
        mfa.unwrap_or("absent")
    );
    let expected = "Status=Enabled, MFADelete=Enabled";
    if on {
        return Ok(pass("MFA delete is on").observed(observed).expected(expected).cite(evidence));
    }
    let ruled =
        bucket.read::<Lifecycle>(Fact::BucketLifecycle).map(|(read, _)| !read.rules.is_empty());
    let locked = bucket.lock(audit.policy).map(|lock| matches!(lock, Lock::Holds { .. }));
    if any([ruled.clone(), locked])? {
        let verdict = if ruled == Ok(true) {
            not_applicable("the bucket has lifecycle rules, which exclude MFA delete")
                .reason(Reason::LIFECYCLE)
                .cite(bucket.cite_retention(None))
        } else {
            not_applicable("Object Lock holds the logs")
                .reason(Reason::LOCKED)
                .cite(bucket.cite_lock())
        };
        return Ok(verdict.expected(expected));
    }
    Ok(fail("MFA delete is off")
        .reason(Reason::MFA_DELETE_OFF)
        .observed(observed)
        .expected(expected)
        .cite(evidence))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::ObjectLock;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn logs(change: impl FnOnce(&mut BucketSetup)) -> World {
        organization().with(trail("audit")).with_bucket(bucket("logs").owner(ARCHIVE).but(change))
    }

    #[test]
    fn rules_and_locks_excuse_it() {
        let bare = |b: &mut BucketSetup| {
            b.lifecycle.rules.clear();
            b.lock = ObjectLock::default();
        };
        let mfa = |status: &'static str| {
            logs(move |b| {
                bare(b);
                b.versioning.status = Some(status.into());
                b.versioning.mfa_delete = Some("Enabled".into());
            })
        };
        let _ = expect(&CHECK)
            .passes(mfa("Enabled")) // edge 91
            .fails("mfa_delete_off", mfa("Suspended"))
            .fails("mfa_delete_off", logs(bare))
            .does_not_apply("lifecycle", logs(|b| b.lock = ObjectLock::default())) // edge 90
            .does_not_apply("locked", logs(|b| b.lifecycle.rules.clear()))
            .does_not_apply("lifecycle", logs(|_| {}).deny(Fact::BucketObjectLock))
            .is_unknown(Cause::AccessDenied, logs(bare).deny(Fact::BucketLifecycle))
            .is_unknown(Cause::AccessDenied, logs(bare).deny(Fact::BucketObjectLock))
            .is_unknown(Cause::AccessDenied, logs(bare).deny(Fact::BucketVersioning));
    }
}
