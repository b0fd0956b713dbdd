//! The languages in which AWS is told which events matter: CloudWatch Logs filter patterns and EventBridge event
//! patterns.
//!
//! [`FilterPattern::parse`] and [`EventPattern::parse`] read what AWS stores, refusing with the place and what was
//! expected there; both print what they have read so that it is read again as the same. [`Matcher`] is the form that
//! both are compiled to: [`Matcher::matches`] evaluates it on one [`Event`], and [`Required::covered_by`] decides
//! whether any of several matchers takes every event of a required set. The answer is a proof, an event that slips
//! through, or the reason for which neither could be had.
//!
//! Where AWS's documentation leaves more than one reading, [`Reading`] names both sides: a match that only one reading
//! grants counts for nothing in a proof, and an event counts as slipping through only where no reading takes it.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod bridge;
pub mod error;
pub mod event;
mod formula;
mod implication;
pub mod matcher;
pub mod operand;
pub mod pattern;
pub mod reading;
pub mod regular;
pub mod required;
pub mod schema;
pub mod selector;
pub mod sets;
mod test;

pub use bridge::EventPattern;
pub use error::{EventPatternError, PatternError};
pub use event::Event;
pub use matcher::Matcher;
pub use pattern::FilterPattern;
pub use reading::Reading;
pub use required::{Answer, Condition, Doubt, Required};
pub use schema::{Kind, Schema, Shape};
pub use selector::{Selector, Step};
