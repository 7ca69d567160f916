//! The store on a real file system: what survives what.

use super::*;
use std::fs;

fn pair(name: &str) -> StoredPair {
    StoredPair {
        before: format!("def {name}():\n    print('{name}')\n    return 1\n"),
        after: format!("def {name}():\n    return 1\n"),
        ..StoredPair::default()
    }
}

fn vector(pairs: &[StoredPair]) -> Result<Option<StoredVector>, StoreError> {
    let values = vec![pairs.len() as f32; 4];
    Ok(Some(StoredVector { model: "m1".into(), values, agreement: 0.5, searched: false }))
}

fn store() -> (tempfile::TempDir, Store) {
    let root = tempfile::tempdir().unwrap();
    let store = Store::at(root.path().join(".lerp/concepts"), Level::Project);
    (root, store)
}

fn add(store: &Store, pairs: &[StoredPair]) -> Result<(Stored, Vec<StoreProblem>), StoreError> {
    store.add("no-prints", &About::default(), pairs, false, vector)
}

#[test]
fn what_is_stored_comes_back() {
    let (_root, store) = store();
    let about = About { title: None, description: Some("Takes prints out".into()) };
    let (stored, problems) = store.add("no-prints", &about, &[pair("a")], false, vector).unwrap();
    assert_eq!(problems, []);
    assert_eq!((stored.title.as_str(), stored.description.as_str()), ("No prints", "Takes prints out"));
    assert_eq!(store.list(), (vec![stored], vec![]));

    let (more, _) = add(&store, &[pair("b"), pair("a")]).unwrap();
    assert_eq!(more.pairs.len(), 2, "a pair is stored once");
    assert_eq!(more.description, "Takes prints out", "what is not said anew stays");
    assert_eq!(more.vector_for("m1", 4).map(|v| v.values[0]), Some(2.0));
    assert_eq!(store.list(), (vec![more], vec![]));

    let (new, _) = store.add("no-prints", &about, &[pair("c")], true, vector).unwrap();
    assert_eq!(new.pairs, [pair("c")]);
    assert_eq!(store.list(), (vec![new], vec![]), "one vector, one pair");

    store.forget("no-prints").unwrap();
    assert_eq!(store.list(), (vec![], vec![]));
    let left: Vec<_> = fs::read_dir(store.folder()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the lock and .gitignore: {left:?}");
    assert!(matches!(store.forget("no-prints"), Err(StoreError::None { .. })));
}

#[test]
fn a_vector_of_other_pairs_or_another_model_is_not_used() {
    let (_root, store) = store();
    let (stored, _) = add(&store, &[pair("a")]).unwrap();
    assert!(stored.vector_for("m2", 4).is_none() && stored.vector_for("m1", 5).is_none());
    // as git leaves it after a merge: both sides' pairs, the vectors of neither
    let folder = store.folder().join("no-prints");
    fs::write(folder.join(format!("pairs/{}.toml", pair("b").key())), pair("b").to_toml().unwrap()).unwrap();
    let (all, problems) = store.list();
    assert_eq!((all[0].pairs.len(), all[0].vectors.len()), (2, 0));
    assert_eq!(problems, []);
}

#[test]
fn damaged_files_are_passed_over_and_set_aside_by_the_next_write() {
    let (_root, store) = store();
    let (stored, _) = add(&store, &[pair("a"), pair("b")]).unwrap();
    let folder = store.folder().join("no-prints");
    let damaged = folder.join(format!("pairs/{}.toml", pair("a").key()));
    let text = fs::read_to_string(&damaged).unwrap();
    let vector_file = folder.join(stored.vectors[0].file_name(&stored.pairs));
    fs::write(&vector_file, b"rubbish").unwrap();
    fs::write(folder.join("concept.toml"), b"title = ").unwrap();
    for (broken, expect) in [
        ("before = \"def f", "it is not a pair"),
        ("", "it is not a pair"),
        (&*format!("<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n"), "conflict markers"),
        ("\u{0}", "it is not a pair"),
    ] {
        fs::write(&damaged, broken).unwrap();
        let (all, problems) = store.list();
        assert_eq!(all[0].pairs, [pair("b")], "the other pair is used");
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|one| one.contains(expect) && one.contains("passed over")), "{said:?}");
        assert!(damaged.exists(), "reading writes nothing");
    }
    let (after, problems) = add(&store, &[pair("c")]).unwrap();
    assert_eq!(after.pairs.len(), 2);
    assert!(problems.iter().all(|one| one.problem.contains("set aside as")), "{problems:?}");
    assert_eq!(fs::read_to_string(damaged.with_extension("toml.broken")).unwrap(), "\u{0}");
    assert_eq!(store.list(), (vec![after], vec![]));
}

#[test]
fn many_writers_at_once_lose_nothing() {
    let (_root, store) = store();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..4 {
                    add(store, &[pair(&format!("f{writer}_{n}"))]).unwrap();
                }
            });
        }
    });
    let (all, problems) = store.list();
    assert_eq!((all[0].pairs.len(), problems.len()), (32, 0));
    assert_eq!(all[0].vector_for("m1", 4).map(|v| v.values[0]), Some(32.0), "the last vector is of all pairs");
}

#[test]
fn a_failing_vector_leaves_everything_as_it_was() {
    let (_root, store) = store();
    let fails = |_: &[StoredPair]| Err(StoreError::NoPairs);
    store.add("no-prints", &About::default(), &[pair("a")], false, fails).unwrap_err();
    assert_eq!(store.list(), (vec![], vec![]));
    let (before, _) = add(&store, &[pair("a")]).unwrap();
    store.add("no-prints", &About::default(), &[pair("b")], true, fails).unwrap_err();
    assert_eq!(store.list(), (vec![before], vec![]));
    assert!(matches!(add(&Store::at(store.folder().join("x"), Level::User), &[]), Err(StoreError::NoPairs)));
}

#[test]
fn a_store_that_can_not_be_written_says_so() {
    let root = tempfile::tempdir().unwrap();
    // root may write into any folder: a file in the folder's place stops it, too
    fs::write(root.path().join(".lerp"), "").unwrap();
    let store = Store::at(root.path().join(".lerp/concepts"), Level::Project);
    let said = add(&store, &[pair("a")]).unwrap_err().to_string();
    assert!(said.contains("the folder can not be made") && said.contains("nothing was stored"), "{said}");
}

#[test]
fn the_project_is_found_from_inside_it() {
    let root = tempfile::tempdir().unwrap();
    let check = |start: &str, expect: Option<&str>| {
        let found = Store::of_project(&root.path().join(start));
        let folder = found.as_ref().and_then(|store| store.folder().strip_prefix(root.path()).ok());
        assert_eq!(folder.map(|folder| folder.display().to_string()).as_deref(), expect, "from {start:?}");
    };
    fs::create_dir_all(root.path().join("a/src/pkg")).unwrap();
    fs::create_dir_all(root.path().join("a/.git")).unwrap();
    check("a/src/pkg", Some("a/.lerp/concepts"));
    check("a/src/pkg/x.py", Some("a/.lerp/concepts"));
    fs::write(root.path().join("a/src/pyproject.toml"), "").unwrap();
    check("a/src/pkg", Some("a/src/.lerp/concepts"));
    fs::create_dir_all(root.path().join("a/.lerp/concepts")).unwrap();
    check("a/src/pkg", Some("a/.lerp/concepts"));
}

#[test]
fn a_stamp_changes_with_what_is_stored() {
    let (_root, store) = store();
    let mut seen = vec![store.stamp()];
    let mut differs = |store: &Store| {
        assert_eq!(store.stamp(), store.stamp());
        assert!(!seen.contains(&store.stamp()), "{seen:?}");
        seen.push(store.stamp());
    };
    let (stored, _) = add(&store, &[pair("a")]).unwrap();
    differs(&store);
    add(&store, &[pair("b")]).unwrap();
    differs(&store);
    let folder = store.folder().join(&stored.name);
    fs::write(folder.join("concept.toml"), "format = 1\ntitle = \"Another title\"\n").unwrap();
    differs(&store);
    fs::write(folder.join(format!("pairs/{}.toml", pair("c").key())), pair("c").to_toml().unwrap()).unwrap();
    differs(&store);
    fs::rename(&folder, store.folder().join("other")).unwrap();
    differs(&store);
    let before = Store::at(store.folder().join("nothing"), Level::Project).stamp();
    store.forget("other").unwrap();
    assert_eq!(store.stamp(), before);
}
