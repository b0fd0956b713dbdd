//! Actions that are switched off look like actions on every list.

use trailproof_core::monitoring::WatchedAlarm;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudwatch-alarm-action-enabled-check",
    title: "Every alarm on the trail carries out its actions",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: 0,
    rationale: "One call silences the alarm and leaves everything in place.",
    remediation: Remediation {
        summary: "Switch the alarm's actions on.",
        command: "aws cloudwatch enable-alarm-actions --alarm-names ALARM --region {region}",
        link: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_EnableAlarmActions.html",
    },
    japanese: Japanese {
        title: "証跡に関するすべてのアラームのアクションが有効である",
        rationale: "1 回の呼び出しで、設定をすべて残したままアラームを沈黙させられる。",
        remediation: "アラームのアクションを有効にする。",
    },
    controls: &[
        Fsbp.seen("CloudWatch.17"),
        Pci4_0_1.related("10.7"),
        Nist800_53R5.seen("AU-6(1)"),
        Nist800_53R5.seen("AU-6(5)"),
        Nist800_53R5.seen("CA-7"),
        Nist800_53R5.seen("SI-2"),
        Nist800_53R5.seen("SI-4(12)"),
        Soc2.related("CC7.2"),
        Iso27001_2022.related("A.8.16"),
    ],
    reads: &[Fact::Trails, Fact::MetricFilters, Fact::Alarms],
    judge: Judge::Alarm(judge),
};

fn judge(alarm: &WatchedAlarm<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let enabled = alarm.alarm.actions_enabled;
    let cited = alarm.cite("ActionsEnabled", enabled);
    let enabled = enabled.ok_or_else(|| Gap {
        account: Some(alarm.group.destination.owner),
        region: Some(alarm.group.destination.region.clone()),
        ..Gap::new(Fact::Alarms, Cause::Undecidable, "DescribeAlarms left out ActionsEnabled")
    })?;
    Ok(if enabled {
        pass("its actions are carried out")
    } else {
        fail("its actions are switched off").reason(Reason::ALARM_ACTIONS_DISABLED)
    }
    .observed(format!("ActionsEnabled={enabled}"))
    .expected("ActionsEnabled=true")
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
    fn its_actions_are_on() {
        let with =
            |enabled| world().alarms(|alarms| alarms.metric_alarms[0].actions_enabled = enabled);
        let _ = expect(&CHECK)
            .passes(world())
            .fails("alarm_actions_disabled", with(Some(false)))
            .is_unknown(Cause::Undecidable, with(None))
            .is_unknown(Cause::AccessDenied, world().deny(Fact::Alarms))
            .is_unknown(Cause::AccessDenied, world().deny(Fact::MetricFilters));
    }
}
