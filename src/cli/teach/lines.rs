//! Pairs out of JSON lines.

use crate::concepts::imports_brought;
use crate::concepts::store::StoredPair;
use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Pairs as JSON lines: `{"before": "…", "after": "…"}`. `name` stands in front of what is wrong with a line.
pub fn from_json_lines(name: &str, text: &str) -> Result<Vec<StoredPair>> {
    #[derive(Deserialize)]
    struct Line {
        before: String,
        after: String,
    }
    let mut pairs = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let Line { before, after } = serde_json::from_str(line)
            .with_context(|| format!("{name}:{number}: a line is {{\"before\": \"…\", \"after\": \"…\"}}"))?;
        if before.contains('\0') || after.contains('\0') {
            bail!("{name}:{number}: NUL character; this is not Python source");
        }
        let imports = imports_brought(&before, &after, &before, &after);
        pairs.push(StoredPair { origin: format!("{name}:{number}"), imports, before, after });
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_pairs_are_named() {
        let check = |text: &str, expect: &str| {
            let said =
                from_json_lines("p.jsonl", text).map_or_else(|error| format!("{error:#}"), |p| p.len().to_string());
            assert!(said.contains(expect), "{said}");
        };
        check("{\"before\": \"a\", \"after\": \"b\"}\n\n", "1");
        check("\u{feff}{\"before\": \"a\", \"after\": \"b\"}\r\n", "1");
        check("", "0");
        check("{\"before\": \"a\", \"after\": \"b\"}\nnonsense", "p.jsonl:2: a line is");
        check("{\"before\": \"a\"}", "missing field `after`");
        check("{\"before\": \"a\\u0000\", \"after\": \"b\"}", "NUL");
    }
}
