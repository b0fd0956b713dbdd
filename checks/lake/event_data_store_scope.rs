//! A store that takes in a part answers queries as if it were the whole.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "event-data-store-scope",
    title: "Every event data store takes in all management events of all regions and accounts",
    group: Group::Lake,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Who queries a partial store and finds nothing believes that nothing happened.",
    remediation: Remediation {
        summary: "Widen the store to all regions, to the organization, and to all management events.",
        command: "aws cloudtrail update-event-data-store --event-data-store ARN --multi-region-enabled --organization-enabled --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateEventDataStore.html",
    },
    japanese: Japanese {
        title: "すべてのイベントデータストアが、全リージョンおよび全アカウントの管理イベントをすべて取り込んでいる",
        rationale: "一部しか取り込まないイベントデータストアにクエリして該当がなければ、何も起きなかったと誤信する。",
        remediation: "イベントデータストアの対象を、すべてのリージョン、組織全体、およびすべての管理イベントに拡大す\
                      る。",
    },
    controls: &[],
    reads: &[Fact::Organization, Fact::EventDataStores, Fact::EventDataStore],
    judge: Judge::Store(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail_event_data_store" "audit" {
  # …
  multi_region_enabled = true
  organization_enabled = true
}"#,
    r#"AuditStore:
  Type: AWS::CloudTrail::EventDataStore
  Properties:
    # …
    MultiRegionEnabled: true
    OrganizationEnabled: true"#,
);

fn judge(store: &Store, audit: &Audit<'_>) -> Observed<Verdict> {
    let (described, source) = store.described()?;
    let gap = |field: &str| Gap {
        account: Some(store.owner),
        region: Some(store.region.clone()),
        ..Gap::new(
            Fact::EventDataStore,
            Cause::Undecidable,
            format!("GetEventDataStore left out {field}"),
        )
    };
    let regions = described.multi_region_enabled;
    let accounts = described.organization_enabled;
    // Of a store that takes in the whole organization nobody need know whether there is one.
    let everyone = match accounts {
        Some(true) => Ok(true),
        _ => audit.organization.management().and_then(|management| match (management, accounts) {
            (None, _) => Ok(true),
            (Some(_), Some(false)) => Ok(false),
            (Some(_), _) => Err(gap("OrganizationEnabled")),
        }),
    };
    let parts = [
        (
            Reason::SINGLE_REGION,
            "one region only",
            regions.ok_or_else(|| gap("MultiRegionEnabled")),
        ),
        (Reason::SINGLE_ACCOUNT, "one account only", everyone),
        (
            Reason::PARTIAL_MANAGEMENT_EVENTS,
            "not all management events",
            store.records_all_management(),
        ),
    ];
    let missing: Vec<_> = parts.iter().filter(|(.., part)| *part == Ok(false)).collect();
    let verdict = match missing.first() {
        Some((reason, ..)) => {
            let what: Vec<&str> = missing.iter().map(|(_, what, _)| *what).collect();
            fail(what.join(", ")).reason(*reason)
        }
        None => {
            all(parts.into_iter().map(|(.., part)| part))?;
            pass("all management events of all regions and accounts")
        }
    };
    Ok(verdict.expected("all regions, all accounts, all management events").cite([
        source.cite("MultiRegionEnabled", regions),
        source.cite("OrganizationEnabled", accounts),
        source.cite("AdvancedEventSelectors", described.advanced_event_selectors.len()),
    ]))
}

#[cfg(test)]
#[test]
fn a_store_takes_in_everything() {
    use trailproof_core::fixture::*;
    let lake = |regions: Option<bool>, accounts: Option<bool>| {
        store("lake").but(|s| {
            s.described.multi_region_enabled = regions;
            s.described.organization_enabled = accounts;
        })
    };
    let with = |setup: StoreSetup| organization().with_store(setup);
    let (yes, no) = (Some(true), Some(false));
    let data = lake(yes, yes).but(|s| {
        s.described.advanced_event_selectors[0].field_selectors[0].equals = vec!["Data".into()];
    });
    let own = account().with_store(lake(yes, no).but(|s| s.owner = id(MEMBER)));
    let _ = expect(&CHECK)
        .passes(with(lake(yes, yes)))
        .passes(own)
        .fails("single_region", with(lake(no, yes)))
        .fails("single_account", with(lake(yes, no)))
        .fails("partial_management_events", with(data))
        .fails("single_region", with(lake(no, None)))
        .does_not_apply("no_event_data_store", organization()) // edge 154
        .is_unknown(Cause::Undecidable, with(lake(yes, None)))
        .is_unknown(Cause::Undecidable, with(lake(None, yes)))
        .is_unknown(Cause::AccessDenied, with(lake(yes, no)).deny(Fact::Organization))
        .is_unknown(Cause::AccessDenied, with(store("lake")).deny(Fact::EventDataStore))
        .is_unknown(Cause::AccessDenied, with(store("lake")).deny(Fact::EventDataStores));
}
