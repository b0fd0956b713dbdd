//! Which checks a command means.

use trailproof_checks::CATALOGUE;
use trailproof_core::check::{Check, Group};
use trailproof_core::likeness::nearest;
use trailproof_core::pattern;
use trailproof_core::snapshot::Snapshot;

use crate::cli::SelectArgs;
use crate::exit::Stop;
use crate::log;
use crate::store::Reader;

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
        (args.framework.is_empty() || args.framework.iter().any(|one| check.is_in(*one)))
            && (args.check.is_empty() || args.check.iter().any(|name| names(name, check)))
            && !args.exclude_check.iter().any(|name| names(name, check))
    };
    let checks: Vec<&'static Check> =
        CATALOGUE.iter().copied().filter(|check| wanted(check)).collect();
    if checks.is_empty() {
        let flags = if args.framework.is_empty() { "" } else { " and --framework" };
        return Err(Stop::usage(format!("no check is left by --check and --exclude-check{flags}")));
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
    let hint = nearest(name, CATALOGUE.iter().map(|check| check.id));
    let hint = hint.map(|id| format!("did you mean {id}? ")).unwrap_or_default();
    Stop::usage(format!("there is no check {name:?}; {hint}`trailproof checks` lists them all"))
}

/// The checks that were asked for, else those for which the snapshot was collected.
///
/// # Errors
/// As [`select`].
pub fn checks_for(reader: &Reader, args: &SelectArgs) -> Result<Vec<&'static Check>, Stop> {
    let named = &reader.manifest().checks;
    if !args.is_empty() || named.is_empty() {
        return select(args);
    }
    let known: Vec<&'static Check> = CATALOGUE
        .iter()
        .copied()
        .filter(|check| named.iter().any(|name| name == check.id))
        .collect();
    if known.len() < named.len() {
        let missing: Vec<&str> = named
            .iter()
            .map(String::as_str)
            .filter(|name| !known.iter().any(|check| check.id == *name))
            .collect();
        let line = format!("this version does not know {}; the rest is judged", missing.join(", "));
        log::say("note", &line, serde_json::json!({ "checks": missing }));
    }
    if known.is_empty() { select(args) } else { Ok(known) }
}

#[cfg(test)]
mod tests {
    use trailproof_core::control::Framework;

    use super::*;

    fn ids(check: &[&str]) -> Result<Vec<&'static str>, String> {
        let args = SelectArgs {
            check: check.iter().map(|c| (*c).to_owned()).collect(),
            ..SelectArgs::default()
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
        assert_eq!(nearest("pic", ["pci", "soc"]), Some("pci"));
        assert_eq!(nearest("zzz", ["pci", "soc"]), None);
    }

    #[test]
    fn frameworks_select_the_checks_that_speak_for_them_and_narrow_what_is_named() {
        let selected = |check: &[&str]| {
            let check = check.iter().map(|c| (*c).to_owned()).collect();
            let framework = vec![Framework::Cis5_0, Framework::Cis1_4];
            select(&SelectArgs { check, framework, ..SelectArgs::default() })
        };
        let checks = selected(&[]).unwrap();
        assert!(checks.len() > 3 && checks.len() < CATALOGUE.len());
        assert!(checks.iter().all(|c| c.is_in(Framework::Cis5_0) || c.is_in(Framework::Cis1_4)));
        let narrowed = selected(&["group:presence"]).unwrap();
        assert!(!narrowed.is_empty() && narrowed.len() < checks.len());
        assert!(selected(&["cloudtrail-enabled"]).unwrap_err().message.contains("--framework"));
    }
}
