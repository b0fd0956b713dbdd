//! Whether a bucket's policy refuses what comes without TLS.

use crate::reason::Reason;
use trailproof_iam::{Effect, Principal, Principals, Statement};

use super::ResourcePolicy;
use super::context::{Context, Fill};
use super::request::{Target, reaches, takes_all_of};
use super::truth::Truth;

/// Whether requests without TLS are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecureTransport {
    /// All of them, by these statements.
    Enforced(Vec<String>),
    /// Not all: the code says what is missing, and the statement that comes nearest says where.
    Partial(Reason, String),
    /// No statement is about them.
    Absent,
}

/// The actions of which a bucket of logs sees any use; a statement that has them all needs no `s3:*`.
const ON_OBJECTS: [&str; 7] = [
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetObjectAcl",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
];
const ON_BUCKET: [&str; 8] = [
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucket",
];

/// Whether the policy of the bucket of that ARN refuses every request over plain HTTP: of everyone, on the bucket and on
/// its objects, and without asking for anything more.
#[must_use]
pub fn secure_transport(policy: &ResourcePolicy, bucket: &str) -> SecureTransport {
    // Plain HTTP has no TLS version: a comparison of it does not hold, unless it says "if it exists".
    let http =
        Context::default().with("aws:SecureTransport", "false").fill("s3:TlsVersion", Fill::Absent);
    let objects = format!("{bucket}/");
    let targets = [
        (Target::One(bucket), ON_BUCKET.as_slice()),
        (Target::Under(&objects), ON_OBJECTS.as_slice()),
    ];
    let version = policy.document.version;
    let refusals = policy.document.statements.iter().filter(|s| s.effect == Effect::Deny);
    let mut by: [Option<String>; 2] = [None, None];
    // Of the statements that fall short, the one whose fault is the least; of equals the first.
    let mut nearest: Option<(usize, Reason, String)> = None;
    for statement in refusals {
        let conditions = statement.conditions.iter();
        let refuses = Truth::all(conditions.map(|c| http.satisfies(c, version))) == Truth::Yes
            && statement.unknown.is_empty();
        let mut takes_all = false;
        for (slot, (target, actions)) in by.iter_mut().zip(targets) {
            let takes = takes_all_of(&statement.actions, "s3:")
                || actions.iter().all(|action| statement.actions.matches(action));
            takes_all |= takes;
            let reached = reaches(statement, version, target) == Truth::Yes;
            if refuses && names_everyone(statement) && takes && reached && slot.is_none() {
                *slot = Some(statement.label());
            }
        }
        let fault = match statement {
            _ if !mentions(statement, "aws:SecureTransport") => {
                (4, Reason::TLS_VERSION_ONLY, mentions(statement, "s3:TlsVersion") && !refuses)
            }
            _ if !refuses => (1, Reason::EXTRA_CONDITION, statement.conditions.len() > 1),
            _ if !names_everyone(statement) => (2, Reason::SOME_PRINCIPALS, true),
            _ => (3, Reason::SOME_ACTIONS, !takes_all),
        };
        if let (rank, code, true) = fault
            && nearest.as_ref().is_none_or(|(least, ..)| rank < *least)
        {
            nearest = Some((rank, code, statement.label()));
        }
    }
    match (by, nearest) {
        ([Some(bucket), Some(objects)], _) if bucket == objects => {
            SecureTransport::Enforced(vec![bucket])
        }
        ([Some(bucket), Some(objects)], _) => SecureTransport::Enforced(vec![bucket, objects]),
        ([None, Some(by)], _) => SecureTransport::Partial(Reason::ONLY_OBJECTS, by),
        ([Some(by), None], _) => SecureTransport::Partial(Reason::ONLY_BUCKET, by),
        ([None, None], Some((_, code, by))) => SecureTransport::Partial(code, by),
        ([None, None], None) => SecureTransport::Absent,
    }
}

fn names_everyone(statement: &Statement) -> bool {
    matches!(&statement.principal, Some(Principals::Principal(entries)) if entries.iter().any(Principal::is_everyone))
}

fn mentions(statement: &Statement, key: &str) -> bool {
    statement.conditions.iter().any(|condition| condition.key.eq_ignore_ascii_case(key))
}
