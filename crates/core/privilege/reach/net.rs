//! One reading of all policies: the ways from account to account that are open in it.

use std::collections::{BTreeMap, BTreeSet};

use trailproof_iam::Decision;
use trailproof_iam::bulk::{Account, Asker, Setup};
use trailproof_iam::escalation::{Facts, Organization, Reached, Told, What};

use super::Stance;
use crate::evidence::Gap;
use crate::privilege::roll::Roll;
use crate::privilege::targets::Target;
use crate::privilege::unread::Taken;
use crate::privilege::ways::How;

/// What a root session is for: a bucket policy that locks everybody out. No other of its tasks touches evidence.
pub(in crate::privilege) const ROOT_TASK: [&str; 2] =
    ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];

/// A power over a resource.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) resource: String,
    pub(super) action: String,
    pub(super) on: String,
    pub(super) moot: Option<Gap>,
    pub(super) doubt: Option<Gap>,
}

#[derive(Debug, Clone)]
pub(super) enum Goal {
    End(End),
    /// By its place among all gateways.
    Gateway(usize),
    Root(String),
    Anywhere,
}

/// Something that is come by, and how.
#[derive(Debug, Clone)]
pub(super) struct Come {
    pub(super) goal: Goal,
    pub(super) how: How,
}

/// The role of a permission set that somebody could have provisioned in an account, whatever its name.
pub(in crate::privilege) fn any_permission_set(partition: &str, account: &str) -> String {
    let name = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_any_0000000000000000";
    format!("arn:{partition}:iam::{account}:role/{name}")
}

pub(in crate::privilege) fn root_user(partition: &str, account: &str) -> String {
    format!("arn:{partition}:iam::{account}:root")
}

/// One reading of all policies.
#[derive(Debug)]
pub(super) struct Net {
    pub(super) taken: Taken,
    surely: bool,
    pub(super) between: Organization,
    behind: BTreeMap<usize, Vec<Come>>,
    /// What Identity Center gives.
    anywhere: Vec<Come>,
    /// By account, what its root user can do in a session for one task.
    roots: BTreeMap<String, Vec<Come>>,
}

/// What a principal comes by, by resource and action.
pub(super) type Ends = BTreeMap<(String, String), Come>;

impl Net {
    pub(super) fn new(taken: Taken, surely: bool) -> Self {
        Self {
            taken,
            surely,
            between: Organization::new(),
            behind: BTreeMap::new(),
            anywhere: Vec::new(),
            roots: BTreeMap::new(),
        }
    }

    pub(super) fn facts(
        &self,
        roll: &Roll,
        (targets, stance): (&[Target], &Stance),
    ) -> (Facts, Vec<(usize, usize)>) {
        let places = roll.places(targets);
        let mut facts = roll.facts((targets, &places), self.taken);
        let unread = self.taken == Taken::Best;
        facts.identity_center = *stance.identity_center.as_ref().unwrap_or(&unread);
        if *stance.root_sessions.as_ref().unwrap_or(&unread) {
            facts.roots.clone_from(&stance.roots);
        }
        (facts, places)
    }

    pub(super) fn link(&mut self, roll: &Roll, targets: &[Target], stance: &Stance) -> bool {
        let (facts, places) = self.facts(roll, (targets, stance));
        let gateways = facts.entities.iter().enumerate();
        let gateways = gateways.filter(|(_, entity)| self.between.place(entity.arn()).is_some());
        let wanted: BTreeSet<usize> = gateways.map(|(at, _)| at).collect();
        let ends = ends(targets, &places);
        let (found, whole) = self.search(roll, (&facts, &ends), &wanted);
        for (place, (reached, comes)) in found {
            let Some(entity) = facts.entities.get(place) else { continue };
            self.between.link(&facts, entity.arn(), &reached);
            if let Some(gateway) = self.between.place(entity.arn()) {
                self.behind.insert(gateway, comes);
            }
        }
        let setup = roll.setup(targets, &places, self.taken);
        self.of_administrators(roll, (&facts, setup), &ends);
        whole
    }

    /// What a permission set with all rights could do in the account, and what its root user could.
    fn of_administrators(&mut self, roll: &Roll, (facts, setup): (&Facts, Setup), ends: &[End]) {
        if ends.is_empty() {
            return;
        }
        let (partition, account) = (&facts.partition, &facts.account);
        let mut asked = roll.bulk.account(setup);
        let mut held_by = |arn: &str| self.held_by(roll, &mut asked, arn);
        let root = root_user(partition, account);
        let set = held_by(&any_permission_set(partition, account));
        let of_root = held_by(&root);
        let comes = |decided: &BTreeSet<usize>, of: &str, wanted: &dyn Fn(&End) -> bool| {
            let had =
                ends.iter().enumerate().filter(|(at, end)| decided.contains(at) && wanted(end));
            had.map(|(_, end)| Come {
                goal: Goal::End(end.clone()),
                how: How { path: Vec::new(), holder: of.to_owned(), depends_on: Vec::new() },
            })
            .collect::<Vec<_>>()
        };
        let name = format!("a permission set of Identity Center in {account}");
        self.anywhere.extend(comes(&set, &name, &|_| true));
        let task = |end: &End| ROOT_TASK.contains(&end.action.as_str());
        self.roots.insert(account.clone(), comes(&of_root, &root, &task));
    }

    /// Which of the powers a principal with all rights has.
    fn held_by(&self, roll: &Roll, account: &mut Account<'_>, arn: &str) -> BTreeSet<usize> {
        let Ok(caller) = arn.parse() else { return BTreeSet::new() };
        let decisions = account.decide(&Asker::new(caller).having([roll.stand_ins.best]));
        let counts = |at: &usize| !self.surely || decisions.get(*at) == Some(Decision::Allowed);
        decisions.possible().filter(counts).collect()
    }

    #[expect(
        clippy::type_complexity,
        reason = "by principal, what the graph found and the same told"
    )]
    pub(super) fn search(
        &self,
        roll: &Roll,
        (facts, ends): (&Facts, &[End]),
        wanted: &BTreeSet<usize>,
    ) -> (BTreeMap<usize, (Vec<Reached>, Vec<Come>)>, bool) {
        let open = self.between.open_to(&facts.account);
        let gateways = self.between.gateways_for(&facts.account);
        let mut graph = roll.graph(facts, &gateways, self.surely);
        let mut found = BTreeMap::new();
        for place in wanted {
            let reached = graph.from(*place);
            let come = |reached: &Reached| {
                let goal = match reached.what {
                    What::Power(at) => Goal::End(ends.get(at)?.clone()),
                    What::Gateway(at) => Goal::Gateway(*open.get(at)?),
                    What::Root(at) => Goal::Root(facts.roots.get(at)?.clone()),
                    What::Anywhere => Goal::Anywhere,
                };
                Some(Come { goal, how: How::of(&graph, reached) })
            };
            let comes: Vec<Come> = reached.iter().filter_map(come).collect();
            if !comes.is_empty() {
                found.insert(*place, (reached, comes));
            }
        }
        (found, graph.is_complete())
    }

    pub(super) fn arrivals(
        &self,
        roll: &Roll,
        (targets, stance): (&[Target], &Stance),
        wanted: &BTreeSet<usize>,
    ) -> (BTreeMap<usize, Ends>, bool) {
        let (facts, places) = self.facts(roll, (targets, stance));
        let (found, whole) = self.search(roll, (&facts, &ends(targets, &places)), wanted);
        let ends = found.into_iter().map(|(principal, (reached, comes))| {
            (principal, self.ends(&facts.account, &reached, comes))
        });
        (ends.filter(|(_, ends)| !ends.is_empty()).collect(), whole)
    }

    /// Every power at the end of what a principal comes by at first, by the shortest way.
    fn ends(&self, account: &str, reached: &[Reached], own: Vec<Come>) -> Ends {
        let mut ends = Ends::new();
        for (place, passage) in self.between.passages(account, reached) {
            let Some(path) = self.path_through(&own, &passage.through) else { continue };
            for come in self.behind(place) {
                self.arrive(&mut ends, &path, come);
            }
        }
        own.iter().for_each(|come| self.arrive(&mut ends, &[], come));
        ends
    }

    /// What lies behind a gateway.
    pub(super) fn behind(&self, gateway: usize) -> &[Come] {
        self.behind.get(&gateway).map_or(&[], Vec::as_slice)
    }

    pub(super) fn path_through(&self, own: &[Come], through: &[usize]) -> Option<Vec<Told>> {
        let to = |comes: &[Come], place: usize| {
            let found = comes.iter().find(|c| matches!(c.goal, Goal::Gateway(at) if at == place));
            found.map(|come| come.how.path.clone())
        };
        let mut path = to(own, *through.first()?)?;
        for (from, next) in through.iter().zip(through.iter().skip(1)) {
            path.extend(to(self.behind(*from), *next)?);
        }
        Some(path)
    }

    fn arrive(&self, ends: &mut Ends, before: &[Told], come: &Come) {
        let path = [before, &come.how.path].concat();
        let further: &[Come] = match &come.goal {
            Goal::Gateway(_) => return,
            Goal::End(_) => std::slice::from_ref(come),
            Goal::Anywhere => &self.anywhere,
            Goal::Root(account) => self.roots.get(account).map_or(&[], Vec::as_slice),
        };
        for last in further {
            let Goal::End(end) = &last.goal else { continue };
            let key = (end.resource.clone(), end.action.clone());
            if ends.get(&key).is_none_or(|known| path.len() < known.how.path.len()) {
                let how = How { path: path.clone(), ..last.how.clone() };
                ends.insert(key, Come { goal: last.goal.clone(), how });
            }
        }
    }
}

fn ends(targets: &[Target], places: &[(usize, usize)]) -> Vec<End> {
    let end = |(target, ask): &(usize, usize)| {
        let target = targets.get(*target)?;
        let asked = target.asks.get(*ask)?;
        Some(End {
            resource: target.resource.clone(),
            action: asked.action.clone(),
            on: asked.on.clone(),
            moot: asked.moot.clone(),
            doubt: target.doubt.clone(),
        })
    };
    places.iter().filter_map(end).collect()
}
