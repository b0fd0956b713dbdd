// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `organization`.

pub mod org_trail_bucket_policy;
pub mod org_trail_covers_all_members;
