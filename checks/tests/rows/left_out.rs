//! Which rows of the edge list are not here, and why.

const DIGESTS: &str = "needs the digests themselves";

const LETTERED: [&str; 14] = [
    "40b", "51b", "63b", "67b", "75b", "98b", "103b", "127b", "127c", "127d", "127e", "127f",
    "127g", "132b",
];

/// The numbers of all rows of section B, in order.
pub fn numbers() -> Vec<String> {
    let numbers = (1..=163).map(|number: u32| number.to_string());
    let with_letters = |number: String| {
        let lettered = LETTERED
            .iter()
            .filter(|letter| letter.trim_end_matches(|c: char| c.is_ascii_lowercase()) == number);
        let lettered: Vec<String> = lettered.map(|letter| (*letter).to_owned()).collect();
        [vec![number], lettered].concat()
    };
    numbers.flat_map(with_letters).collect()
}

/// Rows that tests of their own hold, beside the table.
pub const TESTED_ELSEWHERE: [&str; 2] = ["162", "163"];

/// Rows that are left out: the first and the last of a run of numbers, and the reason.
pub const LEFT_OUT: &[(&str, &str, &str)] = &[("158", "161", DIGESTS)];
