//! Who can: which principals of an account may do what to the evidence that it owns, all layers of policies counted in.
//!
//! [`Roll`] holds an account's principals with what they have and what limits them; [`Roll::who_can`] asks all of them
//! about the resources of [`Target`]s, and [`Roll::why`] tells of one of them which statements decide. What was not read is
//! counted twice, once as if it allowed all and once as if it denied all: where both come to the same, it does not matter;
//! where they differ, the answer is [`Can::Unknown`], with the gap. So a gap never makes a yes or a no.
//!
//! Not counted in, for nothing that is read tells of it: session policies, VPC endpoint policies, grants of KMS keys, access
//! points, ACLs, and the account-wide resource policies of CloudWatch Logs. Service-linked roles are nobody's to use and
//! are not on the roll; neither is the root user. [`Roll::ways`] finds what one comes by as somebody else, or by changing
//! what one may do.

mod actions;
mod administrators;
mod circumstances;
mod delivery;
mod detectors;
mod entrances;
mod limits;
mod locks;
mod objects;
mod reach;
mod reason;
mod roll;
mod targets;
#[cfg(test)]
mod tests;
mod unread;
mod verdict;
mod ways;
mod what_if;
mod who;

pub(crate) use actions::all as all_actions;
pub use actions::{CLOUDTRAIL, DECRYPT, READ_LOGS, on_key, on_log_bucket, watched};
pub use administrators::{Administrators, gives_everything};
pub use delivery::{Delivery, delivery};
pub use detectors::detectors;
pub use entrances::{Entrances, Entries, Serving};
pub use limits::Foreign;
pub use locks::{holds, lifted};
pub use reach::{Arrival, Door, Entrant, Reach, Stance, stance};
pub use reason::Reason;
pub use roll::{Principal, Roll};
pub use targets::{Ask, Target};
pub use verdict::Question;
pub use ways::{Way, Ways};
pub use what_if::{StatementName, reference};
pub use who::{Can, Holder, Power};
