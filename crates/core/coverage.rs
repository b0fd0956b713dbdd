//! Who records an account and region: trails that are there, logging, selecting, and able to deliver.

use crate::account::{AccountView, SeenTrail};
use crate::aws::Region;
use crate::evidence::{self, Evidence, Gap, Observed};
use crate::organization::Organization;
use crate::selector::{Half, Recorded};
use crate::trail::Trail;

/// How much of one half of the management events of an account and region is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// The union of what is proved.
    pub proven: Recorded,
    /// The first gap behind which there may be more.
    pub open: Option<Gap>,
    /// The ARNs of the trails that are proved to contribute.
    pub trails: Vec<String>,
    /// Trails that record and cannot deliver, with why.
    pub undeliverable: Vec<String>,
    /// The proof.
    pub evidence: Vec<Evidence>,
}

/// Whether what a trail records can arrive: its bucket exists, and its key, if it has one, works. The reason is inside
/// where it cannot.
///
/// # Errors
/// Where nothing proves a fault and something that would was not read.
pub fn deliverable(organization: &Organization, trail: &Trail) -> Observed<Result<(), String>> {
    let mut gap = None;
    match organization.bucket_of(trail) {
        None => return Ok(Err("it names no bucket".into())),
        Some(bucket) => match bucket.exists() {
            Ok(found) if !found.exists => {
                return Ok(Err(format!("the bucket {} does not exist", bucket.name)));
            }
            Ok(_) => {}
            Err(found) => gap = Some(found),
        },
    }
    if let Some(key) = organization.key_of(trail) {
        match key.usability_of(trail.arn()) {
            Ok(usability) => {
                if let Some((_, sentence)) = usability.fault {
                    return Ok(Err(format!("its key is not usable: {sentence}")));
                }
            }
            Err(found) => gap = gap.or(Some(found)),
        }
    }
    gap.map_or(Ok(Ok(())), Err)
}

/// Whether a trail keeps any management event anywhere: it logs, selects some, and can deliver.
///
/// # Errors
/// Where nothing refutes it and something that would was not read.
pub fn is_evidence_trail(organization: &Organization, trail: &Trail) -> Observed<bool> {
    evidence::all([
        trail.is_logging(),
        trail.selectors().map(|selectors| selectors.records_management()),
        deliverable(organization, trail).map(|outcome| outcome.is_ok()),
    ])
}

/// The coverage of one half in one region of one account.
///
/// # Errors
/// Where the region's trails were not read: nothing there can be proved, whatever other regions suggest.
pub fn cover(account: &AccountView<'_>, region: &Region, half: Half) -> Observed<Coverage> {
    let mut coverage = Coverage {
        proven: Recorded::None,
        open: None,
        trails: Vec::new(),
        undeliverable: Vec::new(),
        evidence: vec![account.cite_trails_in(region)],
    };
    for seen in account.trails_in(region)? {
        let contribution = contribution(account, &seen, half);
        match contribution {
            Ok(Contribution::Records(recorded)) => {
                coverage.proven =
                    std::mem::replace(&mut coverage.proven, Recorded::None).or(recorded);
                coverage.trails.push(seen.trail.arn().to_owned());
                coverage.evidence.extend(account.cite_logging(seen.trail));
                coverage.evidence.push(seen.trail.cite_selectors());
            }
            Ok(Contribution::Nothing) => {}
            Ok(Contribution::Undeliverable(why)) => {
                coverage.undeliverable.push(format!("{}: {why}", seen.trail.arn()));
            }
            Err(gap) => {
                coverage.open.get_or_insert(gap);
            }
        }
    }
    Ok(coverage)
}

enum Contribution {
    Records(Recorded),
    Nothing,
    Undeliverable(String),
}

/// Any refutation ends the question; only then does a gap count.
fn contribution(
    account: &AccountView<'_>,
    seen: &SeenTrail<'_>,
    half: Half,
) -> Observed<Contribution> {
    let trail = seen.trail;
    let belongs = account.belongs(trail);
    let logging = account.is_logging(trail);
    let recorded = trail.selectors().map(|selectors| selectors.management(half));
    let deliverable = deliverable(account.organization, trail);
    if belongs == Ok(false) || logging == Ok(false) || recorded == Ok(Recorded::None) {
        return Ok(Contribution::Nothing);
    }
    if let Ok(Err(why)) = deliverable {
        return Ok(Contribution::Undeliverable(why));
    }
    belongs?;
    logging?;
    deliverable?.ok();
    Ok(Contribution::Records(recorded?))
}
