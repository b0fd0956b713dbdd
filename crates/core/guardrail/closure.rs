//! Which regions the policies close: nobody but exempted principals can do anything there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde::Deserialize;

use super::{Guard, Guardrail, Power, Question, Standing, told};
use crate::aws::{AccountId, Region};
use crate::control_policies::Ground;
use crate::evidence::{Evidence, Observed};

/// That a region is closed to an account's principals.
#[derive(Debug, Clone, PartialEq)]
pub struct Closure {
    /// What closes it.
    pub by: BTreeSet<Guard>,
    /// The names of principals that are let pass, as written.
    pub exempt: BTreeSet<String>,
    /// The statements.
    pub evidence: Vec<Evidence>,
}

impl Closure {
    /// In words, with whom it lets pass.
    #[must_use]
    pub fn describe(&self) -> String {
        let exempt: Vec<&str> = self.exempt.iter().map(String::as_str).collect();
        let but = match &exempt[..] {
            [] => String::new(),
            exempt => format!(", which exempts {}", exempt.join(", ")),
        };
        format!("service control policies close the region: {}{but}", told(&self.by))
    }
}

/// A call that goes to a region and stands for its service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Probe {
    action: String,
    resource: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers of the data"))]
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Probes {
    probe: Vec<Probe>,
}

static PROBES: LazyLock<Vec<Probe>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the data is a part of the program, and tests read it")]
    let probes: Probes = toml::from_str(include_str!("regional.toml"))
        .expect("the table of regional calls is sound");
    probes.probe
});

/// What was found under the same policies, by these and the region: accounts share most of them.
#[derive(Debug, Default)]
pub(crate) struct Closures(Mutex<BTreeMap<(String, Region), Found>>);

/// What was found of a region: what closes it, or that it is open.
type Found = Option<Arc<Closure>>;

impl Guardrail {
    /// Whether nothing can be done in a region by anybody whom no policy means in particular, as the calls of
    /// `regional.toml` show.
    ///
    /// # Errors
    /// Where policies that were not read may close it.
    pub fn closure(&self, region: &Region) -> Observed<Option<Closure>> {
        let mut by = BTreeSet::new();
        for probe in PROBES.iter() {
            let resource = probe
                .resource
                .replace("{partition}", self.partition.as_str())
                .replace("{region}", region.as_str())
                .replace("{account}", self.account.as_str());
            let question = Question::new(&probe.action, &resource).sent_to(region);
            match self.ask_of_nobody_in_particular(&question)? {
                Power::Denied(guards) => by.extend(guards),
                Power::Open(_) => return Ok(None),
            }
        }
        let (exempt, evidence) = (self.exemptions(&by), self.cite(&by));
        Ok(Some(Closure { by, exempt, evidence }))
    }

    /// What accounts have in common that the same policies bind; none where they may tell this account from others.
    fn shared(&self) -> Option<String> {
        let told_apart = self.scps.is_own
            || self.scps.gap.is_some()
            || self.scps.documents().flat_map(|document| &document.statements).any(|statement| {
                let keys = statement.conditions.iter().any(|condition| {
                    let key = condition.key.to_ascii_lowercase();
                    ["account", "orgpaths", "userid", "username"]
                        .iter()
                        .any(|part| key.contains(part))
                });
                let values = statement.conditions.iter().flat_map(|c| &c.values);
                let resources = statement.resources.iter().flat_map(|r| r.entries());
                keys || values.chain(resources).any(|text| tells_accounts_apart(text))
            });
        if told_apart {
            return None;
        }
        let levels = self.scps.levels.split_last().map_or(&[][..], |(_, above)| above);
        let mut key: Vec<&str> = levels.iter().map(|level| &*level.name).collect();
        let own = self.scps.levels.last().into_iter().flat_map(|level| &level.policies);
        key.extend(own.map(|policy| &*policy.name));
        Some(key.join(" "))
    }
}

/// Whether a name or pattern may match in one account and not in another.
fn tells_accounts_apart(text: &str) -> bool {
    if text.contains("${") {
        return true;
    }
    match text.strip_prefix("arn:") {
        None => text.bytes().filter(u8::is_ascii_digit).count() >= 12,
        Some(rest) => {
            let fields: Vec<&str> = rest.splitn(5, ':').collect();
            match fields[..] {
                [.., account, _] if fields.len() == 5 => !matches!(account, "" | "*"),
                _ => true,
            }
        }
    }
}

impl Ground<'_> {
    /// Whether an account's service control policies close a region to it; none too where that cannot be known.
    pub(crate) fn closure(&self, account: AccountId, region: &Region) -> Option<Arc<Closure>> {
        let Ok(Standing::Bound(guardrail)) = Standing::of(self, account, &[]) else { return None };
        let key = guardrail.shared().map(|shared| (shared, region.clone()));
        let known = || self.policies.closures.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = key.as_ref().and_then(|key| known().get(key).cloned()) {
            return found;
        }
        let found = guardrail.closure(region).ok().flatten().map(Arc::new);
        if let Some(key) = key {
            known().insert(key, found.clone());
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calls_that_stand_for_a_region_are_many_services_and_each_names_its_region() {
        let services: BTreeSet<&str> =
            PROBES.iter().filter_map(|probe| Some(probe.action.split_once(':')?.0)).collect();
        assert!(services.len() >= 12, "{services:?}");
        for probe in PROBES.iter() {
            assert!(probe.why.len() > 10, "{}", probe.action);
            assert!(probe.resource == "*" || probe.resource.starts_with("arn:{partition}:"));
        }
    }

    #[test]
    fn what_names_an_account_is_not_shared() {
        for text in ["arn:aws:iam::*:role/x", "eu-*", "arn:*:s3:::logs/*", "*"] {
            assert!(!tells_accounts_apart(text), "{text}");
        }
        for text in ["arn:aws:iam::1*:role/x", "arn:aws:iam::1*", "111122223333", "a/${aws:x}"] {
            assert!(tells_accounts_apart(text), "{text}");
        }
    }
}
