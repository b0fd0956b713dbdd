//! The names of a package's files, and which names a package may hold at all.

use trailproof_core::language::Language;
use trailproof_core::snapshot::Probe;

/// The names that are fixed.
pub const MANIFEST: &str = "manifest.json";
/// A signature over the list of hashes, which the user makes.
pub const SIGNATURE: &str = "SHA256SUMS.sig";
/// Covers all but itself and its signature.
pub const SUMS: &str = "SHA256SUMS";
/// What changed since the package before, for programs.
pub const DIFF: &str = "diff.json";
/// The same for people, in each language.
pub const DIFF_PAGES: [(&str, Language); 2] =
    [("diff.md", Language::English), ("diff.ja.md", Language::Japanese)];
/// What was judged by.
pub const TERMS: &str = "terms.json";
/// The accounts and what became of them.
pub const SCOPE: &str = "scope.json";
/// Every call.
pub const COVERAGE: &str = "coverage.csv";
/// Every result.
pub const FINDINGS: &str = "findings.jsonl";
/// The exceptions.
pub const WAIVERS: &str = "waivers.csv";
/// The assessment at rest.
pub const REPORT: &str = "report.json";
/// What the run was asked for.
pub const SNAPSHOT: &str = "raw/snapshot.json";
/// Where the answers lie.
pub const RAW: &str = "raw";
/// The folder of the organization's own answers.
pub const ORGANIZATION: &str = "organization";

/// How the folder in an archive begins.
pub const ROOT: &str = "trailproof-evidence_";

/// Where a question and its answer lie: `owner` is an account or [`ORGANIZATION`]; `at` counts those of one call and
/// region.
pub fn raw(owner: &str, probe: &Probe, at: usize) -> String {
    let call = probe.fact.operation().replace(':', ".");
    let region = probe.place();
    if at == 0 {
        format!("{RAW}/{owner}/{region}/{call}.json")
    } else {
        format!("{RAW}/{owner}/{region}/{call}.{at}.json")
    }
}

/// Whether a package may hold a file of that name: nothing that leads out of it, and nothing that differs from another
/// name only where file systems do.
pub fn is_safe(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    name.len() <= 300 && name.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_package() {
        for name in ["README.en.md", "raw/111122223333/eu-west-1/cloudtrail.DescribeTrails.json"] {
            assert!(is_safe(name), "{name}");
        }
        for name in
            ["", "/etc/passwd", "../x", "raw/../../x", "raw//x", "raw/.x", "a\\b", "a:b", "x.", "é"]
        {
            assert!(!is_safe(name), "{name}");
        }
    }
}
