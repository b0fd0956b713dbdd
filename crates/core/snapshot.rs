//! Evidence at rest: one document per account, one for the organization, and a manifest. Never holds a secret.
//!
//! A document is a map from what was asked ([`Probe`]) to what came back ([`Observation`]), so that evidence can be
//! cited by a JSON pointer that no later observation moves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trailproof_iam::pattern::{Case, matches};

use crate::answer::{Answer, Reading};
use crate::aws::{AccountId, Partition, Region};
use crate::evidence::{Cause, Evidence, Gap, Observed};
use crate::fact::Fact;
use crate::finding::GLOBAL;

/// The schema that this version writes and reads.
pub const SCHEMA: &str = "trailproof.snapshot/1";

/// One question to AWS, beside the account that is asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Probe {
    /// What is asked for.
    pub fact: Fact,
    /// The region that is called; none for global services.
    pub region: Option<Region>,
    /// The trail ARN, bucket name or key that is asked about.
    pub resource: Option<String>,
}

impl Probe {
    /// A question about the whole account or organization.
    #[must_use]
    pub fn global(fact: Fact) -> Self {
        Self { fact, region: None, resource: None }
    }

    /// A question to one region.
    #[must_use]
    pub fn regional(fact: Fact, region: &Region) -> Self {
        Self { fact, region: Some(region.clone()), resource: None }
    }

    /// A question about one resource, to one region.
    #[must_use]
    pub fn resource(fact: Fact, region: Option<&Region>, resource: &str) -> Self {
        Self { fact, region: region.cloned(), resource: Some(resource.to_owned()) }
    }

    /// The region, or `global`.
    #[must_use]
    pub fn place(&self) -> &str {
        self.region.as_ref().map_or(GLOBAL, Region::as_str)
    }
}

impl fmt::Display for Probe {
    /// `Fact/region/resource`, the key under which a document keeps the observation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{}", self.fact, self.place())?;
        self.resource.as_ref().map_or(Ok(()), |resource| write!(f, "/{resource}"))
    }
}

impl FromStr for Probe {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, '/');
        let (fact, place) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let fact = Fact::ALL
            .into_iter()
            .find(|known| known.name() == fact)
            .ok_or_else(|| format!("unknown fact in observation key {text:?}"))?;
        let region = match place {
            GLOBAL => None,
            name => {
                Some(name.parse().map_err(|error| format!("observation key {text:?}: {error}"))?)
            }
        };
        Ok(Self { fact, region, resource: parts.next().map(str::to_owned) })
    }
}

impl Serialize for Probe {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Probe {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One HTTP answer behind an observation; an operation with pages has several.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Response {
    /// The status; absent where no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// AWS's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The server's `Date` header, as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// How often it was tried.
    #[serde(default)]
    pub attempts: u32,
}

/// What came back, or why nothing did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The answer, absent configurations included: those are facts.
    Answer(Answer),
    /// The gap.
    Gap(Gap),
}

/// One question, asked once, with all that proves the asking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// `service:Operation`.
    pub operation: std::borrow::Cow<'static, str>,
    /// The request's members.
    pub parameters: BTreeMap<String, String>,
    /// When it was asked, by the collector's clock.
    pub called_at: Timestamp,
    /// The answers on the wire, in order.
    pub responses: Vec<Response>,
    /// AWS's error code, where the answer was an error (some errors are facts: `NoSuchBucketPolicy`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
}

/// Where an observed value comes from, so that a verdict can cite it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The account whose credentials asked.
    pub account: AccountId,
    /// What was asked.
    pub probe: Probe,
    /// When.
    pub called_at: Timestamp,
    /// AWS's id of the (first) request.
    pub request_id: Option<String>,
}

impl Source {
    /// The named field with its value, as proof.
    #[must_use]
    pub fn cite(&self, field: &str, value: impl Into<serde_json::Value>) -> Evidence {
        let document = match self.probe.fact.scope() {
            crate::fact::Scope::Organization => "organization".to_owned(),
            _ => format!("accounts/{}", self.account),
        };
        // RFC 6901: `~` and `/` in a key are escaped.
        let key = self.probe.to_string().replace('~', "~0").replace('/', "~1");
        Evidence {
            operation: self.probe.fact.operation().to_owned(),
            account_id: self.account,
            region: self.probe.place().to_owned(),
            resource: self.probe.resource.clone().unwrap_or_default(),
            field: field.to_owned(),
            value: value.into(),
            read_at: self.called_at,
            request_id: self.request_id.clone(),
            source: format!("{document}#/observations/{key}"),
        }
    }
}

/// A value with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub source: Source,
}

/// All observations of one account (or, in the organization's document, of the organization).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// [`SCHEMA`].
    pub schema: String,
    /// The account that was asked.
    pub account: AccountId,
    /// What was asked, and what came back.
    pub observations: BTreeMap<Probe, Observation>,
}

impl Document {
    /// A document without observations.
    #[must_use]
    pub fn new(account: AccountId) -> Self {
        Self { schema: SCHEMA.to_owned(), account, observations: BTreeMap::new() }
    }

    /// The questions of one kind about one resource, in the order of their regions. Goes from region to region and
    /// passes over all other resources: an account may have thousands.
    pub fn about(&self, fact: Fact, resource: &str) -> impl Iterator<Item = &Probe> {
        let mut next = Some(Probe::global(fact));
        std::iter::from_fn(move || {
            loop {
                let from = next.take()?;
                let (found, _) = self.observations.range(&from..).next()?;
                let region = found.region.as_ref();
                if found.fact != fact {
                    return None;
                }
                next = Some(Probe::regional(fact, &Region::behind(region)));
                let asked = Probe::resource(fact, region, resource);
                if let Some((probe, _)) = self.observations.get_key_value(&asked) {
                    return Some(probe);
                }
            }
        })
    }

    /// The source of an observation that this document holds or could hold.
    #[must_use]
    pub fn source(&self, probe: &Probe) -> Source {
        let observation = self.observations.get(probe);
        Source {
            account: self.account,
            probe: probe.clone(),
            called_at: observation.map_or(Timestamp::UNIX_EPOCH, |o| o.called_at),
            request_id: observation
                .and_then(|o| o.responses.first())
                .and_then(|response| response.request_id.clone()),
        }
    }

    fn missing(&self, probe: &Probe, cause: Cause, detail: String) -> Gap {
        Gap {
            account: Some(self.account),
            region: probe.region.clone(),
            ..Gap::new(probe.fact, cause, detail)
        }
    }

    /// The answer to a question with its source, whatever kind of answer it is.
    ///
    /// # Errors
    /// The recorded gap with the failed call as its proof; `not_attempted` where the question was never asked.
    pub fn answer(&self, probe: &Probe) -> Observed<(&Answer, Source)> {
        let Some(observation) = self.observations.get(probe) else {
            let detail = format!("{} was not called", probe.fact.operation());
            return Err(self.missing(probe, Cause::NotAttempted, detail));
        };
        match &observation.outcome {
            Outcome::Answer(answer) => Ok((answer, self.source(probe))),
            Outcome::Gap(gap) => {
                let code = observation.error_code.as_deref().unwrap_or(gap.cause.code());
                let proof = self.source(probe).cite("error", code);
                Err(Gap { proof: Some(Box::new(proof)), ..gap.clone() })
            }
        }
    }

    /// The answer to a question with its source.
    ///
    /// # Errors
    /// As [`Self::answer`]; `service_error` where the document holds an answer of another kind under that question.
    pub fn read<T: Reading>(&self, probe: &Probe) -> Observed<(&T, Source)> {
        let (answer, source) = self.answer(probe)?;
        T::of(answer).map(|value| (value, source)).ok_or_else(|| {
            let detail = "the snapshot holds another kind of answer".to_owned();
            self.missing(probe, Cause::ServiceError, detail)
        })
    }

    /// When the first and the last call was made.
    #[must_use]
    pub fn read_between(&self) -> Option<(Timestamp, Timestamp)> {
        let times = || self.observations.values().map(|observation| observation.called_at);
        times().min().zip(times().max())
    }
}

/// One account as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestAccount {
    /// The account.
    pub id: AccountId,
    /// Whether the run was asked to look at it.
    pub in_scope: bool,
    /// Whether the run has a document for it.
    pub collected: bool,
}

/// What a run was, and what of it lies in the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// `<UTC start>-<suffix>`.
    pub run_id: String,
    /// The version of trailproof that collected.
    pub tool_version: String,
    /// When collecting began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// The partition of the caller.
    pub partition: Partition,
    /// The account of the caller.
    pub caller_account: AccountId,
    /// Who called.
    pub caller_arn: String,
    /// The kinds of evidence that were asked for.
    pub facts: Vec<Fact>,
    /// The checks for which they were asked; `assess` judges these unless told otherwise.
    pub checks: Vec<String>,
    /// Globs of the regions to look at; empty means all.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Globs of the regions left out.
    #[serde(default)]
    pub excluded_regions: Vec<String>,
    /// Every account of the organization, or the lone account.
    pub accounts: Vec<ManifestAccount>,
    /// Accounts outside the organization to which a log bucket may belong by the user's word.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected_owners: Vec<AccountId>,
    /// Sentences about the scope for the reader of the report.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Whether the run was cut short.
    #[serde(default)]
    pub interrupted: bool,
}

impl Manifest {
    /// Whether the run was asked to look at that region.
    #[must_use]
    pub fn wants_region(&self, region: &Region) -> bool {
        let any = |globs: &[String]| {
            globs.iter().any(|glob| matches(glob, region.as_str(), Case::Sensitive))
        };
        (self.regions.is_empty() || any(&self.regions)) && !any(&self.excluded_regions)
    }
}

/// A snapshot in one piece: the form of small organizations and of the test corpus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// What the run was.
    pub manifest: Manifest,
    /// What was asked of the organization.
    pub organization: Document,
    /// One document per account in scope.
    pub accounts: Vec<Document>,
}

/// Takes an account's document, and tells whether it wants to see more.
pub type DocumentVisitor<'a> = dyn FnMut(&Document) -> ControlFlow<()> + 'a;

/// Whatever holds a snapshot: memory, a directory, an archive. Documents are handed out one at a time and in the
/// order of their accounts, so that an organization of any size needs the memory of one account.
pub trait Snapshot {
    /// What can go wrong on reading.
    type Error;
    /// What the run was.
    fn manifest(&self) -> &Manifest;
    /// What was asked of the organization.
    fn organization(&self) -> &Document;
    /// Hands each account's document to the visitor, until it has seen enough.
    ///
    /// # Errors
    /// The first document that cannot be read.
    fn visit(&self, visitor: &mut DocumentVisitor<'_>) -> Result<(), Self::Error>;
    /// The same with the documents of these accounts alone; whoever can should not read the others.
    ///
    /// # Errors
    /// The first document that cannot be read.
    fn visit_some(
        &self,
        wanted: &BTreeSet<AccountId>,
        visitor: &mut DocumentVisitor<'_>,
    ) -> Result<(), Self::Error> {
        self.visit(&mut |document| match wanted.contains(&document.account) {
            true => visitor(document),
            false => ControlFlow::Continue(()),
        })
    }
}

impl Snapshot for Bundle {
    type Error = std::convert::Infallible;
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }
    fn organization(&self) -> &Document {
        &self.organization
    }
    fn visit(&self, visitor: &mut DocumentVisitor<'_>) -> Result<(), Self::Error> {
        let mut documents: Vec<&Document> = self.accounts.iter().collect();
        documents.sort_by_key(|document| document.account);
        let _ = documents.into_iter().try_for_each(visitor);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
