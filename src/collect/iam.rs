//! Users, groups and roles with their policies, and one role by itself.

mod details;

use trailproof_core::answer::{Answer, ServiceLinkedRole};

pub use details::details;

use super::gap::Failure;
use super::organizations::incomplete;
use super::session::Session;

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
