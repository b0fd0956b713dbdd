//! Amazon S3 Control: the account's own public access block.

use crate::failure::Failure;
use crate::services::s3::{absent, public_access};
use crate::services::{Answer, Ask};

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    if ask.request.operation != "GetPublicAccessBlock" {
        return Err(Failure::unknown_operation(ask.request));
    }
    if ask.request.account_header.as_deref() != Some(ask.caller.id.as_str()) {
        return Err(Failure::not_allowed(ask.request));
    }
    match &ask.caller.public_access_block {
        Some(block) => Ok(public_access(block)),
        None => Err(absent(
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found",
        )),
    }
}
