//! What a document was before its last stretches of changes: what a concept is taught from. Texts are shared with the
//! snapshots, so a stretch costs one copy of the text.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A change after so long a pause begins another stretch.
const PAUSE: Duration = Duration::from_secs(3);
/// At most so many texts are kept.
const TEXTS: usize = 20;
/// At most so many bytes of them, but always the last one.
const BYTES: usize = 4 << 20;

/// The texts before each stretch of changes, the oldest first.
#[derive(Default)]
pub struct History {
    texts: VecDeque<Arc<String>>,
    last: Option<Instant>,
}

impl History {
    /// The text is about to be changed.
    pub fn change(&mut self, text: &Arc<String>, now: Instant) {
        let goes_on = self.last.is_some_and(|last| now.saturating_duration_since(last) < PAUSE);
        self.last = Some(now);
        if goes_on {
            return;
        }
        self.texts.push_back(Arc::clone(text));
        while self.texts.len() > 1 && (self.texts.len() > TEXTS || self.bytes() > BYTES) {
            self.texts.pop_front();
        }
    }

    /// The texts, the newest first.
    pub fn texts(&self) -> Vec<Arc<String>> {
        self.texts.iter().rev().cloned().collect()
    }

    fn bytes(&self) -> usize {
        self.texts.iter().map(|text| text.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_begins_a_stretch() {
        let start = Instant::now();
        let mut history = History::default();
        for (text, seconds) in [("a", 0), ("b", 2), ("c", 4), ("d", 7), ("e", 9), ("f", 100)] {
            history.change(&Arc::new(text.to_owned()), start + Duration::from_secs(seconds));
        }
        let texts: Vec<String> = history.texts().iter().map(|text| text.to_string()).collect();
        assert_eq!(texts, ["f", "d", "a"]);
    }

    #[test]
    fn only_so_much_is_kept() {
        let start = Instant::now();
        let mut history = History::default();
        for n in 0..50 {
            history.change(&Arc::new(n.to_string()), start + PAUSE * n);
        }
        assert_eq!((history.texts().len(), history.texts()[0].as_str()), (TEXTS, "49"));
        for n in 50..53 {
            history.change(&Arc::new("x".repeat(BYTES)), start + PAUSE * n);
        }
        assert_eq!(history.texts().len(), 1);
    }
}
