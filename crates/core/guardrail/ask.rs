//! Whether an administrator of the account could do a thing.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use trailproof_iam::{
    Answer, Caller, Layers, NamedPolicy, Note, PolicyDocument, Request, evaluate,
};

use super::{EVERYTHING, Guard, Guardrail, TO_EVERYBODY};
use crate::aws::Region;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::pattern;

/// The name of the supposed administrators: one that no policy means in particular.
const NOBODY: &str = "q7x0zj4k9w";

/// What somebody would do.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Such as `cloudtrail:StopLogging`.
    pub action: &'a str,
    /// The ARN of the account's resource; `*` where the action has none.
    pub resource: &'a str,
    /// The region to which the call goes, where the ARN does not say it.
    pub region: Option<&'a Region>,
    /// Whether resource control policies count beside those that bind the account's principals.
    pub with_resource_policies: bool,
}

impl<'a> Question<'a> {
    /// Of an action on a resource, bound by service control policies alone.
    #[must_use]
    pub const fn new(action: &'a str, resource: &'a str) -> Self {
        Self { action, resource, region: None, with_resource_policies: false }
    }

    /// The same, sent to a region.
    #[must_use]
    pub const fn sent_to(self, region: &'a Region) -> Self {
        Self { region: Some(region), ..self }
    }

    /// The same, where resource control policies count too.
    #[must_use]
    pub const fn on_guarded_resource(self) -> Self {
        Self { with_resource_policies: true, ..self }
    }
}

/// What an administrator can do of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Power {
    /// Nothing, save approved principals: these stand in the way.
    Denied(BTreeSet<Guard>),
    /// Somebody can do it who is not approved.
    Open(Opening),
}

/// How it can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Who: a supposed administrator, or the ARN of one who is exempted.
    pub who: String,
    /// The keys on whose values it depends; empty where it can be done in any case.
    pub keys: Vec<String>,
    /// What keeps others from it, where it can be done by exempted principals alone; else empty.
    pub exempted_from: BTreeSet<Guard>,
}

impl Opening {
    /// In words, such as `a role of the account, depending on aws:ResourceTag/team`.
    #[must_use]
    pub fn describe(&self) -> String {
        let depending = match &self.keys[..] {
            [] => String::new(),
            keys => format!(", depending on {}", keys.join(", ")),
        };
        format!("{}{depending}", self.who)
    }
}

/// Who is supposed to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Role,
    User,
    Root,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Role, Self::User, Self::Root];

    const fn told(self) -> &'static str {
        match self {
            Self::Role => "a role of the account",
            Self::User => "a user of the account",
            Self::Root => "the root user",
        }
    }
}

impl Guardrail {
    fn arn(&self, kind: Kind, name: &str) -> String {
        let Self { partition, account, .. } = self;
        match kind {
            Kind::Role => format!("arn:{partition}:iam::{account}:role/{name}"),
            Kind::User => format!("arn:{partition}:iam::{account}:user/{name}"),
            Kind::Root => format!("arn:{partition}:iam::{account}:root"),
        }
    }

    fn is_approved(&self, arn: &str) -> bool {
        self.approved.iter().any(|approved| pattern::matches(approved, arn))
    }

    /// Whether anybody who is not approved could do it: a role, a user or the root user, whatever its name.
    ///
    /// # Errors
    /// Where a policy that was not read may forbid it, or one that was read cannot be decided on.
    pub fn ask(&self, question: &Question<'_>) -> Observed<Power> {
        let mut guards = BTreeSet::new();
        let mut by_name = self.names_principals(question);
        for kind in Kind::ALL {
            if self.is_approved(&self.arn(kind, NOBODY)) {
                by_name = true;
                continue;
            }
            match self.anonymous(question, kind)? {
                Power::Denied(by) => guards.extend(by),
                open @ Power::Open(_) => return Ok(open),
            }
        }
        if by_name {
            for kind in [Kind::Role, Kind::User] {
                if let Some(mut opening) = self.exempted(question, kind)? {
                    opening.exempted_from.clone_from(&guards);
                    return Ok(Power::Open(opening));
                }
            }
        }
        Ok(Power::Denied(guards))
    }

    /// Whether somebody could do it whom no policy means in particular.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub fn ask_of_nobody_in_particular(&self, question: &Question<'_>) -> Observed<Power> {
        let mut guards = BTreeSet::new();
        for kind in Kind::ALL {
            match self.anonymous(question, kind)? {
                Power::Denied(by) => guards.extend(by),
                open @ Power::Open(_) => return Ok(open),
            }
        }
        Ok(Power::Denied(guards))
    }

    /// Whether a principal of the account by this ARN could do it in some circumstances.
    pub(super) fn lets(&self, arn: &str, question: &Question<'_>) -> bool {
        let (Ok(caller), Ok(mut request)) = (arn.parse(), self.request(question, Kind::Role))
        else {
            return false;
        };
        request.caller = caller;
        let everything = [NamedPolicy::new("AdministratorAccess", EVERYTHING.clone())];
        self.evaluated(question, &request, &everything).decision.is_possible()
    }

    fn anonymous(&self, question: &Question<'_>, kind: Kind) -> Observed<Power> {
        let request = self.request(question, kind)?;
        let everything = [NamedPolicy::new("AdministratorAccess", EVERYTHING.clone())];
        let answer = self.evaluated(question, &request, &everything);
        if !answer.decision.is_possible() {
            return Ok(Power::Denied(self.guards(&answer.trace)));
        }
        self.sure(question, &answer)?;
        let Answer { depends_on: keys, .. } = answer;
        let who = kind.told().to_owned();
        Ok(Power::Open(Opening { who, keys, exempted_from: BTreeSet::new() }))
    }

    /// Whether some name would do: of a role or user of the account, not approved, not of a service-linked role, which
    /// no policy binds and nobody but its service becomes.
    fn exempted(&self, question: &Question<'_>, kind: Kind) -> Observed<Option<Opening>> {
        const KEY: &str = "aws:PrincipalArn";
        let mut request = self.request(question, kind)?;
        request.context = request.context.unknown(KEY).unknown("aws:username");
        let service_linked = self.arn(Kind::Role, "aws-service-role/*");
        let but: Vec<&str> =
            self.approved.iter().map(String::as_str).chain([service_linked.as_str()]).collect();
        // Of the older version, in which a dollar sign in an approved name is one.
        let document =
            PolicyDocument::from_value(&json!({ "Version": "2008-10-17", "Statement": [{
            "Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {
                "ArnLike": { KEY: self.arn(kind, "*") },
                "StringNotLike": { KEY: but },
            } }] }));
        let document = document.map_err(|error| {
            let detail = format!("the approved principals cannot be asked about: {error}");
            Gap::new(Fact::OrganizationPolicy, Cause::InternalError, detail)
        })?;
        let answer = self.evaluated(question, &request, &[NamedPolicy::new("by name", document)]);
        if !answer.decision.is_possible() {
            return Ok(None);
        }
        self.sure(question, &answer)?;
        let named = |key: &str| key.eq_ignore_ascii_case(KEY);
        let who = answer.witness.iter().find(|(key, _)| named(key));
        let who = who.and_then(|(_, values)| values.as_ref()?.first().cloned());
        let mut keys = answer.depends_on;
        keys.retain(|key| !named(key) && !key.eq_ignore_ascii_case("aws:username"));
        let who = who.unwrap_or_else(|| format!("{} by a certain name", kind.told()));
        Ok(Some(Opening { who, keys, exempted_from: BTreeSet::new() }))
    }

    fn request(&self, question: &Question<'_>, kind: Kind) -> Observed<Request> {
        let caller: Caller = self.arn(kind, NOBODY).parse().map_err(|error| {
            Gap::new(Fact::OrganizationPolicy, Cause::InternalError, format!("{error}"))
        })?;
        let mut request = Request::new(caller, question.action, question.resource);
        request.resource_account = Some(self.account.to_string());
        request.context = self.context.clone();
        if let Some(region) = question.region {
            request.context = request.context.with("aws:RequestedRegion", [region.as_str()]);
        }
        Ok(request)
    }

    fn evaluated(
        &self,
        question: &Question<'_>,
        request: &Request,
        identity: &[NamedPolicy],
    ) -> Answer {
        let key = self.key_policy();
        let of_key = request.service().eq_ignore_ascii_case("kms");
        let layers = Layers {
            identity,
            scps: &self.scps.levels,
            rcps: if question.with_resource_policies { &self.rcps.levels } else { &[] },
            resource: of_key.then_some(std::slice::from_ref(&key)),
            ..Layers::default()
        };
        evaluate(request, &layers)
    }

    /// The policy of a key that leaves all to the policies of its account. What the key's own says is another check's
    /// subject.
    fn key_policy(&self) -> NamedPolicy {
        let document = PolicyDocument::from_value(&json!({ "Statement": [{
            "Effect": "Allow", "Principal": { "AWS": self.arn(Kind::Root, "") },
            "Action": "kms:*", "Resource": "*" }] }));
        NamedPolicy::new("key policy", document.map_or_else(|_| TO_EVERYBODY.clone(), Arc::new))
    }

    /// That something is possible is said only where all that may forbid it was read and understood.
    fn sure(&self, question: &Question<'_>, answer: &Answer) -> Observed<()> {
        let rcps = self.rcps.gap.as_ref().filter(|_| question.with_resource_policies);
        if let Some(gap) = self.scps.gap.as_ref().or(rcps) {
            return Err(gap.clone());
        }
        let doubt = answer.notes.iter().find_map(|note| match note {
            Note::Unevaluable(cited) => Some(format!("{cited} is outside the policy language")),
            Note::NotResolved => Some("its conditions have too many combinations".to_owned()),
            _ => None,
        });
        match doubt {
            None => Ok(()),
            Some(doubt) => {
                let detail = format!("whether {} is denied: {doubt}", question.action);
                Err(Gap::new(Fact::OrganizationPolicy, Cause::Undecidable, detail))
            }
        }
    }

    /// Whether any policy that counts tells principals apart by name.
    fn names_principals(&self, question: &Question<'_>) -> bool {
        const KEYS: [&str; 3] = ["aws:PrincipalArn", "aws:username", "aws:userid"];
        let rcps = question.with_resource_policies.then_some(&self.rcps);
        let sides = [Some(&self.scps), rcps].into_iter().flatten();
        sides.flat_map(super::Side::documents).flat_map(|d| &d.statements).any(|statement| {
            let keys = statement.conditions.iter().any(|condition| {
                KEYS.iter().any(|key| key.eq_ignore_ascii_case(&condition.key))
                    || condition.values.iter().any(|value| value.contains("${"))
            });
            keys || statement
                .resources
                .iter()
                .any(|resources| resources.entries().iter().any(|entry| entry.contains("${")))
        })
    }

    /// Whether any policy makes a difference between regions: by a condition, or in the name of a resource.
    #[must_use]
    pub fn tells_regions_apart(&self) -> bool {
        let statements = self.scps.documents().flat_map(|document| &document.statements);
        let by_name = |entry: &String| {
            let mut fields = entry.splitn(6, ':');
            let region = fields.nth(3);
            entry != "*" && (fields.nth(1).is_none() || !matches!(region, Some("" | "*")))
        };
        statements.into_iter().any(|statement| {
            let keys = statement.conditions.iter();
            keys.map(|condition| &condition.key)
                .any(|key| key.eq_ignore_ascii_case("aws:RequestedRegion"))
                || statement
                    .resources
                    .iter()
                    .any(|resources| resources.entries().iter().any(by_name))
        })
    }
}
