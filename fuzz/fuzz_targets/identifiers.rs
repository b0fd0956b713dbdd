//! Account ids, regions, ARNs and the keys of observations: what is read is written as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailproof_core::aws::{AccountId, Arn, Partition, Region};
use trailproof_core::key::KeyTarget;
use trailproof_core::snapshot::Probe;

fuzz_target!(|text: &str| {
    if let Ok(id) = text.parse::<AccountId>() {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(region) = text.parse::<Region>() {
        assert_eq!(region.to_string(), text);
    }
    match Arn::parse(text) {
        Ok(arn) => {
            let Arn { partition, service, region, account, resource } = &arn;
            assert_eq!(format!("arn:{partition}:{service}:{region}:{account}:{resource}"), text);
            let _ = (arn.account_id(), arn.region());
            let partition = Partition::new(partition);
            let _ = (partition.known_regions(), partition.global_region());
        }
        Err(error) => assert!(error.to_string().contains("is not an ARN")),
    }
    match text.parse::<Probe>() {
        Ok(probe) => {
            assert_eq!(probe.to_string(), text);
            let json = serde_json::to_string(&probe).expect("a probe is a text");
            assert_eq!(serde_json::from_str::<Probe>(&json).expect("its own"), probe);
        }
        Err(error) => assert!(!error.is_empty()),
    }
    let owner = "111122223333".parse().expect("an account id");
    let home: Region = "eu-west-1".parse().expect("a region");
    for bucket in [None, Some(&home)] {
        let target = KeyTarget::new(text, owner, bucket, &home);
        assert!(target.arn(&Partition::new("aws")).starts_with("arn:"));
    }
    let quoted = serde_json::Value::from(text);
    let _ = serde_json::from_value::<AccountId>(quoted.clone());
    let _ = serde_json::from_value::<Region>(quoted);
});
