//! S3 object writes of all present and future buckets, by one trail of all regions.

use trailproof_core::data_events::{Asked, Exempt, told};
use trailproof_core::prelude::*;
use trailproof_core::selector::S3_OBJECT;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-all-write-s3-data-event-check",
    title: "A multi-region trail records all S3 object writes",
    group: Group::Presence,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Whoever overwrites or deletes objects leaves no trace where writes are not recorded: the loss \
                cannot be dated, explained or blamed.",
    remediation: Remediation {
        summary: "Let a multi-region trail record data events of AWS::S3::Object without readOnly; leave out only \
                  the log bucket itself, with a trailing slash.",
        command: "aws cloudtrail put-event-selectors --trail-name {trail} --region {region} \
                  --advanced-event-selectors file://selectors.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
    },
    controls: &[
        Cis1_4.seen("3.10"),
        Cis3_0.seen("3.8"),
        Cis5_0.seen("3.8"),
        Cis6_0.prowler("4.8"),
        Cis7_0.prowler("4.8"),
        Fsbp.seen("S3.22"),
        Pci4_0_1.seen("10.2.1"),
        Nist800_53R5.prowler("AU-2"),
        Nist800_53R5.prowler("AU-3"),
        Nist800_53R5.prowler("AU-12"),
        Soc2.prowler("CC2.1"),
        Soc2.prowler("CC7.2"),
        Iso27001_2022.prowler("A.8.15"),
        Iso27001_2022.prowler("A.8.16"),
        Hipaa164.prowler("164.308(a)(1)(ii)(D)"),
        Hipaa164.prowler("164.308(a)(6)(ii)"),
        Hipaa164.prowler("164.312(a)(2)(i)"),
        Hipaa164.prowler("164.312(b)"),
    ],
    reads: &[Fact::Regions, Fact::Trails, Fact::TrailStatus, Fact::EventSelectors],
    judge: Judge::Account(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail" "audit" {
  # …
  advanced_event_selector {
    name = "All management events"
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }
  advanced_event_selector {
    name = "Data events"
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }
    field_selector {
      field  = "readOnly"
      equals = ["false"]
    }
  }
}"#,
    r#"AuditTrail:
  Type: AWS::CloudTrail::Trail
  Properties:
    # …
    AdvancedEventSelectors:
      - Name: All management events
        FieldSelectors:
          - Field: eventCategory
            Equals: [Management]
      - Name: Data events
        FieldSelectors:
          - Field: eventCategory
            Equals: [Data]
          - Field: resources.type
            Equals: ["AWS::S3::Object"]
          - Field: readOnly
            Equals: ["false"]"#,
);

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let expected =
        "a logging multi-region trail that records writes of all buckets, also future ones";
    let exempt = Exempt::of(audit.organization, audit.policy.allow_log_bucket_exclusion);
    let asked = Asked { resource_type: S3_OBJECT, half: Half::Write, bucket: None };
    let found = exempt.everywhere(account, &asked)?;
    Ok(match found {
        Some(seen) => pass(format!("{} records all writes", seen.trail.name()))
            .cite([seen.cite(), seen.trail.cite_selectors()])
            .cite(account.cite_logging(seen.trail)),
        None => fail("no logging multi-region trail records the writes of all buckets")
            .reason("not_recorded")
            .observed(told(account, S3_OBJECT, &[Half::Write]))
            .cite(account.regions().map(|region| account.cite_trails_in(region)))
            .cite(account.trails().into_iter().flatten().map(|seen| seen.trail.cite_selectors())),
    }
    .expected(expected))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn data(kind: &str, more: Value) -> Value {
        let mut fields = vec![
            json!({"Field": "eventCategory", "Equals": ["Data"]}),
            json!({"Field": "resources.type", "Equals": [kind]}),
        ];
        fields.extend(more.as_array().unwrap().clone());
        json!({"AdvancedEventSelectors": [{"FieldSelectors": fields}]})
    }

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
            .passes(with(half("false"))) // edge 38
            .passes(with(arn("NotStartsWith", "arn:aws:s3:::logs/"))) // edge 40
            .passes(organization().with(s3(json!([])).for_organization()))
            .fails("not_recorded", organization().with(trail("audit")))
            .fails("not_recorded", with(half("true")))
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
