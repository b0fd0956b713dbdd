//! What bucket and key policies come to: who may deliver, who may read, who may destroy, and who is refused.
//!
//! Each answer names the statement that proves it. Conditions are three-valued: a key of which nothing is known leaves
//! its condition open, and where an answer hangs on that it is a gap.

mod context;
mod delivery;
mod glob;
mod grant;
mod key;
mod principal;
mod protection;
mod read;
mod realm;
mod request;
mod scope;
mod secure_transport;
#[cfg(test)]
mod tests;
mod truth;

use trailproof_iam::{Condition, PolicyDocument, Statement};

pub use context::{Context, Fill};
pub use delivery::{Deliverer, Delivering, Fault, delivers};
pub use grant::{Grant, Writers, destroyers, outsiders, writers};
pub use key::{KEY_CONTROL, KEY_USE, controllers};
pub use principal::CLOUDTRAIL;
pub use protection::{Exemption, Refusal, refuses_everyone};
pub use read::{KeyPolicy, Read};
pub use realm::{Realm, account_of};
pub use request::{Caller, Request, Ruling, Target, applies, rule};
pub use scope::{Scope, Scoped, cloudtrail_scopes, legacy_principals};
pub use secure_transport::{SecureTransport, secure_transport};
pub use truth::Truth;

use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;

/// A policy of a bucket or key as read, with the kind of evidence that it is.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourcePolicy {
    /// The document.
    pub document: PolicyDocument,
    /// What was read.
    pub fact: Fact,
}

impl ResourcePolicy {
    /// Reads a policy's text.
    ///
    /// # Errors
    /// `undecidable` where the text cannot be read in one sense only.
    pub fn parse(text: &str, fact: Fact) -> Observed<Self> {
        match PolicyDocument::parse(text) {
            Ok(document) => Ok(Self { document, fact }),
            Err(error) => {
                let detail = format!("the policy cannot be understood: {error}");
                Err(Gap::new(fact, Cause::Undecidable, detail))
            }
        }
    }

    /// The gap of a question that the policy leaves open.
    #[must_use]
    pub fn undecidable(&self, detail: impl Into<String>) -> Gap {
        Gap::new(self.fact, Cause::Undecidable, detail)
    }
}

/// One statement with the policy in which it stands.
#[derive(Clone, Copy)]
struct Policed<'a> {
    policy: &'a ResourcePolicy,
    statement: &'a Statement,
}

impl Policed<'_> {
    fn undecidable(self, detail: &str) -> Gap {
        self.policy.undecidable(format!("{} {detail}", self.statement.label()))
    }

    /// That a condition's value says by itself what it means.
    fn literal(self, condition: &Condition, value: &str) -> Observed<()> {
        if self.policy.document.version.has_variables() && value.contains("${") {
            return Err(
                self.undecidable(&format!("compares {} with a policy variable", condition.key))
            );
        }
        Ok(())
    }
}
