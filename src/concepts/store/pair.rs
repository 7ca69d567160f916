//! A stored pair: TOML with the two functions as they are read by people and by `git diff`.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A function before and after an edit, and what the edit needs of the module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPair {
    /// Where it comes from, for people: `abc123 src/app.py::Cart.total`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// Module-level imports that the edit brings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<String>,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

impl StoredPair {
    /// The name of its file: the same texts have the same name, whoever stores them.
    pub fn key(&self) -> String {
        digest([self.before.as_bytes(), self.after.as_bytes()])
    }

    /// As a file.
    pub(super) fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    /// Reads a file; says what is wrong with it.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| format!("it is not UTF-8 text ({error})"))?;
        if text.lines().any(|line| line.starts_with("<<<<<<< ")) {
            return Err("it has conflict markers of a merge".to_owned());
        }
        toml::from_str(text).map_err(|error| format!("it is not a pair ({})", error.message()))
    }
}

/// 16 hexadecimal digits that stand for some byte strings.
pub(super) fn digest<'b>(parts: impl IntoIterator<Item = &'b [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_comes_back(before in ".*", after in "(?s).*", tail in "['\"\r\n\t\\\\]{0,6}") {
            let pair = StoredPair { before, after: format!("{after}{tail}"), ..StoredPair::default() };
            let toml = pair.to_toml().unwrap();
            if !toml.lines().any(|line| line.starts_with("<<<<<<< ")) {
                prop_assert_eq!(StoredPair::from_bytes(toml.as_bytes()).unwrap(), pair);
            }
        }
    }

    #[test]
    fn functions_stay_readable() {
        let pair = StoredPair {
            origin: "a.py::f".to_owned(),
            imports: vec!["import logging".to_owned()],
            before: "def f():\n    print('x')\n".to_owned(),
            after: "def f():\n    pass\n".to_owned(),
        };
        insta::assert_snapshot!(pair.to_toml().unwrap(), @r#"
        origin = "a.py::f"
        imports = ["import logging"]
        before = """
        def f():
            print('x')
        """
        after = """
        def f():
            pass
        """
        "#);
    }
}
