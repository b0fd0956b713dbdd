//! The log groups that trails deliver to, and their metric filters.

use aws_sdk_cloudwatchlogs::config::Builder;
use trailproof_core::answer::{
    Answer, LogGroup, MetricFilter, MetricTransformation, SubscriptionFilter,
};
use trailproof_core::aws::Region;

use super::gap::Failure;
use super::organizations::incomplete;
use super::session::{Session, sdk_region};

/// The name in a log group's ARN, which trails write with `:*` at the end.
fn name(arn: &str) -> &str {
    let name = arn.split_once(":log-group:").map_or(arn, |(_, name)| name);
    name.strip_suffix(":*").unwrap_or(name)
}

/// None where no log group has that name. CloudWatch Logs looks by the beginning of the name, and answers in order.
pub async fn group(session: &Session, region: &Region, arn: &str) -> Result<Answer, Failure> {
    let name = name(arn);
    let request = session.logs().describe_log_groups().log_group_name_prefix(name);
    let mut token = None;
    loop {
        let there = Builder::new().region(sdk_region(region));
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there).send().await?;
        let groups = answer.log_groups.ok_or_else(|| incomplete("logGroups"))?;
        if let Some(group) = groups.iter().find(|group| group.log_group_name() == Some(name)) {
            return Ok(Answer::LogGroup(Some(LogGroup {
                retention_in_days: group.retention_in_days,
                kms_key_id: group.kms_key_id.clone().filter(|id| !id.is_empty()),
                log_group_class: group.log_group_class().map(|class| class.as_str().to_owned()),
                deletion_protection_enabled: group.deletion_protection_enabled,
            })));
        }
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(Answer::LogGroup(None));
        }
    }
}

/// The answer of a log group that is not there; any other failure is one.
fn unless_gone(failure: Failure, gone: Answer) -> Result<Answer, Failure> {
    if failure.is(&["ResourceNotFoundException"]) { Ok(gone) } else { Err(failure) }
}

/// The metric filters of a log group; none where there is no such group.
pub async fn filters(session: &Session, region: &Region, arn: &str) -> Result<Answer, Failure> {
    let request = session.logs().describe_metric_filters().log_group_name(name(arn));
    let (mut filters, mut token) = (Vec::new(), None);
    loop {
        let there = Builder::new().region(sdk_region(region));
        let request = request.clone().set_next_token(token);
        let answer = match request.customize().config_override(there).send().await {
            Ok(answer) => answer,
            Err(error) => return unless_gone(error.into(), Answer::MetricFilters(Vec::new())),
        };
        let page = answer.metric_filters.ok_or_else(|| incomplete("metricFilters"))?;
        filters.extend(page.into_iter().map(filter));
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(Answer::MetricFilters(filters));
        }
    }
}

/// Who is sent the events of a log group; nobody where there is no such group.
pub async fn subscriptions(
    session: &Session,
    region: &Region,
    arn: &str,
) -> Result<Answer, Failure> {
    let request = session.logs().describe_subscription_filters().log_group_name(name(arn));
    let (mut filters, mut token) = (Vec::new(), None);
    loop {
        let there = Builder::new().region(sdk_region(region));
        let request = request.clone().set_next_token(token);
        let answer = match request.customize().config_override(there).send().await {
            Ok(answer) => answer,
            Err(error) => {
                return unless_gone(error.into(), Answer::SubscriptionFilters(Vec::new()));
            }
        };
        let page = answer.subscription_filters.ok_or_else(|| incomplete("subscriptionFilters"))?;
        filters.extend(page.into_iter().map(|filter| SubscriptionFilter {
            filter_name: filter.filter_name.unwrap_or_default(),
            destination_arn: filter.destination_arn.unwrap_or_default(),
        }));
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(Answer::SubscriptionFilters(filters));
        }
    }
}

fn filter(filter: aws_sdk_cloudwatchlogs::types::MetricFilter) -> MetricFilter {
    let metric = |metric: aws_sdk_cloudwatchlogs::types::MetricTransformation| {
        let unit = metric.unit.map(|unit| unit.as_str().to_owned());
        MetricTransformation {
            metric_name: metric.metric_name,
            metric_namespace: metric.metric_namespace,
            metric_value: metric.metric_value,
            default_value: metric.default_value.map(|value| value.to_string()),
            dimensions: metric.dimensions.unwrap_or_default().into_iter().collect(),
            unit: unit.filter(|unit| !unit.is_empty()),
        }
    };
    let metrics = filter.metric_transformations.unwrap_or_default();
    MetricFilter {
        filter_name: filter.filter_name.unwrap_or_default(),
        filter_pattern: filter.filter_pattern.unwrap_or_default(),
        metric_transformations: metrics.into_iter().map(metric).collect(),
        apply_on_transformed_logs: Some(filter.apply_on_transformed_logs),
        field_selection_criteria: filter.field_selection_criteria.filter(|text| !text.is_empty()),
        emit_system_field_dimensions: filter.emit_system_field_dimensions.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trails_arn_names_its_log_group() {
        let arn = "arn:aws:logs:us-east-1:111122223333:log-group:aws/trail:x";
        assert_eq!(name(&format!("{arn}:*")), "aws/trail:x");
        assert_eq!(name(arn), "aws/trail:x");
        assert_eq!(name("aws/trail"), "aws/trail");
    }
}
