//! An AWS organization in memory that answers the real SDK.
//!
//! A [`Simulator`] is an HTTP client in the SDK's own sense: given to a configuration in place of the network
//! (`http_client(simulator.clone())`), it reads the requests that the SDK signed and answers them as the services
//! would, with their protocols, error codes, pages and refusals. What it answers comes from a [`Description`]:
//! data, no code, so every organization of a test or a demonstration is one JSON document.
//!
//! - The **account** is in the access key id: the caller's keys and those of each `AssumeRole` carry it.
//! - **Service and region** come from the signature's credential scope, never from the host name.
//! - The **operation** comes from `x-amz-target`, the `Action` parameter, or method and path.
//!
//! An answer is a pure function of the description, the [`Fault`]s, the request and, where a test asks for it, the
//! virtual time: no counter, no order of arrival. Two runs agree byte for byte, request ids included, however their
//! requests interleave. Only [`Quotas`] remember what was asked before.
//!
//! It is a laboratory as well:
//!
//! - [`Simulator::generated`] makes an organization of any [`Shape`], one account at a time, without holding it;
//!   [`Shape::describe`] is the same organization as a description.
//! - [`Simulator::with_latency`] and [`Simulator::with_quotas`] let calls take time and be throttled. All time is
//!   tokio's, and exact where its clock is paused; it counts from the first call ([`Simulator::clock`]).
//! - [`Change`]s happen to accounts while they are looked at; credentials can end, and clocks differ.
//! - [`Simulator::minimal_calls`] and [`Simulator::bound`] say what the best possible scan would cost.
//!
//! Outside a tokio runtime all works but latency and slow bodies.
//!
//! What the simulator does not know, it refuses with `UnknownOperationException`, and remembers it
//! ([`Simulator::unknown_operations`]). It checks no signature and evaluates no policy: who may do what is
//! said by the description (`role_denied`, `scp_denied_regions`, `head_accounts`, …) and by faults.

mod body;
mod calls;
mod change;
mod clock;
mod demo;
mod description;
mod failure;
mod fault;
mod generated;
mod http;
mod land;
mod latency;
mod millis;
mod minimal;
mod outcome;
mod policies;
mod quota;
mod reply;
mod services;
mod simulator;
mod world;
mod xml;

pub use body::spill;
pub use calls::Call;
pub use change::{Change, What};
pub use clock::Clock;
pub use demo::demo;
pub use description::{
    Account, AccountState, AclGrant, Analyzer, Bucket, ConfigService, ControlPolicy,
    DefaultRetention, Description, DescriptionError, Detection, Encryption, Event, EventDataStore,
    Group, GuardDuty, Iam, Key, LifecycleFilter, LifecycleRule, LogGroup, Logging, ManagedPolicy,
    Moment, Notification, ObjectLock, Organization, PolicyType, PublicAccessBlock, PublicKey,
    RegionState, Regional, ReplicationRule, Role, SecurityHub, StoredObject, Topic, Trail,
    TrailStatus, Transition, Unit, User, When,
};
pub use fault::{Effect, Fault};
pub use generated::Shape;
pub use latency::{Latency, Slow};
pub use minimal::Bound;
pub use quota::{Quota, Quotas};
pub use simulator::Simulator;

#[cfg(test)]
mod testing;
