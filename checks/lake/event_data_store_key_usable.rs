//! A disabled key ends what a store takes in, and what can be asked of it.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "event-data-store-key-usable",
    title: "The key of every event data store is usable",
    group: Group::Lake,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "With its key disabled a store neither takes in events nor answers queries; with the key deleted all that \
                it holds is lost.",
    remediation: Remediation {
        summary: "Cancel the key's deletion and enable it.",
        command: "aws kms cancel-key-deletion --key-id KEY && aws kms enable-key --key-id KEY",
        link: "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
    },
    japanese: Japanese {
        title: "すべてのイベントデータストアのキーが使用可能である",
        rationale: "キーが無効なイベントデータストアは、イベントを取り込まず、クエリにも応答しない。キーが削除されれ\
                    ば保持内容はすべて失われる。",
        remediation: "キーの削除予約を取り消し、キーを有効化する。",
    },
    controls: &[],
    reads: &[Fact::EventDataStores, Fact::EventDataStore, Fact::Key],
    judge: Judge::Store(judge),
};

fn judge(store: &Store, audit: &Audit<'_>) -> Observed<Verdict> {
    let (described, source) = store.described()?;
    let cited = source.cite("KmsKeyId", described.kms_key_id.as_deref());
    let Some(id) = store.key() else {
        return Ok(not_applicable("no customer's key").reason(Reason::NO_KEY).cite([cited]));
    };
    let key = audit.organization.key_of_store(store).ok_or_else(|| Gap {
        account: Some(store.owner),
        region: Some(store.region.clone()),
        ..Gap::new(Fact::Key, Cause::NotAttempted, format!("{id} was not asked for"))
    })?;
    let usability = key.usability_of(&store.arn)?;
    let verdict = match usability.fault {
        Some((code, sentence)) => fail(sentence).reason(code),
        None => pass("the key is enabled and lies in the store's region"),
    };
    Ok(verdict
        .observed(usability.observed)
        .expected("an enabled symmetric encryption key in the store's region")
        .cite([cited])
        .cite(usability.evidence))
}

#[cfg(test)]
#[test]
fn the_key_is_enabled() {
    use trailproof_core::fixture::*;
    let lake = || organization().with_store(store("lake"));
    let state = |state: &str| lake().key(|key| key.key_state = Some(state.into()));
    let unkeyed = organization().with_store(store("lake").but(|s| s.described.kms_key_id = None));
    let far =
        organization().with_store(store("lake").but(|s| s.region = "eu-west-1".parse().unwrap()));
    let gone = organization().with_store(
        store("lake").but(|s| s.described.kms_key_id = Some(KEY.replace("1111", "2222"))),
    );
    let _ = expect(&CHECK)
        .passes(lake())
        .fails("key_disabled", state("Disabled"))
        .fails("key_pending_deletion", state("PendingDeletion"))
        .fails("key_not_found", gone)
        .fails("wrong_region", far)
        .does_not_apply("no_key", unkeyed)
        .does_not_apply("no_event_data_store", organization())
        .is_unknown(Cause::AccessDenied, lake().deny(Fact::Key))
        .is_unknown(Cause::AccessDenied, lake().deny(Fact::EventDataStore))
        .is_unknown(Cause::AccessDenied, lake().deny(Fact::EventDataStores));
}
