//! What limits everybody in an account from above, in two readings where some of it was not read.

use std::sync::Arc;

use trailproof_iam::bulk::Owner;
use trailproof_iam::{Level, NamedPolicy};

use super::unread::Taken;
use crate::aws::AccountId;
use crate::control_policies::{Control, ControlPolicy, PolicyKind};
use crate::evidence::{Gap, Observed};
use crate::organization::Organization;

/// The policies of one type on the path to an account, root first.
#[derive(Debug, Clone, Default)]
pub(super) struct Path {
    /// As if what was not read allowed everything.
    pub(super) most: Vec<Level>,
    /// As if it denied everything; the same where all was read.
    pub(super) least: Vec<Level>,
    /// The first thing that was not read.
    pub(super) gap: Option<Gap>,
}

impl Path {
    pub(super) fn of(organization: &Organization, account: AccountId, kind: PolicyKind) -> Self {
        let unread = |gap| Self {
            most: Vec::new(),
            least: vec![level("not read", [taken(kind, Taken::Worst)])],
            gap: Some(gap),
        };
        let levels = match organization.control_policies(account, kind) {
            Ok(Control::Levels(levels)) => levels,
            Ok(_) => return Self::default(),
            Err(gap) => return unread(gap),
        };
        let mut gap = levels.all().err();
        let more = gap.is_some();
        let mut path = Self::default();
        for at in levels.known() {
            let (mut most, mut least) = (Vec::new(), Vec::new());
            for policy in at.policies.iter() {
                match named(policy) {
                    Ok(named) => {
                        most.push(named.clone());
                        least.push(named);
                    }
                    Err(found) => {
                        most.push(taken(kind, Taken::Best));
                        least.push(taken(kind, Taken::Worst));
                        gap.get_or_insert(found);
                    }
                }
            }
            if more {
                most.push(taken(kind, Taken::Best));
                least.push(taken(kind, Taken::Worst));
            }
            path.most.push(level(&at.target, most));
            path.least.push(level(&at.target, least));
        }
        path.gap = gap;
        path
    }
}

fn taken(kind: PolicyKind, as_what: Taken) -> NamedPolicy {
    match kind {
        PolicyKind::ServiceControl => as_what.of_caller(),
        PolicyKind::ResourceControl => as_what.of_resource(),
    }
}

fn named(policy: &ControlPolicy) -> Observed<NamedPolicy> {
    let name = format!("{} ({})", policy.name, policy.id);
    Ok(NamedPolicy::new(name, policy.document()?))
}

fn level(name: &str, policies: impl IntoIterator<Item = NamedPolicy>) -> Level {
    Level { name: name.into(), policies: policies.into_iter().collect() }
}

/// Another account that owns what is asked about, with what limits everybody at its resources.
#[derive(Debug, Clone)]
pub struct Foreign {
    pub(super) most: Arc<Owner>,
    pub(super) least: Arc<Owner>,
    pub(super) gap: Option<Gap>,
}

impl Foreign {
    /// An account as the organization's graph knows it.
    #[must_use]
    pub fn of(organization: &Organization, account: AccountId) -> Self {
        let path = Path::of(organization, account, PolicyKind::ResourceControl);
        let management = organization.management().ok().flatten() == Some(account);
        let owner = |rcps| Arc::new(Owner { account: account.to_string(), rcps, management });
        Self { most: owner(path.most), least: owner(path.least), gap: path.gap }
    }
}
