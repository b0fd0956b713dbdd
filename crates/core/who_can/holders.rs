//! Who can, as the answer tells it: what each has as it is, and what it comes by.

use std::sync::Arc;

use super::answer::{By, Decision, Holder, Hop, Open, Power};
use crate::aws::AccountId;
use crate::evidence::Gap;
use crate::pattern;
use crate::policy::Policy;
use crate::privilege::{Arrival, Can, Principal, Roll, Target};

/// What everybody on a roll can do.
pub(super) fn told(
    roll: &Roll,
    targets: &[Target],
    (account, policy): (AccountId, &Policy),
) -> Vec<Holder> {
    let holders = roll.who_can(targets).into_iter().filter_map(|holder| {
        let principal = roll.principals().get(holder.principal)?;
        let powers = holder.powers.iter().filter_map(|power| {
            let target = targets.get(power.target)?;
            let ask = target.asks.get(power.ask)?;
            let reason = roll.why(holder.principal, (target, power.ask))?;
            let (decision, gap): (_, Option<&Arc<Gap>>) = match &power.can {
                Can::Yes => (Decision::Yes, None),
                Can::If => (Decision::OnlyIf, None),
                Can::Unknown(gap) => (Decision::CannotTell, Some(gap)),
            };
            Some(Power {
                action: ask.action.clone(),
                resource: target.resource.clone(),
                on: ask.on.clone(),
                decision,
                by: reason.granted_by.as_ref().map(By::of),
                pattern: reason.pattern,
                depends_on: match decision {
                    Decision::OnlyIf => reason.answer.depends_on,
                    Decision::Yes | Decision::CannotTell => Vec::new(),
                },
                gap: gap.map(|gap| Open::of(None, None, gap)),
                path: Vec::new(),
                holder: principal.arn.clone(),
            })
        });
        Some(holder_of(principal, (account, policy), powers.collect()))
    });
    holders.filter(|holder| !holder.powers.is_empty()).collect()
}

pub(super) fn holder_of(
    principal: &Principal,
    (account, policy): (AccountId, &Policy),
    powers: Vec<Power>,
) -> Holder {
    let mut approved = policy.approved_principals.iter();
    Holder {
        principal: principal.arn.clone(),
        account_id: account,
        approved: approved.any(|glob| pattern::matches(glob, &principal.arn)),
        assumable: !principal.is_beyond_reach,
        powers,
    }
}

/// Adds what is come by, unless it is had as surely.
pub(super) fn arrive(powers: &mut Vec<Power>, arrival: Arrival) {
    let (decision, gap) = match &arrival.can {
        Can::Yes => (Decision::Yes, None),
        Can::If => (Decision::OnlyIf, None),
        Can::Unknown(gap) => (Decision::CannotTell, Some(Open::of(None, None, gap))),
    };
    let known = powers
        .iter()
        .position(|power| power.resource == arrival.resource && power.action == arrival.action);
    if known.is_some() && decision != Decision::Yes {
        return;
    }
    let power = Power {
        action: arrival.action,
        resource: arrival.resource,
        on: arrival.on,
        decision,
        by: None,
        pattern: String::new(),
        depends_on: if decision == Decision::OnlyIf { arrival.depends_on } else { Vec::new() },
        gap,
        path: arrival.path.iter().map(Hop::of).collect(),
        holder: arrival.holder,
    };
    match known.and_then(|at| powers.get_mut(at)) {
        Some(power) if power.decision == Decision::Yes => {}
        Some(known) => *known = power,
        None => powers.push(power),
    }
}
