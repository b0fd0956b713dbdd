//! How work grows with what it is done on: CPU time at n, 4n and 16n, and the ratios between them.

use std::hint::black_box;

/// The CPU time of this thread in nanoseconds, as Linux counts it; elsewhere there is none to read.
fn cpu() -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// Done over and over until there is enough to measure: the clock goes in steps of milliseconds.
fn cost<T, R>(input: &T, work: &impl Fn(&T) -> R) -> u64 {
    const ENOUGH: u64 = 100_000_000;
    let before = cpu();
    for times in 1..1_000_000 {
        black_box(work(black_box(input)));
        let spent = cpu().saturating_sub(before);
        if spent > ENOUGH {
            return spent / times;
        }
    }
    0
}

/// Prints a line. With four times as much to do, ratios of about 4 are linear work and of about 16 quadratic; in between
/// lies what outgrows the processor's caches.
pub fn growth<T, R>(name: &str, n: usize, make: impl Fn(usize) -> T, work: impl Fn(&T) -> R) {
    let costs = [n, 4 * n, 16 * n].map(|n| cost(&make(n), &work) as f64);
    let [small, middle, large] = costs;
    let [first, second] = [middle / small.max(1.0), large / middle.max(1.0)];
    let verdict = if second > 10.0 { "  SUPERLINEAR" } else { "" };
    let millis = costs.map(|nanos| format!("{:>10.3}", nanos / 1e6)).join(" ");
    println!("{name:<56} n={n:<7}{millis} ms  x{first:.1} x{second:.1}{verdict}");
}
