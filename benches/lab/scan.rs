//! How long a scan takes, beside the least that any scan can take.

use std::collections::BTreeMap;
use std::time::Duration;

use trailproof_sim::{Latency, Quotas, Shape, Simulator};

use crate::run::{CONCURRENCY, Lab, reads};

const LATENCY: Duration = Duration::from_millis(50);

/// Prints a row for each size.
pub fn run(sizes: &[usize]) {
    println!(
        "{:>8} {:>10} {:>10} {:>6}   {:>9} {:>9} {:>10}   {:>9} {:>7} {:>9}",
        "accounts",
        "achieved",
        "bound",
        "ratio",
        "chain",
        "quota",
        "throughput",
        "calls",
        "minimal",
        "throttled"
    );
    for accounts in sizes {
        row(*accounts);
    }
}

fn row(accounts: usize) {
    let shape = Shape { accounts, ..Shape::default() };
    let simulator = Simulator::generated(shape)
        .counting()
        .with_latency(Latency::fixed(LATENCY))
        .with_quotas(Quotas::aws());
    let folder = tempfile::tempdir().unwrap();
    let scanned = Lab::new(simulator.clone()).within(folder.path().join("run")).scan();
    scanned.reader.unwrap();
    let bound = simulator.bound(&reads(), LATENCY, CONCURRENCY);
    let minimal = simulator.minimal_calls(&reads());
    let calls: BTreeMap<String, u64> =
        simulator.counts().into_iter().map(|(name, count)| (name, count as u64)).collect();
    let sum = |calls: &BTreeMap<String, u64>| calls.values().sum::<u64>();
    println!(
        "{accounts:>8} {:>8.2} s {:>8.2} s {:>6.3}   {:>7.2} s {:>7.2} s {:>8.2} s   {:>9} {:>7.4} {:>9}",
        scanned.took.as_secs_f64(),
        bound.total().as_secs_f64(),
        scanned.took.as_secs_f64() / bound.total().as_secs_f64(),
        bound.chain.as_secs_f64(),
        bound.quota.as_secs_f64(),
        bound.throughput.as_secs_f64(),
        sum(&calls),
        sum(&calls) as f64 / sum(&minimal) as f64,
        simulator.throttled().values().sum::<usize>(),
    );
    for name in calls.keys().chain(minimal.keys()).collect::<std::collections::BTreeSet<_>>() {
        let (made, least) = (calls.get(name), minimal.get(name));
        let (made, least) = (made.copied().unwrap_or(0), least.copied().unwrap_or(0));
        if made != least {
            println!("{:>8} {name}: {made} calls, {least} would do", "");
        }
    }
}
