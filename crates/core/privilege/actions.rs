//! Which of the tampering actions are asked about for which kind of resource.

use std::sync::LazyLock;

use crate::answer::KeyMetadata;
use crate::check::Severity;
use crate::tamper::{Action, Class, Table};

/// On what an action of S3 or CloudWatch Logs is authorised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The bucket, the group.
    Whole,
    /// An object.
    Object,
    /// A stream of a log group.
    Stream,
    /// No resource: only `*` grants it.
    Nothing,
}

pub(super) fn kind(action: &str) -> Kind {
    match Table::shared().action(action) {
        Some(action) if action.is_on("object") => Kind::Object,
        Some(action) if action.is_on("log-stream") => Kind::Stream,
        Some(action) if action.is_wildcard_only() => Kind::Nothing,
        None if is_about_objects(action) => Kind::Object,
        _ => Kind::Whole,
    }
}

/// Of what the table does not hold: S3 names actions on objects by them.
fn is_about_objects(action: &str) -> bool {
    let name = action.split_once(':').filter(|(service, _)| service.eq_ignore_ascii_case("s3"));
    name.is_some_and(|(_, name)| name.contains("Object") && !name.contains("Bucket"))
}

fn table(of: impl Fn(&Action) -> bool) -> Vec<&'static str> {
    let actions = Table::shared().actions().filter(|action| of(action));
    actions.map(|action| action.name.as_str()).collect()
}

/// What stops, narrows or deletes a trail or an event data store.
pub static CLOUDTRAIL: LazyLock<[Vec<&'static str>; 2]> = LazyLock::new(|| {
    ["trail", "eventdatastore"].map(|kind| {
        table(|action| {
            let classes = [Class::Stop, Class::Blind];
            action.service() == "cloudtrail"
                && action.is_on(kind)
                && action.severity == Severity::Critical
                && classes.iter().any(|class| action.classes.contains(class))
        })
    })
});

static LOG_BUCKET: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    table(|action| {
        let kinds = ["bucket", "object"];
        action.service() == "s3"
            && action.classes.contains(&Class::Destroy)
            && kinds.iter().any(|kind| action.is_on(kind))
    })
});

/// What destroys, replaces or forges logs in a bucket.
#[must_use]
pub fn on_log_bucket() -> &'static [&'static str] {
    &LOG_BUCKET
}

static KEY: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    table(|action| {
        action.service() == "kms"
            && action.classes.contains(&Class::Key)
            && action.is_on("key")
            && !action.is_on("alias")
    })
});

/// What takes such a key away: an action that only works on other kinds of key is not among it.
#[must_use]
pub fn on_key(metadata: &KeyMetadata) -> Vec<&'static str> {
    let imported = metadata.origin.as_deref().is_none_or(|origin| origin == "EXTERNAL");
    let many = metadata.multi_region_key_type.is_some();
    let applies = |action: &&&str| match **action {
        "kms:DeleteImportedKeyMaterial" => imported,
        "kms:UpdatePrimaryRegion" | "kms:ReplicateKey" => many,
        _ => true,
    };
    KEY.iter().filter(applies).copied().collect()
}

static WATCHED: LazyLock<[Vec<&'static str>; 3]> = LazyLock::new(|| {
    let silences = |action: &Action| action.classes.contains(&Class::Monitor);
    [
        table(|action| {
            let kinds = ["log-group", "log-stream"];
            action.service() == "logs"
                && silences(action)
                && (action.is_wildcard_only() || kinds.iter().any(|kind| action.is_on(kind)))
        }),
        table(|action| action.service() == "sns" && silences(action) && action.is_on("topic")),
        table(|action| {
            action.service() == "cloudwatch" && silences(action) && action.is_on("alarm")
        }),
    ]
});

/// What silences a log group, a topic and an alarm.
#[must_use]
pub fn watched() -> &'static [Vec<&'static str>; 3] {
    &WATCHED
}

static DETECTOR: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    table(|action| {
        action.service() == "guardduty"
            && action.classes.contains(&Class::Monitor)
            && (action.is_wildcard_only() || action.is_on("detector"))
    })
});

/// Only an administrator has members, and so what these are for.
const OF_ADMINISTRATORS: [&str; 5] = [
    "guardduty:DeleteMembers",
    "guardduty:DisassociateMembers",
    "guardduty:StopMonitoringMembers",
    "guardduty:UpdateMemberDetectors",
    "guardduty:UpdateOrganizationConfiguration",
];

/// What switches GuardDuty off or puts its findings away: in an account that administers the organization's, which has
/// members and nobody above it, in another, or in one of which that is not known. That the management account may name
/// another administrator is asked of nobody: whoever acts there does as he likes.
pub(super) fn on_detector(administers: Option<bool>) -> Vec<&'static str> {
    let applies = |action: &&str| match *action {
        "guardduty:DisableOrganizationAdminAccount" => false,
        "guardduty:DisassociateFromAdministratorAccount" => administers != Some(true),
        action => administers != Some(false) || !OF_ADMINISTRATORS.contains(&action),
    };
    DETECTOR.iter().copied().filter(applies).collect()
}

/// Reading a log.
pub const READ_LOGS: &str = "s3:GetObject";
/// Decrypting what was read.
pub const DECRYPT: &str = "kms:Decrypt";

/// All actions that checks ask about.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    let lists = CLOUDTRAIL.iter().chain(WATCHED.iter()).chain([&*DETECTOR]).flatten();
    lists.chain(LOG_BUCKET.iter()).chain(KEY.iter()).copied().chain([READ_LOGS, DECRYPT])
}
