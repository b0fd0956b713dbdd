//! What the principals of many accounts come by through each other's roles, account after account.
//!
//! Three times each account is looked at, and nothing of it is kept but the roles that let others in: [`Reach::survey`] takes
//! these up, [`Reach::link`] what lies behind them, [`Reach::ask`] tells of everybody. Identity Center and root sessions lead
//! from the management account into the others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trailproof_iam::Decision;
use trailproof_iam::bulk::Asker;
use trailproof_iam::escalation::{Facts, Gateway, Organization, Reached, Told, What};

use super::roll::Roll;
use super::targets::Target;
use super::unread::Taken;
use super::ways::told;
use super::who::Can;
use crate::aws::AccountId;
use crate::evidence::{Gap, Observed};
use crate::organization::Organization as Evidence;

/// What a root session is for: a bucket policy that locks everybody out. No other of its tasks touches evidence.
const ROOT_TASK: [&str; 2] = ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];

/// What leads from an account into others beside roles.
#[derive(Debug, Clone, Default)]
pub struct Stance {
    /// Whether Identity Center is administered from there; the gap where that is not known.
    pub identity_center: Option<Observed<bool>>,
    /// The accounts whose root user its principals may act as; the gap where it is not known whether they may.
    pub roots: Vec<String>,
    /// Whether they may.
    pub root_sessions: Option<Observed<bool>>,
}

impl Stance {
    fn counts(what: Option<&Observed<bool>>, taken: Taken) -> bool {
        what.is_some_and(|known| match known {
            Ok(known) => *known,
            Err(_) => taken == Taken::Best,
        })
    }

    fn gap(&self) -> Option<&Gap> {
        let both = [&self.identity_center, &self.root_sessions];
        both.into_iter().flatten().find_map(|known| known.as_ref().err())
    }
}

/// A way by which a principal comes by something that it does not have, through whatever accounts.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// The principal's place on the roll of its account.
    pub principal: usize,
    /// The resource's ARN.
    pub resource: String,
    /// The action.
    pub action: String,
    /// What the action is authorised on.
    pub on: String,
    /// Whether the way is open.
    pub can: Can,
    /// What is done, in order; the shortest way that is as sure.
    pub path: Vec<Told>,
    /// The principal that has the power in the end.
    pub holder: String,
    /// The keys on which way and power depend.
    pub depends_on: Vec<String>,
}

/// A power over a resource.
#[derive(Debug, Clone)]
struct End {
    resource: String,
    action: String,
    on: String,
    moot: Option<Gap>,
    doubt: Option<Gap>,
}

#[derive(Debug, Clone)]
enum Goal {
    End(End),
    /// By its place among all gateways.
    Gateway(usize),
    Root(String),
    Anywhere,
}

/// Something that is come by, and how.
#[derive(Debug, Clone)]
struct Come {
    goal: Goal,
    path: Vec<Told>,
    holder: String,
    depends_on: Vec<String>,
}

/// One reading of all policies.
#[derive(Debug)]
struct Net {
    taken: Taken,
    surely: bool,
    between: Organization,
    behind: BTreeMap<usize, Vec<Come>>,
    /// What Identity Center gives.
    anywhere: Vec<Come>,
    /// By account, what its root user can do in a session for one task.
    roots: BTreeMap<String, Vec<Come>>,
}

/// What the principals of many accounts come by.
#[derive(Debug)]
pub struct Reach {
    possible: Net,
    sure: Net,
    /// By account, the first thing that was not read of it and may decide.
    gaps: BTreeMap<String, Gap>,
    incomplete: bool,
}

impl Default for Reach {
    fn default() -> Self {
        Self {
            possible: Net::new(Taken::Best, false),
            sure: Net::new(Taken::Worst, true),
            gaps: BTreeMap::new(),
            incomplete: false,
        }
    }
}

impl Reach {
    /// Takes up the roles of an account that let others in.
    pub fn survey(&mut self, roll: &Roll) {
        for net in [&mut self.possible, &mut self.sure] {
            net.between.survey(&roll.facts((&[], &[]), net.taken));
        }
    }

    /// The accounts from which one of these can be entered, themselves included.
    #[must_use]
    pub fn leading_to(
        &self,
        concerned: &BTreeSet<AccountId>,
        all: &BTreeSet<AccountId>,
        management: Option<AccountId>,
    ) -> BTreeSet<AccountId> {
        let mut known = concerned.clone();
        known.extend(management.filter(|_| !concerned.is_empty()));
        let owner = |place: &usize| {
            let gateway: Option<&Gateway> = self.possible.between.gateways().get(*place);
            gateway.and_then(|gateway| gateway.owner.account.parse::<AccountId>().ok())
        };
        let leads: Vec<(AccountId, BTreeSet<AccountId>)> = all
            .iter()
            .map(|account| {
                let open = self.possible.between.open_to(account.as_str());
                (*account, open.iter().filter_map(owner).collect())
            })
            .collect();
        loop {
            let more = leads.iter().filter(|(account, to)| {
                !known.contains(account) && to.iter().any(|entered| known.contains(entered))
            });
            let more: Vec<AccountId> = more.map(|(account, _)| *account).collect();
            if more.is_empty() {
                return known;
            }
            known.extend(more);
        }
    }

    /// Takes up what lies behind an account's gateways.
    pub fn link(&mut self, roll: &Roll, targets: &[Target], stance: &Stance) {
        self.note(roll, targets, stance);
        for net in [&mut self.possible, &mut self.sure] {
            self.incomplete |= !net.link(roll, targets, stance);
        }
    }

    fn note(&mut self, roll: &Roll, targets: &[Target], stance: &Stance) {
        let gap = roll.first_gap(targets).or_else(|| stance.gap().cloned());
        if let Some(gap) = gap {
            self.gaps.entry(roll.source.account.to_string()).or_insert(gap);
        }
    }

    /// What each principal of an account comes by that it does not have.
    pub fn ask(&mut self, roll: &Roll, targets: &[Target], stance: &Stance) -> Vec<Arrival> {
        self.note(roll, targets, stance);
        let all: BTreeSet<usize> = (0..roll.principals.len()).collect();
        let (possible, whole) = self.possible.arrivals(roll, (targets, stance), &all);
        self.incomplete |= !whole;
        let some: BTreeSet<usize> = possible.keys().copied().collect();
        let (sure, whole) = self.sure.arrivals(roll, (targets, stance), &some);
        self.incomplete |= !whole;
        let mut arrivals = Vec::new();
        for (principal, ends) in possible {
            for (key, come) in ends {
                let surely = sure.get(&principal).and_then(|ends| ends.get(&key));
                arrivals.extend(self.arrival(roll, principal, (come, surely)));
            }
        }
        arrivals
    }

    fn arrival(
        &self,
        roll: &Roll,
        principal: usize,
        (come, surely): (Come, Option<&Come>),
    ) -> Option<Arrival> {
        let come = surely.cloned().unwrap_or(come);
        let Goal::End(end) = come.goal else { return None };
        if come.path.is_empty() {
            return None;
        }
        let mut keys: BTreeSet<String> = come.depends_on.iter().cloned().collect();
        keys.extend(come.path.iter().flat_map(|hop| &hop.steps).flat_map(|s| s.depends_on.clone()));
        let unknown = |gap: &Gap| Can::Unknown(Arc::new(gap.clone()));
        let can = match (surely, &end.moot, &end.doubt) {
            (_, Some(moot), _) => unknown(moot),
            (Some(_), None, _) => Can::Yes,
            (None, None, Some(doubt)) => unknown(doubt),
            (None, None, None) => self.gap_on(roll, &come.path).map_or(Can::If, unknown),
        };
        Some(Arrival {
            principal,
            resource: end.resource,
            action: end.action,
            on: end.on,
            can,
            path: come.path,
            holder: come.holder,
            depends_on: keys.into_iter().collect(),
        })
    }

    /// What was not read of the accounts that a way leads through.
    fn gap_on<'g>(&'g self, roll: &Roll, path: &'g [Told]) -> Option<&'g Gap> {
        let accounts = path.iter().flat_map(|hop| [Some(&hop.by), hop.target.as_ref()]).flatten();
        let accounts = accounts.filter_map(|arn| arn.split(':').nth(4));
        let own = [roll.source.account.as_str()];
        let found = own.into_iter().filter_map(|id| self.gaps.get(id)).next();
        found.or_else(|| accounts.filter_map(|id| self.gaps.get(id)).next())
    }

    /// Whether every search ended by itself.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        !self.incomplete
    }
}

/// What a principal comes by, by resource and action.
type Ends = BTreeMap<(String, String), Come>;

impl Net {
    fn new(taken: Taken, surely: bool) -> Self {
        Self {
            taken,
            surely,
            between: Organization::new(),
            behind: BTreeMap::new(),
            anywhere: Vec::new(),
            roots: BTreeMap::new(),
        }
    }

    fn facts(
        &self,
        roll: &Roll,
        (targets, stance): (&[Target], &Stance),
    ) -> (Facts, Vec<(usize, usize)>) {
        let places = roll.places(targets);
        let mut facts = roll.facts((targets, &places), self.taken);
        facts.identity_center = Stance::counts(stance.identity_center.as_ref(), self.taken);
        if Stance::counts(stance.root_sessions.as_ref(), self.taken) {
            facts.roots.clone_from(&stance.roots);
        }
        (facts, places)
    }

    fn link(&mut self, roll: &Roll, targets: &[Target], stance: &Stance) -> bool {
        let (facts, places) = self.facts(roll, (targets, stance));
        let gateways = facts.entities.iter().enumerate();
        let gateways = gateways.filter(|(_, entity)| self.between.place(entity.arn()).is_some());
        let wanted: BTreeSet<usize> = gateways.map(|(at, _)| at).collect();
        let (found, whole) = self.search(roll, (&facts, &ends(targets, &places)), &wanted);
        for (place, (reached, comes)) in found {
            let Some(entity) = facts.entities.get(place) else { continue };
            self.between.link(&facts, entity.arn(), &reached);
            if let Some(gateway) = self.between.place(entity.arn()) {
                self.behind.insert(gateway, comes);
            }
        }
        self.of_administrators(roll, (&facts, &ends(targets, &places)));
        whole
    }

    /// What a permission set with all rights could do in the account, and what its root user could.
    fn of_administrators(&mut self, roll: &Roll, (facts, ends): (&Facts, &[End])) {
        if ends.is_empty() {
            return;
        }
        let (partition, account) = (&facts.partition, &facts.account);
        let role = "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_any_0000000000000000";
        let set = self.held_by(roll, facts, &format!("arn:{partition}:iam::{account}:{role}"));
        let comes = |decided: &BTreeSet<usize>, of: &str, wanted: &dyn Fn(&End) -> bool| {
            let had =
                ends.iter().enumerate().filter(|(at, end)| decided.contains(at) && wanted(end));
            had.map(|(_, end)| Come {
                goal: Goal::End(end.clone()),
                path: Vec::new(),
                holder: of.to_owned(),
                depends_on: Vec::new(),
            })
            .collect::<Vec<_>>()
        };
        let name = format!("a permission set of Identity Center in {account}");
        self.anywhere.extend(comes(&set, &name, &|_| true));
        let root = format!("arn:{partition}:iam::{account}:root");
        let of_root = self.held_by(roll, facts, &root);
        let task = |end: &End| ROOT_TASK.contains(&end.action.as_str());
        self.roots.insert(account.clone(), comes(&of_root, &root, &task));
    }

    /// Which of the powers a principal with all rights has.
    fn held_by(&self, roll: &Roll, facts: &Facts, arn: &str) -> BTreeSet<usize> {
        let Ok(caller) = arn.parse() else { return BTreeSet::new() };
        let asker = Asker::new(caller).having([roll.stand_ins.best]);
        let mut account = roll.bulk.account(trailproof_iam::bulk::Setup {
            questions: facts.powers.clone(),
            scps: facts.scps.clone(),
            rcps: facts.rcps.clone(),
            management: facts.management,
            context: facts.context.clone(),
        });
        let decisions = account.decide(&asker);
        let counts = |at: &usize| !self.surely || decisions.get(*at) == Some(Decision::Allowed);
        decisions.possible().filter(counts).collect()
    }

    #[expect(
        clippy::type_complexity,
        reason = "by principal, what the graph found and the same told"
    )]
    fn search(
        &self,
        roll: &Roll,
        (facts, ends): (&Facts, &[End]),
        wanted: &BTreeSet<usize>,
    ) -> (BTreeMap<usize, (Vec<Reached>, Vec<Come>)>, bool) {
        let open = self.between.open_to(&facts.account);
        let gateways = self.between.gateways_for(&facts.account);
        let graph = roll.escalation.graph(&roll.bulk, facts, &gateways);
        let mut graph = if self.surely { graph.surely() } else { graph };
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
                Some(Come {
                    goal,
                    path: told(&graph, reached),
                    holder: graph.holder(reached).unwrap_or_default().to_owned(),
                    depends_on: graph.power(reached).map(|a| a.depends_on).unwrap_or_default(),
                })
            };
            let comes: Vec<Come> = reached.iter().filter_map(come).collect();
            if !comes.is_empty() {
                found.insert(*place, (reached, comes));
            }
        }
        (found, graph.is_complete())
    }

    fn arrivals(
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
            for come in self.behind.get(&place).into_iter().flatten() {
                self.arrive(&mut ends, &path, come);
            }
        }
        own.iter().for_each(|come| self.arrive(&mut ends, &[], come));
        ends
    }

    fn path_through(&self, own: &[Come], through: &[usize]) -> Option<Vec<Told>> {
        let to = |comes: &[Come], place: usize| {
            let found = comes.iter().find(|c| matches!(c.goal, Goal::Gateway(at) if at == place));
            found.map(|come| come.path.clone())
        };
        let mut path = to(own, *through.first()?)?;
        for (from, next) in through.iter().zip(through.iter().skip(1)) {
            path.extend(to(self.behind.get(from)?, *next)?);
        }
        Some(path)
    }

    fn arrive(&self, ends: &mut Ends, before: &[Told], come: &Come) {
        let path = [before, &come.path].concat();
        let further: &[Come] = match &come.goal {
            Goal::Gateway(_) => return,
            Goal::End(_) => std::slice::from_ref(come),
            Goal::Anywhere => &self.anywhere,
            Goal::Root(account) => self.roots.get(account).map_or(&[], Vec::as_slice),
        };
        for last in further {
            let Goal::End(end) = &last.goal else { continue };
            let key = (end.resource.clone(), end.action.clone());
            if ends.get(&key).is_none_or(|known| path.len() < known.path.len()) {
                ends.insert(key, Come { path: path.clone(), ..last.clone() });
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

/// What leads from an account into others: from the management account, what the organization trusts Identity Center and
/// the central management of root users with.
#[must_use]
pub fn stance(organization: &Evidence, account: AccountId) -> Stance {
    const IDENTITY_CENTER: &str = "sso.amazonaws.com";
    const ROOT_ACCESS: &str = "iam.amazonaws.com";
    if organization.management().ok().flatten() != Some(account) {
        return Stance::default();
    }
    let trusts = |name: &str| {
        let read = organization.trusted_services.as_ref().map_err(Clone::clone)?;
        Ok(read.value.service_principals.iter().any(|service| service == name))
    };
    Stance {
        identity_center: Some(trusts(IDENTITY_CENTER)),
        roots: organization
            .members
            .keys()
            .filter(|id| **id != account)
            .map(ToString::to_string)
            .collect(),
        root_sessions: Some(trusts(ROOT_ACCESS)),
    }
}
