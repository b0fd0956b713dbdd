//! Which regions an account has switched on.

use aws_sdk_account::types::RegionOptStatus;
use trailproof_core::answer::Answer;
use trailproof_core::evidence::Cause;
use trailproof_core::roster::{OptInStatus, RegionEntry};

use super::gap::Failure;
use super::organizations::incomplete;
use super::session::Session;

pub async fn regions(session: &Session) -> Result<Answer, Failure> {
    let mut entries = Vec::new();
    let mut pages = session.account_management().list_regions().into_paginator().send();
    while let Some(page) = pages.next().await {
        for region in page?.regions.ok_or_else(|| incomplete("Regions"))? {
            let name = region.region_name().unwrap_or_default();
            entries.push(RegionEntry {
                region_name: name
                    .parse()
                    .map_err(|error| Failure::new(Cause::ServiceError, format!("{error}")))?,
                region_opt_status: match region.region_opt_status() {
                    Some(RegionOptStatus::Enabled) => OptInStatus::Enabled,
                    Some(RegionOptStatus::EnabledByDefault) => OptInStatus::EnabledByDefault,
                    Some(RegionOptStatus::Enabling) => OptInStatus::Enabling,
                    Some(RegionOptStatus::Disabling) => OptInStatus::Disabling,
                    Some(RegionOptStatus::Disabled) => OptInStatus::Disabled,
                    _ => OptInStatus::Unknown,
                },
            });
        }
    }
    entries.sort_by(|one, other| one.region_name.cmp(&other.region_name));
    Ok(Answer::Regions(entries))
}
