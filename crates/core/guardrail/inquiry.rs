//! Several questions that must all be denied, and what a check says of the answers.

use std::collections::BTreeSet;

use trailproof_iam::Resources;
use trailproof_iam::glob::{Glob, Within, within};

use super::{ANY_NAME, Denying, Guard, Guardrail, Opening, Power, Question, Standing, told};
use crate::account::AccountView;
use crate::check::Audit;
use crate::evidence::{Gap, Observed};
use crate::finding::{Verdict, fail, not_applicable, pass};
use crate::reason::Reason;

/// What binds an account from above; the verdict in its place where nothing does.
///
/// # Errors
/// Where the organization, its tree or the list of its service control policies was not read.
pub fn bound(
    account: &AccountView<'_>,
    audit: &Audit<'_>,
) -> Observed<Result<Box<Guardrail>, Verdict>> {
    let organization = audit.organization;
    if organization.management()? == Some(account.id()) {
        let why = "no service control policy ever binds the management account: who may act there is all that protects it";
        return Ok(Err(not_applicable(why).reason(Reason::MANAGEMENT_ACCOUNT)));
    }
    let cited = || {
        let read = organization.description.as_ref().ok()?.as_ref()?;
        Some(read.source.cite("Organization.FeatureSet", read.value.feature_set.clone()))
    };
    Ok(match organization.guardrail(account.id(), &audit.policy.approved_principals)? {
        Standing::Bound(guardrail) => Ok(guardrail),
        Standing::NoOrganization => {
            let why = "the account is in no organization";
            Err(not_applicable(why).reason(Reason::NO_ORGANIZATION))
        }
        Standing::ManagementAccount => {
            Err(not_applicable("no service control policy binds the management account")
                .reason(Reason::MANAGEMENT_ACCOUNT))
        }
        Standing::ConsolidatedBilling => {
            Err(fail("the organization is for billing alone, and has no service control policies")
                .reason(Reason::SCP_UNAVAILABLE)
                .expected("all features of the organization")
                .cite(cited()))
        }
        Standing::NotEnabled => Err(fail(
            "service control policies are not enabled on the root, so that none has an effect",
        )
        .reason(Reason::SCP_NOT_ENABLED)
        .expected("the policy type SERVICE_CONTROL_POLICY is enabled")
        .cite(organization.cite_policy_types())),
    })
}

/// The answers to some questions, all of which must be denied.
#[derive(Debug)]
pub struct Inquiry<'g> {
    guardrail: &'g Guardrail,
    guards: BTreeSet<Guard>,
    /// What can be done, on what, and how.
    open: Vec<(String, String, Opening)>,
    /// The first gap behind which something may be possible.
    gap: Option<Gap>,
}

impl<'g> Inquiry<'g> {
    /// No question yet.
    #[must_use]
    pub fn of(guardrail: &'g Guardrail) -> Self {
        Self { guardrail, guards: BTreeSet::new(), open: Vec::new(), gap: None }
    }

    /// Asks one more.
    pub fn ask(&mut self, question: &Question<'_>) {
        match self.guardrail.ask(question) {
            Ok(Power::Denied(by)) => self.guards.extend(by),
            Ok(Power::Open(opening)) => {
                let Question { action, resource, .. } = question;
                self.open.push(((*action).to_owned(), (*resource).to_owned(), opening));
            }
            Err(gap) => self.doubt(Some(gap)),
        }
    }

    /// Takes in what was asked elsewhere.
    pub fn add(&mut self, other: Self) {
        self.guards.extend(other.guards);
        self.open.extend(other.open);
        self.doubt(other.gap);
    }

    /// Names what was asked about by the pattern that it stood for.
    pub fn name_by(&mut self, pattern: &str) {
        self.open.iter_mut().for_each(|(_, resource, _)| pattern.clone_into(resource));
    }

    /// Notes that there may be something more to ask about.
    pub fn doubt(&mut self, gap: Option<Gap>) {
        self.gap = self.gap.take().or(gap);
    }

    /// Whether everything that was asked is denied.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.open.is_empty() && self.gap.is_none()
    }

    /// Whether nothing that was asked is known to be possible.
    #[must_use]
    pub fn is_not_open(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether each of the guards speaks of every resource that a pattern means, and not of those alone that were asked
    /// about.
    #[must_use]
    pub fn covers(&self, pattern: &str) -> bool {
        let inner = Glob::arn(pattern);
        self.guards.iter().all(|guard| {
            let Some(Denying { policy, index, .. }) = &guard.statement else { return true };
            let found = self.guardrail.scps.policy(&guard.level, policy);
            let Some(Ok(document)) = found.map(|policy| policy.document()) else { return false };
            match document.statements.get(*index).map(|statement| &statement.resources) {
                Some(Some(Resources::Resource(entries))) => entries.iter().any(|entry| {
                    entry == "*" || within(&inner, &[&Glob::arn(entry)]) == Within::Yes
                }),
                _ => false,
            }
        })
    }

    /// The verdict: one thing that is possible outweighs any gap, and a gap whatever is denied.
    ///
    /// # Errors
    /// The first gap, where nothing is known to be possible.
    pub fn verdict(self, expected: &str) -> Observed<Verdict> {
        if !self.open.is_empty() {
            return Ok(self.possible().expected(expected));
        }
        let Self { guardrail, guards, gap, .. } = self;
        if let Some(gap) = gap {
            return Err(gap);
        }
        let exempt = guardrail.exemptions(&guards);
        let forgeable = guardrail.forgeable(&exempt);
        let names: Vec<&str> = exempt.iter().map(String::as_str).collect();
        let mut message = format!("denied by {}", told(&guards));
        if !names.is_empty() {
            message = format!("{message}; approved principals are exempted: {}", names.join(", "));
        }
        let verdict = match &forgeable[..] {
            [] => pass(message),
            taken => pass(format!(
                "{message}; an administrator of the account can make or take over {}, since no policy keeps the role \
                 from it",
                taken.join(", ")
            ))
            .reason(Reason::EXEMPTION_CAN_BE_TAKEN),
        };
        Ok(verdict.observed(told(&guards)).expected(expected).cite(guardrail.cite(&guards)))
    }

    fn possible(&self) -> Verdict {
        const NAMED: usize = 8;
        let actions: BTreeSet<&str> =
            self.open.iter().map(|(action, ..)| action.as_str()).collect();
        let resources: BTreeSet<String> =
            self.open.iter().map(|(_, on, _)| on.replace(ANY_NAME, "*")).collect();
        let mut named: Vec<String> =
            actions.iter().take(NAMED).map(|action| (*action).to_owned()).collect();
        if let Some(more) = actions.len().checked_sub(NAMED).filter(|more| *more > 0) {
            named.push(format!("{more} more"));
        }
        let first = self.open.first();
        let on = match (resources.len(), resources.first()) {
            (_, None) => String::new(),
            (1, Some(all)) if all == "*" => String::new(),
            (1, Some(one)) => format!(" on {one}"),
            (number, Some(one)) => format!(" on {one} and {} more", number - 1),
        };
        // Whoever can do it in any case says more than whom one policy lets pass.
        let plainest = self.open.iter().min_by_key(|(.., opening)| {
            (!opening.exempted_from.is_empty(), !opening.keys.is_empty())
        });
        let (who, exempted, conditional) = plainest.or(first).map_or_else(
            || (String::new(), BTreeSet::new(), false),
            |(.., opening)| {
                let keys = !opening.keys.is_empty();
                (opening.describe(), opening.exempted_from.clone(), keys)
            },
        );
        let actions = named.join(", ");
        if exempted.is_empty() {
            let reason =
                if conditional { Reason::DENIED_UNDER_CONDITIONS } else { Reason::NOT_DENIED };
            return fail(format!("{who} can do {actions}{on}"))
                .reason(reason)
                .cite(self.guardrail.cite_attached());
        }
        let names: Vec<String> = self.guardrail.exemptions(&exempted).into_iter().collect();
        fail(format!(
            "{who} can do {actions}{on} and is not approved: {} exempts {}",
            told(&exempted),
            names.join(", ")
        ))
        .reason(Reason::UNAPPROVED_EXEMPTION)
        .observed(format!("exempted: {}", names.join(", ")))
        .cite(self.guardrail.cite(&exempted))
    }
}
