//! AWS Organizations: the organization, its tree and its accounts.

mod policies;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::{Map, Value, json};

use crate::description::{Account, AccountState, Organization};
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::page::{places, size};
use crate::services::{Answer, Ask};

/// The service's largest page.
const LARGEST_PAGE: usize = 20;
/// Leads to the page without accounts that `ListAccounts` puts after its first one: AWS returns such pages, and who
/// stops at one loses accounts.
const EMPTY_PAGE: &str = "empty-before-";

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    let Some(organization) = ask.world.organization_of(ask.caller) else {
        return Err(Failure::new(
            400,
            "AWSOrganizationsNotInUseException",
            "Your account is not a member of an organization.",
        ));
    };
    let tree = Tree { ask, organization };
    if ask.request.operation == "DescribeOrganization" {
        return Ok(tree.describe());
    }
    if !ask.world.is_management(ask.caller) && !ask.world.is_delegated(ask.caller, None) {
        return Err(Failure::new(
            400,
            "AccessDeniedException",
            "You don't have permissions to access this resource.",
        ));
    }
    match ask.request.operation.as_str() {
        "ListAccounts" => tree.list_accounts(),
        "ListRoots" => tree.list("Roots", &[tree.root()]),
        "ListOrganizationalUnitsForParent" => tree.list_units(),
        "ListAccountsForParent" => tree.list_accounts_for_parent(),
        "ListParents" => tree.list_parents(),
        "ListDelegatedAdministrators" => tree.list_delegated(),
        "ListAWSServiceAccessForOrganization" => tree.list_trusted(),
        "ListTagsForResource" => tree.list_tags(),
        "ListPolicies" => tree.list_policies(),
        "DescribePolicy" => tree.describe_policy(),
        "ListTargetsForPolicy" => tree.list_targets(),
        "DescribeResourcePolicy" => tree.describe_resource_policy(),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

#[derive(Clone, Copy)]
struct Tree<'a> {
    ask: Ask<'a>,
    organization: &'a Organization,
}

impl<'a> Tree<'a> {
    fn arn(&self, resource: &str) -> String {
        let resource = format!("{resource}/{}", self.organization.id);
        self.ask.world.arn("organizations", "", &self.organization.management_account, &resource)
    }

    fn describe(&self) -> Reply {
        let organization = self.organization;
        let management = self.ask.world.management();
        let id = &organization.management_account;
        Reply::json(json!({ "Organization": {
            "Id": organization.id,
            "Arn": self.arn("organization"),
            "FeatureSet": organization.feature_set,
            "MasterAccountId": id,
            "MasterAccountArn": format!("{}/{id}", self.arn("account")),
            "MasterAccountEmail": management.map_or("", |account| account.email.as_str()),
            "AvailablePolicyTypes": self.policy_types(),
        }}))
    }

    fn policy_types(&self) -> Vec<Value> {
        let kinds = self.organization.policy_types.iter();
        kinds.map(|kind| json!({ "Type": kind, "Status": "ENABLED" })).collect()
    }

    fn root(&self) -> Value {
        let id = &self.organization.root_id;
        json!({
            "Id": id,
            "Arn": format!("{}/{id}", self.arn("root")),
            "Name": "Root",
            "PolicyTypes": self.policy_types(),
        })
    }

    fn account(&self, account: &Account) -> Value {
        let joined = account.joined.map(|when| self.ask.world.resolve(when).epoch_seconds());
        let mut value = json!({
            "Id": account.id,
            "Arn": format!("{}/{}", self.arn("account"), account.id),
            "Email": account.email,
            "Name": account.name,
            "State": account.state,
            "JoinedMethod": if account.invited { "INVITED" } else { "CREATED" },
            "JoinedTimestamp": joined.unwrap_or(1_577_836_800),
        });
        // The retired member knows three states only.
        let old = match account.state {
            AccountState::Active => Some("ACTIVE"),
            AccountState::Suspended | AccountState::Closed => Some("SUSPENDED"),
            AccountState::PendingClosure => Some("PENDING_CLOSURE"),
            AccountState::PendingActivation => None,
        };
        if let (Some(old), Some(members)) = (old, value.as_object_mut()) {
            members.insert("Status".to_owned(), json!(old));
        }
        value
    }

    fn list_accounts(&self) -> Answer {
        let world = self.ask.world;
        let token = self.ask.request.text("NextToken");
        if let Some(rest) = token.and_then(|token| token.strip_prefix(EMPTY_PAGE)) {
            return Ok(Reply::json(json!({ "Accounts": [], "NextToken": rest })));
        }
        let (places, next) = self.places(world.land.member_count())?;
        let items = places.filter_map(|place| world.member(place)).map(|a| self.account(&a));
        let items = items.collect();
        let next = next.map(|next| match token {
            None => format!("{EMPTY_PAGE}{next}"),
            Some(_) => next,
        });
        Ok(written("Accounts", items, next))
    }

    fn list_units(&self) -> Answer {
        let parent = self.parent()?;
        let land = self.ask.world.land;
        let (places, next) = self.places(land.unit_count_below(parent))?;
        let units = land.units_below(parent, places).into_iter().map(|unit| {
            let arn = format!("{}/{}", self.arn("ou"), unit.id);
            json!({ "Id": unit.id, "Arn": arn, "Name": unit.name })
        });
        Ok(written("OrganizationalUnits", units.collect(), next))
    }

    fn list_accounts_for_parent(&self) -> Answer {
        let parent = self.parent()?;
        let world = self.ask.world;
        let (places, next) = self.places(world.land.count_below(parent))?;
        let accounts = world.members_below(parent, places).into_iter();
        let accounts = accounts.map(|account| self.account(&account)).collect();
        Ok(written("Accounts", accounts, next))
    }

    fn list_parents(&self) -> Answer {
        let child = self.ask.request.text("ChildId").unwrap_or_default();
        let account = self.ask.world.account(child).filter(|account| !account.outside);
        let unit = self.ask.world.land.unit(child);
        let parent = match (&account, &unit) {
            (Some(account), _) => account.ou.as_deref(),
            (None, Some(unit)) => unit.parent.as_deref(),
            (None, None) => {
                let text = "You specified an organizational unit or account that doesn't exist.";
                return Err(Failure::new(400, "ChildNotFoundException", text));
            }
        };
        let parent = match parent {
            Some(id) => json!({ "Id": id, "Type": "ORGANIZATIONAL_UNIT" }),
            None => json!({ "Id": self.organization.root_id, "Type": "ROOT" }),
        };
        self.list("Parents", &[parent])
    }

    fn list_delegated(&self) -> Answer {
        let service = self.ask.request.text("ServicePrincipal");
        let services = self.organization.delegated_administrators.iter();
        let ids: BTreeSet<&String> = services
            .filter(|(name, _)| service.is_none_or(|wanted| wanted == name.as_str()))
            .flat_map(|(_, accounts)| accounts)
            .collect();
        let items: Vec<Value> = ids
            .into_iter()
            .filter_map(|id| self.ask.world.account(id))
            .map(|account| {
                let mut value = self.account(&account);
                if let Some(members) = value.as_object_mut() {
                    members.insert("DelegationEnabledDate".to_owned(), json!(1_609_459_200));
                }
                value
            })
            .collect();
        self.list("DelegatedAdministrators", &items)
    }

    fn list_trusted(&self) -> Answer {
        let services: BTreeSet<&String> = self.organization.trusted_services.iter().collect();
        let entry = |name| json!({ "ServicePrincipal": name, "DateEnabled": 1_609_459_200 });
        let items: Vec<Value> = services.into_iter().map(entry).collect();
        self.list("EnabledServicePrincipals", &items)
    }

    /// Accounts have tags; units and the root could, and have none here.
    fn list_tags(&self) -> Answer {
        let id = self.ask.request.text("ResourceId").unwrap_or_default();
        let account = self.ask.world.account(id).filter(|account| !account.outside);
        let tags = match &account {
            Some(account) => account.tags.clone(),
            None if id == self.organization.root_id || self.ask.world.land.unit(id).is_some() => {
                BTreeMap::new()
            }
            None => {
                let text = "You specified a target that doesn't exist.";
                return Err(Failure::new(400, "TargetNotFoundException", text));
            }
        };
        let entry = |(key, value)| json!({ "Key": key, "Value": value });
        let items: Vec<Value> = tags.into_iter().map(entry).collect();
        self.list("Tags", &items)
    }

    fn parent(&self) -> Result<&'a str, Failure> {
        let id = self.ask.request.text("ParentId").unwrap_or_default();
        let known = id == self.organization.root_id || self.ask.world.land.unit(id).is_some();
        let text = "You specified parent that doesn't exist.";
        if known { Ok(id) } else { Err(Failure::new(400, "ParentNotFoundException", text)) }
    }

    fn list(&self, name: &str, items: &[Value]) -> Answer {
        let (items, next) = self.page(items)?;
        Ok(written(name, items, next))
    }

    fn page(&self, items: &[Value]) -> Result<(Vec<Value>, Option<String>), Failure> {
        let (places, next) = self.places(items.len())?;
        Ok((items.get(places).unwrap_or_default().to_vec(), next))
    }

    /// Which of so many items are on the page that is asked for, and the token of the next.
    fn places(&self, length: usize) -> Result<(Range<usize>, Option<String>), Failure> {
        let request = self.ask.request;
        let size = size(request.number("MaxResults"), LARGEST_PAGE)
            .ok_or_else(|| invalid("You specified an invalid value for MaxResults."))?;
        places(length, request.text("NextToken"), size)
            .ok_or_else(|| invalid("You specified an invalid value for NextToken."))
    }
}

fn invalid(text: &str) -> Failure {
    Failure::new(400, "InvalidInputException", text)
}

fn written(name: &str, items: Vec<Value>, next: Option<String>) -> Reply {
    let mut members = Map::new();
    members.insert(name.to_owned(), Value::Array(items));
    if let Some(next) = next {
        members.insert("NextToken".to_owned(), Value::String(next));
    }
    Reply::json(Value::Object(members))
}

#[cfg(test)]
#[path = "organizations/tests.rs"]
mod tests;
