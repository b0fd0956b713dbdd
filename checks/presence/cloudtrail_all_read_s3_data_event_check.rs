//! S3 object reads of all present and future buckets, by one trail of all regions.

use trailproof_core::data_events::Exempt;
use trailproof_core::prelude::*;

use crate::data_events::half_of_s3;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-all-read-s3-data-event-check",
    title: "A multi-region trail records all S3 object reads",
    group: Group::Presence,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Whoever copies objects leaves no trace where reads are not recorded: nobody can say what was \
                stolen.",
    remediation: Remediation {
        summary: "Let a multi-region trail record data events of AWS::S3::Object without readOnly; leave out only \
                  the log bucket itself, with a trailing slash.",
        command: "aws cloudtrail put-event-selectors --trail-name {trail} --region {region} \
                  --advanced-event-selectors file://selectors.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
    },
    japanese: Japanese {
        title: "マルチリージョン証跡が S3 オブジェクトの読み取りをすべて記録している",
        rationale: "読み取りを記録しなければ、オブジェクトを複製した者の痕跡は残らず、何が盗まれたかを誰も説明できな\
                    い。",
        remediation: "マルチリージョン証跡で、readOnly を指定せずに AWS::S3::Object のデータイベントを記録する。除外\
                      はログバケット自体のみとし、末尾にスラッシュを付ける。",
    },
    controls: &[
        Cis1_4.seen("3.11"),
        Cis3_0.seen("3.9"),
        Cis5_0.seen("3.9"),
        Cis6_0.prowler("4.9"),
        Cis7_0.prowler("4.9"),
        Fsbp.seen("S3.23"),
        Pci4_0_1.seen("10.2.1"),
        Nist800_53R5.prowler("AU-2"),
        Nist800_53R5.prowler("AU-3"),
        Nist800_53R5.prowler("AU-12"),
        Soc2.prowler("CC2.1"),
        Soc2.prowler("CC7.2"),
        Iso27001_2022.prowler("A.8.15"),
        Hipaa164.prowler("164.308(a)(1)(ii)(D)"),
        Hipaa164.prowler("164.308(a)(6)(ii)"),
        Hipaa164.prowler("164.312(a)(2)(i)"),
        Hipaa164.prowler("164.312(b)"),
    ],
    reads: &[Fact::Regions, Fact::Trails, Fact::TrailStatus, Fact::EventSelectors],
    judge: Judge::Account(judge),
};

pub const AS_CODE: AsCode = crate::code::data_events!("AWS::S3::Object");

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let exempt = Exempt::of(audit.organization, audit.policy.allow_log_bucket_exclusion);
    half_of_s3(account, &exempt, (Half::Read, "reads"))
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
    fn one_trail_of_all_regions_must_record_all_buckets() {
        let s3 = |more: Value| trail("audit").selecting(data("AWS::S3::Object", more));
        let with = |more: Value| organization().with(s3(more));
        let arn =
            |operator: &str, value: &str| json!([{"Field": "resources.ARN", operator: [value]}]);
        let half = |value: &str| json!([{"Field": "readOnly", "Equals": [value]}]);
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(with(json!([])))
            .passes(with(half("true"))) // edge 38
            .passes(with(arn("NotStartsWith", "arn:aws:s3:::logs/"))) // edge 40
            .passes(organization().with(s3(json!([])).for_organization()))
            .fails("not_recorded", organization().with(trail("audit")))
            .fails("not_recorded", with(half("false")))
            .fails("not_recorded", organization().with(s3(json!([])).stopped())) // edge 39
            .fails("not_recorded", organization().with(s3(json!([])).single_region("us-east-1"))) // edge 47
            .fails("not_recorded", with(arn("StartsWith", "arn:aws:s3:::data/"))) // edge 37
            .fails("not_recorded", with(arn("NotStartsWith", "arn:aws:s3:::logs"))) // edge 40b
            .is_unknown(Cause::AccessDenied, with(json!([])).deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, with(json!([])).deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, with(json!([])).deny(Fact::Trails))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions))
            .policy(|policy| policy.allow_log_bucket_exclusion = false)
            .fails("not_recorded", with(arn("NotStartsWith", "arn:aws:s3:::logs/")));
    }
}
