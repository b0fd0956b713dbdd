use serde_json::{Value, json};

use crate::testing::{A, Heard, M, ask, simulator, small};
use crate::{Bucket, Encryption, Simulator};

fn get(account: &str, region: &str, bucket: &str, query: &str) -> Heard {
    let uri = format!("https://{bucket}.s3.{region}.amazonaws.com/?{query}");
    ask(account, region).s3(&simulator(), "GET", &uri)
}

#[test]
fn access_logging_is_told_and_without_it_the_answer_is_empty() {
    let told = get(A, "eu-west-1", "logs", "logging").body;
    assert!(told.ends_with("<LoggingEnabled><TargetBucket>with.dots</TargetBucket><TargetPrefix>a&amp;b/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>"), "{told}");
    let none = get(A, "us-east-1", "bare", "logging");
    assert_eq!(none.status, 200);
    assert!(none.body.ends_with("2006-03-01/\"></BucketLoggingStatus>"));
}

#[test]
fn replication_rules_are_told_with_their_filters_and_destinations() {
    let told = get(A, "eu-west-1", "logs", "replication").body;
    assert!(told.contains("<Role>arn:aws:iam::222222222222:role/service-role/replication</Role><Rule><ID>all</ID><Priority>1</Priority><Filter><Prefix></Prefix></Filter><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><Status>Enabled</Status><SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria><Destination><Bucket>arn:aws:s3:::bare</Bucket><Account>222222222222</Account><AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation><EncryptionConfiguration><ReplicaKmsKeyID>arn:aws:kms:us-east-1:222222222222:key/x</ReplicaKmsKeyID></EncryptionConfiguration></Destination></Rule>"), "{told}");
    assert!(told.contains("<Filter><And><Prefix>p/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication><Status>Disabled</Status><Destination><Bucket>arn:aws:s3:::gone</Bucket></Destination>"), "{told}");
    assert!(
        told.contains(
            "<Rule><ID>old</ID><Prefix>AWSLogs/</Prefix><Status>Enabled</Status><Destination>"
        ),
        "{told}"
    );
}

#[test]
fn every_bucket_is_encrypted_unless_it_is_described_otherwise() {
    let told = get(A, "eu-west-1", "logs", "encryption").body;
    assert!(told.contains("<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>alias/logs</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule>"), "{told}");
    let usual = get(A, "us-east-1", "bare", "encryption").body;
    assert!(usual.contains("<SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled>"), "{usual}");
    let mut description = small();
    let bucket = &mut description.accounts[1].buckets[1];
    *bucket =
        Bucket { no_encryption: true, encryption: Some(Encryption::default()), ..bucket.clone() };
    let uri = "https://bare.s3.us-east-1.amazonaws.com/?encryption";
    let heard = ask(A, "us-east-1").s3(&Simulator::new(description), "GET", uri);
    let absent = "ServerSideEncryptionConfigurationNotFoundError".to_owned();
    assert_eq!(heard.error(), (404, absent));
}

#[test]
fn tags_are_told() {
    let told = get(A, "eu-west-1", "logs", "tagging").body;
    assert!(told.contains("<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet><Tag><Key>data-classification</Key><Value>restricted</Value></Tag></TagSet></Tagging>"), "{told}");
}

#[test]
fn what_is_not_configured_has_its_own_error() {
    for (query, code) in
        [("replication", "ReplicationConfigurationNotFoundError"), ("tagging", "NoSuchTagSet")]
    {
        assert_eq!(get(A, "us-east-1", "bare", query).error(), (404, code.to_owned()));
    }
    for (query, action) in [
        ("logging", "s3:GetBucketLogging"),
        ("replication", "s3:GetReplicationConfiguration"),
        ("encryption", "s3:GetEncryptionConfiguration"),
        ("tagging", "s3:GetBucketTagging"),
        ("policy", "s3:GetBucketPolicy"),
    ] {
        let refused = get(M, "eu-west-1", "logs", query);
        assert_eq!(refused.error(), (403, "AccessDenied".to_owned()));
        assert!(refused.tag("Message").unwrap().contains(action), "{refused:?}");
    }
}

#[test]
fn a_bucket_without_a_described_policy_has_the_one_that_its_trails_need() {
    let mut description = small();
    description.accounts[1].buckets[0].policy = None;
    description.accounts[0].trails[0].s3_key_prefix = Some("all".to_owned());
    let told = |description| {
        let uri = "https://logs.s3.eu-west-1.amazonaws.com/?policy";
        ask(A, "eu-west-1").s3(&Simulator::new(description), "GET", uri)
    };
    let policy: Value = told(description.clone()).json();
    let statements = policy["Statement"].as_array().unwrap();
    let sources = &statements[0]["Condition"]["StringEquals"]["aws:SourceArn"];
    assert_eq!(
        *sources,
        json!([
            "arn:aws:cloudtrail:eu-west-1:111111111111:trail/org",
            "arn:aws:cloudtrail:eu-west-1:111111111111:trail/here",
            "arn:aws:cloudtrail:us-east-1:222222222222:trail/own"
        ])
    );
    assert_eq!(
        statements[1]["Resource"],
        json!([
            "arn:aws:s3:::logs/all/AWSLogs/111111111111/*",
            "arn:aws:s3:::logs/all/AWSLogs/o-test123456/*"
        ])
    );
    assert_eq!(statements[3]["Resource"], json!(["arn:aws:s3:::logs/AWSLogs/222222222222/*"]));
    assert_eq!(statements[4]["Effect"], "Deny");
    description.accounts[1].buckets[0].no_policy = true;
    assert_eq!(told(description).error(), (404, "NoSuchBucketPolicy".to_owned()));
}

#[test]
fn a_head_by_an_invited_account_tells_whether_the_owner_is_the_expected_one() {
    let head = |owner: &str| {
        let question = ask(M, "eu-west-1").header("x-amz-expected-bucket-owner", owner);
        question.s3(&simulator(), "HEAD", "https://logs.s3.eu-west-1.amazonaws.com/").status
    };
    assert_eq!((head(A), head(M)), (200, 403));
}
