//! What a scan would ask, in words and numbers.

use std::fmt::Write;

use crate::catalogue::calls_of_a_member;
use crate::collect::{Request, Roster};
use trailproof_core::pattern;
use trailproof_reports::one_line;

/// The accounts in scope, and the calls that each costs as far as they are known before asking.
pub fn describe(roster: &Roster, request: &Request) -> String {
    let filter = &request.filter;
    let any =
        |globs: &[String], region: &str| globs.iter().any(|glob| pattern::matches(glob, region));
    let regions = roster.partition.default_regions();
    let regions: Vec<&str> = regions
        .iter()
        .map(|region| region.as_str())
        .filter(|region| filter.regions.is_empty() || any(&filter.regions, region))
        .filter(|region| !any(&filter.exclude_regions, region))
        .collect();
    let mut text = String::new();
    for note in &roster.notes {
        let _ = writeln!(text, "note: {}", one_line(note));
    }
    let (mut accounts, mut total) = (0, 0);
    for account in &roster.accounts {
        if !account.in_scope || !account.state.is_active() {
            let why = if account.in_scope { account.state.code() } else { "excluded" };
            let _ = writeln!(text, "{}  not asked: {why}", account.id);
            continue;
        }
        let calls =
            calls_of_a_member(&request.demand, regions.len(), account.id == roster.caller.account);
        let sum: usize = calls.iter().map(|(_, count)| count).sum();
        let listed: Vec<String> =
            calls.iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{name} {n}")).collect();
        let _ = writeln!(text, "{}  {sum} calls: {}", account.id, listed.join(", "));
        accounts += 1;
        total += sum;
    }
    let _ = writeln!(
        text,
        "{accounts} accounts, {} default regions each, {total} calls; opt-in regions, own trails, log buckets and \
         keys come on top",
        regions.len()
    );
    text
}
