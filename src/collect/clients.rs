//! Whose credentials ask, and where: one configuration for a run, one set of clients for an account.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::config::retry::RetryPartition;
use aws_smithy_http_client::{proxy::ProxyConfig, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryMode;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::region::Region as SdkRegion;
use tokio::sync::Mutex;
use trailproof_core::aws::{AccountId, Partition, Region};

use super::gap::Failure;
use super::recorder::{KeepHost, Recorder};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Credentials are renewed while they still hold for this long.
const RENEWAL_MARGIN: Duration = Duration::from_secs(300);
/// How the calls name themselves in the members' own trails.
const SESSION_NAME: &str = "trailproof";

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

/// How the role of a member is named and entered.
#[derive(Debug, Clone)]
pub struct Role {
    /// The role's name.
    pub name: String,
    /// Its path, `/` or `/…/`.
    pub path: String,
    /// What its trust policy asks for.
    pub external_id: Option<String>,
    /// How long a session lasts, in seconds.
    pub duration: Option<i32>,
    /// Roles to enter before the members', in order.
    pub chain: Vec<String>,
}

/// The caller's side of a run.
#[derive(Debug, Clone)]
pub struct Aws {
    config: SdkConfig,
    path_style: bool,
    keep_host: Option<KeepHost>,
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

impl Aws {
    /// The caller's configuration as the AWS CLI would find it.
    ///
    /// # Errors
    /// A certificate bundle that cannot be read, a setting that is none.
    pub async fn load(endpoint: &Endpoint) -> Result<Self, String> {
        settings()?;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(endpoint.attempt_timeout)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(https_client()?)
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
        Ok(Self { config, path_style, keep_host })
    }

    /// A run whose calls an HTTP client in this process answers.
    pub fn in_process(
        http: SharedHttpClient,
        (key, secret): (String, String),
        now: SystemTime,
    ) -> Self {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http)
            .time_source(aws_smithy_async::time::StaticTimeSource::new(now))
            .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(
                aws_smithy_async::rt::sleep::TokioSleep::new(),
            ))
            .region(SdkRegion::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                key, secret, None, None, "demo",
            )))
            .build();
        Self { config, path_style: false, keep_host: None }
    }

    /// The caller's own account.
    pub fn caller(&self, account: AccountId, partition: &Partition) -> Session {
        Session::new(self, account, partition.clone(), self.config.clone())
    }

    /// A member's session again, with the credentials that it had.
    pub fn resume(&self, account: AccountId, partition: &Partition, config: &SdkConfig) -> Session {
        Session::new(self, account, partition.clone(), config.clone())
    }

    /// A client for the first question of all: who am I?
    pub fn sts(&self) -> aws_sdk_sts::Client {
        sts(&self.config, "caller")
    }

    /// The caller's credentials behind a chain of roles.
    pub fn behind(&self, role: &Role) -> Self {
        let config = role.chain.iter().fold(self.config.clone(), |config, arn| {
            let entered = RoleCredentials::new(&config, arn.clone(), role);
            with_credentials(&config, entered)
        });
        Self { config, ..self.clone() }
    }

    /// Enters the role of a member.
    ///
    /// # Errors
    /// The refusal.
    pub async fn enter(
        &self,
        account: AccountId,
        partition: &Partition,
        role: &Role,
    ) -> Result<Session, Failure> {
        let arn = role_arn(account, partition, role);
        let credentials = RoleCredentials::new(&self.config, arn, role);
        credentials.renew().await?;
        let config = with_credentials(&self.config, credentials);
        Ok(Session::new(self, account, partition.clone(), config))
    }
}

/// The ARN of a member's role.
pub fn role_arn(account: AccountId, partition: &Partition, role: &Role) -> String {
    format!("arn:{partition}:iam::{account}:role{}{}", role.path, role.name)
}

/// A client for entering one role, or for asking who calls. Its retry budget is its own: a member whose role hangs or
/// is throttled must not use up that of the others.
fn sts(config: &SdkConfig, purpose: &str) -> aws_sdk_sts::Client {
    let config = aws_sdk_sts::config::Builder::from(config)
        .interceptor(Recorder)
        .retry_partition(RetryPartition::new(format!("sts-{purpose}")));
    aws_sdk_sts::Client::from_conf(config.build())
}

fn with_credentials(config: &SdkConfig, credentials: RoleCredentials) -> SdkConfig {
    config
        .clone()
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        // The shared cache holds 64 identities and would renew thousands of members' over and over; the provider
        // keeps its own.
        .identity_cache(aws_config::identity::IdentityCache::no_cache())
        .build()
}

/// The credentials of a role, entered once and renewed shortly before they end.
#[derive(Clone)]
struct RoleCredentials {
    sts: aws_sdk_sts::Client,
    arn: String,
    external_id: Option<String>,
    duration: Option<i32>,
    now: aws_smithy_async::time::SharedTimeSource,
    current: Arc<Mutex<Option<Credentials>>>,
}

impl std::fmt::Debug for RoleCredentials {
    /// Never the credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RoleCredentials({})", self.arn)
    }
}

impl RoleCredentials {
    fn new(config: &SdkConfig, arn: String, role: &Role) -> Self {
        Self {
            sts: sts(config, &arn),
            arn,
            external_id: role.external_id.clone(),
            duration: role.duration,
            now: config.time_source().unwrap_or_default(),
            current: Arc::default(),
        }
    }

    async fn renew(&self) -> Result<Credentials, Failure> {
        let mut current = self.current.lock().await;
        let limit = self.now.now() + RENEWAL_MARGIN;
        if let Some(held) =
            current.as_ref().filter(|held| held.expiry().is_none_or(|end| end > limit))
        {
            return Ok(held.clone());
        }
        let answer = self
            .sts
            .assume_role()
            .role_arn(&self.arn)
            .role_session_name(SESSION_NAME)
            .set_external_id(self.external_id.clone())
            .set_duration_seconds(self.duration)
            .send()
            .await?;
        let lent = answer.credentials.ok_or_else(|| {
            Failure::new(
                trailproof_core::evidence::Cause::ServiceError,
                "AssumeRole lent no credentials",
            )
        })?;
        let expiry = SystemTime::try_from(*lent.expiration()).ok();
        let fresh = Credentials::new(
            lent.access_key_id(),
            lent.secret_access_key(),
            Some(lent.session_token().to_owned()),
            expiry,
            "AssumeRole",
        );
        *current = Some(fresh.clone());
        Ok(fresh)
    }
}

impl ProvideCredentials for RoleCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.renew().await.map_err(|failure| CredentialsError::provider_error(failure.message))
        })
    }
}

/// One account's clients, made when first needed: each costs a TLS configuration.
#[derive(Debug)]
pub struct Session {
    /// The account.
    pub account: AccountId,
    /// Its partition.
    pub partition: Partition,
    config: SdkConfig,
    path_style: bool,
    keep_host: Option<KeepHost>,
    cloudtrail: OnceLock<aws_sdk_cloudtrail::Client>,
    s3: OnceLock<aws_sdk_s3::Client>,
    kms: OnceLock<aws_sdk_kms::Client>,
}

/// A service's configuration: recorded, and with a retry budget of its own for each account, since by default one
/// failing account would use up the budget of all others.
macro_rules! service {
    ($session:expr, $service:ident) => {
        $service::config::Builder::from(&$session.config).interceptor(Recorder).retry_partition(
            RetryPartition::new(format!("{}-{}", stringify!($service), $session.account)),
        )
    };
}

impl Session {
    fn new(aws: &Aws, account: AccountId, partition: Partition, config: SdkConfig) -> Self {
        Self {
            account,
            partition,
            config,
            path_style: aws.path_style,
            keep_host: aws.keep_host.clone(),
            cloudtrail: OnceLock::new(),
            s3: OnceLock::new(),
            kms: OnceLock::new(),
        }
    }

    /// What it takes to ask this account again later, without the clients' weight.
    pub fn into_config(self) -> SdkConfig {
        self.config
    }

    /// The region of global services as the SDK knows it.
    fn global(&self) -> SdkRegion {
        sdk_region(&self.partition.global_region())
    }

    pub(super) fn cloudtrail(&self) -> &aws_sdk_cloudtrail::Client {
        self.cloudtrail.get_or_init(|| {
            aws_sdk_cloudtrail::Client::from_conf(service!(self, aws_sdk_cloudtrail).build())
        })
    }

    pub(super) fn s3(&self) -> &aws_sdk_s3::Client {
        self.s3.get_or_init(|| {
            let config =
                service!(self, aws_sdk_s3).force_path_style(self.path_style).region(self.global());
            aws_sdk_s3::Client::from_conf(config.build())
        })
    }

    pub(super) fn kms(&self) -> &aws_sdk_kms::Client {
        self.kms.get_or_init(|| aws_sdk_kms::Client::from_conf(service!(self, aws_sdk_kms).build()))
    }

    pub(super) fn iam(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::from_conf(service!(self, aws_sdk_iam).region(self.global()).build())
    }

    pub(super) fn account_management(&self) -> aws_sdk_account::Client {
        // Account Management is signed in a region of its own in China.
        let region = match self.partition.as_str() {
            "aws-cn" => SdkRegion::from_static("cn-northwest-1"),
            _ => self.global(),
        };
        aws_sdk_account::Client::from_conf(service!(self, aws_sdk_account).region(region).build())
    }

    pub(super) fn organizations(&self) -> aws_sdk_organizations::Client {
        let region = match self.partition.as_str() {
            "aws-cn" => SdkRegion::from_static("cn-northwest-1"),
            _ => self.global(),
        };
        let config = service!(self, aws_sdk_organizations).region(region);
        aws_sdk_organizations::Client::from_conf(config.build())
    }

    pub(super) fn s3control(&self) -> aws_sdk_s3control::Client {
        let mut config = service!(self, aws_sdk_s3control).region(self.global());
        if let Some(keep) = &self.keep_host {
            config = config.interceptor(keep.clone());
        }
        aws_sdk_s3control::Client::from_conf(config.build())
    }
}

/// A region in the SDK's type.
pub fn sdk_region(region: &Region) -> SdkRegion {
    SdkRegion::new(region.as_str().to_owned())
}
