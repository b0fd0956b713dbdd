//! The measurements behind `docs/performance.md`: built like the release, and run one after the other.

use crate::workspace::{Outcome, cargo, typed};

/// A measurement: the packages that hold it, its bench target, and what it is asked for unless told otherwise.
struct Bench {
    name: &'static str,
    packages: &'static [&'static str],
    target: &'static str,
    usual: &'static [&'static str],
}

const BENCHES: [Bench; 7] = [
    Bench { name: "scan", packages: &["trailproof"], target: "lab", usual: &["scan"] },
    Bench { name: "scale", packages: &["trailproof"], target: "lab", usual: &["scale"] },
    Bench {
        name: "assess",
        packages: &["trailproof"],
        target: "assess",
        usual: &["1000", "10000"],
    },
    Bench {
        name: "iam",
        packages: &["trailproof-iam"],
        target: "answers",
        usual: &["10000", "300"],
    },
    Bench {
        name: "validate-logs",
        packages: &["trailproof"],
        target: "logs",
        usual: &[
            "offline-20k",
            "20k",
            "2.6k",
            "187k",
            "20ms",
            "50-chains",
            "events-20k",
            "events-offline-20k",
            "found-20k",
            "found-offline-20k",
        ],
    },
    Bench { name: "ways", packages: &["trailproof-iam"], target: "ways", usual: &["100", "300"] },
    Bench {
        name: "text",
        packages: &["trailproof-iam", "trailproof-checks", "trailproof-reports"],
        target: "scale",
        usual: &[],
    },
];

/// Runs one measurement, or all of them.
pub fn run(words: &[&str]) -> Outcome<()> {
    match words {
        [] => BENCHES.iter().try_for_each(|bench| bench.run(&[])),
        [name, more @ ..] => {
            let Some(bench) = BENCHES.iter().find(|bench| bench.name == *name) else {
                let known: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
                return Err(format!(
                    "there is no measurement {name:?}; there are {}",
                    known.join(", ")
                ));
            };
            bench.run(more)
        }
    }
}

impl Bench {
    fn run(&self, more: &[&str]) -> Outcome<()> {
        println!("{}", self.name);
        for package in self.packages {
            let bench = ["bench", "--quiet", "--package", package, "--bench", self.target, "--"];
            let mut command = cargo(&bench);
            match (more, self.usual) {
                ([], usual) => command.args(usual),
                // The sizes follow the word by which the target knows what to measure.
                (more, [word]) => command.arg(word).args(more),
                (more, _) => command.args(more),
            };
            let status =
                command.status().map_err(|error| format!("run `{}`: {error}", typed(&command)))?;
            if !status.success() {
                return Err(format!("`{}` failed", typed(&command)));
            }
        }
        Ok(())
    }
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
