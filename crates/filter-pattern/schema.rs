//! What is known of the fields of events: which are always there, and of which types their values are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::selector::{Selector, Step};

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// null
    Null,
    /// true or false
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// An object.
    Object,
    /// An array.
    Array,
}

/// What is known of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Whether the field is always there.
    pub always: bool,
    /// The types that its values have.
    pub kinds: BTreeSet<Kind>,
}

impl Shape {
    /// Nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        use Kind::{Array, Bool, Null, Number, Object, Text};
        Self { always: false, kinds: [Null, Bool, Number, Text, Object, Array].into() }
    }
}

/// What is known of events, and one to make counterexamples from.
///
/// A proof holds for the events that are as the schema says; a field that it does not name may be anything.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The fields of which something is known.
    pub fields: BTreeMap<Selector, Shape>,
    /// An ordinary event. What a condition says nothing about, a counterexample takes from here.
    pub example: Value,
}

impl Schema {
    /// Nothing is known, and the example is empty.
    #[must_use]
    pub fn unknown() -> Self {
        Self { fields: BTreeMap::new(), example: json!({}) }
    }

    /// The records that CloudTrail delivers, after "CloudTrail record contents" in its guide.
    ///
    /// `userIdentity.type` is taken as always there for calls that somebody made. Records of service events may lack
    /// it; they are no part of any required set of ours, whose events are calls and sign-ins.
    #[must_use]
    pub fn cloudtrail() -> Self {
        let mut schema = Self { fields: BTreeMap::new(), example: example() };
        use Kind::{Array, Bool, Null, Object, Text};
        for name in ALWAYS {
            schema.know(name, true, &[Text]);
        }
        for name in SOMETIMES {
            schema.know(name, false, &[Text]);
        }
        schema.know("userIdentity", true, &[Object]);
        for name in ["readOnly", "managementEvent"] {
            schema.know(name, false, &[Bool]);
        }
        for name in ["requestParameters", "responseElements"] {
            schema.know(name, false, &[Null, Object]);
        }
        for name in ["additionalEventData", "serviceEventDetails", "tlsDetails"] {
            schema.know(name, false, &[Null, Object]);
        }
        for name in ["userIdentity.sessionContext", "userIdentity.sessionContext.attributes"] {
            schema.know(name, false, &[Object]);
        }
        schema.know("resources", false, &[Null, Array]);
        schema
    }

    /// The same events as EventBridge delivers them, in the field `detail` of an envelope.
    #[must_use]
    pub fn event_bridge() -> Self {
        let inner = Self::cloudtrail();
        let detail = |selector: Selector| Selector {
            steps: [Step::Key("detail".to_owned())].into_iter().chain(selector.steps).collect(),
        };
        let mut schema = Self {
            fields: inner.fields.into_iter().map(|(name, shape)| (detail(name), shape)).collect(),
            example: json!({
                "version": "0",
                "id": "11111111-2222-3333-4444-555555555555",
                "detail-type": "AWS API Call via CloudTrail",
                "source": "aws.ec2",
                "account": "111122223333",
                "time": "2026-01-02T03:04:05Z",
                "region": "us-east-1",
                "resources": [],
                "detail": inner.example,
            }),
        };
        for name in ["version", "id", "detail-type", "source", "account", "time", "region"] {
            schema.know(name, true, &[Kind::Text]);
        }
        schema.know("resources", true, &[Kind::Array]);
        schema.know("detail", true, &[Kind::Object]);
        schema
    }

    /// Adds what is known of the field of a dotted name.
    pub fn know(&mut self, name: &str, always: bool, kinds: &[Kind]) {
        let kinds = kinds.iter().copied().collect();
        self.fields.insert(Selector::dotted(name), Shape { always, kinds });
    }

    /// What is known of the value that concrete steps lead to.
    pub(crate) fn shape(&self, steps: &[Step]) -> Shape {
        let known = |steps: &[Step]| self.fields.get(&Selector { steps: steps.to_vec() });
        for (at, step) in steps.iter().enumerate() {
            let needed = if matches!(step, Step::Key(_)) { Kind::Object } else { Kind::Array };
            let above = steps.get(..at).and_then(known);
            if at > 0 && above.is_some_and(|shape| !shape.kinds.contains(&needed)) {
                return Shape { always: false, kinds: BTreeSet::new() };
            }
        }
        known(steps).cloned().unwrap_or_else(Shape::unknown)
    }

    /// Whether nothing on the way to a value can be an array.
    pub(crate) fn is_plain(&self, steps: &[Step]) -> bool {
        (1..steps.len()).all(|length| {
            let above = steps.get(..length).unwrap_or_default();
            !self.shape(above).kinds.contains(&Kind::Array)
        })
    }
}

const ALWAYS: [&str; 9] = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "eventType",
    "eventID",
    "userIdentity.type",
];

const SOMETIMES: [&str; 26] = [
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestID",
    "apiVersion",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "eventCategory",
    "sessionCredentialFromConsole",
    "userIdentity.principalId",
    "userIdentity.arn",
    "userIdentity.accountId",
    "userIdentity.accessKeyId",
    "userIdentity.userName",
    "userIdentity.invokedBy",
    "userIdentity.identityProvider",
    "userIdentity.credentialId",
    "userIdentity.sessionContext.attributes.mfaAuthenticated",
    "userIdentity.sessionContext.attributes.creationDate",
    "additionalEventData.MFAUsed",
    "additionalEventData.MobileVersion",
    "additionalEventData.LoginTo",
    "additionalEventData.MFAIdentifier",
    "responseElements.ConsoleLogin",
];

fn example() -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "arn": "arn:aws:iam::111122223333:user/alice",
            "accountId": "111122223333",
            "userName": "alice",
        },
        "eventTime": "2026-01-02T03:04:05Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DescribeInstances",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": null,
        "responseElements": null,
        "requestID": "22222222-3333-4444-5555-666666666666",
        "eventID": "33333333-4444-5555-6666-777777777777",
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management",
    })
}
