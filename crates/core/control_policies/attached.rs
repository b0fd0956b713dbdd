//! Which policies of one type are attached where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::{ControlPolicy, PolicyKind, RCP_FULL_ACCESS};
use crate::answer::{PolicySummary, PolicyTargets, PolicyText};
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::snapshot::{Document, Probe, Sourced};

type Policies = Arc<[Arc<ControlPolicy>]>;

/// Policies by what they are attached to.
#[derive(Debug)]
pub(super) struct Attached {
    /// All, by id.
    all: BTreeMap<String, Arc<ControlPolicy>>,
    /// By the id of the root, unit or account.
    by_target: BTreeMap<String, Policies>,
    /// What is attached to everything else too.
    everywhere: Policies,
    /// The gap of the first policy of which it is not known what it is attached to.
    unread: Option<Gap>,
}

impl Attached {
    /// What the organization's document holds of the policies of a type.
    ///
    /// # Errors
    /// Where their list was not read.
    pub(super) fn read(organization: &Document, kind: PolicyKind) -> Observed<Self> {
        let (listed, _) = organization.read::<Vec<PolicySummary>>(&kind.list())?;
        let mut policies: BTreeMap<&str, (Arc<ControlPolicy>, Observed<&PolicyTargets>)> =
            BTreeMap::new();
        for summary in listed {
            let policy = Arc::new(policy(organization, kind, summary));
            let targets = Probe::resource(Fact::PolicyTargets, None, &summary.id);
            let targets = organization.read::<PolicyTargets>(&targets).map(|(targets, _)| targets);
            policies.entry(&summary.id).or_insert((policy, targets));
        }
        let (mut everywhere, mut unread) = (Vec::new(), None);
        // By place in the list, so that the sets of thousands of accounts compare in no time.
        let mut sets: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (place, (id, (policy, targets))) in policies.iter().enumerate() {
            match targets {
                _ if *id == RCP_FULL_ACCESS => everywhere.push((place, policy.clone())),
                Ok(targets) => {
                    for target in &targets.target_ids {
                        sets.entry(target).or_default().insert(place);
                    }
                }
                Err(gap) => unread = unread.or_else(|| Some(gap.clone())),
            }
        }
        let all: Vec<&Arc<ControlPolicy>> = policies.values().map(|(policy, _)| policy).collect();
        let mut shared: BTreeMap<BTreeSet<usize>, Policies> = BTreeMap::new();
        let mut by_target = BTreeMap::new();
        for (target, mut set) in sets {
            set.extend(everywhere.iter().map(|(place, _)| *place));
            let list = shared.entry(set).or_insert_with_key(|set| {
                set.iter().filter_map(|place| all.get(*place).copied().cloned()).collect()
            });
            by_target.insert(target.to_owned(), list.clone());
        }
        let everywhere = everywhere.into_iter().map(|(_, policy)| policy).collect();
        let all = policies.iter().map(|(id, (policy, _))| ((*id).to_owned(), policy.clone()));
        Ok(Self { all: all.collect(), by_target, everywhere, unread })
    }

    /// The policy of that id.
    pub(super) fn named(&self, id: &str) -> Option<&Arc<ControlPolicy>> {
        self.all.get(id)
    }

    /// What is attached to a root, unit or account, by id.
    pub(super) fn at(&self, target: &str) -> Policies {
        self.by_target.get(target).unwrap_or(&self.everywhere).clone()
    }

    /// Why there may be more.
    pub(super) fn unread(&self) -> Option<&Gap> {
        self.unread.as_ref()
    }
}

fn policy(organization: &Document, kind: PolicyKind, summary: &PolicySummary) -> ControlPolicy {
    let probe = Probe::resource(Fact::OrganizationPolicy, None, &summary.id);
    let text = organization.read::<PolicyText>(&probe).and_then(|(text, source)| {
        let text = text.policy.as_deref().ok_or_else(|| {
            let detail = format!("the answer leaves out the document of {}", summary.id);
            Gap::new(Fact::OrganizationPolicy, Cause::ServiceError, detail)
        })?;
        Ok(Sourced { value: Arc::from(text), source })
    });
    ControlPolicy {
        id: summary.id.clone(),
        name: summary.name.clone(),
        aws_managed: summary.aws_managed,
        kind,
        text,
        document: OnceLock::new(),
    }
}
