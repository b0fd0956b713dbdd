//! What a trail and an event data store both take in is paid in both.

use std::collections::BTreeSet;

use trailproof_core::copies::proved;
use trailproof_core::prelude::*;
use trailproof_core::selector::{Category, Selectors};

/// The check.
pub const CHECK: Check = Check {
    id: "cost-lake-and-trail-overlap",
    title: "No data event is taken in by a trail and by an event data store",
    group: Group::Cost,
    severity: Severity::Info,
    weight: Severity::Info.weight(),
    rationale: "Data events that go to a bucket and to an event data store are paid twice; one of them may be \
                meant, both rarely are.",
    remediation: Remediation {
        summary: "Let the event data store leave out the data events that a trail records, or the trail those of \
                  the store.",
        command: "aws cloudtrail update-event-data-store --event-data-store {store} \
                  --advanced-event-selectors file://selectors.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-lake-manage-costs.html",
    },
    japanese: Japanese {
        title: "同一のデータイベントを証跡とイベントデータストアの双方が取り込んでいない",
        rationale: "バケットとイベントデータストアの双方に送られるデータイベントは二重に課金される。双方が意図されて\
                    いることはまれである。",
        remediation: "証跡が記録するデータイベントをイベントデータストアから除外するか、イベントデータストアが取り込\
                      むものを証跡から除外する。",
    },
    controls: &[],
    reads: &[
        Fact::Organization,
        Fact::Regions,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventSelectors,
        Fact::EventDataStores,
        Fact::EventDataStore,
    ],
    judge: Judge::Account(judge),
};

const TAKES_IN: [&str; 2] = ["ENABLED", "STARTING_INGESTION"];

/// What a store takes in; none inside where it takes in nothing now, or no data events.
fn taken_in(store: &Store) -> Observed<Option<Selectors>> {
    let (described, _) = store.described()?;
    let status = described.status.as_deref();
    if status.is_some_and(|status| !TAKES_IN.contains(&status)) {
        return Ok(None);
    }
    Ok(Some(store.selectors()?).filter(|selectors| selectors.has_category(Category::Data)))
}

/// Whether a trail and a store that take in data events meet in some region.
fn meet(account: &AccountView<'_>, trail: &Trail, store: &Store) -> Observed<bool> {
    let (described, _) = store.described()?;
    let places = account.member.sees.get(trail.arn());
    let there = places.is_some_and(|places| places.contains(&store.region));
    Ok(described.multi_region_enabled == Some(true) || there)
}

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let asked = |selectors: &Selectors| selectors.has_category(Category::Data);
    let stores = audit.organization.stores_for(account.id());
    if stores.is_empty() {
        return Ok(
            not_applicable("there is no event data store").reason(Reason::NO_EVENT_DATA_STORE)
        );
    }
    let trails: Vec<Observed<_>> = account
        .trails()
        .into_iter()
        .filter_map(|seen| seen.and_then(|seen| account.copy(seen.trail, asked)).transpose())
        .collect();
    let mut twice = BTreeSet::new();
    let mut open: Vec<Observed<bool>> = Vec::new();
    for store in &stores {
        let taken =
            store.clone().and_then(|store| Ok(taken_in(store)?.map(|taken| (store, taken))));
        let (store, taken) = match taken {
            Ok(Some(found)) => found,
            Ok(None) => continue,
            Err(gap) => {
                open.push(Err(gap));
                continue;
            }
        };
        for copy in &trails {
            let outcome = copy.as_ref().map_err(Clone::clone).and_then(|copy| {
                let overlap = copy.selectors.overlap(&taken, Category::Data);
                let arn = copy.trail.arn();
                let same =
                    all([meet(account, copy.trail, store), proved(overlap, arn, &store.arn)])?;
                let types = copy.selectors.common_types(&taken).into_iter().map(|(kind, _)| kind);
                Ok(same.then(|| {
                    let types: Vec<String> = types.collect();
                    format!("{} by {arn} and {}", types.join(", "), store.arn)
                }))
            });
            match outcome {
                Ok(Some(told)) => drop(twice.insert(told)),
                Ok(None) => {}
                Err(gap) => open.push(Err(gap)),
            }
        }
    }
    let expected = "each data event taken in by a trail or by an event data store";
    if twice.is_empty() {
        any(open)?;
        return Ok(pass("no trail and event data store take in the same data events")
            .observed(format!("{} event data stores", stores.len()))
            .expected(expected)
            .cite(stores.iter().flatten().map(|store| store.cite())));
    }
    let told = twice.into_iter().collect::<Vec<_>>().join("; ");
    Ok(fail(format!("data events are taken in twice: {told}"))
        .reason(Reason::TAKEN_IN_TWICE)
        .observed(told)
        .expected(expected)
        .cite(stores.iter().flatten().map(|store| store.cite())))
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
    fn the_same_data_events_in_a_bucket_and_a_store() {
        let s3 = || data("AWS::S3::Object", json!([]));
        let lake = |selectors: Value| {
            store("lake").but(|s| {
                s.described.advanced_event_selectors =
                    serde_json::from_value(selectors["AdvancedEventSelectors"].clone()).unwrap();
            })
        };
        let both = || {
            organization()
                .with(trail("org").for_organization().selecting(s3()))
                .with_store(lake(s3()))
        };
        let stopped = lake(s3()).but(|s| s.described.status = Some("STOPPED_INGESTION".into()));
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .does_not_apply("no_event_data_store", organization().with(trail("a").selecting(s3())))
            .passes(organization().with(trail("a").selecting(s3())).with_store(store("lake")))
            .passes(organization().with(trail("a")).with_store(lake(s3())))
            .passes(organization().with(trail("a").selecting(s3())).with_store(stopped))
            .fails("taken_in_twice", both())
            .is_unknown(Cause::AccessDenied, both().deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::Organization))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::Trails))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::EventDataStores))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::EventDataStore))
            .is_unknown(
                Cause::RegionScopeUnproven,
                organization().with(trail("a")).with_store(lake(s3())).deny(Fact::Regions),
            );
    }
}
