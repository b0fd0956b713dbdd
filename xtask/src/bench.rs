//! The measurements behind `docs/performance.md`: built like the release, and run one after the other.

use crate::workspace::{Outcome, cargo, typed};

/// What can be measured, and how: the bench target and what it is asked for by default.
const BENCHES: [(&str, &str, &[&str]); 4] = [
    ("scan", "lab", &["scan"]),
    ("scale", "lab", &["scale"]),
    ("assess", "assess", &["1000", "10000"]),
    ("text", "scale", &[]),
];

/// Runs one measurement, or all of them.
pub fn run(words: &[&str]) -> Outcome<()> {
    match words {
        [] => BENCHES.iter().try_for_each(|(name, ..)| one(name, &[])),
        [name, more @ ..] => one(name, more),
    }
}

fn one(name: &str, more: &[&str]) -> Outcome<()> {
    let Some((name, target, usual)) = BENCHES.iter().find(|(known, ..)| *known == name) else {
        let known: Vec<&str> = BENCHES.iter().map(|(name, ..)| *name).collect();
        return Err(format!("there is no measurement {name:?}; there are {}", known.join(", ")));
    };
    println!("{name}");
    let package = if *target == "scale" { "trailproof-iam" } else { "trailproof" };
    let mut command = cargo(&["bench", "--quiet", "--package", package, "--bench", target, "--"]);
    match (more, *name) {
        ([], _) => command.args(*usual),
        // The size follows the word by which the target knows what to measure.
        (more, "scan" | "scale") => command.arg(name).args(more),
        (more, _) => command.args(more),
    };
    let status = command.status().map_err(|error| format!("run `{}`: {error}", typed(&command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed", typed(&command))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_measurement_is_refused_with_those_that_there_are() {
        let problem = run(&["speed"]).unwrap_err();
        assert!(problem.contains("scan, scale, assess"), "{problem}");
    }
}
