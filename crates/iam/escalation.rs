//! How a principal without a power comes by it: other identities, other policies, other accounts.
//!
//! [`Facts`] say what is known of an account. [`Escalation::graph`] builds its graph: the nodes are principals, with what
//! may have been changed of them, the edges the [`ways`] up, each tried on each concrete target by the evaluator, so that
//! boundaries, conditions, SCPs and RCPs hold on every hop and in what is come by in the end. [`Graph::from`] finds
//! everything that a principal comes by, by a shortest path; [`Graph::tell`] says of a hop what is done and which
//! statements grant it. [`Organization`] connects accounts by the roles that let others in.
//!
//! What is assumed: whoever may write a policy for an identity writes one that allows everything; a Deny elsewhere, a
//! boundary and the organization's limits go on holding. Whoever may attach one attaches `AdministratorAccess`, whoever may
//! set a boundary sets that. What AWS keeps for itself – service-linked roles, those of Identity Center, its managed
//! policies – cannot be changed. A step that is allowed in some circumstances only counts, and [`Told::is_sure`] says so.

mod facts;
mod fresh;
mod graph;
mod organization;
mod plan;
mod rights;
mod search;
#[cfg(test)]
mod tests;
mod trust;
mod ways;

pub use facts::{Entity, Facts, Group, Running, Versions};
pub use graph::{Escalation, Graph, Hop, Reached, State, Told, ToldStep, What};
pub use organization::{Behind, Gateway, Organization, Passage};
pub use ways::{On, Step, Target, Through, Way, Yields, actions, ways};
