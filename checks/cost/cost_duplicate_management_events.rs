//! The first copy of management events is free, every further one is paid.

use std::collections::BTreeSet;

use trailproof_core::copies::{pairs, proved};
use trailproof_core::prelude::*;
use trailproof_core::selector::{Category, Selectors};

/// The check.
pub const CHECK: Check = Check {
    id: "cost-duplicate-management-events",
    title: "No management event is recorded by two trails",
    group: Group::Cost,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "A second trail that records the same management events proves nothing more and is paid per \
                event.",
    remediation: Remediation {
        summary: "Let one of the trails leave out management events, or delete the local trail where an \
                  organization trail records the account.",
        command: "aws cloudtrail put-event-selectors --trail-name {trail} --region {region} \
                  --advanced-event-selectors file://selectors.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-manage-costs.html",
    },
    japanese: Japanese {
        title: "同一の管理イベントを 2 つの証跡が記録していない",
        rationale: "同じ管理イベントを記録する 2 つ目の証跡は立証に寄与せず、イベントごとに課金される。",
        remediation: "一方の証跡から管理イベントを除外する。組織の証跡がアカウントを記録している場合は、アカウント独\
                      自の証跡を削除する。",
    },
    controls: &[],
    reads: &[
        Fact::Organization,
        Fact::Regions,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventSelectors,
    ],
    judge: Judge::Region(judge),
};

fn judge(view: &RegionView<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let account = view.account;
    let seen = account.trails_in(view.region)?;
    let copies: Vec<_> = seen
        .iter()
        .filter_map(|seen| account.copy(seen.trail, Selectors::records_management).transpose())
        .collect();
    let twice = pairs(&copies, |one, other| {
        let overlap = one.selectors.overlap(&other.selectors, Category::Management);
        proved(overlap, one.trail.arn(), other.trail.arn())
    })?;
    let arns: BTreeSet<&str> =
        twice.iter().flat_map(|(one, other)| [one.trail.arn(), other.trail.arn()]).collect();
    let cited = seen.iter().flat_map(|seen| [seen.cite(), seen.trail.cite_selectors()]);
    let expected = "each management event recorded by one trail at most";
    if arns.is_empty() {
        return Ok(pass("no two trails record the same management events")
            .observed(format!("{} trails record management events", copies.len()))
            .expected(expected)
            .cite([view.account.cite_trails_in(view.region)])
            .cite(cited));
    }
    let named = arns.into_iter().collect::<Vec<_>>().join(", ");
    Ok(fail(format!(
        "management events of {} are recorded more than once, by {named}",
        view.region
    ))
    .reason(Reason::RECORDED_TWICE)
    .observed(named)
    .expected(expected)
    .cite(cited))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn two_trails_that_select_a_common_event_are_paid_twice() {
        let half = |kind: &str| json!({"EventSelectors": [{"ReadWriteType": kind}]});
        let data = json!({"EventSelectors": [{"IncludeManagementEvents": false,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]});
        let custom = |name: &str, selectors: Value| trail(name).selecting(selectors);
        let both = || {
            organization()
                .with(trail("org").for_organization().selecting(half("All")))
                .with(custom("local", half("All")))
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization())
            .passes(organization().with(trail("audit")))
            .passes(organization().with(trail("audit")).with(custom("data", data))) // edge 152
            .passes(
                organization() // edge 153
                    .with(custom("reads", half("ReadOnly")))
                    .with(custom("writes", half("WriteOnly"))),
            )
            .passes(organization().with(trail("audit")).with(trail("other").stopped()))
            .fails("recorded_twice", both()) // edge 151
            .is_unknown(Cause::AccessDenied, both().deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::TrailStatus))
            .is_unknown(Cause::CrossAccountUnreadable, both().deny(Fact::Organization))
            .is_unknown(Cause::AccessDenied, both().deny(Fact::Trails))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions));
    }
}
