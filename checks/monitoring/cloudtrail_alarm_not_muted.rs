//! A mute rule silences an alarm and changes nothing on it.

use trailproof_core::answer::MuteRule;
use trailproof_core::monitoring::WatchedAlarm;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-alarm-not-muted",
    title: "No alarm on the trail is muted",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "The alarm goes off, is shown as enabled, and tells nobody until the rule ends.",
    remediation: Remediation {
        summary: "Delete the rule that mutes the alarm.",
        command: "aws cloudwatch delete-alarm-mute-rule --alarm-mute-rule-name RULE --region {region}",
        link: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules.html",
    },
    japanese: Japanese {
        title: "証跡に関するアラームがミュートされていない",
        rationale: "アラームは発生し、有効と表示されるが、ミュートルールが終了するまで誰にも通知されない。",
        remediation: "アラームをミュートしているルールを削除する。",
    },
    controls: &[Pci4_0_1.related("10.7"), Soc2.related("CC7.2"), Iso27001_2022.related("A.8.16")],
    reads: &[Fact::Trails, Fact::MetricFilters, Fact::Alarms, Fact::MuteRules],
    judge: Judge::Alarm(judge),
};

fn judge(alarm: &WatchedAlarm<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let (rules, source) = alarm.mutes()?;
    let composites = alarm.composites();
    let names: Vec<&str> = [alarm.alarm.alarm_name.as_str()]
        .into_iter()
        .chain(composites.iter().map(|composite| composite.alarm_name.as_str()))
        .collect();
    let of_status = |status: &str| {
        rules.iter().find(|rule| {
            rule.status.as_deref() == Some(status)
                && rule.alarm_names.iter().any(|name| names.contains(&name.as_str()))
        })
    };
    let cited = |rule: &MuteRule| source.cite("AlarmMuteRuleArn", rule.arn.as_str());
    if let Some(rule) = of_status("ACTIVE") {
        let until = rule.expire_date.map(|end| format!(" until {end} at the latest"));
        return Ok(fail(format!("muted by {}{}", rule.arn, until.unwrap_or_default()))
            .reason(Reason::ALARM_MUTED)
            .observed("Status=ACTIVE")
            .expected("no active rule")
            .cite([cited(rule)]));
    }
    Ok(match of_status("SCHEDULED") {
        Some(rule) => pass(format!("not now; {} mutes it at set times", rule.arn))
            .reason(Reason::MUTED_AT_TIMES)
            .cite([cited(rule)]),
        None => pass("no rule mutes it").cite([source.cite("AlarmMuteRules", rules.len())]),
    }
    .expected("no active rule"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::{CompositeAlarm, MuteRule};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn world() -> World {
        telling(organization().with(trail("audit")), &[naming("changes", &["StopLogging"])])
    }

    fn muted(status: &str, alarm: &str) -> World {
        world().but(|world| {
            let rule = MuteRule {
                arn: "arn:aws:cloudwatch:us-east-1:111122223333:alarm-mute-rule:night".into(),
                status: Some(status.into()),
                alarm_names: vec![alarm.into()],
                expire_date: None,
            };
            let place = (id(MEMBER), "us-east-1".parse().unwrap());
            world.monitoring.mutes.insert(place, vec![rule]);
        })
    }

    #[test]
    fn nothing_mutes_it_now() {
        let composite = muted("ACTIVE", "any").alarms(|alarms| {
            alarms.composite_alarms.push(CompositeAlarm {
                alarm_name: "any".into(),
                alarm_rule: Some("ALARM(changes)".into()),
                ..CompositeAlarm::default()
            });
        });
        let _ = expect(&CHECK)
            .passes(world())
            .passes(muted("EXPIRED", "changes"))
            .passes(muted("SCHEDULED", "changes"))
            .passes(muted("ACTIVE", "another"))
            .fails("alarm_muted", muted("ACTIVE", "changes"))
            .fails("alarm_muted", composite)
            .is_unknown(Cause::AccessDenied, world().deny(Fact::MuteRules))
            .is_unknown(Cause::AccessDenied, world().deny(Fact::Alarms))
            .is_unknown(Cause::AccessDenied, world().deny(Fact::MetricFilters));
    }
}
