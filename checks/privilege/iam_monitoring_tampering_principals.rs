//! Who can silence what watches the trail: its log group's filters and feeds, the alarms on them, whom these and the trail
//! notify, and GuardDuty.

use std::collections::{BTreeMap, BTreeSet};

use trailproof_core::aws::Arn;
use trailproof_core::monitoring::LogDestination;
use trailproof_core::prelude::*;
use trailproof_core::privilege::{Question, Serving, Target, detectors, watched};

use crate::least_privilege::LEAST_PRIVILEGE;

/// The check.
pub const CHECK: Check = Check {
    id: "iam-monitoring-tampering-principals",
    title: "No unapproved principal can silence the log groups, alarms and topics of the trails, or end GuardDuty",
    group: Group::Privilege,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "An alarm that is switched off first tells nobody of what comes next.",
    remediation: Remediation {
        summary: "Take the actions from the principals, deny them by a service control policy, or approve the principals in \
                  `approved_principals`.",
        command: "aws iam detach-role-policy --role-name {principal} --policy-arn POLICY_ARN",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
    },
    japanese: Japanese {
        title: "承認されていないプリンシパルが、証跡のロググループ、アラーム、トピックを無効化できず、GuardDuty も停止できない",
        rationale: "先に停止されたアラームは、その後に起きることを誰にも通知しない。",
        remediation: "プリンシパルから当該アクションを除くか、サービスコントロールポリシーで拒否するか、プリンシパル\
                      を `approved_principals` で承認する。",
    },
    controls: LEAST_PRIVILEGE,
    reads: &[
        Fact::Trails,
        Fact::MetricFilters,
        Fact::Alarms,
        Fact::Topic,
        Fact::Regions,
        Fact::Detectors,
        Fact::DetectorAdministrators,
        Fact::DetectorOrganization,
        Fact::TrustedServices,
        Fact::AuthorizationDetails,
        Fact::OrganizationPolicies,
        Fact::OrganizationPolicy,
        Fact::PolicyTargets,
    ],
    judge: Judge::Account(judge),
};

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let all = account.organization;
    let [on_group, on_topic, on_alarm] = watched();
    let own =
        |arn: &&str| Arn::parse(arn).ok().and_then(|arn| arn.account_id()) == Some(account.id());
    // An organization's trail names its streams by the organization's id.
    let (id, mut unnamed) = (all.id(), None);
    let mut groups: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    // A log group is of the trail's own account, or of the administrator's that made an organization trail. A topic may
    // be any account's; whoever may silence that is judged only where the trail is one of these too, else one account
    // that nobody can read would leave this open in all of them.
    let trails = || {
        let own = |trail: &&Trail| trail.owner == account.id() || trail.is_organization_trail();
        all.trails().filter(own)
    };
    for trail in trails() {
        if let Some(group) = trail.log_group().filter(own) {
            unnamed =
                unnamed.or_else(|| id.clone().err().filter(|_| trail.is_organization_trail()));
            groups.entry(group).or_default().insert(trail.log_stream(id.clone().ok().flatten()));
        }
    }
    let mut topics: BTreeSet<String> =
        trails().filter_map(Trail::topic).filter(own).map(str::to_owned).collect();
    let (mut alarms, mut unwatched) = (BTreeSet::new(), None);
    for destination in groups.keys().copied().filter_map(LogDestination::of) {
        match destination.watching(all) {
            Ok(watching) => alarms.extend(watching.iter().map(|alarm| alarm.alarm_arn.as_str())),
            Err(gap) => unwatched = unwatched.or(Some(gap)),
        }
        topics.extend(destination.topics(all).into_iter().filter(|arn| own(&arn.as_str())));
    }
    let groups = groups.iter().map(|(arn, streams)| Target::log_group(arn, on_group, streams));
    let alarms = alarms.into_iter().map(|arn| Target::recorder(arn, on_alarm));
    let topics = topics.iter().filter_map(|arn| Target::topic(arn, on_topic, all));
    let (detectors, undetected) = detectors(account);
    let targets: Vec<Target> = groups.chain(alarms).chain(topics).chain(detectors).collect();
    // Where all that there may be is a topic that was not read, or a detector that may be another's to end, there may be
    // nothing.
    let unread = targets.iter().find_map(Target::doubted);
    let unread = unread.filter(|_| targets.iter().all(|target| target.doubted().is_some()));
    let complete = || {
        unread.cloned().or(unnamed).or(unwatched).or(undetected).map_or(Ok(()), Err)?;
        all.trails_complete(account.id())?;
        all.organization_trails_complete()
    };
    if targets.is_empty() {
        complete()?;
        return Ok(not_applicable(
            "no trail of the account or of its organization delivers to a log group or topic here, and no detector of \
             GuardDuty is the account's own",
        )
        .reason(Reason::NOTHING_WATCHES)
        .cite(account.regions().next().map(|region| account.cite_trails_in(region))));
    }
    Question {
        roll: account.roll()?,
        targets: &targets,
        approved: &audit.policy.approved_principals,
        strict: audit.policy.strict_conditions,
        by_escalation: true,
        serving: Some(Serving::Watchers),
        can: "silence its log groups, alarms, topics and detectors",
    }
    .judge(complete)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::least_privilege::whoever_assigns_permission_sets_counts;
    use serde_json::{Value, json};
    use trailproof_core::answer::{Detector, DetectorAdministrator, DetectorOrganization, Topic};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    const FAILS: &str = "unapproved_principals";
    const TOPIC: &str = "arn:aws:sns:us-east-1:111122223333:told";

    fn own() -> World {
        organization().with(trail("audit"))
    }

    fn ann(action: &str, resource: &str) -> PrincipalSetup {
        let policy: Value = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": action, "Resource": resource }] });
        user("ann").inline("own", policy)
    }

    fn holding(action: &str, resource: &str) -> World {
        own().principal(MEMBER, ann(action, resource))
    }

    fn telling(topic: Topic) -> World {
        let told = trail("audit").but(|t| t.description.sns_topic_arn = Some(TOPIC.into()));
        organization()
            .with(told)
            .principal(MEMBER, ann("sns:DeleteTopic", "*"))
            .but(|world| drop(world.topics.insert(TOPIC.into(), topic)))
    }

    #[test]
    fn whoever_can_silence_the_copy_or_the_topic_is_found() {
        let group = "arn:aws:logs:us-east-1:111122223333:log-group:trail:*";
        let deny = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny",
            "Principal": "*", "Action": "sns:DeleteTopic", "Resource": TOPIC }] });
        let closed = Topic { policy: Some(deny.to_string()), ..Topic::default() };
        let alarmed = |action: &str| {
            let pattern = "{ $.eventName = StopLogging }";
            holding(action, "*").filters(|all| all.push(filter("stop", pattern))).alarms(|all| {
                all.metric_alarms.push(alarm("stop"));
            })
        };
        let deletes = || holding("logs:DeleteLogGroup", group);
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(own())
            .fails(FAILS, deletes())
            .passes(holding("logs:DeleteLogGroup", "arn:aws:logs:*:*:log-group:other:*"))
            .fails(FAILS, holding("logs:DeleteLogStream", &group.replace('*', "log-stream:1111*")))
            .passes(holding("logs:DeleteLogStream", &group.replace('*', "log-stream:other")))
            .passes(holding("logs:GetLogEvents", "*"))
            .fails(FAILS, holding("logs:PutAccountPolicy", "*"))
            .passes(holding("sns:DeleteTopic", "*"))
            .fails(FAILS, telling(Topic::default()))
            .passes(telling(closed.clone()))
            .is_unknown(Cause::AccessDenied, telling(closed).deny(Fact::Topic))
            .passes(holding("cloudwatch:DisableAlarmActions", "*"))
            .fails(FAILS, alarmed("cloudwatch:DisableAlarmActions"))
            .fails(FAILS, alarmed("cloudwatch:PutAlarmMuteRule"))
            .passes(alarmed("cloudwatch:DescribeAlarms"))
            .is_unknown(Cause::AccessDenied, alarmed("cloudwatch:*").deny(Fact::Alarms))
            .is_unknown(Cause::AccessDenied, alarmed("cloudwatch:*").deny(Fact::MetricFilters))
            .is_unknown(Cause::AccessDenied, deletes().deny(Fact::AuthorizationDetails))
            .is_unknown(Cause::AccessDenied, deletes().deny(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, deletes().deny(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, deletes().deny(Fact::PolicyTargets))
            .in_account(ARCHIVE)
            .does_not_apply("nothing_watches", unguarded(deletes()))
            .is_unknown(Cause::AccessDenied, unguarded(deletes()).deny(Fact::Detectors));
    }

    /// Nobody has GuardDuty on.
    fn unguarded(world: World) -> World {
        world.but(|world| {
            for account in [MANAGEMENT, MEMBER, ARCHIVE] {
                for region in world.partition.default_regions() {
                    let place = (id(account), region);
                    let off = Detector { status: Some("DISABLED".into()), ..detector() };
                    world.watching.detectors.insert(place, Some(vec![off]));
                }
            }
        })
    }

    #[test]
    fn whoever_can_end_guardduty_is_found_where_no_administrator_keeps_it_on() {
        let on = |actions: &str| {
            let arn = format!("arn:aws:guardduty:*:*:detector/{}", detector().detector_id);
            organization().principal(
                MEMBER,
                ann(actions, if actions.contains("Members") { "*" } else { &arn }),
            )
        };
        let unruled = |world: World| {
            world.but(|world| {
                for region in world.partition.default_regions() {
                    world.watching.administrators.insert(region, vec![]);
                }
            })
        };
        let only_new = |world: World| {
            world.but(|world| {
                let told = DetectorOrganization {
                    auto_enable_organization_members: Some("NEW".into()),
                    auto_enable: None,
                };
                world.watching.organizations.insert("us-east-1".parse().unwrap(), told);
            })
        };
        let ruling = |world: World| {
            world.but(|world| {
                let own =
                    DetectorAdministrator { admin_account_id: id(MEMBER), admin_status: None };
                world.watching.administrators.insert("us-east-1".parse().unwrap(), vec![own]);
            })
        };
        let deletes = || on("guardduty:DeleteDetector");
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            // The organization's administrator has it on in all accounts: GuardDuty refuses.
            .does_not_apply("nothing_watches", deletes())
            .fails(FAILS, unruled(deletes()))
            .passes(unruled(on("guardduty:GetDetector")))
            .does_not_apply("nothing_watches", unguarded(unruled(deletes())))
            .is_unknown(Cause::Undecidable, only_new(deletes()))
            .is_unknown(Cause::Undecidable, only_new(on("guardduty:GetDetector")))
            .is_unknown(Cause::AccessDenied, deletes().deny(Fact::DetectorAdministrators))
            .is_unknown(Cause::AccessDenied, unruled(deletes()).deny(Fact::Detectors))
            // Only an administrator has members that it could let go.
            .fails(FAILS, ruling(on("guardduty:StopMonitoringMembers")))
            .passes(unruled(on("guardduty:StopMonitoringMembers")));
    }

    #[test]
    fn whoever_assigns_permission_sets_has_all_of_them() {
        let world = organization().with(trail("org").for_organization());
        whoever_assigns_permission_sets_counts(&CHECK, &world, MEMBER);
    }
}
