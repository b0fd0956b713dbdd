//! Scans of simulated organizations in this process, under a clock that jumps: what AWS may do to a scan, and what
//! comes of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod changes;
mod credentials;
mod isolation;
mod judged;
mod matrix;
mod partitions;
mod policies;
mod properties;
mod reliability;
mod resume;
mod run;
mod world;
