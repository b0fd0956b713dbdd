//! The records of a log file, one by one.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::glance::Glance;
use super::record::{Record, Text};

/// Hands out all records while the file is parsed, once and into no memory of its own. Where one cannot be read, or the file
/// cannot, it ends there and says so: those before were handed out.
pub fn each_parsed(text: &[u8], take: &mut dyn FnMut(&Record<'_>)) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let mut from = serde_json::Deserializer::from_str(text);
    Part { of: Of::File, take }.deserialize(&mut from).and_then(|()| from.end()).is_ok()
}

/// What is parsed.
enum Of {
    /// The object around the records.
    File,
    /// Their list.
    Records,
}

struct Part<'t> {
    of: Of,
    take: &'t mut dyn FnMut(&Record<'_>),
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        match self.of {
            Of::File => from.deserialize_map(self),
            Of::Records => from.deserialize_seq(self),
        }
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object with Records, a list of events")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut there = false;
        while let Some(name) = map.next_key::<Text<'de>>()? {
            if &*name != RECORDS {
                map.next_value::<IgnoredAny>()?;
            } else if std::mem::replace(&mut there, true) {
                return Err(A::Error::duplicate_field(RECORDS));
            } else {
                map.next_value_seed(Part { of: Of::Records, take: &mut *self.take })?;
            }
        }
        if there { Ok(()) } else { Err(A::Error::missing_field(RECORDS)) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(record) = seq.next_element::<Record<'de>>()? {
            (self.take)(&record);
        }
        Ok(())
    }
}

const RECORDS: &str = "Records";

/// Hands out the records of a log file that may be wanted, and counts those that cannot be read: what at a glance is not
/// wanted is not read.
pub fn each(
    text: &[u8],
    (glance, unread): (&Glance, &AtomicU64),
    take: &mut dyn FnMut(&RawValue, &Record<'_>),
) {
    #[derive(Deserialize)]
    struct File<'a> {
        #[serde(rename = "Records", borrow)]
        records: Vec<&'a RawValue>,
    }
    if !glance.may_hold(text) {
        return;
    }
    // Looked through once for what is no UTF-8, and not again in each of its texts.
    let file = std::str::from_utf8(text).ok().map(serde_json::from_str::<File<'_>>);
    let Some(Ok(file)) = file else {
        // AWS signed it, but it is of no form that is known.
        unread.fetch_add(1, Ordering::Relaxed);
        return;
    };
    for raw in file.records.into_iter().filter(|raw| glance.may_hold(raw.get().as_bytes())) {
        match serde_json::from_str::<Record<'_>>(raw.get()) {
            Ok(record) => take(raw, &record),
            Err(_) => drop(unread.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (bool, Vec<String>) {
        let mut names = Vec::new();
        let whole = each_parsed(text.as_bytes(), &mut |record| {
            names.push(record.event_name.as_deref().unwrap_or_default().to_owned());
        });
        (whole, names)
    }

    #[test]
    fn every_record_is_handed_out_in_order() {
        let text = r#"{"more":[{"eventName":"no"}],"Records":[{"eventName":"one"},{},{"eventName":"t\u0077o"}]}"#;
        assert_eq!(parsed(text), (true, ["one", "", "two"].map(str::to_owned).to_vec()));
        assert_eq!(parsed(r#"{"Records":[]}"#), (true, Vec::new()));
    }

    #[test]
    fn what_is_no_log_file_is_told() {
        for (text, before) in [
            (r#"{"Records":[{"eventName":"one"},{"eventName":2}]}"#, 1),
            (r#"{"Records":[{"eventName":"one"}]} more"#, 1),
            (r#"{"Records":[{"eventName":"one"}],"Records":[]}"#, 1),
            (r#"{"Records":[{"eventName":"one"}"#, 1),
            (r#"{"records":[{"eventName":"one"}]}"#, 0),
            (r#"[{"eventName":"one"}]"#, 0),
            ("", 0),
        ] {
            let (whole, names) = parsed(text);
            assert_eq!((whole, names.len()), (false, before), "{text}");
        }
        assert!(!each_parsed(b"{\"Records\":[{\"eventName\":\"\xff\"}]}", &mut |_| {}));
    }

    #[test]
    fn a_record_that_cannot_be_read_is_counted_and_the_others_are_there() {
        let text = br#"{"Records":[{"eventName":"one"},{"eventName":2},{"eventName":"three"}]}"#;
        let (unread, mut names) = (AtomicU64::new(0), Vec::new());
        each(text, (&Glance::default(), &unread), &mut |_, record| {
            names.push(record.event_name.as_deref().unwrap().to_owned());
        });
        assert_eq!((names, unread.into_inner()), (["one", "three"].map(str::to_owned).to_vec(), 1));
    }
}
