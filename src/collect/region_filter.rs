//! Regions that the user names must exist: a scan of nowhere looks much like a clean one.

use trailproof_core::answer::Answer;
use trailproof_core::pattern;

use super::account;
use super::choice::Filter;
use super::session::Session;
use crate::exit::Stop;

/// Makes sure that every name and glob fits a region. AWS is asked only about what this version does not know.
///
/// # Errors
/// A name or glob that fits none (2).
pub(super) async fn check(session: &Session, filter: &Filter) -> Result<(), Stop> {
    let mut names: Vec<String> =
        session.partition.known_regions().iter().map(ToString::to_string).collect();
    let globs = || filter.regions.iter().chain(&filter.exclude_regions);
    let unknown = |names: &[String]| {
        globs().find(|glob| !names.iter().any(|name| pattern::matches(glob, name))).cloned()
    };
    if unknown(&names).is_none() {
        return Ok(());
    }
    if let Ok(Answer::Regions(listed)) = account::regions(session).await {
        names.extend(listed.iter().map(|region| region.region_name.to_string()));
    }
    match unknown(&names) {
        None => Ok(()),
        Some(glob) => Err(Stop::usage(format!(
            "--regions: no region of the partition {} fits {glob:?}; there are {}",
            session.partition,
            names.join(", ")
        ))),
    }
}
