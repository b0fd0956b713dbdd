//! Evaluates cases from a file: `cargo run -p trailproof-iam --example evaluate -- FILE`.
//!
//! Each case is a line of output: its id, a tab, and `Allowed`, `Conditional`, `ExplicitlyDenied` or `ImplicitlyDenied`.
//! With `--why` the trace follows, indented. Exit code 2: the file cannot be read, or holds what is no case.
#![allow(clippy::print_stdout, reason = "a program prints")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use trailproof_iam::{Answer, evaluate};

mod case;

const USAGE: &str = "usage: evaluate [--why] FILE";

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let why = arguments.iter().any(|argument| argument == "--why");
    arguments.retain(|argument| argument != "--why");
    let outcome = match arguments.as_slice() {
        [file] => run(file, why),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run(file: &str, why: bool) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let cases = case::read(&text).map_err(|error| format!("{file}:{error}"))?;
    let mut report = String::new();
    for case in &cases {
        for broken in &case.broken {
            eprintln!("{file}: {}: not evaluated: {broken}", case.id);
        }
        let answer = evaluate(&case.request, &case.layers());
        let _ = writeln!(report, "{}\t{}", case.id, answer.decision);
        if why {
            report.push_str(&told(&answer));
        }
    }
    // A reader that has seen enough is no error.
    let _ = std::io::stdout().write_all(report.as_bytes());
    Ok(())
}

fn told(answer: &Answer) -> String {
    let mut told = String::new();
    if !answer.depends_on.is_empty() {
        let _ = writeln!(told, "    depends on {}", answer.depends_on.join(", "));
    }
    for (key, values) in &answer.witness {
        let values = values.as_ref().map_or("absent".to_owned(), |values| values.join(", "));
        let _ = writeln!(told, "    allowed with {key} = {values}");
    }
    for layer in &answer.trace.layers {
        let statements: Vec<String> = layer.statements.iter().map(ToString::to_string).collect();
        let by = if statements.is_empty() { "" } else { " by " };
        let _ =
            writeln!(told, "    {}: {:?}{by}{}", layer.layer, layer.verdict, statements.join("; "));
    }
    for layer in &answer.trace.missing {
        let _ = writeln!(told, "    no allow in {layer}");
    }
    for note in &answer.notes {
        let _ = writeln!(told, "    {note:?}");
    }
    told
}
