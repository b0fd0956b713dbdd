//! A trail that records the deliveries into its own bucket records itself.

use trailproof_core::prelude::*;
use trailproof_core::selector::{Category, DescribedEvent, Records, S3_OBJECT};

/// The check.
pub const CHECK: Check = Check {
    id: "cost-log-bucket-self-recording",
    title: "No trail records the deliveries into its own bucket",
    group: Group::Cost,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Each delivery of logs becomes an event of the next delivery: paid for ever, and noise around the \
                events that matter.",
    remediation: Remediation {
        summary: "Leave the log bucket out: resources.ARN NotStartsWith the bucket's ARN with a slash.",
        command: "aws cloudtrail put-event-selectors --trail-name {trail} --region {region} \
                  --advanced-event-selectors file://selectors.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-manage-costs.html",
    },
    japanese: Japanese {
        title: "自身のバケットへの配信を記録する証跡がない",
        rationale: "ログの配信が次の配信のイベントとなり、課金が際限なく続き、重要なイベントがノイズに埋もれる。",
        remediation: "ログバケットを除外する。resources.ARN の NotStartsWith に、末尾にスラッシュを付けたバケッ\
                      トの ARN を指定する。",
    },
    controls: &[],
    reads: &[
        Fact::Organization,
        Fact::Trails,
        Fact::EventSelectors,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketOwner,
    ],
    judge: Judge::Trail(judge),
};

/// The delivery of a log file, as CloudTrail would record it.
fn delivery(trail: &Trail, bucket: &str, partition: &str) -> DescribedEvent {
    // The caller is a service: no ARN, no console. Errors are of no interest.
    let nothing = || Some(String::new());
    DescribedEvent {
        category: Some(Category::Data),
        event_source: Some("s3.amazonaws.com".into()),
        event_name: Some("PutObject".into()),
        read_only: Some(false),
        resource_type: Some(S3_OBJECT.into()),
        resource_arn: Some(format!(
            "arn:{partition}:s3:::{bucket}/{}{}/",
            trail.key_space(),
            trail.owner
        )),
        user_identity_arn: nothing(),
        event_type: Some("AwsApiCall".into()),
        error_code: nothing(),
        vpc_endpoint_id: nothing(),
        session_credential_from_console: Some(false),
    }
}

/// Whether the bucket lies where the trail records: in its account, or for an organization trail in its organization.
fn in_reach(trail: &Trail, bucket: &Bucket, all_of_it: &Organization) -> Observed<bool> {
    let Some(owner) = bucket.owner else {
        let detail = format!("no account of this run owns {}", bucket.name);
        return Err(Gap::new(Fact::BucketList, Cause::CrossAccountUnreadable, detail));
    };
    let here = bucket.region.as_ref().map(|region| region == trail.home());
    let region = match (trail.is_multi_region(), here) {
        (_, Some(true)) => Ok(true),
        (Ok(false), None) => Err(Gap::new(
            Fact::BucketList,
            Cause::Undecidable,
            format!("in which region {} lies is not known", bucket.name),
        )),
        (multi, _) => multi,
    };
    all([all_of_it.trail_belongs(trail, owner), region])
}

fn judge(trail: &Trail, audit: &Audit<'_>) -> Observed<Verdict> {
    let expected = "the log bucket left out, or in an account that the trail does not record";
    let Some(bucket) = audit.organization.bucket_of(trail) else {
        return Ok(not_applicable("the trail names no bucket").reason(Reason::NO_BUCKET));
    };
    let partition = audit.organization.partition().as_str();
    let selected = trail.selectors().and_then(|selectors| {
        match selectors.records(&delivery(trail, &bucket.name, partition)) {
            Records::Yes { .. } => Ok(true),
            Records::No { .. } => Ok(false),
            Records::CannotTell { unknown } => Err(Gap::new(
                Fact::EventSelectors,
                Cause::Undecidable,
                format!(
                    "the selectors ask for {}",
                    unknown.into_iter().collect::<Vec<_>>().join(", ")
                ),
            )),
        }
    });
    let looped = all([selected, in_reach(trail, bucket, audit.organization)])?;
    let verdict = if looped {
        fail(format!("it records every delivery into its own bucket {}", bucket.name))
            .reason(Reason::RECORDS_ITSELF)
            .observed(format!("data events of {} selected", bucket.arn()))
    } else {
        pass("it does not record its own deliveries")
    };
    Ok(verdict.expected(expected).cite([trail.cite_selectors()]))
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
    fn a_trail_that_records_its_own_bucket_feeds_itself() {
        let arn =
            |operator: &str, value: &str| json!([{"Field": "resources.ARN", operator: [value]}]);
        let s3 = |more: Value| trail("audit").selecting(data("AWS::S3::Object", more));
        let own = |trail: TrailSetup| organization().with(trail).with_bucket(bucket("logs"));
        let org = || organization().with(s3(json!([])).for_organization());
        let reads = json!([{"Field": "readOnly", "Equals": ["true"]}]);
        let _ = expect(&CHECK)
            .passes(own(trail("audit")))
            .passes(own(s3(arn("NotStartsWith", "arn:aws:s3:::logs/")))) // edge 40
            .passes(own(s3(reads)))
            .passes(own(s3(json!([])).single_region("eu-west-1")))
            .passes(organization().with(s3(json!([])))) // the log archive's bucket
            .fails("records_itself", own(s3(json!([]))))
            .fails("records_itself", org())
            .is_unknown(Cause::AccessDenied, own(s3(json!([]))).deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, own(s3(json!([]))).deny(Fact::Trails))
            .is_unknown(
                Cause::CrossAccountUnreadable,
                own(s3(json!([]))).deny(Fact::BucketList).deny(Fact::BucketOwner),
            )
            .is_unknown(Cause::CrossAccountUnreadable, org().deny(Fact::Organization));
    }
}
