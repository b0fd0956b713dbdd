//! AWS KMS: what state a key is in, whether it is rotated, and its policy.

use serde_json::{Value, json};

use crate::description::{Account, Key};
use crate::failure::Failure;
use crate::land::Held;
use crate::policies;
use crate::reply::Reply;
use crate::services::{Answer, Ask};

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "DescribeKey" => with_key(ask, |owner, key| Ok(Reply::json(metadata(ask, owner, key)))),
        "GetKeyRotationStatus" => {
            by_id(ask)?;
            with_key(ask, |owner, key| rotation(ask, owner, key))
        }
        "GetKeyPolicy" => {
            by_id(ask)?;
            with_key(ask, |owner, key| policy(ask, owner, key))
        }
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

/// Answers of the key that a request names, if the caller may ask this of it.
fn with_key(ask: Ask<'_>, read: impl FnOnce(&Account, &Key) -> Answer) -> Answer {
    let reference = ask.request.text("KeyId").unwrap_or_default();
    let (other, name) = locate(ask, reference)?;
    let owner = match &other {
        Place::Here => Some(ask.caller),
        Place::Account(account) => account.as_deref(),
    };
    let region = &ask.request.region;
    let key = owner.and_then(|owner| {
        let mut keys = owner.keys.iter().filter(|key| key.region == *region);
        keys.find(|key| key.is_named(name))
    });
    let foreign = owner.is_none_or(|owner| owner.id != ask.caller.id);
    // No policy of a key can give its own reading away.
    let shared = ask.request.operation != "GetKeyPolicy"
        && key.is_some_and(|key| key.describe_accounts.contains(&ask.caller.id));
    if foreign && !shared {
        // A key policy that does not exist allows nothing either: a stranger cannot tell the two apart.
        let action = ask.request.iam_action();
        return Err(Failure::denied(
            ask.request,
            &format!(
                "on resource: {reference} because no resource-based policy allows the {action} action"
            ),
        ));
    }
    match (owner, key) {
        (Some(owner), Some(key)) => read(owner, key),
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

/// Aliases are for `DescribeKey` alone.
fn by_id(ask: Ask<'_>) -> Result<(), Failure> {
    let reference = ask.request.text("KeyId").unwrap_or_default();
    if reference.starts_with("alias/") || reference.contains(":alias/") {
        return Err(not_found(&format!("Invalid keyId {reference}")));
    }
    Ok(())
}

/// Whether and how often AWS rotates the material; of what it cannot rotate it does not say so.
fn rotation(ask: Ask<'_>, owner: &Account, key: &Key) -> Answer {
    let arn = ask.world.arn("kms", &key.region, &owner.id, &format!("key/{}", key.id));
    if key.state == "PendingImport" {
        let text = format!("{arn} is pending import.");
        return Err(Failure::new(400, "KMSInvalidStateException", text));
    }
    let usual = key.origin == "AWS_KMS"
        && key.spec == "SYMMETRIC_DEFAULT"
        && key.usage == "ENCRYPT_DECRYPT";
    if !usual {
        let text = format!("{arn} cannot be rotated by AWS KMS.");
        return Err(Failure::new(400, "UnsupportedOperationException", text));
    }
    let going = key.state == "PendingDeletion" || key.state == "PendingReplicaDeletion";
    let enabled = !going && (key.manager == "AWS" || !key.no_rotation);
    let mut value = json!({ "KeyId": arn, "KeyRotationEnabled": enabled });
    if let Some(members) = value.as_object_mut().filter(|_| enabled) {
        let days = key.rotation_days.unwrap_or(YEAR);
        members.insert("RotationPeriodInDays".to_owned(), json!(days));
    }
    Ok(Reply::json(value))
}

/// How often a key is rotated where nobody chose otherwise, in days.
const YEAR: i32 = 365;

fn policy(ask: Ask<'_>, owner: &Account, key: &Key) -> Answer {
    if ask.request.text("PolicyName").is_some_and(|name| name != "default") {
        return Err(not_found("No such policy exists"));
    }
    let built = || {
        let used = ask.world.land.encryptors(&owner.id, key);
        policies::key(&ask.world.frame.partition, &owner.id, &used)
    };
    let policy = key.policy.clone().unwrap_or_else(built);
    Ok(Reply::json(json!({ "Policy": policy.to_string(), "PolicyName": "default" })))
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
