//! Buckets that hold what must not be read unseen: the least that data events are for.

use trailproof_core::data_events::{Asked, Exempt};
use trailproof_core::policy::SensitiveBuckets;
use trailproof_core::prelude::*;
use trailproof_core::selector::S3_OBJECT;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-sensitive-bucket-dataevents",
    title: "Every sensitive bucket's object reads and writes are recorded",
    group: Group::Presence,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "The buckets that an intruder comes for are the ones whose reads and deletions must be in the \
                record; recording all buckets may be too dear, recording these is not.",
    remediation: Remediation {
        summary: "Let a trail that logs in the bucket's region record data events of AWS::S3::Object whose \
                  resources.ARN starts with the bucket's ARN and a slash.",
        command: "aws cloudtrail put-event-selectors --trail-name {trail} --region {region} \
                  --advanced-event-selectors file://selectors.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
    },
    japanese: Japanese {
        title: "すべての機密バケットのオブジェクトの読み取りと書き込みが記録されている",
        rationale: "侵入者が狙うバケットこそ、読み取りと削除の記録が必要である。全バケットの記録は費用が過大でも、こ\
                    れらの記録は過大ではない。",
        remediation: "バケットのリージョンでログ記録中の証跡で、AWS::S3::Object のデータイベントのうち resources.ARN が\
                      バケットの ARN とスラッシュで始まるものを記録する。",
    },
    controls: &[
        Cis3_0.related("3.8"),
        Cis3_0.related("3.9"),
        Cis5_0.related("3.8"),
        Cis5_0.related("3.9"),
        Fsbp.related("S3.22"),
        Fsbp.related("S3.23"),
        Pci4_0_1.related("10.2.1.1"),
        Pci4_0_1.related("10.2.1.3"),
        Nist800_53R5.stave("AU-2"),
        Nist800_53R5.stave("AU-9"),
        Soc2.stave("CC7.2"),
        Iso27001_2022.stave("A.8.15"),
        Hipaa164.stave("164.312(b)"),
    ],
    reads: &[
        Fact::Regions,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventSelectors,
        Fact::BucketList,
        Fact::BucketTags,
    ],
    judge: Judge::OwnBucket(judge),
};

/// Whether the policy designates the bucket, by its name or by a tag.
fn designated(view: &OwnBucket<'_>, sensitive: &SensitiveBuckets) -> Observed<bool> {
    if sensitive.names(&view.bucket.name) {
        return Ok(true);
    }
    if !sensitive.by_tag() {
        return Ok(false);
    }
    let (tags, _) = view.account.bucket_tags(view.bucket)?;
    Ok(tags.tags.iter().any(|(key, value)| sensitive.tagged(key, value)))
}

fn judge(view: &OwnBucket<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let OwnBucket { account, bucket } = *view;
    if !designated(view, &audit.policy.sensitive_buckets)? {
        return Ok(not_applicable("the policy does not designate the bucket")
            .reason(Reason::NOT_DESIGNATED));
    }
    let exempt = Exempt::none(audit.organization);
    let seen = match &bucket.bucket_region {
        Some(region) => account.trails_in(region)?.into_iter().map(Ok).collect(),
        None => account.trails(),
    };
    let half = |half| {
        let name = Some(bucket.name.as_str());
        let asked = Asked { resource_type: S3_OBJECT, half, bucket: name };
        let found = find(seen.iter().cloned(), |seen| {
            all([account.is_logging(seen.trail), exempt.selects(seen.trail, &asked)])
        })?;
        match found {
            // AWS did not say where the bucket is: any trail may be the one, and only a trail of all regions is.
            Some(seen) if bucket.bucket_region.is_none() && !seen.trail.is_multi_region()? => {
                Err(Gap::new(
                    Fact::BucketList,
                    Cause::Undecidable,
                    format!("ListBuckets did not say in which region {} lies", bucket.name),
                ))
            }
            found => Ok(found.is_some()),
        }
    };
    let [read, write] = Half::BOTH.map(half);
    let evidence = seen.iter().flatten().map(|seen| seen.trail.cite_selectors());
    let verdict = match (&read, &write) {
        (Ok(true), Ok(true)) => pass("its object reads and writes are recorded"),
        (Ok(false), Ok(true)) => {
            fail("its object reads are not recorded").reason(Reason::WRITE_ONLY)
        }
        (Ok(true), Ok(false)) => {
            fail("its object writes are not recorded").reason(Reason::READ_ONLY)
        }
        (Ok(false), _) | (_, Ok(false)) => {
            fail("its object events are not all recorded").reason(Reason::NOT_RECORDED)
        }
        _ => {
            let gap = read.and(write).err();
            return Err(gap.unwrap_or_else(|| {
                Gap::new(Fact::EventSelectors, Cause::InternalError, "no half is open")
            }));
        }
    };
    Ok(verdict
        .expected("logging trails of its region that record its object reads and writes")
        .cite(evidence))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::data_events::selecting as data;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn a_designated_bucket_is_recorded_by_the_trails_of_its_region() {
        let tagged = || {
            bucket("data").but(|b| drop(b.tags.insert("data-classification".into(), "pii".into())))
        };
        let arn =
            |operator: &str, value: &str| json!([{"Field": "resources.ARN", operator: [value]}]);
        let s3 = |more: Value| trail("audit").selecting(data("AWS::S3::Object", more));
        let with = |trail: TrailSetup| organization().with(trail).with_bucket(tagged());
        let all = || with(s3(json!([])));
        let reads = json!([{"Field": "readOnly", "Equals": ["true"]}]);
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(all())
            .passes(with(s3(arn("StartsWith", "arn:aws:s3:::data/"))))
            .passes(with(s3(json!([])).single_region("us-east-1")))
            .fails("not_recorded", with(s3(json!([])).single_region("eu-west-1")))
            .fails("not_recorded", with(s3(arn("Equals", "arn:aws:s3:::data/")))) // edge 45
            .fails("not_recorded", with(s3(arn("NotStartsWith", "arn:aws:s3:::data/"))))
            .fails("not_recorded", with(trail("audit")))
            .fails("not_recorded", with(s3(json!([])).stopped()))
            .fails("read_only", with(s3(reads)))
            .is_unknown(Cause::AccessDenied, all().deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, all().deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, all().deny(Fact::Trails))
            .is_unknown(Cause::AccessDenied, all().deny(Fact::BucketList))
            .is_unknown(Cause::AccessDenied, all().deny(Fact::BucketTags))
            .does_not_apply("none_designated", organization().with_bucket(bucket("data")))
            .policy(|policy| policy.sensitive_buckets.names = vec!["logs-*".into()])
            .passes(
                organization()
                    .with(s3(arn("StartsWith", "arn:aws:s3:::log")))
                    .with_bucket(bucket("logs-prod")), // edge 46
            );
    }
}
