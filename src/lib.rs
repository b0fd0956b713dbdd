//! trailproof: proves that an AWS organization's audit trail is there.
//!
//! The program is a library so that its collector can be run against a simulated AWS, under a clock that stands still,
//! by tests and by `benches/lab.rs`. Nothing here is meant for other programs.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod catalogue;
mod cli;
mod closing;
pub mod collect;
mod commands;
pub mod exit;
mod files;
mod gather;
pub mod keep;
mod log;
mod output;
mod plan;
pub mod progress;
mod scope;
mod select;
mod signals;
pub mod store;

pub use cli::CONCURRENCY;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

/// Does what the command line asks.
pub fn run() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results and go to stdout; a reader who goes away is no fault of the command line.
            let code = u8::try_from(error.exit_code()).unwrap_or(exit::USAGE);
            return ExitCode::from(if error.print().is_err() { exit::OUTPUT } else { code });
        }
    };
    // A fault of our own is one line and a code of the closed list too.
    std::panic::set_hook(Box::new(|panic| {
        let told = trailproof_reports::one_line(&panic.to_string());
        let _ = writeln!(std::io::stderr(), "trailproof: internal error: {told}");
    }));
    let Ok(outcome) = std::panic::catch_unwind(|| commands::run(cli.command)) else {
        return ExitCode::from(exit::INTERNAL);
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(stop) => {
            let more = serde_json::json!({ "code": stop.code });
            match log::format() {
                log::LogFormat::Text => log::say("error", &format!("trailproof: {stop}"), more),
                log::LogFormat::Json => log::say("error", &stop.message, more),
            }
            ExitCode::from(stop.code)
        }
    }
}
