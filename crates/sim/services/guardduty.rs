//! GuardDuty: a region's detector, and how the organization has it administered.

use serde_json::{Value, json};

use crate::description::GuardDuty;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::{Answer, Ask};

/// The service's principal, for delegation.
const PRINCIPAL: &str = "guardduty.amazonaws.com";

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "ListDetectors" => {
            let ids: Vec<String> = detector(ask).map(|_| id(ask)).into_iter().collect();
            Ok(Reply::json(json!({ "detectorIds": ids })))
        }
        "GetDetector" => get_detector(ask),
        "ListOrganizationAdminAccounts" => list_administrators(ask),
        "DescribeOrganizationConfiguration" => describe_organization(ask),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

/// GuardDuty as the account has it, where it has a detector in the region.
fn detector<'a>(ask: Ask<'a>) -> Option<&'a GuardDuty> {
    let guardduty = ask.world.detection(ask.caller).guardduty.as_ref()?;
    (!guardduty.off_in.contains(&ask.request.region)).then_some(guardduty)
}

/// An id that the account and region give.
fn id(ask: Ask<'_>) -> String {
    let region = ask
        .request
        .region
        .bytes()
        .fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    format!("{:0>16}{region:0>16x}", ask.caller.id).chars().take(32).collect()
}

fn get_detector(ask: Ask<'_>) -> Answer {
    let Some(guardduty) = detector(ask).filter(|_| ask.request.resource == id(ask)) else {
        return Err(Failure::new(
            400,
            "BadRequestException",
            "The request is rejected because the input detectorId is not owned by the current account.",
        ));
    };
    let on = |regions: &[String]| {
        if regions.contains(&ask.request.region) { "DISABLED" } else { "ENABLED" }
    };
    let feature = |name: &str, status: &str| json!({ "name": name, "status": status });
    let features: Vec<Value> = vec![
        feature("CLOUD_TRAIL", "ENABLED"),
        feature("DNS_LOGS", "ENABLED"),
        feature("FLOW_LOGS", "ENABLED"),
        feature("S3_DATA_EVENTS", on(&guardduty.s3_off_in)),
    ];
    Ok(Reply::json(json!({
        "createdAt": "2021-01-01T00:00:00.000Z",
        "serviceRole": format!("arn:aws:iam::{}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty", ask.caller.id),
        "status": on(&guardduty.disabled_in),
        "features": features,
    })))
}

/// Who administers it; one account, the same in all regions.
fn administrator<'a>(ask: Ask<'a>) -> Option<&'a String> {
    let organization = ask.world.organization_of(ask.caller)?;
    organization.delegated_administrators.get(PRINCIPAL)?.first()
}

fn list_administrators(ask: Ask<'_>) -> Answer {
    if !ask.world.is_management(ask.caller) {
        return Err(Failure::new(
            400,
            "BadRequestException",
            "The request is rejected because the current account is not the organization's management account.",
        ));
    }
    let told = |id: &String| json!({ "adminAccountId": id, "adminStatus": "ENABLED" });
    let accounts: Vec<Value> = administrator(ask).map(told).into_iter().collect();
    Ok(Reply::json(json!({ "adminAccounts": accounts })))
}

fn describe_organization(ask: Ask<'_>) -> Answer {
    let administers = administrator(ask).is_some_and(|id| *id == ask.caller.id);
    if !administers || detector(ask).is_none() || ask.request.resource != id(ask) {
        return Err(Failure::new(
            400,
            "BadRequestException",
            "The request is rejected because the current account is not a GuardDuty delegated administrator.",
        ));
    }
    let organization = ask.world.organization_of(ask.caller);
    let members = organization.and_then(|organization| organization.guardduty_members.as_deref());
    Ok(Reply::json(json!({
        "memberAccountLimitReached": false,
        "autoEnableOrganizationMembers": members.unwrap_or("ALL"),
    })))
}

#[cfg(test)]
#[path = "guardduty/tests.rs"]
mod tests;
