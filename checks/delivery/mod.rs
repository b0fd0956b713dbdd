// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `delivery`.

pub mod trail_cloudwatch_delivery_healthy;
pub mod trail_delivery_matches_activity;
pub mod trail_digest_delivery_healthy;
pub mod trail_s3_delivery_healthy;
pub mod trail_sns_delivery_healthy;
