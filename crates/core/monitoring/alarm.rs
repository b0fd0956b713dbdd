//! Whether an alarm goes off when a filter has counted one event.

use super::Broken;
use super::group::Look;
use crate::answer::MetricTransformation;

/// What is asked of an alarm beside its metric.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Whether it may wait for several events.
    pub(super) several: bool,
    /// The longest period in seconds.
    pub(super) max_period: u32,
}

/// Why one event makes no alarm, where it is known that it makes none. The inner error is the test that could not be
/// made.
pub(super) fn fault(
    look: &Look<'_>,
    metric: &MetricTransformation,
    wanted: Wanted,
) -> Result<Option<(Broken, String)>, String> {
    let name = &look.alarm.alarm_name;
    let unit =
        |unit: Option<&str>| unit.filter(|unit| !unit.is_empty()).unwrap_or("None").to_owned();
    if let Some(asked) = look.unit
        && unit(Some(asked)) != unit(metric.unit.as_deref())
    {
        let written = unit(metric.unit.as_deref());
        let message =
            format!("the alarm {name} looks at the unit {asked}, the filter writes {written}");
        return Ok(Some((Broken::UnitMismatch, message)));
    }
    if let Some(message) = threshold(look, metric, wanted)? {
        return Ok(Some((Broken::ThresholdUnreachable, message)));
    }
    let period = look.period.or(look.alarm.period);
    let long = |period: &i32| i64::from(*period) > i64::from(wanted.max_period);
    if let Some(period) = period.filter(long) {
        let message = format!("the alarm {name} looks every {period} seconds only");
        return Ok(Some((Broken::PeriodTooLong, message)));
    }
    let periods = look.alarm.evaluation_periods;
    match look.alarm.datapoints_to_alarm.or(periods) {
        None => return Err(format!("the alarm {name} is shown without its periods")),
        Some(points) if points > 1 => {
            let message = format!("the alarm {name} wants {points} periods with an event each");
            return Ok(Some((Broken::DatapointsUnreachable, message)));
        }
        Some(_) => {}
    }
    let breaching = look.alarm.treat_missing_data.as_deref() == Some("breaching");
    if breaching && metric.default_value.is_none() {
        let message = format!(
            "the alarm {name} takes missing data for a breach: it is in alarm already, and does nothing when an event \
             comes"
        );
        return Ok(Some((Broken::StuckInAlarm, message)));
    }
    Ok(None)
}

/// Why the threshold is not reached.
fn threshold(
    look: &Look<'_>,
    metric: &MetricTransformation,
    wanted: Wanted,
) -> Result<Option<String>, String> {
    let name = &look.alarm.alarm_name;
    let band = |query: &crate::answer::MetricQuery| {
        query.expression.as_deref().is_some_and(|text| text.contains("ANOMALY_DETECTION_BAND"))
    };
    if look.alarm.metrics.iter().any(band) {
        return Ok(Some(format!("the alarm {name} waits for what is unusual")));
    }
    let operator = look.alarm.comparison_operator.as_deref().unwrap_or_default();
    let inclusive = match operator {
        "GreaterThanOrEqualToThreshold" => true,
        "GreaterThanThreshold" => false,
        other => return Ok(Some(format!("the alarm {name} compares with {other}"))),
    };
    // What an expression makes of the metric is not worked out: that it holds the metric is what counts.
    if !look.direct {
        return Ok(None);
    }
    let value = match look.statistic {
        Some("SampleCount") => 1.0,
        Some("Sum" | "Maximum") => written(metric)?,
        Some("Average" | "Minimum") if metric.default_value.is_none() => written(metric)?,
        Some(other) => {
            return Ok(Some(format!(
                "the alarm {name} looks at {other}, which one event need not move"
            )));
        }
        None => return Ok(Some(format!("the alarm {name} looks at a percentile"))),
    };
    if value <= 0.0 {
        return Ok(Some(format!("the filter counts {} for each event", metric.metric_value)));
    }
    let text = look.alarm.threshold.as_deref().unwrap_or_default();
    let Ok(threshold) = text.parse::<f64>() else {
        return Err(format!("the alarm {name} is shown without its threshold"));
    };
    let reached = wanted.several || if inclusive { value >= threshold } else { value > threshold };
    Ok((!reached)
        .then(|| format!("one event does not reach the threshold {text} of the alarm {name}")))
}

/// What the filter writes for an event.
fn written(metric: &MetricTransformation) -> Result<f64, String> {
    let text = &metric.metric_value;
    text.parse().map_err(|_| format!("what {text} is in an event is not known"))
}
