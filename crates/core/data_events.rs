//! Whether a trail records data events of a kind, the log buckets left aside that the user accepts to leave out.

use std::collections::BTreeSet;

use crate::account::{AccountView, SeenTrail};
use crate::evidence::{self, Gap, Observed};
use crate::organization::Organization;
use crate::selector::{DataQuestion, Half, Recorded, S3_OBJECT};
use crate::trail::Trail;

/// The data events that are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Such as [`S3_OBJECT`].
    pub resource_type: &'a str,
    /// The half.
    pub half: Half,
    /// One bucket's name, or all present and future resources.
    pub bucket: Option<&'a str>,
}

/// The buckets that selectors may leave out: those that logs are delivered to.
#[derive(Debug, Clone)]
pub struct Exempt<'a> {
    /// The graph.
    pub organization: &'a Organization,
    /// The log buckets that are known; empty where they may not be left out.
    pub known: &'a BTreeSet<String>,
    /// Why there may be more of them.
    pub open: Option<Gap>,
}

static NOTHING: BTreeSet<String> = BTreeSet::new();

impl<'a> Exempt<'a> {
    /// The log buckets, where the user accepts that they are left out.
    #[must_use]
    pub fn of(organization: &'a Organization, accepted: bool) -> Self {
        if accepted {
            let known = organization.log_buckets();
            Self { organization, known, open: organization.all_trails_complete().err() }
        } else {
            Self::none(organization)
        }
    }

    /// No bucket may be left out.
    #[must_use]
    pub fn none(organization: &'a Organization) -> Self {
        Self { organization, known: &NOTHING, open: None }
    }

    /// Whether a trail selects all of what is asked for.
    ///
    /// # Errors
    /// Where its selectors were not read, or where what it leaves out may be the log bucket of a trail that nobody saw.
    pub fn selects(&self, trail: &Trail, asked: &Asked<'_>) -> Observed<bool> {
        let selectors = trail.selectors()?;
        let partition = self.organization.partition();
        let full = |log_buckets: &BTreeSet<String>| {
            let Asked { resource_type, half, bucket } = *asked;
            let question = DataQuestion { partition, resource_type, half, bucket, log_buckets };
            selectors.data(&question) == Recorded::Full
        };
        match &self.open {
            _ if full(self.known) => Ok(true),
            Some(gap) if full(&selectors.left_out_buckets(partition)) => Err(gap.clone()),
            _ => Ok(false),
        }
    }

    /// The logging trail of all regions that records all of what is asked for.
    ///
    /// # Errors
    /// Where none is proved to and something that would prove it was not read.
    pub fn everywhere<'v>(
        &self,
        account: &AccountView<'v>,
        asked: &Asked<'_>,
    ) -> Observed<Option<SeenTrail<'v>>> {
        evidence::find(account.trails(), |seen| {
            evidence::all([
                seen.trail.is_multi_region(),
                account.is_logging(seen.trail),
                self.selects(seen.trail, asked),
            ])
        })
    }
}

/// What an account's trails record of a kind of data events, for the reader of a failure.
#[must_use]
pub fn told(account: &AccountView<'_>, resource_type: &str, halves: &[Half]) -> String {
    let partition = account.organization.partition();
    let told: BTreeSet<String> = account
        .trails()
        .into_iter()
        .flatten()
        .filter_map(|seen| {
            let selectors = seen.trail.selectors().ok()?;
            let of = |half: &Half| {
                selectors.data(&DataQuestion {
                    partition,
                    resource_type,
                    half: *half,
                    bucket: None,
                    log_buckets: &NOTHING,
                })
            };
            let recorded = halves.iter().map(of).max().filter(Recorded::is_some)?;
            let stopped = account.is_logging(seen.trail) == Ok(false);
            let single = seen.trail.is_multi_region() == Ok(false);
            let state = if stopped { ", not logging" } else { "" };
            let place = if single { ", one region" } else { "" };
            Some(format!("{}: {}{place}{state}", seen.trail.name(), recorded.describe()))
        })
        .collect();
    if told.is_empty() {
        let kind = if resource_type == S3_OBJECT { "S3" } else { resource_type };
        format!("no trail selects {kind} data events")
    } else {
        told.into_iter().collect::<Vec<_>>().join("; ")
    }
}
