//! Eight candidates, verified: against one bare run of the tests that reach the function, and against copying the tree and
//! running pytest for each. `cargo bench --bench verify` prints the table of docs/verification.md; `tests/packages.sh` fetches the packages,
//! `LERP_TEST_PYTHON` names a Python with pytest, `LERP_BENCH_ROUNDS=1` merely sees that it runs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lerp::verify::{Candidate, Project, Settings, Status, TestsSetting, Tier, Verifier};

const CANDIDATES: usize = 8;
/// Each figure is the median of so many.
const ROUNDS: usize = 3;

/// Folder, file, function, and the line of its body in front of which the candidates put a statement.
const FUNCTIONS: &[(&str, &str, &str, &str)] = &[
    ("boltons", "boltons/iterutils.py", "remap", "    # TODO: improve argument formatting in sphinx doc\n"),
    (
        "more_itertools",
        "more_itertools/more.py",
        "windowed",
        "    if n <= 0:\n        raise ValueError('n must be > 0')\n",
    ),
    ("sqlparse", "sqlparse/engine/grouping.py", "group_identifier_list", "    m_role = T.Keyword, ('null', 'role')\n"),
];

fn main() {
    // cargo says so when it does not merely see whether benchmarks start
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/packages-source");
    if !sources.is_dir() {
        return println!("{} is missing: run tests/packages.sh", sources.display());
    }
    let rounds = std::env::var("LERP_BENCH_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    println!(
        "| function | tests | one bare run | first eight | eight, warm | eight, T3 | eight copies | warm / bare | warm / copies |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (folder, file, function, before) in FUNCTIONS {
        measure(&sources.join(folder), file, function, before, rounds);
    }
}

fn measure(root: &Path, file: &str, function: &str, before: &str, rounds: usize) {
    let text = fs::read_to_string(root.join(file)).unwrap();
    let at = text.find(&format!("def {function}(")).unwrap();
    let at = at + text[at..].find(before).unwrap_or_else(|| panic!("{file}: {before:?} is not in {function}"));
    let indent: String = before.chars().take_while(|letter| *letter == ' ').collect();
    let candidates: Vec<Candidate> = (0..CANDIDATES)
        .map(|number| Candidate {
            file: file.into(),
            function: Some(function.to_owned()),
            new_source: format!("{}{indent}number = {number}\n{}", &text[..at], &text[at..]),
            ..Candidate::default()
        })
        .collect();
    let settings = Settings {
        interpreter: std::env::var_os("LERP_TEST_PYTHON").map(PathBuf::from),
        jobs: 1,
        ..Settings::default()
    };
    let verify = |verifier: &Verifier, tier| {
        let verdicts = verifier.verify_many(&candidates, &TestsSetting::Auto, &|| false);
        for verdict in &verdicts {
            assert_eq!((verdict.status, verdict.tier), (Status::Passed, Some(tier)), "{verdict:?}");
        }
        verdicts[0].tests_run
    };
    let verifier = |fastest| {
        let settings = Settings { fastest, helper: Some(env!("CARGO_BIN_EXE_lerp").into()), ..settings.clone() };
        Verifier::new(Project::at(root, &settings).unwrap(), settings).unwrap()
    };
    let started = Instant::now();
    let warm_verifier = verifier(Tier::T1);
    let tests_run = verify(&warm_verifier, Tier::T1);
    let first = started.elapsed();
    let cold_verifier = verifier(Tier::T3);
    verify(&cold_verifier, Tier::T3);
    let ids = warm_verifier.reaching(&candidates[0], &TestsSetting::Auto, &|| false).unwrap();
    let python = warm_verifier.project().interpreter.executable.clone();
    // in turn, so that a machine that slows down slows all
    let (mut bare, mut warm, mut cold, mut copies) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        bare.push(time(|| pytest(&python, root, &ids)));
        warm.push(time(|| _ = verify(&warm_verifier, Tier::T1)));
        cold.push(time(|| _ = verify(&cold_verifier, Tier::T3)));
    }
    copies.push(time(|| {
        for candidate in &candidates {
            let copy = tempfile::tempdir().unwrap();
            copy_tree(root, copy.path());
            fs::write(copy.path().join(file), &candidate.new_source).unwrap();
            pytest(&python, copy.path(), &ids);
        }
    }));
    let [bare, warm, cold, copies] = [bare, warm, cold, copies].map(median);
    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
    let package = root.file_name().unwrap().to_string_lossy();
    println!(
        "| {package} `{function}` | {tests_run} | {} | {} | {} | {} | {} | {:.2} | {:.3} |",
        seconds(bare),
        seconds(first),
        seconds(warm),
        seconds(cold),
        seconds(copies),
        ratio(warm, bare),
        ratio(warm, copies)
    );
}

/// One run as a user would start it.
fn pytest(python: &Path, root: &Path, ids: &[String]) {
    let mut command = Command::new(python);
    command.args(["-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]).args(ids).current_dir(root);
    let source = root.join("src");
    if source.is_dir() {
        command.env("PYTHONPATH", source);
    }
    assert!(command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
}

fn copy_tree(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
