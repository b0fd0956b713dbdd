// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `lake`.

pub mod event_data_store_cmk_encryption_enabled;
pub mod event_data_store_ingesting;
pub mod event_data_store_key_usable;
pub mod event_data_store_pending_deletion;
pub mod event_data_store_resource_policy;
pub mod event_data_store_retention;
pub mod event_data_store_scope;
pub mod event_data_store_termination_protection;
