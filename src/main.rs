//! trailproof: proves that an AWS organization's audit trail is there.

use std::process::ExitCode;

fn main() -> ExitCode {
    trailproof::run()
}
