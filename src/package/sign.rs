//! The signature over the list of hashes: the user's own command makes it, and no key is ever trailproof's.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use super::names::{SIGNATURE, SUMS};
use super::staging::Staging;
use crate::exit::Stop;

/// Runs the command, and puts what it writes beside the list.
///
/// # Errors
/// Where it cannot be run, fails, or writes nothing (5).
pub fn sign(staging: &mut Staging, command: &str) -> Result<(), Stop> {
    let failed = |why: String| Stop::output(format!("--sign-with {command:?}: {why}"));
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let sums = fs::read(staging.path().join(SUMS)).map_err(|error| failed(error.to_string()))?;
    let mut child = Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    if let Some(mut input) = child.stdin.take() {
        // A command that signs a file of its own need not read.
        let _ = input.write_all(&sums);
    }
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(format!("it ended with {}", output.status)));
    }
    if output.stdout.is_empty() {
        return Err(failed("it wrote no signature to its standard output".to_owned()));
    }
    staging.put(SIGNATURE, &output.stdout)
}
