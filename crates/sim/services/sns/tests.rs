use crate::testing::{A, B, Heard, M, ask, simulator};

const TOLD: &str = "arn:aws:sns:eu-west-1:111111111111:told";

fn by(account: &str, region: &str, arn: &str) -> Heard {
    let parameters = format!("TopicArn={arn}");
    ask(account, region).query(&simulator(), "sns:GetTopicAttributes", &parameters)
}

#[test]
fn attributes_are_entries_of_a_map() {
    let heard = by(M, "eu-west-1", TOLD);
    assert_eq!(heard.status, 200);
    assert!(heard.body.contains("<GetTopicAttributesResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><GetTopicAttributesResult><Attributes><entry><key>DisplayName</key><value></value></entry>"), "{}", heard.body);
    let confirmed = "<entry><key>SubscriptionsConfirmed</key><value>1</value></entry>";
    assert!(heard.body.contains(confirmed), "a trail names it, so it is there");
    let described = by(A, "us-east-1", "arn:aws:sns:us-east-1:222222222222:quiet");
    assert!(described.body.contains("<key>SubscriptionsConfirmed</key><value>0</value>"));
    assert!(described.body.contains("<key>KmsMasterKeyId</key><value>alias/aws/sns</value>"));
}

#[test]
fn what_is_missing_closed_and_misnamed_differ() {
    let missing = (404, "NotFound".to_owned());
    assert_eq!(by(M, "eu-west-1", "arn:aws:sns:eu-west-1:111111111111:none").error(), missing);
    assert_eq!(by(A, "us-east-1", "arn:aws:sns:us-east-1:222222222222:gone").error(), missing);
    let refused = by(B, "eu-west-1", TOLD);
    assert_eq!(refused.error(), (403, "AuthorizationError".to_owned()));
    assert!(refused.tag("Message").unwrap().contains("not authorized to perform: sns:Get"));
    for (region, arn) in [("us-east-1", TOLD), ("eu-west-1", "told")] {
        assert_eq!(by(M, region, arn).error(), (400, "InvalidParameter".to_owned()));
    }
}
