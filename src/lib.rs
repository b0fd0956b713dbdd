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
mod compare;
mod config;
mod earlier;
mod events;
pub mod exit;
mod files;
mod gather;
mod gating;
mod handed;
pub mod keep;
mod log;
mod output;
mod package;
mod plan;
pub mod progress;
mod protection;
mod question;
mod scope;
mod select;
mod signals;
pub mod store;
mod validate_logs;
mod who_can;
mod would_alert;
mod would_record;

pub use cli::CONCURRENCY;

use std::io::Write;
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, FromArgMatches};

fn parsed(command: clap::Command) -> Result<(cli::Cli, ArgMatches), clap::Error> {
    let matches = command.try_get_matches()?;
    Ok((cli::Cli::from_arg_matches(&matches)?, matches))
}

/// Takes in what the user laid down, and does what the command line asks under it.
fn configured(mut cli: cli::Cli) -> Result<u8, exit::Stop> {
    let usage = |error: clap::Error| {
        let told = error.to_string();
        let first = told.lines().next().unwrap_or_default();
        exit::Stop::usage(first.strip_prefix("error: ").unwrap_or(first))
    };
    let applies = cli.command.as_ref().is_none_or(cli::Command::is_configured);
    if applies || cli.config.dump_config {
        let config = config::Config::load(cli.config.config.as_deref())?;
        let matches;
        (cli, matches) = parsed(config.defaults(cli::Cli::command())).map_err(usage)?;
        let waivers = cli.config.waivers.as_deref();
        let terms = config.terms(waivers)?;
        if cli.config.dump_config {
            let of_verb = matches.subcommand().map(|(_, matches)| matches);
            let text = config::dump(&config, of_verb, waivers);
            return output::print(text.as_bytes()).map(|()| 0);
        }
        config::lay_down(terms);
    }
    match cli.command {
        Some(command) => commands::run(command),
        None => Err(exit::Stop::usage("a command is expected; `trailproof --help` lists them")),
    }
}

/// A fault to order, so that a test sees what becomes of one; no release has it.
#[expect(clippy::panic, reason = "it is what is asked for")]
fn fault() {
    if cfg!(debug_assertions) && std::env::var_os("TRAILPROOF_FAULT").is_some() {
        panic!("a fault was asked for");
    }
}

/// Does what the command line asks.
pub fn run() -> ExitCode {
    let (cli, _) = match parsed(cli::Cli::command()) {
        Ok(parsed) => parsed,
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
    let Ok(outcome) = std::panic::catch_unwind(|| {
        fault();
        configured(cli)
    }) else {
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
