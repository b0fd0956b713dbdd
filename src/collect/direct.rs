//! The short way to a bucket's objects: requests after the pattern of one that the SDK made, over its own connections.
//!
//! Log files are many and small, and most of what the SDK does for each is the same each time: it works out the
//! endpoint, the identity, the retries and the checksums anew. The first object is therefore asked for through the SDK,
//! which shows where its request went and how it was signed; the next ones differ in the key, the time and the signature.
//! An answer that is no whole object is left to the SDK: it asks again, and knows what each error means and when to retry.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::{AuthScheme, AuthSchemeId};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::identity::{ResolveCachedIdentity, SharedIdentityResolver};
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::timeout::TimeoutConfig;

/// The SHA-256 of nothing, which is what a GET sends.
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Headers of the SDK's request that say who asks, not what for.
const KEPT: [&str; 2] = ["user-agent", "x-amz-user-agent"];

/// Whether a key stands in an address as it is. CloudTrail's do, unless the trail's prefix is a strange one.
fn is_plain(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    // Whatever stands between us and S3 may take these for steps in a path.
    !key.is_empty()
        && key.bytes().all(plain)
        && key.split('/').all(|part| part != "." && part != "..")
}

/// The short way to one bucket's objects, once the SDK has shown it.
#[derive(Debug, Clone, Default)]
pub struct Direct(Arc<Mutex<Option<Arc<Pattern>>>>);

impl Direct {
    fn pattern(&self) -> Option<Arc<Pattern>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Who watches how the SDK asks for this object, where that is worth knowing.
    pub fn lesson(&self, key: &str) -> Option<Lesson> {
        (is_plain(key) && self.pattern().is_none())
            .then(|| Lesson { key: key.into(), shown: Arc::default() })
    }

    /// The SDK's request was answered with an object: the next ones are made like it.
    pub fn learn(&self, lesson: &Lesson) {
        let shown = lesson.shown.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(shown) = shown {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(shown));
        }
    }

    /// The answer that holds a whole object; `None` where the SDK has to be asked.
    pub async fn get(&self, key: &str) -> Option<HttpResponse> {
        if !is_plain(key) {
            return None;
        }
        let pattern = self.pattern()?;
        match pattern.ask(key).await {
            Some(answer) if answer.status().as_u16() == 200 => Some(answer),
            // That object is not there; others are.
            Some(answer) if answer.status().as_u16() == 404 => None,
            _ => {
                self.forget(&pattern);
                None
            }
        }
    }

    /// The pattern may be out of date; the SDK's next success shows a new one.
    fn forget(&self, old: &Arc<Pattern>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_some_and(|now| Arc::ptr_eq(now, old)) {
            *known = None;
        }
    }
}

/// How the SDK asked for an object.
#[derive(Debug)]
struct Pattern {
    /// The address up to the key.
    before: String,
    /// The address behind the key.
    behind: String,
    headers: Vec<(&'static str, String)>,
    region: String,
    /// How far the server's clock is ahead of ours, or behind, as the SDK has learnt it.
    skew: Skew,
    connector: SharedHttpConnector,
    resolver: SharedIdentityResolver,
    components: RuntimeComponents,
    config: ConfigBag,
}

impl Pattern {
    /// Takes it from a request that is about to be sent.
    fn of(
        request: &HttpRequest,
        key: &str,
        (components, config): (&RuntimeComponents, &ConfigBag),
    ) -> Option<Self> {
        let (path, query) = request.uri().split_once('?').unwrap_or((request.uri(), ""));
        let before = path.strip_suffix(key).filter(|before| before.ends_with('/'))?;
        let signed = request.headers().get("authorization")?;
        let region = region(signed)?;
        let timeouts = config.load::<TimeoutConfig>()?;
        let mut settings = HttpConnectorSettings::builder();
        settings.set_connect_timeout(timeouts.connect_timeout());
        settings.set_read_timeout(timeouts.read_timeout());
        let connector = components.http_client()?.http_connector(&settings.build(), components);
        let scheme = components.auth_scheme(AuthSchemeId::new("sigv4"))?;
        let kept =
            KEPT.iter().filter_map(|name| Some((*name, request.headers().get(name)?.to_owned())));
        Some(Self {
            before: before.to_owned(),
            behind: if query.is_empty() { String::new() } else { format!("?{query}") },
            headers: kept.collect(),
            region: region.to_owned(),
            skew: Skew::of(request.headers().get("x-amz-date")?, now(components))?,
            connector,
            resolver: scheme.identity_resolver(components)?,
            components: components.clone(),
            config: ConfigBag::base(),
        })
    }

    /// What S3 answers; `None` where it could not be asked.
    async fn ask(&self, key: &str) -> Option<HttpResponse> {
        let request = self.request(key).await.ok()?;
        self.connector.call(request).await.ok()
    }

    async fn request(&self, key: &str) -> Result<HttpRequest, BoxError> {
        let mut request = HttpRequest::empty();
        request.set_uri(format!("{}{key}{}", self.before, self.behind))?;
        for (name, value) in &self.headers {
            request.headers_mut().try_insert(*name, value.clone())?;
        }
        let cache = self.components.identity_cache();
        let identity = cache
            .resolve_cached_identity(self.resolver.clone(), &self.components, &self.config)
            .await?;
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let signing = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(self.skew.applied_to(now(&self.components)))
            .settings(settings)
            .build()?
            .into();
        let signable = SignableRequest::new(
            request.method(),
            request.uri(),
            request.headers().iter(),
            SignableBody::Precomputed(NOTHING.to_owned()),
        )?;
        let (instructions, _) = sign(signable, &signing)?.into_parts();
        for header in instructions.into_parts().0 {
            request.headers_mut().try_insert(header.name(), header.value().to_owned())?;
        }
        Ok(request)
    }
}

fn now(components: &RuntimeComponents) -> SystemTime {
    components.time_source().unwrap_or_default().now()
}

/// The region of a signature for S3: `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/s3/aws4_request, …`. Other algorithms
/// and services sign otherwise than is done here.
fn region(authorization: &str) -> Option<&str> {
    let scope = authorization.strip_prefix("AWS4-HMAC-SHA256 Credential=")?.split(',').next()?;
    let mut parts = scope.rsplit('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("aws4_request"), Some("s3"), region) => region,
        _ => None,
    }
}

/// The difference between the clock that the SDK signed by and ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Skew(i64);

impl Skew {
    /// What is less comes from a request that waited; AWS takes five minutes.
    const LEAST: i64 = 60;

    fn of(signed: &str, now: SystemTime) -> Option<Self> {
        // 20261121T010203Z
        let (date, time) = (signed.get(..8)?, signed.get(8..)?);
        let part = |text: &str, from: usize, to: usize| text.get(from..to).map(str::to_owned);
        let text = format!(
            "{}-{}-{}T{}:{}:{}Z",
            part(date, 0, 4)?,
            part(date, 4, 6)?,
            part(date, 6, 8)?,
            part(time, 1, 3)?,
            part(time, 3, 5)?,
            part(time, 5, 7)?
        );
        let signed = DateTime::from_str(&text, Format::DateTime).ok()?.secs();
        let ahead = signed - DateTime::from(now).secs();
        Some(Self(if ahead.abs() < Self::LEAST { 0 } else { ahead }))
    }

    fn applied_to(self, now: SystemTime) -> SystemTime {
        let by = std::time::Duration::from_secs(self.0.unsigned_abs());
        let moved = if self.0 < 0 { now.checked_sub(by) } else { now.checked_add(by) };
        moved.unwrap_or(now)
    }
}

/// Watches one request of the SDK's.
#[derive(Debug, Clone)]
pub struct Lesson {
    key: Arc<str>,
    shown: Arc<Mutex<Option<Pattern>>>,
}

#[dyn_dispatch_hint]
impl Intercept for Lesson {
    fn name(&self) -> &'static str {
        "trailproof::Lesson"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let pattern = Pattern::of(context.request(), &self.key, (components, config));
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = pattern;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
