//! The program from outside: the compiled binary, real HTTP, real files.
//!
//! - [`served`] puts the simulated organization behind a loopback port, so that `scan` reaches it as it would AWS.
//! - [`moto`] does the same with a foreign implementation, where `TRAILPROOF_PYTHON` names an interpreter
//!   (`cargo xtask test` sets it).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod arrows;
mod calls;
mod chains;
mod checkpoints;
mod compares;
mod configures;
mod corpus;
mod demo;
mod denials;
mod deploys;
mod events;
mod exits;
mod explains;
mod forged;
mod formats;
mod frameworks;
mod gates;
mod identities;
mod interrupts;
mod isolation;
mod languages;
#[cfg(not(feature = "detection-services"))]
mod lean;
mod moto;
mod moto_server;
mod multitool;
mod organizations;
mod outputs;
mod packages;
mod packages_over_time;
mod pipelines;
mod program;
mod protects;
mod report;
mod resumes;
mod served;
mod snapshot;
mod snapshot_faults;
mod starts;
mod usage;
mod validates_bucket;
mod validates_logs;
mod who_can;
mod would_alert;
mod would_record;
