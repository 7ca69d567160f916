//! What `lerp teach` says when it is done.

use crate::cli::count;
use crate::concepts::store::{Level, StoredPair};
use crate::synthesis::{Aside, Assessment, Cluster, TaughtConcept};
use crate::text::{colour, unified};
use serde::Serialize;

/// The result of teaching. Its JSON is described in docs/teaching.md.
#[derive(Debug, Serialize)]
pub struct Report {
    pub name: String,
    pub level: Level,
    pub folder: String,
    /// All pairs that the concept has now.
    pub pairs: usize,
    /// Those of them that are new.
    pub new: usize,
    /// Pairs that were not used, or not as a whole, and why.
    pub aside: Vec<Aside>,
    pub agreement: f32,
    /// How many pairs are reproduced when they are left out; of a single pair: by itself.
    pub reproduced: usize,
    pub left_out: bool,
    /// What the others teach, when one is left out: `search` or `mean`.
    pub left_out_by: &'static str,
    /// How many the concept of all pairs reproduces.
    pub reproduced_itself: usize,
    /// Pairs that are not reproduced when they are left out.
    pub failed: Vec<String>,
    pub nearest: Vec<Near>,
    pub strength: &'static str,
    pub imports: Vec<String>,
    pub searched: bool,
}

#[derive(Debug, Serialize)]
pub struct Near {
    pub concept: String,
    pub cosine: f32,
}

impl Report {
    pub fn new(taught: &TaughtConcept, assessed: Assessment, folder: String, new: usize, aside: Vec<Aside>) -> Self {
        let pairs = &taught.stored.pairs;
        let failed = pairs.iter().zip(&assessed.reproduced).filter(|(_, right)| !**right);
        let count = |which: &[bool]| which.iter().filter(|right| **right).count();
        Self {
            name: taught.stored.name.clone(),
            level: taught.stored.level,
            folder,
            pairs: pairs.len(),
            new,
            aside,
            agreement: taught.agreement,
            reproduced: count(&assessed.reproduced),
            left_out: pairs.len() > 1,
            left_out_by: if assessed.left_out_searched { "search" } else { "mean" },
            reproduced_itself: count(&assessed.reproduced_itself),
            failed: failed.map(|(pair, _)| pair.origin.clone()).collect(),
            nearest: nearest(assessed.nearest),
            strength: strength(taught.graded),
            imports: taught.imports.clone(),
            searched: taught.searched,
        }
    }

    pub fn text(&self) -> String {
        let pairs = count(self.pairs, "pair");
        let mut text = format!("taught \x1b[1m{}\x1b[0m ({}: {})\n", self.name, self.level, self.folder);
        let aside = self.aside.iter().filter(|one| !one.in_part).count();
        text += &format!("{pairs}, {} of them new; {aside} set aside\n", self.new);
        for Aside { origin, reason, in_part } in &self.aside {
            text += &format!("  {}: {origin}: {reason}\n", if *in_part { "used in part" } else { "set aside" });
        }
        if self.left_out {
            text += &format!("agreement of the pairs {:.2}\n", self.agreement);
            let by = if self.left_out_by == "search" { "what the others teach" } else { "the mean of the others" };
            text += &format!("{} of {} reproduced, each by {by}\n", self.reproduced, self.pairs);
            for origin in &self.failed {
                text += &format!("  not reproduced: {origin}\n");
            }
        } else {
            let said = if self.reproduced == 1 { "reproduces its own pair" } else { "does not reproduce its own pair" };
            text += &format!("{said}; more pairs say what of it is the rule\n");
        }
        text += &near_text(&self.nearest);
        text + strength_text(self.strength) + "\n"
    }
}

/// The nearest built-in concepts, with their names.
pub fn nearest(found: Vec<(String, f32)>) -> Vec<Near> {
    found.into_iter().map(|(concept, cosine)| Near { concept, cosine }).collect()
}

/// As a line.
pub fn near_text(nearest: &[Near]) -> String {
    let named = |near: &Near| {
        let inverse = if near.cosine < 0.0 { "removing " } else { "" };
        format!("{inverse}{} ({:.2})", near.concept, near.cosine.abs())
    };
    let all: Vec<String> = nearest.iter().map(named).collect();
    if all.is_empty() { String::new() } else { format!("nearest built-in concepts: {}\n", all.join(", ")) }
}

/// `places` or `switch`.
pub fn strength(graded: bool) -> &'static str {
    if graded { "places" } else { "switch" }
}

/// What that means.
pub fn strength_text(strength: &str) -> &'static str {
    if strength == "places" {
        "strength: its pairs make the same change at several places; less strength, fewer places"
    } else {
        "strength: a switch where its pairs come from, there or not"
    }
}

/// Of a diff that shows a cluster.
const LINES: usize = 20;

/// Clusters of like edits, each with a pair that shows it.
pub fn clusters(clusters: &[Cluster], pairs: &[StoredPair], most: usize) -> String {
    let mut text = String::new();
    for (number, cluster) in (1..).zip(clusters).take(most) {
        let size = count(cluster.pairs.len(), "pair");
        let agreement = match cluster.pairs.len() {
            1 => ", like no other".to_owned(),
            _ => format!(", agreement {:.2}", cluster.agreement),
        };
        text += &format!("\x1b[1mcluster {number}\x1b[0m: {size}{agreement}\n");
        for at in cluster.pairs.iter().take(5) {
            text += &format!("  {}\n", pairs[*at].origin);
        }
        if cluster.pairs.len() > 5 {
            text += &format!("  and {} more\n", cluster.pairs.len() - 5);
        }
        if let Some(pair) = cluster.pairs.first().map(|at| &pairs[*at]) {
            let diff = unified(&pair.before, &pair.after, ("before", "after"));
            let lines: Vec<&str> = diff.split_inclusive('\n').collect();
            text += &colour(&lines[..lines.len().min(LINES)].concat());
            if lines.len() > LINES {
                text += &format!("… {} more\n", count(lines.len() - LINES, "line"));
            }
        }
    }
    if clusters.len() > most {
        text += &format!("and {} smaller clusters\n", clusters.len() - most);
    }
    text
}
