//! One key that trails encrypt with: where it lies, who may be asked, and whether it still works.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::answer::{KeyMetadata, Topic};
use crate::aws::{AccountId, Arn, Partition, Region};
use crate::evidence::{Cause, Evidence, Gap, Observed, find};
use crate::fact::Fact;
use crate::reason::Reason;
use crate::snapshot::Sourced;

/// Imported key material that expires sooner than this stops the trail before anyone is likely to notice.
const MATERIAL_MARGIN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How the name of the key ends that AWS keeps for Amazon SNS.
pub(crate) const TOPICS_KEY_OF_AWS: &str = "alias/aws/sns";

/// Where a trail's `KmsKeyId` points. AWS documents a key ARN there, and accepts three other forms on writing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyTarget {
    /// The account of the key.
    pub account: AccountId,
    /// The region of the key.
    pub region: Region,
    /// What to ask `DescribeKey` for: the text as the trail has it.
    pub id: String,
    /// Whether the region is a guess: which key an id or alias means is not known then.
    pub guessed: bool,
}

impl KeyTarget {
    /// Takes a `KmsKeyId` apart. A bare id or alias belongs to the trail's owner, in the bucket's region; while that
    /// is not known the trail's own stands in, so that the key has a name.
    #[must_use]
    pub fn new(
        id: &str,
        trail_owner: AccountId,
        bucket_region: Option<&Region>,
        home: &Region,
    ) -> Self {
        let arn = Arn::parse(id).ok();
        let account = arn.as_ref().and_then(Arn::account_id).unwrap_or(trail_owner);
        let named = arn.as_ref().and_then(Arn::region);
        let guessed = named.is_none() && bucket_region.is_none();
        let region = named.or_else(|| bucket_region.cloned()).unwrap_or_else(|| home.clone());
        Self { account, region, id: id.to_owned(), guessed }
    }

    /// The key of a topic, where it is not the one that AWS keeps for Amazon SNS.
    pub(crate) fn of_topic(arn: &str, topic: &Topic) -> Option<Self> {
        let id = topic.kms_master_key_id.as_deref().filter(|id| !id.is_empty())?;
        let parsed = Arn::parse(arn).ok().filter(|_| !id.ends_with(TOPICS_KEY_OF_AWS))?;
        let region = parsed.region()?;
        Some(Self::new(id, parsed.account_id()?, Some(&region), &region))
    }

    /// The ARN of what it points to; the same whether or not the key could be read.
    #[must_use]
    pub fn arn(&self, partition: &Partition) -> String {
        if self.id.starts_with("arn:") {
            return self.id.clone();
        }
        let resource = match self.id.strip_prefix("alias/") {
            Some(_) => self.id.clone(),
            None => format!("key/{}", self.id),
        };
        format!("arn:{partition}:kms:{}:{}:{resource}", self.region, self.account)
    }
}

/// What encrypts with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyUser {
    /// A trail.
    Trail,
    /// An event data store.
    Store,
    /// A log bucket, for what comes without a header of its own.
    BucketDefault,
    /// A log group that a trail delivers to.
    LogGroup,
    /// A topic that is told of logs or by alarms. It holds messages and no logs.
    Topic,
}

/// A key that the logs are encrypted with somewhere.
#[derive(Debug, Clone)]
pub struct Key {
    /// Where it is.
    pub target: KeyTarget,
    /// The identity.
    pub arn: String,
    /// What encrypts with it.
    pub users: BTreeSet<KeyUser>,
    /// The ARNs of the trails that use it, or whose bucket or log group does.
    pub trails: BTreeSet<String>,
    /// The owners of what uses it.
    pub trail_owners: BTreeSet<AccountId>,
    /// Whether an organization trail uses it.
    pub serves_organization: bool,
    /// What each trail and event data store that encrypts with it needs of it and says of it, by ARN.
    pub(crate) uses: BTreeMap<String, Use>,
    /// None inside: KMS says that there is no such key.
    pub(crate) metadata: Option<Observed<Sourced<Option<KeyMetadata>>>>,
}

/// One trail's or event data store's use of a key.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    /// The region of the bucket that it delivers to, or of the store.
    pub(crate) bucket_region: Observed<Region>,
    /// Its delivery error, where that names KMS.
    pub(crate) kms_error: Observed<Option<Sourced<String>>>,
}

/// Whether a key works, and why not.
#[derive(Debug, Clone, PartialEq)]
pub struct Usability {
    /// A code and a sentence, where it does not.
    pub fault: Option<(Reason, String)>,
    /// The state, as observed.
    pub observed: String,
    /// The proof.
    pub evidence: Vec<Evidence>,
}

impl Key {
    /// Whether several accounts depend on it, so that it is scored once in the organization.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.serves_organization || self.trail_owners.len() > 1
    }

    /// Whether anything that holds logs is encrypted with it, and not topics alone.
    #[must_use]
    pub fn holds_logs(&self) -> bool {
        self.users.iter().any(|user| *user != KeyUser::Topic)
    }

    /// Whether a trail or an event data store depends on it, and not only a default or a copy.
    #[must_use]
    pub fn guards_evidence(&self) -> bool {
        self.users.contains(&KeyUser::Trail) || self.users.contains(&KeyUser::Store)
    }

    fn gap(&self, cause: Cause, detail: String) -> Gap {
        Gap {
            account: Some(self.target.account),
            region: Some(self.target.region.clone()),
            ..Gap::new(Fact::Key, cause, detail)
        }
    }

    /// Its metadata; none inside where KMS says that there is no such key.
    ///
    /// # Errors
    /// The call's gap; `cross_account_unreadable` where it is not known which key is meant.
    pub fn metadata(&self) -> Observed<&Sourced<Option<KeyMetadata>>> {
        if self.target.guessed {
            let id = &self.target.id;
            let detail = format!("which key {id} is, is not known without the bucket's region");
            return Err(self.gap(Cause::CrossAccountUnreadable, detail));
        }
        match &self.metadata {
            Some(observed) => observed.as_ref().map_err(Clone::clone),
            None => {
                Err(self
                    .gap(Cause::CrossAccountUnreadable, format!("{} was not asked for", self.arn)))
            }
        }
    }

    /// Whether CloudTrail can encrypt with it now and readers can decrypt with it later, for every trail that uses it.
    /// A proved fault outweighs whatever was not read.
    ///
    /// # Errors
    /// Where nothing proves a fault and something that would was not read.
    pub fn usability(&self) -> Observed<Usability> {
        self.usability_for(&self.uses.values().collect::<Vec<_>>())
    }

    /// The same for one of its trails: what another trail makes of the key is not this one's fault.
    ///
    /// # Errors
    /// As [`Self::usability`].
    pub fn usability_of(&self, trail: &str) -> Observed<Usability> {
        self.usability_for(&self.uses.get(trail).into_iter().collect::<Vec<_>>())
    }

    fn usability_for(&self, uses: &[&Use]) -> Observed<Usability> {
        if self.target.guessed {
            self.metadata()?;
        }
        // A proved error of one trail, else the first trail's gap.
        let error = find(uses.iter().map(|one| one.kms_error.clone()), |error| Ok(error.is_some()));
        // What the key says of itself is the better news; a delivery that fails for it is proof enough without.
        match (self.state(uses), error.map(Option::flatten)) {
            (Ok(usability), _) if usability.fault.is_some() => Ok(usability),
            (_, Ok(Some(error))) => Ok(Usability {
                fault: Some((
                    Reason::DELIVERY_ERROR,
                    format!("the last delivery failed: {}", error.value),
                )),
                observed: format!("LatestDeliveryError={}", error.value),
                evidence: vec![error.source.cite("LatestDeliveryError", error.value.as_str())],
            }),
            (state, Ok(None)) => state,
            (state, Err(gap)) => state.and(Err(gap)),
        }
    }

    /// Whether the key works, whatever the trails are that encrypt with it.
    ///
    /// # Errors
    /// The gap of `DescribeKey`, or a state that is not known.
    pub fn works(&self) -> Observed<Usability> {
        self.state(&[])
    }

    /// What the key says of itself.
    fn state(&self, uses: &[&Use]) -> Observed<Usability> {
        let read = self.metadata()?;
        let Some(metadata) = &read.value else {
            return Ok(Usability {
                fault: Some((Reason::KEY_NOT_FOUND, "there is no such key".into())),
                observed: "NotFoundException".into(),
                evidence: vec![read.source.cite("error", "NotFoundException")],
            });
        };
        let state = metadata.key_state.as_deref();
        let mut evidence = vec![read.source.cite("KeyState", state)];
        let mut observed = format!("KeyState={}", state.unwrap_or("absent"));
        let faulty = |code, sentence: String, observed: String, evidence| {
            Ok(Usability { fault: Some((code, sentence)), observed, evidence })
        };
        if let Some((code, sentence)) = state.and_then(|state| state_fault(state, metadata)) {
            if let Some(date) = metadata.deletion_date {
                evidence.push(read.source.cite("DeletionDate", date.to_string()));
                observed = format!("{observed}, DeletionDate={date}");
            }
            return faulty(code, sentence, observed, evidence);
        }
        if let Some((code, field, value)) = kind_fault(metadata) {
            evidence.push(read.source.cite(field, value));
            let sentence = format!("{field} is {value}, CloudTrail cannot use it");
            return faulty(code, sentence, format!("{field}={value}"), evidence);
        }
        if let Some(valid_to) = expiring(metadata, read.source.called_at) {
            evidence.push(read.source.cite("ValidTo", valid_to.to_string()));
            let sentence = format!("its imported material expires at {valid_to}");
            return faulty(
                Reason::MATERIAL_EXPIRES,
                sentence,
                format!("ValidTo={valid_to}"),
                evidence,
            );
        }
        let mut regions = uses.iter().filter_map(|one| one.bucket_region.as_ref().ok());
        if let Some(other) = regions.find(|region| **region != self.target.region) {
            let sentence = format!("it lies in {}, the bucket in {other}", self.target.region);
            let observed = format!("key in {}, bucket in {other}", self.target.region);
            return faulty(Reason::WRONG_REGION, sentence, observed, evidence);
        }
        for one in uses {
            one.bucket_region.as_ref().map_err(Clone::clone)?;
        }
        match state {
            Some("Enabled" | "Updating") => Ok(Usability { fault: None, observed, evidence }),
            Some("Creating") => {
                Err(self.gap(Cause::Undecidable, format!("{} is being created", self.arn)))
            }
            other => Err(self.gap(
                Cause::Undecidable,
                format!("{}: KeyState {} is not known", self.arn, other.unwrap_or("absent")),
            )),
        }
    }
}

fn state_fault(state: &str, metadata: &KeyMetadata) -> Option<(Reason, String)> {
    let until = metadata.deletion_date.map(|date| format!(" on {date}")).unwrap_or_default();
    Some(match state {
        "Disabled" => (Reason::KEY_DISABLED, "the key is disabled".into()),
        "PendingDeletion" => {
            (Reason::KEY_PENDING_DELETION, format!("the key will be deleted{until}"))
        }
        "PendingReplicaDeletion" => {
            (Reason::KEY_PENDING_DELETION, "the key will be deleted after its replicas".into())
        }
        "PendingImport" => (Reason::KEY_MATERIAL_MISSING, "the key has no key material".into()),
        "Unavailable" => {
            (Reason::KEY_STORE_UNAVAILABLE, "the key's custom key store is disconnected".into())
        }
        _ => return None,
    })
}

fn kind_fault(metadata: &KeyMetadata) -> Option<(Reason, &'static str, &str)> {
    let usage = metadata.key_usage.as_deref().filter(|usage| *usage != "ENCRYPT_DECRYPT");
    let spec = metadata.key_spec.as_deref().filter(|spec| *spec != "SYMMETRIC_DEFAULT");
    usage
        .map(|usage| (Reason::WRONG_USAGE, "KeyUsage", usage))
        .or_else(|| spec.map(|spec| (Reason::WRONG_SPEC, "KeySpec", spec)))
}

fn expiring(metadata: &KeyMetadata, read_at: Timestamp) -> Option<Timestamp> {
    let soon = read_at.checked_add(MATERIAL_MARGIN).ok()?;
    metadata
        .valid_to
        .filter(|valid_to| metadata.origin.as_deref() == Some("EXTERNAL") && *valid_to < soon)
}

impl KeyMetadata {
    /// Whether AWS can rotate it by itself: symmetric, of material that KMS made, and not about to go. What AWS left
    /// out is taken for the usual.
    #[must_use]
    pub fn rotates(&self) -> bool {
        let is = |value: &Option<String>, usual: &str| value.as_deref().is_none_or(|v| v == usual);
        let going = ["PendingDeletion", "PendingReplicaDeletion", "PendingImport"];
        is(&self.origin, "AWS_KMS")
            && is(&self.key_spec, "SYMMETRIC_DEFAULT")
            && is(&self.key_usage, "ENCRYPT_DECRYPT")
            && !self.key_state.as_deref().is_some_and(|state| going.contains(&state))
    }
}
