//! What a digest is worth: read, at its place, signed, and the one that its successor vouches for.

use crate::digest::{Digest, Previous};
use crate::evidence::{Seen, SeenDigest, Signature};
use crate::finding::Kind;
use crate::hash::Sha256;
use crate::inflate::End;
use crate::key::DigestKey;
use crate::key_ring::KeyRing;

/// What the digest after it says, and whether that one is proved itself.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub previous: Previous,
    pub proved: bool,
}

/// What a digest is worth.
#[derive(Debug)]
pub(crate) struct Standing {
    pub problem: Option<Problem>,
    pub body: Body,
}

#[derive(Debug)]
pub(crate) struct Problem {
    pub kind: Kind,
    pub expected: Option<String>,
    pub observed: Option<String>,
    pub detail: String,
}

#[derive(Debug)]
pub(crate) enum Body {
    /// Signed by AWS; with the signature that shows it.
    Proved { digest: Digest, sha256: Sha256, signature: Vec<u8> },
    /// Read, but nothing shows that AWS wrote it, and nothing that somebody else did.
    Unproved(Digest),
    /// Not what AWS wrote here; what it says of its predecessor's signature can still be tried out.
    Refuted(Option<Digest>),
}

/// Where a digest was read, and under what name.
pub(crate) struct Spot<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    /// What the key says.
    pub named: Option<&'a DigestKey>,
    pub account: &'a str,
    pub region: &'a str,
}

fn problem(kind: Kind, detail: &str) -> Problem {
    Problem { kind, expected: None, observed: None, detail: detail.to_owned() }
}

impl Problem {
    fn but(mut self, expected: impl ToString, observed: impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self.observed = Some(observed.to_string());
        self
    }
}

impl Standing {
    fn refuted(problem: Problem, digest: Option<Digest>) -> Self {
        Self { problem: Some(problem), body: Body::Refuted(digest) }
    }

    /// Judges what was read.
    pub fn of(seen: Seen, spot: &Spot<'_>, claim: Option<&Claim>, keys: &KeyRing) -> Self {
        match seen {
            Seen::Missing => {
                Self::refuted(problem(Kind::DigestMissing, "the digest is not there"), None)
            }
            Seen::Refused(why) => Self::refuted(
                problem(Kind::ObjectUnverified, &format!("not readable: {why}")),
                None,
            ),
            Seen::Damaged(why) => Self::refuted(problem(Kind::DigestFormatInvalid, &why), None),
            Seen::Log(_) => Self::refuted(problem(Kind::DigestFormatInvalid, "no digest"), None),
            Seen::Digest(seen) => match misplaced(&seen.digest, spot) {
                Some(problem) => Self::refuted(problem, None),
                None => signed(*seen, spot, claim, keys),
            },
        }
    }
}

/// Whether it is the digest that should be here.
fn misplaced(digest: &Digest, spot: &Spot<'_>) -> Option<Problem> {
    let (here, there) =
        (format!("{}/{}", spot.bucket, spot.key), format!("{}/{}", digest.bucket, digest.key));
    if here != there {
        let moved = problem(Kind::DigestMoved, "the digest was written for another place");
        return Some(moved.but(there, here));
    }
    if digest.account != spot.account {
        let wrong = problem(Kind::DigestFormatInvalid, "the digest is another account's");
        return Some(wrong.but(spot.account, &digest.account));
    }
    let end = spot.named?.end;
    (end.as_second() != digest.span.to.as_second()).then(|| {
        let wrong = problem(Kind::DigestFormatInvalid, "its end is not the one in its name");
        wrong.but(end, digest.span.to)
    })
}

fn signed(seen: SeenDigest, spot: &Spot<'_>, claim: Option<&Claim>, keys: &KeyRing) -> Standing {
    let SeenDigest { sha256, digest, signature: own, end, .. } = seen;
    let message = digest.string_to_sign(sha256);
    let key = (spot.region, digest.fingerprint.as_str());
    let fits = |signature: &[u8]| keys.verifies(key, message.as_bytes(), signature) == Some(true);
    if !keys.knows(spot.region, &digest.fingerprint) {
        let what = "no key with this fingerprint was published for the region, as far as is known";
        let mut unknown = problem(Kind::DigestKeyUnknown, what);
        unknown.observed = Some(digest.fingerprint.clone());
        return Standing::refuted(unknown, Some(digest));
    }
    let vouched = claim.and_then(|claim| hex::decode(&claim.previous.signature).ok());
    let proved = claim.is_some_and(|claim| claim.proved);
    if let Signature::Read(own) = &own
        && fits(own)
    {
        let broken = match (claim, &vouched) {
            (Some(claim), _) if claim.proved && claim.previous.sha256 != sha256 => {
                let other = "properly signed, but not the digest that the next one vouches for";
                Some(problem(Kind::ChainMismatch, other).but(claim.previous.sha256, sha256))
            }
            (Some(claim), vouched) if claim.proved && vouched.as_ref() != Some(own) => {
                let other = "the next digest vouches for another signature";
                let other = problem(Kind::ChainMismatch, other);
                Some(other.but(&claim.previous.signature, hex::encode(own)))
            }
            _ => trailing(end),
        };
        let body = Body::Proved { digest, sha256, signature: own.clone() };
        return Standing { problem: broken, body };
    }
    let why = unsigned(&own);
    if let Some(signature) = vouched.filter(|vouched| fits(vouched)) {
        let body = Body::Proved { digest, sha256, signature };
        return Standing { problem: why.or_else(|| trailing(end)), body };
    }
    match why {
        Some(why) => Standing::refuted(why, Some(digest)),
        // A proved successor knows the signature of what was here.
        None if proved => {
            let what = "its signature, which the next digest holds, is not that of its contents";
            let mut wrong = problem(Kind::DigestSignatureInvalid, what);
            if let Some(claim) = claim {
                wrong = wrong.but(claim.previous.sha256, sha256);
            }
            Standing::refuted(wrong, Some(digest))
        }
        None => {
            let what = "the copy has no metadata, and no proved digest holds its signature";
            let problem = Some(problem(Kind::DigestUnverifiableNoMetadata, what));
            Standing { problem, body: Body::Unproved(digest) }
        }
    }
}

/// What is wrong with the digest's own signature; `None` where it was lost with the copy.
fn unsigned(own: &Signature) -> Option<Problem> {
    let invalid = |what, text: &str| {
        let mut wrong = problem(Kind::DigestSignatureInvalid, what);
        wrong.observed = Some(text.to_owned());
        Some(wrong)
    };
    match own {
        Signature::Lost => None,
        Signature::Absent => {
            Some(problem(Kind::DigestSignatureAbsent, "its metadata has no signature"))
        }
        Signature::Unreadable(text) => invalid("its signature is of no known form", text),
        Signature::Read(own) => {
            invalid("its signature is not that of its contents", &hex::encode(own))
        }
    }
}

fn trailing(end: End) -> Option<Problem> {
    let what = "bytes follow its gzip member, and readers may take them for a part of it";
    (end != End::Whole).then(|| problem(Kind::DigestTrailingData, what))
}
