//! What a list of those who can comes to: one finding for all of them, which names the first and keeps the list.
//!
//! Whoever comes by a power on some way has it as much as one to whom it was given: both are in the finding, told apart.

mod entering;
mod escalating;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::entrances::{Entries, Serving};
use super::roll::{Principal, Roll};
use super::targets::Target;
use super::ways::Ways;
use super::who::{Can, Holder, Power};
use crate::evidence::{Evidence, Observed, find};
use crate::finding::{Verdict, fail, pass};
use crate::pattern;
use crate::reason::Reason;

use entering::Entering;
use escalating::{Escalating, OnRoll};

/// So many principals are named in a finding's text.
const NAMED: usize = 3;
/// So many are listed in its evidence.
const LISTED: usize = 50;
/// So many actions or resources are listed of each.
const SHOWN: usize = 12;

/// Who has powers that nobody should have but those whom the user approves.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Whom to ask about.
    pub roll: &'a Roll,
    /// What is asked.
    pub targets: &'a [Target],
    /// Globs of the ARNs of those who may.
    pub approved: &'a [String],
    /// Whether a yes under conditions counts.
    pub strict: bool,
    /// Whether those count who come by a power on some way: as another principal, or by changing what one may do.
    pub by_escalation: bool,
    /// As what the targets may serve other accounts: those count too who come from these then.
    pub serving: Option<Serving>,
    /// What the powers come to, after "can": `stop the trail`.
    pub can: &'a str,
}

impl<'a> Question<'a> {
    /// Fails for everybody together who has one of the powers and is not approved; the first few are named, and the
    /// evidence lists who else, by which statement.
    ///
    /// # Errors
    /// Where nobody surely has one, and somebody may, or some part was not asked about. What else must be known before
    /// all is well comes last.
    pub fn judge(&self, complete: impl FnOnce() -> Observed<()>) -> Observed<Verdict> {
        let holders = self.holders();
        let expected = "nobody but approved principals can";
        let (sure, conditional) = self.split(&holders);
        let ways = if self.by_escalation { self.ways(&sure) } else { Ways::default() };
        let (open, perhaps) = self.split_ways(&ways.ways);
        let entering = self.entering(&self.arns(&sure, &open));
        let (come, may_come) = self.split_entering(&entering);
        if !sure.is_empty() || !open.is_empty() || !come.is_empty() {
            let told = self.told((&sure, &open, &come));
            return Ok(told.expected(expected));
        }
        self.gaps(&holders)?;
        self.gaps_of_ways(&ways)?;
        self.gaps_of_entering(&entering)?;
        for target in self.targets {
            target.incomplete.clone().map_or(Ok(()), Err)?;
        }
        complete()?;
        let total = self.roll.principals().len();
        let cite = || self.roll.cite(None, "principals", total);
        let all = self.together(&conditional, &perhaps);
        let here = (!all.is_empty()).then(|| self.count(&all));
        let who: Vec<String> = here.into_iter().chain(Self::count_entering(&may_come)).collect();
        let verdict = if who.is_empty() {
            pass(format!("none of {total} principals can {} unless approved", self.can))
        } else {
            let keys = self.keys(&conditional, &perhaps, &may_come);
            let who = who.join(" and ");
            pass(format!("{who} can {}, and only depending on {keys}", self.can))
                .reason(Reason::CONDITIONAL)
        };
        let evidence = self.evidence(&conditional).into_iter();
        let evidence = evidence.chain(self.evidence_of_ways(&perhaps));
        let evidence = evidence.chain(self.evidence_of_entering(&may_come));
        Ok(verdict.expected(expected).cite([cite()]).cite(evidence))
    }

    /// The failure for those who have it as they are, by some way, and by way of other accounts.
    fn told(&self, (sure, open, come): (&[Holder], &[Escalating<'_>], &[Entering<'_>])) -> Verdict {
        let from_outside = Self::count_entering(come);
        let further = from_outside.iter().map(|count| format!("; {count} too"));
        let further: String = further.collect();
        let (text, observed, reason) = if !sure.is_empty() {
            let more = match open.len() {
                0 => String::new(),
                more => format!("; {more} more by escalation ({})", self.names(open)),
            };
            let text = format!("{} can {}{more}{further}", self.count(sure), self.can);
            (text, self.observed(sure), Reason::UNAPPROVED_PRINCIPALS)
        } else if !open.is_empty() {
            let text = format!("{} can by escalation {}{further}", self.count(open), self.can);
            (text, self.observed_way(open), Reason::ESCALATION)
        } else {
            let text = format!("{} can {}", from_outside.unwrap_or_default(), self.can);
            (text.clone(), self.observed_entering(come).unwrap_or(text), Reason::ESCALATION)
        };
        let evidence = self.evidence(sure).into_iter().chain(self.evidence_of_ways(open));
        let evidence = evidence.chain(self.evidence_of_entering(come));
        fail(text).reason(reason).observed(observed).cite(evidence)
    }

    /// Those from other accounts who count, where that was looked for.
    fn entries(&self) -> Option<&Entries> {
        let entries = self.roll.entries.as_deref().filter(|_| self.by_escalation)?;
        self.serving.is_some_and(|what| entries.serves.contains(&what)).then_some(entries)
    }

    /// The ARNs of those who are told of already.
    fn arns(&self, sure: &[Holder], open: &[Escalating<'_>]) -> BTreeSet<&str> {
        let places = sure.iter().map(OnRoll::place).chain(open.iter().map(OnRoll::place));
        let known = places.filter_map(|at| self.roll.principals().get(at));
        known.map(|principal| principal.arn.as_str()).collect()
    }

    /// Those who are not approved and can, or may.
    #[must_use]
    pub fn holders(&self) -> Vec<Holder> {
        let mut holders = self.roll.who_can(self.targets);
        holders.retain(|holder| {
            let principal = self.roll.principals().get(holder.principal);
            principal.is_some_and(|one| !self.approves(one))
        });
        holders
    }

    fn approves(&self, principal: &Principal) -> bool {
        self.approved.iter().any(|approved| pattern::matches(approved, &principal.arn))
    }

    /// Those with a power that counts, with these powers alone; and those who have some under conditions only.
    fn split(&self, holders: &[Holder]) -> (Vec<Holder>, Vec<Holder>) {
        let with = |counts: &dyn Fn(&Can) -> bool| -> Vec<Holder> {
            let kept = holders.iter().map(|holder| Holder {
                powers: holder.powers.iter().filter(|p| counts(&p.can)).cloned().collect(),
                ..holder.clone()
            });
            kept.filter(|holder| !holder.powers.is_empty()).collect()
        };
        let sure = with(&|can| *can == Can::Yes || (self.strict && *can == Can::If));
        (sure, with(&|can| *can == Can::If))
    }

    /// The first gap behind which somebody may have a power.
    fn gaps(&self, holders: &[Holder]) -> Observed<()> {
        let powers = holders.iter().flat_map(|holder| &holder.powers);
        let unknown = powers.filter_map(|power| match &power.can {
            Can::Unknown(gap) => Some(Err::<(), _>((**gap).clone())),
            Can::Yes | Can::If => None,
        });
        find(unknown, |()| Ok(false)).map(|_| ())
    }

    fn principals<'h, H: OnRoll>(&self, holders: &'h [H]) -> impl Iterator<Item = &'h H> {
        // Whoever can be somebody comes before what nobody can become; else by ARN.
        let beyond = |holder: &&H| {
            self.roll.principals().get(holder.place()).is_some_and(|p| p.is_beyond_reach)
        };
        let (far, near): (Vec<_>, Vec<_>) = holders.iter().partition(beyond);
        near.into_iter().chain(far)
    }

    /// `3 of 17 principals (role/Admin, user/ann and 1 more)`.
    fn count<H: OnRoll>(&self, holders: &[H]) -> String {
        let total = self.roll.principals().len();
        let (all, names) = (holders.len(), self.names(holders));
        let beyond = holders
            .iter()
            .filter_map(|holder| self.roll.principals().get(holder.place()))
            .filter(|principal| principal.is_beyond_reach)
            .count();
        let noted = match beyond {
            0 => String::new(),
            1 => "; 1 is a role that nobody can assume".to_owned(),
            more => format!("; {more} are roles that nobody can assume"),
        };
        format!("{all} of {total} principals ({names}{noted})")
    }

    fn names<H: OnRoll>(&self, holders: &[H]) -> String {
        let named = self.principals(holders).take(NAMED);
        let named = named.filter_map(|holder| self.roll.principals().get(holder.place()));
        let names: Vec<&str> = named.map(Principal::short).collect();
        match holders.len().saturating_sub(names.len()) {
            0 => names.join(", "),
            more => format!("{} and {more} more", names.join(", ")),
        }
    }

    /// The first of them by the statement that grants it.
    fn observed(&self, holders: &[Holder]) -> String {
        let first = self.principals(holders).next();
        let why = first.and_then(|holder| {
            let power = holder.powers.first()?;
            let target = self.targets.get(power.target)?;
            let reason = self.roll.why(holder.principal, (target, power.ask))?;
            let principal = self.roll.principals().get(holder.principal)?;
            let action = &target.asks.get(power.ask)?.action;
            Some(format!("{} has {action} by {}", principal.short(), reason.through()))
        });
        why.unwrap_or_default()
    }

    /// The keys on which those powers depend, of the first of them.
    fn keys(
        &self,
        holders: &[Holder],
        ways: &[Escalating<'_>],
        entering: &[Entering<'_>],
    ) -> String {
        let first = holders.iter().take(LISTED).flat_map(|h| h.powers.first().map(|p| (h, p)));
        let reasons = first.filter_map(|(holder, power)| self.reason(holder, power));
        let direct = reasons.flat_map(|reason| reason.answer.depends_on);
        let ways = ways.iter().take(LISTED).filter_map(Escalating::nearest);
        let on_ways = ways.flat_map(|way| self.keys_of_way(way));
        let entering = Self::keys_of_entering(entering);
        let keys: BTreeSet<String> = direct.chain(on_ways).chain(entering).collect();
        keys.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ")
    }

    fn reason(&self, holder: &Holder, power: &Power) -> Option<super::Reason> {
        let target = self.targets.get(power.target)?;
        self.roll.why(holder.principal, (target, power.ask))
    }

    /// How many there are, and of the first of them what they can do, to what, by which statement.
    fn evidence(&self, holders: &[Holder]) -> Vec<Evidence> {
        if holders.is_empty() {
            return Vec::new();
        }
        let mut evidence = vec![self.roll.cite(None, "principals that can", holders.len())];
        evidence.extend(self.principals(holders).take(LISTED).filter_map(|holder| {
            let principal = self.roll.principals().get(holder.principal)?;
            let value = self.entry(holder, principal)?;
            Some(self.roll.cite(Some(principal), "effective permissions", value))
        }));
        evidence
    }

    fn entry(&self, holder: &Holder, principal: &Principal) -> Option<Value> {
        let mut resources: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for power in &holder.powers {
            let target = self.targets.get(power.target)?;
            let action = &target.asks.get(power.ask)?.action;
            resources.entry(&target.resource).or_default().insert(action);
        }
        let mut entry = Map::new();
        entry.insert("can".into(), listed(&resources));
        let first = holder.powers.first()?;
        if let Some(reason) = self.reason(holder, first) {
            entry.insert("through".into(), reason.through().into());
            if let Some(index) = reason.granted_by.as_ref().map(|statement| statement.index) {
                entry.insert("statement".into(), index.into());
            }
            entry.insert("pattern".into(), reason.pattern.into());
            if !reason.answer.depends_on.is_empty() {
                entry.insert("depends_on".into(), reason.answer.depends_on.into());
            }
        }
        if principal.is_beyond_reach {
            entry.insert("note".into(), "nobody can assume this role".into());
        }
        Some(Value::Object(entry))
    }
}

/// By resource, the first of the actions and how many there are.
fn listed(resources: &BTreeMap<&str, BTreeSet<&str>>) -> Value {
    let can = resources.iter().take(SHOWN).map(|(resource, actions)| {
        let listed: Vec<&str> = actions.iter().copied().take(SHOWN).collect();
        json!({ "resource": resource, "actions": listed, "number": actions.len() })
    });
    can.collect::<Vec<_>>().into()
}
