//! Which condition keys whoever asks may choose.

/// Stands for the name of the caller's own session where a role is asked about as such: whoever assumes it chooses.
/// No policy can name this key.
pub(crate) const OWN_SESSION: &str = "own\u{0}session";

/// How [`OWN_SESSION`] is told to readers.
pub(crate) const OWN_SESSION_SHOWN: &str = "sts:RoleSessionName";

/// Headers and parameters of the request, and how it is sent. Whoever asks writes them, so that they keep nobody out.
const CHOSEN: [&str; 39] = [
    "aws:referer",
    "aws:securetransport",
    "aws:tagkeys",
    "aws:useragent",
    "iam:awsservicename",
    "iam:passedtoservice",
    "iam:policyarn",
    "kms:bypasspolicylockoutsafetycheck",
    "kms:encryptionalgorithm",
    "kms:grantoperations",
    "kms:granteeprincipal",
    "kms:granteeserviceprincipal",
    "kms:keyspec",
    "kms:keyusage",
    "kms:messagetype",
    "kms:multiregion",
    "kms:primaryregion",
    "kms:replicaregion",
    "kms:retiringprincipal",
    "kms:rotationperiodindays",
    "kms:schedulekeydeletionpendingwindowindays",
    "kms:signingalgorithm",
    "lambda:principal",
    "s3:authtype",
    "s3:bypassgovernanceretention",
    "s3:delimiter",
    "s3:if-match",
    "s3:if-none-match",
    "s3:inventoryaccessibleoptionalfields",
    "s3:locationconstraint",
    "s3:max-keys",
    "s3:prefix",
    "s3:requestobjecttagkeys",
    "s3:signatureage",
    "s3:signatureversion",
    "s3:tlsversion",
    "s3:versionid",
    "sts:rolesessionname",
    "sts:sourceidentity",
];

/// The beginnings of further ones: what is behind them names a tag, a header or a parameter.
const CHOSEN_PREFIXES: [&str; 6] = [
    "aws:requesttag/",
    "kms:encryptioncontext:",
    "kms:requestalias",
    "s3:object-lock-",
    "s3:requestobjecttag/",
    "s3:x-amz-",
];

/// Whether whoever asks chooses the value of this key, so that a condition on it alone protects nothing.
///
/// A key that is not listed restricts: a condition is then reported as one, not left out.
pub(crate) fn is_chosen(key: &str) -> bool {
    key == OWN_SESSION
        || CHOSEN.iter().any(|chosen| chosen.eq_ignore_ascii_case(key))
        || CHOSEN_PREFIXES.iter().any(|prefix| {
            key.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
        })
}

/// What a reader is told that this key is called.
pub(crate) fn shown(key: &str) -> &str {
    if key == OWN_SESSION { OWN_SESSION_SHOWN } else { key }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_caller_writes_is_chosen_and_what_the_network_tells_is_not() {
        for key in
            ["AWS:UserAgent", "aws:RequestTag/Team", "aws:TagKeys", "s3:x-amz-acl", OWN_SESSION]
        {
            assert!(is_chosen(key), "{key}");
        }
        for key in ["aws:SourceIp", "sts:ExternalId", "aws:MultiFactorAuthPresent", "é", "x:y"] {
            assert!(!is_chosen(key), "{key}");
        }
    }
}
