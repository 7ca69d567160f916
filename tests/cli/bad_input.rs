//! Input that can not be worked on: a clear word about it, with its place, and the right exit code. No model is needed to
//! say it.

use crate::Dir;

/// Runs `lerp refactor ARGUMENTS --add f-strings` beside the files, and compares exit code and first line of standard error.
fn check(files: &[(&str, &[u8])], arguments: &str, code: i32, expect: &str) {
    let ran = Dir::new(files).run(&format!("refactor {arguments} --add f-strings --model no-such-folder"));
    let first = ran.stderr.lines().next().unwrap_or_default();
    assert!(first.contains(expect), "{}", ran.stderr);
    assert_eq!(ran.code, code, "{}", ran.stderr);
    assert_eq!(ran.stdout, "", "nothing but results on standard output");
}

#[test]
fn files_without_functions() {
    for text in ["", "\n\n", "# only\n# comments\n", "\u{feff}", "x = 1\n", "\u{c}\n"] {
        check(&[("a.py", text.as_bytes())], "a.py", 0, "no functions");
    }
}

#[test]
fn files_that_are_not_text() {
    check(&[("a.py", b"def f():\n    x\0\n")], "a.py", 2, "a.py:2:6: NUL byte; this is not Python source");
    check(&[("a.py", b"x = '\xe9'\n")], "a.py", 2, "a.py:1:6: byte 0xe9 is not valid UTF-8; add the coding line");
    check(&[("a.py", b"# coding: latin-1\nx = '\xe9'\n")], "a.py", 0, "no functions");
    check(&[("a.py", b"# coding: cp1252\n")], "a.py", 2, "a.py:1:1: encoding \"cp1252\" is not supported");
    check(
        &[("a.py", b"\xff\xfed\0e\0f\0")],
        "a.py",
        2,
        "NUL byte; this is not Python source (is it a binary file, or UTF-16?)",
    );
}

#[test]
fn one_bad_file_does_not_hide_another() {
    let files: &[(&str, &[u8])] = &[("a.py", b"\0"), ("b.py", b"\xe9"), ("c.py", b"")];
    let ran = Dir::new(files).run("refactor a.py b.py c.py --add f-strings --model no-such-folder");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("a.py:1:1: NUL") && ran.stderr.contains("b.py:1:1: byte 0xe9"), "{}", ran.stderr);
    assert!(ran.stderr.contains("2 errors"), "{}", ran.stderr);
}

#[test]
fn paths_that_lead_nowhere() {
    check(&[], "missing.py", 2, "lerp: missing.py: can not be read: No such file");
    check(&[("a.py", b"")], "a.py/b.py", 2, "a.py/b.py: can not be read: Not a directory");
    check(&[("a/b.txt", b"")], "a", 0, "warning: no Python files under a");
    check(&[("a/b.py", b"")], "a::f", 2, "a::f: a is a folder; name the file that f is in");
}

#[test]
fn functions_that_are_not_there() {
    let file: &[(&str, &[u8])] = &[("a.py", b"class Cart:\n    def total(self): pass\n")];
    check(file, "a.py::Cart.totals", 2, "a.py: there is no function \"Cart.totals\"; did you mean \"Cart.total\"?");
    check(file, "a.py::xyz", 2, "a.py: there is no function \"xyz\"");
}

#[test]
fn no_bundle() {
    let file: &[(&str, &[u8])] = &[("a.py", b"def f(): pass\n")];
    check(
        file,
        "a.py",
        2,
        "lerp: no model bundle: looked in no-such-folder; reinstall lerp, or point LERP_MODEL at a bundle",
    );
    let ran = Dir::new(&[]).run("batch --model no-such-folder");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("lerp: no model bundle"), "{}", ran.stderr);
    let ran = Dir::new(&[]).run("doctor --model no-such-folder");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("✗ model bundle"), "{}", ran.stdout);
}

#[test]
fn arguments_that_make_no_sense() {
    let check = |arguments: &str, expect: &str| {
        let ran = Dir::new(&[("a.py", b"")]).run(arguments);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains(expect), "{}", ran.stderr);
    };
    check("refactor a.py", "required arguments were not provided");
    check("refactor --add f-strings", "required arguments were not provided");
    check("refactor a.py --add x --diff --apply", "cannot be used with");
    check("refactor a.py --add x --candidates 0", "candidates must be from 1 to 64");
    check("refactor a.py --add x --strength nan", "strength must be a number from -10 to 10");
    check("refactor a.py --add x --remove x", "\"x\" is asked for twice, to be added and to be removed");
    check("refactor a.py --add x --all --confidence 0.5", "--all");
    check("refactr a.py", "similar subcommand exists: 'refactor'");
}
