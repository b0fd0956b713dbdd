//! Which events are wanted.

use jiff::Timestamp;
use trailproof_core::pattern;

use super::glance::Glance;
use super::record::Record;
use crate::cli::EventsArgs;
use crate::exit::Stop;
use crate::validate_logs::instant;

/// What an event must be to be printed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    events: Vec<String>,
    sources: Vec<String>,
    users: Vec<String>,
    addresses: Vec<String>,
    errors: Vec<String>,
    succeeded: bool,
    failed: bool,
}

impl Wanted {
    /// As the flags say it.
    ///
    /// # Errors
    /// A time that is none.
    pub fn of(args: &EventsArgs) -> Result<Self, Stop> {
        let time = |flag, text: &Option<String>| {
            text.as_deref().map(|text| instant(flag, text)).transpose()
        };
        Ok(Self {
            since: time("--since", &args.since)?,
            until: time("--until", &args.until)?,
            events: args.event.clone(),
            sources: args.source.clone(),
            users: args.user.clone(),
            addresses: args.source_address.clone(),
            errors: args.error.clone(),
            succeeded: args.succeeded,
            failed: args.failed,
        })
    }

    /// What a text must hold, so that an event in it can be wanted.
    pub fn glance(&self) -> Glance {
        let lists = [&self.events, &self.sources, &self.users, &self.addresses, &self.errors];
        let glance = lists.into_iter().fold(Glance::default(), |all, list| all.with_globs(list));
        if self.failed || !self.errors.is_empty() {
            glance.with_one_of(&["errorCode"])
        } else {
            glance
        }
    }

    /// Whether it matters what failed. All else that matters is in the classic columns, or who it was.
    pub fn asks_for_errors(&self) -> bool {
        self.failed || self.succeeded || !self.errors.is_empty()
    }

    /// Whether every event is wanted, whatever it says.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an event is wanted. What it does not say, no filter lets through.
    pub fn holds(&self, record: &Record<'_>) -> bool {
        let who = record.user_identity.as_ref();
        let names = who.into_iter().flat_map(|who| {
            let ids = [who.arn.as_deref(), who.principal_id.as_deref(), who.invoked_by.as_deref()];
            [Some(who.name())].into_iter().chain(ids).flatten()
        });
        let failed = record.error_code.is_some();
        self.is_of_time(record.event_time.as_deref())
            && fits(&self.events, record.event_name.as_deref())
            && fits(&self.sources, record.event_source.as_deref())
            && fits(&self.users, names)
            && fits(&self.addresses, record.source_ip_address.as_deref())
            && fits(&self.errors, record.error_code.as_deref())
            && !(self.succeeded && failed)
            && (failed || !self.failed)
    }

    fn is_of_time(&self, time: Option<&str>) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let time = time.and_then(|time| time.parse::<Timestamp>().ok());
        time.is_some_and(|time| {
            self.since.is_none_or(|since| time >= since)
                && self.until.is_none_or(|until| time < until)
        })
    }
}

/// Whether any of the texts fits any of the globs; where there is no glob, everything fits.
fn fits<'a>(globs: &[String], texts: impl IntoIterator<Item = &'a str>) -> bool {
    globs.is_empty()
        || texts.into_iter().any(|text| globs.iter().any(|glob| pattern::matches(glob, text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"eventTime":"2026-07-01T12:00:00Z","eventSource":"s3.amazonaws.com","eventName":"PutObject",
        "userIdentity":{"arn":"arn:aws:sts::111122223333:assumed-role/admin/alice","principalId":"AROAX:alice"},
        "sourceIPAddress":"203.0.113.9","errorCode":"AccessDenied"}"#;

    fn holds(edit: impl FnOnce(&mut Wanted)) -> bool {
        let mut wanted = Wanted::default();
        edit(&mut wanted);
        wanted.holds(&serde_json::from_str(RECORD).unwrap())
    }

    fn globs(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn each_filter_narrows() {
        assert!(holds(|_| {}));
        assert!(holds(|wanted| wanted.events = globs(&["Get*", "Put*"])));
        assert!(!holds(|wanted| wanted.events = globs(&["Get*"])));
        assert!(holds(|wanted| wanted.users = globs(&["admin/*"])));
        assert!(holds(|wanted| wanted.users = globs(&["*:alice"])));
        assert!(!holds(|wanted| wanted.users = globs(&["bob"])));
        assert!(holds(|wanted| wanted.addresses = globs(&["203.0.113.*"])));
        assert!(holds(|wanted| wanted.errors = globs(&["*"])));
        assert!(!holds(|wanted| wanted.errors = globs(&["Throttling*"])));
        assert!(!holds(|wanted| wanted.succeeded = true));
        assert!(holds(|wanted| wanted.failed = true));
        let noon = "2026-07-01T12:00:00Z".parse().unwrap();
        assert!(holds(|wanted| wanted.since = Some(noon)));
        assert!(!holds(|wanted| wanted.until = Some(noon)));
    }

    #[test]
    fn what_an_event_does_not_say_no_filter_lets_through() {
        let record: Record<'_> = serde_json::from_str("{}").unwrap();
        let until = Wanted { until: Some(Timestamp::MAX), ..Wanted::default() };
        let error = Wanted { errors: globs(&["*"]), ..Wanted::default() };
        assert!(!until.holds(&record) && !error.holds(&record));
        assert!(Wanted::default().holds(&record) && Wanted::default().is_all());
        assert!(!until.is_all() && !error.is_all());
    }
}
