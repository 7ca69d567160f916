//! What a document was before the last changes, to learn from them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// After so long without a change, the next one begins a stretch.
const PAUSE: Duration = Duration::from_secs(3);
/// Stretches that are remembered.
const STRETCHES: usize = 16;
/// Bytes of all remembered texts; the last one is remembered whatever its length.
const BYTES: usize = 8 << 20;

/// The texts that the last stretches of changes began with.
#[derive(Debug, Default)]
pub struct History {
    texts: VecDeque<Arc<String>>,
    changed: Option<Instant>,
}

impl History {
    /// The text is about to change.
    pub fn changes(&mut self, text: &Arc<String>, now: Instant) {
        let begins = self.changed.is_none_or(|before| now.duration_since(before) >= PAUSE);
        self.changed = Some(now);
        if !begins {
            return;
        }
        self.texts.push_front(Arc::clone(text));
        let bytes = |texts: &VecDeque<Arc<String>>| texts.iter().map(|text| text.len()).sum::<usize>();
        while self.texts.len() > STRETCHES || (self.texts.len() > 1 && bytes(&self.texts) > BYTES) {
            self.texts.pop_back();
        }
    }

    /// The texts, the last first.
    pub fn texts(&self) -> Vec<Arc<String>> {
        self.texts.iter().map(Arc::clone).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_begins_a_stretch() {
        let mut history = History::default();
        let begin = Instant::now();
        let mut change = |text: &str, millis| {
            history.changes(&Arc::new(text.to_owned()), begin + Duration::from_millis(millis));
            history.texts().iter().map(|text| text.as_str().to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(change("a", 0), "a");
        assert_eq!(change("b", 2_000), "a");
        assert_eq!(change("c", 4_999), "a");
        assert_eq!(change("d", 7_999), "d a");
        for n in 0..20 {
            change("e", 20_000 + 4_000 * n);
        }
        assert_eq!(history.texts().len(), STRETCHES);
        history.changes(&Arc::new(" ".repeat(BYTES + 1)), begin + Duration::from_secs(999));
        assert_eq!(history.texts().len(), 1);
    }
}
