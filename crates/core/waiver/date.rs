//! A day, written as a text or as TOML's own kind of date.

use std::fmt;

use jiff::civil::Date;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::Serializer;

pub(super) fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    struct Day;

    impl<'de> Visitor<'de> for Day {
        type Value = Date;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a day such as 2027-01-31")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Date, E> {
            // jiff would take a time behind the day and drop it.
            let day = text.parse().ok().filter(|day: &Date| day.to_string() == text);
            day.ok_or_else(|| E::custom(format!("{text:?} is no day such as 2027-01-31")))
        }

        // TOML hands its dates out as a map of one text.
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Date, A::Error> {
            let entry = map.next_entry::<String, String>()?;
            self.visit_str(&entry.map(|(_, text)| text).unwrap_or_default())
        }
    }

    deserializer.deserialize_any(Day)
}
