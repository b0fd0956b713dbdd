//! Users, groups and roles with what is attached to them.

use aws_sdk_iam::types::{AttachedPolicy, EntityType};
use trailproof_core::answer::{
    Answer, AuthorizationDetails, PrincipalEntry, PrincipalKind, ServiceLinkedRole,
};

use super::gap::Failure;
use super::organizations::incomplete;
use super::session::Session;

/// AWS's greatest page.
const PAGE: i32 = 1000;

fn entry(kind: PrincipalKind, arn: Option<&str>, attached: &[AttachedPolicy]) -> PrincipalEntry {
    PrincipalEntry {
        kind,
        arn: arn.unwrap_or_default().to_owned(),
        attached_managed_policies: attached
            .iter()
            .filter_map(|policy| policy.policy_arn().map(str::to_owned))
            .collect(),
    }
}

pub async fn details(session: &Session) -> Result<Answer, Failure> {
    let mut principals = Vec::new();
    let mut pages = session
        .iam()
        .get_account_authorization_details()
        // Managed policies themselves are not read by any check yet.
        .filter(EntityType::User)
        .filter(EntityType::Group)
        .filter(EntityType::Role)
        .max_items(PAGE)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = page?;
        // AWS writes its lists out, empty ones too: a page that has none of them is no list of nobody.
        if page.user_detail_list.is_none()
            && page.group_detail_list.is_none()
            && page.role_detail_list.is_none()
        {
            return Err(incomplete("users, groups and roles"));
        }
        principals.extend(
            page.user_detail_list().iter().map(|user| {
                entry(PrincipalKind::User, user.arn(), user.attached_managed_policies())
            }),
        );
        principals.extend(page.group_detail_list().iter().map(|group| {
            entry(PrincipalKind::Group, group.arn(), group.attached_managed_policies())
        }));
        principals.extend(
            page.role_detail_list().iter().map(|role| {
                entry(PrincipalKind::Role, role.arn(), role.attached_managed_policies())
            }),
        );
    }
    principals.sort_by(|one, other| one.arn.cmp(&other.arn));
    Ok(Answer::AuthorizationDetails(AuthorizationDetails { principals }))
}

/// The role by which CloudTrail acts for an organization.
const SERVICE_LINKED: &str = "AWSServiceRoleForCloudTrail";

/// None where IAM says that there is no such role.
pub async fn service_linked_role(session: &Session) -> Result<Answer, Failure> {
    let sent = session.iam().get_role().role_name(SERVICE_LINKED).send().await;
    let answer = match sent.map_err(Failure::from) {
        Ok(answer) => answer,
        Err(failure) if failure.is(&["NoSuchEntity", "NoSuchEntityException"]) => {
            return Ok(Answer::ServiceLinkedRole(ServiceLinkedRole::default()));
        }
        Err(failure) => return Err(failure),
    };
    let role = answer.role.ok_or_else(|| incomplete("Role"))?;
    Ok(Answer::ServiceLinkedRole(ServiceLinkedRole { arn: Some(role.arn().to_owned()) }))
}
