//! Object reads and deletions are data events: without them nobody can say what was stolen.

use std::collections::{BTreeMap, BTreeSet};

use trailproof_core::aws::Region;
use trailproof_core::prelude::*;
use trailproof_core::selector::{DataQuestion, S3_OBJECT};

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
    controls: &[Control { framework: "pci-4.0.1", id: "10.2.1" }],
    reads: &[
        Fact::Regions,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventSelectors,
        Fact::BucketList,
    ],
    judge: Judge::Account(judge),
};

/// Whether a logging trail records either half of the events of these buckets (none named: of all).
fn records(
    account: &AccountView<'_>,
    trail: &Trail,
    bucket: Option<&str>,
    log_buckets: &BTreeSet<String>,
) -> Observed<bool> {
    let full = trail.selectors().map(|selectors| {
        Half::BOTH.into_iter().any(|half| {
            let question = DataQuestion {
                partition: account.organization.partition(),
                resource_type: S3_OBJECT,
                half,
                bucket,
                log_buckets,
            };
            selectors.data(&question) == Recorded::Full
        })
    });
    all([account.is_logging(trail), full])
}

/// Whether some trail that reaches all of these regions, or one trail in each, records them.
fn covered(
    account: &AccountView<'_>,
    regions: &BTreeSet<Region>,
    bucket: Option<&str>,
    log_buckets: &BTreeSet<String>,
) -> Observed<bool> {
    let everywhere = find(account.trails(), |seen| {
        all([seen.trail.is_multi_region(), records(account, seen.trail, bucket, log_buckets)])
    });
    let in_each = || {
        all(regions.iter().map(|region| {
            let there = account.trails_in(region)?;
            any(there.iter().map(|seen| records(account, seen.trail, bucket, log_buckets)))
        }))
    };
    match everywhere {
        Ok(Some(_)) => Ok(true),
        // A region without buckets needs no trail; an account without a known region proves nothing.
        _ if regions.is_empty() => everywhere.map(|_| false),
        Ok(None) => in_each(),
        Err(gap) => any([Err(gap), in_each()]),
    }
}

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let expected = "a logging trail that records S3 data events of all buckets";
    let exempt = if audit.policy.allow_log_bucket_exclusion {
        audit.organization.log_buckets()
    } else {
        BTreeSet::new()
    };
    let (owned, source) = match account.buckets() {
        Ok(owned) => owned,
        // Whatever the buckets are: a multi-region trail that records all of them will do.
        Err(gap) => {
            let Some(witness) = witness(account, &exempt)? else { return Err(gap) };
            return Ok(witness.expected(expected));
        }
    };
    let named = &audit.policy.s3_data_event_buckets;
    let places: BTreeMap<&str, Option<&Region>> =
        owned.iter().map(|bucket| (bucket.name.as_str(), bucket.bucket_region.as_ref())).collect();
    if places.is_empty() && audit.policy.na_without_buckets {
        return Ok(not_applicable("the account owns no bucket")
            .reason("no_buckets")
            .cite([source.cite("Buckets", Vec::<String>::new())]));
    }
    let located = || places.values().all(Option::is_some);
    let judged = if named.is_empty() {
        let regions = places.values().copied().flatten().cloned().collect();
        covered(account, if located() { &regions } else { &UNLOCATED }, None, &exempt)?
    } else {
        let own = named.iter().filter(|name| places.contains_key(name.as_str()));
        all(own.map(|name| {
            let region = places.get(name.as_str()).copied().flatten().cloned();
            covered(account, &region.into_iter().collect(), Some(name), &exempt)
        }))?
    };
    let evidence =
        || account.trails().into_iter().flatten().map(|seen| seen.trail.cite_selectors());
    Ok(if judged {
        pass("S3 data events of all buckets are recorded").cite(evidence())
    } else {
        fail(format!("no logging trail records S3 data events of all {} buckets", places.len()))
            .reason("not_recorded")
            .observed(observed(account))
            .cite(evidence())
    }
    .expected(expected))
}

static UNLOCATED: BTreeSet<Region> = BTreeSet::new();

fn witness(account: &AccountView<'_>, exempt: &BTreeSet<String>) -> Observed<Option<Verdict>> {
    let found = find(account.trails(), |seen| {
        all([seen.trail.is_multi_region(), records(account, seen.trail, None, exempt)])
    })?;
    Ok(found.map(|seen| {
        pass(format!("{} records all S3 data events", seen.trail.name()))
            .cite([seen.cite(), seen.trail.cite_selectors()])
    }))
}

/// What the trails record of S3, for the reader of a failure.
fn observed(account: &AccountView<'_>) -> String {
    let none = BTreeSet::new();
    let told: BTreeSet<String> = account
        .trails()
        .into_iter()
        .flatten()
        .filter_map(|seen| {
            let selectors = seen.trail.selectors().ok()?;
            let best = Half::BOTH.into_iter().map(|half| {
                selectors.data(&DataQuestion {
                    partition: account.organization.partition(),
                    resource_type: S3_OBJECT,
                    half,
                    bucket: None,
                    log_buckets: &none,
                })
            });
            let recorded = best.max().filter(Recorded::is_some)?;
            let stopped = account.is_logging(seen.trail) == Ok(false);
            let state = if stopped { ", not logging" } else { "" };
            Some(format!("{}: {}{state}", seen.trail.name(), recorded.describe()))
        })
        .collect();
    if told.is_empty() {
        "no trail selects S3 data events".into()
    } else {
        told.into_iter().collect::<Vec<_>>().join("; ")
    }
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
