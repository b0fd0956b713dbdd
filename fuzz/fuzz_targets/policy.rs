//! Policy documents: read, printed, read again; percent-encoded; and matched.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailproof_iam::pattern::{Case, matches};
use trailproof_iam::{ParseError, PolicyDocument};

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fuzz_target!(|text: &str| {
    let _ = PolicyDocument::parse_url_encoded(text);
    let parsed = PolicyDocument::parse(text);
    assert_eq!(PolicyDocument::parse_url_encoded(&encoded(text)), parsed);
    let document = match parsed {
        Ok(document) => document,
        Err(error) => {
            // Places are JSON pointers, whatever the names in them.
            if let ParseError::Unexpected { path, .. } | ParseError::Conflict { path } = &error {
                assert!(path.is_empty() || path.starts_with('/'));
            }
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let printed = document.to_value();
    let again = PolicyDocument::from_value(&printed);
    if !document.has_unknown() {
        assert_eq!(again.as_ref(), Ok(&document));
    }
    for statement in &document.statements {
        assert!(!statement.label().is_empty() || statement.sid.is_some());
        let among = statement.actions.matches("cloudtrail:StopLogging");
        assert_eq!(among, statement.actions.matches("CLOUDTRAIL:stoplogging"));
        for entry in statement.resources.iter().flat_map(|resources| resources.entries()) {
            let _ = matches(entry, "arn:aws:s3:::logs/AWSLogs/111122223333/", Case::Sensitive);
            assert!(!entry.contains(['*', '?']) || matches(entry, entry, Case::Sensitive));
        }
        for principal in statement.principal.iter().flat_map(|principals| principals.entries()) {
            let _ = (principal.kind(), principal.value(), principal.is_everyone());
        }
        for condition in &statement.conditions {
            let _ = (condition.operator_text(), condition.operator.is_negated());
        }
    }
});
