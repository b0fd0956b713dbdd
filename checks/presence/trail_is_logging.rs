//! A stopped trail looks configured and records nothing.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-is-logging",
    title: "Every trail is logging",
    group: Group::Presence,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "A trail that was stopped, or made through the API and never started, stands in every list and \
                records nothing.",
    remediation: Remediation {
        summary: "Start the trail in its home region, or delete it; a trail that is parked on purpose wants a waiver.",
        command: "aws cloudtrail start-logging --name {trail} --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html",
    },
    japanese: Japanese {
        title: "すべての証跡がログ記録中である",
        rationale: "停止された証跡や、API で作成されたまま開始されていない証跡は、すべての一覧に表示されるが何も記録\
                    しない。",
        remediation: "ホームリージョンで証跡を開始するか、削除する。意図的に停止している証跡には例外の承認を得る。",
    },
    controls: &[
        Cis1_4.related("3.1"),
        Cis3_0.related("3.1"),
        Cis5_0.related("3.1"),
        Cis6_0.related("4.1"),
        Cis7_0.related("4.1"),
        Fsbp.related("CloudTrail.1"),
        Pci4_0_1.related("10.7.2"),
        Nist800_53R5.stave("AU-12"),
        Nist800_53R5.related("AU-5"),
        Soc2.related("CC7.2"),
        Iso27001_2022.related("A.8.15"),
        Hipaa164.stave("164.312(b)"),
    ],
    reads: &[Fact::Trails, Fact::TrailStatus],
    judge: Judge::Trail(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail" "audit" {
  # …
  enable_logging = true
}"#,
    r#"AuditTrail:
  Type: AWS::CloudTrail::Trail
  Properties:
    # …
    IsLogging: true"#,
);

fn judge(trail: &Trail, _: &Audit<'_>) -> Observed<Verdict> {
    let logging = trail.is_logging()?;
    let status = trail.status()?;
    let stopped = status.value.stop_logging_time;
    let verdict = match (logging, status.value.start_logging_time, stopped) {
        (true, ..) => pass("logging"),
        (false, None, _) => fail("never started").reason(Reason::NEVER_STARTED),
        (false, Some(_), Some(at)) => fail(format!("stopped at {at}"))
            .reason(Reason::STOPPED)
            .cite([status.source.cite("StopLoggingTime", at.to_string())]),
        (false, Some(_), None) => fail("stopped").reason(Reason::STOPPED),
    };
    Ok(verdict
        .observed(format!("IsLogging={logging}"))
        .expected("IsLogging=true")
        .cite(trail.cite_logging()))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn a_trail_is_judged_once_at_its_owner() {
        let _ = expect(&CHECK)
            .passes(organization().with(trail("audit")))
            .fails("stopped", organization().with(trail("audit").stopped())) // edge 3
            .fails(
                "never_started",
                organization().with(trail("audit").stopped().but(|t| {
                    t.status.start_logging_time = None;
                    t.status.stop_logging_time = None;
                })),
            )
            .fails(
                "stopped",
                organization()
                    .with(trail("twin"))
                    .with(trail("twin").single_region("eu-west-1").stopped()),
            )
            .is_unknown(
                Cause::AccessDenied,
                organization().with(trail("audit")).deny(Fact::TrailStatus),
            )
            .is_unknown(
                Cause::AssumeRoleDenied,
                organization()
                    .with(trail("org").for_organization())
                    .but(|w| w.caller = id(ARCHIVE))
                    .deny_in(None, Fact::TrailStatus, None, Cause::AssumeRoleDenied),
            )
            .in_account(MEMBER)
            .does_not_apply(
                "judged_at_owner",
                organization().with(trail("org").for_organization().stopped()),
            );
    }

    #[test]
    fn two_trails_of_one_name_are_two() {
        // Edge 50.
        let world =
            organization().with(trail("twin")).with(trail("twin").single_region("eu-west-1"));
        let demand = trailproof_core::plan::Demand::of(&[&CHECK]);
        assert_eq!(judge_all(&world, &[&CHECK], &demand, &Default::default()).len(), 2);
    }

    #[test]
    fn a_delegated_administrator_stands_in_for_the_management_account() {
        // Edge 51b.
        let world = organization()
            .with(trail("org").for_organization())
            .member(MANAGEMENT, |m| m.in_scope = false)
            .but(|w| {
                w.caller = id(ARCHIVE);
                w.delegates = vec![id(ARCHIVE)];
            });
        let demand = trailproof_core::plan::Demand::of(&[&CHECK]);
        let found = judge_all(&world, &[&CHECK], &demand, &Default::default());
        let owner = found.iter().find(|f| f.account_id == id(MANAGEMENT)).unwrap();
        assert_eq!(owner.status.code(), "pass");
        let member = found.iter().find(|f| f.account_id == id(MEMBER)).unwrap();
        assert_eq!(member.inherits.as_ref(), Some(&owner.fingerprint));
    }
}
