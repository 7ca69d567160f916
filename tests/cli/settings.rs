//! `[tool.lerp]`, the environment, and flags.

use crate::{Dir, ran};

#[test]
fn unknown_keys_are_warned_about() {
    let dir = Dir::new(&[("pyproject.toml", b"[tool.lerp]\ncandidats = 3\n"), ("src/a.py", b"")]);
    let run = dir.run("refactor src/a.py --add f-strings");
    assert_eq!(run.code, 0);
    assert!(
        run.stderr.contains("unknown key \"candidats\" in [tool.lerp]; did you mean \"candidates\"?"),
        "{}",
        run.stderr
    );
}

#[test]
fn wrong_values_are_errors() {
    let check = |toml: &str, expect: &str| {
        let run = Dir::new(&[("pyproject.toml", toml.as_bytes()), ("a.py", b"")]).run("refactor a.py --add f-strings");
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(expect), "{}", run.stderr);
    };
    check("[tool.lerp]\ncandidates = 0\n", "candidates must be from 1 to 64");
    check("[tool.lerp]\njobs = 'two'\n", "TOML parse error at line 2");
    check("[tool.lerp\n", "TOML parse error at line 1");

    let dir = Dir::new(&[("a.py", b"")]);
    let run = ran(dir.command().args(["refactor", "a.py", "--add", "x"]).env("LERP_SEED", "one"));
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("LERP_SEED=\"one\" in the environment"), "{}", run.stderr);
}

#[test]
fn the_nearest_file_with_a_section_counts() {
    let dir = Dir::new(&[
        ("pyproject.toml", b"[tool.lerp]\nexclude = ['generated']\n"),
        ("pkg/pyproject.toml", b"[project]\nname = 'pkg'\n"),
        ("pkg/generated/a.py", b"def f(): pass\n"),
    ]);
    let run = dir.run("refactor pkg --add f-strings --model no-such-folder");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("no Python files under pkg"), "{}", run.stderr);
    // another file, named by the user
    std::fs::write(dir.path().join("other.toml"), "").unwrap();
    let run = dir.run("refactor pkg --add f-strings --model no-such-folder --config other.toml");
    assert!(run.stderr.contains("no model bundle"), "{}", run.stderr);
}
