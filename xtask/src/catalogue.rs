//! The table of contents of `checks/`, written from the folder listing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::workspace::{Outcome, read};

/// The groups, in the catalogue's order; each is a folder of `checks/`.
pub const GROUPS: [&str; 9] = [
    "presence",
    "protection",
    "delivery",
    "privilege",
    "monitoring",
    "organization",
    "continuity",
    "cost",
    "lake",
];

const HEADER: &str = "// Written by `cargo xtask bless` from the folder listing.";

/// The sign of infrastructure code beside a check.
const AS_CODE: &str = "pub const AS_CODE: AsCode";

/// The sign of a parameter of the user's policy.
const PARAMETER: &str = "audit.policy.";

/// What lies in `checks/`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The modules of each group that has any, by the group's name.
    groups: BTreeMap<String, Vec<String>>,
    /// Files beside the groups, such as `renamed.rs`.
    others: Vec<String>,
    /// The places of checks with infrastructure code, by id.
    as_code: BTreeMap<String, String>,
    /// What checks ask of the user's policy, by id.
    parameters: BTreeMap<String, BTreeSet<String>>,
}

impl Listing {
    /// Reads the folder.
    pub fn read(checks: &Path) -> Outcome<Self> {
        let mut listing = Self { others: modules(checks, "lib")?, ..Self::default() };
        // Tests and benches of the whole catalogue lie where Cargo looks for them.
        let of_cargo = |folder: &String| ["tests", "benches"].contains(&folder.as_str());
        for folder in folders(checks)?.into_iter().filter(|folder| !of_cargo(folder)) {
            if !GROUPS.contains(&folder.as_str()) {
                return Err(format!(
                    "checks/{folder} is not a group; the groups are {}",
                    GROUPS.join(", ")
                ));
            }
            let modules = modules(&checks.join(&folder), "mod")?;
            for module in &modules {
                let path = checks.join(&folder).join(module).with_extension("rs");
                let text = read(&path)?;
                verify(&format!("checks/{folder}/{module}.rs"), &id(module), &text)?;
                if text.contains(AS_CODE) {
                    listing.as_code.insert(id(module), format!("{folder}::{module}"));
                }
                let asked = parameters(&text);
                if !asked.is_empty() {
                    listing.parameters.insert(id(module), asked);
                }
            }
            if !modules.is_empty() {
                listing.groups.insert(folder, modules);
            }
        }
        Ok(listing)
    }

    /// The files to write, by their place below `checks/`. Their layout is left to rustfmt.
    pub fn files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::from([("lib.rs".to_owned(), self.lib())]);
        for (group, modules) in &self.groups {
            let text =
                format!("{HEADER}\n//! The checks of the group `{group}`.\n\n{}", list(modules));
            files.insert(format!("{group}/mod.rs"), text);
        }
        files
    }

    fn lib(&self) -> String {
        let mut modules: Vec<String> = self.groups.keys().chain(&self.others).cloned().collect();
        modules.sort();
        let mut checks: Vec<(String, String)> = self
            .groups
            .iter()
            .flat_map(|(group, modules)| {
                modules.iter().map(move |module| (id(module), format!("{group}::{module}")))
            })
            .collect();
        checks.sort();
        let entries: String =
            checks.iter().map(|(_, path)| format!("    &{path}::CHECK,\n")).collect();
        let as_code: String = self
            .as_code
            .iter()
            .map(|(id, path)| format!("    (\"{id}\", &{path}::AS_CODE),\n"))
            .collect();
        let parameters: String = self
            .parameters
            .iter()
            .map(|(id, names)| {
                let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
                format!("    (\"{id}\", &[{}]),\n", names.join(", "))
            })
            .collect();
        format!(
            "{HEADER}
//! The catalogue of checks, one file each.
#![allow(missing_docs, reason = \"a check's title and rationale are its documentation\")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

{}
use trailproof_core::check::{{AsCode, Check}};

/// Every check, by its id.
pub static CATALOGUE: &[&Check] = &[
{entries}];

/// The checks that infrastructure code satisfies, by id.
pub static AS_CODE: &[(&str, &AsCode)] = &[
{as_code}];

/// What checks ask of the user's policy themselves, by id.
pub static PARAMETERS: &[(&str, &[&str])] = &[
{parameters}];
",
            list(&modules)
        )
    }
}

/// The id of the check in a file of that name.
fn id(module: &str) -> String {
    module.replace('_', "-")
}

fn list(modules: &[String]) -> String {
    modules.iter().map(|module| format!("pub mod {module};\n")).collect()
}

/// The fields of the user's policy that a check's text names.
fn parameters(text: &str) -> BTreeSet<String> {
    // However rustfmt breaks a line: a field's name follows its dot.
    let dense: String = text.split_whitespace().collect();
    dense
        .split(PARAMETER)
        .skip(1)
        .map(|rest| {
            let name =
                |letter: &char| letter.is_ascii_lowercase() || matches!(letter, '0'..='9' | '_');
            rest.chars().take_while(name).collect::<String>()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

/// That a file holds the check that its name promises: the catalogue must never lose one silently.
fn verify(path: &str, id: &str, text: &str) -> Outcome<()> {
    if !text.contains("pub const CHECK: Check") {
        return Err(format!(
            "{path} has no `pub const CHECK: Check`; what several checks share belongs to crates/core"
        ));
    }
    if !text.contains(&format!("id: \"{id}\"")) {
        return Err(format!(
            "{path} must hold the check {id:?}: a check's id is its file's name with hyphens"
        ));
    }
    Ok(())
}

fn folders(folder: &Path) -> Outcome<Vec<String>> {
    names(folder, |path| path.is_dir().then(|| path.file_name()).flatten())
}

/// The Rust files of a folder without their extension, save the one that lists them.
fn modules(folder: &Path, contents: &str) -> Outcome<Vec<String>> {
    let is_module = |path: &Path| path.extension().is_some_and(|e| e == "rs") && path.is_file();
    let mut names = names(folder, |path| is_module(path).then(|| path.file_stem()).flatten())?;
    names.retain(|name| name != contents);
    Ok(names)
}

fn names(
    folder: &Path,
    pick: impl for<'a> Fn(&'a Path) -> Option<&'a std::ffi::OsStr>,
) -> Outcome<Vec<String>> {
    let problem = |error| format!("list {}: {error}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(problem)? {
        let path = entry.map_err(problem)?.path();
        names.extend(pick(&path).map(|name| name.to_string_lossy().into_owned()));
    }
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing() -> Listing {
        let modules = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Listing {
            groups: BTreeMap::from([
                ("protection".to_owned(), modules(&["bucket_public"])),
                ("presence".to_owned(), modules(&["a_trail_exists", "cloudtrail_enabled"])),
            ]),
            others: modules(&["renamed"]),
            as_code: BTreeMap::from([("a-b".to_owned(), "x::a_b".to_owned())]),
            parameters: BTreeMap::from([("a-b".to_owned(), BTreeSet::from(["days".to_owned()]))]),
        }
    }

    #[test]
    fn what_stands_beside_the_checks_is_listed_too() {
        let lib = &listing().files()["lib.rs"];
        assert!(lib.contains("    (\"a-b\", &x::a_b::AS_CODE),\n"), "{lib}");
        assert!(lib.contains("    (\"a-b\", &[\"days\"]),\n"), "{lib}");
        let text =
            "let a = audit.policy.retention_days; audit\n    .policy\n    .lock_mode.as_deref()";
        assert_eq!(
            parameters(text).into_iter().collect::<Vec<_>>(),
            ["lock_mode", "retention_days"]
        );
    }

    #[test]
    fn the_catalogue_is_sorted_by_id_whatever_the_group() {
        let files = listing().files();
        let lib = &files["lib.rs"];
        let entries: Vec<&str> =
            lib.lines().filter(|line| line.contains("::CHECK")).map(str::trim).collect();
        assert_eq!(
            entries,
            [
                "&presence::a_trail_exists::CHECK,",
                "&protection::bucket_public::CHECK,",
                "&presence::cloudtrail_enabled::CHECK,",
            ]
        );
        assert!(lib.contains("\npub mod presence;\npub mod protection;\npub mod renamed;\n"));
        assert!(lib.starts_with("// Written by `cargo xtask bless`"));
    }

    #[test]
    fn each_group_lists_its_own_files() {
        let files = listing().files();
        assert_eq!(
            files.keys().collect::<Vec<_>>(),
            ["lib.rs", "presence/mod.rs", "protection/mod.rs"]
        );
        assert!(
            files["presence/mod.rs"]
                .ends_with("\n\npub mod a_trail_exists;\npub mod cloudtrail_enabled;\n")
        );
    }

    #[test]
    fn a_file_must_hold_the_check_that_its_name_promises() {
        let text = "pub const CHECK: Check = Check { id: \"a-b\" };";
        assert_eq!(verify("checks/x/a_b.rs", "a-b", text), Ok(()));
        assert!(verify("checks/x/a_c.rs", "a-c", text).unwrap_err().contains("\"a-c\""));
        assert!(verify("checks/x/a_b.rs", "a-b", "fn x() {}").unwrap_err().contains("CHECK"));
    }

    #[test]
    fn the_folder_is_read_as_it_lies() {
        let folder = std::env::temp_dir().join(format!("xtask-listing-{}", std::process::id()));
        let put = |path: &str, text: &str| crate::workspace::write(&folder.join(path), text);
        put("lib.rs", "").unwrap();
        put("README.md", "").unwrap();
        put("renamed.rs", "").unwrap();
        put("cost/mod.rs", "").unwrap();
        put("cost/b_c.rs", "pub const CHECK: Check = Check { id: \"b-c\" };").unwrap();
        put("tests/edges.rs", "").unwrap();
        fs::create_dir_all(folder.join("lake")).unwrap();
        let read = Listing::read(&folder);
        let bad_group = put("extras/x_y.rs", "").and_then(|()| Listing::read(&folder));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            read.unwrap(),
            Listing {
                groups: BTreeMap::from([("cost".to_owned(), vec!["b_c".to_owned()])]),
                others: vec!["renamed".to_owned()],
                ..Listing::default()
            }
        );
        assert!(bad_group.unwrap_err().contains("not a group"));
    }
}
