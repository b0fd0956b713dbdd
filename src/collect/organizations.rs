//! Who is in the organization, in which state, and under which unit.

use std::collections::{BTreeMap, VecDeque};

use aws_sdk_organizations::types::{Account, AccountState as SdkState};
use trailproof_core::answer::{
    Answer, OrganizationDescription, OrganizationalTree, OrganizationalUnit,
};
use trailproof_core::aws::AccountId;
use trailproof_core::evidence::Cause;
use trailproof_core::roster::{AccountEntry, AccountState};

use super::ask::timestamp;
use super::clients::Session;
use super::gap::Failure;

/// CloudTrail's service principal, the same in all partitions.
pub const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

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

pub async fn accounts(session: &Session) -> Result<Answer, Failure> {
    let mut entries = Vec::new();
    // An empty page may carry a token: only its absence ends the list.
    let mut pages = session.organizations().list_accounts().into_paginator().send();
    while let Some(page) = pages.next().await {
        for account in &page?.accounts.ok_or_else(|| incomplete("Accounts"))? {
            entries.push(AccountEntry {
                id: account_id(account.id())?,
                name: account.name().unwrap_or_default().to_owned(),
                state: state(account),
                joined_timestamp: timestamp(account.joined_timestamp()),
            });
        }
    }
    entries.sort_by_key(|entry| entry.id);
    Ok(Answer::Accounts(entries))
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

/// Walks the tree from its roots: two questions for each unit.
pub async fn tree(session: &Session) -> Result<Answer, Failure> {
    let client = session.organizations();
    let mut tree = OrganizationalTree { units: Vec::new(), accounts: BTreeMap::new() };
    let mut open = VecDeque::new();
    let mut roots = client.list_roots().into_paginator().send();
    while let Some(page) = roots.next().await {
        for root in page?.roots() {
            let id = root.id().ok_or_else(|| incomplete("a root's id"))?.to_owned();
            open.push_back(id.clone());
            let name = root.name().unwrap_or("Root").to_owned();
            tree.units.push(OrganizationalUnit { id, name, parent: None });
        }
    }
    while let Some(parent) = open.pop_front() {
        let mut units = client
            .list_organizational_units_for_parent()
            .parent_id(&parent)
            .into_paginator()
            .send();
        while let Some(page) = units.next().await {
            for unit in page?.organizational_units() {
                let id = unit.id().ok_or_else(|| incomplete("a unit's id"))?.to_owned();
                open.push_back(id.clone());
                let name = unit.name().unwrap_or_default().to_owned();
                tree.units.push(OrganizationalUnit { id, name, parent: Some(parent.clone()) });
            }
        }
        let mut accounts =
            client.list_accounts_for_parent().parent_id(&parent).into_paginator().send();
        while let Some(page) = accounts.next().await {
            for account in page?.accounts() {
                tree.accounts.insert(account_id(account.id())?, parent.clone());
            }
        }
    }
    Ok(Answer::OrganizationalUnits(tree))
}

pub async fn delegates(session: &Session) -> Result<Answer, Failure> {
    let mut found = Vec::new();
    let mut pages = session
        .organizations()
        .list_delegated_administrators()
        .service_principal(CLOUDTRAIL)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        for account in page?.delegated_administrators() {
            found.push(account_id(account.id())?);
        }
    }
    found.sort();
    Ok(Answer::DelegatedAdministrators(found))
}
