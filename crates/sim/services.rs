//! The services, a file each, and the order of refusals that all of them share.

mod access_analyzer;
mod account;
mod cloudtrail;
mod cloudwatch;
mod config;
mod events;
mod guardduty;
mod iam;
mod kms;
mod logs;
mod organizations;
mod page;
mod s3;
mod s3control;
mod securityhub;
mod sns;
mod sts;

pub(crate) use iam::aws_policies_in_use;

use crate::description::{Account, AccountState};
use crate::failure::Failure;
use crate::http::Request;
use crate::reply::Reply;
use crate::world::World;

/// A request with what it is about: the world, and the account that asks.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) world: &'a World<'a>,
    pub(crate) request: &'a Request,
    pub(crate) caller: &'a Account,
}

type Answer = Result<Reply, Failure>;

/// Answers a request: credentials first, then the region, then service control policies, then the service itself.
pub(crate) fn answer(world: &World<'_>, request: &Request) -> Answer {
    let caller = world.account(&request.account).ok_or_else(|| Failure::unrecognized(request))?;
    let caller = &*caller;
    if matches!(caller.state, AccountState::Closed | AccountState::Suspended) {
        return Err(Failure::closed(request));
    }
    if !world.region_answers(caller, &request.region) {
        return Err(Failure::region_off(request));
    }
    // Region denies exempt the global services, or nobody could work in such an account.
    let regional = match request.service.as_str() {
        "s3" => request.operation != "ListBuckets",
        "account" | "iam" | "organizations" | "s3control" | "sts" => false,
        _ => true,
    };
    if regional && world.closed_by_scp(caller, &request.region) {
        return Err(Failure::closed_by_scp(request));
    }
    let ask = Ask { world, request, caller };
    match request.service.as_str() {
        "access-analyzer" => access_analyzer::answer(ask),
        "account" => account::answer(ask),
        "cloudtrail" => cloudtrail::answer(ask),
        "cloudwatch" => cloudwatch::answer(ask),
        "config" => config::answer(ask),
        "events" => events::answer(ask),
        "guardduty" => guardduty::answer(ask),
        "iam" => iam::answer(ask),
        "kms" => kms::answer(ask),
        "logs" => logs::answer(ask),
        "organizations" => organizations::answer(ask),
        "s3" => s3::answer(ask),
        "s3control" => s3control::answer(ask),
        "securityhub" => securityhub::answer(ask),
        "sns" => sns::answer(ask),
        "sts" => sts::answer(ask),
        _ => Err(Failure::unknown_operation(request)),
    }
}
