//! Resource policies as AWS's own guides write them, for buckets and keys that are described without one.

use serde_json::{Value, json};

use crate::description::{Description, Trail};

/// A trail that delivers to a bucket, or encrypts with a key.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    arn: String,
    owner: String,
    prefix: String,
    /// The organization's id, where it delivers for all of its accounts.
    organization: Option<String>,
}

impl Delivery {
    pub(crate) fn of(frame: &Description, owner: &str, trail: &Trail) -> Self {
        let (partition, home) = (&frame.partition, &trail.home_region);
        let prefix = trail.s3_key_prefix.as_deref().filter(|prefix| !prefix.is_empty());
        let organization = frame.organization.as_ref().filter(|_| trail.is_organization_trail);
        Self {
            arn: format!("arn:{partition}:cloudtrail:{home}:{owner}:trail/{}", trail.name),
            owner: owner.to_owned(),
            prefix: prefix.map(|prefix| format!("{prefix}/")).unwrap_or_default(),
            organization: organization.map(|organization| organization.id.clone()),
        }
    }
}

const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// Lets each of the trails deliver, and nobody in without TLS.
pub(crate) fn bucket(partition: &str, name: &str, deliveries: &[Delivery]) -> Value {
    let bucket = format!("arn:{partition}:s3:::{name}");
    let arns: Vec<&String> = deliveries.iter().map(|delivery| &delivery.arn).collect();
    let mut statements = vec![json!({
        "Sid": "AWSCloudTrailAclCheck",
        "Effect": "Allow",
        "Principal": { "Service": CLOUDTRAIL },
        "Action": "s3:GetBucketAcl",
        "Resource": bucket,
        "Condition": { "StringEquals": { "aws:SourceArn": arns } },
    })];
    statements.extend(deliveries.iter().enumerate().map(|(place, delivery)| {
        let whose = [&delivery.owner].into_iter().chain(&delivery.organization);
        let prefix = &delivery.prefix;
        let resources: Vec<String> =
            whose.map(|id| format!("{bucket}/{prefix}AWSLogs/{id}/*")).collect();
        json!({
            "Sid": format!("AWSCloudTrailWrite{place}"),
            "Effect": "Allow",
            "Principal": { "Service": CLOUDTRAIL },
            "Action": "s3:PutObject",
            "Resource": resources,
            "Condition": { "StringEquals": {
                "s3:x-amz-acl": "bucket-owner-full-control",
                "aws:SourceArn": delivery.arn,
            } },
        })
    }));
    statements.push(json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket, format!("{bucket}/*")],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    }));
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Leaves the key to its account, and lets the trails encrypt with it.
pub(crate) fn key(partition: &str, owner: &str, deliveries: &[Delivery]) -> Value {
    let mut statements = vec![json!({
        "Sid": "Owner",
        "Effect": "Allow",
        "Principal": { "AWS": format!("arn:{partition}:iam::{owner}:root") },
        "Action": "kms:*",
        "Resource": "*",
    })];
    if !deliveries.is_empty() {
        let arns: Vec<&String> = deliveries.iter().map(|delivery| &delivery.arn).collect();
        let contexts = deliveries.iter().map(|delivery| &delivery.owner);
        let contexts: std::collections::BTreeSet<String> =
            contexts.map(|owner| format!("arn:{partition}:cloudtrail:*:{owner}:trail/*")).collect();
        statements.push(json!({
            "Sid": "AWSCloudTrailEncrypt",
            "Effect": "Allow",
            "Principal": { "Service": CLOUDTRAIL },
            "Action": "kms:GenerateDataKey*",
            "Resource": "*",
            "Condition": {
                "StringEquals": { "aws:SourceArn": arns },
                "StringLike": { "kms:EncryptionContext:aws:cloudtrail:arn": contexts },
            },
        }));
        statements.push(json!({
            "Sid": "AWSCloudTrailDescribe",
            "Effect": "Allow",
            "Principal": { "Service": CLOUDTRAIL },
            "Action": "kms:DescribeKey",
            "Resource": "*",
            "Condition": { "StringEquals": { "aws:SourceArn": arns } },
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}
