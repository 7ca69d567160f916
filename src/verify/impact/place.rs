//! Where a project's database is.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Letters of the root's hash in a file's name: enough that no two projects of one user meet.
const LETTERS: usize = 24;

/// The file below `folder` for the project at `root` (canonical): named by the folder's own name, to be found, and a hash of the whole path.
pub(super) fn database(folder: &Path, root: &Path) -> PathBuf {
    let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let hash = hex(&Sha256::digest(root.as_os_str().as_encoded_bytes()));
    folder.join("impact").join(format!("{name:.40}-{}.sqlite", &hash[..LETTERS]))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_root_has_its_own_file() {
        let at = |root: &str| database(Path::new("/cache/lerp"), Path::new(root));
        assert_eq!(at("/home/me/shop").parent(), Some(Path::new("/cache/lerp/impact")));
        assert!(at("/home/me/my shop").file_name().unwrap().to_string_lossy().starts_with("my-shop-"));
        assert_ne!(at("/home/me/shop"), at("/home/you/shop"));
        assert_eq!(at("/home/me/shop"), at("/home/me/shop"));
        assert!(at(&format!("/{}", "\u{e9}".repeat(200))).file_name().unwrap().len() < 100);
    }
}
