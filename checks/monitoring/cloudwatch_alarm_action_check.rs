//! An alarm without an action is a colour on a page.

use trailproof_core::monitoring::WatchedAlarm;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudwatch-alarm-action-check",
    title: "Every alarm on the trail has an action",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: 0,
    rationale: "The alarm goes off, and nobody hears it.",
    remediation: Remediation {
        summary: "Let the alarm notify a topic.",
        command: "aws cloudwatch put-metric-alarm --alarm-name ALARM --alarm-actions TOPIC --region {region}",
        link: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
    },
    japanese: Japanese {
        title: "証跡に関するすべてのアラームにアクションが設定されている",
        rationale: "アラームが発生しても、誰にも伝わらない。",
        remediation: "アラームの通知先としてトピックを設定する。",
    },
    controls: &[
        Fsbp.seen("CloudWatch.15"),
        Pci4_0_1.related("10.7"),
        Nist800_53R5.seen("AU-6(1)"),
        Nist800_53R5.seen("AU-6(5)"),
        Nist800_53R5.seen("CA-7"),
        Nist800_53R5.seen("IR-4(1)"),
        Nist800_53R5.seen("IR-4(5)"),
        Nist800_53R5.seen("SI-2"),
        Nist800_53R5.seen("SI-20"),
        Nist800_53R5.seen("SI-4(5)"),
        Nist800_53R5.seen("SI-4(12)"),
        Soc2.related("CC7.2"),
        Iso27001_2022.related("A.8.16"),
    ],
    reads: &[Fact::Trails, Fact::MetricFilters, Fact::Alarms],
    judge: Judge::Alarm(judge),
};

fn judge(alarm: &WatchedAlarm<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let actions = &alarm.alarm.alarm_actions;
    let cited = alarm.cite("AlarmActions", actions.clone());
    Ok(if actions.is_empty() {
        fail("nothing happens when it goes off")
            .reason(Reason::NO_ALARM_ACTION)
            .observed("AlarmActions is empty")
    } else {
        pass(format!("{} actions when it goes off", actions.len()))
    }
    .expected("an action at least")
    .cite([cited]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn world() -> World {
        telling(organization().with(trail("audit")), &[naming("changes", &["StopLogging"])])
    }

    #[test]
    fn something_happens_when_it_goes_off() {
        let idle = || world().alarms(|alarms| alarms.metric_alarms[0].alarm_actions.clear());
        let _ = expect(&CHECK)
            .passes(world())
            .fails("no_alarm_action", idle())
            .is_unknown(Cause::AccessDenied, world().deny(Fact::Alarms))
            .is_unknown(Cause::AccessDenied, world().deny(Fact::MetricFilters));
    }
}
