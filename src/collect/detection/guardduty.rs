//! GuardDuty: a region's detectors, who administers the service there, and what that one has it do.

use aws_sdk_guardduty::config::Builder;
use aws_sdk_guardduty::operation::get_detector::GetDetectorOutput;
use trailproof_core::answer::{Answer, Detector, DetectorAdministrator, DetectorOrganization};
use trailproof_core::aws::Region;
use trailproof_core::evidence::Cause;

use super::with_body;
use crate::collect::gap::Failure;
use crate::collect::organizations::{incomplete, within};
use crate::collect::session::{Session, sdk_region};

/// What the SDK says in the place of an enumeration that an answer must have and has not.
const UNSET: &str = "no value was set";

fn there(region: &Region) -> Builder {
    Builder::new().region(sdk_region(region))
}

async fn ids(session: &Session, region: &Region) -> Result<Vec<String>, Failure> {
    let request = session.guardduty().list_detectors().max_results(50);
    let (mut ids, mut token) = (Vec::new(), None);
    loop {
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there(region)).send().await?;
        with_body("detectorIds")?;
        ids.extend(answer.detector_ids.ok_or_else(|| incomplete("detectorIds"))?);
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(ids);
        }
    }
}

/// The detectors of a region with their features. AWS allows one.
pub async fn detectors(session: &Session, region: &Region) -> Result<Answer, Failure> {
    let mut detectors = Vec::new();
    for id in ids(session, region).await? {
        let request = session.guardduty().get_detector().detector_id(&id);
        let sent = request.customize().config_override(there(region)).send().await;
        let answer = sent.map_err(|error| within("GetDetector", error.into()))?;
        // The SDK puts a word of its own where the status is left out.
        if answer.status().is_none_or(|status| status.as_str() == UNSET) {
            return Err(within("GetDetector", incomplete("status")));
        }
        detectors.push(detector(id, &answer));
    }
    detectors.sort();
    Ok(Answer::Detectors(Some(detectors)))
}

/// Older answers have data sources in the place of features.
fn detector(id: String, answer: &GetDetectorOutput) -> Detector {
    let features = answer.features().iter().filter_map(|feature| {
        Some((feature.name()?.as_str().to_owned(), feature.status()?.as_str().to_owned()))
    });
    let mut features: std::collections::BTreeMap<String, String> = features.collect();
    #[expect(deprecated, reason = "what was there before features")]
    let sources = answer.data_sources();
    if let Some(sources) = sources.filter(|_| features.is_empty()) {
        let trails = sources.cloud_trail().and_then(|source| source.status());
        let objects = sources.s3_logs().and_then(|source| source.status());
        for (name, status) in [("CLOUD_TRAIL", trails), ("S3_DATA_EVENTS", objects)] {
            let status = status.map(|status| (name.to_owned(), status.as_str().to_owned()));
            features.extend(status);
        }
    }
    let status = answer.status().map(|status| status.as_str().to_owned());
    Detector { detector_id: id, status, features }
}

/// Who administers GuardDuty for the organization; only the management account is told.
pub async fn administrators(session: &Session, region: &Region) -> Result<Answer, Failure> {
    let request = session.guardduty().list_organization_admin_accounts().max_results(50);
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there(region)).send().await?;
        with_body("adminAccounts")?;
        for account in answer.admin_accounts.ok_or_else(|| incomplete("adminAccounts"))? {
            let id = account.admin_account_id.unwrap_or_default();
            found.push(DetectorAdministrator {
                admin_account_id: id
                    .parse()
                    .map_err(|error| Failure::new(Cause::ServiceError, format!("{error}")))?,
                admin_status: account.admin_status.map(|status| status.as_str().to_owned()),
            });
        }
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            found.sort();
            return Ok(Answer::DetectorAdministrators(found));
        }
    }
}

/// What GuardDuty does with the organization's accounts; only its administrator is told, who has to name its detector.
pub async fn organization(session: &Session, region: &Region) -> Result<Answer, Failure> {
    let ids = ids(session, region).await.map_err(|failure| within("ListDetectors", failure))?;
    let Some(id) = ids.first() else {
        return Ok(Answer::DetectorOrganization(DetectorOrganization::default()));
    };
    let request = session.guardduty().describe_organization_configuration().detector_id(id);
    let answer = request.customize().config_override(there(region)).send().await?;
    let members = answer.auto_enable_organization_members();
    #[expect(deprecated, reason = "what was there before the word for all accounts")]
    let auto_enable = answer.auto_enable();
    if members.is_none() && auto_enable.is_none() {
        return Err(incomplete("autoEnableOrganizationMembers"));
    }
    Ok(Answer::DetectorOrganization(DetectorOrganization {
        auto_enable_organization_members: members.map(|members| members.as_str().to_owned()),
        auto_enable,
    }))
}
