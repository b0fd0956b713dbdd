//! The service control policy that would protect what an organization's record consists of, written and proved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use trailproof_iam::{NamedPolicy, ParseError, PolicyDocument};

use super::{ANY_NAME, EVERYTHING, Guardrail, Opening, Power, Question, Side, context};
use crate::aws::{AccountId, Arn};
use crate::evidence::{Gap, Observed};
use crate::organization::Organization;
use crate::tamper::{Class, Table};

/// The most characters that AWS takes of one service control policy: the smaller of the figures in its own documents,
/// so that the policy is accepted wherever the larger one is not in force yet.
pub const MAX_CHARACTERS: usize = 5_120;

/// The most service control policies that can be attached to one place, the one that allows everything included.
pub const MAX_ATTACHED: usize = 5;

/// A policy that protects the record of an organization.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The documents, each of a size that AWS takes. All are to be attached to the root.
    pub documents: Vec<String>,
    /// What they do and leave out, in sentences.
    pub explanation: Vec<String>,
}

/// Why no policy was written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WriteError {
    /// Something that says what there is to protect was not read.
    #[error("what there is to protect was not read: {}", .0.detail)]
    Unread(Box<Gap>),
    /// No member account owns anything of the record.
    #[error(
        "no member account owns a trail, an event data store, a log bucket or a key of them; no service control policy \
         binds the management account"
    )]
    Nothing,
    /// It does not fit into as many policies as can be attached.
    #[error(
        "{0} policies would be needed, and {MAX_ATTACHED} can be attached to one place, FullAWSAccess among them"
    )]
    TooLarge(usize),
    /// What was written is no policy.
    #[error("what was written is no policy: {0}")]
    Broken(#[from] ParseError),
    /// The written policy leaves something possible.
    #[error("the policy leaves {action} on {resource} to {who}")]
    Open {
        /// What.
        action: String,
        /// On what.
        resource: String,
        /// To whom.
        who: String,
    },
    /// The written policy stops an approved principal.
    #[error("the policy stops the approved principal {who} from {action} on {resource}")]
    Stops {
        /// Whom.
        who: String,
        /// From what.
        action: String,
        /// On what.
        resource: String,
    },
}

/// What is protected, by the service and type of the table of tampering actions, with each resource's owner.
type Treasure = BTreeMap<(&'static str, &'static str), BTreeMap<String, AccountId>>;

/// What an administrator would do to become an approved role, or to end it.
const OF_A_ROLE: [&str; 9] = [
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
];

/// The least that denies everybody in member accounts, save approved principals, what ends, blinds, destroys or locks
/// away the organization's record: its members' trails and event data stores, the log buckets and the keys of trails.
///
/// The evaluator has proved of it that no role, user or root user of an owner's account can do any of it, and that each
/// approved principal still can.
///
/// # Errors
/// Where no trail was read or the management account is not known, where there is nothing to protect or too much for one
/// place, and where the proof fails.
pub fn protecting(organization: &Organization, approved: &[String]) -> Result<Written, WriteError> {
    let Found { treasure, left_out, unread } =
        treasure(organization).map_err(|gap| WriteError::Unread(Box::new(gap)))?;
    if treasure.values().all(BTreeMap::is_empty) {
        // What was not read may be all that there is.
        let gap = unread.into_iter().next();
        return Err(gap.map_or(WriteError::Nothing, |gap| WriteError::Unread(Box::new(gap))));
    }
    let documents = documents(&treasure, approved);
    // One place is taken by the policy that allows everything.
    if documents.len() >= MAX_ATTACHED {
        return Err(WriteError::TooLarge(documents.len()));
    }
    let parsed: Result<Vec<_>, _> =
        documents.iter().map(|text| PolicyDocument::parse(text).map(Arc::new)).collect();
    prove(organization, &parsed?, (&treasure, approved))?;
    let explanation = explanation(&treasure, approved, (&left_out, &unread));
    Ok(Written { documents, explanation })
}

/// What there is to protect, as far as it was read.
struct Found {
    treasure: Treasure,
    /// What no service control policy of the organization binds anybody at.
    left_out: BTreeSet<String>,
    /// Why there may be more.
    unread: Vec<Gap>,
}

/// What member accounts own of the record, and what the management account does.
fn treasure(organization: &Organization) -> Observed<Found> {
    let mut unread: Vec<Gap> = organization.all_trails_complete().err().into_iter().collect();
    let management = organization.management()?;
    let partition = organization.partition();
    let (mut treasure, mut left_out) = (Treasure::new(), BTreeSet::new());
    let mut add = |kind, arn: String, owner: AccountId| {
        if Some(owner) == management || !organization.members.contains_key(&owner) {
            left_out.insert(arn);
        } else {
            treasure.entry(kind).or_default().insert(arn, owner);
        }
    };
    for trail in organization.trails() {
        add(("cloudtrail", "trail"), trail.arn().to_owned(), trail.owner);
    }
    for member in organization.members.values().filter(|member| member.is_judged()) {
        unread.extend(organization.stores_complete(member.id).err());
        for store in organization.stores_for(member.id).into_iter().flatten() {
            add(("cloudtrail", "eventdatastore"), store.arn.clone(), store.owner);
        }
    }
    for bucket in organization.buckets() {
        if let Some(owner) = bucket.owner {
            let arn = format!("arn:{partition}:s3:::{}", bucket.name);
            add(("s3", "object"), format!("{arn}/*"), owner);
            add(("s3", "bucket"), arn, owner);
        }
    }
    for key in organization.keys().filter(|key| !key.trails.is_empty()) {
        let arn = key.target.arn(partition);
        if arn.contains(":key/") {
            add(("kms", "key"), arn, key.target.account);
        }
    }
    Ok(Found { treasure, left_out, unread })
}

/// The actions that are denied on a type of resource: what stops, blinds, destroys or takes the key.
fn actions(kind: (&str, &str)) -> Vec<String> {
    const BAD: [Class; 4] = [Class::Stop, Class::Blind, Class::Destroy, Class::Key];
    let table = Table::shared().actions();
    let on = table.filter(|action| action.service() == kind.0 && action.is_on(kind.1));
    let bad = on.filter(|action| BAD.iter().any(|class| action.classes.contains(class)));
    bad.map(|action| action.name.clone()).collect()
}

const fn sid(kind: (&str, &str)) -> &'static str {
    match kind.1.as_bytes() {
        b"trail" => "Trails",
        b"eventdatastore" => "EventDataStores",
        b"bucket" => "LogBuckets",
        b"object" => "LogFiles",
        _ => "LogKeys",
    }
}

/// The globs of the approved that mean roles which an account could make by itself.
fn roles(approved: &[String]) -> Vec<&str> {
    let own = |name: &&str| {
        let resource = name.splitn(6, ':').nth(5).unwrap_or_default();
        resource.starts_with("role/")
            && !resource.starts_with("role/aws-reserved/")
            && !resource.starts_with("role/aws-service-role/")
    };
    approved.iter().map(String::as_str).filter(own).collect()
}

/// The statement with the exemption of the approved.
fn statement(sid: &str, actions: Value, resources: Value, approved: &[String]) -> Value {
    let plain = json!({ "Sid": sid, "Effect": "Deny", "Action": actions, "Resource": resources });
    let (false, Value::Object(mut elements)) = (approved.is_empty(), plain.clone()) else {
        return plain;
    };
    // Of names that are no ARNs field by field the other operator would match none.
    let whole = approved.iter().all(|name| Arn::parse(name).is_ok());
    let operator = if whole { "ArnNotLike" } else { "StringNotLike" };
    let names = json!({ operator: { "aws:PrincipalArn": approved } });
    elements.insert("Condition".to_owned(), names);
    Value::Object(elements)
}

/// The statements in as few documents as they fit into, in order.
fn documents(treasure: &Treasure, approved: &[String]) -> Vec<String> {
    let text = |statements: &[Value]| {
        json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
    };
    let fits = |statements: &[Value]| text(statements).chars().count() <= MAX_CHARACTERS;
    let mut statements = vec![statement(
        "StayInTheOrganization",
        json!("organizations:LeaveOrganization"),
        json!("*"),
        approved,
    )];
    let roles = roles(approved);
    if !roles.is_empty() {
        statements.push(statement("ApprovedRoles", json!(OF_A_ROLE), json!(roles), approved));
    }
    for (kind, resources) in treasure {
        let (actions, sid) = (json!(actions(*kind)), sid(*kind));
        let (mut part, mut number) = (Vec::new(), 1);
        for resource in resources.keys() {
            part.push(resource.clone());
            if !fits(&[statement(sid, actions.clone(), json!(part), approved)]) && part.len() > 1 {
                let next = part.pop();
                let named = format!("{sid}{number}");
                statements.push(statement(&named, actions.clone(), json!(part), approved));
                (part, number) = (next.into_iter().collect(), number + 1);
            }
        }
        let named = if number > 1 { format!("{sid}{number}") } else { sid.to_owned() };
        statements.push(statement(&named, actions, json!(part), approved));
    }
    let mut documents: Vec<Vec<Value>> = Vec::new();
    for statement in statements {
        let room = documents.iter_mut().find(|document| {
            let with: Vec<Value> = document.iter().chain([&statement]).cloned().collect();
            fits(&with)
        });
        match room {
            Some(document) => document.push(statement),
            None => documents.push(vec![statement]),
        }
    }
    documents.iter().map(|statements| text(statements)).collect()
}

/// Asks the evaluator whether the documents do what they are for.
fn prove(
    organization: &Organization,
    documents: &[Arc<PolicyDocument>],
    (treasure, approved): (&Treasure, &[String]),
) -> Result<(), WriteError> {
    for (kind, resources) in treasure {
        for (resource, owner) in resources {
            let guardrail = Guardrail::under(organization, *owner, documents, approved);
            // One file stands for all: the entry covers whatever is in the bucket.
            let resource = resource.replace('*', &format!("AWSLogs/{ANY_NAME}"));
            for action in actions(*kind) {
                asked(&guardrail, &Question::new(&action, &resource))?;
            }
            asked(&guardrail, &Question::new("organizations:LeaveOrganization", "*"))?;
            for who in approved.iter().filter_map(|name| guardrail.instance(name)) {
                for action in actions(*kind) {
                    if !guardrail.lets(&who, &Question::new(&action, &resource)) {
                        return Err(WriteError::Stops { who, action, resource });
                    }
                }
            }
        }
    }
    Ok(())
}

fn asked(guardrail: &Guardrail, question: &Question<'_>) -> Result<(), WriteError> {
    match guardrail.ask(question) {
        Ok(Power::Denied(_)) => Ok(()),
        Ok(Power::Open(Opening { who, .. })) => Err(WriteError::Open {
            action: question.action.to_owned(),
            resource: question.resource.to_owned(),
            who,
        }),
        Err(gap) => Err(WriteError::Unread(Box::new(gap))),
    }
}

fn explanation(
    treasure: &Treasure,
    approved: &[String],
    (left_out, unread): (&BTreeSet<String>, &[Gap]),
) -> Vec<String> {
    let number = |kind| treasure.get(&kind).map_or(0, BTreeMap::len);
    let mut told = vec![format!(
        "Denies what ends, blinds, destroys or locks away {} trails, {} event data stores, {} log buckets and {} keys \
         to every role, user and root user of the accounts that own them, and lets no account leave the organization.",
        number(("cloudtrail", "trail")),
        number(("cloudtrail", "eventdatastore")),
        number(("s3", "bucket")),
        number(("kms", "key")),
    )];
    told.push(match approved {
        [] => "Exempts nobody: approved_principals names none, so that changes are made by taking the policy off."
            .to_owned(),
        names => format!("Exempts the approved principals: {}.", names.join(", ")),
    });
    if !roles(approved).is_empty() {
        told.push(
            "Keeps others from making or changing the approved roles: what makes them must be approved itself."
                .to_owned(),
        );
    }
    if !left_out.is_empty() {
        let names: Vec<&str> = left_out.iter().map(String::as_str).collect();
        told.push(format!(
            "Leaves out what belongs to the management account or to no account of the organization, which no service \
             control policy of it binds: {}.",
            names.join(", ")
        ));
    }
    if !unread.is_empty() {
        let why: BTreeSet<&str> = unread.iter().map(|gap| gap.detail.as_str()).collect();
        told.push(format!(
            "Names only what was read; there may be more behind: {}.",
            why.into_iter().collect::<Vec<_>>().join("; ")
        ));
    }
    told.push(
        "Binds neither AWS services nor service-linked roles: CloudTrail goes on delivering. Accounts outside the \
         organization to which a bucket's or key's own policy grants something are not bound either; a resource \
         control policy binds them."
            .to_owned(),
    );
    told
}

impl Guardrail {
    /// What would bind an account whose root had these policies attached, beside the one that allows everything.
    fn under(
        organization: &Organization,
        account: AccountId,
        documents: &[Arc<PolicyDocument>],
        approved: &[String],
    ) -> Self {
        let own = documents.iter().enumerate();
        let own =
            own.map(|(at, document)| NamedPolicy::new(format!("written {at}"), document.clone()));
        let full = NamedPolicy::new("p-FullAWSAccess", EVERYTHING.clone());
        let level =
            trailproof_iam::Level { name: "root".into(), policies: own.chain([full]).collect() };
        Self {
            account,
            partition: organization.partition().clone(),
            context: context(&organization.ground(), account, &[]),
            approved: approved.to_vec(),
            scps: Side { levels: vec![level], ..Side::default() },
            rcps: Side::default(),
        }
    }
}

#[cfg(test)]
mod tests;
