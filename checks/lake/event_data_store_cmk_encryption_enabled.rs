//! A store under AWS's own key can be read by whoever may query it; a customer's key is a second lock.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "event-data-store-cmk-encryption-enabled",
    title: "Every event data store encrypts with a customer managed key",
    group: Group::Lake,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "The policy of AWS's own key cannot be narrowed and its use is not recorded for the account.",
    remediation: Remediation {
        summary: "A store that has no key can be given one; the key of a store that has one can never be changed or \
                  removed.",
        command: "aws cloudtrail update-event-data-store --event-data-store ARN --kms-key-id KEY --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
    },
    japanese: Japanese {
        title: "すべてのイベントデータストアがカスタマーマネージドキーで暗号化されている",
        rationale: "AWS 所有のキーはポリシーを限定できず、その使用もアカウントに記録されない。",
        remediation: "キーのないイベントデータストアにはキーを設定できる。設定済みのキーは変更も削除もできない。",
    },
    controls: &[
        Fsbp.seen("CloudTrail.10"),
        Nist800_53R5.recalled("AU-9"),
        Nist800_53R5.recalled("CA-9(1)"),
        Nist800_53R5.recalled("CM-3(6)"),
        Nist800_53R5.recalled("SC-7(10)"),
        Nist800_53R5.recalled("SC-12(2)"),
        Nist800_53R5.recalled("SC-13"),
        Nist800_53R5.recalled("SC-28(1)"),
        Soc2.stave("CC6.1"),
        Iso27001_2022.related("A.8.24"),
        Hipaa164.related("164.312(a)(2)(iv)"),
    ],
    reads: &[Fact::EventDataStores, Fact::EventDataStore, Fact::Key],
    judge: Judge::Store(judge),
};

fn judge(store: &Store, audit: &Audit<'_>) -> Observed<Verdict> {
    let (described, source) = store.described()?;
    let Some(id) = store.key() else {
        return Ok(fail("no customer's key")
            .reason(Reason::NO_KEY)
            .observed("KmsKeyId is absent")
            .expected("a customer managed key")
            .cite([source.cite("KmsKeyId", described.kms_key_id.as_deref())]));
    };
    let cited = source.cite("KmsKeyId", id);
    let accepted = &audit.policy.event_data_store_key_arns;
    if !accepted.is_empty() && !accepted.contains(id) {
        return Ok(fail(format!("the key {id} is none of those that are accepted"))
            .reason(Reason::UNEXPECTED_KEY)
            .observed(format!("KmsKeyId={id}"))
            .expected(format!("one of {} accepted keys", accepted.len()))
            .cite([cited]));
    }
    let gap = |cause, detail: String| Gap {
        account: Some(store.owner),
        region: Some(store.region.clone()),
        ..Gap::new(Fact::Key, cause, detail)
    };
    let key = audit.organization.key_of_store(store);
    let read = key
        .ok_or_else(|| gap(Cause::NotAttempted, format!("{id} was not asked for")))?
        .metadata()?;
    let Some(metadata) = &read.value else {
        return Ok(not_applicable(format!("the key {id} does not exist"))
            .reason(Reason::KEY_NOT_FOUND)
            .cite([cited, read.source.cite("error", "NotFoundException")]));
    };
    let manager = metadata.key_manager.as_deref();
    let verdict = match manager {
        Some("CUSTOMER") => pass("a customer managed key"),
        Some(other) => fail(format!("the key is managed by {other}")).reason(Reason::AWS_MANAGED),
        None => {
            let detail = format!("DescribeKey left out KeyManager of {id}");
            return Err(gap(Cause::Undecidable, detail));
        }
    };
    Ok(verdict
        .observed(format!("KmsKeyId={id}, KeyManager={}", manager.unwrap_or("absent")))
        .expected("a customer managed key")
        .cite([cited, read.source.cite("KeyManager", manager)]))
}

#[cfg(test)]
#[test]
fn the_key_is_the_customers() {
    use trailproof_core::fixture::*;
    let keyed = |key: Option<&str>| {
        organization()
            .with_store(store("lake").but(|s| s.described.kms_key_id = key.map(str::to_owned)))
    };
    let managed =
        |by: Option<&str>| keyed(Some(KEY)).key(|key| key.key_manager = by.map(str::to_owned));
    let gone = KEY.replace("1111", "2222");
    let _ = expect(&CHECK)
        .passes(keyed(Some(KEY)))
        .fails("no_key", keyed(None)) // edge 156
        .fails("aws_managed", managed(Some("AWS")))
        .does_not_apply("key_not_found", keyed(Some(&gone)))
        .does_not_apply("no_event_data_store", organization()) // edge 154
        .is_unknown(Cause::Undecidable, managed(None))
        .is_unknown(Cause::AccessDenied, keyed(Some(KEY)).deny(Fact::Key))
        .is_unknown(Cause::AccessDenied, keyed(Some(KEY)).deny(Fact::EventDataStore))
        .is_unknown(Cause::AccessDenied, keyed(Some(KEY)).deny(Fact::EventDataStores))
        .policy(|policy| policy.event_data_store_key_arns = [gone.clone()].into())
        .fails("unexpected_key", keyed(Some(KEY)))
        .policy(|policy| policy.event_data_store_key_arns = [KEY.to_owned()].into())
        .passes(keyed(Some(KEY)));
}
