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
//!
//! What is not looked at: names with a tag or a boundary given at their making, versions of policies that only a group has,
//! and denies that are spread over several groups.
//!
//! ```
//! use trailproof_iam::bulk::{Bulk, Question};
//! use trailproof_iam::escalation::{self, Entity, Escalation, Facts, What};
//!
//! let stop = "cloudtrail:StopLogging";
//! let mut bulk = Bulk::new([stop].into_iter().chain(escalation::actions()));
//! let escalation = Escalation::new(&mut bulk)?;
//! let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:Put*","Resource":"*"}}"#;
//! let mut alice = Entity::new("arn:aws:iam::111111111111:user/alice".parse()?);
//! alice.inline.push(bulk.policy("inline of alice", policy)?);
//!
//! let mut facts = Facts::new("111111111111");
//! facts.powers = vec![Question::new(0, "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main")];
//! facts.entities = vec![alice];
//! let mut graph = escalation.graph(&bulk, &facts, &[]);
//!
//! let found = graph.from(0);
//! assert_eq!(found[0].what, What::Power(0));
//! let hop = graph.tell(&found[0].path[0]).unwrap();
//! assert_eq!(hop.way, "put-user-policy");
//! assert_eq!(hop.steps[0].statements[0].to_string(), "inline of alice: statement 0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod between;
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
pub use search::STATES;
pub use ways::{On, Step, Target, Through, Way, Yields, actions, ways};
