//! AWS KMS: what state a key is in.

use serde_json::{Value, json};

use crate::description::{Account, Key};
use crate::failure::Failure;
use crate::land::Held;
use crate::reply::Reply;
use crate::services::{Answer, Ask};

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "DescribeKey" => describe_key(ask),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

fn describe_key(ask: Ask<'_>) -> Answer {
    let reference = ask.request.text("KeyId").unwrap_or_default();
    let (other, name) = locate(ask, reference)?;
    let owner = match &other {
        Place::Here => Some(ask.caller),
        Place::Account(account) => account.as_deref(),
    };
    let region = &ask.request.region;
    let key = owner.and_then(|owner| {
        let mut keys = owner.keys.iter().filter(|key| key.region == *region);
        keys.find(|key| key.id == name || key.aliases.iter().any(|alias| alias == name))
    });
    let foreign = owner.is_none_or(|owner| owner.id != ask.caller.id);
    if foreign && !key.is_some_and(|key| key.describe_accounts.contains(&ask.caller.id)) {
        // A key policy that does not exist allows nothing either: a stranger cannot tell the two apart.
        return Err(Failure::denied(
            ask.request,
            &format!(
                "on resource: {reference} because no resource-based policy allows the kms:DescribeKey action"
            ),
        ));
    }
    match (owner, key) {
        (Some(owner), Some(key)) => Ok(Reply::json(metadata(ask, owner, key))),
        _ if name.starts_with("alias/") => {
            let arn = ask.world.arn("kms", region, &ask.caller.id, name);
            Err(not_found(&format!("Alias {arn} is not found.")))
        }
        _ => {
            let arn = ask.world.arn("kms", region, &ask.caller.id, &format!("key/{name}"));
            Err(not_found(&format!("Key '{arn}' does not exist")))
        }
    }
}

/// Whose key a reference means.
enum Place<'a> {
    Here,
    /// The account of an ARN, if there is such an account.
    Account(Option<Held<'a, Account>>),
}

/// The owner and the key's id or alias that one of the four accepted forms means.
fn locate<'a>(ask: Ask<'a>, reference: &'a str) -> Result<(Place<'a>, &'a str), Failure> {
    if !reference.starts_with("arn:") {
        return Ok((Place::Here, reference));
    }
    let mut parts = reference.splitn(6, ':');
    let region = parts.nth(3).unwrap_or_default();
    let account = parts.next().unwrap_or_default();
    let resource = parts.next().unwrap_or_default();
    if region != ask.request.region {
        return Err(not_found(&format!("Invalid arn {region}")));
    }
    let name = resource.strip_prefix("key/").unwrap_or(resource);
    Ok((Place::Account(ask.world.account(account)), name))
}

fn metadata(ask: Ask<'_>, owner: &Account, key: &Key) -> Value {
    let arn = ask.world.arn("kms", &key.region, &owner.id, &format!("key/{}", key.id));
    let created = key.created.map(|when| ask.world.resolve(when).epoch_seconds());
    let mut value = json!({
        "AWSAccountId": owner.id,
        "KeyId": key.id,
        "Arn": arn,
        "CreationDate": created.unwrap_or(1_577_836_800),
        "Enabled": key.state == "Enabled",
        "Description": key.description,
        "KeyUsage": key.usage,
        "KeyState": key.state,
        "Origin": key.origin,
        "KeyManager": key.manager,
        "KeySpec": key.spec,
        "CustomerMasterKeySpec": key.spec,
        "MultiRegion": key.multi_region,
    });
    if let Some(members) = value.as_object_mut() {
        if let Some(when) = key.deletion_date {
            let seconds = ask.world.resolve(when).epoch_seconds();
            members.insert("DeletionDate".to_owned(), json!(seconds));
        }
        if key.usage == "ENCRYPT_DECRYPT" && key.spec == "SYMMETRIC_DEFAULT" {
            members.insert("EncryptionAlgorithms".to_owned(), json!(["SYMMETRIC_DEFAULT"]));
        }
    }
    json!({ "KeyMetadata": value })
}

fn not_found(text: &str) -> Failure {
    Failure::new(400, "NotFoundException", text)
}

#[cfg(test)]
#[path = "kms/tests.rs"]
mod tests;
