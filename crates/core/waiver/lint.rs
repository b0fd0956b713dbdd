//! What is wrong with waivers, found before they are used.

use std::collections::{BTreeMap, BTreeSet};

use super::{LONGEST_DAYS, Waiver, days, one_account};
use crate::aws::AccountId;
use crate::pattern;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The waivers cannot be used.
    Error,
    /// They can, but one of them may not do what it is for.
    Warning,
}

/// One problem of one waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The place of the waiver in the file, counted from 0.
    pub at: usize,
    /// How bad it is.
    pub level: Level,
    /// What is wrong and what would mend it, a lower-case fragment.
    pub message: String,
}

/// What the waivers are held against.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The ids of all checks.
    pub checks: &'a [&'a str],
    /// All accounts, where they are known.
    pub accounts: Option<&'a BTreeSet<AccountId>>,
}

pub(super) fn problems(waivers: &[Waiver], known: &Known<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, waiver) in waivers.iter().enumerate() {
        let mut add = |level, message: String| problems.push(Problem { at, level, message });
        if let Some(first) = seen.get(waiver.id.as_str()) {
            let message = format!(
                "the id {:?} is that of waiver {} too; give each its own",
                waiver.id,
                first + 1
            );
            add(Level::Error, message);
        }
        seen.entry(&waiver.id).or_insert(at);
        for (name, text) in
            [("id", &waiver.id), ("owner", &waiver.owner), ("reason", &waiver.reason)]
        {
            if text.trim().is_empty() {
                add(Level::Error, format!("{name} is empty"));
            }
        }
        let matched = known.checks.iter().any(|check| pattern::matches(&waiver.check, check));
        if !matched {
            let what =
                if waiver.check.contains(['*', '?']) { "matches no check" } else { "is no check" };
            let message = format!("{:?} {what}; `trailproof checks` lists them", waiver.check);
            add(Level::Error, message);
        }
        let all = known.checks.iter().all(|check| pattern::matches(&waiver.check, check));
        if all && !waiver.scope.is_narrow() {
            add(
                Level::Error,
                "it covers every check everywhere; name the check or the scope".to_owned(),
            );
        } else if all {
            add(Level::Warning, "it covers every check in its scope; name the check".to_owned());
        }
        let ahead = days(waiver.created, waiver.expires);
        if ahead < 0 {
            add(
                Level::Error,
                format!(
                    "it expires on {}, before it was created on {}",
                    waiver.expires, waiver.created
                ),
            );
        } else if ahead > LONGEST_DAYS {
            let message = format!(
                "it expires on {}, {ahead} days after {}; at most {LONGEST_DAYS} are allowed",
                waiver.expires, waiver.created
            );
            add(Level::Error, message);
        }
        if let (Some(glob), Some(accounts)) = (&waiver.scope.account, known.accounts) {
            match one_account(glob) {
                Some(id) if !accounts.contains(&id) => {
                    add(Level::Warning, format!("account {id} is not in the organization"));
                }
                None if !accounts.iter().any(|id| pattern::matches(glob, id.as_str())) => {
                    add(
                        Level::Warning,
                        format!("account {glob:?} matches no account of the organization"),
                    );
                }
                _ => {}
            }
        }
    }
    problems
}
