//! The mutant study: faults planted in functions of real packages. Is a verdict what a plain, unconfined pytest says of the same tests,
//! and what does the differential check find?
//!
//! `make mutants` runs all of it; the tests run a part. docs/verification-mutants.md has the figures.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lerp::verify::{Agreement, Candidate, Project, Settings, Status, TestsSetting, Verifier};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::support::Shop;

type Row = (&'static str, &'static str, usize, usize);

/// Folder below `target/packages-source`, file in it, mutants of the full study, of the small one.
const SUBJECTS: &[Row] = &[
    ("boltons", "boltons/iterutils.py", 70, 5),
    ("more_itertools", "more_itertools/more.py", 70, 3),
    ("sqlparse", "sqlparse/utils.py", 14, 2),
    ("sqlparse", "sqlparse/engine/statement_splitter.py", 11, 0),
];
const SEED: &str = "7";
/// For what the plain pytest may take.
const LIMIT: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Deserialize)]
struct Mutant {
    function: String,
    kind: String,
    line: usize,
    text: String,
}

/// What became of one mutant.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Found {
    /// Of the whole text.
    id: String,
    name: String,
    package: String,
    /// `caught`, `let through` or `untested`.
    tests: String,
    /// Why it is untested.
    reason: Option<String>,
    tier: Option<String>,
    /// Whether a plain pytest says the same; `None` when it was not asked.
    agrees: Option<bool>,
    /// `differs`, `same` or `not compared`.
    differential: String,
    /// Milliseconds: the engine, the plain pytest, the differential check.
    millis: [u64; 3],
}

/// A package under study: where lerp sees it, and a verifier for it.
struct Subject {
    package: &'static str,
    file: &'static str,
    tree: tempfile::TempDir,
    verifier: Verifier,
    mutants: Vec<Mutant>,
}

fn mutants(python: &Path, file: &Path, count: usize) -> Vec<Mutant> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify/mutate.py");
    let output = Command::new(python).arg(script).arg(file).args([SEED, &count.to_string()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Whether the tests pass in a plain pytest, on a copy of the tree with the text in place.
fn plain_pytest(python: &Path, copy: &Path, file: &str, text: &str, tests: &[String]) -> bool {
    let path = copy.join(file);
    let before = fs::read(&path).unwrap();
    fs::write(&path, text).unwrap();
    let arguments = ["-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"];
    let mut child = Command::new(python)
        .args(arguments)
        .args(tests)
        .current_dir(copy)
        .env("PYTHONHASHSEED", "0")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let passed = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.success();
        }
        if started.elapsed() > LIMIT {
            child.kill().unwrap();
            child.wait().unwrap();
            break false;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    fs::write(&path, before).unwrap();
    passed
}

/// The packages with their mutants; `None` when this machine can not run them.
fn subjects(counts: impl Fn(&Row) -> usize) -> Option<Vec<Subject>> {
    // this machine has a sandbox and pytest, or says that it does not
    let shop = Shop::new()?;
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/packages-source");
    let mut subjects = Vec::new();
    for row in SUBJECTS.iter().filter(|row| counts(row) > 0) {
        let (package, file, ..) = *row;
        let root = sources.join(package);
        if !root.exists() {
            assert!(std::env::var_os("LERP_TEST_REQUIRE").is_none(), "required: run `bash tests/packages.sh`");
            eprintln!("skipped: there is no {}; `bash tests/packages.sh` brings it", root.display());
            return None;
        }
        // not below this repository: pytest would look for its settings there
        let tree = copy(&root);
        let settings = Settings { gate: false, repeat_baseline: true, jobs: 1, ..shop.settings.clone() };
        let verifier = Verifier::new(Project::at(tree.path(), &settings).unwrap(), settings).unwrap();
        let python = verifier.project().interpreter.executable.clone();
        let mutants = mutants(&python, &root.join(file), counts(row));
        subjects.push(Subject { package, file, tree, verifier, mutants });
    }
    Some(subjects)
}

fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn copy(root: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    super::support::run("cp", &["-r", ".", folder.path().to_str().unwrap()], root);
    folder
}

impl Subject {
    fn name(&self, mutant: &Mutant) -> String {
        format!("{}/{}:{} {} {}", self.package, self.file, mutant.line, mutant.function, mutant.kind)
    }

    /// `scratch` is a copy of the tree that a plain pytest may have.
    fn judge(&self, mutant: &Mutant, scratch: &Path) -> Found {
        let Self { verifier, file, .. } = self;
        let candidate = Candidate {
            file: PathBuf::from(file),
            function: Some(mutant.function.clone()),
            new_source: mutant.text.clone(),
            ..Candidate::default()
        };
        let auto = TestsSetting::Auto;
        // the original's runs are not the mutant's
        let tests = verifier.reaching(&candidate, &auto, &|| false).unwrap_or_default();
        let started = Instant::now();
        let verdict = verifier.verify(&candidate, &auto, &|| false);
        let engine = started.elapsed();
        let (mut plain, mut agrees) = (Duration::ZERO, None);
        if verdict.status != Status::Untested {
            let started = Instant::now();
            let python = &verifier.project().interpreter.executable;
            let passed = plain_pytest(python, scratch, file, &mutant.text, &tests);
            (plain, agrees) = (started.elapsed(), Some(passed == (verdict.status == Status::Passed)));
        }
        let differential = verifier.differential(&candidate, &auto, &|| false);
        let reason = verdict.reason.clone().filter(|_| verdict.status == Status::Untested);
        Found {
            id: short_hash(mutant.text.as_bytes()),
            name: self.name(mutant),
            package: self.package.to_owned(),
            tests: match verdict.status {
                Status::Untested => "untested",
                Status::Passed => "let through",
                Status::Failed | Status::Timeout => "caught",
            }
            .to_owned(),
            reason: reason.map(|reason| {
                if reason.starts_with("no test reaches") { "no test reaches it".to_owned() } else { reason }
            }),
            tier: verdict.tier.map(|tier| format!("{tier:?}")),
            agrees,
            differential: match differential.result {
                Agreement::Same => "same",
                Agreement::Differs => "differs",
                Agreement::Unknown => "not compared",
            }
            .to_owned(),
            millis: [engine, plain, differential.duration].map(|time| time.as_millis() as u64),
        }
    }
}

/// Judges all mutants that are not among the known ones, on two threads; `told` hears of each.
fn study(subjects: &[Subject], known: Vec<Found>, told: impl Fn(&Found, usize, usize) + Sync) -> Vec<Found> {
    let all: Vec<(&Subject, &Mutant)> =
        subjects.iter().flat_map(|subject| subject.mutants.iter().map(move |mutant| (subject, mutant))).collect();
    let is_known = |mutant: &Mutant| {
        let id = short_hash(mutant.text.as_bytes());
        known.iter().any(|found| found.id == id)
    };
    let open: Vec<_> = all.iter().filter(|(_, mutant)| !is_known(mutant)).collect();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(known.clone());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let scratch: Vec<_> = subjects.iter().map(|subject| copy(subject.tree.path())).collect();
                while let Some((subject, mutant)) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let at = subjects.iter().position(|other| std::ptr::eq(other, *subject)).unwrap();
                    let found = subject.judge(mutant, scratch[at].path());
                    let mut done = done.lock().unwrap();
                    done.push(found.clone());
                    told(&found, done.len(), all.len());
                }
            });
        }
    });
    done.into_inner().unwrap()
}

/// As docs/verification-mutants.md has it.
fn tables(found: &[Found]) -> String {
    let count = |what: &dyn Fn(&&Found) -> bool| found.iter().filter(what).count();
    let judged = count(&|one| one.agrees.is_some());
    let mut text = format!(
        "{} faults; verdicts the same as a plain pytest's: {} of {judged}\n\n| package | faults | caught | let through | untested | T1 | T2 | T3 | same verdict |\n|---|---|---|---|---|---|---|---|---|\n",
        found.len(),
        count(&|one| one.agrees == Some(true))
    );
    let packages: BTreeSet<&str> = found.iter().map(|one| one.package.as_str()).collect();
    for package in packages {
        let of = |what: &dyn Fn(&&Found) -> bool| count(&|one| one.package == package && what(one));
        let tests = ["caught", "let through", "untested"].map(|word| of(&|one| one.tests == word).to_string());
        let tiers = ["T1", "T2", "T3"].map(|tier| of(&|one| one.tier.as_deref() == Some(tier)).to_string());
        let (agree, judged) = (of(&|one| one.agrees == Some(true)), of(&|one| one.agrees.is_some()));
        let all = of(&|_| true);
        text +=
            &format!("| {package} | {all} | {} | {} | {agree} of {judged} |\n", tests.join(" | "), tiers.join(" | "));
    }
    text += "\n| tests | differs | same | not compared |\n|---|---|---|---|\n";
    for tests in ["caught", "let through", "untested"] {
        let cells = ["differs", "same", "not compared"]
            .map(|word| count(&|one| one.tests == tests && one.differential == word).to_string());
        text += &format!("| {tests} | {} |\n", cells.join(" | "));
    }
    let median = |which: usize, what: &dyn Fn(&&Found) -> bool| {
        let mut times: Vec<u64> = found.iter().filter(what).map(|one| one.millis[which]).collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    text += &format!(
        "\nMedian milliseconds of a fault: engine {}, plain pytest {}, differential check {}\n",
        median(0, &|one| one.agrees.is_some()),
        median(1, &|one| one.agrees.is_some()),
        median(2, &|one| one.differential != "not compared")
    );
    for one in found.iter().filter(|one| one.agrees == Some(false)) {
        text += &format!("not the same: {} is {} in {:?}\n", one.name, one.tests, one.tier);
    }
    let reasons: BTreeSet<&str> = found.iter().filter_map(|one| one.reason.as_deref()).collect();
    for reason in reasons {
        text += &format!("untested: {} because {reason}\n", count(&|one| one.reason.as_deref() == Some(reason)));
    }
    text
}

#[test]
fn some_mutants_get_the_verdict_of_a_plain_pytest() {
    let Some(subjects) = subjects(|(.., small)| *small) else { return };
    let found = study(&subjects, Vec::new(), |found, _, _| eprintln!("{found:?}"));
    let told = tables(&found);
    eprintln!("{told}");
    let count = |what: &dyn Fn(&&Found) -> bool| found.iter().filter(what).count();
    assert_eq!(count(&|one| one.agrees == Some(false)), 0, "{told}");
    assert!(count(&|one| one.agrees == Some(true)) >= 5, "{told}");
    let differ = count(&|one| one.differential == "differs");
    assert!(differ >= 2, "the differential check finds next to nothing: {told}");
}

#[test]
#[ignore = "minutes: `make mutants`"]
fn all_mutants() {
    let Some(subjects) = subjects(|(_, _, full, _)| *full) else { panic!("nothing could be run") };
    // what this very binary found already is not looked for again
    let binary = short_hash(&fs::read(env!("CARGO_BIN_EXE_lerp")).unwrap());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/mutants");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{binary}.jsonl"));
    let known = fs::read_to_string(&file).unwrap_or_default();
    let known: Vec<Found> = known.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    eprintln!("{} are known from {}", known.len(), file.display());
    let started = Instant::now();
    let log = Mutex::new(fs::File::options().create(true).append(true).open(&file).unwrap());
    let found = study(&subjects, known, |found, done, all| {
        let line = serde_json::to_string(found).unwrap() + "\n";
        log.lock().unwrap().write_all(line.as_bytes()).unwrap();
        let agrees = if found.agrees == Some(false) { ", a plain pytest says otherwise" } else { "" };
        let tier = found.tier.as_deref().unwrap_or("-");
        eprintln!(
            "{done}/{all} {} s {}: {}{agrees}; {} ({tier})",
            started.elapsed().as_secs(),
            found.name,
            found.tests,
            found.differential
        );
    });
    let told = tables(&found);
    println!("\n{told}");
    assert!(found.len() >= 150, "{}", found.len());
    // equal on all but what is told and explained in docs/verification-mutants.md
    let other = found.iter().filter(|one| one.agrees == Some(false)).count();
    assert!(other * 50 <= found.len(), "{told}");
}
