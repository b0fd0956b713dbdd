//! What a bucket lets in and sends out: its policy, access logs, copies, default encryption; and its tags.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{
    Event, FilterRuleName, NotificationConfigurationFilter, ReplicationRule as SdkRule,
    ReplicationRuleFilter,
};
use serde::de::IgnoredAny;
use trailproof_core::answer::{
    Answer, BucketEncryption, BucketLogging, BucketNotification, BucketReplication,
    NotificationTarget, PolicyText, ReplicationRule, Tags,
};
use trailproof_core::aws::Region;

use super::{held, or_absent, there};
use crate::collect::gap::Failure;
use crate::collect::organizations::incomplete;
use crate::collect::session::Session;

pub async fn policy(session: &Session, region: &Region, bucket: &str) -> Result<Answer, Failure> {
    let request = session.s3().get_bucket_policy().bucket(bucket);
    let sent = request.customize().config_override(there(region)).send().await;
    let answer = or_absent(sent.map_err(Failure::from), "NoSuchBucketPolicy")?;
    let policy = held(answer, ("Policy", |answer| answer.policy.filter(|text| !text.is_empty())))?;
    // The policy is the body itself: whatever else stands there would be taken for one.
    if policy.as_deref().is_some_and(|text| serde_json::from_str::<IgnoredAny>(text).is_err()) {
        return Err(incomplete("a policy: its body is not JSON"));
    }
    Ok(Answer::PolicyText(PolicyText { policy }))
}

/// An answer without a target is how S3 says that access logging is off.
pub async fn logging(session: &Session, region: &Region, bucket: &str) -> Result<Answer, Failure> {
    let request = session.s3().get_bucket_logging().bucket(bucket);
    let answer = request.customize().config_override(there(region)).send().await?;
    let enabled = answer.logging_enabled;
    Ok(Answer::BucketLogging(enabled.map_or_else(BucketLogging::default, |enabled| {
        BucketLogging {
            target_bucket: Some(enabled.target_bucket).filter(|name| !name.is_empty()),
            target_prefix: Some(enabled.target_prefix).filter(|prefix| !prefix.is_empty()),
        }
    })))
}

pub async fn replication(
    session: &Session,
    region: &Region,
    bucket: &str,
) -> Result<Answer, Failure> {
    let request = session.s3().get_bucket_replication().bucket(bucket);
    let sent = request.customize().config_override(there(region)).send().await;
    let answer = or_absent(sent.map_err(Failure::from), "ReplicationConfigurationNotFoundError")?;
    let what = "ReplicationConfiguration";
    let found = held(answer, (what, |answer| answer.replication_configuration))?;
    let rules = found.iter().flat_map(|found| found.rules()).map(rule).collect();
    Ok(Answer::BucketReplication(BucketReplication { rules }))
}

fn rule(rule: &SdkRule) -> ReplicationRule {
    let both = rule.filter().and_then(ReplicationRuleFilter::and);
    #[expect(deprecated, reason = "old rules have their prefix there")]
    let legacy = rule.prefix();
    let prefix = rule
        .filter()
        .and_then(|filter| filter.prefix().or_else(|| both.and_then(|both| both.prefix())))
        .or(legacy);
    let tagged = rule.filter().is_some_and(|filter| filter.tag().is_some())
        || both.is_some_and(|both| !both.tags().is_empty());
    let destination = rule.destination();
    let encrypted = rule
        .source_selection_criteria()
        .and_then(|criteria| criteria.sse_kms_encrypted_objects())
        .map(|objects| objects.status().as_str().to_owned());
    let key = destination
        .and_then(|destination| destination.encryption_configuration())
        .and_then(|encryption| encryption.replica_kms_key_id());
    let markers = rule.delete_marker_replication().and_then(|markers| markers.status());
    ReplicationRule {
        id: rule.id().map(str::to_owned),
        status: rule.status().as_str().to_owned(),
        prefix: prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned),
        has_tag_filter: tagged,
        destination_bucket: destination.map(|d| d.bucket().to_owned()).unwrap_or_default(),
        destination_account: destination.and_then(|d| d.account()).map(str::to_owned),
        sse_kms_encrypted_objects: encrypted,
        replica_kms_key_id: key.map(str::to_owned),
        delete_marker_replication: markers.map(|status| status.as_str().to_owned()),
    }
}

pub async fn encryption(
    session: &Session,
    region: &Region,
    bucket: &str,
) -> Result<Answer, Failure> {
    let request = session.s3().get_bucket_encryption().bucket(bucket);
    let sent = request.customize().config_override(there(region)).send().await;
    let absent = "ServerSideEncryptionConfigurationNotFoundError";
    let answer = or_absent(sent.map_err(Failure::from), absent)?;
    let what = "ServerSideEncryptionConfiguration";
    let found = held(answer, (what, |answer| answer.server_side_encryption_configuration))?;
    let default = found
        .iter()
        .flat_map(|found| found.rules())
        .find_map(|rule| rule.apply_server_side_encryption_by_default());
    Ok(Answer::BucketEncryption(default.map_or_else(BucketEncryption::default, |default| {
        BucketEncryption {
            sse_algorithm: Some(default.sse_algorithm().as_str().to_owned()),
            kms_master_key_id: default
                .kms_master_key_id()
                .filter(|id| !id.is_empty())
                .map(str::to_owned),
        }
    })))
}

/// An empty answer is how S3 says that the bucket tells nobody.
pub async fn notification(
    session: &Session,
    region: &Region,
    bucket: &str,
) -> Result<Answer, Failure> {
    let request = session.s3().get_bucket_notification_configuration().bucket(bucket);
    let answer = request.customize().config_override(there(region)).send().await?;
    let topics = answer.topic_configurations().iter();
    let topics = topics.map(|one| told(one.topic_arn(), one.events(), one.filter()));
    let queues = answer.queue_configurations().iter();
    let queues = queues.map(|one| told(one.queue_arn(), one.events(), one.filter()));
    let functions = answer.lambda_function_configurations().iter();
    let functions =
        functions.map(|one| told(one.lambda_function_arn(), one.events(), one.filter()));
    Ok(Answer::BucketNotification(BucketNotification {
        event_bridge: answer.event_bridge_configuration().is_some(),
        configurations: topics.chain(queues).chain(functions).collect(),
    }))
}

fn told(
    arn: &str,
    events: &[Event],
    filter: Option<&NotificationConfigurationFilter>,
) -> NotificationTarget {
    let rules = filter.and_then(|filter| filter.key()).map(|key| key.filter_rules());
    let of = |name: &FilterRuleName| {
        let rule = rules.unwrap_or_default().iter().find(|rule| {
            // S3 writes the names in lower case or with a capital.
            rule.name().is_some_and(|given| given.as_str().eq_ignore_ascii_case(name.as_str()))
        });
        rule.and_then(|rule| rule.value()).filter(|value| !value.is_empty()).map(str::to_owned)
    };
    NotificationTarget {
        arn: arn.to_owned(),
        events: events.iter().map(|event| event.as_str().to_owned()).collect(),
        prefix: of(&FilterRuleName::Prefix),
        suffix: of(&FilterRuleName::Suffix),
    }
}

pub async fn tags(session: &Session, region: &Region, bucket: &str) -> Result<Answer, Failure> {
    let request = session.s3().get_bucket_tagging().bucket(bucket);
    let sent = request.customize().config_override(there(region)).send().await;
    let Some(answer) = or_absent(sent.map_err(Failure::from), "NoSuchTagSet")? else {
        return Ok(Answer::Tags(Tags::default()));
    };
    // A bucket without tags answers by an error.
    if answer.tag_set.is_empty() {
        return Err(incomplete("TagSet"));
    }
    let tags = answer.tag_set.into_iter().map(|tag| (tag.key, tag.value));
    Ok(Answer::Tags(Tags { tags: tags.collect::<BTreeMap<_, _>>() }))
}
