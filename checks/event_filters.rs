//! What the checks on being told of events have in common: what they read, how they are mended, how they judge.

use trailproof_core::monitoring::{EventSet, Limits, told};
use trailproof_core::prelude::*;

/// What the chain from an event to a person is read from.
pub(crate) const READS: &[Fact] = &[
    Fact::Trails,
    Fact::TrailStatus,
    Fact::EventSelectors,
    Fact::Topic,
    Fact::Key,
    Fact::KeyPolicy,
    Fact::LogGroup,
    Fact::MetricFilters,
    Fact::Alarms,
    Fact::MuteRules,
    Fact::EventRules,
];

/// How a missing link is made.
pub(crate) const REMEDIATION: Remediation = Remediation {
    summary: "Give the trail's log group a metric filter that takes all of these events, the metric an alarm, and the \
              alarm a topic with a confirmed subscription; or make a rule on the default event bus of each region.",
    command: "aws logs put-metric-filter --log-group-name GROUP --filter-name NAME --filter-pattern PATTERN \
              --metric-transformations metricName=NAME,metricNamespace=Trail,metricValue=1",
    link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudwatch-alarms-for-cloudtrail.html",
};

/// The same in Japanese.
pub(crate) const JAPANESE_REMEDIATION: &str = "証跡のロググループに、これらのイベントをすべて捕捉するメトリクスフィルターを設定し、そのメトリクスにアラームを、\
     アラームに確認済みのサブスクリプションを持つトピックを設定する。または、各リージョンのデフォルトのイベントバスに\
     ルールを作成する。";

/// Whether somebody is told of every event of the set of that name.
pub(crate) fn judge(account: &AccountView<'_>, id: &str, limits: Limits) -> Observed<Verdict> {
    match EventSet::named(id) {
        Some(set) => told(account, set, limits),
        None => {
            Ok(not_applicable(format!("no set of events is called {id}"))
                .reason(Reason::NO_SUCH_SET))
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use trailproof_core::answer::EventRule;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fixture::*;
    use trailproof_core::prelude::*;

    /// What every one of the checks must say, given a pattern that takes its events, a rule that does, and one of its
    /// events by name or pattern that alone is too little.
    pub(crate) fn holds(check: &Check, pattern: &str, rule: &str) {
        let told = || telling(organization().with(trail("audit")), &[filter("all", pattern)]);
        let custom = || {
            let setup = trail("audit").selecting(serde_json::json!({ "EventSelectors": [{}] }));
            telling(organization().with(setup), &[filter("all", pattern)])
        };
        let ruled = || {
            organization().with(trail("audit")).but(|world| {
                for region in world.partition.default_regions() {
                    let rule = EventRule {
                        name: "tell".into(),
                        state: Some("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS".into()),
                        event_pattern: rule.into(),
                        targets: vec![TOPIC.into()],
                    };
                    world.monitoring.rules.insert((id(MEMBER), region), vec![rule]);
                }
            })
        };
        let muted = told().but(|world| {
            let rule = trailproof_core::answer::MuteRule {
                arn: "arn:aws:cloudwatch:us-east-1:111122223333:alarm-mute-rule:night".into(),
                status: Some("ACTIVE".into()),
                alarm_names: vec!["all".into()],
                expire_date: None,
            };
            world.monitoring.mutes.insert((id(MEMBER), "us-east-1".parse().unwrap()), vec![rule]);
        });
        let _ = expect(check)
            .in_account(MEMBER)
            .passes(told())
            .passes(custom())
            .passes(ruled())
            .fails("no_filter", organization().with(trail("audit")))
            .fails("no_alarm", told().alarms(|alarms| alarms.metric_alarms.clear()))
            .fails("alarm_muted", muted)
            .fails("no_trail_log_group", organization().with(trail("audit").stopped()))
            .fails("no_trail_log_group", organization())
            .is_unknown(Cause::AccessDenied, told().deny(Fact::MetricFilters))
            .is_unknown(Cause::AccessDenied, ruled().deny(Fact::EventRules))
            .policy(|policy| policy.accept_eventbridge = false)
            .fails("no_filter", ruled());
    }
}
