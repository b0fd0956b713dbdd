//! The credentials of a role: lent by STS, renewed before they end, also behind a chain of roles.
//!
//! How long they last is measured from the moment in which they were lent, by STS's own clock and a steady one of
//! ours. A local clock that is wrong would else renew them before each call, or never.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::time::Instant;
use trailproof_core::aws::{AccountId, Partition};
use trailproof_core::evidence::Cause;
use zeroize::Zeroizing;

use super::gap::Failure;
use super::patience::Patience;
use super::recorder::{Record, Recorder, beside, recorded};

/// Credentials are renewed while they still hold for this long, or for a fifth of their life where that is less.
const MARGIN: Duration = Duration::from_secs(300);
/// Taken where STS names an end that has passed already: some seconds of use, and then another try.
const SHORTEST: Duration = Duration::from_secs(60);
/// How the calls name themselves in the members' own trails.
const SESSION_NAME: &str = "trailproof";

/// How the role of a member is named and entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The role's name.
    pub name: String,
    /// Its path, `/` or `/…/`.
    pub path: String,
    /// What its trust policy asks for; never kept.
    #[serde(skip)]
    pub external_id: Option<String>,
    /// How long a session lasts, in seconds.
    pub duration: Option<i32>,
    /// Roles to enter before the members', in order.
    pub chain: Vec<String>,
}

impl Role {
    /// The ARN of this role in an account.
    pub fn arn(&self, account: AccountId, partition: &Partition) -> String {
        format!("arn:{partition}:iam::{account}:role{}{}", self.path, self.name)
    }
}

/// A client for entering roles, or for asking who calls. Its retry budget is its own: a member whose role hangs or is
/// throttled must not use up that of the others.
pub(super) fn sts(config: &SdkConfig) -> aws_sdk_sts::Client {
    let patience = Patience::of(config);
    let config = aws_sdk_sts::config::Builder::from(config)
        .interceptor(Recorder)
        .retry_classifier(patience)
        .retry_partition(budget());
    aws_sdk_sts::Client::from_conf(config.build())
}

/// A retry budget that nobody else draws on, gone with its client. The SDK's own are kept by name for the life of the
/// process. Throttled retries are the window's business and cost little here.
pub(super) fn budget() -> RetryPartition {
    let bucket = TokenBucket::builder().throttling_retry_cost(1).build();
    RetryPartition::custom("trailproof").token_bucket(bucket).build()
}

/// Credentials with the moment from which on they are not used any more.
#[derive(Clone)]
struct Lent {
    credentials: Credentials,
    until: Instant,
}

/// Credentials laid aside until their account may be asked again: one text and one moment, since an organization has
/// thousands.
#[derive(Clone)]
pub struct Kept {
    /// Key id, secret and token, a line each; wiped when it is dropped.
    lent: Zeroizing<Box<str>>,
    until: Instant,
}

impl std::fmt::Debug for Kept {
    /// Never the credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

/// The credentials of one role. Clones share them.
#[derive(Clone)]
pub struct RoleCredentials(Arc<Source>);

struct Source {
    /// As whom the role is entered; shared, since thousands of these may wait to be used again.
    from: Arc<SdkConfig>,
    arn: String,
    external_id: Option<String>,
    duration: Option<i32>,
    lent: Mutex<Option<Lent>>,
}

impl Source {
    fn new(from: &Arc<SdkConfig>, arn: String, role: &Role) -> Self {
        Self {
            from: Arc::clone(from),
            arn,
            external_id: role.external_id.clone(),
            duration: role.duration,
            lent: Mutex::default(),
        }
    }
}

impl std::fmt::Debug for RoleCredentials {
    /// Never the credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RoleCredentials({})", self.0.arn)
    }
}

impl RoleCredentials {
    pub(super) fn new(from: &Arc<SdkConfig>, arn: String, role: &Role) -> Self {
        Self(Arc::new(Source::new(from, arn, role)))
    }

    /// The role again, with what it was lent before.
    pub(super) fn again(from: &Arc<SdkConfig>, (arn, role): (String, &Role), kept: &Kept) -> Self {
        let mut parts = kept.lent.lines();
        let mut part = || parts.next().unwrap_or_default();
        let (key, secret, token) = (part(), part(), part().to_owned());
        let credentials = Credentials::new(key, secret, Some(token), None, "AssumeRole");
        let lent = Mutex::new(Some(Lent { credentials, until: kept.until }));
        Self(Arc::new(Source { lent, ..Source::new(from, arn, role) }))
    }

    /// Lays the credentials aside; nothing while they are being renewed.
    pub(super) fn lay_aside(&self) -> Option<Kept> {
        let held = self.0.lent.try_lock().ok()?;
        let Lent { credentials, until } = held.as_ref()?;
        let token = credentials.session_token().unwrap_or_default();
        let lent = [credentials.access_key_id(), credentials.secret_access_key(), token].join("\n");
        Some(Kept { lent: Zeroizing::new(lent.into_boxed_str()), until: *until })
    }

    /// That configuration with these credentials.
    pub(super) fn applied_to(&self, config: &SdkConfig) -> SdkConfig {
        config
            .clone()
            .into_builder()
            .credentials_provider(SharedCredentialsProvider::new(self.clone()))
            // The shared cache holds 64 identities and would renew thousands of members' over and over; the provider
            // keeps its own.
            .identity_cache(aws_config::identity::IdentityCache::no_cache())
            .build()
    }

    /// Enters the role, with a record of the call.
    pub(super) async fn enter(&self) -> (Result<(), Failure>, Record) {
        let mut held = self.0.lent.lock().await;
        let (lent, record) = self.assume().await;
        (lent.map(|lent| *held = Some(lent)), record)
    }

    /// Enters the role anew where AWS says that these credentials have ended, whatever we know of their end; once,
    /// however many calls were refused.
    pub(super) async fn replace(&self, refused: &Credentials) -> Result<(), Failure> {
        let mut held = self.0.lent.lock().await;
        let current = held.as_ref().map(|lent| lent.credentials.access_key_id().to_owned());
        let same_token = |lent: &Lent| {
            lent.credentials.session_token() == refused.session_token()
                && current.as_deref() == Some(refused.access_key_id())
        };
        if held.as_ref().is_some_and(|lent| !same_token(lent)) {
            return Ok(());
        }
        *held = Some(Box::pin(beside(self.assume())).await.0?);
        Ok(())
    }

    /// The credentials, renewed where they are about to end.
    pub(super) async fn current(&self) -> Result<Credentials, Failure> {
        let mut held = self.0.lent.lock().await;
        if let Some(lent) = held.as_ref().filter(|lent| lent.until > Instant::now()) {
            return Ok(lent.credentials.clone());
        }
        // A renewal inside of another question is no part of that question's record.
        let lent = Box::pin(beside(self.assume())).await.0?;
        let credentials = lent.credentials.clone();
        *held = Some(lent);
        Ok(credentials)
    }

    async fn assume(&self) -> (Result<Lent, Failure>, Record) {
        let source = &*self.0;
        let (sent, record) = recorded(async {
            sts(&source.from)
                .assume_role()
                .role_arn(&source.arn)
                .role_session_name(SESSION_NAME)
                .set_external_id(source.external_id.clone())
                .set_duration_seconds(source.duration)
                .send()
                .await
        })
        .await;
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) => return (Err(error.into()), record),
        };
        let Some(lent) = answer.credentials else {
            let failure = Failure::new(Cause::ServiceError, "AssumeRole lent no credentials");
            return (Err(failure), record);
        };
        let now = record
            .server_time()
            .unwrap_or_else(|| source.from.time_source().unwrap_or_default().now());
        let life = SystemTime::try_from(*lent.expiration())
            .ok()
            .and_then(|end| end.duration_since(now).ok())
            .unwrap_or(SHORTEST);
        let until = Instant::now() + life.saturating_sub(MARGIN.min(life / 5));
        // Without an end: the SDK would compare it with the local clock.
        let credentials = Credentials::new(
            lent.access_key_id(),
            lent.secret_access_key(),
            Some(lent.session_token().to_owned()),
            None,
            "AssumeRole",
        );
        (Ok(Lent { credentials, until }), record)
    }
}

impl ProvideCredentials for RoleCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.current().await.map_err(CredentialsError::provider_error)
        })
    }
}
