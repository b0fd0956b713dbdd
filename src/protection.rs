//! `policy --scp`: the service control policy that would protect what a snapshot's record consists of.

use std::path::Path;

use serde_json::Value;
use trailproof_core::guardrail::write::{WriteError, protecting};

use crate::config::terms;
use crate::exit::Stop;
use crate::log;
use crate::question::graph;
use crate::store::Reader;

/// The policy's document, or an array of several where one would be too large for AWS. What it does and leaves out goes to
/// stderr, so that stdout can be given to `aws organizations create-policy` as it is.
///
/// # Errors
/// A snapshot that cannot be read, or that does not say what there is to protect; a policy that cannot be written.
pub fn protection(snapshot: &Path) -> Result<String, Stop> {
    let organization = graph(&Reader::open(snapshot)?)?;
    let approved = &terms().policies.base.approved_principals;
    let written = protecting(&organization, approved).map_err(|error| {
        let mend = match &error {
            WriteError::Unread(_) => "; scan again with the rights to read it",
            WriteError::Nothing => "; a policy on the roles of the management account must do it",
            WriteError::TooLarge(_) => "; fewer buckets and keys of trails would take less room",
            WriteError::Open { .. } | WriteError::Stops { .. } => {
                "; mend approved_principals, then ask again"
            }
            WriteError::Broken(_) => "",
        };
        Stop::usage(format!("policy --scp: {error}{mend}"))
    })?;
    for told in &written.explanation {
        log::say("policy", told, Value::Null);
    }
    let documents: Result<Vec<Value>, _> =
        written.documents.iter().map(|text| serde_json::from_str(text)).collect();
    let documents = documents.map_err(|error| Stop::internal(error.to_string()))?;
    let printed = match <[Value; 1]>::try_from(documents) {
        Ok([one]) => serde_json::to_string_pretty(&one),
        Err(several) => serde_json::to_string_pretty(&several),
    };
    printed.map(|text| text + "\n").map_err(|error| Stop::internal(error.to_string()))
}
