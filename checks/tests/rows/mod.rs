//! The catalogue's edge list as worlds: each row says what every account's findings must be.
//!
//! The rows of section B stand in files by subject; what its list does not hold, and this suite needs, is in `beyond`.

#![allow(dead_code, unused_imports, reason = "each test crate uses its part")]

mod beyond;
mod buckets;
mod continuity;
mod cost;
mod data;
mod delivery;
mod guardrails;
mod keys;
mod lake;
mod left_out;
mod monitoring;
mod organizations;
mod policies;
mod presence;
mod privilege;
mod retention;

use trailproof_core::fact::Fact;
use trailproof_core::fixture::*;
use trailproof_core::plan::Demand;
use trailproof_core::policy::Policy;
use trailproof_core::snapshot::Bundle;

pub use beyond::without_regions;
pub use left_out::{LEFT_OUT, TESTED_ELSEWHERE, numbers};

/// What one check must say somewhere.
#[derive(Debug, Clone)]
pub struct Expected {
    pub check: &'static str,
    pub account: &'static str,
    pub region: Option<&'static str>,
    /// How the resource ends.
    pub resource: Option<&'static str>,
    /// How many findings there are; at least one where absent.
    pub times: Option<usize>,
    /// The status, and the reason where there is one.
    pub verdict: &'static str,
}

/// One row of the edge list.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its number, with a word after a slash where a row has several worlds; a plus sign for rows of our own.
    pub id: &'static str,
    pub world: World,
    pub policy: Policy,
    pub expected: Vec<Expected>,
    /// What the world cannot say of the snapshot.
    pub edit: fn(&mut Bundle),
}

/// A row that expects nothing yet.
pub fn row(id: &'static str, world: World) -> Row {
    Row { id, world, policy: Policy::default(), expected: Vec::new(), edit: |_| {} }
}

impl Row {
    /// The check says so of the member; the methods that follow say of what else.
    pub fn says(mut self, check: &'static str, verdict: &'static str) -> Self {
        let account = MEMBER;
        let expected =
            Expected { check, account, region: None, resource: None, times: None, verdict };
        self.expected.push(expected);
        self
    }

    fn last(mut self, change: impl FnOnce(&mut Expected)) -> Self {
        change(self.expected.last_mut().unwrap());
        self
    }

    pub fn of(self, account: &'static str) -> Self {
        self.last(|expected| expected.account = account)
    }

    pub fn at(self, region: &'static str) -> Self {
        self.last(|expected| expected.region = Some(region))
    }

    pub fn on(self, resource: &'static str) -> Self {
        self.last(|expected| expected.resource = Some(resource))
    }

    pub fn times(self, times: usize) -> Self {
        self.last(|expected| expected.times = Some(times))
    }

    pub fn policy(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(&mut self.policy);
        self
    }

    /// The row's number in the catalogue; none for rows of our own.
    pub fn number(&self) -> Option<&'static str> {
        let number = self.id.split('/').next().unwrap();
        (!number.starts_with('+')).then_some(number)
    }

    /// The snapshot of all facts.
    pub fn snapshot(&self) -> Bundle {
        self.snapshot_of(&Demand::facts(Fact::ALL))
    }

    /// The snapshot of some facts.
    pub fn snapshot_of(&self, demand: &Demand) -> Bundle {
        let mut bundle = self.world.snapshot(demand);
        (self.edit)(&mut bundle);
        bundle
    }
}

/// Every row, in the order of the files.
pub fn rows() -> Vec<Row> {
    [
        presence::rows(),
        data::rows(),
        organizations::rows(),
        keys::rows(),
        buckets::rows(),
        cost::rows(),
        continuity::rows(),
        retention::rows(),
        delivery::rows(),
        lake::rows(),
        policies::rows(),
        guardrails::rows(),
        privilege::rows(),
        monitoring::rows(),
        beyond::rows(),
    ]
    .concat()
}

/// The organization with one trail of the member.
pub fn with(trail: TrailSetup) -> World {
    organization().with(trail)
}

/// The member's trail with classic selectors.
pub fn classic(selectors: serde_json::Value) -> TrailSetup {
    trail("audit").selecting(serde_json::json!({ "EventSelectors": selectors }))
}

/// The member's trail with advanced selectors, each a list of field selectors.
pub fn advanced(selectors: &[serde_json::Value]) -> TrailSetup {
    let selectors: Vec<_> =
        selectors.iter().map(|fields| serde_json::json!({ "FieldSelectors": fields })).collect();
    trail("audit").selecting(serde_json::json!({ "AdvancedEventSelectors": selectors }))
}

/// The organization trail.
pub fn org_trail() -> TrailSetup {
    trail("org").for_organization()
}

/// A run from the log archive that leaves the management account out.
pub fn without_management(world: World) -> World {
    world.member(MANAGEMENT, |m| m.in_scope = false).but(|world| world.caller = id(ARCHIVE))
}
