//! Latency: how long each call takes, by tokio's clock.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fault::agrees;
use crate::http::Request;

/// The time between a request and its answer, refusals and broken connections included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// What a call takes, in JSON as milliseconds.
    #[serde(with = "crate::millis")]
    pub usual: Duration,
    /// What single calls take instead; the first that agrees wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unusual: Vec<Slow>,
}

/// The latency of the calls that agree with all that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slow {
    /// `cloudtrail:DescribeTrails`; `*` stands for any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The calling account's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The region of the call; `*` stands for any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// What such a call takes, in JSON as milliseconds.
    #[serde(with = "crate::millis")]
    pub latency: Duration,
}

impl Latency {
    /// The same for every call.
    #[must_use]
    pub fn fixed(usual: Duration) -> Self {
        Self { usual, unusual: Vec::new() }
    }

    /// Another one for some calls.
    #[must_use]
    pub fn but(mut self, slow: Slow) -> Self {
        self.unusual.push(slow);
        self
    }

    pub(crate) fn of(&self, request: &Request) -> Duration {
        let found = self.unusual.iter().find(|slow| slow.is_about(request));
        found.map_or(self.usual, |slow| slow.latency)
    }
}

impl Slow {
    fn is_about(&self, request: &Request) -> bool {
        agrees(self.account.as_deref(), &request.account)
            && agrees(self.region.as_deref(), &request.region)
            && agrees(self.operation.as_deref(), &request.action())
    }
}
