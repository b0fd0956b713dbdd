//! The AWS IAM policy language: parsing.
//!
//! [`PolicyDocument::parse`] reads what AWS stores: identity, resource, trust, boundary, service control and resource
//! control policies alike. It is as lenient as AWS (one statement or a list, a text or a list of texts), keeps every
//! statement's place, and refuses, with the place and what was expected there, what it cannot read in one sense only:
//! a document half understood must not look like one that grants less. Evaluation is built on this tree.
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
