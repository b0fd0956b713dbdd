//! What a bucket's policy grants to whom: outsiders, those who may destroy, those who may write.

use trailproof_iam::{Effect, Principal, Principals, Statement};

use super::context::{Context, Fill};
use super::principal::{CLOUDTRAIL, is_legacy, outsider};
use super::protection::{Exemption, refuses_everyone};
use super::realm::Realm;
use super::request::{Caller, Request, Target, applies, reaches, takes_all_of};
use super::truth::Truth;
use super::{Policed, ResourcePolicy};
use crate::evidence::{Observed, find};

/// A statement that grants what it should not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its Sid or place.
    pub statement: String,
    /// Whom it names.
    pub principal: String,
    /// What of it matters: an action, or the resource.
    pub what: String,
}

/// What would destroy logs, or what keeps them.
const DESTRUCTIVE: [(&str, bool); 9] = [
    ("s3:DeleteObject", true),
    ("s3:DeleteObjectVersion", true),
    ("s3:DeleteObjectTagging", true),
    ("s3:DeleteObjectVersionTagging", true),
    ("s3:PutObject", true),
    ("s3:BypassGovernanceRetention", true),
    ("s3:PutBucketPolicy", false),
    ("s3:PutLifecycleConfiguration", false),
    ("s3:PutBucketVersioning", false),
];

fn allows(policy: &ResourcePolicy) -> impl Iterator<Item = Policed<'_>> {
    let statements = policy.document.statements.iter();
    statements
        .filter(|statement| statement.effect == Effect::Allow)
        .map(move |statement| Policed { policy, statement })
}

fn actions(statement: &Statement) -> String {
    match &statement.actions {
        trailproof_iam::Actions::Action(entries) => entries.join(", "),
        trailproof_iam::Actions::NotAction(entries) => format!("all but {}", entries.join(", ")),
    }
}

/// The first statement that grants anything to anybody outside the realm, and that no other takes back.
///
/// # Errors
/// Where none is proved to, and one may.
pub fn outsiders(policy: &ResourcePolicy, realm: &Realm<'_>) -> Observed<Option<Grant>> {
    let grants = allows(policy).map(|policed| {
        let Some(principal) = outsider(policed, realm)? else { return Ok(None) };
        if takes_back(policed, realm)? {
            return Ok(None);
        }
        let (statement, what) = (policed.statement.label(), actions(policed.statement));
        Ok(Some(Grant { statement, principal, what }))
    });
    find(grants, |grant| Ok(grant.is_some())).map(Option::flatten)
}

/// Whether a refusal keeps everybody outside the organization from all that the statement grants.
fn takes_back(policed: Policed<'_>, realm: &Realm<'_>) -> Observed<bool> {
    let document = &policed.policy.document;
    let perimeter = document.statements.iter().filter(|statement| {
        statement.effect == Effect::Deny && takes_all_of(&statement.actions, "s3:")
    });
    let mut perimeter = perimeter.peekable();
    if perimeter.peek().is_none() {
        return Ok(false);
    }
    let Some(id) = realm.organization()? else { return Ok(false) };
    let stranger = Context::default()
        .fill("aws:PrincipalOrgID", Fill::OneOf(vec![format!("{id}-other")]))
        .with("aws:PrincipalIsAWSService", "false")
        .with("aws:ViaAWSService", "false")
        .fill("aws:PrincipalServiceName", Fill::Absent);
    let nameless = stranger.clone().fill("aws:PrincipalOrgID", Fill::Absent);
    Ok(perimeter.any(|deny| {
        [&stranger, &nameless].into_iter().all(|context| {
            let request = |target| Request {
                caller: Caller::Anyone,
                action: "s3:GetObject",
                target,
                context,
            };
            // Refused on all resources that the statement can be about.
            let everything = applies(deny, document.version, &request(Target::Under("arn:")));
            let same = policed.statement.resources.iter().all(|resources| {
                resources.entries().iter().all(|entry| {
                    let covered = match entry.strip_suffix('*') {
                        Some(prefix) if !prefix.contains(['*', '?']) => Target::Under(prefix),
                        _ => Target::One(entry),
                    };
                    applies(deny, document.version, &request(covered)) == Truth::Yes
                })
            });
            everything == Truth::Yes || same
        })
    }))
}

/// The first statement that lets somebody destroy logs or what keeps them: delete, rewrite, or change the bucket's
/// policy, lifecycle or versioning. Services that deliver logs may write; those whom the user approved may do all.
#[must_use]
pub fn destroyers(
    policy: &ResourcePolicy,
    bucket: &str,
    realm: &Realm<'_>,
    services: &dyn Fn(&str) -> bool,
) -> Option<Grant> {
    let objects = format!("{bucket}/");
    let dangers = DESTRUCTIVE.map(|(action, on_objects)| {
        let target = if on_objects { Target::Under(&objects) } else { Target::One(bucket) };
        let refused = refuses_everyone(policy, action, target, realm)
            .is_some_and(|refusal| refusal.exemption == Exemption::Approved);
        (action, target, refused)
    });
    allows(policy).find_map(|Policed { statement, .. }| {
        dangers.iter().filter(|(.., refused)| !refused).find_map(|(action, target, _)| {
            let granted = statement.actions.matches(action)
                && reaches(statement, policy.document.version, *target) != Truth::No;
            let writes = *action == "s3:PutObject";
            let principal = named(statement, |entry| match entry {
                Principal::Service(name) => writes && services(name),
                Principal::Aws(arn) => realm.approves(arn) || (writes && is_legacy(entry)),
                _ => false,
            });
            let principal = principal.filter(|_| granted)?;
            Some(Grant { statement: statement.label(), principal, what: (*action).to_owned() })
        })
    })
}

/// The first whom a statement names beside those excused.
fn named(statement: &Statement, excused: impl Fn(&Principal) -> bool) -> Option<String> {
    match statement.principal.as_ref()? {
        Principals::NotPrincipal(_) => Some("everyone".to_owned()),
        Principals::Principal(entries) => {
            let entry = entries.iter().find(|entry| !excused(entry))?;
            Some(if entry.is_everyone() { "everyone".into() } else { entry.value().to_owned() })
        }
    }
}

/// Who writes into a bucket by its policy, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writers {
    /// Services that deliver logs, under the roots of logs.
    Logs,
    /// Somebody else.
    Others(Grant),
    /// Such a service, and beside the roots of logs too.
    Elsewhere(Grant),
}

/// Who may write into a bucket besides CloudTrail and the services named, and whether they do so under `AWSLogs/` only.
#[must_use]
pub fn writers(policy: &ResourcePolicy, bucket: &str, services: &dyn Fn(&str) -> bool) -> Writers {
    let objects = format!("{bucket}/");
    let target = Target::Under(&objects);
    let writing = || {
        allows(policy).map(|policed| policed.statement).filter(|statement| {
            statement.actions.matches("s3:PutObject")
                && reaches(statement, policy.document.version, target) != Truth::No
        })
    };
    let other = writing().find_map(|statement| {
        let principal = named(statement, |entry| match entry {
            Principal::Service(name) => name == CLOUDTRAIL || services(name),
            entry => is_legacy(entry),
        })?;
        Some(Grant { statement: statement.label(), principal, what: "s3:PutObject".into() })
    });
    if let Some(grant) = other {
        return Writers::Others(grant);
    }
    let beside = |entry: &&String| reaches_objects(entry, &objects) && !entry.contains("/AWSLogs/");
    let elsewhere = writing().find_map(|statement| {
        let what = match statement.resources.as_ref()? {
            trailproof_iam::Resources::Resource(entries) => entries.iter().find(beside)?.clone(),
            trailproof_iam::Resources::NotResource(_) => "all but what NotResource names".into(),
        };
        let principal = named(statement, |_| false).unwrap_or_default();
        Some(Grant { statement: statement.label(), principal, what })
    });
    elsewhere.map_or(Writers::Logs, Writers::Elsewhere)
}

fn reaches_objects(glob: &str, objects: &str) -> bool {
    super::glob::touches(glob, objects)
}
