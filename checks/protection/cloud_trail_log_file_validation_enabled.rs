//! Without digests nothing proves that a log file is the one that CloudTrail wrote.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloud-trail-log-file-validation-enabled",
    title: "Log file validation is enabled",
    group: Group::Protection,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Without signed digests a log file that was changed, or one that is missing, looks like any other.",
    remediation: Remediation {
        summary: "Enable log file validation; files delivered before are never digested.",
        command: "aws cloudtrail update-trail --name {trail} --enable-log-file-validation --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-enabling.html",
    },
    japanese: Japanese {
        title: "ログファイルの整合性の検証が有効である",
        rationale: "署名されたダイジェストファイルがなければ、改変されたログファイルも欠落したログファイルも、他と見\
                    分けがつかない。",
        remediation: "ログファイルの整合性の検証を有効にする。それ以前に配信されたファイルは、ダイジェストの対象とな\
                      らない。",
    },
    controls: &[
        Cis1_4.seen("3.2"),
        Cis3_0.seen("3.2"),
        Cis5_0.seen("3.2"),
        Cis6_0.prowler("4.2"),
        Cis7_0.prowler("4.2"),
        Fsbp.seen("CloudTrail.4"),
        Pci4_0_1.recalled("10.3.2"),
        Pci4_0_1.prowler("10.3.4"),
        Nist800_53R5.seen("AU-9"),
        Nist800_53R5.seen("SI-4"),
        Nist800_53R5.seen("SI-7(1)"),
        Nist800_53R5.seen("SI-7(3)"),
        Nist800_53R5.seen("SI-7(7)"),
        Soc2.prowler("CC7.3"),
        Iso27001_2022.prowler("A.8.15"),
        Iso27001_2022.prowler("A.8.16"),
        Hipaa164.prowler("164.312(c)(1)"),
        Hipaa164.prowler("164.312(c)(2)"),
    ],
    reads: &[Fact::Trails],
    judge: Judge::Trail(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail" "audit" {
  # …
  enable_log_file_validation = true
}"#,
    r#"AuditTrail:
  Type: AWS::CloudTrail::Trail
  Properties:
    # …
    EnableLogFileValidation: true"#,
);

fn judge(trail: &Trail, _: &Audit<'_>) -> Observed<Verdict> {
    let enabled = trail.validates_log_files()?;
    let verdict = if enabled {
        pass("log file validation is on")
    } else {
        fail("log file validation is off").reason(Reason::VALIDATION_OFF)
    };
    Ok(verdict
        .observed(format!("LogFileValidationEnabled={enabled}"))
        .expected("LogFileValidationEnabled=true")
        .cite([trail.cite(
            "LogFileValidationEnabled",
            trail.description.value.log_file_validation_enabled,
        )]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn flag(value: Option<bool>) -> TrailSetup {
        trail("audit").but(|t| t.description.log_file_validation_enabled = value)
    }

    #[test]
    fn absent_is_off_in_the_owners_answer_and_unknown_in_anybody_elses() {
        let foreign = |value| {
            organization().with(flag(value).for_organization()).deny_in(
                Some(MANAGEMENT),
                Fact::Trails,
                None,
                Cause::AccessDenied,
            )
        };
        let _ = expect(&CHECK)
            .passes(organization().with(trail("audit")))
            .fails("validation_off", organization().with(flag(Some(false))))
            .fails("validation_off", organization().with(flag(None)))
            .is_unknown(Cause::CrossAccountUnreadable, foreign(None))
            .on("trail/audit")
            .passes(foreign(Some(true)));
    }

    #[test]
    fn a_member_inherits_the_owners_failure() {
        // Edge 52.
        let world = || organization().with(flag(Some(false)).for_organization());
        let demand = trailproof_core::plan::Demand::of(&[&CHECK]);
        let found = judge_all(&world(), &[&CHECK], &demand, &Default::default());
        let of = |account: &str| found.iter().find(|f| f.account_id == id(account)).unwrap();
        assert_eq!(of(MANAGEMENT).status.code(), "fail");
        assert_eq!(of(MEMBER).status.code(), "not_applicable");
        assert_eq!(of(MEMBER).inherits.as_ref(), Some(&of(MANAGEMENT).fingerprint));
    }
}
