//! AWS's own identifiers: account ids, regions, partitions and ARNs.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is not the identifier that it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not twelve digits.
    #[error("{0:?} is not an account id: twelve digits are expected")]
    AccountId(String),
    /// Not of a region's form.
    #[error("{0:?} is not a region name: a name such as eu-west-1 is expected")]
    Region(String),
    /// Not `arn:partition:service:region:account:resource`.
    #[error("{0:?} is not an ARN: arn:partition:service:region:account:resource is expected")]
    Arn(String),
}

/// A twelve-digit AWS account id; a text everywhere, since leading zeros count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 12]);

impl AccountId {
    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The bytes are ASCII digits by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for AccountId {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let bytes: [u8; 12] =
            text.as_bytes().try_into().map_err(|_| ParseError::AccountId(text.to_owned()))?;
        if bytes.iter().all(u8::is_ascii_digit) {
            Ok(Self(bytes))
        } else {
            Err(ParseError::AccountId(text.to_owned()))
        }
    }
}

/// A region's code name, such as `eu-west-1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(Arc<str>);

impl Region {
    /// The code name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The least name behind all that begin a row of this region's: a bound for looking things up, and no region's.
    pub(crate) fn behind(region: Option<&Self>) -> Self {
        Self(region.map_or_else(Arc::default, |region| format!("{region}\0").into()))
    }
}

impl FromStr for Region {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wellformed = text.len() >= 3
            && text.len() <= 40
            && text.contains('-')
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if wellformed { Ok(Self(text.into())) } else { Err(ParseError::Region(text.to_owned())) }
    }
}

macro_rules! text_form {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
text_form!(AccountId);
text_form!(Region);

/// A partition of AWS: no trail, role or organization crosses it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Partition(String);

/// The regions that are enabled in every account of the commercial partition.
/// Only the fallback where an account's own list cannot be read.
const AWS_DEFAULT_REGIONS: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The regions of the commercial partition that an account may switch on, as of this version.
const AWS_OPT_IN_REGIONS: [&str; 17] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

impl Partition {
    /// The partition named so in an ARN: `aws`, `aws-cn`, `aws-us-gov`, …
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The name as in an ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The regions that every account of the partition has, in order: the scope where `ListRegions` gave no answer.
    #[must_use]
    pub fn default_regions(&self) -> Vec<Region> {
        let names: &[&str] = match self.0.as_str() {
            "aws" => &AWS_DEFAULT_REGIONS,
            "aws-cn" => &["cn-north-1", "cn-northwest-1"],
            "aws-us-gov" => &["us-gov-east-1", "us-gov-west-1"],
            "aws-eusc" => &["eusc-de-east-1"],
            "aws-iso" => &["us-iso-east-1", "us-iso-west-1"],
            "aws-iso-b" => &["us-isob-east-1", "us-isob-west-1"],
            "aws-iso-e" => &["eu-isoe-west-1"],
            "aws-iso-f" => &["us-isof-east-1", "us-isof-south-1"],
            _ => &[],
        };
        names.iter().map(|name| Region((*name).into())).collect()
    }

    /// The regions that this version knows to exist. AWS opens regions faster than programs are released: what is not
    /// in it may exist all the same.
    #[must_use]
    pub fn known_regions(&self) -> Vec<Region> {
        let mut regions = self.default_regions();
        if self.0 == "aws" {
            regions.extend(AWS_OPT_IN_REGIONS.iter().map(|name| Region((*name).into())));
        }
        regions
    }

    /// Whether accounts of this partition can be asked for their regions: only where there are opt-in regions,
    /// elsewhere the partition's own list is the truth.
    #[must_use]
    pub fn lists_regions(&self) -> bool {
        matches!(self.0.as_str(), "aws" | "aws-cn")
    }

    /// The region in which global services (IAM, Organizations, Account Management) are signed and recorded.
    #[must_use]
    pub fn global_region(&self) -> Region {
        let name = match self.0.as_str() {
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            "aws-eusc" => "eusc-de-east-1",
            "aws-iso" => "us-iso-east-1",
            "aws-iso-b" => "us-isob-east-1",
            "aws-iso-e" => "eu-isoe-west-1",
            "aws-iso-f" => "us-isof-south-1",
            _ => "us-east-1",
        };
        Region(name.into())
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An Amazon Resource Name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, …
    pub partition: &'a str,
    /// `cloudtrail`, `s3`, …
    pub service: &'a str,
    /// Empty for global resources.
    pub region: &'a str,
    /// Empty for S3 buckets, `aws` for AWS managed policies.
    pub account: &'a str,
    /// All after the fifth colon.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart.
    ///
    /// # Errors
    /// When the text has fewer than six colon-separated parts or does not begin with `arn`.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        let mut parts = text.splitn(6, ':');
        match (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
            (
                Some("arn"),
                Some(partition),
                Some(service),
                Some(region),
                Some(account),
                Some(resource),
            ) if !partition.is_empty() && !resource.is_empty() => {
                Ok(Self { partition, service, region, account, resource })
            }
            _ => Err(ParseError::Arn(text.to_owned())),
        }
    }

    /// The owning account, where the ARN names one.
    #[must_use]
    pub fn account_id(&self) -> Option<AccountId> {
        self.account.parse().ok()
    }

    /// The region, where the ARN names one.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        self.region.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_keeps_its_leading_zeros() {
        let id: AccountId = "001234567890".parse().unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"001234567890\"");
        assert!("12345".parse::<AccountId>().is_err());
        assert!("12345678901x".parse::<AccountId>().is_err());
    }

    #[test]
    fn an_arn_is_taken_apart_and_its_resource_may_hold_colons() {
        let arn = Arn::parse("arn:aws:logs:eu-west-1:111122223333:log-group:a:*").unwrap();
        assert_eq!(arn.resource, "log-group:a:*");
        assert_eq!(arn.account_id().unwrap().as_str(), "111122223333");
        assert!(Arn::parse("arn:aws:s3").is_err());
    }

    #[test]
    fn the_commercial_fallback_has_seventeen_regions() {
        assert_eq!(Partition::new("aws").default_regions().len(), 17);
    }
}
