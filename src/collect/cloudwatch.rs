//! The alarms of a region, and what mutes them.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::config::Builder;
use aws_sdk_cloudwatch::types::{self, AlarmType, Dimension};
use trailproof_core::answer::{Alarms, Answer, CompositeAlarm, MetricAlarm, MetricQuery, MuteRule};
use trailproof_core::aws::Region;

use super::ask::timestamp;
use super::gap::Failure;
use super::organizations::{incomplete, within};
use super::session::{Session, sdk_region};

/// All alarms of a region. Composite ones come only where they are asked for.
pub async fn alarms(session: &Session, region: &Region) -> Result<Answer, Failure> {
    let kinds = vec![AlarmType::MetricAlarm, AlarmType::CompositeAlarm];
    let request = session.cloudwatch().describe_alarms().set_alarm_types(Some(kinds));
    let (mut alarms, mut token) = (Alarms::default(), None);
    loop {
        let there = Builder::new().region(sdk_region(region));
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there).send().await?;
        let composite = answer.composite_alarms.unwrap_or_default();
        alarms
            .metric_alarms
            .extend(answer.metric_alarms.unwrap_or_default().into_iter().map(on_metric));
        alarms.composite_alarms.extend(composite.into_iter().map(on_alarms));
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(Answer::Alarms(alarms));
        }
    }
}

fn dimensions(dimensions: Option<Vec<Dimension>>) -> BTreeMap<String, String> {
    let pair = |one: Dimension| (one.name.unwrap_or_default(), one.value.unwrap_or_default());
    dimensions.unwrap_or_default().into_iter().map(pair).collect()
}

fn on_metric(alarm: types::MetricAlarm) -> MetricAlarm {
    let query = |query: types::MetricDataQuery| {
        let stat = query.metric_stat;
        let metric = stat.as_ref().and_then(|stat| stat.metric.clone());
        let (name, namespace, of) = metric.map_or((None, None, None), |metric| {
            (metric.metric_name, metric.namespace, metric.dimensions)
        });
        let unit = stat.as_ref().and_then(|stat| stat.unit.as_ref());
        MetricQuery {
            id: query.id.unwrap_or_default(),
            expression: query.expression.filter(|text| !text.is_empty()),
            metric_name: name,
            namespace,
            dimensions: dimensions(of),
            stat: stat.as_ref().and_then(|stat| stat.stat.clone()),
            period: stat.as_ref().and_then(|stat| stat.period).or(query.period),
            unit: unit.map(|unit| unit.as_str().to_owned()),
            account_id: query.account_id.filter(|id| !id.is_empty()),
            return_data: query.return_data,
        }
    };
    MetricAlarm {
        alarm_name: alarm.alarm_name.unwrap_or_default(),
        alarm_arn: alarm.alarm_arn.unwrap_or_default(),
        actions_enabled: alarm.actions_enabled,
        alarm_actions: alarm.alarm_actions.unwrap_or_default(),
        metric_name: alarm.metric_name,
        namespace: alarm.namespace,
        dimensions: dimensions(alarm.dimensions),
        statistic: alarm.statistic.map(|statistic| statistic.as_str().to_owned()),
        period: alarm.period,
        unit: alarm.unit.map(|unit| unit.as_str().to_owned()),
        evaluation_periods: alarm.evaluation_periods,
        datapoints_to_alarm: alarm.datapoints_to_alarm,
        threshold: alarm.threshold.map(|threshold| threshold.to_string()),
        comparison_operator: alarm.comparison_operator.map(|operator| operator.as_str().to_owned()),
        treat_missing_data: alarm.treat_missing_data,
        metrics: alarm.metrics.unwrap_or_default().into_iter().map(query).collect(),
    }
}

fn on_alarms(alarm: types::CompositeAlarm) -> CompositeAlarm {
    CompositeAlarm {
        alarm_name: alarm.alarm_name.unwrap_or_default(),
        alarm_arn: alarm.alarm_arn.unwrap_or_default(),
        alarm_rule: alarm.alarm_rule,
        actions_enabled: alarm.actions_enabled,
        alarm_actions: alarm.alarm_actions.unwrap_or_default(),
        actions_suppressor: alarm.actions_suppressor.filter(|name| !name.is_empty()),
    }
}

/// The rules that mute alarms of a region, each with the alarms that it is about: lists leave these out.
pub async fn mute_rules(session: &Session, region: &Region) -> Result<Answer, Failure> {
    let request = session.cloudwatch().list_alarm_mute_rules();
    let (mut rules, mut token) = (Vec::new(), None);
    loop {
        let there = Builder::new().region(sdk_region(region));
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there).send().await?;
        for summary in answer.alarm_mute_rule_summaries.unwrap_or_default() {
            let arn = summary.alarm_mute_rule_arn.ok_or_else(|| incomplete("AlarmMuteRuleArn"))?;
            let status = summary.status.map(|status| status.as_str().to_owned());
            // What has ended mutes nothing, whichever alarms it was about.
            let alarm_names = match status.as_deref() {
                Some("EXPIRED") => Vec::new(),
                _ => muted(session, region, &arn).await?,
            };
            let expire_date = timestamp(summary.expire_date.as_ref());
            rules.push(MuteRule { arn, status, alarm_names, expire_date });
        }
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(Answer::MuteRules(rules));
        }
    }
}

/// The names of the alarms that a rule is about. It is asked for by its name, which its ARN ends in.
async fn muted(session: &Session, region: &Region, arn: &str) -> Result<Vec<String>, Failure> {
    let name = arn.rsplit(':').next().unwrap_or(arn);
    let request = session.cloudwatch().get_alarm_mute_rule().alarm_mute_rule_name(name);
    let there = Builder::new().region(sdk_region(region));
    let sent = request.customize().config_override(there).send().await;
    let answer = sent.map_err(|error| within("GetAlarmMuteRule", error.into()))?;
    Ok(answer.mute_targets.and_then(|targets| targets.alarm_names).unwrap_or_default())
}
