//! Key material that never changes opens, once leaked, everything from the first day on.

use trailproof_core::answer::KeyRotation;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cmk-backing-key-rotation-enabled",
    title: "Every key that logs are encrypted with is rotated at least once a year",
    group: Group::Protection,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Rotation bounds how much one leaked key can open; frameworks ask for it once a year.",
    remediation: Remediation {
        summary: "Switch rotation on, of a multi-Region key on its primary.",
        command: "aws kms enable-key-rotation --key-id {key} --rotation-period-in-days 365",
        link: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    },
    japanese: Japanese {
        title: "ログを暗号化するすべてのキーが、少なくとも年 1 回ローテーションされる",
        rationale: "ローテーションは、漏えいしたキー 1 つで復号できる範囲を限定する。各種フレームワークは年 1 回を求\
                    めている。",
        remediation: "ローテーションを有効にする。マルチリージョンキーではプライマリキーで有効にする。",
    },
    controls: &[
        Cis1_4.seen("3.8"),
        Cis3_0.seen("3.6"),
        Cis5_0.seen("3.6"),
        Cis6_0.prowler("4.6"),
        Cis7_0.prowler("4.6"),
        Fsbp.seen("KMS.4"),
        Pci4_0_1.seen("3.7.4"),
        Nist800_53R5.seen("SC-12"),
        Nist800_53R5.seen("SC-12(2)"),
        Nist800_53R5.seen("SC-28(3)"),
        Soc2.prowler("PI1.5"),
        Iso27001_2022.prowler("A.8.24"),
        Hipaa164.prowler("164.312(a)(2)(iv)"),
    ],
    reads: &[
        Fact::Trails,
        Fact::LogGroup,
        Fact::EventDataStores,
        Fact::EventDataStore,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketEncryption,
        Fact::Key,
        Fact::KeyRotation,
    ],
    judge: Judge::AnyKey(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_kms_key" "logs" {
  # …
  enable_key_rotation     = true
  rotation_period_in_days = 365
}"#,
    r#"LogKey:
  Type: AWS::KMS::Key
  Properties:
    # …
    EnableKeyRotation: true
    RotationPeriodInDays: 365"#,
);

fn judge(key: &Key, audit: &Audit<'_>) -> Observed<Verdict> {
    let read = key.metadata()?;
    let Some(metadata) = &read.value else {
        return Ok(not_applicable("there is no such key")
            .reason(Reason::KEY_NOT_FOUND)
            .cite([read.source.cite("error", "NotFoundException")]));
    };
    let cited = |field: &str, value: &Option<String>| read.source.cite(field, value.as_deref());
    if metadata.key_manager.as_deref() == Some("AWS") {
        return Ok(not_applicable("AWS rotates its own keys every year")
            .reason(Reason::AWS_MANAGED)
            .cite([cited("KeyManager", &metadata.key_manager)]));
    }
    if !metadata.rotates() {
        return Ok(not_applicable("AWS cannot rotate a key of this kind or in this state")
            .reason(Reason::ROTATION_NOT_SUPPORTED)
            .cite([
                cited("Origin", &metadata.origin),
                cited("KeySpec", &metadata.key_spec),
                cited("KeyUsage", &metadata.key_usage),
                cited("KeyState", &metadata.key_state),
            ]));
    }
    let (rotation, source) = audit.organization.resource::<KeyRotation>(
        Fact::KeyRotation,
        &metadata.arn,
        key.target.account,
    )?;
    let enabled = rotation.key_rotation_enabled.ok_or_else(|| Gap {
        account: Some(key.target.account),
        region: Some(key.target.region.clone()),
        ..Gap::new(
            Fact::KeyRotation,
            Cause::Undecidable,
            "GetKeyRotationStatus left out KeyRotationEnabled",
        )
    })?;
    let longest = audit.policy.max_rotation_days;
    // Before periods could be chosen all were of a year.
    let days = rotation.rotation_period_in_days.unwrap_or(365);
    let verdict = if !enabled {
        fail("rotation is off").reason(Reason::ROTATION_OFF).observed("KeyRotationEnabled=false")
    } else if i64::from(days) > i64::from(longest) {
        fail(format!("rotated every {days} days, the policy asks for {longest}"))
            .reason(Reason::ROTATION_PERIOD_TOO_LONG)
            .observed(format!("RotationPeriodInDays={days}"))
    } else {
        pass(format!("rotated every {days} days"))
            .observed(format!("KeyRotationEnabled=true, RotationPeriodInDays={days}"))
    };
    Ok(verdict.expected(format!("rotation every {longest} days or more often")).cite([
        source.cite("KeyRotationEnabled", enabled),
        source.cite("RotationPeriodInDays", rotation.rotation_period_in_days),
    ]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::{KeyMetadata, KeyRotation, LogGroup};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    const OTHER: &str =
        "arn:aws:kms:us-east-1:555566667777:key/22222222-2222-3333-4444-555555555555";

    fn with() -> World {
        organization().with(trail("audit"))
    }

    fn rotating(arn: &str, enabled: Option<bool>, days: Option<i32>, world: World) -> World {
        world.but(|world| {
            let rotation =
                KeyRotation { key_rotation_enabled: enabled, rotation_period_in_days: days };
            world.rotations.insert(arn.into(), rotation);
        })
    }

    #[test]
    fn a_key_is_rotated_every_year() {
        let rotation = |enabled, days| rotating(KEY, enabled, days, with());
        let of_kind = |change: fn(&mut KeyMetadata)| with().key(change);
        let replica = of_kind(|key| key.multi_region_key_type = Some("REPLICA".into()));
        let gone = organization()
            .with(trail("audit").but(|t| t.description.kms_key_id = Some("alias/gone".into())));
        let alias = with().but(|world| {
            world.trails[0].description.kms_key_id = Some("alias/trail".into());
            world.keys.insert("alias/trail".into(), key_metadata(OTHER));
        });
        let unlisted = alias.with_bucket(bucket("logs").but(|b| b.owner = None));
        let _ = expect(&CHECK)
            .passes(with())
            .passes(replica) // edge 63
            .passes(rotation(Some(true), None))
            .passes(rotation(Some(true), Some(90)))
            .fails("rotation_off", rotation(Some(false), None))
            .fails("rotation_period_too_long", rotation(Some(true), Some(2560))) // edge 62
            .does_not_apply("aws_managed", of_kind(|key| key.key_manager = Some("AWS".into()))) // edge 61
            .does_not_apply(
                "rotation_not_supported",
                of_kind(|key| key.key_state = Some("PendingDeletion".into())), // edge 59
            )
            .does_not_apply(
                "rotation_not_supported",
                of_kind(|key| key.origin = Some("EXTERNAL".into())), // edge 60
            )
            .does_not_apply(
                "rotation_not_supported",
                of_kind(|key| key.key_spec = Some("RSA_2048".into())),
            )
            .does_not_apply("key_not_found", gone)
            .is_unknown(Cause::Undecidable, rotation(None, None))
            .is_unknown(Cause::AccessDenied, with().deny(Fact::KeyRotation))
            .is_unknown(Cause::AccessDenied, with().deny(Fact::Key))
            .is_unknown(Cause::CrossAccountUnreadable, unlisted)
            .policy(|policy| policy.max_rotation_days = 90)
            .fails("rotation_period_too_long", with());
    }

    #[test]
    fn keys_of_stores_defaults_and_log_groups_count() {
        let off = |world: World| {
            rotating(OTHER, Some(false), None, world)
                .but(|world| drop(world.keys.insert(OTHER.into(), key_metadata(OTHER))))
        };
        let keyed = |setup: StoreSetup| setup.but(|s| s.described.kms_key_id = Some(OTHER.into()));
        let lake = || off(with().with_store(keyed(store("lake"))));
        let default = || {
            off(with().with_bucket(bucket("logs").owner(ARCHIVE).but(|b| {
                b.encryption.kms_master_key_id = Some(OTHER.into());
            })))
        };
        let group = || {
            off(with().but(|world| {
                let arn = world.trails[0].description.cloud_watch_logs_log_group_arn.clone();
                let group = LogGroup { kms_key_id: Some(OTHER.into()), ..LogGroup::default() };
                world.log_groups.insert(arn.unwrap(), group);
            }))
        };
        let _ = expect(&CHECK)
            .fails("rotation_off", lake())
            .fails("rotation_off", default())
            .fails("rotation_off", group())
            .is_unknown(Cause::AccessDenied, lake().deny(Fact::EventDataStore))
            .is_unknown(Cause::AccessDenied, lake().deny(Fact::EventDataStores))
            .is_unknown(Cause::AccessDenied, default().deny(Fact::BucketEncryption))
            .is_unknown(Cause::AccessDenied, group().deny(Fact::LogGroup))
            .is_unknown(Cause::AccessDenied, group().deny(Fact::KeyRotation))
            .is_unknown(Cause::AccessDenied, group().deny(Fact::Key))
            .is_unknown(
                Cause::CrossAccountUnreadable,
                with()
                    .but(|w| w.trails[0].description.kms_key_id = Some("alias/trail".into()))
                    .with_bucket(bucket("logs").but(|b| b.owner = None))
                    .deny(Fact::BucketHead),
            );
    }
}
