// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `privilege`.

pub mod iam_cloudtrail_full_access_attached;
pub mod scp_denies_leave_organization;
pub mod scp_protects_cloudtrail;
pub mod scp_protects_detection;
