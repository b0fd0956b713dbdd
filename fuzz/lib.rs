//! What the fuzz targets share: bytes read as choices, a snapshot and a report to spoil, and how they are spoilt.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use trailproof_core::aws::{Partition, Region};
use trailproof_core::fact::Fact;
use trailproof_core::fixture::{
    ARCHIVE, MANAGEMENT, MEMBER, World, bucket, key_metadata, organization, trail,
};
use trailproof_core::plan::Demand;
use trailproof_core::snapshot::Bundle;

#[path = "../reports/sample/hostile.rs"]
pub mod hostile;

/// The fuzzer's bytes, taken as a row of choices; when they run out every further choice is the first.
pub struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub fn below(&mut self, end: usize) -> usize {
        let number = usize::from(self.byte()) << 8 | usize::from(self.byte());
        number % end.max(1)
    }

    pub fn of<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        items.get(self.below(items.len())).copied()
    }

    pub fn text(&mut self) -> String {
        if self.byte().is_multiple_of(2) {
            return self.of(hostile::TEXTS).unwrap_or_default().to_owned();
        }
        let length = usize::from(self.byte() % 32).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}

fn region(name: &str) -> Region {
    name.parse().expect("a region")
}

/// An organization of three accounts and two regions in which every kind of evidence is there.
pub fn world() -> World {
    let key = "arn:aws-us-gov:kms:us-gov-west-1:555566667777:key/near";
    let home = |setup: trailproof_core::fixture::TrailSetup| {
        setup.but(|trail| {
            trail.description.home_region = region("us-gov-west-1");
            trail.description.kms_key_id = Some(key.to_owned());
        })
    };
    let data = json!({"AdvancedEventSelectors": [
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        {"FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "resources.ARN", "NotStartsWith": ["arn:aws-us-gov:s3:::logs/"]}]}]});
    let place = |name: &str, owner: &str| {
        bucket(name).owner(owner).but(|bucket| bucket.region = region("us-gov-west-1"))
    };
    organization()
        .but(|world| {
            world.partition = Partition::new("aws-us-gov");
            world.keys = [(key.to_owned(), key_metadata(key))].into();
            world.delegates = vec![trailproof_core::fixture::id(ARCHIVE)];
        })
        .with_bucket(place("logs", ARCHIVE))
        .with_bucket(place("own", MEMBER))
        .with(home(trail("org").for_organization().selecting(data)))
        .with(home(trail("audit")).but(|trail| {
            trail.description.s3_bucket_name = Some("own".to_owned());
        }))
        .with(home(trail("stopped").stopped()).but(|trail| {
            trail.owner = trailproof_core::fixture::id(MANAGEMENT);
            trail.description.is_multi_region_trail = Some(false);
        }))
}

/// The snapshot of that world.
pub fn bundle() -> Bundle {
    world().snapshot(&Demand::facts(Fact::ALL))
}

/// Spoils a value in a few places, as the choices say. What could no longer be read as a `T` is taken back: deep in a
/// snapshot most changes at random only make it none.
pub fn spoilt<T: DeserializeOwned>(whole: &Value, choices: &mut Choices<'_>) -> Option<T> {
    let mut value = whole.clone();
    let mut read = None;
    for _ in 0..12 {
        if choices.is_empty() {
            break;
        }
        let before = value.clone();
        spoil(&mut value, choices);
        match T::deserialize(&value) {
            Ok(fine) => read = Some(fine),
            Err(_) => value = before,
        }
    }
    read
}

fn spoil(value: &mut Value, choices: &mut Choices<'_>) {
    let donor = choices.byte().is_multiple_of(4).then(|| {
        let nodes = count(value);
        nth(value, &mut choices.below(nodes)).cloned().unwrap_or_default()
    });
    let nodes = count(value);
    let Some(node) = nth(value, &mut choices.below(nodes)) else { return };
    match donor {
        Some(donor) => *node = donor,
        None => change(node, choices),
    }
}

const TIMES: [&str; 5] = [
    "-009999-01-02T01:59:59Z",
    "9999-12-30T22:00:00.999999999Z",
    "1970-01-01T00:00:00Z",
    "2026-11-21T22:42:57Z",
    "2026-11-22T22:42:56.5Z",
];
const WORDS: [&str; 12] = [
    "us-gov-west-1",
    "us-gov-east-1",
    "global",
    "111122223333",
    "999988887777",
    "000000000000",
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "EXTERNAL",
    "aws",
    "access_denied",
];

fn change(node: &mut Value, choices: &mut Choices<'_>) {
    let kind = choices.byte() % 8;
    match (node, kind) {
        (Value::Object(members), 0..=2) => {
            let name = members.keys().nth(choices.below(members.len())).cloned();
            if let Some(value) = name.and_then(|name| members.shift_remove(&name))
                && kind > 0
            {
                members.insert(choices.text(), value);
            }
        }
        (Value::Object(members), 3..=5) => rename(members, choices),
        (Value::Array(items), 0..=4) => match (kind, items.len()) {
            (_, 0) => items.push(Value::from(choices.text())),
            (0 | 1, length) => drop(items.remove(choices.below(length))),
            (2, _) => items.reverse(),
            (_, length) => {
                let twin = items[choices.below(length)].clone();
                items.extend(std::iter::repeat_n(twin, usize::from(choices.byte() % 8)));
            }
        },
        (node @ Value::String(_), 0..=3) => *node = choices.text().into(),
        (node @ Value::String(_), 4) => *node = choices.of(&TIMES).unwrap_or_default().into(),
        (node @ Value::String(_), 5) => *node = choices.of(&WORDS).unwrap_or_default().into(),
        (Value::Bool(value), _) => *value = !*value,
        (node, 6) => *node = Value::Null,
        (node, _) => {
            let numbers = [0, 1, -1, 403, 404, i64::from(i32::MAX), i64::from(u32::MAX), i64::MIN];
            *node = choices.of(&numbers).unwrap_or_default().into();
        }
    }
}

/// Puts a stranger's text into the name of a member, behind what makes it a question to AWS.
fn rename(members: &mut Map<String, Value>, choices: &mut Choices<'_>) {
    let name = members.keys().nth(choices.below(members.len())).cloned();
    let Some((name, value)) =
        name.and_then(|name| Some((name.clone(), members.shift_remove(&name)?)))
    else {
        return;
    };
    let kept: Vec<&str> = name.split('/').take(1 + choices.below(3)).collect();
    members.insert(format!("{}/{}", kept.join("/"), choices.text()), value);
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

fn nth<'v>(value: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, left)),
        Value::Object(members) => members.values_mut().find_map(|member| nth(member, left)),
        _ => None,
    }
}
