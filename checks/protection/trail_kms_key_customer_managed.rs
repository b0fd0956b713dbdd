//! The policy of a key that AWS manages cannot be narrowed.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-kms-key-customer-managed",
    title: "Every key that a trail or an event data store encrypts with is managed by the customer",
    group: Group::Protection,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Who may decrypt the logs stands in the key's policy, and the policy of AWS's own key cannot be changed.",
    remediation: Remediation {
        summary: "Give the trail a customer managed key whose policy lets CloudTrail encrypt.",
        command: "aws cloudtrail update-trail --name TRAIL --kms-key-id KEY",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
    },
    japanese: Japanese {
        title: "証跡またはイベントデータストアを暗号化するすべてのキーが、顧客により管理されている",
        rationale: "ログを復号できる者はキーポリシーで定まる。AWS 所有のキーのポリシーは変更できない。",
        remediation: "CloudTrail による暗号化をポリシーで許可したカスタマーマネージドキーを証跡に設定する。",
    },
    controls: &[
        Cis3_0.related("3.5"),
        Cis5_0.related("3.5"),
        Pci4_0_1.related("3.6.1"),
        Pci4_0_1.related("3.7.6"),
        Nist800_53R5.related("SC-12"),
        Nist800_53R5.related("AC-6"),
        Nist800_53R5.related("AU-9(4)"),
        Soc2.related("CC6.1"),
        Iso27001_2022.related("A.8.24"),
        Iso27001_2022.related("A.5.3"),
        Hipaa164.related("164.312(a)(1)"),
    ],
    reads: &[
        Fact::Trails,
        Fact::EventDataStores,
        Fact::EventDataStore,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::Key,
    ],
    judge: Judge::Key(judge),
};

pub const AS_CODE: AsCode = crate::code::TRAIL_KEY;

fn judge(key: &Key, _: &Audit<'_>) -> Observed<Verdict> {
    let read = key.metadata()?;
    let Some(metadata) = &read.value else {
        return Ok(not_applicable("there is no such key")
            .reason(Reason::KEY_NOT_FOUND)
            .cite([read.source.cite("error", "NotFoundException")]));
    };
    let manager = metadata.key_manager.as_deref();
    let verdict = match manager {
        Some("CUSTOMER") => pass("the customer manages the key"),
        Some(other) => fail(format!("{other} manages the key")).reason(Reason::AWS_MANAGED),
        None => {
            return Err(Gap {
                account: Some(key.target.account),
                region: Some(key.target.region.clone()),
                ..Gap::new(Fact::Key, Cause::Undecidable, "DescribeKey left out KeyManager")
            });
        }
    };
    Ok(verdict
        .observed(format!("KeyManager={}", manager.unwrap_or("absent")))
        .expected("KeyManager=CUSTOMER")
        .cite([read.source.cite("KeyManager", manager)]))
}

#[cfg(test)]
#[test]
fn the_customer_manages_the_key() {
    use trailproof_core::fixture::*;
    let keyed = |id: &str| {
        organization().with(trail("audit").but(|t| t.description.kms_key_id = Some(id.into())))
    };
    let managed = |by: Option<&str>| keyed(KEY).key(|key| key.key_manager = by.map(str::to_owned));
    let lake = || organization().with_store(store("lake"));
    let alias = keyed("alias/trail")
        .with_bucket(bucket("logs").but(|b| b.owner = None))
        .but(|world| drop(world.keys.insert("alias/trail".into(), key_metadata(KEY))));
    let nearby = keyed("alias/trail")
        .but(|world| drop(world.keys.insert("alias/trail".into(), key_metadata(KEY))));
    let _ = expect(&CHECK)
        .passes(keyed(KEY))
        .passes(lake())
        .passes(nearby.clone())
        .passes(alias.clone())
        .fails("aws_managed", managed(Some("AWS"))) // edge 61
        .fails("aws_managed", lake().key(|key| key.key_manager = Some("AWS".into())))
        .does_not_apply("key_not_found", keyed("alias/gone"))
        .is_unknown(Cause::Undecidable, managed(None))
        .is_unknown(Cause::CrossAccountUnreadable, alias.deny(Fact::BucketHead))
        .is_unknown(Cause::AccessDenied, keyed(KEY).deny(Fact::Key))
        .is_unknown(Cause::AccessDenied, lake().deny(Fact::EventDataStore))
        .is_unknown(Cause::AccessDenied, lake().deny(Fact::EventDataStores));
}
