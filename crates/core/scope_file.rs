//! A file that lists accounts: one id a line, with comments and empty lines.

use crate::aws::{AccountId, ParseError};

/// The first line that is no account id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {error}")]
pub struct LineError {
    /// Its number, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub error: ParseError,
}

/// Reads a list of accounts in the order of the file. A `#` begins a comment.
///
/// # Errors
/// The first line that is neither empty nor an account id.
pub fn parse_account_list(text: &str) -> Result<Vec<AccountId>, LineError> {
    // Editors of one system put a byte order mark first, which nobody sees and no digit is.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .enumerate()
        .filter(|(_, id)| !id.is_empty())
        .map(|(at, id)| id.parse().map_err(|error| LineError { line: at + 1, error }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_blanks_and_line_ends_of_any_system_are_passed_over() {
        let text = "\u{feff}111122223333\r\n\n  # nobody\n\t000000000001  # the first\n";
        let ids: Vec<String> =
            parse_account_list(text).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["111122223333", "000000000001"]);
        assert_eq!(parse_account_list(""), Ok(vec![]));
    }

    #[test]
    fn what_is_no_id_is_named_with_its_line_and_cannot_write_to_the_terminal() {
        let error = parse_account_list("111122223333\n\n1111-2222-\u{1b}[2J3333").unwrap_err();
        assert_eq!(error.line, 3);
        let told = error.to_string();
        assert!(told.starts_with("line 3: \"1111-2222-\\u{1b}[2J3333\" is not"), "{told}");
    }
}
