//! A small project on disk, and a verifier for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use lerp::verify::{Candidate, Project, Settings, TestsSetting, Verdict, Verifier};

/// The module under test: two functions, one test for each.
pub const SHOP: &str = "def total(prices):\n    result = 0\n    for price in prices:\n        result += price\n    return result\n\n\ndef unused():\n    return 1\n";

/// Its tests.
pub const TESTS: &str = "from shop import total\n\n\ndef test_sum():\n    assert total([1, 2, 3]) == 6\n\n\ndef test_empty():\n    assert total([]) == 0\n";

/// A project folder with `shop.py` and `tests/test_shop.py`, a verifier's settings, and a folder outside.
pub struct Shop {
    /// Both folders live in this one.
    pub folder: tempfile::TempDir,
    /// Settings that suit tests: no gate, one baseline.
    pub settings: Settings,
}

impl Shop {
    /// `None` when this machine can not run it; the reason is printed.
    pub fn new() -> Option<Self> {
        let settings = Settings {
            interpreter: std::env::var_os("LERP_TEST_PYTHON").map(PathBuf::from),
            helper: Some(env!("CARGO_BIN_EXE_lerp").into()),
            gate: false,
            repeat_baseline: false,
            baseline_limit: Duration::from_secs(60),
            time_floor: Duration::from_secs(10),
            ..Settings::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let shop = Self { folder, settings };
        shop.reset();
        let verifier = shop.verifier();
        let missing = if verifier.project().interpreter.pytest {
            verifier.sandbox().refusal()
        } else {
            Some("no pytest".to_owned())
        };
        if let Some(reason) = missing {
            assert!(std::env::var_os("LERP_TEST_REQUIRE").is_none(), "required, but {reason}");
            eprintln!("skipped: {reason}");
            return None;
        }
        Some(shop)
    }

    /// Puts everything back as it was.
    pub fn reset(&self) {
        for name in ["project", "outside"] {
            let _ = fs::remove_dir_all(self.folder.path().join(name));
        }
        self.write("shop.py", SHOP);
        self.write("tests/test_shop.py", TESTS);
        write(&self.outside().join("secret"), "a secret");
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("project")
    }

    /// A folder that no candidate may touch.
    pub fn outside(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("outside")
    }

    pub fn write(&self, path: &str, text: &str) {
        write(&self.folder.path().join("project").join(path), text);
    }

    pub fn verifier(&self) -> Verifier {
        Verifier::new(Project::at(&self.root(), &self.settings).unwrap(), self.settings.clone()).unwrap()
    }

    /// Verdict on a text for `shop.py`, function `total`.
    pub fn verdict(&self, source: &str) -> Verdict {
        self.verdict_of(&self.candidate(source), &TestsSetting::Auto)
    }

    pub fn verdict_of(&self, candidate: &Candidate, tests: &TestsSetting) -> Verdict {
        self.verifier().verify(candidate, tests, &|| false)
    }

    pub fn candidate(&self, source: &str) -> Candidate {
        Candidate {
            file: "shop.py".into(),
            function: Some("total".to_owned()),
            new_source: source.to_owned(),
            ..Candidate::default()
        }
    }

    /// Everything in the project, to see that nothing came or changed.
    pub fn tree(&self) -> Vec<(PathBuf, Vec<u8>, u32)> {
        use std::os::unix::fs::PermissionsExt;
        let (mut open, mut found) = (vec![self.root()], Vec::new());
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let mode = fs::metadata(&path).unwrap().permissions().mode();
                let text = if path.is_dir() { Vec::new() } else { fs::read(&path).unwrap() };
                if path.is_dir() {
                    open.push(path.clone());
                }
                found.push((path, text, mode));
            }
        }
        found.sort();
        found
    }
}

pub fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A correct `total` that runs other code first.
pub fn total_after(code: &str) -> String {
    let body: String = code.lines().map(|line| format!("    {line}\n")).collect();
    format!("def total(prices):\n{body}    return sum(prices)\n\n\ndef unused():\n    return 1\n")
}

pub fn run(program: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Numbers of the processes whose working directory is in the project.
pub fn processes_in(shop: &Shop) -> Vec<i32> {
    let root = shop.root();
    let inside = |pid: i32| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(&root));
    let numbers = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|pid| inside(*pid)).collect()
}

pub fn wait_for(done: impl Fn() -> bool, what: &str) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
