//! How writers walk the results: an account at a time, and no further than the output takes it.

use std::io;
use std::ops::ControlFlow;

use trailproof_core::assessment::Assessment;
use trailproof_core::aws::AccountId;
use trailproof_core::finding::Finding;
use trailproof_core::results::Results;

use crate::ReportError;

/// Shows each account's findings.
pub fn findings<R: Results>(
    assessment: &Assessment<R>,
    visitor: &mut dyn FnMut(AccountId, &[Finding]),
) -> Result<(), ReportError<R::Error>> {
    let visited = assessment.results.visit(&mut |findings| {
        if let Some(first) = findings.first() {
            visitor(first.account_id, findings);
        }
        ControlFlow::Continue(())
    });
    visited.map_err(ReportError::Results)
}

/// Shows each account's findings, until the output takes no more.
pub fn each<R: Results>(
    assessment: &Assessment<R>,
    visitor: &mut dyn FnMut(&[Finding]) -> io::Result<()>,
) -> Result<(), ReportError<R::Error>> {
    let mut outcome = Ok(());
    let visited = assessment.results.visit(&mut |findings| {
        outcome = visitor(findings);
        if outcome.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    visited.map_err(ReportError::Results)?;
    Ok(outcome?)
}

/// Shows every account that was assessed or has findings, in order; no finding may be lost, whoever owns its resource.
pub fn accounts<R: Results>(
    assessment: &Assessment<R>,
    visitor: &mut dyn FnMut(AccountId, &[Finding]) -> io::Result<()>,
) -> Result<(), ReportError<R::Error>> {
    let accounts = assessment.scope.accounts.iter().filter(|account| account.assessed);
    let mut assessed: Vec<AccountId> = accounts.map(|account| account.id).collect();
    assessed.sort();
    let mut waiting = assessed.into_iter().peekable();
    let mut outcome = Ok(());
    let visited = assessment.results.visit(&mut |findings| {
        let Some(here) = findings.first().map(|first| first.account_id) else {
            return ControlFlow::Continue(());
        };
        let mut silent = std::iter::from_fn(|| waiting.next_if(|account| *account < here));
        outcome = silent.try_for_each(|account| visitor(account, &[]));
        waiting.next_if_eq(&here);
        if outcome.is_ok() {
            outcome = visitor(here, findings);
        }
        if outcome.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    visited.map_err(ReportError::Results)?;
    outcome?;
    for silent in waiting {
        visitor(silent, &[])?;
    }
    Ok(())
}
