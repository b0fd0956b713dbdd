//! Logs that rest with those whom they record, or with those who pay the bills, fall with them.

use trailproof_core::aws::AccountId;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "org-log-archive-account-separation",
    title: "The organization trail's bucket lies in a log archive account",
    group: Group::Organization,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Whoever takes the account that the logs lie in can delete them: neither the management account nor an \
                account with workloads should be that one.",
    remediation: Remediation {
        summary: "Make a bucket in a log archive account and point the organization trail to it; keep the old bucket \
                  until its logs have expired.",
        command: "aws cloudtrail update-trail --name {trail} --s3-bucket-name BUCKET",
        link: "https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/log-archive.html",
    },
    japanese: Japanese {
        title: "組織の証跡のバケットがログアーカイブアカウントにある",
        rationale: "ログのあるアカウントを掌握した者はログを削除できる。管理アカウントにもワークロードのあるアカウン\
                    トにも置くべきではない。",
        remediation: "ログアーカイブアカウントにバケットを作成し、組織の証跡の配信先とする。旧バケットはログの保持期\
                      限まで維持する。",
    },
    controls: &[
        Cis3_0.stave("3.5"),
        Cis5_0.stave("3.5"),
        Pci4_0_1.related("10.3.3"),
        Pci4_0_1.stave("10.5"),
        Pci4_0_1.stave("10.7"),
        Nist800_53R5.related("AU-9(2)"),
        Nist800_53R5.related("AU-9(4)"),
        Nist800_53R5.related("AU-4"),
        Soc2.stave("CC7.1"),
        Iso27001_2022.related("A.5.3"),
        Iso27001_2022.related("A.8.15"),
        Hipaa164.related("164.312(c)(1)"),
    ],
    reads: &[
        Fact::Organization,
        Fact::Accounts,
        Fact::DelegatedAdministrators,
        Fact::Regions,
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketOwner,
    ],
    judge: Judge::Organization(judge),
};

fn judge(organization: &Organization, audit: &Audit<'_>) -> Observed<Verdict> {
    let Some(management) = organization.management()? else {
        return Ok(
            not_applicable("the account is in no organization").reason(Reason::NO_ORGANIZATION)
        );
    };
    let archives = &audit.policy.log_archive_account_ids;
    let trails = organization.organization_trails()?;
    // A trail whose bucket is gone keeps its logs nowhere.
    let buckets: Vec<(&Trail, &Bucket)> = trails
        .iter()
        .filter_map(|trail| Some((*trail, organization.bucket_of(trail)?)))
        .filter(|(_, bucket)| !bucket.is_missing())
        .collect();
    let apart = |bucket: &Bucket| {
        let (owner, _) = owner(organization, bucket)?;
        Ok(owner != management && (archives.is_empty() || archives.contains(&owner)))
    };
    let expected = match archives.len() {
        0 => format!("an account that is not the management account {management}"),
        _ => {
            let ids: Vec<String> = archives.iter().map(ToString::to_string).collect();
            format!("one of {}", ids.join(", "))
        }
    };
    let misplaced =
        find(buckets.iter().copied().map(Ok), |(_, bucket)| apart(bucket).map(|apart| !apart))?;
    if let Some((trail, bucket)) = misplaced {
        let (owner, cited) = owner(organization, bucket)?;
        let (reason, what) = if owner == management {
            (Reason::IN_MANAGEMENT_ACCOUNT, "the management account")
        } else {
            (Reason::NOT_A_LOG_ARCHIVE, "no log archive account")
        };
        return Ok(fail(format!("{} lies in {owner}, {what}", bucket.name))
            .reason(reason)
            .observed(format!("{} in {owner}", bucket.name))
            .expected(expected)
            .cite([trail.cite("S3BucketName", bucket.name.as_str()), cited]));
    }
    organization.organization_trails_complete()?;
    let mut verdict = match (buckets.len(), trails.len()) {
        (0, 0) => {
            return Ok(not_applicable("there is no organization trail")
                .reason(Reason::NO_ORGANIZATION_TRAIL));
        }
        (0, _) => {
            return Ok(not_applicable("the organization trail's bucket does not exist")
                .reason(Reason::BUCKET_MISSING));
        }
        _ if archives.is_empty() => {
            pass("the bucket does not lie in the management account; which account is the log archive was not said")
                .reason(Reason::UNCONFIRMED)
        }
        _ => pass("the bucket lies in a log archive account"),
    };
    for (trail, bucket) in buckets {
        let (owner, cited) = owner(organization, bucket)?;
        verdict = verdict
            .observed(format!("{} in {owner}", bucket.name))
            .cite([trail.cite("S3BucketName", bucket.name.as_str()), cited]);
    }
    Ok(verdict.expected(expected))
}

/// The account that a bucket belongs to: that which lists it, or that of which S3 confirmed it.
fn owner(organization: &Organization, bucket: &Bucket) -> Observed<(AccountId, Evidence)> {
    if let Some(owner) = bucket.owner {
        return Ok((owner, bucket.exists()?.evidence));
    }
    let confirmed = organization.possible_owners().find_map(|account| {
        let head = bucket.expected_owner(account)?.ok()?;
        let cited = head.source.cite("HTTP status", head.value.http_status);
        (head.value.http_status == 200).then_some((account, cited))
    });
    confirmed.ok_or_else(|| Gap {
        account: bucket.account(),
        region: bucket.region.clone(),
        ..Gap::new(
            Fact::BucketOwner,
            Cause::CrossAccountUnreadable,
            format!("whose bucket {} is, is not known", bucket.name),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn owned(owner: &str) -> World {
        organization()
            .with(trail("org").for_organization())
            .with_bucket(bucket("logs").owner(owner))
    }

    /// The archive's bucket in a run that leaves the archive out, and to which S3 lets anyone look.
    fn confirmed() -> World {
        owned(ARCHIVE)
            .member(ARCHIVE, |m| m.in_scope = false)
            .with_bucket(bucket("logs").owner(ARCHIVE).but(|b| b.head = 200))
    }

    #[test]
    fn logs_lie_apart_from_what_they_record() {
        let foreign = || owned(ARCHIVE).with_bucket(bucket("logs").but(|b| b.owner = None));
        let delegated = || {
            owned(ARCHIVE).member(MANAGEMENT, |m| m.in_scope = false).but(|world| {
                world.caller = id(ARCHIVE);
                world.delegates = vec![id(ARCHIVE)];
            })
        };
        let gone = organization().with(
            trail("org")
                .for_organization()
                .but(|t| t.description.s3_bucket_name = Some("gone".into())),
        );
        let _ = expect(&CHECK)
            .passes(owned(ARCHIVE))
            .passes(owned(MEMBER)) // No guess is made from what else lies there.
            .passes(confirmed())
            .passes(delegated())
            .fails("in_management_account", owned(MANAGEMENT))
            .does_not_apply("no_organization_trail", organization().with(trail("audit")))
            .does_not_apply("bucket_missing", gone)
            .does_not_apply("no_organization", account())
            .is_unknown(Cause::CrossAccountUnreadable, foreign())
            .is_unknown(Cause::CrossAccountUnreadable, confirmed().deny(Fact::BucketOwner))
            .is_unknown(Cause::AccessDenied, delegated().deny(Fact::DelegatedAdministrators))
            .is_unknown(Cause::RegionScopeUnproven, owned(ARCHIVE).deny(Fact::Regions))
            .policy(|policy| policy.log_archive_account_ids = [id(ARCHIVE)].into())
            .passes(owned(ARCHIVE))
            .passes(confirmed())
            .fails("not_a_log_archive", owned(MEMBER))
            .fails("in_management_account", owned(MANAGEMENT));
    }
}
