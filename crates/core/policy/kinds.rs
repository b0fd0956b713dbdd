//! The kinds of values that a policy's parameters take.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How strongly Object Lock holds a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LockMode {
    /// Can be bypassed with `s3:BypassGovernanceRetention`.
    #[serde(rename = "GOVERNANCE")]
    Governance,
    /// Cannot be bypassed.
    #[serde(rename = "COMPLIANCE")]
    Compliance,
}

impl LockMode {
    /// As S3 spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A kind of CloudTrail Insights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum InsightType {
    /// Unusual numbers of write calls.
    #[serde(rename = "ApiCallRateInsight")]
    ApiCallRate,
    /// Unusual numbers of errors.
    #[serde(rename = "ApiErrorRateInsight")]
    ApiErrorRate,
}

impl InsightType {
    /// As CloudTrail spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiCallRate => "ApiCallRateInsight",
            Self::ApiErrorRate => "ApiErrorRateInsight",
        }
    }
}

/// A source that a trail's management events can leave out; CloudTrail allows no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EventSource {
    /// The calls that use keys, which are many.
    #[serde(rename = "kms.amazonaws.com")]
    Kms,
    /// The data API of Amazon RDS.
    #[serde(rename = "rdsdata.amazonaws.com")]
    RdsData,
}

impl EventSource {
    /// As events spell it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kms => "kms.amazonaws.com",
            Self::RdsData => "rdsdata.amazonaws.com",
        }
    }
}

/// Of which resources data events are required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataEvents {
    /// Of all, present and future.
    All,
}

/// A text that is none of what is expected in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KindError {
    /// Neither a short name nor of CloudTrail's form.
    #[error(
        "{0:?} is no type of resource: s3, lambda, dynamodb or a name such as AWS::SNS::Topic is expected"
    )]
    ResourceType(String),
    /// Not a service principal's name.
    #[error("{0:?} is no service: a name such as config or config.amazonaws.com is expected")]
    LogService(String),
}

/// A type of resource that has data events, as selectors name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceType(String);

/// The short names, and what selectors say.
const SHORT: [(&str, &str); 3] = [
    ("s3", "AWS::S3::Object"),
    ("lambda", "AWS::Lambda::Function"),
    ("dynamodb", "AWS::DynamoDB::Table"),
];

impl ResourceType {
    /// Objects of S3.
    #[must_use]
    pub fn s3() -> Self {
        Self("AWS::S3::Object".to_owned())
    }

    /// As selectors spell it: `AWS::S3::Object`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ResourceType {
    type Err = KindError;
    fn from_str(text: &str) -> Result<Self, KindError> {
        if let Some((_, long)) = SHORT.iter().find(|(short, _)| *short == text) {
            return Ok(Self((*long).to_owned()));
        }
        let parts: Vec<&str> = text.split("::").collect();
        let word =
            |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if parts.len() == 3 && parts.first() == Some(&"AWS") && parts.iter().all(word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(KindError::ResourceType(text.to_owned()))
        }
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = SHORT.iter().find(|(_, long)| *long == self.0);
        f.write_str(short.map_or(self.as_str(), |(short, _)| short))
    }
}

/// A service that writes logs, by the name of its principal without `.amazonaws.com`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogService(String);

impl LogService {
    pub(super) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// Whether a policy's service principal (`config.amazonaws.com`) is that service.
    #[must_use]
    pub fn is(&self, principal: &str) -> bool {
        let name = principal
            .strip_suffix(".amazonaws.com.cn")
            .or_else(|| principal.strip_suffix(".amazonaws.com"));
        name == Some(self.0.as_str())
    }
}

impl FromStr for LogService {
    type Err = KindError;
    fn from_str(text: &str) -> Result<Self, KindError> {
        let name = text.strip_suffix(".amazonaws.com").unwrap_or(text);
        let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
        if !name.is_empty() && name.bytes().all(known) {
            Ok(Self(name.to_owned()))
        } else {
            Err(KindError::LogService(text.to_owned()))
        }
    }
}

impl fmt::Display for LogService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! as_text {
    ($($kind:ty),*) => {$(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

as_text!(ResourceType, LogService);

/// Which buckets are sensitive: those of a name, and those that a tag marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SensitiveBuckets {
    /// Globs of names.
    pub names: Vec<String>,
    /// The key of the tag.
    pub tag_key: String,
    /// Its values that mark a bucket; empty looks at no tags.
    pub tag_values: Vec<String>,
}

impl SensitiveBuckets {
    /// Whether a bucket of that name is sensitive whatever its tags.
    #[must_use]
    pub fn names(&self, bucket: &str) -> bool {
        self.names.iter().any(|glob| crate::pattern::matches(glob, bucket))
    }

    /// Whether a tag can make a bucket sensitive.
    #[must_use]
    pub fn by_tag(&self) -> bool {
        !self.tag_values.is_empty()
    }

    /// Whether that tag makes a bucket sensitive.
    #[must_use]
    pub fn tagged(&self, key: &str, value: &str) -> bool {
        key == self.tag_key && self.tag_values.iter().any(|marked| marked == value)
    }
}

impl Default for SensitiveBuckets {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            tag_key: "data-classification".to_owned(),
            tag_values: ["confidential", "restricted", "pii", "phi"].map(str::to_owned).into(),
        }
    }
}

/// What a trail delivers to, as the parameters of AWS Config's rule name it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrailTargets {
    /// The bucket's name.
    pub s3_bucket_name: Option<String>,
    /// The topic's ARN.
    pub sns_topic_arn: Option<String>,
    /// The log group's ARN.
    pub cloud_watch_logs_log_group_arn: Option<String>,
}
