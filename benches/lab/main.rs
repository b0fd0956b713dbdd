//! What a scan costs in an AWS that this process simulates: `cargo xtask bench` says how to call it.
//!
//! - `scan`: how long a scan takes on a clock that jumps, beside the least that any scan can take, and its calls beside
//!   the least that any scan can make. Exact numbers, the same on every machine.
//! - `scale`: CPU-seconds and peak memory of collecting (without the simulator's own share), and of judging and
//!   reporting what was collected, in a process of its own for each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "../../tests/lab/run.rs"]
mod run;
mod scale;
mod scan;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let sizes = |words: &[&str]| words.iter().map(|word| word.parse().unwrap()).collect::<Vec<_>>();
    match words.as_slice() {
        ["scan"] => scan::run(&[1, 50, 500, 5000]),
        ["scan", more @ ..] => scan::run(&sizes(more)),
        ["scale"] => scale::run(&[(1000, 40), (10_000, 40), (1000, 300)]),
        ["scale", more @ ..] => {
            scale::run(&sizes(more).into_iter().map(|accounts| (accounts, 40)).collect::<Vec<_>>());
        }
        ["collect", accounts, roles, folder] => {
            scale::collect(accounts.parse().unwrap(), roles.parse().unwrap(), folder);
        }
        ["judge", format, folder] => scale::judge(format, folder),
        // `cargo test --benches` calls it without a word.
        [] => {}
        _ => panic!("scan [ACCOUNTS…] or scale [ACCOUNTS…] is expected, not {words:?}"),
    }
}
