//! What happens to accounts while they are looked at: the report says what became of them.

use std::time::Duration;

use trailproof_core::evidence::Cause;
use trailproof_core::gate::INCOMPLETE;
use trailproof_sim::{Change, Latency, Simulator, What};

use crate::judged::{Judged, judged, line};
use crate::run::Lab;
use crate::world::{COVERED, OWNER, small};

/// A scan whose calls take a second each, so that something can happen between two of them.
fn scan(change: Option<Change>) -> Judged {
    let simulator = Simulator::new(small()).with_latency(Latency::fixed(Duration::from_secs(1)));
    let simulator = change.into_iter().fold(simulator, Simulator::with_change);
    judged(&Lab::new(simulator).scan().reader.unwrap()).unwrap()
}

fn told(account: &str, (seconds, what): (u64, What), cause: Cause) {
    let whole = scan(None);
    // The caller is known after one second, the organization after two, the accounts are listed after three and
    // entered: then they are asked for their regions, and these for their trails.
    let after = Duration::from_secs(seconds) + Duration::from_millis(500);
    let less = scan(Some(Change::after(after, account, what)));
    let new: Vec<String> = less.new_to(&whole).into_iter().map(line).collect();
    assert!(new.is_empty(), "{new:#?}");
    assert_eq!(less.code, INCOMPLETE);
    let rows = less.assessment.coverage.unread.iter();
    let rows: Vec<_> = rows.filter(|row| row.account_id.as_str() == account).collect();
    assert!(rows.iter().any(|row| row.reason == cause), "{rows:#?}");
    let wrong = [Cause::TokenNotValidInRegion, Cause::AccessDenied];
    // An answer to HEAD cannot say why.
    let mut others = rows.iter().filter(|row| !row.message.contains("HeadBucket"));
    assert!(!others.any(|row| wrong.contains(&row.reason)), "{rows:#?}");
}

#[test]
fn an_account_that_is_closed_in_the_meantime_is_told_as_that() {
    told(OWNER, (5, What::CloseAccount), Cause::AccountNotActive);
}

#[test]
fn a_region_that_is_switched_off_in_the_meantime_is_told_as_that() {
    let region = What::DisableRegion("me-central-1".to_owned());
    told(COVERED, (4, region), Cause::RegionDisabled);
}
