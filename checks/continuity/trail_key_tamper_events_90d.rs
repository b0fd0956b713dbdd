//! A key that was disabled for an hour stopped every delivery of that hour.

use trailproof_core::history::inquiry::{Words, judge as weigh};
use trailproof_core::history::{objects, probes};
use trailproof_core::prelude::*;
use trailproof_core::resource_policy::Realm;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-key-tamper-events-90d",
    title: "Nobody disabled, opened or scheduled the deletion of a trail's key in the last ninety days",
    group: Group::Continuity,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Without its key a trail delivers nothing and what was delivered cannot be read; a grant to an outsider lets them read it.",
    remediation: Remediation {
        summary: "Enable the key, cancel its deletion or revoke the grant, and ask whoever made the call why.",
        command: "aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey=EventName,AttributeValue=DisableKey",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html",
    },
    japanese: Japanese {
        title: "過去 90 日間に、証跡のキーの無効化、開放、削除予約が行われていない",
        rationale: "キーがなければ証跡は何も配信できず、配信済みのログも読めない。部外者への許可は、その部外者にログ\
                    を読ませる。",
        remediation: "キーの有効化、削除予約の取り消し、または許可の取り消しを行い、呼び出しを行った者に理由を確認す\
                      る。",
    },
    controls: crate::history::CONTINUITY,
    reads: &[
        Fact::Organization,
        Fact::Accounts,
        Fact::Trails,
        Fact::EventDataStores,
        Fact::EventDataStore,
        Fact::BucketList,
        Fact::Key,
        Fact::KeyHistory,
    ],
    judge: Judge::GuardedKey(judge),
};

fn judge(key: &Key, account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let look = account.history(probes::of_key(key), audit.reach(audit.policy.lookback_days));
    let realm = Realm::of(audit.organization, audit.policy);
    let approved = &audit.policy.approved_principals;
    let words = Words {
        reason: Reason::CHANGED,
        none: "call that disables, opens or ends the key",
        failed: false,
    };
    weigh(&look, words, |past| objects::on_key(past, key, &realm, approved))
}

#[cfg(test)]
#[test]
fn what_was_done_to_a_trails_key_is_told() {
    use serde_json::json;
    use trailproof_core::fixture::*;
    let bare = KEY.rsplit('/').next().unwrap();
    let after = |event| organization().with(trail("audit")).called((ARCHIVE, "us-east-1"), event);
    let granted = |to: &str| call(60, "CreateGrant", json!({"keyId": KEY, "granteePrincipal": to}));
    let stranger = "arn:aws:iam::444444444444:role/reader";
    let _ = expect(&CHECK)
        .in_account(ARCHIVE)
        .passes(after(call(60, "DisableKey", json!({"keyId": "other"}))))
        .fails("changed", after(call(60, "DisableKey", json!({ "keyId": KEY }))))
        .fails("changed", after(call(60, "ScheduleKeyDeletion", json!({ "keyId": bare }))))
        .passes(after(granted(&format!("arn:aws:iam::{MEMBER}:role/reader"))))
        .passes(after(granted("rds.amazonaws.com")))
        .fails("changed", after(granted(stranger)))
        .is_unknown(Cause::AccessDenied, after(granted(stranger)).deny(Fact::Accounts))
        .is_unknown(Cause::Undecidable, after(granted("somebody")))
        .passes(organization().with_store(store("lake")))
        .is_unknown(
            Cause::AccessDenied,
            organization().with(trail("audit")).deny(Fact::KeyHistory),
        );
}
