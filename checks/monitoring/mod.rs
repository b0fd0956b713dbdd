// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `monitoring`.

pub mod cloud_trail_cloud_watch_logs_enabled;
