//! The requirements of frameworks, held against a copy of the catalogue's table and against each other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use trailproof_checks::CATALOGUE;
use trailproof_checks::doubts::DOUBTS;
use trailproof_core::check::Check;
use trailproof_core::control::{Framework, Sureness};

/// The cells that decide a profile, copied from the catalogue's table: a check, and below it what it speaks for.
const PROFILES: &str = include_str!("expected/profiles.txt");

type Cells = BTreeMap<Framework, Vec<String>>;

fn profiles() -> BTreeMap<String, Cells> {
    let mut table: BTreeMap<String, Cells> = BTreeMap::new();
    let mut check = "";
    for line in PROFILES.lines() {
        let Some(cell) = line.strip_prefix("    ") else {
            check = line;
            assert!(table.insert(check.to_owned(), Cells::new()).is_none(), "{check} twice");
            continue;
        };
        let (framework, ids) = cell.split_once(": ").unwrap();
        let ids = ids.split(", ").map(str::to_owned).collect();
        table.get_mut(check).unwrap().insert(framework.parse().unwrap(), ids);
    }
    table
}

fn of(check: &Check) -> Cells {
    let cell = |framework: Framework| {
        let ids: Vec<String> = check.speaks_for(framework).map(str::to_owned).collect();
        (!ids.is_empty()).then_some((framework, ids))
    };
    Framework::ALL.into_iter().filter_map(cell).collect()
}

#[test]
fn every_check_speaks_for_what_the_table_says() {
    let mut table = profiles();
    for check in CATALOGUE {
        assert_eq!(of(check), table.remove(check.id).unwrap_or_default(), "{}", check.id);
    }
    assert!(table.is_empty(), "no check has that id: {:?}", table.keys());
}

#[test]
fn no_requirement_is_named_twice_and_each_list_is_in_the_order_of_the_frameworks() {
    for check in CATALOGUE {
        let named: BTreeSet<_> =
            check.controls.iter().map(|control| (control.framework, control.id)).collect();
        assert_eq!(named.len(), check.controls.len(), "{}", check.id);
        assert!(check.controls.is_sorted_by_key(|control| control.framework), "{}", check.id);
    }
}

#[test]
fn every_id_is_one_requirement() {
    for check in CATALOGUE {
        for control in check.controls {
            let one = !control.id.contains([',', ' ', '–', '·', '+', '/']);
            assert!(one && !control.id.is_empty(), "{}: {control:?}", check.id);
            let cited = control.framework == Framework::Hipaa164;
            assert_eq!(control.id.starts_with("164."), cited, "{}: {control:?}", check.id);
        }
    }
}

#[test]
fn later_benchmarks_are_known_through_third_parties_alone() {
    let late = [Framework::Cis6_0, Framework::Cis7_0];
    for check in CATALOGUE {
        for control in check.controls.iter().filter(|control| late.contains(&control.framework)) {
            assert_ne!(control.sureness, Sureness::Seen, "{}: {control:?}", check.id);
        }
    }
}

#[test]
fn a_check_without_a_control_of_its_own_is_related_to_what_all_are() {
    for check in CATALOGUE {
        let shown = check.bears_on();
        if check.controls.is_empty() {
            assert!(shown.iter().all(|control| control.sureness == Sureness::Related));
            assert_eq!(shown.is_empty(), check.group.code() == "cost", "{}", check.id);
        } else {
            assert_eq!(shown, check.controls);
        }
    }
}

#[test]
fn doubts_name_what_checks_there_are_in_order() {
    let numbers: Vec<u8> = DOUBTS.iter().map(|doubt| doubt.number).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next));
    for doubt in DOUBTS {
        assert!(doubt.checks.is_sorted_by(|one, next| one < next), "{doubt:?}");
        for check in doubt.checks {
            let known = CATALOGUE.iter().any(|known| known.id == *check);
            assert!(known, "{check}");
        }
        assert!(doubt.text.ends_with('.') && !doubt.text.contains("  "), "{doubt:?}");
    }
}
