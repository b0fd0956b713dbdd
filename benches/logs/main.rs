//! `validate-logs` beside `aws cloudtrail validate-logs`: the same history, the same loopback endpoint, both whole
//! programs. `cargo xtask bench validate-logs [CASE…]`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use history::{BUCKET, HOME, History, OWNER, Shape, TRAIL};

mod history;
mod served;

/// What is measured.
struct Case {
    name: &'static str,
    shape: Shape,
    latency: u64,
    /// What our side runs: the verifier, or what prints the events of the files that it proves.
    command: &'static [&'static str],
    /// Whether our side reads a copy on disk; the other program always asks the endpoint.
    offline: bool,
    /// How many chains the other program is run for, one after the other, where it is not all.
    sample: usize,
}

const ONE: Shape = Shape { accounts: 1, regions: 1, hours: 24, logs: 20, bytes: 20 << 10 };

const PROVES: &[&str] = &["validate-logs"];
/// All events, to nobody.
const PRINTS: &[&str] = &["events"];
/// The same into a file, which is on the disk at the end.
const WRITES: &[&str] = &["events", "--output", "events.tsv", "--force"];
/// All of each event, which is the most that can wait for its turn.
const WHOLE: &[&str] = &["events", "--format", "jsonl"];
/// Events that none of them is.
const FINDS: &[&str] =
    &["events", "--output", "events.tsv", "--force", "--event", "StopLogging", "--failed"];

const CASES: [Case; 17] = [
    Case {
        name: "offline-20k",
        shape: Shape { hours: 168, ..ONE },
        latency: 0,
        command: PROVES,
        offline: true,
        sample: 1,
    },
    Case {
        name: "20k",
        shape: Shape { hours: 168, ..ONE },
        latency: 0,
        command: PROVES,
        offline: false,
        sample: 1,
    },
    Case {
        name: "2.6k",
        shape: Shape { hours: 168, bytes: 2600, ..ONE },
        latency: 0,
        command: PROVES,
        offline: false,
        sample: 1,
    },
    Case {
        name: "187k",
        shape: Shape { hours: 168, logs: 4, bytes: 187 << 10, ..ONE },
        latency: 0,
        command: PROVES,
        offline: false,
        sample: 1,
    },
    Case {
        name: "20ms",
        shape: Shape { hours: 168, ..ONE },
        latency: 20,
        command: PROVES,
        offline: false,
        sample: 1,
    },
    Case {
        name: "50-chains",
        shape: Shape { accounts: 10, regions: 5, logs: 2, bytes: 2600, ..ONE },
        latency: 0,
        command: PROVES,
        offline: false,
        sample: 5,
    },
    Case {
        name: "90d",
        shape: Shape { hours: 2160, ..ONE },
        latency: 0,
        command: PROVES,
        offline: false,
        sample: 1,
    },
    Case {
        name: "90d-offline",
        shape: Shape { hours: 2160, ..ONE },
        latency: 0,
        command: PROVES,
        offline: true,
        sample: 0,
    },
    Case {
        name: "events-20k",
        shape: Shape { hours: 168, ..ONE },
        latency: 0,
        command: PRINTS,
        offline: false,
        sample: 0,
    },
    Case {
        name: "events-offline-20k",
        shape: Shape { hours: 168, ..ONE },
        latency: 0,
        command: PRINTS,
        offline: true,
        sample: 0,
    },
    Case {
        name: "events-20ms",
        shape: Shape { hours: 168, ..ONE },
        latency: 20,
        command: PRINTS,
        offline: false,
        sample: 0,
    },
    Case {
        name: "100ms",
        shape: Shape { hours: 168, ..ONE },
        latency: 100,
        command: PROVES,
        offline: false,
        sample: 0,
    },
    Case {
        name: "events-100ms",
        shape: Shape { hours: 168, ..ONE },
        latency: 100,
        command: PRINTS,
        offline: false,
        sample: 0,
    },
    Case {
        name: "written-offline-20k",
        shape: Shape { hours: 168, ..ONE },
        latency: 0,
        command: WRITES,
        offline: true,
        sample: 0,
    },
    Case {
        name: "jsonl-187k",
        shape: Shape { hours: 168, logs: 4, bytes: 187 << 10, ..ONE },
        latency: 20,
        command: WHOLE,
        offline: false,
        sample: 0,
    },
    Case {
        name: "found-20k",
        shape: Shape { hours: 168, ..ONE },
        latency: 0,
        command: FINDS,
        offline: false,
        sample: 0,
    },
    Case {
        name: "found-offline-20k",
        shape: Shape { hours: 168, ..ONE },
        latency: 0,
        command: FINDS,
        offline: true,
        sample: 0,
    },
];

/// What a run took.
#[derive(Clone, Copy)]
struct Took {
    wall: f64,
    cpu: f64,
    peak_mib: u64,
}

fn main() {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    // `cargo test --benches` calls it without a word.
    if words.is_empty() {
        return;
    }
    let aws = find("aws");
    if aws.is_none() {
        println!("the AWS CLI is not installed: trailproof is measured alone");
    }
    println!(
        "{:<20} {:>8} {:>8} | {:>8} {:>8} {:>6} {:>9} | {:>8} {:>8} {:>6} {:>9} | {:>6}",
        "case",
        "objects",
        "gz bytes",
        "wall s",
        "cpu s",
        "MiB",
        "objects/s",
        "aws s",
        "cpu s",
        "MiB",
        "objects/s",
        "ratio"
    );
    for case in
        CASES.iter().filter(|case| words.iter().any(|word| word == case.name || word == "all"))
    {
        case.run(aws.as_deref());
    }
}

fn find(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file())
}

impl Case {
    fn run(&self, aws: Option<&Path>) {
        let history = Arc::new(History::new(self.shape));
        let url = served::serve(history.clone(), Duration::from_millis(self.latency));
        let objects = history.objects.len();
        let place = tempfile::tempdir().unwrap();
        if self.offline {
            history.write(place.path());
        }
        let ours = (0..3).map(|_| self.ours(&history, &url, place.path()));
        let ours = ours.min_by(|one, other| one.wall.total_cmp(&other.wall)).unwrap();
        let rate = objects as f64 / ours.wall;
        let mut line = format!(
            "{:<20} {objects:>8} {:>8} | {:>8.2} {:>8.2} {:>6} {rate:>9.0} |",
            self.name, history.sizes.0, ours.wall, ours.cpu, ours.peak_mib
        );
        if let Some(aws) = aws.filter(|_| self.sample > 0) {
            let chains = self.shape.accounts * self.shape.regions;
            let mut sum = Took { wall: 0.0, cpu: 0.0, peak_mib: 0 };
            for at in 0..self.sample {
                let account = &history.accounts[at % history.accounts.len()];
                let region = &history.regions[at % history.regions.len()];
                let took = self.theirs(&history, (aws, &url), (account, region));
                sum = Took {
                    wall: sum.wall + took.wall,
                    cpu: sum.cpu + took.cpu,
                    peak_mib: sum.peak_mib.max(took.peak_mib),
                };
            }
            let scale = chains as f64 / self.sample as f64;
            let theirs = objects as f64 / (sum.wall * scale);
            line += &format!(
                " {:>8.2} {:>8.2} {:>6} {theirs:>9.0} | {:>5.1}x",
                sum.wall * scale,
                sum.cpu * scale,
                sum.peak_mib,
                rate / theirs
            );
        }
        println!("{line}");
    }

    fn ours(&self, history: &History, url: &str, place: &Path) -> Took {
        let mut arguments = vec![env!("CARGO_BIN_EXE_trailproof").to_owned()];
        arguments.extend(self.command.iter().map(|&word| word.to_owned()));
        let (from, to) = (history.from.to_string(), history.to.to_string());
        arguments.extend(
            ["--start", &from, "--end", &to, "--quiet", "--bucket", BUCKET].map(str::to_owned),
        );
        if self.offline {
            arguments.extend(
                ["--dir", "mirror", "--metadata", "metadata", "--keys", "keys.json"]
                    .map(str::to_owned),
            );
        } else {
            arguments.extend(
                ["--endpoint-url", url, "--region", HOME, "--as-of", "2026-11-01"]
                    .map(str::to_owned),
            );
        }
        measured(&arguments, place, 0)
    }

    fn theirs(
        &self,
        history: &History,
        (aws, url): (&Path, &str),
        (account, region): (&str, &str),
    ) -> Took {
        let trail = format!("arn:aws:cloudtrail:{HOME}:{OWNER}:trail/{TRAIL}");
        // The CLI takes the digests' end as inside its time; an hour's digest ends with the hour.
        let (from, to) = (history.from.to_string(), history.to.to_string());
        let mut arguments: Vec<String> = vec![aws.display().to_string()];
        arguments.extend(
            [
                "cloudtrail",
                "validate-logs",
                "--trail-arn",
                &trail,
                "--start-time",
                &from,
                "--end-time",
                &to,
                "--region",
                region,
            ]
            .map(str::to_owned),
        );
        if history.accounts.len() > 1 {
            arguments.extend(["--account-id".to_owned(), account.to_owned()]);
        }
        arguments.extend(["--endpoint-url".to_owned(), url.to_owned()]);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("url"), url).unwrap();
        measured(&arguments, folder.path(), 0)
    }
}

/// Runs a program to its end with `/usr/bin/time`, which tells what it used.
fn measured(arguments: &[String], place: &Path, code: i32) -> Took {
    let url = arguments.iter().find(|one| one.starts_with("http://")).cloned().unwrap_or_default();
    let start = Instant::now();
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%U %S %M"])
        .args(arguments)
        .current_dir(place)
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs((!url.is_empty()).then_some(("AWS_ENDPOINT_URL", url)))
        .stdin(Stdio::null())
        // What is printed is somebody else's to take: a pipe's other end would share the processor.
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .and_then(std::process::Child::wait_with_output)
        .expect("/usr/bin/time is needed");
    let wall = start.elapsed().as_secs_f64();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{told}");
    let numbers: Vec<f64> =
        told.lines().last().unwrap().split(' ').map(|one| one.parse().unwrap()).collect();
    Took { wall, cpu: numbers[0] + numbers[1], peak_mib: numbers[2] as u64 / 1024 }
}
