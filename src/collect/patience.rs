//! How often a call is made again: a throttled one many times, at a slower pace, unless its service throttles all that it
//! is asked; any other a few times.
//!
//! A region that is down fails for every account. Ten attempts there would make an hour of minutes, and would change
//! no answer.

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason,
};
use aws_smithy_types::retry::ErrorKind;

use super::recorder;

/// Attempts of a call that is throttled, at the pace that its window has by then.
pub const THROTTLED: u32 = 10;
/// Attempts of a call that fails otherwise.
const OTHERWISE: u32 = 3;

/// Ends the attempts of calls that fail otherwise than by throttling, or are throttled as all others are.
#[derive(Debug, Clone, Copy)]
pub struct Patience(u32);

impl Patience {
    /// Ours, unless the user has a number of attempts of their own: that holds for faults of every kind.
    pub fn of(config: &SdkConfig) -> Self {
        let ours = config.retry_config().is_none_or(|retry| retry.max_attempts() == THROTTLED);
        Self(if ours { OTHERWISE } else { u32::MAX })
    }
}

impl ClassifyRetry for Patience {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        RetryAction::NoActionIndicated
    }

    fn classify_retry_v2(&self, _: &InterceptorContext, previous: &RetryAction) -> RetryAction {
        let throttled = matches!(
            previous,
            RetryAction::RetryIndicated(RetryReason::RetryableError {
                kind: ErrorKind::ThrottlingError,
                ..
            })
        );
        // A wait for our own turn is no throttling of AWS's.
        let over = match throttled {
            true => recorder::is_hopeless() && self.0 < u32::MAX,
            false => recorder::attempts() >= self.0,
        };
        if over { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "trailproof::Patience"
    }

    fn priority(&self) -> RetryClassifierPriority {
        // After all of the SDK's own.
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}
