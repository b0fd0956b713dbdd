//! What the checks on data events have in common: one verdict on one half of all S3 objects, one on a whole kind.

use trailproof_core::data_events::{Asked, Exempt, told};
use trailproof_core::prelude::*;
use trailproof_core::selector::S3_OBJECT;

/// Whether one logging multi-region trail records that half, `reads` or `writes`, of all S3 object events.
pub(crate) fn half_of_s3(
    account: &AccountView<'_>,
    exempt: &Exempt<'_>,
    (half, word): (Half, &str),
) -> Observed<Verdict> {
    let found =
        exempt.everywhere(account, &Asked { resource_type: S3_OBJECT, half, bucket: None })?;
    let expected = format!(
        "a logging multi-region trail that records {word} of all buckets, also future ones"
    );
    Ok(match found {
        Some(seen) => pass(format!("{} records all {word}", seen.trail.name()))
            .cite([seen.cite(), seen.trail.cite_selectors()])
            .cite(account.cite_logging(seen.trail)),
        None => fail(format!("no logging multi-region trail records the {word} of all buckets"))
            .reason(Reason::NOT_RECORDED)
            .observed(told(account, S3_OBJECT, &[half]))
            .cite(account.regions().map(|region| account.cite_trails_in(region)))
            .cite(account.trails().into_iter().flatten().map(|seen| seen.trail.cite_selectors())),
    }
    .expected(expected))
}

/// Whether logging multi-region trails record both halves of all events of a kind, which people call so.
pub(crate) fn all_of_a_kind(
    account: &AccountView<'_>,
    (kind, called): (&str, &str),
) -> Observed<Verdict> {
    let exempt = Exempt::none(account.organization);
    let recorded = Half::BOTH.map(|half| {
        let asked = Asked { resource_type: kind, half, bucket: None };
        exempt.everywhere(account, &asked).map(|found| found.is_some())
    });
    let verdict = if all(recorded)? {
        pass(format!("all {called} are recorded"))
    } else {
        fail(format!("no logging multi-region trail records all {called}"))
            .reason(Reason::NOT_RECORDED)
    };
    Ok(verdict
        .observed(told(account, kind, &Half::BOTH))
        .expected("logging multi-region trails that record reads and writes of all")
        .cite(account.trails().into_iter().flatten().map(|seen| seen.trail.cite_selectors())))
}

/// Advanced selectors for the data events of a kind, with further fields.
#[cfg(test)]
pub(crate) fn selecting(kind: &str, more: serde_json::Value) -> serde_json::Value {
    let mut fields = vec![
        serde_json::json!({"Field": "eventCategory", "Equals": ["Data"]}),
        serde_json::json!({"Field": "resources.type", "Equals": [kind]}),
    ];
    fields.extend(more.as_array().unwrap().clone());
    serde_json::json!({"AdvancedEventSelectors": [{"FieldSelectors": fields}]})
}
