//! The views of a trail folded into one, and whose word counts where its owner is outside the run.

use std::collections::{BTreeMap, BTreeSet};

use super::GraphBuilder;
use crate::answer::{EventSelectors, TrailDescription, TrailStatus};
use crate::aws::{AccountId, Arn};
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::organization::Member;
use crate::snapshot::Sourced;
use crate::trail::{Best, Trail};

/// What the accounts see of one trail.
#[derive(Debug, Clone, Default)]
pub(super) struct TrailViews {
    pub(super) description: Option<Best<TrailDescription>>,
    pub(super) status: Option<Best<TrailStatus>>,
    pub(super) owner_status: Option<Observed<Sourced<TrailStatus>>>,
    /// Who sees it, and what each was told: kept where its owner is outside the run, since each view differs then.
    pub(super) seen_by: BTreeSet<AccountId>,
    pub(super) told: BTreeMap<AccountId, Observed<Sourced<TrailStatus>>>,
    pub(super) selectors: Option<Best<EventSelectors>>,
}

impl GraphBuilder {
    /// The trail, where anybody sees it.
    pub(super) fn trail(&self, arn: &str, views: &TrailViews) -> Option<Trail> {
        let description = views.description.as_ref()?.value.clone().ok()?;
        let owner = Arn::parse(arn).ok()?.account_id()?;
        let judged = self.members.get(&owner).filter(|member| member.is_judged());
        let owner_in_run = judged.is_some();
        let readable = judged.is_some_and(|member| member.session.is_ok());
        let cause = if readable { Cause::NotAttempted } else { Cause::CrossAccountUnreadable };
        // Somebody might have stood in for the owner.
        let asked = self.delegated_administrators.as_ref().err();
        let refused = asked.filter(|gap| gap.cause != Cause::NotAttempted);
        let nor = refused.map_or_else(String::new, |gap| format!("; {}", gap.detail));
        let absent = |fact: Fact| Gap {
            account: Some(owner),
            region: Some(description.value.home_region.clone()),
            ..Gap::new(
                fact,
                cause,
                format!("{} of {arn} was not read from its owner{nor}", fact.operation()),
            )
        };
        let status = views
            .status
            .as_ref()
            .map_or_else(|| Err(absent(Fact::TrailStatus)), |best| best.value.clone());
        let delivery = if owner_in_run {
            views.owner_status.clone()
        } else {
            self.stand_in().and_then(|delegate| views.told.get(&delegate).cloned())
        };
        let delivery = delivery.unwrap_or_else(|| Err(absent(Fact::TrailStatus)));
        let kms_error = if owner_in_run {
            delivery.as_ref().map(kms_error).map_err(Clone::clone)
        } else {
            self.kms_error_told(views, absent(Fact::TrailStatus))
        };
        let selectors = views
            .selectors
            .as_ref()
            .map_or_else(|| Err(absent(Fact::EventSelectors)), |best| best.value.clone());
        Some(Trail { description, owner, status, delivery, kms_error, selectors })
    }

    /// Whether the owner of that trail is judged in this run.
    pub(super) fn owner_in_run(&self, arn: &str) -> bool {
        let owner = Arn::parse(arn).ok().and_then(|arn| arn.account_id());
        owner.and_then(|owner| self.members.get(&owner)).is_some_and(Member::is_judged)
    }

    /// The delegated administrator who speaks for trails of a management account outside the run.
    fn stand_in(&self) -> Option<AccountId> {
        let delegates = self.delegated_administrators.as_ref().ok()?;
        let judged = |id: &&AccountId| self.members.get(id).is_some_and(Member::is_judged);
        delegates.iter().filter(judged).min().copied()
    }

    /// Of a trail whose owner is outside the run: the first error that names KMS in anyone's view. That there is none
    /// is proved only where everyone who may see the trail was told.
    fn kms_error_told(&self, views: &TrailViews, absent: Gap) -> Observed<Option<Sourced<String>>> {
        let mut told = views.told.values().filter_map(|view| view.as_ref().ok());
        if let Some(error) = told.find_map(kms_error) {
            return Ok(Some(error));
        }
        for member in self.members.values().filter(|member| member.is_judged()) {
            match views.told.get(&member.id) {
                Some(view) => view.as_ref().map(|_| ()).map_err(Clone::clone)?,
                None if views.seen_by.contains(&member.id) => return Err(absent),
                None => member.trails_read.clone().map_err(|gap| *gap)?,
            }
        }
        Ok(None)
    }
}

/// The delivery error of a status, where it names KMS.
fn kms_error(status: &Sourced<TrailStatus>) -> Option<Sourced<String>> {
    let error = status.value.latest_delivery_error.clone();
    error
        .filter(|error| error.to_ascii_lowercase().contains("kms"))
        .map(|value| Sourced { value, source: status.source.clone() })
}
