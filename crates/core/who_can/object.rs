//! What is asked about: a resource that the user names, and for a trail all that its evidence rests on.

use std::collections::BTreeSet;

use crate::answer::KeyMetadata;
use crate::aws::{AccountId, Arn};
use crate::bucket::Bucket;
use crate::key::Key;
use crate::likeness::nearest;
use crate::organization::Organization;
use crate::pattern;
use crate::privilege::{on_key, watched};
use crate::tamper::{Action, Class, Table};
use crate::trail::Trail;

/// What is asked to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Whatever harms the evidence.
    Tamper,
    /// One action, by the table's spelling where it is there.
    Action(String),
}

impl Wanted {
    /// Reads `tamper` or one action, `SERVICE:NAME`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("tamper") {
            return Some(Self::Tamper);
        }
        let (service, name) = text.split_once(':')?;
        let letters = |byte: u8| byte.is_ascii_alphanumeric();
        let sound = !service.is_empty()
            && !name.is_empty()
            && service.bytes().all(|byte| letters(byte) || byte == b'-')
            && name.bytes().all(letters);
        let known = Table::shared().action(text).map(|action| action.name.clone());
        sound.then(|| Self::Action(known.unwrap_or_else(|| text.to_owned())))
    }
}

/// The kinds of resources that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Trail,
    Store,
    /// The bucket and the logs in it.
    Bucket,
    /// The logs in a bucket, or one object.
    Objects,
    Key,
    LogGroup,
    Topic,
    Other,
}

/// A resource that is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub(super) kind: Kind,
    /// Its ARN.
    pub arn: String,
    /// The account that owns it, where that is known.
    pub(super) owner: Option<AccountId>,
}

impl Object {
    fn new(kind: Kind, arn: &str, owner: Option<AccountId>) -> Self {
        Self { kind, arn: arn.to_owned(), owner }
    }

    fn of_its_account(kind: Kind, arn: &str) -> Self {
        Self::new(kind, arn, Arn::parse(arn).ok().and_then(|arn| arn.account_id()))
    }

    pub(super) fn service(&self) -> &str {
        Arn::parse(&self.arn).map_or("", |arn| arn.service)
    }

    /// The bucket's name, of a bucket or an object.
    pub(super) fn bucket(&self) -> &str {
        self.path().split('/').next().unwrap_or_default()
    }

    /// The object, where one is meant and not all of them.
    pub(super) fn key(&self) -> Option<&str> {
        let (_, key) = self.path().split_once('/')?;
        (self.kind == Kind::Objects && key != "*").then_some(key)
    }

    fn path(&self) -> &str {
        self.arn.splitn(6, ':').nth(5).unwrap_or_default()
    }

    /// The actions that are asked about it.
    #[must_use]
    pub fn actions(&self, wanted: &Wanted, organization: &Organization) -> Vec<String> {
        match wanted {
            Wanted::Action(action) => {
                let service = action.split(':').next().unwrap_or_default();
                let of = service.eq_ignore_ascii_case(self.service());
                of.then(|| action.clone()).into_iter().collect()
            }
            Wanted::Tamper => {
                let actions = Table::shared().actions();
                let actions = actions.filter(|action| self.harms(action, organization));
                actions.map(|action| action.name.clone()).collect()
            }
        }
    }

    fn harms(&self, action: &Action, organization: &Organization) -> bool {
        if action.service() != self.service() {
            return false;
        }
        match self.kind {
            Kind::Trail => action.is_on("trail"),
            Kind::Store => action.is_on("eventdatastore"),
            Kind::Bucket => action.is_on("bucket") || action.is_on("object"),
            Kind::Objects => action.is_on("object"),
            Kind::Key => {
                let key = self.key_in(organization);
                let known = key.and_then(|key| key.metadata().ok()?.value.as_ref());
                action.is_on("key") && affects(action, known)
            }
            Kind::LogGroup => {
                let [on_group, ..] = watched();
                action.is_on("log-group")
                    || action.is_on("log-stream")
                    || on_group.contains(&action.name.as_str())
            }
            Kind::Topic => action.is_on("topic"),
            Kind::Other => action.on.iter().any(|on| {
                let form = Table::shared().arn(action.service(), &on.kind);
                form.is_some_and(|form| pattern::matches(&glob(form), &self.arn))
            }),
        }
    }

    pub(super) fn key_in<'o>(&self, organization: &'o Organization) -> Option<&'o Key> {
        organization.keys().find(|key| arn_of(key) == self.arn)
    }
}

/// Whether an action can harm a key like this one.
fn affects(action: &Action, metadata: Option<&KeyMetadata>) -> bool {
    let takes = action.classes.contains(&Class::Key);
    !takes || metadata.is_none_or(|known| on_key(known).contains(&action.name.as_str()))
}

/// The form of an ARN as a glob.
fn glob(form: &str) -> String {
    let parts = form.split('{').enumerate().map(|(at, part)| match part.split_once('}') {
        Some((_, rest)) if at > 0 => format!("*{rest}"),
        _ => part.to_owned(),
    });
    parts.collect()
}

/// A key by the ARN that KMS gives it, else by what its user says.
fn arn_of(key: &Key) -> &str {
    let metadata = key.metadata().ok().and_then(|read| read.value.as_ref());
    metadata.map_or(&key.arn, |metadata| &metadata.arn)
}

/// The resources that a text means: a trail by ARN or name, or an ARN of something else.
///
/// # Errors
/// What is wrong with it, and what may be meant.
pub fn resolve(organization: &Organization, text: &str) -> Result<Vec<Object>, String> {
    let Ok(arn) = Arn::parse(text) else { return by_name(organization, text) };
    let of_account =
        |kind| member(organization, text).map(|()| vec![Object::of_its_account(kind, text)]);
    match (arn.service, arn.resource) {
        ("cloudtrail", resource) if resource.starts_with("trail/") => {
            let known = organization.trail(text);
            let known = known.ok_or_else(|| unknown(text, organization.trails().map(Trail::arn)));
            known.map(|trail| of_trail(organization, trail))
        }
        ("cloudtrail", resource) if resource.starts_with("eventdatastore/") => {
            let store = organization.stores().find(|store| store.arn == text);
            let all = || organization.stores().map(|store| store.arn.as_str());
            let owner = store.ok_or_else(|| unknown(text, all()))?.owner;
            Ok(vec![Object::new(Kind::Store, text, Some(owner))])
        }
        ("s3", resource) if arn.region.is_empty() && arn.account.is_empty() => {
            let name = resource.split('/').next().unwrap_or_default();
            let Some(bucket) = organization.bucket(name) else {
                let buckets = organization.buckets().chain(organization.companions());
                let arns: Vec<String> = buckets.map(Bucket::arn).collect();
                return Err(unknown(text, arns.iter().map(String::as_str)));
            };
            let kind = if resource.contains('/') { Kind::Objects } else { Kind::Bucket };
            Ok(vec![Object::new(kind, text, bucket.owner)])
        }
        ("kms", resource) if resource.starts_with("key/") => {
            let key = organization.keys().find(|key| arn_of(key) == text);
            let key = key.ok_or_else(|| unknown(text, organization.keys().map(arn_of)))?;
            Ok(vec![Object::new(Kind::Key, text, Some(key.target.account))])
        }
        ("logs", resource) if resource.starts_with("log-group:") => of_account(Kind::LogGroup),
        ("sns", resource) if !resource.contains(':') => of_account(Kind::Topic),
        _ => of_account(Kind::Other),
    }
}

fn by_name(organization: &Organization, text: &str) -> Result<Vec<Object>, String> {
    let named: Vec<&Trail> = organization.trails().filter(|trail| trail.name() == text).collect();
    match named.as_slice() {
        [] => Err(unknown(text, organization.trails().map(Trail::name))),
        [trail] => Ok(of_trail(organization, trail)),
        [first, ..] => Err(format!(
            "{} trails have the name {text:?}; say which by its ARN, such as {}",
            named.len(),
            first.arn()
        )),
    }
}

/// The trail, its bucket with the logs in it, its key, its log group, its topic.
fn of_trail(organization: &Organization, trail: &Trail) -> Vec<Object> {
    let mut objects = vec![Object::new(Kind::Trail, trail.arn(), Some(trail.owner))];
    if let Some(bucket) = organization.bucket_of(trail) {
        objects.push(Object::new(Kind::Bucket, &bucket.arn(), bucket.owner));
    }
    if let Some(key) = organization.key_of(trail) {
        objects.push(Object::new(Kind::Key, arn_of(key), Some(key.target.account)));
    }
    let group = trail.log_group().map(|arn| arn.strip_suffix(":*").unwrap_or(arn));
    objects.extend(group.map(|arn| Object::of_its_account(Kind::LogGroup, arn)));
    objects.extend(trail.topic().map(|arn| Object::of_its_account(Kind::Topic, arn)));
    objects
}

/// The account that an ARN names is one of the snapshot's.
fn member(organization: &Organization, text: &str) -> Result<(), String> {
    let Some(account) = Arn::parse(text).ok().and_then(|arn| arn.account_id()) else {
        return Err(format!("{text:?} names no account; say which resource by its whole ARN"));
    };
    if organization.members.contains_key(&account) {
        return Ok(());
    }
    let ids: Vec<String> = organization.members.keys().map(ToString::to_string).collect();
    let near = nearest(account.as_str(), ids.iter().map(String::as_str));
    let hint = near.map(|near| format!("; did you mean account {near}?")).unwrap_or_default();
    Err(format!("account {account} of {text:?} is not in the snapshot{hint}"))
}

fn unknown<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> String {
    let names: BTreeSet<&str> = names.collect();
    let hint = nearest(text, names.iter().copied()).map(|near| format!("; did you mean {near}?"));
    let first = || names.first().map(|one| format!("; one that is there is {one}"));
    let hint = hint.or_else(first).unwrap_or_default();
    format!("{text:?} is not in the snapshot as evidence{hint}")
}
