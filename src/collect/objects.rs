//! Objects of a bucket and CloudTrail's public keys, for those who read the log files themselves.

use std::collections::BTreeMap;

use aws_sdk_s3::config::ResponseChecksumValidation;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use tokio::sync::Mutex;
use trailproof_core::answer::{Answer, OrganizationDescription, TrailDescription};
use trailproof_core::aws::Region;
use trailproof_core::evidence::Cause;
use trailproof_core::roster::{AccountEntry, OptInStatus, RegionEntry};
use trailproof_digest::Metadata;
use trailproof_digest::key_ring::{PublicKey, Time};

use super::account;
use super::cloudtrail::{self, there};
use super::direct::Direct;
use super::gap::Failure;
use super::organizations::{self, incomplete};
use super::recorder::recorded;
use super::s3;
use super::session::Session;

/// What is to be listed of a bucket.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// What all keys start with.
    pub prefix: String,
    /// Whether to stop at the next slash, and name what lies behind it by its start alone.
    pub folders: bool,
    /// All keys come after this text.
    pub start_after: Option<String>,
    /// The page to go on with.
    pub token: Option<String>,
    /// How many keys at most; AWS's own 1000 where it is not said.
    pub most: Option<i32>,
}

/// A page of a listing.
#[derive(Debug, Clone, Default)]
pub struct ListedPage {
    /// The keys.
    pub keys: Vec<String>,
    /// The starts of keys that were folded.
    pub folders: Vec<String>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// An object.
#[derive(Debug, Clone)]
pub struct ObjectBytes {
    /// As it is stored.
    pub bytes: Vec<u8>,
    /// Its user metadata.
    pub metadata: Metadata,
}

/// What the names of a user's metadata begin with.
const USER: &str = "x-amz-meta-";

impl ObjectBytes {
    /// Out of an answer that was not taken apart yet.
    async fn of(mut answer: HttpResponse) -> Result<Self, Failure> {
        let named = answer.headers().iter().filter_map(|(name, value)| {
            Some((name.strip_prefix(USER)?.to_owned(), value.to_owned()))
        });
        let metadata = named.collect();
        let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
        Self::with(ByteStream::new(body), metadata).await
    }

    async fn with(body: ByteStream, metadata: BTreeMap<String, String>) -> Result<Self, Failure> {
        let bytes = body.collect().await.map_err(|error| {
            Failure::new(Cause::ServiceError, format!("the object broke off: {error}"))
        })?;
        // Copied piece by piece at most, where `to_vec` goes byte by byte.
        let bytes = bytes.into_bytes().into();
        Ok(Self { bytes, metadata: Metadata::Known(metadata) })
    }
}

/// The caller's way to objects, with a client for each bucket's region.
#[derive(Debug)]
pub struct Objects {
    session: Session,
    buckets: Mutex<BTreeMap<String, Way>>,
}

/// The way to a bucket's objects.
#[derive(Debug, Clone)]
struct Way {
    client: aws_sdk_s3::Client,
    direct: Direct,
}

impl Objects {
    /// As whom to read.
    pub fn new(session: Session) -> Self {
        Self { session, buckets: Mutex::default() }
    }

    /// A client in the bucket's region; where S3 does not say which that is, in the one that it is asked in.
    async fn of(&self, bucket: &str) -> Way {
        let mut buckets = self.buckets.lock().await;
        if let Some(way) = buckets.get(bucket) {
            return way.clone();
        }
        let (head, _) = recorded(s3::head(&self.session, bucket, None)).await;
        let region = match head {
            Ok(Answer::BucketHead(head)) => head.bucket_region,
            _ => None,
        };
        let client =
            self.session.s3_in(&region.unwrap_or_else(|| self.session.first_region()), |config| {
                // Their hashes are compared anyway.
                config.response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            });
        let way = Way { client, direct: Direct::default() };
        buckets.insert(bucket.to_owned(), way.clone());
        way
    }

    /// A page of a listing.
    ///
    /// # Errors
    /// What AWS answered.
    pub async fn list(&self, bucket: &str, listing: &Listing) -> Result<ListedPage, Failure> {
        let request = self.of(bucket).await.client.list_objects_v2().bucket(bucket);
        let answer = request
            .prefix(&listing.prefix)
            .set_delimiter(listing.folders.then(|| "/".to_owned()))
            .set_start_after(listing.start_after.clone())
            .set_continuation_token(listing.token.clone())
            .set_max_keys(listing.most)
            .send()
            .await?;
        let more = answer.is_truncated.unwrap_or(false);
        if more && answer.next_continuation_token.is_none() {
            return Err(incomplete("NextContinuationToken"));
        }
        let folders = answer.common_prefixes.unwrap_or_default().into_iter();
        Ok(ListedPage {
            keys: answer
                .contents
                .unwrap_or_default()
                .into_iter()
                .filter_map(|one| one.key)
                .collect(),
            folders: folders.filter_map(|one| one.prefix).collect(),
            next: answer.next_continuation_token.filter(|_| more),
        })
    }

    /// An object, decrypted by S3 where it is encrypted; `None` where there is none.
    ///
    /// # Errors
    /// What AWS answered.
    pub async fn get(&self, bucket: &str, key: &str) -> Result<Option<ObjectBytes>, Failure> {
        let Way { client, direct } = self.of(bucket).await;
        if let Some(answer) = direct.get(key).await {
            return Ok(Some(ObjectBytes::of(answer).await?));
        }
        let lesson = direct.lesson(key);
        let request = client.get_object().bucket(bucket).key(key);
        let sent = match lesson.clone() {
            Some(lesson) => request.customize().interceptor(lesson).send().await,
            None => request.send().await,
        };
        let answer = match sent.map_err(of_object) {
            Ok(answer) => answer,
            Err(failure) if failure.is(&["NoSuchKey"]) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        lesson.iter().for_each(|lesson| direct.learn(lesson));
        let metadata = answer.metadata.unwrap_or_default().into_iter().collect();
        ObjectBytes::with(answer.body, metadata).await.map(Some)
    }

    /// The public keys that CloudTrail signed with in a region, in some time.
    ///
    /// # Errors
    /// What AWS answered, or that no such region can be.
    pub async fn public_keys(
        &self,
        region: &str,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<PublicKey>, Failure> {
        let region: Region = region.parse().map_err(|_| {
            Failure::new(Cause::RegionUnreachable, format!("{region:?} is no region"))
        })?;
        let time = |at: Timestamp| DateTime::from_secs(at.as_second());
        let (mut keys, mut token) = (Vec::new(), None);
        loop {
            let request = self.session.cloudtrail().list_public_keys();
            let request = request.start_time(time(from)).end_time(time(to));
            let request = request.set_next_token(token.take()).customize();
            let answer = request.config_override(there(&region)).send().await?;
            for key in answer.public_key_list.ok_or_else(|| incomplete("PublicKeyList"))? {
                let value = key.value().ok_or_else(|| incomplete("a key's value"))?;
                keys.push(PublicKey {
                    fingerprint: key.fingerprint().unwrap_or_default().to_owned(),
                    value: STANDARD.encode(value.as_ref()),
                    validity_start_time: seconds(key.validity_start_time()),
                    validity_end_time: seconds(key.validity_end_time()),
                });
            }
            // Reserved by AWS so far; the same page again would be no progress.
            match answer.next_token.filter(|next| !next.is_empty()) {
                Some(next) if keys.len() < 10_000 => token = Some(next),
                _ => return Ok(keys),
            }
        }
    }

    /// The trails that are seen in a region, shadows included.
    ///
    /// # Errors
    /// What AWS answered.
    pub async fn trails(&self, region: &Region) -> Result<Vec<TrailDescription>, Failure> {
        match cloudtrail::trails(&self.session, region).await? {
            Answer::Trails(trails) => Ok(trails),
            _ => Err(incomplete("trailList")),
        }
    }

    /// The organization with its accounts, and the regions that every account has.
    ///
    /// # Errors
    /// What AWS answered, or that there is no organization.
    pub async fn organization(
        &self,
    ) -> Result<(OrganizationDescription, Vec<AccountEntry>, Vec<RegionEntry>), Failure> {
        let described = organizations::organization(&self.session).await?;
        let accounts = organizations::accounts(&self.session, &mut |_| {}).await?;
        let regions = account::regions(&self.session).await?;
        match (described, accounts, regions) {
            (
                Answer::Organization(Some(organization)),
                Answer::Accounts(accounts),
                Answer::Regions(regions),
            ) => {
                let everywhere =
                    |one: &RegionEntry| one.region_opt_status == OptInStatus::EnabledByDefault;
                Ok((organization, accounts, regions.into_iter().filter(everywhere).collect()))
            }
            _ => Err(Failure::new(Cause::Undecidable, "the caller is in no organization")),
        }
    }

    /// The region of the first calls.
    pub fn first_region(&self) -> Region {
        self.session.first_region()
    }
}

/// Why an object could not be read. S3 decrypts as the caller, so that what refuses it may be the object's key and no
/// matter of the bucket: that is said, since both are the same code.
fn of_object(error: SdkError<GetObjectError>) -> Failure {
    let told = error.message().unwrap_or_default();
    let refused = told.contains("kms:Decrypt");
    let unusable = error.code().is_some_and(|code| code.starts_with("KMS."));
    let mut failure = Failure::from(error);
    if refused {
        failure.message = format!("its key refuses kms:Decrypt: {failure}");
    } else if unusable {
        failure.message = format!("its key cannot be used: {failure}");
    }
    failure
}

fn seconds(time: Option<&DateTime>) -> Time {
    Time::Seconds(time.map_or(0.0, DateTime::as_secs_f64))
}
