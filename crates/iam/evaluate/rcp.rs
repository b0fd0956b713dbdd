//! Which services resource control policies bind.

/// The prefixes of the services whose resources RCPs bind, one a line, sorted.
///
/// State of 2026-09-26, and incomplete: of the 62 prefixes that AWS's service authorization reference counted on that
/// day these are the ones that AWS's own announcements name too (S3, STS, KMS, SQS and Secrets Manager 2024-11, ECR and
/// OpenSearch Serverless 2025-06, Cognito and CloudWatch Logs 2026-01) or that hold what an audit trail is made of. A
/// service that is missing here counts as not bound, which an RCP's author must not be told he is protected by.
const SERVICES: &str = include_str!("../data/rcp-services.txt");

/// Whether RCPs bind the resources of the service so named in actions.
pub(crate) fn binds(service: &str) -> bool {
    SERVICES.lines().any(|bound| bound.eq_ignore_ascii_case(service))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_knows_what_it_must() {
        let lines: Vec<&str> = SERVICES.lines().collect();
        assert!(lines.is_sorted());
        for bound in ["s3", "KMS", "sts", "sqs", "secretsmanager", "logs"] {
            assert!(binds(bound), "{bound}");
        }
        for free in
            ["cloudtrail", "iam", "sns", "organizations", "config", "guardduty", "lambda", ""]
        {
            assert!(!binds(free), "{free}");
        }
    }
}
