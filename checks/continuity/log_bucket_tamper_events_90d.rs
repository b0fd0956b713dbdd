//! A bucket whose policy, lock or lifecycle was changed for an hour has lost what was taken in that hour.

use trailproof_core::history::inquiry::{Words, judge as weigh};
use trailproof_core::history::{objects, probes};
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "log-bucket-tamper-events-90d",
    title: "Nobody changed a log bucket in the last ninety days",
    group: Group::Continuity,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "A lifecycle rule or a policy that was there for a day can have destroyed or copied the logs, and nothing shows it today.",
    remediation: Remediation {
        summary: "Compare the bucket's configuration with what it should be, and ask whoever made the call why.",
        command: "aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey=EventName,AttributeValue=PutBucketPolicy",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html",
    },
    japanese: Japanese {
        title: "過去 90 日間に、ログバケットの設定が変更されていない",
        rationale: "1 日だけ存在したライフサイクルルールやポリシーでも、ログの破棄や複製は可能であり、現在の設定から\
                    は何も分からない。",
        remediation: "バケットの設定をあるべき状態と照合し、呼び出しを行った者に理由を確認する。",
    },
    controls: crate::history::CONTINUITY,
    reads: &[Fact::Trails, Fact::BucketList, Fact::BucketHead, Fact::BucketHistory],
    judge: Judge::GuardedBucket(judge),
};

fn judge(bucket: &Bucket, account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    if bucket.region.is_none() {
        return Err(Gap {
            account: Some(account.id()),
            ..Gap::new(
                Fact::BucketHistory,
                Cause::CrossAccountUnreadable,
                format!("the region of {} is not known", bucket.name),
            )
        });
    }
    let look = account.history(probes::of_bucket(bucket), audit.reach(audit.policy.lookback_days));
    let words =
        Words { reason: Reason::CHANGED, none: "call that changes the bucket", failed: false };
    weigh(&look, words, |past| objects::on_bucket(past, bucket, &audit.policy.approved_principals))
}

#[cfg(test)]
#[test]
fn a_change_of_a_log_bucket_is_told_and_of_another_one_is_not() {
    use serde_json::json;
    use trailproof_core::fixture::*;
    let put = |name: &str, bucket: &str| call(600, name, json!({ "bucketName": bucket }));
    let after = |place: &'static str, event| {
        let far = bucket("logs").owner(ARCHIVE).but(|b| b.region = "eu-west-1".parse().unwrap());
        organization().with(trail("audit")).with_bucket(far).called((ARCHIVE, place), event)
    };
    let _ = expect(&CHECK)
        .in_account(MEMBER)
        .does_not_apply(
            "bucket_missing",
            organization().with(trail("audit")).but(|world| world.buckets.clear()),
        )
        .in_account(ARCHIVE)
        .passes(after("eu-west-1", put("PutBucketPolicy", "other")))
        .passes(after("eu-west-1", put("PutBucketPolicy", "logs").refused()))
        .passes(after("us-west-2", put("PutBucketPolicy", "logs")))
        .fails("changed", after("eu-west-1", put("PutBucketLifecycle", "logs")))
        .fails("changed", after("us-east-1", put("PutBucketVersioning", "logs")))
        .is_unknown(Cause::Undecidable, after("eu-west-1", call(9, "PutBucketAcl", json!({}))))
        .is_unknown(
            Cause::AccessDenied,
            after("eu-west-1", put("PutBucketAcl", "other")).deny(Fact::BucketHistory),
        )
        .policy(|p| p.approved_principals = vec!["arn:aws:iam::*:role/Ops".into()])
        .passes(after("eu-west-1", put("PutBucketLifecycle", "logs")));
}
