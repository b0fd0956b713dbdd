"""Fillers for S3: whose a bucket is and where it lies, and the answers that moto words wrongly."""

import re
from xml.sax.saxutils import escape

from moto.s3.models import s3_backends
from werkzeug.wrappers import Response

from fillers import PARTITION, fills
from wire import access_denied, error, xml_answer

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_replications = {}
PAGED = ("max-buckets", "continuation-token", "prefix", "bucket-region")


def refuse_bucket(call):
    """moto: lets every account read every bucket in every region, and ignores ExpectedBucketOwner. AWS sends the
    caller to the bucket's region first, then asks whose the bucket is; the region header comes back in either case.
    """
    name = call.uri.get("Bucket") if call.service == "s3" and call.operation != "CreateBucket" else None
    if name not in s3_backends.bucket_accounts:
        return None
    _, owner = s3_backends.bucket_accounts[name]
    bucket = s3_backends[owner][PARTITION].get_bucket(name)
    where = {"x-amz-bucket-region": bucket.region_name}
    if call.region != bucket.region_name:
        message = "The bucket you are attempting to access must be addressed using the specified endpoint."
        return error(call, "PermanentRedirect", message, 301, where)
    if owner != call.account or call.headers.get("x-amz-expected-bucket-owner", owner) != owner:
        denied = access_denied(call)
        denied.headers.extend(where)
        return denied
    return None


@fills("s3:ListBuckets")
def list_buckets(call, _moto):
    """moto: cuts a page without a token to go on, ignores the token, and never gives BucketRegion, which AWS gives
    when the request is paginated or filtered.
    """
    buckets = sorted(s3_backends[call.account][PARTITION].buckets.values(), key=lambda bucket: bucket.name)
    prefix, region = call.query.get("prefix", ""), call.query.get("bucket-region")
    after = call.query.get("continuation-token", "")
    kept = [
        bucket
        for bucket in buckets
        if bucket.name.startswith(prefix) and region in (None, bucket.region_name) and bucket.name > after
    ]
    page = kept[: int(call.query.get("max-buckets", 10_000))]
    paged = any(name in call.query for name in PAGED)
    entries = "".join(
        f"<Bucket><Name>{bucket.name}</Name><CreationDate>{bucket.creation_date_ISO8601}</CreationDate>"
        + (f"<BucketRegion>{bucket.region_name}</BucketRegion>" if paged else "")
        + "</Bucket>"
        for bucket in page
    )
    token = f"<ContinuationToken>{page[-1].name}</ContinuationToken>" if len(page) < len(kept) else ""
    echo = f"<Prefix>{escape(prefix)}</Prefix>" if prefix else ""
    return xml_answer(
        f"<ListAllMyBucketsResult {NAMESPACE}><Owner><ID>{call.account}</ID></Owner>"
        f"<Buckets>{entries}</Buckets>{token}{echo}</ListAllMyBucketsResult>"
    )


@fills("s3:GetBucketVersioning")
def get_bucket_versioning(call, moto):
    """moto: calls the root GetBucketVersioningResponse; AWS and its strict SDKs know VersioningConfiguration."""
    answer = moto()
    if answer.status_code != 200:
        return answer
    status = s3_backends[call.account][PARTITION].get_bucket_versioning(call.uri["Bucket"])
    inner = f"<Status>{status}</Status>" if status else ""
    return xml_answer(f"<VersioningConfiguration {NAMESPACE}>{inner}</VersioningConfiguration>")


@fills("s3:GetBucketNotificationConfiguration")
def get_bucket_notification_configuration(_call, moto):
    """moto: calls the root GetBucketNotificationResponse; AWS and its strict SDKs know NotificationConfiguration."""
    answer = moto()
    text = answer.get_data(as_text=True).replace("GetBucketNotificationResponse", "NotificationConfiguration")
    return Response(text, answer.status_code, content_type="application/xml")


@fills("s3:GetObjectLockConfiguration")
def get_object_lock_configuration(_call, moto):
    """moto: gives Days and Years, the unset one as 0; AWS gives the one that was set."""
    answer = moto()
    text = re.sub(r"<(Days|Years)>0</\1>", "", answer.get_data(as_text=True))
    return Response(text, answer.status_code, content_type="application/xml")


@fills("s3:GetBucketEncryption")
def get_bucket_encryption(_call, moto):
    """moto: has an error for a bucket whose default nobody set; AWS encrypts with SSE-S3 and says so."""
    answer = moto()
    if "ServerSideEncryptionConfigurationNotFoundError" not in answer.get_data(as_text=True):
        return answer
    default, root = "ApplyServerSideEncryptionByDefault", "ServerSideEncryptionConfiguration"
    rule = f"<{default}><SSEAlgorithm>AES256</SSEAlgorithm></{default}><BucketKeyEnabled>false</BucketKeyEnabled>"
    return xml_answer(f"<{root} {NAMESPACE}><Rule>{rule}</Rule></{root}>")


@fills("s3:PutBucketReplication", "s3:GetBucketReplication")
def bucket_replication(call, moto):
    """moto: drops SourceSelectionCriteria, so the configuration is kept as it came."""
    answer = moto()
    if answer.status_code == 200 and call.operation == "PutBucketReplication":
        _replications[call.uri["Bucket"]] = call.body
    if answer.status_code == 200 and call.operation == "GetBucketReplication":
        return Response(_replications[call.uri["Bucket"]], content_type="application/xml")
    return answer
