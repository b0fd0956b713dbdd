//! The terms at rest: what a package was judged by, so that it can be judged again by the same.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use trailproof_checks::CATALOGUE;
use trailproof_core::policies::{Override, Policies, Selector};
use trailproof_core::policy::Policy;
use trailproof_core::terms::Terms;
use trailproof_core::waiver::{Known, Waiver, WaiverFile, Waivers};

/// The schema.
const SCHEMA: &str = "trailproof.terms/1";

/// Policy, overrides and waivers.
#[derive(Debug, Serialize, Deserialize)]
pub struct Standing {
    schema: String,
    policy: Policy,
    overrides: Vec<StandingOverride>,
    waivers: Vec<Waiver>,
}

/// An override: whom it is for, and what it changes.
#[derive(Debug, Serialize, Deserialize)]
struct StandingOverride {
    #[serde(flatten)]
    whom: Whom,
    parameters: Map<String, Value>,
}

/// Whom an override is for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Whom {
    Ou(String),
    Account(String),
    Tag { key: String, value: String },
}

impl Standing {
    /// The terms of a run.
    pub fn of(terms: &Terms) -> Self {
        let overrides = terms.policies.overrides.iter().map(|one| StandingOverride {
            whom: match one.selector().clone() {
                Selector::Unit(unit) => Whom::Ou(unit),
                Selector::Account(glob) => Whom::Account(glob),
                Selector::Tag { key, value } => Whom::Tag { key, value },
            },
            parameters: one.changes().clone(),
        });
        Self {
            schema: SCHEMA.to_owned(),
            policy: terms.policies.base.clone(),
            overrides: overrides.collect(),
            waivers: terms.waivers.iter().cloned().collect(),
        }
    }

    /// The same to judge by.
    ///
    /// # Errors
    /// What this version cannot mean, in words.
    pub fn terms(self) -> Result<Terms, String> {
        let mut overrides = Vec::new();
        for StandingOverride { whom, parameters } in self.overrides {
            let selector = match whom {
                Whom::Ou(unit) => Selector::Unit(unit),
                Whom::Account(glob) => Selector::Account(glob),
                Whom::Tag { key, value } => Selector::Tag { key, value },
            };
            overrides.push(Override::new(selector, parameters).map_err(|error| error.to_string())?);
        }
        let checks: Vec<&str> = CATALOGUE.iter().map(|check| check.id).collect();
        let known = Known { checks: &checks, accounts: None };
        let (waivers, _) =
            Waivers::new(WaiverFile { waiver: self.waivers }, &known).map_err(|problems| {
                problems.iter().map(|one| one.message.clone()).collect::<Vec<_>>().join("; ")
            })?;
        let policies = Policies { base: self.policy, overrides };
        Ok(Terms { policies, waivers, period: None })
    }
}
