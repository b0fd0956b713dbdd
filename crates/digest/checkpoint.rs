//! The proved head of a chain, kept so that a later run can start there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hash::Sha256;

/// The newest digest that was proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The end of the time that it covers.
    pub end: Timestamp,
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// The hash of its uncompressed bytes.
    pub sha256: Sha256,
    /// Its signature, hexadecimal.
    pub signature: String,
}
