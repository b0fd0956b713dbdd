//! Microsoft's validator of SARIF, with the rules that GitHub's code scanning adds.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Names the program.
const PROGRAM: &str = "TRAILPROOF_SARIF_MULTITOOL";

/// The validator; none where it is not there, which is said.
pub fn multitool(test: &str) -> Option<Multitool> {
    let found = std::env::var_os(PROGRAM).filter(|path| !path.is_empty());
    if found.is_none() {
        let line = format!("skipped: {test} needs {PROGRAM}; `cargo xtask test --all` runs it\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    found.map(|path| Multitool(path.into()))
}

pub struct Multitool(PathBuf);

impl Multitool {
    /// Its complaints of level error about a log, by rule. It exits 0 whatever it finds: only its own log tells.
    pub fn errors(&self, file: &Path) -> BTreeSet<String> {
        let log = file.with_extension("validated.sarif");
        let output = Command::new(&self.0)
            .arg("validate")
            .arg(file)
            .args(["--rule-kind", "Sarif;Gh", "--log", "ForceOverwrite", "-o"])
            .arg(&log)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let told: Value = serde_json::from_slice(&fs::read(&log).unwrap()).unwrap();
        fs::remove_file(&log).unwrap();
        let run = &told["runs"][0];
        assert_eq!(run["invocations"][0]["executionSuccessful"], true, "{run}");
        let results = run["results"].as_array().unwrap();
        let errors = results.iter().filter(|result| result["level"] == "error");
        errors.map(|result| format!("{} {}", result["ruleId"], result["message"])).collect()
    }
}
