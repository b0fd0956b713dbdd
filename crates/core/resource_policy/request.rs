//! Whether a statement applies to a request: caller, action, resource and conditions, three-valued.

use trailproof_iam::pattern::{Case, matches};
use trailproof_iam::{
    Actions, Effect, PolicyDocument, Principal, Principals, Resources, Statement, Version,
};

use super::context::{Context, Expanded};
use super::glob::{covers, touches};
use super::truth::Truth;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller<'a> {
    /// An AWS service by its principal's name.
    Service(&'a str),
    /// Somebody of whom nothing is known: only what names everyone names them.
    Anyone,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// One resource.
    One(&'a str),
    /// All resources whose ARNs begin so.
    Under(&'a str),
}

/// One question to a policy.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who asks.
    pub caller: Caller<'a>,
    /// For which action, such as `s3:PutObject`.
    pub action: &'a str,
    /// On what.
    pub target: Target<'a>,
    /// What else is known of the request.
    pub context: &'a Context,
}

/// What a policy says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// The statement that allows it; none refuses.
    Allowed(String),
    /// The statement that refuses it.
    Denied(String),
    /// No statement allows it.
    NotGranted,
    /// The statement on which it depends.
    Undecidable(String),
}

/// Whether a statement applies to every request of that kind (yes), to none (no), or to some or nobody knows which.
#[must_use]
pub fn applies(statement: &Statement, version: Version, request: &Request<'_>) -> Truth {
    let understood = if statement.unknown.is_empty() { Truth::Yes } else { Truth::Unknown };
    let conditions = statement.conditions.iter();
    Truth::all([
        understood,
        names(statement.principal.as_ref(), request.caller),
        statement.actions.matches(request.action).into(),
        is_about(statement.resources.as_ref(), version, request),
        Truth::all(conditions.map(|condition| request.context.satisfies(condition, version))),
    ])
}

/// What the whole policy says to a request: an explicit refusal wins.
#[must_use]
pub fn rule(document: &PolicyDocument, request: &Request<'_>) -> Ruling {
    let strongest = |effect| {
        let statements = document.statements.iter().filter(|s| s.effect == effect);
        let found = statements.map(|s| (applies(s, document.version, request), s.label()));
        // Of equals the first.
        found.rev().max_by_key(|(truth, _)| *truth).unwrap_or((Truth::No, String::new()))
    };
    match (strongest(Effect::Deny), strongest(Effect::Allow)) {
        ((Truth::Yes, by), _) => Ruling::Denied(by),
        (_, (Truth::No, _)) => Ruling::NotGranted,
        ((Truth::Unknown, by), _) | (_, (Truth::Unknown, by)) => Ruling::Undecidable(by),
        ((Truth::No, _), (Truth::Yes, by)) => Ruling::Allowed(by),
    }
}

fn names(principals: Option<&Principals>, caller: Caller<'_>) -> Truth {
    let entry = |entry: &Principal| match (entry, caller) {
        (entry, _) if entry.is_everyone() => Truth::Yes,
        (Principal::Service(name), Caller::Service(asked)) => (name == asked || name == "*").into(),
        (Principal::Unknown { .. }, _) => Truth::Unknown,
        _ => Truth::No,
    };
    match principals {
        Some(Principals::Principal(entries)) => Truth::any(entries.iter().map(entry)),
        Some(Principals::NotPrincipal(entries)) => match caller {
            Caller::Service(_) => Truth::any(entries.iter().map(entry)).negate(),
            // Somebody of whom nothing is known may be one of those left out.
            Caller::Anyone if entries.is_empty() => Truth::Yes,
            Caller::Anyone => Truth::Unknown,
        },
        // A resource policy's statement without one names nobody.
        None => Truth::No,
    }
}

fn is_about(resources: Option<&Resources>, version: Version, request: &Request<'_>) -> Truth {
    let entry = |written: &String| match request.context.expand(written, version) {
        Expanded::Nothing => Truth::No,
        Expanded::Unknown => Truth::Unknown,
        Expanded::Text(glob) => on(&glob, request.target),
    };
    match resources {
        Some(Resources::Resource(entries)) => Truth::any(entries.iter().map(entry)),
        Some(Resources::NotResource(entries)) => Truth::any(entries.iter().map(entry)).negate(),
        None => Truth::Unknown,
    }
}

fn on(glob: &str, target: Target<'_>) -> Truth {
    match target {
        Target::One(arn) => matches(glob, arn, Case::Sensitive).into(),
        Target::Under(prefix) if covers(glob, prefix) => Truth::Yes,
        Target::Under(prefix) if touches(glob, prefix) => Truth::Unknown,
        Target::Under(_) => Truth::No,
    }
}

/// Whether a statement's resources take in some, all or none of the target, variables being anything.
#[must_use]
pub fn reaches(statement: &Statement, version: Version, target: Target<'_>) -> Truth {
    let context = Context::default();
    let request = Request { caller: Caller::Anyone, action: "", target, context: &context };
    is_about(statement.resources.as_ref(), version, &request)
}

/// Whether the actions take in every action of a service, such as `s3:`.
#[must_use]
pub fn takes_all_of(actions: &Actions, service: &str) -> bool {
    let lower = |entry: &String| entry.to_ascii_lowercase();
    match actions {
        Actions::Action(entries) => entries.iter().any(|entry| covers(&lower(entry), service)),
        Actions::NotAction(entries) => !entries.iter().any(|entry| touches(&lower(entry), service)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUCKET: &str = "arn:aws:s3:::logs";

    fn ask(statements: &str, target: Target<'_>) -> Ruling {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        let document = PolicyDocument::parse(&text).unwrap();
        let context = Context::default().with("aws:SourceAccount", "999988887777");
        let caller = Caller::Service("cloudtrail.amazonaws.com");
        rule(&document, &Request { caller, action: "s3:PutObject", target, context: &context })
    }

    const ALLOW: &str = r#"{"Sid":"A","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:Put*","Resource":["arn:aws:s3:::logs/*","arn:aws:s3:::logs"]}"#;

    #[test]
    fn a_refusal_wins_and_what_is_not_known_comes_out() {
        let under = Target::Under("arn:aws:s3:::logs/AWSLogs/");
        let deny = |principal: &str, resource: &str, condition: &str| {
            format!(
                r#"{ALLOW},{{"Sid":"D","Effect":"Deny",{principal},"Action":"*","Resource":"{resource}","Condition":{condition}}}"#
            )
        };
        let all = r#""Principal":"*""#;
        for (statements, expected) in [
            (String::new(), Ruling::NotGranted),
            (ALLOW.into(), Ruling::Allowed("A".into())),
            (deny(all, "*", "{}"), Ruling::Denied("D".into())),
            (deny(all, "arn:aws:s3:::logs/AWSLogs/1/*", "{}"), Ruling::Undecidable("D".into())),
            (deny(all, "arn:aws:s3:::other/*", "{}"), Ruling::Allowed("A".into())),
            (deny(all, "arn:aws:s3:::logs/${aws:username}", "{}"), Ruling::Undecidable("D".into())),
            (
                deny(r#""NotPrincipal":{"Service":"cloudtrail.amazonaws.com"}"#, "*", "{}"),
                Ruling::Allowed("A".into()),
            ),
            (
                deny(r#""NotPrincipal":{"AWS":"111122223333"}"#, "*", "{}"),
                Ruling::Denied("D".into()),
            ),
            (
                deny(all, "*", r#"{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#),
                Ruling::Undecidable("D".into()),
            ),
            (
                deny(all, "*", r#"{"StringEquals":{"aws:SourceAccount":"1"}}"#),
                Ruling::Allowed("A".into()),
            ),
            (
                r#"{"Effect":"Allow","Principal":{"Odd":"x"},"Action":"*","Resource":"*"}"#.into(),
                Ruling::Undecidable("statement 0".into()),
            ),
            (r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#.into(), Ruling::NotGranted),
        ] {
            assert_eq!(ask(&statements, under), expected, "{statements}");
        }
        assert_eq!(ask(ALLOW, Target::One(BUCKET)), Ruling::Allowed("A".into()));
    }
}
