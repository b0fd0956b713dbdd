//! Results as reports take them: account by account and any number of times, so that they need never all be there.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;

use crate::finding::Finding;

/// Takes the findings of one account, which are never none, and tells whether it wants to see more.
pub type Visitor<'a> = dyn FnMut(&[Finding]) -> ControlFlow<()> + 'a;

/// The results of an assessment: held in memory, or judged anew whenever somebody looks at them.
pub trait Results {
    /// What can go wrong on the way to them.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Hands out each account's findings once, in the order of every report: by account, check, region and resource.
    /// Every visit is the same.
    ///
    /// # Errors
    /// Where they cannot be had. What was handed out before was right.
    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<(), Self::Error>;
}

impl Results for Vec<Finding> {
    type Error = Infallible;

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<(), Infallible> {
        let sorted;
        let findings = if self.is_sorted_by_key(Finding::sort_key) {
            self
        } else {
            sorted = in_order(self.clone());
            &sorted
        };
        let _ = findings.chunk_by(same_account).try_for_each(visitor);
        Ok(())
    }
}

/// Results that were held while they were judged, or are judged anew at each visit.
#[derive(Debug, Clone)]
pub enum Kept<R> {
    /// Few.
    Held(Vec<Finding>),
    /// More than are to be there at once.
    Anew(R),
}

impl<R: Results> Results for Kept<R> {
    type Error = R::Error;

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<(), R::Error> {
        match self {
            Self::Held(findings) => match findings.visit(visitor) {
                Ok(()) => Ok(()),
                Err(never) => match never {},
            },
            Self::Anew(results) => results.visit(visitor),
        }
    }
}

/// Results of which earlier runs tell when each was seen first.
#[derive(Debug, Clone)]
pub struct Since<R> {
    /// The results.
    pub results: R,
    /// By fingerprint, when the first run that knows it ended.
    pub seen: Arc<BTreeMap<String, Timestamp>>,
}

impl<R: Results> Results for Since<R> {
    type Error = R::Error;

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<(), R::Error> {
        if self.seen.is_empty() {
            return self.results.visit(visitor);
        }
        self.results.visit(&mut |findings| {
            let mut findings = findings.to_vec();
            for finding in &mut findings {
                let seen = self.seen.get(&finding.fingerprint).copied();
                finding.first_seen = [seen, finding.first_seen].into_iter().flatten().min();
            }
            visitor(&findings)
        })
    }
}

/// Those of one account lie together.
fn same_account(one: &Finding, other: &Finding) -> bool {
    one.account_id == other.account_id
}

/// In the order of every report.
pub(crate) fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    findings
}
