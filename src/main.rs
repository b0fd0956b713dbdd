//! trailproof: proves that an AWS organization's audit trail is there.

mod catalogue;
mod cli;
mod collect;
mod commands;
mod exit;
mod output;
mod plan;
mod progress;
mod scope;
mod select;
mod store;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results and go to stdout; a reader who goes away is no fault of the command line.
            let code = u8::try_from(error.exit_code()).unwrap_or(exit::USAGE);
            return ExitCode::from(if error.print().is_err() { exit::OUTPUT } else { code });
        }
    };
    match commands::run(cli.command) {
        Ok(code) => ExitCode::from(code),
        Err(stop) => {
            let _ = writeln!(std::io::stderr(), "trailproof: {stop}");
            ExitCode::from(stop.code)
        }
    }
}
