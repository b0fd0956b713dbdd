//! What event history tells of the last ninety days: which calls tampered with what, and when a trail did not record.
//!
//! Event history is CloudTrail's own memory of an account's management events: it is there whether or not a trail is, it
//! reaches back ninety days, and nobody can take an event out of it.

pub mod change;
pub mod detection;
pub mod inquiry;
pub mod look;
pub mod names;
pub mod objects;
pub mod probes;
pub mod read;
pub mod timeline;
pub mod trails;

/// How far back event history reaches, in days.
pub const HORIZON_DAYS: u32 = 90;
