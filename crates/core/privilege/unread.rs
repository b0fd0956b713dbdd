//! What stands in for a policy that could not be read: one that allows everything, or one that denies everything.

use std::sync::{Arc, LazyLock};

use trailproof_iam::{NamedPolicy, PolicyDocument};

fn document(text: &str) -> Arc<PolicyDocument> {
    #[expect(clippy::expect_used, reason = "the text is a part of the program, and tests read it")]
    Arc::new(PolicyDocument::parse(text).expect("a policy of the program's own is sound"))
}

static ALLOWS: LazyLock<[NamedPolicy; 2]> = LazyLock::new(|| {
    [
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#,
    ]
    .map(|text| NamedPolicy::new("a policy that was not read", document(text)))
});

static DENIES: LazyLock<[NamedPolicy; 2]> = LazyLock::new(|| {
    [
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}"#,
    ]
    .map(|text| NamedPolicy::new("a policy that was not read", document(text)))
});

/// What an unread policy is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It allows everything to everyone.
    Best,
    /// It denies everything to everyone.
    Worst,
}

impl Taken {
    /// A policy of a principal, or a service control policy.
    pub(super) fn of_caller(self) -> NamedPolicy {
        let [policy, _] = self.policies();
        policy.clone()
    }

    /// A policy of a resource, or a resource control policy.
    pub(super) fn of_resource(self) -> NamedPolicy {
        let [_, policy] = self.policies();
        policy.clone()
    }

    fn policies(self) -> &'static [NamedPolicy; 2] {
        match self {
            Self::Best => &ALLOWS,
            Self::Worst => &DENIES,
        }
    }
}
