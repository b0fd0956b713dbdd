//! Half a record misleads: reads show how an intruder looked around, key events how logs were made unreadable.

use std::collections::BTreeSet;

use trailproof_core::coverage::{Coverage, cover};
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "management-events-complete-per-region",
    title: "Every enabled region's management events are recorded in full",
    group: Group::Presence,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Without read events nobody sees how an intruder looked around; without those of KMS nobody sees \
                how the logs were made unreadable.",
    remediation: Remediation {
        summary: "Let a trail record all management events: one selector of eventCategory Management and nothing \
                  else.",
        command: "aws cloudtrail put-event-selectors --trail-name {trail} --region {region} \
                  --advanced-event-selectors file://selectors.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html",
    },
    japanese: Japanese {
        title: "すべての有効なリージョンの管理イベントが漏れなく記録されている",
        rationale: "読み取りイベントがなければ侵入者の探索の様子が分からず、KMS のイベントがなければログが読めなくな\
                    った経緯が分からない。",
        remediation: "証跡ですべての管理イベントを記録する。eventCategory を Management とするセレクター 1 つのみとし、\
                      他の条件を付けない。",
    },
    controls: &[
        Cis1_4.prowler("3.1"),
        Cis3_0.prowler("3.1"),
        Cis5_0.prowler("3.1"),
        Cis6_0.prowler("4.1"),
        Cis7_0.prowler("4.1"),
        Fsbp.related("CloudTrail.1"),
        Pci4_0_1.prowler("10.2.1"),
        Nist800_53R5.related("AU-2"),
        Nist800_53R5.related("AU-12"),
        Soc2.related("CC7.2"),
        Iso27001_2022.related("A.8.15"),
        Hipaa164.related("164.312(b)"),
    ],
    reads: &[
        Fact::Organization,
        Fact::Regions,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventSelectors,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::Key,
    ],
    judge: Judge::Region(judge),
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
}"#,
    r#"AuditTrail:
  Type: AWS::CloudTrail::Trail
  Properties:
    # …
    AdvancedEventSelectors:
      - Name: All management events
        FieldSelectors:
          - Field: eventCategory
            Equals: [Management]"#,
);

/// What is left out of a half, the event sources aside that the user accepts to leave out. Empty: nothing.
fn left_out(coverage: &Coverage, audit: &Audit<'_>) -> BTreeSet<String> {
    let Recorded::Partial(codes) = &coverage.proven else { return BTreeSet::new() };
    let accepted = |code: &&String| {
        let mut tolerated = audit.policy.tolerate_excluded_sources.iter();
        tolerated.any(|source| code.strip_prefix("excludes:") == Some(source.as_str()))
    };
    codes.iter().filter(|code| !accepted(code)).cloned().collect()
}

fn judge(view: &RegionView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let [read, write] =
        [Half::Read, Half::Write].map(|half| cover(view.account, view.region, half));
    let (read, write) = (read?, write?);
    let complete = |half: &Coverage| half.proven.is_some() && left_out(half, audit).is_empty();
    let observed =
        format!("reads: {}, writes: {}", read.proven.describe(), write.proven.describe());
    let evidence = || read.evidence.iter().chain(&write.evidence).cloned();
    let expected = "all reads and all writes, by trails that can deliver";
    // Half a gap is enough to leave open what is not proved complete; what lacks although all was read fails.
    let short = [&read, &write].into_iter().find(|half| !complete(half) && half.open.is_none());
    if short.is_none() {
        let open = [&read, &write].into_iter().filter(|half| !complete(half));
        if let Some(gap) = open.filter_map(|half| half.open.clone()).next() {
            return Err(gap);
        }
        let exact = [&read, &write].iter().all(|half| half.proven == Recorded::Full);
        let note = if exact { "" } else { "; what is left out is tolerated" };
        return Ok(pass(format!("reads and writes are recorded{note}"))
            .observed(observed)
            .expected(expected)
            .cite(evidence()));
    }
    let (reason, what) = match (read.proven.is_some(), write.proven.is_some()) {
        (false, true) if read.open.is_none() => (Reason::WRITE_ONLY, None),
        (true, false) if write.open.is_none() => (Reason::READ_ONLY, None),
        (false, false) => (Reason::NOT_RECORDED, None),
        _ => {
            let first = [&read, &write].iter().flat_map(|half| left_out(half, audit)).next();
            let code = first.as_deref().unwrap_or_default();
            let what = code.split_once(':').map(|(_, what)| what.to_owned());
            (Reason::named(code).unwrap_or(Reason::INCOMPLETE), what)
        }
    };
    let verdict = fail(format!("not all management events are recorded: {observed}"));
    let verdict = match what {
        Some(what) => verdict.reason_about(reason, &what),
        None => verdict.reason(reason),
    };
    Ok(verdict.observed(observed).expected(expected).cite(evidence()))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn both_halves_in_full_by_whatever_trails() {
        let with = |selectors: Value| organization().with(trail("audit").selecting(selectors));
        let half = |kind: &str| json!({"EventSelectors": [{"ReadWriteType": kind}]});
        let kms = || json!({"EventSelectors": [{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]});
        let two = organization()
            .with(trail("a").selecting(half("ReadOnly")))
            .with(trail("b").selecting(half("WriteOnly")));
        let org = || {
            let custom = json!({"EventSelectors": [{}]});
            organization().with(trail("org").for_organization().selecting(custom))
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization().with(trail("audit")))
            .passes(two) // edge 16
            .passes(org())
            .fails("excludes:kms.amazonaws.com", with(kms())) // edge 17
            .fails("write_only", with(half("WriteOnly"))) // edge 19
            .fails("read_only", with(half("ReadOnly")))
            .fails("not_recorded", organization())
            .is_unknown(Cause::AccessDenied, org().deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, org().deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, org().deny(Fact::BucketList).deny(Fact::BucketHead))
            .is_unknown(
                Cause::AccessDenied,
                org().deny(Fact::BucketHead).but(|w| w.buckets.clear()),
            )
            .is_unknown(Cause::CrossAccountUnreadable, org().deny(Fact::Organization))
            .is_unknown(Cause::AccessDenied, org().deny(Fact::Key))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions))
            .policy(|policy| {
                policy.tolerate_excluded_sources =
                    serde_json::from_value(json!(["kms.amazonaws.com"])).unwrap();
            })
            .passes(with(kms())); // edge 24
    }
}
