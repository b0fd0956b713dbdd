//! The file of public keys that the user keeps, and what is wrong with one that cannot be used.

use std::path::Path;

use trailproof_digest::{KeyRing, KeyRingError};

use crate::exit::Stop;

/// The shape of such a file.
const EXPECTED: &str = "{\"REGION\": [{\"Fingerprint\", \"Value\", \"ValidityStartTime\", \"ValidityEndTime\"}]} is \
                        expected, as `aws cloudtrail list-public-keys` prints each region's PublicKeyList";

/// Reads the keys.
///
/// # Errors
/// Where the file cannot be read, or holds something else: the line and what was expected (2).
pub fn read(path: &Path) -> Result<KeyRing, Stop> {
    let place = path.display();
    let bytes = std::fs::read(path)
        .map_err(|error| Stop::usage(format!("--keys: cannot read {place}: {error}")))?;
    let wrong = |line: usize, why: &str| {
        Stop::usage(format!("--keys: {place}, line {line}: {why}; {EXPECTED}"))
    };
    match KeyRing::from_json(&bytes) {
        // One region's answer as it is printed reads like a file of a region with that name.
        Ok(ring) if ring.knows_region("PublicKeyList") => {
            let why = "this is one region's answer, and does not say which region";
            Err(wrong(line_of(&bytes, "\"PublicKeyList\""), why))
        }
        Ok(ring) => Ok(ring),
        Err(KeyRingError::Json(error)) => {
            let told = error.to_string();
            let told = told.split(" at line ").next().unwrap_or_default();
            Err(wrong(error.line().max(1), told))
        }
        Err(error @ KeyRingError::Key { .. }) => {
            let KeyRingError::Key { region, fingerprint, why } = &error else {
                return Err(wrong(1, &error.to_string()));
            };
            let told = format!("the key {fingerprint} of {region} is not accepted: {why}");
            Err(wrong(line_of(&bytes, fingerprint), &told))
        }
    }
}

/// The line that first holds a text, counted from 1.
fn line_of(bytes: &[u8], text: &str) -> usize {
    let whole = String::from_utf8_lossy(bytes);
    let before = whole.find(text).and_then(|at| whole.get(..at)).unwrap_or_default();
    1 + before.matches('\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let told = read(file.path()).unwrap_err().message;
        told.replace(&file.path().display().to_string(), "FILE")
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        assert!(told("{\n\n oops").starts_with("--keys: FILE, line 3: key must be a string;"));
        assert!(told("[]").starts_with("--keys: FILE, line 1: invalid type: sequence"));
        let key = "{\n\"us-east-1\": [{\n\"Fingerprint\": \"ab\", \"Value\": \"AA==\",\n\
                   \"ValidityStartTime\": 0, \"ValidityEndTime\": \"2026-01-01T00:00:00Z\"}]}";
        let told_of_key = told(key);
        let expected = "--keys: FILE, line 3: the key ab of us-east-1 is not accepted: its value has another \
                        fingerprint; {\"REGION\"";
        assert!(told_of_key.starts_with(expected), "{told_of_key}");
        assert!(
            told("{\"us-east-1\": [{\"Fingerprint\": \"ab\"}]}").contains("missing field `Value`")
        );
        let missing = read(Path::new("/nowhere/keys.json")).unwrap_err().message;
        assert!(missing.starts_with("--keys: cannot read /nowhere/keys.json: "), "{missing}");
    }
}
