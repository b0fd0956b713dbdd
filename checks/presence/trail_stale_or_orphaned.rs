//! A trail that nobody needs or nobody owns confuses whoever must say what is recorded.

use jiff::SignedDuration;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-stale-or-orphaned",
    title: "No trail is left behind, stopped or by another organization",
    group: Group::Presence,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "A stopped trail passes for a record, and a trail of a former organization may go on feeding it.",
    remediation: Remediation {
        summary: "Delete the trail as its owner, or start it again; a trail that is parked on purpose wants a waiver.",
        command: "aws cloudtrail delete-trail --name {trail} --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteTrail.html",
    },
    japanese: Japanese {
        title: "停止されたまま、または別の組織によって残置された証跡がない",
        rationale: "停止された証跡は記録があるという誤解を招き、以前の組織の証跡はその組織へ配信を続けるおそれがある。",
        remediation: "所有者として証跡を削除するか、再開する。意図的に停止している証跡には例外の承認を得る。",
    },
    controls: &[],
    reads: &[Fact::Organization, Fact::Accounts, Fact::Trails, Fact::TrailStatus],
    judge: Judge::SeenTrail(judge),
};

/// A trail that is stopped for longer is not being worked on.
const PARKED: SignedDuration = SignedDuration::from_hours(7 * 24);

fn judge(trail: &Trail, audit: &Audit<'_>) -> Observed<Verdict> {
    let organization = audit.organization;
    if trail.is_organization_trail() && organization.management()? != Some(trail.owner) {
        // Nobody but the management account owns organization trails.
        organization.is_listed().or_else(|gap| match organization.management()? {
            None => Ok(()),
            Some(_) => Err(gap),
        })?;
        let owner = trail.owner;
        return Ok(fail(format!(
            "it is an organization trail of {owner}, not of this organization"
        ))
        .reason(Reason::ORPHANED)
        .observed(format!("IsOrganizationTrail=true, owner {owner}"))
        .expected("an owner that is the management account")
        .cite([trail.cite("IsOrganizationTrail", true)]));
    }
    let expected = "logging, or stopped for less than a week";
    if trail.is_logging()? {
        return Ok(pass("logging").expected(expected).cite(trail.cite_logging()));
    }
    let status = trail.status()?;
    let stopped = status.value.stop_logging_time.ok_or_else(|| Gap {
        account: Some(trail.owner),
        region: Some(trail.home().clone()),
        proof: trail.cite_logging().map(Box::new),
        ..Gap::new(
            Fact::TrailStatus,
            Cause::Undecidable,
            "the trail is not logging, and since when is not known",
        )
    })?;
    let age = status.source.called_at.duration_since(stopped);
    let verdict = if age > PARKED {
        fail(format!("stopped at {stopped}")).reason(Reason::STALE)
    } else {
        pass(format!("stopped at {stopped}, less than a week ago"))
    };
    Ok(verdict
        .observed(format!("StopLoggingTime={stopped}"))
        .expected(expected)
        .cite(trail.cite_logging())
        .cite([status.source.cite("StopLoggingTime", stopped.to_string())]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn a_trail_logs_for_its_own_organization() {
        let stopped = |hours: Option<i64>| {
            organization().with(trail("audit").stopped().but(|t| {
                let ago = |hours| organization().now - jiff::SignedDuration::from_hours(hours);
                t.status.stop_logging_time = hours.map(ago);
            }))
        };
        let owned = |owner: &str| {
            organization().with(trail("org").for_organization().but(|t| t.owner = id(owner)))
        };
        let former = account().with(trail("org").for_organization());
        let _ = expect(&CHECK)
            .passes(organization().with(trail("audit")))
            .passes(organization().with(trail("org").for_organization()))
            .passes(stopped(Some(24 * 7)))
            .fails("stale", stopped(Some(24 * 7 + 1)))
            .fails("orphaned", owned(MEMBER))
            .fails("orphaned", owned("444444444444")) // edge 51
            .fails("orphaned", former)
            .is_unknown(Cause::Undecidable, stopped(None))
            .is_unknown(Cause::AccessDenied, owned(MEMBER).deny(Fact::Organization))
            .is_unknown(Cause::AccessDenied, owned("444444444444").deny(Fact::Accounts))
            .is_unknown(Cause::AccessDenied, stopped(Some(1)).deny(Fact::TrailStatus))
            .in_account(ARCHIVE)
            .fails("orphaned", owned("444444444444"))
            .does_not_apply("judged_at_owner", owned(MANAGEMENT));
    }
}
