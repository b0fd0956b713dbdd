//! An intruder chooses the region; a region that nobody records is where one would go.

use trailproof_core::coverage::cover;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-coverage-per-region",
    title: "Every enabled region's management writes are recorded and can be delivered",
    group: Group::Presence,
    severity: Severity::Critical,
    weight: Severity::Critical.weight(),
    rationale: "What happens in a region without a logging trail that can deliver is not in the record, however \
                many trails look configured elsewhere.",
    remediation: Remediation {
        summary: "Cover the region by a multi-region trail that logs, whose bucket exists and whose key works.",
        command: "aws cloudtrail update-trail --name {trail} --is-multi-region-trail",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/receive-cloudtrail-log-files-from-multiple-regions.html",
    },
    japanese: Japanese {
        title: "すべての有効なリージョンの管理イベントの書き込みが記録され、配信可能である",
        rationale: "配信可能でログ記録中の証跡がないリージョンの操作は、他のリージョンに証跡がいくつ設定されていても\
                    記録に残らない。",
        remediation: "バケットが存在し、キーが使用可能で、ログ記録中のマルチリージョン証跡をリージョンに適用する。",
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

pub const AS_CODE: AsCode = crate::code::MULTI_REGION_TRAIL;

fn judge(view: &RegionView<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let coverage =
        cover(view.account, view.region, Half::Write).map_err(|gap| suggest(view, gap))?;
    let expected = "a logging trail that selects management writes and can deliver them";
    if coverage.proven.is_some() {
        let by = coverage.trails.join(", ");
        let note = match &coverage.proven {
            Recorded::Partial(_) => format!(" ({})", coverage.proven.describe()),
            _ => String::new(),
        };
        return Ok(pass(format!("recorded by {by}{note}"))
            .observed(format!("management writes: {}", coverage.proven.describe()))
            .expected(expected)
            .cite(coverage.evidence));
    }
    if let Some(gap) = coverage.open {
        return Err(gap);
    }
    let verdict = if coverage.undeliverable.is_empty() {
        fail("no trail records management writes here").reason(Reason::NOT_RECORDED)
    } else {
        fail(format!("recorded but undeliverable: {}", coverage.undeliverable.join("; ")))
            .reason(Reason::RECORDED_BUT_UNDELIVERABLE)
    };
    Ok(verdict.observed("management writes: none").expected(expected).cite(coverage.evidence))
}

/// A region that cannot be read stays unknown; what the multi-region flag suggests is told and proves nothing, since a
/// replica can be missing in spite of it.
fn suggest(view: &RegionView<'_>, gap: Gap) -> Gap {
    let suggested = view.account.trails().into_iter().flatten().find(|seen| {
        seen.trail.is_multi_region() == Ok(true) && view.account.is_logging(seen.trail) == Ok(true)
    });
    match suggested {
        Some(seen) => Gap {
            detail: format!(
                "{}; the multi-region trail {} suggests that it is recorded",
                gap.detail,
                seen.trail.name()
            ),
            ..gap
        },
        None => gap,
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::json;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;
    use trailproof_core::roster::OptInStatus;

    fn opt_in(status: OptInStatus) -> World {
        organization().member(MEMBER, |m| {
            m.regions.insert("me-central-1".parse().unwrap(), status);
        })
    }

    #[test]
    fn a_region_counts_as_covered_where_a_trail_is_seen_logging_selecting_and_delivering() {
        let data_only = json!({"EventSelectors": [{"IncludeManagementEvents": false,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]});
        let single = |home: &str| trail("single").single_region(home);
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization().with(trail("audit")))
            .passes(organization().with(trail("org").for_organization()))
            .passes(
                organization().with(
                    trail("audit")
                        .selecting(json!({"EventSelectors": [{"ReadWriteType": "WriteOnly"}]})),
                ),
            )
            .fails("not_recorded", organization())
            .fails("not_recorded", organization().with(trail("audit").stopped()))
            .fails("not_recorded", organization().with(trail("audit").selecting(data_only))) // edge 20
            .fails(
                "recorded_but_undeliverable",
                organization()
                    .with(trail("audit"))
                    .key(|key| key.key_state = Some("Disabled".into())),
            )
            .fails(
                "recorded_but_undeliverable", // edge 65
                organization().with(
                    trail("audit").but(|t| t.description.s3_bucket_name = Some("gone".into())),
                ),
            )
            .is_unknown(
                Cause::AccessDenied, // edge 66: the bucket is there and whose it is nobody knows
                organization()
                    .with(trail("audit"))
                    .with_bucket(bucket("logs").but(|b| b.owner = None)),
            )
            .in_region("ap-south-1")
            .fails("not_recorded", organization().with(single("eu-west-1"))) // edge 10
            .in_region("eu-west-1")
            .passes(organization().with(single("eu-west-1")));
    }

    #[test]
    fn a_missing_replica_is_seen_and_a_denied_region_is_not_guessed() {
        let replica_missing = trail("audit").but(|t| {
            t.missing_in.push((id(MEMBER), "me-central-1".parse().unwrap()));
        });
        let denied = |cause| {
            opt_in(OptInStatus::Enabled).with(trail("audit")).deny_in(
                Some(MEMBER),
                Fact::Trails,
                Some("me-central-1"),
                cause,
            )
        };
        let all = trailproof_core::plan::Demand::facts(Fact::ALL);
        let verdict = |world: &World| {
            let found = judge_all(world, &[&CHECK], &all, &Default::default());
            found
                .into_iter()
                .find(|f| f.account_id == id(MEMBER) && f.region == "me-central-1")
                .map(|f| (f.status.code(), f.reason, f.message))
        };
        let of =
            |world: &World| verdict(world).map(|(status, reason, _)| format!("{status} {reason}"));
        let missing = opt_in(OptInStatus::Enabled).with(replica_missing);
        assert_eq!(of(&missing).unwrap(), "fail not_recorded"); // edge 11
        assert_eq!(of(&opt_in(OptInStatus::Disabled).with(trail("audit"))), None); // edge 13
        let token = denied(Cause::TokenNotValidInRegion); // edge 14
        assert_eq!(of(&token).unwrap(), "unknown token_not_valid_in_region");
        let (status, reason, message) = verdict(&denied(Cause::ScpDenied)).unwrap(); // edge 15
        assert_eq!((status, reason.as_str()), ("unknown", "scp_denied"));
        assert!(message.contains("suggests"), "{message}");
    }

    #[test]
    fn what_a_foreign_bucket_or_organization_hides_is_unknown() {
        let custom = trail("org").for_organization().selecting(json!({"EventSelectors": [{}]}));
        let org = || organization().with(custom.clone());
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(org())
            .is_unknown(Cause::AccessDenied, org().deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, org().deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, org().deny(Fact::BucketList))
            .is_unknown(Cause::AccessDenied, org().deny(Fact::BucketList).deny(Fact::BucketHead))
            .is_unknown(
                Cause::AccessDenied,
                org().deny(Fact::BucketHead).but(|w| w.buckets.clear()),
            )
            .is_unknown(Cause::CrossAccountUnreadable, org().deny(Fact::Organization));
    }

    #[test]
    fn a_region_that_an_scp_closes_may_be_left_out_by_the_users_word() {
        let closed = || {
            let cause = Cause::ScpDenied;
            let world = organization().with(trail("audit"));
            world.deny_in(Some(MEMBER), Fact::Trails, Some("eu-west-1"), cause)
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .in_region("eu-west-1")
            .is_unknown(Cause::ScpDenied, closed())
            .policy(|policy| policy.scp_denied_region_is_na = true)
            .does_not_apply("region_closed_by_scp", closed());
    }
}
