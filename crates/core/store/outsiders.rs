//! Whom outside the organization an event data store's policy lets in.

use trailproof_iam::{
    Condition, Effect, Operator, PolicyDocument, Principal, Principals, Qualifier, Statement,
};

use super::Store;
use crate::aws::{AccountId, Arn};
use crate::evidence::{Cause, Gap, Observed, find};
use crate::fact::Fact;
use crate::organization::Organization;

/// A statement that lets somebody in from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outsider {
    /// The statement's name or place.
    pub statement: String,
    /// Whom it names.
    pub who: String,
}

impl Store {
    /// The first statement of its policy that lets somebody in from outside the organization.
    ///
    /// # Errors
    /// Where no statement is proved to, and one may: the policy, the organization or its accounts were not read, or
    /// what a condition leaves out is not known.
    pub fn outsider(&self, organization: &Organization) -> Observed<Option<Outsider>> {
        let (text, _) = self.policy()?;
        let Some(text) = text.policy.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let document = PolicyDocument::parse(text).map_err(|error| {
            self.undecidable(format!("the policy of {} cannot be read: {error}", self.arn))
        })?;
        let allowing = document.statements.iter().filter(|one| one.effect == Effect::Allow);
        let outsiders = allowing.filter_map(|one| self.outsider_of(one, organization).transpose());
        find(outsiders, |_| Ok(true))
    }

    fn outsider_of(
        &self,
        statement: &Statement,
        organization: &Organization,
    ) -> Observed<Option<Outsider>> {
        // One that names nobody lets nobody in.
        let Some(principals) = &statement.principal else { return Ok(None) };
        let label = statement.label();
        if !statement.unknown.is_empty() {
            return Err(self.undecidable(format!("{label} holds what the language does not have")));
        }
        let everyone = match principals {
            Principals::NotPrincipal(_) => true,
            Principals::Principal(entries) => entries.iter().any(Principal::is_everyone),
        };
        let named = principals.entries().iter().filter_map(account_of).map(Ok);
        let stranger =
            find(named, |account| self.belongs(*account, organization).map(|belongs| !belongs));
        let who = match stranger {
            _ if everyone => "everyone".to_owned(),
            Ok(Some(account)) => account.to_string(),
            Ok(None) => return Ok(None),
            Err(gap) => return Err(gap),
        };
        if bound(statement, organization)? {
            return Ok(None);
        }
        // Everyone under conditions may be nobody; a named account is outside, whatever the conditions.
        if everyone && !statement.conditions.is_empty() {
            let detail = format!("whom the conditions of {label} leave out is not known");
            return Err(self.undecidable(detail));
        }
        Ok(Some(Outsider { statement: label, who }))
    }

    fn belongs(&self, account: AccountId, organization: &Organization) -> Observed<bool> {
        if account == self.owner {
            return Ok(true);
        }
        let Some(management) = organization.management()? else { return Ok(false) };
        if account == management {
            return Ok(true);
        }
        organization.is_listed()?;
        Ok(organization.members.contains_key(&account))
    }

    fn undecidable(&self, detail: String) -> Gap {
        Gap {
            account: Some(self.owner),
            region: Some(self.region.clone()),
            ..Gap::new(Fact::StorePolicy, Cause::Undecidable, detail)
        }
    }
}

/// The account of an entry. Services, identity providers and deleted entities have none.
fn account_of(entry: &Principal) -> Option<AccountId> {
    let Principal::Aws(value) = entry else { return None };
    value.parse().ok().or_else(|| Arn::parse(value).ok()?.account_id())
}

/// Whether a statement asks for this organization's id whatever the request.
fn bound(statement: &Statement, organization: &Organization) -> Observed<bool> {
    let asks = |condition: &&Condition| {
        condition.key.eq_ignore_ascii_case("aws:PrincipalOrgID")
            && matches!(condition.operator, Operator::StringEquals | Operator::StringLike)
            && !condition.if_exists
            && condition.qualifier != Some(Qualifier::ForAllValues)
    };
    let Some(condition) = statement.conditions.iter().find(asks) else { return Ok(false) };
    let description = organization.description.as_ref().map_err(Clone::clone)?;
    let id = description.as_ref().map(|read| read.value.id.as_str());
    Ok(condition.values.iter().all(|value| Some(value.as_str()) == id))
}
