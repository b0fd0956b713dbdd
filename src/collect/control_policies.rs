//! The organization's policies: which there are, what they say, and what they are attached to.

use aws_sdk_organizations::types::PolicyType;
use trailproof_core::answer::{Answer, PolicySummary, PolicyTargets, PolicyText};

use super::gap::Failure;
use super::organizations::incomplete;
use super::session::Session;

/// Lists the policies of a type, by AWS's name of it.
pub async fn list(session: &Session, kind: &str) -> Result<Answer, Failure> {
    let mut found = Vec::new();
    let asked = session.organizations().list_policies().filter(PolicyType::from(kind));
    let mut pages = asked.into_paginator().send();
    while let Some(page) = pages.next().await {
        for policy in page?.policies.ok_or_else(|| incomplete("Policies"))? {
            found.push(PolicySummary {
                id: policy.id.ok_or_else(|| incomplete("a policy's id"))?,
                name: policy.name.unwrap_or_default(),
                aws_managed: policy.aws_managed,
            });
        }
    }
    found.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(Answer::OrganizationPolicies(found))
}

/// What a policy says.
pub async fn describe(session: &Session, id: &str) -> Result<Answer, Failure> {
    let answer = session.organizations().describe_policy().policy_id(id).send().await?;
    let content = answer.policy.and_then(|policy| policy.content);
    let policy = Some(content.ok_or_else(|| incomplete("the policy's content"))?);
    Ok(Answer::PolicyText(PolicyText { policy }))
}

/// What a policy is attached to.
pub async fn targets(session: &Session, id: &str) -> Result<Answer, Failure> {
    let mut target_ids = Vec::new();
    let asked = session.organizations().list_targets_for_policy().policy_id(id);
    let mut pages = asked.into_paginator().send();
    while let Some(page) = pages.next().await {
        for target in page?.targets.ok_or_else(|| incomplete("Targets"))? {
            target_ids.push(target.target_id.ok_or_else(|| incomplete("a target's id"))?);
        }
    }
    target_ids.sort();
    target_ids.dedup();
    Ok(Answer::PolicyTargets(PolicyTargets { target_ids }))
}

const NO_POLICY: &str = "ResourcePolicyNotFoundException";

/// The organization's own resource policy; none inside where it has none.
pub async fn delegation(session: &Session) -> Result<Answer, Failure> {
    let sent = session.organizations().describe_resource_policy().send().await;
    let answer = match sent.map_err(Failure::from) {
        Ok(answer) => answer,
        Err(failure) if failure.is(&[NO_POLICY]) => {
            return Ok(Answer::PolicyText(PolicyText::default()));
        }
        Err(failure) => return Err(failure),
    };
    let content = answer.resource_policy.and_then(|policy| policy.content);
    let policy = Some(content.ok_or_else(|| incomplete("the policy's content"))?);
    Ok(Answer::PolicyText(PolicyText { policy }))
}
