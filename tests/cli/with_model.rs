//! The whole way, with the shipped model: what is edited here is so simple that any model of ours must do it.

use crate::{Dir, Ran, ran};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PRINTS: &str = "def add(a, b):\n    print('called with', a, b)\n    return a + b\n";
const TEST: &str = "from shop import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n";

fn bundle() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/base")
}

impl Dir {
    /// `lerp ARGUMENTS`, with the shipped bundle.
    fn lerp(&self, arguments: &str) -> Ran {
        ran(self.command().args(arguments.split_whitespace()).env("LERP_MODEL", bundle()))
    }
}

#[test]
fn concepts_are_listed_and_shown() {
    let dir = Dir::new(&[]);
    let list = dir.lerp("concepts");
    assert_eq!(list.code, 0, "{}", list.stderr);
    assert!(list.stdout.lines().count() >= 16 && list.stdout.contains("print-debugging"), "{}", list.stdout);
    let shown = dir.lerp("concepts --show print-debugging").stdout;
    assert!(shown.contains("\n+    print("), "{shown}");
    let json: Value = serde_json::from_str(&dir.lerp("concepts --format json").stdout).unwrap();
    assert!(json.as_array().unwrap().iter().any(|concept| concept["name"] == "print-debugging"));
}

#[test]
fn a_missing_concept_is_refused_before_any_work() {
    let dir = Dir::new(&[("shop.py", PRINTS.as_bytes())]);
    for arguments in ["refactor shop.py --remove print-debuging", "concepts --show print-debuging"] {
        let run = dir.lerp(arguments);
        let expect = "lerp: there is no concept \"print-debuging\"; did you mean \"print-debugging\"?\n";
        assert_eq!((run.code, run.stderr.as_str()), (2, expect));
    }
}

#[test]
fn an_edit_is_shown_and_nothing_is_written() {
    let dir = Dir::new(&[("shop.py", PRINTS.as_bytes())]);
    let run = dir.lerp("refactor shop.py --remove print-debugging --tests none");
    assert_eq!(run.code, 1, "{}", run.stderr);
    let expect = "--- a/shop.py\n+++ b/shop.py\n@@ -1,3 +1,2 @@\n def add(a, b):\n-    print('called with', a, b)\n     return a + b\n";
    assert_eq!(run.stdout, expect);
    assert!(run.stderr.starts_with("lerp: shop.py:1: add: untested, confidence "), "{}", run.stderr);
    assert!(run.stderr.contains("\n1 function: edited, untested"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(dir.path().join("shop.py")).unwrap(), PRINTS);
}

#[test]
fn strength_nought_changes_nothing() {
    let dir = Dir::new(&[("shop.py", PRINTS.as_bytes())]);
    let run = dir.lerp("refactor shop.py --remove print-debugging --tests none --strength 0");
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_written_file_keeps_encoding_line_endings_and_mode() {
    use std::os::unix::fs::PermissionsExt;
    let text =
        "# coding: latin-1\n# \u{e9}\ndef add(a, b):\n    print('called with', a, b)\n    return a + b  # \u{fc}\n";
    let latin = |text: &str| -> Vec<u8> { text.replace('\n', "\r\n").chars().map(|c| c as u8).collect() };
    let dir = Dir::new(&[("shop.py", &latin(text))]);
    let file = dir.path().join("shop.py");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let run = dir.lerp("refactor shop.py --remove print-debugging --tests none --apply");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expect = latin(&text.replace("    print('called with', a, b)\n", ""));
    assert_eq!(fs::read(&file).unwrap(), expect);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn functions_that_the_model_can_not_edit_are_left_alone() {
    let check = |text: &str, expect: &str| {
        let dir = Dir::new(&[("shop.py", text.as_bytes())]);
        let run = dir.lerp("refactor shop.py --add f-strings --remove print-debugging --tests none");
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
        assert!(run.stderr.contains(expect), "{}", run.stderr);
    };
    check("def f(a:\n    print('called with', a)\n", "shop.py:1:1: syntax error");
    check("def f(a):\n    print('called with', a, (b)\n", "shop.py:1: f: not edited, syntax error at 2:");
    let long: String = (0..10_000).map(|n| format!("    x{n} = {n}\n")).collect();
    check(&format!("def f(a):\n    print('called with', a)\n{long}"), "1 function: too long or unusual");
    let (open, close) = ("(".repeat(500), ")".repeat(500));
    check(
        &format!("def f(a):\n    print('called with', a)\n    return {open}a{close}\n"),
        "1 function: too long or unusual",
    );
}

#[test]
fn tests_decide() {
    let dir = Dir::new(&[("pyproject.toml", b""), ("shop.py", PRINTS.as_bytes()), ("test_shop.py", TEST.as_bytes())]);
    let run = dir.lerp("refactor . --remove print-debugging --format json");
    assert_eq!(run.code, 1, "{}", run.stderr);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    let file = &json["files"][0];
    assert_eq!((&file["verdict"], &file["tests_run"]), (&"passed".into(), &1.into()), "{}", run.stdout);
    assert_eq!(json["summary"]["tests_left_out"], 1);

    // the same tests, but they look at what was printed
    let strict = "from shop import add\n\n\ndef test_add(capsys):\n    add(1, 2)\n    assert capsys.readouterr().out\n";
    fs::write(dir.path().join("test_shop.py"), strict).unwrap();
    let run = dir.lerp("refactor . --remove print-debugging --apply");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    assert!(run.stderr.contains("1 function: tests failed"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(dir.path().join("shop.py")).unwrap(), PRINTS);
}

#[test]
fn what_can_not_be_tested_is_said() {
    let check = |test: &str, setting: (&str, &str), expect: &str| {
        let files: &[(&str, &[u8])] =
            &[("pyproject.toml", b""), ("shop.py", PRINTS.as_bytes()), ("test_shop.py", test.as_bytes())];
        let dir = Dir::new(files);
        let mut command = dir.command();
        command.args(["refactor", "shop.py", "--remove", "print-debugging"]);
        let run = ran(command.env("LERP_MODEL", bundle()).env(setting.0, setting.1));
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.contains("shop.py: untested: ") && run.stderr.contains(expect), "{}", run.stderr);
    };
    let hangs = "from shop import add\n\n\ndef test_add():\n    while True:\n        add(1, 2)\n";
    check(hangs, ("LERP_TEST_TIMEOUT", "2"), "the tests do not end within 2 s");
    let elsewhere = tempfile::tempdir().unwrap();
    let made = Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(elsewhere.path()).status().unwrap();
    assert!(made.success());
    let python = elsewhere.path().join("bin/python");
    check(TEST, ("LERP_PYTHON", &python.to_string_lossy()), "has no pytest");
}

#[test]
fn damaged_files_are_named() {
    let check = |damage: &dyn Fn(&Path), expect: &str| {
        let dir = Dir::new(&[("shop.py", PRINTS.as_bytes())]);
        let copy = dir.path().join("bundle");
        fs::create_dir(&copy).unwrap();
        for entry in fs::read_dir(bundle()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
        }
        damage(&copy);
        let run = dir.run("refactor shop.py --remove print-debugging --model bundle");
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(expect), "{}", run.stderr);
    };
    let truncate = |folder: &Path| {
        let file = folder.join("decoder.onnx");
        let bytes = fs::read(&file).unwrap();
        fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
    };
    check(&truncate, "bundle/decoder.onnx: it has ");
    check(&|folder| fs::remove_file(folder.join("encoder.onnx")).unwrap(), "bundle/encoder.onnx: No such file");
    check(
        &|folder| fs::write(folder.join("manifest.json"), "{").unwrap(),
        "bundle/manifest.json: it is not a manifest",
    );
}

#[test]
fn a_runtime_that_is_none_is_named() {
    let dir = Dir::new(&[("shop.py", PRINTS.as_bytes()), ("libonnxruntime.so", b"no library")]);
    let check = |library: &str, expect: &str| {
        let run = dir.lerp(&format!("refactor shop.py --remove print-debugging --onnxruntime {library}"));
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(
            run.stderr.starts_with("lerp: no ONNX Runtime library: ") && run.stderr.contains(expect),
            "{}",
            run.stderr
        );
    };
    check("libonnxruntime.so", "libonnxruntime.so can not be used: ");
    check("missing.so", "missing.so is no library and no folder with one");
}

#[test]
fn a_batch_is_served_line_by_line() {
    let dir = Dir::new(&[]);
    let good = serde_json::json!({"id": "1", "source": PRINTS, "remove": ["print-debugging"], "candidates": 1});
    let lines = format!("{good}\nnonsense\n{good}\n");
    let run = ran(dir.command().arg("batch").env("LERP_MODEL", bundle()).write_stdin(lines));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let results: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(results.len(), 3);
    let first = |result: &Value| result["candidates"][0]["source"].clone();
    assert_eq!(first(&results[0]), "def add(a, b):\n    return a + b\n");
    assert_eq!(first(&results[0]), first(&results[2]), "the same request, the same candidates");
    assert_eq!(results[1]["error"], "line 2 is not JSON: expected ident at line 1 column 2");
}
