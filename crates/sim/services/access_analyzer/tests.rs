use crate::testing::{A, ask, small};
use crate::{Analyzer, Simulator};

#[test]
fn analyzers_are_listed_page_by_page_where_they_are() {
    let analyzer = |name: &str, off_in: &[&str]| Analyzer {
        name: name.to_owned(),
        kind: "ACCOUNT".to_owned(),
        status: None,
        off_in: off_in.iter().map(|region| (*region).to_owned()).collect(),
    };
    let mut description = small();
    description.baseline_detection.analyzers =
        vec![analyzer("one", &[]), analyzer("two", &["eu-west-1"])];
    let simulator = Simulator::new(description);
    let hear = |region: &str, query: &str| {
        let uri = format!("https://access-analyzer.{region}.amazonaws.com/analyzer{query}");
        ask(A, region).send(&simulator, "access-analyzer", ("GET", &uri, String::new())).unwrap()
    };
    assert_eq!(hear("eu-west-1", "").json()["analyzers"].as_array().unwrap().len(), 1);
    let first = hear("us-east-1", "?maxResults=1").json();
    assert_eq!(first["analyzers"][0]["name"], "one");
    let token = first["nextToken"].as_str().unwrap();
    let second = hear("us-east-1", &format!("?maxResults=1&nextToken={token}")).json();
    assert_eq!(second["analyzers"][0]["status"], "ACTIVE");
    assert!(second["nextToken"].is_null());
}
