//! Whoever administers a member account can do there whatever no policy from above denies: stopping its trails too.

use std::collections::BTreeSet;

use trailproof_core::aws::Region;
use trailproof_core::finding::Status;
use trailproof_core::guardrail::{ANY_NAME, Guardrail, Inquiry, Question, bound};
use trailproof_core::prelude::*;

use crate::least_privilege::FROM_ABOVE;

/// The check.
pub const CHECK: Check = Check {
    id: "scp-protects-cloudtrail",
    title: "No administrator of a member account can stop or change its trails and event data stores",
    group: Group::Privilege,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "One stolen administrator's credential ends the account's record, unless a service control policy \
                denies it: that alone an administrator of the account cannot undo.",
    remediation: Remediation {
        summary: "Deny StopLogging, DeleteTrail, UpdateTrail and PutEventSelectors in a service control policy on the root, with an exemption for approved principals alone.",
        command: "aws organizations attach-policy --policy-id {policy} --target-id {target}",
        link: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples.html",
    },
    japanese: Japanese {
        title: "メンバーアカウントの管理者が、アカウントの証跡とイベントデータストアを停止も変更もできない",
        rationale: "サービスコントロールポリシーで拒否しない限り、管理者の認証情報が 1 つ盗まれるだけでアカウントの記\
                    録は途絶える。アカウントの管理者が解除できないのは、この拒否のみである。",
        remediation: "ルートのサービスコントロールポリシーで StopLogging、DeleteTrail、UpdateTrail、PutEventSelectors を\
                      拒否し、承認されたプリンシパルのみを除外する。",
    },
    controls: FROM_ABOVE,
    reads: &[
        Fact::Organization,
        Fact::OrganizationalUnits,
        Fact::OrganizationPolicies,
        Fact::OrganizationPolicy,
        Fact::PolicyTargets,
        Fact::Trails,
        Fact::EventDataStores,
    ],
    judge: Judge::Account(judge),
};

/// What ends or blinds a trail.
const TRAIL: [&str; 4] = [
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
];

/// What ends or blinds an event data store.
const STORE: [&str; 3] = [
    "cloudtrail:DeleteEventDataStore",
    "cloudtrail:StopEventDataStoreIngestion",
    "cloudtrail:UpdateEventDataStore",
];

const EXPECTED: &str = "the actions that stop or change trails and event data stores are denied to all but approved \
                        principals";

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let guardrail = match bound(account, audit)? {
        Ok(guardrail) => guardrail,
        Err(verdict) => return Ok(verdict),
    };
    let (organization, id) = (audit.organization, account.id());
    let trails = organization.trails().filter(|trail| trail.owner == id).map(Trail::arn);
    let trails: BTreeSet<&str> = trails.collect();
    let stores = organization.stores_for(id).into_iter().flatten();
    let stores = stores.filter(|store| store.owner == id).map(|store| store.arn.as_str());
    let stores: BTreeSet<&str> = stores.collect();
    let mut inquiry = Inquiry::of(&guardrail);
    ask(&mut inquiry, &trails, &TRAIL);
    ask(&mut inquiry, &stores, &STORE);
    let unseen = [organization.trails_complete(id).err(), organization.stores_complete(id).err()];
    let [unseen_trails, unseen_stores] = unseen;
    let other = any(&guardrail, account, ("trail", &TRAIL));
    let (none, open) = (trails.is_empty() && unseen_trails.is_none(), !other.is_not_open());
    // What nobody saw is protected too where the denial makes no difference between trails.
    if none || other.covers_all() {
        if trails.is_empty() {
            inquiry.add(other.inquiry);
        }
    } else {
        inquiry.doubt(unseen_trails);
    }
    if unseen_stores.is_some() {
        let other = any(&guardrail, account, ("eventdatastore", &STORE));
        if other.covers_all() {
            inquiry.add(other.inquiry);
        } else {
            inquiry.doubt(unseen_stores);
        }
    }
    let verdict = inquiry.verdict(EXPECTED)?;
    let note = match verdict.status {
        Status::Fail if none && stores.is_empty() => {
            "the account has no trail of its own, and CloudTrail itself refuses its principals to change the \
             organization's: of medium severity here"
        }
        Status::Pass if open => "a trail by another name would not be protected",
        _ => return Ok(verdict),
    };
    Ok(verdict.note(note))
}

fn ask(inquiry: &mut Inquiry<'_>, resources: &BTreeSet<&str>, actions: &[&str]) {
    for resource in resources {
        actions.iter().for_each(|action| inquiry.ask(&Question::new(action, resource)));
    }
}

/// The questions about what the account may have beside, in whichever of its regions.
struct Other<'g> {
    inquiry: Inquiry<'g>,
    /// The ARNs of all that there may be.
    pattern: String,
}

impl Other<'_> {
    fn is_not_open(&self) -> bool {
        self.inquiry.is_not_open()
    }

    fn covers_all(&self) -> bool {
        self.inquiry.is_closed() && self.inquiry.covers(&self.pattern)
    }
}

fn any<'g>(
    guardrail: &'g Guardrail,
    account: &AccountView<'_>,
    (kind, actions): (&str, &[&str]),
) -> Other<'g> {
    let mut inquiry = Inquiry::of(guardrail);
    let (partition, id) = (account.organization.partition(), account.id());
    // Where no policy makes a difference between regions, one answers for all.
    let regions: Vec<&Region> = account.regions().collect();
    let number = if guardrail.tells_regions_apart() { regions.len() } else { 1 };
    for region in regions.into_iter().take(number) {
        let arn = format!("arn:{partition}:cloudtrail:{region}:{id}:{kind}/{ANY_NAME}");
        ask(&mut inquiry, &BTreeSet::from([arn.as_str()]), actions);
    }
    inquiry.doubt(account.region_scope().err());
    let pattern = format!("arn:{partition}:cloudtrail:*:{id}:{kind}/*");
    inquiry.name_by(&pattern);
    Other { inquiry, pattern }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::control_policies::PolicyKind;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    const BREAK_GLASS: &str = "arn:aws:iam::*:role/BreakGlass";

    /// A statement that denies the four actions everywhere, with these elements in place of its own.
    fn deny(rest: Value) -> Value {
        let mut statement = json!({ "Sid": "Trails", "Effect": "Deny", "Resource": "*", "Action": [
            "cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail",
            "cloudtrail:PutEventSelectors"] });
        statement.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        if rest.get("NotAction").is_some() {
            statement.as_object_mut().unwrap().remove("Action");
        }
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    }

    fn world() -> World {
        organization()
            .member(MEMBER, |member| member.unit = Some("Workloads".into()))
            .with(trail("audit"))
    }

    fn under(rest: Value) -> World {
        world().scp("root", deny(rest))
    }

    /// As Control Tower writes it.
    fn control_tower() -> Value {
        json!({ "Version": "2012-10-17", "Statement": [{
            "Sid": "GRCLOUDTRAILENABLED", "Effect": "Deny",
            "Action": ["cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors",
                "cloudtrail:StopLogging", "cloudtrail:UpdateTrail"],
            "Resource": ["arn:*:cloudtrail:*:*:trail/aws-controltower-*"],
            "Condition": { "ArnNotLike": {
                "aws:PrincipalARN": "arn:*:iam::*:role/AWSControlTowerExecution" } } }] })
    }

    #[test]
    fn what_stands_above_an_account_protects_it_and_what_stands_beside_does_not() {
        let none = json!({});
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(under(none.clone()))
            .passes(world().scp("Workloads", deny(none.clone())))
            .passes(world().scp(MEMBER, deny(none.clone())))
            .fails("not_denied", world().scp("Sandbox", deny(none.clone()))) // edge 120
            .fails("not_denied", world().scp(ARCHIVE, deny(none.clone())))
            .fails("not_denied", world())
            .fails(
                "not_denied",
                under(json!({ "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"] })), // edge 121
            )
            .fails(
                "scp_not_enabled",
                under(none.clone()).but(|world| {
                    world.controls.enabled.remove(&PolicyKind::ServiceControl);
                }),
            )
            .fails(
                "scp_unavailable",
                under(none.clone()).but(|world| world.feature_set = "CONSOLIDATED_BILLING".into()),
            )
            .in_account(MANAGEMENT)
            .does_not_apply("management_account", under(none));
    }

    #[test]
    fn all_that_was_not_read_is_missed_unless_the_denial_makes_no_difference() {
        let narrow = || under(json!({ "Resource": "arn:aws:cloudtrail:*:*:trail/audit" }));
        let wide = || under(json!({ "Resource": "arn:aws:cloudtrail:*:*:trail/*" }));
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(narrow())
            .is_unknown(Cause::AccessDenied, narrow().deny(Fact::Trails))
            .is_unknown(Cause::AccessDenied, narrow().deny(Fact::EventDataStores))
            .is_unknown(Cause::AccessDenied, narrow().deny(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, narrow().deny(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, narrow().deny(Fact::PolicyTargets))
            .is_unknown(Cause::AccessDenied, narrow().deny(Fact::OrganizationalUnits))
            .is_unknown(Cause::AccessDenied, narrow().deny(Fact::Organization))
            .passes(wide().deny(Fact::Trails))
            .is_unknown(Cause::AccessDenied, wide().deny(Fact::EventDataStores))
            .passes(
                under(json!({ "Action": "cloudtrail:*" }))
                    .deny(Fact::EventDataStores)
                    .deny(Fact::Trails),
            );
    }

    #[test]
    fn each_trail_and_store_of_the_account_is_asked_about() {
        let named = |name: &str| {
            under(json!({ "Resource": format!("arn:aws:cloudtrail:*:*:trail/{name}") }))
        };
        let lake = || under(json!({})).with_store(store("lake").but(|s| s.owner = id(MEMBER)));
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(named("audit"))
            .fails("not_denied", named("other"))
            .fails("not_denied", named("audit").with(trail("second")))
            .fails("not_denied", lake())
            .passes(lake().scp("root", deny(json!({ "Action": "cloudtrail:*EventDataStore*" }))))
            // The trail of another account is not its own; of its own it has none.
            .in_account(ARCHIVE)
            .fails("not_denied", named("audit"))
            .passes(under(json!({})));
    }

    #[test]
    fn a_condition_that_an_administrator_can_meet_protects_nothing() {
        let when = |operator: &str, key: &str, value: &str| {
            under(json!({ "Condition": { operator: { key: value } } }))
        };
        let conditional = "denied_under_conditions";
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .fails("not_denied", when("StringEquals", "aws:RequestedRegion", "eu-west-1"))
            .fails(conditional, when("StringEquals", "aws:ResourceTag/keep", "yes"))
            .fails(conditional, when("StringNotEquals", "aws:PrincipalTag/team", "security"))
            .fails(conditional, when("BoolIfExists", "aws:MultiFactorAuthPresent", "false"))
            .fails("not_denied", when("StringEquals", "aws:PrincipalOrgID", "o-other"))
            .passes(when("StringEquals", "aws:PrincipalOrgID", ORGANIZATION))
            .passes(when("StringEquals", "aws:RequestedRegion", "us-east-1"))
            .passes(when("StringLike", "aws:PrincipalAccount", "1111*"))
            .fails("not_denied", when("StringNotEquals", "aws:PrincipalAccount", MEMBER))
            // The root user has no tags and no session of a role: it is asked by itself.
            .fails("not_denied", when("StringEquals", "aws:PrincipalType", "AssumedRole"))
            .fails("not_denied", when("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*"));
    }

    #[test]
    fn exemptions_are_for_approved_principals_alone() {
        let but = |operator: &str, names: Value| {
            under(json!({ "Condition": { operator: { "aws:PrincipalArn": names } } }))
        };
        let unapproved = "unapproved_exemption";
        let service_linked = "arn:aws:iam::*:role/aws-service-role/*";
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .fails(unapproved, but("ArnNotLike", json!(BREAK_GLASS)))
            .passes(but("ArnNotLike", json!(service_linked)))
            .passes(but("ArnNotLike", json!("arn:aws:iam::999988887777:role/Any")))
            .policy(|policy| policy.approved_principals = vec![BREAK_GLASS.into()])
            .passes(but("ArnNotLike", json!(BREAK_GLASS)))
            .passes(but("ArnNotEquals", json!([BREAK_GLASS, service_linked])))
            .passes(but("StringNotLike", json!(BREAK_GLASS)))
            .fails(unapproved, but("ArnNotLike", json!([BREAK_GLASS, "arn:aws:iam::*:role/ci"])))
            .fails(unapproved, but("ArnNotLike", json!("arn:aws:iam::*:role/*Glass")))
            .fails(unapproved, but("ArnNotLike", json!("arn:aws:iam::*:user/BreakGlass")))
            // Two statements each let others pass, and somebody passes both.
            .fails(
                unapproved,
                but("ArnNotLike", json!("arn:aws:iam::*:role/Admin*")).scp(
                    MEMBER,
                    deny(json!({ "Condition": { "ArnNotLike": {
                        "aws:PrincipalArn": "arn:aws:iam::*:role/*Ops" } } })),
                ),
            )
            .passes(but("ArnNotLike", json!("arn:aws:iam::*:role/Admin")).scp(
                MEMBER,
                deny(json!({ "Condition": { "ArnNotLike": {
                        "aws:PrincipalArn": "arn:aws:iam::*:role/*Ops" } } })),
            ));
    }

    #[test]
    fn an_approved_role_that_anybody_can_make_is_told() {
        let guarded = json!({ "Version": "2012-10-17", "Statement": [{
            "Sid": "Guard", "Effect": "Deny", "Resource": "arn:aws:iam::*:role/BreakGlass",
            "Action": ["iam:CreateRole", "iam:UpdateAssumeRolePolicy"] }] });
        let exempting =
            under(json!({ "Condition": { "ArnNotLike": { "aws:PrincipalArn": BREAK_GLASS } } }));
        let reason = |world: &World| {
            let policy = trailproof_core::policy::Policy {
                approved_principals: vec![BREAK_GLASS.into()],
                ..Default::default()
            };
            let all = trailproof_core::plan::Demand::facts(Fact::ALL);
            let found = judge_all(world, &[&CHECK], &all, &policy);
            let found = found.into_iter().find(|f| f.account_id == id(MEMBER)).unwrap();
            (found.status.code(), found.reason, found.message)
        };
        let (status, code, message) = reason(&exempting);
        assert_eq!((status, code.as_str()), ("pass", "exemption_can_be_taken"), "{message}");
        assert!(message.contains("Trails of \"policy 0\" (p-00000000) at Root"), "{message}");
        let (status, code, message) = reason(&exempting.scp("root", guarded));
        assert_eq!((status, code.as_str()), ("pass", ""), "{message}");
    }

    #[test]
    fn allow_lists_and_notaction_count_and_control_towers_own_names_its_own_trail() {
        let allowing = |actions: Value| {
            json!({ "Version": "2012-10-17", "Statement": [
                { "Effect": "Allow", "Action": actions, "Resource": "*" }] })
        };
        let listed = |actions: Value| {
            world().without_full_access("Workloads").scp("Workloads", allowing(actions))
        };
        let tower = |name: &str| organization().with(trail(name)).scp("root", control_tower());
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(listed(json!(["s3:*", "ec2:*"])))
            .passes(listed(json!([
                "cloudtrail:Describe*",
                "cloudtrail:Get*",
                "cloudtrail:Create*"
            ])))
            .fails("not_denied", listed(json!("*")))
            // The list matters only where everything is no longer allowed beside it.
            .fails("not_denied", world().scp("Workloads", allowing(json!("s3:*"))))
            .passes(under(json!({ "NotAction": ["iam:*", "s3:*"] })))
            .fails("not_denied", under(json!({ "NotAction": ["iam:*", "cloudtrail:*"] })))
            .fails("unapproved_exemption", tower("aws-controltower-BaselineCloudTrail"))
            .policy(|policy| {
                policy.approved_principals =
                    vec!["arn:aws:iam::*:role/AWSControlTowerExecution".into()];
            })
            .passes(tower("aws-controltower-BaselineCloudTrail"))
            .fails("not_denied", tower("audit"))
            .in_account(ARCHIVE)
            .fails("not_denied", tower("aws-controltower-BaselineCloudTrail"));
    }

    #[test]
    fn a_denial_among_what_is_known_stays_proved() {
        // Of one policy it is not known where it is attached; of another the text was not read.
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(under(json!({})).controlled(PolicyKind::ServiceControl, MEMBER, "{"))
            .is_unknown(
                Cause::Undecidable,
                world().controlled(PolicyKind::ServiceControl, MEMBER, "{"),
            )
            .is_unknown(
                Cause::Undecidable,
                under(json!({ "Condition": { "StringMaybe": { "aws:SourceIp": "1.2.3.4" } } })),
            );
    }
}
