//! Blocks of a document that are written from elsewhere: what stands between `<!-- name -->` and `<!-- /name -->`.

use crate::workspace::Outcome;

/// The document with the block's content replaced. Unchanged where it has no such block; refused where a marker stands
/// alone, twice, or after its end.
pub fn replace(document: &str, name: &str, content: &str) -> Outcome<String> {
    let (start, end) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    match (document.matches(&start).count(), document.matches(&end).count()) {
        (0, 0) => return Ok(document.to_owned()),
        (1, 1) => {}
        (starts, ends) => {
            return Err(format!(
                "one `{start}` and one `{end}` belong together; {starts} and {ends} were found"
            ));
        }
    }
    let (before, rest) = document.split_once(&start).unwrap_or_default();
    let (_, after) =
        rest.split_once(&end).ok_or_else(|| format!("`{end}` stands before `{start}`"))?;
    Ok(format!("{before}{start}\n{}\n{end}{after}", content.trim_matches('\n')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_block_changes() {
        let document = "# A\n<!-- x -->\nold\n<!-- /x -->\nrest\n<!-- y -->\n<!-- /y -->\n";
        assert_eq!(
            replace(document, "x", "new\nlines\n").unwrap(),
            "# A\n<!-- x -->\nnew\nlines\n<!-- /x -->\nrest\n<!-- y -->\n<!-- /y -->\n"
        );
    }

    #[test]
    fn writing_twice_is_writing_once() {
        let once = replace("<!-- x --><!-- /x -->", "new", "").unwrap();
        assert_eq!(once, "<!-- x --><!-- /x -->");
        let once = replace("<!-- x --><!-- /x -->", "x", "\nnew\n\n").unwrap();
        assert_eq!(once, "<!-- x -->\nnew\n<!-- /x -->");
        assert_eq!(replace(&once, "x", "new").unwrap(), once);
    }

    #[test]
    fn a_document_without_the_block_stays() {
        assert_eq!(replace("text", "x", "new").unwrap(), "text");
    }

    #[test]
    fn stray_markers_are_refused() {
        for document in [
            "<!-- x -->",
            "<!-- /x -->",
            "<!-- /x --><!-- x -->",
            "<!-- x --><!-- x --><!-- /x -->",
        ] {
            assert!(replace(document, "x", "new").is_err(), "{document}");
        }
    }
}
