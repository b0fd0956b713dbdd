use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::*;

const MEMBERS: [&str; 24] = [
    "eventVersion",
    "eventTime",
    "awsRegion",
    "eventSource",
    "eventName",
    "userIdentity",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "eventID",
    "requestID",
    "sharedEventID",
    "eventType",
    "eventCategory",
    "recipientAccountId",
    "readOnly",
    "managementEvent",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "resources",
    "tlsDetails",
    "new\"one",
];
const OF_IDENTITY: [&str; 20] = [
    "type",
    "userName",
    "arn",
    "principalId",
    "accountId",
    "accessKeyId",
    "invokedBy",
    "identityProvider",
    "sessionContext",
    "inScopeOf",
    "onBehalfOf",
    "sessionIssuer",
    "sourceIdentity",
    "ec2RoleDelivery",
    "assumedRoot",
    "attributes",
    "mfaAuthenticated",
    "credentialsIssuedTo",
    "userId",
    "identityStoreArn",
];

fn any_text() -> impl Strategy<Value = String> {
    "([a-zA-Z0-9:/.{}\\[\\],\"\\\\\u{1f}\n\té\u{85}😀-]|\\\\u0041){0,40}"
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i32>().prop_map(Value::from),
        5 => any_text().prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            members("[a-z\"]{0,9}".boxed(), inner.boxed(), 4),
        ]
    })
}

fn members(
    name: BoxedStrategy<String>,
    value: BoxedStrategy<Value>,
    most: usize,
) -> impl Strategy<Value = Value> {
    let members = proptest::collection::vec((name, value), 0..most);
    members.prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>()))
}

fn named(names: &'static [&'static str]) -> BoxedStrategy<String> {
    select(names).prop_map(str::to_owned).boxed()
}

fn identity() -> impl Strategy<Value = Value> {
    let text = prop_oneof![9 => any_text().prop_map(Value::String), 1 => Just(Value::Null)];
    text.prop_recursive(4, 30, 8, |inner| members(named(&OF_IDENTITY), inner.boxed(), 8))
}

/// A record, mostly of a form that is known.
fn record() -> impl Strategy<Value = Value> {
    let part = |name: String| {
        let value = match name.as_str() {
            "userIdentity" => identity().boxed(),
            "readOnly" | "managementEvent" => any::<bool>().prop_map(Value::Bool).boxed(),
            "requestParameters"
            | "responseElements"
            | "additionalEventData"
            | "resources"
            | "tlsDetails" => any_value().boxed(),
            _ => any_text().prop_map(Value::String).boxed(),
        };
        let value = prop_oneof![30 => value, 2 => Just(Value::Null), 1 => any_value()];
        (Just(name), value)
    };
    proptest::collection::vec(named(&MEMBERS).prop_flat_map(part), 0..16)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// What is handed out of a file, held against what serde_json reads: gives whether all of it was.
fn held(text: &str, asked: &Asked) -> Result<bool, TestCaseError> {
    let mut found = Vec::new();
    let whole = each(text, asked, &mut |raw, record| {
        found.push(raw.to_owned());
        if asked.parts == Parts::Nothing {
            assert_eq!(record, &Record::default());
        } else if let Ok(mut parsed) = serde_json::from_str::<Record<'_>>(raw) {
            if let (Parts::Plain | Parts::Columns, Some(who)) =
                (asked.parts, &mut parsed.user_identity)
            {
                who.session_context = None;
            }
            match asked.parts {
                Parts::All | Parts::Plain => assert_eq!(&parsed, record, "{raw}"),
                Parts::Nothing | Parts::Columns => {
                    assert_eq!(columns(&parsed), columns(record), "{raw}");
                    assert_eq!(parsed.user_identity, record.user_identity, "{raw}");
                }
            }
        }
    });
    if whole.is_none() {
        return Ok(false);
    }
    let Ok(file) = serde_json::from_str::<Value>(text) else { return Ok(true) };
    let records = file["Records"].as_array().expect("records were handed out");
    let texts = records.iter().map(Value::to_string);
    let expected: Vec<String> =
        texts.filter(|text| asked.glance.may_hold(text.as_bytes())).collect();
    let same = |raw: &String| serde_json::from_str::<Value>(raw).map(|value| value.to_string());
    let found: Vec<String> = found.iter().map(|raw| same(raw).expect("it is of a file")).collect();
    prop_assert_eq!(found, expected);
    Ok(true)
}

/// Whether no name has escapes, and no list is in it, which serde_json takes for an object.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Array(_) => false,
        Value::Object(members) => {
            members.iter().all(|(name, value)| !name.contains('"') && is_plain(value))
        }
        _ => true,
    }
}

fn all(parts: Parts) -> Asked {
    Asked { glance: Glance::default(), parts }
}

fn columns(record: &Record<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    record.columns(&mut out);
    out
}

fn is_known(record: &Value) -> bool {
    serde_json::from_str::<Record<'_>>(&record.to_string()).is_ok()
}

proptest! {
    #[test]
    fn what_is_handed_out_is_what_serde_json_reads(records in proptest::collection::vec(record(), 0..6)) {
        let text = json!({ "Records": records }).to_string();
        let whole = held(&text, &all(Parts::All))?;
        let plain = |record: &Value| {
            record.get("new\"one").is_none() && is_plain(&record["userIdentity"])
        };
        if records.iter().all(|record| is_known(record) && plain(record)) {
            prop_assert!(whole, "{}", text);
        }
        if records.iter().all(Value::is_object) {
            prop_assert!(held(&text, &all(Parts::Nothing))?, "{}", text);
        }
        for parts in [Parts::Plain, Parts::Columns, Parts::Nothing] {
            held(&text, &all(parts))?;
            let glance = Glance::default().with_one_of(&["a"]);
            held(&text, &Asked { glance, parts })?;
        }
    }

    #[test]
    fn a_byte_that_is_another_one_makes_nothing_else_of_it(
        records in proptest::collection::vec(record(), 1..4),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), select(&b"\"\\{}[],: \na0"[..])), 1..4),
    ) {
        let mut text = json!({ "Records": records }).to_string().into_bytes();
        for (at, byte) in edits {
            let at = at.index(text.len());
            if text[at].is_ascii() {
                text[at] = byte;
            }
        }
        let text = String::from_utf8(text).unwrap();
        for parts in [Parts::All, Parts::Columns, Parts::Nothing] {
            held(&text, &all(parts))?;
        }
    }

    #[test]
    fn any_text_is_read_or_left(text in "[{}\\[\\]\",:\\\\Recordsnul0 ]{0,200}") {
        for parts in [Parts::All, Parts::Columns, Parts::Nothing] {
            held(&text, &all(parts))?;
        }
    }
}

#[test]
fn what_comes_behind_the_columns_is_passed_over_and_the_next_record_is_there() {
    let columns = r#""eventTime":"t","awsRegion":"r","eventSource":"s","eventName":"n","userIdentity":{},
        "sourceIPAddress":"i","userAgent":"a","requestParameters""#;
    let columns: String = columns.lines().map(str::trim).collect();
    for more in ["null", r#"{"a":["}"]}"#, r#"null,"errorCode":"\"}","resources":[{"a":"]"},{}]"#] {
        let text = format!(r#"{{"Records":[{{{columns}:{more}}},{{{columns}:null}}]}}"#);
        let mut found = Vec::new();
        let whole = each(&text, &all(Parts::Columns), &mut |raw, record| {
            found.push((raw.to_owned(), record.error_code.is_some()));
        });
        let expected = [more, "null"].map(|more| (format!("{{{columns}:{more}}}"), false));
        assert_eq!((whole, found), (Some(()), expected.to_vec()), "{text}");
    }
}

#[test]
fn what_is_not_known_here_is_left() {
    for text in [
        r#"{"Records": []}"#,
        r#"{"Records":[{"eventName":"one"},]}"#,
        r#"{"Records":[{"eventName":"one","eventName":"two"}]}"#,
        r#"{"Records":[{"eventName":1}]}"#,
        r#"{"Records":[{"readOnly":"true"}]}"#,
        r#"{"Records":[{"readOnly":}]}"#,
        r#"{"Records":[{"event\u004eame":"one"}]}"#,
        r#"{"Records":[{"eventName":"\x"}]}"#,
        r#"{"Records":[{"userIdentity":["IAMUser"]}]}"#,
        r#"{"Records":[x",{"eventName":"one"}]}"#,
        r#"{"Records":[],"Records":[]}"#,
        r#"{"Records":[]}}"#,
        r#"{"Records":[]"#,
        r#"{"Records":null}"#,
        "{}",
    ] {
        assert!(each(text, &all(Parts::All), &mut |_, _| {}).is_none(), "{text}");
    }
}
