//! One role by its name, the role by which CloudTrail acts for an organization among them.

use serde_json::json;

use crate::description::Role;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::iam::{boundary, encoded, named};
use crate::services::{Answer, Ask};
use crate::xml::{Content, Element};

const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";
/// The longest session in seconds.
const HOUR: u32 = 3600;

pub(super) fn get_role(ask: Ask<'_>) -> Answer {
    let name = ask.request.text("RoleName").unwrap_or_default();
    let own = ask.world.land.iam(ask.caller, false);
    let linked = service_linked(ask);
    let roles = ask.world.frame.baseline_iam.roles.iter().chain(&own.roles).chain(&linked);
    // IAM tells names apart without their case.
    let found = roles.into_iter().find(|role| role.name.eq_ignore_ascii_case(name));
    let Some(role) = found else {
        let text = format!("The role with name {name} cannot be found.");
        return Err(Failure::new(404, "NoSuchEntity", text));
    };
    let mut content = Content::default();
    content.inside("Role", |to| {
        named(to, &role.path, ("RoleName", &role.name), "RoleId");
        let resource = format!("role{}{}", role.path, role.name);
        to.leaf("Arn", ask.world.arn("iam", "", &ask.caller.id, &resource));
        to.plain("AssumeRolePolicyDocument", encoded(&role.trust));
        to.plain("MaxSessionDuration", HOUR);
        boundary(to, role.boundary.as_deref());
    });
    Ok(Reply::xml(Element::new("Result").written(content)))
}

/// Trusted access makes the role in every account of the organization.
fn service_linked(ask: Ask<'_>) -> Option<Role> {
    let organization = ask.world.organization_of(ask.caller)?;
    let trusted = organization.trusted_services.iter().any(|service| service == CLOUDTRAIL);
    (trusted && !organization.no_service_linked_role).then(|| Role {
        name: "AWSServiceRoleForCloudTrail".to_owned(),
        path: format!("/aws-service-role/{CLOUDTRAIL}/"),
        trust: json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": CLOUDTRAIL },
            "Action": "sts:AssumeRole",
        }] }),
        ..Role::default()
    })
}

#[cfg(test)]
#[path = "role/tests.rs"]
mod tests;
