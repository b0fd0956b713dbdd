//! What trailproof knows and how it judges: pure, no I/O, no clock, no AWS SDK.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod account;
pub mod answer;
pub mod assess;
pub mod assessment;
pub mod authorization;
pub mod aws;
pub mod bucket;
pub mod check;
pub mod config;
pub mod control;
pub mod control_policies;
pub mod copies;
pub mod coverage;
pub mod data_events;
pub mod detection;
pub mod diff;
pub mod events;
pub mod evidence;
pub mod fact;
pub mod finding;
pub mod gate;
mod graph;
pub mod guardrail;
pub mod history;
mod judge;
pub mod key;
pub mod language;
pub mod ledger;
pub mod likeness;
pub mod log_validation;
pub mod monitoring;
pub mod organization;
pub mod period;
pub mod plan;
pub mod policies;
pub mod policy;
pub mod pool;
pub mod principal;
pub mod privilege;
pub mod reason;
pub mod resource_policy;
pub mod results;
pub mod retention;
pub mod roster;
pub mod safeguard;
pub mod scope_file;
pub mod score;
pub mod selector;
pub mod sentence;
pub mod snapshot;
pub mod store;
pub mod tamper;
pub mod terms;
pub mod trail;
pub mod waiver;
pub mod who_can;
pub mod would_alert;
pub mod would_record;

pub use graph::GraphBuilder;

#[cfg(any(test, feature = "fixture"))]
#[allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's own faults are its failures"
)]
pub mod fixture;

/// What a check file needs, in one line.
pub mod prelude {
    pub use crate::account::AccountView;
    pub use crate::bucket::Bucket;
    pub use crate::check::{
        AsCode, Audit, Check, Delivery, Group, Judge, OwnBucket, RegionView, Remediation, Severity,
        TrailRegionView,
    };
    pub use crate::control::{
        Control,
        Framework::{
            self, Cis1_4, Cis3_0, Cis5_0, Cis6_0, Cis7_0, Fsbp, Hipaa164, Iso27001_2022,
            Nist800_53R5, Pci4_0_1, Soc2,
        },
    };
    pub use crate::evidence::{Cause, Evidence, Gap, Observed, all, any, find};
    pub use crate::fact::Fact;
    pub use crate::finding::{Verdict, fail, not_applicable, pass};
    pub use crate::key::Key;
    pub use crate::language::Japanese;
    pub use crate::organization::Organization;
    pub use crate::principal::Principal;
    pub use crate::reason::Reason;
    pub use crate::selector::{Half, Recorded};
    pub use crate::store::Store;
    pub use crate::trail::Trail;
}

/// Globs for names that AWS compares by case, such as ARNs.
pub mod pattern {
    use trailproof_iam::pattern::{self, Case};

    /// Whether the whole text matches: `*` is any run of characters, `?` exactly one.
    #[must_use]
    pub fn matches(glob: &str, text: &str) -> bool {
        pattern::matches(glob, text, Case::Sensitive)
    }
}
