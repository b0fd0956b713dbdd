//! Files that list accounts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailproof_core::scope_file::parse_account_list;

fuzz_target!(|text: &str| {
    match parse_account_list(text) {
        Ok(accounts) => {
            let written: String = accounts.iter().map(|id| format!("{id} # one\n")).collect();
            assert_eq!(parse_account_list(&written).as_ref(), Ok(&accounts));
            assert!(accounts.len() <= text.lines().count());
        }
        Err(error) => {
            assert!((1..=text.lines().count()).contains(&error.line));
            assert!(!error.to_string().contains('\n'));
        }
    }
});
