//! What leaves a question open, so that questions left open by the same are solved once.

use fixedbitset::FixedBitSet;

use super::class::{Class, Turned};
use super::combine::Layers as Sums;
use super::compile::Stated;
use super::home::Home;
use crate::evaluate::facts::Facts;

/// A statement that perhaps matches.
pub(super) struct Left<'a> {
    pub(super) stated: &'a Stated,
    /// Which layer it stands in.
    pub(super) slot: u64,
    pub(super) turned: Option<&'a Turned>,
    /// To which questions it perhaps matches.
    pub(super) at: FixedBitSet,
}

/// All that the solution of an open question depends on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern {
    code: Vec<u64>,
    open: Option<String>,
}

/// The layers in which statements stand, for [`Left::slot`]; levels follow from [`LEVEL`] on.
pub(super) const IDENTITY: u64 = 0;
pub(super) const BOUNDARY: u64 = 1;
pub(super) const RESOURCE: u64 = 2;
pub(super) const LEVEL: u64 = 3;

/// The pattern of an open question; `None` where it is like no other.
pub(super) fn pattern(
    home: &Home,
    class: &Class,
    (sums, left): (&Sums, &[Left<'_>]),
    (at, facts): (usize, &Facts<'_>),
) -> Option<Pattern> {
    let layers = [Some(&sums.identity), sums.boundary.as_ref()];
    let limits = layers.into_iter().chain(sums.levels.iter().map(Some));
    let surely = limits.map(|layer| match layer {
        None => 2,
        Some(layer) => u64::from(layer.allow.sure.contains(at)),
    });
    let mut code: Vec<u64> = surely.collect();
    let resource = &sums.resource;
    let named = [&resource.direct, &resource.through, &resource.account];
    code.extend(named.map(|said| u64::from(said.sure.contains(at))));
    code.push(u64::from(home.kinds.own.contains(at)));
    code.push(u64::from(home.kinds.delegated.contains(at)));
    code.push(class.kind as u64);
    code.push(u64::try_from(home.alike.get(at).copied()?).ok()?);
    for one in left.iter().filter(|one| one.at.contains(at)) {
        let reach = one.turned.map_or(0, Turned::reach_code);
        code.extend([one.slot, one.stated.identity(), reach, one.stated.open_conditions(facts)?]);
    }
    Some(Pattern { code, open: class.open.clone() })
}
