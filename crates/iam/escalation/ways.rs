//! The ways up, as data: what one must be allowed, on what, and what one has then.

use std::sync::LazyLock;

use serde::Deserialize;

/// One way to more rights: whoever is allowed all of its steps has what it yields.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Its name, such as `put-role-policy`.
    pub id: String,
    /// Whom it is done to; absent where it takes users and roles alike, or nobody.
    #[serde(default)]
    pub target: Option<Target>,
    /// What lies between it and the target.
    #[serde(default)]
    pub through: Option<Through>,
    /// What must be allowed, all of it.
    pub steps: Vec<Step>,
    /// What one has then.
    pub yields: Yields,
    /// The actions that it opens, where it opens a resource and not all actions on it; empty for all.
    #[serde(default)]
    pub only: Vec<String>,
}

/// Whom a way is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A user, perhaps the caller.
    User,
    /// A role, perhaps the caller's.
    Role,
}

/// What lies between a way and its target.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Through {
    /// A group that the user is in.
    Group,
    /// A group that the user is not in.
    OtherGroup,
    /// The only group of the user whose policies deny something.
    DenyingGroup,
    /// A customer managed policy that the target has.
    Policy,
    /// A customer managed policy that is the target's boundary.
    Boundary,
    /// A customer managed policy that the target has, of which there is another version.
    PolicyVersion,
    /// A SAML provider that the role trusts.
    SamlProvider,
    /// An OpenID Connect provider that the role trusts.
    OidcProvider,
    /// A SAML provider that the role trusts and that does not exist.
    MissingSamlProvider,
    /// An OpenID Connect provider that the role trusts and that does not exist.
    MissingOidcProvider,
    /// The role lets in whoever a public provider knows.
    OpenWebIdentity,
    /// The role trusts this service.
    Service(String),
    /// Something of this kind runs as the role.
    Runs(String),
}

impl TryFrom<String> for Through {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Ok(match text.split_once(':') {
            Some(("service", service)) => Self::Service(service.to_owned()),
            Some(("runs", kind)) => Self::Runs(kind.to_owned()),
            _ => match text.as_str() {
                "group" => Self::Group,
                "other-group" => Self::OtherGroup,
                "denying-group" => Self::DenyingGroup,
                "policy" => Self::Policy,
                "boundary" => Self::Boundary,
                "policy-version" => Self::PolicyVersion,
                "saml-provider" => Self::SamlProvider,
                "oidc-provider" => Self::OidcProvider,
                "missing-saml-provider" => Self::MissingSamlProvider,
                "missing-oidc-provider" => Self::MissingOidcProvider,
                "open-web-identity" => Self::OpenWebIdentity,
                _ => return Err(format!("{text:?} lies between nothing")),
            },
        })
    }
}

/// One step of a way.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What must be allowed.
    pub action: String,
    /// On what.
    pub on: On,
}

/// What a step is authorised on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum On {
    /// The target itself.
    Target,
    /// The target, by its trust policy.
    Trust,
    /// The target, by a trust policy that was just written for it.
    NewTrust,
    /// What lies between.
    Through,
    /// Something new, or anything of its kind: the form of its ARN.
    New(String),
    /// The root user of another account.
    Root,
    /// The resource that is opened.
    Resource,
    /// Nothing: the action has no type of resource.
    Nothing,
}

impl TryFrom<String> for On {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Ok(match text.as_str() {
            "target" => Self::Target,
            "trust" => Self::Trust,
            "new-trust" => Self::NewTrust,
            "through" => Self::Through,
            "root" => Self::Root,
            "resource" => Self::Resource,
            "none" => Self::Nothing,
            _ => match text.strip_prefix("new:arn:{partition}:") {
                Some(_) => Self::New(text.trim_start_matches("new:").to_owned()),
                None => return Err(format!("nothing is authorised on {text:?}")),
            },
        })
    }
}

/// What one has after a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Yields {
    /// One acts as the target.
    Become,
    /// The target's identity policies allow everything; its boundary and the organization's limits hold.
    AllRights,
    /// The target has another version of a policy.
    OtherVersion,
    /// The target has a group's policies.
    GroupRights,
    /// No policy of the target's own denies anything.
    NoInlineDenies,
    /// No policy attached to the target denies anything.
    NoAttachedDenies,
    /// No policy of the target's groups denies anything.
    NoGroupDenies,
    /// The target has no boundary.
    NoBoundary,
    /// The target has whatever tags help.
    AnyTags,
    /// The target signs in with a second factor.
    Mfa,
    /// A role of one's own making, without a boundary, that is allowed everything its account is.
    NewRole,
    /// A user of one's own making, likewise.
    NewUser,
    /// Everything on one resource that its own policy can give.
    Door,
    /// Whatever Identity Center gives, in the accounts that it serves.
    Anywhere,
    /// A session of another account's root user for one task.
    RootSession,
}

impl Yields {
    /// Whether it changes what the target may do, and leaves open who acts as the target.
    #[must_use]
    pub const fn is_change(self) -> bool {
        matches!(
            self,
            Self::AllRights
                | Self::OtherVersion
                | Self::GroupRights
                | Self::NoInlineDenies
                | Self::NoAttachedDenies
                | Self::NoGroupDenies
                | Self::NoBoundary
                | Self::AnyTags
                | Self::Mfa
        )
    }
}

static WAYS: LazyLock<Vec<Way>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the data is a part of the program, and tests read it")]
    serde_json::from_str(include_str!("ways.json")).expect("the ways up are sound")
});

/// The ways that are known, in the order of their kind.
#[must_use]
pub fn ways() -> &'static [Way] {
    &WAYS
}

/// The actions of all steps, each once, sorted: what a [`crate::bulk::Bulk`] must know beside the powers that are asked
/// for.
#[must_use]
pub fn actions() -> Vec<&'static str> {
    let mut actions: Vec<_> =
        ways().iter().flat_map(|way| &way.steps).map(|step| step.action.as_str()).collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_ways_are_sound() {
        let ids: BTreeSet<_> = ways().iter().map(|way| &way.id).collect();
        assert_eq!(ids.len(), ways().len(), "each has its own name");
        for way in ways() {
            let changes = way.yields.is_change();
            let through_target = way.target.is_some()
                || matches!(
                    way.through,
                    Some(Through::Policy | Through::PolicyVersion | Through::Boundary)
                );
            let acts = changes || way.yields == Yields::Become;
            assert_eq!(acts, through_target, "{}", way.id);
            let open = way.through == Some(Through::OpenWebIdentity);
            assert_eq!(way.steps.is_empty(), open, "{}", way.id);
            for step in &way.steps {
                let (service, verb) = step.action.split_once(':').unwrap();
                assert!(verb.starts_with(char::is_uppercase) && !service.is_empty());
                let between = way.through.is_some();
                assert!(between || step.on != On::Through, "{}", way.id);
                assert_eq!(step.on == On::Resource, way.yields == Yields::Door, "{}", way.id);
            }
            let passes = way.steps.iter().any(|step| step.action == "iam:PassRole");
            assert_eq!(passes, matches!(way.through, Some(Through::Service(_))), "{}", way.id);
        }
        assert!(actions().len() > 90);
    }

    #[test]
    fn other_words_are_refused() {
        for text in ["", "service", "anything"] {
            assert!(Through::try_from(text.to_owned()).is_err());
            assert!(On::try_from(text.to_owned()).is_err());
        }
        assert!(
            serde_json::from_str::<Way>(r#"{"id":"x","steps":[],"yields":"become","more":1}"#)
                .is_err()
        );
    }
}
