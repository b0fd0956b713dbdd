//! Lambda invocations are data events: trails leave them out unless told otherwise.

use trailproof_core::prelude::*;

use crate::data_events::all_of_a_kind;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-lambda-dataevents-enabled",
    title: "A multi-region trail records all Lambda invocations",
    group: Group::Presence,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Lambda invocations are the traces of what an intruder did with code that runs under the \
                account's name, and no trail records them by default.",
    remediation: Remediation {
        summary: "Let a multi-region trail record data events of AWS::Lambda::Function.",
        command: "aws cloudtrail put-event-selectors --trail-name {trail} --region {region} \
                  --advanced-event-selectors file://selectors.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
    },
    japanese: Japanese {
        title: "マルチリージョン証跡が Lambda の呼び出しをすべて記録している",
        rationale: "Lambda の呼び出しは、侵入者がアカウントのコードに対して行った操作の痕跡であり、既定ではどの証跡に\
                    も記録されない。",
        remediation: "マルチリージョン証跡で AWS::Lambda::Function のデータイベントを記録する。",
    },
    controls: &[
        Pci4_0_1.related("10.2.1"),
        Nist800_53R5.stave("AU-12"),
        Soc2.stave("CC7.1"),
        Iso27001_2022.related("A.8.15"),
    ],
    reads: &[Fact::Regions, Fact::Trails, Fact::TrailStatus, Fact::EventSelectors],
    judge: Judge::Account(judge),
};

pub const AS_CODE: AsCode = crate::code::data_events!("AWS::Lambda::Function");

const KIND: &str = "AWS::Lambda::Function";

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    if !audit.policy.required_data_events.keys().any(|kind| kind.as_str() == KIND) {
        return Ok(not_applicable("required_data_events does not name AWS::Lambda::Function")
            .reason(Reason::NOT_REQUIRED)
            .observed("not judged"));
    }
    all_of_a_kind(account, (KIND, "Lambda invocations"))
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
    fn both_halves_of_all_resources_where_the_policy_asks_for_them() {
        let with =
            |more: Value| organization().with(trail("audit").selecting(data(super::KIND, more)));
        let classic = |value: &str| {
            organization().with(trail("audit").selecting(json!({"EventSelectors": [
                {"DataResources": [{"Type": super::KIND, "Values": [value]}]}]})))
        };
        let half = |value: &str| json!([{"Field": "readOnly", "Equals": [value]}]);
        let two = organization()
            .with(trail("reads").selecting(data(super::KIND, half("true"))))
            .with(trail("writes").selecting(data(super::KIND, half("false"))));
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .does_not_apply("not_required", with(json!([])))
            .policy(|policy| {
                policy.required_data_events =
                    serde_json::from_value(json!({"lambda": "all"})).unwrap();
            })
            .passes(with(json!([])))
            .passes(classic("arn:aws:lambda"))
            .passes(two)
            .fails("not_recorded", with(half("true")))
            .fails("not_recorded", organization().with(trail("audit")))
            .fails("not_recorded", classic("arn:aws:lambda:us-east-1:111122223333:one"))
            .is_unknown(Cause::AccessDenied, with(json!([])).deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, with(json!([])).deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, with(json!([])).deny(Fact::Trails))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions));
    }
}
