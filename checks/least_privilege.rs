//! What the checks on who may do what to the evidence have in common: the requirements that they bear on.

use trailproof_core::prelude::*;

/// The requirements on least privilege and on the protection of audit records, none of which one of the checks satisfies.
pub(crate) const LEAST_PRIVILEGE: &[Control] = &[
    Cis1_4.related("1.16"),
    Cis3_0.related("1.16"),
    Cis5_0.related("1.15"),
    Cis6_0.related("2.15"),
    Cis7_0.related("2.14"),
    Fsbp.related("IAM.1"),
    Fsbp.related("IAM.21"),
    Pci4_0_1.related("7.2.1"),
    Pci4_0_1.related("7.2.2"),
    Pci4_0_1.related("10.3.1"),
    Pci4_0_1.related("10.3.2"),
    Nist800_53R5.related("AC-3"),
    Nist800_53R5.related("AC-5"),
    Nist800_53R5.related("AC-6"),
    Nist800_53R5.related("AU-9(4)"),
    Soc2.stave("CC6.1"),
    Soc2.stave("CC6.3"),
    Iso27001_2022.stave("A.5.15"),
    Iso27001_2022.stave("A.8.2"),
    Iso27001_2022.stave("A.8.3"),
    Hipaa164.related("164.308(a)(3)"),
    Hipaa164.related("164.308(a)(4)"),
];

/// The requirements on what an organization forbids its accounts from above.
pub(crate) const FROM_ABOVE: &[Control] = &[
    Cis7_0.related("2.1.2"),
    Pci4_0_1.related("7.2"),
    Pci4_0_1.related("10.3.2"),
    Nist800_53R5.stave("AC-3"),
    Nist800_53R5.stave("AU-9"),
    Soc2.related("CC6.1"),
    Iso27001_2022.stave("A.5.15"),
];

/// Whoever assigns permission sets has what all of them give in that account, where the organization trusts Identity Center.
#[cfg(test)]
pub(crate) fn whoever_assigns_permission_sets_counts(
    check: &Check,
    world: &trailproof_core::fixture::World,
    account: &str,
) {
    use trailproof_core::evidence::Cause;
    use trailproof_core::fixture::{MANAGEMENT, World, expect, user};
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Action": "sso:CreateAccountAssignment", "Resource": "*" }] });
    let assigning =
        || world.clone().principal(MANAGEMENT, user("ida").inline("own", policy.clone()));
    let trusted =
        |world: World| world.but(|world| world.trusted_services.push("sso.amazonaws.com".into()));
    let _ = expect(check)
        .in_account(account)
        .passes(assigning())
        .fails("escalation", trusted(assigning()))
        .is_unknown(Cause::AccessDenied, assigning().deny(Fact::TrustedServices))
        .policy(|policy| policy.approved_principals = vec!["*:user/ida".into()])
        .passes(trusted(assigning()));
}
