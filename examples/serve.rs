//! A simulated organization behind a loopback port, to try the program on: `cargo run --example serve -- 200 80`
//! serves 200 accounts whose answers take 80 ms, until it is ended.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::time::Duration;

use trailproof_sim::{Latency, Quotas, Shape, Simulator};

#[path = "../tests/program/served.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod served;

fn main() {
    let number = |at: usize, usual: u64| {
        std::env::args().nth(at).map_or(usual, |text| text.parse().expect("a number is expected"))
    };
    let accounts = usize::try_from(number(1, 50)).unwrap();
    let shape = Shape { accounts, own_trails: 0.2, role_denied: 0.02, ..Shape::default() };
    let simulator = Simulator::generated(shape)
        .counting()
        .with_latency(Latency::fixed(Duration::from_millis(number(2, 50))))
        .with_quotas(Quotas::aws());
    let (key, secret) = simulator.caller_credentials();
    let served = served::Served::of(simulator);
    println!(
        "AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={secret} trailproof scan --endpoint-url {}",
        served.url
    );
    loop {
        std::thread::park();
    }
}
