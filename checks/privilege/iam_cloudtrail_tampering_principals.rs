//! Who can stop, narrow or delete the account's own trails and event data stores, all policies counted in.

use trailproof_core::prelude::*;
use trailproof_core::privilege::{CLOUDTRAIL, Question, Serving, Target};

use crate::least_privilege::LEAST_PRIVILEGE;

/// The check.
pub const CHECK: Check = Check {
    id: "iam-cloudtrail-tampering-principals",
    title: "No unapproved principal can stop, narrow or delete the account's trails and event data stores",
    group: Group::Privilege,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "One stolen credential of such a principal ends or blinds the record, and the rest of the attack is seen by nobody.",
    remediation: Remediation {
        summary: "Take the actions from the principals, deny them by a service control policy, or approve those who administer logging \
                  (break-glass, infrastructure code, Control Tower's execution role) in `approved_principals`.",
        command: "aws iam detach-role-policy --role-name {principal} --policy-arn POLICY_ARN",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
    },
    japanese: Japanese {
        title: "承認されていないプリンシパルが、アカウントの証跡とイベントデータストアを停止、縮小、削除できない",
        rationale: "このようなプリンシパルの認証情報が 1 つ盗まれるだけで記録は停止または縮小し、以後の攻撃は誰にも見\
                    えない。",
        remediation: "プリンシパルから当該アクションを除くか、サービスコントロールポリシーで拒否するか、ログ記録を管\
                      理する者（緊急用、IaC 用、Control Tower の実行ロール）を `approved_principals` で承認する。",
    },
    controls: LEAST_PRIVILEGE,
    reads: &[
        Fact::Trails,
        Fact::EventDataStores,
        Fact::DelegatedAdministrators,
        Fact::TrustedServices,
        Fact::AuthorizationDetails,
        Fact::OrganizationPolicies,
        Fact::OrganizationPolicy,
        Fact::PolicyTargets,
    ],
    judge: Judge::Account(judge),
};

/// What can be changed from the account: its trails and event data stores, and for whoever administers CloudTrail in the
/// organization's stead the organization's trails. A member cannot change those, whatever its IAM says.
fn recorders(account: &AccountView<'_>) -> (Vec<Target>, Option<Gap>) {
    let all = account.organization;
    let [on_trail, on_store] = &*CLOUDTRAIL;
    let mut targets = Vec::new();
    let mut unknown = None;
    let delegate = all.administers_trails(account.id());
    for seen in account.trails().into_iter().flatten() {
        let target = || Target::recorder(seen.trail.arn(), on_trail);
        if seen.trail.owner == account.id() {
            targets.push(target());
            continue;
        }
        match (delegate.clone(), all.trail_belongs(seen.trail, account.id())) {
            (Ok(false), _) | (_, Ok(false)) => {}
            (Ok(true), Ok(true)) => targets.push(target()),
            (Err(gap), _) | (_, Err(gap)) => {
                targets.push(target().moot(on_trail, &gap));
                unknown = unknown.or(Some(gap));
            }
        }
    }
    let stores = all.stores().filter(|store| store.owner == account.id());
    targets.extend(stores.map(|store| Target::recorder(&store.arn, on_store)));
    (targets, unknown)
}

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let (targets, unknown) = recorders(account);
    // Where none is surely the account's to change, all may be none of its business.
    let sure = targets.iter().any(|target| target.asks.iter().any(|ask| ask.moot.is_none()));
    let complete = || {
        unknown.clone().filter(|_| !sure).map_or(Ok(()), Err)?;
        account.trails_unseen().map_or(Ok(()), Err)?;
        account.organization.stores_complete(account.id())
    };
    if targets.is_empty() {
        complete()?;
        return Ok(not_applicable("the account has no trail or event data store of its own")
            .reason(Reason::NOTHING_OF_ITS_OWN)
            .cite(account.regions().next().map(|region| account.cite_trails_in(region))));
    }
    Question {
        roll: account.roll()?,
        targets: &targets,
        approved: &audit.policy.approved_principals,
        strict: audit.policy.strict_conditions,
        by_escalation: true,
        serving: Some(Serving::Recorders),
        can: "stop, narrow or delete its trails and event data stores",
    }
    .judge(complete)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::least_privilege::whoever_assigns_permission_sets_counts;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn policy(statements: Value) -> Value {
        json!({ "Version": "2012-10-17", "Statement": statements })
    }

    fn allow(action: &str, resource: &str) -> Value {
        policy(json!([{ "Effect": "Allow", "Action": action, "Resource": resource }]))
    }

    fn deny_all() -> Value {
        policy(json!([{ "Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*" }]))
    }

    fn deny_everything() -> Value {
        policy(json!([{ "Effect": "Deny", "Action": "*", "Resource": "*" }]))
    }

    fn own() -> World {
        organization().with(trail("audit"))
    }

    fn with(setup: PrincipalSetup) -> World {
        own().principal(MEMBER, setup)
    }

    fn holding(action: &str) -> World {
        with(user("ann").inline("own", allow(action, "*")))
    }

    fn admin() -> PrincipalSetup {
        role("Admin").managed("AdministratorAccess")
    }

    const FAILS: &str = "unapproved_principals";

    #[test]
    fn whoever_can_by_whatever_policy_is_found() {
        let only = allow("cloudtrail:StopLogging", "arn:aws:cloudtrail:*:*:trail/other");
        let not = policy(json!([{ "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" }]));
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(own())
            .fails(FAILS, with(admin()))
            .fails(FAILS, holding("cloudtrail:Up*"))
            .fails(FAILS, holding("*:*"))
            .fails(FAILS, with(role("ops").inline("own", not)))
            .passes(with(role("ops").inline("own", only)))
            .passes(holding("s3:*"))
            .passes(with(admin().boundary(allow("cloudtrail:Get*", "*"))))
            .fails(
                FAILS,
                with(user("ann").in_group("ops")).principal(
                    MEMBER,
                    group("ops").inline("stop", allow("cloudtrail:StopLogging", "*")),
                ),
            )
            .fails(FAILS, with(permission_set("Admin").managed("AdministratorAccess")))
            .passes(with(
                role("AWSServiceRoleForCloudTrail")
                    .managed("AdministratorAccess")
                    .path("/aws-service-role/cloudtrail.amazonaws.com/"),
            ))
            .passes(with(admin()).scp("root", deny_all()))
            .passes(with(admin()).without_full_access(MEMBER).scp(MEMBER, allow("s3:*", "*")))
            .is_unknown(Cause::AccessDenied, with(admin()).deny(Fact::AuthorizationDetails))
            .is_unknown(Cause::AccessDenied, with(admin()).deny(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, with(admin()).deny(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, with(admin()).deny(Fact::PolicyTargets))
            // What is not allowed without them is not allowed with them.
            .passes(own().deny(Fact::OrganizationPolicies))
            .passes(with(admin()).scp("root", deny_all()).deny_in(
                None,
                Fact::StorePolicy,
                None,
                Cause::AccessDenied,
            ))
            .is_unknown(Cause::Undecidable, with(user("ann").inline_text("own", "{")))
            // What is not understood may let ann take the deny away first.
            .is_unknown(
                Cause::Undecidable,
                with(user("ann").inline_text("own", "{").inline("not", deny_all())),
            )
            .passes(with(user("ann").inline_text("own", "{").inline("not", deny_everything())))
            .does_not_apply("nothing_of_its_own", organization())
            .policy(|policy| policy.approved_principals = vec!["arn:aws:iam::*:role/Admin".into()])
            .passes(with(admin()))
            .fails(FAILS, with(user("Admin").managed("AdministratorAccess")));
    }

    #[test]
    fn whoever_comes_by_it_is_found_with_the_way() {
        let assume = |role: &str| allow("sts:AssumeRole", &format!("arn:aws:iam::*:role/{role}"));
        let trusting = |name: &str| {
            role(name).trust(policy(json!([{ "Effect": "Allow",
            "Principal": { "AWS": format!("arn:aws:iam::{MEMBER}:root") }, "Action": "sts:AssumeRole" }])))
        };
        let chain = |world: World| {
            world.principal(MEMBER, user("ann").inline("own", assume("ops"))).principal(
                MEMBER,
                trusting("ops").inline("own", allow("cloudtrail:StopLogging", "*")),
            )
        };
        const BY_ESCALATION: &str = "escalation";
        let approved = || vec!["arn:aws:iam::*:role/ops".to_owned()];
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .fails(FAILS, chain(own()))
            .fails(BY_ESCALATION, with(user("ann").inline("own", allow("iam:PutUserPolicy", "*"))))
            .passes(
                with(user("ann").inline("own", allow("iam:PutUserPolicy", "*")))
                    .scp("root", deny_all()),
            )
            .passes(with(
                user("ann")
                    .inline("own", allow("iam:PutUserPolicy", "*"))
                    .boundary(allow("iam:PutUserPolicy", "*")),
            ))
            .policy(|policy| policy.approved_principals = approved())
            .fails(BY_ESCALATION, chain(own()))
            .passes(
                own().principal(MEMBER, trusting("ops").inline("own", allow("cloudtrail:*", "*"))),
            )
            .is_unknown(Cause::AccessDenied, chain(own()).deny(Fact::AuthorizationDetails))
            .is_unknown(Cause::AccessDenied, chain(own()).deny(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, chain(own()).deny(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, chain(own()).deny(Fact::PolicyTargets))
            .does_not_apply("nothing_of_its_own", organization());
    }

    #[test]
    fn conditions_count_where_the_user_says_so() {
        let with_mfa = || {
            with(user("ann").inline(
                "own",
                policy(json!([{ "Effect": "Allow",
                "Action": "cloudtrail:*", "Resource": "*",
                "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } } }])),
            ))
        };
        let chosen = || {
            with(user("ann").inline(
                "own",
                policy(json!([{ "Effect": "Allow",
                "Action": "cloudtrail:*", "Resource": "*",
                "Condition": { "StringEquals": { "aws:UserAgent": "console" } } }])),
            ))
        };
        let denied = |world: World| {
            let facts = [Fact::Trails, Fact::EventDataStores, Fact::DelegatedAdministrators];
            facts.into_iter().chain([Fact::AuthorizationDetails]).fold(world, World::deny)
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(with_mfa())
            .fails(FAILS, chosen())
            .is_unknown(Cause::AccessDenied, denied(with_mfa()))
            .is_unknown(Cause::AccessDenied, with(admin()).deny(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, with(admin()).deny(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, with(admin()).deny(Fact::PolicyTargets))
            .policy(|policy| policy.strict_conditions = true)
            .fails(FAILS, with_mfa());
    }

    #[test]
    fn an_organizations_trail_is_its_owners_and_its_administrators() {
        let org = || organization().with(trail("org").for_organization());
        let delegated = || org().but(|world| world.delegates = vec![id(MEMBER)]);
        let everybody = |world: World| {
            [MEMBER, ARCHIVE, MANAGEMENT].into_iter().fold(world, |w, of| w.principal(of, admin()))
        };
        let _ = expect(&CHECK)
            .in_account(ARCHIVE)
            .does_not_apply("nothing_of_its_own", everybody(delegated()))
            .is_unknown(Cause::AccessDenied, everybody(org()).deny(Fact::DelegatedAdministrators))
            .in_account(MEMBER)
            .does_not_apply("nothing_of_its_own", everybody(org()))
            .fails(FAILS, everybody(delegated()))
            .in_account(MANAGEMENT)
            // No service control policy binds the management account.
            .fails(FAILS, everybody(org()).scp("root", deny_all()))
            .fails(FAILS, everybody(organization()).with_store(store("lake")))
            .is_unknown(
                Cause::AccessDenied,
                everybody(organization())
                    .with_store(store("lake"))
                    .deny(Fact::EventDataStores)
                    .deny(Fact::Organization),
            )
            .in_account(MEMBER)
            .is_unknown(Cause::AccessDenied, with(admin()).deny(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, with(admin()).deny(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, with(admin()).deny(Fact::PolicyTargets));
    }

    #[test]
    fn three_hundred_administrators_are_one_finding() {
        use trailproof_core::plan::Demand;
        use trailproof_core::policy::Policy;
        let world = (0..300).fold(own(), |world, number| {
            world.principal(
                MEMBER,
                role(&format!("Admin{number:03}")).managed("AdministratorAccess"),
            )
        });
        let found = judge_all(&world, &[&CHECK], &Demand::of(&[&CHECK]), &Policy::default());
        let of_member: Vec<_> = found.iter().filter(|f| f.account_id == id(MEMBER)).collect();
        let [finding] = of_member.as_slice() else { panic!("{} findings", of_member.len()) };
        assert_eq!(finding.evidence.len(), 51, "the number, and the first fifty");
        assert!(
            finding.message.starts_with("300 of 301 principals (role/Admin000, "),
            "{}",
            finding.message
        );
        assert_eq!(finding.evidence[1].value["pattern"], "*");
        assert_eq!(
            finding.evidence[1].value["through"],
            "arn:aws:iam::aws:policy/AdministratorAccess: statement 0"
        );
    }

    #[test]
    fn whoever_assigns_permission_sets_has_all_of_them() {
        let world = organization().with(trail("org").for_organization());
        whoever_assigns_permission_sets_counts(&CHECK, &world, MANAGEMENT);
    }
}
