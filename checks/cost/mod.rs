// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `cost`.

pub mod cost_duplicate_data_events;
pub mod cost_duplicate_management_events;
pub mod cost_insights_duplicated;
pub mod cost_lake_and_trail_overlap;
pub mod cost_log_bucket_self_recording;
