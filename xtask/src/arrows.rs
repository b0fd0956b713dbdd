//! The arrows between the workspace's crates, held by a test over their manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::workspace::{read, root};

/// Every arrow there may be. A new crate gets a row here.
const ALLOWED: &[(&str, &[&str])] = &[
    (
        "trailproof",
        &[
            "trailproof-checks",
            "trailproof-reports",
            "trailproof-core",
            "trailproof-sim",
            "trailproof-digest",
        ],
    ),
    ("trailproof-checks", &["trailproof-core", "trailproof-iam", "trailproof-filter-pattern"]),
    ("trailproof-reports", &["trailproof-core"]),
    ("trailproof-core", &["trailproof-iam", "trailproof-filter-pattern"]),
    ("trailproof-sim", &["trailproof-core"]),
    ("trailproof-iam", &[]),
    ("trailproof-filter-pattern", &[]),
    ("trailproof-digest", &[]),
    ("xtask", &[]),
];

/// A package's name and what it depends on, in whatever table: for tests and builds too.
#[derive(Debug, PartialEq, Eq)]
struct Package {
    name: String,
    dependencies: BTreeSet<String>,
}

/// The part of TOML that manifests here are written in: headers, and one key on a line.
fn package(manifest: &str) -> Package {
    let mut table = String::new();
    let mut open_brackets = 0;
    let mut package = Package { name: String::new(), dependencies: BTreeSet::new() };
    for line in manifest.lines() {
        let line = line.split_once('#').map_or(line, |(code, _)| code).trim();
        let inside_list = open_brackets > 0;
        open_brackets += line.matches('[').count();
        open_brackets -= line.matches(']').count().min(open_brackets);
        if inside_list {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            table = header.trim_matches(['[', ']']).trim().to_owned();
            // [dependencies.NAME]
            if let Some((parent, name)) = table.rsplit_once('.')
                && lists_dependencies(parent)
            {
                package.dependencies.insert(unquoted(name));
            }
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = unquoted(key.split('.').next().unwrap_or_default());
        if table == "package" && key == "name" {
            package.name = unquoted(value);
        } else if lists_dependencies(&table) {
            package.dependencies.insert(key);
        }
        // A dependency under another name: NAME = { package = "…" }, or `package` in a table of its own.
        if table.contains("dependencies")
            && let Some((_, renamed)) = line.split_once("package =")
        {
            package.dependencies.extend(renamed.split('"').nth(1).map(str::to_owned));
        }
    }
    package
}

fn lists_dependencies(table: &str) -> bool {
    !table.starts_with("workspace")
        && matches!(
            table.rsplit('.').next(),
            Some("dependencies" | "dev-dependencies" | "build-dependencies")
        )
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_owned()
}

/// What is wrong with a package's dependencies.
fn violations(package: &Package) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let Some(allowed) = allowed.get(package.name.as_str()) else {
        return vec![format!("{} has no row in xtask/src/arrows.rs", package.name)];
    };
    package
        .dependencies
        .iter()
        .filter(|dependency| {
            let own = dependency.starts_with("trailproof") || *dependency == "xtask";
            let aws = dependency.starts_with("aws-");
            let runtime = dependency.starts_with("aws-smithy-");
            let fine = match package.name.as_str() {
                "trailproof" => !own,
                "trailproof-sim" => !own && (!aws || runtime),
                "xtask" => false,
                _ => !own && !aws,
            };
            !fine && !allowed.contains(&dependency.as_str())
        })
        .map(|dependency| format!("{} must not depend on {dependency}", package.name))
        .collect()
}

/// The folders of the workspace's members, the root's own first.
fn members(manifest: &str) -> Vec<String> {
    let list = manifest
        .split_once("members")
        .and_then(|(_, rest)| rest.split_once('['))
        .and_then(|(_, rest)| rest.split_once(']'))
        .map_or("", |(list, _)| list);
    std::iter::once(".".to_owned())
        .chain(list.split(',').map(unquoted).filter(|member| !member.is_empty()))
        .collect()
}

#[test]
fn crates_depend_only_where_an_arrow_is() {
    let root = root();
    let manifest = |folder: &str| read(&root.join(folder).join("Cargo.toml")).unwrap();
    let members = members(&manifest("."));
    assert!(members.len() >= 7, "{members:?}");
    let mut wrong = Vec::new();
    for member in &members {
        let package = package(&manifest(member));
        assert!(!package.name.is_empty(), "{member}");
        wrong.extend(violations(&package));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_member_list_is_whole() {
    // A crate outside the list would escape the test above.
    let members = members(&read(&root().join("Cargo.toml")).unwrap());
    let crates = std::fs::read_dir(root().join("crates")).unwrap();
    for folder in crates.map(|entry| entry.unwrap().path()) {
        let name = format!("crates/{}", folder.file_name().unwrap().to_string_lossy());
        let is_crate = Path::new(&folder).join("Cargo.toml").is_file();
        assert!(!is_crate || members.contains(&name), "{name} is not a member of the workspace");
    }
}

#[test]
fn each_way_to_write_a_dependency_is_seen() {
    let package = package(
        r#"
[package]
name = "trailproof-checks" # with a remark
keywords = [
    "a = b",
]
[dependencies]
trailproof-core.workspace = true
serde = { version = "1", features = [
    "derive",
] }
"quoted" = "1"
sdk = { package = "aws-sdk-ec2", version = "1" }
[target.'cfg(unix)'.dependencies]
libc = "0.2"
[dev-dependencies.trailproof-reports]
workspace = true
[build-dependencies.renamed]
package = "aws-config"
[features]
dependencies-like = []
[workspace.dependencies]
trailproof-sim = { path = "crates/sim" }
"#,
    );
    assert_eq!(package.name, "trailproof-checks");
    assert_eq!(
        package.dependencies.iter().map(String::as_str).collect::<Vec<_>>(),
        [
            "aws-config",
            "aws-sdk-ec2",
            "libc",
            "quoted",
            "renamed",
            "sdk",
            "serde",
            "trailproof-core",
            "trailproof-reports",
        ]
    );
    assert_eq!(
        violations(&package),
        [
            "trailproof-checks must not depend on aws-config",
            "trailproof-checks must not depend on aws-sdk-ec2",
            "trailproof-checks must not depend on trailproof-reports",
        ]
    );
}

#[test]
fn the_runtime_traits_are_sims_and_nothing_is_xtasks() {
    let package = |name: &str, dependency: &str| Package {
        name: name.to_owned(),
        dependencies: BTreeSet::from([dependency.to_owned()]),
    };
    for (name, dependency, count) in [
        ("trailproof-sim", "aws-smithy-types", 0),
        ("trailproof-sim", "aws-sdk-s3", 1),
        ("trailproof-core", "aws-smithy-types", 1),
        ("trailproof-core", "serde", 0),
        ("trailproof", "aws-sdk-s3", 0),
        ("trailproof", "trailproof-iam", 1),
        ("xtask", "serde", 1),
        ("trailproof-new", "serde", 1),
    ] {
        assert_eq!(violations(&package(name, dependency)).len(), count, "{name} {dependency}");
    }
}
