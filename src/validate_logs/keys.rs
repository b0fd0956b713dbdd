//! The public keys of a run: pinned in a file, or asked of CloudTrail in each region that has digests.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, OnceCell};
use trailproof_digest::{Evidence, KeyRing, Span};

use crate::collect::Objects;

/// A digest of the last hour may be signed with the next key.
const AFTER: SignedDuration = SignedDuration::from_hours(2);
/// A digest before the first hour may be needed to prove its start.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// What was asked for: a region's keys around some time.
type Asked = (String, Timestamp);
/// How it went.
type Went = Arc<OnceCell<Result<(), String>>>;

/// The keys so far.
#[derive(Debug)]
pub struct Keys {
    ring: RwLock<KeyRing>,
    span: Span,
    /// Whom to ask for more; nobody where the user pinned them.
    source: Option<Arc<Objects>>,
    asked: Mutex<BTreeMap<Asked, Went>>,
}

impl Keys {
    /// These alone.
    pub fn pinned(ring: KeyRing, span: Span) -> Self {
        Self { ring: RwLock::new(ring), span, source: None, asked: Mutex::default() }
    }

    /// Those of AWS, asked for when they are needed.
    pub fn of_aws(source: Arc<Objects>, span: Span) -> Self {
        let source = Some(source);
        Self { ring: RwLock::default(), span, source, asked: Mutex::default() }
    }

    /// Those that are known now.
    pub fn ring(&self) -> RwLockReadGuard<'_, KeyRing> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for the key that a digest is signed with, where it is not known yet.
    ///
    /// # Errors
    /// Why nobody can say whether there is such a key.
    pub async fn ready(&self, region: &str, evidence: &Evidence) -> Result<(), String> {
        let Some(fingerprint) = evidence.fingerprint() else { return Ok(()) };
        let known = || self.ring().knows(region, fingerprint);
        if self.source.is_none() || known() {
            return Ok(());
        }
        self.ask(region, self.span.from, (back(self.span.from), ahead(self.span.to))).await?;
        // A backfill digest is signed when it is made, perhaps long after its hour.
        if let Some(made) = evidence.backfill_generated().filter(|_| !known()) {
            self.ask(region, made, (back(made), ahead(made))).await?;
        }
        Ok(())
    }

    async fn ask(
        &self,
        region: &str,
        around: Timestamp,
        time: (Timestamp, Timestamp),
    ) -> Result<(), String> {
        let asked = (region.to_owned(), around);
        let went = self.asked.lock().await.entry(asked).or_default().clone();
        went.get_or_init(|| self.fetch(region, time)).await.clone()
    }

    async fn fetch(&self, region: &str, time: (Timestamp, Timestamp)) -> Result<(), String> {
        let Some(source) = &self.source else { return Ok(()) };
        let why = |error: &dyn std::fmt::Display| {
            format!("the public keys of {region} could not be listed: {error}")
        };
        let keys = source.public_keys(region, time).await.map_err(|error| why(&error))?;
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        keys.iter().try_for_each(|key| ring.add(region, key)).map_err(|error| why(&error))
    }
}

fn back(from: Timestamp) -> Timestamp {
    from.checked_sub(BEFORE).unwrap_or(from)
}

fn ahead(from: Timestamp) -> Timestamp {
    from.checked_add(AFTER).unwrap_or(from)
}
