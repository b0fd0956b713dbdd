//! An event as CloudTrail records it: the members that it is chosen by and shown with.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use memchr::{memchr, memchr_iter, memchr2};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// The eight classic columns.
pub const COLUMNS: [&str; 8] = [
    "eventTime",
    "awsRegion",
    "eventSource",
    "eventName",
    "userName",
    "sourceIPAddress",
    "userAgent",
    "requestParameters",
];

/// A text of an event, which lies in the log file's own text unless it has escapes. `Cow` would be copied: serde borrows it
/// only where no `Option` is around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a>(Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Taken;
        impl<'de> Visitor<'de> for Taken {
            type Value = Text<'de>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Taken)
    }
}

/// A value as it is written, whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// Its text.
    pub fn get(self) -> &'a str {
        self.0
    }
}

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Self {
        Self(text)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(from).map(|value| Self(value.get()))
    }
}

/// An event.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Record<'a> {
    /// When it happened.
    #[serde(borrow)]
    pub event_time: Option<Text<'a>>,
    /// Where.
    #[serde(borrow)]
    pub aws_region: Option<Text<'a>>,
    /// The service.
    #[serde(borrow)]
    pub event_source: Option<Text<'a>>,
    /// The call.
    #[serde(borrow)]
    pub event_name: Option<Text<'a>>,
    /// Whose call.
    #[serde(borrow)]
    pub user_identity: Option<Identity<'a>>,
    /// From where.
    #[serde(borrow, rename = "sourceIPAddress")]
    pub source_ip_address: Option<Text<'a>>,
    /// By which program.
    #[serde(borrow)]
    pub user_agent: Option<Text<'a>>,
    /// Why it did not happen.
    #[serde(borrow)]
    pub error_code: Option<Text<'a>>,
    /// The same in words.
    #[serde(borrow)]
    pub error_message: Option<Text<'a>>,
    /// CloudTrail's id of the event.
    #[serde(borrow, rename = "eventID")]
    pub event_id: Option<Text<'a>>,
    /// The id of the call.
    #[serde(borrow, rename = "requestID")]
    pub request_id: Option<Text<'a>>,
    /// The id that the copies of an event in several accounts share.
    #[serde(borrow, rename = "sharedEventID")]
    pub shared_event_id: Option<Text<'a>>,
    /// A call, a sign-in, something that a service did.
    #[serde(borrow)]
    pub event_type: Option<Text<'a>>,
    /// Management, data, Insight or network activity.
    #[serde(borrow)]
    pub event_category: Option<Text<'a>>,
    /// The account that got this copy.
    #[serde(borrow)]
    pub recipient_account_id: Option<Text<'a>>,
    /// Whether it changed nothing.
    pub read_only: Option<bool>,
    /// Whether it is a management event.
    pub management_event: Option<bool>,
    /// With what.
    #[serde(borrow)]
    pub request_parameters: Option<Json<'a>>,
    /// What came back.
    #[serde(borrow)]
    pub response_elements: Option<Json<'a>>,
    /// What else is known.
    #[serde(borrow)]
    pub additional_event_data: Option<Json<'a>>,
    /// What it was about.
    #[serde(borrow)]
    pub resources: Option<Json<'a>>,
}

/// Who called.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Identity<'a> {
    /// The kind: `IAMUser`, `AssumedRole`, `Root`, `AWSService`, …
    #[serde(borrow, rename = "type")]
    pub kind: Option<Text<'a>>,
    /// A user's name.
    #[serde(borrow)]
    pub user_name: Option<Text<'a>>,
    /// The user, or the role's session.
    #[serde(borrow)]
    pub arn: Option<Text<'a>>,
    /// The unique id.
    #[serde(borrow)]
    pub principal_id: Option<Text<'a>>,
    /// The account.
    #[serde(borrow)]
    pub account_id: Option<Text<'a>>,
    /// The access key.
    #[serde(borrow)]
    pub access_key_id: Option<Text<'a>>,
    /// The service that called on somebody's behalf.
    #[serde(borrow)]
    pub invoked_by: Option<Text<'a>>,
    /// Who vouches for a federated user.
    #[serde(borrow)]
    pub identity_provider: Option<Text<'a>>,
    /// Where temporary credentials come from.
    #[serde(borrow)]
    pub session_context: Option<Session<'a>>,
    /// The resource that a service gave the credentials to.
    #[serde(borrow)]
    pub in_scope_of: Option<Scope<'a>>,
    /// The user of IAM Identity Center for whom it was done.
    #[serde(borrow)]
    pub on_behalf_of: Option<Behalf<'a>>,
}

/// Where temporary credentials come from.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Session<'a> {
    /// The role, or the user.
    #[serde(borrow)]
    pub session_issuer: Option<Issuer<'a>>,
    /// What whoever assumed the first role said of itself; AWS lets nobody change it afterwards.
    #[serde(borrow)]
    pub source_identity: Option<Text<'a>>,
    /// That the credentials were delivered to an EC2 instance.
    #[serde(borrow)]
    pub ec2_role_delivery: Option<Text<'a>>,
    /// That the management account took on a member's root user.
    #[serde(borrow)]
    pub assumed_root: Option<Text<'a>>,
    /// What is known of the sign-in.
    #[serde(borrow)]
    pub attributes: Option<Attributes<'a>>,
}

/// What is known of a sign-in.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attributes<'a> {
    /// `true` where a second factor was shown.
    #[serde(borrow)]
    pub mfa_authenticated: Option<Text<'a>>,
}

/// The role or user that a session is of.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Issuer<'a> {
    /// Its ARN.
    #[serde(borrow)]
    pub arn: Option<Text<'a>>,
}

/// A resource that a service gave credentials to.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Scope<'a> {
    /// Its ARN.
    #[serde(borrow)]
    pub credentials_issued_to: Option<Text<'a>>,
}

/// A user of IAM Identity Center.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Behalf<'a> {
    /// The id.
    #[serde(borrow)]
    pub user_id: Option<Text<'a>>,
    /// Where it is one.
    #[serde(borrow)]
    pub identity_store_arn: Option<Text<'a>>,
}

impl Identity<'_> {
    /// A name for people: the user's, else what the ARN ends with (`role/session`), else the service or the kind.
    pub fn name(&self) -> &str {
        let of_arn = || {
            let arn = self.arn.as_deref()?;
            let name = arn.get(memchr_iter(b':', arn.as_bytes()).nth(4)? + 1..)?;
            memchr(b'/', name.as_bytes()).map_or(Some(name), |slash| name.get(slash + 1..))
        };
        let others = || self.invoked_by.as_deref().or(self.kind.as_deref());
        self.user_name.as_deref().or_else(of_arn).or_else(others).unwrap_or_default()
    }
}

impl Record<'_> {
    /// Who called, for people.
    pub fn user_name(&self) -> &str {
        self.user_identity.as_ref().map(Identity::name).unwrap_or_default()
    }

    /// Writes the classic columns, with tabs between them.
    pub fn columns(&self, out: &mut Vec<u8>) {
        let columns = [
            self.event_time.as_deref().unwrap_or_default(),
            self.aws_region.as_deref().unwrap_or_default(),
            self.event_source.as_deref().unwrap_or_default(),
            self.event_name.as_deref().unwrap_or_default(),
            self.user_name(),
            self.source_ip_address.as_deref().unwrap_or_default(),
            self.user_agent.as_deref().unwrap_or_default(),
            self.request_parameters.map(Json::get).unwrap_or_default(),
        ];
        for (at, column) in columns.into_iter().enumerate() {
            if at > 0 {
                out.push(b'\t');
            }
            plain(column, out);
        }
    }
}

/// Writes a text so that neither a cell nor a line begins where the record does not say so.
pub fn plain(text: &str, out: &mut Vec<u8>) {
    if may_control(text) {
        let plain = |character: char| if character.is_control() { ' ' } else { character };
        out.extend_from_slice(text.chars().map(plain).collect::<String>().as_bytes());
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

/// Whether a control character may be in a text: those of Latin-1 begin with the byte C2 in UTF-8, as others do. Without an
/// early end many bytes are looked at at once.
fn may_control(text: &str) -> bool {
    let is_one = |byte| byte < b' ' || byte == 0x7f || byte == 0xc2;
    text.bytes().fold(false, |found, byte| found | is_one(byte))
}

/// Writes a record as it is, without a line break in it.
pub fn unbroken(text: &str, out: &mut Vec<u8>) {
    if memchr2(b'\n', b'\r', text.as_bytes()).is_none() {
        out.extend_from_slice(text.as_bytes());
    // Laid out over several lines: within a JSON text that can only be white space.
    } else if let Ok(value) = serde_json::from_str::<Value>(text) {
        out.extend_from_slice(value.to_string().as_bytes());
    }
}

/// Writes one more member into the object that was written last.
pub fn member(name: &str, value: &Value, out: &mut Vec<u8>) {
    if out.pop_if(|last| *last == b'}').is_some() {
        let comma = if out.ends_with(b"{") { "" } else { "," };
        out.extend_from_slice(format!("{comma}\"{name}\":{value}}}").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(text: &str) -> String {
        let record: Record<'_> = serde_json::from_str(text).unwrap();
        let mut out = Vec::new();
        record.columns(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_record_is_eight_columns_whatever_it_holds() {
        let text = r#"{"eventTime":"2026-07-01T00:00:00Z","awsRegion":"eu-west-1","eventSource":"s3.amazonaws.com",
            "eventName":"GetObject","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/r/s"},
            "sourceIPAddress":"10.0.0.1","userAgent":"a\tb\nc","requestParameters":{"key":"x\ty"}}"#;
        let expected = "2026-07-01T00:00:00Z\teu-west-1\ts3.amazonaws.com\tGetObject\tr/s\t10.0.0.1\ta b c\t\
                        {\"key\":\"x\\ty\"}";
        assert_eq!(columns(text), expected);
        assert_eq!(columns("{}"), "\t\t\t\t\t\t\t");
        assert_eq!(columns(r#"{"requestParameters":null}"#), "\t\t\t\t\t\t\t");
    }

    #[test]
    fn no_control_character_is_left_and_nothing_else_is_lost() {
        let every: String = (0..=0x17f_u32).filter_map(char::from_u32).collect();
        let told = serde_json::json!({ "userAgent": every, "eventName": "é£ü", "awsRegion": "x" });
        let line = columns(&told.to_string());
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!((cells.len(), cells[1], cells[3]), (8, "x", "é£ü"));
        let expected: String =
            every.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
        assert_eq!(cells[6], expected);
    }

    #[test]
    fn what_has_no_escapes_is_not_copied() {
        let text = r#"{"eventName":"GetObject","userAgent":"a\"b","userIdentity":{"arn":"arn"}}"#;
        let record: Record<'_> = serde_json::from_str(text).unwrap();
        let borrowed = |text: &Option<Text<'_>>| matches!(text, Some(Text(Cow::Borrowed(_))));
        assert!(borrowed(&record.event_name) && borrowed(&record.user_identity.unwrap().arn));
        assert_eq!(record.user_agent.as_deref(), Some("a\"b"));
    }

    #[test]
    fn who_called_has_a_name() {
        let name =
            |text: &str| serde_json::from_str::<Identity<'_>>(text).unwrap().name().to_owned();
        assert_eq!(name(r#"{"userName":"alice","arn":"arn:aws:iam::1:user/path/alice"}"#), "alice");
        assert_eq!(name(r#"{"arn":"arn:aws:iam::1:root"}"#), "root");
        assert_eq!(name(r#"{"invokedBy":"ec2.amazonaws.com"}"#), "ec2.amazonaws.com");
        assert_eq!(name("{}"), "");
    }

    #[test]
    fn a_record_is_one_line() {
        let raw = "{\n \"a\": \"b\\n\"\n}";
        let mut out = Vec::new();
        unbroken(raw, &mut out);
        assert_eq!(out, b"{\"a\":\"b\\n\"}");
        member("more", &Value::Bool(true), &mut out);
        assert_eq!(out, b"{\"a\":\"b\\n\",\"more\":true}");
    }

    #[test]
    fn a_member_is_written_into_an_object_alone() {
        for (before, after) in
            [("{}", "{\"m\":1}"), ("{\"a\":{}}", "{\"a\":{},\"m\":1}"), ("[]", "[]")]
        {
            let mut out = before.as_bytes().to_vec();
            member("m", &Value::from(1), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), after);
        }
    }
}
