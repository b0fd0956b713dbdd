//! What is recorded more than once: pairs of trails that both keep the same events of one account.

use crate::account::AccountView;
use crate::evidence::{self, Cause, Gap, Observed};
use crate::fact::Fact;
use crate::selector::{Overlap, Selectors};
use crate::trail::Trail;

/// A trail that records an account, with what it selects.
#[derive(Debug, Clone)]
pub struct Copy<'a> {
    /// The trail.
    pub trail: &'a Trail,
    /// What it selects.
    pub selectors: Selectors,
}

impl AccountView<'_> {
    /// The trail as a copy of this account's events; none inside where it does not belong, does not log, or selects
    /// nothing of what is asked for.
    ///
    /// # Errors
    /// Where nothing refutes it and something that would was not read.
    pub fn copy<'t>(
        &self,
        trail: &'t Trail,
        asked: impl Fn(&Selectors) -> bool,
    ) -> Observed<Option<Copy<'t>>> {
        let selectors = trail.selectors();
        let selects = selectors.as_ref().map(asked).map_err(Clone::clone);
        let counts = evidence::all([self.belongs(trail), self.is_logging(trail), selects])?;
        Ok(if counts { Some(Copy { trail, selectors: selectors? }) } else { None })
    }
}

/// Whether an overlap is one.
///
/// # Errors
/// `undecidable` where the selectors neither prove nor exclude a common event.
pub fn proved(overlap: Overlap, one: &str, other: &str) -> Observed<bool> {
    match overlap {
        Overlap::Never => Ok(false),
        Overlap::Definitely => Ok(true),
        Overlap::Possibly => Err(Gap::new(
            Fact::EventSelectors,
            Cause::Undecidable,
            format!("whether {one} and {other} have an event in common cannot be told"),
        )),
    }
}

/// All pairs that are proved to overlap.
///
/// # Errors
/// Where no pair is, the first gap: of a trail that may be part of one, or of two whose overlap cannot be told.
pub fn pairs<'c, 'a>(
    copies: &'c [Observed<Copy<'a>>],
    overlaps: impl Fn(&Copy<'a>, &Copy<'a>) -> Observed<bool>,
) -> Observed<Vec<(&'c Copy<'a>, &'c Copy<'a>)>> {
    let mut found = Vec::new();
    let mut open: Vec<Observed<bool>> = Vec::new();
    for (at, one) in copies.iter().enumerate() {
        for other in copies.iter().skip(at.saturating_add(1)) {
            match (one, other) {
                (Ok(one), Ok(other)) => match overlaps(one, other) {
                    Ok(true) => found.push((one, other)),
                    outcome => open.push(outcome),
                },
                (Err(gap), _) | (_, Err(gap)) => open.push(Err(gap.clone())),
            }
        }
    }
    if found.is_empty() {
        evidence::any(open)?;
    }
    Ok(found)
}
