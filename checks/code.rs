//! Infrastructure code that mends what several checks find, written once.

use trailproof_core::check::AsCode;

/// A bucket policy that lets in CloudTrail alone, for one trail.
pub(crate) const BUCKET_POLICY: AsCode = AsCode::both(
    r#"data "aws_iam_policy_document" "logs" {
  statement {
    sid       = "TrailReadsAcl"
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.logs.arn]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = ["arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"]
    }
  }
  statement {
    sid     = "TrailWrites"
    actions = ["s3:PutObject"]
    resources = [
      "${aws_s3_bucket.logs.arn}/AWSLogs/111122223333/*",
      "${aws_s3_bucket.logs.arn}/AWSLogs/o-a1b2c3d4e5/*",
    ]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = ["arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"]
    }
  }
}"#,
    r#"LogBucketPolicy:
  Type: AWS::S3::BucketPolicy
  Properties:
    Bucket: !Ref LogBucket
    PolicyDocument:
      Statement:
        - Sid: TrailReadsAcl
          Effect: Allow
          Principal: { Service: cloudtrail.amazonaws.com }
          Action: s3:GetBucketAcl
          Resource: !GetAtt LogBucket.Arn
          Condition:
            StringEquals:
              aws:SourceArn: arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit
        - Sid: TrailWrites
          Effect: Allow
          Principal: { Service: cloudtrail.amazonaws.com }
          Action: s3:PutObject
          Resource:
            - !Sub ${LogBucket.Arn}/AWSLogs/111122223333/*
            - !Sub ${LogBucket.Arn}/AWSLogs/o-a1b2c3d4e5/*
          Condition:
            StringEquals:
              s3:x-amz-acl: bucket-owner-full-control
              aws:SourceArn: arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"#,
);

/// A trail of all regions that logs.
pub(crate) const MULTI_REGION_TRAIL: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail" "audit" {
  # …
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_logging                = true
}"#,
    r#"AuditTrail:
  Type: AWS::CloudTrail::Trail
  Properties:
    # …
    IsMultiRegionTrail: true
    IncludeGlobalServiceEvents: true
    IsLogging: true"#,
);

/// A key of the customer's for the trail.
pub(crate) const TRAIL_KEY: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail" "audit" {
  # …
  kms_key_id = aws_kms_key.logs.arn
}"#,
    r#"AuditTrail:
  Type: AWS::CloudTrail::Trail
  Properties:
    # …
    KMSKeyId: !GetAtt LogKey.Arn"#,
);

/// All four Block Public Access settings.
pub(crate) const PUBLIC_ACCESS_BLOCK: AsCode = AsCode::both(
    r#"resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}"#,
    r#"LogBucket:
  Type: AWS::S3::Bucket
  Properties:
    # …
    PublicAccessBlockConfiguration:
      BlockPublicAcls: true
      BlockPublicPolicy: true
      IgnorePublicAcls: true
      RestrictPublicBuckets: true"#,
);

/// A default retention in compliance mode.
pub(crate) const OBJECT_LOCK: AsCode = AsCode::both(
    r#"resource "aws_s3_bucket_object_lock_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 365
    }
  }
}"#,
    r#"LogBucket:
  Type: AWS::S3::Bucket
  Properties:
    # …
    ObjectLockEnabled: true
    ObjectLockConfiguration:
      ObjectLockEnabled: Enabled
      Rule:
        DefaultRetention:
          Mode: COMPLIANCE
          Days: 365"#,
);

/// A rule that keeps the logs and ends them.
pub(crate) const LIFECYCLE: AsCode = AsCode::both(
    r#"resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    id     = "keep-logs"
    status = "Enabled"
    filter {
      prefix = "AWSLogs/"
    }
    expiration {
      days = 400
    }
  }
}"#,
    r#"LogBucket:
  Type: AWS::S3::Bucket
  Properties:
    # …
    LifecycleConfiguration:
      Rules:
        - Id: keep-logs
          Status: Enabled
          Prefix: AWSLogs/
          ExpirationInDays: 400"#,
);

/// Selectors that record all management events, and both halves of all data events of a kind.
macro_rules! data_events {
    ($kind:literal) => {
        trailproof_core::check::AsCode::both(
            concat!(
                r#"resource "aws_cloudtrail" "audit" {
  # …
  advanced_event_selector {
    name = "All management events"
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }
  advanced_event_selector {
    name = "Data events"
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = [""#,
                $kind,
                r#""]
    }
  }
}"#,
            ),
            concat!(
                r#"AuditTrail:
  Type: AWS::CloudTrail::Trail
  Properties:
    # …
    AdvancedEventSelectors:
      - Name: All management events
        FieldSelectors:
          - Field: eventCategory
            Equals: [Management]
      - Name: Data events
        FieldSelectors:
          - Field: eventCategory
            Equals: [Data]
          - Field: resources.type
            Equals: [""#,
                $kind,
                r#""]"#,
            ),
        )
    };
}

pub(crate) use data_events;
