//! The sets of events of which somebody should be told, as data: those of the CIS benchmark's monitoring section, and
//! the tampering that it leaves out.

use serde_json::{Value, json};

use crate::required::{Condition, Required};
use crate::schema::Schema;

mod calls;
mod tampering;

/// What a set asks of events.
#[derive(Debug, Clone, Copy)]
pub enum Meant {
    /// Any of these calls: sources, each with the names of its calls.
    Calls(&'static [(&'static str, &'static [&'static str])]),
    /// Events of a source, or of any, that meet more than a name.
    Events(Option<&'static str>, fn(&str) -> Condition),
}

/// A set of events of which somebody should be told.
#[derive(Debug, Clone, Copy)]
pub struct EventSet {
    /// Its name, as in `log-metric-filter-cloudtrail-changes`.
    pub id: &'static str,
    /// Which events are in it.
    pub meant: Meant,
    /// Whether a few of them are routine, so that an alarm may wait for several.
    pub several: bool,
    /// Whether some of them only read.
    pub reads: bool,
    /// Whether all of them are recorded in the partition's one region for global services.
    pub global: bool,
}

const WRITES: EventSet =
    EventSet { id: "", meant: Meant::Calls(&[]), several: false, reads: false, global: false };

/// The names of the field that holds the type of a call's maker, and of the source.
const SOURCE: &str = "eventSource";
const NAME: &str = "eventName";

/// Every set, by name.
pub const SETS: [EventSet; 20] = [
    EventSet { id: "cloudtrail-changes", meant: Meant::Calls(calls::CLOUDTRAIL), ..WRITES },
    EventSet { id: "cmk-disable-or-delete", meant: Meant::Calls(calls::KEYS), ..WRITES },
    EventSet { id: "config-changes", meant: Meant::Calls(calls::CONFIG), ..WRITES },
    EventSet {
        id: "console-auth-failures",
        meant: Meant::Events(Some("signin.amazonaws.com"), failed_sign_in),
        several: true,
        ..WRITES
    },
    EventSet {
        id: "console-signin-without-mfa",
        meant: Meant::Events(Some("signin.amazonaws.com"), without_mfa),
        ..WRITES
    },
    EventSet {
        id: "detection-service-tampering",
        meant: Meant::Calls(tampering::DETECTION),
        ..WRITES
    },
    EventSet { id: "ec2-instance-lifecycle", meant: Meant::Calls(calls::INSTANCES), ..WRITES },
    EventSet { id: "iam-policy-changes", meant: Meant::Calls(calls::IAM), global: true, ..WRITES },
    EventSet {
        id: "large-ec2-instance",
        meant: Meant::Events(Some("ec2.amazonaws.com"), large_instance),
        ..WRITES
    },
    EventSet {
        id: "log-destination-tampering",
        meant: Meant::Calls(tampering::DESTINATION),
        ..WRITES
    },
    EventSet { id: "nacl-changes", meant: Meant::Calls(calls::ACLS), ..WRITES },
    EventSet { id: "network-gateway-changes", meant: Meant::Calls(calls::GATEWAYS), ..WRITES },
    EventSet {
        id: "organizations-changes",
        meant: Meant::Calls(calls::ORGANIZATIONS),
        global: true,
        ..WRITES
    },
    EventSet { id: "root-usage", meant: Meant::Events(None, root), reads: true, ..WRITES },
    EventSet { id: "route-table-changes", meant: Meant::Calls(calls::ROUTES), ..WRITES },
    EventSet { id: "s3-bucket-policy-changes", meant: Meant::Calls(calls::BUCKETS), ..WRITES },
    EventSet { id: "security-group-changes", meant: Meant::Calls(calls::GROUPS), ..WRITES },
    EventSet { id: "trail-tampering-extended", meant: Meant::Calls(tampering::TRAIL), ..WRITES },
    EventSet {
        id: "unauthorized-api-calls",
        meant: Meant::Events(None, unauthorized),
        several: true,
        reads: true,
        ..WRITES
    },
    EventSet { id: "vpc-changes", meant: Meant::Calls(calls::VPCS), ..WRITES },
];

impl EventSet {
    /// The set of that name.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        SETS.iter().find(|set| set.id == id)
    }

    /// Its events, as records of CloudTrail.
    #[must_use]
    pub fn condition(&self) -> Condition {
        self.below("", &|_| None)
    }

    /// Its events, as EventBridge delivers them: below `detail`, under the source and the type that AWS gives them.
    #[must_use]
    pub fn bridged(&self) -> Condition {
        self.below("detail.", &|source| Some(envelope(source)))
    }

    /// The sources of its events; none where any source will do.
    pub fn sources(&self) -> Option<impl Iterator<Item = &'static str>> {
        let (calls, one) = match self.meant {
            Meant::Calls(calls) => (calls, None),
            Meant::Events(None, _) => return None,
            Meant::Events(Some(source), _) => (&[][..], Some(source)),
        };
        Some(calls.iter().map(|(source, _)| *source).chain(one))
    }

    /// The names of its calls, where it is made of calls alone.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        match self.meant {
            Meant::Calls(calls) => {
                calls.iter().flat_map(|(_, names)| names.iter().copied()).collect()
            }
            Meant::Events(..) => Vec::new(),
        }
    }

    /// The question whether CloudTrail's records of the set are matched; of one account and region alone where they are
    /// named.
    #[must_use]
    pub fn required(&self, within: Option<(&str, &str)>) -> Required {
        Self::required_of(self.condition(), within)
    }

    /// The same of any events.
    #[must_use]
    pub fn required_of(events: Condition, within: Option<(&str, &str)>) -> Required {
        let mut parts = vec![events];
        if let Some((account, region)) = within {
            parts.push(Condition::is("recipientAccountId", account));
            parts.push(Condition::is("awsRegion", region));
        }
        Required::of_cloudtrail(&Condition::All(parts))
    }

    /// The question whether the set's events are matched on the bus of an account and region.
    #[must_use]
    pub fn required_on_bus(&self, account: &str, region: &str) -> Required {
        let place = [("account", account), ("region", region)];
        let place = place.map(|(field, text)| Condition::is(field, text));
        let parts = [self.bridged()].into_iter().chain(place).collect();
        Required::new(&Condition::All(parts), Schema::event_bridge())
    }

    fn below(
        &self,
        under: &str,
        envelope: &dyn Fn(Option<&str>) -> Option<Condition>,
    ) -> Condition {
        let field = |name: &str| format!("{under}{name}");
        match self.meant {
            Meant::Calls(calls) => {
                let of = |(source, names): &(&str, &[&str])| {
                    let mut parts = vec![
                        Condition::is(&field(SOURCE), source),
                        Condition::one_of(&field(NAME), names),
                    ];
                    parts.extend(envelope(Some(source)));
                    Condition::All(parts)
                };
                Condition::Any(calls.iter().map(of).collect())
            }
            Meant::Events(source, condition) => {
                let mut parts = vec![condition(under)];
                parts.extend(source.map(|source| Condition::is(&field(SOURCE), source)));
                parts.extend(envelope(source));
                Condition::All(parts)
            }
        }
    }
}

/// Every call of a source and name, as CloudTrail records it.
#[must_use]
pub fn call(source: &str, name: &str) -> Condition {
    Condition::All(vec![Condition::is(SOURCE, source), Condition::is(NAME, name)])
}

/// The same as EventBridge delivers it.
#[must_use]
pub fn call_on_bus(source: &str, name: &str) -> Condition {
    let detail = |field: &str, text: &str| Condition::is(&format!("detail.{field}"), text);
    Condition::All(vec![detail(SOURCE, source), detail(NAME, name), envelope(Some(source))])
}

/// A record as EventBridge delivers it on the bus of an account and region.
#[must_use]
pub fn delivered(record: Value, account: &str, region: &str) -> Value {
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let service = text(SOURCE).trim_end_matches(".amazonaws.com").to_owned();
    let kind = if text("eventType") == "AwsConsoleSignIn" { SIGN_IN } else { CALL };
    json!({
        "version": "0",
        "id": text("eventID"),
        "detail-type": kind,
        "source": format!("aws.{service}"),
        "account": account,
        "time": text("eventTime"),
        "region": region,
        "resources": [],
        "detail": record,
    })
}

/// The types that EventBridge gives a call and a sign-in.
const CALL: &str = "AWS API Call via CloudTrail";
const SIGN_IN: &str = "AWS Console Sign In via CloudTrail";

/// What EventBridge writes around a record of that source.
fn envelope(source: Option<&str>) -> Condition {
    let service = source.map(|source| source.trim_end_matches(".amazonaws.com"));
    let kind = match service {
        Some("signin") => Condition::is("detail-type", SIGN_IN),
        Some(_) => Condition::is("detail-type", CALL),
        None => Condition::one_of("detail-type", &[CALL, SIGN_IN]),
    };
    let from = match service {
        Some(service) => Condition::is("source", &format!("aws.{service}")),
        None => Condition::StartsWith("source".to_owned(), "aws.".to_owned()),
    };
    Condition::All(vec![kind, from])
}

/// Calls that were refused. What the benchmark's later editions leave out need not be matched.
fn unauthorized(under: &str) -> Condition {
    let field = |name: &str| format!("{under}{name}");
    let none_of = |name: &str, text: &str| Condition::NoneOf(field(name), vec![text.to_owned()]);
    Condition::All(vec![
        Condition::Any(vec![
            Condition::EndsWith(field("errorCode"), "UnauthorizedOperation".to_owned()),
            Condition::StartsWith(field("errorCode"), "AccessDenied".to_owned()),
        ]),
        none_of("sourceIPAddress", "delivery.logs.amazonaws.com"),
        none_of(NAME, "HeadBucket"),
    ])
}

/// Sign-ins without a second factor. Those through federation, and failed ones, need not be matched.
fn without_mfa(under: &str) -> Condition {
    let field = |name: &str| format!("{under}{name}");
    Condition::All(vec![
        Condition::is(&field(NAME), "ConsoleLogin"),
        Condition::NoneOf(field("additionalEventData.MFAUsed"), vec!["Yes".to_owned()]),
        Condition::is(&field("userIdentity.type"), "IAMUser"),
        Condition::is(&field("responseElements.ConsoleLogin"), "Success"),
    ])
}

/// What somebody does as root.
fn root(under: &str) -> Condition {
    let field = |name: &str| format!("{under}{name}");
    Condition::All(vec![
        Condition::is(&field("userIdentity.type"), "Root"),
        Condition::absent(&field("userIdentity.invokedBy")),
        Condition::NoneOf(field("eventType"), vec!["AwsServiceEvent".to_owned()]),
    ])
}

fn failed_sign_in(under: &str) -> Condition {
    let field = |name: &str| format!("{under}{name}");
    Condition::All(vec![
        Condition::is(&field(NAME), "ConsoleLogin"),
        Condition::is(&field("errorMessage"), "Failed authentication"),
    ])
}

/// Instances of eight times the largest ordinary size, or more.
fn large_instance(under: &str) -> Condition {
    let field = |name: &str| format!("{under}{name}");
    let size = |size: &&str| {
        Condition::EndsWith(field("requestParameters.instanceType"), format!(".{size}"))
    };
    Condition::All(vec![
        Condition::is(&field(NAME), "RunInstances"),
        Condition::Any(calls::LARGE.iter().map(size).collect()),
    ])
}
