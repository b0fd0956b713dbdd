//! Helpers for developers: `cargo xtask help`.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a program for people at a terminal")]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod bench;
mod bless;
mod block;
mod browser;
mod catalogue;
mod ci;
mod new_check;
mod python;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
Helpers for trailproof's developers

Usage: cargo xtask COMMAND

  new-check GROUP/ID   write the file of a new check, ready to fill in
  bless                write everything that is generated: the list of checks, their reference,
                       the IAM policy, the demo, the README's blocks
  bless --check        only compare, and name what is stale
  test                 every test, those that need Python packages too (fetched once, pinned)
  test --all           and SARIF by Microsoft's validator and the HTML pages in Chromium: they need
                       Node.js 20 and npm (packages pinned), and Chromium on the path
  test browser         only that one
  bench [NAME [SIZE…]] measure: scan (durations beside their bound), scale (collecting), assess
                       (judging and reports), iam (who may do what), ways (how one comes by it),
                       text (long policies); without a name all of them
  ci [-v]              what CI does, in its order: fmt, clippy, test, pages, doc, deny, freshness,
                       typos; what is not installed is left out, and the step says so
  help                 this page";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [] | ["help" | "-h" | "--help"] => {
            println!("{USAGE}");
            Ok(())
        }
        ["new-check", path] => new_check::run(path),
        ["bless"] => bless::write(),
        ["bless", "--check"] => bless::check(),
        ["test"] => python::test(None),
        ["test", "--all"] => browser::multitool()
            .and_then(|program| python::test(Some(&program)))
            .and_then(|()| browser::test()),
        ["test", "browser"] => browser::test(),
        ["bench", more @ ..] => bench::run(more),
        ["ci"] => ci::run(false),
        ["ci", "-v" | "--verbose"] => ci::run(true),
        _ => Err(format!("cannot make sense of `{}`\n\n{USAGE}", words.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
