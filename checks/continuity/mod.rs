// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `continuity`.

pub mod detection_tamper_events_90d;
pub mod log_bucket_tamper_events_90d;
pub mod org_membership_events_90d;
pub mod trail_flapping_90d;
pub mod trail_key_tamper_events_90d;
pub mod trail_logging_gap_90d;
pub mod trail_tamper_attempts_denied_90d;
pub mod trail_tamper_events_90d;
