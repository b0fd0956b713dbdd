//! The organization's policies: lists of them, their documents, what they are attached to.

use serde_json::{Value, json};

use super::{Tree, invalid, written};
use crate::description::{ControlPolicy, PolicyType};
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::Answer;

/// AWS's policies that allow everything, by type. Nobody can detach the second one.
const FULL: [(&str, &str, PolicyType); 2] = [
    ("p-FullAWSAccess", "FullAWSAccess", PolicyType::ServiceControlPolicy),
    ("p-RCPFullAWSAccess", "RCPFullAWSAccess", PolicyType::ResourceControlPolicy),
];

/// A policy of either kind of owner.
#[derive(Clone, Copy)]
enum Policy<'a> {
    Own(&'a ControlPolicy),
    Full(&'static str, &'static str, PolicyType),
}

impl Policy<'_> {
    fn id(&self) -> &str {
        match self {
            Self::Own(policy) => &policy.id,
            Self::Full(id, ..) => id,
        }
    }

    fn kind(&self) -> PolicyType {
        match self {
            Self::Own(policy) => policy.kind,
            Self::Full(.., kind) => *kind,
        }
    }

    fn content(&self) -> String {
        match self {
            Self::Own(policy) => policy.document.to_string(),
            Self::Full(.., PolicyType::ServiceControlPolicy) => json!({
                "Version": "2012-10-17",
                "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }],
            })
            .to_string(),
            Self::Full(.., PolicyType::ResourceControlPolicy) => json!({
                "Version": "2012-10-17",
                "Statement": [
                    { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" },
                ],
            })
            .to_string(),
        }
    }
}

impl<'a> Tree<'a> {
    fn all_policies(&self) -> impl Iterator<Item = Policy<'a>> + use<'a> {
        let organization = self.organization;
        let enabled = |kind: PolicyType| organization.policy_types.iter().any(|t| t == kind.name());
        // The one of resource control policies comes with their being enabled.
        let full = FULL
            .into_iter()
            .filter(move |(.., kind)| *kind == PolicyType::ServiceControlPolicy || enabled(*kind));
        let full = full.map(|(id, name, kind)| Policy::Full(id, name, kind));
        organization.policies.iter().map(Policy::Own).chain(full)
    }

    fn summary(&self, policy: Policy<'_>) -> Value {
        let name = policy.kind().name().to_lowercase();
        let (name_of, owner) = match policy {
            Policy::Own(own) => (own.name.as_str(), self.organization.management_account.as_str()),
            Policy::Full(_, name, _) => (name, "aws"),
        };
        let place = match policy {
            Policy::Own(own) => format!("policy/{}/{name}/{}", self.organization.id, own.id),
            Policy::Full(id, ..) => format!("policy/{name}/{id}"),
        };
        json!({
            "Id": policy.id(),
            "Arn": self.ask.world.arn("organizations", "", owner, &place),
            "Name": name_of,
            "Description": "",
            "Type": policy.kind().name(),
            "AwsManaged": owner == "aws",
        })
    }

    pub(super) fn list_policies(&self) -> Answer {
        let filter = self.ask.request.text("Filter").unwrap_or_default();
        if !FULL.iter().any(|(.., kind)| kind.name() == filter) {
            return Err(invalid("You specified an invalid value for Filter."));
        }
        let policies = self.all_policies().filter(|policy| policy.kind().name() == filter);
        let items: Vec<Value> = policies.map(|policy| self.summary(policy)).collect();
        self.list("Policies", &items)
    }

    fn named_policy(&self) -> Result<Policy<'a>, Failure> {
        let id = self.ask.request.text("PolicyId").unwrap_or_default();
        self.all_policies().find(|policy| policy.id() == id).ok_or_else(|| {
            let text = "We can't find a policy with the PolicyId that you specified.";
            Failure::new(400, "PolicyNotFoundException", text)
        })
    }

    pub(super) fn describe_policy(&self) -> Answer {
        let policy = self.named_policy()?;
        let (summary, content) = (self.summary(policy), policy.content());
        Ok(Reply::json(json!({ "Policy": { "PolicySummary": summary, "Content": content } })))
    }

    /// Root, then units, then accounts. Of a policy that is attached everywhere a page is made when it is asked for.
    pub(super) fn list_targets(&self) -> Answer {
        let detached = &self.organization.full_access_detached;
        let listed: Vec<String> = match self.named_policy()? {
            Policy::Own(policy) => policy.targets.clone(),
            Policy::Full(.., PolicyType::ServiceControlPolicy) if !detached.is_empty() => {
                let all = (0..self.target_count()).filter_map(|place| self.target(place));
                all.filter(|id| !detached.contains(id)).collect()
            }
            Policy::Full(..) => {
                let (places, next) = self.places(self.target_count())?;
                let ids = places.filter_map(|place| self.target(place));
                let items = ids.map(|id| self.target_summary(&id)).collect();
                return Ok(written("Targets", items, next));
            }
        };
        let items: Vec<Value> = listed.iter().map(|id| self.target_summary(id)).collect();
        self.list("Targets", &items)
    }

    fn target_count(&self) -> usize {
        let land = self.ask.world.land;
        1 + land.unit_count() + land.member_count()
    }

    fn target(&self, place: usize) -> Option<String> {
        let land = self.ask.world.land;
        let Some(place) = place.checked_sub(1) else {
            return Some(self.organization.root_id.clone());
        };
        match place.checked_sub(land.unit_count()) {
            None => land.unit_by_place(place).map(|unit| unit.id.clone()),
            Some(place) => land.member(place).map(|account| account.id.clone()),
        }
    }

    fn target_summary(&self, id: &str) -> Value {
        let (kind, place) = match id {
            root if *root == self.organization.root_id => ("ROOT", "root"),
            unit if unit.starts_with("ou-") => ("ORGANIZATIONAL_UNIT", "ou"),
            _ => ("ACCOUNT", "account"),
        };
        json!({
            "TargetId": id,
            "Arn": format!("{}/{id}", self.arn(place)),
            "Name": id,
            "Type": kind,
        })
    }

    pub(super) fn describe_resource_policy(&self) -> Answer {
        let Some(policy) = &self.organization.resource_policy else {
            let text = "We couldn't find a resource policy.";
            return Err(Failure::new(400, "ResourcePolicyNotFoundException", text));
        };
        let arn = self.arn("resourcepolicy");
        Ok(Reply::json(json!({ "ResourcePolicy": {
            "ResourcePolicySummary": { "Id": "rp-simulated", "Arn": format!("{arn}/rp-simulated") },
            "Content": policy.to_string(),
        }})))
    }
}

#[cfg(test)]
mod tests;
