//! The name that somebody may have meant by one that does not exist.

/// How like a name must be to be worth naming: 0 is nothing in common, 1 the same.
const ALIKE: f64 = 0.65;

/// How like a name is that holds the given one in full, where that is no mere syllable.
const PART: f64 = 0.9;
const SYLLABLE: usize = 5;

/// What nobody can have meant is not compared: it may be of any length.
const LONGEST: usize = 100;

/// The likest of these names, where one is like it at all; case does not matter.
pub fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_ascii_lowercase();
    // The one forgives a different end, the other two letters that changed places in a short name.
    let likeness = |other: &str| {
        let other = other.to_ascii_lowercase();
        let moved = strsim::normalized_damerau_levenshtein(&name, &other);
        let part = if name.len() >= SYLLABLE && other.contains(&name) { PART } else { 0.0 };
        strsim::jaro_winkler(&name, &other).max(moved).max(part)
    };
    names
        .into_iter()
        .map(|other| (likeness(other), other))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

#[cfg(test)]
#[test]
fn a_name_is_found_by_a_slip_a_part_or_another_case() {
    let names = ["cloudtrail-trail-tagged", "trail-is-logging", "cloudtrail-enabled", "eds"];
    let near = |name| nearest(name, names);
    assert_eq!(near("trail-tagged"), Some("cloudtrail-trail-tagged"));
    assert_eq!(near("trail-is-loging"), Some("trail-is-logging"));
    assert_eq!(near("CloudTrail-Enabled"), Some("cloudtrail-enabled"));
    assert_eq!((near("zzzz"), near(&"trail-".repeat(20))), (None, None));
}
