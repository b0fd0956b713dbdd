//! AWS IAM: every principal of an account with its policies, in pages.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::description::Iam;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::page::{page, size};
use crate::services::{Answer, Ask};
use crate::xml::Element;

/// What RFC 3986 leaves as it is; IAM encodes all else in a policy document.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The service's page size when none is asked for, and its largest.
const USUAL_PAGE: i64 = 100;
const LARGEST_PAGE: usize = 1000;
const CREATED: &str = "2020-01-01T00:00:00Z";

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "GetAccountAuthorizationDetails" => authorization_details(ask),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

/// The four lists of the answer, in the order in which pages walk them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    User,
    Group,
    Role,
    LocalPolicy,
    AwsPolicy,
}

impl Kind {
    fn filter_name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::Role => "Role",
            Self::LocalPolicy => "LocalManagedPolicy",
            Self::AwsPolicy => "AWSManagedPolicy",
        }
    }

    fn list_name(self) -> &'static str {
        match self {
            Self::User => "UserDetailList",
            Self::Group => "GroupDetailList",
            Self::Role => "RoleDetailList",
            Self::LocalPolicy | Self::AwsPolicy => "Policies",
        }
    }
}

fn authorization_details(ask: Ask<'_>) -> Answer {
    let request = ask.request;
    let wanted = request.list("Filter");
    let entries: Vec<(Kind, Element)> = entries(ask)
        .into_iter()
        .filter(|(kind, _)| wanted.is_empty() || wanted.contains(&kind.filter_name()))
        .collect();
    let found = size(Some(request.number("MaxItems").unwrap_or(USUAL_PAGE)), LARGEST_PAGE)
        .and_then(|size| page(&entries, request.text("Marker"), size))
        .ok_or_else(|| Failure::new(400, "ValidationError", "Invalid Marker or MaxItems"))?;
    let list = |name: &'static str| {
        let items = found.items.iter().filter(|(kind, _)| kind.list_name() == name);
        Element::new(name).children(items.map(|(_, element)| element.clone()))
    };
    Ok(Reply::xml(
        Element::new("Result")
            .child(list("UserDetailList"))
            .child(list("GroupDetailList"))
            .child(list("RoleDetailList"))
            .child(list("Policies"))
            .child(Element::leaf("IsTruncated", found.next.is_some()))
            .maybe("Marker", found.next.as_ref()),
    ))
}

fn entries(ask: Ask<'_>) -> Vec<(Kind, Element)> {
    let world = ask.world;
    let account = &ask.caller.id;
    let arn = |resource: String| world.arn("iam", "", account, &resource);
    let sources: [&Iam; 2] = [&world.description.baseline_iam, &ask.caller.iam];
    let mut out = Vec::new();
    let mut attached = BTreeSet::new();
    for user in sources.iter().flat_map(|iam| &iam.users) {
        attached.extend(&user.attached);
        let groups = user.groups.iter().map(|group| Element::leaf("member", group));
        let element = member(&user.path, ("UserName", &user.name), "UserId")
            .child(Element::leaf("Arn", arn(format!("user{}{}", user.path, user.name))))
            .child(inline("UserPolicyList", &user.inline))
            .child(Element::new("GroupList").children(groups))
            .child(attachments(&user.attached))
            .children(boundary(user.boundary.as_deref()));
        out.push((Kind::User, element));
    }
    for group in sources.iter().flat_map(|iam| &iam.groups) {
        attached.extend(&group.attached);
        let element = member(&group.path, ("GroupName", &group.name), "GroupId")
            .child(Element::leaf("Arn", arn(format!("group{}{}", group.path, group.name))))
            .child(inline("GroupPolicyList", &group.inline))
            .child(attachments(&group.attached));
        out.push((Kind::Group, element));
    }
    for role in sources.iter().flat_map(|iam| &iam.roles) {
        attached.extend(&role.attached);
        let element = member(&role.path, ("RoleName", &role.name), "RoleId")
            .child(Element::leaf("Arn", arn(format!("role{}{}", role.path, role.name))))
            .child(Element::leaf("AssumeRolePolicyDocument", encoded(&role.trust)))
            .child(Element::new("InstanceProfileList"))
            .child(inline("RolePolicyList", &role.inline))
            .child(attachments(&role.attached))
            .children(boundary(role.boundary.as_deref()));
        out.push((Kind::Role, element));
    }
    for policy in sources.iter().flat_map(|iam| &iam.policies) {
        let arn = arn(format!("policy{}{}", policy.path, policy.name));
        let used = attached.contains(&arn);
        let element = managed(&arn, (&policy.path, &policy.name), (&policy.document, used));
        out.push((Kind::LocalPolicy, element));
    }
    // Only those in use are listed, as IAM does.
    for (name, document) in &world.description.aws_managed_policies {
        let suffix = format!("/{name}");
        if let Some(arn) =
            attached.iter().find(|arn| arn.contains(":aws:") && arn.ends_with(&suffix))
        {
            let path =
                arn.split_once(":policy").and_then(|(_, rest)| rest.strip_suffix(name.as_str()));
            let element = managed(arn, (path.unwrap_or("/"), name), (document, true));
            out.push((Kind::AwsPolicy, element));
        }
    }
    out
}

fn member(path: &str, (name_tag, name): (&'static str, &str), id_tag: &'static str) -> Element {
    Element::new("member")
        .child(Element::leaf("Path", path))
        .child(Element::leaf(name_tag, name))
        .child(Element::leaf(id_tag, unique_id(id_tag, name)))
        .child(Element::leaf("CreateDate", CREATED))
}

fn managed(arn: &str, (path, name): (&str, &str), (document, used): (&Value, bool)) -> Element {
    let version = Element::new("member")
        .child(Element::leaf("Document", encoded(document)))
        .child(Element::leaf("VersionId", "v1"))
        .child(Element::leaf("IsDefaultVersion", true))
        .child(Element::leaf("CreateDate", CREATED));
    Element::new("member")
        .child(Element::leaf("PolicyName", name))
        .child(Element::leaf("PolicyId", unique_id("PolicyId", name)))
        .child(Element::leaf("Arn", arn))
        .child(Element::leaf("Path", path))
        .child(Element::leaf("DefaultVersionId", "v1"))
        .child(Element::leaf("AttachmentCount", u8::from(used)))
        .child(Element::leaf("PermissionsBoundaryUsageCount", 0))
        .child(Element::leaf("IsAttachable", true))
        .child(Element::leaf("CreateDate", CREATED))
        .child(Element::leaf("UpdateDate", CREATED))
        .child(Element::new("PolicyVersionList").child(version))
}

fn inline(name: &'static str, policies: &BTreeMap<String, Value>) -> Element {
    Element::new(name).children(policies.iter().map(|(name, document)| {
        Element::new("member")
            .child(Element::leaf("PolicyName", name))
            .child(Element::leaf("PolicyDocument", encoded(document)))
    }))
}

fn attachments(arns: &[String]) -> Element {
    Element::new("AttachedManagedPolicies").children(arns.iter().map(|arn| {
        let name = arn.rsplit('/').next().unwrap_or_default();
        Element::new("member")
            .child(Element::leaf("PolicyName", name))
            .child(Element::leaf("PolicyArn", arn))
    }))
}

fn boundary(arn: Option<&str>) -> Option<Element> {
    arn.map(|arn| {
        Element::new("PermissionsBoundary")
            .child(Element::leaf("PermissionsBoundaryType", "PermissionsBoundaryPolicy"))
            .child(Element::leaf("PermissionsBoundaryArn", arn))
    })
}

fn encoded(document: &Value) -> String {
    utf8_percent_encode(&document.to_string(), ENCODED).to_string()
}

/// An id in IAM's form, made from the name.
fn unique_id(kind: &str, name: &str) -> String {
    let prefix = match kind {
        "UserId" => "AIDA",
        "GroupId" => "AGPA",
        "RoleId" => "AROA",
        _ => "ANPA",
    };
    let hash = Sha256::digest(name.as_bytes());
    let tail: String = hash.iter().take(8).map(|byte| format!("{byte:02X}")).collect();
    format!("{prefix}{tail}")
}

#[cfg(test)]
#[path = "iam/tests.rs"]
mod tests;
