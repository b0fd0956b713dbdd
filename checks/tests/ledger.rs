//! The few accounts that the ledger names leave open the same questions as all accounts together.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod random;

use proptest::prelude::*;
use proptest::sample::Index;
use trailproof_core::GraphBuilder;
use trailproof_core::fact::Fact;
use trailproof_core::ledger::Ledger;
use trailproof_core::plan::{Demand, follow_ups};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ledgers_accounts_ask_what_all_accounts_ask(
        (world, _) in random::any_world(),
        lost in prop::collection::vec(any::<(Index, Index)>(), 0..6),
        shared in 0..3usize,
    ) {
        let demand = Demand::facts(Fact::ALL);
        let mut bundle = world.snapshot(&demand);
        // As it is before anything was asked of other accounts' objects, or after some of it was.
        for document in &mut bundle.accounts {
            let mut kept = 0;
            document.observations.retain(|probe, _| {
                let crosses = probe.fact.crosses_accounts();
                kept += usize::from(crosses);
                !crosses || (shared > 0 && kept % (shared + 1) == 0)
            });
        }
        for (at, probe) in lost {
            if bundle.accounts.is_empty() {
                break;
            }
            let number = bundle.accounts.len();
            let document = &mut bundle.accounts[at.index(number)];
            if !document.observations.is_empty() {
                let keys: Vec<_> = document.observations.keys().cloned().collect();
                document.observations.remove(probe.get(&keys));
            }
        }
        let mut whole = GraphBuilder::new(&bundle.manifest, &bundle.organization);
        let mut ledger = Ledger::default();
        for document in &bundle.accounts {
            whole.add(document);
            ledger.add(document);
        }
        let mut few = GraphBuilder::new(&bundle.manifest, &bundle.organization);
        let mut named = ledger.accounts();
        named.extend(few.delegated().unwrap_or_default());
        named.extend(few.graph().management().ok().flatten());
        for document in bundle.accounts.iter().filter(|document| named.contains(&document.account)) {
            few.add(document);
        }
        let asked = |builder: &GraphBuilder| follow_ups(&demand, &builder.graph(), &bundle.organization);
        prop_assert_eq!(asked(&few), asked(&whole));
    }
}
