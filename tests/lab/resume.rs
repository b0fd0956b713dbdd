//! A process that ends at any moment loses nothing: what another makes of its folder is byte for byte what one would
//! have made of everything.

use std::time::Duration;

use proptest::prelude::*;
use trailproof::collect::{Ending, Halt};
use trailproof::store::Reader;
use trailproof_sim::{Latency, Quotas, Shape, Simulator};

use crate::judged::judged;
use crate::run::{Lab, paused};

fn report(reader: &Reader) -> String {
    judged(reader).unwrap().json()
}

/// An organization in which accounts name one another's buckets and keys.
fn simulator() -> Simulator {
    let shape =
        Shape { seed: 11, accounts: 8, own_trails: 0.8, roles_per_account: 3, ..Shape::default() };
    Simulator::generated(shape)
        .with_latency(Latency::fixed(Duration::from_millis(50)))
        .with_quotas(Quotas::aws())
}

fn lab(folder: &std::path::Path) -> Lab {
    // Few calls at once: many moments in which something else is under way.
    Lab { concurrency: 6, ..Lab::new(simulator()).within(folder) }
}

/// The report of a run that nothing disturbs, and how long it takes.
fn undisturbed() -> &'static (String, Duration) {
    static WHOLE: std::sync::OnceLock<(String, Duration)> = std::sync::OnceLock::new();
    WHOLE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let scanned = lab(&folder.path().join("run")).scan();
        (report(&scanned.reader.unwrap()), scanned.took)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_process_that_is_killed_at_any_moment_leaves_a_run_that_goes_on(
        moments in prop::collection::vec(0.0..1.0f64, 1..4),
    ) {
        let (whole, took) = undisturbed();
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        for moment in moments {
            let lab = Lab { resume: run.join("run.json").exists(), ..lab(&run) };
            // Dropped in the middle, as a killed process is: whatever was not on the disk is gone.
            let _ = paused().block_on(async {
                tokio::time::timeout(took.mul_f64(moment), lab.scan_async()).await
            });
        }
        let lab = Lab { resume: run.join("run.json").exists(), ..lab(&run) };
        let resumed = report(&lab.scan().reader.unwrap());
        prop_assert!(resumed == *whole, "{}", first_difference(whole, &resumed));
    }

    #[test]
    fn an_interruption_at_any_moment_keeps_what_was_answered(moment in 0.0..1.0f64) {
        let (whole, took) = undisturbed();
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        let interrupted = Lab { ending: Ending::default(), ..lab(&run) };
        let ended = paused().block_on(async {
            let scan = interrupted.scan_async();
            tokio::pin!(scan);
            tokio::select! {
                ended = &mut scan => return ended,
                () = tokio::time::sleep(took.mul_f64(moment)) => {}
            }
            interrupted.ending.halt(Halt::Signal(130));
            let start = tokio::time::Instant::now();
            let ended = scan.await;
            // Calls under way are answered in 50 ms: nobody waits longer than for them.
            assert!(start.elapsed() <= Duration::from_secs(6), "{:?}", start.elapsed());
            ended
        });
        if let Ok(reader) = &ended {
            let saved = report(reader);
            prop_assert!(saved == *whole || saved.contains("\"complete\": false"));
        }
        let before = interrupted.simulator.calls().len();
        let again = Lab { resume: run.join("run.json").exists(), ..lab(&run) };
        let resumed = report(&again.scan().reader.unwrap());
        prop_assert!(resumed == *whole, "{}", first_difference(whole, &resumed));
        // Only who calls, the roles of accounts that were not finished, and the first calls of questions that take several
        // and were cut in the middle are asked a second time: as many questions as are under way at once, with two such
        // calls at most.
        let all = before + again.simulator.calls().len();
        let least: u64 = again.simulator.minimal_calls(&crate::run::reads()).values().sum();
        let more = all - usize::try_from(least).unwrap();
        prop_assert!(more <= 2 * 256, "{more} calls were made twice");
    }
}

fn first_difference(one: &str, other: &str) -> String {
    let lines = one.lines().zip(other.lines()).enumerate();
    let differ: Vec<String> = lines
        .filter(|(_, (one, other))| one != other)
        .skip(3)
        .take(30)
        .map(|(at, (one, other))| format!("line {at}: {one}\n{other}"))
        .collect();
    format!("{}\n{} and {} lines", differ.join("\n"), one.lines().count(), other.lines().count())
}
