//! Every way that an account's principals could take, each with the questions on which it hangs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::between::Between;
use super::facts::{Entity, Facts};
use super::fresh::Spoken;
use super::organization::Gateway;
use super::rights::{Changes, PRINCIPAL_TAG, Rights};
use super::ways::{On, Step, Target, Through, Way, Yields, ways};
use crate::bulk::{Bulk, Owner, PolicyId, Question};
use crate::context::Known;
use crate::document::PolicyDocument;
use crate::layers::{Level, NamedPolicy};

/// A way from whoever is allowed all that it takes.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) way: &'static Way,
    pub(super) to: To,
    /// All must be allowed.
    pub(super) questions: Vec<usize>,
}

/// What a way leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum To {
    /// One acts as this principal.
    Entity(usize),
    /// One acts as a principal of one's own making, which is allowed everything.
    Made(usize),
    /// The rights of this principal change.
    Change(usize, Rights),
    /// A power, through the resource's own policy.
    Power(usize),
    /// A role of another account.
    Gateway(usize),
    /// The root user of another account, for one task.
    Root(usize),
    /// The accounts that Identity Center serves.
    Anywhere,
}

/// All questions about an account, its powers first, and all edges.
pub(super) struct Plan {
    pub(super) questions: Vec<Question>,
    pub(super) edges: Vec<Edge>,
    /// The account's principals, and behind them those of one's own making.
    pub(super) entities: Vec<Entity>,
    pub(super) tags: Vec<String>,
}

const EVERYONE_MAY_ENTER: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#;
const EVERYONE_MAY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;

fn policies(text: &str) -> Option<Arc<[NamedPolicy]>> {
    let document = PolicyDocument::parse(text).ok()?;
    Some(vec![NamedPolicy::new("written on the way", document)].into())
}

pub(super) struct Planner<'a> {
    bulk: &'a Bulk,
    facts: &'a Facts,
    everything: PolicyId,
    actions: BTreeMap<&'a str, usize>,
    spoken: Spoken<'a>,
    names: BTreeMap<(String, Vec<&'static str>), Vec<String>>,
    asked: BTreeMap<(usize, Arc<str>, String), usize>,
    everyone_may_enter: Option<Arc<[NamedPolicy]>>,
    everyone_may: Option<Arc<[NamedPolicy]>>,
    plan: Plan,
    mfa: bool,
}

/// What a way is tried on.
#[derive(Clone, Copy, Default)]
struct At<'a> {
    target: Option<&'a Entity>,
    through: &'a str,
    new: &'a str,
}

impl<'a> Planner<'a> {
    pub(super) fn new(bulk: &'a Bulk, facts: &'a Facts, everything: PolicyId) -> Self {
        let named = bulk.actions().iter().enumerate();
        let documents = documents(bulk, facts);
        let mut tags = Vec::new();
        let mut mfa = false;
        for document in &documents {
            for statement in &document.statements {
                for key in crate::bulk::keys_of(statement, document.version.has_variables()) {
                    let key = key.to_ascii_lowercase();
                    mfa |= key.starts_with("aws:multifactorauth");
                    if key.starts_with(PRINCIPAL_TAG) && !tags.contains(&key) {
                        tags.push(key);
                    }
                }
            }
        }
        let questions = facts.powers.clone();
        let plan = Plan { questions, edges: Vec::new(), entities: facts.entities.clone(), tags };
        Self {
            bulk,
            facts,
            everything,
            actions: named.map(|(at, action)| (action.as_str(), at)).collect(),
            spoken: Spoken::of(&documents),
            names: BTreeMap::new(),
            asked: BTreeMap::new(),
            everyone_may_enter: policies(EVERYONE_MAY_ENTER),
            everyone_may: policies(EVERYONE_MAY),
            plan,
            mfa,
        }
    }

    /// The plan, with these roles of other accounts as further targets.
    pub(super) fn plan(mut self, gateways: &[&Gateway]) -> Plan {
        for way in ways() {
            match way.yields {
                Yields::Door => self.doors(way),
                Yields::NewRole | Yields::NewUser => self.making(way),
                Yields::Anywhere if self.facts.identity_center => {
                    self.edge(way, To::Anywhere, At::default());
                }
                Yields::Anywhere => {}
                Yields::RootSession => {
                    for (place, account) in self.facts.roots.iter().enumerate() {
                        let arn = format!("arn:{}:iam::{account}:root", self.facts.partition);
                        self.edge(way, To::Root(place), At { through: &arn, ..At::default() });
                    }
                }
                _ => {
                    for place in 0..self.facts.entities.len() {
                        self.on(way, place);
                    }
                }
            }
        }
        for (place, gateway) in gateways.iter().enumerate() {
            self.gateway(place, gateway);
        }
        self.plan
    }

    fn on(&mut self, way: &'static Way, place: usize) {
        let Some(entity) = self.facts.entities.get(place) else { return };
        let is_user = entity.caller.user_name().is_some();
        let fits = match way.target {
            Some(Target::User) => is_user,
            Some(Target::Role) => !is_user,
            None => true,
        };
        let enters = way.id == "assume-role" || way.through.as_ref().is_some_and(is_provider);
        if !fits || (entity.is_kept_by_aws() && !enters) || !self.between().is_useful(way, entity) {
            return;
        }
        let to = |rights: Rights| match way.yields {
            Yields::Become => To::Entity(place),
            _ => To::Change(place, rights),
        };
        let plain = rights(way.yields);
        for (through, more) in self.between().of(way, entity) {
            let at = At { target: Some(entity), through: &through, new: "" };
            self.edge(way, to(plain.and(more)), at);
        }
    }

    fn between(&self) -> Between<'_> {
        let changes = Changes {
            bulk: self.bulk,
            facts: self.facts,
            everything: self.everything,
            tags: &self.plan.tags,
        };
        Between { facts: self.facts, changes, mfa: self.mfa }
    }

    /// An edge for each name that something new could have, or one if nothing is new.
    fn edge(&mut self, way: &'static Way, to: To, at: At<'_>) {
        let forms = way.steps.iter().filter_map(|step| match &step.on {
            On::New(form) => Some(form.as_str()),
            _ => None,
        });
        let mut forms: Vec<_> = forms.collect();
        forms.dedup();
        match forms.as_slice() {
            [] => self.edge_named(way, to, at),
            [form, ..] => {
                for name in self.new_names(form, way) {
                    self.edge_named(way, to, At { new: &name, ..at });
                }
            }
        }
    }

    fn edge_named(&mut self, way: &'static Way, to: To, at: At<'_>) {
        let questions: Option<Vec<_>> =
            way.steps.iter().map(|step| self.question(way, step, at)).collect();
        if let Some(questions) = questions {
            self.plan.edges.push(Edge { way, to, questions });
        }
    }

    fn new_names(&mut self, form: &str, way: &'static Way) -> Vec<String> {
        let actions: Vec<_> = way.steps.iter().map(|step| step.action.as_str()).collect();
        let key = (form.to_owned(), actions);
        if let Some(names) = self.names.get(&key) {
            return names.clone();
        }
        let mut names = Vec::new();
        let regions = if form.contains("{region}") { self.facts.regions.as_slice() } else { &[] };
        let once = [String::new()];
        for region in if regions.is_empty() { &once[..] } else { regions } {
            let form = form
                .replace("{partition}", &self.facts.partition)
                .replace("{account}", &self.facts.account)
                .replace("{region}", region)
                .replace("{name}", "?*")
                .replace("{part}", "?*");
            names.extend(self.spoken.names(&form, &key.1));
        }
        self.names.insert(key, names.clone());
        names
    }

    fn question(&mut self, way: &'static Way, step: &Step, at: At<'_>) -> Option<usize> {
        let action = *self.actions.get(step.action.as_str())?;
        let value = |value: &str| Known::Values(vec![value.to_owned()]);
        let administrator =
            format!("arn:{}:iam::aws:policy/AdministratorAccess", self.facts.partition);
        let mut known = Vec::new();
        let mut own = None;
        let another;
        let resource = match &step.on {
            On::Target | On::Trust | On::NewTrust => {
                let target = at.target?;
                known = target.known_of_target();
                own = match step.on {
                    On::Trust => Some(vec![target.trust.clone()?].into()),
                    On::NewTrust => self.everyone_may_enter.clone(),
                    _ => None,
                };
                target.arn()
            }
            On::Through | On::Root => at.through,
            On::New(form) => {
                known.push(("iam:PermissionsBoundary".to_owned(), Known::Absent));
                let first = way.steps.iter().find(|step| matches!(step.on, On::New(_)));
                if first.is_some_and(|first| first.on == step.on) {
                    at.new
                } else {
                    another = self.new_names(form, way).into_iter().next()?;
                    &another
                }
            }
            On::Nothing => "*",
            On::Resource => return None,
        };
        match (step.action.as_str(), &way.through) {
            ("iam:PassRole", Some(Through::Service(service))) => {
                known.push(("iam:PassedToService".to_owned(), value(service)));
            }
            ("iam:PutUserPermissionsBoundary" | "iam:PutRolePermissionsBoundary", _) => {
                known.retain(|(key, _)| key != "iam:PermissionsBoundary");
                known.push(("iam:PermissionsBoundary".to_owned(), value(&administrator)));
            }
            (action, _) if action.starts_with("iam:Attach") => {
                known.push(("iam:PolicyARN".to_owned(), value(&administrator)));
            }
            _ => {}
        }
        let mut question = Question::new(action, resource);
        question.known = known;
        question.policies = own;
        Some(self.ask(question))
    }

    /// The place of a question, which is asked once.
    fn ask(&mut self, question: Question) -> usize {
        // Policies are the same where they are shared.
        let policies = question.policies.as_ref().map(|policies| policies.as_ptr());
        let beside = format!("{:?} {policies:?}", question.known);
        let key = (question.action, question.resource.clone(), beside);
        let questions = &mut self.plan.questions;
        *self.asked.entry(key).or_insert_with(|| {
            questions.push(question);
            questions.len() - 1
        })
    }

    /// A principal of one's own making.
    fn making(&mut self, way: &'static Way) {
        let Some(On::New(form)) = way.steps.first().map(|step| &step.on) else { return };
        for name in self.new_names(form, way) {
            let taken = self.facts.entities.iter().any(|entity| entity.arn() == name);
            let Some(caller) = name.parse().ok().filter(|_| !taken) else { continue };
            let known = self.plan.entities.iter().skip(self.facts.entities.len());
            let place = known.clone().position(|entity| entity.arn() == name);
            let place = match place {
                Some(at) => self.facts.entities.len() + at,
                None => {
                    // Whoever makes it may tag it.
                    let made = Entity { brings_tags: true, ..Entity::new(caller) };
                    self.plan.entities.push(made);
                    self.plan.entities.len() - 1
                }
            };
            self.edge_named(way, To::Made(place), At { new: &name, ..At::default() });
        }
    }

    /// Powers over a resource whose own policy can be written.
    fn doors(&mut self, way: &'static Way) {
        let Some(opens) = way.steps.first().and_then(|s| self.actions.get(s.action.as_str()))
        else {
            return;
        };
        let opens = *opens;
        let service = |action: usize| {
            let action = self.bulk.actions().get(action).map_or("", String::as_str);
            action.split(':').next().unwrap_or_default()
        };
        for (place, power) in self.facts.powers.iter().enumerate() {
            let name = self.bulk.actions().get(power.action);
            let opened = way.only.is_empty() || name.is_some_and(|name| way.only.contains(name));
            if !opened || power.wildcard_only || service(power.action) != service(opens) {
                continue;
            }
            // A bucket's policy speaks of its objects too.
            let resource = match service(opens) {
                "s3" => power.resource.split('/').next().unwrap_or_default().into(),
                _ => power.resource.clone(),
            };
            let door = Question { action: opens, resource, ..power.clone() };
            let entered = Question { policies: self.everyone_may.clone(), ..power.clone() };
            let questions = vec![self.ask(door), self.ask(entered)];
            self.plan.edges.push(Edge { way, to: To::Power(place), questions });
        }
    }

    fn gateway(&mut self, place: usize, gateway: &Gateway) {
        let way = ways().iter().find(|way| way.id == "assume-role");
        let (Some(way), Some(action)) = (way, self.actions.get("sts:AssumeRole")) else { return };
        let mut question = Question::new(*action, &gateway.arn);
        question.owner = Some(Arc::<Owner>::clone(&gateway.owner));
        question.policies = Some(gateway.trust.clone());
        question.known.clone_from(&gateway.known);
        let questions = vec![self.ask(question)];
        self.plan.edges.push(Edge { way, to: To::Gateway(place), questions });
    }
}

const fn is_provider(through: &Through) -> bool {
    matches!(
        through,
        Through::SamlProvider
            | Through::OidcProvider
            | Through::MissingSamlProvider
            | Through::MissingOidcProvider
            | Through::OpenWebIdentity
    )
}

fn rights(yields: Yields) -> Rights {
    let none = Rights::default();
    match yields {
        Yields::AllRights => Rights { all: true, ..none },
        Yields::NoBoundary => Rights { unbounded: true, ..none },
        Yields::NoInlineDenies => Rights { no_inline_denies: true, ..none },
        Yields::NoAttachedDenies => Rights { no_attached_denies: true, ..none },
        Yields::NoGroupDenies => Rights { no_group_denies: true, ..none },
        Yields::AnyTags => Rights { any_tags: true, ..none },
        Yields::Mfa => Rights { mfa: true, ..none },
        _ => none,
    }
}

/// Every document that has a say in the account.
fn documents<'a>(bulk: &'a Bulk, facts: &'a Facts) -> Vec<&'a PolicyDocument> {
    let mut ids: Vec<PolicyId> = Vec::new();
    for entity in &facts.entities {
        ids.extend(&entity.inline);
        ids.extend(entity.attached.iter().chain(&entity.boundary).map(|(_, id)| *id));
    }
    ids.extend(facts.groups.iter().flat_map(|group| &group.policies));
    ids.sort_unstable();
    ids.dedup();
    let held = ids.into_iter().filter_map(|id| bulk.named(id));
    let of = |levels: &'a [Level]| levels.iter().flat_map(|level| &level.policies);
    let powers = facts.powers.iter().filter_map(|power| power.policies.as_deref()).flatten();
    held.chain(of(&facts.scps)).chain(of(&facts.rcps)).chain(powers).map(|p| &*p.document).collect()
}
