//! How an answer comes about: what each layer of policies says, and where an allow is missing.

use serde::Serialize;
use trailproof_iam::{LayerTrace, Verdict};

use super::answer::By;
use crate::privilege::{Roll, Target};

/// What one layer says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The layer.
    pub layer: String,
    /// `allows`, `may_allow`, `denies`, `may_deny` or `silent`.
    pub verdict: &'static str,
    /// The statements by which it does.
    pub statements: Vec<By>,
}

impl Said {
    fn of(trace: &LayerTrace) -> Self {
        let verdict = match trace.verdict {
            Verdict::Denies => "denies",
            Verdict::MayDeny => "may_deny",
            Verdict::Allows => "allows",
            Verdict::MayAllow => "may_allow",
            Verdict::Silent => "silent",
        };
        let statements = trace.statements.iter().map(By::of).collect();
        Self { layer: trace.layer.to_string(), verdict, statements }
    }
}

/// How the answers for some actions on one resource come about, which is the same way for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Derivation {
    /// The actions.
    pub actions: Vec<String>,
    /// The resource's ARN.
    pub resource: String,
    /// The ARN that was tried.
    pub on: String,
    /// `Allowed`, `Conditional`, `ExplicitlyDenied` or `ImplicitlyDenied`.
    pub decision: &'static str,
    /// The keys on which it depends.
    pub depends_on: Vec<String>,
    /// What each layer says.
    pub layers: Vec<Said>,
    /// The layers in which an allow is missing, or may be.
    pub missing: Vec<String>,
    /// What was not read, and was taken to allow.
    pub gap: Option<String>,
}

impl Derivation {
    fn is_like(&self, other: &Self) -> bool {
        let same = |one: &Self| Self { actions: Vec::new(), ..one.clone() };
        same(self) == same(other)
    }
}

/// The derivations for one principal. Of an action that is asked about several parts of a resource, the surest.
pub(super) fn derive((roll, principal): (&Roll, usize), targets: &[Target]) -> Vec<Derivation> {
    let mut derivations: Vec<Derivation> = Vec::new();
    let powers = roll.who_can(targets).into_iter().find(|holder| holder.principal == principal);
    let powers = powers.map(|holder| holder.powers).unwrap_or_default();
    for (at, target) in targets.iter().enumerate() {
        for action in target.actions().into_keys() {
            let of = |ask: usize| target.asks.get(ask).is_some_and(|ask| ask.action == action);
            let power = powers.iter().find(|power| power.target == at && of(power.ask));
            let first = || (0..target.asks.len()).find(|ask| of(*ask));
            let Some(ask) = power.map(|power| power.ask).or_else(first) else { continue };
            let (Some(reason), Some(asked)) =
                (roll.why(principal, (target, ask)), target.asks.get(ask))
            else {
                continue;
            };
            let gap = power.and_then(|power| match &power.can {
                crate::privilege::Can::Unknown(gap) => Some(gap.detail.clone()),
                _ => None,
            });
            let one = Derivation {
                actions: vec![action.to_owned()],
                resource: target.resource.clone(),
                on: asked.on.clone(),
                decision: reason.answer.decision.as_str(),
                depends_on: reason.answer.depends_on,
                layers: reason.answer.trace.layers.iter().map(Said::of).collect(),
                missing: reason.answer.trace.missing.iter().map(ToString::to_string).collect(),
                gap,
            };
            match derivations.iter_mut().find(|other| other.is_like(&one)) {
                Some(other) => other.actions.extend(one.actions),
                None => derivations.push(one),
            }
        }
    }
    derivations
}
