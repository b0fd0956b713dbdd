"""The policy documents of the seeded buckets and keys, right and wrong ones."""

import json

CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
EVERY_TRAIL = "arn:aws:cloudtrail:*:*:trail/*"


def document(*statements):
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal, actions, resource, condition=None):
    """One Allow."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def deny(actions, resources, condition=None):
    """One Deny, for everyone."""
    statement = {"Effect": "Deny", "Principal": "*", "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


def account(account_id):
    """An account as a principal."""
    return {"AWS": f"arn:aws:iam::{account_id}:root"}


def delivery(bucket, prefixes, source=None):
    """CloudTrail's two statements, for the prefixes under AWSLogs, with the key and value that limit whose trail."""
    arn = f"arn:aws:s3:::{bucket}"
    scope = dict([source]) if source else {}
    owner = {"s3:x-amz-acl": "bucket-owner-full-control"}
    paths = [f"{arn}/AWSLogs/{prefix}" for prefix in prefixes]
    limited = {"StringLike": scope} if scope else None
    return [
        allow(CLOUDTRAIL, "s3:GetBucketAcl", arn, limited),
        allow(CLOUDTRAIL, "s3:PutObject", paths, {**(limited or {}), "StringEquals": owner}),
    ]


def tls_only(bucket, objects_only=False):
    """Refuses plain HTTP: of everything, or of objects alone, which leaves the bucket's own calls."""
    arn = f"arn:aws:s3:::{bucket}"
    resources = [f"{arn}/*"] if objects_only else [arn, f"{arn}/*"]
    return deny("s3:*", resources, {"Bool": {"aws:SecureTransport": "false"}})


def no_deletion(bucket):
    """Refuses deletion to everyone."""
    arn = f"arn:aws:s3:::{bucket}"
    return deny(["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteBucket"], [arn, f"{arn}/*"])


def own_account(account_id):
    """The statement that hands a key to IAM of its own account."""
    return allow(account(account_id), "kms:*", "*")


def trail_encrypts(condition=None):
    """Lets CloudTrail encrypt with a key."""
    return allow(CLOUDTRAIL, ["kms:GenerateDataKey*", "kms:DescribeKey"], "*", condition)
