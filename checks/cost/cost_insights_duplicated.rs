//! Insights are paid for each trail and event data store that analyses the same events.

use std::collections::BTreeMap;

use trailproof_core::answer::InsightSelectors;
use trailproof_core::aws::AccountId;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cost-insights-duplicated",
    title: "No kind of Insights is switched on twice",
    group: Group::Cost,
    severity: Severity::Info,
    weight: Severity::Info.weight(),
    rationale: "The same unusual activity found twice is paid twice and tells nothing more.",
    remediation: Remediation {
        summary: "Switch Insights off on all but one trail or event data store.",
        command: "aws cloudtrail put-insight-selectors --trail-name {trail} --insight-selectors '[]'",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-manage-costs.html",
    },
    japanese: Japanese {
        title: "同一種類の Insights が重複して有効になっていない",
        rationale: "同じ異常なアクティビティを二重に検出しても、費用が二重になるだけで新たな情報は得られない。",
        remediation: "1 つの証跡またはイベントデータストアを残し、他の Insights を無効にする。",
    },
    controls: &[],
    reads: &[
        Fact::Organization,
        Fact::Regions,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::InsightSelectors,
        Fact::EventDataStores,
        Fact::EventDataStore,
    ],
    judge: Judge::Account(judge),
};

/// The kinds that a trail or event data store analyses, each with its category of events.
fn kinds(audit: &Audit<'_>, arn: &str, owner: AccountId) -> Observed<Vec<String>> {
    let (read, _) =
        audit.organization.resource::<InsightSelectors>(Fact::InsightSelectors, arn, owner)?;
    let named = read.insight_selectors.iter().flat_map(|selector| {
        let categories = match selector.event_categories.as_slice() {
            [] => vec!["Management"],
            some => some.iter().map(String::as_str).collect(),
        };
        categories.into_iter().map(|c| format!("{} of {c} events", selector.insight_type))
    });
    Ok(named.collect())
}

/// Of each trail and event data store what it analyses, with its ARN; a gap for what was not read.
fn analysers(account: &AccountView<'_>, audit: &Audit<'_>) -> Vec<Observed<(String, Vec<String>)>> {
    let mut found = Vec::new();
    for seen in account.trails() {
        let seen = match seen {
            Ok(seen) => seen.trail,
            Err(gap) => {
                found.push(Err(gap));
                continue;
            }
        };
        if seen.description.value.has_insight_selectors == Some(false) {
            continue;
        }
        match all([account.belongs(seen), account.is_logging(seen)]) {
            Ok(false) => {}
            Ok(true) => {
                found.push(kinds(audit, seen.arn(), seen.owner).map(|k| (seen.arn().to_owned(), k)))
            }
            Err(gap) => found.push(Err(gap)),
        }
    }
    for store in audit.organization.stores_for(account.id()) {
        found.push(store.and_then(|store| {
            kinds(audit, &store.arn, store.owner).map(|k| (store.arn.clone(), k))
        }));
    }
    found
}

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let mut by_kind: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut open = None;
    for analyser in analysers(account, audit) {
        match analyser {
            Ok((arn, kinds)) => {
                for kind in kinds {
                    by_kind.entry(kind).or_default().push(arn.clone());
                }
            }
            Err(gap) => drop(open.get_or_insert(gap)),
        }
    }
    let told: Vec<String> = by_kind
        .iter()
        .filter(|(_, arns)| arns.len() > 1)
        .map(|(kind, arns)| format!("{kind} by {}", arns.join(", ")))
        .collect();
    let expected = "each kind of Insights switched on once at most";
    let sights = || account.regions().map(|region| account.cite_trails_in(region));
    match (told.is_empty(), open) {
        (true, Some(gap)) => Err(gap),
        (true, None) => Ok(pass("no kind of Insights is switched on twice")
            .observed(format!("{} kinds", by_kind.len()))
            .expected(expected)
            .cite(sights())),
        (false, _) => Ok(fail(format!("Insights are paid more than once: {}", told.join("; ")))
            .reason(Reason::ANALYSED_TWICE)
            .observed(told.join("; "))
            .expected(expected)
            .cite(sights())),
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::json;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn one_kind_on_two_trails_or_stores_is_paid_twice() {
        let insights = |kind: &str| {
            serde_json::from_value(json!({"InsightSelectors": [{"InsightType": kind}]})).unwrap()
        };
        let with = |name: &str, kind: &str| {
            trail(name).but(|t| {
                t.description.has_insight_selectors = Some(true);
                t.insights = insights(kind);
            })
        };
        let rate = "ApiCallRateInsight";
        let both =
            || organization().with(with("org", rate).for_organization()).with(with("b", rate));
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization().with(with("a", rate)).with(trail("b")))
            .passes(organization().with(with("a", rate)).with(with("b", "ApiErrorRateInsight")))
            .passes(organization().with(with("a", rate)).with(with("b", rate).stopped()))
            .fails("analysed_twice", both())
            .fails(
                "analysed_twice",
                organization()
                    .with(with("a", rate))
                    .with_store(store("s").but(|s| s.insights = insights(rate))),
            )
            .is_unknown(Cause::AccessDenied, both().deny(Fact::InsightSelectors))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::TrailStatus))
            .is_unknown(Cause::CrossAccountUnreadable, both().deny(Fact::Organization))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::Trails))
            .is_unknown(Cause::AccessDenied, organization().deny(Fact::EventDataStores))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions));
    }
}
