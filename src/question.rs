//! What the commands that answer a question have in common: what they read, and slips of the pen in it.

use std::ops::ControlFlow;
use std::path::Path;

use trailproof_core::GraphBuilder;
use trailproof_core::aws::AccountId;
use trailproof_core::fact::Fact;
use trailproof_core::likeness::nearest;
use trailproof_core::organization::Organization;
use trailproof_core::snapshot::Snapshot;

use crate::cli::{AnswerArgs, KeepArgs};
use crate::exit::Stop;
use crate::gather::gather;
use crate::scope::Asked;
use crate::store::Reader;

/// The evidence in a snapshot; where none is given these facts as AWS tells them.
///
/// # Errors
/// A snapshot that cannot be read; a run that cannot start.
pub(crate) fn evidence(
    snapshot: Option<&Path>,
    args: &AnswerArgs,
    facts: &[Fact],
) -> Result<Reader, Stop> {
    if let Some(path) = snapshot {
        return Reader::open(path);
    }
    let asked = Asked { facts: facts.to_vec(), checks: Vec::new() };
    let keep = KeepArgs { run_dir: args.run_dir.clone(), resume: None };
    Ok(gather(&args.connect, &args.scope, (&keep, &asked), args.connect.quiet)?.reader)
}

/// The whole graph of a snapshot.
///
/// # Errors
/// A snapshot that cannot be read.
pub(crate) fn graph(reader: &Reader) -> Result<Organization, Stop> {
    let mut builder = GraphBuilder::new(reader.manifest(), reader.organization());
    reader.visit(&mut |document| {
        builder.add(document);
        ControlFlow::Continue(())
    })?;
    Ok(builder.into_graph())
}

/// The account that a flag names.
///
/// # Errors
/// What is no account id.
pub(crate) fn account(text: &str) -> Result<AccountId, Stop> {
    text.parse().map_err(|error| Stop::usage(format!("--account: {error}")))
}

/// An account that the snapshot does not hold is a slip of the pen, not an answer.
///
/// # Errors
/// Such an account.
pub(crate) fn known(organization: &Organization, account: AccountId) -> Result<(), Stop> {
    if organization.members.contains_key(&account) {
        return Ok(());
    }
    let all: Vec<String> = organization.members.keys().map(ToString::to_string).collect();
    let hint = hint(account.as_str(), all.iter().map(String::as_str));
    Err(Stop::usage(format!("--account: {account} is not in the snapshot{hint}")))
}

/// What may have been meant, to be put behind an error; empty where nothing is like it.
pub(crate) fn hint<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    nearest(text, names).map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}
