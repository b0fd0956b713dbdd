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
mod signals;
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
            let _ = writeln!(std::io::stderr(), "trailproof: {stop}");
            ExitCode::from(stop.code)
        }
    }
}
