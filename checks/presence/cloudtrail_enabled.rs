//! Without a trail that logs, ninety days of management events are all that is left of an intrusion.

use trailproof_core::policy::TrailTargets;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-enabled",
    title: "At least one trail records the account",
    group: Group::Presence,
    severity: Severity::Critical,
    weight: Severity::Critical.weight(),
    rationale: "Without a trail only the last 90 days of management events exist, and nobody keeps them: \
                whoever waits that long has left no trace.",
    remediation: Remediation {
        summary: "Create an organization trail, or a trail of the account; a trail made through the API logs \
                  only once it is started.",
        command: "aws cloudtrail create-trail --name audit --s3-bucket-name {bucket} --is-multi-region-trail \
                  && aws cloudtrail start-logging --name audit",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-create-and-update-a-trail.html",
    },
    japanese: Japanese {
        title: "少なくとも 1 つの CloudTrail の証跡がアカウントを記録している",
        rationale: "証跡がなければ、過去 90 日間の管理イベントしか存在せず、それを保管する者もいない。90 日待った者は\
                    痕跡を残さない。",
        remediation: "組織の証跡またはアカウントの証跡を作成する。API で作成した証跡は、開始するまでログを記録しない。",
    },
    controls: &[
        Cis1_4.related("3.1"),
        Cis3_0.related("3.1"),
        Cis5_0.related("3.1"),
        Cis6_0.related("4.1"),
        Cis7_0.related("4.1"),
        Fsbp.seen("CloudTrail.3"),
        Pci4_0_1.recalled("10.2.1"),
        Nist800_53R5.stave("AU-2"),
        Nist800_53R5.stave("AU-12"),
        Soc2.stave("CC7.1"),
        Soc2.prowler("CC2.1"),
        Iso27001_2022.prowler("A.8.15"),
        Hipaa164.prowler("164.312(b)"),
    ],
    reads: &[Fact::Regions, Fact::Trails, Fact::TrailStatus],
    judge: Judge::Account(judge),
};

pub const AS_CODE: AsCode = crate::code::MULTI_REGION_TRAIL;

/// Whether a trail delivers to what the policy asks for, as the parameters of AWS Config's rule do.
fn delivers(trail: &Trail, targets: &TrailTargets) -> bool {
    let is = |wanted: &Option<String>, found: Option<&str>| {
        wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
    };
    is(&targets.s3_bucket_name, trail.bucket())
        && is(&targets.sns_topic_arn, trail.topic())
        && is(&targets.cloud_watch_logs_log_group_arn, trail.log_group())
}

/// The event data stores that keep the account's management events meanwhile, where any were read: they satisfy the
/// rule's intent and not the rule.
fn kept_in_lake(account: &AccountView<'_>) -> String {
    let stores = account.organization.stores_for(account.id()).into_iter().flatten();
    let full = stores.filter(|store| {
        let enabled = store.described().is_ok_and(|(d, _)| d.status.as_deref() == Some("ENABLED"));
        enabled && store.records_all_management() == Ok(true)
    });
    let arns: Vec<&str> = full.map(|store| store.arn.as_str()).collect();
    match arns.is_empty() {
        true => String::new(),
        false => format!("; covered_by_eds: {} keeps its management events", arns.join(", ")),
    }
}

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let targets = &audit.policy.required_trail_targets;
    let trails = account.trails();
    let count = trails.iter().flatten().count();
    let logging = find(trails, |seen| {
        all([Ok(delivers(seen.trail, targets)), account.is_logging(seen.trail)])
    })?;
    Ok(match logging {
        Some(seen) => pass(format!("the trail {} is logging", seen.trail.name()))
            .observed("IsLogging=true")
            .cite([seen.cite()])
            .cite(account.cite_logging(seen.trail)),
        None if count == 0 => {
            { fail(format!("no trail applies to the account{}", kept_in_lake(account))) }
                .reason(Reason::NO_TRAIL)
                .cite(account.regions().map(|region| account.cite_trails_in(region)))
        }
        None if *targets != TrailTargets::default() => {
            fail(format!("none of {count} trails is logging to what the policy asks for"))
                .reason(Reason::OTHER_TARGET)
                .cite(account.regions().map(|region| account.cite_trails_in(region)))
        }
        None => fail(format!("none of {count} trails is logging{}", kept_in_lake(account)))
            .reason(Reason::NOT_LOGGING)
            .observed("IsLogging=false")
            .cite(
                account
                    .trails()
                    .into_iter()
                    .flatten()
                    .filter_map(|s| account.cite_logging(s.trail)),
            ),
    }
    .expected("a trail of the account or its organization with IsLogging=true"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn one_logging_trail_is_enough_and_none_is_proved_only_by_every_region() {
        let denied = |world: World| {
            world.deny_in(Some(MEMBER), Fact::Trails, Some("eu-west-1"), Cause::AccessDenied)
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization().with(trail("audit")))
            .passes(denied(organization().with(trail("audit"))))
            .passes(organization().with(trail("org").for_organization()))
            .fails("no_trail", organization()) // edge 1
            .fails("not_logging", organization().with(trail("audit").stopped())) // edge 3
            .is_unknown(Cause::AccessDenied, denied(organization())) // edge 2
            .is_unknown(Cause::AccessDenied, denied(organization().with(trail("audit").stopped())))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions));
    }

    #[test]
    fn a_member_sees_the_organization_trail_log() {
        // Edge 4, from a member that is scanned alone.
        let alone = organization()
            .with(trail("org").for_organization())
            .but(|world| world.caller = id(MEMBER))
            .deny(Fact::Accounts)
            .but(|world| world.members.retain(|member| member.id == id(MEMBER)));
        let found = judge_all(
            &alone,
            &[&CHECK],
            &trailproof_core::plan::Demand::of(&[&CHECK]),
            &Default::default(),
        );
        assert_eq!(found[0].status.code(), "pass");
    }

    #[test]
    fn the_policy_may_name_what_the_trail_delivers_to() {
        let named = |name: &'static str| {
            move |policy: &mut trailproof_core::policy::Policy| {
                policy.required_trail_targets.s3_bucket_name = Some(name.into());
            }
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .policy(named("logs"))
            .passes(organization().with(trail("audit")))
            .policy(named("other"))
            .fails("other_target", organization().with(trail("audit")));
    }
}
