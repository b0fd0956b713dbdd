//! The records of a log file, one by one.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::record::Record;
use super::skim::{self, Asked, Parts};

/// What is done with a record: its own text, and itself, and where to write.
pub type Write<'w, T> = &'w dyn Fn(&str, &Record<'_>, &mut T);

/// Writes the records of a log file that may be wanted, and counts those that cannot be read: what at a glance is not
/// wanted is not read. What was written to before must be empty.
pub fn each<T: Default>(
    text: &[u8],
    (asked, unread): (&Asked, &AtomicU64),
    out: &mut T,
    write: Write<'_, T>,
) {
    if !asked.glance.may_hold(text) {
        return;
    }
    // Looked through once for what is no UTF-8, and not again in each of its texts.
    let left_out = match std::str::from_utf8(text) {
        Err(_) => 1,
        Ok(text) => {
            if skim::each(text, asked, &mut |raw, record| write(raw, record, out)).is_some() {
                return;
            }
            *out = T::default();
            each_parsed(text, asked, &mut |raw, record| write(raw, record, out))
        }
    };
    unread.fetch_add(left_out, Ordering::Relaxed);
}

/// The same by a parser that knows all of JSON. Gives how many records cannot be read; one where the file cannot.
fn each_parsed(text: &str, asked: &Asked, take: &mut dyn FnMut(&str, &Record<'_>)) -> u64 {
    #[derive(Deserialize)]
    struct File<'a> {
        #[serde(rename = "Records", borrow)]
        records: Vec<&'a RawValue>,
    }
    // Where AWS signed it, but it is of no form that is known.
    let Ok(file) = serde_json::from_str::<File<'_>>(text) else { return 1 };
    let texts = file.records.into_iter().map(RawValue::get);
    let mut unread = 0;
    for raw in texts.filter(|raw| asked.glance.may_hold(raw.as_bytes())) {
        let record = match asked.parts {
            Parts::Nothing => raw.starts_with('{').then(Record::default),
            _ => serde_json::from_str(raw).ok(),
        };
        match record {
            Some(record) => take(raw, &record),
            None => unread += 1,
        }
    }
    unread
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the events that are there, and how much is unread.
    fn names(text: &[u8]) -> (Vec<String>, u64) {
        let (unread, mut out) = (AtomicU64::new(0), Vec::new());
        each(text, (&Asked::default(), &unread), &mut out, &|_, record, out: &mut Vec<u8>| {
            out.extend_from_slice(record.event_name.as_deref().unwrap_or_default().as_bytes());
            out.push(b'\n');
        });
        let names = String::from_utf8(out).unwrap();
        (names.lines().map(str::to_owned).collect(), unread.into_inner())
    }

    #[test]
    fn every_record_is_written_in_order_and_once_however_the_file_is_laid_out() {
        for text in [
            r#"{"more":[{"eventName":"no"}],"Records":[{"eventName":"one"},{},{"eventName":"t\u0077o"}]}"#,
            r#"{"Records":[{"eventName":"one"},{},{"eventName" : "two"}]}"#,
            "{\"Records\":[{\"eventName\":\"one\"},{},\n{\"eventName\":\"two\"}]}\n",
            r#"{"Record\u0073":[{"eventName":"one"},{},{"eventName":"two"}]}"#,
        ] {
            let expected = ["one", "", "two"].map(str::to_owned).to_vec();
            assert_eq!(names(text.as_bytes()), (expected, 0), "{text}");
        }
        assert_eq!(names(br#"{"Records":[]}"#), (Vec::new(), 0));
    }

    #[test]
    fn what_is_no_log_file_is_counted_and_nothing_of_it_is_left() {
        for text in [
            r#"{"Records":[{"eventName":"one"}]} more"#,
            r#"{"Records":[{"eventName":"one"}],"Records":[]}"#,
            r#"{"Records":[{"eventName":"one"}"#,
            r#"{"records":[{"eventName":"one"}]}"#,
            r#"[{"eventName":"one"}]"#,
            "",
        ] {
            assert_eq!(names(text.as_bytes()), (Vec::new(), 1), "{text}");
        }
        assert_eq!(names(b"{\"Records\":[{\"eventName\":\"\xff\"}]}"), (Vec::new(), 1));
    }

    #[test]
    fn a_record_that_cannot_be_read_is_counted_and_the_others_are_there() {
        let text = br#"{"Records":[{"eventName":"one"},{"eventName":2},{"eventName":"three"}]}"#;
        assert_eq!(names(text), (["one", "three"].map(str::to_owned).to_vec(), 1));
    }

    #[test]
    fn where_its_text_is_all_that_is_wanted_a_record_of_another_form_is_there_too() {
        let asked = Asked { parts: Parts::Nothing, ..Asked::default() };
        for (text, records, left_out) in [
            (r#"{"Records":[{"eventName":2},{"eventName":"one","eventName":"two"}]}"#, 2, 0),
            (r#"{"Records": [{"eventName":2}, 7, [{}]]}"#, 1, 2),
            (r#"{"Records":[{"eventName":2}"#, 0, 1),
        ] {
            let (unread, mut out) = (AtomicU64::new(0), Vec::new());
            each(text.as_bytes(), (&asked, &unread), &mut out, &|raw, _, out: &mut Vec<String>| {
                out.push(raw.to_owned());
            });
            assert_eq!((out.len(), unread.into_inner()), (records, left_out), "{text}");
            assert!(out.iter().all(|raw| text.contains(raw)), "{out:?}");
        }
    }
}
