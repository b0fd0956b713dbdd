//! Policies that bind every account are lifted here, and accounts leave from here.

use crate::event_filters;
use trailproof_core::monitoring::Limits;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "log-metric-filter-organizations-changes",
    title: "Somebody is told of every change of the organization",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: 1,
    rationale: "Policies that bind every account are lifted here, and accounts leave from here.",
    remediation: event_filters::REMEDIATION,
    japanese: Japanese {
        title: "組織のあらゆる変更が担当者に通知される",
        rationale: "すべてのアカウントを拘束するポリシーの解除も、アカウントの離脱も、ここで行われる。",
        remediation: event_filters::JAPANESE_REMEDIATION,
    },
    controls: &[
        Cis1_4.prowler("4.15"),
        Cis3_0.prowler("4.15"),
        Cis5_0.prowler("4.15"),
        Cis6_0.prowler("5.15"),
        Cis7_0.prowler("5.15"),
        Pci4_0_1.related("10.4.1"),
        Pci4_0_1.related("10.7"),
        Nist800_53R5.stave("SI-4"),
        Nist800_53R5.stave("AU-6"),
        Soc2.stave("CC7.2"),
        Soc2.stave("CC7.3"),
        Iso27001_2022.prowler("A.8.15"),
        Iso27001_2022.prowler("A.8.16"),
    ],
    reads: &[
        Fact::Organization,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventSelectors,
        Fact::Topic,
        Fact::LogGroup,
        Fact::MetricFilters,
        Fact::Alarms,
        Fact::MuteRules,
        Fact::EventRules,
    ],
    judge: Judge::Account(judge),
};

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let all = account.organization;
    match all.management()? {
        None => {
            return Ok(
                not_applicable("the account is in no organization").reason(Reason::NO_ORGANIZATION)
            );
        }
        Some(management) if management != account.id() => {
            let message = format!("what changes the organization is recorded in {management}");
            return Ok(not_applicable(message).reason(Reason::NOT_REQUIRED));
        }
        Some(_) => {}
    }
    let limits = Limits {
        accept_eventbridge: audit.policy.accept_eventbridge,
        alarm_max_period_s: audit.policy.alarm_max_period_s,
        cwl_stale_hours: audit.policy.cwl_stale_hours,
    };
    event_filters::judge(account, "organizations-changes", limits)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::{EventRule, MuteRule};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;
    use trailproof_core::monitoring::EventSet;

    fn names() -> Vec<&'static str> {
        EventSet::named("organizations-changes").unwrap().names()
    }

    fn told() -> World {
        telling(organization().with(trail("org").for_organization()), &[naming("all", &names())])
    }

    #[test]
    fn the_management_account_is_told() {
        let custom = || {
            let setup = trail("org").for_organization();
            let setup = setup.selecting(serde_json::json!({ "EventSelectors": [{}] }));
            telling(organization().with(setup), &[naming("all", &names())])
        };
        let place = |account: &str| (id(account), "us-east-1".parse().unwrap());
        let ruled = organization().with(trail("org").for_organization()).but(|world| {
            let rule = EventRule {
                name: "tell".into(),
                state: Some("ENABLED".into()),
                event_pattern: serde_json::json!({ "detail": { "eventName": names() } })
                    .to_string(),
                targets: vec![TOPIC.into()],
            };
            world.monitoring.rules.insert(place(MANAGEMENT), vec![rule]);
        });
        let muted = told().but(|world| {
            let rule = MuteRule {
                status: Some("ACTIVE".into()),
                alarm_names: vec!["all".into()],
                ..MuteRule::default()
            };
            world.monitoring.mutes.insert(place(MEMBER), vec![rule]);
        });
        let _ = expect(&CHECK)
            .passes(told())
            .passes(custom())
            .passes(ruled)
            .fails("alarm_muted", muted)
            .fails("no_filter", organization().with(trail("org").for_organization()))
            .fails("no_trail_log_group", organization().with(trail("audit")))
            .is_unknown(Cause::AccessDenied, told().deny(Fact::Organization))
            .in_account(MEMBER)
            .does_not_apply("not_required", told())
            .does_not_apply("no_organization", account().with(trail("audit")));
    }
}
