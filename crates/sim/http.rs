//! Requests: who asks which service, where, for what.

mod rest;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::description::Moment;

/// The prefixes of the simulator's access key ids; the account's twelve digits follow.
pub(crate) const STATIC_KEY_PREFIX: &str = "AKIADEMO";
pub(crate) const SESSION_KEY_PREFIX: &str = "ASIADEMO";
/// The first part of a session token; role and session name follow, since a token is all that a later request brings.
pub(crate) const TOKEN_PREFIX: &str = "simulated-session";

/// How a service writes its answers and errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    AwsJson,
    Cbor,
    RestJson,
    Query,
    S3,
    S3Control,
}

/// A request, understood.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) protocol: Protocol,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) resource: String,
    /// The object's key, of a request that is about one.
    pub(crate) key: String,
    pub(crate) attempt: u32,
    /// A function of the request alone; each service's request id is made from it.
    pub(crate) digest: String,
    /// A HEAD request is answered without a body, errors included.
    pub(crate) head: bool,
    pub(crate) expected_owner: Option<String>,
    /// The account that S3 Control is asked about.
    pub(crate) account_header: Option<String>,
    /// When the signature says that it was made.
    pub(crate) signed: Option<Moment>,
    /// The virtual time at which the session was lent, where its token tells.
    pub(crate) lent: Option<Duration>,
    session: Option<(String, String)>,
    parameters: BTreeMap<String, String>,
    body: Value,
}

impl Request {
    pub(crate) fn read(http: &HttpRequest) -> Self {
        let headers = http.headers();
        let header = |name: &str| headers.get(name).map(str::to_owned);
        let scope = Scope::read(headers.get("authorization").unwrap_or_default());
        let url = Url::read(http.uri());
        let body = http.body().bytes().unwrap_or_default();
        let target = headers.get("x-amz-target").and_then(|t| t.rsplit('.').next());
        let control = url.path.starts_with("/v20180820/");
        let protocol = match (scope.service.as_str(), target) {
            ("s3", _) if control => Protocol::S3Control,
            ("s3", _) => Protocol::S3,
            ("account" | "access-analyzer" | "guardduty" | "securityhub", _) => Protocol::RestJson,
            _ if header("content-type").is_some_and(|t| t == "application/cbor") => Protocol::Cbor,
            (_, Some(_)) => Protocol::AwsJson,
            _ if header("content-type").is_some_and(|t| t.contains("json")) => Protocol::RestJson,
            _ => Protocol::Query,
        };
        let mut parameters = pairs(&url.query);
        if protocol == Protocol::Query {
            parameters.extend(pairs(&String::from_utf8_lossy(body)));
        }
        let body_value = match protocol {
            Protocol::Cbor => minicbor_serde::from_slice(body).unwrap_or(Value::Null),
            _ => serde_json::from_slice(body).unwrap_or(Value::Null),
        };
        let bucket = if protocol == Protocol::S3 { url.bucket() } else { String::new() };
        let operation = match protocol {
            Protocol::AwsJson => target.unwrap_or_default().to_owned(),
            Protocol::Cbor => url.path.rsplit('/').next().unwrap_or_default().to_owned(),
            Protocol::RestJson => rest::operation(&scope.service, http.method(), &url.path),
            Protocol::Query => {
                let action = parameters.get("Action").cloned();
                action.unwrap_or_else(|| format!("{} {}", http.method(), url.path))
            }
            Protocol::S3 => url.bucket_operation(http.method(), &parameters),
            Protocol::S3Control => match (http.method(), url.path.as_str()) {
                ("GET", "/v20180820/configuration/publicAccessBlock") => {
                    "GetPublicAccessBlock".to_owned()
                }
                (method, path) => format!("{method} {path}"),
            },
        };
        let token = header("x-amz-security-token").unwrap_or_default();
        let mut parts = token.split('/');
        let known = parts.next().is_some_and(|prefix| prefix == TOKEN_PREFIX);
        let session = match (parts.next(), parts.next()) {
            (Some(role), Some(session)) if known => Some((role.to_owned(), session.to_owned())),
            _ => None,
        };
        let lent = parts.next().and_then(|millis| millis.parse().ok()).map(Duration::from_millis);
        let service = match (protocol, scope.service.as_str()) {
            (Protocol::S3Control, _) => "s3control".to_owned(),
            // CloudWatch signs with the name of its endpoint.
            (_, "monitoring") => "cloudwatch".to_owned(),
            _ => scope.service,
        };
        let mut request = Self {
            protocol,
            account: scope.account,
            region: scope.region,
            service,
            operation,
            resource: bucket,
            key: if protocol == Protocol::S3 { url.key() } else { String::new() },
            attempt: header("amz-sdk-request").and_then(|text| attempt(&text)).unwrap_or(1),
            digest: String::new(),
            head: http.method() == "HEAD",
            expected_owner: header("x-amz-expected-bucket-owner"),
            account_header: header("x-amz-account-id"),
            signed: headers.get("x-amz-date").and_then(Moment::parse_compact),
            lent,
            session,
            parameters,
            body: body_value,
        };
        if let Some(named) = rest::resource(&request.service, &url.path) {
            request.resource = named.to_owned();
        }
        if request.resource.is_empty() {
            request.resource = request.named_resource();
        }
        request.digest = request.fingerprint(http, body);
        request
    }

    /// `cloudtrail:DescribeTrails`.
    pub(crate) fn action(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }

    /// The action as policies name it, which for S3 is not the operation's name.
    pub(crate) fn iam_action(&self) -> String {
        let name = match (self.protocol, self.operation.as_str()) {
            (Protocol::S3Control, "GetPublicAccessBlock") => "GetAccountPublicAccessBlock",
            (Protocol::S3, "ListBuckets") => "ListAllMyBuckets",
            (Protocol::S3, "HeadBucket") => "ListBucket",
            (Protocol::S3, "GetBucketLifecycleConfiguration") => "GetLifecycleConfiguration",
            (Protocol::S3, "GetObjectLockConfiguration") => "GetBucketObjectLockConfiguration",
            (Protocol::S3, "GetPublicAccessBlock") => "GetBucketPublicAccessBlock",
            (Protocol::S3, "GetBucketReplication") => "GetReplicationConfiguration",
            (Protocol::S3, "GetBucketEncryption") => "GetEncryptionConfiguration",
            (Protocol::S3, "GetBucketNotificationConfiguration") => "GetBucketNotification",
            (_, operation) => operation,
        };
        let service = if self.protocol == Protocol::S3Control { "s3" } else { &self.service };
        format!("{service}:{name}")
    }

    /// Whether credentials of an assumed role signed the request, and which role's and session's.
    pub(crate) fn session(&self) -> Option<(&str, &str)> {
        self.session.as_ref().map(|(role, session)| (role.as_str(), session.as_str()))
    }

    /// The caller's ARN as error messages show it. The partition is of no weight there.
    pub(crate) fn principal_arn(&self) -> String {
        match self.session() {
            Some((role, session)) => {
                format!("arn:aws:sts::{}:assumed-role/{role}/{session}", self.account)
            }
            None => format!("arn:aws:iam::{}:user/demo", self.account),
        }
    }

    /// A member of the input, wherever the protocol puts it.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let parameter = self.parameters.get(name).map(String::as_str);
        parameter.or_else(|| self.body.get(name).and_then(Value::as_str))
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        let parameter = self.parameters.get(name).and_then(|text| text.parse().ok());
        parameter.or_else(|| self.body.get(name).and_then(Value::as_i64))
    }

    /// A timestamp as the JSON protocol writes it.
    pub(crate) fn seconds(&self, name: &str) -> Option<i64> {
        let value = self.body.get(name)?;
        // Fractions of a second do not matter to any answer.
        value.as_i64().or_else(|| value.to_string().split('.').next()?.parse().ok())
    }

    /// A list of structures.
    pub(crate) fn objects(&self, name: &str) -> &[Value] {
        self.body.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.body.get(name).and_then(Value::as_bool)
    }

    /// A list of texts: a JSON array, or `Name.member.1`, `Name.member.2`, …
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        if let Some(Value::Array(items)) = self.body.get(name) {
            return items.iter().filter_map(Value::as_str).collect();
        }
        let prefix = format!("{name}.member.");
        let members = self.parameters.iter().filter(|(key, _)| key.starts_with(&prefix));
        members.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.parameters.contains_key(name)
    }

    fn named_resource(&self) -> String {
        let members = [
            "RoleArn",
            "RoleName",
            "TrailName",
            "EventDataStore",
            "ResourceArn",
            "Name",
            "KeyId",
            "TopicArn",
            "logGroupNamePrefix",
            "logGroupName",
            "AlarmMuteRuleName",
            "Rule",
            "ParentId",
            "ChildId",
            "ResourceId",
            "PolicyId",
            "ServicePrincipal",
            "Filter",
            "AccountId",
        ];
        let lists = ["ResourceIdList", "logGroupIdentifiers"];
        let named = members.iter().find_map(|name| self.text(name));
        let named =
            named.or_else(|| lists.iter().find_map(|name| self.list(name).first().copied()));
        let looked_up = || self.objects("LookupAttributes").first()?["AttributeValue"].as_str();
        let named = named.or_else(looked_up);
        named.or(self.account_header.as_deref()).unwrap_or_default().to_owned()
    }

    /// Leaves out what differs between two equal questions: dates, signatures, invocation and attempt numbers.
    fn fingerprint(&self, http: &HttpRequest, body: &[u8]) -> String {
        let mut hash = Sha256::new();
        let owner = self.expected_owner.as_deref().unwrap_or_default();
        for part in [&self.account, &self.region, &self.action(), http.method(), http.uri(), owner]
        {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.update(body);
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What the authorization header says: `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`.
struct Scope {
    account: String,
    region: String,
    service: String,
}

impl Scope {
    fn read(authorization: &str) -> Self {
        let credential = authorization.split("Credential=").nth(1).unwrap_or_default();
        let mut parts = credential.split(',').next().unwrap_or_default().split('/');
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let (key, _date, region, service) = (part(), part(), part(), part());
        let account = key
            .strip_prefix(STATIC_KEY_PREFIX)
            .or_else(|| key.strip_prefix(SESSION_KEY_PREFIX))
            .unwrap_or_default();
        Self { account: account.to_owned(), region, service }
    }
}

struct Url {
    host: String,
    path: String,
    query: String,
}

/// The sub-resources by which S3 tells its bucket operations apart.
const BUCKET_READS: [(&str, &str); 13] = [
    ("notification", "GetBucketNotificationConfiguration"),
    ("versioning", "GetBucketVersioning"),
    ("object-lock", "GetObjectLockConfiguration"),
    ("lifecycle", "GetBucketLifecycleConfiguration"),
    ("policyStatus", "GetBucketPolicyStatus"),
    ("acl", "GetBucketAcl"),
    ("publicAccessBlock", "GetPublicAccessBlock"),
    ("ownershipControls", "GetBucketOwnershipControls"),
    ("policy", "GetBucketPolicy"),
    ("logging", "GetBucketLogging"),
    ("replication", "GetBucketReplication"),
    ("encryption", "GetBucketEncryption"),
    ("tagging", "GetBucketTagging"),
];

impl Url {
    fn read(uri: &str) -> Self {
        let (_, rest) = uri.split_once("://").unwrap_or(("", uri));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        Self { host: host.to_owned(), path: format!("/{}", decode(path)), query: query.to_owned() }
    }

    /// The bucket in front of S3's own host name, where there is one.
    fn host_bucket(&self) -> Option<&str> {
        let end = self.host.rfind(".s3.").or_else(|| self.host.rfind(".s3-"))?;
        self.host.get(..end)
    }

    fn bucket(&self) -> String {
        let in_path = || self.path.split('/').nth(1).unwrap_or_default();
        self.host_bucket().unwrap_or_else(in_path).to_owned()
    }

    fn key(&self) -> String {
        let path = self.path.trim_start_matches('/');
        match self.host_bucket() {
            Some(_) => path,
            None => path.split_once('/').map_or("", |(_, key)| key),
        }
        .to_owned()
    }

    fn bucket_operation(&self, method: &str, parameters: &BTreeMap<String, String>) -> String {
        let segments = self.path.split('/').filter(|segment| !segment.is_empty()).count();
        let on_bucket =
            self.bucket().is_empty() || segments == usize::from(self.host_bucket().is_none());
        let read = BUCKET_READS.iter().find(|(name, _)| parameters.contains_key(*name));
        let known = match (method, on_bucket, read) {
            ("GET", true, Some((_, operation))) if !self.bucket().is_empty() => Some(*operation),
            ("GET", true, None) if self.bucket().is_empty() => Some("ListBuckets"),
            ("GET", true, None) if parameters.contains_key("list-type") => Some("ListObjectsV2"),
            ("HEAD", true, None) if !self.bucket().is_empty() => Some("HeadBucket"),
            _ => None,
        };
        // The SDK names some operations itself, which makes the better message.
        let named = || parameters.get("x-id").cloned();
        let described = || {
            let object = if on_bucket { "" } else { " object" };
            let names: Vec<&str> = parameters.keys().map(String::as_str).collect();
            format!("{method}{object} ?{}", names.join("&"))
        };
        known.map(str::to_owned).or_else(named).unwrap_or_else(described)
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(&value.replace('+', " "))))
        .collect()
}

/// `attempt=2; max=3`.
fn attempt(header: &str) -> Option<u32> {
    header.split(';').find_map(|part| part.trim().strip_prefix("attempt=")?.parse().ok())
}

#[cfg(test)]
#[path = "http/tests.rs"]
mod tests;
