//! Which lifecycle rules can match a log: prefixes against the keys under which CloudTrail writes.

use crate::answer::LifecycleRule;

use super::Keys;

/// What the names of CloudTrail's own folders begin with: logs, digests, insights.
const OURS: &str = "CloudTrail";

/// Whether an enabled rule can match some of those keys. A filter on size can; one on tags cannot, since CloudTrail's
/// objects have none.
#[must_use]
pub fn reaches(rule: &LifecycleRule, keys: Keys<'_>) -> bool {
    rule.status == "Enabled" && !rule.has_tag_filter && meets(rule.prefix.as_deref(), keys)
}

/// Whether a prefix is that of some of the keys.
pub(super) fn meets(prefix: Option<&str>, keys: Keys<'_>) -> bool {
    let prefix = prefix.unwrap_or_default();
    match keys {
        Keys::Any => true,
        Keys::Prefix(other) => overlap(Some(prefix), Some(other)),
        Keys::Under(space) => {
            space.starts_with(prefix)
                || prefix.strip_prefix(space).is_some_and(|rest| !is_another_services(rest))
        }
    }
}

/// Whether some key can have both prefixes.
pub(super) fn overlap(one: Option<&str>, other: Option<&str>) -> bool {
    let (one, other) = (one.unwrap_or_default(), other.unwrap_or_default());
    one.starts_with(other) || other.starts_with(one)
}

/// Whether what follows the root is the folder of a service other than CloudTrail, such as
/// `111122223333/elasticloadbalancing/`: several services share the root.
fn is_another_services(rest: &str) -> bool {
    let rest = match rest.split_once('/') {
        Some((organization, below)) if organization.starts_with("o-") => below,
        _ => rest,
    };
    let Some((account, below)) = rest.split_once('/') else { return false };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let (service, whole) = match below.split_once('/') {
        Some((service, _)) => (service, true),
        None => (below, false),
    };
    is_account && !service.starts_with(OURS) && (whole || !OURS.starts_with(service))
}

/// The rule's id, as messages give it.
pub(crate) fn name(rule: &LifecycleRule) -> String {
    rule.id.clone().unwrap_or_else(|| "(unnamed)".into())
}
