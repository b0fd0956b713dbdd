//! The operations of services that are told apart by method and path.

/// The operation's name; the method and path themselves where no service has them.
pub(super) fn operation(service: &str, method: &str, path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let known = match (service, method, parts.as_slice()) {
        ("account", "POST", ["listRegions"]) => "ListRegions",
        ("access-analyzer", "GET", ["analyzer"]) => "ListAnalyzers",
        ("guardduty", "GET", ["detector"]) => "ListDetectors",
        ("guardduty", "GET", ["detector", _]) => "GetDetector",
        ("guardduty", "GET", ["detector", _, "admin"]) => "DescribeOrganizationConfiguration",
        ("guardduty", "GET", ["admin"]) => "ListOrganizationAdminAccounts",
        ("securityhub", "GET", ["accounts"]) => "DescribeHub",
        ("securityhub", "GET", ["findingAggregator", "list"]) => "ListFindingAggregators",
        _ => return format!("{method} {path}"),
    };
    known.to_owned()
}

/// The thing that a path names.
pub(super) fn resource<'p>(service: &str, path: &'p str) -> Option<&'p str> {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    match (service, parts.next()) {
        ("guardduty", Some("detector")) => parts.next(),
        _ => None,
    }
}
