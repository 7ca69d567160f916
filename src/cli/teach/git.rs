//! Pairs out of commits. git is run as a command and only reads.

use crate::concepts::{Collected, from_modules};
use crate::text::SourceText;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// At most so many commits of a range are read.
const MOST_COMMITS: usize = 500;

fn git(arguments: &[&str]) -> Result<Vec<u8>> {
    let mut command = Command::new("git");
    command.args(["--no-optional-locks", "-c", "core.quotepath=off"]).args(arguments).stdin(Stdio::null());
    let output = command.output().context("git can not be run (is it installed?)")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("git {}: {}", arguments.first().unwrap_or(&""), said.trim().trim_start_matches("fatal: "));
    }
    Ok(output.stdout)
}

/// The full name of a commit.
fn commit(revision: &str) -> Result<String> {
    let wanted = format!("{revision}^{{commit}}");
    git(&["rev-parse", "--git-dir"])?;
    // quiet: why it is none is said here
    let Ok(name) = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]) else {
        bail!("{revision:?} is not a commit of this repository; `git log` shows those that there are");
    };
    Ok(String::from_utf8_lossy(&name).trim().to_owned())
}

/// The functions that one commit changed, under these paths. Against its first parent, when it has several.
pub fn from_commit(revision: &str, paths: &[PathBuf]) -> Result<Collected> {
    let commit = commit(revision)?;
    let collected = changed(&commit, paths)?;
    if collected.pairs.is_empty() {
        let notes = collected.notes.iter().map(|note| format!("; {note}")).collect::<String>();
        bail!("commit {revision} changes no Python function that was there before{}{notes}", under(paths));
    }
    Ok(collected)
}

/// The functions that the commits of a range changed, the oldest first; merges are left out.
pub fn from_range(range: &str, paths: &[PathBuf]) -> Result<Collected> {
    let most = format!("--max-count={}", MOST_COMMITS + 1);
    git(&["rev-parse", "--git-dir"])?;
    let Ok(listed) = git(&["rev-list", "--no-merges", &most, "--end-of-options", range]) else {
        bail!(
            "{range:?} is no range of commits of this repository, such as v1.0..v2.0; `git log` shows those that there are"
        );
    };
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let mut commits: Vec<&str> = listed.lines().collect();
    let mut all = Collected::default();
    if commits.len() > MOST_COMMITS {
        commits.truncate(MOST_COMMITS);
        all.notes.push(format!("only the latest {MOST_COMMITS} commits of {range} are read"));
    }
    if commits.is_empty() {
        bail!("there is no commit in {range}");
    }
    for commit in commits.iter().rev() {
        // the first commit of all changes nothing that was there before
        if git(&["rev-parse", "--verify", "--quiet", &format!("{commit}^")]).is_ok() {
            all.pairs.extend(changed(commit, paths)?.pairs);
        }
    }
    if all.pairs.is_empty() {
        bail!("no commit of {range} changes a Python function that was there before{}", under(paths));
    }
    Ok(all)
}

fn changed(commit: &str, paths: &[PathBuf]) -> Result<Collected> {
    let parent = format!("{commit}^");
    if git(&["rev-parse", "--verify", "--quiet", &parent]).is_err() {
        bail!("commit {} has none before it: nothing shows what it changed", short(commit));
    }
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let mut arguments = vec!["diff", "--name-status", "-z", "-M", "--diff-filter=MR", &parent, commit, "--"];
    arguments.extend(paths.iter().map(String::as_str));
    let listed = git(&arguments)?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let mut fields = listed.split('\0').filter(|field| !field.is_empty());
    let mut all = Collected::default();
    while let (Some(status), Some(old)) = (fields.next(), fields.next()) {
        let new = if status.starts_with('R') { fields.next().unwrap_or(old) } else { old };
        if !new.ends_with(".py") && !new.ends_with(".pyi") {
            continue;
        }
        let (before, after) = (text(&parent, old), text(commit, new));
        match (before, after) {
            (Ok(before), Ok(after)) => {
                let found = from_modules(&format!("{} {new}", short(commit)), &before, &after);
                all.pairs.extend(found.pairs);
                all.notes.extend(found.notes);
            }
            (Err(error), _) | (_, Err(error)) => all.notes.push(format!("{error:#}")),
        }
    }
    Ok(all)
}

fn text(commit: &str, path: &str) -> Result<String> {
    let bytes = git(&["show", &format!("{commit}:{path}")])?;
    let text = SourceText::decode(&bytes).map_err(|error| anyhow::anyhow!("{path}:{error}"))?;
    Ok(text.text)
}

/// ` under src, tests`, where only some paths are meant.
fn under(paths: &[PathBuf]) -> String {
    let all: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    if all.is_empty() { String::new() } else { format!(" under {}", all.join(", ")) }
}

fn short(commit: &str) -> &str {
    commit.get(..9).unwrap_or(commit)
}
