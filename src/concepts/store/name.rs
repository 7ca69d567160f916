//! Names of taught concepts: they are folders on every file system, arguments and parts of LSP kinds.

use super::StoreError;
use crate::concepts::find;

/// Longest name, in bytes.
const LONGEST: usize = 64;

/// Folders that Windows does not have.
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Refuses a name that can not be stored, or that a built-in concept has.
pub fn check_name(name: &str) -> Result<(), StoreError> {
    let problem = if name.is_empty() {
        "it is empty"
    } else if name.len() > LONGEST {
        "it is longer than 64 bytes"
    } else if find(name).is_some() {
        "a built-in concept has it"
    } else if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        "it may have small letters, digits and hyphens"
    } else if name.starts_with('-') || name.ends_with('-') || name.contains("--") {
        "hyphens stand between letters or digits"
    } else if is_reserved(name) {
        "Windows has no folders of this name"
    } else {
        return Ok(());
    };
    let instead = Some(plain(name)).filter(|other| other != name && check_name(other).is_ok());
    Err(StoreError::Name { name: name.to_owned(), problem, instead })
}

fn is_reserved(name: &str) -> bool {
    let port =
        |kind: &str| name.strip_prefix(kind).is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()));
    RESERVED.contains(&name) || port("com") || port("lpt")
}

/// Letters and digits in small, everything else a hyphen; `my-` in front of what is taken.
fn plain(name: &str) -> String {
    let small = name.to_lowercase();
    let words = small.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut plain = words.collect::<Vec<_>>().join("-");
    plain.truncate(LONGEST - 3);
    let plain = plain.trim_end_matches('-').to_owned();
    if !plain.is_empty() && (find(&plain).is_some() || is_reserved(&plain)) { format!("my-{plain}") } else { plain }
}

/// A title for a name: `our-logging` is *Our logging*.
pub fn in_words(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_do_and_names_that_do_not() {
        let check = |name: &str, expect: &str| {
            let said = check_name(name).err().map_or("fine".to_owned(), |error| error.to_string());
            assert!(said.contains(expect), "{name:?}: {said}");
        };
        check("our-logging", "fine");
        check("a2", "fine");
        check("", "it is empty");
        check("logging", "a built-in concept has it; \"my-logging\" would do");
        check("Our Logging", "small letters, digits and hyphens; \"our-logging\" would do");
        check("../../etc", "small letters, digits and hyphens; \"etc\" would do");
        check("größe", "small letters, digits and hyphens; \"gr-e\" would do");
        check("a/b\\c\0d", "\"a-b-c-d\" would do");
        check("日本", "small letters, digits and hyphens");
        check("-a", "hyphens stand between letters or digits; \"a\" would do");
        check("a--b", "\"a-b\" would do");
        check("com1", "Windows has no folders of this name; \"my-com1\" would do");
        check(&"a".repeat(65), "longer than 64 bytes");
        check(".", "small letters");
    }

    #[test]
    fn titles_are_made_of_names() {
        assert_eq!(in_words("our-logging"), "Our logging");
    }
}
