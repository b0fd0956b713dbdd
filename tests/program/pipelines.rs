//! The examples for CI servers: what they run exists, exits as they say, and writes what they upload.

use std::fs;
use std::path::Path;
use std::process::Command;

use yaml_rust2::{Yaml, YamlLoader};

use crate::program::Place;

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn yaml(name: &str) -> Yaml {
    YamlLoader::load_from_str(&text(name)).unwrap().remove(0)
}

/// The arguments of the first call in an example, up to where the shell goes on.
fn call(text: &str) -> Vec<&str> {
    let (_, rest) = text.split_once("trailproof scan ").expect("an example scans");
    let line = rest.lines().next().unwrap();
    let end = line.find([';', '|', '&', '\'', '"']).unwrap_or(line.len());
    line[..end].split_whitespace().collect()
}

#[test]
fn what_the_examples_run_writes_what_they_upload() {
    let uploads: [(&str, &[&str]); 3] = [
        ("docs/ci/gitlab-ci.yml", &["report/report.junit.xml", "report/report.gitlab.json"]),
        ("docs/ci/Jenkinsfile", &["report/report.junit.xml"]),
        ("docs/ci/buildkite.yml", &["report/report.junit.xml", "summary.md"]),
    ];
    for (name, files) in uploads {
        let example = text(name);
        let place = Place::new();
        place.program(&["demo"]).more(&call(&example)).run().quietly(1);
        for file in files {
            assert!(example.contains(file), "{name} uploads {file}");
            assert!(!place.read(file).is_empty(), "{name}: {file}");
        }
    }
}

#[test]
fn the_examples_are_yaml_and_say_what_they_upload() {
    let gitlab = yaml("docs/ci/gitlab-ci.yml");
    let reports = &gitlab["audit-trail"]["artifacts"]["reports"];
    assert_eq!(reports["junit"].as_str(), Some("report/report.junit.xml"));
    assert_eq!(reports["codequality"].as_str(), Some("report/report.gitlab.json"));
    assert_eq!(gitlab["audit-trail"]["artifacts"]["when"].as_str(), Some("always"));
    let buildkite = yaml("docs/ci/buildkite.yml");
    assert_eq!(buildkite["steps"][0]["soft_fail"][0]["exit_status"].as_i64(), Some(3));
    let steps = &yaml("docs/ci/github-actions.yml")["jobs"]["trailproof"]["steps"];
    let inputs = &yaml("action.yml")["inputs"];
    for step in steps.as_vec().unwrap() {
        if step["uses"].as_str().is_some_and(|uses| uses.starts_with("trailproof/")) {
            for (input, _) in step["with"].as_hash().unwrap() {
                assert!(!inputs[input.as_str().unwrap()].is_badvalue(), "{input:?}");
            }
        }
    }
}

/// The action's own script, run as a runner does.
#[test]
#[cfg(unix)]
fn the_action_runs_and_tells_its_exit_code() {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_vec().unwrap();
    let step = steps.iter().find(|step| step["id"].as_str() == Some("run")).unwrap();
    let script = step["run"].as_str().unwrap();
    assert!(!script.contains("${{"), "an input must not become part of the script");
    let run = |inputs: &[(&str, &str)]| {
        let place = Place::new();
        let bin = place.path("trailproof/bin");
        fs::create_dir_all(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_trailproof"), bin.join("trailproof"))
            .unwrap();
        place.write("output", "");
        place.write("page.md", "");
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(place.path(""))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", place.path(""))
            .env("RUNNER_TEMP", place.path(""))
            .env("GITHUB_OUTPUT", place.path("output"))
            .env("GITHUB_STEP_SUMMARY", place.path("page.md"));
        for (name, _) in step["env"].as_hash().unwrap() {
            command.env(name.as_str().unwrap(), "");
        }
        for (name, value) in [
            ("TP_COMMAND", "demo"),
            ("TP_FOLDER", "a folder"),
            ("TP_FAIL_ON", "high"),
            ("TP_MIN_COVERAGE", "90"),
        ] {
            command.env(name, value);
        }
        let output = command.envs(inputs.iter().copied()).output().unwrap();
        (place, output)
    };
    let (place, output) = run(&[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(place.read("output"), b"exit-code=1\n");
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("::error title="));
    assert!(place.read("page.md").starts_with(b"# Trailproof"));
    assert!(!place.read("a folder/report.sarif").is_empty());

    let baseline = place.path("a folder/report.json");
    let (_, output) = run(&[
        ("TP_BASELINE", baseline.to_str().unwrap()),
        ("TP_MIN_COVERAGE", "0"),
        ("TP_ARGUMENTS", "--check=trail-kms-key-usable\n--exit-zero\n"),
    ]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
