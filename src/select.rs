//! Which checks a command means.

use trailproof_checks::CATALOGUE;
use trailproof_core::check::{Check, Group};
use trailproof_core::pattern;

use crate::cli::SelectArgs;
use crate::exit::Stop;

/// The selected checks, by id.
///
/// # Errors
/// A name that fits no check, with the nearest one that exists; a selection that leaves nothing.
pub fn select(args: &SelectArgs) -> Result<Vec<&'static Check>, Stop> {
    for name in args.check.iter().chain(&args.exclude_check) {
        if !CATALOGUE.iter().any(|check| names(name, check)) {
            return Err(unknown(name));
        }
    }
    let wanted = |check: &&Check| {
        (args.check.is_empty() || args.check.iter().any(|name| names(name, check)))
            && !args.exclude_check.iter().any(|name| names(name, check))
    };
    let checks: Vec<&'static Check> =
        CATALOGUE.iter().copied().filter(|check| wanted(check)).collect();
    if checks.is_empty() {
        return Err(Stop::usage("no check is left by --check and --exclude-check"));
    }
    Ok(checks)
}

fn names(name: &str, check: &Check) -> bool {
    match name.strip_prefix("group:") {
        Some(group) => check.group.code() == group,
        None => pattern::matches(name, check.id),
    }
}

/// The check of that id.
///
/// # Errors
/// As [`select`].
pub fn one(id: &str) -> Result<&'static Check, Stop> {
    CATALOGUE.iter().copied().find(|check| check.id == id).ok_or_else(|| unknown(id))
}

fn unknown(name: &str) -> Stop {
    if name.starts_with("group:") {
        let groups: Vec<&str> = Group::ALL.iter().map(|group| group.code()).collect();
        return Stop::usage(format!(
            "no check is in {name:?}; the groups are {}",
            groups.join(", ")
        ));
    }
    let nearest = CATALOGUE.iter().min_by_key(|check| distance(name, check.id));
    let hint = nearest.map(|check| format!("did you mean {}? ", check.id)).unwrap_or_default();
    Stop::usage(format!("there is no check {name:?}; {hint}`trailproof checks` lists them all"))
}

/// How many letters must be changed, added or dropped.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut corner = index;
        let mut left = index + 1;
        let mut next = vec![left];
        for (above, second) in row.iter().skip(1).zip(other.chars()) {
            let changed = corner + usize::from(letter != second);
            corner = *above;
            left = changed.min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(check: &[&str]) -> Result<Vec<&'static str>, String> {
        let args = SelectArgs {
            check: check.iter().map(|c| (*c).to_owned()).collect(),
            exclude_check: vec![],
        };
        select(&args)
            .map(|checks| checks.iter().map(|c| c.id).collect())
            .map_err(|stop| stop.message)
    }

    #[test]
    fn ids_globs_and_groups_select() {
        assert_eq!(ids(&["cloudtrail-enabled"]).unwrap(), ["cloudtrail-enabled"]);
        assert!(ids(&["s3-*"]).unwrap().len() >= 3);
        assert!(ids(&["group:organization"]).unwrap().contains(&"org-trail-covers-all-members"));
        assert_eq!(ids(&[]).unwrap().len(), CATALOGUE.len());
    }

    #[test]
    fn an_unknown_check_is_told_with_the_nearest() {
        let told = ids(&["cloudtrail-enable"]).unwrap_err();
        assert!(told.contains("did you mean cloudtrail-enabled?"), "{told}");
        assert_eq!(
            (distance("abc", "abd"), distance("", "ab"), distance("kitten", "sitting")),
            (1, 2, 3)
        );
    }
}
