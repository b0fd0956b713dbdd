//! All principals and policies of an account, in pages, with each document once.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::types::{
    AttachedPolicy, EntityType, GroupDetail, ManagedPolicyDetail, PolicyDetail, PolicyVersion,
    RoleDetail, Tag, UserDetail,
};
use percent_encoding::percent_decode_str;
use trailproof_core::answer::{
    self, Answer, AuthorizationDetails, DocumentTable, InlinePolicy, ManagedPolicyEntry,
    PrincipalDetails, PrincipalEntry, PrincipalKind,
};

use super::super::ask::timestamp;
use super::super::gap::Failure;
use super::super::organizations::incomplete;
use super::super::session::Session;

/// AWS's greatest page.
const PAGE: i32 = 1000;

/// Asks for all of it.
pub async fn details(session: &Session) -> Result<Answer, Failure> {
    let mut all = Lists::default();
    let mut pages = session
        .iam()
        .get_account_authorization_details()
        .filter(EntityType::User)
        .filter(EntityType::Group)
        .filter(EntityType::Role)
        .filter(EntityType::LocalManagedPolicy)
        .filter(EntityType::AwsManagedPolicy)
        .max_items(PAGE)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        all.take(page?)?;
    }
    Ok(Answer::AuthorizationDetails(all.kept()))
}

/// What all pages hold.
#[derive(Default)]
struct Lists {
    users: Vec<UserDetail>,
    groups: Vec<GroupDetail>,
    roles: Vec<RoleDetail>,
    policies: Vec<ManagedPolicyDetail>,
}

impl Lists {
    fn take(&mut self, page: GetAccountAuthorizationDetailsOutput) -> Result<(), Failure> {
        // AWS writes its lists out, empty ones too: a page that has none of them is no list of nobody.
        if page.user_detail_list.is_none()
            && page.group_detail_list.is_none()
            && page.role_detail_list.is_none()
            && page.policies.is_none()
        {
            return Err(incomplete("users, groups, roles and policies"));
        }
        self.users.extend(page.user_detail_list.unwrap_or_default());
        self.groups.extend(page.group_detail_list.unwrap_or_default());
        self.roles.extend(page.role_detail_list.unwrap_or_default());
        self.policies.extend(page.policies.unwrap_or_default());
        Ok(())
    }

    fn kept(mut self) -> AuthorizationDetails {
        let used = self.used();
        // A policy of AWS that nobody has is none of the account's.
        self.policies.retain(|policy| {
            let arn = policy.arn().unwrap_or_default();
            !is_of_aws(arn) || used.contains(arn) || policy.attachment_count.unwrap_or_default() > 0
        });
        let table = Table(DocumentTable::of(self.texts()));
        let mut principals: Vec<PrincipalEntry> = Vec::new();
        principals.extend(self.users.iter().map(|user| table.user(user)));
        principals.extend(self.groups.iter().map(|group| table.group(group)));
        principals.extend(self.roles.iter().map(|role| table.role(role)));
        principals.sort_by(|one, other| one.arn.cmp(&other.arn));
        let mut policies: Vec<ManagedPolicyEntry> =
            self.policies.iter().map(|policy| table.managed(policy)).collect();
        policies.sort_by(|one, other| one.arn.cmp(&other.arn));
        let documents = table.0.into_texts();
        AuthorizationDetails { principals, policies: Some(policies), documents }
    }

    /// The ARNs of the managed policies that are attached to somebody or bound somebody.
    fn used(&self) -> BTreeSet<String> {
        let users = self.users.iter().map(|user| {
            let boundary =
                user.permissions_boundary().and_then(|found| found.permissions_boundary_arn());
            (user.attached_managed_policies(), boundary)
        });
        let groups = self.groups.iter().map(|group| (group.attached_managed_policies(), None));
        let roles = self.roles.iter().map(|role| {
            let boundary =
                role.permissions_boundary().and_then(|found| found.permissions_boundary_arn());
            (role.attached_managed_policies(), boundary)
        });
        users
            .chain(groups)
            .chain(roles)
            .flat_map(|(attached, boundary)| {
                attached.iter().filter_map(AttachedPolicy::policy_arn).chain(boundary)
            })
            .map(str::to_owned)
            .collect()
    }

    fn texts(&self) -> Vec<String> {
        let inline = self
            .users
            .iter()
            .map(UserDetail::user_policy_list)
            .chain(self.groups.iter().map(GroupDetail::group_policy_list))
            .chain(self.roles.iter().map(RoleDetail::role_policy_list))
            .flatten()
            .filter_map(PolicyDetail::policy_document);
        let trust = self.roles.iter().filter_map(RoleDetail::assume_role_policy_document);
        let versions =
            self.policies.iter().flat_map(kept_versions).filter_map(PolicyVersion::document);
        inline.chain(trust).chain(versions).map(decoded).collect()
    }
}

fn is_of_aws(arn: &str) -> bool {
    arn.split(':').nth(4) == Some("aws")
}

/// Of a policy of AWS only the version in force matters: nobody but AWS can put another one in its place.
fn kept_versions(policy: &ManagedPolicyDetail) -> impl Iterator<Item = &PolicyVersion> {
    let in_force_only = policy.arn().is_some_and(is_of_aws);
    let versions = policy.policy_version_list().iter();
    versions.filter(move |version| version.is_default_version || !in_force_only)
}

/// IAM percent-encodes its documents. What does not decode is kept as it came, and is then found to be no document.
fn decoded(text: &str) -> String {
    // A document that begins as one is not encoded: an encoded one has no brace.
    if text.trim_start().starts_with('{') {
        return text.to_owned();
    }
    percent_decode_str(text)
        .decode_utf8()
        .map_or_else(|_| text.to_owned(), |text| text.into_owned())
}

/// Where each document stands.
struct Table(DocumentTable);

impl Table {
    fn place(&self, document: Option<&str>) -> Option<usize> {
        self.0.place(&decoded(document?))
    }

    fn inline(&self, policies: &[PolicyDetail]) -> Vec<InlinePolicy> {
        let kept = |policy: &PolicyDetail| InlinePolicy {
            policy_name: policy.policy_name().unwrap_or_default().to_owned(),
            document: self.place(policy.policy_document()),
        };
        policies.iter().map(kept).collect()
    }

    fn user(&self, user: &UserDetail) -> PrincipalEntry {
        let boundary = user.permissions_boundary();
        PrincipalEntry {
            kind: PrincipalKind::User,
            arn: user.arn().unwrap_or_default().to_owned(),
            attached_managed_policies: attached(user.attached_managed_policies()),
            details: Some(PrincipalDetails {
                unique_id: user.user_id().map(str::to_owned),
                tags: tags(user.tags()),
                groups: user.group_list().to_vec(),
                inline_policies: self.inline(user.user_policy_list()),
                permissions_boundary: boundary
                    .and_then(|found| found.permissions_boundary_arn())
                    .map(str::to_owned),
                ..PrincipalDetails::default()
            }),
        }
    }

    fn group(&self, group: &GroupDetail) -> PrincipalEntry {
        PrincipalEntry {
            kind: PrincipalKind::Group,
            arn: group.arn().unwrap_or_default().to_owned(),
            attached_managed_policies: attached(group.attached_managed_policies()),
            details: Some(PrincipalDetails {
                unique_id: group.group_id().map(str::to_owned),
                inline_policies: self.inline(group.group_policy_list()),
                ..PrincipalDetails::default()
            }),
        }
    }

    fn role(&self, role: &RoleDetail) -> PrincipalEntry {
        let boundary = role.permissions_boundary();
        let profiles = role.instance_profile_list().iter();
        PrincipalEntry {
            kind: PrincipalKind::Role,
            arn: role.arn().unwrap_or_default().to_owned(),
            attached_managed_policies: attached(role.attached_managed_policies()),
            details: Some(PrincipalDetails {
                unique_id: role.role_id().map(str::to_owned),
                tags: tags(role.tags()),
                groups: Vec::new(),
                inline_policies: self.inline(role.role_policy_list()),
                permissions_boundary: boundary
                    .and_then(|found| found.permissions_boundary_arn())
                    .map(str::to_owned),
                assume_role_policy: self.place(role.assume_role_policy_document()),
                instance_profiles: profiles.map(|profile| profile.arn().to_owned()).collect(),
                last_used: timestamp(role.role_last_used().and_then(|used| used.last_used_date())),
            }),
        }
    }

    fn managed(&self, policy: &ManagedPolicyDetail) -> ManagedPolicyEntry {
        let version = |version: &PolicyVersion| answer::PolicyVersion {
            version_id: version.version_id().unwrap_or_default().to_owned(),
            is_default_version: version.is_default_version,
            document: self.place(version.document()),
        };
        ManagedPolicyEntry {
            arn: policy.arn().unwrap_or_default().to_owned(),
            policy_id: policy.policy_id().map(str::to_owned),
            attachment_count: policy.attachment_count,
            permissions_boundary_usage_count: policy.permissions_boundary_usage_count,
            versions: kept_versions(policy).map(version).collect(),
        }
    }
}

fn attached(policies: &[AttachedPolicy]) -> Vec<String> {
    policies.iter().filter_map(|policy| policy.policy_arn().map(str::to_owned)).collect()
}

fn tags(tags: &[Tag]) -> BTreeMap<String, String> {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

#[cfg(test)]
#[path = "details/tests.rs"]
mod tests;
