//! Every test, with the pinned Python packages that some of them drive.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::{Outcome, cargo, read, root, shown, target, tool, typed};

const REQUIREMENTS: &str = "tests/moto/requirements.txt";

/// The interpreter that the tests drive; those that need it are left out where it is not set.
const INTERPRETER: &str = "TRAILPROOF_PYTHON";

/// The validator of SARIF that the tests drive; those that need it are left out where it is not set.
const MULTITOOL: &str = "TRAILPROOF_SARIF_MULTITOOL";

/// Runs every test, its output as it comes.
pub fn test(multitool: Option<&Path>) -> Outcome<()> {
    let mut command = command(multitool)?;
    let status = command.status().map_err(|error| format!("run `{}`: {error}", typed(&command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed", typed(&command))) }
}

/// Where the random tests begin. The same place each time, so that a change fails by what it changes and not by luck;
/// plain `cargo test`, or another seed, looks elsewhere.
const SEED: &str = "PROPTEST_RNG_SEED";

/// The command that runs every test; with the validator of SARIF also those that need it.
pub fn command(multitool: Option<&Path>) -> Outcome<Command> {
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    if let Some(program) = multitool {
        command.env(MULTITOOL, program);
    }
    if env::var_os(SEED).is_none() {
        command.env(SEED, "20261127");
    }
    if let Some(interpreter) = interpreter()? {
        command.env(INTERPRETER, interpreter);
    }
    Ok(command)
}

/// A Python with the packages that the tests need, made once for each list of them.
fn interpreter() -> Outcome<Option<PathBuf>> {
    if let Some(given) = std::env::var_os(INTERPRETER) {
        return Ok(Some(given.into()));
    }
    let requirements = root().join(REQUIREMENTS);
    if !requirements.is_file() {
        return Ok(None);
    }
    let version = said(tool("python3").arg("--version"))
        .map_err(|problem| format!("{problem}\n{REQUIREMENTS} needs Python 3 on the path"))?;
    let folder = target().join(folder_name(&version, &read(&requirements)?));
    let python = ["bin/python", "Scripts/python.exe"]
        .map(|place| folder.join(place))
        .into_iter()
        .find(|python| python.is_file())
        .unwrap_or_else(|| folder.join("bin/python"));
    let complete = folder.join("complete");

    fs::create_dir_all(target()).map_err(|error| format!("make the target folder: {error}"))?;
    let lock = File::create(folder.with_extension("lock"))
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|error| format!("lock {}: {error}", shown(&folder)))?;
    if !complete.is_file() {
        make(&folder, &python, &requirements)?;
        File::create(&complete).map_err(|error| format!("finish {}: {error}", shown(&folder)))?;
    }
    drop(lock);
    Ok(Some(python))
}

fn make(folder: &Path, python: &Path, requirements: &Path) -> Outcome<()> {
    eprintln!("fetching the Python packages of {REQUIREMENTS} into {}", shown(folder));
    if folder.exists() {
        // Left half made by a run that was stopped.
        fs::remove_dir_all(folder).map_err(|error| format!("clear {}: {error}", shown(folder)))?;
    }
    said(tool("python3").args(["-m", "venv"]).arg(folder)).map_err(|problem| {
        format!("{problem}\nThis Python lacks venv: on Debian and Ubuntu the package python3-venv has it")
    })?;
    let options = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"];
    said(tool(python).args(options).arg("--require-hashes").arg("-r").arg(requirements)).map_err(
        |problem| {
            format!(
                "{problem}\n`cargo test --workspace` runs the tests that need no Python packages"
            )
        },
    )?;
    Ok(())
}

/// What a command says, or why it failed.
fn said(command: &mut Command) -> Outcome<String> {
    let name = typed(command);
    let output = command.output().map_err(|error| format!("run `{name}`: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(format!("`{name}` failed\n{}\n{}", text(&output.stdout), text(&output.stderr)))
}

/// Other packages or another Python are another folder. The hash only has to be stable for one toolchain.
fn folder_name(version: &str, requirements: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (version, requirements).hash(&mut hasher);
    format!("python-{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_follows_the_packages_and_the_python() {
        let name = folder_name("Python 3.11.7", "moto==5.2.5");
        assert_eq!(name, folder_name("Python 3.11.7", "moto==5.2.5"));
        assert_ne!(name, folder_name("Python 3.12.1", "moto==5.2.5"));
        assert_ne!(name, folder_name("Python 3.11.7", "moto==5.2.6"));
    }

    #[test]
    fn a_tool_that_is_not_there_is_named() {
        let problem = said(&mut tool("xtask-has-no-such-tool")).unwrap_err();
        assert!(problem.contains("xtask-has-no-such-tool"), "{problem}");
    }
}
