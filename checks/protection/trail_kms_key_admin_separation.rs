//! Whoever can disable the key can stop the trail, and whoever can decrypt with it reads it.

use trailproof_core::prelude::*;
use trailproof_core::resource_policy::{KeyPolicy, Realm, controllers};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-kms-key-admin-separation",
    title: "The trail's key is out of reach of those whom it records",
    group: Group::Protection,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "An administrator of the key disables it and deliveries stop, deletes it and all past logs are \
                unreadable, without any right on the trail or the bucket.",
    remediation: Remediation {
        summary: "Keep the key in the log archive or security account, and give nobody outside the organization \
                  rights on it.",
        command: "aws kms put-key-policy --key-id {key} --policy-name default --policy file://policy.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
    },
    japanese: Japanese {
        title: "証跡のキーが、記録対象となる者の手の届かない場所にある",
        rationale: "キーの管理者は、証跡にもバケットにも権限がなくとも、キーの無効化により配信を停止させ、キーの削除\
                    により過去のログをすべて読めなくできる。",
        remediation: "キーをログアーカイブまたはセキュリティ担当のアカウントに置き、組織外の者に権限を与えない。",
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
        Fact::Organization,
        Fact::Accounts,
        Fact::Trails,
        Fact::EventDataStores,
        Fact::EventDataStore,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::Key,
        Fact::KeyPolicy,
    ],
    judge: Judge::Key(judge),
};

/// Whether the key's account is one of those that are to hold it; none where the user named no such accounts.
fn is_separate(key: &Key, audit: &Audit<'_>) -> Observed<Option<bool>> {
    let policy = audit.policy;
    let account = key.target.account;
    let (archives, security) = (&policy.log_archive_account_ids, &policy.security_account_ids);
    if archives.is_empty() && security.is_empty() {
        return Ok(None);
    }
    if archives.contains(&account) || security.contains(&account) {
        return Ok(Some(true));
    }
    Ok(Some(audit.organization.management()? == Some(account)))
}

fn judge(key: &Key, audit: &Audit<'_>) -> Observed<Verdict> {
    let expected =
        "a key of the log archive, security or management account, and no outsider's right on it";
    let owner = key.target.account;
    let policy = audit.organization.key_policy(key);
    match &policy {
        Ok(KeyPolicy::NoKey(proof)) => {
            return Ok(not_applicable("there is no such key")
                .reason(Reason::KEY_NOT_FOUND)
                .cite([proof.clone()]));
        }
        // Which key it is comes before where it lies.
        Err(gap) if key.target.guessed => return Err(gap.clone()),
        _ => {}
    }
    // And so does that there is such a key.
    key.metadata()?;
    let separate = is_separate(key, audit);
    if separate == Ok(Some(false)) {
        let message = format!(
            "it lies in {owner}, which is neither the log archive, security nor management"
        );
        return Ok(fail(message).reason(Reason::NOT_SEPARATED).expected(expected));
    }
    let proof = match policy? {
        KeyPolicy::Read(read) => {
            let realm = Realm::of(audit.organization, audit.policy);
            let found = read.policy.as_ref().map(|policy| controllers(policy, &realm));
            let found = found.transpose().map_err(|gap| read.locate(gap))?.flatten();
            if let Some(grant) = found {
                let message =
                    format!("{} gives {} {}", grant.statement, grant.principal, grant.what);
                return Ok(fail(message)
                    .reason(Reason::EXTERNAL_PRINCIPAL)
                    .expected(expected)
                    .cite([read.cite(&grant.statement)]));
            }
            read.cite_all()
        }
        KeyPolicy::Aws(proof) | KeyPolicy::NoKey(proof) => proof,
    };
    let message = match separate? {
        Some(_) => format!("it lies in {owner}, and nobody outside has rights on it"),
        None => "nobody outside has rights on it; no accounts are named that are to hold it".into(),
    };
    Ok(pass(message).expected(expected).cite([proof]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn with(principal: Value, action: &str) -> World {
        organization().with(trail("audit")).key_statement("Account", |statement| {
            statement["Principal"] = principal;
            statement["Action"] = json!(action);
        })
    }

    /// A key that is an alias in the region of a bucket which nobody of the run owns.
    fn by_alias() -> World {
        let foreign = bucket("logs").but(|b| b.owner = None);
        let aliased = trail("audit").but(|t| t.description.kms_key_id = Some("alias/trail".into()));
        organization().with(aliased).with_bucket(foreign).but(|world| {
            let metadata = world.keys.values().next().unwrap().clone();
            world.keys.insert("alias/trail".into(), metadata);
        })
    }

    #[test]
    fn the_key_is_kept_apart_and_from_strangers() {
        let plain = || organization().with(trail("audit"));
        let stranger = || json!({ "AWS": "123123123123" });
        let _ = expect(&CHECK)
            .passes(plain())
            .fails("external_principal", with(json!("*"), "kms:Decrypt"))
            .fails("external_principal", with(stranger(), "kms:*"))
            .passes(by_alias())
            .passes(organization().with_store(store("lake")))
            .passes(with(stranger(), "kms:Encrypt"))
            .is_unknown(Cause::AccessDenied, with(stranger(), "kms:*").deny(Fact::Accounts))
            .is_unknown(Cause::AccessDenied, plain().deny(Fact::KeyPolicy))
            .is_unknown(Cause::Undecidable, with(json!({ "CanonicalUser": "79a5" }), "kms:*"))
            .does_not_apply("key_not_found", plain().but(|world| world.keys.clear()))
            .policy(|policy| {
                policy.log_archive_account_ids.insert(id(ARCHIVE));
            })
            .passes(plain())
            .policy(|policy| {
                policy.security_account_ids.insert(id(MEMBER));
            })
            .fails("not_separated", plain())
            .fails("not_separated", plain().deny(Fact::KeyPolicy))
            .is_unknown(Cause::AccessDenied, plain().deny(Fact::Organization));
    }
}
