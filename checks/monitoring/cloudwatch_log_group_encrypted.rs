//! The copy of the logs in CloudWatch deserves the key that the bucket has.

use trailproof_core::key::{Key, KeyTarget};
use trailproof_core::monitoring::{LogDestination, TrailGroup};
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudwatch-log-group-encrypted",
    title: "Every log group that a trail delivers to is encrypted with a KMS key that works",
    group: Group::Monitoring,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Whoever may read log groups reads the whole trail, where the bucket would ask for a key too.",
    remediation: Remediation {
        summary: "Give the log group a KMS key whose policy lets CloudWatch Logs use it.",
        command: "aws logs associate-kms-key --log-group-name GROUP --kms-key-id {key} --region {region}",
        link: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/encrypt-log-data-kms.html",
    },
    japanese: Japanese {
        title: "証跡の配信先であるすべてのロググループが、使用可能な KMS キーで暗号化されている",
        rationale: "バケットではキーの権限も必要となるのに対し、ロググループを読める者は証跡のすべてを読める。",
        remediation: "CloudWatch Logs による使用をポリシーで許可した KMS キーを、ロググループに設定する。",
    },
    controls: &[
        Pci4_0_1.prowler("10.3.2"),
        Pci4_0_1.prowler("3.5.1"),
        Nist800_53R5.prowler("AU-9(3)"),
        Nist800_53R5.prowler("SC-13"),
        Nist800_53R5.prowler("SC-28(1)"),
        Soc2.prowler("CC7.3"),
        Iso27001_2022.prowler("A.8.24"),
        Hipaa164.prowler("164.312(a)(2)(iv)"),
    ],
    reads: &[Fact::Trails, Fact::LogGroup, Fact::Key],
    judge: Judge::LogGroup(judge),
};

fn judge(group: &TrailGroup, audit: &Audit<'_>) -> Observed<Verdict> {
    let (described, source) = group.destination.described(audit.organization)?;
    let Some(described) = described else {
        return Ok(not_applicable("the log group does not exist")
            .reason(Reason::LOG_GROUP_MISSING)
            .cite([source.cite("logGroups", serde_json::Value::Null)]));
    };
    let expected = "a KMS key that works";
    let key = described.kms_key_id.as_deref().filter(|id| !id.is_empty());
    let cited = source.cite("kmsKeyId", key);
    let Some(id) = key else {
        return Ok(fail("no key of the account's own")
            .reason(Reason::NO_KEY)
            .observed("kmsKeyId is absent")
            .expected(expected)
            .cite([cited]));
    };
    let LogDestination { owner, region, .. } = &group.destination;
    let target = KeyTarget::new(id, *owner, Some(region), region);
    let key = audit.organization.keys().find(|key| key.target == target);
    let usability = key.map(Key::works).unwrap_or_else(|| {
        let detail = format!("{id} was not asked for");
        Err(Gap { account: Some(*owner), ..Gap::new(Fact::Key, Cause::NotAttempted, detail) })
    })?;
    Ok(match usability.fault {
        Some((code, message)) => fail(message).reason(code),
        None => pass(format!("encrypted with {id}")),
    }
    .expected(expected)
    .cite([cited])
    .cite(usability.evidence))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::LogGroup;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn world() -> World {
        organization().with(trail("audit"))
    }

    fn of(change: impl FnOnce(&mut LogGroup)) -> World {
        let mut group = LogGroup {
            retention_in_days: Some(365),
            log_group_class: Some("STANDARD".into()),
            ..LogGroup::default()
        };
        change(&mut group);
        world().but(|world| {
            world.log_groups.insert(GROUP.into(), group);
        })
    }

    fn gone() -> World {
        world().but(|world| {
            world.missing_log_groups.insert(GROUP.into());
        })
    }

    const OTHER: &str =
        "arn:aws:kms:us-east-1:111122223333:key/22222222-2222-3333-4444-555555555555";

    fn keyed(change: impl FnOnce(&mut trailproof_core::answer::KeyMetadata)) -> World {
        of(|group| group.kms_key_id = Some(OTHER.into())).but(|world| {
            let mut key = key_metadata(OTHER);
            change(&mut key);
            world.keys.insert(OTHER.into(), key);
        })
    }

    #[test]
    fn a_key_is_there_and_works() {
        let _ = expect(&CHECK)
            .passes(keyed(|_| {}))
            .fails("no_key", world())
            .fails("key_disabled", keyed(|key| key.key_state = Some("Disabled".into())))
            .does_not_apply("log_group_missing", gone())
            .is_unknown(Cause::AccessDenied, keyed(|_| {}).deny(Fact::Key))
            .is_unknown(Cause::AccessDenied, world().deny(Fact::LogGroup));
    }
}
