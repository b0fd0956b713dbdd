//! IAM Access Analyzer: a region's analyzers.

use aws_sdk_accessanalyzer::config::Builder;
use trailproof_core::answer::{Analyzer, Answer};
use trailproof_core::aws::Region;

use super::with_body;
use crate::collect::gap::Failure;
use crate::collect::session::{Session, sdk_region};

/// The analyzers of the account in a region. Those of the organization are listed where they were made, not in members.
pub async fn analyzers(session: &Session, region: &Region) -> Result<Answer, Failure> {
    let request = session.access_analyzer().list_analyzers().max_results(100);
    let (mut analyzers, mut token) = (Vec::new(), None);
    loop {
        let there = Builder::new().region(sdk_region(region));
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there).send().await?;
        with_body("analyzers")?;
        analyzers.extend(answer.analyzers.into_iter().map(|analyzer| Analyzer {
            arn: analyzer.arn,
            kind: Some(analyzer.r#type.as_str().to_owned()),
            status: Some(analyzer.status.as_str().to_owned()),
        }));
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            analyzers.sort();
            return Ok(Answer::Analyzers(Some(analyzers)));
        }
    }
}
