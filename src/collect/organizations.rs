//! Who is in the organization, in which state, and under which unit.

use std::collections::BTreeMap;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{Account, AccountState as SdkState};
use futures::stream::{self, StreamExt};
use trailproof_core::answer::{
    Answer, OrganizationDescription, OrganizationalTree, OrganizationalUnit,
};
use trailproof_core::aws::AccountId;
use trailproof_core::evidence::Cause;
use trailproof_core::roster::{AccountEntry, AccountState};

use super::ask::timestamp;
use super::gap::Failure;
use super::recorder::{self, recorded};
use super::session::Session;

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

/// So many units are asked about at once: Organizations bears little.
const UNITS_AT_ONCE: usize = 8;

/// Walks the tree from its roots, level by level: two questions for each unit.
pub async fn tree(session: &Session) -> Result<Answer, Failure> {
    let client = session.organizations();
    let mut tree = OrganizationalTree { units: Vec::new(), accounts: BTreeMap::new() };
    let mut level = Vec::new();
    let mut roots = client.list_roots().into_paginator().send();
    while let Some(page) = roots.next().await {
        for root in page?.roots() {
            let id = root.id().ok_or_else(|| incomplete("a root's id"))?.to_owned();
            level.push(id.clone());
            let name = root.name().unwrap_or("Root").to_owned();
            tree.units.push(OrganizationalUnit { id, name, parent: None });
        }
    }
    while !level.is_empty() {
        // Each with a record of its own, put together in the units' order: what runs beside one another must not mix.
        let mut answers = stream::iter(std::mem::take(&mut level))
            .map(|parent| recorded(below(&client, parent)))
            .buffered(UNITS_AT_ONCE);
        while let Some((answer, record)) = answers.next().await {
            recorder::extend(record.responses);
            let (units, accounts) = answer?;
            level.extend(units.iter().map(|unit| unit.id.clone()));
            tree.units.extend(units);
            tree.accounts.extend(accounts);
        }
    }
    Ok(Answer::OrganizationalUnits(tree))
}

/// The units and the accounts directly below a unit.
async fn below(
    client: &Client,
    parent: String,
) -> Result<(Vec<OrganizationalUnit>, Vec<(AccountId, String)>), Failure> {
    let (mut units, mut accounts) = (Vec::new(), Vec::new());
    let mut pages =
        client.list_organizational_units_for_parent().parent_id(&parent).into_paginator().send();
    while let Some(page) = pages.next().await {
        for unit in page?.organizational_units() {
            let id = unit.id().ok_or_else(|| incomplete("a unit's id"))?.to_owned();
            let name = unit.name().unwrap_or_default().to_owned();
            units.push(OrganizationalUnit { id, name, parent: Some(parent.clone()) });
        }
    }
    let mut pages = client.list_accounts_for_parent().parent_id(&parent).into_paginator().send();
    while let Some(page) = pages.next().await {
        for account in page?.accounts() {
            accounts.push((account_id(account.id())?, parent.clone()));
        }
    }
    Ok((units, accounts))
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
