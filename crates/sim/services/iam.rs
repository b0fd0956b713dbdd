//! AWS IAM: every principal of an account with its policies, in pages, and one role.

mod role;

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::description::{Account, Group, Iam, ManagedPolicy, Role, User};
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::page::{page, size};
use crate::services::{Answer, Ask};
use crate::world::World;
use crate::xml::{Content, Element};

/// What RFC 3986 leaves as it is; IAM encodes all else in a policy document.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The service's page size when none is asked for, and its largest.
const USUAL_PAGE: i64 = 100;
const LARGEST_PAGE: usize = 1000;
const CREATED: &str = "2020-01-01T00:00:00Z";

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "GetAccountAuthorizationDetails" => authorization_details(ask),
        "GetRole" => role::get_role(ask),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

/// What is listed, in the order in which pages walk it.
#[derive(Clone, Copy)]
enum Entry<'a> {
    User(&'a User),
    Group(&'a Group),
    Role(&'a Role),
    Local(&'a ManagedPolicy),
    /// A policy of AWS by its ARN.
    Aws(&'a str, &'a str, &'a Value),
}

impl Entry<'_> {
    fn list_name(self) -> &'static str {
        match self {
            Self::User(_) => "UserDetailList",
            Self::Group(_) => "GroupDetailList",
            Self::Role(_) => "RoleDetailList",
            Self::Local(_) | Self::Aws(..) => "Policies",
        }
    }
}

const LISTS: [&str; 4] = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"];

fn authorization_details(ask: Ask<'_>) -> Answer {
    let request = ask.request;
    let wanted = request.list("Filter");
    let wants = |name: &str| wanted.is_empty() || wanted.contains(&name);
    let own = ask.world.land.iam(ask.caller, wants("LocalManagedPolicy"));
    let sources: [&Iam; 2] = [&ask.world.frame.baseline_iam, &own];
    let uses = uses(&sources);
    let entries = entries(ask, &sources, &uses);
    let found = size(Some(request.number("MaxItems").unwrap_or(USUAL_PAGE)), LARGEST_PAGE)
        .and_then(|size| page(&entries, request.text("Marker"), size))
        .ok_or_else(|| Failure::new(400, "ValidationError", "Invalid Marker or MaxItems"))?;
    let writer = Writer { ask, uses: &uses };
    let mut content = Content::default();
    for name in LISTS {
        content.inside(name, |list| {
            for entry in found.items.iter().filter(|entry| entry.list_name() == name) {
                list.inside("member", |member| writer.write(**entry, member));
            }
        });
    }
    content.plain("IsTruncated", found.next.is_some());
    if let Some(next) = found.next {
        content.leaf("Marker", next);
    }
    Ok(Reply::xml(Element::new("Result").written(content)))
}

/// How many have each policy attached, and how many it bounds, by ARN.
type Uses<'a> = BTreeMap<&'a str, (usize, usize)>;

fn uses<'a>(sources: &[&'a Iam]) -> Uses<'a> {
    let mut uses = Uses::new();
    for iam in sources {
        let users = iam.users.iter().map(|user| (&user.attached, user.boundary.as_deref()));
        let groups = iam.groups.iter().map(|group| (&group.attached, None));
        let roles = iam.roles.iter().map(|role| (&role.attached, role.boundary.as_deref()));
        for (attached, boundary) in users.chain(groups).chain(roles) {
            attached.iter().for_each(|arn| uses.entry(arn).or_default().0 += 1);
            boundary.into_iter().for_each(|arn| uses.entry(arn).or_default().1 += 1);
        }
    }
    uses
}

/// How many policies of AWS an account uses that are described; IAM lists no others.
pub(crate) fn aws_policies_in_use(world: &World<'_>, account: &Account) -> usize {
    let own = world.land.iam(account, false);
    let names = &world.frame.aws_managed_policies;
    let uses = uses(&[&world.frame.baseline_iam, &own]);
    names.keys().filter(|name| in_use(&uses, name).is_some()).count()
}

fn in_use<'a>(uses: &Uses<'a>, name: &str) -> Option<&'a str> {
    let is_it = |arn: &&&str| {
        arn.contains(":aws:") && arn.strip_suffix(name).is_some_and(|a| a.ends_with('/'))
    };
    uses.keys().find(is_it).copied()
}

/// The entries that the filter lets through; nothing is written of the others.
fn entries<'a>(ask: Ask<'a>, sources: &[&'a Iam], uses: &Uses<'a>) -> Vec<Entry<'a>> {
    let wanted = ask.request.list("Filter");
    let wants = |name: &str| wanted.is_empty() || wanted.contains(&name);
    let all = || sources.iter().copied();
    let mut out = Vec::new();
    if wants("User") {
        out.extend(all().flat_map(|iam| &iam.users).map(Entry::User));
    }
    if wants("Group") {
        out.extend(all().flat_map(|iam| &iam.groups).map(Entry::Group));
    }
    if wants("Role") {
        out.extend(all().flat_map(|iam| &iam.roles).map(Entry::Role));
    }
    if wants("LocalManagedPolicy") {
        out.extend(all().flat_map(|iam| &iam.policies).map(Entry::Local));
    }
    if wants("AWSManagedPolicy") {
        // Only those in use are listed, as IAM does.
        out.extend(ask.world.frame.aws_managed_policies.iter().filter_map(|(name, document)| {
            in_use(uses, name).map(|arn| Entry::Aws(arn, name, document))
        }));
    }
    out
}

/// Writes entries of one account.
struct Writer<'a> {
    ask: Ask<'a>,
    uses: &'a Uses<'a>,
}

impl Writer<'_> {
    fn arn(&self, kind: &str, path: &str, name: &str) -> String {
        self.ask.world.arn("iam", "", &self.ask.caller.id, &format!("{kind}{path}{name}"))
    }

    fn profiles(&self, role: &Role, to: &mut Content) {
        to.inside("InstanceProfileList", |list| {
            if !role.instance_profile {
                return;
            }
            list.inside("member", |member| {
                named(member, &role.path, ("InstanceProfileName", &role.name), "InstanceProfileId");
                member.leaf("Arn", self.arn("instance-profile", &role.path, &role.name));
                member.inside("Roles", |_| ());
            });
        });
    }

    fn write(&self, entry: Entry<'_>, to: &mut Content) {
        match entry {
            Entry::User(user) => {
                named(to, &user.path, ("UserName", &user.name), "UserId");
                to.leaf("Arn", self.arn("user", &user.path, &user.name));
                inline(to, "UserPolicyList", &user.inline);
                to.inside("GroupList", |list| {
                    user.groups.iter().for_each(|group| list.leaf("member", group));
                });
                attachments(to, &user.attached);
                boundary(to, user.boundary.as_deref());
                tags(to, &user.tags);
            }
            Entry::Group(group) => {
                named(to, &group.path, ("GroupName", &group.name), "GroupId");
                to.leaf("Arn", self.arn("group", &group.path, &group.name));
                inline(to, "GroupPolicyList", &group.inline);
                attachments(to, &group.attached);
            }
            Entry::Role(role) => {
                named(to, &role.path, ("RoleName", &role.name), "RoleId");
                to.leaf("Arn", self.arn("role", &role.path, &role.name));
                to.plain("AssumeRolePolicyDocument", encoded(&trusted(&role.trust)));
                self.profiles(role, to);
                inline(to, "RolePolicyList", &role.inline);
                attachments(to, &role.attached);
                boundary(to, role.boundary.as_deref());
                tags(to, &role.tags);
                to.inside("RoleLastUsed", |used| {
                    if let Some(when) = role.last_used {
                        used.plain("LastUsedDate", self.ask.world.resolve(when).rfc3339());
                        used.plain("Region", "us-east-1");
                    }
                });
            }
            Entry::Local(policy) => {
                let arn = self.arn("policy", &policy.path, &policy.name);
                let used = self.uses.get(arn.as_str()).copied().unwrap_or_default();
                let older: Versions<'_> = policy.other_versions.iter().collect();
                managed(to, (&arn, &policy.path, &policy.name), (&policy.document, &older), used);
            }
            Entry::Aws(arn, name, document) => {
                let path = arn.split_once(":policy").and_then(|(_, rest)| rest.strip_suffix(name));
                let used = self.uses.get(arn).copied().unwrap_or_default();
                managed(to, (arn, path.unwrap_or("/"), name), (document, &[]), used);
            }
        }
    }
}

fn named(to: &mut Content, path: &str, (name_tag, name): (&str, &str), id_tag: &str) {
    to.leaf("Path", path);
    to.leaf(name_tag, name);
    to.plain(id_tag, unique_id(id_tag, name));
    to.plain("CreateDate", CREATED);
}

/// Versions that are not in force.
type Versions<'a> = Vec<(&'a String, &'a Value)>;

fn managed(
    to: &mut Content,
    (arn, path, name): (&str, &str, &str),
    (document, older): (&Value, &[(&String, &Value)]),
    (attached, bounds): (usize, usize),
) {
    let in_force = format!("v{}", older.len() + 1);
    to.leaf("PolicyName", name);
    to.plain("PolicyId", unique_id("PolicyId", name));
    to.leaf("Arn", arn);
    to.leaf("Path", path);
    to.plain("DefaultVersionId", &in_force);
    to.plain("AttachmentCount", attached);
    to.plain("PermissionsBoundaryUsageCount", bounds);
    to.plain("IsAttachable", true);
    to.plain("CreateDate", CREATED);
    to.plain("UpdateDate", CREATED);
    to.inside("PolicyVersionList", |list| {
        let newest = (&in_force, document);
        for (name, document) in std::iter::once(newest).chain(older.iter().copied()) {
            list.inside("member", |version| {
                version.plain("Document", encoded(document));
                version.leaf("VersionId", name);
                version.plain("IsDefaultVersion", *name == in_force);
                version.plain("CreateDate", CREATED);
            });
        }
    });
}

fn tags(to: &mut Content, tags: &BTreeMap<String, String>) {
    to.inside("Tags", |list| {
        for (key, value) in tags {
            list.inside("member", |member| {
                member.leaf("Key", key);
                member.leaf("Value", value);
            });
        }
    });
}

fn inline(to: &mut Content, list: &str, policies: &BTreeMap<String, Value>) {
    to.inside(list, |list| {
        for (name, document) in policies {
            list.inside("member", |member| {
                member.leaf("PolicyName", name);
                member.plain("PolicyDocument", encoded(document));
            });
        }
    });
}

fn attachments(to: &mut Content, arns: &[String]) {
    to.inside("AttachedManagedPolicies", |list| {
        for arn in arns {
            list.inside("member", |member| {
                member.leaf("PolicyName", arn.rsplit('/').next().unwrap_or_default());
                member.leaf("PolicyArn", arn);
            });
        }
    });
}

fn boundary(to: &mut Content, arn: Option<&str>) {
    if let Some(arn) = arn {
        to.inside("PermissionsBoundary", |boundary| {
            boundary.plain("PermissionsBoundaryType", "PermissionsBoundaryPolicy");
            boundary.leaf("PermissionsBoundaryArn", arn);
        });
    }
}

fn encoded(document: &Value) -> String {
    utf8_percent_encode(&document.to_string(), ENCODED).to_string()
}

/// The trust policy of a role; where the description names none one that trusts EC2, since no role is without.
fn trusted(trust: &Value) -> Value {
    if trust.as_object().is_some_and(|document| !document.is_empty()) {
        return trust.clone();
    }
    serde_json::json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }] })
}

/// An id in IAM's form, made from the name.
fn unique_id(kind: &str, name: &str) -> String {
    let prefix = match kind {
        "UserId" => "AIDA",
        "GroupId" => "AGPA",
        "RoleId" => "AROA",
        "InstanceProfileId" => "AIPA",
        _ => "ANPA",
    };
    let hash = Sha256::digest(name.as_bytes());
    let tail: String = hash.iter().take(8).map(|byte| format!("{byte:02X}")).collect();
    format!("{prefix}{tail}")
}

#[cfg(test)]
#[path = "iam/tests.rs"]
mod tests;
