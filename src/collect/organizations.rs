//! Who is in the organization, in which state, and under which unit.

use std::collections::{BTreeMap, VecDeque};

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{Account, AccountState as SdkState, PolicyTypeSummary};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use trailproof_core::answer::{
    Answer, OrganizationDescription, OrganizationalTree, OrganizationalUnit, Tags, TrustedServices,
};
use trailproof_core::aws::AccountId;
use trailproof_core::evidence::Cause;
use trailproof_core::roster::{AccountEntry, AccountState};

use super::ask::timestamp;
use super::gap::Failure;
use super::recorder::{self, Record, recorded};
use super::session::Session;

/// CloudTrail's service principal, the same in all partitions.
pub const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// IAM Access Analyzer's.
pub const ACCESS_ANALYZER: &str = "access-analyzer.amazonaws.com";

const NO_ORGANIZATION: &str = "AWSOrganizationsNotInUseException";

pub(super) fn incomplete(what: &str) -> Failure {
    Failure::new(Cause::ServiceError, format!("the answer leaves out {what}"))
}

fn account_id(text: Option<&str>) -> Result<AccountId, Failure> {
    text.unwrap_or_default()
        .parse()
        .map_err(|error| Failure::new(Cause::ServiceError, format!("{error}")))
}

pub async fn organization(session: &Session) -> Result<Answer, Failure> {
    let sent = session.organizations().describe_organization().send().await;
    let answer = match sent.map_err(Failure::from) {
        Ok(answer) => answer,
        Err(failure) if failure.is(&[NO_ORGANIZATION]) => return Ok(Answer::Organization(None)),
        Err(failure) => return Err(failure),
    };
    let found = answer.organization.ok_or_else(|| incomplete("the organization"))?;
    Ok(Answer::Organization(Some(OrganizationDescription {
        id: found.id.clone().ok_or_else(|| incomplete("the organization's id"))?,
        master_account_id: account_id(found.master_account_id())?,
        feature_set: found.feature_set().map(|set| set.as_str().to_owned()),
    })))
}

/// Lists the accounts, and hands out each page as it comes.
pub async fn accounts(
    session: &Session,
    listed: &mut (dyn FnMut(&[AccountEntry]) + Send),
) -> Result<Answer, Failure> {
    let mut entries = Vec::new();
    // An empty page may carry a token: only its absence ends the list.
    let mut pages = session.organizations().list_accounts().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page?.accounts.ok_or_else(|| incomplete("Accounts"))?;
        let page = page.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        listed(&page);
        entries.extend(page);
    }
    entries.sort_by_key(|entry| entry.id);
    Ok(Answer::Accounts(entries))
}

fn entry(account: &Account) -> Result<AccountEntry, Failure> {
    Ok(AccountEntry {
        id: account_id(account.id())?,
        name: account.name().unwrap_or_default().to_owned(),
        state: state(account),
        joined_timestamp: timestamp(account.joined_timestamp()),
    })
}

/// `State`, and where AWS still leaves it out the retired `Status`.
fn state(account: &Account) -> AccountState {
    let known = |word: &str| match word {
        "PENDING_ACTIVATION" => AccountState::PendingActivation,
        "ACTIVE" => AccountState::Active,
        "SUSPENDED" => AccountState::Suspended,
        "PENDING_CLOSURE" => AccountState::PendingClosure,
        "CLOSED" => AccountState::Closed,
        _ => AccountState::Unknown,
    };
    let status = account.status().map(|status| status.as_str());
    known(account.state().map(SdkState::as_str).or(status).unwrap_or_default())
}

/// Of a question that takes several operations: which of them failed stands in the message.
pub fn within(operation: &str, failure: Failure) -> Failure {
    Failure { message: format!("{operation}: {}", failure.message), ..failure }
}

/// A type that AWS leaves out of the list is not enabled; the one of a name that AWS leaves out is none.
fn policy_types(types: Vec<PolicyTypeSummary>) -> BTreeMap<String, String> {
    let named = types.into_iter().filter_map(|entry| Some((entry.r#type?, entry.status)));
    named
        .map(|(name, status)| {
            let status = status.as_ref().map_or("", |status| status.as_str());
            (name.as_str().to_owned(), status.to_owned())
        })
        .collect()
}

const ACCOUNTS_BELOW: &str = "ListAccountsForParent";

/// So many units are asked about at once: Organizations bears little.
const UNITS_AT_ONCE: usize = 8;

/// Walks the tree from its roots: two questions for each unit.
pub async fn tree(session: &Session) -> Result<Answer, Failure> {
    let client = session.organizations();
    let mut tree = OrganizationalTree { units: Vec::new(), accounts: BTreeMap::new() };
    let mut roots = client.list_roots().into_paginator().send();
    while let Some(page) = roots.next().await {
        let page = page.map_err(|error| within("ListRoots", error.into()))?;
        for root in page.roots.ok_or_else(|| within("ListRoots", incomplete("Roots")))? {
            let id = root.id().ok_or_else(|| incomplete("a root's id"))?.to_owned();
            let name = root.name().unwrap_or("Root").to_owned();
            let policy_types = root.policy_types.map(policy_types);
            tree.units.push(OrganizationalUnit { id, name, parent: None, policy_types });
        }
    }
    let mut waiting: VecDeque<String> = tree.units.iter().map(|root| root.id.clone()).collect();
    let mut asked = FuturesUnordered::new();
    let mut answers: BTreeMap<String, Below> = BTreeMap::new();
    loop {
        while asked.len() < UNITS_AT_ONCE
            && let Some(parent) = waiting.pop_front()
        {
            asked.push(below(&client, parent));
        }
        let Some((parent, below)) = asked.next().await else { break };
        waiting.extend(below.units.0.iter().flatten().map(|unit| unit.id.clone()));
        answers.insert(parent, below);
    }
    // Put together parents before children, in the order in which AWS names them, whoever answered first.
    let mut at = 0;
    while let Some(parent) = tree.units.get(at).map(|unit| unit.id.clone()) {
        at += 1;
        // A circle would be met a second time without answers.
        let Some(Below { units, accounts }) = answers.remove(&parent) else { continue };
        recorder::extend(units.1.responses.into_iter().chain(accounts.1.responses));
        tree.units.extend(units.0?);
        tree.accounts.extend(accounts.0?.into_iter().map(|account| (account, parent.clone())));
    }
    Ok(Answer::OrganizationalUnits(tree))
}

/// What an account is marked with.
pub async fn account_tags(session: &Session, account: &str) -> Result<Answer, Failure> {
    let mut tags = BTreeMap::new();
    let asked = session.organizations().list_tags_for_resource().resource_id(account);
    let mut pages = asked.into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page?.tags.ok_or_else(|| incomplete("Tags"))?;
        tags.extend(page.into_iter().map(|tag| (tag.key, tag.value)));
    }
    Ok(Answer::Tags(Tags { tags }))
}

/// What lies directly below a unit. Each list has a record of its own: what runs beside one another must not mix.
struct Below {
    units: (Result<Vec<OrganizationalUnit>, Failure>, Record),
    accounts: (Result<Vec<AccountId>, Failure>, Record),
}

async fn below(client: &Client, parent: String) -> (String, Below) {
    let units = recorded(async {
        let mut found = Vec::new();
        let pages = client.list_organizational_units_for_parent().parent_id(&parent);
        let mut pages = pages.into_paginator().send();
        while let Some(page) = pages.next().await {
            let units = page?.organizational_units;
            for unit in units.ok_or_else(|| incomplete("OrganizationalUnits"))? {
                let id = unit.id().ok_or_else(|| incomplete("a unit's id"))?.to_owned();
                let name = unit.name().unwrap_or_default().to_owned();
                found.push(OrganizationalUnit {
                    id,
                    name,
                    parent: Some(parent.clone()),
                    policy_types: None,
                });
            }
        }
        Ok(found)
    });
    let accounts = recorded(async {
        let mut found = Vec::new();
        let mut pages =
            client.list_accounts_for_parent().parent_id(&parent).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| within(ACCOUNTS_BELOW, error.into()))?;
            let accounts =
                page.accounts.ok_or_else(|| within(ACCOUNTS_BELOW, incomplete("Accounts")))?;
            for account in accounts {
                found.push(account_id(account.id())?);
            }
        }
        Ok(found)
    });
    let (units, accounts) = futures::join!(units, accounts);
    (parent, Below { units, accounts })
}

/// Who administers a service for the management account.
pub async fn delegates(session: &Session, service: &str) -> Result<Answer, Failure> {
    let mut found = Vec::new();
    let mut pages = session
        .organizations()
        .list_delegated_administrators()
        .service_principal(service)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = page?.delegated_administrators;
        for account in page.ok_or_else(|| incomplete("DelegatedAdministrators"))? {
            found.push(account_id(account.id())?);
        }
    }
    found.sort();
    Ok(Answer::DelegatedAdministrators(found))
}

pub async fn trusted_services(session: &Session) -> Result<Answer, Failure> {
    let mut found = Vec::new();
    let request = session.organizations().list_aws_service_access_for_organization();
    let mut pages = request.into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page?.enabled_service_principals;
        for service in page.ok_or_else(|| incomplete("EnabledServicePrincipals"))? {
            let name = service.service_principal;
            found.push(name.ok_or_else(|| incomplete("a service's principal"))?);
        }
    }
    found.sort();
    Ok(Answer::TrustedServices(TrustedServices { service_principals: found }))
}
