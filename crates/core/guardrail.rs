//! What an administrator of a member account could still do under the organization's policies: asked of the evaluator,
//! never read off a text.
//!
//! The administrator is supposed: a role, a user and the root user of the account, allowed everything that its own
//! policies could allow. What is denied to all of them whatever their circumstances is protected. A condition that an
//! administrator may one day meet (a tag, an address, a second factor) protects nothing.

mod ask;
mod closure;
mod exempt;
mod inquiry;
pub mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, LazyLock};

use serde_json::json;
use trailproof_iam::{Context, Layer, NamedPolicy, PolicyDocument, StatementRef, Trace, Verdict};

use crate::aws::{AccountId, Partition};
use crate::control_policies::{Control, ControlPolicy, Ground, Level, Levels, Place, PolicyKind};
use crate::evidence::{Evidence, Gap, Observed};
use crate::organization::Organization;

pub use ask::{Opening, Power, Question};
pub use closure::Closure;
pub(crate) use closure::Closures;
pub use inquiry::{Inquiry, bound};

/// How the organization stands above an account.
#[derive(Debug)]
pub enum Standing {
    /// The account is in no organization.
    NoOrganization,
    /// The organization is for billing alone: it has no policies of any type.
    ConsolidatedBilling,
    /// The account manages the organization: no policy binds its principals.
    ManagementAccount,
    /// Service control policies are not enabled.
    NotEnabled,
    /// These policies bind its principals.
    Bound(Box<Guardrail>),
}

/// The policies that bind an account's principals and resources, ready to be asked.
#[derive(Debug)]
pub struct Guardrail {
    account: AccountId,
    partition: Partition,
    /// What is known of every request of the account's principals.
    context: Context,
    /// Globs of the principals that may do all the same.
    approved: Vec<String>,
    scps: Side,
    rcps: Side,
}

/// What is attached to one place.
type Attached = Arc<[Arc<ControlPolicy>]>;

/// The policies of one type, level by level.
#[derive(Debug, Default)]
struct Side {
    levels: Vec<trailproof_iam::Level>,
    /// Where each level is: its path, and what is attached there.
    places: BTreeMap<Arc<str>, (String, Attached)>,
    /// Why there may be more than the levels show: then only what they deny counts.
    gap: Option<Gap>,
    /// Whether some of it is attached to the account itself.
    is_own: bool,
}

/// What stands in the way: a statement, or a level that allows nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guard {
    /// The id of the root, unit or account at which it stands.
    level: Arc<str>,
    /// The path of that level, for readers.
    path: String,
    /// The statement that denies; none where no policy of the level allows it.
    statement: Option<Denying>,
}

/// A statement that denies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Denying {
    policy: Arc<str>,
    name: String,
    index: usize,
    label: String,
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.statement {
            Some(Denying { policy, name, label, .. }) => {
                write!(f, "{label} of {name:?} ({policy}) at {}", self.path)
            }
            None => write!(f, "no policy at {} allows it", self.path),
        }
    }
}

/// A name that nothing has: what is asked of it is asked of all that no policy names.
pub const ANY_NAME: &str = "q7x0zj4k9w";

/// Several guards in few words, in order.
#[must_use]
pub fn told(guards: &BTreeSet<Guard>) -> String {
    const NAMED: usize = 4;
    let mut names: Vec<String> = guards.iter().take(NAMED).map(ToString::to_string).collect();
    let more = guards.len().saturating_sub(NAMED);
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    names.join("; ")
}

fn built_in(value: &serde_json::Value) -> Arc<PolicyDocument> {
    #[expect(
        clippy::expect_used,
        reason = "the document is a part of the program, and tests read it"
    )]
    Arc::new(PolicyDocument::from_value(value).expect("a sound document"))
}

/// Allows everything: what an administrator has, and what may be attached where nobody could look.
static EVERYTHING: LazyLock<Arc<PolicyDocument>> = LazyLock::new(|| {
    built_in(&json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" }] }))
});

/// Lets everybody do everything: a key or a bucket whose own policy stops nobody.
static TO_EVERYBODY: LazyLock<Arc<PolicyDocument>> = LazyLock::new(|| {
    built_in(&json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" }] }))
});

impl Side {
    fn of(levels: &Levels, kind: PolicyKind) -> Self {
        let mut side = Self { gap: levels.all().err(), ..Self::default() };
        for level in levels.known() {
            let name: Arc<str> = level.target.as_str().into();
            let mut policies = Vec::with_capacity(level.policies.len());
            for policy in level.policies.iter() {
                match policy.document() {
                    Ok(document) => policies.push(NamedPolicy::new(policy.id.as_str(), document)),
                    Err(gap) => drop(side.gap.get_or_insert(gap)),
                }
            }
            side.is_own |=
                level.place == Place::Account && level.policies.iter().any(|p| !p.aws_managed);
            side.places.insert(name.clone(), (level.path.clone(), level.policies.clone()));
            side.levels.push(trailproof_iam::Level { name, policies });
        }
        if side.gap.is_some() {
            let unread = match kind {
                PolicyKind::ServiceControl => EVERYTHING.clone(),
                PolicyKind::ResourceControl => TO_EVERYBODY.clone(),
            };
            for level in &mut side.levels {
                level.policies.push(NamedPolicy::new("unread", unread.clone()));
            }
        }
        side
    }

    fn policy(&self, level: &str, id: &str) -> Option<&Arc<ControlPolicy>> {
        let (_, policies) = self.places.get(level)?;
        policies.iter().find(|policy| policy.id == id)
    }

    fn documents(&self) -> impl Iterator<Item = &PolicyDocument> {
        self.levels.iter().flat_map(|level| level.policies.iter().map(|named| &*named.document))
    }
}

impl Organization {
    /// What binds an account from above. `approved` are globs of the ARNs of principals that may do all the same.
    ///
    /// # Errors
    /// Where the organization, its tree or the list of its service control policies was not read. What else of them is
    /// missing comes out of the questions that hang on it.
    pub fn guardrail(&self, account: AccountId, approved: &[String]) -> Observed<Standing> {
        Standing::of(&self.ground(), account, approved)
    }
}

impl Standing {
    pub(crate) fn of(
        ground: &Ground<'_>,
        account: AccountId,
        approved: &[String],
    ) -> Observed<Self> {
        let levels = match ground.control(account, PolicyKind::ServiceControl)? {
            Control::NoOrganization => return Ok(Self::NoOrganization),
            Control::ConsolidatedBilling => return Ok(Self::ConsolidatedBilling),
            Control::ManagementAccount => return Ok(Self::ManagementAccount),
            Control::NotEnabled => return Ok(Self::NotEnabled),
            Control::Levels(levels) => levels,
        };
        let rcps = match ground.control(account, PolicyKind::ResourceControl) {
            Ok(Control::Levels(levels)) => Side::of(&levels, PolicyKind::ResourceControl),
            Ok(_) => Side::default(),
            Err(gap) => Side { gap: Some(gap), ..Side::default() },
        };
        Ok(Self::Bound(Box::new(Guardrail {
            account,
            partition: ground.partition.clone(),
            context: context(ground, account, levels.known()),
            approved: approved.to_vec(),
            scps: Side::of(&levels, PolicyKind::ServiceControl),
            rcps,
        })))
    }
}

/// What the place of an account in its organization tells of its principals and resources.
fn context(ground: &Ground<'_>, account: AccountId, levels: &[Level]) -> Context {
    let known = Context::discovery().with("aws:ResourceAccount", [account.as_str()]);
    let Ok(Some(description)) = ground.description else { return known };
    let id = description.value.id.as_str();
    let units = levels.iter().filter(|level| level.place != Place::Account);
    let path = units.fold(format!("{id}/"), |path, level| format!("{path}{}/", level.target));
    known
        .with("aws:PrincipalOrgID", [id])
        .with("aws:ResourceOrgID", [id])
        .with("aws:PrincipalOrgPaths", [path.as_str()])
        .with("aws:ResourceOrgPaths", [path.as_str()])
        .with("aws:PrincipalOrgMasterAccountId", [description.value.master_account_id.as_str()])
}

impl Guardrail {
    /// The account that it is about.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    fn side(&self, level: &Layer) -> Option<(&Side, Arc<str>)> {
        match level {
            Layer::Scp(level) => Some((&self.scps, level.clone())),
            Layer::Rcp(level) => Some((&self.rcps, level.clone())),
            _ => None,
        }
    }

    /// What stood in the way in a decision.
    fn guards(&self, trace: &Trace) -> BTreeSet<Guard> {
        // What denies in some circumstances only is told where nothing denies in all: together they leave none.
        let cited = |verdict| -> BTreeSet<Guard> {
            let denying = trace.layers.iter().filter(move |layer| layer.verdict == verdict);
            denying
                .flat_map(|layer| {
                    layer
                        .statements
                        .iter()
                        .filter_map(|cited| self.guard(&layer.layer, Some(cited)))
                })
                .collect()
        };
        let guards = cited(Verdict::Denies);
        if !guards.is_empty() {
            return guards;
        }
        let missing = trace.missing.iter().filter_map(|layer| self.guard(layer, None));
        missing.chain(cited(Verdict::MayDeny)).collect()
    }

    fn guard(&self, layer: &Layer, cited: Option<&StatementRef>) -> Option<Guard> {
        let (side, level) = self.side(layer)?;
        let (path, _) = side.places.get(&level)?;
        let statement = match cited {
            None => None,
            Some(cited) => {
                let policy = side.policy(&level, &cited.policy)?;
                let label = match &cited.sid {
                    Some(sid) => sid.clone(),
                    None => format!("statement {}", cited.index),
                };
                let (name, index) = (policy.name.clone(), cited.index);
                Some(Denying { policy: cited.policy.clone(), name, index, label })
            }
        };
        Some(Guard { path: path.clone(), level, statement })
    }

    /// The guards as proof: the statements as they are written, and what is attached where nothing allows.
    #[must_use]
    pub fn cite(&self, guards: &BTreeSet<Guard>) -> Vec<Evidence> {
        guards.iter().flat_map(|guard| self.cited(guard)).collect()
    }

    /// The service control policies on the path to the account, as proof of what none of them denies.
    #[must_use]
    pub fn cite_attached(&self) -> Vec<Evidence> {
        let policies = self.scps.places.values().flat_map(|(_, policies)| policies.iter());
        let by_id: BTreeMap<&str, &Arc<ControlPolicy>> =
            policies.map(|policy| (policy.id.as_str(), policy)).collect();
        by_id.values().filter_map(|policy| policy.cite("Policy.Id", policy.id.as_str())).collect()
    }

    fn cited(&self, guard: &Guard) -> Vec<Evidence> {
        let sides = [&self.scps, &self.rcps];
        if let Some(Denying { policy: id, index, .. }) = &guard.statement {
            let policy = sides.iter().find_map(|side| side.policy(&guard.level, id));
            let field = format!("Policy.Content.Statement[{index}]");
            let statement = |policy: &Arc<ControlPolicy>| {
                let text = policy.text().ok()?;
                let document: serde_json::Value = serde_json::from_str(text).ok()?;
                let statements = document.get("Statement")?;
                statements.get(index).or(Some(statements)).cloned()
            };
            let cited = policy
                .and_then(|policy| policy.cite(&field, statement(policy).unwrap_or_default()));
            return cited.into_iter().collect();
        }
        let policies = sides.iter().filter_map(|side| side.places.get(&guard.level)).flat_map(
            |(_, policies)| policies.iter().filter_map(|p| p.cite("Policy.Id", p.id.as_str())),
        );
        policies.collect()
    }
}

#[cfg(test)]
mod tests;
