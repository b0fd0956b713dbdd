//! Every copy of a data event is paid, the first one included.

use std::collections::BTreeSet;

use trailproof_core::copies::{Copy, pairs, proved};
use trailproof_core::prelude::*;
use trailproof_core::selector::{Category, Selectors};

/// The check.
pub const CHECK: Check = Check {
    id: "cost-duplicate-data-events",
    title: "No data event is recorded by two trails",
    group: Group::Cost,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Data events are many and each copy is paid: a second trail that selects the same resources \
                doubles the bill and proves nothing more.",
    remediation: Remediation {
        summary: "Let each kind of data events be selected by one trail.",
        command: "aws cloudtrail put-event-selectors --trail-name {trail} --region {region} \
                  --advanced-event-selectors file://selectors.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-manage-costs.html",
    },
    japanese: Japanese {
        title: "同一のデータイベントを 2 つの証跡が記録していない",
        rationale: "データイベントは大量に発生し、複製ごとに課金される。同じリソースを選択する 2 つ目の証跡は費用を倍\
                    にするだけで、立証には寄与しない。",
        remediation: "データイベントの種類ごとに、選択する証跡を 1 つに限定する。",
    },
    controls: &[],
    reads: &[
        Fact::Organization,
        Fact::Regions,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventSelectors,
    ],
    judge: Judge::Account(judge),
};

fn judge(account: &AccountView<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let asked = |selectors: &Selectors| selectors.has_category(Category::Data);
    let mut copies: Vec<Observed<Copy<'_>>> = Vec::new();
    let mut unseen = None;
    for seen in account.trails() {
        match seen {
            Ok(seen) => copies.extend(account.copy(seen.trail, asked).transpose()),
            Err(gap) => drop(unseen.get_or_insert(gap)),
        }
    }
    let regions = |arn: &str| account.member.sees.get(arn);
    let common = |one: &Copy<'_>, other: &Copy<'_>| -> BTreeSet<String> {
        let both = regions(one.trail.arn()).zip(regions(other.trail.arn()));
        let places = both.map(|(one, other)| one.intersection(other));
        places.into_iter().flatten().map(ToString::to_string).collect()
    };
    let twice = pairs(&copies, |one, other| {
        let overlap = one.selectors.overlap(&other.selectors, Category::Data);
        let here = !common(one, other).is_empty();
        Ok(here && proved(overlap, one.trail.arn(), other.trail.arn())?)
    })?;
    let told: BTreeSet<String> = twice
        .iter()
        .map(|(one, other)| {
            let types: Vec<String> =
                one.selectors.common_types(&other.selectors).into_iter().map(|(t, _)| t).collect();
            let places: Vec<String> = common(one, other).into_iter().collect();
            let [one, other] = [one, other].map(|copy| copy.trail.arn());
            format!("{} by {one} and {other} in {}", types.join(", "), places.join(", "))
        })
        .collect();
    let expected = "each data event recorded by one trail at most";
    let cited = copies.iter().flatten().map(|copy| copy.trail.cite_selectors());
    if told.is_empty() {
        // There may be another trail where nobody looked.
        return match unseen {
            Some(gap) => Err(gap),
            None => Ok(pass("no two trails record the same data events")
                .expected(expected)
                .cite(account.regions().map(|region| account.cite_trails_in(region)))
                .cite(cited)),
        };
    }
    let told = told.into_iter().collect::<Vec<_>>().join("; ");
    Ok(fail(format!("data events are recorded more than once: {told}"))
        .reason(Reason::RECORDED_TWICE)
        .observed(told)
        .expected(expected)
        .cite(cited))
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
    fn two_trails_that_select_a_common_resource_are_paid_twice() {
        let arn = |value: &str| json!([{"Field": "resources.ARN", "StartsWith": [value]}]);
        let s3 = |name: &str, more: Value| trail(name).selecting(data("AWS::S3::Object", more));
        let functions = trail("b").selecting(data("AWS::Lambda::Function", json!([])));
        let both = || {
            organization()
                .with(s3("org", json!([])).for_organization())
                .with(s3("b", arn("arn:aws:s3:::data/")))
        };
        let apart = |one: &str, other: &str| {
            organization()
                .with(s3("a", json!([])).single_region(one))
                .with(s3("b", json!([])).single_region(other))
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization())
            .passes(organization().with(s3("a", json!([]))).with(trail("b")))
            .passes(organization().with(s3("a", json!([]))).with(functions))
            .passes(
                organization()
                    .with(s3("a", arn("arn:aws:s3:::one/")))
                    .with(s3("b", arn("arn:aws:s3:::two/"))),
            )
            .passes(apart("us-east-1", "eu-west-1"))
            .fails("recorded_twice", apart("us-east-1", "us-east-1"))
            .fails("recorded_twice", both())
            .is_unknown(Cause::AccessDenied, both().deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::TrailStatus))
            .is_unknown(Cause::CrossAccountUnreadable, both().deny(Fact::Organization))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::Trails))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions));
    }
}
