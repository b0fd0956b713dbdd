//! Who asks: the caller of a request, read from its ARN or name.

use crate::arn::Arn;

/// Who makes a request.
///
/// Read from what AWS calls the principal: an ARN, the name of a service, or `anonymous`.
///
/// ```
/// use trailproof_iam::{Caller, CallerKind};
///
/// let caller: Caller = "arn:aws:sts::111111111111:assumed-role/Deployer/ci-42".parse()?;
/// assert_eq!(caller.kind(), CallerKind::RoleSession);
/// assert_eq!(caller.account(), Some("111111111111"));
/// assert_eq!(caller.principal_arn().as_deref(), Some("arn:aws:iam::111111111111:role/Deployer"));
/// # Ok::<(), trailproof_iam::CallerError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    kind: CallerKind,
    /// As it was given; the ARN, the service's name, the provider, or `anonymous`.
    name: String,
    account: Option<String>,
    role_arn: Option<String>,
    issuer: Option<String>,
    canonical_user: Option<String>,
}

/// What kind of caller it is; the rules differ by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallerKind {
    /// An IAM user: `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
    User,
    /// A role as such, which stands for a session of it by whatever name its caller chooses:
    /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
    Role,
    /// One session of a role: `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`.
    RoleSession,
    /// The root user of an account: `arn:aws:iam::ACCOUNT:root`.
    Root,
    /// A session that `sts:AssumeRoot` gave: `arn:aws:sts::ACCOUNT:assumed-root`. Its session policy, the task policy, is
    /// all that it may do.
    RootSession,
    /// A session that `sts:GetFederationToken` gave: `arn:aws:sts::ACCOUNT:federated-user/NAME`.
    FederatedUser,
    /// An AWS service in its own name, such as `cloudtrail.amazonaws.com`.
    Service,
    /// Someone whom an identity provider vouches for, before a role is assumed: the provider's ARN or host name.
    Provider,
    /// Nobody known.
    Anonymous,
}

/// Why a text names no caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} names no caller: the ARN of a user, role, session, root user or identity provider, a service such as \
     cloudtrail.amazonaws.com, or \"anonymous\" is expected"
)]
pub struct CallerError(String);

impl std::str::FromStr for Caller {
    type Err = CallerError;

    fn from_str(text: &str) -> Result<Self, CallerError> {
        if text == "anonymous" {
            return Ok(Self::anonymous());
        }
        let Some(arn) = Arn::split(text) else {
            return Self::from_host(text).ok_or_else(|| CallerError(text.to_owned()));
        };
        let kind = match (arn.service, arn.kind()) {
            ("iam", "user") => CallerKind::User,
            ("iam", "role") => CallerKind::Role,
            ("iam", "root") if arn.resource == "root" => CallerKind::Root,
            ("iam", "saml-provider" | "oidc-provider") => CallerKind::Provider,
            ("sts", "assumed-role") if arn.resource.split('/').count() == 3 => {
                CallerKind::RoleSession
            }
            ("sts", "assumed-root") => CallerKind::RootSession,
            ("sts", "federated-user") => CallerKind::FederatedUser,
            _ => return Err(CallerError(text.to_owned())),
        };
        let named =
            matches!(kind, CallerKind::Root | CallerKind::RootSession) || !arn.name().is_empty();
        let account = is_account(arn.account);
        if !named || !account {
            return Err(CallerError(text.to_owned()));
        }
        let account = (kind != CallerKind::Provider).then(|| arn.account.to_owned());
        Ok(Self { account, ..Self::named(kind, text) })
    }
}

/// Whether a text is an account id: twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Caller {
    fn named(kind: CallerKind, name: &str) -> Self {
        let name = name.to_owned();
        Self { kind, name, account: None, role_arn: None, issuer: None, canonical_user: None }
    }

    /// Nobody known: a request without credentials.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::named(CallerKind::Anonymous, "anonymous")
    }

    /// An AWS service in its own name, such as `cloudtrail.amazonaws.com`.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self::named(CallerKind::Service, name)
    }

    /// Someone whom an identity provider vouches for, by the provider's ARN or host name.
    #[must_use]
    pub fn provider(provider: &str) -> Self {
        Self::named(CallerKind::Provider, provider)
    }

    /// A host name is a service's where AWS keeps services, and an identity provider's elsewhere. Cognito's identity
    /// pools have a name among the services and are a provider in every trust policy.
    fn from_host(host: &str) -> Option<Self> {
        const SERVICES: [&str; 5] =
            [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".aws.internal", ".aws.dev"];
        const POOLS: &str = "cognito-identity.amazonaws.com";
        let of_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/".contains(&byte);
        if !host.contains('.') || !host.bytes().all(of_host) {
            return None;
        }
        let service = SERVICES.iter().any(|ending| host.ends_with(ending));
        Some(if service && host != POOLS { Self::service(host) } else { Self::provider(host) })
    }

    /// The same session, with the ARN of its role: a session's own ARN lacks the role's path. Without it a role ARN in a
    /// policy is compared by name, and the path is taken to be `/`.
    #[must_use]
    pub fn of_role(self, role_arn: &str) -> Self {
        Self { role_arn: Some(role_arn.to_owned()), ..self }
    }

    /// The same federated session, with the ARN of the user who asked for it.
    #[must_use]
    pub fn issued_by(self, user_arn: &str) -> Self {
        Self { issuer: Some(user_arn.to_owned()), ..self }
    }

    /// The same caller, with the canonical id by which S3 knows its account.
    #[must_use]
    pub fn with_canonical_user(self, id: &str) -> Self {
        Self { canonical_user: Some(id.to_owned()), ..self }
    }

    /// What kind of caller it is.
    #[must_use]
    pub const fn kind(&self) -> CallerKind {
        self.kind
    }

    /// As it was given: the ARN, the service's name, the provider, or `anonymous`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The account whose principal it is; none for services, providers and anonymous callers.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The canonical id by which S3 knows its account, where that was said.
    #[must_use]
    pub fn canonical_user(&self) -> Option<&str> {
        self.canonical_user.as_deref()
    }

    /// The user who asked for this federated session, where that was said.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The ARN of the role, where it is known: that of the role itself, or the one said of a session.
    #[must_use]
    pub fn role_arn(&self) -> Option<&str> {
        match self.kind {
            CallerKind::Role => Some(&self.name),
            CallerKind::RoleSession => self.role_arn.as_deref(),
            _ => None,
        }
    }

    /// The name of the role without its path, of a role or a session of one.
    #[must_use]
    pub fn role_name(&self) -> Option<&str> {
        let resource = Arn::split(&self.name)?.resource;
        match self.kind {
            CallerKind::Role => resource.rsplit('/').next(),
            CallerKind::RoleSession => resource.split('/').nth(1),
            _ => None,
        }
    }

    /// The name of an IAM user without its path.
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        let user = self.kind == CallerKind::User;
        user.then(|| self.name.rsplit('/').next()).flatten()
    }

    /// The partition in its ARN, such as `aws`; none for services, host names and anonymous callers.
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        Arn::split(&self.name).map(|arn| arn.partition)
    }

    /// What `aws:PrincipalArn` holds: of a session the role's ARN, of a session of the root user the root user's. None
    /// for services, providers and anonymous callers.
    #[must_use]
    pub fn principal_arn(&self) -> Option<String> {
        let (partition, account) = (self.partition()?, self.account()?);
        match self.kind {
            CallerKind::RoleSession => match &self.role_arn {
                Some(arn) => Some(arn.clone()),
                None => Some(format!("arn:{partition}:iam::{account}:role/{}", self.role_name()?)),
            },
            CallerKind::RootSession => Some(format!("arn:{partition}:iam::{account}:root")),
            _ => Some(self.name.clone()),
        }
    }

    /// Whether it is a service-linked role or a session of one, which a role's path says.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        let path = self.role_arn().and_then(Arn::split).map(|arn| arn.resource);
        path.is_some_and(|resource| resource.starts_with("role/aws-service-role/"))
    }

    /// Whether it is the root user or a session of it.
    #[must_use]
    pub const fn is_root(&self) -> bool {
        matches!(self.kind, CallerKind::Root | CallerKind::RootSession)
    }
}
