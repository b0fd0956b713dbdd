//! Buckets: whose they are, whether they exist, and what protects them. Absent configurations are facts.

use aws_sdk_s3::config::Builder;
use aws_sdk_s3::types::{
    LifecycleRule as SdkRule, LifecycleRuleFilter, PublicAccessBlockConfiguration,
    Transition as SdkTransition,
};
use trailproof_core::answer::{
    Acl, Answer, BucketEntry, BucketHead, BucketVersioning, DefaultRetention, Grant, Lifecycle,
    LifecycleRule, ObjectLock, OwnershipControls, PolicyStatus, PublicAccessBlock, Transition,
};
use trailproof_core::aws::Region;

use super::ask::timestamp;
use super::gap::Failure;
use super::organizations::incomplete;
use super::recorder::{bucket_region, last_status};
use super::session::{Session, sdk_region};
use super::skew;

mod writes;

pub use writes::{encryption, logging, notification, policy, replication, tags};

/// Any page size makes AWS name the buckets' regions.
const PAGE: i32 = 1000;

fn there(region: &Region) -> Builder {
    Builder::new().region(sdk_region(region))
}

/// The answer; none where AWS says by an error that nothing is configured. An answer that holds no configuration is
/// not that error: see [`held`].
fn or_absent<T>(sent: Result<T, Failure>, code: &str) -> Result<Option<T>, Failure> {
    match sent {
        Ok(answer) => Ok(Some(answer)),
        Err(failure) if failure.is(&[code]) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// What an answer was asked for; nothing where there is no answer.
fn held<T, H>(
    answer: Option<T>,
    (what, member): (&str, fn(T) -> Option<H>),
) -> Result<Option<H>, Failure> {
    answer.map(|answer| member(answer).ok_or_else(|| incomplete(what))).transpose()
}

pub async fn list(session: &Session) -> Result<Answer, Failure> {
    let mut entries = Vec::new();
    let mut pages = session.s3().list_buckets().max_buckets(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        for bucket in page?.buckets.ok_or_else(|| incomplete("Buckets"))? {
            entries.push(BucketEntry {
                name: bucket.name().ok_or_else(|| incomplete("a bucket's name"))?.to_owned(),
                bucket_region: bucket.bucket_region().and_then(|region| region.parse().ok()),
            });
        }
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Answer::BucketList(entries))
}

/// A HEAD answer has no body: its status and the region's header are all there is. Only an answer that names the
/// bucket's region is S3's own; any other 200 proves nothing, and neither does a 400, which is as good for a token that
/// has ended as for a request that S3 does not like.
pub async fn head(
    session: &Session,
    bucket: &str,
    expected: Option<&str>,
) -> Result<Answer, Failure> {
    let (mut region, mut again) = (session.partition.global_region(), false);
    for _ in 0..3 {
        let sent = session
            .s3()
            .head_bucket()
            .bucket(bucket)
            .set_expected_bucket_owner(expected.map(str::to_owned))
            .customize()
            .config_override(there(&region))
            .send()
            .await;
        let named: Option<Region> = bucket_region().and_then(|name| name.parse().ok());
        match (last_status(), &named) {
            // The SDK has learnt by how much our clock is wrong, and makes a second attempt where AWS names that as
            // the reason: which no answer to HEAD can.
            (Some(403), _) if !again && skew::is_possible() => again = true,
            // Wrong region: ask once more where S3 says that the bucket is.
            (Some(301 | 400), Some(other)) if *other != region => region = other.clone(),
            (Some(200), None) => {
                return Err(Failure::new(
                    trailproof_core::evidence::Cause::ServiceError,
                    "the answer is not S3's: it names no region",
                ));
            }
            (Some(status @ (200 | 403 | 404)), _) => {
                return Ok(Answer::BucketHead(BucketHead {
                    http_status: status,
                    bucket_region: named,
                }));
            }
            _ => sent.map(|_| ()).map_err(Failure::from)?,
        }
    }
    Ok(Answer::BucketHead(BucketHead { http_status: 301, bucket_region: Some(region) }))
}

pub async fn versioning(
    session: &Session,
    region: &Region,
    bucket: &str,
) -> Result<Answer, Failure> {
    let request = session.s3().get_bucket_versioning().bucket(bucket);
    let answer = request.customize().config_override(there(region)).send().await?;
    Ok(Answer::BucketVersioning(BucketVersioning {
        status: answer.status().map(|status| status.as_str().to_owned()),
        mfa_delete: answer.mfa_delete().map(|status| status.as_str().to_owned()),
    }))
}

pub async fn object_lock(
    session: &Session,
    region: &Region,
    bucket: &str,
) -> Result<Answer, Failure> {
    let request = session.s3().get_object_lock_configuration().bucket(bucket);
    let sent = request.customize().config_override(there(region)).send().await;
    let answer = or_absent(sent.map_err(Failure::from), "ObjectLockConfigurationNotFoundError")?;
    let what = "ObjectLockConfiguration";
    let configuration = held(answer, (what, |answer| answer.object_lock_configuration))?;
    Ok(Answer::BucketObjectLock(configuration.map_or_else(ObjectLock::default, |lock| {
        ObjectLock {
            object_lock_enabled: lock
                .object_lock_enabled()
                .map(|enabled| enabled.as_str().to_owned()),
            default_retention: lock.rule().and_then(|rule| rule.default_retention()).map(
                |retention| DefaultRetention {
                    mode: retention.mode().map(|mode| mode.as_str().to_owned()),
                    days: retention.days(),
                    years: retention.years(),
                },
            ),
        }
    })))
}

pub async fn lifecycle(
    session: &Session,
    region: &Region,
    bucket: &str,
) -> Result<Answer, Failure> {
    let request = session.s3().get_bucket_lifecycle_configuration().bucket(bucket);
    let sent = request.customize().config_override(there(region)).send().await;
    let answer = or_absent(sent.map_err(Failure::from), "NoSuchLifecycleConfiguration")?;
    let rules = held(answer, ("Rule", |answer| answer.rules))?.unwrap_or_default();
    let rules = rules.iter().map(rule).collect();
    Ok(Answer::BucketLifecycle(Lifecycle { rules }))
}

fn rule(rule: &SdkRule) -> LifecycleRule {
    let both = rule.filter().and_then(LifecycleRuleFilter::and);
    #[expect(deprecated, reason = "old rules have their prefix there")]
    let legacy = rule.prefix();
    let prefix = rule
        .filter()
        .and_then(|filter| filter.prefix().or_else(|| both.and_then(|both| both.prefix())))
        .or(legacy);
    let tagged = rule.filter().is_some_and(|filter| filter.tag().is_some())
        || both.is_some_and(|both| !both.tags().is_empty());
    let noncurrent = rule.noncurrent_version_expiration();
    let actions = [
        ("Expiration", rule.expiration().is_some()),
        ("NoncurrentVersionExpiration", noncurrent.is_some()),
        ("Transitions", !rule.transitions().is_empty()),
        ("NoncurrentVersionTransitions", !rule.noncurrent_version_transitions().is_empty()),
        ("AbortIncompleteMultipartUpload", rule.abort_incomplete_multipart_upload().is_some()),
    ];
    LifecycleRule {
        id: rule.id().map(str::to_owned),
        status: rule.status().as_str().to_owned(),
        prefix: prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned),
        has_tag_filter: tagged,
        actions: actions.iter().filter(|(_, on)| *on).map(|(name, _)| (*name).to_owned()).collect(),
        expiration_days: rule.expiration().and_then(|expiration| expiration.days()),
        expiration_date: rule.expiration().and_then(|expiration| timestamp(expiration.date())),
        expired_object_delete_marker: rule
            .expiration()
            .and_then(|expiration| expiration.expired_object_delete_marker()),
        noncurrent_days: noncurrent.and_then(|noncurrent| noncurrent.noncurrent_days()),
        newer_noncurrent_versions: noncurrent
            .and_then(|noncurrent| noncurrent.newer_noncurrent_versions()),
        transitions: rule.transitions().iter().map(transition).collect(),
    }
}

fn transition(transition: &SdkTransition) -> Transition {
    Transition {
        storage_class: transition.storage_class().map(|class| class.as_str().to_owned()),
        days: transition.days(),
        date: timestamp(transition.date()),
    }
}

pub async fn policy_status(
    session: &Session,
    region: &Region,
    bucket: &str,
) -> Result<Answer, Failure> {
    let request = session.s3().get_bucket_policy_status().bucket(bucket);
    let sent = request.customize().config_override(there(region)).send().await;
    let answer = or_absent(sent.map_err(Failure::from), "NoSuchBucketPolicy")?;
    let Some(answer) = answer else {
        return Ok(Answer::BucketPolicyStatus(PolicyStatus::default()));
    };
    let is_public = answer.policy_status().and_then(|status| status.is_public());
    // A bucket without a policy answers by an error: an answer that says neither is none.
    if is_public.is_none() {
        return Err(incomplete("IsPublic"));
    }
    Ok(Answer::BucketPolicyStatus(PolicyStatus { is_public }))
}

pub async fn acl(session: &Session, region: &Region, bucket: &str) -> Result<Answer, Failure> {
    let request = session.s3().get_bucket_acl().bucket(bucket);
    let answer = request.customize().config_override(there(region)).send().await?;
    let owner = answer.owner().and_then(|owner| owner.id()).map(str::to_owned);
    let grants = answer.grants.ok_or_else(|| incomplete("AccessControlList"))?;
    let grants = grants.iter().map(|grant| {
        let grantee = grant.grantee();
        let named = grantee.and_then(|g| g.uri().or_else(|| g.id()).or_else(|| g.email_address()));
        Grant {
            grantee: named.unwrap_or_default().to_owned(),
            permission: grant.permission().map(|p| p.as_str().to_owned()).unwrap_or_default(),
        }
    });
    Ok(Answer::BucketAcl(Acl { owner, grants: grants.collect() }))
}

const BLOCK: &str = "PublicAccessBlockConfiguration";

fn block(configuration: &PublicAccessBlockConfiguration) -> PublicAccessBlock {
    PublicAccessBlock {
        block_public_acls: configuration.block_public_acls(),
        ignore_public_acls: configuration.ignore_public_acls(),
        block_public_policy: configuration.block_public_policy(),
        restrict_public_buckets: configuration.restrict_public_buckets(),
    }
}

pub async fn public_access_block(
    session: &Session,
    region: &Region,
    bucket: &str,
) -> Result<Answer, Failure> {
    let request = session.s3().get_public_access_block().bucket(bucket);
    let sent = request.customize().config_override(there(region)).send().await;
    let answer = or_absent(sent.map_err(Failure::from), "NoSuchPublicAccessBlockConfiguration")?;
    let found = held(answer, (BLOCK, |answer| answer.public_access_block_configuration))?;
    Ok(Answer::PublicAccessBlock(found.as_ref().map(block).unwrap_or_default()))
}

/// S3 folds an organization's policy into the account's answer.
pub async fn account_block(session: &Session) -> Result<Answer, Failure> {
    let client = session.s3control();
    let sent = client.get_public_access_block().account_id(session.account.as_str()).send().await;
    let answer = or_absent(sent.map_err(Failure::from), "NoSuchPublicAccessBlockConfiguration")?;
    let found = held(answer, (BLOCK, |answer| answer.public_access_block_configuration))?;
    Ok(Answer::PublicAccessBlock(found.map_or_else(PublicAccessBlock::default, |found| {
        PublicAccessBlock {
            block_public_acls: found.block_public_acls(),
            ignore_public_acls: found.ignore_public_acls(),
            block_public_policy: found.block_public_policy(),
            restrict_public_buckets: found.restrict_public_buckets(),
        }
    })))
}

pub async fn ownership(
    session: &Session,
    region: &Region,
    bucket: &str,
) -> Result<Answer, Failure> {
    let request = session.s3().get_bucket_ownership_controls().bucket(bucket);
    let sent = request.customize().config_override(there(region)).send().await;
    let answer = or_absent(sent.map_err(Failure::from), "OwnershipControlsNotFoundError")?;
    let controls = held(answer, ("OwnershipControls", |answer| answer.ownership_controls))?;
    let object_ownership = controls.and_then(|controls| {
        controls.rules().first().map(|rule| rule.object_ownership().as_str().to_owned())
    });
    Ok(Answer::BucketOwnershipControls(OwnershipControls { object_ownership }))
}
