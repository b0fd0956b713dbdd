//! AWS Account Management: which regions are on.

use serde_json::{Value, json};

use crate::description::Account;
use crate::failure::Failure;
use crate::land::Held;
use crate::reply::Reply;
use crate::services::page::{page, size};
use crate::services::{Answer, Ask};

/// The service's principal, for trusted access and delegation.
const PRINCIPAL: &str = "account.amazonaws.com";
/// The service's largest page.
const LARGEST_PAGE: usize = 50;

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "ListRegions" => list_regions(ask),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

fn list_regions(ask: Ask<'_>) -> Answer {
    let other = subject(ask)?;
    let account = other.as_deref().unwrap_or(ask.caller);
    let frame = ask.world.frame;
    let mut names: Vec<&String> =
        frame.default_regions.iter().chain(&frame.opt_in_regions).collect();
    names.sort();
    let wanted = ask.request.list("RegionOptStatusContains");
    let regions: Vec<Value> = names
        .into_iter()
        .map(|name| {
            let state = ask.world.region_state(account, name);
            json!({ "RegionName": name, "RegionOptStatus": state })
        })
        .filter(|region| {
            let status = region.get("RegionOptStatus").and_then(Value::as_str);
            wanted.is_empty() || status.is_some_and(|status| wanted.contains(&status))
        })
        .collect();
    let size = size(ask.request.number("MaxResults"), LARGEST_PAGE)
        .ok_or_else(|| invalid("MaxResults must be between 1 and 50"))?;
    let found = page(&regions, ask.request.text("NextToken"), size)
        .ok_or_else(|| invalid("NextToken is not valid"))?;
    let mut body = json!({ "Regions": found.items });
    if let (Some(next), Some(members)) = (found.next, body.as_object_mut()) {
        members.insert("NextToken".to_owned(), Value::String(next));
    }
    Ok(Reply::json(body))
}

/// The account that is asked about by its id, another of the organization; none: the caller's own.
fn subject(ask: Ask<'_>) -> Result<Option<Held<'_, Account>>, Failure> {
    let Some(id) = ask.request.text("AccountId") else { return Ok(None) };
    let organization = ask.world.organization_of(ask.caller);
    let trusted = organization.is_some_and(|o| o.trusted_services.iter().any(|s| s == PRINCIPAL));
    let management = ask.world.is_management(ask.caller);
    if !trusted || !(management || ask.world.is_delegated(ask.caller, Some(PRINCIPAL))) {
        return Err(Failure::not_allowed(ask.request));
    }
    if management && id == ask.caller.id {
        return Err(invalid("The management account must leave out its own AccountId"));
    }
    let account = ask.world.account(id).filter(|account| !account.outside);
    account.map(Some).ok_or_else(|| Failure::not_allowed(ask.request))
}

fn invalid(text: &str) -> Failure {
    Failure::new(400, "ValidationException", text)
}

#[cfg(test)]
#[path = "account/tests.rs"]
mod tests;
