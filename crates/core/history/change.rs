//! What one call made of a trail's settings: as far as the request and the response say, and compared with what was before.

use serde_json::{Map, Value};

use super::look::Past;
use crate::answer::{
    AdvancedEventSelector, DataResource, EventSelector, EventSelectors, FieldSelector,
};
use crate::aws::{AccountId, Partition, Region};
use crate::selector::{DataQuestion, Half, Recorded, Selectors};

/// A trail's settings, as far as the history tells them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Whether it records every region.
    pub multi_region: Option<bool>,
    /// Whether it records global services.
    pub global_services: Option<bool>,
    /// Whether digests are delivered.
    pub validation: Option<bool>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The key; empty for none.
    pub key: Option<String>,
    /// The log group; empty for none.
    pub log_group: Option<String>,
    /// What it records.
    pub selectors: Option<Selectors>,
}

/// The ARN of the trail that a call names: by ARN, or by the name of one of the caller's own in the region called.
#[must_use]
pub fn trail_arn(past: &Past<'_>, partition: &Partition) -> Option<String> {
    let of_response = past.event.response_elements.get("trailARN").and_then(Value::as_str);
    let named = past.asked("name").or_else(|| past.asked("trailName"));
    let arn = of_response.filter(|arn| arn.starts_with("arn:")).or(named)?;
    Some(match arn.starts_with("arn:") {
        true => arn.to_owned(),
        false => of_name(partition, past.region()?, past.account(), arn),
    })
}

fn of_name(partition: &Partition, region: &Region, account: AccountId, name: &str) -> String {
    format!("arn:{partition}:cloudtrail:{region}:{account}:trail/{name}")
}

/// What a call did to a trail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// In what it weakened it, for people.
    pub weakened: Vec<String>,
    /// Why it may have weakened it, where what was before is not known.
    pub doubts: Vec<String>,
}

impl Settings {
    /// Takes in a successful call on the trail.
    pub fn take(&mut self, past: &Past<'_>, partition: &Partition) -> Change {
        let mut change = Change::default();
        match past.event.event_name.as_str() {
            "CreateTrail" => self.created(&past.event.request_parameters),
            "UpdateTrail" => self.updated(&past.event.request_parameters, &mut change),
            "PutEventSelectors" => {
                self.selected(&past.event.request_parameters, partition, &mut change);
            }
            _ => {}
        }
        // What the response says is what holds now.
        let told = &past.event.response_elements;
        let flag = |name: &str| told.get(name).and_then(Value::as_bool);
        let text = |name: &str| told.get(name).and_then(Value::as_str).map(str::to_owned);
        self.multi_region = flag("isMultiRegionTrail").or(self.multi_region);
        self.global_services = flag("includeGlobalServiceEvents").or(self.global_services);
        self.validation = flag("logFileValidationEnabled").or(self.validation);
        self.bucket = text("s3BucketName").or_else(|| self.bucket.take());
        change
    }

    /// A trail begins with AWS's defaults.
    fn created(&mut self, asked: &Map<String, Value>) {
        let flag =
            |name: &str, default| asked.get(name).and_then(Value::as_bool).unwrap_or(default);
        let text = |name: &str| asked.get(name).and_then(Value::as_str).unwrap_or_default();
        *self = Self {
            multi_region: Some(flag("isMultiRegionTrail", false)),
            global_services: Some(flag("includeGlobalServiceEvents", true)),
            validation: Some(flag("enableLogFileValidation", false)),
            bucket: asked.get("s3BucketName").and_then(Value::as_str).map(str::to_owned),
            key: Some(text("kmsKeyId").to_owned()),
            log_group: Some(text("cloudWatchLogsLogGroupArn").to_owned()),
            selectors: Some(Selectors::default_selector()),
        };
    }

    fn updated(&mut self, asked: &Map<String, Value>, change: &mut Change) {
        let flags = [
            ("isMultiRegionTrail", &mut self.multi_region, "it records one region alone"),
            (
                "includeGlobalServiceEvents",
                &mut self.global_services,
                "it leaves out global services",
            ),
            ("enableLogFileValidation", &mut self.validation, "no digests are delivered"),
        ];
        for (name, known, words) in flags {
            let Some(value) = asked.get(name).and_then(Value::as_bool) else { continue };
            if !value && *known != Some(false) {
                change.weakened.push(words.to_owned());
            }
            *known = Some(value);
        }
        let emptied = [
            ("kmsKeyId", &mut self.key, "its files are no longer encrypted with a key"),
            (
                "cloudWatchLogsLogGroupArn",
                &mut self.log_group,
                "it no longer delivers to CloudWatch Logs",
            ),
        ];
        for (name, known, words) in emptied {
            let Some(value) = asked.get(name).and_then(Value::as_str) else { continue };
            if value.is_empty() && known.as_deref() != Some("") {
                change.weakened.push(words.to_owned());
            }
            *known = Some(value.to_owned());
        }
        if let Some(name) = asked.get("s3BucketName").and_then(Value::as_str) {
            match self.bucket.as_deref() {
                Some(before) if before == name => {}
                Some(before) => {
                    change.weakened.push(format!("it delivers to {name} instead of {before}"));
                }
                None => change.doubts.push(format!(
                    "it names the bucket {name}, and which one it was before is not in the history"
                )),
            }
            self.bucket = Some(name.to_owned());
        }
    }

    fn selected(&mut self, asked: &Map<String, Value>, partition: &Partition, change: &mut Change) {
        let Some(after) = selectors(asked) else {
            change.doubts.push("its selectors cannot be read".to_owned());
            self.selectors = None;
            return;
        };
        let blind = |half: Half| after.management(half) != Recorded::Full;
        match &self.selectors {
            Some(before) => smaller((before, &after), partition, change),
            None if Half::BOTH.into_iter().any(blind) => {
                change.weakened.push(format!("it selects {}", after.summary()));
            }
            None => change
                .doubts
                .push("what the trail selected before is not in the history".to_owned()),
        }
        self.selectors = Some(after);
    }
}

/// In what the later selectors record less.
fn smaller((before, after): (&Selectors, &Selectors), partition: &Partition, change: &mut Change) {
    for half in Half::BOTH {
        let (was, is) = (before.management(half), after.management(half));
        if less(&was, &is) {
            let what = if half == Half::Read { "reads" } else { "writes" };
            change.weakened.push(format!("of management {what} it records {}", is.describe()));
        }
    }
    let none = Default::default();
    for kind in before.data_types() {
        for half in Half::BOTH {
            let question = DataQuestion {
                partition,
                resource_type: kind,
                half,
                bucket: None,
                log_buckets: &none,
            };
            let (was, is) = (before.data(&question), after.data(&question));
            match (&was, &is) {
                _ if less(&was, &is) && !is.is_some() => {
                    change.weakened.push(format!("it no longer records data events of {kind}"));
                }
                (Recorded::Partial(_), Recorded::Partial(_)) if before != after => {
                    change.doubts.push(format!(
                        "whether it still records the same data events of {kind} is not decided"
                    ));
                }
                _ if less(&was, &is) => {
                    change.weakened.push(format!("it records fewer data events of {kind}"));
                }
                _ => {}
            }
        }
    }
}

/// Whether the second is surely less than the first. Of two parts the second is where it leaves out something that the
/// first did not.
fn less(was: &Recorded, is: &Recorded) -> bool {
    match (was, is) {
        (Recorded::Partial(was), Recorded::Partial(is)) => !is.is_subset(was),
        (was, is) => is < was,
    }
}

/// The selectors of a request, in the spelling of events.
#[must_use]
pub fn selectors(asked: &Map<String, Value>) -> Option<Selectors> {
    let list = |name: &str| match asked.get(name) {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(value) => value.as_array()?.iter().map(Value::as_object).collect::<Option<Vec<_>>>(),
    };
    let event_selectors =
        list("eventSelectors")?.into_iter().map(classic).collect::<Option<Vec<_>>>()?;
    let advanced_event_selectors =
        list("advancedEventSelectors")?.into_iter().map(advanced).collect::<Option<Vec<_>>>()?;
    if event_selectors.is_empty() && advanced_event_selectors.is_empty() {
        return None;
    }
    Some(Selectors::normalise(&EventSelectors { event_selectors, advanced_event_selectors }))
}

fn strings(value: Option<&Value>) -> Option<Vec<String>> {
    match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(value) => {
            value.as_array()?.iter().map(|one| one.as_str().map(str::to_owned)).collect()
        }
    }
}

fn classic(members: &Map<String, Value>) -> Option<EventSelector> {
    let resources = match members.get("dataResources") {
        None | Some(Value::Null) => Vec::new(),
        Some(value) => value.as_array()?.iter().map(resource).collect::<Option<_>>()?,
    };
    Some(EventSelector {
        read_write_type: members.get("readWriteType").and_then(Value::as_str).map(str::to_owned),
        include_management_events: members.get("includeManagementEvents").and_then(Value::as_bool),
        exclude_management_event_sources: strings(members.get("excludeManagementEventSources"))?,
        data_resources: resources,
    })
}

fn resource(value: &Value) -> Option<DataResource> {
    Some(DataResource {
        resource_type: value.get("type")?.as_str()?.to_owned(),
        values: strings(value.get("values"))?,
    })
}

fn advanced(members: &Map<String, Value>) -> Option<AdvancedEventSelector> {
    let fields = members.get("fieldSelectors")?.as_array()?.iter().map(field);
    Some(AdvancedEventSelector { name: None, field_selectors: fields.collect::<Option<_>>()? })
}

fn field(value: &Value) -> Option<FieldSelector> {
    let operator = |name: &str| strings(value.get(name));
    Some(FieldSelector {
        field: value.get("field")?.as_str()?.to_owned(),
        equals: operator("equals")?,
        starts_with: operator("startsWith")?,
        ends_with: operator("endsWith")?,
        not_equals: operator("notEquals")?,
        not_starts_with: operator("notStartsWith")?,
        not_ends_with: operator("notEndsWith")?,
    })
}
