//! Reports of many findings, and of texts that go on and on.
#![allow(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing)]

use trailproof_core::assessment::Assessment;
use trailproof_core::finding::Status;
use trailproof_reports::{Format, Grain, Options, read, write};

#[path = "../sample/hostile.rs"]
#[allow(dead_code, reason = "only its long texts are measured")]
mod hostile;
#[path = "../../crates/iam/benches/measure/mod.rs"]
mod measure;

use measure::growth;

fn base() -> Assessment {
    read(include_bytes!("../../fuzz/seeds/report/lone.json")).expect("the seed is a report")
}

/// So many failures of one check, each with texts of its own, or all with the same.
fn findings(n: usize, own: bool) -> Assessment {
    let mut assessment = base();
    let first = assessment.results[0].clone();
    assessment.results = (0..n)
        .map(|at| {
            let mut one = first.clone();
            one.status = Status::Fail;
            if own {
                one.observed = format!("seen {at}");
                one.resource = format!("arn:aws:s3:::b{at}");
            }
            one
        })
        .collect();
    assessment
}

fn named(text: &str) -> Assessment {
    let mut assessment = base();
    assessment.scope.accounts[0].name = text.to_owned();
    assessment.scope.notes = vec![text.to_owned()];
    assessment.run.caller_arn = text.to_owned();
    for one in assessment.results.iter_mut().take(2) {
        one.status = Status::Fail;
        text.clone_into(&mut one.message);
        text.clone_into(&mut one.observed);
        text.clone_into(&mut one.resource);
        one.region = text.to_owned();
    }
    assessment
}

fn written(assessment: &Assessment, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    let options = Options { junit_grain: Grain::Resource, ..Options::default() };
    write(format, assessment, &options, &mut out).expect("memory takes it");
    out
}

fn main() {
    for format in Format::ALL {
        for own in [true, false] {
            let kind = if own { "each of its own" } else { "all the same" };
            let name = format!("{format}: findings, {kind}");
            growth(&name, 600, |n| findings(n, own), |one| written(one, format));
        }
        for at in 0..hostile::long(1).len() {
            let short: String = hostile::long(1)[at].escape_default().collect();
            let name = format!("{format}: long names of {short}");
            growth(&name, 6_000, |n| named(&hostile::long(n)[at]), |one| written(one, format));
        }
    }
}
