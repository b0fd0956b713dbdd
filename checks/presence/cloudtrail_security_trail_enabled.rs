//! One trail that does everything AWS Config asks of a "security trail". It restates other checks and weighs nothing.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-security-trail-enabled",
    title: "One trail meets all of AWS's security best practices",
    group: Group::Presence,
    severity: Severity::High,
    weight: 0,
    rationale: "Protections that are spread over several trails leave, for each event, at least one of them out.",
    remediation: Remediation {
        summary: "Bring one trail up to all of it: multi-region, global services, log file validation, a KMS key, \
                  and all management events.",
        command: "aws cloudtrail update-trail --name {trail} --is-multi-region-trail \
                  --include-global-service-events --enable-log-file-validation --kms-key-id {key}",
        link: "https://docs.aws.amazon.com/config/latest/developerguide/cloudtrail-security-trail-enabled.html",
    },
    japanese: Japanese {
        title: "1 つの証跡が AWS のセキュリティのベストプラクティスをすべて満たしている",
        rationale: "保護が複数の証跡に分散していると、各イベントについて少なくとも 1 つの保護が欠ける。",
        remediation: "1 つの証跡で、マルチリージョン、グローバルサービス、ログファイルの整合性の検証、KMS キー、すべ\
                      ての管理イベントの要件をすべて満たす。",
    },
    controls: &[],
    reads: &[Fact::Regions, Fact::Trails, Fact::TrailStatus, Fact::EventSelectors],
    judge: Judge::Account(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail" "audit" {
  # …
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_logging                = true
  enable_log_file_validation    = true
  kms_key_id                    = aws_kms_key.logs.arn
}"#,
    r#"AuditTrail:
  Type: AWS::CloudTrail::Trail
  Properties:
    # …
    IsMultiRegionTrail: true
    IncludeGlobalServiceEvents: true
    IsLogging: true
    EnableLogFileValidation: true
    KMSKeyId: !GetAtt LogKey.Arn"#,
);

/// What the trail lacks, by AWS's member names; a gap where something was not read.
fn demands(account: &AccountView<'_>, trail: &Trail) -> [(&'static str, Observed<bool>); 6] {
    [
        ("IsMultiRegionTrail", trail.is_multi_region()),
        ("IncludeGlobalServiceEvents", trail.includes_global_services()),
        ("LogFileValidationEnabled", trail.validates_log_files()),
        ("KmsKeyId", Ok(trail.key().is_some())),
        ("all management events", trail.records_all_management()),
        ("IsLogging", account.is_logging(trail)),
    ]
}

fn judge(account: &AccountView<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let suits = |trail: &Trail| all(demands(account, trail).map(|(_, met)| met));
    let expected = "one trail with all of it, and logging";
    if let Some(seen) = find(account.trails(), |seen| suits(seen.trail))? {
        return Ok(pass(format!("{} has all of it", seen.trail.name()))
            .expected(expected)
            .cite([seen.cite(), seen.trail.cite_selectors()])
            .cite(account.cite_logging(seen.trail)));
    }
    let lacking: Vec<(String, Vec<&str>)> = account
        .trails()
        .into_iter()
        .flatten()
        .map(|seen| {
            let missing =
                demands(account, seen.trail).into_iter().filter(|(_, met)| *met != Ok(true));
            (seen.trail.name().to_owned(), missing.map(|(name, _)| name).collect())
        })
        .collect();
    let nearest = lacking.iter().min_by_key(|(_, missing)| missing.len());
    Ok(match nearest {
        None => fail("no trail applies to the account").reason(Reason::NO_TRAIL),
        Some((name, missing)) => {
            fail(format!("the nearest trail, {name}, lacks {}", missing.join(", ")))
                .reason(Reason::INCOMPLETE)
        }
    }
    .expected(expected)
    .cite(account.regions().map(|region| account.cite_trails_in(region))))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::json;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn no_two_trails_add_up_to_one() {
        let excluding = json!({"AdvancedEventSelectors": [{"FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Management"]},
            {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}]}]});
        let plain = |trail: TrailSetup| trail.but(|t| t.description.kms_key_id = None);
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization().with(trail("audit")))
            .passes(organization().with(trail("audit").selecting(json!({"AdvancedEventSelectors": [
                {"Name": "foo", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]}))))
            .fails("no_trail", organization())
            .fails("incomplete", organization().with(trail("audit").selecting(excluding))) // edge 23
            .fails(
                "incomplete",
                organization().with(plain(trail("one"))).with(trail("two").single_region("eu-west-1")),
            )
            .fails("incomplete", organization().with(trail("audit").stopped()))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions));
    }
}
