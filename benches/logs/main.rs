//! `validate-logs` beside `aws cloudtrail validate-logs`, and `events` beside `validate-logs`: the same history, the same
//! loopback endpoint, both whole programs. `cargo xtask bench validate-logs [CASE…]`.
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
    /// What our side runs: the verifier, or what prints the events of the files that it proves. Beside that the verifier runs.
    command: &'static [&'static str],
    /// Whether our side reads a copy on disk; the other program always asks the endpoint.
    offline: bool,
    /// How many chains the other program is run for, one after the other, where it is not all.
    sample: usize,
}

/// Files of 20 KiB: a week of one chain.
const WEEK: Shape = Shape { accounts: 1, regions: 1, hours: 168, logs: 20, bytes: 20 << 10 };
const LARGE: Shape = Shape { logs: 4, bytes: 187 << 10, ..WEEK };
const SMALL: Shape = Shape { bytes: 2600, ..WEEK };
const QUARTER: Shape = Shape { hours: 2160, ..WEEK };
const CHAINS: Shape = Shape { accounts: 10, regions: 5, hours: 24, logs: 2, bytes: 2600 };

const PROVES: &[&str] = &["validate-logs"];
/// All events, to nobody.
const PRINTS: &[&str] = &["events"];
/// The same into a file, which is on the disk at the end.
const WRITES: &[&str] = &["events", "--output", "events.tsv", "--force"];
/// All of each event, which is the most that can wait for its turn.
const WHOLE: &[&str] = &["events", "--format", "jsonl"];
/// All columns of each, for programs.
const TABLE: &[&str] = &["events", "--format", "parquet"];
/// All events, and who stood behind their sessions.
const NAMES: &[&str] = &["events", "--who"];
/// Events that none of them is.
const FINDS: &[&str] =
    &["events", "--output", "events.tsv", "--force", "--event", "StopLogging", "--failed"];

/// The verifier on a week from the endpoint, beside the other program.
const PROOF: Case =
    Case { name: "20k", shape: WEEK, latency: 0, command: PROVES, offline: false, sample: 1 };
/// What prints all events of it.
const EVENTS: Case = Case { name: "events-20k", command: PRINTS, sample: 0, ..PROOF };

const CASES: [Case; 21] = [
    Case { name: "offline-20k", offline: true, ..PROOF },
    PROOF,
    Case { name: "2.6k", shape: SMALL, ..PROOF },
    Case { name: "187k", shape: LARGE, ..PROOF },
    Case { name: "20ms", latency: 20, ..PROOF },
    Case { name: "100ms", latency: 100, sample: 0, ..PROOF },
    Case { name: "50-chains", shape: CHAINS, sample: 5, ..PROOF },
    Case { name: "90d", shape: QUARTER, ..PROOF },
    Case { name: "90d-offline", shape: QUARTER, offline: true, sample: 0, ..PROOF },
    EVENTS,
    Case { name: "events-offline-20k", offline: true, ..EVENTS },
    Case { name: "events-20ms", latency: 20, ..EVENTS },
    Case { name: "events-100ms", latency: 100, ..EVENTS },
    Case { name: "written-offline-20k", command: WRITES, offline: true, ..EVENTS },
    Case { name: "jsonl-offline-20k", command: WHOLE, offline: true, ..EVENTS },
    Case { name: "parquet-offline-20k", command: TABLE, offline: true, ..EVENTS },
    Case { name: "who-offline-20k", command: NAMES, offline: true, ..EVENTS },
    Case { name: "who-20ms", latency: 20, command: NAMES, ..EVENTS },
    Case { name: "jsonl-187k", shape: LARGE, latency: 20, command: WHOLE, ..EVENTS },
    Case { name: "found-20k", command: FINDS, ..EVENTS },
    Case { name: "found-offline-20k", command: FINDS, offline: true, ..EVENTS },
];

/// How often each of our commands runs; the best counts.
const RUNS: usize = 3;

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
        "{:<20} {:>8} {:>8} | {:>8} {:>8} {:>6} {:>9} | {:>8} {:>8} {:>6} {:>9} | {:>7}",
        "case",
        "objects",
        "gz bytes",
        "wall s",
        "cpu s",
        "MiB",
        "objects/s",
        "other s",
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
        // By turns, as the machine is not the same from one minute to the next.
        let beside = (self.command != PROVES).then_some(PROVES);
        let (mut ours, mut proofs) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            ours.push(self.ours(self.command, &history, &url, place.path()));
            proofs.extend(beside.map(|proves| self.ours(proves, &history, &url, place.path())));
        }
        let best = |runs: Vec<Took>| runs.into_iter().min_by(|a, b| a.wall.total_cmp(&b.wall));
        let ours = best(ours).unwrap();
        let other = best(proofs).or_else(|| {
            let aws = aws.filter(|_| self.sample > 0)?;
            Some(self.sampled(&history, (aws, &url)))
        });
        let told = |took: Took| {
            let rate = objects as f64 / took.wall;
            format!("{:>8.2} {:>8.2} {:>6} {rate:>9.0}", took.wall, took.cpu, took.peak_mib)
        };
        let mut line =
            format!("{:<20} {objects:>8} {:>8} | {} |", self.name, history.sizes.0, told(ours));
        if let Some(other) = other {
            line += &format!(" {} | {:>6.2}x", told(other), other.wall / ours.wall);
        }
        println!("{line}");
    }

    /// What the other program takes for all chains, from a sample of them.
    fn sampled(&self, history: &History, place: (&Path, &str)) -> Took {
        let mut sum = Took { wall: 0.0, cpu: 0.0, peak_mib: 0 };
        for at in 0..self.sample {
            let account = &history.accounts[at % history.accounts.len()];
            let region = &history.regions[at % history.regions.len()];
            let took = self.theirs(history, place, (account, region));
            sum.wall += took.wall;
            sum.cpu += took.cpu;
            sum.peak_mib = sum.peak_mib.max(took.peak_mib);
        }
        let scale = (self.shape.accounts * self.shape.regions) as f64 / self.sample as f64;
        Took { wall: sum.wall * scale, cpu: sum.cpu * scale, ..sum }
    }

    fn ours(&self, command: &[&str], history: &History, url: &str, place: &Path) -> Took {
        let mut arguments = vec![env!("CARGO_BIN_EXE_trailproof").to_owned()];
        arguments.extend(command.iter().map(|&word| word.to_owned()));
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
