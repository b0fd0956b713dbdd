//! The caller's side of a run: where its first calls go, with which settings, and as whom.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_http_client::{proxy::ProxyConfig, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::{RetryConfig, RetryMode};
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::region::Region as SdkRegion;
use trailproof_core::aws::{AccountId, Partition};

use super::credentials::{Kept, Role, RoleCredentials, sts};
use super::gap::Failure;
use super::pace::Pace;
use super::patience;
use super::recorder::{KeepHost, Record};
use super::session::Session;
use super::wire::Wire;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Where the run's calls go.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// A profile of the AWS configuration files.
    pub profile: Option<String>,
    /// The region of the first calls; never a filter.
    pub region: Option<String>,
    /// In place of AWS's own endpoints.
    pub url: Option<String>,
    /// A try that has brought no answer by then is given up; a hung connection would else hold its account for ever.
    pub attempt_timeout: Duration,
}

/// As whom a run calls, and how fast.
#[derive(Debug, Clone)]
pub struct Aws {
    config: Arc<SdkConfig>,
    http: SharedHttpClient,
    pace: Pace,
    attempt_timeout: Duration,
    pub(super) path_style: bool,
    pub(super) keep_host: Option<KeepHost>,
}

/// An AWS that answers in this process.
#[derive(Debug, Clone)]
pub struct InProcess {
    /// Who answers.
    pub http: SharedHttpClient,
    /// The access key id and its secret.
    pub keys: (String, String),
    /// The region of the first call, which tells the partition's endpoints.
    pub region: String,
    /// The clock that requests are signed by.
    pub clock: SharedTimeSource,
    /// A try that has brought no answer by then is given up.
    pub attempt_timeout: Duration,
}

fn https_client() -> Result<SharedHttpClient, String> {
    let mut context = tls::TlsContext::builder();
    if let Some(path) = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) {
        let pem = std::fs::read(&path)
            .map_err(|error| format!("AWS_CA_BUNDLE {}: {error}", path.to_string_lossy()))?;
        let store = tls::TrustStore::default().with_pem_certificate(pem);
        context = context.with_trust_store(store);
    }
    let context = context.build().map_err(|error| format!("AWS_CA_BUNDLE: {error}"))?;
    Ok(aws_smithy_http_client::Builder::new().build_with_connector_fn(
        move |settings, components| {
            let mut connector = aws_smithy_http_client::Connector::builder()
                .proxy_config(ProxyConfig::from_env())
                .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
                .tls_context(context.clone());
            connector.set_connector_settings(settings.cloned());
            connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
            connector.build()
        },
    ))
}

/// Settings that the SDK takes for granted: it panics over some, empty ones too, and others make no request.
fn settings() -> Result<(), String> {
    let check = |name: &str, right: fn(&str) -> bool, expected: &str| match std::env::var(name) {
        Ok(value) if !right(&value) => Err(format!("{name} is {value:?}; {expected} is expected")),
        _ => Ok(()),
    };
    let attempts = |value: &str| value.parse::<u32>().is_ok_and(|attempts| attempts > 0);
    check("AWS_MAX_ATTEMPTS", attempts, "a number from 1")?;
    check("AWS_RETRY_MODE", |value| value.parse::<RetryMode>().is_ok(), "standard or adaptive")?;
    let services =
        ["STS", "ORGANIZATIONS", "ACCOUNT", "CLOUDTRAIL", "S3", "S3_CONTROL", "KMS", "IAM"];
    let names = services.map(|service| format!("AWS_ENDPOINT_URL_{service}"));
    ["AWS_ENDPOINT_URL"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .try_for_each(|name| check(name, is_url, "an http:// or https:// URL"))
}

/// Whether a text can be an endpoint.
pub fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

/// The user's own number of attempts, where there is one, for faults of every kind; ours knows throttling from others.
fn attempts(config: &SdkConfig) -> RetryConfig {
    let theirs = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    let asked = std::env::var_os("AWS_MAX_ATTEMPTS").is_some()
        || theirs.max_attempts() != RetryConfig::standard().max_attempts();
    if asked { theirs } else { theirs.with_max_attempts(patience::THROTTLED) }
}

impl Aws {
    /// The caller's configuration as the AWS CLI would find it.
    ///
    /// # Errors
    /// A certificate bundle that cannot be read, a setting that is none.
    pub async fn load(endpoint: &Endpoint, pace: Pace) -> Result<Self, String> {
        settings()?;
        let http = https_client()?;
        // Credentials are looked for with this client, which keeps its own timeouts.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(endpoint.attempt_timeout)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http.clone())
            .timeout_config(timeouts);
        if let Some(profile) = &endpoint.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &endpoint.region {
            loader = loader.region(SdkRegion::new(region.clone()));
        }
        if let Some(url) = &endpoint.url {
            loader = loader.endpoint_url(url);
        }
        let mut config = loader.load().await;
        if config.region().is_none() {
            config = config.into_builder().region(SdkRegion::from_static("us-east-1")).build();
        }
        // A stand-in for AWS has one host: neither bucket names nor account ids can be part of its name.
        let named = |service: &str| {
            let of_service = || std::env::var(format!("AWS_ENDPOINT_URL_{service}"));
            let flag = config.endpoint_url().map(str::to_owned);
            flag.or_else(|| of_service().or_else(|_| std::env::var("AWS_ENDPOINT_URL")).ok())
        };
        let (path_style, keep_host) = (named("S3").is_some(), named("S3_CONTROL").map(KeepHost));
        let retries = attempts(&config);
        let config = config.into_builder().retry_config(retries).build();
        let attempt_timeout = endpoint.attempt_timeout;
        let config = Arc::new(config);
        let aws = Self { config, http, pace, attempt_timeout, path_style, keep_host };
        Ok(aws.paced())
    }

    /// A run that is answered in this process.
    pub fn in_process(answering: InProcess, pace: Pace) -> Self {
        let InProcess { http, keys: (key, secret), region, clock, attempt_timeout } = answering;
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http.clone())
            .time_source(clock)
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .region(SdkRegion::new(region))
            .retry_config(RetryConfig::standard().with_max_attempts(patience::THROTTLED))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                key, secret, None, None, "demo",
            )))
            .build();
        let aws = Self {
            config: Arc::new(config),
            http,
            pace,
            attempt_timeout,
            path_style: false,
            keep_host: None,
        };
        aws.paced()
    }

    /// The same with windows of its own for what is asked as the caller.
    fn paced(self) -> Self {
        Self { config: Arc::new(self.through_a_wire(&self.config, None)), ..self }
    }

    /// A configuration whose calls go at the run's pace, through the windows of an account, or of the caller.
    fn through_a_wire(&self, config: &SdkConfig, account: Option<AccountId>) -> SdkConfig {
        let quotas = self.pace.quotas(account);
        let wire = Wire::new(self.http.clone(), (self.pace.clone(), quotas), self.attempt_timeout);
        config
            .clone()
            .into_builder()
            .http_client(SharedHttpClient::new(wire))
            // The wire limits attempts, without the time that they wait for their turn.
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build())
            // So it does bodies that stall; the SDK would take a call that waits for its turn for one.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build()
    }

    /// The run's pace.
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// The caller's own account.
    pub fn caller(&self, account: AccountId, partition: &Partition) -> Session {
        Session::new(self, account, partition.clone(), ((*self.config).clone(), None))
    }

    /// A client for the first question of all: who am I?
    pub fn sts(&self) -> aws_sdk_sts::Client {
        sts(&self.config)
    }

    /// The caller's credentials behind a chain of roles.
    pub fn behind(&self, role: &Role) -> Self {
        let config = role.chain.iter().fold(self.config.clone(), |config, arn| {
            Arc::new(RoleCredentials::new(&config, arn.clone(), role).applied_to(&config))
        });
        Self { config, ..self.clone() }
    }

    /// Enters the role of a member.
    ///
    /// # Errors
    /// The refusal. The record tells of the call that was made, either way.
    pub async fn enter(
        &self,
        account: AccountId,
        partition: &Partition,
        role: &Role,
    ) -> (Result<Session, Failure>, Record) {
        let credentials = RoleCredentials::new(&self.config, role.arn(account, partition), role);
        let (entered, record) = credentials.enter().await;
        (entered.map(|()| self.with(account, partition, credentials)), record)
    }

    /// A member's session with credentials that were laid aside; they are renewed when they are about to end.
    pub fn again(
        &self,
        account: AccountId,
        partition: &Partition,
        (role, kept): (&Role, &Kept),
    ) -> Session {
        let arn = role.arn(account, partition);
        self.with(account, partition, RoleCredentials::again(&self.config, (arn, role), kept))
    }

    fn with(
        &self,
        account: AccountId,
        partition: &Partition,
        credentials: RoleCredentials,
    ) -> Session {
        let config = credentials.applied_to(&self.through_a_wire(&self.config, Some(account)));
        Session::new(self, account, partition.clone(), (config, Some(credentials)))
    }
}

/// A clock that stands still.
pub fn still(now: SystemTime) -> SharedTimeSource {
    SharedTimeSource::new(aws_smithy_async::time::StaticTimeSource::new(now))
}
