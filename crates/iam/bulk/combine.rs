//! The rule of decision over bits: the same as for one request, for all questions at once.

use fixedbitset::FixedBitSet;

use super::layer::{Layer, Named, Said};

/// What the layers of one class of principals say.
pub(super) struct Layers {
    pub(super) identity: Layer,
    pub(super) boundary: Option<Layer>,
    pub(super) resource: Named,
    /// Those that must all allow: the levels of service and resource control policies.
    pub(super) levels: Vec<Layer>,
}

/// What kinds of question there are.
#[derive(Debug)]
pub(super) struct Kinds {
    /// The resource belongs to the principals' own account.
    pub(super) own: FixedBitSet,
    /// The resource's own policy is the root of all access to it.
    pub(super) delegated: FixedBitSet,
}

/// What the bits come to.
pub(super) struct Outcome {
    pub(super) denied: Said,
    pub(super) granted: Said,
}

impl Layers {
    /// Whether a Deny matches, and whether every limit lets pass and something grants.
    pub(super) fn combine(&self, kinds: &Kinds) -> Outcome {
        let mut denied = self.identity.deny.clone();
        let mut limits = Said::everything(kinds.own.len());
        for level in &self.levels {
            join(&mut denied, &level.deny);
            limits.and(&level.allow);
        }
        join(&mut denied, &self.resource.deny);
        let mut own = self.identity.allow.clone();
        let Named { direct, through, account, .. } = &self.resource;
        let mut through = through.clone();
        let mut named = direct.clone();
        join(&mut named, &through);
        join(&mut named, account);
        if let Some(boundary) = &self.boundary {
            join(&mut denied, &boundary.deny);
            own.and(&boundary.allow);
            through.and(&boundary.allow);
        }
        // Across accounts both must allow. At home the resource's policy grants by itself what it grants to the caller's
        // own name, and must itself speak of the account where it is the root of all access.
        let mut by_resource = direct.clone();
        join(&mut by_resource, &through);
        let granted =
            |own: &FixedBitSet, by: &FixedBitSet, named: &FixedBitSet, account: &FixedBitSet| {
                let mut across = own.clone();
                across.intersect_with(named);
                across.difference_with(&kinds.own);
                let mut by_own = own.clone();
                let mut not_delegated = kinds.delegated.clone();
                not_delegated.toggle_range(..);
                not_delegated.union_with(account);
                by_own.intersect_with(&not_delegated);
                by_own.union_with(by);
                by_own.intersect_with(&kinds.own);
                by_own.union_with(&across);
                by_own
            };
        let mut granted = Said {
            sure: granted(&own.sure, &by_resource.sure, &named.sure, &account.sure),
            maybe: granted(&own.maybe, &by_resource.maybe, &named.maybe, &account.maybe),
        };
        granted.and(&limits);
        Outcome { denied, granted }
    }
}

fn join(into: &mut Said, other: &Said) {
    into.sure.union_with(&other.sure);
    into.maybe.union_with(&other.maybe);
}
