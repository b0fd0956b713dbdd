//! Files that somebody wrote by hand: lists of accounts, the configuration, waivers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailproof_core::config::{
    ConfigFile, Fault, parse_parameter, waivers_from_toml, waivers_from_yaml,
};
use trailproof_core::scope_file::parse_account_list;
use trailproof_core::waiver::{Known, Waivers};

/// A fault names a line that is there, on one line that commands no terminal.
fn is_sound(fault: &Fault, text: &str) {
    assert!((1..=text.split('\n').count()).contains(&fault.line), "{fault:?}");
    assert!(!fault.message.chars().any(char::is_control), "{fault:?}");
}

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
    if let Err(fault) = ConfigFile::parse(text) {
        is_sound(&fault, text);
    }
    let _ = parse_parameter("retention_days", text);
    for read in [waivers_from_toml(text), waivers_from_yaml(text)] {
        match read {
            Ok((file, lines)) => {
                assert_eq!(file.waiver.len(), lines.len());
                let known = Known { checks: &["trail-is-logging"], accounts: None };
                let _ = Waivers::new(file, &known);
            }
            Err(fault) => is_sound(&fault, text),
        }
    }
});
