//! How fast the principals of a large organization are asked about what tampers with their evidence.
//!
//! `cargo bench -p trailproof-iam --bench answers -- [ACCOUNTS [PRINCIPALS]]` makes up an organization, account by
//! account as it would be read, and asks every principal 60 questions: administrators, read-only roles, permission sets,
//! service-linked roles, users in groups, inline policies for the account's own resources, boundaries, MFA conditions,
//! NotAction, a guard that exempts one role, a region deny. Policies are given as text, so that parsing is in the total.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench prints, and its input is its own"
)]

use std::time::Duration;

use cpu_time::ProcessTime;
use trailproof_iam::bulk::{Bulk, Setup};
use trailproof_iam::{Context, Decision};

mod organization;

use organization::{Shared, actions, own_policies, peak_memory, principal, questions, shared};

#[derive(Default)]
struct Counts {
    decisions: [u64; 4],
    principals: u64,
    alike: u64,
    exact: u64,
    reading: Duration,
    answering: Duration,
}

fn ask(bulk: &mut Bulk, shared: &Shared, account: &str, principals: usize) -> Counts {
    let mut counts = Counts::default();
    let start = ProcessTime::now();
    let mark = bulk.mark();
    let own: Vec<_> =
        own_policies(account).iter().map(|text| bulk.policy("own", text).unwrap()).collect();
    let questions = questions(account);
    let askers: Vec<_> = (0..principals).map(|at| principal(shared, &own, account, at)).collect();
    counts.reading = start.elapsed();
    let start = ProcessTime::now();
    let mut setup = Setup {
        questions,
        scps: shared.scps.clone(),
        rcps: shared.rcps.clone(),
        ..Setup::default()
    };
    setup.context = Context::discovery().with("aws:PrincipalOrgID", ["o-example"]);
    let mut account = bulk.account(setup);
    for asker in &askers {
        let decisions = account.decide(asker);
        for at in 0..decisions.len() {
            counts.decisions[match decisions.get(at).unwrap() {
                Decision::Allowed => 0,
                Decision::Conditional => 1,
                Decision::ExplicitlyDenied => 2,
                Decision::ImplicitlyDenied => 3,
            }] += 1;
        }
    }
    let work = account.work();
    (counts.principals, counts.alike, counts.exact) = (work.principals, work.alike, work.exact);
    drop(account);
    bulk.release(mark);
    counts.answering = start.elapsed();
    counts
}

fn main() {
    let arguments: Vec<usize> =
        std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let (accounts, principals) = match arguments.as_slice() {
        // `cargo test --benches` calls it without a word.
        [] if !std::env::args().any(|argument| argument == "--bench") => (2, 40),
        [] => (10_000, 300),
        [accounts] => (*accounts, 300),
        [accounts, principals, ..] => (*accounts, *principals),
    };
    let mut bulk = Bulk::new(actions());
    let shared = shared(&mut bulk);
    let mut total = Counts::default();
    for at in 0..accounts {
        let one = ask(&mut bulk, &shared, &format!("{:012}", 100_000_000_000 + at), principals);
        for (sum, count) in total.decisions.iter_mut().zip(one.decisions) {
            *sum += count;
        }
        total.principals += one.principals;
        total.alike += one.alike;
        total.exact += one.exact;
        total.reading += one.reading;
        total.answering += one.answering;
    }
    let [allowed, conditional, explicit, implicit] = total.decisions;
    let answers: u64 = total.decisions.iter().sum();
    println!(
        "{accounts} accounts, {} principals, {} questions each",
        total.principals,
        bulk.actions().len()
    );
    println!(
        "{answers} answers: {allowed} allowed, {conditional} conditional, {explicit} denied, {implicit} not granted"
    );
    println!(
        "{} principals like others, {} questions asked of the exact evaluator",
        total.alike, total.exact
    );
    let per_second = answers as f64 / total.answering.as_secs_f64();
    println!(
        "{:.1} s of CPU reading, {:.1} s answering: {:.2} million answers a second",
        total.reading.as_secs_f64(),
        total.answering.as_secs_f64(),
        per_second / 1e6
    );
    if let Some(peak) = peak_memory() {
        println!("{peak} MiB peak memory");
    }
}
