//! Whoever reads or deletes the evidence must leave evidence.

use trailproof_core::answer::BucketLogging;
use trailproof_core::data_events::{Asked, Exempt};
use trailproof_core::prelude::*;
use trailproof_core::selector::S3_OBJECT;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-log-bucket-dataevents",
    title: "Reads and deletions in every log bucket are recorded elsewhere",
    group: Group::Presence,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "An intruder who reads the logs learns what is known of him, and one who deletes them is unknown: \
                without a record outside of the bucket neither shows.",
    remediation: Remediation {
        summary: "Let a trail that delivers to another bucket record the log bucket's data events, or switch on \
                  its server access logging to another bucket.",
        command: "aws s3api put-bucket-logging --bucket {bucket} --bucket-logging-status file://logging.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
    },
    japanese: Japanese {
        title: "すべてのログバケットの読み取りと削除が、別の場所に記録されている",
        rationale: "ログを読む侵入者は自身について何が知られているかを把握し、ログを削除する侵入者は知られないままと\
                    なる。バケット外の記録がなければ、いずれも発覚しない。",
        remediation: "別のバケットに配信する証跡でログバケットのデータイベントを記録するか、別のバケットへのサーバー\
                      アクセスログ記録を有効にする。",
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
        Fact::Organization,
        Fact::Regions,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventSelectors,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketOwner,
        Fact::BucketLogging,
    ],
    judge: Judge::Bucket(judge),
};

/// Whether S3 itself logs who asks for what, into another bucket: one that the same account has, since S3 delivers to
/// no other.
fn access_logged(bucket: &Bucket, all_of_it: &Organization) -> Observed<bool> {
    let (logging, _) = bucket.read::<BucketLogging>(Fact::BucketLogging)?;
    let target = logging.target_bucket.as_deref().filter(|target| *target != bucket.name);
    target.map_or(Ok(false), |name| all_of_it.same_owner(bucket, name))
}

/// Whether trails that deliver elsewhere record one half of the bucket's events.
fn recorded(bucket: &Bucket, half: Half, all_of_it: &Organization) -> Observed<bool> {
    let gap = |fact, cause, detail: String| Gap {
        account: bucket.owner,
        ..Gap::new(fact, cause, detail)
    };
    let Some(owner) = bucket.owner else {
        let detail = format!("no account of this run owns {}", bucket.name);
        return Err(gap(Fact::BucketList, Cause::CrossAccountUnreadable, detail));
    };
    let Some(region) = &bucket.region else {
        let detail = format!("in which region {} lies is not known", bucket.name);
        return Err(gap(Fact::BucketList, Cause::Undecidable, detail));
    };
    let exempt = Exempt::none(all_of_it);
    let asked = Asked { resource_type: S3_OBJECT, half, bucket: Some(&bucket.name) };
    any(all_of_it.trails_seen(owner, region)?.into_iter().map(|trail| {
        let elsewhere = trail.bucket().is_some_and(|name| name != bucket.name);
        all([
            Ok(elsewhere),
            all_of_it.trail_belongs(trail, owner),
            trail.is_logging(),
            exempt.selects(trail, &asked),
        ])
    }))
}

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let logging = access_logged(bucket, audit.organization);
    let by_trails = all(Half::BOTH.map(|half| recorded(bucket, half, audit.organization)));
    let cited = bucket.read::<BucketLogging>(Fact::BucketLogging).ok().map(|(logging, source)| {
        source.cite("LoggingEnabled.TargetBucket", logging.target_bucket.clone())
    });
    let verdict = if any([logging.clone(), by_trails])? {
        let how = if logging == Ok(true) { "server access logging" } else { "data events" };
        pass(format!("recorded by {how}"))
    } else {
        fail("neither data events nor server access logs tell who reads or deletes in it")
            .reason(Reason::NOT_RECORDED)
            .observed("no data events of it outside of it, no server access logging")
    };
    Ok(verdict.expected("data events or access logs of it in another bucket").cite(cited))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::data_events::selecting as data;
    use serde_json::json;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn access_logs_or_data_events_in_another_bucket() {
        let logs = |target: Option<&str>| {
            bucket("logs").owner(ARCHIVE).but(|b| {
                b.logging.target_bucket = target.map(str::to_owned);
            })
        };
        let with = |target| organization().with(trail("audit")).with_bucket(logs(target));
        let takes_logs =
            |owner: &str| with(Some("access-logs")).with_bucket(bucket("access-logs").owner(owner));
        let watched = |target: &str| {
            let target = target.to_owned();
            let watcher = trail("watcher").for_organization();
            with(None).with_bucket(bucket("other").owner(ARCHIVE)).with(
                watcher
                    .selecting(data("AWS::S3::Object", json!([])))
                    .but(|t| t.description.s3_bucket_name = Some(target)),
            )
        };
        let _ = expect(&CHECK)
            .on("logs")
            .passes(takes_logs(ARCHIVE))
            .fails("not_recorded", takes_logs(MEMBER))
            .fails("not_recorded", with(Some("access-logs")))
            .passes(watched("other"))
            .fails("not_recorded", with(None))
            .fails("not_recorded", with(Some("logs")))
            .fails("not_recorded", watched("logs"))
            .is_unknown(Cause::AccessDenied, with(None).deny(Fact::BucketLogging))
            .is_unknown(Cause::AccessDenied, watched("other").deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, watched("other").deny(Fact::TrailStatus))
            .is_unknown(Cause::CrossAccountUnreadable, watched("other").deny(Fact::Organization))
            .is_unknown(
                Cause::CrossAccountUnreadable,
                with(None).with_bucket(logs(None).but(|b| {
                    b.owner = None;
                    b.head = 200;
                })),
            );
    }
}
