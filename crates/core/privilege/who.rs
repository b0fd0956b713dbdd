//! The question itself, to everybody on the roll about every target.

use std::collections::BTreeMap;
use std::sync::Arc;

use trailproof_iam::bulk::{Account, Asker, Decisions, Question, Setup};
use trailproof_iam::{Decision, Known, NamedPolicy};

use super::roll::{Principal, Roll};
use super::targets::{Ask, Target};
use super::unread::Taken;
use crate::evidence::{Cause, Gap};
use crate::fact::Fact;

/// Whether a principal can do something, where it is not known that it cannot.
#[derive(Debug, Clone, PartialEq)]
pub enum Can {
    /// Whatever the circumstances.
    Yes,
    /// In some circumstances that it cannot choose; [`Roll::why`] names them.
    If,
    /// What would tell was not read.
    Unknown(Arc<Gap>),
}

impl Can {
    /// A yes outweighs a gap, and a gap a yes under conditions.
    const fn rank(&self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::Unknown(_) => 1,
            Self::If => 2,
        }
    }
}

/// One thing that a principal can do.
#[derive(Debug, Clone, PartialEq)]
pub struct Power {
    /// The place of the target in the list that was asked about.
    pub target: usize,
    /// The place of the ask in that target.
    pub ask: usize,
    /// Whether it can.
    pub can: Can,
}

/// A principal that can do something, or may.
#[derive(Debug, Clone, PartialEq)]
pub struct Holder {
    /// Its place on the roll.
    pub principal: usize,
    /// What, by target and then in the order of the asks; of one action on one target only the surest.
    pub powers: Vec<Power>,
}

/// One reading of all that limits and grants: the setup, and who asks.
struct Reading<'r> {
    roll: &'r Roll,
    account: Account<'r>,
    taken: Taken,
}

impl Reading<'_> {
    fn decide(
        &mut self,
        principal: &Principal,
        known: &[(String, Known)],
    ) -> std::rc::Rc<Decisions> {
        let asker = self.roll.asker(principal, self.taken);
        self.account.decide(&Asker { known: known.to_vec(), ..asker })
    }
}

/// Why what a question hangs on was not read.
#[derive(Default)]
pub(super) struct Gaps {
    pub(super) target: Option<Arc<Gap>>,
    pub(super) doubt: Option<Arc<Gap>>,
    moot: Option<Arc<Gap>>,
}

impl Gaps {
    /// An answer, where having the action would matter at all.
    pub(super) fn certain(&self, can: Can) -> Can {
        self.moot.clone().map_or(can, Can::Unknown)
    }
}

impl Roll {
    /// What each principal can do of all that is asked; those who surely can do nothing of it are left out. By ARN.
    ///
    /// An action that the roll was not read for nobody is found to have: [`Roll::read`] takes them all.
    #[must_use]
    pub fn who_can(&self, targets: &[Target]) -> Vec<Holder> {
        self.asked(self.principals.iter().enumerate(), targets)
    }

    /// What anybody in the account can do of all that is asked, for the resources' own policies say so.
    #[must_use]
    pub fn anybody_can(&self, targets: &[Target]) -> Vec<Power> {
        let nobody = self.nobody();
        let holders = self.asked(nobody.iter().enumerate(), targets);
        holders.into_iter().flat_map(|holder| holder.powers).collect()
    }

    /// What these can do of all that is asked; those who surely can do nothing of it are left out.
    pub(super) fn asked<'p>(
        &self,
        principals: impl Iterator<Item = (usize, &'p Principal)>,
        targets: &[Target],
    ) -> Vec<Holder> {
        let mut tag_keys = self.tag_keys.clone();
        for policy in targets.iter().filter_map(|target| target.policy.as_ref().ok()?.as_ref()) {
            tag_keys.look(&policy.document);
        }
        let places = self.places(targets);
        let reading = |taken| {
            let account = self.bulk.account(self.setup(targets, &places, taken));
            Reading { roll: self, account, taken }
        };
        let (mut most, mut least) = (reading(Taken::Best), reading(Taken::Worst));
        let gaps: Vec<Gaps> = places.iter().map(|place| gaps(targets, *place)).collect();
        let everywhere = self.scps.gap.is_some()
            || self.rcps.gap.is_some()
            || gaps.iter().any(|gaps| gaps.target.is_some());
        let mut holders = Vec::new();
        for (at, principal) in principals {
            let tags = principal.tags.as_ref();
            let known = tags.map(|tags| tag_keys.known(tags)).unwrap_or_default();
            let best = most.decide(principal, &known);
            if best.possible().next().is_none() {
                continue;
            }
            let open = everywhere || principal.gap.is_some();
            let worst = open.then(|| least.decide(principal, &known));
            let cans = best.possible().filter_map(|question| {
                let best = best.get(question)?;
                let worst = worst.as_ref().map_or(Some(best), |worst| worst.get(question))?;
                let gaps = gaps.get(question)?;
                Some((*places.get(question)?, self.can((best, worst), principal, gaps)))
            });
            let powers = surest(targets, cans);
            holders.push(Holder { principal: at, powers });
        }
        holders
    }

    /// The asks that there is a question for: those about an action that the roll was read for.
    pub(super) fn places(&self, targets: &[Target]) -> Vec<(usize, usize)> {
        let asks = targets.iter().enumerate().flat_map(|(target, one)| {
            one.asks.iter().enumerate().map(move |(ask, asked)| (target, ask, asked))
        });
        asks.filter(|(.., asked)| self.action(&asked.action).is_some())
            .map(|(target, ask, _)| (target, ask))
            .collect()
    }

    pub(super) fn action(&self, name: &str) -> Option<usize> {
        self.bulk.actions().iter().position(|action| action.eq_ignore_ascii_case(name))
    }

    pub(super) fn setup(
        &self,
        targets: &[Target],
        places: &[(usize, usize)],
        taken: Taken,
    ) -> Setup {
        let policies: Vec<Option<Arc<[NamedPolicy]>>> =
            targets.iter().map(|target| policy(target, taken)).collect();
        let question = |(target, ask): &(usize, usize)| {
            let one = targets.get(*target)?;
            let asked = one.asks.get(*ask)?;
            let policies = policies.get(*target)?.clone();
            self.question((one, asked), policies, taken)
        };
        let level = |path: &super::limits::Path| match taken {
            Taken::Best => path.most.clone(),
            Taken::Worst => path.least.clone(),
        };
        Setup {
            questions: places.iter().filter_map(question).collect(),
            scps: level(&self.scps),
            rcps: level(&self.rcps),
            management: self.management,
            context: self.circumstances.context.clone(),
        }
    }

    pub(super) fn question(
        &self,
        (target, ask): (&Target, &Ask),
        policies: Option<Arc<[NamedPolicy]>>,
        taken: Taken,
    ) -> Option<Question> {
        let owner = target.owner.as_ref().map(|owner| match taken {
            Taken::Best => owner.most.clone(),
            Taken::Worst => owner.least.clone(),
        });
        Some(Question {
            owner,
            policies: policies.filter(|_| ask.on != "*"),
            aws_managed_key: target.is_aws_managed_key,
            known: target.known.clone(),
            ..Question::new(self.action(&ask.action)?, &ask.on)
        })
    }

    fn can(&self, (best, worst): (Decision, Decision), principal: &Principal, gaps: &Gaps) -> Can {
        match (best, worst) {
            (Decision::Allowed, Decision::Allowed) => gaps.certain(Can::Yes),
            (Decision::Conditional, Decision::Conditional) => {
                let doubts = [&principal.doubt, &self.circumstances.doubt];
                let doubt = doubts.into_iter().flatten().next();
                let doubt = doubt.map(|gap| Arc::new(gap.clone())).or_else(|| gaps.doubt.clone());
                doubt.map_or_else(|| gaps.certain(Can::If), Can::Unknown)
            }
            _ => {
                let gap = principal.gap.clone().map(Arc::new).or_else(|| gaps.target.clone());
                let above = || self.scps.gap.clone().or_else(|| self.rcps.gap.clone());
                let gap = gap.or_else(|| above().map(Arc::new));
                // Two readings differ only where something was not read.
                Can::Unknown(gap.unwrap_or_else(|| {
                    let detail = "two readings of the same policies differ";
                    Arc::new(Gap::new(Fact::AuthorizationDetails, Cause::InternalError, detail))
                }))
            }
        }
    }
}

/// A target's own policy, or what stands in for it.
pub(super) fn policy(target: &Target, taken: Taken) -> Option<Arc<[NamedPolicy]>> {
    match &target.policy {
        Ok(policy) => policy.as_ref().map(|policy| [policy.clone()].into()),
        Err(_) => Some([taken.of_resource()].into()),
    }
}

pub(super) fn gaps(targets: &[Target], (target, ask): (usize, usize)) -> Gaps {
    let Some(one) = targets.get(target) else { return Gaps::default() };
    let of_owner = || one.owner.as_ref().and_then(|owner| owner.gap.clone());
    let moot = one.asks.get(ask).and_then(|ask| ask.moot.clone());
    Gaps {
        target: one.policy.as_ref().err().cloned().or_else(of_owner).map(Arc::new),
        doubt: one.doubt.clone().map(Arc::new),
        moot: moot.map(Arc::new),
    }
}

/// How answers are ordered, the surest first.
pub(super) const fn surest_of(can: &Can) -> u8 {
    can.rank()
}

/// Of each action on each target the surest answer, the first of those.
fn surest(targets: &[Target], cans: impl Iterator<Item = ((usize, usize), Can)>) -> Vec<Power> {
    let mut best: BTreeMap<(usize, &str), Power> = BTreeMap::new();
    for ((target, ask), can) in cans {
        let asked = targets.get(target).and_then(|one| one.asks.get(ask));
        let Some(asked) = asked else { continue };
        let key = (target, asked.action.as_str());
        let known = best.get(&key);
        if known.is_none_or(|known| can.rank() < known.can.rank()) {
            best.insert(key, Power { target, ask, can });
        }
    }
    let mut powers: Vec<Power> = best.into_values().collect();
    powers.sort_by_key(|power| (power.target, power.ask));
    powers
}
