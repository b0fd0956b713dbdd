//! An event as CloudTrail records it: the members that it is chosen by and shown with.

use std::borrow::Cow;

use serde::Deserialize;
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

/// An event.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Record<'a> {
    /// When it happened.
    #[serde(borrow)]
    pub event_time: Option<Cow<'a, str>>,
    /// Where.
    #[serde(borrow)]
    pub aws_region: Option<Cow<'a, str>>,
    /// The service.
    #[serde(borrow)]
    pub event_source: Option<Cow<'a, str>>,
    /// The call.
    #[serde(borrow)]
    pub event_name: Option<Cow<'a, str>>,
    /// Whose call.
    #[serde(borrow)]
    pub user_identity: Option<Identity<'a>>,
    /// From where.
    #[serde(borrow, rename = "sourceIPAddress")]
    pub source_ip_address: Option<Cow<'a, str>>,
    /// By which program.
    #[serde(borrow)]
    pub user_agent: Option<Cow<'a, str>>,
    /// Why it did not happen.
    #[serde(borrow)]
    pub error_code: Option<Cow<'a, str>>,
    /// With what.
    #[serde(borrow)]
    request_parameters: Option<&'a RawValue>,
}

/// Who called.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Identity<'a> {
    /// The kind: `IAMUser`, `AssumedRole`, `Root`, `AWSService`, …
    #[serde(borrow, rename = "type")]
    pub kind: Option<Cow<'a, str>>,
    /// A user's name.
    #[serde(borrow)]
    pub user_name: Option<Cow<'a, str>>,
    /// The user, or the role's session.
    #[serde(borrow)]
    pub arn: Option<Cow<'a, str>>,
    /// The unique id.
    #[serde(borrow)]
    pub principal_id: Option<Cow<'a, str>>,
    /// The service that called on somebody's behalf.
    #[serde(borrow)]
    pub invoked_by: Option<Cow<'a, str>>,
}

impl Identity<'_> {
    /// A name for people: the user's, else what the ARN ends with (`role/session`), else the service or the kind.
    pub fn name(&self) -> &str {
        let of_arn = || self.arn.as_deref().and_then(|arn| arn.splitn(6, ':').nth(5));
        let of_arn = || of_arn().map(|name| name.split_once('/').map_or(name, |(_, name)| name));
        let others = || self.invoked_by.as_deref().or(self.kind.as_deref());
        self.user_name.as_deref().or_else(of_arn).or_else(others).unwrap_or_default()
    }
}

impl Record<'_> {
    /// Writes the classic columns, a line.
    pub fn columns(&self, out: &mut Vec<u8>) {
        let user = self.user_identity.as_ref().map(Identity::name).unwrap_or_default();
        let parameters = self.request_parameters.map(RawValue::get).unwrap_or_default();
        let columns = [
            self.event_time.as_deref().unwrap_or_default(),
            self.aws_region.as_deref().unwrap_or_default(),
            self.event_source.as_deref().unwrap_or_default(),
            self.event_name.as_deref().unwrap_or_default(),
            user,
            self.source_ip_address.as_deref().unwrap_or_default(),
            self.user_agent.as_deref().unwrap_or_default(),
            if parameters == "null" { "" } else { parameters },
        ];
        for (at, column) in columns.into_iter().enumerate() {
            if at > 0 {
                out.push(b'\t');
            }
            // Neither a cell nor a line may begin where the record does not say so.
            let plain = |character: char| if character.is_control() { ' ' } else { character };
            let mut buffer = [0; 4];
            for character in column.chars().map(plain) {
                out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            }
        }
        out.push(b'\n');
    }
}

/// Writes a record as it is, a line.
pub fn line(raw: &RawValue, out: &mut Vec<u8>) {
    let text = raw.get();
    if text.contains(['\n', '\r']) {
        // Laid out over several lines: within a JSON text that can only be white space.
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            out.extend_from_slice(value.to_string().as_bytes());
        }
    } else {
        out.extend_from_slice(text.as_bytes());
    }
    out.push(b'\n');
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
                        {\"key\":\"x\\ty\"}\n";
        assert_eq!(columns(text), expected);
        assert_eq!(columns("{}"), "\t\t\t\t\t\t\t\n");
        assert_eq!(columns(r#"{"requestParameters":null}"#), "\t\t\t\t\t\t\t\n");
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
        let raw: &RawValue = serde_json::from_str("{\n \"a\": \"b\\n\"\n}").unwrap();
        let mut out = Vec::new();
        line(raw, &mut out);
        assert_eq!(out, b"{\"a\":\"b\\n\"}\n");
    }
}
