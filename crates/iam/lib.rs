//! The AWS IAM policy language: parsing, and exact evaluation offline.
//!
//! [`PolicyDocument::parse`] reads what AWS stores: identity, resource, trust, boundary, service control and resource
//! control policies alike. It is as lenient as AWS (one statement or a list, a text or a list of texts), keeps every
//! statement's place, and refuses, with the place and what was expected there, what it cannot read in one sense only:
//! a document half understood must not look like one that grants less.
//!
//! [`evaluate()`] answers whether a [`Request`] is allowed under the policies of all [`Layers`]: identity and group
//! policies, permission boundary, session policy, SCPs, RCPs and the resource's own policy, with the rules of S3, KMS, role
//! trust, service-linked roles, root users and the management account. Context need not be complete: a key may be unknown,
//! and the answer says on which unknown keys it depends, exactly, with an example of when the request is allowed.
//!
//! ```
//! use trailproof_iam::{Context, Decision, Layers, NamedPolicy, PolicyDocument, Request, evaluate};
//!
//! let admin = PolicyDocument::parse(
//!     r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
//! )?;
//! let guard = PolicyDocument::parse(
//!     r#"{"Version": "2012-10-17", "Statement": {
//!         "Sid": "OnlyWithMfa", "Effect": "Deny", "Action": "cloudtrail:Stop*", "Resource": "*",
//!         "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}}"#,
//! )?;
//! let identity = [NamedPolicy::new("AdministratorAccess", admin), NamedPolicy::new("guard", guard)];
//! let layers = Layers { identity: &identity, ..Layers::default() };
//!
//! let caller = "arn:aws:iam::111111111111:user/ops/alice".parse()?;
//! let trail = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";
//! let mut request = Request::new(caller, "cloudtrail:StopLogging", trail);
//!
//! // Nothing is known of the circumstances: it depends.
//! request.context = Context::discovery();
//! let answer = evaluate(&request, &layers);
//! assert_eq!(answer.decision, Decision::Conditional);
//! assert_eq!(answer.depends_on, ["aws:MultiFactorAuthPresent"]);
//!
//! // Without MFA it is denied, and the trace says by what.
//! request.context = Context::discovery().with("aws:MultiFactorAuthPresent", ["false"]);
//! let answer = evaluate(&request, &layers);
//! assert_eq!(answer.decision, Decision::ExplicitlyDenied);
//! assert_eq!(answer.trace.layers[0].statements[0].to_string(), "guard: OnlyWithMfa");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Larger questions stand on it: [`bulk`] asks many principals the same by sets of bits, [`set`] asks about some, all or
//! none of a set of resources, [`glob`] tells whether two patterns meet and whether one lies within others, and
//! [`escalation`] finds how a principal comes by what it does not have.
//!
//! # What is evaluated, and what is not
//!
//! | part | evaluated |
//! | --- | --- |
//! | versions 2008-10-17 and 2012-10-17, policy variables with defaults and literals | yes |
//! | `Action`, `NotAction`, `Resource`, `NotResource`, `Principal`, `NotPrincipal` | yes |
//! | every condition operator, `IfExists`, `ForAllValues`, `ForAnyValue`, `Null` | yes |
//! | an unknown element, operator or value | the statement neither grants nor protects; [`Note::Unevaluable`] |
//! | identity, group, boundary and session policies, SCPs and RCPs level by level | yes |
//! | policies of resources, KMS key policies, role trust policies | yes |
//! | root users, root sessions, federated users, service principals, service-linked roles, management account | yes |
//! | canonical user ids | where [`Caller::with_canonical_user`] says whose they are; else [`Note::UnknownCanonicalUser`] |
//! | KMS aliases | the alias alone; the key is a second request |
//! | actions that need several permissions | one request each; they must all be allowed |
//! | VPC endpoint policies, ACLs, Block Public Access, KMS grants, Object Lock, MFA delete | no: outside these layers |
//! | which services RCPs bind | by a list with a date, see `data/rcp-services.txt` |
//!
//! Where AWS's pages disagree or are silent, the item that decides says which reading was taken; as a rule the one in which
//! more is allowed, so that an audit never counts on protection that may not be there.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod answer;
mod arn;
pub mod bulk;
pub mod caller;
pub mod condition;
pub mod context;
pub mod document;
pub mod error;
pub mod escalation;
pub mod evaluate;
pub mod glob;
mod json;
pub mod layers;
mod parse;
pub mod pattern;
mod percent;
mod print;
pub mod request;
pub mod set;

pub use answer::{Answer, Decision, LayerTrace, Note, StatementRef, Trace, Verdict};
pub use caller::{Caller, CallerError, CallerKind};
pub use condition::{Condition, Operator, Qualifier};
pub use context::{Context, Known, Unnamed};
pub use document::{
    Actions, Effect, PolicyDocument, Principal, Principals, Resources, Statement, Version,
};
pub use error::ParseError;
pub use evaluate::{Options, decide, evaluate, evaluate_with};
pub use layers::{Layer, Layers, Level, NamedPolicy};
pub use request::Request;
