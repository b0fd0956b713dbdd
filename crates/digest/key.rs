//! Object keys: where CloudTrail puts digests and log files in a bucket.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::time::{compact, compact_minute, day_folder, parse_compact};

const DIGEST: &str = "CloudTrail-Digest";

/// The kinds of log file that CloudTrail is known to write, each in a folder of its own beside the digests.
pub const LOG_KINDS: [&str; 4] =
    ["CloudTrail", "CloudTrail-Aggregated", "CloudTrail-Insight", "CloudTrail-NetworkActivity"];

/// Where one account's objects of one region lie in a bucket, below a prefix and perhaps an organization's folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Folder {
    /// The trail's prefix, without the slash before `AWSLogs`; empty where it has none.
    pub prefix: String,
    /// `o-…`, in keys of an organization trail alone.
    pub organization: Option<String>,
    /// Twelve digits.
    pub account: String,
    /// Where the events come from.
    pub region: String,
}

/// A digest's key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DigestKey {
    /// Where it lies.
    pub folder: Folder,
    /// The trail's name.
    pub trail: String,
    /// The region that the trail was made in.
    pub home_region: String,
    /// The end of the time that the digest covers, to the second.
    pub end: Timestamp,
    /// Whether it lists log files that were left out of the hour's own digest.
    pub backfill: bool,
}

/// A log file's key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogKey {
    /// Where it lies.
    pub folder: Folder,
    /// `CloudTrail`, `CloudTrail-Insight`, …
    pub kind: String,
    /// The minute of its delivery.
    pub delivered: Timestamp,
    /// What tells it from others of that minute.
    pub unique: String,
}

/// A key that CloudTrail could have written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKey {
    /// Of a digest, a backfill digest perhaps.
    Digest(DigestKey),
    /// Of a log file.
    Log(LogKey),
}

impl Folder {
    /// The start of all keys of one kind in this folder, with its slash at the end.
    pub fn of_kind(&self, kind: &str) -> String {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        let organization =
            self.organization.as_ref().map(|id| format!("{id}/")).unwrap_or_default();
        let (prefix, account, region) = (&self.prefix, &self.account, &self.region);
        format!("{prefix}{slash}AWSLogs/{organization}{account}/{kind}/{region}/")
    }

    /// The start of all digests' keys in this folder.
    pub fn digests(&self) -> String {
        self.of_kind(DIGEST)
    }

    fn is_in_order(&self) -> bool {
        self.account.len() == 12
            && self.account.bytes().all(|byte| byte.is_ascii_digit())
            && is_region(&self.region)
    }
}

fn is_region(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(known)
}

fn is_organization(text: &str) -> bool {
    let id = text.strip_prefix("o-").unwrap_or_default();
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    !id.is_empty() && id.bytes().all(known)
}

impl ObjectKey {
    /// Reads a key; `None` where CloudTrail writes no such keys. What is read is written as it was.
    pub fn parse(key: &str) -> Option<Self> {
        // From the end: a prefix may hold anything, `AWSLogs` too.
        let mut parts = key.rsplitn(8, '/');
        let name = parts.next()?;
        for _ in ["day", "month", "year"] {
            parts.next()?;
        }
        let (region, kind, account, above) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let (above, organization) = match above.rsplit_once('/') {
            Some((above, id)) if is_organization(id) => (above, Some(id.to_owned())),
            _ => (above, None),
        };
        let prefix = match above {
            "AWSLogs" => "",
            other => other.strip_suffix("/AWSLogs").filter(|prefix| !prefix.is_empty())?,
        };
        let folder = Folder {
            prefix: prefix.to_owned(),
            organization,
            account: account.to_owned(),
            region: region.to_owned(),
        };
        let name = name
            .strip_prefix(account)?
            .strip_prefix('_')?
            .strip_prefix(kind)?
            .strip_prefix('_')?
            .strip_prefix(region)?
            .strip_prefix('_')?
            .strip_suffix(".json.gz")?;
        if !folder.is_in_order() {
            return None;
        }
        let read = match kind {
            DIGEST => Self::Digest(DigestKey::named(folder, name)?),
            _ => Self::Log(LogKey::named(folder, kind, name)?),
        };
        // The day's folders, and all else that was not looked at, must be as CloudTrail writes them.
        (read.to_string() == key).then_some(read)
    }
}

impl ObjectKey {
    /// Where it lies.
    pub fn folder(&self) -> &Folder {
        match self {
            Self::Digest(key) => &key.folder,
            Self::Log(key) => &key.folder,
        }
    }
}

impl DigestKey {
    /// From what follows the region in a name. A trail's name may hold `_`; a region and a time hold none.
    fn named(folder: Folder, name: &str) -> Option<Self> {
        let (name, backfill) = match name.strip_suffix("_backfill") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (name, time) = name.rsplit_once('_')?;
        let (trail, home_region) = name.rsplit_once('_')?;
        let end = parse_compact(time)?;
        (is_region(home_region) && !trail.is_empty()).then(|| Self {
            folder,
            trail: trail.to_owned(),
            home_region: home_region.to_owned(),
            end,
            backfill,
        })
    }
}

impl LogKey {
    fn named(folder: Folder, kind: &str, name: &str) -> Option<Self> {
        let (time, unique) = name.split_once('_')?;
        let delivered = parse_compact(time)?;
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let fine = plain(unique) && !unique.is_empty() && kind.starts_with("CloudTrail");
        fine.then(|| Self { folder, kind: kind.to_owned(), delivered, unique: unique.to_owned() })
    }
}

impl fmt::Display for DigestKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Folder { account, region, .. } = &self.folder;
        let (place, day, end) = (self.folder.digests(), day_folder(self.end), compact(self.end));
        let (trail, home) = (&self.trail, &self.home_region);
        let backfill = if self.backfill { "_backfill" } else { "" };
        write!(
            to,
            "{place}{day}/{account}_{DIGEST}_{region}_{trail}_{home}_{end}{backfill}.json.gz"
        )
    }
}

impl fmt::Display for LogKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Folder { account, region, .. } = &self.folder;
        let (kind, unique) = (&self.kind, &self.unique);
        let (place, day) = (self.folder.of_kind(kind), day_folder(self.delivered));
        let minute = compact_minute(self.delivered);
        write!(to, "{place}{day}/{account}_{kind}_{region}_{minute}_{unique}.json.gz")
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(key) => key.fmt(to),
            Self::Log(key) => key.fmt(to),
        }
    }
}
