//! What a digest is worth: read, at its place, signed, and the one that its successor vouches for.

use crate::detail::Detail;
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

pub(crate) fn problem(kind: Kind, detail: impl Into<String>) -> Problem {
    Problem { kind, expected: None, observed: None, detail: detail.into() }
}

impl Problem {
    pub fn but(mut self, expected: impl ToString, observed: impl ToString) -> Self {
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
            Seen::Missing => Self::refuted(problem(Kind::DigestMissing, Detail::DigestGone), None),
            Seen::Refused(why) => {
                Self::refuted(problem(Kind::ObjectUnverified, Detail::NotReadable.with(&why)), None)
            }
            Seen::Damaged(why) => Self::refuted(problem(Kind::DigestFormatInvalid, why), None),
            Seen::Log(_) => {
                Self::refuted(problem(Kind::DigestFormatInvalid, Detail::NoDigest), None)
            }
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
        let moved = problem(Kind::DigestMoved, Detail::Moved);
        return Some(moved.but(there, here));
    }
    if digest.account != spot.account {
        let wrong = problem(Kind::DigestFormatInvalid, Detail::OtherAccount);
        return Some(wrong.but(spot.account, &digest.account));
    }
    let end = spot.named?.end;
    (end.as_second() != digest.span.to.as_second()).then(|| {
        let wrong = problem(Kind::DigestFormatInvalid, Detail::OtherEnd);
        wrong.but(end, digest.span.to)
    })
}

fn signed(seen: SeenDigest, spot: &Spot<'_>, claim: Option<&Claim>, keys: &KeyRing) -> Standing {
    let SeenDigest { sha256, digest, signature: own, end, .. } = seen;
    let message = digest.string_to_sign(sha256);
    let key = (spot.region, digest.fingerprint.as_str());
    let fits = |signature: &[u8]| keys.verifies(key, message.as_bytes(), signature) == Some(true);
    if !keys.knows(spot.region, &digest.fingerprint) {
        let what = Detail::KeyNotPublished;
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
                let other = Detail::NotTheNamed;
                Some(problem(Kind::ChainMismatch, other).but(claim.previous.sha256, sha256))
            }
            (Some(claim), vouched) if claim.proved && vouched.as_ref() != Some(own) => {
                let other = Detail::OtherSignature;
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
            let what = Detail::NotThatOfNext;
            let mut wrong = problem(Kind::DigestSignatureInvalid, what);
            if let Some(claim) = claim {
                wrong = wrong.but(claim.previous.sha256, sha256);
            }
            Standing::refuted(wrong, Some(digest))
        }
        None => {
            let what = Detail::NoMetadata;
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
        Signature::Absent => Some(problem(Kind::DigestSignatureAbsent, Detail::Unsigned)),
        Signature::Unreadable(text) => invalid(Detail::UnknownForm, text),
        Signature::Read(own) => invalid(Detail::NotThatOfContents, &hex::encode(own)),
    }
}

fn trailing(end: End) -> Option<Problem> {
    let what = Detail::BytesFollowDigest;
    (end != End::Whole).then(|| problem(Kind::DigestTrailingData, what))
}
