//! What a selector on `resources.ARN` leaves out of what a question asks for.

use super::{DataQuestion, S3_OBJECT};
use crate::answer::FieldSelector;

/// Why a selector on `resources.ARN` leaves out some of what the question asks for; none if it leaves out nothing.
pub(super) fn arn_restriction(
    field: &FieldSelector,
    question: &DataQuestion<'_>,
) -> Option<String> {
    let partition = question.partition.as_str();
    // Every object that is asked about has an ARN that begins so.
    let asked = match (question.bucket, question.resource_type) {
        (Some(bucket), _) => format!("arn:{partition}:s3:::{bucket}/"),
        (None, S3_OBJECT) => format!("arn:{partition}:s3:::"),
        (None, "AWS::Lambda::Function") => format!("arn:{partition}:lambda"),
        (None, "AWS::DynamoDB::Table") => format!("arn:{partition}:dynamodb"),
        (None, _) => format!("arn:{partition}:"),
    };
    positive_restriction(field, &asked, partition)
        .or_else(|| negative_restriction(field, &asked, question))
}

fn positive_restriction(field: &FieldSelector, asked: &str, partition: &str) -> Option<String> {
    let positives = || field.equals.iter().chain(&field.starts_with).chain(&field.ends_with);
    if positives().next().is_none()
        || field.starts_with.iter().any(|value| asked.starts_with(value))
    {
        return None;
    }
    let own = format!("arn:{partition}:");
    Some(
        if positives().all(|value| value.starts_with("arn:") && !value.starts_with(&own)) {
            "partition_mismatch"
        } else if positives().any(|value| value.contains('*')) {
            "literal_wildcard"
        } else if field
            .equals
            .iter()
            .any(|value| value.trim_end_matches('/') == asked.trim_end_matches('/'))
        {
            "equals_on_bucket"
        } else {
            "narrowed_by:resources.ARN"
        }
        .to_owned(),
    )
}

fn negative_restriction(
    field: &FieldSelector,
    asked: &str,
    question: &DataQuestion<'_>,
) -> Option<String> {
    let prefix = format!("arn:{}:s3:::", question.partition);
    let log_bucket = |value: &str| {
        value.strip_prefix(&prefix).is_some_and(|name| question.log_buckets.contains(name))
    };
    for value in &field.not_starts_with {
        let touches = asked.starts_with(value.as_str()) || value.starts_with(asked);
        if !touches || value.strip_suffix('/').is_some_and(log_bucket) {
            continue;
        }
        // Without the slash the prefix also hides every bucket whose name begins so.
        let code = if log_bucket(value) { "exclusion_without_slash" } else { "excludes_prefix" };
        return Some(format!("{code}:{value}"));
    }
    if let Some(value) = field.not_ends_with.first() {
        return Some(format!("excludes_suffix:{value}"));
    }
    // An object's ARN is longer than its bucket's: leaving out the bare bucket leaves out no object.
    let objects =
        |value: &&String| value.strip_prefix(&prefix).is_none_or(|rest| rest.contains('/'));
    field
        .not_equals
        .iter()
        .filter(objects)
        .find(|value| value.starts_with(asked))
        .map(|value| format!("excludes:{value}"))
}
