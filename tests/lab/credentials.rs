//! Credentials that are shorter than the scan, and clocks that differ.

use std::time::Duration;

use trailproof::collect::{Ending, Halt};
use trailproof_core::evidence::Cause;
use trailproof_core::snapshot::Snapshot;
use trailproof_sim::{Latency, Shape, Simulator};

use crate::judged::{Judged, judged, line};
use crate::run::Lab;
use crate::world::{ARCHIVE, small};

const MINUTE: Duration = Duration::from_secs(60);
const ACCOUNTS: usize = 16;

fn organization() -> Simulator {
    Simulator::generated(Shape {
        accounts: ACCOUNTS,
        roles_per_account: 2,
        policies_per_account: 0,
        suspended: 0.0,
        ..Shape::default()
    })
}

fn assessed(lab: &Lab) -> Judged {
    judged(&lab.scan().reader.unwrap()).unwrap()
}

fn same(one: &Judged, other: &Judged) {
    assert_eq!(one.told(), other.told());
    let lines = |judged: &Judged| judged.assessment.results.iter().map(line).collect::<Vec<_>>();
    assert_eq!(lines(one), lines(other));
}

/// A scan of hours, with sessions of a quarter of an hour.
fn for_hours(chain: Vec<String>) {
    let whole = assessed(&Lab::new(organization()));
    let simulator = organization()
        .with_running_clock()
        .with_session_lifetime(15 * MINUTE)
        .with_latency(Latency::fixed(MINUTE));
    let lab = Lab { concurrency: 1, attempt_timeout: 5 * MINUTE, ..Lab::new(simulator.clone()) };
    let lab = Lab { chain, ..lab };
    let scanned = lab.scan();
    assert!(scanned.took > 60 * MINUTE, "it takes {:?}", scanned.took);
    let judged = judged(&scanned.reader.unwrap()).unwrap();
    assert!(!judged.causes().contains(&Cause::CredentialsExpired), "{:?}", judged.told());
    same(&judged, &whole);
    let entered = simulator.counts()["sts:AssumeRole"];
    assert!(entered > ACCOUNTS, "no session was renewed: {entered}");
}

#[test]
fn sessions_are_renewed_for_as_long_as_the_scan_takes() {
    for_hours(Vec::new());
}

#[test]
fn sessions_are_renewed_behind_a_chain_of_roles() {
    let security = Shape { accounts: ACCOUNTS, ..Shape::default() }.account_id(2);
    for_hours(vec![format!("arn:aws:iam::{security}:role/TrailproofAudit")]);
}

#[test]
fn a_clock_that_is_an_hour_off_costs_a_second_attempt_and_nothing_else() {
    let whole = assessed(&Lab::new(organization()));
    for offset in [-3600, 3600] {
        let simulator = organization()
            .with_clock_offset(offset)
            .with_session_lifetime(60 * MINUTE)
            .with_latency(Latency::fixed(Duration::from_millis(50)));
        same(&assessed(&Lab::new(simulator.clone())), &whole);
        let first = simulator.attempts()["sts:AssumeRole"][&1];
        assert_eq!(first, ACCOUNTS - 1, "each member is entered once");
        let most = simulator.attempts().into_values().flat_map(|attempts| attempts.into_keys());
        assert!(most.max() <= Some(2), "{:?}", simulator.attempts());
    }
}

#[test]
fn a_run_whose_caller_s_credentials_end_says_so_and_goes_on_with_fresh_ones() {
    let slow =
        |simulator: Simulator| simulator.with_latency(Latency::fixed(Duration::from_millis(100)));
    let full = Lab::new(slow(organization()));
    let uninterrupted = full.scan();
    let whole = judged(&uninterrupted.reader.unwrap()).unwrap();
    for part in [1, 2, 3] {
        let lifetime = uninterrupted.took * part / 4;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("run");
        let simulator = slow(organization()).with_caller_lifetime(lifetime);
        let lab = Lab { concurrency: 4, ..Lab::new(simulator) }.within(&place);
        let scanned = lab.scan();
        assert_eq!(lab.ending.halted(), Some(Halt::CredentialsExpired), "after {lifetime:?}");
        if let Ok(reader) = scanned.reader {
            assert!(reader.manifest().interrupted);
            let less = judged(&reader).unwrap();
            assert!(!less.assessment.run.complete);
            let new: Vec<String> = less.new_to(&whole).into_iter().map(line).collect();
            assert!(new.is_empty(), "{new:#?}");
        }
        let again = Lab { resume: true, ending: Ending::default(), ..full.clone() }.within(&place);
        let resumed = assessed(&again);
        same(&resumed, &whole);
        assert!(resumed.json() == whole.json(), "after {lifetime:?}");
    }
}

#[test]
fn a_chain_s_account_is_read_like_any_other() {
    let whole = assessed(&Lab::new(Simulator::new(small())));
    let chain = vec![format!("arn:aws:iam::{ARCHIVE}:role/TrailproofAudit")];
    same(&assessed(&Lab { chain, ..Lab::new(Simulator::new(small())) }), &whole);
}
