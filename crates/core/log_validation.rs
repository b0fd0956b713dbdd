//! What runs of `validate-logs` proved of a trail's log files.

use std::collections::BTreeMap;

use crate::answer::{Answer, LogValidation, ValidatedChain};
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::organization::Organization;
use crate::snapshot::{Document, Observation, Outcome, Probe, Source, Sourced};
use crate::trail::Trail;

/// What was handed over, as a snapshot keeps it: it was told at the end of the time that it is about.
#[must_use]
pub fn observed(validation: LogValidation) -> (Probe, Observation) {
    let probe = Probe::resource(Fact::LogValidation, None, &validation.bucket);
    let observation = Observation {
        operation: Fact::LogValidation.operation().into(),
        parameters: BTreeMap::from([("Bucket".to_owned(), validation.bucket.clone())]),
        called_at: validation.to,
        responses: Vec::new(),
        error_code: None,
        outcome: Outcome::Answer(Answer::LogValidation(validation)),
    };
    (probe, observation)
}

/// What was handed over, by bucket.
pub(crate) fn handed_over(organization: &Document) -> Vec<Sourced<LogValidation>> {
    let probes = organization.observations.keys();
    probes
        .filter(|probe| probe.fact == Fact::LogValidation)
        .filter_map(|probe| organization.read::<LogValidation>(probe).ok())
        .map(|(value, source)| Sourced { value: value.clone(), source })
        .collect()
}

/// What a report says of one trail.
#[derive(Debug)]
pub struct TrailValidation<'a> {
    /// The report.
    pub report: &'a LogValidation,
    /// Where it lies.
    pub source: &'a Source,
    /// The trail's chains.
    pub chains: Vec<&'a ValidatedChain>,
}

impl Organization {
    /// What was proved of a trail's log files.
    ///
    /// # Errors
    /// `not_supplied` where no report was handed over that tells of the trail.
    pub fn log_validation(&self, trail: &Trail) -> Observed<TrailValidation<'_>> {
        // There are digests, and nobody says that somebody verified them.
        let digests = trail.description.value.log_file_validation_enabled;
        let gap = |detail: String| Gap {
            account: Some(trail.owner),
            proof: Some(Box::new(trail.cite("LogFileValidationEnabled", digests))),
            ..Gap::new(Fact::LogValidation, Cause::NotSupplied, detail)
        };
        let bucket = trail.bucket().unwrap_or_default();
        let of_bucket = self.log_validations.iter().find(|one| one.value.bucket == bucket);
        let Some(Sourced { value: report, source }) = of_bucket else {
            let what = "no run of validate-logs over the bucket was given: --logs REPORT.json";
            return Err(gap(format!("{what} takes the verdict from one over s3://{bucket}")));
        };
        let is_of = |chain: &&ValidatedChain| {
            let owner = match trail.is_organization_trail() {
                true => chain.organization.is_some(),
                false => chain.organization.is_none() && chain.account_id == trail.owner.as_str(),
            };
            owner && chain.trail == trail.name() && chain.home_region == trail.home().as_str()
        };
        let chains: Vec<&ValidatedChain> = report.chains.iter().filter(is_of).collect();
        if chains.is_empty() {
            let (from, to) = (report.from, report.to);
            let what = format!("the report on s3://{bucket} from {from} to {to}");
            return Err(gap(format!("{what} has no chain of the trail")));
        }
        Ok(TrailValidation { report, source, chains })
    }
}
