//! What a scan would ask, in words and numbers.

use std::fmt::Write;

use crate::catalogue::calls_of_a_member;
use crate::collect::{Choice, Identity, Plan};
use trailproof_core::pattern;
use trailproof_core::plan::Demand;
use trailproof_reports::one_line;

/// The accounts in scope, and the calls that each costs as far as they are known before asking.
pub fn describe(identity: &Identity, choice: &Choice, plan: &Plan) -> String {
    let filter = &plan.filter;
    let demand = Demand::facts(plan.facts.iter().copied());
    let any =
        |globs: &[String], region: &str| globs.iter().any(|glob| pattern::matches(glob, region));
    let regions = identity.partition.default_regions();
    let regions: Vec<&str> = regions
        .iter()
        .map(|region| region.as_str())
        .filter(|region| filter.regions.is_empty() || any(&filter.regions, region))
        .filter(|region| !any(&filter.exclude_regions, region))
        .collect();
    let mut text = String::new();
    for note in &choice.notes {
        let _ = writeln!(text, "note: {}", one_line(note));
    }
    let (mut accounts, mut total) = (0, 0);
    for account in &choice.accounts {
        if !account.is_read() {
            let why = if account.in_scope { account.state.code() } else { "excluded" };
            let _ = writeln!(text, "{}  not asked: {why}", account.id);
            continue;
        }
        let calls =
            calls_of_a_member(&demand, regions.len(), account.id == identity.caller.account);
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
