//! An account that nobody looked at is not safe, it is unknown.

use trailproof_core::organization::Standing;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "org-account-inventory-complete",
    title: "Every active account of the organization was assessed",
    group: Group::Organization,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Whoever wants to stay unseen works where no auditor's role can go.",
    remediation: Remediation {
        summary: "Roll the reader role out to the accounts named, and scan all accounts.",
        command: "aws cloudformation create-stack-instances --stack-set-name NAME --deployment-targets Accounts=ACCOUNT \
                  --regions us-east-1",
        link: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html",
    },
    japanese: Japanese {
        title: "組織のすべての有効なアカウントが評価されている",
        rationale: "発見を避けたい者は、監査用ロールの及ばない場所で行動する。",
        remediation: "示されたアカウントに読み取り用ロールを展開し、すべてのアカウントを評価する。",
    },
    controls: &[],
    reads: &[Fact::Organization, Fact::Accounts, Fact::Session],
    judge: Judge::Organization(judge),
};

fn judge(organization: &Organization, audit: &Audit<'_>) -> Observed<Verdict> {
    organization.is_listed()?;
    let active = || organization.members.values().filter(|member| member.state.is_active());
    // Whom the run was told to leave out is listed in the report's scope, and is no gap of the run.
    let (wanted, left_out): (Vec<_>, Vec<_>) = active().partition(|member| member.in_scope);
    let unassessed: Vec<_> =
        wanted.iter().filter(|member| member.standing() != Standing::Assessed).collect();
    let total = wanted.len();
    let Some(first) = unassessed.first() else {
        let verdict = match left_out.len() {
            0 => pass(format!("all of {total} active accounts were assessed")),
            more => pass(format!("all of {total} wanted accounts were assessed, {more} left out"))
                .reason(Reason::SOME_LEFT_OUT),
        };
        return Ok(verdict.cite(organization.cite_accounts(wanted.iter().map(|member| &member.id))));
    };
    let ids: Vec<String> = unassessed.iter().map(|member| member.id.to_string()).collect();
    let text =
        format!("{} of {total} active accounts were not assessed: {}", ids.len(), ids.join(", "));
    // The rule is about the run itself: where the user asks for it, that evidence is missing is the failure.
    if audit.policy.fail_on_unassessed {
        return Ok(fail(text)
            .reason(Reason::UNASSESSED)
            .expected("every active account assessed")
            .cite(organization.cite_accounts(unassessed.iter().map(|member| &member.id))));
    }
    Err(match &first.session {
        Err(gap) => Gap { detail: format!("{}; {text}", gap.detail), ..(**gap).clone() },
        Ok(()) => {
            Gap { account: Some(first.id), ..Gap::new(Fact::Session, Cause::NotAttempted, text) }
        }
    })
}

#[cfg(test)]
#[test]
fn every_active_account_was_looked_at() {
    use trailproof_core::fixture::*;
    use trailproof_core::roster::AccountState;
    let refused =
        || organization().deny_in(Some(MEMBER), Fact::Session, None, Cause::AssumeRoleDenied);
    let left_out = || organization().member(MEMBER, |m| m.in_scope = false);
    let suspended = organization().member(MEMBER, |m| m.state = AccountState::Suspended);
    let _ = expect(&CHECK)
        .passes(organization())
        .passes(suspended)
        .does_not_apply("no_organization", account())
        .is_unknown(Cause::AssumeRoleDenied, refused())
        .passes(left_out())
        .is_unknown(Cause::AccessDenied, organization().deny(Fact::Accounts));
    let found = |world: &World| {
        let demand = trailproof_core::plan::Demand::of(&[&CHECK]);
        let policy =
            trailproof_core::policy::Policy { fail_on_unassessed: true, ..Default::default() };
        let found = judge_all(world, &[&CHECK], &demand, &policy);
        found.iter().map(|f| format!("{} {}", f.status.code(), f.reason)).collect::<Vec<_>>()
    };
    assert_eq!(found(&refused()), ["fail unassessed"]);
    assert_eq!(found(&left_out()), ["pass some_left_out"]);
    assert_eq!(found(&organization()), ["pass "]);
}
