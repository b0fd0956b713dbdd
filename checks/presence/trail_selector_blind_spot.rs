//! One condition in a selector hides a principal or a call while the trail looks complete.

use std::collections::BTreeSet;

use trailproof_core::data_events::Exempt;
use trailproof_core::prelude::*;
use trailproof_core::selector::{Category, Hole, HoleQuestion, Selectors};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-selector-blind-spot",
    title: "No trail's selectors hide a part of the events that are required",
    group: Group::Presence,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "A selector that leaves out one role, one call or one prefix is where whoever wrote it goes on \
                unseen, behind a trail that every page shows as complete.",
    remediation: Remediation {
        summary: "Take the condition out of the selector, or add a selector that records what it leaves out.",
        command: "aws cloudtrail put-event-selectors --trail-name {trail} --region {region} \
                  --advanced-event-selectors file://selectors.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html",
    },
    japanese: Japanese {
        title: "必要なイベントの一部を隠すセレクターを持つ証跡がない",
        rationale: "1 つのロール、1 つの呼び出し、1 つのプレフィックスを除外するセレクターは、すべての画面で完全と表\
                    示される証跡の陰で、それを設定した者の行動を隠す。",
        remediation: "セレクターから当該条件を除くか、除外された部分を記録するセレクターを追加する。",
    },
    controls: &[
        Pci4_0_1.related("10.2.1"),
        Nist800_53R5.related("AU-12(3)"),
        Soc2.related("CC7.2"),
        Iso27001_2022.related("A.8.15"),
        Hipaa164.related("164.312(b)"),
    ],
    reads: &[Fact::Trails, Fact::EventSelectors],
    judge: Judge::Trail(judge),
};

/// The holes in every required category, where these buckets may be left out.
fn holes(
    selectors: &Selectors,
    audit: &Audit<'_>,
    log_buckets: &BTreeSet<String>,
) -> BTreeSet<Hole> {
    let partition = audit.organization.partition();
    let of = |category, resource_type| {
        selectors.holes(&HoleQuestion { partition, category, resource_type, log_buckets })
    };
    let mut found = of(Category::Management, None);
    for kind in audit.policy.required_data_events.keys() {
        found.extend(of(Category::Data, Some(kind.as_str())));
    }
    if audit.policy.require_network_activity_events {
        found.extend(of(Category::NetworkActivity, None));
    }
    found
}

fn judge(trail: &Trail, audit: &Audit<'_>) -> Observed<Verdict> {
    let selectors = trail.selectors()?;
    let exempt = Exempt::of(audit.organization, audit.policy.allow_log_bucket_exclusion);
    let found = holes(&selectors, audit, exempt.known);
    let narrow = [Category::Data, Category::NetworkActivity];
    if found.is_empty() && !narrow.iter().any(|kind| selectors.has_category(*kind)) {
        return Ok(not_applicable("the trail records management events only")
            .reason(Reason::NO_DATA_EVENTS)
            .cite([trail.cite_selectors()]));
    }
    // What is left out may be the log bucket of a trail that nobody saw.
    if let Some(gap) = exempt.open.filter(|_| !found.is_empty()) {
        let left_out = selectors.left_out_buckets(audit.organization.partition());
        if holes(&selectors, audit, &left_out).is_empty() {
            return Err(gap);
        }
    }
    let told: Vec<String> = found
        .iter()
        .map(|hole| {
            let values: Vec<&str> = hole.values.iter().map(String::as_str).collect();
            format!("{} {} {}", hole.field, hole.operator, values.join(", "))
        })
        .collect();
    let verdict = if told.is_empty() {
        pass("no selector hides a part of what is required").observed("no hole")
    } else {
        fail(format!("events are hidden by: {}", told.join("; ")))
            .reason(Reason::HIDDEN_EVENTS)
            .observed(told.join("; "))
    };
    Ok(verdict.expected("selectors without holes").cite([trail.cite_selectors()]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::data_events::selecting as data;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn a_condition_that_hides_something_counts_unless_another_selector_makes_it_good() {
        let field =
            |name: &str, operator: &str, value: &str| json!([{"Field": name, operator: [value]}]);
        let s3 = |more: Value| data("AWS::S3::Object", more);
        let with = |selectors: Value| organization().with(trail("audit").selecting(selectors));
        let role = "arn:aws:iam::111122223333:role/app";
        let healed = json!({"AdvancedEventSelectors": [
            s3(field("eventName", "NotEquals", "DeleteObject"))["AdvancedEventSelectors"][0],
            s3(field("eventName", "Equals", "DeleteObject"))["AdvancedEventSelectors"][0]]});
        let other = || with(s3(field("resources.ARN", "NotStartsWith", "arn:aws:s3:::unseen/")));
        let _ = expect(&CHECK)
            .passes(with(s3(json!([]))))
            .passes(with(s3(field("resources.ARN", "NotStartsWith", "arn:aws:s3:::logs/")))) // edge 40
            .passes(with(s3(field("resources.ARN", "StartsWith", "arn:aws:s3:::data/"))))
            .passes(with(healed))
            .passes(with(data("AWS::Lambda::Function", field("eventName", "NotEquals", "Invoke"))))
            .fails(
                "hidden_events",
                with(s3(field("resources.ARN", "NotStartsWith", "arn:aws:s3:::logs"))),
            ) // 40b
            .fails("hidden_events", other()) // edge 41
            .fails("hidden_events", with(s3(field("eventName", "NotEquals", "DeleteObject")))) // edge 42
            .fails("hidden_events", with(s3(field("userIdentity.arn", "NotEquals", role)))) // edge 43
            .fails(
                "hidden_events",
                with(s3(field("sessionCredentialFromConsole", "Equals", "true"))),
            )
            .is_unknown(Cause::AccessDenied, with(s3(json!([]))).deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, with(s3(json!([]))).deny(Fact::Trails))
            .is_unknown(
                Cause::AccessDenied,
                other().deny_in(Some(ARCHIVE), Fact::Trails, None, Cause::AccessDenied),
            )
            .does_not_apply("no_data_events", organization().with(trail("audit")));
    }
}
