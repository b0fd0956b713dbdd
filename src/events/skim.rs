//! The records of a log file as CloudTrail writes it, read from quote to quote. A parser that looks at every letter takes
//! longer than proving the file does; docs/performance.md has the figures.
//!
//! It knows what CloudTrail writes, not all of JSON: a text without white space between its tokens, whose members have names
//! without escapes and come once. Whatever else there is it leaves to serde_json, which then reads the whole file. What is
//! handed on as it is, and what nobody asks for, is not looked into: it is what AWS signed.

mod marks;

use super::glance::Glance;
use super::record::{Attributes, Behalf, Identity, Issuer, Json, Record, Scope, Session, Text};
use marks::Marks;

/// Something that was read; none where it is not written in the way that is known here.
type Read<T> = Option<T>;

/// What is asked of the records.
#[derive(Debug, Default)]
pub struct Asked {
    /// What at a glance must be in one that is wanted.
    pub glance: Glance,
    /// What must be known of it.
    pub parts: Parts,
}

/// What must be known of a record. The rest may be there or not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// All that is known here.
    #[default]
    All,
    /// All but what session it is of.
    Plain,
    /// The classic columns alone: what comes behind the last of them is passed over.
    Columns,
    /// Its text alone.
    Nothing,
}

/// Hands out the records that at a glance may be wanted, and their texts, in their order. None where the file is to be
/// read in another way; some may have been handed out before.
pub fn each(text: &str, asked: &Asked, take: &mut dyn FnMut(&str, &Record<'_>)) -> Read<()> {
    let Asked { glance, parts } = asked;
    let text = text.trim_ascii_end();
    let mut walk = Walk::new(text, *parts);
    let mut there = false;
    walk.members(|walk, name| {
        if name != "Records" {
            return walk.pass().map(drop);
        }
        if std::mem::replace(&mut there, true) {
            return None;
        }
        walk.list(|walk| {
            let from = walk.at;
            if glance.lets_all_pass() && *parts != Parts::Nothing {
                let record = record(walk)?;
                take(walk.since(from)?, &record);
                return Some(());
            }
            let raw = walk.pass().filter(|raw| raw.starts_with('{'))?;
            if glance.may_hold(raw.as_bytes()) {
                take(raw, &whole(raw, *parts)?);
            }
            Some(())
        })
    })?;
    (there && walk.at == text.len()).then_some(())
}

/// A text that is a record.
fn whole(text: &str, parts: Parts) -> Read<Record<'_>> {
    if parts == Parts::Nothing {
        return Some(Record::default());
    }
    let mut walk = Walk::new(text, parts);
    let record = record(&mut walk)?;
    (walk.at == text.len()).then_some(record)
}

/// The record at the place that was reached.
fn record<'a>(walk: &mut Walk<'a>) -> Read<Record<'a>> {
    let (mut record, mut parameters) = (Record::default(), false);
    let brief = walk.parts == Parts::Columns;
    walk.members(|walk, name| {
        record.member(name, walk)?;
        // Most often there are none, so that it cannot be seen whether they were read.
        parameters |= name == "requestParameters";
        if brief && parameters && has_columns(&record) {
            return walk.pass_rest();
        }
        Some(())
    })?;
    Some(record)
}

/// Whether all classic columns are there but the parameters.
fn has_columns(record: &Record<'_>) -> bool {
    record.user_agent.is_some()
        && record.source_ip_address.is_some()
        && record.user_identity.is_some()
        && record.event_name.is_some()
        && record.event_source.is_some()
        && record.aws_region.is_some()
        && record.event_time.is_some()
}

/// How far a text was read.
struct Walk<'a> {
    text: &'a str,
    marks: Marks<'a>,
    at: usize,
    parts: Parts,
}

/// What can be read at the place that was reached.
trait Value<'a>: Sized {
    fn read(walk: &mut Walk<'a>) -> Read<Self>;
}

/// An object of which some members are wanted.
trait Members<'a>: Default {
    /// Reads the member of that name, or passes over it.
    fn member(&mut self, name: &str, walk: &mut Walk<'a>) -> Read<()>;
}

impl<'a> Walk<'a> {
    fn new(text: &'a str, parts: Parts) -> Self {
        Self { text, marks: Marks::new(text.as_bytes()), at: 0, parts }
    }

    fn byte(&self) -> Read<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn since(&self, from: usize) -> Read<&'a str> {
        self.text.get(from..self.at)
    }

    /// A string as it is written, and whether it has escapes.
    #[inline]
    fn string(&mut self) -> Read<(&'a str, bool)> {
        let open = self.marks.quote().filter(|open| *open == self.at)?;
        let close = self.marks.quote()?;
        self.at = close + 1;
        Some((self.text.get(open + 1..close)?, self.marks.is_slashed(open, close)))
    }

    /// What is neither string nor object nor list.
    fn bare(&mut self) -> Read<&'a str> {
        let from = self.at;
        while !matches!(self.byte()?, b',' | b'}' | b']') {
            self.at += 1;
        }
        self.since(from).filter(|text| !text.is_empty())
    }

    /// Any value, as it is written.
    fn pass(&mut self) -> Read<&'a str> {
        let from = self.at;
        match self.byte()? {
            b'"' => drop(self.string()?),
            b'{' | b'[' => self.at = self.marks.end(from, 0)?,
            _ => return self.bare(),
        }
        self.since(from)
    }

    /// What is left of the object that is being read, but for the bracket at its end.
    fn pass_rest(&mut self) -> Read<()> {
        self.at = self.marks.end(self.at, 1)? - 1;
        Some(())
    }

    /// All that is between two brackets and parted by commas.
    #[inline]
    fn parted(
        &mut self,
        (open, close): (u8, u8),
        mut part: impl FnMut(&mut Self) -> Read<()>,
    ) -> Read<()> {
        if self.byte()? != open {
            return None;
        }
        self.at += 1;
        if self.byte()? == close {
            self.at += 1;
            return Some(());
        }
        loop {
            part(self)?;
            let next = self.byte()?;
            self.at += 1;
            match next {
                b',' => {}
                _ if next == close => return Some(()),
                _ => return None,
            }
        }
    }

    fn list(&mut self, element: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        self.parted((b'[', b']'), element)
    }

    #[inline]
    fn members(&mut self, mut member: impl FnMut(&mut Self, &'a str) -> Read<()>) -> Read<()> {
        self.parted((b'{', b'}'), |walk| {
            let (name, slashed) = walk.string()?;
            if slashed || walk.byte()? != b':' {
                return None;
            }
            walk.at += 1;
            member(walk, name)
        })
    }

    /// Fills what is empty.
    fn fill<T: Value<'a>>(&mut self, slot: &mut Option<T>) -> Read<()> {
        if slot.is_some() {
            return None;
        }
        if self.byte()? == b'n' {
            return (self.bare()? == "null").then_some(());
        }
        *slot = Some(T::read(self)?);
        Some(())
    }
}

impl<'a, T: Members<'a>> Value<'a> for T {
    fn read(walk: &mut Walk<'a>) -> Read<Self> {
        let mut object = Self::default();
        walk.members(|walk, name| object.member(name, walk))?;
        Some(object)
    }
}

impl<'a> Value<'a> for Text<'a> {
    #[inline]
    fn read(walk: &mut Walk<'a>) -> Read<Self> {
        let from = walk.at;
        match walk.string()? {
            (text, false) => Some(Self::from(text)),
            (_, true) => serde_json::from_str(walk.since(from)?).ok(),
        }
    }
}

impl<'a> Value<'a> for Json<'a> {
    fn read(walk: &mut Walk<'a>) -> Read<Self> {
        walk.pass().map(Self::from)
    }
}

impl Value<'_> for bool {
    fn read(walk: &mut Walk<'_>) -> Read<Self> {
        match walk.bare()? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

impl<'a> Members<'a> for Record<'a> {
    #[inline]
    fn member(&mut self, name: &str, walk: &mut Walk<'a>) -> Read<()> {
        match name {
            "eventTime" => walk.fill(&mut self.event_time),
            "awsRegion" => walk.fill(&mut self.aws_region),
            "eventSource" => walk.fill(&mut self.event_source),
            "eventName" => walk.fill(&mut self.event_name),
            "userIdentity" => walk.fill(&mut self.user_identity),
            "sourceIPAddress" => walk.fill(&mut self.source_ip_address),
            "userAgent" => walk.fill(&mut self.user_agent),
            "errorCode" => walk.fill(&mut self.error_code),
            "errorMessage" => walk.fill(&mut self.error_message),
            "eventID" => walk.fill(&mut self.event_id),
            "requestID" => walk.fill(&mut self.request_id),
            "sharedEventID" => walk.fill(&mut self.shared_event_id),
            "eventType" => walk.fill(&mut self.event_type),
            "eventCategory" => walk.fill(&mut self.event_category),
            "recipientAccountId" => walk.fill(&mut self.recipient_account_id),
            "readOnly" => walk.fill(&mut self.read_only),
            "managementEvent" => walk.fill(&mut self.management_event),
            "requestParameters" => walk.fill(&mut self.request_parameters),
            "responseElements" => walk.fill(&mut self.response_elements),
            "additionalEventData" => walk.fill(&mut self.additional_event_data),
            "resources" => walk.fill(&mut self.resources),
            _ => walk.pass().map(drop),
        }
    }
}

impl<'a> Members<'a> for Identity<'a> {
    fn member(&mut self, name: &str, walk: &mut Walk<'a>) -> Read<()> {
        match name {
            "type" => walk.fill(&mut self.kind),
            "userName" => walk.fill(&mut self.user_name),
            "arn" => walk.fill(&mut self.arn),
            "principalId" => walk.fill(&mut self.principal_id),
            "accountId" => walk.fill(&mut self.account_id),
            "accessKeyId" => walk.fill(&mut self.access_key_id),
            "invokedBy" => walk.fill(&mut self.invoked_by),
            "identityProvider" => walk.fill(&mut self.identity_provider),
            "sessionContext" if walk.parts == Parts::All => walk.fill(&mut self.session_context),
            "inScopeOf" => walk.fill(&mut self.in_scope_of),
            "onBehalfOf" => walk.fill(&mut self.on_behalf_of),
            _ => walk.pass().map(drop),
        }
    }
}

impl<'a> Members<'a> for Session<'a> {
    fn member(&mut self, name: &str, walk: &mut Walk<'a>) -> Read<()> {
        match name {
            "sessionIssuer" => walk.fill(&mut self.session_issuer),
            "sourceIdentity" => walk.fill(&mut self.source_identity),
            "ec2RoleDelivery" => walk.fill(&mut self.ec2_role_delivery),
            "assumedRoot" => walk.fill(&mut self.assumed_root),
            "attributes" => walk.fill(&mut self.attributes),
            _ => walk.pass().map(drop),
        }
    }
}

impl<'a> Members<'a> for Attributes<'a> {
    fn member(&mut self, name: &str, walk: &mut Walk<'a>) -> Read<()> {
        match name {
            "mfaAuthenticated" => walk.fill(&mut self.mfa_authenticated),
            _ => walk.pass().map(drop),
        }
    }
}

impl<'a> Members<'a> for Issuer<'a> {
    fn member(&mut self, name: &str, walk: &mut Walk<'a>) -> Read<()> {
        match name {
            "arn" => walk.fill(&mut self.arn),
            _ => walk.pass().map(drop),
        }
    }
}

impl<'a> Members<'a> for Scope<'a> {
    fn member(&mut self, name: &str, walk: &mut Walk<'a>) -> Read<()> {
        match name {
            "credentialsIssuedTo" => walk.fill(&mut self.credentials_issued_to),
            _ => walk.pass().map(drop),
        }
    }
}

impl<'a> Members<'a> for Behalf<'a> {
    fn member(&mut self, name: &str, walk: &mut Walk<'a>) -> Read<()> {
        match name {
            "userId" => walk.fill(&mut self.user_id),
            "identityStoreArn" => walk.fill(&mut self.identity_store_arn),
            _ => walk.pass().map(drop),
        }
    }
}

#[cfg(test)]
mod tests;
