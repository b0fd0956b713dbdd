//! The arrows between the crates, held over `cargo metadata`: who names whom, and whom that brings in.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Every arrow there may be between our own crates. A new crate gets a row here.
const ALLOWED: &[(&str, &[&str])] = &[
    (
        "trailproof",
        &[
            "trailproof-checks",
            "trailproof-core",
            "trailproof-digest",
            "trailproof-iam",
            "trailproof-reports",
            "trailproof-sim",
        ],
    ),
    ("trailproof-checks", &["trailproof-core", "trailproof-filter-pattern", "trailproof-iam"]),
    ("trailproof-core", &["trailproof-filter-pattern", "trailproof-iam"]),
    ("trailproof-digest", &[]),
    ("trailproof-filter-pattern", &[]),
    ("trailproof-iam", &[]),
    ("trailproof-reports", &["trailproof-core", "trailproof-digest"]),
    ("trailproof-sim", &["trailproof-core"]),
    ("xtask", &[]),
];

/// For this machine alone: what only others need is nowhere on it, and no test fetches anything.
fn metadata() -> Value {
    let version = Command::new(env!("CARGO")).arg("-vV").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The workspace's packages with all that they name, for tests and builds too.
fn named(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    list(&metadata["packages"])
        .iter()
        .filter(|package| list(&metadata["workspace_members"]).contains(&package["id"]))
        .map(|package| {
            let dependencies = list(&package["dependencies"]);
            let names = dependencies.iter().map(|one| text(&one["name"]).to_owned()).collect();
            (text(&package["name"]).to_owned(), names)
        })
        .collect()
}

/// All packages that one of ours brings in, however far away.
fn brought_in(metadata: &Value, package: &str) -> BTreeSet<String> {
    let names: BTreeMap<&str, &str> = list(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let nodes: BTreeMap<&str, &Value> =
        list(&metadata["resolve"]["nodes"]).iter().map(|node| (text(&node["id"]), node)).collect();
    let start = names.iter().find(|(_, name)| **name == package).map(|(id, _)| *id).unwrap();
    let (mut open, mut seen) = (vec![start], BTreeSet::new());
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(list(&nodes[id]["dependencies"]).iter().map(text));
        }
    }
    seen.into_iter().map(|id| names[id].to_owned()).collect()
}

#[test]
fn crates_name_each_other_only_where_an_arrow_is() {
    let named = named(&metadata());
    assert!(named.len() >= 7, "{named:?}");
    for (package, dependencies) in &named {
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(name, _)| name == package)
            .unwrap_or_else(|| panic!("{package} has no row in tests/program/arrows.rs"));
        let own = dependencies.iter().filter(|name| named.contains_key(*name));
        for dependency in own.filter(|name| *name != package) {
            assert!(allowed.contains(&dependency.as_str()), "{package} must not name {dependency}");
        }
    }
    assert!(named["xtask"].is_empty(), "xtask stands on the standard library alone");
}

#[test]
fn only_the_program_knows_the_sdk() {
    let metadata = metadata();
    for package in named(&metadata).into_keys().filter(|package| package != "trailproof") {
        let aws =
            brought_in(&metadata, &package).into_iter().filter(|name| name.starts_with("aws-"));
        // The simulator answers through the SDK's own runtime traits; nobody else has even those.
        let strangers: Vec<String> = aws
            .filter(|name| package != "trailproof-sim" || !name.starts_with("aws-smithy-"))
            .collect();
        assert!(strangers.is_empty(), "{package} brings in {strangers:?}");
    }
    assert!(!brought_in(&metadata, "trailproof").contains("aws-sdk-ec2"));
}

#[test]
fn every_folder_of_crates_is_a_member() {
    // A crate outside the workspace would escape the tests above.
    let metadata = metadata();
    let manifests: BTreeSet<&str> =
        list(&metadata["packages"]).iter().map(|package| text(&package["manifest_path"])).collect();
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    for folder in std::fs::read_dir(crates).unwrap() {
        let manifest = folder.unwrap().path().join("Cargo.toml");
        let known = manifests.contains(manifest.to_str().unwrap());
        assert!(!manifest.exists() || known, "{} is no member", manifest.display());
    }
}
