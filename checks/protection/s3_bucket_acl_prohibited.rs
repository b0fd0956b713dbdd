//! Grants of an ACL are a second policy that nobody reads.

use trailproof_core::answer::{Acl, Grant, OwnershipControls};
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "s3-bucket-acl-prohibited",
    title: "The log bucket's ACL grants nothing to others",
    group: Group::Protection,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "An ACL gives access that the bucket's policy does not show: an old grant to another account reads \
                or overwrites logs while every policy review finds nothing.",
    remediation: Remediation {
        summary: "Let the bucket's owner own every object, which switches ACLs off.",
        command: "aws s3api put-bucket-ownership-controls --bucket {bucket} --ownership-controls \
                  'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
    },
    japanese: Japanese {
        title: "ログバケットの ACL が他者に何も許可していない",
        rationale: "ACL は、バケットポリシーに現れないアクセスを許可する。他のアカウントへの古い許可により、ポリシー\
                    の点検では見つからないままログが読み取られ、または上書きされる。",
        remediation: "すべてのオブジェクトの所有者をバケット所有者とする。これにより ACL は無効となる。",
    },
    controls: &[
        Fsbp.seen("S3.12"),
        Pci4_0_1.prowler("7.2.1"),
        Nist800_53R5.seen("AC-2(1)"),
        Nist800_53R5.seen("AC-3"),
        Nist800_53R5.seen("AC-3(15)"),
        Nist800_53R5.seen("AC-3(7)"),
        Nist800_53R5.seen("AC-6"),
        Soc2.related("CC6.1"),
        Iso27001_2022.related("A.5.15"),
    ],
    reads: &[
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketAcl,
        Fact::BucketOwnershipControls,
    ],
    judge: Judge::Bucket(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}"#,
    r#"LogBucket:
  Type: AWS::S3::Bucket
  Properties:
    # …
    OwnershipControls:
      Rules:
        - ObjectOwnership: BucketOwnerEnforced"#,
);

/// S3's own group, which writes access logs.
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

fn judge(bucket: &Bucket, _: &Audit<'_>) -> Observed<Verdict> {
    let controls = bucket.read::<OwnershipControls>(Fact::BucketOwnershipControls);
    let enforced = controls
        .clone()
        .map(|(controls, _)| controls.object_ownership.as_deref() == Some("BucketOwnerEnforced"));
    let acl = bucket.read::<Acl>(Fact::BucketAcl);
    let foreign = acl.clone().and_then(|(acl, _)| foreign(acl));
    let safe = any([enforced.clone(), foreign.clone().map(|grants| grants.is_empty())])?;
    let mut evidence = Vec::new();
    if let Ok((controls, source)) = controls {
        evidence.push(source.cite("ObjectOwnership", controls.object_ownership.as_deref()));
    }
    let expected = "ObjectOwnership=BucketOwnerEnforced, or no grant but the owner's";
    if safe {
        let verdict = match enforced {
            Ok(true) => pass("ACLs are off").observed("ObjectOwnership=BucketOwnerEnforced"),
            _ => pass("the ACL grants nothing to others"),
        };
        return Ok(verdict.expected(expected).cite(evidence));
    }
    let grants = foreign?;
    if let Ok((_, source)) = acl {
        evidence.push(source.cite("Grants", grants.clone()));
    }
    let grants = grants.join(", ");
    Ok(fail(format!("the ACL grants {grants}"))
        .reason(Reason::GRANTED)
        .observed(format!("ACL: {grants}"))
        .expected(expected)
        .cite(evidence))
}

/// The grants to others than the owner and S3's log delivery.
fn foreign(acl: &Acl) -> Observed<Vec<String>> {
    let told = |grant: &Grant| {
        let grantee = grant.grantee.rsplit('/').next().unwrap_or_default();
        format!("{} to {grantee}", grant.permission)
    };
    let is_group = |grant: &&Grant| grant.grantee.starts_with("http://");
    let others = acl.grants.iter().filter(|grant| grant.grantee != LOG_DELIVERY);
    let Some(owner) = &acl.owner else {
        let groups: Vec<String> = others.clone().filter(is_group).map(told).collect();
        if groups.is_empty() && others.count() > 0 {
            let detail = "the snapshot does not hold who owns the bucket, so that its own grant is not known";
            return Err(Gap::new(Fact::BucketAcl, Cause::Undecidable, detail));
        }
        return Ok(groups);
    };
    Ok(others.filter(|grant| grant.grantee != *owner).map(told).collect())
}

#[cfg(test)]
mod tests {
    use super::{CHECK, LOG_DELIVERY};
    use trailproof_core::answer::{Grant, OwnershipControls};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn open(change: impl FnOnce(&mut BucketSetup)) -> World {
        organization().with(trail("audit")).with_bucket(
            bucket("logs")
                .owner(ARCHIVE)
                .but(|b| b.ownership = OwnershipControls::default())
                .but(change),
        )
    }

    fn granted(grantee: &'static str) -> impl Fn(&mut BucketSetup) {
        move |b| b.acl.grants.push(Grant { grantee: grantee.into(), permission: "READ".into() })
    }

    #[test]
    fn only_the_owner_and_log_delivery_may_have_grants() {
        let everybody = "http://acs.amazonaws.com/groups/global/AllUsers";
        let old = |b: &mut BucketSetup| b.acl.owner = None;
        let _ = expect(&CHECK)
            .passes(organization().with(trail("audit")))
            .passes(open(|_| {}))
            .passes(open(granted(LOG_DELIVERY)))
            .passes(open(|b| {
                granted("stranger")(b);
                b.ownership.object_ownership = Some("BucketOwnerEnforced".into());
            }))
            .fails("granted", open(granted("stranger")))
            .fails("granted", open(granted(everybody)))
            .fails(
                "granted",
                open(|b| {
                    old(b);
                    granted(everybody)(b);
                }),
            )
            .is_unknown(Cause::Undecidable, open(old))
            .is_unknown(Cause::AccessDenied, open(|_| {}).deny(Fact::BucketAcl))
            .is_unknown(
                Cause::AccessDenied,
                open(granted("stranger")).deny(Fact::BucketOwnershipControls),
            );
    }
}
