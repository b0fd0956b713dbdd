//! Calls through VPC endpoints that a policy refuses show in network activity events only.

use trailproof_core::prelude::*;
use trailproof_core::selector::Category;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-network-activity-events",
    title: "A logging trail records network activity events",
    group: Group::Presence,
    severity: Severity::Info,
    weight: Severity::Info.weight(),
    rationale: "A refused call through a VPC endpoint, the sign of stolen credentials or of data on its way out, \
                is in no other record.",
    remediation: Remediation {
        summary: "Add an advanced selector of eventCategory NetworkActivity with the eventSource of each service \
                  that matters.",
        command: "aws cloudtrail put-event-selectors --trail-name {trail} --region {region} \
                  --advanced-event-selectors file://selectors.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html",
    },
    japanese: Japanese {
        title: "ログ記録中の証跡がネットワークアクティビティイベントを記録している",
        rationale: "VPC エンドポイント経由で拒否された呼び出しは、認証情報の盗難やデータの持ち出しの兆候であり、他の\
                    どの記録にも残らない。",
        remediation: "eventCategory を NetworkActivity とする高度なイベントセレクターを追加し、重要なサービスごとに eventSource を\
                      指定する。",
    },
    controls: &[Nist800_53R5.stave("AU-12"), Soc2.stave("CC7.1"), Iso27001_2022.related("A.8.16")],
    reads: &[Fact::Regions, Fact::Trails, Fact::TrailStatus, Fact::EventSelectors],
    judge: Judge::Account(judge),
};

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    if !audit.policy.require_network_activity_events {
        return Ok(
            not_applicable("require_network_activity_events is false").reason(Reason::NOT_REQUIRED)
        );
    }
    let found = find(account.trails(), |seen| {
        let selects = seen.trail.selectors().map(|all| all.has_category(Category::NetworkActivity));
        all([account.is_logging(seen.trail), selects])
    })?;
    Ok(match found {
        Some(seen) => pass(format!("{} records some", seen.trail.name()))
            .cite([seen.cite(), seen.trail.cite_selectors()]),
        None => fail("no logging trail records network activity events")
            .reason(Reason::NOT_RECORDED)
            .cite(account.trails().into_iter().flatten().map(|seen| seen.trail.cite_selectors())),
    }
    .expected("a logging trail with a selector of NetworkActivity"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::json;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn one_term_of_a_logging_trail_is_enough_where_it_is_asked_for() {
        let network = || {
            trail("audit").selecting(json!({"AdvancedEventSelectors": [{"FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["NetworkActivity"]},
                {"Field": "eventSource", "Equals": ["s3.amazonaws.com"]}]}]}))
        };
        let all = || organization().with(network());
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .does_not_apply("not_required", all())
            .policy(|policy| policy.require_network_activity_events = true)
            .passes(all())
            .fails("not_recorded", organization().with(trail("audit")))
            .fails("not_recorded", organization().with(network().stopped()))
            .is_unknown(Cause::AccessDenied, all().deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, all().deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, all().deny(Fact::Trails))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions));
    }
}
