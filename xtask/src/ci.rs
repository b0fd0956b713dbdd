//! What CI does, in its order, one line for each step.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::process::Command;
use std::time::Instant;

use crate::workspace::{Outcome, cargo, is_installed, tool, typed};
use crate::{bless, browser, python};

/// How a step ended.
enum Ending {
    /// Well; with a remark for its line and the lines worth keeping below it.
    Done { remark: String, kept: Vec<String> },
    /// Not run, and why.
    Skipped(&'static str),
}

impl Ending {
    fn done() -> Self {
        Self::Done { remark: String::new(), kept: Vec::new() }
    }
}

type Step = (&'static str, fn(bool) -> Outcome<Ending>);

const STEPS: [Step; 9] = [
    ("fmt", |loud| plain(cargo(&["fmt", "--all", "--", "--check", "--color", "never"]), loud)),
    ("clippy", |loud| {
        plain(cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]), loud)
    }),
    // The program without its default features is somebody's too.
    ("lean", |loud| {
        let lean =
            ["--workspace", "--all-targets", "--no-default-features", "--", "-D", "warnings"];
        plain(cargo(&[&["clippy"], &lean[..]].concat()), loud)
    }),
    ("test", test),
    ("pages", |loud| {
        if let Err(why) = browser::is_ready() {
            return Ok(Ending::Skipped(why));
        }
        let output = captured(cargo(&["xtask", "test", "browser"]), loud)?;
        let sum = output.lines().find(|line| line.ends_with(" 0 failed")).unwrap_or_default();
        Ok(Ending::Done { remark: sum.to_owned(), kept: Vec::new() })
    }),
    ("doc", |loud| {
        let mut command = cargo(&["doc", "--workspace", "--no-deps"]);
        command.env("RUSTDOCFLAGS", "-D warnings");
        plain(command, loud)
    }),
    ("deny", |loud| {
        if !is_installed(&mut cargo(&["deny", "--version"])) {
            return Ok(Ending::Skipped("cargo-deny is not installed"));
        }
        plain(cargo(&["deny", "--offline", "check", "bans", "licenses", "sources"]), loud)
    }),
    ("freshness", |_| bless::check().map(|()| Ending::done())),
    ("typos", |loud| {
        if !is_installed(tool("typos").arg("--version")) {
            return Ok(Ending::Skipped("typos is not installed"));
        }
        plain(tool("typos"), loud)
    }),
];

/// Runs every step, also after one that failed: one run should say all that is wrong.
pub fn run(loud: bool) -> Outcome<()> {
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        let start = Instant::now();
        let ending = step(loud);
        let seconds = start.elapsed().as_secs_f32();
        match ending {
            Ok(Ending::Done { remark, kept }) => {
                println!("{}", format!("{name:<10} ok      {seconds:>7.1} s  {remark}").trim_end());
                kept.iter().for_each(|line| println!("    {line}"));
            }
            Ok(Ending::Skipped(why)) => println!("{name:<10} skipped            {why}"),
            Err(output) => {
                println!("{name:<10} FAILED  {seconds:>7.1} s\n{output}\n");
                failed.push(name);
            }
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn plain(command: Command, loud: bool) -> Outcome<Ending> {
    captured(command, loud).map(|_| Ending::done())
}

fn test(loud: bool) -> Outcome<Ending> {
    let ready = browser::has_modules();
    let multitool = ready.is_ok().then(browser::multitool).transpose()?;
    let output = captured(python::command(multitool.as_deref())?, loud)?;
    // Shown already where everything is.
    let kept = if loud { Vec::new() } else { summaries(&output) };
    let mut remark = total(&summaries(&output));
    if let Err(why) = ready {
        let _ = write!(remark, "; without SARIF's validator: {why}");
    }
    Ok(Ending::Done { remark, kept })
}

/// Runs a command and returns all it said, in order; as the error where it failed.
fn captured(mut command: Command, loud: bool) -> Outcome<String> {
    let name = typed(&command);
    let problem = |error: io::Error| format!("run `{name}`: {error}");
    let (mut reader, writer) = io::pipe().map_err(problem)?;
    command.stdout(writer.try_clone().map_err(problem)?).stderr(writer);
    let mut child = command.spawn().map_err(problem)?;
    // It holds the pipe's writing ends; reading would never end.
    drop(command);
    let mut output = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = reader.read(&mut buffer).map_err(problem)?;
        let Some(part) = buffer.get(..length).filter(|part| !part.is_empty()) else { break };
        output.extend_from_slice(part);
        if loud {
            io::stdout().write_all(part).map_err(problem)?;
        }
    }
    let status = child.wait().map_err(problem)?;
    let output = String::from_utf8_lossy(&output).into_owned();
    match status.success() {
        true => Ok(output),
        false if loud => Err(format!("`{name}` failed")),
        false => Err(format!("{}\n`{name}` failed", output.trim_end())),
    }
}

/// Cargo's own closing line of each suite that has tests.
fn summaries(output: &str) -> Vec<String> {
    output
        .lines()
        .filter(|line| {
            line.starts_with("test result: ") && !line.contains(". 0 passed; 0 failed; 0 ignored")
        })
        .map(str::to_owned)
        .collect()
}

fn total(summaries: &[String]) -> String {
    let passed: u64 = summaries.iter().filter_map(|line| count(line, "passed")).sum();
    let ignored: u64 = summaries.iter().filter_map(|line| count(line, "ignored")).sum();
    let ignored = if ignored == 0 { String::new() } else { format!(", {ignored} more ignored") };
    format!("{passed} tests in {} suites{ignored}", summaries.len())
}

/// The number before a word: 12 in `12 passed`.
fn count(line: &str, word: &str) -> Option<u64> {
    line.split_once(word)?.0.trim_end().rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
     Running unittests lib.rs
test result: ok. 10 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.85s
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: ok. 16 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 1.10s
";

    #[test]
    fn the_totals_are_cargos_own() {
        let lines = summaries(OUTPUT);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| OUTPUT.contains(line)));
        assert_eq!(total(&lines), "26 tests in 2 suites, 2 more ignored");
        assert_eq!(total(&[]), "0 tests in 0 suites");
    }

    #[test]
    fn a_step_that_fails_says_what_it_said() {
        let problem = captured(cargo(&["xtask-has-no-such-command"]), false).unwrap_err();
        assert!(problem.contains("no such command"), "{problem}");
        assert!(captured(cargo(&["--version"]), false).unwrap().starts_with("cargo"));
    }
}
