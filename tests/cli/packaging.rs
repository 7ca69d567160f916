//! The wheel carries the bundle: `packaging/data/share/lerp/base` links to the files that the manifest names.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn the_wheel_has_every_file_of_the_bundle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("models/base/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let mut expected: BTreeSet<String> = manifest["files"].as_object().unwrap().keys().cloned().collect();
    expected.insert("manifest.json".to_owned());
    let folder = root.join("packaging/data/share/lerp/base");
    let linked: BTreeSet<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(linked, expected, "`python -m lerp_training report` mends it");
    for name in linked {
        let (there, here) = (root.join("models/base").join(&name), folder.join(&name));
        assert_eq!(fs::canonicalize(here).unwrap(), fs::canonicalize(there).unwrap());
    }
}
