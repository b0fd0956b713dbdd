//! What is unusual in numbers stands in no single event.

use std::collections::BTreeSet;

use trailproof_core::account::SeenTrail;
use trailproof_core::answer::InsightSelectors;
use trailproof_core::aws::AccountId;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-insights-enabled",
    title: "A trail or event data store looks for unusual activity in the account",
    group: Group::Monitoring,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "A stolen key that lists everything, or a loop that is refused ten thousand times, breaks no rule in any \
                one call.",
    remediation: Remediation {
        summary: "Switch on Insights for call rates and error rates on one trail; a second trail only costs.",
        command: "aws cloudtrail put-insight-selectors --trail-name {trail} --region {region} --insight-selectors \
                  '[{\"InsightType\": \"ApiCallRateInsight\"}, {\"InsightType\": \"ApiErrorRateInsight\"}]'",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html",
    },
    japanese: Japanese {
        title: "証跡またはイベントデータストアが、アカウントの異常なアクティビティを検出している",
        rationale: "盗まれた認証情報による大量の列挙や、1 万回拒否されるループは、個々の呼び出しとしては何の規則にも\
                    違反しない。",
        remediation: "1 つの証跡で、API コール率と API エラー率の Insights を有効にする。2 つ目の証跡は費用を増やすだ\
                      けである。",
    },
    controls: &[
        Pci4_0_1.prowler("10.3.2"),
        Pci4_0_1.prowler("10.5.1"),
        Nist800_53R5.stave("SI-4"),
        Soc2.related("CC7.2"),
        Iso27001_2022.related("A.8.16"),
        Hipaa164.related("164.308(a)(1)(ii)(D)"),
    ],
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

/// The kinds that a trail or event data store looks for in management events. A selector without categories means these.
fn kinds(audit: &Audit<'_>, arn: &str, owner: AccountId) -> Observed<BTreeSet<String>> {
    let (read, _) =
        audit.organization.resource::<InsightSelectors>(Fact::InsightSelectors, arn, owner)?;
    let of_management = read.insight_selectors.iter().filter(|selector| {
        let categories = &selector.event_categories;
        categories.is_empty() || categories.iter().any(|category| category == "Management")
    });
    Ok(of_management.map(|selector| selector.insight_type.clone()).collect())
}

/// Of each trail and event data store what it looks for; a gap for what was not read.
fn analysers(account: &AccountView<'_>, audit: &Audit<'_>) -> Vec<Observed<BTreeSet<String>>> {
    let of_trail = |seen: Observed<SeenTrail<'_>>| -> Observed<BTreeSet<String>> {
        let trail = seen?.trail;
        if trail.description.value.has_insight_selectors == Some(false) {
            return Ok(BTreeSet::new());
        }
        if !all([account.belongs(trail), account.is_logging(trail)])? {
            return Ok(BTreeSet::new());
        }
        kinds(audit, trail.arn(), trail.owner)
    };
    let stores = audit.organization.stores_for(account.id());
    let of_store =
        |store: Observed<&Store>| store.and_then(|store| kinds(audit, &store.arn, store.owner));
    account.trails().into_iter().map(of_trail).chain(stores.into_iter().map(of_store)).collect()
}

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let analysers = analysers(account, audit);
    let expected = "every kind of Insights that the policy asks for";
    let sights: Vec<Evidence> =
        account.regions().map(|region| account.cite_trails_in(region)).collect();
    let (mut missing, mut open) = (Vec::new(), None);
    for kind in audit.policy.required_insights.iter().map(|kind| kind.as_str()) {
        match find(analysers.iter().cloned(), |kinds| Ok(kinds.contains(kind))) {
            Ok(Some(_)) => {}
            Ok(None) => missing.push(kind),
            Err(gap) => drop(open.get_or_insert(gap)),
        }
    }
    if missing.is_empty() {
        return match open {
            Some(gap) => Err(gap),
            None => Ok(pass("every kind is looked for").expected(expected).cite(sights)),
        };
    }
    let named = missing.join(", ");
    Ok(fail(format!("nothing looks for {named} in management events"))
        .reason(Reason::NO_INSIGHTS)
        .observed(format!("missing: {named}"))
        .expected(expected)
        .cite(sights))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::json;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    const BOTH: [&str; 2] = ["ApiCallRateInsight", "ApiErrorRateInsight"];

    fn insights(kinds: &[&str], categories: &[&str]) -> trailproof_core::answer::InsightSelectors {
        let one = |kind: &&str| json!({ "InsightType": kind, "EventCategories": categories });
        let selectors: Vec<_> = kinds.iter().map(one).collect();
        serde_json::from_value(json!({ "InsightSelectors": selectors })).unwrap()
    }

    fn with(kinds: &[&str], categories: &[&str]) -> TrailSetup {
        trail("audit").but(|t| {
            t.description.has_insight_selectors = Some(true);
            t.insights = insights(kinds, categories);
        })
    }

    #[test]
    fn both_kinds_are_looked_for_somewhere() {
        let world = |setup: TrailSetup| organization().with(setup);
        let both = || world(with(&BOTH, &[]));
        let stored = || {
            let lake = store("lake").but(|store| store.insights = insights(&BOTH, &[]));
            organization().with_store(lake)
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(both())
            .passes(world(with(&BOTH, &["Management", "Data"])))
            .passes(world(with(&BOTH, &[]).for_organization()))
            .passes(stored())
            .fails("no_insights", world(with(&BOTH, &["Data"])))
            .fails("no_insights", world(with(&BOTH[..1], &[])))
            .fails("no_insights", world(with(&BOTH, &[]).stopped()))
            .fails("no_insights", world(trail("audit")))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::InsightSelectors))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, stored().deny(Fact::EventDataStores))
            .policy(|policy| {
                policy.required_insights.pop_last();
            })
            .passes(world(with(&BOTH[..1], &[])));
    }
}
