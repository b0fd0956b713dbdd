//! A disabled or doomed key stops delivery today or makes every past log unreadable tomorrow.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-kms-key-usable",
    title: "Every key that a trail or an event data store encrypts with is usable",
    group: Group::Protection,
    severity: Severity::Critical,
    weight: Severity::Critical.weight(),
    rationale: "CloudTrail cannot deliver with a key that is disabled, and once the key is deleted no log that \
                it encrypted can ever be read again: one call is enough to destroy years of evidence.",
    remediation: Remediation {
        summary: "Cancel the key's deletion and enable it, or mend the policy that refuses CloudTrail.",
        command: "aws kms cancel-key-deletion --key-id {key} && aws kms enable-key --key-id {key}",
        link: "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
    },
    japanese: Japanese {
        title: "証跡またはイベントデータストアを暗号化するすべてのキーが使用可能である",
        rationale: "無効なキーでは CloudTrail は配信できない。キーが削除されれば、それで暗号化されたログは二度と読め\
                    ない。1 回の呼び出しで何年分もの監査証拠を破壊できる。",
        remediation: "キーの削除予約を取り消して有効化するか、CloudTrail を拒否しているポリシーを修正する。",
    },
    controls: &[
        Fsbp.related("KMS.3"),
        Pci4_0_1.related("10.7.2"),
        Pci4_0_1.prowler("3.6.1"),
        Nist800_53R5.related("AU-5"),
        Nist800_53R5.related("SC-12"),
        Soc2.related("A1.2"),
        Iso27001_2022.prowler("A.8.24"),
        Hipaa164.related("164.312(a)(2)(iv)"),
    ],
    reads: &[
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventDataStores,
        Fact::EventDataStore,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::Key,
    ],
    judge: Judge::Key(judge),
};

fn judge(key: &Key, _: &Audit<'_>) -> Observed<Verdict> {
    let usability = key.usability()?;
    let verdict = match usability.fault {
        Some((code, sentence)) => fail(sentence).reason(code),
        None => {
            pass("the key is enabled, in the bucket's region, and deliveries do not fail for it")
        }
    };
    Ok(verdict
        .observed(usability.observed)
        .expected("an enabled symmetric encryption key in the bucket's region")
        .cite(usability.evidence))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::KeyMetadata;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn key(change: impl FnOnce(&mut KeyMetadata)) -> World {
        organization().with(trail("audit")).key(change)
    }

    fn state(state: &str) -> World {
        key(|key| key.key_state = Some(state.into()))
    }

    fn error(text: &str) -> TrailSetup {
        trail("audit").but(|t| t.status.latest_delivery_error = Some(text.into()))
    }

    #[test]
    fn a_key_must_be_enabled_of_the_right_kind_and_in_the_buckets_region() {
        let days = |days: i64| organization().now + jiff::SignedDuration::from_hours(days * 24);
        let imported = |days_left: i64| {
            key(|key| {
                key.origin = Some("EXTERNAL".into());
                key.valid_to = Some(days(days_left));
            })
        };
        let elsewhere = organization().with(trail("audit")).with_bucket(
            bucket("logs").owner(ARCHIVE).but(|b| {
                b.region = "eu-west-1".parse().unwrap();
            }),
        );
        let _ = expect(&CHECK)
            .passes(organization().with(trail("audit")))
            .passes(state("Updating")) // edge 63b
            .fails("key_disabled", state("Disabled")) // edge 56
            .fails(
                "key_pending_deletion",
                key(|key| {
                    // edge 59
                    key.key_state = Some("PendingDeletion".into());
                    key.deletion_date = Some(days(6));
                }),
            )
            .fails("key_material_missing", state("PendingImport")) // edge 60
            .fails("key_pending_deletion", state("PendingReplicaDeletion"))
            .fails("key_store_unavailable", state("Unavailable"))
            .fails(
                "key_not_found",
                organization().with(trail("audit").but(|t| {
                    t.description.kms_key_id = Some("alias/gone".into()); // edge 55
                })),
            )
            .fails("wrong_region", elsewhere) // edge 64
            .fails("wrong_spec", key(|key| key.key_spec = Some("RSA_2048".into())))
            .fails("wrong_usage", key(|key| key.key_usage = Some("SIGN_VERIFY".into())))
            .fails("material_expires", imported(29))
            .passes(imported(31))
            .is_unknown(Cause::Undecidable, state("Creating")) // edge 63b
            .is_unknown(Cause::Undecidable, state("Hibernating"))
            .is_unknown(
                Cause::AccessDenied,
                organization()
                    .with(trail("audit"))
                    .with_bucket(bucket("logs").but(|b| b.owner = None))
                    .deny(Fact::BucketHead)
                    .deny(Fact::Key),
            );
    }

    #[test]
    fn a_delivery_error_that_names_kms_outweighs_a_denied_key() {
        let foreign = "arn:aws:kms:us-east-1:444444444444:key/aaaaaaaa-2222-3333-4444-555555555555";
        let with = |setup: TrailSetup| {
            organization().with(setup.but(|t| t.description.kms_key_id = Some(foreign.into())))
        };
        let unlisted = |world: World| world.with_bucket(bucket("logs").but(|b| b.owner = None));
        let _ = expect(&CHECK)
            .is_unknown(Cause::AccessDenied, with(trail("audit"))) // edge 57
            .fails("delivery_error", with(error("KMS.AccessDeniedException"))) // edge 58
            .fails("delivery_error", organization().with(error("KMS.NotFoundException")))
            .passes(organization().with(error("AccessDenied")))
            .passes(unlisted(organization().with(trail("audit"))))
            .is_unknown(
                Cause::CrossAccountUnreadable,
                unlisted(organization().with(trail("audit"))).deny(Fact::BucketHead),
            )
            .is_unknown(
                Cause::AccessDenied,
                organization().with(trail("audit")).deny(Fact::TrailStatus),
            );
    }

    #[test]
    fn an_event_data_stores_key_counts_too() {
        let lake = || organization().with_store(store("lake"));
        let disabled = lake().key(|key| key.key_state = Some("Disabled".into()));
        let _ = expect(&CHECK)
            .passes(lake())
            .fails("key_disabled", disabled)
            .is_unknown(Cause::AccessDenied, lake().deny(Fact::EventDataStore))
            .is_unknown(Cause::AccessDenied, lake().deny(Fact::EventDataStores))
            .is_unknown(
                Cause::AccessDenied,
                organization().with(trail("audit")).deny(Fact::TrailStatus),
            )
            .is_unknown(
                Cause::CrossAccountUnreadable,
                organization()
                    .with(trail("audit"))
                    .with_bucket(bucket("logs").but(|b| b.owner = None))
                    .deny(Fact::BucketHead),
            );
    }

    #[test]
    fn an_alias_is_followed_in_the_trail_owners_account() {
        // Edge 54.
        let alias = organization()
            .with(trail("audit").but(|t| t.description.kms_key_id = Some("alias/trail".into())))
            .but(|w| {
                let metadata = w.keys.values().next().unwrap().clone();
                w.keys.insert("alias/trail".into(), metadata);
            });
        let demand = trailproof_core::plan::Demand::of(&[&CHECK]);
        let found = judge_all(&alias, &[&CHECK], &demand, &Default::default());
        assert_eq!(found[0].status.code(), "pass", "{}", found[0].message);
        assert_eq!(found[0].resource, format!("arn:aws:kms:us-east-1:{MEMBER}:alias/trail"));
    }
}
