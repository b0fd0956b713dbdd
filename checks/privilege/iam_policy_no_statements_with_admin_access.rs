//! A policy that gives everything gives the trail, its bucket and its key with it.

use std::collections::BTreeSet;

use trailproof_core::authorization::Authorization;
use trailproof_core::prelude::*;
use trailproof_core::privilege::gives_everything;

/// The check.
pub const CHECK: Check = Check {
    id: "iam-policy-no-statements-with-admin-access",
    title: "No customer managed policy in use gives everything, and few principals are administrators",
    group: Group::Privilege,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Whoever may do everything may also end the record; each further one is a further credential to steal.",
    remediation: Remediation {
        summary: "Name the actions that the policy is for, or detach it; leave AdministratorAccess to few principals.",
        command: "aws iam create-policy-version --policy-arn POLICY_ARN --policy-document file://policy.json \
                  --set-as-default",
        link: "https://docs.aws.amazon.com/config/latest/developerguide/iam-policy-no-statements-with-admin-access.html",
    },
    japanese: Japanese {
        title: "使用中のカスタマー管理ポリシーが全権限を許可せず、管理者であるプリンシパルが少数である",
        rationale: "全権限を持つ者は記録も停止できる。プリンシパルが増えるごとに、盗まれうる認証情報も増える。",
        remediation: "ポリシーの目的に必要なアクションのみを列挙するか、デタッチする。AdministratorAccess は少数のプ\
                      リンシパルに限定する。",
    },
    controls: &[
        Cis1_4.seen("1.16"),
        Cis3_0.prowler("1.16"),
        Cis5_0.prowler("1.15"),
        Cis6_0.prowler("2.15"),
        Cis7_0.prowler("2.14"),
        Fsbp.seen("IAM.1"),
        Pci4_0_1.related("7.2.1"),
        Nist800_53R5.seen("AC-2"),
        Nist800_53R5.seen("AC-2(1)"),
        Nist800_53R5.seen("AC-3"),
        Nist800_53R5.seen("AC-3(15)"),
        Nist800_53R5.seen("AC-3(7)"),
        Nist800_53R5.seen("AC-5"),
        Nist800_53R5.seen("AC-6"),
        Nist800_53R5.seen("AC-6(10)"),
        Nist800_53R5.seen("AC-6(2)"),
        Nist800_53R5.seen("AC-6(3)"),
        Soc2.prowler("CC6.3"),
        Iso27001_2022.prowler("A.5.18"),
        Iso27001_2022.prowler("A.8.2"),
        Hipaa164.prowler("164.308(a)(3)(i)"),
        Hipaa164.prowler("164.312(a)(1)"),
    ],
    reads: &[Fact::AuthorizationDetails],
    judge: Judge::Account(judge),
};

/// The statement by which the version of a policy that is in force gives everything.
fn giving(details: &Authorization<'_>, arn: &str) -> Observed<Option<String>> {
    let gap = |cause, detail: String| Gap {
        account: Some(details.source().account),
        ..Gap::new(Fact::AuthorizationDetails, cause, detail)
    };
    let policy = details.policy(arn)?;
    let Some(version) = policy.versions.iter().find(|version| version.is_default_version) else {
        let detail = format!("the answer leaves out the version of {arn} in force");
        return Err(gap(Cause::ServiceError, detail));
    };
    match details.version(policy, version)?.as_ref() {
        Ok(document) => Ok(gives_everything(document).map(|statement| statement.label())),
        Err(error) => Err(gap(Cause::Undecidable, format!("{arn} cannot be understood: {error}"))),
    }
}

/// The attached policies of the account's own that give everything, each by its statement, and the first gap.
fn all_giving(details: &Authorization<'_>) -> (Vec<(String, String)>, Option<Gap>) {
    let principals = details.principals().iter();
    let attached: BTreeSet<&str> = principals
        .flat_map(|principal| principal.attached_managed_policies.iter().map(String::as_str))
        .filter(|arn| !arn.contains(":iam::aws:policy/"))
        .collect();
    let (mut found, mut gap) = (Vec::new(), None);
    for arn in attached {
        match giving(details, arn) {
            Ok(statement) => found.extend(statement.map(|label| (arn.to_owned(), label))),
            Err(unread) => drop(gap.get_or_insert(unread)),
        }
    }
    (found, gap)
}

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let most = usize::try_from(audit.policy.admin_principals_max).unwrap_or(usize::MAX);
    let expected = format!("no such policy attached, and at most {most} administrators");
    let (roll, details) = (account.roll()?, account.authorization()?);
    let (policies, gap) = all_giving(&details);
    if let Some((first, statement)) = policies.first() {
        let more = policies.len().saturating_sub(1);
        let more = if more == 0 { String::new() } else { format!(" and {more} more policies") };
        let listed = policies.iter().take(50).map(|(arn, statement)| {
            roll.cite(
                None,
                "Policies[].PolicyVersionList[].Document",
                format!("{arn}: {statement}"),
            )
        });
        return Ok(fail(format!("{first}{more} gives everything"))
            .reason(Reason::FULL_ACCESS_POLICY)
            .observed(format!("{first}: {statement}"))
            .expected(expected)
            .cite(listed));
    }
    let administrators = roll.administrators();
    let (sure, open) = (administrators.sure.len(), administrators.open);
    let named = administrators.sure.iter().filter_map(|at| roll.principals().get(*at));
    if sure > most {
        let first: Vec<&str> = named.clone().take(3).map(|one| one.short()).collect();
        let text = format!("{sure} principals are administrators, {} among them", first.join(", "));
        let listed = named.take(50).map(|one| roll.cite(Some(one), "administrator", true));
        return Ok(fail(text)
            .reason(Reason::TOO_MANY_ADMINISTRATORS)
            .expected(expected)
            .cite(listed));
    }
    if let Some(gap) = administrators.gap.filter(|_| sure + open > most).or(gap) {
        return Err(gap);
    }
    let cite = roll.cite(None, "administrators", sure);
    Ok(pass(format!(
        "no policy of the account's own in use gives everything, and {sure} principals do have it"
    ))
    .expected(expected)
    .cite([cite]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn policy(statement: Value) -> Value {
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    }

    fn everything() -> Value {
        policy(json!({ "Effect": "Allow", "Action": "*", "Resource": "*" }))
    }

    fn not(entries: &[&str]) -> Value {
        policy(json!({ "Effect": "Allow", "NotAction": entries, "Resource": "*" }))
    }

    fn with(setup: PrincipalSetup) -> World {
        organization().principal(MEMBER, setup)
    }

    fn administrators(number: usize) -> World {
        (0..number).fold(organization(), |world, at| {
            world.principal(MEMBER, user(&format!("u{at}")).managed("AdministratorAccess"))
        })
    }

    #[test]
    fn policies_of_the_accounts_own_and_the_number_of_administrators_count() {
        let unused = || managed_policy("unused", &[everything()]);
        let broken = || "arn:aws:iam::111122223333:policy/broken";
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization())
            .fails("full_access_policy", with(role("ops").policy("all", everything())))
            .fails("full_access_policy", with(group("ops").policy("all", not(&["s3:*"]))))
            .passes(with(role("ops").policy("power", not(&["iam:*"]))))
            .passes(with(role("ops").policy("power", not(&["IAM:Create*", "s3:*"]))))
            .passes(with(role("ops").policy(
                "part",
                policy(json!({ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::a" })),
            )))
            // Inline and unattached ones are not asked for, and a boundary gives nothing.
            .passes(with(role("ops").inline("all", everything())))
            .passes(with(role("ops").boundary(everything())))
            .passes(organization().member(MEMBER, |m| m.policies.push(unused())))
            .passes(administrators(5))
            .fails("too_many_administrators", administrators(6))
            .passes(administrators(5).principal(
                MEMBER,
                user("bound").managed("AdministratorAccess").boundary(everything()),
            ))
            .is_unknown(Cause::AccessDenied, administrators(6).deny(Fact::AuthorizationDetails))
            .is_unknown(Cause::ServiceError, with(role("ops").managed(broken())))
            .policy(|policy| policy.admin_principals_max = 6)
            .passes(administrators(6));
    }
}
