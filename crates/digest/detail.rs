//! What findings say, each sentence in one place: who tells them in another language finds all of them here.

use std::fmt;

macro_rules! details {
    ($($name:ident = $text:literal;)*) => {
        /// A sentence of a finding's `detail`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Detail {
            $(
                #[doc = $text]
                $name
            ),*
        }

        impl Detail {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What it says.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text),*
                }
            }
        }
    };
}

details! {
    NotAllListed = "not everything of this time could be listed and read";
    NotReadable = "not readable";
    // Of log files.
    LogListed = "a digest lists the log file";
    NoLog = "no log file";
    ContentsChanged = "its contents are not those that were delivered";
    BytesFollowLog = "bytes follow its gzip member, and readers may take them for events";
    TrailerCutOff = "its gzip trailer is cut off";
    Stray = "it lies among the log files, but CloudTrail names none so";
    OtherTrails = "another trail's digest may list them, and is not proved";
    NoSuchKind = "no digest here lists log files of this kind";
    NotListedYet = "no digest lists it; a backfill digest may still be on its way";
    NotListed = "no digest of that time lists it";
    // Of digests.
    Gap = "the chain begins anew: validation or logging was off, and nothing is signed";
    NotDue = "not there yet, and not overdue";
    NoneOfHour = "no digest of this hour is there";
    LogsWithoutDigest = "log files of this time are there, but no digest: it was deleted, or they were added";
    DigestGone = "the digest is not there";
    NoDigest = "no digest";
    Moved = "the digest was written for another place";
    OtherAccount = "the digest is another account's";
    OtherEnd = "its end is not the one in its name";
    KeyNotPublished = "no key with this fingerprint was published for the region, as far as is known";
    NotTheNamed = "properly signed, but not the digest that the next one vouches for";
    NextNamesAnother = "properly signed, but the next digest names another";
    OtherSignature = "the next digest vouches for another signature";
    NotThatOfNext = "its signature, which the next digest holds, is not that of its contents";
    NoMetadata = "the copy has no metadata, and no proved digest holds its signature";
    Unsigned = "its metadata has no signature";
    UnknownForm = "its signature is of no known form";
    NotThatOfContents = "its signature is not that of its contents";
    BytesFollowDigest = "bytes follow its gzip member, and readers may take them for a part of it";
    OffCheckpoint = "the chain does not go on from the head that was proved before";
}

impl Detail {
    /// The sentence, and what was met.
    #[must_use]
    pub fn with(self, seen: &dyn fmt::Display) -> String {
        format!("{self}: {seen}")
    }

    /// The sentence that a text begins with, and the rest of the text, which is empty where it says nothing else.
    #[must_use]
    pub fn read(text: &str) -> Option<(Self, &str)> {
        let begun = |detail: &Self| {
            let rest = text.strip_prefix(detail.text())?;
            // No word goes on.
            (rest.is_empty() || rest.starts_with([':', ';'])).then_some((*detail, rest))
        };
        Self::ALL.iter().filter_map(begun).min_by_key(|(_, rest)| rest.len())
    }
}

impl From<Detail> for String {
    fn from(detail: Detail) -> Self {
        detail.text().to_owned()
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::Detail;

    #[test]
    fn each_sentence_is_found_again_with_what_follows_it() {
        for detail in Detail::ALL {
            assert_eq!(Detail::read(detail.text()), Some((*detail, "")));
            let told = detail.with(&"AccessDenied: no; never");
            assert_eq!(Detail::read(&told), Some((*detail, ": AccessDenied: no; never")));
        }
        // One begins with another.
        assert_eq!(Detail::read("no digest of this hour is there"), Some((Detail::NoneOfHour, "")));
        assert_eq!(Detail::read("no digests"), None);
        assert_eq!(Detail::read("failed to inflate"), None);
    }
}
