//! GuardDuty, Security Hub, AWS Config and IAM Access Analyzer in a region.

use trailproof_core::answer::Answer;
use trailproof_core::aws::Region;
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;

use super::gap::Failure;
use super::session::Session;

#[cfg(feature = "detection-services")]
mod access_analyzer;
#[cfg(feature = "detection-services")]
mod config;
#[cfg(feature = "detection-services")]
mod guardduty;
#[cfg(feature = "detection-services")]
mod securityhub;

/// The clients of these services, made when first needed.
#[cfg(feature = "detection-services")]
#[derive(Debug, Default)]
pub(super) struct Clients {
    pub(super) access_analyzer: std::sync::OnceLock<aws_sdk_accessanalyzer::Client>,
    pub(super) config: std::sync::OnceLock<aws_sdk_config::Client>,
    pub(super) guardduty: std::sync::OnceLock<aws_sdk_guardduty::Client>,
    pub(super) securityhub: std::sync::OnceLock<aws_sdk_securityhub::Client>,
}

/// That the last answer had a body: the SDK takes some of those without one for empty lists.
#[cfg(feature = "detection-services")]
fn with_body(field: &str) -> Result<(), Failure> {
    if super::recorder::last_is_empty() {
        return Err(super::organizations::incomplete(field));
    }
    Ok(())
}

/// What one of them answers of a region.
#[cfg(feature = "detection-services")]
pub async fn regional(session: &Session, region: &Region, fact: Fact) -> Result<Answer, Failure> {
    let answer = match fact {
        Fact::Detectors => guardduty::detectors(session, region).await,
        Fact::DetectorAdministrators => guardduty::administrators(session, region).await,
        Fact::DetectorOrganization => guardduty::organization(session, region).await,
        Fact::SecurityHub => securityhub::hub(session, region).await,
        Fact::Recorders => config::recorders(session, region).await,
        Fact::Analyzers => access_analyzer::analyzers(session, region).await,
        _ => Err(Failure::new(Cause::InternalError, "no service of detection is asked for that")),
    };
    match answer {
        Err(failure) if has_no_endpoint(&failure) => absent(fact).ok_or(failure),
        answer => answer,
    }
}

/// Nothing can be asked: that is said of every question, so that nobody takes silence for an answer.
#[cfg(not(feature = "detection-services"))]
pub async fn regional(_: &Session, _: &Region, _: Fact) -> Result<Answer, Failure> {
    let message = "this program was built without the feature detection-services";
    Err(Failure::new(Cause::NotBuiltIn, message))
}

/// The answer where a service is not offered in a region.
#[cfg(feature = "detection-services")]
fn absent(fact: Fact) -> Option<Answer> {
    match fact {
        Fact::Detectors => Some(Answer::Detectors(None)),
        Fact::SecurityHub => Some(Answer::SecurityHub(None)),
        Fact::Recorders => Some(Answer::Recorders(None)),
        Fact::Analyzers => Some(Answer::Analyzers(None)),
        _ => None,
    }
}

/// Whether the name of the service's endpoint in a region is nobody's, by the words of the C libraries' resolvers. That
/// a resolver has no answer at the moment has other words.
#[cfg(feature = "detection-services")]
fn has_no_endpoint(failure: &Failure) -> bool {
    const UNKNOWN_NAME: [&str; 4] = [
        "Name or service not known",
        "Name does not resolve",
        "nodename nor servname provided",
        "No address associated with hostname",
    ];
    // Whoever is asked further has answered before.
    let further = failure.message.starts_with("Get")
        || failure.message.starts_with("List")
        || failure.message.starts_with("Describe");
    failure.cause == Cause::RegionUnreachable
        && !further
        && UNKNOWN_NAME.iter().any(|words| failure.message.contains(words))
}

#[cfg(all(test, feature = "detection-services"))]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nobody_has_is_told_from_a_resolver_without_an_answer() {
        let of = |cause, words: &str| {
            let message = format!("dns error: failed to lookup address information: {words}");
            has_no_endpoint(&Failure::new(cause, message))
        };
        assert!(of(Cause::RegionUnreachable, "Name or service not known"));
        assert!(!of(Cause::RegionUnreachable, "Temporary failure in name resolution"));
        assert!(!of(Cause::Timeout, "Name or service not known"));
        assert_eq!(absent(Fact::Analyzers), Some(Answer::Analyzers(None)));
        assert_eq!(absent(Fact::DetectorOrganization), None);
    }
}
