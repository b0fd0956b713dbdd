//! Object Lock is the one protection that a local administrator cannot undo.

use trailproof_core::answer::ObjectLock;
use trailproof_core::policy::LockMode;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "s3-bucket-default-lock-enabled",
    title: "The log bucket has Object Lock",
    group: Group::Protection,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Whoever controls the log account can delete versions, unless the bucket writes once and reads many.",
    remediation: Remediation {
        summary: "Enable Object Lock, which needs versioning and cannot be switched off again, with a default \
                  retention.",
        command: "aws s3api put-object-lock-configuration --bucket {bucket} --object-lock-configuration \
                  'ObjectLockEnabled=Enabled,Rule={DefaultRetention={Mode=COMPLIANCE,Days=365}}'",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html",
    },
    japanese: Japanese {
        title: "ログバケットで Object Lock が有効である",
        rationale: "バケットが WORM（書き込み 1 回、読み取り多数）でなければ、ログアカウントを掌握した者はバージョン\
                    を削除できる。",
        remediation: "既定の保持期間を設定して Object Lock を有効にする。バージョニングが必要であり、有効化後は無効に\
                      できない。",
    },
    controls: &[
        Fsbp.seen("S3.15"),
        Pci4_0_1.seen("10.5.1"),
        Pci4_0_1.prowler("10.3.4"),
        Nist800_53R5.seen("CP-6(2)"),
        Nist800_53R5.related("AU-9"),
        Soc2.prowler("PI1.5"),
        Iso27001_2022.stave("A.8.15"),
        Iso27001_2022.stave("A.8.10"),
        Hipaa164.stave("164.312(c)(1)"),
    ],
    reads: &[Fact::Trails, Fact::BucketList, Fact::BucketHead, Fact::BucketObjectLock],
    judge: Judge::Bucket(judge),
};

pub const AS_CODE: AsCode = crate::code::OBJECT_LOCK;

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let (lock, source) = bucket.read::<ObjectLock>(Fact::BucketObjectLock)?;
    let enabled = lock.object_lock_enabled.as_deref() == Some("Enabled");
    let mode = lock.default_retention.as_ref().and_then(|retention| retention.mode.as_deref());
    let wanted = audit.policy.default_lock_mode.map(LockMode::as_str);
    let verdict = match wanted {
        _ if !enabled => fail("Object Lock is off").reason(Reason::LOCK_OFF),
        Some(wanted) if mode != Some(wanted) => {
            fail(format!("the default retention's mode is {}", mode.unwrap_or("absent")))
                .reason(Reason::OTHER_MODE)
        }
        _ => pass("Object Lock is on"),
    };
    let told = lock.object_lock_enabled.as_deref().unwrap_or("absent");
    Ok(verdict
        .observed(match mode {
            Some(mode) => format!("ObjectLockEnabled={told}, Mode={mode}"),
            None => format!("ObjectLockEnabled={told}"),
        })
        .expected(match wanted {
            Some(wanted) => format!("ObjectLockEnabled=Enabled, Mode={wanted}"),
            None => "ObjectLockEnabled=Enabled".into(),
        })
        .cite([source.cite("ObjectLockEnabled", lock.object_lock_enabled.as_deref())]))
}

#[cfg(test)]
mod tests {
    use super::{CHECK, LockMode};
    use trailproof_core::answer::ObjectLock;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn a_lock_without_a_rule_passes_here_unless_a_mode_is_asked_for() {
        let lock = |change: fn(&mut ObjectLock)| {
            organization()
                .with(trail("audit"))
                .with_bucket(bucket("logs").owner(ARCHIVE).but(|b| change(&mut b.lock)))
        };
        let _ = expect(&CHECK)
            .passes(lock(|_| {}))
            .passes(lock(|lock| lock.default_retention = None)) // edge 85
            .fails("lock_off", lock(|lock| *lock = ObjectLock::default()))
            .is_unknown(Cause::AccessDenied, lock(|_| {}).deny(Fact::BucketObjectLock))
            .policy(|policy| policy.default_lock_mode = Some(LockMode::Governance))
            .fails("other_mode", lock(|_| {}));
    }
}
