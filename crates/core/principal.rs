//! A user, group or role of an account, with what is attached to it.

use crate::answer::PrincipalEntry;
use crate::aws::Partition;
use crate::evidence::Evidence;
use crate::snapshot::Source;

/// A principal as a subject of checks.
#[derive(Debug, Clone)]
pub struct Principal {
    /// What IAM says of it.
    pub entry: PrincipalEntry,
    /// The partition.
    pub partition: Partition,
    pub(crate) source: Source,
}

impl Principal {
    /// The ARN of the attached AWS managed policy of one of these names, where one is attached.
    #[must_use]
    pub fn attached_aws_policy(&self, names: &[&str]) -> Option<&str> {
        let prefix = format!("arn:{}:iam::aws:policy/", self.partition);
        self.entry
            .attached_managed_policies
            .iter()
            .map(String::as_str)
            .find(|arn| arn.strip_prefix(&prefix).is_some_and(|name| names.contains(&name)))
    }

    /// A field as proof.
    #[must_use]
    pub fn cite(&self, field: &str, value: impl Into<serde_json::Value>) -> Evidence {
        Evidence { resource: self.entry.arn.clone(), ..self.source.cite(field, value) }
    }
}
