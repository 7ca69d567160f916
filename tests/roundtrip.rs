//! Byte-exact round trip: every function of the standard library and of the pinned packages under `target/packages` that
//! fits comes back byte for byte from its ids, its slot table and its layout.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use lerp::codec::{
    ConceptTable, EncodeError, FunctionError, Lexed, SlotTable, Step, apply, encode, relexicalise, replacements,
};
use lerp::syntax::{Function, LexError, Parsed, find_functions, parse};
use lerp::synthesis::{Target, merge};
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Default, Debug)]
struct Counts {
    exact: usize,
    does_not_fit: usize,
    broken: usize,
    failed: Vec<String>,
}

fn check(parsed: &Parsed, source: &str, function: &Function, path: &str, counts: &mut Counts) {
    if function.problem.is_some() {
        counts.broken += 1;
        return;
    }
    let name = format!("{path} {}", function.qualname);
    let (concept, mut slots) = (ConceptTable::default(), SlotTable::default());
    let lexed = match Lexed::at(parsed, source, function.range.clone()) {
        Ok(lexed) => lexed,
        // too deep a nesting is a limit that is said, like too long a function
        Err(FunctionError::Lex(LexError::TooDeep(_))) => {
            counts.does_not_fit += 1;
            return;
        }
        Err(error) => return counts.failed.push(format!("{name}: {error}")),
    };
    let encoded = match encode(source, lexed.start, &lexed.lexemes, &concept, &mut slots) {
        Ok(encoded) => encoded,
        // `<>` is Python 2
        Err(EncodeError::TooLong { .. } | EncodeError::TooMany { .. } | EncodeError::Unknown { .. }) => {
            counts.does_not_fit += 1;
            return;
        }
    };
    let layout = encoded.layout_of(source, &slots, &concept);
    let text = relexicalise(&encoded.ids, &layout, &slots, &concept).unwrap_or_default();
    let original = &source[function.range.clone()];
    // what stands behind the last token is comments that the tree counts to the function
    let rest = source[function.range.start..].strip_prefix(text.as_str());
    let rest_is_layout = || {
        let rest = original.get(text.len()..).unwrap_or("");
        rest.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
    };
    if rest.is_none() || !rest_is_layout() {
        return counts.failed.push(format!("{name}: another text came back"));
    }
    // no replacement at all leaves the text as it is
    let target = Target { source, encoded: &encoded, slots: &slots, concept: &concept };
    let none = replacements(&encoded.ids, &[Step::Pointer(0)]).unwrap();
    if merge(&target, &none).is_none_or(|edits| !edits.is_empty()) || apply(&encoded.ids, &none) != encoded.ids {
        return counts.failed.push(format!("{name}: an empty script changes it"));
    }
    counts.exact += 1;
}

fn python_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        // the fixtures of lib2to3 are Python 2
        if path.is_dir() && !path.ends_with("site-packages") && !path.ends_with("lib2to3/tests/data") {
            python_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
}

fn check_folder(folder: &Path) -> Counts {
    let (mut files, mut counts) = (Vec::new(), Counts::default());
    python_files(folder, &mut files);
    for path in files {
        // other encodings are the business of `text`
        let Ok(source) = std::fs::read_to_string(&path) else {
            continue;
        };
        let parsed = parse(&source);
        for function in find_functions(&parsed, &source) {
            check(&parsed, &source, &function, &path.display().to_string(), &mut counts);
        }
    }
    counts
}

fn assert_exact(what: &str, folder: &Path, at_least: usize) {
    let counts = check_folder(folder);
    println!(
        "{what}: {} exact, {} do not fit, {} broken, {} failed",
        counts.exact,
        counts.does_not_fit,
        counts.broken,
        counts.failed.len()
    );
    assert!(counts.failed.is_empty(), "{:#?}", &counts.failed[..counts.failed.len().min(20)]);
    assert!(counts.exact >= at_least, "only {} functions were found in {}", counts.exact, folder.display());
}

#[test]
fn standard_library() {
    let code = "import sysconfig; print(sysconfig.get_path('stdlib'))";
    let output = Command::new("python3").args(["-c", code]).output().expect("python3 is needed for the tests");
    let folder = String::from_utf8(output.stdout).unwrap();
    assert_exact("standard library", Path::new(folder.trim()), 10_000);
}

#[test]
fn pinned_packages() {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/packages");
    let folders: Vec<PathBuf> =
        std::fs::read_dir(&packages).into_iter().flatten().flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    assert!(folders.len() >= 5, "run `make packages` first: {} holds {} packages", packages.display(), folders.len());
    for folder in folders {
        assert_exact(&folder.file_name().unwrap().to_string_lossy(), &folder, 50);
    }
}

#[test]
fn odd_functions() {
    let cases: &[&str] = &[
        "def f(): return 1",
        "def f(a, /, b: int = 1, *, c=None, **kw) -> x[int]:  # note\n    '''doc %s'''\n    return a",
        "async def f():\r\n\tawait g()\r\n\treturn  # end\r\n",
        "def f():\n    x = (  # c\n        a + b\n    ); y = 2 ;\n\n    # own line\n    return x\n    # tail\n",
        "@dec(1)\n@other\ndef f(self):\n    if (n := 10) > 5: return n; pass\n    else :\n        del a\n",
        "def f(x):\n    match x:\n        case [1, *_]:\n            pass\n        case {'a': b, **rest} if b: return rest\n        case Point(x=0) | None: ...\n",
        "def f():\n    return f\"a{b!r:>{w}}c{{d}}{e=}{f'{x}'}\" 'x' \"%s\\n\" rb'\\d' u'ü'\n",
        "def f():\n    return f'{a['b']}'\n",
        "def größe(ß):\n    return ß + größe\n",
        "def f():\n    return a \\\n        and b if c else \\\n       d\n",
        "def f():\n\x0c    return 1\n",
        "def f(*args: int, **kw: str) -> None: lambda *a, k=1, **b: (yield)\n",
        "def f():\n    with (open(a) as b, c,): pass\n    from q import (a, b,)\n    t = (1,); u = (a, b,); x[1:2, ...] = y[a,]\n",
        "def f[T: int](x: T) -> T:\n    type A = int\n    return x\n",
        "def f():\n    try:\n        pass\n    except* E as e:\n        raise X from e\n    finally:\n        global g; g = 0xFF + 1_000 + 1e-3j\n",
    ];
    for case in cases {
        let parsed = parse(case);
        let function = find_functions(&parsed, case).remove(0);
        let mut counts = Counts::default();
        check(&parsed, case, &function, "case", &mut counts);
        assert_eq!((counts.exact, counts.failed.len()), (1, 0), "{case:?}: {counts:?}");
    }
}

#[test]
fn broken_functions_are_refused_with_their_place() {
    let source = "def good(): pass\n\ndef bad(:\n    return (\n";
    let parsed = parse(source);
    let functions = find_functions(&parsed, source);
    assert!(functions.iter().any(|function| function.qualname == "good" && function.problem.is_none()));
    let error = Lexed::new("def f(:\n    pass\n").err();
    let Some(FunctionError::Lex(error)) = error else { panic!("{error:?}") };
    assert!(error.to_string().starts_with("line 1, column 7"), "{error}");
}
