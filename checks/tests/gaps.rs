//! The central promise over the whole catalogue: taking evidence away may only lead to unknown, order changes nothing.
//!
//! What holds of the score when evidence is taken away (catalogue C.2, step 2) is said at [`loss`].
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod rows;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::Index;
use rows::rows;
use trailproof_checks::CATALOGUE;
use trailproof_core::answer::TrailDescription;
use trailproof_core::assess::assess;
use trailproof_core::assessment::Assessment;
use trailproof_core::evidence::{Cause, Gap};
use trailproof_core::fact::Fact;
use trailproof_core::finding::{Finding, Status};
use trailproof_core::gate::{GateRequest, INCOMPLETE, exit_code};
use trailproof_core::plan::Demand;
use trailproof_core::policy::Policy;
use trailproof_core::snapshot::{Bundle, Document, Observation, Outcome, Probe};

fn judge(bundle: &Bundle, policy: &Policy) -> Assessment {
    let Ok(assessment) = assess(bundle, CATALOGUE, policy);
    assessment
}

type Verdicts<'a> = BTreeMap<(&'a str, Status), &'a Finding>;

/// What was decided: all but the unknown.
fn decided(assessment: &Assessment) -> Verdicts<'_> {
    assessment
        .results
        .iter()
        .filter(|finding| finding.status != Status::Unknown)
        .map(|finding| ((finding.fingerprint.as_str(), finding.status), finding))
        .collect()
}

fn told(finding: &Finding) -> String {
    let Finding { check, account_id, region, resource, reason, message, .. } = finding;
    let status = finding.status.code();
    format!("{check} {account_id} {region} {resource}: {status} [{reason}] {message}")
}

/// What must not be after evidence was taken away.
fn broken(full: &Assessment, less: &Assessment) -> Vec<String> {
    let (before, after) = (decided(full), decided(less));
    let mut broken: Vec<String> = after
        .iter()
        .filter(|(verdict, _)| !before.contains_key(*verdict))
        .map(|(_, finding)| format!("new: {}", told(finding)))
        .collect();
    let lost = before.keys().any(|verdict| !after.contains_key(verdict));
    broken.extend(loss(full, less, lost));
    broken
}

fn loss(full: &Assessment, less: &Assessment, lost: bool) -> Vec<String> {
    let mut broken = Vec::new();
    if lost && exit_code(less, &GateRequest::default(), false) != INCOMPLETE {
        broken.push("verdicts were lost, and the run looks complete".to_owned());
    }
    let (was, is) = (&full.score.total, &less.score.total);
    if is.coverage > was.coverage {
        broken.push(format!("E rises from {} to {}", was.coverage, is.coverage));
    }
    if is.proven > was.proven {
        broken.push(format!("S rises from {} to {}", was.proven, is.proven));
    }
    if is.potential < was.potential {
        broken.push(format!("S+ falls from {} to {}", was.potential, is.potential));
    }
    broken
}

fn document(bundle: &mut Bundle, at: usize) -> &mut Document {
    if at == 0 { &mut bundle.organization } else { &mut bundle.accounts[at - 1] }
}

fn refused(document: &Document, probe: &Probe, observation: &Observation) -> Observation {
    let gap = Gap {
        account: Some(document.account),
        region: probe.region.clone(),
        ..Gap::new(probe.fact, Cause::AccessDenied, "taken away")
    };
    Observation {
        error_code: Some("AccessDeniedException".into()),
        outcome: Outcome::Gap(gap),
        ..observation.clone()
    }
}

#[test]
fn no_single_observation_is_missed_by_a_new_verdict() {
    let mut wrong = Vec::new();
    let mut assessed = 0;
    for row in rows() {
        let mut bundle = row.snapshot();
        let full = judge(&bundle, &row.policy);
        for at in 0..=bundle.accounts.len() {
            let probes: Vec<Probe> =
                document(&mut bundle, at).observations.keys().cloned().collect();
            for probe in probes {
                let observation = document(&mut bundle, at).observations.remove(&probe).unwrap();
                let gap = refused(document(&mut bundle, at), &probe, &observation);
                for (how, instead) in [("removed", None), ("denied", Some(gap))] {
                    if let Some(gap) = instead {
                        document(&mut bundle, at).observations.insert(probe.clone(), gap);
                    }
                    let less = judge(&bundle, &row.policy);
                    assessed += 1;
                    let account = document(&mut bundle, at).account;
                    wrong.extend(
                        broken(&full, &less)
                            .into_iter()
                            .map(|what| format!("row {}: {account} {probe} {how}: {what}", row.id)),
                    );
                }
                document(&mut bundle, at).observations.insert(probe, observation);
            }
        }
    }
    println!("{assessed} judgements");
    assert!(wrong.is_empty(), "{} of {assessed}:\n{}", wrong.len(), wrong.join("\n"));
}
