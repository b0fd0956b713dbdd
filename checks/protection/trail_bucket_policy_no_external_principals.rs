//! Whom the bucket's policy lets in needs no permission of the log archive's own.

use trailproof_core::prelude::*;
use trailproof_core::resource_policy::{CLOUDTRAIL, Realm, destroyers, outsiders};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-bucket-policy-no-external-principals",
    title: "The log bucket's policy lets no outsider in and nobody destroy logs",
    group: Group::Protection,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "A statement of the bucket's policy is enough for a stranger to read every call of the organization, \
                and for an insider to delete or rewrite what would convict him.",
    remediation: Remediation {
        summary: "Remove statements for accounts outside the organization (or list them as trusted), and rights to \
                  delete, write or reconfigure for anybody but the services that deliver.",
        command: "aws s3api put-bucket-policy --bucket {bucket} --policy file://policy.json",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html",
    },
    japanese: Japanese {
        title: "ログバケットのポリシーが、部外者のアクセスもログの破棄も許可していない",
        rationale: "バケットポリシーのステートメント 1 つで、部外者は組織のすべての呼び出しを読め、内部者は自らに不利\
                    な記録を削除または改変できる。",
        remediation: "組織外のアカウントに対するステートメントを除く（または信頼されたアカウントとして記載する）。配\
                      信を行うサービス以外から、削除、書き込み、設定変更の権限を除く。",
    },
    controls: &[
        Cis7_0.related("2.21"),
        Fsbp.seen("S3.6"),
        Pci4_0_1.related("10.3.1"),
        Nist800_53R5.seen("CA-9(1)"),
        Nist800_53R5.seen("CM-2"),
        Soc2.related("CC6.1"),
        Iso27001_2022.related("A.5.15"),
        Hipaa164.related("164.312(a)(1)"),
    ],
    reads: &[
        Fact::Organization,
        Fact::Accounts,
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketPolicy,
    ],
    judge: Judge::Bucket(judge),
};

/// S3 delivers its own access logs under this name.
const ACCESS_LOGS: &str = "logging.s3.amazonaws.com";

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let read = bucket.resource_policy()?;
    let Some(policy) = &read.policy else {
        return Ok(pass("the bucket has no policy, which lets nobody in").cite([read.cite_all()]));
    };
    let expected = "no outsider, and no right to delete, write or reconfigure";
    let realm = Realm::of(audit.organization, audit.policy);
    let services = &audit.policy.allowed_log_services;
    let delivers = |name: &str| {
        name == CLOUDTRAIL || name == ACCESS_LOGS || services.iter().any(|one| one.is(name))
    };
    let outsiders = outsiders(policy, &realm).map_err(|gap| read.locate(gap));
    if let Ok(Some(grant)) = &outsiders {
        let message = format!("{} lets {} in ({})", grant.statement, grant.principal, grant.what);
        return Ok(fail(message)
            .reason(Reason::EXTERNAL_PRINCIPAL)
            .expected(expected)
            .cite([read.cite(&grant.statement)]));
    }
    if let Some(grant) = destroyers(policy, &bucket.arn(), &realm, &delivers) {
        let message = format!("{} gives {} {}", grant.statement, grant.principal, grant.what);
        return Ok(fail(message)
            .reason(Reason::DESTRUCTIVE_GRANT)
            .expected(expected)
            .cite([read.cite(&grant.statement)]));
    }
    outsiders?;
    Ok(pass("nobody outside is let in, and nobody inside may destroy by it")
        .expected(expected)
        .cite([read.cite_all()]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn allowing(principal: Value, action: &str, condition: Value) -> World {
        let statement = json!({ "Sid": "Extra", "Effect": "Allow", "Principal": principal,
            "Action": action, "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
            "Condition": condition });
        let logs = bucket("logs").owner(ARCHIVE).with_statement(statement);
        organization().with(trail("audit")).with_bucket(logs)
    }

    #[test]
    fn strangers_stay_out_and_nobody_destroys() {
        let none = || json!({});
        let stranger = || json!({ "AWS": "arn:aws:iam::123123123123:root" });
        let member = || json!({ "AWS": "arn:aws:iam::111122223333:role/admin" });
        let organization_only =
            || json!({ "StringEquals": { "aws:PrincipalOrgID": ORGANIZATION } });
        let _ = expect(&CHECK)
            .passes(organization().with(trail("audit")))
            .passes(allowing(json!("*"), "s3:GetObject", organization_only()))
            .passes(allowing(member(), "s3:GetObject", none()))
            .fails("external_principal", allowing(json!("*"), "s3:GetObject", none()))
            .fails("external_principal", allowing(stranger(), "s3:ListBucket", none()))
            .fails("destructive_grant", allowing(json!("*"), "s3:*", organization_only()))
            .fails("destructive_grant", allowing(member(), "s3:PutLifecycleConfiguration", none()))
            .is_unknown(
                Cause::Undecidable,
                allowing(
                    json!("*"),
                    "s3:GetObject",
                    json!({ "StringEquals": { "aws:SourceVpce": "v" } }),
                ),
            )
            .is_unknown(
                Cause::AccessDenied,
                allowing(stranger(), "s3:GetObject", none()).deny(Fact::Accounts),
            )
            .is_unknown(
                Cause::AccessDenied,
                allowing(json!("*"), "s3:GetObject", organization_only()).deny(Fact::Organization),
            )
            .passes(
                organization().with(trail("audit")).with_bucket(
                    bucket("logs").owner(ARCHIVE).but(|b| b.policy_text.policy = None),
                ),
            )
            .does_not_apply(
                "bucket_missing",
                organization().with(trail("audit")).but(|world| world.buckets.clear()),
            )
            .policy(|policy| {
                policy.trusted_log_accounts.insert(id("123123123123"));
                policy.approved_principals = vec!["arn:aws:iam::*:role/admin".into()];
            })
            .passes(allowing(stranger(), "s3:GetObject", none()))
            .passes(allowing(member(), "s3:*", none()));
    }
}
