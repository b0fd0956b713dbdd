//! The principal behind a session: by what the session itself proves, else by the event that began it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::record::{Identity, Record, Text};
use super::sessions::Sessions;

/// How many sessions may stand behind one another.
const DEPTH: usize = 16;

/// The calls of STS that begin a session, and name its key.
const BEGINNINGS: [&str; 6] = [
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "GetFederationToken",
    "GetSessionToken",
];

/// Of which each holds one of these words.
pub const WORDS: [&str; 4] = ["AssumeRole", "AssumeRoot", "GetFederationToken", "GetSessionToken"];

/// How it is known who it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The event names the principal itself.
    Identity,
    /// What the session is called, or carries, proves it.
    SessionName,
    /// The event with which the session began names it.
    AssumeRoleEvent,
    /// The root user's own session of the console.
    RootConsoleSession,
    /// It is not known.
    Unresolved,
}

impl By {
    /// The word that is printed.
    pub fn code(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::SessionName => "session_name",
            Self::AssumeRoleEvent => "assume_role_event",
            Self::RootConsoleSession => "root_console_session",
            Self::Unresolved => "unresolved",
        }
    }
}

/// Who it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The principal; the session itself where nobody knows.
    pub who: String,
    /// How that is known.
    pub by: By,
    /// The same for people.
    pub how: String,
}

impl Who {
    fn new(who: impl Into<String>, by: By, how: impl Into<String>) -> Self {
        Self { who: who.into(), by, how: how.into() }
    }

    /// As a member of a record.
    pub fn told(&self) -> Value {
        json!({ "who": self.who, "whoBy": self.by.code(), "whoHow": self.how })
    }
}

/// What is kept of the beginning of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// What was called.
    pub name: String,
    /// When.
    pub time: String,
    /// CloudTrail's id of it.
    pub event_id: String,
    /// The account whose copy of the event it is.
    pub account: String,
    /// The id that it shares with the copy of another account.
    pub shared: Option<String>,
    /// Who called, where the event itself tells.
    pub who: Option<Who>,
    /// The key of the session that called, where it was one.
    pub key: Option<String>,
    /// The session that called, for people.
    pub caller: String,
}

impl Beginning {
    /// Whether this copy names no more than the account of who called.
    pub fn is_thin(&self) -> bool {
        self.who.is_none() && self.key.is_none()
    }
}

/// The session that an event began: its key, and what is to be kept. None for other events, and for calls that failed.
pub fn beginning(record: &Record<'_>) -> Option<(String, Beginning)> {
    #[derive(Deserialize)]
    struct Response {
        credentials: Credentials,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Credentials {
        access_key_id: String,
    }
    let name = record.event_name.as_deref()?;
    let of_sts = record.event_source.as_deref() == Some("sts.amazonaws.com");
    if !of_sts || record.error_code.is_some() || !BEGINNINGS.contains(&name) {
        return None;
    }
    let response: Response = serde_json::from_str(record.response_elements?.get()).ok()?;
    let text = |text: &Option<Text<'_>>| text.as_deref().unwrap_or_default().to_owned();
    let identity = record.user_identity.as_ref();
    let thin = identity.is_none_or(|one| one.kind.as_deref() == Some("AWSAccount"));
    let itself = identity.filter(|_| !thin).and_then(|one| by_itself(one));
    let key = identity.and_then(|one| one.access_key_id.as_deref());
    let key = key.filter(|key| itself.is_none() && !thin && key.starts_with("ASIA"));
    let caller = identity.map(|one| one.arn.as_deref().or(one.principal_id.as_deref()));
    let of = identity.and_then(|one| one.account_id.as_deref());
    let caller = caller.flatten().unwrap_or("somebody");
    let caller = match of.filter(|_| thin) {
        Some(account) => format!("{caller} of account {account}"),
        None => caller.to_owned(),
    };
    let beginning = Beginning {
        name: name.to_owned(),
        time: text(&record.event_time),
        event_id: text(&record.event_id),
        account: text(&record.recipient_account_id),
        shared: record.shared_event_id.as_deref().map(str::to_owned),
        who: itself,
        key: key.map(str::to_owned),
        caller,
    };
    Some((response.credentials.access_key_id, beginning))
}

/// What an event says of who called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller<'a> {
    /// All of it.
    Known(Who),
    /// A session, which another event may tell of.
    Session {
        /// Its access key.
        key: &'a str,
        /// How it is called.
        name: &'a str,
    },
}

/// Who called; none where the event does not say.
pub fn caller<'a>(identity: &'a Identity<'_>) -> Option<Caller<'a>> {
    if let Some(itself) = by_itself(identity) {
        return Some(Caller::Known(itself));
    }
    let name = identity.arn.as_deref().or(identity.principal_id.as_deref())?;
    let key = identity.access_key_id.as_deref().filter(|key| !key.is_empty());
    Some(match key {
        Some(key) => Caller::Session { key, name },
        None => Caller::Known(Who::new(name, By::Unresolved, "the event names no access key")),
    })
}

/// The principal behind a session.
pub fn who((key, name): (&str, &str), sessions: &Sessions) -> Who {
    let found = sessions.remembered(key, || behind(key, sessions));
    found.unwrap_or_else(|| {
        let how =
            format!("no event that began the session of {key} is in the files that were read");
        Who::new(name, By::Unresolved, how)
    })
}

/// Goes from session to session, each by the event that began it.
fn behind(key: &str, sessions: &Sessions) -> Option<Who> {
    let (mut key, mut steps, mut last) = (key.to_owned(), Vec::new(), None);
    for _ in 0..DEPTH {
        let Some(mut beginning) = sessions.beginning(&key) else { break };
        let mut seen = beginning.account.clone();
        if beginning.is_thin()
            && let Some(other) = beginning.shared.as_deref().and_then(|id| sessions.shared(id))
        {
            seen = format!("{} and {}", beginning.account, other.account);
            beginning = other;
        }
        let Beginning { name, event_id, time, .. } = &beginning;
        steps.push(format!("{name} {event_id} at {time} in {seen}"));
        let told = |steps: &[String]| steps.join(", after ");
        match (beginning.who, beginning.key) {
            (Some(who), _) => {
                let why = match who.by {
                    By::Identity => String::new(),
                    _ => format!("; {}", who.how),
                };
                let how = format!("{}{why}", told(&steps));
                return Some(Who::new(who.who, By::AssumeRoleEvent, how));
            }
            (None, Some(next)) => {
                last = Some((
                    beginning.caller,
                    "how that session began is not in the files that were read",
                ));
                key = next;
            }
            (None, None) => {
                last = Some((beginning.caller, "the caller's own account was not read"));
                break;
            }
        }
    }
    let (caller, why) = last?;
    Some(Who::new(caller, By::AssumeRoleEvent, format!("{}; {why}", steps.join(", after "))))
}

/// Who it was, where the event alone proves it.
fn by_itself(identity: &Identity<'_>) -> Option<Who> {
    let name = || {
        let names =
            [&identity.arn, &identity.invoked_by, &identity.principal_id, &identity.user_name];
        names.into_iter().find_map(|name| name.as_deref()).unwrap_or("somebody").to_owned()
    };
    let temporary = identity.access_key_id.as_deref().is_some_and(|key| key.starts_with("ASIA"));
    let context = identity.session_context.as_ref();
    match identity.kind.as_deref() {
        Some("AssumedRole") => by_session(identity),
        Some("Root") if context.is_some_and(|one| one.assumed_root.as_deref() == Some("true")) => {
            None
        }
        Some("Root") if temporary => {
            let mfa = context.and_then(|one| one.attributes.as_ref());
            let mfa = match mfa.and_then(|one| one.mfa_authenticated.as_deref()) {
                Some("true") => "with MFA",
                Some("false") => "without MFA",
                _ => "whether with MFA is not said",
            };
            let how = format!(
                "a console session of the root user, {mfa}: its ASIA key is made at sign-in, is no access key of the \
                 account and begins with no AssumeRole"
            );
            Some(Who::new(name(), By::RootConsoleSession, how))
        }
        Some("FederatedUser") => {
            let issuer = context.and_then(|one| one.session_issuer.as_ref());
            let issuer = issuer.and_then(|issuer| issuer.arn.as_deref()).map(str::to_owned);
            Some(Who::new(
                issuer.unwrap_or_else(name),
                By::Identity,
                "who asked for the federated session",
            ))
        }
        Some("SAMLUser" | "WebIdentityUser") => {
            let provider = identity.identity_provider.as_deref().unwrap_or("its provider");
            let user = identity.user_name.as_deref().map_or_else(name, str::to_owned);
            Some(Who::new(user, By::Identity, format!("signed in with {provider}")))
        }
        Some(_) if temporary => {
            let how = "temporary credentials of the user itself: the console, or GetSessionToken";
            Some(Who::new(name(), By::Identity, how))
        }
        Some(_) => Some(Who::new(name(), By::Identity, "")),
        None => identity.invoked_by.as_deref().map(|service| Who::new(service, By::Identity, "")),
    }
}

/// Who a role's session is of, where its name or what it carries can be no one else's choice.
fn by_session(identity: &Identity<'_>) -> Option<Who> {
    let context = identity.session_context.as_ref();
    let proved = |who: &str, how: &str| Some(Who::new(who, By::SessionName, how));
    if let Some(source) = context.and_then(|one| one.source_identity.as_deref()) {
        return proved(
            source,
            "its source identity, which was set with the first role and cannot be changed",
        );
    }
    let session = identity.arn.as_deref()?.rsplit('/').next()?;
    let issuer = context.and_then(|one| one.session_issuer.as_ref());
    let role = issuer.and_then(|issuer| issuer.arn.as_deref()).unwrap_or_default();
    let path = role.split_once(":role/").map_or("", |(_, path)| path);
    if path.starts_with("aws-reserved/sso.amazonaws.com/") {
        return proved(
            session,
            "its name: IAM Identity Center alone assumes this role, and names the session after its user",
        );
    }
    if let Some(rest) = path.strip_prefix("aws-service-role/") {
        let service = rest.split('/').next().unwrap_or_default();
        return proved(service, "its role is linked to the service, which alone assumes it");
    }
    let resource =
        identity.in_scope_of.as_ref().and_then(|scope| scope.credentials_issued_to.as_deref());
    if let Some(resource) = resource {
        return proved(resource, "the resource that the service gave the credentials to");
    }
    let delivered = context.is_some_and(|one| one.ec2_role_delivery.is_some());
    if delivered && session.starts_with("i-") {
        return proved(session, "its name: EC2 delivered the credentials to this instance");
    }
    let behalf = identity.on_behalf_of.as_ref();
    if let Some((user, behalf)) = behalf.and_then(|one| Some((one.user_id.as_deref()?, one))) {
        let store = behalf.identity_store_arn.as_deref().unwrap_or("IAM Identity Center");
        return proved(user, &format!("the user of {store} on whose behalf it was done"));
    }
    None
}

#[cfg(test)]
#[path = "who/tests.rs"]
mod tests;
