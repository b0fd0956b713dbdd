//! AWS STS: who am I, and the way into another account.

use crate::description::AccountState;
use crate::failure::Failure;
use crate::http::{SESSION_KEY_PREFIX, TOKEN_PREFIX};
use crate::reply::Reply;
use crate::services::{Answer, Ask};
use crate::xml::Element;

/// Far beyond any run: the SDK compares it with the machine's clock, which the description's `now` does not move.
const EXPIRATION: &str = "2099-12-31T23:59:59Z";

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "GetCallerIdentity" => Ok(caller_identity(ask)),
        "AssumeRole" => assume_role(ask),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

fn caller_identity(ask: Ask<'_>) -> Reply {
    let id = &ask.caller.id;
    let (user, arn) = match ask.request.session() {
        Some((role, session)) => {
            let resource = format!("assumed-role/{role}/{session}");
            (format!("AROADEMO{id}:{session}"), ask.world.arn("sts", "", id, &resource))
        }
        None => (format!("AIDADEMO{id}"), ask.world.arn("iam", "", id, "user/demo")),
    };
    Reply::xml(
        Element::new("Result")
            .child(Element::leaf("UserId", user))
            .child(Element::leaf("Account", id))
            .child(Element::leaf("Arn", arn)),
    )
}

fn assume_role(ask: Ask<'_>) -> Answer {
    let arn = ask.request.text("RoleArn").unwrap_or_default();
    let session = ask.request.text("RoleSessionName").unwrap_or_default();
    let mut parts = arn.splitn(6, ':');
    let (account, resource) = (parts.nth(4).unwrap_or_default(), parts.next().unwrap_or_default());
    let role = resource.strip_prefix("role/").and_then(|path| path.rsplit('/').next());
    let Some(role) = role.filter(|role| !role.is_empty()) else {
        return Err(Failure::new(400, "ValidationError", format!("{arn} is invalid")));
    };
    let well_named = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !(2..=64).contains(&session.len()) || !session.chars().all(well_named) {
        let text = format!("Value '{session}' at 'roleSessionName' failed to satisfy constraint");
        return Err(Failure::new(400, "ValidationError", text));
    }
    let open = ask.world.account(account).is_some_and(|target| {
        let secret = target.external_id.as_deref();
        target.state == AccountState::Active
            && !target.role_denied
            && (target.reader_roles.is_empty() || target.reader_roles.iter().any(|r| r == role))
            && secret.is_none_or(|secret| ask.request.text("ExternalId") == Some(secret))
    });
    if !open {
        return Err(Failure::not_assumable(ask.request, arn));
    }
    let user = ask.world.arn("sts", "", account, &format!("assumed-role/{role}/{session}"));
    let (token, expiration) = match &ask.world.lending {
        Some(lending) => (format!("/{}", lending.since.as_millis()), lending.until.rfc3339()),
        None => (String::new(), EXPIRATION.to_owned()),
    };
    let credentials = Element::new("Credentials")
        .child(Element::leaf("AccessKeyId", format!("{SESSION_KEY_PREFIX}{account}")))
        .child(Element::leaf("SecretAccessKey", "simulated-secret-that-opens-nothing"))
        .child(Element::leaf("SessionToken", format!("{TOKEN_PREFIX}/{role}/{session}{token}")))
        .child(Element::leaf("Expiration", expiration));
    let assumed = Element::new("AssumedRoleUser")
        .child(Element::leaf("AssumedRoleId", format!("AROADEMO{account}:{session}")))
        .child(Element::leaf("Arn", user));
    Ok(Reply::xml(Element::new("Result").child(credentials).child(assumed)))
}

#[cfg(test)]
#[path = "sts/tests.rs"]
mod tests;
