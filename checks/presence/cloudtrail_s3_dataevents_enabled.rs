//! Object reads and deletions are data events: without them nobody can say what was stolen.

use std::collections::BTreeSet;

use trailproof_core::account::SeenTrail;
use trailproof_core::answer::BucketEntry;
use trailproof_core::aws::Region;
use trailproof_core::data_events::{Asked, Exempt, told};
use trailproof_core::prelude::*;
use trailproof_core::selector::S3_OBJECT;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-s3-dataevents-enabled",
    title: "S3 object-level events of all buckets are recorded",
    group: Group::Presence,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Reading, overwriting and deleting objects are data events: where none are recorded, an intruder \
                who empties a bucket leaves no trace of what was taken.",
    remediation: Remediation {
        summary: "Let a multi-region trail record data events of AWS::S3::Object; leave out only the log bucket \
                  itself, with a trailing slash.",
        command: "aws cloudtrail put-event-selectors --trail-name {trail} --region {region} \
                  --advanced-event-selectors file://selectors.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
    },
    japanese: Japanese {
        title: "すべてのバケットの S3 オブジェクトレベルのイベントが記録されている",
        rationale: "オブジェクトの読み取り、上書き、削除はデータイベントである。これを記録しなければ、バケットを空に\
                    した侵入者が何を持ち去ったかの痕跡は残らない。",
        remediation: "マルチリージョン証跡で AWS::S3::Object のデータイベントを記録する。除外はログバケット自体のみと\
                      し、末尾にスラッシュを付ける。",
    },
    controls: &[
        Cis1_4.related("3.10"),
        Cis1_4.related("3.11"),
        Cis3_0.related("3.8"),
        Cis3_0.related("3.9"),
        Cis5_0.related("3.8"),
        Cis5_0.related("3.9"),
        Cis6_0.related("4.8"),
        Cis6_0.related("4.9"),
        Cis7_0.related("4.8"),
        Cis7_0.related("4.9"),
        Pci4_0_1.prowler("10.2.1"),
        Nist800_53R5.third_party("AC-4(26)"),
        Nist800_53R5.third_party("AU-2"),
        Nist800_53R5.third_party("AU-3"),
        Nist800_53R5.third_party("AU-6(3)"),
        Nist800_53R5.third_party("AU-6(4)"),
        Nist800_53R5.third_party("AU-10"),
        Nist800_53R5.third_party("AU-12"),
        Nist800_53R5.third_party("CA-7"),
        Nist800_53R5.third_party("SC-7(9)"),
        Nist800_53R5.third_party("SI-7(8)"),
        Soc2.prowler("CC2.1"),
        Soc2.prowler("CC7.2"),
        Iso27001_2022.prowler("A.8.15"),
        Hipaa164.prowler("164.308(a)(1)(ii)(D)"),
        Hipaa164.prowler("164.312(b)"),
    ],
    reads: &[
        Fact::Regions,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventSelectors,
        Fact::BucketList,
    ],
    judge: Judge::Account(judge),
};

pub const AS_CODE: AsCode = crate::code::data_events!("AWS::S3::Object");

/// Whether a logging trail records either half of the events of these buckets (none named: of all).
fn records(
    account: &AccountView<'_>,
    trail: &Trail,
    bucket: Option<&str>,
    exempt: &Exempt<'_>,
) -> Observed<bool> {
    let selects = |half| exempt.selects(trail, &Asked { resource_type: S3_OBJECT, half, bucket });
    all([account.is_logging(trail), any(Half::BOTH.map(selects))])
}

/// Whether one trail of all regions, or one trail in each of these places, records them.
fn covered(
    account: &AccountView<'_>,
    places: &BTreeSet<Option<&Region>>,
    bucket: Option<&str>,
    exempt: &Exempt<'_>,
) -> Observed<bool> {
    let everywhere = everywhere(account, bucket, exempt).map(|found| found.is_some());
    let recorded = |seen: &[Observed<SeenTrail<'_>>]| {
        find(seen.iter().cloned(), |seen| records(account, seen.trail, bucket, exempt))
            .map(|found| found.is_some())
    };
    let in_each = || {
        all(places.iter().map(|place| match place {
            Some(region) => {
                recorded(&account.trails_in(region)?.into_iter().map(Ok).collect::<Vec<_>>())
            }
            // AWS did not say where the bucket is: any trail may be the one, and only none is certain.
            None if recorded(&account.trails())? => Err(Gap::new(
                Fact::BucketList,
                Cause::Undecidable,
                "ListBuckets did not say in which region a bucket lies",
            )),
            None => Ok(false),
        }))
    };
    match everywhere {
        // No place is asked for: only a trail of all regions covers the buckets to come.
        Ok(false) if !places.is_empty() => in_each(),
        Err(gap) if !places.is_empty() => any([Err(gap), in_each()]),
        decided => decided,
    }
}

/// A logging trail of all regions that records them.
fn everywhere<'a>(
    account: &AccountView<'a>,
    bucket: Option<&str>,
    exempt: &Exempt<'_>,
) -> Observed<Option<SeenTrail<'a>>> {
    find(account.trails(), |seen| {
        all([seen.trail.is_multi_region(), records(account, seen.trail, bucket, exempt)])
    })
}

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let expected = "a logging trail that records S3 data events of all buckets";
    let exempt = Exempt::of(audit.organization, audit.policy.allow_log_bucket_exclusion);
    // Whatever the buckets are, none included: a multi-region trail that records all of them will do. This comes
    // first, since which buckets there are may be what was not read.
    let witness = everywhere(account, None, &exempt);
    if let Ok(Some(seen)) = &witness {
        return Ok(pass(format!("{} records all S3 data events", seen.trail.name()))
            .expected(expected)
            .cite([seen.cite(), seen.trail.cite_selectors()]));
    }
    let (owned, source) = account.buckets()?;
    let named = &audit.policy.s3_data_event_buckets;
    let asked = |bucket: &&BucketEntry| named.is_empty() || named.contains(&bucket.name);
    let buckets: Vec<&BucketEntry> = owned.iter().filter(asked).collect();
    if buckets.is_empty() && (audit.policy.na_without_buckets || !named.is_empty()) {
        witness?;
        let message = if named.is_empty() { "no bucket" } else { "none of the named buckets" };
        let names: BTreeSet<&str> = owned.iter().map(|bucket| bucket.name.as_str()).collect();
        return Ok(not_applicable(format!("the account owns {message}"))
            .reason(Reason::NO_BUCKETS)
            .cite([source.cite("Buckets[].Name", names.into_iter().collect::<Vec<_>>())]));
    }
    let judged = if named.is_empty() {
        let places = buckets.iter().map(|bucket| bucket.bucket_region.as_ref()).collect();
        covered(account, &places, None, &exempt)?
    } else {
        all(buckets.iter().map(|bucket| {
            let place = BTreeSet::from([bucket.bucket_region.as_ref()]);
            covered(account, &place, Some(&bucket.name), &exempt)
        }))?
    };
    let evidence = || {
        let mut cited: Vec<Evidence> = account
            .trails()
            .into_iter()
            .flatten()
            .map(|seen| seen.trail.cite_selectors())
            .collect();
        if cited.is_empty() {
            cited.extend(account.regions().next().map(|region| account.cite_trails_in(region)));
        }
        cited
    };
    let asked = if named.is_empty() { "all" } else { "the named" };
    Ok(if judged {
        pass(format!("S3 data events of {asked} {} buckets are recorded", buckets.len()))
            .cite(evidence())
    } else {
        fail(format!(
            "no logging trail records S3 data events of {asked} {} buckets",
            buckets.len()
        ))
        .reason(Reason::NOT_RECORDED)
        .observed(told(account, S3_OBJECT, &Half::BOTH))
        .cite(evidence())
    }
    .expected(expected))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn data(more: Value) -> Value {
        let mut fields = vec![
            json!({"Field": "eventCategory", "Equals": ["Data"]}),
            json!({"Field": "resources.type", "Equals": ["AWS::S3::Object"]}),
        ];
        fields.extend(more.as_array().unwrap().clone());
        json!({"AdvancedEventSelectors": [{"FieldSelectors": fields}]})
    }

    fn world(setup: TrailSetup) -> World {
        organization().with(setup).with_bucket(bucket("data").but(|b| {
            b.region = "eu-west-1".parse().unwrap();
        }))
    }

    #[test]
    fn all_buckets_present_and_future_in_every_region_where_there_are_some() {
        let all = || trail("audit").selecting(data(json!([])));
        let arn =
            |operator: &str, value: &str| json!([{"Field": "resources.ARN", operator: [value]}]);
        let with = |more: Value| world(trail("audit").selecting(data(more)));
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(world(all()))
            .passes(with(json!([{"Field": "readOnly", "Equals": ["true"]}]))) // any half
            .passes(with(arn("NotStartsWith", "arn:aws:s3:::logs/")))
            .passes(world(all().single_region("eu-west-1"))) // edge 47
            .passes(world(all()).deny(Fact::BucketList))
            .fails("not_recorded", world(trail("audit")))
            .fails("not_recorded", world(all().stopped()))
            .fails("not_recorded", world(all().single_region("us-east-1")))
            .fails("not_recorded", with(arn("StartsWith", "arn:aws:s3:::data/")))
            .fails("not_recorded", with(arn("NotStartsWith", "arn:aws:s3:::logs"))) // no slash
            .fails("not_recorded", with(arn("NotStartsWith", "arn:aws:s3:::data/")))
            .is_unknown(Cause::AccessDenied, world(all()).deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, world(all()).deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, world(trail("audit")).deny(Fact::BucketList))
            .is_unknown(Cause::AccessDenied, world(all()).deny(Fact::Trails))
            .is_unknown(
                Cause::RegionScopeUnproven,
                world(all().single_region("us-east-1")).deny(Fact::Regions),
            )
            .does_not_apply("no_buckets", organization().with(trail("audit"))) // edge 48
            .policy(|policy| policy.s3_data_event_buckets = vec!["data".into()])
            .passes(with(arn("StartsWith", "arn:aws:s3:::data/")))
            .fails("not_recorded", with(arn("StartsWith", "arn:aws:s3:::other/")));
    }
}
