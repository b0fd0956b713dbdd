//! What somebody comes by who does not have it: as another principal, or by changing what one may do.
//!
//! The account's policies are the ways' material, and they are read twice, as everywhere here: once as if what was not read
//! allowed everything, once as if it denied everything. A way that is open in the first reading and closed in the second is
//! neither a yes nor a no. Ways that begin in another account, or lead through one, are not looked for: the roles behind
//! which they go on are on the roll of their own account.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trailproof_iam::bulk::PolicyId;
use trailproof_iam::escalation::{Entity, Facts, Graph, Group, Reached, Told, Versions, What};
use trailproof_iam::{Principal as Named, Principals, StatementRef};

use super::roll::{Held, Principal, Roll, Trust};
use super::targets::Target;
use super::unread::Taken;
use super::who::{Can, Gaps, surest_of};
use crate::evidence::{Cause, Gap};
use crate::fact::Fact;

/// A way to something that a principal cannot do as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// The principal's place on the roll.
    pub principal: usize,
    /// The place of the target in the list that was asked about.
    pub target: usize,
    /// The place of the ask in that target.
    pub ask: usize,
    /// Whether it is open.
    pub can: Can,
    /// What is done on the way, in order; the shortest way that is as sure.
    pub path: Vec<Told>,
    /// The principal that has the power in the end.
    pub holder: String,
    /// The keys on which the power depends in the end.
    pub depends_on: Vec<String>,
}

/// Every way that was found.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// By principal, target and ask; of one action on one target only the surest.
    pub ways: Vec<Way>,
    /// Why there may be more.
    pub incomplete: Option<Gap>,
}

/// What one search found: by principal and the ask's place among the questions, how.
type Found = BTreeMap<(usize, usize), How>;

/// How a power is come by.
#[derive(Debug, Clone)]
struct How {
    path: Vec<Told>,
    holder: String,
    depends_on: Vec<String>,
}

impl Roll {
    /// By which ways those principals whose places are wanted come by what is asked. What they have as they are is not
    /// among it.
    #[must_use]
    pub fn ways(&self, targets: &[Target], wanted: &BTreeSet<usize>) -> Ways {
        let places = self.places(targets);
        if places.is_empty() || wanted.is_empty() {
            return Ways::default();
        }
        let facts = |taken| self.facts((targets, &places), taken);
        let best = facts(Taken::Best);
        let (possible, mut complete) = self.search(&best, wanted, false);
        let reached: BTreeSet<usize> = possible.keys().map(|(principal, _)| *principal).collect();
        if reached.is_empty() {
            return Ways { ways: Vec::new(), incomplete: incomplete(complete) };
        }
        let least = self.first_gap(targets).map(|_| facts(Taken::Worst));
        let worst = least.as_ref().unwrap_or(&best);
        let (sure, all) = self.search(worst, &reached, true);
        complete &= all;
        let perhaps = match &least {
            Some(least) => {
                let (perhaps, all) = self.search(least, &reached, false);
                complete &= all;
                Some(perhaps)
            }
            None => None,
        };
        let mut ways = Vec::new();
        for (key, at_best) in &possible {
            let (principal, question) = *key;
            let Some((target, ask)) = places.get(question).copied() else { continue };
            let gaps = super::who::gaps(targets, (target, ask));
            let at_worst = perhaps.as_ref().map_or(Some(at_best), |found| found.get(key));
            let (can, how) = match (sure.get(key), at_worst) {
                (Some(how), _) => (gaps.certain(Can::Yes), how),
                (None, Some(how)) => (self.conditional(principal, &how.path, &gaps), how),
                (None, None) => {
                    (Can::Unknown(self.gap_on(principal, &at_best.path, &gaps)), at_best)
                }
            };
            let How { path, holder, depends_on } = how.clone();
            if !path.is_empty() {
                ways.push(Way { principal, target, ask, can, path, holder, depends_on });
            }
        }
        Ways { ways: surest(targets, ways), incomplete: incomplete(complete) }
    }

    fn search(&self, facts: &Facts, wanted: &BTreeSet<usize>, surely: bool) -> (Found, bool) {
        let graph = self.escalation.graph(&self.bulk, facts, &[]);
        let mut graph = if surely { graph.surely() } else { graph };
        let mut found = Found::new();
        for principal in wanted {
            for reached in graph.from(*principal) {
                if let What::Power(question) = reached.what {
                    let power = graph.power(&reached);
                    let how = How {
                        path: told(&graph, &reached),
                        holder: graph.holder(&reached).unwrap_or_default().to_owned(),
                        depends_on: power.map(|answer| answer.depends_on).unwrap_or_default(),
                    };
                    found.insert((*principal, question), how);
                }
            }
        }
        (found, graph.is_complete())
    }

    /// A yes under conditions; no answer where what they hang on could have been read and was not.
    fn conditional(&self, start: usize, path: &[Told], gaps: &Gaps) -> Can {
        let on_path = self.on_path(start, path);
        let of_them = on_path.into_iter().filter_map(|one| one.doubt.as_ref());
        let doubt = of_them.chain(&self.circumstances.doubt).next();
        let doubt = doubt.map(|gap| Arc::new(gap.clone())).or_else(|| gaps.doubt.clone());
        doubt.map_or_else(|| gaps.certain(Can::If), Can::Unknown)
    }

    /// The first thing that was not read and may decide.
    pub(super) fn first_gap(&self, targets: &[Target]) -> Option<Gap> {
        let of_targets = targets.iter().find_map(|target| {
            let owner = || target.owner.as_ref().and_then(|owner| owner.gap.clone());
            target.policy.as_ref().err().cloned().or_else(owner)
        });
        let above = || self.scps.gap.clone().or_else(|| self.rcps.gap.clone());
        let groups = || self.groups.iter().find_map(|group| group.gap.clone());
        let versions = || {
            let unread = self.versions.values().flatten().any(Option::is_none);
            let detail = "some version of a policy was not read";
            unread.then(|| Gap::new(Fact::AuthorizationDetails, Cause::ServiceError, detail))
        };
        let of_principals = || self.principals.iter().find_map(unread_of);
        above().or(of_targets).or_else(of_principals).or_else(groups).or_else(versions)
    }

    /// Those as whom one acts on the way, and those who are changed.
    fn on_path(&self, start: usize, path: &[Told]) -> Vec<&Principal> {
        let named = path.iter().flat_map(|hop| [Some(&hop.by), hop.target.as_ref()]).flatten();
        let place =
            |arn: &String| self.principals.binary_search_by(|one| one.arn.as_str().cmp(arn)).ok();
        let places = [start].into_iter().chain(named.filter_map(place));
        places.filter_map(|at| self.principals.get(at)).collect()
    }

    /// What was not read and decides on the way.
    fn gap_on(&self, start: usize, path: &[Told], gaps: &Gaps) -> Arc<Gap> {
        let on_path = self.on_path(start, path).into_iter().find_map(unread_of);
        let gap = on_path.map(Arc::new).or_else(|| gaps.target.clone());
        let gap = gap.or_else(|| self.first_gap(&[]).map(Arc::new));
        // Two readings differ only where something was not read.
        gap.unwrap_or_else(|| {
            let detail = "two readings of the same policies differ";
            Arc::new(Gap::new(Fact::AuthorizationDetails, Cause::InternalError, detail))
        })
    }

    /// The account as the ways' graph reads it.
    pub(super) fn facts(
        &self,
        (targets, places): (&[Target], &[(usize, usize)]),
        taken: Taken,
    ) -> Facts {
        let setup = self.setup(targets, places, taken);
        let mut facts = Facts::new(self.source.account.as_str());
        facts.partition = self.partition.to_string();
        facts.regions.clone_from(&self.regions);
        facts.powers = setup.questions;
        facts.scps = setup.scps;
        facts.rcps = setup.rcps;
        facts.management = setup.management;
        facts.context = setup.context;
        let id = |held: &Held| held.id.unwrap_or_else(|| self.stand_ins.of(taken));
        facts.groups = self
            .groups
            .iter()
            .map(|group| Group {
                arn: group.arn.clone(),
                policies: group.held.iter().map(id).collect(),
                managed: group.held.iter().filter(|h| h.attached).map(|h| arn(h, id(h))).collect(),
            })
            .collect();
        facts.versions = self
            .versions
            .iter()
            .map(|(arn, others)| Versions {
                arn: arn.to_string(),
                others: others.iter().map(|id| id.unwrap_or(self.stand_ins.of(taken))).collect(),
            })
            .collect();
        facts.entities = self.principals.iter().map(|one| self.entity(one, taken)).collect();
        facts.providers = self.providers();
        facts
    }

    fn entity(&self, principal: &Principal, taken: Taken) -> Entity {
        let id = |held: &Held| held.id.unwrap_or_else(|| self.stand_ins.of(taken));
        let (attached, inline): (Vec<&Held>, Vec<&Held>) =
            principal.own.iter().partition(|held| held.attached);
        Entity {
            inline: inline.into_iter().map(id).collect(),
            attached: attached.into_iter().map(|held| arn(held, id(held))).collect(),
            groups: principal.member_of.clone(),
            boundary: principal.boundary.as_ref().map(|held| arn(held, id(held))),
            trust: match (&principal.trust, taken) {
                (Trust::Read(policy), _) => Some(policy.clone()),
                (Trust::Unread(_), Taken::Best) => Some(taken.of_resource()),
                (Trust::None, _) | (Trust::Unread(_), Taken::Worst) => None,
            },
            tags: principal.labels.clone().into_iter().collect(),
            brings_tags: principal.tags.is_none(),
            ..Entity::new(principal.caller.clone())
        }
    }

    /// The account's own identity providers that its roles trust: they are taken to exist.
    fn providers(&self) -> BTreeSet<String> {
        let here = format!(":iam::{}:", self.source.account);
        let trusted = self.principals.iter().filter_map(|one| match &one.trust {
            Trust::Read(policy) => Some(&policy.document.statements),
            Trust::None | Trust::Unread(_) => None,
        });
        let named = trusted.flatten().filter_map(|statement| match &statement.principal {
            Some(Principals::Principal(entries)) => Some(entries),
            _ => None,
        });
        let federated = named.flatten().filter_map(|entry| match entry {
            Named::Federated(provider) if provider.contains(&here) => Some(provider.clone()),
            _ => None,
        });
        federated.collect()
    }
}

fn arn(held: &Held, id: PolicyId) -> (String, PolicyId) {
    (held.name.to_string(), id)
}

/// The first thing that was not read of a principal itself.
fn unread_of(one: &Principal) -> Option<Gap> {
    let trust = || match &one.trust {
        Trust::Unread(gap) => Some(gap.clone()),
        Trust::None | Trust::Read(_) => None,
    };
    one.gap.clone().or_else(trust)
}

fn incomplete(complete: bool) -> Option<Gap> {
    let detail = "one can become more principals than are followed";
    (!complete).then(|| Gap::new(Fact::AuthorizationDetails, Cause::Undecidable, detail))
}

pub(super) fn told(graph: &Graph<'_>, reached: &Reached) -> Vec<Told> {
    reached.path.iter().filter_map(|hop| graph.tell(hop)).collect()
}

/// Of each action on each target the surest way of each principal, the shortest of those.
fn surest(targets: &[Target], ways: Vec<Way>) -> Vec<Way> {
    let mut best: BTreeMap<(usize, usize, &str), Way> = BTreeMap::new();
    for way in ways {
        let Some(action) = action(targets, &way) else { continue };
        let key = (way.principal, way.target, action);
        let rank = |way: &Way| (surest_of(&way.can), way.path.len());
        if best.get(&key).is_none_or(|known| rank(&way) < rank(known)) {
            best.insert(key, way);
        }
    }
    let mut ways: Vec<Way> = best.into_values().collect();
    ways.sort_by_key(|way| (way.principal, way.target, way.ask));
    ways
}

fn action<'t>(targets: &'t [Target], way: &Way) -> Option<&'t str> {
    Some(targets.get(way.target)?.asks.get(way.ask)?.action.as_str())
}

/// A hop in words: `iam:PutRolePolicy on role/deploy by inline of ann: statement 0`.
#[must_use]
pub fn in_words(hop: &Told) -> String {
    let step = |step: &trailproof_iam::escalation::ToldStep| {
        let on = step.resource.splitn(6, ':').nth(5).unwrap_or(&step.resource);
        let by: Option<&StatementRef> = step.statements.first();
        let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
        format!("{} on {on}{by}", step.action)
    };
    hop.steps.iter().map(step).collect::<Vec<_>>().join(" and ")
}
